"""What `snapshot` does with a database file, done with an archive whose rows lie in PostgreSQL.

What enters: the folder of such an archive, a SQLite file. What leaves: a SQLite file with all its rows, or the rows of one in
their place; what it names. What it does not know: why.

A backup of such an archive is a SQLite file like any other: it can be restored with or without a server.
"""

from __future__ import annotations

import time
from pathlib import Path

from sqlalchemy import select, update

from ratsassistent import temporary
from ratsassistent.archive import copying, database, tables
from ratsassistent.archive.store import Store


def copy(folder: Path, target: Path) -> None:
    """Write all rows into a SQLite file, which is not there yet."""
    from ratsassistent.archive import snapshot  # which calls this module

    with temporary.folder(target.parent) as name:
        work = Path(name) / "neu"
        public = is_public(folder)
        with Store.open(folder, public=public) as source, Store.open(work, public=public) as made:
            copying.copy(source, made)
        snapshot.copy(work / database.DATABASE, target)


def put_in_place(source: Path, folder: Path) -> None:
    """Let the archive hold what a SQLite file holds, in one transaction."""
    from ratsassistent.archive import snapshot

    public = is_public(folder)
    with temporary.folder(folder) as name:
        work = Path(name) / "neu"
        work.mkdir()
        snapshot.copy(source, work / database.DATABASE)  # brought up to date by opening it
        with Store.open(work, public=public) as given, Store.open(folder, public=public) as held:
            model = tables.embedding_model
            with given.writing() as connection:  # what programs keep in memory of vectors is of the archive before
                connection.execute(update(model).values(removals=model.c.removals + int(time.time())))
            copying.copy(given, held, replace=True)


def clear(folder: Path) -> None:
    """Remove all rows."""
    with Store.open(folder, public=is_public(folder)) as held, held.writing() as connection:
        copying.clear(connection)


def is_public(folder: Path) -> bool:
    """Whether an archive is the public one, by what it says itself; a new one by its folder's name."""
    engine = database.open_engine(folder)
    try:
        with engine.connect() as connection:
            kind = connection.execute(select(tables.about.c.value).where(tables.about.c.key == "kind")).scalar()
    finally:
        engine.dispose()
    return kind == "public" if kind else folder.name == "oeffentlich"


def meetings(folder: Path) -> list[str]:
    """The ids of the meetings that it holds."""
    return _column(folder, select(tables.meeting.c.id).order_by(tables.meeting.c.id))


def checksums(folder: Path) -> set[str]:
    """The checksums of the files that it names."""
    return set(_column(folder, select(tables.file.c.sha256)))


def has_rows(folder: Path) -> bool:
    """Whether anything that a person would miss is in it."""
    tables_ = (tables.meeting, tables.paper, tables.remark, tables.job, tables.kept_search)
    return any(_column(folder, select(next(iter(table.primary_key.columns))).limit(1)) for table in tables_)


def _column(folder: Path, query: object) -> list[str]:
    with database.storage_errors(folder):
        engine = database.open_engine(folder)
        try:
            with engine.connect() as connection:
                return list(connection.execute(query).scalars())  # type: ignore[call-overload]
        finally:
            engine.dispose()
