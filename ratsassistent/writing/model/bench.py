"""How fast the engine reads and writes with given settings, without a word of text: as llama-bench measures it.

What enters: a model file, numbers of tokens, settings. What leaves: tokens a second.
What it does not know: prompts, what the figures are for (`machine.measuring` chooses by them).
"""

from __future__ import annotations

import ctypes
import os
import time
from pathlib import Path
from typing import Any

from ratsassistent.errors import ModelError
from ratsassistent.writing.model.engine import Cache, silence

MOST_SIDE_BY_SIDE = 24
ROOM = 4096  # tokens of the context: enough for what is read and for as many short texts


class Bench:
    """A loaded model whose reading and writing is timed. `read` comes first: it is what `write` goes on from.

    :param repack: lay the weights out anew for this processor at loading.
    :raises ModelError: the file cannot be loaded, or memory is short.
    """

    def __init__(self, path: Path, *, repack: bool) -> None:
        os.environ.setdefault("GOMP_SPINCOUNT", "10000")  # as `engine.Weights` does, before the library is loaded
        import llama_cpp

        self._llama: Any = llama_cpp
        silence(llama_cpp)
        llama_cpp.llama_backend_init()
        params = llama_cpp.llama_model_default_params()
        params.n_gpu_layers = 0
        params.use_extra_bufts = repack
        self._model = llama_cpp.llama_model_load_from_file(os.fsencode(path), params)
        if not self._model:
            raise ModelError(
                f"Das Sprachmodell {path.name} lässt sich nicht laden; die Datei ist kein lesbares Modell."
            )
        self._words = llama_cpp.llama_vocab_n_tokens(llama_cpp.llama_model_get_vocab(self._model))
        self._batch = llama_cpp.llama_batch_init(1024, 0, 1)
        self._context: Any = None
        self._made: tuple[int, Cache] | None = None
        self._place = 0

    def use(self, *, threads: int, reading_threads: int, batch: int, cache: Cache = "f16") -> None:
        """Go on with these settings.

        :raises ModelError: the engine cannot work with them.
        """
        if self._made != (batch, cache):
            self._free_context()
            params = self._llama.llama_context_default_params()
            params.n_ctx = ROOM
            params.n_batch = params.n_ubatch = batch
            params.n_seq_max = MOST_SIDE_BY_SIDE
            params.kv_unified = True
            if cache == "q8_0":
                params.type_k = params.type_v = self._llama.GGML_TYPE_Q8_0
                params.flash_attn_type = 1  # a cache of 8-bit values needs it
            self._context = self._llama.llama_init_from_model(self._model, params)
            if not self._context:
                raise ModelError("Für das Sprachmodell ist nicht genug Arbeitsspeicher frei.")
            self._made = (batch, cache)
        self._llama.llama_set_n_threads(self._context, threads, reading_threads)

    def read(self, tokens: int) -> float:
        """Read so many tokens from an empty context on; tokens a second."""
        step = self._made[0] if self._made else 1
        self._llama.llama_memory_clear(self._llama.llama_get_memory(self._context), False)
        started = time.perf_counter()
        for at in range(0, tokens, step):
            count = min(step, tokens - at)
            self._decode([0] * count, list(range(at, at + count)), last_only=True)
        self._place = tokens
        return tokens / (time.perf_counter() - started)

    def write(self, steps: int, side_by_side: int) -> float:
        """Write so many tokens, in each of so many texts at once, behind what was read; tokens a second of all together.

        The better one of two halves counts: a hiccup of another program is none of this engine's.
        """
        memory = self._llama.llama_get_memory(self._context)
        texts = list(range(side_by_side))
        for text in range(1, MOST_SIDE_BY_SIDE):
            self._llama.llama_memory_seq_rm(memory, text, -1, -1)
        self._llama.llama_memory_seq_rm(memory, 0, self._place, -1)
        for text in texts[1:]:
            self._llama.llama_memory_seq_cp(memory, 0, text, -1, -1)
        best = 0.0
        half = max(1, steps // 2)
        for part in range(2):
            started = time.perf_counter()
            for step in range(half):
                self._decode(texts, [self._place + part * half + step] * side_by_side, last_only=False)
            best = max(best, half * side_by_side / (time.perf_counter() - started))
        return best

    def close(self) -> None:
        """Free the memory."""
        self._free_context()
        if self._model:
            self._llama.llama_batch_free(self._batch)
            self._llama.llama_model_free(self._model)
            self._model = None

    def _free_context(self) -> None:
        if self._context:
            self._llama.llama_free(self._context)
        self._context, self._made = None, None

    def _decode(self, texts: list[int], places: list[int], *, last_only: bool) -> None:
        batch = self._batch
        batch.n_tokens = len(texts)
        for n, (text, place) in enumerate(zip(texts, places, strict=True)):
            batch.token[n] = (1000 + n * 7919 + place * 31) % self._words
            batch.pos[n] = place
            batch.n_seq_id[n] = 1
            batch.seq_id[n][0] = text
            batch.logits[n] = ctypes.c_int8(not last_only or n == len(texts) - 1)
        status = self._llama.llama_decode(self._context, batch)
        if status != 0:
            raise ModelError(f"Das Sprachmodell ist beim Rechnen gescheitert (Fehler {status}).")
        self._llama.llama_synchronize(self._context)
