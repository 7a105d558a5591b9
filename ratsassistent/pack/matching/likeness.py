"""Which papers or titles a document without any sign is most like.

What enters: texts of documents that belong to nothing yet; texts and titles of papers that have their place. What leaves:
for each document the paper that it is like beyond doubt, if any; the building plans that a text is about.
What it does not know: agendas, files, what is public.

Likeness is the cosine of the two texts' words, each weighted by how few others have it (tf-idf, Salton & Buckley 1988).
German compounds differ at their ends, so words are cut to their beginnings. A wrong place is worse than none, so the best
has to be far ahead of the second best, or ahead of it and carry the title. On 1,220 annexes of 45 meetings of one town's
archive these limits gave no wrong place where the right one was there, and found 6 in 10.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Hashable, Mapping
from typing import TypeVar

Key = TypeVar("Key", bound=Hashable)
Place = TypeVar("Place", bound=Hashable)

LETTERS = 9  # of a word that count
MAX_WORDS = 6000  # of a document: a long report repeats itself
LEAST, AHEAD = 0.12, 2.0  # cosine, and how many times that of the second best
LEAST_TITLED, AHEAD_TITLED, TITLE = 0.08, 1.5, 0.3  # where that share of the title's weight stands in the document
LEAST_WORDS = 8  # different words of a document; fewer are chance
TITLE_GRAMS = 8  # pieces of a title; a shorter one says too little
GRAM = 4
# What agendas call items that may be about anything.
_DULL = (
    "Anträge Anfragen offene unserer Status Mitteilungen Mitteilung Verschiedenes Sonstiges Bericht Berichte Genehmigung Niederschrift "
    "Bekanntgabe Bekanntgaben Beschlüsse Stellungnahmen weitere Themen Rückmeldungen Bürger Bevölkerung Einwohner Fragestunde Verwaltung "
    "Informationen aktuelle Sachstand Beschlussfassung Beratung Vorlage öffentliche nichtöffentliche Sitzung Wünsche Anregungen Eröffnung"
)
_WORD = re.compile(r"[^\W\d_]{5,}|\d[\d.,]{3,}\d")
_PLAN = re.compile(
    r"(?i)\b(?:Vorhabenbezogene[rn]?\s+)?(?P<kind>Bebauungspl[aä]n\w*|B[- ]?Plan|Flächennutzungspl[aä]n\w*|FNP)[\s_-]*"
    r"(?:Entwurf[\s_-]*)?(?:Nr\.?|Nummer)?[\s_-]*(?P<number>[A-Z]{0,3}[\s/-]?\d{1,4}(?:[./-]\d{1,3})*(?:\s?[a-z]\b)?)(?![\d.]*\d{4})"
)


def most_alike(loose: Mapping[Key, str], held: Mapping[Place, str], titles: Mapping[Place, str]) -> dict[Key, Place]:
    """For each text of `loose` the text of `held` that it surely goes with; others are left out.

    :param titles: what the papers of a place are about, in few words.
    """
    words = {place: _words(text) for place, text in held.items()}
    mine = {key: _words(text) for key, text in loose.items()}
    frequency: Counter[str] = Counter()
    for found in (*words.values(), *mine.values()):
        frequency.update(set(found))
    total = len(words) + len(mine)
    rarity = {word: math.log((total + 1) / count) for word, count in frequency.items()}
    vectors = {place: _vector(found, rarity) for place, found in words.items()}
    named = {place: set(_words(titles.get(place, ""))) for place in held}
    out: dict[Key, Place] = {}
    for key, found in mine.items():
        vector = _vector(found, rarity)
        scores = [(_dot(vector, vectors[place]), place) for place in held]
        scores.sort(key=lambda score: score[0], reverse=True)
        best, place = scores[0]
        second = scores[1][0] if len(scores) > 1 else 0.0
        shares = {other: _share(named[other], found, rarity, total) for other in held}
        titled = shares[place] >= TITLE and shares[place] > max(
            (share for other, share in shares.items() if other != place), default=0.0
        )
        clear = best >= LEAST and best >= AHEAD * second
        if len(found) >= LEAST_WORDS and (clear or (titled and best >= LEAST_TITLED and best >= AHEAD_TITLED * second)):
            out[key] = place
    return out


def plan_keys(text: str) -> frozenset[str]:
    """The building or land-use plans that a text or file name gives a number of ("Bebauungsplan Nr. 12a")."""
    found = set()
    for match in _PLAN.finditer(text):
        kind = "f" if match["kind"][0] in "Ff" else "b"
        found.add(kind + re.sub(r"[^0-9a-z]", "", match["number"].casefold()))
    return frozenset(found)


def like_title(
    loose: Mapping[Key, str], titles: Mapping[Place, str], common: str = "", covered: float = 0.5, ahead: float = 2.0
) -> dict[Key, Place]:
    """For each head of a document (its name, its first lines) the title that it says in other words, if one surely is.

    Words are compared by their pieces of four letters, so that "Sozialentwicklung" is like "Soziale Entwicklung". With
    the limits given, 241 of 242 heads in the archive named above found their own title or none.

    :param covered: least share of a title's weight that stands in the head.
    :param ahead: how many times that of the second best.
    :param common: words that say nothing here, such as the name of the body and the place.
    """
    dull = _grams(f"{common} {_DULL}")
    pieces = {place: _grams(title) - dull for place, title in titles.items()}
    frequency: Counter[str] = Counter(gram for grams in pieces.values() for gram in grams)
    weight = {gram: math.log((len(pieces) + 1) / count) for gram, count in frequency.items()}
    out: dict[Key, Place] = {}
    for key, head in loose.items():
        mine = _grams(head)
        scores = []
        for place, grams in pieces.items():
            whole = sum(weight[gram] for gram in grams)
            if len(grams) >= TITLE_GRAMS:
                scores.append((sum(weight[gram] for gram in grams & mine) / whole, place))
        scores.sort(key=lambda score: score[0], reverse=True)
        second = scores[1][0] if len(scores) > 1 else 0.0
        if scores and scores[0][0] >= covered and scores[0][0] >= ahead * second:
            out[key] = scores[0][1]
    return out


def _grams(text: str) -> set[str]:
    """The pieces of four letters of the words of a text; umlauts as file names write them."""
    plain = text.casefold().replace("ä", "ae").replace("ö", "oe").replace("ü", "ue").replace("ß", "ss")
    words = re.findall(r"[^\W\d_]{4,}", re.sub(r"(\w)-\n\s*", r"\1", plain))
    return {word[i : i + GRAM] for word in words for i in range(len(word) - GRAM + 1)}


def _words(text: str) -> Counter[str]:
    """The beginnings of the words that may tell something, with how often they come."""
    joined = re.sub(r"(\w)-\n\s*(?=[a-zäöüß])", r"\1", text)
    return Counter(word.casefold()[:LETTERS] for word in _WORD.findall(joined)[:MAX_WORDS])


def _vector(words: Counter[str], rarity: Mapping[str, float]) -> dict[str, float]:
    """Words to weights, of length 1."""
    weights = {word: (1 + math.log(count)) * rarity[word] for word, count in words.items()}
    length = math.sqrt(sum(weight * weight for weight in weights.values())) or 1.0
    return {word: weight / length for word, weight in weights.items()}


def _dot(one: Mapping[str, float], two: Mapping[str, float]) -> float:
    small, large = (one, two) if len(one) <= len(two) else (two, one)
    return sum(weight * large[word] for word, weight in small.items() if word in large)


def _share(title: set[str], found: Counter[str], rarity: Mapping[str, float], total: int) -> float:
    """How much of a title's weight stands in a document, 0 to 1."""
    whole = sum(rarity.get(word, math.log(total + 1)) for word in title)
    return sum(rarity[word] for word in title if word in found) / whole if whole else 0.0
