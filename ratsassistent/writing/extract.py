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

from ratsassistent.briefings import ItemBriefing, Statement
from ratsassistent.oparl import AgendaItem, Paper, Part
from ratsassistent.writing.amounts import money
from ratsassistent.writing.figures import COSTS, amounts_of, cite, dates_of, money_rows
from ratsassistent.writing.reading import Chunk, reading_for
from ratsassistent.writing.rows import form_statements, table_amounts
from ratsassistent.writing.select import (
    Candidate,
    candidates,
    choose,
    is_noise,
    overlap,
    readable,
    spans,
    terms,
    without_bullet,
)
from ratsassistent.writing.sentences import Sentence, clean, sentences
from ratsassistent.writing.speakers import (
    ANSWER,
    BODY,
    DEADLINES,
    LABELS,
    MAIN,
    MOTION,
    REASON,
    SUMMARY,
    WHY,
    applicants,
)
from ratsassistent.writing.wording import main_first, resolution_of, without_boxes

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

VERSION = "3"  # part of an ItemBriefing's basis: raise it when the same papers would give another briefing

BUDGET = 195  # words of an item's statements

_MOTION_WORDS = 40  # of what a motion asks for, at most, where an answer of the administration follows


def extract_item(item: AgendaItem) -> ItemBriefing:
    """The briefing of one agenda item at level `auszug`."""
    papers = [without_boxes(paper) for paper in main_first(item.papers)]
    wording = resolution_of(papers)
    shown: list[Counter[str]] = [terms(wording.text)] if wording else []
    budget = BUDGET
    statements: list[tuple[str, tuple[int, int], Statement]] = []

    def add(label: str, place: tuple[int, int], statement: Statement) -> None:
        nonlocal budget
        statements.append((label, place, statement))
        shown.append(terms(statement.text))
        budget -= len(statement.text.split())

    for place, statement in _opening(papers, shown, budget):
        add(statement.label or MAIN, place, statement)
    for place, row in money_rows(papers):
        if len(row.text.split()) <= budget:
            add(COSTS, place, row)
    known = {round(amount.value) for _, _, shown_before in statements for amount in money(shown_before.text)}
    for place, row in (*form_statements(main_first(item.papers)), *table_amounts(papers, known)):
        if len(row.text.split()) <= budget and not _stands_in(row.text, statements):
            add(COSTS, place, row)
    pool = [
        c
        for c in candidates(papers, item.name, BODY, wording.text if wording else "")
        if not is_noise(c.text) and not _stands_in(c.text, statements)
    ]
    for candidate in choose(pool, budget, shown):
        paper = papers[candidate.paper]
        citation = cite(paper.text, candidate.sentence.start, candidate.sentence.end)
        if citation:
            label = _label(candidate)
            statement = Statement(
                text=candidate.text,
                origin="extract",
                citation=citation,
                check="ok",
                label=label,
                heading=candidate.heading,
            )
            statements.append((label, (candidate.paper, candidate.sentence.start), statement))
    statements.sort(key=lambda s: (LABELS.index(s[0]), s[1]))
    return ItemBriefing(
        id=item.id,
        number=item.number,
        name=item.name,
        public=item.public,
        level="auszug",
        statements=tuple(s for _, _, s in statements),
        resolution=wording,
        amounts=amounts_of(papers),
        dates=dates_of(papers),
        basis=basis_of(item),
    )


def basis_of(item: AgendaItem) -> str:
    """A hash of everything that `extract_item` reads: the same basis gives the same briefing."""
    digest = hashlib.sha256(f"auszug {VERSION}\x1f{item.name}".encode())
    for paper in item.papers:
        digest.update(paper.model_dump_json(include={"name", "text", "parts", "form"}).encode())
    return digest.hexdigest()


def _opening(
    papers: Sequence[Paper], shown: Sequence[Counter[str]], budget: int
) -> Iterator[tuple[tuple[int, int], Statement]]:
    """The paper's own Kurzfassung, what a motion asks for, and how the administration answers."""
    answered = any(p.kind in ("statement", "summary") for paper in papers for p in paper.parts)
    seen = list(shown)
    for number, paper in enumerate(papers):
        motions = spans(paper, ["motion"])
        for part in spans(paper, ["summary"]):
            label = ANSWER if motions or any(p.kind == "statement" for p in paper.parts) else SUMMARY
            limit = budget * 3 // 5
            for start, end, text in _leading(paper, part, limit):
                if overlap(terms(text), _merged(seen)) > 0.8:
                    continue
                citation = cite(paper.text, start, end)
                if citation:
                    seen.append(terms(text))
                    yield (
                        (number, start),
                        Statement(text=text, origin="verbatim", citation=citation, check="ok", label=label),
                    )
        if motions:
            yield from _applicant(number, paper)
        for part in motions[:1]:
            for start, end, text in _leading(paper, part, _MOTION_WORDS if answered else budget // 2):
                if overlap(terms(text), _merged(seen)) > 0.8:
                    continue
                citation = cite(paper.text, start, end)
                if citation:
                    yield (
                        (number, start),
                        Statement(text=text, origin="verbatim", citation=citation, check="ok", label=MOTION),
                    )


def _applicant(number: int, paper: Paper) -> Iterator[tuple[tuple[int, int], Statement]]:
    """Who asks: the line of the head that names a Fraktion or members."""
    for found in applicants([paper]):
        made = Statement(text=found.text, origin="verbatim", citation=found.citation, check="ok", label=MOTION)
        yield (number, found.start), made


def _merged(counters: Sequence[Counter[str]]) -> Counter[str]:
    merged: Counter[str] = Counter()
    for counter in counters:
        merged |= counter
    return merged


def _leading(paper: Paper, part: Part, limit: int) -> Iterator[tuple[int, int, str]]:
    """The first sentences of a part as one stretch, as many as fit the limit; at least one where it is short enough."""
    group: list[Sentence] = []
    words = 0
    for sentence in sentences(paper.text.text, part.start, part.end):
        if sentence.kind in ("row",) or (sentence.kind == "heading" and not group):
            continue
        count = len(sentence.text.split())
        if words + count > limit:
            break
        if sentence.kind == "heading" or not (readable(sentence) or group):
            if sentence.kind == "heading":
                break
            continue
        group.append(sentence)
        words += count
    if group:
        start, end = group[0].start, group[-1].end
        yield start, end, without_bullet(clean(paper.text.text[start:end]))


def _stands_in(text: str, statements: Sequence[tuple[str, tuple[int, int], Statement]]) -> bool:
    bare = re.sub(r"\W", "", text)
    return any(bare in re.sub(r"\W", "", s.text) for _, _, s in statements)


def _label(candidate: Candidate) -> str:
    if candidate.kind == "statement":
        return ANSWER
    if candidate.kind == "motion":
        return MOTION
    if candidate.has_money:
        return COSTS
    if candidate.has_deadline:
        return DEADLINES
    return REASON if WHY.search(candidate.text) else MAIN
