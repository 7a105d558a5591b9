"""Who may ask the server at all: by which name, from where, for which address.

What enters: the head of a request (ASGI scope), how the page is offered (`Door`). What leaves: None, or why not.
What it does not know: who has signed in (`page_signin`), what is answered.

Gradio serves far more than this page needs: files by their path, foreign addresses fetched by the server, a catalogue of its
functions, an editor of its own source. So what the page needs is listed here, and nothing else is answered.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, MutableMapping
from dataclasses import dataclass
from typing import Any

Scope = MutableMapping[str, Any]
LOCAL = frozenset({"127.0.0.1", "localhost", "[::1]"})
API = "/gradio_api"
STARTED = f"{API}/startup-events"
_NAME = r"[A-Za-z0-9_-]{1,64}"
_ASKED_FOR = {  # what the page asks for, by method
    "GET": re.compile(
        r"/|/(theme\.css|favicon\.ico|manifest\.json|robots\.txt)|/(assets|static|svelte)/[\w@+~./ -]+|"
        rf"{API}/(queue/data|upload_progress|app_id|app_id/|startup-events|theme\.css|heartbeat/{_NAME})"
    ),
    "POST": re.compile(rf"{API}/(queue/join|upload|cancel|reset)/?"),
}
BACK = "/anmelden/zurueck"  # where the municipality's sign-in sends a browser back to (`page_elsewhere`)
_PAGES = frozenset({"/", "/anmelden", BACK})  # what a link elsewhere may lead to
_FORWARDED = re.compile(rb"x-forwarded-\w+|forwarded|x-real-ip|x-direct-url|x-gradio-[\w-]+")
STRANGER = "Diese Seite gehört einer anderen Person, die auf diesem Rechner angemeldet ist. Bitte starten Sie Ratsassistent selbst."
_NO_NAME = "Unter diesem Namen ist Ratsassistent nicht zu erreichen."
_FOREIGN = "Eine andere Internetseite darf hier nichts abrufen."
_NOTHING = "Diese Adresse gibt es hier nicht."
_NO_PROXY = "Ratsassistent ist nur über den vereinbarten Zwischenserver zu erreichen."


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a request is not answered."""

    status: int
    reason: str


@dataclass(frozen=True, slots=True)
class Door:
    """How the page is offered.

    :param names: by which a browser may call it, without port. :param secure: the browser speaks TLS, with us or with the proxy.
    :param proxy: the only address that may ask. :param bound: the address that the server listens on: from there it calls
        itself once, at its start. :param is_neighbour: whether a connection (its address and port) comes from another user of
        this machine.
    """

    names: frozenset[str] = LOCAL
    secure: bool = False
    proxy: str | None = None
    bound: str | None = None
    is_neighbour: Callable[[str, int], bool] | None = None

    def why_not(self, scope: Scope) -> Refused | None:
        """Why a request is not answered, or None."""
        heads = _heads(scope)
        client = scope.get("client")
        if self.proxy is not None and not self._is_proxy(scope, client):
            return Refused(403, _NO_PROXY)
        hosts = heads.get(b"host", [])
        if len(hosts) != 1 or host_name(hosts[0]) not in self.names:
            return Refused(403, _NO_NAME)
        if self.is_neighbour is not None and (not client or self.is_neighbour(client[0], client[1])):
            return Refused(403, STRANGER)
        if not self._is_from_here(scope, heads, hosts[0]):
            return Refused(403, _FOREIGN)
        return None

    def _is_proxy(self, scope: Scope, client: Any) -> bool:
        if not client or self.proxy is None:
            return False
        if same_address(client[0], self.proxy):
            return True
        starts = (scope["method"], scope["path"]) in {("HEAD", "/"), ("GET", STARTED)}
        return starts and self.bound is not None and same_address(client[0], self.bound)

    def _is_from_here(self, scope: Scope, heads: dict[bytes, list[str]], host: str) -> bool:
        """Whether what asks is this page itself, or a person who types its address or follows a link to it."""
        own = f"{'https' if self.secure else 'http'}://{host}".lower()
        if any(origin.lower() != own for origin in heads.get(b"origin", [])):
            return False
        sites = heads.get(b"sec-fetch-site", [])
        if all(site in {"same-origin", "none"} for site in sites):
            return True
        modes, targets = heads.get(b"sec-fetch-mode", []), heads.get(b"sec-fetch-dest", [])
        goes_here = scope["method"] == "GET" and scope["path"] in _PAGES
        return goes_here and modes == ["navigate"] and targets == ["document"]

    def address_of(self, scope: Scope) -> str:
        """Where a request comes from: what the proxy says last, where there is one."""
        client = scope.get("client")
        if self.proxy is not None:
            last = ",".join(_heads(scope).get(b"x-forwarded-for", [])).rpartition(",")[2].strip()
            try:
                return str(ipaddress.ip_address(last))
            except ValueError:
                return "unbekannt"
        return str(client[0]) if client else "unbekannt"

    def cleaned(self, scope: Scope) -> Scope:
        """The request without what a client claims about its way here: Gradio would believe it."""
        kept = [(name, value) for name, value in scope["headers"] if not _FORWARDED.fullmatch(name.lower())]
        return {**scope, "headers": kept, "scheme": "https" if self.secure else "http"}


def is_needed(scope: Scope) -> bool:
    """Whether the page asks for this address at all."""
    method = "GET" if scope["method"] == "HEAD" else scope["method"]
    path = scope["path"]
    known = method in _ASKED_FOR and _ASKED_FOR[method].fullmatch(path)
    return bool(known) and not any(part in {"", ".", ".."} for part in path.strip("/").split("/")[1:])


NOTHING = Refused(404, _NOTHING)


def host_name(host: str) -> str:
    """A `Host` without its port, in small letters."""
    return re.sub(r":\d{1,5}$", "", host.strip()).lower().removesuffix(".")


def same_address(one: str, other: str) -> bool:
    """Whether two texts name the same IP address."""
    try:
        return _plain(ipaddress.ip_address(one)) == _plain(ipaddress.ip_address(other))
    except ValueError:
        return False


def _plain(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> object:
    return getattr(address, "ipv4_mapped", None) or address


def _heads(scope: Scope) -> dict[bytes, list[str]]:
    found: dict[bytes, list[str]] = {}
    for name, value in scope["headers"]:
        found.setdefault(name.lower(), []).append(value.decode("latin-1").strip())
    return found
