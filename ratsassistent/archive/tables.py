"""The tables of the archive, as the newest migration leaves them (SQLAlchemy Core).

What enters: nothing. What leaves: `Table` objects for the other modules of this package.
What it does not know: how the tables come into being (`migrations`), the full text (`fulltext`), what a row means.

A meeting's items, their papers and the files are rows of their own and point at each other. A paper that is consulted
twice is one paper, but every item keeps its edition of it: in each pack it stands on other pages, and often with other
words. What only travels along (a paper's text and parts, an item's missing annexes) is one
JSON column.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    false,
    literal,
)  # fmt: skip
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.functions import FunctionElement

metadata = MetaData()
LARGE = Integer().with_variant(BigInteger(), "postgresql")  # SQLite's numbers are as large as they have to be


class json_field(FunctionElement[str]):  # noqa: N801 - a function of SQL
    """A field of a column that holds a JSON object, as text: `json_field(table.c.body, "name")`."""

    inherit_cache = True
    type = Text()

    def __init__(self, body: ColumnElement[str], name: str) -> None:
        """:param name: one of our own fields, no foreign data."""
        super().__init__(body, literal(name, literal_execute=True))


@compiles(json_field)
def _field_in_sqlite(element: json_field, compiler: Any, **options: Any) -> str:
    body, name = element.clauses
    return f"json_extract({compiler.process(body, **options)}, '$.{name.value}')"


@compiles(json_field, "postgresql")
def _field_in_postgres(element: json_field, compiler: Any, **options: Any) -> str:
    body, name = element.clauses
    return f"({_jsonb(compiler.process(body, **options))} ->> '{name.value}')"


def _jsonb(body: str) -> str:
    """PostgreSQL's own form of JSON, which knows no NUL, also not as JSON writes it (with a backslash that is not escaped itself)."""
    replaced = rf"regexp_replace({body}, '(?<!\\)((?:\\\\)*)\\u0000', '\1\\ufffd', 'g')"
    return rf"CAST(CASE WHEN strpos({body}, '\u0000') > 0 THEN {replaced} ELSE {body} END AS jsonb)"


class json_with(FunctionElement[str]):  # noqa: N801 - a function of SQL
    """A column that holds a JSON object, with the fields of another one in place of its own, as text."""

    inherit_cache = True
    type = Text()

    def __init__(self, body: ColumnElement[str], fields: str) -> None:
        """:param fields: a JSON object of our own, no foreign data."""
        super().__init__(body, literal(fields, literal_execute=True))


@compiles(json_with)
def _with_in_sqlite(element: json_with, compiler: Any, **options: Any) -> str:
    body, fields = element.clauses
    return f"json_patch({compiler.process(body, **options)}, '{fields.value}')"


@compiles(json_with, "postgresql")
def _with_in_postgres(element: json_with, compiler: Any, **options: Any) -> str:
    body, fields = element.clauses
    return f"CAST({_jsonb(compiler.process(body, **options))} || CAST('{fields.value}' AS jsonb) AS text)"


def _points_to(target: str, *, primary_key: bool = False, nullable: bool = False) -> Column[str]:
    name = target.replace(".", "_")
    key = ForeignKey(target, ondelete="CASCADE")
    return Column(name, String, key, primary_key=primary_key, nullable=nullable)


meeting = Table(
    "meeting",
    metadata,
    Column("id", String, primary_key=True),
    Column("start", String),
    Column("organization_key", String, nullable=False),  # folded by `fold_name`, for filters
    Column("body", Text, nullable=False),  # Meeting as JSON, without its items
)
agenda_item = Table(
    "agenda_item",
    metadata,
    Column("id", String, primary_key=True),
    _points_to("meeting.id"),
    Column("position", Integer, nullable=False),
    Column("body", Text, nullable=False),  # AgendaItem as JSON, without its papers
    Index("agenda_item_of_meeting", "meeting_id"),
)
paper = Table(
    "paper",
    metadata,
    Column("id", String, primary_key=True),
    Column("reference_key", String, nullable=False, index=True),  # folded by `fold_name`; "" where there is none
    Column("type_key", String, nullable=False),
    Column("loose", Boolean, nullable=False),  # taken in by itself, without an agenda
    Column("body", Text, nullable=False),  # Paper as JSON: the newest edition
)
item_paper = Table(
    "item_paper",
    metadata,
    _points_to("agenda_item.id", primary_key=True),
    _points_to("paper.id", primary_key=True),
    Column("position", Integer, nullable=False),
    Column("body", Text, nullable=False),  # Paper as JSON: the edition that this item has; "": that of `paper`
    Index("items_of_paper", "paper_id"),
)
edition = Table(
    "edition",
    metadata,
    _points_to("paper.id", primary_key=True),
    Column("item_id", String, primary_key=True),  # "": taken in by itself, "*": from OParl, for all items
    Column("source", String, primary_key=True),  # the files that it came from
    Column("number", Integer, nullable=False),  # counts up over all editions of a paper, as they came in
    Column("body", Text, nullable=False),  # Paper as JSON; "": the one that is shown
    Index("editions_of_item", "item_id"),
)
file = Table(
    "file",
    metadata,
    Column("id", String, primary_key=True),
    Column("sha256", String, nullable=False),
    Column("body", Text, nullable=False),  # File as JSON
)
page = Table(
    "page",
    metadata,
    _points_to("file.id", primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("text", Text, nullable=False),
    Column("source", String, nullable=False),
    Column("reason", String),
    Column("public", Boolean),
    Column("kind", String, nullable=False, server_default="page"),
    Column("width", Float),
    Column("height", Float),
)
paper_file = Table(
    "paper_file",
    metadata,
    _points_to("paper.id", primary_key=True),
    Column("file_id", String, primary_key=True),  # no foreign key: a paper may name a file that the other store holds
    Index("papers_of_file", "file_id"),
)
meeting_file = Table(
    "meeting_file",
    metadata,
    _points_to("meeting.id", primary_key=True),
    _points_to("file.id", primary_key=True),
    Index("meetings_of_file", "file_id"),
)
passage = Table(
    "passage",
    metadata,
    Column("rowid", Integer, primary_key=True, autoincrement=True),  # what the full text calls it
    Column("id", String, nullable=False, unique=True),
    _points_to("paper.id"),
    Column("item_id", String, index=True),
    Column("meeting_id", String, index=True),
    Column("start", Integer, nullable=False),
    Column("text_key", String, nullable=False),  # hash of the normalised text: equal means the same words
    Column("head", Text, nullable=False),  # what it stands under: paper, item, heading; searched beside the text
    Column("body", Text, nullable=False),  # Passage as JSON
    Index("passages_of_paper", "paper_id"),
)
embedding_model = Table(
    "embedding_model",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("role", String, nullable=False),  # what it is used for; a new model takes the place of that of the same role
    Column("key", String, nullable=False, unique=True),  # as `meaning.embedder` gives it
    Column("removals", LARGE, nullable=False),  # counts up when vectors go: what is kept in memory is then too much
)
vector = Table(
    "vector",
    metadata,
    Column("number", Integer, primary_key=True),  # counts up: what came since is known by it
    Column("row", Integer, ForeignKey("passage.rowid", ondelete="CASCADE"), nullable=False),
    Column("model", Integer, ForeignKey("embedding_model.id", ondelete="CASCADE"), nullable=False),
    Column("body", LargeBinary, nullable=False),  # a float32 and one signed byte for each dimension
    Index("vector_of_row", "row", "model", unique=True),
)
piece_vector = Table(
    "piece_vector",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("row", Integer, ForeignKey("passage.rowid", ondelete="CASCADE"), nullable=False),
    Column("model", Integer, ForeignKey("embedding_model.id", ondelete="CASCADE"), nullable=False),
    Column("text_key", LargeBinary, nullable=False),  # of the piece's text with what it stands under
    Column("body", LargeBinary, nullable=False),
    Index("piece_vector_of_row", "row", "model", "text_key", unique=True),
    Index("piece_vector_of_model", "model"),
)
briefing = Table(
    "briefing",
    metadata,
    Column("item_id", String, primary_key=True),  # of an agenda item, or of a paper without a meeting
    Column("level", String, primary_key=True),
    Column("meeting_id", String, index=True),
    Column("body", Text, nullable=False),  # ItemBriefing as JSON
)
remark = Table(
    "remark",
    metadata,
    Column("id", String, primary_key=True),
    Column("item_id", String, nullable=False, index=True),  # of an agenda item, or of a paper
    Column("meeting_id", String, index=True),
    Column("body", Text, nullable=False),  # Remark as JSON; never changed once it is written
    Column("person", String),  # who wrote it; None: nobody who could be asked (any more)
    Column("audience", String, nullable=False, server_default="all"),  # "self", "fraction", "all"
    Column("organization", String),  # the Fraktion that sees it
    Column("of_public", Boolean, nullable=False, server_default=false()),  # for few, and of something that all may see
)
mark = Table(
    "mark",
    metadata,
    Column("item_id", String, primary_key=True),
    Column("person", String, primary_key=True),  # empty: whoever works at the machine itself
    Column("meeting_id", String, index=True),
    Column("read", Boolean, nullable=False),
    Column("important", Boolean, nullable=False),
)
correction = Table(
    "correction",
    metadata,
    Column("id", String, primary_key=True),
    Column("meeting_id", String, nullable=False, index=True),
    Column("body", Text, nullable=False),  # Correction as JSON; never changed once it is written
)
found = Table(
    "found",
    metadata,
    Column("meeting_id", String, primary_key=True),
    Column("done", Boolean, nullable=False),  # the corrections of this meeting are laid over it in both archives
    Column("body", Text, nullable=False),  # Found as JSON: a corrected meeting as the program found it
)
resolution = Table(
    "resolution",
    metadata,
    Column("id", String, primary_key=True),
    _points_to("agenda_item.id"),
    Column("position", Integer, nullable=False),  # among the decisions of its item
    Column("outcome", String),
    Column("stems", Text, nullable=False),  # of its words, each between spaces: what is searched
    Column("body", Text, nullable=False),  # Decided as JSON
    Index("resolutions_of_item", "agenda_item_id"),
)
proposal = Table(
    "proposal",
    metadata,
    _points_to("agenda_item.id", primary_key=True),
    Column("stems", Text, nullable=False),
    Column("body", Text, nullable=False),  # Wording as JSON; "": its papers propose none. No row: not looked for yet
)
register_entry = Table(
    "register_entry",
    metadata,
    Column("id", String, primary_key=True),
    Column("resolution_id", String, nullable=False, index=True),  # no foreign key: reading again never touches it
    Column("item_id", String, nullable=False, index=True),
    Column("meeting_id", String, index=True),
    Column("body", Text, nullable=False),  # RegisterEntry as JSON; never changed once it is written
)
job = Table(
    "job",
    metadata,
    Column("id", String, primary_key=True),
    Column("kind", String, nullable=False),
    Column("title", Text, nullable=False),
    Column("payload", Text, nullable=False),  # JSON object with sorted keys: equal text means the same work
    Column("state", String, nullable=False, index=True),
    Column("done", LARGE, nullable=False, default=0),
    Column("total", LARGE, nullable=False, default=0),
    Column("message", Text, nullable=False, default=""),
    Column("priority", Integer, nullable=False),
    Column("created", String, nullable=False),  # ISO, UTC
    Column("started", String),
    Column("updated", String, nullable=False),
    Column("finished", String),
    Column("result", Text),  # JSON
    Column("error", Text),
    Column("worker", String),  # who holds the claim
    Column("host", String),
    Column("pid", Integer),
    Column("pid_started", Float),  # a pid is used again; its start time is not
    Column("lease", Float),  # seconds since 1970 of the last sign of life
    Column("attempts", Integer, nullable=False, default=0),  # claims since the last progress
    Column("rank", Integer, nullable=False, default=0, server_default="0"),  # of equal priority the lower one first
    Column("not_before", String),  # ISO, UTC
    Column("person", String),  # who ordered it, where several persons work with one program
)
kept_search = Table(
    "kept_search",
    metadata,
    Column("id", String, primary_key=True),
    Column("created", String, nullable=False),  # ISO, UTC
    Column("body", Text, nullable=False),  # KeptSearch as JSON
    Column("person", String),  # whose it is, where several persons work with one program
)
ocr_page = Table(
    "ocr_page",
    metadata,
    Column("sha256", String, primary_key=True),  # of the file, which need not be taken in yet
    Column("page", Integer, primary_key=True),
    Column("engine", String, primary_key=True),  # with what the page was read, version included
    Column("text", Text, nullable=False),
)
oparl_object = Table(
    "oparl_object",
    metadata,
    Column("id", String, primary_key=True),  # as OParl gives it
    Column("kind", String, nullable=False),  # of OParl
    Column("own_id", String, nullable=False, index=True),  # ours; of a Consultation that of its paper
    Column("hash", String, nullable=False),  # of all that it was made from: the same again is passed over
    Column("name", Text),  # of an Organization
)
about = Table(
    "about",
    metadata,
    Column("key", String, primary_key=True),
    Column("value", String, nullable=False),
)
pending = Table(
    "pending",
    metadata,
    Column("task", String, primary_key=True),  # what a deletion still has to do outside its transaction
)
deleted = Table(
    "deleted",
    metadata,
    Column("id", String, primary_key=True),  # of a meeting, its non-public part, a paper, question, search or remark
    Column("time", String, nullable=False),  # ISO, UTC
    Column("kind", String, nullable=False),
)
deadline = Table(
    "deadline",
    metadata,
    Column("meeting_id", String, primary_key=True),
    Column("part", String, primary_key=True),  # "all", "nonpublic"
    Column("day", String),  # ISO; none: it is kept, whatever the rule says
    Column("remind", String),  # ISO: not to be asked before that day
    Column(
        "by_rule", Boolean, nullable=False
    ),  # nobody said so of this meeting: that is how it was before a rule changed
    Column("written", String, nullable=False),  # ISO, UTC
)
deadline_rule = Table(
    "deadline_rule",
    metadata,
    Column("part", String, primary_key=True),
    Column("months", Integer),  # after the meeting; none: no rule
    Column("written", String, nullable=False),
)
