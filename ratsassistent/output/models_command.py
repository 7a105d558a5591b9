"""`ratsassistent modelle`: list, fetch, verify and measure language models and embedding models.

What enters: the command's words. What leaves: German lines or one JSON object on standard output.
What it does not know: how models are fetched, run or measured (`models`, `writing.llama`, `machine`).
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ratsassistent import embedding_files, models
from ratsassistent.catalogue import EmbeddingEntry
from ratsassistent.errors import ModelError, StorageError
from ratsassistent.settings import Settings
from ratsassistent.sources import human

if TYPE_CHECKING:
    from ratsassistent.machine.profile import Profile
    from ratsassistent.writing.model.engine import Engine

PAGE = 600  # tokens of a German page of a Vorlage, about


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
    from ratsassistent.machine import fit, hardware

    entry, _ = _there(name, settings)
    chosen = replace(settings, model=entry.key)
    made = fit.fitted(chosen, anew=True, tell=_tell)
    if made is None:  # fitted() raises where it cannot measure
        raise _missing(entry)
    if sys.stderr.isatty():
        sys.stderr.write("\r\033[K")
    engine = fit.plan(
        hardware.memory(),
        hardware.processor(),
        entry,
        measured=made,
        threads=settings.threads,
        gently=bool(settings.gentle),
    )
    data = {
        "key": entry.key,
        "read_tokens_per_s": made.read_tokens_per_s,
        "write_tokens_per_s": made.writing_rate(1),
        "write_side_by_side_tokens_per_s": {str(count): rate for count, rate in made.write_tokens_per_s.items()},
        "engine": asdict(engine),
        "processor": made.processor,
        "cores": made.cores,
        "memory_mb": made.memory_mb,
        "peak_memory_mb": made.peak_memory_mb,
        "busy": made.busy,
        "measured": made.measured.isoformat(),
        "seconds": made.seconds,
    }
    return data, _told(entry, made, engine)


def _told(entry: models.ModelEntry, made: Profile, engine: Engine) -> str:
    """What was measured, for somebody who does not know what a token is."""
    several = max(made.write_tokens_per_s)
    lines = [
        f"{entry.name}: Dieser Rechner liest etwa {_rate(made.read_tokens_per_s)} und schreibt etwa {_rate(made.writing_rate(1))} "
        "Wortstücke in der Sekunde (ein Wortstück hat drei bis vier Buchstaben).",
        f"Eine Seite zu lesen dauert etwa {_seconds(PAGE / made.read_tokens_per_s)}, einen Satz zu schreiben etwa "
        f"{_seconds(35 / made.writing_rate(1))}.",
    ]
    if several > 1:
        pays = made.side_by_side > 1
        best = made.side_by_side if pays else several
        lines.append(
            f"Schreibt er {best} Texte zugleich, sind es zusammen etwa {_rate(made.writing_rate(best))} in der Sekunde: "
            + ("das lohnt sich und ist so eingestellt." if pays else "das lohnt sich hier nicht.")
        )
    cores = "einen Kern" if engine.threads == 1 else f"{engine.threads} Kerne"
    repacked = ", die Gewichte des Modells werden für diesen Prozessor umgeordnet" if made.repack else ""
    lines.append(
        f"Eingestellt: {cores} zum Schreiben, {engine.reading_threads} zum Lesen, Lesen in Schritten von {engine.batch} "
        f"Wortstücken, {engine.context} Wortstücke Gedächtnis{repacked}."
    )
    if engine.cache != "f16":
        lines.append("Der Arbeitsspeicher ist knapp: Das Modell merkt sich das Gelesene in gröberen Zahlen.")
    lines.append(
        f"Arbeitsspeicher bei der Messung: höchstens {made.peak_memory_mb / 1000:.1f} GB.".replace(".", ",", 1)
    )
    if made.busy:
        lines.append(
            "Nebenher liefen andere Programme: Die Zahlen sind eher zu niedrig. Bei Gelegenheit bitte noch einmal messen."
        )
    return "\n".join(lines)


def _rate(number: float) -> str:
    return f"{number:.0f}" if number >= 5 else f"{number:.1f}".replace(".", ",")


def _seconds(number: float) -> str:
    if number < 1.5:
        return "eine Sekunde"
    return f"{number:.0f} Sekunden"


def _tell(message: str, done: float | None) -> None:
    """Where the measurement is, on standard error: a line that changes on a terminal, else line by line."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\033[K{done or 0:4.0%} {message}")
    else:
        sys.stderr.write(f"{message}\n")
    sys.stderr.flush()
