"""A small server that speaks as OpenAI-compatible ones do and says what the test tells it, with all that can go wrong."""

from __future__ import annotations

import contextlib
import json
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

MODEL = "rathaus-7b"
LITERAL = re.compile(r'root ::= "((?:[^"\\]|\\.)*)"')


@dataclass
class Answer:
    """What is answered. `how`: "stream", "json", "cut", "broken", "html", "endless", "silent"."""

    text: str = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    how: str = "stream"
    reason: str = "stop"
    odds: Sequence[float] | None = None  # of each word; None: all near certain
    first: dict[str, float] | None = None  # of the first token


def lead_of(body: dict[str, Any]) -> str:
    """What a reply was told to begin with, by whatever means."""
    given = body.get("grammar") or body.get("guided_grammar") or (body.get("structured_outputs") or {}).get("grammar")
    if given:
        found = LITERAL.match(given)
        return re.sub(r"\\x(..)", lambda m: chr(int(m[1], 16)), found[1]) if found else ""
    return ""


class ChatServer:
    """Listens on a free port of this machine; `asked` has the bodies of all requests for text, probes aside."""

    def __init__(self, reply: Callable[[dict[str, Any]], Answer | str], *, form: str | None = "grammar", odds: bool = True,
                 key: str | None = None, models: Sequence[str] = (MODEL,)) -> None:  # fmt: skip
        self.reply, self.form, self.odds, self.key, self.models = reply, form, odds, key, list(models)
        self.asked: list[dict[str, Any]] = []
        self.left: list[bool] = []  # of each stream: whether it was left before its end
        self.most_at_once = self._at_once = 0
        self.release = threading.Event()  # lets "silent" answers end
        self.barrier: threading.Barrier | None = None
        self._lock = threading.Lock()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: object) -> None:
                pass

            def do_GET(self) -> None:
                outer.get(self)

            def do_POST(self) -> None:
                outer.post(self)

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self._http.handle_error = lambda *_: None  # type: ignore[method-assign]  # a client that leaves is no fault
        self.port = self._http.server_address[1]
        self.address = f"http://127.0.0.1:{self.port}/v1"
        threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def close(self) -> None:
        self.release.set()
        self._http.shutdown()
        self._http.server_close()

    def get(self, to: BaseHTTPRequestHandler) -> None:
        if not self._is_known(to):
            return
        rows = [
            {"id": name, "object": "model", "owned_by": "rathaus", "license": "Apache-2.0", "max_model_len": 4096}
            for name in self.models
        ]
        self._send(to, 200, json.dumps({"data": rows}).encode())

    def _is_known(self, to: BaseHTTPRequestHandler) -> bool:
        if self.key and to.headers.get("Authorization") != f"Bearer {self.key}":
            self._send(to, 401, b'{"error": {"message": "no"}}')
            return False
        return True

    def _send(
        self, to: BaseHTTPRequestHandler, status: int, body: bytes, kind: str = "application/json", **more: str
    ) -> None:
        to.send_response(status)
        to.send_header("Content-Type", kind)
        to.send_header("Content-Length", str(len(body)))
        for name, value in more.items():
            to.send_header(name.replace("_", "-"), value)
        to.end_headers()
        to.wfile.write(body)

    def post(self, to: BaseHTTPRequestHandler) -> None:
        body = json.loads(to.rfile.read(int(to.headers["Content-Length"])))
        if not self._is_known(to):
            return
        probe = not body.get("stream") and body["max_tokens"] == 24 and len(body["messages"]) == 1
        if probe:
            forced = lead_of({name: body.get(name) for name in [self.form]} if self.form else {})
            answer = Answer(forced or "Nein.", how="json")
        else:
            with self._lock:
                self.asked.append(body)
                self._at_once += 1
                self.most_at_once = max(self.most_at_once, self._at_once)
            said = self.reply(body)
            answer = said if isinstance(said, Answer) else Answer(said)
        try:
            self._answer(to, body, answer)
        finally:
            if not probe:
                with self._lock:
                    self._at_once -= 1

    def _answer(self, to: BaseHTTPRequestHandler, body: dict[str, Any], answer: Answer) -> None:
        if self.barrier is not None:
            self.barrier.wait(20)
        more = {name.replace("-", "_"): value for name, value in answer.headers.items()}
        if answer.status != 200:
            self._send(to, answer.status, answer.text.encode(), **more)
        elif answer.how == "html":
            self._send(to, 200, b"<html>Anmeldung</html>", "text/html")
        elif answer.how == "broken":
            self._send(to, 200, b'data: {"choices": [{"delta"\n\ndata: [DONE]\n\n', "text/event-stream")
        elif not body.get("stream") or answer.how == "json":
            choice: dict[str, Any] = {
                "message": {"role": "assistant", "content": answer.text},
                "finish_reason": answer.reason,
            }
            if body.get("logprobs") and self.odds:
                first = answer.first or {answer.text: -0.01}
                top = [{"token": token, "logprob": odds} for token, odds in first.items()]
                choice["logprobs"] = {"content": [{"token": "x", "logprob": -0.1, "top_logprobs": top}]}
            self._send(to, 200, json.dumps({"model": self.models[0], "choices": [choice]}).encode())
        else:
            self._stream(to, body, answer)

    def _stream(self, to: BaseHTTPRequestHandler, body: dict[str, Any], answer: Answer) -> None:
        to.send_response(200)
        to.send_header("Content-Type", "text/event-stream; charset=utf-8")
        to.send_header("Connection", "close")
        to.end_headers()
        to.close_connection = True
        words = re.findall(r"\s*\S+", answer.text)
        try:
            if answer.how == "silent":
                self.release.wait(20)
            for n, word in enumerate(words[: len(words) // 2] if answer.how == "cut" else words):
                odds = (answer.odds[n] if n < len(answer.odds) else -0.01) if answer.odds else -0.01
                self._event(to, word, None, odds if body.get("logprobs") and self.odds else None)
            while answer.how == "endless":
                self._event(to, " und so weiter" * 100, None, None)
            if answer.how != "cut":
                self._event(to, "", answer.reason, None)
                to.wfile.write(
                    b'data: {"choices": [], "usage": {"prompt_tokens": 77, "completion_tokens": 5}}\n\ndata: [DONE]\n\n'
                )
            self.left.append(False)
        except OSError:
            self.left.append(True)

    def _event(self, to: BaseHTTPRequestHandler, text: str, reason: str | None, odds: float | None) -> None:
        choice: dict[str, Any] = {"index": 0, "delta": {"content": text}, "finish_reason": reason}
        if odds is not None:
            choice["logprobs"] = {"content": [{"token": text, "logprob": odds, "top_logprobs": []}]}
        to.wfile.write(b"data: " + json.dumps({"choices": [choice]}).encode() + b"\n\n")
        to.wfile.flush()


@contextlib.contextmanager
def serving(reply: Callable[[dict[str, Any]], Answer | str] | str, **how: Any) -> Iterator[ChatServer]:
    """A server that is there for a while."""
    said = reply if callable(reply) else lambda _: reply
    server = ChatServer(said, **how)
    try:
        yield server
    finally:
        server.close()
