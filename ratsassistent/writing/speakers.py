"""Whose words a part of a paper is, and the labels under which they are shown.

What enters: papers with their parts. What leaves: labels. What it does not know: sentences, briefings.
"""

from __future__ import annotations

from ratsassistent.oparl import PartKind
from ratsassistent.writing.figures import COSTS

SUMMARY = "Kurzfassung der Vorlage"
MOTION = "Antrag"
ANSWER = "Stellungnahme der Verwaltung"
MAIN = "Das Wichtigste"
DEADLINES = "Fristen"
REASON = "Begründung"
LABELS = (SUMMARY, MOTION, ANSWER, MAIN, COSTS, DEADLINES, REASON)  # in the order they are shown

BODY: tuple[PartKind, ...] = ("statement", "summary", "costs", "reason", "text", "motion", "annex")
