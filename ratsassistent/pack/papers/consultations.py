"""The Beratungsfolge of a paper.

What enters: a paper's text. What leaves: Consultations, one for each line that names a committee and a day, with the
role, the item's number, publicity and result that the form prints. What it does not know: meetings.

A form prints the Beratungsfolge as running lines or as a table (cells parted by " | "), with the day before or behind the
committee. A list of possible results that nobody ticked is no result.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ratsassistent.oparl import Consultation, Public
from ratsassistent.pack.agendas.agenda_head import dates

Column = Literal["body", "date", "number", "open", "closed", "public", "role", "result", "other"]

HEADER = re.compile(
    r"^\W*(?:(?:Geplante\s+|Bisherige\s+|Weitere\s+)?Beratungs(?:folge|gang|weg|reihenfolge|gremien)\b.{0,60}|Gremienweg\b.{0,40}|(?:Beteiligte\s+)?Gremien\s*:?|"
    r"(?:Beratungsgremium|Beschlussorgan|Gremi(?:um|en))\s*(?:\(.{3,30}\))?\s*:?(?:[\s|/]+(?:Termin|Datum|Sitzung|Sitzungstermine?|Sitzungsdatum|am|TOP|Zuständigkeit|Beratungsart|Art der Beratung|Geplante|Status|ö|nö|Ö/N|Ergebnis|Öffentlichkeit)\b.*)?|"
    r"(?:Datum|Termin|Sitzungsdatum|Sitzungstermin|Sitzung am)[\s|]+Gremium\b.{0,60}|Geplante Sitzungstermine.{0,20}|Sitzungstermine?[\s|]+.{0,40}|Status[\s|]+Datum[\s|]+Gremium\b.{0,40}|"
    r"Öffentlichkeitsstatus[\s|]+.{0,60})$"
)
_COLUMNS: tuple[tuple[Column, re.Pattern[str]], ...] = (
    ("closed", re.compile(r"(?i)^(?:nö|n\.?ö\.?|nicht\s?-?öffentlich|n)$")),
    ("open", re.compile(r"(?i)^(?:ö|öffentlich)$")),
    ("public", re.compile(r"(?i)^(?:ö\s*/\s*nö?|öffentlichkeit(?:sstatus)?|status|sitzungsart|beratungsstatus)$")),
    ("date", re.compile(r"(?i)^(?:geplante[rs]?\s+)?(?:sitzungs)?(?:datum|termine?|tag|sitzung(?:\s+am)?|am)$")),
    ("body", re.compile(r"(?i)gremi|organ\b|ausschuss$|beratungsfolge|beschlussorgan")),
    ("number", re.compile(r"(?i)^(?:TOP|punkt|nr\.?)\b")),
    ("result", re.compile(r"(?i)ergebnis|beschluss(?!art|fassung)|abstimmung|votum")),
    ("role", re.compile(r"(?i)zuständig|beratungsart|beschlussart|art|aktion|rolle|behandlung|zweck|funktion")),
)
_ROLE = re.compile(
    r"\b(Vorberatung|Entscheidung|Beschlussfassung|Kenntnisnahme|Kenntnis|Anhörung|Empfehlungsbeschluss|Empfehlung|Beratung|Information|Mitberatung|"
    r"Beschluss|vorberatend|beschließend|beschliessend|empfehlend|beratend|zur\s+Kenntnis(?!\s+genommen))\b"
)
_RESULT = re.compile(
    r"\b((?:einstimmig|mehrheitlich|mit\s+Mehrheit|ungeändert|unverändert|geändert|abweichend|laut\s+(?:Beschluss|Verwaltungs)?vorschlag|antragsgemäß|in\s+geänderter\s+Fassung)"
    r"(?:\s+(?:angenommen|beschlossen|abgelehnt|zugestimmt|empfohlen|vorberaten|genehmigt|gefasst|dafür|dagegen))?"
    r"|zur\s+Kenntnis\s+genommen|Kenntnis\s+genommen|zugestimmt|vorberaten|abgelehnt|vertagt|zurückgestellt|verwiesen|zurückverwiesen|abgesetzt|zurückgezogen|erledigt|"
    r"beschlossen|angenommen|empfohlen|Kenntnisnahme|einstimmige\s+Empfehlung|\d{1,3}\s*x?\s*Ja\W+\d{1,3}\s*x?\s*Nein|Ja\W{0,3}\d{1,3}\W+Nein\W{0,3}\d{1,3})\b[\w ,:()/-]{0,60}$",
    re.IGNORECASE,
)
_OPTION = re.compile(
    r"(?i)\b(?:einstimmig|mehrheitl(?:ich)?|abgelehnt|kenntnis(?:nahme)?|abgesetzt|verwiesen|vertagt|geändert|ungeändert|ohne\s+BE|zugestimmt|beschlossen)\b"
)
_TICKED = re.compile(r"[☒☑✓✗✘]\s*(?P<label>[^☐☒☑✓✗✘|]{2,40})")
_BODY = re.compile(
    r"(?i)(?:ausschu(?:ss|ß)|rat\b|rates\b|\w*tag\b|vertretung|versammlung|kommission|senat|bürgerschaft|magistrat|plenum|kreis\b|vorstand|parlament|rat der|beirat|fraktion|"
    r"verwaltungsrat|werkausschuss|konferenz|dezernent|bezirksamt|gremium|BVV?\b|deputation)"
)
_NOT_BODY = re.compile(
    r"(?i)\b(?:montag|stichtag|feiertag|werktag|jahrestag|dienstag|donnerstag|freitag|samstag|sonntag|vertrag|antrag|auftrag|betrag|beitrag|landrat|haushaltsplan)\b"
)
_NUMBER = re.compile(r"^\s*(?:TOP\s*)?(?P<number>(?:(?:NÖ|[ÖN])\s?)?\d{1,3}(?:\.\d{1,3})*[a-z]?)(?=\s|$)")
_CROSS = re.compile(r"^(?P<gap>\s*)[xX☒☑✓](?:\s|$)")
_PUBLIC_MARK = re.compile(
    r"^(?:(?P<open>ö|Ö|öffentlich|Öffentlich)|(?P<closed>nö|NÖ|N|n\.?ö\.?|nicht\s*-?öffentlich|Nicht\s*-?öffentlich))$"
)
_STOP = re.compile(
    r"(?i)^\W*(?:beschlussvorschlag|beschlussantrag|beschlussentwurf|beschlussempfehlung|beschlusstext|beschluss\s*:|sachverhalt|begründung|erläuterung|kurzfassung|sachdarstellung|"
    r"finanzielle\s+auswirkungen|antrag\s*:|anlagen?\s*:|betreff|der\s+\w*(?:rat|ausschuss)\s+(?:beschließt|nimmt|möge|stimmt)|i\.\s+\w+|problem|ausgangslage|haushaltsmittel)"
)
_TIME = re.compile(r"^\s*,?\s*(?:um\s+)?\d{1,2}[:.]\d\d\s*(?:Uhr|h)?\b")
_WRONG_DAY = re.compile(r"(?<!\S)\d{1,2}\.\d{1,3}\.\d{2,5}(?!\S)")  # mistyped: "30.11.203"
_SENTENCES = re.compile(r"[a-zäöüß]{3}\.\s+[A-ZÄÖÜ]")  # one ends and another begins: no committee's name
_WEEKDAY = re.compile(
    r"(?:(?:Mon|Diens|Donners|Frei|Sams|Sonn)tag|Mittwoch|\b(?:Mo|Di|Mi|Do|Fr|Sa|So)\b\.?),?\s*(?:den|dem)?\s*$"
)


@dataclass(slots=True)
class _Found:
    """A row while what belongs to it is collected."""

    organization: str
    date: dt.date | None
    number: str | None = None
    public: Public = None
    role: str | None = None
    result: str | None = None

    def made(self) -> Consultation:
        return Consultation(
            organization=self.organization,
            date=self.date,
            number=self.number,
            public=self.public,
            role=self.role,
            result=self.result,
        )


def all_consultations(texts: Sequence[str]) -> tuple[Consultation, ...]:
    """The Beratungsfolge of a paper that several documents print: the paper's own, with what its answers add.

    A Stellungnahme is written later and knows of meetings, and of numbers, that the motion did not know.
    """
    out: list[Consultation] = []
    in_order = False
    for number, text in enumerate(texts):
        for found in find_consultations(text):
            key = (_squeezed(found.organization), found.date)
            at = next((i for i, held in enumerate(out) if (_squeezed(held.organization), held.date) == key), None)
            if at is None:
                out.append(found)
            else:
                held = out[at]
                told = {name: value for name, value in found if value is not None and getattr(held, name) is None}
                out[at] = held.model_copy(update=told)
        days = [row.date for row in out if row.date]
        if number == 0:
            in_order = days == sorted(days)
        elif in_order and len(days) == len(out):
            out.sort(key=lambda row: row.date or dt.date.max)
    return tuple(out)


def _squeezed(name: str) -> str:
    return re.sub(r"\W", "", name.casefold())


def find_consultations(text: str) -> tuple[Consultation, ...]:
    """Read the Beratungsfolge in the first pages of a paper's own document."""
    lines = text[:8000].split("\n")
    start = next((i for i, line in enumerate(lines[:60]) if HEADER.match(line)), None)
    if start is None:
        return ()
    columns: list[Column] | None = _columns(lines[start])
    crosses = any(re.search(r"(?i)\bö\s+nö\b", line) for line in lines[start : start + 3])
    names = " ".join(lines[start : start + 3])
    results = bool(re.search(r"(?i)\bergebnis\b", names)) and not re.search(
        r"(?i)zuständig|\w+art\b|behandlung|zweck|funktion|\brolle\b", names
    )
    found: list[_Found] = []
    gap = 0
    above: list[str] = []
    for line in lines[start + 1 :]:
        if not line.strip():
            continue
        head = _columns(line)
        if head:
            columns, above = head, []
            continue
        row = _row(line, columns, crosses)
        for count in (1, 2):  # a committee's name, or its day, may stand on lines of their own
            if row is None and len(above) >= count:
                row = _row(" ".join([*above[-count:], line.strip()]), None, crosses)
        if row is None and _STOP.match(line):
            break
        if row:
            if results and row.role and not row.result and "|" not in line and line.rstrip().endswith(row.role):
                row.role, row.result = None, row.role  # the only column that it can stand in
            found.append(row)
            gap, above = 0, []
            continue
        above = [*above[-1:], line.strip()]
        if found:
            _more(found[-1], line)
        gap += 1
        if gap > 4:
            break
    return tuple(row.made() for row in found)


def _columns(line: str) -> list[Column] | None:
    """What each column of a table holds, where a line is its head."""
    if "|" not in line or dates(line):
        return None
    cells = [cell.strip(" :") for cell in line.split("|")]
    kinds: list[Column] = []
    for cell in cells:
        kinds.append(next((kind for kind, pattern in _COLUMNS if pattern.search(cell)), "other") if cell else "other")
    return kinds if len(set(kinds) - {"other"}) >= 2 and "body" in kinds else None


def _row(line: str, columns: Sequence[Column] | None, crosses: bool) -> _Found | None:
    """One line with a day and a committee, in either order."""
    if len(line) > 300:
        return None
    days = dates(line)
    if not days and (wrong := _WRONG_DAY.search(line)) and "|" not in line:
        return _running(line, None, wrong, crosses)
    if len({day for day, _ in days}) != 1:
        return None
    if "|" in line:
        return _cells(line, columns, days[0][0])
    return _running(line, days[0][0], days[0][1], crosses)


def _cells(line: str, columns: Sequence[Column] | None, day: dt.date) -> _Found | None:
    cells = [cell.strip() for cell in line.split("|")]
    kinds: Sequence[Column | None] = columns if columns and len(columns) == len(cells) else [None] * len(cells)
    found = _Found("", day)
    for cell, kind in zip(cells, kinds, strict=True):
        spans = [match.span() for _, match in dates(cell)]
        if spans:  # the day alone, or with its committee
            rest = f"{_WEEKDAY.sub('', cell[: spans[0][0]])} {_TIME.sub('', cell[spans[-1][1] :])}".strip(" ,-–:()")
            if rest and not found.organization and _is_body(rest):
                _take_body(found, rest)
            continue
        if cell:
            _take_cell(found, cell, kind)
    return found if found.organization else None


def _take_cell(found: _Found, cell: str, kind: Column | None) -> None:
    """Take over what a cell without the day says."""
    mark = _PUBLIC_MARK.match(cell)
    if kind in {"open", "closed"} and re.fullmatch(r"[xX☒☑✓✗]", cell):
        found.public = kind == "open"
    elif mark:
        found.public = mark["open"] is not None
    elif kind == "number" or (kind is None and _NUMBER.fullmatch(cell)):
        number = _NUMBER.match(cell)
        found.number = number["number"] if number else found.number
    elif kind == "result":
        found.result = _result(cell) or (cell if "☐" not in cell and not _options(cell) else None)
    elif kind == "role" or (kind is None and _ROLE.fullmatch(cell)):
        found.role = cell if len(cell) <= 40 else None
    elif not found.organization and kind in {"body", None} and (kind or _is_body(cell)):
        _take_body(found, cell)
    elif kind is None:
        found.result = _result(cell) or found.result


def _running(line: str, day: dt.date | None, match: re.Match[str], crosses: bool) -> _Found | None:
    before = _WEEKDAY.sub("", line[: match.start()]).strip(" \t:-–,")
    after = _TIME.sub("", line[match.end() :])
    lead = re.match(r"^(?P<mark>Ö|NÖ|N|öffentlich|nicht\s*-?öffentlich)\s+(?=\S)", before) or re.match(
        r"^(?P<mark>Ö|NÖ|N)$", before
    )
    before = re.sub(r"^(?:(?:Ö|N|NÖ|TOP|öffentlich|nicht\s*-?öffentlich)\s+|\d{1,2}[.)]\s+)", "", before)
    before = re.sub(r"\s+(?:am|den|vom|Sitzung\s+am|Termin)$", "", before)
    found = _Found("", day)
    if _is_body(before):
        _take_body(found, before)
        number = _NUMBER.match(after)
        if number:
            found.number, after = number["number"], after[number.end() :]
        cross = _CROSS.match(after)
        if cross and crosses:  # the cross stands under "ö" or, one column further, under "nö"
            wide = len(cross["gap"]) - (0 if number else 1)
            found.public = (wide <= 1) if number or wide >= 1 else None
        rest = _CROSS.sub("", after)
    elif _is_body(after):
        text = after.strip(" \t:-–,")
        organization = re.split(
            r"\s{2,}|[☐☒]|\bTOP\b|(?<!für )(?<!der )\b(?:öffentlich|nicht\s*-?öffentlich)\b(?!e)|\s(?=(?:Ö|N|NÖ)\s|(?:Ö|N|NÖ)$)|\s(?=einstimmig|mehrheitl|zur Kenntnis)",
            text,
        )[0]
        rest = text.replace(organization, " ", 1)
        _take_body(found, organization)
        number = re.search(r"\bTOP\s*:?\s*(?P<number>(?:[ÖN]\s?)?\d{1,3}(?:\.\d+)*[a-z]?)\b", rest) or _NUMBER.match(
            rest
        )
        found.number = number["number"] if number else None
    else:
        return None
    if not found.organization:
        return None
    if lead and found.public is None:
        found.public = lead["mark"] in {"Ö", "öffentlich"}
    _rest(found, rest)
    return found


def _rest(found: _Found, rest: str) -> None:
    """What stands behind committee and day: publicity, role, result."""
    if found.public is None:
        ticked = [match["label"].strip().casefold() for match in _TICKED.finditer(rest)]
        if any(label.startswith(("öffentlich", "nicht")) and "öffentlich" in label for label in ticked):
            found.public = not any(label.startswith("nicht") for label in ticked)
        elif "☐" not in rest and not _options(rest):
            if re.search(r"(?i)\bnicht\s*-?öffentlich", rest) or re.search(r"(?:^|\s)(?:NÖ|nö|N)(?:\s|$)", rest):
                found.public = False
            elif re.search(r"(?i)\böffentlich(?!e)", rest) or re.search(r"(?:^|\s)[Öö](?:\s|$)", rest):
                found.public = True
    role = _ROLE.search(rest)
    result = _result(rest)
    if role and result and result.startswith(role[1]) and found.role is None and not _ROLE.search(rest, role.end()):
        # "Kenntnisnahme" alone: what the committee is asked for, unless another role stands before it
        result = None if result == role[1] else result
    if role and found.role is None and not (result and role[1] in result):
        found.role = role[1]
    found.result = result


def _more(found: _Found, line: str) -> None:
    """A line below a row: further boxes of the form, or a result that stands alone."""
    if _TICKED.search(line) or "☐" in line:
        for match in _TICKED.finditer(line):
            label = match["label"].strip()
            if "öffentlich" in label.casefold():
                found.public = not label.casefold().startswith("nicht")
            elif found.result is None and _OPTION.match(label):
                found.result = label
        return
    if found.result is None and not _options(line) and len(line) <= 80:
        answer = _RESULT.match(re.sub(r"^\W*(?:Ergebnis|Beschluss)\s*:\s*", "", line.strip()))
        found.result = answer[0].strip() if answer else None


def _options(text: str) -> bool:
    """True for a list of possible results, none of them ticked."""
    return len({word.casefold() for word in _OPTION.findall(text)}) >= 3


def _result(text: str) -> str | None:
    """The result in a text as printed; of boxes the ticked one."""
    ticked = [match["label"].strip() for match in _TICKED.finditer(text)]
    chosen = next((label for label in ticked if _OPTION.match(label)), None)
    if chosen or "☐" in text or _options(text):
        return chosen
    match = _RESULT.search(text.strip())
    return match[0].strip(" ,") if match else None


def _is_body(text: str) -> bool:
    """True for words that name a committee."""
    return bool(_BODY.search(_NOT_BODY.sub(" ", text))) and len(text) <= 200 and not _SENTENCES.search(text)


def _take_body(found: _Found, text: str) -> None:
    """Set the committee; a role printed with it ("Stadtrat (Entscheidung)") is taken out of the name."""
    role = re.search(r"\(\s*(" + _ROLE.pattern + r")[^)]*\)", text) or re.search(
        r"\s[-–,]?\s*(" + _ROLE.pattern + r")\b.*$", text
    )
    name = text
    if role:
        found.role = role[2]
        result = _result(text[role.end() :]) if text[role.start()] != "(" else None
        found.result = result
        name = text[: role.start()] + (text[role.end() :] if "(" in role[0][:2] else "")
    said = re.search(r"\s*\(?\b(nicht\s*-?öffentlich|öffentlich|nö|ö)\)?\s*$", name)
    if said:
        found.public = said[1].startswith("ö")
        name = name[: said.start()]
    name = " ".join(name.split()).strip(" ():-–|,")
    found.organization = name if 2 <= len(name) <= 120 else ""
