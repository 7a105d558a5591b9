"""A meeting on one page, as HTML: what is decided today, the largest amounts, what falls due, what the pack lacks.

What enters: an Overview. What leaves: escaped HTML; every line leads to its item, every figure to its page.
What it does not know: Gradio, the archive, how the overview was made.
"""

from __future__ import annotations

from collections.abc import Iterable

from ratsassistent.briefings import ItemRef, Overview
from ratsassistent.oparl import Citation
from ratsassistent.output.page_text import action, citations, safe, several_files

_TITLES = {"decide": "Zu beschließen", "note": "Zur Kenntnis", "discuss": "Zu beraten"}


def overview(given: Overview | None) -> str:
    """The page on top of a meeting; empty where there is none."""
    if given is None:
        return ""
    named = several_files(_cited(given))
    parts = [
        '<article class="ra-item ra-overview" aria-label="Auf einen Blick"><h2 class="ra-title">Auf einen Blick</h2>'
    ]
    for purpose, title in _TITLES.items():
        rows = "".join(
            f"<li>{_item(d.item)}{f'<p>„{safe(d.what)}“ {citations(d.citation, with_file=named)}</p>' if d.what else ''}</li>"
            for d in given.decide
            if d.purpose == purpose
        )
        if rows:
            parts.append(
                f'<section><h3>{title} <span class="ra-kind">Wortlaut gekürzt</span></h3><ul>{rows}</ul></section>'
            )
    parts.append(
        _table(
            "Die größten Beträge",
            "Betrag",
            [(a.amount.text, a.amount.context, a.amount.citation, a.item) for a in given.amounts],
            named,
        )
    )
    parts.append(
        _table(
            "Termine und Fristen",
            "Wann",
            [(d.date.text, d.date.context, d.date.citation, d.item) for d in given.dates],
            named,
        )
    )
    if given.lacks:
        rows = "".join(f"<li>{safe(line)}</li>" for line in given.lacks)
        parts.append(f'<section class="ra-changes"><h3>Was in den Unterlagen fehlt</h3><ul>{rows}</ul></section>')
    return "".join([*parts, "</article>"])


def _item(ref: ItemRef) -> str:
    title = f"TOP {ref.number}: {ref.name}" if ref.number else ref.name
    closed = "" if ref.public is True else ' <span class="ra-mark ra-mark-closed">nichtöffentlich</span>'
    return action("item", title, css="ra-link", item=ref.id) + closed


def _table(
    title: str, head: str, rows: list[tuple[str, str | None, tuple[Citation, ...], ItemRef]], named: bool
) -> str:
    if not rows:
        return ""
    lines = "".join(
        f'<tr><th scope="row">{safe(text)}</th><td>{safe(" ".join((context or "").split()))}<br>{_item(ref)}</td>'
        f"<td>{citations(cited, with_file=named)}</td></tr>"
        for text, context, cited, ref in rows
    )
    return (
        f'<section class="ra-figures"><h3>{title} <span class="ra-kind">Auszug aus den Unterlagen</span></h3><table><thead><tr>'
        f'<th scope="col">{head}</th><th scope="col">Wofür</th><th scope="col">Seite</th></tr></thead><tbody>{lines}</tbody>'
        "</table></section>"
    )


def _cited(given: Overview) -> Iterable[Citation]:
    for decided in given.decide:
        yield from decided.citation
    for amount in given.amounts:
        yield from amount.amount.citation
    for date in given.dates:
        yield from date.date.citation
