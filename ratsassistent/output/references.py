"""Where a sentence stands and who wrote it, in German words: the same in every format.

What enters: citations and statements. What leaves: plain text and runs; whoever shows them escapes them.
What it does not know: formats, HTML.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from textwrap import shorten
from typing import Protocol

from ratsassistent.briefings import ItemBriefing, Remark, Statement
from ratsassistent.oparl import Citation
from ratsassistent.output import phrases_notes
from ratsassistent.output.blocks import Line, Run, line, mark, note, strong
from ratsassistent.output.page_text import short_name
from ratsassistent.output.phrases import runs

LONGEST_NAME = 44  # of a file beside a page number
Home = frozenset[str]  # keys of files that a reference need not name
_NEARLY_ALL = 0.8
_WORDS, _FEW_WORDS = 26, 10  # of a sentence beside an amount or a date; few where it stands whole above


class _Cites(Protocol):
    @property
    def citation(self) -> tuple[Citation, ...]: ...


def key(cited: Citation) -> str:
    """What tells one file from another: two files may have one name."""
    return cited.file_id or cited.file


def pages(given: Iterable[Citation], home: Home = frozenset()) -> str:
    """ "S. 12" or "S. 3, 4" for pages of a file of `home`, "Gutachten, S. 7" for pages of another."""
    names: dict[str, str] = {}
    numbers: dict[str, list[int]] = {}
    for cited in given:
        names.setdefault(key(cited), short(cited.file))
        if cited.page is not None:
            numbers.setdefault(key(cited), []).append(cited.page)
    if not numbers:
        return next(iter(names.values()), "")
    found = [(names[file], file in home, f"S. {_pages(pages)}") for file, pages in numbers.items()]
    if all(at_home for _, at_home, _ in found):
        return f"S. {_pages([n for pages in numbers.values() for n in pages])}"
    return "; ".join(place if at_home else f"{name}, {place}" for name, at_home, place in found)


def short(file: str) -> str:
    """A file's name beside a page number."""
    return short_name(file, LONGEST_NAME)


def sole_file(given: Iterable[Citation]) -> Home:
    """The file that all of them name, if it is only one."""
    keys = frozenset(key(c) for c in given)
    return keys if len(keys) == 1 else frozenset()


def home_of(given: Iterable[Citation]) -> Home:
    """The file that needs no name beside its page numbers: the only one, or one that nearly all citations name."""
    counts = Counter(key(c) for c in given)
    most = counts.most_common(1)
    return frozenset(file for file, n in most if n >= _NEARLY_ALL * counts.total())


def _pages(numbers: Sequence[int]) -> str:
    """Few pages one by one, as they are cited; many as ranges."""
    unlike = list(dict.fromkeys(numbers))
    return ", ".join(map(str, unlike)) if len(unlike) <= 3 else runs(sorted(unlike))


def where(given: Iterable[Citation], home: Home = frozenset()) -> Run | None:
    """The pages in brackets, or nothing where none is known."""
    found = pages(given, home)
    return note(f"({found})") if found else None


def statement(given: Statement, home: Home, *, kind: str | None = None, remarks: Sequence[Remark] = ()) -> Line:
    """A sentence with who wrote it, where it stands, and what the check found.

    :param kind: a word for a sentence of the papers ("Auszug"), where it stands among others.
    :param remarks: of the item, for the name of whoever confirmed it.
    """
    return line(
        _who(given) or (mark(kind) if kind else None),
        strong(f"{given.heading}:") if given.heading else None,
        given.text,
        *_found(given, home),
        note(f"Zuvor: „{given.replaces}“") if given.replaces else None,
        note(f"Zu: „{shorten(given.about, 120, placeholder=' …')}“") if given.about else None,
        note(_confirmed(given, remarks)) if given.confirmed else None,
    )


def _who(given: Statement) -> Run | None:
    if given.origin == "model":
        return mark("KI")
    if given.origin == "person":
        what = "Berichtigt" if given.replaces else "Anmerkung"
        who = f"{what} von {given.author}" if given.author else what if not given.replaces else "Von Hand berichtigt"
        few = phrases_notes.in_a_file(given)
        return mark(f"{who} ({few})" if few else who)
    return None


def _found(given: Statement, home: Home) -> list[Run | None]:
    place = pages(given.citation, home)
    if given.check == "unsupported":
        missing = "; ".join(given.failures)
        return [where(given.citation, home), mark(f"nicht belegt: {missing}" if missing else "nicht belegt")]
    if given.origin == "model" and given.check == "ok" and place:
        return [note(f"(Zahlen und Namen stehen auf {place})")]
    if given.origin == "model":
        return [note(f"({place}; nicht nachgesehen)" if place else "(nicht nachgesehen)")]
    return [where(given.citation, home)]


def _confirmed(given: Statement, remarks: Sequence[Remark]) -> str:
    authors = [r.author for r in remarks if r.kind == "confirm" and r.target == given.key and r.author]
    return f"Mit der Seite verglichen von {authors[-1]}." if authors else "Von einer Person mit der Seite verglichen."


def excerpt(context: str | None, text: str, said: bool = False) -> str:
    """The part of a sentence or table row around `text`, so that a long one does not fill the page.

    :param said: the reader has just read the whole sentence.
    """
    words = " – ".join(cell.strip() for cell in (context or "").split("|") if cell.strip()).split()
    most = _FEW_WORDS if said else _WORDS
    if len(words) <= most + 2:
        return " ".join(words)
    before = " ".join(words).partition(" ".join(text.split()))[0]
    middle = min(before.count(" "), len(words) - 1) if before != " ".join(words) else 0
    first = min(max(middle - most // 2, 0), len(words) - most)
    last = first + most
    return f"{'… ' if first else ''}{' '.join(words[first:last])}{' …' if last < len(words) else ''}"


def cited(item: ItemBriefing) -> list[Citation]:
    """Every page that an item's text names."""
    found: list[Citation] = [*(item.resolution.citation if item.resolution else ())]
    groups: list[Iterable[_Cites]] = [
        item.statements, item.plain_language or (), item.withheld, item.decisions, item.amounts, item.dates, item.form,
        item.open_questions, item.missing_attachments, item.annexes,
        [a.statement for a in item.annexes if a.statement], [side for c in item.contradictions for side in c.sides],
    ]  # fmt: skip
    for group in groups:
        found += [c for each in group for c in each.citation]
    found += [c for p in item.changes for each in p.changes for c in (*each.citation_before, *each.citation_after)]
    return [c for c in found if c.page is not None]
