"""What the views „Fragen und suchen“ and „Beschlüsse“ ask of the archive, as HTML ready to be shown.

What enters: settings, what somebody looks for (`Search`, `RegisterSearch`), what is entered about a resolution.
What leaves: HTML (escaped). What it does not know: Gradio, SQL, how anything is found or kept.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from ratsassistent import access_log, register, searching, workflow
from ratsassistent.archive.searches_table import KeptSearch
from ratsassistent.errors import InputError, Locked
from ratsassistent.jobs import Job
from ratsassistent.output import page_hits, page_recent, page_register, page_search, phrases, register_table
from ratsassistent.output.page_hits import MOST
from ratsassistent.output.page_person import Acting
from ratsassistent.output.page_ready import Ready
from ratsassistent.output.page_register import RegisterSearch
from ratsassistent.output.page_search import CLOSED, Opened, Search
from ratsassistent.output.page_thumbs import Thumbs
from ratsassistent.resolutions import Resolution
from ratsassistent.settings import Settings
from ratsassistent.workspace import Workspace

MOST_MEETINGS = 200  # that can be chosen from; older ones are found by the period
MOST_NAMES = 50  # of meetings and items, that are remembered


class LookUp(Acting):
    """Search and register; one object for all tabs."""

    def __init__(self, settings: Settings, ready: Ready | None = None) -> None:
        super().__init__(settings)
        self._ready = ready or Ready(settings.of_system())
        self._names: dict[tuple[object, str, str], Opened] = {}

    # --- search

    def search_form(self, asked: Search | None, meeting: str | None = None, item: str | None = None) -> str:
        """The form, with what there is to choose from now.

        :param meeting: that is open in „Sitzungen“. :param item: the item of it that is.
        """
        with workflow.workspace(self.settings) as ws:
            within = self._named(ws, asked.meeting, asked.item) if asked else CLOSED
            if asked and asked.meeting and not within.meeting:  # deleted since
                asked = asked.without(["meeting"])
            opened = self._named(ws, meeting or "", item or "")
            return page_search.form(searching.choices(ws, MOST_MEETINGS), asked, within, opened)

    def search(self, asked: Search, *, answered: bool = False) -> str:
        """What is found.

        :param answered: it is put as a question, too.
        """
        with self._ready.lent(self.settings) as ws:
            return self._search(ws, asked, answered=answered)

    def _search(self, ws: Workspace, asked: Search, *, answered: bool) -> str:
        more: dict[str, Any] = {"item_id": asked.item} if asked.item else {}
        found = workflow.find(
            ws, asked.text, limit=MOST + 1, wanted=asked.meeting or None, one_a_file=True, **asked.filters, **more
        )
        closed = [hit for hit in found[:MOST] if hit.public is not True]
        access_log.noted(ws, "hits", [{"meeting_id": hit.meeting} for hit in closed if hit.meeting])
        anything = found or searching.choices(ws, 1).meetings or workflow.loose_papers(ws, with_text=False)
        return page_hits.results(
            asked, found, by_meaning=searching.by_meaning(ws), holds_anything=bool(anything),
            within=self._named(ws, asked.meeting, asked.item), answered=answered,
        )  # fmt: skip

    def narrowed(self, asked: Search) -> str:
        """What something was narrowed to, as one line; empty where it was not."""
        if not asked.narrowed:
            return ""
        with workflow.workspace(self.settings) as ws:
            return page_search.narrowed(asked, self._named(ws, asked.meeting, asked.item))

    def pictures(self, thumbs: Thumbs, keys: Sequence[str], *, only_public: bool) -> str:
        """Small pictures of pages, as `Thumbs.drawn` gives them."""
        with self._ready.lent(self.settings) as ws:
            return thumbs.drawn(ws, keys, only_public=only_public)

    # --- what was asked and searched before

    def keep(self, asked: Search) -> None:
        """Keep a search, so that it can be made again; not where it is to be kept is locked."""
        with workflow.workspace(self.settings) as ws, suppress(Locked):
            ws.searches.keep(asked.text, asked.narrowed)

    def searches(self) -> list[KeptSearch]:
        """The searches that are kept, the newest first."""
        with workflow.workspace(self.settings) as ws:
            return ws.searches.all()

    def forget(self, search_id: str | None) -> None:
        """Delete a search; None: all of them."""
        with workflow.workspace(self.settings) as ws:
            kept = ws.searches
            if search_id is None:
                kept.remove_all()
            else:
                kept.remove(search_id)

    def recent(self, questions: Sequence[Job], shown: str | None, *, folded: bool) -> str:
        """What was asked and searched before."""
        with workflow.workspace(self.settings) as ws:

            def words(asked: Search) -> str:
                within = self._named(ws, asked.meeting, asked.item)
                return " · ".join(told for told, _ in page_search.chips(asked, within))

            kept = ws.searches.all()
            return page_recent.recent(
                questions, kept, words, shown=shown, days=self.settings.question_days, folded=folded
            )

    def _named(self, ws: Workspace, meeting: str, item: str) -> Opened:
        """The names of a meeting and of an item of it; `CLOSED` where it is not held any more."""
        if not meeting or all(store.meeting_id(meeting) is None for store in ws.stores):
            return CLOSED
        key = (ws.rights and ws.rights.seen, meeting, item)  # others may not see the item
        if (known := self._names.get(key)) is None:
            whole = workflow.meeting(ws, meeting)
            name = next((one.title for one in whole.agendaItem if one.id == item), "")
            known = self._names[key] = Opened(meeting, whole.name, item if name else "", name)
            while len(self._names) > MOST_NAMES:
                del self._names[next(iter(self._names))]
        return known

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
            _note_register(ws, shown, "register")
            history = {one.id: register.history(ws, one.id) for one in shown if one.entered}
        return page_register.table(
            shown, asked, today, more=len(found) > len(shown), history=history, name=self.settings.name,
            total=None if not asked.to_do and len(found) > len(shown) else len(found),
        )  # fmt: skip

    def export(self, asked: RegisterSearch, *, also_closed: bool = False) -> str:
        """All resolutions that pass, as files for a spreadsheet: links that hold them, so no file lies anywhere for it.

        :param also_closed: those too that are not known to be public; else it is said how many there are.
        """
        today = dt.date.today()
        with workflow.workspace(self.settings) as ws:
            every = _resolutions(ws, asked, today, None)
            found = every if also_closed else [one for one in every if one.public is True]
            _note_register(ws, found, "export")
        name = f"{'offene-beschluesse' if asked.to_do else 'beschluesse'}-{today:%Y-%m-%d}"
        links = [
            ("Excel (XLSX)", f"{name}.xlsx", register_table.XLSX, register_table.as_xlsx(found, today)),
            ("CSV", f"{name}.csv", register_table.CSV, register_table.as_csv(found, today)),
        ]
        left = len(every) - len(found)
        closed = any(one.public is not True for one in found)
        return page_register.downloads(links if found or not left else [], len(found), closed=closed, left_out=left)

    def enter(self, wanted: Mapping[str, Any]) -> Resolution:
        """Keep what a person entered about a resolution: only what differs from what is known.

        :raises InputError: nothing differs, or something is none of what can be entered.
        :raises NotFound: there is no such resolution any more.
        """
        given = {name: str(wanted.get(name, "")).strip() for name in ("status", "deadline", "office", "note", "author")}
        if given["status"] and given["status"] not in phrases.STATUSES:
            raise InputError("Diesen Status gibt es nicht.")
        who = self.settings
        author = who.name if who.person else given["author"]  # who has signed in enters nothing under another name
        with workflow.workspace(who) as ws:
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
            return register.enter(ws, known.id, author=author or None, **new)


def _note_register(ws: Workspace, shown: Sequence[Resolution], act: access_log.Kind) -> None:
    closed = [one for one in shown if one.public is not True]
    access_log.noted(ws, act, [{"meeting_id": one.meeting_id, "item_id": one.item_id} for one in closed])


def _resolutions(ws: Workspace, asked: RegisterSearch, today: dt.date, limit: int | None) -> list[Resolution]:
    found = register.resolutions(
        ws, asked.text, since=asked.since or None, until=asked.until or None, organization=asked.organization or None,
        outcomes=asked.outcomes, statuses=asked.statuses, limit=limit,
    )  # fmt: skip
    return register.to_do(found, today) if asked.to_do else found
