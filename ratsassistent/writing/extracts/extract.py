"""Level `auszug`: the briefing of an agenda item in the papers' own words, without a language model.

What enters: an AgendaItem with its Papers and their parts. What leaves: an ItemBriefing whose every statement is a
passage or sentence of a paper with the pages it stands on; and `reading_for`, what a language model should read.
What it does not know: the archive, the page, how a PDF is read.

An item without papers gets no statements: there are no words of a paper to show, and the display says so.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ratsassistent.briefings import ItemBriefing, Statement
from ratsassistent.oparl import AgendaItem, Paper
from ratsassistent.writing.extracts.figures import (
    COSTS,
    DEADLINES,
    amounts_of,
    cite,
    consultations_of,
    dates_of,
    money_rows,
    today_of,
)
from ratsassistent.writing.extracts.opening import FIRST, Place, best_verdict, opening
from ratsassistent.writing.extracts.reading import Chunk, reading_for
from ratsassistent.writing.extracts.rows import form_statements, table_amounts, table_dates
from ratsassistent.writing.extracts.scoring import candidates
from ratsassistent.writing.extracts.select import LEAST, Candidate, choose
from ratsassistent.writing.extracts.speakers import (
    ANNEX,
    ANSWER,
    BODY,
    LABELS,
    MAIN,
    MOTION,
    REASON,
    WHY,
    document_of,
    motion_label,
    rank,
    speaker_label,
    verdict,
)
from ratsassistent.writing.extracts.wording import main_first, resolution_of, without_boxes
from ratsassistent.writing.text.amounts import money
from ratsassistent.writing.text.readable import is_noise, without_bullet
from ratsassistent.writing.text.sentences import clean
from ratsassistent.writing.text.terms import terms

__all__ = [
    "BUDGET",
    "LABELS",
    "Chunk",
    "basis_of",
    "extract_item",
    "is_noise",
    "main_first",
    "reading_for",
    "resolution_of",
    "without_boxes",
]

VERSION = "4"  # part of an ItemBriefing's basis: raise it when the same papers would give another briefing

BUDGET = 195  # words of an item's statements and their headings
_THIN = 150  # words of sentences that can be quoted
_LEAST_BUDGET, _SHARE = 65, 0.7  # a thin paper is not quoted nearly whole


def extract_item(item: AgendaItem) -> ItemBriefing:
    """The briefing of one agenda item at level `auszug`."""
    papers = [without_boxes(paper) for paper in main_first(item.papers)]
    wording = resolution_of(papers)
    collected = _Collected([terms(wording.text)] if wording else [])
    pool = [c for c in candidates(papers, item.name, BODY, wording.text if wording else "") if not is_noise(c.text)]
    readable = sum(c.words for c in pool)
    collected.left = min(BUDGET, max(_LEAST_BUDGET, int(_SHARE * readable)))
    for place, statement in opening(papers, collected.shown, collected.left):
        collected.add(place, statement)
    asked = any(s.label == MOTION for _, s in collected.statements) or (wording and wording.kind == "motion")
    if asked:
        said = max((verdict(s.text) for _, s in collected.statements if rank(s.label) == rank(ANSWER)), default=0)
        plain = best_verdict([c for c in pool if not collected.holds(c.text)])
        if plain and verdict(plain.text) > said:
            _take(collected, papers, [plain], first=True)
    for place, row in money_rows(papers):
        collected.add_if_fits(place, row)
    known = {round(amount.value) for _, s in collected.statements for amount in money(s.text)}
    for place, row in (*form_statements(main_first(item.papers)), *table_amounts(papers, known)):
        collected.add_if_fits(place, row)
    for place, row in table_dates(papers, today_of(papers)):
        collected.add_if_fits(place, row)
    rest = [c for c in pool if not collected.holds(c.text)]
    least = LEAST if readable >= _THIN else 0.6 * LEAST  # of a thin paper every sentence may be the one that matters
    for group in joined(choose(rest, collected.left, collected.shown, least=least)):
        _take(collected, papers, group)
    return ItemBriefing(
        id=item.id,
        number=item.number,
        name=item.name,
        public=item.public,
        level="auszug",
        statements=collected.in_order(),
        resolution=wording,
        amounts=amounts_of(papers),
        dates=dates_of(papers),
        consultations=consultations_of(papers),
        basis=basis_of(item),
    )


def basis_of(item: AgendaItem) -> str:
    """A hash of everything that `extract_item` reads: the same basis gives the same briefing."""
    digest = hashlib.sha256(f"auszug {VERSION}\x1f{item.name}".encode())
    for paper in item.papers:
        digest.update(
            paper.model_dump_json(include={"name", "paperType", "text", "parts", "form", "consultations"}).encode()
        )
    return digest.hexdigest()


@dataclass(slots=True)
class _Collected:
    """The statements taken so far, and how many words are left. `shown`: the words that the reader sees anyway."""

    shown: list[Counter[str]]
    left: int = BUDGET
    statements: list[tuple[Place, Statement]] = field(default_factory=list)

    def add(self, place: Place, statement: Statement) -> None:
        self.statements.append((place, statement))
        self.shown.append(terms(statement.text))
        self.left -= len(statement.text.split()) + len((statement.heading or "").split())

    def add_if_fits(self, place: Place, statement: Statement) -> None:
        if len(statement.text.split()) <= self.left and not self.holds(statement.text):
            self.add(place, statement)

    def holds(self, text: str) -> bool:
        bare = re.sub(r"\W", "", text)
        return any(bare in re.sub(r"\W", "", s.text) for _, s in self.statements)

    def in_order(self) -> tuple[Statement, ...]:
        """By label; an answer begins with what it says becomes of the motion."""

        def key(placed: tuple[Place, Statement]) -> tuple[int, bool, Place]:
            place, statement = placed
            plain = rank(statement.label) == rank(ANSWER) and verdict(statement.text) == 2
            return rank(statement.label), not plain, place

        return tuple(statement for _, statement in sorted(self.statements, key=key))


def joined(chosen: Sequence[Candidate]) -> Iterator[list[Candidate]]:
    """Chosen sentences, those that lean on the one before them together with it."""
    group: list[Candidate] = []
    for candidate in chosen:
        if group and not (candidate.leans and candidate.before == group[-1].order):
            yield group
            group = []
        group.append(candidate)
    if group:
        yield group


def _take(collected: _Collected, papers: Sequence[Paper], group: Sequence[Candidate], first: bool = False) -> None:
    """Show neighbouring sentences as one statement, as they stand in the paper."""
    paper, candidate = papers[group[0].paper], group[0]
    start, end = candidate.sentence.start, group[-1].sentence.end
    citation = cite(paper.text, start, end)
    if not citation:
        return
    statement = Statement(
        text=without_bullet(clean(paper.text.text[start:end])),
        origin="extract",
        citation=citation,
        check="ok",
        label=_label(papers, candidate),
        heading=candidate.heading,
    )
    collected.add((FIRST, 0) if first else (candidate.paper, start), statement)


def _label(papers: Sequence[Paper], candidate: Candidate) -> str:
    paper = papers[candidate.paper]
    if candidate.kind in ("motion", "annex"):
        return ANNEX if candidate.kind == "annex" else motion_label(paper, candidate.part)
    document = document_of(paper, candidate.part)
    asked = any(part.kind == "motion" for p in papers for part in p.parts)
    answers = document is not None and any(part.kind == "statement" for part in document.parts)
    said = candidate.kind == "statement" or (candidate.kind == "summary" and asked)
    if said or (answers and not candidate.has_money):
        return speaker_label(paper, candidate.part)
    if candidate.has_money or candidate.has_deadline:
        return COSTS if candidate.has_money else DEADLINES
    return REASON if WHY.search(candidate.text) else MAIN
