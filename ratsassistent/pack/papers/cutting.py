"""A Paper of which only some pages are left.

What enters: a Paper, and the pages that go. What leaves: the Paper without them: text, parts, files and what else cites
them. What it does not know: why a page goes, who may see the rest.

Nothing is read anew: what stays says what it said before. Of a word that runs over the edge of a page and was made whole
there, the letters that stand on a page that goes are taken out again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from ratsassistent.oparl import Citation, FileSpan, PagedText, PageStart, Paper, Part
from ratsassistent.pack.papers.heads import squeezed

Key = tuple[str, int]  # file id, physical page


def pages_of(papers: Iterable[Paper]) -> list[Key]:
    """The pages of papers, in order."""
    return [
        (span.file_id, page) for paper in papers for span in paper.files for page in range(span.first, span.last + 1)
    ]


def cites(citation: Iterable[Citation], keys: Collection[Key]) -> bool:
    """True where one of the cited pages is among these."""
    return any((c.file_id, c.page) in keys for c in citation)


def without_pages(paper: Paper, gone: Collection[Key], printed: Mapping[Key, str], name: str) -> Paper:
    """The paper without these pages.

    :param printed: the text of the pages that stay, as it stands on them.
    :param name: what to call it where its first page goes, which its own name comes from.
    """
    text, parts = _cut(paper, gone, printed)
    first = next(iter(pages_of([paper])), None)
    update: dict[str, object] = {
        "files": tuple(span for whole in paper.files for span in _left(whole, gone)),
        "text": text,
        "parts": parts,
        "form": tuple(value for value in paper.form if not cites(value.citation, gone)),
        "changes": tuple(
            c for c in paper.changes if not cites((*c.citation_before, *c.citation_after), gone)
        ),
    }  # fmt: skip
    if first in gone:
        update |= {"name": name, "consultations": (), "date": None, "paperType": None}
    return paper.model_copy(update=update)


def _left(span: FileSpan, gone: Collection[Key]) -> list[FileSpan]:
    """The runs of pages of a file that stay; a file without pages stays as it is."""
    if span.last < span.first:
        return [span]
    runs: list[list[int]] = []
    for page in range(span.first, span.last + 1):
        if (span.file_id, page) in gone:
            continue
        if runs and runs[-1][-1] == page - 1:
            runs[-1].append(page)
        else:
            runs.append([page])
    return [span.model_copy(update={"first": run[0], "last": run[-1]}) for run in runs]


def _cut(paper: Paper, gone: Collection[Key], printed: Mapping[Key, str]) -> tuple[PagedText, tuple[Part, ...]]:
    starts, whole = paper.text.starts, paper.text.text
    text = ""
    kept: list[PageStart] = []
    moved: list[tuple[int, int, int]] = []  # from, to, and how far it moved
    for n, start in enumerate(starts):
        end = starts[n + 1].offset if n + 1 < len(starts) else len(whole)
        if _goes(start, gone):
            continue
        piece = whole[start.offset : end]
        if n + 1 < len(starts) and _goes(starts[n + 1], gone) and start.page is not None:
            piece = _own_words(piece, printed.get((start.file_id, start.page), ""))
        moved.append((start.offset, end, len(text) - start.offset))
        kept.append(start.model_copy(update={"offset": len(text)}))
        text += piece
    parts = [clipped for part in paper.parts for clipped in _clipped(part, moved, text)]
    return PagedText(text=text, starts=tuple(kept)), tuple(parts)


def _goes(start: PageStart, gone: Collection[Key]) -> bool:
    return start.page is not None and (start.file_id, start.page) in gone


def _own_words(piece: str, printed: str) -> str:
    """The text of a page before one that goes, its last word as it is printed there; it keeps its length."""
    stripped = piece.rstrip()
    last = stripped.split()[-1] if stripped else ""
    if not last or squeezed(last) in squeezed(printed):
        return piece
    ends = printed.split()
    rest = ends[-1] if ends and last.startswith(ends[-1].rstrip("-")) else ""
    at = len(stripped) - len(last)
    return piece[:at] + rest[: len(last)].ljust(len(last)) + piece[len(stripped) :]


def _clipped(part: Part, moved: Iterable[tuple[int, int, int]], text: str) -> list[Part]:
    """What is left of a part: one part for each run of pages that stay together, so that no sentence runs over a gap."""
    out: list[Part] = []
    behind = -1
    for start, end, shift in moved:
        left, right = max(part.start, start), min(part.end, end)
        if left >= right:
            continue
        if out and behind == left:
            out[-1] = out[-1].model_copy(update={"end": right + shift})
        else:
            out.append(part.model_copy(update={"start": left + shift, "end": right + shift}))
        behind = right
    whole = sum(one.end - one.start for one in out) == part.end - part.start
    if not whole:
        out = [one.model_copy(update={"complete": False}) for one in out if text[one.start : one.end].strip()]
    return out
