"""Objects of one run laid down on disk, as JSON lines, until they are taken in: a run that was killed goes on with them.

What enters: JSON objects as the server gave them. What leaves: the same, in their order or by id; what they refer to.
What it does not know: HTTP, the archive.

They lie there as the server published them, and only until they are taken in. Where the archive is sealed they lie in the
folder for what is temporary, and a killed run begins its lists anew.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from ratsassistent.pack.oparl_data.oparl_objects import CHILDREN, Kind, guess, text

Object = dict[str, Any]
FILE = "geholt.jsonl"
_DEPTH = 12


class Laid:
    """The objects in a folder; a later object with an id stands for an earlier one."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._path = folder / FILE
        self._at: dict[str, int] = {}  # of each id, where the line begins that it was last seen in
        self._begins: dict[str, int] = {}  # the same, of the outermost objects only
        self._stream: IO[bytes] = self._path.open("a+b")
        self._cut_half_line()
        for position, value in self._lines():
            self._note(position, value)

    def close(self) -> None:
        """Let go of the file."""
        self._stream.close()

    def clear(self) -> None:
        """All was taken in."""
        self.close()
        self._path.unlink(missing_ok=True)

    @property
    def count(self) -> int:
        """How many objects there are."""
        return len(self._begins)

    def add(self, values: Iterable[Object]) -> None:
        """Lay objects down; they are on the disk when this returns."""
        position = self._stream.seek(0, 2)
        for value in values:
            line = json.dumps(value, ensure_ascii=True).encode() + b"\n"
            self._stream.write(line)
            self._note(position, value)
            position += len(line)
        self._stream.flush()

    def all(self) -> Iterator[Object]:
        """Each of the outermost objects, the last word on it."""
        for position in sorted(self._begins.values()):
            if (value := self._read(position)) is not None:
                yield value

    def holding(self, object_id: str) -> Object | None:
        """The outermost object that this one stands in, or is."""
        position = self._at.get(object_id)
        return None if position is None else self._read(position)

    def has(self, object_id: str) -> bool:
        """Whether an object was fetched, by itself or inside another."""
        return object_id in self._at

    def _note(self, position: int, value: Object) -> None:
        own = text(value.get("id"))
        self._begins[own or f"#{position}"] = position
        for _, found in embedded(value):
            if key := text(found.get("id")):
                self._at[key] = position

    def _read(self, position: int) -> Object | None:
        self._stream.seek(position)
        with suppress(ValueError):
            value = json.loads(self._stream.readline())
            return value if isinstance(value, dict) else None
        return None

    def _lines(self) -> Iterator[tuple[int, Object]]:
        position = 0
        while True:
            self._stream.seek(position)
            line = self._stream.readline()
            if not line:
                return
            with suppress(ValueError):
                value = json.loads(line)
                if isinstance(value, dict):
                    yield position, value
            position += len(line)

    def _cut_half_line(self) -> None:
        size = self._stream.seek(0, 2)
        while size:
            step = min(size, 1 << 16)
            self._stream.seek(size - step)
            end = self._stream.read(step).rfind(b"\n")
            if end >= 0:
                size = size - step + end + 1
                break
            size -= step
        self._stream.truncate(size)


def kind_of(value: Object, kind: Kind | None = None) -> str | None:
    """What an object is, by its type, the place where it stands, or its fields."""
    named = (text(value.get("type")) or "").rsplit("/", 1)[-1]
    return kind or named or guess(value)


def embedded(value: Object, kind: Kind | None = None, depth: int = 0) -> Iterator[tuple[str | None, Object]]:
    """The object, and all that are embedded in it, deleted ones too."""
    known = kind_of(value, kind)
    yield known, value
    if depth > _DEPTH:
        return
    for field, child_kind in CHILDREN.get(known or "", {}).items():
        given = value.get(field)
        for child in given if isinstance(given, list) else [given]:
            if isinstance(child, dict):
                yield from embedded(child, child_kind, depth + 1)


def references(value: Object) -> Iterator[tuple[str, str]]:
    """What an object and those embedded in it name by id: (kind, id)."""
    for known, found in embedded(value):
        for field, child_kind in CHILDREN.get(known or "", {}).items():
            given = found.get(field)
            for child in given if isinstance(given, list) else [given]:
                if isinstance(child, str) and child.strip():
                    yield child_kind, child.strip()
        for field, parent in (("meeting", "Meeting"), ("paper", "Paper"), ("agendaItem", "AgendaItem")):
            if known in {"AgendaItem", "Consultation", "File"} and field not in CHILDREN.get(known, {}):
                given = found.get(field)
                for one in given if isinstance(given, list) else [given]:
                    if isinstance(one, str) and one.strip():
                        yield parent, one.strip()
