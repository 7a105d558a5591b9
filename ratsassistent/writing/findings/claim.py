"""One claim of a paper: a value, the words it is given for, and all that may make it a value of something else.

What enters: a stretch of a paper, and what was read in it (`claim_sentences`, `claim_rows`). What leaves: Claims.
What it does not know: how a sentence or a row is read; which claims contradict each other.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ratsassistent.archive.german import stem
from ratsassistent.oparl import Citation, Paper, PartKind
from ratsassistent.writing.extracts.figures import cite
from ratsassistent.writing.findings import claim_words as words
from ratsassistent.writing.text.terms import terms

Kind = Literal["amount", "date"]
Voice = Literal["house", "motion", "letter"]
Document = tuple[int, int, int]  # paper, its file, its annex (-1: the paper itself)
UNNAMED = ""  # the head of a claim whose words do not say what it is about
NOUN = re.compile(r"\b[A-ZÄÖÜ][A-Za-zÄÖÜäöüß]+(?:-[A-Za-zÄÖÜäöüß]+)*")
PARENS = re.compile(r"\([^()]*\)")
INCLUDED = re.compile(r"\b(?:einschließlich|inklusive|inkl\.|einschl\.|samt|nebst)\s+[A-ZÄÖÜa-zäöü][^,;]*?(?=\s(?:beträgt|betragen|schätz\w+|auf|von|in Höhe|werden|wird|belaufen|liegen)\b|$)")  # fmt: skip
_YEAR = re.compile(r"(?<![/.\w-])(?:19|20)\d\d(?:\s*[/–-]\s*(?:(?:19|20)?\d\d))?\b(?![/-]\d)")
_CODE = re.compile(r"\b[A-Z]\.\d{1,3}\b")  # "Bedarfsmeldung B.10"
_FULL_DATE = re.compile(r"\b\d{1,2}\.\s?\d{1,2}\.\s?\d{2,4}|\b\d{1,2}\.\s?[A-ZÄÖÜ][a-zäöü]+\s+\d{4}")


@dataclass(frozen=True, slots=True)
class Value:
    """An amount, or a day as an ordinal number, with where it is said.

    `low` and `high` bound what it may stand for: "rund 1,2 Mio. Euro" reaches from 1.1 to 1.3 million, "2027" over a year.
    `sentence`: the words around it without values, and which of its values this is; None in a table.
    """

    kind: Kind
    number: float
    low: float
    high: float
    text: str
    context: str
    sentence: tuple[str, int] | None
    lead: str = ""  # the two words before it, in a sentence
    by: bool = False  # a day at the latest: what is done by then may be done before

    def differs(self, other: Value) -> bool:
        """True where the two cannot stand for the same."""
        if self.by != other.by:
            latest, day = (self, other) if self.by else (other, self)
            return latest.high < day.low
        return self.high < other.low or other.high < self.low


@dataclass(frozen=True, slots=True)
class Claim:
    """One value that a place of the papers gives for something.

    `head` is what kind of thing (UNNAMED: the words do not say), `words` the further nouns that say which one. `marks`
    (lots, variants, years, periods) must be the same in two claims about one thing.
    """

    value: Value
    label: str
    head: str
    words: frozenset[str]
    terms: frozenset[str]  # of all of its sentence or row
    marks: frozenset[str]
    tax: str | None
    stage: str | None
    citation: tuple[Citation, ...]
    document: Document
    part: PartKind
    voice: Voice
    place: tuple[int, int]  # paper, offset
    block: tuple[int, int]  # the paper, and the sentence or table in it
    told: bool  # its sentence tells what was, might be or changes


@dataclass(frozen=True, slots=True)
class Where:
    """What all claims of one stretch share."""

    paper: Paper
    number: int
    part: PartKind
    document: Document
    voice: Voice
    heading: str
    block: int
    start: int
    end: int
    neutral: frozenset[str]  # stems that tell nothing apart: those of the title, too

    @property
    def text(self) -> str:
        """The words of the stretch as they stand in the paper."""
        return self.paper.text.text[self.start : self.end]


def nouns_of(text: str) -> list[re.Match[str]]:
    """The words written with a capital, those left out that have one only because they begin a sentence."""
    return [m for m in NOUN.finditer(text) if m[0].lower() not in words.NO_NOUN]


def make(
    where: Where,
    label: str,
    head: str,
    nouns: Sequence[str],
    around: str,
    value: Value,
    at: tuple[int, int] | None = None,
    row: str | None = None,
) -> Claim:
    """Put a claim together.

    :param around: the words whose years, lots and the like hold for the value. :param row: of a table whose column is the label.
    """
    head, more = _head(head)
    marks = _marks(f"{around} {where.heading}", row)
    if (
        head == "kost"
        and not nouns
        and any(re.fullmatch(r"(?:variant|option|alternativ|los) \w+", mark) for mark in marks)
    ):
        head = "gesamtkost"  # "Variante A ⏎ Die Kosten betragen …"
    named = frozenset({stem(noun) for noun in nouns} | more) - where.neutral - words.GENERAL - words.NUMBERED - {head}
    if head == "kost" and not named:
        head = UNNAMED
    start, end = at or (where.start, where.end)
    said = frozenset(terms(_without_values(value)))
    return Claim(
        value=value,
        label=label,
        head=head,
        words=named,
        terms=(said if len(said) > 1 else said | frozenset(terms(where.heading))) - words.ACTOR_TERMS,
        marks=marks,
        tax=_first(words.TAXES, around) or _first(words.TAXES, where.heading),
        stage=_first(words.STAGES, around) or _first(words.STAGES, where.heading),
        citation=cite(where.paper.text, start, end),
        document=where.document,
        part=where.part,
        voice=where.voice,
        place=(where.number, start),
        block=(where.number, where.block),
        told=value.sentence is not None and tells(value.context),
    )


def tells(sentence: str) -> bool:
    """True for a sentence of what was, might be or changes, and for one of a law."""
    return words.CHANGES.search(sentence) is not None or re.match(r"\(\d+\)|§", sentence) is not None


def _without_values(value: Value) -> str:
    """The words around a value without those of any value ("Euro", "Mio.", "Januar")."""
    return value.sentence[0] if value.sentence else re.sub(r"\b(?:Euro|EUR|Mio|Tsd)\b", " ", value.context)


def _head(head: str) -> tuple[str, set[str]]:
    """The kind of an amount with what its compound says: "Landeszuschuss" is a grant of the Land."""
    for payer, name in words.PAYERS.items():
        rest = head.removeprefix(payer)
        if rest != head and any(rest.startswith(g) for g in ("zusch", "forder", "zuwend", "mittel")):
            return "zuschuss", {name}
    if head in words.GRANT:
        return "zuschuss", set()
    if head in words.OWN:
        return "eigenmittel", set()
    if head in words.ORDER:
        return "auftragssumm", set()
    return ("kost" if head in words.GENERAL else head), set()


def _marks(around: str, row: str | None) -> frozenset[str]:
    marks = set()
    for match in words.ID.finditer(around):
        kind = match["kind"] or match["what"]
        marks.add(f"{stem(kind)} {(match['id'] or match['order']).lower().rstrip('.')}")
    marks |= set(_CODE.findall(around))
    marks |= {re.sub(r"\s", "", m[0]) for m in _YEAR.finditer(_FULL_DATE.sub(" ", around))}
    marks |= {name for name, pattern in words.PERIODS if pattern.search(around)}
    if row:
        marks.add(" ".join(row.casefold().split()))
    return frozenset(marks)


def _first(patterns: Sequence[tuple[str, re.Pattern[str]]], text: str) -> str | None:
    return next((name for name, pattern in patterns if pattern.search(text)), None)


def bounds(value: float, hedged: bool) -> tuple[float, float]:
    """What an amount as printed may stand for, being rounded to its last digit that is not 0."""
    cents = round(value * 100)
    unit = 1
    while cents and cents % (unit * 10) == 0:
        unit *= 10
    slack = unit / 100 * (1.0 if hedged else 0.5) if unit >= 10000 else 0.5
    slack = min(slack, value * (0.1 if hedged else 0.05))
    return value - slack, value + slack


def day_span(date: str) -> tuple[float, float] | None:
    """First and last day (ordinals) of a date as exact as it is given; None without a year."""
    match = re.fullmatch(r"(\d{4})(?:-(?:Q([1-4])|(\d{2})(?:-(\d{2}))?))?", date)
    if match is None:
        return None
    year, quarter, month, day = int(match[1]), match[2], match[3], match[4]
    first = int(month) if month else int(quarter) * 3 - 2 if quarter else 1
    last = int(month) if month else int(quarter) * 3 if quarter else 12
    end = int(day) if day else calendar.monthrange(year, last)[1]
    return float(dt.date(year, first, int(day or 1)).toordinal()), float(dt.date(year, last, end).toordinal())


def file_at(paper: Paper, offset: int) -> int:
    """Which of the paper's files the character at an offset stands in."""
    at = paper.text.at(offset)
    for n, span in enumerate(paper.files):
        if span.file_id == at.file_id and (at.page is None or span.first <= at.page <= span.last):
            return n
    return 0
