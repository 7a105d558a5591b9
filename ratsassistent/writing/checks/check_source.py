"""What the cited pages hold, folded once, so that a sentence can be held against them.

What enters: the texts of the cited pages, or of the passage that a sentence was written from.
What leaves: a Source: its units (sentences and rows of tables) in reading order, and for the whole and for each unit the
values that stand there. What it does not know: the sentence that is checked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from ratsassistent.archive.german import STOP_WORDS, fold
from ratsassistent.writing.text.amounts import Day, days, laws, money, numbers, percentages, word_value
from ratsassistent.writing.text.sentences import Kind, clean, heading_row, sentences
from ratsassistent.writing.text.terms import word_set

TOKEN = re.compile(r"[A-Za-zÄÖÜäöüßéèáàôçñ][\wÄÖÜäöüßéèáàôçñ]*(?:[-/’'.*:][A-Za-zÄÖÜäöüß0-9][\wÄÖÜäöüß]*)*")
_FIGURE = re.compile(r"(?<![\w.,])\d{1,3}(?:[.'’ ]\d{3})+(?:,\d+)?|\d+(?:,\d+)?")
_THOUSANDS = re.compile(r"T€|TEUR|TEuro|Tsd\.?\s*(?:€|Euro|EUR)|in\s+Tausend", re.IGNORECASE)


_NO_CONTENT = """betragen beträgt erfolgt erfolgen liegt liegen entsprechend jeweils sodass somit zudem außerdem bzgl ggf gem gemäß laut
bezüglich hinsichtlich aufgrund derzeit aktuell weitere weiteren weiterer rund circa bereits lediglich jeweiligen handelt geht
würde würden könnte könnten sollte müsste dürfen habe hätten wäre wären worden geworden gewesen ebenfalls insbesondere
gmbh kg ag ev eg co firma herr frau dr prof
euro eur teur mio millionen million mrd prozent jahr jahre jahren jahres jährlich monat monate monaten tag tage tagen
januar februar märz april mai juni juli august september oktober november dezember"""
# Verbs that say nothing by themselves; "Kosten" and "Stand" are other words.
_EMPTY_VERBS = word_set(
    """kostet kosten kostete erhält erhalten bekommt bekommen macht machen gibt geben führt führen nennt steht stehen kommt kommen bleibt
    bleiben umfasst umfassen enthält sieht sehen hält findet finden stellt stellen setzt bringt nimmt lässt wirkt dient"""
)
_EMPTY_WORDS = STOP_WORDS | frozenset(fold(word) for word in _NO_CONTENT.split())


@dataclass(frozen=True, slots=True, eq=False)
class Facts:
    """The values of a text, by kind; `tight` is the text without white space, hyphens and case."""

    text: str
    tight: str
    values: frozenset[float]
    money: frozenset[float]
    shares: frozenset[float]
    days: tuple[Day, ...]
    laws: frozenset[str]


@dataclass(frozen=True, slots=True, eq=False)
class Unit:
    """A sentence, list item or row of the source. `folded` is " wort wort " for looking up keys of words.

    `around` adds what it is read with: the headings above it, the line that opens its list, the names of columns,
    and the sentence before where this one leans on it.
    """

    text: str
    kind: Kind
    folded: str
    around: str
    facts: Facts


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """The cited text as a whole and in units."""

    facts: Facts
    stems: frozenset[str]
    folded: str
    units: tuple[Unit, ...]

    @property
    def text(self) -> str:
        """The cleaned wording."""
        return self.facts.text


# A sentence that begins like this speaks of what the one before it named.
_LEANS = re.compile(
    r"(?:Da(?:s|bei|für|mit|durch|von|raus|rin|her|zu)|Die(?:s|se[rsnm]?)|Hier(?:für|bei|mit|von|zu|durch)|Insoweit|Somit|Er|Sie|Es|Ihre?|Mit diese[rmn]|In diese[rmn]|Deren|Dessen|Letztere\w*|Erstere\w*)\b"
)


@lru_cache(maxsize=128)
def source_of(texts: tuple[str, ...]) -> Source:
    """Fold the texts of some pages, read together."""
    raw = "\n".join(texts)
    text = clean(raw)
    units: list[Unit] = []
    headings: list[str] = []  # the last two
    opening = ""  # "Die Kosten verteilen sich wie folgt:", read with each line below it
    for found in sentences(raw):
        columns = None
        if found.kind == "row":
            start = raw.rfind("\n", 0, found.start) + 1
            columns = heading_row(raw, start, found.text.count(" | ") + 1)
        before = units[-1].text if units and _LEANS.match(found.text) else ""
        around = folded_words(" ".join([*headings, opening, columns[1] if columns else "", before]))
        units.append(Unit(found.text, found.kind, folded_words(found.text), around, _facts(found.text, found.text)))
        if found.kind == "heading":
            headings, opening = [*headings[-1:], found.text], ""
        elif found.text.endswith(":"):
            opening = found.text
        elif found.kind == "sentence":
            opening = ""
    return Source(
        _facts(text, f"{raw}\n{text}"), frozenset(fold(s) for s in stems(text)), folded_words(text), tuple(units)
    )


def _facts(text: str, read: str) -> Facts:
    """:param read: the text for looking up numbers; that of whole pages also comes as it was printed, line by line."""
    return Facts(
        text=text,
        tight=tight(text),
        values=frozenset(_values(read)),
        money=frozenset(round(f.value, 2) for f in money(read)),
        shares=frozenset(round(f.value, 4) for f in percentages(read)),
        days=tuple(days(text)),
        laws=frozenset(law_key(f.text) for f in laws(text)),
    )


def _values(text: str) -> set[float]:
    """The values of all numbers of a text, with and without their scale ("1,2 Mio." is 1,200,000 and 1.2)."""
    found = {round(finding.value, 4) for finding in numbers(text)}
    for match in _FIGURE.finditer(text):
        whole, _, decimals = match[0].partition(",")
        found.add(round(float(re.sub(r"\D", "", whole) + "." + (decimals or "0")), 4))
    if _THOUSANDS.search(text):  # a table in thousands: its figures without the unit
        found |= {value * 1000 for value in found if value >= 1}
    found |= {round(finding.value, 4) for finding in money(text)}
    found |= {_ORDINALS[m[1]] for m in _ORDINAL.finditer(text.casefold())}
    if re.search(r"\bbeide[rnsm]?\b", text, re.IGNORECASE):
        found.add(2.0)
    return found


_ORDINALS = {
    "erste": 1.0, "zweite": 2.0, "dritte": 3.0, "vierte": 4.0, "fünfte": 5.0, "sechste": 6.0, "siebte": 7.0, "achte": 8.0,
    "neunte": 9.0, "zehnte": 10.0,
}  # fmt: skip
_ORDINAL = re.compile(rf"\b({'|'.join(_ORDINALS)})(?:[rnsm]|ns)?\b")


def law_key(text: str) -> str:
    """A paragraph of a law in one spelling: "§ 34 Absatz 2" and "§34 Abs. 2" are the same."""
    folded = (
        text.casefold()
        .replace("absatz", "abs.")
        .replace("artikel", "art.")
        .replace("satz", "s.")
        .replace("nummer", "nr.")
    )
    return re.sub(r"[\s.§]|paragra(?:f|ph)(?:en)?", "", folded)


def tight(text: str) -> str:
    """Without white space, hyphens and case."""
    return re.sub(r"[\s\-‐–—\u00ad]", "", text).casefold()


def folded_words(text: str) -> str:
    """The words of a text folded and parted by single spaces, with one before and after; hyphens join.

    Behind them stand the roots of participles: "umgebaut" is found as "umbau", too.
    """
    bare = re.sub(r"(?<=\w)[-‐*:](?=\w)", "", text)
    words = re.findall(r"[^\W_]+", fold(bare))
    roots = [root for word in words if (root := _root(word)) != word]
    return f" {' '.join([*words, *roots])} "


_PARTICIPLE = re.compile(
    r"(aus|ab|an|auf|ein|um|zu|vor|nach|fest|bei|mit|durch|weiter|bereit|)ge(\w{3,}?)(?:e?t|en)(?:e[rnsm]?)?"
)


def _root(word: str) -> str:
    match = _PARTICIPLE.fullmatch(word)
    return match[1] + match[2] if match else word


@lru_cache(maxsize=1)
def _stemmer() -> Any:
    import snowballstemmer  # type: ignore[import-untyped,unused-ignore]  # pure Python, no types

    return snowballstemmer.stemmer("german")


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """The word without its ending, lower case; umlauts are those of the stemmer."""
    return str(_stemmer().stemWord(word.casefold().replace("*", "").replace(":", "")))


def stems(text: str) -> set[str]:
    """The stems of all words of a text and of the parts of hyphenated ones."""
    found: set[str] = set()
    for match in TOKEN.finditer(text):
        found.add(stem(match[0]))
        found.update(stem(piece) for piece in re.split(r"[-/.:*’']", match[0]) if len(piece) > 1)
    return found


@lru_cache(maxsize=20_000)
def key_of(word: str) -> str:
    """What a content word is looked up by in `folded`: its stem, at most seven letters; "" for a word without content.

    Seven letters, since German derivations and compounds share their beginning ("saniert", "Sanierung").
    """
    folded = fold(word)
    if folded in _EMPTY_WORDS or len(folded) < 2 or word_value(word) is not None:
        return ""
    root = folded if word[0].isupper() and folded.startswith("ge") else _root(folded)  # "Gebühren" are no participle
    root = root if root != folded else fold(stem(word))
    root = root[:7]
    return f" {root}" if len(root) < 5 else root


def content(text: str) -> Iterable[tuple[int, int, str]]:
    """The content words of a text with their places: start, end, key; parts of hyphenated words each for itself."""
    for match in TOKEN.finditer(text):
        if match[0] in _EMPTY_VERBS:
            continue
        start = match.start()
        for piece in re.split(r"([-/.:*’'])", match[0]):
            key = key_of(piece) if piece[:1].isalpha() else ""
            if key:
                yield start, start + len(piece), key
            start += len(piece)
