"""What an annex is called.

What enters: an annex, a stretch of a paper. What leaves: its label and title in one line.
What it does not know: what is in it beyond its head; other annexes.

The paper's own list of annexes goes before the head of the annex, that before the name of its file. A letterhead, an
imprint or a line of running text is no title.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from ratsassistent.oparl import Paper
from ratsassistent.writing.text.readable import finite

_HEAD_LINES = 24
_NAME_WORDS = 16
_TITLE_LINES, _LINE_WORDS = 4, 11
_LABELLED = re.compile(
    r"(?i)\b(?P<word>anlage|anhang|beilage)[\s_]*(?:nr\.?\s*)?(?P<label>\d{1,2}\s?[a-z]?|[A-H]|[IVX]{1,4})\b"
)
_LABEL_ONLY = re.compile(
    r"(?i)^\W*(?:anlagen?|anhang|beilage)\s*(?:nr\.?\s*)?(?:\d{0,2}\s?[a-z]?|[A-H]|[IVX]{1,4})?(?:\s+zu[mr]?\b.*)?\W*$"
)
_MEANS = re.compile(
    r"(?i)(?:gutachten|untersuchung|bericht|konzept|richtlinie|satzung|ordnung|vereinbarung|vertrag|übersicht|vergleich|liste|tabelle|kalkulation|berechnung|schätzung|präsentation"
    r"|plan\b|planung|bewertung|analyse|studie|monitor|synopse|gegenüberstellung|entwurf|protokoll|schreiben|stellungnahme|dokumentation|broschüre|auswertung|statistik|daten|prüfung|begründung"
    r"|nachweis|katalog|programm|leitlinien?|leitfaden|entgelte|gebühren|auswirkungen|auswahl|ausbau|finanzierung|zeitplan|lageplan|ansicht|karte)"
)
_NO_NAME = re.compile(
    r"(?i)^\W*$|@|^(?:abb|tab)(?:ildung|elle)?\b|https?:|www\.|\btel\b|telefon|fax|\b\d{5}\b|impressum|^inhalt|verzeichnis\b|^(?:stadt|gemeinde|landkreis|kreis|markt|amt|landeshauptstadt)\s+[\w-]+\W*$|^(?:an|von|für)\s+(?:den|die|das)\b"
    r"|auftraggeber|bearbeit|verfasser|erstellt|^seite\b|\btop\s*\d|^stand\b|^datum|^sehr geehrte|straße \d|weg \d|platz \d|allee \d|^\W*verhandlungsstand|^§|\.{4,}|^gedruckt|^-\s"
    r"|(?:amt|behörde|referat|fachbereich|dezernat|büro)\b(?!.*(?:gutachten|bericht|richtlinie|konzept))|gmbh|partner\b|ingenieur|^gutachten (?:nr|no)"
)
_GOES_ON = re.compile(
    r"(?i)(?:\b(?:für|von|der|die|das|des|und|zur|zum|zu|über|im|in|am|an|einer|eines|eine|bei|mit|auf)|[-–])$"
)
_OPENS_PROSE = re.compile(
    r"(?:Neben|Wie|Im|In|Mit|Bei|Nach|Um|Auf|Aus|Durch|Für|Diese?\w?|Die|Der|Das|Wir|Es|Ich|Hier|Seit|Zur|Zum)\b"
)
_GOES_ON_WITH = re.compile(r"(?:vom|bis)\s|(?:19|20)\d\d\b")


@dataclass(frozen=True, slots=True)
class Annex:
    """An annex: characters [start, end) of its paper's text."""

    paper: Paper
    start: int
    end: int
    heading: str | None
    file: str | None  # its file's name, where it has a file of its own
    drawn: bool = False
    single: bool = False  # the only one of its paper


def annex_name(annex: Annex) -> str:
    """The label and the title of an annex: from the paper's list of annexes, its own head, or its file's name."""
    lines = [" ".join(line.split()) for line in annex.paper.text.text[annex.start : annex.end].split("\n")]
    head = [line for line in lines if line][:_HEAD_LINES]
    label = _label(annex, head)
    title = _listed_title(annex, label) if label else None
    if title is None and not annex.drawn:
        title = _own_title(head)
        if title is None or not _MEANS.search(title):
            title = _file_title(annex) or title
    title = title or (annex.heading if annex.drawn else None) or _file_title(annex)
    if label is None and title is None:
        return f"Anlage zu „{_shortened(annex.paper.name)}“"
    return f"{label}: {title}" if label and title else label or title or "Anlage"


def _label(annex: Annex, head: Sequence[str]) -> str | None:
    """ "Anlage 2": from the heading of its part, its head, the name of its file, or the only one that the paper names."""
    stem = PurePosixPath(annex.file).stem.replace("_", " ").replace("-", " ") if annex.file else ""
    labels = [line for line in head if _LABEL_ONLY.match(line)]
    for text in (annex.heading or "", *labels[:1], stem):
        found = _LABELLED.search(text)
        if found:
            number = found["label"].replace(" ", "")
            return f"{found['word'].capitalize()} {number.lstrip('0') or number}"
    listed = {" ".join(m[1].split()) for m in re.finditer(r"(?m)^\W*(Anlage\s+\d{1,2})\s*[:–—-]\s*\S", _outside(annex))}
    return listed.pop() if annex.single and len(listed) == 1 else None


def _outside(annex: Annex) -> str:
    """What the paper itself says: the text before its first annex."""
    first = min((p.start for p in annex.paper.parts if p.kind in ("annex", "drawing")), default=annex.start)
    return annex.paper.text.text[: min(first, annex.start)]


def _listed_title(annex: Annex, label: str) -> str | None:
    """What the paper itself calls it: in its list of annexes, or beside the label in brackets."""
    number = re.escape(label.rsplit(maxsplit=1)[-1])
    word = rf"(?:Anlage|Anhang|Beilage)\s*(?:Nr\.?\s*)?{number}"
    patterns = (
        rf"(?m)^[^\w\n]*{word}\s*[:–—-]\s*(?P<title>\S.{{3,120}})$",
        rf"(?m)^Anlagen?\W*(?:/n)?\W*\n(?:.*\n){{0,8}}?\W*{number}[.)]\s+(?P<title>\S.{{3,120}})$",
        rf"\({word}[,:]\s+(?P<title>[^()]{{6,90}})\)",
    )
    found = (re.search(pattern, _outside(annex)) for pattern in patterns)
    return next((_shortened(match["title"].strip(" .;,")) for match in found if match), None)


def _own_title(head: Sequence[str]) -> str | None:
    """The lines of its head that name it best; of a letter what it is about."""
    letter = next((n for n, line in enumerate(head) if re.match(r"(?i)sehr geehrte|liebe\w?\s", line)), 0)
    if letter:
        about = head[letter - 1]
        return None if _NO_NAME.search(about) else f"Schreiben: {_shortened(about)}"
    best: tuple[float, str] | None = None
    for n, line in enumerate(head):
        if not _may_name(line) or (n and _runs_on(head[n - 1])):
            continue
        title = _whole_title(head, n)
        worth = (2.0 if _MEANS.search(title) else 0.0) + min(len(title.split()), 8) * 0.1 - n * 0.08
        worth -= 0.5 if _OPENS_PROSE.match(title) else 0.0
        if best is None or worth > best[0]:
            best = (worth, title)
    return _shortened(best[1]) if best and best[0] > 0 else None


def _runs_on(line: str) -> bool:
    """True for a line of running text that is not at its end: what stands below it is no title."""
    return len(line.split()) > _LINE_WORDS and line[-1] not in ".!?:"


def _whole_title(head: Sequence[str], at: int) -> str:
    """A title with the lines that it goes on in."""
    title = head[at]
    for line in head[at + 1 : at + _TITLE_LINES]:
        goes_on = bool(_GOES_ON.search(title) or line[0].islower() or _GOES_ON_WITH.match(line))
        goes_on = (
            goes_on
            or (len(title.split()) == 1 and len(line.split()) <= 3)
            or (title.isupper() and line.isupper() and len(line.split()) > 1)
        )
        if (
            not goes_on
            or _NO_NAME.search(line)
            or re.search(r" \| |•", line)
            or len(f"{title} {line}".split()) > _NAME_WORDS
        ):
            break
        title = f"{title} {line}"
    return title


def _may_name(line: str) -> bool:
    """Can a title begin with this line?"""
    words = len(line.split())
    if not 1 <= words <= _LINE_WORDS or re.search(r" \| |[•…]", line) or line[-1] in ".,;:" or finite(line):
        return False
    if (
        (words >= 7 and _OPENS_PROSE.match(line))
        or _NO_NAME.search(line)
        or _LABEL_ONLY.match(line)
        or sum(c.isalpha() for c in line) < 4
    ):
        return False
    return (line[0].isupper() or (line[0] in "„" and words > 1)) and line.count("„") == line.count("“")


def _file_title(annex: Annex) -> str | None:
    if not annex.file:
        return None
    words = re.sub(r"[_\s-]+", " ", re.sub(r"\d{4}-\d\d-\d\d|\d{6,}", " ", PurePosixPath(annex.file).stem))
    bare = re.sub(r"(?i)\b(?:anhang|anlage|beilage|endg|final|neu|v\d)\b", " ", _LABELLED.sub(" ", words))
    bare = " ".join(bare.split()).strip(" .")
    return _shortened(bare) if sum(c.isalpha() for c in bare) > 5 else None


def _shortened(text: str) -> str:
    words = " ".join(text.split()).split()
    title = " ".join(words[:_NAME_WORDS]) + (" …" if len(words) > _NAME_WORDS else "")
    return title.capitalize() if title.isupper() and len(words) == 1 else title
