"""Small PDFs that the tests write themselves: invented towns in layouts of several council systems."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

from fpdf import FPDF

# An agenda with a public and a non-public part, and the pages behind it. A page is a list of lines.
AGENDA = [
    "Stadt Musterfeld",
    "Rat der Stadt Musterfeld",
    "Einladung zur 7. Sitzung",
    "Termin: Donnerstag, 14. März 2024, 17:30 Uhr",
    "Tagesordnung",
    "Öffentlicher Teil",
    "Ö 1   Genehmigung der Niederschrift",
    "Ö 2   Neubau der Feuerwache Nord und Erweiterung",
    "      des Gerätehauses",
    "      Vorlage: BV/0012/2024",
    "Ö 3   Antrag der Fraktion Mitte: Trinkbrunnen am Markt",
    "      Vorlage: AN/0045/2024",
    "Nichtöffentlicher Teil",
    "N 1   Grundstücksverkauf Gewerbegebiet Ost",
    "      Vorlage: BV/0099/2024",
]
FIRE_1 = [
    "Beschlussvorlage",
    "Vorlage: BV/0012/2024",
    "Amt: Bauamt",
    "Betreff:",
    "Neubau der Feuerwache Nord und Erweiterung des Gerätehauses",
    "Beratungsfolge:",
    "Bauausschuss 05.03.2024 4 Vorberatung",
    "Rat der Stadt Musterfeld 14.03.2024 Ö 2 Entscheidung",
    "Beschlussvorschlag:",
    "Der Rat beschließt den Neubau der Feuerwache Nord mit Gesamtkosten von 4.250.000 Euro.",
    "Die Verwaltung wird beauftragt, die Planung bis zum 30.09.2024 vorzulegen.",
    "Begründung:",
    "Die alte Wache ist zu klein. Näheres zeigt Anlage 2.",
]
FIRE_2 = [
    "- 2 -",
    "Der Neubau bietet Platz für acht Fahrzeuge.",
    "Finanzielle Auswirkungen:",
    "Die Mittel stehen im Haushalt.",
]
FIRE_ANNEX = ["Anlage 1", "Raumprogramm der Feuerwache", "Fahrzeughalle 620 Quadratmeter"]
MOTION = [
    "Antrag",
    "Fraktion Mitte",
    "Eingang: 01.02.2024",
    "Vorlage: AN/0045/2024",
    "Trinkbrunnen am Markt",
    "Beratungsfolge",
    "Rat der Stadt Musterfeld 14.03.2024 Ö 3",
    "Die Verwaltung stellt auf dem Marktplatz zwei Trinkbrunnen auf.",
    "Begründung:",
    "Im Sommer fehlt Trinkwasser.",
    "Unterzeichnet von:",
    "Erika Beispiel",
]
ANSWER = [
    "Stellungnahme zum Antrag",
    "Vorlage: AN/0045/2024",
    "Dienststelle: Tiefbauamt",
    "Trinkbrunnen am Markt",
    "Kurzfassung",
    "Die Verwaltung schlägt einen Brunnen für 18.000 Euro vor.",
    "Erläuterungen",
    "Ein zweiter Brunnen lässt sich nicht anschließen.",
]
SECRET = [
    "Beschlussvorlage",
    "Vorlage: BV/0099/2024",
    "Amt: Liegenschaften",
    "Betreff:",
    "Grundstücksverkauf Gewerbegebiet Ost",
    "Beschlussvorschlag:",
    "Der Rat stimmt dem Verkauf an die Kaufgeheimnis GmbH zu.",
    "Begründung:",
    "Der Preis liegt über dem Gutachten.",
]
PACK = [AGENDA, FIRE_1, FIRE_2, FIRE_ANNEX, MOTION, ANSWER, SECRET]


def pdf_bytes(
    pages: Sequence[Sequence[str]], bookmarks: dict[int, str] | None = None, password: str | None = None
) -> bytes:
    """A PDF with these lines on its pages. An empty page stays blank."""
    pdf = FPDF()
    pdf.set_auto_page_break(False)
    pdf.set_title("Geheimer Titel")
    for number, lines in enumerate(pages, 1):
        pdf.add_page()
        pdf.set_font("helvetica", size=10)
        if bookmarks and number in bookmarks:
            pdf.start_section(bookmarks[number])
        for line in lines:
            pdf.cell(0, 6, line, new_x="LMARGIN", new_y="NEXT")
    if password is not None:
        pdf.set_encryption(owner_password="eigner", user_password=password)
    return bytes(pdf.output())


def write(path: Path, pages: Sequence[Sequence[str]], bookmarks: dict[int, str] | None = None) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(pdf_bytes(pages, bookmarks))
    return path


def scan_bytes() -> bytes:
    """A PDF whose second page is a picture of text."""
    from PIL import Image

    picture = io.BytesIO()
    Image.new("RGB", (60, 80), "grey").save(picture, format="PNG")
    pdf = FPDF()
    pdf.add_page()
    pdf.set_font("helvetica", size=10)
    pdf.cell(0, 6, "Eine Seite mit Text")
    pdf.add_page()
    pdf.image(picture, x=0, y=0, w=210)
    pdf.add_page()
    return bytes(pdf.output())


def layout_bytes(pages: Sequence[Sequence[object]], by_line: bool = False) -> bytes:
    """A PDF with tables: a row is a line of text, or cells as (left edge in mm, width in mm, text) that wrap.

    :param by_line: write a row of cells line by line across the columns, as some generators do; else cell by cell.
    """
    pdf = FPDF()
    pdf.set_auto_page_break(False)
    pdf.core_fonts_encoding = "windows-1252"
    for rows in pages:
        pdf.add_page()
        pdf.set_font("helvetica", size=10)
        for row in rows:
            if isinstance(row, str):
                pdf.cell(0, 5, row, new_x="LMARGIN", new_y="NEXT")
                continue
            assert isinstance(row, tuple)
            top = pdf.get_y()
            cells = [
                (left, width, [line.encode("latin-1").decode("windows-1252") for line in _wrapped(pdf, width, text)])
                for left, width, text in row
            ]
            depth = max(len(lines) for *_, lines in cells)
            placed = [
                (n, left, width, lines[n])
                for left, width, lines in cells
                for n in range(len(lines))
                if lines[n].strip()
            ]
            for n, left, width, line in sorted(placed, key=lambda cell: cell[0]) if by_line else placed:
                pdf.set_xy(left, top + 5 * n)
                pdf.cell(width, 5, line)
            pdf.set_xy(10, top + 5 * depth + 1)
    return bytes(pdf.output())


def _wrapped(pdf: FPDF, width: float, text: str) -> list[str]:
    return list(pdf.multi_cell(width, 5, text, dry_run=True, output="LINES", align="L"))


def footed(page: Sequence[object], foot: str) -> list[object]:
    """A page with a foot line."""
    return [*page, foot]
