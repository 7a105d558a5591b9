from __future__ import annotations

import datetime as dt
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ratsassistent import models
from ratsassistent.errors import ModelError
from ratsassistent.machine import fit, hardware, measuring, power, profile
from ratsassistent.machine.fit import CONTEXT, FOR_MANY, LEAST_CONTEXT, free_for, needed, plan
from ratsassistent.machine.hardware import GB, Memory, Processor
from ratsassistent.machine.power import Power
from ratsassistent.machine.profile import Profile
from ratsassistent.settings import Settings

CATALOGUE = models.load_catalogue().entries
DEFAULT = models.load_catalogue().default
OFFICE = Processor("Büro", 4, 8)
PROFILE = Profile(
    model=DEFAULT.name, model_sha256="ab" * 32, engine="1", processor="Büro", cores=4, memory_mb=16000, threads=3,
    reading_threads=8, batch=512, repack=True, side_by_side=8, read_tokens_per_s=90, peak_memory_mb=2000,
    write_tokens_per_s={1: 11.0, 4: 18.0, 8: 22.0}, measured=dt.datetime(2026, 11, 26, tzinfo=dt.UTC), seconds=30,
)  # fmt: skip

entries = st.sampled_from(CATALOGUE)
profiles = st.none() | st.builds(
    lambda side, small, threads: PROFILE.model_copy(
        update={"side_by_side": side, "small_cache": small, "threads": threads}
    ),
    st.sampled_from([1, 4, 8, 16, 24]),
    st.booleans(),
    st.integers(1, 16),
)
memories = st.builds(
    lambda total, part: Memory(int(total * GB), int(total * part * GB)), st.floats(2, 64), st.floats(0, 1)
)


@given(memories, entries, profiles, st.booleans())
@hypothesis.settings(max_examples=40)
def test_what_is_chosen_fits_and_leaves_room_for_others(
    memory: Memory, entry: models.ModelEntry, measured: Profile | None, gently: bool
) -> None:
    small = "f16" if measured and not measured.small_cache else "q8_0"
    if needed(entry, LEAST_CONTEXT, small) > free_for(memory):
        with pytest.raises(ModelError, match=re.escape(entry.name)):
            plan(memory, OFFICE, entry, measured=measured, gently=gently, others=CATALOGUE)
        return
    made = plan(memory, OFFICE, entry, measured=measured, gently=gently, others=CATALOGUE)
    assert needed(entry, made.context, made.cache) <= free_for(memory)
    assert memory.available - needed(entry, made.context, made.cache) >= min(1_500_000_000, memory.total // 4)
    assert made.context <= entry.context
    assert made.side_by_side <= (measured.side_by_side if measured else fit.USUAL.side_by_side)
    assert min(made.threads, made.reading_threads) >= 1
    if made.cache == "q8_0":
        assert measured is None or measured.small_cache


@given(memories, st.floats(1, 3), entries, profiles)
@hypothesis.settings(max_examples=40)
def test_more_memory_never_gives_less(
    memory: Memory, more: float, entry: models.ModelEntry, measured: Profile | None
) -> None:
    try:
        little = plan(memory, OFFICE, entry, measured=measured)
    except ModelError:
        assume(False)
    much = plan(Memory(memory.total, int(memory.available * more)), OFFICE, entry, measured=measured)
    assert much.context >= little.context
    assert much.side_by_side >= little.side_by_side
    assert (much.cache == "q8_0") <= (little.cache == "q8_0")


@given(st.integers(1, 64), st.booleans(), profiles, st.none() | st.integers(1, 32))
@hypothesis.settings(max_examples=40)
def test_gently_is_never_more_threads(cores: int, hyper: bool, measured: Profile | None, threads: int | None) -> None:
    computer = Processor("X", cores, cores * (1 + hyper))
    memory = Memory(64 * GB, 60 * GB)
    usual, gentle = (
        plan(memory, computer, DEFAULT, measured=measured, threads=threads, gently=g) for g in (False, True)
    )
    assert gentle.threads == max(1, usual.threads // 2)
    assert gentle.reading_threads == max(1, usual.reading_threads // 2)
    assert replace(gentle, threads=usual.threads, reading_threads=usual.reading_threads) == usual


def test_what_was_measured_is_used_and_without_it_what_works_everywhere() -> None:
    memory = Memory(16 * GB, 12 * GB)
    measured = plan(memory, OFFICE, DEFAULT, measured=PROFILE)
    assert (measured.threads, measured.reading_threads, measured.batch, measured.side_by_side) == (3, 8, 512, 8)
    assert measured.repack is True
    assert measured.context == CONTEXT
    many = plan(memory, OFFICE, DEFAULT, measured=PROFILE.model_copy(update={"side_by_side": 16}))
    assert many.context == FOR_MANY
    usual = plan(memory, OFFICE, DEFAULT)
    assert (usual.threads, usual.batch, usual.repack, usual.cache) == (4, 128, None, "f16")
    assert plan(memory, OFFICE, DEFAULT, measured=PROFILE, threads=5).threads == 5  # as somebody has set


def test_a_laptop_with_8_gb_runs_the_default_model_and_leaves_out_what_does_not_fit() -> None:
    laptop = Memory(8_200_000_000, 4_500_000_000)
    assert plan(laptop, OFFICE, DEFAULT).context == FOR_MANY
    tight = plan(Memory(8_200_000_000, 3_260_000_000), OFFICE, DEFAULT, measured=PROFILE)
    assert (tight.side_by_side, tight.cache) == (2, "f16")
    with pytest.raises(ModelError) as refused:
        plan(laptop, OFFICE, models.load_catalogue().get("ministral-3-8b"), others=CATALOGUE)
    assert "qwen2.5-coder-1.5b" in str(refused.value) or "ministral-3-3b" in str(refused.value)
    assert "frei sind dafür 3,0 GB" in str(refused.value)
    with pytest.raises(ModelError, match="auch ein kleineres Modell passt so nicht"):
        plan(Memory(8_200_000_000, 1_600_000_000), OFFICE, DEFAULT, others=CATALOGUE)
    with pytest.raises(ModelError, match="ein kleineres Modell gibt es nicht"):
        plan(
            Memory(8_200_000_000, 1_600_000_000),
            OFFICE,
            models.load_catalogue().get("qwen2.5-coder-0.5b"),
            others=CATALOGUE,
        )


@pytest.mark.parametrize("entry", CATALOGUE, ids=lambda e: e.key)
def test_the_catalogues_figures_are_read_back(entry: models.ModelEntry) -> None:
    assert needed(entry, 8192) == pytest.approx(entry.memory_mb * 1e6, abs=2)
    assert needed(entry, 8192, "q8_0") < needed(entry, 8192)
    assert needed(entry, 0) >= (entry.size_bytes or 0)


# --- measured once, kept, and used only where it was measured


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A data folder and a model file; measuring and trying the engine cost nothing."""
    monkeypatch.setattr(fit.models, "find", lambda entry, folders: tmp_path / "m.gguf")
    monkeypatch.setattr(fit.models, "verify", lambda path, entry: entry.sha256)
    monkeypatch.setattr(fit.engine_check, "ensure_engine_runs", lambda folder: None)
    monkeypatch.setattr(hardware, "memory", lambda: Memory(16 * GB, 12 * GB))
    monkeypatch.setattr(hardware, "processor", lambda: OFFICE)
    monkeypatch.setattr(power, "power", Power)
    monkeypatch.setattr(measuring, "is_busy", lambda: False)
    return Settings(data_folder=tmp_path / "daten", model_folders=(tmp_path,))


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What was measured, in order."""
    calls: list[dict[str, Any]] = []

    def measure(path: Path, name: str, sha256: str, **more: Any) -> Profile:
        calls.append({"path": path, "sha256": sha256, **more})
        return PROFILE.model_copy(update={"model": name, "model_sha256": sha256})

    monkeypatch.setattr(measuring, "measure", measure)
    return calls


def test_it_is_measured_once(settings: Settings, measured: list[dict[str, Any]]) -> None:
    assert fit.stored(settings, DEFAULT.sha256 or "") is None
    first = fit.fitted(settings)
    assert fit.fitted(settings) == first == fit.stored(settings, DEFAULT.sha256 or "")
    assert len(measured) == 1
    engine = fit.engine_for(settings, DEFAULT, DEFAULT.sha256 or "")
    assert engine.batch == PROFILE.batch
    fit.fitted(settings, anew=True)
    assert len(measured) == 2


def test_whether_it_would_be_measured_is_known_before(
    settings: Settings, measured: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert fit.needs_measuring(settings)
    assert not fit.needs_measuring(replace(settings, model="gibtsnicht"))
    with monkeypatch.context() as other:
        other.setattr(power, "power", lambda: Power(False, 80))
        assert not fit.needs_measuring(settings)
    with monkeypatch.context() as other:
        other.setattr(fit.models, "find", lambda entry, folders: None)
        assert not fit.needs_measuring(settings)
    fit.fitted(settings)
    assert not fit.needs_measuring(settings)


@pytest.mark.parametrize("other", ["processor", "cores", "memory", "engine", "model"])
def test_another_computer_engine_or_model_is_measured_anew_and_the_old_profile_stays(
    settings: Settings, measured: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch, other: str
) -> None:
    fit.fitted(settings)
    with monkeypatch.context() as away:
        elsewhere = settings
        if other == "processor":
            away.setattr(hardware, "processor", lambda: replace(OFFICE, name="Laptop"))
        elif other == "cores":
            away.setattr(hardware, "processor", lambda: replace(OFFICE, cores=2))
        elif other == "memory":
            away.setattr(hardware, "memory", lambda: Memory(8 * GB, 6 * GB))
        elif other == "engine":
            away.setattr(hardware, "engine_version", lambda: "9.9")
        else:
            elsewhere = replace(settings, model="qwen2.5-coder-0.5b")
        sha256 = models.load_catalogue().get(elsewhere.model).sha256 or ""
        assert fit.stored(elsewhere, sha256) is None
        fit.fitted(elsewhere)
        assert len(measured) == 2
    fit.fitted(settings)
    assert len(measured) == 2


def test_nothing_is_measured_on_battery_or_without_a_model_and_nothing_fails(
    settings: Settings, measured: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(power, "power", lambda: Power(False, 80))
    assert fit.fitted(settings) is None
    monkeypatch.setattr(power, "power", Power)
    monkeypatch.setattr(measuring, "is_busy", lambda: True)
    assert fit.fitted(settings) is None
    monkeypatch.setattr(measuring, "is_busy", lambda: False)
    monkeypatch.setattr(hardware, "memory", lambda: Memory(2 * GB, GB))
    assert fit.fitted(settings) is None
    with pytest.raises(ModelError, match="passt nicht"):
        fit.fitted(settings, anew=True)
    monkeypatch.setattr(fit.models, "find", lambda entry, folders: None)
    assert fit.fitted(settings) is None
    with pytest.raises(ModelError, match="modelle laden"):
        fit.fitted(settings, anew=True)
    assert not measured


def test_what_was_measured_beside_other_programs_chooses_nothing_and_is_measured_again(
    settings: Settings, measured: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    disturbed = PROFILE.model_copy(update={"busy": True})
    memory = Memory(16 * GB, 12 * GB)
    assert plan(memory, OFFICE, DEFAULT, measured=disturbed) == plan(memory, OFFICE, DEFAULT)
    profile.save(settings.data_folder, profile.key(DEFAULT.sha256 or ""), disturbed)
    monkeypatch.setattr(measuring, "is_busy", lambda: True)
    assert fit.fitted(settings) == disturbed  # not now
    monkeypatch.setattr(measuring, "is_busy", lambda: False)
    again = fit.fitted(settings)
    assert again
    assert not again.busy
    assert len(measured) == 1
    monkeypatch.setattr(measuring, "measure", lambda *_, **__: disturbed)
    assert fit.fitted(settings, anew=True) == disturbed
    assert fit.stored(settings, DEFAULT.sha256 or "") == again  # a disturbed one does not displace a good one


def test_what_finished_briefings_taught_outlives_a_new_measurement(
    settings: Settings, measured: list[dict[str, Any]]
) -> None:
    first = fit.fitted(settings)
    assert first
    key = profile.key(DEFAULT.sha256 or "")
    profile.save(settings.data_folder, key, first.model_copy(update={"correction": 1.7, "runs": 3}))
    again = fit.fitted(settings, anew=True)
    assert again
    assert (again.correction, again.runs) == (1.7, 3)


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"profiles": 3}', '{"profiles": {"k": 3}}', '{"profiles": {"k": {"model": 1}}}']
)
def test_a_damaged_file_is_as_none_and_is_mended(tmp_path: Path, content: str) -> None:
    (tmp_path / profile.FILE).write_text(content, encoding="utf-8")
    assert profile.load(tmp_path, "k") is None
    assert not profile.engine_ran(tmp_path, "k")
    assert profile.save(tmp_path, "k", PROFILE)
    assert profile.load(tmp_path, "k") == PROFILE


def test_profiles_lie_beside_each_other_and_a_folder_that_cannot_be_written_does_no_harm(tmp_path: Path) -> None:
    folder = tmp_path / "daten"
    profile.save(folder, "a", PROFILE)
    profile.save(folder, "b", PROFILE.model_copy(update={"batch": 128}))
    profile.note_engine(folder, "e")
    assert profile.load(folder, "a") == PROFILE
    assert profile.engine_ran(folder, "e")
    assert not profile.engine_ran(folder, "f")
    assert set(json.loads((folder / profile.FILE).read_text("utf-8"))) == {"profiles", "engines"}
    (tmp_path / "datei").write_text("")
    assert not profile.save(tmp_path / "datei", "a", PROFILE)
