"""What the page says of the work in the background, and what its buttons do; no browser here."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from harmless import EVIL, is_harmless, words_of

from ratsassistent import models, pace, workflow
from ratsassistent.briefing_jobs import Standing
from ratsassistent.errors import InputError, ModelError, NotFound
from ratsassistent.jobs import Job
from ratsassistent.machine import power
from ratsassistent.machine.power import Power
from ratsassistent.output import page_queue, phrases
from ratsassistent.output.page_actions import Actions, Chosen
from ratsassistent.output.page_events import Events
from ratsassistent.output.page_queue import Offer, Working
from ratsassistent.settings import Settings

NOW = dt.datetime(2027, 1, 20, 15, 0, tzinfo=dt.UTC)
LOW = "Der Akku hat nur noch 9 %."


def job(state: str = "läuft", **more: Any) -> Job:
    values = {"id": "ra:auftrag-1", "kind": "briefing", "title": "Zusammenfassung: Rat", "payload": {"meeting": "m"}}
    return Job.model_validate({**values, "state": state, "created": NOW, "updated": NOW, **more})


def standing(**more: Any) -> Any:
    return Standing(at=NOW, **more).model_dump(mode="json")


def said(given: Job, working: Working | None = None, ahead: int = 0) -> str:
    return words_of(page_queue.progress(given, working or Working(), NOW, ahead))


def test_a_running_summary_says_how_far_it_is_how_long_still_and_what_is_written() -> None:
    told = standing(now=("TOP 5: Feuerwache",), next=("TOP 3: Brunnen",), seconds_left=370.0)
    html = page_queue.progress(job(done=3, total=12, result=told), Working(), NOW)
    assert words_of(html) == (
        "Die KI schreibt: 3 von 12 Punkten fertig, noch etwa 6 Minuten. In Arbeit: TOP 5: Feuerwache Danach: TOP 3: Brunnen"
    )
    assert 'value="0.250"' in html
    assert said(job(total=12, message="Der Rechner wird vermessen …")) == "Der Rechner wird vermessen …"
    assert said(job()) == "Die KI wird gestartet …"


def test_a_summary_that_waits_says_why() -> None:
    night = dt.datetime(2027, 1, 20, 22, 0).astimezone()
    planned = said(job("wartet", not_before=night))
    assert planned.startswith("Geplant: heute ab 22:00 Uhr.")
    assert "Rechner anbleiben und das Programm geöffnet" in planned
    assert "morgen ab 22:00 Uhr" in said(job("wartet", not_before=night + dt.timedelta(days=1)))
    assert said(job("wartet"), Working(waits=LOW)) == LOW
    assert said(job("wartet"), ahead=2) == "Wartet: 2 andere Aufträge sind vorher dran."
    assert said(job("wartet")) == "Gleich geht es weiter …"
    assert said(job("pausiert", done=3, total=12)).startswith("Angehalten, 3 von 12 Punkten fertig.")
    assert "2 von 9 Textstellen" in said(job("wartet", kind="vektoren", done=2, total=9))
    assert said(job("fehler", error="Das Modell fehlt.")) == "Fehler: Das Modell fehlt."
    assert said(job("fertig")) == said(job("abgebrochen")) == ""


def test_before_it_starts_the_page_says_how_long_it_takes() -> None:
    offer = Offer(12, 840.0, 12, 1500.0, known=True, night=NOW)
    words = words_of(page_queue.controls(None, offer, Working(), NOW))
    assert "12 Tagesordnungspunkte mit Unterlagen" in words
    assert "etwa 14 Minuten auf diesem Rechner" in words
    assert "gründlicher: die KI liest mehr Stellen (etwa 25 Minuten)" in words
    assert "Erst heute Nacht (ab 22 Uhr)" in words
    unknown = words_of(page_queue.controls(None, Offer(1, 100.0, 1, None, known=False), Working(), NOW))
    assert "dieser Rechner ist noch nicht vermessen" in unknown
    assert "heute Nacht" not in unknown  # it is night
    done = words_of(page_queue.controls(None, Offer(0, None, 12, 1500.0), Working(), NOW))
    assert done.startswith("Gründlicher schreiben lassen")
    assert page_queue.controls(None, None, Working(), NOW) == ""


@pytest.mark.parametrize(
    ("state", "more", "ahead", "buttons"),
    [
        ("läuft", {}, 0, ["Anhalten", "Abbrechen"]),
        ("wartet", {}, 1, ["Zuerst erledigen", "Anhalten", "Abbrechen"]),
        ("wartet", {"not_before": NOW + dt.timedelta(hours=7)}, 1, ["Jetzt gleich schreiben", "Abbrechen"]),
        ("pausiert", {}, 0, ["Fortsetzen", "Abbrechen"]),
    ],
)
def test_what_can_be_done_with_a_job(state: str, more: dict[str, Any], ahead: int, buttons: list[str]) -> None:
    words = words_of(page_queue.controls(job(state, **more), None, Working(), NOW, ahead))
    assert words.startswith(" ".join(buttons) + " ☐ Leise arbeiten")


def test_the_switch_says_whether_and_why_it_works_gently() -> None:
    assert 'aria-checked="false"' in page_queue.gentle_switch(Working())
    working = Working(gentle=True, why_gentle="Der Rechner läuft im Akkubetrieb.")
    on = page_queue.controls(job(), None, working, NOW)
    assert 'aria-checked="true"' in on
    assert 'data-to="0"' in on
    assert "☑ Leise arbeiten Der Rechner läuft im Akkubetrieb. Es dauert etwa doppelt so lange." in words_of(on)
    assert "doppelt" not in words_of(page_queue.controls(job(), None, Working(), NOW))


def test_the_queue_lists_all_packs_with_their_buttons() -> None:
    jobs = [job(done=1, total=4, result=standing()), job("wartet", id="b"), job("fehler", id="c", error="Kaputt.")]
    html = page_queue.queue(jobs, Working(), NOW)
    words = words_of(html)
    for part in (
        "1 von 4 Punkten",
        "Zuerst erledigen",
        "Noch einmal versuchen",
        "Aus der Liste nehmen",
        "Alles anhalten",
    ):
        assert part in words
    assert "Alles fortsetzen" not in words
    assert "Alles fortsetzen" in words_of(page_queue.queue([job("pausiert")], Working(), NOW))
    assert words_of(page_queue.queue(jobs, Working(waits=LOW), NOW)).count(LOW) == 1
    assert page_queue.queue([], Working(), NOW, unplanned=1) == ""
    assert "Alle 3 heute Nacht schreiben lassen" in words_of(page_queue.queue([], Working(), NOW, unplanned=3))


def test_hostile_words_stay_words() -> None:
    told = standing(now=(EVIL,), next=(EVIL,), seconds_left=5.0)
    given = [
        job(state, id=EVIL, title=EVIL, message=EVIL, error=EVIL, total=3, done=1, payload={"meeting": EVIL, "item": EVIL}, result=told)
        for state in ("läuft", "wartet", "pausiert", "fehler")
    ]  # fmt: skip
    working = Working(True, EVIL, EVIL)
    for html in (
        page_queue.queue(given, working, NOW, 3),
        *(page_queue.progress(one, working, NOW, 1) for one in given),
        *(page_queue.controls(one, None, working, NOW, 1) for one in given),
        page_queue.controls(None, Offer(3, 1.0, 3, 1.0), working, NOW),
    ):
        assert is_harmless(html), html


def test_how_long_it_took_and_what_energy() -> None:
    assert phrases.took(42.4, 0.94, "gemessen") == "Geschrieben in 42 Sekunden; Strom: 0,9 Wh (gemessen)."
    assert phrases.took(125, None, None) == "Geschrieben in 2 Minuten und 5 Sekunden."
    assert phrases.known_how("geschätzt aus 485 s Rechenzeit") == "geschätzt"
    assert (
        phrases.known_how("teils gemessen am Prozessor; teils geschätzt aus 3 s") == "teils gemessen, teils geschätzt"
    )
    assert phrases.took(0.2, 1.0, "x") == ""


# --- what the buttons do, on a real archive


class Parts:
    """Stands for the components of the page: each is its name."""

    def __getattr__(self, name: str) -> str:
        return name


@pytest.fixture
def actions(data: Path, monkeypatch: pytest.MonkeyPatch) -> Actions:
    """On the demonstration pack, with a model that is only said to be there, a battery and no worker."""
    started: list[Settings] = []
    monkeypatch.setattr(workflow.background, "ensure_worker", lambda settings: started.append(settings) or True)
    monkeypatch.setattr(models, "find", lambda *_: Path("modell.gguf"))
    monkeypatch.setattr(power, "power", lambda: Power(plugged=True, charge=80.0))
    made = Actions(Settings(data_folder=data, model_folders=(data / "modelle",)))
    made.started = started  # type: ignore[attr-defined]
    return made


def press(actions: Actions, chosen: Chosen, **wanted: str) -> dict[Any, Any]:
    changed: dict[Any, Any] = {}
    for step in Events(Parts(), actions).act_working(chosen, SimpleNamespace(_data=wanted)):  # type: ignore[arg-type]
        changed |= step
    return changed


def jobs_of(actions: Actions) -> list[Job]:
    with workflow.workspace(actions.settings) as ws:
        return ws.jobs.queue()


@pytest.fixture
def meeting(actions: Actions) -> Chosen:
    with workflow.workspace(actions.settings) as ws:
        return Chosen(meeting=workflow.meetings(ws)[0].id)


def test_a_summary_is_ordered_paused_goes_on_and_is_cancelled(actions: Actions, meeting: Chosen) -> None:
    before = actions.open(meeting)
    assert "Zusammenfassung schreiben lassen" in before.controls
    shown = press(actions, meeting, do="write")
    assert "Anhalten" in shown["controls"]
    assert "Gleich geht es weiter" in shown["line"]
    (ordered,) = jobs_of(actions)
    assert ordered.payload == {"meeting": meeting.meeting}
    shown = press(actions, meeting, do="steer", job=ordered.id, how="pause")
    assert "Fortsetzen" in shown["controls"]
    shown = press(actions, meeting, do="steer", job=ordered.id, how="resume")
    assert jobs_of(actions)[0].state == "wartet"
    shown = press(actions, meeting, do="steer", job=ordered.id, how="cancel")
    assert jobs_of(actions) == []
    assert "Zusammenfassung schreiben lassen" in shown["controls"]
    with pytest.raises(InputError):
        press(actions, meeting, do="steer", job=ordered.id, how="sprengen")
    with pytest.raises(NotFound):
        press(actions, meeting, do="steer", job="ra:auftrag-0", how="pause")


def test_thorough_and_at_night(actions: Actions, meeting: Chosen, monkeypatch: pytest.MonkeyPatch) -> None:
    night = dt.datetime.now(dt.UTC) + dt.timedelta(hours=4)
    monkeypatch.setattr(workflow.briefing_jobs, "tonight", lambda: night)
    press(actions, meeting, do="write", when="night", thorough="1")
    (ordered,) = jobs_of(actions)
    assert (ordered.payload["thorough"], ordered.not_before) == (True, night)
    assert actions.started == []  # type: ignore[attr-defined]
    actions.work.wake_worker()
    assert actions.started == []  # type: ignore[attr-defined]
    press(actions, meeting, do="steer", job=ordered.id, how="now")
    assert len(actions.started) == 1  # type: ignore[attr-defined]
    press(actions, meeting, do="write")  # not thoroughly after all
    (again,) = jobs_of(actions)
    assert (again.payload.get("thorough"), again.not_before) == (None, None)


def test_without_its_model_nothing_is_ordered(
    actions: Actions, meeting: Chosen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(models, "find", lambda *_: None)
    for wanted in ({"do": "write"}, {"do": "night"}):
        with pytest.raises(ModelError, match="Sprachmodell"):
            press(actions, meeting, **wanted)
    assert jobs_of(actions) == []


def test_one_item_goes_before_the_whole(actions: Actions, meeting: Chosen) -> None:
    with workflow.workspace(actions.settings) as ws:
        item = next(i for i in workflow.meeting(ws, meeting.meeting or "").agendaItem if i.has_files)
    chosen = Chosen(meeting=meeting.meeting, item=item.id)
    assert "Diesen Punkt zusammenfassen lassen" in actions.open(chosen).item
    press(actions, meeting, do="write")
    assert "Diesen Punkt zuerst zusammenfassen lassen" in actions.open(chosen).item
    events = Events(Parts(), actions)  # type: ignore[arg-type]
    shown: dict[Any, Any] = {}
    for step in events.act_reading(chosen, SimpleNamespace(_data={"do": "first", "item": item.id})):
        shown |= step
    assert "Die Zusammenfassung dieses Punktes wird geschrieben" in words_of(shown["item"])
    assert [j.payload.get("item") for j in jobs_of(actions)] == [item.id, None]


def test_the_queue_is_seen_where_all_meetings_are(actions: Actions, meeting: Chosen) -> None:
    events = Events(Parts(), actions)  # type: ignore[arg-type]
    (first,) = events.tick(Chosen(), {})
    assert first["queue"] == ""
    press(actions, meeting, do="write")
    (changed,) = events.tick(Chosen(), first["seen"])
    assert "Das Programm arbeitet" in words_of(changed["queue"])
    assert list(events.tick(Chosen(), changed["seen"])) == []
    shown = press(actions, Chosen(), do="all", how="pause")
    assert "Alles fortsetzen" in shown["queue"]
    press(actions, Chosen(), do="all", how="resume")
    assert [j.state for j in jobs_of(actions)] == ["wartet"]


def test_gentle_work_is_chosen_on_the_page(actions: Actions, meeting: Chosen) -> None:
    assert pace.wanted(actions.settings) is None
    usual = actions.open(meeting).controls
    shown = press(actions, meeting, do="gentle", to="1")
    assert pace.wanted(actions.settings) is True
    assert 'aria-checked="true"' in shown["controls"]
    assert (
        words_of(shown["controls"]).split("Sie können")[0] != words_of(usual).split("Sie können")[0]
    )  # it takes longer
    press(actions, meeting, do="gentle", to="0")
    assert pace.wanted(actions.settings) is False
    pace.choose(actions.settings, None)
    assert pace.wanted(actions.settings) is None


def test_an_empty_battery_lets_everything_wait_but_questions(
    actions: Actions, meeting: Chosen, monkeypatch: pytest.MonkeyPatch
) -> None:
    press(actions, meeting, do="write")
    actions.started.clear()  # type: ignore[attr-defined]
    monkeypatch.setattr(power, "power", lambda: Power(plugged=False, charge=9.0))
    reading = actions.open(meeting)
    assert "Akku" in words_of(reading.line)
    assert 'aria-checked="true"' in reading.controls  # on its battery it works gently, unless somebody says otherwise
    actions.work.wake_worker()
    assert actions.started == []  # type: ignore[attr-defined]
    monkeypatch.setattr(power, "power", lambda: Power(plugged=True, charge=9.0))
    actions.work.wake_worker()
    assert len(actions.started) == 1  # type: ignore[attr-defined]


def test_all_meetings_to_come_can_be_planned_for_the_night(
    actions: Actions, meeting: Chosen, monkeypatch: pytest.MonkeyPatch
) -> None:
    night = dt.datetime.now(dt.UTC) + dt.timedelta(hours=4)
    monkeypatch.setattr(workflow.briefing_jobs, "tonight", lambda: night)
    with workflow.workspace(actions.settings) as ws:
        held = workflow.meeting(ws, meeting.meeting or "")
    day = dt.date.today()
    monkeypatch.setattr(
        workflow,
        "meetings",
        lambda *_, **__: [
            held.model_copy(update={"start": f"{day + dt.timedelta(days=3)}T18:00"}),
            held.model_copy(update={"id": "ra:alt", "start": f"{day - dt.timedelta(days=3)}"}),
        ],
    )
    assert actions.work.order_all_tonight() == 1
    assert [(j.payload["meeting"], j.not_before) for j in jobs_of(actions)] == [(held.id, night)]
    assert actions.work.order_all_tonight() == 0
