"""The words of the pages that a text cites.

What enters: papers. What leaves: the text of each of their pages, by file and page.
What it does not know: what is looked up there.
"""

from __future__ import annotations

from collections.abc import Sequence

from ratsassistent.oparl import Citation, Paper

PageTexts = dict[
    tuple[str | None, int | None], str
]  # (file id, physical page) -> text; page None: a file without pages


def page_texts(papers: Sequence[Paper]) -> PageTexts:
    """The text of every page of the papers, by file id and page."""
    texts: PageTexts = {}
    for paper in papers:
        starts = paper.text.starts
        for n, start in enumerate(starts):
            end = starts[n + 1].offset if n + 1 < len(starts) else len(paper.text.text)
            key = (start.file_id, start.page)
            texts[key] = texts.get(key, "") + paper.text.text[start.offset : end]
    return texts


def texts_of(pages: PageTexts, citation: Sequence[Citation]) -> list[str]:
    """The texts of the cited pages; empty for one that is not held."""
    return [pages.get((c.file_id, c.page), "") for c in citation]
