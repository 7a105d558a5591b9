"""The language model as the rest of the program knows it, with a server of the municipality behind it.

What enters: chat messages, a limit of tokens to write; several of them at once as scripts. What leaves: the text written.
What it does not know: council papers, prompts, citations, the archive, who set the server.

Prompts are sent whole each time: servers of this kind keep what prompts have in common by themselves. A reply is stopped by
leaving its stream. Up to `Server.at_once` requests are under way, those of earlier scripts first; scripts are worked off in the
thread of whoever asks, and `should_stop` and `on_text` are called there, too.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, cast

from ratsassistent.briefings import ModelRecord
from ratsassistent.errors import Interrupted
from ratsassistent.model_server import Server
from ratsassistent.own_network import Lookup, look_up
from ratsassistent.writing.model.language_model import Message, Reply, Request, Script, T
from ratsassistent.writing.remote import abilities, forms
from ratsassistent.writing.remote.abilities import Abilities
from ratsassistent.writing.remote.growing import Bit, Growing, kept_before
from ratsassistent.writing.remote.talk import CutOff, Rejected, Talk, Trouble

LETTERS_PER_TOKEN = 3.4  # German; a server has no cheap way to say
LOOK_S = 0.1  # between two looks at what has come and whether to stop
MOST_ODDS = 20  # likeliest first tokens that are asked for, the most that servers give
SURE = 2.0  # nats of difference where a server gives its choice but no probabilities
CHAT = "/chat/completions"


@dataclass(eq=False)
class _Open(Generic[T]):
    """A script that is under way: which of the replies it waits for are there."""

    number: int
    script: Script[T]
    replies: list[Reply | None] = field(default_factory=list)


@dataclass(eq=False)
class _Ticket(Generic[T]):
    """A request of a script; `text` is what there is of its reply."""

    of: _Open[T]
    place: int
    request: Request
    text: str = ""
    told: str = ""


class ServerModel:
    """A server with the interface of chat completions that OpenAI made common. Not for several threads at once."""

    def __init__(
        self,
        server: Server,
        record: ModelRecord,
        data_folder: Path,
        *,
        key: str | None = None,
        lookup: Lookup = look_up,
    ) -> None:
        """Nothing is sent yet.

        :param data_folder: where what the server can do is kept.
        """
        self.server, self.record = server, record
        self._folder = data_folder
        self._talk = Talk(server, key, lookup)
        self._known = abilities.known(data_folder, server)
        self._clock = _Clock()
        self.context = self._known.context if self._known else abilities.CONTEXT

    def close(self) -> None:
        """End the connections; the object cannot be used afterwards."""
        self._talk.close()

    def count(self, text: str) -> int:
        """About how many tokens `text` has."""
        return round(len(text) / LETTERS_PER_TOKEN)

    def able(self, stop: threading.Event | None = None, *, anew: bool = False) -> Abilities:
        """What the server can do; found out where that is not known.

        :raises ServerError: it is away, refuses, or does not have the model.
        """
        if self._known is None or anew:
            self._known = abilities.find_out(self.server, self._talk, stop or threading.Event())
            abilities.keep(self._folder, self.server, self._known)
            self.context = self._known.context
        return self._known

    def write(
        self,
        messages: Sequence[Message],
        *,
        max_tokens: int,
        should_stop: Callable[[], bool] | None = None,
        on_text: Callable[[str], None] | None = None,
        enough: Callable[[str], bool] | None = None,
        lead: str = "",
        allows: Callable[[str], bool] | None = None,
        gives_up: Callable[[float, int], bool] | None = None,
    ) -> Reply:
        """See `LanguageModel.write`. `allows`, `enough` and `gives_up` may be called in another thread."""

        def script() -> Script[Reply]:
            (reply,) = yield [Request(messages, max_tokens, lead, enough, allows, on_text, gives_up)]
            return reply

        ((_, written),) = self.write_all([script()], should_stop=should_stop)
        return written

    def write_all(  # noqa: PLR0915 - closures over one run
        self, scripts: Iterable[Script[T]], *, should_stop: Callable[[], bool] | None = None
    ) -> Iterator[tuple[int, T]]:
        """See `LanguageModel.write_all`."""
        source = enumerate(scripts)
        opened: list[_Open[T]] = []
        waiting: deque[_Ticket[T]] = deque()
        running: dict[Future[Reply], _Ticket[T]] = {}
        ended: list[tuple[int, T]] = []
        stop = threading.Event()

        def advance(one: _Open[T], replies: list[Reply] | None) -> None:
            """What a script wants next joins what waits; where it has ended, what it returned is there."""
            try:
                asked = next(one.script) if replies is None else one.script.send(replies)
                while not asked:
                    asked = one.script.send([])
            except StopIteration as end:
                ended.append((one.number, cast(T, end.value)))
                opened.remove(one)
                return
            one.replies = [None] * len(asked)
            waiting.extend(_Ticket(one, place, request) for place, request in enumerate(asked))

        def fill() -> None:
            while len(running) < self.server.at_once:
                if not waiting:
                    if (following := next(source, None)) is None:
                        return
                    opened.append(_Open(*following))
                    advance(opened[-1], None)
                    continue
                first = min(waiting, key=lambda ticket: ticket.of.number)
                waiting.remove(first)
                running[pool.submit(self._reply, first, stop)] = first

        pool = ThreadPoolExecutor(self.server.at_once, thread_name_prefix="server")
        try:
            fill()
            while running or ended:
                yield from _taken(ended)
                done, _ = wait(running, timeout=LOOK_S, return_when=FIRST_COMPLETED)
                if should_stop and should_stop():
                    raise Interrupted("Die Arbeit wurde angehalten.")
                for ticket in running.values():
                    _tell(ticket)
                for future in done:
                    ticket = running.pop(future)
                    one = ticket.of
                    if future.exception() is not None:
                        yield from _taken(ended)  # what is there already is not lost
                    one.replies[ticket.place] = future.result()
                    replies = [reply for reply in one.replies if reply is not None]
                    if len(replies) == len(one.replies):
                        advance(one, replies)
                fill()
        finally:
            stop.set()
            if running:
                self._talk.cut()
            pool.shutdown(wait=True, cancel_futures=True)
            for one in opened:
                one.script.close()

    def choose(
        self, messages: Sequence[Message], options: Sequence[str], *, should_stop: Callable[[], bool] | None = None
    ) -> list[float]:
        """See `LanguageModel.choose`; where the server tells no probabilities, its choice counts as fairly sure."""

        if should_stop and should_stop():
            raise Interrupted("Die Arbeit wurde angehalten.")
        stop, found = threading.Event(), list[list[float]]()
        pool = ThreadPoolExecutor(1, thread_name_prefix="server")
        try:
            future = pool.submit(self._chosen, messages, tuple(options), stop)
            while not future.done():
                wait([future], timeout=LOOK_S)
                if should_stop and should_stop():
                    raise Interrupted("Die Arbeit wurde angehalten.")
            found.append(future.result())
        finally:
            stop.set()
            if not found:
                self._talk.cut()
            pool.shutdown(wait=True)
        return found[0]

    # --- in the threads ----------------------------------------------------------------------------------------------

    def _chosen(self, messages: Sequence[Message], options: tuple[str, ...], stop: threading.Event) -> list[float]:
        able = self.able(stop)
        content = abilities.request(self.server, _sent(messages), 1)
        if able.odds:
            told = self._talk.post(CHAT, {**content, "logprobs": True, "top_logprobs": MOST_ODDS}, stop)
            try:
                likely = told["choices"][0]["logprobs"]["content"][0]["top_logprobs"]
                rows = [(str(row["token"]).strip(), float(row["logprob"])) for row in likely]
            except (KeyError, IndexError, TypeError, ValueError):
                rows = []
            if rows:
                least = min(odds for _, odds in rows)
                return [
                    max((odds for token, odds in rows if token and option.startswith(token)), default=least)
                    for option in options
                ]
        content = {**content, "max_tokens": 24, **abilities.wanted_of(able.form, options)}
        said = _bit(self.server, self._talk.post(CHAT, content, stop)).text
        text = forms.inside(said) if able.form == "json_schema" else said
        fits = [text.strip().casefold().startswith(option.casefold()) for option in options]
        return [0.0 if not any(fits) else -0.1 if fit else -0.1 - SURE for fit in fits]

    def _reply(self, ticket: _Ticket[T], stop: threading.Event) -> Reply:
        """Ask until the reply has no refused word left that can be taken back."""
        able, request = self.able_once(stop), ticket.request
        lead, refused = request.lead, frozenset[str]()
        taken_back, tokens, doubts = 0, 0, list[tuple[int, float]]()
        read = 0
        with self._clock.ticking() as spent:
            while True:
                grown, asked = self._talk.persist(
                    lambda: self._attempt(ticket, able, lead, refused, (taken_back, doubts), stop),  # noqa: B023 - called at once
                    stop,
                )
                tokens, read = tokens + grown.tokens, read + asked
                if not grown.refused:
                    break
                before = grown.text[: grown.refused_at].rstrip()
                gap = grown.text[len(before) : grown.refused_at]
                refused = frozenset({*(refused if before == lead else ()), gap + grown.refused})
                lead, taken_back = before, grown.taken_back
                doubts = kept_before(grown.doubts, len(before))
        text = grown.text
        fits = text.startswith(request.lead)
        if not fits:
            text, fits = _with_lead(text, request.lead)
        return Reply(
            text=text.strip(),
            finished=grown.finished and fits,
            tokens_read=read,
            tokens_reused=0,
            tokens_written=tokens,
            seconds_reading=0.0,
            seconds_writing=spent.whole,
            doubt=grown.doubt,
            most_doubt=grown.most_doubt,
            taken_back=grown.taken_back,
        )

    def able_once(self, stop: threading.Event) -> Abilities:
        """As `able`, where several threads ask at once."""
        with _FINDING:
            return self.able(stop)

    def _attempt(
        self, ticket: _Ticket[T], able: Abilities, lead: str, refused: frozenset[str],
        before: tuple[int, list[tuple[int, float]]], stop: threading.Event,
    ) -> tuple[Growing, int]:  # fmt: skip
        """One stream: what came, and how many tokens the server read for it (by its count, else about)."""
        request = ticket.request
        grown = Growing(
            request,
            lead,
            before[0],
            list(before[1]),
            able.form == "json_schema" and bool(lead or refused),
            able.form != "none",
        )
        content = abilities.request(self.server, _sent(request.messages), request.max_tokens + self.count(lead))
        content |= {"stream": True, "stream_options": {"include_usage": True}}
        content |= abilities.ODDS if able.odds else {}
        content |= abilities.wanted(able.form, lead, refused) if lead or refused else {}
        read: int | None = None
        try:
            with contextlib.closing(self._talk.stream(CHAT, content, stop)) as events:
                for event in events:
                    read = _read_tokens(event) or read
                    bit = _bit(self.server, event, may_lack=True)
                    if bit is None:
                        continue
                    if grown.ended:
                        continue
                    step = grown.add(bit)
                    ticket.text = grown.text
                    if step != "on":
                        break
        except CutOff:
            if not grown.ended:
                raise
        except Rejected:
            abilities.forget(self._folder)  # it may be another server now: next time it is found out anew
            self._known = None
            raise
        return grown, read or sum(self.count(message.content) for message in request.messages)


_FINDING = threading.Lock()


def _taken(ended: list[tuple[int, T]]) -> Iterator[tuple[int, T]]:
    while ended:
        yield ended.pop(0)


def _tell(ticket: _Ticket[T]) -> None:
    text = ticket.text
    if ticket.request.on_text and text and text != ticket.told:
        ticket.told = text
        ticket.request.on_text(text)


def _sent(messages: Sequence[Message]) -> list[dict[str, str]]:
    return [{"role": message.role, "content": message.content} for message in messages]


def _bit(server: Server, event: dict[str, Any], *, may_lack: bool = False) -> Any:
    try:
        bit = Bit.of(event)
    except ValueError:
        bit, may_lack = None, False
    if bit is None and not may_lack:
        raise Trouble(
            f"Der Server {server.place} antwortet nicht so, wie ein Server für Sprachmodelle antwortet.", tries=2
        )
    return bit


def _read_tokens(event: dict[str, Any]) -> int | None:
    usage = event.get("usage")
    found = usage.get("prompt_tokens") if isinstance(usage, dict) else None
    return found if isinstance(found, int) and 0 <= found < 10_000_000 else None


def _with_lead(text: str, lead: str) -> tuple[str, bool]:
    """A reply that was to begin with certain words and could not be made to: with them where it goes on from them, else those alone."""
    bare = text.strip()
    if " ".join(bare.split()).startswith(" ".join(lead.split())):
        return bare, True
    if bare[:1].islower():
        return f"{lead} {bare}", True
    return lead, False


class _Clock:
    """Shares time among those that are under way at once, so that the seconds of all together are those on the wall."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._many, self._sum, self._last = 0, 0.0, time.monotonic()

    def now(self, change: int = 0) -> float:
        """Seconds so far, each divided by how many were under way."""
        with self._lock:
            now = time.monotonic()
            if self._many:
                self._sum += (now - self._last) / self._many
            self._last, self._many = now, self._many + change
            return self._sum

    @contextlib.contextmanager
    def ticking(self) -> Iterator[_Spent]:
        """One more is under way; its share is there afterwards."""
        spent, begin = _Spent(), self.now(1)
        try:
            yield spent
        finally:
            spent.whole = self.now(-1) - begin


@dataclass
class _Spent:
    """Seconds of one request."""

    whole: float = 0.0
