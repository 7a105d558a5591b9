"""The briefings of agenda items: from the archive where nothing has changed, written anew where it has, several at once.

What enters: an opened Workspace, agenda items in the order in which they are wanted. What leaves: ItemBriefings, each as soon
as it is there and stored, with the energy it took.
What it does not know: meetings, who reads them, how a model is run.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from itertools import chain

from ratsassistent import held
from ratsassistent.archive.replacing import save_briefing_of, save_closed_briefing
from ratsassistent.briefings import ItemBriefing, Level, ModelRecord
from ratsassistent.errors import Interrupted
from ratsassistent.machine.energy import Energy, Meter
from ratsassistent.oparl import AgendaItem
from ratsassistent.workspace import Workspace
from ratsassistent.writing import briefing as writing
from ratsassistent.writing.model.language_model import LanguageModel, Script, Under

Made = tuple[AgendaItem, ItemBriefing]


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
) -> Iterator[Made]:
    """The briefings of these items in the order in which they are ready: first what is in the archive, then what is written.

    :param load: gives the language model; called only where there is something for it to read.
    :param effort: how hard is tried; what was written with more is good as well.
    :param plain: with what it is about in plain language (level `voll`).
    :raises Interrupted: `should_stop` said so; what was ready until then is kept. :raises ModelError: it cannot be run.
    """
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
        if (
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


def is_current(ws: Workspace, item: AgendaItem, made: ItemBriefing, record: ModelRecord | None) -> bool:
    """Whether a stored briefing was made from what there is now, with whatever effort."""
    bases = (writing.task(item, made.level, record, ws.own_prompts, effort=e).basis for e in _EFFORTS)
    return made.basis in bases


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
