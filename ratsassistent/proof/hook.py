"""Python's audit hook: notes what a Python process opens, loads, starts and connects to, and refuses what is not loopback.

What enters: a folder, audit events. What leaves: one JSON line for each thing seen for the first time, in a file of this
process in that folder; a PermissionError where a connection would leave this machine.
What it does not know: what the program does, what the kernel sees (`filter`).

It sees what Python's own modules do, not what libraries in C do by themselves. A process carries it from the moment when
`ratsassistent` is imported in it, if the environment variable below is set; children inherit the variable.
"""

from __future__ import annotations

import ipaddress
import json
import os
import socket
import sys
from collections.abc import Callable
from typing import Any

VARIABLE = "RATSASSISTENT_NACHWEIS"  # the folder for the notes
KERNEL = "RATSASSISTENT_NACHWEIS_KERN"  # set where the kernel keeps C code, too, from leaving
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_LIBRARY = (".so", ".pyd", ".dll", ".dylib")
_LOCAL_NAMES = {"", "localhost"}
_UNIX = getattr(socket, "AF_UNIX", None)
_HARMLESS_FAMILIES = {_UNIX, getattr(socket, "AF_NETLINK", None)} - {None}


class Refused(PermissionError):
    """A connection that would have left this machine."""


def is_loopback(host: str) -> bool:
    """Whether an address, or a name, can only mean this machine."""
    if host in _LOCAL_NAMES:
        return True
    try:
        address = ipaddress.ip_address(host.split("%", maxsplit=1)[0])
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return bool((mapped or address).is_loopback)


def is_numeric(host: str) -> bool:
    """Whether it is an address and no name, so that nobody has to be asked for it."""
    try:
        ipaddress.ip_address(host.split("%", maxsplit=1)[0])
    except ValueError:
        return False
    return True


class Hook:
    """The hook of one process."""

    def __init__(self, folder: str) -> None:
        name = os.path.join(folder, f"python-{os.getpid()}.jsonl")
        self._log = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._seen: set[tuple[str, str, bool]] = set()
        self._handlers: dict[str, Callable[[tuple[Any, ...]], None]] = {
            "open": self._open,
            "import": self._import,
            "ctypes.dlopen": lambda args: self._note("library", _text(args[0])) if args[0] else None,
            "sqlite3.connect": self._database,
            "os.rename": lambda args: self._path("write", args[1]),
            "os.link": lambda args: self._path("write", args[1]),
            "os.symlink": lambda args: self._path("write", args[1]),
            "os.mkdir": lambda args: self._path("folder", args[0]),
            "subprocess.Popen": lambda args: self._note("start", _text(args[0] or args[1][0])),
            "os.posix_spawn": lambda args: self._note("start", _text(args[0])),
            "os.exec": lambda args: self._note("start", _text(args[0])),
            "os.system": lambda args: self._note("start", _text(args[0])),
            "webbrowser.open": lambda args: self._note("start", f"Browser: {_text(args[0])}"),
            "socket.connect": lambda args: self._socket("connect", *args[:2]),
            "socket.bind": lambda args: self._socket("bind", *args[:2]),
            "socket.sendto": lambda args: self._socket("connect", *args[:2]),
            "socket.sendmsg": lambda args: self._socket("connect", *args[:2]),
            "socket.getaddrinfo": lambda args: self._lookup(args[0]),
            "socket.gethostbyname": lambda args: self._lookup(args[0]),
            "socket.gethostbyaddr": lambda args: self._lookup(args[0]),
        }

    def __call__(self, event: str, args: tuple[Any, ...]) -> None:
        """Take notice of one event; raises Refused."""
        handler = self._handlers.get(event)
        if handler is not None:
            handler(args)

    def _note(self, kind: str, what: str, *, refused: bool = False) -> None:
        if (kind, what, refused) not in self._seen:
            self._seen.add((kind, what, refused))
            line = json.dumps({"kind": kind, "what": what, "refused": refused, "pid": os.getpid()})
            os.write(self._log, line.encode("ascii") + b"\n")  # one write: no event of its own, no half line

    def _path(self, kind: str, path: Any) -> None:
        if isinstance(path, str | bytes | os.PathLike):
            self._note(kind, os.path.abspath(os.fsdecode(path)))

    def _open(self, args: tuple[Any, ...]) -> None:
        path, mode, flags = args
        writes = flags & _WRITES if isinstance(flags, int) else set(str(mode or "r")) & set("wax+")
        self._path("write" if writes else "read", path)

    def _import(self, args: tuple[Any, ...]) -> None:
        if isinstance(args[1], str) and args[1].endswith(_LIBRARY):
            self._path("library", args[1])

    def _database(self, args: tuple[Any, ...]) -> None:
        name = _text(args[0])
        if name and not name.startswith((":memory:", "file:")):
            self._path("write", name)

    def _socket(self, kind: str, opened: Any, address: Any) -> None:
        if address is None:  # sendmsg on a socket that is connected
            return
        if opened.family in {socket.AF_INET, socket.AF_INET6}:
            host, port = _text(address[0]), address[1]
            fine = is_loopback(host) and not (kind == "bind" and host == "")  # bound to "" it is open to every network
            shown = f"[{host}]:{port}" if ":" in host else f"{host or '0.0.0.0'}:{port}"  # noqa: S104 - told, not bound
        elif opened.family in _HARMLESS_FAMILIES:
            fine = True
            kind, shown = ("service" if opened.family == _UNIX and kind == "connect" else ""), _text(address)
        else:
            fine, shown = False, f"Anschluss der Art {int(opened.family)}: {address!r:.80}"
        if kind:
            self._note(kind, shown, refused=not fine)
        if not fine:
            raise Refused(f"Selbsttest: keine Verbindung nach außen ({shown})")

    def _lookup(self, host: Any) -> None:
        name = _text(host or "")
        if is_loopback(name) or is_numeric(name):  # nobody has to be asked
            return
        self._note("lookup", name, refused=True)
        raise Refused(f"Selbsttest: keine Namensauflösung ({name})")


def _text(value: Any) -> str:
    return os.fsdecode(value) if isinstance(value, str | bytes | os.PathLike) else str(value)


def install(folder: str) -> None:
    """Watch this process from now on; there is no way to take a hook away again."""
    sys.addaudithook(Hook(folder))
