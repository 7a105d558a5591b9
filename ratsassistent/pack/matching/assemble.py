"""Files that were read become meetings with agenda items and papers.

What enters: ReadFiles of one take-in. What leaves: a Pack: Meetings, papers without an agenda, and the files with each
page marked public or not. What it does not know: the archive.

Three ways of handing in a meeting are the same here: one PDF with everything, an agenda with its papers as files of their
own, several of both. What is not known to be public is not public.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import reduce

from ratsassistent.oparl import AgendaItem, Meeting, Model, Page, PageRef, Paper, Public, ra_id
from ratsassistent.pack.agendas.agenda import Agenda, AgendaEntry, find_agendas
from ratsassistent.pack.agendas.nachtrag import apply, grouped, item_ids
from ratsassistent.pack.files.pages import ReadFile
from ratsassistent.pack.matching.offers import offers
from ratsassistent.pack.minutes.minutes import NO_ITEM, Minutes, read_minutes, with_minutes
from ratsassistent.pack.papers.annexes import missing_attachments
from ratsassistent.pack.papers.heads import is_minutes
from ratsassistent.pack.papers.papers import Cut, cut_sheets, loose_papers
from ratsassistent.pack.papers.sheets import Sheet, sheets_of, unstamped

Key = tuple[str, int]  # file id, physical page
Found = tuple[ReadFile, Agenda]  # an agenda and the file that it stands in

_MINUTES_TITLE = re.compile(
    r"(?im)^\W{0,3}(?:(?:nicht)?öffentliche[sr]?\s+|vorläufige[sr]?\s+|entwurf\W+)?(?:auszug\s+aus\s+de[rm]\s+)?"
    r"[\wäöüß-]{0,20}(?:niederschrift|protokoll|verhandlungsschrift|beschlussauszug)"
)


class Pack(Model):
    """What a take-in holds. `files` are those that came in, each page with its publicity."""

    meetings: tuple[Meeting, ...]
    loose_papers: tuple[Paper, ...]
    files: tuple[ReadFile, ...]


def assemble(files: Sequence[ReadFile], public: Public = None) -> Pack:
    """Put the files of one take-in together.

    :param public: whether papers without an agenda are public; None is handled as non-public.
    """
    handed_in = list({read.file.id: read for read in files}.values())
    files = [unstamped(read) for read in handed_in]
    sittings = {read.file.id: minutes for read in files if (minutes := _minutes(read))}
    found = [(read, agenda) for read in files if read.file.id not in sittings for agenda in find_agendas(read)]
    groups, found = _without_pictured([[found[n] for n in group] for group in grouped([a for _, a in found])], found)
    with_agenda = {read.file.id for read, _ in found}
    others = [read for read in files if read.file.id not in with_agenda and read.file.id not in sittings]
    offered = offers(others, groups)
    vague = {key for key, among in offered.items() if len(among) > 1}
    meetings: dict[str, Meeting] = {}
    marks: dict[Key, Public] = {}
    taken: set[Key] = set()
    for number, group in enumerate(groups):
        agenda = reduce(apply, (agenda for _, agenda in group))
        sheets = _own_sheets(group, found)
        own = {(sheet.read.file.id, sheet.page.number) for sheet in sheets}
        for other in others:
            if number in offered[other.file.id]:
                sheets.extend(sheet for sheet in sheets_of(other) if (other.file.id, sheet.page.number) not in taken)
        cut = cut_sheets(sheets, agenda, files, vague)
        left = {key for key in cut.unassigned if key in own}
        spare = [s.read.file.name for s in sheets if s.opens_file and (s.read.file.id, 1) in cut.unassigned]
        meeting = _meeting(group, agenda, cut, left, spare)
        while meeting.id in meetings:  # another Sitzung of the same body on the same day
            meeting = _meeting(group, agenda, cut, left, spare, salt=len(meetings))
        meetings[meeting.id] = meeting
        for read, single in group:
            _mark_agenda(marks, read, single)
        for key in left:
            marks[key] = True if all(item.public is True for item in meeting.agendaItem) else None
        for item in meeting.agendaItem:
            for paper in item.papers:
                for key in _pages_of([paper]):
                    # A page handed in for two items is public only where both are.
                    marks[key] = paper.public if marks.get(key, paper.public) is paper.public else None
                    taken.add(key)
    rest: list[Sheet] = [
        sheet for read in others for sheet in sheets_of(read) if (read.file.id, sheet.page.number) not in taken
    ]
    loose = loose_papers(rest, public)
    marks.update({key: paper.public for paper in loose for key in _pages_of([paper])})
    held: tuple[Meeting, ...] = tuple(_with_loose(meetings, rest, offered))
    for minutes in [*sittings.values(), *_minutes_behind([read for read, _ in found], held)]:
        before = {meeting.id: meeting.unassigned_pages for meeting in held}
        held = tuple(
            meeting.model_copy(update={"unassigned_pages": before.get(meeting.id, ()) + meeting.unassigned_pages})
            for meeting in with_minutes(held, minutes)
        )
        _mark_minutes(marks, minutes)
    return Pack(
        meetings=tuple(map(_without_placed, held)),
        loose_papers=tuple(_united(loose)),
        files=tuple(_marked(read, marks) for read in handed_in),
    )


def _without_pictured(
    groups: Sequence[Sequence[Found]], found: Sequence[Found]
) -> tuple[list[list[Found]], list[Found]]:
    """Drop agendas that OCR read (a slide, a scan) from meetings that have an agenda of real text.

    Letters that OCR misread would change titles that are known. A Nachtrag is not enough to go by: where only that is
    real text, the scanned agenda stays; and a scanned Nachtrag stays, for it says what no other file does. A dropped one's file is an ordinary file; where that holds another agenda too,
    its pages and those behind it belong to the one before it in the file, else to the next one.
    """
    out = {
        id(agenda)
        for group in groups
        if any(not agenda.supplement and not _pictured(read, agenda) for read, agenda in group)
        for read, agenda in group
        if not agenda.supplement and _pictured(read, agenda)
    }
    if not out:
        return [list(group) for group in groups], list(found)
    whole: dict[int, Found] = {id(agenda): (read, agenda) for read, agenda in found if id(agenda) not in out}
    for read, gone in ((read, agenda) for read, agenda in found if id(agenda) in out):
        same = [key for key, (other, _) in whole.items() if other is read]
        before = [key for key in same if whole[key][1].pages[0] < gone.pages[0]]
        if same:
            key = before[-1] if before else same[0]
            agenda = whole[key][1]
            scopes = [scope for scope in (agenda.scope, gone.scope) if scope]
            if len(scopes) == 2:
                scope = min(first for first, _ in scopes), max(last for _, last in scopes)
                whole[key] = read, agenda.model_copy(update={"scope": scope})
    left = [[whole[id(agenda)] for _, agenda in group if id(agenda) in whole] for group in groups]
    return left, list(whole.values())


def _pictured(read: ReadFile, agenda: Agenda) -> bool:
    """True where all items of an agenda stand on pages whose text OCR read."""
    sources = {page.number: page.source for page in read.pages}
    return all(sources.get(entry.page) == "ocr" for entry in agenda.entries)


def _minutes(read: ReadFile) -> Minutes | None:
    """The minutes that a file is; none where it begins with an agenda, and minutes are among the papers behind it."""
    minutes = read_minutes(read)
    if minutes is None or _MINUTES_TITLE.search(read.pages[0].text) or not find_agendas(read):
        return minutes
    return None


def _minutes_behind(reads: Iterable[ReadFile], meetings: Sequence[Meeting]) -> list[Minutes]:
    """Minutes among the pages behind an agenda that belong to no item."""
    out = []
    for read in {read.file.id: read for read in reads}.values():
        free = {ref.page for meeting in meetings for ref in meeting.unassigned_pages if ref.file_id == read.file.id}
        run: list[Page] = []
        for page in [*read.pages, None]:
            goes_on = page is not None and page.number in free
            if run and (not goes_on or (page is not None and is_minutes(page.text))):
                minutes = read_minutes(read.model_copy(update={"pages": tuple(run)}))
                out.extend([minutes] if minutes else [])
                run = []
            if page is not None and goes_on and (run or is_minutes(page.text)):
                run.append(page)
    return out


def _without_placed(meeting: Meeting) -> Meeting:
    """A meeting whose unassigned pages are those that belong to none of its papers, each once."""
    placed = {key for item in meeting.agendaItem for key in _pages_of(item.papers)}
    left = {(ref.file_id, ref.page): ref for ref in reversed(meeting.unassigned_pages)}
    refs = tuple(ref for key, ref in reversed(left.items()) if key not in placed)
    return meeting.model_copy(update={"unassigned_pages": refs})


def _own_sheets(group: Sequence[Found], found: Sequence[Found]) -> list[Sheet]:
    """The pages behind the agendas of a meeting in their own files."""
    sheets: list[Sheet] = []
    seen: set[str] = set()
    for read, _ in group:
        if read.file.id in seen:
            continue
        seen.add(read.file.id)
        covered = {page for other, agenda in found if other is read for page in agenda.pages}
        scopes = [agenda.scope or (1, len(read.pages)) for other, agenda in group if other is read]
        rest = [
            page.number
            for page in read.pages
            if page.number not in covered and any(first <= page.number <= last for first, last in scopes)
        ]
        sheets.extend(sheets_of(read, rest, opens_file=False))
    return sheets


def _meeting(
    group: Sequence[Found], agenda: Agenda, cut: Cut, left: set[Key], spare: Sequence[str], salt: int = 0
) -> Meeting:
    if agenda.organization and agenda.start:
        own = ra_id("sitzung", agenda.organization, agenda.start[:10], *([salt] if salt else []))
    else:
        own = ra_id("sitzung", group[0][0].file.sha256, *([salt] if salt else []))
    names = {read.file.id: read.file.name for read, _ in group}
    items = tuple(
        AgendaItem(
            id=item_id,
            order=entry.order,
            number=entry.number,
            name=entry.title,
            public=entry.public,
            pages=_range(names, papers),
            papers=papers,
            missing_attachments=missing_attachments(papers, spare),
            formerly=entry.formerly,
            withdrawn=entry.withdrawn,
        )
        for entry, papers, item_id in zip(agenda.entries, cut.papers, item_ids(own, agenda.entries), strict=True)
    )
    return Meeting(
        id=own,
        name=agenda.name,
        organization=agenda.organization,
        start=agenda.start,
        agendaItem=items,
        file_ids=tuple(dict.fromkeys(read.file.id for read, _ in group)),
        unassigned_pages=tuple(
            PageRef(file=names[file_id], file_id=file_id, page=page, reason=NO_ITEM) for file_id, page in sorted(left)
        ),
    )


def _with_loose(meetings: dict[str, Meeting], rest: Sequence[Sheet], offered: dict[str, set[int]]) -> Iterable[Meeting]:
    """Meetings with the pages of loose files among their unassigned ones, where a file can only be of that meeting."""
    for number, meeting in enumerate(meetings.values()):
        refs = tuple(
            PageRef(file=s.read.file.name, file_id=s.read.file.id, page=s.page.number, reason=NO_ITEM)
            for s in rest
            if offered[s.read.file.id] == {number}
        )
        yield meeting.model_copy(update={"unassigned_pages": meeting.unassigned_pages + refs}) if refs else meeting


def _range(names: dict[str, str], papers: Sequence[Paper]) -> tuple[int, int] | None:
    """First and last page, where all the papers lie in one file of the agenda."""
    spans = [span for paper in papers for span in paper.files]
    files = {span.file_id for span in spans}
    if len(files) != 1 or not files <= set(names):
        return None
    return min(span.first for span in spans), max(span.last for span in spans)


def _united(papers: Iterable[Paper]) -> list[Paper]:
    """One paper for each id; of two the one with more text."""
    found: dict[str, Paper] = {}
    for paper in papers:
        known = found.get(paper.id)
        if known is None or len(paper.text.text) > len(known.text.text):
            found[paper.id] = paper
    return list(found.values())


def _mark_agenda(marks: dict[Key, Public], read: ReadFile, agenda: Agenda) -> None:
    """An agenda page is public where all that it lists is; a page before the list where the whole agenda is."""
    for page in agenda.pages:
        listed = [entry for entry in agenda.entries if entry.page == page] or list(agenda.entries)
        marks[read.file.id, page] = _common(listed)


def _mark_minutes(marks: dict[Key, Public], minutes: Minutes) -> None:
    """A page of minutes is public where all the items on it are."""
    own: dict[Key, Public] = {}
    for entry in minutes.entries:
        for page in range(entry.first, entry.last + 1):
            key = (minutes.file.id, page)
            own[key] = entry.public if own.get(key, entry.public) is entry.public else None
    marks.update(own)


def _common(entries: Sequence[AgendaEntry]) -> Public:
    if all(entry.public is True for entry in entries):
        return True
    return False if any(entry.public is False for entry in entries) else None


def _pages_of(papers: Iterable[Paper]) -> list[Key]:
    return [
        (span.file_id, page) for paper in papers for span in paper.files for page in range(span.first, span.last + 1)
    ]


def _marked(read: ReadFile, marks: dict[Key, Public]) -> ReadFile:
    pages: list[Page] = []
    for page in read.pages:
        mark = marks.get((read.file.id, page.number))
        pages.append(page if page.public is mark else page.model_copy(update={"public": mark}))
    return read.model_copy(update={"pages": tuple(pages)})
