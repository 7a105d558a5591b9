"""What a language model gets to read of an agenda item.

What enters: an AgendaItem with its papers. What leaves: Chunks, a few sentences each with the pages they stand on.
What it does not know: prompts, models, how a briefing is shown.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ratsassistent.oparl import AgendaItem, Citation, PartKind
from ratsassistent.writing.figures import COSTS, MAX_PAGES, cite
from ratsassistent.writing.select import Candidate, candidates, choose, terms
from ratsassistent.writing.speakers import ANSWER, BODY, MOTION, REASON
from ratsassistent.writing.wording import main_first, resolution_of, without_boxes


@dataclass(frozen=True, slots=True)
class Chunk:
    """A few consecutive sentences for a language model to read. The model sees `key` and `text`, never a page."""

    key: str  # "S1", "S2", …
    text: str
    citation: tuple[Citation, ...]
    label: str  # where it comes from: "Beschlussvorschlag", "Stellungnahme der Verwaltung", …


def reading_for(item: AgendaItem, words: int) -> tuple[Chunk, ...]:
    """The passages of an item's papers most worth reading, about `words` words in all, in reading order.

    Chunks hold one or two neighbouring sentences. The resolution and the rows of forms are left out where there is
    anything else: both are shown beside the summary word for word, and a small model would only copy them.
    """
    papers = [without_boxes(paper) for paper in main_first(item.papers)]
    pieces: list[tuple[tuple[int, int], str, tuple[Citation, ...], str]] = []
    shown: list[Counter[str]] = []
    wording = resolution_of(papers)
    if wording:
        shown.append(terms(wording.text))
    pool = candidates(papers, item.name, BODY)
    for candidate in pool:  # a question is worth reading where its answer follows, and pronouns do no harm in context
        candidate.reasons.pop("leans", None)
        candidate.score = sum(candidate.reasons.values())
    chosen = choose(pool, words, shown, limit=len(pool))
    for group in _neighbours(chosen):
        paper = papers[group[0].paper]
        citation = cite(paper.text, group[0].sentence.start, group[-1].sentence.end)
        if citation:
            place = (group[0].paper, group[0].sentence.start)
            pieces.append((place, " ".join(c.text for c in group), citation, _source(group[0].kind)))
    pieces.sort(key=lambda p: p[0])
    if not pieces and wording:
        text = " ".join(wording.text.split()[:words])
        pieces.append(((-1, 0), text, wording.citation[:MAX_PAGES], "Beschlussvorschlag"))
    return tuple(Chunk(f"S{n}", text, citation, label) for n, (_, text, citation, label) in enumerate(pieces, 1))


def _neighbours(chosen: Sequence[Candidate]) -> Iterator[list[Candidate]]:
    group: list[Candidate] = []
    for candidate in chosen:
        if group and (candidate.order != group[-1].order + 1 or candidate.part != group[-1].part or len(group) == 2):
            yield group
            group = []
        group.append(candidate)
    if group:
        yield group


def _source(kind: PartKind) -> str:
    names: dict[PartKind, str] = {
        "summary": "Kurzfassung", "reason": REASON, "costs": COSTS, "motion": MOTION, "statement": ANSWER, "annex": "Anlage",
    }  # fmt: skip
    return names.get(kind, "Vorlage")
