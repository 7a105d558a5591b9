"""What can still be read of a damaged database, written into a new one.

What enters: the file of a damaged database, a folder for the new one. What leaves: a whole database; how many rows came
over, and how many could not be read.
What it does not know: the PDFs, whether there is a backup, what is read anew afterwards.

Rows are read from both ends of a table, and one by one where neither end gets further. The full text is made anew from
the passages; a row that points at one that is lost goes, too.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from ratsassistent.archive import database, fulltext, seal, snapshot, tables
from ratsassistent.archive.store import Store
from ratsassistent.oparl import Passage

_HEADER = 100  # bytes at the beginning of the file
_PAGE = 4096
_MOST_SINGLE = 200_000  # rows of a table that are tried one by one
_MOST_BLIND = 500  # where nobody knows how many there are
_DERIVED = {"vector", "piece_vector", "embedding_model"}  # made again by themselves


def rescue(damaged: Path, folder: Path, *, public: bool, keys: seal.Seal | None = None) -> tuple[int, int]:
    """Write into a new archive in `folder`, which is not encrypted, what a copy of a damaged database still says.

    :param keys: of the damaged one, if it is encrypted. Of such a page a single wrong byte makes all of it unreadable.
    :returns: how many rows were read, and how many at least are lost.
    """
    with Store.open(folder, public=public):
        pass
    new = folder / database.DATABASE
    read = lost = 0
    with database.storage_errors(folder):
        if keys is None:
            with suppress(sqlite3.DatabaseError):
                _mend_header(damaged, new)
        with closing(sqlite3.connect(new, isolation_level=None)) as target:
            target.execute("PRAGMA foreign_keys = OFF")
            for table in tables.metadata.sorted_tables:
                if table.name not in _DERIVED:
                    count, gone = _copied(damaged, target, table.name, keys)
                    read, lost = read + count, lost + gone
            while broken := target.execute("PRAGMA foreign_key_check").fetchall():
                for name, row, *_ in broken:
                    target.execute(f'DELETE FROM "{name}" WHERE rowid = ?', (row,))  # noqa: S608 - a table of ours
            lost += _without_paper(target)
        with Store.open(folder, public=public) as store, store.writing() as connection:
            passage = tables.passage
            for row in connection.execute(passage.select()).all():
                entry = fulltext.words(Passage.model_validate_json(row.body).text, row.head)
                fulltext.put(connection, [(row.rowid, entry)])
    return read, lost


def _mend_header(damaged: Path, sound: Path) -> None:
    """Where the first bytes are damaged, those of another database of ours will do; the size is what the file has."""
    if not damaged.is_file() or damaged.stat().st_size < _PAGE:
        return
    with (damaged if snapshot.is_database(damaged) else sound).open("rb") as stream:
        header = bytearray(stream.read(_HEADER))
    header[28:32] = (damaged.stat().st_size // _PAGE).to_bytes(4, "big")
    header[32:40] = bytes(8)  # no free pages that anybody could be sure of
    header[92:96] = header[24:28]  # else the size is not believed
    with damaged.open("r+b") as stream:
        stream.write(header)


def _copied(damaged: Path, target: sqlite3.Connection, name: str, keys: seal.Seal | None) -> tuple[int, int]:
    known = [row[1] for row in target.execute(f'PRAGMA table_info("{name}")')]
    try:
        with closing(_opened(damaged, keys)) as source:
            columns = [row[1] for row in source.execute(f'PRAGMA table_info("{name}")') if row[1] in known]
            if not columns:
                return 0, 0
            rows, lost = _read(source, name, columns)
    except seal.database_errors():
        return 0, 1
    places = ", ".join("?" * len(columns))
    names = ", ".join(f'"{column}"' for column in columns)
    count = 0
    target.execute("BEGIN")
    for row in rows:
        try:
            target.execute(f'INSERT OR IGNORE INTO "{name}" ({names}) VALUES ({places})', row)  # noqa: S608
            count += 1
        except sqlite3.Error:
            lost += 1
    target.execute("COMMIT")
    return count, lost


def _opened(damaged: Path, keys: seal.Seal | None) -> sqlite3.Connection:
    if keys is None:
        return sqlite3.connect(f"file:{damaged}?mode=rw", uri=True, isolation_level=None)
    return seal.connect(damaged, timeout_s=database.BUSY_SECONDS, seal=keys)


def _read(source: sqlite3.Connection, name: str, columns: list[str]) -> tuple[list[tuple[Any, ...]], int]:
    names = ", ".join(f'"{column}"' for column in columns)
    found: dict[int, tuple[Any, ...]] = {}

    def from_one_end(order: str) -> int | None:
        """Read until the end or damage; the number of the last row that could be read, None where all could."""
        last = 0
        try:
            for row in source.execute(f'SELECT rowid, {names} FROM "{name}" ORDER BY rowid {order}'):  # noqa: S608
                last = row[0]
                found[last] = row[1:]
        except seal.database_errors():
            return last
        return None

    below = from_one_end("ASC")
    if below is None:
        return list(found.values()), 0
    above = from_one_end("DESC")
    if above is None:
        return list(found.values()), 0
    lost = 0
    is_known = above > below  # where the table ends
    for number in range(below + 1, min(above, below + _MOST_SINGLE) if is_known else below + _MOST_BLIND):
        row, is_lost = _single(source, f'SELECT {names} FROM "{name}" WHERE rowid = ?', number)  # noqa: S608
        if row is not None:
            found[number] = row
        lost += is_lost and is_known
    return list(found.values()), max(lost, 1)


def _single(source: sqlite3.Connection, query: str, number: int) -> tuple[tuple[Any, ...] | None, bool]:
    try:
        return source.execute(query, (number,)).fetchone(), False
    except seal.database_errors():
        return None, True


def _without_paper(target: sqlite3.Connection) -> int:
    """Remove what cannot be read by itself: rows whose JSON is broken, and what was derived of rows that are lost."""
    count = 0
    for name, column in _bodies():
        bad = f'"{column}" <> \'\' AND NOT json_valid("{column}")'
        count += target.execute(f'DELETE FROM "{name}" WHERE {bad}').rowcount  # noqa: S608 - tables of ours
    for query in (
        "DELETE FROM passage WHERE item_id IS NOT NULL AND item_id NOT IN (SELECT id FROM agenda_item)",
        "DELETE FROM briefing WHERE item_id NOT IN (SELECT id FROM agenda_item UNION SELECT id FROM paper)",
        "DELETE FROM paper WHERE NOT loose AND id NOT IN (SELECT paper_id FROM item_paper)",
    ):
        count += target.execute(query).rowcount
    return count


def _bodies() -> Iterator[tuple[str, str]]:
    for table in tables.metadata.sorted_tables:
        if table.name not in _DERIVED and "body" in table.c:
            yield table.name, "body"
