"""An entry by a word that a person typed.

What enters: a word or phrase, in any case and inflection. What leaves: the entries it may mean, or headwords like it.
What it does not know: how entries are shown.
"""

from __future__ import annotations

import difflib

from ratsassistent.glossary.finding import find
from ratsassistent.glossary.loading import Entry, entries


def look_up(word: str) -> tuple[Entry, ...]:
    """The entries that a word names: its headword or a form of it, also inflected; else those that contain it."""
    wanted = _key(word)
    if not wanted:
        return ()
    named = [
        entry for entry in entries() if wanted in {_key(form) for form in (entry.term, *entry.forms, *entry.exact)}
    ]
    if not named:
        spellings = {word.strip(), word.strip()[:1].upper() + word.strip()[1:]}
        terms = {
            entry.term for text in sorted(spellings) for start, end, entry in find(text) if end - start == len(text)
        }
        named = [entry for entry in entries() if entry.term in terms]
    if not named and len(wanted) >= 4:
        named = [entry for entry in entries() if any(wanted in _key(form) for form in (entry.term, *entry.forms))]
    return tuple(named)


def similar(word: str, count: int = 5) -> tuple[str, ...]:
    """Headwords that look like a word which names no entry."""
    by_key = {_key(form): entry.term for entry in reversed(entries()) for form in (*entry.forms, entry.term)}
    close = difflib.get_close_matches(_key(word), by_key, n=count, cutoff=0.7)
    return tuple(dict.fromkeys(by_key[key] for key in close))


def _key(form: str) -> str:
    return " ".join(form.casefold().split())
