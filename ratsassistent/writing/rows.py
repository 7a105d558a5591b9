"""What stands in rows and not in sentences: the values of forms, and amounts of tables with their labels.

What enters: papers with their parts and form values. What leaves: Statements with the pages they stand on.
What it does not know: the rest of a briefing. Nothing here reads a part of kind "form" or "drawing": what a form says
comes only from `Paper.form`, where boxes were matched to their options.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

from ratsassistent.oparl import Paper, PartKind, Statement
from ratsassistent.writing.amounts import money
from ratsassistent.writing.figures import COSTS, MAX_PAGES, cite
from ratsassistent.writing.select import spans

_ABOUT_MONEY = re.compile(
    r"finanz|kosten|deckung|haushalt|mittel|budget|folgekosten|zuschuss|ertrag|bedeckung", re.IGNORECASE
)
_TOTAL = re.compile(
    r"gesamt|summe|insgesamt|total|zuschuss|förderung|eigenanteil|anteil|kosten|betrag|preis", re.IGNORECASE
)
_TABLES: tuple[PartKind, ...] = ("costs", "summary", "statement", "reason", "text")
_FORM_WORDS, _TABLE_WORDS = 30, 40  # at most
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
            if not _ABOUT_MONEY.search(value.name) or not together or words > left or len(cited) > MAX_PAGES:
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
    found: list[tuple[bool, tuple[int, int], str, set[int], int]] = []
    for number, paper in enumerate(papers):
        for part in spans(paper, _TABLES):
            position = part.start
            for line in paper.text.text[part.start : part.end].split("\n"):
                start, position = position, position + len(line) + 1
                cells = [" ".join(cell.split()) for cell in line.split("|")]
                values = {round(f.value) for f in money(line)}
                label = cells[0].rstrip(" :")
                filled = [cell for cell in cells[1:] if cell]
                if not 2 <= len(label) <= 80 or not label[0].isupper() or not filled or not values or money(label):
                    continue
                if all(money(cell) or re.fullmatch(r"[-–\d.,%\s]+", cell) for cell in filled):
                    text = f"{label}: {' | '.join(filled)}"
                    found.append((not _TOTAL.search(label), (number, start), text, values, start + len(line)))
    left, rows = _TABLE_WORDS, 0
    for _, (number, start), text, values, end in sorted(found, key=lambda row: row[:2]):
        words = len(text.split())
        citation = cite(papers[number].text, start, end)
        if values <= known or words > left or rows == _ROWS_IN_A_TABLE or not citation:
            continue
        known |= values
        left, rows = left - words, rows + 1
        yield (
            (number, start),
            Statement(text=text, origin="extract", citation=citation, check="ok", label=COSTS),
        )


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
