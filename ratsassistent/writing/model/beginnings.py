"""What a model has read of the beginnings of prompts, kept on the disk from one start of the program to the next.

What enters: prompts, a folder, tokens, functions that write a file. What leaves: files that fit these tokens, this model and
this engine. What it does not know: how an engine is run, what is in its files.

Only what comes before the last message of a prompt is kept: the rules and examples that come with the program, or that the
municipality wrote. Nothing of any paper is in it.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import uuid
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from ratsassistent.writing.model.language_model import Message

LEAST = 64  # tokens: less is read faster than fetched
SUFFIX = ".stand"


class Beginnings:
    """The kept beginnings of some prompts for one model and engine."""

    def __init__(self, folder: Path, prompts: Sequence[Sequence[Message]], *, of: str) -> None:
        """`folder`: made where needed. `of`: what the files depend on besides the tokens: model, engine, its settings."""
        self._folder = folder
        self._prompts = list(prompts)
        self._of = of

    def there(self, tokens_of: Callable[[Sequence[Message]], list[int]]) -> Iterator[tuple[list[int], Path]]:
        """The beginnings whose files are there and whole, each with its file."""
        for tokens in self._beginnings(tokens_of):
            for path in self._folder.glob(f"{self._key(tokens)}-*{SUFFIX}"):
                if path.stem.rpartition("-")[2] == _checksum(path):
                    yield tokens, path
                    break
                with contextlib.suppress(OSError):
                    path.unlink()

    def missing(self, tokens_of: Callable[[Sequence[Message]], list[int]]) -> list[list[int]]:
        """The beginnings that have no file yet."""
        wanted = self._beginnings(tokens_of)
        return [tokens for tokens in wanted if not any(self._folder.glob(f"{self._key(tokens)}-*{SUFFIX}"))]

    def save(self, tokens: Sequence[int], write: Callable[[Path], bool]) -> None:
        """Let `write` make the file of a beginning; where that fails, none is left (it is read again next time)."""
        half = self._folder / f"{uuid.uuid4().hex}.neu"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            if write(half):
                os.replace(half, self._folder / f"{self._key(tokens)}-{_checksum(half)}{SUFFIX}")
        except OSError:
            pass
        finally:
            with contextlib.suppress(OSError):
                half.unlink(missing_ok=True)

    def tidy(self, tokens_of: Callable[[Sequence[Message]], list[int]]) -> None:
        """Remove the files of other prompts, models and engines, and those left half-made."""
        known = {self._key(tokens) for tokens in self._beginnings(tokens_of)}
        with contextlib.suppress(OSError):
            for path in self._folder.iterdir():
                if path.suffix == ".neu" or (path.suffix == SUFFIX and path.stem.rpartition("-")[0] not in known):
                    path.unlink(missing_ok=True)

    def _beginnings(self, tokens_of: Callable[[Sequence[Message]], list[int]]) -> list[list[int]]:
        found = (tokens_of(prompt) for prompt in self._prompts)
        return [tokens for tokens in found if len(tokens) >= LEAST]

    def _key(self, tokens: Sequence[int]) -> str:
        return hashlib.sha256(f"{self._of}|{','.join(map(str, tokens))}".encode()).hexdigest()[:32]


def _checksum(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()[:32]
    except OSError:
        return ""
