"""Files of OParl data become single JSON objects, however they are packed.

What enters: a path. What leaves: JSON objects (dicts) with the place they stand in, and Skipped for what is broken.
What it does not know: what an object means (`oparl_objects`), references, our own models.

One object, a list, a list page (`{"data": […], "links": …}`), JSON lines, and gzip of each. Nothing is read whole: JSON
lines go line by line, everything else through ijson, and neither may hold more than one object of `MAX_OBJECT` bytes.
"""

from __future__ import annotations

import gzip
import io
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

from ratsassistent.oparl import Skipped

MAX_OBJECT = (
    32_000_000  # bytes of one object; the longest paper of a city with all its annexes' text has about two million
)
MAX_TOTAL = 12_000_000_000  # bytes of one file, unpacked
MAX_RATIO = 250  # unpacked to packed; the text of papers packs to a quarter
RATIO_FROM = 50_000_000  # unpacked bytes from which on the ratio counts
MAX_DEPTH = 60  # objects in objects; OParl needs about six
MAX_STRANGE = 20_000  # broken lines and values that are no objects, in one file
MAX_REPORTS = 50  # broken places named one by one, for each file

Object = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Found:
    """One JSON object and where it stands. `done`: how much of the file was read, from 0 to 1."""

    value: Object
    place: str  # "archiv.jsonl, Zeile 12"
    done: float


class _Refused(Exception):
    """The file cannot be read on; the text is a German sentence."""


def read_objects(path: Path, name: str | None = None) -> Iterator[Found | Skipped]:
    """The objects of one file in their order; what is broken is a Skipped, and the rest goes on where it can.

    :param name: what the file is called in reports.
    """
    label = name or str(path)
    reports = 0
    try:
        for found in _objects(path, label):
            if isinstance(found, Skipped):
                reports += 1
                if reports > MAX_REPORTS:
                    continue
            yield found
    except _Refused as error:
        yield Skipped(path=label, reason=str(error))
    except (EOFError, gzip.BadGzipFile, zlib.error):
        yield Skipped(
            path=label, reason="Die gepackte Datei ist beschädigt oder bricht ab; bis dahin wurde sie gelesen."
        )
    except OSError as error:
        yield Skipped(path=label, reason=f"Die Datei lässt sich nicht lesen ({error.strerror or 'Gerätefehler'}).")
    if reports > MAX_REPORTS:
        yield Skipped(
            path=label, reason=f"Weitere {reports - MAX_REPORTS} Stellen sind fehlerhaft und nicht einzeln genannt."
        )


def _objects(path: Path, label: str) -> Iterator[Found | Skipped]:
    size = max(path.stat().st_size, 1)
    with path.open("rb") as packed:
        zipped = packed.read(2) == b"\x1f\x8b"
        packed.seek(0)
        unpacked = cast(IO[bytes], gzip.GzipFile(fileobj=packed) if zipped else packed)
        stream = _Bounded(unpacked, packed, size if zipped else None)
        if stream.peek().startswith((b"\xff\xfe", b"\xfe\xff")):
            raise _Refused("Die Datei ist nicht in UTF-8 geschrieben.")
        stream.skip(b"\xef\xbb\xbf")
        walk = _lines(stream, label) if _is_lines(stream.peek()) else _streamed(stream, label)
        if not stream.peek().strip():
            raise _Refused("Die Datei ist leer.")
        strange = 0
        for value, place in walk:
            strange += not isinstance(value, dict | list)
            if strange > MAX_STRANGE:
                raise _Refused("Die Datei enthält kaum etwas, das ein OParl-Objekt sein könnte.")
            done = min(packed.tell() / size, 1.0)
            if isinstance(value, Skipped):
                yield value
            else:
                for part in _spread(value):
                    if isinstance(part, dict):
                        yield Found(part, place, done)
                    else:
                        yield Skipped(path=place, reason="Hier steht kein JSON-Objekt.")


class _Bounded(io.RawIOBase):
    """A stream that stops at bombs, and where one object has no end."""

    def __init__(self, stream: IO[bytes], packed: IO[bytes], packed_size: int | None) -> None:
        self._stream, self._packed, self._packed_size = stream, packed, packed_size
        self._head = b""
        self._total = 0
        self.since = 0  # bytes since the last object

    def peek(self) -> bytes:
        """The first bytes, without taking them."""
        while len(self._head) < 1 << 18 and (more := self._stream.read(1 << 16)):
            self._head += more
        return self._head

    def skip(self, mark: bytes) -> None:
        """Leave these bytes out if the stream begins with them."""
        self._head = self.peek().removeprefix(mark)

    def read(self, size: int = -1) -> bytes:
        """At most `size` bytes, never more than a megabyte."""
        size = 1 << 20 if size < 0 else min(size, 1 << 20)
        if self._head:
            data, self._head = self._head[:size], self._head[size:]
        else:
            data = self._stream.read(size)
        self._count(len(data))
        return data

    def readline(self, size: int | None = -1) -> bytes:
        """A line, or its first `size` bytes."""
        limit = MAX_OBJECT if size is None or size < 0 else size
        if not self._head:
            data = self._stream.readline(limit)
        elif (end := self._head.find(b"\n")) >= 0:
            data, self._head = self._head[: end + 1], self._head[end + 1 :]
        else:
            data, self._head = self._head, b""
            data += self._stream.readline(max(limit - len(data), 0))
        self._count(len(data))
        return data

    def _count(self, size: int) -> None:
        self._total += size
        self.since += size
        if self._total > MAX_TOTAL:
            raise _Refused("Die Datei ist ausgepackt zu groß; gelesen wurde nur ihr Anfang.")
        if self._packed_size and self._total > RATIO_FROM and self._total > MAX_RATIO * self._packed.tell():
            raise _Refused("Die Datei ist verdächtig stark gepackt und wurde nicht weiter gelesen.")


def _is_lines(head: bytes) -> bool:
    """True for JSON lines: the first line that says something is a whole object, perhaps inside a list's brackets."""
    lines = [line for line in head.split(b"\n", 5) if line.strip(b" \t\r,[")]
    if not lines or not lines[0].strip(b" \t\r[").startswith(b"{"):
        return False
    if len(lines) == 1:  # one object, or one longer than what was looked at
        return False
    try:
        value = json.loads(_trimmed(lines[0]))
    except (ValueError, RecursionError):
        # A broken first line of JSON lines: the next ones decide. A pretty-printed object begins with a brace alone.
        return lines[0].strip() not in {b"{", b"[{"} and lines[1].lstrip(b" \t").startswith(b'{"')
    return isinstance(value, dict)


def _trimmed(line: bytes) -> bytes:
    """A line without what a list has around its objects."""
    line = line.strip()
    if line.startswith(b"[") and not line.endswith(b"]"):
        line = line[1:].lstrip()
    if line.startswith(b"{") and line.endswith((b"},", b"}]")):
        line = line[:-1]
    return line


def _lines(stream: _Bounded, label: str) -> Iterator[tuple[Any, str]]:
    number = 0
    while True:
        line = stream.readline(MAX_OBJECT)
        if not line:
            return
        number += 1
        place = f"{label}, Zeile {number}"
        if len(line) >= MAX_OBJECT and not line.endswith(b"\n"):
            while (more := stream.readline(1 << 20)) and not more.endswith(b"\n"):
                pass
            yield Skipped(path=place, reason="Diese Zeile ist länger, als ein Objekt sein darf."), place
            continue
        line = _trimmed(line)
        if line in {b"", b"[", b"]", b",", b"],"}:
            continue
        try:
            yield json.loads(_decoded(line)), place
        except (ValueError, RecursionError):
            yield Skipped(path=place, reason="Diese Zeile ist kein gültiges JSON."), place


def _decoded(line: bytes) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode("cp1252", "replace")


def _streamed(stream: _Bounded, label: str) -> Iterator[tuple[Any, str]]:
    """Objects of a list, a list page, or one after the other."""
    import ijson
    from ijson.common import ObjectBuilder

    count = 0
    depth = 0
    level = 0  # how deep the objects that are given out stand: in a list 1, in a list page 2
    key = ""  # of the outermost object
    builder: Any = None
    try:
        for event, value in ijson.basic_parse(_Pulled(stream), multiple_values=True, use_float=True, buf_size=1 << 20):
            depth -= event.startswith("end_")
            if depth == 0 and not event.startswith("end_"):
                level = int(event == "start_array")
            if depth == 1 and event == "map_key":
                key = value
            elif depth == 1 and level == 0 and event == "start_array" and key == "data":
                level, builder = 2, None  # a list page: what is beside its objects does not matter
            elif depth == 1 and level == 2 and event == "end_array":
                level = MAX_DEPTH + 1
            if builder is None and depth == level and event != "map_key" and not event.startswith("end_"):
                builder = ObjectBuilder()
            if builder is not None:
                builder.event(event, value)
                if depth == level and event != "map_key" and not event.startswith("start_"):
                    count += 1
                    stream.since = 0
                    yield builder.value, f"{label}, Objekt {count}"
                    builder = None
            depth += event.startswith("start_")
            if depth > MAX_DEPTH:
                raise _Refused(f"Objekt {count + 1} ist zu tief verschachtelt; bis dahin wurde gelesen.")
    except ijson.JSONError as error:
        what = "bricht ab" if isinstance(error, ijson.IncompleteJSONError) else "ist kein gültiges JSON"
        place = f"{label}, Objekt {count + 1}"
        reason = f"Die Datei {what}; bis dahin wurden {count} Objekte gelesen."
        yield Skipped(path=place, reason=reason), place
    except (ValueError, RecursionError, UnicodeDecodeError):
        place = f"{label}, Objekt {count + 1}"
        yield Skipped(path=place, reason=f"Die Datei ist kein gültiges JSON; gelesen wurden {count} Objekte."), place


class _Pulled:
    """Hands a bounded stream to ijson, and stops while one object grows too long."""

    def __init__(self, stream: _Bounded) -> None:
        self._stream = stream

    def read(self, size: int = -1) -> bytes:
        if self._stream.since > MAX_OBJECT:
            raise _Refused("Ein Objekt dieser Datei ist länger, als ein Objekt sein darf; bis dahin wurde gelesen.")
        return self._stream.read(size)


def _spread(value: Any) -> Iterator[Any]:
    """A list or list page as its objects."""
    if isinstance(value, list):
        for part in value:
            yield from _spread(part) if isinstance(part, dict) else [part]
    elif isinstance(value, dict) and isinstance(value.get("data"), list) and not isinstance(value.get("id"), str):
        yield from value["data"]
    else:
        yield value
