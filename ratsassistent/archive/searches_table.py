"""The table of what was searched for: the newest searches of a data folder, so that one can be made again.

What enters: the non-public Store, words and what they were narrowed to. What leaves: KeptSearch objects.
What it does not know: how anything is found, questions (they are jobs).

It lies in the non-public archive, because a search may be confidential. Nothing of what was found is kept.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterable, Mapping

from pydantic import Field
from sqlalchemy import ColumnElement, Connection, delete, insert, select

from ratsassistent.archive import deletions_table
from ratsassistent.archive.store import Store
from ratsassistent.archive.tables import kept_search as table
from ratsassistent.oparl import Model

MOST = 50  # that are kept


class KeptSearch(Model):
    """What somebody searched for; `narrowed`: names of filters and what they were set to."""

    id: str
    text: str
    narrowed: dict[str, str] = Field(default_factory=dict)
    created: dt.datetime


class Searches:
    """The searches that a data folder keeps."""

    def __init__(self, store: Store, clock: Callable[[], dt.datetime] | None = None, person: str | None = None) -> None:
        """Use the table in `store`, which must be the non-public one.

        :param person: whose searches they are; None: all that are kept, and those that are made here are nobody's.
        :raises ValueError: the store is public.
        """
        if store.public:
            raise ValueError("searches belong in the non-public archive")
        self._store = store
        self._person = person
        self._now = clock or (lambda: dt.datetime.now(dt.UTC))

    def keep(self, text: str, narrowed: Mapping[str, str]) -> KeptSearch:
        """Keep a search; the same one made before is only made newer, and the oldest of too many goes."""
        given = {name: value for name, value in sorted(narrowed.items()) if value}
        made = KeptSearch(id=f"ra:suche-{uuid.uuid4().hex[:16]}", text=text, narrowed=given, created=self._now())
        known = self.all()
        gone = [one.id for one in known if (one.text, one.narrowed) == (text, given)]
        left = [one.id for one in known if one.id not in gone]
        values: dict[str, object] = {"id": made.id, "created": made.created.isoformat(), "body": made.model_dump_json()}
        values["person"] = self._person
        with self._store.writing() as connection:
            connection.execute(delete(table).where(table.c.id.in_([*gone, *left[MOST - 1 :]])))
            connection.execute(insert(table).values(values))
        return made

    def all(self) -> list[KeptSearch]:
        """All that are kept, the newest first."""
        query = select(table.c.body).where(*self._own()).order_by(table.c.created.desc(), table.c.id)
        with self._store.reading() as connection:
            return [KeptSearch.model_validate_json(body) for body in connection.execute(query).scalars()]

    def remove(self, search_id: str) -> None:
        """Delete a search, so that its words are gone from the disk; one that is not there is no error."""
        with self._store.writing() as connection:
            gone = connection.execute(delete(table).where(table.c.id == search_id, *self._own())).rowcount
            if not gone and self._person:  # somebody else's
                return
            deletions_table.note(connection, "search", [search_id])
        self._store.empty_log()

    def remove_all(self) -> None:
        """Delete all searches."""
        with self._store.writing() as connection:
            deletions_table.note(connection, "search", self._ids(connection))
            connection.execute(delete(table).where(*self._own()))
        self._store.empty_log()

    def _own(self) -> list[ColumnElement[bool]]:
        return [] if self._person is None else [table.c.person == self._person]

    def _ids(self, connection: Connection) -> list[str]:
        return list(connection.execute(select(table.c.id).where(*self._own())).scalars())

    def forget_before(self, before: dt.datetime) -> int:
        """Delete those made before a time; returns how many."""
        with self._store.writing() as connection:
            old = delete(table).where(table.c.created < before.astimezone(dt.UTC).isoformat())
            count = connection.execute(old).rowcount
        if count:
            self._store.empty_log()
        return count

    def forget(self, ids: Iterable[str]) -> int:
        """Delete those that are narrowed to one of these: what `Store.delete_meeting` of either archive returned."""
        count = 0
        with self._store.writing() as connection:
            for part in ids:
                count += connection.execute(delete(table).where(table.c.body.contains(part, autoescape=True))).rowcount
        if count:
            self._store.empty_log()
        return count
