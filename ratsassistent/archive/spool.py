"""Objects of OParl laid down on disk for one take-in, so that any of them is found from any other.

What enters: RawObjects in any order. What leaves: the same objects, by id, by kind, and by what they belong to.
What it does not know: the archive, what becomes of an object.

A meeting may stand in another file than its papers, and behind them. Holding everything in memory would cost what the
largest archive costs; a database in the system's temporary folder costs a bounded amount of it, and goes at the end.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType

from ratsassistent import temporary
from ratsassistent.pack.oparl_data.oparl_objects import Kind, RawObject, text

_KEPT = 4000  # small objects kept in memory
_SMALL = {"Meeting", "AgendaItem", "Consultation", "Organization"}
_DDL = """
CREATE TABLE object (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, body TEXT NOT NULL);
CREATE TABLE parent (parent TEXT NOT NULL, kind TEXT NOT NULL, child TEXT NOT NULL, PRIMARY KEY (parent, kind, child));
CREATE INDEX object_kind ON object (kind, number);
"""


class Spool:
    """The objects of one take-in; a context manager. Fulfils `oparl_import.Lookup`."""

    def __init__(self, known_name: Callable[[str], str | None] = lambda _: None) -> None:
        """:param known_name: finds the name of an Organization that is not among these objects."""
        self._folder = temporary.folder()
        # Nothing here has to survive a crash.
        self._connection = sqlite3.connect(Path(self._folder.name) / "oparl.sqlite", isolation_level=None)
        for pragma in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -20000"):
            self._connection.execute(f"PRAGMA {pragma}")
        self._connection.executescript(_DDL)
        self._connection.execute("BEGIN")
        self._known_name = known_name
        self._recent: dict[str, RawObject | None] = {}

    def __enter__(self) -> Spool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()
        self._folder.cleanup()

    def put(self, raw: RawObject) -> None:
        """Lay down an object; of two with one id the later one (`modified`) says what both say."""
        body = json.dumps([raw.fields, raw.parents])
        values = (raw.id, raw.kind, body)
        insert = "INSERT OR IGNORE INTO object (id, kind, body) VALUES (?, ?, ?)"
        if not self._connection.execute(insert, values).rowcount:
            held = self._read(raw.id)
            if held is None or held.kind != raw.kind:
                return
            older = (text(raw.fields.get("modified")) or "") < (text(held.fields.get("modified")) or "")
            fields = {**raw.fields, **held.fields} if older else {**held.fields, **raw.fields}
            parents = tuple(dict.fromkeys((*held.parents, *raw.parents)))
            self._connection.execute("UPDATE object SET body = ? WHERE id = ?", (json.dumps([fields, parents]), raw.id))
            self._recent.pop(raw.id, None)
        self._connection.executemany(
            "INSERT OR IGNORE INTO parent VALUES (?, ?, ?)", [(parent, raw.kind, raw.id) for parent in raw.parents]
        )

    def get(self, object_id: str) -> RawObject | None:
        """The object with this id, or None."""
        if object_id in self._recent:
            return self._recent[object_id]
        found = self._read(object_id)
        if found is None or found.kind in _SMALL:
            if len(self._recent) >= _KEPT:
                self._recent.clear()
            self._recent[object_id] = found
        return found

    def children(self, parent_id: str, kind: Kind) -> list[str]:
        """The ids of the objects of a kind that say they belong to this one, in the order they came in."""
        query = "SELECT o.id FROM parent p JOIN object o ON o.id = p.child WHERE p.parent = ? AND p.kind = ? ORDER BY o.number"
        return [row[0] for row in self._connection.execute(query, (parent_id, kind))]

    def name_of(self, object_id: str) -> str | None:
        """The name of an Organization, of this take-in or an earlier one."""
        found = self.get(object_id)
        own = text(found.fields.get("name")) or text(found.fields.get("shortName")) if found else None
        return own or self._known_name(object_id)

    def ids(self, kind: Kind) -> list[str]:
        """The ids of all objects of a kind, in the order they came in."""
        rows = self._connection.execute("SELECT id FROM object WHERE kind = ? ORDER BY number", (kind,))
        return [row[0] for row in rows]

    def all(self, kind: Kind) -> Iterator[RawObject]:
        """All objects of a kind, one after the other."""
        for object_id in self.ids(kind):
            found = self.get(object_id)
            if found is not None:
                yield found

    def _read(self, object_id: str) -> RawObject | None:
        row = self._connection.execute("SELECT kind, body FROM object WHERE id = ?", (object_id,)).fetchone()
        if row is None:
            return None
        fields, parents = json.loads(row[1])
        return RawObject(row[0], object_id, fields, tuple(parents))
