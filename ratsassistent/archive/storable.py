"""What PostgreSQL cannot keep in a text, made into what it can: the character NUL.

What enters: texts, connections of psycopg. What leaves: the same texts; U+FFFD stands where a NUL stood.
What it does not know: tables. What is taken in has no such character (`pack`): this is for what came some other way.
"""

from __future__ import annotations

from typing import Any


def text(value: str) -> str:
    """A text without NUL."""
    return value.replace("\0", "\ufffd")


def register(connection: Any) -> None:
    """Let a connection write all its texts like this."""
    from psycopg.types.string import StrDumperUnknown

    class Dumper(StrDumperUnknown):
        """Writes a text without NUL."""

        def dump(self, obj: str) -> Any:
            """See psycopg."""
            return super().dump(text(obj))

    connection.adapters.register_dumper(str, Dumper)
