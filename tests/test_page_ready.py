"""What the page keeps ready: models loaded beforehand, once, without anything depending on it; quotes in its own process."""

from __future__ import annotations

import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from conftest import settings_for
from harmless import words_of

from ratsassistent import asking, meaning, models, searching, worker
from ratsassistent.errors import ModelError
from ratsassistent.jobs import Job
from ratsassistent.output import page_views
from ratsassistent.output.page_actions import Actions, Chosen
from ratsassistent.output.page_events import Events
from ratsassistent.output.page_lookup import LookUp
from ratsassistent.output.page_ready import Ready
from ratsassistent.output.page_search import Search
from ratsassistent.settings import Settings


class Counting:
    """An embedding model that knows nothing and counts how often it is asked; `fails` is raised instead."""

    key, dimensions = "zählend", 4

    def __init__(self, fails: Exception | None = None) -> None:
        self.asked: list[str] = []
        self._fails = fails

    def questions(self, texts: list[str]) -> Any:
        if self._fails:
            raise self._fails
        self.asked += texts
        return np.full((len(texts), 4), 0.5, np.float32)

    def passages(self, texts: list[str]) -> Any:
        return self.questions(texts)


@pytest.fixture
def settings(data: Path) -> Settings:
    return settings_for(data)


def loaded(settings: Settings, monkeypatch: pytest.MonkeyPatch, model: object) -> Ready:
    monkeypatch.setattr(meaning, "find", lambda _: model)
    ready = Ready(settings)
    ready.begin()
    ready.begin()
    ready.join(20)
    return ready


def test_the_models_are_loaded_once_and_searches_use_them(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    model = Counting()
    ready = loaded(settings, monkeypatch, model)
    assert model.asked == ["Beschluss"]
    assert ready.workspace() is ready.workspace()
    assert ready.workspace().meaning.transformer is model
    assert "Treffer" in LookUp(settings, ready).search(Search(text="Turnhalle"))
    assert "Turnhalle" in model.asked


@pytest.mark.parametrize("error", [ModelError("Es fehlen Pakete."), RuntimeError("geheim")])
def test_nothing_depends_on_it(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    ready = loaded(settings, monkeypatch, Counting(error))
    assert "geheim" not in caplog.text
    monkeypatch.setattr(meaning, "find", lambda _: None)
    ready.workspace().embedding = None
    assert "Treffer" in LookUp(settings, ready).search(Search(text="Turnhalle"))


def test_without_a_model_there_is_nothing_to_load(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(meaning, "find_static", lambda: None)
    assert loaded(settings, monkeypatch, None).workspace().meaning.transformer is None


class Parts:
    """Stands for the components of the page: each is its name."""

    def __getattr__(self, name: str) -> str:
        return name


@pytest.fixture
def actions(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Actions:
    """On the demonstration pack, with a language model that is only said to be there, and no worker."""
    monkeypatch.setattr(worker, "ensure_worker", lambda _: False)
    monkeypatch.setattr(models, "find", lambda *_: Path("modell.gguf"))
    return Actions(settings)


def test_loading_begins_when_the_first_tab_is_filled_and_does_not_keep_it_waiting(
    actions: Actions, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_work, go_on = threading.Event(), threading.Event()

    def slow(_: object) -> None:
        at_work.set()
        assert go_on.wait(20)

    monkeypatch.setattr(searching, "get_ready", slow)
    steps = Events(Parts(), actions).load("")  # type: ignore[arg-type]
    next(steps)
    assert not at_work.is_set()
    assert list(steps) == []  # all has been shown, while it is loading
    assert at_work.wait(20)
    go_on.set()
    actions.ready.join(20)


def answered(actions: Actions, text: str) -> Job:
    """Ask, and wait until the thread has done its part."""
    key = actions.ask(text, None)
    for thread in threading.enumerate():
        if thread.name == "frage":
            thread.join(20)
    return next(job for job in actions.questions() if job.id == key)


def test_a_question_is_answered_in_the_pages_own_process(actions: Actions, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "wants_model", lambda *_: False)
    job = answered(actions, "  Wer wird Leiterin des Stadtbauamts? ")
    assert (job.state, job.title) == ("fertig", "Wer wird Leiterin des Stadtbauamts?")
    shown = words_of(page_views.question(job))
    assert "Thalbrück" in shown
    assert "Diese Frage löschen" in shown


def test_quotes_are_shown_while_the_model_writes_and_stay_without_its_sentence(
    actions: Actions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "wants_model", lambda *_: True)
    job = answered(actions, "Wer wird Leiterin des Stadtbauamts?")
    assert job.state == "wartet"
    growing = words_of(page_views.question(job.model_copy(update={"message": "Frau Thalbrück wird [S1"})))
    assert "Die KI sieht sich die Fundstellen noch an" in growing
    assert "Frau Thalbrück wird Im Wortlaut" in growing
    assert "Die KI anhalten, die Zitate genügen mir" in growing
    actions.stop(job.id)
    kept = words_of(page_views.question(actions.questions()[0]))
    assert "Im Wortlaut" in kept
    assert "Die KI" not in kept
    failed = job.model_copy(update={"state": "fehler", "error": "Das Modell ist beschädigt."})
    assert "Im Wortlaut" in words_of(page_views.question(failed))
    assert "Das Modell ist beschädigt." in words_of(page_views.question(failed))


def test_a_tab_looks_often_until_quotes_are_there_and_draws_them_when_they_are(
    actions: Actions, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = threading.Event()
    real = asking.ask

    def slow(*args: Any, **more: Any) -> Any:
        assert go_on.wait(20)
        return real(*args, **more)

    monkeypatch.setattr(asking, "ask", slow)
    monkeypatch.setattr(asking, "wants_model", lambda *_: True)
    events = Events(Parts(), actions)  # type: ignore[arg-type]
    shown: dict[Any, Any] = {}
    click = SimpleNamespace(_data={"do": "search", "text": "Wer wird Leiterin des Stadtbauamts?"})
    for step in events.finding.act(Chosen(), None, click):
        shown |= step
    assert "werden durchsucht" in words_of(shown["answer"])
    assert shown["timer"].value < 0.5
    chosen = shown["chosen"]
    first = next(events.tick(chosen, {}))
    assert first["timer"].value < 0.5
    assert list(events.tick(chosen, first["seen"])) == []
    go_on.set()
    for thread in threading.enumerate():
        if thread.name == "frage":
            thread.join(20)
    then = next(events.tick(chosen, first["seen"]))
    assert "Thalbrück" in words_of(then["answer"])
    assert then["timer"].value == 1.0
    actions.stop(str(chosen.question))
    assert next(events.tick(chosen, then["seen"]))["timer"].value > 1.0
