"""0014: whose a kept search is, where several persons work with one program."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Add the column. Searches of before are shown to whoever works at the machine itself, and to nobody who signs in."""
    op.add_column("kept_search", sa.Column("person", sa.String))
