"""What a person corrected, laid over what the program found: where pages belong, and which of them are public.

What enters: a meeting as it was found, the text of its pages, Corrections in the order in which they were made. What
leaves: the meeting as it is to be shown, and for each page whether it is public. What it does not know: the archive.

A correction is about an item, a paper or single pages. When a pack comes again in another file, the same pages are found
by their words. Hiding errs on the safe side: the page that says most of the same is hidden, and where a hidden page of a
paper is not found again, the whole paper is hidden. Opening is never guessed: only the very same words stay public.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ratsassistent.oparl import AgendaItem, Citation, Decision, File, Meeting, Page, PageRef, Paper, Public, ra_id
from ratsassistent.pack.files.pages import ReadFile
from ratsassistent.pack.matching.corrected import Correction, Effect, Found
from ratsassistent.pack.papers.annexes import missing_attachments
from ratsassistent.pack.papers.cutting import Key, cites, pages_of, without_pages
from ratsassistent.pack.papers.heads import is_confidential, squeezed
from ratsassistent.pack.papers.papers import loose_papers
from ratsassistent.pack.papers.sheets import sheets_of

TAKEN_OUT = "von Hand keinem Tagesordnungspunkt zugeordnet"
CLOSED_PART = "nichtöffentliche Seiten"
ALIKE = 0.5  # of the runs of words of a page that stand on another one: it is the same page in other words
_LEAST = 30  # letters of a page that tell it from others
_RUN = 4  # words
_WORD = re.compile(r"[^\W_]+")


@dataclass
class Laid:
    """A meeting with its corrections. `hidden`: pages that corrections took from the public; `effects`: by correction."""

    meeting: Meeting
    pages: dict[Key, Public]
    loose: tuple[Paper, ...]
    hidden: set[Key] = field(default_factory=set)
    effects: dict[str, Effect] = field(default_factory=dict)

    def part(self, public: bool) -> Meeting | None:
        """What of the meeting belongs into the public archive, or into the other one; None where nothing does."""
        closed = {key for key, mark in self.pages.items() if mark is not True} & self.hidden
        items = [i for item in self.meeting.agendaItem if (i := _part(item, public, closed)) is not None]
        pages = () if public else self.meeting.unassigned_pages
        if not items and not pages and (public or not closed):
            return None
        return self.meeting.model_copy(update={"agendaItem": tuple(items), "unassigned_pages": pages})


def lay_over(
    found: Found, corrections: Iterable[Correction], texts: Mapping[Key, str], files: Mapping[str, File]
) -> Laid:
    """Lay corrections over a meeting, the oldest first.

    :param texts: of all pages of the meeting's files. :param files: by id.
    """
    desk = _Desk(found, texts, files)
    effects: dict[str, Effect] = {}
    for one in corrections:
        effects[one.id] = desk.apply(one)
    return Laid(desk.meeting(), desk.pages, tuple(desk.loose), desk.hidden, effects)


def is_open(item: AgendaItem, paper: Paper) -> bool:
    """Whether all may see a paper at this item."""
    return item.public is True and paper.public is not False


class _Desk:
    """A meeting while corrections are laid over it."""

    def __init__(self, found: Found, texts: Mapping[Key, str], files: Mapping[str, File]) -> None:
        self._found, self._texts, self._files = found, texts, files
        self.items = [item.model_copy(update={"papers": ()}) for item in found.meeting.agendaItem]
        self.papers: list[list[Paper]] = [list(item.papers) for item in found.meeting.agendaItem]
        self.pages: dict[Key, Public] = {(p.file_id, p.page): p.public for p in found.pages}
        self.refs = {(r.file_id, r.page): r for r in found.meeting.unassigned_pages if r.file_id}
        self._nameless = [r for r in found.meeting.unassigned_pages if not r.file_id]
        self.loose = list(found.loose)
        self.hidden: set[Key] = set()
        self._words = {key: squeezed(text) for key, text in texts.items()}
        self._moved: set[int] = set()

    def meeting(self) -> Meeting:
        """The meeting as it stands now."""
        items = []
        for n, (item, papers) in enumerate(zip(self.items, self.papers, strict=True)):
            update: dict[str, object] = {"papers": tuple(papers)}
            if n in self._moved:
                update |= {"missing_attachments": missing_attachments(papers), "pages": None}
            items.append(item.model_copy(update=update))
        refs = (*self._nameless, *(self.refs[key] for key in sorted(self.refs)))
        if set(refs) == set(self._found.meeting.unassigned_pages):
            refs = self._found.meeting.unassigned_pages
        return self._found.meeting.model_copy(update={"agendaItem": tuple(items), "unassigned_pages": refs})

    def apply(self, one: Correction) -> Effect:
        """Lay one correction over what is there."""
        if one.scope == "item":
            at = self._at(one.item_id)
            if at is not None:
                self._close_item(at) if one.kind == "close" else self._open_item(at)
                return "applied"
            if one.kind == "open":
                return "lost"
        keys, widened = self._located(one)
        whole = one.paper_id if one.scope == "paper" else None
        if not keys and not any(p.id == whole for papers in self.papers for p in papers):
            return "lost"
        if one.kind == "move":
            target = self._at(one.target)
            if one.target is not None and target is None:
                return "lost"
            self._move(one, keys, target)
        elif one.kind == "close":
            self._close(keys, whole)
        elif not self._open(keys, whole):
            return "lost"
        return "widened" if widened else "applied"

    def _at(self, item_id: str | None) -> int | None:
        return next((n for n, item in enumerate(self.items) if item.id == item_id), None)

    # --- which pages are meant

    def _located(self, one: Correction) -> tuple[set[Key], bool]:
        """The pages that a correction is about now, and whether more are hidden than were named."""
        shown = [p for papers in self.papers for p in papers] + self.loose
        before = [e.paper for e in self._found.earlier]
        keys: set[Key] = set()
        if one.scope == "paper":
            keys.update(pages_of(p for p in (*shown, *before) if p.id == one.paper_id))
        named = {(mark.file_id, mark.page) for mark in one.pages}
        keys |= named & self.pages.keys()
        later = {key for key in self._words if key[0] not in one.files} - named
        for mark in one.pages:
            words = self._words.get((mark.file_id, mark.page), "")
            if len(words) < _LEAST:
                continue
            among = self._words.keys() - named if one.kind == "close" else later
            keys |= {key for key in among if self._words[key] == words}
            if one.kind != "open":
                former = {key for p in before if p.id == mark.paper_id for key in pages_of([p])} - named
                keys |= self._most_alike((mark.file_id, mark.page), later | former)
        if one.kind != "close" or one.scope == "paper":
            return keys, False
        more = self._beyond_knowing(one, shown, keys)
        return keys | more | self._beyond_knowing(one, before, keys), bool(more)

    def _most_alike(self, key: Key, among: Collection[Key]) -> set[Key]:
        """In each file the page that says most of what this one says, if that is enough to be the same page."""
        runs = _runs(self._texts[key])
        best: dict[str, tuple[float, Key]] = {}
        for other in sorted(among):
            if runs and other in self._texts:
                share = len(runs & _runs(self._texts[other])) / len(runs)
                if share >= ALIKE and share > best.get(other[0], (0.0, other))[0]:
                    best[other[0]] = share, other
        return {other for _, other in best.values()}

    @staticmethod
    def _beyond_knowing(one: Correction, papers: Iterable[Paper], keys: Collection[Key]) -> set[Key]:
        """All pages of papers that come from another file, where not all of their pages that are meant were found."""
        more: set[Key] = set()
        for paper in papers:
            mine = [mark for mark in one.pages if mark.paper_id == paper.id]
            for file_id in (
                {span.file_id for span in paper.files} - {mark.file_id for mark in one.pages} if mine else ()
            ):
                own = {key for key in pages_of([paper]) if key[0] == file_id}
                if len(own & set(keys)) < len(mine):
                    more |= own - set(keys)
        return more

    # --- where pages belong

    def _move(self, one: Correction, keys: set[Key], target: int | None) -> None:
        taken: list[Paper] = []
        pieces: set[Key] = set()
        whole = one.paper_id if one.scope == "paper" else None
        source = self._at(one.item_id) if whole else None
        if source is not None and not any(paper.id == whole for paper in self.papers[source]):
            source = None  # the pack came again, and the program has put it to another item
        for n in range(len(self.items)):
            if n == target or source not in {None, n}:
                continue
            left = []
            for paper in self.papers[n]:
                own = set(pages_of([paper]))
                mine = own & keys
                if paper.id == whole or (mine and mine == own):
                    closed = self.items[n].public is not True
                    taken.append(paper.model_copy(update={"public": False}) if closed else paper)
                    continue
                left.append(self._without(n, paper, mine) if mine else paper)
                pieces |= mine
            if left != self.papers[n]:
                self.papers[n] = left
                self._moved.add(n)
        loose, free = self._from_loose(keys)
        taken += loose
        if target is None:
            for key in {*pages_of(taken), *pieces} - self.refs.keys():
                name = self._files[key[0]].name if key[0] in self._files else key[0]
                self.refs[key] = PageRef(file=name, file_id=key[0], page=key[1], reason=TAKEN_OUT)
            return
        self._moved.add(target)
        for paper in (*taken, *self._read(pieces | free)):
            self._put(target, paper)
            for key in pages_of([paper]):
                self.refs.pop(key, None)

    def _from_loose(self, keys: set[Key]) -> tuple[list[Paper], set[Key]]:
        """Of the pages without an item the papers that they are, and those that are to be read as papers first."""
        taken: list[Paper] = []
        free = keys & self.refs.keys()
        for paper in list(self.loose):
            own = set(pages_of([paper]))
            if own & keys:
                self.loose.remove(paper)
                if own <= keys:
                    taken.append(paper)
                    free -= own
                else:
                    self.loose.append(without_pages(paper, own & keys, self._texts, paper.name))
                    free |= own & keys
        return taken, free

    def _put(self, target: int, paper: Paper) -> None:
        """Put a paper to an item; it is never more public than it was, nor than the item."""
        item, own = self.items[target], pages_of([paper])
        public = paper.public is not False and all(self.pages.get(key) is True for key in own) and item.public is True
        mark: Public = True if public else False if item.public is True else item.public
        if not public:
            self._mark(own, mark)
        paper = paper.model_copy(update={"public": mark})
        papers = self.papers[target]
        at = next((n for n, known in enumerate(papers) if known.id == paper.id and not known.files), None)
        if at is not None:
            papers[at] = paper  # only its number stood there
            return
        if any(known.id == paper.id and known.files for others in self.papers for known in others):
            paper = paper.model_copy(update={"id": ra_id("vorlage", paper.id, *next(iter(own), ("", 0)))})
        papers.append(paper)

    def _read(self, keys: set[Key]) -> list[Paper]:
        """Papers of pages that are none yet, or were part of one that they do not belong to."""
        out: list[Paper] = []
        agendas = set(self._found.meeting.file_ids)
        for file_id in sorted({key[0] for key in keys}):
            if file_id not in self._files:
                continue
            pages = tuple(
                Page(number=page, text=text, source="text")
                for (name, page), text in sorted(self._texts.items())
                if name == file_id
            )
            read = ReadFile(file=self._files[file_id], pages=pages, path=Path(self._files[file_id].name))
            wanted = {page for name, page in keys if name == file_id}
            out += loose_papers(sheets_of(read, wanted, opens_file=file_id not in agendas), None)
        return out

    def _without(self, at: int, paper: Paper, gone: Collection[Key]) -> Paper:
        return without_pages(paper, gone, self._texts, self.items[at].name)

    # --- what is public

    def _mark(self, keys: Iterable[Key], public: Public) -> None:
        for key in keys:
            if public is True:
                self.hidden.discard(key)
            elif self.pages.get(key) is True or key in self.hidden:
                self.hidden.add(key)
            self.pages[key] = public

    def _close(self, keys: set[Key], whole: str | None = None) -> None:
        for n, papers in enumerate(self.papers):
            if self.items[n].public is not True:
                continue
            left: list[Paper] = []
            for paper in papers:
                own = set(pages_of([paper]))
                mine = own & keys
                if paper.public is False or (paper.id != whole and not mine):
                    left.append(paper)
                elif paper.id == whole or mine == own:
                    left.append(paper.model_copy(update={"public": False}))
                else:
                    left += [self._without(n, paper, mine), self._closed_part(paper, own, mine)]
            self.papers[n] = left
        for n, paper in enumerate(self.loose):
            if set(pages_of([paper])) & keys:
                self.loose[n] = paper.model_copy(update={"public": False})
                keys = keys | set(pages_of([paper]))
        self._mark(keys, False)

    def _closed_part(self, paper: Paper, own: set[Key], mine: set[Key]) -> Paper:
        part = without_pages(paper, own - mine, self._texts, paper.name)
        name = ": ".join(filter(None, (paper.reference, paper.name)))
        return part.model_copy(
            update={
                "id": ra_id("vorlage", paper.id, CLOSED_PART, *min(mine)),
                "reference": None,
                "name": f"{name} ({CLOSED_PART})",
                "public": False,
                "oparl_id": None,
            }
        )

    def _close_item(self, at: int) -> None:
        """Hide an item with its papers, and the pages of agendas and minutes that tell of it."""
        item = self.items[at]
        keys = {(c.file_id, c.page) for d in item.decisions for c in d.citation if c.file_id and c.page}
        placed = {key for papers in self.papers for key in pages_of(papers)}
        title = squeezed(item.name)
        agendas = {key for key in self._words if key not in placed and key[0] in self._found.meeting.file_ids}
        telling = {key for key in self._words if key not in placed and title and title in self._words[key]}
        keys |= telling or agendas  # it is not known where its title stands
        keys = {key for key in keys if key in self.pages and key not in placed}
        own = set(pages_of(self.papers[at]))
        self._close(own | keys)
        self.items[at] = item.model_copy(update={"public": False})
        self.papers[at] = [p.model_copy(update={"public": False}) for p in self.papers[at]]

    def _open_item(self, at: int) -> None:
        """Make an item public with its papers, but for one that says of itself that it is not."""
        self.items[at] = self.items[at].model_copy(update={"public": True})
        papers = []
        for paper in self.papers[at]:
            says_no = is_confidential(paper.text.text[:3000])
            papers.append(paper.model_copy(update={"public": not says_no}))
            self._mark(pages_of([paper]), not says_no)
        self.papers[at] = papers

    def _open(self, keys: set[Key], whole: str | None) -> bool:
        """Make pages public; those of an item that is not, stay as they are. True if any could be."""
        shut = {key for n, item in enumerate(self.items) if item.public is not True for key in pages_of(self.papers[n])}
        keys = keys - shut
        done = bool(keys)
        self._mark(keys, True)
        for n, papers in enumerate(self.papers):
            if self.items[n].public is not True:
                continue
            left: list[Paper] = []
            for paper in papers:
                own = set(pages_of([paper]))
                mine = own & keys
                if paper.public is not False or (paper.id != whole and not mine):
                    left.append(paper)
                elif paper.id == whole or mine == own:
                    left.append(paper.model_copy(update={"public": True}))
                    done = True
                else:
                    opened = without_pages(paper, own - mine, self._texts, self.items[n].name)
                    rest = self._closed_part(paper, own, own - mine)
                    left += [opened.model_copy(update={"public": True}), rest]
            self.papers[n] = left
        return done


def _part(item: AgendaItem, public: bool, closed: Collection[Key]) -> AgendaItem | None:
    if item.public is not True:
        return None if public else item
    mine = tuple(p for p in item.papers if (p.public is not False) == public)
    decisions = tuple(d for d in item.decisions if cites(_cited(d), closed) is not public)
    missing = tuple(m for m in item.missing_attachments if cites(m.citation, closed) is not public)
    if not public and not mine and not decisions:
        return None
    update: dict[str, object] = {"papers": mine, "decisions": decisions, "missing_attachments": missing}
    if any(key in closed for key in pages_of(item.papers)):
        update["pages"] = None
    return item.model_copy(update=update)


def _cited(decision: Decision) -> list[Citation]:
    return [*decision.citation, *(cited for other in decision.also for cited in other.citation)]


def _runs(text: str) -> set[int]:
    """Hashes of all runs of some words."""
    words = _WORD.findall(text.casefold())
    return {hash(tuple(words[i : i + _RUN])) for i in range(max(len(words) - _RUN + 1, 1))}
