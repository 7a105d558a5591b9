"""The papers of an item as they are read for a briefing, and the wording that they propose.

What enters: the papers of an agenda item with their parts. What leaves: the same papers in the order in which they are
read, without check boxes, and the proposed resolution, whole and word for word.
What it does not know: which sentences matter, labels, language models.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ratsassistent.briefings import Wording
from ratsassistent.oparl import Citation, Paper
from ratsassistent.pack.papers.form_lines import box_stretches
from ratsassistent.writing.figures import trimmed
from ratsassistent.writing.select import overlap, spans, terms
from ratsassistent.writing.sentences import clean_lines

_POINTER = re.compile(
    r"^\W*(?:siehe|s\.|vgl\.|vergleiche|wie)\s.{0,60}(?:seite|s\.|anlage|begründung|beschluss)", re.IGNORECASE
)


def without_boxes(paper: Paper) -> Paper:
    """A paper with white space in place of every check box and its option, so that no sentence or amount comes of one.

    All offsets stay. What is ticked is in `Paper.form`; in a proposed wording it belongs to the wording and stays.
    """
    kept = [(part.start, part.end) for part in paper.parts if part.kind == "resolution"]
    return _blanked(
        paper,
        [
            (start, end)
            for start, end in box_stretches(paper.text.text)
            if not any(first <= start and end <= last for first, last in kept)
        ],
    )


def _blanked(paper: Paper, stretches: Sequence[tuple[int, int]]) -> Paper:
    if not stretches:
        return paper
    pieces, at = [], 0
    for start, end in stretches:  # in order, without overlap
        pieces += [paper.text.text[at:start], re.sub(r"[^\n]", " ", paper.text.text[start:end])]
        at = end
    text = "".join([*pieces, paper.text.text[at:]])
    return paper.model_copy(update={"text": paper.text.model_copy(update={"text": text})})


def main_first(papers: Sequence[Paper]) -> list[Paper]:
    """The papers with the one that carries a complete resolution first; their order otherwise stays."""
    return sorted(papers, key=lambda p: not any(part.kind == "resolution" and part.complete for part in p.parts))


def resolution_of(papers: Sequence[Paper]) -> Wording | None:
    """The operative wording proposed, whole; None if no paper proposes one.

    The complete wording goes before a Kurzfassung of it; several complete ones of a paper that differ are all shown.
    """
    for complete in (True, False):
        for paper in papers:
            texts: list[str] = []
            citations: list[Citation] = []
            for part in spans(paper, ["resolution"]):
                text = clean_lines(paper.part_text(part))
                if part.complete is not complete or not text or _POINTER.match(text):
                    continue
                if any(overlap(terms(text), terms(t)) > 0.85 for t in texts):
                    continue
                start, end = trimmed(paper.text.text, part.start, part.end)
                texts.append(text)
                citations += [c for c in paper.text.cite(start, end) if c not in citations]
            if texts:
                return Wording(text="\n".join(texts), citation=tuple(citations))
    return None
