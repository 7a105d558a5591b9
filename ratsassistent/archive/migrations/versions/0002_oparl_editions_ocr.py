"""0002: earlier editions of papers, what came from OParl, pages read by OCR, kind and size of a page."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add columns and tables; rows that are there keep their meaning."""
    op.add_column("page", sa.Column("kind", sa.String, nullable=False, server_default="page"))
    op.add_column("page", sa.Column("width", sa.Float))
    op.add_column("page", sa.Column("height", sa.Float))
    op.create_table(
        "edition",
        sa.Column("paper_id", sa.String, sa.ForeignKey("paper.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("item_id", sa.String, primary_key=True),
        sa.Column("source", sa.String, primary_key=True),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_index("editions_of_item", "edition", ["item_id"])
    op.create_table(
        "ocr_page",
        sa.Column("sha256", sa.String, primary_key=True),
        sa.Column("page", sa.Integer, primary_key=True),
        sa.Column("engine", sa.String, primary_key=True),
        sa.Column("text", sa.Text, nullable=False),
    )
    op.create_table(
        "oparl_object",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("own_id", sa.String, nullable=False, index=True),
        sa.Column("hash", sa.String, nullable=False),
        sa.Column("name", sa.Text),
    )
