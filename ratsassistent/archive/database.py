"""Opens an archive's database: folder, connection settings, migrations, and errors turned into German sentences.

What enters: the folder of one archive. What leaves: a SQLAlchemy Engine whose database has the newest shape.
What it does not know: what is stored. Alembic is imported only when there is something to migrate.
"""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, cast

from filelock import FileLock, Timeout
from sqlalchemy import URL, Connection, Dialect, Engine, create_engine, event, exc
from sqlalchemy.util import LRUCache

from ratsassistent.archive import migrations, postgres, seal, whereabouts
from ratsassistent.errors import StorageError

DATABASE = "archiv.sqlite"
FILES = "dateien"
LOCK = "archiv.sperre"
BUSY_SECONDS = 30  # how long a writer waits for another process
COPY = "archiv.vor-umstellung-"
COPY_DAYS = 7  # that the copy made before an upgrade is kept
LEFT = f"{COPY}postgresql.sqlite"  # the file of an archive that lies in PostgreSQL now
_LEAST_FREE = 256 * 1024  # bytes
_WRITES = postgres.WRITES

_CORRUPT = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_DENIED = {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH}
_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}

# An archive is opened for each step: its statements are made into SQL once, not with each opening.
_dialect: list[Dialect] = []
_made: LRUCache[Any, Any] = LRUCache(1000)


def open_engine(folder: Path) -> Engine:
    """The engine of the archive in `folder`, which is made and migrated where needed.

    :raises StorageError: the folder cannot be written, the database is damaged or was written by a newer program.
    :raises Locked: it is encrypted, and this process does not have the keys.
    """
    if place := whereabouts.place_of(folder):
        with storage_errors(folder):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            engine = postgres.open_engine(place)
            if (
                folder / DATABASE
            ).exists():  # a move into PostgreSQL was cut short after it held, or one back before it did
                os.replace(folder / DATABASE, folder / LEFT)
            return engine
    if is_lost(folder):
        raise StorageError(damaged(folder))
    keys = seal.of(folder)
    with storage_errors(folder):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)  # other users of this machine have no business here
        engine = create_engine(
            URL.create("sqlite", database=str(folder / DATABASE)),
            module=seal.driver(keys),
            connect_args={"timeout": BUSY_SECONDS},
            max_overflow=-1,  # of one that many use at once (`pool`) nobody waits for another connection, who has one already
        )
        if not keys:  # what is encrypted leaves nothing behind
            engine.dialect = _dialect[0] if _dialect else engine.dialect
            engine.update_execution_options(compiled_cache=_made)
        event.listen(engine, "connect", partial(_prepare, keys))
        event.listen(engine, "begin", _begin)
        try:
            if _needs_migration(engine, folder):
                # Two processes may start at once: the file lock lets one of them do it, BEGIN IMMEDIATE makes it whole.
                with FileLock(folder / LOCK, timeout=2 * BUSY_SECONDS):
                    _copy_before(engine, folder)
                    with writing(engine) as connection:
                        migrate(connection)
        except BaseException:
            engine.dispose()
            raise
        if not keys and not _dialect:
            _dialect.append(engine.dialect)  # it has been connected and knows its SQLite
        return engine


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that holds the right to write from its first moment, so that it never fails half way as busy."""
    with engine.connect().execution_options(**{_WRITES: True}) as connection, connection.begin():
        yield connection
        if postgres.is_postgres(connection):
            postgres.count_change(connection)


@contextmanager
def outside_transaction(engine: Engine) -> Iterator[sqlite3.Connection]:
    """The driver's own connection, for statements that take no transaction (VACUUM, PRAGMA); closed afterwards."""
    connection = engine.raw_connection()
    driver = cast(sqlite3.Connection, connection.driver_connection)
    connection.detach()  # its settings may have been changed: it does not go back to the pool
    try:
        yield driver
    finally:
        connection.close()


@contextmanager
def storage_errors(folder: Path) -> Iterator[None]:
    """Turns what the database or the disk says into a StorageError with one German sentence."""
    try:
        yield
    except seal.errors(exc.DBAPIError) as error:
        origin = error.orig if isinstance(error, exc.DBAPIError) else error
        sentence = _sentence(getattr(origin, "sqlite_errorcode", None), folder) or postgres.sentence(origin, folder)
        if sentence is None:
            raise  # a mistake in this program, not the user's trouble
        raise StorageError(sentence) from error
    except Timeout as error:
        raise StorageError(_busy(folder)) from error
    except OSError as error:
        raise StorageError(_os_sentence(error, folder)) from error


def _prepare(keys: seal.Seal | None, connection: sqlite3.Connection, _record: object) -> None:
    seal.give_key(connection, keys)
    connection.isolation_level = None  # transactions are begun by `_begin`, DDL included
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
    if cursor.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA secure_delete = ON")  # deleted words are overwritten, not only unlinked
    cursor.close()


def _begin(connection: Connection) -> None:
    writes: Any = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _needs_migration(engine: Engine, folder: Path) -> bool:
    if not (folder / DATABASE).exists():
        # The first connection also switches to WAL, which two processes must not do at once.
        with FileLock(folder / LOCK, timeout=2 * BUSY_SECONDS), engine.connect() as connection:
            return _is_older(_revision(connection), folder)
    with engine.connect() as connection:
        return _is_older(_revision(connection), folder)


def _is_older(revision: str | None, folder: Path) -> bool:
    newest = migrations.newest()
    if revision is not None and revision > newest:
        raise StorageError(
            f"Die Daten in {folder} stammen von einer neueren Version von Ratsassistent (Stand {revision}, "
            f"diese Version kennt {newest}); bitte die neuere Version verwenden."
        )
    return revision != newest


def is_lost(folder: Path) -> bool:
    """Whether an archive has files and no database any more: it must not begin anew, as if nothing had been there."""
    file = folder / DATABASE
    if (folder / whereabouts.FILE).is_file():
        return False
    try:
        return not (file.is_file() and file.stat().st_size) and any(is_paper(f) for f in (folder / FILES).iterdir())
    except OSError:
        return False


def is_paper(file: Path) -> bool:
    """Whether a file in `FILES` is a PDF, encrypted or not; the others are halves of copies."""
    return file.suffix in (".pdf", seal.SUFFIX)


def drop_copies(folder: Path, older_than_s: float = 0.0) -> None:
    """Remove the copies made before an upgrade; at once where something was deleted, which they still hold."""
    for copy in folder.glob(f"{COPY}*"):
        try:
            if not older_than_s or time.time() - copy.stat().st_mtime > older_than_s:
                copy.unlink()
        except FileNotFoundError:
            continue


def _copy_before(engine: Engine, folder: Path) -> None:
    """Keep the database as it is before it is brought up to date, for some days."""
    from ratsassistent.archive import snapshot  # which needs this module; seldom needed itself

    with engine.connect() as connection:
        revision = _revision(connection)
    if revision is not None and revision != migrations.newest():
        snapshot.copy(folder / DATABASE, folder / f"{COPY}{revision}.sqlite")


def _revision(connection: Connection) -> str | None:
    known = connection.exec_driver_sql("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").first()
    row = connection.exec_driver_sql("SELECT max(version_num) FROM alembic_version").first() if known else None
    return None if row is None else row[0]


def migrate(connection: Connection) -> None:
    """Bring an archive's tables into the newest shape."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(migrations.FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _busy(folder: Path) -> str:
    return f"Ein anderes Programm hält die Daten in {folder} gerade fest; bitte in einer Minute noch einmal versuchen."


def damaged(folder: Path) -> str:
    """The sentence for an archive that cannot be read."""
    return (
        f"Die Datenbank in {folder} ist beschädigt und lässt sich nicht lesen; bitte mit „ratsassistent wiederherstellen DATEI“ "
        "eine Sicherung einspielen, oder mit „ratsassistent wiederherstellen --retten“ retten, was noch lesbar ist."
    )


def _sentence(code: int | None, folder: Path) -> str | None:
    primary = None if code is None else code & 0xFF
    if primary in {sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN} and _is_full(folder):
        primary = sqlite3.SQLITE_FULL
    if primary in _CORRUPT:
        return damaged(folder)
    if primary in _DENIED:
        return f"In den Ordner {folder} kann nicht geschrieben werden; bitte die Zugriffsrechte prüfen."
    if primary == sqlite3.SQLITE_FULL:
        return f"Der Datenträger von {folder} ist voll; bitte Platz schaffen und noch einmal versuchen."
    if primary in _BUSY:
        return _busy(folder)
    if primary == sqlite3.SQLITE_IOERR:
        return f"Der Datenträger von {folder} meldet einen Fehler beim Lesen oder Schreiben."
    return None


def _is_full(folder: Path) -> bool:
    """Whether there is no room for what SQLite keeps beside a database that is open; it then says something else."""
    try:
        return shutil.disk_usage(folder).free < _LEAST_FREE
    except OSError:
        return False


def _os_sentence(error: OSError, folder: Path) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"Der Datenträger von {folder} ist voll; bitte Platz schaffen und noch einmal versuchen."
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"In den Ordner {folder} kann nicht geschrieben werden; bitte die Zugriffsrechte prüfen."
    if error.errno in (errno.EEXIST, errno.ENOTDIR):
        return f"{folder} ist kein Ordner; bitte einen anderen Datenordner wählen."
    return f"Der Ordner {folder} lässt sich nicht verwenden: {error.strerror or error}."
