"""Where an object lies that a PDF draws inside forms inside forms.

What enters: pdfium's objects and their bounds. What leaves: a Matrix, which takes points of the object to those of the
page. What it does not know: what the object is; the rotation in which a page is shown.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple


class Matrix(NamedTuple):
    """An affine transformation as PDF writes it (ISO 32000-1, 8.3.3): x' = ax + cy + e, y' = bx + dy + f."""

    a: float = 1.0
    b: float = 0.0
    c: float = 0.0
    d: float = 1.0
    e: float = 0.0
    f: float = 0.0

    def then(self, outer: Matrix) -> Matrix:
        """This transformation first, `outer` after it."""
        return Matrix(
            self.a * outer.a + self.b * outer.c,
            self.a * outer.b + self.b * outer.d,
            self.c * outer.a + self.d * outer.c,
            self.c * outer.b + self.d * outer.d,
            self.e * outer.a + self.f * outer.c + outer.e,
            self.e * outer.b + self.f * outer.d + outer.f,
        )

    def bounds(self, points: Iterable[tuple[float, float]]) -> tuple[float, float, float, float]:
        """Left, bottom, right, top of points, there must be one, after the transformation."""
        placed = [(self.a * x + self.c * y + self.e, self.b * x + self.d * y + self.f) for x, y in points]
        xs, ys = [x for x, _ in placed], [y for _, y in placed]
        return min(xs), min(ys), max(xs), max(ys)

    def box(self, left: float, bottom: float, right: float, top: float) -> tuple[float, float, float, float]:
        """Left, bottom, right, top of a box after the transformation."""
        return self.bounds((x, y) for x in (left, right) for y in (bottom, top))


def matrix_of(thing: Any) -> Matrix | None:
    """The transformation of a page object itself; None where pdfium has none."""
    from pypdfium2 import raw

    own = raw.FS_MATRIX()
    return Matrix(own.a, own.b, own.c, own.d, own.e, own.f) if raw.FPDFPageObj_GetMatrix(thing, own) else None
