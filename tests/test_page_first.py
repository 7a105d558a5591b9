"""The first start: what it says of model, folder and demonstration pack, and what its buttons do. Nothing is fetched."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pdfs
import pytest
from conftest import settings_for
from harmless import EVIL, Shape, is_harmless, words_of

from ratsassistent import catalogue, demo, embedding_files, models
from ratsassistent.errors import ModelError
from ratsassistent.output import page_welcome
from ratsassistent.output.page_actions import Actions, Chosen
from ratsassistent.output.page_events import Events
from ratsassistent.output.page_loading import ModelLoading, usual_time

ENTRY = catalogue.load_catalogue().default
GB = 1_000_000_000


def shown(**more: Any) -> str:
    return page_welcome.welcome(ENTRY, Path("/daten"), **{"missing": True, **more})


def test_hostile_words_stay_words() -> None:
    evil = replace(ENTRY, name=EVIL, publisher=EVIL, licence=EVIL)
    for missing in (True, False):
        html = page_welcome.welcome(evil, Path("/" + EVIL), missing=missing)
        assert is_harmless(html), html
        assert "<script>alert(1)</script>" in words_of(html)


def test_the_steps_say_what_the_model_is_how_big_and_how_long_and_that_most_works_without_it() -> None:
    words = words_of(shown())
    for told in (
        ENTRY.name,
        ENTRY.publisher,
        "1,1 GB",
        "etwa 2 bis 15 Minuten",
        "geht alles außer den Zusammenfassungen",
        "/daten",
    ):
        assert told in words
    assert Shape(shown()).values("data-do") == ["load-model", "later", "demo", "own"]
    assert Shape(shown(postponed=True)).values("data-do") == ["load-model", "demo", "own"]
    assert Shape(shown(missing=False)).values("data-do") == ["demo", "own"]
    loading = shown(loading=True, state="<p>noch etwa 3 Minuten</p>")
    assert "noch etwa 3 Minuten Sie brauchen nicht zu warten." in words_of(loading)
    assert "load-model" not in Shape(loading).values("data-do")
    assert "Noch einmal versuchen" in words_of(shown(state="<p>Fehler</p>"))


@pytest.mark.parametrize(
    ("size", "said"),
    [(None, "einige Minuten"), (1, "etwa 1 Minute"), (6 * GB, "etwa 8 bis 80 Minuten")],
)
def test_before_anything_is_known_of_the_connection_a_range_is_said(size: int | None, said: str) -> None:
    assert usual_time(size).startswith(said)


def test_how_long_it_takes_is_measured_as_it_loads() -> None:
    now = [0.0]
    loading = ModelLoading(str, clock=lambda: now[0])
    said = []
    for now[0], done in ((0.0, GB // 2), (2.0, GB // 2 + 10_000_000), (50.0, GB // 2 + 100_000_000), (60.0, GB)):
        loading.progress("Lade", done, GB)
        said.append(loading._line[0].partition(" von ")[2])
    assert said == ["1,0 GB", "1,0 GB", "1,0 GB, noch etwa 3 Minuten", "1,0 GB, noch unter 1 Minute"]
    loading.progress("Prüfe die Prüfsumme", 1, 4)
    assert loading._line == ("Das Sprachmodell ist geladen und wird noch geprüft …", 0.25)


@pytest.mark.skipif(os.name == "nt", reason="dort lässt es sich nicht sagen")
def test_a_folder_that_others_can_read_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    modes = {tmp_path: 0o755}
    monkeypatch.setattr(Path, "stat", lambda path, **_: SimpleNamespace(st_mode=modes.get(path, 0o755)))
    assert page_welcome.others_can_read(tmp_path / "daten")
    modes[tmp_path] = 0o700
    assert not page_welcome.others_can_read(tmp_path / "daten")
    modes |= {tmp_path: 0o755, tmp_path / "daten": 0o750}
    assert not page_welcome.others_can_read(tmp_path / "daten")


# --- what its buttons do


class Parts:
    """Stands for the components of the page: each is its name."""

    def __getattr__(self, name: str) -> str:
        return name


def press(events: Events, chosen: Chosen, do: str) -> dict[Any, Any]:
    changed: dict[Any, Any] = {}
    for step in events.first.act(chosen, SimpleNamespace(_data={"do": do})):
        changed |= step
    return changed


def test_it_is_there_while_nothing_is_held_and_goes_when_a_pack_comes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo, "demo_pack", lambda: pdfs.write(tmp_path / "klein.pdf", [pdfs.AGENDA, pdfs.FIRE_1]))
    events = Events(Parts(), Actions(settings_for(tmp_path / "daten")))  # type: ignore[arg-type]
    first = next(events.load(""))
    assert "Willkommen" in words_of(first["welcome"])
    assert "start-" not in first["view"]  # it is where the page opens
    chosen = first["chosen"]
    assert "Sie laden es später" in words_of(press(events, chosen, "later")["welcome"])
    own = press(events, chosen, "own")
    assert words_of(own["welcome"]) == "Erste Schritte zeigen"
    assert "Willkommen" in words_of(press(events, own["chosen"], "welcome")["welcome"])
    taken = press(events, chosen, "demo")
    assert not taken["chosen"].welcome
    assert "Fertig gelesen" in words_of(taken["result"])
    assert not next(events.load(""))["chosen"].welcome


def test_the_model_and_what_searches_by_meaning_come_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    events = Events(Parts(), Actions(settings_for(tmp_path / "daten")))  # type: ignore[arg-type]
    fetched: list[str] = []

    def refused(entry: Any, *_: object, **__: object) -> None:
        fetched.append(entry.key)
        raise ModelError("Es gibt kein Netz.")

    monkeypatch.setattr(models, "fetch", lambda entry, *_, **__: fetched.append(entry.key))
    monkeypatch.setattr(embedding_files, "fetch", refused)
    assert press(events, Chosen(welcome=True), "load-model")["timer"].value == 1.0
    events.do.loading.join(20)
    assert fetched == [ENTRY.key, "multilingual-e5-small"]
    assert events.do.loading.html() == ""  # without the small one everything works, with words alone


def test_old_addresses_lead_to_the_view_that_has_both(data: Path) -> None:
    events = Events(Parts(), Actions(settings_for(data)))  # type: ignore[arg-type]
    for view in ("suchen", "fragen"):
        assert next(events.load(f"#ansicht={view}"))["view"] == "overview start-fragen"
