"""The content words of a text, folded so that German inflections and compounds meet.

What enters: text. What leaves: Counters of folded words, and how much of one stands in another.
What it does not know: sentences, papers.
"""

from __future__ import annotations

import re
from collections import Counter


def word_set(text: str) -> frozenset[str]:
    """The words of a list that is written as running text."""
    return frozenset(text.split())


_STOP = word_set(
    """der die das des dem den ein eine einen einem einer eines und oder aber sowie in im an am auf aus bei beim bis durch für
    gegen mit nach ohne seit über um unter vom von vor wegen zu zum zur dass daß wie als ist sind war waren wird werden wurde
    wurden worden sein hat haben hatte kann können konnte soll sollen sollte muss müssen darf sich nicht auch noch je pro ab
    nur so es er sie wir ihr ihre ihrer ihren dies diese dieser dieses diesem diesen welche welcher alle aller wenn da dort hier
    mehr sehr man bzw ca rund etwa nun dann damit dabei dazu daher zudem weiter weitere weiteren jedoch bereits"""
)
_WORD = re.compile(r"[A-Za-zÄÖÜäöüß]{2,}")


def terms(text: str) -> Counter[str]:
    """Content words, folded and cut to seven letters: German compounds and inflected forms share their beginning."""
    return Counter(w[:7] for w in (m[0].lower() for m in _WORD.finditer(text)) if w not in _STOP)


def overlap(one: Counter[str], other: Counter[str]) -> float:
    """Share of the words of `one` that `other` has too, 0 to 1."""
    return sum(t in other for t in one) / len(one) if one else 0.0
