"""What the system needs to start and watch the program, filled in with this computer's paths.

What enters: for which system, settings, how the page is to be offered. What leaves: files by their names.
What it does not know: commands; whether the system takes them. They lie in the package (`vorlagen`), so that they are of the
program's own version wherever it is installed.
"""

from __future__ import annotations

import shlex
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

import psutil

from ratsassistent.errors import InputError
from ratsassistent.settings import Settings

USER = "ratsassistent"
SECRETS, BACKUPS = "/etc/ratsassistent", "/var/backups/ratsassistent"
NETWORKS = "localhost 10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 fc00::/7"
UNITS = ("ratsassistent.service", "ratsassistent-sicherung.service", "ratsassistent-sicherung.timer",
         "ratsassistent-abruf.service", "ratsassistent-abruf.timer")  # fmt: skip
MEMORY_SHARE = 0.75  # of this computer's, for the page, its worker and the models
_HERE = Path(__file__).parent / "vorlagen"


def systemd(
    settings: Settings, serve: Sequence[str], *, program: Sequence[str] | None = None, user: str = USER
) -> dict[str, str]:
    """Units: the service, and for backups and fetching a service and a timer each.

    :param serve: how the page is offered, as words behind `starten`. :raises InputError: a path cannot stand in a unit.
    """
    words = list(program or own_program())
    data, models = str(settings.data_folder), str(_models(settings))
    for text in (data, models, *words, *serve):
        if any(ord(letter) < 32 for letter in text) or '"' in text:
            raise InputError(
                f"„{text}“ kann nicht in einer Datei für systemd stehen; bitte einen anderen Pfad benutzen."
            )
    common = _filled(
        "gemeinsam.txt",
        {
            "DATA": _percent(data),
            "MODELS": _percent(models),
            "WRITABLE": " ".join(_quoted(path) for path in (data, f"-{models}", f"-{BACKUPS}")),
            "HOMES": "read-only"
            if any(Path(one).parts[1:2] in {("home",), ("root",)} for one in (*words[:1], data, models))
            else "yes",
        },
    )
    values = {
        "USER": user,
        "PROGRAM": " ".join(_quoted(word) for word in words),
        "DATA": _quoted(data),
        "FOLDER": _percent(data),
        "SERVE": " ".join(_quoted(word) for word in serve),
        "MEMORY": f"{int(psutil.virtual_memory().total * MEMORY_SHARE) // 2**20}M",
        "NETWORKS": NETWORKS,
        "SECRETS": SECRETS,
        "BACKUPS": BACKUPS,
    }
    return {name: _filled(name, {**values, "COMMON": common.rstrip()}) for name in UNITS}


def container(settings: Settings) -> dict[str, str]:
    """What builds a container; `settings` are those inside it, so nothing of this computer stands there."""
    _ = settings
    return {
        "Containerfile": _filled("Containerfile", {"MEMORY": "8g"}),
        "container-start.sh": _filled("container-start.sh", {}),
    }


def windows(settings: Settings, *, program: Sequence[str] | None = None) -> dict[str, str]:
    """Tasks for the Windows task scheduler: start when the user signs in, fetch and back up at night."""
    words = list(program or own_program())
    data = ["--datenordner", str(settings.data_folder)]
    logon = "<LogonTrigger><Enabled>true</Enabled></LogonTrigger>"

    def at(time: str) -> str:
        return (
            f"<CalendarTrigger><StartBoundary>2026-01-01T{time}:00</StartBoundary><Enabled>true</Enabled>"
            "<ScheduleByDay><DaysInterval>1</DaysInterval></ScheduleByDay></CalendarTrigger>"
        )

    tasks = {
        "Ratsassistent.xml": ("beim Anmelden starten", logon, "PT0S", ["starten", "--kein-browser"]),
        "Ratsassistent-Abruf.xml": ("nachts abrufen", at("22:15"), "PT6H", ["abrufen"]),
        "Ratsassistent-Sicherung.xml": ("nachts sichern", at("03:30"), "PT2H", ["sichern"]),
    }
    return {
        name: _filled(
            "windows.xml",
            {
                "WHAT": what,
                "TRIGGER": trigger,
                "LIMIT": limit,
                "PROGRAM": escape(words[0]),
                "ARGUMENTS": escape(" ".join(_windows_word(word) for word in [*words[1:], *data, *more])),
            },
        )
        for name, (what, trigger, limit, more) in tasks.items()
    }


def macos(settings: Settings, *, program: Sequence[str] | None = None) -> dict[str, str]:
    """What launchd starts when the user signs in."""
    words = [*(program or own_program()), "--datenordner", str(settings.data_folder), "starten", "--kein-browser"]
    return {
        "de.ratsassistent.plist": _filled(
            "macos.plist", {"ARGUMENTS": "\n    ".join(f"<string>{escape(word)}</string>" for word in words)}
        )
    }


def _models(settings: Settings) -> Path:
    """Where models are: as set, else in the data folder, since the user of a service has no cache of its own."""
    folders = settings.model_folders
    return folders[0] if len(folders) > 2 else folders[-1]


def own_program() -> list[str]:
    """How this program is started again: the command beside this Python, or the module."""
    for name in ("ratsassistent", "ratsassistent.exe"):
        beside = Path(sys.executable).parent / name
        if beside.is_file():
            return [str(beside)]
    return [sys.executable, "-m", "ratsassistent"]


def shell(words: Sequence[str]) -> str:
    """Words as they are typed."""
    return shlex.join(words)


def _filled(name: str, values: Mapping[str, str]) -> str:
    text = (_HERE / name).read_text(encoding="utf-8")
    for key, value in values.items():
        text = text.replace(f"@{key}@", value)
    return text


def _percent(text: str) -> str:
    return text.replace("%", "%%")


def _quoted(text: str) -> str:
    """A word of a unit: quoted where it has spaces; `%` and `$` stand for themselves."""
    bare = _percent(text).replace("$", "$$").replace("\\", "\\\\")
    return f'"{bare}"' if any(letter in bare for letter in " ';") else bare


def _windows_word(word: str) -> str:
    return f'"{word}"' if " " in word else word
