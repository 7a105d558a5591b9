"""A restored state takes the place of what a data folder holds: all of it, or nothing.

What enters: settings; a folder with a whole state, or one archive of it, checked by whoever laid it there. What leaves: a data
folder that holds that state.
What it does not know: where the state comes from (`backup.restoring`), what is in it.

The state is made in a temporary folder and becomes `PLACE` by one renaming: from that moment on it holds. Whoever opens
the data folder next puts it in place, and goes on where a crash interrupted that; before that moment nothing has changed.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock

from ratsassistent import model_server, temporary
from ratsassistent.archive import database, people, seal, snapshot, whereabouts
from ratsassistent.archive.store import FILES
from ratsassistent.errors import Locked
from ratsassistent.settings import Settings

PLACE = "wiederherstellung"
_LOCK = "wiederherstellung.sperre"
_ANNOUNCED = "wiederherstellung.gleich"
_OWN = ("prompts",)  # folders of settings that are replaced whole
FETCHING = "abruf"  # in the folder of what is not public: how far fetching is; it has to fit the archives
OPTED = "abrufen.json"  # who may be asked: what holds on this computer now, never what held somewhere once
OPERATING = "betrieb.json"  # the hash of the key with which another computer may ask how it goes: the same holds


@contextmanager
def announced(settings: Settings) -> Iterator[None]:
    """Let workers know that they have to go, and stay away within the block.

    :raises StorageError: the folder cannot be written.
    """
    file = settings.data_folder / _ANNOUNCED
    with database.storage_errors(settings.data_folder):
        file.write_text(str(os.getpid()), encoding="ascii")
    try:
        yield
    finally:
        file.unlink(missing_ok=True)


def is_announced(settings: Settings) -> bool:
    """Whether another state is about to be put in place; what a killed program announced is taken back."""
    file = settings.data_folder / _ANNOUNCED
    try:
        if not file.is_file():
            return False
        if temporary.is_alive(int(file.read_text(encoding="ascii") or "0"), file.stat().st_mtime):
            return True
        file.unlink(missing_ok=True)
    except (OSError, ValueError):
        pass
    return False


def commit(settings: Settings, state: Path) -> None:
    """From now on the data folder holds this state; `finish` puts it in place.

    :param state: a folder inside the data folder, with the two archives and settings as they lie there, or with the non-public
        archive alone: then everything else stays.
    :raises StorageError: it cannot be renamed.
    """
    with database.storage_errors(settings.data_folder):
        os.replace(state, settings.data_folder / PLACE)


def finish(settings: Settings) -> bool:
    """Put a state in place that was committed; says whether there was one.

    :raises StorageError: there is no room, or the folder cannot be written; the next opening tries again.
    """
    place = settings.data_folder / PLACE
    if not place.is_dir():
        return False
    with (
        database.storage_errors(settings.data_folder),
        FileLock(settings.data_folder / _LOCK, timeout=2 * database.BUSY_SECONDS),
    ):
        if not place.is_dir():  # another process did it meanwhile
            return True
        _put_archive(place / settings.nonpublic_folder.name, settings.nonpublic_folder)
        if (place / settings.public_folder.name).is_dir():
            _put_archive(place / settings.public_folder.name, settings.public_folder)
            _put_settings(place, settings)
            _put_fetching(place / FETCHING, settings.nonpublic_folder / FETCHING)
        trash = place.with_name(f"{PLACE}.fertig")  # from here on it holds no more, whatever becomes of the removing
        shutil.rmtree(trash, ignore_errors=True)
        os.replace(place, trash)
        shutil.rmtree(trash, ignore_errors=True)
    return True


def _put_archive(source: Path, target: Path) -> None:
    """First the PDFs, so that no row is without its file; then the rows; then what no row names any more goes."""
    files = target / FILES
    files.mkdir(parents=True, exist_ok=True)
    new = source / FILES
    for pdf in sorted(new.iterdir()) if new.is_dir() else ():
        _place(pdf, files / pdf.name)
    database_file, key_file = target / database.DATABASE, target / seal.KEY_FILE
    if (source / database.DATABASE).is_file():
        snapshot.put_in_place(source / database.DATABASE, database_file)
    else:  # the state has no such archive
        snapshot.empty(database_file)
    if (source / seal.KEY_FILE).is_file():
        _place(source / seal.KEY_FILE, key_file)
    else:
        key_file.unlink(missing_ok=True)
    kept = _kept(target)
    for pdf in files.iterdir():
        if pdf.suffix != (seal.SUFFIX if key_file.is_file() else ".pdf") or (kept is not None and pdf.name not in kept):
            pdf.unlink(missing_ok=True)
    database.drop_copies(target)


def _kept(archive: Path) -> set[str] | None:
    """The names of the PDFs that an archive has; None where it is locked, so that nobody can tell now."""
    file = archive / database.DATABASE
    if not file.is_file() and whereabouts.place_of(archive) is None:
        return set()
    try:
        keys = seal.key_to(file)
        return {seal.file_name(keys, sha256) for sha256 in snapshot.checksums(file)}
    except Locked:
        return None


def _put_settings(place: Path, settings: Settings) -> None:
    """Who may sign in is put back only where nobody is known: whom somebody sent away since must not come in again."""
    has_people = (settings.data_folder / people.FOLDER / people.FILE).is_file()
    for file in sorted(place.rglob("*")):
        name = file.relative_to(place)
        if has_people and name.parts[0] == people.FOLDER:
            continue
        elsewhere = (
            settings.public_folder.name,
            settings.nonpublic_folder.name,
            FETCHING,
            OPTED,
            OPERATING,
            model_server.FILE,
        )
        if file.is_file() and name.parts[0] not in elsewhere:
            _place(file, settings.data_folder / name)
    for folder in _OWN:
        held = settings.data_folder / folder
        for file in sorted(held.rglob("*")) if held.is_dir() else ():
            if file.is_file() and not (place / file.relative_to(settings.data_folder)).is_file():
                file.unlink()


def _put_fetching(source: Path, target: Path) -> None:
    """Where fetching stood at that time; where nothing says so, all is fetched anew."""
    new = {file.relative_to(source): file for file in source.rglob("*") if file.is_file()} if source.is_dir() else {}
    for file in sorted(target.rglob("*")) if target.is_dir() else ():
        if file.is_file() and file.relative_to(target) not in new:
            file.unlink(missing_ok=True)
    for name, file in new.items():
        _place(file, target / name)


def _place(source: Path, target: Path) -> None:
    """Put a file in place whole or not at all; the one it comes from stays until all are in place."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + ".teil")
    part.unlink(missing_ok=True)
    try:
        os.link(source, part)
    except OSError:  # not on every file system
        shutil.copyfile(source, part)
    os.replace(part, target)
    part.unlink(missing_ok=True)  # two names of one file: then renaming does nothing
