"""Where the terms of the glossary stand in a text.

What enters: texts. What leaves: (start, end, Entry) in the order of the text, never overlapping.
What it does not know: where a text comes from and how a mark is shown.

The longest match wins: in "Nachtragshaushaltssatzung" neither "Haushaltssatzung" nor "Satzung" is found. A noun is found
where it is written with a capital, an abbreviation only in its own letters.
"""

from __future__ import annotations

import bisect
import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from ratsassistent.glossary.forms import WORD, Word, is_abbreviation, plain, words_of
from ratsassistent.glossary.loading import Entry, entries

_LEAST_BEFORE = 3  # letters that stand before the last part of a compound


class _Form(NamedTuple):
    words: tuple[Word, ...]
    gaps: tuple[str, ...]  # what stands between them, white space aside
    entry: Entry


class _Token(NamedTuple):
    start: int
    end: int
    word: str


class _Index(NamedTuple):
    """All forms by the spelling of their first word; abbreviations by their own letters."""

    first: dict[str, tuple[_Form, ...]]
    exact: dict[str, tuple[_Form, ...]]
    endings: dict[str, Entry]  # last parts of compounds
    patterns: tuple[tuple[re.Pattern[str], Entry], ...]


def find(text: str) -> list[tuple[int, int, Entry]]:
    """Every place where a term stands: its characters [start, end) and the entry that explains it."""
    index = _index()
    tokens = [_Token(m.start(), m.end(), plain(m.group())) for m in WORD.finditer(text)]
    found = [hit for i in range(len(tokens)) for hit in _at(index, text, tokens, i)]
    for pattern, entry in index.patterns:
        found += [(m.start(), m.end(), entry) for m in pattern.finditer(text)]
    return _longest(found)


def terms_in(texts: Sequence[str], limit: int | None = None, *, common: bool = True) -> tuple[Entry, ...]:
    """The entries whose terms stand in the texts, each once, in the order of their first occurrence.

    With a `limit`, rarer terms are kept before common ones; `common` False leaves the common ones out altogether.
    """
    seen = dict.fromkeys(entry.term for text in texts for _, _, entry in find(text))
    by_term = _by_term()
    kept = [by_term[term] for term in seen]
    if not common:
        kept = [entry for entry in kept if not entry.common]
    if limit is not None and len(kept) > limit:
        chosen = {entry.term for entry in sorted(kept, key=lambda entry: entry.common)[: max(limit, 0)]}
        kept = [entry for entry in kept if entry.term in chosen]
    return tuple(kept)


def spellings(entry: Entry) -> Iterator[tuple[tuple[Word, ...], tuple[str, ...]]]:
    """What is looked for in a text to find an entry: words, and what stands between them."""
    inflected = ([] if entry.only_forms else [entry.term]) + list(entry.forms)
    for form in inflected:
        yield words_of(form), _gaps(form)
    for form in entry.exact:
        yield words_of(form, inflected=False), _gaps(form)


def _at(index: _Index, text: str, tokens: Sequence[_Token], i: int) -> Iterator[tuple[int, int, Entry]]:
    token = tokens[i]
    lower, first_capital = token.word.lower(), token.word[0].isupper()
    for form in (*index.exact.get(token.word, ()), *index.first.get(lower, ())):
        if _matches(form, text, tokens, i, first_capital):
            yield token.start, tokens[i + len(form.words) - 1].end, form.entry
    head, hyphen, _ = token.word.partition("-")
    if hyphen and is_abbreviation(head):  # "ÖPNV-Anbindung": the abbreviation is explained
        for form in index.exact.get(head, ()):
            if len(form.words) == 1:
                yield token.start, token.start + len(head), form.entry
    if first_capital:
        ending = _compound(lower)
        if ending:
            yield token.start, token.end, ending


def _matches(form: _Form, text: str, tokens: Sequence[_Token], i: int, first_capital: bool) -> bool:
    if i + len(form.words) > len(tokens) or (form.words[0].noun and not first_capital):
        return False
    for offset in range(1, len(form.words)):
        word, token = form.words[offset], tokens[i + offset]
        spelling = token.word if word.exact else token.word.lower()
        if spelling not in word.spellings or (word.noun and not token.word[0].isupper()):
            return False
        if text[tokens[i + offset - 1].end : token.start].strip() != form.gaps[offset - 1]:
            return False
    return True


@lru_cache(maxsize=50_000)
def _compound(word: str) -> Entry | None:
    """The entry of the longest ending that is a term of its own: "abfallgebühren" ends in "gebühren"."""
    endings = _index().endings
    for start in range(_LEAST_BEFORE, len(word) - 2):
        entry = endings.get(word[start:])
        if entry:
            return entry
    return None


def _longest(found: Iterable[tuple[int, int, Entry]]) -> list[tuple[int, int, Entry]]:
    """Of overlapping matches the longest, of equally long ones the first; in the order of the text."""
    taken: list[tuple[int, int, Entry]] = []
    for hit in sorted(found, key=lambda hit: (hit[0] - hit[1], hit[0])):
        place = bisect.bisect_left(taken, hit[0], key=lambda other: other[0])
        free_before = place == 0 or taken[place - 1][1] <= hit[0]
        if free_before and (place == len(taken) or hit[1] <= taken[place][0]):
            taken.insert(place, hit)
    return taken


def _gaps(form: str) -> tuple[str, ...]:
    places = [match.span() for match in WORD.finditer(form)]
    return tuple(form[end:start].strip() for (_, end), (start, _) in itertools.pairwise(places))


@lru_cache(maxsize=1)
def _index() -> _Index:
    first: dict[str, list[_Form]] = {}
    exact: dict[str, list[_Form]] = {}
    endings: dict[str, Entry] = {}
    patterns: list[tuple[re.Pattern[str], Entry]] = []
    for entry in entries():
        for words, gaps in spellings(entry):
            for spelling in sorted(words[0].spellings):
                (exact if words[0].exact else first).setdefault(spelling, []).append(_Form(words, gaps, entry))
            if entry.compounds and len(words) == 1 and words[0].noun:
                endings.update(dict.fromkeys(sorted(words[0].spellings), entry))
        patterns += [(re.compile(pattern), entry) for pattern in entry.patterns]
    return _Index(
        {spelling: tuple(forms) for spelling, forms in first.items()},
        {spelling: tuple(forms) for spelling, forms in exact.items()},
        endings,
        tuple(patterns),
    )


@lru_cache(maxsize=1)
def _by_term() -> dict[str, Entry]:
    return {entry.term: entry for entry in entries()}
