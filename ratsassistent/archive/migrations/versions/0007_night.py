"""0007: jobs that are not to begin before a time, and jobs that were put before others."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the two columns; what waits already goes on as before."""
    op.add_column("job", sa.Column("rank", sa.Integer, nullable=False, server_default="0"))
    op.add_column("job", sa.Column("not_before", sa.String))
