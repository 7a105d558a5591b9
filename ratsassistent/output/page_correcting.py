"""What a click on a correction does: it is kept, everything shows it, and the page says what that means.

What enters: the choices of one browser tab, what was pressed with the fields of its form. What leaves: dictionaries
component -> new value.
What it does not know: how HTML is made, what a correction changes (`ratsassistent.corrections`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ratsassistent import corrections, workflow
from ratsassistent.corrections import Place, Standing
from ratsassistent.errors import InputError
from ratsassistent.oparl import AgendaItem, Meeting
from ratsassistent.output import page_correct, page_views
from ratsassistent.output import phrases_corrections as words
from ratsassistent.output.page_person import Acting
from ratsassistent.output.page_text import progress_bar
from ratsassistent.settings import Settings
from ratsassistent.workflow import Workspace

if TYPE_CHECKING:
    from ratsassistent.output.page_actions import Chosen, Reading
    from ratsassistent.output.page_layout import Page

Changes = Iterator[dict[Any, Any]]


class Correcting(Acting):
    """The handlers of the correction menus."""

    def __init__(
        self,
        page: Page,
        settings: Settings,
        open_again: Callable[[Chosen], Reading],
        show: Callable[[Reading], dict[Any, Any]],
    ) -> None:
        """:param open_again: what the tab looks at, as it is now. :param show: puts that on the page."""
        super().__init__(settings)
        self.p, self._open, self._show = page, open_again, show

    def act(self, chosen: Chosen, wanted: Mapping[str, Any]) -> Changes:
        """Keep a correction, or take one back."""
        before = self._open(chosen).line
        yield {self.p.line: progress_bar(None, "Die Änderung wird überall übernommen …")}
        try:
            told = (
                take_back(self.settings, wanted)
                if wanted["do"] == "uncorrect"
                else correct(self.settings, chosen.meeting or "", wanted)
            )
        except BaseException:
            yield {self.p.line: before}
            raise
        if wanted["do"] == "uncorrect":
            chosen = replace(chosen, corrected=None, undone=words.what(told))
        else:
            chosen = replace(chosen, corrected=told.correction.id, undone="")
        nothing = {self.p.files_made: "", self.p.picture: page_views.picture(None)}
        yield {**self._show(self._open(chosen)), **nothing}


def correct(settings: Settings, meeting: str, wanted: Mapping[str, Any]) -> Standing:
    """Keep what a form says.

    :raises InputError: it lacks something. :raises NotFound: it is not there any more.
    """
    how = str(wanted.get("how"))
    to = str(wanted.get("to") or "")
    if how == "move" and not to:
        raise InputError("Bitte den Tagesordnungspunkt wählen, zu dem es gehört.")
    if how == "open" and not wanted.get("sure"):
        raise InputError("Bitte erst bestätigen, dass Sie das freigeben dürfen: mit dem Häkchen über dem Knopf.")
    try:
        file, pages = page_correct.place_of(wanted)
    except ValueError:
        raise InputError("Bitte die Seiten als Zahlen angeben, zum Beispiel von 12 bis 15.") from None
    item, paper = (str(wanted[name]) if wanted.get(name) else None for name in ("item", "paper"))
    place = Place(top=item) if wanted.get("whole") == "item" else Place(top=item, paper=paper, file=file, pages=pages)
    with workflow.workspace(settings) as ws:
        return corrections.correct(
            ws, meeting, place, to=to if how == "move" else None, public=None if how == "move" else how == "open"
        )


def take_back(settings: Settings, wanted: Mapping[str, Any]) -> Standing:
    """Take a correction back.

    :raises NotFound: it is not there any more.
    """
    with workflow.workspace(settings) as ws:
        return corrections.withdraw(ws, str(wanted["correction"]))


def menus(item: AgendaItem, meeting: Meeting, told: str = "") -> tuple[dict[str, str], str]:
    """The menus of an item's papers, and after the papers what was changed of them by hand with the menu of the item.

    :param told: HTML of what was changed.
    """
    return page_correct.menus(item, meeting), told + page_correct.of_item(item)


def of_meeting(ws: Workspace, meeting: Meeting, chosen: Chosen) -> str:
    """What the view of a whole meeting shows: pages that belong to no item, and what was changed by hand."""
    return page_correct.shown(meeting, corrections.corrections(ws, meeting.id), chosen.corrected, chosen.undone)
