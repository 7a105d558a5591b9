"""What is not kept for ever: questions with their answers, searches, ended work, and copies that a crash left behind.

What enters: an opened Workspace, the time. What leaves: how much was deleted.
What it does not know: meetings and their papers; those are kept until a person deletes them. How long questions are kept is
a setting, and `output.data_sheet` says so.
"""

from __future__ import annotations

import datetime as dt

from ratsassistent import leftovers
from ratsassistent.archive.searches_table import Searches
from ratsassistent.workspace import Workspace


def tidy(ws: Workspace, now: dt.datetime | None = None) -> int:
    """Delete what is older than it may be; returns how many questions, searches and ended jobs went.

    :raises StorageError: the data folder cannot be written.
    """
    leftovers.sweep(ws.settings)
    if not ws.settings.question_days:
        return 0
    before = (now or dt.datetime.now(dt.UTC)) - dt.timedelta(days=ws.settings.question_days)
    return ws.jobs.forget_ended(before) + Searches(ws.nonpublic).forget_before(before)
