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
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ratsassistent.briefings import (
    ItemBriefing,
    KeptReply,
    Level,
    ModelRecord,
    PaperChanges,
    PromptRecord,
    Statement,
    Tokens,
)
from ratsassistent.oparl import AgendaItem, PageRef, Paper
from ratsassistent.pack.suspicion.orders import find_orders
from ratsassistent.writing.extracts.annexes import annex_lines
from ratsassistent.writing.extracts.extract import basis_of, extract_item
from ratsassistent.writing.extracts.reading import topics
from ratsassistent.writing.extracts.wording import main_first, resolution_of, without_boxes, without_orders
from ratsassistent.writing.findings.contradictions import contradictions
from ratsassistent.writing.findings.questions import open_questions
from ratsassistent.writing.model.keyed import overlap, tight
from ratsassistent.writing.model.language_model import LanguageModel, Reply, Script, Under, alone, together
from ratsassistent.writing.model.prompts import Prompt, load_prompt
from ratsassistent.writing.model.tasks import Group, tasks
from ratsassistent.writing.model.tasks import Task as ModelTask
from ratsassistent.writing.model.writer import Writer
from ratsassistent.writing.text.cited import page_texts

PROMPTS = ("beschluss", "antrag", "stellungnahme", "sachverhalt", "neufassung")
PLAIN = "einfach"
# Sentences of each group that are wanted; together they are "Worum es geht".
WANTED: dict[Group, int] = {"antrag": 1, "stellungnahme": 2, "worum": 2, "beschluss": 1, "grund": 1}
LEAST_SENTENCES, MOST_SENTENCES = 2, 4
HOPES = 2  # sentences asked for at once for each that is wanted: about every second one passes
WORD_BUDGET = 195  # words of all statements of an item together: a briefing is no copy of the papers
VERSION = "4"  # raise it when this module writes something else from the same input


@dataclass(frozen=True, slots=True)
class Effort:
    """How hard is tried, and how much is shown. `tries`: sentences that the model is asked for; `again`: once more where one
    does not pass; `sentences` of the model and `words` of all statements of an item, at most.

    What tries bring and cost is measured in `benchmarks/tempo.md`.
    """

    tries: int
    again: bool
    sentences: int = MOST_SENTENCES
    words: int = WORD_BUDGET


USUAL = Effort(tries=8, again=False)
THOROUGH = Effort(tries=12, again=True, sentences=6, words=260)


@dataclass(frozen=True, slots=True)
class Task:
    """What there is to write, and a hash of all that it will be made from."""

    item: AgendaItem
    level: Level
    prompts: tuple[Prompt, ...]
    record: ModelRecord | None
    basis: str
    own_prompts: Path | None = None
    effort: Effort = USUAL


def prompt_checksums(own_prompts: Path | None = None) -> tuple[str, ...]:
    """Of all that a summary is asked for with. :raises InputError: a prompt is not usable."""
    return tuple(load_prompt(name, own_prompts).sha256 for name in PROMPTS)


def task(
    item: AgendaItem,
    level: Level,
    record: ModelRecord | None = None,
    own_prompts: Path | None = None,
    *,
    effort: Effort = USUAL,
) -> Task:
    """Say what is to be written for an item; two tasks with the same `basis` give the same briefing.

    :param record: the model that is going to write (level `voll`).
    :raises InputError: a prompt is not usable.
    """
    prompts = tuple(load_prompt(name, own_prompts) for name in PROMPTS) if level == "voll" else ()
    of = [VERSION, level, basis_of(item), *(d.model_dump_json(exclude={"also"}) for d in item.decisions)]
    of += [m.model_dump_json() for m in item.missing_attachments]
    of += [c.model_dump_json() for paper in item.papers for c in paper.changes]
    of += [f"{o.start}-{o.end}" for paper in item.papers for o in find_orders(paper.text.text)]  # left out since when
    if prompts and record:
        of += [*(p.sha256 for p in prompts), record.sha256 or record.name, repr(effort)]
    return Task(item, level, prompts, record, hashlib.sha256("|".join(of).encode()).hexdigest(), own_prompts, effort)


def write(
    task: Task, model: Callable[[], LanguageModel], should_stop: Callable[[], bool] | None = None
) -> ItemBriefing:
    """Write the briefing of one item.

    :param model: gives the language model; called only where there is something for it to read.
    :raises Interrupted: `should_stop` said so. :raises ModelError: the model cannot be run.
    """
    under_way = Under(script(task))
    return alone(model(), under_way.rest(), should_stop) if under_way.made is None else under_way.made


def script(task: Task, before: ItemBriefing | None = None) -> Script[ItemBriefing]:
    """Write the briefing of one item: what is asked of a language model, if anything is, and what comes of it.

    :param before: what was written of it earlier, perhaps from other words: where the model would be asked the same again,
        its reply is taken from there, and checked against the pages of today.
    """
    started = time.process_time()
    whole = task.item
    item = whole.model_copy(update={"papers": tuple(without_orders(paper) for paper in whole.papers)})
    made = extract_item(item)
    if item != whole and made.resolution:  # the wording stays the wording, whatever stands in it
        proposed = resolution_of([without_boxes(paper) for paper in main_first(whole.papers)])
        made = made.model_copy(update={"resolution": proposed})
    told = Told()
    if task.prompts:
        told = yield from _told(replace(task, item=item), _known(before, task))
    made = made.model_copy(
        update={
            "level": task.level,
            "statements": fit(told.said, made.statements, task.effort.words),
            "withheld": told.withheld,
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
            "model": task.record if told.wrote else None,
            "prompts": tuple(PromptRecord(name=p.name, sha256=p.sha256) for p in task.prompts if p.name in told.used)
            if told.wrote
            else (),
            "tokens": told.tokens,
            "replies": told.replies,
            "written": dt.datetime.now(dt.UTC),
        }
    )
    made = made.model_copy(update={"open_questions": open_questions(item, made)})
    own = (
        0.0 if task.prompts else time.process_time() - started
    )  # beside a model the processor's time is not ours alone
    return made.model_copy(update={"seconds": round(told.seconds + own, 2)})


@dataclass(frozen=True, slots=True)
class Told:
    """What a model said of an item: what is shown, what was withheld, the names of the prompts, what it took."""

    said: tuple[Statement, ...] = ()
    withheld: tuple[Statement, ...] = ()
    used: frozenset[str] = frozenset()
    seconds: float = 0.0
    tokens: Tokens | None = None
    replies: tuple[KeptReply, ...] = ()

    @property
    def wrote(self) -> bool:
        """Whether anything came of it."""
        return bool(self.said or self.withheld)


def _known(before: ItemBriefing | None, task: Task) -> dict[str, Reply]:
    """The replies of an earlier briefing, if they are this model's."""
    if before is None or before.model is None or task.record is None or before.model.sha256 != task.record.sha256:
        return {}
    return {
        one.key: Reply(one.text, one.finished, 0, 0, 0, 0.0, 0.0, one.doubt, one.most_doubt, one.taken_back)
        for one in before.replies
    }


def _told(task: Task, known: Mapping[str, Reply]) -> Script[Told]:
    """Ask for sentences in rounds: as many at once as are likely to give those that are wanted, then more where they did
    not. The first ones of the list that pass are shown, as if one were asked for at a time."""
    left = tasks(task.item, topics(task.item))[: task.effort.tries]
    writer = Writer(None, task.own_prompts, task.prompts)
    pages = page_texts(task.item.papers)
    done: Counter[str] = Counter()
    said: list[tuple[int, Statement]] = []
    near: list[tuple[int, Statement]] = []
    withheld: list[Statement] = []
    used: set[str] = set()
    replies: list[Reply] = []
    kept: dict[str, KeptReply] = {}
    places = {id(one): place for place, one in enumerate(left)}
    most = task.effort.sentences
    while now := _wanted_now(left, done, most - len(said)):
        left = [one for one in left if one not in now]
        for one, written in zip(
            now,
            (yield from together([writer.script(one, pages, again=task.effort.again, known=known) for one in now])),
            strict=True,
        ):
            used |= {one.prompt} | ({"neufassung"} if len(written.replies) > 1 else set())
            replies += written.replies
            kept |= {key: _kept(key, reply) for key, reply in zip(written.keys, written.replies, strict=True)}
            place = places[id(one)]
            wanted = len(said) < most and done[one.group] < WANTED[one.group]
            if written.shown and wanted and not _repeats(written.shown, [s for _, s in said]):
                said.append((place, written.shown))
                done[one.group] += 1
            withheld += written.withheld
            near += [(place, written.near_copy)] if written.near_copy else []
    shown = [statement for _, statement in sorted(said, key=lambda pair: pair[0])]
    # what only repeats the paper is worth showing where there is nothing better, and no verbatim copy of it
    there = " ".join(tight(text) for text in pages.values())
    for _, copy in sorted(near, key=lambda pair: pair[0]):
        if len(shown) < LEAST_SENTENCES and tight(copy.text) not in there and not _repeats(copy, shown):
            shown.append(copy)
    return Told(tuple(shown), tuple(withheld), frozenset(used), *_taken(replies), tuple(kept.values()))


def _kept(key: str, reply: Reply) -> KeptReply:
    return KeptReply(
        key=key,
        text=reply.text,
        finished=reply.finished,
        doubt=reply.doubt,
        most_doubt=reply.most_doubt,
        taken_back=reply.taken_back,
    )


def _wanted_now(left: Sequence[ModelTask], done: Counter[str], most: int) -> list[ModelTask]:
    """The first ones of these tasks, as many as are wanted if one of `HOPES` succeeds."""
    asked: Counter[str] = Counter()
    now: list[ModelTask] = []
    for one in left:
        if len(now) >= HOPES * most:
            break
        if asked[one.group] < HOPES * (WANTED[one.group] - done[one.group]):
            asked[one.group] += 1
            now.append(one)
    return now


def _taken(replies: Sequence[Reply]) -> tuple[float, Tokens | None]:
    """Seconds and tokens that replies took."""
    if not replies:
        return 0.0, None
    tokens = Tokens(
        read=sum(r.tokens_read for r in replies),
        reused=sum(r.tokens_reused for r in replies),
        written=sum(r.tokens_written for r in replies),
    )
    return sum(r.seconds_reading + r.seconds_writing for r in replies), tokens


def _repeats(one: Statement, others: Sequence[Statement]) -> bool:
    return any(overlap(one.text, other.text) > 0.8 for other in others)


def in_plain_language(
    made: ItemBriefing,
    item: AgendaItem,
    model: Callable[[], LanguageModel],
    own_prompts: Path | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> ItemBriefing:
    """As `simpler`, at once.

    :raises Interrupted: `should_stop` said so. :raises ModelError: the model cannot be run.
    """
    under_way = Under(simpler(made, item, own_prompts))
    return alone(model(), under_way.rest(), should_stop) if under_way.made is None else under_way.made


def simpler(made: ItemBriefing, item: AgendaItem, own_prompts: Path | None = None) -> Script[ItemBriefing]:
    """The same briefing with a second version of what it is about, in plain language, checked like the first.

    What was said in short is said again in two very short sentences each; a sentence that fails the check is left out.
    """
    writer = Writer(None, own_prompts)
    pages = page_texts(item.papers)
    sources = [s for s in made.statements if s.origin == "model" and s.check == "ok"]
    said = yield from together([writer.simpler(source, pages) for source in sources])
    prompt = writer.prompt(PLAIN)
    record = PromptRecord(name=prompt.name, sha256=prompt.sha256)
    return made.model_copy(
        update={
            "plain_language": tuple(sentence for of_one in said for sentence in of_one),
            "prompts": (*(p for p in made.prompts if p.name != PLAIN), record),
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


def fit(written: Sequence[Statement], extracts: Sequence[Statement], words: int = WORD_BUDGET) -> tuple[Statement, ...]:
    """The model's sentences first, then as many extracts as the budget of words holds; none twice in other words."""
    kept = list(written)
    left = words - sum(len(s.text.split()) for s in written)
    for statement in extracts:
        length = len(statement.text.split())
        said = any(s.check == "ok" and overlap(statement.text, s.text) > 0.9 for s in written)
        if length <= left and not said:
            kept.append(statement)
            left -= length
    return tuple(kept)
