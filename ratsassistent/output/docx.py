"""A document -> DOCX, for Word and LibreOffice: real headings, lists, tables and styles, German, with page numbers.

What enters: a Briefing, or any Document. What leaves: the bytes of a DOCX file with what it says of itself in its
properties. What it does not know: the archive, what stands in a document.

Words of papers and of the model only ever become text of runs: no field, link or style comes out of them.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterable
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import docx
from docx.document import Document as Word
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_TAB_ALIGNMENT
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.text.paragraph import Paragraph as WordParagraph

from ratsassistent.briefings import Briefing
from ratsassistent.output.blocks import (
    Block,
    Bullets,
    Document,
    Heading,
    Imprint,
    Line,
    Notice,
    Paragraph,
    Quote,
    Run,
    Table,
    plain,
)
from ratsassistent.output.document import compose
from ratsassistent.output.document_about import marking

LANGUAGE = "de-DE"
_FONT = "Calibri"
_INK, _MUTED = RGBColor(0x1A, 0x1A, 0x1A), RGBColor(0x44, 0x44, 0x44)
_TEXT_WIDTH = 165  # millimetres between the margins
_NOTICE = "Hinweis"
_SMALL = "Tabellentext"
_CUSTOM = "http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"
_VALUE_TYPES = "http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes"


def render(given: Briefing) -> bytes:
    """The whole briefing."""
    marked = marking(given)
    return written(compose(given, marked), marked.imprint())


def written(document: Document, imprint: Imprint) -> bytes:
    """Any document."""
    word = docx.Document()
    _paper(word)
    _styles(word)
    _margins(word, document, imprint)
    word.add_paragraph(document.title, style="Title")
    for sentence in document.subtitle:
        word.add_paragraph(sentence, style="Subtitle")
    writer = _Writer(word)
    for block in document.blocks:
        writer.add(block)
    _properties(word, document, imprint)
    out = io.BytesIO()
    word.save(out)
    return out.getvalue()


class _Writer:
    """Adds blocks to a Word document."""

    def __init__(self, word: Word) -> None:
        self._word = word
        self._bookmarks = 0
        self._ids = {style.name: style.style_id for style in word.styles}  # the library looks through all each time

    def add(self, given: Block) -> None:
        """Append one block."""
        match given:
            case Heading():
                self._heading(given)
            case Notice(text=text, more=more):
                paragraph = self._paragraph(_NOTICE)
                paragraph.add_run(text).bold = True
                if more:
                    paragraph.add_run(f" {more}")
            case Paragraph(line=line, keep=keep):
                paragraph = self._word.add_paragraph()
                paragraph.paragraph_format.keep_with_next = keep or None
                _fill(paragraph, line)
            case Bullets(entries=entries):
                for entry in entries:
                    _fill(self._paragraph("List Bullet"), entry)
            case Quote(lines=lines, line=line):
                for n, each in enumerate(lines):
                    paragraph = self._paragraph("Quote", each)
                    if line and n == len(lines) - 1:
                        paragraph.add_run(" ")
                        _fill(paragraph, line)
            case Table():
                self._table(given)

    def _paragraph(self, style: str, text: str = "") -> WordParagraph:
        paragraph = self._word.add_paragraph(text)
        paragraph._p.style = self._ids[style]
        return paragraph

    def _heading(self, given: Heading) -> None:
        paragraph = self._paragraph(f"Heading {given.level}", given.text)
        if given.kind:
            kind = paragraph.add_run(f"  ({given.kind})")
            kind.bold = False
            kind.font.size = Pt(9)
            kind.font.color.rgb = _MUTED
        if given.anchor:
            self._bookmarks += 1
            start, end = OxmlElement("w:bookmarkStart"), OxmlElement("w:bookmarkEnd")
            for mark in (start, end):
                mark.set(qn("w:id"), str(self._bookmarks))
            start.set(qn("w:name"), _bookmark(given.anchor))
            paragraph._p.insert(1 if paragraph._p.pPr is not None else 0, start)
            paragraph._p.append(end)

    def _table(self, given: Table) -> None:
        table = self._word.add_table(rows=1, cols=len(given.head), style="Table Grid")
        table.alignment = WD_TABLE_ALIGNMENT.LEFT
        table.autofit = False
        _borders(table)
        for cell, name in zip(table.rows[0].cells, given.head, strict=True):
            _fill(cell.paragraphs[0], (Run(name, "strong"),))
        header = OxmlElement("w:tblHeader")  # repeated at the top of every page
        table.rows[0]._tr.get_or_add_trPr().append(header)
        for row in given.rows:
            cells = table.add_row().cells
            for cell, line in zip(cells, row, strict=True):
                _fill(cell.paragraphs[0], line)
        total = sum(given.widths)
        for row_ in table.rows:
            row_._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
            for cell, width in zip(row_.cells, given.widths, strict=True):
                cell.width = Mm(_TEXT_WIDTH * width / total)
                cell.paragraphs[0]._p.style = self._ids[_SMALL]
        for column, width in zip(table.columns, given.widths, strict=True):
            column.width = Mm(_TEXT_WIDTH * width / total)
        below = self._word.add_paragraph()  # two tables in a row would become one
        _fill(below, given.line)
        if not given.line:
            below.paragraph_format.space_after = Pt(0)
            below.paragraph_format.line_spacing = Pt(6)


def _fill(paragraph: WordParagraph, line: Line) -> None:
    """Runs side by side, a space between them."""
    for n, run in enumerate(line):
        space = " " if n else ""
        if run.target:
            if space:
                paragraph.add_run(space)
            _link(paragraph, run)
            continue
        text = run.text.replace("S. ", "S.\N{NO-BREAK SPACE}") if run.look == "note" else run.text
        _look(paragraph.add_run(space + text), run.look)


def _look(run: Any, look: str) -> None:
    if look in ("strong", "mark"):
        run.bold = True
    if look == "mark":
        shade = OxmlElement("w:shd")
        for name, value in (("val", "clear"), ("color", "auto"), ("fill", "E6E6E6")):
            shade.set(qn(f"w:{name}"), value)
        run._r.get_or_add_rPr().append(shade)
    if look in ("mark", "note"):
        run.font.size = Pt(9)
    if look == "note":
        run.font.color.rgb = _MUTED


def _link(paragraph: WordParagraph, given: Run) -> None:
    """A run that leads to a heading of this document."""
    link = OxmlElement("w:hyperlink")
    link.set(qn("w:anchor"), _bookmark(given.target or ""))
    link.set(qn("w:history"), "1")
    run = paragraph.add_run(given.text)
    _look(run, given.look)
    link.append(run._r)
    paragraph._p.append(link)


def _bookmark(anchor: str) -> str:
    return anchor.replace("-", "_")[:40]


# --- paper and styles ----------------------------------------------------------------------------------------------


def _paper(word: Word) -> None:
    section = word.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin, section.right_margin = Mm(25), Mm(20)
    section.top_margin, section.bottom_margin = Mm(25), Mm(22)
    section.header_distance = section.footer_distance = Mm(11)


def _styles(word: Word) -> None:
    defaults = word.styles.element.find(f"{qn('w:docDefaults')}/{qn('w:rPrDefault')}/{qn('w:rPr')}")
    if defaults is not None:
        language = defaults.find(qn("w:lang"))
        if language is None:
            language = OxmlElement("w:lang")
            defaults.append(language)
        for name in ("val", "eastAsia"):
            language.set(qn(f"w:{name}"), LANGUAGE)
    for name in (_NOTICE, _SMALL):
        word.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH).base_style = word.styles["Normal"]
    #        name, size, bold, space before and after, left indent in mm
    looks: list[tuple[str, float, bool, float, float, float]] = [
        ("Normal", 11, False, 0, 5, 0),
        ("Title", 22, True, 0, 2, 0),
        ("Subtitle", 11, False, 0, 8, 0),
        ("Heading 1", 14, True, 20, 4, 0),
        ("Heading 2", 11, True, 9, 2, 0),
        ("List Bullet", 11, False, 0, 2, 6),
        ("Quote", 11, False, 0, 3, 5),
        (_NOTICE, 11, False, 4, 8, 2),
        (_SMALL, 9.5, False, 1, 1, 0),
        ("Header", 9, False, 0, 0, 0),
        ("Footer", 9, False, 0, 0, 0),
    ]
    for name, size, bold, before, after, left in looks:
        style: Any = word.styles[name]
        style.font.size, style.font.bold, style.font.italic = Pt(size), bold, False
        style.font.color.rgb = _MUTED if name in ("Header", "Footer", "Subtitle") else _INK
        _typeface(style)
        form = style.paragraph_format
        form.space_before, form.space_after, form.line_spacing = Pt(before), Pt(after), 1.12
        form.left_indent = Mm(left)
        form.widow_control = True
        form.keep_with_next = name.startswith("Heading") or name == _NOTICE
        for name_, parent in (
            ("w:pBdr", style.element.pPr),
            ("w:tabs", style.element.pPr),
            ("w:spacing", style.element.rPr),
        ):
            for unwanted in parent.findall(qn(name_)):  # the template's line below titles, its tabs, its wide letters
                parent.remove(unwanted)
    word.styles[_NOTICE].paragraph_format.right_indent = Mm(2)
    word.styles["List Bullet"].paragraph_format.first_line_indent = Mm(-5)
    _frame(word.styles["Heading 1"], top=True)
    _frame(word.styles["Quote"], left=True)
    _frame(word.styles[_NOTICE], top=True, left=True, bottom=True, right=True)
    _modern(word)


def _typeface(style: Any) -> None:
    """One typeface for all; the theme's would win over it."""
    style.font.name = _FONT
    fonts = style.element.rPr.find(qn("w:rFonts"))
    for name in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{name}"), None)
    for name in ("eastAsia", "cs"):
        fonts.set(qn(f"w:{name}"), _FONT)


def _frame(style: Any, **sides: bool) -> None:
    """Lines around a style, in the order that the schema wants."""
    frame = OxmlElement("w:pBdr")
    for side in ("top", "left", "bottom", "right"):
        if sides.get(side):
            edge = OxmlElement(f"w:{side}")
            thick = "18" if list(sides) == ["left"] else "6"
            for name, value in (("val", "single"), ("sz", thick), ("space", "6"), ("color", "808080")):
                edge.set(qn(f"w:{name}"), value)
            frame.append(edge)
    properties = style.element.get_or_add_pPr()
    properties.insert_element_before(
        frame, "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:spacing", "w:ind", "w:contextualSpacing", "w:jc",
        "w:outlineLvl",
    )  # fmt: skip


def _borders(table: Any) -> None:
    """Only lines between rows, in grey."""
    borders = OxmlElement("w:tblBorders")
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        edge = OxmlElement(f"w:{side}")
        shown = side in ("top", "bottom", "insideH")
        for name, value in (("val", "single" if shown else "nil"), ("sz", "4"), ("space", "0"), ("color", "A0A0A0")):
            edge.set(qn(f"w:{name}"), value)
        borders.append(edge)
    table._tbl.tblPr.insert_element_before(borders, "w:shd", "w:tblLayout", "w:tblCellMar", "w:tblLook")


def _modern(word: Word) -> None:
    """Tell Word that this is no document of an old version, or it opens it in "compatibility mode"."""
    for setting in word.settings.element.iter(qn("w:compatSetting")):
        if setting.get(qn("w:name")) == "compatibilityMode":
            setting.set(qn("w:val"), "15")


def _margins(word: Word, given: Document, imprint: Imprint) -> None:
    """The running title at the top of every page, "Seite x von y" at its foot."""
    section = word.sections[0]
    head, foot = section.header.paragraphs[0], section.footer.paragraphs[0]
    for paragraph in (head, foot):
        paragraph.paragraph_format.tab_stops.clear_all()
        paragraph.paragraph_format.tab_stops.add_tab_stop(Mm(_TEXT_WIDTH), WD_TAB_ALIGNMENT.RIGHT)
    head.add_run(given.running)
    if given.warning:
        head.add_run(f"\t{given.warning}").bold = True
    foot.add_run(f"{imprint.label}\tSeite ")
    _field(foot, "PAGE")
    foot.add_run(" von ")
    _field(foot, "NUMPAGES")


def _field(paragraph: WordParagraph, code: str) -> None:
    """A number that Word counts itself."""
    for kind, text in (("begin", None), (None, code), ("separate", None), ("text", "1"), ("end", None)):
        run = paragraph.add_run()
        if kind == "text":
            run.text = text or ""
        elif kind is None:
            instruction = OxmlElement("w:instrText")
            instruction.set(qn("xml:space"), "preserve")
            instruction.text = f" {text} "
            run._r.append(instruction)
        else:
            border = OxmlElement("w:fldChar")
            border.set(qn("w:fldCharType"), kind)
            run._r.append(border)


# --- properties ----------------------------------------------------------------------------------------------------


def _properties(word: Word, given: Document, imprint: Imprint) -> None:
    core = word.core_properties
    core.title = given.title[:255]
    core.subject = " · ".join(given.subtitle)[:255]
    core.author = core.last_modified_by = "Ratsassistent"
    core.keywords = ", ".join(imprint.keywords)[:255]
    core.comments = imprint.description[:255]
    core.category = imprint.category
    core.language = LANGUAGE
    moment = (imprint.written or dt.datetime.now(dt.UTC)).astimezone(dt.UTC).replace(tzinfo=None)
    core.created = core.modified = moment
    package = word.part.package
    if package is None:  # cannot be: the part comes out of one
        return
    for key, relation in list(package.rels.items()):
        if relation.reltype.endswith("/thumbnail"):  # a picture of the library's own template
            del package.rels[key]
    name = PackURI("/docProps/custom.xml")
    kind = "application/vnd.openxmlformats-officedocument.custom-properties+xml"
    blob = _custom(imprint.properties.items())
    package.relate_to(Part(name, kind, blob, package), RELATIONSHIP_TYPE.CUSTOM_PROPERTIES)


def _custom(values: Iterable[tuple[str, str]]) -> bytes:
    entries = "".join(
        f'<property fmtid="{{D5CDD505-2E9C-101B-9397-08002B2CF9AE}}" pid="{pid}" name={quoteattr(name)}>'
        f"<vt:lpwstr>{escape(plain(value))}</vt:lpwstr></property>"
        for pid, (name, value) in enumerate(values, 2)
    )
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    return f'{head}<Properties xmlns="{_CUSTOM}" xmlns:vt="{_VALUE_TYPES}">{entries}</Properties>'.encode()
