"""Corrections get into both archives: what a person said is laid over what the program found, and kept where it belongs.

What enters: an opened Workspace, a meeting whose corrections changed or that was taken in again. What leaves: both
archives hold the meeting as corrected; the meeting as it was found is kept beside it.
What it does not know: how a person names what is meant (`corrections`), how files are read.

What is shown is always what was found with all corrections laid over it anew. So taking one back is the same as never
having made it, and a pack that comes again cannot undo what a person said. What leaves the public archive is first
written into the other one; a crash in between is made good by `put_in_order`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from ratsassistent import held, temporary
from ratsassistent.archive import moving, replacing
from ratsassistent.archive.corrections_table import Corrections
from ratsassistent.archive.editions import LOOSE
from ratsassistent.archive.replacing import Share
from ratsassistent.oparl import AgendaItem, File, Meeting, Page, Paper, Public
from ratsassistent.pack.files.isolated import Children
from ratsassistent.pack.files.reading import public_copy_safely
from ratsassistent.pack.matching.corrected import Correction, Edition, Found, FoundPage
from ratsassistent.pack.matching.corrections import Laid, lay_over
from ratsassistent.pack.papers.cutting import Key, pages_of
from ratsassistent.workspace import Progress, Workspace, quiet

_LOCK = "einlesen.sperre"
_WAIT_S = 0.5  # between two looks at whether whoever was first has ended


@contextmanager
def alone(ws: Workspace, progress: Progress = quiet) -> Iterator[None]:
    """While nobody else takes in or corrects on this data folder: both would look at what is held and miss the other's.

    :raises Locked: the non-public archive is locked.
    """
    ws.need_open()
    lock = lock_of(ws.nonpublic.folder)
    while True:
        try:
            lock.acquire(timeout=_WAIT_S)
            break
        except Timeout:
            progress("Es wird gerade etwas anderes eingelesen; danach geht es hier weiter", None)
    try:
        drop_strays(ws)
        yield
    finally:
        lock.release()


def drop_strays(ws: Workspace) -> None:
    """Remove files that a killed take-in or correction left in the archives; only while `alone`."""
    for store in ws.stores:
        store.drop_strays()


def lock_of(folder: Path) -> FileLock:
    """What whoever takes in or corrects holds, in the folder of the non-public archive."""
    return FileLock(folder / _LOCK)


@contextmanager
def if_alone(ws: Workspace) -> Iterator[bool]:
    """Whether nobody takes in or corrects at this moment; if so, nobody does within the block."""
    lock = lock_of(ws.nonpublic.folder)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        yield False
        return
    try:
        yield True
    finally:
        lock.release()


def found_meeting(ws: Workspace, meeting_id: str) -> Meeting | None:
    """The meeting as the program found it, whatever persons corrected; None where it is not held."""
    found = Corrections(ws.nonpublic).found(meeting_id)
    return found.meeting if found else held.meeting(ws, meeting_id)


def concerned(ws: Workspace, corrections: Sequence[Correction], known: Iterable[Meeting] = ()) -> list[str]:
    """The meetings that corrections are about: their own, and others that share pages with them.

    :param known: meetings that are not held yet.
    """
    own = {one.meeting_id for one in corrections}
    files = {mark.file_id for one in corrections if one.kind != "move" for mark in one.pages}
    meetings: dict[str, Meeting] = {m.id: m for m in (*held.meetings(ws, with_text=False), *known)}
    out = [key for key, meeting in meetings.items() if key in own or (files and files & files_of(meeting))]
    return [*out, *(key for key in Corrections(ws.nonpublic).corrected() if key not in out and key in own)]


def relevant(corrections: Iterable[Correction], found: Found) -> list[Correction]:
    """Of all corrections those that are about this meeting, or hide or open pages that it has, too."""
    files = {page.file_id for page in found.pages}
    return [
        one
        for one in corrections
        if one.meeting_id == found.meeting.id or (one.kind != "move" and files & {mark.file_id for mark in one.pages})
    ]


def record(ws: Workspace, meeting_id: str) -> Found | None:
    """A meeting as it was found: as kept, or, where nobody corrected it yet, as it is."""
    kept = Corrections(ws.nonpublic).found(meeting_id)
    if kept is not None:
        return kept
    meeting = held.meeting(ws, meeting_id)
    return _recorded(ws, meeting, {}) if meeting else None


def take_in_again(ws: Workspace, meeting: Meeting, marks: Mapping[Key, Public]) -> None:
    """A corrected meeting came in again: note what was found now; `put_in_order` lays the corrections over it.

    :param meeting: as it was found now, together with what was found before.
    :param marks: of the pages that came in now. They have to be in an archive already (`lay_down`).
    """
    kept = Corrections(ws.nonpublic).found(meeting.id)
    made = _recorded(ws, meeting, marks)
    if kept is not None:
        before = {(p.file_id, p.page): p.public for p in kept.pages} | dict(marks)
        pages = tuple(p.model_copy(update={"public": before.get((p.file_id, p.page), p.public)}) for p in made.pages)
        made = made.model_copy(
            update={
                "pages": pages,
                "earlier": _with_former(kept, meeting),
                "loose": tuple({p.id: p for p in (*kept.loose, *made.loose)}.values()),
                "briefings": kept.briefings,
                "remarks": kept.remarks,
                "entries": kept.entries,
            }
        )
    Corrections(ws.nonpublic).begin(made)


def lay_down(ws: Workspace, files: Sequence[tuple[File, Sequence[Page], Path]]) -> None:
    """Keep files that came in for a corrected meeting where nobody sees them, until its corrections are laid over it."""
    for file, pages, path in files:
        ws.nonpublic.put_file(path, file.sha256)
        replacing.add_pages(ws.nonpublic, [(file, pages)])


def set_apart(ws: Workspace, meetings: Sequence[Meeting]) -> list[Meeting]:
    """Those of the meetings that came in which persons corrected, and those that share files with them."""
    everything = Corrections(ws.nonpublic).all()
    apart = set(concerned(ws, everything, meetings)) if everything else set()
    before = -1
    while len(apart) > before:
        before = len(apart)
        files: set[str] = set().union(*(files_of(meeting) for meeting in meetings if meeting.id in apart))
        apart |= {meeting.id for meeting in meetings if files & files_of(meeting)}
    return [meeting for meeting in meetings if meeting.id in apart]


def note_import(ws: Workspace, meeting_ids: Iterable[str]) -> list[str]:
    """Data of OParl went into both archives: note what they brought as found; returns the meetings to put in order."""
    table = Corrections(ws.nonpublic)
    mine = [meeting_id for meeting_id in table.corrected() if meeting_id in set(meeting_ids)]
    everything = table.all() if mine else []
    for meeting_id in mine:
        found, now = table.found(meeting_id), held.meeting(ws, meeting_id)
        if found is not None and now is not None:
            before = _laid(ws, found, relevant(everything, found)).meeting
            table.begin(found.model_copy(update={"meeting": _with_news(found.meeting, before, now)}))
    return mine


def _with_news(found: Meeting, before: Meeting, now: Meeting) -> Meeting:
    """The meeting as it was found, with what is now other than it was shown before."""
    shown = {item.id: item for item in before.agendaItem}
    current = {item.id: item for item in now.agendaItem}
    items = []
    for item in found.agendaItem:
        old, new = shown[item.id], current.pop(item.id, None)
        if new is not None:
            names = ("name", "number", "decisions", "formerly", "withdrawn", "oparl_id")
            update = {name: getattr(new, name) for name in names if getattr(new, name) != getattr(old, name)}
            told = {paper.id: paper for paper in new.papers if paper not in old.papers}
            known = {paper.id for paper in old.papers}
            papers = [told.get(paper.id, paper) for paper in item.papers]
            papers += [paper for key, paper in told.items() if key not in known | {p.id for p in item.papers}]
            items.append(item.model_copy(update={**update, "papers": tuple(papers)}))
        else:
            items.append(item)
    update = {"agendaItem": (*items, *current.values()), "oparl_id": found.oparl_id or now.oparl_id}
    return found.model_copy(update=update)


def put_in_order(ws: Workspace, meeting_ids: Iterable[str] | None = None) -> dict[str, Laid]:
    """Lay the corrections over these meetings (None: over those that a crash left) in both archives.

    :returns: how each meeting is now.
    """
    table = Corrections(ws.nonpublic)
    waiting = table.unfinished() if meeting_ids is None else list(dict.fromkeys(meeting_ids))
    if not waiting:
        return {}
    everything = table.all()
    out: dict[str, Laid] = {}
    for meeting_id in waiting:
        found = record(ws, meeting_id)
        if found is None:
            continue
        mine = relevant(everything, found)
        laid = _laid(ws, found, mine)
        found = _with_stash(ws, found, laid)
        table.begin(found)
        _write(ws, found, laid)
        _give_back(ws, found, laid)
        table.finish(meeting_id, corrected=bool(mine))
        out[meeting_id] = laid
    return out


def as_corrected(ws: Workspace, found: Found, corrections: Sequence[Correction]) -> Laid:
    """What a meeting looks like with these corrections; nothing is written."""
    return _laid(ws, found, corrections)


def files_of(meeting: Meeting) -> set[str]:
    """The ids of the files that a meeting's agenda, papers and other pages stand in."""
    papers = [paper for item in meeting.agendaItem for paper in item.papers]
    refs = {ref.file_id for ref in meeting.unassigned_pages if ref.file_id}
    return {span.file_id for paper in papers for span in paper.files} | refs | set(meeting.file_ids)


def _recorded(ws: Workspace, meeting: Meeting, marks: Mapping[Key, Public]) -> Found:
    earlier = [
        Edition(item_id=item_id, paper=paper, public=store.public)
        for store in ws.stores
        for item_id, paper in replacing.earlier_editions(store, meeting)
    ]
    files = files_of(meeting) | {span.file_id for edition in earlier for span in edition.paper.files}
    files |= {file_id for store in ws.stores for file_id in replacing.files_of(store, meeting.id)}
    pages = {
        (file_id, page.number): page.public for file_id in files for store in ws.stores for page in store.pages(file_id)
    }
    refs = {(ref.file_id, ref.page) for ref in meeting.unassigned_pages}
    loose = [p for p in held.loose_papers(ws) if refs & set(pages_of([p]))] if refs else []
    return Found(
        meeting=meeting,
        pages=tuple(
            FoundPage(file_id=key[0], page=key[1], public=marks.get(key, public))
            for key, public in sorted(pages.items())
        ),
        earlier=tuple(earlier),
        loose=tuple(loose),
    )


def _with_former(kept: Found, meeting: Meeting) -> tuple[Edition, ...]:
    """The editions that items had before, with those that the newly found papers take the place of."""
    now = {(item.id, paper.id): paper for item in meeting.agendaItem for paper in item.papers}
    out = list(kept.earlier)
    for item in kept.meeting.agendaItem:
        for paper in item.papers:
            new = now.get((item.id, paper.id))
            if new is not None and paper.files and _sources(new) != _sources(paper):
                out.append(
                    Edition(item_id=item.id, paper=paper.model_copy(update={"changes": ()}), public=item.public is True)
                )
    return tuple({(e.item_id, e.paper.id, *sorted(_sources(e.paper))): e for e in out}.values())


def _sources(paper: Paper) -> set[str]:
    return {span.file_id for span in paper.files}


def _laid(ws: Workspace, found: Found, corrections: Sequence[Correction]) -> Laid:
    texts: dict[Key, str] = {}
    files: dict[str, File] = {}
    for file_id in dict.fromkeys(page.file_id for page in found.pages):
        file, pages = _whole(ws, file_id)
        if file is not None:
            files[file_id] = file
        texts |= {(file_id, page.number): page.text for page in pages}
    return lay_over(found, corrections, texts, files)


def _whole(ws: Workspace, file_id: str) -> tuple[File | None, list[Page]]:
    """A file and all its pages, from both archives."""
    found = [f for store in ws.stores if (f := store.file(file_id))]
    told = tuple(dict.fromkeys(s for f in found for s in f.suspicions))
    file = found[0].model_copy(update={"suspicions": told}) if found else None
    pages = {page.number: page for store in ws.stores for page in store.pages(file_id)}
    return file, [pages[number] for number in sorted(pages)]


def _with_stash(ws: Workspace, found: Found, laid: Laid) -> Found:
    """What was written and said of items that lose something to the other archive goes with them, and is remembered."""
    touched = _touched(found, laid)
    if not touched:
        return found
    about = [key for item in touched for key in (item.id, *(paper.id for paper in item.papers))]
    known = {briefing.id for briefing in found.briefings}
    written = moving.briefings_of(ws.public, [item.id for item in touched])
    found = found.model_copy(
        update={"briefings": (*found.briefings, *(made for _, made in written if made.id not in known))}
    )
    Corrections(ws.nonpublic).begin(found)
    for meeting_id, made in written:  # what the model has written of sentences that stay is used again
        if ws.nonpublic.briefing(made.id, made.level) is None:
            ws.nonpublic.save_briefing(meeting_id, made.model_copy(update={"public": False}))
    remarks = moving.move_remarks(ws.public, ws.nonpublic, about=about)
    entries = moving.move_entries(ws.public, ws.nonpublic, about=[item.id for item in touched])
    return found.model_copy(update={"remarks": (*found.remarks, *remarks), "entries": (*found.entries, *entries)})


def _touched(found: Found, laid: Laid) -> list[AgendaItem]:
    """The items of which something that was public is hidden now, as they were found."""
    now = {item.id: item for item in laid.meeting.agendaItem}
    out = []
    for item in found.meeting.agendaItem:
        if item.public is True:
            hidden = any(key in laid.hidden for key in pages_of(item.papers)) or now[item.id].public is not True
            shut = {p.id for p in now[item.id].papers if p.public is False} & {
                p.id for p in item.papers if p.public is not False
            }
            if hidden or shut:
                out.append(item)
    return out


def _give_back(ws: Workspace, found: Found, laid: Laid) -> None:
    """What was written and said of items of which nothing is hidden any more is public again."""
    touched = {item.id for item in _touched(found, laid)}
    whole = {item.id for item in laid.meeting.agendaItem if item.public is True and item.id not in touched}
    back = [made for made in found.briefings if made.id in whole]
    papers = {p.id for item in found.meeting.agendaItem if item.id in whole for p in item.papers}
    elsewhere = {p.id for item in found.meeting.agendaItem if item.id not in whole for p in item.papers}
    if not back and not found.remarks and not found.entries:
        return
    for made in back:
        if ws.public.briefing(made.id, made.level) is None:
            ws.public.save_briefing(found.meeting.id, made)
    about = whole | (papers - elsewhere)
    moving.move_remarks(ws.nonpublic, ws.public, ids=moving.about_these(ws.nonpublic, found.remarks, about))
    moving.move_entries(ws.nonpublic, ws.public, ids=moving.about_these(ws.nonpublic, found.entries, about))


def _write(ws: Workspace, found: Found, laid: Laid) -> None:
    """Both archives hold of a meeting what they are to hold now."""
    files = []
    for file_id in dict.fromkeys(page.file_id for page in found.pages):
        file, pages = _whole(ws, file_id)
        if file is not None:
            files.append((file, [p.model_copy(update={"public": _mark(laid, file_id, p)}) for p in pages]))
    shut = [_share(file, [p for p in pages if p.public is not True], 0) for file, pages in files]
    for file, pages in shut:
        if pages and ws.nonpublic.file(file.id) is None:
            ws.nonpublic.put_file(ws.public.file_path(file.id), file.sha256)
    replacing.add_pages(ws.nonpublic, [(file, pages) for file, pages in shut if pages])
    open_pages = [_share(file, [p for p in pages if p.public is True], len(pages)) for file, pages in files]
    with Children() as children:
        for (file, mine), (_, whole) in zip(open_pages, files, strict=True):
            _put_public_copy(ws, file, mine, len(whole), children)
    hidden = frozenset(key for key in laid.hidden if laid.pages.get(key) is not True)
    loose = {paper.id: paper for paper in found.loose}
    left = {paper.id: paper for paper in laid.loose}
    for store, mine_of in ((ws.public, open_pages), (ws.nonpublic, shut)):
        part = laid.part(store.public)
        replacing.replace(
            store,
            Share(
                meeting_id=found.meeting.id,
                meeting=part,
                files=mine_of,
                earlier=_earlier(found, hidden, store.public),
                loose=[
                    (left.get(key, paper), key in left and (left[key].public is True) == store.public)
                    for key, paper in loose.items()
                ],
                hidden=hidden if store.public else (),
            ),
        )


def _share(file: File, pages: list[Page], count: int) -> tuple[File, list[Page]]:
    """Some pages of a file, with a file that tells of no others."""
    return file.of_pages((page.number for page in pages), count), pages


def _mark(laid: Laid, file_id: str, page: Page) -> Public:
    return laid.pages.get((file_id, page.number), page.public)


def _put_public_copy(ws: Workspace, file: File, pages: Sequence[Page], count: int, children: Children) -> None:
    """The file for all to see, with blank sheets for the other pages; where some are not public, the whole one lies beside them."""
    wanted = {page.number for page in pages}
    if not wanted or wanted == {page.number for page in ws.public.pages(file.id)}:
        return
    source = ws.nonpublic if ws.nonpublic.file(file.id) is not None else ws.public
    with temporary.folder() as folder:
        path = source.readable(file.id, Path(folder))
        if len(wanted) == count:
            ws.public.put_file(path, file.sha256)
            return
        part = Path(folder) / "oeffentlich.pdf"
        public_copy_safely(path, wanted, part, children)
        ws.public.put_file(part, file.sha256)


def _earlier(found: Found, hidden: frozenset[Key], public: bool) -> list[tuple[str, Paper]]:
    """The editions before those shown: in the public archive those that were there and of which nothing is hidden.

    That a paper was once taken in by itself, for all to see, does not make it a single paper in the other archive.
    """
    if public:
        kept = [e for e in found.earlier if e.public and not any(key in hidden for key in pages_of([e.paper]))]
    else:
        kept = [e for e in found.earlier if not (e.public and e.item_id == LOOSE)]
    return [(edition.item_id, edition.paper) for edition in kept]
