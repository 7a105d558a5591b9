"""0001: meetings, items, papers, files, pages, passages with full text, briefings, jobs."""

import sqlalchemy as sa
from alembic import op

from ratsassistent.archive import fulltext

revision = "0001"
down_revision = None


def _reference(name: str, target: str, *, primary_key: bool = False) -> "sa.Column[str]":
    key = sa.ForeignKey(target, ondelete="CASCADE")
    return sa.Column(name, sa.String, key, primary_key=primary_key, nullable=False)


def upgrade() -> None:
    """Make all tables."""
    op.create_table(
        "meeting",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("start", sa.String),
        sa.Column("organization_key", sa.String, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_table(
        "agenda_item",
        sa.Column("id", sa.String, primary_key=True),
        _reference("meeting_id", "meeting.id"),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_index("agenda_item_of_meeting", "agenda_item", ["meeting_id"])
    op.create_table(
        "paper",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("reference_key", sa.String, nullable=False, index=True),
        sa.Column("type_key", sa.String, nullable=False),
        sa.Column("loose", sa.Boolean, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_table(
        "item_paper",
        _reference("agenda_item_id", "agenda_item.id", primary_key=True),
        _reference("paper_id", "paper.id", primary_key=True),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_index("items_of_paper", "item_paper", ["paper_id"])
    op.create_table(
        "file",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("sha256", sa.String, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_table(
        "page",
        _reference("file_id", "file.id", primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("source", sa.String, nullable=False),
        sa.Column("reason", sa.String),
        sa.Column("public", sa.Boolean),
    )
    op.create_table(
        "paper_file",
        _reference("paper_id", "paper.id", primary_key=True),
        sa.Column("file_id", sa.String, primary_key=True),
    )
    op.create_index("papers_of_file", "paper_file", ["file_id"])
    op.create_table(
        "meeting_file",
        _reference("meeting_id", "meeting.id", primary_key=True),
        _reference("file_id", "file.id", primary_key=True),
    )
    op.create_index("meetings_of_file", "meeting_file", ["file_id"])
    op.create_table(
        "passage",
        sa.Column("rowid", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("id", sa.String, nullable=False, unique=True),
        _reference("paper_id", "paper.id"),
        sa.Column("item_id", sa.String, index=True),
        sa.Column("meeting_id", sa.String, index=True),
        sa.Column("start", sa.Integer, nullable=False),
        sa.Column("text_key", sa.String, nullable=False),
        sa.Column("head", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_index("passages_of_paper", "passage", ["paper_id"])
    op.create_table(
        "briefing",
        sa.Column("item_id", sa.String, primary_key=True),
        sa.Column("level", sa.String, primary_key=True),
        sa.Column("meeting_id", sa.String, index=True),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_table(
        "job",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("payload", sa.Text, nullable=False),
        sa.Column("state", sa.String, nullable=False, index=True),
        sa.Column("done", sa.Integer, nullable=False),
        sa.Column("total", sa.Integer, nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("priority", sa.Integer, nullable=False),
        sa.Column("created", sa.String, nullable=False),
        sa.Column("started", sa.String),
        sa.Column("updated", sa.String, nullable=False),
        sa.Column("finished", sa.String),
        sa.Column("result", sa.Text),
        sa.Column("error", sa.Text),
        sa.Column("worker", sa.String),
        sa.Column("host", sa.String),
        sa.Column("pid", sa.Integer),
        sa.Column("pid_started", sa.Float),
        sa.Column("lease", sa.Float),
        sa.Column("attempts", sa.Integer, nullable=False),
    )
    op.create_table(
        "about", sa.Column("key", sa.String, primary_key=True), sa.Column("value", sa.String, nullable=False)
    )
    op.create_table("pending", sa.Column("task", sa.String, primary_key=True))
    fulltext.create(op.get_bind())
