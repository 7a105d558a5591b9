"""What persons said of items goes with them from the archive that all may see to the other one, and back.

What enters: two Stores, ids. What leaves: the ids of what was moved. What it does not know: why it is moved.

The rows are written on the one side before they go from the other, so that a crash loses nothing.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import ColumnElement, delete, insert, select
from sqlalchemy.sql.schema import Table

from ratsassistent.archive import deletion, tables
from ratsassistent.archive.store import Store
from ratsassistent.briefings import ItemBriefing


def move_remarks(source: Store, target: Store, *, about: Collection[str] = (), ids: Collection[str] = ()) -> list[str]:
    """Move remarks: those about these items and papers, and those with these ids."""
    table = tables.remark
    return _move(source, target, table, table.c.item_id.in_(about) | table.c.id.in_(ids))


def move_entries(source: Store, target: Store, *, about: Collection[str] = (), ids: Collection[str] = ()) -> list[str]:
    """Move what clerks entered in the register: about resolutions of these items, and with these ids."""
    table = tables.register_entry
    return _move(source, target, table, table.c.item_id.in_(about) | table.c.id.in_(ids))


def about_these(store: Store, ids: Collection[str], about: Collection[str]) -> list[str]:
    """Of remarks and entries with these ids those about these items and papers."""
    out: list[str] = []
    with store.reading() as connection:
        for table in (tables.remark, tables.register_entry):
            query = select(table.c.id).where(table.c.id.in_(ids), table.c.item_id.in_(about))
            out += connection.execute(query).scalars()
    return out


def briefings_of(store: Store, items: Collection[str]) -> list[tuple[str | None, ItemBriefing]]:
    """What an archive holds that was written of these items, with their meeting."""
    table = tables.briefing
    with store.reading() as connection:
        query = select(table.c.meeting_id, table.c.body).where(table.c.item_id.in_(items))
        return [(row[0], ItemBriefing.model_validate_json(row[1])) for row in connection.execute(query)]


def _move(source: Store, target: Store, table: Table, wanted: ColumnElement[bool]) -> list[str]:
    with source.reading() as connection:
        rows = [dict(row) for row in connection.execute(select(table).where(wanted)).mappings()]
    if not rows:
        return []
    ids = [str(row["id"]) for row in rows]
    with target.writing() as connection:
        held = set(connection.execute(select(table.c.id).where(table.c.id.in_(ids))).scalars())
        new = [row for row in rows if row["id"] not in held]
        if new:
            connection.execute(insert(table), new)
    with source.writing() as connection:
        connection.execute(delete(table).where(table.c.id.in_(ids)))
        deletion.note_cleaning(connection)
    return ids
