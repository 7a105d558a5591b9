"""What loading any kind of model takes: one process at a time, a bar that moves, a checksum.

What enters: paths, what is going on. What leaves: a checksum, lines and a bar on standard error.
What it does not know: which models there are, where they come from.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ratsassistent.errors import StorageError
from ratsassistent.sources import Progress, writing


def sha256_of(path: Path, progress: Progress) -> str:
    """The checksum of a file's bytes; the progress is told as they are read."""
    digest, size, done = hashlib.sha256(), path.stat().st_size, 0
    with path.open("rb") as file:
        while chunk := file.read(4 << 20):
            digest.update(chunk)
            done += len(chunk)
            progress("Prüfe die Prüfsumme", done, size)
    return digest.hexdigest()


@contextlib.contextmanager
def only_one(lock: Path) -> Iterator[None]:
    """Two processes must not write the same part file. A lock whose process is gone does not count."""
    import psutil

    with contextlib.suppress(OSError, ValueError, psutil.Error):
        pid, started = lock.read_text(encoding="ascii").split()
        # The number of a process that is gone is given out again: only together with its start it names one.
        if int(pid) != os.getpid() and psutil.Process(int(pid)).create_time() == float(started):
            raise StorageError("Dieses Modell wird gerade schon von einem anderen Programmlauf geladen.")
    with writing(lock):
        lock.write_text(f"{os.getpid()} {psutil.Process().create_time()}", encoding="ascii")
    try:
        yield
    finally:
        lock.unlink(missing_ok=True)


@contextlib.contextmanager
def bar() -> Iterator[Progress]:
    """A progress bar on standard error; a new one for each thing that goes on."""
    from tqdm import tqdm

    bars: dict[str, tqdm[Any]] = {}

    def progress(what: str, done: int, total: int | None) -> None:
        if what not in bars:
            for shown in bars.values():
                shown.close()
            # A log file gets a line every few seconds, a terminal a moving bar.
            calm = 0.2 if sys.stderr.isatty() else 10.0
            bars[what] = tqdm(total=total, desc=what, unit="B", unit_scale=True, mininterval=calm, initial=done)
        bars[what].update(done - bars[what].n)
        if done == total:
            bars.pop(what).close()

    try:
        yield progress
    finally:
        for shown in bars.values():
            shown.close()


def to_stderr(message: str) -> None:
    """One line for whoever watches."""
    print(message, file=sys.stderr, flush=True)
