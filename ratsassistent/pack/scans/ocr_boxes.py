"""Check boxes in the picture of a scanned form.

What enters: a grey picture, about 300 dpi, lying straight. What leaves: the check boxes in it, ticked or not, and the
picture without them, so that text recognition does not take them for letters (an empty box is read as 0, O or D).
What it does not know: labels, text, PDF (`boxes` finds the drawn boxes of pages that have text).

A box is a square outline of 2 to 6 mm that stands alone: its upper edge is a dark run of that length and no longer, as
the rules of a table are, and the other three edges stand where a square has them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["PicturedBox", "find_pictured_boxes"]

SMALLEST, LARGEST = 22, 72  # pixels at 300 dpi
EDGE = 5  # a line of a box is at most this thick
ALONE = 8  # pixels to the left and right of it are paper, letters of a word stand closer
INK_OF_A_TICK = 0.07  # share of the inside
MOST_RUNS = 20_000


@dataclass(frozen=True)
class PicturedBox:
    """A check box, in pixels from the upper left corner."""

    left: int
    top: int
    right: int
    bottom: int
    ticked: bool


def find_pictured_boxes(picture: Image.Image) -> tuple[list[PicturedBox], Image.Image]:
    """The check boxes of a picture, from top to bottom, and the picture with them painted over."""
    import numpy

    grey = numpy.asarray(picture)
    dark = grey < 160
    sums = numpy.zeros((dark.shape[0] + 1, dark.shape[1] + 1), dtype=numpy.int32)
    sums[1:, 1:] = dark.cumsum(0, dtype=numpy.int32).cumsum(1, dtype=numpy.int32)
    found: list[PicturedBox] = []
    for row, left, right in _runs(dark):
        if any(b.left - 6 < left < b.right and b.top - 6 < row < b.bottom + 6 for b in found[-200:]):
            continue
        box = _box_below(dark, sums, row, left, right)
        if box:
            found.append(box)
    if not found:
        return [], picture
    cleaned = picture.copy()
    paper = int(numpy.median(grey))
    for box in found:
        cleaned.paste(paper, (box.left - 3, box.top - 3, box.right + 4, box.bottom + 4))
    return found, cleaned


def _runs(dark: Any) -> list[tuple[int, int, int]]:
    """Level dark runs as long as the edge of a box: row, first and last column."""
    import numpy

    padded = numpy.zeros((dark.shape[0], dark.shape[1] + 2), dtype=numpy.int8)
    padded[:, 1:-1] = dark
    change = numpy.diff(padded, axis=1)
    rows, starts = numpy.nonzero(change == 1)
    _, ends = numpy.nonzero(change == -1)  # row by row there are as many ends as starts, in the same order
    lengths = ends - starts
    fits = (lengths >= SMALLEST) & (lengths <= LARGEST)
    return [(int(r), int(s), int(e) - 1) for r, s, e in zip(rows[fits], starts[fits], ends[fits], strict=True)][
        :MOST_RUNS
    ]


def _box_below(dark: Any, sums: Any, row: int, left: int, right: int) -> PicturedBox | None:
    """The box whose upper edge is this run."""
    side = right - left + 1
    height, width = dark.shape
    for tall in sorted(range(round(0.85 * side), round(1.15 * side) + 1), key=lambda tall: abs(tall - side)):
        bottom = row + tall - 1
        if bottom + EDGE >= height or left < ALONE or right + ALONE >= width or row < EDGE:
            return None
        # straight edges, one column dark from end to end, tell a box from B, D, O and Q
        if dark[bottom, left : right + 1].mean() < 0.9:
            continue
        if dark[row : bottom + 1, left - 1 : left + 4].mean(0).max() < 0.9:
            return None
        if dark[row : bottom + 1, right - 3 : right + 2].mean(0).max() < 0.9:
            continue
        inside = _share(sums, row + EDGE, bottom - EDGE, left + EDGE, right - EDGE)
        beside = max(
            _share(sums, row + 3, bottom - 3, left - ALONE, left - 2),
            _share(sums, row + 3, bottom - 3, right + 2, right + ALONE),
        )
        above = max(_share(sums, row - 5, row - 3, left, right), _share(sums, bottom + 3, bottom + 5, left, right))
        if beside > 0.03 or above > 0.4 or inside > 0.75:  # part of a word, of something larger, or a filled block
            return None
        heart = dark[row + EDGE : bottom - EDGE, left + EDGE : right - EDGE]
        if max(heart.mean(0).max(), heart.mean(1).max()) > 0.8:  # a bar from edge to edge is no tick
            return None
        return PicturedBox(left, row, right, bottom, inside > INK_OF_A_TICK)
    return None


def _share(sums: Any, top: int, bottom: int, left: int, right: int) -> float:
    """How much of a rectangle is dark, 0 to 1."""
    if bottom < top or right < left:
        return 0.0
    ink = sums[bottom + 1, right + 1] - sums[top, right + 1] - sums[bottom + 1, left] + sums[top, left]
    return float(ink) / ((bottom - top + 1) * (right - left + 1))
