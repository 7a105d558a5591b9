"""A network of one's own without any way out: Linux's network namespace, for this process and all that it starts.

What enters: the C library, loaded before the fork. What leaves: a process that has 127.0.0.1 and nothing else, or an OSError.
What it does not know: what runs in it.

A namespace of its own for users comes with it, so that no rights of an administrator are needed; the program runs in it as
the same user and with the same rights on files. Ubuntu (since 23.10) and containers often forbid it.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import socket
import struct

_NEW_USER, _NEW_NET = 0x10000000, 0x40000000
_SET_FLAGS, _UP_AND_RUNNING = 0x8914, 0x1 | 0x40


def enter(c: ctypes.CDLL) -> None:
    """Leave the machine's network for good.

    :raises OSError: the kernel forbids it; this process may then have a user namespace without rights, and should end.
    """
    user, group = os.getuid(), os.getgid()
    if c.unshare(ctypes.c_int(_NEW_USER | _NEW_NET)):
        raise OSError(ctypes.get_errno(), "unshare")
    with contextlib.suppress(FileNotFoundError):
        _write("/proc/self/setgroups", "deny")
    _write("/proc/self/uid_map", f"{user} {user} 1")
    _write("/proc/self/gid_map", f"{group} {group} 1")
    import fcntl

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, _SET_FLAGS, struct.pack("16sH14x", b"lo", _UP_AND_RUNNING))


def interfaces() -> list[str]:
    """The network interfaces that are up for this process (a new network may hold some that are down)."""
    import psutil

    return sorted(name for name, state in psutil.net_if_stats().items() if state.isup)


def _write(path: str, text: str) -> None:
    with open(path, "w", encoding="ascii") as file:
        file.write(text)


def why_not(c: ctypes.CDLL) -> str | None:
    """Why this machine allows none, as a German clause; None: it does. Tried in a process that ends at once."""
    if not hasattr(os, "fork"):
        return "gibt es nur unter Linux"
    child = os.fork()
    if child == 0:
        status = 1
        with contextlib.suppress(BaseException):
            enter(c)
            status = 0
        os._exit(status)
    _, ended = os.waitpid(child, 0)
    return None if ended == 0 else "dieses System erlaubt es dem Benutzer nicht"
