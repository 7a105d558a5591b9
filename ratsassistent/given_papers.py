"""Pages come to papers that the archive has already, because whoever publishes them says which files are whose.

What enters: an opened Workspace; papers by their id here, each with its files. What leaves: the same papers, with pages.
What it does not know: OParl, where the files came from.

A paper gets its pages wherever it is: at every item that has it, or by itself. It is as public as it is there; a page of a file
that a public and a non-public paper share lies in both archives.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ratsassistent import correcting, intake, register
from ratsassistent.archive import oparl_ids
from ratsassistent.oparl import AgendaItem, Paper, Public
from ratsassistent.pack.files.isolated import Children
from ratsassistent.pack.files.pages import ReadFile
from ratsassistent.pack.matching.assemble import Pack
from ratsassistent.pack.papers.known import known_paper
from ratsassistent.searching import read_meaning
from ratsassistent.workspace import Progress, Workspace, quiet


@dataclass(frozen=True, slots=True)
class GivenPaper:
    """A paper that is held, by its id here. `files`: read, with True for the paper itself, False for what is attached."""

    id: str
    files: tuple[tuple[ReadFile, bool], ...]
    name: str | None = None  # as it is now, where that may have changed


def take_in(ws: Workspace, given: Sequence[GivenPaper], children: Children, *, progress: Progress = quiet) -> None:
    """Let these papers have their pages; one that is not held any more is passed over. :raises Locked: it is locked."""
    with correcting.alone(ws, progress):
        correcting.put_in_order(ws)
        progress("Die Seiten werden abgelegt", None)
        for is_public in (True, False):
            _keep(ws, given, is_public, children)
    read_meaning(ws)
    register.bring_up_to_date(ws, progress)


def _keep(ws: Workspace, given: Sequence[GivenPaper], is_public: bool, children: Children) -> None:
    """Those of them that are public, or the others."""
    by_id = {one.id: one for one in given if one.files}
    made: dict[str, GivenPaper] = {}
    meetings, loose = [], []
    for key in sorted(oparl_ids.meetings_of_papers(ws.stores, by_id)):
        whole = correcting.found_meeting(ws, key)
        changed = False
        items: list[AgendaItem] = []
        for item in whole.agendaItem if whole else ():
            papers = []
            for held in item.papers:
                paper = _with_pages(held, by_id.get(held.id), item.public)
                mine = paper is not None and (paper.public is True) == is_public
                papers.append(paper if paper is not None and mine else held)
                if mine:
                    changed = True
                    made[held.id] = by_id[held.id]
            items.append(item.model_copy(update={"papers": tuple(papers)}))
        if whole and changed:
            meetings.append(whole.model_copy(update={"agendaItem": tuple(items)}))
    placed = {p.id for m in meetings for i in m.agendaItem for p in i.papers}
    store = ws.public if is_public else ws.nonpublic
    for key, one in by_id.items():
        bare = store.paper(key) if key not in placed and not oparl_ids.meetings_of_papers([store], [key]) else None
        paper = _with_pages(bare, one, True if is_public else None) if bare else None
        if paper is not None and (paper.public is True) == is_public:
            loose.append(paper)
            made[key] = one
    files = {read.file.id: read for one in made.values() for read, _ in one.files}
    if not meetings and not loose:
        return
    marks: Public = True if is_public else None
    marked = tuple(
        read.model_copy(update={"pages": tuple(page.model_copy(update={"public": marks}) for page in read.pages)})
        for read in files.values()
    )
    intake.keep(ws, Pack(meetings=tuple(meetings), loose_papers=tuple(loose), files=marked), children)


def _with_pages(held: Paper, given: GivenPaper | None, public: Public) -> Paper | None:
    """The paper as its files are; None where nothing came for it. One that is not public stays so under a public item."""
    if given is None:
        return None
    return known_paper(
        given.files,
        own=held.id,
        reference=held.reference,
        name=given.name or held.name,
        kind=held.paperType,
        public=False if held.public is False else public,
    )
