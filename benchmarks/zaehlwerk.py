"""What the engine really computes: tokens and seconds of every `llama_decode`, whoever calls it.

What enters: the module llama_cpp, before a model computes with it. What leaves: Work, added up since the last `take`; the
memory of this process and its children, looked at several times a second.
What it does not know: this program, its peers, prompts. It needs llama_cpp and psutil only, so that the same meter hangs
at the program and at what it is compared with.

A call computes rows of one or several texts. A text all of whose rows ask for scores is being written (its last token, and
guesses at what follows it); any other is being read. Where a call does both, each row takes its share of the time. Tokens
taken from the cache never come here.
"""

from __future__ import annotations

import resource
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import psutil


@dataclass
class Work:
    """What was computed. `widths`: how many texts a call wrote for -> calls; `kinds`: what calls did -> rows and seconds."""

    tokens_read: int = 0
    seconds_reading: float = 0.0
    rows_written: int = 0
    seconds_writing: float = 0.0
    widths: Counter[int] = field(default_factory=Counter)
    kinds: dict[str, list[float]] = field(default_factory=dict)

    def add(self, read: int, written: int, texts: int, seconds: float) -> None:
        """One call: rows read, rows that wrote, for how many texts."""
        share = seconds / max(read + written, 1)
        self.tokens_read += read
        self.rows_written += written
        self.seconds_reading += share * read
        self.seconds_writing += share * written
        self.widths[texts] += texts > 0
        kind = "both" if read and written else "reading" if read else "writing alone" if texts == 1 else "writing"
        known = self.kinds.setdefault(kind, [0, 0, 0.0])
        known[0] += 1
        known[1] += read + written
        known[2] += seconds

    def figures(self) -> dict[str, Any]:
        """For JSON, with the rates."""
        return {
            "tokens_read": self.tokens_read,
            "seconds_reading": round(self.seconds_reading, 2),
            "tokens_read_a_second": _rate(self.tokens_read, self.seconds_reading),
            "rows_written": self.rows_written,
            "seconds_writing": round(self.seconds_writing, 2),
            "rows_written_a_second": _rate(self.rows_written, self.seconds_writing),
            "widths": {str(width): self.widths[width] for width in sorted(self.widths) if width},
            "kinds": {
                kind: {
                    "calls": calls,
                    "rows": rows,
                    "seconds": round(seconds, 2),
                    "rows_a_second": _rate(rows, seconds),
                }
                for kind, (calls, rows, seconds) in sorted(self.kinds.items())
            },
        }


def _rate(count: float, seconds: float) -> float | None:
    return round(count / seconds, 1) if seconds else None


class Meter:
    """Counts what `llama_decode` computes, in every thread of this process."""

    def __init__(self) -> None:
        import llama_cpp
        import llama_cpp.llama_cpp as low

        self._work = Work()
        self._decode = low.llama_decode
        # both the package and the module hold the name; callers look it up at each call
        llama_cpp.llama_decode = low.llama_decode = self._measured

    def _measured(self, context: Any, batch: Any) -> int:
        count = int(batch.n_tokens)
        rows: Counter[int] = Counter()
        asking: Counter[int] = Counter()
        for n in range(count):
            text = batch.seq_id[n][0]
            rows[text] += 1
            asking[text] += batch.logits[n] != 0
        writing = [text for text in rows if rows[text] == asking[text]]
        written = sum(rows[text] for text in writing)
        started = time.perf_counter()
        status: int = self._decode(context, batch)
        self._work.add(count - written, written, len(writing), time.perf_counter() - started)
        return status

    def take(self) -> Work:
        """What was computed since it was asked for last."""
        done, self._work = self._work, Work()
        return done


class Memory:
    """The most memory that this process and its children held together, by looking at them while they work."""

    def __init__(self, every: float = 0.2) -> None:
        self._every, self._most = every, 0
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def _watch(self) -> None:
        me = psutil.Process()
        while not self._end.wait(self._every):
            held = 0
            for process in [me, *me.children(recursive=True)]:
                try:
                    held += process.memory_info().rss
                except psutil.Error:
                    continue
            self._most = max(self._most, held)

    def figures(self) -> dict[str, float]:
        """In GB (10^9 bytes): together at one time, and the peaks that the kernel kept of the one and of the largest child."""
        unit = 1e9 / 1024  # ru_maxrss is in KiB on Linux
        return {
            "together_gb": round(self._most / 1e9, 2),
            "process_gb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit, 2),
            "largest_child_gb": round(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / unit, 2),
        }

    def close(self) -> None:
        """End the watching."""
        self._end.set()
        self._thread.join()


def machine() -> dict[str, Any]:
    """What it was measured on: processor, cores, and the instructions that the engine was built for."""
    import platform

    import llama_cpp

    try:
        with open("/proc/cpuinfo", encoding="utf-8") as lines:
            name = next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        name = platform.processor() or platform.machine()
    on = [part.strip() for part in llama_cpp.llama_print_system_info().decode().replace("CPU :", "").split("|")]
    return {
        "processor": name,
        "cores": psutil.cpu_count(logical=False),
        "engine": " ".join(part.split(" = ")[0] for part in on if part.endswith("= 1")),
        "load_before": round(psutil.getloadavg()[0], 2),
    }
