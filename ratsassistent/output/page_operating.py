"""What a monitoring program asks, and counting of what all others ask.

What enters: requests (ASGI), how the page is offered (`Door`). What leaves: `/healthz` (the program answers), `/readyz` (it can work),
`/metrics` (numbers); everything else is passed on and counted.
What it does not know: what is on the page, what the numbers mean (`operating`).

Whoever gets through the door may ask for `/healthz`: it says nothing but that somebody is there. The others are for who shows the key
(`Authorization: Bearer …`), and, where the page is only for this computer, for whom the page is for.
"""

from __future__ import annotations

import asyncio
import ipaddress
import json
import time
from dataclasses import replace

from ratsassistent import event_log
from ratsassistent.operating import access, health
from ratsassistent.operating.metrics import TYPE, Metrics
from ratsassistent.output.page_door import API, LOCAL, Door, Refused, same_address
from ratsassistent.output.page_guard import HEADERS, Application, Message, Receive, Send, refuse
from ratsassistent.settings import Settings

ALIVE, READY, METRICS = "/healthz", "/readyz", "/metrics"
PATHS = frozenset({ALIVE, READY, METRICS})
_LASTING = (f"{API}/queue/data", f"{API}/heartbeat/", f"{API}/upload_progress")  # as long as somebody looks at the page
_KINDS = {"/": "page", "/anmelden": "signin", "/abmelden": "signin", f"{API}/queue/join": "click", f"{API}/cancel": "click",
          f"{API}/upload": "upload"}  # fmt: skip
_TOLD = frozenset({"page", "signin", "upload"})  # of which each is an event; clicks are too many
_KEY = Refused(401, "Dafür braucht es den Schlüssel für die Überwachung (ratsassistent betrieb schluessel).")
_METHOD = Refused(405, "Hier lässt sich nur etwas abrufen.")


class Operating:
    """ASGI application around the guarded page."""

    def __init__(self, app: Application, settings: Settings, door: Door, *, only_here: bool) -> None:
        """:param only_here: whether the page is only for who sits at this machine."""
        self._app, self._settings, self._door, self._only_here = app, settings, door, only_here
        self._metrics = Metrics(settings)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        kind = "monitor" if scope["path"] in PATHS else kind_of(scope["path"])
        began, status = time.monotonic(), 500

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await (self._tell(scope, noted) if kind == "monitor" else self._app(scope, receive, noted))
        finally:
            seconds = round(time.monotonic() - began, 3)
            self._metrics.answered(kind, status, None if kind == "stream" else seconds)
            if kind in _TOLD or (status >= 400 and kind != "monitor"):
                event_log.note("request", kind=kind, status=status, seconds=seconds)

    async def _tell(self, scope: Message, send: Send) -> None:
        # a monitoring program is often another user of this machine; the key, and not the user, is what counts here
        if refused := self._door_for(scope).why_not(scope):
            await refuse(refused, send)
        elif scope["method"] not in {"GET", "HEAD"}:
            await refuse(_METHOD, send)
        elif scope["path"] == ALIVE:
            await _answer(send, 200, b"text/plain; charset=utf-8", b"ok\n", scope["method"])
        elif not await asyncio.to_thread(self._may_ask, scope):
            await refuse(_KEY, send, (b"www-authenticate", b"Bearer"))
        elif scope["path"] == READY:
            found = await asyncio.to_thread(health.look, self._settings)
            body = json.dumps({"ready": found.ready, **found.model_dump()}).encode()
            await _answer(send, 200 if found.ready else 503, b"application/json", body, scope["method"])
        else:
            body = await asyncio.to_thread(self._metrics.text)
            await _answer(send, 200, TYPE.encode(), body, scope["method"])

    def _door_for(self, scope: Message) -> Door:
        """The page's door; this computer itself need not go through the proxy, nor know the name."""
        door, client = replace(self._door, is_neighbour=None), scope.get("client")
        own = client and (_is_loopback(client[0]) or (door.bound and same_address(client[0], door.bound)))
        return replace(door, proxy=None, names=door.names | LOCAL) if own else door

    def _may_ask(self, scope: Message) -> bool:
        given = [value.decode("latin-1") for name, value in scope["headers"] if name.lower() == b"authorization"]
        if given:
            scheme, _, key = given[0].partition(" ")
            return len(given) == 1 and scheme.lower() == "bearer" and access.fits(self._settings, key.strip())
        client = scope.get("client")
        if not self._only_here or not client or not _is_loopback(client[0]):
            return False
        return not (self._door.is_neighbour and self._door.is_neighbour(client[0], client[1]))


def kind_of(path: str) -> str:
    """What sort of request this is; never more than a word."""
    if path.startswith(_LASTING):
        return "stream"
    known = _KINDS.get(path.rstrip("/") or "/")
    return known or ("asset" if path.startswith(("/assets/", "/static/", "/svelte/", "/favicon")) else "other")


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


async def _answer(send: Send, status: int, kind: bytes, body: bytes, method: str) -> None:
    heads = [
        (b"content-type", kind),
        (b"cache-control", b"no-store"),
        (b"content-length", str(len(body)).encode()),
        *HEADERS,
    ]
    await send({"type": "http.response.start", "status": status, "headers": heads})
    await send({"type": "http.response.body", "body": b"" if method == "HEAD" else body})
