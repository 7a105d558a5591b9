"""Sentences that name the texts they come from: what a model wrote, cut, given its pages, and checked there.

What enters: a reply whose sentences end in keys ("[S2]"), the chunks with these keys, the text of their pages.
What leaves: Statements. What it does not know: prompts, who asked, what is shown of them.

The model never sees a page: it was given chunks with opaque keys, and code turns keys into pages.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ratsassistent.briefings import Origin, Statement
from ratsassistent.oparl import Citation
from ratsassistent.writing.checks.check import check_statement
from ratsassistent.writing.extracts.reading import Chunk
from ratsassistent.writing.model.language_model import Reply
from ratsassistent.writing.text.cited import PageTexts, texts_of
from ratsassistent.writing.text.sentences import sentences as split

_KEY = re.compile(r"\[?\b(S\d{1,2})\b\]?")
_MARKS = re.compile(r"\s*[\[(]\s*S\d{1,2}(?:\s*[,;und]+\s*S\d{1,2})*\s*[\])]\s*")
_LIST_MARK = re.compile(r"^\s*(?:[-*•–]|\d{1,2}[.)])\s+")


def whole(reply: Reply) -> str:
    """The reply without the sentence that was cut off at the limit of tokens."""
    if reply.finished:
        return reply.text
    return reply.text[: max(reply.text.rfind("]") + 1, reply.text.rfind("\n"), 0)]


def model_statements(text: str, chunks: Sequence[Chunk], pages: PageTexts, label: str) -> tuple[Statement, ...]:
    """Cut what the model wrote into sentences, find for each where it stands, and check it there.

    :param pages: the text of every page that a chunk cites.

    One that repeats another is dropped. One that the model copied word for word is the paper's, an `extract`.
    """
    made: list[Statement] = []
    for sentence, keys in _sentences(text):
        if any(tight(sentence) == tight(other.text) for other in made):
            continue
        made.append(_checked(sentence, keys, chunks, pages, label))
    return tuple(made)


def _sentences(text: str) -> list[tuple[str, list[str]]]:
    """Sentences without their marks, each with the keys that the model named for it."""
    found: list[tuple[str, list[str]]] = []
    for line in text.splitlines():
        bare = _LIST_MARK.sub("", line).strip()
        if not bare:
            continue
        # "… . [S1] Der …": the key belongs to the sentence before it
        for piece in re.split(r"(?<=\])\s+(?=[A-ZÄÖÜ„\"])", bare):
            keys = _KEY.findall(piece)
            for sentence in split(_MARKS.sub(" ", piece).strip()):
                clean = re.sub(r"\s+([.,;!?])", r"\1", sentence.text.strip())
                if len(clean.split()) >= 3:
                    found.append((clean, keys))
    return found


def tight(text: str) -> str:
    """Letters and digits only, so that line breaks, hyphens and punctuation do not tell two wordings apart."""
    return re.sub(r"[\W_]", "", text.casefold())


def _checked(
    sentence: str,
    keys: Sequence[str],
    chunks: Sequence[Chunk],
    pages: PageTexts,
    label: str,
) -> Statement:
    """Try the chunks that share most words with the sentence; keep the first whose pages hold all of it.

    A small model often counts the keys up instead of naming the right one, so its word counts for little.
    """
    shared = {c.key: overlap(sentence, c.text) + (0.15 if c.key in keys else 0.0) for c in chunks}
    ranked = sorted(chunks, key=lambda c: shared[c.key], reverse=True)
    likely = [c for c in ranked[:4] if shared[c.key] > 0]
    choices: list[tuple[tuple[Citation, ...], str | None]] = []
    for chunk in likely or ranked[:1]:
        # one page is a better citation than two
        choices += [((c,), None) for c in chunk.citation]
        if len(chunk.citation) > 1:
            choices.append((chunk.citation[:3], None))
    if len(likely) > 1:
        choices.append((_joined(likely[0].citation, likely[1].citation), None))
    # a row of a table shares no words with a sentence about it; the passage that was read tells that it is meant
    choices += [(chunk.citation[:3], chunk.text) for chunk in likely]
    first: tuple[tuple[Citation, ...], tuple[str, ...]] | None = None
    for choice, passage in choices:
        result = check_statement(sentence, texts_of(pages, choice), passage=passage)
        if result.ok:
            copied = any(tight(sentence) in tight(pages.get((c.file_id, c.page), "")) for c in choice)
            origin: Origin = "extract" if copied else "model"
            return Statement(text=sentence, origin=origin, citation=choice, check="ok", label=label)
        if first is None or len(result.failures) < len(first[1]):
            first = (choice, result.explained)
    citation, failures = first or ((), ())
    return Statement(
        text=sentence, origin="model", citation=citation, check="unsupported", label=label, failures=failures
    )


def _joined(one: Sequence[Citation], other: Sequence[Citation]) -> tuple[Citation, ...]:
    places: dict[tuple[str | None, int | None], Citation] = {}
    for citation in (*one, *other):
        places.setdefault((citation.file_id, citation.page), citation)
    return tuple(places.values())[:3]


def overlap(sentence: str, text: str) -> float:
    """The share of the longer words and numbers of `sentence` that occur in `text`, from 0 to 1.

    Six letters of a word count, so that "saniert" and "Sanierung" are the same; numbers count whole.
    """

    def folded(words: str) -> set[str]:
        found = re.findall(r"\w+", words.casefold())
        return {w if w.isdigit() else w[:6] for w in found if len(w) > 3 or w.isdigit()}

    words, there = folded(sentence), folded(text)
    return sum(w in there for w in words) / max(len(words), 1)
