"""An OParl server of this test suite on 127.0.0.1, with invented papers, and with the faults that servers have."""

from __future__ import annotations

import datetime as dt
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

TYPE = "https://schema.oparl.org/1.1/"
PAGE = 2  # objects on a page

Object = dict[str, Any]
Answer = tuple[int, dict[str, str], bytes]


class Oparl:
    """What the server has, and what it was asked. `fault` may answer instead of it."""

    def __init__(self) -> None:
        self.lists: dict[str, dict[str, Object]] = {
            name: {} for name in ("organization", "meeting", "paper", "agendaItem", "consultation", "file")
        }
        self.files: dict[str, tuple[str, bytes]] = {}  # by path: content type, bytes
        self.asked: list[str] = []
        self.conditional: list[str] = []
        self.robots = ""
        self.fault: Callable[[str], Answer | None] = lambda _path: None
        self.agents: set[str] = set()
        self.base = ""

    def url(self, path: str) -> str:
        return f"{self.base}/{path}"

    def put(self, kind: str, key: str, modified: dt.datetime, **fields: Any) -> Object:
        """Publish an object; it is shown in the list of its kind."""
        made = {"id": self.url(f"{kind}/{key}"), "type": TYPE + kind[:1].upper() + kind[1:], "created": modified.isoformat(),
                "modified": modified.isoformat(), **fields}  # fmt: skip
        self.lists[kind][made["id"]] = made
        return made

    def withdraw(self, kind: str, key: str, modified: dt.datetime) -> None:
        """An object is deleted: it stays in the list with its id alone, for those who ask what has changed."""
        own = self.url(f"{kind}/{key}")
        stamp = modified.isoformat()
        self.lists[kind][own] = {
            "id": own,
            "type": TYPE + kind[:1].upper() + kind[1:],
            "created": stamp,
            "modified": stamp,
            "deleted": True,
        }

    def answer(self, path: str, headers: Any) -> Answer:
        self.asked.append(path)
        self.agents.add(headers.get("User-Agent", ""))
        if (given := self.fault(path)) is not None:
            return given
        parts = urlsplit(path)
        name = parts.path.strip("/")
        if name == "robots.txt":
            return (200, {"Content-Type": "text/plain"}, self.robots.encode()) if self.robots else _json({}, 404)
        if name == "system":
            return _json(
                {"id": self.url("system"), "type": TYPE + "System", "oparlVersion": TYPE, "body": self.url("bodies")}
            )
        if name == "bodies":
            lists = {kind: self.url(f"list/{kind}") for kind in self.lists}
            return _json(
                {
                    "data": [{"id": self.url("body/1"), "type": TYPE + "Body", "name": "Lindenau", **lists}],
                    "links": {},
                    "pagination": {},
                }
            )
        if name.startswith("list/"):
            return self._list(name.removeprefix("list/"), parse_qs(parts.query))
        if unquote(parts.path) in self.files:
            kind, body = self.files[unquote(parts.path)]
            tag = f'"{hash(body) & 0xFFFFFFFF:x}"'
            if headers.get("If-None-Match") == tag:
                self.conditional.append(parts.path)
                return 304, {"ETag": tag}, b""
            return 200, {"Content-Type": kind, "ETag": tag}, body
        found = next((held[self.url(name)] for held in self.lists.values() if self.url(name) in held), None)
        return _json(found) if found else _json({}, 404)

    def _list(self, kind: str, query: dict[str, list[str]]) -> Answer:
        since = dt.datetime.fromisoformat(query["modified_since"][0]) if "modified_since" in query else None
        found = [
            one
            for one in self.lists[kind].values()
            if (dt.datetime.fromisoformat(one["modified"]) >= since if since else not one.get("deleted"))
        ]
        page = int(query.get("page", ["1"])[0])
        kept = f"&modified_since={query['modified_since'][0].replace('+', '%2B')}" if since else ""
        links = {"next": self.url(f"list/{kind}?page={page + 1}{kept}")} if len(found) > page * PAGE else {}
        return _json({"data": found[(page - 1) * PAGE : page * PAGE], "links": links, "pagination": {}})


def _json(value: Any, status: int = 200) -> Answer:
    return status, {"Content-Type": "application/json"}, json.dumps(value).encode()


@contextmanager
def serving() -> Iterator[Oparl]:
    """The server, while it runs."""
    oparl = Oparl()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # else head and body of an answer are 40 ms apart
        wbufsize = 1 << 16

        def do_GET(self) -> None:
            status, headers, body = oparl.answer(self.path, self.headers)
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                if value:  # none: it is not said how long the answer is
                    self.send_header(name, value)
                else:
                    self.close_connection = True
            self.end_headers()
            try:
                self.wfile.write(body)
            except OSError:
                self.close_connection = True

        def log_message(self, *_args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    oparl.base = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield oparl
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
