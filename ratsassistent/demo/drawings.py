"""The drawings of the demonstration pack: a bar chart, a site plan, and the scrawl of a signature.

What enters: an open FPDF page (the scrawl: a name). What leaves: lines and labels on it; the labels are text.
What it does not know: papers, agenda, ground truth.
"""

from __future__ import annotations

import random

from fpdf import FPDF

from ratsassistent.demo.blocks import Block


def scrawl(name: str) -> list[tuple[float, float]]:
    """A signature as a smooth line in a box of 1 by 0.25, the same for the same name."""
    pen = random.Random(name)
    knots = [(i / 11, 0.12 + pen.uniform(-0.12, 0.13) * (1.0 if i < 6 else 0.35)) for i in range(12)]
    knots = [(x + pen.uniform(-0.06, 0.06) * (0 < i < 8), y) for i, (x, y) in enumerate(knots)]
    line = []
    for a, b, c, d in zip(knots, knots[1:], knots[2:], knots[3:], strict=False):
        for step in range(8):  # Catmull-Rom: the curve runs through every knot
            t = step / 8
            line.append(
                tuple(
                    0.5 * (2 * q + (r - p) * t + (2 * p - 5 * q + 4 * r - s) * t**2 + (3 * q - p - 3 * r + s) * t**3)
                    for p, q, r, s in zip(a, b, c, d, strict=True)
                )
            )
    return [(x, y) for x, y in line]


def draw_bars(pdf: FPDF, block: Block) -> None:
    """A bar chart: each line `label | value with unit`; bars are to scale."""
    rows = block.rows
    values = [float(value.split()[0].replace(".", "").replace(",", ".")) for _, value in rows]
    pdf.set_font(pdf.font_family, "", 9)
    pdf.set_fill_color(96, 128, 168)
    for (label, printed), value in zip(rows, values, strict=True):
        y = pdf.get_y()
        pdf.cell(34, 6, label)
        width = 88 * value / max(values)
        pdf.rect(pdf.l_margin + 34, y + 1, width, 4, style="F")
        pdf.set_xy(pdf.l_margin + 36 + width, y)
        pdf.cell(30, 6, printed)
        pdf.set_xy(pdf.l_margin, y + 6.6)
    pdf.ln(3)


def draw_parcels(pdf: FPDF) -> None:
    """The site plan „Obere Bleiche“: parcels, streets, the river, the boundary of the plan area as a dashed line."""
    x, y = pdf.l_margin, pdf.get_y() + 2
    pdf.set_draw_color(120)
    pdf.rect(x, y, 166, 150)
    streets = [("Bleichweg", 12, 20, 0), ("Wallerstraße", 100, 141, 0), ("Gärtnergasse", 153, 96, 90)]
    pdf.set_fill_color(232)
    pdf.rect(x, y + 12, 166, 10, style="F")
    pdf.rect(x, y + 133, 166, 10, style="F")
    pdf.rect(x + 146, y + 22, 9, 111, style="F")
    pdf.set_fill_color(206, 224, 240)
    pdf.polygon([(x, y + 26), (x + 14, y + 50), (x + 8, y + 90), (x + 18, y + 133), (x, y + 133)], style="F")
    pdf.set_font("arimo", "I", 8)
    for name, dx, dy, angle in streets:
        with pdf.rotation(angle, x + dx, y + dy):
            pdf.text(x + dx, y + dy - 1.5, name)
    with pdf.rotation(80, x + 5, y + 110):
        pdf.text(x + 5, y + 110, "Waller")
    parcels = {
        "1185": (30, 30, 34, 40), "1186": (30, 70, 34, 54), "1187/1": (64, 30, 30, 36),
        "1187/2": (64, 66, 70, 58), "1188": (94, 30, 40, 36),
    }  # fmt: skip
    pdf.set_draw_color(140)
    pdf.set_font("arimo", "", 8.5)
    for number, (dx, dy, width, height) in parcels.items():
        pdf.rect(x + dx, y + dy, width, height)
        pdf.text(x + dx + width / 2 - 4, y + dy + height - 6, number)
    pdf.set_fill_color(214)
    for dx, dy, width, height in ((36, 36, 14, 9), (98, 36, 20, 9), (72, 38, 12, 14), (74, 80, 40, 8), (74, 92, 40, 8)):
        pdf.rect(x + dx, y + dy, width, height, style="DF")
    pdf.set_draw_color(0)
    pdf.set_line_width(0.9)
    pdf.set_dash_pattern(dash=3, gap=1.8)
    pdf.rect(x + 28.5, y + 28.5, 107, 97)
    pdf.set_dash_pattern()
    pdf.set_line_width(0.2)
    pdf.line(x + 158, y + 10, x + 158, y + 2)
    pdf.line(x + 158, y + 2, x + 156.5, y + 5)
    pdf.line(x + 158, y + 2, x + 159.5, y + 5)
    pdf.set_font("arimo", "B", 9)
    pdf.text(x + 160.5, y + 6, "N")
    pdf.set_y(y + 155)
