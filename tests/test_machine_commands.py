"""What the commands say of this computer: `modelle messen`, and how long `briefing --stufe voll` takes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from commands import Run
from conftest import settings_for
from scripted import ScriptedModel
from test_fit import PROFILE

from ratsassistent import models, workflow
from ratsassistent.errors import Interrupted
from ratsassistent.machine import estimate, fit, measuring, power, profile
from ratsassistent.machine.power import Power
from ratsassistent.machine.profile import Profile
from ratsassistent.output import briefing_command

MEETING = "2027-01-26"
DEFAULT = models.load_catalogue().default


@pytest.fixture
def there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A model file that nobody opens, on a computer at rest."""
    monkeypatch.setattr(models, "find", lambda entry, folders: tmp_path / "m.gguf")
    monkeypatch.setattr(models, "verify", lambda path, entry: entry.sha256)
    monkeypatch.setattr(fit.engine_check, "ensure_engine_runs", lambda folder: None)
    monkeypatch.setattr(power, "power", Power)


def test_messen_says_in_german_how_fast_this_computer_is_and_keeps_it(
    run: Run, there: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def measure(path: Path, name: str, sha256: str, *, tell: measuring.Told, **more: Any) -> Profile:
        tell("Der Rechner wird vermessen: Schreiben", 0.7)
        return PROFILE.model_copy(update={"model": name, "model_sha256": sha256})

    monkeypatch.setattr(measuring, "measure", measure)
    told = run("modelle", "messen")
    assert told.status == 0
    assert "Dieser Rechner liest etwa 90 und schreibt etwa 11 Wortstücke in der Sekunde" in told.out
    assert "Schreibt er 8 Texte zugleich, sind es zusammen etwa 22" in told.out
    assert "höchstens 2,0 GB" in told.out
    assert "vermessen: Schreiben" in told.err
    data = run("modelle", "messen", "--json").json
    assert (data["key"], data["read_tokens_per_s"], data["write_tokens_per_s"]) == (DEFAULT.key, 90.0, 11.0)
    assert data["write_side_by_side_tokens_per_s"] == {"1": 11.0, "4": 18.0, "8": 22.0}
    assert data["engine"]["side_by_side"] == 8
    assert profile.load(tmp_path / "daten", profile.key(DEFAULT.sha256 or "")) is not None


def test_what_several_at_once_do_not_gain_is_said_and_so_are_other_programs(
    run: Run, there: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = {"side_by_side": 1, "write_tokens_per_s": {1: 11.0, 4: 11.2}, "busy": True}
    monkeypatch.setattr(measuring, "measure", lambda *_, **__: PROFILE.model_copy(update=slow))
    told = run("modelle", "messen").out
    assert "das lohnt sich hier nicht" in told
    assert "Nebenher liefen andere Programme" in told


def test_voll_says_how_long_it_takes_and_learns_from_it(
    run: Run, data: Path, model: ScriptedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(briefing_command, "_has_model", lambda settings: True)
    monkeypatch.setattr(estimate, "EXTRACT", 0.0)  # a scripted model takes less than a real one to load
    monkeypatch.setattr(estimate, "LOADING", 0.0)
    place, key = data, profile.key(DEFAULT.sha256 or "")
    guessed = run("briefing", MEETING, "--stufe", "voll", "--top", "Ö 2")
    assert guessed.status == 0
    assert guessed.err.startswith("1 Tagesordnungspunkt: ")
    assert "grob geschätzt" in guessed.err
    profile.save(place, key, PROFILE)
    known = run("briefing", MEETING, "--stufe", "voll", "--json")
    assert known.json["level"] == "voll"
    assert "auf diesem Rechner." in known.err
    taught = profile.load(place, key)
    assert taught
    assert taught.runs == 1
    assert taught.correction < 1  # the scripted model takes no time
    again = run("briefing", MEETING, "--stufe", "voll", "--json")
    assert again.err == ""  # all is written
    assert profile.load(place, key) == taught


def test_an_idle_worker_measures_once_and_gives_way_to_what_comes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[bool] = []

    def fitted(settings: object, *, should_stop: Callable[[], bool]) -> None:
        looked.append(should_stop())
        ws.jobs.add("frage", "Eine Frage", {"question": "?"})
        looked.append(should_stop())
        raise Interrupted("Die Messung wurde angehalten.")

    monkeypatch.setattr(fit, "fitted", fitted)
    with workflow.workspace(settings_for(tmp_path)) as ws:
        workflow.work(ws, idle_exit_s=0)
        assert looked == [False, True]
        (job,) = ws.jobs.all()
        assert job.state != "wartet"  # it was taken on at once


def test_a_paper_is_not_tried_longer(run: Run, data: Path) -> None:
    assert run("briefing", "--papier", "1/2027", "--gruendlich").status == 2


@pytest.mark.parametrize(("said", "wanted"), [("ja", True), ("nein", False), ("", None), ("AN", True), ("0", False)])
def test_leise_is_a_setting(
    said: str, wanted: bool | None, tmp_path: Path, nobody_elses_folders: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ratsassistent.settings import read_settings

    monkeypatch.setenv("RATSASSISTENT_LEISE", said)
    assert read_settings(tmp_path).gentle is wanted


def test_leise_stands_in_the_file_too_and_nonsense_is_one_sentence(
    tmp_path: Path, nobody_elses_folders: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ratsassistent.errors import InputError
    from ratsassistent.settings import read_settings

    (tmp_path / "einstellungen.toml").write_text("leise = false\n", encoding="utf-8")
    assert read_settings(tmp_path).gentle is False
    monkeypatch.setenv("RATSASSISTENT_LEISE", "vielleicht")
    with pytest.raises(InputError, match="ja oder nein"):
        read_settings(tmp_path)
