"""A later agenda changes an earlier one: Nachtrag, Ergänzung, Neufassung.

What enters: Agendas or Meetings of one meeting, the earlier and the later one. What leaves: one of them, in which each
item is the item it was: it keeps its id, has the new number, and says which one it had before; withdrawn items stay and
say so; new ones stand in their place. What it does not know: files, the archive.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from ratsassistent.oparl import AgendaItem, Meeting, ra_id
from ratsassistent.pack.agendas.agenda import Agenda, AgendaEntry
from ratsassistent.pack.agendas.agenda_changes import is_supplement_name, supplement_rank
from ratsassistent.pack.agendas.agenda_merge import Line, merge
from ratsassistent.pack.agendas.agenda_numbers import number_path
from ratsassistent.pack.papers.heads import squeezed
from ratsassistent.pack.papers.references import reference_key


def apply(earlier: Agenda, later: Agenda) -> Agenda:
    """The agenda as it stands after `later`: a Nachtrag, a new edition, or the agenda of the other part of the meeting.

    Pages and scope are those of `earlier`; the `page` of an entry is the page in the file that it came from.
    """
    before, after = list(earlier.entries), list(later.entries)
    lines = merge(
        [_entry_line(entry, n, None) for n, entry in enumerate(before)],
        [_entry_line(entry, None, n) for n, entry in enumerate(after)],
        later.supplement,
    )
    entries: list[AgendaEntry] = []
    for order, line in enumerate(lines, 1):
        base = before[line.old] if line.old is not None else after[line.new or 0]
        entries.append(
            base.model_copy(
                update={
                    "order": order,
                    "number": line.number,
                    "title": line.title,
                    "public": line.public,
                    "references": line.references,
                    "formerly": line.formerly,
                    "withdrawn": line.withdrawn,
                }
            )
        )
    plain = later if earlier.supplement and not later.supplement else earlier
    return earlier.model_copy(
        update={
            "entries": tuple(entries),
            "organization": plain.organization or earlier.organization or later.organization,
            "name": plain.name,
            "start": plain.start or earlier.start or later.start,
            "supplement": earlier.supplement and later.supplement,
        }
    )


def merge_meetings(earlier: Meeting, later: Meeting) -> Meeting:
    """The meeting as it stands after `later`, which holds a Nachtrag, a new edition, or more papers of the meeting.

    Items keep the ids that they have in `earlier`. Papers of both are kept, each once, and of two editions of one paper
    (same id) that of `later`.
    """
    if is_supplement_name(earlier.name) and not is_supplement_name(later.name):
        return _merge_meetings(later, earlier, keep_ids_of=earlier)  # the Nachtrag was handed in before the agenda
    return _merge_meetings(earlier, later, keep_ids_of=earlier)


def _merge_meetings(base: Meeting, change: Meeting, keep_ids_of: Meeting) -> Meeting:
    before, after = list(base.agendaItem), list(change.agendaItem)
    lines = merge(
        [_item_line(item, n, None) for n, item in enumerate(before)],
        [_item_line(item, None, n) for n, item in enumerate(after)],
        is_supplement_name(change.name),
    )
    items: list[AgendaItem] = []
    taken: set[str] = set()
    held = {item.id for item in keep_ids_of.agendaItem}
    for order, line in enumerate(lines, 1):
        one = before[line.old] if line.old is not None else None
        two = after[line.new] if line.new is not None else None
        first, second = (two, one) if keep_ids_of is change else (one, two)
        item = first or second
        assert item is not None
        own = item.id
        if own in taken or (first is None and own in held):
            own = ra_id("top", own, line.title, str(line.public), len(taken))
        taken.add(own)
        items.append(
            item.model_copy(
                update={
                    "id": own,
                    "order": order,
                    "number": line.number,
                    "name": line.title,
                    "public": line.public,
                    "formerly": line.formerly,
                    "withdrawn": line.withdrawn,
                    **_contents(one, two),
                }
            )
        )
    kept = {page.model_dump_json(): page for page in (*base.unassigned_pages, *change.unassigned_pages)}
    held_pages = {
        (span.file_id, page)
        for item in items
        for paper in item.papers
        for span in paper.files
        for page in range(span.first, span.last + 1)
    }
    return base.model_copy(
        update={
            "id": keep_ids_of.id,
            "organization": base.organization or change.organization,
            "start": base.start or change.start,
            "agendaItem": tuple(items),
            "unassigned_pages": tuple(p for p in kept.values() if (p.file_id, p.page) not in held_pages),
            "file_ids": tuple(dict.fromkeys((*base.file_ids, *change.file_ids))),
            "oparl_id": base.oparl_id or change.oparl_id,
        }
    )


def _contents(one: AgendaItem | None, two: AgendaItem | None) -> dict[str, object]:
    """Papers and what else hangs on an item that both meetings have."""
    if one is None or two is None:
        return {}
    newer = {paper.id: paper for paper in two.papers}
    papers = [newer.pop(paper.id, paper) for paper in one.papers]
    papers.extend(newer.values())
    held = {missing.name: missing for missing in one.missing_attachments} if one.papers else {}
    held.update({missing.name: missing for missing in two.missing_attachments})
    if two.papers and {paper.id for paper in one.papers} <= {paper.id for paper in two.papers}:
        held = {missing.name: missing for missing in two.missing_attachments}
    return {
        "papers": tuple(papers),
        "pages": two.pages if two.pages and not one.pages else one.pages if not two.pages else two.pages,
        "missing_attachments": tuple(held.values()),
        "decisions": two.decisions or one.decisions,
        "oparl_id": one.oparl_id or two.oparl_id,
    }


def item_ids(meeting_id: str, entries: Sequence[AgendaEntry]) -> list[str]:
    """One lasting id for each entry: from its title, so that neither a new number nor a change of publicity alters it.

    Of several items with one title ("Verschiedenes", "Anfragen") the first has the plain id; the others are told apart
    by their Vorlage numbers, by the heading or item that they stand under, and at last by their order.
    """
    ids: list[str] = []
    seen: Counter[str] = Counter()
    for index, entry in enumerate(entries):
        title = squeezed(entry.title) or f"#{entry.number}"
        own = ra_id("top", meeting_id, title)
        if own in ids:
            keys = sorted(reference_key(reference) for reference in entry.references)
            own = ra_id("top", meeting_id, title, *(keys or [_above(entries, index)]))
        seen[own] += 1
        if own in ids:
            own = ra_id("top", meeting_id, title, own, seen[own])
        ids.append(own)
    return ids


def _above(entries: Sequence[AgendaEntry], index: int) -> str:
    """What an item stands under: the item whose number is the beginning of its own, or the last heading; else its part."""
    path = number_path(entries[index].number)
    for entry in reversed(entries[:index]):
        if entry.public is not entries[index].public:
            break
        above = number_path(entry.number)
        if entry.number is None or (above and len(above) < len(path) and path[: len(above)] == above):
            return squeezed(entry.title)
    return {True: "öffentlich", False: "nichtöffentlich", None: "unbekannt"}[entries[index].public]


def same_meeting(one: Agenda | Meeting, two: Agenda | Meeting) -> bool:
    """True where two agendas or meetings are of one Sitzung: the same day, and one body's name holds the other.

    The Nachtrag of a joint meeting may name one of the committees only.
    """
    if not one.start or not two.start or one.start[:10] != two.start[:10]:
        return False
    hours = one.start[11:], two.start[11:]
    same_name = squeezed(one.organization or "") == squeezed(two.organization or "")
    if all(hours) and hours[0] != hours[1] and not same_name:
        return False
    mine, theirs = _words(one.organization), _words(two.organization)
    return not mine or not theirs or mine <= theirs or theirs <= mine


def _words(name: str | None) -> set[str]:
    """The words of a body's name without what changes between two ways to say it ("des Rates", "Rat")."""
    words = re.findall(r"\w{3,}", (name or "").casefold())
    small = {"der", "des", "die", "für", "und", "zur", "vom", "von", "stadt", "gemeinde"}
    return {re.sub(r"(?<=[rtg])e?s$|(?<=ss)es$", "", word) for word in words if word not in small}


def grouped(agendas: Sequence[Agenda]) -> list[list[int]]:
    """Which agendas are of one meeting, as indexes: the agenda first, then the first Nachtrag, the second …"""
    groups: list[list[int]] = []
    for index, agenda in enumerate(agendas):
        # Against all of a group: a Nachtrag that names one committee must not tie two meetings of a day together
        group = next((g for g in groups if all(same_meeting(agendas[other], agenda) for other in g)), None)
        if group is None:
            groups.append([index])
        else:
            group.append(index)
    for group in groups:
        group.sort(key=lambda n: (supplement_rank(agendas[n].name), n))
    return groups


def _entry_line(entry: AgendaEntry, old: int | None, new: int | None) -> Line:
    return Line(entry.number, entry.title, entry.public, entry.references, entry.formerly, entry.withdrawn, old, new)


def _item_line(item: AgendaItem, old: int | None, new: int | None) -> Line:
    found = tuple(paper.reference for paper in item.papers if paper.reference)
    return Line(item.number, item.name, item.public, found, item.formerly, item.withdrawn, old, new)
