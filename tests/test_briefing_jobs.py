"""Briefings as jobs: when the night begins, what is told while one is written, and what the next estimate learns of it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from commands import Run
from scripted import ScriptedModel

from ratsassistent import briefing_jobs, pace, workflow
from ratsassistent.briefing_jobs import Report, Standing, tonight
from ratsassistent.errors import Interrupted, NotFound
from ratsassistent.machine import power
from ratsassistent.machine.power import Power
from ratsassistent.oparl import AgendaItem, FileSpan, PagedText, Paper
from ratsassistent.workflow import Workspace

MEETING = "2027-01-26"


def item(number: int, *, papers: bool = True) -> AgendaItem:
    paper = Paper(
        id="ra:vorlage", reference=None, name="V", paperType=None, text=PagedText(text="", starts=()),
        files=(FileSpan(file_id="ra:datei", name="a.pdf", first=1, last=2),),
    )  # fmt: skip
    return AgendaItem(
        id=f"top-{number}",
        order=number,
        number=str(number),
        name="Punkt",
        public=True,
        papers=(paper,) if papers else (),
    )


@pytest.mark.parametrize(("hour", "begins"), [(4, None), (5, 22), (12, 22), (21, 22), (22, None), (23, None)])
def test_the_night_begins_at_ten_unless_it_has(hour: int, begins: int | None) -> None:
    now = dt.datetime(2027, 1, 20, hour, 30).astimezone()
    found = tonight(now)
    assert (found and (found.day, found.hour)) == (begins and (20, begins))


def test_a_report_tells_what_is_done_what_is_written_and_what_comes_next() -> None:
    told: list[Any] = []
    report = Report(lambda *args: told.append(args), [item(0, papers=False), *(item(n) for n in range(1, 9))])
    assert report.total == 8  # what has no papers is nothing to write
    report.tell()
    report.finished("top-2")
    report.finished("top-0")
    report.finished("top-1")
    done, total, message, standing = told[-1]
    assert (done, total, message) == (2, 8, "TOP 3: Punkt wird geschrieben")
    assert standing["now"] == [f"TOP {n}: Punkt" for n in (3, 4, 5)]
    assert standing["next"] == [f"TOP {n}: Punkt" for n in (6, 7, 8)]
    report.prepares("Der Rechner wird vermessen …")
    assert told[-1] == (0, 8, "Der Rechner wird vermessen …")


def test_a_report_asks_now_and_then_whether_to_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[Any] = []
    report = Report(lambda *args: told.append(args), [item(1)])
    report.tell()
    assert report.should_stop() is False
    assert len(told) == 1
    monkeypatch.setattr(briefing_jobs, "BEAT_SECONDS", -1.0)
    report.should_stop()
    assert len(told) == 2

    def stops(*_: Any) -> None:
        raise Interrupted("Angehalten.")

    with pytest.raises(Interrupted):
        Report(stops, [item(1)]).should_stop()


@pytest.fixture(autouse=True)
def no_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workflow.background, "ensure_worker", lambda _: False)


def test_a_written_briefing_was_told_of_while_it_was_written(ws: Workspace) -> None:
    seen: list[Standing] = []

    def reply(_: str) -> str:
        seen.append(Standing.of(ws.jobs.get(job.id)))
        return ""

    ws.model = ScriptedModel(reply)
    job = workflow.order_briefing(ws, MEETING)
    assert Standing.of(job) == Standing()
    workflow.work(ws, idle_exit_s=0)
    done = ws.jobs.get(job.id)
    assert (done.state, done.done) == ("fertig", done.total)
    assert all(s.now and s.seconds_left is not None and s.seconds_left > 0 for s in seen)
    assert workflow.unwritten(ws, workflow.meeting(ws, MEETING)) == []


def test_the_last_order_for_a_meeting_counts(ws: Workspace) -> None:
    first = workflow.order_briefing(ws, MEETING)
    second = workflow.order_briefing(ws, MEETING, thorough=True)
    assert ws.jobs.get(first.id).state == "abgebrochen"
    assert [j.id for j in ws.jobs.queue()] == [second.id]
    assert workflow.order_briefing(ws, MEETING, thorough=True).id == second.id
    top = next(i for i in workflow.meeting(ws, MEETING).agendaItem if i.has_files)
    one = workflow.order_briefing(ws, MEETING, item=top.id)
    assert [j.id for j in ws.jobs.queue()] == [one.id, second.id]
    with pytest.raises(NotFound):
        workflow.order_briefing(ws, MEETING, item="ra:top-0")


def test_a_worker_ends_for_another_one_when_the_pace_changes(ws: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[Any] = []
    monkeypatch.setattr(workflow.background, "ensure_worker", started.append)
    monkeypatch.setattr(workflow.background, "LOOK_SECONDS", -1.0)
    monkeypatch.setattr(briefing_jobs, "BEAT_SECONDS", -1.0)
    monkeypatch.setattr(power, "power", Power)
    settings = ws.settings
    asked: list[str] = []

    def reply(content: str) -> str:
        asked.append(content)
        if len(asked) == 2:
            pace.choose(settings, True)
        return ""

    ws.model = ScriptedModel(reply)
    job = workflow.order_briefing(ws, MEETING)
    started.clear()
    workflow.work(ws, idle_exit_s=0)
    assert ws.jobs.get(job.id).state == "wartet"
    assert started == [settings]
    assert (settings.data_folder / pace.FILE).is_file()
    workflow.work(ws, idle_exit_s=0)
    assert ws.jobs.get(job.id).state == "fertig"
    assert len(asked) - len(set(asked)) <= 8  # what was under way is asked again, what was finished is not


def test_auftraege_plans_and_puts_first(run: Run, data: Path, ws: Workspace) -> None:
    assert run("auftraege", "schreiben", MEETING, "--ab", "22:00", "--gruendlich").status == 0
    (job,) = ws.jobs.queue()
    assert job.not_before is not None
    assert job.not_before.astimezone().strftime("%H:%M") == "22:00"
    assert job.not_before > dt.datetime.now(dt.UTC)
    listed = run("auftraege").out
    assert "ab 22:00 Uhr, wenn dann die Oberfläche offen ist" in listed
    assert run("auftraege", "vorziehen", job.id).status == 0
    assert ws.jobs.get(job.id).not_before is None
    assert run("auftraege", "anhalten", "alle").status == 0
    assert ws.jobs.get(job.id).state == "pausiert"
    assert run("auftraege", "fortsetzen", "alle", "--leise", "an").status == 0
    assert ws.jobs.get(job.id).state == "wartet"
    assert pace.wanted(ws.settings) is True
    for wrong in (["schreiben", MEETING, "--ab", "25:00"], ["vorziehen"], ["schreiben"]):
        assert run("auftraege", *wrong).status == 2
