"""What the views „Suchen“ and „Beschlüsse“ ask of the archive, as HTML ready to be shown.

What enters: settings, what somebody looks for (`Search`, `RegisterSearch`), what is entered about a resolution.
What leaves: HTML (escaped). What it does not know: Gradio, SQL, how anything is found or kept.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from ratsassistent import register, searching, workflow
from ratsassistent.errors import InputError
from ratsassistent.output import page_register, page_search, phrases, register_table
from ratsassistent.output.page_ready import Ready
from ratsassistent.output.page_register import RegisterSearch
from ratsassistent.output.page_search import MOST, Search
from ratsassistent.resolutions import Resolution
from ratsassistent.settings import Settings
from ratsassistent.workspace import Workspace

MOST_MEETINGS = 200  # that can be chosen from; older ones are found by the period
_PUBLIC = {"ja": True, "nein": False}


class LookUp:
    """Search and register; one object for all tabs."""

    def __init__(self, settings: Settings, ready: Ready | None = None) -> None:
        self.settings = settings
        self._ready = ready or Ready(settings)

    # --- search

    def search_form(self, asked: Search | None) -> str:
        """The form, with what there is to choose from now."""
        with workflow.workspace(self.settings) as ws:
            return page_search.form(searching.choices(ws, MOST_MEETINGS), asked)

    def search(self, asked: Search) -> str:
        """What is found."""
        ws = self._ready.workspace()
        choices = searching.choices(ws, MOST_MEETINGS)
        found = workflow.find(
            ws, asked.text, limit=MOST + 1, wanted=asked.meeting or None, public=_PUBLIC.get(asked.public),
            since=asked.since or None, until=asked.until or None, organization=asked.organization or None,
            paper_type=asked.paper_type or None, one_a_file=True,
        )  # fmt: skip
        by_meaning = searching.by_meaning(ws)
        holds_anything = bool(found or choices.meetings or workflow.loose_papers(ws, with_text=False))
        return page_search.results(asked, found, choices, by_meaning=by_meaning, holds_anything=holds_anything)

    # --- register

    def register_form(self, asked: RegisterSearch) -> str:
        """The form, with what there is to choose from now."""
        with workflow.workspace(self.settings) as ws:
            return page_register.form(searching.choices(ws, MOST_MEETINGS), asked)

    def register(self, asked: RegisterSearch) -> str:
        """The resolutions, as far as they are shown. What came in since is read first, which may take a while."""
        today = dt.date.today()
        with workflow.workspace(self.settings) as ws:
            found = _resolutions(ws, asked, today, None if asked.to_do else asked.shown + 1)
            shown = found[: asked.shown]
            history = {one.id: register.history(ws, one.id) for one in shown if one.entered}
        return page_register.table(
            shown, asked, today, more=len(found) > len(shown), history=history, name=self.settings.name,
            total=None if not asked.to_do and len(found) > len(shown) else len(found),
        )  # fmt: skip

    def export(self, asked: RegisterSearch) -> str:
        """All resolutions that pass, as files for a spreadsheet: links that hold them, so no file lies anywhere for it."""
        today = dt.date.today()
        with workflow.workspace(self.settings) as ws:
            found = _resolutions(ws, asked, today, None)
        name = f"{'offene-beschluesse' if asked.to_do else 'beschluesse'}-{today:%Y-%m-%d}"
        links = [
            ("Excel (XLSX)", f"{name}.xlsx", register_table.XLSX, register_table.as_xlsx(found, today)),
            ("CSV", f"{name}.csv", register_table.CSV, register_table.as_csv(found, today)),
        ]
        return page_register.downloads(links, len(found), closed=any(one.public is not True for one in found))

    def enter(self, wanted: Mapping[str, Any]) -> Resolution:
        """Keep what a person entered about a resolution: only what differs from what is known.

        :raises InputError: nothing differs, or something is none of what can be entered.
        :raises NotFound: there is no such resolution any more.
        """
        given = {name: str(wanted.get(name, "")).strip() for name in ("status", "deadline", "office", "note", "author")}
        if given["status"] and given["status"] not in phrases.STATUSES:
            raise InputError("Diesen Status gibt es nicht.")
        with workflow.workspace(self.settings) as ws:
            known = register.resolution(ws, str(wanted.get("resolution", "")))
            before = {
                "status": known.status or "",
                "deadline": known.deadline.isoformat() if known.deadline else "",
                "office": known.office or "",
                "note": "",
            }
            new: dict[str, Any] = {name: given[name] for name, value in before.items() if given[name] != value}
            if not new:
                raise InputError("Es wurde nichts geändert. Bitte Status, Frist, Amt oder Notiz eintragen.")
            return register.enter(ws, known.id, author=given["author"] or None, **new)


def _resolutions(ws: Workspace, asked: RegisterSearch, today: dt.date, limit: int | None) -> list[Resolution]:
    found = register.resolutions(
        ws, asked.text, since=asked.since or None, until=asked.until or None, organization=asked.organization or None,
        outcomes=asked.outcomes, statuses=asked.statuses, limit=limit,
    )  # fmt: skip
    return register.to_do(found, today) if asked.to_do else found
