"""What the server sends beside Gradio's own: German from the first byte, and rules that keep the browser at home.

What enters: requests and answers of the page's server (ASGI). What leaves: the same, the start page made German, with
headers that forbid the browser to load anything from elsewhere or to show the page inside another one.
What it does not know: what is on the page.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any

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
_HEADERS = (
    (b"content-security-policy", POLICY.encode()),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
)
_START = f"<script>{(Path(__file__).parent / 'page_start.js').read_text(encoding='utf-8')}</script>".encode()


class Guard:
    """ASGI middleware around the page."""

    def __init__(self, app: Application) -> None:
        """Guard `app`."""
        self._app = app

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if not _is_ours(scope):
            await send({"type": "http.response.start", "status": 403, "headers": [(b"content-type", b"text/plain")]})
            await send({"type": "http.response.body", "body": b"nicht erlaubt"})
            return
        start_page = scope["path"] == "/" and scope["method"] == "GET"
        begun: Message = {}
        body = b""

        async def guarded(message: Message) -> None:
            nonlocal begun, body
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *_HEADERS]
                begun = message
                if not start_page:
                    await send(message)
            elif message["type"] == "http.response.body" and start_page:
                body += message.get("body", b"")
                if not message.get("more_body"):
                    await _send_german(begun, body, send)
            else:
                await send(message)

        await self._app(scope, receive, guarded)


async def _send_german(begun: Message, body: bytes, send: Send) -> None:
    body = body.replace(b'lang="en"', b'lang="de"', 1).replace(b"<head>", b"<head>" + _START, 1)
    kept = [(name, value) for name, value in begun["headers"] if name.lower() != b"content-length"]
    await send({**begun, "headers": [*kept, (b"content-length", str(len(body)).encode())]})
    await send({"type": "http.response.body", "body": body})


def _is_ours(scope: Message) -> bool:
    """Whether a request names this machine: a foreign name that leads here (DNS rebinding) gets nothing."""
    hosts = [value for name, value in scope["headers"] if name == b"host"]
    return all(host.decode("latin-1").rsplit(":", 1)[0] in {"127.0.0.1", "localhost", "[::1]"} for host in hosts)
