"""The options of the register's commands, and the German words that they take.

What enters: argparse parsers. What leaves: the same with options. What it does not know: what the commands do.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from ratsassistent.oparl import Outcome
from ratsassistent.resolutions import Status

OUTCOMES: dict[str, Outcome] = {
    "angenommen": "accepted",
    "abgelehnt": "rejected",
    "vertagt": "postponed",
    "verwiesen": "referred",
    "kenntnis": "noted",
    "erledigt": "settled",
    "anderes": "other",
}
STATUSES: dict[str, Status] = {
    "offen": "open",
    "in_arbeit": "in_progress",
    "erledigt": "done",
    "entfallen": "dropped",
}
NO_STATUS = "keiner"  # takes away the one that was entered
PUBLIC = {"alle": None, "oeffentlich": True, "nichtoeffentlich": False}


def add(
    register: argparse.ArgumentParser,
    control: argparse.ArgumentParser,
    one: argparse.ArgumentParser,
    *,
    day: Callable[[str], str],
    count: Callable[[str], int],
) -> None:
    """The options of the three commands; `day` and `count` read a date and a number."""
    for sub in (register, control):
        sub.add_argument("query", metavar="WÖRTER", nargs="*", help="Wörter, Vorlagennummer; ohne: alle")
        sub.add_argument("--von", metavar="DATUM", type=day, help="Sitzungen ab diesem Tag")
        sub.add_argument("--bis", metavar="DATUM", type=day, help="Sitzungen bis zu diesem Tag")
        sub.add_argument("--gremium", metavar="NAME", help="nur Gremien, deren Name das enthält")
        sub.add_argument("--art", metavar="ART", help="nur zu Vorlagen dieser Art, etwa Antrag")
        sub.add_argument("--sitzung", metavar="SITZUNG", help="nur diese Sitzung")
        sub.add_argument("--status", choices=list(STATUSES), action="append", help="nur mit diesem eingetragenen Stand")
        sub.add_argument(
            "--oeffentlichkeit", choices=list(PUBLIC), help="sonst alle; in Tabellen und Dateien nur öffentliche"
        )
        sub.add_argument("--anzahl", metavar="N", type=count, help="höchstens so viele")
        sub.add_argument(
            "--format",
            choices=["csv", "xlsx", "json", "oparl"],
            help="sonst nach der Endung der Datei; oparl: JSON nach OParl 1.1",
        )
        sub.add_argument(
            "-o", "--ausgabe", metavar="DATEI", type=Path, help="dorthin schreiben statt auf den Bildschirm"
        )
    register.add_argument("--ergebnis", choices=list(OUTCOMES), action="append", help="nur mit diesem Ergebnis")
    one.add_argument("resolution", metavar="KENNUNG", help="des Beschlusses, wie „beschluesse“ sie zeigt")
    one.add_argument(
        "--status", choices=[*STATUSES, NO_STATUS], help=f"Stand der Umsetzung; „{NO_STATUS}“ nimmt ihn weg"
    )
    one.add_argument(
        "--frist", metavar="DATUM", type=lambda text: day(text) if text.strip() else "", help="„“ nimmt sie weg"
    )
    one.add_argument("--amt", metavar="TEXT", help="zuständiges Amt; „“ nimmt es weg")
    one.add_argument("--notiz", metavar="TEXT", help="Bemerkung dazu")
    one.add_argument("--von-person", metavar="NAME", help="wer das einträgt; sonst der eingestellte Name")
