"""The pages at the front of a pack become its agenda.

What enters: a ReadFile. What leaves: an Agenda: whose meeting, when, and the items as printed, each with its Vorlage
numbers and whether it is public. What it does not know: the papers behind the agenda.

Towns print agendas in many ways, so items are found by what they share: numbers that go up, one after the other, and
start again where the non-public part begins.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ratsassistent.oparl import Model, Public
from ratsassistent.pack.agenda_head import Head, closing, read_head, section
from ratsassistent.pack.agenda_lines import (
    Columns,
    Item,
    add,
    goes_on,
    is_columns,
    is_heading,
    is_remark,
    joined,
    reference_line,
    with_number_below,
)
from ratsassistent.pack.heads import is_minutes, is_running_line, looks_like_paper, read_page_head
from ratsassistent.pack.pages import ReadFile
from ratsassistent.pack.running import running_lines

MAX_FRONT = 12  # pages before the agenda: a covering letter, an attendance list
MAX_AGENDA = 30  # pages of an agenda

_TITLE = re.compile(
    r"^\W*(?:(?:\d+\.\s*)?(?:Nachtrag|Ergänzung)s?\W*(?:zur\s+)?)?(?:(?:nicht\s*)?öffentliche\s+|vorläufige\s+|gemeinsame\s+|die\s+)*"
    r"(?:T\s*a\s*g\s*e\s*s\s*o\s*r\s*d\s*n\s*u\s*n\s*g|Tagesordnungspunkte?|"
    r"(?:Beratungs|Verhandlungs)gegenst[aä]nde?|Traktanden(?:liste)?|Geschäftsliste)\b",
    re.IGNORECASE,
)
_NUMBER = re.compile(
    r"^[ \t]*(?P<printed>(?:(?P<word>(?i:TOP|T\.?O\.?P\.?|Tagesordnungspunkt|Traktandum)|Punkt|Pkt\.?|Ziffer)[ \t]*)?"
    r"(?P<part>(?:NÖ|N|Ö|nö|ö|A|B)(?=[ \t.]{0,2}\d)[ \t.]{0,2})?"
    r"(?P<digits>(?:[IVX]{1,5}\.)?\d{1,3}(?:\.\d{1,3}){0,4}[a-z]?|[IVX]{1,5}(?=\.[ \t]|\)))"
    r")(?P<end>[.):]{0,2})(?P<gap>[ \t]+|$|(?<=[.):]))(?P<title>.*)$"
)
_PREFIX_ONLY = re.compile(r"^[ \t]*(?:TOP|Punkt|Tagesordnungspunkt|Pkt\.?)[ \t]*$", re.IGNORECASE)
_LETTERED = re.compile(r"^(?:Teil\s+)?[A-H][.):]?\s+[A-ZÄÖÜ][\w ,/-]{2,60}$")


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
            title=item.title,
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
    return _title_index(text.split("\n")) is not None


def _title_index(lines: Sequence[str]) -> int | None:
    """The line that heads an agenda.

    Without the word for it, that is the head of the public or non-public part of a Sitzung, right above number 1.
    """
    for index, line in enumerate(lines):
        if len(line.strip()) <= 100 and _TITLE.match(line.strip()):
            below = any(_NUMBER.match(later) or _PREFIX_ONLY.match(later) for later in lines[index + 1 :])
            return index if below else None
    for index, line in enumerate(lines):
        if section(line) is not None and _starts_again(lines, index):
            numbered = sum(bool(_NUMBER.match(later)) for later in lines[index + 1 :])
            invites = re.search(r"(?i)sitzung|einladung", "\n".join(lines[: index + 1]))
            return index if numbered >= 2 and invites else None
    return None


def _paper_before_title(text: str) -> bool:
    """True where the page is a paper's first page that only mentions an agenda further down."""
    lines = text.split("\n")
    title = _title_index(lines) or 0
    return title > 4 and looks_like_paper("\n".join(lines[:title]))


def _before_items(text: str) -> str:
    """What stands on the agenda's first page above its items."""
    lines = text.split("\n")
    title = _title_index(lines)
    if title is None:
        return text
    rest = lines[title + 1 :]
    until = next((i for i, later in enumerate(rest) if _NUMBER.match(later)), len(rest))
    return "\n".join(lines[: title + 1 + until])


def _collect(read: ReadFile, start: int, head: Head) -> list[Item]:
    """Walk over the agenda's lines, page by page, until a page holds nothing of it."""
    items: list[Item] = []
    public = head.public
    done = False
    columns = Columns()
    pages = read.pages[start - 1 : start - 1 + MAX_AGENDA]
    running = running_lines([page.text for page in pages[:3]])
    running += [set() for _ in pages[3:]]
    for page, furniture in zip(pages, running, strict=True):
        if page.number > start and (done or looks_like_paper(page.text)):
            break
        lines = _logical_lines(page.text.split("\n"), furniture, page.number)
        if page.number == start:
            title = _title_index(lines) or 0
            own = section(lines[title])
            public = own if own is not None else public
            lines = lines[title + 1 :]
        before = len(items)
        trial = [item.copy() for item in items]
        public_after, done_after = _read_lines(lines, page.number, public, trial, columns)
        if page.number > start and not any(item.number for item in trial[before:]):
            break
        items, public, done = trial, public_after, done_after
    while items and items[-1].number is None:
        items.pop()  # a heading over nothing is a line of the letter around the agenda
    return _without_strays(items)


def _logical_lines(lines: Sequence[str], furniture: set[int], page: int) -> list[str]:
    """A page's lines without running heads and feet; what belongs together on two lines ("Punkt", "3.1") made one."""
    first = next((i for i, line in enumerate(lines) if line.strip()), 0)
    kept = [
        line
        for i, line in enumerate(lines)
        if _TITLE.match(line.strip())
        or not (
            (i in furniture and not _NUMBER.match(line))
            or is_running_line(line)
            or (i == first and line.strip() == str(page))
        )
    ]
    out: list[str] = []
    for line in kept:
        above = out[-1] if out else ""
        whole = with_number_below(above, line)
        if not whole and _PREFIX_ONLY.match(above) and _NUMBER.match(line):
            whole = f"{above.strip()} {line.strip()}"
        if whole:
            out[-1] = whole
        else:
            out.append(line)
    return out


def _read_lines(
    lines: Sequence[str], page: int, public: Public, items: list[Item], columns: Columns
) -> tuple[Public, bool]:
    """Add the items of one page. Returns the state of publicity, and whether the agenda has come to its end."""
    fresh = False  # a section began, so that numbers may start again
    for index, line in enumerate(lines):
        stripped = line.strip()
        current = items[-1] if items else None
        part = section(line)
        if part is not None:
            public, fresh = part, True
        elif not stripped:
            if current and current.lines and not _next_continues(lines, index, current):
                current.closed = True
        elif is_columns(line):
            columns.read(line)
        elif _is_furniture(line, columns):
            continue
        elif _LETTERED.match(stripped) and _starts_again(lines, index):
            items.append(Item(None, (), public, page, lines=[stripped], closed=True))
            fresh = True
        elif item := _next_item(items, line, lines, index, public, page, columns, fresh):
            if re.match(r"[ÖN]", item.number or "", re.IGNORECASE) and item.public is not None:
                public = item.public
            items.append(item)
            fresh = False
        elif current and closing(stripped):
            if not any(section(later) is not None for later in lines[index + 1 :]):
                return public, True
            current.closed = True
        elif current:
            _continue(items, current, stripped, lines, index, page, columns)
    return public, False


def _next_item(
    items: Sequence[Item],
    line: str,
    lines: Sequence[str],
    index: int,
    public: Public,
    page: int,
    columns: Columns,
    fresh: bool,
) -> Item | None:
    """The item that a line begins, where its number may come next."""
    match = _NUMBER.match(line)
    item = _item(match, public, page, lines, index, columns) if match else None
    return item if item and _follows(items, item, fresh) else None


def _continue(
    items: list[Item], current: Item, line: str, lines: Sequence[str], index: int, page: int, columns: Columns
) -> None:
    """A line without a number: Vorlage number, rest of a title, heading of a group, or a remark to pass over."""
    later = next((text for text in lines[index + 1 :] if text.strip()), None)
    next_item = later is None or bool(_NUMBER.match(later) or section(later) is not None or _PREFIX_ONLY.match(later))
    heading = is_heading(line, lines[index - 1] if index else "", next_item, columns)
    found = reference_line(line, columns) if current.number else []
    if found:
        add(current, line, columns)
        current.refer(found)
        current.closed = True
    elif current.number and not (current.lines and heading) and goes_on(current, line, lines, index, next_item):
        add(current, line, columns)
    elif heading:
        items.append(Item(None, (), current.public, page, lines=[line], closed=True))
    elif is_remark(line, lines, index, current):
        current.closed = True


def _starts_again(lines: Sequence[str], index: int) -> bool:
    """True where the next item is number 1: the line above it heads a part of the agenda with its own numbers."""
    later = next((line for line in lines[index + 1 :] if line.strip()), "")
    match = _NUMBER.match(later)
    return bool(match and match["digits"] in {"1", "1.1"})


def _is_furniture(line: str, columns: Columns) -> bool:
    """True for lines of signs and digits that are no number of an item or Vorlage."""
    text = line.strip()
    signs = bool(re.fullmatch(r"[\W\d]*(?:Seite\s*\d+.*)?", text))
    return signs and not reference_line(text, columns) and not (_NUMBER.match(line) and re.search(r"\d", text))


def _item(
    match: re.Match[str], public: Public, page: int, lines: Sequence[str], index: int, columns: Columns
) -> Item | None:
    """The item that a numbered line begins, or None where the number is a date, an amount, a time."""
    title = match["title"].strip()
    digits = match["digits"]
    if not title and not any(later.strip() for later in lines[index + 1 : index + 4]):
        return None
    if re.match(r"(?:Uhr|€|Euro|Prozent|%|°|m²|km\b)", title) or (
        re.match(r"[.,]?\d{2,4}\b(?!\w)", title) and not any(title.startswith(n) for n in columns.numbers(title))
    ):
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
    item = Item(printed, path, own, page, len(match["gap"]) > 1 or not title, bool(match["word"]))
    if title:
        add(item, title, columns)
    return item


def _value(group: str) -> int:
    if group.isdecimal():
        return int(group)
    numerals = {"I": 1, "V": 5, "X": 10}
    values = [numerals[c] for c in group]
    return sum(-v if i + 1 < len(values) and v < values[i + 1] else v for i, v in enumerate(values))


def _follows(items: Sequence[Item], item: Item, fresh: bool) -> bool:
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


def _next_continues(lines: Sequence[str], index: int, current: Item) -> bool:
    """True where the title goes on after a blank line: it breaks off at a hyphen, or has not begun."""
    return not current.lines or current.lines[-1].endswith(("-", "–", " und", " der", " des", ","))


def _without_strays(items: list[Item]) -> list[Item]:
    """Drop numbered lines that are set unlike the others: a wrapped title that happens to begin with a number."""
    numbered = [item for item in items if item.number]
    wide = sum(item.wide for item in numbered)
    if len(numbered) < 4 or wide < 0.8 * len(numbered) or wide == len(numbered):
        return items
    kept: list[Item] = []
    for item in items:
        if item.number and not item.wide and kept and not re.search(r"[A-ZÖa-z]", item.number):
            kept[-1].lines.append(f"{item.number} {joined(item.lines)}")
            kept[-1].references.extend(item.references)
        else:
            kept.append(item)
    return kept
