"""A follow-up question, completed from what was asked and answered before.

What enters: a question, the turns before it. What leaves: the same question with its subject, and the pages that the
answer before it was taken from. What it does not know: how passages are found, how answers are made.

"Und was kostet das?" behind "Wann wird die Turnhalle saniert?" becomes "Und was kostet das? (Turnhalle saniert)": what is
asked for stays that of the new question, what it is about comes from the one before. It may have found nothing: then its
subject counts all the same, and the pages are those of the last answer on that subject.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ratsassistent.archive import german
from ratsassistent.writing.answers.question import Question, understand

Place = tuple[str | None, int | None]  # file id, physical page

MOST_WORDS = 8
# "Wer hat den Antrag dazu gestellt?"; not "dazu, dass …", and not behind a clause that may say what is meant
_BACK = re.compile(
    r"\b(?:da(?:bei|durch|für|gegen|hinter|mit|nach|ran|rauf|rin|rüber|rum|runter|von|vor|zu)|hier(?:bei|für|mit|von|zu)|dort)\b"
)
_CLAUSES = re.compile(r",|;|\b(?:und|oder|aber)\b")
_MOST_BACK = 9  # words of a question that such a word makes a follow-up
_ABOUT = re.compile(
    r"^(?:und|aber)\s+(?:bei|beim|für|in|im|am|mit|von|vom|an|auf|zur|zum)\b|^(?:und|aber)\s+(?:der|die|das|den|dem)\s",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Turn:
    """A question asked before, and where its answer was found. `question` is as completed then."""

    question: str
    places: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it is looked for: `search` has its subject, `near` the pages that its subject was found on."""

    question: Question
    search: str
    near: frozenset[Place] = frozenset()


def complete(text: str, before: Sequence[Turn] = ()) -> Asked:
    """The question with its subject; one that stands by itself stays as it is."""
    question = understand(text)
    if not before or not (question.leans or _points_back(question)):
        return Asked(question, question.text)
    last = next((turn for turn in reversed(before) if understand(turn.question).words), before[-1])
    old = understand(last.question)
    near = _places(before, old)
    if _ABOUT.match(question.text) and question.kind == "what":
        # "Und für die Krippe?": the same is asked of something else
        kept = tuple(w for w in old.words if not w[:1].isupper() or _is_measure(w, old))
        words = _joined(question.words, kept)
        made = replace(old, text=question.text, words=words, numbers=old.numbers | question.numbers)
        return Asked(made, f"{question.text} ({last.question})", near)
    subject = tuple(w for w in old.words if w[:1].isupper() or w[:1].isdigit()) or old.words
    words = _joined(question.words, subject[:MOST_WORDS])
    years = question.years or old.years
    made = replace(question, words=words, years=years, numbers=question.numbers | old.numbers)
    lacking = [w for w in subject[:MOST_WORDS] if w not in question.words]
    return Asked(made, f"{question.text} ({' '.join(lacking)})" if lacking else question.text, near)


def _points_back(question: Question) -> bool:
    """Does a short question with a subject of its own still need what was said before?"""
    text = question.text.lower()
    return len(text.split()) <= _MOST_BACK and _BACK.search(text) is not None and not _CLAUSES.search(text)


def _places(before: Sequence[Turn], old: Question) -> frozenset[Place]:
    """The pages of the last answer that is about the same as this question, which may have found none itself."""
    about = {german.stem(word) for word in old.words}
    for turn in reversed(before):
        if turn.places and about & {german.stem(word) for word in understand(turn.question).words}:
            return frozenset(turn.places)
    return frozenset()


def _joined(one: Sequence[str], other: Sequence[str]) -> tuple[str, ...]:
    found: dict[str, str] = {}
    for word in (*one, *other):
        found.setdefault(german.stem(word), word)
    return tuple(found.values())


def _is_measure(word: str, question: Question) -> bool:
    return question.counted is not None and german.stem(word) == german.stem(question.counted)
