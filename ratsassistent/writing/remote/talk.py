"""Requests to the server and what comes back, as JSON; what can go wrong on the way, as German sentences.

What enters: a Server, paths, JSON. What leaves: JSON, or the events of a stream one by one; a ServerError, a ModelError or Trouble.
What it does not know: chats, grammars, what the texts are about. No word of a request or reply stands in any message or log.

httpcore and not the `openai` package: it is what gradio's httpx stands on, so it is here already; it follows no redirects, asks no
proxy of the environment, and lets us open the sockets ourselves (`own_network`). `openai` would bring seven more packages for one request.
"""

from __future__ import annotations

import json
import random
import re
import ssl
import threading
import time
from collections.abc import Callable, Generator, Iterator
from typing import Any, TypeVar

import httpcore

from ratsassistent.errors import Interrupted, ModelError, ServerError
from ratsassistent.model_server import Server
from ratsassistent.own_network import Guard, Lookup, look_up

R = TypeVar("R")

WAITS = (0.5, 1.0, 2.0, 4.0)  # seconds before the second try, the third, …
LONGEST_WAIT = 30.0  # whatever a server asks for
MOST_LINE, MOST_BYTES, MOST_ERROR = 256_000, 4_000_000, 64_000
AGENT = b"Ratsassistent"
_BUSY = {408, 425, 429, 502, 503, 504}
_TOO_LONG = re.compile(
    r"context.{0,20}(?:length|window|size)|maximum.{0,30}tokens|too (?:long|many tokens)|exceed\w*.{0,40}(?:context|tokens)", re.IGNORECASE
)  # fmt: skip
_NO_MODEL = re.compile(r"model.{0,200}(?:not found|does not exist|unknown|not exist|not loaded)|no such model", re.IGNORECASE | re.DOTALL)  # fmt: skip


class Trouble(Exception):
    """What may go better a moment later. The text is a German sentence; `tries`: how often in all; `after`: seconds to wait.

    `refuses`: where it does not, the server cannot do what is asked, rather than being away.
    """

    def __init__(
        self, sentence: str, tries: int = len(WAITS) + 1, after: float | None = None, *, refuses: bool = False
    ) -> None:
        super().__init__(sentence)
        self.tries, self.after, self.refuses = tries, after, refuses


class Talk:
    """Speaks to one server. Safe for several threads.

    :param key: what the server wants to hear; it goes nowhere else.
    """

    def __init__(self, server: Server, key: str | None = None, lookup: Lookup = look_up) -> None:
        self._server = server
        self._guard = Guard(server, lookup)
        self._pool = httpcore.ConnectionPool(
            ssl_context=ssl.create_default_context() if server.encrypted else None,
            max_connections=server.at_once + 1,
            keepalive_expiry=20.0,
            retries=0,
            network_backend=self._guard,
        )
        self._headers = [(b"Accept", b"text/event-stream, application/json"), (b"User-Agent", AGENT)]
        if key:
            self._headers.append((b"Authorization", b"Bearer " + key.encode("ascii")))

    def close(self) -> None:
        """End all connections."""
        self.cut()
        self._pool.close()

    def cut(self) -> None:
        """End what is under way, in whatever thread."""
        self._guard.cut_all()

    def get(self, path: str, stop: threading.Event) -> Any:
        """The JSON that lies there; tried several times. :raises ServerError: it cannot be had."""
        return self.persist(lambda: self._whole(self._events("GET", path, None, stop)), stop)

    def post(self, path: str, content: dict[str, Any], stop: threading.Event) -> Any:
        """The JSON that is answered, as a whole; tried several times. :raises ServerError: there is none."""
        return self.persist(lambda: self._whole(self._events("POST", path, content, stop)), stop)

    def stream(
        self, path: str, content: dict[str, Any], stop: threading.Event
    ) -> Generator[dict[str, Any], None, None]:
        """What is answered bit by bit; tried once. It may be left at any bit: then the server stops.

        :raises Trouble: another try may help. :raises ServerError: none will. :raises Interrupted: `stop` is set.
        """
        yield from self._events("POST", path, content, stop)

    def persist(self, attempt: Callable[[], R], stop: threading.Event) -> R:
        """Try until it works, with a pause between two tries that doubles.

        :raises ServerError: it does not work. :raises Interrupted: `stop` is set.
        """
        made = 0
        while True:
            made += 1
            try:
                return attempt()
            except Trouble as trouble:
                if made >= min(trouble.tries, len(WAITS) + 1):
                    raise (Rejected if trouble.refuses else ServerError)(str(trouble)) from trouble
                usual = WAITS[made - 1] * random.uniform(0.8, 1.2)
                stop.wait(min(usual if trouble.after is None else trouble.after, LONGEST_WAIT))
            if stop.is_set():
                raise Interrupted("Die Arbeit wurde angehalten.")

    # --- one request -------------------------------------------------------------------------------------------------

    def _whole(self, events: Iterator[dict[str, Any]]) -> Any:
        return next(events, None) or {}

    def _events(
        self, method: str, path: str, content: dict[str, Any] | None, stop: threading.Event
    ) -> Iterator[dict[str, Any]]:
        body = None if content is None else json.dumps(content, ensure_ascii=False).encode("utf-8", "replace")
        headers = [*self._headers, *([(b"Content-Type", b"application/json")] if body is not None else [])]
        patience = self._server.patience_s
        until = time.monotonic() + patience
        timeouts = {"connect": 5.0, "read": patience, "write": 30.0, "pool": patience}
        try:
            with self._pool.stream(
                method, self._server.address + path, headers=headers, content=body, extensions={"timeout": timeouts}
            ) as answer:
                self._look(answer)
                if b"event-stream" in _header(answer, b"content-type"):
                    yield from self._lines(answer, stop, until)
                else:
                    yield self._json(self._read(answer, MOST_BYTES, stop, until))
        except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
            if stop.is_set():
                raise Interrupted("Die Arbeit wurde angehalten.") from error
            raise self._unreachable(error) from error
        except (httpcore.TimeoutException, TimeoutError) as error:
            raise self._late() from error
        except (httpcore.NetworkError, httpcore.ProtocolError, OSError) as error:
            if stop.is_set():
                raise Interrupted("Die Arbeit wurde angehalten.") from error
            raise Trouble(f"Die Verbindung zum Server {self._server.place} ist abgebrochen.", tries=4) from error

    def _unreachable(self, error: Exception) -> Exception:
        cause: BaseException | None = error
        while cause is not None:
            if isinstance(cause, ssl.SSLError):
                return ServerError(
                    f"Dem Server {self._server.place} ist nicht zu trauen: Sein Zertifikat gilt nicht, oder er spricht kein https."
                )
            cause = cause.__cause__ or cause.__context__
        return Trouble(
            f"Der Server {self._server.place} für das Sprachmodell ist nicht zu erreichen; bitte prüfen, ob er läuft.",
            tries=3,
        )

    def _late(self) -> Trouble:
        seconds = f"{self._server.patience_s:g} Sekunden"
        return Trouble(f"Der Server {self._server.place} hat {seconds} lang nicht fertig geantwortet.", tries=2)

    def _look(self, answer: httpcore.Response) -> None:
        """Raise what a status means, before anything of the reply is believed."""
        status, place = answer.status, self._server.place
        if status == 200:
            if _header(answer, b"content-encoding") not in {b"", b"identity"}:
                raise self._strange()
            return
        if 300 <= status < 400:
            raise ServerError(f"Der Server {place} verweist an eine andere Adresse; dem folgt das Programm nicht.")
        if status in {401, 403}:
            raise ServerError(f"Der Server {place} nimmt den Schlüssel nicht an (oder verlangt einen).")
        if status in _BUSY:
            after = _header(answer, b"retry-after").decode("ascii", "replace")
            seconds = float(after) if re.fullmatch(r"\d{1,4}", after) else None
            raise Trouble(
                f"Der Server {place} ist überlastet oder noch nicht bereit; bitte später noch einmal.", after=seconds
            )
        self._refused(status, self._read(answer, MOST_ERROR, threading.Event(), time.monotonic() + 10, cut=True))

    def _refused(self, status: int, body: bytes) -> None:
        told, place = body.decode("utf-8", "replace"), self._server.place
        if _TOO_LONG.search(told):
            raise ModelError(f"Der Text ist zu lang für das Sprachmodell auf dem Server {place}.")
        if _NO_MODEL.search(told):
            raise ServerError(f"Der Server {place} kennt das Modell „{self._server.model}“ nicht.")
        if status == 404:
            raise ServerError(
                f"Unter {self._server.address} antwortet kein Server für Sprachmodelle; bitte die Adresse prüfen (meist endet sie mit /v1)."
            )
        if status >= 500:
            raise Trouble(f"Der Server {place} meldet einen Fehler ({status}).", tries=3, refuses=True)
        raise Rejected(f"Der Server {place} lehnt die Anfrage ab ({status}).")

    def _strange(self) -> Trouble:
        return Trouble(
            f"Der Server {self._server.place} antwortet nicht so, wie ein Server für Sprachmodelle antwortet.", tries=2
        )

    def _read(
        self, answer: httpcore.Response, most: int, stop: threading.Event, until: float, *, cut: bool = False
    ) -> bytes:
        whole = b""
        for piece in answer.iter_stream():
            whole += piece
            self._watch(stop, until)
            if len(whole) > most:
                if cut:
                    break
                raise self._strange()
        return whole

    def _watch(self, stop: threading.Event, until: float) -> None:
        if stop.is_set():
            raise Interrupted("Die Arbeit wurde angehalten.")
        if time.monotonic() > until:
            raise self._late()

    def _lines(self, answer: httpcore.Response, stop: threading.Event, until: float) -> Iterator[dict[str, Any]]:
        """The events of a stream; one that ends without saying so was cut off."""
        rest, total = b"", 0
        for piece in answer.iter_stream():
            self._watch(stop, until)
            total += len(piece)
            *lines, rest = (rest + piece).split(b"\n")
            if len(rest) > MOST_LINE or total > MOST_BYTES:
                raise self._strange()
            for line in lines:
                bare = line.strip()
                if not bare.startswith(b"data:"):
                    continue
                told = bare[5:].strip()
                if told == b"[DONE]":
                    return
                yield self._json(told)
        raise CutOff(f"Die Antwort des Servers {self._server.place} ist abgebrochen.", tries=4)

    def _json(self, given: bytes) -> dict[str, Any]:
        try:
            found = json.loads(given)
        except (ValueError, RecursionError) as error:
            raise self._strange() from error
        if not isinstance(found, dict):
            raise self._strange()
        told = found.get("error")
        if isinstance(told, dict) and "choices" not in found:
            code = told.get("code")
            self._refused(code if isinstance(code, int) and 400 <= code < 600 else 500, given[:MOST_ERROR])
        return found


class CutOff(Trouble):
    """A stream ended without saying that it is complete."""


class Rejected(ServerError):
    """The server does not understand, or does not want, a request as it is."""


def _header(answer: httpcore.Response, name: bytes) -> bytes:
    return next((value.strip().lower() for key, value in answer.headers if key.lower() == name), b"")
