"""What a click does in the first start: load the model now or later, take in the example, go to the own papers.

What enters: the choices of one browser tab, what was clicked. What leaves: dictionaries component -> new value.
What it does not know: how HTML is made, how a model is loaded, how a pack is taken in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import gradio as gr

from ratsassistent import language_models, models
from ratsassistent.errors import ModelError
from ratsassistent.output import page_welcome, phrases_server
from ratsassistent.output.page_actions import Actions, Chosen

if TYPE_CHECKING:
    from ratsassistent.output.page_layout import Page

LOADING_S = 1.0  # seconds between two looks at how far loading is
Changes = Iterator[dict[Any, Any]]


class FirstStart:
    """The handlers of the first start; whether a tab shows it is one of its choices (`Chosen.welcome`)."""

    def __init__(self, page: Page, actions: Actions, take_in_demo: Callable[[Chosen], Changes]) -> None:
        """:param take_in_demo: reads the demonstration pack."""
        self.p, self.do, self._take_in_demo = page, actions, take_in_demo
        self._postponed = False

    def html(self, chosen: Chosen) -> str:
        """The three steps, or the way back to them."""
        if not chosen.welcome:
            return page_welcome.link()
        try:
            entry = models.load_catalogue().get(self.do.settings.model)
        except ModelError:
            entry = None
        server = language_models.server(self.do.settings)
        return page_welcome.welcome(
            entry, self.do.settings.data_folder, missing=self.do.missing_model() is not None,
            state=self.do.loading.html(), loading=self.do.loading.running, postponed=self._postponed,
            elsewhere=phrases_server.leaves(server) if server else "",
        )  # fmt: skip

    def close(self, chosen: Chosen) -> dict[Any, Any]:
        """Away with it: something is taken in."""
        chosen = replace(chosen, welcome=False)
        return {self.p.chosen: chosen, self.p.welcome: self.html(chosen)}

    def act(self, chosen: Chosen, event: Any) -> Changes:
        """A button of the three steps."""
        match event._data["do"]:
            case "load-model":
                self.do.loading.start(self.do.settings)
                changes = {self.p.model: self.do.model_box(), self.p.timer: gr.Timer(LOADING_S)}
                yield {**changes, self.p.welcome: self.html(chosen)}
            case "later":
                self._postponed = True
                yield {self.p.welcome: self.html(chosen)}
            case "welcome":
                chosen = replace(chosen, welcome=True)
                yield {self.p.chosen: chosen, self.p.welcome: self.html(chosen)}
            case "own":
                yield self.close(chosen)
            case "demo":
                yield self.close(chosen)
                yield from self._take_in_demo(replace(chosen, welcome=False))
