"""The lines of a stretch of text, and Parts made from stretches.

What enters: text with offsets. What leaves: Lines, Parts without white space at their edges.
What it does not know: what a line means.
"""

from __future__ import annotations

from dataclasses import dataclass

from ratsassistent.oparl import Part, PartKind


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a text: characters [start, end)."""

    start: int
    end: int
    text: str


def lines_of(text: str, start: int = 0, end: int | None = None) -> list[Line]:
    """The lines of characters [start, end) of a text, without their newlines."""
    out = []
    at = start
    for line in text[start : len(text) if end is None else end].split("\n"):
        out.append(Line(at, at + len(line), line))
        at += len(line) + 1
    return out


def trimmed_part(text: str, kind: PartKind, heading: str | None, start: int, end: int, complete: bool = True) -> Part:
    """A part without the white space at its edges; one of white space only has no length."""
    inside = text[start:end]
    left = len(inside) - len(inside.lstrip())
    right = len(inside.rstrip())
    if left >= right:
        return Part(kind=kind, heading=heading, start=start, end=start, complete=complete)
    return Part(kind=kind, heading=heading, start=start + left, end=start + right, complete=complete)
