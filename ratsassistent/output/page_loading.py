"""The language model on its way onto this machine: in a thread, with how far it is and how long it still takes.

What enters: settings. What leaves: a line of HTML; the model in the model folder, and with it the one that searches by
meaning, where that is not there yet.
What it does not know: where models come from (`models`), the page around the line.
"""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Callable

from ratsassistent import embedding_files, models
from ratsassistent.errors import RatsassistentError
from ratsassistent.machine.estimate import time_left
from ratsassistent.output.page_text import count, notice, progress_bar, size
from ratsassistent.settings import Settings

FAST, SLOW = 100e6, 10e6  # bits a second of a good and of a slow connection
MEASURED_S = 5.0  # seconds of loading before its speed says anything

_CHECKING = "Prüfe die Prüfsumme"  # what `loading.sha256_of` says
_log = logging.getLogger(__name__)


def usual_time(size_bytes: int | None) -> str:
    """How long loading takes, before anything is known of the connection: "etwa 2 bis 15 Minuten"."""
    if not size_bytes:
        return "einige Minuten"
    short, long = (max(1, math.ceil(8 * size_bytes / speed / 60)) for speed in (FAST, SLOW))
    span = f"{short} bis {long} Minuten" if short < long else count(long, "Minute", "Minuten")
    return f"etwa {span}, bei einem sehr langsamen Anschluss länger"


class ModelLoading:
    """Brings the language model onto this machine in a thread; every tab sees the same state."""

    def __init__(self, told: Callable[[BaseException], str], clock: Callable[[], float] = time.monotonic) -> None:
        """:param told: what a user is told about an error. :param clock: seconds."""
        self._told, self._clock = told, clock
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._line: tuple[str, float | None] = ("", None)
        self._begun: tuple[str, float, int] | None = None  # what is loaded, since when, with how many bytes at first
        self._error = ""

    def start(self, settings: Settings) -> None:
        """Begin, unless it runs already; an interrupted load goes on where it stopped."""
        with self._lock:
            if self.running:
                return
            self._line, self._error, self._begun = ("Das Laden beginnt …", None), "", None
            self._thread = threading.Thread(target=self._run, args=(settings,), daemon=True, name="modell-laden")
            self._thread.start()

    @property
    def running(self) -> bool:
        """Whether bytes are on their way now."""
        return self._thread is not None and self._thread.is_alive()

    def join(self, timeout_s: float) -> None:
        """Wait until loading has ended, but not longer than `timeout_s` seconds."""
        if self._thread is not None:
            self._thread.join(timeout_s)

    def html(self) -> str:
        """The state as a line or box; empty where nothing was begun."""
        if self._error:
            return notice(self._error, "error")
        return progress_bar(self._line[1], self._line[0]) if self.running else ""

    def progress(self, what: str, done: int, total: int | None) -> None:
        """Bytes have moved; the speed since the first of them says how long the rest takes."""
        if not total:
            self._line = (f"Das Sprachmodell wird geladen: {size(done)}", None)
            return
        if what == _CHECKING:
            self._line = ("Das Sprachmodell ist geladen und wird noch geprüft …", done / total)
            return
        now = self._clock()
        if self._begun is None or self._begun[0] != what:
            self._begun = (what, now, done)
        _, since, first = self._begun
        rest = ""
        if now - since >= MEASURED_S and done > first:
            rest = f", {time_left((total - done) * (now - since) / (done - first))}"
        self._line = (f"Das Sprachmodell wird geladen: {size(done)} von {size(total)}{rest}", done / total)

    def _run(self, settings: Settings) -> None:
        try:
            catalogue = models.load_catalogue()
            models.fetch(catalogue.get(settings.model), settings.model_folders, progress=self.progress, say=_quiet)
            searches = catalogue.default_embedding
            if searches and embedding_files.find(searches, settings.model_folders) is None:
                try:
                    embedding_files.fetch(searches, settings.model_folders, progress=_unseen, say=_quiet)
                except RatsassistentError:  # without it everything works, with words alone
                    _log.warning("the embedding model could not be loaded")
        except Exception as error:
            self._error = self._told(error)


def _quiet(_line: str) -> None:
    """Nobody reads what goes on in words."""


def _unseen(_what: str, _done: int, _total: int | None) -> None:
    """Nobody watches the small one."""
