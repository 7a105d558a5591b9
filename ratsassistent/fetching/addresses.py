"""Which addresses may be asked: only those that somebody opted into, encrypted unless they lie in the own network.

What enters: addresses as a person types them, or as a server names them. What leaves: a normal form, or a German sentence
that says why not. What it does not know: HTTP, OParl, what is kept where.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from urllib.parse import SplitResult, urlsplit, urlunsplit

from ratsassistent.errors import InputError

MOST_LETTERS = 2000
_NAME = re.compile(r"(?i)[a-z0-9_]([a-z0-9_.-]{0,251}[a-z0-9])?")
_PORTS = {"http": 80, "https": 443}


class NotAllowed(InputError):
    """An address that may not be asked; the text says why."""


def checked(address: str) -> str:
    """An address that an administrator names, in normal form.

    :raises NotAllowed: it is none, or not encrypted and outside the own network.
    """
    given = address.strip()
    if "://" not in given:
        given = f"https://{given}"
    parts = _split(given)
    if parts.scheme == "http" and not is_private(parts.hostname or ""):
        raise NotAllowed(
            f"„{shown(given)}“ ist nicht verschlüsselt. Unverschlüsselt (http) wird nur im eigenen Netz abgerufen; bitte mit https:// angeben."
        )
    return urlunsplit((parts.scheme, _netloc(parts), parts.path or "/", parts.query, ""))


def host_name(name: str) -> str:
    """The name of a further host, of which files may be fetched. :raises NotAllowed: it is none."""
    bare = name.strip().lower()
    if not _NAME.fullmatch(bare):
        raise NotAllowed(f"„{shown(name)}“ ist kein Rechnername wie dateien.beispielstadt.de.")
    return bare


def follow(address: str, base: str, also: frozenset[str] = frozenset()) -> str:
    """An address that a server named, if it leads to the server that somebody opted into.

    :param base: the address opted into. :param also: further hosts that are allowed by name.
    :raises NotAllowed: it leads elsewhere.
    """
    parts, home = _split(address.strip().replace(" ", "%20")), urlsplit(base)  # names of files have spaces
    host = (parts.hostname or "").lower()
    same = host == home.hostname and (parts.scheme, _port(parts)) in {
        (home.scheme, _port(home)), ("https", 443), ("https", _port(home)),
    }  # fmt: skip
    if not same and host not in also:
        raise NotAllowed(f"Eine Adresse auf einem anderen Rechner ({shown(host)}) wurde nicht abgerufen.")
    if parts.scheme == "http" and not is_private(host):
        raise NotAllowed(f"Eine unverschlüsselte Adresse ({shown(host)}) wurde nicht abgerufen.")
    return urlunsplit((parts.scheme, _netloc(parts), parts.path or "/", parts.query, ""))


def is_private(host: str) -> bool:
    """Whether a host can only be this computer or one of the own network; a name counts by where it leads now."""
    if host == "localhost":
        return True
    try:
        found = [ipaddress.ip_address(host.split("%", maxsplit=1)[0])]
    except ValueError:
        try:
            entries = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            return False
        found = [ipaddress.ip_address(str(entry[4][0]).split("%", maxsplit=1)[0]) for entry in entries]
    return bool(found) and all(one.is_private and not one.is_unspecified for one in found)


def host_of(address: str) -> str:
    """The host of an address, with its port where that is not the usual one."""
    return _netloc(urlsplit(address))


def shown(text: str) -> str:
    """A foreign text in one short line."""
    return "".join(letter for letter in text if letter.isprintable())[:120]


def _split(address: str) -> SplitResult:
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError:
        parts = None
    if parts is None or len(address) > MOST_LETTERS or parts.scheme not in _PORTS or not parts.hostname:
        raise NotAllowed(f"„{shown(address)}“ ist keine Adresse wie https://rat.beispielstadt.de/oparl/system.")
    if parts.username or parts.password:
        raise NotAllowed("In der Adresse darf kein Kennwort stehen.")
    if any(ord(letter) <= 32 or ord(letter) == 127 for letter in address):
        raise NotAllowed(f"„{shown(address)}“ ist keine Adresse: sie enthält Leerzeichen.")
    return parts


def _port(parts: SplitResult) -> int:
    return parts.port or _PORTS.get(parts.scheme, 0)


def _netloc(parts: SplitResult) -> str:
    host = (parts.hostname or "").lower()
    host = f"[{host}]" if ":" in host else host
    port = _port(parts)
    return host if port == _PORTS.get(parts.scheme) else f"{host}:{port}"
