from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import hypothesis
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratsassistent.errors import Interrupted, ModelError
from ratsassistent.machine import measuring
from ratsassistent.machine.hardware import Processor
from ratsassistent.machine.measuring import SIDES, choose, measure

Rate = Callable[[dict[str, Any]], float]


class Machine:
    """An engine that takes the time that its two formulas say, on a clock of its own."""

    def __init__(self, reading: Rate, writing: Rate, *, small_cache: bool = True) -> None:
        self.reading, self.writing, self.small_cache = reading, writing, small_cache
        self.now, self.loaded, self.most_loaded, self.tried = 0.0, 0, 0, []

    def load(self, repack: bool) -> _Loaded:
        self.loaded += 1
        self.most_loaded = max(self.most_loaded, self.loaded)
        self.now += 2
        return _Loaded(self, repack)

    def clock(self) -> float:
        return self.now


class _Loaded:
    def __init__(self, machine: Machine, repack: bool) -> None:
        self.machine, self.set = machine, {"repack": repack}

    def use(self, *, threads: int, reading_threads: int, batch: int, cache: Literal["f16", "q8_0"] = "f16") -> None:
        if cache == "q8_0" and not self.machine.small_cache:
            raise ModelError("geht hier nicht")
        self.set |= {"threads": threads, "reading_threads": reading_threads, "batch": batch, "cache": cache}

    def read(self, tokens: int) -> float:
        self.machine.tried.append({**self.set, "read": tokens})
        self.machine.now += tokens / self.machine.reading(self.set)
        return self.machine.reading(self.set)

    def write(self, steps: int, side_by_side: int) -> float:
        setting = {**self.set, "side": side_by_side}
        self.machine.tried.append({**setting, "written": steps})
        self.machine.now += steps * side_by_side / self.machine.writing(setting)
        return self.machine.writing(setting)

    def close(self) -> None:
        self.machine.loaded -= 1


def office(**changed: Any) -> Machine:
    """Four cores of two threads each: reading likes all of them, writing is as fast with two."""
    return Machine(
        changed.get("reading", lambda s: 30.0 * min(s["reading_threads"], 6) * (1.3 if s["repack"] else 1)),
        changed.get(
            "writing", lambda s: {1: 10.0, 4: 20.0, 8: 26.0, 16: 27.0, 24: 27.5}[s["side"]] * min(s["threads"], 2) / 2
        ),
        small_cache=changed.get("small_cache", True),
    )


OFFICE = Processor("Büro", 4, 8)


def test_the_best_of_each_is_chosen_and_only_one_model_is_in_memory_at_a_time() -> None:
    machine = office()
    found = choose(machine.load, OFFICE, can_repack=True, clock=machine.clock)
    assert found.repack
    assert found.reading_threads == 8
    assert found.threads == 4  # two would be no faster: what is usual stays
    assert found.batch == 128
    assert found.side_by_side == 8  # sixteen at once bring four per cent
    assert dict(found.write_tokens_per_s) == {1: 10.0, 4: 20.0, 8: 26.0, 16: 27.0, 24: 27.5}
    assert found.read_tokens_per_s == pytest.approx(30 * 6 * 1.3)
    assert (machine.most_loaded, machine.loaded) == (1, 0)
    assert not any(tried["cache"] == "q8_0" for tried in machine.tried)


def test_weights_stay_as_they_are_where_that_is_faster_or_the_other_crashes() -> None:
    slow = office(reading=lambda s: 20.0 if s["repack"] else 40.0)
    assert not choose(slow.load, OFFICE, can_repack=True, clock=slow.clock).repack
    assert slow.loaded == 0
    amx = office()
    assert not choose(amx.load, OFFICE, can_repack=False, clock=amx.clock).repack
    assert not any(tried["repack"] for tried in amx.tried)


def test_fewer_threads_and_other_steps_where_they_are_faster() -> None:
    machine = office(reading=lambda s: 100.0 + s["batch"] / 5, writing=lambda s: 10.0 + (s["threads"] == 2) * 3)
    found = choose(machine.load, OFFICE, can_repack=True, clock=machine.clock)
    assert (found.threads, found.batch, found.side_by_side) == (2, 512, 1)


@pytest.mark.parametrize("works", [True, False])
def test_a_small_cache_is_tried_where_memory_is_short(works: bool) -> None:
    machine = office(small_cache=works)
    found = choose(machine.load, OFFICE, can_repack=True, short_of_memory=True, clock=machine.clock)
    assert found.small_cache is works
    assert machine.loaded == 0


@given(
    st.floats(0.5, 500),
    st.floats(0.1, 100),
    st.lists(st.floats(0.3, 3), min_size=5, max_size=5),
    st.integers(1, 16),
    st.booleans(),
)
@hypothesis.settings(max_examples=50)
def test_it_ends_in_time_on_any_machine_and_what_it_says_is_what_it_saw(
    read: float, write: float, gains: list[float], cores: int, hyper: bool
) -> None:
    machine = office(reading=lambda s: read, writing=lambda s: write * gains[SIDES.index(s["side"])])
    processor = Processor("X", cores, cores * (2 if hyper else 1))
    told: list[float | None] = []
    found = choose(
        machine.load,
        processor,
        can_repack=True,
        clock=machine.clock,
        tell=lambda message, done: told.append(done),
    )
    one, many = write * gains[0], write * gains[SIDES.index(measuring.MANY)]
    tried = (32 + 128) / read + 6 / one + 4 * measuring.MANY / many
    longest = max(512 / read, 96 / (write * min(gains)), tried)  # the try that is on when time is up
    sure = 6 + 3 * tried + 256 / read + 8 / one
    assert machine.now <= max(measuring.BUDGET, sure) + longest + 1e-6
    rates = dict(found.write_tokens_per_s)
    assert found.side_by_side in rates
    assert rates[found.side_by_side] >= 0.9 * max(rates.values())
    assert 1 <= found.threads <= processor.threads
    assert machine.loaded == 0
    assert all(done is not None and 0 <= done < 1 for done in told)


def test_a_slow_machine_keeps_the_defaults_of_what_there_was_no_time_for() -> None:
    machine = office(reading=lambda s: 4.0, writing=lambda s: 0.5)
    found = choose(machine.load, OFFICE, can_repack=True, clock=machine.clock)
    assert (found.threads, found.reading_threads, found.batch, found.side_by_side) == (4, 4, 128, 1)
    assert found.read_tokens_per_s == 4.0


RESULT = {
    "threads": 2, "reading_threads": 2, "batch": 256, "repack": True, "side_by_side": 4, "small_cache": True,
    "read_tokens_per_s": 90.0, "write_tokens_per_s": [[1, 11.123], [4, 19.0]], "peak_memory_mb": 2100, "core_seconds": 0.1,
}  # fmt: skip


def says(*lines: object, then: str = "") -> list[str]:
    """A command that says these lines of JSON, and then does something."""
    code = "".join(f"print({json.dumps(line)!r}, flush=True)\n" for line in lines)
    return [sys.executable, "-c", "import os, sys, time\n" + code + then]


def test_the_process_that_measures_is_heard(tmp_path: Path) -> None:
    heard: list[tuple[str, float | None]] = []
    made = measure(
        tmp_path / "m.gguf",
        "Klein",
        "ab" * 32,
        tell=lambda message, done: heard.append((message, done)),
        command=says({"tell": "Schreiben", "done": 0.5}, {"result": RESULT}),
    )
    assert heard == [("Der Rechner wird vermessen: Schreiben", 0.5)]
    assert (made.model, made.side_by_side, made.write_tokens_per_s) == ("Klein", 4, {1: 11.12, 4: 19.0})
    assert made.writing_rate(8) == 19.0
    assert made.writing_rate(3) == 11.12
    assert made.seconds >= 0


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        (says({"result": {"error": "Für das Sprachmodell ist nicht genug Arbeitsspeicher frei."}}), "Arbeitsspeicher"),
        (says(then="os.kill(os.getpid(), 4)"), "anderen Prozessor gebaut"),
        (says({"tell": "x", "done": 0}, then="sys.exit('kein Modul')"), "kein Modul"),
        (says(), "Rechenwerk"),
    ],
)
@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_a_measurement_that_dies_is_a_german_sentence(command: list[str], sentence: str, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=sentence):
        measure(tmp_path / "m.gguf", "Klein", "", command=command)


@pytest.mark.parametrize(("others", "busy"), [(0.0, False), (1e6, True)])
def test_a_measurement_beside_other_programs_says_so(
    others: float, busy: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    worked = iter([100.0, 100.1 + others])
    monkeypatch.setattr(measuring, "_worked", lambda: next(worked))
    made = measure(tmp_path / "m.gguf", "Klein", "", command=says({"result": RESULT}))
    assert made.busy is busy


def test_the_work_of_the_cores_is_counted() -> None:
    before = measuring._worked()
    sum(n * n for n in range(400_000))
    assert measuring._worked() >= before
    assert measuring.is_busy(0.01) in {True, False}


@pytest.mark.parametrize("lines", [[{"tell": "x", "done": 0.1}], []])
def test_a_measurement_can_be_stopped_also_while_it_is_silent(lines: list[Any], tmp_path: Path) -> None:
    asked: list[bool] = []

    def should_stop() -> bool:
        asked.append(len(asked) > 1)
        return asked[-1]

    with pytest.raises(Interrupted):
        measure(tmp_path / "m.gguf", "Klein", "", command=says(*lines, then="time.sleep(60)"), should_stop=should_stop)


def test_a_measurement_that_takes_too_long_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measuring, "MOST_SECONDS", 0.1)
    with pytest.raises(ModelError, match="mit anderem beschäftigt"):
        measure(tmp_path / "m.gguf", "Klein", "", command=says(then="time.sleep(60)"))
