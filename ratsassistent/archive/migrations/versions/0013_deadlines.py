"""0013: when a meeting, or its non-public part, is to be deleted; and what holds for meetings without a date of their own."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "deadline",
        sa.Column("meeting_id", sa.String, primary_key=True),
        sa.Column("part", sa.String, primary_key=True),
        sa.Column("day", sa.String),
        sa.Column("remind", sa.String),
        sa.Column("by_rule", sa.Boolean, nullable=False),
        sa.Column("written", sa.String, nullable=False),
    )
    op.create_table(
        "deadline_rule",
        sa.Column("part", sa.String, primary_key=True),
        sa.Column("months", sa.Integer),
        sa.Column("written", sa.String, nullable=False),
    )
