"""What a click does: each handler calls `Actions` and yields the components that change, with their new values.

What enters: the choices of one browser tab, values of components. What leaves: dictionaries component -> new value.
What it does not know: how HTML is made, SQL, where a component stands on the page.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode

import gradio as gr

from ratsassistent.errors import NotFound
from ratsassistent.jobs import Job
from ratsassistent.output import page_fetch, page_register, page_title, page_views
from ratsassistent.output.page_actions import Actions, Chosen, Reading, digest, sentence
from ratsassistent.output.page_correcting import Correcting
from ratsassistent.output.page_dating import Dating
from ratsassistent.output.page_export import Exporting
from ratsassistent.output.page_finding import SOON_S, Finding
from ratsassistent.output.page_first import FirstStart
from ratsassistent.output.page_lookup import LookUp
from ratsassistent.output.page_register import RegisterSearch
from ratsassistent.output.page_text import notice, progress_bar

if TYPE_CHECKING:
    from ratsassistent.output.page_layout import Page

READ, ASK, TAKE_IN, FIND, REGISTER = "sitzungen", "fragen", "einlesen", "suchen", "beschluesse"
MOST_WINDOWS = 200  # whose last clicks are remembered
SLOW_S, FAST_S = 4.0, 1.0  # seconds between two looks at the work in the background

Changes = Iterator[dict[Any, Any]]


class Turns:
    """Which click of a window came last: clicks are worked on side by side, and the last one is to be seen in the end."""

    def __init__(self) -> None:
        self._latest: dict[tuple[str, str], int] = {}

    def begin(self, wanted: dict[str, Any], *parts: str) -> None:
        """A click wants to change these parts of the page."""
        for part in parts:
            key = (str(wanted.get("window")), part)
            self._latest[key] = max(self._latest.pop(key, 0), int(wanted.get("turn", 0)))
        while len(self._latest) > MOST_WINDOWS:
            del self._latest[next(iter(self._latest))]

    def holds(self, wanted: dict[str, Any], part: str) -> bool:
        """Whether nothing that was clicked later changes that part."""
        return int(wanted.get("turn", 0)) >= self._latest.get((str(wanted.get("window")), part), 0)


class Events:
    """The handlers of one page. Each is a generator, so that a slow step can say first that it has begun."""

    def __init__(self, page: Page, actions: Actions) -> None:
        self.p, self.do = page, actions
        self.lookup = LookUp(actions.settings, actions.ready)
        self._turns = Turns()
        self.finding = Finding(page, actions, self.lookup, self._turns, self._show_page, self.act_reading)
        self.first = FirstStart(page, actions, self.take_in_demo)
        self.correcting = Correcting(page, actions.settings, actions.open, self._show)
        self.dating = Dating(page, actions.settings, actions.open, self._show, self._overview, self.finding.deleted)
        self.exporting = Exporting(page, actions.settings, actions.downloads)

    # --- whole page

    def load(self, address: str) -> Changes:
        """A tab was opened or loaded anew: back to where its address says it was."""
        wanted = {key: values[-1] for key, values in parse_qs((address or "").lstrip("#")).items()}
        asked = self.do.questions()
        chosen = Chosen(
            meeting=wanted.get("sitzung"),
            item=wanted.get("top"),
            paper=wanted.get("vorlage"),
            question=self.finding.question_at_start(asked),
        )
        holds_anything = self.do.holds_anything()
        chosen = replace(chosen, welcome=not (holds_anything or self._taken_in()))
        view = wanted.get("ansicht") or (READ if holds_anything else TAKE_IN)
        view = {FIND: ASK}.get(view, view)  # both in one since
        if not self.do.may("take_in"):
            view, chosen = READ if view == TAKE_IN else view, replace(chosen, welcome=False)
        first = {**self._lists(chosen), **self._model(), **self.finding.at_start(chosen, asked)}
        first |= {self.p.chosen: chosen, self.p.welcome: self.first.html(chosen)}
        if self.do.settings.accounts:  # what there is depends on who has signed in
            first[self.p.help] = self.do.help.view()
        first[self.p.register_page] = page_views.picture(None)
        first[self.p.lock] = self.do.locking.line()
        first[self.p.fetched] = self._fetched()
        first[self.p.queue], first[self.p.result] = self.do.queue(), self._taken_in()
        first[self.p.view] = f"overview start-{view}" if view != TAKE_IN else "overview"  # no jump where it is anyway
        yield first
        if chosen.meeting or chosen.paper:
            try:
                yield from self._open(chosen)
            except NotFound:  # deleted since
                yield self._overview(replace(chosen, meeting=None, item=None, paper=None))
        self.do.ready.begin()

    def tick(self, chosen: Chosen, seen: dict[str, Any]) -> Changes:
        """Look whether the work in the background has brought anything new; draw only that."""
        news = self.do.news(chosen, seen.get("reading", ()))
        now: dict[str, Any] = {
            "reading": news.key,
            "line": seen.get("line", "") if news.line is None else news.line,
            "queue": digest(news.queue),
            "question": news.question and _question_key(news.question),
            "model": self.do.model_box(),
            "pace": SOON_S if _is_awaited(news.question) else FAST_S if news.busy else SLOW_S,
            "drawn": news.reading.drawn if news.reading else seen.get("drawn", {}),
            "taking": self._taken_in(),
            "fetched": self._fetched(),
            "lock": self.do.locking.state,
            "day": str(dt.date.today()),  # the program may stay open for weeks
        }
        if now == seen:
            return
        changes: dict[Any, Any] = {self.p.seen: now}
        if news.reading:
            changes[self.p.view] = _view(news.reading)
            drawn = seen.get("drawn", {})
            for name, part, html in (
                ("agenda", self.p.agenda, news.reading.agenda),
                ("item", self.p.item, news.reading.item),
                ("controls", self.p.controls, news.reading.controls),
                ("about", self.p.about, news.reading.about),
                ("confirm", self.p.confirm, news.reading.confirm),
            ):
                if now["drawn"][name] != drawn.get(name):
                    changes[part] = html
        if now["line"] != seen.get("line"):
            changes[self.p.line] = now["line"]
        if now["queue"] != seen.get("queue"):
            changes[self.p.queue] = news.queue
        if now["question"] != seen.get("question") and chosen.question:
            changes[self.p.answer] = self.finding.answer(news.question)
        changes |= {} if now["lock"] == seen.get("lock") else {self.p.lock: self.do.locking.line()}
        took = now["taking"] != seen.get("taking", "")
        if took:
            changes[self.p.result] = now["taking"]
        came = now["fetched"] != seen.get("fetched", now["fetched"])
        changes |= {self.p.fetched: now["fetched"]} if came else {}
        if (took and not self.do.taking.running) or came or now["day"] != seen.get("day", now["day"]):
            changes |= self._lists(chosen)
        if now["model"] != seen.get("model"):
            changes |= self._model()
            if chosen.welcome:
                changes[self.p.welcome] = self.first.html(chosen)
        if now["pace"] != seen.get("pace") or now["question"] != seen.get("question"):
            changes[self.p.timer] = gr.Timer(now["pace"])
        yield changes

    # --- taking in; what came of it is shown to whoever may do it

    def _taken_in(self) -> str:
        return self.do.taking.html() if self.do.may("take_in") else ""

    def _fetched(self) -> str:
        return page_fetch.line(self.do.settings) if self.do.may("take_in") else ""

    def take_in(self, files: Sequence[str] | None, chosen: Chosen) -> Changes:
        """Read what was dropped on the page; `tick` shows how far it is, in every tab."""
        paths = [Path(str(file)) for file in files or ()]
        changes = {self.p.files: None, self.p.timer: gr.Timer(FAST_S), **self.first.close(chosen)}
        if paths:
            self.do.taking.begin(paths, own=True)
            changes[self.p.result] = self._taken_in()
        yield changes

    def take_in_demo(self, chosen: Chosen) -> Changes:
        """Read the demonstration pack."""
        from ratsassistent.demo import demo_pack

        yield from self._take_in([demo_pack()], chosen)

    def _take_in(self, paths: Sequence[Path], chosen: Chosen) -> Changes:
        yield self.first.close(chosen)
        for html, done in self.do.take_in(paths):
            yield {self.p.result: html, self.p.demo: gr.Button(interactive=done is not None)}
        yield {self.p.demo: gr.Button(interactive=True), **self._lists(chosen)}

    # --- reading

    def act_reading(self, chosen: Chosen, event: Any) -> Changes:
        """A button in one of the HTML parts of „Einlesen“ and „Sitzungen“."""
        wanted = event._data
        match wanted["do"]:
            case "open":
                yield self._opening()
                opened = chosen.elsewhere(meeting=wanted["meeting"], item=wanted.get("item"), paper=None)
                yield from self._go(opened, wanted)
            case "paper":
                yield self._opening()
                yield from self._go(chosen.elsewhere(meeting=None, item=None, paper=wanted["paper"]), wanted)
            case "item":
                yield from self._go(chosen.elsewhere(item=wanted["item"]), wanted)
            case "remark":
                words = (wanted.get(name) for name in ("target", "text", "audience"))
                self.do.remark(chosen, wanted["item"], wanted["kind"], *words)
                yield from self._said(chosen, wanted, "Gespeichert.")
            case "withdraw":
                self.do.withdraw(wanted["remark"])
                yield from self._said(chosen, wanted, "Zurückgenommen.")
            case "exclude" | "readmit" if chosen.meeting:
                gr.Info(self.do.persons.exclude(wanted), title="Befangenheit", duration=6)
                yield self._show(self.do.open(chosen))
            case "mark" if chosen.meeting:
                self.do.mark(chosen, wanted["item"], wanted["kind"], wanted["to"] == "1")
                yield self._show(self.do.open(chosen))
            case "plain" | "first" if chosen.meeting:
                order = self.do.work.order_plain if wanted["do"] == "plain" else self.do.work.order_item
                order(chosen.meeting, wanted["item"])
                yield self._at_work(chosen)
            case "cite":
                yield from self._show_page(self.p.picture, "picture", wanted, closable=False)
            case "load-model":
                self.do.loading.start(self.do.settings)
                yield {**self._model(), self.p.timer: gr.Timer(FAST_S)}
            case "correct" | "uncorrect" if chosen.meeting:
                yield from self.correcting.act(chosen, wanted)
            case "release":
                self.do.release(wanted["paper"])
                yield self._lists(chosen)

    def _go(self, chosen: Chosen, wanted: dict[str, Any]) -> Changes:
        """Open something, unless something else was clicked since."""
        self._turns.begin(wanted, "item", "picture")
        for changes, what in zip(self._open(chosen), ("item", "picture"), strict=True):
            if self._turns.holds(wanted, what):
                yield {part: _anew(html, wanted) if part == self.p.picture else html for part, html in changes.items()}

    def _said(self, chosen: Chosen, wanted: dict[str, Any], told: str) -> Changes:
        """Show the item with what a person said; files made before do not have it."""
        gr.Info(told, title="Anmerkung", duration=4)
        changes = {self.p.files_made: ""}
        yield {**self._show(self.do.open(chosen)), **changes} if self._turns.holds(wanted, "item") else changes

    def back(self, chosen: Chosen) -> Changes:
        """From a meeting to the list of all."""
        yield self._overview(chosen.elsewhere(meeting=None, item=None, paper=None))

    def act_working(self, chosen: Chosen, event: Any) -> Changes:
        """A button about the work in the background: order, plan, pause, go on, cancel, put first, go gently."""
        wanted, work = event._data, self.do.work
        match wanted["do"]:
            case "open":
                yield from self.act_reading(chosen, event)
                return
            case "write" if chosen.meeting:
                tonight, thorough = wanted.get("when") == "night", bool(wanted.get("thorough"))
                work.order(chosen.meeting, thorough=thorough, tonight=tonight)
            case "steer":
                work.steer(wanted["job"], wanted["how"])
            case "all":
                work.steer_all(wanted["how"])
            case "night":
                gr.Info(f"{work.order_all_tonight()} Zusammenfassungen sind geplant.", title="Heute Nacht", duration=6)
            case "gentle":
                work.go_gently(wanted["to"] == "1")
        if chosen.meeting:
            yield self._at_work(chosen)
        else:
            yield {self.p.queue: self.do.queue(), self.p.seen: {}, self.p.timer: gr.Timer(FAST_S)}

    def act_lock(self, chosen: Chosen, event: Any) -> Changes:
        """A button in the line about the passphrase; where it changed something, the tab is loaded anew (`page_lock.js`)."""
        yield {self.p.lock: self.do.locking.act(event._data)}

    def delete(self, chosen: Chosen) -> Changes:
        """Delete the open meeting."""
        if chosen.meeting:
            deleted = self.do.delete(chosen.meeting)
            changes = self._overview(replace(chosen, meeting=None, item=None, question=None))
            changes[self.p.meetings] = notice(deleted, "good") + changes[self.p.meetings]
            yield {**changes, **self.finding.deleted(changes[self.p.chosen])}

    def _show_page(self, part: Any, name: str, wanted: dict[str, Any], *, closable: bool = True) -> Changes:
        """A page's picture, unless something else was clicked since.

        :param closable: with a button that takes it away again: it stands beside a list.
        """
        self._turns.begin(wanted, name)
        file, page, quote = str(wanted["file"]), int(wanted["page"]), wanted.get("quote")
        for made in self.do.picture(file, page, quote, closable=closable):
            if not self._turns.holds(wanted, name):
                return
            yield {part: _anew(made, wanted)}

    def open_register(self, asked: RegisterSearch) -> Changes:
        """The view „Beschlüsse“ was opened: what came in since is read first."""
        waiting = progress_bar(
            None, "Das Beschlussregister wird zusammengestellt. Beim ersten Mal kann das etwas dauern …"
        )
        yield {self.p.register_form: self.lookup.register_form(asked), self.p.register: waiting}
        yield from self._list(asked, {})

    def act_register(self, chosen: Chosen, asked: RegisterSearch, event: Any) -> Changes:
        """A button in one of the HTML parts of „Beschlüsse“."""
        wanted = event._data
        match wanted["do"]:
            case "register":
                asked = RegisterSearch.of(wanted)
                yield {self.p.register_form: self.lookup.register_form(asked), self.p.register_files: ""}
                yield from self._list(asked, wanted)
            case "more":
                yield from self._list(replace(asked, shown=asked.shown + page_register.STEP), wanted)
            case "enter":
                self.lookup.enter(wanted)
                gr.Info("Gespeichert.", title="Eintrag", duration=4)
                yield {self.p.register_files: ""}  # files made before do not have it
                yield from self._list(asked, wanted)
            case "export":
                yield {self.p.register_files: progress_bar(None, "Die Dateien werden geschrieben …")}
                yield {self.p.register_files: self.lookup.export(asked, also_closed=wanted.get("also") == "1")}
            case "cite":
                yield from self._show_page(self.p.register_page, "register page", wanted)
            case "close":
                self._turns.begin(wanted, "register page")
                yield {self.p.register_page: page_views.picture(None)}
            case "open":
                yield from self.act_reading(chosen, event)

    def _list(self, asked: RegisterSearch, wanted: dict[str, Any]) -> Changes:
        self._turns.begin(wanted, "register")
        try:
            made = self.lookup.register(asked)
        except Exception as error:
            made = notice(sentence(error), "error")
        if self._turns.holds(wanted, "register"):
            yield {self.p.register: made, self.p.listed: asked}

    # --- what changes together

    def _lists(self, chosen: Chosen) -> dict[Any, Any]:
        today, held, loose = self.do.lists(chosen)
        return {self.p.today: today, self.p.meetings: held, self.p.loose: loose, **self.dating.lists()}

    def _model(self) -> dict[Any, Any]:
        return {self.p.model: self.do.model_box(), self.p.title: page_title.title(self.do.settings)}

    def _opening(self) -> dict[Any, Any]:
        return {
            self.p.view: "desk",
            self.p.head: "",
            self.p.files_made: "",
            self.p.agenda: "",
            self.p.line: "",
            self.p.controls: "",
            self.p.about: "",
            self.p.dates: "",
            self.p.confirm: "",
            self.p.item: progress_bar(None, "Der Auszug wird zusammengestellt …"),
            self.p.picture: page_views.picture(None),
        }

    def _open(self, chosen: Chosen) -> Changes:
        reading = self.do.open(chosen)
        yield self._show(reading)
        page = self.do.first_page(reading.chosen)
        yield {self.p.picture: next(self.do.picture(*page)) if page else page_views.picture(None)}

    def _show(self, reading: Reading) -> dict[Any, Any]:
        chosen = reading.chosen
        where = {"sitzung": chosen.meeting, "top": chosen.item, "vorlage": chosen.paper}
        return {
            self.p.chosen: chosen,
            self.p.seen: {"reading": reading.key, "line": reading.line, "drawn": reading.drawn},
            self.p.address: urlencode({key: value for key, value in where.items() if value}),
            self.p.view: _view(reading),
            self.p.head: reading.head,
            self.p.agenda: reading.agenda,
            self.p.item: reading.item,
            self.p.line: reading.line,
            self.p.controls: reading.controls,
            self.p.about: reading.about,
            self.p.dates: reading.dates,
            self.p.confirm: reading.confirm,
        }

    def _at_work(self, chosen: Chosen) -> dict[Any, Any]:
        return {**self._show(self.do.open(chosen)), self.p.timer: gr.Timer(FAST_S)}

    def _overview(self, chosen: Chosen) -> dict[Any, Any]:
        return {
            **self._lists(chosen),
            self.p.queue: self.do.queue(),
            self.p.chosen: chosen,
            self.p.seen: {},
            self.p.address: "",
            self.p.view: "overview",
        }


def _anew(html: str, wanted: dict[str, Any]) -> str:
    """The same HTML, but another value: the page waits for a change after each click, though it be for the same picture."""
    return f'{html}<span hidden data-turn="{int(wanted.get("turn", 0))}"></span>'


def _is_awaited(asked: Job | None) -> bool:
    """Whether a question is being answered now and has no quotes yet."""
    return asked is not None and asked.state == "läuft" and asked.result is None


def _question_key(asked: Job) -> tuple[str, str, str, bool]:
    """What tells that the question shown has to be drawn anew."""
    return asked.id, asked.state, asked.message, asked.result is not None


def _view(reading: Reading) -> str:
    """What is to be seen of an opened meeting or paper, as words for `page_view.js`."""
    return "desk meeting" if reading.chosen.meeting else "desk"
