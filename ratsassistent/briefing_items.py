"""The briefings of agenda items: from the archive where nothing has changed, written anew where it has, several at once.

What enters: an opened Workspace, agenda items in the order in which they are wanted. What leaves: ItemBriefings, each as soon
as it is there and stored, with the energy it took.
What it does not know: meetings, who reads them, how a model is run.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from ratsassistent import held, language_models
from ratsassistent.archive.replacing import save_briefing_of, save_closed_briefing
from ratsassistent.briefings import ItemBriefing, Level, ModelRecord
from ratsassistent.errors import Interrupted, ServerError
from ratsassistent.machine.energy import ELSEWHERE, Energy, Meter
from ratsassistent.oparl import AgendaItem
from ratsassistent.workspace import Workspace
from ratsassistent.writing import briefing as writing
from ratsassistent.writing.model.language_model import LanguageModel, Script, Under

Made = tuple[AgendaItem, ItemBriefing]


@dataclass(frozen=True, slots=True)
class Instead:
    """Another model, and how it is loaded: it writes what a server that is away leaves unwritten."""

    record: ModelRecord
    load: Callable[[], LanguageModel]


def made_of(
    ws: Workspace,
    meeting_id: str | None,
    items: Sequence[AgendaItem],
    level: Level,
    record: ModelRecord | None = None,
    *,
    load: Callable[[], LanguageModel],
    effort: writing.Effort = writing.USUAL,
    plain: bool = False,
    should_stop: Callable[[], bool] | None = None,
    instead: Instead | None = None,
    here: Instead | None = None,
) -> Iterator[Made]:
    """The briefings of these items in the order in which they are ready: first what is in the archive, then what is written.

    :param load: gives the language model; called only where there is something for it to read.
    :param effort: how hard is tried; what was written with more is good as well.
    :param plain: with what it is about in plain language (level `voll`).
    :param instead: what writes the rest, from its beginning, where the server that writes is away.
    :param here: what writes the items that may not go to a server; None: all may.
    :raises Interrupted: `should_stop` said so; what was ready until then is kept. :raises ModelError: it cannot be run.
    """
    staying = [item for item in items if here is not None and not may_leave(item)]
    if here is not None and staying:
        yield from _made_by(
            ws, meeting_id, staying, level, here.record, load=here.load, effort=effort, plain=plain, should_stop=should_stop
        )  # fmt: skip
    left = {item.id: item for item in items if item not in staying}
    try:
        for item, made in _made_by(
            ws,
            meeting_id,
            list(left.values()),
            level,
            record,
            load=load,
            effort=effort,
            plain=plain,
            should_stop=should_stop,
        ):
            del left[item.id]
            yield item, made
    except ServerError:
        if instead is None:
            raise
        yield from _made_by(
            ws, meeting_id, list(left.values()), level, instead.record, load=instead.load, effort=effort, plain=plain,
            should_stop=should_stop,
        )  # fmt: skip


def _made_by(
    ws: Workspace,
    meeting_id: str | None,
    items: Sequence[AgendaItem],
    level: Level,
    record: ModelRecord | None,
    *,
    load: Callable[[], LanguageModel],
    effort: writing.Effort,
    plain: bool,
    should_stop: Callable[[], bool] | None,
) -> Iterator[Made]:
    missing: list[tuple[AgendaItem, Script[ItemBriefing]]] = []
    for item in items:
        stop_if_asked(should_stop)
        known = _known(ws, item, level, record, effort)
        if known is not None and not (plain and known.plain_language is None):
            yield item, known
        else:
            missing.append((item, _written(ws, item, level, record, effort, known, plain=plain)))
    if not missing:
        return
    meter, started = Meter(), time.monotonic()
    spent = Energy(0.0, "estimated")
    for item, fresh in _worked_off(missing, load, should_stop):
        spent = _sum(spent, meter.lap())
        if fresh.model is not None and fresh.model.server is not None:  # what it took there, nobody here can know
            yield item, _stored(ws, meeting_id, item, fresh.model_copy(update={"energy_how": ELSEWHERE}))
        elif (
            fresh.tokens is not None and fresh.energy_wh is None
        ):  # a model took part: its share of the time until now is its share of the energy
            share = min(1.0, fresh.seconds / max(time.monotonic() - started, 0.001))
            part = Energy(spent.joules * share, spent.how, spent.core_seconds * share, spent.watts)
            yield item, _stored(ws, meeting_id, item, fresh.model_copy(update=part.fields()))
        else:
            yield item, _stored(ws, meeting_id, item, fresh)


def stop_if_asked(should_stop: Callable[[], bool] | None) -> None:
    """Raise Interrupted where the work is to stop."""
    if should_stop and should_stop():
        raise Interrupted("Die Arbeit wurde angehalten; was fertig ist, bleibt erhalten.")


def may_leave(item: AgendaItem) -> bool:
    """Whether an item is known to be public with all its papers."""
    return item.public is True and all(paper.public is True for paper in item.papers)


def record_of(ws: Workspace, item: AgendaItem, record: ModelRecord | None) -> ModelRecord | None:
    """The model that writes this item: that of the server, or this computer's where the item may not go there."""
    if record is None or record.server is None or may_leave(item):
        return record
    server = language_models.server(ws.settings)
    return language_models.local_record(ws.settings) if server is not None and server.public_only else record


def is_current(ws: Workspace, item: AgendaItem, made: ItemBriefing, record: ModelRecord | None) -> bool:
    """Whether a stored briefing was made from what there is now, with whatever effort."""
    whose = list(dict.fromkeys((record, record_of(ws, item, record))))
    if record is not None and record.server and _falls_back(ws):  # this computer wrote while the server was away
        whose.append(language_models.local_record(ws.settings))
    bases = (writing.task(item, made.level, r, ws.own_prompts, effort=e).basis for r in whose for e in _EFFORTS)
    return made.basis in bases


def _falls_back(ws: Workspace) -> bool:
    server = language_models.server(ws.settings)
    return server is not None and server.fallback == "lokal"


_EFFORTS = (writing.THOROUGH, writing.USUAL)


def _known(
    ws: Workspace, item: AgendaItem, level: Level, record: ModelRecord | None, effort: writing.Effort
) -> ItemBriefing | None:
    known = held.store_for(ws, item).briefing(item.id, level)
    if known is None:
        return None
    good = _EFFORTS[: _EFFORTS.index(effort) + 1] if effort in _EFFORTS else (effort,)
    bases = (writing.task(item, level, record, ws.own_prompts, effort=one).basis for one in good)
    return known if known.basis in bases else None


def _written(
    ws: Workspace,
    item: AgendaItem,
    level: Level,
    record: ModelRecord | None,
    effort: writing.Effort,
    known: ItemBriefing | None,
    *,
    plain: bool,
) -> Script[ItemBriefing]:
    made = known
    if made is None:
        before = held.store_for(ws, item).briefing(item.id, level)
        made = yield from writing.script(writing.task(item, level, record, ws.own_prompts, effort=effort), before)
        if before is not None and made.tokens is not None and not made.tokens.written:  # all was known
            taken = {name: getattr(before, name) for name in ("tokens", "seconds", "energy_wh", "energy_how")}
            made = made.model_copy(update=taken)
    if plain and level == "voll":
        made = yield from writing.simpler(made, item, ws.own_prompts)
    return made


def _worked_off(
    missing: Sequence[tuple[AgendaItem, Script[ItemBriefing]]],
    load: Callable[[], LanguageModel],
    should_stop: Callable[[], bool] | None,
) -> Iterator[Made]:
    """Work off scripts; a model is loaded at the first one that wants it, and writes for all that follow."""
    for place, (item, script) in enumerate(missing):
        stop_if_asked(should_stop)
        under_way = Under(script)
        if under_way.made is not None:
            yield item, under_way.made
            continue
        rest = missing[place:]
        for number, made in load().write_all(
            chain([under_way.rest()], (further for _, further in rest[1:])), should_stop=should_stop
        ):
            yield rest[number][0], made
        return


def _stored(ws: Workspace, meeting_id: str | None, item: AgendaItem, made: ItemBriefing) -> ItemBriefing:
    store = held.store_for(ws, item)
    if store is ws.public and made.public is True:
        save_briefing_of(store, meeting_id, made, item)  # unless something of it was hidden meanwhile
        return made
    if made.public is True:  # it tells of a confidential paper of a public item
        made = made.model_copy(update={"public": False})
    save_closed_briefing(store, meeting_id, made)
    return made


def _sum(one: Energy, other: Energy) -> Energy:
    return other if one.joules == 0.0 else one + other
