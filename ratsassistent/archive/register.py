"""The register of resolutions in one archive: what was read, and beside it what clerks entered.

What enters: a Store; Resolutions and proposals of agenda items as they were read, RegisterEntries of persons, filters
and words. What leaves: Resolutions with what was entered, the newest or the best fitting first. What it does not know:
how resolutions come of sources (`decided`), wordings of papers, the other archive.

An item that is saved again loses its row in `proposal` and so waits to be read again; its resolutions stay until then.
Entries are rows of their own that reading never touches.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, delete, func, insert, or_, select
from sqlalchemy.sql.expression import literal_column

from ratsassistent.archive import editions, german, saving, tables
from ratsassistent.archive.decided import VERSION
from ratsassistent.archive.store import Store
from ratsassistent.oparl import AgendaItem, Citation, Meeting, Outcome, Paper
from ratsassistent.resolutions import RegisterEntry, Resolution, Status

_KEY = "register"
_WITHIN = 5  # letters of a stem that is also looked for within longer words
_INSIDE = 0.6  # what a word within a longer one counts
_ENOUGH = 0.6  # of the words of a query, weighed, that a resolution must hold where none holds all
_AT_ONCE = 400  # values of one statement


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for in the register. `since`, `until`: ISO days; `ids`: these resolutions only."""

    text: str = ""
    since: str | None = None
    until: str | None = None
    organization: str | None = None
    paper_type: str | None = None
    meeting_id: str | None = None
    item_ids: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    references: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Proposed:
    """What the papers of an item propose, as it is kept."""

    text: str
    citation: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class Titled:
    """A resolution by what names it. `position`: among those of its item."""

    id: str
    item_id: str
    position: int
    name: str
    date: str | None
    organization: str | None
    references: tuple[str, ...]


class Register:
    """The resolutions that one archive holds."""

    def __init__(self, store: Store) -> None:
        self._store = store

    # --- what is read

    def unread(self) -> list[str]:
        """The items whose sources have not been looked at since they came in, or not by this version."""
        item, mark, about = tables.agenda_item, tables.proposal, tables.about
        query = select(item.c.id).outerjoin(mark, mark.c.agenda_item_id == item.c.id)
        query = query.where(mark.c.agenda_item_id.is_(None)).order_by(item.c.meeting_id, item.c.position)
        with self._store.reading() as connection:
            version = connection.execute(select(about.c.value).where(about.c.key == _KEY)).scalar()
            if version == str(VERSION):
                return list(connection.execute(query).scalars())
        with self._store.writing() as connection:
            connection.execute(delete(mark))
            saving.put(connection, about, {"key": _KEY}, {"value": str(VERSION)})
            return list(connection.execute(query).scalars())

    def source(self, item_id: str) -> tuple[Meeting, AgendaItem] | None:
        """An item with its papers and their text, and its meeting without items."""
        item, link, paper = tables.agenda_item, tables.item_paper, tables.paper
        with self._store.reading() as connection:
            query = select(item.c.body, tables.meeting.c.body).join(
                tables.meeting, tables.meeting.c.id == item.c.meeting_id
            )
            row = connection.execute(query.where(item.c.id == item_id)).first()
            if row is None:
                return None
            words = select(editions.shown_body()).select_from(link).join(paper, paper.c.id == link.c.paper_id)
            bodies = connection.execute(
                words.where(link.c.agenda_item_id == item_id).order_by(link.c.position)
            ).scalars()
            papers = tuple(Paper.model_validate_json(body) for body in bodies)
        known = AgendaItem.model_validate_json(row[0]).model_copy(update={"papers": papers})
        return Meeting.model_validate_json(row[1]), known

    def put(self, made: Iterable[tuple[str, Sequence[Resolution], Proposed | None]]) -> None:
        """Write what was read of items, in place of what was read of them before; an item that went is passed over."""
        item = tables.agenda_item
        with self._store.writing() as connection:
            for item_id, resolutions, proposed in made:
                if connection.execute(select(item.c.id).where(item.c.id == item_id)).first() is None:
                    continue
                connection.execute(delete(tables.resolution).where(tables.resolution.c.agenda_item_id == item_id))
                rows = [
                    {
                        "id": one.id, "agenda_item_id": item_id, "position": place, "outcome": one.outcome,
                        "stems": _stems(_searched(one)), "body": one.model_dump_json(exclude_defaults=True),
                    }
                    for place, one in enumerate(resolutions)
                ]  # fmt: skip
                if rows:
                    connection.execute(insert(tables.resolution), rows)
                body = "" if proposed is None else json.dumps(
                    {"text": proposed.text, "citation": [c.model_dump(mode="json") for c in proposed.citation]},
                    ensure_ascii=False,
                )  # fmt: skip
                stems = _stems(proposed.text) if proposed and resolutions else ""
                saving.put(connection, tables.proposal, {"agenda_item_id": item_id}, {"stems": stems, "body": body})

    # --- what is looked for

    def count(self) -> int:
        """How many resolutions there are."""
        with self._store.reading() as connection:
            return int(connection.execute(select(func.count()).select_from(tables.resolution)).scalar_one())

    def find(self, wanted: Wanted, limit: int | None = None) -> list[tuple[float, Resolution]]:
        """The resolutions that fit, each with how well: the best first, else the newest.

        :param limit: at most so many; None for all.
        """
        words = list(_words(wanted.text))
        if wanted.text.strip() and not words:
            return []
        with self._store.reading() as connection:
            rows = self._rows(connection, wanted, words)
            if words:
                rows = _ranked(rows, words)
            chosen = rows if limit is None else rows[:limit]
            bodies = _by_id(connection, tables.resolution.c.id, tables.resolution.c.body, [row[1] for row in chosen])
            proposals = _by_id(
                connection, tables.proposal.c.agenda_item_id, tables.proposal.c.body, list({row[2] for row in chosen})
            )
            entered = self._entries(connection, [row[1] for row in chosen])
        public = self._store.public
        out = []
        for score, key, item_id, _ in chosen:
            one = Resolution.model_validate_json(bodies[key]).with_entries(tuple(entered.get(key, ())))
            update: dict[str, object] = {"public": True} if public else {}
            if body := proposals.get(item_id):
                told = json.loads(body)
                update |= {
                    "proposal": told["text"],
                    "proposal_citation": tuple(Citation(**c) for c in told["citation"]),
                }
            out.append((score, one.model_copy(update=update)))
        return out

    def _rows(
        self, connection: Connection, wanted: Wanted, words: Sequence[_Word]
    ) -> list[tuple[float, str, str, str]]:
        """Score (0), id, item and stems of the resolutions that pass the filters and hold any of the words."""
        table, item, meeting, proposal = tables.resolution, tables.agenda_item, tables.meeting, tables.proposal
        stems = table.c.stems + func.coalesce(proposal.c.stems, "") if words else literal_column("''")
        query = select(table.c.id, table.c.agenda_item_id, stems).select_from(table)
        query = query.join(item, item.c.id == table.c.agenda_item_id).join(meeting, meeting.c.id == item.c.meeting_id)
        query = query.outerjoin(proposal, proposal.c.agenda_item_id == item.c.id).where(*_conditions(wanted))
        if words:
            query = query.where(or_(*(stems.like(word.pattern, escape="/") for word in words)))
        query = query.order_by(func.coalesce(meeting.c.start, "").desc(), item.c.position, table.c.position)
        return [(0.0, row[0], row[1], row[2]) for row in connection.execute(query)]

    def titles(self) -> list[Titled]:
        """All resolutions with what names them: enough to tell which are on the same matter."""
        table, item = tables.resolution, tables.agenda_item
        query = select(table.c.id, table.c.agenda_item_id, table.c.position, table.c.body)
        query = query.join(item, item.c.id == table.c.agenda_item_id)
        out = []
        with self._store.reading() as connection:
            for key, item_id, position, body in connection.execute(query):
                told = json.loads(body)
                out.append(
                    Titled(
                        key, item_id, position, told["name"], told.get("date"), told.get("organization"),
                        tuple(told.get("references", ())),
                    )
                )  # fmt: skip
        return out

    # --- what persons enter

    def holds(self, resolution_id: str) -> bool:
        """Whether this archive has the resolution."""
        table = tables.resolution
        with self._store.reading() as connection:
            return connection.execute(select(table.c.id).where(table.c.id == resolution_id)).first() is not None

    def enter(self, entry: RegisterEntry, meeting_id: str | None) -> None:
        """Keep what a person entered.

        :raises StorageError: it cannot be written.
        """
        values = {
            "id": entry.id, "resolution_id": entry.resolution_id, "item_id": entry.item_id,
            "meeting_id": meeting_id, "body": entry.model_dump_json(),
        }  # fmt: skip
        with self._store.writing() as connection:
            connection.execute(insert(tables.register_entry).values(values))

    def entries(self, resolution_id: str) -> list[RegisterEntry]:
        """All that was entered about a resolution, the oldest first."""
        with self._store.reading() as connection:
            return self._entries(connection, [resolution_id]).get(resolution_id, [])

    def entered(self) -> dict[str, Status | None]:
        """The resolutions about which anything was entered, with their status."""
        table = tables.register_entry
        with self._store.reading() as connection:
            keys = list(connection.execute(select(table.c.resolution_id).distinct()).scalars())
            found = self._entries(connection, keys)
        out: dict[str, Status | None] = {}
        for key, entries in found.items():
            told: list[Status | None] = [e.status for e in entries if e.status or "status" in e.cleared]
            out[key] = told[-1] if told else None
        return out

    def forget(self, gone: Iterable[str]) -> int:
        """Delete what was entered about items and meetings that were deleted; returns how many entries."""
        ids = list(gone)
        table = tables.register_entry
        count = 0
        with self._store.writing() as connection:
            for start in range(0, len(ids), _AT_ONCE):
                some = ids[start : start + _AT_ONCE]
                named = table.c.item_id.in_(some) | table.c.meeting_id.in_(some)
                count += connection.execute(delete(table).where(named)).rowcount
        if count:
            self._store.empty_log()
        return count

    def _entries(self, connection: Connection, ids: Sequence[str]) -> dict[str, list[RegisterEntry]]:
        table = tables.register_entry
        if connection.execute(select(table.c.id).limit(1)).first() is None:
            return {}
        found: dict[str, list[RegisterEntry]] = {}
        for start in range(0, len(ids), _AT_ONCE):
            some = table.c.resolution_id.in_(ids[start : start + _AT_ONCE])
            for body in connection.execute(select(table.c.body).where(some)).scalars():
                entry = RegisterEntry.model_validate_json(body)
                found.setdefault(entry.resolution_id, []).append(entry)
        return {key: sorted(entries, key=lambda e: (e.written, e.id)) for key, entries in found.items()}


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    table, item, meeting, paper, link = (
        tables.resolution, tables.agenda_item, tables.meeting, tables.paper, tables.item_paper
    )  # fmt: skip
    conditions: list[ColumnElement[bool]] = []
    if wanted.since:
        conditions.append(meeting.c.start >= wanted.since)
    if wanted.until:
        conditions.append(meeting.c.start < wanted.until + "~")  # behind every time of that day
    if wanted.organization:
        name = german.fold_name(wanted.organization)
        conditions.append(meeting.c.organization_key.contains(name, autoescape=True))
    if wanted.meeting_id:
        conditions.append(meeting.c.id == wanted.meeting_id)
    if wanted.item_ids:
        conditions.append(item.c.id.in_(wanted.item_ids))
    if wanted.ids:
        conditions.append(table.c.id.in_(wanted.ids))
    if wanted.outcomes:
        conditions.append(table.c.outcome.in_(wanted.outcomes))
    if wanted.paper_type or wanted.references:
        of_paper = select(link.c.agenda_item_id).join(paper, paper.c.id == link.c.paper_id)
        if wanted.paper_type:
            kind = paper.c.type_key.contains(german.fold_name(wanted.paper_type), autoescape=True)
            conditions.append(item.c.id.in_(of_paper.where(kind)))
        if wanted.references:
            keys = [german.fold_name(reference) for reference in wanted.references]
            conditions.append(item.c.id.in_(of_paper.where(paper.c.reference_key.in_(keys))))
    return conditions


def _by_id(
    connection: Connection, key: ColumnElement[str], value: ColumnElement[str], ids: Sequence[str]
) -> dict[str, str]:
    out: dict[str, str] = {}
    for start in range(0, len(ids), _AT_ONCE):
        rows = connection.execute(select(key, value).where(key.in_(ids[start : start + _AT_ONCE])))
        out.update((row[0], row[1]) for row in rows)
    return out


def _searched(one: Resolution) -> str:
    """What of a resolution is searched."""
    parts = (one.name, one.number, *one.references, one.organization, one.result, one.subject, one.text)
    return "\n".join(part for part in parts if part)


def _stems(text: str) -> str:
    """The stems of a text, each once, between spaces."""
    return " " + " ".join(dict.fromkeys(token.stem for token in german.pieces(text))) + " "


@dataclass(frozen=True, slots=True)
class _Word:
    stem: str
    within: bool

    @property
    def pattern(self) -> str:
        escaped = re.sub(r"([%_/])", r"/\1", self.stem)
        return f"%{escaped}%" if self.within else f"% {escaped} %"


def _words(text: str) -> Iterable[_Word]:
    """The words of a query that say something; of a number as a whole no parts."""
    tokens = list(german.tokens(text))
    telling = [token for token in tokens if not german.is_stop_word(token)] or tokens
    seen = set()
    for token in telling:
        if token.stem and token.stem not in seen:
            seen.add(token.stem)
            exact = token.is_number or token.is_law
            yield _Word(token.stem, not exact and len(token.stem) >= _WITHIN)


def _ranked(rows: Sequence[tuple[float, str, str, str]], words: Sequence[_Word]) -> list[tuple[float, str, str, str]]:
    """The rows that hold all words; where none does, those that hold most of them. The newest first among equals."""
    whole = [[f" {word.stem} " in row[3] for row in rows] for word in words]
    part = [[word.within and word.stem in row[3] for row in rows] for word in words]
    weights = []
    for at in range(len(words)):
        holding = sum(a or b for a, b in zip(whole[at], part[at], strict=True))
        weights.append(math.log(2 + len(rows) / (1 + holding)))
    total = sum(weights) or 1.0
    scored = []
    for place, row in enumerate(rows):
        found = [1.0 if whole[at][place] else _INSIDE if part[at][place] else 0.0 for at in range(len(words))]
        score = sum(weight * value for weight, value in zip(weights, found, strict=True)) / total
        scored.append((all(found), score, row))
    complete = [entry for entry in scored if entry[0]]
    kept = complete or [entry for entry in scored if entry[1] >= _ENOUGH * _INSIDE]
    kept.sort(key=lambda entry: -round(entry[1], 2))
    return [(round(score, 3), *row[1:]) for _, score, row in kept]


def newest_first(found: Iterable[tuple[float, Resolution]]) -> list[Resolution]:
    """Resolutions of several archives in one order: the best first, else the newest."""
    ordered = sorted(found, key=lambda entry: entry[1].date or "", reverse=True)
    ordered.sort(key=lambda entry: -entry[0])
    return [one for _, one in ordered]
