"""The texts of papers become parts ahead of time, on all processors, while the archive is being written.

What enters: what `oparl_import.paper_from_files` takes. What leaves: what it gives, when it is asked for.
What it does not know: where papers come from and go to.

Reading the text of ten thousand papers takes longer than writing them. Worker processes start only where there is much
to do, and end with the program, also when that is killed.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from types import TracebackType

from ratsassistent.pack.oparl_data.oparl_import import PaperFiles, TakenPaper, paper_from_files

WORTH_IT = 300  # papers from which on workers are started; starting them takes some seconds
MOST_WORKERS = 4
LONGEST = 4_000_000  # letters of a paper that are handed to another process


class Converter:
    """Turns the files of papers into papers; a context manager."""

    def __init__(self, papers: int) -> None:
        """:param papers: how many there will be at most."""
        self._pool: ProcessPoolExecutor | None = None
        workers = min(os.cpu_count() or 1, MOST_WORKERS)
        if papers >= WORTH_IT and workers > 1:
            self._pool = ProcessPoolExecutor(
                workers, mp_context=multiprocessing.get_context("spawn"), initializer=_end_with_parent
            )
        self._coming: dict[str, Future[TakenPaper]] = {}

    def __enter__(self) -> Converter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)

    @property
    def works_ahead(self) -> bool:
        """True where it makes sense to announce papers."""
        return self._pool is not None

    def announce(self, key: str, given: PaperFiles) -> None:
        """Begin with a paper that will be asked for soon."""
        if self._pool is None or key in self._coming or given.letters > LONGEST:
            return
        try:
            self._coming[key] = self._pool.submit(paper_from_files, given)
        except (BrokenProcessPool, RuntimeError):
            self._pool = None

    def convert(self, key: str, given: PaperFiles) -> TakenPaper:
        """The paper; made here if no worker has it, or the workers are gone."""
        future = self._coming.pop(key, None)
        if future is not None:
            try:
                return future.result()
            except BrokenProcessPool:
                self._pool, self._coming = None, {}
        return paper_from_files(given)


def _end_with_parent() -> None:
    """Runs in a worker: watches the program that started it."""
    parent = multiprocessing.parent_process()

    def watch() -> None:
        if parent is not None:
            parent.join()
            os._exit(0)

    threading.Thread(target=watch, daemon=True).start()
