"""Folders for what is only needed for a moment: copies of papers while they are taken in.

What enters: nothing. What leaves: a folder that goes at the end; what a killed program left of such folders is removed.
What it does not know: what lies in them. Whoever makes one is named in it, so that another program can tell whether it
still works.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import time
from pathlib import Path

import psutil

PREFIX = "ratsassistent-"
_OWNER = re.compile(rf"{PREFIX}(\d+)-")
_STALE_S = 2 * 24 * 3600.0  # of a folder that does not say whose it is: no take-in runs that long


def folder(within: Path | None = None) -> tempfile.TemporaryDirectory[str]:
    """A folder of this process that is removed at the end of the `with` block; in the system's temporary folder, or `within`."""
    return tempfile.TemporaryDirectory(prefix=f"{PREFIX}{os.getpid()}-", dir=within, ignore_cleanup_errors=True)


def sweep(within: Path) -> None:
    """Remove the folders there whose makers are gone."""
    for left in within.glob(f"{PREFIX}*"):
        try:
            if left.is_symlink() or not left.is_dir() or not _is_abandoned(left):
                continue
        except OSError:
            continue
        shutil.rmtree(left, ignore_errors=True)


def _is_abandoned(left: Path) -> bool:
    owner = _OWNER.match(left.name)
    changed = left.stat().st_mtime
    if owner is None:
        return time.time() - changed > _STALE_S
    return not is_alive(int(owner[1]), changed)


def is_alive(pid: int, since: float) -> bool:
    """Whether the process that did something at a time (seconds since 1970) still runs; one that began later is another one."""
    try:
        return bool(psutil.Process(pid).create_time() <= since + 1)
    except psutil.NoSuchProcess:
        return False
    except (psutil.Error, OverflowError, ValueError):
        return True
