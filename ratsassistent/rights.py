"""What the person who has signed in may see: from its role, its memberships and its exclusions to a narrowed Workspace.

What enters: an opened Workspace, the id of a person, a day. What leaves: Rights, and the Workspace as this person has it.
What it does not know: the page, how an archive is narrowed (`archive.seen`).

The rule about time: whoever belongs to a body *today* sees the non-public part of those of its meetings that lie within any
of the own memberships in it. Who has left keeps nothing; who came later does not see what was before; who comes back sees both
times again, not the one between. A meeting whose body or day is not known, and papers without a meeting, only the
Sitzungsdienst sees. Which body a meeting is of says its name, as it was recognised; a joint meeting is of each of the bodies
that it names, if all of them are entered.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import cast

from ratsassistent.archive import people as database
from ratsassistent.archive import rights_table, seen
from ratsassistent.archive.german import fold_name
from ratsassistent.archive.seen import Seen
from ratsassistent.archive.seen_store import SeenStore
from ratsassistent.bodies import Membership, Organization, membership_of
from ratsassistent.memory import remembered
from ratsassistent.people import Role
from ratsassistent.permissions import Rights
from ratsassistent.settings import Settings
from ratsassistent.workspace import Workspace

EVERYTHING: Role = "sitzungsdienst"
NOTHING = Seen()
_ANY = Organization(id="", name="", classification="Gremium")


@dataclass(frozen=True, slots=True)
class _Held:
    """A meeting of the non-public archive by what decides who sees it."""

    id: str
    bodies: tuple[str, ...]  # one name, and the names of a joint meeting, as they are compared
    day: dt.date | None


def of(ws: Workspace, person: str | None, today: dt.date | None = None) -> Rights:
    """The rights of a person; of nobody, or of one who may not come in any more: nothing but what is public.

    :param ws: the whole. :raises StorageError: what is known of persons cannot be read.
    """
    table = _table(ws.settings.data_folder)
    if person is None or table is None:
        return Rights(None, None, NOTHING)
    with table.reading() as connection:
        known_role = cast(Role | None, rights_table.role_of(connection, person))
        if known_role is None or known_role == EVERYTHING:
            return Rights(person, known_role, None if known_role else NOTHING)
        rows = rights_table.memberships(connection, person)
        known = frozenset(row["key"] for row in rights_table.organizations(connection))
        excluded = frozenset(row["item_id"] for row in rights_table.exclusions(connection, person))
    memberships: dict[str, list[Membership]] = {}
    for row in rows:
        if row["classification"] == "Gremium":
            memberships.setdefault(row["key"], []).append(membership_of(row))
    when = today or dt.date.today()
    allowed = frozenset(one.id for one in _meetings(ws) if sees(one.bodies, one.day, memberships, known, when))
    return Rights(person, known_role, _part(ws, allowed, excluded), excluded)


def role(settings: Settings) -> Rights:
    """What the person in `settings` may do, without what it may see; everything where nobody has to sign in.

    :raises StorageError: what is known of persons cannot be read.
    """
    if not settings.accounts:
        return Rights(None, EVERYTHING, None)
    table = _table(settings.data_folder)
    if settings.person is None or table is None:
        return Rights(None, None, NOTHING)
    with table.reading() as connection:
        known = cast(Role | None, rights_table.role_of(connection, settings.person))
    return Rights(settings.person, known, NOTHING)


def sees(
    bodies: Sequence[str],
    day: dt.date | None,
    memberships: Mapping[str, Sequence[Membership]],
    known: frozenset[str],
    today: dt.date,
) -> bool:
    """Whether somebody with these memberships (by body) sees the non-public part of a meeting today.

    :param bodies: as `bodies_of` gives them. :param day: of the meeting. :param known: all bodies that are entered.
    """
    if day is None or not bodies:
        return False
    whole, *parts = bodies
    named = [whole] if whole in known else parts if parts and all(part in known for part in parts) else []
    return any(
        any(one.holds(today) for one in memberships.get(body, ())) and any(one.holds(day) for one in memberships[body])
        for body in named
    )


def excluded_numbers(ws: Workspace, meeting_id: str) -> list[str]:
    """The numbers of the items of a meeting from which whoever works with this workspace is excluded; no titles."""
    if ws.rights is None or not ws.rights.excluded:
        return []
    found: list[str] = []
    for store in dict.fromkeys(store.whole for store in ws.stores):
        meeting = store.meeting(meeting_id)
        items = meeting.agendaItem if meeting else ()
        found += [item.number or "ohne Nummer" for item in items if item.id in ws.rights.excluded]
    return list(dict.fromkeys(found))


def is_of_nobody(ws: Workspace, meeting_id: str) -> bool:
    """Whether a meeting has a non-public part that no member of any body can see: its body or its day is not known."""
    table = _table(ws.settings.data_folder)
    one = next((held for held in _meetings(ws) if held.id == meeting_id), None)
    if one is None or table is None:
        return False
    with table.reading() as connection:
        known = frozenset(row["key"] for row in rights_table.organizations(connection))
    everybody = {key: [Membership(id="", person_id="", organization=_ANY)] for key in known}
    return not sees(one.bodies, one.day, everybody, known, dt.date.today())


def bodies_of(organization: str | None) -> tuple[str, ...]:
    """The name of a meeting's body as it is compared, then the names of its parts, if it may be a joint meeting."""
    whole = fold_name(organization)
    parts = tuple(filter(None, map(fold_name, (organization or "").split(","))))
    return (whole, *(parts if len(parts) > 1 else ())) if whole else ()


def narrowed(ws: Workspace, rights: Rights, stores: tuple[SeenStore, SeenStore] | None = None) -> Workspace:
    """The workspace as a person has it.

    :param stores: both archives as this person has them (`stores_for`); None: the person has the whole ones.
    """
    if stores is None:
        return replace(ws, rights=rights)
    return replace(ws, rights=rights, public=stores[0], nonpublic=stores[1])


def stores_for(ws: Workspace, rights: Rights) -> tuple[SeenStore, SeenStore] | None:
    """Both archives as a person has them, to be closed; None where it has the whole ones.

    :raises StorageError: the archive cannot be opened.
    """
    if rights.seen is None:
        return None
    writes, refusal = rights.writes, rights.refusal()
    public = SeenStore(ws.public, None, writes, refusal)
    # what stands in for a locked archive holds nothing
    part = None if ws.is_locked else rights.seen
    return public, SeenStore(ws.nonpublic, part, writes, refusal)


@contextmanager
def as_asker(ws: Workspace, person: str | None) -> Iterator[Workspace]:
    """The workspace as whoever ordered something has it now; the whole one where nobody had to sign in for that.

    :raises StorageError: what is known of persons cannot be read.
    """
    _ = ws.meaning  # looked for once, for all who ask
    with as_person(ws, replace(ws.settings, accounts=person is not None, person=person)) as mine:
        yield mine


@contextmanager
def as_person(ws: Workspace, settings: Settings) -> Iterator[Workspace]:
    """The workspace as the person in `settings` has it, for one piece of work; the same where nobody has to sign in.

    :raises StorageError: what is known of persons cannot be read.
    """
    if not settings.accounts:
        yield ws
        return
    rights = of(ws, settings.person)
    stores = stores_for(ws, rights)
    try:
        yield narrowed(replace(ws, settings=settings), rights, stores)
    finally:
        for store in stores or ():
            store.close()


def fractions(data_folder: Path, person: str, today: dt.date | None = None) -> list[Organization]:
    """The Fraktionen that a person belongs to today. :raises StorageError: what is known of persons cannot be read."""
    table = _table(data_folder)
    if table is None:
        return []
    with table.reading() as connection:
        rows = rights_table.memberships(connection, person) if rights_table.role_of(connection, person) else []
    found = [membership_of(row) for row in rows if row["classification"] == "Fraktion"]
    return list(
        {one.organization.id: one.organization for one in found if one.holds(today or dt.date.today())}.values()
    )


def _meetings(ws: Workspace) -> tuple[_Held, ...]:
    def read() -> tuple[_Held, ...]:
        with ws.nonpublic.reading() as connection:
            rows = seen.meetings(connection)
        return tuple(_Held(key, bodies_of(organization), _day(start)) for key, organization, start in rows)

    return remembered(ws, "bodies of meetings", read)


def _part(ws: Workspace, allowed: frozenset[str], excluded: frozenset[str]) -> Seen:
    if not excluded:
        return Seen(allowed)

    def read() -> Seen:
        with ws.nonpublic.reading() as connection:
            return seen.without(connection, allowed, excluded)

    return remembered(ws, ("excluded", allowed, excluded), read)


def _day(start: str | None) -> dt.date | None:
    try:
        return dt.date.fromisoformat((start or "")[:10])
    except ValueError:
        return None


def _table(data_folder: Path) -> database.PeopleTable | None:
    """What is known of persons, kept open; None where nobody was ever entered."""
    file = data_folder / database.FOLDER / database.FILE
    try:
        now = file.stat()
    except OSError:
        return None
    return _opened(data_folder, now.st_dev, now.st_ino)


@lru_cache(maxsize=4)
def _opened(data_folder: Path, _device: int, _number: int) -> database.PeopleTable:
    return database.PeopleTable(data_folder)
