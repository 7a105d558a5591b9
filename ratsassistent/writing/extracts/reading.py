"""What a language model gets to read of an agenda item.

What enters: an AgendaItem with its papers. What leaves: Chunks, a few sentences each with the pages they stand on: all
that is worth reading (`reading_for`), or the few passages that answer one question each (`topics`).
What it does not know: prompts, models, how a briefing is shown.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from ratsassistent.oparl import AgendaItem, Citation, Paper, PartKind
from ratsassistent.writing.extracts.figures import COSTS, MAX_PAGES, cite, money_rows
from ratsassistent.writing.extracts.opening import asking, best_verdict
from ratsassistent.writing.extracts.scoring import candidates
from ratsassistent.writing.extracts.select import Candidate, choose, spans
from ratsassistent.writing.extracts.speakers import (
    ANSWER,
    BODY,
    MOTION,
    REASON,
    WHY,
    applicants,
    document_of,
    motion_label,
    speaker_label,
    verdict,
)
from ratsassistent.writing.extracts.wording import main_first, resolution_of, without_boxes
from ratsassistent.writing.text.readable import finite, is_noise, without_bullet
from ratsassistent.writing.text.sentences import clean, sentences
from ratsassistent.writing.text.terms import overlap, terms


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


ABOUT_WORDS, PROPOSAL_WORDS, ANSWER_WORDS, WHY_WORDS, EFFECT_WORDS = 90, 80, 80, 80, 70
_EASY = 28  # words that a sentence may have without its being held against it
_NEED = re.compile(
    r"(?i)\b(?:ausschlaggebend|maßgeblich|(?<!nicht )erforderlich|(?<!nicht )notwendig|benötig\w+|bedarf\w*|fehl(?:t|en)|mangel\w*|defizit\w*|veraltet\w*|baufällig\w*|undicht|sanierungsbedürftig\w*|unzureichend\w*"
    r"|ziel (?:ist|der|des)|um .{10,120} zu \w+en\b|damit .{10,120}\b(?:kann|können|wird|werden)|nicht mehr)\b"
)
_FOLLOWS = re.compile(
    r"(?i)\b(?:mehrkosten|folgekosten|mehrertr\w+|eigenanteil\w*|zuschuss\w*|fördermittel|trägt die|tragen die|finanziert|deckung|veranschlagt|bereitgestellt|steht zur verfügung|stehen zur verfügung|erhöht sich|steigt|sinkt|entfällt|entfallen)\b"
)
_LABELLED = re.compile(r"^\s*(?:\(?(?:\d{1,2}|[a-z]|[IVX]{1,4})[.)]+|[-–•▪])\s+")
_HISTORY = re.compile(r"(?:Ursprünglich|Seinerzeit|Damals|Früher|Vormals|Zwischenzeitlich)\b")
_COMMON = ("leans", "earlier", "supposed", "quoted", "recounted", "question", "section", "parallel", "recommends")


def topics(item: AgendaItem) -> Topics:
    """The passages of an item's papers that answer one question each, for small tasks; a Chunk is a sentence, best first.

    Whole sentences only, none that leans on one not given, none twice; no form lines and no rows of tables. A sentence of
    one of several parallel sections begins with its heading ("Standort B: Das Gelände ist …").
    """
    papers = [without_boxes(paper) for paper in main_first(item.papers)]
    wording = resolution_of(papers)
    pool = candidates(papers, item.name, BODY, wording.text if wording else "")
    asked = any(part.kind == "motion" for paper in papers for part in paper.parts)
    proposal = _proposal(papers, asked)
    said = [chunk.text for chunk in proposal]
    picker = _Picker([c for c in pool if not is_noise(c.text) and c.leans < 2 and c.text not in said])
    applicant = next(applicants(papers), None)
    own = any(c.kind not in ("annex", "motion", "statement") for c in picker.pool)
    groups: list[list[Chunk]] = []
    plain = best_verdict(picker.pool) if asked else None
    answer = [plain] if plain else []
    picker.used.update(c.order for c in answer)
    answer += picker.take(
        ANSWER_WORDS - sum(c.words for c in answer), lambda c: _answering(c, papers) if asked else 0.0
    )
    about = picker.take(ABOUT_WORDS, lambda c: _telling(c, asked, own))
    effect = picker.take(EFFECT_WORDS, _following)
    why = picker.take(
        WHY_WORDS if not answer else WHY_WORDS // 2, lambda c: _reasoning(c) if c.kind != "statement" else 0.0
    )
    if answer:
        why += picker.take(WHY_WORDS // 2, lambda c: _reasoning(c) if c.kind == "statement" else 0.0)
    groups = [
        [_chunk(papers, c) for c in about],
        proposal,
        [_chunk(papers, c) for c in answer],
        [_chunk(papers, c) for c in why],
        [*(_chunk(papers, c) for c in effect), *([] if effect else _figures(papers))],
    ]
    made: list[tuple[Chunk, ...]] = []
    number = 0
    for group in groups:
        cited = [chunk for chunk in group if chunk.citation]
        made.append(tuple(replace(chunk, key=f"S{number + n}") for n, chunk in enumerate(cited, 1)))
        number += len(cited)
    about_it, proposed, answers, reasons, effects = made
    return Topics(about_it, proposed, answers, reasons, effects, applicant.text if applicant else None)


@dataclass(slots=True)
class _Picker:
    """Takes sentences for one question after another, none twice."""

    pool: Sequence[Candidate]
    used: set[int] = field(default_factory=set)

    def take(self, words: int, worth: Callable[[Candidate], float], limit: int = 4) -> list[Candidate]:
        """The candidates worth most, best first; those worth nothing, or said already, are not taken."""
        taken: list[Candidate] = []
        said = [c.terms for c in self.pool if c.order in self.used]
        for candidate in sorted(self.pool, key=lambda c: -worth(c)):
            if worth(candidate) <= 0 or len(taken) == limit:
                break
            repeats = any(overlap(candidate.terms, other) > 0.6 for other in (*said, *(t.terms for t in taken)))
            if candidate.words <= words and candidate.order not in self.used and not repeats:
                taken.append(candidate)
                words -= candidate.words
        self.used.update(c.order for c in taken)
        return taken


def _fit(candidate: Candidate) -> float:
    """What speaks against a sentence as the only one that is read: a heading, a hint at others, its length."""
    held = sum(candidate.reasons.get(name, 0.0) for name in _COMMON)
    length = 0.04 * max(candidate.words - _EASY, 0) + 0.2 * max(7 - candidate.words, 0)
    return held - (0.5 if candidate.heading else 0.0) - (0.3 if candidate.leans else 0.0) - length


def _telling(candidate: Candidate, asked: bool, own: bool) -> float:
    """How well a sentence says what the matter is: the Kurzfassung first, then what names the subject early."""
    kind, reasons = candidate.kind, candidate.reasons
    if kind in ("statement", "costs") or (asked and kind == "summary") or (own and kind == "annex"):
        return 0.0
    summary = 1.5 if kind == "summary" else 0.0
    early = 0.9 / (1 + 0.3 * candidate.order) if kind != "annex" else 0.0
    past = 0.6 if _HISTORY.match(candidate.text) else 0.0
    money = 0.3 if candidate.has_money and not summary else 0.0
    subject = 1.2 * reasons["subject"] + 0.6 * reasons["central"]
    return summary + early + subject + reasons["place"] + _fit(candidate) - money - past - 0.3


def _answering(candidate: Candidate, papers: Sequence[Paper]) -> float:
    """How well a sentence of an answer says what becomes of a motion; a later answer goes before an earlier one."""
    paper = papers[candidate.paper]
    document = document_of(paper, candidate.part)
    if candidate.kind not in ("statement", "summary") or document is None or document.asks:
        return 0.0
    late = 0.3 * document.start / max(len(paper.text.text), 1)
    return (
        candidate.score
        + late
        + 0.6 * verdict(candidate.text)
        + (0.5 if candidate.kind == "summary" else 0.0)
        + _fit(candidate)
        - 0.5
    )


def _reasoning(candidate: Candidate) -> float:
    """How well a sentence gives a reason."""
    if candidate.kind == "annex" or not (WHY.search(candidate.text) or _NEED.search(candidate.text)):
        return 0.0
    return candidate.score + _fit(candidate) + (0.5 if WHY.search(candidate.text) else 0.0) - 0.5


def _following(candidate: Candidate) -> float:
    """How well a sentence says what follows: money, deadlines, who pays."""
    said = candidate.has_money or candidate.has_deadline or _FOLLOWS.search(candidate.text)
    if not said or candidate.kind in ("motion", "annex"):
        return 0.0
    return candidate.score + _fit(candidate) + (0.3 if _FOLLOWS.search(candidate.text) else 0.0) - 0.5


def _chunk(papers: Sequence[Paper], candidate: Candidate) -> Chunk:
    paper, sentence = papers[candidate.paper], candidate.sentence
    label = _source(candidate.kind)
    document = document_of(paper, candidate.part)
    if candidate.kind == "motion":
        label = motion_label(paper, candidate.part)
    elif candidate.kind == "statement" or (document is not None and any(p.kind == "statement" for p in document.parts)):
        label = speaker_label(paper, candidate.part)
    text = f"{candidate.heading}: {candidate.text}" if candidate.heading else candidate.text
    citation = cite(paper.text, sentence.start, sentence.end)
    return Chunk("", text, citation, label, candidate.kind, candidate.heading)


def _proposal(papers: Sequence[Paper], asked: bool) -> list[Chunk]:
    """The first sentences of what is asked for or proposed, as many as fit; a line that only leads to the next goes with it."""
    kind: PartKind = "motion" if asked else "resolution"
    for paper in papers:
        for part in spans(paper, [kind]):
            chunks: list[Chunk] = []
            left, lead = PROPOSAL_WORDS, None
            found = sentences(paper.text.text, part.start, part.end)
            for sentence in found[asking(found) if asked else 0 :]:
                words = len(sentence.text.split())
                if sentence.kind in ("heading", "row") or (words < 4 and lead is None):
                    continue
                if sentence.text[-1] not in '.!?;”“"' and not _LABELLED.match(sentence.text):
                    lead = sentence  # "Der Rat möge beschließen,"
                    continue
                if words > left and chunks:
                    break
                left -= words
                bare = _LABELLED.sub("", sentence.text)
                joins = lead is not None and (not finite(bare) or bare[:1].islower())
                start = lead.start if lead and joins else sentence.start
                text = without_bullet(clean(paper.text.text[start : sentence.end]))
                label = motion_label(paper, part) if asked else "Beschlussvorschlag"
                chunks.append(Chunk("", text, cite(paper.text, start, sentence.end), label, kind))
                lead = None
            if chunks:
                return chunks
    return []


def _figures(papers: Sequence[Paper]) -> list[Chunk]:
    """Filled-in money lines of a form with their labels, where no sentence tells what it costs."""
    rows = [row for _, row in money_rows(papers)][:3]
    return [Chunk("", row.text, row.citation, COSTS, "costs") for row in rows]
