"""The vectors of passages in PostgreSQL, compared there by pgvector.

What enters: vectors as `vectors` keeps them; the vector of a question. What leaves: which passages are nearest, by row number.
What it does not know: how vectors are made, the full text, ranking.

Beside each vector as it is kept lies the same one as pgvector has it, with an index (HNSW, Malkov and Yashunin 2018) for each
model. The index finds nearly all of the nearest, not always all: as many candidates as `EF` are looked at. Where the extension
is not installed, everything is compared in memory, as with SQLite.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, text

EF = 200  # candidates that are looked at; pgvector's own number is 40

_DDL = """
CREATE TABLE IF NOT EXISTS near_vector (
    number integer PRIMARY KEY REFERENCES vector (number) ON DELETE CASCADE, row integer NOT NULL, model integer NOT NULL, body {kind} NOT NULL
)"""


def is_there(connection: Connection) -> bool:
    """Whether the database compares vectors by itself."""
    if connection.dialect.name != "postgresql":
        return False
    return connection.execute(text("SELECT 1 FROM pg_extension WHERE extname = 'vector'")).first() is not None


def put(connection: Connection, model: int, dimensions: int, vectors: dict[int, NDArray[np.float32]]) -> None:
    """Keep vectors of passages, by row number; those of a passage that has one of this model take its place."""
    if not vectors:
        return
    kind = _kind(connection)
    connection.exec_driver_sql(_DDL.format(kind=kind))
    index = f"near_vector_of_{int(model)}"
    connection.exec_driver_sql(
        f"CREATE INDEX IF NOT EXISTS {index} ON near_vector USING hnsw ((body::{kind}({int(dimensions)})) vector_cosine_ops) "
        f"WHERE model = {int(model)}"
    )
    statement = text(
        f"INSERT INTO near_vector (number, row, model, body) SELECT number, row, model, CAST(:body AS {kind}) FROM vector "
        "WHERE row = :row AND model = :model ON CONFLICT (number) DO UPDATE SET body = excluded.body"
    )
    connection.execute(statement, [{"row": row, "model": model, "body": _literal(one)} for row, one in vectors.items()])


def has_all(connection: Connection, model: int) -> bool:
    """Whether pgvector has every vector of this model."""
    if connection.execute(text("SELECT to_regclass('near_vector')")).scalar() is None:
        return False
    query = text(
        "SELECT 1 FROM vector WHERE model = :model AND NOT EXISTS (SELECT 1 FROM near_vector n WHERE n.number = vector.number) LIMIT 1"
    )
    return connection.execute(query, {"model": model}).first() is None


def fill(connection: Connection) -> None:
    """Give pgvector every vector that it does not have, as after an archive was copied."""
    for model, size in connection.execute(
        text("SELECT model, min(octet_length(body)) FROM vector GROUP BY model")
    ).all():
        bodies = connection.execute(text("SELECT row, body FROM vector WHERE model = :model"), {"model": model}).all()
        made: dict[int, NDArray[np.float32]] = {}
        for row, body in bodies:
            scale = np.frombuffer(body[:4], dtype="<f4")[0]
            made[row] = np.frombuffer(body[4:], dtype=np.int8).astype(np.float32) * scale
        put(connection, model, size - 4, made)


def nearest(
    connection: Connection,
    model: int,
    dimensions: int,
    question: NDArray[np.float32],
    limit: int,
    among: Sequence[int] | None,
) -> list[tuple[int, float]]:
    """The passages nearest to a question, with their cosines, best first."""
    kind = _kind(connection)
    connection.exec_driver_sql(f"SET LOCAL hnsw.ef_search = {min(max(EF, limit), 1000)}")
    where = "" if among is None else "AND row = ANY(:among)"
    query = text(
        f"SELECT row, 1 - (body::{kind}({int(dimensions)}) <=> CAST(:question AS {kind})) AS cosine FROM near_vector "  # noqa: S608
        f"WHERE model = {int(model)} {where} ORDER BY body::{kind}({int(dimensions)}) <=> CAST(:question AS {kind}) LIMIT :limit"
    )
    values: dict[str, Any] = {"question": _literal(question), "limit": limit}
    if among is not None:
        values["among"] = [int(row) for row in among]
    found = [(row.row, float(row.cosine)) for row in connection.execute(query, values)]
    return sorted(found, key=lambda one: (-one[1], one[0]))


def _kind(connection: Connection) -> str:
    """pgvector's type, with the schema that it lies in: a table of ours is called like it."""
    query = (
        "SELECT n.nspname FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'vector'"
    )
    return f'"{connection.execute(text(query)).scalar_one()}".vector'


def _literal(vector: NDArray[np.float32]) -> str:
    return "[" + ",".join(f"{value:.7g}" for value in vector.tolist()) + "]"
