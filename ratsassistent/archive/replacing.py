"""Puts one archive's part of a meeting in the place of the one that it has, exactly.

What enters: a Store, and all that it is to hold of a meeting from now on. What leaves: rows; whatever of the meeting it
held beside that is gone, from the disk too, with what was derived from it.
What it does not know: why (`correcting`), the other archive.

An item that stays as it is keeps its rows, and with them passages, vectors and briefings.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, select, update

from ratsassistent.archive import deletion, editions, saving, tables, vectors
from ratsassistent.archive.german import fold_name
from ratsassistent.archive.store import Store
from ratsassistent.briefings import ItemBriefing
from ratsassistent.oparl import AgendaItem, File, Meeting, Page, Paper
from ratsassistent.pack.papers.cutting import Key, pages_of

_AT_ONCE = 400


@dataclass(frozen=True, slots=True)
class Share:
    """What an archive is to hold of a meeting; `meeting` None: nothing.

    `earlier`: editions that items had before (item, paper), the oldest first. `loose`: papers without an item, each
    with whether it is to be here. `hidden`: pages whose words must not stay here.
    """

    meeting_id: str
    meeting: Meeting | None
    files: Sequence[tuple[File, Sequence[Page]]]
    earlier: Sequence[tuple[str, Paper]] = ()
    loose: Sequence[tuple[Paper, bool]] = ()
    hidden: Collection[Key] = ()


def replace(store: Store, share: Share) -> None:
    """Let an archive hold this of a meeting, and nothing else of it.

    :raises ValueError: the archive is public and something given is not; nothing is written.
    """
    if store.public:
        meetings = [share.meeting] if share.meeting else []
        saving.check_public(meetings, [p for p, here in share.loose if here], share.files)
    with store.writing() as connection:
        if _replace(connection, share):
            deletion.note_cleaning(connection)
    vectors.forget(store)
    store.clean()


def add_pages(store: Store, files: Sequence[tuple[File, Sequence[Page]]]) -> None:
    """Keep pages beside those that are there, before they go from the other archive."""
    with store.writing() as connection:
        for file, pages in files:
            table = tables.page
            held = set(connection.execute(select(table.c.number).where(table.c.file_id == file.id)).scalars())
            saving.put(
                connection, tables.file, {"id": file.id}, {"sha256": file.sha256, "body": file.model_dump_json()}
            )
            new = [{"file_id": file.id, **page.model_dump()} for page in pages if page.number not in held]
            if new:
                connection.execute(table.insert(), new)


def files_of(store: Store, meeting_id: str) -> set[str]:
    """The files that an archive has of a meeting."""
    table = tables.meeting_file
    with store.reading() as connection:
        query = select(table.c.file_id).where(table.c.meeting_id == meeting_id)
        return set(connection.execute(query).scalars())


def earlier_editions(store: Store, meeting: Meeting) -> list[tuple[str, Paper]]:
    """What the items of a meeting had before what they show, the oldest first, and what else there is of their papers."""
    out: list[tuple[int, str, Paper]] = []
    with store.reading() as connection:
        for paper_id in dict.fromkeys(paper.id for item in meeting.agendaItem for paper in item.papers):
            items = [item.id for item in meeting.agendaItem if any(p.id == paper_id for p in item.papers)]
            out += editions.before_shown(connection, paper_id, items)
    return [(item_id, paper) for _, item_id, paper in sorted(out, key=lambda row: row[0])]


def save_briefing_of(store: Store, meeting_id: str | None, briefing: ItemBriefing, item: AgendaItem) -> bool:
    """Keep a briefing in a public archive, if what it was written from is still there; says whether it was kept.

    While a model writes, a person may say that a paper is not public.
    """
    link, paper = tables.item_paper, tables.paper
    with store.writing() as connection:
        if not _is_held(connection, meeting_id, item.id):
            return False
        if meeting_id is None:
            query = select(paper.c.body).where(paper.c.id == item.id)
        else:
            query = select(editions.shown_body()).select_from(link).join(paper, paper.c.id == link.c.paper_id)
            query = query.where(link.c.agenda_item_id == item.id)
        shown = [Paper.model_validate_json(body) for body in connection.execute(query).scalars()]
        words = {one.id: one.text.text for one in shown}
        if any(one.text.text and words.get(one.id) != one.text.text for one in item.papers):
            return False
        _put_briefing(connection, meeting_id, briefing)
    return True


def save_closed_briefing(store: Store, meeting_id: str | None, briefing: ItemBriefing) -> bool:
    """Keep a briefing in the non-public archive, unless a person deleted its meeting while a model wrote; says whether it was kept."""
    with store.writing() as connection:
        if not _is_held(connection, meeting_id, briefing.id):
            return False
        _put_briefing(connection, meeting_id, briefing)
    return True


def _put_briefing(connection: Connection, meeting_id: str | None, briefing: ItemBriefing) -> None:
    values = {"meeting_id": meeting_id, "body": briefing.model_dump_json()}
    saving.put(connection, tables.briefing, {"item_id": briefing.id, "level": briefing.level}, values)


def _is_held(connection: Connection, meeting_id: str | None, item_id: str) -> bool:
    table = tables.paper if meeting_id is None else tables.agenda_item
    return connection.execute(select(table.c.id).where(table.c.id == item_id)).first() is not None


def _replace(connection: Connection, share: Share) -> bool:
    """Write the share; says whether words were removed."""
    held = saving.load_meeting(connection, share.meeting_id, with_text=True)
    before = {item.id: item for item in held.agendaItem} if held else {}
    now = {item.id: item for item in share.meeting.agendaItem} if share.meeting else {}
    changed = [item for key, item in now.items() if before.get(key) != item]
    dropped: set[str] = set()
    removed = False
    for key, item in before.items():
        if key not in now:
            _drop_item(connection, key)
            dropped |= {paper.id for paper in item.papers}
            removed = True
    for item in changed:
        removed |= item.id in before
        dropped |= _clear_item(connection, before.get(item.id), item, briefings=bool(share.hidden))
    if share.meeting is None:
        saving.delete_passages(connection, tables.passage.c.meeting_id == share.meeting_id)
        connection.execute(delete(tables.meeting).where(tables.meeting.c.id == share.meeting_id))
    else:
        _put_meeting(connection, share.meeting)
    removed |= _put_files(connection, share)
    _put_papers(connection, share, changed)
    removed |= _put_loose(connection, share.loose)
    _tidy(connection, dropped, share.hidden)
    return removed


def _drop_item(connection: Connection, item_id: str) -> None:
    saving.delete_passages(connection, tables.passage.c.item_id == item_id)
    connection.execute(delete(tables.briefing).where(tables.briefing.c.item_id == item_id))
    editions.forget_items(connection, [item_id])
    connection.execute(delete(tables.agenda_item).where(tables.agenda_item.c.id == item_id))


def _clear_item(connection: Connection, before: AgendaItem | None, now: AgendaItem, *, briefings: bool) -> set[str]:
    """Take away what an item had that is another now; returns the papers that it no longer has."""
    if before is None:
        return set()
    mine = {paper.id: paper for paper in now.papers}
    link, passage = tables.item_paper, tables.passage
    for paper in before.papers:
        if mine.get(paper.id) != paper:
            here = (link.c.agenda_item_id == now.id) & (link.c.paper_id == paper.id)
            connection.execute(delete(link).where(here))
            saving.delete_passages(connection, (passage.c.paper_id == paper.id) & (passage.c.item_id == now.id))
            editions.forget(connection, paper.id, now.id)
    for table in (tables.resolution, tables.proposal):  # to be read anew
        connection.execute(delete(table).where(table.c.agenda_item_id == now.id))
    if briefings:
        connection.execute(delete(tables.briefing).where(tables.briefing.c.item_id == now.id))
    return {paper.id for paper in before.papers} - mine.keys()


def _put_meeting(connection: Connection, meeting: Meeting) -> None:
    values = {
        "start": meeting.start,
        "organization_key": fold_name(meeting.organization),
        "body": meeting.model_copy(update={"agendaItem": ()}).model_dump_json(),
    }
    saving.put(connection, tables.meeting, {"id": meeting.id}, values)
    for item in meeting.agendaItem:
        body = item.model_copy(update={"papers": ()}).model_dump_json()
        row = {"meeting_id": meeting.id, "position": item.order, "body": body}
        saving.put(connection, tables.agenda_item, {"id": item.id}, row)


def _put_files(connection: Connection, share: Share) -> bool:
    removed = False
    for file, pages in share.files:
        table = tables.page
        held = set(connection.execute(select(table.c.number).where(table.c.file_id == file.id)).scalars())
        removed |= bool(held - {page.number for page in pages})
        if pages:
            saving.save_file(connection, file, pages)
            if share.meeting is not None:
                key = {"meeting_id": share.meeting_id, "file_id": file.id}
                saving.put(connection, tables.meeting_file, key, {"file_id": file.id})
        elif connection.execute(delete(tables.file).where(tables.file.c.id == file.id)).rowcount:
            deletion.note_file(connection, file.sha256)
            removed = True
    return removed


def _put_papers(connection: Connection, share: Share, changed: Sequence[AgendaItem]) -> None:
    given = {(item.id, paper.id) for item in changed for paper in item.papers}
    named = {paper.id for item in changed for paper in item.papers}
    for item_id, paper in share.earlier:
        if (item_id, paper.id) in given or (item_id in {editions.LOOSE, editions.EVERYWHERE} and paper.id in named):
            editions.take(connection, paper, item_id)
    shelf = saving.Shelf()
    for item in changed:
        for paper in item.papers:
            editions.take(connection, paper, item.id)
        for place, paper in enumerate(item.papers):
            editions.put_shown(connection, item.id, paper, place)
            shelf.put(paper, paper, item, share.meeting_id)
    shelf.save(connection)


def _put_loose(connection: Connection, loose: Iterable[tuple[Paper, bool]]) -> bool:
    """Papers by themselves: those that are to be here, and those that found an item, or went to the other archive."""
    shelf = saving.Shelf()
    removed = False
    for paper, here in loose:
        if here:
            editions.take(connection, paper, editions.LOOSE)
            shelf.put(paper, paper)
            continue
        table, passage = tables.paper, tables.passage
        if not connection.execute(update(table).where(table.c.id == paper.id).values(loose=False)).rowcount:
            continue
        editions.forget(connection, paper.id, editions.LOOSE)
        saving.delete_passages(connection, (passage.c.paper_id == paper.id) & passage.c.item_id.is_(None))
        saving.delete_unused_papers(connection, [paper.id])
        removed = True
    shelf.save(connection)
    return removed


def _tidy(connection: Connection, dropped: Iterable[str], hidden: Collection[Key]) -> None:
    """Papers that nothing refers to go; of those that stay, what stands on hidden pages."""
    gone = set(saving.delete_unused_papers(connection, dropped))
    for paper_id in set(dropped) - gone:
        deletion.newest_left(connection, paper_id)
    files = {file_id for file_id, _ in hidden}
    for paper_id in _papers_in(connection, files):
        if editions.purge(connection, paper_id, lambda paper: any(key in hidden for key in pages_of([paper]))):
            deletion.newest_left(connection, paper_id)
            body = connection.execute(select(tables.paper.c.body).where(tables.paper.c.id == paper_id)).scalar()
            left = Paper.model_validate_json(body) if body else None
            if left is not None and any(key in hidden for key in pages_of([left])):
                saving.delete_paper_rows(connection, paper_id)


def _papers_in(connection: Connection, files: Iterable[str]) -> set[str]:
    """The papers of which any edition stands in one of these files."""
    edition, paper = tables.edition, tables.paper
    out: set[str] = set()
    for file_id in files:
        out.update(connection.execute(select(edition.c.paper_id).where(edition.c.body.contains(file_id))).scalars())
        out.update(connection.execute(select(paper.c.id).where(paper.c.body.contains(file_id))).scalars())
    return out
