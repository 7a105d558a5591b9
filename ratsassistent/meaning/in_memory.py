"""Embedding models that are in memory: each once in this process, for all data folders that are open.

What enters: which model (its folder, threads), and how it is loaded. What leaves: the Embedder, the same one each time.
What it does not know: what embedding models are, which of them there are.

A folder whose weights were replaced since is loaded anew, and what was loaded from it before is let go.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from ratsassistent.meaning.embedder import Embedder

_Stamp = tuple[int, int]  # size and time of a weights file
_loaded: dict[tuple[str, int | None], tuple[_Stamp, Embedder]] = {}
_lock = threading.Lock()


def shared(weights: Path, threads: int | None, load: Callable[[], Embedder]) -> Embedder:
    """The model with these weights; `load` is called only where this process has none of them for so many threads.

    :raises ModelError: `load` said so; the next call tries again.
    """
    key, stamp = (str(weights.resolve()), threads), _stamp(weights)
    with _lock:  # held while it loads: who asks meanwhile gets the same one
        known = _loaded.get(key)
        if known is None or known[0] != stamp:
            _loaded.pop(key, None)
            known = _loaded[key] = (stamp, load())
    return known[1]


def empty() -> None:
    """Let go of all models; whoever holds one keeps it."""
    with _lock:
        _loaded.clear()


def _stamp(weights: Path) -> _Stamp:
    try:
        known = weights.stat()
    except OSError:  # `load` says in a sentence what is wrong
        return 0, 0
    return known.st_size, known.st_mtime_ns
