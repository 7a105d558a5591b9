"""A follow-up question, completed from what was asked and answered before.

What enters: a question, the turns before it. What leaves: the same question with its subject, and the pages that the
answer before it was taken from. What it does not know: how passages are found, how answers are made.

"Und was kostet das?" behind "Wann wird die Turnhalle saniert?" becomes "Und was kostet das? (Turnhalle saniert)": what is
asked for stays that of the new question, what it is about comes from the one before.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ratsassistent.archive import german
from ratsassistent.writing.answers.question import Question, understand

Place = tuple[str | None, int | None]  # file id, physical page

MOST_WORDS = 8
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
    if not before or not question.leans:
        return Asked(question, question.text)
    last = before[-1]
    old = understand(last.question)
    if _ABOUT.match(question.text) and question.kind == "what":
        # "Und für die Krippe?": the same is asked of something else
        kept = tuple(w for w in old.words if not w[:1].isupper() or _is_measure(w, old))
        words = _joined(question.words, kept)
        made = replace(old, text=question.text, words=words, numbers=old.numbers | question.numbers)
        return Asked(made, f"{question.text} ({last.question})", frozenset(last.places))
    subject = tuple(w for w in old.words if w[:1].isupper() or w[:1].isdigit()) or old.words
    words = _joined(question.words, subject[:MOST_WORDS])
    years = question.years or old.years
    made = replace(question, words=words, years=years, numbers=question.numbers | old.numbers)
    lacking = [w for w in subject[:MOST_WORDS] if w not in question.words]
    return Asked(made, f"{question.text} ({' '.join(lacking)})" if lacking else question.text, frozenset(last.places))


def _joined(one: Sequence[str], other: Sequence[str]) -> tuple[str, ...]:
    found: dict[str, str] = {}
    for word in (*one, *other):
        found.setdefault(german.stem(word), word)
    return tuple(found.values())


def _is_measure(word: str, question: Question) -> bool:
    return question.counted is not None and german.stem(word) == german.stem(question.counted)
