"""Draws the source texts of the demonstration pack as PDF pages that look like a town's papers.

What enters: Sources.
What leaves: pages in one FPDF, and for each Source its first and last page.
What it does not know: agenda, ground truth, files on disk other than the fonts.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from importlib.resources import as_file, files
from typing import Any

from fpdf import FPDF
from fpdf.enums import TableBordersLayout, VAlign, XPos, YPos
from fpdf.fonts import FontFace

from ratsassistent.demo.blocks import Block, Source
from ratsassistent.demo.drawings import draw_bars, draw_parcels, scrawl
from ratsassistent.demo.scan import scanned_letter

TOWN = "Stadt Wallerfurt"
LEFT, RIGHT, TOP, BOTTOM = 24.0, 20.0, 20.0, 22.0  # margins in mm
BLUE = (28, 62, 106)
GREY = (95, 95, 95)
RED = (170, 20, 30)
FONTS = {
    ("arimo", ""): "Arimo-Regular",
    ("arimo", "B"): "Arimo-Bold",
    ("arimo", "I"): "Arimo-Italic",
    ("arimo", "BI"): "Arimo-BoldItalic",
    ("tinos", ""): "Tinos-Regular",
    ("tinos", "B"): "Tinos-Bold",
    ("tinos", "I"): "Tinos-Italic",
    ("tinos", "BI"): "Tinos-Bold",
    ("zeichen", ""): "DejaVuSans-Zeichen",
}


class PackPDF(FPDF):
    """One PDF that holds many papers, each with a page numbering of its own."""

    def __init__(self) -> None:
        super().__init__(format="A4", unit="mm")
        self.spans: dict[str, tuple[int, int]] = {}
        self.source: Source | None = None
        self.set_creation_date(dt.datetime(2027, 1, 15, 9, 0, tzinfo=dt.UTC))
        self.set_title("Sitzungsunterlagen Gemeinderat 26.01.2027")
        self.set_author(TOWN)
        self.set_lang("de-DE")
        self.set_margins(LEFT, TOP, RIGHT)
        self.set_auto_page_break(True, BOTTOM)
        for (family, style), name in FONTS.items():
            with as_file(files("ratsassistent.demo") / "quelle" / "schriften" / f"{name}.ttf") as path:
                self.add_font(family, style, path)
        self.set_fallback_fonts(["zeichen"], exact_match=False)

    # What each page carries -------------------------------------------------------------------------------------

    @property
    def family(self) -> str:
        """The typeface of the paper being set: the expert's report has another one than the town."""
        return "tinos" if self.source and self.source.head["layout"] == "gutachten" else "arimo"

    @property
    def leading(self) -> float:
        """The distance of lines in running text, in mm."""
        return 5.9 if self.family == "tinos" else 5.1

    def plain(self, size: float | None = None, style: str = "") -> None:
        """Set the running font (or one of another size) and black ink."""
        self.set_font(self.family, style, size or (11.8 if self.family == "tinos" else 10.5))
        self.set_text_color(0)
        self.set_fill_color(255)

    def header(self) -> None:
        """The head of every page but the first of a paper."""
        if self.source is None or self.source.head["layout"] in {"scan", "einladung"}:
            return
        head = self.source.head
        first = self.source.name not in self.spans
        if head["layout"] == "gutachten":
            if not first:
                self.set_y(11)
                self.set_font("tinos", "I", 9)
                self.set_text_color(*GREY)
                self.cell(0, 4, head["kopf"], border="B", align="R", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        elif head.get("oeffentlich") is False:
            self.set_y(9)
            self.set_font("arimo", "B", 9.5)
            self.set_text_color(*RED)
            self.cell(0, 5, "Nichtöffentlich – vertraulich", align="R", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.set_y(TOP + (2 if not first else 0))
        self.plain()

    def number_pages(self, sources: list[Source]) -> None:
        """Write the foot of every page: the name of its paper and its own number, "Seite 2 von 5".

        Only when all pages are drawn is it known how many each paper has, so this goes back to them.
        """
        self.set_auto_page_break(False)
        for source in sources:
            if source.head["layout"] == "scan":
                continue
            first, last = self.spans[source.name]
            for page in range(first, last + 1):
                self.page = page
                self.font_family = ""  # forget the font of the page drawn last, or fpdf2 does not set it here
                self.set_font("tinos" if source.head["layout"] == "gutachten" else "arimo", "", 8)
                self.set_text_color(*GREY)
                self.set_xy(LEFT, -14)
                self.cell(120, 4, footer_text(source))
                self.cell(0, 4, f"Seite {page - first + 1} von {last - first + 1}", align="R")
        self.page = self.pages_count

    # A paper ----------------------------------------------------------------------------------------------------

    def draw(self, source: Source) -> None:
        """Draw one paper on pages of its own and note which."""
        self.source = source
        self.add_page()
        first = self.page_no()
        self.spans[source.name] = (first, first)
        self.plain()
        {
            "einladung": self.letterhead,
            "vorlage": self.form_head,
            "anlage": self.annex_head,
            "antrag": self.group_head,
            "gutachten": lambda _: None,
            "scan": self.scan_page,
        }[source.head["layout"]](source.head)
        if source.head["layout"] != "scan":
            for index, block in enumerate(source.blocks):
                self.keep_with_next(source.blocks, index)
                self.block(block)
        self.spans[source.name] = (first, self.page_no())

    def block(self, block: Block) -> None:
        """Draw one block, on a new page where its beginning would stand alone."""
        draw: dict[str, Callable[[Block], None]] = {
            "text": self.paragraph,
            "h2": self.heading,
            "h3": self.heading,
            "item": self.item,
            "tabelle": self.any_table,
            "beratungsfolge": self.consultations,
            "formular": self.form,
            "tagesordnung": self.agenda,
            "termin": self.appointment,
            "rechts": self.right_block,
            "absender": self.small_line,
            "titel": self.big_title,
            "unterschrift": self.signature,
            "balken": lambda b: draw_bars(self, b),
            "lageplan": lambda b: draw_parcels(self),
            "deckblatt": self.cover,
            "page": lambda _: self.add_page(),
        }
        draw[block.kind](block)

    def keep_with_next(self, blocks: tuple[Block, ...], index: int) -> None:
        """A heading goes with its table to the next page, a greeting with its signature."""
        following = [b.kind for b in blocks[index + 1 : index + 3]]
        if blocks[index].kind in {"h2", "h3"} and set(following) & {"tabelle", "formular", "tagesordnung", "balken"}:
            self.room(58 if following[0] in {"h3", "text"} else 48)
        elif following[:1] == ["unterschrift"]:
            self.room(42)

    def room(self, height: float) -> None:
        """Begin a new page unless `height` millimetres are left on this one."""
        if self.will_page_break(height):
            self.add_page()

    # Heads of papers --------------------------------------------------------------------------------------------

    def arms(self, x: float, y: float) -> None:
        """The invented coat of arms: a shield with a bridge over a wavy river."""
        self.set_draw_color(*BLUE)
        self.set_fill_color(*BLUE)
        self.set_line_width(0.4)
        shield = [(x, y), (x + 12, y), (x + 12, y + 8), (x + 10, y + 12), (x + 6, y + 15), (x + 2, y + 12), (x, y + 8)]
        self.polygon(shield, style="D")
        self.rect(x + 1.6, y + 4.4, 8.8, 1.5, style="F")
        for pillar in (2.2, 5.3, 8.4):
            self.rect(x + pillar, y + 5.9, 1.4, 2.6, style="F")
        for row in (9.6, 11.2):
            self.line(x + 2.6, y + row, x + 9.4, y + row)
        self.set_draw_color(0)
        self.set_line_width(0.2)

    def letterhead(self, _head: dict[str, Any]) -> None:
        """The town's letterhead."""
        self.arms(LEFT, 12)
        self.set_xy(LEFT + 16, 13)
        self.set_font("arimo", "B", 17)
        self.set_text_color(*BLUE)
        self.cell(0, 7, TOWN, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.set_x(LEFT + 16)
        self.set_font("arimo", "", 9.5)
        self.set_text_color(*GREY)
        self.cell(0, 5, "Die Bürgermeisterin", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.set_y(40)
        self.plain()

    def form_head(self, head: dict[str, Any]) -> None:
        """The head of a Vorlage: town, kind, number, office, subject."""
        self.arms(LEFT, 16)
        self.set_xy(LEFT + 16, 16)
        self.set_font("arimo", "B", 15)
        self.set_text_color(*BLUE)
        self.cell(75, 7, TOWN)
        self.set_xy(LEFT + 16, 24)
        self.set_font("arimo", "B", 13)
        self.set_text_color(0)
        self.cell(75, 6, head["art"])
        public = "☒ öffentlich  ☐ nichtöffentlich" if head["oeffentlich"] else "☐ öffentlich  ☒ nichtöffentlich"
        rows = [("Vorlage", head["nummer"]), ("Datum", head["datum"]), ("Aktenzeichen", head["az"]), ("", public)]
        self.set_y(16)
        for label, value in rows:
            self.set_x(122)
            # The last row falls back to the symbols, after which fpdf2 believes the old font still set: hence its own size.
            self.set_font("arimo", "", 9 if label else 8.9)
            if label:
                self.cell(24, 4.8, f"{label}:")
                self.set_font("arimo", "B", 9)
            self.cell(0, 4.8, value, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.set_y(38)
        self.set_draw_color(*BLUE)
        self.line(LEFT, 37, 210 - RIGHT, 37)
        self.set_draw_color(0)
        for label, value in (("Amt", head["amt"]), ("Bearbeitung", head["bearbeiter"])):
            self.set_font("arimo", "", 9)
            self.cell(24, 5, f"{label}:")
            self.cell(0, 5, value, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.ln(3)
        self.set_font("arimo", "", 9)
        self.cell(24, 6, "Betreff:")
        self.set_font("arimo", "B", 11.5)
        self.multi_cell(0, 6, head["betreff"], align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.ln(2)

    def annex_head(self, head: dict[str, Any]) -> None:
        """The head of an Anlage: its number top right, then its title."""
        self.set_font("arimo", "B", 10)
        self.cell(0, 5, head["kennung"], align="R", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.ln(4)
        self.set_font("arimo", "B", 14)
        self.multi_cell(0, 7, head["titel"], align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        if head.get("untertitel"):
            self.set_font("arimo", "", 9.5)
            self.set_text_color(*GREY)
            self.multi_cell(0, 5, head["untertitel"], align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.ln(4)
        self.plain()

    def group_head(self, head: dict[str, Any]) -> None:
        """The letterhead of a Fraktion."""
        self.set_font("arimo", "B", 15)
        self.set_text_color(*head["farbe"])
        self.cell(0, 8, head["fraktion"], new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.set_font("arimo", "", 9)
        self.set_text_color(*GREY)
        self.cell(0, 5, head["anschrift"], new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.set_draw_color(*head["farbe"])
        self.line(LEFT, self.get_y() + 1.5, 210 - RIGHT, self.get_y() + 1.5)
        self.set_draw_color(0)
        self.ln(9)
        self.plain()

    def scan_page(self, head: dict[str, Any]) -> None:
        """A page that is only a picture, as a copier makes it."""
        assert self.source is not None
        self.image(scanned_letter(self.source, head["seite"]), x=0, y=0, w=210, h=297)

    def cover(self, block: Block) -> None:
        """The cover of a report: one large title, then lines."""
        title, subtitle, *rest = block.lines
        self.set_y(60)
        self.set_font("tinos", "B", 25)
        self.multi_cell(0, 11, title, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.ln(4)
        self.set_font("tinos", "", 15)
        self.multi_cell(0, 7.5, subtitle, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.ln(8)
        self.line(LEFT, self.get_y(), LEFT + 60, self.get_y())
        self.ln(10)
        for line in rest:
            label, _, value = (part.strip() for part in line.partition("|"))
            self.set_font("tinos", "B", 11)
            self.cell(42, 6, label)
            self.set_font("tinos", "", 11)
            self.multi_cell(0, 6, value, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.plain()

    # Running text -----------------------------------------------------------------------------------------------

    def paragraph(self, block: Block) -> None:
        """A paragraph; the expert's report is justified, the town's papers are not."""
        self.plain()
        align = "J" if self.family == "tinos" else "L"
        self.multi_cell(0, self.leading, block.text, align=align, markdown=True, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.ln(2.4)

    def heading(self, block: Block) -> None:
        """A heading that keeps company with the beginning of its text."""
        big = block.kind == "h2"
        self.room(26 if big else 22)
        self.ln(2.6 if big else 1.0)
        self.plain((13.5 if big else 12) if self.family == "tinos" else (12 if big else 10.5), "B")
        if big and self.family == "arimo":
            self.set_text_color(*BLUE)
        self.multi_cell(0, 5.6, block.text, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.ln(1.4)
        self.plain()

    def item(self, block: Block) -> None:
        """An item of a list, its mark hanging."""
        self.plain()
        self.room(11)
        self.set_x(LEFT + 1)
        self.cell(7, self.leading, block.options["mark"])
        self.set_left_margin(LEFT + 8)
        self.multi_cell(0, self.leading, block.text, align="L", markdown=True, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.set_left_margin(LEFT)
        self.set_x(LEFT)
        self.ln(1.4)

    def small_line(self, block: Block) -> None:
        """The sender's line above the address."""
        self.set_font("arimo", "", 7.5)
        self.set_text_color(*GREY)
        self.cell(80, 4, block.lines[0], border="B", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.ln(2)
        self.plain()

    def right_block(self, block: Block) -> None:
        """Lines at the right-hand side, as the reference block of a letter."""
        top = self.get_y()
        self.set_y(40)
        self.set_font("arimo", "", 9)
        for line in block.lines:
            self.set_x(128)
            self.cell(0, 4.6, line, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.set_y(max(top, self.get_y()) + 8)
        self.plain()

    def big_title(self, block: Block) -> None:
        """The title of a letter."""
        self.plain(13, "B")
        self.multi_cell(0, 6.5, block.lines[0], align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.ln(3)
        self.plain()

    def signature(self, block: Block) -> None:
        """Room for a signature, a scrawl where one was given, the name."""
        self.room(26)
        y = self.get_y() + 6
        self.set_draw_color(30, 40, 110)
        self.set_line_width(0.35)
        self.polyline([(LEFT + 46 * px, y - 5 + 46 * py) for px, py in scrawl(block.lines[0])])
        self.set_draw_color(0)
        self.set_line_width(0.2)
        self.set_y(y + 8)
        for line in block.lines:
            self.cell(0, 5, line, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.ln(3)

    # Tables -----------------------------------------------------------------------------------------------------

    def rule_table(
        self,
        rows: list[list[str]],
        widths: list[int],
        size: float,
        align: list[str],
        bold: set[int],
        borders: str = "ALL",
        head: bool = True,
        line: float = 4.6,
    ) -> None:
        """A table; `bold` holds row numbers from 0, the heading included."""
        self.plain(size)
        self.set_draw_color(150)
        heading = FontFace(emphasis="BOLD", color=0, fill_color=(228, 234, 242)) if head else FontFace()
        with self.table(
            col_widths=tuple(widths),
            width=self.epw,
            align="LEFT",
            text_align=tuple(align),
            borders_layout=getattr(TableBordersLayout, borders),
            headings_style=heading,
            first_row_as_headings=head,
            line_height=line,
            v_align=VAlign.T,
            padding=(0.9, 1.4, 0.9, 1.4),
            markdown=True,
        ) as table:
            for number, cells in enumerate(rows):
                style = FontFace(emphasis="BOLD") if number in bold else None
                table.row([cell.replace("<br>", "\n") for cell in cells], style=style)
        self.set_draw_color(0)
        self.ln(3.4)
        self.plain()

    def any_table(self, block: Block) -> None:
        """A table of the text: `spalten` widths in percent, `rechts` right-aligned columns, `summe` bold last row."""
        rows = block.rows
        widths = block.numbers("spalten") or [100 // len(rows[0])] * len(rows[0])
        right = block.numbers("rechts")
        align = ["RIGHT" if i + 1 in right else "LEFT" for i in range(len(widths))]
        bold = {n for n in block.numbers("fett") if n > 0}
        if "summe" in block.options:
            bold.add(len(rows) - 1)
        small = "klein" in block.options
        self.room(min(len(rows), 5) * 6.4 + 4)
        size = (8.8 if small else 9.4) + (0.8 if self.family == "tinos" else 0)
        self.rule_table(rows, widths, size, align, bold, line=4.2 if small else 4.6)

    def consultations(self, block: Block) -> None:
        """The Beratungsfolge."""
        rows = [["Gremium", "Termin", "Status", "Zweck", "Ergebnis"], *block.rows]
        self.rule_table(rows, [27, 15, 18, 18, 22], 9, ["LEFT"] * 5, set())

    def form(self, block: Block) -> None:
        """The check boxes of a form."""
        self.rule_table(block.rows, [58, 42], 9, ["LEFT", "LEFT"], set(), head=False)

    def agenda(self, block: Block) -> None:
        """The agenda: number, title, paper."""
        self.rule_table(block.rows, [10, 70, 20], 10, ["LEFT", "LEFT", "RIGHT"], set(), "NONE", head=False)

    def appointment(self, block: Block) -> None:
        """Day, time and place of the meeting, indented."""
        for label, value in block.rows:
            self.set_x(LEFT + 8)
            self.plain()
            self.cell(22, 5.6, label)
            self.multi_cell(0, 5.6, value, align="L", markdown=True, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.ln(2.4)


def footer_text(source: Source) -> str:
    """What the foot of a paper says at the left."""
    head = source.head
    if head.get("fuss"):
        return str(head["fuss"])
    return f"{head['art']} {head['nummer']}" if head["layout"] == "vorlage" else str(head["kennung"])


def draw_pack(sources: list[Source]) -> PackPDF:
    """Draw all sources in order."""
    pdf = PackPDF()
    for source in sources:
        pdf.draw(source)
    pdf.number_pages(sources)
    return pdf
