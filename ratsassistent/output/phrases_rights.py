"""German words about roles, memberships, exclusions and the log of openings, for page and commands.

What enters: the objects of `bodies` and `access_log`. What leaves: words and sentences.
What it does not know: HTML, commands.
"""

from __future__ import annotations

import datetime as dt

from ratsassistent.access_log import Kind
from ratsassistent.bodies import Membership
from ratsassistent.people import Role

ROLES: dict[Role, str] = {"sitzungsdienst": "Sitzungsdienst", "mitglied": "Mitglied", "leserecht": "Leserecht"}
ROLES_ABOUT: dict[Role, str] = {
    "sitzungsdienst": "Sieht alles, liest ein, berichtigt, löscht und vergibt Rechte.",
    "mitglied": "Sieht Öffentliches und das Nichtöffentliche der eigenen Gremien, kann anmerken und Zusammenfassungen bestellen.",
    "leserecht": "Sieht Öffentliches, und Nichtöffentliches nur der Gremien, in die jemand die Person aufnimmt; trägt nichts ein.",
}
OPENED: dict[Kind, str] = {
    "meeting": "Sitzung geöffnet",
    "item": "Punkt geöffnet",
    "page": "Seite angesehen",
    "hits": "Treffer gesehen",
    "answer": "Antwort mit Zitat",
    "export": "Als Datei ausgegeben",
    "register": "Beschluss gesehen",
}
EXCLUDED = "Als befangen eingetragen"
EXCLUDED_ABOUT = "Nichtöffentliches dazu ist für diese Person nicht mehr da; Öffentliches bleibt lesbar."


def membership(one: Membership, today: dt.date) -> str:
    """A membership with its days: "Bauausschuss (Vorsitz) seit 1.1.2026"."""
    role = f" ({one.role})" if one.role else ""
    begins, ends = one.startDate, one.endDate
    if ends is not None and ends < today:
        span = f"ausgeschieden am {_day(ends)}"
    elif begins is not None and begins > today:
        span = f"ab {_day(begins)}"
    else:
        span = f"seit {_day(begins)}" if begins else ""
        span += f" bis {_day(ends)}" if ends else ""
    return " ".join(part for part in (f"{one.organization.name}{role}", span.strip()) if part)


def _day(day: dt.date) -> str:
    return f"{day.day}.{day.month}.{day.year}"
