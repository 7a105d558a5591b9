"""What is said of a database server that an archive lies on: in the data sheet, the same words everywhere.

What enters: the settings. What leaves: German sentences, not escaped; "" where all lies in files on this computer.
What it does not know: how a server is reached.
"""

from __future__ import annotations

import ipaddress

from ratsassistent.archive import whereabouts
from ratsassistent.archive.whereabouts import Place
from ratsassistent.errors import StorageError
from ratsassistent.settings import Settings


def places(settings: Settings) -> tuple[Place, ...]:
    """The servers of both archives, each once."""
    found: dict[str, Place] = {}
    for folder in (settings.public_folder, settings.nonpublic_folder):
        try:
            place = whereabouts.place_of(folder)
        except StorageError:  # who opens it is told
            continue
        if place is not None:
            found.setdefault(place.server, place)
    return tuple(found.values())


def is_here(place: Place) -> bool:
    """Whether it runs on this computer."""
    if whereabouts.is_socket(place.host) or place.host == "localhost":
        return True
    try:
        return ipaddress.ip_address(place.host).is_loopback
    except ValueError:
        return False


def lies(given: tuple[Place, ...]) -> str:
    """Where the rows lie, in half a sentence."""
    return f", Texte in PostgreSQL auf {_named(given)}" if given else ""


def leaves(given: tuple[Place, ...]) -> str:
    """What goes to another computer."""
    away = tuple(place for place in given if not is_here(place))
    return f"Gespeichertes geht (verschlüsselt) an den Datenbankserver {_named(away)}." if away else ""


def too(given: tuple[Place, ...]) -> str:
    """That papers lie there beside this computer."""
    away = tuple(place for place in given if not is_here(place))
    return f" und in der Datenbank auf {_named(away)}" if away else ""


def too_in(slogan: str, given: tuple[Place, ...]) -> str:
    """The line below the program's name, with where papers are kept."""
    told = leaves(given)
    if told and any(place.allowed for place in given):
        slogan = slogan.replace(" Nichts davon geht ins Internet.", "")
    return f"{slogan} {told}".strip()


def beyond(given: tuple[Place, ...]) -> str:
    """Where deleted words stay that are the server's."""
    return ", WAL und Sicherungen des Datenbankservers" if given else ""


def encryption(given: tuple[Place, ...]) -> str:
    """What encrypts that which is not public."""
    if not given:
        return ""
    return "In PostgreSQL verschlüsselt allein der Datenträger des Servers."


def recipient(given: tuple[Place, ...]) -> str:
    """Who runs it."""
    away = tuple(place for place in given if not is_here(place))
    return f"der Betreiber des Datenbankservers {_named(away)}" if away else ""


def _named(given: tuple[Place, ...]) -> str:
    return " und ".join("diesem Rechner" if is_here(place) else place.server for place in given)
