"""Removes meetings and papers so that their words are gone from the disk.

What enters: a connection that may write and an id. What leaves: the ids of all that went. The rows go in one
transaction, which also notes what has to follow outside it (`pending`): the PDFs, and the database file written anew,
because SQLite and its full text keep deleted words in unused places until then. A crash in between is made good when
the archive is opened next.
What it does not know: other archives, backups, what a flash drive keeps of a deleted file.

A PDF (with its page texts) that another paper or meeting also stands in is kept, with all its words.

Of a meeting the non-public part can go alone: all that this archive has of it goes, and what goes is noted apart, since the
other archive still has the rest.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, delete, insert, select

from ratsassistent.archive import deletions_table, editions, fulltext, jobs_table, saving, tables, vectors
from ratsassistent.archive.database import drop_copies, outside_transaction, writing
from ratsassistent.archive.deletions_table import Part
from ratsassistent.archive.postgres import is_postgres, rewrite
from ratsassistent.oparl import Paper

if TYPE_CHECKING:  # which removes by this module
    from ratsassistent.archive.store import Store

_CLEAN = "clean:"
_FILE = "file:"
_FORGET: dict[Part, str] = {"all": "forget:", "nonpublic": "forget-part:"}
_DELETE: dict[Part, str] = {"all": "delete:", "nonpublic": "delete-part:"}


def delete_meeting(connection: Connection, meeting_id: str, part: Part = "all") -> list[str]:
    """Remove a meeting and all derived from it; returns the ids of meeting, items, papers and files that went.

    :param part: "nonpublic": the other archive keeps what it has. What persons corrected stays, since it only names ids and
        holds for the rest, too; the meeting as it was found goes, since it has the words of both parts.
    """
    if connection.execute(select(tables.meeting.c.id).where(tables.meeting.c.id == meeting_id)).first() is None:
        return []
    item, link, of_meeting = tables.agenda_item, tables.item_paper, tables.meeting_file
    items = list(connection.execute(select(item.c.id).where(item.c.meeting_id == meeting_id)).scalars())
    papers = list(dict.fromkeys(connection.execute(
        select(link.c.paper_id).join(item, item.c.id == link.c.agenda_item_id).where(item.c.meeting_id == meeting_id)
    ).scalars()))  # fmt: skip
    files = set(connection.execute(select(of_meeting.c.file_id).where(of_meeting.c.meeting_id == meeting_id)).scalars())
    for paper_id in papers:
        files |= _files(connection, paper_id)
    files |= _former_files(connection, items)
    editions.forget_items(connection, items)
    own = _of_meeting_only(connection, meeting_id)
    for paper_id in own:  # minutes and the like, which no item has
        files |= _files(connection, paper_id)
        saving.delete_paper_rows(connection, paper_id)
    connection.execute(delete(tables.meeting).where(tables.meeting.c.id == meeting_id))
    gone = saving.delete_unused_papers(connection, papers)
    for paper_id in set(papers) - set(gone):
        newest_left(connection, paper_id)
    saving.delete_passages(connection, tables.passage.c.meeting_id == meeting_id)
    connection.execute(delete(tables.briefing).where(
        (tables.briefing.c.meeting_id == meeting_id) | tables.briefing.c.item_id.in_(items)
    ))  # fmt: skip
    remark = tables.remark
    surviving = remark.c.item_id.in_(select(tables.paper.c.id))  # said of a paper that another meeting has, too
    said = remark.c.item_id.in_([*items, *gone, *own]) | ((remark.c.meeting_id == meeting_id) & ~surviving)
    if part == "nonpublic":
        said &= ~remark.c.of_public  # of what is public still, or was: `Remarks.forget` knows
    connection.execute(delete(remark).where(said))
    entry = tables.register_entry
    connection.execute(delete(entry).where((entry.c.meeting_id == meeting_id) | entry.c.item_id.in_(items)))
    if part == "all":
        deletions_table.note(connection, "Meeting", [meeting_id])
    else:
        deletions_table.note_nonpublic(connection, meeting_id)
        connection.execute(delete(tables.found).where(tables.found.c.meeting_id == meeting_id))
    gone = _finish(connection, [meeting_id, *items, *gone, *own], files)
    _note(connection, [f"{_FORGET[part]}{key}" for key in gone])
    return gone


def delete_nonpublic(store: Store, meeting_id: str) -> tuple[str, ...]:
    """Remove what the non-public archive has of a meeting; its words are gone from the folder when the caller calls `Store.clean`.

    :raises ValueError: the store is public.
    """
    if store.public:
        raise ValueError("the non-public part of a meeting is not in the public archive")
    with store.writing() as connection:
        gone = delete_meeting(connection, meeting_id, "nonpublic")
    vectors.forget(store)
    return tuple(gone)


def delete_paper(connection: Connection, paper_id: str, *, keep_remarks: bool = False) -> list[str]:
    """Remove a paper from all meetings, with all derived from it; returns the ids of paper and files that went.

    Of a combined pack, which other papers stand in, the text of this paper's pages goes; the PDF stays.

    :param keep_remarks: what persons said of it stays, because the paper only moves to the other archive.
    """
    link = tables.item_paper
    held = editions.all_bodies(connection, paper_id)
    if not held:
        return []
    pages = {place for edition in held for place in _pages(edition)}
    files = {span.file_id for edition in held for span in edition.files}
    items = list(connection.execute(select(link.c.agenda_item_id).where(link.c.paper_id == paper_id)).scalars())
    connection.execute(delete(tables.briefing).where(tables.briefing.c.item_id.in_(items)))  # written from its words
    for table in (tables.resolution, tables.proposal):  # and what was read of it; the rest is read anew
        connection.execute(delete(table).where(table.c.agenda_item_id.in_(items)))
    saving.delete_paper_rows(connection, paper_id)
    if not keep_remarks:
        connection.execute(delete(tables.remark).where(tables.remark.c.item_id == paper_id))
    for file_id in files:
        for other in _papers_in(connection, file_id):
            pages -= _pages(other)
    page, of_meeting = tables.page, tables.meeting_file
    for file_id, number in pages:
        connection.execute(delete(page).where(page.c.file_id == file_id, page.c.number == number))
    for file_id in files:  # a file of which no page is left is no longer part of a meeting
        if connection.execute(select(page.c.number).where(page.c.file_id == file_id)).first() is None:
            connection.execute(delete(of_meeting).where(of_meeting.c.file_id == file_id))
    gone = _finish(connection, [paper_id], files)
    if not keep_remarks:
        deletions_table.note(connection, "Paper", [paper_id])
        _note(connection, [f"{_FORGET['all']}{key}" for key in gone])
    return gone


def clean(engine: Engine, folder: Path, name_of: Callable[[str], str]) -> bool:
    """Do what deletions left to do: remove the PDFs and write the database file anew.

    :param name_of: the name of a PDF in `folder` by its checksum.
    :returns: False if another process is reading, so that the log of changes could not be emptied; the next deletion
        or opening of the archive tries again.
    """
    with engine.connect() as connection:
        tasks = list(connection.execute(select(tables.pending.c.task)).scalars())
    for task in tasks:
        if task.startswith(_FILE):
            with writing(engine) as connection:  # so that nobody takes the file in again at this moment
                sha256 = task.removeprefix(_FILE)
                if connection.execute(select(tables.file.c.id).where(tables.file.c.sha256 == sha256)).first() is None:
                    (folder / name_of(sha256)).unlink(missing_ok=True)
                connection.execute(delete(tables.pending).where(tables.pending.c.task == task))
    cleanings = [task for task in tasks if task.startswith(_CLEAN)]
    if not cleanings:
        return True
    drop_copies(folder.parent)  # of the time before an upgrade: they still hold the words
    with writing(engine) as connection:
        fulltext.merge(connection)
    if is_postgres(engine):
        if not rewrite(engine):
            return False
    else:
        with outside_transaction(engine) as driver:
            driver.execute("VACUUM")
        if not empty_log(engine):
            return False
    with writing(engine) as connection:  # last, so that a crash leaves the note; a deletion since then made its own
        connection.execute(delete(tables.pending).where(tables.pending.c.task.in_(cleanings)))
    return True


def note_cleaning(connection: Connection) -> None:
    """Note that words were removed, so that `clean` takes them off the disk."""
    _note(connection, [f"{_CLEAN}{uuid.uuid4().hex}"])


def note_file(connection: Connection, sha256: str) -> None:
    """Note that a PDF is to be removed, so that `clean` does it."""
    _note(connection, [f"{_FILE}{sha256}"])


def begin(store: Store, key: str, part: Part = "all") -> None:
    """Note that a meeting or paper is to be deleted, so that a crash half way does not leave the rest of it."""
    with store.writing() as connection:
        _note(connection, [f"{_DELETE[part]}{key}"])


def begun(store: Store, part: Part = "all") -> list[str]:
    """The meetings and papers whose deletion was begun and not ended."""
    return _noted(store, _DELETE[part])


def to_forget(store: Store, part: Part = "all") -> list[str]:
    """What went from this archive, and is still to be forgotten by all that names it (jobs, remarks, marks)."""
    return _noted(store, _FORGET[part])


def end(store: Store, keys: Iterable[str], forgotten: Iterable[str], part: Part = "all") -> None:
    """These are deleted, and these forgotten everywhere."""
    done = [*(f"{_DELETE[part]}{key}" for key in keys), *(f"{_FORGET[part]}{key}" for key in forgotten)]
    with store.writing() as connection:
        for task in done:
            connection.execute(delete(tables.pending).where(tables.pending.c.task == task))


def still_there(store: Store, ids: Collection[str]) -> set[str]:
    """Those of meetings, items, papers and files that an archive has."""
    out: set[str] = set()
    with store.reading() as connection:
        for table in (tables.meeting, tables.agenda_item, tables.paper, tables.file):
            out.update(key for key in connection.execute(select(table.c.id)).scalars() if key in ids)
    return out


def newest_left(connection: Connection, paper_id: str) -> None:
    """A paper that stays must not keep the words of an edition that went: the newest that is left takes its place.

    A paper that was taken in by itself beforehand keeps the edition that it has: its own file may hold the same words.
    """
    loose = bool(connection.execute(select(tables.paper.c.loose).where(tables.paper.c.id == paper_id)).scalar())
    newest = editions.newest(connection, paper_id)
    if newest is None:  # taken in before editions were kept
        newest = max(_linked(connection, paper_id), key=lambda paper: bool(paper.files), default=None)
    if newest is not None:
        editions.set_newest(connection, newest, loose=loose)
        shelf = saving.Shelf()
        saving.refresh_links(connection, paper_id, shelf)
        if editions.has_oparl(connection, paper_id) and loose and not _linked(connection, paper_id):
            shelf.put(newest, newest)
        shelf.save(connection)


def empty_log(engine: Engine, seconds: float = 5.0) -> bool:
    """Move the log of changes (WAL) into the database and empty it; False if readers kept it busy for that long.

    That of PostgreSQL is of the whole server, and its administrator's.
    """
    if is_postgres(engine):
        return True
    with outside_transaction(engine) as connection:
        connection.execute("PRAGMA busy_timeout = 500")
        until = time.monotonic() + seconds
        while connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
            if time.monotonic() > until:
                return False
            time.sleep(0.05)
    return True


def _finish(connection: Connection, gone: list[str], files: Iterable[str]) -> list[str]:
    """Remove the files that nothing refers to any more, and note what is left to do."""
    paper_file, of_meeting, file = tables.paper_file, tables.meeting_file, tables.file
    tasks = [f"{_CLEAN}{uuid.uuid4().hex}"]
    for file_id in sorted(files):
        used = select(paper_file.c.file_id).where(paper_file.c.file_id == file_id)
        used_by_meeting = select(of_meeting.c.file_id).where(of_meeting.c.file_id == file_id)
        if connection.execute(used.union(used_by_meeting)).first() is None:
            sha256 = connection.execute(select(file.c.sha256).where(file.c.id == file_id)).scalar()
            connection.execute(delete(file).where(file.c.id == file_id))
            connection.execute(delete(tables.ocr_page).where(tables.ocr_page.c.sha256 == sha256))
            gone.append(file_id)
            tasks.append(f"{_FILE}{sha256}")
    connection.execute(delete(tables.oparl_object).where(tables.oparl_object.c.own_id.in_(gone)))
    jobs_table.forget(connection, gone)
    _note(connection, tasks)
    return gone


def _note(connection: Connection, tasks: Iterable[str]) -> None:
    known = set(connection.execute(select(tables.pending.c.task)).scalars())
    for task in set(tasks) - known:
        connection.execute(insert(tables.pending).values(task=task))


def _noted(store: Store, prefix: str) -> list[str]:
    task = tables.pending.c.task
    with store.reading() as connection:
        found = connection.execute(
            select(task).where(task.startswith(prefix, autoescape=True)).order_by(task)
        ).scalars()
        return [one.removeprefix(prefix) for one in found]


def _of_meeting_only(connection: Connection, meeting_id: str) -> list[str]:
    """The papers that belong to a meeting as a whole."""
    table = tables.passage
    query = select(table.c.paper_id).distinct()
    return list(connection.execute(query.where(table.c.meeting_id == meeting_id, table.c.item_id.is_(None))).scalars())


def _linked(connection: Connection, paper_id: str) -> list[Paper]:
    """What the items that have a paper show of it."""
    link, paper = tables.item_paper, tables.paper
    query = select(editions.shown_body()).join(paper, paper.c.id == link.c.paper_id)
    rows = connection.execute(query.where(link.c.paper_id == paper_id).order_by(link.c.agenda_item_id))
    return [Paper.model_validate_json(body) for body in rows.scalars()]


def _former_files(connection: Connection, items: Iterable[str]) -> set[str]:
    """The files of editions that items no longer show."""
    table = tables.edition
    query = select(table.c.body).where(table.c.item_id.in_(list(items)), table.c.body != "")
    bodies = connection.execute(query).scalars()
    return {span.file_id for body in bodies for span in Paper.model_validate_json(body).files}


def _files(connection: Connection, paper_id: str) -> set[str]:
    table = tables.paper_file
    return set(connection.execute(select(table.c.file_id).where(table.c.paper_id == paper_id)).scalars())


def _papers_in(connection: Connection, file_id: str) -> list[Paper]:
    paper, link = tables.paper, tables.paper_file
    rows = connection.execute(select(paper.c.body).join(link, link.c.paper_id == paper.c.id).where(
        link.c.file_id == file_id
    )).scalars()  # fmt: skip
    return [Paper.model_validate_json(body) for body in rows]


def _pages(paper: Paper) -> set[tuple[str, int]]:
    return {(span.file_id, number) for span in paper.files for number in range(span.first, span.last + 1)}
