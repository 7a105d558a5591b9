"""Writes what was taken in: one pack, one transaction.

What enters: a connection that may write, and meetings, papers, files, pages and passages. What leaves: rows; the same
input again leaves the same rows. What it does not know: who decided what is public; it refuses what does not belong.

Nachträge: what came from the files given now is replaced by what these files give now, what came from other files
stays. So an item keeps the papers of an earlier pack when a later one names it again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select, update
from sqlalchemy.sql import Executable
from sqlalchemy.sql.schema import Table

from ratsassistent.archive import editions, fulltext, tables, vectors
from ratsassistent.archive.german import fold_name
from ratsassistent.oparl import AgendaItem, Decision, File, Meeting, Page, PagedText, Paper, Passage
from ratsassistent.pack.papers.passages import cut_passages

Files = Sequence[tuple[File, Sequence[Page]]]
Place = tuple[str, str | None, str | None]  # paper, agenda item, meeting
_NOTHING = Paper(id="", reference=None, name="", paperType=None, files=(), text=PagedText(text="", starts=()))


def check_public(meetings: Sequence[Meeting], loose: Sequence[Paper], files: Files) -> None:
    """Refuse what must not be in a public archive.

    :raises ValueError: an item that is not known to be public, a non-public paper, a page with words that is not known
        to be public, or a paper with words from such a page.
    """
    hidden: set[tuple[str, int]] = set()
    for file, pages in files:
        known = {page.number for page in pages if page.public is True}
        if any(s.citation.page is not None and s.citation.page not in known for s in file.suspicions):
            raise ValueError(f"{file.id} quotes a page that is not public")
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
        save_file(connection, file, pages)
    for paper in loose:
        editions.take(connection, paper, editions.LOOSE)
    dropped: set[str] = set()
    for meeting in meetings:
        for item in meeting.agendaItem:
            for paper in item.papers:
                editions.take(connection, paper, item.id)
        dropped |= _save_meeting(connection, meeting, given)
    _link_files(connection, meetings, loose, given)
    shelf = Shelf(passages)
    for paper in loose:
        shelf.put(paper, editions.shown(connection, paper.id, editions.LOOSE))
    for meeting in meetings:
        for item in meeting.agendaItem:
            for paper in item.papers:
                shelf.put(paper, editions.shown(connection, paper.id, item.id), item, meeting.id)
    changed = {p.id for p in (*loose, *(p for m in meetings for i in m.agendaItem for p in i.papers))}
    for paper_id in changed:
        refresh_links(connection, paper_id, shelf)
    shelf.save(connection)
    delete_unused_papers(connection, dropped)


class Shelf:
    """Collects what the items of one step show, and the passages of it, to be written together."""

    def __init__(self, passages: Sequence[Passage] = ()) -> None:
        self._given: dict[Place, list[Passage]] = {}
        for passage in passages:
            self._given.setdefault((passage.paper_id, passage.item_id, passage.meeting_id), []).append(passage)
        self._papers: dict[Place, tuple[Paper, str]] = {}
        self._cut: dict[Place, Sequence[Passage]] = {}

    def put(
        self, given: Paper, shown: Paper | None, item: AgendaItem | None = None, meeting_id: str | None = None
    ) -> None:
        """A paper as it came in, and as it is shown in a place; where these differ, its passages are cut anew."""
        place = (given.id, item.id if item else None, meeting_id)
        paper = shown or given
        self._papers[place] = (paper, item.name if item else "")
        if (paper.text, paper.parts) != (given.text, given.parts) or place not in self._given:
            self._cut[place] = cut_passages(paper, place[1], place[2])

    def save(self, connection: Connection) -> None:
        """Write the passages of all places, in place of those that were there."""
        for place in self._given.keys() - self._papers.keys():  # the caller's own, of no paper given
            self._papers[place] = (_NOTHING.model_copy(update={"id": place[0]}), "")
        for place, (paper, item) in self._papers.items():
            _save_passages(connection, place, paper, item, self._cut.get(place, self._given.get(place, ())))


def refresh_links(connection: Connection, paper_id: str, shelf: Shelf) -> None:
    """Where a paper has pages and an edition of OParl: let every item that has it show both."""
    if not editions.has_oparl(connection, paper_id):
        return
    link, table = tables.item_paper, tables.agenda_item
    query = select(link.c.position, table.c.meeting_id, table.c.body, editions.shown_body())
    query = query.join(table, table.c.id == link.c.agenda_item_id).join(
        tables.paper, tables.paper.c.id == link.c.paper_id
    )
    for position, meeting_id, item_body, body in connection.execute(query.where(link.c.paper_id == paper_id)).all():
        item = AgendaItem.model_validate_json(item_body)
        paper = editions.shown(connection, paper_id, item.id)
        held = Paper.model_validate_json(body)
        if paper is not None and paper != held:
            editions.put_shown(connection, item.id, paper, position)
            shelf.put(held, paper, item, meeting_id)


def save_meeting(connection: Connection, meeting: Meeting) -> None:
    """Write a meeting and its items; the papers that items have stay with them."""
    _save_meeting(connection, meeting, set())


def load_meeting(
    connection: Connection, meeting_id: str, *, with_papers: bool = True, with_text: bool = False
) -> Meeting | None:
    """The meeting with its items, or None; their papers without text and parts unless `with_text`."""
    body = connection.execute(select(tables.meeting.c.body).where(tables.meeting.c.id == meeting_id)).scalar()
    if body is None:
        return None
    item, link = tables.agenda_item, tables.item_paper
    papers: dict[str, list[Paper]] = {}
    if with_papers:
        words = editions.shown_body() if with_text else without_text(editions.shown_body())
        query = select(link.c.agenda_item_id, words).join(item, item.c.id == link.c.agenda_item_id)
        query = query.join(tables.paper, tables.paper.c.id == link.c.paper_id).where(item.c.meeting_id == meeting_id)
        for item_id, paper_body in connection.execute(query.order_by(link.c.position)):
            papers.setdefault(item_id, []).append(Paper.model_validate_json(paper_body))
    rows = connection.execute(
        select(item.c.id, item.c.body).where(item.c.meeting_id == meeting_id).order_by(item.c.position, item.c.id)
    )
    items = tuple(
        AgendaItem.model_validate_json(item_body).model_copy(update={"papers": tuple(papers.get(item_id, ()))})
        for item_id, item_body in rows
    )
    return Meeting.model_validate_json(body).model_copy(update={"agendaItem": items})


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


def delete_passages(connection: Connection, condition: ColumnElement[bool]) -> None:
    """Remove passages and their full text."""
    remove_passages(connection, list(connection.execute(select(tables.passage.c.rowid).where(condition)).scalars()))


def remove_passages(connection: Connection, rows: Sequence[int]) -> None:
    """Remove passages by their row numbers."""
    fulltext.remove(connection, rows)
    vectors.remove(connection, rows)
    for row in rows:
        connection.execute(delete(tables.passage).where(tables.passage.c.rowid == row))


def without_text(body: ColumnElement[str]) -> ColumnElement[str]:
    """A Paper as JSON without its text and parts, taken out by the database: parsing them is what takes time."""
    return tables.json_with(body, '{"text":{"text":"","starts":[]},"parts":[],"changes":[]}')


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


def save_file(connection: Connection, file: File, pages: Sequence[Page]) -> None:
    """Write a file and its pages, in place of those that were there."""
    put(connection, tables.file, {"id": file.id}, {"sha256": file.sha256, "body": file.model_dump_json()})
    table = tables.page
    new = [{"file_id": file.id, **page.model_dump()} for page in pages]
    rows = connection.execute(select(table).where(table.c.file_id == file.id).order_by(table.c.number)).mappings()
    if [dict(row) for row in rows] == sorted(new, key=lambda row: row["number"]):
        return
    connection.execute(delete(table).where(table.c.file_id == file.id))
    if new:
        connection.execute(insert(table), new)


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
    links, table = tables.item_paper, tables.agenda_item
    body = connection.execute(select(table.c.body).where(table.c.id == item.id)).scalar()
    old = AgendaItem.model_validate_json(body) if body is not None else None
    before = _shown_by(connection, item.id) if old else {}
    # an agenda that comes again and only names a paper does not take away the one that is there
    now = {p.id: editions.shown(connection, p.id, item.id) or before.get(p.id, p) for p in item.papers}
    kept = [p for p in before if p not in now and not _files(before[p]) <= given]
    item = merged_item(old, item, keeps_papers=bool(kept), has_papers=bool(now))
    order = list(dict.fromkeys([*kept, *now]))
    body = item.model_copy(update={"papers": (), "order": position}).model_dump_json()
    put(connection, table, {"id": item.id}, {"meeting_id": meeting_id, "position": position, "body": body})
    connection.execute(delete(tables.proposal).where(tables.proposal.c.agenda_item_id == item.id))  # to be read anew
    gone = set(before) - set(order)
    for paper_id in gone:
        connection.execute(delete(links).where(links.c.agenda_item_id == item.id, links.c.paper_id == paper_id))
        delete_passages(connection, (tables.passage.c.paper_id == paper_id) & (tables.passage.c.item_id == item.id))
        editions.forget(connection, paper_id, item.id)
    for place, paper_id in enumerate(order):
        editions.put_shown(connection, item.id, now.get(paper_id) or before[paper_id], place)
    return gone


def _shown_by(connection: Connection, item_id: str) -> dict[str, Paper]:
    """The papers of an item in their order."""
    link, paper = tables.item_paper, tables.paper
    query = select(link.c.paper_id, editions.shown_body()).join(paper, paper.c.id == link.c.paper_id)
    rows = connection.execute(query.where(link.c.agenda_item_id == item_id).order_by(link.c.position))
    return {row[0]: Paper.model_validate_json(row[1]) for row in rows}


def merged_item(old: AgendaItem | None, new: AgendaItem, *, keeps_papers: bool, has_papers: bool) -> AgendaItem:
    """An item as it stands when it comes again: what only one of the two take-ins knew is not lost.

    :param keeps_papers: it has papers of an earlier take-in that this one does not bring; `has_papers`: it brings some.
    """
    if old is None:
        return new
    changes: dict[str, object] = {
        "decisions": merged_decisions(old.decisions, new.decisions),
        "formerly": new.formerly or old.formerly,
        "withdrawn": new.withdrawn or (old.withdrawn and old.number == new.number),
        "oparl_id": new.oparl_id or old.oparl_id,
    }
    if old.formerly and new.formerly is None and new.number == old.formerly:
        changes |= {"number": old.number, "name": old.name}  # the agenda from before the Nachtrag came again
    if keeps_papers:
        missing = (*old.missing_attachments, *(m for m in new.missing_attachments if m not in old.missing_attachments))
        changes |= {"pages": None if has_papers else old.pages, "missing_attachments": missing}
    return new.model_copy(update=changes)


def merged_decisions(old: Sequence[Decision], new: Sequence[Decision]) -> tuple[Decision, ...]:
    """The decisions of an item: those that came now, each with what only an earlier source said about it.

    Minutes cite pages and print votes, OParl gives the phrase and perhaps the wording; both tell of one decision where
    there is one on either side.
    """
    if not new or not old:
        return tuple(new or old)
    if len(old) == len(new) == 1:
        one, two = old[0], new[0]
        sources = _sources(one, two)
        if one.outcome in {None, "other", two.outcome} or two.outcome in {None, "other"}:
            richer, other = (one, two) if _weight(one) > _weight(two) else (two, one)
            return (richer.model_copy(update={
                "outcome": richer.outcome if richer.outcome not in {None, "other"} else other.outcome or richer.outcome,
                "vote": richer.vote or other.vote,
                "named": richer.named or other.named,
                "unanimous": richer.unanimous or other.unanimous,
                "text": richer.text or other.text,
                "also": sources,
            }),)  # fmt: skip
        return (two.model_copy(update={"also": sources}),)
    return tuple(new if len(new) >= len(old) else old)


def _sources(one: Decision, two: Decision) -> tuple[Decision, ...]:
    """What each source says of one decision, where several do; a source that comes again replaces what it said."""
    said = {_source(raw): raw for raw in (*(one.also or (one,)), *(two.also or (two,)))}
    return tuple(raw.model_copy(update={"also": ()}) for raw in said.values()) if len(said) > 1 else ()


def _source(decision: Decision) -> tuple[str | None, ...]:
    """By what a source of a decision is known: the files with pages that it cites; data without pages are one source."""
    return tuple(dict.fromkeys(citation.file_id for citation in decision.citation if citation.page is not None))


def _weight(decision: Decision) -> int:
    """How much a decision says."""
    paged = any(citation.page for citation in decision.citation)
    return 4 * paged + 2 * bool(decision.vote) + bool(decision.named) + bool(decision.text)


def _files(paper: Paper) -> set[str]:
    return {span.file_id for span in paper.files}


def _link_files(connection: Connection, meetings: Sequence[Meeting], loose: Sequence[Paper], given: set[str]) -> None:
    """Say which files make up a meeting: those of its papers, and those its agenda stands in.

    Where nobody says in which files the agendas stand, a file that nothing refers to goes with all of the meetings.
    """
    of_meeting = {
        meeting.id: set(meeting.file_ids)
        | {span.file_id for item in meeting.agendaItem for paper in item.papers for span in paper.files}
        | {page.file_id for page in meeting.unassigned_pages if page.file_id}
        for meeting in meetings
    }
    told = any(meeting.file_ids for meeting in meetings)
    named = (
        given
        if told
        else set().union(*of_meeting.values(), *({span.file_id for span in paper.files} for paper in loose))
    )
    held = set(connection.execute(select(tables.file.c.id)).scalars())
    for meeting_id, files in of_meeting.items():
        for file_id in (files | (given - named)) & held:
            put(connection, tables.meeting_file, {"meeting_id": meeting_id, "file_id": file_id}, {"file_id": file_id})


def _save_passages(connection: Connection, place: Place, paper: Paper, item: str, passages: Sequence[Passage]) -> None:
    """Write the passages of a paper in one place; those that are there already in the same words stay as they are."""
    table = tables.passage
    here = (table.c.paper_id == place[0]) & (table.c.item_id == place[1])
    if place[1] is None:
        here &= table.c.meeting_id == place[2]
    rows = connection.execute(select(table.c.rowid, table.c.id, table.c.body, table.c.head).where(here))
    old = {row.id: row for row in rows}
    new = {passage.id: passage for passage in passages}
    remove_passages(connection, [old[key].rowid for key in old.keys() - new.keys()])
    words: list[fulltext.Words] = []
    added: list[dict[str, object]] = []
    for passage in new.values():
        head, body = _head(paper, item, passage), passage.model_dump_json()
        before = old.get(passage.id)
        if before is not None and (before.body, before.head) == (body, head):
            continue
        entry = fulltext.words(passage.text, head)
        values: dict[str, object] = {
            "id": passage.id,
            "paper_id": passage.paper_id,
            "item_id": passage.item_id,
            "meeting_id": passage.meeting_id,
            "start": passage.start,
            "text_key": hashlib.sha256(entry.normalised.encode()).hexdigest(),
            "head": head,
            "body": body,
        }
        if before is None:
            added.append(values)
            words.append(entry)
        else:
            connection.execute(update(table).where(table.c.rowid == before.rowid).values(values))
            vectors.remove(connection, [before.rowid])
            fulltext.remove(connection, [before.rowid])
            fulltext.put(connection, [(before.rowid, entry)])
    if added:
        # Row numbers are given here, so that a thousand passages are two statements.
        first = 1 + int(connection.execute(select(func.coalesce(func.max(table.c.rowid), 0))).scalar_one())
        connection.execute(insert(table), [{"rowid": first + n, **values} for n, values in enumerate(added)])
        fulltext.put(connection, [(first + n, entry) for n, entry in enumerate(words)])


def _head(paper: Paper, item: str, passage: Passage) -> str:
    """What a passage stands under: reference, name and item of its paper, and the heading of its part."""
    heading = next((p.heading for p in paper.parts if p.start <= passage.start < p.end and p.heading), None)
    return "\n".join(dict.fromkeys(filter(None, (paper.reference, paper.name, item, heading))))
