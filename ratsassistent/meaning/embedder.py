"""What everything that makes vectors of texts has in common.

What enters: texts. What leaves: vectors of unit length. What it does not know: archives, questions, ranking.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]


class Embedder(Protocol):
    """An embedding model: texts become vectors whose dot product says how close they are in meaning (cosine)."""

    @property
    def key(self) -> str:
        """Names the very weights and the way they are used: vectors of different keys must never be compared."""

    @property
    def dimensions(self) -> int:
        """How many numbers a vector has."""

    def passages(self, texts: Sequence[str]) -> Vectors:
        """Vectors of passages, shape (len(texts), dimensions), each of length 1 (of an empty text: zeros)."""

    def questions(self, texts: Sequence[str]) -> Vectors:
        """Vectors of what somebody looks for, in the same space as `passages`, same shape."""

    def release(self) -> None:
        """Give back the memory of the weights; they are loaded again with the next text."""
