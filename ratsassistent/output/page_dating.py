"""What a click on a deletion date does: it is set, put off, taken away, or followed after a second yes.

What enters: the choices of one browser tab, what was pressed with the fields of its form. What leaves: dictionaries
component -> new value.
What it does not know: how HTML is made (`page_deadline`), how anything is deleted (`ratsassistent.deleting`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from ratsassistent import deadlines, workflow
from ratsassistent.backup import known
from ratsassistent.deadlines import PARTS, Part
from ratsassistent.errors import InputError
from ratsassistent.oparl import Meeting
from ratsassistent.output import deadline_command, page_deadline
from ratsassistent.output.page_person import Acting
from ratsassistent.output.page_text import long_day, progress_bar, safe
from ratsassistent.settings import Settings
from ratsassistent.workflow import Workspace

if TYPE_CHECKING:
    from ratsassistent.output.page_actions import Chosen, Reading
    from ratsassistent.output.page_layout import Page

Changes = Iterator[dict[Any, Any]]


def overview(
    ws: Workspace, held: Sequence[Meeting] | None = None, sure: tuple[str, Part] | None = None, told: str = ""
) -> str:
    """What is due of all meetings, for the list of them; nothing while the non-public part is locked, where dates are kept."""
    if ws.is_locked or not ws.may("deadline"):
        return ""
    today = dt.date.today()
    asked = [(one, deadlines.extent(ws, one)) for one in deadlines.due(ws, today, held)]
    return page_deadline.due(asked, today, sure, told)


def of_meeting(ws: Workspace, meeting: Meeting, sure: Part | None = None, told: str = "") -> str:
    """The dates of the open meeting, and the question where one has come; nothing while the non-public part is locked."""
    if ws.is_locked or not ws.may("deadline"):
        return ""
    today = dt.date.today()
    asked = [(one, deadlines.extent(ws, one)) for one in deadlines.due(ws, today, [meeting])]
    asks_already = any(one.part == sure for one, _ in asked)
    shown = page_deadline.due(asked, today, (meeting.id, sure) if sure else None)
    return page_deadline.of_meeting(
        meeting.id, deadlines.of_meeting(ws, meeting), shown,
        mixed=deadlines.is_mixed(ws, meeting.id), sure=None if asks_already else sure, told=told,
    )  # fmt: skip


def rule(ws: Workspace, told: str = "") -> str:
    """What holds for new meetings; nothing while the non-public part is locked."""
    return "" if ws.is_locked or not ws.may("deadline") else page_deadline.rule(deadlines.rules(ws), told)


class Dating(Acting):
    """The handlers of the three places where deletion dates stand."""

    def __init__(
        self,
        page: Page,
        settings: Settings,
        open_again: Callable[[Chosen], Reading],
        show: Callable[[Reading], dict[Any, Any]],
        to_overview: Callable[[Chosen], dict[Any, Any]],
        forgotten: Callable[[Chosen], dict[Any, Any]],
    ) -> None:
        """:param open_again: what the tab looks at, as it is now. :param show: puts that on the page.

        :param to_overview: puts the list of all meetings there. :param forgotten: what deletion changes in the other views.
        """
        super().__init__(settings)
        self.p = page
        self._open, self._show, self._to_overview, self._forgotten = open_again, show, to_overview, forgotten

    def act(self, chosen: Chosen, event: Any) -> Changes:
        """A button about a deletion date, at the open meeting or in the list of all."""
        wanted: Mapping[str, Any] = event._data
        do = wanted["do"]
        if do == "due-rule":
            made = self._set_rule(wanted)
            yield {**self.lists(), self.p.rule: made}
            return
        meeting, part = str(wanted.get("meeting", "")), _part(wanted)
        if do == "due-delete":
            yield from self._delete(chosen, meeting, part)
        elif do == "due-ask":
            yield self._drawn(chosen, (meeting, part))
        elif do == "due-no":
            yield self._drawn(chosen, told="Es wurde nichts gelöscht.")
        else:
            yield self._drawn(chosen, told=self._say(do, meeting, part, wanted))

    def _say(self, do: str, meeting: str, part: Part, wanted: Mapping[str, Any]) -> str:
        with workflow.workspace(self.settings) as ws:
            if do == "due-later":
                again = deadlines.later(ws, meeting, part)
                return f"Das Programm fragt Sie am {safe(long_day(again.isoformat()))} wieder."
            if do == "due-keep":
                name = deadlines.keep(ws, meeting, (part,)).name
                return f"Das Löschdatum ist entfernt: „{safe(name)}“, {page_deadline.WORDS[part]}. Es bleibt alles, wie es ist."
            day = _day(wanted)
            name = deadlines.put(ws, meeting, part, day).name
        return (
            f"Löschdatum gespeichert: {safe(long_day(day.isoformat()))}, {page_deadline.WORDS[part]} („{safe(name)}“)."
        )

    def _set_rule(self, wanted: Mapping[str, Any]) -> str:
        months = {part: _months(wanted.get(part)) for part in PARTS}
        with workflow.workspace(self.settings) as ws:
            before = deadlines.rules(ws)
            for part, number in months.items():
                if number != before.get(part) or wanted.get("held"):
                    deadlines.put_rule(ws, part, number, also_held=bool(wanted.get("held")))
            told = page_deadline.rules_told(deadlines.rules(ws))
            return rule(ws, f"Gespeichert. Für neue Sitzungen gilt: {safe(told)}.")

    def _delete(self, chosen: Chosen, meeting: str, part: Part) -> Changes:
        place = self.p.dates if chosen.meeting else self.p.due
        yield {place: progress_bar(None, "Wird gelöscht …")}
        try:
            with workflow.workspace(self.settings) as ws:
                gone = workflow.delete(ws, meeting, part)
                is_left = deadlines.is_held(ws, gone.id)
        except BaseException:
            yield self._drawn(chosen)
            raise
        what = f"Der nichtöffentliche Teil von „{gone.name}“" if part == "nonpublic" else f"„{gone.name}“"
        backups = known.after_deletion(self.settings, [gone.id])
        if backups and part == "nonpublic":
            backups = deadline_command.STILL_IN_BACKUPS
        told = safe(f"{what} wurde gelöscht. {backups}".strip())
        chosen = replace(chosen, question=None)
        if not is_left and chosen.meeting:
            chosen = replace(chosen, meeting=None, item=None)
        changes = self._show(self._open(chosen)) if chosen.meeting else self._to_overview(chosen)
        changes |= self._forgotten(changes[self.p.chosen])
        yield {**changes, **self._drawn(chosen, told=told)}

    def _drawn(self, chosen: Chosen, sure: tuple[str, Part] | None = None, told: str = "") -> dict[Any, Any]:
        """The place where the button stood, as it is now."""
        with workflow.workspace(self.settings) as ws:
            if chosen.meeting:
                asked = sure[1] if sure and sure[0] == chosen.meeting else None
                return {self.p.dates: of_meeting(ws, workflow.meeting(ws, chosen.meeting), asked, told)}
            return {self.p.due: overview(ws, sure=sure, told=told)}

    def lists(self) -> dict[Any, Any]:
        """What stands above and below the list of all meetings."""
        with workflow.workspace(self.settings) as ws:
            return {self.p.due: overview(ws), self.p.rule: rule(ws)}


def _part(wanted: Mapping[str, Any]) -> Part:
    part = wanted.get("part", "all")
    if part not in PARTS:
        raise InputError("Dieser Teil einer Sitzung ist nicht bekannt.")
    return cast(Part, part)


def _day(wanted: Mapping[str, Any]) -> dt.date:
    try:
        return dt.date.fromisoformat(str(wanted.get("day", "")).strip())
    except ValueError:
        raise InputError("Bitte einen Tag wählen, zum Beispiel den 31.12.2027.") from None


def _months(given: Any) -> int | None:
    text = str(given or "").strip()
    if not text:
        return None
    if not text.isdecimal():
        raise InputError("Bitte die Monate als ganze Zahl angeben, oder das Feld leer lassen.")
    return int(text)
