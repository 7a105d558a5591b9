"""The tables of what persons corrected, and of what the program had found of the meetings that they corrected.

What enters: a Store, Corrections, Found meetings. What leaves: the same, the oldest correction first; one that is
written is never changed.
What it does not know: what a correction does (`pack.matching.corrections`), how it gets into both archives.

All of it lies in the archive for what is not public: what a person hides must leave no trace in the other one, and the
corrections of a meeting only make sense together.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import delete, insert, select, update

from ratsassistent.archive import deletion, saving, tables
from ratsassistent.archive.store import Store
from ratsassistent.pack.matching.corrected import Correction, Found


class Corrections:
    """The corrections that the archive keeps."""

    def __init__(self, store: Store) -> None:
        """Use the tables in `store`.

        :raises ValueError: the store is public.
        """
        if store.public:
            raise ValueError("corrections belong in the non-public archive")
        self._store = store

    def all(self) -> list[Correction]:
        """All corrections of all meetings."""
        with self._store.reading() as connection:
            bodies = list(connection.execute(select(tables.correction.c.body)).scalars())
        return sorted((Correction.model_validate_json(body) for body in bodies), key=lambda c: (c.written, c.id))

    def add(self, correction: Correction) -> None:
        """Keep a correction; the meetings that it changes are to be put in order (`begin`)."""
        values = {"id": correction.id, "meeting_id": correction.meeting_id, "body": correction.model_dump_json()}
        with self._store.writing() as connection:
            connection.execute(insert(tables.correction).values(values))

    def withdraw(self, correction_id: str) -> None:
        """Delete a correction."""
        with self._store.writing() as connection:
            connection.execute(delete(tables.correction).where(tables.correction.c.id == correction_id))

    def found(self, meeting_id: str) -> Found | None:
        """A corrected meeting as the program found it; None for one that nobody corrected."""
        with self._store.reading() as connection:
            query = select(tables.found.c.body).where(tables.found.c.meeting_id == meeting_id)
            body = connection.execute(query).scalar()
        return None if body is None else Found.model_validate_json(body)

    def corrected(self) -> list[str]:
        """The ids of the meetings that are kept as they were found."""
        with self._store.reading() as connection:
            return list(connection.execute(select(tables.found.c.meeting_id)).scalars())

    def begin(self, found: Found) -> None:
        """Keep a meeting as it was found, and that its corrections are still to be laid over it."""
        values = {"done": False, "body": found.model_dump_json()}
        with self._store.writing() as connection:
            saving.put(connection, tables.found, {"meeting_id": found.meeting.id}, values)

    def finish(self, meeting_id: str, *, corrected: bool) -> None:
        """All is in order again; a meeting without corrections need not be kept twice."""
        row = tables.found.c.meeting_id == meeting_id
        with self._store.writing() as connection:
            if corrected:
                connection.execute(update(tables.found).where(row).values(done=True))
            else:
                connection.execute(delete(tables.found).where(row))
                deletion.note_cleaning(connection)
        if not corrected:
            self._store.clean()

    def unfinished(self) -> list[str]:
        """The meetings whose corrections a crash kept from being laid over them."""
        with self._store.reading() as connection:
            query = select(tables.found.c.meeting_id).where(tables.found.c.done.is_(False))
            return list(connection.execute(query).scalars())

    def forget(self, gone: Iterable[str]) -> int:
        """Delete what belongs to meetings that were deleted; returns how many corrections.

        :param gone: ids as `Store.delete_meeting` returns them.
        """
        ids = list(gone)
        with self._store.writing() as connection:
            count = connection.execute(
                delete(tables.correction).where(tables.correction.c.meeting_id.in_(ids))
            ).rowcount
            held = connection.execute(delete(tables.found).where(tables.found.c.meeting_id.in_(ids))).rowcount
            if count or held:
                deletion.note_cleaning(connection)
        if count or held:
            self._store.clean()
        return count
