"""The table of marks that a reader puts on agenda items: read, important.

What enters: a Store, ids of items. What leaves: Marks.
What it does not know: what is in an item, who the reader is: where persons sign in, each has marks of one's own.

All marks lie in the non-public archive, whatever their item is: they tell what somebody reads.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import delete, select

from ratsassistent.archive import saving
from ratsassistent.archive.store import Store
from ratsassistent.archive.tables import mark as table
from ratsassistent.briefings import Mark


class Marks:
    """The marks of one reader that an archive keeps.

    :param person: id of who has signed in; None: whoever works at the machine itself.
    """

    def __init__(self, store: Store, person: str | None = None) -> None:
        self._store, self._person = store, person or ""

    def of(self, ids: Iterable[str]) -> dict[str, Mark]:
        """The marks of these items; an item without any is left out."""
        wanted = set(ids)
        with self._store.reading() as connection:
            query = select(table.c.item_id, table.c.read, table.c.important).where(table.c.person == self._person)
            rows = connection.execute(query).all()
        return {
            key: Mark(item_id=key, read=read, important=important) for key, read, important in rows if key in wanted
        }

    def put(self, mark: Mark, meeting_id: str | None) -> None:
        """Keep a mark, in place of the one before.

        :raises StorageError: it cannot be written.
        """
        values = {"meeting_id": meeting_id, "read": mark.read, "important": mark.important}
        with self._store.writing() as connection:
            saving.put(connection, table, {"item_id": mark.item_id, "person": self._person}, values)

    def important(self, ids: Iterable[str]) -> set[str]:
        """Those of these items that are important to anybody."""
        wanted = set(ids)
        with self._store.reading() as connection:
            return wanted & set(connection.execute(select(table.c.item_id).where(table.c.important)).scalars())

    def leave(self) -> int:
        """This reader goes, with all marks; returns how many."""
        with self._store.writing() as connection:
            return connection.execute(delete(table).where(table.c.person == self._person)).rowcount

    def forget(self, gone: Iterable[str]) -> int:
        """Delete the marks of things that were deleted, whosever they are; returns how many.

        :param gone: ids as `Store.delete_meeting` returns them.
        """
        ids = list(gone)
        with self._store.writing() as connection:
            return connection.execute(
                delete(table).where(table.c.item_id.in_(ids) | table.c.meeting_id.in_(ids))
            ).rowcount
