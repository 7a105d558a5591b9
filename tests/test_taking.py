"""Taking in from the page: it goes on without a tab, shows the agenda early, and nothing is read twice or lost."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pdfs
import pytest
from conftest import settings_for
from filelock import FileLock

from ratsassistent import workflow
from ratsassistent.briefings import Coverage, Intake
from ratsassistent.errors import StorageError
from ratsassistent.oparl import Meeting, Skipped
from ratsassistent.output import page_intake
from ratsassistent.output.page_actions import Actions, sentence
from ratsassistent.output.page_taking import FOLDER, Taking
from ratsassistent.settings import Settings
from ratsassistent.workflow import Workspace


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_for(tmp_path / "daten")


@pytest.fixture
def ws(settings: Settings) -> Iterator[Workspace]:
    with workflow.workspace(settings) as opened:
        yield opened


def upload(folder: Path, name: str = "pack.pdf") -> Path:
    """As Gradio leaves an upload: in a folder of its own."""
    return pdfs.write(folder / "hochgeladen" / name.partition(".")[0] / name, pdfs.PACK)


def waiting(settings: Settings) -> list[Path]:
    return sorted(path for path in (settings.nonpublic_folder / FOLDER).rglob("*.pdf"))


def test_the_agenda_is_told_before_the_papers_and_then_with_them(ws: Workspace, tmp_path: Path) -> None:
    told: list[tuple[Meeting, ...]] = []
    lines: list[str] = []
    long = [*pdfs.PACK, *([[f"Seite {n} der Anlage mit vielen Wörtern"] for n in range(20)])]
    workflow.take_in(
        ws,
        [pdfs.write(tmp_path / "pack.pdf", long)],
        on_agenda=told.append,
        progress=lambda text, _: lines.append(text),
    )
    first, last = told[0][0], told[-1][0]
    assert [i.number for i in first.agendaItem] == ["Ö 1", "Ö 2", "Ö 3", "N 1"]
    assert not any(i.papers for i in first.agendaItem)
    assert [len(i.papers) for i in last.agendaItem] == [0, 1, 1, 1]
    order = [n for n, line in enumerate(lines) if "zugeordnet" in line or "abgelegt" in line]
    assert order == sorted(order)
    assert len(order) == 2


def test_two_at_once_wait_for_each_other(ws: Workspace, tmp_path: Path) -> None:
    lock = FileLock(ws.nonpublic.folder / "einlesen.sperre")
    lock.acquire()
    told: list[str] = []

    def progress(text: str, _: float | None) -> None:
        told.append(text)
        if lock.is_locked:
            assert not ws.public.meetings()
            lock.release()

    workflow.take_in(ws, [pdfs.write(tmp_path / "pack.pdf", pdfs.PACK)], progress=progress)
    assert told[0] == "Es wird gerade etwas anderes eingelesen; danach geht es hier weiter"
    assert ws.public.meetings()


class Slow:
    """A take-in that waits until it may go on."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.may, self.begun, self.paths = threading.Event(), threading.Event(), []
        monkeypatch.setattr(workflow, "take_in", self)

    def __call__(self, _: Workspace, paths: list[Path], **__: object) -> Intake:
        self.paths.append([path.name for path in paths])
        assert all(path.is_file() for path in paths)
        self.begun.set()
        assert self.may.wait(30)
        return Intake(
            meetings=(), loose_papers=(), papers=0, files=1, pages_total=0, pages_text=0, pages_ocr=0,
            coverage=Coverage(pages=0, read=0), skipped=(), seconds=0.0,
        )  # fmt: skip


def test_the_same_files_dropped_twice_are_read_once(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow, taking = Slow(monkeypatch), Taking(settings, sentence)
    first = taking.begin([upload(tmp_path)], own=True)
    assert slow.begun.wait(30)
    again = tmp_path / "noch einmal" / "anders.pdf"
    again.parent.mkdir()
    shutil.copy(waiting(settings)[0], again)
    assert taking.begin([again], own=True) is first
    assert not again.exists()
    other = pdfs.write(tmp_path / "hochgeladen" / "x" / "andere.pdf", [pdfs.AGENDA])
    second = taking.begin([other], own=True)
    assert second is not first
    assert "Eine weitere Lieferung wartet" in taking.html()
    assert (taking.running, len(waiting(settings))) == (True, 2)
    assert not list((tmp_path / "hochgeladen").rglob("*.pdf"))
    slow.may.set()
    assert second.ended.wait(30)
    taking.join(30)
    assert (slow.paths, taking.running, waiting(settings)) == ([["pack.pdf"], ["andere.pdf"]], False, [])


def test_the_extract_is_there_before_anybody_opens_the_meeting(settings: Settings, tmp_path: Path) -> None:
    taking = Taking(settings, sentence)
    assert taking.begin([upload(tmp_path)], own=True).ended.wait(60)
    taking.join(30)
    with workflow.workspace(settings) as ws:
        (meeting,) = workflow.meetings(ws)
        written = {made.id for store in ws.stores for made in store.briefings(meeting.id, "auszug")}
        assert written == {item.id for item in workflow.meeting(ws, meeting.id).agendaItem}


def test_an_extract_that_cannot_be_written_loses_nothing_of_what_was_read(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise StorageError("Die Platte ist voll.")

    monkeypatch.setattr(workflow, "stored_briefing", fails)
    run = Taking(settings, sentence).begin([upload(tmp_path)], own=True)
    assert run.ended.wait(60)
    assert (run.error, run.done is not None) == ("", True)


def test_what_a_killed_program_left_is_read_when_it_starts_again(settings: Settings, tmp_path: Path) -> None:
    folder = settings.nonpublic_folder / FOLDER / "abc"
    pdfs.write(folder / "0000" / "pack.pdf", pdfs.PACK)
    note = {"files": ["0000/pack.pdf"], "tries": 1, "pid": 999_999_999, "started": 1.0}
    (folder / "stand.json").write_text(json.dumps(note), encoding="utf-8")
    actions = Actions(settings)
    actions.taking.join(60)
    assert "7. Sitzung" in actions.taking.html() or "Fertig gelesen" in actions.taking.html()
    with workflow.workspace(settings) as ws:
        assert len(workflow.meetings(ws)) == 1
    assert not folder.exists()


@pytest.mark.parametrize("note", ["kein JSON", json.dumps({"files": "x"}), json.dumps([1])])
def test_half_an_upload_is_removed(settings: Settings, note: str) -> None:
    folder = settings.nonpublic_folder / FOLDER / "abc"
    folder.mkdir(parents=True)
    (folder / "stand.json").write_text(note, encoding="utf-8")
    Actions(settings).taking.join(30)
    assert not folder.exists()


def test_what_brings_the_program_down_is_given_up(settings: Settings) -> None:
    folder = settings.nonpublic_folder / FOLDER / "abc"
    pdfs.write(folder / "0000" / "böse.pdf", pdfs.PACK)
    note = {"files": ["0000/böse.pdf"], "tries": 2, "pid": 999_999_999, "started": 1.0}
    (folder / "stand.json").write_text(json.dumps(note), encoding="utf-8")
    taking = Actions(settings).taking
    assert "zweimal unterbrochen" in taking.html()
    assert "böse" in taking.html()
    assert not folder.exists()


def test_an_error_is_told_and_the_next_one_is_read(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object, **__: object) -> Intake:
        raise StorageError("Der Datenträger ist voll.")

    monkeypatch.setattr(workflow, "take_in", fails)
    taking = Taking(settings, sentence)
    run = taking.begin([upload(tmp_path)], own=True)
    assert run.ended.wait(30)
    assert "Der Datenträger ist voll." in taking.html()
    assert waiting(settings) == []
    monkeypatch.undo()
    run = taking.begin([upload(tmp_path)], own=True)
    assert run.ended.wait(60)
    assert "Fertig gelesen" in taking.html()


def test_the_summary_says_what_there_is_what_is_missing_and_what_to_do(ws: Workspace, tmp_path: Path) -> None:
    broken = tmp_path / "<b>kaputt.pdf"
    broken.write_bytes(b"%PDF-1.4 nichts")
    made = workflow.take_in(ws, [pdfs.write(tmp_path / "pack.pdf", pdfs.PACK), broken])
    html = page_intake.summary(made)
    for words in (
        "Diese Sitzung lesen",
        "4 Tagesordnungspunkte · 3 Vorlagen",
        "1 Vorlage, 3 Seiten",
        "keine Unterlagen",
    ):
        assert words in html
    assert "1 Datei wurde nicht gelesen" in html
    assert "&lt;b&gt;kaputt" in html
    assert "<b>kaputt" not in html


def test_what_is_recognised_is_shown_while_it_is_read() -> None:
    item = {"id": "", "order": 1, "number": "5", "name": "<i>Brücke</i>", "public": False}
    meeting = Meeting(id="", name="Rat", organization=None, start="2027-01-26", agendaItem=(item,))  # type: ignore[arg-type]
    html = page_intake.running("pack.pdf wird gelesen", 0.25, [meeting])
    assert 'value="0.250"' in html
    assert "pack.pdf wird gelesen" in html
    assert "Sie können diese Seite schließen" in html
    assert "&lt;i&gt;Brücke" in html
    assert "nichtöffentlich" in html
    assert "keine Unterlagen" not in html  # nobody knows yet


def test_nothing_taken_in_says_so() -> None:
    made = Intake(
        meetings=(), loose_papers=(), papers=0, files=0, pages_total=0, pages_text=0, pages_ocr=0,
        coverage=Coverage(pages=0, read=0), skipped=(Skipped(path="a.docx", reason="Das ist keine PDF-Datei."),),
        seconds=0.1,
    )  # fmt: skip
    assert "Es konnte nichts gelesen werden" in page_intake.summary(made)
    assert "Das ist keine PDF-Datei." in page_intake.summary(made)
