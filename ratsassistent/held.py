"""What is held, put together from both stores: meetings with all their items, items with all their papers.

What enters: an opened Workspace. What leaves: Meetings and Papers as a reader sees them.
What it does not know: how they came in, what is written about them.
"""

from __future__ import annotations

from collections.abc import Iterable

from ratsassistent.archive.store import Store
from ratsassistent.oparl import AgendaItem, Meeting, Paper
from ratsassistent.workspace import Workspace


def meetings(ws: Workspace, *, with_papers: bool = True, with_text: bool = True) -> list[Meeting]:
    """All meetings, newest first, each with its public and non-public items together.

    :param with_papers: False leaves the papers of the items out, which is much faster.
    :param with_text: False leaves out the papers' text and parts; enough to name them.
    """
    return united(m for store in ws.stores for m in store.meetings(with_papers=with_papers, with_text=with_text))


def meeting(ws: Workspace, meeting_id: str) -> Meeting | None:
    """The meeting with this id, whole, or None."""
    parts = (store.meeting(meeting_id) for store in ws.stores)
    return next(iter(united(part for part in parts if part is not None)), None)


def loose_papers(ws: Workspace, *, with_text: bool = True) -> list[Paper]:
    """Papers that came without an agenda."""
    return [p for store in ws.stores for p in store.loose_papers(with_text=with_text)]


def united(held: Iterable[Meeting]) -> list[Meeting]:
    """The public and the non-public part of each meeting put together, newest first.

    An item whose papers are partly non-public has one part in each store; it is one item again here.
    """
    merged: dict[str, Meeting] = {}
    for found in held:
        known = merged.get(found.id)
        if known is None:
            merged[found.id] = found
            continue
        items = {item.id: item for item in known.agendaItem}
        for item in found.agendaItem:
            items[item.id] = _one(items[item.id], item) if item.id in items else item
        pages = dict.fromkeys(known.unassigned_pages + found.unassigned_pages)
        ordered = sorted(items.values(), key=lambda i: i.order)
        merged[found.id] = known.model_copy(update={"agendaItem": tuple(ordered), "unassigned_pages": tuple(pages)})
    return sorted(merged.values(), key=lambda m: m.start or "", reverse=True)


def _one(item: AgendaItem, other: AgendaItem) -> AgendaItem:
    papers = {paper.id: paper for paper in (*item.papers, *other.papers)}
    return item.model_copy(
        update={
            "papers": tuple(papers.values()),
            "missing_attachments": tuple(dict.fromkeys(item.missing_attachments + other.missing_attachments)),
            "decisions": tuple(dict.fromkeys(item.decisions + other.decisions)),
        }
    )


def is_confidential(item: AgendaItem) -> bool:
    """True where an item, or one of its papers, is not known to be public: what is written from it is not either."""
    return item.public is not True or any(paper.public is False for paper in item.papers)


def store_for(ws: Workspace, item: AgendaItem) -> Store:
    """Where what is written about an item belongs."""
    return ws.nonpublic if is_confidential(item) else ws.public
