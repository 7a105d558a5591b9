"""`ratsassistent archiv`: where the rows of the archives lie, and moving them into PostgreSQL or back.

What enters: the command's words. What leaves: text or one JSON object on standard output.
What it does not know: how they are moved (`relocating`, loaded when it is needed).
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from ratsassistent.errors import UsageError
from ratsassistent.settings import Settings

if TYPE_CHECKING:
    from ratsassistent.workspace import Progress

Watch = Callable[[], "Progress"]


def register(command: Callable[..., argparse.ArgumentParser], watch: Watch) -> None:
    """Add the command.

    :param command: makes a command of a name, a German line, and what runs it.
    """
    sub = command(
        "archiv", "sagt, wo die Daten liegen, und zieht mit ihnen um", lambda args, given: run(args, given, watch)
    )
    where = sub.add_mutually_exclusive_group()
    where.add_argument(
        "--nach-postgresql", metavar="ADRESSE", help="wie postgresql://name@rechner/datenbank, ohne Kennwort"
    )
    where.add_argument("--nach-sqlite", action="store_true", help="zurück in Dateien auf diesem Rechner")
    sub.add_argument(
        "--erlauben", metavar="RECHNER", action="append", default=[], help="der außerhalb privater Netze liegen darf"
    )
    sub.add_argument(
        "--vorsatz", metavar="WORT", default="", help="vor den Namen beider Schemas, wenn mehrere eine Datenbank teilen"
    )


def run(args: argparse.Namespace, settings: Settings, watch: Watch) -> int:
    """Do what was asked for; returns the exit status."""
    from ratsassistent import relocating

    if (args.vorsatz or args.erlauben) and not args.nach_postgresql:
        raise UsageError("--vorsatz und --erlauben gehen nur zusammen mit --nach-postgresql.")
    rows = None
    if args.nach_postgresql:
        rows = relocating.to_postgres(
            settings,
            args.nach_postgresql,
            args.vorsatz,
            tuple(name.lower() for name in args.erlauben),
            progress=watch(),
        )
    elif args.nach_sqlite:
        rows = relocating.to_sqlite(settings, progress=watch())
    if sys.stderr.isatty():
        sys.stderr.write("\r\033[K")
    places = relocating.where(settings)
    if args.json:
        print(json.dumps({"rows": rows, "archives": places}, ensure_ascii=False))
        return 0
    if rows is not None:
        print(f"{rows} Zeilen kopiert und verglichen. Die PDF-Dateien liegen weiter in {settings.data_folder}.")
    for name, place in places.items():
        print(f"{name}: {place}")
    return 0
