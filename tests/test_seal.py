"""The non-public part is encrypted at rest: with a passphrase, whole or not at all, and nothing is lost on the way."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pdfs
import pytest
from commands import ROOT, Run, environment, is_one_sentence
from conftest import settings_for

from ratsassistent import __main__, marks, sealing, searching, shown_pages, swapping, worker, workflow
from ratsassistent.archive import database, resealing, seal, snapshot
from ratsassistent.archive.store import Store
from ratsassistent.backup import making, rescuing, restoring
from ratsassistent.errors import InputError, Locked, StorageError
from ratsassistent.output import seal_command
from ratsassistent.settings import Settings

WORDS = "Kirchturm Regen Fahrrad"
OTHER = "Brunnen Nebel Straßenbahn"
BACKUP = "Rathaus Kirchturm 7"
SECRET = b"kaufgeheimnis"


class Crash(BaseException):
    """The power is gone."""


@pytest.fixture
def settings(small_briefed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, quick_keys: None) -> Settings:
    monkeypatch.setattr(workflow.background, "ensure_worker", lambda _: False)
    return settings_for(Path(shutil.copytree(small_briefed, tmp_path / "daten")))


def forget() -> None:
    """As another process, which was never given the passphrase."""
    seal._opened.clear()
    seal._stamps.clear()


def rows(folder: Path) -> dict[str, list[Any]]:
    """All rows of an archive, with their numbers where they have any."""
    held: dict[str, list[Any]] = {}
    with snapshot._opened(folder / database.DATABASE) as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            try:
                found = connection.execute(f'SELECT rowid, * FROM "{name}"').fetchall()
            except seal.errors():
                found = connection.execute(f'SELECT * FROM "{name}"').fetchall()
            held[name] = sorted((tuple(row) for row in found), key=repr)
    return held


def told(settings: Settings) -> list[str]:
    """The files of the non-public part that hold a word of it, or are PDFs."""
    out = []
    for file in settings.nonpublic_folder.rglob("*"):
        data = file.read_bytes().lower() if file.is_file() else b""
        if SECRET in data or b"%pdf" in data or SECRET.decode().encode("utf-16-le") in data:
            out.append(file.name)
    return out


def names(settings: Settings) -> list[str | None]:
    with workflow.workspace(settings) as ws:
        return [item.number for meeting in workflow.meetings(ws) for item in meeting.agendaItem]


def all_of(settings: Settings) -> tuple[Any, ...]:
    """What somebody sees of the data: meetings, a briefing, hits."""
    with workflow.workspace(settings) as ws:
        meetings = workflow.meetings(ws)
        brief = workflow.stored_briefing(ws, meetings[0].id)
        found = searching.find(ws, "Kaufgeheimnis GmbH")
        return meetings, brief.model_copy(update={"seconds": 0.0}), [hit.passage.id for hit in found]


# --- sealing and unsealing


def test_nothing_of_it_can_be_read_on_the_disk_and_everything_through_the_program(settings: Settings) -> None:
    assert told(settings)
    before, held = all_of(settings), rows(settings.nonpublic_folder)
    sealing.seal_up(settings, WORDS)
    assert told(settings) == []
    assert rows(settings.nonpublic_folder) == held  # with their numbers: the full text goes by them
    assert all_of(settings) == before
    with workflow.workspace(settings) as ws:
        (file,) = [f for f in ws.nonpublic.files() if ws.nonpublic.page_count(f.id)]
        content = ws.nonpublic.content(file.id)
        assert isinstance(content, bytes)
        assert content.startswith(b"%PDF")
        page = ws.nonpublic.pages(file.id)[-1].number
        assert shown_pages.page_picture(ws, file.id, page).startswith(b"\x89PNG")
        assert shown_pages.Marker().boxes(ws, file.id, page, ws.nonpublic.pages(file.id)[-1].text.split("\n")[0])
    assert told(settings) == []  # nothing was laid down to be shown
    sealing.unseal(settings, WORDS)
    assert rows(settings.nonpublic_folder) == held
    assert all_of(settings) == before
    assert not list(settings.nonpublic_folder.rglob(f"*{seal.SUFFIX}"))


def test_what_lies_there_does_not_even_tell_which_documents_these_are(settings: Settings) -> None:
    checksums = snapshot.checksums(settings.nonpublic_folder / database.DATABASE)
    sealing.seal_up(settings, WORDS)
    there = {file.stem for file in (settings.nonpublic_folder / database.FILES).iterdir()}
    assert len(there) == len(checksums)
    assert not there & checksums


def test_work_goes_on_in_a_sealed_archive(settings: Settings, tmp_path: Path) -> None:
    sealing.seal_up(settings, WORDS)
    other = [[line.replace("14. März 2024", "6. Juni 2024") for line in page] for page in pdfs.PACK]
    with workflow.workspace(settings) as ws:
        made = workflow.take_in(ws, [pdfs.write(tmp_path / "zweites.pdf", other)])
        key = made.meetings[0].id
        item = next(i for i in made.meetings[0].agendaItem if i.public is False)
        marks.put_mark(ws, key, item.id, read=True)
        assert told(settings) == []
        assert len(list((settings.nonpublic_folder / database.FILES).iterdir())) == 2
        workflow.delete(ws, key)
    assert len(list((settings.nonpublic_folder / database.FILES).iterdir())) == 1
    assert told(settings) == []


def test_a_page_that_is_declared_non_public_is_encrypted_as_well(settings: Settings, tmp_path: Path) -> None:
    sealing.seal_up(settings, WORDS)
    with workflow.workspace(settings) as ws:
        loose = [
            ["Stadt Musterfeld", "Vorlage 17/2031", "Betreff: Ankauf Brennergasse", "Der Rat beschließt den Ankauf."]
        ]
        (paper,) = workflow.take_in(ws, [pdfs.write(tmp_path / "lose.pdf", loose)]).loose_papers
        assert ws.nonpublic.paper(paper.id)
        assert told(settings) == []
        workflow.release(ws, paper.id)
        (span,) = ws.public.paper(paper.id).files  # type: ignore[union-attr]
        assert ws.public.file_path(span.file_id).read_bytes().startswith(b"%PDF")
    assert told(settings) == []


# --- locked


def test_without_the_passphrase_there_is_the_public_part_alone(settings: Settings, tmp_path: Path) -> None:
    everything = names(settings)
    sealing.seal_up(settings, WORDS)
    held = rows(settings.public_folder)
    forget()
    assert sealing.is_locked(settings)
    public = names(settings)
    assert public
    assert set(public) < set(everything)
    with workflow.workspace(settings) as ws:
        meeting = workflow.meetings(ws)[0]
        assert workflow.stored_briefing(ws, meeting.id).part == "public"
        assert not searching.find(ws, "Kaufgeheimnis")
        assert searching.find(ws, "Feuerwache")
        refused: list[Callable[[], object]] = [
            lambda: workflow.take_in(ws, [pdfs.write(tmp_path / "p.pdf", pdfs.PACK)]),
            lambda: workflow.delete(ws, meeting.id),
            lambda: marks.put_mark(ws, meeting.id, meeting.agendaItem[0].id, read=True),
            lambda: workflow.order_briefing(ws, meeting.id),
            lambda: making.make(ws, None),
            lambda: workflow.release(ws, "ra:vorlage-1"),
        ]
        for work in refused:
            with pytest.raises(Locked) as error:
                work()
            assert is_one_sentence(str(error.value))
    assert rows(settings.public_folder) == held
    assert worker.ensure_worker(settings) is False
    sealing.unlock(settings, WORDS)
    assert names(settings) == everything


def test_whoever_locks_it_locks_it_for_every_program(settings: Settings) -> None:
    sealing.seal_up(settings, WORDS)
    sealing.unlock(settings, WORDS)
    before = seal.token(settings.nonpublic_folder)
    assert not sealing.is_locked(settings)
    mine = dict(seal._opened), dict(seal._stamps)
    sealing.lock(settings)
    assert sealing.is_locked(settings)
    seal._opened.update(mine[0])  # as another process, that still has the keys in memory
    seal._stamps.update(mine[1])
    assert sealing.is_locked(settings)
    assert not seal._opened  # and lets go of them
    assert seal.token(settings.nonpublic_folder) != before


def test_a_wrong_passphrase_opens_nothing_and_costs_time_from_the_fifth_on(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    sealing.seal_up(settings, WORDS)
    forget()
    now = 1000.0
    monkeypatch.setattr(sealing.time, "monotonic", lambda: now)
    for _ in range(sealing.FREE_TRIES):
        with pytest.raises(InputError, match="passt nicht"):
            sealing.unlock(settings, OTHER)
    for words in (OTHER, WORDS):
        with pytest.raises(InputError, match="in 11 Sekunden"):
            sealing.unlock(settings, words)
    now += 11
    with pytest.raises(InputError, match="passt nicht"):
        sealing.unlock(settings, OTHER)
    with pytest.raises(InputError, match="in 21 Sekunden"):
        sealing.unlock(settings, WORDS)
    now += 21
    sealing.unlock(settings, WORDS)
    assert not sealing.is_locked(settings)


def test_another_passphrase_for_the_same_keys(settings: Settings) -> None:
    sealing.seal_up(settings, WORDS)
    before = (settings.nonpublic_folder / database.DATABASE).read_bytes()[:16]
    sealing.change_passphrase(settings, WORDS, OTHER)
    forget()
    with pytest.raises(InputError, match="passt nicht"):
        sealing.unlock(settings, WORDS)
    sealing.unlock(settings, OTHER)
    assert (settings.nonpublic_folder / database.DATABASE).read_bytes()[:16] == before


# --- a real key file


def test_the_key_file_is_one_that_age_opens_with_the_passphrase_only(tmp_path: Path) -> None:
    keys, file = seal.Seal.new(), tmp_path / seal.KEY_FILE
    file.write_bytes(seal.wrap(keys, WORDS))
    assert b"-> scrypt " in file.read_bytes()[:200]
    for part in (keys.database, keys.names, keys.database.hex().encode(), keys.identity.encode()):
        assert part not in file.read_bytes()
    assert seal.unwrap(file, WORDS) == keys
    with pytest.raises(InputError, match="passt nicht"):
        seal.unwrap(file, f"{WORDS}.")
    with pytest.raises(InputError, match="mindestens 12 Zeichen"):
        seal.wrap(keys, "Kirchturm 7")
    file.write_bytes(file.read_bytes()[:150])
    with pytest.raises(InputError) as error:
        seal.unwrap(file, WORDS)
    assert is_one_sentence(str(error.value))
    assert WORDS not in repr(keys)
    assert keys.database.hex() not in repr(keys)
    assert keys.identity not in repr(keys)


# --- nothing is lost


@pytest.mark.parametrize("moment", ["copied", "committed", "database placed", "before the key file", "at the end"])
def test_a_crash_while_it_is_sealed_leaves_the_one_or_the_other(
    settings: Settings, moment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, crashed = all_of(settings), []

    def crash_after(module: Any, name: str) -> Callable[[], None]:
        real = getattr(module, name)

        def run(*args: Any, **more: Any) -> Any:
            made = real(*args, **more)
            if not crashed:
                crashed.append(name)
                raise Crash
            return made

        return lambda: patch.setattr(module, name, run)

    def before_key_file() -> None:
        real = swapping._place

        def run(source: Path, target: Path) -> None:
            if target.name == seal.KEY_FILE and not crashed:
                crashed.append("key")
                raise Crash
            real(source, target)

        patch.setattr(swapping, "_place", run)

    with monkeypatch.context() as patch:
        {
            "copied": crash_after(resealing, "copy"),
            "committed": crash_after(swapping, "commit"),
            "database placed": crash_after(snapshot, "put_in_place"),
            "before the key file": before_key_file,
            "at the end": crash_after(swapping, "_put_archive"),
        }[moment]()
        with pytest.raises(Crash):
            sealing.seal_up(settings, WORDS)
        assert crashed
        forget()
        assert names(settings)  # it opens
        if sealing.is_sealed(settings):
            sealing.unlock(settings, WORDS)
            assert told(settings) == []
    assert sealing.is_sealed(settings) is (moment != "copied")
    assert all_of(settings) == before


def test_where_there_is_no_room_nothing_changes(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    before = all_of(settings)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(seal.Seal, "encrypt", full)
        with pytest.raises(StorageError, match="voll"):
            sealing.seal_up(settings, WORDS)
    assert not sealing.is_sealed(settings)
    assert all_of(settings) == before
    assert {p.name for p in settings.data_folder.iterdir()} >= {"oeffentlich", "nichtoeffentlich"}
    assert not [p for p in settings.data_folder.iterdir() if p.name.startswith("ratsassistent-")]


def test_who_still_holds_the_old_database_cannot_write_into_it_unnoticed(settings: Settings) -> None:
    with Store.open(settings.nonpublic_folder, public=False) as old:
        old.meetings()
        sealing.seal_up(settings, WORDS)
        with pytest.raises(Exception, match="no such table"):
            marks_row(old)
    with workflow.workspace(settings) as ws:
        marks_row(ws.nonpublic)


def marks_row(store: Store) -> None:
    from sqlalchemy import text

    with store.writing() as connection:
        connection.execute(text("INSERT INTO mark (item_id, person, read, important) VALUES ('ra:top-9', '', 1, 0)"))


def test_an_upgrade_of_a_sealed_archive_copies_it_encrypted(settings: Settings) -> None:
    sealing.seal_up(settings, WORDS)
    with snapshot._opened(settings.nonpublic_folder / database.DATABASE) as connection:
        connection.execute("DROP TABLE IF EXISTS deadline")
        connection.execute("DROP TABLE IF EXISTS deadline_rule")
        connection.execute("DROP TABLE deleted")
        for table, column in (
            ("job", "person"), ("kept_search", "person"), ("remark", "person"), ("remark", "audience"),
            ("remark", "organization"), ("remark", "of_public"),
        ):  # fmt: skip
            connection.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
        connection.execute("UPDATE alembic_version SET version_num = '0010'")
    with Store.open(settings.nonpublic_folder, public=False) as store:
        assert store.meetings()
    (copy,) = settings.nonpublic_folder.glob("archiv.vor-umstellung-0010.sqlite")
    assert seal.is_cipher(copy)
    assert snapshot.faults(copy) == []
    assert told(settings) == []


def test_a_damaged_sealed_archive_is_rescued_and_sealed_again(settings: Settings) -> None:
    sealing.seal_up(settings, WORDS)
    everything = names(settings)
    file = settings.nonpublic_folder / database.DATABASE
    data = bytearray(file.read_bytes())
    data[4096 * 3 : 4096 * 40] = os.urandom(4096 * 37)
    file.write_bytes(data)
    with pytest.raises(StorageError, match="beschädigt"), workflow.workspace(settings) as ws:
        ws.nonpublic.meetings()
    done = rescuing.rescue(settings)
    assert done.read_again
    assert names(settings) == everything
    assert sealing.is_sealed(settings)
    assert told(settings) == []
    forget()
    sealing.unlock(settings, WORDS)
    assert names(settings) == everything


# --- backups


def test_a_backup_keeps_it_sealed_and_later_deletions_hold(settings: Settings, tmp_path: Path) -> None:
    sealing.seal_up(settings, WORDS)
    with workflow.workspace(settings) as ws:
        key = workflow.meetings(ws)[0].id
        workflow.take_in(
            ws, [pdfs.write(tmp_path / "z.pdf", [[li.replace("14. März", "6. Juni") for li in p] for p in pdfs.PACK])]
        )
        one = making.make(ws, None, tmp_path / "s.zip")
        assert one.path.read_bytes().lower().count(SECRET) == 0
        workflow.delete(ws, key)
    sealing.change_passphrase(settings, WORDS, OTHER)
    done = restoring.restore(settings, one.path, None)
    assert done.deleted_again == (key,)
    assert len(set(_meetings(settings))) == 1
    forget()
    with pytest.raises(InputError):
        sealing.unlock(settings, WORDS)  # the passphrase that was changed since stays changed
    sealing.unlock(settings, OTHER)


def test_a_backup_that_is_sealed_opens_elsewhere_with_the_passphrase_of_then(
    settings: Settings, tmp_path: Path
) -> None:
    sealing.seal_up(settings, WORDS)
    everything = names(settings)
    with workflow.workspace(settings) as ws:
        one = making.make(ws, None, tmp_path / "s.zip")
    forget()
    elsewhere = settings_for(tmp_path / "woanders")
    with pytest.raises(Locked):
        restoring.restore(elsewhere, one.path, None)
    with pytest.raises(InputError, match="passt nicht"):
        restoring.restore(elsewhere, one.path, None, unlock=lambda: OTHER)
    assert not (elsewhere.nonpublic_folder / database.DATABASE).exists()
    restoring.restore(elsewhere, one.path, None, unlock=lambda: WORDS)
    assert names(elsewhere) == everything
    assert sealing.is_sealed(elsewhere)
    assert told(elsewhere) == []


def test_who_forgot_the_passphrase_can_go_back_to_a_backup_and_keeps_what_is_locked(
    settings: Settings, tmp_path: Path
) -> None:
    everything = names(settings)
    with workflow.workspace(settings) as ws:
        one = making.make(ws, None, tmp_path / "s.zip")
    sealing.seal_up(settings, WORDS)
    forget()
    done = restoring.restore(settings, one.path, None)
    assert done.damaged
    assert (Path(done.damaged) / "nichtoeffentlich" / seal.KEY_FILE).is_file()
    assert not sealing.is_sealed(settings)
    assert names(settings) == everything


# --- commands and the worker


def test_the_commands(settings: Settings, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    everything, data = names(settings), settings.data_folder
    monkeypatch.setattr(__main__.sys, "stdin", open(os.devnull))  # noqa: SIM115 - closed with the tests

    def on(*words: str, **variables: str) -> Any:
        forget()
        with monkeypatch.context() as patch:
            for name, value in variables.items():
                patch.setenv(name, value)
            return run("--datenordner", data, *words)

    assert on("verschluss", "--json").json == {"sealed": False}
    assert on("verschluss", "einrichten").status == 2  # without a passphrase
    assert on("verschluss", "einrichten", RATSASSISTENT_VERSCHLUSS="zu kurz").status == 1
    assert on("verschluss", "einrichten", "--json", RATSASSISTENT_VERSCHLUSS=WORDS).json == {"sealed": True}
    locked = on("sitzungen", "--json")
    assert "verschlossen" in locked.err
    shown = [item["number"] for m in locked.json["meetings"] for item in m["agendaItem"]]
    assert 0 < len(shown) < len(everything)
    opened = on("sitzungen", "--json", RATSASSISTENT_VERSCHLUSS=WORDS)
    assert [item["number"] for m in opened.json["meetings"] for item in m["agendaItem"]] == everything
    wrong = on("sitzungen", RATSASSISTENT_VERSCHLUSS=OTHER)
    assert wrong.status == 1
    assert is_one_sentence(wrong.err)
    changed = on("verschluss", "kennwort", RATSASSISTENT_VERSCHLUSS=WORDS, RATSASSISTENT_VERSCHLUSS_NEU=OTHER)
    assert changed.status == 0
    assert on("beschluesse", "--json").status == 0
    assert on("verschluss", "zu").status == 0
    assert on("verschluss", "aufheben", RATSASSISTENT_VERSCHLUSS=WORDS).status == 1
    assert on("verschluss", "aufheben", "--json", RATSASSISTENT_VERSCHLUSS=OTHER).json == {"sealed": False}
    assert names(settings) == everything
    assert seal_command.PASSPHRASE == "RATSASSISTENT_VERSCHLUSS"


def test_a_worker_is_given_the_keys_and_writes_no_log(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()  # a real key file is not needed: the worker is given the keys
    keys = seal.Seal.new()
    (settings.nonpublic_folder / worker.LOG).unlink(missing_ok=True)
    sealing._change(settings, keys, b"nobody opens this", lambda *_: None)
    seal.remember(keys, settings.nonpublic_folder)
    with workflow.workspace(settings) as ws:
        ws.jobs.add("briefing", "Nichts", {"meeting": "ra:sitzung-die-es-nicht-gibt"})
    command = [
        sys.executable,
        "-m",
        "ratsassistent",
        "--datenordner",
        str(settings.data_folder),
        "arbeiten",
        "--ende-nach",
        "0",
    ]
    asked = environment(**{worker.KEYS_FOLLOW: "1"})
    done = subprocess.run(
        command, input=f"{keys.dump()}\n", env=asked, capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert (done.returncode, done.stderr) == (0, "")
    with workflow.workspace(settings) as ws:
        assert [job.state for job in ws.jobs.all()] == ["fehler"]  # it was taken: there is no such meeting
    refused = subprocess.run(command, input="\n", env=asked, capture_output=True, text=True, check=False, cwd=ROOT)
    assert refused.returncode == 1
    assert is_one_sentence(refused.stderr)
    seal.close(settings.nonpublic_folder)


def _meetings(settings: Settings) -> list[str]:
    with workflow.workspace(settings) as ws:
        return [meeting.id for meeting in workflow.meetings(ws)]
