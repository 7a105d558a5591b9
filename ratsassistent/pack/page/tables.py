"""Tables: ruling lines and aligned columns say which words make a row.

What enters: ruling lines and lines of words with their places. What leaves: rows, each one line of text whose cells are
parted by " | ", so that an amount keeps its label. What is not certainly a table is left as it is.
What it does not know: PDF, reading order, what a table is about.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ratsassistent.pack.page.glyphs import Rule

CELL = " | "
MAX_RULES = 4000  # more are a drawing
MAX_CONSULTATION = 140  # letters of a row of a Beratungsfolge
MAX_CELL_WORDS = 150  # a longer cell is running text in a frame
_SNAP = 3.0  # points within which two rules are on one line
_NARROW = 6.0  # points; no column is narrower
_GAP = 25.0  # points between the parts of one table
_NUMBER = re.compile(
    r"^(?:(?:ca\.|rd\.|rund|EUR|CHF|€|Fr\.)\s*)?[-–+±]?\s*\d[\d.,'’\s]*(?:[-–]{1,2})?\s*"
    r"(?:Euro|EUR|€|CHF|Fr\.|T€|TEUR|T?Euro|Mio\.?(?:\s*(?:€|Euro|EUR))?|%|Prozent|qm|m²|m2|ha|km|h|Std\.|Stück|St\.|VZÄ)?\s*[*)¹²³]*$|^[-–—]{1,2}$"
)
_DATE = re.compile(r"^\d{1,2}\.\s?\d{1,2}\.\s?(?:\d{2}|\d{4})$")
# Labels in the head of a paper: the value beside them belongs to the same line, as in "Betreff: …".
_HEAD = re.compile(
    r"(?i)(?:(?:beschluss|mitteilungs|informations|sitzungs)?vorlagen?[- ]?(?:nr\.?|nummer)?|drucksachen?[- ]?(?:nr\.?|nummer)?|"
    r"(?:antrags?|anfragen?|dokumenten?)[- ]?(?:nr\.?|nummer)|nr\.|amt|fachbereich|fachamt|dezernat|dienststelle|referat|abteilung|"
    r"organisationseinheit|datum|vom|aktenzeichen|az\.?|geschäftszeichen|betreff|betrifft|bezeichnung|thema|bearbeiter(?:/?in)?|"
    r"sachbearbeit(?:er|ung)(?:/?in)?|verfasser(?:/?in)?|federführ\w+(?: amt)?|status|einreicher(?:/?in)?|antragsteller(?:/?in)?|"
    r"beteiligt\w*(?: ämter)?|auskunft erteilt|telefon|e-?mail|öffentlichkeitsstatus|eingang|eingereicht (?:von|am)):?"
)
_BODY = re.compile(r"(?i)\b(?:gremium|gremien|beratungsfolge|beratung|ausschuss|sitzung\w*|stadtrat|gemeinderat|rat)\b")


@dataclass(slots=True)
class Placed:
    """A word, or a stretch of words, with the place it stands in (`base`: its baseline, `em`: size of its letters)."""

    text: str
    left: float
    right: float
    base: float
    em: float
    before: str = " "  # what parts it from the word before it

    @property
    def middle(self) -> tuple[float, float]:
        """Where the small letters' middle lies."""
        return (self.left + self.right) / 2, self.base - 0.3 * self.em


@dataclass(slots=True)
class Grid:
    """Ruling lines that belong together: `columns` and `rows` are their places, the rest says which of them are drawn."""

    columns: list[float]
    rows: list[float]
    across: list[Rule]
    down: list[Rule]

    def holds(self, x: float, y: float) -> bool:
        """True for a point inside."""
        return self.columns[0] <= x <= self.columns[-1] and self.rows[0] <= y <= self.rows[-1]


def grids(rules: Sequence[Rule]) -> list[Grid]:
    """The grids of at least two columns and two rows that these rules draw, from top to bottom."""
    if not 4 <= len(rules) <= MAX_RULES:
        return []
    across = merged([rule for rule in rules if rule.top == rule.bottom], True)
    down = merged([rule for rule in rules if rule.top != rule.bottom], False)
    found: list[Grid] = []
    for group in _connected(across, down):
        flat = [rule for rule in group if rule.top == rule.bottom]
        upright = [rule for rule in group if rule.top != rule.bottom]
        columns, rows = _places((rule.left for rule in upright), _NARROW), _places((rule.top for rule in flat), _SNAP)
        if len(columns) >= 2 and len(rows) >= 2:
            found.append(Grid(columns, rows, flat, upright))
    found = _side_by_side(found)
    return [grid for grid in _one_above_the_other(found) if len(grid.columns) >= 3 and len(grid.rows) >= 3]


def _side_by_side(found: list[Grid]) -> list[Grid]:
    """Grids of the same rows, with a small gap between them, are one table."""
    out: list[Grid] = []
    for grid in sorted(found, key=lambda grid: grid.columns[0]):
        for other in out:
            near = 0 <= grid.columns[0] - other.columns[-1] < _GAP
            if near and _same(grid.rows, other.rows):
                rows = _places([*other.rows, *grid.rows], _SNAP)
                other.columns, other.rows = [*other.columns, *grid.columns], rows
                other.across += grid.across
                other.down += grid.down
                break
        else:
            out.append(grid)
    return out


def _one_above_the_other(found: list[Grid]) -> list[Grid]:
    """Grids of the same columns, with a small gap between them (head, body, sum), are one table."""
    out: list[Grid] = []
    for grid in sorted(found, key=lambda grid: grid.rows[0]):
        for other in out:
            near = 0 <= grid.rows[0] - other.rows[-1] < 0.7 * _GAP
            if near and _same(grid.columns, other.columns):
                columns = _places([*other.columns, *grid.columns], _NARROW)
                other.rows, other.columns = [*other.rows, *grid.rows], columns
                other.across += grid.across
                other.down += grid.down
                break
        else:
            out.append(grid)
    return out


def _same(some: list[float], others: list[float]) -> bool:
    """True where most places of either are places of the other, and they begin and end together."""
    few, many = sorted((some, others), key=len)
    shared = sum(any(abs(a - b) <= _SNAP for b in many) for a in few)
    ends = abs(few[0] - many[0]) <= _SNAP and abs(few[-1] - many[-1]) <= _SNAP
    return ends and shared >= 0.7 * len(few) and len(few) >= 2


def merged(rules: Sequence[Rule], flat: bool) -> list[Rule]:
    """Pieces of one ruling line put together."""
    if flat:
        rules = sorted(rules, key=lambda rule: (round(rule.top / 2), rule.left))
    else:
        rules = sorted(rules, key=lambda rule: (round(rule.left / 2), rule.top))
    out: list[Rule] = []
    for rule in rules:
        last = out[-1] if out else None
        if last and flat and abs(last.top - rule.top) <= 2 and rule.left <= last.right + _SNAP:
            last.right = max(last.right, rule.right)
        elif last and not flat and abs(last.left - rule.left) <= 2 and rule.top <= last.bottom + _SNAP:
            last.bottom = max(last.bottom, rule.bottom)
        else:
            out.append(Rule(rule.left, rule.top, rule.right, rule.bottom))
    return out


def _connected(across: list[Rule], down: list[Rule]) -> list[list[Rule]]:
    """Groups of rules that meet, directly or through others."""
    rules = [*across, *down]
    parent = list(range(len(rules)))
    for i, flat in enumerate(across):
        for j, upright in enumerate(down, len(across)):
            if (
                flat.left - _SNAP <= upright.left <= flat.right + _SNAP
                and upright.top - _SNAP <= flat.top <= upright.bottom + _SNAP
            ):
                _unite(parent, i, j)
    groups: dict[int, list[Rule]] = {}
    for index, rule in enumerate(rules):
        groups.setdefault(_root(parent, index), []).append(rule)
    return [group for group in groups.values() if len(group) >= 4]


def _places(values: Iterable[float], apart: float) -> list[float]:
    out: list[float] = []
    for value in sorted(values):
        if not out or value - out[-1] > apart:
            out.append(value)
    return out


def rows_of(grid: Grid, words: Sequence[Placed]) -> list[str] | None:
    """The rows of a grid as lines of text, top to bottom; None where it is a frame and no table.

    :param words: the words inside the grid in the order they are read.
    """
    if not words:
        return None
    _leave_out_empty(grid, words)
    held = _cells(grid, words)
    cells = [[_lines(cell) for cell in row] for row in held]
    filled = [row for row in cells if sum(bool(cell) for cell in row) >= 2]
    if len(filled) < 2:
        return None
    longest = max(len(" ".join(cell).split()) for row in cells for cell in row)
    if longest > MAX_CELL_WORDS:
        return None
    consultation = _is_consultation(cells)
    apart = " " if consultation else CELL
    out: list[str] = []
    width = max(len(row) - _trailing(row) for row in cells)
    labels = [next((joined(cell) for cell in row if cell), "") for row in cells]
    head = sum(bool(_HEAD.fullmatch(label)) for label in labels) >= 2
    texts = [_row([joined(cell) for cell in row[:width]], apart, head) for row in cells]
    # A Beratungsfolge whose rows hold a voting form is no table to be read row by row.
    voting = consultation and max(len(text) for text in texts) > MAX_CONSULTATION
    for row, placed, text in zip(cells, held, texts, strict=True):
        if voting:
            out.extend(_lines([word for cell in placed for word in cell], apart="   "))
        elif sum(bool(cell) for cell in row) == 1:
            out.extend(line for cell in row for line in cell)
        elif any(row):
            out.append(text)
    return out


def _leave_out_empty(grid: Grid, words: Sequence[Placed]) -> None:
    """Columns and rows without a word (margins, double rules) are dropped from the grid."""
    columns = {sum(place <= word.middle[0] for place in grid.columns[1:-1]) for word in words}
    rows = {sum(place <= word.middle[1] for place in grid.rows[1:-1]) for word in words}
    for places, used in ((grid.columns, columns), (grid.rows, rows)):
        for index in range(len(places) - 2, -1, -1):
            if index not in used and len(places) > 2:
                del places[index + (index > 0)]


def _trailing(row: Sequence[Sequence[str]]) -> int:
    empty = 0
    for cell in reversed(row):
        if cell:
            break
        empty += 1
    return empty


def _is_consultation(cells: Sequence[Sequence[Sequence[str]]]) -> bool:
    """True for a Beratungsfolge, whose rows are read as a line of their own kind: body, day, number, result."""
    dates = sum(any(_DATE.match(joined(cell)) for cell in row) for row in cells)
    return dates > 0 and any(_BODY.search(joined(cell)) for row in cells for cell in row)


def _cells(grid: Grid, words: Sequence[Placed]) -> list[list[list[Placed]]]:
    """For each row of the grid its cells from left to right, for each cell its words."""
    across, down = len(grid.columns) - 1, len(grid.rows) - 1
    parent = list(range(across * down))
    for row in range(down):
        for column in range(across):
            slot = row * across + column
            middle = ((grid.columns[column] + grid.columns[column + 1]) / 2, (grid.rows[row] + grid.rows[row + 1]) / 2)
            if column + 1 < across and not _drawn(grid.down, grid.columns[column + 1], middle[1], False):
                _unite(parent, slot, slot + 1)
            if row + 1 < down and not _drawn(grid.across, grid.rows[row + 1], middle[0], True):
                _unite(parent, slot, slot + across)
    held: dict[int, list[Placed]] = {}
    for word in words:
        x, y = word.middle
        column = sum(place <= x for place in grid.columns[1:-1])
        row = sum(place <= y for place in grid.rows[1:-1])
        held.setdefault(_root(parent, row * across + column), []).append(word)
    out = []
    for row in range(down):
        own: dict[int, None] = dict.fromkeys(_root(parent, row * across + column) for column in range(across))
        out.append([held.get(slot, []) if slot // across == row else [] for slot in own])
    return out


def _root(parent: list[int], index: int) -> int:
    """The first of the group that `index` is in (disjoint sets, Tarjan 1975, with path halving)."""
    while parent[index] != index:
        parent[index] = parent[parent[index]]
        index = parent[index]
    return index


def _unite(parent: list[int], one: int, two: int) -> None:
    """One group of two; the first stands for it: of cells the upper left one."""
    low, high = sorted((_root(parent, one), _root(parent, two)))
    parent[high] = low


def _drawn(rules: Sequence[Rule], place: float, at: float, flat: bool) -> bool:
    if flat:
        return any(abs(rule.top - place) <= _SNAP and rule.left - 1 <= at <= rule.right + 1 for rule in rules)
    return any(abs(rule.left - place) <= _NARROW and rule.top - 1 <= at <= rule.bottom + 1 for rule in rules)


def _lines(words: Sequence[Placed], apart: str = " ") -> list[str]:
    """Words as lines from top to bottom; `apart` stands in wide gaps."""
    lines: list[list[Placed]] = []
    for word in words:
        for line in lines:
            if abs(line[0].base - word.base) < 0.35 * max(line[0].em, word.em):
                line.append(word)
                break
        else:
            lines.append([word])
    out = []
    for line in sorted(lines, key=lambda line: line[0].base):
        line.sort(key=lambda word: word.left)
        text = line[0].text
        for before, word in pairwise(line):
            text += (apart if word.left - before.right > 1.1 * word.em else " ") + word.text
        out.append(text)
    return out


def joined(lines: Sequence[str]) -> str:
    """The lines of a cell as one; a word cut at a line's end is put together."""
    text = "\n".join(lines)
    text = re.sub(r"(?<=[a-zäöüß])[-\u00ad]\n(?=[a-zäöüß])(?!(?:und|oder|bzw|sowie|bis)\b)", "", text)
    return re.sub(r"(?<=\w-)\n(?=[A-ZÄÖÜ])", "", text).replace("\n", " ")


def _row(cells: Sequence[str], apart: str, head: bool = False) -> str:
    """Cells as one line; after a label with a colon its value follows without a bar, as in a form.

    :param head: the head of a paper, where labels may have no colon.
    """
    out = ""
    for index, cell in enumerate(cells):
        if index == 0:
            out = cell
        elif cell and (out.endswith(":") or (head and _HEAD.fullmatch(cells[index - 1]))):
            out += " " + cell
        elif apart != CELL:
            out += apart + cell  # an empty cell leaves a second space: so "x" under "nö" is told from "x" under "ö"
        else:
            out += CELL.rstrip() + (" " + cell if cell else "")
    return re.sub(r"(?:\s*\|)+$", "", out).strip(" ")


def aligned(lines: Sequence[Sequence[Placed]]) -> list[tuple[int, str]]:
    """Lines that stand in columns with numbers, as (index, row).

    :param lines: for each line, in reading order, its pieces from left to right; none for a line that is no candidate.
    """
    out: list[tuple[int, str]] = []
    start = 0
    while start < len(lines):
        members = [start] if len(lines[start]) >= 2 else []
        end = start + 1
        while members and end < len(lines) and end - members[-1] <= 2:  # a line of a long label may stand between
            if len(lines[end]) >= 2 and _below(lines[members[-1]], lines[end]):
                members.append(end)
            elif len(lines[end]) != 1:
                break
            end += 1
        rows = [lines[index] for index in members]
        if len(rows) >= 3 and _are_numbers(rows):
            out.extend(zip(members, _aligned_rows(rows), strict=True))
            start = members[-1]
        start += 1
    return out


def _below(upper: Sequence[Placed], lower: Sequence[Placed]) -> bool:
    """True where the lower line is the next one down and shares an edge of a column beyond the first."""
    step = lower[0].base - upper[0].base
    if not 0 < step < 4 * max(upper[0].em, lower[0].em):
        return False
    return any(
        abs(a.left - b.left) < 4 or abs(a.right - b.right) < 4 or min(a.right, b.right) > max(a.left, b.left)
        for a in upper[1:]
        for b in lower[1:]
    )


def _are_numbers(lines: Sequence[Sequence[Placed]]) -> bool:
    """True where most rows have a number (no day) behind their label."""
    numbers = sum(any(_NUMBER.match(p.text) and not _DATE.match(p.text) for p in line[1:]) for line in lines)
    dates = sum(any(_DATE.match(p.text) for p in line) for line in lines)
    return numbers >= 0.6 * len(lines) and dates < 0.4 * len(lines)


def _aligned_rows(lines: Sequence[Sequence[Placed]]) -> list[str]:
    """Rows with an empty cell where a line has nothing in a column."""
    most = max(len(line) for line in lines)
    full = [line for line in lines if len(line) == most]
    if len(full) < 2:
        return [_row([piece.text for piece in line], CELL) for line in lines]
    spans = [(min(line[n].left for line in full), max(line[n].right for line in full)) for n in range(most)]
    if any(b[0] <= a[1] for a, b in pairwise(spans)):
        return [_row([piece.text for piece in line], CELL) for line in lines]
    borders = [(a[1] + b[0]) / 2 for a, b in pairwise(spans)]
    out = []
    for line in lines:
        cells = [""] * most
        for piece in line:
            column = sum(border <= (piece.left + piece.right) / 2 for border in borders)
            cells[column] = " ".join(filter(None, (cells[column], piece.text)))
        while not cells[0]:  # an indented entry
            del cells[0]
        out.append(_row(cells, CELL))
    return out
