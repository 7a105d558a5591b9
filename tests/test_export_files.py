"""What Word, LibreOffice, PDF readers and screen readers find in an exported file; and the command that writes it."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import docx
import exported
import full_briefing as sample
import pytest
from commands import Run, refused
from exported import W, text_of, tight
from pypdf.generic import BooleanObject, DictionaryObject

from ratsassistent import workflow
from ratsassistent.output import export
from ratsassistent.workflow import Workspace

MEETING = "Gemeinderat 2027-01"


@pytest.fixture(scope="module")
def word() -> bytes:
    return export.render(sample.full(sample.plot()), "docx")


@pytest.fixture(scope="module")
def print_() -> bytes:
    return export.render(sample.full(sample.plot()), "pdf")


# --- DOCX


def test_word_finds_real_headings_lists_quotes_and_tables(word: bytes) -> None:
    document = docx.Document(io.BytesIO(word))
    styles = [(p.style.name, p.text) for p in document.paragraphs if p.style]
    assert styles[0] == ("Title", "Gemeinderat, 26.01.2027")
    assert styles[1][0] == "Subtitle"
    first = [text for style, text in styles if style == "Heading 1"]
    assert first == [
        "Auf einen Blick", "Tagesordnung", "TOP Ö 5: Sanierung der Brücke „Am Wehr“", "TOP Ö 6: Verschiedenes",
        "TOP N 1: Kauf eines Grundstücks", "Über diese Auswertung",
    ]  # fmt: skip
    assert ("Heading 2", "Beschlussvorschlag  (Wortlaut)") in styles
    assert ("Quote", "a) Straße,") in styles
    assert [text for style, text in styles if style == "List Bullet" and "1,2 Mio." in text]
    assert {t.style.name for t in document.tables if t.style} == {"Table Grid"}


def test_every_table_repeats_its_head_and_keeps_its_rows_whole(word: bytes) -> None:
    tables = list(exported.document_xml(word).iter(f"{W}tbl"))
    assert len(tables) >= 8
    for table in tables:
        rows = table.findall(f"{W}tr")
        assert rows[0].find(f"{W}trPr/{W}tblHeader") is not None
        assert not [r for r in rows[1:] if r.find(f"{W}trPr/{W}tblHeader") is not None]
        assert all(r.find(f"{W}trPr/{W}cantSplit") is not None for r in rows)


def test_a_docx_is_german_on_a4_with_numbered_pages(word: bytes) -> None:
    document = docx.Document(io.BytesIO(word))
    section = document.sections[0]
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
    assert "Gemeinderat, 26.01.2027" in section.header.paragraphs[0].text
    footer = exported.document_xml(word, "word/footer1.xml")
    assert [e.text for e in footer.iter(f"{W}instrText")] == [" PAGE ", " NUMPAGES "]
    assert tight("".join(t.text or "" for t in footer.iter(f"{W}t"))) == "KI-unterstütztSeite1von1"
    language = exported.document_xml(word, "word/styles.xml").find(f"{W}docDefaults/{W}rPrDefault/{W}rPr/{W}lang")
    assert language is not None
    assert language.attrib[f"{W}val"] == "de-DE"
    core = document.core_properties
    assert (core.title, core.language, core.author) == ("Gemeinderat, 26.01.2027", "de-DE", "Ratsassistent")
    assert "KI-unterstützt" in core.keywords
    assert core.comments.startswith("Einzelne Sätze hat eine KI geschrieben")


def test_links_of_a_docx_lead_to_bookmarks_that_are_there(word: bytes) -> None:
    root = exported.document_xml(word)
    marks = [m.attrib[f"{W}name"] for m in root.iter(f"{W}bookmarkStart")]
    wanted = {link.attrib[f"{W}anchor"] for link in root.iter(f"{W}hyperlink")}
    assert wanted
    assert wanted <= set(marks)
    assert len(marks) == len(set(marks))
    assert all(re.fullmatch(r"[A-Za-z]\w{0,39}", m) for m in marks)
    ids = [m.attrib[f"{W}id"] for m in root.iter(f"{W}bookmarkStart")]
    assert ids == [m.attrib[f"{W}id"] for m in root.iter(f"{W}bookmarkEnd")]


def test_a_docx_is_complete_as_a_package(word: bytes) -> None:
    archive = zipfile.ZipFile(io.BytesIO(word))
    assert archive.testzip() is None
    kinds = archive.read("[Content_Types].xml").decode()
    assert '/docProps/custom.xml"' in kinds
    assert "custom-properties" in archive.read("_rels/.rels").decode()
    assert not [name for name in archive.namelist() if name.endswith((".jpeg", ".bin"))]
    again = docx.Document(io.BytesIO(word))
    out = io.BytesIO()
    again.save(out)  # a second program keeps the marking
    assert "docProps/custom.xml" in zipfile.ZipFile(out).namelist()


def test_titles_longer_than_word_allows_do_not_stop_the_export() -> None:
    given = sample.extract_only().model_copy(update={"name": "Sitzung " * 100})
    for form in exported.FORMATS:
        assert tight("Sitzung " * 20) in tight(text_of(form, export.render(given, form)))


# --- PDF


def test_a_pdf_is_tagged_german_and_shows_its_title(print_: bytes) -> None:
    reader = exported.pdf(print_)
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] == BooleanObject(True)
    assert root["/Lang"] == "de-DE"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"] == BooleanObject(True)
    assert reader.metadata
    assert reader.metadata.title == "Gemeinderat, 26.01.2027"
    assert b"<pdfuaid:part>1</pdfuaid:part>" in root["/Metadata"].get_data()
    assert [page.mediabox.width for page in reader.pages] == [pytest.approx(595.276, abs=0.01)] * len(reader.pages)
    assert all(page["/Tabs"] == "/S" for page in reader.pages if "/Annots" in page)


def test_a_screen_reader_finds_headings_lists_quotes_tables_and_links(print_: bytes) -> None:
    reader = exported.pdf(print_)
    kinds = exported.elements(reader)
    assert kinds.count("/H1") == 6
    assert kinds.count("/H2") >= 20
    assert kinds.count("/Table") == kinds.count("/THead") >= 8
    assert kinds.count("/TH") >= 24
    assert kinds.count("/BlockQuote") == 2
    assert kinds.count("/Link") >= 5
    assert kinds.count("/LI") == kinds.count("/LBody") >= 20
    # reading order: the title first, the section on the evaluation last
    shown = [text for page in reader.pages for text in page.extract_text().splitlines()]
    assert "/H1" in kinds[: kinds.index("/H2")]
    assert any("Wer verantwortlich ist" in line for line in shown[-8:])


def test_what_is_no_content_is_marked_as_such(print_: bytes) -> None:
    """Heads, feet and lines are artifacts, so no screen reader reads them on every page."""
    for page in exported.pdf(print_).pages:
        assert b"/Artifact" in page.get_contents().get_data()  # type: ignore[union-attr]
    reader = exported.pdf(print_)
    assert len(reader.outline) == 6


def test_all_fonts_are_in_the_file(print_: bytes) -> None:
    found: set[str] = set()
    for page in exported.pdf(print_).pages:
        for font in page["/Resources"]["/Font"].values():
            (inner,) = font.get_object()["/DescendantFonts"]
            description: DictionaryObject = inner.get_object()["/FontDescriptor"]
            assert {"/FontFile2", "/FontFile3"} & set(description)
            found.add(str(description["/FontName"]).partition("+")[2])
    assert found
    assert all(name.startswith("Libertinus") for name in found)


def test_every_page_has_its_number(print_: bytes) -> None:
    pages = exported.pdf(print_).pages
    for n, page in enumerate(pages, 1):
        assert tight(f"Seite {n} von {len(pages)}") in tight(page.extract_text())
        assert "KI-unterstützt" in page.extract_text()


def test_a_pdf_is_the_same_again_for_the_same_briefing(print_: bytes) -> None:
    assert export.render(sample.full(sample.plot()), "pdf") == print_


# --- the command


@pytest.mark.parametrize(("form", "start"), [("docx", b"PK"), ("pdf", b"%PDF-")])
def test_the_command_writes_the_file(run: Run, data: Path, tmp_path: Path, form: str, start: bytes) -> None:
    target = tmp_path / f"auswertung.{form}"
    made = run("briefing", MEETING, "--format", form, "-o", target)
    assert (made.status, made.out, made.err) == (0, "", "")
    assert target.read_bytes().startswith(start)
    shown = tight(text_of(form, target.read_bytes()))
    for title in ("Generalsanierung der Turnhalle der Lindenschule", "Bekanntgaben", "Ohne Sprachmodell erstellt"):
        assert tight(title) in shown
    assert tight("nicht weitergegeben werden") in shown  # two of its items are non-public
    target.unlink()
    assert run("briefing", MEETING, "-o", target).status == 0  # the ending says the format
    assert target.read_bytes().startswith(start)


def test_one_paper_and_one_item_can_be_exported(run: Run, data: Path, tmp_path: Path) -> None:
    paper, item = tmp_path / "vorlage.pdf", tmp_path / "punkt.docx"
    assert run("briefing", "--papier", "BV 2027/003", "-o", paper).status == 0
    assert tight("Auswertung einer einzelnen Vorlage") in tight(text_of("pdf", paper.read_bytes()))
    assert run("briefing", MEETING, "--top", "Ö 3", "-o", item).status == 0
    shown = text_of("docx", item.read_bytes())
    assert "Elternbeiträge" in shown
    assert "nicht weitergegeben" not in shown  # this item is public


def test_with_json_standard_output_is_json_whatever_the_file_is(run: Run, data: Path, tmp_path: Path) -> None:
    target = tmp_path / "a.pdf"
    made = run("briefing", MEETING, "--json", "--format", "pdf", "-o", target)
    assert len(made.json["agendaItem"]) == 10
    assert target.read_bytes().startswith(b"%PDF-")


@pytest.mark.parametrize("form", ["docx", "pdf"])
def test_a_binary_format_without_a_file_is_usage(run: Run, data: Path, form: str) -> None:
    result = run("briefing", MEETING, "--format", form)
    assert (result.status, result.out) == (2, "")
    assert result.err == f"Bitte mit -o eine Datei angeben, in die das {form.upper()} geschrieben werden soll.\n"


@pytest.mark.parametrize("form", ["docx", "pdf", "md", "json"])
def test_a_file_that_cannot_be_written_is_said_before_the_work(
    run: Run, data: Path, tmp_path: Path, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workflow, "brief", lambda *_, **__: pytest.fail("it worked first"))
    assert refused(run("briefing", MEETING, "--format", form, "-o", tmp_path / "fehlt" / f"a.{form}"))
    assert refused(run("briefing", MEETING, "--format", form, "-o", tmp_path))


def test_the_demonstration_pack_keeps_its_wording_and_pages_in_print(ws: Workspace) -> None:
    given = workflow.brief(ws, MEETING)
    shown = tight(text_of("pdf", export.render(given, "pdf")))
    for item in given.agendaItem:
        assert tight(f"TOP {item.number}: {item.name}") in shown
        for line in (item.resolution.text if item.resolution else "").splitlines():
            assert tight(line)[:60] in shown
    assert {s.item_id for s in given.sources} == {i.id for i in given.agendaItem}
    assert "S.3–17" in shown
