"""What the page keeps ready, so that a first search and a first question are as quick as the next ones.

What enters: settings. What leaves: a Workspace that stays open, with embedding models and vectors in memory.
What it does not know: what is searched or asked, Gradio.

Loading takes seconds, most of them for importing torch. It begins in a thread of low priority when the first tab has
been filled (`begin`); whoever searches before it has ended waits for the same models and loads nothing twice.
"""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace

from ratsassistent import searching, shown_pages, workflow
from ratsassistent.archive import seal
from ratsassistent.errors import RatsassistentError
from ratsassistent.settings import Settings
from ratsassistent.workspace import Workspace

_NICE = 10  # as the worker

_log = logging.getLogger(__name__)


class Ready:
    """The workspace of searches and questions; one object for all tabs."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._lock = threading.Lock()
        self._kept = contextlib.ExitStack()
        self._opened: Workspace | None = None
        self._state = ""
        self._thread: threading.Thread | None = None

    def workspace(self) -> Workspace:
        """The workspace that stays open.

        :raises StorageError: the data folder cannot be used.
        """
        with self._lock:
            state = seal.token(self.settings.nonpublic_folder)
            if self._opened is not None and state != self._state:  # sealed, locked, opened or restored since
                self._opened = None
                self._kept.close()
                shown_pages.forget()
            if self._opened is None:
                self._state = state
                self._opened = self._kept.enter_context(workflow.workspace(self.settings))
            elif self._opened.embedding is not None and self._opened.embedding.transformer is None:
                self._opened.embedding = None  # it may have been fetched since
            return self._opened

    @contextlib.contextmanager
    def lent(self, settings: Settings) -> Iterator[Workspace]:
        """The same with other settings, as far as who has signed in sees it, for one piece of work.

        :raises StorageError: the data folder cannot be used.
        """
        kept = self.workspace()
        if not settings.accounts:
            yield replace(kept, settings=settings)
            return
        with workflow.workspace(settings) as mine:
            yield replace(mine, model=kept.model, embedding=kept.meaning)

    def close(self) -> None:
        """Let go of the workspace and of all that is in memory of it; the next search opens it anew."""
        with self._lock:
            self._opened = None
            self._kept.close()

    def begin(self) -> None:
        """Load models and vectors in the background, once. Where that fails, the first search says why."""
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._load, daemon=True, name="suche-vorbereiten")
                self._thread.start()

    def join(self, timeout_s: float) -> None:
        """Wait until all is loaded, but not longer than `timeout_s` seconds."""
        if self._thread is not None:
            self._thread.join(timeout_s)

    def _load(self) -> None:
        if sys.platform == "linux":  # there a thread has a priority of its own
            with contextlib.suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)
        try:
            searching.get_ready(self.workspace())
        except RatsassistentError:
            return
        except Exception as error:  # nothing depends on it
            _log.error("the embedding models could not be loaded beforehand (%s)", type(error).__name__)
