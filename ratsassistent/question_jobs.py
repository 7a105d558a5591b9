"""A question as a job: quotes at once, where it is asked; what the language model makes of them from the worker.

What enters: an opened Workspace, a question, the job of the question that it may follow up. What leaves: jobs whose
result is an Answer; one that the model is still to read has its quotes as result already.
What it does not know: how an answer is made (`asking`), how a language model is loaded, the page.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Mapping
from typing import Any

from pydantic import JsonValue

from ratsassistent import asking, held, own_jobs
from ratsassistent import worker as background
from ratsassistent.briefings import Answer
from ratsassistent.errors import InputError, NotFound
from ratsassistent.jobs import QUESTION_PRIORITY, Job, Jobs
from ratsassistent.worker import Progress, SoFar
from ratsassistent.workspace import Workspace
from ratsassistent.writing.model.language_model import LanguageModel

MOST_BEFORE = 5  # questions of a conversation that are looked back at
HERE = "seite"  # names whoever answers in its own process


def order(ws: Workspace, question: str, wanted: str | None = None, before: str | None = None) -> Job:
    """Put a question into the queue, before all briefings, and see that a worker runs.

    :param before: the job of the question that it may follow up.
    :raises InputError: the question is empty. :raises NotFound: there is no such meeting.
    """
    job = _add(ws, ws.jobs, question, wanted, before)
    background.ensure_worker(ws.settings)
    return job


def begin(
    ws: Workspace,
    question: str,
    wanted: str | None = None,
    before: str | None = None,
    *,
    top: str | None = None,
    narrowed: Mapping[str, Any] | None = None,
) -> tuple[Jobs, Job]:
    """The job of a question that is to be answered here, by `answer` with the same `Jobs`.

    The same question may be waited for already: then it has not been claimed, and a worker is at it.

    :param top: an item of the meeting. :param narrowed: as for `asking.ask`.
    :raises InputError: the question is empty. :raises NotFound: there is no such meeting.
    """
    jobs = ws.jobs
    job = _add(ws, jobs, question, wanted, before, worker=HERE, top=top, narrowed=narrowed)
    if job.state == "wartet":
        background.ensure_worker(ws.settings)
    return jobs, job


def answer(ws: Workspace, jobs: Jobs, job: Job, *, has_model: bool) -> None:
    """Answer a question that `begin` claimed with quotes; where there are any for the model to judge, a worker goes on.

    What goes wrong is kept as the job's state.

    :param has_model: a language model is on this machine.
    """

    def quoted(job: Job, beat: Progress) -> JsonValue | SoFar:
        beat(0, 1, "")
        before = _answered_before(ws, job)
        made = asking.ask(ws, str(job.payload["question"]), **_within(job), before=before)
        result: JsonValue = made.model_dump(mode="json")
        return SoFar(result) if has_model and asking.wants_model(made) else result

    background.run_here(jobs, job, quoted)
    with contextlib.suppress(NotFound):  # removed meanwhile
        if jobs.get(job.id).state == "wartet":
            background.ensure_worker(ws.settings)


def complete(
    ws: Workspace,
    job: Job,
    model: Callable[[], LanguageModel],
    should_stop: Callable[[], bool],
    on_text: Callable[[str], None],
) -> Answer:
    """What a worker does of a question: the whole answer, or what is still lacking of it.

    :raises Interrupted: `should_stop` said so.
    """
    before = _answered_before(ws, job)
    if job.result is not None and not own_jobs.is_closed(ws.public, ws.nonpublic, job.result):  # seen still
        given = Answer.model_validate(job.result)
        return asking.with_model(ws, given, model, before=before, should_stop=should_stop, on_text=on_text)
    question = str(job.payload["question"])
    return asking.ask(
        ws, question, model=model, **_within(job), before=before, should_stop=should_stop, on_text=on_text
    )


def _add(
    ws: Workspace,
    jobs: Jobs,
    question: str,
    wanted: str | None,
    before: str | None,
    *,
    worker: str | None = None,
    top: str | None = None,
    narrowed: Mapping[str, Any] | None = None,
) -> Job:
    ws.need("ask")
    if not question.strip():
        raise InputError("Bitte eine Frage eingeben.")
    chosen = held.wanted_meeting(ws, wanted) if wanted else None
    payload: dict[str, JsonValue] = {"question": question, "meeting": chosen.id if chosen else None, "before": before}
    if chosen and top:
        payload["top"] = held.wanted_item(chosen, top).id
    if narrowed:
        payload["narrowed"] = dict(narrowed)
    return jobs.add("frage", question, payload, priority=QUESTION_PRIORITY, worker=worker)


def _within(job: Job) -> dict[str, Any]:
    """What a question is put to, as `asking.ask` wants it."""
    given = job.payload
    return {"wanted": given["meeting"] or None, "top": given.get("top"), "narrowed": given.get("narrowed")}


def _answered_before(ws: Workspace, job: Job) -> list[Answer]:
    """The questions before this one that are still there, the last one last; one that was stopped has no answer."""
    found: list[Answer] = []
    with contextlib.suppress(NotFound):
        while (key := job.payload.get("before")) and len(found) < MOST_BEFORE:
            job = ws.jobs.get(str(key))
            text = str(job.payload["question"])
            found.insert(0, Answer.model_validate(job.result) if job.result is not None else _unanswered(text))
    return found


def _unanswered(question: str) -> Answer:
    return Answer(question=question, answered=False, answer="", statements=(), pages_read=0, pages_total=0, seconds=0.0)


class Report:
    """Tells the queue how far a job is, at most twice a second: each report is a write to the disk."""

    def __init__(self, beat: Callable[[int, int, str], None], total: int) -> None:
        self._beat, self.total = beat, total
        self.done, self.message = 0, ""
        self._last = 0.0

    def say(self, done: int, message: str) -> None:
        """Report at once."""
        self.done, self.message, self._last = done, message, time.monotonic()
        self._beat(done, self.total, message)

    def growing(self, text: str) -> None:
        """Report an answer as it grows, now and then."""
        self.message = text
        self.should_stop()

    def should_stop(self) -> bool:
        """Now and then ask the queue whether to go on; it says no by raising Interrupted."""
        if time.monotonic() - self._last > 0.5:
            self.say(self.done, self.message)
        return False
