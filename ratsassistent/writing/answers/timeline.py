"""How something developed over the years: a dated list of quotes, each with its source.

What enters: Ranked quotes of many meetings, their hits, a Question with `over_time`. What leaves: Statements in the order
of time, their label the year or day they hold for; none where fewer than two times are found.
What it does not know: how the passages were found, whether the values can be compared.

The time of a quote is the year that it names itself, else that of the meeting it was put to; the label says which: a fee
that is decided on in 2020 mostly holds from 2021 on.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ratsassistent.briefings import Hit, Statement
from ratsassistent.writing.answers.compose import _shown
from ratsassistent.writing.answers.question import Question
from ratsassistent.writing.answers.ranking import Ranked
from ratsassistent.writing.text.amounts import days

MOST = 8  # lines
LEAST_AROUND = 0.5  # share of the question's words that a quote must speak of
_YEAR = re.compile(r"(?<![\d./])(?:19|20)\d\d(?![\d.]\d|/\d{3})")


@dataclass(frozen=True, slots=True)
class _Line:
    when: str
    named: bool  # in the quote itself
    entry: Ranked

    @property
    def label(self) -> str:
        return self.when[:4] if self.named else f"Sitzung {self.when[:4]}"


def timeline(ranked: Sequence[Ranked], hits: Sequence[Hit], question: Question) -> tuple[Statement, ...]:
    """The best quote of each year asked for, in the order of time."""
    since = min(question.years) if question.years else None
    until = max(question.years) if len(question.years) > 1 else None
    best: dict[str, _Line] = {}
    for entry in ranked:
        features = entry.features
        if not entry.values or features.value < 0.6 or features.around < LEAST_AROUND or features.rarest < 0.4:
            continue
        named = time_of(entry, None)
        when = named or time_of(entry, hits[entry.quote.hit].date if entry.quote.hit < len(hits) else None)
        if when is None:
            continue
        year = int(when[:4])
        if (since and year < since) or (until and year > until):
            continue
        if when[:4] not in best:  # the ranked come best first
            best[when[:4]] = _Line(when, named is not None, entry)
    lines = sorted(best.values(), key=lambda line: line.when)
    if len(lines) < 2:
        return ()
    if len(lines) > MOST:  # the first, the last and the best between
        inner = sorted(lines[1:-1], key=lambda line: -line.entry.score)[: MOST - 2]
        lines = [lines[0], *sorted(inner, key=lambda line: line.when), lines[-1]]
    return tuple(
        Statement(
            text=_shown(line.entry.quote), origin="extract", citation=line.entry.quote.citation, check="ok",
            label=line.label, heading=line.entry.quote.heading or None,
        )
        for line in lines
    )  # fmt: skip


def time_of(entry: Ranked, date: str | None) -> str | None:
    """The year (or day) that a quote's value holds for: named near the value, else when it was said."""
    text = entry.quote.text
    years = [(m.start(), m[0]) for m in _YEAR.finditer(text)]
    years += [(d.start, d.date[:4]) for d in days(text) if d.date[:4].isdigit()]
    if years and entry.values:
        at = max(entry.values, key=lambda v: v.sure).start
        return min(years, key=lambda y: abs(y[0] - at))[1]
    return date[:10] if date else None
