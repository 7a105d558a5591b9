"""An answer of the page costs what changes, and is what Gradio makes of it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

pytestmark = pytest.mark.filterwarnings("ignore::Warning:gradio")


@pytest.fixture(scope="module")
def page() -> Any:
    import gradio as gr

    from ratsassistent.output.page_quick import QuickBlocks

    with QuickBlocks(analytics_enabled=False) as blocks:
        parts = [gr.HTML("", js_on_load="trigger('act')", elem_id=f"p{n}") for n in range(6)]
        parts += [gr.State(1), gr.Textbox(), gr.Button("x")]
        gr.Button().click(lambda: None, None, parts)
    return blocks


@pytest.mark.parametrize("places", [[], [0], [6], [8], [1, 6], [8, 2, 7], list(range(9))])
def test_the_same_comes_out_and_nothing_else_is_touched(page: Any, places: list[int]) -> None:
    import gradio as gr
    from gradio.state_holder import SessionState

    (fn,) = page.fns.values()
    values = ["<p>a</p>", "b", "", "d", gr.HTML("e"), gr.skip(), {"chosen": 2}, "h", gr.Button("neu")]
    answer = {fn.outputs[n]: values[n] for n in places} or gr.skip()
    states = [SessionState(page) for _ in range(2)]
    held = [states[1].blocks_config.blocks[part._id] for part in fn.outputs]
    usual = asyncio.run(gr.Blocks.postprocess_data(page, fn, answer, states[0]))
    quick = asyncio.run(page.postprocess_data(fn, answer, states[1]))
    nothing = {"props": gr.skip(), "__type__": "update"}  # so Gradio has HTML drawn anew that stays as it is
    assert quick == [gr.skip() if each == nothing else each for each in usual]
    assert states[0].state_data == states[1].state_data
    for n, part in enumerate(fn.outputs):
        if n in places and n != 5:
            first, second = (state.config_values[part._id]["props"].get("value") for state in states)
            assert first == second
        else:
            assert states[1].blocks_config.blocks[part._id] is held[n]


@pytest.mark.parametrize("ended", [True, False])
def test_what_is_no_dictionary_of_its_parts_is_left_to_gradio(page: Any, ended: bool) -> None:
    import gradio as gr
    from gradio.components import _Keywords

    (fn,) = page.fns.values()
    if ended:  # what Gradio makes of the end of a generator
        answer = [_Keywords.FINISHED_ITERATING] * len(fn.outputs)
        assert asyncio.run(page.postprocess_data(fn, answer, None)) == [None] * len(fn.outputs)
    else:
        with gr.Blocks(analytics_enabled=False):
            stranger = gr.HTML("")
        with pytest.raises(ValueError, match="not specified as output"):
            asyncio.run(page.postprocess_data(fn, {stranger: "x"}, None))


def test_an_application_is_made_only_to_be_served(monkeypatch: pytest.MonkeyPatch) -> None:
    import gradio as gr
    from gradio.routes import App

    from ratsassistent.output.page_quick import QuickBlocks

    made: list[object] = []
    real = App.create_app
    monkeypatch.setattr(App, "create_app", lambda *given, **more: made.append(given) or real(*given, **more))
    with QuickBlocks(analytics_enabled=False) as quick:
        gr.HTML("")
    quick.queue(max_size=3)
    assert made == []
    with gr.Blocks(analytics_enabled=False):
        assert len(made) == 1  # others are left as they are


def test_only_events_that_a_script_names_can_be_asked_for() -> None:
    import gradio as gr

    import ratsassistent.output.page_quick  # noqa: F401

    with gr.Blocks(analytics_enabled=False):
        part = gr.HTML("", js_on_load="trigger('act', {}); trigger(\"leave\")")
        assert callable(part.act)
        assert callable(part.leave)
        assert not hasattr(part, "trigger")
        assert not hasattr(part, "acts")
