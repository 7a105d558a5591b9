"""The Beratungsfolge of a paper.

What enters: a paper's text. What leaves: Consultations, one for each line that names a committee and a day.
What it does not know: meetings.
"""

from __future__ import annotations

import re

from ratsassistent.oparl import Consultation, Public
from ratsassistent.pack.agenda_head import dates

HEADER = re.compile(
    r"^\W*(?:(?:Geplante\s+)?Beratungsfolge\b.{0,40}|Gremienweg\b.{0,20}|Beratungsweg\b.{0,20}|Beratungsgang\b.{0,20}|"
    r"Gremi(?:um|en)\s*(?:\(.{3,30}\))?\s*:?(?:\s+(?:Termin|Datum|Sitzung|Sitzungstermine?|Sitzungsdatum|am|TOP|Zuständigkeit|Geplante|Status|ö|nö|Ö/N|Ergebnis)\b.*)?|"
    r"Datum\s+Gremium\b.{0,40}|Geplante Sitzungstermine.{0,20}|Sitzungstermine?\s+.{0,40})$"
)
_ROLE = re.compile(
    r"\b(Vorberatung|Entscheidung|Beschlussfassung|Beschluss|Kenntnisnahme|Anhörung|Empfehlung|Empfehlungsbeschluss|Beratung|Information|Mitberatung)\b"
)
_RESULT = re.compile(
    r"\b((?:einstimmig|mehrheitlich|ungeändert|geändert)\s+\w+|zugestimmt|vorberaten|Kenntnisnahme|abgelehnt|vertagt|verwiesen|abgesetzt|"
    r"zurückgezogen|erledigt|beschlossen|empfohlen)\b[\w ]{0,40}$"
)
_BODY = re.compile(
    r"(?i)(?:ausschu(?:ss|ß)|rat|tag|vertretung|versammlung|kommission|senat|bürgerschaft|magistrat|plenum|kreis)"
)
_NUMBER = re.compile(r"^\s*(?:TOP\s*)?(?P<number>(?:[ÖN]\s?)?\d{1,3}(?:\.\d{1,3})*[a-z]?)(?=\s|$)")
_CROSS = re.compile(r"^(?P<gap>\s*)[xX☒✓](?:\s|$)")


def find_consultations(text: str) -> tuple[Consultation, ...]:
    """Read the Beratungsfolge in the first pages of a paper's own document."""
    lines = text[:8000].split("\n")
    start = next((i for i, line in enumerate(lines[:60]) if HEADER.match(line)), None)
    if start is None:
        return ()
    columns = any("ö nö" in line for line in lines[start : start + 3])
    found = []
    gap = 0
    above = ""
    for line in lines[start + 1 :]:
        row = _row(line, columns) or _row(f"{above} {line.strip()}", columns)
        above = "" if row else line.strip()
        if row:
            found.append(row)
            gap = 0
        elif line.strip():
            gap += 1
            if gap > 4:
                break
    return tuple(found)


def _row(line: str, columns: bool) -> Consultation | None:
    """One line with a day and a committee, in either order."""
    days = dates(line)
    if len(days) != 1 or len(line) > 200:
        return None
    day, match = days[0]
    before, after = line[: match.start()].strip(" \t:|-"), line[match.end() :]
    before = re.sub(r"^(?:Ö|N|NÖ|TOP)\s+", "", before)
    public: Public = None
    number = None
    if re.search(r"\bnicht\s*-?öffentlich|\bNÖ\b|\bN\s*$", line):
        public = False
    elif (
        (re.search(r"(?<![☐\w] )\böffentlich\b(?!.*☐)", line) and "☐" not in line)
        or re.search(r"\bÖ\s*$", line)
        or re.match(r"\s*Ö\s", line)
    ):
        public = True
    if _BODY.search(before):
        organization = before
        found = _NUMBER.match(after)
        if found:
            number, after = found["number"], after[found.end() :]
        cross = _CROSS.match(after)
        if cross and columns:  # the cross stands under "ö" or, one column further, under "nö"
            public = len(cross["gap"]) <= 1
        after = _CROSS.sub("", after)
        rest = after
    elif _BODY.search(after):
        organization = re.split(r"\s{2,}|[☐☒]|\bTOP\b|\b(?:öffentlich|nichtöffentlich)\b", after.strip())[0]
        rest = after.replace(organization, "", 1)
    else:
        return None
    role = _ROLE.search(rest) or _ROLE.search(organization)
    organization = re.sub(r"\s*\((?:" + _ROLE.pattern + r")\)", "", organization)
    organization = re.sub(r"\s+" + _ROLE.pattern + r".*$", "", organization).strip(" ():-|")
    result = None if "☐" in rest else _RESULT.search(rest.strip())
    if not organization or len(organization) > 120:
        return None
    return Consultation(
        organization=organization,
        date=day,
        number=number,
        public=public,
        role=role[1] if role else None,
        result=result[0].strip() if result and (not role or result[0].strip() != role[0] or columns) else None,
    )
