"""Minutes of a meeting: what was decided on each item, and the meeting that they belong to.

What enters: a ReadFile. What leaves: Minutes with their entries and decisions, or None for anything else; and meetings that
carry the decisions. What it does not know: the archive, how packs are cut.

Minutes also are something to read: each item of them is a Paper of the type "Niederschrift" at the agenda item, so that it is
searched and cited like any paper.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ratsassistent.oparl import (
    AgendaItem,
    Decision,
    File,
    FileSpan,
    Meeting,
    Model,
    PagedText,
    PageRef,
    PageStart,
    Paper,
    Part,
    Public,
    ra_id,
)
from ratsassistent.pack.agendas import nachtrag
from ratsassistent.pack.files.pages import ReadFile
from ratsassistent.pack.minutes.minutes_decisions import decisions, is_formal
from ratsassistent.pack.minutes.minutes_head import read_minutes_head
from ratsassistent.pack.minutes.minutes_items import MinutesItem, find_items
from ratsassistent.pack.papers.heads import is_running_line, squeezed
from ratsassistent.pack.papers.references import reference_key
from ratsassistent.pack.papers.running import running_lines

TYPE = "Niederschrift"
NO_ITEM = "gehört zu keinem Tagesordnungspunkt"
OPENING = "Eröffnung der Sitzung"
LIKE = 0.62  # share of a title's letters, in triples, that two titles of one item have in common
_PAGE_MARK = re.compile(r"^\s*(?:[–—-]\s*\d{1,3}\s*[–—-]|--\s*\d{1,4} of \d{1,4}\s*--)\s*$")  # in texts without pages
_OPENING_ITEM = re.compile(
    r"(?i)eröffnung|begrüßung|begrüssung|feststellung der|tagesordnung|formalia|regularien|traktandenliste"
)


class MinutesEntry(Model):
    """What minutes say on one item. `first`, `last`: physical pages; `start`, `end`: characters of the Minutes' text.

    `joint`: one heading named several items ("TOP 2 und 3"); each of them has an entry with the same text and decisions.
    """

    number: str | None
    title: str
    public: Public
    references: tuple[str, ...] = ()
    first: int
    last: int
    start: int
    end: int
    decisions: tuple[Decision, ...] = ()
    joint: bool = False


class Minutes(Model):
    """The minutes of one meeting. `kind` as printed ("Niederschrift"); `extract`: they hold one item only."""

    file: File
    kind: str
    organization: str | None
    name: str
    start: str | None
    public: Public
    extract: bool
    entries: tuple[MinutesEntry, ...]
    text: PagedText


def read_minutes(read: ReadFile) -> Minutes | None:
    """The minutes that a file holds, or None where it holds something else (an agenda, a Vorlage, an annex).

    :param read: all pages of the file, or those of a pack that are one document.
    """
    head = read_minutes_head(read.pages)
    if head is None:
        return None
    text = _paged(read)
    found = find_items(text.text, head.public)
    formal = is_formal(text.text)
    entries = []
    first = found[0].start if found else len(text.text)
    begun = decisions(text, 0, first, formal) if found else ()
    if begun:
        entries.append(_entry(text, None, OPENING, head.public, (), 0, first, begun))
    told = [decisions(text, item.body, item.end, formal) for item in found]
    for place in range(len(found) - 2, -1, -1):
        if not told[place] and _heads_with(text.text, found[place], found[place + 1]):
            told[place] = told[place + 1]
    for place, (item, made) in enumerate(zip(found, told, strict=True)):
        joint = bool(made) and made in (*told[max(0, place - 1) : place], *told[place + 1 : place + 2])
        entry = _entry(text, item.number, item.title, item.public, item.references, item.start, item.end, made)
        for number in (item.number, *item.also):
            entries.append(entry.model_copy(update={"number": number, "joint": joint or bool(item.also)}))
    if not found:
        title = _subject(text.text) or head.kind
        entries.append(_entry(text, None, title, head.public, (), 0, first, decisions(text, 0, first, formal)))
    return Minutes(
        file=read.file,
        kind=head.kind,
        organization=head.organization,
        name=head.name,
        start=head.start,
        public=head.public,
        extract=head.extract or _is_extract(text.text, len(found)),
        entries=tuple(entries),
        text=text,
    )


def _heads_with(text: str, item: MinutesItem, below: MinutesItem) -> bool:
    """True for a heading that stands with the next one above what was decided on both ("Punkt 4:", "Punkt 4.1:")."""
    if item.path[:1] != below.path[:1] or not item.path:
        return False
    lines = [line.strip() for line in text[item.body : item.end].split("\n") if line.strip()]
    return len(lines) <= 6 and all(len(line) < 160 and not line.endswith((".", "!", "?")) for line in lines)


def with_minutes(meetings: Sequence[Meeting], minutes: Minutes) -> tuple[Meeting, ...]:
    """The meetings with the decisions of minutes on the items of the meeting that they belong to.

    Items are matched by title and number, the title deciding. An item that only the minutes have (an urgent motion) is added
    where something was decided on it. Where no meeting of that body and day is among `meetings`, one is made from the minutes.
    """
    fitting = [i for i, meeting in enumerate(meetings) if same_meeting(minutes, meeting.organization, meeting.start)]
    if len(fitting) == 1 or (fitting and minutes.organization):
        at = fitting[0]
        return (*meetings[:at], _filled(meetings[at], minutes), *meetings[at + 1 :])
    return (*meetings, _own_meeting(minutes))


def entries_of(item: AgendaItem, minutes: Minutes) -> tuple[MinutesEntry, ...]:
    """What minutes of the meeting say on one of its items; an extract with a single entry is about the item it came with."""
    fitting = [entry for entry in minutes.entries if _places([item], [entry]) == [0] and entry.title != OPENING]
    numbered = [
        entry for entry in fitting if entry.number and item.number and _bare(entry.number) == _bare(item.number)
    ]
    if not fitting and minutes.extract:
        fitting = [entry for entry in minutes.entries if entry.title != OPENING or len(minutes.entries) == 1][:1]
    return tuple(numbered or fitting)


def same_meeting(minutes: Minutes, organization: str | None, start: str | None) -> bool:
    """True where minutes are those of the meeting of a body on a day."""
    if not minutes.start or not start:
        return False
    # Without the hours: minutes tell when the meeting began, the agenda when it was to begin
    mine, theirs = (
        Meeting(id="", name="", organization=body, start=day[:10], agendaItem=())
        for body, day in ((minutes.organization, minutes.start), (organization, start))
    )
    return nachtrag.same_meeting(mine, theirs)


def _paged(read: ReadFile) -> PagedText:
    """The running text without running heads, feet and page numbers."""
    running = running_lines([page.text for page in read.pages])
    text, starts = "", []
    for page, drop in zip(read.pages, running, strict=True):
        lines = page.text.split("\n")
        filled = [i for i, line in enumerate(lines) if line.strip()]
        edges = {*filled[:1], *filled[-1:]}
        kept = [
            line
            for i, line in enumerate(lines)
            if i not in drop
            and not _PAGE_MARK.match(line)
            and not (i in edges and (is_running_line(line) or _counts(line, page.number)))
        ]
        starts.append(PageStart(offset=len(text), file_id=read.file.id, file=read.file.name, page=page.number))
        text += "\n".join(kept).strip("\n") + "\n"
    return PagedText(text=text, starts=tuple(starts))


def _counts(line: str, number: int) -> bool:
    """True for a bare page number on the edge of a page; a cover may not be counted."""
    found = re.fullmatch(r"\W{0,3}(\d{1,4})\W{0,3}", line.strip())
    return bool(found and abs(int(found[1]) - number) <= 3 and not re.search(r"[.)]", line))


def _entry(
    text: PagedText,
    number: str | None,
    title: str,
    public: Public,
    references: tuple[str, ...],
    start: int,
    end: int,
    made: tuple[Decision, ...],
) -> MinutesEntry:
    filled = max(start + len(text.text[start:end].rstrip()), start + 1)
    return MinutesEntry(
        number=number,
        title=title,
        public=public,
        references=references,
        first=text.at(start).page or 1,
        last=text.at(filled - 1).page or 1,
        start=start,
        end=filled,
        decisions=made,
    )


def _subject(text: str) -> str | None:
    """What an extract is about, where it has no numbered heading."""
    found = re.search(
        r"(?m)^\W*(?:Betreff|Betrifft|Gegenstand|Beratungsgegenstand|Titel|Thema)\s*:\s*(\S.{3,200})$", text
    )
    return " ".join(found[1].split()) if found else None


def _is_extract(text: str, items: int) -> bool:
    return items == 1 and len(text) < 30_000 and not re.search(r"(?m)^\W*(?:TOP|Punkt)\s*[12]\b.{3,}$\n", text)


def _own_meeting(minutes: Minutes) -> Meeting:
    """A meeting of which only the minutes came in."""
    if minutes.organization and minutes.start:
        own = ra_id("sitzung", minutes.organization, minutes.start[:10])
    else:
        own = ra_id("sitzung", minutes.file.sha256)
    items = [_item(own, order, entry, minutes) for order, entry in enumerate(minutes.entries, 1)]
    return Meeting(
        id=own,
        name=minutes.name,
        organization=minutes.organization,
        start=minutes.start,
        agendaItem=tuple(items),
        unassigned_pages=_left_over((), items, minutes),
        file_ids=(minutes.file.id,),
    )


def _left_over(known: Sequence[PageRef], items: Sequence[AgendaItem], minutes: Minutes) -> tuple[PageRef, ...]:
    """The pages without a place, those of the minutes among them: a cover, who was present."""
    spans = [span for item in items for paper in item.papers for span in paper.files if span.file_id == minutes.file.id]
    placed = {page for span in spans for page in range(span.first, span.last + 1)}
    others = [ref for ref in known if ref.file_id != minutes.file.id]
    pages = {start.page for start in minutes.text.starts if start.page is not None} - placed
    return (
        *others,
        *(
            PageRef(
                file=minutes.file.name,
                file_id=minutes.file.id,
                page=page,
                reason=NO_ITEM,
            )
            for page in sorted(pages)
        ),
    )


def _item(meeting: str, order: int, entry: MinutesEntry, minutes: Minutes) -> AgendaItem:
    own = ra_id("top", meeting, "ö" if entry.public else "n", entry.number or order, entry.title)
    return AgendaItem(
        id=own,
        order=order,
        number=entry.number,
        name=entry.title,
        public=entry.public,
        pages=(entry.first, entry.last),
        papers=(_paper(entry, minutes, entry.public),),
        decisions=entry.decisions,
    )


def _paper(entry: MinutesEntry, minutes: Minutes, public: Public) -> Paper:
    """What the minutes say on an item, as a paper to read and search."""
    words = minutes.text.text[entry.start : entry.end]
    starts = [
        place.model_copy(update={"offset": max(0, place.offset - entry.start)})
        for place in minutes.text.between(entry.start, entry.end)
    ]
    return Paper(
        id=ra_id("vorlage", minutes.file.sha256, "niederschrift", entry.number or "", entry.title, entry.start),
        reference=None,
        name=f"{minutes.kind}: {entry.title}",
        paperType=TYPE,
        files=(FileSpan(file_id=minutes.file.id, name=minutes.file.name, first=entry.first, last=entry.last),),
        text=PagedText(text=words, starts=tuple(starts)),
        parts=(Part(kind="text", heading=None, start=0, end=len(words)),),
        public=public,
    )


def _filled(meeting: Meeting, minutes: Minutes) -> Meeting:
    """A meeting with what its minutes say on each item."""
    items = list(meeting.agendaItem)
    places = _places(items, minutes.entries)
    for entry, at in zip(minutes.entries, places, strict=True):
        if at is None:
            shared = entry.joint and any(
                there is not None and other.start == entry.start
                for other, there in zip(minutes.entries, places, strict=True)
            )
            if shared and not _only_minutes(meeting):
                continue  # the item beside it has the text already
            if (entry.decisions and entry.title != OPENING) or _only_minutes(meeting):
                items.append(_item(meeting.id, len(items) + 1, entry, minutes))
            continue
        item = items[at]
        public = item.public if item.public is entry.public or entry.public is None else None
        paper = _paper(entry, minutes, item.public if public is item.public else None)
        papers = [known for known in item.papers if known.id != paper.id]
        made = [known for known in item.decisions if known not in entry.decisions]
        items[at] = item.model_copy(update={"papers": (*papers, paper), "decisions": (*made, *entry.decisions)})
    return meeting.model_copy(
        update={
            "agendaItem": tuple(items),
            "start": _finer(meeting.start, minutes.start),
            "unassigned_pages": _left_over(meeting.unassigned_pages, items, minutes),
            "file_ids": tuple(dict.fromkeys((*meeting.file_ids, minutes.file.id))),
        }
    )


def _only_minutes(meeting: Meeting) -> bool:
    """True for a meeting of which no agenda came in, only minutes (a file for each item, maybe)."""
    return all(paper.paperType == TYPE for item in meeting.agendaItem for paper in item.papers) and all(
        item.papers for item in meeting.agendaItem
    )


def _finer(one: str | None, two: str | None) -> str | None:
    """Of two times of the same day the one with an hour."""
    return one if not two or (one and len(one) >= len(two)) else two


def _places(items: Sequence[AgendaItem], entries: Sequence[MinutesEntry]) -> list[int | None]:
    """For each entry the item that it is about: the likest title first, the number where titles say nothing."""
    scored = []
    names = [_triples(item.name) for item in items]
    papers = [{reference_key(paper.reference) for paper in item.papers if paper.reference} for item in items]
    for i, entry in enumerate(entries):
        title = _triples(entry.title)
        references = {reference_key(reference) for reference in entry.references}
        for j, item in enumerate(items):
            score = _likeness(title, names[j])
            same = bool(entry.number and item.number and _bare(entry.number) == _bare(item.number))
            shared = not references.isdisjoint(papers[j])
            apart = entry.public is not None and item.public is not None and entry.public is not item.public
            if entry.title == OPENING:
                score = LIKE if _OPENING_ITEM.search(item.name) else 0.0
            if score >= LIKE or shared or (same and not apart and (score >= 0.25 or entry.joint)):
                scored.append((score + 0.3 * same + 0.5 * shared - 0.3 * apart, -abs(i - j), i, j))
    out: list[int | None] = [None] * len(entries)
    taken: dict[int, int] = {}
    for _, _, i, j in sorted(scored, reverse=True):
        # A second heading on an item already found ("Punkt 7.1" of a motion to it) may share it only by its number.
        if out[i] is None and j not in taken:
            out[i] = j
            taken[j] = i
    return out


def _bare(number: str) -> str:
    return re.sub(r"(?i)^(?:TOP|NÖ|N|Ö|§)\s*", "", number).strip(" .").casefold()


def _triples(title: str) -> tuple[str, set[str]]:
    """The letters and digits of a title, and its triples of them."""
    key = squeezed(title)
    return key, {key[i : i + 3] for i in range(max(1, len(key) - 2))}


def _likeness(one: tuple[str, set[str]], two: tuple[str, set[str]]) -> float:
    """How much two titles share, 0 to 1: of the letter triples of the shorter, the part that the longer has too.

    A cut-off title is like the whole one. The overlap coefficient of triples (Szymkiewicz-Simpson).
    """
    if not one[0] or not two[0]:
        return 0.0
    if one[0] == two[0]:
        return 1.0
    small, large = sorted((one[1], two[1]), key=len)
    overlap = len(small & large) / len(small)
    return overlap if len(small) >= 8 else overlap * 0.6
