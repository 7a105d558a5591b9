"""The numbers, days, amounts, shares, §§ and Vorlage numbers of a sentence, each looked up as what it is.

What enters: a sentence. What leaves: its Values; `borne_out` says whether some Facts of a source hold one, `misplaced`
which of them stand on the source but belong to something else there.
What it does not know: names, and what the sentence says beside its values.

Numbers are strict: a rounded one passes only with a word that says so ("rund"), and only where it is the rounding of a
number of the source.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from ratsassistent.archive.german import fold
from ratsassistent.writing.checks.check_align import Alignment, bearing, clause, highest
from ratsassistent.writing.checks.check_source import Facts, Source, Unit, content, folded_words, law_key, tight
from ratsassistent.writing.text.amounts import Day, days, figure_value, laws, money, numbers, percentages

ValueKind = Literal["reference", "day", "law", "money", "share", "number"]

_ROUNDING = re.compile(
    r"\b(?:(?P<about>rund|ca|circa|etwa|ungefähr|annähernd|zirka|rd|nahezu|beinahe)|(?P<below>knapp|fast|unter|bis zu|höchstens|maximal)"
    r"|(?P<above>gut|über|mehr als|mindestens))\.?\s*$",
    re.IGNORECASE,
)
_UNIT = re.compile(
    r"\s*-?\s*(?P<unit>Prozentpunkt\w*|Prozent|%|Euro\b|EUR\b|€|Jahr\w*|Monat\w*|Woche\w*|Tag\w*|Stunde\w*|Minute\w*|Meter\w*|m²|qm|m\b|km\b|Hektar\w*|ha\b"
    r"|Stellen\b|Plätze\w*|Wohnung\w*|Einwohner\w*|Personen|Kinder\w*|Schüler\w*|Stück|dB|Grad|Tonnen|Fälle\w*|Bäume\w*)",
    re.IGNORECASE,
)
_STRICT_UNITS = ("jahr", "monat", "woche", "tag", "stunde", "minute")
_REFERENCE = re.compile(r"\b[A-ZÄÖÜ]{0,6}[/-]?\d{1,4}\s?/\s?\d{2,5}(?:\s?/\s?\d{1,4})*(?:-[A-Z0-9]+)?\b")
_SEASON = re.compile(r"(?:19|20)\d\d\s?/\s?(?:\d\d|(?:19|20)\d\d)")
_SEASON_OF = re.compile(r"((?:19|20)\d\d)\s?[/–-]\s?((?:19|20)?\d\d)(?!\d)")
_LITERAL = re.compile(r"(?<![\w,.])\d+(?:[./:]\d+)+(?![\w])")  # "16:30", "01.09.5011": digits that are nothing else
# How well the surroundings of a value have to fit the place where it stands, measured on packs of two cities.
_LEAST_FIT, _GOOD_FIT, _RIVAL = 0.65, 0.4, 0.7
_SMALL, _SMALL_LEAST_FIT, _SMALL_GOOD_FIT = 12, 0.75, 0.35  # counts up to here stand everywhere


@dataclass(frozen=True, slots=True)
class Value:
    """Something of the sentence to look up: characters [start, end), as printed, its kind and number."""

    start: int
    end: int
    text: str
    kind: ValueKind
    number: float = 0.0
    day: Day | None = None
    rounded: str | None = None  # how the sentence says so: about, below, above


def values_of(text: str) -> list[Value]:
    """All values of a sentence in order; no two overlap."""
    found: list[Value] = []

    def add(start: int, end: int, printed: str, kind: ValueKind, number: float = 0.0, day: Day | None = None) -> None:
        if not any(v.start < end and start < v.end for v in found):
            word = _ROUNDING.search(text[:start]) if kind in ("money", "share", "number") else None
            found.append(Value(start, end, printed, kind, number, day, word.lastgroup if word else None))

    for match in _REFERENCE.finditer(text):
        if not _SEASON.fullmatch(match[0]):
            add(match.start(), match.end(), match[0], "reference")
    for day in days(text, years=False):
        add(day.start, day.end, day.text, "day", 0.0, day)
    for law in laws(text):
        add(law.start, law.end, law.text, "law")
    for amount in money(text):
        add(amount.start, amount.end, amount.text, "money", amount.value)
    for share in percentages(text):
        add(share.start, share.end, share.text, "share", share.value)
    for match in _LITERAL.finditer(text):
        if not any(n.start <= match.start() and match.end() <= n.end for n in numbers(text)):
            add(match.start(), match.end(), match[0], "reference")
    for number in numbers(text):
        if number.text[:1].isdigit() or number.value > 1:
            add(number.start, number.end, number.text, "number", number.value)
    return sorted(found, key=lambda value: value.start)


def borne_out(value: Value, facts: Facts) -> bool:
    """Does this value stand in the text that the facts are of?"""
    if value.kind == "reference":
        return tight(value.text) in facts.tight
    if value.day is not None:
        return _day_found(value.day, facts)
    if value.kind == "law":
        # "§ 34" is borne out by "§ 34 Abs. 2"; "§ 3" is not by "§ 34".
        key = re.escape(law_key(value.text)) + r"(?!\d|[a-z]\b)"
        return any(re.match(key, other) for other in facts.laws)
    known = {"money": facts.money, "share": facts.shares}.get(value.kind, facts.values)
    there = round(value.number, 4) in known or (value.kind == "money" and _bare_amount(value.number, facts))
    return there or _is_rounding(value, known)


def unit_missing(text: str, value: Value, source: Source) -> str | None:
    """A number of years, months … whose unit the source does not have beside that number: both, as printed."""
    match = _UNIT.match(text, value.end) if value.kind == "number" else None
    unit = match["unit"].lower() if match else ""
    kind = next((u for u in _STRICT_UNITS if unit.startswith(u)), None)
    if match is None or kind is None or round(value.number, 4) not in source.facts.values:
        return None
    around = source.text
    for other in numbers(around):
        if round(other.value, 4) == round(value.number, 4):
            near = around[max(0, other.start - 20) : other.start] + around[other.end : other.end + 60]
            if kind in near.lower():
                return None
    return " ".join(text[value.start : match.end()].split())


def misplaced(values: Sequence[Value], alignment: Alignment) -> Iterator[Value]:
    """Values that stand in the source, but where it speaks of something else.

    One is so called if the units that hold it support the sentence around it badly, while another unit does well; or if
    another value of its kind, which the sentence does not name, stands where the words fit clearly better. A unit that the
    sentence follows word for word has to hold all of them.
    """
    units = alignment.source.units
    mirrors = alignment.mirrors()
    for value in values:
        if mirrors and all(_exchanged(value, values, unit) for unit in mirrors):
            yield value
            continue
        holders = bearing(alignment.source, lambda unit, v=value: borne_out(v, unit.facts))  # type: ignore[misc]
        scores = alignment.support(value.start, value.end)
        top = max(scores.values(), default=0.0)
        small = value.kind == "number" and value.number <= _SMALL
        if not holders or top < (_SMALL_LEAST_FIT if small else _LEAST_FIT):
            continue
        bare = any(_bare(units[n]) for n in holders)
        own = highest(scores, holders)
        if not bare and own < (_SMALL_GOOD_FIT if small else _GOOD_FIT) * top:
            yield value
            continue
        counted = _counted(alignment.text, value) if value.kind == "number" else ""
        rivals = [n for n, unit in enumerate(units) if n not in holders and _has_rival(unit, value, counted)]
        if bare:  # of lines without a sentence only another such line, which has its own label, knows better
            rivals = [n for n in rivals if units[n].kind in ("heading", "row")]
        strange = [n for n in rivals if not any(borne_out(v, units[n].facts) for v in values if v is not value)]
        rival = highest(scores, strange)
        if (rival >= _LEAST_FIT and own < _RIVAL * rival) or _wrong_clause(value, values, alignment, holders):
            yield value


def _wrong_clause(value: Value, values: Sequence[Value], alignment: Alignment, holders: Sequence[int]) -> bool:
    """Of several values in one unit, has the sentence taken one that stands in another clause than its words?

    "Los 3 kostet 20.000 Euro, Los 4 kostet 50.000 Euro" does not bear out "Los 4 kostet 20.000 Euro".
    """
    first, last = clause(alignment.text, value.start, value.end)
    words = [w for w in alignment.words if first <= w.start < last and not value.start <= w.start < value.end]
    for n in holders:
        unit = alignment.source.units[n]
        keys = {word.key for word in words if word.places.get(n) == 1.0}
        mine: set[str] = set()
        others: list[set[str]] = []
        for other in values_of(unit.text) if len(keys) > 0 else []:
            if other.kind != value.kind:
                continue
            a, b = clause(unit.text, other.start, other.end)
            stretch = folded_words(unit.text[a:b])
            here = {key for key in keys if key in stretch}
            if _same(other, value):
                mine |= here
            elif not any(_same(other, v) for v in values):
                others.append(here)
        if not any(len(here - mine) >= 2 and not mine - here for here in others):
            return False
    return bool(holders)


def _same(one: Value, other: Value) -> bool:
    if one.day and other.day:
        return one.day.date == other.day.date
    return one.number == other.number if one.kind not in ("law", "reference") else one.text == other.text


def _exchanged(value: Value, values: Sequence[Value], unit: Unit) -> bool:
    """A unit followed word for word lacks this value, and has another of its kind that the sentence lacks."""
    if borne_out(value, unit.facts):
        return False
    others = [other for other in values_of(unit.text) if other.kind == value.kind]
    return any(not any(_same(other, mine) for mine in values) for other in others)


def _counted(text: str, value: Value) -> str:
    """What a number counts: the key of the noun behind it ("35 neue Plätze"), "year" for a year, or ""."""
    if _is_year(value.number):
        return "year"
    behind = text[value.end : value.end + 40]
    for start, _, key in content(behind):
        if len(behind[:start].split()) <= 1 and behind[start].isupper():
            return key
    return ""


def _is_year(number: float) -> bool:
    return 1950 <= number <= 2100 and number == int(number)


def _bare(unit: Unit) -> bool:
    """A heading or row that hardly says anything beside its value: what the value is for stands elsewhere."""
    return unit.kind in ("heading", "row") and len(list(content(unit.text))) < 2


def _has_rival(unit: Unit, value: Value, counted: str) -> bool:
    """Does the unit hold another value of this kind; of numbers, one that counts the same thing?"""
    facts = unit.facts
    if value.kind == "number":
        others = [n for n in numbers(unit.text) if n.value > 1 and n.value != value.number]
        if counted == "year":
            return any(_is_year(n.value) for n in others)
        return bool(counted) and any(
            counted in f" {fold(unit.text[n.end : n.end + 40])}".split(",", maxsplit=1)[0] for n in others
        )
    return bool({"money": facts.money, "share": facts.shares, "day": facts.days, "law": facts.laws}.get(value.kind))


def _bare_amount(amount: float, facts: Facts) -> bool:
    """The same figure in a table whose head names the currency: exact, long enough to be no other number by chance."""
    return amount >= 1000 and round(amount, 4) in facts.values and round(amount, 4) not in facts.shares


def _day_found(day: Day, facts: Facts) -> bool:
    """The same day on the page; a month or year is borne out by a day in it, a day without a year by one with it."""
    season = _SEASON_OF.search(day.text)
    if season:  # "Schuljahr 2022/23": both years count; "2022-2023" has lost its hyphen in `tight`
        first, second = season[1], season[2][-2:]
        return any(
            f"{first}{sign}{century}{second}" in facts.tight for sign in ("/", "") for century in ("", first[:2])
        )
    for other in facts.days:
        same_day = day.date.startswith("--") and other.date[-6:] == day.date[1:]
        in_month = len(day.date) == 7 and "Q" not in day.date and other.date.startswith(day.date + "-")
        if other.date == day.date or same_day or in_month:
            return True
    return tight(day.text) in facts.tight


def _is_rounding(value: Value, known: frozenset[float]) -> bool:
    """ "rund 2,8 Mio. Euro" for 2.770.027,62 Euro: said to be rounded, right to the places shown, same leading figure."""
    figure = re.search(r"\d{1,3}(?:[.'’ ]\d{3})+|\d+(?:,(\d+))?", value.text)
    if not value.rounded or not figure or value.number <= 0:
        return False
    digits = re.sub(r"\D", "", figure[0])
    shown = figure_value(figure[0])
    scale = value.number / shown if shown else 1.0
    zeros = len(digits) - len(digits.rstrip("0")) if not figure[1] else -len(figure[1])
    step = scale * 10.0**zeros
    for other in known:
        off = other - value.number
        if other == 0 or abs(off) > 0.1 * value.number:
            continue
        low, high = {"above": (0.0, step), "below": (-step, 0.0)}.get(value.rounded, (-step * 0.501, step * 0.501))
        if low <= off <= high:
            return True
    return False
