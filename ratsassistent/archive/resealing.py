"""A copy of an archive with other keys: encrypted where it was not, or not any more.

What enters: the folder of an archive, the keys it is to have (or none), an empty folder. What leaves: the archive in that folder.
What it does not know: passphrases, how the copy gets into its place (`swapping`).

SQLCipher copies a database with all its rows, their numbers and the full text by `sqlcipher_export`
(https://www.zetetic.net/sqlcipher/sqlcipher-api/#sqlcipher_export).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from ratsassistent.archive import database, seal, snapshot
from ratsassistent.errors import StorageError


@contextmanager
def held_fast(folder: Path) -> Iterator[Callable[[], None]]:
    """While nobody else can write into the archive in a folder.

    It gives a function that empties the database: what takes its place holds from then on, and whoever waits to write into
    this one must fail, not write into a file that goes.

    :raises StorageError: others keep it busy.
    """
    with (
        database.storage_errors(folder),
        closing(seal.connect(folder / database.DATABASE, timeout_s=database.BUSY_SECONDS)) as connection,
    ):
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute("BEGIN IMMEDIATE")

        def empty() -> None:
            connection.execute("PRAGMA defer_foreign_keys = ON")
            query = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY sql LIKE '%VIRTUAL%' DESC"
            for (name,) in connection.execute(query).fetchall():
                connection.execute(f'DROP TABLE IF EXISTS "{name}"')  # those of the full text go with it
            connection.execute("COMMIT")

        try:
            yield empty
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")


def copy(
    source: Path, target: Path, keys: seal.Seal | None, on_file: Callable[[int, int], None] = lambda *_: None
) -> None:
    """Copy the archive in a folder, with these keys or none.

    :param on_file: told how many PDFs of how many are done.
    :raises StorageError: there is no room, or it is damaged. :raises InputError: a PDF is damaged.
    :raises Locked: this process does not have the keys it has now.
    """
    had = seal.of(source)
    with database.storage_errors(target.parent):
        (target / database.FILES).mkdir(parents=True)
        _copy_database(source / database.DATABASE, target / database.DATABASE, had, keys)
        found = sorted(snapshot.checksums(target / database.DATABASE))
        for number, sha256 in enumerate(found, 1):
            old = source / database.FILES / _name(had, sha256)
            new = target / database.FILES / _name(keys, sha256)
            if not old.is_file():  # of OParl, where there is often no PDF
                continue
            if had is None and keys is not None:
                keys.encrypt(old, new)
            elif had is not None and keys is None:
                new.write_bytes(had.decrypt(old))
            on_file(number, len(found))
    if snapshot.faults(target / database.DATABASE):
        raise StorageError(database.damaged(source))


def _copy_database(source: Path, target: Path, had: seal.Seal | None, keys: seal.Seal | None) -> None:
    driver = seal.driver(had or keys)
    with closing(driver.connect(str(source), isolation_level=None, timeout=database.BUSY_SECONDS)) as connection:
        if had is not None:
            seal.give_key(connection, had)
        key = keys.pragma if keys else "''"
        connection.execute(f"ATTACH DATABASE ? AS neu KEY {key}", (str(target),))
        connection.execute("SELECT sqlcipher_export('neu')").fetchall()
        connection.execute("DETACH DATABASE neu")
    if keys is not None:
        seal.remember(keys)


def _name(keys: seal.Seal | None, sha256: str) -> str:
    return keys.file_name(sha256) if keys else f"{sha256}.pdf"
