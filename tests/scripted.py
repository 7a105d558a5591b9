"""A language model that says what the test tells it, in place of the real one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from ratsassistent.briefings import ModelRecord
from ratsassistent.errors import Interrupted
from ratsassistent.writing.model.language_model import Message, Reply, Script, T, in_turn

RECORD = ModelRecord(name="Prüfmodell", sha256="0" * 64, licence="CC0-1.0")


class ScriptedModel:
    """Answers from a list, or from a function of the last message; keeps what it was asked in `asked`."""

    record = RECORD
    context = 6144

    def __init__(
        self, replies: Sequence[str] | Callable[[str], str], chooses: Callable[[str], str] | None = None
    ) -> None:
        """`chooses`: given the last message, the option that is likely; without it the first one is."""
        self._replies, self._chooses = replies, chooses
        self.asked: list[Sequence[Message]] = []

    def close(self) -> None:
        self.closed = True

    def count(self, text: str) -> int:
        return len(text.split())

    def choose(
        self, messages: Sequence[Message], options: Sequence[str], *, should_stop: Callable[[], bool] | None = None
    ) -> list[float]:
        if should_stop and should_stop():
            raise Interrupted("Die Arbeit wurde angehalten.")
        likely = self._chooses(messages[-1].content) if self._chooses else options[0]
        return [-0.1 if option == likely else -8.0 for option in options]

    def write_all(
        self, scripts: Iterable[Script[T]], *, should_stop: Callable[[], bool] | None = None
    ) -> Iterator[tuple[int, T]]:
        return in_turn(self, scripts, should_stop)

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
        if should_stop and should_stop():
            raise Interrupted("Die Arbeit wurde angehalten.")
        self.asked.append(list(messages))
        text = self._replies(messages[-1].content) if callable(self._replies) else self._replies[len(self.asked) - 1]
        if lead and not text.startswith(lead):
            text = f"{lead} {text}" if text else lead
        if enough:
            text = next((text[:n] for n in range(1, len(text)) if enough(text[:n])), text)
        words = text.split()
        finished = len(words) <= max_tokens
        text = " ".join(words[:max_tokens]) if not finished else text
        if on_text:
            on_text(text)
        read = sum(len(m.content.split()) for m in messages)
        return Reply(text, finished, read, 0, min(len(words), max_tokens), 0.1, 0.1)
