"""The machine's own limit: how fast llama.cpp reads and writes, as llama-bench and llama-batched-bench give it.

    python benchmarks/rohtempo.py [--modell FILE.gguf] [--runden 3] [--faden N]

What enters: the model file that the program uses. What leaves: one JSON object with tokens a second: pp256 and pp512 read
that many from an empty cache, pp256_d620 reads 256 behind 620 others (llama-bench -d), as the program reads behind the
beginning of a prompt; tg64 writes 64 one after another; tg_N writes for N texts at once that share a beginning
of 128 tokens (all of them together; `times` is the gain against one text at the same place). `limit` has the best of all
settings. Tokens are random, nothing is chosen from the scores.
What it does not know: the program. It reads 512 tokens in one step as llama-bench does, and fewer; with the weights
repacked for the processor as llama.cpp likes it, and as they lie in the file. Each round measures all settings, so that a
machine that slows down slows down all alike; the median of the rounds counts, and all of them are there.

An AVX2 build: see tempo.py.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import os
import random
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psutil

MODEL = Path.home() / ".cache/ratsassistent/modelle/qwen2.5-coder-1.5b-instruct-q4_k_m.gguf"
ROWS = (128, 256, 512)  # tokens of one step
SIDE_BY_SIDE = (1, 4, 8, 16)
SHARED = 128  # tokens that stand before what is written side by side
STEPS = 16  # tokens that each of them writes
SINGLE = 64
DEPTH = 620  # tokens of the beginning of a prompt of the program


class Engine:
    """llama.cpp with one model, loaded one way."""

    def __init__(self, path: Path, threads: int, repack: bool) -> None:
        import llama_cpp

        self.llama = llama_cpp
        self.threads = threads
        model = llama_cpp.llama_model_default_params()
        model.n_gpu_layers = 0
        model.use_extra_bufts = repack
        self.model = llama_cpp.llama_model_load_from_file(os.fsencode(path), model)
        if not self.model:
            sys.exit(f"{path} lässt sich nicht laden.")
        self.words = llama_cpp.llama_vocab_n_tokens(llama_cpp.llama_model_get_vocab(self.model))
        self.random = random.Random(6)
        self.context: Any = None
        self.rows = 0

    def use(self, rows: int) -> None:
        """Go on with steps of so many tokens."""
        self._free_context()
        params = self.llama.llama_context_default_params()
        params.n_ctx = 6144
        params.n_batch = params.n_ubatch = rows
        params.n_threads = params.n_threads_batch = self.threads
        params.n_seq_max = max(SIDE_BY_SIDE)
        params.kv_unified = True
        self.context = self.llama.llama_init_from_model(self.model, params)
        self.batch = self.llama.llama_batch_init(rows, 0, 1)
        self.rows = rows
        self.read(64)  # the weights come into memory

    def decode(self, rows: Sequence[tuple[int, int]], all_scores: bool) -> None:
        """Compute rows of (sequence, place) with random tokens."""
        self.batch.n_tokens = len(rows)
        for n, (sequence, place) in enumerate(rows):
            self.batch.token[n] = self.random.randrange(1000, self.words - 1000)
            self.batch.pos[n], self.batch.n_seq_id[n], self.batch.seq_id[n][0] = place, 1, sequence
            self.batch.logits[n] = all_scores or n == len(rows) - 1
        if self.llama.llama_decode(self.context, self.batch) != 0:
            sys.exit("llama_decode ist gescheitert.")

    def clear(self) -> None:
        """Forget everything."""
        self.llama.llama_memory_clear(self.llama.llama_get_memory(self.context), True)

    def read(self, count: int, depth: int = 0) -> float:
        """Tokens a second, read behind `depth` others."""
        self.clear()
        for at in range(0, depth, self.rows):
            self.decode([(0, place) for place in range(at, min(at + self.rows, depth))], False)
        started = time.perf_counter()
        for at in range(0, count, self.rows):
            self.decode([(0, depth + place) for place in range(at, min(at + self.rows, count))], False)
        self.llama.llama_synchronize(self.context)
        return count / (time.perf_counter() - started)

    def write(self, texts: int, steps: int, shared: int) -> float:
        """Tokens a second, written for that many texts at once."""
        self.clear()
        memory = self.llama.llama_get_memory(self.context)
        if shared:
            self.decode([(0, place) for place in range(shared)], False)
            for other in range(1, texts):
                self.llama.llama_memory_seq_cp(memory, 0, other, -1, -1)
        started = time.perf_counter()
        for step in range(steps):
            self.decode([(text, shared + step) for text in range(texts)], True)
        self.llama.llama_synchronize(self.context)
        return texts * steps / (time.perf_counter() - started)

    def close(self) -> None:
        """Give the memory back."""
        self._free_context()
        self.llama.llama_model_free(self.model)

    def _free_context(self) -> None:
        if self.context:
            self.llama.llama_batch_free(self.batch)
            self.llama.llama_free(self.context)
            self.context = None


def measure(engine: Engine, rows: int) -> dict[str, float]:
    """All rates of one setting, once; how fast it writes does not depend on the size of a step."""
    engine.use(rows)
    rates = {"pp256": engine.read(256), "pp512": engine.read(512), f"pp256_d{DEPTH}": engine.read(256, DEPTH)}
    if rows == ROWS[-1]:
        rates |= {f"tg{SINGLE}": engine.write(1, SINGLE, 0)}
        rates |= {f"tg_{texts}": engine.write(texts, STEPS, SHARED) for texts in SIDE_BY_SIDE}
    return rates


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--modell", type=Path, default=MODEL)
    parser.add_argument("--runden", type=int, default=3)
    parser.add_argument("--faden", type=int, default=psutil.cpu_count(logical=False), help="threads")
    given = parser.parse_args()
    os.environ.setdefault("GOMP_SPINCOUNT", "10000")  # as the program does
    import llama_cpp
    from zaehlwerk import machine

    quiet = llama_cpp.llama_log_callback(lambda level, text, data: None)
    llama_cpp.llama_log_set(quiet, ctypes.c_void_p(0))
    llama_cpp.llama_backend_init()
    amx = b"AMX_INT8 = 1" in llama_cpp.llama_print_system_info()  # there repacked weights crash the engine
    out: dict[str, Any] = {"machine": machine(), "threads": given.faden, "model": given.modell.name, "rates": {}}
    rounds: dict[str, dict[str, list[float]]] = {}
    for _ in range(given.runden):
        for repack in (False,) if amx else (True, False):
            engine = Engine(given.modell, given.faden, repack)
            for rows in ROWS:
                name = f"steps of {rows}, {'repacked' if repack else 'as in the file'}"
                for what, rate in measure(engine, rows).items():
                    rounds.setdefault(name, defaultdict(list))[what].append(rate)
            engine.close()
    for name, rates in rounds.items():
        middle = {what: round(statistics.median(all_of), 1) for what, all_of in rates.items()}
        several = [what for what in middle if what.startswith("tg_")]
        out["rates"][name] = middle | {
            "times": {what: round(middle[what] / middle["tg_1"], 2) for what in several},
            "rounds": {what: [round(rate, 1) for rate in all_of] for what, all_of in rates.items()},
        }
    found = list(out["rates"].values())
    out["limit"] = {
        what: max(rates[what] for rates in found if what in rates)
        for what in dict.fromkeys(w for rates in found for w in rates)
        if what not in ("times", "rounds")
    }
    print(json.dumps(out, ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()
