"""The backups that were made of a data folder: where each lies, how old it is, how long it is kept, what it still holds.

What enters: settings, a backup that was made, ids of what was deleted. What leaves: Known backups; sentences about them.
What it does not know: what is in a backup beside the ids of its meetings, how one is made or opened.

The register lies in the data folder. It names files elsewhere, too, which may be out of reach (an unplugged disk).
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from ratsassistent import deletions
from ratsassistent.archive import database
from ratsassistent.deletions import Deleted
from ratsassistent.errors import RatsassistentError
from ratsassistent.oparl import Model
from ratsassistent.settings import Settings

FOLDER = "sicherungen"  # below the data folder, where no other place is given
REGISTER = "sicherungen.json"
KEEP_DAYS = 90


class Known(Model):
    """A backup that was made. `meetings`: the ids of those in it."""

    id: str
    file: str
    created: dt.datetime
    expires: dt.datetime
    size: int
    encrypted: bool
    meetings: tuple[str, ...] = ()

    @property
    def path(self) -> Path:
        """Where it lies, or lay."""
        return Path(self.file)

    @property
    def is_there(self) -> bool:
        """Whether it can be reached now."""
        return self.path.is_file()

    def is_expired(self, now: dt.datetime) -> bool:
        """Whether it is to go when the next one is made."""
        return self.expires <= now


_ALL = TypeAdapter(list[Known])


def backups(settings: Settings) -> list[Known]:
    """All backups that are known, the newest first."""
    try:
        found = _ALL.validate_json((settings.data_folder / REGISTER).read_bytes())
    except (OSError, ValidationError):
        return []
    return sorted(found, key=lambda one: (one.created, one.id), reverse=True)


def note(settings: Settings, made: Known) -> None:
    """Keep that a backup was made; one that lay at the same place is no more.

    :raises StorageError: the register cannot be written.
    """
    _write(settings, [made, *(one for one in backups(settings) if one.file != made.file and one.id != made.id)])


def remove(settings: Settings, gone: Iterable[Known]) -> list[Known]:
    """Delete backups, files and entries; returns those that could not be reached, and stay in the register.

    :raises StorageError: the register cannot be written.
    """
    left = []
    ids = set()
    for one in gone:
        try:
            one.path.unlink()
        except FileNotFoundError:
            if not one.path.parent.is_dir():  # the disk is not there: the file may be
                left.append(one)
                continue
        except OSError:
            left.append(one)
            continue
        ids.add(one.id)
    _write(settings, [one for one in backups(settings) if one.id not in ids])
    return left


def still_hold(settings: Settings, ids: Iterable[str]) -> list[Known]:
    """The backups that hold one of these meetings."""
    wanted = set(ids)
    return [one for one in backups(settings) if wanted & set(one.meetings)]


def hold_deleted(settings: Settings, deleted: Sequence[Deleted]) -> list[Known]:
    """The backups that hold something that was deleted after they were made."""
    said = [(one.meeting_id, one.time) for one in deleted if one.kind in ("Meeting", "nonpublic")]
    return [one for one in backups(settings) if any(key in one.meetings and time > one.created for key, time in said)]


def after_deletion(settings: Settings, ids: Iterable[str]) -> str:
    """What a person who deleted meetings is to know of backups; "" where none holds them.

    What was deleted is noted beside the backups, too: that disk may be all that is left one day.
    """
    found = still_hold(settings, ids)
    said = deletions.read(settings.data_folder)
    for folder in {one.path.parent for one in backups(settings)}:
        with suppress(RatsassistentError):
            if folder.is_dir():
                deletions.put(folder, said)
    if not found:
        return ""
    days = sorted({one.expires.astimezone().strftime("%d.%m.%Y") for one in found}, key=lambda d: d.split(".")[::-1])
    which = "einer Sicherung, die" if len(found) == 1 else f"{len(found)} Sicherungen, die"
    ends = "abläuft" if len(found) == 1 else "ablaufen"
    again = "sie" if len(found) == 1 else "eine davon"
    return (
        f"Sie steht noch in {which} am {_listed(days)} {ends}. Früher löschen: mit dem Befehl „ratsassistent sichern --vergessen“. "
        f"Wird {again} zurückgespielt, löscht das Programm die Sitzung daraus wieder."
    )


def _listed(days: Sequence[str]) -> str:
    return days[0] if len(days) == 1 else f"{', '.join(days[:-1])} und {days[-1]}"


def _write(settings: Settings, entries: Sequence[Known]) -> None:
    folder = settings.data_folder
    part = folder / f"{REGISTER}.teil"
    with database.storage_errors(folder):
        part.write_bytes(_ALL.dump_json(list(entries), indent=1))
        os.replace(part, folder / REGISTER)
