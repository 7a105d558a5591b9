"""The table of what persons said of items and statements.

What enters: a Store, a Reader, Remarks. What leaves: those Remarks that this reader may see, the oldest first; one that is
written is never changed. What it does not know: what a remark does to a briefing (`writing.remarks`), who may say what, which
Fraktion somebody belongs to.

Who sees a remark is looked at in each query that gives one out. Whoever does not say who reads gets what is for all.

A remark belongs to an agenda item or to a paper, and lies in the archive that its item belonged to when it was written:
it does not move, so that what was said of something non-public never becomes public by itself. `forget` takes away
those whose item was deleted in the other archive.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, delete, insert, or_, select, update

from ratsassistent.archive import deletions_table
from ratsassistent.archive.store import Store
from ratsassistent.archive.tables import paper
from ratsassistent.archive.tables import remark as table
from ratsassistent.briefings import Remark


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads remarks: what is for all is seen by everybody, what is for few by its author and its Fraktion.

    `person`: id; None: nobody has signed in. `fractions`: ids of those that the person belongs to now.
    """

    person: str | None = None
    fractions: frozenset[str] = frozenset()

    def sees(self) -> ColumnElement[bool]:
        """The condition of a query."""
        found: list[ColumnElement[bool]] = [table.c.audience == "all"]
        if self.person is not None:
            found.append(table.c.person == self.person)
        if self.fractions:
            mine = table.c.organization.in_(sorted(self.fractions))
            found.append((table.c.audience == "fraction") & mine)
        return or_(*found)


NOBODY = Reader()


class Remarks:
    """The remarks that one archive keeps."""

    def __init__(self, store: Store, reader: Reader = NOBODY) -> None:
        self._store, self._reader = store, reader

    def add(self, remark: Remark, meeting_id: str | None, *, public: bool) -> None:
        """Keep a remark.

        :param public: whether its item is.
        :raises ValueError: this archive is public and the item is not. :raises StorageError: it cannot be written.
        """
        if self._store.public and (not public or remark.audience != "all"):
            raise ValueError(f"what is said of {remark.item_id} is not public")
        values = {
            "id": remark.id,
            "item_id": remark.item_id,
            "meeting_id": meeting_id,
            "body": remark.model_dump_json(),
            "person": remark.person,
            "audience": remark.audience,
            "organization": remark.organization,
            "of_public": public and remark.audience != "all",
        }
        with self._store.writing() as connection:
            connection.execute(insert(table).values(values))

    def of(self, ids: Iterable[str], meeting_id: str | None = None) -> list[Remark]:
        """What was said of these items and papers, and of anything else in this meeting."""
        return self._where(_about(ids, meeting_id))

    def one(self, remark_id: str) -> Remark | None:
        """The remark of this id, if it is here."""
        return next(iter(self._where(table.c.id == remark_id)), None)

    def count(self, ids: Iterable[str], meeting_id: str | None = None) -> set[str]:
        """The ids of what was said of these, whoever sees it; to be counted."""
        with self._store.reading() as connection:
            return set(connection.execute(select(table.c.id).where(_about(ids, meeting_id))).scalars())

    def of_public(self, meetings: Iterable[str]) -> set[str]:
        """The items and papers of these meetings of which something for few is said, and which all might see at that time."""
        query = select(table.c.item_id).where(table.c.of_public, table.c.meeting_id.in_(list(meetings)))
        with self._store.reading() as connection:
            return set(connection.execute(query).scalars())

    def withdraw(self, remark_id: str) -> bool:
        """Delete a remark, whoever sees it, so that its words are gone from the disk; False if it is not here."""
        return bool(self._remove([remark_id]))

    def leave(self, person: str) -> int:
        """Somebody goes: what is for that person alone is deleted as in `withdraw`, the rest is nobody's; returns how many went."""
        with self._store.reading() as connection:
            mine = select(table.c.id).where(table.c.person == person, table.c.audience == "self")
            ids = list(connection.execute(mine).scalars())
            left = list(connection.execute(select(table.c.id, table.c.body).where(table.c.person == person)))
        with self._store.writing() as connection:
            for remark_id, body in left:
                if remark_id not in ids:
                    kept = Remark.model_validate_json(body).model_copy(update={"person": None})
                    values = {"person": None, "body": kept.model_dump_json()}
                    connection.execute(update(table).where(table.c.id == remark_id).values(values))
        return self._remove(ids)

    def _remove(self, ids: Collection[str]) -> int:
        with self._store.writing() as connection:
            count = connection.execute(delete(table).where(table.c.id.in_(ids))).rowcount
            if count:
                deletions_table.note(connection, "remark", ids)
        if count:
            self._store.empty_log()
        return count

    def forget(self, gone: Iterable[str], still_public: Collection[str] = ()) -> int:
        """Delete what was said of things that were deleted; returns how many remarks.

        :param gone: ids as `Store.delete_meeting` returns them. :param still_public: items and papers that all may see still.
        """
        ids = list(gone)
        surviving = table.c.item_id.in_(select(paper.c.id))  # said of a paper that another meeting has, too
        named = table.c.item_id.in_(ids) | (table.c.meeting_id.in_(ids) & ~surviving)
        if still_public:
            named &= ~(table.c.of_public & table.c.item_id.in_(list(still_public)))
        with self._store.writing() as connection:
            count = connection.execute(delete(table).where(named)).rowcount
        if count:
            self._store.empty_log()
        return count

    def _where(self, condition: ColumnElement[bool]) -> list[Remark]:
        with self._store.reading() as connection:
            query = select(table.c.body).where(condition, self._reader.sees())
            bodies = list(connection.execute(query).scalars())
        return sorted((Remark.model_validate_json(body) for body in bodies), key=lambda r: (r.written, r.id))


def _about(ids: Iterable[str], meeting_id: str | None) -> ColumnElement[bool]:
    found = table.c.item_id.in_(list(ids))
    return found if meeting_id is None else found | (table.c.meeting_id == meeting_id)
