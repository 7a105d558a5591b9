"""The words of `ratsassistent modelle`, and which command they are for.

What enters: the parser, then what it understood. What leaves: an exit status.
What it does not know: models, servers (`models_command` and `server_command`, which are loaded when they are needed).
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from ratsassistent.errors import UsageError
from ratsassistent.settings import Settings

WHAT = ("liste", "laden", "pruefen", "messen", "server")


def register(command: Callable[..., argparse.ArgumentParser]) -> None:
    """Make the command with its arguments."""
    from ratsassistent.output import server_words

    sub = command("modelle", "zeigt, holt, prüft und misst Sprachmodelle, oder stellt einen Server ein", run)
    sub.add_argument("what", metavar="|".join(WHAT), choices=WHAT)
    sub.add_argument(
        "name", metavar="NAME|ADRESSE", nargs="?", help="ein Modell, sonst das eingestellte; bei „server“ eine Adresse"
    )
    sub.add_argument("--von", metavar="PFAD", type=Path, help="von einem USB-Stick oder aus einem Ordner")
    server_words.add(sub)


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Run the command. :raises UsageError: words that go with another one were given."""
    from ratsassistent.output import models_command, server_command, server_words

    if args.what == "server":
        if args.von:
            raise UsageError("--von gehört zu „modelle laden“, nicht zu „modelle server“.")
        return server_command.run(args, settings)
    if server_words.given(args):
        raise UsageError(f"Diese Angaben gehören zu „modelle server“, nicht zu „modelle {args.what}“.")
    return models_command.run(args.what, args.name, args.von, settings, as_json=args.json)
