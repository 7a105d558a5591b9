"""What a language model gets to read of an agenda item.

What enters: an AgendaItem with its papers. What leaves: Chunks, a few sentences each with the pages they stand on: all
that is worth reading (`reading_for`), or the few passages that answer one question each (`topics`).
What it does not know: prompts, models, how a briefing is shown.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from ratsassistent.oparl import AgendaItem, Citation, Paper, PartKind
from ratsassistent.writing.figures import COSTS, MAX_PAGES, cite
from ratsassistent.writing.readable import is_noise, leans, without_bullet
from ratsassistent.writing.select import Candidate, candidates, choose, spans
from ratsassistent.writing.sentences import sentences
from ratsassistent.writing.speakers import ANSWER, BODY, MOTION, REASON, WHY, applicants, verdict
from ratsassistent.writing.terms import overlap, terms
from ratsassistent.writing.wording import main_first, resolution_of, without_boxes


@dataclass(frozen=True, slots=True)
class Chunk:
    """A few consecutive sentences for a language model to read. The model sees `key` and `text`, never a page."""

    key: str  # "S1", "S2", …
    text: str
    citation: tuple[Citation, ...]
    label: str  # where it comes from: "Beschlussvorschlag", "Stellungnahme der Verwaltung", …
    kind: PartKind = "text"  # of the part it stands in
    heading: str | None = None  # the heading that `text` begins with ("Standort B: …"), where it would mislead without


@dataclass(frozen=True, slots=True)
class Topics:
    """The few passages to be read for one small question each; any may be empty. Keys are unique over all of them."""

    about: tuple[Chunk, ...] = ()  # what the matter is
    proposal: tuple[Chunk, ...] = ()  # who proposes or asks, and for what
    answer: tuple[Chunk, ...] = ()  # what the administration answers to a motion or question, its verdict first
    why: tuple[Chunk, ...] = ()  # the reason given
    effect: tuple[Chunk, ...] = ()  # what follows: money, deadlines, who pays
    applicant: str | None = None  # who asks, as printed ("SPD-Fraktion")


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


ABOUT_WORDS, PROPOSAL_WORDS, ANSWER_WORDS, WHY_WORDS, EFFECT_WORDS = 90, 70, 80, 80, 70


def topics(item: AgendaItem) -> Topics:
    """The passages of an item's papers that answer one question each, for small tasks.

    Whole sentences only, none that leans on one not given, none twice; no form lines and no rows of tables.
    """
    papers = [without_boxes(paper) for paper in main_first(item.papers)]
    pool = [c for c in candidates(papers, item.name, BODY) if not is_noise(c.text) and not leans(c.text)]
    used: set[int] = set()
    asked = any(part.kind == "motion" for paper in papers for part in paper.parts)

    def take(words: int, worth: Callable[[Candidate], float], limit: int = 4) -> list[Candidate]:
        """The candidates worth most, in reading order; those worth nothing are not taken."""
        taken: list[Candidate] = []
        for candidate in sorted(pool, key=lambda c: -worth(c)):
            fits = candidate.words <= words and candidate.order not in used and len(taken) < limit
            repeats = any(overlap(candidate.terms, t.terms) > 0.6 for t in taken)
            if worth(candidate) > 0 and fits and not repeats:
                taken.append(candidate)
                words -= candidate.words
        used.update(c.order for c in taken)
        return sorted(taken, key=lambda c: c.order)

    applicant = next(applicants(papers), None)
    proposal = _proposal(papers, asked)
    answer = take(
        ANSWER_WORDS,
        lambda c: c.score + (1.5 if verdict(c.text) else 0) if asked and c.kind == "statement" else 0,
    )
    answer.sort(key=lambda c: not verdict(c.text))
    about = take(ABOUT_WORDS, lambda c: _about(c) if c.kind != "statement" else 0, 3)
    effect = take(
        EFFECT_WORDS, lambda c: c.score if (c.has_money or c.has_deadline) and c.kind not in ("motion", "annex") else 0
    )
    why = take(WHY_WORDS, lambda c: c.score if WHY.search(c.text) and c.kind != "annex" else 0)
    made: list[tuple[Chunk, ...]] = []
    number = 0
    for group in (about, proposal, answer, why, effect):
        chunks: list[Chunk] = []
        for entry in group:
            chunk = _chunk(papers, entry) if isinstance(entry, Candidate) else entry
            if chunk.citation:
                number += 1
                chunks.append(replace(chunk, key=f"S{number}"))
        made.append(tuple(chunks))
    return Topics(*made, applicant=applicant.text if applicant else None)


def _about(candidate: Candidate) -> float:
    """A paper's own Kurzfassung first, then what names the subject early."""
    summary = 2.0 if candidate.kind == "summary" else 0.0
    return (
        summary + candidate.reasons["subject"] * 2 + candidate.reasons["central"] + candidate.reasons["place"] * 2 - 0.8
    )


def _chunk(papers: Sequence[Paper], candidate: Candidate) -> Chunk:
    citation = cite(papers[candidate.paper].text, candidate.sentence.start, candidate.sentence.end)
    return Chunk("", candidate.text, citation, _source(candidate.kind), candidate.kind)


def _proposal(papers: Sequence[Paper], asked: bool) -> list[Chunk]:
    """The first sentences of what is asked for or proposed, as many as fit."""
    kind: PartKind = "motion" if asked else "resolution"
    for paper in papers:
        for part in spans(paper, [kind]):
            chunks: list[Chunk] = []
            left = PROPOSAL_WORDS
            for sentence in sentences(paper.text.text, part.start, part.end):
                words = len(sentence.text.split())
                if sentence.kind in ("heading", "row") or words < 4 or sentence.text.endswith(":"):
                    continue
                if words > left:
                    break
                left -= words
                label = MOTION if asked else "Beschlussvorschlag"
                chunks.append(
                    Chunk(
                        "", without_bullet(sentence.text), cite(paper.text, sentence.start, sentence.end), label, kind
                    )
                )
            if chunks:
                return chunks
    return []
