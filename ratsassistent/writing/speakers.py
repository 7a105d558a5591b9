"""Whose words a part of a paper is, and the labels under which they are shown.

What enters: papers with their parts. What leaves: labels, and who asks for something. What it does not know: sentences, briefings.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ratsassistent.oparl import Citation, Paper, PartKind
from ratsassistent.writing.figures import COSTS, cite
from ratsassistent.writing.select import spans

SUMMARY = "Kurzfassung der Vorlage"
MOTION = "Antrag"
ANSWER = "Stellungnahme der Verwaltung"
MAIN = "Das Wichtigste"
DEADLINES = "Fristen"
REASON = "Begründung"
LABELS = (SUMMARY, MOTION, ANSWER, MAIN, COSTS, DEADLINES, REASON)  # in the order they are shown

BODY: tuple[PartKind, ...] = ("statement", "summary", "costs", "reason", "text", "motion", "annex")

WHY = re.compile(
    r"\b(?:weil|da|aufgrund|wegen|denn|begründ\w+|infolge|angesichts|mangels|hintergrund|ursache|grund|gründen)\b",
    re.IGNORECASE,
)
VERDICT = re.compile(
    r"\bempf(?:iehlt|ehlen|ohlen)\b|\blehnt\b.{0,60}\bab\b|\babgelehnt\b|\babzulehnen\b|\berledigt\b|\b(?:nicht|weiter)\s?(?:weiter)?(?:zu)?verfolg\w+"
    r"|\bnicht weiter zu verfolgen\b|\bstimmt\b.{0,60}\bzu\b|\bzuzustimmen\b|\bannehmen\b|\bangenommen\b|\banzunehmen\b|\bsagt\b.{0,160}\bzu\b|\bbefürwortet\b"
    r"|\bnicht (?:möglich|erforderlich|zulässig|umsetzbar)\b",
    re.IGNORECASE,
)
_APPLICANT = re.compile(
    r"(?:Antragsteller\w*:?\s*)?.{0,50}(?:[Ff]raktion|Wählergruppe|Ortschaftsrat|Stadtr[aä]t\w*|Ratsgruppe|Gruppe)\b.{0,40}"
)


@dataclass(frozen=True, slots=True)
class Applicant:
    """Who asks for something, as the head of a motion says it."""

    text: str
    start: int
    citation: tuple[Citation, ...]


def applicants(papers: Sequence[Paper]) -> Iterator[Applicant]:
    """Who asks: of each motion the line of its head that names a Fraktion or members."""
    for paper in papers:
        if not any(part.kind == "motion" for part in paper.parts):
            continue
        for part in spans(paper, ["title"])[:1]:
            position = part.start
            for line in paper.text.text[part.start : part.end].split("\n"):
                stripped = line.strip()
                if (
                    _APPLICANT.fullmatch(stripped)
                    and len(stripped.split()) <= 8
                    and not re.search(r"[\d@]|www", stripped)
                ):
                    yield Applicant(stripped, position, cite(paper.text, position, position + len(line)))
                    break
                position += len(line) + 1
