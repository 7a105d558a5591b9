"""Which sentences of an agenda item's papers are taken.

What enters: scored sentences (`Candidate`), made in `scoring`. What leaves: a choice among them within a budget of words.
What it does not know: what makes a sentence's score, briefings, labels shown to a user, language models.

The choice takes the best in turn and lowers what repeats the words already taken (maximal marginal relevance). The same
sums choose what a language model gets to read.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from ratsassistent.oparl import Paper, Part, PartKind
from ratsassistent.writing.extracts.sections import Section
from ratsassistent.writing.text.readable import Leaning, without_bullet
from ratsassistent.writing.text.sentences import Sentence
from ratsassistent.writing.text.terms import overlap

LEAST = 1.1  # a sentence worth less is not shown, even where words are left
_SAME = 0.8  # a sentence that shares more of its words with one already shown is not shown
_PER_WORD = 0.25  # between worth of a sentence (0) and worth of a word (1); 0.2 to 0.35 do equally well
_FLOOR = 0.3  # added to the worth of a sentence before its length counts: more of it favours short ones
_REPEATS = 1.1  # what repeating all of another sentence's words costs
_OF_ANOTHER = 0.5  # how much of a repetition counts where it is said of another thing
_WITH_AMOUNT = 0.6  # and where the sentence names an amount
_ALWAYS = 3  # sentences are shown even of a paper that has no better ones
_SAME_SECTION = 0.1  # what each further sentence of one of several parallel sections costs


@dataclass(slots=True)
class Candidate:
    """A sentence that may be shown, with all that its score is made of. `terms` are its folded content words.

    `heading` is the heading that has to be shown with it, because it would mislead or be unclear alone.
    """

    paper: int  # index in the item's papers
    sentence: Sentence
    part: Part
    kind: PartKind  # whose words they are: the reasons of a motion are "motion", too
    order: int
    terms: Counter[str]
    section: Section | None = None
    heading: str | None = None
    leans: Leaning = 0
    before: int | None = None  # order of the sentence directly before it, if that may be shown
    score: float = 0.0
    words: int = 0  # of the sentence and its heading
    has_money: bool = False
    has_deadline: bool = False
    reasons: dict[str, float] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The sentence for display, without a bullet."""
        return without_bullet(self.sentence.text)


def spans(paper: Paper, kinds: Iterable[PartKind]) -> list[Part]:
    """The parts of these kinds, in reading order; a paper without any parts counts as one "text".

    Parts of one kind with nothing between them (cut at a page border) come as one, so that sentences stay whole.
    """
    wanted = set(kinds)
    parts = paper.parts or (Part(kind="text", heading=None, start=0, end=len(paper.text.text)),)
    found: list[Part] = []
    for part in sorted(parts, key=lambda p: p.start):
        last = found[-1] if found else None
        if (
            last
            and last.kind == part.kind
            and last.complete == part.complete
            and not paper.text.text[last.end : part.start].strip()
        ):
            found[-1] = last.model_copy(update={"end": max(last.end, part.end)})
        else:
            found.append(part)
    return [part for part in found if part.kind in wanted]


def speakers_of(paper: Paper) -> dict[int, PartKind]:
    """By start: the parts that look like the administration's reasons, but belong to the motion above them."""
    kinds: dict[int, PartKind] = {}
    asking = False
    for part in sorted(paper.parts, key=lambda p: p.start):
        if part.kind == "motion":
            asking = True
        elif part.kind not in ("reason", "text", "costs"):
            asking = asking and part.kind == "consultation"
        elif asking:
            kinds[part.start] = "motion"
    return kinds


def choose(
    pool: Sequence[Candidate], budget: int, shown: Sequence[Counter[str]], limit: int = 12, least: float = LEAST
) -> list[Candidate]:
    """The best candidates within a budget of words, in reading order.

    :param shown: the words of what the reader sees anyway (the resolution, a Kurzfassung); repeating them costs.
    :param least: what a sentence has to be worth to be taken.
    """
    taken: list[Candidate] = []
    rest = list(pool)
    repeated = {c.order: max((overlap(c.terms, s) for s in shown), default=0.0) for c in rest}

    def gain(candidate: Candidate) -> float:
        beside = sum(t.section == candidate.section for t in taken) if candidate.heading else 0
        held = -candidate.reasons.get("leans", 0.0) if any(t.order == candidate.before for t in taken) else 0.0
        repeats = _REPEATS * repeated[candidate.order] * (_WITH_AMOUNT if candidate.reasons["money"] else 1.0)
        return candidate.score + held - repeats - _SAME_SECTION * beside

    def worth(candidate: Candidate) -> float:
        return (gain(candidate) + _FLOOR) / math.pow(max(candidate.words, 8), _PER_WORD)

    while rest and len(taken) < limit:
        rest = [c for c in rest if c.words <= budget and repeated[c.order] <= _SAME]
        if not rest:
            break
        best = max(rest, key=worth)
        rest.remove(best)
        if gain(best) < (least if len(taken) >= _ALWAYS else 0.0):
            continue
        taken.append(best)
        budget -= best.words
        for candidate in rest:
            same = overlap(candidate.terms, best.terms)
            if candidate.heading and best.heading and candidate.section != best.section:
                same *= _OF_ANOTHER  # the same of another lot is news
            repeated[candidate.order] = max(repeated[candidate.order], same)
    return sorted(taken, key=lambda c: c.order)
