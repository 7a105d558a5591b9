"""Whether an archive has changed since somebody last looked, whichever process changed it.

What enters: a Store. What leaves: a number that is another one after each change, for as long as the store is open.
What it does not know: what changed.

SQLite tells a connection when another one has committed anything (`PRAGMA data_version`), but not what it committed itself;
so the question is asked on a connection that never writes. It costs some hundredths of a millisecond. In PostgreSQL each
transaction that wrote anything counts up a number (`postgres.count_change`); to read it is one way there and back. A connection
that broke, because the server was started anew, is made again.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING, Any

from sqlalchemy import PoolProxiedConnection, select

from ratsassistent.archive import database, postgres, tables
from ratsassistent.errors import StorageError

if TYPE_CHECKING:
    from ratsassistent.archive.store import Store

_BROKEN = 1 << 40  # more than is ever counted


class Watch:
    """Watches one archive on a connection of its own; may be asked by several threads."""

    def __init__(self, store: Store) -> None:
        """Begin to watch.

        :raises StorageError: the database cannot be read.
        """
        self._folder, self._lock, self._engine = store.folder, Lock(), store._engine
        self._breaks = 0
        with database.storage_errors(store.folder), self._drivers_errors():
            self._connection: tuple[PoolProxiedConnection, Any] | None = self._opened()

    def version(self) -> int:
        """Another number than before, if the archive was changed meanwhile.

        :raises StorageError: the database cannot be read.
        """
        with self._lock, database.storage_errors(self._folder), self._drivers_errors():
            if postgres.is_postgres(self._engine):
                return self._counted() + self._breaks * _BROKEN
            assert self._connection is not None
            cursor = self._connection[1].execute("PRAGMA data_version")
            try:
                return int(cursor.fetchone()[0])
            finally:
                cursor.close()

    def close(self) -> None:
        """Watch no longer."""
        with self._lock:
            self._let_go()

    def _counted(self) -> int:
        if self._connection is not None:
            try:
                return self._number(self._connection[1])
            except Exception as error:
                if not postgres.is_error(error):
                    raise
                self._let_go()
                self._breaks += 1
        self._connection = self._opened()
        return self._number(self._connection[1])

    @contextmanager
    def _drivers_errors(self) -> Iterator[None]:
        """Here SQLAlchemy is not in between, which else gives errors of drivers their common form."""
        try:
            yield
        except Exception as error:
            sentence = postgres.sentence(error, self._folder)
            if sentence is None:
                raise
            raise StorageError(sentence) from error

    def _opened(self) -> tuple[PoolProxiedConnection, Any]:
        connection = self._engine.raw_connection()
        driver: Any = connection.driver_connection
        connection.detach()  # nobody else may get it and write on it
        if postgres.is_postgres(self._engine):
            driver.autocommit = True
        return connection, driver

    @staticmethod
    def _number(driver: Any) -> int:
        return int(driver.execute("SELECT number FROM changes").fetchone()[0])

    def _let_go(self) -> None:
        if self._connection is not None:
            self._connection[0].close()
            self._connection = None


def is_anything_left(store: Store) -> bool:
    """Whether a deletion has still to be ended, or its words to be taken off the disk."""
    with store.reading() as connection:
        return connection.execute(select(tables.pending.c.task).limit(1)).first() is not None
