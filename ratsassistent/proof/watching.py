"""What a confined run did: answers to the kernel's questions, and the notes of Python's hooks, put together.

What enters: a Listener, a folder with the hooks' notes. What leaves: Seen.
What it does not know: how the run was started, what of it is a fault (`findings`).
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import select
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from ratsassistent.proof.hook import is_loopback
from ratsassistent.proof.kernel_filter import Address, Call, Listener, address, memory, text_at

_AT_FDCWD = -100
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
# Which argument is the path, and which the folder that it counts from (None: where the process is)
_PATHS = {
    "open": (0, None), "creat": (0, None), "openat": (1, 0), "openat2": (1, 0), "rename": (1, None), "renameat": (3, 2),
    "renameat2": (3, 2), "link": (1, None), "linkat": (3, 2), "symlink": (1, None), "symlinkat": (2, 1), "mkdir": (0, None),
    "mkdirat": (1, 0), "mknod": (0, None), "mknodat": (1, 0), "truncate": (0, None), "execve": (0, None), "execveat": (1, 0),
}  # fmt: skip
_FLAGS = {"open": 1, "openat": 2}
_SENDING = {"sendto": 4, "sendmsg": 1, "sendmmsg": 1}
_MESSAGES = 64  # of one sendmmsg that are looked at
MAXIMUM_TURNS = 5_000_000


@dataclass(frozen=True, slots=True, order=True)
class Contact:
    """Somebody was to be reached. `kind`: connect, bind, lookup, service. `by`: "System" or "Python", who saw it."""

    kind: str
    address: str
    refused: bool
    by: str


@dataclass
class Seen:
    """Everything that was seen of a run; paths are absolute."""

    reads: set[str] = field(default_factory=set)
    writes: set[str] = field(default_factory=set)
    folders: set[str] = field(default_factory=set)
    contacts: set[Contact] = field(default_factory=set)
    programs: set[str] = field(default_factory=set)
    libraries: set[str] = field(default_factory=set)
    calls: int = 0  # how often the kernel asked
    unread: int = 0  # how often the memory of the caller could not be read: then it was refused

    def take_notes(self, folder: Path) -> int:
        """Add what Python's hooks wrote down; returns of how many processes."""
        files = sorted(folder.glob("python-*.jsonl"))
        into = {
            "read": self.reads,
            "write": self.writes,
            "folder": self.folders,
            "start": self.programs,
            "library": self.libraries,
        }
        for file in files:
            for line in file.read_text(encoding="ascii").splitlines():
                with contextlib.suppress(ValueError, KeyError):  # a process that was killed while writing
                    note = json.loads(line)
                    if note["kind"] in into:
                        into[note["kind"]].add(note["what"])
                    else:
                        self.contacts.add(Contact(note["kind"], note["what"], bool(note["refused"]), "Python"))
        return len(files)


class Watcher:
    """Answers a Listener's questions: files as they like, connections to this machine only; notes everything."""

    def __init__(self, listener: Listener, own: Path) -> None:
        """`own`: the folder below which local services (sockets in the file system) may be asked."""
        self.seen = Seen()
        self._listener, self._own = listener, os.path.realpath(own)

    def serve(self, ended: Callable[[], bool], lines: int, on_line: Callable[[str], None]) -> None:
        """Answer until all watched processes are gone.

        :param ended: whether the first of them has ended; the others are then waited for until it says so twice in a row
            without a question in between.
        :param lines: a descriptor from which the run's lines come, told to `on_line`.
        """
        poll = select.poll()
        poll.register(self._listener.fd, select.POLLIN)
        poll.register(lines, select.POLLIN)
        rest = b""
        for _ in range(MAXIMUM_TURNS):
            ready = dict(poll.poll(200))
            if ready.get(lines, 0):
                piece = os.read(lines, 65536)
                *whole, rest = (rest + piece).split(b"\n")
                for line in whole:
                    on_line(line.decode("utf-8", "replace"))
                if not piece:
                    poll.unregister(lines)
            asked = ready.get(self._listener.fd, 0)
            if asked & select.POLLIN:
                self._one()
            elif asked:  # nobody is left
                return
            if not ready and ended():
                return

    def _one(self) -> None:
        call = self._listener.take()
        if call is None:
            return
        self.seen.calls += 1
        try:
            error = self._judged(call)
        except OSError:
            self.seen.unread += 1
            error = 0 if call.name in _PATHS else errno.EACCES
        if error:
            self._listener.refuse(call, error)
        else:
            self._listener.let(call)

    def _judged(self, call: Call) -> int:
        """0, or the error with which the call is to fail."""
        if call.name in _PATHS:
            self._file(call)
            return 0
        if call.name == "socket":
            self._contact("connect", Address("other", f"Anschluss der Art {call.args[0]}"), refused=True)
            return errno.EAFNOSUPPORT
        if call.name in {"connect", "bind"}:
            size = min(call.args[2], 128)
            return self._allowed(call.name, address(memory(call.thread, call.args[1], size)) if size else None)
        for where, size in self._destinations(call):
            if error := self._allowed("connect", address(memory(call.thread, where, min(size, 128)))):
                return error
        return 0

    def _destinations(self, call: Call) -> list[tuple[int, int]]:
        """Where the addresses stand that something is to be sent to, and how long they are; none where it is connected."""
        if call.name == "sendto":
            found = [(call.args[4], call.args[5])]
        else:
            each = 64  # struct mmsghdr: struct msghdr, which begins with address and length of the name, and a number
            count = min(call.args[2], _MESSAGES) if call.name == "sendmmsg" else 1
            raw = memory(call.thread, call.args[1], each * count if call.name == "sendmmsg" else 16)
            found = [struct.unpack_from("=QI", raw, each * n) for n in range(count)]
        return [(where, size) for where, size in found if where and size]

    def _allowed(self, kind: str, to: Address | None) -> int:
        if to is None or (to.family == "unix" and kind == "bind"):
            return 0
        if to.family == "unix":
            inside = os.path.realpath(to.host).startswith(self._own + os.sep)
            self._contact("service", to, refused=not inside)
            return 0 if inside else errno.ECONNREFUSED
        fine = to.family == "ip" and is_loopback(to.host)
        self._contact(kind, to, refused=not fine)
        if fine:
            return 0
        return errno.EADDRNOTAVAIL if kind == "bind" else errno.ENETUNREACH

    def _contact(self, kind: str, to: Address, *, refused: bool) -> None:
        self.seen.contacts.add(Contact(kind, to.shown, refused, "System"))

    def _file(self, call: Call) -> None:
        at, base = _PATHS[call.name]
        path = self._absolute(call, text_at(call.thread, call.args[at]), base)
        if path is None:
            return
        if call.name.startswith("execve"):
            self.seen.programs.add(path)
        elif call.name.startswith("mkdir"):
            self.seen.folders.add(path)
        elif self._reads_only(call):
            self.seen.reads.add(path)
        else:
            self.seen.writes.add(path)

    def _reads_only(self, call: Call) -> bool:
        if call.name == "openat2":  # struct open_how begins with the flags
            return not int.from_bytes(memory(call.thread, call.args[2], 8), "little") & _WRITES
        return call.name in _FLAGS and not call.args[_FLAGS[call.name]] & _WRITES

    def _absolute(self, call: Call, path: str, base: int | None) -> str | None:
        if not path:
            return None
        if os.path.isabs(path):
            return os.path.normpath(path)
        number = _AT_FDCWD if base is None else struct.unpack("=i", struct.pack("=I", call.args[base] & 0xFFFFFFFF))[0]
        link = "cwd" if number == _AT_FDCWD else f"fd/{number}"
        return os.path.normpath(os.path.join(os.readlink(f"/proc/{call.thread}/{link}"), path))
