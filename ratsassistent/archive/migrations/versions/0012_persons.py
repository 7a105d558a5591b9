"""0012: who ordered a job, so that several persons get their turns."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Add the column; what waits already is nobody's."""
    op.add_column("job", sa.Column("person", sa.String))
