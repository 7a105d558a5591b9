"""AgendaItem -> ItemBriefing: the extract as it is, and beside it what the language model wrote, checked.

What enters: an agenda item with its papers; for level `voll` a language model and the prompt `zusammenfassung`.
What leaves: an ItemBriefing whose every sentence names its pages and who wrote it.
What it does not know: the archive, other items, how the model is run.

The model is given chunks with opaque keys and never sees a page number; code turns keys into pages. A sentence whose
numbers, dates, §§ or names do not stand on its page is kept, but marked as not supported.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ratsassistent.briefings import ItemBriefing, Level, ModelRecord, Origin, PaperChanges, PromptRecord, Statement
from ratsassistent.oparl import AgendaItem, Citation, PageRef, Paper
from ratsassistent.writing.check import check_statement
from ratsassistent.writing.extract import Chunk, basis_of, extract_item, reading_for
from ratsassistent.writing.llama import LanguageModel, Reply
from ratsassistent.writing.prompts import Prompt, load_prompt
from ratsassistent.writing.sentences import sentences as split

LABEL = "Worum es geht"
READ_WORDS = 260  # words of an item that the model reads: about 600 tokens, ten seconds on an office PC
WRITE_TOKENS = 160
WORD_BUDGET = 195  # words of all statements of an item together: a briefing is no copy of the papers
LEAST_SENTENCES, WANTED_SENTENCES, MOST_SENTENCES = 2, 3, 4
LEAST_OVERLAP = 0.5  # share of a sentence's longer words that the chunks must hold, or it is not about them
VERSION = "2"  # raise it when this module writes something else from the same input

PageTexts = dict[tuple[str | None, int | None], str]  # (file id, physical page) -> text

_KEY = re.compile(r"\[?\b(S\d{1,2})\b\]?")
_SENTENCE_AND_KEY = re.compile(r"[.!?]\s*\[\s*S\d{1,2}[^\]\n]*\]|\[\s*S\d{1,2}[^\]\n]*\]\s*[.!?]")
_MARKS = re.compile(r"\s*[\[(]\s*S\d{1,2}(?:\s*[,;und]+\s*S\d{1,2})*\s*[\])]\s*")
_LIST_MARK = re.compile(r"^\s*(?:[-*•–]|\d{1,2}[.)])\s+")


@dataclass(frozen=True, slots=True)
class Task:
    """What there is to write, and a hash of all that it will be made from."""

    item: AgendaItem
    level: Level
    prompt: Prompt | None
    record: ModelRecord | None
    basis: str


def task(item: AgendaItem, level: Level, record: ModelRecord | None = None, own_prompts: Path | None = None) -> Task:
    """Say what is to be written for an item; two tasks with the same `basis` give the same briefing.

    :param record: the model that is going to write (level `voll`).
    :raises InputError: the prompt is not usable.
    """
    prompt = load_prompt("zusammenfassung", own_prompts) if level == "voll" else None
    of = [VERSION, level, basis_of(item), *(d.model_dump_json() for d in item.decisions)]
    if prompt and record:
        of += [prompt.sha256, record.sha256 or record.name]
    return Task(item, level, prompt, record, hashlib.sha256("|".join(of).encode()).hexdigest())


def write(
    task: Task, model: Callable[[], LanguageModel], should_stop: Callable[[], bool] | None = None
) -> ItemBriefing:
    """Write the briefing of one item.

    :param model: gives the language model; called only where there is something for it to read.
    :raises Interrupted: `should_stop` said so. :raises ModelError: the model cannot be run.
    """
    started = time.monotonic()
    made = extract_item(task.item)
    written: tuple[Statement, ...] = ()
    chunks = reading_for(task.item, READ_WORDS) if task.prompt else ()
    if task.prompt and chunks:
        messages = task.prompt.render(
            titel=task.item.name,
            art=task.item.papers[0].paperType or "Unterlage",
            texte="\n".join(f"[{c.key}] ({c.label}) {c.text}" for c in chunks),
        )
        reply = model().write(messages, max_tokens=WRITE_TOKENS, should_stop=should_stop, enough=_enough)
        said = model_statements(whole(reply), chunks, page_texts(task.item.papers))
        written = worth_showing(said, chunks)
    return made.model_copy(
        update={
            "level": task.level,
            "statements": fit(written, made.statements),
            "form": tuple(value for paper in task.item.papers for value in paper.form),
            "decisions": task.item.decisions,
            "changes": tuple(
                PaperChanges(paper=_called(paper), changes=paper.changes) for paper in task.item.papers if paper.changes
            ),
            "missing_attachments": task.item.missing_attachments,
            "drawings": tuple(ref for paper in task.item.papers for ref in _drawings(paper)),
            "basis": task.basis,
            "model": task.record if written else None,
            "prompts": (PromptRecord(name=task.prompt.name, sha256=task.prompt.sha256),)
            if task.prompt and written
            else (),
            "written": dt.datetime.now(dt.UTC),
            "seconds": round(time.monotonic() - started, 2),
        }
    )


def _called(paper: Paper) -> str:
    """What a paper is called in a list: kind, number, name."""
    return " ".join(part for part in (paper.paperType, paper.reference, paper.name) if part)


def _drawings(paper: Paper) -> list[PageRef]:
    """The plans of a paper, page by page, each with what it is called."""
    return [
        PageRef(file=start.file, file_id=start.file_id, page=start.page, reason=part.heading)
        for part in paper.parts
        if part.kind == "drawing"
        for start in paper.text.between(part.start, part.end)
        if start.page is not None
    ]


def _enough(text: str) -> bool:
    """True once there are as many whole sentences as are wanted; writing on would only cost time.

    A sentence counts when its source is named behind it, or when another one has begun.
    """
    if not text.endswith(("]", " ")) and "\n" not in text[-2:]:
        return False  # in the middle of a word: nothing new to count
    ended = [s for s, _ in _sentences(text) if s.endswith((".", "!", "?"))]
    return len(ended) >= MOST_SENTENCES or len(_SENTENCE_AND_KEY.findall(text)) >= WANTED_SENTENCES


def whole(reply: Reply) -> str:
    """The reply without the sentence that was cut off at the limit of tokens."""
    if reply.finished:
        return reply.text
    return reply.text[: max(reply.text.rfind("]") + 1, reply.text.rfind("\n"), 0)]


def worth_showing(said: Sequence[Statement], chunks: Sequence[Chunk]) -> tuple[Statement, ...]:
    """What of the model's sentences a reader should see.

    Not shown: what has no end, and so is a line of a form or a heading; what shares hardly a word with anything that
    the model was given (small models repeat the example of the prompt, or invent); and copies, once there are two
    sentences, since the extract chooses better than the model copies. What merely fails the check is shown, marked.
    """
    given = " ".join(c.text for c in chunks)
    fits = [s for s in said if s.text.endswith((".", "!", "?")) and overlap(s.text, given) >= LEAST_OVERLAP]
    own = [s for s in fits if s.origin == "model"]
    copies = [s for s in fits if s.origin != "model"][: max(LEAST_SENTENCES - len(own), 0)]
    return tuple(s for s in fits if s in own or s in copies)[:MOST_SENTENCES]


def model_statements(text: str, chunks: Sequence[Chunk], pages: PageTexts, label: str = LABEL) -> tuple[Statement, ...]:
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


def page_texts(papers: Sequence[Paper]) -> PageTexts:
    """The text of every page of the papers, by file id and page."""
    texts: PageTexts = {}
    for paper in papers:
        starts = paper.text.starts
        for n, start in enumerate(starts):
            end = starts[n + 1].offset if n + 1 < len(starts) else len(paper.text.text)
            key = (start.file_id, start.page)
            texts[key] = texts.get(key, "") + paper.text.text[start.offset : end]
    return texts


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
    choices: list[tuple[Citation, ...]] = []
    for chunk in likely or ranked[:1]:
        # one page is a better citation than two
        choices += [(c,) for c in chunk.citation]
        if len(chunk.citation) > 1:
            choices.append(chunk.citation[:3])
    if len(likely) > 1:
        choices.append(_joined(likely[0].citation, likely[1].citation))
    first: tuple[tuple[Citation, ...], tuple[str, ...]] | None = None
    for choice in choices:
        result = check_statement(sentence, [pages.get((c.file_id, c.page), "") for c in choice])
        if result.ok:
            copied = any(tight(sentence) in tight(pages.get((c.file_id, c.page), "")) for c in choice)
            origin: Origin = "extract" if copied else "model"
            return Statement(text=sentence, origin=origin, citation=choice, check="ok", label=label)
        if first is None or len(result.failures) < len(first[1]):
            first = (choice, result.failures)
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


def fit(written: Sequence[Statement], extracts: Sequence[Statement]) -> tuple[Statement, ...]:
    """The model's sentences first, then as many extracts as the budget of words holds; none twice in other words."""
    kept = list(written)
    left = WORD_BUDGET - sum(len(s.text.split()) for s in written)
    for statement in extracts:
        words = len(statement.text.split())
        said = any(s.check == "ok" and overlap(statement.text, s.text) > 0.9 for s in written)
        if words <= left and not said:
            kept.append(statement)
            left -= words
    return tuple(kept)
