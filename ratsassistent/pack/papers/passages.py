"""A Paper becomes Passages: pieces of about 130 words, for search and for a model's reading.

What enters: a Paper with its parts. What leaves: Passages whose offsets are exact, so that each names its pages.
What it does not know: what a passage is used for.

Pieces end where a sentence or paragraph ends, never reach over the border of a part, and leave forms and drawings out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from langchain_text_splitters import RecursiveCharacterTextSplitter

from ratsassistent.oparl import Paper, Part, Passage, ra_id

WORDS = 130
LEAST = 40  # words on either side of a page's edge for a cut there
MAX_PAGES = 3  # a citation of more pages is none
LEFT_OUT = {"form", "drawing"}

# A full stop behind one of these, or behind a number ("1. Januar", "3. Bauabschnitt"), ends no sentence.
_ABBREVIATIONS = (
    "z", "B", "d", "h", "u", "a", "i", "o", "s", "S", "v", "e", "V", "A", "Nr", "Abs", "Art", "Str", "Dr", "Prof", "St", "bzw", "ca",
    "evtl", "ggf", "inkl", "insb", "max", "min", "rd", "sog", "Tel", "usw", "vgl", "Mio", "Mrd", "Tsd", "Ziff", "Anm", "gem", "geb",
    "Dez", "Abb", "Tab", "Kap", "bspw", "einschl", "zzgl", "abzgl", "Bgm", "Az", "Hr", "Fr", "Std", "lfd", "lt", "mind", "phil", "med",
)  # fmt: skip
_NOT_BEHIND = "".join(rf"(?<!\b{word}\.)" for word in _ABBREVIATIONS) + r"(?<!\d\.)"
_SENTENCE = rf"(?<=[.!?:;])[\"“»)]?{_NOT_BEHIND}\s+(?=[A-ZÄÖÜ„\"(•–\d§-])"
_LIST_ITEM = r"\n(?=\s*(?:[•▪–*-]|\d{1,2}[.)]|[a-z]\))\s)"
_SENTENCE_END = re.compile(r"[.!?][\"“»)]?\s*$")
_LETTER = re.compile(r"[^\W\d_]")


def _words(text: str) -> int:
    return len(text.split())


_SPLITTER = RecursiveCharacterTextSplitter(
    separators=[r"\n\s*\n", _SENTENCE, _LIST_ITEM, r"\n", r" "],
    is_separator_regex=True,
    keep_separator="end",
    chunk_size=WORDS,
    chunk_overlap=0,
    length_function=_words,
    add_start_index=True,
)


def cut_passages(paper: Paper, item_id: str | None, meeting_id: str | None) -> tuple[Passage, ...]:
    """The passages of a paper in order, none longer than about 130 words or three pages.

    :param item_id: of the agenda item that the paper belongs to, if any.
    :param meeting_id: of its meeting, if any.
    """
    return tuple(
        Passage(
            id=ra_id("stelle", paper.id, item_id or "", start, end, paper.text.text[start:end]),
            paper_id=paper.id,
            item_id=item_id,
            meeting_id=meeting_id,
            kind=part.kind,
            start=start,
            end=end,
            text=paper.text.text[start:end],
            citation=paper.text.cite(start, end),
        )
        for part in paper.parts
        if part.kind not in LEFT_OUT
        for start, end in _pieces(paper, part)
    )


def _pieces(paper: Paper, part: Part) -> Iterator[tuple[int, int]]:
    """The stretches of a part, without white space at their edges; those without a letter are left out."""
    text = paper.text.text
    for left, right in _few_pages(paper, part.start, part.end):
        at = left
        for document in _SPLITTER.create_documents([text[left:right]]):
            piece = document.page_content
            start = text.find(piece, at, right)  # the splitter's own index can be off where a piece comes twice
            if start < 0:
                start = left + int(document.metadata["start_index"])
            at = start + len(piece)
            if _LETTER.search(piece):
                yield start, start + len(piece)


def _few_pages(paper: Paper, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Cut at page borders where a sentence ends, or where pages hold so little text that a passage would span many."""
    pages = paper.text.between(start, end)
    borders = [start, *(page.offset for page in pages[1:]), end]
    left = 0
    for right in range(1, len(borders)):
        last = right == len(borders) - 1
        before, behind = paper.text.text[borders[left] : borders[right]], paper.text.text[borders[right] : end]
        # A passage that names one page is worth more than one that reaches over its edge, where a sentence ends there.
        clean = bool(_SENTENCE_END.search(before)) and _words(before) >= LEAST and _words(behind) >= LEAST
        # A group of pages ends with the third one where it is so sparse that a passage could span a fourth.
        sparse = right - left >= MAX_PAGES and _words(paper.text.text[borders[right - 2] : borders[right]]) < 2 * WORDS
        if last or sparse or clean:
            yield borders[left], borders[right]
            left = right
