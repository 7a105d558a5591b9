"""Opened data folders: opened for one piece of work and closed after it, or kept open while the page runs.

What enters: settings. What leaves: Workspaces in which what a crash interrupted has been ended.
What it does not know: what is done with them, passphrases (`sealing`), who sees what (`rights`).

To open a data folder takes some ten milliseconds, and what SQLAlchemy has learned of the queries is lost with it; twenty people
open it ten times a second. So the page keeps it open (`begin`): all who work at the same moment are lent the same stores. Before
each use it is looked whether it is still the folder that was opened: not restored, sealed, opened, locked or replaced since,
and no deletion left to be ended. If not, whoever has it finishes with it, it is closed, and it is opened anew for all others.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Lock, RLock

from ratsassistent import deleting, memory, rights, swapping
from ratsassistent.archive import database, seal, watching, whereabouts
from ratsassistent.archive.seen_store import SeenStore
from ratsassistent.errors import StorageError
from ratsassistent.memory import Memory
from ratsassistent.permissions import Rights
from ratsassistent.settings import Settings
from ratsassistent.workspace import Workspace
from ratsassistent.workspace import workspace as opened

MOST_FOLDERS = 2  # that are kept open
MOST_VIEWS = 16  # of different rights, that are kept ready
LONGEST_S = 600.0  # that one stays open: whatever else opening does is done now and then
AGAIN_S = 10.0  # between two tries to end a deletion that others are in the way of


@contextmanager
def fresh(settings: Settings) -> Iterator[Workspace]:
    """Open the data folder as far as who has signed in sees it, end what a crash interrupted in it, and close it at the end.

    :raises StorageError: the folder cannot be used; a German sentence says why.
    """
    with _whole(settings) as ws, rights.as_person(ws, settings) as mine:
        yield mine


@contextmanager
def _whole(settings: Settings) -> Iterator[Workspace]:
    with opened(settings) as ws:
        with suppress(StorageError):  # a full disk keeps nobody from reading
            deleting.finish(ws)
        yield ws


@dataclass
class _View:
    """Both archives as some persons have them, who have the same rights."""

    stores: tuple[SeenStore, SeenStore]
    memory: Memory
    stack: ExitStack
    users: int = 0


@dataclass
class _Opened:
    """A workspace that is open, who uses it, and what the folder was like when it was opened."""

    ws: Workspace
    memory: Memory
    stack: ExitStack
    folder: tuple[object, ...]
    until: float
    views: OrderedDict[tuple[object, ...], _View] = field(default_factory=OrderedDict)
    users: int = 0
    retired: bool = False
    ended: tuple[int, ...] = ()  # the state in which no deletion was left
    again: float = 0.0
    ending: Lock = field(default_factory=Lock)


class Pool:
    """One data folder, kept open."""

    def __init__(self) -> None:
        self._lock = RLock()  # garbage is collected anywhere: an abandoned piece of work may end within `lend` itself
        self._now: _Opened | None = None

    @contextmanager
    def lend(self, settings: Settings) -> Iterator[Workspace]:
        """The workspace, for one piece of work; others work with it at the same time.

        :raises StorageError: the folder cannot be used; a German sentence says why.
        """
        with self._lock:
            kept = self._open(settings)
            kept.users += 1
        try:
            with suppress(StorageError):  # a full disk keeps nobody from reading
                _end_deletions(kept)
            ws = replace(kept.ws, settings=settings)
            if not settings.accounts:
                yield ws
                return
            with self._as_person(kept, ws) as mine:
                yield mine
        finally:
            with self._lock:
                kept.users -= 1
                _close_unused(kept)

    @contextmanager
    def _as_person(self, kept: _Opened, ws: Workspace) -> Iterator[Workspace]:
        """The workspace as who has signed in has it; what was opened and remembered for these rights is used again."""
        mine = rights.of(ws, ws.settings.person)
        if mine.seen is None:
            yield rights.narrowed(ws, mine)
            return
        key = (mine.role, mine.seen)
        with self._lock:
            view = kept.views.get(key) or self._view(kept, ws, mine, key)
            kept.views.move_to_end(key)
            view.users += 1
        try:
            yield rights.narrowed(ws, mine, view.stores)
        finally:
            with self._lock:
                view.users -= 1
                for old, left in list(kept.views.items())[:-MOST_VIEWS]:
                    if not left.users:
                        kept.views.pop(old).stack.close()

    def _view(self, kept: _Opened, ws: Workspace, mine: Rights, key: tuple[object, ...]) -> _View:
        with ExitStack() as stack:
            stores = rights.stores_for(ws, mine)
            assert stores is not None
            for store in stores:
                stack.callback(store.close)
            remembering = stack.enter_context(memory.of(rights.narrowed(ws, mine, stores)))
            view = kept.views[key] = _View(stores, remembering, stack.pop_all())
        return view

    def close(self) -> None:
        """Let go of what is open and of all that is remembered; of what is in use when it is given back."""
        with self._lock:
            self._retire()

    def _open(self, settings: Settings) -> _Opened:
        folder = _folder(settings)
        if self._now is not None and (self._now.folder != folder or time.monotonic() > self._now.until):
            self._retire()
        if self._now is None:
            with ExitStack() as stack:
                ws = stack.enter_context(_whole(settings))
                kept = stack.enter_context(memory.of(ws))
                # opening may have made the files, or put a restored state in place
                self._now = _Opened(ws, kept, stack.pop_all(), _folder(settings), time.monotonic() + LONGEST_S)
        return self._now

    def _retire(self) -> None:
        if self._now is not None:
            self._now.retired = True
            for remembering in (self._now.memory, *(view.memory for view in self._now.views.values())):
                remembering.forget()
            _close_unused(self._now)
        self._now = None


_pools: OrderedDict[Path, Pool] = OrderedDict()
_lock = Lock()


def begin(settings: Settings) -> None:
    """Keep this data folder open from now on."""
    with _lock:
        _pools.setdefault(settings.data_folder, Pool())
        _pools.move_to_end(settings.data_folder)
        gone = [_pools.popitem(last=False)[1] for _ in range(len(_pools) - MOST_FOLDERS)]
    for pool in gone:
        pool.close()


def end(settings: Settings) -> None:
    """Keep this data folder open no longer."""
    with _lock:
        pool = _pools.pop(settings.data_folder, None)
    if pool is not None:
        pool.close()


def close_all() -> None:
    """Let go of everything that is open and remembered; who comes next opens it anew."""
    with _lock:
        pools = list(_pools.values())
    for pool in pools:
        pool.close()


@contextmanager
def lent(settings: Settings) -> Iterator[Workspace]:
    """The workspace of a data folder: the one that is kept open, or one for this piece of work alone.

    :raises StorageError: the folder cannot be used; a German sentence says why.
    """
    with _lock:
        pool = _pools.get(settings.data_folder)
    with pool.lend(settings) if pool is not None else fresh(settings) as ws:
        yield ws


def _folder(settings: Settings) -> tuple[object, ...]:
    """What is another one when the folder is no longer the one that was opened."""
    files: list[object] = []
    for folder in (settings.public_folder, settings.nonpublic_folder):
        for name in (database.DATABASE, whereabouts.FILE):
            try:
                found = (folder / name).stat()
                files.append((found.st_dev, found.st_ino))
            except OSError:
                files.append(None)
    restored = (settings.data_folder / swapping.PLACE).is_dir()
    return (*files, restored, seal.token(settings.nonpublic_folder))


def _end_deletions(kept: _Opened) -> None:
    """As at each opening; looked for only where something was written since."""
    state = kept.memory.state()
    if state == kept.ended or time.monotonic() < kept.again:
        return
    if not kept.ending.acquire(blocking=False):  # somebody is at it
        return
    try:
        if any(watching.is_anything_left(store) for store in kept.ws.stores):
            kept.again = time.monotonic() + AGAIN_S
            for store in kept.ws.stores:
                store.clean()
            deleting.finish(kept.ws)
        else:
            kept.ended = state
    finally:
        kept.ending.release()


def _close_unused(kept: _Opened) -> None:
    if kept.retired and not kept.users:
        for view in kept.views.values():
            view.stack.close()
        kept.views.clear()
        kept.stack.close()
