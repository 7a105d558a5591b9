"""Is the best quote an answer at all, and does it say yes or no?

What enters: Ranked quotes, a Question. What leaves: how sure it is that the papers answer the question, from 0 to 1; "ja",
"nein" or nothing.
What it does not know: the words in which an answer or a refusal is given.

The numbers were set by hand between questions whose answer is known and near misses, questions on the same subjects whose
answer the papers do not hold; a fit on so few (`benchmarks/fragen.py --anpassen`) was no better.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Literal

from ratsassistent.archive import german
from ratsassistent.writing.answers.question import Question
from ratsassistent.writing.answers.ranking import Features, Ranked, met
from ratsassistent.writing.text.cited import PageTexts

LEAST, LEAST_BY_WORDS = 0.48, 0.35  # how sure it must be; words alone are never very sure
_VALUED = ("amount", "number", "date", "duration", "who", "where", "vote")
_LEAST_VALUE = 0.3  # without a value there is no answer to these
# Weights of a logistic regression: with meanings compared, and without.
_WITH_MEANING = {"bias": -3.2, "held": 0.3, "around": 0.9, "value": 1.2, "near": 1.8, "meaning": 2.6, "rarest": 0.5}
_WORDS_ONLY = {"bias": -3.1, "held": 0.4, "around": 1.2, "value": 1.2, "near": 2.4, "meaning": 0.0, "rarest": 0.7}

_DENIES = re.compile(
    r"\b(?:nicht|kein(?:e[nrms]?|erlei)?|nie|niemals|weder|entfällt|abgelehnt|unzulässig|unmöglich|ausgeschlossen)\b",
    re.IGNORECASE,
)
_OPEN = re.compile(
    r"\b(?:würden?|könnten?|wäre[n]?|hätten?|sollten?|falls|wenn|sofern|soweit|ob|möglicherweise|eventuell|gegebenenfalls|ggf|vielleicht|prüf\w*|denkbar|beantrag\w*|fordert?|"
    r"nur|lediglich|außer|teilweise|grundsätzlich|in der regel|jedoch|allerdings|aber)\b",
    re.IGNORECASE,
)  # fmt: skip
_MODAL = re.compile(
    r"\b(?:soll\w*|kann|können|muss|müssen|darf|dürfen|will|wollen|geplant|vorgesehen|möglich)\b", re.IGNORECASE
)


def sureness(best: Ranked, question: Question) -> float:
    """How sure it is that a quote answers the question."""
    f = best.features
    if f.value < _LEAST_VALUE and question.kind in _VALUED:
        return 0.0
    weights = _WITH_MEANING if f.cosine else _WORDS_ONLY
    total = weights["bias"] + sum(weights[name] * value for name, value in inputs(f, question).items())
    return 1 / (1 + math.exp(-max(min(total, 30.0), -30.0)))


def inputs(f: Features, question: Question) -> dict[str, float]:
    """The features that decide; a question that wants no certain kind of value counts as having found it."""
    wants = question.kind in _VALUED
    return {
        "held": f.held,
        "around": f.around,
        "value": f.value if wants else 0.7,
        "near": f.near if wants else f.held * 0.7,
        "meaning": f.meaning,
        "rarest": f.rarest,
    }


def answered(
    ranked: Sequence[Ranked], question: Question, pages: PageTexts, town: frozenset[str] = frozenset()
) -> bool:
    """Does one of the foremost quotes answer the question?"""
    return any(
        sureness(r, question) >= (LEAST if r.features.cosine else LEAST_BY_WORDS)
        and not elsewhere(r, question, pages, town)
        for r in ranked[:3]
    )


def elsewhere(best: Ranked, question: Question, pages: PageTexts, town: frozenset[str]) -> bool:
    """Is a quote about another place or another year than was asked for? Neither it nor its page names what was."""
    quote = best.quote
    around = " ".join([quote.text, quote.context, *(pages.get((c.file_id, c.page), "") for c in quote.citation)])
    folded = german.fold(around)
    if any(german.stem(p) not in town and german.fold(p) not in folded for p in question.places):
        return True
    said = int(quote.said[:4]) if quote.said else None
    return any(str(year) not in around and (said is None or abs(year - said) > 1) for year in question.years)


def yes_or_no(question: Question, best: Ranked, *, asks: bool = False) -> Literal["ja", "nein"] | None:
    """What a quote answers to a yes-or-no question, where its words leave no doubt; else None.

    :param asks: the quote is from a motion: what it says is only asked for.

    Nearly all words of the question must stand in the quote, its verb among them; nothing may limit it.
    """
    if question.kind != "yesno" or question.negated or asks or re.search(r"\boder\b", question.text):
        return None
    text = best.quote.text
    if _OPEN.search(text) or text.endswith("?") or best.quote.kind != "sentence":
        return None
    own = frozenset(token.stem for token in german.pieces(text))
    words = [german.stem(w) for w in question.words]
    if len(words) < 2 or any(met(stem, own) < 0.65 for stem in words):
        return None
    if {m[0].lower()[:4] for m in _MODAL.finditer(text)} - {m[0].lower()[:4] for m in _MODAL.finditer(question.text)}:
        return None
    denials = _DENIES.findall(text)
    if len(denials) > 1:
        return None
    return "nein" if denials else "ja"
