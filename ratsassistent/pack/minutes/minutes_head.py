"""Is a file the minutes of a meeting, and of which one?

What enters: the pages of a file. What leaves: a MinutesHead, or None for anything that is no minutes: an agenda, a
Vorlage (also one whose Beratungsfolge prints results), an annex. What it does not know: what was decided.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ratsassistent.oparl import Page, Public
from ratsassistent.pack.agendas.agenda_head import dates, read_head
from ratsassistent.pack.agendas.agenda_public import section
from ratsassistent.pack.papers.heads import looks_like_paper

TITLE_LINES = (
    90  # filled lines from the top among which the word has to stand; some towns print it as a foot of the cover
)
_KIND = (
    r"(?:(?:Sitzungs|Ergebnis|Beschluss|Beschluß|Wort|Kurz|Verlaufs|Plenar|Gemeinderats|Stadtrats|Rats|Ausschuss|Verhandlungs)-?)?"
    r"(?:[Nn]iederschrift|[Pp]rotokoll(?:auszug)?|NIEDERSCHRIFT|PROTOKOLL)|Verhandlungsschrift|VERHANDLUNGSSCHRIFT|Verhandlungsprotokoll|"
    r"Beschlu(?:ss|ß)auszug|BESCHLUSSAUSZUG|N\s?i\s?e\s?d\s?e\s?r\s?s\s?c\s?h\s?r\s?i\s?f\s?t|P\s?r\s?o\s?t\s?o\s?k\s?o\s?l\s?l|"
    r"V\s?e\s?r\s?h\s?a\s?n\s?d\s?l\s?u\s?n\s?g\s?s\s?s\s?c\s?h\s?r\s?i\s?f\s?t|B\s?e\s?s\s?c\s?h\s?l\s?u\s?s\s?s\s?p\s?r\s?o\s?t\s?o\s?k\s?o\s?l\s?l"
)
_TITLE = re.compile(
    r"^\W{0,3}(?:(?:[Nn]icht)?[Öö]ffentliche[sr]?\s+|Vorläufige[sr]?\s+|ENTWURF\W+|Entwurf\W+|Genehmigte[sr]?\s+)?"
    rf"(?:(?P<extract>(?:Auszug|AUSZUG)\s+aus\s+(?:de[rm]|DE[RM])\s+)(?:\w+\s+)?)?(?P<kind>{_KIND})"
    r"(?P<tail>(?:\W*$|\W*(?:\(|über|zu[rm]?\b|de[rs]\b|von|vom|Nr|\d|öffentlich|[A-ZÄÖÜ–-]).{0,140}$))"
)
_NOT_A_TITLE = re.compile(
    r"(?i)genehmig|bestätig|anerkenn|beschlussfassung über|einwendung|einwände|vorlage|beschränkt|wird|wurde|liegt|ist\b|sind\b|verlesen|unterzeichn|erstellt|zur kenntnis|siehe|nächste"
)
_OTHER_KIND = re.compile(
    r"^\W{0,3}(?:Einladung|Bekanntmachung|Öffentliche Bekanntmachung|E\s?i\s?n\s?l\s?a\s?d\s?u\s?n\s?g|Tagesordnung|Antrag|Anfrage|\w*[Vv]orlage)\b(?!.*(?:ordnungsgemäß|erfolgte))"
)
_EVIDENCE = (
    r"anwesend|a\s?n\s?w\s?e\s?s\s?e\s?n\s?d\s?e|teilnehmer|teilnehmend|präsenz",
    r"entschuldigt|abwesend|es fehl(?:en|ten)",
    r"beginn\b|sitzungsbeginn|eröffnet|eröffnung",
    r"\bende\b|sitzungsende|schlie(?:ß|ss)t die sitzung|schluss der sitzung|sitzung geschlossen",
    r"schriftführ|protokollführ|protokollant|protokoll\s*:|zur beurkundung|verfasser(?:in)? des protokolls",
    r"vorsitz",
    r"abstimmungsergebnis|beschluss\s*:|beschlu(?:ss|ß)\b|einstimmig|ja-stimmen|mehrheitlich|stimmen\b",
    r"sitzung",
)
_MEETS = re.compile(
    r"[Ss]itzung\s+(?P<body>(?:[A-ZÄÖÜ][\w-]*,?\s+){0,2}?[A-ZÄÖÜ][\wäöüß-]*"
    r"(?:ausschuss|ausschuß|rat|beirat|tag|senat|versammlung|vertretung|kommission)(?:\s+(?:für|der|des|und|zur|[A-ZÄÖÜ][\w,-]*))*)\s*$"
)
_SPACED = re.compile(r"(?<=\d)\s+(?=\.)|(?<=\b\d)\s+(?=\d\s*\.)|(?<=\b[12]\d)\s+(?=\d\d\b)")
_WHEN = re.compile(
    r"(?i)(?:(?:Besprechung|Sitzung|Sitzungstag|Sitzungsdatum|Sitzungstermin|Tagung|Versammlung|Gemeindeversammlung)\s*(?:am|vom)?\s*:?|"
    r"(?:^|\n)\W*(?:Datum(?: der Sitzung)?|Termin|Tag(?: der Sitzung)?|Zeit|am|vom)\s*:?)\s*(?:\w+,?\s+(?:de[nm]\s+)?)?$"
)
_FIRST_ITEM = re.compile(
    r"(?m)^\W*(?:(?:Punkt|TOP|Tagesordnungspunkt|Traktandum)\s*\d|Beschlu(?:ss|ß)\s*:|Abstimmungsergebnis\s*:)"
)
_HOUR = re.compile(
    r"(?i)(?:beginn|von|um|ab|zeit|dauer)?\W{0,4}(?:der Sitzung)?\W{0,4}(?P<h>\d{1,2})[:.](?P<m>\d{2})\s*(?:Uhr|h\b|[–-])|(?P<h2>\d{1,2})\s+Uhr"
)


@dataclass(frozen=True, slots=True)
class MinutesHead:
    """What the head of minutes says. `kind` as printed ("Niederschrift"); `start` ISO date or date-time.

    `extract`: an Auszug, which holds one item and not the meeting.
    """

    kind: str
    organization: str | None
    name: str
    start: str | None
    public: Public
    extract: bool


def read_minutes_head(pages: Sequence[Page]) -> MinutesHead | None:
    """Read the head of minutes, or None where a file is none."""
    front = [page for page in pages[:3] if page.text.strip()]
    if not front:
        return None
    titled = _title(front[0].text) or (_title(front[1].text) if len(front) > 1 and _is_cover(front[0].text) else None)
    if titled is None:
        return None
    kind, extract, before, title = titled
    if _OTHER_KIND.search(before) or (looks_like_paper(front[0].text) and _paper_above(front[0].text, title)):
        return None
    body = "\n".join(page.text for page in pages[:12])
    evidence = sum(bool(re.search(pattern, body, re.IGNORECASE)) for pattern in _EVIDENCE)
    opens = before.count("\n") < 4 and "sitzung" in title.casefold()
    if evidence < (2 if extract or opens else 3):
        return None
    text = _SPACED.sub("", "\n".join(page.text for page in front[:2]))
    text = re.sub(r"(?m)^\s*Thema\s*:\s*", "", text)
    first = _SPACED.sub("", front[0].text)
    head = read_head([first], first)
    wider = read_head([text], text)
    organization = _meets(first) or head.organization or wider.organization
    above = _above_items(text)
    start = (above and (_start(above) or read_head([above], above).start)) or _start(text) or head.start or wider.start
    ordinal = re.search(r"\b\d{1,3}\.(?=\s*(?:\(?\w+\)?\s+){0,3}(?:\w+)?[Ss]itzung\b)", first)
    name = " ".join(
        filter(None, [ordinal and f"{ordinal[0]} Sitzung", organization or (None if ordinal else "Sitzung")])
    )
    if start:
        day = start[:10].split("-")
        name = f"{name}, {day[2]}.{day[1]}.{day[0]}"
    return MinutesHead(kind, organization, name, start, _public(first), extract)


def _title(text: str) -> tuple[str, bool, str, str] | None:
    """The kind that a page's title names, whether it is an extract, what stands above, and the line."""
    lines = [line for line in text.split("\n") if line.strip()][:TITLE_LINES]
    for index, line in enumerate(lines):
        stripped = " ".join(line.split())
        match = _TITLE.match(stripped) if len(stripped) <= 200 else None
        if match and not _NOT_A_TITLE.search(match["tail"]):
            kind = match["kind"]
            folded = re.sub(r"\s+", "", kind) if re.search(r"\b\w\s\w\s\w", kind) else kind
            folded = folded.capitalize() if folded.isupper() else folded
            extract = bool(match["extract"]) or "auszug" in folded.casefold()
            return folded, extract, "\n".join(lines[:index]), stripped
    return None


def _is_cover(text: str) -> bool:
    """True for a page with hardly any text before the first page."""
    return len(text.split()) < 60


def _paper_above(text: str, title: str) -> bool:
    """True where the head of a Vorlage stands above the line that speaks of minutes."""
    above = " ".join(text.split()).partition(title)[0]
    return bool(re.search(r"(?i)vorlage|drucksache|beschlussvorschlag|beratungsfolge", above))


def _meets(text: str) -> str | None:
    """The body in "7. Sitzung Hauptausschuss": named in the nominative, to which no other reader of heads looks."""
    for line in [line for line in text.split("\n") if line.strip()][:40]:
        found = _MEETS.search(" ".join(line.split())) if len(line) <= 200 else None
        if found:
            return found["body"].strip()
    return None


def _above_items(text: str) -> str:
    """What stands above the first item; below it other meetings are named ("nach Vorberatung im Bauausschuss am …")."""
    found = _FIRST_ITEM.search(text)
    return text[: found.start()] if found and len(text[: found.start()].split()) >= 6 else ""


def _start(text: str) -> str | None:
    """The day of the meeting behind the words that name it, with its hour."""
    for day, match in dates(text):
        if _WHEN.search(text[max(0, match.start() - 70) : match.start()]):
            hour = _HOUR.search(text[match.end() : match.end() + 90])
            if hour:
                value, minute = int(hour["h"] or hour["h2"]), int(hour["m"] or 0)
                if value < 24 and minute < 60:
                    return f"{day.isoformat()}T{value:02}:{minute:02}"
            return day.isoformat()
    return None


def _public(text: str) -> Public:
    """Publicity of the whole, where the head names one kind only."""
    for line in text.split("\n")[:40]:
        mark = section(line)
        if mark is not None:
            return mark
    flat = " ".join(text.split())[:1500]
    closed = re.search(r"(?i)\bnicht\s*-?\s*öffentliche[rns]?\b", flat)
    opened = re.search(
        r"(?i)(?<!nicht)(?<!nicht )(?<!nicht-)(?<!nicht - )\böffentliche[rns]?\s+(?:\w+\s+){0,2}(?:Sitzung|Teil|Niederschrift)",
        flat,
    )
    if closed and not opened:
        return False
    return True if opened and not closed else None
