"""Quotes and a question -> the quotes that answer it best, each with what speaks for it.

What enters: Quotes, a Question, an embedding model where one is at hand. What leaves: Ranked quotes, the best first.
What it does not know: whether the best is good enough to be shown as an answer (`verdict`), how answers are put together.

What speaks for a quote: how much of the question's words it holds (rare words count more; what stands in its heading, in
the title of its paper or in the sentence before it counts in part), whether it holds a value of the kind asked and how
near that stands to these words, how close it is in meaning, and how high the search placed its passage.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from ratsassistent.archive import german
from ratsassistent.writing.answers.question import Question
from ratsassistent.writing.answers.quotes import Quote
from ratsassistent.writing.answers.values import Value, values
from ratsassistent.writing.text.readable import finite

_HEADING, _NEIGHBOUR, _TITLE = 0.7, 0.45, 0.5  # what a word found there counts, against 1 in the quote itself
_COMPOUND = 0.65
_SHORTEST = 4
# What the features weigh in the order of the quotes.
_W_HELD, _W_AROUND, _W_VALUE, _W_NEAR, _W_MEANING, _W_PLACE, _W_FIRST = 1.0, 0.6, 0.8, 0.3, 2.2, 0.5, 0.4
_MONEY_COLUMN = re.compile(r"Euro|EUR|€|[Kk]osten|[Bb]etrag|[Zz]uschuss|[Pp]reis|[Gg]ebühr|[Ee]ntgelt")
_SUPERLATIVE = re.compile(
    r"\b(?:höchst|größt|meist|best|längst|teuerst|häufigst|wertvollst|niedrigst|kleinst|wenigst|geringst|schlechtest|kürzest|günstigst)(?:e[nrsm]?|ens)?\b|\bam \w+sten\b|\bSpitze|\bSchlusslicht"
)
_NOT_COMPARED = 0.5  # what a value is worth that is not said to be the largest or smallest
_ASKS_COST = re.compile(r"\b(?:kost\w+|teuer|[Pp]reis\w*|\w*kosten)\b")
_TELLS_COST = re.compile(
    r"\b(?:\w*[Kk]osten\w*|kostet|\w*[Pp]reis\w*|bel[aä]uf\w+|belief\w*|betr[aä]g\w*|Auftragssumme|Gesamtsumme|Angebot\w*)\b"
)
_CUE = 0.35
_W_ALSO = 0.8  # the second thing that is asked for: who, and at what price
_YEAR, _OTHER_YEARS = 0.4, 0.25  # the year that is asked for stands in the quote itself, or only others do
_A_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_FAR, _CLOSE = 0.78, 0.90  # cosines of what has nothing to do with a question, and of what answers it
_NO_VALUE = 0.8  # what a quote loses that holds no value where one is asked for
# Somebody speaks, in verbatim minutes or a motion: what the administration writes about the matter goes before it.
_SPEAKS = re.compile(
    r"\b(?:ich|mir|mich|wir|uns|unser(?:e[nrms]?)?|meine?[nrms]?|Kolleg(?:e|en|in|innen))\b", re.IGNORECASE
)
_ASKING = re.compile(r"\?\s*[\"“»]?$|^(?:Wie|Was|Warum|Welche\w*|Wann|Wer|Ob|Inwiefern|Inwieweit)\b.{0,200}$")


@dataclass(slots=True)
class Features:
    """What speaks for a quote; each from 0 to 1."""

    held: float = 0.0  # of the question's words, in the quote
    around: float = 0.0  # the same with heading, title and neighbours
    value: float = 0.0  # how surely it holds a value of the kind asked
    also: float = 1.0  # the same of the second thing asked
    near: float = 0.0  # how near the value stands to the question's words
    meaning: float = 0.0  # cosine, stretched to 0..1
    cosine: float = 0.0  # as it comes
    place: float = 0.0  # of its passage among the hits
    rarest: float = 0.0  # how the most telling word of the question is met, in the quote or around it


@dataclass(slots=True)
class Ranked:
    """A quote with what speaks for it and the values found in it."""

    quote: Quote
    features: Features
    values: list[Value] = field(default_factory=list)
    score: float = 0.0


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the question: its stem, and how much it tells (its share of all)."""

    word: str
    stem: str
    weight: float


def rank(
    found: Sequence[Quote],
    question: Question,
    cosines: Sequence[float | None] | None = None,
    town: frozenset[str] = frozenset(),
) -> list[Ranked]:
    """The quotes, best first.

    :param cosines: how near each is to the question in meaning, None where nobody knows; without them words must do.
    :param town: stems of the town's name, which tells nothing within its own papers.
    """
    stems = [_stems(quote.text) for quote in found]
    around = {quote.context: _stems(quote.context) for quote in found}
    telling = weighted(question, stems, town)
    made: list[Ranked] = []
    for quote, own in zip(found, stems, strict=True):
        before = stems[quote.before.place] if quote.before else frozenset()
        after = stems[quote.after.place] if quote.after else frozenset()
        made.append(_ranked(quote, own, around[quote.context], before | after, telling, question))
    by_meaning = cosines is not None and any(cosine is not None for cosine in cosines)
    for entry, cosine in zip(made, cosines or [None] * len(made), strict=True):
        if cosine is not None:
            entry.features.cosine = cosine
            entry.features.meaning = min(max((cosine - _FAR) / (_CLOSE - _FAR), 0.0), 1.2)
        entry.score = _score(entry, question, meaning=by_meaning)
    made.sort(key=lambda r: -r.score)
    return made


def weighted(question: Question, stems: Sequence[frozenset[str]], town: frozenset[str] = frozenset()) -> list[Word]:
    """The question's words with what each tells: the fewer quotes hold it, the more."""
    made: list[tuple[str, str, float]] = []
    for word in question.words:
        stem = german.stem(word)
        if stem in town:
            continue
        count = sum(1.0 for held in stems if met(stem, held) >= _COMPOUND)
        weight = math.log(1 + (len(stems) + 1) / (count + 1))
        if word[:1].isupper() or word[:1].isdigit():
            weight *= 1.3
        made.append((word, stem, weight))
    whole = sum(weight for _, _, weight in made) or 1.0
    return [Word(word, stem, weight / whole) for word, stem, weight in made]


def met(stem: str, held: frozenset[str]) -> float:
    """How well a word is met among stems: 1 as it is, less within a compound or as a part of it."""
    if stem in held:
        return 1.0
    if len(stem) < _SHORTEST:
        return 0.0
    best = 0.0
    for other in held:
        if len(other) < _SHORTEST or (other[0] != stem[0] and other[-1] != stem[-1]):
            continue
        if len(other) > len(stem):
            if other.startswith(stem) or other.endswith(stem):
                best = max(best, _COMPOUND)
        elif len(other) >= 5 and (stem.startswith(other) or stem.endswith(other)):
            best = max(best, _COMPOUND * len(other) / len(stem) + 0.15)
        elif len(stem) >= 6 and stem[:5] == other[:5]:
            best = max(best, 0.4)
    return min(best, 0.9)


def _stems(text: str) -> frozenset[str]:
    return frozenset(token.stem for token in german.pieces(text) if not german.is_stop_word(token))


def _ranked(
    quote: Quote,
    own: frozenset[str],
    above: frozenset[str],
    beside: frozenset[str],
    telling: Sequence[Word],
    question: Question,
) -> Ranked:
    features = Features()
    for word in telling:
        here = met(word.stem, own)
        there = max(here, _HEADING * met(word.stem, above), _NEIGHBOUR * met(word.stem, beside))
        features.held += word.weight * here
        features.around += word.weight * there
        if word.weight >= max(w.weight for w in telling) - 1e-9:
            features.rarest = there
    if not telling:
        features.held = features.around = features.rarest = 0.5
    there_are = values(quote.text, question)
    if question.ahead and quote.said:
        there_are = [replace(v, sure=0.25 * v.sure) if _past(v.text, quote.said) else v for v in there_are]
    features.value = max((v.sure for v in there_are), default=0.0)
    if question.kind == "amount" and 0 < features.value < 0.5 and _MONEY_COLUMN.search(" ".join(quote.columns)):
        features.value = 0.8
    if question.counted and there_are:
        features.value = max(v.sure * _counts(quote, v, question) for v in there_are)
    if question.also:
        features.also = max((v.sure for v in values(quote.text, question, question.also)), default=0.0)
    if question.extreme and not _SUPERLATIVE.search(quote.text) and quote.kind != "row":
        features.value *= _NOT_COMPARED
    features.near = _nearness(quote, there_are, telling)
    features.place = 1 / (1 + 0.25 * quote.hit)
    return Ranked(quote, features, there_are)


def _past(printed: str, said: str) -> bool:
    """Is this day or year before that of the meeting that it is spoken of in?"""
    year = re.search(r"(?:19|20)\d\d", printed)
    return year is not None and year[0] < said[:4]


def _counts(quote: Quote, value: Value, question: Question) -> float:
    """Does a number count what is asked for? 1 if the word stands close behind it or names it, else less."""
    stem = german.stem(question.counted or "")
    close = _stems(quote.text[max(0, value.start - 40) : value.end + 60])
    if met(stem, close) >= _COMPOUND:
        return 1.0
    return 0.85 if met(stem, _stems(quote.text) | _stems(quote.context)) >= _COMPOUND else 0.6


def _nearness(quote: Quote, found: Sequence[Value], telling: Sequence[Word]) -> float:
    """The share of the question's words within a dozen words of the best value."""
    best = 0.0
    for value in found[:12]:
        window = _stems(quote.text[max(0, value.start - 90) : value.end + 90])
        best = max(best, value.sure * sum(w.weight * met(w.stem, window) for w in telling))
    return best


def _score(entry: Ranked, question: Question, *, meaning: bool) -> float:
    f, quote = entry.features, entry.quote
    wants = question.kind in ("amount", "number", "date", "duration", "who", "where", "vote", "why")
    score = _W_HELD * f.held + _W_AROUND * f.around + _W_PLACE * f.place + _W_FIRST / (1 + quote.hit)
    if wants:
        weak = question.kind in ("where", "why") or (question.kind == "who" and question.party is None)
        score += (0.6 if weak else 1.0) * (_W_VALUE * f.value + _W_NEAR * f.near)
        if not weak and f.value < 0.3:
            score -= _NO_VALUE
        if question.also:
            score += _W_ALSO * f.also
        if question.kind == "amount" and _ASKS_COST.search(question.text) and _TELLS_COST.search(quote.text):
            score += _CUE
    if question.extreme and _SUPERLATIVE.search(quote.text):
        score += _CUE
    if question.years and (named := set(_A_YEAR.findall(quote.text))):
        score += _YEAR if named & {str(year) for year in question.years} else -_OTHER_YEARS
    if meaning:
        score += _W_MEANING * f.meaning
    text = quote.text
    if _ASKING.search(text):
        score -= 0.6
    if _SPEAKS.search(text):
        score -= 0.6
    if quote.kind == "heading":
        score -= 0.4
    elif quote.kind != "row" and (quote.words < 5 or not finite(text)):
        score -= 0.3
    if quote.words > 60:
        score -= 0.2
    return score
