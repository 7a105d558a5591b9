"""0003: what persons said of items and statements."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the table; nothing that is there changes."""
    op.create_table(
        "remark",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("item_id", sa.String, nullable=False, index=True),
        sa.Column("meeting_id", sa.String, index=True),
        sa.Column("body", sa.Text, nullable=False),
    )
