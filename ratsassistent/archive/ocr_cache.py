"""Pages that were read by OCR once, so that they are not read again.

What enters: a Store, and the text of a page by the checksum of its file. What leaves: that text.
What it does not know: how a page is read. It fulfils the protocol `pack.scans.ocr.Cache`.

It lies in the non-public archive, because the text of a page does not say whether it is public. What belongs to a file
goes when the file is deleted there; of a file that only the public archive had, `forget` takes it away.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import delete, select

from ratsassistent.archive import deletion, saving
from ratsassistent.archive.store import Store
from ratsassistent.archive.tables import ocr_page
from ratsassistent.oparl import ra_id


class OcrCache:
    """The OCR results that one archive keeps."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def get(self, sha256: str, page: int, engine: str) -> str | None:
        """What this engine read on this page, or None if it has not read it yet."""
        table = ocr_page
        query = select(table.c.text).where(table.c.sha256 == sha256, table.c.page == page, table.c.engine == engine)
        with self._store.reading() as connection:
            return connection.execute(query).scalar()

    def put(self, sha256: str, page: int, engine: str, text: str) -> None:
        """Keep what this engine read; empty text is a result, too.

        :raises StorageError: it cannot be written.
        """
        with self._store.writing() as connection:
            saving.put(connection, ocr_page, {"sha256": sha256, "page": page, "engine": engine}, {"text": text})

    def forget(self, gone: Iterable[str]) -> int:
        """Remove what was read in files that were deleted; returns how many pages.

        :param gone: ids as `Store.delete_meeting` returns them; other ids than those of files do no harm.
        """
        ids = set(gone)
        with self._store.writing() as connection:
            known = connection.execute(select(ocr_page.c.sha256).distinct()).scalars()
            mine = [sha256 for sha256 in known if ra_id("datei", sha256) in ids or sha256 in ids]
            count = connection.execute(delete(ocr_page).where(ocr_page.c.sha256.in_(mine))).rowcount
            if count:
                deletion.note_cleaning(connection)
        if count:
            self._store.clean()
        return count
