"""Small pictures of pages beside the hits: drawn when they are seen, kept in memory only, never on disk.

What enters: files' ids and page numbers that a browser tab shows. What leaves: a place for each picture in the hits, and
the pictures as JSON with data: URLs, which `page_thumbs.js` puts there.
What it does not know: Gradio, which hits there are, SQL.
"""

from __future__ import annotations

import base64
import json
from collections import OrderedDict
from collections.abc import Sequence
from threading import Lock

from ratsassistent import workflow
from ratsassistent.errors import RatsassistentError
from ratsassistent.output.page_text import safe
from ratsassistent.workspace import Workspace

WIDTH = 180  # pixels: sharp at twice the size shown
KEPT = 200  # pictures, some 20 KB each
MOST = 6  # that are drawn for one request
NOTHING = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw=="  # one transparent dot


def place_for(file_id: str, page: int, quote: str | None = None) -> str:
    """Where the picture of a page is to be seen. A click opens the page; for the keyboard there is the title beside it."""
    words = f' data-quote="{safe(quote)}"' if quote else ""
    return (
        f'<button type="button" class="ra-thumb" tabindex="-1" aria-hidden="true" data-do="cite" data-file="{safe(file_id)}" '
        f'data-page="{page}"{words}><img alt="" data-thumb="{safe(_key(file_id, page))}" src="{NOTHING}"></button>'
    )


def _key(file_id: str, page: int) -> str:
    return f"{page} {file_id}"


class Thumbs:
    """The pictures drawn last; one object for all tabs."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, str] = OrderedDict()
        self._lock = Lock()

    def drawn(self, ws: Workspace, keys: Sequence[str], *, only_public: bool = False) -> str:
        """The pictures for these places as JSON: {place: data: URL}; "" for one that there is no picture of.

        :param only_public: the search shows nothing else: then no other page is drawn.
        """
        made = {key: self._one(ws, key, only_public) for key in keys[:MOST]}
        return json.dumps(made).replace("<", "\\u003c")  # it is part of the page

    def clear(self) -> None:
        """Forget all pictures: something was deleted."""
        with self._lock:
            self._kept.clear()

    def _one(self, ws: Workspace, key: str, only_public: bool) -> str:
        number, _, file_id = key.partition(" ")
        try:
            page = int(number)
            stores = [ws.public] if only_public else ws.stores
            if all(store.page(file_id, page) is None for store in stores):  # asked each time: it may be gone
                return ""
            with self._lock:
                if (known := self._kept.get(key)) is not None:
                    self._kept.move_to_end(key)
                    return known
            png = workflow.page_picture(ws, file_id, page, WIDTH)
        except (RatsassistentError, ValueError):
            return ""
        url = f"data:image/png;base64,{base64.b64encode(png).decode('ascii')}"
        with self._lock:
            self._kept[key] = url
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return url
