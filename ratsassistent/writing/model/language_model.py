"""What the rest of the program knows of a language model: messages, requests, replies, one small protocol.

What enters and leaves: nothing; these are the words that both sides use.
What it does not know: which model it is, how it is run, council papers, prompts.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, Literal, NamedTuple, Protocol, TypeVar

from ratsassistent.briefings import ModelRecord

T = TypeVar("T")


class Message(NamedTuple):
    """One turn of a chat. `content` may hold untrusted text."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class Request:
    """One answer that is wanted of a model; the fields are those of `LanguageModel.write`.

    `lasting`: something may be asked that begins with these messages and their answer; False: at most with those before the last.
    """

    messages: Sequence[Message]
    max_tokens: int
    lead: str = ""
    enough: Callable[[str], bool] | None = None
    allows: Callable[[str], bool] | None = None
    on_text: Callable[[str], None] | None = None
    gives_up: Callable[[float, int], bool] | None = None
    lasting: bool = True


@dataclass(frozen=True, slots=True)
class Reply:
    """What the model wrote. `finished` is False where it was cut off at the limit of tokens, or given up.

    `doubt` is the mean surprise of its tokens in nats (minus the logarithm of the probability that the model gave them),
    `most_doubt` that of the least likely one: high where a refused word forced it from its way.

    Where several texts are written at once, the seconds are this one's share of each step, by its tokens in it.
    """

    text: str
    finished: bool
    tokens_read: int
    tokens_reused: int
    tokens_written: int
    seconds_reading: float
    seconds_writing: float
    doubt: float = 0.0
    most_doubt: float = 0.0
    taken_back: int = 0  # words that `allows` refused


# A piece of work in rounds: it yields requests that do not depend on each other, is given their replies in the same order,
# and returns what it made of them. `Round` is what it yields.
Round = Sequence[Request]
Script = Generator[Round, Sequence[Reply], T]


class LanguageModel(Protocol):
    """A language model. Tests put a scripted one in its place."""

    record: ModelRecord
    context: int  # tokens that prompt and reply may have together

    def close(self) -> None:
        """Give back its memory; the object cannot be used afterwards."""
        ...

    def count(self, text: str) -> int:
        """How many tokens `text` has for this model."""
        ...

    def write(
        self,
        messages: Sequence[Message],
        *,
        max_tokens: int,
        should_stop: Callable[[], bool] | None = None,
        on_text: Callable[[str], None] | None = None,
        enough: Callable[[str], bool] | None = None,
        lead: str = "",
        allows: Callable[[str], bool] | None = None,
        gives_up: Callable[[float, int], bool] | None = None,
    ) -> Reply:
        """Let the model answer.

        :param max_tokens: the most tokens to write.
        :param lead: words that the answer begins with; the model goes on from there, and they are part of the reply.
        :param allows: given the text so far each time a word is complete; False takes that word back and lets the model
            choose another, a few times in a reply.
        :param enough: given the text so far after each token; True ends the reply there (it counts as finished).
        :param gives_up: given, when a word is complete, the most surprise of a token so far in nats, and how many words
            were taken back; True ends the reply there, unfinished: nobody will want it.
        :param should_stop: asked every few seconds; True ends the work with `Interrupted`.
        :param on_text: called with the whole text so far after each token.
        :raises ModelError: the messages are too long for the context, or the engine fails.
        """
        ...

    def write_all(
        self, scripts: Iterable[Script[T]], *, should_stop: Callable[[], bool] | None = None
    ) -> Iterator[tuple[int, T]]:
        """Work off scripts, several at once where that is faster; gives the number of each (from 0) and what it returned,
        in the order in which they end. Earlier ones go first.

        :raises Interrupted: `should_stop` said so. :raises ModelError: as `write`; what a script raises goes through.
        """
        ...

    def choose(
        self, messages: Sequence[Message], options: Sequence[str], *, should_stop: Callable[[], bool] | None = None
    ) -> list[float]:
        """How likely the answer is to begin with each of these options: logarithms of probabilities. Nothing is written.

        :param options: words that differ in their beginnings.
        :raises ModelError: the messages are too long for the context, or the engine fails.
        """
        ...


def together(scripts: Sequence[Script[T]]) -> Script[list[T]]:
    """Several scripts as one: what they want goes into the same rounds. Returns what each returned, in their order."""
    made: dict[int, T] = {}
    rounds: dict[int, Round] = {}

    def advance(number: int, replies: Sequence[Reply] | None) -> None:
        script = scripts[number]
        try:
            rounds[number] = next(script) if replies is None else script.send(replies)
        except StopIteration as end:
            made[number] = end.value

    try:
        for number in range(len(scripts)):
            advance(number, None)
        while rounds:
            under_way = dict(rounds)
            rounds.clear()
            replies = iter((yield [one for wanted in under_way.values() for one in wanted]))
            for number, wanted in under_way.items():
                advance(number, [next(replies) for _ in wanted])
    finally:
        for script in scripts:
            script.close()
    return [made[number] for number in range(len(scripts))]


class Under(Generic[T]):
    """A script worked off up to its first request, so that a model is loaded only where one is wanted.

    `made`: what it returned, where it wanted none; else None, and `rest` goes on.
    """

    def __init__(self, script: Script[T]) -> None:
        self._script = script
        self._first: Round = ()
        self.made: T | None = None
        try:
            self._first = next(script)
        except StopIteration as end:
            self.made = end.value

    def rest(self) -> Script[T]:
        """The script from its first request on."""
        try:
            wanted = self._first
            while True:
                try:
                    wanted = self._script.send((yield wanted))
                except StopIteration as end:
                    made: T = end.value
                    return made
        finally:
            self._script.close()


def in_turn(
    model: LanguageModel, scripts: Iterable[Script[T]], should_stop: Callable[[], bool] | None = None
) -> Iterator[tuple[int, T]]:
    """`LanguageModel.write_all` for a model that writes one text after the other."""
    for number, script in enumerate(scripts):
        yield number, alone(model, script, should_stop)


def alone(model: LanguageModel, script: Script[T], should_stop: Callable[[], bool] | None = None) -> T:
    """Work off one script, its requests one after the other."""
    try:
        wanted = next(script)
        while True:
            wanted = script.send([_written(model, one, should_stop) for one in wanted])
    except StopIteration as end:
        made: T = end.value
        return made
    finally:
        script.close()


def _written(model: LanguageModel, one: Request, should_stop: Callable[[], bool] | None) -> Reply:
    return model.write(
        one.messages,
        max_tokens=one.max_tokens,
        should_stop=should_stop,
        on_text=one.on_text,
        enough=one.enough,
        lead=one.lead,
        allows=one.allows,
        gives_up=one.gives_up,
    )
