"""A whole database as one file, while others read and write it; and such a file put in the place of a database.

What enters: paths of databases. What leaves: copies of one moment, what is wrong with a file, what it names.
What it does not know: why it is copied, the PDFs beside it. A database that is encrypted stays so, with the same keys (`seal`).

SQLite's online backup copies page by page what one moment held, and puts all pages of a copy in place in one
transaction: a crash in between leaves what was there.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from filelock import Timeout

from ratsassistent.archive import database, migrations, seal, whereabouts
from ratsassistent.errors import Locked

_SIDE_FILES = ("-wal", "-shm", "-journal")


def is_database(file: Path) -> bool:
    """Whether a file begins as a SQLite database does."""
    with file.open("rb") as stream:
        return stream.read(len(seal.HEADER)) == seal.HEADER


def copy(source: Path, target: Path) -> None:
    """Copy a database as it is at this moment, whole or not at all.

    :raises StorageError: it is damaged, or there is no room.
    """
    if _lies_elsewhere(source):
        from ratsassistent.archive import elsewhere

        elsewhere.copy(source.parent, target)
        return
    part = target.with_name(target.name + ".teil")
    try:
        with database.storage_errors(source.parent):
            part.unlink(missing_ok=True)
            with _opened(source) as origin, _opened(part, seal.key_to(source)) as made:
                _backup(origin, made)
                made.execute("PRAGMA journal_mode = DELETE")  # one file, nothing beside it
            _to_disk(part)
            os.replace(part, target)
    finally:
        for name in ("", *_SIDE_FILES):
            part.with_name(part.name + name).unlink(missing_ok=True)


def put_in_place(source: Path, target: Path) -> None:
    """Let a database hold what a copy holds, in one transaction; whoever has it open sees that from then on.

    One that is damaged is replaced as a file; nobody can be reading it. So is one that is encrypted, or is to be, because that
    has to be possible without the keys: whoever has it open is told by `seal.token` to open it anew.

    :raises StorageError: others kept it busy, or there is no room.
    """
    if _lies_elsewhere(target):
        from ratsassistent.archive import elsewhere

        elsewhere.put_in_place(source, target.parent)
        return
    with database.storage_errors(target.parent):
        target.parent.mkdir(parents=True, exist_ok=True)
        if seal.is_cipher(source) or (seal.is_cipher(target) and seal.is_sealed(target.parent)):
            _replace(source, target)
            return
        if target.exists() and not _is_usable(target):
            remove(target)
        with _opened(source) as origin, _opened(target) as held:
            held.execute("PRAGMA journal_mode = WAL")
            _backup(origin, held)
            # What programs keep in memory of vectors is of the database before.
            if held.execute("SELECT 1 FROM sqlite_master WHERE name = 'embedding_model'").fetchone():
                held.execute("UPDATE embedding_model SET removals = removals + ?", (int(time.time()),))
            held.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _replace(source: Path, target: Path) -> None:
    part = target.with_name(target.name + ".teil")
    part.unlink(missing_ok=True)
    try:
        shutil.copyfile(source, part)
        _to_disk(part)
        remove(target, only_beside=True)  # a log of changes is of the database before
        os.replace(part, target)
    finally:
        part.unlink(missing_ok=True)


def empty(file: Path) -> None:
    """Let a database hold nothing any more."""
    if _lies_elsewhere(file):
        from ratsassistent.archive import elsewhere

        elsewhere.clear(file.parent)
    else:
        remove(file)


def remove(file: Path, *, only_beside: bool = False) -> None:
    """Remove a database file with all that SQLite keeps beside it, or only that."""
    for name in _SIDE_FILES if only_beside else (*_SIDE_FILES, ""):
        file.with_name(file.name + name).unlink(missing_ok=True)


def faults(file: Path) -> list[str]:
    """What is wrong with a database, in SQLite's words; empty where it is whole. PostgreSQL looks after its own."""
    if _lies_elsewhere(file):
        return []
    try:
        with _opened(file) as connection:
            found = [row[0] for row in connection.execute("PRAGMA integrity_check(20)") if row[0] != "ok"]
            return found + [f"{row[0]} -> {row[2]}" for row in connection.execute("PRAGMA foreign_key_check")]
    except seal.errors() as error:
        return [str(error)]


def is_damaged(archive: Path) -> bool:
    """Whether the database of the archive in a folder is not whole, or gone; of one that is locked nobody can tell."""
    file = archive / database.DATABASE
    try:
        return database.is_lost(archive) or (file.is_file() and bool(faults(file)))
    except Locked:
        return False


def is_newer(file: Path) -> bool:
    """Whether a database was written by a newer program than this one."""
    with database.storage_errors(file.parent), _opened(file) as connection:
        known = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone()
        row = connection.execute("SELECT max(version_num) FROM alembic_version").fetchone() if known else None
    return bool(row and row[0] and row[0] > migrations.newest())


def meetings(file: Path) -> list[str]:
    """The ids of the meetings that a database holds."""
    if _lies_elsewhere(file):
        from ratsassistent.archive import elsewhere

        return elsewhere.meetings(file.parent)
    return _column(file, "SELECT id FROM meeting ORDER BY id")


def checksums(file: Path) -> set[str]:
    """The checksums of the files that a database names."""
    if _lies_elsewhere(file):
        from ratsassistent.archive import elsewhere

        return elsewhere.checksums(file.parent)
    return set(_column(file, "SELECT sha256 FROM file"))


def has_rows(file: Path) -> bool:
    """Whether anything that a person would miss is in a database.

    :raises StorageError: it is damaged.
    """
    if _lies_elsewhere(file):
        from ratsassistent.archive import elsewhere

        return elsewhere.has_rows(file.parent)
    with database.storage_errors(file.parent), _opened(file) as connection:
        names = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        return any(
            connection.execute(f"SELECT 1 FROM {name} LIMIT 1").fetchone()  # noqa: S608 - names of our own
            for name in ("meeting", "paper", "remark", "job", "kept_search")
            if name in names
        )


def _lies_elsewhere(file: Path) -> bool:
    return file.name == database.DATABASE and whereabouts.place_of(file.parent) is not None


def _column(file: Path, query: str) -> list[str]:
    with database.storage_errors(file.parent), _opened(file) as connection:
        return [row[0] for row in connection.execute(query)]


@contextmanager
def _opened(file: Path, keys: seal.Seal | None = None) -> Iterator[sqlite3.Connection]:
    with closing(seal.connect(file, timeout_s=database.BUSY_SECONDS, seal=keys)) as connection:
        yield connection


def _backup(origin: sqlite3.Connection, target: sqlite3.Connection) -> None:
    """Copy all pages at once; Python tries for ever where others are in the way, this for as long as any writer waits."""
    until = time.monotonic() + database.BUSY_SECONDS

    def look(status: int, _remaining: int, _total: int) -> None:
        if status in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED} and time.monotonic() > until:
            raise Timeout(str(database.DATABASE))

    origin.backup(target, progress=look, sleep=0.1)


def _is_usable(file: Path) -> bool:
    try:
        with _opened(file) as connection:
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
            return bool(connection.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok")
    except seal.database_errors() as error:
        return getattr(error, "sqlite_errorcode", 0) & 0xFF not in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


def _to_disk(file: Path) -> None:
    with file.open("rb+") as stream:
        os.fsync(stream.fileno())
