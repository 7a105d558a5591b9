"""The static model: a vector for each word piece, a text's vector is their mean. Thousands of passages a second.

What enters: `models/statisch/` (made by its own `train.py` from public council papers); texts.
What leaves: an Embedder. It finds candidates in a large archive; a transformer ranks them.
What it does not know: word order, and whatever is no part of its vocabulary.

The folder is what sentence-transformers calls a StaticEmbedding, with 8-bit numbers; numpy and tokenizers are enough to
run it, so that no torch is loaded for it.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ratsassistent.errors import ModelError
from ratsassistent.meaning.embedder import Vectors
from ratsassistent.resources import resource

WEIGHTS, TOKENIZER = "model.safetensors", "tokenizer.json"
MAX_TOKENS = 512
_BATCH = 512


class StaticEmbedder:
    """An Embedder that looks vectors up. Safe to be used from several threads."""

    def __init__(self, tokenizer: Any, weights: NDArray[np.int8], scale: NDArray[np.float16], key: str) -> None:
        self._tokenizer, self._key = tokenizer, key
        self._weights, self._scale = weights, scale.astype(np.float32).reshape(-1)
        tokenizer.no_padding()
        tokenizer.enable_truncation(MAX_TOKENS)
        self._lock = threading.Lock()

    @property
    def key(self) -> str:
        """Names the weights and the vocabulary."""
        return self._key

    @property
    def dimensions(self) -> int:
        """How many numbers a vector has."""
        return int(self._weights.shape[1])

    def release(self) -> None:
        """Nothing to give back that would be worth it: a few megabytes."""

    def passages(self, texts: Sequence[str]) -> Vectors:
        """Vectors of passages; of a text without a known word: zeros."""
        vectors = np.zeros((len(texts), self.dimensions), np.float32)
        for first in range(0, len(texts), _BATCH):
            with self._lock:
                cut = self._tokenizer.encode_batch_fast(list(texts[first : first + _BATCH]), add_special_tokens=False)
            for n, one in enumerate(cut, first):
                if one.ids:
                    vectors[n] = self._scale[one.ids] @ self._weights[one.ids]
        length = np.linalg.norm(vectors, axis=1, keepdims=True)
        np.divide(vectors, length, out=vectors, where=length > 0)
        return vectors

    def questions(self, texts: Sequence[str]) -> Vectors:
        """Vectors of questions: the model makes no difference."""
        return self.passages(texts)


def load(folder: Path | None = None) -> StaticEmbedder:
    """The static model, by default the one that comes with the program.

    :raises ModelError: its files are missing or damaged.
    """
    folder = folder or resource("models", "statisch")
    try:
        from safetensors import SafetensorError
        from safetensors.numpy import load as unpack
        from tokenizers import Tokenizer
    except ImportError as error:
        raise ModelError(
            "Für die Suche fehlen Pakete (tokenizers, safetensors): bitte start.py noch einmal ausführen."
        ) from error
    try:
        raw = (folder / WEIGHTS).read_bytes()
        words = (folder / TOKENIZER).read_bytes()
        tensors = unpack(raw)
        weights, scale = tensors["embedding.weight"], tensors["embedding.scale"]
        tokenizer = Tokenizer.from_str(words.decode("utf-8"))
    except (OSError, KeyError, ValueError, SafetensorError) as error:
        raise ModelError(f"Das statische Modell in {folder} ist nicht lesbar ({error}).") from error
    except Exception as error:  # the tokenizers library raises nothing more special
        raise ModelError(f"Das Wortverzeichnis des statischen Modells in {folder} ist beschädigt ({error}).") from error
    if weights.ndim != 2 or len(weights) != len(scale) or tokenizer.get_vocab_size() != len(weights):
        raise ModelError(f"Im statischen Modell in {folder} passen Wortverzeichnis und Vektoren nicht zusammen.")
    return StaticEmbedder(tokenizer, weights, scale, f"statisch-{hashlib.sha256(raw + words).hexdigest()}")
