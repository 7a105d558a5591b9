"""A backup is made of a data folder that is in use: of one moment, checked after it is written, noted where it is known.

What enters: an opened Workspace, where to write, a passphrase, how long to keep it. What leaves: a Known backup.
What it does not know: the file's format (`container`), commands.

Both archives are copied while nobody takes in or corrects, so that nothing is between them; everything else goes on
meanwhile. Left out is what the program makes again by itself: models, what models have read of prompts, measurements of
the computer, uploads that wait to be read, locks and logs; and whom this computer may ask for papers, which a person has to
say on the computer that asks. How far fetching is comes along, because it has to fit the archives.
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
import uuid
from contextlib import suppress
from pathlib import Path
from typing import IO

from ratsassistent import __version__, correcting, deletions, model_server, swapping, temporary
from ratsassistent.archive import database, migrations, people, seal, snapshot
from ratsassistent.archive.store import FILES
from ratsassistent.backup import container, known
from ratsassistent.backup.known import Known
from ratsassistent.errors import InputError, StorageError
from ratsassistent.workspace import Progress, Workspace, quiet

LEAST = 10  # characters of a passphrase
# A server that was set, whom this computer may ask, and its key are for this computer alone: a folder restored elsewhere shall
# send nothing anywhere by itself.
_NOT = {"modelle", "modellstand", "rechner.json", known.FOLDER, known.REGISTER, "wiederherstellung", people.FOLDER,
        model_server.FILE, model_server.ABILITIES, swapping.OPTED, swapping.OPERATING, "protokoll"}  # fmt: skip
_NOT_BEGINNINGS = ("eingang-", temporary.PREFIX)
_NOT_ENDINGS = (".sperre", ".log", ".teil", ".neu", ".fertig", ".gleich")


def make(
    ws: Workspace,
    passphrase: str | None,
    target: Path | None = None,
    *,
    days: int = known.KEEP_DAYS,
    progress: Progress = quiet,
    now: dt.datetime | None = None,
) -> Known:
    """Make a backup.

    :param passphrase: None: it is not encrypted.
    :param target: the file, or the folder for a new one; by default one in the data folder.
    :raises InputError: the passphrase is too short, or the file cannot lie there.
    :raises StorageError: there is no room, or the archive is damaged: then nothing is written. :raises Locked: it is locked.
    """
    ws.need_open()
    check_passphrase(passphrase)
    created = now or dt.datetime.now(dt.UTC)
    target = _target(ws, target, created)
    temporary.sweep(ws.settings.nonpublic_folder)
    with database.storage_errors(ws.settings.nonpublic_folder):
        work = temporary.folder(ws.settings.nonpublic_folder)
    with work as name:
        stage = Path(name)
        with correcting.alone(ws, progress):
            progress("Die Daten werden festgehalten", None)
            deletions.known(ws)
            files = _of_one_moment(ws, stage)
        meetings = sorted({key for file in stage.rglob(database.DATABASE) for key in snapshot.meetings(file)})
        for file in stage.rglob(database.DATABASE):
            if snapshot.faults(file):
                raise StorageError(database.damaged(_live(ws, stage, file).parent))
        progress("Die Sicherung wird geschrieben", 0.0)
        head = container.Head(
            id=f"ra:sicherung-{uuid.uuid4().hex[:16]}",
            program=__version__,
            revision=migrations.newest(),
            created=created,
            encrypted=passphrase is not None,
        )
        part = target.with_name(f"{target.name}.neu")
        try:
            container.write(part, head, files, meetings, passphrase)
            progress("Die Sicherung wird geprüft", 0.5)
            check(part, passphrase, stage / "pruefung")
            with database.storage_errors(target.parent):
                os.replace(part, target)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
    made = Known(
        id=head.id,
        file=str(target.absolute()),
        created=created,
        expires=created + dt.timedelta(days=days),
        size=target.stat().st_size,
        encrypted=head.encrypted,
        meetings=tuple(meetings),
    )
    known.note(ws.settings, made)
    deletions.put(target.parent, deletions.read(ws.settings.data_folder))
    return made


def check(file: Path, passphrase: str | None, work: Path) -> container.Listing:
    """Read a backup whole, with its passphrase: every checksum, and each database opened and looked through.

    :param work: a folder for a database at a time; made, and removed.
    :raises InputError: it is damaged.
    """
    with database.storage_errors(work.parent):
        work.mkdir(parents=True)

    def take(name: str, stream: IO[bytes]) -> None:
        if Path(name).name != database.DATABASE:
            return
        copy = work / database.DATABASE
        with database.storage_errors(work):
            with copy.open("wb") as out:
                shutil.copyfileobj(stream, out, 1 << 20)
            wrong = snapshot.faults(copy)
            snapshot.remove(copy)
        if wrong:
            raise InputError(container.DAMAGED.format(file=file))

    try:
        return container.read(file, passphrase, take)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def check_passphrase(passphrase: str | None) -> None:
    """See whether a passphrase will do.

    :raises InputError: it is too short.
    """
    if passphrase is not None and len(passphrase) < LEAST:
        raise InputError(f"Das Kennwort ist zu kurz; bitte mindestens {LEAST} Zeichen, am besten mehrere Wörter.")


def expired(ws: Workspace, now: dt.datetime | None = None) -> list[Known]:
    """The backups whose time is over, but never the newest one that can be reached."""
    when = now or dt.datetime.now(dt.UTC)
    there = [one for one in known.backups(ws.settings) if one.is_there]
    return [one for one in there[1:] if one.is_expired(when)]


def _target(ws: Workspace, target: Path | None, created: dt.datetime) -> Path:
    name = f"Ratsassistent-Sicherung-{created.astimezone():%Y-%m-%d-%H%M%S}.zip"
    if target is None:
        folder = ws.settings.data_folder / known.FOLDER
        with database.storage_errors(folder):
            folder.mkdir(exist_ok=True)
        return folder / name
    if target.is_dir():
        target /= name
    if not target.absolute().parent.is_dir():
        raise InputError(f"Den Ordner {target.absolute().parent} gibt es nicht.")
    inside = target.absolute().relative_to(ws.settings.data_folder) if target.absolute().is_relative_to(
        ws.settings.data_folder) else None  # fmt: skip
    if inside is not None and inside.parts[0] != known.FOLDER:
        raise InputError(f"Im Datenordner liegen Sicherungen nur unter {ws.settings.data_folder / known.FOLDER}.")
    return target


def _of_one_moment(ws: Workspace, stage: Path) -> list[tuple[str, Path]]:
    """What goes into the backup: (name in it, where it lies now). The PDFs get a second name, so that none goes meanwhile."""
    files: list[tuple[str, Path]] = []
    with database.storage_errors(ws.settings.data_folder):
        for store in ws.stores:
            name = store.folder.name
            copy = stage / "daten" / name / database.DATABASE
            copy.parent.mkdir(parents=True)
            snapshot.copy(store.folder / database.DATABASE, copy)
            files.append((f"{name}/{database.DATABASE}", copy))
            if seal.is_sealed(store.folder):  # it stays encrypted in there, whoever has the passphrase of the backup
                keys = shutil.copyfile(store.folder / seal.KEY_FILE, copy.parent / seal.KEY_FILE)
                files.append((f"{name}/{seal.KEY_FILE}", keys))
            for sha256 in sorted(snapshot.checksums(copy)):
                pdf = store.folder / FILES / store.file_name(sha256)
                second = copy.parent / pdf.name
                with suppress(FileNotFoundError):  # deleted since, or of OParl, where there is often no PDF
                    _link(pdf, second)
                    files.append((f"{name}/{FILES}/{pdf.name}", second))
        people_file = ws.settings.data_folder / people.FOLDER / people.FILE
        if people_file.is_file() and people_file.stat().st_size:
            copy = stage / "daten" / people.FOLDER / people.FILE
            copy.parent.mkdir()
            snapshot.copy(people_file, copy)
            files.append((f"{people.FOLDER}/{people.FILE}", copy))
        for file in sorted((ws.settings.nonpublic_folder / swapping.FETCHING).rglob("*.json")):
            name = (
                f"{swapping.FETCHING}/{file.relative_to(ws.settings.nonpublic_folder / swapping.FETCHING).as_posix()}"
            )
            copy = stage / "daten" / "sonstiges" / name
            copy.parent.mkdir(parents=True, exist_ok=True)
            files.append((name, Path(shutil.copyfile(file, copy))))
    return files + _settings(ws, stage)


def _settings(ws: Workspace, stage: Path) -> list[tuple[str, Path]]:
    """Everything else in the data folder that is not made again by itself."""
    folder = ws.settings.data_folder
    out = []
    for file in sorted(folder.rglob("*")):
        name = file.relative_to(folder)
        top = name.parts[0]
        if top in {store.folder.name for store in ws.stores} | _NOT or top.startswith(_NOT_BEGINNINGS):
            continue
        if file.is_symlink() or not file.is_file() or file.name.endswith(_NOT_ENDINGS):
            continue
        copy = stage / "daten" / "sonstiges" / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        with database.storage_errors(folder):
            shutil.copyfile(file, copy)
        out.append((name.as_posix(), copy))
    return out


def _link(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except FileNotFoundError:
        raise
    except OSError:  # not on every file system
        shutil.copyfile(source, target)


def _live(ws: Workspace, stage: Path, file: Path) -> Path:
    return ws.settings.data_folder / file.relative_to(stage / "daten")
