"""0006: vectors of the pieces of passages, made when a search first looks at them closely."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add the table; it is filled by searches, and for the newest papers while nothing else is to be done."""
    op.create_table(
        "piece_vector",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("row", sa.Integer, sa.ForeignKey("passage.rowid", ondelete="CASCADE"), nullable=False),
        sa.Column("model", sa.Integer, sa.ForeignKey("embedding_model.id", ondelete="CASCADE"), nullable=False),
        sa.Column("text_key", sa.LargeBinary, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    op.create_index("piece_vector_of_row", "piece_vector", ["row", "model", "text_key"], unique=True)
    op.create_index("piece_vector_of_model", "piece_vector", ["model"])
