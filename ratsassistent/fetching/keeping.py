"""Looks by itself, while a program is open: into watched folders now and then, at servers once a night where that is wished.

What enters: settings. What leaves: nothing but what came into the archive. Where nobody opted into anything, nothing is done.
What it does not know: the page, HTTP.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable

from ratsassistent import briefing_jobs
from ratsassistent.errors import RatsassistentError
from ratsassistent.fetching import folder, opted, progress, run
from ratsassistent.fetching.opted import Source
from ratsassistent.settings import Settings
from ratsassistent.worker import Waker
from ratsassistent.workspace import Workspace, workspace

LOOK_S = 30.0
_ONCE_A_NIGHT = dt.timedelta(hours=12)

_log = logging.getLogger(__name__)

Fetch = Callable[[Workspace, Source], object]


def keep_looking(settings: Settings, every_s: float = LOOK_S) -> Waker:
    """Look now and then in a thread of its own, until the program ends or `stop` is called."""
    waker = Waker(lambda: look(settings), every_s)
    waker.begin()
    return waker


def look(settings: Settings, now: dt.datetime | None = None, fetch: Fetch = run.fetch) -> None:
    """Look once: at all watched folders, and at the servers that are due."""
    if not (settings.data_folder / opted.FILE).is_file():
        return
    chosen = opted.read(settings)
    due = [source for source in chosen.sources if is_due(settings, source, now)]
    news = [one for one in chosen.folders if folder.has_news(settings, one)]
    if not news and not due:
        return
    with workspace(settings) as ws:
        if ws.is_locked:
            return
        for one in news:
            _try(lambda watched=one: folder.look(ws, watched))  # type: ignore[misc]
        for source in due:
            _try(lambda asked=source: fetch(ws, asked))  # type: ignore[misc]


def is_due(settings: Settings, source: Source, now: dt.datetime | None = None) -> bool:
    """Whether a server is to be asked now: it is night, and it was not asked in this night.

    :param now: local time.
    """
    if not source.nightly or briefing_jobs.tonight(now) is not None:
        return False
    last = progress.last(settings, source)
    return last is None or (now or dt.datetime.now().astimezone()) - last.began > _ONCE_A_NIGHT


def _try(work: Callable[[], object]) -> None:
    """A folder or server that fails does not keep the others from their turn."""
    try:
        work()
    except RatsassistentError:
        _log.warning("a look at a server or folder failed")
