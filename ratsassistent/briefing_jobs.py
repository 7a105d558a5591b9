"""A briefing as a job: ordered now or for the night; how far it is, what is written now, what comes next.

What enters: an opened Workspace, a meeting, what a worker finishes. What leaves: jobs, and their state as it is shown.
What it does not know: how a briefing is written, how a language model is loaded, the page.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Collection, Sequence
from dataclasses import replace

from pydantic import JsonValue, ValidationError

from ratsassistent import held, language_models, models
from ratsassistent import worker as background
from ratsassistent.jobs import ALIVE, Job
from ratsassistent.machine import fit, profile
from ratsassistent.machine.estimate import Estimate, estimate, learned, remaining
from ratsassistent.oparl import AgendaItem, Model
from ratsassistent.worker import Progress
from ratsassistent.workspace import Workspace
from ratsassistent.writing import briefing as writing

NIGHT_BEGINS, NIGHT_ENDS = 22, 5  # hours, local time
ONE_ITEM_PRIORITY = 5  # somebody is looking at it: before whole meetings, after questions
GENTLY = 2.0  # times as long with half the threads
BEAT_SECONDS = 0.5  # between two reports, each of which is a write to the disk
AT_ONCE, MOST_NEXT = 3, 3  # items that are said to be written now (several are at once), and to come next


class Standing(Model):
    """How far a briefing is: items by their titles, `seconds_left` as estimated at `at`."""

    now: tuple[str, ...] = ()
    next: tuple[str, ...] = ()
    seconds_left: float | None = None
    at: dt.datetime | None = None

    @classmethod
    def of(cls, job: Job) -> Standing:
        """What the worker told last of a job; nothing where it told nothing."""
        try:
            return cls.model_validate(job.result)
        except ValidationError:
            return cls()


def order(
    ws: Workspace,
    wanted: str,
    plain: str | None = None,
    *,
    thorough: bool = False,
    item: str | None = None,
    not_before: dt.datetime | None = None,
) -> Job:
    """Put the full briefing of a meeting into the queue and see that a worker runs.

    :param plain: only this item, and in plain language, too; it goes before whole meetings.
    :param thorough: let the model read more, which takes longer.
    :param item: only this item; it goes before whole meetings.
    :param not_before: begin then; whoever is to work must run then (see `worker.Waker`).
    """
    ws.need("order")
    chosen = held.wanted_meeting(ws, wanted)
    payload: dict[str, JsonValue] = {"meeting": chosen.id}
    title, priority = f"Zusammenfassung: {chosen.name}", 0
    if thorough:
        payload["thorough"] = True
        title = f"Gründliche Zusammenfassung: {chosen.name}"
    if one := plain or item:
        found = held.wanted_item(chosen, one)
        payload["plain" if plain else "item"] = found.id
        title, priority = found.title, ONE_ITEM_PRIORITY
        if plain:
            title = f"In einfacher Sprache: {title}"
    else:
        _replace_others(ws, chosen.id, thorough)
    job = ws.jobs.add("briefing", title, payload, priority=priority, not_before=not_before)
    if not_before is None:
        background.ensure_worker(ws.settings)
    return job


def _replace_others(ws: Workspace, meeting_id: str, thorough: bool) -> None:
    """A meeting is not written twice, thoroughly and not: the last order counts, and what is finished is kept."""
    for job in of_meeting(ws.jobs.all(), meeting_id):
        if job.state in ALIVE and one_item(job) is None and bool(job.payload.get("thorough")) != thorough:
            ws.jobs.cancel(job.id)


def of_meeting(everything: Sequence[Job], meeting_id: str) -> list[Job]:
    """The jobs that write a meeting, or one of its items."""
    return [j for j in everything if j.kind == "briefing" and j.payload.get("meeting") == meeting_id]


def foremost(found: Sequence[Job]) -> Job | None:
    """Of several jobs (the newest first) the one that runs, else one that will, else the latest."""
    for states in (("läuft",), ("wartet",), ("pausiert",)):
        for job in found:
            if job.state in states:
                return job
    return found[0] if found else None


def one_item(job: Job) -> str | None:
    """The item that a job is about, where it does not write a whole meeting."""
    found = job.payload.get("plain") or job.payload.get("item")
    return str(found) if found else None


def tonight(now: dt.datetime | None = None) -> dt.datetime | None:
    """When the night begins, as a time of this computer's zone; None: it is night already.

    :param now: local time.
    """
    now = now or dt.datetime.now().astimezone()
    if now.hour >= NIGHT_BEGINS or now.hour < NIGHT_ENDS:
        return None
    # by the clock on the wall, also where it is put forward or back before the evening
    return dt.datetime(now.year, now.month, now.day, NIGHT_BEGINS).astimezone()


class Report:
    """Tells the queue how far a briefing is, at most twice a second.

    :param items: what is to be written, in the order in which it is.
    """

    def __init__(self, beat: Progress, items: Sequence[AgendaItem]) -> None:
        self._beat = beat
        self.left: TimeLeft | None = None  # how long the rest takes, where that is known
        self._items = [item for item in items if item.has_files] or list(items)
        self._done: set[str] = set()
        self._told = 0.0

    @property
    def total(self) -> int:
        """How many items there are to write."""
        return len(self._items)

    def prepares(self, message: str, done: float | None = None) -> None:
        """Something else has to be done before: a German line says what."""
        self._told = time.monotonic()
        self._beat(0, self.total, message)

    def finished(self, item_id: str) -> None:
        """An item is written; where it was stored already, that is quick."""
        self._done.add(item_id)
        self.tell()

    def tell(self) -> None:
        """Report at once. :raises Interrupted: the work has to stop."""
        self._told = time.monotonic()
        waiting = [item for item in self._items if item.id not in self._done]
        titles = [item.title for item in waiting]
        standing = Standing(
            now=tuple(titles[:AT_ONCE]),
            next=tuple(titles[AT_ONCE : AT_ONCE + MOST_NEXT]),
            seconds_left=self.left.seconds(self._done) if self.left else None,
            at=dt.datetime.now(dt.UTC),
        )
        message = f"{titles[0]} wird geschrieben" if titles else ""
        done = sum(item.id in self._done for item in self._items)
        self._beat(done, self.total, message, standing.model_dump(mode="json"))

    def should_stop(self) -> bool:
        """Now and then ask the queue whether to go on; it says no by raising Interrupted."""
        if time.monotonic() - self._told > BEAT_SECONDS:
            self.tell()
        return False


class TimeLeft:
    """How long the rest of a briefing takes, as the finished items teach it.

    :param items: what is still to be written.
    :param gently: with half the threads.
    """

    def __init__(
        self, ws: Workspace, items: Sequence[AgendaItem], *, thorough: bool = False, gently: bool = False
    ) -> None:
        self._sha256 = _model(ws)
        self._profile = fit.stored(ws.settings, self._sha256)
        self._gently = gently
        self.estimate = estimate_of(ws, items, thorough=thorough, gently=gently)
        self._began = self._last = time.monotonic()
        self._count = 0

    def seconds(self, done: Collection[str]) -> float | None:
        """What is left; `done`: ids of items that are finished. None where a server writes: its pace is not known."""
        if self.estimate.server:
            return None
        now = time.monotonic()
        count = len(self.estimate.parts.keys() & set(done))
        if count > self._count:
            self._count, self._last = count, now
        return remaining(self.estimate, done, now - self._began, now - self._last)

    def learn(self, ws: Workspace) -> None:
        """All is written: the next estimate profits from how long it took."""
        if self._profile is not None and not self._gently and not self.estimate.server:
            taken = time.monotonic() - self._began
            made = learned(self._profile, self.estimate, taken)
            profile.save(ws.settings.data_folder, profile.key(self._sha256), made)


def estimate_of(
    ws: Workspace, items: Sequence[AgendaItem], *, thorough: bool = False, gently: bool = False
) -> Estimate:
    """How long it is going to take to write these items on this computer."""
    effort = writing.THOROUGH if thorough else writing.USUAL
    kept = any((ws.settings.data_folder / language_models.FOLDER).glob("*.stand"))
    made = estimate(items, fit.stored(ws.settings, _model(ws)), "voll", effort, beginnings_kept=kept)
    if (server := language_models.server(ws.settings)) is not None:
        return replace(made, server=server.place)
    if not gently:
        return made
    parts = {item: seconds * GENTLY for item, seconds in made.parts.items()}
    return replace(made, seconds=made.seconds * GENTLY, parts=parts)


def _model(ws: Workspace) -> str:
    return models.load_catalogue().get(ws.settings.model).sha256 or ""
