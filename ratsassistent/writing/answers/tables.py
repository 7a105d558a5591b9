"""The row of a table that a question for the most or the least asks for.

What enters: a quote that is a row, the pages, a Question with `extreme`. What leaves: that row as a Quote, or none.
What it does not know: which table is the right one.

"Welcher Bürgertreff erhält den höchsten Zuschuss?" is answered by the row with the largest amount. Sums are no rows of
their own kind and are left out. A table whose columns cannot be told apart gives none: better no row than a wrong one.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ratsassistent.archive import german
from ratsassistent.writing.answers.question import Question
from ratsassistent.writing.answers.quotes import Quote
from ratsassistent.writing.text.amounts import FIGURE, figure_value
from ratsassistent.writing.text.cited import PageTexts
from ratsassistent.writing.text.sentences import cells_of, labelled_row

_SUM = re.compile(
    r"\b(?:summe|gesamt\w*|insgesamt|total|zusammen|durchschnitt\w*|mittelwert|übertrag|zwischensumme|anzahl)\b|stadt\s*(?:gesamt|insgesamt)",
    re.IGNORECASE,
)
_CELL = re.compile(rf"^[-–+−]?\s?({FIGURE})\s*(?:%|€|Euro|EUR)?$")
_FIGURES = re.compile(rf"(?<![\w.,/])[-–]?{FIGURE}(?:\s?(?:%|€|Euro|EUR))?(?![\w/])")
_LEAST_ROWS = 3


@dataclass(frozen=True, slots=True)
class _Row:
    line: str
    at: int
    name: str
    figures: tuple[float, ...]  # of a row without cells: in order; of one with cells: nan where none
    cells: tuple[str, ...]


def extreme_row(row: Quote, question: Question, pages: PageTexts) -> Quote | None:
    """The row of the same table with the largest (smallest) value of the column that the question names."""
    if question.extreme is None or len(row.citation) != 1:
        return None
    page = pages.get((row.citation[0].file_id, row.citation[0].page), "")
    rows = _table(page, row)
    if len(rows) < _LEAST_ROWS:
        return None
    column = _column(rows, row.columns, question)
    if column is None:
        return None
    choose = max if question.extreme == "most" else min
    best = choose(rows, key=lambda r: r.figures[column])
    if sum(r.figures[column] == best.figures[column] for r in rows) > 1:
        return None
    text = labelled_row(page, best.at, best.at + len(best.line))
    return replace(row, text=text, cells=best.cells, before=None, after=None)


def _table(page: str, row: Quote) -> list[_Row]:
    """The rows of the table that a row is in, with figures in the same places; sums left out."""
    lines: list[tuple[int, str]] = []
    at = 0
    for line in page.split("\n"):
        lines.append((at, line))
        at += len(line) + 1
    wanted = re.sub(r"\W", "", row.cells[0] if row.cells else row.text)[:24]
    here = next((n for n, (_, line) in enumerate(lines) if wanted and re.sub(r"\W", "", line).startswith(wanted)), None)
    if here is None:
        return []
    shape = _shape(lines[here][1])
    found: list[_Row] = []
    for step in (-1, 1):
        misses = 0
        place = here if step == 1 else here - 1
        while 0 <= place < len(lines) and misses < 3:
            made = _row(*lines[place])
            if made is not None and _shape(lines[place][1]) == shape:
                misses = 0
                if not _SUM.search(made.name):
                    found.append(made)
            else:
                misses += 1
            place += step
    return sorted(found, key=lambda r: r.at)


def _shape(line: str) -> tuple[str, int]:
    if " | " in line:
        return "cells", len(cells_of(line))
    return "figures", len(_FIGURES.findall(_tail(line)))


def _tail(line: str) -> str:
    """A row without cells behind its name: the figures at its end."""
    match = re.search(r"(?:^|\s)([-–]?\d[\d.,%€\s–-]*(?:Euro|EUR)?[\d.,%€\s–-]*)$", line)
    return match[1] if match else ""


def _row(at: int, line: str) -> _Row | None:
    if " | " in line:
        cells = tuple(cells_of(line))
        figures = tuple(_value(cell) for cell in cells)
        name = next((c for c in cells if re.search(r"[^\W\d_]{3}", c)), "")
        return _Row(line, at, name, figures, cells) if name and not all(map(math.isnan, figures)) else None
    tail = _tail(line)
    values = tuple(_value(m[0]) for m in _FIGURES.finditer(tail))
    name = line[: len(line) - len(tail)].strip()
    if not values or len(re.findall(r"[^\W\d_]", name)) < 3:
        return None
    return _Row(line, at, name, values, ())


def _value(cell: str) -> float:
    match = _CELL.match(cell.strip())
    if not match:
        return float("nan")
    value = figure_value(match[1])
    return -value if cell.strip()[:1] in "-–−" else value


def _column(rows: Sequence[_Row], columns: Sequence[str], question: Question) -> int | None:
    """The column that is meant: the one whose name the question holds, or the only one with figures."""
    width = min(len(r.figures) for r in rows)
    usable = [n for n in range(width) if not any(math.isnan(r.figures[n]) for r in rows)]
    if len(usable) == 1:
        return usable[0]
    if question.unit == "percent":
        shares = [n for n in usable if all("%" in (r.cells[n] if r.cells else r.line) for r in rows)]
        if len(shares) == 1:
            return shares[0]
    stems = {german.stem(w) for w in question.words}
    scored = [(len(stems & {t.stem for t in german.pieces(columns[n])}), n) for n in usable if n < len(columns)]
    best = max(scored, default=(0, 0))
    if best[0] > 0 and sum(score == best[0] for score, _ in scored) == 1:
        return best[1]
    return None
