"""The log of who opened what is not public: persons, ids, the kind of act, the time. Never a word of what was opened or looked for.

What enters: a Workspace as a person has it, what was shown. What leaves: rows in the database of persons; Openings to be read.
What it does not know: how the log is shown, SQL.

What cannot be noted is not shown. Nothing is noted where nobody has to sign in. The same opening again within `SAME_S` is not noted twice. What is older than the
time set (`DAYS` by default) goes when the log is next written or read; so does what belongs to a meeting or paper that is deleted.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Literal

from ratsassistent import held, own_jobs
from ratsassistent.archive import people as database
from ratsassistent.archive import rights_table as table
from ratsassistent.archive import seen
from ratsassistent.errors import InputError, NotFound
from ratsassistent.jobs import Jobs
from ratsassistent.oparl import AgendaItem, Model
from ratsassistent.workspace import Workspace

Kind = Literal["meeting", "item", "page", "hits", "answer", "export", "register"]
DAYS, LEAST_DAYS, MOST_DAYS = 365, 7, 3650
SAME_S = 600.0
_SETTING = "protokoll_tage"


class Opening(Model):
    """That a person opened something that is not public; `name` is missing where the account was deleted."""

    number: int
    time: float
    person_id: str
    name: str | None = None
    act: Kind
    meeting_id: str | None = None
    item_id: str | None = None
    file_id: str | None = None
    page: int | None = None


Place = dict[str, str | int | None]  # meeting_id, item_id, file_id, page


class AccessLog:
    """The log of a data folder."""

    def __init__(self, data_folder: Path, clock: Callable[[], float] = time.time) -> None:
        """Open it. :raises StorageError: it cannot be read or written."""
        self._table, self._clock = database.PeopleTable(data_folder), clock

    def note(self, person_id: str, act: Kind, places: Iterable[Place]) -> None:
        """Note that a person opened things."""
        now = self._clock()
        with self._table.writing() as connection:
            table.forget_openings(connection, now - self._days(connection) * 86400.0)
            for place in places:
                table.add_opening(connection, {"time": now, "person_id": person_id, "act": act, **place}, now - SAME_S)

    def openings(
        self, *, limit: int | None = None, person_id: str | None = None, meeting_id: str | None = None
    ) -> list[Opening]:
        """What was noted, the newest first."""
        with self._table.writing() as connection:
            table.forget_openings(connection, self._clock() - self._days(connection) * 86400.0)
            rows = table.openings(connection, limit, person_id, meeting_id)
        return [Opening.model_validate(row) for row in rows]

    @property
    def days(self) -> int:
        """How long an opening is kept."""
        with self._table.reading() as connection:
            return self._days(connection)

    def keep_for(self, days: int) -> None:
        """Keep openings for so many days from now on. :raises InputError: that is too short or too long."""
        if not LEAST_DAYS <= days <= MOST_DAYS:
            raise InputError(f"Das Protokoll kann {LEAST_DAYS} bis {MOST_DAYS} Tage aufbewahrt werden.")
        with self._table.writing() as connection:
            table.choose(connection, _SETTING, str(days))
            table.forget_openings(connection, self._clock() - days * 86400.0)

    def forget(self, ids: Sequence[str]) -> int:
        """Delete what is noted of things that were deleted, exclusions from them too; returns how many rows."""
        with self._table.writing() as connection:
            return table.forget_things(connection, ids)

    def _days(self, connection: object) -> int:
        value = table.chosen(connection, _SETTING)  # type: ignore[arg-type]
        return int(value) if value and value.isdecimal() else DAYS


def noted(ws: Workspace, act: Kind, places: Iterable[Place]) -> None:
    """Note that whoever works with this workspace opened things; nothing where nobody has to sign in."""
    wanted = list({tuple(sorted(place.items())): place for place in places}.values())
    if wanted and ws.rights is not None and ws.rights.person is not None:
        AccessLog(ws.settings.data_folder).note(ws.rights.person, act, wanted)


def forget(ws: Workspace, ids: Sequence[str]) -> None:
    """Delete what is noted of things that were deleted; nothing where nobody was ever entered."""
    if (ws.settings.data_folder / database.FOLDER / database.FILE).is_file():
        AccessLog(ws.settings.data_folder).forget(ids)


def opened(ws: Workspace, meeting_id: str | None, items: Iterable[AgendaItem], item_id: str | None = None) -> None:
    """A meeting was opened, or one item of it: note those that are not public, or have papers that are not."""
    closed = [item for item in items if held.is_confidential(item)]
    if item_id is not None:
        noted(ws, "item", [{"meeting_id": meeting_id, "item_id": one.id} for one in closed if one.id == item_id])
    elif closed:
        noted(ws, "meeting", [{"meeting_id": meeting_id}])


def answered(ws: Workspace, jobs: Jobs, job_id: str) -> None:
    """A question was answered: note the pages that are not public and quoted."""
    if ws.rights is None:
        return
    try:
        result = jobs.get(job_id).result
    except NotFound:  # removed meanwhile
        return
    places = seen.held_places(ws.nonpublic, own_jobs.cited(result))
    noted(ws, "answer", [{"file_id": file_id, "page": page} for file_id, page in places])


def day_of(opening: Opening) -> dt.datetime:
    """When something was opened, by the clock of this machine."""
    return dt.datetime.fromtimestamp(opening.time).astimezone()
