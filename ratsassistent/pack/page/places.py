"""Where on a page words stand: the boxes that a quotation covers.

What enters: the words of one page with their places (a letter each from a PDF, a word each from a recognised picture), and a
quotation. What leaves: boxes in shares of the page as shown, origin at the top left.
What it does not know: files, pictures, why something is quoted.

A quotation was cleaned: lines joined, hyphens taken away, spaces put right, rows of a table parted by bars. So only letters
and digits are compared, and where all of it is not found in one piece, the pieces of it that are.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from ratsassistent.pack.page.glyphs import Glyph, Sheet

SHORTEST = 4  # letters of a quotation that says where it stands
PIECE = 12  # letters that are unlikely to stand on a page twice
LONG = 60  # letters of a piece that says enough by itself
ENOUGH = 0.5  # share of a quotation that has to be found
MOST_TIMES = 5  # that a short quotation is marked
LONGEST = 4000  # letters of a quotation that are looked for
_RISE, _FALL = 0.8, 0.25  # of the size of a letter: how far it reaches above and below its baseline


class Place(NamedTuple):
    """A word or letter and its box, in shares of the page (0 to 1). `on_side`: its line runs upwards or downwards."""

    text: str
    left: float
    top: float
    right: float
    bottom: float
    on_side: bool = False


class Box(NamedTuple):
    """A rectangle in shares of the page (0 to 1)."""

    left: float
    top: float
    right: float
    bottom: float


def of_sheet(sheet: Sheet) -> list[Place]:
    """The letters of a PDF page with their places, in the order of the file."""
    across, down = max(sheet.width, 1.0), max(sheet.height, 1.0)
    return [
        Place(g.char, left / across, top / down, right / across, bottom / down, g.turn in (1, 3))
        for g in sheet.glyphs
        for left, top, right, bottom in (_shown(g, sheet),)
    ]


def _shown(glyph: Glyph, sheet: Sheet) -> tuple[float, float, float, float]:
    """The box of a letter on the page as shown; its own frame is turned with it (`glyphs.Frame.upright`)."""
    above, below = glyph.base - _RISE * glyph.em, glyph.base + _FALL * glyph.em
    if glyph.turn == 1:
        return sheet.width - below, glyph.left, sheet.width - above, glyph.right
    if glyph.turn == 2:
        return sheet.width - glyph.right, sheet.height - below, sheet.width - glyph.left, sheet.height - above
    if glyph.turn == 3:
        return above, sheet.height - glyph.right, below, sheet.height - glyph.left
    return glyph.left, above, glyph.right, below


def find(places: Sequence[Place], quote: str) -> list[Box]:
    """The boxes that a quotation covers, one for each line; empty where it is not found.

    :param places: the words of the page in an order in which those of one line follow each other.
    """
    letters: list[str] = []
    owners: list[int] = []
    for number, place in enumerate(places):
        for letter in _letters(place.text):
            letters.append(letter)
            owners.append(number)
    page, wanted = "".join(letters), "".join(_letters(quote[:LONGEST]))
    if len(wanted) < SHORTEST:
        return []
    spans = _whole(page, wanted) or _pieces(page, wanted)
    found = sorted({owners[n] for start, end in spans for n in range(start, end)})
    return list(_lines([places[n] for n in found]))


def _letters(text: str) -> Iterator[str]:
    return (char for char in unicodedata.normalize("NFKC", text).casefold() if char.isalnum())


def _whole(page: str, wanted: str) -> list[tuple[int, int]]:
    """Where all of it stands: once, or several times where it is short."""
    spans: list[tuple[int, int]] = []
    place = page.find(wanted)
    while place >= 0 and len(spans) < (1 if len(wanted) > 3 * PIECE else MOST_TIMES):
        spans.append((place, place + len(wanted)))
        place = page.find(wanted, place + len(wanted))
    return spans


def _pieces(page: str, wanted: str) -> list[tuple[int, int]]:
    """Where its pieces stand, each as long as it can be; only long ones where they do not make up enough of it."""
    spans: list[tuple[int, int]] = []
    covered = at = after = 0
    while at + PIECE <= len(wanted):
        piece = wanted[at : at + PIECE]
        place = page.find(piece, after)
        if place < 0:
            place = page.find(piece)
        if place < 0:
            at += 1
            continue
        size = PIECE
        while at + size < len(wanted) and page[place + size : place + size + 1] == wanted[at + size]:
            size += 1
        spans.append((place, place + size))
        covered += size
        at += size
        after = place + size
    if covered >= ENOUGH * len(wanted):
        return spans
    return [span for span in spans if span[1] - span[0] >= LONG]  # the rest stands on another page


def _lines(places: Iterable[Place]) -> Iterator[Box]:
    """Boxes of neighbours joined to one for each line."""
    line: Box | None = None
    for place in places:
        box = Box(*place[1:5])
        if line is not None and _follows(line, box, place.on_side):
            line = Box(
                min(line.left, box.left),
                min(line.top, box.top),
                max(line.right, box.right),
                max(line.bottom, box.bottom),
            )
            continue
        if line is not None:
            yield line
        line = box
    if line is not None:
        yield line


def _follows(line: Box, box: Box, on_side: bool) -> bool:
    """Whether a box stands in that line, next to it."""
    if on_side:  # as if the page were turned
        line, box = Box(line.top, line.left, line.bottom, line.right), Box(box.top, box.left, box.bottom, box.right)
    height = min(line.bottom - line.top, box.bottom - box.top)
    level = min(line.bottom, box.bottom) - max(line.top, box.top)
    gap = max(box.left - line.right, line.left - box.right)
    return level > 0.5 * height and gap <= 2 * height
