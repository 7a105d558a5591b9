"""Who does what in a sentence, and whether the source says it of the same one."""

from __future__ import annotations

from collections.abc import Iterator

from ratsassistent.writing.check_align import Alignment
from ratsassistent.writing.check_source import Source


def wrong_actors(text: str, source: Source, pages: Source, alignment: Alignment) -> Iterator[tuple[str, str]]:
    """Nothing yet."""
    return iter(())
