"""Annexes that a paper mentions and the pack does not hold.

What enters: the papers of an agenda item. What leaves: MissingAttachments, only where that is sure enough.
What it does not know: other items, other meetings.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ratsassistent.oparl import MissingAttachment, Paper, Part

_MENTION = re.compile(
    r"\b(?:Anlagen?|Anhang)\s+(?:Nr\.?\s*)?(?P<first>\d{1,2})(?!\s*\.\s*\d|\d|[.)]?\s*(?:zu[rm]?|de[rs]|AVV|BauNVO|UVPG|BImSch|SGB)\b)"
    r"(?:\s*(?P<join>bis|und|,|–|-)\s*(?:Anlage\s*)?(?P<last>\d{1,2})\b(?!\.\d))?"
)
_LABEL = re.compile(
    r"(?:^[^\w\n]*|\b)(?:Anlage|Anhang)\s*(?:Nr\.?\s*)?(?P<first>\d{1,2})(?:\s*[a-z]\b)?(?:\s*bis\s*(?:Anlage\s*)?(?P<last>\d{1,2}))?"
)


def missing_attachments(papers: Sequence[Paper]) -> tuple[MissingAttachment, ...]:
    """The numbered annexes that papers mention, without those that are there.

    A paper without any pages says nothing. Where some annex carries no number, the missing one may be it, and nothing is
    said either.
    """
    missing: dict[str, MissingAttachment] = {}
    for paper in papers:
        annexes = [part for part in paper.parts if part.kind == "annex"]
        held = _labels(paper, annexes)
        unlabelled = len(paper.files) - 1 if not annexes else sum(not _labels(paper, [part]) for part in annexes)
        if unlabelled > 0:
            continue
        for part in paper.parts:
            if part.kind in {"annex", "form", "title"}:
                continue
            for match in _MENTION.finditer(paper.text.text, part.start, part.end):
                for number in _numbers(match["first"], match["last"], match["join"]):
                    name = f"Anlage {number}"
                    if number not in held and name not in missing:
                        missing[name] = MissingAttachment(
                            name=name, citation=paper.text.cite(match.start(), match.end(), " ".join(match[0].split()))
                        )
    return tuple(missing.values())


def _labels(paper: Paper, annexes: Sequence[Part]) -> set[int]:
    """The numbers that annexes carry at their head or foot, or in the name of their file."""
    found: set[int] = set()
    for part in annexes:
        for match in _LABEL.finditer(part.heading or ""):
            found.update(_numbers(match["first"], match["last"], "bis"))
        for match in _LABEL.finditer(paper.text.text, part.start, part.end):
            found.update(_numbers(match["first"], match["last"], "bis"))
        for match in _LABEL.finditer(paper.text.at(part.start).file.replace("_", " ").replace("-", " ")):
            found.update(_numbers(match["first"], match["last"], "bis"))
    return found


def _numbers(first: str, last: str | None, join: str | None) -> list[int]:
    if not last:
        return [int(first)]
    if join in {"bis", "–", "-"}:
        return list(range(int(first), min(int(last), int(first) + 20) + 1))
    return [int(first), int(last)]
