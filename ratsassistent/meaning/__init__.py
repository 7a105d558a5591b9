"""What texts mean, as vectors: which embedding models there are, and how passages and questions become vectors."""

from __future__ import annotations

from ratsassistent import embedding_files
from ratsassistent.catalogue import load_catalogue
from ratsassistent.meaning import static
from ratsassistent.meaning.embedder import Embedder
from ratsassistent.meaning.transformer import load
from ratsassistent.resources import resource
from ratsassistent.settings import Settings


def find(settings: Settings) -> Embedder | None:
    """The embedding model of the catalogue, if it is on this machine; its weights are read with the first text.

    :raises ModelError: the catalogue cannot be read.
    """
    entry = load_catalogue().default_embedding
    path = embedding_files.find(entry, settings.model_folders) if entry else None
    return load(path, settings.threads) if path else None


def find_static() -> Embedder | None:
    """The static model that comes with the program; None where this copy of the program was made without one.

    :raises ModelError: it is damaged.
    """
    folder = resource("models") / "statisch"
    return static.load(folder) if (folder / static.WEIGHTS).is_file() else None
