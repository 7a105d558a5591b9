"""A backup takes the place of what a data folder holds, and what was deleted since is deleted again.

What enters: settings, the file of a backup, its passphrase. What leaves: a Restored that says what came and what went again.
What it does not know: the file's format (`container`), how a state gets into its place (`swapping`), commands.

Until everything has been read, checked and laid beside, nothing changes; from then on the restored state holds, whatever
happens. What was there is kept as a backup of its own, or, where it cannot be read, as it lies.
"""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from filelock import FileLock, Timeout

from ratsassistent import (
    correcting,
    corrections,
    deadlines,
    deleting,
    deletions,
    leftovers,
    swapping,
    temporary,
    worker,
)
from ratsassistent.archive import database, deadlines_table, deletions_table, migrations, seal, snapshot, whereabouts
from ratsassistent.archive.corrections_table import Corrections
from ratsassistent.archive.remarks_table import Remarks
from ratsassistent.archive.searches_table import Searches
from ratsassistent.backup import container, known, making
from ratsassistent.backup.known import Known
from ratsassistent.errors import InputError, Locked, NotFound, RatsassistentError, StorageError
from ratsassistent.oparl import Model
from ratsassistent.pack.matching.corrected import Correction
from ratsassistent.settings import Settings
from ratsassistent.workspace import Progress, Workspace, quiet, workspace

_WAIT_S = 5.0  # for whoever takes in
_WORKER_S = 60.0  # for a worker to go: it looks every few seconds


class Restored(Model):
    """What was restored: when that backup was made, how many meetings came, which went again, and where the former state is.

    `closed_again`: how often a person had said since that something is not public; that holds.
    """

    created: dt.datetime
    meetings: int
    deleted_again: tuple[str, ...] = ()
    closed_again: int = 0
    former: Known | None = None
    damaged: str | None = None  # the folder with what could not be read


def holds_anything(settings: Settings) -> bool:
    """Whether a data folder has archives that a restore would replace; one that cannot be read counts."""
    files = [folder / database.DATABASE for folder in (settings.public_folder, settings.nonpublic_folder)]
    for file in files:
        if database.is_lost(file.parent):
            return True
        elsewhere = whereabouts.place_of(file.parent) is not None
        if not elsewhere and (not file.is_file() or not file.stat().st_size):
            continue
        try:
            if snapshot.has_rows(file):
                return True
        except RatsassistentError:
            return True
    return False


def restore(
    settings: Settings,
    file: Path,
    passphrase: str | None,
    *,
    unlock: Callable[[], str] | None = None,
    days: int = known.KEEP_DAYS,
    progress: Progress = quiet,
) -> Restored:
    """Put what a backup holds in the place of what the data folder holds.

    :param unlock: gives the passphrase of the non-public part at that time, where the backup holds one that is sealed.
    :param days: how long the backup of what was there is kept.
    :raises InputError: the file is no backup, damaged, of a newer program, or the passphrase does not fit.
    :raises StorageError: there is no room, or another program works with the data.
    """
    data = settings.data_folder
    with database.storage_errors(data):
        data.mkdir(parents=True, exist_ok=True)
    head = container.read_head(file)
    if head.revision > migrations.newest():
        raise InputError(container.NEWER.format(file=file))
    swapping.finish(settings)
    temporary.sweep(data)
    former: Known | None = None
    damaged: Path | None = None
    later = _Later()
    with database.storage_errors(data):
        work = temporary.folder(data)
    with work as name, nobody_at_work(settings):
        state = Path(name) / "neu"
        state.mkdir()
        progress("Die Sicherung wird gelesen und geprüft", 0.0)
        listing = container.read(file, passphrase, lambda piece, stream: _lay_down(state, piece, stream, file))
        sealed = state / settings.nonpublic_folder.name
        if seal.is_sealed(sealed) and whereabouts.place_of(settings.nonpublic_folder) is not None:
            raise InputError(
                "Der nichtöffentliche Teil dieser Sicherung ist mit einem Kennwort verschlüsselt, und das gibt es mit PostgreSQL "
                "nicht; bitte in einen anderen Datenordner einspielen."
            )
        _open_state(sealed, settings.nonpublic_folder, unlock)
        for database_file in state.rglob(database.DATABASE):
            if snapshot.faults(database_file):
                raise InputError(container.DAMAGED.format(file=file))
            if snapshot.is_newer(database_file):
                raise InputError(container.NEWER.format(file=file))
        said = deletions.united(
            [*deletions.read(data), *deletions.read(state), *deletions.read(file.absolute().parent)]
        )
        with alone(settings):  # else the next step waits for as long as somebody takes in
            pass
        if holds_anything(settings):
            progress("Was bisher da war, wird gesichert", 0.4)
            try:
                with workspace(settings) as ws:
                    said = deletions.united([*said, *deletions.known(ws)])
                    later = _Later.of(ws)
                    former = making.make(ws, passphrase, days=days, progress=progress)
            except StorageError:
                damaged = kept_as_it_lies(settings)
                if damaged is None:
                    raise
        with alone(settings):
            (state / deletions.FILE).unlink(missing_ok=True)  # the one beside it says more
            deletions.put(data, said)
            swapping.commit(settings, state)
            swapping.finish(settings)
    progress("Spätere Löschungen werden wieder angewandt", 0.9)
    with workspace(settings) as ws:
        gone = apply_deletions(ws, said, listing.head.created)
        closed = later.bring_back(ws, listing.head.created)
    return Restored(
        created=listing.head.created,
        meetings=len(listing.meetings),
        deleted_again=tuple(gone),
        closed_again=closed,
        former=former,
        damaged=str(damaged) if damaged else None,
    )


def apply_deletions(ws: Workspace, said: list[deletions.Deleted], since: dt.datetime | None) -> list[str]:
    """Delete again what was deleted after a moment, or ever; returns the ids of what was there."""
    late = [one for one in said if since is None or one.time > since]
    for store in ws.stores:
        deletions_table.add(store, said)
    there = [one.id for one in late if one.kind in ("Meeting", "Paper") and _is_there(ws, one.id)]
    deleting.delete_these(ws, there)
    gone = list(there)
    for one in late:
        if one.kind == "question":
            with suppress(NotFound):
                ws.jobs.remove(one.id)
                gone.append(one.id)
        elif one.kind == "remark":
            gone += [one.id for store in ws.stores if Remarks(store).withdraw(one.id)]
        elif one.kind == "search" and any(search.id == one.id for search in Searches(ws.nonpublic).all()):
            Searches(ws.nonpublic).remove(one.id)
            gone.append(one.id)
    held = deadlines_table.meeting_ids(ws.nonpublic)
    parts = [one.meeting_id for one in late if one.kind == "nonpublic" and one.meeting_id in held]
    deleting.delete_nonpublic(ws, parts)
    gone += parts
    for store in ws.stores:  # the times of the deletions themselves, not of their being done again
        deletions_table.put(store, said)
    if said:
        deletions.write(ws.settings.data_folder, said)
    return gone


def _is_there(ws: Workspace, key: str) -> bool:
    return any(store.meeting_id(key) or store.paper(key) for store in ws.stores)


@dataclass(frozen=True, slots=True)
class _Later:
    """What persons said before a restore and what must not be lost by it: what is not public, what is to be deleted when."""

    closings: tuple[Correction, ...] = ()
    dates: deadlines.Kept | None = None

    @staticmethod
    def of(ws: Workspace) -> _Later:
        closings = tuple(one for one in Corrections(ws.nonpublic).all() if one.kind == "close")
        return _Later(closings, deadlines.everything(ws))

    def bring_back(self, ws: Workspace, since: dt.datetime) -> int:
        """Let it hold again; returns how often something was said since not to be public."""
        if self.dates is not None:
            deadlines.bring_back(ws, self.dates)
        return corrections.bring_back(ws, [one for one in self.closings if one.written > since])


def _open_state(sealed: Path, now: Path, ask: Callable[[], str] | None) -> None:
    """Open what a backup holds that is sealed. Where it is of the same keys as now, the passphrase of now stays."""
    if not seal.is_sealed(sealed):
        return
    if seal.is_sealed(now) and seal.salt_of(now) == seal.salt_of(sealed) and not seal.is_locked(now):
        shutil.copyfile(now / seal.KEY_FILE, sealed / seal.KEY_FILE)
        return
    if ask is None:
        raise Locked(
            "Der nichtöffentliche Teil dieser Sicherung ist verschlossen; bitte dessen Kennwort von damals angeben."
        )
    seal.unlock(sealed, ask())


def _lay_down(state: Path, name: str, stream: IO[bytes], file: Path) -> None:
    """Write a piece of a backup; its name is foreign data."""
    parts = PurePosixPath(name).parts
    unsafe = not parts or name.startswith(("/", "\\")) or any(
        part in ("..", "") or ":" in part or "\\" in part or "\0" in part for part in parts
    )  # fmt: skip
    if unsafe:
        raise InputError(container.DAMAGED.format(file=file))
    target = state.joinpath(*parts)
    with database.storage_errors(state):
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("xb") as out:
            shutil.copyfileobj(stream, out, 1 << 20)


def kept_as_it_lies(settings: Settings) -> Path | None:
    """Archives that cannot be read, put aside as they are; None where they can be read after all, but there is no room."""
    archives = (settings.public_folder, settings.nonpublic_folder)
    if not any(snapshot.is_damaged(archive) or seal.is_locked(archive) for archive in archives):
        return None
    stamp = dt.datetime.now(dt.UTC).astimezone().strftime("%Y-%m-%d-%H%M%S")
    target = settings.data_folder / f"{leftovers.DAMAGED}{stamp}"
    with database.storage_errors(settings.data_folder):
        for archive in archives:
            if archive.is_dir():
                shutil.copytree(archive, target / archive.name)
    return target


@contextmanager
def nobody_at_work(settings: Settings) -> Iterator[None]:
    """While no worker writes: it would put what it writes into the restored archive.

    :raises StorageError: one does not go.
    """
    folder = settings.nonpublic_folder
    with database.storage_errors(settings.data_folder):
        folder.mkdir(parents=True, exist_ok=True)
    with swapping.announced(settings):
        lock = FileLock(folder / worker.LOCK)
        try:
            lock.acquire(timeout=_WORKER_S)
        except Timeout as error:
            raise StorageError(
                "Im Hintergrund wird noch an diesen Daten gearbeitet; bitte in einer Minute noch einmal versuchen."
            ) from error
        try:
            yield
        finally:
            lock.release()


@contextmanager
def alone(settings: Settings) -> Iterator[None]:
    """While nobody takes in or corrects.

    :raises StorageError: somebody does.
    """
    lock = correcting.lock_of(settings.nonpublic_folder)
    try:
        lock.acquire(timeout=_WAIT_S)
    except Timeout as error:
        raise StorageError("Es wird gerade etwas eingelesen; bitte danach noch einmal versuchen.") from error
    try:
        yield
    finally:
        lock.release()
