"""The words of one page with their places, read in a child process: from the PDF, or from a picture of the page.

What enters: a file (or what it holds) and a page number. What leaves: the Places of its words.
What it does not know: what is looked for on the page (`pack.page.places`), archives.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ratsassistent.errors import UnreadableFile
from ratsassistent.pack.files import pages
from ratsassistent.pack.files.isolated import ChildFailed, Children
from ratsassistent.pack.files.pages import Source
from ratsassistent.pack.page.places import Place
from ratsassistent.pack.scans import ocr, ocr_page

SECONDS = 20.0
MEGABYTES = 1200
RECOGNISE_SECONDS = 60.0
_readers = Children(idle_seconds=120)  # somebody who follows one citation follows the next
_recognisers = Children(idle_seconds=120)  # others, since they work in the folder of Tesseract's data


def places_safely(source: Source, number: int) -> list[Place]:
    """The letters of a page of a PDF with their places.

    :raises NotFound: the file has no such page.
    :raises UnreadableFile: the file cannot be opened, or the page cannot be read within the limits.
    """
    try:
        (found,) = _readers.run(_placed, source, number, seconds=SECONDS, megabytes=MEGABYTES)
    except ChildFailed as error:
        raise _unreadable(source, number) from error
    return found


def recognised_places(source: Source, number: int) -> list[Place]:
    """The words that text recognition finds on a page, with their places; none where there is no text recognition.

    Takes seconds. :raises UnreadableFile: the page cannot be recognised within the limits.
    """
    data, _ = ocr.find_data()
    if data is None:
        return []
    try:
        (found,) = _recognisers.run(
            ocr_page.read_places,
            source.resolve() if isinstance(source, Path) else source,
            number,
            str(data),
            seconds=RECOGNISE_SECONDS,
            megabytes=MEGABYTES,
        )
    except ChildFailed as error:
        raise _unreadable(source, number) from error
    return found


def _unreadable(source: Source, number: int) -> UnreadableFile:
    return UnreadableFile(f"Seite {number} von {pages.name_of(source)} lässt sich nicht lesen.")


def _placed(source: Source, number: int) -> Iterator[list[Place]]:
    yield pages.page_places(source, number)
