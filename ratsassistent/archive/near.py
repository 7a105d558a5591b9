"""The vectors of passages in PostgreSQL, compared there by pgvector.

What enters: vectors as `vectors` keeps them; the vector of a question. What leaves: which passages are nearest, by row number.
What it does not know: how vectors are made, the full text, ranking.

Beside each vector as it is kept lies the same one as pgvector has it, with an index (HNSW, Malkov and Yashunin 2018) for each
model. Up to `EXACT` vectors all are compared, which takes some hundredths of a second and misses nothing; beyond that the index
finds nearly all of the nearest. Where the extension is not installed, everything is compared in memory, as with SQLite.
https://github.com/pgvector/pgvector
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Text, bindparam, cast, column, func, literal, select, table, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.types import UserDefinedType

from ratsassistent.archive import tables

if TYPE_CHECKING:
    from ratsassistent.archive.store import Store

EXACT = 50_000  # vectors of which all are compared
EF, MOST_EF = 200, 1000  # candidates that the index looks at; pgvector's own number is 40
_ITERATES = (0, 8)  # from this version on the index looks further where a filter leaves too few
_INDEX = "near_vector_of_{model}"

_near: Any = table("near_vector", column("number"), column("row"), column("model"), column("body"))
_complete: WeakKeyDictionary[Store, set[int]] = WeakKeyDictionary()  # models of which pgvector has every vector


class _Vector(UserDefinedType[Any]):
    """pgvector's type, with the schema that it lies in: a table of ours is called like it."""

    cache_ok = True

    def __init__(self, schema: str, dimensions: int | None = None) -> None:
        self.schema, self.dimensions = schema, dimensions

    def get_col_spec(self, **_options: Any) -> str:
        """See SQLAlchemy."""
        return f'"{self.schema}".vector' + (f"({self.dimensions})" if self.dimensions else "")


@dataclass(frozen=True, slots=True)
class Extension:
    """pgvector in a database: in which schema, in which version, and whether it has any vectors of this archive."""

    schema: str
    version: tuple[int, ...]
    in_use: bool

    def type(self, dimensions: int | None = None) -> _Vector:
        """The type of its vectors."""
        return _Vector(self.schema, dimensions)


def extension(connection: Connection) -> Extension | None:
    """pgvector, if the database has it: only then it compares vectors by itself."""
    if connection.dialect.name != "postgresql":
        return None
    query = text(
        "SELECT n.nspname, e.extversion, to_regclass('near_vector') IS NOT NULL FROM pg_extension e "
        "JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'vector'"
    )
    found = connection.execute(query).first()
    if found is None:
        return None
    return Extension(found[0], tuple(int(part) for part in found[1].split(".") if part.isdigit()), bool(found[2]))


def serving(store: Store, connection: Connection, model: int) -> Extension | None:
    """pgvector, if it has every vector of this model."""
    found = extension(connection)
    if found is None or not found.in_use:
        return None
    complete = _complete.setdefault(store, set())
    if model not in complete:  # looked for once: from then on each vector is kept in both places
        vector = tables.vector
        missing = select(vector.c.number).where(
            vector.c.model == model, ~select(_near.c.number).where(_near.c.number == vector.c.number).exists()
        )
        if connection.execute(missing.limit(1)).first() is not None:
            return None
        complete.add(model)
    return found


def put(connection: Connection, model: int, vectors: dict[int, NDArray[np.float32]], *, indexed: bool = True) -> None:
    """Keep vectors of passages, by row number; those of a passage that has one of this model take its place.

    :param indexed: False where many more follow: an index is made faster of all at once (`index`).
    """
    there = extension(connection)
    if there is None or not vectors:
        return
    dimensions = len(next(iter(vectors.values())))
    _make(connection, there)
    if indexed:
        index(connection, model, dimensions)
    vector = tables.vector
    chosen = select(vector.c.number, vector.c.row, vector.c.model, cast(bindparam("near_body"), there.type()))
    chosen = chosen.where(vector.c.row == bindparam("near_row"), vector.c.model == bindparam("near_model"))
    statement = insert(_near).from_select(["number", "row", "model", "body"], chosen)
    statement = statement.on_conflict_do_update(index_elements=["number"], set_={"body": statement.excluded.body})
    connection.execute(
        statement, [{"near_row": row, "near_model": model, "near_body": _written(one)} for row, one in vectors.items()]
    )


def index(connection: Connection, model: int, dimensions: int) -> None:
    """Make the index of a model, where it is lacking: only vectors of as many dimensions are compared."""
    there = extension(connection)
    if there is not None and there.in_use:
        connection.exec_driver_sql(
            f"CREATE INDEX IF NOT EXISTS {_INDEX.format(model=int(model))} ON near_vector USING hnsw "
            f'((body::{there.type(dimensions).get_col_spec()}) "{there.schema}".vector_ip_ops) WHERE model = {int(model)}'
        )


def forget(connection: Connection, models: Iterable[int]) -> None:
    """These models are gone; their vectors went with those that are kept."""
    if extension(connection) is not None:
        for model in models:
            connection.exec_driver_sql(f"DROP INDEX IF EXISTS {_INDEX.format(model=int(model))}")


def clear(connection: Connection) -> None:
    """Let go of everything."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("DROP TABLE IF EXISTS near_vector")


def count(connection: Connection, model: int) -> int:
    """How many vectors of a model there are."""
    return int(connection.execute(select(func.count()).select_from(_near).where(_near.c.model == model)).scalar_one())


def nearest(
    connection: Connection,
    there: Extension,
    model: int,
    question: NDArray[np.float32],
    limit: int,
    among: Sequence[int] | None,
) -> list[tuple[int, float]]:
    """The passages nearest to a question, with their cosines, best first.

    As in memory: the product with the vector as it is kept, which is not quite of length 1.
    """
    kind = there.type(len(question))
    distance = cast(_near.c.body, kind).op(f'OPERATOR("{there.schema}".<#>)')(
        cast(literal(_written(question), Text()), kind)
    )
    query = select(_near.c.row, distance.label("distance")).where(
        _near.c.model == literal(int(model), literal_execute=True)
    )
    if among is not None:
        query = query.where(_near.c.row == func.any(list(among)))
    if _is_few(connection, model, among):
        connection.exec_driver_sql("SET LOCAL enable_indexscan = off")  # the one of the graph
    else:
        wide = "SET LOCAL hnsw.iterative_scan = 'relaxed_order'; " if there.version >= _ITERATES else ""
        connection.exec_driver_sql(f"{wide}SET LOCAL hnsw.ef_search = {min(max(EF, limit), MOST_EF)}")
    found = connection.execute(query.order_by(distance).limit(limit))
    return sorted(((row.row, -float(row.distance)) for row in found), key=lambda one: (-one[1], one[0]))


def _is_few(connection: Connection, model: int, among: Sequence[int] | None) -> bool:
    if among is not None and len(among) <= EXACT:
        return True
    some = select(_near.c.number).where(_near.c.model == model).limit(EXACT + 1).subquery()
    return int(connection.execute(select(func.count()).select_from(some)).scalar_one()) <= EXACT


def _make(connection: Connection, there: Extension) -> None:
    if not there.in_use:
        connection.exec_driver_sql(
            "CREATE TABLE IF NOT EXISTS near_vector (number bigint PRIMARY KEY REFERENCES vector (number) ON DELETE CASCADE, "
            f"row bigint NOT NULL, model bigint NOT NULL, body {there.type().get_col_spec()} NOT NULL)"
        )
        connection.exec_driver_sql("CREATE UNIQUE INDEX IF NOT EXISTS near_vector_of_row ON near_vector (model, row)")


def _written(vector: NDArray[np.float32]) -> str:
    return "[" + ",".join(f"{value:.9g}" for value in vector.tolist()) + "]"
