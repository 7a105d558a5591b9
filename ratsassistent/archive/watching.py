"""Whether an archive has changed since somebody last looked, whichever process changed it.

What enters: a Store. What leaves: a number that is another one after each change, for as long as the store is open.
What it does not know: what changed.

SQLite tells a connection when another one has committed anything (`PRAGMA data_version`), but not what it committed itself;
so the question is asked on a connection that never writes. It costs some hundredths of a millisecond.
"""

from __future__ import annotations

import sqlite3
from threading import Lock
from typing import TYPE_CHECKING, cast

from sqlalchemy import select

from ratsassistent.archive import database, tables

if TYPE_CHECKING:
    from ratsassistent.archive.store import Store


class Watch:
    """Watches one archive on a connection of its own; may be asked by several threads."""

    def __init__(self, store: Store) -> None:
        """Begin to watch.

        :raises StorageError: the database cannot be read.
        """
        self._folder, self._lock = store.folder, Lock()
        with database.storage_errors(store.folder):
            self._connection = store._engine.raw_connection()
            self._driver = cast(sqlite3.Connection, self._connection.driver_connection)
            self._connection.detach()  # nobody else may get it and write on it

    def version(self) -> int:
        """Another number than before, if the archive was changed meanwhile.

        :raises StorageError: the database cannot be read.
        """
        with self._lock, database.storage_errors(self._folder):
            cursor = self._driver.execute("PRAGMA data_version")
            try:
                return int(cursor.fetchone()[0])
            finally:
                cursor.close()

    def close(self) -> None:
        """Watch no longer."""
        with self._lock:
            self._connection.close()


def is_anything_left(store: Store) -> bool:
    """Whether a deletion has still to be ended, or its words to be taken off the disk."""
    with store.reading() as connection:
        return connection.execute(select(tables.pending.c.task).limit(1)).first() is not None
