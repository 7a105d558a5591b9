"""How much an archive holds, in numbers alone.

What enters: a Store. What leaves: counts. What it does not know: who asks.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import func, select

from ratsassistent.archive import postgres, tables
from ratsassistent.archive.store import Store


@dataclass(frozen=True, slots=True)
class Counts:
    """`jobs`: how many there are, by kind and state. `kind`: of the database, sqlite or postgresql."""

    meetings: int
    papers: int
    files: int
    pages: int
    briefings: int
    jobs: dict[tuple[str, str], int]
    last_beats: tuple[str, ...]
    kind: str


def of(store: Store) -> Counts:
    """Count. :raises StorageError: the archive cannot be read."""
    with store.reading() as connection:
        meetings, papers, files, pages, briefings = (
            int(connection.execute(select(func.count()).select_from(table)).scalar_one())
            for table in (tables.meeting, tables.paper, tables.file, tables.page, tables.briefing)
        )
        rows = connection.execute(select(tables.job.c.kind, tables.job.c.state, tables.job.c.updated)).all()
        kind = "postgresql" if postgres.is_postgres(connection) else "sqlite"
    return Counts(
        meetings,
        papers,
        files,
        pages,
        briefings,
        dict(Counter((row.kind, row.state) for row in rows)),
        tuple(row.updated for row in rows if row.state == "läuft"),
        kind,
    )
