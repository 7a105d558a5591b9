"""What is on the page: Gradio components in their places, and which event goes to which handler.

What enters: an `Actions`. What leaves: the `gradio.Blocks` with its wiring.
What it does not know: what a handler does (`page_events`), how HTML is made, SQL.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr

from ratsassistent.output import page_allowed, page_title
from ratsassistent.output.page_actions import Actions, Chosen, sentence
from ratsassistent.output.page_events import ASK, READ, REGISTER, SLOW_S, TAKE_IN, Events
from ratsassistent.output.page_intake import FOLDER
from ratsassistent.output.page_quick import QuickBlocks
from ratsassistent.output.page_register import RegisterSearch
from ratsassistent.output.page_trust import HELP, HelpEvents, lay_out

_HERE = Path(__file__).parent
_WELCOME = """<h1>Unterlagen einlesen</h1><p>Ziehen Sie die Unterlagen einer Sitzung in das Feld: eine PDF-Datei, mehrere,
eine ZIP-Datei oder einen ganzen Ordner. Das Lesen beginnt sofort.</p>"""
_EXAMPLE = "<p>Noch keine Unterlagen zur Hand? Probieren Sie es mit einer erfundenen Sitzung aus.</p>"
_ASK = """<h1>Fragen und suchen</h1><p>In allem, was Sie eingelesen haben. Steht etwas nicht in den Unterlagen, sagt das Programm es.</p>"""
_THUMBS = "watch('value', () => { if (props.value) window.raThumbsCame?.(JSON.parse(props.value)); });"
_REGISTER = """<h1>Beschlüsse</h1><p>Was beschlossen wurde, aus Niederschriften und aus den Daten des Ratsinformationssystems. Was daraus
wurde, können Sie selbst eintragen.</p>"""
_KEEP_ADDRESS = """(address) => {
  const now = new URLSearchParams(location.hash.slice(1)), next = new URLSearchParams(address);
  if (!next.get("ansicht") && now.get("ansicht")) next.set("ansicht", now.get("ansicht"));
  history.replaceState(null, "", "#" + next);
}"""
_KEEP_VIEW = """() => {
  const now = new URLSearchParams(location.hash.slice(1));
  now.set("ansicht", "%s");
  history.replaceState(null, "", "#" + now);
}"""


class Page:
    """All components; each handler's answer names the few that change."""

    def __init__(self, actions: Actions) -> None:
        self.wired: list[
            tuple[Callable[..., Iterator[Any]], bool]
        ] = []  # handlers, and whether a button says what is wanted
        self._script = (_HERE / "page.js").read_text("utf-8")
        with QuickBlocks(title="Ratsassistent", analytics_enabled=False, fill_width=True) as self.blocks:
            self.chosen, self.seen = gr.State(Chosen()), gr.State({})
            self.searched, self.listed = gr.State(None), gr.State(RegisterSearch())
            self.address = gr.Textbox(visible="hidden", label="Adresse")
            self.timer = gr.Timer(SLOW_S)
            self.view = gr.HTML("overview", js_on_load=(_HERE / "page_view.js").read_text("utf-8"), elem_id="ra-view")
            self.title = gr.HTML(page_title.title(actions.settings), js_on_load=None)
            self.lock = self._html("ra-lock", also="page_lock.js")
            self.model = self._html("ra-model")
            with gr.Tabs(elem_id="ra-tabs", overflow_behavior="wrap"):
                self._taking_in()
                self._reading()
                self._finding()
                self._register()
                given = lay_out(self._script, actions.help)
                self.tab_help, self.help, self.help_page = given.tab, given.text, given.picture
                self.proof, self.proof_drawn, self.proof_timer = given.proof, given.proof_drawn, given.proof_timer
            self._wire(Events(self, actions))

    def _html(self, elem_id: str, css: str = "", *, also: str = "") -> Any:
        """A part whose buttons do something; `also`: a file with more that it does in the browser."""
        script = self._script + ((_HERE / also).read_text("utf-8") if also else "")
        return gr.HTML("", js_on_load=script, elem_id=elem_id, elem_classes=css or None)

    def _button(self, label: str, *, when: str = "", **options: Any) -> Any:
        """A button; with `when` it is seen only while `view` holds that word."""
        return gr.Button(label, elem_classes=["ra-fit", f"ra-when-{when}"] if when else ["ra-fit"], **options)

    def _taking_in(self) -> None:
        with gr.Tab("Einlesen", id=TAKE_IN, render_children=True) as self.tab_take_in:
            self.welcome = self._html("ra-welcome")
            gr.HTML(_WELCOME, js_on_load=None)
            self.files = gr.File(
                label="Unterlagen", show_label=False, file_count="multiple", height=220, elem_id="ra-files"
            )
            gr.HTML(FOLDER, js_on_load=(_HERE / "page_folder.js").read_text("utf-8"), elem_id="ra-folder")
            gr.HTML(_EXAMPLE, js_on_load=None)
            self.demo = self._button("Beispiel laden")
            self.result = self._html("ra-result")
            self.fetched = self._html("ra-fetched")

    def _reading(self) -> None:
        with gr.Tab("Sitzungen", id=READ, render_children=True) as self.tab_read:
            with gr.Column(elem_classes="ra-when-overview"):
                gr.HTML("<h1>Ihre Sitzungen</h1>", js_on_load=None)
                self.due = self._html("ra-due", also="page_deadline.js")
                self.today = self._html("ra-today")
                self.queue = self._html("ra-queue")
                self.meetings = self._html("ra-meetings")
                self.loose = self._html("ra-loose")
                self.rule = self._html("ra-rule", also="page_deadline.js")
            with gr.Column(elem_classes="ra-when-desk"):
                with gr.Row(elem_classes="ra-bar"):
                    self.back = self._button("← Alle Sitzungen")
                    self.head = self._html("ra-head")
                    self.to_ask = self._button("Frage stellen", when="meeting")
                    self.export = self._button("Word oder PDF", when="meeting", elem_id="ra-export")
                    self.delete = self._button("Sitzung löschen", when="meeting", elem_id="ra-delete")
                self.line = self._html("ra-line")
                self.controls = self._html("ra-controls", "ra-when-meeting")
                self.files_made = self._html("ra-files-made", "ra-when-meeting")
                self.dates = self._html("ra-dates", "ra-when-meeting", also="page_deadline.js")
                self.about = self._html("ra-about", "ra-when-meeting")
                with gr.Column(elem_classes="ra-confirm"):
                    self.confirm = self._html("ra-confirm-text")
                    with gr.Row(elem_classes="ra-bar"):
                        self.really = self._button("Ja, löschen", variant="stop")
                        self.keep = self._button("Nein, behalten")
                with gr.Row(elem_classes="ra-desk"):
                    with gr.Column(elem_classes="ra-left ra-when-meeting", min_width=0):
                        self.agenda = self._html("ra-agenda", also="page_agenda.js")
                    with gr.Column(elem_classes="ra-middle", min_width=0):
                        self.item = self._html("ra-item")
                    with gr.Column(elem_classes="ra-right", min_width=0):
                        self.picture = self._html("ra-picture-read", "ra-picture")

    def _finding(self) -> None:
        with gr.Tab("Fragen und suchen", id=ASK, render_children=True) as self.tab_ask:
            gr.HTML(_ASK, js_on_load=None)
            with gr.Row(elem_classes="ra-desk ra-desk-two"):
                with gr.Column(elem_classes="ra-middle", min_width=0):
                    self.search_form = self._html("ra-search-form")
                    self.earlier = self._html("ra-earlier")
                    self.answer = self._html("ra-answer")
                    self.hits = self._html("ra-hits", also="page_thumbs.js")
                    self.thumbs = gr.HTML("", js_on_load=_THUMBS, elem_id="ra-thumbs")
                with gr.Column(elem_classes="ra-right", min_width=0):
                    self.found_page = self._html("ra-picture-find", "ra-picture")

    def _register(self) -> None:
        with gr.Tab("Beschlüsse", id=REGISTER, render_children=True) as self.tab_register:
            gr.HTML(_REGISTER, js_on_load=None)
            self.register_form = self._html("ra-register-form")
            self.register_files = self._html("ra-register-files")
            with gr.Row(elem_classes="ra-desk ra-desk-two ra-desk-wide"):
                with gr.Column(elem_classes="ra-middle", min_width=0):
                    self.register = self._html("ra-register")
                with gr.Column(elem_classes="ra-right", min_width=0):
                    self.register_page = self._html("ra-picture-register", "ra-picture")

    def _wire(self, do: Events) -> None:
        outputs = [
            part for part in vars(self).values() if isinstance(part, gr.blocks.Block) and part is not self.blocks
        ]
        fixed = {"show_progress": "hidden", "api_visibility": "private", "trigger_mode": "always_last"}
        chosen = self.chosen

        def guarded(handler: Callable[..., Iterator[Any]], inputs: int, **options: bool) -> Callable[..., Any]:
            with_event = options.get("with_event", False)
            self.wired.append((handler, with_event))

            def allowed(*args: Any) -> Iterator[Any]:
                page_allowed.check(do.do.settings, handler, args, with_event=with_event)
                yield from handler(*args)

            return _guarded(allowed, inputs, **options)

        def on(
            event: Any, handler: Callable[..., Iterator[Any]], *inputs: Any, quiet: bool = False, **options: Any
        ) -> Any:
            return event(guarded(handler, len(inputs), quiet=quiet), list(inputs), outputs, **{**fixed, **options})

        def on_act(part: Any, handler: Callable[..., Iterator[Any]], *more: Any) -> None:
            # Each click at once: one that Gradio defers („always_last“) comes without what was clicked.
            run = guarded(handler, 1 + len(more), with_event=True)
            part.act(run, [chosen, *more], outputs, **{**fixed, "trigger_mode": "multiple"})

        on(self.blocks.load, do.load, self.address, js="() => [window.raStart ?? location.hash]")
        on(self.timer.tick, do.tick, chosen, self.seen, trigger_mode="once", quiet=True)
        on(self.files.upload, do.take_in, self.files, chosen)
        on(self.demo.click, do.take_in_demo, chosen, trigger_mode="once")
        for part in (
            self.model,
            self.result,
            self.fetched,
            self.today,
            self.meetings,
            self.loose,
            self.head,
            self.agenda,
            self.item,
            self.picture,
            self.about,
        ):
            on_act(part, do.act_reading)
        for part in (self.controls, self.queue):
            on_act(part, do.act_working)
        on_act(self.lock, do.act_lock)
        on_act(self.welcome, do.first.act)
        for part in (self.due, self.dates, self.rule):
            on_act(part, do.dating.act)
        helping = HelpEvents(self, do.do.help)
        for part in (self.help, self.help_page, self.proof):
            on_act(part, helping.act)
        on(self.proof_timer.tick, helping.look, self.proof_drawn, trigger_mode="once", quiet=True)
        for part in (self.search_form, self.earlier, self.answer, self.hits, self.found_page):
            on_act(part, do.finding.act, self.searched)
        for part in (self.register_form, self.register, self.register_page):
            on_act(part, do.act_register, self.listed)
        on(self.tab_ask.select, do.finding.open, chosen, self.searched)
        on(self.tab_register.select, do.open_register, self.listed)
        on(self.back.click, do.back, chosen)
        asking = on(self.to_ask.click, do.finding.narrow_to_meeting, chosen, self.searched)
        asking.then(None, None, None, js=f"() => raTab('{ASK}')")  # afterwards: to open the view draws its form
        on(self.export.click, do.exporting.ask, chosen, trigger_mode="once")
        on_act(self.files_made, do.exporting.act)
        on(self.really.click, do.delete, chosen, trigger_mode="once")
        for button, script in (
            (self.export, "() => { window.raNext = 'files'; }"),
            (self.delete, "() => raConfirm(true)"),
            (self.keep, "() => raConfirm(false)"),
            (self.really, "() => raConfirm(false)"),
        ):
            button.click(None, None, None, js=script)
        self.address.change(None, [self.address], None, js=_KEEP_ADDRESS)
        views = {TAKE_IN: self.tab_take_in, READ: self.tab_read, ASK: self.tab_ask,
                 REGISTER: self.tab_register, HELP: self.tab_help}  # fmt: skip
        for view, tab in views.items():
            tab.select(None, None, None, js=_KEEP_VIEW % view)


def _guarded(
    handler: Callable[..., Iterator[Any]], inputs: int, *, with_event: bool = False, quiet: bool = False
) -> Callable[..., Any]:
    """The same handler for Gradio, but an error becomes a sentence on the page, and an empty answer changes nothing.

    :param inputs: how many values Gradio hands over. :param with_event: and the event's data after them.
    :param quiet: an error goes to the log only: nobody asked for anything.
    """

    def run(*args: Any) -> Iterator[Any]:
        try:
            for changed in handler(*args):
                yield changed or gr.skip()
        except Exception as error:
            told = sentence(error)
            if not quiet:
                gr.Warning(escape(told), title="Hinweis", duration=15)
        yield gr.skip()  # a generator that yields nothing would empty every component

    # Gradio looks at the parameters: their number, and the type of one that wants the event's data.
    if with_event:

        def acted(chosen: Any, event: Any) -> Iterator[Any]:
            yield from run(chosen, event)

        def acted_on(chosen: Any, asked: Any, event: Any) -> Iterator[Any]:
            yield from run(chosen, asked, event)

        takes = acted if inputs == 1 else acted_on
        takes.__annotations__ = {"event": gr.EventData}
        return takes
    counted: dict[int, Callable[..., Any]] = {
        0: lambda: (yield from run()),
        1: lambda a: (yield from run(a)),
        2: lambda a, b: (yield from run(a, b)),
        3: lambda a, b, c: (yield from run(a, b, c)),
    }
    return counted[inputs]
