"""Which objects of the archives came from which objects of OParl.

What enters: Stores, ids as a server gives them. What leaves: our ids, and the server's.
What it does not know: what becomes of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, select

from ratsassistent.archive import tables
from ratsassistent.archive.store import Store

_MOST = 500  # values in one statement


def own_ids(stores: Sequence[Store], oparl_ids: Iterable[str]) -> dict[str, set[tuple[str, str]]]:
    """For each id of OParl that is known: the kind and our id of what it became. Of a Consultation that is its paper."""
    table = tables.oparl_object
    out: dict[str, set[tuple[str, str]]] = {}
    query = select(table.c.id, table.c.kind, table.c.own_id)
    for key, kind, own in _rows(stores, query, table.c.id, oparl_ids):
        if own:
            out.setdefault(key, set()).add((kind, own))
    return out


def papers_of_files(stores: Sequence[Store], file_ids: Iterable[str]) -> dict[str, set[str]]:
    """For each file that is known the ids of the papers that it is part of."""
    table = tables.paper_file
    out: dict[str, set[str]] = {}
    for file_id, paper_id in _rows(stores, select(table.c.file_id, table.c.paper_id), table.c.file_id, file_ids):
        out.setdefault(file_id, set()).add(paper_id)
    return out


def meetings_of_items(stores: Sequence[Store], item_ids: Iterable[str]) -> set[str]:
    """The meetings that these items belong to."""
    item = tables.agenda_item
    return _found(stores, select(item.c.meeting_id), item.c.id, item_ids)


def papers_of_meetings(stores: Sequence[Store], meeting_ids: Iterable[str]) -> set[str]:
    """The papers that items of these meetings have."""
    item, link = tables.agenda_item, tables.item_paper
    query = select(link.c.paper_id).join(item, item.c.id == link.c.agenda_item_id)
    return _found(stores, query, item.c.meeting_id, meeting_ids)


def oparl_ids(stores: Sequence[Store], own: Iterable[str], kind: str) -> set[str]:
    """The ids that the server gives these objects of ours."""
    table = tables.oparl_object
    return _found(stores, select(table.c.id).where(table.c.kind == kind), table.c.own_id, own)


def meetings_of_papers(stores: Sequence[Store], paper_ids: Iterable[str]) -> set[str]:
    """The meetings of which an item has one of these papers."""
    item, link = tables.agenda_item, tables.item_paper
    query = select(item.c.meeting_id).join(link, item.c.id == link.c.agenda_item_id)
    return _found(stores, query, link.c.paper_id, paper_ids)


def _found(stores: Sequence[Store], query: Select[Any], column: ColumnElement[Any], values: Iterable[str]) -> set[str]:
    return {row[0] for row in _rows(stores, query, column, values)}


def _rows(
    stores: Sequence[Store], query: Select[Any], column: ColumnElement[Any], values: Iterable[str]
) -> Iterator[Any]:
    """What a query finds in any of the archives where a column has one of these values, however many they are."""
    wanted = list(dict.fromkeys(values))
    for store in stores:
        with store.reading() as connection:
            for start in range(0, len(wanted), _MOST):
                yield from connection.execute(query.where(column.in_(wanted[start : start + _MOST]))).all()
