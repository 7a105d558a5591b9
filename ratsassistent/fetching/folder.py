"""A watched folder: what is put into it is taken in once; the originals stay as they are.

What enters: an opened Workspace, a Folder. What leaves: a Looked that says what was done.
What it does not know: commands, the page, when to look (`keeping`).

A file counts when it has stopped growing, and all files beside it have, too: a pack is read together. Files are copied first, and
known by the checksum of the copy. What could not be read is noted once. Names of files are not kept, only hashes of them.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import time
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

from filelock import FileLock, Timeout
from pydantic import Field

from ratsassistent import temporary, workflow
from ratsassistent.archive import database
from ratsassistent.errors import InputError
from ratsassistent.fetching import lists, progress, run
from ratsassistent.fetching.opted import Folder
from ratsassistent.oparl import Model, Skipped
from ratsassistent.settings import Settings
from ratsassistent.workspace import Progress, Workspace, quiet

ENDINGS = {".pdf", ".zip"}
SETTLED_S = 10.0  # without a change: it is whole, if it looks so
STILL_S = 60.0  # without a change: it does not become more
MOST_FILES = 20_000
RUNS = "Dieser Ordner wird gerade schon gelesen."


class Mark(Model):
    """How a file looked: size, time of its last change in nanoseconds, and since when it looks so (seconds since 1970)."""

    size: int
    changed: int
    since: float


class State(Model):
    """`waiting` and `done` by the hash of a path; `taken` and `failed`: checksums. `files`: how many were taken in."""

    waiting: dict[str, Mark] = Field(default_factory=dict)
    done: dict[str, Mark] = Field(default_factory=dict)
    taken: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    last: float | None = None  # when something was taken in, seconds since 1970
    files: int = 0
    error: str | None = None  # why the last look failed, as a German sentence


class Looked(Model):
    """What one look did. `waiting`: files that still change. `notes`: German sentences."""

    files: int = 0
    meetings: int = 0
    ordered: int = 0
    waiting: int = 0
    skipped: tuple[Skipped, ...] = ()
    notes: tuple[str, ...] = ()


def state_of(settings: Settings, folder: Folder) -> State:
    """How far a folder is read."""
    return progress.read(_file(settings, folder), State())


def note_failure(settings: Settings, folder: Folder, why: str | None) -> None:
    """Keep why a look failed, or that it did not. :raises StorageError: it cannot be written."""
    state = state_of(settings, folder)
    if state.error != why:
        progress.write(_file(settings, folder), state.model_copy(update={"error": why}))


def has_news(settings: Settings, folder: Folder, *, now: Callable[[], float] = time.time) -> bool:
    """Whether a look would find anything: something to take in, or a file that has changed since the last one."""
    before = state_of(settings, folder)
    ready, waiting, _ = _sorted(folder.path, before, now())
    return bool(ready) or waiting != before.waiting


def look(ws: Workspace, folder: Folder, *, tell: Progress = quiet, now: Callable[[], float] = time.time) -> Looked:
    """Take in what is new or changed.

    :raises InputError: another process looks now. :raises Locked: the non-public archive is locked.
    :raises StorageError: the archive cannot be written.
    """
    ws.need_open()
    file = _file(ws.settings, folder)
    with database.storage_errors(file.parent):
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = FileLock(file.with_suffix(".sperre"))
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise InputError(RUNS) from error
    try:
        return _look(ws, folder, file, tell, now)
    finally:
        lock.release()


def _look(ws: Workspace, folder: Folder, file: Path, tell: Progress, now: Callable[[], float]) -> Looked:
    if not folder.path.is_dir():
        return Looked(notes=(f"Der Ordner {folder.path} ist nicht da.",))
    before = progress.read(file, State())
    ready, waiting, marks = _sorted(folder.path, before, now())
    state = before.model_copy(update={"waiting": waiting})
    looked = Looked(waiting=len(waiting))
    if ready:
        with temporary.folder() as temp:
            looked, state = _take_in(ws, folder, ready, marks, state, Path(temp), tell, now)
    if state != before:
        progress.write(file, state)
    return looked


def _sorted(root: Path, state: State, now: float) -> tuple[list[Path], dict[str, Mark], dict[Path, Mark]]:
    """The files that can be taken in now; how those look that wait; how all look."""
    marks: dict[Path, Mark] = {}
    waiting: dict[str, Mark] = {}
    groups: dict[Path, list[Path]] = defaultdict(list)
    unsettled: set[Path] = set()
    for path in _files(root):
        try:
            found = path.stat()
        except OSError:
            continue
        key = _key(root, path)
        mark = Mark(size=found.st_size, changed=found.st_mtime_ns, since=now)
        known = state.done.get(key)
        if known and (known.size, known.changed) == (mark.size, mark.changed):
            continue
        seen = state.waiting.get(key)
        if seen and (seen.size, seen.changed) == (mark.size, mark.changed):
            mark = seen
        marks[path] = mark
        settled = now - found.st_mtime >= SETTLED_S or now - mark.since >= SETTLED_S
        if (settled and _looks_whole(path)) or now - mark.since >= STILL_S:
            groups[path.parent].append(path)
        else:
            unsettled.add(path.parent)
            waiting[key] = mark
    ready = []
    for parent, paths in groups.items():
        if parent in unsettled:
            waiting |= {_key(root, path): marks[path] for path in paths}
        else:
            ready += paths
    return sorted(ready), waiting, marks


def _take_in(
    ws: Workspace,
    folder: Folder,
    ready: list[Path],
    marks: dict[Path, Mark],
    state: State,
    temp: Path,
    tell: Progress,
    now: Callable[[], float],
) -> tuple[Looked, State]:
    done, waiting = dict(state.done), dict(state.waiting)
    known = {*state.taken, *state.failed}
    new: dict[str, str] = {}  # checksums, by the path inside the folder
    for path in ready:
        inner = path.relative_to(folder.path)
        target = temp / inner
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            shutil.copyfile(path, target)
            after = path.stat()
        except OSError:  # still held by who writes it
            waiting[_key(folder.path, path)] = marks[path]
            target.unlink(missing_ok=True)
            continue
        if (after.st_size, after.st_mtime_ns) != (marks[path].size, marks[path].changed):
            waiting[_key(folder.path, path)] = marks[path]
            target.unlink()
            continue
        with target.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        done[_key(folder.path, path)] = marks[path]
        if digest in known or digest in new.values():
            target.unlink()
        else:
            new[inner.as_posix()] = digest
    looked = Looked(waiting=len(waiting))
    failed: set[str] = set()
    if new:
        made = workflow.take_in(ws, [temp], progress=tell)
        skipped = tuple(
            one.model_copy(update={"path": one.path.removeprefix(f"{temp}{os.sep}")}) for one in made.skipped
        )
        failed = {
            digest for inner, digest in new.items() if any(one.path in {inner, Path(inner).name} for one in skipped)
        }
        ordered = run.order_for_night(ws, [m.id for m in made.meetings], lists.now()) if folder.nightly else 0
        looked = Looked(
            files=len(new) - len(failed),
            meetings=len(made.meetings),
            ordered=ordered,
            waiting=len(waiting),
            skipped=skipped,
        )
    taken = tuple(dict.fromkeys([*state.taken, *(d for d in new.values() if d not in failed)]))
    return looked, state.model_copy(
        update={
            "done": done,
            "waiting": waiting,
            "taken": taken,
            "failed": tuple(dict.fromkeys([*state.failed, *sorted(failed)])),
            "last": now() if looked.files else state.last,
            "files": state.files + looked.files,
        }
    )


def _files(root: Path) -> Iterator[Path]:
    count = 0
    for place, folders, names in os.walk(root):
        folders[:] = sorted(one for one in folders if not one.startswith("."))
        for name in sorted(names):
            path = Path(place) / name
            if name.startswith((".", "~$")) or path.suffix.lower() not in ENDINGS or path.is_symlink():
                continue
            count += 1
            if count > MOST_FILES:
                return
            yield path


def _file(settings: Settings, folder: Folder) -> Path:
    return settings.nonpublic_folder / progress.FOLDER / f"{folder.key}.json"


def _key(root: Path, path: Path) -> str:
    return hashlib.sha256(os.fsencode(path.relative_to(root))).hexdigest()[:24]


def _looks_whole(path: Path) -> bool:
    try:
        if path.suffix.lower() == ".zip":
            return zipfile.is_zipfile(path)
        with path.open("rb") as stream:
            size = stream.seek(0, os.SEEK_END)
            stream.seek(max(size - 2048, 0))
            return b"%%EOF" in stream.read()
    except OSError:
        return False
