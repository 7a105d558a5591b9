"""0010: which agenda items a reader has read, and which are important to him."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "mark",
        sa.Column("item_id", sa.String, primary_key=True),
        sa.Column("meeting_id", sa.String, index=True),
        sa.Column("read", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("important", sa.Boolean, nullable=False, server_default=sa.false()),
    )
