"""The view „Hilfe“ on the page: its Gradio components, and what a click in it does, the self-test among it.

What enters: the page that is laid out, its events, what was clicked. What leaves: dictionaries component -> new value.
What it does not know: how HTML is made (`page_help`), the archive.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gradio as gr

from ratsassistent.output import page_views
from ratsassistent.output.page_actions import digest
from ratsassistent.output.page_help import PROOF, Help
from ratsassistent.output.page_text import progress_bar

if TYPE_CHECKING:
    from ratsassistent.output.page_actions import Chosen
    from ratsassistent.output.page_layout import Page

HELP = "hilfe"
LOOK_S = 1.0  # between two looks at a self-test
_HERE = Path(__file__).parent
_HEAD = """<h1>Hilfe</h1><p>Was Sie wo anklicken, ein kurzer Kurs, Begriffe zum Nachschlagen, und was Sie und Ihre Datenschutzbeauftragte über dieses Programm wissen
müssen.</p>"""


@dataclass(frozen=True, slots=True)
class Parts:
    """The components of the view. `proof_drawn`: what is shown of the self-test, empty where its part is not open."""

    tab: Any
    text: Any
    picture: Any
    proof: Any
    proof_drawn: Any
    proof_timer: Any


def lay_out(script: str, given: Help) -> Parts:
    """The tab with its components.

    :param script: what every HTML part of the page runs.
    """
    own = script + (_HERE / "page_help.js").read_text("utf-8")
    with gr.Tab("Hilfe", id=HELP, render_children=True) as tab:
        gr.HTML(_HEAD, js_on_load=None)
        with gr.Row(elem_classes="ra-desk ra-desk-two ra-desk-wide"):
            with gr.Column(elem_classes="ra-middle", min_width=0):
                text = gr.HTML(given.view(), js_on_load=own, elem_id="ra-help")
                proof = gr.HTML(
                    "", js_on_load=script + (_HERE / "page_proof.js").read_text("utf-8"), elem_id="ra-proof"
                )
            with gr.Column(elem_classes="ra-right", min_width=0):
                picture = gr.HTML(
                    page_views.picture(None), js_on_load=script, elem_id="ra-picture-help", elem_classes="ra-picture"
                )
    return Parts(tab, text, picture, proof, gr.State(""), gr.Timer(LOOK_S, active=False))


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
                proof = self._proof() if wanted.get("part") == PROOF else self._no_proof()
                yield {self.p.help: shown, self.p.help_page: page_views.picture(None), **proof}
            case "rights":
                yield {self.p.help: self.do.view("rechte", told=wanted), **self._no_proof()}
            case "seal" | "reseal" | "unseal":
                for shown in self.do.changing(wanted):
                    yield {self.p.help: shown}
            case "prove":
                self.do.proving.start(with_model=wanted.get("model") == "1")
                yield self._proof()
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

    def look(self, drawn: str) -> Iterator[dict[Any, Any]]:
        """How far the self-test is, where that is to be seen and has changed."""
        if drawn and drawn != self._drawn():
            yield self._proof()

    def _proof(self) -> dict[Any, Any]:
        drawn, running = self._drawn(), self.do.proving.running
        timer = gr.Timer(LOOK_S, active=running)
        return {self.p.proof: self.do.proving.html(), self.p.proof_drawn: drawn, self.p.proof_timer: timer}

    def _no_proof(self) -> dict[Any, Any]:
        return {self.p.proof: "", self.p.proof_drawn: "", self.p.proof_timer: gr.Timer(LOOK_S, active=False)}

    def _drawn(self) -> str:
        return digest(self.do.proving.html())
