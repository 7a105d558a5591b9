"""The queue of long work; its state is in the archive, so that a crash costs one step.

What enters: jobs (`Jobs.add`), and whoever claims one, works on it and tells how far it is (`worker`). What leaves: their
state, for the page and `auftraege` to show.
What it does not know: what a briefing or a question is, processes, language models, SQL.

A worker *claims* a job and shows that it lives (`beat`). If it dies, the job is claimed again by the next one. Questions
come before briefings; a job may be put before others (`move_up`), or may have to wait for the night (`not_before`). Where
several persons work with one program, their jobs of equal urgency take turns, and nobody is put before somebody else.
"""

from __future__ import annotations

import datetime as dt
import json
import time
import uuid
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Literal

from pydantic import JsonValue

from ratsassistent.archive import jobs_table
from ratsassistent.archive.store import Store
from ratsassistent.errors import Interrupted, NotFound
from ratsassistent.liveness import Watch, sign_of_life
from ratsassistent.oparl import Model

Kind = Literal["briefing", "frage", "vektoren"]
State = Literal["wartet", "läuft", "fertig", "fehler", "abgebrochen", "pausiert"]

BRIEFING_PRIORITY = 0
QUESTION_PRIORITY = 10
MOST_ATTEMPTS = 3  # without any progress: then the job itself brings the worker down
ALIVE: tuple[State, ...] = ("wartet", "läuft", "pausiert")
ENDED: tuple[State, ...] = ("fertig", "fehler", "abgebrochen")
KINDS: tuple[Kind, ...] = ("briefing", "frage", "vektoren")
URGENT: tuple[Kind, ...] = ("frage",)  # somebody waits for it


class Job(Model):
    """One piece of long work. `done` of `total` steps; `error` is one German sentence; times are in UTC.

    It is not begun before `not_before`. Of jobs of equal `priority` (higher first) the one of lower `rank` comes first.
    """

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
    rank: int = 0
    not_before: dt.datetime | None = None
    person: str | None = None  # who ordered it; None: there is only one

    def is_due(self, now: dt.datetime) -> bool:
        """Whether it may be begun by now."""
        return self.not_before is None or self.not_before <= now


class Jobs:
    """The jobs of a data folder. The object remembers which of them it has claimed, and whom it has seen alive."""

    def __init__(
        self,
        store: Store,
        clock: Callable[[], float] = time.time,
        person: str | None = None,
        *,
        shown: Callable[[Sequence[Job]], list[Job]] = list,
        may_change: Callable[[Job], None] = lambda _: None,
    ) -> None:
        """Use the table in `store`, which must be the non-public one: a question may be confidential.

        :param clock: seconds since 1970; it may jump, because the machine slept or was set.
        :param person: who orders what is added. :param shown: which jobs are shown to whoever asks, and as what.
        :param may_change: raises NotAllowed for a job that whoever asks may not stop, put off or remove.
        :raises ValueError: the store is public.
        """
        if store.public:
            raise ValueError("jobs belong in the non-public archive")
        self._store = store
        self._clock = clock
        self._person = person
        self._shown, self._may_change = shown, may_change
        self._watch = Watch(clock)
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
        not_before: dt.datetime | None = None,
    ) -> Job:
        """Put a job in the queue; work that already waits, runs or is paused is not queued twice (and goes on).

        :param priority: higher comes first; by default questions come before briefings.
        :param worker: whoever adds it does it (`run_here`), unless it was queued already: see `has_claimed`.
        :param not_before: it is not begun earlier; None: at once, also where it was queued for later.
        """
        text = json.dumps(payload, ensure_ascii=False, sort_keys=True)
        if priority is None:
            priority = QUESTION_PRIORITY if kind == "frage" else BRIEFING_PRIORITY
        now = self._now()
        with self._store.writing() as connection:
            own = {"person": self._person} if kind == "frage" and self._person else {}  # others may see other papers
            alive = jobs_table.find(connection, kind=kind, payload=text, state=ALIVE, **own)
            if alive:
                values = {"priority": max(priority, alive[0]["priority"]), "updated": now}
                if alive[0]["state"] == "pausiert":
                    values["state"] = "wartet"
                if alive[0]["state"] != "läuft":
                    values["not_before"] = _text(not_before)
                jobs_table.change(connection, alive[0]["id"], values)
                return _job(jobs_table.find(connection, id=alive[0]["id"])[0])
            job_id = f"ra:auftrag-{uuid.uuid4().hex[:16]}"
            values = {"id": job_id, "kind": kind, "title": title, "payload": text, "state": "wartet", "done": 0}
            values |= {"total": 0, "message": "", "priority": priority, "created": now, "updated": now, "attempts": 0}
            values |= {"rank": 0, "not_before": _text(not_before), "person": self._person}
            if worker is not None:
                values |= self._claiming(job_id, worker) | {"started": now, "attempts": 1}
            jobs_table.add(connection, values)
            return _job(jobs_table.find(connection, id=job_id)[0])

    def all(self) -> list[Job]:
        """All jobs, the newest first."""
        with self._store.reading() as connection:
            found = [_job(row) for row in jobs_table.find(connection)]
        return sorted(self._shown(found), key=lambda job: (job.created, job.id), reverse=True)

    def get(self, job_id: str) -> Job:
        """One job.

        :raises NotFound: there is none with this id.
        """
        with self._store.reading() as connection:
            found = _job(_row(jobs_table.find(connection, id=job_id), job_id))
        return next(iter(self._shown([found])), None) or _job(_row([], job_id))

    def queue(self) -> list[Job]:
        """What is alive, in the order in which it is worked off: what runs, what may begin, what begins later, what rests."""
        now = self._time()

        def place(job: Job) -> tuple[int, dt.datetime]:
            if job.state == "wartet" and not job.is_due(now) and job.not_before:
                return 2, job.not_before
            return {"läuft": 0, "wartet": 1}.get(job.state, 3), now

        with self._store.reading() as connection:
            alive = jobs_table.in_turn(connection, jobs_table.find(connection, state=ALIVE))
        return sorted(self._shown([_job(row) for row in alive]), key=place)

    def due(self, kinds: Collection[Kind] = KINDS) -> list[Job]:
        """What waits and may be begun by now, the most urgent first."""
        now = self._time()
        return [job for job in self.queue() if job.state == "wartet" and job.is_due(now) and job.kind in kinds]

    def claim(self, worker: str, kinds: Collection[Kind] = KINDS) -> Job | None:
        """Take the most urgent job that waits, or whose worker died; None if there is none. Nobody else gets it too.

        A job that brought its worker down three times without any progress becomes ``fehler``; that the machine was
        switched off, or slept, does not count.

        :param worker: a name for whoever claims, for the log only.
        :param kinds: only jobs of these kinds.
        """
        with self._store.writing() as connection:
            found = jobs_table.find(connection, state=["wartet", "läuft"], kind=list(kinds))
            for row in jobs_table.in_turn(connection, found):
                fate = self._watch.fate(row["id"], row) if row["state"] == "läuft" else "dead"
                if fate == "alive" or (row["state"] == "wartet" and not _job(row).is_due(self._time())):
                    continue
                now = self._now()
                if fate == "dead" and row["attempts"] >= MOST_ATTEMPTS:
                    error = f"Der Auftrag ist {MOST_ATTEMPTS}-mal ohne Fortschritt abgebrochen."
                    values = {"state": "fehler", "error": error, "finished": now, "updated": now, "worker": None}
                    jobs_table.change(connection, row["id"], values)
                    continue
                values = {**self._claiming(row["id"], worker), "started": row["started"] or now, "updated": now}
                values |= {"attempts": row["attempts"] + (fate == "dead")}
                jobs_table.change(connection, row["id"], values)
                return _job(jobs_table.find(connection, id=row["id"])[0])
        return None

    def has_claimed(self, job_id: str) -> bool:
        """Whether this object has claimed a job and not yet ended it."""
        return job_id in self._claims

    def beat(
        self, job_id: str, done: int, total: int, message: str, so_far: JsonValue = None, *, gives_way: bool = False
    ) -> None:
        """Show progress and that the worker lives.

        :param so_far: what there is of the result, or what else is to be told of it; None: nothing new.
        :param gives_way: also stop when a more urgent job waits (a briefing does, for a question or for one put before it).
        :raises Interrupted: the job was cancelled, paused, removed or taken over, or it has to give way.
        """
        with self._store.writing() as connection:
            rows = jobs_table.find(connection, id=job_id)
            if not rows or not self._is_mine(rows[0]):
                raise Interrupted("Der Auftrag wurde angehalten.")
            values = {"done": done, "total": total, "message": message, "updated": self._now(), **sign_of_life()}
            if so_far is not None:
                values["result"] = json.dumps(so_far, ensure_ascii=False)
            if done > rows[0]["done"]:
                values["attempts"] = 0
            jobs_table.change(connection, job_id, values)
            waiting = jobs_table.find(connection, state="wartet") if gives_way else []
        if any(_goes_before(row, rows[0]) and _job(row).is_due(self._time()) for row in waiting):
            raise Interrupted("Eine Frage oder ein anderer Auftrag geht vor; dieser wird danach fortgesetzt.")

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
        values = {"state": "abgebrochen", "finished": self._now()}
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

    def pause_all(self) -> int:
        """Let everything rest but questions; returns how many jobs that were."""
        with self._store.reading() as connection:
            found = self._shown([_job(row) for row in jobs_table.find(connection, state=["wartet", "läuft"])])
        return len([self.pause(job.id) for job in found if job.kind != "frage"])

    def resume_all(self) -> int:
        """Queue again everything that rests; returns how many jobs that were."""
        with self._store.reading() as connection:
            found = self._shown([_job(row) for row in jobs_table.find(connection, state="pausiert")])
        return len([self.resume(job.id) for job in found])

    def move_up(self, job_id: str) -> Job:
        """Put a job before all others but questions, and let it begin at once; what runs gives way to it and goes on later.

        Of several persons each puts it before the own jobs only.

        :raises NotFound: there is none with this id.
        """
        self._may_change(self.get(job_id))
        with self._store.writing() as connection:
            row = _row(jobs_table.find(connection, id=job_id), job_id)
            others = [r for r in jobs_table.find(connection, state=ALIVE) if r["kind"] != "frage" and r["id"] != job_id]
            if row["state"] in ALIVE and row["kind"] != "frage":
                priority = max([row["priority"], *(other["priority"] for other in others)])
                rank = min([0, *(other["rank"] for other in others)]) - 1
                values = {"priority": priority, "rank": rank, "not_before": None, "updated": self._now()}
                if row["state"] == "pausiert":
                    values["state"] = "wartet"
                jobs_table.change(connection, job_id, values)
            return _job(jobs_table.find(connection, id=job_id)[0])

    def schedule(self, job_id: str, not_before: dt.datetime | None) -> Job:
        """Let a job that waits or rests begin at a time, or at once (None).

        :raises NotFound: there is none with this id.
        """
        return self._set(job_id, ["wartet", "pausiert"], {"state": "wartet", "not_before": _text(not_before)})

    def remove(self, job_id: str) -> None:
        """Delete a job with its result; a running one stops at its next step.

        :raises NotFound: there is none with this id.
        """
        self._may_change(self.get(job_id))
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

    def forget_ended(self, before: dt.datetime) -> int:
        """Delete the jobs that ended before a time, with their results; returns how many."""
        with self._store.writing() as connection:
            count = jobs_table.remove_unchanged(connection, before.astimezone(dt.UTC).isoformat(), ENDED)
        if count:
            self._store.empty_log()
        return count

    def keep_alive(self, job_id: str) -> None:
        """Renew the claim without progress, while a step takes long."""
        with self._store.writing() as connection:
            jobs_table.change(connection, job_id, sign_of_life(), worker=self._claims.get(job_id), state="läuft")

    def _time(self) -> dt.datetime:
        return dt.datetime.fromtimestamp(self._clock(), dt.UTC)

    def _now(self) -> str:
        return self._time().isoformat()

    def _claiming(self, job_id: str, worker: str) -> jobs_table.Row:
        token = self._claims[job_id] = f"{worker}/{uuid.uuid4().hex}"
        return {"state": "läuft", "worker": token, **sign_of_life()}

    def _is_mine(self, row: jobs_table.Row) -> bool:
        return row["state"] == "läuft" and row["worker"] is not None and row["worker"] == self._claims.get(row["id"])

    def _end(self, job_id: str, values: jobs_table.Row, *, ended: bool = True) -> bool:
        now = self._now()
        values = {**values, "updated": now, "worker": None, "lease": None, "finished": now if ended else None}
        token = self._claims.pop(job_id, None)
        with self._store.writing() as connection:
            return token is not None and jobs_table.change(connection, job_id, values, worker=token, state="läuft")

    def _set(self, job_id: str, states: list[str], values: jobs_table.Row) -> Job:
        self._may_change(self.get(job_id))
        with self._store.writing() as connection:
            row = _row(jobs_table.find(connection, id=job_id), job_id)
            if row["state"] in states:
                jobs_table.change(connection, job_id, {**values, "worker": None, "updated": self._now()})
            return _job(jobs_table.find(connection, id=job_id)[0])


def _text(time: dt.datetime | None) -> str | None:
    return time.astimezone(dt.UTC).isoformat() if time else None


def _goes_before(row: jobs_table.Row, running: jobs_table.Row) -> bool:
    """Whether a running job has to give way to one that waits."""
    if row["priority"] != running["priority"]:
        return bool(row["priority"] > running["priority"])
    return bool(row["person"] == running["person"] and row["rank"] < running["rank"])


def _row(rows: list[jobs_table.Row], job_id: str) -> jobs_table.Row:
    if not rows:
        raise NotFound(f"Es gibt keinen Auftrag „{job_id}“.")
    return rows[0]


def _job(row: jobs_table.Row) -> Job:
    values = {name: row[name] for name in Job.model_fields}
    values["payload"] = json.loads(row["payload"])
    values["result"] = None if row["result"] is None else json.loads(row["result"])
    return Job.model_validate(values)
