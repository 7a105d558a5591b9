import zipfile
from pathlib import Path

import pdfs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DictionaryObject, NameObject, NumberObject, StreamObject

from ratsassistent.errors import NotFound, UnreadableFile
from ratsassistent.pack.pages import clean_text, find_inputs, public_copy, read_file, render_page


def test_pages_keep_their_place_and_say_why_they_have_no_text(tmp_path):
    path = tmp_path / "scan.pdf"
    path.write_bytes(pdfs.scan_bytes())
    first, second, third = read_file(path).pages
    assert (first.number, first.source, first.text) == (1, "text", "Eine Seite mit Text")
    assert (second.source, second.text, second.reason) == ("none", "", "kein Text, vermutlich ein Scan")
    assert (third.source, third.text, third.reason) == ("text", "", None)  # blank, and read


def test_bookmarks_progress_and_id(tmp_path):
    path = pdfs.write(tmp_path / "a.pdf", pdfs.PACK, {1: "Tagesordnung", 2: "Vorlage Feuerwache"})
    seen = []
    read = read_file(path, name="Pack.pdf", progress=seen.append)
    assert read.outline == (("Tagesordnung", 1), ("Vorlage Feuerwache", 2))
    assert seen[-1] == 1.0
    assert len(seen) == 7
    assert read.file.name == "Pack.pdf"
    copy = tmp_path / "b.pdf"
    copy.write_bytes(path.read_bytes())
    assert read_file(copy).file.id == read.file.id  # the bytes decide, not the name


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"Nur Text, kein PDF.", "keine PDF-Datei"),
        (b"", "leer"),
        (pdfs.pdf_bytes(pdfs.PACK)[:4000], "unvollständig"),
        (pdfs.pdf_bytes([["geheim"]], password="streng"), "Passwort"),
        (b"%PDF-1.4\nkaputt\n%%EOF\n", "beschädigt"),
    ],
)
def test_bad_files_get_one_german_sentence(tmp_path, content, word):
    path = tmp_path / "x.pdf"
    path.write_bytes(content)
    with pytest.raises(UnreadableFile, match=word) as error:
        read_file(path)
    assert str(error.value).endswith(".")
    assert "\n" not in str(error.value)


def test_a_pdf_without_pages_is_refused(tmp_path):
    path = tmp_path / "leer.pdf"
    PdfWriter().write(path)
    with pytest.raises(UnreadableFile, match="keine Seiten"):
        read_file(path)


def test_missing_and_too_long_files(tmp_path):
    with pytest.raises(UnreadableFile, match="gibt es nicht"):
        read_file(tmp_path / "fehlt.pdf")
    with pytest.raises(UnreadableFile, match="höchstens 3"):
        read_file(pdfs.write(tmp_path / "a.pdf", pdfs.PACK), max_pages=3)


def test_an_empty_user_password_is_no_obstacle(tmp_path):
    path = tmp_path / "offen.pdf"
    path.write_bytes(pdfs.pdf_bytes([["Lesbar ohne Passwort"]], password=""))
    assert read_file(path).pages[0].text == "Lesbar ohne Passwort"


def test_text_is_cleaned():
    assert clean_text("Ver\u00ad\nwaltung prüft") == "Verwaltung\nprüft"
    assert clean_text("\uf0b7 Punkt\n\uf0fe ja \uf0a8 nein\x00") == "• Punkt\n☒ ja ☐ nein"
    assert clean_text("o\u0308ffentlich\u200b") == "öffentlich"
    assert clean_text("\ue123 unbekannt") == "• unbekannt"


@given(st.text())
def test_cleaning_twice_changes_nothing_and_leaves_no_control_characters(text):
    once = clean_text(text)
    assert clean_text(once) == once
    once.encode("utf-8")
    assert not any(ord(char) < 32 and char != "\n" for char in once)


def test_folders_are_searched_in_natural_order(tmp_path):
    for name in ("Anlage 10.pdf", "Anlage 2.pdf", "tief/Vorlage.pdf"):
        pdfs.write(tmp_path / "sitzung" / name, [["x"]])
    (tmp_path / "sitzung" / "brief.docx").write_text("x")
    (tmp_path / "sitzung" / "daten.jsonl").write_text("{}")
    files, skipped = find_inputs([tmp_path / "sitzung"], tmp_path / "w")
    assert [name for _, name in files] == ["Anlage 2.pdf", "Anlage 10.pdf", "Vorlage.pdf"]
    reasons = {Path(entry.path).name: entry.reason for entry in skipped}
    assert "PDF" in reasons["brief.docx"]
    assert "späteren Version" in reasons["daten.jsonl"]


def test_same_names_are_told_apart_and_an_empty_folder_is_named(tmp_path):
    pdfs.write(tmp_path / "s" / "TOP 1" / "Vorlage.pdf", [["x"]])
    pdfs.write(tmp_path / "s" / "TOP 2" / "Vorlage.pdf", [["y"]])
    (tmp_path / "leer").mkdir()
    files, skipped = find_inputs([tmp_path / "s", tmp_path / "leer", tmp_path / "fehlt.pdf"], tmp_path / "w")
    assert [name for _, name in files] == ["TOP 1/Vorlage.pdf", "TOP 2/Vorlage.pdf"]
    assert [entry.reason for entry in skipped] == [
        "In diesem Ordner liegt keine PDF-Datei.",
        "Diese Datei gibt es nicht.",
    ]


def test_a_zip_cannot_write_outside_and_is_bounded(tmp_path):
    archive = tmp_path / "pack.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as bundle:
        bundle.writestr("TOP 1/Vorlage.pdf", pdfs.pdf_bytes([["drin"]]))
        bundle.writestr("../../boese.pdf", b"%PDF-1.4")
        bundle.writestr("C:\\boese.pdf", b"%PDF-1.4")
        bundle.writestr("mehr.zip", b"PK")
        bundle.writestr("bombe.pdf", b"%PDF-" + bytes(8_000_000))
        bundle.writestr("__MACOSX/._Vorlage.pdf", b"x")
    files, skipped = find_inputs([archive], tmp_path / "w")
    assert [name for _, name in files] == ["Vorlage.pdf"]
    assert files[0][0].is_relative_to(tmp_path / "w")
    assert files[0][0].parent.name == "TOP 1"
    assert read_file(files[0][0]).pages[0].text == "drin"
    assert len(skipped) == 4
    assert not list(tmp_path.parent.glob("boese.pdf"))


def test_a_broken_zip_gets_a_sentence(tmp_path):
    archive = tmp_path / "kaputt.zip"
    archive.write_bytes(b"PK\x03\x04 nichts")
    assert find_inputs([archive], tmp_path / "w")[1][0].reason == "Das ZIP-Archiv ist beschädigt."


def test_a_page_becomes_a_picture_of_the_width_asked_for(tmp_path):
    from io import BytesIO

    from PIL import Image

    path = pdfs.write(tmp_path / "a.pdf", [["Hallo"]])
    picture = Image.open(BytesIO(render_page(path, 1, width=300)))
    assert picture.format == "PNG"
    assert abs(picture.width - 300) <= 1
    with pytest.raises(NotFound, match="keine Seite 2"):
        render_page(path, 2)
    (tmp_path / "b.pdf").write_text("kein PDF")
    with pytest.raises(UnreadableFile):
        render_page(tmp_path / "b.pdf", 1)


def _everything_in(path: Path) -> bytes:
    """All that a PDF holds: the bytes of the file and of each stream, unpacked."""
    reader = PdfReader(path)
    parts = [path.read_bytes()]
    for number in range(1, len(reader.xref[0]) + 200):
        try:
            thing = reader.get_object(number)
        except Exception:
            continue
        parts.append(repr(thing).encode())
        if hasattr(thing, "get_data"):
            parts.append(thing.get_data())
    return b"\n".join(parts)


def test_the_public_copy_keeps_numbers_and_holds_nothing_of_other_pages(tmp_path):
    path = pdfs.write(tmp_path / "a.pdf", pdfs.PACK, {7: "Verkauf an Kaufgeheimnis"})
    target = tmp_path / "oeffentlich.pdf"
    public_copy(path, {1, 2, 3}, target)
    texts = [page.extract_text().strip() for page in PdfReader(target).pages]
    assert len(texts) == 7
    assert "Feuerwache" in texts[1]
    assert texts[6] == ""
    held = _everything_in(target)
    assert b"Kaufgeheimnis" not in held
    assert b"Geheimer Titel" not in held
    assert b"Kaufgeheimnis" in _everything_in(path)  # the search itself finds it where it is


def test_the_public_copy_leaves_out_shared_pictures_and_links(tmp_path):
    path = tmp_path / "scan.pdf"
    path.write_bytes(pdfs.scan_bytes())
    writer = PdfWriter(clone_from=path)
    shared = DictionaryObject()
    for page in writer.pages:
        shared.update(page["/Resources"].get_object().get("/XObject", {}))
    for page in writer.pages:  # as in files whose pages share one list of pictures
        page["/Resources"].get_object()[NameObject("/XObject")] = shared
    writer.write(tmp_path / "geteilt.pdf")
    target = tmp_path / "kopie.pdf"
    public_copy(tmp_path / "geteilt.pdf", {1}, target)
    assert b"/Image" in _everything_in(tmp_path / "geteilt.pdf")
    assert b"/Image" not in _everything_in(target)
    assert "Eine Seite mit Text" in PdfReader(target).pages[0].extract_text()


def test_the_public_copy_looks_into_patterns_too(tmp_path):
    path = tmp_path / "scan.pdf"
    path.write_bytes(pdfs.scan_bytes())
    writer = PdfWriter(clone_from=path)
    first, second = writer.pages[0], writer.pages[1]
    pattern = StreamObject()
    pattern.set_data(b"0 0 5 5 re f")
    pattern.update(
        {
            NameObject("/PatternType"): NumberObject(1),
            NameObject("/Resources"): second["/Resources"],  # holds the other page's picture
        }
    )
    own = DictionaryObject(first["/Resources"].get_object())
    own[NameObject("/Pattern")] = DictionaryObject({NameObject("/P1"): writer._add_object(pattern)})
    first[NameObject("/Resources")] = own
    drawing = StreamObject()
    drawing.set_data(first.get_contents().get_data() + b"\n/Pattern cs /P1 scn 0 0 9 9 re f")
    first[NameObject("/Contents")] = writer._add_object(drawing)
    writer.write(tmp_path / "muster.pdf")
    target = tmp_path / "kopie.pdf"
    public_copy(tmp_path / "muster.pdf", {1}, target)
    assert b"/PatternType" in _everything_in(target)
    assert b"/Image" not in _everything_in(target)
