"""Which sentences and rows of the source a sentence was made from, and whether a value stands among them.

What enters: a sentence and a Source. What leaves: an Alignment: for any stretch of the sentence, how well each unit of the
source supports it, from 0 to 1. What it does not know: what is done with that.

Support of a unit is the share of the sentence's content words that stand in it, rare words of the source weighing more
(inverse document frequency). Words in the heading, in the names of columns or in a neighbouring unit count less.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache

from ratsassistent.writing.checks.check_source import Source, Unit, content, folded_words

_CLAUSE = re.compile(r"[,;:–](?!\d)|\s(?:und|sowie|oder|während|wobei|davon|hiervon)\s")
_OUTSIDE = 0.4  # what a word outside the clause counts
_BESIDE = 0.5  # what a word of a neighbouring unit counts
_AROUND = 0.7  # what a word of the heading, the names of columns, the sentence that this one leans on counts
_MIRROR, _MIRRORED = 0.85, 0.7  # the share of the sentence's words in the unit, and of the unit's in the sentence


@dataclass(frozen=True, slots=True, eq=False)
class Word:
    """A content word of the sentence: its place, its weight, and the units that hold it (1) or stand beside it (less)."""

    start: int
    end: int
    key: str
    weight: float
    places: dict[int, float]


@dataclass(frozen=True, slots=True, eq=False)
class Alignment:
    """The content words of a sentence with the units of the source that hold them."""

    text: str
    source: Source
    words: tuple[Word, ...]

    def support(self, start: int | None = None, end: int | None = None) -> dict[int, float]:
        """By number of the unit: how much of the sentence it holds, 0 to 1; units that hold nothing are left out.

        :param start: with `end`, a stretch of the sentence whose surroundings count: the words of its own clause in full,
            others less. The stretch itself does not count.
        """
        scores: dict[int, float] = {}
        total = 0.0
        a, b = clause(self.text, start, end) if start is not None and end is not None else (0, len(self.text))
        for word in self.words:
            if start is not None and end is not None and word.start < end and start < word.end:
                continue
            weight = word.weight * (1.0 if a <= word.start < b else _OUTSIDE)
            total += weight
            for unit, share in word.places.items():
                scores[unit] = scores.get(unit, 0.0) + weight * share
        return {unit: score / total for unit, score in scores.items()} if total else {}

    def best(self, least: float = 0.5, near: float = 0.85) -> list[Unit]:
        """The units that the sentence was most likely made from: those nearly as good as the best, best first."""
        scores = self.support()
        top = max(scores.values(), default=0.0)
        if top < least:
            return []
        ranked = [n for n in sorted(scores, key=lambda unit: -scores[unit]) if scores[n] >= near * top]
        return without_headings([self.source.units[n] for n in ranked])

    def mirrors(self) -> list[Unit]:
        """Units that the sentence follows nearly word for word: each says hardly more than the other."""
        scores = self.support()
        mine = folded_words(self.text)
        found = []
        for n, score in scores.items():
            unit = self.source.units[n]
            if score >= _MIRROR and unit.kind != "heading":
                keys = [key for _, _, key in content(unit.text)]
                if len(keys) >= 4 and sum(key in mine for key in keys) >= _MIRRORED * len(keys):
                    found.append(unit)
        return found


def without_headings(units: list[Unit]) -> list[Unit]:
    """The units that say something; headings only where there is nothing else."""
    return [unit for unit in units if unit.kind != "heading"] or units


def clause(text: str, start: int, end: int) -> tuple[int, int]:
    """The part of the sentence around a stretch, up to the next comma, "und" or the like on either side."""
    first = 0
    for match in _CLAUSE.finditer(text):
        if match.end() <= start:
            first = match.end()
        elif match.start() >= end:
            return first, match.start()
    return first, len(text)


@lru_cache(maxsize=64)
def align(text: str, source: Source) -> Alignment:
    """Find every content word of a sentence in the units of the source. Words that stand nowhere there do not count."""
    words: list[Word] = []
    units = source.units
    count = len(units)
    for start, end, key in content(text):
        if key not in source.folded:
            continue
        inside = [n for n, unit in enumerate(units) if key in unit.folded]
        places = dict.fromkeys(inside, 1.0)
        for n in inside:
            for near in (n - 1, n + 1):
                if 0 <= near < count:
                    places.setdefault(near, _BESIDE)
        for n, unit in enumerate(units):
            if key in unit.around and places.get(n, 0.0) < _AROUND:
                places[n] = _AROUND
        if places:
            words.append(Word(start, end, key, math.log(1 + count / max(len(inside), 1)), places))
    return Alignment(text, source, tuple(words))


def bearing(source: Source, bears: Callable[[Unit], bool]) -> list[int]:
    """The numbers of the units for which `bears` is true."""
    return [n for n, unit in enumerate(source.units) if bears(unit)]


def highest(scores: dict[int, float], units: Iterable[int]) -> float:
    """The best score among some units, 0 for none."""
    return max((scores.get(unit, 0.0) for unit in units), default=0.0)
