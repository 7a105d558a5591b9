"""Long work that is killed goes on where it stopped, and a question goes before a briefing.

The model is a scripted one that writes down what it was asked; at a given call it hangs until it is killed.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from conftest import settings_for
from scripted import ScriptedModel

import ratsassistent
from ratsassistent import briefing_items, workflow
from ratsassistent.jobs import Job
from ratsassistent.workflow import Workspace
from ratsassistent.writing import briefing as writing
from ratsassistent.writing.model.prompts import REFUSAL

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="kills with SIGKILL")

MEETING = "2027-01-26"
ITEMS = 8  # items of the pack that have papers, and so something for a model to read
HANG = 4
ONCE = writing.Effort(
    tries=1, again=False
)  # one question to the model for each item; without an answer none is asked twice
PATHS = [str(Path(__file__).parent), str(Path(ratsassistent.__file__).parent.parent)]

# Started as a process of its own: folder, log, what to do, the call at which to hang (0: never).
PROGRAM = """
import sys
from pathlib import Path
from test_resume import run

run(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], int(sys.argv[4]))
"""


def run(folder: Path, log: Path, what: str, hang: int = 0) -> None:
    """Write the briefing of the meeting, at once or as a job; the model hangs at the call of this number."""
    calls = 0
    writing.USUAL, briefing_items._EFFORTS = ONCE, (writing.THOROUGH, ONCE)

    def reply(content: str) -> str:
        nonlocal calls
        calls += 1
        with log.open("a", encoding="utf-8") as file:
            file.write(content.replace("\n", " ") + "\n")
        while calls == hang:
            time.sleep(0.02)
        return ""

    with workflow.workspace(settings_for(folder)) as ws:
        ws.model = ScriptedModel(reply)
        if what == "brief":
            workflow.brief(ws, MEETING, "voll")
        else:
            workflow.work(ws, idle_exit_s=0)


@pytest.fixture(autouse=True)
def one_question_an_item(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "USUAL", ONCE)
    monkeypatch.setattr(briefing_items, "_EFFORTS", (writing.THOROUGH, ONCE))


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "gefragt.txt"


def asked(log: Path) -> list[str]:
    """What the model was asked for, in order, one line a call."""
    return log.read_text(encoding="utf-8").splitlines() if log.exists() else []


def start(folder: Path, log: Path, what: str, hang: int = 0) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(PATHS)}
    command = [sys.executable, "-c", PROGRAM, str(folder), str(log), what, str(hang)]
    return subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)


def kill_at(process: subprocess.Popen[str], log: Path, calls: int) -> None:
    """Kill the process hard once the model has been called so often."""
    end = time.monotonic() + 60
    while len(asked(log)) < calls:
        assert process.poll() is None, process.communicate()[1]
        assert time.monotonic() < end, "the model was not asked in time"
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.communicate()


def is_whole(ws: Workspace) -> bool:
    briefing = workflow.stored_briefing(ws, MEETING)
    return briefing.complete and all(i.level == "voll" for i in briefing.agendaItem)


def test_a_killed_run_asks_only_for_what_was_not_stored(data: Path, log: Path) -> None:
    kill_at(start(data, log, "brief", hang=HANG), log, HANG)
    first = asked(log)
    assert len(first) == HANG
    run(data, log, "brief")
    second = asked(log)[HANG:]
    assert second[0] == first[-1]  # the item that it was at
    assert set(second[1:]).isdisjoint(first)
    assert len(set(first) | set(second)) == ITEMS
    with workflow.workspace(settings_for(data)) as ws:
        assert is_whole(ws)


def test_killed_at_any_moment_no_item_but_one_is_written_twice(data: Path, log: Path) -> None:
    kill_at(start(data, log, "brief"), log, 3)  # nothing hangs: it dies in, before or after the storing of an item
    run(data, log, "brief")
    counted = Counter(asked(log))
    assert len(counted) == ITEMS
    assert sum(counted.values()) <= ITEMS + 1
    run(data, log, "brief")
    assert Counter(asked(log)) == counted


@pytest.fixture
def no_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """Jobs are put in the queue, and the test says who works."""
    monkeypatch.setattr(workflow.background, "ensure_worker", lambda _: False)


@pytest.mark.usefixtures("no_worker")
def test_a_killed_worker_is_followed_by_one_that_goes_on(data: Path, log: Path) -> None:
    with workflow.workspace(settings_for(data)) as ws:
        job = workflow.order_briefing(ws, MEETING)
        kill_at(start(data, log, "work", hang=HANG), log, HANG)
        assert ws.jobs.get(job.id).state == "läuft"  # nobody was left to say that it ended
        run(data, log, "work")
        done = ws.jobs.get(job.id)
        assert (done.state, done.error) == ("fertig", None)
        assert done.done == done.total == sum(i.has_files for i in workflow.meeting(ws, MEETING).agendaItem)
        assert is_whole(ws)
    counted = Counter(asked(log))
    assert len(counted) == ITEMS
    assert sorted(counted.values()) == [1] * (ITEMS - 1) + [2]


@pytest.mark.usefixtures("no_worker")
def test_a_question_is_answered_between_two_items_of_a_briefing(ws: Workspace) -> None:
    order: list[str] = []
    questions: list[Job] = []
    states: list[str] = []  # of the question, as each item after it finds it

    def reply(content: str) -> str:
        if "Hebesatz" in content:
            return REFUSAL
        if questions:
            states.append(ws.jobs.get(questions[0].id).state)
        order.append(content)
        if len(order) == 2:
            questions.append(workflow.order_question(ws, "Wie hoch ist der Hebesatz der Grundsteuer B?", MEETING))
        return ""

    ws.model = ScriptedModel(reply)
    briefing = workflow.order_briefing(ws, MEETING)
    workflow.work(ws, idle_exit_s=0)
    assert set(states) == {"fertig"}
    assert len(order) == len(set(order)) == ITEMS
    assert ws.jobs.get(briefing.id).state == "fertig"
    answered = ws.jobs.get(questions[0].id)
    assert answered.state == "fertig"
    result: Any = answered.result
    assert (result["answered"], result["pages_total"]) == (False, 40)
    assert is_whole(ws)


@pytest.mark.usefixtures("no_worker")
@pytest.mark.parametrize(("act", "state"), [("pause", "pausiert"), ("cancel", "abgebrochen")])
def test_a_stopped_briefing_keeps_what_is_finished_and_can_go_on(ws: Workspace, act: str, state: str) -> None:
    calls: list[str] = []

    def reply(content: str) -> str:
        calls.append(content)
        if len(calls) == 3:
            getattr(ws.jobs, act)(job.id)
        return ""

    ws.model = ScriptedModel(reply)
    job = workflow.order_briefing(ws, MEETING)
    workflow.work(ws, idle_exit_s=0)
    assert ws.jobs.get(job.id).state == state
    assert len(calls) == 3
    assert not is_whole(ws)
    ws.jobs.resume(job.id)
    workflow.work(ws, idle_exit_s=0)
    assert ws.jobs.get(job.id).state == "fertig"
    assert len(calls) == len(set(calls)) == ITEMS
    assert is_whole(ws)


@pytest.mark.usefixtures("no_worker")
def test_a_job_without_a_model_fails_with_the_sentence(ws: Workspace) -> None:
    job = workflow.order_briefing(ws, MEETING)
    workflow.work(ws, idle_exit_s=0)
    failed = ws.jobs.get(job.id)
    assert failed.state == "fehler"
    assert "noch nicht auf diesem Rechner" in str(failed.error)


@pytest.mark.usefixtures("no_worker")
def test_a_job_of_a_meeting_that_was_deleted_is_gone(ws: Workspace) -> None:
    job = workflow.order_briefing(ws, MEETING)
    workflow.delete(ws, MEETING)
    assert job.id not in {j.id for j in ws.jobs.all()}
    workflow.work(ws, idle_exit_s=0)
    assert ws.jobs.all() == []
