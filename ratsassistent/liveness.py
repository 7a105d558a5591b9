"""Whether whoever claimed a job can still be at it: is the process there, and does it still give signs of life?

What enters: the sign of life that a claim was made and renewed with. What leaves: alive, dead, or switched off.
What it does not know: what a job is, SQL.

A clock jumps: the machine sleeps for hours, or is set. So no age is ever taken from it. A process on this machine is known
by its pid and by when it was started, counted from the start of the machine where the system tells that; a sign of life
counts as the last one only if it was seen unchanged for LEASE_SECONDS by somebody who was awake all that time.
"""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import psutil

LEASE_SECONDS = 60.0  # without a sign of life
LONGEST_LOOK = 5.0  # seconds that may lie between two looks; a longer gap was sleep, or nobody looked

Fate = Literal["alive", "dead", "switched off"]
Sign = dict[str, Any]  # host, pid, pid_started, lease


def sign_of_life() -> Sign:
    """That this process is alive now; the next one differs in its `lease`."""
    pid = os.getpid()
    return {"host": platform.node(), "pid": pid, "pid_started": started(pid), "lease": time.time()}


def started(pid: int) -> float:
    """When a process was started: seconds since the machine was, else since 1970.

    :raises psutil.Error: there is no such process, or nothing may be known of it.
    """
    process = psutil.Process(pid)
    try:  # Linux counts psutil's time from a clock that can be set
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
        return int(fields[19]) / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, IndexError, AttributeError):
        return process.create_time()


class Watch:
    """Sees signs of life change, or not: one for whoever may have to take over."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock`: seconds that pass; it may jump."""
        self._clock = clock
        self._seen: dict[str, tuple[float, float, float]] = {}  # sign, for how long unchanged, last look

    def fate(self, key: str, sign: Sign) -> Fate:
        """What became of whoever gave this sign of life.

        :param key: tells it from others that are watched.
        """
        if sign["lease"] is None:
            return "dead"
        if sign["host"] == platform.node() and not _is_there(sign):
            return "switched off" if sign["lease"] < psutil.boot_time() else "dead"
        now = self._clock()
        lease, unchanged, last = self._seen.get(key, (None, 0.0, now))
        unchanged = unchanged + min(max(now - last, 0.0), LONGEST_LOOK) if lease == sign["lease"] else 0.0
        self._seen[key] = (sign["lease"], unchanged, now)
        return "dead" if unchanged >= LEASE_SECONDS else "alive"


def _is_there(sign: Sign) -> bool:
    """True if that very process exists (its pid may be another one's by now), or if that cannot be known."""
    try:
        same = abs(started(sign["pid"]) - sign["pid_started"]) < 1.0
        return same and psutil.Process(sign["pid"]).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
    except psutil.Error:
        return True  # only not ours to look at
