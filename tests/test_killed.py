"""A few kills at random moments; two hundred of them: benchmarks/abbruch.py."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parent.parent / "benchmarks" / "abbruch.py"


@pytest.mark.skipif(sys.platform == "win32", reason="forks, and kills with SIGKILL")
def test_nothing_is_lost_when_the_program_is_killed(tmp_path: Path) -> None:
    command = [
        sys.executable,
        str(SCRIPT),
        "6",
        "--seed",
        "3",
        "--folder",
        str(tmp_path),
        "--kinds",
        "löschen",
        "auswerten",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(done.stdout[done.stdout.index("{") :])
    assert {kind: one["killed"] for kind, one in told.items()} == {"löschen": 3, "auswerten": 3}
