"""What the page does about the work in the background: order, plan for the night, pause, put first, go gently.

What enters: settings, ids of meetings, items and jobs. What leaves: HTML (`page_queue`), jobs.
What it does not know: Gradio, SQL, how anything is written.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from ratsassistent import briefing_jobs, language_models, pace, workflow
from ratsassistent import worker as background
from ratsassistent.briefings import Briefing
from ratsassistent.errors import InputError, ModelError
from ratsassistent.jobs import ALIVE, URGENT, Job
from ratsassistent.machine import power, profile
from ratsassistent.oparl import AgendaItem, Meeting
from ratsassistent.output import page_queue, phrases_server
from ratsassistent.output.page_person import Acting
from ratsassistent.output.page_queue import Offer, Working
from ratsassistent.settings import Settings
from ratsassistent.workflow import Workspace

MOST_ESTIMATES = 50  # that are remembered
UNPLANNED_SECONDS = 20.0  # between two looks at which meetings nobody has ordered


class Work(Acting):
    """The queue as one page sees and steers it; one object for all tabs."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self._estimates: dict[tuple[object, ...], tuple[float, bool]] = {}
        self._unplanned: tuple[object, int] | None = None

    # --- what is to be done

    def order(self, meeting_id: str, *, thorough: bool = False, tonight: bool = False) -> None:
        """Have the summary written, now or in the night."""
        self.need_model()
        with workflow.workspace(self.settings) as ws:
            night = briefing_jobs.tonight() if tonight else None
            workflow.order_briefing(ws, meeting_id, thorough=thorough, not_before=night)

    def order_plain(self, meeting_id: str, item_id: str) -> None:
        """Have an item said in plain language."""
        self.need_model()
        with workflow.workspace(self.settings) as ws:
            workflow.order_briefing(ws, meeting_id, item_id)

    def order_item(self, meeting_id: str, item_id: str) -> None:
        """Have the summary of one item written before all others."""
        self.need_model()
        with workflow.workspace(self.settings) as ws:
            workflow.order_briefing(ws, meeting_id, item=item_id)

    def order_all_tonight(self) -> int:
        """Have the summaries of all meetings to come written in the night; returns how many were ordered."""
        self.need_model()
        with workflow.workspace(self.settings) as ws:
            night = briefing_jobs.tonight()
            wanted = _unplanned(workflow.meetings(ws, with_papers=False), ws.jobs.all())
            for meeting in wanted:
                workflow.order_briefing(ws, meeting.id, not_before=night)
        return len(wanted)

    def steer(self, job_id: str, how: str) -> None:
        """Pause, go on with, cancel, hurry, put first or remove a job.

        :raises NotFound: it is not there any more.
        """
        with workflow.workspace(self.settings) as ws:
            jobs = ws.jobs
            acts: dict[str, Callable[[str], object]] = {
                "pause": jobs.pause,
                "resume": jobs.resume,
                "cancel": jobs.cancel,
                "up": jobs.move_up,
                "now": lambda job: jobs.schedule(job, None),
                "remove": jobs.remove,
            }
            if how not in acts:
                raise InputError("Das ist mit einem Auftrag nicht möglich.")
            acts[how](job_id)
        if how in {"resume", "up", "now"}:
            background.ensure_worker(self.settings)

    def steer_all(self, how: str) -> None:
        """Pause everything (but questions), or let all go on."""
        with workflow.workspace(self.settings) as ws:
            if how == "pause":
                ws.jobs.pause_all()
                return
            ws.jobs.resume_all()
        background.ensure_worker(self.settings)

    def go_gently(self, gently: bool) -> None:
        """Work gently from now on, or not; a running worker ends at its next step, and another one goes on."""
        pace.choose(self.settings, gently)

    def wake_worker(self) -> None:
        """Start a worker if something is due: of the night, of an earlier run, or put off for an empty battery."""
        with workflow.workspace(self.settings) as ws:
            rests = power.may_work(power.power()) is not None
            due = ws.jobs.due(URGENT) if rests else ws.jobs.due()
            left = any(job.state == "läuft" for job in ws.jobs.queue())
        if due or left:
            background.ensure_worker(self.settings)

    def need_model(self) -> None:
        """:raises ModelError: the language model that is set is not on this machine, and no server writes."""
        if language_models.is_missing(self.settings):
            raise ModelError("Dafür fehlt noch das Sprachmodell. Oben auf der Seite können Sie es laden.")

    # --- how it stands

    def working(self) -> Working:
        """How the computer works now."""
        now, wanted = power.power(), pace.wanted(self.settings)
        return Working(power.gentle(wanted, now), power.told(wanted, now), power.may_work(now))

    def progress(self, jobs: Sequence[Job], job: Job | None, meetings: Mapping[str, str] = MappingProxyType({})) -> str:
        """How far the summary of the open meeting is.

        :param meetings: names by ids, of those at hand.
        """
        ahead = _ahead(jobs, job)
        before = [page_queue.called(one, meetings) for one in jobs if one.state in {"läuft", "wartet"}][: min(ahead, 1)]
        return page_queue.progress(job, self.working(), _now(), ahead, before=before, titled=True)

    def controls(self, ws: Workspace, held: Meeting, brief: Briefing, jobs: Sequence[Job], job: Job | None) -> str:
        """What can be done about it."""
        offer = None
        if held.agendaItem and not (job and job.state in ALIVE):
            offer = self._offer(ws, held, brief)
        return page_queue.controls(job, offer, self.working(), _now(), _ahead(jobs, job))

    def queue(self, ws: Workspace) -> str:
        """All that is still to be written."""
        jobs = ws.jobs
        everything = jobs.all()
        shown = [job for job in jobs.queue() if job.kind not in URGENT]
        shown += _failed(everything)
        names = {m.id: m.name for m in workflow.meetings(ws, with_papers=False)} if shown else {}
        return page_queue.queue(shown, self.working(), _now(), self._count_unplanned(ws, everything), names)

    def _count_unplanned(self, ws: Workspace, everything: Sequence[Job]) -> int:
        """Looked for anew when a job has changed or after a while: a tab asks every second."""
        key = (
            ws.rights and ws.rights.seen,
            tuple((job.id, job.state) for job in everything),
            int(time.monotonic() / UNPLANNED_SECONDS),
        )
        if self._unplanned is None or self._unplanned[0] != key:
            self._unplanned = key, len(_unplanned(workflow.meetings(ws, with_papers=False), everything))
        return self._unplanned[1]

    def _offer(self, ws: Workspace, held: Meeting, brief: Briefing) -> Offer | None:
        written = {i.id for i in brief.agendaItem if i.level == "voll"}
        with_papers = [item for item in held.agendaItem if item.has_files]
        missing = [item for item in with_papers if item.id not in written]
        more = with_papers if missing else workflow.unwritten(ws, held, thorough=True)
        if not missing and not more:
            return None
        seconds, known = self._estimate(ws, held.id, missing, thorough=False) if missing else (None, True)
        thorough_seconds, _ = self._estimate(ws, held.id, more, thorough=True)
        server = language_models.server(self.settings)
        elsewhere = phrases_server.by_server(server) if server else ""
        return Offer(len(missing), seconds, len(more), thorough_seconds, known, briefing_jobs.tonight(), elsewhere)

    def _estimate(
        self, ws: Workspace, meeting_id: str, items: Sequence[AgendaItem], *, thorough: bool
    ) -> tuple[float | None, bool]:
        if language_models.server(self.settings) is not None:  # nobody here knows how fast it is
            return None, True
        gently = self.working().gentle
        texts = tuple((item.id, sum(len(paper.text.text) for paper in item.papers)) for item in items)
        key = (meeting_id, texts, thorough, gently, _stamp(self.settings.data_folder / profile.FILE))
        if key not in self._estimates:
            made = briefing_jobs.estimate_of(ws, items, thorough=thorough, gently=gently)
            while len(self._estimates) >= MOST_ESTIMATES:
                del self._estimates[next(iter(self._estimates))]
            self._estimates[key] = made.seconds, made.known
        return self._estimates[key]


def _unplanned(held: Sequence[Meeting], jobs: Sequence[Job]) -> list[Meeting]:
    """The meetings to come, or of an unknown day, for which nobody has ordered a summary."""
    ordered = {
        job.payload.get("meeting")
        for job in jobs
        if job.kind == "briefing" and briefing_jobs.one_item(job) is None and job.state in {*ALIVE, "fertig"}
    }
    today = dt.date.today().isoformat()
    return [m for m in held if m.id not in ordered and (m.start or today)[:10] >= today and m.agendaItem]


def _failed(everything: Sequence[Job]) -> list[Job]:
    """Briefings that failed and were not ordered again since; `everything` has the newest first."""
    found: dict[tuple[object, object], Job] = {}
    for job in everything:
        if job.kind == "briefing":
            found.setdefault((job.payload.get("meeting"), briefing_jobs.one_item(job)), job)
    return [job for job in found.values() if job.state == "fehler"]


def _ahead(jobs: Sequence[Job], job: Job | None) -> int:
    """How many jobs come before this one; `jobs` in the order in which they are worked off."""
    ids = [one.id for one in jobs if one.state in {"läuft", "wartet"}]
    return ids.index(job.id) if job is not None and job.id in ids else 0


def _stamp(file: Path) -> int:
    """Changes when the file does."""
    try:
        return file.stat().st_mtime_ns
    except OSError:
        return 0


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
