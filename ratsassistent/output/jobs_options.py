"""The options of the command `auftraege`.

What enters: an argparse parser. What leaves: the same with options. What it does not know: what the command does.
"""

from __future__ import annotations

import argparse
import datetime as dt
import re

ALL = "alle"
_ACTS = ("liste", "schreiben", "anhalten", "fortsetzen", "abbrechen", "vorziehen")


def add(queue: argparse.ArgumentParser) -> None:
    """Give the command its arguments."""
    queue.add_argument("what", metavar="|".join(_ACTS), nargs="?", default="liste", choices=_ACTS)
    queue.add_argument(
        "job",
        metavar="AUFTRAG",
        nargs="?",
        help="Kennung; „alle“ beim Anhalten und Fortsetzen; beim Schreiben die Sitzung",
    )
    queue.add_argument("--ab", metavar="UHRZEIT", type=_time, help="beim Schreiben: nicht vorher, zum Beispiel 22:00")
    queue.add_argument("--gruendlich", action="store_true", help="beim Schreiben: die KI liest mehr, das dauert länger")
    queue.add_argument("--leise", choices=["an", "aus"], help="mit halber Kraft arbeiten, oder nicht")


def _time(text: str) -> dt.time:
    match = re.fullmatch(r"(\d{1,2})[:.](\d{2})(?:\s*Uhr)?", text.strip())
    if not match or int(match[1]) > 23 or int(match[2]) > 59:
        raise argparse.ArgumentTypeError(f"„{text}“ ist keine Uhrzeit wie 22:00")
    return dt.time(int(match[1]), int(match[2]))
