"""A transformer that makes vectors: multilingual-e5-small through sentence-transformers, on the processor.

What enters: a model's folder, as `embedding_files` puts it on disk; texts.
What leaves: an Embedder. The weights are loaded with the first text, not before.
What it does not know: where the folder comes from, what the texts are.

The model was trained with "query: " before what is looked for and "passage: " before what is found. Its layers
are computed in single precision: with torch's 8-bit ones the cosine with the same text's vector falls to 0.98, while
passages that answer and those that do not are often less than that apart (benchmarks/einbettung.py compares). The word
vectors stay in half precision, as they are stored.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import json
import os
import sys
import threading
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ratsassistent import embedding_files
from ratsassistent.errors import ModelError
from ratsassistent.meaning.embedder import Vectors

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

QUERY, PASSAGE = "query: ", "passage: "
BATCH = 16  # texts of like length at once
MAX_TOKENS = 512
_OFFLINE = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "HF_HUB_DISABLE_TELEMETRY": "1", "DO_NOT_TRACK": "1"}


class TransformerEmbedder:
    """An Embedder on a folder of weights. One text batch at a time; safe to be used from several threads."""

    def __init__(self, folder: Path, threads: int | None, *, int8: bool = False) -> None:
        self._folder, self._threads, self._int8 = folder, threads, int8
        self._model: SentenceTransformer | None = None
        self._lock = threading.Lock()
        self._dimensions = _dimensions(folder)
        self._key = f"e5-{embedding_files.weights_sha256(folder)}-{'int8' if int8 else 'f32'}"

    @property
    def key(self) -> str:
        """Names the weights and how they are computed with."""
        return self._key

    @property
    def dimensions(self) -> int:
        """How many numbers a vector has."""
        return self._dimensions

    def release(self) -> None:
        """Give back the memory of the weights; they are loaded again with the next text."""
        with self._lock:
            self._model = None
        gc.collect()  # the layers of a model refer to each other
        if sys.platform == "linux":
            with contextlib.suppress(
                OSError, AttributeError
            ):  # what is free lies between what is used: back to the system
                ctypes.CDLL("libc.so.6").malloc_trim(0)

    def passages(self, texts: Sequence[str]) -> Vectors:
        """Vectors of passages.

        :raises ModelError: the weights cannot be loaded.
        """
        return self._embed(texts, PASSAGE)

    def questions(self, texts: Sequence[str]) -> Vectors:
        """Vectors of questions.

        :raises ModelError: the weights cannot be loaded.
        """
        return self._embed(texts, QUERY)

    def _embed(self, texts: Sequence[str], prefix: str) -> Vectors:
        vectors = np.zeros((len(texts), self._dimensions), np.float32)
        filled = [n for n, text in enumerate(texts) if text.strip()]
        if not filled:
            return vectors
        with self._lock:
            model = self._loaded()
            vectors[filled] = model.encode(
                [prefix + " ".join(texts[n].split()) for n in filled],
                batch_size=BATCH,
                show_progress_bar=False,
                convert_to_numpy=True,
                normalize_embeddings=True,
            )
        return vectors

    def _loaded(self) -> SentenceTransformer:
        if self._model is None:
            self._model = _load(self._folder, self._threads, int8=self._int8)
        return self._model


def load(folder: Path, threads: int | None = None) -> TransformerEmbedder:
    """The embedding model in this folder; its weights are read when the first text comes.

    :param threads: of the processor; None: as many as torch thinks fit.
    :raises ModelError: there are no weights.
    """
    return TransformerEmbedder(folder, threads)


def _dimensions(folder: Path) -> int:
    try:
        return int(json.loads((folder / "config.json").read_text(encoding="utf-8"))["hidden_size"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(f"Im Ordner {folder} liegt kein lesbares Einbettungsmodell ({error}).") from error


def _load(folder: Path, threads: int | None, *, int8: bool) -> SentenceTransformer:
    for name, value in _OFFLINE.items():
        os.environ.setdefault(name, value)
    try:
        import torch
        from safetensors import SafetensorError
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging
    except ImportError as error:
        raise ModelError(
            "Für die Suche nach dem Sinn fehlen Pakete (torch, sentence-transformers): bitte start.py noch einmal ausführen."
        ) from error
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    if threads:
        torch.set_num_threads(threads)
    try:
        # The pooler of the original is not used; without it no layer is filled with random numbers.
        half = {"dtype": torch.float16, "add_pooling_layer": False}
        model = SentenceTransformer(str(folder), device="cpu", local_files_only=True, model_kwargs=half)
        _prepare(model, int8=int8)
    except (OSError, ValueError, RuntimeError, KeyError, TypeError, AttributeError, SafetensorError) as error:
        raise ModelError(f"Das Einbettungsmodell in {folder} lässt sich nicht laden ({error}).") from error
    model.max_seq_length = MAX_TOKENS
    return model.eval()


def _prepare(model: SentenceTransformer, *, int8: bool) -> None:
    """Single precision for all but the word vectors, which are looked up and not multiplied; then 8-bit layers."""
    import torch

    encoder: Any = model[0].auto_model
    words = encoder.embeddings.word_embeddings
    encoder.embeddings.word_embeddings = torch.nn.Identity()
    encoder.float()
    encoder.embeddings.word_embeddings = words
    words.register_forward_hook(lambda _module, _inputs, found: found.float())
    if not int8:
        return
    with warnings.catch_warnings():  # it is to move to a package of its own one day
        warnings.simplefilter("ignore")
        torch.ao.quantization.quantize_dynamic(encoder, {torch.nn.Linear}, dtype=torch.qint8, inplace=True)
