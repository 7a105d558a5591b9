"""0008: what persons said of where papers belong and what is public, and beside it what the program had found."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add the two tables; nothing that is there changes."""
    op.create_table(
        "correction",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("meeting_id", sa.String, nullable=False, index=True),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_table(
        "found",
        sa.Column("meeting_id", sa.String, primary_key=True),
        sa.Column("done", sa.Boolean, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
    )
