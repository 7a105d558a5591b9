"""The data sheet is one page and says what is true; the drafts mark what only the municipality knows."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import exported
import pytest
from commands import Run, is_one_sentence
from exported import tight

from ratsassistent import models
from ratsassistent.archive import whereabouts
from ratsassistent.errors import InputError
from ratsassistent.output import data_sheet, data_sheet_command, export, page_blocks, page_title
from ratsassistent.output.blocks import Bullets, Heading, Notice, Paragraph, Quote, Table, line, mark, strong
from ratsassistent.output.data_sheet import Facts, Kind
from ratsassistent.proof import sheet
from ratsassistent.settings import Settings

DAY = dt.date(2026, 11, 26)


def bare(text: str) -> str:
    """Without white space and hyphens: where a line ends does not matter."""
    return tight(text).replace("-", "")


def facts(**more: object) -> Facts:
    settings = Settings(data_folder=Path("/heim/ratsassistent"), model_folders=(Path("/heim/modelle"),))
    return replace(data_sheet.facts(settings, DAY), **more)


def made(kind: Kind, form: export.Format, given: Facts | None = None) -> bytes:
    given = given or facts()
    return export.render_document(data_sheet.document(kind, given), data_sheet.imprint(kind, given), form)


def test_it_says_whether_what_is_not_public_is_encrypted() -> None:
    for kind in data_sheet.KINDS:
        text = exported.text_of("pdf", made(kind, "pdf", facts(sealed=True)))
        assert bare("auf diesem Rechner mit einem Kennwort verschlüsselt") in bare(text)


def test_the_data_sheet_is_one_page_even_with_long_paths_and_names() -> None:
    longest = max(models.load_catalogue().entries, key=lambda e: len(e.name + e.publisher + e.licence))
    folder = (
        "C:\\Benutzer\\Vorname.Nachname-Doppelname\\AppData\\Local\\ratsassistent\\Sitzungsdaten der Fraktion\\daten"
    )
    for given in (
        facts(),
        facts(model=longest, data_folder=folder, model_folder=folder + "\\modelle", question_days=0),
    ):
        reader = exported.pdf(made("datenblatt", "pdf", given))
        assert len(reader.pages) == 1
        assert bare(given.data_folder) in bare(reader.pages[0].extract_text())


def test_the_data_sheet_says_what_an_officer_asks() -> None:
    text = bare(exported.text_of("pdf", made("datenblatt", "pdf")))
    for needed in (
        "/heim/ratsassistent", "„oeffentlich“ und „nichtoeffentlich“", "Von Unterlagen, Fragen und Antworten nichts", "127.0.0.1",
        "90 Tage", "arbeiter.log", "bis jemand die Sitzung löscht", "Art. 4 Nr. 7", "keine Auftragsverarbeitung (Art. 28)",
        "kein Hochrisiko-System", "Anhang III", "Art. 50", "KI-Kompetenz", "Art. 22", "Kennwort je Person", "auf diesem Rechner ist das nicht eingerichtet",
        "Keine Rechtsberatung", "(EU) 2024/1689", "26.11.2026", facts().model.name, facts().model.licence,
    ):  # fmt: skip
        assert bare(needed) in text, needed


def test_how_long_questions_are_kept_is_what_is_set() -> None:
    assert "30 Tage" in facts(question_days=30).questions
    assert "ohne Frist" in facts(question_days=0).questions
    assert "0 Tage" not in made("datenblatt", "md", facts(question_days=0)).decode()


@pytest.mark.parametrize("kind", ["verzeichnis", "schwellwert"])
def test_the_drafts_mark_what_is_to_be_filled_in(kind: Kind) -> None:
    text = exported.text_of("docx", made(kind, "docx"))
    assert text.count("bitte ausfüllen") >= 6
    assert "Entwurf" in text
    assert "Keine Rechtsberatung" in text
    assert len(exported.pdf(made(kind, "pdf")).pages) >= 2


def test_the_record_has_every_entry_of_the_law() -> None:
    text = made("verzeichnis", "md").decode()
    assert all(f"Buchst. {letter}" in text for letter in "abcdefg")


def test_the_screening_weighs_all_nine_criteria_and_decides_nothing() -> None:
    text = exported.text_of("md", made("schwellwert", "md"))
    assert all(f"{number}. " in text for number in range(1, 10))
    assert "☐ Eine Datenschutz-Folgenabschätzung ist durchzuführen." in text
    assert "☐ Eine Datenschutz-Folgenabschätzung ist nicht erforderlich." in text
    assert "die Merkmale 4, 7 und 8" in text


def test_a_file_says_that_no_model_wrote_it() -> None:
    assert exported.front_matter(made("datenblatt", "md"))["AIGeneratedText"] == "none"
    assert "Sitzungsunterlagen" not in str(exported.pdf(made("datenblatt", "pdf")).metadata)


def test_blocks_become_html_that_shows_what_it_was_given() -> None:
    evil = '<img src=x onerror="alert(1)">'
    html = page_blocks.html([
        Heading(1, evil), Notice(evil, evil), Paragraph(line(strong(evil), mark(evil))), Bullets((line(evil),)),
        Quote((evil,), line(evil)), Table((evil, "b"), ((line(evil), line(evil)),), (1, 1), line(evil)),
    ])  # fmt: skip
    assert "<img" not in html
    assert html.count("&lt;img") == 12
    assert "<h3>" in html
    assert '<th scope="row">' in html


# --- the command


def test_the_command_writes_the_file_that_its_ending_names(run: Run, tmp_path: Path) -> None:
    for ending, begins in ((".pdf", b"%PDF"), (".docx", b"PK"), (".md", b"---")):
        file = tmp_path / f"blatt{ending}"
        assert run("datenblatt", "-o", file).status == 0
        assert file.read_bytes().startswith(begins)


def test_the_command_shows_the_text_or_one_json_object(run: Run) -> None:
    shown = run("datenblatt", "schwellwert")
    assert shown.status == 0
    assert "# Schwellwertanalyse" in shown.out
    told = run("datenblatt", "verzeichnis", "--json").json
    assert told["kind"] == "verzeichnis"
    assert told["file"] is None
    assert "Art. 30 DSGVO" in told["text"]


def test_what_cannot_be_written_is_refused(run: Run, tmp_path: Path) -> None:
    assert run("datenblatt", "-o", tmp_path / "blatt.txt").status == 2
    assert run("datenblatt", "-o", tmp_path / "blatt").status == 2
    assert run("datenblatt", "rezept").status == 2
    missing = run("datenblatt", "-o", tmp_path / "nirgends" / "blatt.pdf")
    assert missing.status == 1
    assert is_one_sentence(missing.err)
    with pytest.raises(InputError):
        made("datenblatt", "json")


def test_command_and_documents_know_the_same_kinds() -> None:
    assert data_sheet_command.KINDS == data_sheet.KINDS


def test_where_the_archive_lies_on_a_database_server_all_say_so(tmp_path: Path) -> None:
    settings = Settings(data_folder=tmp_path, model_folders=(tmp_path / "modelle",))
    usual = page_title.slogan(settings)
    for folder in (settings.public_folder, settings.nonpublic_folder):
        folder.mkdir()
        whereabouts.note(folder, whereabouts.made("postgresql://rat@db.rathaus.local/archiv", folder.name))
    given = replace(data_sheet.facts(settings, DAY), data_folder="/srv/ratsassistent", model_folder="/srv/modelle")
    text = bare(exported.text_of("pdf", made("datenblatt", "pdf", given)))
    for told in (
        "Texte in PostgreSQL auf db.rathaus.local:5432", "geht (verschlüsselt) an den Datenbankserver db.rathaus.local:5432",
        "SSD-Laufwerken, WAL und Sicherungen des Datenbankservers", "verschlüsselt allein der Datenträger des Servers",
    ):  # fmt: skip
        assert bare(told) in text
    assert bare("Von Unterlagen, Fragen und Antworten nichts") not in text
    assert "rat@" not in text
    assert len(exported.pdf(made("datenblatt", "pdf", given)).pages) == 1
    record = bare(exported.text_of("pdf", made("verzeichnis", "pdf", given)))
    assert bare("der Betreiber des Datenbankservers db.rathaus.local:5432") in record
    assert "db.rathaus.local:5432" in page_title.slogan(settings)
    assert [a.address for a in sheet.addresses(settings) if a.kind == sheet.KEEPS] == [
        "postgresql://db.rathaus.local:5432"
    ]
    here = Settings(data_folder=tmp_path / "hier", model_folders=(tmp_path / "modelle",))
    here.public_folder.mkdir(parents=True)
    whereabouts.note(here.public_folder, whereabouts.made("postgresql://rat@localhost/archiv", "oeffentlich"))
    assert page_title.slogan(here) == usual
    assert "in PostgreSQL auf diesem Rechner" in str(data_sheet.document("datenblatt", data_sheet.facts(here, DAY)))
