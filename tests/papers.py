"""Papers as pack would give them, for tests of what is written about them: parts of pages in, a Paper out."""

from __future__ import annotations

import datetime as dt

from ratsassistent.oparl import AgendaItem, Consultation, PagedText, PageStart, Paper, Part, PartKind

Pieces = list[tuple[PartKind, str]]  # of one page
FIRST_PAGE = 3


def paper(
    *pages: Pieces,
    name: str = "Sanierung der Sporthalle",
    kind: str | None = None,
    incomplete: bool = False,
    number: int = 1,
    consultations: tuple[Consultation, ...] = (),
    date: dt.date | None = None,
) -> Paper:
    """A paper from the parts of its pages; the first is page 3 of its file."""
    text, starts, parts = "", [], []
    for page, pieces in enumerate(pages, FIRST_PAGE):
        starts.append(PageStart(offset=len(text), file_id=f"ra:datei-{number}", file="Paket.pdf", page=page))
        for part, words in pieces:
            parts.append(
                Part(kind=part, heading=None, start=len(text), end=len(text) + len(words), complete=not incomplete)
            )
            text += words + "\n"
    return Paper(
        id=f"ra:vorlage-{number}",
        reference=f"V/{number}",
        name=name,
        paperType=kind,
        files=(),
        text=PagedText(text=text, starts=tuple(starts)),
        parts=tuple(parts),
        consultations=consultations,
        date=date,
    )


def item(*papers: Paper, name: str = "Sanierung der Sporthalle") -> AgendaItem:
    """An agenda item with these papers."""
    return AgendaItem(id="ra:top-1", order=1, number="Ö 4", name=name, public=True, papers=papers)
