"""Gentle mode ("leise") and the battery: how many threads, which priority, and when work has to wait.

What enters: the setting `leise`, what the system says of the battery. What leaves: yes or no, numbers, German sentences.
What it does not know: jobs, language models, who works.

Gentle: half the threads and the lowest priority. The computer stays usable and cool, the work takes longer.
"""

from __future__ import annotations

import contextlib
import sys
from dataclasses import dataclass

import psutil

LOWEST_CHARGE = 20  # percent; below that a laptop without a cable does not work on


@dataclass(frozen=True, slots=True)
class Power:
    """Where the current comes from. `charge` in percent; both None where there is no battery (or nobody tells)."""

    plugged: bool | None = None
    charge: float | None = None

    @property
    def on_battery(self) -> bool:
        """True only where it is sure."""
        return self.plugged is False


def power() -> Power:
    """Where this computer's current comes from, now."""
    read = getattr(psutil, "sensors_battery", None)  # not there on every system
    battery = None
    if read is not None:
        with contextlib.suppress(Exception):  # drivers tell nonsense in more ways than can be listed
            battery = read()
    if battery is None:
        return Power()
    return Power(None if battery.power_plugged is None else bool(battery.power_plugged), float(battery.percent))


def gentle(wanted: bool | None, now: Power) -> bool:
    """Whether to work gently: as it was set, else while the computer runs on its battery."""
    return now.on_battery if wanted is None else wanted


def may_work(now: Power) -> str | None:
    """Why long work has to wait, as a German sentence; None: nothing speaks against it."""
    if now.on_battery and now.charge is not None and now.charge < LOWEST_CHARGE:
        return (
            f"Der Akku hat nur noch {now.charge:.0f} %: Die Arbeit ruht, damit der Rechner nicht ausgeht, und geht mit "
            "Netzstrom von selbst weiter."
        )
    return None


def threads(number: int, *, gently: bool) -> int:
    """How many threads to use of those that could be: half of them when gentle, at least one."""
    return max(1, number // 2) if gently else max(1, number)


def lower_priority(process: psutil.Process | None = None) -> bool:
    """Let every other program go before this process; says whether that worked. Its own children inherit it.

    There is no way back without administrator's rights (except on Windows): a worker that is to be fast again ends, and
    the next one starts as usual.
    """
    mine = process or psutil.Process()
    try:
        if sys.platform == "win32":
            mine.nice(psutil.IDLE_PRIORITY_CLASS)
        else:
            mine.nice(19)
    except (psutil.Error, OSError):
        return False
    return True


def told(wanted: bool | None, now: Power) -> str | None:
    """One German sentence on why the work goes slowly; None where it does not."""
    if not gentle(wanted, now):
        return None
    if wanted is None:
        charge = f" ({now.charge:.0f} %)" if now.charge is not None else ""
        return f"Der Rechner läuft im Akkubetrieb{charge}: Es wird leise gearbeitet, mit halber Kraft."
    return "Leise ist eingestellt: Es wird mit halber Kraft gearbeitet, andere Programme gehen vor."
