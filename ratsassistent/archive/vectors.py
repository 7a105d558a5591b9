"""Vectors of passages: made by an embedding model, kept beside the passages, compared by brute force.

What enters: a Store, an Embedder. What leaves: which passages are how close to a query, by row number.
What it does not know: words, ranking, which model is used for what.

A vector is kept as one signed byte a dimension and one scale: 150,000 passages of 256 dimensions are 39 MB, and looking
at all of them takes some hundredths of a second, so no index for nearest neighbours is needed. Vectors are kept under
the key of their model and never compared with those of another. A model takes the place of the one that had its role
before; its vectors go. The title that a passage stands under is not read with it: that makes the passages of one paper
alike (15 questions on one pack, gold page among the first three: 0.73 without, 0.60 with it); the full text has it.
What a search has read stays in memory (`forget`); what came since is added, and where a vector went, all is read anew.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Select, delete, func, insert, select, update

from ratsassistent.archive import narrow, near, postgres, tables
from ratsassistent.meaning.embedder import Embedder, Vectors
from ratsassistent.oparl import Passage

if TYPE_CHECKING:  # the store removes vectors, too
    from ratsassistent.archive.store import Store

BATCH = 256  # passages to one transaction
STRETCH = 1024  # vectors made into floats at a time
AT_ONCE = 20_000  # vectors read from the database at a time
READ = "text"  # what is read of a passage; another name where that changes, so that vectors of both never meet

Rows = NDArray[np.int64]
Scores = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Text:
    """What is read of a passage that has no vector yet."""

    row: int
    text_key: str
    text: str


@dataclass(slots=True)
class _Matrix:
    """The vectors of one model in memory, in the order of `rows`."""

    model: int
    removals: int
    last: int  # number of the newest vector, of whatever model, when it was read
    rows: Rows
    scales: Scores
    values: NDArray[np.int8]


_held: WeakKeyDictionary[Store, dict[str, _Matrix]] = WeakKeyDictionary()
_lock = threading.RLock()  # a collected garbage workspace closes its stores wherever this thread happens to be


# --- making vectors ------------------------------------------------------------------------------------------------


def fill(
    store: Store,
    embedder: Embedder,
    role: str,
    *,
    batch: int = BATCH,
    most: int | None = None,
    on_batch: Callable[[int], None] | None = None,
) -> int:
    """Make the vectors of all passages that have none of this model, those taken in last first; returns how many.

    Each batch is kept at once, so that what is interrupted goes on where it stopped.

    :param role: what the model is used for; the vectors of another model with this role are removed.
    :param most: end after about so many passages.
    :param on_batch: told how many passages got their vectors; what it raises ends the work.
    """
    made = 0
    model = model_number(store, embedder, role)
    for texts in _lacking(store, model, batch):
        made += len(texts)
        keep(store, model, texts, _embedded(embedder, texts))
        if on_batch:
            on_batch(len(texts))
        if most is not None and made >= most:
            break
    return made


def fill_these(store: Store, embedder: Embedder, role: str, rows: Sequence[int]) -> None:
    """Make the vectors of these passages, where they have none of this model."""
    model = model_number(store, embedder, role)
    with store.reading() as connection:
        texts = _texts(connection, model, tables.passage.c.rowid.in_([int(row) for row in rows]), len(rows))
    if texts:
        keep(store, model, texts, _embedded(embedder, texts))


def lacking(store: Store, embedder: Embedder) -> int:
    """How many passages have no vector of this model yet."""
    with _compared_there(store, embedder) as found:
        kept = None if found is None else near.count(found[0], found[2])
    if kept is None:
        matrix = _matrix(store, embedder)
        kept = 0 if matrix is None else len(matrix.rows)
    with store.reading() as connection:
        count = int(connection.execute(select(func.count()).select_from(tables.passage)).scalar_one())
    return max(count - kept, 0)


def remove(connection: Connection, rows: Sequence[int]) -> None:
    """Remove the vectors of passages that go, or whose words change, and those of their pieces."""
    table, pieces = tables.vector, tables.piece_vector
    for row in rows:
        connection.execute(delete(pieces).where(pieces.c.row == row))
    removed = sum(connection.execute(delete(table).where(table.c.row == row)).rowcount for row in rows)
    if removed:
        model = tables.embedding_model
        connection.execute(update(model).values(removals=model.c.removals + 1))


def drop(store: Store, role: str) -> None:
    """Remove the model that has this role, with all its vectors."""
    table = tables.embedding_model
    with store.writing() as connection:
        _drop(connection, list(connection.execute(select(table.c.id).where(table.c.role == role)).scalars()))


def forget(store: Store) -> None:
    """Let go of what is in memory of this archive's vectors."""
    with _lock:
        _held.pop(store, None)


# --- comparing -----------------------------------------------------------------------------------------------------


def nearest(
    store: Store, embedder: Embedder, question: Vectors, limit: int, among: Rows | None = None
) -> list[tuple[int, float]]:
    """The passages whose vectors are nearest to that of a question (shape (dimensions,)), with their cosines.

    :param among: sorted row numbers to look at, or None for all.
    """
    with _compared_there(store, embedder) as found:
        if found is not None:
            connection, there, model = found
            return near.nearest(connection, there, model, question, limit, None if among is None else among.tolist())
    matrix = _matrix(store, embedder)
    if matrix is None:
        return []
    rows, chosen = matrix.rows, None
    if among is not None:
        chosen = np.flatnonzero(np.isin(rows, among))
        rows = rows[chosen]
    scores = _cosines(matrix, question, chosen)
    if len(scores) > limit:
        best = np.argpartition(scores, -limit)[-limit:]
        rows, scores = rows[best], scores[best]
    order = np.lexsort((rows, -scores))
    return [(int(rows[n]), float(scores[n])) for n in order]


def cosines(store: Store, embedder: Embedder, question: Vectors, rows: Sequence[int]) -> dict[int, float]:
    """How near passages are to a question; those without a vector of this model are left out."""
    wanted = np.array(list(rows), dtype=np.int64)
    with _compared_there(store, embedder) as found:
        matrix = _some(found[0], found[2], embedder.dimensions, wanted) if found else None
    matrix = matrix or _matrix(store, embedder)
    if matrix is None:
        return {}
    chosen = np.flatnonzero(np.isin(matrix.rows, wanted))
    scores = _cosines(matrix, question, chosen)
    return dict(zip(matrix.rows[chosen].tolist(), scores.tolist(), strict=True))


def pack(vectors: Vectors) -> list[bytes]:
    """Vectors as they are kept: a scale and one signed byte a dimension."""
    peaks = np.abs(vectors).max(axis=1, initial=0.0)
    scales = (np.where(peaks > 0, peaks, 1.0) / 127).astype("<f4")
    values = np.rint(vectors / scales[:, None]).astype(np.int8)
    return [scale.tobytes() + value.tobytes() for scale, value in zip(scales, values, strict=True)]


def unpack(bodies: Sequence[bytes], dimensions: int) -> tuple[Scores, NDArray[np.int8]]:
    """The scales and bytes of vectors as they are kept."""
    shape = np.dtype([("scale", "<f4"), ("values", "i1", (dimensions,))])
    held = np.frombuffer(b"".join(bodies), dtype=shape)
    return np.ascontiguousarray(held["scale"]), np.ascontiguousarray(held["values"])


# --- private -------------------------------------------------------------------------------------------------------


def _cosines(matrix: _Matrix, question: Vectors, chosen: NDArray[np.intp] | None) -> Scores:
    count = len(matrix.rows) if chosen is None else len(chosen)
    scores = np.empty(count, dtype=np.float32)
    for start in range(0, count, STRETCH):
        part: Any = slice(start, start + STRETCH)
        of: Any = part if chosen is None else chosen[part]
        scores[part] = (matrix.values[of].astype(np.float32) @ question) * matrix.scales[of]
    return scores


@contextmanager
def _compared_there(store: Store, embedder: Embedder) -> Iterator[tuple[Connection, near.Extension, int] | None]:
    """The connection to a database that compares the vectors of a model by itself; None where it is done here, in memory."""
    if not postgres.is_postgres(store._engine):
        yield None
        return
    known = tables.embedding_model
    with store.reading() as connection:
        if narrow.is_narrow(connection):  # its table is not seen through a view
            yield None
            return
        model = connection.execute(select(known.c.id).where(known.c.key == _key(embedder))).scalar()
        there = None if model is None else near.serving(store, connection, model)
        yield None if there is None or model is None else (connection, there, model)


def _some(connection: Connection, model: int, dimensions: int, rows: Rows) -> _Matrix | None:
    """The vectors of these passages alone."""
    vector = tables.vector
    query = select(vector.c.row, vector.c.body).where(vector.c.model == model, vector.c.row.in_(rows.tolist()))
    found = connection.execute(query).all()
    if not found:
        return None
    scales, values = unpack([one.body for one in found], dimensions)
    return _Matrix(model, 0, 0, np.array([one.row for one in found], dtype=np.int64), scales, values)


def _matrix(store: Store, embedder: Embedder) -> _Matrix | None:
    """What is held of a model, brought up to date; None where nothing is."""
    model, vector = tables.embedding_model, tables.vector
    with _lock, store.reading() as connection:
        held = _held.setdefault(store.shared, {})
        row = connection.execute(select(model.c.id, model.c.removals).where(model.c.key == _key(embedder))).first()
        if row is None:
            held.pop(_key(embedder), None)
            return None
        known = held.get(_key(embedder))
        if known is None or (known.model, known.removals) != (row.id, row.removals):
            known = _nothing(row.id, row.removals, embedder.dimensions)
        # Whatever came is looked through once: else each search would pass by all the vectors of other models made later.
        newest = connection.execute(select(func.max(vector.c.number)).where(vector.c.number > known.last)).scalar()
        if newest is not None:
            query = select(vector.c.number, vector.c.row, vector.c.body).where(
                vector.c.number > known.last, vector.c.number <= newest, vector.c.model == row.id
            )
            rows, scales, values = [known.rows], [known.scales], [known.values]
            found = connection.execute(query.order_by(vector.c.number).execution_options(yield_per=AT_ONCE))
            for (
                some
            ) in found.partitions():  # a large archive's vectors as rows take five times the memory of the numbers
                scale, value = unpack([one.body for one in some], embedder.dimensions)
                rows.append(np.array([one.row for one in some], dtype=np.int64))
                scales.append(scale)
                values.append(value)
            known = _Matrix(
                row.id, row.removals, newest, np.concatenate(rows), np.concatenate(scales), np.concatenate(values)
            )
        held[_key(embedder)] = known
        return known if len(known.rows) else None


def _key(embedder: Embedder) -> str:
    return f"{embedder.key} {READ}"


def _nothing(model: int, removals: int, dimensions: int) -> _Matrix:
    empty = np.empty((0, dimensions), dtype=np.int8)
    return _Matrix(model, removals, 0, np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float32), empty)


def model_number(store: Store, embedder: Embedder, role: str) -> int:
    """The number of a model in this archive; another model with this role goes, with its vectors."""
    if store.is_locked:  # it holds nothing that could have vectors
        return 0
    table = tables.embedding_model
    known = select(table.c.id).where(table.c.key == _key(embedder), table.c.role == role)
    with store.reading() as connection:
        found = connection.execute(known).scalar()
    if found is not None:
        return int(found)
    with store.writing() as connection:
        found = connection.execute(known).scalar()
        if found is None:
            old = list(connection.execute(select(table.c.id).where(table.c.role == role)).scalars())
            _drop(connection, old)
            values = {"role": role, "key": _key(embedder), "removals": 0}
            connection.execute(insert(table).values(values))
            found = connection.execute(known).scalar_one()
    return int(found)


def _drop(connection: Connection, models: Sequence[int]) -> None:
    for table in (tables.vector, tables.piece_vector):
        connection.execute(delete(table).where(table.c.model.in_(models)))
    model = tables.embedding_model
    connection.execute(delete(model).where(model.c.id.in_(models)))
    if models:  # numbers of vectors that went are given again: what others have read of so far says nothing any more
        connection.execute(update(model).values(removals=model.c.removals + 1))
    near.forget(connection, models)


def _lacking(store: Store, model: int, batch: int) -> Iterator[list[Text]]:
    """The passages without a vector, from the newest to the oldest."""
    row = tables.passage.c.rowid
    below: int | None = None
    while True:
        with store.reading() as connection:
            texts = _texts(connection, model, None if below is None else row < below, batch)
        if not texts:
            return
        below = texts[-1].row
        yield texts


def _texts(connection: Connection, model: int, condition: Any, limit: int) -> list[Text]:
    passage, vector = tables.passage, tables.vector
    query: Select[Any] = select(passage.c.rowid, passage.c.text_key, passage.c.body)
    query = query.outerjoin(vector, (vector.c.row == passage.c.rowid) & (vector.c.model == model))
    query = query.where(vector.c.row.is_(None)).order_by(passage.c.rowid.desc()).limit(limit)
    if condition is not None:
        query = query.where(condition)
    return [
        Text(row.rowid, row.text_key, Passage.model_validate_json(row.body).text) for row in connection.execute(query)
    ]


def _embedded(embedder: Embedder, texts: Sequence[Text]) -> Vectors:
    """The vectors of these texts; one that comes several times is embedded once."""
    places = {text: number for number, text in enumerate(dict.fromkeys(text.text for text in texts))}
    vectors = embedder.passages(list(places))
    return vectors[[places[text.text] for text in texts]]


def keep(store: Store, model: int, texts: Iterable[Text], vectors: Vectors) -> None:
    """Write vectors; not those of passages that went, changed or got theirs meanwhile."""
    passage, vector, table = tables.passage, tables.vector, tables.embedding_model
    given = {text.row: (text.text_key, body) for text, body in zip(texts, pack(vectors), strict=True)}
    query = select(passage.c.rowid, passage.c.text_key).outerjoin(
        vector, (vector.c.row == passage.c.rowid) & (vector.c.model == model)
    )
    query = query.where(passage.c.rowid.in_(list(given)), vector.c.row.is_(None))
    with store.writing() as connection:
        if connection.execute(select(table.c.id).where(table.c.id == model)).first() is None:
            return  # another model took its place meanwhile
        entries = [
            {"row": row.rowid, "model": model, "body": given[row.rowid][1]}
            for row in connection.execute(query)
            if row.text_key == given[row.rowid][0]
        ]
        if entries:
            connection.execute(insert(vector), entries)
            if postgres.is_postgres(connection):
                show(connection, model, {entry["row"]: entry["body"] for entry in entries})


def show(connection: Connection, model: int, bodies: dict[int, bytes], *, indexed: bool = True) -> None:
    """Let the database compare vectors that are kept, by row number, if it can."""
    if not bodies:
        return
    scales, values = unpack(list(bodies.values()), len(next(iter(bodies.values()))) - 4)
    floats = values.astype(np.float32) * scales[:, None]
    near.put(connection, model, dict(zip(bodies, floats, strict=True)), indexed=indexed)


def show_all(connection: Connection) -> None:
    """Let the database compare all vectors, as after an archive was copied into it."""
    vector = tables.vector
    for model in connection.execute(select(tables.embedding_model.c.id)).scalars().all():
        query = select(vector.c.row, vector.c.body).where(vector.c.model == model)
        bodies: dict[int, bytes] = {}
        size = 0
        for row, body in connection.execute(query, execution_options={"yield_per": STRETCH}):
            bodies[row], size = bytes(body), len(body)
            if len(bodies) == STRETCH:
                show(connection, model, bodies, indexed=False)
                bodies.clear()
        show(connection, model, bodies, indexed=False)
        if size:
            near.index(connection, model, size - 4)
