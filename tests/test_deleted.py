"""What is deleted is gone: no byte of the data folder tells of it, packed or not, and nothing points at it."""

from __future__ import annotations

import io
import json
import re
import shutil
import sqlite3
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pdfs
import pytest
from commands import Run
from conftest import rows, settings_for
from fpdf import FPDF
from PIL import Image, ImageDraw
from pypdf import PdfReader
from scripted import ScriptedModel

from ratsassistent import corrections, deletions, question_jobs, register, workflow
from ratsassistent.archive import database
from ratsassistent.archive.searches_table import Searches
from ratsassistent.corrections import Place
from ratsassistent.errors import InputError
from ratsassistent.output import export
from ratsassistent.output.page_actions import sentence
from ratsassistent.output.page_taking import Taking
from ratsassistent.settings import Settings

# Words that stand nowhere else; what is searched is their beginnings, since the full text keeps stems, forwards and backwards.
RARE = ["zwirbelquast", "kuckucksmoor", "saugnapfver", "karfunkelgas", "quendelbrun", "molchgrub", "kiebitzwinkel"]
AGENDA = [
    "Gemeinde Molchgrube",
    "Rat der Gemeinde Molchgrube",
    "Einladung zur 3. Sitzung",
    "Termin: Dienstag, 11. Mai 2032, 18:00 Uhr",
    "Tagesordnung",
    "Öffentlicher Teil",
    "Ö 1   Sanierung der Zwirbelquastenhalle",
    "      Vorlage: BV/0701/2032",
    "Ö 2   Kuckucksmoorbrand: Bericht",
    "      Vorlage: BV/0702/2032",
    "Nichtöffentlicher Teil",
    "N 1   Verkauf an die Saugnapfverwertung",
    "      Vorlage: BV/0703/2032",
]


def _paper(reference: str, title: str, *body: str) -> list[str]:
    return ["Beschlussvorlage", f"Vorlage: {reference}", "Betreff:", title, "Beschlussvorschlag:", *body]


PAGES = [
    AGENDA,
    _paper(
        "BV/0701/2032",
        "Sanierung der Zwirbelquastenhalle",
        "Der Rat beschließt die Sanierung der Zwirbelquastenhalle für 4.711.000 Euro.",
        "Die Verwaltung wird beauftragt, bis zum 30.09.2032 zu planen.",
        "Begründung:",
        "Das Dach der Zwirbelquastenhalle ist undicht, sagt das Büro Quendelbrunn.",
    ),
    _paper("BV/0702/2032", "Kuckucksmoorbrand: Bericht", "Der Rat nimmt den Kuckucksmoorbrand zur Kenntnis."),
    _paper(
        "BV/0703/2032", "Verkauf an die Saugnapfverwertung", "Der Rat stimmt dem Verkauf an die Saugnapfverwertung zu."
    ),
]


def _pack() -> bytes:
    """A PDF with packed text, and a scanned page."""
    picture = Image.new("L", (900, 500), 255)
    ImageDraw.Draw(picture).text((40, 60), "Brief der Anlieger der Karfunkelgasse", fill=0, font_size=40)
    scan = io.BytesIO()
    picture.save(scan, format="PNG")
    pdf = FPDF()
    pdf.set_auto_page_break(False)
    for lines in PAGES:
        pdf.add_page()
        pdf.set_font("helvetica", size=10)
        for line in lines:
            pdf.cell(0, 6, line, new_x="LMARGIN", new_y="NEXT")
    pdf.add_page()
    pdf.image(scan, x=0, y=0, w=200)
    return bytes(pdf.output())


def _opened(name: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    """Some bytes, and what is packed in them: streams of PDFs, members of ZIPs and DOCX files, text of pages."""
    yield name, data
    if data[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(data)) as bundle:
            for member in bundle.namelist():
                yield from _opened(f"{name}!{member}", bundle.read(member))
    if data[:5] == b"%PDF-":
        for number, found in enumerate(re.finditer(rb"stream\r?\n(.*?)endstream", data, re.DOTALL)):
            try:
                yield f"{name}!{number}", zlib.decompressobj().decompress(found[1])
            except zlib.error:
                continue
        for page in PdfReader(io.BytesIO(data)).pages:
            yield f"{name}!Text", page.extract_text().encode()


def _told(folder: Path, words: list[str], samples: list[bytes]) -> list[tuple[str, str]]:
    """Where a folder tells of these words in any spelling, or holds these bytes."""
    spelt = [(w, s.encode(c)) for w in words for s in (w, w[::-1]) for c in ("utf-8", "utf-16-le", "utf-16-be")]
    out = []
    for file in sorted(p for p in folder.rglob("*") if p.is_file()):
        for name, data in _opened(str(file.relative_to(folder)), file.read_bytes()):
            lower = data.lower()
            out += [(name, word) for word, bytes_ in spelt if bytes_ in lower]
            out += [(name, "picture or PDF") for sample in samples if sample in data]
    return out


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    temp = tmp_path / "daten" / "temp"  # what is written for a moment is looked for, too
    temp.mkdir(parents=True)
    monkeypatch.setattr("tempfile.tempdir", str(temp))
    monkeypatch.setattr(workflow.background, "ensure_worker", lambda _: False)
    return settings_for(tmp_path / "daten")


def test_no_byte_tells_of_a_deleted_meeting(settings: Settings, tmp_path: Path) -> None:
    data, pack = settings.data_folder, _pack()
    with workflow.workspace(settings) as ws:
        other = pdfs.write(tmp_path / "anderes" / "feuerwache.pdf", pdfs.PACK)
        workflow.take_in(ws, [other])
        others = workflow.meetings(ws)
    before = _points(data)
    upload = data / "eingang-1-x" / "tmp" / "unterlagen.zip"  # where Gradio puts it
    upload.parent.mkdir(parents=True)
    with zipfile.ZipFile(upload, "w", zipfile.ZIP_DEFLATED) as bundle:
        bundle.writestr("Sitzung/paket.pdf", pack)
    left = data / "nichtoeffentlich" / "eingang" / "0123" / "0000" / "unterlagen.zip"  # of a program that was killed
    left.parent.mkdir(parents=True)
    shutil.copy(upload, left)
    taking = Taking(settings, sentence)
    taking.begin([upload], own=True)
    taking.join(120)
    with workflow.workspace(settings) as ws:
        (meeting,) = [m for m in workflow.meetings(ws) if m.start and m.start.startswith("2032")]
        ws.model = ScriptedModel(lambda _: "Die Sanierung der Zwirbelquastenhalle kostet 4.711.000 Euro.")
        workflow.brief(ws, meeting.id, "voll")
        made = workflow.brief(ws, meeting.id, "auszug")
        with pytest.raises(InputError, match="Datenordner"):
            export.check(data / "auszug.docx", data)
        shown = made.agendaItem[0]
        workflow.remark(ws, meeting.id, shown.id, "note", text="Im Kiebitzwinkel nachfragen")
        workflow.remark(
            ws, meeting.id, shown.id, "correct", target=shown.statements[0].key, text="Die Zwirbelquastenhalle"
        )
        workflow.put_mark(ws, meeting.id, shown.id, read=True, important=True)
        corrections.correct(ws, meeting.id, Place(paper="BV/0702/2032"), public=False)
        Searches(ws.nonpublic).keep("Dach Kiebitzwinkel", {"meeting": meeting.id})
        jobs, job = question_jobs.begin(ws, "Was kostet die Zwirbelquastenhalle?", meeting.id)
        question_jobs.answer(ws, jobs, job, has_model=False)
        ws.jobs.add("briefing", "Molchgrube", {"meeting": meeting.id})
        for one in register.resolutions(ws)[:1]:
            register.enter(ws, one.id, office="Amt Kiebitzwinkel")
        (data / "nichtoeffentlich" / "arbeiter.log").write_text("Fehler bei Zwirbelquastenhalle")
        (data / "nichtoeffentlich" / "dateien" / "xy.teil").write_bytes(pack)  # half a copy, since a crash
        (data / "temp" / "ratsassistent-999999-x").mkdir()
        (data / "temp" / "ratsassistent-999999-x" / "paket.pdf").write_bytes(pack)
        shutil.copy(
            data / "nichtoeffentlich" / database.DATABASE,
            data / "nichtoeffentlich" / "archiv.vor-umstellung-0010.sqlite",
        )
        samples = [pack[place : place + 60] for place in range(200, len(pack) - 100, len(pack) // 12)]
        samples = [sample for sample in samples if sample not in other.read_bytes()]  # what every PDF of this kind has
        found = {word for _, word in _told(data, RARE, samples)}
        assert found >= {*RARE, "picture or PDF"}, "this test would see nothing"
        ids = {meeting.id, *(i.id for i in meeting.agendaItem), *(p.id for i in meeting.agendaItem for p in i.papers)}
        workflow.delete(ws, meeting.id)
        assert workflow.meetings(ws) == others
    assert _told(data, RARE, samples) == []
    assert not _pictures(data)
    assert _points(data) == before
    said = (data / deletions.FILE).read_text(encoding="utf-8").splitlines()
    assert [sorted(json.loads(line)) for line in said] == [["id", "kind", "time"]]
    assert json.loads(said[0])["id"] == meeting.id
    rest = ids - {meeting.id}
    assert not [
        file for file in data.rglob("*") if file.is_file() and any(key.encode() in file.read_bytes() for key in rest)
    ]


def _pictures(data: Path) -> list[str]:
    """Files that hold a picture outside of the PDFs that were taken in."""
    magic = (b"\x89PNG\r\n", b"\xff\xd8\xff\xe0", b"data:image/png")
    return [
        str(file)
        for file in data.rglob("*")
        if file.is_file() and file.suffix != ".pdf" and any(one in file.read_bytes() for one in magic)
    ]


def _points(data: Path) -> dict[str, int]:
    """How many rows each table of both archives has, but what was deleted; and how many files there are."""
    out = {}
    for archive in ("oeffentlich", "nichtoeffentlich"):
        with closing(sqlite3.connect(data / archive / database.DATABASE)) as connection:
            names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            for name in names:
                if name not in {"deleted", "pending", "passage_word", "sqlite_sequence"} and not name.startswith(
                    "passage_text_"
                ):
                    out[f"{archive}.{name}"] = connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]
            assert connection.execute("SELECT count(*) FROM pending").fetchone()[0] == 0
        out[f"{archive}.pdf"] = len(list((data / archive / "dateien").iterdir()))
    return out


def test_a_paper_by_itself_is_deleted_too(run: Run, tmp_path: Path) -> None:
    loose = pdfs.write(tmp_path / "einzeln.pdf", [PAGES[1]])
    assert run("einlesen", loose).status == 0
    done = run("loeschen", "BV/0701/2032", "--json")
    assert done.status == 0
    assert json.loads(done.out)["deleted"].startswith("ra:")
    assert _told(tmp_path / "daten", ["zwirbelquast"], []) == []


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a small pack; nobody writes into it."""
    base = tmp_path_factory.mktemp("klein")
    with workflow.workspace(settings_for(base / "daten")) as ws:
        workflow.take_in(ws, [pdfs.write(base / "paket.pdf", pdfs.PACK)])
    return base / "daten"


@pytest.mark.parametrize("step", ["delete_meeting", "forget", "end"])
def test_a_deletion_that_a_crash_interrupts_is_ended_at_the_next_opening(
    small: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    class Crash(BaseException):
        """The power is gone."""

    def crash(*_: object, **__: object) -> None:
        raise Crash

    shutil.copytree(small, settings.data_folder, dirs_exist_ok=True)
    with workflow.workspace(settings) as ws:
        (meeting,) = workflow.meetings(ws)
        workflow.remark(ws, meeting.id, "N 1", "note", text="Zwirbelquastenhalle")
        Searches(ws.nonpublic).keep("Zwirbelquastenhalle", {"meeting": meeting.id})
        where = {
            "delete_meeting": "ratsassistent.archive.store.Store.delete_paper",  # after the first archive
            "forget": "ratsassistent.deleting.register.forget",
            "end": "ratsassistent.deleting.deletion.end",
        }[step]
        with monkeypatch.context() as patch:
            patch.setattr(where, crash)
            with pytest.raises(Crash):
                workflow.delete(ws, meeting.id)
    with workflow.workspace(settings) as ws:
        assert workflow.meetings(ws) == []
    assert _told(settings.data_folder, ["zwirbelquast", "kaufgeheimnis"], []) == []


def test_what_is_deleted_while_it_is_taken_in_again_does_not_come_back(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pack = pdfs.write(tmp_path / "paket.pdf", pdfs.PACK)
    with workflow.workspace(settings) as ws:
        workflow.take_in(ws, [pack])
        (meeting,) = workflow.meetings(ws)

        def deleted_meanwhile(text: str, _: float | None) -> None:
            if "abgelegt" in text:
                workflow.delete(ws, meeting.id)

        workflow.take_in(ws, [pack], progress=deleted_meanwhile)
        assert workflow.meetings(ws) == []
    assert _told(settings.data_folder, ["kaufgeheimnis", "feuerwache"], []) == []


SECRET = ["kaufgeheimnis", "dem gutachten", "kiebitzwinkel", "grundstücksverkauf"]


def test_of_the_non_public_part_no_byte_is_left_and_the_public_one_stays(small: Path, settings: Settings) -> None:
    data, pack = settings.data_folder, small.parent / "paket.pdf"
    shutil.copytree(small, data, dirs_exist_ok=True)
    with workflow.workspace(settings) as ws:
        (meeting,) = workflow.meetings(ws)
        corrections.correct(ws, meeting.id, Place(paper="AN/0045/2024"), public=False)  # of a public item
        sold = "Der Rat stimmt dem Verkauf an die Kaufgeheimnis GmbH zu."
        ws.model = ScriptedModel(
            lambda prompt: sold if "Kaufgeheimnis" in prompt else "Die Feuerwache Nord wird gebaut."
        )
        workflow.brief(ws, meeting.id, "voll")
        workflow.remark(ws, meeting.id, "N 1", "note", text="Im Kiebitzwinkel nachfragen")
        workflow.remark(ws, meeting.id, "Ö 2", "note", text="Feuerwehr fragen")
        for top in ("N 1", "Ö 2"):
            workflow.put_mark(ws, meeting.id, top, read=True)
        Searches(ws.nonpublic).keep("Preis Kiebitzwinkel", {"meeting": meeting.id})
        jobs, job = question_jobs.begin(ws, "Wie hoch ist der Preis im Gutachten?", meeting.id)
        question_jobs.answer(ws, jobs, job, has_model=False)
        ws.jobs.add("briefing", "Musterfeld", {"meeting": meeting.id})
        for place in (data / "nichtoeffentlich" / "eingang" / "0123", data / "temp" / "ratsassistent-999999-x"):
            place.mkdir(parents=True)  # since a crash
            shutil.copy(pack, place)
        (data / "nichtoeffentlich" / "arbeiter.log").write_text("Fehler bei der Kaufgeheimnis GmbH")
        public = rows(data / "oeffentlich")
        assert {word for _, word in _told(data, SECRET, [])} == set(SECRET), "this test would see nothing"
        workflow.delete(ws, meeting.id, "nonpublic")
        (left,) = workflow.meetings(ws)
        assert [item.number for item in left.agendaItem] == ["Ö 1", "Ö 2", "Ö 3"]
        assert [mark.item_id for mark in workflow.marks(ws, meeting.agendaItem).values()] == [left.agendaItem[1].id]
        assert [one.text for one in workflow.remarks(ws, meeting.id)] == ["Feuerwehr fragen"]
        assert ws.jobs.all() == []
        with pytest.raises(InputError, match="nichts Nichtöffentliches"):
            workflow.delete(ws, meeting.id, "nonpublic")
    assert _told(data, SECRET, []) == []
    assert _told(data / "nichtoeffentlich", ["trinkbrunnen", "feuerwache"], []) == []
    assert rows(data / "oeffentlich") == public
    closed = {"correction", "deleted", "mark", "embedding_model", "about", "alembic_version"}
    assert {name.split(".")[1] for name, held in rows(data / "nichtoeffentlich").items() if held} <= closed
    (said,) = (data / deletions.FILE).read_text(encoding="utf-8").splitlines()
    assert json.loads(said)["kind"] == "nonpublic"
    with workflow.workspace(settings) as ws:  # what a person hid is hidden from those who take it in again
        workflow.take_in(ws, [pack])
        (again,) = workflow.meetings(ws)
        assert [paper.reference for paper in again.agendaItem[3].papers] == ["BV/0099/2024"]
        assert ws.public.papers_by_reference("AN/0045/2024") == []
        workflow.delete(ws, meeting.id)
        assert {one.kind for one in deletions.known(ws)} == {"nonpublic", "Meeting"}
    assert _told(data, [*SECRET, "trinkbrunnen", "feuerwache"], []) == []


@pytest.mark.parametrize("step", ["leftovers.remove", "deletion.end"])
def test_of_a_non_public_part_a_crash_does_not_leave_half(
    small: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    class Crash(BaseException):
        """The power is gone."""

    def crash(*_: object, **__: object) -> None:
        raise Crash

    shutil.copytree(small, settings.data_folder, dirs_exist_ok=True)
    with workflow.workspace(settings) as ws:
        (meeting,) = workflow.meetings(ws)
        corrections.correct(ws, meeting.id, Place(paper="AN/0045/2024"), public=False)
        Searches(ws.nonpublic).keep("Kiebitzwinkel", {"meeting": meeting.id})
        with monkeypatch.context() as patch:
            patch.setattr(f"ratsassistent.deleting.{step}", crash)
            with pytest.raises(Crash):
                workflow.delete(ws, meeting.id, "nonpublic")
    with workflow.workspace(settings) as ws:
        (left,) = workflow.meetings(ws)
        assert len(left.agendaItem) == 3
    assert _told(settings.data_folder, SECRET, []) == []
    assert _points(settings.data_folder)["nichtoeffentlich.meeting"] == 0
