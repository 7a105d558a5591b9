"""The pages at the front of a pack become its agenda.

What enters: a ReadFile. What leaves: an Agenda: whose meeting, when, and the items as printed, each with its Vorlage
numbers and whether it is public. What it does not know: the papers behind the agenda.

Towns print agendas in many ways, so items are found by what they share: numbers that go up, one after the other, and
start again where the non-public part begins.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from ratsassistent.oparl import Model, Public
from ratsassistent.pack.agenda_head import Head, closing, read_head, section
from ratsassistent.pack.heads import is_minutes, is_running_line, looks_like_paper, read_page_head
from ratsassistent.pack.pages import ReadFile
from ratsassistent.pack.references import cued_references, references, shaped_references

MAX_FRONT = 12  # pages before the agenda: a covering letter, an attendance list
MAX_AGENDA = 30  # pages of an agenda

_TITLE = re.compile(
    r"^\W*(?:(?:\d+\.\s*)?(?:Nachtrag|Ergänzung)s?\W*(?:zur\s+)?)?(?:(?:nicht\s*)?öffentliche\s+|vorläufige\s+|gemeinsame\s+)*"
    r"(?:T\s*a\s*g\s*e\s*s\s*o\s*r\s*d\s*n\s*u\s*n\s*g|Tagesordnungspunkte?|Beratungsgegenst[aä]nde?)\b",
    re.IGNORECASE,
)
_NUMBER = re.compile(
    r"^[ \t]*(?P<printed>(?:(?P<word>TOP|T\.?O\.?P\.?|Tagesordnungspunkt|Punkt|Pkt\.?|Ziffer)[ \t]*)?"
    r"(?P<part>(?:NÖ|N|Ö|nö|ö|A|B)(?=[ \t.]{0,2}\d)[ \t.]{0,2})?"
    r"(?P<digits>(?:[IVX]{1,5}\.)?\d{1,3}(?:\.\d{1,3}){0,4}[a-z]?|[IVX]{1,5}(?=\.[ \t]|\)))"
    r")(?P<end>[.):]{0,2})(?P<gap>[ \t]+|$|(?<=[.):]))(?P<title>.*)$"
)
_PREFIX_ONLY = re.compile(r"^[ \t]*(?:TOP|Punkt|Tagesordnungspunkt|Pkt\.?)[ \t]*$", re.IGNORECASE)
_REFERENCE_LINE = re.compile(
    r"^\W*(?:\(?(?:Beschluss|Sitzungs|Informations|Mitteilungs)?(?:vorlagen?|drucksachen?|drs|ds)\b|Vorlagen?-?Nr)",
    re.IGNORECASE,
)
_COLUMNS = re.compile(
    r"^\W*(?:TOP|Nr\.?|Punkt)?\s*(?:Beratungsgegenstand|Betreff|Bezeichnung|Gegenstand)\b.{0,40}$", re.I
)
_LETTERED = re.compile(r"^(?:Teil\s+)?[A-H][.):]?\s+[A-ZÄÖÜ][\w ,/-]{2,60}$")
_HEADING_WORDS = re.compile(
    r"^(?:(?:[A-ZÄÖÜ][a-zäöüß]+|\W)\s*){0,3}"
    r"(?:Anträge|Anfragen|Mitteilungen|Vorlagen|Beschlüsse|Berichte|Verschiedenes|Bekanntgaben)\b.{0,60}$"
)


class AgendaEntry(Model):
    """A line of the agenda. A heading has no number. `page` is the physical page it stands on."""

    order: int
    number: str | None
    title: str
    public: Public
    references: tuple[str, ...] = ()
    page: int


class Agenda(Model):
    """What an agenda says. `start` is an ISO date or date-time; `pages` are the physical pages it covers."""

    organization: str | None
    name: str
    start: str | None
    entries: tuple[AgendaEntry, ...]
    pages: tuple[int, ...]


@dataclass(slots=True)
class _Item:
    """An item while its lines are being collected."""

    number: str | None
    path: tuple[int, ...]
    public: Public
    page: int
    wide: bool = False  # a wide gap between number and title
    named: bool = False  # "TOP" or "Punkt" stands before the number
    lines: list[str] = field(default_factory=list)
    references: list[str] = field(default_factory=list)
    closed: bool = False  # the title is complete


def find_agenda(read: ReadFile) -> Agenda | None:
    """The agenda that a file begins with, or None where it has none (a single paper, minutes, an annex)."""
    front = read.pages[:MAX_FRONT]
    start = next((page.number for page in front if _has_title(page.text)), None)
    if start is None or any(looks_like_paper(page.text) for page in front[: start - 1]):
        return None
    if is_minutes(front[0].text) or _paper_before_title(front[start - 1].text):
        return None
    head = read_head([page.text for page in read.pages[:start]], _before_items(read.pages[start - 1].text))
    items = _collect(read, start, head)
    numbered = [item for item in items if item.number]
    if not numbered:
        return None
    last = _last_page(read, max([start, *(item.page for item in items)]))
    entries = tuple(
        AgendaEntry(
            order=order,
            number=item.number,
            title=_joined(item.lines),
            public=item.public,
            references=tuple(item.references),
            page=item.page,
        )
        for order, item in enumerate(items, 1)
    )
    return Agenda(
        organization=head.organization,
        name=head.name,
        start=head.start,
        entries=entries,
        pages=tuple(range(1, last + 1)),
    )


def _last_page(read: ReadFile, last: int) -> int:
    """The agenda's last page: pages that go on counting behind its last item belong to it."""
    for page in read.pages[last : last + 3]:
        head = read_page_head(page.text)
        if not (head.sure and head.running == page.number) or head.strong:
            break
        last = page.number
    return last


def _has_title(text: str) -> bool:
    """True where a page has an agenda's title and at least one numbered line under it."""
    lines = text.split("\n")
    for index, line in enumerate(lines):
        if len(line.strip()) <= 100 and _TITLE.match(line.strip()):
            return any(_NUMBER.match(later) or _PREFIX_ONLY.match(later) for later in lines[index + 1 :])
    return False


def _paper_before_title(text: str) -> bool:
    """True where the page is a paper's first page that only mentions an agenda further down."""
    lines = text.split("\n")
    title = next(i for i, line in enumerate(lines) if _TITLE.match(line.strip()))
    return title > 4 and looks_like_paper("\n".join(lines[:title]))


def _before_items(text: str) -> str:
    """What stands on the agenda's first page above its items."""
    lines = text.split("\n")
    for index, line in enumerate(lines):
        if _TITLE.match(line.strip()):
            rest = lines[index + 1 :]
            until = next((i for i, later in enumerate(rest) if _NUMBER.match(later)), len(rest))
            return "\n".join(lines[: index + 1 + until])
    return text


def _collect(read: ReadFile, start: int, head: Head) -> list[_Item]:
    """Walk over the agenda's lines, page by page, until a page holds nothing of it."""
    items: list[_Item] = []
    public = head.public
    done = False
    for page in read.pages[start - 1 : start - 1 + MAX_AGENDA]:
        if page.number > start and (done or looks_like_paper(page.text)):
            break
        lines = page.text.split("\n")
        if page.number == start:
            title = next(i for i, line in enumerate(lines) if _TITLE.match(line.strip()))
            own = section(lines[title])
            public = own if own is not None else public
            lines = lines[title + 1 :]
        before = len(items)
        trial = [_copy(item) for item in items]
        public_after, done_after = _read_lines(lines, page.number, public, trial)
        if page.number > start and not any(item.number for item in trial[before:]):
            break
        items, public, done = trial, public_after, done_after
    while items and items[-1].number is None:
        items.pop()  # a heading over nothing is a line of the letter around the agenda
    return _without_strays(items)


def _copy(item: _Item) -> _Item:
    return _Item(
        item.number,
        item.path,
        item.public,
        item.page,
        item.wide,
        item.named,
        [*item.lines],
        [*item.references],
        item.closed,
    )


def _read_lines(lines: Sequence[str], page: int, public: Public, items: list[_Item]) -> tuple[Public, bool]:
    """Add the items of one page. Returns the state of publicity, and whether the agenda has come to its end."""
    fresh = False  # a section began, so that numbers may start again
    first = next((i for i, line in enumerate(lines) if line.strip()), 0)
    index = -1
    while index + 1 < len(lines):
        index += 1
        line = lines[index]
        stripped = line.strip()
        current = items[-1] if items else None
        if not stripped:
            if current and current.lines and not _next_continues(lines, index, current):
                current.closed = True
            continue
        if is_running_line(line) or (index == first and stripped == str(page)) or _is_furniture(line):
            continue
        if _PREFIX_ONLY.match(line) and index + 1 < len(lines):  # "Punkt" and its number on two lines
            line, index = f"{stripped} {lines[index + 1].strip()}", index + 1
        part = section(line)
        if part is not None:
            public, fresh = part, True
            continue
        if _LETTERED.match(stripped) and _starts_again(lines, index):
            items.append(_Item(None, (), public, page, lines=[stripped], closed=True))
            fresh = True
            continue
        match = _NUMBER.match(line)
        item = _item(match, public, page, lines, index) if match else None
        if item and _follows(items, item, fresh):
            if item.public is not public and item.public is not None and match and match["part"]:
                public = item.public
            items.append(item)
            fresh = False
            continue
        if current is None:
            continue
        if closing(stripped):
            return public, True
        if current.number is None and not _is_heading(stripped, lines, index):
            continue
        _continue(items, current, stripped, lines, index, public, page)
    return public, False


def _starts_again(lines: Sequence[str], index: int) -> bool:
    """True where the next item is number 1: the line above it heads a part of the agenda with its own numbers."""
    later = next((line for line in lines[index + 1 :] if line.strip()), "")
    match = _NUMBER.match(later)
    return bool(match and match["digits"] in {"1", "1.1"})


def _is_furniture(line: str) -> bool:
    """True for the head of the table's columns and for lines of signs and digits that are no number of an item."""
    text = line.strip()
    signs = bool(_COLUMNS.match(text) or re.fullmatch(r"[\W\d]*(?:Seite\s*\d+.*)?", text))
    return signs and not (_NUMBER.match(line) and re.search(r"\d", text))


def _item(match: re.Match[str], public: Public, page: int, lines: Sequence[str], index: int) -> _Item | None:
    """The item that a numbered line begins, or None where the number is a date, an amount, a time."""
    title = match["title"].strip()
    digits = match["digits"]
    if not title and not any(later.strip() for later in lines[index + 1 : index + 4]):
        return None
    if re.match(r"(?:Uhr|€|Euro|Prozent|%|°|m²|km\b)", title) or re.match(r"[.,]?\d{2,4}\b(?!\w)", title):
        return None
    if re.fullmatch(r"\d{1,2}\.\d{1,2}", digits) and re.match(r"(?:\d{4}|Uhr)", title):
        return None
    if re.match(r"(?:Januar|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember)\b", title):
        return None
    letter = (match["part"] or "").strip(" .").casefold()
    own: Public = {"ö": True, "n": False, "nö": False}.get(letter, public)
    printed = " ".join(match["printed"].split()).rstrip(".")
    if match["word"]:
        printed = re.sub(r"^(?:Tagesordnungspunkt|Punkt|Pkt\.?|Ziffer|T\.O\.P\.?)\s*", "", printed) or printed
    path = tuple(_value(group) for group in re.findall(r"[IVX]+|\d+", digits))
    if digits[-1].isalpha() and digits[-1].islower():
        path = (*path, ord(digits[-1]) - 96)
    item = _Item(printed, path, own, page, len(match["gap"]) > 1 or not title, bool(match["word"]))
    if title:
        _add(item, title)
    return item


def _value(group: str) -> int:
    if group.isdecimal():
        return int(group)
    numerals = {"I": 1, "V": 5, "X": 10}
    values = [numerals[c] for c in group]
    return sum(-v if i + 1 < len(values) and v < values[i + 1] else v for i, v in enumerate(values))


def _follows(items: Sequence[_Item], item: _Item, fresh: bool) -> bool:
    """True where the number may come next: a little higher than the last, or from the start in a new part."""
    numbered = [known for known in items if known.number]
    if not numbered:
        return item.path[0] <= 60 or "TOP" in (item.number or "")
    last = numbered[-1]
    if item.public is not last.public or fresh:
        return item.path[0] <= 3 or item.path > last.path
    if item.path <= last.path:
        return False
    for mine, theirs in zip(item.path, last.path, strict=False):
        if mine != theirs:
            return mine - theirs <= 8 and (item.named or all(step <= 3 for step in item.path[len(last.path) :]))
    return item.named or (len(item.path) == len(last.path) + 1 and item.path[-1] <= 9)


def _continue(
    items: list[_Item], current: _Item, line: str, lines: Sequence[str], index: int, public: Public, page: int
) -> None:
    """A line without a number: Vorlage number, rest of a title, heading of a group, or a remark to pass over."""
    alone = shaped_references(line) == [line.strip(" ()")]
    named = _REFERENCE_LINE.match(line) and (cued_references(line) or shaped_references(line))
    if current.number and (named or alone):
        current.references.extend(r for r in references(line) if r not in current.references)
        current.closed = True
    elif current.number and not current.closed and not (current.lines and _is_heading(line, lines, index)):
        _add(current, line)
    elif _is_heading(line, lines, index):
        items.append(_Item(None, (), public, page, lines=[line], closed=True))


def _add(item: _Item, line: str) -> None:
    """Add a line to an item's title; a Vorlage number in it ends the title."""
    alone = shaped_references(line)
    if alone and len(line) - len(alone[0]) <= 30 and item.lines:
        item.references.extend(r for r in alone if r not in item.references)
        item.closed = True
        return
    cue = re.search(r"\s*[(\[–-]?\s*\b(?:Beschluss|Sitzungs)?(?:Vorlage|Drucksache|Drs|DS)\b[^,;]{0,40}$", line)
    found = cued_references(line[cue.start() :]) if cue else []
    if not found:
        tail = re.search(r"\s+\(?([^\s()]+)\)?$", line)
        found = shaped_references(tail[1]) if tail else []
        cue = tail if found else None
    if found and cue:
        item.references.extend(r for r in found if r not in item.references)
        line = line[: cue.start()]
        item.closed = True
    if line.strip():
        item.lines.append(line.strip())


def _is_heading(line: str, lines: Sequence[str], index: int) -> bool:
    """True for the heading of a group of items: short, no sentence, and an item or the page's end comes next."""
    if len(line) > 90 or line.endswith((".", ",", "-")) or line[:1].islower() or line[:1] in "-•":
        return False
    later = next((text for text in lines[index + 1 :] if text.strip()), None)
    if later is not None and not (_NUMBER.match(later) or section(later) is not None or _PREFIX_ONLY.match(later)):
        return False
    return line.isupper() or line.endswith(":") or bool(_HEADING_WORDS.match(line)) or not _open_title(lines, index)


def _open_title(lines: Sequence[str], index: int) -> bool:
    """True where the line above is a title that may go on: no blank line and no Vorlage number between."""
    above = lines[index - 1].strip() if index else ""
    return bool(above) and not _REFERENCE_LINE.match(above)


def _next_continues(lines: Sequence[str], index: int, current: _Item) -> bool:
    """True where the title goes on after a blank line: it breaks off at a hyphen, or has not begun."""
    return not current.lines or current.lines[-1].endswith(("-", "–", " und", " der", " des", ","))


def _without_strays(items: list[_Item]) -> list[_Item]:
    """Drop numbered lines that are set unlike the others: a wrapped title that happens to begin with a number."""
    numbered = [item for item in items if item.number]
    wide = sum(item.wide for item in numbered)
    if len(numbered) < 4 or wide < 0.8 * len(numbered) or wide == len(numbered):
        return items
    kept: list[_Item] = []
    for item in items:
        if item.number and not item.wide and kept and not re.search(r"[A-ZÖa-z]", item.number):
            kept[-1].lines.append(f"{item.number} {_joined(item.lines)}")
            kept[-1].references.extend(item.references)
        else:
            kept.append(item)
    return kept


def _joined(lines: Sequence[str]) -> str:
    """Lines as one title; a word cut at a line's end is made whole."""
    text = ""
    for line in lines:
        if re.search(r"\w-$", text) and re.match(r"[a-zäöüß]", line) and not re.match(r"(?:und|oder|bzw)\b", line):
            text = text[:-1] + line
        else:
            text = f"{text} {line}"
    return " ".join(text.split()).strip()
