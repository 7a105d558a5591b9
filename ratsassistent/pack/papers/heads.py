"""What the top of a page tells: does a paper begin here, of which kind, with which number.

What enters: the text of one page. What leaves: a PageHead. What it does not know: agendas, other pages.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from ratsassistent.pack.papers.references import cued_references, references, shaped_references
from ratsassistent.pack.papers.running import COUNTED

Role = Literal["main", "statement", "annex"]

_KIND = re.compile(
    r"^\W*(?P<kind>(?:(?:[Nn]icht)?[Öö]ffentliche\s+)?(?:"
    r"(?:Beschluss|Sitzungs|Informations|Mitteilungs|Berichts|Beratungs|Verwaltungs|Tisch|Eil|Dringlichkeits|Kenntnisnahme|"
    r"Ergänzungs|Unterrichtungs|Gemeinderats|Stadtrats|Rats|Ausschuss|Grundsatz|Finanz|Bau|Änderungs)?[Vv]orlage"
    r"|Beschlussvorschlag\s+der\s+Verwaltung|(?:Rats)?[Dd]rucksache|Mitteilung(?:svorlage)?|Bekanntgabe|Unterrichtung|Bericht(?:svorlage)?"
    r"|(?:(?:Interfraktionelle|Gemeinsame|Fraktionsübergreifende|Dringliche)r\s+)?"
    r"(?:(?:Änderungs|Ergänzungs|Dringlichkeits|Fraktions|Rats|Prüf|Eil|Sach|Haushalts|Bürger|Stadtrats|Gemeinderats)(?:-\s*)?"
    r"(?:/\s*(?:Ergänzungs|Änderungs))?-?)?[Aa]ntrag"
    r"|(?:Große|Kleine|Mündliche|Schriftliche|Bürger|Rats|Einwohner|Interfraktionelle)?[ -]?[Aa]nfrage"
    r"|Stellungnahme(?:\s+der\s+Verwaltung)?(?:\s+zu[mr]\s+[\wÄÖÜäöü/-]+)?|Antwort(?:\s+der\s+Verwaltung)?(?:\s+zu[mr]\s+\w+)?"
    r"|Beantwortung(?:\s+(?:der|einer)\s+\w*[Aa]nfrage)?"
    r"))\b(?P<tail>.*)$"
)
_CAPITALS = re.compile(r"\b[A-ZÄÖÜ-]*(?:ANTRAG|ANFRAGE|VORLAGE|STELLUNGNAHME|ANTWORT)\b")  # a kind in capitals
_STATEMENT = re.compile(r"^\W*(?:Stellungnahme|Antwort|Beantwortung)\b", re.IGNORECASE)
_ANNEX = re.compile(
    r"^\W*(?:Anlagen?|Anhang|Beilage)\s*(?:Nr\.?\s*)?(?P<label>\d{1,2}\s*[a-z]?|[A-Z]|[IVX]{1,4})?(?!\w|\.\d)(?P<tail>.{0,60})$"
)
_FORM_CUE = re.compile(
    r"^\W*(?:Beratungsfolge|Gremienweg|Beratungsweg|Gremium\b|Vorlagen?[- ]?(?:Nr|Nummer)|Vorlage\s*:|Drucksachen?[- ]?(?:Nr|Nummer)|"
    r"Betreff|Eingang\s*:|Verantwortlich\s*:|Dienststelle|Federführ|Verfasser|Aktenzeichen|Az\.?\s*:|Dezernat\b|Fachbereich\b|"
    r"Einreicher|Antragsteller|Status\s*:|Beschlussvorschlag|Organisationseinheit|Bearbeiter|Sachbearbeit|Amt\s*:|Geschäftszeichen)",
    re.IGNORECASE,
)
_RUNNING = re.compile(
    r"^\s*(?:(?P<dash>[–—-]\s*(?P<a>\d{1,3})\s*[–—-])|(?:Seite|S\.)\s*(?P<b>\d{1,3})(?:\s*(?:von|/)\s*(?P<total>\d{1,3}))?"
    r"(?P<tail>\b.{0,70})?|(?P<c>\d{1,3})\s*(?:von|/)\s*(?P<total2>\d{1,3})|(?P<bare>\d{1,3}))\s*$"
)
_TOP = re.compile(r"\bTOP[:\s]*((?:[ÖN]\s?)?\d{1,3}(?:\.\d{1,3})*[a-z]?)\b")
_BELONGS_TO = re.compile(r"^\W*(?:Anlage|Anhang|Beilage|Stellungnahme|Antwort)\b.{0,30}\bzu[rm]?\s")
_MINUTES = re.compile(
    r"\b(?:Niederschrift|Protokoll|Sitzungsprotokoll|Verhandlungsschrift|Ergebnisprotokoll|Beschlussprotokoll)\b"
)
_CLOSED_WORD = (
    r"(?:vertraulich(?:e[rs]?)?|nicht\s?-?\s?öffentlich(?:e[rs]?)?|nur für den dienstgebrauch|verschlusssache)"
)
_CLOSED_LINE = re.compile(
    rf"(?i)^[^\w☐□]*(?:(?:(?:öffentlichkeits|vorlagen)?status|sitzungsart|öffentlichkeit|behandlung|einstufung|beratung)\s*:?\s*)?"
    rf"(?:streng\s+)?{_CLOSED_WORD}(?:\s+(?:sitzung|teil|behandeln|zu behandeln|\w*(?:vorlage|anlage|unterlagen?|drucksache|mitteilung|anfrage|antrag|bericht)))?"
    r"(?:\s*[-–/,:]?\s*nur für (?:die )?\w*mitglieder)?[^\w☒☐]*(?:Nr\W*)?(?:\d{1,2})?[^\w☒☐]*$"
)
_OPEN_LINE = re.compile(r"(?i)^\W*(?:(?:öffentlichkeits|vorlagen)?status\s*:?\s*)?öffentlich\W*$")
_CLOSED_TICK = re.compile(r"(?i)[☒☑✓✗]\s*nicht\s?-?\s?öffentlich")
_OPEN_TICK = re.compile(r"(?i)[☒☑✓✗]\s*öffentlich")
_WAY = re.compile(r"(?i)^\W*(?:beratungsfolge|gremienweg|beratungsweg|gremium|sitzungsfolge)\b")
HEAD_LINES = 30
CLOSED_LINES = 14  # of a document's first page on which it may say that it is not public


@dataclass(frozen=True, slots=True)
class PageHead:
    """What the top of a page (and its running number) tells.

    `strong`: a paper or a document of one surely begins here. `running`: the number printed on the page; `sure` where it
    is set as page numbers are; `total` how many pages it says there are. `key`: the head without blanks and punctuation, to look for titles in.
    """

    kind: str | None
    role: Role | None
    strong: bool
    references: tuple[str, ...]
    running: int | None
    sure: bool
    total: int | None
    label: str | None
    key: str
    tops: tuple[str, ...]


def squeezed(text: str) -> str:
    """Letters and digits only, case and form folded: white space is not reliable in a PDF."""
    return re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", text).casefold())


def read_page_head(text: str) -> PageHead:
    """Read the head of a page."""
    lines = [line for line in text.split("\n") if line.strip()]
    number, sure, at, total = _running(lines)
    running_line = lines[at] if at is not None else ""
    if at == 0:
        lines = lines[1:]
    kind, role = _kind(lines)
    top = lines[:HEAD_LINES]
    cues = sum(bool(_FORM_CUE.match(line)) for line in top)
    head = "\n".join(top)
    found = _numbers(lines, running_line)
    continues = sure and number is not None and number > 1
    label = None
    if not kind:
        label = _annex_label(lines) or _annex_in_running(running_line)
        role = "annex" if label is not None else None
    strong = not continues and (
        (kind is not None and (cues >= 1 or bool(found)))
        or (cues >= 3 and bool(found))
        or (number == 1 and sure and cues >= 2)
    )
    return PageHead(
        kind=kind,
        role=role or ("main" if strong else None),
        strong=strong,
        references=tuple(found),
        running=number,
        sure=sure,
        total=total,
        label=label,
        key=squeezed(head),
        tops=tuple(_TOP.findall("\n".join([*lines[:12], *lines[-6:]]))),
    )


def looks_like_paper(text: str) -> bool:
    """True where a page is the first one of a paper."""
    head = read_page_head(text)
    return head.strong and head.kind is not None


def is_confidential(text: str) -> bool:
    """True where a document's first page says of the document that it is not public ("vertraulich", "Nichtöffentliche Vorlage").

    A line of a Beratungsfolge says that of one meeting only; an unticked or undecided box says nothing.
    """
    lines = [line for line in text.split("\n") if line.strip()][:CLOSED_LINES]
    above = lines[: next((n for n, line in enumerate(lines) if n and _WAY.match(line)), len(lines))]
    closed = any(len(line) < 90 and (_CLOSED_LINE.match(line) or _CLOSED_TICK.search(line)) for line in above)
    return closed and not any(_OPEN_LINE.match(line) or _OPEN_TICK.search(line) for line in above)


def is_minutes(text: str) -> bool:
    """True where a page is the first one of minutes."""
    lines = [line for line in text.split("\n") if line.strip()]
    near = any(_MINUTES.search(line) and len(line) <= 100 for line in lines[:60])
    return near and bool(re.search(r"(?i)anwesend|teilnehm|beginn der sitzung|sitzungsbeginn|entschuldigt", text))


def is_running_line(line: str) -> bool:
    """True for a line that only counts pages (“– 2 –”, “Seite 2 von 8 aus Vorlage: …”), not for a bare number."""
    match = _RUNNING.match(line)
    return bool(COUNTED.match(line.strip())) or (match is not None and match["bare"] is None)


def _running(lines: list[str]) -> tuple[int | None, bool, int | None, int | None]:
    """The page number printed in the first or last lines: number, whether it surely is one, which line, of how many."""
    if not lines:
        return None, False, None, None
    weak: tuple[int | None, bool, int | None, int | None] = (None, False, None, None)
    for at in dict.fromkeys((0, len(lines) - 1, 1 if len(lines) > 1 else 0)):
        counted = COUNTED.match(lines[at].strip())
        if counted:
            return int(counted["number"]), True, at, int(counted["total"])
        match = _RUNNING.match(lines[at])
        if not match or (match["tail"] and len(match["tail"].split()) > 6):
            continue
        value = int(match["a"] or match["b"] or match["c"] or match["bare"])
        total = match["total"] or match["total2"]
        if match["bare"] is None:
            return value, True, at, int(total) if total else None
        if weak[0] is None and at != 1:
            weak = (value, False, at, None)
    return weak


def _kind(lines: list[str]) -> tuple[str | None, Role | None]:
    """The kind of paper that the first lines name."""
    for line in lines[:10]:
        match = _KIND.match(line) or _KIND.match(_CAPITALS.sub(lambda found: found[0].capitalize(), line))
        if not match:
            continue
        tail = match["tail"].strip()
        if match["kind"] in {"Vorlage", "Drucksache"} and re.match(r"\s*(?::|[- ]?Nr)", match["tail"]):
            continue  # the number's own line
        if len(tail.split()) > 7 or (tail.endswith((".", ",")) and not references(tail)):
            continue
        if tail[:1].islower() and not re.match(r"(?:der|des|zu[rm]?|von|vom|gem|nach|für|an|in|auf)\b", tail):
            continue
        kind = " ".join(match["kind"].split()).strip(" .:")
        return kind, "statement" if _STATEMENT.match(kind) else "main"
    return None, None


def _numbers(lines: list[str], running_line: str) -> list[str]:
    """The Vorlage numbers of a page: behind their word, in the running line, or in "Anlage 1 zu BV 2027/003"."""
    found = cued_references("\n".join(lines[:18])) or cued_references(running_line)
    if not found and COUNTED.match(running_line.strip()):
        found = shaped_references(running_line)
    belongs = next((line for line in lines[:6] if _BELONGS_TO.match(line)), None)
    return found or (shaped_references(belongs) if belongs else [])


def _annex_in_running(line: str) -> str | None:
    """The label that a page's running line gives: "Gutachten · Anlage 2 zu BV 2027/003 Seite 1 von 10"."""
    match = re.search(r"\b(?:Anlage|Anhang)\s*(?:Nr\.?\s*)?(\d{1,2}[a-z]?)\b", line)
    return match[1] if match and COUNTED.match(line.strip()) else None


def _annex_label(lines: list[str]) -> str | None:
    """The label of an annex ("1", "2a", or "" for one without number) where the page's head or foot carries one.

    In the middle of the page (a text box is read at any place) it has to be followed by the line that names the meeting.
    """
    boxed = [line for line, after in pairwise(lines) if _TOP.search(after) and len(after) < 60]
    for line in [*lines[:6], *lines[-4:], *boxed]:
        match = _ANNEX.match(line)
        if match and not re.match(r"\s*(?:der|des|zu[rm]?\s+§|siehe|ist|sind|wird|werden)\b", match["tail"]):
            if match["label"] is None and match["tail"].strip(" :/n"):
                continue
            return (match["label"] or "").replace(" ", "").casefold()
    return None
