"""Writes what was taken in: one pack, one transaction.

What enters: a connection that may write, and meetings, papers, files, pages and passages. What leaves: rows; the same
input again leaves the same rows. What it does not know: who decided what is public; it refuses what does not belong.

Nachträge: what came from the files given now is replaced by what these files give now, what came from other files
stays. So an item keeps the papers of an earlier pack when a later one names it again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.sql import Executable
from sqlalchemy.sql.schema import Table

from ratsassistent.archive import fulltext, tables
from ratsassistent.archive.german import fold_name, normalised
from ratsassistent.oparl import AgendaItem, File, Meeting, Page, Paper, Passage

Files = Sequence[tuple[File, Sequence[Page]]]


def check_public(meetings: Sequence[Meeting], loose: Sequence[Paper], files: Files) -> None:
    """Refuse what must not be in a public archive.

    :raises ValueError: an item that is not known to be public, a non-public paper, a page with words that is not known
        to be public, or a paper with words from such a page.
    """
    hidden: set[tuple[str, int]] = set()
    for file, pages in files:
        for page in pages:
            if page.public is not True:
                hidden.add((file.id, page.number))
                if page.text.strip():
                    raise ValueError(f"page {page.number} of {file.id} is not public")
    for meeting in meetings:
        for item in meeting.agendaItem:
            if item.public is not True:
                raise ValueError(f"agenda item {item.id} is not public")
            for paper in item.papers:
                if paper.public is False:
                    raise ValueError(f"paper {paper.id} is not public")
                _check_words(paper, hidden)
    for paper in loose:
        if paper.public is not True:
            raise ValueError(f"paper {paper.id} is not public")
        _check_words(paper, hidden)


def save_pack(
    connection: Connection,
    meetings: Sequence[Meeting],
    loose: Sequence[Paper],
    files: Files,
    passages: Sequence[Passage],
) -> None:
    """Write one pack. See `Store.save_pack`."""
    given = {file.id for file, _ in files}
    for file, pages in files:
        _save_file(connection, file, pages)
    papers = {paper.id: paper for paper in loose}
    for paper in loose:
        _save_paper(connection, paper, loose=True)
    dropped: set[str] = set()
    for meeting in meetings:
        for item in meeting.agendaItem:
            for paper in item.papers:
                _save_paper(connection, paper, loose=False)
                papers[paper.id] = paper
        dropped |= _save_meeting(connection, meeting, given)
    _link_files(connection, meetings, loose, given)
    items = {item.id: item.name for meeting in meetings for item in meeting.agendaItem}
    _save_passages(connection, papers, items, passages)
    delete_unused_papers(connection, dropped)


def delete_unused_papers(connection: Connection, candidates: Iterable[str]) -> list[str]:
    """Remove those of the papers that no item refers to and that were not taken in by themselves; returns their ids."""
    removed = []
    for paper_id in candidates:
        used = connection.execute(
            select(tables.item_paper.c.paper_id).where(tables.item_paper.c.paper_id == paper_id)
        ).first()
        loose = connection.execute(select(tables.paper.c.loose).where(tables.paper.c.id == paper_id)).scalar()
        if used is None and loose is False:
            delete_paper_rows(connection, paper_id)
            removed.append(paper_id)
    return removed


def delete_paper_rows(connection: Connection, paper_id: str) -> None:
    """Remove a paper with its passages, full text and own briefings."""
    delete_passages(connection, tables.passage.c.paper_id == paper_id)
    connection.execute(delete(tables.briefing).where(tables.briefing.c.item_id == paper_id))
    connection.execute(delete(tables.paper).where(tables.paper.c.id == paper_id))


def delete_passages(connection: Connection, condition: object) -> None:
    """Remove passages and their full text."""
    rows = list(connection.execute(select(tables.passage.c.rowid).where(condition)).scalars())  # type: ignore[arg-type]
    fulltext.remove(connection, rows)
    for row in rows:
        connection.execute(delete(tables.passage).where(tables.passage.c.rowid == row))


def put(connection: Connection, table: Table, key: Mapping[str, object], values: Mapping[str, object]) -> None:
    """Insert a row, or change the one with this key (without a dialect's own upsert)."""
    condition = [table.c[name] == value for name, value in key.items()]
    changes: Executable = update(table).where(*condition).values(**values)
    if connection.execute(changes).rowcount == 0:
        connection.execute(insert(table).values({**key, **values}))


def _check_words(paper: Paper, hidden: set[tuple[str, int]]) -> None:
    starts = paper.text.starts
    for number, start in enumerate(starts):
        end = starts[number + 1].offset if number + 1 < len(starts) else len(paper.text.text)
        if (start.file_id, start.page) in hidden and paper.text.text[start.offset : end].strip():
            raise ValueError(f"paper {paper.id} holds words of page {start.page}, which is not public")


def _save_file(connection: Connection, file: File, pages: Sequence[Page]) -> None:
    put(connection, tables.file, {"id": file.id}, {"sha256": file.sha256, "body": file.model_dump_json()})
    connection.execute(delete(tables.page).where(tables.page.c.file_id == file.id))
    if pages:
        connection.execute(insert(tables.page), [{"file_id": file.id, **page.model_dump()} for page in pages])


def _save_paper(connection: Connection, paper: Paper, *, loose: bool) -> None:
    was_loose = connection.execute(select(tables.paper.c.loose).where(tables.paper.c.id == paper.id)).scalar()
    if was_loose is not None and not paper.files:
        return  # an agenda that only names the paper is no newer edition of it
    set_edition(connection, paper, loose=loose or bool(was_loose))


def set_edition(connection: Connection, paper: Paper, *, loose: bool) -> None:
    """Make this the newest edition of a paper, the one that is found by its id and number."""
    values = {
        "reference_key": fold_name(paper.reference),
        "type_key": fold_name(paper.paperType),
        "loose": loose,
        "body": paper.model_dump_json(),
    }
    put(connection, tables.paper, {"id": paper.id}, values)
    connection.execute(delete(tables.paper_file).where(tables.paper_file.c.paper_id == paper.id))
    for file_id in {span.file_id for span in paper.files}:
        connection.execute(insert(tables.paper_file).values(paper_id=paper.id, file_id=file_id))


def _save_meeting(connection: Connection, meeting: Meeting, given: set[str]) -> set[str]:
    """Write a meeting and its items; returns the papers that an item no longer refers to."""
    body = connection.execute(select(tables.meeting.c.body).where(tables.meeting.c.id == meeting.id)).scalar()
    if body is not None:
        old = Meeting.model_validate_json(body)
        meeting = meeting.model_copy(
            update={
                "organization": meeting.organization or old.organization,
                "start": meeting.start or old.start,
                "oparl_id": meeting.oparl_id or old.oparl_id,
                "unassigned_pages": (
                    *(page for page in old.unassigned_pages if page.file_id not in given),
                    *meeting.unassigned_pages,
                ),
            }
        )
    values = {
        "start": meeting.start,
        "organization_key": fold_name(meeting.organization),
        "body": meeting.model_copy(update={"agendaItem": ()}).model_dump_json(),
    }
    put(connection, tables.meeting, {"id": meeting.id}, values)
    positions = _positions(connection, meeting)
    dropped: set[str] = set()
    for item in meeting.agendaItem:
        dropped |= _save_item(connection, meeting.id, item, positions[item.id], given)
    return dropped


def _positions(connection: Connection, meeting: Meeting) -> dict[str, int]:
    """Where each item stands: as given, but behind the earlier ones where only some of the items come again."""
    table = tables.agenda_item
    rows = connection.execute(select(table.c.id, table.c.position).where(table.c.meeting_id == meeting.id))
    old = {row.id: row.position for row in rows}
    if old.keys() <= {item.id for item in meeting.agendaItem}:
        return {item.id: item.order for item in meeting.agendaItem}
    last = max(old.values())
    new = sorted((item for item in meeting.agendaItem if item.id not in old), key=lambda item: item.order)
    return {**old, **{item.id: last + number for number, item in enumerate(new, 1)}}


def _save_item(connection: Connection, meeting_id: str, item: AgendaItem, position: int, given: set[str]) -> set[str]:
    links = tables.item_paper
    rows = connection.execute(
        select(links.c.paper_id, links.c.body).where(links.c.agenda_item_id == item.id).order_by(links.c.position)
    )
    before = {row.paper_id: Paper.model_validate_json(row.body) for row in rows}
    # an agenda that comes again and only names a paper does not take away the one that is there
    now = {p.id: p if p.files or p.id not in before else before[p.id] for p in item.papers}
    kept = [p for p in before if p not in now and not {span.file_id for span in before[p].files} <= given]
    if kept:
        body = connection.execute(select(tables.agenda_item.c.body).where(tables.agenda_item.c.id == item.id)).scalar()
        old = AgendaItem.model_validate_json(str(body))
        missing = (*old.missing_attachments, *(m for m in item.missing_attachments if m not in old.missing_attachments))
        item = item.model_copy(update={"pages": None if now else old.pages, "missing_attachments": missing})
    order = list(dict.fromkeys([*kept, *now]))
    body = item.model_copy(update={"papers": (), "order": position}).model_dump_json()
    values = {"meeting_id": meeting_id, "position": position, "body": body}
    put(connection, tables.agenda_item, {"id": item.id}, values)
    connection.execute(delete(links).where(links.c.agenda_item_id == item.id))
    for place, paper_id in enumerate(order):
        edition = now.get(paper_id) or before[paper_id]
        row = {"agenda_item_id": item.id, "paper_id": paper_id, "position": place, "body": edition.model_dump_json()}
        connection.execute(insert(links).values(row))
    gone = set(before) - set(order)
    for paper_id in gone:
        delete_passages(connection, (tables.passage.c.paper_id == paper_id) & (tables.passage.c.item_id == item.id))
    return gone


def _link_files(connection: Connection, meetings: Sequence[Meeting], loose: Sequence[Paper], given: set[str]) -> None:
    """Say which files make up a meeting; a file that nothing refers to (an agenda by itself) goes with all of them."""
    of_meeting = {
        meeting.id: {span.file_id for item in meeting.agendaItem for paper in item.papers for span in paper.files}
        | {page.file_id for page in meeting.unassigned_pages if page.file_id}
        for meeting in meetings
    }
    named = set().union(*of_meeting.values(), *({span.file_id for span in paper.files} for paper in loose))
    held = set(connection.execute(select(tables.file.c.id)).scalars())
    for meeting_id, files in of_meeting.items():
        for file_id in (files | (given - named)) & held:
            put(connection, tables.meeting_file, {"meeting_id": meeting_id, "file_id": file_id}, {"file_id": file_id})


def _save_passages(
    connection: Connection, papers: Mapping[str, Paper], items: Mapping[str, str], passages: Sequence[Passage]
) -> None:
    new = {passage.id: passage for passage in passages}
    table = tables.passage
    old = {}
    for paper_id in {*papers, *(passage.paper_id for passage in passages)}:
        rows = connection.execute(select(table).where(table.c.paper_id == paper_id)).all()
        places = {(p.item_id, p.meeting_id) for p in new.values() if p.paper_id == paper_id}
        for row in rows:
            if row.id not in new and (row.item_id, row.meeting_id) in places:
                delete_passages(connection, table.c.rowid == row.rowid)
            old[row.id] = row
    words = []
    for passage in new.values():
        paper = papers.get(passage.paper_id)
        head = _head(paper, items.get(passage.item_id or "", ""), passage)
        body = passage.model_dump_json()
        before = old.get(passage.id)
        if before is not None and (before.body, before.head) == (body, head):
            continue
        values = {
            "paper_id": passage.paper_id,
            "item_id": passage.item_id,
            "meeting_id": passage.meeting_id,
            "start": passage.start,
            "text_key": hashlib.sha256(normalised(passage.text).encode()).hexdigest(),
            "head": head,
            "body": body,
        }
        put(connection, table, {"id": passage.id}, values)
        rowid = connection.execute(select(table.c.rowid).where(table.c.id == passage.id)).scalar_one()
        words.append((int(rowid), passage.text, head))
    fulltext.put(connection, words)


def _head(paper: Paper | None, item: str, passage: Passage) -> str:
    """What a passage stands under: reference, name and item of its paper, and the heading of its part."""
    if paper is None:
        return item
    heading = next((p.heading for p in paper.parts if p.start <= passage.start < p.end and p.heading), None)
    return "\n".join(dict.fromkeys(filter(None, (paper.reference, paper.name, item, heading))))
