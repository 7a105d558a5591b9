"""A seccomp filter that asks us about every connection and every file: it sees C code as well as Python.

What enters: a process that is to be confined (`install`, in that process), the filter's descriptor (`Listener`).
What leaves: one Call for each system call that the kernel holds back, which somebody has to answer.
What it does not know: what is allowed (`watching`), how the process is started.

Linux on x86-64 and ARM64 only, kernel 5.6 or newer; by ctypes, since no library with wheels has this. The kernel reads the
memory that a call points to again after our answer, so a program that wants to deceive could change it meanwhile: this is
for watching our own program and its libraries, not for holding an attacker.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import platform
import socket
import struct
import sys
from dataclasses import dataclass

if sys.platform != "win32":
    import fcntl

_PR_SET_NO_NEW_PRIVS, _SET_MODE_FILTER, _NEW_LISTENER = 38, 1, 8
_LOAD, _JUMP_EQUAL, _JUMP_AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_ALLOW, _NOTIFY, _REFUSE = 0x7FFF0000, 0x7FC00000, 0x00050000
_RECEIVE, _SEND, _IS_VALID = 0xC0502100, 0xC0182101, 0x40082102
_NOTIFICATION, _ANSWER = struct.Struct("=QIIiIQ6Q"), struct.Struct("=QqiI")
_CONTINUE = 1
_FAMILIES = (1, 2, 10, 16)  # AF_UNIX, AF_INET, AF_INET6, AF_NETLINK: what is done with them is asked about later
_LONGEST_PATH = 4096

# Per machine: the kernel's name for it, the number of seccomp(2), and the calls we are asked about
_X86 = {
    "open": 2, "creat": 85, "openat": 257, "openat2": 437, "rename": 82, "renameat": 264, "renameat2": 316, "link": 86,
    "linkat": 265, "symlink": 88, "symlinkat": 266, "mkdir": 83, "mkdirat": 258, "mknod": 133, "mknodat": 259, "truncate": 76,
    "socket": 41, "connect": 42, "bind": 49, "sendto": 44, "sendmsg": 46, "sendmmsg": 307, "execve": 59, "execveat": 322,
    "io_uring_setup": 425,
}  # fmt: skip
_ARM = {
    "openat": 56, "openat2": 437, "renameat": 38, "renameat2": 276, "linkat": 37, "symlinkat": 36, "mkdirat": 34,
    "mknodat": 33, "truncate": 45, "socket": 198, "connect": 203, "bind": 200, "sendto": 206, "sendmsg": 211,
    "sendmmsg": 269, "execve": 221, "execveat": 281, "io_uring_setup": 425,
}  # fmt: skip
_MACHINES = {"x86_64": (0xC000003E, 317, _X86), "aarch64": (0xC00000B7, 277, _ARM)}
_PIDFD_OPEN, _PIDFD_GETFD = 434, 438  # the same on every machine


@dataclass(frozen=True, slots=True)
class Call:
    """A system call that waits for an answer: its name, its six arguments, the thread that makes it."""

    id: int
    thread: int
    name: str
    args: tuple[int, ...]


def why_not() -> str | None:
    """Why there can be no filter on this machine, as a German clause; None: there can."""
    if sys.platform != "linux":
        return "gibt es nur unter Linux"
    if platform.machine() not in _MACHINES:
        return f"nicht für Prozessoren der Art {platform.machine()}"
    try:
        with open("/proc/sys/kernel/seccomp/actions_avail", encoding="ascii") as told:
            return None if "user_notif" in told.read().split() else "der Kern dieses Systems kann es nicht"
    except OSError:
        return "der Kern dieses Systems kann es nicht"


def libc() -> ctypes.CDLL:
    """The C library, loaded before a fork so that nothing has to be loaded after it."""
    return ctypes.CDLL(None, use_errno=True)


def install(c: ctypes.CDLL) -> int:
    """Put the filter on this thread and all that it starts; there is no way back.

    :returns: the descriptor at which somebody else has to answer from now on.
    :raises OSError: the kernel refuses.
    """
    arch, seccomp, calls = _MACHINES[platform.machine()]
    code = _program(arch, calls)
    program = ctypes.create_string_buffer(code, len(code))
    header = struct.pack("@HP", len(code) // 8, ctypes.addressof(program))
    one = ctypes.c_ulong(1)
    nothing = ctypes.c_ulong(0)
    if c.prctl(_PR_SET_NO_NEW_PRIVS, one, nothing, nothing, nothing):
        raise OSError(ctypes.get_errno(), "no_new_privs")
    fd = c.syscall(
        ctypes.c_long(seccomp), ctypes.c_ulong(_SET_MODE_FILTER), ctypes.c_ulong(_NEW_LISTENER),
        ctypes.create_string_buffer(header, len(header)),
    )  # fmt: skip
    if fd < 0:
        raise OSError(ctypes.get_errno(), "seccomp")
    return int(fd)


def descriptor_of(c: ctypes.CDLL, pid: int, number: int) -> int:
    """Another process's descriptor, as one of ours.

    :raises OSError: the kernel refuses.
    """
    process = c.syscall(ctypes.c_long(_PIDFD_OPEN), ctypes.c_long(pid), ctypes.c_long(0))
    if process < 0:
        raise OSError(ctypes.get_errno(), "pidfd_open")
    try:
        fd = c.syscall(ctypes.c_long(_PIDFD_GETFD), ctypes.c_long(process), ctypes.c_long(number), ctypes.c_long(0))
        if fd < 0:
            raise OSError(ctypes.get_errno(), "pidfd_getfd")
        return int(fd)
    finally:
        os.close(process)


def _program(arch: int, calls: dict[str, int]) -> bytes:
    """The filter: everything is allowed but what we want to be asked about; io_uring, which goes past it, is refused."""
    asked = [number for name, number in calls.items() if name not in {"socket", "io_uring_setup"}]
    end = [(_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, _NOTIFY), (_RETURN, 0, 0, _REFUSE | errno.ENOSYS)]
    # Lines are laid out first, then the distances to the three ends are filled in: "allow", "ask" and "refuse"
    lines: list[tuple[int, str | int, str | int, int]] = [
        (_LOAD, 0, 0, 4),
        (_JUMP_EQUAL, 0, "refuse", arch),  # 32-bit calls have other numbers
        (_LOAD, 0, 0, 0),
        (_JUMP_AT_LEAST, "refuse", 0, 0x40000000),  # so have those of the x32 kind
        (_JUMP_EQUAL, "refuse", 0, calls["io_uring_setup"]),
        *((_JUMP_EQUAL, "ask", 0, number) for number in asked),
        (_JUMP_EQUAL, 0, "allow", calls["socket"]),
        (_LOAD, 0, 0, 16),  # its first argument: the family
        *((_JUMP_EQUAL, "allow", 0, family) for family in _FAMILIES),
        (_JUMP_EQUAL, "ask", "ask", 0),
    ]
    targets = {name: len(lines) + n for n, name in enumerate(("allow", "ask", "refuse"))}

    def distance(at: int, to: str | int) -> int:
        return targets[to] - at - 1 if isinstance(to, str) else to

    filled = [(code, distance(n, yes), distance(n, no), k) for n, (code, yes, no, k) in enumerate(lines)]
    return b"".join(struct.pack("=HBBI", *line) for line in (*filled, *end))


class Listener:
    """Where the kernel asks. One call after the other: take it, look, answer."""

    def __init__(self, fd: int) -> None:
        self.fd = fd
        self._names = {number: name for name, number in _MACHINES[platform.machine()][2].items()}

    def take(self) -> Call | None:
        """The next call that waits, or None where it has gone meanwhile."""
        held = bytearray(_NOTIFICATION.size)
        try:
            fcntl.ioctl(self.fd, _RECEIVE, held)
        except OSError as error:
            if error.errno in {errno.ENOENT, errno.EINTR}:
                return None
            raise
        id_, thread, _flags, number, _arch, _at, *args = _NOTIFICATION.unpack(held)
        return Call(id_, thread, self._names.get(number, str(number)), tuple(args))

    def still_there(self, call: Call) -> bool:
        """Whether the caller still waits; else what was read of its memory may be another's."""
        try:
            fcntl.ioctl(self.fd, _IS_VALID, struct.pack("=Q", call.id))
        except OSError:
            return False
        return True

    def let(self, call: Call) -> None:
        """Let the kernel do it."""
        self._answer(_ANSWER.pack(call.id, 0, 0, _CONTINUE))

    def refuse(self, call: Call, error: int) -> None:
        """Let it fail with this error."""
        self._answer(_ANSWER.pack(call.id, 0, -error, 0))

    def _answer(self, packed: bytes) -> None:
        with contextlib.suppress(OSError):  # the caller was killed meanwhile
            fcntl.ioctl(self.fd, _SEND, packed)


def memory(thread: int, at: int, size: int) -> bytes:
    """Bytes of another process; fewer where its memory ends.

    :raises OSError: it may not be read.
    """
    with open(f"/proc/{thread}/mem", "rb", buffering=0) as held:
        held.seek(at)
        return held.read(size)


def text_at(thread: int, at: int) -> str:
    """A text that ends with a zero byte."""
    found = b""
    while len(found) < _LONGEST_PATH:
        piece = memory(thread, at + len(found), min(256, 4096 - (at + len(found)) % 4096))
        end = piece.find(b"\0")
        found += piece if end < 0 else piece[:end]
        if end >= 0 or not piece:
            break
    return os.fsdecode(found)


@dataclass(frozen=True, slots=True)
class Address:
    """Where a socket is to go. `family`: "ip", "unix" or "other"; `host` is the path for "unix"."""

    family: str
    host: str = ""
    port: int = 0

    @property
    def shown(self) -> str:
        """As people write it."""
        if self.family != "ip":
            return self.host
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def address(raw: bytes) -> Address | None:
    """A socket address as the kernel keeps it; None: no address (a socket is let go, netlink)."""
    if len(raw) < 2:
        return None
    family = int.from_bytes(raw[:2], sys.byteorder)
    if family == socket.AF_INET and len(raw) >= 8:
        return Address("ip", socket.inet_ntop(socket.AF_INET, raw[4:8]), int.from_bytes(raw[2:4], "big"))
    if family == socket.AF_INET6 and len(raw) >= 24:
        return Address("ip", socket.inet_ntop(socket.AF_INET6, raw[8:24]), int.from_bytes(raw[2:4], "big"))
    if family == socket.AF_UNIX:
        path = raw[2:]
        name = b"@" + path[1:] if path[:1] == b"\0" else path.split(b"\0")[0]
        return Address("unix", os.fsdecode(name))
    if family in {socket.AF_UNSPEC, getattr(socket, "AF_NETLINK", 16)}:
        return None
    return Address("other", f"Anschluss der Art {family}")
