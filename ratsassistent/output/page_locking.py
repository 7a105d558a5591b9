"""What a click about the passphrase of the non-public part does.

What enters: settings, what was clicked and typed. What leaves: HTML for the two places where it is shown.
What it does not know: how it is sealed (`sealing`), how HTML is made (`page_lock`), Gradio.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

from ratsassistent import sealing
from ratsassistent import worker as background
from ratsassistent.errors import InputError, RatsassistentError
from ratsassistent.output import page_lock
from ratsassistent.output.page_lock import State
from ratsassistent.output.page_person import acting
from ratsassistent.settings import Settings

_NOT_SAME = "Die beiden Kennwörter sind nicht gleich. Bitte noch einmal."
_NOT_HERE = "Das kann nur, wer an dem Rechner sitzt, auf dem das Programm läuft."


class Locking:
    """The passphrase as one page sees it; one object for all tabs."""

    def __init__(
        self, settings: Settings, forget: Callable[[], None], sentence: Callable[[BaseException], str]
    ) -> None:
        """:param forget: lets go of what is kept in memory. :param sentence: what a user is told about an error."""
        self.settings, self._forget, self._sentence = settings, forget, sentence
        self._busy = threading.Lock()

    @property
    def state(self) -> State:
        """Whether a passphrase was set up, and whether the non-public part is open now."""
        if not sealing.is_sealed(self.settings):
            return "none"
        return "locked" if sealing.is_locked(self.settings) else "open"

    def line(self, told: str = "") -> str:
        """The lasting line on top."""
        return page_lock.line(self.state, told)

    def setup(self, told: str = "") -> str:
        """The part of the help."""
        return page_lock.setup(self.state, told, here=self._is_here(), busy=self._busy.locked())

    def act(self, wanted: dict[str, Any]) -> str:
        """Open or lock; returns the line on top."""
        try:
            if wanted["do"] == "unlock":
                sealing.unlock(self.settings, str(wanted.get("passphrase", "")))
                background.ensure_worker(self.settings)  # what waits
            elif wanted["do"] == "lock":
                sealing.lock(self.settings)
                self._forget()
        except RatsassistentError as error:
            return self.line(str(error))
        return self.line()

    def change(self, wanted: dict[str, Any]) -> Iterator[str]:
        """Set up, change or take away the passphrase; yields the part of the help."""
        if not self._is_here():
            raise InputError(_NOT_HERE)
        new, old = str(wanted.get("new", "")), str(wanted.get("old", ""))
        if "again" in wanted and wanted["again"] != new:
            yield self.setup(_NOT_SAME)
            return
        if not self._busy.acquire(blocking=False):
            yield self.setup()
            return
        told = ""
        try:
            yield self.setup()
            self._forget()
            match wanted["do"]:
                case "seal":
                    sealing.seal_up(self.settings, new)
                case "reseal":
                    sealing.change_passphrase(self.settings, old, new)
                case "unseal":
                    sealing.unseal(self.settings, old)
        except Exception as error:
            told = self._sentence(error)
        finally:
            self._busy.release()
        yield self.setup(told)

    def _is_here(self) -> bool:
        return acting(self.settings).person is None
