"""Where the papers of one agenda item give different amounts or days for the same thing.

What enters: the papers of an item. What leaves: Contradictions, both sides word for word with their pages.
What it does not know: which side is right; what the papers mean beyond the words that `claims` reads.

A false alarm costs more than a miss, so two claims are compared only where everything that might make them different
things is equal, and a difference counts only if nothing in the papers explains it: not rounding, not tax, not a part of a
sum, not the other value standing in the same file, too. Two values that look like a slip (digits changed over, a single
digit another one) may differ a little in their words; a sentence that stands twice may not differ in a value at all.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations

from ratsassistent.briefings import Contradiction, Side
from ratsassistent.oparl import Paper
from ratsassistent.writing.extracts.figures import today_of
from ratsassistent.writing.findings import claim_words as words
from ratsassistent.writing.findings.claim import UNNAMED, Claim, Document, Value, day_span
from ratsassistent.writing.findings.claims import claims_of
from ratsassistent.writing.text.amounts import money

_MOST = 5  # contradictions of an item; more would be a table read wrongly
_MOST_SIDES = 4
_TAX = (1.19, 1.16, 1.07, 1.05, 1.2, 1.1, 1.13, 1.081, 1.077, 1.026)  # Germany, Austria, Switzerland
_DECISIVE = frozenset({"resolution", "summary", "costs", "form"})
_SAME_WORDS = 8  # of a sentence that stands twice
_CROWD = 60  # claims with one key; more of them are a register, not one thing
_DAYS_APART = 3 * 366  # days further apart belong to different undertakings, or to an old paper


def contradictions(papers: Sequence[Paper]) -> tuple[Contradiction, ...]:
    """Different amounts or dates for the same thing in the papers of one item, at most five, in reading order."""
    claims = [c for c in claims_of(papers) if c.voice == "house"]
    known = _Known(papers, claims)
    found = [
        (one, other)
        for one, other in _candidates(claims)
        if one.value.differs(other.value)
        and one.block != other.block
        and not (one.value.kind == "date" and abs(one.value.number - other.value.number) > _DAYS_APART)
        and (
            _said_twice(one, other)
            or (is_slip(one.value, other.value) and _alike(one, other, known))
            or (
                one.head == other.head != UNNAMED and _same_thing(one, other, claims) and not known.explains(one, other)
            )
        )
    ]
    return tuple(_shown(found, claims))


def _candidates(claims: Sequence[Claim]) -> list[tuple[Claim, Claim]]:
    """The pairs that are worth comparing, in reading order: same head, same sentence, or values nearly alike."""
    groups: dict[tuple[object, ...], list[int]] = {}
    for n, claim in enumerate(claims):
        keys: list[tuple[object, ...]] = [(claim.value.kind, *key) for key in _nearly(claim.value)]
        if claim.head == "kost":  # any row is one: only those of the same thing are worth comparing
            keys.append((claim.value.kind, "words", claim.words))
        elif claim.head != UNNAMED:
            keys.append((claim.value.kind, "head", claim.head))
        if claim.value.sentence and len(claim.value.sentence[0].split()) >= _SAME_WORDS:
            keys.append((claim.value.kind, "sentence", claim.value.sentence))
        for key in keys:
            groups.setdefault(key, []).append(n)
    pairs = {pair for group in groups.values() if len(group) <= _CROWD for pair in combinations(group, 2)}
    return [(claims[a], claims[b]) for a, b in sorted(pairs)]


def _nearly(value: Value) -> Iterator[tuple[object, ...]]:
    """Keys that a value shares with every value that it may be a slip of."""
    if value.kind == "date":
        if value.high == value.number:
            day = dt.date.fromordinal(int(value.number))
            yield from (("day", day.year, day.month), ("month", day.year, day.day))
        return
    digits = str(round(value.number * 100))
    yield ("swap", "".join(sorted(digits)), len(digits))
    if len(digits.rstrip("0")) >= 4:
        yield from (("digit", digits[:n], digits[n + 1 :]) for n in range(len(digits)))


def _said_twice(one: Claim, other: Claim) -> bool:
    """The same sentence with another value: in two wordings of the resolution, or once in each of two documents."""
    if one.value.sentence is None or one.value.sentence != other.value.sentence or one.marks != other.marks:
        return False
    length = len(one.value.sentence[0].split())
    if one.part == other.part == "resolution":
        return length >= _SAME_WORDS
    apart = one.document != other.document and not one.part == other.part == "annex"
    dated = one.value.kind == "date" and not is_slip(one.value, other.value)
    return apart and not one.told and not dated and length >= _SAME_WORDS + 4


def _alike(one: Claim, other: Claim, known: _Known) -> bool:
    """Could two values of which one may be a slip be of the same thing?"""
    agreeing = shared_digits(one.value, other.value)
    beside = one.document == other.document and one.part == other.part
    if (beside and (one.citation == other.citation or agreeing < 6)) or known.both(one, other):
        return False
    if one.tax and other.tax and one.tax != other.tax:
        return False
    if one.head == other.head != UNNAMED:
        nested = one.words <= other.words or other.words <= one.words
        if nested and (one.marks <= other.marks or other.marks <= one.marks):
            return True
    return _like_worded(one, other, agreeing)


def _like_worded(one: Claim, other: Claim, agreeing: int) -> bool:
    """Are the sentences alike? The more digits agree, the less likely that is chance, and the fewer words have to."""
    shared = len(one.terms & other.terms)
    alike = shared / max(1, len(one.terms | other.terms))
    if one.value.kind == "date":
        return shared >= 4 and alike >= 0.5 and one.value.lead == other.value.lead != ""
    if agreeing >= 7:
        return True
    if not all(re.search(r"[A-Za-z]{4}", c.value.context) for c in (one, other)):
        return False  # a figure without a word
    if agreeing >= 5:
        return agreeing == 6 or shared >= 1
    most = shared / max(1, min(len(one.terms), len(other.terms)))
    return shared >= 2 and (alike >= 0.4 or (agreeing == 4 and most >= 0.6))


def shared_digits(one: Value, other: Value) -> int:
    """How many digits two amounts have in common that are no mere zeros at the end; one less for each that is another."""
    a, b = (str(round(v.number * 100)) for v in (one, other))
    return max(len(a.rstrip("0")), len(b.rstrip("0"))) - (sorted(a) != sorted(b))


def _same_thing(one: Claim, other: Claim, claims: Sequence[Claim]) -> bool:
    """Is everything equal that could make them different things, and is there one value for it in each document?"""
    if one.head.startswith("vom ") or one.marks != other.marks:
        return False
    if any(a and b and a != b for a, b in ((one.tax, other.tax), (one.stage, other.stage))):
        return False
    if one.words != other.words:
        return _of_the_resolution(one, other, claims)
    if not one.words and one.head in words.NEEDS_WORDS:
        return False
    return _one_value_each(
        one, other, [c for c in claims if (c.head, c.words, c.marks) == (one.head, one.words, one.marks)]
    )


def _one_value_each(one: Claim, other: Claim, alike: Sequence[Claim]) -> bool:
    """Does each document give one value for it? More of them are of several things with one name."""
    if one.document == other.document:
        return one.part != other.part and bool({one.part, other.part} & _DECISIVE) and _different(alike) == 2
    if one.document[2] >= 0 and other.document[2] >= 0:
        return False  # two annexes may be of two sites, two bidders, two years
    within = (_different(c for c in alike if c.document == document) for document in (one.document, other.document))
    return max(within) == 1 and _different(alike) <= 3


def _of_the_resolution(one: Claim, other: Claim, claims: Sequence[Claim]) -> bool:
    """Is it what the resolution names, and named but once elsewhere? Then one of the two may say less of what it is for."""
    nested = one.words < other.words or other.words < one.words
    if not nested or (one.part == "resolution") == (other.part == "resolution") or one.value.kind == "date":
        return False
    return _different(c for c in claims if c.head == one.head) == 2


def _different(claims: Iterable[Claim]) -> int:
    """How many different values there are; those that may stand for the same are one."""
    apart: list[Value] = []
    for claim in claims:
        if all(claim.value.differs(other) for other in apart):
            apart.append(claim.value)
    return len(apart)


def is_slip(one: Value, other: Value) -> bool:
    """True for two values that differ by two neighbouring digits changed over, or by a single digit."""
    if one.kind == "date":
        if one.low < one.high or other.low < other.high:
            return False
        day, that = (dt.date.fromordinal(int(v.number)) for v in (one, other))
        return day.year == that.year and (day.month == that.month or day.day == that.day)
    a, b = str(round(one.number * 100)), str(round(other.number * 100))
    if len(a) != len(b):
        return False
    apart = [n for n, (x, y) in enumerate(zip(a, b, strict=True)) if x != y]
    if len(apart) == 2 and apart[1] == apart[0] + 1 and sorted(a) == sorted(b):
        return shared_digits(one, other) >= 3
    return len(apart) == 1 and shared_digits(one, other) >= 4


class _Known:
    """All values that each document prints: what it knows of the other side."""

    def __init__(self, papers: Sequence[Paper], claims: Sequence[Claim]) -> None:
        self._claims: dict[tuple[Document, str], list[Claim]] = {}
        for claim in claims:
            self._claims.setdefault((claim.document, claim.value.kind), []).append(claim)
        span = day_span(today_of(papers))
        self._today = span[0] if span else 0.0
        self._all = {round(f.value) for paper in papers for f in money(paper.text.text)}
        self._places: dict[tuple[tuple[int, int], tuple[int, int]], set[float]] = {}
        for claim in claims:
            self._places.setdefault((claim.place, claim.block), set()).add(claim.value.number)

    def both(self, one: Claim, other: Claim) -> bool:
        """True where one side knows the value of the other, too: its sentence or row, or another document that it stands in."""
        if one.document == other.document or (is_slip(one.value, other.value) and one.value.kind == "amount"):
            pair = ((one, other), (other, one))
            return any(that.value.number in self._places[this.place, this.block] for this, that in pair)
        return self._has(one.document, other) or self._has(other.document, one)

    def explains(self, one: Claim, other: Claim) -> bool:
        """True where the difference has a reason other than a mistake."""
        if one.value.kind == "date":  # what was and what is to come: an old Satzung, a phase that is over
            return bool(self._today) and (one.value.number < self._today) != (other.value.number < self._today)
        high, low = max(one.value.number, other.value.number), min(one.value.number, other.value.number)
        ratio = high / low if low else 0.0
        if any(abs(ratio - rate) < 0.0005 for rate in _TAX) or (1.5 < ratio < 61 and abs(ratio - round(ratio)) < 0.001):
            return True
        if self.both(one, other):
            return True
        return round(high - low) in self._all or round(high + low) in self._all

    def _has(self, document: Document, claim: Claim) -> bool:
        """Does a document print this value? Not where it is that of a row of something else."""
        return any(
            claim.value.low <= c.value.number <= claim.value.high
            and not (c.head == "kost" and c.value.sentence is None and c.words.isdisjoint(claim.words))
            for c in self._claims.get((document, claim.value.kind), ())
        )


def _shown(pairs: Sequence[tuple[Claim, Claim]], claims: Sequence[Claim]) -> Iterator[Contradiction]:
    """One Contradiction for each thing, with every document that says something of it."""
    things: list[list[Claim]] = []
    for pair in pairs:
        thing = next((t for t in things if any(c in t for c in pair)), None)
        if thing is None:
            things.append(list(pair))
        else:
            thing.extend(c for c in pair if c not in thing)
    for sides in things[:_MOST]:
        agreeing = [
            c
            for c in claims
            if c.head != UNNAMED
            and any(
                (c.head, c.words, c.marks, c.value.kind, c.value.number)
                == (s.head, s.words, s.marks, s.value.kind, s.value.number)
                for s in sides
            )
        ]
        chosen: dict[tuple[float, Document], Claim] = {}
        for claim in sorted([*sides, *agreeing], key=lambda c: c.place):
            chosen.setdefault((claim.value.number, claim.document), claim)
        first = min(chosen.values(), key=lambda c: (c.label.count(" "), c.place))
        yield Contradiction(
            kind=first.value.kind,
            subject=first.label or _last_noun(first),
            sides=tuple(
                Side(text=c.value.text, context=c.value.context[:400], citation=c.citation)
                for c in list(chosen.values())[:_MOST_SIDES]
            ),
        )


def _last_noun(claim: Claim) -> str:
    """What stands before a value whose words do not name it."""
    before = claim.value.context.partition(claim.value.text)[0]
    nouns = re.findall(r"\b[A-ZÄÖÜ][\w-]{3,}(?: (?:für|und|der|des) [A-ZÄÖÜ][\w-]+)*", before)
    return str(nouns[-1]) if nouns else "Betrag" if claim.value.kind == "amount" else "Termin"
