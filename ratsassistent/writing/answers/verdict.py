"""Do the best quotes answer the question, and do they say yes or no?

What enters: Ranked quotes, a Question; a language model's opinion where there is one. What leaves: how sure it is that the
papers answer the question, from 0 to 1; "ja", "nein" or nothing.
What it does not know: the words in which an answer or a refusal is given, how the model was asked (`judging`).

The weights with meanings compared, and those of the model's opinion, are logistic regressions on 204 questions of our own:
answers that were right against wrong ones and near misses, questions on the same matters whose answer the papers do not
hold (`benchmarks/fragen.md`; `fragen.py --anpassen` fits the same). Those of words only were set by hand.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Literal

from ratsassistent.archive import german
from ratsassistent.writing.answers.question import Question
from ratsassistent.writing.answers.ranking import Ranked, met
from ratsassistent.writing.text.cited import PageTexts

LEAST, LEAST_BY_WORDS = 0.28, 0.35  # how sure it must be without a language model
LEAST_JUDGED = 0.34  # and together with its opinion
_VALUED = ("amount", "number", "date", "duration", "who", "where", "vote")
_LEAST_VALUE = 0.3  # without a value there is no answer to these
# Where a whole pack is about what was asked for, many quotes are as near and none is ahead; an amount that stands under the very
# words is told all the same. Of 10 questions for amounts refused among the 264 of `fragen.md`, 8 without an answer, it changes none.
_HOLDS, _NAMED, _AMOUNT_TOLD = 0.8, 0.6, 0.5
_FOREMOST = 3
_SOME_FORM = 0.65  # of a word: "Kübeln" is met by "Pflanzkübel"
_WITH_MEANING = {"bias": -1.52, "front": 0.32, "lead": 0.56, "gap": 0.7, "yesno": 0.86, "reasons": 0.7}
_WORDS_ONLY = {"bias": -3.1, "held": 0.4, "around": 1.2, "value": 1.2, "near": 2.4, "rarest": 0.7}
_JUDGED = {"bias": 0.77, "sure": 0.56, "odds": 0.57}  # of the log-odds of both

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


def sureness(
    ranked: Sequence[Ranked], question: Question, pages: PageTexts, town: frozenset[str] = frozenset()
) -> float:
    """How sure it is that the foremost quotes answer the question; 0 where none holds what is asked for.

    :param town: stems of the town's name.
    """
    usable = [
        entry
        for entry in ranked[:_FOREMOST]
        if (question.kind not in _VALUED or entry.features.value >= _LEAST_VALUE)
        and not elsewhere(entry, question, pages, town)
    ]
    if not usable:
        return 0.0
    weights = _WITH_MEANING if by_meaning(ranked) else _WORDS_ONLY
    sure = max(_chance(weights, inputs(ranked, entry, question)) for entry in usable)
    if question.kind == "amount" and by_meaning(ranked) and any(_tells_amount(entry) for entry in usable):
        return max(sure, _AMOUNT_TOLD)
    return sure


def _tells_amount(entry: Ranked) -> bool:
    """Does a quote hold an amount, and most of the question's words stand in it or above it?"""
    return entry.features.value >= _HOLDS and entry.features.around >= _NAMED


def judged(sure: float, odds: float) -> float:
    """How sure it is, now that a language model has given its opinion.

    :param sure: what `sureness` said. :param odds: the model's log-odds of a yes (`judging.odds`).
    """
    sure = min(max(sure, 0.01), 0.99)
    return _chance(_JUDGED, {"sure": math.log(sure / (1 - sure)), "odds": min(max(odds, -6.0), 6.0)})


def by_meaning(ranked: Sequence[Ranked]) -> bool:
    """Were these ranked with the help of an embedding model?"""
    return any(entry.features.cosine for entry in ranked)


def least(ranked: Sequence[Ranked]) -> float:
    """How sure it must be for these to be shown as an answer."""
    return LEAST if by_meaning(ranked) else LEAST_BY_WORDS


def inputs(ranked: Sequence[Ranked], best: Ranked, question: Question) -> dict[str, float]:
    """The features that decide; a question that wants no certain kind of value counts as having found it.

    `front` and `lead`: how far the nearest quote is ahead of the fourth and the sixteenth nearest, in steps of 0.05. Where many
    are as near, they are all on the subject and none is on the point. `gap`: how far the best is ahead of the sixth.
    """
    f = best.features
    wants = question.kind in _VALUED
    near = sorted((entry.features.cosine for entry in ranked if entry.features.cosine), reverse=True) or [0.0]
    return {
        "held": f.held,
        "around": f.around,
        "rarest": f.rarest,
        "value": f.value if wants else 0.7,
        "near": f.near if wants else f.held * 0.7,
        "front": 20 * (near[0] - near[min(3, len(near) - 1)]),
        "lead": 20 * (near[0] - near[min(15, len(near) - 1)]),
        "gap": ranked[0].score - ranked[min(5, len(ranked) - 1)].score,
        "yesno": float(question.kind == "yesno"),
        "reasons": float(question.kind in ("why", "list")),
    }


def _chance(weights: dict[str, float], values: dict[str, float]) -> float:
    total = weights["bias"] + sum(weight * values[name] for name, weight in weights.items() if name != "bias")
    return 1 / (1 + math.exp(-max(min(total, 30.0), -30.0)))


def elsewhere(best: Ranked, question: Question, pages: PageTexts, town: frozenset[str]) -> bool:
    """Is a quote about another place or another year than was asked for? Neither it nor its page names what was."""
    quote = best.quote
    around = " ".join([quote.text, quote.context, *(pages.get((c.file_id, c.page), "") for c in quote.citation)])
    folded = german.fold(around)
    strange = [p for p in question.places if german.stem(p) not in town and german.fold(p) not in folded]
    if strange:
        held = frozenset(token.stem for token in german.pieces(around))
        if any(met(german.stem(p), held) < _SOME_FORM for p in strange):
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
