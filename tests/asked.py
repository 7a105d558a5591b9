"""Asks an ASGI application something, without a server: headers and bodies as raw as an attacker would send them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlencode


@dataclass
class Reply:
    status: int
    heads: list[tuple[bytes, bytes]]
    body: bytes

    def head(self, name: str) -> str:
        return ", ".join(v.decode() for n, v in self.heads if n == name.encode())

    @property
    def text(self) -> str:
        return self.body.decode()


def ask(
    app: Any,
    path: str = "/",
    method: str = "GET",
    *,
    body: bytes | Iterable[bytes] = b"",
    client: tuple[str, int] | None = ("127.0.0.1", 40000),
    **heads: str,
) -> Reply:
    """:param heads: names with _ for -; `host` is ours unless given."""
    target, _, query = path.partition("?")
    given = {"host": "127.0.0.1:7860", **heads}
    scope = {
        "type": "http",
        "method": method,
        "path": unquote(target),
        "raw_path": target.encode(),
        "query_string": query.encode(),
        "scheme": "http",
        "client": client,
        "headers": [(n.replace("_", "-").encode(), v.encode()) for n, v in given.items()],
    }
    chunks = [body] if isinstance(body, bytes) else list(body)
    sent: list[Any] = []

    async def receive() -> Any:
        if not chunks:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": chunks.pop(0), "more_body": bool(chunks)}

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(app(scope, receive, send))
    return Reply(sent[0]["status"], list(sent[0]["headers"]), b"".join(m.get("body", b"") for m in sent[1:]))


def form(**fields: str) -> bytes:
    return urlencode(fields).encode()


class Echo:
    """An application that notes what reaches it."""

    def __init__(self) -> None:
        self.scopes: list[Any] = []
        self.bodies: list[bytes] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.scopes.append(scope)
        body = b""
        while scope["method"] == "POST":
            message = await receive()
            if message["type"] == "http.disconnect":
                raise ConnectionError
            body += message["body"]
            if not message["more_body"]:
                break
        self.bodies.append(body)
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/html")]})
        await send(
            {"type": "http.response.body", "body": b'<html lang="en"><head></head><body class="x"></body></html>'}
        )
