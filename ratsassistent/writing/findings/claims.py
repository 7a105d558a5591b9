"""What papers give amounts and days for: "Gesamtkosten: 2.402.400 €", "Baubeginn ist im Juni 2027".

What enters: papers with their parts. What leaves: Claims: a value, the words it is given for, and all that may make it a
value of something else (year, lot, variant, net, a year's share), each with its page.
What it does not know: which claims contradict each other (`contradictions`), and what a sentence means: it reads nouns, a
list of words that name money or events (`claim_words`), and the columns of tables. A sentence that tells what was, might
be, or changes makes no claim. Motions and letters are voices of their own: what they say against a Vorlage is argument.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ratsassistent.archive.german import stem
from ratsassistent.oparl import Paper, Part, PartKind
from ratsassistent.writing.extracts.select import spans
from ratsassistent.writing.findings import claim_words as words
from ratsassistent.writing.findings.claim import NOUN, Claim, Voice, Where, file_at
from ratsassistent.writing.findings.claim_rows import form_claims, is_rows, row_claims
from ratsassistent.writing.findings.claim_sentences import sentence_claims
from ratsassistent.writing.text.amounts import money
from ratsassistent.writing.text.sentences import sentences

_READ: tuple[PartKind, ...] = ("resolution", "summary", "reason", "costs", "motion", "statement", "annex", "text")
_NUMBERED_HEADING = re.compile(r"\d{1,2}(?:\.\d{1,2})*\.? [A-ZÄÖÜ][^.!?;|]{2,60}")


def claims_of(papers: Sequence[Paper]) -> list[Claim]:
    """All claims of the papers of one item, in reading order."""
    titles = " ".join(paper.name for paper in papers)
    neutral = words.ACTORS | frozenset(stem(noun) for noun in NOUN.findall(titles))
    found: list[Claim] = []
    for number, paper in enumerate(papers):
        for where in _stretches(paper, number, neutral):
            found += row_claims(where) if is_rows(where.text) else sentence_claims(where)
        found += form_claims(paper, number, neutral)
    return [claim for claim in found if claim.citation]


def _stretches(paper: Paper, number: int, neutral: frozenset[str]) -> Iterator[Where]:
    """Sentences and rows with the headings, the document and the voice that they belong to."""
    asking, annex, block = False, -1, 0
    text = paper.text.text
    annexes = [part for part in paper.parts if part.kind == "annex"]  # `spans` would make one of neighbours
    others = spans(paper, ("title", *(kind for kind in _READ if kind != "annex")))
    for part in sorted([*annexes, *others], key=lambda p: p.start):
        if part.kind == "title":
            asking = False
            continue
        annex += part.kind == "annex"
        asking = part.kind == "motion" or (asking and part.kind in ("reason", "text", "costs"))
        letter = part.kind == "annex" and "Sehr geehrte" in text[part.start : part.start + 3000]
        voice: Voice = "letter" if letter else "motion" if asking else "house"
        headings, table_ends = _Headings(part, text), -1
        for sentence in sentences(text, part.start, part.end):
            row = " | " in text[sentence.start : sentence.end]
            heading = sentence.kind == "heading" or _NUMBERED_HEADING.fullmatch(sentence.text) is not None
            if heading and not row and not money(sentence.text):
                headings.add(sentence.text)
                continue
            block += not (row and table_ends == sentence.start - 1)
            table_ends = sentence.end if row else -1
            document = (number, file_at(paper, sentence.start), annex if part.kind == "annex" else -1)
            yield Where(
                paper, number, part.kind, document, voice, headings.text, block,
                sentence.start, sentence.end, neutral,
            )  # fmt: skip


class _Headings:
    """The headings that a sentence stands under: of an annex its title, then the numbered ones down to the last."""

    def __init__(self, part: Part, text: str) -> None:
        title = [part.heading or ""]
        if part.kind == "annex":
            title += [
                line
                for line in text[part.start : part.start + 300].split("\n")[:4]
                if " | " not in line and len(line) < 100
            ]
        self._open: list[tuple[int, str]] = [(0, "\n".join(title))]

    def add(self, heading: str) -> None:
        """A heading closes those of its own depth and below; one without a number only the last without a number."""
        number = re.match(r"(\d+(?:\.\d+)*)\.?\s|\(?[a-zA-Z]\)\s|[IVX]+\.\s", heading)
        depth = 99 if number is None else number[0].count(".", 0, len(number[0].rstrip(". "))) + 1
        self._open = [(d, h) for d, h in self._open if d < depth]
        self._open.append((depth, heading))

    @property
    def text(self) -> str:
        """All headings that are open."""
        return "\n".join(heading for _, heading in self._open)
