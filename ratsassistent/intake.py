"""Taking in: files become meetings, items and papers, and go into the store where they belong.

What enters: paths, an opened Workspace. What leaves: an Intake that says what was recognised and what could not be read.
What it does not know: how pages are read and cut (`pack`), how they are kept (`archive`).

Public and non-public material is kept apart page by page, also where one PDF holds both.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from ratsassistent import oparl
from ratsassistent.archive.store import Store
from ratsassistent.errors import NotFound, UnreadableFile
from ratsassistent.oparl import Coverage, Intake, PageRef, Paper
from ratsassistent.pack.assemble import Pack, assemble
from ratsassistent.pack.pages import ReadFile, find_inputs, public_copy, read_file
from ratsassistent.pack.passages import cut_passages
from ratsassistent.workspace import Progress, Workspace, quiet


def take_in(ws: Workspace, paths: Sequence[Path], *, public: oparl.Public = None, progress: Progress = quiet) -> Intake:
    """Read files, cut them into meetings, items and papers, and keep them; taking in the same again changes nothing.

    Whatever cannot be read is named under `skipped`; the rest is taken in, in one step per store.

    :param public: what holds for loose papers, which no agenda says anything about.
    """
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="ratsassistent-") as folder:
        inputs, skipped = find_inputs(paths, Path(folder))
        read: list[ReadFile] = []
        for number, (path, name) in enumerate(inputs):
            progress(f"{name} wird gelesen", number / len(inputs))
            try:
                read.append(
                    read_file(
                        path,
                        name=name,
                        max_pages=ws.settings.max_pages,
                        progress=lambda part, n=number, what=name: progress(
                            f"{what} wird gelesen", (n + part) / len(inputs)
                        ),  # type: ignore[misc]
                    )
                )
            except UnreadableFile as error:
                skipped.append(oparl.Skipped(path=name, reason=str(error)))
        if read:
            progress("Die Tagesordnung wird gesucht", None)
            pack = _remember_released(ws, assemble(read, public))
            progress("Die Unterlagen werden abgelegt", None)
            _keep(ws, pack)
        else:
            pack = Pack(meetings=(), loose_papers=(), files=())
    items = [i for m in pack.meetings for i in m.agendaItem]
    pages = [(f.file, p) for f in pack.files for p in f.pages]
    return Intake(
        meetings=pack.meetings,
        loose_papers=pack.loose_papers,
        papers=len({p.id for i in items for p in i.papers} | {p.id for p in pack.loose_papers}),
        files=len(pack.files),
        pages_total=len(pages),
        pages_text=sum(p.source == "text" for _, p in pages),
        pages_ocr=sum(p.source == "ocr" for _, p in pages),
        coverage=coverage_of(pages).with_gaps(pack.meetings),
        skipped=tuple(skipped),
        seconds=round(time.monotonic() - started, 2),
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


def _keep(ws: Workspace, pack: Pack) -> None:
    """Put every part of the pack into the store where it belongs; page by page where one file holds both."""
    for store, is_public in ((ws.public, True), (ws.nonpublic, False)):
        meetings = []
        for meeting in pack.meetings:
            items = tuple(i for i in meeting.agendaItem if (i.public is True) == is_public)
            pages = () if is_public else meeting.unassigned_pages
            if items or pages:
                meetings.append(meeting.model_copy(update={"agendaItem": items, "unassigned_pages": pages}))
        loose = [p for p in pack.loose_papers if (p.public is True) == is_public]
        files = []
        for file in pack.files:
            mine = [p for p in file.pages if (p.public is True) == is_public]
            if mine:
                files.append((file.file, mine))
                _keep_file(store, file, {p.number for p in mine}, is_public)
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


def _keep_file(store: Store, file: ReadFile, mine: set[int], is_public: bool) -> None:
    if not is_public or len(mine) == len(file.pages):
        store.put_file(file.path, file.file.sha256)
        return
    with tempfile.TemporaryDirectory(prefix="ratsassistent-") as folder:
        part = Path(folder) / "oeffentlich.pdf"
        public_copy(file.path, mine, part)
        store.put_file(part, file.file.sha256)


def release(ws: Workspace, paper_id: str) -> Paper:
    """Declare a loose paper public: it moves from the non-public store to the public one.

    :raises NotFound: no loose paper of that id or reference is held.
    """
    loose = {p.id: p for p in ws.nonpublic.loose_papers()}
    paper = loose.get(paper_id) or next((p for p in loose.values() if p.reference == paper_id), None)
    if paper is None:
        raise NotFound(f"Eine einzelne, nicht freigegebene Vorlage „{paper_id}“ ist nicht vorhanden.")
    opened = paper.model_copy(update={"public": True})
    files: list[ReadFile] = []
    for span in paper.files:
        held = next(f for f in ws.nonpublic.files() if f.id == span.file_id)
        path = ws.nonpublic.file_path(span.file_id)
        read = ReadFile(file=held, pages=tuple(ws.nonpublic.pages(span.file_id)), outline=(), path=path)
        files.append(_publish(read, [span]))
    _keep(ws, Pack(meetings=(), loose_papers=(opened,), files=tuple(files)))
    ws.nonpublic.delete_paper(paper.id)
    return opened
