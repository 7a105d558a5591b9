"""Running commands in tests, and what a refusal has to look like."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import ratsassistent

ROOT = Path(ratsassistent.__file__).parent.parent


class Result(NamedTuple):
    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one JSON object on standard output."""
        return json.loads(self.out)

    @property
    def lines(self) -> list[Any]:
        return [json.loads(line) for line in self.out.splitlines()]


Run = Callable[..., Result]

_HOME = tempfile.TemporaryDirectory(
    prefix="ratsassistent-heim-"
)  # of somebody who has no model: none is loaded and set to work
NOBODY = dict.fromkeys(("HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "LOCALAPPDATA"), _HOME.name)


def is_one_sentence(text: str) -> bool:
    """One line of German that ends like a sentence, and nothing of a program's inside."""
    line = text.strip()
    german = re.search(r"\b(?:ist|sind|gibt|lässt|liegt|fehlt|bitte|kein\w*|nicht|werden|muss)\b", line, re.IGNORECASE)
    program = re.search(r"Traceback|Error\b|Exception|Errno|, line \d+, in|ratsassistent\.\w+\.", line)
    return "\n" not in line and line.endswith(".") and german is not None and program is None


def refused(result: Result) -> bool:
    return result.status == 1 and result.out == "" and is_one_sentence(result.err)


def environment(**more: str) -> dict[str, str]:
    """For a program of its own: no setting and no model of whoever runs the tests."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("RATSASSISTENT_")}
    return {**inherited, **NOBODY, "PYTHONPATH": str(ROOT), **more}


def program(*arguments: object, **more: str) -> Result:
    env = environment(PYTHONIOENCODING="ascii", **more)
    command = [sys.executable, "-m", "ratsassistent", *map(str, arguments)]
    done = subprocess.run(command, env=env, capture_output=True, timeout=120, check=False)
    return Result(done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8"))
