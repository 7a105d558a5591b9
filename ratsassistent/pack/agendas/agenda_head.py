"""What stands above an agenda: whose meeting it is, and when; and the lines that part and end an agenda.

What enters: text of the first pages. What leaves: a Head, and yes or no for a line.
What it does not know: agenda items.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass

from ratsassistent.oparl import Public

MONTHS = {
    "januar": 1,
    "jänner": 1,
    "februar": 2,
    "feber": 2,
    "märz": 3,
    "april": 4,
    "mai": 5,
    "juni": 6,
    "juli": 7,
    "august": 8,
    "september": 9,
    "oktober": 10,
    "november": 11,
    "dezember": 12,
}
DATE = re.compile(
    r"\b(?P<day>\d{1,2})\.\s*(?:(?P<month>\d{1,2})\.\s*|(?P<name>" + "|".join(MONTHS) + r")\s+)(?P<year>\d{4})\b",
    re.IGNORECASE,
)
_TIME = re.compile(r"(?P<hour>\d{1,2})(?:[:.](?P<minute>\d{2}))?\s*Uhr")
_WEEKDAY = re.compile(r"(?:Mon|Diens|Donners|Frei|Sams|Sonn)tag|Mittwoch|Sonnabend|\b(?:Mo|Di|Mi|Do|Fr|Sa|So)\b\.?")
_BODY = (
    r"(?:[A-ZÄÖÜ][\wäöüß-]*(?:ausschuss|ausschuß|rat|beirat|kreistag|bezirkstag|versammlung|vertretung|kommission|senat|bürgerschaft)"
    r"|Kreistag|Bezirkstag|Ausschuss|Ausschuß|Rat|Senat|Magistrat|Bürgerschaft|Kommission|Plenum|Vollversammlung|Arbeitskreis)"
)
_BODY_LINE = re.compile(
    rf"^(?:(?:(?:[A-ZÄÖÜ][\w-]*-?,?|und|für|des|der)\s+){{0,5}}){_BODY}"
    r"(?:\s+(?:für|der|des|und|zur|von|am|im|in|[A-ZÄÖÜ][\w,.-]*|[a-zäöü]{3,}en?\b|-))*(?:\s+\d{1,2})?$"
)
_GENITIVE_BODY = re.compile(
    r"[Ss]itzung(?:en)?\s+(?:de[rs]|vom)\s+"
    r"(?P<body>(?:(?:[A-ZÄÖÜ][\w-]*,?|und)\s+){0,4}?[A-ZÄÖÜ][\wäöüß-]*"
    r"(?:ausschusses|ausschußes|rates|rats|tages|tags|beirats|beirates|versammlung|vertretung|kommission|senats|bürgerschaft)"
    r"(?:\s+(?:für|der|des|und|zur|[A-ZÄÖÜ][\wäöüß,-]*))*|(?:(?:[A-ZÄÖÜ][\w-]*,?|und)\s+){0,3}?(?:Ausschusses|Rates|Rats|Magistrats)"
    r"(?:\s+(?:für|der|des|und|zur|[A-ZÄÖÜ][\wäöüß,-]*))*)"
)
_BREAKS_OFF = re.compile(r"(?:,|-|\b(?:für|und|der|des|zur))$")
_BEHIND_BODY = re.compile(
    r"\s+(?:(?:am|statt|findet|ein|zur Sitzung|um|Nr|im|in|Sehr|Liebe|Einladung|Tagesordnung|Termin|Datum|Ort|Beginn)\b"
    r"|(?:Mon|Diens|Donners|Frei|Sams|Sonn)tag|Mittwoch)"
)
# An office, not a body: what a letterhead names beside the council.
_OFFICE = re.compile(
    r"(?i)geschäftsstelle|\bbüro\b|ratsbüro|büro de[rs]|\w*amt\b|dezernat|fachbereich|abteilung|stabsstelle|sekretariat|sitzungsdienst|verwaltung\b|"
    r"schriftführ|mitglieder|fraktion|referat|dienst\b"
)
_CLOSING = re.compile(
    r"^(?:Mit (?:freundliche[nm]|bestem|besten|kollegiale)|(?:Freundliche|Beste|Viele) Grüße|Freundlicher? Gr[uü](?:ss|ß)|Hochachtungsvoll|Ich darf Sie|Wir bitten um|Ich bitte|Sie werden (?:hiermit|hierzu)|"
    r"Hinweise?\s*(?::|$|zu[rm]?\b)|Bankverbindung|Sprechzeiten|Öffnungszeiten|IBAN|BIC\b|USt|Ein(?:e)? (?:kleiner? )?(?:Imbiss|Umtrunk|Empfang)|Für (?:das leibliche Wohl|Rückfragen|Erfrischungen|einen Imbiss)|Im Anschluss (?:an|lade|findet|besteht)|Änderungen (?:und Ergänzungen )?(?:der Tagesordnung )?(?:sind )?vorbehalten|Ich (?:weise|lade|bitte|darf|freue|mache)|Wir (?:bitten|weisen|laden|freuen)|Bitte (?:beachten|teilen|bringen|geben|melden|wenden)|Rechtsmittelbelehrung|Verteiler\s*:?$|Namens des|Der (?:Gemeinderats|Stadtrats)präsident|Gemeinderatsschreiber|Hinweis für|Anlagen?\s*:?$|gez\.|Im Auftrag|In Vertretung|i\.\s?[AV]\.|"
    r"(?:Der|Die) (?:(?:Gemeinde|Stadt|Einwohner|Markt)rat|Gemeindevorstand|Gemeindekanzlei)\W*$|Aktenauflage\b|"
    r"(?:Der|Die) (?:Vorsitzende|Ratspräsident(?:in)?|Präsident(?:in)?|(?:[A-ZÄÖÜ][a-zäöü]+)?[Bb]ürgermeister(?:in)?|Ausschussvorsitzende|Landr[aä]t(?:in)?)\b|"
    r"(?:Ober)?[Bb]ürgermeister(?:in)?$|Vorsitzender?\b.{0,40}$|Falls Tagesordnungspunkte|Die Sitzungsunterlagen|Die Unterlagen|"
    r"(?!(?:Mon|Diens|Donners|Frei|Sams|Sonn)tag|Mittwoch|Sonnabend)[A-ZÄÖÜ][\w .-]{2,30},\s*(?:den\s+)?\d{1,2}\.\s*(?:\d{1,2}\.|[A-Z][a-zä]+)\s*\d{4}$)"
)


@dataclass(frozen=True, slots=True)
class Head:
    """What the head of an agenda says. `public` holds for all items until a line says otherwise."""

    organization: str | None
    name: str
    start: str | None
    public: Public


def closing(line: str) -> bool:
    """True where the letter around an agenda comes to its end: greeting, signature, notes."""
    return bool(_CLOSING.match(line.strip()))


def dates(text: str) -> list[tuple[dt.date, re.Match[str]]]:
    """The days written out in a text, with where they stand."""
    found = []
    for match in DATE.finditer(text):
        month = int(match["month"]) if match["month"] else MONTHS[match["name"].casefold()]
        try:
            found.append((dt.date(int(match["year"]), month, int(match["day"])), match))
        except ValueError:
            continue
    return found


def read_head(pages: Sequence[str], first: str) -> Head:
    """Read organization, day and publicity.

    :param pages: the text of the pages up to the agenda's first.
    :param first: of that one, what stands above the items.
    """
    text = "\n".join([*pages[:-1], first]).replace(" | ", ": ")  # cells of a head that is a table
    organization = _organization(text)
    start = _start(text) or _start(pages[-1])
    day = dt.date.fromisoformat(start[:10]).strftime("%d.%m.%Y") if start else None
    ordinal = re.search(r"\b(\d{1,3}\.)\s*(?:\(\w+\)\s*)?(?:gemeinsame |öffentliche |ordentliche )*Sitzung\b", text)
    name = organization or "Sitzung"
    if ordinal:
        name = f"{ordinal[1]} Sitzung {name}" if organization else f"{ordinal[1]} Sitzung"
    return Head(organization, f"{name}, {day}" if day else name, start, _public(text))


def _public(text: str) -> Public:
    """Publicity of the whole meeting, where the head names one kind only."""
    flat = " ".join(text.split())
    closed = re.search(r"\bnicht\s*-?\s*öffentliche", flat, re.IGNORECASE)
    both = re.search(r"öffentlich\w*\s*(?:/|und)\s*nicht\s*-?\s*öffentlich", flat, re.IGNORECASE)
    opened = re.search(
        r"(?<!nicht)(?<!nicht )(?<!nicht-)\böffentliche[rn]?\s+(?:\w+\s+){0,2}Sitzung", flat, re.IGNORECASE
    )
    parts = {match[1] is None for match in re.finditer(r"(?i)\bi[mn] (nicht\s*-?\s*)?öffentlichen Teil", flat)}
    extends = re.search(r"(?i)(?:ergänz|erweiter|aufgenommen)\w*", flat)
    if len(parts) == 1 and extends and not opened and not both:  # "… wird im öffentlichen Teil um … erweitert"
        return parts.pop()
    if closed or both:
        return False if closed and not opened and not both else None
    return True if opened else None


def _start(text: str) -> str | None:
    """The day of the meeting, with its hour where that stands near: not the date of the letter."""
    best: tuple[int, dt.date, re.Match[str]] | None = None
    for day, match in dates(text):
        before = text[max(0, match.start() - 60) : match.start()]
        line = before.rsplit("\n", 1)[-1]
        after = text[match.end() : match.end() + 60]
        score = 0
        score += 4 if _WEEKDAY.search(before[-24:]) else 0
        score += (
            4
            if re.search(r"(?:Termin|Sitzungstag|Sitzungsdatum|Sitzungstermin|Tag der Sitzung)\W*\S*\W*$", before)
            else 0
        )
        score += 3 if re.search(r"[Ss]itzung[\w\s,.]*\b(?:am|vom)\W*(?:\w+\W+){0,2}$", before) else 0
        score += 3 if _TIME.search(after) else 0
        score += 1 if re.search(r"\bam\W*(?:\w+,?\W+){0,2}$", before) else 0
        score -= 4 if re.search(r"^[^\d:]{2,40},\s*(?:den\s*)?$", line) and not _WEEKDAY.search(line) else 0
        if re.search(r"(?:Datum|Stand|Druck|erstellt)\W*$", line):
            score -= 3
        if best is None or score > best[0]:
            best = (score, day, match)
    if best is None or best[0] < 0:
        return None
    _, day, match = best
    hour = _TIME.search(text[match.end() : match.end() + 80])
    if hour and int(hour["hour"]) < 24 and int(hour["minute"] or 0) < 60:
        return f"{day.isoformat()}T{int(hour['hour']):02}:{int(hour['minute'] or 0):02}"
    return day.isoformat()


def _organization(text: str) -> str | None:
    """The council or committee that meets: the sentence that says whose meeting it is decides between the lines.

    A letterhead often names an office of the council ("Geschäftsstelle Gemeinderat") or whom the letter goes to.
    """
    named = re.search(r"(?m)^\W*Gremium\s*:\s*(?P<body>\S.{2,100}?)\s*$", text)
    if named:
        return " ".join(named["body"].split())
    lines = [line for raw in text.split("\n") if (line := _body_line(raw))]
    meeting = _meeting_of(text)
    if meeting is None:
        return lines[0] if lines else None
    words = set(re.findall(r"\w{3,}", meeting.casefold()))
    # A line that says the same at greater length: "Rat der Stadt Musterfeld" beside "Sitzung des Rates"
    longer = (line for line in lines if words <= set(re.findall(r"\w{3,}", line.casefold())))
    return next(longer, meeting)


def _body_line(raw: str) -> str | None:
    """The name of a body where a line holds that and nothing else."""
    line = " ".join(raw.split()).strip(" :–-")
    line = re.sub(r"^(?:Sitzung|Ausschuss)\s*:\s*", "", line)
    line = re.sub(
        r"^(?:Einladung|Bekanntmachung|Kundmachung|Tagesordnung|Traktandenliste)\s*[:–-]?\s+(?!de[rs]\b|für\b|zu[rm]?\b)",
        "",
        line,
    )
    line = re.sub(r"^(?:Mitglieder|(?:An\s+)?(?:die|alle)\s+Mitglieder|An)\s+(?:de[rs]|den)\s.*$", "", line)
    line = re.sub(r",\s*(?:Sitzung\b|(?:Mon|Diens|Donners|Frei|Sams|Sonn)tag\b|Mittwoch\b|\d{1,2}\.).*$", "", line)
    if line.isupper() and len(line) > 3:
        line = " ".join(word.capitalize() if len(word) > 3 else word.lower() for word in line.split())
    if re.search(r"\bSitzung\b", line):
        return None
    fits = 3 <= len(line) <= 80 and _BODY_LINE.match(line) and not line.endswith("andrat")
    return line if fits and not _OFFICE.search(line) else None


def _meeting_of(text: str) -> str | None:
    """The body that a heading or sentence names as meeting ("zur Sitzung des Gemeinderats"), in the nominative."""
    lines = [" ".join(line.split()) for line in text.split("\n")]
    assembly = re.search(r"\bzur\s+(?:\w+\s+)?(?P<body>[A-ZÄÖÜ]\w*(?:versammlung|bürgerschaft))\b", text)
    if assembly:
        return assembly["body"]
    for index, line in enumerate(lines):
        below = iter(lines[index + 1 : index + 3])
        match = _GENITIVE_BODY.search(line) or _GENITIVE_BODY.search(f"{line} {next(below, '')}")
        if not match or match.start() > len(line):
            continue
        # A name may go on below; only then is the next line taken in, so that no "Sehr geehrte" gets into it.
        for later in below:
            at_end = match.end() == len(match.string)
            if not (at_end and (_BREAKS_OFF.search(match["body"]) or re.match(r"(?:und|für|zur)\s", later))):
                break
            match = _GENITIVE_BODY.search(f"{match.string} {later}") or match
        body = _BEHIND_BODY.split(match["body"])[0].strip(" ,")
        words = re.sub(r"([aA]ussch[uß]s?s|[rR]at|[tT]ag|[sS]enat|[mM]agistrat)e?s\b", r"\1", body)
        ending = "r" if "des" in match[0][: match.start("body") - match.start()].split() else ""
        words = re.sub(r"^([A-ZÄÖÜ]\w+e)n(?=\s[A-ZÄÖÜ])", rf"\1{ending}", words)  # "des Technischen Ausschusses"
        found = re.sub(r"\bund de[rs]\b", "und", words.removesuffix(" und")).strip(" ,")
        if found:
            return found
    return None
