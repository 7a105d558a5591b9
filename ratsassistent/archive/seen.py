"""What one person may see of a non-public archive: its tables seen through views, so that whatever asks finds nothing else.

What enters: what may be seen (`Seen`), an engine. What leaves: an engine whose connections find only that in every table.
What it does not know: who may see what (`ratsassistent.rights`), how the archive is asked.

On each connection temporary views stand before the tables: in SQLite and in PostgreSQL an unqualified name means the temporary
relation first. So lists, full text (through `passage`), vectors, briefings, register and deadlines are narrowed by the database
before anything is counted, ranked or cut off, and a query that is written tomorrow is narrowed as well. A table that stands
neither in `VIEWS` nor in `PLAIN` fails a test. Views take no rows: what may be written goes through the whole archive
(`seen_store`).

A paper that is before several bodies is seen in the edition of the items that are seen, without what changed against others.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, event, select

from ratsassistent.archive import database, narrow, saving, tables, whereabouts
from ratsassistent.pack.papers.cutting import pages_of

if TYPE_CHECKING:
    from ratsassistent.archive.store import Store

_AT_ONCE = 400  # values of one statement
_NO_QUOTES = '{"suspicions":[]}'
_NO_CHANGES = '{"changes":[]}'


@dataclass(frozen=True, slots=True)
class Seen:
    """The meetings of which the non-public part is seen, and what of them is not (somebody is excluded from items).

    `partly`: meetings with such items; of their non-public pages only those of papers of other items are seen.
    """

    meetings: frozenset[str] = frozenset()
    partly: frozenset[str] = frozenset()
    hidden_items: frozenset[str] = frozenset()
    hidden_papers: frozenset[str] = frozenset()
    hidden_files: frozenset[str] = frozenset()
    hidden_pages: frozenset[tuple[str, int]] = frozenset()


# For each table: which rows of it are seen. {m} stands for the schema of the tables themselves; other names are views.
VIEWS: dict[str, str] = {
    "meeting": "id IN (SELECT id FROM seen_meeting)",
    "agenda_item": "meeting_id IN (SELECT id FROM seen_meeting) AND id NOT IN (SELECT id FROM hidden_item)",
    "item_paper": "agenda_item_id IN (SELECT id FROM agenda_item) AND paper_id NOT IN (SELECT id FROM hidden_paper)",
    "paper": "id IN (SELECT paper_id FROM item_paper) OR id IN (SELECT paper_id FROM whole_paper)",
    "edition": "paper_id IN (SELECT id FROM paper) AND item_id IN (SELECT id FROM agenda_item)",
    "file": "id IN (SELECT file_id FROM {m}.meeting_file WHERE meeting_id IN (SELECT id FROM seen_meeting)) "
    "AND id NOT IN (SELECT id FROM hidden_file)",
    "page": "file_id IN (SELECT id FROM file) AND NOT EXISTS "
    "(SELECT 1 FROM hidden_page WHERE hidden_page.file_id = {m}.page.file_id AND hidden_page.number = {m}.page.number)",
    "paper_file": "paper_id IN (SELECT id FROM paper) AND file_id NOT IN (SELECT id FROM hidden_file)",
    "meeting_file": "meeting_id IN (SELECT id FROM seen_meeting) AND file_id NOT IN (SELECT id FROM hidden_file)",
    "passage": "paper_id IN (SELECT id FROM paper) AND (item_id IN (SELECT id FROM agenda_item) OR (item_id IS NULL AND ("
    "meeting_id IN (SELECT id FROM seen_meeting WHERE NOT partly) OR "
    "(meeting_id IS NULL AND paper_id NOT IN (SELECT paper_id FROM shared_paper)))))",
    "vector": '"row" IN (SELECT rowid FROM passage)',
    "piece_vector": '"row" IN (SELECT rowid FROM passage)',
    "briefing": "item_id IN (SELECT id FROM agenda_item) AND item_id NOT IN "
    "(SELECT agenda_item_id FROM {m}.item_paper WHERE paper_id IN (SELECT id FROM hidden_paper))",
    "remark": "of_public OR item_id IN (SELECT id FROM agenda_item) OR item_id IN (SELECT id FROM paper)",
    "correction": "meeting_id IN (SELECT id FROM seen_meeting WHERE NOT partly)",
    "found": "meeting_id IN (SELECT id FROM seen_meeting WHERE NOT partly)",
    "resolution": "agenda_item_id IN (SELECT id FROM agenda_item)",
    "proposal": "agenda_item_id IN (SELECT id FROM agenda_item)",
    "register_entry": "item_id IN (SELECT id FROM agenda_item)",
    "ocr_page": "1 = 0",  # only what is being read asks for it
    "oparl_object": "kind = 'Organization' OR own_id IN (SELECT id FROM meeting) OR own_id IN (SELECT id FROM agenda_item) "
    "OR own_id IN (SELECT id FROM paper) OR own_id IN (SELECT id FROM file)",
    "deadline": "meeting_id IN (SELECT id FROM seen_meeting)",
}
# These tell nothing of papers; whose job or search a row is, is looked at where they are read (`jobs`, `searches_table`).
PLAIN = frozenset({"embedding_model", "mark", "job", "kept_search", "about", "pending", "deleted", "deadline_rule"})
_SHARED = "CASE WHEN {key} IN (SELECT paper_id FROM shared_paper) AND {body} <> '' THEN {bare} ELSE {body} END"
_LISTS = {"seen_meeting": ("id", "partly"), "hidden_item": ("id",), "hidden_paper": ("id",), "hidden_file": ("id",),
          "hidden_page": ("file_id", "number")}  # fmt: skip


def limited(folder: Path, seen: Seen) -> Engine:
    """An engine of the archive in a folder that finds only what is seen. :raises StorageError: as `database.open_engine`."""
    engine = database.open_engine(folder)
    place = whereabouts.place_of(folder)
    event.listen(engine, "connect", partial(_narrow, seen, place.schema if place else "main", place is not None))
    engine.update_execution_options(**{narrow.OPTION: True})
    engine.dispose()  # connections of before do not have the views
    return engine


def _narrow(seen: Seen, schema: str, is_postgres: bool, connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    if not is_postgres:
        cursor.execute("PRAGMA temp_store = MEMORY")
    mark = "%s" if is_postgres else "?"
    for name, columns in _LISTS.items():
        kinds = ", ".join(
            f"{c} {'boolean' if c == 'partly' else 'integer' if c == 'number' else 'text'} NOT NULL" for c in columns
        )
        cursor.execute(
            f"CREATE TEMPORARY TABLE {name} ({kinds}, PRIMARY KEY ({'id' if 'id' in columns else 'file_id, number'}))"
        )
        values = list(_rows(seen, name))
        if values:
            marks = ", ".join([mark] * len(columns))
            cursor.executemany(f"INSERT INTO {name} ({', '.join(columns)}) VALUES ({marks})", values)  # noqa: S608 - our own names
    for name, query in _views('"' + schema + '"', is_postgres):
        cursor.execute(f"CREATE TEMPORARY VIEW {name} AS {query}")
    cursor.close()
    if is_postgres:
        connection.commit()


def _rows(seen: Seen, name: str) -> Iterable[tuple[object, ...]]:
    if name == "seen_meeting":
        return ((key, key in seen.partly) for key in sorted(seen.meetings))
    if name == "hidden_page":
        return sorted(seen.hidden_pages)
    kept = {"hidden_item": seen.hidden_items, "hidden_paper": seen.hidden_papers, "hidden_file": seen.hidden_files}[
        name
    ]
    return ((key,) for key in sorted(kept))


def _views(m: str, is_postgres: bool) -> Iterable[tuple[str, str]]:
    """Each view with its query, in an order in which each uses earlier ones only."""

    def bare(body: str, instead: str = _NO_CHANGES) -> str:
        if is_postgres:
            return f"CAST(CAST({body} AS jsonb) || CAST('{instead}' AS jsonb) AS text)"
        return f"json_patch({body}, '{instead}')"

    for name in ("meeting", "agenda_item"):
        yield name, _all(m, name)
    # papers that are also before somebody whose items are not seen here
    yield (
        "shared_paper",
        (
            f"SELECT DISTINCT paper_id FROM {m}.item_paper WHERE agenda_item_id NOT IN (SELECT id FROM agenda_item)"  # noqa: S608
        ),
    )
    # papers of a meeting as a whole (minutes)
    yield (
        "whole_paper",
        (
            f"SELECT DISTINCT paper_id FROM {m}.passage WHERE item_id IS NULL AND "  # noqa: S608
            "meeting_id IN (SELECT id FROM seen_meeting WHERE NOT partly) AND paper_id NOT IN (SELECT id FROM hidden_paper)"
        ),
    )
    body = _SHARED.format(key="paper_id", body="body", bare=bare("body"))
    columns = _columns("item_paper", body=body)
    yield "item_paper", f"SELECT {columns} FROM {m}.item_paper WHERE {VIEWS['item_paper']}"  # noqa: S608
    own = f"SELECT max(link.body) FROM item_paper link WHERE link.paper_id = {m}.paper.id"  # noqa: S608
    same = f"EXISTS (SELECT 1 FROM item_paper link WHERE link.paper_id = {m}.paper.id AND link.body = '')"  # noqa: S608
    held = _SHARED.format(key="id", body="body", bare=bare("body"))
    shown = f"CASE WHEN {same} OR id NOT IN (SELECT paper_id FROM item_paper) THEN {held} ELSE ({own}) END"  # noqa: S608
    yield "paper", f"SELECT {_columns('paper', body=shown)} FROM {m}.paper WHERE {VIEWS['paper']}"  # noqa: S608
    # what is suspicious in a file is quoted in its row, also of pages that are not seen
    quiet = f"CASE WHEN id IN (SELECT file_id FROM hidden_page) THEN {bare('body', _NO_QUOTES)} ELSE body END"  # noqa: S608
    yield "file", f"SELECT {_columns('file', body=quiet)} FROM {m}.file WHERE {VIEWS['file'].format(m=m)}"  # noqa: S608
    done = {"meeting", "agenda_item", "item_paper", "paper", "file"}
    for name in VIEWS:
        if name not in done:
            yield name, _all(m, name)
    if is_postgres:
        yield "passage_text", f'SELECT * FROM {m}.passage_text WHERE "row" IN (SELECT rowid FROM passage)'  # noqa: S608


def _all(m: str, name: str) -> str:
    return f"SELECT * FROM {m}.{name} WHERE {VIEWS[name].format(m=m)}"  # noqa: S608 - our own names


def _columns(name: str, **instead: str) -> str:
    found = (column.name for column in tables.metadata.tables[name].columns)
    return ", ".join(f"{instead[one]} AS {one}" if one in instead else one for one in found)


# --- what there is to see ----------------------------------------------------------------------------------------------


def meetings(connection: Connection) -> list[tuple[str, str | None, str | None]]:
    """Id, name of the body and start of all meetings of an archive."""
    table = tables.meeting
    query = select(table.c.id, tables.json_field(table.c.body, "organization"), table.c.start)
    return [(row[0], row[1], row[2]) for row in connection.execute(query)]


def meetings_of(connection: Connection, items: Iterable[str]) -> dict[str, str]:
    """The meetings of these items, by item; an item that the archive does not have is left out."""
    table = tables.agenda_item
    query = select(table.c.id, table.c.meeting_id).where(table.c.id.in_(list(items)))
    return {row.id: row.meeting_id for row in connection.execute(query)}


def without(connection: Connection, seen: frozenset[str], items: Iterable[str]) -> Seen:
    """What is left to see of the meetings `seen` for somebody who is excluded from items."""
    of = {item: meeting for item, meeting in meetings_of(connection, items).items() if meeting in seen}
    hidden, papers, files = frozenset(of), set[str](), set[str]()
    pages: set[tuple[str, int]] = set()
    for meeting_id in set(of.values()):
        meeting = saving.load_meeting(connection, meeting_id)
        if meeting is None:
            continue
        mine = [paper for item in meeting.agendaItem if item.id in hidden for paper in item.papers]
        papers |= {paper.id for paper in mine}
        others = [p for item in meeting.agendaItem if item.id not in hidden for p in item.papers if p.id not in papers]
        left = set(pages_of(others)) - set(pages_of(mine))
        link, page = tables.meeting_file, tables.page
        held = set(connection.execute(select(link.c.file_id).where(link.c.meeting_id == meeting_id)).scalars())
        held |= {span.file_id for paper in mine for span in paper.files}
        query = select(page.c.file_id, page.c.number).where(page.c.file_id.in_(sorted(held)))
        there = {(row.file_id, row.number) for row in connection.execute(query)}
        pages |= there - left
        open_files = {file_id for file_id, _ in there & left} | {s.file_id for paper in others for s in paper.files}
        files |= held - open_files
    return Seen(seen, frozenset(of.values()), hidden, frozenset(papers), frozenset(files), frozenset(pages))


def known(store: Store, meetings: Iterable[str], items: Iterable[str]) -> set[str]:
    """Those of these meetings and items that are found in an archive."""
    found: set[str] = set()
    with store.reading() as connection:
        for table, ids in ((tables.meeting, sorted(meetings)), (tables.agenda_item, sorted(items))):
            for start in range(0, len(ids), _AT_ONCE):
                query = select(table.c.id).where(table.c.id.in_(ids[start : start + _AT_ONCE]))
                found.update(connection.execute(query).scalars())
    return found


def closed(public: Store, nonpublic: Store, places: Iterable[tuple[str, int | None]]) -> set[tuple[str, int | None]]:
    """Those of these places (file and page) that the whole non-public archive has and this part of it does not show."""
    wanted = set(places)
    files = sorted({file_id for file_id, _ in wanted})
    there, here = _there(nonpublic.whole, files), _there(nonpublic, files)
    return {place for place in wanted & there - here if place[1] is not None or place not in _there(public, files)}


def held_places(store: Store, places: Iterable[tuple[str, int | None]]) -> list[tuple[str, int | None]]:
    """Those of these places (file and page) that an archive has."""
    wanted = set(places)
    return sorted(
        wanted & _there(store, sorted({file_id for file_id, _ in wanted})), key=lambda one: (one[0], one[1] or 0)
    )


def _there(store: Store, files: Sequence[str]) -> set[tuple[str, int | None]]:
    """All places in these files, and the files themselves."""
    page, file = tables.page, tables.file
    found: set[tuple[str, int | None]] = set()
    with store.reading() as connection:
        for start in range(0, len(files), _AT_ONCE):
            some = files[start : start + _AT_ONCE]
            found |= {
                (r.file_id, r.number)
                for r in connection.execute(select(page.c.file_id, page.c.number).where(page.c.file_id.in_(some)))
            }
            found |= {(key, None) for key in connection.execute(select(file.c.id).where(file.c.id.in_(some))).scalars()}
    return found
