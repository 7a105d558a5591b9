"""What a reader has read, and what is important to him: marks on agenda items.

What enters: an opened Workspace, agenda items. What leaves: Marks of who has signed in, or of the one reader where nobody has to.
What it does not know: briefings, the page.

A mark changes no text. What is important is written first by the language model, and stands on top of the meetings to come.
"""

from __future__ import annotations

from collections.abc import Iterable

from ratsassistent import held
from ratsassistent.archive.marks_table import Marks
from ratsassistent.briefings import Mark
from ratsassistent.oparl import AgendaItem
from ratsassistent.workspace import Workspace


def marks(ws: Workspace, items: Iterable[AgendaItem]) -> dict[str, Mark]:
    """The marks on these items by id; an item without any is left out."""
    return Marks(ws.nonpublic, ws.settings.person).of(item.id for item in items)


def important(ws: Workspace, items: Iterable[AgendaItem]) -> set[str]:
    """The ids of those items that the reader has marked as important; to a process that works for all, those of anybody."""
    if ws.settings.person is None:
        return Marks(ws.nonpublic).important(item.id for item in items)
    return {key for key, mark in marks(ws, items).items() if mark.important}


def put_mark(
    ws: Workspace, meeting_id: str, item_id: str, *, read: bool | None = None, important: bool | None = None
) -> Mark:
    """Set or take away marks of an item; None leaves one as it is.

    :raises NotFound: there is no such meeting or item.
    """
    ws.need("mark")
    item = held.wanted_item(held.wanted_meeting(ws, meeting_id), item_id)
    table = Marks(ws.nonpublic, ws.settings.person)
    known = table.of([item.id]).get(item.id, Mark(item_id=item.id))
    made = Mark(
        item_id=item.id,
        read=known.read if read is None else read,
        important=known.important if important is None else important,
    )
    table.put(made, meeting_id)
    return made


def forget_marks(ws: Workspace, gone: Iterable[str]) -> None:
    """Delete the marks of what was deleted."""
    Marks(ws.nonpublic).forget(gone)


def forget_marks_of(ws: Workspace, person: str) -> None:
    """Delete the marks of somebody who has no access any more."""
    Marks(ws.nonpublic, person).leave()
