"""An archive whose rows lie in PostgreSQL instead of a SQLite file: where, how it is opened, and what its errors mean.

What enters: the folder of an archive. What leaves: a SQLAlchemy Engine on a schema of its own, German sentences.
What it does not know: what is stored, how rows get from one database to the other (`copying`).

`archiv.toml` in the folder names the server; PDFs stay in the folder. Passwords do not belong into it: libpq finds them in
PGPASSFILE or the environment. Readers see one state of the archive for as long as they read (REPEATABLE READ); whoever writes
holds a lock of the archive from the first moment on, as with SQLite, so that nothing fails half way and no two writers meet.
"""

from __future__ import annotations

import hashlib
import os
import re
import tomllib
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

from ratsassistent.archive import fulltext, migrations, tables
from ratsassistent.errors import InputError, StorageError

FILE = "archiv.toml"
WRITES = "ratsassistent_writes"
CONNECT_SECONDS = 10
LOCK_SECONDS = 30  # how long a writer waits for another one
_NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")


@dataclass(frozen=True, slots=True)
class Place:
    """A server and database, and the schema of one archive in it."""

    url: str
    schema: str

    @property
    def shown(self) -> str:
        """Where that is, without user and password."""
        url = make_url(self.url)
        return f"{url.host or 'lokal'}{f':{url.port}' if url.port else ''}/{url.database}, Schema {self.schema}"


def place_of(folder: Path) -> Place | None:
    """Where the rows of the archive in a folder lie; None: in a SQLite file there.

    :raises StorageError: `archiv.toml` cannot be read.
    """
    file = folder / FILE
    if not file.is_file():
        return None
    try:
        given = tomllib.loads(file.read_text(encoding="utf-8"))
        return Place(str(check_url(str(given["postgresql"]))), _schema(str(given.get("schema", folder.name))))
    except (OSError, ValueError, KeyError, InputError) as error:
        raise StorageError(
            f"{file} ist nicht lesbar; darin muss stehen, in welcher Datenbank das Archiv liegt."
        ) from error


def note(folder: Path, place: Place) -> None:
    """From now on the rows of the archive in a folder lie there."""
    part = folder / f"{FILE}.teil"
    part.write_text(f'postgresql = "{place.url}"\nschema = "{place.schema}"\n', encoding="utf-8")
    part.chmod(0o600)
    with part.open("rb+") as stream:
        os.fsync(stream.fileno())
    part.replace(folder / FILE)


def check_url(url: str) -> str:
    """An address of a database, as it is kept.

    :raises InputError: it is none of PostgreSQL, holds a password, or something that cannot stand in a file of settings.
    """
    try:
        made = make_url(url)
    except ArgumentError as error:
        raise InputError("Das ist keine Adresse einer Datenbank wie postgresql://name@rechner/datenbank.") from error
    if made.get_backend_name() != "postgresql" or '"' in url or "\n" in url or "\\" in url:
        raise InputError("Das ist keine Adresse einer Datenbank wie postgresql://name@rechner/datenbank.")
    if made.password:
        raise InputError(
            "Das Kennwort gehört nicht in die Adresse, sondern in eine Datei (PGPASSFILE) oder nach PGPASSWORD."
        )
    return url


def open_engine(place: Place) -> Engine:
    """The engine of an archive; its schema and tables are made where they are missing.

    :raises StorageError: the schema is of a newer program.
    """
    engine = create_engine(
        _url(place.url),
        connect_args={"connect_timeout": CONNECT_SECONDS, "application_name": "ratsassistent"},
        pool_pre_ping=True,
        pool_size=4,
        max_overflow=16,
    )
    event.listen(engine, "connect", partial(_prepare, place.schema))
    event.listen(engine, "begin", partial(_begin, place.schema))
    try:
        with engine.connect() as connection:
            revision = _revision(connection, place.schema)
        if revision is None or revision < migrations.newest():
            with engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
                _bring_up_to_date(connection, place.schema)
        elif revision > migrations.newest():
            raise StorageError(
                f"Die Daten in {place.shown} stammen von einer neueren Version von Ratsassistent (Stand {revision}, "
                f"diese Version kennt {migrations.newest()}); bitte die neuere Version verwenden."
            )
    except BaseException:
        engine.dispose()
        raise
    return engine


def is_postgres(engine: Engine | Connection) -> bool:
    """Whether a connection leads to PostgreSQL."""
    return engine.dialect.name == "postgresql"


def sentence(error: Any, folder: Path) -> str | None:
    """What the server's error means for a user; None for a mistake of this program."""
    if not type(error).__module__.startswith("psycopg"):
        return None
    state = getattr(error, "sqlstate", None) or ""
    if not state and "OperationalError" in type(error).__name__:
        return "Die Datenbank ist gerade nicht zu erreichen; bitte in einer Minute noch einmal versuchen oder die Verwaltung fragen."
    if state.startswith(("08", "57")):
        return "Die Verbindung zur Datenbank ist abgebrochen; bitte in einer Minute noch einmal versuchen."
    if state.startswith("28"):
        return "Die Datenbank lässt dieses Programm nicht hinein; bitte Name und Kennwort prüfen (PGPASSFILE)."
    if state == "55P03":
        return f"Ein anderes Programm hält die Daten von {folder} gerade fest; bitte in einer Minute noch einmal versuchen."
    if state.startswith("53"):
        return "Der Datenbank fehlt Platz oder Arbeitsspeicher; bitte die Verwaltung fragen."
    if state in ("42501", "3D000"):
        return (
            "Die Datenbank gibt es nicht, oder dieses Programm darf darin nichts anlegen; bitte die Verwaltung fragen."
        )
    return None


def drop(place: Place) -> None:
    """Remove an archive's schema with all that is in it."""
    engine = create_engine(_url(place.url))
    try:
        with engine.begin() as connection:
            connection.exec_driver_sql(f'DROP SCHEMA IF EXISTS "{place.schema}" CASCADE')
    finally:
        engine.dispose()


def _url(url: str) -> URL:
    return make_url(url).set(drivername="postgresql+psycopg")


def _schema(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ValueError("no name of a schema")
    return name


def _prepare(schema: str, connection: Any, _record: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f'SET search_path TO "{schema}", public')
        cursor.execute(f"SET lock_timeout = '{LOCK_SECONDS}s'")
    connection.commit()


def _begin(schema: str, connection: Connection) -> None:
    if connection.get_execution_options().get(WRITES, False):
        number = int.from_bytes(hashlib.sha256(f"ratsassistent {schema}".encode()).digest()[:8], "big", signed=True)
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({number})")
    else:
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")


def _revision(connection: Connection, schema: str) -> str | None:
    there = connection.exec_driver_sql(
        "SELECT 1 FROM information_schema.tables WHERE table_schema = %s AND table_name = 'alembic_version'", (schema,)
    ).first()
    row = connection.exec_driver_sql("SELECT max(version_num) FROM alembic_version").first() if there else None
    return None if row is None else row[0]


def _bring_up_to_date(connection: Connection, schema: str) -> None:
    """Make the tables in their newest shape, or run the migrations that came since."""
    revision = _revision(connection, schema)
    if revision is None:
        connection.exec_driver_sql(f'CREATE SCHEMA IF NOT EXISTS "{schema}"')
        tables.metadata.create_all(connection)
        fulltext.create(connection)
        connection.exec_driver_sql("CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY)")
        connection.exec_driver_sql("INSERT INTO alembic_version VALUES (%s)", (migrations.newest(),))
    elif revision < migrations.newest():
        from ratsassistent.archive.database import migrate  # which needs this module

        migrate(connection)
