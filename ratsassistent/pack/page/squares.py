"""Where squares of a check box's size are among the drawing commands of a page.

What enters: a page opened by pypdfium2. What leaves: the places of small square paths, subpaths and pictures, and of
four short lines that close. What it does not know: how the page looks when painted; most squares are no check boxes.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from ratsassistent.pack.page.matrices import Matrix, matrix_of

if TYPE_CHECKING:
    import pypdfium2

MIN_SIDE, MAX_SIDE = 5.5, 20.5  # points
MAX_OBJECTS = 20_000  # more are a plan or a diagram, no form
MAX_SEGMENTS = 20_000  # of paths that are looked into
MAX_CANDIDATES = 400
MAX_DEPTH = 4  # of forms inside forms
_MOST_SEGMENTS = 24  # of a square, with rounded corners and a cross at most


class Place(NamedTuple):
    """The bounds of something on a page, in points, in the axes of the PDF page."""

    left: float
    bottom: float
    right: float
    top: float

    @property
    def width(self) -> float:
        """From left to right."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """From bottom to top."""
        return self.top - self.bottom


def _square(place: Place) -> bool:
    small, large = sorted((place.width, place.height))
    return small >= MIN_SIDE and large <= MAX_SIDE and small >= 0.75 * large


def find_squares(page: pypdfium2.PdfPage) -> list[Place]:
    """The places of a page where a check box may be; none where there are so many that it is a plan or diagram."""
    from pypdfium2 import raw

    total = raw.FPDFPage_CountObjects(page)
    if total > MAX_OBJECTS:
        return []
    squares: list[Place] = []
    lines: list[Place] = []
    for place in _places((raw.FPDFPage_GetObject(page, index) for index in range(total)), Matrix(), _Budget()):
        if _square(place):
            squares.append(place)
        elif min(place.width, place.height) <= 2 and MIN_SIDE - 1 <= max(place.width, place.height) <= MAX_SIDE + 1:
            lines.append(place)
        if len(squares) > 4 * MAX_CANDIDATES or len(lines) > 4 * MAX_CANDIDATES:
            return []
    distinct = list({tuple(round(edge) for edge in place): place for place in [*squares, *_closed(lines)]}.values())
    if len(distinct) > MAX_CANDIDATES:
        return []
    return [place for place in distinct if not any(_share_an_edge(place, other) for other in distinct)]


def _share_an_edge(one: Place, two: Place) -> bool:
    """True for neighbouring cells of a grid."""
    across = min(one.right, two.right) - max(one.left, two.left)  # how far they overlap; below 0: the gap
    along = min(one.top, two.top) - max(one.bottom, two.bottom)
    return (abs(across) < 1.2 and along > one.height / 2) or (abs(along) < 1.2 and across > one.width / 2)


class _Budget:
    """How many objects and path segments may still be looked at."""

    def __init__(self) -> None:
        self.objects = MAX_OBJECTS
        self.segments = MAX_SEGMENTS


def _places(objects: Iterator[Any], matrix: Matrix, budget: _Budget, depth: int = 0) -> Iterator[Place]:
    """The bounds of paths, their subpaths, and pictures, in the page's axes."""
    from pypdfium2 import raw

    for thing in objects:
        budget.objects -= 1
        if budget.objects < 0:
            return
        kind = raw.FPDFPageObj_GetType(thing)
        if kind == raw.FPDF_PAGEOBJ_FORM:
            if depth < MAX_DEPTH:
                count = max(raw.FPDFFormObj_CountObjects(thing), 0)
                inner = (raw.FPDFFormObj_GetObject(thing, index) for index in range(count))
                yield from _places(inner, (matrix_of(thing) or Matrix()).then(matrix), budget, depth + 1)
        elif kind in (raw.FPDF_PAGEOBJ_PATH, raw.FPDF_PAGEOBJ_IMAGE):
            own = _bounds(thing, matrix)
            if own is None:
                continue
            count = raw.FPDFPath_CountSegments(thing) if kind == raw.FPDF_PAGEOBJ_PATH else 0
            if max(own.width, own.height) <= MAX_SIDE + 1:
                if count <= _MOST_SEGMENTS:  # else a letter or icon
                    yield own
            elif 4 <= count <= min(budget.segments, 2000):
                budget.segments -= count
                yield from _subpaths(thing, count, (matrix_of(thing) or Matrix()).then(matrix))


def _bounds(thing: Any, matrix: Matrix) -> Place | None:
    from pypdfium2 import raw

    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    if not raw.FPDFPageObj_GetBounds(thing, left, bottom, right, top):
        return None
    return Place(*matrix.box(left.value, bottom.value, right.value, top.value))


def _subpaths(path: Any, count: int, matrix: Matrix) -> Iterator[Place]:
    """The bounds of each subpath: one path may draw many boxes."""
    from pypdfium2 import raw

    points: list[tuple[float, float]] = []
    x, y = ctypes.c_float(), ctypes.c_float()
    for index in range(count):
        segment = raw.FPDFPath_GetPathSegment(path, index)
        if not raw.FPDFPathSegment_GetPoint(segment, x, y):
            continue
        if raw.FPDFPathSegment_GetType(segment) == raw.FPDF_SEGMENT_MOVETO:
            if 0 < len(points) <= _MOST_SEGMENTS:
                yield Place(*matrix.bounds(points))
            points = []
        points.append((x.value, y.value))
    if 0 < len(points) <= _MOST_SEGMENTS:
        yield Place(*matrix.bounds(points))


def _closed(lines: Sequence[Place]) -> Iterator[Place]:
    """Squares made of four lines of their own."""
    across = [line for line in lines if line.width >= line.height]
    upright = [line for line in lines if line.width < line.height]
    for low in across[:MAX_CANDIDATES]:
        for high in across[:MAX_CANDIDATES]:
            place = Place(low.left, low.bottom, low.right, high.top)
            if abs(high.left - low.left) > 1.5 or abs(high.right - low.right) > 1.5 or not _square(place):
                continue
            sides = [u for u in upright if abs(u.bottom - place.bottom) <= 2 and abs(u.top - place.top) <= 2]
            if any(abs(u.left - place.left) <= 2 for u in sides) and any(
                abs(u.right - place.right) <= 2 for u in sides
            ):
                yield place
