"""A question as a job: quotes at once where it is asked, the model's sentence from the worker, and what may come between."""

from __future__ import annotations

from typing import Any

import pytest
from scripted import RECORD, ScriptedModel

from ratsassistent import asking, jobs, liveness, question_jobs, worker, workflow
from ratsassistent.briefings import Answer
from ratsassistent.errors import InputError, NotFound, StorageError
from ratsassistent.jobs import Job
from ratsassistent.workflow import Workspace
from ratsassistent.writing.answers import phrasing

ASKED = "Wer wird Leiterin des Stadtbauamts?"
SENTENCE = "Frau Corinna Thalbrück wird zum 1. Mai 2027 als Leiterin des Stadtbauamts eingestellt. [S1]"


@pytest.fixture(autouse=True)
def started(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Each start of a worker, which then does nothing."""
    starts: list[object] = []
    monkeypatch.setattr(worker, "ensure_worker", lambda settings: starts.append(settings) or True)
    return starts


@pytest.fixture
def helps(monkeypatch: pytest.MonkeyPatch) -> None:
    """A sentence of the model is said to help every answer."""
    monkeypatch.setattr(asking, "wants_model", lambda *_: True)
    monkeypatch.setattr(phrasing, "helps", lambda *_: True)


def ask(ws: Workspace, text: str = ASKED, *, has_model: bool = True, before: str | None = None) -> Job:
    """Ask as the page does."""
    at, job = question_jobs.begin(ws, text, before=before)
    assert job.state == "läuft"
    question_jobs.answer(ws, at, job, has_model=has_model)
    return ws.jobs.get(job.id)


def answer_of(job: Job) -> Answer:
    return Answer.model_validate(job.result)


def test_quotes_are_the_answer_where_no_sentence_helps(
    ws: Workspace, started: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "wants_model", lambda *_: False)
    done = ask(ws)
    assert done.state == "fertig"
    assert "Thalbrück" in answer_of(done).answer
    assert answer_of(done).model is None
    assert started == []


@pytest.mark.usefixtures("helps")
def test_without_a_language_model_no_worker_is_waited_for(ws: Workspace, started: list[object]) -> None:
    assert ask(ws, has_model=False).state == "fertig"
    assert started == []


@pytest.mark.usefixtures("helps")
def test_quotes_are_there_while_the_sentence_is_awaited_and_nothing_is_looked_for_twice(
    ws: Workspace, started: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = ask(ws)
    assert (waiting.state, waiting.finished) == ("wartet", None)
    quotes = answer_of(waiting)
    assert {s.origin for s in quotes.statements} == {"extract"}
    assert len(started) == 1

    def never(*_: object, **__: object) -> None:
        raise AssertionError("it was looked for anew")

    monkeypatch.setattr(asking, "find", never)
    seen: list[str] = []
    real = jobs.Jobs.beat
    monkeypatch.setattr(jobs.Jobs, "beat", lambda *a, **k: seen.append(a[4]) or real(*a, **k))
    ws.model = ScriptedModel([SENTENCE])
    workflow.work(ws, idle_exit_s=0)
    done = ws.jobs.get(waiting.id)
    assert done.state == "fertig"
    said = answer_of(done).statements
    assert (said[0].origin, said[0].text) == ("model", SENTENCE.removesuffix(" [S1]"))
    assert said[1:] == quotes.statements
    assert answer_of(done).model == RECORD
    assert (answer_of(done).pages_read, answer_of(done).nearest) == (40, ())
    assert answer_of(done).judge == RECORD
    assert quotes.answer not in seen  # what grows is the sentence alone


@pytest.mark.usefixtures("helps")
@pytest.mark.parametrize("reply", ["", "Frau Thalbrück bekommt dafür 99.999 Euro. [S1]"])
def test_a_sentence_that_is_not_sound_leaves_the_quotes(ws: Workspace, reply: str) -> None:
    waiting = ask(ws)
    ws.model = ScriptedModel([reply])
    workflow.work(ws, idle_exit_s=0)
    done = ws.jobs.get(waiting.id)
    assert done.state == "fertig"
    assert answer_of(done).statements == answer_of(waiting).statements


def test_quotes_that_the_model_doubts_are_no_answer_any_more(ws: Workspace) -> None:
    waiting = ask(ws)
    quotes = answer_of(waiting)
    ws.model = ScriptedModel([], chooses=lambda _: "Nein")
    workflow.work(ws, idle_exit_s=0)
    made = answer_of(ws.jobs.get(waiting.id))
    assert (made.answered, made.doubted, made.answer) == (False, True, "")
    assert made.statements == quotes.statements
    assert made.judge == RECORD
    assert made.sure is not None
    assert quotes.sure is not None
    assert made.sure < quotes.sure


@pytest.mark.usefixtures("helps")
def test_who_does_not_want_to_wait_keeps_the_quotes(ws: Workspace) -> None:
    waiting = ask(ws)
    ws.jobs.cancel(waiting.id)
    workflow.work(ws, idle_exit_s=0)
    kept = ws.jobs.get(waiting.id)
    assert (kept.state, kept.result) == ("abgebrochen", waiting.result)


@pytest.mark.usefixtures("helps")
def test_a_follow_up_may_come_while_the_sentence_is_awaited(ws: Workspace) -> None:
    first = ask(ws, "Bis wann muss der Förderantrag für die Turnhalle gestellt werden?")
    assert first.state == "wartet"
    then = ask(ws, "Und wer stellt den Antrag?", has_model=False, before=first.id)
    assert "Turnhalle" in (answer_of(then).asked or "")


def test_a_follow_up_on_a_question_without_an_answer_has_its_subject_and_the_pages_before_it(ws: Workspace) -> None:
    first = ask(ws, "Bis wann muss der Förderantrag für die Turnhalle gestellt werden?", has_model=False)
    _, stopped = question_jobs.begin(ws, "Und welche Farbe hat die Turnhalle?", before=first.id)
    ws.jobs.cancel(stopped.id)
    then = ask(ws, "Und warum?", has_model=False, before=stopped.id)
    assert "Turnhalle" in (answer_of(then).asked or "")
    before = question_jobs._answered_before(ws, ws.jobs.get(then.id))
    assert [a.question for a in before] == [first.title, stopped.title]
    assert asking._completed("Und warum?", before).near == set(asking.turn_of(answer_of(first)).places)
    ws.jobs.remove(stopped.id)
    assert question_jobs._answered_before(ws, ws.jobs.get(then.id)) == []


def test_a_question_that_was_stopped_meanwhile_stays_stopped(ws: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    real = asking.ask

    def slow(*args: Any, **more: Any) -> Answer:
        made = real(*args, **more)
        ws.jobs.cancel(job.id)
        return made

    at, job = question_jobs.begin(ws, ASKED)
    monkeypatch.setattr(asking, "ask", slow)
    question_jobs.answer(ws, at, job, has_model=True)
    assert (ws.jobs.get(job.id).state, ws.jobs.get(job.id).result) == ("abgebrochen", None)


def test_a_question_that_was_removed_meanwhile_is_gone(ws: Workspace) -> None:
    at, job = question_jobs.begin(ws, ASKED)
    ws.jobs.remove(job.id)
    question_jobs.answer(ws, at, job, has_model=True)
    with pytest.raises(NotFound):
        ws.jobs.get(job.id)


def test_what_goes_wrong_is_told(ws: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object, **__: object) -> None:
        raise StorageError("Die Ablage ist nicht lesbar.")

    monkeypatch.setattr(asking, "ask", fails)
    told = ask(ws)
    assert (told.state, told.error) == ("fehler", "Die Ablage ist nicht lesbar.")


def test_the_same_question_is_answered_once_at_a_time(ws: Workspace) -> None:
    mine, job = question_jobs.begin(ws, ASKED)
    other, same = question_jobs.begin(ws, ASKED)
    assert same.id == job.id
    assert mine.has_claimed(job.id)
    assert not other.has_claimed(job.id)
    workflow.work(ws, idle_exit_s=0)  # nor does a worker take it
    assert ws.jobs.get(job.id).state == "läuft"
    question_jobs.answer(ws, mine, job, has_model=False)
    assert ws.jobs.get(job.id).state == "fertig"


def test_a_question_of_a_page_that_was_closed_in_the_middle_is_answered_by_the_worker(
    ws: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, job = question_jobs.begin(ws, ASKED)
    monkeypatch.setattr(liveness, "_is_there", lambda _: False)  # as the next start of the program finds it
    ws.model = ScriptedModel(lambda _: "")
    workflow.work(ws, idle_exit_s=0)
    done = ws.jobs.get(job.id)
    assert done.state == "fertig"
    assert "Thalbrück" in answer_of(done).answer


def test_an_empty_question_is_refused(ws: Workspace) -> None:
    with pytest.raises(InputError):
        question_jobs.begin(ws, " \n")
    assert ws.jobs.all() == []


def test_a_question_is_put_to_what_it_was_narrowed_to(ws: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "wants_model", lambda *_: False)
    meeting = workflow.meeting(ws, workflow.meetings(ws)[0].id)
    for item in (*meeting.agendaItem[:3], meeting.agendaItem[-1]):
        at, job = question_jobs.begin(ws, "Was wird vorgeschlagen?", meeting.id, top=item.id, narrowed={"public": True})
        question_jobs.answer(ws, at, job, has_model=False)
        pages = {(s.file_id, n) for p in item.papers for s in p.files for n in range(s.first, s.last + 1)}
        found = {(c.file_id, c.page) for s in answer_of(ws.jobs.get(job.id)).statements for c in s.citation}
        assert found <= (pages if item.public else set())
