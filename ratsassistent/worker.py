"""The worker process: does what waits in the queue, one job after the other, and ends when idle.

What enters: the queue, one handler for each kind of job. What leaves: nothing but the jobs' state (`jobs`).
What it does not know: what a briefing or a question is, language models, SQL.

There is one worker for each data folder. What is quick is done where it is asked for (`run_here`), with the same state for
all to see; what takes long of it is handed on.
"""

from __future__ import annotations

import logging
import os
import platform
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import psutil
from filelock import FileLock, Timeout
from pydantic import JsonValue

from ratsassistent import event_log, pace
from ratsassistent.archive import database, seal
from ratsassistent.errors import Interrupted, Locked, RatsassistentError
from ratsassistent.jobs import KINDS, URGENT, Job, Jobs, Kind
from ratsassistent.machine import power
from ratsassistent.settings import Settings


class Progress(Protocol):
    """Tells how far a job is: done, total, a German message, and what there is of the result. Raises Interrupted."""

    def __call__(self, done: int, total: int, message: str, so_far: JsonValue = None) -> None:
        """Tell it now."""


Handler = Callable[[Job, Progress], "JsonValue | SoFar"]

HEARTBEAT_SECONDS = 10.0
LOOK_SECONDS = 5.0  # between two looks at whether to go on
LOCK = "arbeiter.sperre"
LOG = "arbeiter.log"
KEYS_FOLLOW = "RATSASSISTENT_SCHLUESSEL_FOLGEN"  # set for a worker: the keys are the first line of its standard input
WAKE_SECONDS = 15.0  # between two looks at whether something is due

_log = logging.getLogger(__name__)
_children: list[subprocess.Popen[bytes]] = []  # so that ended workers are reaped


@dataclass(frozen=True, slots=True)
class SoFar:
    """What a handler returns whose job another worker is to go on with: a result that can be shown already."""

    result: JsonValue


def run_worker(
    jobs: Jobs,
    handlers: dict[str, Handler],
    *,
    once: bool = False,
    idle_exit_s: float | None = None,
    pause_s: float = 0.5,
    may_work: Callable[[], str | None] = lambda: None,
    is_stale: Callable[[], bool] = lambda: False,
    when_idle: Callable[[Callable[[], bool]], object] | None = None,
) -> int:
    """Work off the queue; returns how many jobs were claimed, 0 at once if another worker is at it.

    :param handlers: for each kind of job what does it; it is given the job and a function to call after each step with
        done, total and a German message, which raises Interrupted when the work has to stop.
    :param once: end when nothing waits.
    :param idle_exit_s: end when nothing has waited for this long (None: never).
    :param pause_s: seconds between two looks at an empty queue.
    :param may_work: why everything but questions has to wait (an empty battery), or None.
    :param is_stale: whether another worker is to go on, because this one was started with other settings.
    :param when_idle: what can be done once while nothing waits; given a function that says whether something does now.
    """
    with event_log.timed("worker", attempts=0) as told:
        told["attempts"] = count = _run_worker(
            jobs, handlers, once, idle_exit_s, pause_s, _Rules(may_work, is_stale), when_idle
        )
    return count


def _run_worker(
    jobs: Jobs,
    handlers: dict[str, Handler],
    once: bool,
    idle_exit_s: float | None,
    pause_s: float,
    rules: _Rules,
    when_idle: Callable[[Callable[[], bool]], object] | None,
) -> int:
    lock = FileLock(jobs.folder / LOCK)
    count = 0
    while True:
        try:
            lock.acquire(timeout=0)
        except Timeout:
            return count
        with database.storage_errors(jobs.folder):
            try:
                count += _work(
                    jobs,
                    handlers,
                    once=once,
                    idle_exit_s=idle_exit_s,
                    pause_s=pause_s,
                    rules=rules,
                    when_idle=when_idle,
                )
            finally:
                lock.release()
        # A job added while we still held the lock found a worker at work: look again without it.
        if rules.is_stale() or not jobs.due(rules.kinds()):
            return count


def run_here(jobs: Jobs, job: Job, handler: Handler) -> None:
    """Do in this process a job that `jobs` has claimed, as a worker would; what comes of it is kept as its state."""
    _run(jobs, job, {job.kind: handler}, _Rules())


def ensure_worker(settings: Settings) -> bool:
    """Start a worker for this data folder unless one runs; says whether one was started.

    It is a process of its own (``python -m ratsassistent … arbeiten``) at low priority: it outlives the page. Where the non-public
    archive is sealed, it is given the keys, and keeps no log, which might quote papers; where it is locked, none is started.

    :raises StorageError: the data folder cannot be written.
    """
    _children[:] = [child for child in _children if child.poll() is None]
    folder = settings.nonpublic_folder
    with database.storage_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        try:
            with FileLock(folder / LOCK, timeout=0):
                pass
        except Timeout:
            return False
        try:
            keys = seal.of(folder)
        except Locked:
            return False
        command = [sys.executable, "-m", "ratsassistent", "--datenordner", str(settings.data_folder), "arbeiten"]
        environment = {**os.environ, "RATSASSISTENT_MODELL": settings.model}
        if settings.threads is not None:
            environment["RATSASSISTENT_THREADS"] = str(settings.threads)
        if keys:
            environment[KEYS_FOLLOW] = "1"
        own = event_log.is_on()  # then it writes its events, and nothing that might quote anything
        with Path(os.devnull if keys or own else folder / LOG).open("wb") as log:
            flags = 0
            if sys.platform == "win32":
                flags = subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW
                flags |= subprocess.BELOW_NORMAL_PRIORITY_CLASS
            child = subprocess.Popen(  # noqa: S603 - our own program, no shell
                command,
                stdin=subprocess.PIPE if keys else subprocess.DEVNULL,
                stdout=log,
                stderr=None if os.environ.get(event_log.VARIABLE) == event_log.STDERR else log,
                env=environment,
                start_new_session=True,
                creationflags=flags,
            )
        if keys and child.stdin:
            with suppress(OSError), child.stdin:  # it may have ended at once
                child.stdin.write(f"{keys.dump()}\n".encode())
    _children.append(child)
    if power.gentle(pace.wanted(settings), power.power()):
        power.lower_priority(psutil.Process(child.pid))
    elif sys.platform != "win32":
        try:
            psutil.Process(child.pid).nice(10)
        except psutil.Error:
            _log.warning("the worker's priority could not be lowered")
    return True


class Waker:
    """Starts a worker when something is due: planned for the night, or waiting until the battery is charged.

    Nothing is installed as a service: it looks only while the program that holds it is open.
    """

    def __init__(self, wake: Callable[[], object], every_s: float = WAKE_SECONDS) -> None:
        """`wake`: looks whether something is due, and starts a worker; called in a thread of its own."""
        self._wake, self._every_s = wake, every_s
        self._stop = threading.Event()

    def begin(self) -> None:
        """Look now and then, until `stop` or the end of the program."""
        threading.Thread(target=self._run, daemon=True, name="wecker").start()

    def stop(self) -> None:
        """Look no more."""
        self._stop.set()

    def _run(self) -> None:
        while not self._stop.wait(self._every_s):
            try:
                self._wake()
            except RatsassistentError:
                _log.warning("it could not be seen whether something is due")
            except Exception:  # it has to look again
                _log.exception("looking for what is due failed")


@dataclass(frozen=True, slots=True)
class _Rules:
    """When a worker may not go on as before."""

    may_work: Callable[[], str | None] = lambda: None
    is_stale: Callable[[], bool] = lambda: False

    def kinds(self) -> tuple[Kind, ...]:
        """What may be done now."""
        return KINDS if self.may_work() is None else URGENT

    def hindrance(self) -> str | None:
        """Why a job that runs has to stop for now, as a German sentence."""
        return "Das Arbeitstempo wurde geändert." if self.is_stale() else self.may_work()


def _work(
    jobs: Jobs,
    handlers: dict[str, Handler],
    *,
    once: bool,
    idle_exit_s: float | None,
    pause_s: float,
    rules: _Rules,
    when_idle: Callable[[Callable[[], bool]], object] | None = None,
) -> int:
    name = f"{platform.node()}:{os.getpid()}"
    count = 0
    idle_since = time.monotonic()
    while True:
        if rules.is_stale():
            return count
        job = jobs.claim(name, rules.kinds())
        if job is not None:
            count += 1
            _run(jobs, job, handlers, rules)
            idle_since = time.monotonic()
        elif when_idle is not None:
            once_only, when_idle = when_idle, None
            with suppress(RatsassistentError):  # it gives way, or cannot be done: nobody asked for it
                once_only(lambda: bool(jobs.due(rules.kinds())) or rules.is_stale())
        elif once or (idle_exit_s is not None and time.monotonic() - idle_since >= idle_exit_s):
            return count
        else:
            time.sleep(pause_s)


def _run(jobs: Jobs, job: Job, handlers: dict[str, Handler], rules: _Rules) -> None:
    looked = time.monotonic()

    def progress(done: int, total: int, message: str, so_far: JsonValue = None) -> None:
        nonlocal looked
        jobs.beat(job.id, done, total, message, so_far, gives_way=job.kind not in URGENT)
        if job.kind not in URGENT and time.monotonic() - looked > LOOK_SECONDS:
            looked = time.monotonic()
            if reason := rules.hindrance():
                raise Interrupted(reason)

    handler = handlers.get(job.kind)
    if handler is None:
        jobs.fail(job.id, f"Diese Version kennt keine Aufträge der Art „{job.kind}“.")
        return
    try:
        with event_log.timed("job", job=job.id, kind=job.kind) as told, _heart(jobs, job.id):
            result = handler(job, progress)
            told["outcome"] = "handed_on" if isinstance(result, SoFar) else "done"
        if isinstance(result, SoFar):
            jobs.hand_on(job.id, result.result)
        else:
            jobs.finish(job.id, result)
    except Interrupted:
        jobs.release(job.id)  # only where it is still ours: a cancelled or paused one stays that
    except RatsassistentError as error:
        jobs.fail(job.id, str(error))
    except Exception as error:
        _log.exception("job %s failed", job.id)
        jobs.fail(job.id, f"Bei dem Auftrag ist ein unerwarteter Fehler aufgetreten ({type(error).__name__}).")
    except BaseException:
        jobs.release(job.id)  # Ctrl+C: the next worker goes on
        raise


@contextmanager
def _heart(jobs: Jobs, job_id: str) -> Iterator[None]:
    """Renews the claim in the background: one sentence of a slow model may take longer than the lease."""
    stop = threading.Event()

    def beat() -> None:
        while not stop.wait(HEARTBEAT_SECONDS):
            try:
                jobs.keep_alive(job_id)
            except RatsassistentError:
                _log.warning("the claim on %s could not be renewed", job_id)

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
