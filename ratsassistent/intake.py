"""Taking in: files become meetings, items and papers, and go into the store where they belong.

What enters: paths, an opened Workspace. What leaves: an Intake that says what was recognised and what could not be read.
What it does not know: how pages are read and cut (`pack`), how they are kept (`archive`).

Public and non-public material is kept apart page by page, also where one PDF holds both.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from ratsassistent import correcting, held, oparl, register, temporary
from ratsassistent.archive.importing import OparlIntake, take_in_oparl
from ratsassistent.archive.ocr_cache import OcrCache
from ratsassistent.archive.store import Store
from ratsassistent.briefings import Coverage, Intake
from ratsassistent.errors import NotFound, UnreadableFile
from ratsassistent.oparl import AgendaItem, Meeting, PageRef, Paper, Skipped
from ratsassistent.pack.agendas.agenda import find_agendas
from ratsassistent.pack.agendas.nachtrag import merge_meetings, same_meeting
from ratsassistent.pack.files.inputs import gather_inputs
from ratsassistent.pack.files.isolated import Children
from ratsassistent.pack.files.pages import ReadFile
from ratsassistent.pack.files.reading import public_copy_safely, read_safely
from ratsassistent.pack.matching.assemble import Pack, assemble
from ratsassistent.pack.matching.attach import attach
from ratsassistent.pack.oparl_data.oparl_merge import has_pages
from ratsassistent.pack.papers.passages import cut_passages
from ratsassistent.pack.scans.ocr import recognise
from ratsassistent.pack.suspicion.noted import noted
from ratsassistent.searching import read_meaning
from ratsassistent.workspace import Progress, Workspace, quiet

OnAgenda = Callable[
    [tuple[Meeting, ...]], None
]  # what is recognised so far: items first without papers, then with them
_FIRST_PAGES = 12  # of a file: an agenda is among them, or is found when all is read


def take_in(
    ws: Workspace,
    paths: Sequence[Path],
    *,
    public: oparl.Public = None,
    progress: Progress = quiet,
    on_agenda: OnAgenda = lambda _: None,
) -> Intake:
    """Read files, cut them into meetings, items and papers, and keep them; taking in the same again changes nothing.

    Whatever cannot be read is named under `skipped`; the rest is taken in. Foreign PDFs are opened in child processes
    only. Pages without text are read by text recognition; each one recognised is kept at once, so that an interrupted
    take-in does not read it again. Two take-ins at once wait for each other, whoever began them.

    :param public: what holds for loose papers, which no agenda says anything about.
    :param on_agenda: told of the meetings as they are recognised, before they are kept.
    """
    with correcting.alone(ws, progress):
        correcting.put_in_order(ws)  # what a crash interrupted
        return _take_in(ws, paths, public, progress, on_agenda)


def _take_in(
    ws: Workspace, paths: Sequence[Path], public: oparl.Public, progress: Progress, on_agenda: OnAgenda
) -> Intake:
    started = time.monotonic()
    with temporary.folder() as folder, Children() as children:
        inputs = gather_inputs(paths, Path(folder))
        skipped = list(inputs.skipped)
        imported = OparlIntake()
        if inputs.oparl:
            imported = take_in_oparl(inputs.oparl, ws.public, ws.nonpublic, progress=progress)
            skipped += imported.skipped
            for paper_id in imported.publishable:
                _release(ws, paper_id)
            correcting.put_in_order(ws, correcting.note_import(ws, [m.id for m in imported.meetings]))
        read = list(_read(ws, inputs.pdfs, children, skipped, progress, on_agenda))
        if read:
            progress("Die Vorlagen werden den Tagesordnungspunkten zugeordnet", None)
            pack, moved = _joined_with_held(ws, _remember_released(ws, assemble(read, public)), Path(folder))
            on_agenda(pack.meetings)
            progress("Die Unterlagen werden abgelegt", None)
            pack = keep(ws, pack, children)
            for paper_id in moved:
                ws.nonpublic.delete_paper(paper_id, keep_remarks=True)
        else:
            pack = Pack(meetings=(), loose_papers=(), files=())
    progress("Die Textstellen werden für die Suche erschlossen", None)
    read_meaning(ws)
    register.bring_up_to_date(ws, progress)
    meetings = {meeting.id: meeting for meeting in (*imported.meetings, *pack.meetings)}
    items = [i for m in pack.meetings for i in m.agendaItem]
    pages = [(f.file, p) for f in pack.files for p in f.pages]
    return Intake(
        meetings=tuple(meetings.values()),
        loose_papers=(*imported.loose_papers, *pack.loose_papers),
        papers=imported.papers + len({p.id for i in items for p in i.papers} | {p.id for p in pack.loose_papers}),
        files=imported.files + len(pack.files),
        pages_total=len(pages),
        pages_text=sum(p.source == "text" for _, p in pages),
        pages_ocr=sum(p.source == "ocr" for _, p in pages),
        coverage=coverage_of(pages)
        .with_gaps(pack.meetings)
        .model_copy(update={"suspicious": tuple(s for f in pack.files for s in f.file.suspicions)}),
        skipped=tuple(skipped),
        seconds=round(time.monotonic() - started, 2),
    )


def _read(
    ws: Workspace,
    pdfs: Sequence[tuple[Path, str]],
    children: Children,
    skipped: list[Skipped],
    progress: Progress,
    on_agenda: OnAgenda,
) -> Iterator[ReadFile]:
    """Each file that can be read, with text recognition where a page has none; the others are added to `skipped`."""
    seen: list[Meeting] = []
    for number, (path, name) in enumerate(pdfs):
        which = f" (Datei {number + 1} von {len(pdfs)})" if len(pdfs) > 1 else ""

        def tell(part: float, n: int = number, what: str = f"{name} wird gelesen{which}") -> None:
            progress(what, (n + part) / len(pdfs))

        known = False

        def look(read: ReadFile) -> None:
            nonlocal known
            agendas = () if known else _agendas(read)
            if agendas:
                known = True
                seen.extend(agendas)
                on_agenda(tuple(seen))

        tell(0.0)
        try:
            read = read_safely(
                path, name=name, max_pages=ws.settings.max_pages, progress=tell, children=children,
                first=(_FIRST_PAGES, look),
            )  # fmt: skip
        except UnreadableFile as error:
            skipped.append(Skipped(path=name, reason=str(error)))
            continue
        look(read)
        read = noted(recognise(read, OcrCache(ws.nonpublic), progress))
        look(read)
        yield read


def _agendas(read: ReadFile) -> tuple[Meeting, ...]:
    """The agendas at the beginning of a file, to be shown while the rest is read."""
    first = read.model_copy(update={"pages": read.pages[:_FIRST_PAGES]})
    return tuple(
        Meeting(
            id="",
            name=agenda.name,
            organization=agenda.organization,
            start=agenda.start,
            agendaItem=tuple(
                AgendaItem(id="", order=e.order, number=e.number, name=e.title, public=e.public) for e in agenda.entries
            ),
        )
        for agenda in find_agendas(first)
    )


def coverage_of(pages: Sequence[tuple[oparl.File, oparl.Page]]) -> Coverage:
    """How far these pages could be read, page by page."""

    def refs(fits: Callable[[oparl.Page], bool]) -> tuple[PageRef, ...]:
        return tuple(
            PageRef(file=file.name, file_id=file.id, page=p.number, reason=p.reason) for file, p in pages if fits(p)
        )

    unreadable = refs(lambda p: p.source == "none")
    return Coverage(
        pages=len(pages),
        read=len(pages) - len(unreadable),
        unreadable=unreadable,
        ocr=refs(lambda p: p.source == "ocr"),
        drawings=refs(lambda p: p.kind == "drawing"),
    )


def _remember_released(ws: Workspace, pack: Pack) -> Pack:
    """A loose paper that someone declared public stays public when it is taken in again."""
    released = {p.id for p in pack.loose_papers if p.public is None and ws.public.paper(p.id) is not None}
    if not released:
        return pack
    papers = tuple(p.model_copy(update={"public": True}) if p.id in released else p for p in pack.loose_papers)
    spans = [s for p in papers if p.public for s in p.files]
    return pack.model_copy(update={"loose_papers": papers, "files": tuple(_publish(f, spans) for f in pack.files)})


def _publish(file: ReadFile, spans: Sequence[oparl.FileSpan]) -> ReadFile:
    """The same file with the pages inside `spans` marked public."""
    mine = [s for s in spans if s.file_id == file.file.id]
    pages = tuple(
        p.model_copy(update={"public": True}) if any(s.first <= p.number <= s.last for s in mine) else p
        for p in file.pages
    )
    return file.model_copy(update={"pages": pages})


def _joined_with_held(ws: Workspace, pack: Pack, folder: Path) -> tuple[Pack, list[str]]:
    """The pack with what is held already: a Nachtrag finds its meeting, a paper handed in later its agenda item.

    Items keep the ids they have in the archive, and with them what was written about them. Single papers that were
    waiting for their agenda come along.

    :param folder: for their files while they are taken in.
    :return: the pack, and the waiting papers that turned out to be public and so leave the non-public store.
    """
    given = {read.file.id for read in pack.files}
    meetings: dict[str, Meeting] = {}
    for new in pack.meetings:
        earlier = correcting.found_meeting(ws, new.id) or next(
            (m for s in ws.stores if (m := s.same_meeting(new))), None
        )
        if earlier is None:  # one committee of a joint meeting
            earlier = next((m for m in held.meetings(ws, with_papers=False) if same_meeting(m, new)), None)
        whole = correcting.found_meeting(ws, earlier.id) if earlier else None
        joined = merge_meetings(_without_files(whole, given), new) if whole else new
        meetings[joined.id] = joined
    waiting = [p for p in ws.nonpublic.loose_papers() if has_pages(p) and not {s.file_id for s in p.files} & given]
    files = list(pack.files)
    loose, moved = [], []
    others: list[Meeting] | None = None
    for paper in (*pack.loose_papers, *waiting):
        home = attach(paper, list(meetings.values()))
        if home is None and paper in pack.loose_papers:
            if others is None:
                others = [m for m in held.meetings(ws, with_text=False) if m.id not in meetings]
            found = attach(paper, others)
            whole = correcting.found_meeting(ws, found.id) if found else None
            home = attach(paper, [whole]) if whole else None
        if home is None:
            loose += [paper] if paper in pack.loose_papers else []
            continue
        meetings[home.id] = home
        if paper in waiting:
            files += [_held_file(ws, span, folder) for span in paper.files if span.last >= span.first]
        places = {span.file_id for span in paper.files}
        placed = [p for i in home.agendaItem for p in i.papers if places & {s.file_id for s in p.files}]
        files = [_publish(read, [s for p in placed if p.public is True for s in p.files]) for read in files]
        moved += [p.id for p in placed if paper in waiting and p.public is True]
    return Pack(meetings=tuple(meetings.values()), loose_papers=tuple(loose), files=tuple(files)), moved


def _without_files(meeting: Meeting, given: set[str]) -> Meeting:
    """A held meeting without what came from files that are taken in again now."""
    items = tuple(
        item.model_copy(
            update={"papers": tuple(p for p in item.papers if not p.files or {s.file_id for s in p.files} - given)}
        )
        for item in meeting.agendaItem
    )
    pages = tuple(ref for ref in meeting.unassigned_pages if ref.file_id not in given)
    return meeting.model_copy(update={"agendaItem": items, "unassigned_pages": pages})


def keep(ws: Workspace, pack: Pack, children: Children) -> Pack:
    """Keep a pack while this take-in is the only one; meetings that persons corrected are kept as corrected, and leave as such."""
    apart = correcting.set_apart(ws, pack.meetings)
    theirs = set().union(*(correcting.files_of(meeting) for meeting in apart))
    others = tuple(meeting for meeting in pack.meetings if meeting not in apart)
    mine = [read for read in pack.files if read.file.id in theirs]
    files = tuple(read for read in pack.files if read.file.id not in theirs)
    _keep(ws, pack.model_copy(update={"meetings": others, "files": files}), children)
    if not apart:
        return pack
    correcting.lay_down(ws, [(read.file, read.pages, read.path) for read in mine])
    marks = {(read.file.id, page.number): page.public for read in mine for page in read.pages}
    for meeting in apart:
        correcting.take_in_again(ws, meeting, marks)
    laid = correcting.put_in_order(ws, [meeting.id for meeting in apart])
    meetings = tuple(laid[m.id].meeting if m.id in laid else m for m in pack.meetings)
    return pack.model_copy(update={"meetings": meetings})


def _keep(ws: Workspace, pack: Pack, children: Children | None = None) -> None:
    """Put every part of the pack into the store where it belongs: each paper, and page by page where a file holds both."""
    for store, is_public in ((ws.public, True), (ws.nonpublic, False)):
        meetings = []
        for meeting in pack.meetings:
            items = tuple(item for item in (_part(i, is_public) for i in meeting.agendaItem) if item is not None)
            pages = () if is_public else meeting.unassigned_pages
            if items or pages:
                meetings.append(meeting.model_copy(update={"agendaItem": items, "unassigned_pages": pages}))
        loose = [p for p in pack.loose_papers if (p.public is True) == is_public]
        files = []
        for file in pack.files:
            mine = [p for p in file.pages if (p.public is True) == is_public]
            if mine:
                count = len(file.pages) if is_public else 0  # what stands beside the pages may tell of any of them
                files.append((file.file.of_pages((p.number for p in mine), count), mine))
                _keep_file(store, file, {p.number for p in mine}, is_public, children)
        passages = [
            passage
            for meeting in meetings
            for item in meeting.agendaItem
            for paper in item.papers
            for passage in cut_passages(paper, item.id, meeting.id)
        ]
        passages += [passage for paper in loose for passage in cut_passages(paper, None, None)]
        if meetings or loose or files:
            store.save_pack(meetings=meetings, loose_papers=loose, files=files, passages=passages)


def _part(item: AgendaItem, is_public: bool) -> AgendaItem | None:
    """What of an item belongs into the public (or the other) store; None where nothing does.

    A public item keeps its public papers in the public store; a confidential paper of it lies in the other one.
    """
    if item.public is not True:
        return None if is_public else item
    mine = tuple(p for p in item.papers if (p.public is not False) == is_public)
    if is_public:
        return item.model_copy(update={"papers": mine})
    return item.model_copy(update={"papers": mine, "missing_attachments": (), "decisions": ()}) if mine else None


def _keep_file(store: Store, file: ReadFile, mine: set[int], is_public: bool, children: Children | None) -> None:
    if not is_public or len(mine) == len(file.pages):
        store.put_file(file.path, file.file.sha256)
        return
    with temporary.folder() as folder:
        part = Path(folder) / "oeffentlich.pdf"
        public_copy_safely(file.path, mine, part, children)
        store.put_file(part, file.file.sha256)


def _held_file(ws: Workspace, span: oparl.FileSpan, folder: Path) -> ReadFile:
    """A file of a loose paper, as it lies in the store for what is not released."""
    file = ws.nonpublic.file(span.file_id)
    if file is None:
        raise NotFound(f"Die Datei „{span.name}“ ist nicht mehr vorhanden.")
    pages = tuple(ws.nonpublic.pages(file.id))
    return ReadFile(file=file, pages=pages, outline=(), path=ws.nonpublic.readable(file.id, folder))


def release(ws: Workspace, paper_id: str) -> Paper:
    """Declare a loose paper public: it moves from the non-public store to the public one.

    :raises NotFound: no loose paper of that id or reference is held.
    """
    with correcting.alone(ws):
        return _release(ws, paper_id)


def _release(ws: Workspace, paper_id: str) -> Paper:
    loose = {p.id: p for p in ws.nonpublic.loose_papers()}
    paper = loose.get(paper_id) or next((p for p in loose.values() if p.reference == paper_id), None)
    if paper is None:
        raise NotFound(f"Eine einzelne, nicht freigegebene Vorlage „{paper_id}“ ist nicht vorhanden.")
    opened = paper.model_copy(update={"public": True})
    with temporary.folder() as folder:
        files = [
            _publish(_held_file(ws, span, Path(folder)), [span]) for span in paper.files if span.last >= span.first
        ]
        _keep(ws, Pack(meetings=(), loose_papers=(opened,), files=tuple(files)))
    ws.nonpublic.delete_paper(paper.id, keep_remarks=True)
    return opened
