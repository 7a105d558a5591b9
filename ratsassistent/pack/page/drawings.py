"""Plans and drawings, told from pages that are to be read.

What enters: one page of an open PDF and how many words its text layer has. What leaves: a German name with the paper
format ("Plan oder Zeichnung (A0)"), or None for a page that is read like any other.
What it does not know: the words themselves beyond a title block, OCR, papers. A map that was scanned onto a page of
ordinary size shows nothing but one picture; only `scans.ocr` can find out that there is no text in it.

No single sign decides. A drawing has many *oblique or curved strokes* spread over the sheet and few running sentences;
table rulings, boxes and bars are upright or level, letters turned into outlines are small filled shapes, a chart or a
coat of arms covers a part of its page only. A sheet of A2 or more that is not a slide needs less evidence. Long pages
cost no more than short ones: at most `MAX_OBJECTS` objects are counted and `SAMPLE` of them looked at.
"""

from __future__ import annotations

import ctypes
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pypdfium2

__all__ = ["is_drawing", "names_a_plan", "sheet_name"]

MAX_OBJECTS = 40_000  # page objects counted; a plan may have a million, and by then it is known for one
SAMPLE = 1200  # paths looked at more closely, evenly spread
MAX_SEGMENTS = 12  # of one path: a chart line of a thousand points is still one line
MAX_TEXT = 60_000  # characters of the text layer that are looked at
COARSE = 90  # dpi; nobody scans a plan like that
NESTED = 3  # forms within forms
POINTS_PER_MM = 72 / 25.4
_SERIES_A = {
    "A0": (841, 1189),
    "A1": (594, 841),
    "A2": (420, 594),
    "A3": (297, 420),
    "A4": (210, 297),
    "A5": (148, 210),
}
_SLIDES = (16 / 9, 16 / 10, 4 / 3)
_TITLE_BLOCK = re.compile(
    r"\b(?:Lageplan|Übersichts(?:lage)?plan|Planzeichnung|Planzeichenerklärung|Bebauungsplan|Grundriss|Längsschnitt|"
    r"Querschnitt|Ansicht|Schnitt|Gemarkung|Flurstück|Plan-?Nr|Blatt-?Nr|Planverfasser|Planinhalt|Maßstab|gezeichnet)\b"
    r"|\bM(?:aßstab|\.)?\s{0,3}(?:=\s{0,2})?1\s{0,2}:\s{0,2}\d{2,6}\b"
)


@dataclass
class _Signs:
    """What was counted on a page; lengths in points."""

    paths: int = 0
    oblique: float = 0.0  # strokes and areas that are neither upright nor level, estimated from the sample
    reach: tuple[float, float] = (0.0, 0.0)  # how far these spread, the shorter way first
    pictured: float = 0.0  # share of the sheet that pictures cover
    pixels: float = 0.0  # of these pictures
    sample: list[Any] = field(default_factory=list)


def is_drawing(page: pypdfium2.PdfPage, words: int) -> str | None:
    """Whether a page is a plan or drawing rather than something to read.

    :param page: the page, open; the caller holds the lock of pdfium.
    :param words: how many words the text layer of the page has.
    :returns: a German name with the format, e.g. "Plan oder Zeichnung (A0)"; None for any other page.
    """
    width, height = page.get_size()
    across, down = width / POINTS_PER_MM, height / POINTS_PER_MM
    short, long = sorted((across, down))
    if short < 100:  # a strip or label
        return None
    large = (short > 390 and long > 560) or (short > 250 and long > 880)
    slide = across > down and long < 720 and any(abs(across / down - shape) < 0.012 for shape in _SLIDES)
    if slide:  # a map on a slide belongs to what the slide says
        return None
    signs = _count(page, width, height)
    if not large and signs.paths < 200:
        return None
    _look_closely(signs)
    sentences = _running_words(page) if words else 0
    sheets = across * down / (210 * 297)
    if large:
        strokes = signs.oblique >= 250 and signs.reach[0] > 100 * POINTS_PER_MM  # a plan beside its legend
        # A scan whose pixels were taken for points makes an A4 letter look like A1, at 72 dpi.
        fine = signs.pixels > (COARSE / 72) ** 2 * min(signs.pictured, 1.0) * width * height
        picture = fine and signs.pictured > 0.5 and sentences < 150 * min(sheets, 4)
        sparse = words < 60 and (signs.paths > 30 or (fine and signs.pictured > 0.2))
        found = strokes or picture or sparse
    else:
        needed = 400 if words and names_a_plan(_text(page)) else 1500
        spread = signs.reach[0] > 0.35 * min(width, height) and signs.reach[1] > 0.45 * max(width, height)
        found = signs.oblique >= needed and spread and sentences < 120 * sheets
    return f"Plan oder Zeichnung ({sheet_name(width, height)})" if found else None


def sheet_name(width: float, height: float) -> str:
    """The paper format of a sheet whose sides are given in points: "A1", else its size in millimetres."""
    short, long = sorted((width / POINTS_PER_MM, height / POINTS_PER_MM))
    for name, (narrow, wide) in _SERIES_A.items():
        if abs(short - narrow) <= 0.03 * narrow and abs(long - wide) <= 0.03 * wide:
            return name
    return f"{short:.0f} × {long:.0f} mm"


def names_a_plan(text: str) -> bool:
    """Whether a text holds what stands in the title block of a plan: its kind, or its scale."""
    return bool(_TITLE_BLOCK.search(text[:MAX_TEXT]))


def _count(page: pypdfium2.PdfPage, width: float, height: float) -> _Signs:
    """Go through the objects of a page and of the forms on it, and keep an even sample of its paths."""
    import pypdfium2.raw as pdfium

    signs = _Signs()
    step = max(1, pdfium.FPDFPage_CountObjects(page) // MAX_OBJECTS)
    waiting: list[tuple[Any, int]] = []
    every = 1

    def meet(thing: Any, depth: int) -> None:
        nonlocal every
        kind = pdfium.FPDFPageObj_GetType(thing)
        if kind == pdfium.FPDF_PAGEOBJ_PATH:
            signs.paths += 1
            if signs.paths % every == 0:
                signs.sample.append(thing)
                if len(signs.sample) >= 2 * SAMPLE:  # thin out: every second one, from here on half as often
                    signs.sample = signs.sample[::2]
                    every *= 2
        elif kind == pdfium.FPDF_PAGEOBJ_IMAGE and depth == 0:
            signs.pictured += _area(thing) / max(width * height, 1.0)
            signs.pixels += _pixels(thing)
        elif kind == pdfium.FPDF_PAGEOBJ_FORM and depth < NESTED:
            waiting.append((thing, depth + 1))

    for index in range(0, pdfium.FPDFPage_CountObjects(page), step):
        meet(pdfium.FPDFPage_GetObject(page, index), 0)
    left = MAX_OBJECTS
    while waiting and left > 0:
        form, depth = waiting.pop()
        for index in range(min(pdfium.FPDFFormObj_CountObjects(form), left)):
            meet(pdfium.FPDFFormObj_GetObject(form, index), depth)
            left -= 1
    signs.paths *= step
    return signs


def _box(thing: Any) -> tuple[float, float, float, float] | None:
    """Left, bottom, right, top of an object, in points."""
    import pypdfium2.raw as pdfium

    edges = [ctypes.c_float() for _ in range(4)]
    if not pdfium.FPDFPageObj_GetBounds(thing, *(ctypes.byref(edge) for edge in edges)):
        return None
    left, bottom, right, top = (edge.value for edge in edges)
    return left, bottom, right, top


def _area(thing: Any) -> float:
    box = _box(thing)
    return max(0.0, box[2] - box[0]) * max(0.0, box[3] - box[1]) if box else 0.0


def _pixels(thing: Any) -> int:
    import pypdfium2.raw as pdfium

    across, down = ctypes.c_uint(), ctypes.c_uint()
    found = pdfium.FPDFImageObj_GetImagePixelSize(thing, ctypes.byref(across), ctypes.byref(down))
    return across.value * down.value if found else 0


def _look_closely(signs: _Signs) -> None:
    """Of the sampled paths, which are strokes of a drawing, and how far do they reach?"""
    import pypdfium2.raw as pdfium

    centres: list[tuple[float, float]] = []
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    for thing in signs.sample:
        box = _box(thing)
        if box is None or not pdfium.FPDFPath_GetDrawMode(thing, ctypes.byref(fill), ctypes.byref(stroke)):
            continue
        left, bottom, right, top = box
        if not fill.value and not stroke.value:  # only clips
            continue
        if not stroke.value and max(right - left, top - bottom) < 36:  # a letter or sign turned into an outline
            continue
        if _is_oblique(thing):
            centres.append(((left + right) / 2, (bottom + top) / 2))
    if not centres:
        return
    signs.oblique = len(centres) * signs.paths / len(signs.sample)
    # bounds are in the page's own axes, its size is as shown: so the shorter way is compared with the shorter side
    shorter, longer = sorted(_middle(sorted(values)) for values in zip(*centres, strict=True))
    signs.reach = (shorter, longer)


def _middle(values: list[float]) -> float:
    """The distance that the middle nine tenths of sorted values span."""
    return values[int(0.95 * (len(values) - 1))] - values[int(0.05 * (len(values) - 1))]


def _is_oblique(path: Any) -> bool:
    """True where a path has a curve, or a straight piece that is neither upright nor level."""
    import pypdfium2.raw as pdfium

    x, y = ctypes.c_float(), ctypes.c_float()
    before: tuple[float, float] | None = None
    for index in range(min(pdfium.FPDFPath_CountSegments(path), MAX_SEGMENTS)):
        segment = pdfium.FPDFPath_GetPathSegment(path, index)
        if not segment:
            break
        kind = pdfium.FPDFPathSegment_GetType(segment)
        if kind == pdfium.FPDF_SEGMENT_BEZIERTO:
            return True
        if not pdfium.FPDFPathSegment_GetPoint(segment, ctypes.byref(x), ctypes.byref(y)):
            break
        here = (x.value, y.value)
        if kind == pdfium.FPDF_SEGMENT_LINETO and before is not None:
            across, down = abs(here[0] - before[0]), abs(here[1] - before[1])
            if min(across, down) > 0.03 * max(across, down) and across + down > 0:
                return True
        before = here
    return False


def _text(page: pypdfium2.PdfPage) -> str:
    textpage = page.get_textpage()
    try:
        return str(textpage.get_text_range(0, min(textpage.count_chars(), MAX_TEXT)))
    finally:
        textpage.close()


def _running_words(page: pypdfium2.PdfPage) -> int:
    """Words that stand in lines of prose: at least six words, half of them beginning with a small letter."""
    total = 0
    for line in _text(page).splitlines():
        parts = line.split()
        if len(parts) >= 6 and 2 * sum(part[0].islower() for part in parts) >= len(parts):
            total += len(parts)
    return total
