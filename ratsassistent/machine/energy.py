"""The energy that work took: read from the processor's own counter, or estimated from the time its cores were busy.

What enters: Linux's powercap folder (RAPL), processes. What leaves: an Energy in joules, with a German sentence that says
how it is known; sums and shares of it.
What it does not know: briefings' contents, language models.

RAPL counts the whole processor package: what other programs do meanwhile counts as well, the screen and the power supply
do not. Since 2020 Linux lets only the administrator read it (a counter that fine can betray keys, CVE-2020-8694), Windows
and macOS do not offer it: then the time that the cores worked for us is multiplied with an assumed power.

The assumption, WATTS_PER_CORE, is nobody's measurement. It is the makers' rated power (processor base power or TDP) of a
few usual office processors divided by their cores: Intel Core i5-12400 and i5-8500 65 W for 6 cores (10.8 W), Core
i5-1135G7 28 W for 4 (7 W), Core i5-8250U 15 W for 4 (3.8 W); their mean is 8.1 W. A busy laptop may take half of it, an
old desktop twice as much, and memory, screen and power supply come on top. So the sentence names it.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import psutil

from ratsassistent.briefings import ItemBriefing

POWERCAP = Path("/sys/class/powercap")
WATTS_PER_CORE = 8.0
MEASURED = "gemessen am Prozessor (RAPL); was andere Programme zugleich rechneten, zählt mit"
ELSEWHERE = "nicht bekannt: auf einem Server geschrieben"
WITHOUT_SERVER = "ohne das, was auf einem Server geschrieben wurde"
_ESTIMATED = "geschätzt aus {seconds} s Rechenzeit der Kerne bei angenommenen {watts} W je Kern"
_READ = re.compile(r"geschätzt aus ([\d.]+) s .*? angenommenen ([\d,]+) W")


@dataclass(frozen=True, slots=True)
class Energy:
    """Joules, and how they are known. For an estimate: seconds that cores were busy, and the power assumed for each.

    Sums of a measured and an estimated part are "both".
    """

    joules: float
    how: Literal["measured", "estimated", "both"]
    core_seconds: float = 0.0
    watts: float = WATTS_PER_CORE

    @property
    def wh(self) -> float:
        """The same in watt-hours."""
        return self.joules / 3600

    @property
    def sentence(self) -> str:
        """How it is known, in German."""
        seconds = f"{self.core_seconds:,.0f}".replace(",", ".")
        estimated = _ESTIMATED.format(seconds=seconds, watts=f"{self.watts:g}".replace(".", ","))
        return {"measured": MEASURED, "estimated": estimated, "both": f"teils {MEASURED}; teils {estimated}"}[self.how]

    def fields(self) -> dict[str, Any]:
        """As ItemBriefing and Briefing hold it: `energy_wh`, `energy_how`."""
        return {"energy_wh": round(self.wh, 4), "energy_how": self.sentence}

    def __add__(self, other: Energy) -> Energy:
        """The sum. Two estimates with different assumptions keep one of them, the mean weighted by time."""
        seconds = self.core_seconds + other.core_seconds
        watts = (self.watts * self.core_seconds + other.watts * other.core_seconds) / seconds if seconds else self.watts
        how = self.how if self.how == other.how else "both"
        return Energy(self.joules + other.joules, how, seconds, round(watts, 1))

    def shared(self, weights: Sequence[float]) -> list[Energy]:
        """Divided among those that were worked for at once, by weight (tokens); equally where nothing weighs anything."""
        whole = sum(weights)
        parts = [w / whole for w in weights] if whole > 0 else [1 / len(weights)] * len(weights)
        return [Energy(self.joules * part, self.how, self.core_seconds * part, self.watts) for part in parts]


def total(items: Iterable[ItemBriefing]) -> Energy | None:
    """What the items of a briefing took together, those written earlier too; None where none of them says."""
    known = [found for item in items if (found := _stored(item)) is not None]
    return sum(known[1:], start=known[0]) if known else None


def fields_of(items: Sequence[ItemBriefing]) -> dict[str, Any]:
    """What the items of a briefing took together as a Briefing holds it; what a server took is not known, and said not to be."""
    used = total(items)
    elsewhere = any(item.energy_how == ELSEWHERE for item in items)
    if used is None:
        return {"energy_how": ELSEWHERE} if elsewhere else {}
    made = used.fields()
    return {**made, "energy_how": f"{made['energy_how']}; {WITHOUT_SERVER}"} if elsewhere else made


def _stored(item: ItemBriefing) -> Energy | None:
    if item.energy_wh is None:
        return None
    how = item.energy_how or ""
    told = _READ.search(how)
    if told is None:
        return Energy(item.energy_wh * 3600, "measured")
    seconds, watts = float(told[1].replace(".", "")), float(told[2].replace(",", "."))
    return Energy(item.energy_wh * 3600, "both" if MEASURED in how else "estimated", seconds, watts)


class Meter:
    """Reads what was used since it was made, or since the last lap.

    :param processes: numbers of further processes that work for us, beside this one.
    :param root: the powercap folder.
    """

    def __init__(self, processes: Sequence[int] = (), *, root: Path = POWERCAP, watts: float = WATTS_PER_CORE) -> None:
        self._processes = [psutil.Process()]
        for number in processes:
            with contextlib.suppress(psutil.Error):
                self._processes.append(psutil.Process(number))
        self._watts = watts
        self._domains = _domains(root)
        self._counters = _counters(self._domains)
        self._seconds = self._core_seconds()

    @property
    def measures(self) -> bool:
        """Whether the processor's own counter can be read."""
        return self._counters is not None

    def lap(self) -> Energy:
        """What was used since the meter was made or last asked.

        A counter that began anew meanwhile is counted on; it must be asked more often than that happens (about an hour of
        full load), or a whole round is missed.
        """
        now, seconds = _counters(self._domains), self._core_seconds()
        before, self._counters = self._counters, now
        busy, self._seconds = [max(0.0, b - a) for a, b in zip(self._seconds, seconds, strict=True)], seconds
        if before is not None and now is not None:
            used = (_used(a, b, d.most) for a, b, d in zip(before, now, self._domains, strict=True))
            return Energy(sum(used) / 1e6, "measured", 0.0, self._watts)
        return Energy(sum(busy) * self._watts, "estimated", sum(busy), self._watts)

    def _core_seconds(self) -> list[float]:
        found = []
        for process in self._processes:
            try:
                times = process.cpu_times()
                found.append(times.user + times.system)
            except psutil.Error:  # it has ended: what it used since the last lap is lost
                found.append(0.0)
        return found


@dataclass(frozen=True, slots=True)
class _Domain:
    """A processor package: its counter in microjoules, and where that begins anew."""

    counter: Path
    most: int


def _domains(root: Path) -> list[_Domain]:
    """The processor packages. Their parts (cores, graphics) are in them, memory and "psys" (the whole board) are others."""
    found: dict[str, _Domain] = {}
    with contextlib.suppress(OSError):
        for folder in sorted(root.iterdir()):
            with contextlib.suppress(OSError, ValueError):
                name = (folder / "name").read_text(encoding="ascii").strip()
                most = int((folder / "max_energy_range_uj").read_text(encoding="ascii"))
                # The same package may be offered twice, by register (intel-rapl) and by memory (intel-rapl-mmio).
                if name.startswith("package"):
                    found.setdefault(name, _Domain(folder / "energy_uj", most))
    return list(found.values())


def _counters(domains: Sequence[_Domain]) -> list[int] | None:
    """What the counters show; None where there are none, or one of them must not be read."""
    try:
        return [int(domain.counter.read_text(encoding="ascii")) for domain in domains] or None
    except (OSError, ValueError):
        return None


def _used(before: int, after: int, most: int) -> int:
    return after - before if after >= before else after - before + most
