"""Copies of papers that lie in the data folder beside the archives, while they are taken in or since a crash.

What enters: settings, ids of files that were deleted. What leaves: nothing of those files in uploads, temporary folders and logs.
What it does not know: the archives, backups, how anything is taken in.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
import zipfile
from collections.abc import Collection, Iterator
from contextlib import suppress
from pathlib import Path

from ratsassistent import temporary
from ratsassistent.oparl import ra_id
from ratsassistent.settings import Settings
from ratsassistent.worker import LOG

UPLOADS = "eingang"  # of the page: in the non-public archive until they are read, before that as `eingang-…` in the data folder
DAMAGED = "beschaedigt-"  # folders with archives that were replaced because they could not be read
_BLOCK = 1 << 20


def sweep(settings: Settings) -> None:
    """Remove what killed programs left behind."""
    for folder in (Path(tempfile.gettempdir()), settings.data_folder, settings.nonpublic_folder):
        temporary.sweep(folder)


def remove(settings: Settings, gone: Collection[str]) -> None:
    """Remove every copy of files that were deleted.

    :param gone: ids; other ids than those of files do no harm.
    """
    sweep(settings)
    for damaged in settings.data_folder.glob(f"{DAMAGED}*"):  # nobody can tell what is in them
        shutil.rmtree(damaged, ignore_errors=True)
    log = settings.nonpublic_folder / LOG
    with suppress(OSError):
        if log.is_file():  # an error's message may quote a paper
            with log.open("r+b") as stream:
                stream.truncate(0)
    places = [settings.nonpublic_folder / UPLOADS, *settings.data_folder.glob(f"{UPLOADS}-*")]
    for place in places:
        for file in sorted(place.rglob("*")) if place.is_dir() else ():
            with suppress(OSError):
                if file.is_file() and any(ra_id("datei", sum_) in gone or sum_ in gone for sum_ in _checksums(file)):
                    file.unlink()


def _checksums(file: Path) -> Iterator[str]:
    """Those of a file, and of the PDFs in it if it is a ZIP."""
    with file.open("rb") as stream:
        yield hashlib.file_digest(stream, "sha256").hexdigest()
    if not zipfile.is_zipfile(file):
        return
    with suppress(zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError), zipfile.ZipFile(file) as bundle:
        for entry in bundle.infolist():
            if entry.filename.lower().endswith(".pdf"):
                digest = hashlib.sha256()
                with bundle.open(entry) as stream:
                    while block := stream.read(_BLOCK):
                        digest.update(block)
                yield digest.hexdigest()
