"""The language model as the rest of the program knows it, with llama.cpp behind it.

What enters: chat messages, a limit of tokens to write; several of them at once as scripts.
What leaves: the text written, with how many tokens were read anew, reused and written, and how long that took.
What it does not know: council papers, prompts, citations, the archive; how steps are made up (`schedule`).

Text of papers is untrusted. It is tokenised with special tokens switched off, so that a paper that contains
``<|im_end|>`` cannot close the user's turn and open one of its own.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Generic, cast

from ratsassistent.briefings import ModelRecord
from ratsassistent.writing.model.beginnings import Beginnings
from ratsassistent.writing.model.choosing import Next, Writing
from ratsassistent.writing.model.engine import Engine, Weights
from ratsassistent.writing.model.language_model import LanguageModel, Message, Reply, Request, Script, T
from ratsassistent.writing.model.schedule import Schedule, Work

__all__ = ["Engine", "LanguageModel", "LlamaModel", "Message", "Reply", "Request", "Script"]


@dataclass(eq=False, slots=True)
class _Open(Generic[T]):
    """A script that is under way: which of the replies it waits for are there."""

    number: int
    script: Script[T]
    replies: list[Reply | None] = field(default_factory=list)


class LlamaModel:
    """llama.cpp through the low-level API of llama-cpp-python; greedy. Not for several threads at once.

    The same requests in the same order give the same texts on the same machine. Written in other company a text may take
    another way where two tokens are almost equally likely: sums of floats depend on how many rows are computed at once.
    """

    def __init__(self, path: Path, record: ModelRecord, engine: Engine | None = None) -> None:
        """Load the model file; takes seconds and about its size in memory.

        :param path: a GGUF file whose checksum was verified by the caller.
        :raises ModelError: the engine is missing, or the file cannot be loaded, or memory is short.
        """
        self.record = record
        self.engine = engine or Engine()
        self._weights = weights = Weights(path, self.engine)
        self.context = weights.context
        self._schedule = Schedule(weights, self.engine.side_by_side)
        template = weights.template()
        from llama_cpp import llama_chat_format

        begin, end = weights.edge_tokens()
        self._beginnings: Beginnings | None = None
        self._there: list[tuple[list[int], Path]] = []  # beginnings that lie on the disk and were not asked for yet
        self._unkept: list[list[int]] = []  # beginnings that are not on the disk yet
        self._formatter = llama_chat_format.Jinja2ChatFormatter(template=template, eos_token=end, bos_token=begin)

    def close(self) -> None:
        """Free the memory; the object cannot be used afterwards."""
        self._weights.close()

    def count(self, text: str) -> int:
        """How many tokens `text` has for this model."""
        return len(self._weights.tokens(text, special=False))

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
        """See `LanguageModel.write`."""
        request = Request(messages, max_tokens, lead, enough, allows, on_text, gives_up)
        work, writing = self._work(request)
        for _ in self._schedule.run([work], lambda _: (), should_stop):
            pass
        return self._reply(request, work, writing)

    def write_all(
        self, scripts: Iterable[Script[T]], *, should_stop: Callable[[], bool] | None = None
    ) -> Iterator[tuple[int, T]]:
        """See `LanguageModel.write_all`."""
        source = enumerate(scripts)
        whose: dict[Work, tuple[_Open[T], int, Request, Writing]] = {}
        ended: list[tuple[int, T]] = []
        opened: list[_Open[T]] = []
        has_ended = False

        def advance(one: _Open[T], replies: list[Reply] | None) -> list[Work]:
            """What a script wants next; nothing where it has ended."""
            try:
                wanted = next(one.script) if replies is None else one.script.send(replies)
                while not wanted:
                    wanted = one.script.send([])
            except StopIteration as end:
                nonlocal has_ended
                has_ended = has_ended or bool(one.replies)
                ended.append((one.number, cast(T, end.value)))
                opened.remove(one)
                return []
            one.replies = [None] * len(wanted)
            works = []
            for place, request in enumerate(wanted):
                work, writing = self._work(request, one.number)
                whose[work] = one, place, request, writing
                works.append(work)
            return works

        def open_more() -> list[Work]:
            """Begin further scripts as long as there is room beside those under way; none before the first one has
            ended, for which somebody is waiting."""
            works: list[Work] = []
            while len(whose) < (self.engine.side_by_side if has_ended else 1):
                following = next(source, None)
                if following is None:
                    break
                opened.append(_Open(*following))
                works += advance(opened[-1], None)
            return works

        def more(work: Work) -> list[Work]:
            one, place, request, writing = whose.pop(work)
            one.replies[place] = self._reply(request, work, writing)
            replies = [reply for reply in one.replies if reply is not None]
            works = advance(one, replies) if len(replies) == len(one.replies) else []
            return works + open_more()

        try:
            works = open_more()
            yield from _taken(ended)
            for _ in self._schedule.run(works, more, should_stop):
                yield from _taken(ended)
        finally:
            for one in opened:
                one.script.close()
        self._keep_beginnings()

    def choose(
        self, messages: Sequence[Message], options: Sequence[str], *, should_stop: Callable[[], bool] | None = None
    ) -> list[float]:
        """See `LanguageModel.choose`."""
        import numpy as np

        found: list[float] = []

        def look(scores: Any) -> Next:
            exact = scores.astype("float64")
            peak = float(exact.max())
            exact -= peak + math.log(float(np.exp(exact - peak).sum()))
            found.extend(float(exact[self._weights.tokens(option, special=False)[0]]) for option in options)
            return Next()

        prompt = self._prompt(messages)
        self._recall(prompt)
        for _ in self._schedule.run([Work(prompt, 1, look)], lambda _: (), should_stop):
            pass
        self._keep_beginnings()
        return found

    def remember(self, beginnings: Beginnings) -> None:
        """Take from the disk, when it is first asked for, what was kept there of the beginnings of prompts, so that they need
        not be read; what is not there is kept once it was read. They hold nothing of papers."""
        self._beginnings = beginnings
        beginnings.tidy(self._beginning)
        self._there = list(beginnings.there(self._beginning))
        self._unkept = beginnings.missing(self._beginning)

    def _recall(self, prompt: Sequence[int]) -> None:
        """Take the beginning of a prompt from the disk, where it lies there; one that is not needed would slow each step."""
        for tokens, path in list(self._there):
            if prompt[: len(tokens)] == tokens:
                self._there.remove((tokens, path))
                self._schedule.keep(tokens, partial(self._load, tokens, path))

    def _load(self, tokens: list[int], path: Path, number: int) -> bool:
        return self._weights.load(number, tokens, path)

    def _keep_beginnings(self) -> None:
        for tokens in list(self._unkept):
            number = self._schedule.holding(tokens)
            if number is not None and self._beginnings is not None:
                self._unkept.remove(tokens)
                self._beginnings.save(tokens, partial(self._weights.save, number, tokens))

    # --- tokens ------------------------------------------------------------------------------------------------------

    def _work(self, request: Request, rank: int = 0) -> tuple[Work, Writing]:
        beginning = None if request.lasting else len(self._beginning(request.messages))
        prompt = self._prompt(request.messages) + self._weights.tokens(request.lead, special=False)
        self._recall(prompt)
        writing = Writing(request, self._weights, prompt)
        return Work(prompt, request.max_tokens, writing.next, rank, writing.guess, beginning), writing

    def _reply(self, request: Request, work: Work, writing: Writing) -> Reply:
        return Reply(
            text=(request.lead + self._weights.text(writing.written)).strip(),
            finished=writing.finished,
            tokens_read=work.read,
            tokens_reused=work.reused,
            tokens_written=len(writing.written),
            seconds_reading=work.reading,
            seconds_writing=work.writing,
            doubt=sum(writing.doubts) / max(len(writing.doubts), 1),
            most_doubt=max(writing.doubts, default=0.0),
            taken_back=writing.taken_back,
        )

    def _prompt(self, messages: Sequence[Message]) -> list[int]:
        """Tokens of the chat: the template's own marks are special tokens, the contents never are."""
        tokens, rest = self._up_to_content(messages)
        tokens += self._weights.tokens(messages[-1].content, special=False) if messages else []
        return tokens + self._weights.tokens(rest, special=True)

    def _beginning(self, messages: Sequence[Message]) -> list[int]:
        """The tokens before the content of the last message: those that all uses of a prompt have in common."""
        return self._up_to_content(messages)[0]

    def _up_to_content(self, messages: Sequence[Message]) -> tuple[list[int], str]:
        """The tokens before the content of the last message, and what the template has behind it."""
        marks = [f"\ue000{number}\ue001" for number in range(len(messages))]
        chat: Any = [{"role": m.role, "content": mark} for m, mark in zip(messages, marks, strict=True)]
        rest = self._formatter(messages=chat).prompt
        tokens: list[int] = []
        for number, mark in enumerate(marks):
            before, _, rest = rest.partition(mark)
            tokens += self._weights.tokens(before, special=True)
            if number < len(marks) - 1:
                tokens += self._weights.tokens(messages[number].content, special=False)
        begin = self._weights.begin_token()
        if begin is not None and tokens[:1] != [begin]:
            tokens.insert(0, begin)
        return tokens, rest


def _taken(ended: list[tuple[int, T]]) -> Iterator[tuple[int, T]]:
    while ended:
        yield ended.pop(0)
