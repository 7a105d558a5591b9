from __future__ import annotations

import re
from typing import Any

import hypothesis
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_briefing import PAGES, make_item
from test_fit import PROFILE

from ratsassistent.machine import estimate as estimating
from ratsassistent.machine.estimate import (
    MOST_CORRECTION,
    Estimate,
    Work,
    duration,
    estimate,
    expected,
    learned,
    remaining,
    time_left,
    timed,
    work,
)
from ratsassistent.machine.profile import Profile
from ratsassistent.oparl import AgendaItem
from ratsassistent.writing.briefing import THOROUGH, USUAL, WANTED
from ratsassistent.writing.extracts.reading import topics
from ratsassistent.writing.model.tasks import tasks


def items(count: int) -> list[AgendaItem]:
    return [make_item(str(n)).model_copy(update={"id": f"ra:top-{n}"}) for n in range(count)]


def profile(**changed: Any) -> Profile:
    return PROFILE.model_copy(update=changed)


def test_a_faster_computer_and_less_work_take_less_time() -> None:
    usual = estimate(items(6), PROFILE, "voll")
    assert usual.known
    assert usual.items == 6
    assert estimate(items(3), PROFILE, "voll").seconds < usual.seconds
    assert estimate(items(6), profile(read_tokens_per_s=900.0), "voll").seconds < usual.seconds
    assert estimate(items(6), profile(write_tokens_per_s={1: 110.0}), "voll").seconds < usual.seconds
    assert estimate(items(6), profile(correction=2.0), "voll").seconds > usual.seconds
    assert estimate(items(6), PROFILE, "voll", THOROUGH).seconds > usual.seconds
    assert estimate(items(6), PROFILE, "auszug").seconds < usual.seconds
    assert estimate(items(6), PROFILE, "voll", beginnings_kept=True).seconds < usual.seconds
    assert not estimate(items(6), None, "voll").known
    assert estimate(items(6), profile(busy=True), "voll") == estimate(items(6), None, "voll")
    assert estimate(items(6), None, "auszug").known


def test_only_what_is_written_at_once_is_written_at_the_rate_of_many() -> None:
    """One sentence of one item gains nothing from writing eight side by side."""
    one = make_item(pages=["Die Turnhalle der Grundschule am Ried wurde im Jahr 1968 von der Gemeinde gebaut.\n", ""])
    assert len(tasks(one, topics(one))) == 1
    alone = estimate([one], profile(write_tokens_per_s={1: 10.0, 8: 10_000.0}), "voll")
    assert alone.seconds == pytest.approx(estimate([one], profile(write_tokens_per_s={1: 10.0}), "voll").seconds)
    assert work([one], "voll").at_once == 1
    many = estimate(items(9), profile(write_tokens_per_s={1: 10.0, 8: 10_000.0}), "voll")
    assert many.seconds < estimate(items(9), profile(write_tokens_per_s={1: 10.0}), "voll").seconds


@given(st.floats(1, 500), st.floats(0.5, 60), st.floats(1, 6), st.integers(1, 40))
def test_reading_behind_a_beginning_takes_longer_than_from_an_empty_cache(
    read: float, write: float, gain: float, at_once: int
) -> None:
    this = profile(read_tokens_per_s=read, write_tokens_per_s={1: write, 8: write * gain}, batch=128)
    some = timed(Work({"a": (1000.0, 0.0), "b": (0.0, 100.0)}, at_once), this)
    assert 1000 / read < some.parts["a"] - estimating.EXTRACT < 2 * 1000 / read


def test_items_without_anything_to_write_cost_next_to_nothing() -> None:
    nothing = estimate([make_item(pages=["", ""])], PROFILE, "voll")
    assert nothing.tokens_written == 0
    assert nothing.seconds < 1
    assert estimate([], PROFILE, "voll").sentence() == "Es ist schon alles geschrieben."


def test_no_more_sentences_are_expected_than_are_tried() -> None:
    long = make_item(pages=[*PAGES, *(page.replace("Turnhalle", f"Halle {n}") for n in range(5) for page in PAGES)])
    wanted = tasks(long, topics(long))
    for effort in (USUAL, THOROUGH):
        found = expected(wanted, effort)
        assert found
        assert {t.source for t, _ in found} <= {t.source for t in wanted[: effort.tries]}
        assert all(0 < chance <= 1 for _, chance in found)
        for group in WANTED:
            hoped = sum(chance for t, chance in found if t.group == group) * estimating.SUCCEEDS
            assert hoped <= WANTED[group] + 1e-9
        assert sum(chance for _, chance in found) * estimating.SUCCEEDS < effort.sentences + 1


parts = st.dictionaries(st.integers(0, 40).map(str), st.floats(0.3, 300), min_size=1, max_size=20)


def of(seconds: dict[str, float], start: float = 3.0) -> Estimate:
    return Estimate(sum(seconds.values()) + start, len(seconds), 1, 1, True, seconds)


@given(parts, st.floats(0.2, 5))
@hypothesis.settings(max_examples=40)
def test_the_time_left_corrects_itself_and_ends_at_nothing(seconds: dict[str, float], pace: float) -> None:
    """Every item takes `pace` times what was estimated: the nearer the end, the truer the time left."""
    given_estimate = of(seconds)
    elapsed, done = 3.0, set()
    truth = sum(seconds.values()) * pace
    assert remaining(given_estimate, done, 0.0) == pytest.approx(given_estimate.seconds)
    for item, took in seconds.items():
        before = elapsed
        elapsed += took * pace
        truth -= took * pace
        late = remaining(given_estimate, done, before + 0.5 * took * pace, 0.5 * took * pace)
        assert late >= 0
        done.add(item)
        left = remaining(given_estimate, done, elapsed)
        unfinished = sum(s for i, s in seconds.items() if i not in done)
        assert min(1, pace) * unfinished - 1e-6 <= left <= max(1, pace) * unfinished + 1e-6
        if sum(seconds[i] for i in done) > 3 * unfinished:
            assert abs(left - truth) <= 0.25 * abs(unfinished - truth) + 1e-6
    assert remaining(given_estimate, done, elapsed) == 0.0


@given(parts, st.floats(0, 1e5))
@hypothesis.settings(max_examples=40)
def test_while_nothing_is_finished_the_time_goes_down_but_never_to_nothing(
    seconds: dict[str, float], elapsed: float
) -> None:
    left = remaining(of(seconds), set(), elapsed, elapsed)
    assert 0 < left <= of(seconds).seconds
    assert remaining(of(seconds), {"gibtsnicht"}, elapsed, elapsed) == left


WORK = Work({"a": (900.0, 150.0), "b": (300.0, 90.0), "c": (40.0, 20.0)}, 7)


@given(st.floats(0.5, 3.5), st.lists(st.floats(0.9, 1.1), min_size=5, max_size=8))
@hypothesis.settings(max_examples=40)
def test_finished_runs_bring_the_estimate_to_what_they_took(truth: float, noise: list[float]) -> None:
    now = profile(correction=1.0, runs=0)
    plain = timed(WORK, now).seconds
    for factor in noise:
        now = learned(now, timed(WORK, now), plain * truth * factor)
    assert now.runs == len(noise)
    assert timed(WORK, now).seconds == pytest.approx(plain * truth, rel=0.25)


def test_one_odd_run_does_not_spoil_what_was_learnt_and_small_ones_teach_nothing() -> None:
    first = timed(WORK, PROFILE)
    taught = learned(PROFILE, first, first.seconds * 1.5)
    before = timed(WORK, taught)
    odd = learned(taught, before, before.seconds * 100)
    assert taught.correction < odd.correction <= MOST_CORRECTION
    assert learned(taught, before, 0.1) == taught
    assert learned(profile(busy=True), before, 50.0) == profile(busy=True)
    assert learned(taught, timed(Work({}), taught), 100.0) == taught
    assert learned(taught, timed(Work({"a": (0.0, 0.0)}), taught), 100.0) == taught


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "unter 1 Minute"),
        (54, "unter 1 Minute"),
        (56, "etwa 1 Minute"),
        (89, "etwa 1 Minute"),
        (240, "etwa 4 Minuten"),
        (14 * 60, "etwa 14 Minuten"),
        (33 * 60, "etwa 35 Minuten"),
        (56 * 60, "etwa 55 Minuten"),
        (61 * 60, "etwa 1 Stunde"),
        (92 * 60, "etwa 1½ Stunden"),
        (120 * 60, "etwa 2 Stunden"),
        (9.4 * 3600, "etwa 9½ Stunden"),
    ],
)
def test_times_are_said_as_exactly_as_they_are_known(seconds: float, words: str) -> None:
    assert duration(seconds) == words
    assert time_left(seconds) == f"noch {words}"


@given(st.floats(60, 2e5))
def test_what_is_said_is_near_what_is_meant(seconds: float) -> None:
    said = duration(seconds)
    number = re.search(r"(\d*)(½?) (Minute|Stunde)", said)
    assert number
    value = int(number[1] or 0) + (0.5 if number[2] else 0)
    assert value * (3600 if number[3] == "Stunde" else 60) == pytest.approx(seconds, rel=0.34)


def test_the_sentence_says_whether_it_is_known_or_guessed() -> None:
    assert Estimate(840, 14, 9, 9, True, {}).sentence() == "14 Tagesordnungspunkte: etwa 14 Minuten auf diesem Rechner."
    assert "grob geschätzt" in Estimate(840, 1, 9, 9, False, {}).sentence()
