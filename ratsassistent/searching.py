"""Search over everything held, by words and by meaning, and the vectors that it needs.

What enters: an opened Workspace, what somebody looks for. What leaves: Hits of both stores, the best first.
What it does not know: how hits are found and weighed (`archive.index`), how embedding models are run (`meaning`).

The small static model is always there: what is taken in gets its vectors at once. The transformer is there where it was
fetched: it reads what a search finds first, and the rest in the background, what was taken in last before all else.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ratsassistent import closest, held
from ratsassistent import worker as background
from ratsassistent.archive import choices as archived
from ratsassistent.archive import german, openings, pieces, vectors
from ratsassistent.archive.index import STATIC, TRANSFORMER, Index
from ratsassistent.archive.store import Store
from ratsassistent.briefings import Hit
from ratsassistent.jobs import Job
from ratsassistent.meaning.embedder import Embedder
from ratsassistent.workspace import Workspace

AT_ONCE = 3000  # passages whose static vectors are made before a search goes on; more than these wait for the worker
A_TURN = 500  # passages of one store that the transformer reads before it looks at the other one
PAPERS = 3  # of the best hits, that `within` looks into
SECONDS_WITHIN = 1.5  # for each of its steps
SECONDS = 2.0  # that a search may take before it stops reading what no model has read yet
STEP = 32  # passages that it reads before it asks whether to go on
NEWEST = 4000  # passages, the newest of each store, whose sentences it reads beforehand: some three large packs
PRIORITY = -10  # of that work: everything else goes first
_EDGES = re.compile(r"^(\W*)(.*?)(\W*)$", re.DOTALL)  # signs around a word


@dataclass(frozen=True, slots=True)
class Choices:
    """What a search can be narrowed to; meetings by id, name and start, the newest first."""

    organizations: tuple[str, ...] = ()
    paper_types: tuple[str, ...] = ()
    meetings: tuple[tuple[str, str, str | None], ...] = ()


def choices(ws: Workspace, most_meetings: int) -> Choices:
    """What there is to choose from in both stores."""
    meetings = {key: (key, name, start) for s in ws.stores for key, name, start in archived.meetings(s, most_meetings)}
    newest = sorted(meetings.values(), key=lambda one: one[2] or "", reverse=True)[:most_meetings]
    names = {german.fold_name(name): name for s in ws.stores for name in archived.organizations(s)}
    kinds = {german.fold_name(name): name for s in ws.stores for name in archived.paper_types(s)}
    return Choices(tuple(sorted(names.values())), tuple(sorted(kinds.values())), tuple(newest))


def by_meaning(ws: Workspace) -> bool:
    """Whether any embedding model is at hand, so that a search finds more than words."""
    return ws.meaning.static is not None or ws.meaning.transformer is not None


def get_ready(ws: Workspace) -> None:
    """Load what a first search would have to wait for: the embedding models, and the vectors of what is held.

    :raises ModelError: a model cannot be loaded. :raises StorageError: the archive cannot be read.
    """
    for model in (ws.meaning.static, ws.meaning.transformer):
        if model is not None:
            model.questions(["Beschluss"])
            for store in ws.stores:
                vectors.lacking(store, model)


def marked(hit: Hit) -> list[tuple[str, bool]]:
    """The snippet of a hit in pieces that give it back when they are joined; True where a word that was found stands."""
    found = {token.stem for word in (hit.why.words if hit.why else ()) for token in german.tokens(word.found)}
    out: list[tuple[str, bool]] = []
    for piece in re.split(r"(\s+)", hit.snippet):
        edges = _EDGES.match(piece)
        if edges and edges[2] and any(token.stem in found for token in german.pieces(piece)):
            out += [(edges[1], False), (edges[2], True), (edges[3], False)]
        else:
            out.append((piece, False))
    return [(text, is_found) for text, is_found in out if text]


def find(
    ws: Workspace,
    text: str,
    *,
    limit: int = 20,
    wanted: str | None = None,
    public: bool | None = None,
    quick: bool = False,
    within: int = 0,
    within_for: str = "",
    **filters: Any,
) -> list[Hit]:
    """Search everything held, or one meeting; hits of both stores, best first.

    :param public: True: only what is public, False: only what is not, or not known to be.
    :param quick: read nothing anew; what the models have read before counts.
    :param within: so many passages more, of the papers that the best hits belong to: where a question names a matter,
        its paper is found by the passage that introduces it, and the answer may stand in another one.
    :param within_for: words that are looked for in these papers beside the text.
    :param filters: `organization`, `since`, `until`, `paper_type`, `one_a_file` of `Index.search`.
    :raises NotFound: there is no such meeting. :raises Ambiguous: there are several.
    """
    meeting_id = _meeting_id(ws, wanted) if wanted else None
    stores = [store for store in ws.stores if public is None or (store is ws.public) == public]
    started = time.monotonic()
    most = max(limit, closest.LOOKED_AT)
    filters |= {"meeting_id": meeting_id}
    hits = _found(ws, stores, text, most, started + (0.0 if quick else ws.meaning.seconds), filters)
    if within and hits:
        near = closest.order(ws, text, hits, seconds=0.0 if quick else SECONDS_WITHIN)
        papers = list(dict.fromkeys(hit.passage.paper_id for hit in near))[:PAPERS]
        end = time.monotonic() + (0.0 if quick else SECONDS_WITHIN)
        known = {hit.passage.id for hit in hits}
        wider = f"{text} {within_for}" if within_for else text
        more = _found(ws, stores, wider, most + within, end, filters | {"paper_ids": papers})
        more = [hit for hit in more if hit.passage.id not in known][:within]
        hits += more
        return closest.order(ws, text, hits, most=len(hits), seconds=0.0 if quick else SECONDS_WITHIN)[: limit + within]
    left_over = 0.0 if quick else started + SECONDS - time.monotonic()
    wide = meeting_id is None and "item_id" not in filters
    return closest.order(ws, text, hits[:most], wide=wide, seconds=left_over)[:limit]


def _found(
    ws: Workspace, stores: Sequence[Store], text: str, most: int, end: float, filters: dict[str, Any]
) -> list[Hit]:
    """The hits of all these stores, best first. `end`: when the transformer has to stop reading."""
    hits: list[Hit] = []
    for left, store in reversed(list(enumerate(stores, 1))):  # what the smaller one does not need, the other one has
        now = time.monotonic()
        deadline = now + (end - now) / left
        found = _index(ws, store).search(text, limit=most, deadline=deadline, **filters)
        hits += [hit.model_copy(update={"public": store is ws.public}) for hit in found]
    return sorted(hits, key=lambda h: (-h.score, h.public is not True))[:most]


def read_meaning(ws: Workspace) -> None:
    """Make the static vectors of what was just taken in, and have the transformer read it in the background."""
    static = ws.meaning.static
    if static is not None:
        for store in ws.stores:
            vectors.fill(store, static, STATIC)
    transformer = ws.meaning.transformer
    if transformer is None:
        return
    if any(vectors.lacking(s, transformer) or openings.lacking(s, transformer) for s in ws.stores):
        order_vectors(ws)


def order_vectors(ws: Workspace) -> Job:
    """Put the making of vectors into the queue, behind all else, and see that a worker runs."""
    job = ws.jobs.add("vektoren", "Textstellen für die Suche nach Bedeutung vorbereiten", {}, priority=PRIORITY)
    background.ensure_worker(ws.settings)
    return job


def make_vectors(ws: Workspace, on_batch: Callable[[int, int], None]) -> int:
    """Make all vectors that are lacking; returns how many of passages. What is interrupted goes on where it stopped.

    The static ones come first; then how papers begin, which is soon done and tells most; then passages, what was taken in last
    before all else, in turns between the stores. At the end the sentences of the newest passages.

    :param on_batch: told how many are done, and of how many; what it raises ends the work.
    """
    models = [(m, role) for m, role in ((ws.meaning.static, STATIC), (ws.meaning.transformer, TRANSFORMER)) if m]
    total = sum(vectors.lacking(store, model) for store in ws.stores for model, _ in models)
    done = opened = 0

    def tell(count: int) -> None:
        nonlocal done
        done += count
        on_batch(done, max(total, done))

    transformer = ws.meaning.transformer
    if transformer is not None:
        total += sum(openings.lacking(store, transformer) for store in ws.stores)
    for model, role in models:
        if role == TRANSFORMER:
            for store in ws.stores:
                opened += openings.fill(store, model, tell)
        while sum(_turn(store, model, role, tell) for store in ws.stores):
            pass
    if transformer is not None:
        for store in ws.stores:
            for passages in pieces.unread(store, transformer, NEWEST, STEP):
                on_batch(done, max(total, done))
                closest.read(ws, store, passages)
    return done - opened


def _meeting_id(ws: Workspace, wanted: str) -> str:
    known = (store.meeting_id(wanted) for store in ws.stores)  # much faster than to look at all their names
    return next((found for found in known if found), None) or held.wanted_meeting(ws, wanted).id


def _turn(store: Store, model: Embedder, role: str, tell: Callable[[int], None]) -> int:
    if role == STATIC:
        return vectors.fill(store, model, role, on_batch=tell)
    return vectors.fill(store, model, role, batch=STEP, most=A_TURN, on_batch=tell)


def _index(ws: Workspace, store: Store) -> Index:
    static = ws.meaning.static
    if static is not None and (count := vectors.lacking(store, static)):
        if count <= AT_ONCE:
            vectors.fill(store, static, STATIC)
        else:  # an archive of an earlier version
            order_vectors(ws)
    return Index(store, ws.meaning)
