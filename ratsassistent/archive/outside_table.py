"""The part of the database of persons that says which account elsewhere (OpenID Connect) is whose.

What enters: plain values. What leaves: rows as dictionaries.
What it does not know: how somebody proves to be an account's owner (`oidc.flow`), how long an invitation holds (`oidc.persons`).
"""

from __future__ import annotations

from sqlalchemy import Column, Connection, Float, ForeignKey, String, Table, delete, insert, select

from ratsassistent.archive.people import Row, metadata, person

identity = Table(
    "identity",
    metadata,
    Column("issuer", String, primary_key=True),
    Column("subject", String, primary_key=True),  # unique and never given twice, within its issuer
    Column("person_id", ForeignKey("person.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("created", Float, nullable=False),
)
invitation = Table(
    "invitation",
    metadata,
    Column("person_id", ForeignKey("person.id", ondelete="CASCADE"), primary_key=True),  # one for each person
    Column("issuer", String, nullable=False),
    Column("claim", String, nullable=False),  # what the provider must say of who comes: "email", "sub", …
    Column("value", String, nullable=False),  # as it is compared
    Column("created", Float, nullable=False),
)
came_from = Table(  # of a session that began elsewhere: signing out there is offered then
    "came_from",
    metadata,
    Column("token", ForeignKey("session.token", ondelete="CASCADE"), primary_key=True),
    Column("issuer", String, nullable=False),
)


def owner(connection: Connection, issuer: str, subject: str) -> str | None:
    """The id of the person whose account this is."""
    query = select(identity.c.person_id).where(identity.c.issuer == issuer, identity.c.subject == subject)
    return connection.execute(query).scalar()


def identities(connection: Connection, person_id: str | None = None) -> list[Row]:
    """The accounts of a person, or of all."""
    query = select(identity).order_by(identity.c.created)
    query = query if person_id is None else query.where(identity.c.person_id == person_id)
    return [dict(row) for row in connection.execute(query).mappings()]


def bind(connection: Connection, values: Row) -> None:
    """Note whose an account is; an invitation of that person is used up."""
    connection.execute(insert(identity).values(**values))
    connection.execute(delete(invitation).where(invitation.c.person_id == values["person_id"]))


def invitations(connection: Connection) -> list[Row]:
    """All invitations with the person's name."""
    query = select(invitation, person.c.name).join(person).order_by(invitation.c.created)
    return [dict(row) for row in connection.execute(query).mappings()]


def invite(connection: Connection, values: Row) -> None:
    """Note an invitation in place of an earlier one of the same person."""
    connection.execute(delete(invitation).where(invitation.c.person_id == values["person_id"]))
    connection.execute(insert(invitation).values(**values))


def release(connection: Connection, person_id: str) -> int:
    """Take away a person's accounts elsewhere and the invitation; returns how many."""
    gone = connection.execute(delete(identity).where(identity.c.person_id == person_id)).rowcount
    return gone + connection.execute(delete(invitation).where(invitation.c.person_id == person_id)).rowcount


def note_origin(connection: Connection, token: str, issuer: str) -> None:
    """Note where a session began."""
    connection.execute(insert(came_from).values(token=token, issuer=issuer))


def origin(connection: Connection, token: str) -> str | None:
    """Where a session began; None: here."""
    return connection.execute(select(came_from.c.issuer).where(came_from.c.token == token)).scalar()
