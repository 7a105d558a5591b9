"""What was deleted, beside the archives: a file that outlives both of them, without a word of what it names.

What enters: an opened Workspace, or folders. What leaves: Deleted entries, put together from everywhere.
What it does not know: how anything is deleted, backups. Each archive notes its own deletions in the same transaction
(`archive.deletions_table`); a restore puts an older archive in its place, so they are kept in this file, too.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from pydantic import ValidationError

from ratsassistent.archive import database, deletions_table
from ratsassistent.archive.deletions_table import Deleted
from ratsassistent.workspace import Workspace

FILE = "loeschprotokoll.jsonl"  # in the data folder, and beside backups

__all__ = ["FILE", "Deleted", "known", "put", "read", "united", "write"]


def known(ws: Workspace) -> list[Deleted]:
    """All deletions that this data folder knows of; its file is brought up to date.

    :raises StorageError: it cannot be written.
    """
    folder = ws.settings.data_folder
    return put(folder, [entry for store in ws.stores for entry in deletions_table.of(store)])


def read(folder: Path) -> list[Deleted]:
    """What the file in a folder says; a line that is not whole is passed over."""
    try:
        lines = (folder / FILE).read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
    out = []
    for line in lines:
        try:
            out.append(Deleted.model_validate_json(line))
        except ValidationError:
            continue
    return out


def put(folder: Path, entries: Iterable[Deleted]) -> list[Deleted]:
    """Let the file in a folder say this, too; returns all that it says now.

    :raises StorageError: it cannot be written.
    """
    before = read(folder)
    now = united([*before, *entries])
    if now != before:
        write(folder, now)
    return now


def write(folder: Path, entries: Iterable[Deleted]) -> None:
    """Let the file in a folder say exactly this.

    :raises StorageError: it cannot be written.
    """
    part = folder / f"{FILE}.teil"
    with database.storage_errors(folder):
        with part.open("w", encoding="utf-8") as stream:
            stream.writelines(f"{one.model_dump_json()}\n" for one in entries)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(part, folder / FILE)


def united(entries: Iterable[Deleted]) -> list[Deleted]:
    """One entry for each thing, the one of its last deletion; the oldest first."""
    last: dict[str, Deleted] = {}
    for one in entries:
        if one.id not in last or last[one.id].time < one.time:
            last[one.id] = one
    return sorted(last.values(), key=lambda one: (one.time, one.id))
