"""The full text table: everything that only SQLite understands (FTS5) is here; PostgreSQL has `fulltext_postgres`.

What enters: passages by row number, with the words beside them; queries as column and token. What leaves: row numbers
with a bm25 score. What it does not know: German (`german` makes the tokens), how scores are put together (`index`).

Columns: `plain` folded words, `stem` their stems, `tail` the longer stems spelled backwards (so that the end of a
compound is a prefix: "Baum" finds "Straßenbaum"), `head` the stems of title, item and heading.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Select, bindparam, column, func, literal_column, select, table, text

from ratsassistent.archive import fulltext_postgres as other
from ratsassistent.archive import german, tables
from ratsassistent.archive.narrow import is_narrow

TAIL_LENGTH = 6  # stems of fewer letters are no compounds

_TABLE = table("passage_text", column("rowid"), column("plain"), column("stem"), column("head"))
_SEEN = select(tables.passage.c.rowid)  # FTS5 is not seen through a view: what somebody may see is looked up beside it
_WEIGHTS = "0.5, 1.0, 0.5, 0.3"  # of plain, stem, tail, head
_DDL = """
CREATE VIRTUAL TABLE passage_text USING fts5(
    plain, stem, tail, head, tokenize = "unicode61 remove_diacritics 0 tokenchars '_'"
)
"""


def create(connection: Connection) -> None:
    """Make the empty full text table and its view of all words."""
    if _is_other(connection):
        other.create(connection)
        return
    connection.execute(text(_DDL))
    connection.execute(text("CREATE VIRTUAL TABLE passage_word USING fts5vocab(passage_text, 'col')"))


Lookup = tuple[str, str, bool]  # column, token, and whether longer words that begin with the token count too


@dataclass(frozen=True, slots=True)
class Row:
    """A passage as it is indexed."""

    row: int
    plain: str
    stem: str
    head: str


@dataclass(frozen=True, slots=True)
class Words:
    """The columns of a row, and `normalised`: the words of its text and nothing else, to find the same words again."""

    plain: str
    stem: str
    tail: str
    head: str
    normalised: str


def words(text: str, head: str) -> Words:
    """What is indexed of a passage that stands under `head`."""
    plain: list[str] = []
    stems: list[str] = []
    whole: list[str] = []
    for token in german.tokens(text):
        whole.append(token.plain)
        plain.append(token.plain)
        stems.append(token.stem)
        for part in german.parts(token):
            plain.append(part.plain)
            stems.append(part.stem)
    tails = [stem[::-1] for stem in stems if len(stem) >= TAIL_LENGTH and stem.isalpha()]
    return Words(" ".join(plain), " ".join(stems), " ".join(tails), _stems(head), " ".join(whole))


@lru_cache(maxsize=1000)
def _stems(head: str) -> str:
    return " ".join(token.stem for token in german.pieces(head))


def put(connection: Connection, rows: Sequence[tuple[int, Words]]) -> None:
    """Index passages by their row numbers, which are not in the index yet."""
    if not rows:
        return
    entries = [{"row": row, "plain": w.plain, "stem": w.stem, "tail": w.tail, "head": w.head} for row, w in rows]
    if _is_other(connection):
        other.put(connection, entries)
        return
    statement = text(
        "INSERT INTO passage_text (rowid, plain, stem, tail, head) VALUES (:row, :plain, :stem, :tail, :head)"
    )
    connection.execute(statement, entries)


def remove(connection: Connection, rows: Iterable[int]) -> None:
    """Take passages out. Their words leave the raw bytes only with `merge` and VACUUM."""
    if _is_other(connection):
        other.remove(connection, rows)
        return
    for row in rows:
        connection.execute(text("DELETE FROM passage_text WHERE rowid = :row"), {"row": row})


def clear(connection: Connection) -> None:
    """Take everything out."""
    connection.execute(text("DELETE FROM passage_text"))


def merge(connection: Connection) -> None:
    """Write the index anew, without what was removed; PostgreSQL does that with VACUUM."""
    if _is_other(connection):
        return
    connection.execute(text("INSERT INTO passage_text (passage_text) VALUES ('rebuild')"))


def candidates(connection: Connection, words: Sequence[Lookup], among: Select[Any] | None, limit: int) -> list[Row]:
    """The best rows by bm25 that hold any of these words.

    :param among: a query for the row numbers to look in, or None for all.
    """
    if _is_other(connection):
        return [Row(*row) for row in other.candidates(connection, other.expression(words), among, limit)]
    query = select(_TABLE).where(text("passage_text MATCH :expression"))
    if among is None and is_narrow(connection):
        among = _SEEN
    if among is not None:
        # The plus keeps SQLite from looking up the words once for each row.
        query = query.where(literal_column("+passage_text.rowid").in_(among))
    query = query.order_by(text(f"bm25(passage_text, {_WEIGHTS})")).limit(limit)
    return [Row(*row) for row in connection.execute(query, {"expression": _expression(words)})]


def rows(connection: Connection, numbers: Iterable[int]) -> list[Row]:
    """These passages as they are indexed; what is not there is left out."""
    if _is_other(connection):
        return [Row(*row) for row in other.rows(connection, numbers)]
    query = select(_TABLE).where(_TABLE.c.rowid == bindparam("number"))
    if is_narrow(connection):
        query = query.where(_TABLE.c.rowid.in_(_SEEN))
    found = (connection.execute(query, {"number": number}).first() for number in numbers)
    return [Row(*row) for row in found if row is not None]


def count(connection: Connection, words: Sequence[Lookup]) -> int:
    """How many rows hold any of these words (as in `candidates`)."""
    if _is_other(connection):
        return other.count(connection, other.expression(words))
    statement = text(f"SELECT count(*) FROM passage_text WHERE passage_text MATCH :expression{_within(connection)}")  # noqa: S608
    return int(connection.execute(statement, {"expression": _expression(words)}).scalar_one())


def size(connection: Connection) -> int:
    """How many passages there are."""
    if _is_other(connection):
        return other.size(connection)
    if is_narrow(connection):
        return int(connection.execute(select(func.count()).select_from(tables.passage)).scalar_one())
    return int(connection.execute(text("SELECT count(*) FROM passage_text_docsize")).scalar_one())


def known(connection: Connection, stems: Iterable[str]) -> dict[str, int]:
    """Of these stems, those that occur in any text, with the number of passages that hold them."""
    if _is_other(connection):
        return other.known(connection, stems)
    statement = text("SELECT doc FROM passage_word WHERE term = :term AND col = 'stem'")
    counts = {stem: connection.execute(statement, {"term": stem}).scalar() for stem in stems}
    if is_narrow(connection):  # whether a word occurs where somebody does not see it is told to nobody
        counts = {stem: count(connection, [("stem", stem, False)]) for stem, number in counts.items() if number}
    return {stem: int(number) for stem, number in counts.items() if number}


def _within(connection: Connection) -> str:
    return " AND +rowid IN (SELECT rowid FROM passage)" if is_narrow(connection) else ""


def _is_other(connection: Connection) -> bool:
    return connection.dialect.name == "postgresql"


def _expression(words: Sequence[Lookup]) -> str:
    # A token is always a quoted string of FTS5, whatever it holds: user text is never query syntax.
    return " OR ".join(
        f'{column} : "{token.replace(chr(34), chr(34) * 2)}"' + (" *" if prefix else "")
        for column, token, prefix in words
    )
