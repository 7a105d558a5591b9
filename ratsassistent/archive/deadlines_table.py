"""The tables of deletion dates: when a meeting, or its non-public part, is to be deleted, and the rule for all others.

What enters: the non-public Store, ids of meetings, days. What leaves: Deadline and Rule objects.
What it does not know: what is in a meeting, what day it is, how anything is deleted.

A row says ids and days only, no word of a meeting. That a date was taken away is a row, too: so a rule does not bring it
back, and of an older archive that is restored it is known that it was later.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import get_args

from sqlalchemy import Connection, delete, func, insert, select, update

from ratsassistent.archive import tables
from ratsassistent.archive.deletions_table import Part
from ratsassistent.archive.store import Store
from ratsassistent.archive.tables import deadline as table
from ratsassistent.archive.tables import deadline_rule
from ratsassistent.oparl import Model

PARTS: tuple[Part, ...] = get_args(Part)

__all__ = ["PARTS", "Deadline", "Deadlines", "Part", "Rule", "counted", "meeting_ids"]


class Deadline(Model):
    """What holds for one meeting. `day` None: it is kept, whatever the rule says; `remind`: not to be asked before.

    `by_rule`: no person said so; the rule has changed for later meetings only, and for this one all is as before.
    """

    meeting_id: str
    part: Part
    day: dt.date | None = None
    remind: dt.date | None = None
    by_rule: bool = False
    written: dt.datetime


class Rule(Model):
    """So many months after a meeting; None: no rule."""

    part: Part
    months: int | None = None
    written: dt.datetime


class Deadlines:
    """The deletion dates that a data folder keeps."""

    def __init__(self, store: Store) -> None:
        """Use the tables in `store`, which must be the non-public one.

        :raises ValueError: the store is public.
        """
        if store.public:
            raise ValueError("deletion dates belong in the non-public archive")
        self._store = store

    def all(self) -> list[Deadline]:
        """What was said of single meetings."""
        query = select(table).order_by(table.c.meeting_id, table.c.part)
        with self._store.reading() as connection:
            return [Deadline.model_validate(dict(row)) for row in connection.execute(query).mappings()]

    def rules(self) -> list[Rule]:
        """What holds for the others."""
        query = select(deadline_rule).order_by(deadline_rule.c.part)
        with self._store.reading() as connection:
            return [Rule.model_validate(dict(row)) for row in connection.execute(query).mappings()]

    def put(self, dates: Iterable[Deadline] = (), rules: Iterable[Rule] = ()) -> None:
        """Keep dates and rules; of two about one thing the one that was written later.

        :raises StorageError: it cannot be written.
        """
        with self._store.writing() as connection:
            for one in dates:
                _put_date(connection, one)
            for rule in rules:
                _put_rule(connection, rule)

    def follow_rule(self, part: Part) -> None:
        """Let the rule hold for all meetings of which no person said anything."""
        with self._store.writing() as connection:
            connection.execute(delete(table).where(table.c.part == part, table.c.by_rule.is_(True)))

    def forget(self, gone: Iterable[str], part: Part | None = None) -> int:
        """Delete the dates of meetings that were deleted, of both parts or of one; returns how many.

        :param gone: ids as `Store.delete_meeting` returns them.
        """
        mine = delete(table).where(table.c.meeting_id.in_(list(gone)))
        if part is not None:
            mine = mine.where(table.c.part == part)
        with self._store.writing() as connection:
            return connection.execute(mine).rowcount


def meeting_ids(store: Store) -> set[str]:
    """The meetings of which an archive holds anything."""
    with store.reading() as connection:
        return set(connection.execute(select(tables.meeting.c.id)).scalars())


def counted(store: Store, meeting_id: str) -> tuple[set[str], set[str], int]:
    """What an archive has of a meeting: its items, the papers of these, and how many pages in all."""
    item, link, page, file = tables.agenda_item, tables.item_paper, tables.page, tables.meeting_file
    with store.reading() as connection:
        items = set(connection.execute(select(item.c.id).where(item.c.meeting_id == meeting_id)).scalars())
        of_items = select(link.c.paper_id).join(item, item.c.id == link.c.agenda_item_id)
        papers = set(connection.execute(of_items.where(item.c.meeting_id == meeting_id)).scalars())
        files = select(file.c.file_id).where(file.c.meeting_id == meeting_id)
        pages = connection.execute(select(func.count()).select_from(page).where(page.c.file_id.in_(files))).scalar_one()
    return items, papers, int(pages)


def _put_date(connection: Connection, one: Deadline) -> None:
    here = (table.c.meeting_id == one.meeting_id) & (table.c.part == one.part)
    written = _time(one.written)
    values = {"day": _day(one.day), "remind": _day(one.remind), "by_rule": one.by_rule, "written": written}
    known = connection.execute(select(table.c.written).where(here)).scalar()
    if known is None:
        connection.execute(insert(table).values(meeting_id=one.meeting_id, part=one.part, **values))
    elif known <= written:
        connection.execute(update(table).where(here).values(values))


def _put_rule(connection: Connection, rule: Rule) -> None:
    here = deadline_rule.c.part == rule.part
    values = {"months": rule.months, "written": _time(rule.written)}
    known = connection.execute(select(deadline_rule.c.written).where(here)).scalar()
    if known is None:
        connection.execute(insert(deadline_rule).values(part=rule.part, **values))
    elif known <= values["written"]:
        connection.execute(update(deadline_rule).where(here).values(values))


def _time(given: dt.datetime) -> str:
    return given.astimezone(dt.UTC).isoformat(timespec="microseconds")


def _day(given: dt.date | None) -> str | None:
    return given.isoformat() if given else None
