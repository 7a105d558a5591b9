"""The table of what persons said of items and statements.

What enters: a Store, Remarks. What leaves: the same Remarks, the oldest first; one that is written is never changed.
What it does not know: what a remark does to a briefing (`writing.remarks`), who may say what.

A remark belongs to an agenda item or to a paper, and lies in the archive that its item belonged to when it was written:
it does not move, so that what was said of something non-public never becomes public by itself. `forget` takes away
those whose item was deleted in the other archive.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import ColumnElement, delete, insert, select

from ratsassistent.archive import deletions_table
from ratsassistent.archive.store import Store
from ratsassistent.archive.tables import paper
from ratsassistent.archive.tables import remark as table
from ratsassistent.briefings import Remark


class Remarks:
    """The remarks that one archive keeps."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(self, remark: Remark, meeting_id: str | None, *, public: bool) -> None:
        """Keep a remark.

        :param public: whether its item is.
        :raises ValueError: this archive is public and the item is not. :raises StorageError: it cannot be written.
        """
        if self._store.public and not public:
            raise ValueError(f"what is said of {remark.item_id} is not public")
        values = {
            "id": remark.id,
            "item_id": remark.item_id,
            "meeting_id": meeting_id,
            "body": remark.model_dump_json(),
        }
        with self._store.writing() as connection:
            connection.execute(insert(table).values(values))

    def of(self, ids: Iterable[str], meeting_id: str | None = None) -> list[Remark]:
        """What was said of these items and papers, and of anything else in this meeting."""
        found = table.c.item_id.in_(list(ids))
        return self._where(found if meeting_id is None else found | (table.c.meeting_id == meeting_id))

    def withdraw(self, remark_id: str) -> Remark | None:
        """Delete a remark so that its words are gone from the disk; returns it, or None if it is not here."""
        found = self._where(table.c.id == remark_id)
        if not found:
            return None
        with self._store.writing() as connection:
            connection.execute(delete(table).where(table.c.id == remark_id))
            deletions_table.note(connection, "remark", [remark_id])
        self._store.empty_log()
        return found[0]

    def forget(self, gone: Iterable[str]) -> int:
        """Delete what was said of things that were deleted; returns how many remarks.

        :param gone: ids as `Store.delete_meeting` returns them.
        """
        ids = list(gone)
        surviving = table.c.item_id.in_(select(paper.c.id))  # said of a paper that another meeting has, too
        named = table.c.item_id.in_(ids) | (table.c.meeting_id.in_(ids) & ~surviving)
        with self._store.writing() as connection:
            count = connection.execute(delete(table).where(named)).rowcount
        if count:
            self._store.empty_log()
        return count

    def _where(self, condition: ColumnElement[bool]) -> list[Remark]:
        with self._store.reading() as connection:
            bodies = list(connection.execute(select(table.c.body).where(condition)).scalars())
        return sorted((Remark.model_validate_json(body) for body in bodies), key=lambda r: (r.written, r.id))
