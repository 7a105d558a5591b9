"""A meeting on one page, as HTML: what is decided today, the largest amounts, what falls due, what the pack lacks.

What enters: an Overview. What leaves: escaped HTML; every line leads to its item, every figure to its page.
What it does not know: Gradio, the archive, how the overview was made.
"""

from __future__ import annotations

from collections.abc import Iterable

from ratsassistent.briefings import ItemRef, Overview
from ratsassistent.oparl import Citation
from ratsassistent.output import phrases
from ratsassistent.output.page_text import (
    EXTRACT,
    action,
    citations,
    closed_mark,
    cut,
    figures,
    item_title,
    row_head,
    safe,
    several_files,
)

_TITLES = {"decide": "Zu beschließen", "discuss": "Zu beraten", "note": "Zur Kenntnis"}
_SHORT = 70  # letters of an item's name where it stands beside something else
_LONGEST = 260  # letters of a sentence that says what an amount or a day is for


def overview(given: Overview | None) -> str:
    """The page on top of a meeting; empty where there is none."""
    if given is None:
        return ""
    named = several_files(_cited(given))
    items = [*(d.item for d in given.decide), *(a.item for a in given.amounts), *(d.item for d in given.dates)]
    parts = ['<h2 class="ra-title" tabindex="-1">Auf einen Blick</h2>']
    if any(ref.public is not True for ref in items):
        parts.insert(0, f'<p class="ra-nonpublic-banner" role="note">{phrases.CONFIDENTIAL_SHORT}</p>')
    for purpose, title in _TITLES.items():
        chosen = [d for d in given.decide if d.purpose == purpose]
        if not chosen:
            continue
        rows = []
        for each in chosen:
            what = ""
            if each.what:
                what = f"<p>„{safe(each.what)}“ {citations(each.citation, with_file=named, said=each.what)}</p>"
            rows.append(f"<li>{_item(each.item)}{what}</li>")
        kind = ' <span class="ra-kind">Wortlaut, gekürzt</span>' if any(d.what for d in chosen) else ""
        parts.append(f"<section><h3>{title}{kind}</h3><ul>{''.join(rows)}</ul></section>")
    amounts = [(a.amount.text, a.amount.context, a.amount.citation, a.item) for a in given.amounts]
    dates = [(d.date.text, d.date.context, d.date.citation, d.item) for d in given.dates]
    parts.append(_table("Die größten Beträge", "Betrag", "Beträge", amounts, named))
    parts.append(_table("Termine und Fristen", "Wann", "Termine", dates, named))
    if given.lacks:
        rows = [f"<li>{safe(line)}</li>" for line in given.lacks]
        parts.append(
            f'<section class="ra-changes"><h3>Was in den Unterlagen fehlt</h3><ul>{"".join(rows)}</ul></section>'
        )
    return f'<article class="ra-item ra-overview" data-about="ueberblick" aria-label="Auf einen Blick">{"".join(parts)}</article>'


def _item(ref: ItemRef, longest: int | None = None) -> str:
    title = item_title(ref.number, ref.name)
    shown = cut(title, longest) if longest else title
    link = action("item", shown, css="ra-link", name=title if shown != title else None, item=ref.id)
    return link if ref.public is True else f"{link} {closed_mark(ref.public)}"


def _table(
    title: str, head: str, more: str, rows: list[tuple[str, str | None, tuple[Citation, ...], ItemRef]], named: bool
) -> str:
    lines = [
        f"<tr>{row_head(text)}<td><p>{safe(cut(context or '', _LONGEST))}</p>{_item(ref, _SHORT)}</td>"
        f"<td>{citations(cited, with_file=named, said=context or text)}</td></tr>"
        for text, context, cited, ref in rows
    ]
    return figures(title, EXTRACT, (head, "Wofür", "Seite"), lines, more, shown=5)


def _cited(given: Overview) -> Iterable[Citation]:
    for decided in given.decide:
        yield from decided.citation
    for amount in given.amounts:
        yield from amount.amount.citation
    for date in given.dates:
        yield from date.date.citation
