"""A server's model, and behind it the one of this computer, which writes where the server is away.

What enters: a ServerModel, a way to load the other. What leaves: a LanguageModel whose `record` is of whoever wrote last.
What it does not know: why a server is away, what is written.

A text is written by one of both, never by two. What is worked off as scripts (briefings) is not handed over in the middle: that
fails with ServerError, and whoever asked begins anew with `local` (`briefing_items`), so that each text names its own model.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Sequence

from ratsassistent.briefings import ModelRecord
from ratsassistent.errors import ServerError
from ratsassistent.writing.model.language_model import LanguageModel, Message, Reply, Script, T
from ratsassistent.writing.remote.server_model import ServerModel

AWAY_S = 60.0  # after a server was away, it is not asked again for so long

_log = logging.getLogger(__name__)


class WithFallback:
    """Asks the server, and where that fails the model of this computer."""

    def __init__(self, server: ServerModel, load: Callable[[], LanguageModel]) -> None:
        """`load`: gives the model of this computer, called once and only where it is needed."""
        self._server, self._load = server, load
        self._local: LanguageModel | None = None
        self._away_until = 0.0
        self.record: ModelRecord = server.record
        self.context = server.context

    def close(self) -> None:
        """End connections, free memory; the object cannot be used afterwards."""
        self._server.close()
        if self._local is not None:
            self._local.close()

    def count(self, text: str) -> int:
        """About how many tokens `text` has."""
        return self._server.count(text)

    def local(self) -> LanguageModel:
        """The model of this computer. :raises ModelError: it is not here, or cannot be loaded."""
        if self._local is None:
            self._local = self._load()
        return self._local

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

        def by(model: LanguageModel) -> Reply:
            return model.write(
                messages, max_tokens=max_tokens, should_stop=should_stop, on_text=on_text, enough=enough, lead=lead,
                allows=allows, gives_up=gives_up,
            )  # fmt: skip

        return self._by_either(by)

    def choose(
        self, messages: Sequence[Message], options: Sequence[str], *, should_stop: Callable[[], bool] | None = None
    ) -> list[float]:
        """See `LanguageModel.choose`."""
        return self._by_either(lambda model: model.choose(messages, options, should_stop=should_stop))

    def write_all(
        self, scripts: Iterable[Script[T]], *, should_stop: Callable[[], bool] | None = None
    ) -> Iterator[tuple[int, T]]:
        """See `LanguageModel.write_all`; by the server alone. :raises ServerError: it is away."""
        self.record = self._server.record
        try:
            yield from self._server.write_all(scripts, should_stop=should_stop)
        except ServerError as error:
            self._note(error)
            raise

    def _by_either(self, ask: Callable[[LanguageModel], T]) -> T:
        if time.monotonic() >= self._away_until:
            try:
                made = ask(self._server)
            except ServerError as error:
                self._note(error)
            else:
                self.record = self._server.record
                return made
        local = self.local()
        made = ask(local)
        self.record = local.record
        return made

    def _note(self, error: ServerError) -> None:
        self._away_until = time.monotonic() + AWAY_S
        _log.warning("the model of this computer writes instead: %s", error)
