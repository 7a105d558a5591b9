"""0011: what was deleted, by id and time, without a word of it."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "deleted",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("time", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
    )
