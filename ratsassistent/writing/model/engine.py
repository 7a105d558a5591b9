"""llama.cpp behind a few calls: a loaded model, a memory of several sequences, one batch of rows after the other.

What enters: a model file, settings, rows (a token of a sequence at a place). What leaves: the scores of what may follow.
What it does not know: chats, prompts, which sequence belongs to what (`schedule`), which token is taken (`choosing`).

The low-level API of llama-cpp-python is used rather than its `Llama` class, because that class cannot set
`use_extra_bufts` (on processors with AMX the weight-repacking buffers crash, ggml-org/llama.cpp#20824), and because it
knows one sequence only (abetlen/llama-cpp-python#771).
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple

import psutil

from ratsassistent.errors import ModelError

MOST_SEQUENCES = 96  # that the engine can tell apart: those being worked on and those kept
Cache = Literal["f16", "q8_0"]


@dataclass(frozen=True, slots=True)
class Engine:
    """How the engine is run on this machine; `machine.fit` finds the values that suit it.

    `threads` and `reading_threads`: threads at writing and at reading; None: one for each core. `batch`: tokens of one step.
    `context`: tokens that all sequences have room for together, at most. `side_by_side`: texts written at once, at most.
    `repack`: lay the weights out anew for this processor at loading, which makes writing one text faster and reading
    slower on some, and both faster on others; None: as llama.cpp likes. `cache`: numbers that what was read is kept in;
    "q8_0" takes half the memory.
    """

    threads: int | None = None
    reading_threads: int | None = None
    batch: int = 128
    context: int = 8192
    side_by_side: int = 24
    repack: bool | None = None
    cache: Cache = "f16"


class Row(NamedTuple):
    """One token for the engine to read: of which sequence, at which place, and whether what follows it is asked for."""

    sequence: int
    place: int
    token: int
    wanted: bool


class Weights:
    """A model file loaded with the engine; one context of memory. Not for several threads at once."""

    def __init__(self, path: Path, engine: Engine) -> None:
        """Load; takes seconds and about the file's size in memory.

        :param path: a GGUF file whose checksum was verified by the caller.
        :raises ModelError: the engine is missing, or the file cannot be loaded, or memory is short.
        """
        # OpenMP's threads spin while they wait for each other. On two idle cores that writes 11 tokens a second; beside
        # four other busy processes it wrote 1 to 3, where threads that sleep at once wrote 8 (but only 8 on idle cores,
        # too). Spinning briefly, then sleeping: 11 on idle cores, and better than spinning beside other work.
        # Read by GNU's library once, at loading; others don't know the variable.
        os.environ.setdefault("GOMP_SPINCOUNT", "10000")
        try:
            import llama_cpp
        except (ImportError, OSError, RuntimeError) as error:
            raise ModelError(
                "Das Rechenwerk für Sprachmodelle (llama-cpp-python) fehlt oder läuft auf diesem Rechner nicht: "
                f"{error}. Bitte die Einrichtung mit start.py wiederholen."
            ) from error
        self.llama: Any = llama_cpp
        self.name = path.name
        self.threads = engine.threads or psutil.cpu_count(logical=False) or os.cpu_count() or 1
        silence(llama_cpp)
        llama_cpp.llama_backend_init()
        params = llama_cpp.llama_model_default_params()
        params.n_gpu_layers = 0
        params.use_extra_bufts = (engine.repack is not False) and not engine_uses_amx()
        self._model = llama_cpp.llama_model_load_from_file(os.fsencode(path), params)
        if not self._model:
            raise ModelError(
                f"Das Sprachmodell {path.name} lässt sich nicht laden; die Datei ist kein lesbares Modell."
            )
        self._vocab = llama_cpp.llama_model_get_vocab(self._model)
        self.words: int = llama_cpp.llama_vocab_n_tokens(self._vocab)
        self.context = min(engine.context, llama_cpp.llama_model_n_ctx_train(self._model))
        self.batch = max(1, min(engine.batch, self.context))
        self._context = llama_cpp.llama_init_from_model(self._model, self._params(engine))
        if not self._context:
            llama_cpp.llama_model_free(self._model)
            raise ModelError("Für das Sprachmodell ist nicht genug Arbeitsspeicher frei.")
        self._memory = llama_cpp.llama_get_memory(self._context)
        self._batch = llama_cpp.llama_batch_init(self.batch, 0, 1)
        self._pieces: dict[int, bytes] = {}
        self.cuts = self._can_cut()

    def _params(self, engine: Engine) -> Any:
        params = self.llama.llama_context_default_params()
        params.n_ctx = self.context
        params.n_batch = params.n_ubatch = self.batch
        params.n_threads = self.threads
        params.n_threads_batch = engine.reading_threads or self.threads
        params.n_seq_max = MOST_SEQUENCES
        params.kv_unified = True  # all sequences share the room of the context, and what they begin with
        if engine.cache == "q8_0":
            params.type_k = params.type_v = self.llama.GGML_TYPE_Q8_0
            params.flash_attn_type = 1  # a cache of 8-bit values needs it
        return params

    def close(self) -> None:
        """Free the memory; the object cannot be used afterwards."""
        if self._context:
            self.llama.llama_batch_free(self._batch)
            self.llama.llama_free(self._context)
            self.llama.llama_model_free(self._model)
            self._context = self._model = None

    # --- sequences ---------------------------------------------------------------------------------------------------

    def read(self, rows: Sequence[Row]) -> list[Any]:
        """Read rows, at most `batch` of them; the scores of all tokens that may follow, for each wanted row in turn.

        The scores lie in the engine's memory: they are good until the next call.

        :raises ModelError: the engine failed; all sequences are lost then.
        """
        import numpy as np

        batch = self._batch
        batch.n_tokens = len(rows)
        for n, row in enumerate(rows):
            batch.token[n] = row.token
            batch.pos[n] = row.place
            batch.n_seq_id[n] = 1
            batch.seq_id[n][0] = row.sequence
            batch.logits[n] = row.wanted
        status = self.llama.llama_decode(self._context, batch)
        if status != 0:
            self.llama.llama_memory_clear(self._memory, True)
            raise ModelError(f"Das Sprachmodell ist beim Rechnen gescheitert (Fehler {status}).")
        places = (n for n, row in enumerate(rows) if row.wanted)
        return [np.ctypeslib.as_array(self.llama.llama_get_logits_ith(self._context, n), (self.words,)) for n in places]

    def copy(self, source: int, target: int, count: int) -> None:
        """Let an empty sequence begin with the first `count` tokens of another one; takes no room and no time."""
        self.llama.llama_memory_seq_cp(self._memory, source, target, 0, count)

    def cut(self, sequence: int, place: int) -> None:
        """Forget a sequence from a place on; where the model cannot do that (see `cuts`), only from 0 on."""
        self.llama.llama_memory_seq_rm(self._memory, sequence, place, -1)

    def _can_cut(self) -> bool:
        """Whether this model can forget the end of a sequence; some architectures keep all of it in one state."""
        self.read([Row(0, 0, 0, False), Row(0, 1, 0, False)])
        can = bool(self.llama.llama_memory_seq_rm(self._memory, 0, 1, -1))
        self.llama.llama_memory_clear(self._memory, True)
        return can

    # --- a sequence on the disk --------------------------------------------------------------------------------------

    def save(self, sequence: int, tokens: Sequence[int], path: Path) -> bool:
        """Write what the engine keeps of a sequence into a file; False where that failed."""
        values = (self.llama.llama_token * len(tokens))(*tokens)
        size = self.llama.llama_state_seq_save_file(self._context, os.fsencode(path), sequence, values, len(tokens))
        return bool(size)

    def load(self, sequence: int, tokens: Sequence[int], path: Path) -> bool:
        """Take back into an empty sequence what `save` wrote; False where the file does not fit these tokens."""
        room = len(tokens) + 1
        values = (self.llama.llama_token * room)()
        count = ctypes.c_size_t(0)
        size = self.llama.llama_state_seq_load_file(
            self._context, os.fsencode(path), sequence, values, room, ctypes.byref(count)
        )
        if size and list(values[: count.value]) == list(tokens):
            return True
        self.cut(sequence, 0)
        return False

    # --- tokens ------------------------------------------------------------------------------------------------------

    def template(self) -> str:
        """The chat template that the model file brings.

        :raises ModelError: it brings none.
        """
        template = self.llama.llama_model_chat_template(self._model, None)
        if not template:
            raise ModelError(
                f"Das Sprachmodell {self.name} bringt keine Gesprächsvorlage mit und ist hier nicht nutzbar."
            )
        return str(template.decode())

    def begin_token(self) -> int | None:
        """The token that every text has to begin with, if there is one."""
        return int(self.llama.llama_vocab_bos(self._vocab)) if self.llama.llama_vocab_get_add_bos(self._vocab) else None

    def edge_tokens(self) -> tuple[str, str]:
        """How the tokens for the beginning and the end of a text are written; empty where there is none."""
        edges = (self.llama.llama_vocab_bos(self._vocab), self.llama.llama_vocab_eos(self._vocab))
        first, last = ("" if t < 0 else self.piece(t, special=True).decode("utf-8", "replace") for t in edges)
        return first, last

    def ends(self, token: int) -> bool:
        """Whether the model says with this token that it has said all."""
        return bool(self.llama.llama_vocab_is_eog(self._vocab, token))

    def tokens(self, text: str, *, special: bool) -> list[int]:
        """The tokens of a text. `special`: whether marks like ``<|im_end|>`` are taken for what they say."""
        data = text.encode("utf-8", "replace")
        room = len(data) + 8  # a token stands for at least one byte
        buffer = (self.llama.llama_token * room)()
        count = self.llama.llama_tokenize(self._vocab, data, len(data), buffer, room, False, special)
        if count < 0:
            raise ModelError("Der Text lässt sich nicht in Wortstücke zerlegen.")
        return list(buffer[:count])

    def text(self, tokens: Sequence[int]) -> str:
        """What tokens say; the beginning of a sign that is not complete is left out."""
        return b"".join(self.piece(t) for t in tokens).decode("utf-8", "ignore")

    def piece(self, token: int, *, special: bool = False) -> bytes:
        """The bytes of one token."""
        if not special and token in self._pieces:
            return self._pieces[token]
        size = 64
        while True:
            buffer = ctypes.create_string_buffer(size)
            count = self.llama.llama_token_to_piece(self._vocab, token, buffer, size, 0, special)
            if count >= 0:
                break
            size = -count
        made = buffer.raw[:count]
        if not special:
            self._pieces[token] = made
        return made


def engine_uses_amx() -> bool:
    """True if the engine was built with AMX and the processor has it: then weight repacking must stay off."""
    import llama_cpp

    return b"AMX_INT8 = 1" in llama_cpp.llama_print_system_info()


def silence(llama_cpp: Any) -> None:
    """Keep llama.cpp's own log lines off standard error; errors come to us as return values."""
    global _log_callback  # noqa: PLW0603 - ctypes callbacks must stay alive as long as the library may call them
    if _log_callback is None:
        _log_callback = llama_cpp.llama_log_callback(lambda level, text, data: None)
        llama_cpp.llama_log_set(_log_callback, ctypes.c_void_p(0))


_log_callback: Any = None
