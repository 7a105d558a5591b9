"""Which objects of the archives came from which objects of OParl.

What enters: Stores, ids as a server gives them. What leaves: our ids, and the server's.
What it does not know: what becomes of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import select

from ratsassistent.archive import tables
from ratsassistent.archive.store import Store

_MOST = 500  # values in one statement


def own_ids(stores: Sequence[Store], oparl_ids: Iterable[str]) -> dict[str, set[tuple[str, str]]]:
    """For each id of OParl that is known: the kind and our id of what it became. Of a Consultation that is its paper."""
    table = tables.oparl_object
    out: dict[str, set[tuple[str, str]]] = {}
    wanted = list(dict.fromkeys(oparl_ids))
    for store in stores:
        with store.reading() as connection:
            for start in range(0, len(wanted), _MOST):
                query = select(table.c.id, table.c.kind, table.c.own_id).where(
                    table.c.id.in_(wanted[start : start + _MOST])
                )
                for key, kind, own in connection.execute(query):
                    if own:
                        out.setdefault(key, set()).add((kind, own))
    return out


def papers_of_files(stores: Sequence[Store], file_ids: Iterable[str]) -> dict[str, set[str]]:
    """For each file that is known the ids of the papers that it is part of."""
    table = tables.paper_file
    out: dict[str, set[str]] = {}
    wanted = list(dict.fromkeys(file_ids))
    for store in stores:
        with store.reading() as connection:
            for start in range(0, len(wanted), _MOST):
                query = select(table.c.file_id, table.c.paper_id).where(
                    table.c.file_id.in_(wanted[start : start + _MOST])
                )
                for file_id, paper_id in connection.execute(query):
                    out.setdefault(file_id, set()).add(paper_id)
    return out


def meetings_of_items(stores: Sequence[Store], item_ids: Iterable[str]) -> set[str]:
    """The meetings that these items belong to."""
    item = tables.agenda_item
    wanted: list[str] = list(item_ids)
    out: set[str] = set()
    for store in stores:
        with store.reading() as connection:
            for start in range(0, len(wanted), _MOST):
                query = select(item.c.meeting_id).where(item.c.id.in_(wanted[start : start + _MOST]))
                out.update(connection.execute(query).scalars())
    return out


def papers_of_meetings(stores: Sequence[Store], meeting_ids: Iterable[str]) -> set[str]:
    """The papers that items of these meetings have."""
    item, link = tables.agenda_item, tables.item_paper
    wanted: list[str] = list(meeting_ids)
    out: set[str] = set()
    for store in stores:
        with store.reading() as connection:
            for start in range(0, len(wanted), _MOST):
                query = select(link.c.paper_id).join(item, item.c.id == link.c.agenda_item_id)
                out.update(
                    connection.execute(query.where(item.c.meeting_id.in_(wanted[start : start + _MOST]))).scalars()
                )
    return out


def oparl_ids(stores: Sequence[Store], own: Iterable[str], kind: str) -> set[str]:
    """The ids that the server gives these objects of ours."""
    table = tables.oparl_object
    wanted: list[str] = list(own)
    out: set[str] = set()
    for store in stores:
        with store.reading() as connection:
            for start in range(0, len(wanted), _MOST):
                query = select(table.c.id).where(
                    table.c.own_id.in_(wanted[start : start + _MOST]), table.c.kind == kind
                )
                out.update(connection.execute(query).scalars())
    return out


def meetings_of_papers(stores: Sequence[Store], paper_ids: Iterable[str]) -> set[str]:
    """The meetings of which an item has one of these papers."""
    item, link = tables.agenda_item, tables.item_paper
    wanted: list[str] = list(paper_ids)
    out: set[str] = set()
    for store in stores:
        with store.reading() as connection:
            for start in range(0, len(wanted), _MOST):
                query = select(item.c.meeting_id).join(link, item.c.id == link.c.agenda_item_id)
                out.update(
                    connection.execute(query.where(link.c.paper_id.in_(wanted[start : start + _MOST]))).scalars()
                )
    return out
