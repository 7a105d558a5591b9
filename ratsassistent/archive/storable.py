"""What PostgreSQL cannot keep in a text, made into what it can: the character NUL, also as JSON writes it.

What enters: texts, connections of psycopg. What leaves: the same texts; U+FFFD stands where a NUL stood.
What it does not know: tables. What is taken in has no such characters (`pack`): this is for what came some other way.
"""

from __future__ import annotations

import re
from typing import Any

_ESCAPED = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")  # by a backslash that is not itself escaped


def text(value: str) -> str:
    """A text without NUL."""
    if "\\u0000" in value:
        value = _ESCAPED.sub(r"\1\\ufffd", value)
    return value.replace("\0", "\ufffd") if "\0" in value else value


def register(connection: Any) -> None:
    """Let a connection write all its texts like this."""
    connection.adapters.register_dumper(str, _dumper())


def _dumper() -> Any:
    from psycopg.types.string import StrDumperUnknown

    class Dumper(StrDumperUnknown):
        def dump(self, obj: str) -> Any:
            return super().dump(text(obj))

    return Dumper
