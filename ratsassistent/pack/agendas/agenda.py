"""The pages of a file become the agendas in it.

What enters: a ReadFile. What leaves: Agendas: whose meeting, when, and the items as printed, each with its Vorlage numbers
and whether it is public. What it does not know: the papers behind the agenda, other files.

A pack begins with its agenda. One PDF may hold several: two invitations one behind the other, an agenda and its Nachtrag.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ratsassistent.oparl import Model, Public
from ratsassistent.pack.agendas.agenda_changes import changes, supplement, supplement_name, without_new
from ratsassistent.pack.agendas.agenda_head import read_head
from ratsassistent.pack.agendas.agenda_items import TITLE, collect, starts_again
from ratsassistent.pack.agendas.agenda_lines import Item
from ratsassistent.pack.agendas.agenda_numbers import PREFIX_ONLY, read_number
from ratsassistent.pack.agendas.agenda_public import section
from ratsassistent.pack.agendas.agenda_rows import cells_of
from ratsassistent.pack.agendas.agenda_sequence import Walk
from ratsassistent.pack.files.pages import ReadFile
from ratsassistent.pack.papers.heads import is_minutes, looks_like_paper, read_page_head
from ratsassistent.pack.papers.running import running_lines

MAX_FRONT = 12  # pages before the agenda: a covering letter, an attendance list
MAX_AGENDA = 30  # pages of an agenda
MAX_AGENDAS = 20  # of one file

_MENTIONS = re.compile(
    r"(?i)tagesordnung|t\s?a\s?g\s?e\s?s\s?o\s?r\s?d|traktand|verhandlungsgegenst|beratungsgegenst|geschäfts(?:liste|verz)|öffentlich"
)
_INVITES = re.compile(
    r"(?i)\beinladung|\beingeladen|\blad(?:e|en)\b|nachtrag|ergänzung|bekanntmachung|kundmachung|traktandenliste|einberuf|einzuladen"
)
_SAYS_AGENDA = re.compile(
    r"(?i)\b(?:folgende[rnms]?|nachstehende[rn]?|mit|und|die)\s+(?:\w+\s+)?tagesordnung\b[^.]{0,40}$"
)
_FORM = re.compile(
    r"(?im)^\W*(?:Beratungsfolge|Gremienweg|Gremium|Betreff|Beschlussvorschlag|Beschlussantrag|Sachverhalt|Begründung|Az\.?\s*:|Aktenzeichen|"
    r"Dezernat|Amt\s*:|Federführ|Verfasser|Kurzfassung|Dienststelle|Eingang\s*:|Datum\s*:)"
)


class AgendaEntry(Model):
    """A line of the agenda. A heading has no number. `page` is the physical page it stands on.

    `formerly` is the number it had before a Nachtrag moved it; `withdrawn`: "abgesetzt", "zurückgezogen".
    """

    order: int
    number: str | None
    title: str
    public: Public
    references: tuple[str, ...] = ()
    page: int
    formerly: str | None = None
    withdrawn: bool = False


class Agenda(Model):
    """What an agenda says. `start` is an ISO date or date-time; `pages` are the physical pages it covers.

    `supplement`: it changes another one (a Nachtrag, an Ergänzung, a new edition). `scope`: first and last page of the
    file that its papers may lie on, the agenda's own among them.
    """

    organization: str | None
    name: str
    start: str | None
    entries: tuple[AgendaEntry, ...]
    pages: tuple[int, ...]
    supplement: bool = False
    scope: tuple[int, int] | None = None


def find_agenda(read: ReadFile) -> Agenda | None:
    """The agenda that a file begins with, or None where it has none (a single paper, minutes, an annex)."""
    front = read.pages[:MAX_FRONT]
    start = next((page.number for page in front if _has_title(page.text)), None)
    if start is None or any(looks_like_paper(page.text) for page in front[: start - 1]):
        return None
    if is_minutes(front[0].text) or _paper_before_title(front[start - 1].text):
        return None
    return _agenda(read, 1, start)


def find_agendas(read: ReadFile) -> list[Agenda]:
    """All agendas of a file, in order; empty where it does not begin with one."""
    first = find_agenda(read)
    if first is None:
        return []
    found = [first]
    number = first.pages[-1] + 1
    while number <= len(read.pages) and len(found) < MAX_AGENDAS:
        another = (
            _later_agenda(read, number, found[-1].pages[-1]) if _MENTIONS.search(read.pages[number - 1].text) else None
        )
        if another:
            found.append(another)
            number = another.pages[-1]
        number += 1
    return _with_scopes(found, len(read.pages))


def _with_scopes(found: Sequence[Agenda], last: int) -> list[Agenda]:
    """Agendas that stand together share the papers behind the last of them; else papers lie behind their own."""
    out: list[Agenda] = []
    for index, agenda in enumerate(found):
        first, end = index, index + 1
        while first > 0 and found[first - 1].pages[-1] + 1 == found[first].pages[0]:
            first -= 1
        while end < len(found) and found[end - 1].pages[-1] + 1 == found[end].pages[0]:
            end += 1
        until = found[end].pages[0] - 1 if end < len(found) else last
        out.append(agenda.model_copy(update={"scope": (found[first].pages[0], until)}))
    return out


def _agenda(read: ReadFile, first: int, start: int) -> Agenda | None:
    """The agenda whose letter begins on page `first` and whose title stands on page `start`."""
    page = read.pages[start - 1]
    above = _before_items(page.text)
    head = read_head([other.text for other in read.pages[first - 1 : start]], above)
    rank = supplement("\n".join([*(other.text for other in read.pages[first - 1 : start - 1]), above]))
    lines = page.text.split("\n")
    title = _title_index(lines) or 0
    own = section(lines[title])
    walk = Walk(own if own is not None else head.public, bool(rank))
    pages = [page]
    for later in read.pages[start : start - 1 + MAX_AGENDA]:
        if _is_paper(later.text) or _opens_another(later.text, head.start, head.organization):
            break
        pages.append(later)
    running = running_lines([other.text for other in pages[:3]])
    running += [set() for _ in pages[3:]]
    items = collect(pages, running, title + 1, walk)
    if not any(item.number for item in items):
        return None
    last = _last_page(read, max([start, *(item.page for item in items)]))
    return Agenda(
        organization=head.organization,
        name=supplement_name(head.name, rank),
        start=head.start,
        entries=tuple(_entry(order, item) for order, item in enumerate(items, 1)),
        pages=tuple(range(first, last + 1)),
        supplement=bool(rank),
        scope=(first, len(read.pages)),
    )


def _entry(order: int, item: Item) -> AgendaEntry:
    return AgendaEntry(
        order=order,
        number=item.number,
        title=item.title,
        public=item.public,
        references=tuple(item.references),
        page=item.page,
        formerly=item.formerly,
        withdrawn=item.withdrawn,
    )


def _later_agenda(read: ReadFile, number: int, covered: int) -> Agenda | None:
    """A further agenda in a pack. It has to say more than the first: papers and annexes speak of agendas too."""
    text = read.pages[number - 1].text
    if not _titled(text.split("\n")) or looks_like_paper(text) or is_minutes(text):
        return None
    if _paper_before_title(text):
        return None
    head = read_page_head(text)
    first = number
    if head.sure and head.running and head.running > 1:
        first = number - head.running + 1
        if first <= covered:
            return None
    elif number - 1 > covered and _is_letter(read.pages[number - 2].text):
        first = number - 1
    opening = read.pages[first - 1].text
    if looks_like_paper(opening) or is_minutes(opening) or read_page_head(opening).role == "annex":
        return None
    above = "\n".join([*(page.text for page in read.pages[first - 1 : number - 1]), _before_items(text)])
    if not _INVITES.search(above):
        return None
    found = _agenda(read, first, number)
    return found if found and found.start and found.organization else None


def _is_letter(text: str) -> bool:
    """True for the first page of an invitation whose agenda begins on the next one."""
    return (
        bool(_INVITES.search(text) and re.search(r"(?i)\bsitzung", text))
        and not looks_like_paper(text)
        and len(text) < 3000
    )


def _opens_another(text: str, start: str | None, organization: str | None) -> bool:
    """True where a page behind an agenda's first one begins another: of another day or body, or a Nachtrag."""
    lines = text.split("\n")
    title = _titled(lines)
    if not title:
        return False
    above = _before_items(text)
    head = read_head([text], above)
    if not _INVITES.search(above) and not re.search(r"(?i)\bsitzung", "\n".join(lines[:title])):
        return False
    if supplement(above):
        return True
    other_day = head.start is not None and head.start[:10] != (start or "")[:10]
    other_body = head.organization is not None and organization is not None and head.organization != organization
    return (other_day or other_body) and starts_again(lines, title)


def _is_paper(text: str) -> bool:
    """True for a paper's first page; not for an agenda's next page whose titles begin with "Antrag" or "Bericht"."""
    if not looks_like_paper(text):
        return False
    lines = text.split("\n")
    return bool(_FORM.search(text)) or not any(_numbered(line) for line in lines)


def _last_page(read: ReadFile, last: int) -> int:
    """The agenda's last page: pages that go on counting behind its last item belong to it."""
    opened = last
    for page in read.pages[last : last + 3]:
        head = read_page_head(page.text)
        counted = head.running == page.number or head.running == page.number - opened + 1
        if not (head.sure and counted and head.running != 1) or head.strong:
            break
        last = page.number
    return last


def _has_title(text: str) -> bool:
    """True where a page has an agenda's title and at least one numbered line under it."""
    return _title_index(text.split("\n")) is not None


def _numbered(line: str) -> bool:
    line = without_new(line)
    cells = cells_of(line)
    return bool(read_number(" ".join(cells) if cells else line) or PREFIX_ONLY.match(line) or changes(line))


def _titled(lines: Sequence[str]) -> int | None:
    """The line with the word for an agenda, where a numbered line stands below it."""
    for index, line in enumerate(lines):
        if len(line.strip()) <= 100 and TITLE.match(line.strip()):
            below = any(_numbered(later) for later in lines[index + 1 :])
            if below:
                return index
    for index in range(len(lines)):  # "… lade ich ein. Die Tagesordnung wird um folgende Punkte erweitert:"
        if "agesordnung" not in " ".join(lines[index : index + 2]):
            continue
        for count in (1, 2, 3):
            text = " ".join(" ".join(lines[index : index + count]).split())
            if (
                (supplement(text) or _SAYS_AGENDA.search(text))
                and len(text) <= 300
                and text.endswith((":", ".", "Tagesordnung"))
            ):
                if any(_numbered(later) for later in lines[index + count :]):
                    return index + count - 1
                break
    return None


def _title_index(lines: Sequence[str]) -> int | None:
    """The line that heads an agenda.

    Without the word for it, that is the head of the public or non-public part of a Sitzung, right above number 1.
    """
    titled = _titled(lines)
    if titled is not None:
        return titled
    for index, line in enumerate(lines):
        if section(line) is not None and starts_again(lines, index):
            numbered = sum(_numbered(later) for later in lines[index + 1 :])
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
    until = next((i for i, later in enumerate(rest) if _numbered(later)), len(rest))
    return "\n".join(lines[: title + 1 + until])
