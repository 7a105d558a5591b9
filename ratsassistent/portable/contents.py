"""The list of what a folder holds: every file with its SHA-256, and whether it still holds that.

What enters: a folder. What leaves: `inhalt.sha256` in it, in the form that `sha256sum -c` reads; what differs.
What it does not know: what the files are.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from ratsassistent.errors import InputError

LIST = "programm/inhalt.sha256"
OWN = ("daten",)  # what belongs to the people who use it, not to the program

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Difference:
    """What is not as listed: paths relative to the folder, "/" between their parts."""

    missing: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    added: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        """True if anything differs."""
        return bool(self.missing or self.changed or self.added)


def write(folder: Path) -> int:
    """Write the list; returns how many files it names."""
    lines = [f"{_sha256(folder / name)}  {name}\n" for name in _names(folder)]
    (folder / LIST).write_text("".join(lines), encoding="utf-8", newline="\n")
    return len(lines)


def check(folder: Path) -> Difference:
    """Compare a folder with its list.

    :raises InputError: there is no list, or none that can be read.
    """
    try:
        text = (folder / LIST).read_text(encoding="utf-8")
        listed = {name: digest for digest, name in (line.split("  ", 1) for line in text.splitlines())}
    except (OSError, ValueError) as error:
        raise InputError(f"In {folder} liegt keine lesbare Inhaltsliste ({LIST}).") from error
    there = set(_names(folder))
    found = Difference(missing=sorted(listed.keys() - there), added=sorted(there - listed.keys()))
    for name in sorted(listed.keys() & there):
        try:
            same = _sha256(folder / name) == listed[name]
        except OSError:
            same = False
        if not same:
            found.changed.append(name)
    return found


def _names(folder: Path) -> Iterator[str]:
    for path in sorted(folder.rglob("*")):
        name = PurePosixPath(path.relative_to(folder))
        if path.is_file() and name.parts[0] not in OWN and str(name) != LIST and not _passing(name):
            yield str(name)


def _passing(name: PurePosixPath) -> bool:
    """What a system or the program itself leaves behind and may change: folder views, notes on a model's time stamp."""
    known = {"desktop.ini", "Thumbs.db", ".DS_Store", "herkunft.json"}
    return name.name in known or name.name.startswith("._") or name.name.endswith(".geprueft.json")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
