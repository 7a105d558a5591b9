"""Search in one archive: what a user types becomes passages, the best first.

What enters: a question or some words in everyday German, filters, and the embedding models that are at hand. What
leaves: Hits. What it does not know: FTS5 (`fulltext`), stems (`german`), how words are weighed (`query`), how vectors
are kept (`vectors`), language models, dates as a reason to be first.

Two stages. The full text gives the rows that hold any word of the query, best by bm25; the vectors of a small static
model, and those of a transformer that are kept already, give the rows nearest in meaning; the papers whose beginnings are
nearest to it (`openings`) give theirs. All of these are weighed word
by word and by their cosines. Of the best some dozens, those that have no vector of the transformer yet get one, within
some seconds, and it is kept. The three signals are added with weights that were measured (`benchmarks/suche.py`).

Without a transformer two signals are added, without any model one is left. Of passages with the same or nearly the same
words only the best is a hit; the others are named with it.
"""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from sqlalchemy import Connection, Select, func, select

from ratsassistent.archive import fulltext, german, openings, query, saving, tables, vectors
from ratsassistent.archive.folding import Folder
from ratsassistent.archive.store import Store
from ratsassistent.briefings import Duplicate, Hit, Why
from ratsassistent.meaning.embedder import Embedder, Vectors
from ratsassistent.oparl import AgendaItem, Meeting, Paper, Passage, Public

CANDIDATES, NEAR = 200, 100  # of the full text, and of each model
PAPERS_NEAR, OF_PAPERS = 30, 100  # papers that begin nearest in meaning, and how many of their passages
STATIC, TRANSFORMER = "static", "transformer"  # the roles of models
_asking = threading.Lock()


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each signal counts: how well the words fit (about 0 to 1), and cosines.

    `cue`: what is added where a passage holds a number or date and the question asks for one; None: as much of the
    words' score as `query.cue` says.
    """

    words: float
    static: float
    transformer: float
    cue: float | None = None


# Of words and transformer: some forty combinations compared on the facts of three packs (153 sentences) and their 45
# questions. Of the static model: eight values on all keypoint queries, the paraphrases and 30 questions on the archive; more
# of it finds more of everyday questions, and loses first places of the others. Figures on these sets are therefore not
# held out.
ONLY_WORDS = Weights(1.0, 0.0, 0.0)
FIRST_STAGE = Weights(1.0, 0.2, 0.0)
BOTH_STAGES = Weights(1.0, 0.2, 5.0, 0.1)
OPENING = 1.0  # of how near the beginning of a passage's paper is, beyond what has nothing to do with the question
PAGED = 0.1  # within a meeting: for a place that can be opened at its page, before texts without pages (OParl)


@dataclass(slots=True)
class Meaning:
    """The embedding models that are at hand, and how much time the transformer may take for one search.

    `ranked`: of how many passages it makes the vectors that it lacks; `step`: how many at once; no step begins after
    `seconds`. `least_static`, `least_transformer`: the cosines below which meaning alone makes no hit. `unread`: the
    cosine that is taken for what the transformer has not read; about that of passages that have nothing to do with
    the question.
    """

    static: Embedder | None = None
    transformer: Embedder | None = None
    ranked: int = 40
    step: int = 4
    seconds: float = 1.2
    least_static: float = 0.45
    least_transformer: float = 0.82
    unread: float = 0.8
    _asked: dict[tuple[str, str], Vectors] = field(default_factory=dict)

    def question(self, embedder: Embedder, text: str) -> Vectors:
        """The vector of a question; kept for the other archive."""
        key = (embedder.key, text)
        known = self._asked.get(key)
        if known is None:
            known = embedder.questions([text])[0]
            with _asking:  # several threads may search in one workspace
                while len(self._asked) >= 16:
                    self._asked.pop(next(iter(self._asked)))
                self._asked[key] = known
        return known


@dataclass(slots=True)
class _Candidate:
    row: fulltext.Row
    words: float
    static: float | None = None
    transformer: float | None = None
    opening: float | None = None  # of its paper
    score: float = 0.0
    meaning: float = 0.0  # the part of the score that is owed to it


class Index:
    """Search over the passages of one archive."""

    def __init__(self, store: Store, meaning: Meaning | None = None) -> None:
        self._store = store
        self._meaning = meaning or Meaning()

    @property
    def _weights(self) -> Weights:
        if self._meaning.transformer is not None:
            return BOTH_STAGES
        return ONLY_WORDS if self._meaning.static is None else FIRST_STAGE

    def search(
        self,
        text: str,
        *,
        limit: int = 50,
        meeting_id: str | None = None,
        item_id: str | None = None,
        organization: str | None = None,
        since: dt.date | str | None = None,
        until: dt.date | str | None = None,
        paper_type: str | None = None,
        paper_ids: Collection[str] | None = None,
        one_a_file: bool = False,
        deadline: float | None = None,
    ) -> list[Hit]:
        """The passages that fit the query best; empty if none holds any of its words or comes near in meaning.

        :param text: any text at all; nothing in it is a command.
        :param organization: only meetings whose organization's name holds this; case and white space do not matter.
        :param since: only meetings on this day (ISO) or later; `until`: on this day or earlier.
        :param paper_type: only papers whose type holds this ("Antrag").
        :param paper_ids: only passages of these papers.
        :param one_a_file: of a file without pages (OParl) only the best passage, for a list that leads to files.
        :param deadline: when the transformer has to stop reading (of `time.monotonic`); else `Meaning.seconds` from now.
        :raises StorageError: the archive cannot be read.
        """
        if limit < 1 or not text.strip():
            return []
        among = _among(meeting_id, item_id, organization, since, until, paper_type, paper_ids)
        with self._store.reading() as connection:
            words = query.words_of(connection, text)
            if not words:
                return []
            # Within a meeting the transformer has read every passage, and knows better than from how papers begin.
            wide = meeting_id is None and item_id is None
            found = self._candidates(connection, text, words, among, max(CANDIDATES, 2 * limit), wide=wide)
        self._rank(text, found, deadline)
        with self._store.reading() as connection:
            paged = PAGED if meeting_id is not None or item_id is not None else 0.0
            return self._hits(connection, text, words, found, limit, one_a_file, paged)

    # --- candidates and their scores

    def _candidates(
        self,
        connection: Connection,
        text: str,
        words: Sequence[query.Word],
        among: Select[Any] | None,
        most: int,
        *,
        wide: bool,
    ) -> dict[int, _Candidate]:
        lookups = query.lookups(words)
        rows = {row.row: row for row in fulltext.candidates(connection, lookups, among, most)}
        mean = sum(row.stem.count(" ") + 1 for row in rows.values()) / max(len(rows), 1)
        inside = None
        if among is not None and self._weights is not ONLY_WORDS:
            inside = np.array(sorted(connection.execute(among).scalars()), dtype=np.int64)
        near = self._near(text, inside)
        if wide and (papers := self._papers_near(text, inside)):
            rows |= {
                row.row: row for row in fulltext.candidates(connection, lookups, _of_papers(papers, among), OF_PAPERS)
            }
            near.append(papers)
        new = {number for found in near for number in found} - rows.keys()
        rows |= {row.row: row for row in fulltext.rows(connection, sorted(new))}
        weights: query.Weights = {}
        found = {n: _Candidate(row, query.score(words, row, mean or 1.0, weights)) for n, row in rows.items()}
        if wide:
            self._add_openings(connection, text, found)
        return found

    def _near(self, text: str, inside: vectors.Rows | None) -> list[list[int]]:
        """The rows nearest in meaning, by each model; only those inside, where given."""
        models = [model for model in (self._meaning.static, self._meaning.transformer) if model is not None]
        return [
            [n for n, _ in vectors.nearest(self._store, m, self._meaning.question(m, text), NEAR, inside)]
            for m in models
        ]

    def _papers_near(self, text: str, inside: vectors.Rows | None) -> list[int]:
        """The first passages of the papers whose beginnings are nearest in meaning."""
        transformer = self._meaning.transformer
        if transformer is None:
            return []
        asked = self._meaning.question(transformer, text)
        found = vectors.nearest(self._store, openings.Opening(transformer), asked, PAPERS_NEAR, inside)
        return [number for number, _ in found]

    def _add_openings(self, connection: Connection, text: str, found: dict[int, _Candidate]) -> None:
        """Tell each candidate how near its paper's beginning is."""
        transformer = self._meaning.transformer
        if transformer is None or not found:
            return
        passage = tables.passage
        of_these = select(passage.c.rowid, passage.c.paper_id).where(passage.c.rowid.in_(list(found)))
        papers = {row.rowid: row.paper_id for row in connection.execute(of_these)}
        first = select(passage.c.paper_id, func.min(passage.c.rowid).label("row")).group_by(passage.c.paper_id)
        first = first.where(passage.c.paper_id.in_(sorted(set(papers.values()))))
        rows = {row.paper_id: row.row for row in connection.execute(first)}
        asked = self._meaning.question(transformer, text)
        near = vectors.cosines(self._store, openings.Opening(transformer), asked, list(rows.values()))
        for number, one in found.items():
            one.opening = near.get(rows[papers[number]])

    def _rank(self, text: str, found: dict[int, _Candidate], deadline: float | None) -> None:
        """Give each candidate its score."""
        static, transformer = self._meaning.static, self._meaning.transformer
        if static is not None:
            for number, cosine in vectors.cosines(
                self._store, static, self._meaning.question(static, text), list(found)
            ).items():
                found[number].static = cosine
        _add_up(found.values(), FIRST_STAGE if static is not None else ONLY_WORDS, 0.0)
        if transformer is None:
            return
        self._read_best(transformer, found, time.monotonic() + self._meaning.seconds if deadline is None else deadline)
        for number, cosine in vectors.cosines(
            self._store, transformer, self._meaning.question(transformer, text), list(found)
        ).items():
            found[number].transformer = cosine
        _add_up(found.values(), self._weights, self._meaning.unread)

    def _read_best(self, transformer: Embedder, found: dict[int, _Candidate], deadline: float) -> None:
        """Let the transformer read the best candidates that it has not read yet, as long as there is time."""
        best = sorted(found, key=lambda n: (-found[n].score, n))[: self._meaning.ranked]
        for start in range(0, len(best), self._meaning.step):
            if time.monotonic() > deadline:
                return
            vectors.fill_these(self._store, transformer, TRANSFORMER, best[start : start + self._meaning.step])

    def _is_near(self, one: _Candidate) -> bool:
        """True where a passage without any word of the query is near enough in meaning to be a hit."""
        if one.transformer is not None:
            return one.transformer >= self._meaning.least_transformer
        return one.static is not None and one.static >= self._meaning.least_static

    # --- hits

    def _hits(
        self,
        connection: Connection,
        text: str,
        words: Sequence[query.Word],
        found: dict[int, _Candidate],
        limit: int,
        one_a_file: bool,
        paged: float,
    ) -> list[Hit]:
        cue = query.cue(text)
        ranked = []
        for row in _rows(connection, found):
            body = Passage.model_validate_json(row.body)
            one = found[row.rowid]
            if one.words <= 0 and not self._is_near(one):
                continue
            extra = one.words if self._weights.cue is None else self._weights.cue
            score = one.score + extra * (cue(body.text) - 1) + paged * (_page(body) is not None)
            ranked.append((score, body, row))
        # With equal scores the passage that belongs to a meeting goes first, and then the order is always the same.
        ranked.sort(key=lambda entry: (-entry[0], entry[1].meeting_id is None, entry[1].id))
        folder, files = Folder(), set[str]()
        kept: list[tuple[float, Passage, Any]] = []
        duplicates: dict[int, dict[tuple[str, int | None, str | None], Duplicate]] = {}
        for score, body, row in ranked:
            place = folder.place(row.text_key, found[row.rowid].row.plain)
            if place is None:
                kept.append((score, body, row))
                continue
            other = body
            if _page(body) and not _page(kept[place][1]):  # of the same words those that have a page are shown
                other, kept[place] = kept[place][1], (kept[place][0], body, row)
            duplicates.setdefault(place, {}).update(_duplicate(other))
        hits: list[Hit] = []
        papers: dict[str, Paper | None] = {}
        for place, (score, body, row) in enumerate(kept):
            if len(hits) == limit:
                break
            whole = {c.file_id or c.file for c in body.citation if c.page is None}
            if one_a_file and whole & files:
                continue
            files |= whole
            if body.paper_id not in papers:
                papers[body.paper_id] = _paper(connection, body.paper_id)
            others = duplicates.get(place, {})
            for key in _duplicate(body):
                others.pop(key, None)
            hits.append(self._hit(score, body, papers[body.paper_id], row, found[row.rowid], words, others.values()))
        return hits

    def _hit(
        self,
        score: float,
        passage: Passage,
        paper: Paper | None,
        row: Any,
        one: _Candidate,
        words: Sequence[query.Word],
        duplicates: Iterable[Duplicate],
    ) -> Hit:
        meeting = None if row.meeting is None else Meeting.model_validate_json(row.meeting)
        public: Public = None if row.item is None else AgendaItem.model_validate_json(row.item).public
        if row.item is None and paper is not None:
            public = paper.public
        found = query.found_words(words, passage.text, row.head)
        return Hit(
            passage=passage,
            paper=paper,
            meeting=passage.meeting_id,
            organization=meeting.organization if meeting else None,
            date=meeting.start[:10] if meeting and meeting.start else None,
            public=True if self._store.public else public,
            score=round(score, 4),
            snippet=query.snippet(passage.text, words),
            why=Why(words=found, meaning=round(one.meaning, 2)),
            duplicates=tuple(duplicates),
        )


def _add_up(found: Iterable[_Candidate], weights: Weights, unread: float) -> None:
    """The score of each candidate.

    :param unread: the cosine of one that the transformer has not read, unless the beginning of its paper is nearer.
    """
    for one in found:
        words = weights.words * one.words
        near = weights.static * max(one.static or 0.0, 0.0)
        opening = unread if one.opening is None else max(one.opening, unread)
        cosine = opening if one.transformer is None else one.transformer
        one.score = words + near + weights.transformer * max(cosine, 0.0)
        if weights.transformer:
            one.score += OPENING * (opening - unread)
        near += weights.transformer * max(cosine - unread, 0.0)
        one.meaning = near / (words + near) if near > 0 else 0.0


def _page(passage: Passage) -> int | None:
    return next((cited.page for cited in passage.citation), None)


def _duplicate(passage: Passage) -> dict[tuple[str, int | None, str | None], Duplicate]:
    first = next(iter(passage.citation), None)
    if first is None:
        return {}
    made = Duplicate(file=first.file, file_id=first.file_id, page=first.page, meeting=passage.meeting_id)
    return {(first.file_id or first.file, first.page, passage.meeting_id): made}


def _rows(connection: Connection, numbers: Iterable[int]) -> Sequence[Any]:
    passage, item, meeting = tables.passage, tables.agenda_item, tables.meeting
    return connection.execute(
        select(
            passage.c.rowid, passage.c.text_key, passage.c.head, passage.c.body, meeting.c.body.label("meeting"),
            item.c.body.label("item"),
        )
        .outerjoin(meeting, meeting.c.id == passage.c.meeting_id)
        .outerjoin(item, item.c.id == passage.c.item_id)
        .where(passage.c.rowid.in_(list(numbers)))
    ).all()  # fmt: skip


def _among(
    meeting_id: str | None,
    item_id: str | None,
    organization: str | None,
    since: dt.date | str | None,
    until: dt.date | str | None,
    paper_type: str | None,
    paper_ids: Collection[str] | None,
) -> Select[Any] | None:
    """The rows that pass the filters, or None if there is no filter."""
    passage, meeting, paper = tables.passage, tables.meeting, tables.paper
    conditions = []
    if meeting_id is not None:
        conditions.append(passage.c.meeting_id == meeting_id)
    if item_id is not None:
        conditions.append(passage.c.item_id == item_id)
    if organization:
        conditions.append(meeting.c.organization_key.contains(german.fold_name(organization), autoescape=True))
    if since is not None:
        conditions.append(meeting.c.start >= str(since))
    if until is not None:
        conditions.append(meeting.c.start < str(until) + "~")  # behind every time of that day
    if paper_type:
        conditions.append(paper.c.type_key.contains(german.fold_name(paper_type), autoescape=True))
    if paper_ids is not None:
        conditions.append(passage.c.paper_id.in_(sorted(paper_ids)))
    if not conditions:
        return None
    chosen = select(passage.c.rowid).outerjoin(meeting, meeting.c.id == passage.c.meeting_id)
    return chosen.join(paper, paper.c.id == passage.c.paper_id).where(*conditions)


def _of_papers(first: Sequence[int], among: Select[Any] | None) -> Select[Any]:
    """The rows of the papers that begin with these, as far as they pass the filters."""
    passage = tables.passage
    papers = select(passage.c.paper_id).where(passage.c.rowid.in_(first))
    theirs = select(passage.c.rowid).where(passage.c.paper_id.in_(papers))
    return theirs if among is None else theirs.where(passage.c.rowid.in_(among))


def _paper(connection: Connection, paper_id: str) -> Paper | None:
    """The paper without its text, which nobody needs to name it and which may be a book."""
    wanted = select(saving.without_text(tables.paper.c.body)).where(tables.paper.c.id == paper_id)
    body = connection.execute(wanted).scalar()
    return None if body is None else Paper.model_validate_json(body)
