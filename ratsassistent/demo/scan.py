"""The page of the demonstration pack that came from a copier: a letter as a picture, without a text layer.

What enters: a Source whose text is the letter. What leaves: the page as JPEG, the same bytes on every run.
What it does not know: PDF.
"""

from __future__ import annotations

import io
import random
from importlib.resources import as_file, files

from PIL import Image, ImageDraw, ImageFilter, ImageFont

from ratsassistent.demo.blocks import Source
from ratsassistent.demo.drawings import scrawl

DPI = 150
WIDTH, HEIGHT = 1240, 1754  # A4 at 150 dots per inch
TILT = 0.8  # degrees
INK = 45


def scanned_letter(source: Source, columns: int) -> io.BytesIO:
    """Type the letter, tilt it, add the noise and the dark edge of a copier.

    :param columns: characters in a line.
    """
    page = Image.new("L", (WIDTH, HEIGHT), 246)
    with as_file(files("ratsassistent.demo") / "quelle" / "schriften" / "Cousine-Regular.ttf") as path:
        font = ImageFont.truetype(str(path), 23)
    draw = ImageDraw.Draw(page)
    y = 130
    for block in source.blocks:
        if block.kind == "unterschrift":
            draw.line([(170 + 330 * px, y - 10 + 330 * py) for px, py in scrawl(block.lines[0])], fill=60, width=4)
            y += 90
        text = block.text or "\n".join(block.lines)
        for line in text.split("\n"):
            for row in wrap(line, columns):
                draw.text((150, y), row, font=font, fill=INK)
                y += 32
        y += 24
    draw.ellipse((28, 560, 62, 594), fill=120)  # the holes of a file
    draw.ellipse((28, 1130, 62, 1164), fill=120)
    page = page.rotate(TILT, resample=Image.Resampling.BICUBIC, fillcolor=238)
    shade = ImageDraw.Draw(page)
    for x in range(14):
        shade.line((WIDTH - 1 - x, 0, WIDTH - 1 - x, HEIGHT), fill=150 + 7 * x)
    grain = Image.frombytes("L", (WIDTH // 2, HEIGHT // 2), random.Random(7).randbytes(WIDTH // 2 * (HEIGHT // 2)))
    page = Image.blend(page, grain.resize((WIDTH, HEIGHT)), 0.10).filter(ImageFilter.GaussianBlur(0.7))
    out = io.BytesIO()
    page.save(out, "JPEG", quality=48, dpi=(DPI, DPI))
    out.seek(0)
    return out


def wrap(line: str, columns: int) -> list[str]:
    """Break a line at spaces."""
    rows, row = [], ""
    for word in line.split(" "):
        if row and len(row) + 1 + len(word) > columns:
            rows.append(row)
            row = word
        else:
            row = f"{row} {word}" if row else word
    return [*rows, row]
