"""What texts mean, as vectors: which embedding models there are, and how passages and questions become vectors."""

from __future__ import annotations

from ratsassistent import e5_format, embedding_files
from ratsassistent.catalogue import load_catalogue
from ratsassistent.meaning import static
from ratsassistent.meaning.embedder import Embedder
from ratsassistent.meaning.in_memory import shared
from ratsassistent.meaning.transformer import load
from ratsassistent.resources import resource
from ratsassistent.settings import Settings


def find(settings: Settings) -> Embedder | None:
    """The embedding model of the catalogue, if it is on this machine; its weights are read with the first text.

    Whoever asks in this process gets the same one, so that the weights are in memory once.

    :raises ModelError: the catalogue cannot be read.
    """
    entry = load_catalogue().default_embedding
    path = embedding_files.find(entry, settings.model_folders) if entry else None
    if path is None:
        return None
    return shared(path / e5_format.WEIGHTS, settings.threads, lambda: load(path, settings.threads))


def find_static() -> Embedder | None:
    """The static model that comes with the program, the same one each time; None where this copy has none.

    :raises ModelError: it is damaged.
    """
    folder = resource("models") / "statisch"
    weights = folder / static.WEIGHTS
    return shared(weights, None, lambda: static.load(folder)) if weights.is_file() else None
