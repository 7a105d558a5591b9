"""The options of `korrigieren` and `korrekturen`, apart from what they do, so that parsing a command stays quick.

What enters: argument parsers. What leaves: the same, with options. What it does not know: what a correction is.
"""

from __future__ import annotations

import argparse
import re

_PAGES = re.compile(r"(\d{1,5})(?:\s*[-–]\s*(\d{1,5}))?$")


def add(change: argparse.ArgumentParser, told: argparse.ArgumentParser) -> None:
    """The options of both commands."""
    change.add_argument("meeting", metavar="SITZUNG", help="Kennung, oder Wörter aus Name und Datum")
    change.add_argument("--vorlage", metavar="NUMMER|KENNUNG", help="eine Vorlage dieser Sitzung")
    change.add_argument("--datei", metavar="NAME", help="eine Datei dieser Sitzung")
    change.add_argument("--seiten", metavar="12-15", type=_pages, help="nur diese Seiten der Datei")
    change.add_argument("--top", metavar="NUMMER|KENNUNG", help="ein ganzer Punkt, oder der, zu dem die Vorlage gehört")
    what = change.add_mutually_exclusive_group(required=True)
    what.add_argument("--zu-top", metavar="NUMMER|keinem", help="zu diesem Punkt gehört es, oder zu keinem")
    what.add_argument("--nichtoeffentlich", action="store_true", help="es ist nichtöffentlich")
    what.add_argument("--oeffentlich", action="store_true", help="es ist öffentlich: alle dürfen es lesen")
    told.add_argument("meeting", metavar="SITZUNG", nargs="?", help="Kennung, oder Wörter aus Name und Datum")
    told.add_argument("--zuruecknehmen", metavar="KENNUNG", help="diese Korrektur zurücknehmen")


def _pages(text: str) -> tuple[int, int]:
    match = _PAGES.match(text.strip())
    if not match:
        raise argparse.ArgumentTypeError(f"„{text}“ ist kein Bereich von Seiten wie 12-15")
    return int(match[1]), int(match[2] or match[1])
