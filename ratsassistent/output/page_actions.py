"""What the page asks of `workflow`, each step in a workspace of its own, as HTML and plain values ready to be shown.

What enters: settings, ids, questions, paths of uploaded files. What leaves: HTML (escaped), flags for buttons.
What it does not know: Gradio, SQL, how anything is read or written.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import queue
import threading
import traceback
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast, get_args

from ratsassistent import worker as background
from ratsassistent import models, question_jobs, workflow
from ratsassistent.briefings import Intake, RemarkKind
from ratsassistent.errors import InputError, ModelError, NotFound, RatsassistentError
from ratsassistent.jobs import Job
from ratsassistent.models import ModelEntry
from ratsassistent.oparl import AgendaItem, Paper
from ratsassistent.output import export, page_item, page_overview, page_views
from ratsassistent.output.page_ready import Ready
from ratsassistent.output.page_text import notice, progress_bar, size
from ratsassistent.output.page_views import BUSY, PagePicture
from ratsassistent.settings import Settings
from ratsassistent.workflow import Workspace

FAILED = "Das hat nicht geklappt. Bitte versuchen Sie es noch einmal; hilft das nicht, starten Sie das Programm neu."
OVERVIEW = "ueberblick"  # instead of an item: the meeting on one page
PICTURE_WIDTH = 1300  # pixels: sharp on a 1280 screen even when enlarged

_log = logging.getLogger(__name__)


def sentence(error: BaseException) -> str:
    """What a user is told about an error; whatever is not ours goes to the log, without its message (papers' words)."""
    if isinstance(error, RatsassistentError):
        return str(error)
    places = [f"{Path(f.filename).name}:{f.lineno}" for f in traceback.extract_tb(error.__traceback__)[-4:]]
    _log.error("%s in %s", type(error).__name__, " > ".join(places))
    return FAILED


@dataclass(frozen=True, slots=True)
class Chosen:
    """What one browser tab looks at."""

    meeting: str | None = None
    item: str | None = None
    paper: str | None = None  # a loose paper, instead of a meeting
    question: str | None = None  # a job


@dataclass(frozen=True, slots=True)
class Reading:
    """An opened meeting or loose paper, and what can be done with it now."""

    chosen: Chosen
    head: str
    agenda: str
    item: str
    line: str
    job: Job | None = None
    can_write: bool = False

    @property
    def drawn(self) -> dict[str, str]:
        """Digests of agenda and item: what is the same is not drawn anew under the reader's hands."""
        return {
            name: hashlib.sha256(html.encode("utf-8", "replace")).hexdigest()
            for name, html in (("agenda", self.agenda), ("item", self.item))
        }

    @property
    def key(self) -> tuple[object, ...]:
        """Changes when agenda or item may have to be drawn anew."""
        return reading_key(self.chosen, self.job)


def reading_key(chosen: Chosen, job: Job | None) -> tuple[object, ...]:
    """What tells that agenda and item may have changed; the line about the job depends on more."""
    return chosen.meeting, chosen.item, chosen.paper, job and (job.id, job.state, job.done)


@dataclass(frozen=True, slots=True)
class News:
    """What has changed since a tab looked last; None: nothing."""

    reading: Reading | None
    line: str
    job: Job | None
    question: Job | None
    busy: bool


class ModelLoading:
    """Brings the language model onto this machine in a thread; every tab sees the same state."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._line: tuple[str, float | None] = ("", None)
        self._error = ""

    def start(self, settings: Settings) -> None:
        """Begin, unless it runs already; an interrupted load goes on where it stopped."""
        with self._lock:
            if self.running:
                return
            self._line, self._error = ("Das Laden beginnt …", None), ""
            self._thread = threading.Thread(target=self._run, args=(settings,), daemon=True, name="modell-laden")
            self._thread.start()

    @property
    def running(self) -> bool:
        """Whether bytes are on their way now."""
        return self._thread is not None and self._thread.is_alive()

    def join(self, timeout_s: float) -> None:
        """Wait until loading has ended, but not longer than `timeout_s` seconds."""
        if self._thread is not None:
            self._thread.join(timeout_s)

    def html(self) -> str:
        """The state as a line or box; empty where nothing was begun."""
        if self._error:
            return notice(self._error, "error")
        return progress_bar(self._line[1], self._line[0]) if self.running else ""

    def _run(self, settings: Settings) -> None:
        def progress(what: str, done: int, total: int | None) -> None:
            share = f" {size(done)} von {size(total)}" if total else ""
            self._line = (f"{what}:{share}", done / total if total else None)

        try:
            entry = models.load_catalogue().get(settings.model)
            models.fetch(entry, settings.model_folders, progress=progress, say=lambda _: None)
        except Exception as error:
            self._error = sentence(error)


class Actions:
    """All that the page can do; one object for all tabs."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.loading = ModelLoading()
        self.ready = Ready(settings)

    # --- the model

    def missing_model(self) -> ModelEntry | None:
        """The language model that is set, if it is not on this machine."""
        try:
            entry = models.load_catalogue().get(self.settings.model)
        except ModelError:
            return None
        return None if models.find(entry, self.settings.model_folders) else entry

    def model_box(self) -> str:
        """What to say about a missing model, with the button that loads it; empty if none is missing."""
        entry = self.missing_model()
        return page_views.missing_model(entry, self.loading.html(), self.loading.running) if entry else ""

    def _need_model(self) -> None:
        if self.missing_model() is not None:
            raise ModelError("Dafür fehlt noch das Sprachmodell. Oben auf der Seite können Sie es laden.")

    # --- taking in

    def take_in(self, paths: Sequence[Path]) -> Iterator[tuple[str, Intake | None]]:
        """Read files; yields progress as HTML, at last the summary with what was done. A closed tab does not stop it."""
        lines: queue.Queue[tuple[str, float | None] | Intake | BaseException] = queue.Queue()

        def work() -> None:
            try:
                with workflow.workspace(self.settings) as ws:
                    lines.put(workflow.take_in(ws, paths, progress=lambda text, done: lines.put((text, done))))
            except BaseException as error:
                lines.put(error)

        yield progress_bar(None, "Die Unterlagen werden geöffnet …"), None
        threading.Thread(target=work, daemon=True, name="einlesen").start()
        while True:
            line = lines.get()
            while isinstance(line, tuple) and not lines.empty():
                line = lines.get()
            if isinstance(line, tuple):
                yield progress_bar(line[1], line[0]), None
            elif isinstance(line, Intake):
                yield page_views.intake(line), line
                return
            else:
                yield notice(sentence(line), "error"), None
                return

    def release(self, paper_id: str) -> None:
        """Declare a loose paper public."""
        with workflow.workspace(self.settings) as ws:
            workflow.release(ws, paper_id)

    # --- lists

    def holds_anything(self) -> bool:
        """Whether there is anything to read yet."""
        with workflow.workspace(self.settings) as ws:
            return bool(workflow.meetings(ws, with_papers=False) or workflow.loose_papers(ws, with_text=False))

    def lists(self, chosen: Chosen) -> tuple[str, str, list[tuple[str, str]]]:
        """The meetings and the loose papers as HTML, and what a question can be about (label, id)."""
        with workflow.workspace(self.settings) as ws:
            held, loose = workflow.meetings(ws, with_papers=False), workflow.loose_papers(ws, with_text=False)
        scopes = [("Alle Unterlagen", "")] + [(f"Nur: {m.name}", m.id) for m in held]
        return page_views.meetings(held, chosen.meeting), page_views.loose_papers(loose), scopes

    # --- reading

    def open(self, chosen: Chosen) -> Reading:
        """The chosen meeting (at its chosen item, or the first with papers) or loose paper.

        :raises NotFound: it is not there any more.
        """
        with workflow.workspace(self.settings) as ws:
            if chosen.paper:
                return self._open_paper(ws, chosen)
            return self._open_meeting(ws, chosen)

    def _open_meeting(self, ws: Workspace, chosen: Chosen) -> Reading:
        held = workflow.meeting(ws, chosen.meeting or "")
        job = _briefing_job(ws, held.id)
        brief = workflow.stored_briefing(ws, held.id)
        if chosen.item not in {i.id for i in held.agendaItem}:
            chosen = replace(chosen, item=OVERVIEW)
        item = next((i for i in held.agendaItem if i.id == chosen.item), None)
        written = {i.id: i for i in brief.agendaItem}
        writing = job is not None and job.state in BUSY
        ordered = {j.payload.get("plain") for j in _briefing_jobs(ws.jobs.all(), held.id) if j.state in BUSY}
        return Reading(
            chosen=chosen,
            head=page_views.meeting_head(held, brief.coverage),
            agenda=page_views.agenda(held, brief, chosen.item, writing),
            item=page_item.item(
                item, workflow.with_earlier(ws, written[item.id], item, held), ordered=item.id in ordered
            )
            if item
            else page_overview.overview(brief.overview) or notice("Diese Sitzung hat keine Tagesordnung."),
            line=page_views.briefing_job(job, brief.complete),
            job=job,
            can_write=not brief.complete and not (job and job.state in {*BUSY, "pausiert"}),
        )

    def _open_paper(self, ws: Workspace, chosen: Chosen) -> Reading:
        paper = _loose(ws, chosen.paper or "")
        brief = workflow.brief_paper(ws, paper.id).agendaItem
        item = AgendaItem(id=paper.id, order=0, number=None, name=paper.name, public=paper.public, papers=(paper,))
        return Reading(chosen, "", "", page_item.item(item, brief[0] if brief else None), "")

    def first_page(self, chosen: Chosen) -> tuple[str, int] | None:
        """The page to show when an item is opened: where its proposed resolution stands, or where its papers begin."""
        with workflow.workspace(self.settings) as ws:
            if chosen.paper:
                papers: Sequence[Paper] = [_loose(ws, chosen.paper)]
            else:
                held = workflow.meeting(ws, chosen.meeting or "")
                papers = next((i.papers for i in held.agendaItem if i.id == chosen.item), ())
        return next(((s.file_id, s.first) for p in papers for s in p.files if s.last >= s.first), None)

    def picture(self, file_id: str, page: int, quote: str | None = None, *, closable: bool = False) -> str:
        """A page of the papers as HTML with its picture.

        :param closable: with a button that takes it away again.
        :raises NotFound: there is no such page.
        """
        with workflow.workspace(self.settings) as ws:
            png = workflow.page_picture(ws, file_id, page, PICTURE_WIDTH)
            file = next((f for s in ws.stores if (f := s.file(file_id))), None)
            name = file.name if file else file_id
            pages = max(page, sum(s.page_count(file_id) for s in ws.stores))  # each page lies in one of the two
            public = ws.public.page(file_id, page) is not None
        return page_views.picture(PagePicture(file_id, name, page, pages, png, public, quote, closable))

    def remark(self, chosen: Chosen, item: str, kind: str, target: str | None, text: str | None) -> None:
        """Keep what a person says of an item or of one of its statements.

        :raises InputError: words are missing or too long. :raises NotFound: it is not there any more.
        """
        if kind not in get_args(RemarkKind):
            raise InputError("Diese Anmerkung ist nicht möglich.")
        with workflow.workspace(self.settings) as ws:
            workflow.remark(ws, chosen.meeting, item, cast(RemarkKind, kind), target=target, text=text)

    def withdraw(self, remark_id: str) -> None:
        """Take back what a person said."""
        with workflow.workspace(self.settings) as ws:
            workflow.withdraw(ws, remark_id)

    def downloads(self, chosen: Chosen) -> str:
        """The briefing as files to hand round, as links that hold them: no file lies anywhere for it."""
        with workflow.workspace(self.settings) as ws:
            made = workflow.stored_briefing(ws, chosen.meeting or "", linked=True)
        kinds: tuple[tuple[str, export.Format], ...] = (
            ("Word (DOCX)", "docx"),
            ("PDF", "pdf"),
            ("Text (Markdown)", "md"),
        )
        links = [
            (label, export.file_name(made, kind), export.MEDIA_TYPES[kind], export.render(made, kind))
            for label, kind in kinds
        ]
        return page_views.downloads(links, closed=any(i.public is not True for i in made.agendaItem))

    def delete(self, meeting_id: str) -> str:
        """Delete a meeting; says what was deleted."""
        with workflow.workspace(self.settings) as ws:
            return f"„{workflow.delete(ws, meeting_id).name}“ wurde gelöscht."

    # --- work in the background

    def order_briefing(self, meeting_id: str) -> None:
        """Have the summary written."""
        self._need_model()
        with workflow.workspace(self.settings) as ws:
            workflow.order_briefing(ws, meeting_id)

    def order_plain(self, meeting_id: str, item_id: str) -> None:
        """Have an item said in plain language."""
        self._need_model()
        with workflow.workspace(self.settings) as ws:
            workflow.order_briefing(ws, meeting_id, item_id)

    def steer(self, meeting_id: str, how: str) -> None:
        """Pause (`pause`), go on with (`resume`) or cancel (`cancel`) the summary of a meeting."""
        with workflow.workspace(self.settings) as ws:
            job = _briefing_job(ws, meeting_id)
            if job is None:
                return
            {"pause": ws.jobs.pause, "resume": ws.jobs.resume, "cancel": ws.jobs.cancel}[how](job.id)
        if how == "resume":
            background.ensure_worker(self.settings)

    def ask(self, question: str, meeting_id: str | None, before: str | None = None) -> str:
        """Have a question answered; returns the job's id. A closed tab does not stop it.

        Quotes are found in a thread of this process; a worker has the language model judge them.

        :param before: the job of the question shown, which this one may follow up.
        """
        ws = self.ready.workspace()
        jobs, job = question_jobs.begin(ws, question.strip(), meeting_id or None, before)
        has_model = self.missing_model() is None

        def work() -> None:
            try:
                question_jobs.answer(ws, jobs, job, has_model=has_model)
            except Exception as error:  # its state could not be kept; whoever looks is told that
                sentence(error)

        if jobs.has_claimed(job.id):
            threading.Thread(target=work, daemon=True, name="frage").start()
        return job.id

    def stop(self, job_id: str) -> None:
        """Cancel a question that waits or is being answered."""
        with workflow.workspace(self.settings) as ws:
            ws.jobs.cancel(job_id)

    def forget(self, job_id: str) -> None:
        """Remove a question with its answer."""
        with workflow.workspace(self.settings) as ws, contextlib.suppress(NotFound):
            ws.jobs.remove(job_id)

    def questions(self) -> list[Job]:
        """All questions asked, newest first."""
        with workflow.workspace(self.settings) as ws:
            return [j for j in ws.jobs.all() if j.kind == "frage"]

    def news(self, chosen: Chosen, seen: tuple[object, ...]) -> News:
        """How the work in the background stands; agenda and item only where they differ from `seen`."""
        with workflow.workspace(self.settings) as ws:
            everything = ws.jobs.all()
        asked = next((j for j in everything if j.id == chosen.question), None)
        job = _foremost(_briefing_jobs(everything, chosen.meeting)) if chosen.meeting else None
        reading = None
        if chosen.meeting and reading_key(chosen, job) != seen:
            with contextlib.suppress(NotFound):  # deleted in another tab
                reading = self.open(chosen)
        busy = self.loading.running or any(j.state in BUSY for j in (job, asked) if j)
        line = reading.line if reading else page_views.briefing_job(job, False) if job and job.state != "fertig" else ""
        return News(reading, line, job, asked, busy)

    def wake_worker(self) -> None:
        """Go on with what waits from an earlier run of the program."""
        with workflow.workspace(self.settings) as ws:
            waiting = any(j.state in BUSY for j in ws.jobs.all())
        if waiting:
            background.ensure_worker(self.settings)


def _briefing_job(ws: Workspace, meeting_id: str) -> Job | None:
    """The job that tells how this meeting's summary stands."""
    return _foremost(_briefing_jobs(ws.jobs.all(), meeting_id))


def _briefing_jobs(everything: Iterable[Job], meeting_id: str) -> list[Job]:
    return [j for j in everything if j.kind == "briefing" and j.payload.get("meeting") == meeting_id]


def _foremost(found: Sequence[Job]) -> Job | None:
    """Of several jobs (the newest first) the one that runs, else one that will, else the latest."""
    for states in (("läuft",), ("wartet",), ("pausiert",)):
        for job in found:
            if job.state in states:
                return job
    return found[0] if found else None


def _loose(ws: Workspace, paper_id: str) -> Paper:
    paper = next((p for p in workflow.loose_papers(ws) if p.id == paper_id), None)
    if paper is None:
        raise NotFound("Diese Vorlage ist nicht mehr vorhanden.")
    return paper
