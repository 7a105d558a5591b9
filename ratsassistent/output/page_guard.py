"""What the server sends beside Gradio's own: German from the first byte, and rules that keep the browser at home.

What enters: requests and answers of the page's server (ASGI). What leaves: the same, the start page made German, with
headers that forbid the browser to load anything from elsewhere or to show the page inside another one; or a refusal in German.
What it does not know: what is on the page, who may ask (`page_door`), who has signed in (`page_signin`).

It stands around all of Gradio, its own middleware included.
"""

from __future__ import annotations

import asyncio
import gzip
import json
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Collection, MutableMapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from ratsassistent.output.page_door import API, NOTHING, Door, Refused, is_needed
from ratsassistent.output.page_uploads import Passing, Uploads

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]

# Gradio compiles its templates in the browser and styles elements in place: hence the two "unsafe" words. What counts
# is that nothing may be fetched from, or sent to, any other address, whatever a paper or a model has written.
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self' blob: data:; worker-src 'self' blob:; "
    "object-src 'none'; frame-src 'none'; frame-ancestors 'none'; form-action 'self'; base-uri 'self'"
)
HEADERS = (
    (
        b"referrer-policy",
        b"same-origin",
    ),  # with „no-referrer“ browsers send forms with `Origin: null`, as a foreign page would
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=(), payment=(), usb=()"),
)
_POLICY = (b"content-security-policy", POLICY.encode())
_NOT_KEPT = (b"cache-control", b"no-store")
_LASTING = ("/assets/", "/static/", "/svelte/", "/favicon.ico")  # the program's own files: a browser may keep them
_HERE = Path(__file__).parent
_START = (
    f"<script>{(_HERE / 'page_start.js').read_text(encoding='utf-8')}</script>"
    f"<style>{(_HERE / 'page_contrast.css').read_text(encoding='utf-8')}</style>"
).encode()
_JOIN, _CANCEL, _UPLOAD, _NEWS, _LIFE = (f"{API}/{name}" for name in
                                         ("queue/join", "cancel", "upload", "queue/data", "heartbeat/"))  # fmt: skip
MOST_BODY = 2_000_000  # bytes of what a click sends
MOST_POURED = 100_000_000  # bytes that are read and thrown away, so that a browser is ready to hear why
MOST_TABS = 5000  # whose owner is remembered
PERSON = "ratsassistent.person"  # in the scope: id and name of who has signed in
ACTS = "ratsassistent.acts"  # in the scope: to be called when the person does something
_SMALL_BODY = Refused(413, "Das ist zu viel auf einmal.")
_NO_JSON = Refused(400, "Diese Anfrage ist nicht verständlich.")
_NOT_YOURS = Refused(403, "Das gehört zu einer anderen Anmeldung.")
_NOT_ALLOWED = Refused(403, "Unterlagen einlesen darf nur der Sitzungsdienst.")
_NO_FILE = Refused(403, "Diese Datei wurde nicht über die Seite abgelegt.")


class Guard:
    """ASGI application around the page's.

    Without further arguments it is that of a page for one person.
    """

    def __init__(
        self,
        app: Application,
        door: Door | None = None,
        *,
        around: Callable[[Application], Application] | None = None,
        uploads: Uploads | None = None,
        ticks: Collection[int] = (),
        may_hand_in: Callable[[str], bool] | None = None,
    ) -> None:
        """Guard `app`.

        :param around: what decides who is let through (`page_signin.SignIn`). :param ticks: numbers of the functions that
            the page calls by itself, without anybody doing anything. :param may_hand_in: whether a person may hand in files.
        """
        self._app, self._door, self._uploads = app, door or Door(), uploads
        self.ticks, self._may_hand_in = ticks, may_hand_in
        self._inner = around(self._pass) if around else self._pass
        self._owners: OrderedDict[str, str] = OrderedDict()

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":  # nothing of the page uses a WebSocket
            await receive()
            await send({"type": "websocket.close", "code": 1008})
            return
        if refused := self._door.why_not(scope):
            await refuse(refused, send)
            return
        await self._inner(self._door.cleaned(scope), receive, send)

    async def _pass(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer a request of somebody who may ask."""
        if not is_needed(scope):
            await refuse(NOTHING, send)
        elif scope["path"].rstrip("/") in {_JOIN, _CANCEL}:
            await self._clicked(scope, receive, send)
        elif scope["path"].rstrip("/") == _UPLOAD and self._uploads:
            await self._handed_in(scope, receive, send, self._uploads)
        elif not self._owns(scope, _tab_asked_for(scope)):
            await refuse(_NOT_YOURS, send)
        else:
            await self._answer(scope, receive, send)

    async def _answer(self, scope: Message, receive: Receive, send: Send) -> None:
        start_page = scope["path"] == "/" and scope["method"] == "GET"
        lasting = scope["path"].startswith(_LASTING)
        begun: Message = {}
        body = b""

        async def guarded(message: Message) -> None:
            nonlocal begun, body
            if message["type"] == "http.response.start":
                heads = message.get("headers", ())
                if not lasting:
                    heads = [*((n, v) for n, v in heads if n.lower() != b"cache-control"), _NOT_KEPT]
                message["headers"] = [*heads, _POLICY, *HEADERS]
                begun = message
                if not start_page:
                    await send(message)
            elif message["type"] == "http.response.body" and start_page:
                body += message.get("body", b"")
                if not message.get("more_body"):
                    await _send_german(begun, body, scope.get("ratsassistent.bar", b""), send, packed=packed)
            else:
                await send(message)

        packed = self._door.secure and _takes_gzip(scope)  # between two machines, not within one
        if start_page:  # it is changed on its way, so it must not be packed; and nobody may ask for a kept state
            heads = [(name, value) for name, value in scope["headers"] if name.lower() != b"accept-encoding"]
            scope = {**scope, "headers": heads, "query_string": b""}
        await self._app(scope, receive, guarded)

    async def _clicked(self, scope: Message, receive: Receive, send: Send) -> None:
        """What a click sends: it is read here first, because Gradio would take any path or address in it for a file."""
        body = await read_body(receive, MOST_BODY)
        if body is None:
            await _pour_away(receive, MOST_POURED)
            await refuse(_SMALL_BODY, send)
            return
        try:
            asked = json.loads(body)
        except (ValueError, RecursionError):
            asked = None
        if not isinstance(asked, dict):
            await refuse(_NO_JSON, send)
        elif not self._owns(scope, asked.get("session_hash")):
            await refuse(_NOT_YOURS, send)
        elif self._uploads and not self._uploads.are_ours(asked):
            await refuse(_NO_FILE, send)
        else:
            if ACTS in scope and asked.get("fn_index") not in self.ticks:
                await scope[ACTS]()
            await self._answer(scope, _again(body, receive), send)

    async def _handed_in(self, scope: Message, receive: Receive, send: Send, uploads: Uploads) -> None:
        who = scope[PERSON][0] if PERSON in scope else self._door.address_of(scope)
        told = _head(scope, b"content-length")
        length = int(told) if told.isdecimal() and told.isascii() and len(told) < 16 else None
        if self._may_hand_in is not None and not await asyncio.to_thread(self._may_hand_in, who):
            await _pour_away(receive, MOST_POURED)
            await refuse(_NOT_ALLOWED, send)
            return
        if refused := uploads.begin(who, length):
            if (length or 0) <= MOST_POURED:
                await _pour_away(receive, MOST_POURED)
            await refuse(refused, send)
            return
        passing = Passing(uploads.most, _head(scope, b"content-type"))
        whole = False

        async def counted() -> Message:
            nonlocal whole
            if passing.refused:
                return {"type": "http.disconnect"}
            message = await receive()
            passing.saw(message.get("body", b""))
            whole = not message.get("more_body", False)
            return {"type": "http.request", "body": passing.end, "more_body": False} if passing.refused else message

        async def noted(message: Message) -> None:
            if not passing.refused:
                await send(message)

        if ACTS in scope:
            await scope[ACTS]()
        try:
            await self._answer(scope, counted, noted)
        except Exception:
            if not passing.refused:
                raise
        finally:
            uploads.end(who, passing.bytes)
        if passing.refused:
            if not whole:
                await _pour_away(receive, MOST_POURED)
            await refuse(passing.refused, send)

    def _owns(self, scope: Message, tab: object) -> bool:
        """Whether a tab (Gradio's `session_hash`) is this person's, or nobody's yet; one's tabs are no business of others."""
        if PERSON not in scope or not isinstance(tab, str):
            return True
        owner = self._owners.setdefault(tab, scope[PERSON][0])
        self._owners.move_to_end(tab)
        while len(self._owners) > MOST_TABS:
            self._owners.popitem(last=False)
        return bool(owner == scope[PERSON][0])


def _tab_asked_for(scope: Message) -> str | None:
    path = scope["path"]
    if path.startswith(_LIFE):
        return str(path.removeprefix(_LIFE))
    if path == _NEWS:
        named: list[str] = parse_qs(str(scope.get("query_string", b""), "latin-1")).get("session_hash", [])
        return named[-1] if named else None
    return None


async def read_body(receive: Receive, most: int) -> bytes | None:
    """The whole body of a request; None if it is longer than `most`, or its sender went away."""
    body: bytes = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if len(body) > most or message["type"] == "http.disconnect":
            return None
        if not message.get("more_body"):
            return body


def _head(scope: Message, name: bytes) -> str:
    """The first of a request's headers of that name, empty where there is none."""
    found: bytes = next((value for one, value in scope["headers"] if one.lower() == name), b"")
    return found.decode("latin-1")


async def _pour_away(receive: Receive, most: int) -> None:
    """Read the rest of a body; a server that closes while the browser still sends breaks off its own answer."""
    left = most
    while left > 0:
        message = await receive()
        left -= len(message.get("body", b""))
        if not message.get("more_body"):
            return


def _again(body: bytes, receive: Receive) -> Receive:
    """Hand on a body that was read already, then whatever comes after it."""
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


async def refuse(refused: Refused, send: Send, *more: tuple[bytes, bytes]) -> None:
    """Answer that there is no answer, and why."""
    heads = [(b"content-type", b"text/plain; charset=utf-8"), _NOT_KEPT, _POLICY, *HEADERS, *more]
    await send({"type": "http.response.start", "status": refused.status, "headers": heads})
    await send({"type": "http.response.body", "body": refused.reason.encode()})


def _takes_gzip(scope: Message) -> bool:
    return any(name.lower() == b"accept-encoding" and b"gzip" in value.lower() for name, value in scope["headers"])


async def _send_german(begun: Message, body: bytes, bar: bytes, send: Send, *, packed: bool = False) -> None:
    body = body.replace(b'lang="en"', b'lang="de"', 1).replace(b"<head>", b"<head>" + _START, 1)
    if bar:
        at = body.find(b">", body.find(b"<body")) + 1
        body = body[:at] + bar + body[at:] if at else body
    kept = [(name, value) for name, value in begun["headers"] if name.lower() != b"content-length"]
    if packed:
        body = gzip.compress(body, 5)
        kept += [(b"content-encoding", b"gzip"), (b"vary", b"accept-encoding")]
    await send({**begun, "headers": [*kept, (b"content-length", str(len(body)).encode())]})
    await send({"type": "http.response.body", "body": body})
