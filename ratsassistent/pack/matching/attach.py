"""A paper that is handed in later finds the meeting that is waiting for it.

What enters: one loose paper and the meetings held. What leaves: the meeting with the paper at its agenda item, or None.
What it does not know: the archive, files on disk.
"""

from __future__ import annotations

from collections.abc import Sequence

from ratsassistent.oparl import AgendaItem, Meeting, Paper
from ratsassistent.pack.matching.align import keys_in_name
from ratsassistent.pack.matching.folders import day_in_name, number_key
from ratsassistent.pack.papers.annexes import missing_attachments
from ratsassistent.pack.papers.heads import read_page_head, squeezed
from ratsassistent.pack.papers.references import find_key, reference_key

HEAD = 3000  # characters of a paper that are the head of its first page
_LEAST_TITLE = 12  # letters of a title that has to stand in the paper's name


def attach(loose: Paper, meetings: Sequence[Meeting]) -> Meeting | None:
    """The one meeting that a paper belongs to, with the paper at its agenda item; None where that is not sure.

    An item that names the paper's number waits for it. Without a number the paper has to say the day of the meeting (in its
    Beratungsfolge or the name of its file), and the number or the title of the item. A paper that is there already is
    replaced by the later one. A paper is never more public than its item; one that says it is confidential stays so.

    :return: a copy of the meeting; the given one is left as it is.
    """
    found = [(m, n) for m in meetings for n, item in enumerate(m.agendaItem) if _waits(item, loose)]
    if len(found) > 1:  # a paper goes through several bodies: its way and its files say which meeting is meant
        found = [(m, n) for m, n in found if _on_its_way(m, loose)]
    if not found:
        found = [
            (m, n)
            for m in meetings
            if _on_its_way(m, loose)
            for n, item in enumerate(m.agendaItem)
            if _is_named(item, m, loose)
        ]
    if len(found) != 1:
        return None
    meeting, at = found[0]
    items = list(meeting.agendaItem)
    items[at] = _with_paper(items[at], loose)
    gone = {(span.file_id, page) for span in loose.files for page in range(span.first, span.last + 1)}
    return meeting.model_copy(
        update={
            "agendaItem": tuple(items),
            "unassigned_pages": tuple(p for p in meeting.unassigned_pages if (p.file_id, p.page) not in gone),
        }
    )


def _waits(item: AgendaItem, loose: Paper) -> bool:
    """True where an item has a paper of this number, with or without pages.

    An annex that comes alone has the number of its paper at its head or in the name of its file.
    """
    keys = {reference_key(paper.reference) for paper in item.papers if paper.reference}
    if loose.reference:
        return find_key(reference_key(loose.reference), keys) is not None
    printed = read_page_head(loose.text.text[:HEAD]).references
    if any(find_key(reference_key(reference), keys) for reference in printed):
        return True
    return any(keys_in_name(span.name.rpartition("/")[2], keys) & keys for span in loose.files)


def _days(loose: Paper) -> set[str]:
    """The days that a paper's Beratungsfolge and the names of its files give."""
    days = {consultation.date.isoformat() for consultation in loose.consultations if consultation.date}
    return days | {day for span in loose.files if (day := day_in_name(span.name))}


def _on_its_way(meeting: Meeting, loose: Paper) -> bool:
    return meeting.start is not None and meeting.start[:10] in _days(loose)


def _is_named(item: AgendaItem, meeting: Meeting, loose: Paper) -> bool:
    """True where the paper gives the item's number for that day, or has its title."""
    day = (meeting.start or "")[:10]
    numbers = {
        number_key(consultation.number)
        for consultation in loose.consultations
        if consultation.number and consultation.date and consultation.date.isoformat() == day
    }
    same_part = (
        sum(number_key(other.number or "") == number_key(item.number or "") for other in meeting.agendaItem) == 1
    )
    if item.number and same_part and number_key(item.number) in numbers:
        return True
    title, name = squeezed(item.name), squeezed(loose.name)
    return min(len(title), len(name)) >= _LEAST_TITLE and (title in name or name in title)


def _with_paper(item: AgendaItem, loose: Paper) -> AgendaItem:
    """An item with a paper in the place of the one that only its number stood for."""
    public = False if loose.public is False else item.public
    paper = loose.model_copy(update={"public": public})
    papers = list(item.papers)
    at = next((n for n, known in enumerate(papers) if _same(known, loose)), None)
    if at is None:
        papers.append(paper)
    else:
        papers[at] = paper
    return item.model_copy(update={"papers": tuple(papers), "missing_attachments": missing_attachments(papers)})


def _same(known: Paper, loose: Paper) -> bool:
    if known.id == loose.id:
        return True
    if not known.reference or not loose.reference or all(part.kind in {"annex", "drawing"} for part in loose.parts):
        return False
    return find_key(reference_key(loose.reference), [reference_key(known.reference)]) is not None
