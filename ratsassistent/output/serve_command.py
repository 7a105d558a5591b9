"""`ratsassistent starten`: opens the page for who sits at this machine, or offers it to others.

What enters: the command's words. What leaves: a running server and its address.
What it does not know: what is on the page, how it is offered (`page_serving`).
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

from ratsassistent.errors import UsageError
from ratsassistent.settings import Settings


def add(sub: argparse.ArgumentParser) -> None:
    """Give the command its arguments."""
    sub.add_argument("--kein-browser", action="store_true", help="den Browser nicht öffnen")
    sub.add_argument("--port", type=int, help="Anschluss auf diesem Rechner")
    others = sub.add_argument_group("Für andere im Rathaus (nur verschlüsselt und mit Kennwort je Person)")
    others.add_argument(
        "--fuer-andere",
        metavar="ADRESSE",
        help="Name oder Adresse, unter der andere die Seite aufrufen, auch NAME:PORT",
    )
    others.add_argument("--zertifikat", metavar="DATEI", type=Path, help="Zertifikat (PEM, mit Zwischenzertifikaten)")
    others.add_argument("--schluessel", metavar="DATEI", type=Path, help="geheimer Schlüssel dazu (PEM)")
    others.add_argument(
        "--hinter-proxy", metavar="IP", help="statt dessen: Adresse des Zwischenservers, der davor verschlüsselt"
    )
    others.add_argument("--lauschen", metavar="IP", help="auf welcher Adresse dieses Rechners")


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Serve until the program is ended; returns the exit status.

    :raises UsageError: the words do not go together. :raises InputError: the page cannot be offered in that way.
    """
    from ratsassistent.output import page_serving
    from ratsassistent.output.page import serve

    settings = replace(settings, port=args.port or settings.port)
    if args.fuer_andere is None:
        if args.zertifikat or args.schluessel or args.hinter_proxy or args.lauschen:
            raise UsageError("Diese Angaben gelten nur zusammen mit --fuer-andere ADRESSE.")
        serve(settings, open_browser=not args.kein_browser)
        return 0
    offered = page_serving.for_others(
        settings,
        args.fuer_andere,
        certificate=args.zertifikat,
        key=args.schluessel,
        proxy=args.hinter_proxy,
        listen=args.lauschen,
    )
    serve(settings, open_browser=False, offered=offered)
    return 0
