"""An archive whose rows lie in PostgreSQL instead of a SQLite file: how it is opened, and what its errors mean.

What enters: where it lies (`whereabouts`). What leaves: a SQLAlchemy Engine on a schema of its own, German sentences.
What it does not know: what is stored, how rows get from one database to the other (`copying`).

Readers see one state of the archive for as long as they read (REPEATABLE READ); whoever writes holds a lock of the archive from
the first moment on, as with SQLite, so that nothing fails half way and no two writers meet. Each transaction that wrote anything
counts up one number (`changes`), by which others see that they have to read anew.
"""

from __future__ import annotations

import hashlib
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from sqlalchemy import TEXT, VARCHAR, Column, Connection, Engine, String, Text, create_engine, event, make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.compiler import compiles

from ratsassistent.archive import fulltext, migrations, storable, tables
from ratsassistent.archive.whereabouts import Place
from ratsassistent.errors import StorageError

WRITES = "ratsassistent_writes"
CONNECT_SECONDS = 5
LOCK_SECONDS = 30  # how long a writer waits for another one
REWRITE_SECONDS = 5  # how long a deletion waits for readers before it rewrites a table
STATEMENT_MINUTES = 10
KEPT_OPEN = 8  # connections; further ones are closed when they are given back
MISSING = (
    "Für ein Archiv in PostgreSQL fehlt diesem Programm das Paket psycopg; bitte mit „python3 start.py --postgresql "
    "--nur-einrichten“ einrichten."
)
# A server notices by these that a program is gone with its whole machine, and lets go of its lock.
SESSION = (
    f"SET statement_timeout = '{STATEMENT_MINUTES}min'; "
    "SET idle_in_transaction_session_timeout = '10min'; SET tcp_keepalives_idle = 30; SET tcp_keepalives_interval = 10; "
    "SET tcp_keepalives_count = 3; SET client_encoding = 'UTF8'"
)
_AGAIN = "bitte in einer Minute noch einmal versuchen"
_ASK = "bitte die Verwaltung fragen"
_AWAY = f"Die Datenbank ist gerade nicht zu erreichen oder lässt dieses Programm nicht hinein; {_AGAIN} oder {_ASK.removeprefix('bitte ')}."
_HELD = f"Ein anderes Programm hält die Daten von {{folder}} gerade fest; {_AGAIN}."
# By how a SQLSTATE begins: https://www.postgresql.org/docs/current/errcodes-appendix.html
_SENTENCES = (
    ("55P03", _HELD),
    ("40", _HELD),
    ("57014", f"Die Datenbank hat für eine Anfrage zu lange gebraucht; {_AGAIN} oder {_ASK.removeprefix('bitte ')}."),
    ("25P03", f"Die Verbindung zur Datenbank ist abgebrochen; {_AGAIN}."),
    ("25006", "Die Datenbank lässt sich nur lesen, wie eine Kopie (Replikat); bitte die Adresse des Hauptservers eintragen."),
    ("08", f"Die Verbindung zur Datenbank ist abgebrochen; {_AGAIN}."),
    ("57", f"Die Verbindung zur Datenbank ist abgebrochen; {_AGAIN}."),
    ("28", "Die Datenbank lässt dieses Programm nicht hinein; bitte Name und Kennwort prüfen (PGPASSFILE)."),
    ("53300", f"Die Datenbank hat keine Verbindung mehr frei; {_AGAIN}, oder die Verwaltung lässt mehr zu (max_connections)."),
    ("53", f"Der Datenbank fehlt Platz oder Arbeitsspeicher; {_ASK}."),
    ("42501", f"Dieses Programm darf in der Datenbank nicht schreiben oder nichts anlegen; {_ASK}."),
    ("3D000", f"Die Datenbank gibt es auf diesem Server nicht; {_ASK}."),
    ("XX001", f"Die Datenbank meldet, dass sie beschädigt ist; {_ASK}."),
    ("XX002", f"Die Datenbank meldet, dass sie beschädigt ist; {_ASK}."),
)  # fmt: skip


def _texts(name: str, _element: Any, _compiler: Any, **options: Any) -> str:
    """Columns of texts are ordered by their bytes, as in SQLite, whatever language the database is set to."""
    return f'{name} COLLATE "C"' if isinstance(options.get("type_expression"), Column) else name


for _kind, _name in ((String, "VARCHAR"), (VARCHAR, "VARCHAR"), (Text, "TEXT"), (TEXT, "TEXT")):
    compiles(_kind, "postgresql")(partial(_texts, _name))


def open_engine(place: Place) -> Engine:
    """The engine of an archive; its schema and tables are made where they are missing.

    :raises StorageError: the schema is of a newer program, or the server lies where nothing may go.
    """
    engine = _engine(place)
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


def is_error(error: object) -> bool:
    """Whether an exception is one of the driver's."""
    return any(kind.__module__.startswith("psycopg") for kind in type(error).__mro__)


def sentence(error: object, folder: Path) -> str | None:
    """What the server's error means for a user; None for a mistake of this program."""
    if not is_error(error):
        return None
    state = getattr(error, "sqlstate", None) or ""
    if not state:
        return _AWAY if "OperationalError" in type(error).__name__ else None
    return next((told.format(folder=folder) for begins, told in _SENTENCES if state.startswith(begins)), None)


def count_change(connection: Connection) -> None:
    """At the end of a transaction: if it wrote anything, whoever watches the archive is to see it."""
    connection.exec_driver_sql(
        "UPDATE changes SET number = number + 1 WHERE pg_current_xact_id_if_assigned() IS NOT NULL"
    )


def rewrite(engine: Engine) -> bool:
    """Write all tables anew, without what was deleted; False if others are in the way.

    The graph of vectors would be built anew for minutes, while nobody could search: of it only the entries go.
    """
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(f"SET lock_timeout = '{REWRITE_SECONDS * 1000:.0f}ms'; SET statement_timeout = 0")
        connection.detach()  # these settings are its own
        names = connection.exec_driver_sql("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
        try:
            for name in sorted(names.scalars()):
                connection.exec_driver_sql(f'VACUUM ({"" if name == "near_vector" else "FULL, "}ANALYZE) "{name}"')
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) in ("55P03", "40P01"):
                return False
            raise
    return True


def drop(place: Place) -> None:
    """Remove an archive's schema with all that is in it."""
    engine = _engine(place)
    try:
        with engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
            connection.exec_driver_sql(f'DROP SCHEMA IF EXISTS "{place.schema}" CASCADE')
    finally:
        engine.dispose()


def _engine(place: Place) -> Engine:
    if find_spec("psycopg") is None:
        raise StorageError(MISSING)
    engine = create_engine(
        make_url(place.url).set(drivername="postgresql+psycopg"),
        connect_args={"connect_timeout": CONNECT_SECONDS, "application_name": "ratsassistent"},
        pool_pre_ping=True,  # after the server was restarted
        pool_size=KEPT_OPEN,
        max_overflow=-1,  # nobody waits for another connection, who has one already
    )
    event.listen(engine, "do_connect", partial(_reach, place))
    event.listen(engine, "connect", partial(_prepare, place.schema))
    event.listen(engine, "begin", partial(_begin, place.schema))
    return engine


def _reach(place: Place, _dialect: object, _record: object, _args: object, values: dict[str, Any]) -> None:
    from ratsassistent.archive import network  # with all that it needs to know of networks

    values |= network.checked(place)


def _prepare(schema: str, connection: Any, _record: object) -> None:
    storable.register(connection)
    with connection.cursor() as cursor:
        cursor.execute(f'SET search_path TO "{schema}", public; {SESSION}')
    connection.commit()


def _begin(schema: str, connection: Connection) -> None:
    from psycopg import IsolationLevel

    driver: Any = connection.connection.driver_connection
    if driver.autocommit:
        return
    writes = connection.get_execution_options().get(WRITES, False)
    level = IsolationLevel.READ_COMMITTED if writes else IsolationLevel.REPEATABLE_READ
    if (driver.isolation_level, driver.read_only) != (level, not writes):
        driver.isolation_level, driver.read_only = level, not writes  # they go with BEGIN
    if writes:
        number = int.from_bytes(hashlib.sha256(f"ratsassistent {schema}".encode()).digest()[:8], "big", signed=True)
        # Whoever reads waits as long as a deletion rewrites a table; whoever writes not as long as that for another writer.
        wait = f"SET LOCAL lock_timeout = '{LOCK_SECONDS * 1000:.0f}ms'"
        connection.exec_driver_sql(f"{wait}; SELECT pg_advisory_xact_lock({number})")


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
        tables.metadata.create_all(connection, checkfirst=False)
        fulltext.create(connection)
        connection.exec_driver_sql("CREATE TABLE changes (number bigint NOT NULL); INSERT INTO changes VALUES (0)")
        connection.exec_driver_sql("CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY)")
        connection.execute(text("INSERT INTO alembic_version VALUES (:newest)"), {"newest": migrations.newest()})
    elif revision < migrations.newest():
        from ratsassistent.archive.database import migrate  # which needs this module

        migrate(connection)
    else:  # another program was faster
        return
    count_change(connection)
