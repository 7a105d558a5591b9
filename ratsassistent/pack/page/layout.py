"""Letters with places become lines of text in reading order.

What enters: a Sheet (letters in the order of the content stream). What leaves: Lines from first to last, each made of
pieces (stretches of words without a wide gap), each with its box on the page.
What it does not know: PDF, how a table is told and cut (`tables`, `open_tables`), check boxes, the meaning of a line.

The order follows Breuel ("High performance document layout analysis", 2003): what stands above something it overlaps
comes first. Where that leaves a choice (two blocks side by side) the order of the content stream decides, because the
program that wrote the file knew which block goes on; only running text in columns is always read column by column.
"""

from __future__ import annotations

import re
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from ratsassistent.pack.page.glyphs import Glyph, Sheet
from ratsassistent.pack.page.open_tables import open_grids
from ratsassistent.pack.page.tables import MAX_RULES, Grid, Placed, aligned, grids, rows_of

WIDE = 1.1  # em; a gap of this width parts two pieces of a line
MAX_ORDERED = 700  # lines; more is a drawing, whose lines stay in the order of the stream
GUTTER_LINES = 5  # lines side by side that make columns
WIDE_GAP = 1.3  # times the usual distance of two lines; more room parts paragraphs
_NARROW = 0.03  # em; what looks like a space but is no wider is none
_LABEL = re.compile(r"[^\W\d_][:;]$")
_BROAD = 0.32  # em; a gap of this width parts words though no space was written
# Short words that stand beside a letter-spaced one and do not belong to it.
_SHORT_WORDS = frozenset(
    re.findall(r"\w+", "am an auf bei bis das dem den der des die ein für im in ist mit ob pro und vom von zu zum zur")
)


@dataclass(slots=True)
class Piece:
    """Words on one baseline with no wide gap between them."""

    words: list[Placed]

    @property
    def text(self) -> str:
        """The words, parted by spaces."""
        return "".join(word.before + word.text for word in self.words).lstrip()

    @property
    def left(self) -> float:
        """Where it begins."""
        return self.words[0].left

    @property
    def right(self) -> float:
        """Where it ends."""
        return self.words[-1].right


@dataclass(slots=True)
class Line:
    """Pieces on one baseline, from left to right; or the `rows` of a table, whose last baseline is `last`.

    `turn`: direction in quarter turns, 4 for slanted letters. `column`: 1 or 2 beside a gutter, 0 across it.
    """

    pieces: list[Piece]
    base: float
    em: float
    order: int
    turn: int = 0
    column: int = 0
    banded: bool = False
    rows: list[str] = field(default_factory=list)
    last: float = 0.0
    span: tuple[float, float] = (0.0, 0.0)

    @property
    def left(self) -> float:
        """Where it begins."""
        return self.pieces[0].left if self.pieces else self.span[0]

    @property
    def right(self) -> float:
        """Where it ends."""
        return max(piece.right for piece in self.pieces) if self.pieces else self.span[1]

    @property
    def foot(self) -> float:
        """The last baseline."""
        return self.last if self.rows else self.base

    @property
    def text(self) -> str:
        """What it says; pieces are parted by three spaces."""
        return "\n".join(self.rows) if self.rows else "   ".join(piece.text for piece in self.pieces)


@dataclass(slots=True)
class _Run:
    """Letters on one baseline in the order of the stream."""

    glyphs: list[Glyph]
    base: float
    em: float
    order: int = field(default=0)


def lines_of(sheet: Sheet) -> list[Line]:
    """The lines of a page in reading order; text that stands sideways or slanted comes after the upright text."""
    out: list[Line] = []
    turns = {glyph.turn for glyph in sheet.glyphs}
    count = {turn: sum(glyph.turn == turn for glyph in sheet.glyphs) for turn in turns}
    for turn in sorted(turns, key=lambda turn: (turn == 4, -count[turn])):
        runs = _runs([glyph for glyph in sheet.glyphs if glyph.turn == turn])
        lines = [line for line in (_line(run, turn) for run in _joined(runs)) if line.pieces]
        if turn != 4 and len(lines) <= MAX_ORDERED:
            found = _grids(sheet, lines) if turn == 0 else []
            lines = _aligned(_ordered(_columns(_crossed(_tabled(lines, found)))))
        out.extend(lines)
    return out


def paragraphed(lines: Sequence[Line]) -> str:
    """Lines as text, with an empty line where the page leaves more room between two than between those of a paragraph."""
    gaps = [
        b.base - max(a.base, a.last)
        for a, b in pairwise(lines)
        if a.turn == b.turn and a.column == b.column and 0.9 * b.em < b.base - max(a.base, a.last) < 2.6 * b.em
    ]
    pitch = statistics.median(gaps) if gaps else 0.0
    out: list[str] = []
    for number, line in enumerate(lines):
        if number:
            above = lines[number - 1]
            gap = line.base - max(above.base, above.last)
            same = above.turn == line.turn != 4 and above.column == line.column
            em = max(line.em, above.em)
            if same and gap > WIDE_GAP * max(pitch, 1.15 * em):
                out.append("")
        out.append(line.text)
    return "\n".join(out)


def _runs(glyphs: Iterable[Glyph]) -> list[_Run]:
    """Letters that follow each other on one baseline; small letters may stand higher or lower (m², CO2)."""
    runs: list[_Run] = []
    run: _Run | None = None
    for glyph in glyphs:
        if run is not None and _continues(run, glyph):
            run.glyphs.append(glyph)
            if glyph.em > run.em * 1.05:
                run.em, run.base = glyph.em, glyph.base
            continue
        run = _Run([glyph], glyph.base, glyph.em, glyph.order)
        runs.append(run)
    return runs


def _continues(run: _Run, glyph: Glyph) -> bool:
    last = run.glyphs[-1]
    em = max(run.em, glyph.em)
    if glyph.left == last.left and glyph.right == last.right and glyph.base == last.base:
        return True  # the second letter of a ligature
    if glyph.left < last.left - 0.1 * em or glyph.left < last.right - 0.6 * em:
        return False
    shift = abs(glyph.base - run.base)
    if shift < 0.2 * em:
        return True
    smaller = min(run.em, glyph.em) <= 0.85 * em
    return smaller and shift < 0.6 * em and glyph.left - last.right < 0.5 * em


def _joined(runs: list[_Run]) -> list[_Run]:
    """Runs that stand next to each other on one baseline become one, whatever was drawn in between."""
    out: list[_Run] = []
    by_base: dict[int, list[_Run]] = {}
    for run in runs:
        key = round(run.base / 4)
        left, right = run.glyphs[0].left, run.glyphs[-1].right
        for other in (o for k in (key - 1, key, key + 1) for o in by_base.get(k, ())):
            em = max(run.em, other.em)
            if abs(other.base - run.base) > 0.2 * em:
                continue
            reach = 60.0 if run.glyphs[0].filled and not other.glyphs[0].filled else 0.9
            if -0.3 * em < left - other.glyphs[-1].right < reach * em:
                run.glyphs[0].space = True
                other.glyphs.extend(run.glyphs)
            elif -0.3 * em < other.glyphs[0].left - right < min(reach, 2.0) * em:
                other.glyphs[0].space = True
                other.glyphs[:0] = run.glyphs
            else:
                continue
            if run.em > other.em:
                other.em, other.base = run.em, run.base
            break
        else:
            by_base.setdefault(key, []).append(run)
            out.append(run)
    return out


def _line(run: _Run, turn: int) -> Line:
    words, spread = _words(run)
    words = _unspaced(words)
    pieces: list[Piece] = []
    gaps = [(b.left - a.right) / run.em for a, b in pairwise(words)]
    usual = statistics.median(gaps) if len(gaps) > 2 else 0.0
    wide = max(WIDE, min(2.2 * usual, 3.0)) + 2.5 * spread
    for word, gap in zip(words, [0.0, *gaps], strict=False):
        if word.text in ("x", "X") and 0.5 < gap < wide and gap > 1.6 * usual:
            word.before = "  "  # under another heading than the word before it
        if pieces and gap < wide:
            pieces[-1].words.append(word)
        else:
            pieces.append(Piece([word]))
    return Line(pieces, run.base, run.em, run.order, turn)


def _words(run: _Run) -> tuple[list[Placed], float]:
    """The words of a run, and by how much its letters are set apart (em)."""
    glyphs, em = run.glyphs, run.em
    gaps = [(b.left - a.right) / em for a, b in pairwise(glyphs)]
    spaced = [gap for gap, glyph in zip(gaps, glyphs[1:], strict=False) if glyph.space]
    plain = [gap for gap, glyph in zip(gaps, glyphs[1:], strict=False) if not glyph.space]
    # Where the widths of a font are wrong, every space looks narrow; then what was written is trusted.
    narrow = _NARROW if spaced and statistics.median(spaced) > 0.12 else -9.0
    spread = max(statistics.median(plain), 0.0) if len(plain) > 3 else 0.0
    exact = len(plain) > 20 and statistics.quantiles([abs(gap) for gap in plain], n=10)[7] < 0.015
    broad = _BROAD + 1.5 * spread
    words: list[Placed] = []
    for glyph, gap in zip(glyphs, [0.0, *gaps], strict=True):
        after_sign = gap > 0.1 and bool(words) and _LABEL.search(words[-1].text)  # a tab that hardly moves on
        # Words set so tightly that the space fell out: "AngelegenheitenEmpfehlungen" with a gap that no kerning makes.
        new_word = exact and gap > 0.035 and glyph.char.isupper() and bool(words) and words[-1].text[-1:].islower()
        if words and not (gap > narrow if glyph.space else gap > broad or after_sign or new_word):
            word = words[-1]
            word.text += glyph.char
            word.right = max(word.right, glyph.right)
        else:
            words.append(Placed(glyph.char, glyph.left, glyph.right, glyph.base, glyph.em))
    return words, spread


def _unspaced(words: list[Placed]) -> list[Placed]:
    """Letter-spaced words ("B e s c h l u s s") put together; a clearly wider gap among them parts two words."""
    out: list[Placed] = []
    index = 0
    while index < len(words):
        end = _end_of_letters(words, index)
        run = words[index:end]
        gaps = [b.left - a.right for a, b in pairwise(run)]
        if len(run) < 4 or max(gaps) > 2.5 * run[0].em or statistics.median(gaps) > 0.9 * run[0].em:
            end = max(end, index + 1)
            out.extend(words[index:end])
        else:
            usual = statistics.median(gaps)
            for word, gap in zip(run, [1e9, *gaps], strict=True):
                if gap > 1.5 * usual + 0.05 * word.em:
                    out.append(word)
                else:
                    out[-1].text += word.text
                    out[-1].right = word.right
        index = end
    return out


def _end_of_letters(words: list[Placed], start: int) -> int:
    """Where the stretch of single letters that begins at `start` ends; two or three may stand together among them."""
    end = start
    while end < len(words):
        text = words[end].text
        if (len(text) == 1 and (text.isalpha() or (end > start and text in "-–,.:;"))) or (
            start < end < len(words) - 1
            and len(text) <= 3
            and text.isalpha()
            and text.casefold() not in _SHORT_WORDS
            and len(words[end - 1].text) == 1
            and len(words[end + 1].text) <= 2
        ):
            end += 1
        else:
            break
    if start < end < len(words) and len(words[end].text) == 2 and words[end].text[0].isalpha():
        end += words[end].text[1] in ":.,;!?)"  # "B e s c h l u s s:"
    return end


def _columns(lines: list[Line]) -> list[Line]:
    """Lines that run across two columns of running text are cut at the gutter."""
    halves = [line for line in lines if len(line.pieces) == 2 and _is_prose(line)]
    if len(halves) < GUTTER_LINES:
        return lines
    centre = statistics.median((line.pieces[0].right + line.pieces[1].left) / 2 for line in halves)
    for shift in (0.0, -6.0, 6.0, -12.0, 12.0):
        gutter = centre + shift
        fitting = [line for line in halves if line.pieces[0].right < gutter < line.pieces[1].left]
        if len(fitting) >= max(GUTTER_LINES, 0.7 * len(halves)):
            break
    else:
        return lines
    out: list[Line] = []
    for line in lines:
        left = [piece for piece in line.pieces if piece.right < gutter]
        right = [piece for piece in line.pieces if piece.left > gutter]
        if left and right and len(left) + len(right) == len(line.pieces):
            out.append(Line(left, line.base, line.em, line.order, line.turn, 1, True))
            out.append(Line(right, line.base, line.em, line.order, line.turn, 2, True))
        else:
            side = 1 if line.right < gutter else 2 if line.left > gutter else 0
            out.append(Line(line.pieces, line.base, line.em, line.order, line.turn, side))
    return out


def _is_prose(line: Line) -> bool:
    left, right = line.pieces
    enough = len(left.words) >= 3 and len(right.words) >= 3
    letters = sum(char.isalpha() for piece in line.pieces for char in piece.text)
    return enough and letters > 0.7 * sum(len(word.text) for piece in line.pieces for word in piece.words)


def _ordered(lines: list[Line]) -> list[Line]:
    """Topological order: above before below where they overlap, left column before right, else as in the stream."""
    lines = sorted(lines, key=lambda line: (line.order, line.left))
    before: list[set[int]] = [set() for _ in lines]
    for i, a in enumerate(lines):
        for j, b in enumerate(lines):
            if i != j and _comes_first(a, b):
                before[j].add(i)
    banded = _bands(lines)
    for band in banded:
        for i in band:
            for j in band:
                if lines[i].column == 1 and lines[j].column == 2:
                    before[j].add(i)
                    before[i].discard(j)
    after: list[list[int]] = [[] for _ in lines]
    waiting = [len(some) for some in before]
    for j, some in enumerate(before):
        for i in some:
            after[i].append(j)
    out: list[Line] = []
    left = set(range(len(lines)))
    last = -1
    while left:
        ready = [i for i in left if waiting[i] <= 0]
        following = [i for i in ready if i > last]
        delayed = [i for i in ready if i < last and _goes_on(lines[last], lines[i])]
        # A circle cannot come from geometry alone, but from columns over a shared line: then the stream decides.
        index = min(delayed or following or ready or left)
        last = index
        left.remove(index)
        out.append(lines[index])
        for other in after[index]:
            waiting[other] -= 1
    return out


def _comes_first(a: Line, b: Line) -> bool:
    """True where `a` stands above `b` and they overlap from left to right."""
    em = min(a.em, b.em)
    if min(a.right, b.right) - max(a.left, b.left) <= 0.1 * em:
        return False
    return a.foot < b.base - 0.25 * em or (bool(a.rows or b.rows) and a.base < b.base - 0.25 * em)


def _goes_on(upper: Line, lower: Line) -> bool:
    """True where a line stands directly below another, in its width."""
    em = max(upper.em, lower.em)
    overlap = min(upper.right, lower.right) - max(upper.left, lower.left)
    return 0 < lower.base - upper.foot < 2 * em and overlap > 0.5 * min(
        upper.right - upper.left, lower.right - lower.left
    )


def _bands(lines: Sequence[Line]) -> list[list[int]]:
    """Stretches of lines in columns, cut where a line runs across the gutter."""
    if not any(line.banded for line in lines):
        return []
    crossing = sorted(line.base for line in lines if line.column == 0)
    bands: dict[int, list[int]] = {}
    for index, line in enumerate(lines):
        if line.column:
            bands.setdefault(sum(base < line.base for base in crossing), []).append(index)
    return list(bands.values())


def _grids(sheet: Sheet, lines: Sequence[Line]) -> list[Grid]:
    """The ruled tables of the page, and the partly ruled ones."""
    found = grids(sheet.rules)
    if len(sheet.rules) > MAX_RULES:
        return found
    words = [word for line in lines for piece in line.pieces for word in piece.words]
    return [*found, *open_grids(sheet.rules, words, found)]


def _tabled(lines: list[Line], found: Sequence[Grid]) -> list[Line]:
    """The words within a grid of ruling lines put into rows."""
    for grid in found:
        inside: list[Placed] = []
        touched: list[Line] = []
        for line in lines:
            if line.rows or not grid.rows[0] <= line.base - 0.3 * line.em <= grid.rows[-1]:
                continue
            held = [word for piece in line.pieces for word in piece.words if grid.holds(*word.middle)]
            if held:
                inside.extend(held)
                touched.append(line)
        rows = rows_of(grid, inside)
        if rows is None:
            continue
        kept = {id(word) for word in inside}
        table = Line(
            [],
            min(word.base for word in inside),
            min(line.em for line in touched),
            min(line.order for line in touched),
            rows=rows,
            last=max(word.base for word in inside),
            span=(grid.columns[0], grid.columns[-1]),
        )
        for line in touched:
            pieces = [[word for word in piece.words if id(word) not in kept] for piece in line.pieces]
            line.pieces = [Piece(words) for words in pieces if words]
        lines = [line for line in lines if line.pieces or line.rows]
        lines.append(table)
    return lines


def _aligned(lines: list[Line]) -> list[Line]:
    """Lines in reading order that stand in columns with numbers become rows of a table."""
    pieces = [
        [] if line.rows else [Placed(p.text, p.left, p.right, line.base, line.em) for p in line.pieces]
        for line in lines
    ]
    for index, row in aligned(pieces):
        lines[index].rows, lines[index].last = [row], lines[index].base
    return lines


def _crossed(lines: list[Line]) -> list[Line]:
    """A cross under "nö" (non-public) is set off by two spaces, one under "ö" (public) by one, as in plain text.

    Parsers read the line, not the page: a cross that stands far from its neighbour must not look like either.
    """
    heads: dict[str, float] = {}
    for line in sorted(lines, key=lambda line: line.base):
        words = [word for piece in line.pieces for word in piece.words]
        named = {word.text.casefold(): word.middle[0] for word in words if word.text.casefold() in ("ö", "nö")}
        if len(named) == 2:
            heads = named
            continue
        if not heads:
            continue
        for word in words:
            if word.text in ("x", "X", "☒", "✓"):
                near = min(heads, key=lambda name: abs(heads[name] - word.middle[0]))
                if abs(heads[near] - word.middle[0]) < 9:
                    word.before = "  " if near == "nö" else " "
                    line.pieces = [Piece(words)]
    return lines
