"""What is held, put together from both stores: meetings with all their items, items with all their papers.

What enters: an opened Workspace, and how a person names a meeting, item or paper. What leaves: Meetings, AgendaItems
and Papers as a reader sees them.
What it does not know: how they came in, what is written about them.
"""

from __future__ import annotations

from collections.abc import Iterable

from ratsassistent.archive.store import Store
from ratsassistent.errors import Ambiguous, NotFound
from ratsassistent.memory import remembered
from ratsassistent.oparl import AgendaItem, Meeting, Paper
from ratsassistent.workspace import Workspace


def meetings(ws: Workspace, *, with_papers: bool = True, with_text: bool = True) -> list[Meeting]:
    """All meetings, newest first, each with its public and non-public items together.

    :param with_papers: False leaves the papers of the items out, which is much faster.
    :param with_text: False leaves out the papers' text and parts; enough to name them.
    """

    def read() -> tuple[Meeting, ...]:
        return tuple(
            united(m for store in ws.stores for m in store.meetings(with_papers=with_papers, with_text=with_text))
        )

    return list(remembered(ws, ("meetings", with_papers, with_text), read, lambda found: sum(map(letters, found))))


def meeting(ws: Workspace, meeting_id: str) -> Meeting | None:
    """The meeting with this id, whole, or None."""

    def read() -> Meeting | None:
        parts = (store.meeting(meeting_id) for store in ws.stores)
        return next(iter(united(part for part in parts if part is not None)), None)

    return remembered(ws, ("meeting", meeting_id), read, lambda found: letters(found) if found else 0)


def letters(meeting: Meeting) -> int:
    """How many letters the papers of a meeting have."""
    return sum(len(paper.text.text) for item in meeting.agendaItem for paper in item.papers)


def wanted_meeting(ws: Workspace, wanted: str) -> Meeting:
    """The meeting with this id, or the only one whose name or start holds these words.

    :raises NotFound: there is none. :raises Ambiguous: there are several.
    """
    # names are enough to find it; the papers of one meeting are read, not those of all
    known = meetings(ws, with_papers=False)
    exact = [m for m in known if wanted in (m.id, m.oparl_id)]
    words = wanted.casefold().split()
    found = exact or [m for m in known if words and all(w in f"{m.name} {m.start}".casefold() for w in words)]
    if not found:
        raise NotFound(f"Eine Sitzung „{wanted}“ ist nicht vorhanden.")
    if len(found) > 1:
        raise Ambiguous(f"Zu „{wanted}“ gibt es mehrere Sitzungen.", [f"{m.id}  {m.name}" for m in found])
    return meeting(ws, found[0].id) or found[0]


def wanted_item(meeting: Meeting, wanted: str) -> AgendaItem:
    """The agenda item with this id or number ("5", "Ö 5", "TOP 5").

    :raises NotFound: there is none. :raises Ambiguous: the public and the non-public part both have it.
    """

    def key(number: str | None) -> str:
        folded = "".join((number or "").casefold().split()).rstrip(".")
        return folded.removeprefix("top")

    items = meeting.agendaItem
    found = [i for i in items if wanted in (i.id, i.oparl_id)]
    found = found or [i for i in items if i.number and key(i.number) == key(wanted)]
    if not found:  # "5" for "Ö 5"
        found = [i for i in items if i.number and key(i.number).lstrip("önoi ") == key(wanted)]
    if not found:
        raise NotFound(f"Einen Tagesordnungspunkt „{wanted}“ gibt es in dieser Sitzung nicht.")
    if len(found) > 1:
        lines = [f"{i.id}  {i.number}  {i.name} ({'öffentlich' if i.public else 'nichtöffentlich'})" for i in found]
        raise Ambiguous(f"Den Tagesordnungspunkt „{wanted}“ gibt es mehrmals.", lines)
    return found[0]


def wanted_paper(ws: Workspace, reference: str) -> AgendaItem:
    """The paper with this number or id, as an item that consists of it alone.

    :raises NotFound: no such paper is held.
    """
    for store in ws.stores:
        paper = store.paper(reference) or store.paper_by_oparl_id(reference)
        paper = paper or next(iter(store.papers_by_reference(reference)), None)
        if paper is not None:
            public = store is ws.public
            return AgendaItem(id=paper.id, order=0, number=None, name=paper.name, public=public, papers=(paper,))
    raise NotFound(f"Eine Vorlage „{reference}“ ist nicht vorhanden.")


def loose_papers(ws: Workspace, *, with_text: bool = True) -> list[Paper]:
    """Papers that came without an agenda."""

    def read() -> tuple[Paper, ...]:
        return tuple(p for store in ws.stores for p in store.loose_papers(with_text=with_text))

    return list(remembered(ws, ("loose papers", with_text), read, lambda found: sum(len(p.text.text) for p in found)))


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
