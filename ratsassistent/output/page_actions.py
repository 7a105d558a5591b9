"""What the page asks of `workflow`, each step in a workspace of its own, as HTML and plain values ready to be shown.

What enters: settings, ids, questions, paths of uploaded files. What leaves: HTML (escaped), flags for buttons.
What it does not know: Gradio, SQL, how anything is read or written.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import logging
import threading
import traceback
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ratsassistent import (
    access_log,
    briefing_jobs,
    corrections,
    language_models,
    models,
    public_part,
    question_jobs,
    workflow,
)
from ratsassistent.backup import known
from ratsassistent.briefings import Briefing, Intake, Mark
from ratsassistent.errors import InputError, ModelError, NotFound, RatsassistentError
from ratsassistent.jobs import Job
from ratsassistent.models import ModelEntry
from ratsassistent.oparl import AgendaItem, Meeting, Paper
from ratsassistent.output import (
    export,
    page_agenda,
    page_correct,
    page_correcting,
    page_dating,
    page_delete,
    page_export,
    page_item,
    page_marks,
    page_noting,
    page_outdated,
    page_overview,
    page_today,
    page_views,
)
from ratsassistent.output.page_allowed import Allowed
from ratsassistent.output.page_help import Help
from ratsassistent.output.page_loading import ModelLoading
from ratsassistent.output.page_locking import Locking
from ratsassistent.output.page_persons import Persons
from ratsassistent.output.page_queue import BUSY
from ratsassistent.output.page_ready import Ready
from ratsassistent.output.page_taking import Taking
from ratsassistent.output.page_text import notice
from ratsassistent.output.page_views import PagePicture
from ratsassistent.output.page_working import Work
from ratsassistent.settings import Settings
from ratsassistent.shown_pages import Marker, is_scanned
from ratsassistent.workflow import Workspace

FAILED = "Das hat nicht geklappt. Bitte versuchen Sie es noch einmal; hilft das nicht, starten Sie das Programm neu."
GONE = "Diese Sitzung gibt es nicht mehr. Vielleicht wurde sie in einem anderen Fenster gelöscht."
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
    welcome: bool = False  # the first steps are to be seen
    corrected: str | None = None  # the correction that was made just now
    undone: str = ""  # in words, the one that was taken back just now

    def elsewhere(self, **now: str | None) -> Chosen:
        """Looking at something else: what was corrected just now is not told there."""
        return replace(self, corrected=None, undone="", **now)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Reading:
    """An opened meeting or loose paper, and what can be done with it now."""

    chosen: Chosen
    head: str
    agenda: str
    item: str
    line: str
    controls: str = ""
    about: str = ""
    confirm: str = ""  # what is asked before it is deleted
    dates: str = ""  # when it is to be deleted
    job: Job | None = None
    key: tuple[object, ...] = ()  # changes when one of these may have to be drawn anew (`Actions.reading_key`)

    @property
    def drawn(self) -> dict[str, str]:
        """Digests of its parts: what is the same is not drawn anew under the reader's hands."""
        parts = (
            ("agenda", self.agenda),
            ("item", self.item),
            ("controls", self.controls),
            ("about", self.about),
            ("confirm", self.confirm),
        )
        return {name: digest(html) for name, html in parts}


def digest(html: str) -> str:
    """Tells one HTML from another."""
    return hashlib.sha256(html.encode("utf-8", "replace")).hexdigest()


@dataclass(frozen=True, slots=True)
class News:
    """How things stand when a tab looks again; `reading` and `line` are None where they may stay as they are."""

    reading: Reading | None
    key: tuple[object, ...]
    line: str | None
    queue: str
    question: Job | None
    busy: bool


class Actions(Allowed):
    """All that the page can do; one object for all tabs."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.loading = ModelLoading(sentence)
        self.ready = Ready(settings.of_system())
        self.work = Work(settings)
        self.help = Help(settings)
        self.taking = Taking(settings.of_system(), sentence)
        self.taking.resume()
        self._marker = Marker()
        self.locking = Locking(settings, self.let_go, sentence)
        self.help.locking = self.locking
        self.persons = self.help.persons = Persons(settings)

    def let_go(self) -> None:
        """Let go of what is open and in memory of the archives."""
        self._marker.forget()
        self.ready.close()

    # --- the model

    def missing_model(self) -> ModelEntry | None:
        """The language model that is set, if it is not on this machine."""
        try:
            entry = models.load_catalogue().get(self.settings.model)
        except ModelError:
            return None
        return entry if language_models.is_missing(self.settings) else None

    def model_box(self) -> str:
        """What to say about a missing model, with the button that loads it; empty if none is missing."""
        entry = self.missing_model()
        return page_views.missing_model(entry, self.loading.html(), self.loading.running) if entry else ""

    # --- taking in

    def take_in(self, paths: Sequence[Path]) -> Iterator[tuple[str, Intake | None]]:
        """Read files; yields progress as HTML, at last the summary with what was done. A closed tab does not stop it."""
        for run in self.taking.follow(self.taking.begin(paths)):
            yield run.html(), run.done

    def release(self, paper_id: str) -> None:
        """Declare a loose paper public."""
        with workflow.workspace(self.settings) as ws:
            workflow.release(ws, paper_id)

    # --- lists

    def holds_anything(self) -> bool:
        """Whether there is anything to read yet."""
        with workflow.workspace(self.settings) as ws:
            return bool(workflow.meetings(ws, with_papers=False) or workflow.loose_papers(ws, with_text=False))

    def lists(self, chosen: Chosen) -> tuple[str, str, str]:
        """The meetings and the loose papers as HTML."""
        with workflow.workspace(self.settings) as ws:
            held, loose = workflow.meetings(ws, with_papers=False), workflow.loose_papers(ws, with_text=False)
            today = self._today(ws, held)
        return today, page_views.meetings(held, chosen.meeting), page_views.loose_papers(loose)

    def _today(self, ws: Workspace, held: Sequence[Meeting]) -> str:
        """The next meeting with how far the reader is; empty where none is near."""
        today = dt.date.today()
        coming = page_today.next_meetings(held, today)
        if not coming:
            return ""
        whole = workflow.meeting(ws, coming[0].id)
        brief, marks = workflow.stored_briefing(ws, whole.id), workflow.marks(ws, whole.agendaItem)
        return page_today.card(whole, brief, marks, today, coming[1:])

    # --- reading

    def open(self, chosen: Chosen) -> Reading:
        """The chosen meeting (at its chosen item, or the first with papers) or loose paper.

        :raises NotFound: it is not there any more.
        """
        with workflow.workspace(self.settings) as ws:
            if chosen.paper:
                return self._open_paper(ws, chosen)
            reading = self._open_meeting(ws, chosen)
            items = workflow.meeting(ws, reading.chosen.meeting or "").agendaItem
            item = reading.chosen.item
            access_log.opened(ws, reading.chosen.meeting, items, None if item == OVERVIEW else item)
            return reading

    def _open_meeting(self, ws: Workspace, chosen: Chosen) -> Reading:
        try:
            held = workflow.meeting(ws, chosen.meeting or "")
        except NotFound:
            raise NotFound(GONE) from None
        everything = ws.jobs.all()
        jobs = briefing_jobs.of_meeting(everything, held.id)
        job = briefing_jobs.foremost(jobs)
        brief = workflow.stored_briefing(ws, held.id)
        if chosen.item not in {i.id for i in held.agendaItem}:
            chosen = replace(chosen, item=OVERVIEW)
        item = next((i for i in held.agendaItem if i.id == chosen.item), None)
        queue, marks = ws.jobs.queue(), workflow.marks(ws, held.agendaItem)
        finished = page_views.finished(brief) if brief.complete else ""
        return Reading(
            chosen=chosen,
            head=page_views.meeting_head(held, brief.coverage) + self.persons.about_meeting(ws, held),
            agenda=page_agenda.agenda(held, brief, chosen.item, job is not None and job.state in BUSY, marks),
            item=self._item(ws, held, item, brief, jobs, marks.get(item.id), chosen)
            if item
            else (
                page_overview.overview(brief.overview)
                + page_marks.steps(None, next(iter(held.agendaItem), None))
                + page_correcting.of_meeting(ws, held, chosen)
            )
            or notice("Diese Sitzung hat keine Tagesordnung."),
            line=self.work.progress(queue, job) or finished,
            controls=self.work.controls(ws, held, brief, queue, job),
            about=self.help.about(ws, brief),
            confirm=page_delete.asked(held, brief, corrections.count(ws, held.id)),
            dates=page_dating.of_meeting(ws, held),
            job=job,
            key=self.reading_key(chosen, queue, job),
        )

    def _item(
        self,
        ws: Workspace,
        held: Meeting,
        item: AgendaItem,
        brief: Briefing,
        jobs: Sequence[Job],
        mark: Mark | None,
        chosen: Chosen,
    ) -> str:
        corrected = corrections.about(ws, held.id, item)
        told = page_correct.at_place(corrected, chosen.corrected, chosen.undone, item.id)
        place = held.agendaItem.index(item)
        before = held.agendaItem[place - 1] if place else None
        after = next(iter(held.agendaItem[place + 1 :]), None)
        written = next(i for i in brief.agendaItem if i.id == item.id)
        busy = [j for j in jobs if j.state in BUSY]
        told_before, behind = self.persons.about_item(ws, held, item)
        return (
            told_before
            + page_item.item(
                item,
                workflow.with_earlier(ws, written, item, held),
                ordered=item.id in {j.payload.get("plain") for j in busy},
                summary="none"
                if written.level == "voll" or not item.has_files
                else "ordered"
                if item.id in {j.payload.get("item") for j in busy}
                else "later"
                if busy
                else "possible",
                marking=page_marks.switches(item.id, mark),
                steps=page_marks.steps(before, after, first=not place) + page_marks.keys(),
                mending=page_correcting.menus(item, held, told),
                readers=page_noting.readers(ws),
                outdated=page_outdated.outdated(workflow.outdated(ws, item), corrected)
                if written.level != "voll"
                else "",
            )
            + behind
        )

    def reading_key(self, chosen: Chosen, queue: Sequence[Job], job: Job | None) -> tuple[object, ...]:
        """What tells that an opened meeting may have changed; the line about its job depends on more."""
        place = [j.id for j in queue].index(job.id) if job and job.id in {j.id for j in queue} else 0
        now = self.work.working()
        return (
            chosen.meeting,
            chosen.item,
            chosen.paper,
            now,
            job and (job.id, job.state, job.done, place, job.not_before),
        )

    def _open_paper(self, ws: Workspace, chosen: Chosen) -> Reading:
        paper = _loose(ws, chosen.paper or "")
        brief = workflow.brief_paper(ws, paper.id).agendaItem
        item = AgendaItem(id=paper.id, order=0, number=None, name=paper.name, public=paper.public, papers=(paper,))
        return Reading(
            chosen, "", "", page_item.item(item, brief[0] if brief else None, readers=page_noting.readers(ws)), ""
        )

    def first_page(self, chosen: Chosen) -> tuple[str, int] | None:
        """The page to show when an item is opened: where its proposed resolution stands, or where its papers begin."""
        with workflow.workspace(self.settings) as ws:
            if chosen.paper:
                papers: Sequence[Paper] = [_loose(ws, chosen.paper)]
            else:
                held = workflow.meeting(ws, chosen.meeting or "")
                papers = next((i.papers for i in held.agendaItem if i.id == chosen.item), ())
        return next(((s.file_id, s.first) for p in papers for s in p.files if s.last >= s.first), None)

    def picture(self, file_id: str, page: int, quote: str | None = None, *, closable: bool = False) -> Iterator[str]:
        """A page of the papers as HTML with its picture, the quoted words marked; of a scanned page first without marks.

        :param closable: with a button that takes it away again.
        :raises NotFound: there is no such page.
        """
        with workflow.workspace(self.settings) as ws:
            png = workflow.page_picture(ws, file_id, page, PICTURE_WIDTH)
            file = next((f for s in ws.stores if (f := s.file(file_id))), None)
            name = file.name if file else file_id
            pages = max(page, sum(s.page_count(file_id) for s in ws.stores))  # each page lies in one of the two
            public = ws.public.page(file_id, page) is not None
            if not public:
                access_log.noted(ws, "page", [{"file_id": file_id, "page": page}])
            shown = PagePicture(file_id, name, page, pages, png, public, quote, closable)
            if not quote:
                yield page_views.picture(shown)
                return
            if is_scanned(ws, file_id, page) and not self._marker.knows(file_id, page):
                yield page_views.picture(replace(shown, marks=None))
            try:
                marks = tuple(self._marker.boxes(ws, file_id, page, quote))
            except RatsassistentError:  # the page is shown all the same
                marks = ()
        yield page_views.picture(replace(shown, marks=marks))

    def remark(
        self, chosen: Chosen, item: str, kind: str, target: str | None, text: str | None, readers: str | None = None
    ) -> None:
        """Keep what a person says of an item or of one of its statements; arguments and errors as of `page_noting.say`."""
        page_noting.say(self.settings, chosen.meeting, item, kind, target=target, text=text, readers=readers)

    def mark(self, chosen: Chosen, item: str, kind: str, on: bool) -> None:
        """Mark an item of the open meeting as read or important, or take the mark away.

        :raises InputError: there is no such mark. :raises NotFound: the item is not there any more.
        """
        if kind not in {"read", "important"}:
            raise InputError("Diese Kennzeichnung ist nicht möglich.")
        with workflow.workspace(self.settings) as ws:
            workflow.put_mark(ws, chosen.meeting or "", item, **{kind: on})

    def withdraw(self, remark_id: str) -> None:
        """Take back what a person said."""
        with workflow.workspace(self.settings) as ws:
            workflow.withdraw(ws, remark_id)

    def downloads(self, chosen: Chosen, part: str = "whole") -> str:
        """The briefing as files to hand round, as links that hold them: no file lies anywhere for it.

        :param part: "public": only what is public. :raises InputError: nothing is.
        """
        with workflow.workspace(self.settings) as ws:
            meeting = chosen.meeting or ""
            public = part == "public"
            made = public_part.stored(ws, meeting) if public else workflow.stored_briefing(ws, meeting, linked=True)
            if any(i.public is not True for i in made.agendaItem):
                access_log.noted(ws, "export", [{"meeting_id": meeting}])
        kinds: tuple[tuple[str, export.Format], ...] = (
            ("Word (DOCX)", "docx"),
            ("PDF", "pdf"),
            ("Text (Markdown)", "md"),
        )
        links = [
            (label, export.file_name(made, kind), export.MEDIA_TYPES[kind], export.render(made, kind))
            for label, kind in kinds
        ]
        closed = any(i.public is not True for i in made.agendaItem)
        return page_export.made(part, page_views.download_links(links), closed=closed)

    def delete(self, meeting_id: str) -> str:
        """Delete a meeting; says what was deleted, and where it still is."""
        with workflow.workspace(self.settings) as ws:
            gone = workflow.delete(ws, meeting_id)
        return f"„{gone.name}“ wurde gelöscht. {known.after_deletion(self.settings, [gone.id])}".strip()

    # --- work in the background

    def queue(self) -> str:
        """All that is still to be written, as HTML."""
        with workflow.workspace(self.settings) as ws:
            return self.work.queue(ws)

    def ask(
        self,
        question: str,
        meeting_id: str | None,
        before: str | None = None,
        *,
        top: str | None = None,
        narrowed: Mapping[str, Any] | None = None,
    ) -> str:
        """Have a question answered; returns the job's id. A closed tab does not stop it.

        Quotes are found in a thread of this process; a worker has the language model judge them.

        :param before: the job of the question shown, which this one may follow up.
        :param top: an item of the meeting. :param narrowed: as for `asking.ask`.
        """
        asking = self.settings
        with self.ready.lent(asking) as ws:
            jobs, job = question_jobs.begin(
                ws, question.strip(), meeting_id or None, before, top=top, narrowed=narrowed
            )
        has_model = self.missing_model() is None

        def work() -> None:
            try:
                with self.ready.lent(asking) as mine:
                    question_jobs.answer(mine, jobs, job, has_model=has_model)
                    access_log.answered(mine, jobs, job.id)
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
        """How the work in the background stands; agenda and item only where they may differ from `seen`."""
        with workflow.workspace(self.settings) as ws:
            everything, queue = ws.jobs.all(), ws.jobs.queue()
            shown = "" if chosen.meeting or chosen.paper else self.work.queue(ws)
        asked = next((j for j in everything if j.id == chosen.question), None)
        job = briefing_jobs.foremost(briefing_jobs.of_meeting(everything, chosen.meeting)) if chosen.meeting else None
        key = self.reading_key(chosen, queue, job)
        reading = None
        if chosen.meeting and key != seen:
            with contextlib.suppress(NotFound):  # deleted in another tab
                reading = self.open(chosen)
        now = dt.datetime.now(dt.UTC)
        watched = [j for j in (job, asked, *(queue if shown else ())) if j]
        busy = self.loading.running or self.taking.running or any(j.state in BUSY and j.is_due(now) for j in watched)
        line = reading.line if reading else self.work.progress(queue, job) or None
        return News(reading, key, line, shown, asked, busy)


def _loose(ws: Workspace, paper_id: str) -> Paper:
    paper = next((p for p in workflow.loose_papers(ws) if p.id == paper_id), None)
    if paper is None:
        raise NotFound("Diese Vorlage ist nicht mehr vorhanden.")
    return paper
