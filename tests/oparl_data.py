"""Invented OParl data of a town that does not exist, for the tests of the import."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

URL = "https://rat.lindenau.example/oparl/1.1"
TYPE = "https://schema.oparl.org/1.1/"

PROPOSAL = "Der Gemeinderat beschließt den Neubau der Brücke am Mühlbach zum Preis von 480.000 Euro."
REASON = "Die alte Brücke ist seit dem Hochwasser gesperrt. Der Umweg über den Anger dauert zwanzig Minuten."
TEXT = f"""Beschlussvorlage

Vorlage Nr.: 2031/017

Neubau der Brücke am Mühlbach

Beschlussvorschlag:
{PROPOSAL}

Begründung:
{REASON}
Die Kosten trägt zur Hälfte das Land, weil die Brücke Teil eines Radwegs von überörtlicher Bedeutung ist.
"""
STATEMENT = """Stellungnahme der Verwaltung

Das Wasserwirtschaftsamt hat dem Neubau unter Auflagen zugestimmt und verlangt ein lichtes Maß von zwei Metern.
"""


def file(key: int, name: str, text: str | None = None, **more: Any) -> dict[str, Any]:
    made = {"id": f"{URL}/file/{key}", "type": TYPE + "File", "name": name, "mimeType": "application/pdf", **more}
    return made if text is None else {**made, "text": text}


def paper(key: int = 17, **more: Any) -> dict[str, Any]:
    made = {
        "id": f"{URL}/paper/{key}",
        "type": TYPE + "Paper",
        "body": f"{URL}/body/1",
        "name": "Neubau der Brücke am Mühlbach",
        "reference": f"2031/{key:03}",
        "date": "2031-02-20",
        "paperType": "Beschlussvorlage",
        "mainFile": file(key * 10, "Vorlage", TEXT),
        "auxiliaryFile": [file(key * 10 + 1, "Stellungnahme", STATEMENT)],
        "consultation": [
            {
                "id": f"{URL}/consultation/{key}",
                "type": TYPE + "Consultation",
                "paper": f"{URL}/paper/{key}",
                "meeting": f"{URL}/meeting/3",
                "agendaItem": f"{URL}/agendaItem/{key}",
                "organization": [f"{URL}/organization/1"],
                "role": "Entscheidung",
            }
        ],
    }
    return {**made, **more}


def item(key: int = 17, **more: Any) -> dict[str, Any]:
    made = {
        "id": f"{URL}/agendaItem/{key}",
        "type": TYPE + "AgendaItem",
        "meeting": f"{URL}/meeting/3",
        "number": "Ö 4",
        "order": 4,
        "name": "Neubau der Brücke am Mühlbach",
        "public": True,
        "consultation": f"{URL}/consultation/{key}",
        "result": "mehrheitlich zugestimmt",
    }
    return {**made, **more}


def meeting(*items: dict[str, Any], **more: Any) -> dict[str, Any]:
    made = {
        "id": f"{URL}/meeting/3",
        "type": TYPE + "Meeting",
        "name": "12. Sitzung des Gemeinderates (öffentlich)",
        "start": "2031-03-04T18:00:00+01:00",
        "organization": [f"{URL}/organization/1"],
        "agendaItem": list(items) or [item()],
    }
    return {**made, **more}


def organization(key: int = 1, name: str = "Gemeinderat") -> dict[str, Any]:
    return {"id": f"{URL}/organization/{key}", "type": TYPE + "Organization", "name": name, "shortName": name[:2]}


def write(path: Path, *objects: Any) -> Path:
    """JSON lines, packed if the name says so."""
    lines = "".join(
        (one if isinstance(one, str) else json.dumps(one, ensure_ascii=False)) + "\n" for one in objects
    ).encode()
    path.write_bytes(gzip.compress(lines) if path.suffix == ".gz" else lines)
    return path
