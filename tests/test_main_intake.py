"""`einlesen`: what is named, what is refused in one German sentence, and that a refusal changes nothing."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import pdfs
import pytest
import shapes
from commands import Run, is_one_sentence, refused
from conftest import files, rows
from pypdf import PdfReader, PdfWriter

from ratsassistent.demo import demo_pack

# --- taking in


def test_einlesen_names_what_was_recognised(run: Run) -> None:
    plain = run("einlesen", "--beispiel")
    assert plain.status == 0
    assert "10 Tagesordnungspunkte" in plain.out
    assert "40 von 40 Seiten gelesen" in plain.out
    assert re.search(r"1 Seite war ein Scan und wurde mit Texterkennung gelesen.*\n.*S\. 32", plain.out)
    assert re.search(r"Anlage 3, erwähnt auf S\. 20, liegt nicht bei", plain.out)
    again = run("einlesen", "--beispiel", "--json")
    assert shapes.misfits(again.json, shapes.INTAKE) == []
    assert again.json["files"] == 1
    assert again.json["papers"] == 8
    assert again.json["pages"]["unreadable"] == []
    assert [p["page"] for p in again.json["pages"]["ocr_pages"]] == [32]
    assert (again.json["pages"]["text"], again.json["pages"]["ocr"]) == (39, 1)
    assert again.json["skipped"] == []
    assert again.json["seconds"] >= 0


def bad_files(folder: Path) -> dict[str, Path]:
    """One file of each kind that cannot be read."""
    folder.mkdir(exist_ok=True)
    good = pdfs.pdf_bytes(pdfs.PACK)
    made = {
        "text": b"Das ist ein Text und kein PDF.\n" * 50,
        "empty": b"",
        "cut": demo_pack().read_bytes()[: demo_pack().stat().st_size // 2],
        "cut_early": good[:300],
        "garbage": b"%PDF-1.7\n" + bytes(range(256)) * 20,
    }
    paths = {}
    for name, content in made.items():
        paths[name] = folder / f"{name}.pdf"
        paths[name].write_bytes(content)
    pageless = PdfWriter()
    paths["pageless"] = folder / "pageless.pdf"
    pageless.write(paths["pageless"])
    locked = PdfWriter(clone_from=demo_pack())
    locked.encrypt("geheim", algorithm="AES-256")
    paths["locked"] = folder / "locked.pdf"
    locked.write(paths["locked"])
    assert PdfReader(paths["locked"]).is_encrypted
    (folder / "ordner").mkdir()
    (folder / "ordner" / "notiz.txt").write_text("keine PDF-Datei")
    paths["folder"] = folder / "ordner"
    (folder / "leer").mkdir()
    paths["empty_folder"] = folder / "leer"
    paths["missing"] = folder / "gibtsnicht.pdf"
    paths["word"] = folder / "brief.docx"
    paths["word"].write_bytes(b"PK\x03\x04")
    paths["zip"] = folder / "kaputt.zip"
    paths["zip"].write_bytes(b"PK\x03\x04 kaputt")
    paths["zip_without_pdf"] = folder / "ohne.zip"
    with zipfile.ZipFile(paths["zip_without_pdf"], "w") as bundle:
        bundle.writestr("notiz.txt", "nichts")
    return paths


BAD = ["text", "empty", "cut", "cut_early", "garbage", "pageless", "locked", "folder", "empty_folder", "missing", "word", "zip",
       "zip_without_pdf"]  # fmt: skip
REASONS = {
    "text": "PDF",
    "empty": "leer",
    "cut": "beschädigt|abgeschnitten|unvollständig",
    "pageless": "Seite",
    "locked": "Passwort",
    "empty_folder": "keine PDF-Datei",
    "missing": "gibt es nicht",
}


@pytest.mark.parametrize("kind", BAD)
def test_a_file_that_cannot_be_read_is_one_sentence_and_changes_nothing(
    run: Run, data: Path, tmp_path: Path, kind: str
) -> None:
    path = bad_files(tmp_path / "schlecht")[kind]
    before, held = rows(data), files(data)
    result = run("einlesen", path, "--json")
    assert result.status == 1
    assert shapes.misfits(result.json, shapes.INTAKE) == []
    assert (result.json["meetings"], result.json["files"], result.json["papers"]) == ([], 0, 0)
    reasons = [s["reason"] for s in result.json["skipped"]]
    assert 1 <= len(reasons) <= 2
    assert all(is_one_sentence(r) for r in reasons), reasons
    assert len(result.err.strip().splitlines()) == len(reasons)
    assert "Traceback" not in result.err
    if kind in REASONS:
        assert re.search(REASONS[kind], " ".join(reasons)), reasons
    assert rows(data) == before
    assert files(data) == held


def test_a_bad_file_does_not_even_make_an_archive_with_something_in_it(run: Run, tmp_path: Path) -> None:
    bad = bad_files(tmp_path / "schlecht")
    assert run("einlesen", bad["text"], bad["locked"]).status == 1
    assert run("sitzungen", "--json").json == {"meetings": [], "loose_papers": []}
    assert list((tmp_path / "daten").rglob("*.pdf")) == []


def test_a_good_file_among_bad_ones_is_taken_in(run: Run, tmp_path: Path) -> None:
    bad = bad_files(tmp_path / "schlecht")
    good = pdfs.write(tmp_path / "gut" / "sitzung.pdf", pdfs.PACK)
    result = run("einlesen", bad["locked"], good, bad["text"], bad["missing"], "--json")
    assert result.status == 0
    assert shapes.misfits(result.json, shapes.INTAKE) == []
    assert [m["organization"] for m in result.json["meetings"]] == ["Rat der Stadt Musterfeld"]
    assert len(result.json["skipped"]) == 3
    assert all(is_one_sentence(s["reason"]) for s in result.json["skipped"])
    assert len(result.err.strip().splitlines()) == 3


def test_a_folder_and_a_zip_are_looked_through(run: Run, tmp_path: Path) -> None:
    good = pdfs.write(tmp_path / "ordner" / "unten" / "sitzung.pdf", pdfs.PACK)
    assert run("einlesen", tmp_path / "ordner", "--json").json["files"] == 1
    with zipfile.ZipFile(tmp_path / "paket.zip", "w") as bundle:
        bundle.write(good, "sitzung.pdf")
    assert run("einlesen", tmp_path / "paket.zip", "--json").json["files"] == 1
    assert len(run("sitzungen", "--json").json["meetings"]) == 1


def test_a_loose_paper_is_named_and_can_be_released(run: Run, tmp_path: Path) -> None:
    loose = pdfs.write(tmp_path / "feuerwache.pdf", [pdfs.FIRE_1, pdfs.FIRE_2])
    taken = run("einlesen", loose, "--json").json
    assert [p["public"] for p in taken["loose_papers"]] == [None]
    (held,) = run("sitzungen", "--json").json["loose_papers"]
    assert shapes.misfits(held, shapes.PAPER) == []
    assert "nicht freigegeben" in run("einlesen", loose).out
    released = run("freigeben", held["id"], "--json")
    assert released.json["reference"] == "BV/0012/2024"
    assert refused(run("freigeben", held["id"]))
    made = run("briefing", "--papier", "BV/0012/2024", "--json").json
    assert shapes.misfits(made, shapes.BRIEFING) == []
    assert made["meeting"] is None
    assert made["agendaItem"][0]["public"] is True


def test_einlesen_of_nothing_is_a_question_of_usage(run: Run) -> None:
    nothing = run("einlesen")
    assert nothing.status == 2
    assert nothing.out == ""
    assert nothing.err.strip().endswith(".")
