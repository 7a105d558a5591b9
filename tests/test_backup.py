"""Backups: one file with everything, checked, encrypted, listed; and back, whole or not at all."""

from __future__ import annotations

import datetime as dt
import io
import json
import shutil
import sqlite3
import tarfile
import threading
import zipfile
from contextlib import closing
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from commands import Run
from conftest import files, rows, settings_for

from ratsassistent import __main__, corrections, deadlines, deletions, model_server, swapping, workflow
from ratsassistent.archive import database, snapshot
from ratsassistent.archive.searches_table import Searches
from ratsassistent.archive.store import Store
from ratsassistent.backup import container, known, making, rescuing, restoring
from ratsassistent.errors import InputError, StorageError
from ratsassistent.people import People
from ratsassistent.settings import Settings

WORDS = "Rathaus Kirchturm 7"
SECRET = b"Feuerwache"


class Crash(BaseException):
    """The power is gone."""


@pytest.fixture
def data(small_briefed: Path, tmp_path: Path) -> Path:
    """A data folder of one's own with that pack."""
    return Path(shutil.copytree(small_briefed, tmp_path / "daten"))


@pytest.fixture
def settings(data: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setattr(workflow.background, "ensure_worker", lambda _: False)
    (data / "einstellungen.toml").write_text('name = "Erika"\n', encoding="utf-8")
    (data / "prompts").mkdir()
    (data / "prompts" / "frage.md").write_text("eigener Auftrag", encoding="utf-8")
    return settings_for(data)


@pytest.fixture
def empty(tmp_path: Path) -> Settings:
    return settings_for(tmp_path / "leer")


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Locks keys without taking a second for it."""

    def unseal(sealed: bytes, words: str) -> str:
        if sealed.decode().partition("|")[0] != words:
            raise InputError(container.WRONG)
        return sealed.decode().partition("|")[2]

    monkeypatch.setattr(container, "seal", lambda identity, words: f"{words}|{identity}".encode())
    monkeypatch.setattr(container, "unseal", unseal)


def test_a_key_is_locked_with_a_passphrase() -> None:
    sealed = container.seal("AGE-SECRET-KEY-1", WORDS)
    assert sealed.startswith(b"age-encryption.org/v1\n-> scrypt ")
    assert b"AGE-SECRET" not in sealed
    assert container.unseal(sealed, WORDS) == "AGE-SECRET-KEY-1"
    with pytest.raises(InputError, match="Das Kennwort passt nicht"):
        container.unseal(sealed, WORDS.lower())


def made(settings: Settings, target: Path, words: str | None = None) -> known.Known:
    with workflow.workspace(settings) as ws:
        return making.make(ws, words, target)


def held(folder: Path) -> dict[str, list[object]]:
    """Every row but what says when and by what it was put there."""
    return {name: found for name, found in rows(folder).items() if not name.endswith((".pending", ".embedding_model"))}


@pytest.mark.usefixtures("quick")
def test_a_backup_comes_back_whole_and_tells_nobody_anything(
    settings: Settings, empty: Settings, tmp_path: Path
) -> None:
    one = made(settings, tmp_path / "s.zip", WORDS)
    assert one.encrypted
    assert container.read_head(one.path).id == one.id
    raw = one.path.read_bytes()
    with zipfile.ZipFile(one.path) as outer:
        assert outer.namelist() == ["LIESMICH.txt", "kopf.json", "schluessel.age", "inhalt.tar.age"]
    assert SECRET not in raw
    assert b"SQLite format" not in raw
    assert one.meetings[0].encode() not in raw
    for wrong in ("Rathaus Kirchturm 8", ""):
        with pytest.raises(InputError, match="Das Kennwort passt nicht"):
            restoring.restore(empty, one.path, wrong)
    with pytest.raises(InputError, match="verschlüsselt"):
        restoring.restore(empty, one.path, None)
    bent = tmp_path / "verbogen.zip"
    bent.write_bytes(raw[: len(raw) // 2] + b"\x00\x01" + raw[len(raw) // 2 + 2 :])
    with pytest.raises(InputError, match="beschädigt"):
        restoring.restore(empty, bent, WORDS)
    assert not empty.public_folder.exists() or not restoring.holds_anything(empty)
    done = restoring.restore(empty, one.path, WORDS)
    assert (done.meetings, done.former, done.deleted_again) == (1, None, ())
    assert held(empty.data_folder) == held(settings.data_folder)
    assert files(empty.data_folder) == files(settings.data_folder)
    for name in ("einstellungen.toml", "prompts/frage.md"):
        assert (empty.data_folder / name).read_bytes() == (settings.data_folder / name).read_bytes()


def test_it_can_be_opened_without_this_program(settings: Settings, tmp_path: Path) -> None:
    set_up = model_server.made("http://10.0.0.9", "rathaus")
    model_server.store(settings.data_folder, set_up)
    one = made(settings, tmp_path / "s.zip")
    with zipfile.ZipFile(one.path) as outer, tarfile.open(fileobj=io.BytesIO(outer.read("inhalt.tar"))) as tar:
        names = tar.getnames()
        listing = json.loads(tar.extractfile("verzeichnis.json").read())  # type: ignore[union-attr]
    assert {"oeffentlich/archiv.sqlite", "nichtoeffentlich/archiv.sqlite", "einstellungen.toml"} <= set(names)
    assert [piece["name"] for piece in listing["pieces"]] == names[:-1]
    left_out = ("modell", "sicherung", "rechner", "server")  # what is this computer's alone
    assert not any(name.startswith(left_out) or name.endswith(".sperre") for name in names)
    restoring.restore(settings, one.path, None)
    assert model_server.of(settings.data_folder) == set_up


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda raw: raw[: len(raw) // 3], "beschädigt"),
        (lambda raw: raw.replace(b'"format": 1', b'"format": 9'), "beschädigt"),  # its own checksum
        (lambda _: b"PK\x03\x04 kaputt", "keine Sicherung"),
        (lambda _: b"", "keine Sicherung"),
    ],
)
def test_what_is_no_whole_backup_is_refused_in_one_sentence(
    settings: Settings, tmp_path: Path, change, sentence
) -> None:  # type: ignore[no-untyped-def]
    before = held(settings.data_folder)
    one = made(settings, tmp_path / "s.zip")
    one.path.write_bytes(change(one.path.read_bytes()))
    with pytest.raises(InputError, match=sentence) as error:
        restoring.restore(settings, one.path, None)
    assert str(error.value).count(". ") == 0
    assert held(settings.data_folder) == before


def repacked(
    source: Path, target: Path, head: dict[str, object] | None = None, extra: str | None = None, bent: str | None = None
) -> Path:
    """The same backup with another head, a piece with this name in it, or one that ends in `bent` with other bytes."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        told = json.loads(old.read("kopf.json")) | (head or {})
        new.writestr("kopf.json", json.dumps(told))
        content = io.BytesIO()
        with (
            tarfile.open(fileobj=io.BytesIO(old.read("inhalt.tar"))) as tar,
            tarfile.open(fileobj=content, mode="w") as out,
        ):
            if extra:
                info = tarfile.TarInfo(extra)
                info.size = 4
                out.addfile(info, io.BytesIO(b"boes"))
            for member in tar:
                data = tar.extractfile(member).read()  # type: ignore[union-attr]
                if bent and member.name.endswith(bent):
                    data = data[:-1] + bytes([data[-1] ^ 1])
                out.addfile(member, io.BytesIO(data))
        new.writestr("inhalt.tar", content.getvalue())
    return target


@pytest.mark.parametrize(
    "name",
    ["../../../boese.txt", "{folder}/boese.txt", "oeffentlich/../../../../boese.txt", "..\\boese.txt", "C:boese.txt"],
)
def test_a_backup_of_somebody_else_writes_nowhere_else(
    settings: Settings, empty: Settings, tmp_path: Path, name: str
) -> None:
    one = made(settings, tmp_path / "s.zip")
    with pytest.raises(InputError, match="beschädigt"):
        restoring.restore(empty, repacked(one.path, tmp_path / "boese.zip", extra=name.format(folder=tmp_path)), None)
    assert not list(tmp_path.rglob("*boese.txt"))


def test_bytes_that_somebody_changed_are_noticed(settings: Settings, empty: Settings, tmp_path: Path) -> None:
    one = made(settings, tmp_path / "s.zip")
    with pytest.raises(InputError, match="beschädigt"):
        restoring.restore(empty, repacked(one.path, tmp_path / "anders.zip", bent=".pdf"), None)
    assert not restoring.holds_anything(empty)


def test_a_backup_of_a_newer_program_is_refused(settings: Settings, tmp_path: Path) -> None:
    one = made(settings, tmp_path / "s.zip")
    for head in ({"format": 2}, {"revision": "9999"}):
        with pytest.raises(InputError, match="neueren Version"):
            restoring.restore(settings, repacked(one.path, tmp_path / "neuer.zip", head), None)


def test_what_was_deleted_since_is_deleted_again(
    run: Run, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "s.zip"
    with workflow.workspace(settings_for(data)) as ws:
        (meeting,) = workflow.meetings(ws)
        search = Searches(ws.nonpublic).keep("Zwirbel", {})
    assert run("sichern", "--ohne-kennwort", "-o", target).status == 0
    assert run("wiederherstellen", target).status == 2  # it does not ask where nobody can answer
    told = run("loeschen", meeting.id)
    assert "steht noch in einer Sicherung" in told.out
    with workflow.workspace(settings_for(data)) as ws:
        Searches(ws.nonpublic).remove(search.id)
        when = {one.id: one.time for one in deletions.known(ws)}
    assert set(when) == {meeting.id, search.id}
    done = json.loads(run("wiederherstellen", target, "--ja", "--json").out)
    assert done["deleted_again"] == 2
    with workflow.workspace(settings_for(data)) as ws:
        assert workflow.meetings(ws) == []
        assert Searches(ws.nonpublic).all() == []
        assert {one.id: one.time for one in deletions.known(ws)} == when
    # the disk is lost; what lies beside the backup still knows it
    shutil.rmtree(data)
    assert json.loads(run("wiederherstellen", target, "--json").out)["deleted_again"] == 1
    listed = json.loads(run("sichern", "--liste", "--json").out)
    assert listed == {"backups": []}


def test_backups_are_listed_expire_and_are_forgotten(run: Run, data: Path, tmp_path: Path) -> None:
    old = tmp_path / "alt.zip"
    assert run("sichern", "--ohne-kennwort", "-o", old, "--aufbewahren", "1").status == 0
    register = data / known.REGISTER
    entries = json.loads(register.read_text())
    entries[0] |= {"created": "2020-01-01T00:00:00Z", "expires": "2020-01-02T00:00:00Z"}
    register.write_text(json.dumps(entries))
    done = run("sichern", "--ohne-kennwort", "--json")
    assert json.loads(done.out)["deleted"] == [str(old)]
    assert "alt.zip" in done.err
    assert not old.exists()
    (one,) = json.loads(run("sichern", "--liste", "--json").out)["backups"]
    assert (one["reachable"], one["holds_deleted"], one["encrypted"], one["meetings"]) == (True, False, False, 1)
    assert run("loeschen", "2024").status == 0
    assert "enthält noch Gelöschtes" in run("sichern", "--liste").out
    gone = json.loads(run("sichern", "--vergessen", "--ja", "--json").out)
    assert gone == {"deleted": [one["file"]], "unreachable": []}
    assert not Path(one["file"]).exists()


def test_the_passphrase_comes_from_the_environment_or_standard_input(
    run: Run, data: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("zu kurz\n"))
    assert "mindestens 10 Zeichen" in run("sichern").err
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    assert run("sichern").status == 2
    assert not list(data.rglob("*.zip"))
    with pytest.raises(SystemExit):
        __main__.main(["sichern", "--kennwort", WORDS])


@pytest.mark.parametrize("where", ["before", "archive", "settings"])
def test_a_restore_that_a_crash_interrupts_leaves_the_old_or_the_new(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    with_meeting = held(settings.data_folder)
    one = made(settings, tmp_path / "s.zip")
    with workflow.workspace(settings) as ws:
        Searches(ws.nonpublic).keep("später", {})
    later = held(settings.data_folder)

    def crash(*_: object) -> None:
        raise Crash

    name = {"before": "commit", "archive": "_put_settings", "settings": "_place"}[where]
    original = swapping._place

    def crash_late(source: Path, target: Path) -> None:
        if target.suffix == ".toml":
            raise Crash
        original(source, target)

    with monkeypatch.context() as patch:
        patch.setattr(swapping, name, crash_late if where == "settings" else crash)
        with pytest.raises(Crash):
            restoring.restore(settings, one.path, None)
    with workflow.workspace(settings):
        pass
    assert held(settings.data_folder) == (later if where == "before" else with_meeting)
    left = {path.name for path in settings.data_folder.iterdir()}
    assert not left & {swapping.PLACE, f"{swapping.PLACE}.fertig"}


def test_a_backup_is_made_while_others_write(settings: Settings, empty: Settings, tmp_path: Path) -> None:
    stop = threading.Event()

    def write() -> None:
        with workflow.workspace(settings) as ws:
            number = 0
            while not stop.is_set():
                Searches(ws.nonpublic).keep(f"Wort {number}", {})
                number += 1

    thread = threading.Thread(target=write)
    thread.start()
    try:
        one = made(settings, tmp_path / "s.zip")
    finally:
        stop.set()
        thread.join()
    restoring.restore(empty, one.path, None)
    with workflow.workspace(empty) as ws:
        kept = [search.text for search in Searches(ws.nonpublic).all()]
        assert len(workflow.meetings(ws)) == 1
    numbers = sorted(int(text.split()[1]) for text in kept)
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers))) if numbers else True


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("where", ["os.fsync", "ratsassistent.backup.container._write_tar"])
def test_a_full_disk_leaves_nothing_half_written(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    before = {path for path in tmp_path.rglob("*") if path.is_file()}

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(where, full)
    with pytest.raises(StorageError, match="ist voll"):
        made(settings, tmp_path / "s.zip", WORDS)
    after = {
        path for path in tmp_path.rglob("*") if path.is_file() and not path.name.endswith((".sperre", "-wal", "-shm"))
    }
    assert after <= before


def damage(file: Path, place: float, size: int) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with file.open("r+b") as stream:
        if not size:
            stream.truncate(0)
        stream.seek(int(file.stat().st_size * place) // 4096 * 4096)
        stream.write(b"\xa5" * size)


@pytest.mark.parametrize(("place", "size"), [(0.0, 100), (0.5, 3 * 4096), (0.0, 0)])
def test_what_can_be_read_of_a_damaged_database_is_rescued(settings: Settings, place: float, size: int) -> None:
    with workflow.workspace(settings) as ws:
        (meeting,) = workflow.meetings(ws)
        workflow.remark(ws, meeting.id, "N 1", "note", text="Nachfragen")
        pages = workflow.coverage(ws).pages
    file = settings.nonpublic_folder / database.DATABASE
    damage(file, place, size)
    if place == 0.0:
        with pytest.raises(StorageError, match=r"beschädigt.*--retten"), workflow.workspace(settings):
            pass
    with pytest.raises(StorageError, match="beschädigt"):
        made(settings, settings.data_folder.parent / "s.zip")
    done = rescuing.rescue(settings)
    assert done.meetings == 1
    assert done.damaged is not None
    with workflow.workspace(settings) as ws:
        assert [m.id for m in workflow.meetings(ws)] == [meeting.id]
        assert workflow.coverage(ws).pages == pages
        assert len(workflow.remarks(ws, meeting.id)) == (0 if size == 0 else 1)  # no PDF has it
        assert not snapshot.faults(file)
        with pytest.raises(InputError, match="nichts zu retten"):
            rescuing.rescue(settings)
        workflow.delete(ws, meeting.id)
    assert not Path(done.damaged).exists()


def test_an_upgrade_keeps_a_copy_until_something_is_deleted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "archiv"
    Store.open(folder, public=False).close()
    with closing(sqlite3.connect(folder / database.DATABASE)) as connection, connection:
        connection.execute("DROP TABLE deleted")
        connection.execute("DROP TABLE IF EXISTS deadline")
        connection.execute("DROP TABLE IF EXISTS deadline_rule")
        connection.execute("UPDATE alembic_version SET version_num = '0010'")
        newer = [row[1] for row in connection.execute("PRAGMA table_info(job)")]
        if "person" in newer:
            connection.execute("ALTER TABLE job DROP COLUMN person")
        connection.execute("ALTER TABLE kept_search DROP COLUMN person")
        for name in ("person", "audience", "organization", "of_public"):
            connection.execute(f"ALTER TABLE remark DROP COLUMN {name}")
        connection.execute("DROP TABLE mark")
        connection.execute(
            "CREATE TABLE mark (item_id VARCHAR PRIMARY KEY, meeting_id VARCHAR, read BOOLEAN, important BOOLEAN)"
        )
        connection.execute("INSERT INTO mark (item_id, read, important) VALUES ('ra:top-1', 1, 0)")
    with Store.open(folder, public=False) as store:
        (copy,) = folder.glob("archiv.vor-umstellung-0010.sqlite")
        with closing(sqlite3.connect(copy)) as old:
            assert old.execute("SELECT item_id FROM mark").fetchall() == [("ra:top-1",)]
            assert old.execute("SELECT version_num FROM alembic_version").fetchone() == ("0010",)
        with store.reading() as connection:
            assert connection.exec_driver_sql("SELECT item_id, person FROM mark").all() == [("ra:top-1", "")]
        from ratsassistent.archive import deletion

        with store.writing() as connection:
            deletion.note_cleaning(connection)
        store.clean()
        assert not copy.exists()


def test_a_worker_goes_when_a_state_is_about_to_be_put_in_place(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = made(settings, tmp_path / "s.zip")
    begun = threading.Event()

    def work() -> None:
        with workflow.workspace(settings) as ws:
            begun.set()
            workflow.work(ws, idle_exit_s=300.0)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    assert begun.wait(30)
    restoring.restore(settings, one.path, None)
    thread.join(30)
    assert not thread.is_alive()
    assert not swapping.is_announced(settings)


def test_what_was_declared_non_public_since_stays_so(settings: Settings, tmp_path: Path) -> None:
    one = made(settings, tmp_path / "s.zip")
    with workflow.workspace(settings) as ws:
        (meeting,) = workflow.meetings(ws)
        item = next(i for i in meeting.agendaItem if "Trinkbrunnen" in i.name)
        corrections.correct(ws, meeting.id, corrections.Place(top=item.id), public=False)
        assert not [h for h in workflow.find(ws, "Trinkbrunnen", public=True) if h.paper]
    done = restoring.restore(settings, one.path, None)
    assert done.closed_again == 1
    with workflow.workspace(settings) as ws:
        assert not [h for h in workflow.find(ws, "Trinkbrunnen", public=True) if h.paper]
        assert [h for h in workflow.find(ws, "Trinkbrunnen", public=False) if h.paper]
    later = made(settings, tmp_path / "t.zip")  # that knows of it
    assert restoring.restore(settings, later.path, None).closed_again == 0


def test_who_may_sign_in_comes_back_only_where_nobody_is_known(
    settings: Settings, empty: Settings, tmp_path: Path
) -> None:
    def people(of: Settings) -> People:
        return People(of.data_folder, hasher=PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))

    people(settings).add("Anna Beck", "ein langes Kennwort 1")
    one = made(settings, tmp_path / "s.zip")
    people(settings).remove("Anna Beck")
    people(settings).add("Cem Demir", "ein langes Kennwort 2")
    restoring.restore(settings, one.path, None)
    assert [person.name for person in people(settings).all()] == ["Cem Demir"]  # whom somebody sent away stays away
    restoring.restore(empty, one.path, None)
    assert [person.name for person in people(empty).all()] == ["Anna Beck"]


def test_deletion_dates_and_deleted_parts_survive_an_older_backup(settings: Settings, tmp_path: Path) -> None:
    one = made(settings, tmp_path / "s.zip")
    with workflow.workspace(settings) as ws:
        (meeting,) = workflow.meetings(ws)
        deadlines.put(ws, meeting.id, "all", dt.date(2040, 1, 31))
        workflow.delete(ws, meeting.id, "nonpublic")
    assert known.hold_deleted(settings, deletions.read(settings.data_folder)) == [one]
    done = restoring.restore(settings, one.path, None)
    assert done.deleted_again == (meeting.id,)
    with workflow.workspace(settings) as ws:
        assert [m.id for m in ws.public.meetings()] == [meeting.id]
        assert ws.nonpublic.meetings() == []
        assert [(d.part, d.day) for d in deadlines.everything(ws).dates] == [("all", dt.date(2040, 1, 31))]
