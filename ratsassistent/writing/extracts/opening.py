"""What a briefing opens with: a paper's own Kurzfassung; of motions and questions who asks for what, and the answer.

What enters: the papers of an item, and what its reader is shown anyway. What leaves: Statements with their places.
What it does not know: how the other sentences of a briefing are chosen.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from ratsassistent.briefings import Statement
from ratsassistent.oparl import Citation, Paper, Part
from ratsassistent.writing.extracts.figures import cite
from ratsassistent.writing.extracts.scoring import NOTED
from ratsassistent.writing.extracts.select import Candidate
from ratsassistent.writing.extracts.speakers import (
    SUMMARY,
    Document,
    applicants,
    documents,
    motion_label,
    speaker_label,
    verdict,
)
from ratsassistent.writing.text.readable import is_noise, readable, without_bullet
from ratsassistent.writing.text.sentences import Sentence, clean, sentences
from ratsassistent.writing.text.terms import overlap, terms

Place = tuple[int, int]  # paper, offset

FIRST = -1  # offset of what goes before everything else under its label
_ASKED_WORDS = 40  # of what is asked for, at most, where an answer follows
_ASKS = re.compile(r"(?i)frage|beantrag|beschließ|bitte[nt]|fordert|antrag|möge")
_OWN = re.compile(r"\b(?:\w*[Vv]erwaltung|Antrag\w*)\b")
_SAID = 0.8  # a stretch that shares more of its words with what is shown is not shown


def opening(papers: Sequence[Paper], shown: Sequence[Counter[str]], budget: int) -> Iterator[tuple[Place, Statement]]:
    """The paper's own Kurzfassung, who asks for what, and the Kurzfassung of the answer.

    :param shown: the words of the wording that is proposed; what it says is not said again.
    """
    every = [(number, paper, document) for number, paper in enumerate(papers) for document in documents(paper)]
    asked = any(document.asks for _, _, document in every)
    answered = any(_answers(document) or not document.asks for _, _, document in every if _body(document))
    seen = Counter[str]()
    for words in shown:
        seen |= words
    for number, paper, document in every:
        wanted: list[tuple[Part, str, int]] = []
        if document.asks:
            yield from _applicants(number, paper, document)
            motion = next(part for part in document.parts if part.kind == "motion")
            wanted.append((motion, motion_label(paper, motion), _ASKED_WORDS if answered else budget // 2))
        for part in document.parts:
            if part.kind == "summary" and not document.asks and _is_own(part, document):
                reply = asked or _answers(document)
                wanted.append((part, speaker_label(paper, part) if reply else SUMMARY, budget * 3 // 5))
        for part, label, limit in wanted:
            stretch = leading(paper, part, limit)
            if stretch is None or (asked and NOTED.match(stretch[2])) or overlap(terms(stretch[2]), seen) > _SAID:
                continue
            start, end, text = stretch
            citation = cite(paper.text, start, end)
            if citation:
                seen |= terms(text)
                yield (number, start), _verbatim(text, citation, label)


def best_verdict(pool: Sequence[Candidate]) -> Candidate | None:
    """The sentence of an answer that says most plainly what the administration thinks of a motion."""
    plain = [c for c in pool if c.kind == "statement" and c.leans < 2 and _OWN.search(c.text) and verdict(c.text)]
    plain += [c for c in pool if c.kind == "statement" and c.leans < 2 and verdict(c.text) == 2]
    return max(plain, key=lambda c: (verdict(c.text), c.heading is None, c.score), default=None)


def leading(paper: Paper, part: Part, limit: int) -> tuple[int, int, str] | None:
    """The first sentences of a part as one stretch, as many as fit the limit of words; of a motion behind its address."""
    group: list[Sentence] = []
    found = sentences(paper.text.text, part.start, part.end)
    for sentence in found[asking(found) if part.kind == "motion" else 0 :]:
        if sentence.kind == "row" or (sentence.kind == "heading" and not group):
            continue
        limit -= len(sentence.text.split())
        if limit < 0 or sentence.kind == "heading":
            break
        if (readable(sentence) and not is_noise(sentence.text)) or group:
            group.append(sentence)
    if not group:
        return None
    start, end = group[0].start, group[-1].end
    return start, end, without_bullet(clean(paper.text.text[start:end]))


def asking(found: Sequence[Sentence]) -> int:
    """Where a motion begins to ask: at its first question, or behind the first line that ends with a colon."""
    question = next((n for n, s in enumerate(found) if s.text.endswith("?")), None)
    colon = next((n + 1 for n, s in enumerate(found[:-1]) if s.text.endswith(":") and _ASKS.search(s.text)), None)
    return colon if colon is not None else question or 0


def _is_own(part: Part, document: Document) -> bool:
    """A Kurzfassung stands in front; a "Zusammenfassung" far behind sums up a chapter."""
    return part.start - document.start <= max(3000, (document.end - document.start) // 2)


def _body(document: Document) -> bool:
    return any(part.kind not in ("title", "consultation", "form", "annex", "drawing") for part in document.parts)


def _answers(document: Document) -> bool:
    return any(part.kind == "statement" for part in document.parts)


def _applicants(number: int, paper: Paper, document: Document) -> Iterator[tuple[Place, Statement]]:
    """Who asks, as the head of the motion says it."""
    motion = next(part for part in document.parts if part.kind == "motion")
    for found in applicants([paper]):
        if document.start <= found.start < document.end:
            yield (number, found.start), _verbatim(found.text, found.citation, motion_label(paper, motion))


def _verbatim(text: str, citation: tuple[Citation, ...], label: str) -> Statement:
    return Statement(text=text, origin="verbatim", citation=citation, check="ok", label=label)
