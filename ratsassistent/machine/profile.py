"""What was measured on this computer with one language model, kept in a small file.

What enters: a data folder, a key of computer, engine and model. What leaves: a Profile, or None; what was found out of
the engine itself.
What it does not know: how anything is measured, what is done with it.

The file is `rechner.json` in the data folder itself, beside `einstellungen.toml`: it tells of the computer and of no
council, so it belongs to neither of the two archives (which are backed up, handed on and deleted as such). Each profile
stands under the key of its computer and model: a data folder on a stick that is carried to another PC finds none there
and is measured anew, and back home the old one still holds.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from pydantic import ValidationError

from ratsassistent.machine import hardware
from ratsassistent.machine.hardware import Processor
from ratsassistent.oparl import Model

FILE = "rechner.json"
VERSION = 1  # raise it when what older versions measured is no longer comparable


class Profile(Model):
    """How fast a language model is on a computer, and the settings with which it is that.

    Rates are the engine's own, in tokens a second; `write_tokens_per_s` has, for each number of texts that are written
    side by side, what they make together. `correction` is what finished briefings took, divided by what was estimated
    before the first of them (second tries, checks, other programs); `runs` is how many of them it is learnt from.
    """

    model: str
    model_sha256: str
    engine: str  # its version
    processor: str
    cores: int
    memory_mb: int
    threads: int  # for writing
    reading_threads: int
    batch: int
    repack: bool  # weights are laid out anew at loading, for the instructions of this processor
    side_by_side: int
    small_cache: bool = True  # a key-value cache of 8-bit numbers runs here
    read_tokens_per_s: float
    write_tokens_per_s: dict[int, float]
    peak_memory_mb: int
    busy: bool = False  # other programs were at work meanwhile: the rates are too low, the choices chance
    measured: dt.datetime
    seconds: float
    correction: float = 1.0
    runs: int = 0

    def writing_rate(self, side_by_side: int) -> float:
        """Tokens a second of so many texts at once; between two measured numbers, the lower one counts."""
        fitting = [rate for count, rate in self.write_tokens_per_s.items() if count <= side_by_side]
        return max(fitting, default=min(self.write_tokens_per_s.values()))


def key(model_sha256: str, processor: Processor | None = None, total: int | None = None) -> str:
    """The key of this computer (or the one given) with this model and the engine that is installed."""
    return hardware.key(
        processor or hardware.processor(),
        hardware.memory().total if total is None else total,
        f"{hardware.engine_version()}/{VERSION}",
        model_sha256,
    )


def load(folder: Path, wanted: str) -> Profile | None:
    """The profile under this key; None where there is none that can be used.

    :param folder: the data folder.
    """
    raw = _read(folder).get("profiles", {})
    try:
        return Profile.model_validate(raw[wanted]) if wanted in raw else None
    except (ValidationError, TypeError):
        return None


def save(folder: Path, under: str, profile: Profile) -> bool:
    """Keep a profile; says whether it could be (a folder that cannot be written to does no other harm)."""
    return _change(folder, "profiles", under, profile.model_dump(mode="json"))


def engine_ran(folder: Path, wanted: str) -> bool:
    """Whether the engine has been seen to run here, under this key of computer and library."""
    return wanted in _read(folder).get("engines", {})


def note_engine(folder: Path, under: str) -> bool:
    """Keep in mind that the engine runs here."""
    return _change(folder, "engines", under, dt.datetime.now(dt.UTC).isoformat(timespec="seconds"))


def _read(folder: Path) -> dict[str, dict[str, Any]]:
    try:
        found = json.loads((folder / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    good = isinstance(found, dict) and all(isinstance(part, dict) for part in found.values())
    return found if good else {}


def _change(folder: Path, part: str, name: str, value: object) -> bool:
    """Put one value into the file: as a whole or not at all, and without losing what another process puts there."""
    file = folder / FILE
    part_file = file.with_suffix(".neu")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / f"{FILE}.sperre", timeout=10):
            content = _read(folder)
            content.setdefault(part, {})[name] = value
            part_file.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")
            os.replace(part_file, file)
    except (OSError, Timeout):
        with contextlib.suppress(OSError):
            part_file.unlink(missing_ok=True)
        return False
    return True
