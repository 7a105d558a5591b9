"""A page of the papers as it is shown: its picture, and where on it a quotation stands.

What enters: an opened Workspace, a file's id, a page's number, a quotation. What leaves: a PNG picture, boxes in shares of it.
What it does not know: where pictures are shown, who quotes.
"""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from threading import BoundedSemaphore, Lock

from ratsassistent.archive.store import Store
from ratsassistent.errors import NotFound
from ratsassistent.pack.files.page_places import places_safely, recognised_places
from ratsassistent.pack.files.reading import render_safely
from ratsassistent.pack.page.places import Box, Place, find
from ratsassistent.workspace import Workspace

KEPT = 24  # pages whose words are kept in memory: somebody who reads goes from one citation of a page to the next
PICTURE_BYTES = 32_000_000  # of pictures kept in memory: about a hundred pages


def page_picture(ws: Workspace, file_id: str, page: int, width: int = 1000) -> bytes:
    """A physical page as PNG, drawn from the store that holds that page.

    :raises NotFound: no store holds this page.
    """
    store = _store(ws, file_id, page)
    return _PICTURES.of(store.file_path(file_id), page, width, lambda: store.content(file_id))


class Pictures:
    """Draws pages, and keeps those drawn last in memory: whoever reads the same meeting looks at the same pages.

    One that several ask for at once is drawn once, and only as many are drawn at a time as the machine has cores: each takes a
    process of its own.
    """

    def __init__(self, most_bytes: int = PICTURE_BYTES, at_once: int | None = None) -> None:
        self._kept: OrderedDict[tuple[object, ...], bytes] = OrderedDict()
        self._making: dict[tuple[object, ...], Lock] = {}
        self._most, self._lock = most_bytes, Lock()
        self._turns = BoundedSemaphore(at_once or max(2, os.cpu_count() or 2))

    def of(self, path: Path, page: int, width: int, content: Callable[[], Path | bytes] | None = None) -> bytes:
        """A page of a file as PNG.

        :param content: what it is drawn from, where that is not the file as it lies.
        :raises NotFound: the file has no such page. :raises UnreadableFile: it cannot be drawn within the limits.
        """
        try:
            now = path.stat()
        except OSError:  # it says itself what is wrong
            return render_safely(path, page, width)
        key = (path, now.st_mtime_ns, now.st_size, page, width)
        with self._lock:
            making = self._making.setdefault(key, Lock())
        try:
            with making:
                with self._lock:
                    known = self._kept.get(key)
                    if known is not None:
                        self._kept.move_to_end(key)
                        return known
                with self._turns:
                    drawn = render_safely(content() if content else path, page, width)
                with self._lock:
                    self._kept[key] = drawn
                    while sum(map(len, self._kept.values())) > self._most:
                        self._kept.popitem(last=False)
                return drawn
        finally:
            with self._lock:
                self._making.pop(key, None)

    def forget(self) -> None:
        """Keep no picture any more."""
        with self._lock:
            self._kept.clear()


_PICTURES = Pictures()


def forget() -> None:
    """Keep no picture in memory of what is locked now."""
    _PICTURES.forget()


def is_scanned(ws: Workspace, file_id: str, page: int) -> bool:
    """Whether the text of a page was recognised in its picture: then looking for a place on it takes seconds.

    :raises NotFound: no store holds this page.
    """
    found = _store(ws, file_id, page).page(file_id, page)
    return found is not None and found.source == "ocr"


class Marker:
    """Finds quotations on pages; keeps the words of the pages it saw last, in memory only."""

    def forget(self) -> None:
        """Keep nothing of what was seen: it is locked now."""
        with self._lock:
            self._words.clear()

    def __init__(self) -> None:
        self._words: OrderedDict[tuple[str, int], list[Place]] = OrderedDict()
        self._lock = Lock()

    def boxes(self, ws: Workspace, file_id: str, page: int, quote: str) -> list[Box]:
        """The boxes that a quotation covers on a page, in shares of it; empty where it is not found.

        :raises NotFound: no store holds this page. :raises UnreadableFile: its words cannot be read within the limits.
        """
        return find(self._of(ws, file_id, page), quote)

    def knows(self, file_id: str, page: int) -> bool:
        """Whether the words of a page are at hand."""
        return (file_id, page) in self._words

    def _of(self, ws: Workspace, file_id: str, page: int) -> list[Place]:
        store = _store(ws, file_id, page)  # asked each time: it may have been deleted
        with self._lock:
            if (known := self._words.get((file_id, page))) is not None:
                self._words.move_to_end((file_id, page))
                return known
        read = recognised_places if is_scanned(ws, file_id, page) else places_safely
        words = read(store.content(file_id), page)
        with self._lock:
            self._words[file_id, page] = words
            while len(self._words) > KEPT:
                self._words.popitem(last=False)
        return words


def _store(ws: Workspace, file_id: str, page: int) -> Store:
    for store in ws.stores:
        if store.page(file_id, page) is not None:
            return store
    raise NotFound("Diese Seite ist nicht vorhanden.")
