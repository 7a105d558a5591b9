"""What somebody dropped on the program becomes a list of PDF files to read.

What enters: paths of files, folders and ZIP archives. What leaves: (path, display name) of each PDF in natural order, and
what was left out with one German sentence each. What it does not know: what is inside a PDF.

A ZIP is foreign data: its names are never used as paths outside the work folder, and what it unpacks to is bounded.
"""

from __future__ import annotations

import re
import shutil
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path, PurePosixPath

from ratsassistent.oparl import Skipped

MAX_ZIP_FILES = 2000
MAX_ZIP_BYTES = 2_000_000_000  # of all unpacked files together
MAX_RATIO = 200  # unpacked to packed, of one file over a megabyte; a PDF is hardly ever packed tighter
OPARL_ENDINGS = {".json", ".jsonl", ".gz"}
OPARL_LATER = "OParl-Daten können erst in einer späteren Version eingelesen werden."
IGNORED = {"thumbs.db", "desktop.ini", ".ds_store"}


def find_inputs(paths: Iterable[Path], work_folder: Path) -> tuple[list[tuple[Path, str]], list[Skipped]]:
    """The PDFs among files, folders (searched through) and ZIP archives (unpacked into `work_folder`).

    A display name is the file's own name, or its path inside the folder where two files of one call share a name.

    :return: (path, display name) of each file to read, and what was left out.
    """
    found: list[tuple[Path, PurePosixPath]] = []
    skipped: list[Skipped] = []
    for path in paths:
        if path.is_dir():
            before = len(found)
            for file in sorted(_walk(path), key=lambda f: natural_key(f.relative_to(path).as_posix())):
                _sort_in(file, PurePosixPath(file.relative_to(path).as_posix()), work_folder, found, skipped)
            if len(found) == before:
                skipped.append(Skipped(path=str(path), reason="In diesem Ordner liegt keine PDF-Datei."))
        else:
            _sort_in(path, PurePosixPath(path.name), work_folder, found, skipped)
    count = Counter(inner.name for _, inner in found)
    named = [(path, inner.name if count[inner.name] == 1 else str(inner)) for path, inner in found]
    return named, skipped


def natural_key(name: str) -> tuple[tuple[int, str], ...]:
    """Sorts „Anlage 2“ before „Anlage 10“, upper and lower case alike."""
    parts = re.findall(r"\d+|\D+", name.casefold())
    return tuple((int(p), "") if p.isdecimal() else (-1, p) for p in parts)


def _walk(folder: Path) -> Iterator[Path]:
    """The files below a folder; hidden ones and links that lead out of it are passed over."""
    root = folder.resolve()
    for file in folder.rglob("*"):
        inner = file.relative_to(folder)
        if any(part.startswith((".", "__MACOSX")) for part in inner.parts) or file.name.casefold() in IGNORED:
            continue
        if file.is_file() and file.resolve().is_relative_to(root):
            yield file


def _sort_in(
    file: Path,
    inner: PurePosixPath,
    work_folder: Path,
    found: list[tuple[Path, PurePosixPath]],
    skipped: list[Skipped],
) -> None:
    """Put one file where it belongs: to be read, unpacked or left out."""
    ending = file.suffix.casefold()
    reason = None
    if not file.exists():
        reason = "Diese Datei gibt es nicht."
    elif ending == ".zip":
        unpacked, left_out = _unpack(file, work_folder)
        found.extend(unpacked)
        skipped.extend(left_out)
    elif ending in OPARL_ENDINGS:
        reason = OPARL_LATER
    elif ending == ".pdf" or (ending == "" and _looks_like_pdf(file)):
        found.append((file, inner))
    else:
        kind = f"Dateien der Art „{ending}“" if ending else "Dateien dieser Art"
        reason = f"{kind} werden nicht gelesen; bitte als PDF speichern."
    if reason:
        skipped.append(Skipped(path=str(file), reason=reason))


def _looks_like_pdf(file: Path) -> bool:
    try:
        with file.open("rb") as stream:
            return b"%PDF-" in stream.read(1024)
    except OSError:
        return False


def _unpack(archive: Path, work_folder: Path) -> tuple[list[tuple[Path, PurePosixPath]], list[Skipped]]:
    """Unpack the PDFs of a ZIP under names of our own."""
    found: list[tuple[Path, PurePosixPath]] = []
    skipped: list[Skipped] = []
    budget = MAX_ZIP_BYTES

    def leave_out(inner: str, reason: str) -> None:
        skipped.append(Skipped(path=f"{archive}: {inner}" if inner else str(archive), reason=reason))

    try:
        with zipfile.ZipFile(archive) as bundle:
            entries = [entry for entry in bundle.infolist() if not entry.is_dir()]
            if len(entries) > MAX_ZIP_FILES:
                leave_out("", f"Das ZIP-Archiv enthält mehr als {MAX_ZIP_FILES} Dateien.")
                return [], skipped
            for entry in sorted(entries, key=lambda e: natural_key(e.filename)):
                inner = PurePosixPath(entry.filename.replace("\\", "/"))
                if any(part.startswith((".", "__MACOSX")) and part != ".." for part in inner.parts):
                    continue
                if inner.name.casefold() in IGNORED:
                    continue
                reason = _refused(entry, inner, budget)
                if reason:
                    leave_out(entry.filename, reason)
                else:
                    budget -= entry.file_size
                    found.append((_copy_out(bundle, entry, archive, work_folder), inner))
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, ValueError):
        leave_out("", "Das ZIP-Archiv ist beschädigt.")
    except OSError:
        leave_out("", "Das ZIP-Archiv lässt sich nicht auspacken.")
    if not found and not skipped:
        leave_out("", "In diesem ZIP-Archiv liegt keine PDF-Datei.")
    return found, skipped


def _refused(entry: zipfile.ZipInfo, inner: PurePosixPath, budget: int) -> str | None:
    """Why an entry of a ZIP is not unpacked, or None."""
    ending = inner.suffix.casefold()
    leads_away = inner.is_absolute() or ".." in inner.parts or bool(re.match(r"[A-Za-z]:", entry.filename))
    refusals = (
        (leads_away, "Der Name dieser Datei im ZIP-Archiv ist nicht zulässig."),
        (ending == ".zip", "Ein ZIP-Archiv in einem ZIP-Archiv wird nicht geöffnet."),
        (ending in OPARL_ENDINGS, OPARL_LATER),
        (ending != ".pdf", "Im ZIP-Archiv werden nur PDF-Dateien gelesen."),
        (bool(entry.flag_bits & 1), "Diese Datei im ZIP-Archiv ist mit einem Passwort geschützt."),
        (
            entry.file_size > 1_000_000 and entry.file_size > MAX_RATIO * max(entry.compress_size, 1),
            "Diese Datei im ZIP-Archiv ist verdächtig stark gepackt.",
        ),
        (entry.file_size > budget, "Das ZIP-Archiv ist ausgepackt zu groß."),
    )
    return next((sentence for refused, sentence in refusals if refused), None)


def _copy_out(bundle: zipfile.ZipFile, entry: zipfile.ZipInfo, archive: Path, work_folder: Path) -> Path:
    """Write one entry; the sizes in a ZIP's directory may lie, so reading stops where the entry says it ends."""
    folder = work_folder / sha256(f"{archive.resolve()}\0{entry.filename}".encode()).hexdigest()[:16]
    inner = PurePosixPath(entry.filename.replace("\\", "/"))
    if inner.parent.name:  # the folder's name often says to which agenda item a file belongs
        folder = folder / re.sub(r"[^\w() -]", "_", inner.parent.name)[:80]
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / re.sub(r"[^\w.() -]", "_", inner.name)[-120:]
    with bundle.open(entry) as source, target.open("wb") as out:
        left = entry.file_size + 1
        while left > 0 and (chunk := source.read(min(1 << 20, left))):
            out.write(chunk)
            left -= len(chunk)
    if left <= 0:
        shutil.rmtree(folder, ignore_errors=True)
        raise zipfile.BadZipFile("an entry is larger than its directory says")
    return target
