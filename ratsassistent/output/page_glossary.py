"""The glossary as HTML: a field to search in, letters to jump to, and all terms in alphabetical order.

What enters: the entries of `glossary`. What leaves: escaped HTML; the search itself is done in the browser (`page.js`), which
hides what does not match. What it does not know: Gradio, how terms are found in papers.
"""

from __future__ import annotations

from collections.abc import Sequence

from ratsassistent.glossary import Entry, sort_key
from ratsassistent.output.page_text import count, safe


def glossary(entries: Sequence[Entry]) -> str:
    """All entries, each under its first letter."""
    ordered = sorted(entries, key=lambda entry: sort_key(entry.term))
    known = {entry.term for entry in ordered}
    letters: dict[str, list[Entry]] = {}
    for entry in ordered:
        letters.setdefault(_letter(entry), []).append(entry)
    jumps = "".join(
        f'<button type="button" class="ra-letter" data-glossary="letter" data-to="{safe(letter)}" '
        f'aria-label="Zum Buchstaben {safe(letter)}">{safe(letter)}</button>'
        for letter in letters
    )
    groups = "".join(
        f'<section data-letter="{safe(letter)}"><h3 tabindex="-1">{safe(letter)}</h3>'
        f"<dl>{''.join(_entry(entry, known) for entry in members)}</dl></section>"
        for letter, members in letters.items()
    )
    return (
        '<div class="ra-glossary"><h2 class="ra-title" tabindex="-1">Glossar</h2>'
        f"<p>{count(len(ordered), 'Begriff', 'Begriffe')} aus der Ratsarbeit, kurz erklärt. Was ein Wort im Allgemeinen heißt, sagt "
        "nicht, was in Ihrer Vorlage damit gemeint ist.</p>"
        '<label class="ra-field ra-search">Begriff suchen<input type="search" name="glossar" data-draft="glossar" data-filter '
        'autocomplete="off" maxlength="80" placeholder="Zum Beispiel: Abwägung"></label>'
        f'<p class="ra-small" role="status" data-count>{count(len(ordered), "Begriff", "Begriffe")}</p>'
        f'<nav class="ra-letters" aria-label="Anfangsbuchstaben">{jumps}</nav>{groups}</div>'
    )


def _letter(entry: Entry) -> str:
    first = sort_key(entry.term)[:1].upper()
    return first if first.isalpha() else "0–9"


def _entry(entry: Entry, known: set[str]) -> str:
    same = f' <span class="ra-small">auch: {safe(", ".join(entry.forms))}</span>' if entry.forms else ""
    links = "".join(
        f'<button type="button" class="ra-link" data-glossary="term" data-to="{safe(term)}">{safe(term)}</button>'
        for term in entry.see
        if term in known
    )
    see = f'<p class="ra-see"><span class="ra-small">Siehe auch:</span> {links}</p>' if links else ""
    return f'<div data-entry="{safe(entry.term)}"><dt><strong>{safe(entry.term)}</strong>{same}</dt><dd><p>{safe(entry.text)}</p>{see}</dd></div>'
