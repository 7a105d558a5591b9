"""The words that go with `ratsassistent modelle server`.

What enters: the parser, then what it understood. What leaves: whether any of these words was given.
What it does not know: what they do (`server_command`).
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import get_args

from ratsassistent import model_server
from ratsassistent.model_server import KEY_VARIABLE, Fallback


def add(sub: argparse.ArgumentParser) -> None:
    """Give `modelle` the options that go with `server`; NAME is the address then."""
    group = sub.add_argument_group("Mit „server ADRESSE“")
    group.add_argument("--modell", dest="server_model", metavar="NAME", help="so, wie der Server das Modell nennt")
    group.add_argument(
        "--schluessel-datei",
        metavar="DATEI",
        type=Path,
        help=f"mit dem Schlüssel, nur für Sie lesbar (sonst {KEY_VARIABLE})",
    )
    group.add_argument(
        "--erlauben",
        metavar="RECHNER",
        action="append",
        default=[],
        help="darf außerhalb privater Netze liegen, dann nur mit https",
    )
    group.add_argument(
        "--rueckfall",
        choices=get_args(Fallback),
        help="was schreibt, wenn der Server nicht antwortet: das Modell dieses Rechners, oder nichts",
    )
    group.add_argument(
        "--zugleich", metavar="ANZAHL", type=int, help=f"Anfragen zugleich (sonst {model_server.AT_ONCE})"
    )
    group.add_argument(
        "--frist", metavar="SEKUNDEN", type=float, help=f"für eine Antwort (sonst {model_server.PATIENCE_S:g})"
    )
    group.add_argument(
        "--nur-oeffentlich",
        action="store_true",
        help="Nichtöffentliches und Fragen bleiben beim Modell dieses Rechners, das dafür geladen sein muss",
    )
    group.add_argument(
        "--pruefen", action="store_true", help="fragt den Server, was er kann, und lässt ihn einen Satz schreiben"
    )
    group.add_argument("--aus", action="store_true", help="kein Server mehr: das Modell dieses Rechners schreibt")  # fmt: skip


def given(args: argparse.Namespace) -> bool:
    """Whether any of these words was given."""
    return settings_given(args) or args.pruefen or args.aus


def settings_given(args: argparse.Namespace) -> bool:
    """Whether something was said of how a server is to be used."""
    return any(
        value not in (None, False, [])
        for value in (
            args.server_model,
            args.schluessel_datei,
            args.erlauben,
            args.rueckfall,
            args.zugleich,
            args.frist,
            args.nur_oeffentlich,
        )
    )
