"""How far fetching is, kept on disk: where each list stands, what was taken in, what the last run did.

What enters: settings, a Source. What leaves: a Kept, read and written whole. No word of any paper stands in it.
What it does not know: HTTP, what objects mean.
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
from pathlib import Path
from typing import TypeVar

from pydantic import Field, ValidationError

from ratsassistent import swapping
from ratsassistent.archive import database
from ratsassistent.fetching.opted import Source
from ratsassistent.oparl import Model
from ratsassistent.settings import Settings

FOLDER = swapping.FETCHING  # in the folder of what is not public
M = TypeVar("M", bound=Model)
_STATE, _SEEN = "stand.json", "gesehen.json"


class Cursor(Model):
    """Where a list stands. `complete`: when the last walk to its end began; `next`: the page to go on with."""

    complete: dt.datetime | None = None
    began: dt.datetime | None = None
    since: dt.datetime | None = None
    next: str | None = None
    reached: bool = False  # its end, in a walk whose objects are not taken in yet


class File(Model):
    """What the server said of a file when it was fetched last.

    `modified`: of the OParl object; `owner`: id of the paper or meeting; `held`: id of the file in the archive.
    """

    etag: str | None = None
    last_modified: str | None = None
    modified: str | None = None
    owner: str | None = None
    held: str | None = None


class Report(Model):
    """What a run did; `notes` are German sentences. It names no paper, so that it may be kept."""

    address: str
    began: dt.datetime
    ended: dt.datetime | None = None
    requests: int = 0
    bytes: int = 0
    objects: int = 0
    meetings: int = 0
    papers: int = 0
    files: int = 0
    deleted_meetings: int = 0
    deleted_papers: int = 0
    deleted_remarks: int = 0
    ordered: int = 0  # meetings whose briefing was ordered for the night
    unfinished: bool = False
    not_before: dt.datetime | None = None  # the server asked for a pause until then
    notes: tuple[str, ...] = ()

    @property
    def failed(self) -> bool:
        """Whether nothing could be had at all."""
        return self.unfinished and not self.objects


class State(Model):
    """Of one server. `again`: objects that are to be fetched by themselves next time, and how often that was tried; `withdrawn`: what went here because it went there."""

    cursors: dict[str, Cursor] = Field(default_factory=dict)
    again: dict[str, int] = Field(default_factory=dict)
    withdrawn: tuple[str, ...] = ()
    last: Report | None = None


class Seen(Model):
    """`objects`: a hash of each meeting and paper as it was taken in, by id; `files`: by the id of the file."""

    objects: dict[str, str] = Field(default_factory=dict)
    files: dict[str, File] = Field(default_factory=dict)


class Kept:
    """The state of one server on disk.

    :param durable: what lists brought outlives a crash; otherwise where they stand is kept only with `finished`.
    """

    def __init__(self, settings: Settings, source: Source, *, durable: bool = True) -> None:
        self.folder = folder_of(settings, source)
        self.state = read(self.folder / _STATE, State())
        self.seen = read(self.folder / _SEEN, Seen())
        self._cursors = None if durable else self.state.cursors

    def save(self) -> None:
        """Write where the lists stand. :raises StorageError: it cannot be written."""
        held = {} if self._cursors is None else {"cursors": self._cursors}
        write(self.folder / _STATE, self.state.model_copy(update=held))

    def finished(self) -> None:
        """All that the lists brought is in the archive. :raises StorageError: it cannot be written."""
        if self._cursors is not None:
            self._cursors = self.state.cursors
        self.save()

    def save_seen(self) -> None:
        """Write what was taken in. :raises StorageError: it cannot be written."""
        write(self.folder / _SEEN, self.seen)


def forget(settings: Settings, key: str) -> None:
    """Remove the state of what was opted out of."""
    root = settings.nonpublic_folder / FOLDER
    shutil.rmtree(root / key, ignore_errors=True)
    (root / f"{key}.json").unlink(missing_ok=True)


def note_failure(settings: Settings, source: Source, began: dt.datetime, why: str) -> None:
    """Keep that a run ended without a report. :raises StorageError: it cannot be written."""
    kept = Kept(settings, source)
    report = Report(address=source.address, began=began, ended=dt.datetime.now(dt.UTC), unfinished=True, notes=(why,))
    kept.state = kept.state.model_copy(update={"last": report})
    kept.save()


def last(settings: Settings, source: Source) -> Report | None:
    """What the last run of a source did."""
    return read(folder_of(settings, source) / _STATE, State()).last


def folder_of(settings: Settings, source: Source) -> Path:
    """Where the state of a server lies."""
    return settings.nonpublic_folder / FOLDER / source.key


def read(file: Path, empty: M) -> M:
    """What a file says; `empty` where there is none, or it cannot be understood: then all is looked at anew."""
    try:
        return type(empty).model_validate_json(file.read_text(encoding="utf-8"))
    except (OSError, ValidationError, ValueError):
        return empty


def write(file: Path, what: Model) -> None:
    """Write a file whole or not at all. :raises StorageError: it cannot be written."""
    with database.storage_errors(file.parent):
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        part = file.with_name(f"{file.name}.teil")
        with part.open("w", encoding="utf-8") as stream:
            stream.write(what.model_dump_json())
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(part, file)
