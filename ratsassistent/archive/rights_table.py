"""The part of the database of persons that says what they may see: bodies, memberships, exclusions, the log of openings.

What enters: plain values. What leaves: rows as dictionaries.
What it does not know: what a membership allows (`ratsassistent.rights`), meetings and papers, which lie in other databases.

Organization and Membership have the fields of OParl 1.1 (https://oparl.org/spezifikation/): days are ISO dates, and the last
one still counts. The log holds who opened what, of which kind and when: ids, never a title, a text or the words of a search.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import (
    Column,
    Connection,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    delete,
    func,
    insert,
    select,
    update,
)  # fmt: skip

from ratsassistent.archive.people import Row, metadata, person

organization = Table(
    "organization",
    metadata,
    Column("id", String, primary_key=True),
    Column("name", String, nullable=False),  # as it is shown
    Column("key", String, nullable=False, unique=True),  # as it is compared (`fold_name`)
    Column("classification", String, nullable=False),  # "Gremium", "Fraktion"
)
membership = Table(
    "membership",
    metadata,
    Column("id", String, primary_key=True),
    Column("person_id", ForeignKey("person.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("organization_id", ForeignKey("organization.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("role", String),  # as people say it: Mitglied, Vorsitz, Geschäftsstelle
    Column("startDate", String),  # the first day; none: always
    Column("endDate", String),  # the last day; none: until further notice
)
exclusion = Table(
    "exclusion",
    metadata,
    Column("person_id", ForeignKey("person.id", ondelete="CASCADE"), primary_key=True),
    Column("item_id", String, primary_key=True),
    Column("meeting_id", String, nullable=False, index=True),
    Column("created", Float, nullable=False),
    Column("by", String),  # id of who said so; none: by command
)
opening = Table(
    "opening",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("time", Float, nullable=False, index=True),
    Column("person_id", String, nullable=False),  # no foreign key: who is deleted has opened it all the same
    Column("act", String, nullable=False),
    Column("meeting_id", String, index=True),
    Column("item_id", String),
    Column("file_id", String),
    Column("page", Integer),
    Index("openings_of_person", "person_id", "time"),
)
choice = Table(
    "choice", metadata, Column("name", String, primary_key=True), Column("value", Text, nullable=False)
)  # what the Sitzungsdienst has settled


# --- roles, bodies, memberships


def role_of(connection: Connection, person_id: str) -> str | None:
    """The role of a person who may come in; None: there is no such person, or it is blocked."""
    query = select(person.c.role).where(person.c.id == person_id, person.c.blocked.is_(None))
    return connection.execute(query).scalar()


def roles(connection: Connection) -> dict[str, str]:
    """The roles of all persons by id."""
    return {row.id: row.role for row in connection.execute(select(person.c.id, person.c.role))}


def organizations(connection: Connection) -> list[Row]:
    """All bodies by kind and name."""
    query = select(organization).order_by(organization.c.classification.desc(), organization.c.key)
    return [dict(row) for row in connection.execute(query).mappings()]


def find_organization(connection: Connection, key: str) -> Row | None:
    """The body of this name as it is compared, or with this id."""
    query = select(organization).where((organization.c.key == key) | (organization.c.id == key))
    row = connection.execute(query).mappings().first()
    return dict(row) if row else None


def add_organization(connection: Connection, values: Row) -> None:
    """Insert a body."""
    connection.execute(insert(organization).values(**values))


def remove_organization(connection: Connection, organization_id: str) -> None:
    """Delete a body with all memberships in it."""
    connection.execute(delete(organization).where(organization.c.id == organization_id))


def memberships(connection: Connection, person_id: str | None = None) -> list[Row]:
    """The memberships of a person, or of all, each with name, key and classification of its body."""
    columns = (organization.c.name, organization.c.key, organization.c.classification)
    query = select(membership, *columns).join(organization)
    if person_id is not None:
        query = query.where(membership.c.person_id == person_id)
    query = query.order_by(organization.c.classification.desc(), organization.c.key, membership.c.startDate)
    return [dict(row) for row in connection.execute(query).mappings()]


def add_membership(connection: Connection, values: Row) -> None:
    """Insert a membership."""
    connection.execute(insert(membership).values(**values))


def change_membership(connection: Connection, membership_id: str, values: Row) -> bool:
    """Change a membership; False: there is none with this id."""
    done = connection.execute(update(membership).where(membership.c.id == membership_id).values(**values))
    return bool(done.rowcount)


def remove_membership(connection: Connection, membership_id: str) -> bool:
    """Delete a membership; False: there is none with this id."""
    return bool(connection.execute(delete(membership).where(membership.c.id == membership_id)).rowcount)


# --- exclusions


def exclusions(connection: Connection, person_id: str | None = None) -> list[Row]:
    """Who is excluded from which item."""
    query = select(exclusion).order_by(exclusion.c.created)
    if person_id is not None:
        query = query.where(exclusion.c.person_id == person_id)
    return [dict(row) for row in connection.execute(query).mappings()]


def put_exclusion(connection: Connection, values: Row) -> None:
    """Exclude a person from an item."""
    remove_exclusion(connection, values["person_id"], values["item_id"])
    connection.execute(insert(exclusion).values(**values))


def remove_exclusion(connection: Connection, person_id: str, item_id: str) -> bool:
    """Let a person take part again; False: it was not excluded."""
    row = (exclusion.c.person_id == person_id) & (exclusion.c.item_id == item_id)
    return bool(connection.execute(delete(exclusion).where(row)).rowcount)


# --- the log of openings


def add_opening(connection: Connection, values: Row, same_since: float) -> None:
    """Note an opening; not the same one again that was noted since `same_since`."""
    same = [
        opening.c[name] == values.get(name) for name in ("person_id", "act", "meeting_id", "item_id", "file_id", "page")
    ]
    if connection.execute(select(opening.c.number).where(*same, opening.c.time >= same_since).limit(1)).first() is None:
        connection.execute(insert(opening).values(**values))


def openings(connection: Connection, limit: int | None, person_id: str | None, meeting_id: str | None) -> list[Row]:
    """The log, the newest first, with the names of persons that there still are."""
    query = select(opening, person.c.name).outerjoin(person, person.c.id == opening.c.person_id)
    if person_id is not None:
        query = query.where(opening.c.person_id == person_id)
    if meeting_id is not None:
        query = query.where(opening.c.meeting_id == meeting_id)
    query = query.order_by(opening.c.number.desc()).limit(limit)
    return [dict(row) for row in connection.execute(query).mappings()]


def openings_count(connection: Connection) -> int:
    """How many openings are noted."""
    return int(connection.execute(select(func.count()).select_from(opening)).scalar_one())


def forget_openings(connection: Connection, before: float) -> int:
    """Delete what was noted before a time; returns how many."""
    return connection.execute(delete(opening).where(opening.c.time < before)).rowcount


def forget_things(connection: Connection, ids: Sequence[str]) -> int:
    """Delete what the log and the exclusions say of meetings, items and files that are gone; returns how many rows."""
    gone = 0
    for start in range(0, len(ids), 500):
        some = list(ids[start : start + 500])
        for table, columns in ((opening, ("meeting_id", "item_id", "file_id")), (exclusion, ("meeting_id", "item_id"))):
            for name in columns:
                gone += connection.execute(delete(table).where(table.c[name].in_(some))).rowcount
    return gone


def chosen(connection: Connection, name: str) -> str | None:
    """What was settled under a name."""
    return connection.execute(select(choice.c.value).where(choice.c.name == name)).scalar()


def choose(connection: Connection, name: str, value: str) -> None:
    """Settle something."""
    connection.execute(delete(choice).where(choice.c.name == name))
    connection.execute(insert(choice).values(name=name, value=value))
