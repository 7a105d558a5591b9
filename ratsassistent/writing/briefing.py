"""AgendaItem -> ItemBriefing: the extract as it is, and beside it what rules and the language model say of it, checked.

What enters: an agenda item with its papers; for level `voll` a language model and the prompts in `PROMPTS`.
What leaves: an ItemBriefing whose every sentence names its pages and who wrote it.
What it does not know: the archive, other items, how the model is run.

The model gets small tasks (`tasks`), one sentence of the papers each; what it writes is shown only if it passes everything
that can be looked up (`writer`). Where nothing passes, the extract is the text.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ratsassistent.briefings import ItemBriefing, Level, ModelRecord, PaperChanges, PromptRecord, Statement
from ratsassistent.oparl import AgendaItem, PageRef, Paper
from ratsassistent.writing.extracts.annexes import annex_lines
from ratsassistent.writing.extracts.extract import basis_of, extract_item
from ratsassistent.writing.extracts.reading import topics
from ratsassistent.writing.findings.contradictions import contradictions
from ratsassistent.writing.findings.questions import open_questions
from ratsassistent.writing.model.keyed import overlap, tight
from ratsassistent.writing.model.llama import LanguageModel
from ratsassistent.writing.model.prompts import Prompt, load_prompt
from ratsassistent.writing.model.tasks import Group, tasks
from ratsassistent.writing.model.writer import Writer
from ratsassistent.writing.text.cited import page_texts

PROMPTS = ("beschluss", "antrag", "stellungnahme", "sachverhalt", "neufassung")
PLAIN = "einfach"
# Sentences of each group that are wanted; together they are "Worum es geht".
WANTED: dict[Group, int] = {"antrag": 1, "stellungnahme": 2, "worum": 2, "beschluss": 1, "grund": 1}
LEAST_SENTENCES, MOST_SENTENCES = 2, 4
MOST_TRIES = (
    8  # sentences that the model is asked for: an item that has nothing to say must not keep the others waiting
)
WORD_BUDGET = 195  # words of all statements of an item together: a briefing is no copy of the papers
VERSION = "3"  # raise it when this module writes something else from the same input


@dataclass(frozen=True, slots=True)
class Task:
    """What there is to write, and a hash of all that it will be made from."""

    item: AgendaItem
    level: Level
    prompts: tuple[Prompt, ...]
    record: ModelRecord | None
    basis: str
    own_prompts: Path | None = None


def task(item: AgendaItem, level: Level, record: ModelRecord | None = None, own_prompts: Path | None = None) -> Task:
    """Say what is to be written for an item; two tasks with the same `basis` give the same briefing.

    :param record: the model that is going to write (level `voll`).
    :raises InputError: a prompt is not usable.
    """
    prompts = tuple(load_prompt(name, own_prompts) for name in PROMPTS) if level == "voll" else ()
    of = [VERSION, level, basis_of(item), *(d.model_dump_json(exclude={"also"}) for d in item.decisions)]
    of += [m.model_dump_json() for m in item.missing_attachments]
    of += [c.model_dump_json() for paper in item.papers for c in paper.changes]
    if prompts and record:
        of += [*(p.sha256 for p in prompts), record.sha256 or record.name]
    return Task(item, level, prompts, record, hashlib.sha256("|".join(of).encode()).hexdigest(), own_prompts)


def write(
    task: Task, model: Callable[[], LanguageModel], should_stop: Callable[[], bool] | None = None
) -> ItemBriefing:
    """Write the briefing of one item.

    :param model: gives the language model; called only where there is something for it to read.
    :raises Interrupted: `should_stop` said so. :raises ModelError: the model cannot be run.
    """
    started = time.monotonic()
    item = task.item
    made = extract_item(item)
    said: tuple[Statement, ...] = ()
    withheld: tuple[Statement, ...] = ()
    if task.prompts:
        said, withheld, used = _told(task, model, should_stop)
    made = made.model_copy(
        update={
            "level": task.level,
            "statements": fit(said, made.statements),
            "withheld": withheld,
            "form": tuple(value for paper in item.papers for value in paper.form),
            "decisions": item.decisions,
            "changes": tuple(
                PaperChanges(paper=_called(paper), changes=paper.changes) for paper in item.papers if paper.changes
            ),
            "missing_attachments": item.missing_attachments,
            "drawings": tuple(ref for paper in item.papers for ref in _drawings(paper)),
            "contradictions": contradictions(item.papers),
            "annexes": annex_lines(item),
            "basis": task.basis,
            "model": task.record if said or withheld else None,
            "prompts": tuple(PromptRecord(name=p.name, sha256=p.sha256) for p in task.prompts if p.name in used)
            if said or withheld
            else (),
            "written": dt.datetime.now(dt.UTC),
            "seconds": round(time.monotonic() - started, 2),
        }
    )
    return made.model_copy(update={"open_questions": open_questions(item, made)})


def _told(
    task: Task, model: Callable[[], LanguageModel], should_stop: Callable[[], bool] | None
) -> tuple[tuple[Statement, ...], tuple[Statement, ...], set[str]]:
    """What the model says of an item, what of it was withheld, and the names of the prompts that took part."""
    wanted = tasks(task.item, topics(task.item))
    if not wanted:
        return (), (), set()
    writer = Writer(model(), task.own_prompts, task.prompts)
    pages = page_texts(task.item.papers)
    done: Counter[str] = Counter()
    said: list[Statement] = []
    withheld: list[Statement] = []
    near: list[Statement] = []
    used: set[str] = set()
    for number, one in enumerate(wanted):
        if len(said) >= MOST_SENTENCES or number >= MOST_TRIES:
            break
        if done[one.group] >= WANTED[one.group]:
            continue
        written = writer.write(one, pages, should_stop)
        used |= {one.prompt} | ({"neufassung"} if len(written.replies) > 1 else set())
        if written.shown and not _repeats(written.shown, said):
            said.append(written.shown)
            done[one.group] += 1
        withheld += written.withheld
        near += [written.near_copy] if written.near_copy else []
    # what only repeats the paper is worth showing where there is nothing better, and no verbatim copy of it
    there = " ".join(tight(text) for text in pages.values())
    for copy in near:
        if len(said) < LEAST_SENTENCES and tight(copy.text) not in there and not _repeats(copy, said):
            said.append(copy)
    return tuple(said), tuple(withheld), used


def _repeats(one: Statement, others: Sequence[Statement]) -> bool:
    return any(overlap(one.text, other.text) > 0.8 for other in others)


def in_plain_language(
    made: ItemBriefing,
    item: AgendaItem,
    model: Callable[[], LanguageModel],
    own_prompts: Path | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> ItemBriefing:
    """The same briefing with a second version of what it is about, in plain language, checked like the first.

    What was said in short is said again in two very short sentences each; a sentence that fails the check is left out.

    :raises Interrupted: `should_stop` said so. :raises ModelError: the model cannot be run.
    """
    writer = Writer(model(), own_prompts)
    pages = page_texts(item.papers)
    sources = [s for s in made.statements if s.origin == "model" and s.check == "ok"]
    plain = tuple(said for source in sources for said in writer.simplify(source, pages, should_stop))
    prompt = writer.prompt(PLAIN)
    record = PromptRecord(name=prompt.name, sha256=prompt.sha256)
    return made.model_copy(
        update={"plain_language": plain, "prompts": (*(p for p in made.prompts if p.name != PLAIN), record)}
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
