"""What can be set, read once at the start.

What enters: command-line values, environment variables, `einstellungen.toml` in the data folder.
What leaves: one frozen Settings.
What it does not know: what the values are used for. Reading settings creates nothing on disk.

Precedence: command line, then environment, then file, then the default written here.
"""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass, replace
from pathlib import Path

import platformdirs

from ratsassistent.errors import InputError

APP = "ratsassistent"
DEFAULT_MODEL = "qwen2.5-coder-1.5b"
MAX_NAME = 80  # letters
QUESTION_DAYS = 90
_YES, _NO = {"true", "ja", "an", "1", "yes", "on"}, {"false", "nein", "aus", "0", "no", "off"}


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings of a run.

    `data_folder` holds every byte about councils; two folders share nothing. `model_folders` are searched in order for
    language models, which are no council data and large: the first one is where a new model is stored.
    """

    data_folder: Path
    model_folders: tuple[Path, ...]
    model: str = DEFAULT_MODEL  # name in models/catalogue.toml
    name: str | None = None  # of the person who corrects and annotates
    person: str | None = None  # id of who has signed in, where the page is offered to others
    accounts: bool = (
        False  # the page is offered to others: what is seen and done depends on who has signed in (`rights`)
    )
    threads: int | None = None  # None: as many as the machine has cores
    gentle: bool | None = None  # "leise": half the threads, lowest priority; None: while on battery
    host: str = "127.0.0.1"
    port: int = 7860  # the first free port from here on is taken
    max_upload_mb: int = 500
    max_pages: int = 5000  # of one file
    shared_machine: bool = False  # "andere_benutzer": other users of this machine may open the page too
    question_days: int = QUESTION_DAYS  # how long questions, answers and searches are kept; 0: without limit

    def of_system(self) -> Settings:
        """The same for the program's own work, which sees everything."""
        return replace(self, accounts=False, person=None)

    @property
    def public_folder(self) -> Path:
        """Where the public archive lies."""
        return self.data_folder / "oeffentlich"

    @property
    def nonpublic_folder(self) -> Path:
        """Where the non-public archive lies; what is not known to be public is here too."""
        return self.data_folder / "nichtoeffentlich"


def read_settings(data_folder: str | os.PathLike[str] | None = None, model: str | None = None) -> Settings:
    """Read the settings.

    Environment: RATSASSISTENT_DATENORDNER, RATSASSISTENT_MODELLORDNER, RATSASSISTENT_MODELL, RATSASSISTENT_THREADS,
    RATSASSISTENT_PORT, RATSASSISTENT_NAME, RATSASSISTENT_LEISE, RATSASSISTENT_FRAGEN_TAGE,
    RATSASSISTENT_ANDERE_BENUTZER. File: `einstellungen.toml` in the data folder, keys `modell`, `threads`, `port`,
    `modellordner`, `name`, `leise`, `fragen_tage`, `andere_benutzer`.

    :raises InputError: a value is not of its kind, or the file is not TOML.
    """
    folder = Path(
        data_folder or os.environ.get("RATSASSISTENT_DATENORDNER") or platformdirs.user_data_path(APP, appauthor=False)
    ).expanduser().absolute()  # fmt: skip
    given: dict[str, object] = {}
    file = folder / "einstellungen.toml"
    if file.is_file():
        try:
            given = tomllib.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise InputError(f"Die Einstellungsdatei {file} ist nicht lesbar: {error}.") from error

    def number(key: str, variable: str) -> int | None:
        value = os.environ.get(variable) or given.get(key)
        if value is None:
            return None
        try:
            return int(str(value))
        except ValueError as error:
            raise InputError(f"Die Einstellung „{key}“ muss eine ganze Zahl sein, nicht „{value}“.") from error

    def yes_or_no(key: str, variable: str) -> bool | None:
        value = os.environ.get(variable) or given.get(key)
        if value is None:
            return None
        if str(value).strip().casefold() not in _YES | _NO:
            raise InputError(f"Die Einstellung „{key}“ muss ja oder nein sein, nicht „{value}“.")
        return str(value).strip().casefold() in _YES

    days = number("fragen_tage", "RATSASSISTENT_FRAGEN_TAGE")
    if days is not None and days < 0:
        raise InputError("Die Einstellung „fragen_tage“ darf nicht kleiner als 0 sein (0: ohne Frist).")
    named = os.environ.get("RATSASSISTENT_MODELLORDNER") or given.get("modellordner")
    folders = (
        *([Path(str(named)).expanduser().absolute()] if named else []),
        platformdirs.user_cache_path(APP, appauthor=False) / "modelle",
        folder / "modelle",
    )
    return Settings(
        data_folder=folder,
        model_folders=folders,
        name=_line(os.environ.get("RATSASSISTENT_NAME") or given.get("name")),
        model=str(model or os.environ.get("RATSASSISTENT_MODELL") or given.get("modell") or DEFAULT_MODEL),
        threads=number("threads", "RATSASSISTENT_THREADS"),
        gentle=yes_or_no("leise", "RATSASSISTENT_LEISE"),
        port=number("port", "RATSASSISTENT_PORT") or 7860,
        question_days=QUESTION_DAYS if days is None else days,
        shared_machine=bool(yes_or_no("andere_benutzer", "RATSASSISTENT_ANDERE_BENUTZER")),
    )


def _line(value: object) -> str | None:
    """A name in one line, not longer than it can be shown; None where there is none."""
    return " ".join(str(value or "").split())[:MAX_NAME].strip() or None
