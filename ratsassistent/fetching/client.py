"""One polite HTTP client for one server: never faster than once a second, never elsewhere, never more than a bound.

What enters: a Source, addresses that the server names. What leaves: JSON, or a file on disk; German sentences where that fails.
What it does not know: OParl, the archive.

httpx, and not urllib as for models: it keeps connections open (a list has hundreds of pages), bounds each read in time, and
gives an answer's body piece by piece before it is decoded whole. Certificates are checked against the system's.

robots.txt is about crawlers that nobody asked for, and many council systems shut all of them out; an OParl server is made for
programs, and somebody named this one. So `Crawl-delay` holds for us, and `Disallow` where it names us.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib import robotparser
from urllib.parse import urljoin

import httpx

from ratsassistent import __version__
from ratsassistent.errors import InputError
from ratsassistent.fetching import addresses
from ratsassistent.fetching.addresses import NotAllowed
from ratsassistent.fetching.opted import Source

AGENT = f"Ratsassistent/{__version__} (OParl-Abruf durch eine Kommune; quelloffen)"
_NAME = "ratsassistent"
MOST_REST_S = 7 * 86400.0  # that a server may ask for between two runs
_REDIRECTS = {301, 302, 303, 307, 308}
_AGAIN = {429, 500, 502, 503, 504}


class Failed(InputError):
    """Something could not be fetched; the text says what and why."""


class Exhausted(Failed):
    """The bound of this run is reached; the rest is fetched next time."""


@dataclass(frozen=True, slots=True)
class Manners:
    """How polite, and how much at most in one run."""

    pause_s: float = 1.0  # between two requests
    most_pause_s: float = 300.0  # that a server may ask for
    tries: int = 4
    timeout_s: float = 60.0  # of one read
    answer_s: float = 900.0  # of one whole answer
    page_bytes: int = 32_000_000
    file_bytes: int = 200_000_000
    run_bytes: int = 4_000_000_000
    run_requests: int = 20_000
    run_s: float = 4 * 3600.0


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file that lies on disk now; `changed` False: it is what it was, and nothing lies there."""

    changed: bool
    etag: str | None = None
    modified: str | None = None
    kind: str = ""


@dataclass
class Client:
    """A context manager. `wait` sleeps; tests only note it."""

    source: Source
    manners: Manners = field(default_factory=Manners)
    wait: Callable[[float], None] = time.sleep
    requests: int = 0
    size: int = 0
    pause_asked_s: float = 0.0  # for how long the server wants to be left alone, where that is longer than a run waits

    def __post_init__(self) -> None:
        self._began = time.monotonic()
        self._last = 0.0
        self._pause = self.manners.pause_s
        self._http = httpx.Client(
            headers={"User-Agent": AGENT, "Accept-Language": "de"},
            timeout=self.manners.timeout_s,
            follow_redirects=False,
            verify=_context(),
        )

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def look_at_rules(self) -> None:
        """Read robots.txt once, before anything else. :raises Failed: it names this program and shuts it out."""
        address = urljoin(self.source.address, "/robots.txt")
        try:
            with self._answer(address, {}, tries=1) as answer:
                text = self._body(answer, 500_000).decode("utf-8", "replace")
        except (Failed, NotAllowed):
            return
        rules = robotparser.RobotFileParser()
        rules.parse(text.splitlines())
        delay = rules.crawl_delay(_NAME)
        if delay:
            self._pause = max(self._pause, min(float(delay), 60.0))
        named = re.search(rf"(?im)^\s*user-agent\s*:\s*{_NAME}", text)
        if named and not rules.can_fetch(_NAME, self.source.address):
            raise Failed(
                f"{addresses.host_of(self.source.address)} möchte nicht, dass dieses Programm abruft (robots.txt)."
            )

    def json(self, address: str) -> Any:
        """An object or list page.

        :raises NotAllowed: the address leads elsewhere. :raises Failed: there is no JSON.
        """
        url = addresses.follow(urljoin(self.source.address, address), self.source.address)
        with self._answer(url, {"Accept": "application/json"}) as answer:
            body = self._body(answer, self.manners.page_bytes)
        try:
            return json.loads(body)
        except (ValueError, RecursionError) as error:
            raise Failed(f"{addresses.shown(url)}: Die Antwort ist kein gültiges JSON.") from error

    def file(self, address: str, target: Path, *, etag: str | None = None, modified: str | None = None) -> Fetched:
        """A file, written to `target`.

        :param etag: and :param modified: what the server said of it last time; the same again is not sent.
        :raises NotAllowed: the address leads elsewhere. :raises Failed: it cannot be had, or is too large.
        """
        also = frozenset(self.source.file_hosts)
        url = addresses.follow(urljoin(self.source.address, address), self.source.address, also)
        headers = {"Accept-Encoding": "identity"}
        headers |= {"If-None-Match": etag} if etag else {}
        headers |= {"If-Modified-Since": modified} if modified else {}
        with self._answer(url, headers, also) as answer:
            if answer.status_code == 304:
                return Fetched(changed=False, etag=etag, modified=modified)
            with target.open("wb") as stream:
                for part in self._parts(answer, self.manners.file_bytes):
                    stream.write(part)
            get = answer.headers.get
            return Fetched(
                True, get("ETag"), get("Last-Modified"), get("Content-Type", "").split(";")[0].strip().lower()
            )

    # --- private

    @contextmanager
    def _answer(
        self, url: str, headers: Mapping[str, str], also: frozenset[str] = frozenset(), tries: int = 0
    ) -> Iterator[httpx.Response]:
        """An answer whose body is not read yet; asked again where the server wants more time, and along redirects."""
        left, hops = tries or self.manners.tries, 0
        while True:
            self._be_polite()
            request = self._http.build_request("GET", url, headers=headers)
            try:
                answer = self._http.send(request, stream=True)
            except (httpx.HTTPError, ssl.SSLError, OSError) as error:
                left -= 1
                if left <= 0 or "CERTIFICATE" in str(error):
                    raise Failed(f"{addresses.shown(url)}: {_why(error)}") from error
                self.wait(self._longer(left))
                continue
            try:
                code = answer.status_code
                if code in _REDIRECTS:
                    hops += 1
                    url = self._next_hop(answer, url, hops, also)
                    continue
                if code in _AGAIN:
                    left -= 1
                    if left > 0:
                        self._wait_for(answer, left)
                        continue
                if code not in {200, 304}:
                    raise Failed(f"{addresses.shown(url)}: {_said(code)}")
                yield answer
                return
            finally:
                answer.close()

    def _next_hop(self, answer: httpx.Response, url: str, hops: int, also: frozenset[str]) -> str:
        if hops > 3:
            raise Failed(f"{addresses.shown(url)}: Der Server leitet immer weiter um.")
        return addresses.follow(urljoin(url, answer.headers.get("Location", "")), self.source.address, also)

    def _be_polite(self) -> None:
        if self.requests >= self.manners.run_requests or time.monotonic() - self._began > self.manners.run_s:
            raise Exhausted("Für einen Durchgang ist es genug; der Rest folgt beim nächsten Mal.")
        since = time.monotonic() - self._last
        if self.requests and since < self._pause:
            self.wait(self._pause - since)
        self._last = time.monotonic()
        self.requests += 1

    def _wait_for(self, answer: httpx.Response, left: int) -> None:
        seconds = retry_after(answer.headers.get("Retry-After"))
        seconds = self._longer(left) if seconds is None else seconds
        if seconds > self.manners.most_pause_s:
            self.pause_asked_s = min(seconds, MOST_REST_S)
            raise Exhausted("Der Server bittet um eine längere Pause; es geht beim nächsten Mal weiter.")
        self._pause = max(self._pause, min(2 * self._pause, 10.0))  # it was too fast for this server
        self.wait(seconds)

    def _longer(self, left: int) -> float:
        return max(self._pause, 0.01) * 2.0 ** max(self.manners.tries - left, 0)

    def _body(self, answer: httpx.Response, most: int) -> bytes:
        return b"".join(self._parts(answer, most))

    def _parts(self, answer: httpx.Response, most: int) -> Iterator[bytes]:
        url = addresses.shown(str(answer.request.url))
        told = answer.headers.get("Content-Length", "")
        if told.isdecimal() and int(told) > most:
            raise Failed(f"{url}: Die Antwort ist mit {int(told) // 1_000_000} MB zu groß.")
        so_far, began = 0, time.monotonic()
        try:
            for part in answer.iter_bytes(1 << 16):
                so_far += len(part)
                self.size += len(part)
                if so_far > most:
                    raise Failed(f"{url}: Die Antwort ist größer als {most // 1_000_000} MB.")
                if time.monotonic() - began > self.manners.answer_s:
                    raise Failed(f"{url}: Die Antwort dauert zu lange.")
                if self.size > self.manners.run_bytes:
                    raise Exhausted("Für einen Durchgang ist es genug; der Rest folgt beim nächsten Mal.")
                yield part
        except (httpx.HTTPError, ssl.SSLError, OSError) as error:
            raise Failed(f"{url}: Die Verbindung brach ab.") from error


def retry_after(value: str | None, now: dt.datetime | None = None) -> float | None:
    """How many seconds a server asks to wait, as a number or a time; None where it does not say."""
    if value is None:
        return None
    if value.strip().isdecimal():
        return float(min(int(value.strip()[:9]), 10**6))
    try:
        then = parsedate_to_datetime(value)
    except (TypeError, ValueError):
        return None
    then = then if then.tzinfo else then.replace(tzinfo=dt.UTC)
    return max((then - (now or dt.datetime.now(dt.UTC))).total_seconds(), 0.0)


def _said(code: int) -> str:
    told = {401: "Der Server verlangt eine Anmeldung.", 403: "Der Server erlaubt es nicht.", 404: "Das gibt es dort nicht.",
            410: "Das gibt es dort nicht mehr.", 429: "Der Server ist überlastet.", 503: "Der Server ist überlastet."}  # fmt: skip
    return told.get(code, f"Der Server antwortet mit dem Fehler {code}.")


def _why(error: Exception) -> str:
    text = str(error)
    if "CERTIFICATE" in text:
        return "Das Zertifikat des Servers ist nicht gültig; es wurde nichts abgerufen."
    if isinstance(error, httpx.TimeoutException):
        return "Der Server antwortet nicht."
    return "Der Server ist nicht zu erreichen."


@cache
def _context() -> ssl.SSLContext:
    context = ssl.create_default_context()
    if not context.get_ca_certs():
        try:  # python.org's Python on macOS comes without root certificates
            import certifi

            context.load_verify_locations(certifi.where())
        except (ImportError, OSError, ssl.SSLError):
            pass
    return context
