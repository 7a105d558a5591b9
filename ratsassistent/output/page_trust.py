"""The view „Hilfe“ on the page: its Gradio components, and what a click in it does.

What enters: the page that is laid out, its events, what was clicked. What leaves: dictionaries component -> new value.
What it does not know: how HTML is made (`page_help`), the archive.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gradio as gr

from ratsassistent.output import page_views
from ratsassistent.output.page_help import Help
from ratsassistent.output.page_text import progress_bar

if TYPE_CHECKING:
    from ratsassistent.output.page_actions import Chosen
    from ratsassistent.output.page_layout import Page

HELP = "hilfe"
_HERE = Path(__file__).parent
_HEAD = """<h1>Hilfe</h1><p>Was Sie wo anklicken, ein kurzer Kurs, Begriffe zum Nachschlagen, und was Sie und Ihre Datenschutzbeauftragte über dieses Programm wissen
müssen.</p>"""


def lay_out(script: str, given: Help) -> tuple[Any, Any, Any]:
    """The tab with its components: tab, text, page of the demonstration pack.

    :param script: what every HTML part of the page runs.
    """
    own = script + (_HERE / "page_help.js").read_text("utf-8")
    with gr.Tab("Hilfe", id=HELP, render_children=True) as tab:
        gr.HTML(_HEAD, js_on_load=None)
        with gr.Row(elem_classes="ra-desk ra-desk-two ra-desk-wide"):
            with gr.Column(elem_classes="ra-middle", min_width=0):
                text = gr.HTML(given.view(), js_on_load=own, elem_id="ra-help")
            with gr.Column(elem_classes="ra-right", min_width=0):
                picture = gr.HTML(
                    page_views.picture(None), js_on_load=script, elem_id="ra-picture-help", elem_classes="ra-picture"
                )
    return tab, text, picture


class HelpEvents:
    """The handlers of the view; each is a generator."""

    def __init__(self, page: Page, given: Help) -> None:
        self.p, self.do = page, given

    def act(self, chosen: Chosen, event: Any) -> Iterator[dict[Any, Any]]:
        """A button in the view."""
        wanted = event._data
        match wanted["do"]:
            case "help":
                shown = self.do.view(wanted.get("part"), wanted.get("lesson"))
                yield {self.p.help: shown, self.p.help_page: page_views.picture(None)}
            case "files":
                yield {
                    self.p.help: self.do.view(
                        "datenschutz", files=progress_bar(None, "Die Dateien werden geschrieben …")
                    )
                }
                yield {self.p.help: self.do.view("datenschutz", files=self.do.files())}
            case "cite":
                yield {self.p.help_page: self.do.demo_page(int(wanted["page"]))}
            case "close":
                yield {self.p.help_page: page_views.picture(None)}
