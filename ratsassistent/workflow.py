"""The steps of a run by name: take_in, brief, remark, ask, find, delete, release; and the work done in the background.

What enters: settings, paths, ids, questions.
What leaves: the objects of `oparl`; nothing is printed here.
What it does not know: commands, the web page, SQL, how a model is run.

Public and non-public material live in two stores that share nothing. A step that looks at a meeting looks at both, and
puts what it writes beside what it was made from.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from pydantic import JsonValue

from ratsassistent import (
    asking,
    briefing_items,
    briefing_jobs,
    corrections,
    deleting,
    earlier,
    event_log,
    held,
    intake,
    language_models,
    pace,
    pool,
    question_jobs,
    rights,
    suspicions,
    swapping,
)
from ratsassistent import worker as background
from ratsassistent.archive import seal
from ratsassistent.asking import page_counts
from ratsassistent.briefing_jobs import order as order_briefing
from ratsassistent.briefings import Answer, Briefing, Coverage, Intake, ItemBriefing, Level, ModelRecord
from ratsassistent.cited import page_text
from ratsassistent.deleting import delete, delete_paper
from ratsassistent.errors import StorageError
from ratsassistent.held import letters, loose_papers, meetings, wanted_paper
from ratsassistent.held import wanted_item as item_of
from ratsassistent.held import wanted_meeting as meeting
from ratsassistent.intake import release
from ratsassistent.jobs import Job
from ratsassistent.machine import energy, fit, power
from ratsassistent.marks import important, marks, put_mark
from ratsassistent.memory import remembered
from ratsassistent.oparl import AgendaItem, Meeting, PageRef, Public
from ratsassistent.question_jobs import order as order_question
from ratsassistent.remarks import Told, handed_out, remark, remarks, remarks_of_paper, said_of_all, which, withdraw
from ratsassistent.searching import find, make_vectors
from ratsassistent.settings import Settings
from ratsassistent.shown_pages import page_picture
from ratsassistent.workspace import Progress, Workspace, quiet, store_of
from ratsassistent.writing import briefing as writing
from ratsassistent.writing.findings.importance import by_importance
from ratsassistent.writing.findings.overview import overview
from ratsassistent.writing.model.language_model import LanguageModel
from ratsassistent.writing.remote.fallback import WithFallback

__all__ = [
    "Progress", "Workspace", "ask", "brief", "brief_paper", "coverage", "delete", "delete_paper", "find", "item_of", "load_model",
    "loose_papers", "marks", "meeting", "meetings", "model_record", "order_briefing", "order_question", "outdated", "page_picture", "page_text", "put_mark",
    "release", "remark", "remarks", "remarks_of_paper", "store_of", "stored_briefing", "take_in", "unwritten", "with_earlier", "withdraw", "work", "workspace",
]  # fmt: skip


# --- what is held --------------------------------------------------------------------------------------------------


@contextmanager
def workspace(settings: Settings) -> Iterator[Workspace]:
    """Open the data folder and end what a crash interrupted in it, or use what the page keeps open (`pool`).

    :raises StorageError: the folder cannot be used; a German sentence says why.
    """
    with pool.lent(settings) as ws:
        yield ws


def take_in(
    ws: Workspace,
    paths: Sequence[Path],
    *,
    public: Public = None,
    progress: Progress = quiet,
    on_agenda: intake.OnAgenda = lambda _: None,
) -> Intake:
    """As `intake.take_in`; what was deleted while it read does not come back with it."""
    ws.need("take_in")
    try:
        with event_log.timed("take_in") as told:
            made = intake.take_in(ws, paths, public=public, progress=progress, on_agenda=on_agenda)
            told |= {"files": made.files, "pages": made.pages_total, "meetings": len(made.meetings)}
            told |= {"papers": made.papers, "skipped": len(made.skipped)}
        return made
    finally:
        with suppress(StorageError):
            deleting.finish(ws)


def coverage(ws: Workspace, meeting_id: str | None = None, known: Meeting | None = None) -> Coverage:
    """How far the pages of a meeting (or of everything) were read, and what a meeting's agenda lacks.

    :param known: that meeting, where it is at hand; else it is read.
    """
    read, total = page_counts(ws, meeting_id)

    def refs(**like: str) -> tuple[PageRef, ...]:
        return tuple(ref for store in ws.stores for ref in store.page_refs(meeting_id, **like))

    covered = Coverage(
        pages=total,
        read=read,
        unreadable=refs(source="none"),
        ocr=refs(source="ocr"),
        drawings=refs(kind="drawing"),
    )
    chosen = known or (held.meeting(ws, meeting_id) if meeting_id else None)
    if chosen is None:
        return covered
    return covered.with_gaps([chosen]).model_copy(update={"suspicious": suspicions.of_meeting(ws, chosen)})


# --- briefing ------------------------------------------------------------------------------------------------------


def model_record(settings: Settings) -> ModelRecord:
    """The language model that is set, without loading it.

    :raises ModelError: the catalogue has no such model. :raises InputError: the server's setting cannot be understood.
    """
    return language_models.record_of(settings)


def load_model(ws: Workspace) -> LanguageModel:
    """The language model that is set, loaded once with what suits this computer; its checksum is verified before.

    :raises ModelError: it is not on this machine, or damaged, or does not fit into memory, or the engine does not run.
    """
    if ws.model is None:
        ws.model = language_models.opened(ws.settings, model_record(ws.settings), ws.own_prompts)
    return ws.model


def _instead(ws: Workspace) -> briefing_items.Instead | None:
    """What writes where the server that was to is away, if that is wished."""
    server = language_models.server(ws.settings)
    if server is None or server.fallback == "keiner":
        return None

    def load() -> LanguageModel:
        model = load_model(ws)
        return model.local() if isinstance(model, WithFallback) else model

    return briefing_items.Instead(language_models.local_record(ws.settings), load)


def _here(ws: Workspace) -> briefing_items.Instead | None:
    """What writes of what may not go to the server; None: all may, or there is none."""
    server = language_models.server(ws.settings)
    if server is None or not server.public_only:
        return None
    return briefing_items.Instead(language_models.local_record(ws.settings), lambda: question_model(ws))


def question_model(ws: Workspace) -> LanguageModel:
    """The language model for what may concern confidential things: this computer's where the server gets public ones alone.

    :raises ModelError: as `load_model`.
    """
    model, server = load_model(ws), language_models.server(ws.settings)
    return model.local() if server is not None and server.public_only and isinstance(model, WithFallback) else model


def for_language_model(ws: Workspace) -> None:
    """Let go of the embedding model before long work of the language model: both are too much for a small computer."""
    if ws.model is None and ws.embedding is not None and ws.embedding.transformer is not None:
        ws.embedding.transformer.release()


def for_embedding_model(ws: Workspace) -> None:
    """Let go of the language model, which is loaded again in a second or two, before long work of the embedding model."""
    if ws.model is not None:
        ws.model.close()
        ws.model = None


def brief(
    ws: Workspace,
    wanted: str,
    level: Level = "auszug",
    *,
    top: str | None = None,
    plain: bool = False,
    thorough: bool = False,
    progress: Progress = quiet,
    should_stop: Callable[[], bool] | None = None,
    on_item: Callable[[ItemBriefing], None] | None = None,
) -> Briefing:
    """The briefing of a meeting, or of one of its items; each item is stored as soon as it is written.

    Several items are written at once, the more important ones first; `on_item` gets each when it is ready.

    :param plain: say what it is about in plain language, too (level `voll`).
    :param thorough: let the model try longer (level `voll`).

    What was written before from the same words with the same model and prompt is taken from the archive, so a run that
    was killed goes on where it stopped.

    :raises Interrupted: `should_stop` said so; all items finished until then are kept.
    """
    started = time.monotonic()
    chosen = meeting(ws, wanted)
    items = [item_of(chosen, top)] if top else list(chosen.agendaItem)
    links = earlier.of_meeting(ws, chosen, items)
    ready: dict[str, ItemBriefing] = {}
    progress(items[0].title if len(items) == 1 else f"{len(items)} Tagesordnungspunkte", 0.0)
    for item, made_item in briefing_items.made_of(
        ws,
        chosen.id,
        _first_things_first(ws, chosen, items) if level == "voll" else items,
        level,
        _record_for(ws, level),
        load=lambda: load_model(ws),
        effort=writing.THOROUGH if thorough else writing.USUAL,
        plain=plain,
        should_stop=should_stop,
        instead=_instead(ws) if level == "voll" else None,
        here=_here(ws) if level == "voll" else None,
    ):
        ready[item.id] = handed_out(ws, item, made_item).model_copy(update={"earlier": links[item.id]})
        progress(f"TOP {item.number or '–'}: {item.name}", len(ready) / len(items))
        if on_item:
            on_item(ready[item.id])
    covered = coverage(ws, chosen.id, chosen)
    written = [ready[item.id] for item in items]
    made = _briefing(ws, covered, chosen.id, chosen.name, level, written, time.monotonic() - started)
    if not top:
        made = made.model_copy(update={"overview": overview(chosen, made.agendaItem, covered)})
    return made.with_sources(items, chosen)


def brief_paper(ws: Workspace, reference: str, level: Level = "auszug", *, plain: bool = False) -> Briefing:
    """The briefing of one paper, by its number or id.

    :param plain: as in `brief`.

    :raises NotFound: no such paper is held.
    """
    started = time.monotonic()
    item = wanted_paper(ws, reference)
    written = handed_out(ws, item, _brief_item(ws, None, item, level, _record_for(ws, level), plain=plain))
    written = with_earlier(ws, written, item)
    pages = sum(s.last - s.first + 1 for paper in item.papers for s in paper.files)
    covered = Coverage(pages=pages, read=pages)
    made = _briefing(ws, covered, None, item.name, level, [written], time.monotonic() - started)
    return made.with_sources([item])


def _record_for(ws: Workspace, level: Level) -> ModelRecord | None:
    return model_record(ws.settings) if level == "voll" else None


def _brief_item(
    ws: Workspace,
    meeting_id: str | None,
    item: AgendaItem,
    level: Level,
    record: ModelRecord | None = None,
    *,
    plain: bool = False,
) -> ItemBriefing:
    load = lambda: load_model(ws)  # noqa: E731
    instead, here = (_instead(ws), _here(ws)) if level == "voll" else (None, None)
    ((_, made),) = briefing_items.made_of(
        ws, meeting_id, [item], level, record, load=load, plain=plain, instead=instead, here=here
    )
    return made


def with_earlier(ws: Workspace, written: ItemBriefing, item: AgendaItem, of: Meeting | None = None) -> ItemBriefing:
    """The briefing of an item with the earlier resolutions on the same matter."""
    name = ("earlier", item.id, item.public, tuple(p.id for p in item.papers), of.id if of else None)
    return written.model_copy(update={"earlier": remembered(ws, name, lambda: earlier.of_item(ws, item, of))})


def stored_briefing(ws: Workspace, wanted: str, *, linked: bool = False) -> Briefing:
    """The best there is of a meeting without running a model: `voll` where written, `auszug` otherwise.

    :param linked: with the earlier resolutions on the same matters, which take longer to find.
    """
    chosen = meeting(ws, wanted)
    record = _record_for(ws, "voll")
    said = said_of_all(ws, chosen.agendaItem)  # it is not the same for everybody who asks
    name = ("briefing", chosen.id, linked, record, writing.prompt_checksums(ws.own_prompts), which(said))
    return remembered(ws, name, lambda: _stored(ws, chosen, record, said, linked=linked), lambda _: letters(chosen))


def _stored(ws: Workspace, chosen: Meeting, record: ModelRecord | None, told: Told, *, linked: bool) -> Briefing:
    links = earlier.of_meeting(ws, chosen) if linked else {}
    written = {(store, made.id): made for store in ws.stores for made in store.briefings(chosen.id, "voll")}
    items: list[ItemBriefing] = []
    for item, said in zip(chosen.agendaItem, told, strict=True):
        known = written.get((held.store_for(ws, item), item.id))
        if known is None or not briefing_items.is_current(ws, item, known, record):
            known = _brief_item(ws, chosen.id, item, "auszug")
        items.append(handed_out(ws, item, known, said).model_copy(update={"earlier": links.get(item.id, ())}))
    covered = coverage(ws, chosen.id, chosen)
    made = _briefing(ws, covered, chosen.id, chosen.name, "voll", items, 0.0)
    made = made.model_copy(update={"overview": overview(chosen, made.agendaItem, covered)})
    return made.with_sources(chosen.agendaItem, chosen)


def outdated(ws: Workspace, item: AgendaItem) -> ItemBriefing | None:
    """What the language model wrote of an item from other papers, or as another model; None where what is there holds."""
    known = held.store_for(ws, item).briefing(item.id, "voll")
    return None if known is None or briefing_items.is_current(ws, item, known, _record_for(ws, "voll")) else known


def _briefing(
    ws: Workspace,
    covered: Coverage,
    meeting_id: str | None,
    name: str,
    level: Level,
    items: Sequence[ItemBriefing],
    seconds: float,
) -> Briefing:
    return Briefing(
        meeting=meeting_id,
        name=name,
        level=level,
        agendaItem=tuple(items),
        coverage=covered,
        model=next((i.model for i in items if i.model), None),
        seconds=round(seconds, 2),
        complete=all(i.level == level for i in items),
        part="public" if ws.is_locked else "whole",
        **energy.fields_of(items),
    )


# --- questions and search ------------------------------------------------------------------------------------------


def ask(
    ws: Workspace,
    question: str,
    *,
    wanted: str | None = None,
    top: str | None = None,
    before: Sequence[Answer] = (),
    quotes_only: bool = False,
    should_stop: Callable[[], bool] | None = None,
    on_text: Callable[[str], None] | None = None,
) -> Answer:
    """As `asking.ask`, with the language model that is set.

    :param quotes_only: without the language model.
    """
    model = None if quotes_only else lambda: question_model(ws)
    return asking.ask(
        ws, question, model=model, wanted=wanted, top=top, before=before, should_stop=should_stop, on_text=on_text
    )


# --- work in the background ----------------------------------------------------------------------------------------


def unwritten(ws: Workspace, chosen: Meeting, *, thorough: bool = False) -> list[AgendaItem]:
    """The items of a meeting whose summary by the language model is still to be written, the more important ones first."""
    record = _record_for(ws, "voll")

    def is_written(item: AgendaItem) -> bool:
        known = held.store_for(ws, item).briefing(item.id, "voll")
        if known is None or not thorough:
            return known is not None and briefing_items.is_current(ws, item, known, record)
        effort = writing.THOROUGH
        whose = briefing_items.record_of(ws, item, record)
        return known.basis == writing.task(item, "voll", whose, ws.own_prompts, effort=effort).basis

    missing = [item for item in chosen.agendaItem if item.has_files and not is_written(item)]
    return _first_things_first(ws, chosen, missing)


def _first_things_first(ws: Workspace, chosen: Meeting, items: Sequence[AgendaItem]) -> list[AgendaItem]:
    """The items in the order in which the language model writes them: what the reader marked, then by importance."""
    return by_importance(items, chosen.start or "", first=important(ws, items))


def work(ws: Workspace, *, idle_exit_s: float | None = 120.0) -> None:
    """Do what waits in the queue, one job after the other, until nothing has come for a while.

    :param idle_exit_s: seconds without work after which the worker goes, and gives the model's memory back.
    """
    corrections.put_in_order(ws)  # what a crash interrupted
    given = ws.settings
    gently = power.gentle(pace.wanted(given), power.power())
    ws.settings = pace.paced(given)
    server = language_models.server(given)

    def briefing(job: Job, beat: background.Progress) -> JsonValue:
        chosen = meeting(ws, str(job.payload["meeting"]))
        one = briefing_jobs.one_item(job)
        items = [item_of(chosen, one)] if one else _first_things_first(ws, chosen, chosen.agendaItem)
        thorough, plain = bool(job.payload.get("thorough")), "plain" in job.payload
        report = briefing_jobs.Report(beat, items)
        if ws.model is None and server is None:  # once for each computer and model
            for_language_model(ws)
            fit.fitted(ws.settings, tell=report.prepares, should_stop=report.should_stop)
        wanted = {item.id for item in items}
        missing = [item for item in unwritten(ws, chosen, thorough=thorough) if item.id in wanted]
        left = briefing_jobs.TimeLeft(ws, missing, thorough=thorough, gently=gently)
        report.left = None if plain else left  # how long plain language takes is not estimated
        brief(
            ws,
            chosen.id,
            "voll",
            top=one,
            plain=plain,
            thorough=thorough,
            on_item=lambda item: report.finished(item.id),
            should_stop=report.should_stop,
        )
        if report.left:
            left.learn(ws)
        return {"items": report.total}

    def question(job: Job, beat: Beat) -> Any:
        report = question_jobs.Report(beat, 1)

        def load() -> LanguageModel:
            for_language_model(ws)
            return question_model(ws)

        with rights.as_asker(ws, job.person) as mine:
            made = question_jobs.complete(mine, job, load, report.should_stop, report.growing)
        return made.model_dump(mode="json")

    def vectors(_job: Job, beat: Beat) -> JsonValue:
        for_embedding_model(ws)
        made = make_vectors(ws, lambda done, total: beat(done, total, f"{done} von {total} Textstellen"))
        return {"passages": made}

    handlers: dict[str, background.Handler] = {"briefing": briefing, "frage": question, "vektoren": vectors}

    began = seal.token(given.nonpublic_folder)

    def is_stale() -> bool:  # another pace or server takes another process, and a restored or locked state takes none
        if swapping.is_announced(given) or seal.token(given.nonpublic_folder) != began:
            return True
        if language_models.server(given) != server:
            return True
        return power.gentle(pace.wanted(given), power.power()) != gently

    may_work = lambda: power.may_work(power.power())  # noqa: E731

    def measure(should_stop: Callable[[], bool]) -> None:  # while nobody waits for anything
        if ws.model is None and server is None:
            fit.fitted(ws.settings, should_stop=should_stop)

    background.run_worker(
        ws.jobs, handlers, idle_exit_s=idle_exit_s, may_work=may_work, is_stale=is_stale, when_idle=measure
    )
    if is_stale() and not swapping.is_announced(given):
        background.ensure_worker(given)


Beat = Callable[[int, int, str], None]  # done, total, German message; raises Interrupted when the work is to stop
