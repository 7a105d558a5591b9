"""The language model: one small protocol, and llama.cpp behind it.

What enters: chat messages, a limit of tokens to write.
What leaves: the text written, with how many tokens were read anew, reused and written, and how long that took.
What it does not know: council papers, prompts, citations, the archive.

The low-level API of llama-cpp-python is used rather than its `Llama` class, because that class cannot set
`use_extra_bufts` (on processors with AMX the weight-repacking buffers crash, ggml-org/llama.cpp#20824), and because
the state of the key-value cache is ours to manage: what a prompt shares with the one before is not read again.

Text of papers is untrusted. It is tokenised with special tokens switched off, so that a paper that contains
``<|im_end|>`` cannot close the user's turn and open one of its own.
"""

from __future__ import annotations

import ctypes
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple, Protocol

import psutil

from ratsassistent.briefings import ModelRecord
from ratsassistent.errors import Interrupted, ModelError

READ_STEP = 256  # tokens read between two looks at `should_stop`: about four seconds on an office PC
REPEAT_WINDOW = 192  # tokens that the repetition penalty looks back on
REPEAT_PENALTY = 1.07  # weak: German needs its articles again and again, small models run in circles without it


class Message(NamedTuple):
    """One turn of a chat. `content` may hold untrusted text."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class Reply:
    """What the model wrote. `finished` is False where it was cut off at the limit of tokens."""

    text: str
    finished: bool
    tokens_read: int
    tokens_reused: int
    tokens_written: int
    seconds_reading: float
    seconds_writing: float


class LanguageModel(Protocol):
    """What the rest of the program knows of a language model. Tests put a scripted one in its place."""

    record: ModelRecord
    context: int  # tokens that prompt and reply may have together

    def count(self, text: str) -> int:
        """How many tokens `text` has for this model."""
        ...

    def write(
        self,
        messages: Sequence[Message],
        *,
        max_tokens: int,
        should_stop: Callable[[], bool] | None = None,
        on_text: Callable[[str], None] | None = None,
        enough: Callable[[str], bool] | None = None,
    ) -> Reply:
        """Let the model answer.

        :param max_tokens: the most tokens to write.
        :param enough: given the text so far after each token; True ends the reply there (it counts as finished).
        :param should_stop: asked every few seconds; True ends the work with `Interrupted`.
        :param on_text: called with the whole text so far after each token.
        :raises ModelError: the messages are too long for the context, or the engine fails.
        """
        ...


class LlamaModel:
    """llama.cpp through the low-level API of llama-cpp-python; one sequence, greedy, deterministic."""

    def __init__(self, path: Path, record: ModelRecord, *, context: int = 6144, threads: int | None = None) -> None:
        """Load the model file; takes seconds and about its size in memory.

        :param path: a GGUF file whose checksum was verified by the caller.
        :param context: tokens of prompt and reply together; memory for the cache is taken at once.
        :raises ModelError: the engine is missing, or the file cannot be loaded, or memory is short.
        """
        # OpenMP's threads spin while they wait for each other. On two idle cores that writes 11 tokens a second; beside
        # four other busy processes it wrote 1 to 3, where threads that sleep at once wrote 8 (but only 8 on idle cores,
        # too). Spinning briefly, then sleeping: 11 on idle cores, and better than spinning beside other work.
        # Read by GNU's library once, at loading; others don't know the variable.
        os.environ.setdefault("GOMP_SPINCOUNT", "10000")
        try:
            import llama_cpp
            from llama_cpp import llama_chat_format
        except (ImportError, OSError, RuntimeError) as error:
            raise ModelError(
                "Das Rechenwerk für Sprachmodelle (llama-cpp-python) fehlt oder läuft auf diesem Rechner nicht: "
                f"{error}. Bitte die Einrichtung mit start.py wiederholen."
            ) from error
        self._llama: Any = llama_cpp
        self.record = record
        self.threads = threads or psutil.cpu_count(logical=False) or os.cpu_count() or 1
        _silence(llama_cpp)
        llama_cpp.llama_backend_init()
        model_params = llama_cpp.llama_model_default_params()
        model_params.n_gpu_layers = 0
        model_params.use_extra_bufts = not engine_uses_amx()
        self._model = llama_cpp.llama_model_load_from_file(os.fsencode(path), model_params)
        if not self._model:
            raise ModelError(
                f"Das Sprachmodell {path.name} lässt sich nicht laden; die Datei ist kein lesbares Modell."
            )
        self._vocab = llama_cpp.llama_model_get_vocab(self._model)
        self.context = min(context, llama_cpp.llama_model_n_ctx_train(self._model))
        params = llama_cpp.llama_context_default_params()
        params.n_ctx = self.context
        params.n_batch = READ_STEP
        params.n_ubatch = READ_STEP
        params.n_threads = params.n_threads_batch = self.threads
        self._context = llama_cpp.llama_init_from_model(self._model, params)
        if not self._context:
            llama_cpp.llama_model_free(self._model)
            raise ModelError("Für das Sprachmodell ist nicht genug Arbeitsspeicher frei.")
        self._cached: list[int] = []
        template = llama_cpp.llama_model_chat_template(self._model, None)
        if not template:
            raise ModelError(
                f"Das Sprachmodell {path.name} bringt keine Gesprächsvorlage mit und ist hier nicht nutzbar."
            )
        self._formatter = llama_chat_format.Jinja2ChatFormatter(
            template=template.decode(),
            eos_token=self._token_text(llama_cpp.llama_vocab_eos(self._vocab)),
            bos_token=self._token_text(llama_cpp.llama_vocab_bos(self._vocab)),
        )

    def close(self) -> None:
        """Free the memory; the object cannot be used afterwards."""
        if self._context:
            self._llama.llama_free(self._context)
            self._llama.llama_model_free(self._model)
            self._context = self._model = None

    def count(self, text: str) -> int:
        """How many tokens `text` has for this model."""
        return len(self._tokenize(text, special=False))

    def write(
        self,
        messages: Sequence[Message],
        *,
        max_tokens: int,
        should_stop: Callable[[], bool] | None = None,
        on_text: Callable[[str], None] | None = None,
        enough: Callable[[str], bool] | None = None,
    ) -> Reply:
        """See `LanguageModel.write`."""
        prompt = self._prompt(messages)
        if len(prompt) + max_tokens > self.context:
            raise ModelError(
                f"Der Text ist mit {len(prompt)} Wortstücken zu lang für das Sprachmodell ({self.context} zusammen mit der Antwort)."
            )
        started = time.monotonic()
        reused = self._keep_common_beginning(prompt)
        for at in range(reused, len(prompt), READ_STEP):
            if should_stop and should_stop():
                raise Interrupted("Die Arbeit wurde angehalten.")
            self._decode(prompt[at : at + READ_STEP])
        reading = time.monotonic() - started
        written, finished = self._generate(max_tokens, should_stop, on_text, enough)
        return Reply(
            text=self._text(written).strip(),
            finished=finished,
            tokens_read=len(prompt) - reused,
            tokens_reused=reused,
            tokens_written=len(written),
            seconds_reading=reading,
            seconds_writing=time.monotonic() - started - reading,
        )

    def _generate(
        self,
        max_tokens: int,
        should_stop: Callable[[], bool] | None,
        on_text: Callable[[str], None] | None,
        enough: Callable[[str], bool] | None,
    ) -> tuple[list[int], bool]:
        llama = self._llama
        chain = llama.llama_sampler_chain_init(llama.llama_sampler_chain_default_params())
        # first the 40 likeliest: the penalty is slow on the whole vocabulary
        llama.llama_sampler_chain_add(chain, llama.llama_sampler_init_top_k(40))
        words = llama.llama_vocab_n_tokens(self._vocab)
        penalty = llama.llama_sampler_init_penalties(words, REPEAT_WINDOW, REPEAT_PENALTY, 0.0, 0.0)
        llama.llama_sampler_chain_add(chain, penalty)
        llama.llama_sampler_chain_add(chain, llama.llama_sampler_init_greedy())
        written: list[int] = []
        try:
            while len(written) < max_tokens:
                if should_stop and should_stop():
                    raise Interrupted("Die Arbeit wurde angehalten.")
                token = llama.llama_sampler_sample(chain, self._context, -1)  # also tells the chain what was chosen
                if llama.llama_vocab_is_eog(self._vocab, token):
                    return written, True
                written.append(token)
                if on_text:
                    on_text(self._text(written))
                if enough and enough(self._text(written)):
                    return written, True
                self._decode([token])
        finally:
            llama.llama_sampler_free(chain)
        return written, False

    def _prompt(self, messages: Sequence[Message]) -> list[int]:
        """Tokens of the chat: the template's own marks are special tokens, the contents never are."""
        marks = [f"\ue000{number}\ue001" for number in range(len(messages))]
        chat: Any = [{"role": m.role, "content": mark} for m, mark in zip(messages, marks, strict=True)]
        rest = self._formatter(messages=chat).prompt
        tokens: list[int] = []
        for message, mark in zip(messages, marks, strict=True):
            before, _, rest = rest.partition(mark)
            tokens += self._tokenize(before, special=True)
            tokens += self._tokenize(message.content, special=False)
        tokens += self._tokenize(rest, special=True)
        if self._llama.llama_vocab_get_add_bos(self._vocab):
            bos = self._llama.llama_vocab_bos(self._vocab)
            if tokens[:1] != [bos]:
                tokens.insert(0, bos)
        return tokens

    def _tokenize(self, text: str, *, special: bool) -> list[int]:
        data = text.encode("utf-8", "replace")
        room = len(data) + 8  # a token stands for at least one byte
        buffer = (self._llama.llama_token * room)()
        count = self._llama.llama_tokenize(self._vocab, data, len(data), buffer, room, False, special)
        if count < 0:
            raise ModelError("Der Text lässt sich nicht in Wortstücke zerlegen.")
        return list(buffer[:count])

    def _keep_common_beginning(self, prompt: list[int]) -> int:
        """Drop from the cache what differs from `prompt`; return how many tokens need not be read again."""
        common = 0
        for old, new in zip(self._cached, prompt[:-1], strict=False):  # the last one must be read: it gives the logits
            if old != new:
                break
            common += 1
        memory = self._llama.llama_get_memory(self._context)
        if not self._llama.llama_memory_seq_rm(memory, 0, common, -1):
            self._llama.llama_memory_clear(memory, True)  # some architectures cannot drop a part
            common = 0
        del self._cached[common:]
        return common

    def _decode(self, tokens: list[int]) -> None:
        array = (self._llama.llama_token * len(tokens))(*tokens)
        status = self._llama.llama_decode(self._context, self._llama.llama_batch_get_one(array, len(tokens)))
        if status != 0:
            self._cached.clear()
            self._llama.llama_memory_clear(self._llama.llama_get_memory(self._context), True)
            raise ModelError(f"Das Sprachmodell ist beim Rechnen gescheitert (Fehler {status}).")
        self._cached += tokens

    def _piece(self, token: int, special: bool = False) -> bytes:
        size = 64
        while True:
            buffer = ctypes.create_string_buffer(size)
            count = self._llama.llama_token_to_piece(self._vocab, token, buffer, size, 0, special)
            if count >= 0:
                return buffer.raw[:count]
            size = -count

    def _token_text(self, token: int) -> str:
        return "" if token < 0 else self._piece(token, special=True).decode("utf-8", "replace")

    def _text(self, tokens: Sequence[int]) -> str:
        return b"".join(self._piece(t) for t in tokens).decode("utf-8", "ignore")


def engine_uses_amx() -> bool:
    """True if the engine was built with AMX and the processor has it: then weight repacking must stay off."""
    import llama_cpp

    return b"AMX_INT8 = 1" in llama_cpp.llama_print_system_info()


def _silence(llama_cpp: Any) -> None:
    """Keep llama.cpp's own log lines off standard error; errors come to us as return values."""
    global _log_callback  # noqa: PLW0603 - ctypes callbacks must stay alive as long as the library may call them
    if _log_callback is None:
        _log_callback = llama_cpp.llama_log_callback(lambda level, text, data: None)
        llama_cpp.llama_log_set(_log_callback, ctypes.c_void_p(0))


_log_callback: Any = None
