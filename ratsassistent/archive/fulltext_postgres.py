"""The full text table in PostgreSQL: the same columns and tokens as with SQLite, looked up by a GIN index.

What enters: passages by row number with their words; queries as column and token. What leaves: row numbers, best first.
What it does not know: German (`german` makes the tokens: compounds and their parts, which PostgreSQL's own dictionary does not
take apart), how scores are put together (`index`, which counts bm25 itself over the candidates).

What is looked for lies in one tsvector: each word with a letter of its column before it (`stem` s, `tail` t, `head` h), so that the
index alone tells which rows hold it, and with a weight for ranking. It is written as a literal of quoted words, so that no
parser of PostgreSQL cuts them again. https://www.postgresql.org/docs/current/textsearch-controls.html
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Integer, Select, column, select, table, text

_COLUMNS = {"stem": ("s", "B"), "tail": ("t", "C"), "head": ("h", "D")}
_RANKS = "{0.3, 0.5, 1.0, 0.5}"  # of D, C, B, A
_MOST_PLACES, _LAST_PLACE = 255, 16383  # of a word: what PostgreSQL keeps
_LONGEST = 500  # bytes of a word; PostgreSQL takes 2 KB
_TABLE: Any = table("passage_text", column("row", Integer), column("plain"), column("stem"), column("head"))
_DDL = (
    """
    CREATE TABLE passage_text (
        row integer PRIMARY KEY, plain text NOT NULL, stem text NOT NULL, tail text NOT NULL, head text NOT NULL,
        words tsvector NOT NULL
    )""",
    "CREATE INDEX passage_text_words ON passage_text USING gin (words)",
)


def create(connection: Connection) -> None:
    """Make the empty table."""
    for statement in _DDL:
        connection.exec_driver_sql(statement)


def put(connection: Connection, entries: Sequence[dict[str, Any]]) -> None:
    """Index passages; an entry has `row` and the four columns."""
    statement = text(
        "INSERT INTO passage_text (row, plain, stem, tail, head, words) "
        "VALUES (:row, :plain, :stem, :tail, :head, CAST(:words AS tsvector))"
    )
    connection.execute(statement, [{**entry, "words": _vector(entry)} for entry in entries])


def remove(connection: Connection, rows: Iterable[int]) -> None:
    """Take passages out."""
    connection.execute(text("DELETE FROM passage_text WHERE row = ANY(:rows)"), {"rows": list(rows)})


def candidates(connection: Connection, expression: str, among: Select[Any] | None, limit: int) -> Sequence[Any]:
    """The best rows that hold any of these words, as (row, plain, stem, head)."""
    query = select(_TABLE).where(text("words @@ CAST(:expression AS tsquery)"))
    if among is not None:
        query = query.where(_TABLE.c.row.in_(among))
    rank = text(f"ts_rank('{_RANKS}', words, CAST(:expression AS tsquery), 1) DESC, row")
    return connection.execute(query.order_by(rank).limit(limit), {"expression": expression}).all()


def rows(connection: Connection, numbers: Iterable[int]) -> Sequence[Any]:
    """These passages as they are indexed, in the order given."""
    wanted = list(numbers)
    found = {row.row: row for row in connection.execute(select(_TABLE).where(_TABLE.c.row.in_(wanted)))}
    return [found[number] for number in wanted if number in found]


def count(connection: Connection, expression: str) -> int:
    """How many rows hold any of these words."""
    statement = text("SELECT count(*) FROM passage_text WHERE words @@ CAST(:expression AS tsquery)")
    return int(connection.execute(statement, {"expression": expression}).scalar_one())


def size(connection: Connection) -> int:
    """How many passages there are."""
    return int(connection.execute(text("SELECT count(*) FROM passage_text")).scalar_one())


def known(connection: Connection, stems: Iterable[str]) -> dict[str, int]:
    """Of these stems those that occur, with the number of passages that hold them."""
    return {stem: found for stem in stems if (found := count(connection, expression([("stem", stem, False)])))}


def expression(words: Sequence[tuple[str, str, bool]]) -> str:
    """A tsquery for any of these words; a token is always a quoted word, whatever it holds."""
    return " | ".join(
        f"{_quoted(_COLUMNS[column][0] + token)}{':*' if prefix else ''}" for column, token, prefix in words
    )


def _vector(entry: dict[str, Any]) -> str:
    places: defaultdict[str, list[str]] = defaultdict(list)
    for name, (letter, weight) in _COLUMNS.items():
        for place, token in enumerate(str(entry[name]).split(), 1):
            found = places[letter + token]
            if len(token.encode()) <= _LONGEST and len(found) < _MOST_PLACES:
                found.append(f"{min(place, _LAST_PLACE)}{weight}")
    return " ".join(f"{_quoted(token)}:{','.join(found)}" for token, found in places.items() if found)


def _quoted(token: str) -> str:
    doubled = token.replace("\\", "\\\\").replace("'", "''")
    return f"'{doubled}'"
