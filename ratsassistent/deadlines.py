"""When a meeting, or its non-public part, is to be deleted: set by a person, or by a rule for all; what is due is asked, never done.

What enters: an opened Workspace, how a person names a meeting, days, today. What leaves: Dates, the earliest first.
What it does not know: how anything is deleted (`deleting`), commands, the page.

A date belongs to the id of a meeting, so it stays when the meeting comes in again, or is corrected. What a rule says is worked
out anew each time, from the day of the meeting as it is known then.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ratsassistent import held
from ratsassistent.archive.deadlines_table import PARTS, Deadline, Deadlines, Part, Rule, counted, meeting_ids
from ratsassistent.errors import InputError
from ratsassistent.oparl import Meeting
from ratsassistent.workspace import Workspace

LATER_DAYS = 7  # after which „Später erinnern“ asks again
MOST_MONTHS = 1200
LAST_YEAR = 2200

__all__ = ["LATER_DAYS", "PARTS", "Date", "Deadline", "Extent", "Kept", "Part", "Rule", "after_months", "bring_back", "dates",
           "due", "everything", "extent", "is_held", "is_mixed", "keep", "later", "of_meeting", "put", "put_rule", "rules"]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Date:
    """A deletion date that holds now. `by_rule`: nobody set it for this meeting alone; `remind`: not to be asked before that day."""

    meeting: Meeting  # without papers
    part: Part
    day: dt.date
    by_rule: bool = False
    remind: dt.date | None = None

    def is_due(self, today: dt.date) -> bool:
        """Whether the day has come."""
        return self.day <= today

    def asks(self, today: dt.date) -> bool:
        """Whether a person is to be asked now."""
        return self.is_due(today) and (self.remind is None or self.remind <= today)


@dataclass(frozen=True, slots=True)
class Extent:
    """How much of a meeting it is about; an item or paper that is only partly non-public stays, and does not count."""

    items: int
    papers: int
    pages: int


@dataclass(frozen=True, slots=True)
class Kept:
    """All that is kept of deletion dates, to be taken along when the archive is replaced by an older one."""

    dates: tuple[Deadline, ...] = ()
    rules: tuple[Rule, ...] = ()


def dates(ws: Workspace, known: Sequence[Meeting] | None = None) -> list[Date]:
    """The dates of all meetings, the earliest first; of a non-public part only where there is one.

    :param known: all meetings, where they are at hand.
    """
    table = Deadlines(ws.nonpublic)
    said = {(one.meeting_id, one.part): one for one in table.all()}
    months = _months(table.rules())
    if not said and not months:
        return []
    meetings = held.meetings(ws, with_papers=False) if known is None else known
    return _sorted(_dates_of(meetings, said, months, meeting_ids(ws.nonpublic)))


def of_meeting(ws: Workspace, meeting: Meeting) -> list[Date]:
    """The dates of one meeting."""
    return dates(ws, [meeting])


def due(ws: Workspace, today: dt.date | None = None, known: Sequence[Meeting] | None = None) -> list[Date]:
    """What is to be asked now: dates that have come, and that nobody has put off.

    Where the whole meeting is asked about, its non-public part is not asked about again.
    """
    day = today or dt.date.today()
    asking = [one for one in dates(ws, known) if one.asks(day)]
    whole = {one.meeting.id for one in asking if one.part == "all"}
    return [one for one in asking if one.part == "all" or one.meeting.id not in whole]


def put(ws: Workspace, wanted: str, part: Part, day: dt.date) -> Meeting:
    """Set or change the date of a meeting, or of its non-public part.

    :raises NotFound: there is no such meeting. :raises Ambiguous: there are several.
    :raises InputError: the day is too far away to be meant, or there is no such part.
    """
    if not 1900 <= day.year <= LAST_YEAR:
        raise InputError(f"Das Jahr {day.year} ist als Löschdatum nicht möglich.")
    meeting = held.wanted_meeting(ws, wanted)
    if part == "nonpublic" and meeting.id not in meeting_ids(ws.nonpublic):
        raise InputError(
            "Von dieser Sitzung ist nichts Nichtöffentliches vorhanden; bitte das Datum für alles angeben."
        )
    _say(ws, Deadline(meeting_id=meeting.id, part=part, day=day, written=_now()))
    return meeting


def keep(ws: Workspace, wanted: str, parts: Iterable[Part] = PARTS) -> Meeting:
    """Take away the date of a meeting; a rule does not bring it back.

    :raises NotFound: there is no such meeting. :raises Ambiguous: there are several.
    """
    meeting = held.wanted_meeting(ws, wanted)
    _say(ws, *(Deadline(meeting_id=meeting.id, part=part, written=_now()) for part in parts))
    return meeting


def later(ws: Workspace, wanted: str, part: Part, today: dt.date | None = None) -> dt.date:
    """Ask again in a week; returns the day. The date stays what it is.

    :raises NotFound: there is no such meeting. :raises InputError: it has no date.
    """
    meeting = held.wanted_meeting(ws, wanted)
    one = next((one for one in of_meeting(ws, meeting) if one.part == part), None)
    if one is None:
        raise InputError("Für diese Sitzung ist kein Löschdatum gesetzt.")
    again = (today or dt.date.today()) + dt.timedelta(days=LATER_DAYS)
    _say(ws, Deadline(meeting_id=meeting.id, part=part, day=one.day, remind=again, written=_now()))
    return again


def rules(ws: Workspace) -> dict[Part, int]:
    """How many months after a meeting a part of it is to be deleted, where that is said."""
    return _months(Deadlines(ws.nonpublic).rules())


def put_rule(ws: Workspace, part: Part, months: int | None, *, also_held: bool = False) -> None:
    """Say what holds for meetings that come in from now on; None: nothing.

    :param also_held: for those that are held already, too, but for what a person said of one of them. Else all is with them as
        it was before.
    :raises InputError: so many months are not possible.
    """
    if months is not None and not 1 <= months <= MOST_MONTHS:
        raise InputError(f"Bitte eine Zahl von 1 bis {MOST_MONTHS} Monaten angeben.")
    table = Deadlines(ws.nonpublic)
    now = _now()
    fixed: list[Deadline] = []
    if also_held:
        table.follow_rule(part)
    else:
        said = {one.meeting_id for one in table.all() if one.part == part}
        before = {one.meeting.id: one.day for one in _all_by_rule(ws, part)}
        there = sorted(meeting_ids(ws.public) | meeting_ids(ws.nonpublic))
        fixed = [
            Deadline(meeting_id=key, part=part, day=before.get(key), by_rule=True, written=now)
            for key in there
            if key not in said and (months is not None or key in before)
        ]
    table.put(fixed, [Rule(part=part, months=months, written=now)])


def extent(ws: Workspace, date: Date) -> Extent:
    """What would go if a date were followed now."""
    items, papers, pages = counted(ws.nonpublic, date.meeting.id)
    public_items, public_papers, public_pages = counted(ws.public, date.meeting.id)
    if date.part == "nonpublic":
        return Extent(len(items - public_items), len(papers - public_papers), pages)
    return Extent(len(items | public_items), len(papers | public_papers), pages + public_pages)


def is_held(ws: Workspace, meeting_id: str) -> bool:
    """Whether anything is left of a meeting."""
    return any(meeting_id in meeting_ids(store) for store in ws.stores)


def is_mixed(ws: Workspace, meeting_id: str) -> bool:
    """Whether a meeting has a public part and another one, so that one of them can go alone."""
    return all(meeting_id in meeting_ids(store) for store in ws.stores)


def everything(ws: Workspace) -> Kept:
    """All that is kept; for `bring_back`."""
    table = Deadlines(ws.nonpublic)
    return Kept(tuple(table.all()), tuple(table.rules()))


def bring_back(ws: Workspace, kept: Kept) -> int:
    """An older archive is in place: what was said after it was made holds again, for what it has; returns how many dates changed."""
    table = Deadlines(ws.nonpublic)
    there = meeting_ids(ws.public) | meeting_ids(ws.nonpublic)
    before = {(one.meeting_id, one.part): one for one in table.all()}
    table.put([one for one in kept.dates if one.meeting_id in there], kept.rules)
    return sum(before.get((one.meeting_id, one.part)) != one for one in table.all())


def after_months(day: dt.date, months: int) -> dt.date:
    """The same day of a later month, or its last one."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if year > LAST_YEAR:
        raise InputError(f"Das Jahr {year} ist als Löschdatum nicht möglich.")
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _dates_of(
    meetings: Iterable[Meeting],
    said: Mapping[tuple[str, Part], Deadline],
    months: Mapping[Part, int],
    with_nonpublic: set[str],
) -> Iterable[Date]:
    for meeting in meetings:
        for part in PARTS:
            if part == "nonpublic" and meeting.id not in with_nonpublic:
                continue
            one = said.get((meeting.id, part))
            if one is not None:
                if one.day is not None:
                    yield Date(meeting, part, one.day, by_rule=one.by_rule, remind=one.remind)
            elif part in months and (held_on := _day_of(meeting)) is not None and held_on.year < LAST_YEAR - 100:
                yield Date(meeting, part, after_months(held_on, months[part]), by_rule=True)


def _all_by_rule(ws: Workspace, part: Part) -> list[Date]:
    """The dates that a rule gives, of a part of which nothing non-public may be there yet, too."""
    months = _months(Deadlines(ws.nonpublic).rules())
    if part not in months:
        return []
    meetings = held.meetings(ws, with_papers=False)
    said = {(one.meeting_id, one.part): one for one in Deadlines(ws.nonpublic).all()}
    found = _dates_of(meetings, said, months, {meeting.id for meeting in meetings})
    return [one for one in found if one.part == part and one.by_rule]


def _day_of(meeting: Meeting) -> dt.date | None:
    try:
        return dt.datetime.fromisoformat(meeting.start or "").date()
    except ValueError:
        return None


def _sorted(found: Iterable[Date]) -> list[Date]:
    return sorted(found, key=lambda one: (one.day, one.meeting.id, one.part))


def _months(said: Iterable[Rule]) -> dict[Part, int]:
    return {rule.part: rule.months for rule in said if rule.months is not None}


def _say(ws: Workspace, *said: Deadline) -> None:
    Deadlines(ws.nonpublic).put(said)


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
