"""The papers of an item as they are read for a briefing, and the wording that they propose.

What enters: the papers of an agenda item with their parts. What leaves: the same papers in the order in which they are
read, without check boxes, and the proposed resolution, whole and word for word.
What it does not know: which sentences matter, labels, language models.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ratsassistent.briefings import Wording
from ratsassistent.oparl import Citation, Paper, Part
from ratsassistent.pack.papers.form_lines import box_stretches
from ratsassistent.pack.suspicion.orders import find_orders
from ratsassistent.writing.extracts.figures import trimmed
from ratsassistent.writing.extracts.select import spans
from ratsassistent.writing.text.sentences import clean, is_furniture

_QUESTION = re.compile(r"(?i)anfrage")
_QUESTIONS = re.compile(r"(?i)^\W*(?:\w{1,4}[.)]\s*)?(?:anfrage|fragen|wir fragen)\b")
_PHRASE = re.compile(r".{0,160}?\b(?:möge(?:n)?|wolle(?:n)?|beantrag(?:t|en|e))\b")
# "Erläuterungen          Seite 3", "-- 3 of 5 --": what some texts of OParl keep of the edges of pages
_RUNNING = re.compile(r"^(?:.{0,60}\s{3,}(?:Seite|Blatt)\s+\d{1,3}|\s*--\s\d+\sof\s\d+\s--)\s*$")
# what a point of a list begins with; a day ("3. Mai") is none
_MARK = re.compile(
    r"\s*(?:\(?\d{1,2}[.)](?!\s*(?:Jan|Feb|Mär|Apr|Mai|Jun|Jul|Aug|Sep|Okt|Nov|Dez)[a-z.]*\b)|\d{1,2}(?:\.\d{1,2})+\.?(?=\s+\D)|\(?[a-z]{1,2}\)|[a-z]\.(?=\s+\w{2,}[^.\w])|[IVX]{1,4}[.)]|"
    r"[-•–▪■●○◦‣·➢➔►*o\uf0a7\uf0b7\uf02d\uf0d8](?!\w))(?:\s|$)"
)
# what a sentence goes on behind, so that the line below is no new paragraph
_OPEN = re.compile(
    r"(?:[^\w)“”\"]|\d|\b(?:der|die|das|des|dem|den|eine?[mnrs]?|und|oder|sowie|in|im|am|an|auf|aus|bei|beim|bis|durch|für|mit|nach|ohne|über|um|"
    r"unter|vom|von|vor|zu|zum|zur|als|wie|nicht|je|pro|ca|rund))$"
)
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


def without_orders(paper: Paper) -> Paper:
    """A paper with white space in place of every sentence that gives orders to a program; all offsets stay.

    Nobody is told less: what was taken out is reported with its page. But no sentence is chosen of it, and no model reads it.
    """
    return _blanked(paper, [(order.start, order.end) for order in find_orders(paper.text.text)])


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
    Where no paper carries a proposal, it is what the motions ask to be decided, all of them alike; a question asks for
    nothing to be decided.
    """
    for complete in (True, False):
        for paper in papers:
            found = _joined(paper, [p for p in spans(paper, ["resolution"]) if p.complete is complete])
            if found:
                return Wording(text=found.text, citation=found.citation)
    asked = [found for paper in papers if (found := _joined(paper, _asked(paper)))]
    if not asked:
        return None
    citations = dict.fromkeys(c for found in asked for c in found.citation)
    return Wording(text="\n\n".join(found.text for found in asked), citation=tuple(citations), kind="motion")


def _joined(paper: Paper, parts: Sequence[Part]) -> Wording | None:
    """The words of some parts of a paper, one below the other; what says the same again is left out."""
    texts: list[str] = []
    citations: list[Citation] = []
    for part in parts:
        text = printed(paper.part_text(part))
        if not text or _POINTER.match(text) or any(_tight(text) in _tight(told) for told in texts):
            continue
        start, end = trimmed(paper.text.text, part.start, part.end)
        texts.append(text)
        citations += [c for c in paper.text.cite(start, end) if c not in citations]
    return Wording(text="\n".join(texts), citation=tuple(citations)) if texts else None


def printed(text: str) -> str:
    """A wording as it is shown: each point, paragraph, heading and row of a table on a line of its own.

    The line breaks of the print are undone, words cut at a line's end made whole, page numbers left out; nothing else
    changes. Some layouts put a blank line between all lines: there it parts nothing.
    """
    lines = [line for line in text.split("\n") if not _RUNNING.match(line)]
    lines = [line for line in lines if not is_furniture(line) or not re.search(r"\D", line.strip())]
    filled = [n for n, line in enumerate(lines) if line.strip()]
    loose = sum(n + 1 < len(lines) and not lines[n + 1].strip() for n in filled[:-1])
    spaced = len(filled) > 5 and loose > 0.7 * len(filled)
    longest = max((len(lines[n]) for n in filled), default=0)
    blocks: list[list[str]] = []
    for n in filled:
        line, above = lines[n], blocks[-1][-1].rstrip() if blocks else ""
        parted = n > 0 and not lines[n - 1].strip()
        ends = above.endswith(":") or (re.search(r"[.!?;][\"“”»)]*$", above) and len(above) < 0.75 * longest)
        row = " | " in line or " | " in above
        open_mark = re.fullmatch(r"\s*(?:\(?\d{1,2}[.)]|\(?[a-z][.)]|[-•–▪*])\s*", above)  # "1." alone on its line
        dash = re.match(r"\s*[-–]\s+[a-zäöü]", line) and blocks and not _MARK.match(blocks[-1][0]) and not ends
        begins = _MARK.match(line) and not (not parted and (dash or (above.endswith(",") and line.lstrip()[0] in "-–")))
        goes_on = line.lstrip()[:1].islower() and not begins
        short = len(above) < 0.6 * longest and len(above.split()) >= 3 and not _OPEN.search(above)
        left = short and blocks and bool(_MARK.match(blocks[-1][0])) and line[:1].isupper()
        new = begins or ends or left or (parted and not spaced and not goes_on)
        if not blocks or row or (new and not open_mark):
            blocks.append([line])
        else:
            blocks[-1].append(line)
    return "\n".join(words for block in blocks if (words := clean("\n".join(block))))


def _tight(text: str) -> str:
    return re.sub(r"[\W_]", "", text)


def _asked(paper: Paper) -> list[Part]:
    """The parts of a motion that say what is to be decided: under their heading or phrase, else the first."""
    parts = [p for p in spans(paper, ["motion"]) if not _QUESTIONS.match(p.heading or "")]
    lead = [p for p in parts if p.heading or _PHRASE.match(" ".join(paper.part_text(p)[:300].split()))]
    if _QUESTION.search(paper.paperType or "") and not any(not p.heading for p in lead):
        return []
    return [part for part in lead or parts[:1] if not _only_asks(paper.part_text(part))]


def _only_asks(text: str) -> bool:
    """True for questions: a question is answered, not decided."""
    asked = text.count("?")
    return asked >= 2 and asked >= len(re.findall(r"[.!](?=\s|$)(?<!\d\.)", text))
