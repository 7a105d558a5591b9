"""Work on foreign files in a child process that may be slow, swell or crash without harm to the program.

What enters: a generator function of some module, its arguments, and limits of time and memory. What leaves: what it
yields, or a ChildFailed. What it does not know: PDFs, pages, what the work is.

A library that meets a hostile file can hang in C code, take all memory or take the whole process down; no exception
handler helps against that, a process of its own does. It is no sandbox: the child has the rights of the user.

Who ends a child: a watchdog thread here kills one that is over its limits; whoever stops listening kills it as well; and
a child whose parent was killed sees its pipe close and goes, at the latest when the limit of its current item is over.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import pickle
import sys
import threading
import time
from collections.abc import Callable, Generator, Iterator
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Any, Self, TypeVar

from ratsassistent.errors import RatsassistentError
from ratsassistent.pack.files.child import MORE, serve

START_SECONDS = 120.0  # to start Python and import the function's module; a virus scanner can make that slow
TICK_SECONDS = 0.05  # how often the watchdog looks
LARGEST_ANSWER = 300_000_000  # bytes of one item; the parent has to hold it, too

T = TypeVar("T")


class ChildFailed(RatsassistentError):
    """Work in a child process did not come to its end."""


class TooSlow(ChildFailed):
    """One item took longer than allowed."""


class TooBig(ChildFailed):
    """The child took more memory than allowed."""


class Crashed(ChildFailed):
    """The child ended by itself: a fault in a library, a forced exit."""


class NotStarted(ChildFailed):
    """No child came up, whatever its work would have been: the machine is at its end, or does not allow it."""


_SENTENCES: dict[type[ChildFailed], str] = {
    TooSlow: "Die Verarbeitung dauerte zu lange und wurde abgebrochen.",
    TooBig: "Die Verarbeitung brauchte zu viel Arbeitsspeicher und wurde abgebrochen.",
    Crashed: "Die Verarbeitung ist abgestürzt.",
    NotStarted: "Es lässt sich kein Hilfsprozess starten; bitte andere Programme schließen und es noch einmal versuchen.",
}


def run_isolated(
    function: Callable[..., Iterator[T]], *args: Any, seconds: float, megabytes: int
) -> Generator[T, None, None]:
    """Run a generator function in a child process and yield what it yields; the child is gone afterwards.

    The child makes an item when it is asked for one. An exception of the function comes out here as it is.

    :param function: a generator function at the top of a module (it is sent by name), with arguments that pickle.
    :param seconds: the most that one item may take; starting the child and importing the module do not count.
    :param megabytes: the most resident memory the child may have.
    :raises ChildFailed: TooSlow, TooBig, Crashed or NotStarted.
    """
    with Children() as children:
        yield from children.run(function, *args, seconds=seconds, megabytes=megabytes)


class Children:
    """Child processes that serve several calls one after the other, so that each start is paid once.

    Use it as a context manager for one piece of work (a take-in); at its end all its children are gone. Calls may come
    from several threads and may overlap: each running call has a child of its own.
    """

    def __init__(self, idle_seconds: float | None = None) -> None:
        """Start nothing yet.

        :param idle_seconds: a child without work ends itself after this time; None: it waits for `close`.
        """
        self._idle: list[_Child] = []
        self._all: set[_Child] = set()
        self._lock = threading.Lock()
        self._idle_seconds = idle_seconds

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def run(
        self, function: Callable[..., Iterator[T]], *args: Any, seconds: float, megabytes: int, ahead: int = 0
    ) -> Generator[T, None, None]:
        """Like `run_isolated`, in a child of this group that is free, or in a new one.

        :param ahead: how many items the child may make before they are asked for; lets two calls that are consumed in
            turn work at the same time.
        :raises ChildFailed: TooSlow, TooBig, Crashed or NotStarted; the child is gone, the next call gets a new one.
        """
        call = pickle.dumps((function, args, seconds, megabytes))
        child = self._begin(call, seconds, megabytes)
        whole = False
        try:
            child.ask(1 + ahead)
            while True:
                kind, value = child.answer()
                if kind != "item":
                    whole = True
                    break
                child.ask(1)
                yield value
        finally:
            self._give_back(child, whole)
        if kind == "error":
            raise value

    def close(self) -> None:
        """End all children, also those at work."""
        with self._lock:
            children, self._all, self._idle = list(self._all), set(), []
        for child in children:
            child.end()

    def _begin(self, call: bytes, seconds: float, megabytes: int) -> _Child:
        """A child that has understood the call. One that was waiting may have died meanwhile: then a new one."""
        while True:
            with self._lock:
                waiting = self._idle.pop() if self._idle else None
            child = waiting or _Child(self._idle_seconds)
            with self._lock:
                self._all.add(child)
            try:
                child.call(call, seconds, megabytes)
            except BaseException as error:
                self._give_back(child, whole=False)
                if not isinstance(error, Crashed | TooSlow):
                    raise
                if waiting is None:
                    raise NotStarted(_SENTENCES[NotStarted]) from error
                continue
            return child

    def _give_back(self, child: _Child, whole: bool) -> None:
        if whole and child.is_small():
            with self._lock:
                if child in self._all:
                    child.rest()
                    self._idle.append(child)
                    return
        with self._lock:
            self._all.discard(child)
        child.end()


class _Child:
    """The parent's side of one child process."""

    def __init__(self, idle_seconds: float | None) -> None:
        context = multiprocessing.get_context("spawn")
        try:
            # Two one-way pipes, no socket: where nothing may open a socket, this still works.
            calls, self._calls = context.Pipe(duplex=False)
            self._answers, answers = context.Pipe(duplex=False)
            # daemon: should the parent end in order without closing, it takes the child along
            self._process = context.Process(target=serve, args=(calls, answers, idle_seconds), daemon=True)
            self._process.start()
        except OSError as error:
            raise NotStarted(_SENTENCES[NotStarted]) from error
        calls.close()  # the child has its own; while ours are open, nobody notices that it has gone
        answers.close()
        self._megabytes = 0
        self._seconds = 0.0
        self._asked = 0  # items asked for and not yet received
        self._quiet_since: float | None = None  # the watchdog's: since when there has been no sign of life
        self._seen = 0
        self._received = 0
        self._failure: type[ChildFailed] | None = None
        self._closing = threading.Lock()
        self._ended = False

    def call(self, call: bytes, seconds: float, megabytes: int) -> None:
        """Send a call and wait until the child has imported what it needs."""
        self._megabytes, self._seconds, self._failure = megabytes, START_SECONDS, None
        self._asked = 1
        _WATCHDOG.watch(self)
        try:
            self._calls.send_bytes(call)
        except OSError as error:
            raise Crashed(_SENTENCES[Crashed]) from error
        kind, value = self.answer()
        if kind == "error":
            raise value
        self._seconds = seconds

    def ask(self, count: int) -> None:
        """Ask for so many items more."""
        self._asked += count
        with contextlib.suppress(OSError):  # a dead child is noticed when its answers end
            for _ in range(count):
                self._calls.send_bytes(MORE)

    def answer(self) -> tuple[str, Any]:
        """Wait for the next answer."""
        try:
            data = self._answers.recv_bytes(LARGEST_ANSWER)
        except (EOFError, OSError) as error:
            failure = self._failure or (Crashed if isinstance(error, EOFError) else TooBig)
            raise failure(_SENTENCES[failure]) from None
        self._received += 1
        self._asked -= 1
        kind, value = pickle.loads(data)  # noqa: S301 - from our own child
        if kind == "failed":
            failure = TooBig if value == "memory" else Crashed
            raise failure(_SENTENCES[failure])
        return kind, value

    def look(self) -> None:
        """Kill the child if it is over its limits; called by the watchdog."""
        if self._failure is not None or self._ended:
            return
        if _megabytes(self._process.pid) > self._megabytes:
            self._kill(TooBig)
            return
        try:
            working = self._asked > 0 and not _has_answer(self._answers)
        except (OSError, ValueError):  # it has ended
            return
        now = time.monotonic()
        if not working or self._seen != self._received or self._quiet_since is None:
            self._seen, self._quiet_since = self._received, now if working else None
        elif now - self._quiet_since > self._seconds:
            self._kill(TooSlow)

    def _kill(self, reason: type[ChildFailed]) -> None:
        self._failure = reason
        with contextlib.suppress(OSError, ValueError):
            self._process.kill()

    def is_small(self) -> bool:
        """Whether the child has given back so much memory that it may serve again."""
        return _megabytes(self._process.pid) <= self._megabytes / 2

    def rest(self) -> None:
        """Nothing is asked of it for now."""
        _WATCHDOG.forget(self)
        self._asked = 0
        self._quiet_since = None

    def end(self) -> None:
        """Kill it and wait until it is gone."""
        _WATCHDOG.forget(self)
        with self._closing:
            if self._ended:
                return
            self._ended = True
            self._process.kill()
            self._process.join(10)
            self._calls.close()
            self._answers.close()


class _Watchdog:
    """One thread that looks after all children at work, as long as there are any."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._watched: set[_Child] = set()
        self._thread: threading.Thread | None = None

    def watch(self, child: _Child) -> None:
        with self._lock:
            self._watched.add(child)
            if self._thread is None:
                self._thread = threading.Thread(target=self._look, name="Aufsicht", daemon=True)
                self._thread.start()

    def forget(self, child: _Child) -> None:
        with self._lock:
            self._watched.discard(child)

    def _look(self) -> None:
        while True:
            time.sleep(TICK_SECONDS)
            with self._lock:
                watched = list(self._watched)
                if not watched:
                    self._thread = None
                    return
            for child in watched:
                child.look()


_WATCHDOG = _Watchdog()


def _has_answer(answers: Connection) -> bool:
    """Whether something waits to be read, also while another thread is about to read it.

    :raises OSError: the other end has gone.
    """
    if sys.platform == "win32":
        import _winapi

        return bool(_winapi.PeekNamedPipe(answers.fileno())[0])  # `poll` would start a read of its own
    return answers.poll(0)


def _megabytes(pid: int | None) -> float:
    """Resident memory of a process; 0 where it has ended."""
    import psutil

    try:
        info = psutil.Process(pid).memory_info()
    except (psutil.Error, ValueError):
        return 0.0
    # Windows counts as `rss` only what is in memory right now; `private` is what the process has taken.
    return float(max(info.rss, getattr(info, "private", 0))) / 1_000_000
