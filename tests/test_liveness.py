"""Signs of life: processes that are there, are gone, or whose pid is another's by now."""

from __future__ import annotations

import os
import subprocess
import sys

import psutil
import pytest

from ratsassistent import liveness
from ratsassistent.liveness import LEASE_SECONDS, LONGEST_LOOK, Watch, sign_of_life


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_the_start_of_a_process_does_not_depend_on_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    before = liveness.started(os.getpid())
    real = psutil.boot_time()
    monkeypatch.setattr(psutil, "boot_time", lambda: real + 7200.0)  # as if the clock had been put forward
    assert liveness.started(os.getpid()) == before
    assert liveness.started(os.getppid()) <= before


def test_a_process_that_has_ended_is_gone_at_once() -> None:
    child = subprocess.Popen([sys.executable, "-c", ""], stdin=subprocess.PIPE)
    sign = {**sign_of_life(), "pid": child.pid, "pid_started": liveness.started(child.pid)}
    child.communicate()
    assert Watch().fate("a", sign) == "dead"
    assert Watch().fate("a", {**sign, "lease": psutil.boot_time() - 1}) == "switched off"


def test_nobody_is_dead_before_he_was_watched_long_enough() -> None:
    clock = Clock()
    watch = Watch(clock)
    sign = {**sign_of_life(), "host": "anderer-rechner", "pid": 1}
    assert watch.fate("a", sign) == "alive"
    clock.now += 1e6  # nobody looked: that says nothing
    assert watch.fate("a", sign) == "alive"
    for _ in range(int(LEASE_SECONDS / LONGEST_LOOK) - 2):
        clock.now += LONGEST_LOOK
        assert watch.fate("a", sign) == "alive"
    clock.now -= 1e6  # it is set back
    assert watch.fate("a", sign) == "alive"
    clock.now += 1e9
    assert watch.fate("b", sign) == "alive"  # of another job
    assert watch.fate("a", sign) == "dead"
    assert watch.fate("a", {**sign, "lease": sign["lease"] + 1}) == "alive"
