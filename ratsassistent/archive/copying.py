"""All rows of an archive copied into another one: from SQLite to PostgreSQL, and back, without loss.

What enters: two Stores. What leaves: the second one holds the same, row by row.
What it does not know: PDFs (they stay in the folder), how one archive takes the place of the other.

The full text is made anew from the passages, because each database keeps it in its own way. Everything is written in one
transaction, at whose end both are read again and compared: what is not the same is not kept.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import Connection, Table, delete, func, insert, select

from ratsassistent.archive import fulltext, near, storable, tables, vectors
from ratsassistent.archive.postgres import is_postgres
from ratsassistent.archive.store import Store
from ratsassistent.errors import InputError, StorageError
from ratsassistent.oparl import Passage

STEP = 500  # rows at a time
_OWN = {"about"}  # which kind of archive it is: the new one knows that already


def copy(
    source: Store, target: Store, on_table: Callable[[str], None] = lambda _: None, *, replace: bool = False
) -> int:
    """Copy everything; returns how many rows.

    :param replace: what the target holds goes; else it has to be empty.
    :raises InputError: it is not, or of the other kind. :raises StorageError: it does not hold the same afterwards.
    """
    if source.public != target.public:
        raise InputError("Das eine Archiv ist öffentlich, das andere nicht.")
    count = 0
    with source.reading() as origin, target.writing() as made:
        if replace:
            clear(made)
        elif any(made.execute(select(table).limit(1)).first() is not None for table in all_tables()):
            raise InputError("Dort liegt schon etwas; bitte eine leere Datenbank oder einen anderen Namen angeben.")
        for table in all_tables():
            on_table(table.name)
            count += _copy_table(origin, made, table)
            _count_on(made, table)
        if is_postgres(made):
            vectors.show_all(made)
        for table in all_tables():
            if checksum(origin, table) != checksum(made, table):
                raise StorageError(
                    f"Beim Kopieren stimmte die Tabelle „{table.name}“ nicht überein; es wurde nichts umgestellt."
                )
    vectors.forget(target)
    return count


def clear(connection: Connection) -> None:
    """Remove all rows."""
    near.clear(connection)
    for table in reversed(all_tables()):
        connection.execute(delete(table))
    fulltext.clear(connection)


def checksum(connection: Connection, table: Table) -> str:
    """Tells whether a table holds the same rows as another one, whatever database they lie in."""
    digests = sorted(hashlib.sha256(repr(_plain(row)).encode()).digest() for row in _rows(connection, table))
    return hashlib.sha256(b"".join(digests)).hexdigest()


def all_tables() -> list[Table]:
    """The tables that are copied, so that what a row points at comes before it."""
    return [table for table in tables.metadata.sorted_tables if table.name not in _OWN]


def _copy_table(origin: Connection, made: Connection, table: Table) -> int:
    count = 0
    batch: list[dict[str, Any]] = []

    def write() -> None:
        if not batch:
            return
        made.execute(insert(table), batch)
        if table is tables.passage:
            words = [
                (row["rowid"], fulltext.words(Passage.model_validate_json(row["body"]).text, row["head"]))
                for row in batch
            ]
            fulltext.put(made, words)
        batch.clear()

    for row in _rows(origin, table):
        batch.append(dict(row))
        count += 1
        if len(batch) == STEP:
            write()
    write()
    return count


def _rows(connection: Connection, table: Table) -> Iterator[Any]:
    """All rows, of which only some are in memory at a time."""
    query = select(table).order_by(*table.primary_key.columns)
    yield from connection.execute(query, execution_options={"yield_per": STEP}).mappings()


def _plain(row: Any) -> list[object]:
    """A row so that both drivers' values look alike."""
    return [_value(value) for value in row.values()]


def _value(value: object) -> object:
    if isinstance(value, str):
        return storable.text(value)
    return bytes(value) if isinstance(value, memoryview | bytearray) else value


def _count_on(connection: Connection, table: Table) -> None:
    """Numbers that PostgreSQL gives by itself go on after the highest one."""
    column = table.autoincrement_column
    if not is_postgres(connection) or column is None:
        return
    highest = connection.execute(select(func.max(column))).scalar()
    if highest is not None:
        name = func.pg_get_serial_sequence(table.name, column.name)
        connection.execute(select(func.setval(name, highest)))
