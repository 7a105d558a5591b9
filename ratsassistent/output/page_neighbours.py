"""Whether a connection on this machine comes from another of its users: on a terminal server all share 127.0.0.1.

What enters: the address and port at the other end. What leaves: yes or no.
What it does not know: HTTP, what is served.

The system itself knows whose a connection is, so nobody needs a password or a secret in an address for this. Linux says so in
/proc/net/tcp; on Windows the connection's process tells, by whether it is one of ours. On macOS a user may not ask; there
nobody is turned away.
"""

from __future__ import annotations

import ipaddress
import os
import socket
import struct
import sys
import time
from pathlib import Path

import psutil

KEPT_S = 2.0  # how long an answer holds: a port is not given to somebody else so soon
MOST_KEPT = 500
_TABLES = {4: Path("/proc/net/tcp"), 6: Path("/proc/net/tcp6")}
_NO_SOCKET = "0"  # the inode of a connection that no process holds any more: then its owner reads as root


class Neighbours:
    """Tells connections of other users from our own."""

    def __init__(self, port: int, *, platform: str = sys.platform) -> None:
        """:param port: of our server."""
        self._port, self._platform = port, platform
        self._kept: dict[tuple[str, int], tuple[float, bool]] = {}

    def is_one(self, address: str, port: int) -> bool:
        """Whether the connection from this address and port is another user's, or nobody's any more."""
        now = time.monotonic()
        known = self._kept.get((address, port))
        if known is not None and now - known[0] < KEPT_S:
            return known[1]
        answer = self._look(address, port)
        if len(self._kept) >= MOST_KEPT:
            self._kept.clear()
        self._kept[address, port] = now, answer
        return answer

    def _look(self, address: str, port: int) -> bool:
        try:
            if not ipaddress.ip_address(address).is_loopback:
                return True  # the server listens on the loopback address only
        except ValueError:
            return True
        if self._platform == "linux":
            return not _is_ours_on_linux(address, port, self._port)
        if self._platform == "win32":
            return _is_foreign_on_windows(address, port, self._port)
        return False


def _is_ours_on_linux(address: str, port: int, server: int) -> bool:
    """Whether the socket at the other end belongs to us, or to root, who can read everything anyway."""
    wanted = f"{_hex(address)}:{port:04X}", f":{server:04X}"
    try:
        lines = _TABLES[ipaddress.ip_address(address).version].read_text("ascii").splitlines()
    except OSError:
        return True  # no such table here: what cannot be known is not refused
    for line in lines[1:]:
        parts = line.split()
        if parts[1] == wanted[0] and parts[2].endswith(wanted[1]):
            return parts[9] != _NO_SOCKET and int(parts[7]) in {os.getuid(), 0}
    return False


def _hex(address: str) -> str:
    """An address as the table has it: words of four bytes in the machine's order."""
    ip = ipaddress.ip_address(address)
    packed = socket.inet_pton(socket.AF_INET if ip.version == 4 else socket.AF_INET6, address)
    return "".join(f"{struct.unpack('=I', packed[at : at + 4])[0]:08X}" for at in range(0, len(packed), 4))


def _is_foreign_on_windows(address: str, port: int, server: int) -> bool:
    """Whether the process at the other end is known not to be ours."""
    try:
        found = [c.pid for c in psutil.net_connections("tcp")
                 if c.laddr and c.raddr and tuple(c.laddr) == (address, port) and c.raddr[1] == server]  # fmt: skip
    except (psutil.Error, OSError):
        return False
    if not found:
        return True  # nobody holds it any more
    if not found[0]:
        return False
    try:
        return bool(psutil.Process(found[0]).username() != psutil.Process().username())
    except psutil.AccessDenied:
        return True
    except (psutil.Error, OSError):
        return False
