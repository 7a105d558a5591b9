"""The child's side of work in a child process; the parent's is `isolated`.

What enters: through one pipe, calls (a generator function with its arguments and limits) and requests for one item more.
What leaves: through the other, a pickled pair for each: ("ready", None) once the function's module is imported, ("item",
what it yields), ("end", None), ("error", its exception), or ("failed", "memory" or "crash"). What it does not know: why
it was asked.

It imports next to nothing, because every child has to.
"""

from __future__ import annotations

import contextlib
import faulthandler
import os
import pickle
import queue
import signal
import sys
import threading
from multiprocessing.connection import Connection

GRACE_SECONDS = 20.0  # past the limit, a child that nobody watches any more ends itself
SLACK_MEGABYTES = 256  # what the system's own limit allows above ours: libraries, stacks
MORE = b"+"  # what the parent sends to ask for one more item
_END = pickle.dumps(("end", None))


def serve(calls: Connection, answers: Connection, idle_seconds: float | None) -> None:
    """The life of a child: work off calls until the parent is gone."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in (1, 2):  # standard output belongs to the parent, which may have promised pure JSON on it
        with contextlib.suppress(OSError):
            os.dup2(nowhere, number)
    with contextlib.suppress(ValueError, OSError):
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the parent, who then ends us
    if sys.platform == "win32":
        import msvcrt

        # else Windows shows a window when a library crashes, and the child lives until someone closes it
        msvcrt.SetErrorMode(msvcrt.SEM_FAILCRITICALERRORS | msvcrt.SEM_NOGPFAULTERRORBOX)
    inbox: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(calls, inbox), daemon=True).start()
    while True:
        try:
            call = inbox.get(timeout=idle_seconds)
        except queue.Empty:
            os._exit(0)
        if call != MORE:  # else a request that the call before did not need
            _work(call, inbox, answers, nowhere)


def _listen(calls: Connection, inbox: queue.SimpleQueue[bytes]) -> None:
    """Take in what the parent says, and go when it has gone, whatever the main thread is doing."""
    while True:
        try:
            inbox.put(calls.recv_bytes())
        except (EOFError, OSError):
            os._exit(0)


def _work(call: bytes, inbox: queue.SimpleQueue[bytes], answers: Connection, nowhere: int) -> None:
    """One call: answer each request with an item, then with "end" or "error"."""
    try:
        function, args, seconds, megabytes = pickle.loads(call)  # noqa: S301 - from our own parent
        _limit(megabytes)
        answers.send_bytes(pickle.dumps(("ready", None)))
        items = iter(function(*args))
        while True:
            inbox.get()
            # A thread in C that needs no lock of Python's: it ends a child that hangs inside a library when the parent,
            # who would have killed it long before, is no longer there.
            faulthandler.dump_traceback_later(seconds + GRACE_SECONDS, exit=True, file=nowhere)
            try:
                answer = pickle.dumps(("item", next(items)))
            except StopIteration:
                answer = _END
            finally:
                faulthandler.cancel_dump_traceback_later()
            answers.send_bytes(answer)
            if answer == _END:
                return
    except MemoryError:
        answers.send_bytes(pickle.dumps(("failed", "memory")))
    except BaseException as error:
        answers.send_bytes(_told(error))


def _told(error: BaseException) -> bytes:
    """An exception as an answer; one that does not survive the way is a crash."""
    if isinstance(error, Exception):
        with contextlib.suppress(Exception):
            told = pickle.dumps(("error", error))
            pickle.loads(told)  # noqa: S301 - our own
            return told
    return pickle.dumps(("failed", "crash"))


def _limit(megabytes: int) -> None:
    """Where the system can, let it refuse memory far above the limit at once: the watchdog looks only now and then."""
    if sys.platform != "linux":
        return
    import resource

    most = (megabytes + SLACK_MEGABYTES) * 1_000_000
    for what, soft in ((resource.RLIMIT_DATA, most), (resource.RLIMIT_CORE, 0)):
        with contextlib.suppress(OSError, ValueError):
            _, hard = resource.getrlimit(what)
            resource.setrlimit(what, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard))
