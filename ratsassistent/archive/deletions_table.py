"""The table of what was deleted: ids, times and kinds, no word of it; it stays.

What enters: a connection that may write, or a Store; ids. What leaves: Deleted entries.
What it does not know: what was deleted, backups. A restore brings an older archive back: by this table it is known what
has to go from it again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal

from sqlalchemy import Connection, insert, select, update

from ratsassistent.archive.tables import deleted as table
from ratsassistent.oparl import Model

if TYPE_CHECKING:  # the store notes deletions, too
    from ratsassistent.archive.store import Store

Part = Literal["all", "nonpublic"]  # of a meeting
Kind = Literal["Meeting", "Paper", "question", "search", "remark", "nonpublic"]
_NONPUBLIC = "#nichtoeffentlich"  # behind the id of a meeting: its non-public part


class Deleted(Model):
    """Something was deleted: its id, when (the last time), and what kind of thing it was."""

    id: str
    time: dt.datetime
    kind: Kind

    @property
    def meeting_id(self) -> str:
        """The meeting that it was, or whose non-public part it was."""
        return self.id.removesuffix(_NONPUBLIC)


def note(connection: Connection, kind: Kind, ids: Iterable[str]) -> None:
    """Note in the transaction that deletes them that these went now."""
    keep(connection, [Deleted(id=key, time=dt.datetime.now(dt.UTC), kind=kind) for key in ids])


def note_nonpublic(connection: Connection, meeting_id: str) -> None:
    """Note that the non-public part of a meeting went; the rest of it may stay, and go later."""
    note(connection, "nonpublic", [f"{meeting_id}{_NONPUBLIC}"])


def keep(connection: Connection, entries: Iterable[Deleted]) -> None:
    """Keep entries; of two about one thing the later one."""
    for one in entries:
        time = one.time.astimezone(dt.UTC).isoformat()
        known = connection.execute(select(table.c.time).where(table.c.id == one.id)).scalar()
        if known is None:
            connection.execute(insert(table).values(id=one.id, time=time, kind=one.kind))
        elif known < time:
            connection.execute(update(table).where(table.c.id == one.id).values(time=time))


def of(store: Store) -> list[Deleted]:
    """All entries of an archive."""
    with store.reading() as connection:
        rows = connection.execute(select(table.c.id, table.c.time, table.c.kind).order_by(table.c.time, table.c.id))
        return [Deleted(id=row.id, time=dt.datetime.fromisoformat(row.time), kind=row.kind) for row in rows]


def add(store: Store, entries: Iterable[Deleted]) -> None:
    """Keep entries of another archive, or of the time before it was restored."""
    with store.writing() as connection:
        keep(connection, entries)


def put(store: Store, entries: Iterable[Deleted]) -> None:
    """Let entries say these times, whatever they say now: doing a deletion again is no new one."""
    with store.writing() as connection:
        for one in entries:
            time = one.time.astimezone(dt.UTC).isoformat()
            connection.execute(update(table).where(table.c.id == one.id).values(time=time))
