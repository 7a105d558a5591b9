"""Long work in a worker process of its own; its state is in the archive, so that a crash costs one step.

What enters: jobs (`Jobs.add`) and, in the worker, one handler for each kind of job. What leaves: their state, for the
page and `auftraege` to show. What it does not know: what a briefing or a question is, language models, SQL.

A worker *claims* a job and shows that it lives (`beat`). If it dies, the job is claimed again by the next one. There
is one worker for each data folder; it works off what waits, questions before briefings, and ends when idle. What is
quick is done where it is asked for (`run_here`), with the same state for all to see; what takes long of it is handed on.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import os
import platform
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import psutil
from filelock import FileLock, Timeout
from pydantic import JsonValue

from ratsassistent.archive import database, jobs_table
from ratsassistent.archive.store import Store
from ratsassistent.errors import Interrupted, NotFound, RatsassistentError
from ratsassistent.oparl import Model
from ratsassistent.settings import Settings

Kind = Literal["briefing", "frage", "vektoren"]
State = Literal["wartet", "läuft", "fertig", "fehler", "abgebrochen", "pausiert"]
Progress = Callable[[int, int, str], None]
Handler = Callable[["Job", Progress], "JsonValue | SoFar"]

BRIEFING_PRIORITY = 0
QUESTION_PRIORITY = 10
LEASE_SECONDS = 60.0
HEARTBEAT_SECONDS = 10.0
MOST_ATTEMPTS = 3  # without any progress: then the job itself brings the worker down
LOCK = "arbeiter.sperre"
LOG = "arbeiter.log"

_log = logging.getLogger(__name__)
_children: list[subprocess.Popen[bytes]] = []  # so that ended workers are reaped


class Job(Model):
    """One piece of long work. `done` of `total` steps; `error` is one German sentence; times are in UTC."""

    id: str
    kind: Kind
    title: str
    payload: dict[str, JsonValue]
    state: State
    done: int = 0
    total: int = 0
    message: str = ""
    created: dt.datetime
    started: dt.datetime | None = None
    updated: dt.datetime
    finished: dt.datetime | None = None
    result: JsonValue = None
    error: str | None = None
    priority: int = BRIEFING_PRIORITY


@dataclass(frozen=True, slots=True)
class SoFar:
    """What a handler returns whose job another worker is to go on with: a result that can be shown already."""

    result: JsonValue


class Jobs:
    """The jobs of a data folder. The object remembers which of them it has claimed."""

    def __init__(self, store: Store) -> None:
        """Use the table in `store`, which must be the non-public one: a question may be confidential.

        :raises ValueError: the store is public.
        """
        if store.public:
            raise ValueError("jobs belong in the non-public archive")
        self._store = store
        self._claims: dict[str, str] = {}

    @property
    def folder(self) -> Path:
        """Where the worker's lock and log lie."""
        return self._store.folder

    def add(
        self,
        kind: Kind,
        title: str,
        payload: dict[str, JsonValue],
        priority: int | None = None,
        *,
        worker: str | None = None,
    ) -> Job:
        """Put a job in the queue; work that already waits, runs or is paused is not queued twice (and goes on).

        :param priority: higher comes first; by default questions come before briefings.
        :param worker: whoever adds it does it (`run_here`), unless it was queued already: see `has_claimed`.
        """
        text = json.dumps(payload, ensure_ascii=False, sort_keys=True)
        if priority is None:
            priority = QUESTION_PRIORITY if kind == "frage" else BRIEFING_PRIORITY
        now = _now()
        with self._store.writing() as connection:
            alive = jobs_table.find(connection, kind=kind, payload=text, state=["wartet", "läuft", "pausiert"])
            if alive:
                values = {"priority": max(priority, alive[0]["priority"]), "updated": now}
                if alive[0]["state"] == "pausiert":
                    values["state"] = "wartet"
                jobs_table.change(connection, alive[0]["id"], values)
                return _job(jobs_table.find(connection, id=alive[0]["id"])[0])
            job_id = f"ra:auftrag-{uuid.uuid4().hex[:16]}"
            values = {"id": job_id, "kind": kind, "title": title, "payload": text, "state": "wartet", "done": 0}
            values |= {"total": 0, "message": "", "priority": priority, "created": now, "updated": now, "attempts": 0}
            if worker is not None:
                values |= self._claiming(job_id, worker) | {"started": now, "attempts": 1}
            jobs_table.add(connection, values)
            return _job(jobs_table.find(connection, id=job_id)[0])

    def all(self) -> list[Job]:
        """All jobs, the newest first."""
        with self._store.reading() as connection:
            found = [_job(row) for row in jobs_table.find(connection)]
        return sorted(found, key=lambda job: (job.created, job.id), reverse=True)

    def get(self, job_id: str) -> Job:
        """One job.

        :raises NotFound: there is none with this id.
        """
        with self._store.reading() as connection:
            return _job(_row(jobs_table.find(connection, id=job_id), job_id))

    def claim(self, worker: str) -> Job | None:
        """Take the most urgent job that waits, or whose worker died; None if there is none. Nobody else gets it too.

        A job that brought its worker down three times without any progress becomes ``fehler``.

        :param worker: a name for whoever claims, for the log only.
        """
        with self._store.writing() as connection:
            for row in jobs_table.find(connection, state=["wartet", "läuft"]):
                if row["state"] == "läuft" and not _is_dead(row):
                    continue
                now = _now()
                if row["attempts"] >= MOST_ATTEMPTS:
                    error = f"Der Auftrag ist {MOST_ATTEMPTS}-mal ohne Fortschritt abgebrochen."
                    values = {"state": "fehler", "error": error, "finished": now, "updated": now, "worker": None}
                    jobs_table.change(connection, row["id"], values)
                    continue
                values = {**self._claiming(row["id"], worker), "started": row["started"] or now, "updated": now}
                values |= {"attempts": row["attempts"] + 1}
                jobs_table.change(connection, row["id"], values)
                return _job(jobs_table.find(connection, id=row["id"])[0])
        return None

    def has_claimed(self, job_id: str) -> bool:
        """Whether this object has claimed a job and not yet ended it."""
        return job_id in self._claims

    def beat(self, job_id: str, done: int, total: int, message: str, *, gives_way: bool = False) -> None:
        """Show progress and that the worker lives.

        :param gives_way: also stop when a more urgent job waits (a briefing does, for a question).
        :raises Interrupted: the job was cancelled, paused, removed or taken over, or it has to give way.
        """
        with self._store.writing() as connection:
            rows = jobs_table.find(connection, id=job_id)
            if not rows or not self._is_mine(rows[0]):
                raise Interrupted("Der Auftrag wurde angehalten.")
            values = {"done": done, "total": total, "message": message, "updated": _now(), **_sign_of_life()}
            if done > rows[0]["done"]:
                values["attempts"] = 0
            jobs_table.change(connection, job_id, values)
            waiting = jobs_table.find(connection, state="wartet") if gives_way else []
        if any(row["priority"] > rows[0]["priority"] for row in waiting):
            raise Interrupted("Eine Frage geht vor; der Auftrag wird danach fortgesetzt.")

    def finish(self, job_id: str, result: JsonValue) -> bool:
        """The claimed job is done; False if it is no longer ours (cancelled meanwhile), and then nothing is kept."""
        text = json.dumps(result, ensure_ascii=False)
        return self._end(job_id, {"state": "fertig", "result": text, "error": None})

    def fail(self, job_id: str, error: str) -> bool:
        """The claimed job failed, for the reason given as a German sentence; False if it is no longer ours."""
        return self._end(job_id, {"state": "fehler", "error": error})

    def release(self, job_id: str) -> bool:
        """Put the claimed job back in the queue, to go on later; False if it is no longer ours."""
        return self._end(job_id, {"state": "wartet", "attempts": 0}, ended=False)

    def hand_on(self, job_id: str, so_far: JsonValue) -> bool:
        """Put the claimed job back in the queue with what there is of its result; False if it is no longer ours."""
        text = json.dumps(so_far, ensure_ascii=False)
        return self._end(job_id, {"state": "wartet", "attempts": 0, "result": text}, ended=False)

    def cancel(self, job_id: str) -> Job:
        """Stop a job for good; a running one stops at its next step. A job that has ended stays as it is.

        :raises NotFound: there is none with this id.
        """
        values = {"state": "abgebrochen", "finished": _now()}
        return self._set(job_id, ["wartet", "läuft", "pausiert"], values)

    def pause(self, job_id: str) -> Job:
        """Let a job rest until `resume`; a running one stops at its next step.

        :raises NotFound: there is none with this id.
        """
        return self._set(job_id, ["wartet", "läuft"], {"state": "pausiert"})

    def resume(self, job_id: str) -> Job:
        """Queue a paused, failed or cancelled job again.

        :raises NotFound: there is none with this id.
        """
        values = {"state": "wartet", "error": None, "finished": None, "attempts": 0}
        return self._set(job_id, ["pausiert", "fehler", "abgebrochen"], values)

    def remove(self, job_id: str) -> None:
        """Delete a job with its result; a running one stops at its next step.

        :raises NotFound: there is none with this id.
        """
        with self._store.writing() as connection:
            if not jobs_table.remove(connection, job_id):
                raise NotFound(f"Es gibt keinen Auftrag „{job_id}“.")
        self._store.empty_log()

    def forget(self, ids: tuple[str, ...]) -> int:
        """Delete the jobs that name one of these ids: what `Store.delete_meeting` of either archive returned."""
        with self._store.writing() as connection:
            count = jobs_table.forget(connection, ids)
        if count:
            self._store.empty_log()
        return count

    def keep_alive(self, job_id: str) -> None:
        """Renew the claim without progress, while a step takes long."""
        with self._store.writing() as connection:
            jobs_table.change(connection, job_id, _sign_of_life(), worker=self._claims.get(job_id), state="läuft")

    def _claiming(self, job_id: str, worker: str) -> jobs_table.Row:
        token = self._claims[job_id] = f"{worker}/{uuid.uuid4().hex}"
        return {"state": "läuft", "worker": token, **_sign_of_life()}

    def _is_mine(self, row: jobs_table.Row) -> bool:
        return row["state"] == "läuft" and row["worker"] is not None and row["worker"] == self._claims.get(row["id"])

    def _end(self, job_id: str, values: jobs_table.Row, *, ended: bool = True) -> bool:
        now = _now()
        values = {**values, "updated": now, "worker": None, "lease": None, "finished": now if ended else None}
        token = self._claims.pop(job_id, None)
        with self._store.writing() as connection:
            return token is not None and jobs_table.change(connection, job_id, values, worker=token, state="läuft")

    def _set(self, job_id: str, states: list[str], values: jobs_table.Row) -> Job:
        with self._store.writing() as connection:
            row = _row(jobs_table.find(connection, id=job_id), job_id)
            if row["state"] in states:
                jobs_table.change(connection, job_id, {**values, "worker": None, "updated": _now()})
            return _job(jobs_table.find(connection, id=job_id)[0])


def run_worker(
    jobs: Jobs,
    handlers: dict[str, Handler],
    *,
    once: bool = False,
    idle_exit_s: float | None = None,
    pause_s: float = 0.5,
) -> int:
    """Work off the queue; returns how many jobs were claimed, 0 at once if another worker is at it.

    :param handlers: for each kind of job what does it; it is given the job and a function to call after each step with
        done, total and a German message, which raises Interrupted when the work has to stop.
    :param once: end when nothing waits.
    :param idle_exit_s: end when nothing has waited for this long (None: never).
    :param pause_s: seconds between two looks at an empty queue.
    """
    lock = FileLock(jobs.folder / LOCK)
    count = 0
    while True:
        try:
            lock.acquire(timeout=0)
        except Timeout:
            return count
        with database.storage_errors(jobs.folder):
            try:
                count += _work(jobs, handlers, once=once, idle_exit_s=idle_exit_s, pause_s=pause_s)
            finally:
                lock.release()
        # A job added while we still held the lock found a worker at work: look again without it.
        if not any(job.state == "wartet" for job in jobs.all()):
            return count


def run_here(jobs: Jobs, job: Job, handler: Handler) -> None:
    """Do in this process a job that `jobs` has claimed, as a worker would; what comes of it is kept as its state."""
    _run(jobs, job, {job.kind: handler})


def ensure_worker(settings: Settings) -> bool:
    """Start a worker for this data folder unless one runs; says whether one was started.

    It is a process of its own (``python -m ratsassistent … arbeiten``) at low priority: it outlives the page.

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
        command = [sys.executable, "-m", "ratsassistent", "--datenordner", str(settings.data_folder), "arbeiten"]
        environment = {**os.environ, "RATSASSISTENT_MODELL": settings.model}
        if settings.threads is not None:
            environment["RATSASSISTENT_THREADS"] = str(settings.threads)
        with (folder / LOG).open("wb") as log:
            flags = 0
            if sys.platform == "win32":
                flags = subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW
                flags |= subprocess.BELOW_NORMAL_PRIORITY_CLASS
            child = subprocess.Popen(  # noqa: S603 - our own program, no shell
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=environment,
                start_new_session=True,
                creationflags=flags,
            )
    _children.append(child)
    if sys.platform != "win32":
        try:
            psutil.Process(child.pid).nice(10)
        except psutil.Error:
            _log.warning("the worker's priority could not be lowered")
    return True


def _work(jobs: Jobs, handlers: dict[str, Handler], *, once: bool, idle_exit_s: float | None, pause_s: float) -> int:
    name = f"{platform.node()}:{os.getpid()}"
    count = 0
    idle_since = time.monotonic()
    while True:
        job = jobs.claim(name)
        if job is not None:
            count += 1
            _run(jobs, job, handlers)
            idle_since = time.monotonic()
        elif once or (idle_exit_s is not None and time.monotonic() - idle_since >= idle_exit_s):
            return count
        else:
            time.sleep(pause_s)


def _run(jobs: Jobs, job: Job, handlers: dict[str, Handler]) -> None:
    def progress(done: int, total: int, message: str) -> None:
        jobs.beat(job.id, done, total, message, gives_way=job.kind != "frage")

    handler = handlers.get(job.kind)
    if handler is None:
        jobs.fail(job.id, f"Diese Version kennt keine Aufträge der Art „{job.kind}“.")
        return
    try:
        with _heart(jobs, job.id):
            result = handler(job, progress)
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


def _sign_of_life() -> jobs_table.Row:
    pid = os.getpid()
    return {"host": platform.node(), "pid": pid, "pid_started": psutil.Process(pid).create_time(), "lease": time.time()}


def _is_dead(row: jobs_table.Row) -> bool:
    """True if the worker that claimed this job cannot be at it any more."""
    if row["lease"] is None or time.time() - row["lease"] > LEASE_SECONDS:
        return True
    if row["host"] != platform.node():
        return False
    try:
        process = psutil.Process(row["pid"])
        same = abs(process.create_time() - row["pid_started"]) < 1.0
        return not same or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
    except psutil.Error:
        return False  # it is there, only not ours to look at


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat()


def _row(rows: list[jobs_table.Row], job_id: str) -> jobs_table.Row:
    if not rows:
        raise NotFound(f"Es gibt keinen Auftrag „{job_id}“.")
    return rows[0]


def _job(row: jobs_table.Row) -> Job:
    values = {name: row[name] for name in Job.model_fields}
    values["payload"] = json.loads(row["payload"])
    values["result"] = None if row["result"] is None else json.loads(row["result"])
    return Job.model_validate(values)
