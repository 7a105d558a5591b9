"""What is suspicious in the papers that are held, for whoever is shown them.

What enters: an opened Workspace, an agenda item or a meeting. What leaves: Suspicions, each once.
What it does not know: how they are found (`pack.suspicion`), in which words they are told.

They are looked up whenever a briefing is handed out and never stored with it: what is kept with a file in the store for all to
see tells only of its public pages.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ratsassistent.archive import replacing
from ratsassistent.memory import remembered
from ratsassistent.oparl import AgendaItem, Meeting, Paper, Suspicion
from ratsassistent.pack.suspicion.orders import reported
from ratsassistent.workspace import Workspace

QUOTED = 700  # letters


def of_item(ws: Workspace, item: AgendaItem) -> tuple[Suspicion, ...]:
    """What is suspicious on the pages of an item's papers, and beside the pages of a file that begins with one of them."""
    spans = [span for paper in item.papers for span in paper.files]
    found: list[Suspicion] = []
    for file_id in dict.fromkeys(span.file_id for span in spans):
        mine = [span for span in spans if span.file_id == file_id]
        for one in _of_file(ws, file_id):
            page = one.citation.page
            if any(span.first == 1 if page is None else span.first <= page <= span.last for span in mine):
                found.append(one)
    for paper in item.papers:
        found += in_words(paper)
    return tuple(_distinct(found))


def of_meeting(ws: Workspace, meeting: Meeting) -> tuple[Suspicion, ...]:
    """What is suspicious in all files of a meeting, and in papers that have words but no pages."""
    files = dict.fromkeys(key for store in ws.stores for key in sorted(replacing.files_of(store, meeting.id)))
    found = [one for file_id in files for one in _of_file(ws, file_id)]
    for item in meeting.agendaItem:
        for paper in item.papers:
            found += in_words(paper)
    return tuple(_distinct(found))


def in_words(paper: Paper) -> Iterator[Suspicion]:
    """The orders in a paper that has words but no pages (OParl); those on pages were noted when they were read."""
    if not any(start.page is None for start in paper.text.starts):
        return
    text = paper.text.text
    for order in reported(text):
        quote = " ".join(text[order.start : order.end].split())[:QUOTED]
        for cited in paper.text.cite(order.start, order.end, quote)[:1]:
            if cited.page is None:
                yield Suspicion(kind="order", how=order.how, citation=cited)


def _of_file(ws: Workspace, file_id: str) -> tuple[Suspicion, ...]:
    def read() -> tuple[Suspicion, ...]:
        return tuple(one for store in ws.stores if (file := store.file(file_id)) for one in file.suspicions)

    return remembered(ws, ("suspicions", file_id), read)


def _distinct(found: Iterable[Suspicion]) -> Iterator[Suspicion]:
    seen: set[tuple[object, ...]] = set()
    for one in found:
        cited = one.citation
        key = (cited.file_id, cited.page, re.sub(r"\W", "", (cited.quote or "").casefold()))
        if key not in seen:
            seen.add(key)
            yield one
