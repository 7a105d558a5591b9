"""A document as a list of blocks, the same for Markdown, DOCX and PDF.

What enters: text of any origin. What leaves: frozen objects that hold plain text and say what it is (heading, quote,
table …); whoever writes a format decides how that looks and escapes what the format would misread.
What it does not know: briefings, formats, fonts.

No object here holds a character that XML refuses or a reader cannot see, whatever it was made from.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

Look = Literal[
    "text",
    "strong",
    "mark",  # a word that says whose sentence it is: "KI", "Wortlaut", "nicht belegt"
    "note",  # where it stands and what the check found: smaller than the sentence
]

# What XML refuses or a reader cannot see: control characters, halves of surrogate pairs, non-characters, and the marks
# that turn the direction of writing round (they can make "Ja 3, Nein 30" look like something else)
_UNSHOWABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff"
    "\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff"
    + "".join(f"{chr(plane << 16 | 0xFFFE)}{chr(plane << 16 | 0xFFFF)}" for plane in range(1, 17))
    + "\U000e0000-\U000e007f]"
)
# Bullets of symbol fonts, as PDF files have them in their private area
_BULLETS = str.maketrans(dict.fromkeys("\uf0b7\uf0a7\uf02d\uf0d8\uf076\uf0fc", "•") | dict.fromkeys("\uf0e0", "→"))


def plain(text: str) -> str:
    """Text that every format can hold and show: no character is left that only a machine would see.

    Every kind of line end is a newline, a tab is a space.
    """
    unified = re.sub(r"\r\n?|[\u0085\u2028\u2029\x0b\x0c]", "\n", text).replace("\t", " ")
    return _UNSHOWABLE.sub("", unified).translate(_BULLETS)


def one_line(text: str) -> str:
    """The same with white space folded."""
    return " ".join(plain(text).split())


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text in one look; `target` is the anchor of a heading that it leads to."""

    text: str
    look: Look = "text"
    target: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", one_line(self.text))


Line = tuple[Run, ...]


def line(*parts: Run | str | None) -> Line:
    """Runs and bare strings put together to a line; empty ones are left out."""
    runs = (Run(part) if isinstance(part, str) else part for part in parts if part)
    return tuple(run for run in runs if run.text)


def strong(text: str) -> Run:
    """Words that stand out."""
    return Run(text, "strong")


def mark(text: str) -> Run:
    """The word that says whose sentence it is."""
    return Run(text, "mark")


def note(text: str) -> Run:
    """Where a sentence stands, or what the check found."""
    return Run(text, "note")


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; level 1 is an item, level 2 a part of one. `kind` says what sort of text follows ("Wortlaut")."""

    level: Literal[1, 2]
    text: str
    kind: str | None = None
    anchor: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", one_line(self.text) or "–")


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text. `keep`: it stays on one page with what follows it."""

    line: Line
    keep: bool = False


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list without an order."""

    entries: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Quote:
    """Words of the papers, whole; each line keeps its place."""

    lines: tuple[str, ...]
    line: Line = ()  # where it stands


@dataclass(frozen=True, slots=True)
class Table:
    """A table with a row of names; `widths` are shares of the page's width, 0 for as wide as its content."""

    head: tuple[str, ...]
    rows: tuple[tuple[Line, ...], ...]
    widths: tuple[int, ...]
    line: Line = ()  # where it stands

    def __post_init__(self) -> None:
        object.__setattr__(self, "head", tuple(one_line(name) for name in self.head))


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that must not be overlooked: one strong sentence, and what belongs to it."""

    text: str
    more: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", one_line(self.text))
        object.__setattr__(self, "more", one_line(self.more))


Block = Heading | Paragraph | Bullets | Quote | Table | Notice


@dataclass(frozen=True, slots=True)
class Document:
    """What a file is made from. `running` stands at the top of every page; `warning` beside it, where there is one.

    `compact`: set small, so that much stands on one page (PDF only).
    """

    title: str
    subtitle: tuple[str, ...]
    running: str
    warning: str
    blocks: tuple[Block, ...]
    compact: bool = False


@dataclass(frozen=True, slots=True)
class Imprint:
    """What a file says of itself at the foot of its pages (`label`) and in its properties, whatever stands in it."""

    label: str
    description: str
    keywords: tuple[str, ...]
    properties: Mapping[str, str]
    category: str
    written: dt.datetime | None = None


def quote(text: str, *where: Run | str | None) -> Quote:
    """A wording with its lines; blank ones are left out."""
    lines = (" ".join(raw.split()) for raw in plain(text).split("\n"))
    return Quote(tuple(one for one in lines if one), line(*where))


def bullets(entries: Iterable[Line]) -> list[Block]:
    """A list, or nothing where there is nothing to list."""
    kept = tuple(entry for entry in entries if entry)
    return [Bullets(kept)] if kept else []


def table(head: tuple[str, ...], rows: Iterable[tuple[Line, ...]], widths: tuple[int, ...]) -> list[Block]:
    """A table, or nothing where it has no rows."""
    kept = tuple(rows)
    return [Table(head, kept, widths)] if kept else []


def with_sound_links(blocks: Iterable[Block]) -> list[Block]:
    """The same blocks: no anchor is there twice, and no run leads to one that is not there."""
    held: list[Block] = []
    anchors: set[str] = set()
    for block in blocks:
        if isinstance(block, Heading) and block.anchor in anchors:
            held.append(replace(block, anchor=None))
            continue
        if isinstance(block, Heading) and block.anchor:
            anchors.add(block.anchor)
        held.append(block)

    def sound(given: Line) -> Line:
        return tuple(replace(r, target=None) if r.target and r.target not in anchors else r for r in given)

    def each(block: Block) -> Block:
        match block:
            case Paragraph() | Quote():
                return replace(block, line=sound(block.line))
            case Bullets():
                return replace(block, entries=tuple(sound(entry) for entry in block.entries))
            case Table():
                rows = tuple(tuple(sound(cell) for cell in row) for row in block.rows)
                return replace(block, rows=rows, line=sound(block.line))
        return block

    return [each(block) for block in held]
