"""`ratsassistent verschluss`: seal the non-public part with a passphrase, open and lock it; and opening it for other commands.

What enters: the command's words; passphrases from the terminal, the environment or standard input, never from the command
line, which other programs can see. What leaves: text or one JSON object on standard output.
What it does not know: how it is sealed (`sealing`, loaded when it is needed).
"""

from __future__ import annotations

import argparse
import getpass
import json
import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from ratsassistent.errors import InputError, UsageError
from ratsassistent.settings import Settings

if TYPE_CHECKING:
    from ratsassistent.workspace import Progress

PASSPHRASE = "RATSASSISTENT_VERSCHLUSS"  # noqa: S105 - the name of a variable
NEW_PASSPHRASE = "RATSASSISTENT_VERSCHLUSS_NEU"  # noqa: S105
_KEY_FILE = "schluessel.age"
_WITHOUT_DATA = {
    "modelle",
    "glossar",
    "tragbar",
    "selbsttest",
    "zugang",
    "verschluss",
    "starten",
    "arbeiten",
    "datenblatt",
}
_NOT_THERE = "Der nichtöffentliche Teil ist verschlossen und darum nicht dabei."

Watch = Callable[[], "Progress"]


def register(command: Callable[..., argparse.ArgumentParser], watch: Watch) -> None:
    """Add the command.

    :param command: makes a command of a name, a German line, and what runs it.
    """
    command(
        "verschluss",
        "verschlüsselt den nichtöffentlichen Teil mit einem Kennwort",
        lambda args, given: run(args, given, watch),
    ).add_argument(
        "what",
        metavar="stand|einrichten|kennwort|aufheben|zu",
        nargs="?",
        choices=["stand", "einrichten", "kennwort", "aufheben", "zu"],
        default="stand",
        help="einrichten: mit einem Kennwort verschlüsseln; kennwort: ein anderes; aufheben: wieder unverschlüsselt; zu: in allen "
        "laufenden Programmen zuschließen",
    )


def run(args: argparse.Namespace, settings: Settings, watch: Watch) -> int:
    """Do what was asked for; returns the exit status."""
    from ratsassistent import sealing

    match args.what:
        case "einrichten":
            sealing.seal_up(
                settings, _new("Kennwort (mindestens 12 Zeichen, am besten vier oder fünf Wörter): "), progress=watch()
            )
            told = (
                "Der nichtöffentliche Teil ist jetzt verschlüsselt. Ohne das Kennwort kann ihn niemand mehr öffnen, auch nicht, wer dieses "
                "Programm schreibt: Bitte bewahren Sie es sicher auf. Sicherungen von früher sind davon nicht erfasst (ratsassistent sichern --liste)."
            )
        case "kennwort":
            sealing.change_passphrase(
                settings, _given("Bisheriges Kennwort: "), _new("Neues Kennwort: ", NEW_PASSPHRASE)
            )
            told = "Das neue Kennwort gilt. Sicherungen, die schon gemacht sind, öffnet weiter das alte."
        case "aufheben":
            sealing.unseal(settings, _given("Kennwort: "), progress=watch())
            told = "Der nichtöffentliche Teil liegt jetzt unverschlüsselt im Datenordner."
        case "zu":
            sealing.lock(settings)
            told = "Zugeschlossen: Jedes Programm, das mit diesen Daten arbeitet, braucht von jetzt an wieder das Kennwort."
        case _:
            told = (
                "Der nichtöffentliche Teil ist verschlüsselt; zum Öffnen braucht es das Kennwort."
                if sealing.is_sealed(settings)
                else "Der nichtöffentliche Teil ist nicht verschlüsselt. Verschlüsseln: ratsassistent verschluss einrichten"
            )
    if sys.stderr.isatty():
        sys.stderr.write("\r\033[K")
    print(json.dumps({"sealed": sealing.is_sealed(settings)}) if args.json else told)
    return 0


def open_for(command: str, settings: Settings) -> None:
    """Open the non-public part for a command, where it is sealed: with the passphrase given, or one that is asked for.

    Without one the command sees the public part alone, and that is said.

    :raises InputError: the passphrase does not fit.
    """
    if not (settings.nonpublic_folder / _KEY_FILE).is_file():
        return
    from ratsassistent import sealing, worker

    if command == "arbeiten" and os.environ.pop(worker.KEYS_FOLLOW, ""):
        _take_keys(settings)
        return
    given = os.environ.get(PASSPHRASE)
    if not given and command in _WITHOUT_DATA:
        return
    if not given and sys.stdin.isatty() and sys.stderr.isatty():
        given = getpass.getpass("Kennwort für den nichtöffentlichen Teil (leer: nur der öffentliche): ")
    if given:
        sealing.unlock(settings, given)
    else:
        print(f"{_NOT_THERE} Das Kennwort kann in {PASSPHRASE} stehen.", file=sys.stderr)


def ask_former() -> str:
    """The passphrase of the non-public part of a backup. :raises UsageError: there is none."""
    return _given("Kennwort des nichtöffentlichen Teils in dieser Sicherung: ")


def _take_keys(settings: Settings) -> None:
    from ratsassistent.archive import seal

    try:
        seal.remember(seal.Seal.load(sys.stdin.readline()), settings.nonpublic_folder)
    except ValueError as error:
        raise InputError("Der Arbeitsprozess hat keinen Schlüssel bekommen.") from error


def _new(prompt: str, variable: str = PASSPHRASE) -> str:
    if os.environ.get(variable) or not sys.stdin.isatty():
        return _given(prompt, variable)
    first = getpass.getpass(prompt)
    if getpass.getpass("Noch einmal dasselbe Kennwort: ") != first:
        raise InputError("Die beiden Kennwörter sind nicht gleich; es wurde nichts geändert.")
    return first


def _given(prompt: str, variable: str = PASSPHRASE) -> str:
    given = os.environ.get(variable)
    if not given:
        given = getpass.getpass(prompt) if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")
    if not given:
        raise UsageError(f"Es fehlt ein Kennwort: auf der Standardeingabe oder in {variable}.")
    return given
