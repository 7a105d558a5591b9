"""Connections to the one server that was set (for the language model, for signing in), and to no other address.

What enters: a Target, host and port as httpcore asks for them. What leaves: open sockets to numbers that were looked up and
judged here. What it does not know: HTTP, what is sent, which server does what.

A name is looked up once for each connection, all its numbers are judged, and the socket is opened to one of these very numbers:
a name that means another machine a moment later ("DNS rebinding") changes nothing. Without an administrator's leave only loopback
and private networks will do (RFC 1918, RFC 4193); link-local addresses do not, since clouds keep secrets there. Proxies of the
environment are not looked at, redirects are not followed (`talk`).
"""

from __future__ import annotations

import contextlib
import ipaddress
import socket
import ssl
import threading
import weakref
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol

import httpcore

from ratsassistent.errors import ServerError

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Lookup = Callable[[str, int], Sequence[str]]

PRIVATE = tuple(
    ipaddress.ip_network(each)
    for each in ("127.0.0.0/8", "::1/128", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")
)
CONNECT_S = 5.0


class Target(Protocol):
    """A server that was set: its host in lower case, whether what goes there is encrypted, whether an administrator allows it by name."""

    @property
    def host(self) -> str:
        """The name or number of the machine, in lower case."""
        ...

    @property
    def port(self) -> int:
        """Where it listens."""
        ...

    @property
    def encrypted(self) -> bool:
        """Whether what goes there cannot be read on the way."""
        ...

    @property
    def is_allowed(self) -> bool:
        """Whether it may lie outside private networks."""
        ...


def is_private(number: str) -> bool:
    """Whether an address is loopback or of a private network."""
    address = _plain(number)
    return any(address.version == network.version and address in network for network in PRIVATE)


def _plain(number: str) -> Address:
    """An address without its zone; one of IPv4 as that, however it is written."""
    address = ipaddress.ip_address(number.split("%", maxsplit=1)[0])
    return getattr(address, "ipv4_mapped", None) or address


def look_up(host: str, port: int) -> list[str]:
    """The numbers of a host, as the system knows them."""
    return list(dict.fromkeys(str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)))


def judged(server: Target, numbers: Sequence[str]) -> None:
    """Refuse a server whose addresses lie where they may not.

    :raises ServerError: one of them does; nothing has been sent yet.
    """
    outside = [number for number in numbers if not is_private(number)]
    if not outside:
        return
    address = _plain(outside[0])
    if not server.is_allowed or address.is_multicast or address.is_unspecified:
        raise ServerError(
            f"Der Server {server.host} ({outside[0]}) liegt nicht in einem privaten Netz; dorthin geht nichts, solange es nicht mit "
            f"„--erlauben {server.host}“ ausdrücklich erlaubt ist."
        )
    if not server.encrypted:
        raise ServerError(
            f"Der Server {server.host} liegt nicht in einem privaten Netz; dorthin geht etwas nur verschlüsselt (https)."
        )


class Guard(httpcore.NetworkBackend):
    """Opens sockets to the server that was set. Safe for several threads."""

    def __init__(self, server: Target, lookup: Lookup = look_up) -> None:
        self._server, self._lookup = server, lookup
        self._sockets: weakref.WeakSet[socket.socket] = weakref.WeakSet()
        self._lock = threading.Lock()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """See httpcore. :raises ServerError: the address may not be asked."""
        if (host.casefold(), port) != (self._server.host, self._server.port):
            raise ServerError("Es wurde eine andere Adresse verlangt als die des eingestellten Servers.")
        try:
            numbers = self._lookup(host, port)
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(str(error)) from error
        judged(self._server, numbers)
        failed: Exception = httpcore.ConnectError("no address")
        for number in numbers:
            try:
                stream = _DIRECT.connect_tcp(number, port, timeout=min(timeout or CONNECT_S, CONNECT_S))
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failed = error
                continue
            return _Watched(stream, self._keep)
        raise failed

    def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> httpcore.NetworkStream:
        """There is none."""
        raise ServerError("Ein Server wird nur über das Netz angesprochen.")

    def _keep(self, opened: socket.socket | None) -> None:
        if opened is not None:
            with self._lock:
                self._sockets.add(opened)

    def cut_all(self) -> None:
        """End all that is under way at once, also what waits for bytes in another thread."""
        with self._lock:
            for opened in list(self._sockets):
                with contextlib.suppress(OSError):
                    opened.shutdown(socket.SHUT_RDWR)


class _Watched(httpcore.NetworkStream):
    """A connection whose socket is known, so that it can be cut; the one of TLS is another one than that below."""

    def __init__(self, stream: httpcore.NetworkStream, keep: Callable[[socket.socket | None], None]) -> None:
        self._stream, self._keep = stream, keep
        keep(stream.get_extra_info("socket"))

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """See httpcore."""
        return self._stream.read(max_bytes, timeout)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """See httpcore."""
        self._stream.write(buffer, timeout)

    def close(self) -> None:
        """See httpcore."""
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        """See httpcore."""
        return _Watched(self._stream.start_tls(ssl_context, server_hostname, timeout), self._keep)

    def get_extra_info(self, info: str) -> Any:
        """See httpcore."""
        return self._stream.get_extra_info(info)


_DIRECT = httpcore.SyncBackend()
