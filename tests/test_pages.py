import io
import zipfile
from pathlib import Path

import pdfs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    NumberObject,
    StreamObject,
    TextStringObject,
)

from ratsassistent.errors import NotFound, UnreadableFile
from ratsassistent.pack.files import pages
from ratsassistent.pack.files.inputs import gather_inputs
from ratsassistent.pack.files.pages import open_file, read_file, read_pages, render_page
from ratsassistent.pack.files.public_copy import public_copy
from ratsassistent.pack.page.text import clean_text


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


def _grey(width=60, height=80):
    from PIL import Image

    picture = io.BytesIO()
    Image.new("RGB", (width, height), "grey").save(picture, format="PNG")
    return picture


def _page(width=210, height=297):
    from fpdf import FPDF

    pdf = FPDF(format=(width, height))
    pdf.set_auto_page_break(False)
    pdf.add_page()
    pdf.set_font("helvetica", size=10)
    return pdf


def _read(tmp_path, pdf):
    path = tmp_path / "x.pdf"
    path.write_bytes(pdf if isinstance(pdf, bytes) else bytes(pdf.output()))
    return read_file(path).pages


def test_pages_have_their_size_as_shown(tmp_path):
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdfs.pdf_bytes([["Quer"]]))))
    writer.pages[0].rotate(90)
    out = io.BytesIO()
    writer.write(out)
    (page,) = _read(tmp_path, out.getvalue())
    assert (page.width, page.height) == (841.9, 595.3)


def test_a_stamp_on_a_scan_does_not_make_it_a_page_of_text(tmp_path):
    pdf = _page()
    pdf.image(_grey(), x=0, y=0, w=210, h=290)
    pdf.text(20, 20, "Eingegangen am 3. Mai")
    (page,) = _read(tmp_path, pdf)
    assert (page.source, page.reason) == ("none", "kein Text, vermutlich ein Scan")
    assert page.text == "Eingegangen am 3. Mai"  # true, if not all


def test_a_picture_among_text_is_no_scan(tmp_path):
    pdf = _page()
    pdf.image(_grey(), x=20, y=100, w=100, h=80)
    pdf.text(20, 20, "Der neue Marktplatz")
    (page,) = _read(tmp_path, pdf)
    assert (page.source, page.reason) == ("text", None)


def test_letters_drawn_as_lines_are_reported(tmp_path):
    pdf = _page()
    for n in range(300):
        pdf.line(20 + n % 30, 20 + n // 30, 21 + n % 30, 21 + n // 30)
    (page,) = _read(tmp_path, pdf)
    assert (page.source, page.text) == ("none", "")
    assert page.reason


def test_a_plan_is_named_and_keeps_its_lettering(tmp_path, monkeypatch):
    monkeypatch.setattr(pages, "is_drawing", lambda page, words: "Plan oder Zeichnung (A0)")
    pdf = _page(841, 1189)
    pdf.text(20, 20, "Lageplan Feuerwache Nord, Maßstab 1:500")
    (lettered,) = _read(tmp_path, pdf)
    assert (lettered.kind, lettered.source, lettered.reason) == ("drawing", "text", None)
    assert "Lageplan" in lettered.text
    pdf = _page(841, 1189)
    pdf.line(10, 10, 800, 1100)
    (bare,) = _read(tmp_path, pdf)
    assert (bare.kind, bare.source) == ("drawing", "none")
    assert bare.reason == "Plan oder Zeichnung (A0), wird nicht gelesen"


def test_what_was_filled_into_a_form_stands_behind_its_label(tmp_path):
    pdf = _page()
    pdf.text(20, 20, "Fraktion:")
    pdf.text(20, 30, "Stimmen:")
    pdf.free_text_annotation("Eingang 3. Mai", x=120, y=50, w=60, h=8)
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(bytes(pdf.output()))))
    page = writer.pages[0]
    font = DictionaryObject(
        {
            NameObject(k): NameObject(v)
            for k, v in {"/Type": "/Font", "/Subtype": "/Type1", "/BaseFont": "/Helvetica"}.items()
        }
    )
    fonts = DictionaryObject({NameObject("/Font"): DictionaryObject({NameObject("/Helv"): writer._add_object(font)})})
    fields = []
    for name, value, base in (("a", "Freie Liste", 785.2), ("b", "17", 756.9)):
        field = {
            "/Type": NameObject("/Annot"),
            "/Subtype": NameObject("/Widget"),
            "/FT": NameObject("/Tx"),
            "/T": TextStringObject(name),
            "/V": TextStringObject(value),
            "/Rect": ArrayObject([FloatObject(v) for v in (200, base - 4, 350, base + 10)]),
            "/DA": TextStringObject("/Helv 10 Tf 0 g"),
            "/F": NumberObject(4),
        }
        fields.append(writer._add_object(DictionaryObject({NameObject(k): v for k, v in field.items()})))
    page[NameObject("/Annots")] = ArrayObject([*page["/Annots"], *fields])
    form = {"/Fields": ArrayObject(fields), "/DR": fonts, "/DA": TextStringObject("/Helv 0 Tf 0 g")}
    writer._root_object[NameObject("/AcroForm")] = DictionaryObject({NameObject(k): v for k, v in form.items()})
    out = io.BytesIO()
    writer.write(out)
    lines = [line for line in _read(tmp_path, out.getvalue())[0].text.split("\n") if line]
    assert " ".join(lines[0].split()) == "Fraktion: Freie Liste"
    assert " ".join(lines[1].split()) == "Stimmen: 17"
    assert lines[2] == "Eingang 3. Mai"


def test_drawn_check_boxes_stand_before_their_labels(tmp_path, monkeypatch):
    from ratsassistent.pack.page.boxes import Box

    monkeypatch.setattr(
        pages,
        "find_boxes",
        lambda page: [Box(59, 783, 67, 791, True), Box(144, 783, 152, 791, False), Box(200, 754.5, 208, 762.5, True)],
    )
    pdf = _page()
    pdf.text(25, 20, "ja")
    pdf.text(21.5, 20, "x")  # typed into the first box
    pdf.text(55, 20, "nein")
    pdf.text(25, 30, "Kosten entstehen")
    (page,) = _read(tmp_path, pdf)
    lines = [" ".join(line.split()) for line in page.text.split("\n") if line]
    assert lines == ["☒ ja ☐ nein", "Kosten entstehen ☒"]


def test_one_engine_reads_what_the_other_cannot(tmp_path, monkeypatch):
    path = pdfs.write(tmp_path / "a.pdf", [["Ein lesbarer Satz über die Feuerwache Nord."]])

    def broken(page, fixed=None):
        raise ValueError

    with monkeypatch.context() as patch:
        patch.setattr(pages, "read_sheet", broken)
        assert read_file(path).pages[0].text == "Ein lesbarer Satz über die Feuerwache Nord."
    with monkeypatch.context() as patch:
        patch.setattr(pages, "_open", broken)
        read = read_file(path)
        assert read.pages[0].text == "Ein lesbarer Satz über die Feuerwache Nord."
        assert read.outline == ()
    monkeypatch.setattr(pages, "read_sheet", broken)
    monkeypatch.setattr(pages._Reader, "_by_pypdf", lambda self, number: None)
    with pytest.raises(UnreadableFile, match="beschädigt"):
        read_file(path)


def test_gibberish_of_one_engine_is_read_by_the_other_or_reported(tmp_path, monkeypatch):
    path = pdfs.write(tmp_path / "a.pdf", [["\u00a4\u00a5" * 40]])
    monkeypatch.setattr(pages, "is_gibberish", lambda text: "lesbar" not in text)
    (page,) = read_file(path).pages
    assert (page.source, page.text) == ("none", "")
    assert "Schrift" in page.reason
    monkeypatch.setattr(
        pages._Reader,
        "_by_pypdf",
        lambda self, number: "Das ist lesbar und lang genug, um ein richtiger Text einer ganzen Seite zu sein.",
    )
    (page,) = read_file(path).pages
    assert page.source == "text"
    assert page.text.startswith("Das ist lesbar")


def test_a_file_is_opened_without_reading_a_page_and_read_in_parts(tmp_path):
    path = pdfs.write(tmp_path / "a.pdf", pdfs.PACK, {1: "Tagesordnung"})
    opened = open_file(path, name="Pack.pdf")
    assert (opened.page_count, opened.outline, opened.file.name) == (7, (("Tagesordnung", 1),), "Pack.pdf")
    whole = read_file(path).pages
    assert opened.file.sha256 == read_file(path).file.sha256
    assert list(read_pages(path, [3, 1])) == [whole[2], whole[0]]
    assert [page.reason for page in read_pages(path, [99])] == ["die Seite ist beschädigt"]
    assert [page.number for page in read_pages(tmp_path / "fehlt.pdf", [1, 2])] == [1, 2]


def test_folders_are_searched_in_natural_order(tmp_path):
    for name in ("Anlage 10.pdf", "Anlage 2.pdf", "tief/Vorlage.pdf"):
        pdfs.write(tmp_path / "sitzung" / name, [["x"]])
    (tmp_path / "sitzung" / "brief.docx").write_text("x")
    (tmp_path / "sitzung" / "daten.jsonl").write_text("{}")
    found = gather_inputs([tmp_path / "sitzung"], tmp_path / "w")
    assert [name for _, name in found.pdfs] == ["Anlage 2.pdf", "Anlage 10.pdf", "Vorlage.pdf"]
    reasons = {Path(entry.path).name: entry.reason for entry in found.skipped}
    assert "PDF" in reasons["brief.docx"]
    assert [name for _, name in found.oparl] == ["daten.jsonl"]


def test_same_names_are_told_apart_and_an_empty_folder_is_named(tmp_path):
    pdfs.write(tmp_path / "s" / "TOP 1" / "Vorlage.pdf", [["x"]])
    pdfs.write(tmp_path / "s" / "TOP 2" / "Vorlage.pdf", [["y"]])
    (tmp_path / "leer").mkdir()
    found = gather_inputs([tmp_path / "s", tmp_path / "leer", tmp_path / "fehlt.pdf"], tmp_path / "w")
    assert [name for _, name in found.pdfs] == ["TOP 1/Vorlage.pdf", "TOP 2/Vorlage.pdf"]
    assert [entry.reason for entry in found.skipped] == [
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
    found = gather_inputs([archive], tmp_path / "w")
    files, skipped = found.pdfs, found.skipped
    assert [name for _, name in files] == ["Vorlage.pdf"]
    assert files[0][0].is_relative_to(tmp_path / "w")
    assert files[0][0].parent.name == "TOP 1"
    assert read_file(files[0][0]).pages[0].text == "drin"
    assert len(skipped) == 4
    assert not list(tmp_path.parent.glob("boese.pdf"))


def test_a_broken_zip_gets_a_sentence(tmp_path):
    archive = tmp_path / "kaputt.zip"
    archive.write_bytes(b"PK\x03\x04 nichts")
    assert gather_inputs([archive], tmp_path / "w").skipped[0].reason == "Das ZIP-Archiv ist beschädigt."


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
