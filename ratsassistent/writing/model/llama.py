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
import math
import os
import re
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple, Protocol

import psutil

from ratsassistent.briefings import ModelRecord
from ratsassistent.errors import Interrupted, ModelError

READ_STEP = 256  # tokens read between two looks at `should_stop`: about four seconds on an office PC
REPEAT_WINDOW = 192  # tokens that the repetition penalty looks back on
CONVERSATIONS = 6  # whose tokens are kept side by side
SHARED = 64  # tokens that a prompt must share with a kept conversation to go on from it
TAKE_BACK = 12  # refused words in a reply; after that the model writes on as it likes
REPEAT_PENALTY = 1.07  # weak: German needs its articles again and again, small models run in circles without it


_LAST_WORD = re.compile(r"[\w.,'’/-]*\W*\Z")


class Message(NamedTuple):
    """One turn of a chat. `content` may hold untrusted text."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class Reply:
    """What the model wrote. `finished` is False where it was cut off at the limit of tokens.

    `doubt` is the mean surprise of its tokens in nats (minus the logarithm of the probability that the model gave them),
    `most_doubt` that of the least likely one: high where a refused word forced it from its way.
    """

    text: str
    finished: bool
    tokens_read: int
    tokens_reused: int
    tokens_written: int
    seconds_reading: float
    seconds_writing: float
    doubt: float = 0.0
    most_doubt: float = 0.0
    taken_back: int = 0  # words that `allows` refused


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
        lead: str = "",
        allows: Callable[[str], bool] | None = None,
    ) -> Reply:
        """Let the model answer.

        :param max_tokens: the most tokens to write.
        :param lead: words that the answer begins with; the model goes on from there, and they are part of the reply.
        :param allows: given the text so far each time a word is complete; False takes that word back and lets the model
            choose another, a few times in a reply.
        :param enough: given the text so far after each token; True ends the reply there (it counts as finished).
        :param should_stop: asked every few seconds; True ends the work with `Interrupted`.
        :param on_text: called with the whole text so far after each token.
        :raises ModelError: the messages are too long for the context, or the engine fails.
        """
        ...

    def choose(
        self, messages: Sequence[Message], options: Sequence[str], *, should_stop: Callable[[], bool] | None = None
    ) -> list[float]:
        """How likely the answer is to begin with each of these options: logarithms of probabilities. Nothing is written.

        :param options: words that differ in their beginnings.
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
        params.n_seq_max = CONVERSATIONS
        params.kv_unified = True  # all conversations share the room of the context
        self._context = llama_cpp.llama_init_from_model(self._model, params)
        if not self._context:
            llama_cpp.llama_model_free(self._model)
            raise ModelError("Für das Sprachmodell ist nicht genug Arbeitsspeicher frei.")
        # The tokens of several conversations are kept: the prompts of different tasks begin differently, and each
        # beginning is read only once. The one used last stands last.
        self._kept: dict[int, list[int]] = {n: [] for n in range(CONVERSATIONS)}
        self._now = 0
        self._batch = llama_cpp.llama_batch_init(READ_STEP, 0, 1)
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
            self._llama.llama_batch_free(self._batch)
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
        lead: str = "",
        allows: Callable[[str], bool] | None = None,
    ) -> Reply:
        """See `LanguageModel.write`."""
        prompt = self._prompt(messages) + self._tokenize(lead, special=False)
        started = time.monotonic()
        reused = self._read(prompt, max_tokens, should_stop)
        reading = time.monotonic() - started

        def whole(of: Callable[[str], Any] | None) -> Callable[[str], Any] | None:
            return (lambda text: of(lead + text)) if of and lead else of

        written, doubts, finished, taken_back = self._generate(
            max_tokens, should_stop, whole(on_text), whole(enough), whole(allows)
        )
        return Reply(
            text=(lead + self._text(written)).strip(),
            finished=finished,
            tokens_read=len(prompt) - reused,
            tokens_reused=reused,
            tokens_written=len(written),
            seconds_reading=reading,
            seconds_writing=time.monotonic() - started - reading,
            doubt=sum(doubts) / max(len(doubts), 1),
            most_doubt=max(doubts, default=0.0),
            taken_back=taken_back,
        )

    def choose(
        self, messages: Sequence[Message], options: Sequence[str], *, should_stop: Callable[[], bool] | None = None
    ) -> list[float]:
        """See `LanguageModel.choose`."""
        import numpy as np

        self._read(self._prompt(messages), 1, should_stop)
        scores = self._scores().astype("float64")
        peak = float(scores.max())
        scores -= peak + math.log(float(np.exp(scores - peak).sum()))
        return [float(scores[self._tokenize(option, special=False)[0]]) for option in options]

    def _read(self, prompt: list[int], room: int, should_stop: Callable[[], bool] | None) -> int:
        """Read a prompt, but for what is known of it; returns how many tokens were. Behind it `room` tokens must fit."""
        if len(prompt) + room > self.context:
            raise ModelError(
                f"Der Text ist mit {len(prompt)} Wortstücken zu lang für das Sprachmodell ({self.context} zusammen mit der Antwort)."
            )
        reused = self._keep_common_beginning(prompt, len(prompt) + room)
        for at in range(reused, len(prompt), READ_STEP):
            if should_stop and should_stop():
                raise Interrupted("Die Arbeit wurde angehalten.")
            self._decode(prompt[at : at + READ_STEP])
        return reused

    def _scores(self) -> Any:
        """The scores of all tokens for the next place, as they lie in the engine's memory: copy before the next step."""
        import numpy as np

        size = self._llama.llama_vocab_n_tokens(self._vocab)
        return np.ctypeslib.as_array(self._llama.llama_get_logits_ith(self._context, -1), (size,))

    def _generate(
        self,
        max_tokens: int,
        should_stop: Callable[[], bool] | None,
        on_text: Callable[[str], None] | None,
        enough: Callable[[str], bool] | None,
        allows: Callable[[str], bool] | None,
    ) -> tuple[list[int], list[float], bool, int]:
        """Greedy: at each step the likeliest token. A word that `allows` refuses is taken back to its beginning."""
        written: list[int] = []
        doubts: list[float] = []
        refused: dict[int, set[int]] = {}  # place -> tokens that began a refused word there
        taken_back = 0
        while len(written) < max_tokens:
            if should_stop and should_stop():
                raise Interrupted("Die Arbeit wurde angehalten.")
            token, doubt = self._likeliest(written, refused.get(len(written), ()))
            ends = bool(self._llama.llama_vocab_is_eog(self._vocab, token))
            text = self._text(written)
            if allows and taken_back < TAKE_BACK and text and (ends or _ends_word(text, self._text([*written, token]))):
                begin = self._word_begins(written, text)
                if not allows(text) and begin < len(written):
                    taken_back += 1
                    refused = {place: bad for place, bad in refused.items() if place <= begin}
                    refused.setdefault(begin, set()).add(written[begin])
                    self._take_back(len(written) - begin)
                    del written[begin:], doubts[begin:]
                    continue
            if ends:
                return written, doubts, True, taken_back
            written.append(token)
            doubts.append(doubt)
            text = self._text(written)
            if on_text:
                on_text(text)
            if enough and enough(text):
                return written, doubts, True, taken_back
            self._decode([token])
        return written, doubts, False, taken_back

    def _likeliest(self, written: Sequence[int], but: Collection[int]) -> tuple[int, float]:
        """The token with the highest score, those written lately made a little less likely; and how unlikely it was.

        :param but: tokens that may not come here.
        """
        import numpy as np

        scores = self._scores()
        choices = scores.copy()
        recent = np.array(sorted(set(written[-REPEAT_WINDOW:])), dtype=np.int64)
        if recent.size:
            at = choices[recent]
            choices[recent] = np.where(at > 0, at / REPEAT_PENALTY, at * REPEAT_PENALTY)
        if but:
            choices[list(but)] = -np.inf
        best = int(choices.argmax())
        peak = float(scores.max())
        return best, peak + float(np.log(np.exp(scores - peak).sum())) - float(scores[best])

    def _word_begins(self, written: Sequence[int], text: str) -> int:
        """The place of the token that the last word of `text` begins in."""
        start = len(text) - len(_LAST_WORD.search(text)[0])  # type: ignore[index]  # matches every text
        place = len(written)
        while place > 0 and len(self._text(written[:place])) > start:
            place -= 1
        return place

    def _take_back(self, count: int) -> None:
        """Forget the last `count` tokens, and compute anew what follows the one before them."""
        tokens = self._kept[self._now][:-count]
        self._drop_from(len(tokens) - 1)
        for at in range(len(self._kept[self._now]), len(tokens), READ_STEP):
            self._decode(tokens[at : at + READ_STEP])

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

    def _keep_common_beginning(self, prompt: list[int], room: int) -> int:
        """Take the conversation that begins most like `prompt` and drop from it what differs.

        :param room: tokens that prompt and reply need; older conversations make way for them.
        :returns: how many tokens need not be read again.
        """

        def common(kept: list[int]) -> int:
            pairs = enumerate(zip(kept, prompt[:-1], strict=False))  # the last one must be read: it gives the logits
            return next((n for n, (old, new) in pairs if old != new), min(len(kept), len(prompt) - 1))

        best = max(self._kept, key=lambda n: common(self._kept[n]))
        if common(self._kept[best]) < SHARED:
            best = next((n for n, kept in self._kept.items() if not kept), next(iter(self._kept)))
        self._kept[best] = self._kept.pop(best)
        self._now = best
        self._drop_from(common(self._kept[best]))
        for other in list(self._kept):  # those not used for longest first
            if other != best and sum(map(len, self._kept.values())) - len(self._kept[best]) + room > self.context:
                self._forget(other)
        return len(self._kept[best])

    def _drop_from(self, place: int) -> None:
        """Forget the tokens of the present conversation from this place on."""
        if place < len(self._kept[self._now]):
            memory = self._llama.llama_get_memory(self._context)
            if place > 0 and self._llama.llama_memory_seq_rm(memory, self._now, place, -1):
                del self._kept[self._now][place:]
            else:  # some architectures cannot drop a part
                self._forget(self._now)

    def _forget(self, conversation: int) -> None:
        self._llama.llama_memory_seq_rm(self._llama.llama_get_memory(self._context), conversation, -1, -1)
        self._kept[conversation].clear()

    def _decode(self, tokens: list[int]) -> None:
        kept = self._kept[self._now]
        batch = self._batch
        batch.n_tokens = len(tokens)
        for n, token in enumerate(tokens):
            batch.token[n] = token
            batch.pos[n] = len(kept) + n
            batch.n_seq_id[n] = 1
            batch.seq_id[n][0] = self._now
            batch.logits[n] = n == len(tokens) - 1
        status = self._llama.llama_decode(self._context, batch)
        if status != 0:
            for conversation in self._kept:
                self._forget(conversation)
            raise ModelError(f"Das Sprachmodell ist beim Rechnen gescheitert (Fehler {status}).")
        kept += tokens

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


def _ends_word(text: str, longer: str) -> bool:
    """True if what `longer` adds to `text` does not continue its last word."""
    added = longer[len(text) :]
    inside = "-'’.,:/" if text[-1:].isdigit() else "-'’"  # "4,2", "28.06.2022"
    return bool(added) and not (added[0].isalnum() or added[0] in inside or (text[-1:] in "-/" and added[0] != " "))


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
