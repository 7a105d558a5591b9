"""What persons correct of where papers belong and what is public: named, kept, listed, taken back.

What enters: an opened Workspace; a meeting, and in it an item, a paper or pages, as a person names them. What leaves:
Corrections, each with what it is about in words, and what became of it.
What it does not know: how a correction gets into the archives (`correcting`), commands, the page.

A correction is kept with the non-public material: what it hides must leave no trace elsewhere.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import PurePosixPath

from ratsassistent import correcting, held, register
from ratsassistent.archive.corrections_table import Corrections
from ratsassistent.errors import Ambiguous, InputError, NotFound
from ratsassistent.oparl import AgendaItem, Meeting, Paper, ra_id
from ratsassistent.pack.matching.corrected import Correction, Effect, Found, Kind, PageMark, Scope
from ratsassistent.pack.matching.corrections import Laid, is_open
from ratsassistent.pack.papers.cutting import Key, pages_of
from ratsassistent.pack.papers.references import reference_key
from ratsassistent.searching import read_meaning
from ratsassistent.workspace import Workspace

NOWHERE = ("keinem", "kein", "keiner", "ohne")  # what a person calls no agenda item


@dataclass(frozen=True, slots=True)
class Place:
    """What a person means: an item (`top` alone), a paper (by number or id), a file or pages of one."""

    top: str | None = None
    paper: str | None = None
    file: str | None = None
    pages: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """A correction in words. `pages`: (file, first, last); `also_public`: other meetings that show the paper to all."""

    correction: Correction
    meeting: str
    item: str | None = None
    target: str | None = None
    paper: str | None = None
    pages: tuple[tuple[str, int, int], ...] = ()
    effect: Effect = "applied"
    also_public: tuple[str, ...] = ()


def correct(
    ws: Workspace,
    wanted: str,
    place: Place,
    *,
    to: str | None = None,
    public: bool | None = None,
) -> Standing:
    """Keep what a person says, and let everything show it: papers, search, briefings, register, files.

    :param to: the agenda item where it belongs, or one of `NOWHERE`.
    :param public: True: it is public after all; False: it is not.
    :raises NotFound: there is no such meeting, item, paper, file or page. :raises Ambiguous: there are several.
    :raises InputError: it says nothing, or nothing new.
    """
    if (to is None) == (public is None):
        raise InputError("Bitte genau eines angeben: zu welchem Punkt es gehört, oder ob es öffentlich ist.")
    with correcting.alone(ws):
        correcting.put_in_order(ws)  # what a crash interrupted
        return _correct(ws, wanted, place, to, public)


def _correct(ws: Workspace, wanted: str, place: Place, to: str | None, public: bool | None) -> Standing:
    meeting = held.wanted_meeting(ws, wanted)
    record = correcting.record(ws, meeting.id)
    assert record is not None
    kind: Kind = "move" if to is not None else "open" if public else "close"
    scope, item, paper, keys = _meant(ws, meeting, record, place)
    if kind == "move" and scope == "item":
        raise InputError("Bitte mit der Vorlage oder mit Datei und Seiten angeben, was zu einem anderen Punkt gehört.")
    target = None if to is None or to.strip().casefold() in NOWHERE else held.wanted_item(meeting, to)
    _refuse_nothing_new(meeting, kind, scope, item, paper, keys, target, to)
    table = Corrections(ws.nonpublic)
    now = dt.datetime.now(dt.UTC)
    if known := table.all():  # clocks go back, and may stand still
        now = max(now, known[-1].written + dt.timedelta(microseconds=1))
    papers = {key: p.id for i in meeting.agendaItem for p in i.papers for key in pages_of([p])}
    made = Correction(
        id=ra_id("korrektur", meeting.id, now.isoformat(), uuid.uuid4().hex),
        meeting_id=meeting.id,
        kind=kind,
        scope=scope,
        item_id=item.id if item and scope != "pages" else None,
        paper_id=paper.id if paper and scope == "paper" else None,
        target=target.id if target else None,
        pages=tuple(PageMark(file_id=key[0], page=key[1], paper_id=papers.get(key)) for key in keys),
        files=tuple(dict.fromkeys(page.file_id for page in record.pages)),
        author=ws.settings.name,
        written=now,
    )
    table.begin(record)
    table.add(made)
    laid = _put_in_order(ws, correcting.concerned(ws, [made]))
    return _standing(ws, made, laid.get(meeting.id))


def bring_back(ws: Workspace, closings: Iterable[Correction]) -> int:
    """Keep corrections that an archive does not have: what persons said is not public, after the backup it was restored from.

    :param closings: those of meetings that are not held are left out.
    :returns: how many there were.
    """
    with correcting.alone(ws):
        table = Corrections(ws.nonpublic)
        known = {one.id for one in table.all()}
        new = []
        for one in closings:
            record = correcting.record(ws, one.meeting_id)
            if one.id not in known and record is not None:
                table.begin(record)
                table.add(one)
                new.append(one)
        if new:
            _put_in_order(ws, correcting.concerned(ws, new))
        return len(new)


def withdraw(ws: Workspace, correction_id: str) -> Standing:
    """Take a correction back: all is as if it had never been made.

    :raises NotFound: there is none of this id.
    """
    with correcting.alone(ws):
        return _withdraw(ws, correction_id)


def _withdraw(ws: Workspace, correction_id: str) -> Standing:
    table = Corrections(ws.nonpublic)
    gone = next((one for one in table.all() if one.id == correction_id), None)
    if gone is None:
        raise NotFound(f"Eine Korrektur „{correction_id}“ ist nicht vorhanden; die Kennungen zeigt „korrekturen“.")
    told = _standing(ws, gone, None)
    meetings = correcting.concerned(ws, [gone])
    for meeting_id in meetings:
        if (record := table.found(meeting_id)) is not None:
            table.begin(record)
    table.withdraw(gone.id)
    _put_in_order(ws, meetings)
    return told


def corrections(ws: Workspace, wanted: str) -> tuple[Standing, ...]:
    """What persons corrected of a meeting, the oldest first.

    :raises NotFound: there is no such meeting. :raises Ambiguous: there are several.
    """
    meeting = held.wanted_meeting(ws, wanted)
    table = Corrections(ws.nonpublic)
    mine = [one for one in table.all() if one.meeting_id == meeting.id]
    record = table.found(meeting.id) if mine else None
    if record is None:
        return ()
    laid = correcting.as_corrected(ws, record, correcting.relevant(table.all(), record))
    return tuple(_standing(ws, one, laid, record) for one in mine)


def about(ws: Workspace, meeting_id: str, item: AgendaItem) -> tuple[Standing, ...]:
    """What persons corrected of one item: what was moved from it or to it, what of it they said is public or not.

    Whether each still does what was said is not looked into.
    """
    table = Corrections(ws.nonpublic)
    papers = {paper.id for paper in item.papers}
    mine = [
        one
        for one in table.all()
        if one.meeting_id == meeting_id
        and (item.id in (one.item_id, one.target) or any(mark.paper_id in papers for mark in one.pages))
    ]
    record = table.found(meeting_id) if mine else None
    return tuple(_standing(ws, one, None, record) for one in mine)


def count(ws: Workspace, meeting_id: str) -> int:
    """How many corrections of a meeting are kept."""
    return sum(one.meeting_id == meeting_id for one in Corrections(ws.nonpublic).all())


def put_in_order(ws: Workspace) -> None:
    """Finish what a crash interrupted."""
    if Corrections(ws.nonpublic).unfinished():
        with correcting.alone(ws):
            _put_in_order(ws, None)


def forget(ws: Workspace, gone: Iterable[str]) -> None:
    """Delete what was corrected of meetings that were deleted; `gone` is what `Store.delete_meeting` returned."""
    Corrections(ws.nonpublic).forget(gone)


def _put_in_order(ws: Workspace, meetings: Sequence[str] | None) -> dict[str, Laid]:
    laid = correcting.put_in_order(ws, meetings)
    read_meaning(ws)
    register.bring_up_to_date(ws)
    return laid


# --- what is meant


def _meant(
    ws: Workspace, meeting: Meeting, record: Found, place: Place
) -> tuple[Scope, AgendaItem | None, Paper | None, list[Key]]:
    item = held.wanted_item(meeting, place.top) if place.top else None
    if place.paper:
        at, paper = _paper(meeting, place.paper, item)
        own = pages_of([paper])
        if place.pages is None and place.file is None:
            return "paper", at, paper, own
        files = {(span.name, span.file_id) for span in paper.files}
        if place.pages and not place.file:  # of several files the one that has these pages of the paper
            wanted = range(place.pages[0], place.pages[1] + 1)
            files = {one for one in files if all((one[1], page) in own for page in wanted)} or files
        keys = _in_file(record, files, place)
        outside = [key for key in keys if key not in own]
        if outside:
            spans = ", ".join(_range(span.first, span.last) for span in paper.files if span.last >= span.first)
            raise InputError(f"Zu dieser Vorlage gehören nur die {spans}; S. {outside[0][1]} ist nicht dabei.")
        return ("paper" if set(keys) == set(own) else "pages"), at, paper, keys
    if place.file or place.pages:
        known = (store.file(file_id) for file_id in {page.file_id for page in record.pages} for store in ws.stores)
        names = {(file.name, file.id) for file in known if file is not None}
        return "pages", item, None, _in_file(record, names, place)
    if item is None:
        raise InputError("Bitte angeben, worum es geht: einen Punkt, eine Vorlage, oder eine Datei mit Seiten.")
    return "item", item, None, pages_of(item.papers)


def _paper(meeting: Meeting, wanted: str, item: AgendaItem | None) -> tuple[AgendaItem, Paper]:
    key = reference_key(wanted)
    found = [
        (at, paper)
        for at in meeting.agendaItem
        for paper in at.papers
        if (item is None or at.id == item.id)
        and (
            wanted in (paper.id, paper.oparl_id) or (paper.reference and key and reference_key(paper.reference) == key)
        )
    ]
    if not found:
        where = f" zu {item.title}" if item else ""
        raise NotFound(f"Eine Vorlage „{wanted}“ gibt es in dieser Sitzung{where} nicht.")
    if len(found) > 1:
        lines = [f"{paper.id}  {at.title}: {paper.name}" for at, paper in found]
        raise Ambiguous(
            f"Die Vorlage „{wanted}“ gibt es in dieser Sitzung mehrmals; bitte mit dem Punkt angeben.", lines
        )
    return found[0]


def _in_file(record: Found, files: Collection[tuple[str, str]], place: Place) -> list[Key]:
    """The pages of the file that is meant: by id, name, or the end of its path; the only one needs no name.

    :param files: names and ids of the files that can be meant.
    """
    held_pages = sorted((page.file_id, page.page) for page in record.pages)
    known = {file_id for file_id, _ in held_pages}
    files = [(name, file_id) for name, file_id in files if file_id in known]
    wanted = place.file
    if wanted is None:
        found = {file_id for _, file_id in files}
    else:
        found = {file_id for name, file_id in files if wanted in (name, file_id)}
        folded = _folded(wanted)
        found = found or {file_id for name, file_id in files if _folded(PurePosixPath(name).name) == folded}
    if not found:
        raise NotFound(f"Eine Datei „{wanted}“ gibt es hier nicht." if wanted else "Hierzu gibt es keine Datei.")
    if len(found) > 1:
        lines = sorted(f"{file_id}  {name}" for name, file_id in files if file_id in found)
        raise Ambiguous("Das gibt es in mehreren Dateien; bitte auch die Datei wählen, die gemeint ist.", lines)
    (file_id,) = found
    pages = [page for key, page in held_pages if key == file_id]
    if place.pages is None:
        return [(file_id, page) for page in pages]
    first, last = place.pages
    if first < 1 or first > last:
        raise InputError(f"„{first}–{last}“ ist kein Bereich von Seiten; bitte von der kleineren zur größeren angeben.")
    if last > pages[-1]:
        name = next(name for name, key in files if key == file_id)
        what = "1 Seite" if len(pages) == 1 else f"{pages[-1]} Seiten"
        raise InputError(f"„{name}“ hat nur {what}; {_range(first, last)} gibt es darin nicht.")
    return [(file_id, page) for page in pages if first <= page <= last]


def _folded(name: str) -> str:
    return name.casefold().removesuffix(".pdf")


def _refuse_nothing_new(
    meeting: Meeting,
    kind: Kind,
    scope: Scope,
    item: AgendaItem | None,
    paper: Paper | None,
    keys: Sequence[Key],
    target: AgendaItem | None,
    to: str | None,
) -> None:
    placed = [(i, p) for i in meeting.agendaItem for p in i.papers if (p is paper) or set(pages_of([p])) & set(keys)]
    if kind == "move":
        if target is not None and placed and all(i.id == target.id for i, _ in placed):
            raise InputError(f"Das gehört schon zu {target.title}.")
        if target is None and not placed:
            raise InputError("Das gehört schon zu keinem Tagesordnungspunkt.")
        return
    if scope == "item" and item is not None:
        if kind == "open" and item.public is True and all(is_open(item, p) for p in item.papers):
            raise InputError(f"{item.title} ist schon öffentlich.")
        if kind == "close" and item.public is False:
            raise InputError(f"{item.title} ist schon nichtöffentlich.")
        return
    shut = [i for i, _ in placed if i.public is not True]
    if kind == "open" and shut:
        raise InputError(
            f"{shut[0].title} ist nicht öffentlich, darum kann es auch seine Unterlage nicht sein. "
            "Bitte zuerst den ganzen Punkt als öffentlich angeben."
        )
    if placed and kind == "open" and all(is_open(i, p) for i, p in placed):
        raise InputError("Das ist schon öffentlich.")
    if placed and kind == "close" and not any(is_open(i, p) for i, p in placed):
        raise InputError("Das ist schon nichtöffentlich.")


# --- in words


def _standing(ws: Workspace, one: Correction, laid: Laid | None, record: Found | None = None) -> Standing:
    record = record or Corrections(ws.nonpublic).found(one.meeting_id) or correcting.record(ws, one.meeting_id)
    meeting = record.meeting if record else None
    items = {item.id: item.title for item in meeting.agendaItem} if meeting else {}
    papers = {p.id: p for item in meeting.agendaItem for p in item.papers} if meeting else {}
    named = papers.get(one.paper_id or "")
    names: dict[str, str] = {}
    for mark in one.pages:
        if mark.file_id not in names:
            file = next((f for store in ws.stores if (f := store.file(mark.file_id))), None)
            names[mark.file_id] = file.name if file else "Datei"
    return Standing(
        correction=one,
        meeting=meeting.name if meeting else "",
        item=items.get(one.item_id or ""),
        target=items.get(one.target or ""),
        paper=" ".join(filter(None, (named.paperType, named.reference, named.name))) if named else None,
        pages=tuple((names[file_id], first, last) for file_id, first, last in _runs(one.pages)),
        effect=laid.effects.get(one.id, "applied") if laid else "applied",
        also_public=_elsewhere(ws, one) if one.kind == "close" and one.scope == "paper" else (),
    )


def _elsewhere(ws: Workspace, one: Correction) -> tuple[str, ...]:
    """The other meetings that show the same paper to all."""
    return tuple(
        meeting.name
        for meeting in held.meetings(ws, with_text=False)
        if meeting.id != one.meeting_id
        and any(p.id == one.paper_id and p.files and is_open(i, p) for i in meeting.agendaItem for p in i.papers)
    )


def _runs(marks: Sequence[PageMark]) -> list[tuple[str, int, int]]:
    """Pages as runs: (file id, first, last)."""
    keys = sorted({(mark.file_id, mark.page) for mark in marks})
    out = []
    for (file_id, _), run in groupby(enumerate(keys), key=lambda pair: (pair[1][0], pair[1][1] - pair[0])):
        pages = [key[1] for _, key in run]
        out.append((file_id, pages[0], pages[-1]))
    return out


def _range(first: int, last: int) -> str:
    return f"S. {first}" if first == last else f"S. {first}–{last}"
