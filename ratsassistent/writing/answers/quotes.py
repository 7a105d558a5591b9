"""Passages found -> what can be quoted from them: sentences, list items and rows of tables, each with its page.

What enters: hits, and the text of the pages they stand on. What leaves: Quotes in reading order.
What it does not know: the question, what a quote is worth.

A row of a table is quoted with the names of its columns, which may stand in an earlier passage: they are looked up on the
page. A sentence keeps the heading it stands under, and knows the sentences before and after it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ratsassistent.briefings import Hit
from ratsassistent.oparl import Citation, Passage
from ratsassistent.pack.suspicion.orders import find_orders, without_orders
from ratsassistent.writing.model.keyed import tight
from ratsassistent.writing.text.cited import PageTexts
from ratsassistent.writing.text.readable import finite, without_bullet
from ratsassistent.writing.text.sentences import Kind, Sentence, cells_of, is_furniture, labelled_row, sentences

TITLE_WORDS = 12  # of the title, in a piece
_LEADERS = re.compile(r"[.…_]{5,}\s*\d*\s*$")  # a line of a table of contents
_SHORT_HEAD = 90
_A_PAGE, _AROUND = 16_000, 6_000  # letters: of what is looked through as a whole for orders, and else around a passage
# A line of the Beratungsfolge, a web address: nothing that is an answer or a heading.
_BESIDE = re.compile(
    r"^\W*[A-ZÄÖÜ][\wäöüß-]*(?:rat|ausschuss|beirat|versammlung|tag)\b.{0,40}\b\d{1,2}\.\d{1,2}\.(?:\d{4})?\s*(?:TOP\s*)?[\dxXöÖnN ☒☐✓-]*$|^\S*https?://\S+$"
)
# The day and hour of a meeting, in the head of its minutes.
_HOUR = re.compile(
    r"^\W*(?:\w+,?\s+)?(?:den\s+)?\d{1,2}\.\s*(?:\d{1,2}\.|[A-ZÄÖÜ][a-zäöü]+)\s*\d{4}\W*"
    r"(?:\d{1,2}[:.]\d{2}\s*(?:Uhr)?\W*)?(?:Uhr\W*)?(?:(?:nicht\W*)?öffentlich\w*)?\W*$",
    re.IGNORECASE,
)
# The head of a paper, its line of meetings, a stamp: nothing that is an answer.
_OF_A_FORM = re.compile(
    r"\b(?:(?:Vorlagen?|Drucksachen?|Antrags?|Anfragen?|Beschluss)[- ]?(?:Nr\b|Nummer\b|nummer\b)|Aktenzeichen|Az\.|Verantwortlich:|Eingang:|"
    r"Federführ\w+:|Gremium\W+(?:Termin|Datum|Sitzung)|Beratungsfolge|\w*[Rr]ecyclingpapier)"
)


@dataclass(slots=True)
class Quote:
    """A sentence, list item or row that may be quoted: `text` as shown, `heading` what it stands under.

    `hit`: which of the hits it comes from, 0 the best; `cells` of a row; `table` is the same for rows of one table.
    `proposed`: it is part of what a paper proposes to decide; whether that was decided, it does not say.
    """

    text: str
    kind: Kind
    citation: tuple[Citation, ...]
    hit: int
    place: int
    heading: str = ""
    title: str = ""
    cells: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    table: int | None = None
    said: str | None = None  # the day of the meeting it is from, ISO
    proposed: bool = False
    lead: str = ""  # the line that a list item stands under ("Folgende Standorte entfallen:")
    before: Quote | None = field(default=None, repr=False, compare=False)
    after: Quote | None = field(default=None, repr=False, compare=False)

    @property
    def words(self) -> int:
        """How long it is."""
        return len(self.text.split())

    @property
    def context(self) -> str:
        """What a reader sees above it: title of the paper, heading, the line that leads to a list."""
        return " ".join(part for part in (self.title, self.heading, self.lead) if part)

    @property
    def piece(self) -> str:
        """The quote as its meaning is compared: by itself a sentence says too little, under its title and heading more."""
        title = " ".join(self.title.split()[:TITLE_WORDS])
        above = " – ".join(part for part in (title, self.heading) if part and part not in self.text)
        return f"{above}: {self.text}" if above else self.text


def quotes(hits: Sequence[Hit], pages: PageTexts) -> list[Quote]:
    """What can be quoted from the passages, hit by hit, in reading order; a wording that repeats is taken once."""
    found: list[Quote] = []
    seen: set[tuple[str, str]] = set()
    layout = _Pages(pages)
    for number, hit in enumerate(hits):
        before: Quote | None = None
        for made in _of_passage(hit, number, layout):
            key = (tight(made.text), made.title if made.kind == "row" else "")
            if key in seen or not key[0]:
                continue
            seen.add(key)
            made.place = len(found)
            made.before = before
            if before is not None:
                before.after = made
            before = made
            found.append(made)
    return found


def _of_passage(hit: Hit, number: int, layout: _Pages) -> Iterator[Quote]:
    passage = hit.passage
    title = hit.paper.name if hit.paper else ""
    heading = layout.heading_before(passage.text, passage.citation)
    lead = ""
    table = number * 1000
    last_row = False
    for sentence in sentences(without_orders(passage.text)):
        if _BESIDE.search(sentence.text) or _HOUR.match(sentence.text):
            continue
        if layout.is_ordered(sentence.text, passage):
            continue
        if sentence.kind == "heading":
            heading, lead = sentence.text[:_SHORT_HEAD].rstrip(":"), ""
            if not _says_something(sentence.text):
                last_row = False
                continue
        elif sentence.kind == "sentence" and sentence.opens:
            lead = sentence.text if sentence.text.endswith(":") else ""
        row = sentence.kind == "row"
        if row and not last_row:
            table += 1
        last_row = row
        made = _made(sentence, passage.text, hit, number, layout)
        if made is None:
            continue
        made.title, made.heading, made.said = title, heading, hit.date
        made.proposed = passage.kind == "resolution"
        made.lead = lead if sentence.kind in ("item", "row") and lead != sentence.text else ""
        made.table = table if row else None
        yield made


def _says_something(heading: str) -> bool:
    """A line taken for a heading that tells a value: "Gesamtkosten: 1,2 Mio. Euro"."""
    return any(c.isdigit() for c in heading) and ":" in heading[:-1]


def _made(sentence: Sentence, text: str, hit: Hit, number: int, layout: _Pages) -> Quote | None:
    cells: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    if sentence.kind == "row":
        raw = text[sentence.start : sentence.end]
        if _LEADERS.search(raw) or not re.search(r"[^\W\d_]{2}", raw):
            return None
        wording, cells, columns = layout.row(raw, text, sentence, hit.passage.citation)
        if len(cells) > 1 and not columns and _names_columns(cells):
            return None
    else:
        wording = without_bullet(sentence.text)
        if is_furniture(wording) or len(re.findall(r"\w+", wording)) < 2:
            return None
    if _OF_A_FORM.search(wording) and not finite(wording):
        return None
    citation = layout.citation(sentence.text, hit.passage.citation)
    return Quote(wording, sentence.kind, citation, number, 0, cells=cells, columns=columns)


def _names_columns(cells: Sequence[str]) -> bool:
    """Is this the row that names a table's columns? It holds no value: no amount, no number by itself."""
    return not any(
        re.fullmatch(r"[-–+]?[\d.,:%€ ]+(?:Euro|EUR)?|.*\d\s*(?:€|Euro|EUR|%)", cell) for cell in cells if cell
    )


class _Pages:
    """The pages that passages stand on, looked up by wording."""

    def __init__(self, pages: PageTexts) -> None:
        self._pages = pages
        self._tight: dict[tuple[str | None, int | None], str] = {}
        self._orders: dict[tuple[str | None, int | None, int, int], list[str]] = {}

    def citation(self, text: str, candidates: Sequence[Citation]) -> tuple[Citation, ...]:
        """Those of the pages that hold the words: one if one holds them all, else the first two."""
        wanted = tight(text)
        if len(candidates) == 1:
            return tuple(candidates)
        for cited in candidates:
            if wanted in self._whole(cited):
                return (cited,)
        holding = [c for c in candidates if wanted[:20] in self._whole(c) or wanted[-20:] in self._whole(c)]
        return tuple((holding or list(candidates))[:2])

    def _whole(self, cited: Citation) -> str:
        key = (cited.file_id, cited.page)
        if key not in self._tight:
            self._tight[key] = tight(self._pages.get(key, ""))
        return self._tight[key]

    def is_ordered(self, text: str, passage: Passage) -> bool:
        """Whether a sentence is part of an order to a program that its page holds; the passage may begin in the middle of it."""
        wanted = tight(text)
        if len(wanted) < 12:
            return False
        return any(wanted in order for cited in passage.citation for order in self._orders_around(cited, passage.text))

    def _orders_around(self, cited: Citation, passage: str) -> list[str]:
        """The orders on a page; of a text without pages (OParl), which may be a book, those around the passage."""
        page = self._pages.get((cited.file_id, cited.page), "")
        start, end = 0, len(page)
        if len(page) > _A_PAGE and (at := page.find(passage)) >= 0:
            start = page.rfind("\n", 0, max(at - _AROUND, 0)) + 1
            end = page.find("\n", min(at + len(passage) + _AROUND, len(page)))
            end = len(page) if end < 0 else end
        key = (cited.file_id, cited.page, start, end)
        if key not in self._orders:
            around = page[start:end]
            self._orders[key] = [tight(around[order.start : order.end]) for order in find_orders(around)]
        return self._orders[key]

    def row(
        self, raw: str, passage: str, sentence: Sentence, citation: Sequence[Citation]
    ) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
        """A row as shown, its cells, and the names of its columns, also those above the passage's beginning."""
        line = raw.strip().split("\n")[-1]
        for cited in citation:
            page = self._pages.get((cited.file_id, cited.page), "")
            at = page.find(line)
            if at >= 0 and len(line) > 3:
                return labelled_row(page, at, at + len(line)), *_cells(page, at, line)
        return labelled_row(passage, sentence.start, sentence.end), *_cells(passage, sentence.start, line)

    def heading_before(self, passage: str, citation: Sequence[Citation]) -> str:
        """The heading that the beginning of a passage stands under, on its first page; empty if none is near."""
        if not citation:
            return ""
        page = self._pages.get((citation[0].file_id, citation[0].page), "")
        at = page.find(passage[:40])
        if at <= 0:
            return ""
        above = [
            s for s in sentences(page, max(0, at - 1500), at) if s.kind == "heading" and not _BESIDE.search(s.text)
        ]
        return above[-1].text[:_SHORT_HEAD].rstrip(":") if above else ""


def _cells(text: str, at: int, line: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The cells of the row at an offset, and the names of its columns where the table's first row names them."""
    cells = tuple(cells_of(line))
    top: str | None = None
    end = text.rfind("\n", 0, at)
    while end > 0:
        start = text.rfind("\n", 0, end) + 1
        above = text[start:end]
        if " | " not in above:
            break
        top = above
        end = start - 1
    names = tuple(cells_of(top)) if top else ()
    return cells, names if len(names) == len(cells) and _names_columns(names) else ()
