"""A Store as one person has it: what is read goes through views (`seen`), what is written is looked at first.

What enters: the whole Store, what of it is seen, which tables may be written. What leaves: a Store for everybody above.
What it does not know: who the person is, why it may do what.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, event

from ratsassistent.archive import seen
from ratsassistent.archive.seen import Seen
from ratsassistent.archive.store import Store
from ratsassistent.briefings import ItemBriefing
from ratsassistent.errors import NotAllowed

# What everybody's reading leaves behind, and tells nothing that is not in the papers.
DERIVED = frozenset({"vector", "piece_vector", "near_vector", "embedding_model", "changes"})
_READS = re.compile(r"\s*(?:SELECT|SAVEPOINT|RELEASE|PRAGMA (?:data_version|user_version))\b", re.IGNORECASE)
_CHANGES = re.compile(r'\s*(?:INSERT INTO|UPDATE|DELETE FROM)\s+"?(\w+)"?', re.IGNORECASE)
_NEAR = re.compile(
    r"\s*(?:CREATE (?:TABLE|(?:UNIQUE )?INDEX) IF NOT EXISTS|DROP INDEX IF EXISTS) near_vector", re.IGNORECASE
)


class SeenStore(Store):
    """The archive of a Store as far as somebody may see and change it."""

    def __init__(self, whole: Store, seen_part: Seen | None, writes: frozenset[str], refusal: str) -> None:
        """:param seen_part: None: everything. :param writes: tables that may be changed. :param refusal: what is told about others.

        :raises StorageError: the database cannot be opened.
        """
        self._limited = seen_part is not None
        engine = seen.limited(whole.folder, seen_part) if seen_part is not None else whole._engine
        super().__init__(whole.folder, whole.public, engine, refuses=whole._refuses)
        self._whole, self._writes, self._refusal = whole, writes | DERIVED, refusal

    @property
    def whole(self) -> Store:
        """The archive as it is."""
        return self._whole

    @property
    def shared(self) -> Store:
        """The store whose rows are found through this one."""
        return self if self._limited else self._whole

    def close(self) -> None:
        """Let go of what is this store's own; the whole stays open."""
        if self._limited:
            super().close()

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A connection that may change some tables of the whole archive.

        :raises NotAllowed: on it, where something else is to be changed; then nothing is. :raises Locked: as the whole.
        """
        with self._whole.writing() as connection:
            event.listen(connection, "before_cursor_execute", self._look)
            yield connection

    def _look(self, _connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        changes = _CHANGES.match(statement)
        if changes and changes[1].lower() in self._writes:
            return
        if not changes and (_READS.match(statement) or _NEAR.match(statement)):
            return
        raise NotAllowed(self._refusal)

    def save_briefing(self, meeting_id: str | None, briefing: ItemBriefing) -> None:
        """As of the whole; what is made of a part of the non-public papers is not kept in place of what is made of all."""
        if not self._limited and "briefing" in self._writes:
            super().save_briefing(meeting_id, briefing)

    def put_file(self, source: Path, sha256: str) -> Path:
        """Nobody takes in through a part of an archive. :raises NotAllowed: always."""
        raise NotAllowed(self._refusal)

    def drop_strays(self) -> int:
        """As `put_file`. :raises NotAllowed: always."""
        raise NotAllowed(self._refusal)

    def empty_log(self) -> bool:
        """As of the whole."""
        return self._whole.empty_log()

    def clean(self) -> None:
        """As of the whole."""
        self._whole.clean()
