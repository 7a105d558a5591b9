"""Whether it is well: the program answers, the archives can be read, there is room on the disk.

What enters: settings. What leaves: a Health, in short words that tell nothing about what is kept.
What it does not know: HTTP, who asks.
"""

from __future__ import annotations

import shutil

from ratsassistent import pool, swapping
from ratsassistent.archive import counting
from ratsassistent.errors import RatsassistentError
from ratsassistent.oparl import Model
from ratsassistent.settings import Settings

LEAST_FREE = 500_000_000  # bytes on the disk of the data folder


class Health(Model):
    """`archive`: ok, or what kind of error; `locked`: the non-public part is locked, which is no fault."""

    archive: str = "ok"
    disk: str = "ok"
    locked: bool = False
    restoring: bool = False

    @property
    def ready(self) -> bool:
        """Whether it can do its work."""
        return self.archive == "ok" and self.disk == "ok" and not self.restoring


def look(settings: Settings) -> Health:
    """Look now."""
    archive, locked = "ok", False
    try:
        with pool.lent(settings) as ws:
            counting.of(ws.public)
            locked = ws.is_locked
            if not locked:
                counting.of(ws.nonpublic)
    except (RatsassistentError, OSError) as error:
        archive = type(error).__name__
    return Health(
        archive=archive,
        disk="ok" if free(settings) >= LEAST_FREE else "full",
        locked=locked,
        restoring=swapping.is_announced(settings),
    )


def free(settings: Settings) -> int:
    """Bytes that are free where the data folder lies, or will lie; 0 where nobody can tell."""
    folder = next((one for one in (settings.data_folder, *settings.data_folder.parents) if one.is_dir()), None)
    try:
        return shutil.disk_usage(folder).free if folder else 0
    except OSError:
        return 0
