"""What a search can be narrowed to: the bodies, the kinds of papers and the meetings that one archive holds.

What enters: a Store. What leaves: names, each once, and meetings by id, name and start.
What it does not know: the other archive, filters, the page.
"""

from __future__ import annotations

from sqlalchemy import func, select

from ratsassistent.archive import tables
from ratsassistent.archive.store import Store


def organizations(store: Store) -> list[str]:
    """The names of the bodies whose meetings are held, each in one of its spellings."""
    table = tables.meeting
    query = select(func.min(tables.json_field(table.c.body, "organization"))).group_by(table.c.organization_key)
    with store.reading() as connection:
        return [name for name in connection.execute(query).scalars() if name]


def paper_types(store: Store) -> list[str]:
    """The kinds of papers that are held ("Antrag"), each in one of its spellings."""
    table = tables.paper
    one_each = select(func.min(table.c.id)).where(table.c.type_key != "").group_by(table.c.type_key)
    query = select(tables.json_field(table.c.body, "paperType")).where(table.c.id.in_(one_each))
    with store.reading() as connection:
        return [name for name in connection.execute(query).scalars() if name]


def meetings(store: Store, most: int) -> list[tuple[str, str, str | None]]:
    """Id, name and start of the newest meetings."""
    table = tables.meeting
    query = select(table.c.id, tables.json_field(table.c.body, "name"), table.c.start)
    query = query.order_by(table.c.start.desc().nulls_last(), table.c.id).limit(most)
    with store.reading() as connection:
        return [(row[0], row[1] or "", row[2]) for row in connection.execute(query)]
