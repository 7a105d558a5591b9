"""The entries of the glossary, read from the TOML files that come with the program.

What enters: nothing but those files. What leaves: frozen `Entry` objects in the order of the files.
What it does not know: texts, and how a term is found in one (`forms`, `finding`).
"""

from __future__ import annotations

import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ratsassistent.errors import RatsassistentError
from ratsassistent.oparl import Model

_FOLDER = Path(__file__).resolve().parent
# The order in which topics are listed.
_FILES = (
    "sitzung",
    "gremien",
    "haushalt",
    "recht",
    "bauen",
    "vergabe",
    "unternehmen",
    "soziales",
    "umwelt",
    "verwaltung",
    "oesterreich",
    "schweiz",
)


class Entry(Model):
    """One entry: a headword, an explanation of one to three sentences, and under which words it is found.

    `forms` are synonyms and other forms; they and the headword are also found inflected. `exact` are found as they stand
    only (irregular plurals, words that would collide), `patterns` are regular expressions. With `only_forms` the headword
    itself is not looked for, because it is too common or means something else elsewhere. With `compounds` a longer word
    that ends in the headword or a form is found too. `common` marks words that most members know after a few sittings.
    """

    term: str
    text: str
    topic: str
    forms: tuple[str, ...] = ()
    exact: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()
    see: tuple[str, ...] = ()
    compounds: bool = False
    only_forms: bool = False
    common: bool = False


@lru_cache(maxsize=1)
def entries() -> tuple[Entry, ...]:
    """All entries, topic by topic."""
    return load(_FOLDER)


def load(folder: Path) -> tuple[Entry, ...]:
    """The entries of the files in a folder.

    :raises RatsassistentError: a file is missing or damaged, so the installation is.
    """
    read: list[Entry] = []
    for name in _FILES:
        path = folder / f"{name}.toml"
        try:
            data: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
            read += [Entry(topic=data["title"], **entry) for entry in data["entry"]]
        except (OSError, ValueError, KeyError, TypeError, ValidationError) as error:
            raise RatsassistentError(
                f"Das Glossar ({name}.toml) fehlt oder ist beschädigt: bitte Ratsassistent neu installieren."
            ) from error
    return tuple(read)


def sort_key(term: str) -> str:
    """What a term is sorted by: "Ä" like "A", "ß" like "ss"."""
    return term.casefold().translate(str.maketrans("äöü", "aou")).replace("ß", "ss")


def topics() -> tuple[str, ...]:
    """The fields of council work that the entries are sorted into."""
    return tuple(dict.fromkeys(entry.topic for entry in entries()))
