"""Files that were read become meetings with agenda items and papers.

What enters: ReadFiles of one take-in. What leaves: a Pack: Meetings, papers without an agenda, and the files with each
page marked public or not. What it does not know: the archive.

Three ways of handing in a meeting are the same here: one PDF with everything, an agenda with its papers as files of their
own, several of both. What is not known to be public is not public.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ratsassistent.oparl import AgendaItem, Meeting, Model, Page, PageRef, Paper, Public, ra_id
from ratsassistent.pack.agenda import Agenda, AgendaEntry, find_agenda
from ratsassistent.pack.annexes import missing_attachments
from ratsassistent.pack.pages import ReadFile
from ratsassistent.pack.papers import Cut, cut_sheets, loose_papers
from ratsassistent.pack.sheets import Sheet, sheets_of, unstamped

Key = tuple[str, int]  # file id, physical page


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
    agendas = [(read, agenda) for read in files if (agenda := find_agenda(read))]
    with_agenda = {read.file.id for read, _ in agendas}
    others = [read for read in files if read.file.id not in with_agenda]
    meetings: dict[str, Meeting] = {}
    marks: dict[Key, Public] = {}
    taken: set[Key] = set()
    for read, agenda in agendas:
        covered = set(agenda.pages)
        rest = [page.number for page in read.pages if page.number not in covered]
        sheets = sheets_of(read, rest, opens_file=False)
        for other in others:
            sheets.extend(sheet for sheet in sheets_of(other) if (other.file.id, sheet.page.number) not in taken)
        cut = cut_sheets(sheets, agenda)
        left = {key for key in cut.unassigned if key[0] == read.file.id}
        meeting = _meeting(read, agenda, cut, left)
        meetings[meeting.id] = _merged(meetings[meeting.id], meeting) if meeting.id in meetings else meeting
        _mark_agenda(marks, read, agenda)
        for key in left:
            marks[key] = True if all(item.public is True for item in meeting.agendaItem) else None
        for item in meeting.agendaItem:
            for key in _pages_of(item.papers):
                # A page handed in for two items is public only where both are.
                marks[key] = item.public if marks.get(key, item.public) is item.public else None
                taken.add(key)
    own: list[Sheet] = [
        sheet for read in others for sheet in sheets_of(read) if (read.file.id, sheet.page.number) not in taken
    ]
    loose = loose_papers(own, public)
    marks.update({(sheet.read.file.id, sheet.page.number): public for sheet in own})
    return Pack(
        meetings=tuple(meetings.values()),
        loose_papers=tuple(_united(loose)),
        files=tuple(_marked(read, marks) for read in handed_in),
    )


def _meeting(read: ReadFile, agenda: Agenda, cut: Cut, left: set[Key]) -> Meeting:
    if agenda.organization and agenda.start:
        own = ra_id("sitzung", agenda.organization, agenda.start[:10])
    else:
        own = ra_id("sitzung", read.file.sha256)
    items = []
    for entry, papers in zip(agenda.entries, cut.papers, strict=True):
        items.append(
            AgendaItem(
                id=ra_id("top", own, "ö" if entry.public else "n", entry.number or entry.order, entry.title),
                order=entry.order,
                number=entry.number,
                name=entry.title,
                public=entry.public,
                pages=_range(read, papers),
                papers=papers,
                missing_attachments=missing_attachments(papers),
            )
        )
    return Meeting(
        id=own,
        name=agenda.name,
        organization=agenda.organization,
        start=agenda.start,
        agendaItem=tuple(items),
        unassigned_pages=tuple(
            PageRef(file=read.file.name, file_id=read.file.id, page=page, reason="gehört zu keinem Tagesordnungspunkt")
            for _, page in sorted(left)
        ),
    )


def _range(read: ReadFile, papers: Sequence[Paper]) -> tuple[int, int] | None:
    """First and last page, where all the papers lie in the file of the agenda."""
    spans = [span for paper in papers for span in paper.files]
    if not spans or any(span.file_id != read.file.id for span in spans):
        return None
    return min(span.first for span in spans), max(span.last for span in spans)


def _merged(one: Meeting, two: Meeting) -> Meeting:
    """Two agendas of one meeting (an agenda and its Nachtrag): items that both have are kept once, with all papers."""
    items = {item.id: item for item in one.agendaItem}
    for item in two.agendaItem:
        known = items.get(item.id)
        if known is None:
            items[item.id] = item.model_copy(update={"order": len(items) + 1})
        else:
            papers = _united([*known.papers, *item.papers])
            items[item.id] = known.model_copy(update={"papers": tuple(papers), "pages": known.pages or item.pages})
    return one.model_copy(
        update={
            "agendaItem": tuple(items.values()),
            "unassigned_pages": one.unassigned_pages + two.unassigned_pages,
        }
    )


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
