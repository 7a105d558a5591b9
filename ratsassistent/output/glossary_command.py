"""`ratsassistent glossar`: an entry of the glossary, or all headwords.

What enters: the command's words. What leaves: German lines or one JSON object on standard output.
What it does not know: how terms are found in texts.
"""

from __future__ import annotations

import json
import shutil
import textwrap
from typing import Any

from ratsassistent import glossary
from ratsassistent.errors import InputError
from ratsassistent.glossary import Entry

_WIDTH = 100


def run(word: str, *, as_json: bool) -> int:
    """Print the entries that a word names, or all headwords by topic; returns the exit status.

    :raises InputError: the glossary does not know the word.
    """
    found = glossary.look_up(word) if word.strip() else glossary.entries()
    if not found:
        close = glossary.similar(word)
        hint = f" Ähnlich geschrieben werden: {', '.join(close)}." if close else ""
        raise InputError(f"„{word.strip()}“ steht nicht im Glossar.{hint}")
    if as_json:
        print(json.dumps({"entries": [as_dict(entry) for entry in found]}, ensure_ascii=False, indent=1))
    else:
        print("\n\n".join(_entry(entry) for entry in found) if word.strip() else _headwords())
    return 0


def as_dict(entry: Entry) -> dict[str, Any]:
    """An entry as it is given out in JSON."""
    return {
        "term": entry.term,
        "text": entry.text,
        "topic": entry.topic,
        "forms": list(entry.forms),
        "see": list(entry.see),
        "common": entry.common,
    }


def _entry(entry: Entry) -> str:
    lines = [f"{entry.term} ({entry.topic})", *_wrapped(entry.text)]
    if entry.forms:
        lines += _wrapped("Ähnlich oder dasselbe: " + ", ".join(entry.forms))
    if entry.see:
        lines += _wrapped("Siehe auch: " + ", ".join(entry.see))
    return "\n".join(lines)


def _headwords() -> str:
    blocks = []
    for topic in glossary.topics():
        terms = sorted((e.term for e in glossary.entries() if e.topic == topic), key=glossary.sort_key)
        blocks.append("\n".join([f"{topic} ({len(terms)})", *_wrapped(" · ".join(terms))]))
    count = len(glossary.entries())
    return "\n\n".join([*blocks, f"{count} Begriffe. Einer davon: ratsassistent glossar {glossary.entries()[0].term}"])


def _wrapped(text: str) -> list[str]:
    width = min(shutil.get_terminal_size((_WIDTH, 24)).columns, _WIDTH)
    return textwrap.wrap(
        text, width, initial_indent="  ", subsequent_indent="  ", break_long_words=False, break_on_hyphens=False
    )
