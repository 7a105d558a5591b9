"""Files that take longest are run first, so that the workers of pytest-xdist end together instead of one after the other.

How long each file took is kept in `seconds.json` beside this file; ``KEEP_SECONDS=1 python3 start.py --test`` measures anew.
What is not in there (a new file) begins early: to begin a short one too soon costs nothing.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

KEPT = Path(__file__).with_name("seconds.json")
UNKNOWN = 30.0  # seconds: longer than nearly all

_took: Counter[str] = Counter()


def seconds() -> dict[str, float]:
    """How long each file took when that was measured; empty where nobody knows."""
    try:
        known = json.loads(KEPT.read_text(encoding="utf-8"))
        return {str(name): float(took) for name, took in known.items()}
    except (OSError, ValueError, AttributeError, TypeError):
        return {}


def in_order(files: list[str], known: dict[str, float]) -> list[str]:
    """Files, each once, the longest first; of two that took as long the one that was first."""
    return sorted(dict.fromkeys(files), key=lambda file: -known.get(file, UNKNOWN))


def pytest_configure(config: pytest.Config) -> None:
    # pytest-xdist would begin with the file that has the most tests.
    if hasattr(config.option, "loadscopereorder"):
        config.option.loadscopereorder = False


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    place = {file: n for n, file in enumerate(in_order([item.path.name for item in items], seconds()))}
    items.sort(key=lambda item: place[item.path.name])  # within a file as they stand there


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    _took[Path(report.location[0]).name] += report.duration


def pytest_sessionfinish(session: Any) -> None:
    is_worker = hasattr(session.config, "workerinput")
    if os.environ.get("KEEP_SECONDS") and not is_worker:
        found = {**seconds(), **{name: round(took, 1) for name, took in _took.items()}}
        there = {name: took for name, took in found.items() if KEPT.with_name(name).is_file()}
        KEPT.write_text(json.dumps(dict(sorted(there.items())), indent=0) + "\n", encoding="utf-8")
