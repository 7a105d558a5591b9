"""The written forms of a German word or phrase: plural, cases, adjective endings.

What enters: a headword or form of an entry. What leaves: for each of its words the spellings that count as that word.
What it does not know: entries, texts.

Forms are made by rule from the headword, not by stemming the text: a stemmer would take "Kammer" for "Kämmerer" and
"Lösung" for "Los". A rule also makes forms that no text has ("Bebauungsplaner"); they do no harm.
"""

from __future__ import annotations

import re
from typing import NamedTuple

# A word; one that is cut at a line's end or hyphenated is one word, and so is one with a gender star.
WORD = re.compile(r"§{1,2}|[^\W_]+(?:(?:[-\u2010\u2011\u00ad](?:[ \t]*\r?\n[ \t]*)?|[*:_](?=in))[^\W_]+)*")
_CUT = re.compile(r"[-\u2010\u00ad][ \t]*\r?\n[ \t]*(?=[a-zäöüß])|\u00ad")
_HYPHENS = re.compile(r"[\u2010\u2011]|-\s+")
_GENDER = re.compile(r"[*:_]innen(?=[a-zäöü])|[*:_](?=in)")  # "Bürger*innenentscheid", "Mandatsträger*in"
_UNCHANGED = """
am an auf aus außer bei bis das dem den der des die durch eine einer eines für gegen im in ins mit nach oder ohne um und
unter von vom vor zu zum zur über als nicht öffentlich
"""
_FUNCTION_WORDS = frozenset(_UNCHANGED.split())
_ADJECTIVE = ("", "e", "er", "es", "en", "em")
_FEMININE = ("ung", "ion", "heit", "keit", "schaft", "tät", "enz", "anz", "ik", "ur", "ei")
# What a noun that ends so may have added.
_BY_END: tuple[tuple[str | tuple[str, ...], tuple[str, ...]], ...] = (
    ("nis", ("", "ses", "se", "sen")),
    ("in", ("", "s", "nen")),
    (_FEMININE, ("", "en")),
    ("e", ("", "n", "r", "s", "m")),
    (("er", "el", "en"), ("", "s", "n")),
)
_WITHOUT_UMLAUT = ("nis", "in", "e", *_FEMININE)
_UMLAUTS = {"a": "ä", "o": "ö", "u": "ü"}


class Word(NamedTuple):
    """The spellings of one word of a form. `exact`: case counts; `noun`: the word begins with a capital."""

    spellings: frozenset[str]
    exact: bool
    noun: bool


def plain(word: str) -> str:
    """A word of a text as it is looked up: whole, one kind of hyphen, no gender star, ss for ß; case is kept."""
    if word.isalpha():
        return word.replace("ß", "ss")
    word = _HYPHENS.sub("-", _CUT.sub("", word))
    return _GENDER.sub("", word).replace("ß", "ss").replace("ẞ", "SS")


def is_abbreviation(word: str) -> bool:
    """True for a word that is written in its own way: "VE", "BauGB", "U3", "2b"."""
    if "-" in word:
        return False
    return any(c.isupper() or c.isdigit() for c in word[1:]) or word[0].isdigit() or word == "§"


def words_of(form: str, *, inflected: bool = True) -> tuple[Word, ...]:
    """What each word of a form may look like in a text."""
    return tuple(_word(plain(match.group()), inflected) for match in WORD.finditer(form))


def _word(word: str, inflected: bool) -> Word:
    if is_abbreviation(word):
        plural = {word + "s"} if inflected and word[-1].isalpha() and word[-1].isupper() else set()
        return Word(frozenset({word} | plural), exact=True, noun=False)
    noun = word[0].isupper()
    lower = word.lower()
    if len(word) <= 3 and not noun and lower not in _FUNCTION_WORDS:
        return Word(frozenset({word}), exact=True, noun=False)  # "kw", "apl"
    if not inflected or lower in _FUNCTION_WORDS:
        return Word(frozenset({lower}), exact=False, noun=noun)
    return Word(frozenset(_noun(lower) if noun else _adjective(lower)), exact=False, noun=noun)


def _adjective(word: str) -> set[str]:
    base = re.sub(r"(?<=[a-zäöü]{3})e[rsnm]?$", "", word)
    return {base + ending for ending in _ADJECTIVE} | {word}


def _noun(word: str) -> set[str]:
    if word.endswith("um"):
        return {word, word + "s", word[:-2] + "en"}
    for end, endings in _BY_END:
        if word.endswith(end):
            made = {word + ending for ending in endings}
            break
    else:
        made = {word + ending for ending in ("", "s", "es", "e", "en", "n", "er", "ern")}
    if word.endswith(_WITHOUT_UMLAUT):
        return made
    changed = _umlaut(word)
    return made | {changed + ending for ending in ("", "e", "en", "er", "ern", "n") if word + ending in made}


def _umlaut(word: str) -> str:
    """The word with its last a, o or u as umlaut: Antrag, Anträg-."""
    match = re.search(r"(?:au|[aou])(?=[^aouäöü]*$)", word)
    if not match or (match.group() != "au" and word[match.start() - 1 : match.start()] == "e"):
        return word
    return word[: match.start()] + _UMLAUTS[match.group()[0]] + match.group()[1:] + word[match.end() :]
