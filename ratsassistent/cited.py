"""The texts of the pages that hits cite.

What enters: an opened Workspace, Hits. What leaves: texts of pages.
What it does not know: questions, ranking, models.
"""

from __future__ import annotations

from collections.abc import Sequence

from ratsassistent.briefings import Hit
from ratsassistent.workspace import Workspace, store_of
from ratsassistent.writing.text.cited import PageTexts, page_texts


def page_text(ws: Workspace, file_id: str | None, page: int | None) -> str:
    """The text of a physical page, from the store that holds it; empty if none does, or it could not be read."""
    if file_id is None or page is None:
        return ""
    found = (store.page(file_id, page) for store in ws.stores)
    return next((p.text for p in found if p is not None), "")


def cited_texts(ws: Workspace, hits: Sequence[Hit]) -> PageTexts:
    """The text of every page that hits cite; of a file without pages (OParl) its whole text."""
    texts: PageTexts = {}
    for hit in hits:
        for cited in hit.passage.citation:
            key = (cited.file_id, cited.page)
            if key in texts:
                continue
            if cited.page is not None:
                texts[key] = page_text(ws, cited.file_id, cited.page)
                continue
            paper = store_of(ws, hit.public).paper(hit.passage.paper_id)
            texts.update(page_texts([paper]) if paper else {key: ""})
    return texts
