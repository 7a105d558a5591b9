"""Small files that only this user may read: settings, keys and secrets.

What enters: files, texts. What leaves: the text of a secret; a file that is there as a whole or not at all.
What it does not know: what the secret is for.
"""

from __future__ import annotations

import contextlib
import os
import stat
from pathlib import Path

from ratsassistent.errors import InputError


def write(file: Path, text: str) -> None:
    """Write a small file as a whole or not at all, for this user only. :raises OSError: it cannot be written."""
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(f"{file.name}.{os.getpid()}.neu")
    with contextlib.suppress(FileNotFoundError):
        part.unlink()
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
            out.write(text)
        os.replace(part, file)
    finally:
        part.unlink(missing_ok=True)


def secret(file: Path, what: str) -> str:
    """The secret that a file holds; read now, kept nowhere.

    :param what: it is, in German, with its article: „der Schlüssel für den Server“.
    :raises InputError: the file cannot be read, is open to others, or holds nothing.
    """
    try:
        if os.name != "nt" and file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise InputError(
                f"Die Datei {file} ist auch für andere lesbar, und in ihr steht {what}; bitte nur für Sie freigeben (chmod 600 {file})."
            )
        given = file.read_text(encoding="utf-8").strip()
    except (OSError, ValueError) as error:
        raise InputError(f"Die Datei {file}, in der {what} stehen soll, ist nicht lesbar.") from error
    if not given:
        raise InputError(f"Die Datei {file}, in der {what} stehen soll, ist leer.")
    return given
