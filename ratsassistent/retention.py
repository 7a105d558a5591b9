"""What is not kept for ever: questions with their answers, searches, ended work, and copies that a crash left behind.

What enters: an opened Workspace, the time. What leaves: how much was deleted.
What it does not know: meetings and their papers; those are kept until a person deletes them. How long questions are kept is
a setting, and `output.data_sheet` says so.
"""

from __future__ import annotations

import datetime as dt
import shutil
import tempfile
import time
from pathlib import Path

from ratsassistent.archive.searches_table import Searches
from ratsassistent.workspace import Workspace

TEMPORARY = "ratsassistent-*"  # folders of `intake` and `spool` in the system's temporary folder
_STALE_S = 2 * 24 * 3600.0  # no take-in runs that long: whoever made it is gone


def tidy(ws: Workspace, now: dt.datetime | None = None) -> int:
    """Delete what is older than it may be; returns how many questions, searches and ended jobs went.

    :raises StorageError: the data folder cannot be written.
    """
    _sweep(Path(tempfile.gettempdir()))
    if not ws.settings.question_days:
        return 0
    before = (now or dt.datetime.now(dt.UTC)) - dt.timedelta(days=ws.settings.question_days)
    return ws.jobs.forget_ended(before) + Searches(ws.nonpublic).forget_before(before)


def _sweep(folder: Path) -> None:
    """Remove copies of papers that lie in the temporary folder since a crash."""
    for left in folder.glob(TEMPORARY):
        try:
            old = left.is_dir() and not left.is_symlink() and time.time() - left.stat().st_mtime > _STALE_S
        except OSError:
            continue
        if old:
            shutil.rmtree(left, ignore_errors=True)
