"""Plans are told from pages that are to be read."""

from __future__ import annotations

import io
import math
import random
from collections.abc import Callable
from pathlib import Path

import pypdfium2
import pytest
from fpdf import FPDF
from PIL import Image

from ratsassistent.pack.page import drawings
from ratsassistent.pack.page.drawings import is_drawing, names_a_plan, sheet_name

PROSE = (
    "Die Verwaltung hat die eingegangenen Stellungnahmen geprüft und schlägt vor, den Entwurf in der vorliegenden "
    "Fassung zu billigen und ihn für die Dauer eines Monats öffentlich auszulegen. "
)


def page_of(size: tuple[float, float], draw: Callable[[FPDF], None]) -> pypdfium2.PdfPage:
    """One page of that size in millimetres."""
    pdf = FPDF(unit="mm", format=size)
    pdf.set_auto_page_break(False)
    pdf.add_page()
    pdf.set_font("Helvetica", size=10)
    draw(pdf)
    return pypdfium2.PdfDocument(bytes(pdf.output()))[0]


def words_of(page: pypdfium2.PdfPage) -> int:
    return len(page.get_textpage().get_text_range().split())


def verdict(page: pypdfium2.PdfPage) -> str | None:
    return is_drawing(page, words_of(page))


def strokes(pdf: FPDF, count: int, seed: int = 7) -> None:
    """Short strokes in all directions, all over the sheet, like the parcels of a site plan."""
    chance = random.Random(seed)
    for _ in range(count):
        x, y = chance.uniform(0.03, 0.94) * pdf.w, chance.uniform(0.03, 0.94) * pdf.h
        way = chance.uniform(0.2, 1.3)
        pdf.line(x, y, x + 9 * math.cos(way), y + 9 * math.sin(way))


def photo(width: int, height: int) -> io.BytesIO:
    out = io.BytesIO()
    Image.effect_noise((width // 8, height // 8), 60).resize((width, height)).save(out, "JPEG")
    out.seek(0)
    return out


@pytest.mark.parametrize(
    ("size", "name"),
    [((1189, 841), "A0"), ((594, 841), "A1"), ((420, 594), "A2"), ((297, 1400), "297 × 1400 mm"), ((845, 1195), "A0")],
)
def test_a_large_sheet_with_strokes_is_a_plan_with_its_format(size: tuple[int, int], name: str) -> None:
    def draw(pdf: FPDF) -> None:
        strokes(pdf, 600)
        pdf.text(30, 30, "Bebauungsplan Nr. 12 Am Mühlbach")

    assert verdict(page_of(size, draw)) == f"Plan oder Zeichnung ({name})"


def test_a_legend_with_provisions_does_not_make_a_plan_a_text() -> None:
    def draw(pdf: FPDF) -> None:
        strokes(pdf, 900)
        pdf.set_xy(500, 40)
        pdf.multi_cell(300, 5, PROSE * 20)

    assert verdict(page_of((841, 594), draw)) == "Plan oder Zeichnung (A1)"


def test_a_small_sheet_needs_many_strokes_or_a_title_block() -> None:
    assert verdict(page_of((210, 297), lambda pdf: strokes(pdf, 2500))) == "Plan oder Zeichnung (A4)"
    assert verdict(page_of((210, 297), lambda pdf: strokes(pdf, 700))) is None

    def titled(pdf: FPDF) -> None:
        strokes(pdf, 700)
        pdf.text(120, 280, "Lageplan, Maßstab 1:500")

    assert verdict(page_of((297, 210), titled)) == "Plan oder Zeichnung (A4)"


def test_a_plan_inside_a_form_object_is_found(tmp_path: Path) -> None:
    from pypdf import PdfReader, PdfWriter, Transformation

    pdf = FPDF(unit="mm", format=(594, 841))
    pdf.add_page()
    strokes(pdf, 800)
    inner = PdfReader(io.BytesIO(bytes(pdf.output()))).pages[0]
    writer = PdfWriter()
    sheet = writer.add_blank_page(inner.mediabox.width, inner.mediabox.height)
    sheet.merge_transformed_page(inner, Transformation())
    target = tmp_path / "plan.pdf"
    writer.write(target)
    assert verdict(pypdfium2.PdfDocument(target)[0]) == "Plan oder Zeichnung (A1)"


def test_a_scanned_plan_is_a_plan_but_a_letter_with_pixels_for_points_is_none() -> None:
    fine = page_of((841, 594), lambda pdf: pdf.image(photo(4600, 3200), 0, 0, 841, 594))
    coarse = page_of((583, 825), lambda pdf: pdf.image(photo(1654, 2339), 0, 0, 583, 825))
    assert verdict(fine) == "Plan oder Zeichnung (A1)"
    assert verdict(coarse) is None


def test_pages_to_be_read_are_no_drawings() -> None:
    def slide(pdf: FPDF) -> None:
        pdf.image(photo(800, 450), 0, 0, pdf.w, pdf.h)
        pdf.text(40, 40, "Unser Quartier 2035")

    def cover(pdf: FPDF) -> None:
        pdf.rect(20, 20, 170, 40)
        pdf.text(30, 40, "Anlage 3")

    def table(pdf: FPDF) -> None:
        for row in range(45):
            for column in range(9):
                pdf.rect(20 + 42 * column, 15 + 6 * row, 42, 6)
                pdf.text(22 + 42 * column, 19 + 6 * row, f"{row * 37 + column} Euro")

    def chart(pdf: FPDF) -> None:
        pdf.set_xy(20, 20)
        pdf.multi_cell(170, 5, PROSE * 8)
        chance = random.Random(3)
        for _ in range(1800):  # a cloud of dots in the lower third
            pdf.circle(chance.uniform(30, 180), chance.uniform(220, 280), 0.6)

    def letter(pdf: FPDF) -> None:
        pdf.set_xy(20, 20)
        pdf.multi_cell(170, 5, PROSE * 15)

    assert verdict(page_of((338.7, 190.5), slide)) is None
    assert verdict(page_of((677, 381), slide)) is None  # 1920 x 1080 points
    assert verdict(page_of((210, 297), cover)) is None
    assert verdict(page_of((420, 297), table)) is None
    assert verdict(page_of((210, 297), chart)) is None
    assert verdict(page_of((210, 297), letter)) is None
    assert verdict(page_of((210, 297), lambda pdf: None)) is None


def test_letters_turned_into_outlines_are_no_drawing() -> None:
    def draw(pdf: FPDF) -> None:
        for row in range(40):
            for column in range(60):
                x, y = 20 + 2.8 * column, 20 + 6 * row
                pdf.polygon([(x, y), (x + 1, y - 2.5), (x + 2, y), (x + 1, y - 1)], style="F")

    assert is_drawing(page_of((210, 297), draw), 0) is None


def test_only_a_bounded_part_of_a_huge_plan_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawings, "MAX_OBJECTS", 500)
    monkeypatch.setattr(drawings, "SAMPLE", 100)
    looked = 0
    real = drawings._is_oblique

    def counting(path: object) -> bool:
        nonlocal looked
        looked += 1
        return real(path)

    monkeypatch.setattr(drawings, "_is_oblique", counting)
    assert verdict(page_of((841, 594), lambda pdf: strokes(pdf, 5000))) == "Plan oder Zeichnung (A1)"
    assert 50 <= looked <= 200


def test_the_name_of_a_sheet() -> None:
    assert sheet_name(595, 842) == "A4"
    assert sheet_name(842, 595) == "A4"
    assert sheet_name(612, 1008) == "216 × 356 mm"


def test_a_scale_or_the_kind_names_a_plan() -> None:
    assert names_a_plan("Maßstab 1:1.000") or names_a_plan("Maßstab 1:1000")
    assert names_a_plan("Übersichtslageplan M 1 : 5000")
    assert not names_a_plan("Das Verhältnis beträgt 1:3, sagt die Verwaltung.")
