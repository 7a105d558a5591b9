"""Vectors of the pieces of passages: sentences and rows, each read together with what it stands under.

What enters: a Store, an Embedder, passages by id with the texts of their pieces. What leaves: one vector a piece.
What it does not know: how a passage is cut into pieces, what they are compared with.

A piece's vector is made when somebody first looks at its passage closely, and kept as `vectors` keeps those of passages;
it goes with its passage. A whole archive would be six times as many as passages: nobody makes them all beforehand.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from sqlalchemy import exists, insert, select, tuple_

from ratsassistent.archive import index, saving, tables, vectors
from ratsassistent.archive.store import Store
from ratsassistent.meaning.embedder import Embedder, Vectors
from ratsassistent.oparl import Paper, Passage

STEP = 16  # pieces read between two looks at the clock: a quarter of a second

Wanted = Mapping[str, Sequence[str]]  # id of a passage -> the texts of its pieces
Found = dict[tuple[str, str], Vectors]  # (id of a passage, text) -> shape (dimensions,)


def made(store: Store, embedder: Embedder, wanted: Wanted, deadline: float | None = None) -> Found:
    """The vectors of these pieces; those that are lacking are made, in the order given, and kept.

    :param deadline: when to stop making more (of `time.monotonic`); what is lacking then is not in the result.
    :raises StorageError: the archive cannot be read or written.
    """
    model = vectors.model_number(store, embedder, index.TRANSFORMER)
    rows = _rows(store, wanted)
    found = _kept(store, embedder, model, wanted, rows)
    lacking = [(key, text) for key, texts in wanted.items() if key in rows for text in dict.fromkeys(texts)]
    lacking = [one for one in lacking if one not in found]
    for start in range(0, len(lacking), STEP):
        if deadline is not None and time.monotonic() > deadline:
            break
        part = lacking[start : start + STEP]
        new = embedder.passages([text for _, text in part])
        entries = [
            {"row": rows[key], "model": model, "text_key": _text_key(text), "body": body}
            for (key, text), body in zip(part, vectors.pack(new), strict=True)
        ]
        _keep(store, entries)
        found |= zip(part, new, strict=True)
    return found


def unread(store: Store, embedder: Embedder, most: int, batch: int) -> Iterator[list[tuple[Passage, Paper]]]:
    """Of the newest passages those of which no piece was read yet, with their papers (without text), the newest first.

    :param most: how many of the newest passages to look at. :param batch: how many to give at once.
    """
    model = vectors.model_number(store, embedder, index.TRANSFORMER)
    passage, paper, table = tables.passage, tables.paper, tables.piece_vector
    with store.reading() as connection:
        newest = select(passage.c.rowid).order_by(passage.c.rowid.desc())
        first = connection.execute(newest.offset(most - 1).limit(1)).scalar() or 0
    below: int | None = None
    read = exists().where(table.c.row == passage.c.rowid, table.c.model == model)
    while True:
        query = select(passage.c.rowid, passage.c.body, saving.without_text(paper.c.body).label("paper"))
        query = query.join(paper, paper.c.id == passage.c.paper_id).where(passage.c.rowid >= first, ~read)
        if below is not None:
            query = query.where(passage.c.rowid < below)
        with store.reading() as connection:
            rows = connection.execute(query.order_by(passage.c.rowid.desc()).limit(batch)).all()
        if not rows:
            return
        below = rows[-1].rowid
        yield [(Passage.model_validate_json(r.body), Paper.model_validate_json(r.paper)) for r in rows]


def _keep(store: Store, entries: Sequence[dict[str, object]]) -> None:
    """Write vectors; not of a passage or model that went meanwhile."""
    table, passage, model = tables.piece_vector, tables.passage, tables.embedding_model
    with store.writing() as connection:
        rows = {entry["row"] for entry in entries}
        there = set(connection.execute(select(passage.c.rowid).where(passage.c.rowid.in_(rows))).scalars())
        models = set(connection.execute(select(model.c.id)).scalars())
        good = {
            (entry["row"], entry["model"], entry["text_key"]): entry
            for entry in entries
            if entry["row"] in there and entry["model"] in models
        }
        known = tuple_(table.c.row, table.c.model, table.c.text_key)
        for key in connection.execute(
            select(table.c.row, table.c.model, table.c.text_key).where(known.in_(list(good)))
        ):
            good.pop((key.row, key.model, bytes(key.text_key)), None)
        if good:
            connection.execute(insert(table), list(good.values()))


def _rows(store: Store, wanted: Wanted) -> dict[str, int]:
    table = tables.passage
    query = select(table.c.id, table.c.rowid).where(table.c.id.in_(list(wanted))).order_by(table.c.rowid.desc())
    with store.reading() as connection:
        return {row.id: row.rowid for row in connection.execute(query)}


def _kept(store: Store, embedder: Embedder, model: int, wanted: Wanted, rows: Mapping[str, int]) -> Found:
    table = tables.piece_vector
    query = select(table.c.row, table.c.text_key, table.c.body)
    query = query.where(table.c.row.in_(list(rows.values())), table.c.model == model)
    with store.reading() as connection:
        entries = connection.execute(query).all()
    if not entries:
        return {}
    scales, values = vectors.unpack([entry.body for entry in entries], embedder.dimensions)
    floats = values.astype(np.float32) * scales[:, None]
    places = {(entry.row, bytes(entry.text_key)): n for n, entry in enumerate(entries)}
    found: Found = {}
    for key, texts in wanted.items():
        for text in texts:
            place = places.get((rows.get(key), _text_key(text)))  # of a passage that went: none
            if place is not None:
                found[key, text] = floats[place]
    return found


def _text_key(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).digest()
