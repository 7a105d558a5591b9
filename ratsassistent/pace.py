"""How hard this computer is to work: what was chosen on the page while it works, kept in a small file of the data folder.

What enters: settings, a choice. What leaves: the setting `gentle` ("leise") as it holds now.
What it does not know: threads, priorities (`machine.power`), who works.

The choice goes before `einstellungen.toml`, because it was made later and where the work is seen; taking it back leaves
what is set there. It tells of the computer and of no council, so it belongs to neither of the two archives.
"""

from __future__ import annotations

import json
import os
from dataclasses import replace

from ratsassistent.archive import database
from ratsassistent.settings import Settings

FILE = "leise.json"


def wanted(settings: Settings) -> bool | None:
    """Whether to work gently: as chosen last, else as it is set; None: while the computer runs on its battery."""
    try:
        chosen = json.loads((settings.data_folder / FILE).read_text(encoding="utf-8"))["leise"]
    except (OSError, ValueError, TypeError, KeyError):
        return settings.gentle
    return chosen if isinstance(chosen, bool) else settings.gentle


def choose(settings: Settings, gentle: bool | None) -> None:
    """Keep a choice; None takes it back.

    :raises StorageError: the data folder cannot be written.
    """
    file = settings.data_folder / FILE
    with database.storage_errors(settings.data_folder):
        if gentle is None:
            file.unlink(missing_ok=True)
            return
        settings.data_folder.mkdir(parents=True, exist_ok=True)
        part = file.with_name(file.name + ".neu")
        part.write_text(json.dumps({"leise": gentle}), encoding="utf-8")
        os.replace(part, file)


def paced(settings: Settings) -> Settings:
    """The settings with the choice in them."""
    return replace(settings, gentle=wanted(settings))
