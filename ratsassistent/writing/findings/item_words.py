"""The papers of an agenda item as sentences that know who says them, and as one text to look for an answer in.

What enters: an AgendaItem. What leaves: ItemWords. What it does not know: questions, briefings, which sentence matters.

Whose words a sentence is counts: what a motion leaves open is not left open by the administration, and the other way
round. Annexes and forms are looked through for answers, but nobody is asked about a sentence of theirs.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

from ratsassistent.oparl import AgendaItem, Citation, Consultation, FormValue, Paper, PartKind
from ratsassistent.writing.extracts.figures import cite
from ratsassistent.writing.extracts.sections import sections
from ratsassistent.writing.extracts.select import spans, speakers_of
from ratsassistent.writing.extracts.wording import main_first, resolution_of, without_boxes
from ratsassistent.writing.text.readable import without_bullet
from ratsassistent.writing.text.sentences import clean, sentences
from ratsassistent.writing.text.terms import overlap, terms

Speaker = Literal["motion", "paper"]

_OWN: tuple[PartKind, ...] = ("resolution", "summary", "reason", "costs", "statement", "motion", "text")
_LOOKED_THROUGH: tuple[PartKind, ...] = (*_OWN, "annex")
_MINUTES = re.compile(r"(?i)niederschrift|protokoll")
_MOTION = re.compile(r"(?i)^(?!.*(?:vorlage|beschluss|stellungnahme|antwort))\W*\S*antrag\b")
_QUESTION = re.compile(r"(?i)anfrage")
_TOLD = re.compile(r"(?i)mitteilung|information|bericht|bekanntgabe|unterrichtung|kenntnisnahme").search
_PROPOSES = re.compile(r"(?i)vorlage|drucksache|beschluss").search
_NOTED = re.compile(r"(?i)zur kenntnis|kenntnis genommen|nimmt .{0,200}kenntnis")
_DECIDED = re.compile(
    r"(?i)\bbeschlie(?:ß|ss)\w*|\bstimmt\b.{0,200}\bzu\b|zugestimmt|\bbeauftrag\w*|\bermächtig\w*|\bgenehmig\w*|\bbewillig\w*|\bgewähr\w*|\bvergeb\w*|\bempfiehlt (?:dem|der)\b"
)
_RUNNING = re.compile(r"[^\n.]{0,60}\bSeite[ \t]+\d{1,3}\s+(?=[A-ZÄÖÜ])")
_APART = re.compile(r"(?<=\w)[ \t]*\n[ \t]*\n\s*(?=(?:Der|Die|Das|Dem|Den|Es|Im|Für|Zur|Zum|Mit|Nach|Aus|Bei)\s)")


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence of an item's papers: characters [start, end) of its paper's text, `text` as it is shown.

    `aside`: it is said of something that is not proposed (another site, another variant). `question`: it answers that.
    """

    text: str
    speaker: Speaker
    kind: PartKind
    paper: int
    start: int
    end: int
    aside: bool = False
    question: str | None = None


class ItemWords:
    """What the papers of an item say, without minutes of the same sitting and without what nobody ticked."""

    def __init__(self, item: AgendaItem) -> None:
        """Read the item's papers; one with nothing but papers without pages has none."""
        self.item = item
        kept = [p for p in item.papers if p.text.text.strip() and not _MINUTES.search(p.paperType or "")]
        self.papers: tuple[Paper, ...] = tuple(without_boxes(paper) for paper in main_first(kept))
        self.forms: tuple[FormValue, ...] = tuple(value for paper in self.papers for value in paper.form)

    @cached_property
    def said(self) -> tuple[Said, ...]:
        """The sentences of the papers themselves, in order; annexes are not read."""
        found = list(_sentences(self.papers, f"{self.item.name} {self.resolution}"))
        demands = [terms(said.text) for said in found if said.kind == "motion"]
        return tuple(replace(said, speaker="motion") if _repeats(said, demands) else said for said in found)

    @cached_property
    def resolution(self) -> str:
        """The wording that is proposed, as one line; of a motion, what it asks for."""
        wording = resolution_of(self.papers)
        return clean(wording.text) if wording else ""

    @cached_property
    def everything(self) -> str:
        """All words of papers, annexes and filled-in form fields, to look for an answer in."""
        pieces = [clean(p.part_text(part)) for p in self.papers for part in spans(p, _LOOKED_THROUGH)]
        return "\n".join([*pieces, *(f"{value.name}: {value.value}" for value in self.forms)])

    @cached_property
    def printed(self) -> str:
        """Everything that is printed, the labels of forms with it: what a form asks for can be seen there."""
        return "\n".join(clean(paper.text.text) for paper in self.papers)

    @cached_property
    def official(self) -> str:
        """The same without the words of a motion."""
        own = [
            clean(paper.part_text(part))  # rows of tables, too
            for paper in self.papers
            for kinds in [_kinds(paper)]
            for part in spans(paper, _LOOKED_THROUGH)
            if kinds.get(part.start, part.kind) != "motion"
        ]
        return "\n".join([*own, *(f"{value.name}: {value.value}" for value in self.forms)])

    @cached_property
    def printed_official(self) -> str:
        """Everything printed but the words of a motion."""
        own = [
            clean(paper.part_text(part))
            for paper in self.papers
            for kinds in [_kinds(paper)]
            for part in paper.parts
            if kinds.get(part.start, part.kind) != "motion"
        ]
        return "\n".join([*own, *(f"{value.name}: {value.value}" for value in self.forms)])

    @property
    def asks(self) -> bool:
        """True for an Anfrage: somebody wants to know something, nothing is decided."""
        if any(_QUESTION.search(paper.paperType or "") for paper in self.papers):
            return True
        demands = [said for said in self.said if said.kind == "motion"]
        return sum(said.text.endswith("?") for said in demands) * 2 > len(demands)

    @property
    def moves(self) -> bool:
        """True for a motion of members of the council."""
        return not self.asks and any(_is_motion(paper) for paper in self.papers)

    @property
    def answered(self) -> bool:
        """True where the administration says something about a motion."""
        return any(
            said.speaker == "paper" and said.kind in ("statement", "summary", "resolution") for said in self.said
        )

    @property
    def only_told(self) -> bool:
        """True where nothing is to be decided: a report, an answer, what is only taken note of."""
        if self.moves:
            return False
        if self.resolution:
            return bool(_NOTED.search(self.resolution)) and not _DECIDED.search(self.resolution)
        kinds = [paper.paperType or "" for paper in self.papers]
        return self.asks or any(map(_TOLD, kinds)) or not any(map(_PROPOSES, kinds))

    @property
    def consultations(self) -> tuple[Consultation, ...]:
        """The lines of the Beratungsfolge of all papers."""
        return tuple(c for paper in self.papers for c in paper.consultations)

    def cite(self, said: Said) -> tuple[Citation, ...]:
        """The pages that a sentence stands on, with its words."""
        found = cite(self.papers[said.paper].text, said.start, said.end)
        return tuple(c.model_copy(update={"quote": said.text}) for c in found)


def _repeats(said: Said, demands: Sequence[Counter[str]]) -> bool:
    """True for a sentence of an answer that only prints again what it answers."""
    if said.speaker == "motion":
        return False
    own = terms(said.text)
    return len(own) >= 3 and any(overlap(own, demand) > 0.85 and overlap(demand, own) > 0.6 for demand in demands)


def _is_motion(paper: Paper) -> bool:
    """True for a motion, also for one that has its wording under "Beschlussvorschlag"."""
    return any(p.kind == "motion" for p in paper.parts) or bool(_MOTION.search(paper.paperType or ""))


def _kinds(paper: Paper) -> dict[int, PartKind]:
    """By start: the parts that are a motion's, whatever they are headed; an answer ends it."""
    kinds = speakers_of(paper)
    if any(p.kind == "motion" for p in paper.parts) or not _is_motion(paper):
        return kinds
    titles = 0
    for part in sorted(paper.parts, key=lambda p: p.start):
        titles += part.kind == "title"
        if titles > 1 or part.kind in ("statement", "summary", "annex"):
            break
        if part.kind in ("resolution", "reason", "costs", "text"):
            kinds[part.start] = "motion"
    return kinds


def _sentences(papers: Sequence[Paper], proposed: str) -> Iterator[Said]:
    for number, paper in enumerate(papers):
        kinds = _kinds(paper)
        for part in spans(paper, _OWN):
            kind = kinds.get(part.start, part.kind)
            speaker: Speaker = "motion" if kind == "motion" else "paper"
            found = sentences(paper.text.text, part.start, part.end)
            for sentence, section in zip(found, sections(found, proposed), strict=True):
                if sentence.kind in ("heading", "row"):
                    continue
                start, end = _without_rows(paper, sentence.start, sentence.end)
                text = without_bullet(clean(paper.text.text[start:end]))
                if text:
                    aside = section is not None and section.state == "other"
                    question = section.heading if section and section.question else None
                    # a proposal of a motion is what it asks for
                    own: PartKind = "motion" if speaker == "motion" and part.kind == "resolution" else part.kind
                    yield Said(text, speaker, own, number, start, end, aside, question)


def _without_rows(paper: Paper, start: int, end: int) -> tuple[int, int]:
    """A sentence without the rows of a table, or the line set apart by a blank one, that stand right before it."""
    text = paper.text.text
    last = text.rfind(" | ", start, end)
    if last >= 0:
        line = text.find("\n", last, end)
        start = line + 1 if line >= 0 else end
    running = _RUNNING.match(text, start, end)  # a running head in a source without pages
    start = running.end() if running else start
    apart = [m.end() for m in _APART.finditer(text, start, end)]
    return (apart[-1], end) if apart else (start, end)
