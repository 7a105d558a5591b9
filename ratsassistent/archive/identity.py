"""Which meeting of the archive a meeting is that comes again from another source.

What enters: Meetings. What leaves: the held meeting that is the same Sitzung, or None.
What it does not know: PDFs, OParl, how the two are put together (`pack.agendas.nachtrag`).

The same day is a must. Beyond that the names of the bodies have to say the same ("Gemeinderat", "41. Sitzung des
Gemeinderates der Stadt X"), or most of the items. Where two held meetings fit equally well, neither is taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from ratsassistent.archive.german import fold, stem
from ratsassistent.oparl import Meeting
from ratsassistent.pack.oparl_data.oparl_import import body_name

_TOWN = re.compile(
    r"(?i)\s+(?:de[rs]\s+)?(?:(?:kreis|landeshaupt|hanse|markt|groß)?stadt|(?:markt|samt|verbands|orts|einheits)?gemeinde|"
    r"marktes|fleckens|landkreis(?:es)?|kreises|bezirks|stadtbezirks?)\s+(?=[A-ZÄÖÜ]).*$"
)
_SMALL = {"der", "die", "das", "des", "den", "fur", "und", "zur", "zum", "vom", "von", "stadt", "gemeinde", "sitzung"}
_TELLING = 15  # letters of an item's name that tell it from "Verschiedenes"


def same_meeting(held: Sequence[Meeting], meeting: Meeting) -> Meeting | None:
    """The one of the held meetings that this is, or None if none is or it cannot be told.

    :param held: meetings of the same day at least; their items may count.
    """
    if not meeting.start:
        return None
    scored: list[tuple[float, Meeting]] = []
    for other in held:
        if not other.start or other.start[:10] != meeting.start[:10]:
            continue
        if other.oparl_id and meeting.oparl_id:
            if other.oparl_id == meeting.oparl_id:
                return other
            continue
        shared = _shared_items(other, meeting)
        if _bodies(other) & _bodies(meeting):
            scored.append((1 + shared, other))
        elif shared >= 0.5:
            scored.append((shared, other))
    scored.sort(key=lambda entry: -entry[0])
    if not scored or (len(scored) > 1 and scored[0][0] == scored[1][0] and not _one_hour(scored, meeting)):
        return None
    return _one_hour(scored, meeting) or scored[0][1]


def body_key(name: str | None) -> frozenset[str]:
    """What a body is called, without its town, endings and small words."""
    bare = body_name(name) or name or ""
    bare = _TOWN.sub("", re.sub(r"\([^()]*\)", " ", bare))
    words = re.findall(r"[^\W\d_]{2,}", bare)
    return frozenset(stem(word) for word in words if fold(word) not in _SMALL)


def _bodies(meeting: Meeting) -> set[frozenset[str]]:
    names = [meeting.organization, body_name(meeting.name)]
    if meeting.organization and "," in meeting.organization:
        names.extend(meeting.organization.split(","))  # a joint meeting
    return {key for name in names if name and (key := body_key(name))}


def _shared_items(one: Meeting, two: Meeting) -> float:
    """How many of the telling items of the shorter agenda are in the other one too, 0 to 1; two at least."""
    mine, theirs = _titles(one), _titles(two)
    shared = len(mine & theirs)
    return shared / min(len(mine), len(theirs)) if shared >= 2 else 0.0


def _titles(meeting: Meeting) -> set[str]:
    keys = ("".join(re.findall(r"[^\W_]+", fold(item.name))) for item in meeting.agendaItem)
    return {key[:60] for key in keys if len(key) >= _TELLING}


def _one_hour(scored: Iterable[tuple[float, Meeting]], meeting: Meeting) -> Meeting | None:
    """Of several meetings of one day, the only one that begins at the same time."""
    best = max(score for score, _ in scored)
    same = [
        other
        for score, other in scored
        if score == best and other.start == meeting.start and len(meeting.start or "") > 10
    ]
    return same[0] if len(same) == 1 else None
