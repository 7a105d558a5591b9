"""Pages on a pile: what the cutting of a pack looks at, page by page.

What enters: ReadFiles. What leaves: Sheets in order, and the running text of some of them.
What it does not know: agendas, papers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ratsassistent.oparl import Page, PagedText, PageStart
from ratsassistent.pack.files.pages import ReadFile
from ratsassistent.pack.papers.headings import read_heading
from ratsassistent.pack.papers.heads import PageHead, is_running_line, looks_like_paper, read_page_head
from ratsassistent.pack.papers.running import running_lines

_DOCUMENT_TITLE = re.compile(
    r"(?i)\b(?:anlage|anhang|stellungnahme|antwort|antrag|anfrage|\w*vorlage|bericht|mitteilung|präsentation|gutachten|satzung)"
)
EDGE = 12  # characters at the end of a page that tell whether a word is cut there
_CUT_WORD = re.compile(r"[^\W\d_]{2}-\s*\Z")
_REST_OF_WORD = re.compile(r"(?P<word>[a-zäöüß]+)[.,;:!?)“”]*(?!\S)")


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


def unstamped(read: ReadFile) -> ReadFile:
    """A file without the numbers that whoever joined a pack has stamped on its pages ("Seite 12 von 150").

    They say nothing about where papers begin, and hide what does. A paper that counts its own pages is left alone.
    """
    heads = [read_page_head(page.text) for page in read.pages]
    filled = sum(bool(page.text.strip()) for page in read.pages)
    stamped = sum(
        head.sure and head.running == page.number and head.total == len(read.pages)
        for head, page in zip(heads, read.pages, strict=True)
    )
    if filled < 4 or stamped < 0.8 * filled:
        return read
    bare = [page.model_copy(update={"text": _without_count(page.text)}) for page in read.pages]
    if sum(looks_like_paper(page.text) for page in bare[1:]) < 2:
        return read
    return read.model_copy(update={"pages": tuple(bare)})


def _without_count(text: str) -> str:
    """A page's text without one line on its edge that counts pages."""
    lines = text.split("\n")
    filled = [i for i, line in enumerate(lines) if line.strip()]
    at = next((i for i in (*filled[:1], *filled[-1:]) if is_running_line(lines[i])), None)
    return "\n".join(line for i, line in enumerate(lines) if i != at)


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
        begun = len(text)
        for sheet, drop in zip(sheets, running, strict=True):
            file = sheet.read.file
            kept = without_lines(sheet.page.text, drop)
            if sheet is not sheets[0]:
                kept = _without_repeated_heading(kept, text[begun:])
                text, kept = _with_whole_word(text, kept)
            starts.append(PageStart(offset=len(text), file_id=file.id, file=file.name, page=sheet.page.number))
            text += kept + "\n"
    return PagedText(text=text, starts=tuple(starts))


def _with_whole_word(before: str, page: str) -> tuple[str, str]:
    """The text before a page, and the page, with a word that is cut at the page's edge made whole where it begins."""
    match = _REST_OF_WORD.match(page) if _CUT_WORD.search(before[-EDGE:]) else None
    if not match or match["word"] in {"und", "oder", "bzw", "sowie", "bis"}:
        return before, page
    return f"{before.rstrip()[:-1]}{match[0]}\n", page[match.end() :].lstrip(" ")


def _without_repeated_heading(page: str, before: str) -> str:
    """A page without the heading in its first line that stands on a page before: a form that says again where one is."""
    first, _, rest = page.partition("\n")
    heading = read_heading(first)
    again = heading and heading.kind in {"reason", "statement", "costs"} and not heading.kept
    return rest if again and rest and first.strip() in {line.strip() for line in before.split("\n")} else page


def without_lines(text: str, drop: set[int]) -> str:
    """A page's text without some lines, and without the page number in its first or last line."""
    lines = [line for i, line in enumerate(text.split("\n")) if i not in drop]
    filled = [i for i, line in enumerate(lines) if line.strip()]
    for at in {*filled[:1], *filled[-1:]}:
        if is_running_line(lines[at]):
            lines[at] = ""
    return "\n".join(lines).strip("\n")
