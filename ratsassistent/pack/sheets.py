"""Pages on a pile: what the cutting of a pack looks at, page by page.

What enters: ReadFiles. What leaves: Sheets in order, and the running text of some of them.
What it does not know: agendas, papers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ratsassistent.oparl import Page, PagedText, PageStart
from ratsassistent.pack.heads import PageHead, is_running_line, read_page_head
from ratsassistent.pack.pages import ReadFile
from ratsassistent.pack.running import running_lines

_DOCUMENT_TITLE = re.compile(
    r"(?i)\b(?:anlage|anhang|stellungnahme|antwort|antrag|anfrage|\w*vorlage|bericht|mitteilung|präsentation|gutachten|satzung)"
)


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page on the pile. `opens_file`: it is the first of a file of its own; `bookmark`: that of a document's start."""

    read: ReadFile
    page: Page
    head: PageHead
    opens_file: bool
    bookmark: str | None

    @property
    def continues(self) -> bool:
        """True where the page number printed on it says that it is not a first page."""
        return self.head.sure and (self.head.running or 0) > 1 and not self.opens_file


def sheets_of(read: ReadFile, numbers: Iterable[int] | None = None, opens_file: bool = True) -> list[Sheet]:
    """The pages of a file (all, or those named) as sheets."""
    wanted = None if numbers is None else set(numbers)
    bookmarks: dict[int, str] = {}
    for title, number in read.outline:
        if _DOCUMENT_TITLE.search(title):
            bookmarks.setdefault(number, title)
    return [
        Sheet(read, page, read_page_head(page.text), opens_file and page.number == 1, bookmarks.get(page.number))
        for page in read.pages
        if wanted is None or page.number in wanted
    ]


def paged_text(documents: Sequence[Sequence[Sheet]]) -> PagedText:
    """The running text of documents, page after page.

    Running heads and feet, and lines that only count pages, stay out, so that a sentence runs on over the edge.
    """
    text = ""
    starts = []
    for sheets in documents:
        running = running_lines([sheet.page.text for sheet in sheets])
        for sheet, drop in zip(sheets, running, strict=True):
            file = sheet.read.file
            starts.append(PageStart(offset=len(text), file_id=file.id, file=file.name, page=sheet.page.number))
            text += without_lines(sheet.page.text, drop) + "\n"
    return PagedText(text=text, starts=tuple(starts))


def without_lines(text: str, drop: set[int]) -> str:
    """A page's text without some lines, and without the page number in its first or last line."""
    lines = ["" if i in drop else line for i, line in enumerate(text.split("\n"))]
    filled = [i for i, line in enumerate(lines) if line.strip()]
    for at in {*filled[:1], *filled[-1:]}:
        if is_running_line(lines[at]):
            lines[at] = ""
    return "\n".join(lines).strip("\n")
