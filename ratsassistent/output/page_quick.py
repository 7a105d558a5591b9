"""Gradio with less to do: an answer of the page costs the server what changes, not what is on the page.

Gradio makes each component anew that an answer leaves as it is, looks through its script for each of its attributes, and has
the browser draw it once more; with some fifty components that takes longer than most answers do, and keeps all other tabs waiting.
While a page is built it makes three applications of eighty routes each that nobody is served by.

What enters: what a handler answered. What leaves: the same that Gradio makes of it.
What it does not know: what is on the page.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from functools import cache
from types import SimpleNamespace
from typing import Any

import gradio as gr
from gradio import blocks
from gradio.blocks import Block

_html: Any = gr.HTML
_blocks: Any = blocks
_asked_slowly = _html.__getattr__


class QuickBlocks(gr.Blocks):
    """A page whose handlers answer with a dictionary of the components that change."""

    def __exit__(self, *error: Any) -> None:
        """As Gradio's."""
        with _no_application():
            super().__exit__(*error)

    def queue(self, *given: Any, **options: Any) -> Any:
        """As Gradio's; the application comes with `launch`."""
        with _no_application():
            return super().queue(*given, **options)

    async def postprocess_data(self, block_fn: Any, predictions: Any, state: Any) -> list[Any]:
        """As Gradio's, which is given only the components that change."""
        changed = _changed(predictions)
        if changed is None or not changed.keys() <= {part._id for part in block_fn.outputs}:
            kept: list[Any] = await super().postprocess_data(block_fn, predictions, state)
            return kept
        few = copy(block_fn)
        few.outputs = [part for part in block_fn.outputs if part._id in changed]
        values = [changed[part._id] for part in few.outputs]
        made: list[Any] = []
        if values:  # of a single output Gradio wants the value alone
            made = await super().postprocess_data(few, values if len(values) > 1 else values[0], state)
        found = {part._id: value for part, value in zip(few.outputs, made, strict=True)}
        return [found.get(part._id, None if part.stateful else gr.skip()) for part in block_fn.outputs]


@contextmanager
def _no_application() -> Iterator[None]:
    usual = _blocks.App
    _blocks.App = SimpleNamespace(create_app=lambda *_, **__: None)
    try:
        yield
    finally:
        _blocks.App = usual


def _changed(predictions: Any) -> dict[int, Any] | None:
    """What changes, by the component's number; None where a handler answered in another way."""
    if predictions == gr.skip():
        return {}
    if isinstance(predictions, dict) and all(isinstance(part, Block) for part in predictions):
        return {part._id: value for part, value in predictions.items() if value != gr.skip()}
    return None


@cache
def _is_named(script: str, name: str) -> bool:
    """Whether a script holds a name in quotes, as Gradio's `HTML` looks for the events that it may be asked for."""
    return any(f"{quote}{name}" in script for quote in "'\"`")


def _asked(self: Any, name: str) -> Any:
    if not _is_named(self.__dict__.get("js_on_load") or "", name):
        raise AttributeError(name)
    return _asked_slowly(self, name)


_html.__getattr__ = _asked
