"""`ratsassistent tragbar`: make a portable folder for Linux or Windows, or check one.

What enters: the command's words. What leaves: German lines or one JSON object on standard output.
What it does not know: how such a folder is made (`portable`).
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import platformdirs

from ratsassistent.errors import UsageError
from ratsassistent.settings import APP, Settings


def options(parser: argparse.ArgumentParser) -> None:
    """The words that the command takes."""
    parser.add_argument("into", metavar="ZIEL", type=Path, help="hier entsteht der Ordner „Ratsassistent“")
    parser.add_argument("--fuer", choices=["linux", "windows"], help="das System, auf dem er laufen soll")
    parser.add_argument("--ohne-modelle", action="store_true", help="ohne Sprachmodell und Einbettungsmodell")
    parser.add_argument(
        "--python", metavar="PFAD", type=Path, help="ein Python, das von überall läuft: Archiv oder Ordner"
    )
    parser.add_argument("--rechenwerk", metavar="PAKET", type=Path, help="ein fertiges Paket von llama-cpp-python")
    parser.add_argument(
        "--vorrat", metavar="ORDNER", type=Path, help="hier bleiben Archive und Pakete für das nächste Mal"
    )
    parser.add_argument("--pruefen", action="store_true", help="prüfen, ob im Ordner ZIEL alles unverändert ist")


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Do it; returns the exit status.

    :raises RatsassistentError: something is missing, cannot be had, or is there already.
    """
    from ratsassistent.portable import building, contents, launcher
    from ratsassistent.portable.targets import target
    from ratsassistent.sources import human

    if args.pruefen:
        folder = args.into / building.NAME if (args.into / building.NAME).is_dir() else args.into
        if not args.json:
            return launcher.check(folder)
        found = contents.check(folder)
        print(
            json.dumps({"missing": found.missing, "changed": found.changed, "added": found.added}, ensure_ascii=False)
        )
        return 1 if found else 0
    if not args.fuer:
        raise UsageError("Bitte angeben, für welches System: --fuer linux oder --fuer windows.")
    order = building.Order(
        target=target(args.fuer),
        into=args.into.expanduser().absolute(),
        store=(args.vorrat or platformdirs.user_cache_path(APP, appauthor=False) / "tragbar").expanduser().absolute(),
        folders=settings.model_folders,
        model=settings.model,
        with_models=not args.ohne_modelle,
        python=args.python,
        engine=args.rechenwerk,
    )
    made = building.build(order, lambda text: print(text, file=sys.stderr, flush=True))
    if args.json:
        data = {"folder": str(made.folder), "files": made.files, "size_bytes": made.size, "unnamed": made.unnamed}
        print(json.dumps(data, ensure_ascii=False))
    else:
        print(f"Fertig: {made.folder}\n  {made.files} Dateien, {human(made.size)}")
        if made.unnamed:
            print(f"  Ohne Angabe einer Lizenz: {', '.join(made.unnamed)}")
    return 0
