"""All that is suspicious in a file that was read, noted on the File itself.

What enters: a ReadFile, text recognition done. What leaves: the same ReadFile whose File knows its Suspicions.
What it does not know: archives, agendas, who is told.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence

from ratsassistent.oparl import Citation, File, Page, Suspicion
from ratsassistent.pack.files.pages import ReadFile
from ratsassistent.pack.suspicion.beside import in_name, in_outline, suspicions_in
from ratsassistent.pack.suspicion.orders import reported

MOST = 200  # of one file: whoever writes more wants to bury the rest
_EDGE = 400  # letters on both sides of a border of pages


def noted(read: ReadFile) -> ReadFile:
    """The file with all that is suspicious in it; bookmarks that give orders are taken for no hints any more."""
    found = [*read.carried, *in_name(read.file.name), *in_outline(read.outline)]
    for page in read.pages:
        found += page.suspicions
        found += suspicions_in(page.text, "page", page.number)
    found += _over_borders(read.pages)
    distinct = list(_distinct(found))[:MOST]
    if not distinct and not any(page.suspicions for page in read.pages):
        return read
    named = tuple(of_file(one, read.file) for one in distinct)
    outline = tuple((title, page) for title, page in read.outline if not reported(title))
    pages = tuple(page.model_copy(update={"suspicions": ()}) if page.suspicions else page for page in read.pages)
    file = read.file.model_copy(update={"suspicions": named})
    return read.model_copy(update={"file": file, "outline": outline, "pages": pages, "carried": ()})


def of_file(given: Suspicion, file: File) -> Suspicion:
    """The same, naming this file."""
    cited = given.citation.model_copy(update={"file": file.name, "file_id": file.id})
    return given.model_copy(update={"citation": cited})


def _over_borders(pages: Sequence[Page]) -> Iterator[Suspicion]:
    """Orders that begin on one page and go on on the next."""
    for page, following in itertools.pairwise(pages):
        end, begin = page.text[-_EDGE:], following.text[:_EDGE]
        both = f"{end}\n{begin}"
        for order in reported(both) if end and begin else ():
            if order.start < len(end) < order.end - 1:
                quote = " ".join(both[order.start : order.end].split())
                cited = Citation(file="", page=page.number, quote=quote)
                yield Suspicion(kind="order", how=order.how, citation=cited)


def _distinct(found: Iterable[Suspicion]) -> Iterator[Suspicion]:
    """Each once: what a hidden text holds is not named again as an order, nor a field that is drawn on its page."""
    seen: list[tuple[int | None, str]] = []
    for one in found:
        said = re.sub(r"\W", "", (one.citation.quote or "").casefold())
        page = one.citation.page
        if any(page == other and (said in known or known in said) for other, known in seen):
            continue
        seen.append((page, said))
        yield one
