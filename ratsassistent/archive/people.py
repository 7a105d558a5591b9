"""The database of who may come in when the page is offered to others: persons, sessions, and wrong tries.

What enters: plain values, hashes of passwords, tokens and tried names. What leaves: rows as dictionaries.
What it does not know: passwords, how they are hashed, how long anything is valid (`ratsassistent.people` decides).

It is a database of its own, in `zugang/` of the data folder: it can be read while an archive is being written or is locked.
What a person may see is in it too (`rights_table`), and points at `person.id`, which never changes.
"""

from __future__ import annotations

import importlib
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import (
    URL,
    Column,
    Connection,
    Float,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    create_engine,
    delete,
    event,
    insert,
    select,
    update,
)  # fmt: skip

from ratsassistent.archive import database
from ratsassistent.errors import StorageError

FOLDER, FILE = "zugang", "zugang.sqlite"
SHAPE = 2  # of the tables; kept as the database's user_version
BUSY_S = 10
Row = dict[str, Any]

metadata = MetaData()
person = Table(
    "person",
    metadata,
    Column("id", String, primary_key=True),
    Column("name", String, nullable=False),  # as it is shown
    Column("key", String, nullable=False, unique=True),  # as it is compared
    Column("password", Text, nullable=False),  # a hash that names its method
    Column("blocked", Float),  # since when (seconds since 1970); None: may come in
    Column("created", Float, nullable=False),
    Column("changed", Float, nullable=False),  # of the password
    Column("seen", Float),  # when this person came in last
    Column(
        "role", String, nullable=False, server_default="mitglied"
    ),  # what it may see and do (`ratsassistent.rights`)
)
session = Table(
    "session",
    metadata,
    Column("token", String, primary_key=True),  # a hash: whoever reads this file cannot come in with it
    Column("person_id", ForeignKey("person.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("created", Float, nullable=False),
    Column("used", Float, nullable=False),
)
wrong = Table(
    "wrong",
    metadata,
    Column("key", String, primary_key=True),  # a keyed hash: a password typed as a name is not to be read here
    Column("count", Integer, nullable=False),
    Column("last", Float, nullable=False),
    Column("until", Float, nullable=False),  # no try before
)
secret = Table("secret", metadata, Column("name", String, primary_key=True), Column("value", Text, nullable=False))


class PeopleTable:
    """A handle on the database; several processes may hold one at the same time."""

    def __init__(self, data_folder: Path) -> None:
        """Open the database, which is made where it is missing.

        :raises StorageError: it cannot be used, or was written by a newer program.
        """
        self.folder = data_folder / FOLDER
        with database.storage_errors(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            file = self.folder / FILE
            if not file.exists():
                file.touch(mode=0o600)
            self._engine = create_engine(URL.create("sqlite", database=str(file)), connect_args={"timeout": BUSY_S})
            event.listen(self._engine, "connect", _prepare)
            with self.writing() as connection:
                shape = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
                if shape > SHAPE:
                    raise StorageError(
                        "Die Zugänge stammen von einer neueren Version von Ratsassistent; bitte die neuere Version verwenden."
                    )
                if shape == 1:
                    _add_roles(connection)
                for each in ("rights_table", "outside_table"):  # whose tables belong to it, too
                    importlib.import_module(f"ratsassistent.archive.{each}")
                metadata.create_all(connection)
                connection.exec_driver_sql(f"PRAGMA user_version = {SHAPE}")

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that reads."""
        with database.storage_errors(self.folder), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A connection that holds the right to write from its first moment, all or nothing."""
        with database.storage_errors(self.folder), self._engine.connect() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.exec_driver_sql("ROLLBACK")
                raise
            connection.exec_driver_sql("COMMIT")


def _prepare(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # transactions are begun by `writing`
    for pragma in ("journal_mode = WAL", "foreign_keys = ON", "secure_delete = ON", "synchronous = NORMAL"):
        connection.execute(f"PRAGMA {pragma}")


def _add_roles(connection: Connection) -> None:
    """Before there were roles, whoever came in might see and do everything: that stays so until somebody says otherwise."""
    connection.exec_driver_sql("ALTER TABLE person ADD COLUMN role VARCHAR DEFAULT 'mitglied' NOT NULL")
    connection.execute(update(person).values(role="sitzungsdienst"))


def kept_secret(connection: Connection, name: str, new: str) -> str:
    """A secret of this database; `new` where there is none yet."""
    found = connection.execute(select(secret.c.value).where(secret.c.name == name)).scalar()
    if found is None:
        connection.execute(insert(secret).values(name=name, value=new))
    return new if found is None else str(found)


# --- persons


def people(connection: Connection) -> list[Row]:
    """All persons by name."""
    return [dict(row) for row in connection.execute(select(person).order_by(person.c.key)).mappings()]


def find_person(connection: Connection, key: str) -> Row | None:
    """The person of this name, as it is compared."""
    row = connection.execute(select(person).where(person.c.key == key)).mappings().first()
    return dict(row) if row else None


def add_person(connection: Connection, values: Row) -> None:
    """Insert a person."""
    connection.execute(insert(person).values(**values))


def change_person(connection: Connection, person_id: str, values: Row, *, end_sessions: bool = False) -> None:
    """Change a person; with `end_sessions` whoever is in under that name is out."""
    connection.execute(update(person).where(person.c.id == person_id).values(**values))
    if end_sessions:
        end_sessions_of(connection, person_id)


def remove_person(connection: Connection, person_id: str) -> None:
    """Delete a person with all sessions."""
    connection.execute(delete(person).where(person.c.id == person_id))


# --- sessions


def add_session(connection: Connection, token: str, person_id: str, now: float, most: int) -> None:
    """Begin a session; of more than `most` of a person the oldest ends."""
    connection.execute(insert(session).values(token=token, person_id=person_id, created=now, used=now))
    mine = select(session.c.token).where(session.c.person_id == person_id).order_by(session.c.created.desc())
    old = connection.execute(mine).scalars().all()[most:]
    connection.execute(delete(session).where(session.c.token.in_(old)))


def find_session(connection: Connection, token: str) -> Row | None:
    """A session with its person's id, name and state."""
    query = select(session, person.c.name, person.c.blocked).join(person).where(session.c.token == token)
    row = connection.execute(query).mappings().first()
    return dict(row) if row else None


def use_session(connection: Connection, token: str, now: float) -> None:
    """Note that a session is in use."""
    connection.execute(update(session).where(session.c.token == token).values(used=now))


def end_session(connection: Connection, token: str) -> None:
    """End a session."""
    connection.execute(delete(session).where(session.c.token == token))


def end_sessions_of(connection: Connection, person_id: str) -> None:
    """End all of a person."""
    connection.execute(delete(session).where(session.c.person_id == person_id))


def end_old_sessions(connection: Connection, created_before: float, used_before: float) -> None:
    """End those that began or were used too long ago."""
    connection.execute(delete(session).where((session.c.created < created_before) | (session.c.used < used_before)))


# --- wrong tries


def tries(connection: Connection, keys: Iterable[str]) -> dict[str, Row]:
    """What is known of wrong tries under these keys."""
    found = connection.execute(select(wrong).where(wrong.c.key.in_(list(keys)))).mappings()
    return {row["key"]: dict(row) for row in found}


def put_try(connection: Connection, values: Row) -> None:
    """Keep how often something was tried."""
    connection.execute(delete(wrong).where(wrong.c.key == values["key"]))
    connection.execute(insert(wrong).values(**values))


def forget_tries(connection: Connection, keys: Iterable[str]) -> None:
    """Forget wrong tries under these keys."""
    connection.execute(delete(wrong).where(wrong.c.key.in_(list(keys))))


def forget_old_tries(connection: Connection, before: float) -> None:
    """Forget those whose last was before a time."""
    connection.execute(delete(wrong).where(wrong.c.last < before))
