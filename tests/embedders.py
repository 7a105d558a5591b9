"""An embedder for tests: words and their synonyms become directions by hashing."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

import numpy as np

from ratsassistent.archive import german
from ratsassistent.meaning.embedder import Vectors


class HashEmbedder:
    """Texts with the same words, or words with the same meaning, get vectors that are near; counts what it was given."""

    def __init__(self, key: str = "probe", dimensions: int = 64, meanings: Mapping[str, str] | None = None) -> None:
        self.key, self.dimensions = key, dimensions
        self._meanings = dict(meanings or {})
        self.read: list[str] = []

    def release(self) -> None:
        self.released = getattr(self, "released", 0) + 1

    def passages(self, texts: Sequence[str]) -> Vectors:
        self.read += texts
        return self._vectors(texts)

    def questions(self, texts: Sequence[str]) -> Vectors:
        return self._vectors(texts)

    def _vectors(self, texts: Sequence[str]) -> Vectors:
        made = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for number, text in enumerate(texts):
            for token in german.tokens(text):
                if not german.is_stop_word(token):
                    made[number] += self._direction(self._meanings.get(token.stem, token.stem))
        lengths = np.linalg.norm(made, axis=1, keepdims=True)
        return made / np.where(lengths > 0, lengths, 1)

    def _direction(self, word: str) -> Vectors:
        seed = int.from_bytes(hashlib.sha256(f"{self.key} {word}".encode()).digest()[:8], "big")
        return np.random.default_rng(seed).standard_normal(self.dimensions).astype(np.float32)
