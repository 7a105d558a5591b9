"""0005: vectors of passages, each beside the model that made it."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the tables; they are filled when something is taken in, and while nothing else is to be done."""
    op.create_table(
        "embedding_model",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("role", sa.String, nullable=False),
        sa.Column("key", sa.String, nullable=False, unique=True),
        sa.Column("removals", sa.Integer, nullable=False),
    )
    op.create_table(
        "vector",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("row", sa.Integer, sa.ForeignKey("passage.rowid", ondelete="CASCADE"), nullable=False),
        sa.Column("model", sa.Integer, sa.ForeignKey("embedding_model.id", ondelete="CASCADE"), nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    op.create_index("vector_of_row", "vector", ["row", "model"], unique=True)
