"""Where the rows of an archive lie, if not in a SQLite file of its folder: `archiv.toml` there names a PostgreSQL database.

What enters: the folder of an archive, addresses as a person types them. What leaves: a Place, a German sentence where it is none.
What it does not know: how it is reached (`network`, `postgres`).

Passwords do not belong into an address: libpq finds them in the file of PGPASSFILE, which only its owner may read, or in the
environment. https://www.postgresql.org/docs/current/libpq-pgpass.html
"""

from __future__ import annotations

import os
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from ratsassistent.errors import InputError, StorageError

FILE = "archiv.toml"
_NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")
_HOST = re.compile(r"[a-z0-9_]([a-z0-9_.-]{0,251}[a-z0-9])?|[0-9a-f:.]{2,45}")
_OPTIONS = {
    "host",
    "sslmode",
    "sslrootcert",
    "sslcert",
    "sslkey",
    "sslcrl",
    "passfile",
    "channel_binding",
    "krbsrvname",
}
_NO_ADDRESS = "Das ist keine Adresse einer Datenbank wie postgresql://name@rechner/datenbank."
_NOT_HERE = (
    "Das Kennwort gehört nicht in die Adresse, sondern in eine Datei, die nur Sie lesen dürfen (PGPASSFILE), oder nach PGPASSWORD."
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Place:
    """A server and database, and the schema of one archive in it.

    `allowed`: names of hosts that may lie outside private networks.
    """

    url: str
    schema: str
    allowed: tuple[str, ...] = ()

    @property
    def host(self) -> str:
        """The name or number of the machine, in lower case, or the folder of a socket on this one."""
        url = make_url(self.url)
        return (url.host or _asked(url, "host")).lower() if not is_socket(_asked(url, "host")) else _asked(url, "host")

    @property
    def port(self) -> int:
        """Where it listens."""
        return make_url(self.url).port or 5432

    @property
    def server(self) -> str:
        """Machine and port, as they are named in texts."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if is_socket(self.host) else f"{host}:{self.port}"

    @property
    def shown(self) -> str:
        """Where that is, without user and password."""
        return f"{self.server}/{make_url(self.url).database}, Schema {self.schema}"

    def option(self, name: str) -> str:
        """What the address says of this; "" where it says nothing."""
        return _asked(make_url(self.url), name)


def is_socket(host: str) -> bool:
    """Whether that is a socket of this computer."""
    return host.startswith("/")


def place_of(folder: Path) -> Place | None:
    """Where the rows of the archive in a folder lie; None: in a SQLite file there.

    :raises StorageError: `archiv.toml` cannot be read.
    """
    file = folder / FILE
    if not file.is_file():
        return None
    try:
        given = tomllib.loads(file.read_text(encoding="utf-8"))
        allowed = given.get("erlauben", [])
        if not isinstance(allowed, list):
            raise ValueError("no list")
        schema = str(given.get("schema", folder.name))
        return made(str(given["postgresql"]), schema, tuple(str(name).lower() for name in allowed))
    except (OSError, ValueError, KeyError, InputError) as error:
        raise StorageError(
            f"{file} ist nicht lesbar; darin muss stehen, in welcher Datenbank das Archiv liegt."
        ) from error


def made(url: str, schema: str, allowed: tuple[str, ...] = ()) -> Place:
    """The place that an address names.

    :raises InputError: it is none of PostgreSQL, holds a password, or something that cannot stand in a file of settings; or
        what is allowed is another machine.
    """
    try:
        given = make_url(url)
        given.port  # noqa: B018 - which may be no number
    except (ArgumentError, ValueError) as error:
        raise InputError(_NO_ADDRESS) from error
    if given.password is not None or "password" in given.query:
        raise InputError(_NOT_HERE)
    if given.get_backend_name() != "postgresql" or not given.database or re.search(r'["\\\s]', url):
        raise InputError(_NO_ADDRESS)
    if unknown := sorted(set(given.query) - _OPTIONS):
        raise InputError(f"In der Adresse der Datenbank ist „{unknown[0][:40]}“ nicht vorgesehen.")
    place = Place(url, schema, allowed)
    if not (_HOST.fullmatch(place.host) or is_socket(place.host)) or (given.host and "host" in given.query):
        raise InputError(
            "In der Adresse der Datenbank muss genau ein Rechner stehen, wie postgresql://name@rechner/datenbank."
        )
    if not _NAME.fullmatch(schema):
        raise InputError(
            f"„{schema[:80]}“ taugt nicht als Name eines Schemas: Er darf nur kleine Buchstaben, Ziffern und „_“ enthalten."
        )
    if set(allowed) - {place.host}:
        raise InputError(f"Mit „erlauben“ lässt sich nur der Rechner der Adresse selbst erlauben: {place.host}.")
    return place


def note(folder: Path, place: Place) -> None:
    """From now on the rows of the archive in a folder lie there."""
    part = folder / f"{FILE}.teil"
    lines = [f'postgresql = "{place.url}"', f'schema = "{place.schema}"']
    if place.allowed:
        lines.append("erlauben = [" + ", ".join(f'"{name}"' for name in place.allowed) + "]")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as stream:
        stream.write("\n".join(lines) + "\n")
        stream.flush()
        os.fsync(stream.fileno())
    part.replace(folder / FILE)


def _asked(url: URL, name: str) -> str:
    value = url.query.get(name, "")
    return value if isinstance(value, str) else ""
