"""Whether a connection finds only what somebody may see.

What enters: a connection. What leaves: yes or no, for what cannot be seen through a view (FTS5, pgvector's table).
What it does not know: what is seen (`seen`), by whom.
"""

from __future__ import annotations

from sqlalchemy import Connection

OPTION = "ratsassistent_seen"


def is_narrow(connection: Connection) -> bool:
    """Whether there are views before the tables of this connection."""
    return bool(connection.get_execution_options().get(OPTION, False))
