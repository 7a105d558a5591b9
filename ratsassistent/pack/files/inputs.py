"""What somebody dropped on the program becomes a list of files to read.

What enters: paths of files, folders and ZIP archives. What leaves: the PDFs in natural order, each with a display name,
the OParl files, and what was left out with one German sentence each. What it does not know: what is inside a PDF or an
OParl file, how a ZIP is unpacked (`unzip`).

The folders that a file lies in often say to which agenda item it belongs ("TOP 05 Haushalt/Anlage 1.pdf"), so the path on
disk keeps them, from a ZIP as well.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path, PurePosixPath

from ratsassistent.oparl import Skipped
from ratsassistent.pack.files.filetypes import ending_of, is_ignored, is_oparl, why_not
from ratsassistent.pack.files.unzip import unpack

MAX_FOLDER_FILES = 5000


@dataclass(frozen=True, slots=True)
class Inputs:
    """What there is to take in. `pdfs` and `oparl` are (path, display name), in natural order."""

    pdfs: tuple[tuple[Path, str], ...] = ()
    oparl: tuple[tuple[Path, str], ...] = ()
    skipped: tuple[Skipped, ...] = ()


@dataclass(frozen=True, slots=True)
class _Found:
    """A file on disk, where it came from, and its path inside the folder or ZIP that was given."""

    path: Path
    inner: PurePosixPath
    origin: str


def gather_inputs(paths: Iterable[Path], work_folder: Path) -> Inputs:
    """The PDFs and OParl files among files, folders (searched through) and ZIP archives (unpacked into `work_folder`).

    A ZIP inside a ZIP is opened, too, one inside that is not. A display name is the file's own name; where two files
    share it, the path inside what was given; where they share that, its origin as well.
    """
    pdfs: list[_Found] = []
    oparl: list[_Found] = []
    skipped: list[Skipped] = []
    for path in paths:
        before = len(pdfs) + len(oparl) + len(skipped)
        try:
            for found in _files(path, work_folder, skipped):
                reason = why_not(found.path.name, partial(_head, found.path))
                if reason:
                    skipped.append(Skipped(path=_said(path, found), reason=reason))
                else:
                    (oparl if is_oparl(found.path.name) else pdfs).append(found)
            if len(pdfs) + len(oparl) + len(skipped) == before:
                what = "diesem Ordner" if path.is_dir() else "diesem ZIP-Archiv"
                skipped.append(Skipped(path=str(path), reason=f"In {what} liegt keine PDF-Datei."))
        except (OSError, ValueError):  # ValueError: a path that no system takes
            skipped.append(Skipped(path=str(path), reason="Das lässt sich nicht öffnen."))
    return Inputs(pdfs=tuple(_named(_once(pdfs))), oparl=tuple(_named(_once(oparl))), skipped=tuple(skipped))


def natural_key(name: str) -> tuple[tuple[int, str], ...]:
    """Sorts „Anlage 2“ before „Anlage 10“, upper and lower case alike."""
    parts = re.findall(r"\d+|\D+", name.casefold())
    return tuple((int(p), "") if p.isdecimal() and len(p) < 50 else (-1, p) for p in parts)


def _files(path: Path, work_folder: Path, skipped: list[Skipped]) -> Iterator[_Found]:
    """The single files behind a path that was given; ZIPs are unpacked."""
    if path.is_dir():
        files = list(islice(_walk(path), MAX_FOLDER_FILES + 1))
        if len(files) > MAX_FOLDER_FILES:
            reason = f"In diesem Ordner liegen mehr als {MAX_FOLDER_FILES} Dateien; bitte einen kleineren auswählen."
            skipped.append(Skipped(path=str(path), reason=reason))
            return
        inside = sorted(
            ((file, PurePosixPath(file.relative_to(path).as_posix())) for file in files),
            key=lambda pair: natural_key(str(pair[1])),
        )
    elif not path.exists():
        skipped.append(Skipped(path=str(path), reason="Diese Datei gibt es nicht."))
        return
    elif not path.is_file():
        skipped.append(Skipped(path=str(path), reason="Das ist keine gewöhnliche Datei."))
        return
    else:
        inside = [(path, PurePosixPath(path.name))]
    for file, inner in inside:
        if ending_of(file.name) != ".zip":
            yield _Found(file, inner, path.name)
            continue
        unpacked = unpack(file, work_folder)
        skipped.extend(unpacked.skipped)
        # A ZIP that was given is like a folder; one that lies in a folder is a folder in it.
        above = inner.with_suffix("") if path.is_dir() else PurePosixPath()
        for entry, name in sorted(unpacked.files, key=lambda pair: natural_key(str(pair[1]))):
            yield _Found(entry, above / name, path.name)


def _walk(folder: Path) -> Iterator[Path]:
    """The files below a folder; hidden ones and links that lead out of it are passed over."""
    root = folder.resolve()
    for file in folder.rglob("*"):
        inner = PurePosixPath(file.relative_to(folder).as_posix())
        if not is_ignored(inner) and file.is_file() and file.resolve().is_relative_to(root):
            yield file


def _head(file: Path) -> bytes:
    with file.open("rb") as stream:
        return stream.read(1024)


def _said(path: Path, found: _Found) -> str:
    """What to call a file that is left out."""
    return f"{path}: {found.inner}" if ending_of(path.name) == ".zip" and path.is_file() else str(found.path)


def _once(found: Sequence[_Found]) -> list[_Found]:
    """Each file on disk once, though it was given twice (a folder, and a file in it)."""
    return list({entry.path.resolve(): entry for entry in reversed(found)}.values())[::-1]


def _named(found: Sequence[_Found]) -> list[tuple[Path, str]]:
    """Each file with the shortest name that tells it from the others."""
    names = [entry.inner.name for entry in found]
    for longer in ([str(e.inner) for e in found], [f"{e.origin}/{e.inner}" for e in found]):
        count = Counter(names)
        names = [name if count[name] == 1 else long for name, long in zip(names, longer, strict=True)]
    seen: Counter[str] = Counter()
    out = []
    for name, entry in zip(names, found, strict=True):
        seen[name] += 1
        out.append((entry.path, name if seen[name] == 1 else f"{name} ({seen[name]})"))
    return out
