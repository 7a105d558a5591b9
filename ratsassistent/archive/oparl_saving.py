"""Single objects of OParl written into the store where they belong.

What enters: Meetings and Papers as `pack.oparl_data` makes them. What leaves: rows in one or both stores; the objects
with the ids that they have in the archive. What it does not know: files of OParl data, the order of an import.

An object keeps the id that it has here: by its OParl id, or because it is the same Sitzung or Vorlage that came as PDF.
What an item does not clearly say to be public goes into the non-public store, and so do its papers for that item. A paper
that no item has is public, because it was published. An item that is held already stays in the store where it is.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

from sqlalchemy import Connection, delete, func, insert, select

from ratsassistent.archive import editions, identity, saving, tables
from ratsassistent.archive.saving import Shelf
from ratsassistent.archive.spool import Spool
from ratsassistent.archive.store import Store
from ratsassistent.oparl import AgendaItem, Meeting, Paper, Public, ra_id
from ratsassistent.pack.agendas.nachtrag import merge_meetings
from ratsassistent.pack.oparl_data.oparl_import import VERSION, TakenPaper
from ratsassistent.pack.oparl_data.oparl_merge import has_pages, words_shared
from ratsassistent.pack.oparl_data.oparl_objects import RawObject

SAME_WORDS = 0.9  # of a paper's words that OParl publishes: what is held as pages is what was published
OF_ITEM = "#unterlagen"  # behind the id of an item: the paper that what is attached to it makes


@dataclass(frozen=True, slots=True)
class Place:
    """An agenda item (or, with `item_id` None, a whole meeting) that a paper belongs to."""

    meeting_id: str
    item_id: str | None
    name: str
    public: Public


@dataclass
class _Open:
    """One store during one step."""

    connection: Connection
    public: bool
    shelf: Shelf = field(default_factory=Shelf)


class TwoStores:
    """The public and the non-public archive together."""

    def __init__(self, public: Store, nonpublic: Store) -> None:
        self._public, self._nonpublic = public, nonpublic

    @contextmanager
    def step(self) -> Iterator[Target]:
        """A transaction on both; a crash between the two commits leaves what the next import does again."""
        with ExitStack() as stack:
            opened = [
                _Open(stack.enter_context(store.writing()), store.public) for store in (self._nonpublic, self._public)
            ]
            yield Target(opened[1], opened[0])
            for one in opened:
                one.shelf.save(one.connection)

    def name_of(self, organization_id: str) -> str | None:
        """The name of an Organization that came in earlier."""
        table = tables.oparl_object
        query = select(table.c.name).where(table.c.id == organization_id, table.c.kind == "Organization")
        with self._nonpublic.reading() as connection:
            return connection.execute(query).scalar()

    def known_papers(self) -> set[str]:
        """The OParl ids of the papers of earlier imports."""
        table = tables.oparl_object
        found: set[str] = set()
        for store in (self._public, self._nonpublic):
            with store.reading() as connection:
                found.update(connection.execute(select(table.c.id).where(table.c.kind == "Paper")).scalars())
        return found

    def save_names(self, spool: Spool) -> None:
        """Keep the names of organizations for later imports."""
        with self._nonpublic.writing() as connection:
            for raw in spool.all("Organization"):
                name = spool.name_of(raw.id)
                if name:
                    values = {"kind": "Organization", "own_id": "", "hash": "", "name": name}
                    saving.put(connection, tables.oparl_object, {"id": raw.id}, values)


class Target:
    """Where one step of an import writes."""

    def __init__(self, public: _Open, nonpublic: _Open) -> None:
        self._public, self._nonpublic = public, nonpublic
        self._stores = (public, nonpublic)

    # --- meetings

    def put_meeting(self, meeting: Meeting) -> tuple[Meeting, bool]:
        """Write a meeting without papers; returns it with the ids that it has here, and whether it was there as it is."""
        digest = _digest([meeting.model_dump_json()])
        own = self._own_id(meeting.oparl_id, "Meeting")
        held = self._meeting(own) if own else self._same_meeting(meeting)
        hashes = {self._hash(store, meeting.oparl_id) for store in self._stores} - {None}
        if held is not None and hashes == {digest}:
            mine = {item.oparl_id for item in meeting.agendaItem}
            items = tuple(_bare(item) for item in held.agendaItem if item.oparl_id in mine)
            return held.model_copy(update={"agendaItem": items, "unassigned_pages": ()}), True
        if held is not None:
            meeting = _as_held(held, meeting)
        for store in self._stores:
            part = self._mine(store, meeting)
            if part is not None:
                saving.save_meeting(store.connection, part)
                notes = [(item.oparl_id, "AgendaItem", item.id, "") for item in part.agendaItem]
                _note(store.connection, [(meeting.oparl_id, "Meeting", meeting.id, digest), *notes])
        return meeting, False

    def place_of(self, item_oparl_id: str) -> Place | None:
        """The item with this OParl id, of this import or an earlier one."""
        table, item = tables.oparl_object, tables.agenda_item
        query = select(item.c.meeting_id, item.c.id, item.c.body).join(table, table.c.own_id == item.c.id)
        query = query.where(table.c.id == item_oparl_id, table.c.kind == "AgendaItem")
        for store in self._stores:
            row = store.connection.execute(query).first()
            if row is not None:
                held = AgendaItem.model_validate_json(row.body)
                return Place(row.meeting_id, row.id, held.name, True if store.public else held.public)
        return None

    def link_held(self, item_oparl_id: str, consultations: Sequence[str]) -> None:
        """Put papers of earlier imports to an item that names their consultations."""
        table = tables.oparl_object
        place = self.place_of(item_oparl_id) if consultations else None
        if place is None:
            return
        store = self._public if place.public is True else self._nonpublic
        query = select(table.c.own_id).where(table.c.id.in_(consultations), table.c.kind == "Consultation")
        for paper_id in set(store.connection.execute(query).scalars()):
            self._show(store, paper_id, place)

    # --- papers

    def unchanged_paper(self, oparl_id: str, places: Sequence[Place], seen: Sequence[RawObject]) -> Paper | None:
        """The paper without its text, if it was saved from the same objects for the same places."""
        digest = _digest_of(seen, places)
        found: Paper | None = None
        for store in self._stores:
            if (store.public and not places) or any((p.public is True) == store.public for p in places):
                if self._hash(store, oparl_id) != digest:
                    return None
                table, row = tables.paper, tables.oparl_object
                query = select(saving.without_text(table.c.body)).join(row, row.c.own_id == table.c.id)
                body = store.connection.execute(query.where(row.c.id == oparl_id)).scalar()
                if body is None:
                    return None
                found = Paper.model_validate_json(body)
        return found

    def put_paper(
        self,
        taken: TakenPaper,
        places: Sequence[Place],
        *,
        raw: Sequence[RawObject],
        consultations: Sequence[str] = (),
        closed: bool = False,
    ) -> tuple[Paper, Sequence[Place], bool]:
        """Write a paper for its places, or for none; returns it with its id here, its places, and False.

        :param closed: not public, whatever its items are.
        """
        key = taken.paper.oparl_id or raw[0].id
        if raw[0].kind == "AgendaItem":  # what is attached to an item: the item itself is known by its id
            key += OF_ITEM
        digest = _digest_of(raw, places)
        paper = taken.paper.model_copy(update={"id": self._paper_id(taken.paper)})
        for store in self._stores:
            mine = [p for p in places if (p.public is True and not closed) == store.public]
            if not mine and (places or closed == store.public):
                continue
            if self._hash(store, key) == digest and not taken.paper.oparl_id:
                return paper, places, True
            public: Public = True if store.public else False if closed else mine[0].public
            if closed:
                self._bring_items(mine)
            self._write(store, paper.model_copy(update={"public": public}), taken, mine)
            notes = [(consultation, "Consultation", paper.id, "") for consultation in consultations]
            _note(store.connection, [(key, "Paper", paper.id, digest), *notes])
        return paper, places, False

    def is_publishable(self, paper: Paper) -> bool:
        """True where the non-public store holds the pages of this paper, and OParl publishes most of their words."""
        connection = self._nonpublic.connection
        held = editions.newest(connection, paper.id)
        loose = connection.execute(select(tables.paper.c.loose).where(tables.paper.c.id == paper.id)).scalar()
        return bool(
            loose and held and has_pages(held) and held.public is None and words_shared(held, paper) >= SAME_WORDS
        )

    # --- private

    def _write(self, store: _Open, paper: Paper, taken: TakenPaper, places: Sequence[Place]) -> None:
        connection = store.connection
        for file in taken.files:
            saving.save_file(connection, file, ())
        in_items = any(place.item_id for place in places)
        editions.take(connection, paper, editions.EVERYWHERE, loose=not in_items)
        if in_items:
            table = tables.passage
            saving.delete_passages(connection, (table.c.paper_id == paper.id) & table.c.item_id.is_(None))
        for place in places:
            self._show(store, paper.id, place, taken)
        if not places:
            store.shelf.put(paper, editions.shown(connection, paper.id, editions.LOOSE))
        if in_items or not places:
            saving.refresh_links(connection, paper.id, store.shelf)

    def _bring_items(self, places: Sequence[Place]) -> None:
        """Let the non-public store have the public items that a paper is for which is not: bare, as where it came as PDF."""
        table, there, here = tables.agenda_item, self._public.connection, self._nonpublic.connection
        for place in places:
            if not place.item_id or here.execute(select(table.c.id).where(table.c.id == place.item_id)).first():
                continue
            meeting = saving.load_meeting(there, place.meeting_id, with_papers=False)
            items = [_bare(item) for item in meeting.agendaItem if item.id == place.item_id] if meeting else []
            if meeting and items:
                items = [item.model_copy(update={"decisions": (), "missing_attachments": ()}) for item in items]
                saving.save_meeting(
                    here, meeting.model_copy(update={"agendaItem": tuple(items), "unassigned_pages": ()})
                )

    def _show(self, store: _Open, paper_id: str, place: Place, taken: TakenPaper | None = None) -> None:
        """Let an item have a paper that is in this store already."""
        connection, link = store.connection, tables.item_paper
        shown = editions.shown(connection, paper_id, place.item_id or editions.LOOSE)
        if shown is None:
            return
        if place.item_id:
            mine = link.c.agenda_item_id == place.item_id
            query = select(link.c.position).where(mine, link.c.paper_id == paper_id)
            position = connection.execute(query).scalar()
            if position is None:
                last = select(func.coalesce(func.max(link.c.position), -1)).where(mine)
                position = 1 + int(connection.execute(last).scalar_one())
            editions.put_shown(connection, place.item_id, shown, position)
        item = (
            AgendaItem(id=place.item_id, order=0, number=None, name=place.name, public=None) if place.item_id else None
        )
        store.shelf.put(shown, shown, item, place.meeting_id)
        files = {file.id for file in taken.files} if taken else {span.file_id for span in shown.files}
        for file_id in files:
            key = {"meeting_id": place.meeting_id, "file_id": file_id}
            saving.put(connection, tables.meeting_file, key, {"file_id": file_id})

    def _paper_id(self, paper: Paper) -> str:
        """The id that the paper has here; one whose number another paper of OParl has gets an id of its own."""
        own = self._own_id(paper.oparl_id, "Paper")
        if own or not paper.oparl_id:
            return own or paper.id
        for store in self._stores:
            table = tables.oparl_object
            query = select(table.c.id).where(table.c.own_id == paper.id, table.c.kind == "Paper")
            if store.connection.execute(query).first() is not None:
                return ra_id("vorlage", paper.oparl_id)
        return paper.id

    def _own_id(self, oparl_id: str | None, kind: str) -> str | None:
        table = tables.oparl_object
        query = select(table.c.own_id).where(table.c.id == oparl_id, table.c.kind == kind)
        found = (store.connection.execute(query).scalar() for store in self._stores)
        return next((own for own in found if own), None) if oparl_id else None

    def _hash(self, store: _Open, oparl_id: str | None) -> str | None:
        table = tables.oparl_object
        return (
            store.connection.execute(select(table.c.hash).where(table.c.id == oparl_id)).scalar() if oparl_id else None
        )

    def _meeting(self, meeting_id: str) -> Meeting | None:
        """The meeting with the items of both stores, their papers without text."""
        parts = [found for store in self._stores if (found := saving.load_meeting(store.connection, meeting_id))]
        if not parts:
            return None
        items = {item.id: item for part in reversed(parts) for item in part.agendaItem}
        ordered = tuple(sorted(items.values(), key=lambda item: item.order))
        return parts[0].model_copy(
            update={"agendaItem": ordered, "oparl_id": next((p.oparl_id for p in parts if p.oparl_id), None)}
        )

    def _same_meeting(self, meeting: Meeting) -> Meeting | None:
        """A held meeting, taken in from PDF, that is the same Sitzung."""
        if not meeting.start:
            return None
        table = tables.meeting
        query = select(table.c.id).where(table.c.start.startswith(meeting.start[:10], autoescape=True))
        ids = {key for store in self._stores for key in store.connection.execute(query).scalars()}
        held = [found for key in sorted(ids) if (found := self._meeting(key)) and not found.oparl_id]
        return identity.same_meeting(held, meeting) if held else None

    def _mine(self, store: _Open, meeting: Meeting) -> Meeting | None:
        """What of a meeting belongs into this store; a meeting without items is public."""
        held = {
            one.public: set(
                one.connection.execute(
                    select(tables.agenda_item.c.id).where(tables.agenda_item.c.meeting_id == meeting.id)
                ).scalars()
            )
            for one in self._stores
        }
        items = []
        for item in meeting.agendaItem:
            at_home = held[store.public]
            elsewhere = held[not store.public]
            belongs = item.id in at_home or (item.id not in elsewhere and (item.public is True) == store.public)
            if belongs:
                public = True if store.public else None if item.public is True else item.public
                items.append(item.model_copy(update={"public": public}))
        if not items and (meeting.agendaItem or not store.public or held[not store.public]):
            return None
        return meeting.model_copy(update={"agendaItem": tuple(items)})


def _note(connection: Connection, notes: Sequence[tuple[str | None, str, str, str]]) -> None:
    """Keep which object of OParl is which of ours: OParl id, kind, our id, hash of what it was made from."""
    table = tables.oparl_object
    rows = {note[0]: dict(zip(("id", "kind", "own_id", "hash"), note, strict=True)) for note in notes if note[0]}
    keys = [key for key in rows if key]
    for start in range(0, len(keys), 500):  # a statement takes a limited number of values
        connection.execute(delete(table).where(table.c.id.in_(keys[start : start + 500])))
    if rows:
        connection.execute(insert(table), list(rows.values()))


def _as_held(held: Meeting, meeting: Meeting) -> Meeting:
    """A meeting of OParl with the ids that it and its items have in the archive.

    What a PDF says about its meeting stays; OParl adds its ids, decisions, and the items that the PDF does not have.
    """
    known = {item.oparl_id: item for item in held.agendaItem if item.oparl_id}
    if any(item.oparl_id not in known for item in meeting.agendaItem):
        merged = merge_meetings(held, meeting)
        known = {item.oparl_id: item for item in merged.agendaItem if item.oparl_id}
    items = []
    for item in meeting.agendaItem:
        mine = known.get(item.oparl_id) if item.oparl_id else None
        if mine is None:  # an item without an id of its own
            items.append(item)
        elif held.oparl_id and not any(c.page for d in mine.decisions for c in d.citation) and not mine.pages:
            items.append(item.model_copy(update={"id": mine.id, "public": mine.public}))
        else:
            items.append(_bare(mine).model_copy(update={"decisions": item.decisions}))
    first = meeting if held.oparl_id else held
    start = meeting.start if held.oparl_id or len(meeting.start or "") > len(held.start or "") else held.start
    return first.model_copy(
        update={
            "id": held.id,
            "oparl_id": meeting.oparl_id or held.oparl_id,
            "organization": first.organization or meeting.organization,
            "start": start,
            "agendaItem": tuple(items),
            "unassigned_pages": (),
        }
    )


def _bare(item: AgendaItem) -> AgendaItem:
    return item.model_copy(update={"papers": ()})


def _digest_of(seen: Sequence[RawObject], places: Sequence[Place]) -> str:
    """A hash of all that a paper is made from, and of where it goes."""
    parts = [json.dumps([raw.id, raw.fields], sort_keys=True) for raw in seen]
    return _digest([*parts, *sorted(f"{p.meeting_id} {p.item_id} {p.name} {p.public}" for p in places)])


def _digest(parts: Sequence[str]) -> str:
    digest = hashlib.sha256(str(VERSION).encode())
    for part in parts:
        digest.update(b"\x1f" + part.encode("utf-8", "replace"))
    return digest.hexdigest()
