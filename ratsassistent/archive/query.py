"""What somebody looks for, word by word: what each word may look like in a text, and how well a text fits.

What enters: a query in everyday German, and a connection to ask which words occur. What leaves: Words, scores, snippets,
and how each word was found. What it does not know: how candidates are found, vectors, how signals are put together.

A word of the query is found

* as it is (its stem; a little more if also its ending is the same),
* at the beginning or end of a longer word ("Baum" in "Baumpflanzung", "Straßenbaum"), for less,
* by its parts, if it is itself a compound of words that occur in the papers ("Krippenplatz": "Krippe", "Platz"),
* in the title, agenda item or heading that the passage stands under, for less.

Rare words weigh more (bm25's idf). A passage that covers more of the question is worth more, and one with a number or
date if the question asks for one.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection

from ratsassistent.archive import fulltext, german
from ratsassistent.briefings import FoundHow, FoundWord

MOST_WORDS = 60  # of a query
MOST_ROWS = 25_000  # that the full text weighs for one search
LEAST_WORDS = 2  # that are looked for, however common
SNIPPET_WORDS = 35

_K1, _B = 1.2, 0.5  # bm25: how soon repetition stops counting, how much long passages lose
_SAME_FORM, _IN_COMPOUND, _PART, _HEAD = 0.3, 0.3, 0.3, 0.4
_COVERAGE, _CUE = 0.3, 0.5
_SHORTEST, _COMPOUND = 4, 7  # letters of a stem: to be looked for within words; to be taken apart
_JOINTS = ("", "s", "n", "en", "es", "er", "e")

_ASKS_NUMBER = re.compile(
    r"\b(wie ?viele?[nrms]?|wie (hoch|gross|lang|lange|stark|teuer|weit|oft|alt|schwer|breit)|was (kostet|kosten)|"
    r"wieviel|welche[rnms]? (anteil|betrag|summe|hohe|zahl|anzahl)|(was|wer) .*\b(zahlen|zahlt|bezahlen|bezahlt|kostet))\b"
)
_ASKS_DATE = re.compile(r"\bwann\b|\bwelche[nms]? (tag|datum|jahr|monat|termin)\b")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_DATE = re.compile(
    r"\b(?:\d{1,2}\.\s?(?:\d{1,2}\.|Januar|Jänner|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|"
    r"Dezember)|(?:19|20)\d\d\b)"
)


Weights = dict[
    str, list[tuple[int, float]]
]  # for each stem met so far: places of words, and how well it stands for them


@dataclass(slots=True)
class Word:
    """One word of a query: what it may look like in a text, and how much it says."""

    plain: str
    stem: str
    within: bool  # also looked for within longer words
    surface: str = ""  # as it was typed
    parts: dict[str, float] = field(default_factory=dict)  # stems of a compound's parts, with their weight
    idf: float = 0.0
    passages: int = 0  # that hold it, also in a longer word

    def exact(self) -> list[fulltext.Lookup]:
        """The word by itself."""
        return [("stem", self.stem, False), ("head", self.stem, False)]

    def inexact(self) -> list[fulltext.Lookup]:
        """The word within longer ones, and its parts."""
        found = [("stem", part, False) for part in self.parts]
        if self.within:
            found += [("stem", self.stem, True), ("tail", self.stem[::-1], True)]
        return found

    def weight(self, stem: str) -> float:
        """How well a stem of a text stands for this word, 0 to 1."""
        if stem == self.stem:
            return 1.0
        if stem in self.parts:
            return self.parts[stem]
        return _IN_COMPOUND if self._is_within(stem) else 0.0

    def _is_within(self, stem: str) -> bool:
        return self.within and len(stem) > len(self.stem) and (
            stem.startswith(self.stem) or (len(stem) >= fulltext.TAIL_LENGTH and stem.endswith(self.stem))
        )  # fmt: skip

    def how(self, token: german.Token) -> FoundHow | None:
        """How a token of a text stands for this word."""
        if token.plain == self.plain:
            return "exact"
        if token.stem == self.stem:
            return "inflected"
        if token.stem in self.parts:
            return "part"
        return "compound" if self._is_within(token.stem) else None


def words_of(connection: Connection, query: str) -> list[Word]:
    """The words of a query that say something, with how rare they are."""
    tokens = list(german.tokens(query))
    telling = [token for token in tokens if not german.is_stop_word(token)] or tokens
    words: dict[str, Word] = {}
    for token in telling[:MOST_WORDS]:
        words.setdefault(token.stem, _word(token))
        if token.is_law or (token.is_number and fulltext.known(connection, [token.stem])):
            continue  # a number that occurs is looked for as a whole only, a § always
        for part in german.parts(token):
            words.setdefault(part.stem, _word(part))
    total = fulltext.size(connection)
    for word in words.values():
        if word.within and len(word.stem) >= _COMPOUND:
            word.parts = _parts(connection, word.stem)
        exact = fulltext.count(connection, word.exact())
        inexact = fulltext.count(connection, word.inexact()) if word.inexact() else 0
        word.passages = exact + inexact
        frequency = exact + _IN_COMPOUND * max(inexact - exact, 0)
        word.idf = math.log(1 + (max(total - frequency, 0) + 0.5) / (frequency + 0.5))
    return list(words.values())


def lookups(words: Sequence[Word]) -> list[fulltext.Lookup]:
    """What to look for to find candidates: the rarest words, as many as the full text weighs quickly.

    A word that half of all passages hold brings no passage that the others wouldn't; it counts when they are weighed.
    """
    found: dict[fulltext.Lookup, None] = {}
    rows = 0
    for number, word in enumerate(sorted(words, key=lambda w: (-w.idf, w.stem))):
        rows += word.passages
        if rows > MOST_ROWS and number >= LEAST_WORDS:
            break
        found |= dict.fromkeys((*word.exact(), *word.inexact()))
    return list(found)


def score(words: Sequence[Word], row: fulltext.Row, mean: float, weights: Weights) -> float:
    """How well a row fits, from 0 to about 1: bm25 over the query's words, times how much of the query is covered.

    :param mean: length of a row on average, in words.
    :param weights: what each stem met so far is worth for each word; filled here.
    """
    text, forms = row.stem.split(), row.plain.split()
    found, above = [0.0] * len(words), [0.0] * len(words)
    for stem in text:
        for number, weight in _weighed(stem, words, weights):
            found[number] += weight
    for stem in row.head.split():
        for number, weight in _weighed(stem, words, weights):
            above[number] = max(above[number], weight)
    norm = _K1 * (1 - _B + _B * len(text) / max(mean, 1.0))
    total = 0.0
    for number, word in enumerate(words):
        weight = found[number] + _SAME_FORM * (word.plain in forms) + _HEAD * above[number]
        total += word.idf * weight * (_K1 + 1) / (weight + norm)
    whole = sum(word.idf for word in words) or 1.0
    covered = sum(word.idf * min(found[n] + _HEAD * above[n], 1.0) for n, word in enumerate(words)) / whole
    return total / (whole * (_K1 + 1)) * (1 - _COVERAGE + _COVERAGE * covered)


def _weighed(stem: str, words: Sequence[Word], weights: Weights) -> list[tuple[int, float]]:
    """The words that a stem stands for, by their places, and how well."""
    known = weights.get(stem)
    if known is None:
        known = [(number, weight) for number, word in enumerate(words) if (weight := word.weight(stem))]
        weights[stem] = known
    return known


def cue(query: str) -> Callable[[str], float]:
    """What a passage's score is multiplied by, for holding the kind of thing that the question asks for."""
    folded = " ".join(german.fold(query).split())
    if _ASKS_DATE.search(folded):
        return lambda text: 1 + _CUE * bool(_DATE.search(text))
    if _ASKS_NUMBER.search(folded):
        return lambda text: 1 + _CUE * min(len(_NUMBER.findall(text)) / 6, 1.0)
    return lambda text: 1.0


def found_words(words: Sequence[Word], text: str, head: str) -> tuple[FoundWord, ...]:
    """How each word of the query was found in a passage or above it, the best way for each; rare words first."""
    order: Mapping[FoundHow, int] = {"exact": 0, "inflected": 1, "compound": 2, "part": 3, "head": 4}
    best: dict[str, FoundWord] = {}
    for word, token, above in _met(words, text, head):
        how = word.how(token)
        if how is None:
            continue
        shown = FoundWord(word=word.surface, found=token.surface, how="head" if above else how)
        if word.stem not in best or order[shown.how] < order[best[word.stem].how]:
            best[word.stem] = shown
    return tuple(best[w.stem] for w in sorted(words, key=lambda w: -w.idf) if w.stem in best)


def snippet(text: str, words: Sequence[Word]) -> str:
    """The stretch of the passage that holds most of what was looked for, as plain text on one line."""
    pieces = text.split()
    worth = [0.0]  # up to each piece
    for piece in pieces:
        here = max((w.idf * w.weight(t.stem) for t in german.pieces(piece) for w in words), default=0.0)
        worth.append(worth[-1] + here)
    starts = range(max(len(pieces) - SNIPPET_WORDS, 0) + 1)
    held = [worth[min(start + SNIPPET_WORDS, len(pieces))] - worth[start] for start in starts]
    fitting = [start for start in starts if held[start] >= max(held) - 1e-9]
    best = fitting[len(fitting) // 2] if fitting[0] else 0  # what was found stands in the middle
    cut = " ".join(pieces[best : best + SNIPPET_WORDS])
    return ("… " if best else "") + cut + (" …" if best + SNIPPET_WORDS < len(pieces) else "")


def _met(words: Sequence[Word], text: str, head: str) -> Iterator[tuple[Word, german.Token, bool]]:
    for part, above in ((text, False), (head, True)):
        for token in german.pieces(part):
            for word in words:
                yield word, token, above


def _word(token: german.Token) -> Word:
    return Word(token.plain, token.stem, len(token.stem) >= _SHORTEST and token.stem.isalpha(), token.surface)


def _parts(connection: Connection, stem: str) -> dict[str, float]:
    """The parts of a compound, if all occur in the papers: krippenplatz -> krippe and platz (in their stems)."""
    known = set(fulltext.known(connection, {part for pair in _cut(stem, None, 2) for part in pair}))
    cuts = list(_cut(stem, known, 2))
    if not cuts and len(stem) >= 3 * _SHORTEST:
        known |= fulltext.known(connection, {part for trio in _cut(stem, None, 3) for part in trio}).keys()
        cuts = list(_cut(stem, known, 3))
    parts: dict[str, float] = {}
    for first, *others in cuts:  # the first part tells a compound from its kind
        parts |= {first: _PART} | dict.fromkeys(others, _PART * 0.7)
    return parts


def _cut(stem: str, known: Collection[str] | None, most: int) -> Iterator[tuple[str, ...]]:
    """The ways to cut a stem into two, or up to `most`, parts that are known (None: into any)."""
    for cut in range(_SHORTEST, len(stem) - _SHORTEST + 1):
        for joint in _JOINTS:
            left, right = stem[: cut - len(joint)], stem[cut:]
            if not stem[:cut].endswith(joint) or len(left) < _SHORTEST or (known is not None and left not in known):
                continue
            if known is None or right in known:
                yield left, right
            if most > 2 and (known is None or right not in known):
                yield from ((left, *rest) for rest in _cut(right, known, most - 1))
