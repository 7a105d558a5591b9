"""What stands in rows and not in sentences: the values of forms, and amounts of tables with their labels.

What enters: papers with their parts and form values. What leaves: Statements with the pages they stand on.
What it does not know: the rest of a briefing. Nothing here reads a part of kind "form" or "drawing": what a form says
comes only from `Paper.form`, where boxes were matched to their options.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ratsassistent.briefings import Statement
from ratsassistent.oparl import Paper, Part, PartKind
from ratsassistent.writing.extracts.figures import COSTS, DEADLINES, MAX_PAGES, cite
from ratsassistent.writing.extracts.select import spans
from ratsassistent.writing.text.amounts import days, money
from ratsassistent.writing.text.sentences import cells_of, heading_row

_ABOUT_MONEY = re.compile(
    r"finanz|kosten|deckung|haushalt|mittel|budget|folgekosten|zuschuss|ertrag|bedeckung", re.IGNORECASE
)
_EMPTY = re.compile(r"(?i)finanzielle auswirkung(?:en)?: ja")  # the amounts say so, too
_TOTAL = re.compile(
    r"gesamt|summe|insgesamt|total|zuschuss|förderung|eigenanteil|anteil|kosten|betrag|preis", re.IGNORECASE
)
_TABLES: tuple[PartKind, ...] = ("costs", "summary", "statement", "reason", "text")
_FORM_WORDS, _TABLE_WORDS = 30, 60  # at most
_DATE_WORDS = 40
_LINES_OF_A_TABLE = 7
_LONG_ROW = 28  # words
_ROWS_IN_A_TABLE = 4  # more are a list of items, not the sums that matter


def form_statements(papers: Sequence[Paper]) -> Iterator[tuple[tuple[int, int], Statement]]:
    """What forms say about money, where label and value stand together on the page, at most 30 words."""
    left = _FORM_WORDS
    for number, paper in enumerate(papers):
        pages = _page_texts(paper)
        for order, value in enumerate(paper.form):
            text = f"{value.name}: {value.value}"
            words = len(text.split())
            cited = [(c.file_id, c.page) for c in value.citation]
            together = any(_bare(text) in pages.get(place, "") for place in cited)
            if (
                not _ABOUT_MONEY.search(value.name)
                or _EMPTY.fullmatch(text)
                or not together
                or words > left
                or len(cited) > MAX_PAGES
            ):
                continue
            left -= words
            yield (
                (number, order),
                Statement(text=text, origin="extract", citation=value.citation, check="ok", label=COSTS),
            )


def table_amounts(papers: Sequence[Paper], known: set[int]) -> Iterator[tuple[tuple[int, int], Statement]]:
    """Rows of a table that are a label and amounts of money ("Zuschuss des Landes | 120.000 Euro"), totals first.

    :param known: amounts in whole euros that are shown already; a row of these only is left out.
    """
    found: list[_Row] = []
    for number, paper in enumerate(papers):
        for part in spans(paper, _TABLES):
            found += _rows(paper, number, part)
    left, count = _TABLE_WORDS, 0
    chosen: list[_Row] = []
    for row in sorted(found, key=lambda row: (not _TOTAL.search(row.cells[0]), row.place)):
        words = len(row.text.split())
        if row.values <= known or words > left or count == _ROWS_IN_A_TABLE:
            continue
        known |= row.values
        left, count = left - words, count + 1
        chosen.append(row)
    tables: dict[tuple[int, int], list[_Row]] = {}
    for row in sorted(chosen, key=lambda row: row.place):
        # values in several columns mean nothing without the line above them
        several = row.head is not None and len(row.cells) > 2
        tables.setdefault((row.place[0], row.head[0]) if several and row.head else row.place, []).append(row)
    for rows in tables.values():
        number = rows[0].place[0]
        text = papers[number].text
        whole = _whole_table(text.text, rows)
        for start, end, quote in [whole] if whole else [(row.place[1], row.end, row.text) for row in rows]:
            citation = cite(text, start, end)
            if citation and len(citation) <= MAX_PAGES:
                made = Statement(text=quote, origin="extract", citation=citation, check="ok", label=COSTS)
                yield (number, start), made


def table_dates(papers: Sequence[Paper], today: str) -> Iterator[tuple[tuple[int, int], Statement]]:
    """Rows of a time table that are a date to come and what happens then ("2. Quartal 2028 | Satzungsbeschluss")."""
    left, count = _DATE_WORDS, 0
    for number, paper in enumerate(papers):
        for part in spans(paper, _TABLES):
            position = part.start
            for line in paper.text.text[part.start : part.end].split("\n"):
                start, position = position, position + len(line) + 1
                cells = cells_of(line)
                row = _dated(cells) if len(cells) == 2 else None
                words = len(line.split())
                if row is None or row < today[: len(row)] or words > left or count == _ROWS_IN_A_TABLE:
                    continue
                citation = cite(paper.text, start, start + len(line))
                if citation:
                    left, count = left - words, count + 1
                    text = f"{cells[0].rstrip(' :')}: {cells[1]}"
                    made = Statement(text=text, origin="extract", citation=citation, check="ok", label=DEADLINES)
                    yield (number, start), made


def _dated(cells: Sequence[str]) -> str | None:
    """The day (ISO) of a row where one cell is a date and the other says in words what happens."""
    for when, what in (cells, cells[::-1]):
        found = days(when)
        said = re.findall(r"[^\W\d]{3,}", what)
        if found and not found[-1].date.startswith("--") and said and not days(what) and not money(what):
            beside = when[: found[0].start] + when[found[-1].end :]
            if len(re.findall(r"[^\W\d]{2,}", beside)) <= 2:
                return found[-1].date
    return None


def _whole_table(text: str, rows: Sequence[_Row]) -> tuple[int, int, str] | None:
    """The table from the names of its columns to the last of these rows, word for word, with where it begins and ends.

    Nothing in between is left out: what is quoted has to stand on the page like that. None where that is too much.
    """
    head = rows[0].head
    if head is None or len(rows[0].cells) < 3:
        return None
    start, end = head[0], rows[-1].end
    lines = [" | ".join(cells_of(line)) for line in text[start:end].split("\n")]
    fits = len(lines) <= _LINES_OF_A_TABLE and sum(len(line.split()) for line in lines) <= _TABLE_WORDS
    return (start, end, "\n".join(lines)) if fits else None


@dataclass(frozen=True, slots=True)
class _Row:
    """A row of a table: its place (paper, offset) and end, cells, amounts, and the line that heads its columns."""

    place: tuple[int, int]
    end: int
    cells: tuple[str, ...]
    values: set[int]
    head: tuple[int, str] | None

    @property
    def text(self) -> str:
        """Label and values in one line."""
        return f"{self.cells[0]}: {' | '.join(self.cells[1:])}"


def _rows(paper: Paper, number: int, part: Part) -> Iterator[_Row]:
    position = part.start
    for line in paper.text.text[part.start : part.end].split("\n"):
        start, position = position, position + len(line) + 1
        cells = cells_of(line)
        values = {round(f.value) for f in money(line)}
        label = cells[0].rstrip(" :")
        filled = [cell for cell in cells[1:] if cell]
        bare = re.sub(r"^\d{1,2}[.)]\s*", "", label)
        if not 2 <= len(bare) <= 80 or not bare[0].isupper() or not filled or not values or money(label):
            continue
        head = heading_row(paper.text.text, start, len(cells)) if len(filled) == len(cells) - 1 else None
        figures = all(money(cell) or re.fullmatch(r"[-–\d.,%\s]+", cell) for cell in filled)
        # what a cell says in words is understood below the name of its column only
        if figures or (head is not None and len(line.split()) <= _LONG_ROW):
            yield _Row((number, start), start + len(line), (label, *filled), values, head)


def _page_texts(paper: Paper) -> dict[tuple[str | None, int | None], str]:
    """The letters and digits of each page, by file and page."""
    starts = paper.text.starts
    if not starts:
        return {}
    ends = [*(start.offset for start in starts[1:]), len(paper.text.text)]
    texts: dict[tuple[str | None, int | None], str] = {}
    for start, end in zip(starts, ends, strict=True):
        key = (start.file_id, start.page)
        texts[key] = texts.get(key, "") + _bare(paper.text.text[start.offset : end])
    return texts


def _bare(text: str) -> str:
    return re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", text).casefold())
