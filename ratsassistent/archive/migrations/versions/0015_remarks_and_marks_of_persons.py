"""0015: whose a remark or a mark is, and who sees a remark, where several persons work with one program."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Remarks of before are for all and nobody's; marks of before are those of whoever works at the machine itself."""
    op.add_column("remark", sa.Column("person", sa.String))
    op.add_column("remark", sa.Column("audience", sa.String, nullable=False, server_default="all"))
    op.add_column("remark", sa.Column("organization", sa.String))
    op.add_column("remark", sa.Column("of_public", sa.Boolean, nullable=False, server_default=sa.false()))
    old = sa.table("mark", *(sa.column(name) for name in ("item_id", "meeting_id", "read", "important")))
    rows = [dict(row) for row in op.get_bind().execute(sa.select(old)).mappings()]
    op.drop_table("mark")
    new = op.create_table(
        "mark",
        sa.Column("item_id", sa.String, primary_key=True),
        sa.Column("person", sa.String, primary_key=True),
        sa.Column("meeting_id", sa.String, index=True),
        sa.Column("read", sa.Boolean, nullable=False),
        sa.Column("important", sa.Boolean, nullable=False),
    )
    if rows:
        op.bulk_insert(new, [{**row, "person": ""} for row in rows])
