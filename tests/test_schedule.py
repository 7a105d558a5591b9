"""Texts written at once come out as if each were written alone, and none sees another's tokens."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from engines import WORDS, FakeWeights
from hypothesis import given, settings
from hypothesis import strategies as st
from scripted import RECORD

from ratsassistent.errors import Interrupted, ModelError
from ratsassistent.writing.model import choosing, llama
from ratsassistent.writing.model.beginnings import Beginnings
from ratsassistent.writing.model.engine import Engine
from ratsassistent.writing.model.language_model import Message, Reply, Request, Script, Under, alone, in_turn, together
from ratsassistent.writing.model.llama import LlamaModel

RULES = Message("system", " Rat Stadt Haus Dach Geld" * 16)
words = st.lists(st.sampled_from(WORDS[2:-1]), min_size=1, max_size=12).map("".join)


@pytest.fixture(autouse=True)
def _no_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(llama, "Weights", FakeWeights)


def make(**engine: Any) -> LlamaModel:
    return LlamaModel(Path("x"), RECORD, Engine(**{"context": 600, "batch": 24, "side_by_side": 6, **engine}))


def request(text: str, max_tokens: int = 12, **options: Any) -> Request:
    return Request([RULES, Message("user", text)], max_tokens, **options)


def refusing(text: str) -> bool:
    """An `allows` that refuses about every third word, by the whole text before it."""
    return sum(map(ord, text)) % 3 != 0


@st.composite
def stories(draw: st.DrawFn) -> list[list[Request]]:
    """The rounds of one script."""
    one = st.builds(
        lambda text, most, lead, strict: request(text, most, lead=lead, allows=refusing if strict else None),
        words,
        st.integers(1, 14),
        st.sampled_from(["", " der Rat soll"]),
        st.booleans(),
    )
    return draw(st.lists(st.lists(one, max_size=4), max_size=3))


def told(rounds: list[list[Request]]) -> Script[list[str]]:
    """A script whose later requests hold what came of the earlier ones."""
    said: list[str] = []
    for wanted in rounds:
        replies = yield [
            Request(
                [RULES, Message("user", one.messages[-1].content + "".join(said[-1:]))],
                one.max_tokens,
                one.lead,
                allows=one.allows,
            )
            for one in wanted
        ]
        said += [reply.text for reply in replies]
    return said


@settings(max_examples=25, deadline=None)
@given(
    st.lists(stories(), min_size=1, max_size=7),
    st.integers(1, 9),
    st.integers(2, 40),
    st.integers(150, 900),
    st.booleans(),
)
def test_together_they_write_what_each_writes_alone(
    scripts: list[list[list[Request]]], side: int, batch: int, context: int, cuts: bool
) -> None:
    several, single = make(side_by_side=side, batch=batch, context=context), make(side_by_side=1, context=4000)
    several._weights.cuts = cuts  # type: ignore[attr-defined]
    made = dict(several.write_all(told(rounds) for rounds in scripts))
    assert made == dict(in_turn(single, (told(rounds) for rounds in scripts)))
    assert sorted(made) == list(range(len(scripts)))


def test_the_numbers_of_a_reply_are_those_of_its_own_text() -> None:
    one, many = make(side_by_side=1), make()
    asked = [request(f" die Stadt kauft {n}", 9, allows=refusing) for n in (7, 9, 79)]

    def script(wanted: Request) -> Script[Reply]:
        (reply,) = yield [wanted]
        return reply

    alone_ = [made for _, made in in_turn(one, map(script, asked))]
    at_once = dict(many.write_all(map(script, asked)))
    for number, before in enumerate(alone_):
        after = at_once[number]
        same = ("text", "finished", "tokens_written", "doubt", "most_doubt", "taken_back")
        assert [getattr(after, name) for name in same] == [getattr(before, name) for name in same]
        assert after.tokens_read + after.tokens_reused == before.tokens_read + before.tokens_reused


def test_a_beginning_is_read_once_however_many_begin_with_it() -> None:
    model = make(side_by_side=8, context=1200)
    beginning = len(model._beginning([RULES, Message("user", "")]))

    def script() -> Script[Sequence[Reply]]:
        return (yield [request(f" Haus {n}") for n in range(8)])

    replies = [reply for _, made in model.write_all(script() for _ in range(2)) for reply in made]
    own = sum(len(model._prompt(request(f" Haus {n % 8}").messages)) - beginning for n in range(16))
    assert beginning > 60
    assert sum(reply.tokens_read for reply in replies) <= beginning + own
    assert sum(reply.tokens_reused for reply in replies) >= 15 * beginning


def test_guesses_that_come_true_save_steps_and_change_nothing() -> None:
    """Words that follow each other in the text before are guessed; here every word follows the one it always does."""
    cycle = [" der", " Rat", " soll", " nicht", " das", " Dach", " kauft", " die"]

    class Cyclic(FakeWeights):
        def after(self, tokens: Sequence[int]) -> Any:
            scores = super().after(tokens)
            last = WORDS[tokens[-1]] if tokens[-1] < len(WORDS) else ""
            if last in cycle:
                scores[WORDS.index(cycle[(cycle.index(last) + 1) % len(cycle)])] = 30.0
            return scores

    made = {}
    for guessed in (0, 3):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(llama, "Weights", Cyclic)
            patch.setattr(choosing, "GUESSED", guessed)
            model = make(context=1200)
            reply = model.write(
                request("".join(cycle) + " der", lead=" der Rat").messages, max_tokens=16, lead=" der Rat"
            )
            made[guessed] = reply.text, reply.tokens_written, model._weights.steps  # type: ignore[attr-defined]
    assert made[0][:2] == made[3][:2]
    assert made[3][2] < made[0][2] - 8


def test_earlier_scripts_go_first_and_several_are_in_a_step() -> None:
    model = make(side_by_side=4, context=1200)
    order = [number for number, _ in model.write_all(told([[request(" Dach", 6)]]) for _ in range(10))]
    assert order[0] < 4
    assert set(order[-3:]) <= set(range(6, 10))
    assert model._weights.most > 4  # type: ignore[attr-defined]


def test_scripts_are_begun_when_there_is_room_for_them() -> None:
    begun: list[int] = []

    def scripts() -> Iterator[Script[list[str]]]:
        for number in range(20):
            begun.append(number)
            yield told([[request(f" Geld {number}", 4)]])

    model = make(side_by_side=3)
    first = next(iter(model.write_all(scripts())))
    assert first[0] < 3
    assert len(begun) < 8


def test_what_stops_it_keeps_what_was_read_and_closes_the_scripts() -> None:
    model, closed, first = make(), [], told([[request(" Haus", 1)]])

    def script() -> Script[None]:
        try:
            yield [request(" Rat", 12)]
        finally:
            closed.append(True)

    calls = itertools.count()
    with pytest.raises(Interrupted):
        list(model.write_all([first, *(script() for _ in range(3))], should_stop=lambda: next(calls) > 9))
    assert closed == [True] * 3
    again = model.write(request(" Rat").messages, max_tokens=3)
    assert again.tokens_reused > 0


def test_an_error_of_the_engine_loses_what_was_read_and_nothing_else() -> None:
    model, fresh = make(), make()
    model._weights.fails_at = 5  # type: ignore[attr-defined]
    with pytest.raises(ModelError, match="Rechnen gescheitert"):
        list(model.write_all(told([[request(" Rat")]]) for _ in range(3)))
    assert (
        model.write(request(" Rat").messages, max_tokens=5).text
        == fresh.write(request(" Rat").messages, max_tokens=5).text
    )


def test_what_a_script_raises_goes_through() -> None:
    def broken() -> Script[None]:
        yield [request(" Rat")]
        raise ValueError("so nicht")

    with pytest.raises(ValueError, match="so nicht"):
        list(make().write_all([broken()]))


def test_a_text_that_does_not_fit_is_said_and_one_that_just_fits_is_written() -> None:
    model = make(context=120)
    prompt = len(model._prompt([RULES, Message("user", " Rat")]))
    with pytest.raises(ModelError, match="zu lang"):
        model.write([RULES, Message("user", " Rat")], max_tokens=121 - prompt)
    assert model.write([RULES, Message("user", " Rat")], max_tokens=120 - prompt).text


def test_beginnings_are_kept_on_the_disk_and_nothing_of_a_paper_is(tmp_path: Path) -> None:
    prompts = [[RULES, Message("user", " nicht das")]]
    model = make()
    model.remember(Beginnings(tmp_path, prompts, of="a"))
    assert list(tmp_path.iterdir()) == []
    list(model.write_all([told([[request(" Geld kauft Dach")]])]))
    (file,) = tmp_path.iterdir()
    assert file.read_text() == ",".join(map(str, model._beginning(prompts[0])))
    later = make()
    later.remember(Beginnings(tmp_path, prompts, of="a"))
    assert later.write(request(" Haus").messages, max_tokens=3).tokens_read < 10
    other = make()
    other.remember(Beginnings(tmp_path, prompts, of="b"))  # another model: its own, and the old one goes
    assert other.write(request(" Haus").messages, max_tokens=3).tokens_reused == 0


@pytest.mark.parametrize("damage", [b"", b"1,2,3", None])
def test_a_damaged_file_is_not_used(tmp_path: Path, damage: bytes | None) -> None:
    prompts = [[RULES, Message("user", "")]]
    first = make()
    first.remember(Beginnings(tmp_path, prompts, of="a"))
    list(first.write_all([told([[request(" Geld")]])]))
    (file,) = tmp_path.iterdir()
    file.write_bytes(file.read_bytes()[:-1] if damage is None else damage)
    later = make()
    later.remember(Beginnings(tmp_path, prompts, of="a"))
    assert later.write(request(" Haus").messages, max_tokens=3).tokens_reused == 0


def test_scripts_together_share_rounds_and_keep_their_order() -> None:
    rounds: list[int] = []

    def watched(script: Script[Any]) -> Script[Any]:
        replies = None
        while True:
            try:
                wanted = next(script) if replies is None else script.send(replies)
            except StopIteration as end:
                return end.value
            rounds.append(len(wanted))
            replies = yield wanted

    stories_ = [[[request(" Rat")]], [[request(" Haus")], [request(" Geld")]], []]
    made = alone(make(), watched(together([told(one) for one in stories_])))
    assert rounds == [2, 1]
    assert [len(said) for said in made] == [1, 2, 0]


def test_a_script_that_wants_nothing_needs_no_model() -> None:
    assert Under(told([])).made == []
    under_way = Under(told([[request(" Rat")]]))
    assert under_way.made is None
    assert alone(make(), under_way.rest()) == alone(make(), told([[request(" Rat")]]))
