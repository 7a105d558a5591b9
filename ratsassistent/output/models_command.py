"""`ratsassistent modelle`: list, fetch, verify and measure language models and embedding models.

What enters: the command's words. What leaves: German lines or one JSON object on standard output.
What it does not know: how models are fetched or run (`models`, `writing.llama`).
"""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from ratsassistent import embedding_files, models
from ratsassistent.catalogue import EmbeddingEntry
from ratsassistent.errors import ModelError, StorageError
from ratsassistent.settings import Settings
from ratsassistent.sources import human

# Written for the measurement: what a page of a Vorlage is like, so that the figures fit real work.
_SAMPLE = (
    "Die Verwaltung legt den Entwurf des Haushaltsplans mit seinen Anlagen vor. Die Ansätze wurden mit den Ämtern "
    "abgestimmt und auf das Notwendige begrenzt. Für den Unterhalt der Schulgebäude, der Straßen und der Grünanlagen "
    "sind die Beträge des Vorjahres fortgeschrieben worden. Neue Stellen sind nicht vorgesehen. "
) * 6


def run(what: str, name: str | None, source: Path | None, settings: Settings, *, as_json: bool) -> int:
    """Run one of `liste`, `laden`, `pruefen`, `messen`; returns the exit status.

    :param name: of a model; None: the language model that is set, for `laden` the embedding model as well.

    :raises ModelError: the model is not known, not there, or damaged.
    """
    act = {"liste": _list, "laden": _fetch, "pruefen": _verify, "messen": _measure}[what]
    data, text = act(name or "", source, settings)
    print(json.dumps(data, ensure_ascii=False, indent=1) if as_json else text)
    return 0


def _list(name: str, source: Path | None, settings: Settings) -> tuple[Any, str]:
    rows, lines = [], []
    set_key = models.load_catalogue().get(settings.model).key
    for status in models.status(settings.model_folders):
        entry = status.entry
        chosen = entry.key == set_key
        rows.append(
            {
                "key": entry.key,
                "name": entry.name,
                "publisher": entry.publisher,
                "licence": entry.licence,
                "languages": list(entry.languages),
                "size_bytes": entry.size_bytes,
                "memory_mb": entry.memory_mb,
                "context": entry.context,
                "sha256": entry.sha256,
                "state": status.state,
                "path": str(status.path) if status.path else None,
                "chosen": chosen,
            }
        )
        size = f"{entry.size_bytes / 1e9:.1f} GB".replace(".", ",") if entry.size_bytes else "Größe unbekannt"
        lines.append(
            f"{'*' if chosen else ' '} {entry.key:24} {status.state:14} {size}, braucht {entry.memory_mb / 1000:.0f} GB "
            f"Arbeitsspeicher, {entry.licence}\n      {entry.name} ({entry.publisher}). {entry.note}"
        )
    embeddings = []
    for embedding in models.load_catalogue().embeddings:
        there = embedding_files.status(embedding, settings.model_folders)
        embeddings.append(
            {
                "key": embedding.key,
                "name": embedding.name,
                "publisher": embedding.publisher,
                "licence": embedding.licence,
                "languages": list(embedding.languages),
                "size_bytes": embedding.size_bytes,
                "memory_mb": embedding.memory_mb,
                "state": there.state,
                "path": str(there.path) if there.path else None,
                "chosen": embedding.default,
            }
        )
        lines.append(
            f"{'*' if embedding.default else ' '} {embedding.key:24} {there.state:14} {human(embedding.size_bytes)}, braucht "
            f"{human(embedding.memory_mb * 1_000_000)} Arbeitsspeicher, {embedding.licence}\n      {embedding.name} ({embedding.publisher}), "
            f"für die Suche. {embedding.note}"
        )
    lines.append("* = eingestellt. Wechseln: Einstellung „modell“, oder --modell NAME.")
    return {"models": rows, "embeddings": embeddings}, "\n".join(lines)


def _fetch(name: str, source: Path | None, settings: Settings) -> tuple[Any, str]:
    catalogue = models.load_catalogue()
    if embedding := catalogue.embedding(name):
        path = embedding_files.fetch(embedding, settings.model_folders, source=source)
        return {"key": embedding.key, "path": str(path)}, f"{embedding.name} liegt bereit: {path}"
    entry = catalogue.get(name or settings.model)
    path = models.fetch(entry, settings.model_folders, source=source)
    data: dict[str, Any] = {"key": entry.key, "path": str(path)}
    lines = [f"{entry.name} liegt bereit: {path}"]
    if not name and (embedding := catalogue.default_embedding):
        try:
            found = embedding_files.fetch(embedding, settings.model_folders, source=source)
        except (ModelError, StorageError) as error:  # without it everything works, with words alone
            print(error, file=sys.stderr)
            found = None
        data["embedding"] = {"key": embedding.key, "path": str(found) if found else None}
        lines += [f"{embedding.name} liegt bereit: {found}"] if found else []
    return data, "\n".join(lines)


def _there(name: str, settings: Settings) -> tuple[models.ModelEntry, Path]:
    entry = models.load_catalogue().get(name or settings.model)
    path = models.find(entry, settings.model_folders)
    if path is None:
        raise _missing(entry)
    return entry, path


def _missing(entry: models.ModelEntry | EmbeddingEntry) -> ModelError:
    return ModelError(
        f"{entry.name} ist nicht auf diesem Rechner; holen mit „ratsassistent modelle laden {entry.key}“."
    )


def _verify(name: str, source: Path | None, settings: Settings) -> tuple[Any, str]:
    if embedding := models.load_catalogue().embedding(name):
        folder = embedding_files.find(embedding, settings.model_folders)
        if folder is None:
            raise _missing(embedding)
        digest = embedding_files.verify(folder, embedding, anew=True)
        data = {"key": embedding.key, "path": str(folder), "sha256": digest}
        return data, f"{embedding.name}: Prüfsumme stimmt ({digest})."
    entry, path = _there(name, settings)
    digest = models.verify(path, entry, anew=True)
    return {"key": entry.key, "path": str(path), "sha256": digest}, f"{entry.name}: Prüfsumme stimmt ({digest})."


def _measure(name: str, source: Path | None, settings: Settings) -> tuple[Any, str]:
    from ratsassistent import workflow
    from ratsassistent.writing.model.llama import Message

    entry, _ = _there(name, settings)
    with workflow.workspace(replace(settings, model=entry.key)) as ws:
        model = workflow.load_model(ws)
        reply = model.write([Message("user", _SAMPLE + "Schreibe den Text in anderen Worten neu.")], max_tokens=48)
    reading = reply.tokens_read / reply.seconds_reading
    writing = reply.tokens_written / reply.seconds_writing
    data = {"key": entry.key, "read_tokens_per_s": round(reading, 1), "write_tokens_per_s": round(writing, 1)}
    # a German page of a Vorlage has about 600 tokens
    text = (
        f"{entry.name}: liest {reading:.0f} und schreibt {writing:.0f} Wortstücke je Sekunde; "
        f"eine Seite zu lesen dauert etwa {600 / reading:.0f} Sekunden."
    )
    return data, text
