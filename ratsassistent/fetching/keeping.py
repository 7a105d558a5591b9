"""Looks by itself, while a program is open: into watched folders now and then, at servers once a night where that is wished.

What enters: settings. What leaves: nothing but what came into the archive. Where nobody opted into anything, nothing is done.
What it does not know: the page, HTTP.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable
from contextlib import suppress

from ratsassistent import briefing_jobs, event_log
from ratsassistent.errors import RatsassistentError
from ratsassistent.fetching import folder, opted, progress, run
from ratsassistent.fetching.opted import Source
from ratsassistent.settings import Settings
from ratsassistent.worker import Waker
from ratsassistent.workspace import Workspace, workspace

LOOK_S = 30.0
AGAIN = dt.timedelta(hours=1)  # after a run that had nothing at all
_ONCE_A_NIGHT = dt.timedelta(hours=12)
_FAULT = "Beim Abrufen ist ein unerwarteter Fehler aufgetreten"

_log = logging.getLogger(__name__)

Fetch = Callable[[Workspace, Source], object]
Tried = dict[str, dt.datetime]  # by the key of a source: when it was asked last by this program


def keep_looking(settings: Settings, every_s: float = LOOK_S) -> Waker:
    """Look now and then in a thread of its own, until the program ends or `stop` is called."""
    tried: Tried = {}
    waker = Waker(lambda: look(settings, tried=tried), every_s)
    waker.begin()
    return waker


def look(
    settings: Settings, now: dt.datetime | None = None, fetch: Fetch = run.fetch, tried: Tried | None = None
) -> None:
    """Look once: at all watched folders, and at the servers that are due, one after the other."""
    if not (settings.data_folder / opted.FILE).is_file():
        return
    tried = {} if tried is None else tried
    chosen = opted.read(settings)
    due = [source for source in chosen.sources if is_due(settings, source, now, tried.get(source.key))]
    news = [one for one in chosen.folders if folder.has_news(settings, one)]
    if not news and not due:
        return
    with workspace(settings) as ws:
        if ws.is_locked:
            return
        for one in news:
            why = _try(lambda watched=one: folder.look(ws, watched))  # type: ignore[misc]
            _keep(lambda watched=one, said=why: folder.note_failure(settings, watched, said))  # type: ignore[misc]
        for source in due:
            began = now or dt.datetime.now().astimezone()
            tried[source.key] = began
            if why := _try(lambda asked=source: fetch(ws, asked)):  # type: ignore[misc]
                _keep(lambda asked=source, said=why, at=began: progress.note_failure(settings, asked, at, said))  # type: ignore[misc]


def is_due(
    settings: Settings, source: Source, now: dt.datetime | None = None, tried: dt.datetime | None = None
) -> bool:
    """Whether a server is to be asked now: it is night, and it was not asked in this night, or had nothing an hour ago.

    :param now: local time. :param tried: when this program asked it last.
    """
    if not source.nightly or briefing_jobs.tonight(now) is not None:
        return False
    when = now or dt.datetime.now().astimezone()
    if tried is not None and when - tried < AGAIN:
        return False
    last = progress.last(settings, source)
    if last is None:
        return True
    if last.not_before is not None and when < last.not_before:
        return False
    return when - last.began > (AGAIN if last.failed else _ONCE_A_NIGHT)


def _try(work: Callable[[], object]) -> str | None:
    """Do it; a folder or server that fails does not keep the others from their turn. Returns why it failed."""
    try:
        work()
    except RatsassistentError as error:
        _log.warning("a look at a server or folder failed", exc_info=event_log.is_on())
        return None if str(error) in {run.RUNS, folder.RUNS} else str(error)
    except Exception as error:  # it has to look again, and somebody has to hear of it
        _log.error("a look at a server or folder failed (%s)", type(error).__name__, exc_info=event_log.is_on())
        return f"{_FAULT} ({type(error).__name__})."
    return None


def _keep(note: Callable[[], object]) -> None:
    with suppress(RatsassistentError):  # where nothing can be written, that is told elsewhere
        note()
