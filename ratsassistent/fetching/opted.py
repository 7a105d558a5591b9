"""What somebody opted into: OParl servers and watched folders. Nothing is, until a person says so on the command line.

What enters: settings, addresses and paths. What leaves: Sources and Folders, kept in `abrufen.json` in the data folder.
What it does not know: how anything is fetched, how far it is (`progress`).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

from pydantic import ValidationError

from ratsassistent import swapping
from ratsassistent.archive import database
from ratsassistent.errors import InputError, NotFound
from ratsassistent.fetching import addresses
from ratsassistent.oparl import Model
from ratsassistent.settings import Settings

FILE = swapping.OPTED


class Source(Model):
    """An OParl server. `file_hosts`: further hosts that files may lie on. `nightly`: asked each night, and new meetings are written then."""

    address: str
    file_hosts: tuple[str, ...] = ()
    nightly: bool = False
    since: dt.datetime

    @property
    def key(self) -> str:
        """Names the folder of its state."""
        return hashlib.sha256(self.address.encode()).hexdigest()[:16]

    @property
    def hosts(self) -> tuple[str, ...]:
        """All hosts that are asked."""
        return (addresses.host_of(self.address), *self.file_hosts)


class Folder(Model):
    """A folder that is watched. `nightly`: new meetings are written at night."""

    path: Path
    nightly: bool = False
    since: dt.datetime

    @property
    def key(self) -> str:
        """Names the file of its state."""
        return hashlib.sha256(str(self.path).encode("utf-8", "surrogateescape")).hexdigest()[:16]


class Opted(Model):
    """All that was opted into."""

    sources: tuple[Source, ...] = ()
    folders: tuple[Folder, ...] = ()


def read(settings: Settings) -> Opted:
    """What was opted into; nothing where the file is missing.

    :raises InputError: the file cannot be understood: then nothing is asked.
    """
    file = settings.data_folder / FILE
    try:
        return Opted.model_validate_json(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Opted()
    except (OSError, ValidationError, ValueError) as error:
        raise InputError(f"Die Datei {file} ist nicht lesbar; bis das behoben ist, wird nichts abgerufen.") from error


def add_source(settings: Settings, address: str, *, file_hosts: Sequence[str] = (), nightly: bool = False) -> Source:
    """Opt into a server; one that is there already gets the new values.

    :raises NotAllowed: the address may not be asked.
    """
    made = source(address, file_hosts=file_hosts, nightly=nightly)
    now = read(settings)
    others = tuple(one for one in now.sources if one.address != made.address)
    _write(settings, now.model_copy(update={"sources": (*others, made)}))
    return made


def source(address: str, *, file_hosts: Sequence[str] = (), nightly: bool = False) -> Source:
    """What opting in would write. :raises NotAllowed: the address may not be asked."""
    hosts = tuple(dict.fromkeys(addresses.host_name(name) for name in file_hosts))
    when = dt.datetime.now(dt.UTC)
    return Source(address=addresses.checked(address), file_hosts=hosts, nightly=nightly, since=when)


def add_folder(settings: Settings, path: Path, *, nightly: bool = False) -> Folder:
    """Watch a folder.

    :raises InputError: it is none, or it is the data folder, in it or around it.
    """
    whole = path.expanduser().absolute()
    if not whole.is_dir():
        raise InputError(f"{whole} ist kein Ordner.")
    real, data = whole.resolve(), settings.data_folder.resolve()
    if real == data or real in data.parents or data in real.parents:
        raise InputError(
            "Der eigene Datenordner, ein Ordner darin und einer, in dem er liegt, lassen sich nicht beobachten."
        )
    made = Folder(path=whole, nightly=nightly, since=dt.datetime.now(dt.UTC))
    now = read(settings)
    others = tuple(one for one in now.folders if one.path != whole)
    _write(settings, now.model_copy(update={"folders": (*others, made)}))
    return made


def remove(settings: Settings, wanted: str | None) -> list[str]:
    """Opt out of one address or folder, or of all; returns what it was.

    :raises NotFound: it is not opted into.
    """
    now = read(settings)

    def fits(name: str, path: bool) -> bool:
        if wanted is None:
            return True
        given = {wanted, wanted.rstrip("/")}
        if path:
            return name in {*given, str(Path(wanted).expanduser().absolute())}
        return name.rstrip("/") in {*given, f"https://{wanted.rstrip('/')}"}

    gone = [one.address for one in now.sources if fits(one.address, False)]
    gone += [str(one.path) for one in now.folders if fits(str(one.path), True)]
    if wanted is not None and not gone:
        raise NotFound(f"„{addresses.shown(wanted)}“ ist nicht eingerichtet.")
    _write(settings, Opted(
        sources=tuple(one for one in now.sources if one.address not in gone),
        folders=tuple(one for one in now.folders if str(one.path) not in gone),
    ))  # fmt: skip
    return gone


def _write(settings: Settings, opted: Opted) -> None:
    folder = settings.data_folder
    with database.storage_errors(folder):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        part = folder / f"{FILE}.teil"
        part.write_text(opted.model_dump_json(indent=1), encoding="utf-8")
        os.replace(part, folder / FILE)
