"""How much may be handed in through the page, and which of what a browser names was really handed in.

What enters: the lengths of uploads, what passes by of them, who sends them, paths that a browser names. What leaves: None, or
why not.
What it does not know: what is in a file (`pack.files` looks at that, whatever it is called), HTTP.
"""

from __future__ import annotations

import re
import shutil
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from ratsassistent.output.page_door import Refused

WINDOW_S = 600.0
MOST_UPLOADS = 40  # of one person in that time
MOST_AT_ONCE = 3  # of one person
TIMES_LARGEST = 4  # of the largest file: in one go, of one person in that time, and lying around
MOST_FILES = 500  # in one go: each is a file that the server holds open until the last has come
KEPT_FREE = 1_000_000_000  # bytes on the disk
LEFT_S = 3600.0  # what was handed in and never taken in is removed after that
_OPEN_FILES = 4096  # more than all of several people's uploads and windows
_LONGEST_HEAD = 20_000  # more than Gradio reads
_BOUNDARY = re.compile(r"boundary=(?:\"([^\"]+)\"|([^\s;,]+))", re.IGNORECASE)
_FOLDER = re.compile(r"[0-9a-f]{64}")  # Gradio puts each file into one of its own, named after its content

_FULL = Refused(507, "Auf dem Datenträger ist dafür kein Platz.")
LARGE = Refused(413, "Das ist zu viel auf einmal. Bitte legen Sie weniger Dateien ab.")
MANY = Refused(
    413,
    f"Das sind zu viele Dateien auf einmal, höchstens {MOST_FILES}. Bitte legen Sie den Ordner ab, in dem sie liegen, oder eine ZIP-Datei.",
)
_OFTEN = Refused(429, "Das waren viele Dateien in kurzer Zeit. Bitte warten Sie einige Minuten.")


class Passing:
    """One upload while it passes by: how long it is, and how many files it holds."""

    def __init__(self, most: int, content_type: str) -> None:
        """:param most: bytes."""
        self._most = most
        named = _BOUNDARY.search(content_type)
        self._mark = f"--{named[1] or named[2]}\r\n".encode("latin-1") if named else b""
        self._rest = b""
        self.bytes = self.files = 0

    def saw(self, piece: bytes) -> None:
        """The next piece of it."""
        self.bytes += len(piece)
        if self._mark:
            text = self._rest + piece
            self.files += text.count(self._mark)
            self._rest = text[-(len(self._mark) - 1) :]

    @property
    def refused(self) -> Refused | None:
        """Why it is too much, or None."""
        if self.bytes > self._most:
            return LARGE
        return MANY if self.files > MOST_FILES else None

    @property
    def end(self) -> bytes:
        """What makes Gradio give it up and remove what it has written so far: a part with a head longer than any."""
        return b"\r\n" + self._mark + b"x" * _LONGEST_HEAD


class Uploads:
    """What is handed in through one server."""

    def __init__(self, folder: Path, largest: int, clock: Callable[[], float] = time.time) -> None:
        """:param folder: where Gradio puts files. :param largest: bytes of one file."""
        self.folder, self.most = folder, TIMES_LARGEST * largest
        self._clock = clock
        self._sent: dict[str, deque[tuple[float, int]]] = {}
        self._now: dict[str, int] = {}

    def begin(self, who: str, length: int | None) -> Refused | None:
        """Somebody wants to hand something in; where that may be, `end` must follow.

        :param length: as announced, where it is.
        """
        now = self._clock()
        self._forget(now)
        sent = self._sent.get(who, deque())
        if (length or 0) > self.most:
            return LARGE
        if len(sent) >= MOST_UPLOADS or self._now.get(who, 0) >= MOST_AT_ONCE:
            return _OFTEN
        if sum(size for _, size in sent) + (length or 0) > self.most:
            return _OFTEN
        if self._lying() + (length or 0) > self.most:
            return _OFTEN
        if shutil.disk_usage(self.folder).free < (length or 0) + KEPT_FREE:
            return _FULL
        self._now[who] = self._now.get(who, 0) + 1
        return None

    def end(self, who: str, received: int) -> None:
        """It has been handed in, or was broken off, after so many bytes."""
        self._now[who] -= 1
        if not self._now[who]:
            del self._now[who]
        self._sent.setdefault(who, deque()).append((self._clock(), received))

    def are_ours(self, data: Any) -> bool:
        """Whether every file that a browser names in its data was handed in through the page, and is a file."""
        try:
            return all(self.is_ours(path) for path in _paths(data))
        except RecursionError:  # nested deeper than anything the page sends
            return False

    def is_ours(self, path: object) -> bool:
        """Whether a path is that of a file handed in: no link, nothing around it, no other address."""
        if not isinstance(path, str) or "\0" in path:
            return False
        file, root = Path(path), self.folder.resolve()
        try:
            return (
                file.is_absolute()
                and not file.is_symlink()
                and file.is_file()
                and file.resolve().parent.parent == root
                and _FOLDER.fullmatch(file.parent.name) is not None
                and ".." not in file.parts
            )
        except OSError:
            return False

    def _lying(self) -> int:
        """Bytes in the folder, after what nobody took in has been removed."""
        total = 0
        for entry in list(self.folder.iterdir()):
            try:
                old = self._clock() - entry.stat().st_mtime > LEFT_S
                if old and entry.is_dir():
                    shutil.rmtree(entry, ignore_errors=True)
                elif old:
                    entry.unlink()
                else:
                    total += sum(f.stat().st_size for f in entry.iterdir()) if entry.is_dir() else entry.stat().st_size
            except OSError:  # taken in meanwhile
                continue
        return total

    def _forget(self, now: float) -> None:
        for who, sent in list(self._sent.items()):
            while sent and now - sent[0][0] > WINDOW_S:
                sent.popleft()
            if not sent:
                del self._sent[who]


def let_more_be_open() -> None:
    """Raise this process's own limit of open files where it is low: 1024 on most systems, 256 on macOS."""
    if sys.platform == "win32":
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _OPEN_FILES if hard == resource.RLIM_INFINITY else min(_OPEN_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _paths(data: Any) -> Iterator[Any]:
    """Everything in some JSON that Gradio would take for a file."""
    if isinstance(data, dict):
        if "path" in data:
            yield data["path"]
        for value in data.values():
            yield from _paths(value)
    elif isinstance(data, list):
        for value in data:
            yield from _paths(value)
