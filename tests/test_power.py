from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratsassistent.machine import power
from ratsassistent.machine.power import Power, gentle, may_work, threads, told

CABLE, BATTERY, DESKTOP = Power(True, 50), Power(False, 50), Power()


@pytest.mark.parametrize(
    ("wanted", "now", "expected"),
    [
        (None, DESKTOP, False),
        (None, CABLE, False),
        (None, BATTERY, True),
        (None, Power(None, 50), False),  # Windows does not always know
        (True, DESKTOP, True),
        (False, BATTERY, False),
    ],
)
def test_gentle_is_as_set_and_else_while_on_battery(wanted: bool | None, now: Power, expected: bool) -> None:
    assert gentle(wanted, now) is expected
    assert (told(wanted, now) is not None) is expected


@pytest.mark.parametrize(
    ("now", "rests"),
    [
        (Power(False, 19.9), True),
        (Power(False, 20), False),
        (Power(False, None), False),
        (Power(True, 3), False),
        (Power(None, 3), False),
        (DESKTOP, False),
    ],
)
def test_work_rests_below_a_fifth_without_a_cable(now: Power, rests: bool) -> None:
    reason = may_work(now)
    assert (reason is not None) is rests
    assert reason is None or ("Akku" in reason and reason.endswith("."))


@given(st.integers(-1, 512), st.booleans())
def test_there_is_always_a_thread_and_never_more_than_there_were(number: int, gently: bool) -> None:
    assert 1 <= threads(number, gently=gently) <= max(1, number)
    assert threads(max(number, 2), gently=True) < max(number, 2)


def test_the_system_is_asked_and_may_know_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def reads(found: Any) -> None:
        monkeypatch.setattr(power.psutil, "sensors_battery", lambda: found, raising=False)

    reads(None)
    assert power.power() == Power()
    reads(SimpleNamespace(percent=81, power_plugged=False))
    assert power.power() == Power(False, 81.0)
    reads(SimpleNamespace(percent=81, power_plugged=None))
    assert not power.power().on_battery
    monkeypatch.setattr(power.psutil, "sensors_battery", lambda: 1 / 0)
    assert power.power() == Power()
    monkeypatch.delattr(power.psutil, "sensors_battery")
    assert power.power() == Power()


def test_the_priority_is_the_lowest_there_is() -> None:
    asked: list[int] = []

    class Process:
        def nice(self, value: int) -> None:
            asked.append(value)

    class Denied:
        def nice(self, value: int) -> None:
            raise psutil.AccessDenied

    assert power.lower_priority(Process())  # type: ignore[arg-type]
    assert asked[0] in {19, getattr(psutil, "IDLE_PRIORITY_CLASS", 19)}
    assert not power.lower_priority(Denied())  # type: ignore[arg-type]
