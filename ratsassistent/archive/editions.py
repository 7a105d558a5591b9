"""The editions of a paper: which one an agenda item shows, what came before it, and what OParl adds.

What enters: a connection that may write, and Papers as they came in. What leaves: the Paper to be shown for an item, with
its changes against the edition before. What it does not know: passages, files, what is public.

An edition is known by the item that it was taken in for and by the files it came from. They are numbered as they came
in for the first time, so that taking in an old file again does not make it the newest. What came from OParl is one
edition for all items; where there are pages too, both are shown as one paper (`pack.oparl_data`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select, update

from ratsassistent.archive import tables
from ratsassistent.archive.german import fold_name
from ratsassistent.oparl import Paper, ra_id
from ratsassistent.pack.oparl_data.oparl_merge import combine, has_pages, pages_part
from ratsassistent.pack.papers.versions import compare, same_words

LOOSE = ""  # the item of an edition that was taken in by itself
EVERYWHERE = "*"  # the item of what came from OParl
OPARL = "oparl"


@dataclass(frozen=True, slots=True)
class _Row:
    item_id: str
    source: str
    number: int
    body: str


def shown_body() -> ColumnElement[str]:
    """The edition of an item as JSON, in a query that joins `item_paper` with `paper`."""
    return func.coalesce(func.nullif(tables.item_paper.c.body, ""), tables.paper.c.body)


def take(connection: Connection, paper: Paper, item_id: str, *, loose: bool | None = None) -> None:
    """Note an edition, and make the newest one what the paper's id and number find.

    The item's own row (`item_paper`) is not written here. A paper without files only names itself: it is no edition.

    :param loose: whether it was taken in by itself; by default, if `item_id` is LOOSE. That stays with the paper.
    """
    loose = item_id == LOOSE if loose is None else loose
    row = connection.execute(
        select(tables.paper.c.loose, tables.paper.c.body).where(tables.paper.c.id == paper.id)
    ).first()
    if not paper.files:
        if row is None:
            set_newest(connection, paper, loose=loose)
        elif loose and not row.loose:
            connection.execute(update(tables.paper).where(tables.paper.c.id == paper.id).values(loose=True))
        return
    if row is not None:
        _adopt(connection, paper.id, row.body, bool(row.loose))
    if not has_pages(paper):
        raw, item_id, source = paper.model_copy(update={"changes": ()}), EVERYWHERE, OPARL
    else:
        raw, source = pages_part(paper), _source(paper)
    rows = _rows(connection, paper.id)
    known = next((r for r in rows if (r.item_id, r.source) == (item_id, source)), None)
    if row is None:  # the foreign key of an edition
        set_newest(connection, raw, loose=loose)
    if known is None:
        _write_out(connection, paper.id, item_id)
        number = 1 + max((r.number for r in rows), default=0)
        connection.execute(insert(tables.edition).values(
            paper_id=paper.id, item_id=item_id, source=source, number=number, body=raw.model_dump_json()
        ))  # fmt: skip
    else:
        _put_body(connection, paper.id, item_id, source, raw.model_dump_json())
    newest_now = newest(connection, paper.id)
    assert newest_now is not None
    set_newest(connection, newest_now, loose=loose or bool(row and row.loose))
    if item_id in {EVERYWHERE, LOOSE} and newest_now == raw:
        _put_body(connection, paper.id, item_id, source, "")


def shown(connection: Connection, paper_id: str, item_id: str) -> Paper | None:
    """The paper as an item shows it: its newest edition there, with changes, and with what OParl adds; or None."""
    return _shown(connection, paper_id, item_id, _rows(connection, paper_id))


def newest(connection: Connection, paper_id: str) -> Paper | None:
    """The newest edition of a paper, as the item has it that it came for; None if there is none with words."""
    rows = _rows(connection, paper_id)
    pdfs = [row for row in rows if row.source != OPARL]
    if pdfs:
        return _shown(connection, paper_id, pdfs[-1].item_id, rows)
    return _shown(connection, paper_id, EVERYWHERE, rows)


def put_shown(connection: Connection, item_id: str, paper: Paper, position: int) -> None:
    """Write what an item shows; nothing is written twice that the paper itself or its newest edition says."""
    link = tables.item_paper
    body = paper.model_dump_json()
    same = connection.execute(select(tables.paper.c.id).where(
        tables.paper.c.id == paper.id, tables.paper.c.body == body
    )).first()  # fmt: skip
    values = {"position": position, "body": "" if same else body}
    where = (link.c.agenda_item_id == item_id) & (link.c.paper_id == paper.id)
    connection.execute(delete(tables.proposal).where(tables.proposal.c.agenda_item_id == item_id))  # to be read anew
    if not connection.execute(update(link).where(where).values(values)).rowcount:
        connection.execute(insert(link).values(agenda_item_id=item_id, paper_id=paper.id, **values))
    if has_pages(paper):
        plain = paper.model_copy(update={"changes": ()})
        if pages_part(plain) == plain:
            row = (tables.edition.c.paper_id == paper.id) & (tables.edition.c.item_id == item_id)
            mine = (tables.edition.c.source == _source(paper)) & (tables.edition.c.body == plain.model_dump_json())
            connection.execute(update(tables.edition).where(row & mine).values(body=""))


def set_newest(connection: Connection, paper: Paper, *, loose: bool) -> None:
    """Make this the edition that is found by id and number; what leant on the one before gets words of its own."""
    table, link, edition = tables.paper, tables.item_paper, tables.edition
    body = paper.model_dump_json()
    old = connection.execute(select(table.c.body).where(table.c.id == paper.id)).scalar()
    values = {
        "reference_key": fold_name(paper.reference),
        "type_key": fold_name(paper.paperType),
        "loose": loose,
        "body": body,
    }
    if old is None:
        connection.execute(insert(table).values(id=paper.id, **values))
    else:
        if old != body:
            mine = (link.c.paper_id == paper.id) & (link.c.body == "")
            connection.execute(update(link).where(mine).values(body=old))
            shared = (edition.c.paper_id == paper.id) & edition.c.item_id.in_([LOOSE, EVERYWHERE])
            connection.execute(
                update(edition).where(shared & (edition.c.body == "")).values(body=_without_changes(old))
            )
        connection.execute(update(table).where(table.c.id == paper.id).values(values))
        connection.execute(delete(tables.paper_file).where(tables.paper_file.c.paper_id == paper.id))
    files = {span.file_id for span in paper.files}
    if files:
        rows = [{"paper_id": paper.id, "file_id": file_id} for file_id in sorted(files)]
        connection.execute(insert(tables.paper_file), rows)


def forget_items(connection: Connection, items: Sequence[str]) -> None:
    """Remove the editions that these agenda items had."""
    connection.execute(delete(tables.edition).where(tables.edition.c.item_id.in_(items)))


def forget(connection: Connection, paper_id: str, item_id: str) -> None:
    """Remove the editions of a paper that an agenda item had."""
    table = tables.edition
    connection.execute(delete(table).where(table.c.paper_id == paper_id, table.c.item_id == item_id))


def has_oparl(connection: Connection, paper_id: str) -> bool:
    """True where some of the paper came from OParl."""
    row = tables.edition
    query = select(row.c.paper_id).where(row.c.paper_id == paper_id, row.c.item_id == EVERYWHERE)
    return connection.execute(query).first() is not None


def all_bodies(connection: Connection, paper_id: str) -> list[Paper]:
    """Every edition of a paper that is kept, in no order."""
    link, paper, edition = tables.item_paper, tables.paper, tables.edition
    query = select(paper.c.body).where(paper.c.id == paper_id)
    query_links = select(link.c.body).where(link.c.paper_id == paper_id, link.c.body != "")
    query_rows = select(edition.c.body).where(edition.c.paper_id == paper_id, edition.c.body != "")
    bodies = connection.execute(query.union(query_links, query_rows)).scalars()
    return [Paper.model_validate_json(body) for body in bodies]


def before_shown(connection: Connection, paper_id: str, items: Sequence[str]) -> list[tuple[int, str, Paper]]:
    """The editions of a paper but for those that these items show: their number, item and words, the oldest first.

    What came from OParl, and what was taken in by itself, is among them.
    """
    rows = _rows(connection, paper_id)
    last = {row.item_id: row.number for row in rows if row.source != OPARL}
    wanted = (row for row in rows if row.item_id in {*items, LOOSE, EVERYWHERE})
    kept = [row for row in wanted if row.item_id not in items or row.number != last[row.item_id]]
    return [(row.number, row.item_id, _raw(connection, paper_id, row)) for row in kept]


def purge(connection: Connection, paper_id: str, unwanted: Callable[[Paper], bool]) -> bool:
    """Remove the editions of a paper that must not stay, and with them what OParl says of it; True if there were any."""
    rows = _rows(connection, paper_id)
    bad = [row for row in rows if unwanted(_raw(connection, paper_id, row))]
    if bad:
        bad += [row for row in rows if row.source == OPARL and row not in bad]
    table = tables.edition
    for row in bad:
        here = (table.c.paper_id == paper_id) & (table.c.item_id == row.item_id) & (table.c.source == row.source)
        connection.execute(delete(table).where(here))
    body = connection.execute(select(tables.paper.c.body).where(tables.paper.c.id == paper_id)).scalar()
    return bool(bad) or (body is not None and unwanted(Paper.model_validate_json(body)))


def _shown(connection: Connection, paper_id: str, item_id: str, rows: Sequence[_Row]) -> Paper | None:
    here = [row for row in rows if row.item_id == item_id and row.source != OPARL]
    other = next((row for row in rows if row.source == OPARL), None)
    oparl = _raw(connection, paper_id, other) if other else None
    anywhere = [row for row in rows if row.source != OPARL]
    if not here:
        if oparl is None or not anywhere:
            return oparl
        return combine(_raw(connection, paper_id, anywhere[-1]), oparl)
    base = _raw(connection, paper_id, here[-1])
    result = combine(base, oparl) if oparl else base
    for row in reversed(here[:-1]):
        earlier = _raw(connection, paper_id, row)
        if not same_words(earlier, base):
            return result.model_copy(update={"changes": compare(earlier, base)})
    return result


def _rows(connection: Connection, paper_id: str) -> list[_Row]:
    """The editions of a paper, the oldest first."""
    table = tables.edition
    query = select(table.c.item_id, table.c.source, table.c.number, table.c.body).where(table.c.paper_id == paper_id)
    return [_Row(*row) for row in connection.execute(query.order_by(table.c.number))]


def _raw(connection: Connection, paper_id: str, row: _Row) -> Paper:
    """An edition as it came in."""
    body: str | None = row.body
    if not body and row.item_id in {LOOSE, EVERYWHERE}:
        body = connection.execute(select(tables.paper.c.body).where(tables.paper.c.id == paper_id)).scalar()
    elif not body:
        body = _item_body(connection, paper_id, row.item_id)
    paper = Paper.model_validate_json(str(body))
    return paper.model_copy(update={"changes": ()}) if paper.changes else paper


def _item_body(connection: Connection, paper_id: str, item_id: str) -> str | None:
    link, paper = tables.item_paper, tables.paper
    query = select(shown_body()).join(paper, paper.c.id == link.c.paper_id)
    return connection.execute(query.where(link.c.paper_id == paper_id, link.c.agenda_item_id == item_id)).scalar()


def _put_body(connection: Connection, paper_id: str, item_id: str, source: str, body: str) -> None:
    table = tables.edition
    where = (table.c.paper_id == paper_id) & (table.c.item_id == item_id) & (table.c.source == source)
    connection.execute(update(table).where(where).values(body=body))


def _write_out(connection: Connection, paper_id: str, item_id: str) -> None:
    """Give the edition that an item shows words of its own, before another one takes its place there."""
    if item_id in {LOOSE, EVERYWHERE}:
        return
    body = _item_body(connection, paper_id, item_id)
    if body is not None:
        table = tables.edition
        where = (table.c.paper_id == paper_id) & (table.c.item_id == item_id) & (table.c.body == "")
        connection.execute(update(table).where(where).values(body=_without_changes(body)))


def _adopt(connection: Connection, paper_id: str, body: str, loose: bool) -> None:
    """Note the editions of a paper that was taken in before editions were kept."""
    if _rows(connection, paper_id):
        return
    link, paper, table = tables.item_paper, tables.paper, tables.edition
    query = select(link.c.agenda_item_id, shown_body()).join(paper, paper.c.id == link.c.paper_id)
    held = [(item, json) for item, json in connection.execute(query.where(link.c.paper_id == paper_id))]
    held.sort(key=lambda entry: (entry[1] == body, entry[0]))
    if loose:
        held.insert(0, (LOOSE, body))
    for number, (item_id, json) in enumerate(held, 1):
        given = Paper.model_validate_json(json)
        if has_pages(given):
            values = {
                "paper_id": paper_id,
                "item_id": item_id,
                "source": _source(given),
                "number": number,
                "body": json,
            }
            connection.execute(insert(table).values(values))


def _source(paper: Paper) -> str:
    """What an edition came from: its files with pages."""
    files = sorted({span.file_id for span in paper.files if span.last >= span.first})
    return files[0] if len(files) == 1 else ra_id("quelle", *files)


def _without_changes(body: str) -> str:
    paper = Paper.model_validate_json(body)
    return paper.model_copy(update={"changes": ()}).model_dump_json() if paper.changes else body
