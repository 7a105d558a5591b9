"""The table of long work: every SQL statement that jobs need.

What enters: a connection and plain values. What leaves: rows as dictionaries (times as ISO text in UTC, JSON as text).
What it does not know: what a state means, when a worker counts as dead (`ratsassistent.jobs` decides).
It lies in the non-public archive, because a question may be confidential.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, delete, func, insert, or_, select, update

from ratsassistent.archive import deletions_table
from ratsassistent.archive.tables import job

Row = dict[str, Any]


def add(connection: Connection, values: Row) -> None:
    """Insert a job."""
    connection.execute(insert(job).values(**values))


def find(connection: Connection, **conditions: object) -> list[Row]:
    """The jobs whose columns have these values (a list or tuple: one of them), the most urgent first."""
    query = select(job).order_by(job.c.priority.desc(), job.c.rank, job.c.created, job.c.id)
    for name, value in conditions.items():
        query = query.where(job.c[name].in_(value) if isinstance(value, list | tuple) else job.c[name] == value)
    return [dict(row) for row in connection.execute(query).mappings()]


def in_turn(connection: Connection, rows: list[Row]) -> list[Row]:
    """Jobs in the order of urgency, those of equal priority by turns: first the first of each person, then the second.

    Of those whose turn it is equally, whoever has waited longest since the last own job was begun comes first.
    """
    if len({row["person"] for row in rows}) < 2:
        return rows
    query = select(job.c.person, func.max(job.c.started)).where(job.c.started.is_not(None)).group_by(job.c.person)
    begun = {row[0]: row[1] for row in connection.execute(query)}
    before: Counter[tuple[int, str | None]] = Counter()
    turns: dict[str, int] = {}
    for row in rows:
        turns[row["id"]] = before[row["priority"], row["person"]]
        before[row["priority"], row["person"]] += 1
    return sorted(rows, key=lambda row: (-row["priority"], turns[row["id"]], begun.get(row["person"], "")))


def change(connection: Connection, job_id: str, values: Row, **conditions: object) -> bool:
    """Change a job if its columns still have these values; says whether they had."""
    statement = update(job).where(job.c.id == job_id, *(job.c[name] == value for name, value in conditions.items()))
    return connection.execute(statement.values(**values)).rowcount > 0


def remove(connection: Connection, job_id: str) -> bool:
    """Delete a job because a person wants it; says whether it was there."""
    gone = connection.execute(delete(job).where(job.c.id == job_id)).rowcount > 0
    if gone:
        deletions_table.note(connection, "question", [job_id])
    return gone


def remove_unchanged(connection: Connection, before: str, states: Iterable[str]) -> int:
    """Delete the jobs in one of these states that have not changed since a time; returns how many."""
    statement = delete(job).where(job.c.updated < before, job.c.state.in_(list(states)))
    return connection.execute(statement).rowcount


def forget(connection: Connection, ids: Iterable[str]) -> int:
    """Delete the jobs whose payload or result names one of these ids; returns how many."""
    count = 0
    for part in ids:
        named = or_(job.c.payload.contains(part, autoescape=True), job.c.result.contains(part, autoescape=True))
        count += connection.execute(delete(job).where(named)).rowcount
    return count
