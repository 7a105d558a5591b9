"""Which agenda items matter most, from what is known without a language model: they are written first.

What enters: agenda items with their papers, the day of the meeting, the ids that a person has put first. What leaves: the
same items in another order. It is a guess about what readers want first, and is never shown as a judgement.
What it does not know: briefings, the archive, how long an item takes to write.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Sequence

from ratsassistent.oparl import AgendaItem, PartKind
from ratsassistent.writing.extracts.wording import main_first, resolution_of
from ratsassistent.writing.findings.overview import purpose_of
from ratsassistent.writing.text.amounts import days, money

_OF_MONEY: tuple[PartKind, ...] = ("costs", "form", "summary")
_LONGEST = 40_000  # characters of such parts of an item that are looked through
_FORMAL = re.compile(
    r"^\W*(?:eröffnung|begrüßung|begrüssung|schließung|schliessung|schluss der sitzung|festst\w+ der (?:ordnungs|beschluss|tagesordn|anwesen)\w*"
    r"|(?:genehmigung|anerkennung|bestätigung|verlesung|beschluss\w* über)\b.{0,60}\b(?:niederschrift|protokoll|tagesordnung|traktandenliste)"
    r"|protokoll(?:genehmigung|e?\b)|niederschrift(?:en)?\b|tagesordnung\b|traktandenliste\b"
    r"|wahl de[rs] (?:stimmenzähl|protokoll|schriftführ)\w*|verschiedenes|sonstiges|allfälliges|varia\b|bekannt(?:gabe|machung)\w*|mitteilung\w*"
    r"|anfragen\b|anregungen\b|\w*fragestunde|fragen der (?:einwohner|bürger)\w*|termine\b)",
    re.IGNORECASE,
)


def by_importance(items: Sequence[AgendaItem], day: str = "", first: Collection[str] = ()) -> list[AgendaItem]:
    """Put the items in the order in which they are worth writing; where nothing tells, they keep their order.

    First what is decided on, then what is discussed, then what is only reported, then formalities, at last what has no
    papers or was taken off the agenda. Within these, what costs much, falls due soon after the meeting and has many
    pages goes first.

    :param day: of the meeting (ISO, also with its time), empty where it is not known.
    :param first: ids of items that a person wants first, before everything else.
    """
    day = day[:10]
    return sorted(items, key=lambda item: (item.id not in first, *(-value for value in _weight(item, day))))


def is_formal(item: AgendaItem) -> bool:
    """Whether an item only opens, closes or runs the meeting, by its name: "Eröffnung", "Verschiedenes"."""
    return _FORMAL.match(item.name) is not None


def _weight(item: AgendaItem, day: str) -> tuple[int, float]:
    """What is done with an item (4: decided), and how much it is about; more comes first."""
    if item.withdrawn or not item.has_files:
        return 0, 0.0
    wording = resolution_of(main_first(item.papers))
    text = wording.text if wording else ""
    purpose = {"decide": 4, "discuss": 3, "note": 2}[purpose_of(item, text or None, day)]
    if is_formal(item):
        purpose = 1
    pages = sum(span.last - span.first + 1 for paper in item.papers for span in paper.files if span.last >= span.first)
    return purpose, _sum_weight(item, text) + _due_weight(text, day) + 0.5 * math.log2(1 + min(pages, 200))


def _sum_weight(item: AgendaItem, wording: str) -> float:
    """0 without money, 3 for a thousand euros, 6 for a million; what is to be decided counts before what is told."""
    found = [one.value for one in money(wording)]
    if not found:
        told = "\n".join(p.part_text(part) for p in item.papers for part in p.parts if part.kind in _OF_MONEY)
        values = [f"{value.name}: {value.value}" for paper in item.papers for value in paper.form]
        found = [one.value for one in money("\n".join([told[:_LONGEST], *values]))]
    return math.log10(1 + min(max(found, default=0.0), 1e9))


def _due_weight(wording: str, day: str) -> float:
    """1.5 where the wording names a day or month after the meeting, 1 where it names one and no meeting day is known."""
    named = [found.date for found in days(wording, years=False) if not found.date.startswith("--")]
    if not day:
        return 1.0 if named else 0.0
    return 1.5 if any(date > day[: len(date)] for date in named) else 0.0
