"""0004: the register of resolutions: what was decided, what the papers proposed, what a clerk entered."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the tables; nothing that is there changes. They are filled when the register is asked for the first time."""
    op.create_table(
        "resolution",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column(
            "agenda_item_id",
            sa.String,
            sa.ForeignKey("agenda_item.id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("outcome", sa.String),
        sa.Column("stems", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_index("resolutions_of_item", "resolution", ["agenda_item_id"])
    op.create_table(
        "proposal",
        sa.Column(
            "agenda_item_id",
            sa.String,
            sa.ForeignKey("agenda_item.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("stems", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_table(
        "register_entry",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("resolution_id", sa.String, nullable=False, index=True),
        sa.Column("item_id", sa.String, nullable=False, index=True),
        sa.Column("meeting_id", sa.String, index=True),
        sa.Column("body", sa.Text, nullable=False),
    )
