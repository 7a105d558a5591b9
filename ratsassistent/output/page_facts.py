"""What stands beside an item's text, as HTML: results and votes, form values, changes, plans, and how far a pack was read.

What enters: objects of `oparl`. What leaves: escaped HTML with citation buttons.
What it does not know: Gradio, the archive.
"""

from __future__ import annotations

from collections.abc import Sequence

from ratsassistent.briefings import Coverage, PaperChanges
from ratsassistent.oparl import AgendaItem, Decision, FormValue, PageRef, Paper
from ratsassistent.output import phrases, suspicious
from ratsassistent.output.page_text import (
    EXTRACT,
    action,
    citations,
    count,
    figures,
    notice,
    paragraphs,
    safe,
    short_name,
)


def moved(item: AgendaItem) -> str:
    """That a Nachtrag moved the item or took it off the agenda."""
    text = phrases.moved(item)
    return notice(text, "warning" if item.withdrawn else "info") if text else ""


def decisions(given: Sequence[Decision], named: bool) -> str:
    """What was decided: the phrase of the minutes, the adopted wording, recorded votes."""
    if not given:
        return ""
    rows = []
    for each in given:
        cites = citations(each.citation, with_file=named, said=each.text or each.result)
        about = " ".join((each.subject or "").split())
        parts = [f'<p class="ra-small">Abgestimmt wurde über: „{safe(about)}“</p>'] if about else []
        parts += [f"<p><strong>{safe(phrases.decision(each))}</strong> {cites}</p>"]
        if each.text:
            parts.append(
                f'<p class="ra-small">Beschluss im Wortlaut:</p><blockquote>{paragraphs(each.text)}</blockquote>'
            )
        lines = "".join(
            f"<li><strong>{safe(how)}:</strong> {safe(names)}</li>" for how, names in phrases.named_votes(each)
        )
        if lines:
            parts.append(f"<details><summary>Wer wie abgestimmt hat</summary><ul>{lines}</ul></details>")
        rows.append("".join(parts))
    title = "Ergebnis" if len(rows) == 1 else "Ergebnisse"
    return (
        f'<section class="ra-wording ra-decision"><h3>{title} <span class="ra-kind">wie protokolliert</span></h3>'
        f"{''.join(rows)}</section>"
    )


def form(given: Sequence[FormValue], named: bool) -> str:
    """What the form of the Vorlage says: only what somebody ticked or filled in."""
    rows = [
        f'<tr><th scope="row">{safe(f.name)}</th><td>{safe(f.value)}</td>'
        f"<td>{citations(f.citation, with_file=named)}</td></tr>"
        for f in given
    ]
    return figures("Angaben im Formular", EXTRACT, ("Angabe", "Eintrag", "Seite"), rows, "Angaben")


def changes(papers: Sequence[Paper], named: bool) -> str:
    """What later editions of papers changed, old beside new."""
    return "".join(
        _changes(
            PaperChanges(paper=" ".join(filter(None, (p.paperType, p.reference, p.name))), changes=p.changes), named
        )
        for p in papers
        if p.changes
    )


def _changes(given: PaperChanges, named: bool) -> str:
    rows = []
    for each in given.changes:
        part, kind = phrases.change(each)
        halves = []
        if each.before:
            cites = citations(each.citation_before, with_file=named, said=each.before)
            halves.append(f"<p><strong>bisher:</strong> <del>{safe(' '.join(each.before.split()))}</del> {cites}</p>")
        if each.after:
            cites = citations(each.citation_after, with_file=named, said=each.after)
            halves.append(f"<p><strong>jetzt:</strong> <ins>{safe(' '.join(each.after.split()))}</ins> {cites}</p>")
        rows.append(f"<li><p>{safe(part)}, {safe(kind)}</p>{''.join(halves)}</li>")
    return (
        f'<section class="ra-changes"><h3>Geändert gegenüber der früheren Fassung</h3><p class="ra-small">'
        f"{safe(given.paper)}</p><ul>{''.join(rows)}</ul></section>"
    )


def drawings(given: Sequence[PageRef]) -> str:
    """The plans of an item, each with a button that shows it."""
    if not given:
        return ""
    rows = "".join(
        f"<li>{page_button(r)} {safe(short_name(r.file))}: {safe(r.reason or 'Plan oder Zeichnung')}</li>"
        for r in given
    )
    return (
        '<section class="ra-papers"><h3>Pläne und Zeichnungen</h3><p class="ra-small">Sie werden nicht zusammengefasst; '
        f"bitte selbst ansehen.</p><ul>{rows}</ul></section>"
    )


def missing(item: AgendaItem) -> str:
    """Annexes that the item's papers mention and that do not lie in the pack."""
    if not item.missing_attachments:
        return ""
    rows = "".join(f"<li>{safe(m.name)} {citations(m.citation)}</li>" for m in item.missing_attachments)
    return (
        '<section><h3>Fehlt in den Unterlagen</h3><p class="ra-small">Diese Anlagen werden erwähnt, liegen aber '
        f"nicht bei:</p><ul>{rows}</ul></section>"
    )


def page_button(ref: PageRef) -> str:
    """A button that shows a page."""
    name = f"Seite {ref.page} von {ref.file} zeigen"
    return action("cite", f"S. {ref.page}", css="ra-cite", name=name, file=ref.file_id, page=ref.page)


def unreadable(pages: Sequence[PageRef], *, linked: bool = True) -> str:
    """The pages that could not be read, folded, each with its reason.

    :param linked: with buttons that show the page.
    """
    if not pages:
        return ""
    rows = "".join(
        f"<li>{page_button(p) if linked else f'S. {p.page}'} {safe(short_name(p.file))}: "
        f"{safe(p.reason or 'kein lesbarer Text')}</li>"
        for p in pages
    )
    title = count(len(pages), "Seite war nicht lesbar", "Seiten waren nicht lesbar")
    return f'<details class="ra-unreadable"><summary>{title}</summary><ul>{rows}</ul></details>'


def coverage(given: Coverage, *, linked: bool = True) -> str:
    """All that a reader has to know about how far the pack was read, folded; what could not be read is never folded away."""
    lines = []
    for sentence, details in phrases.coverage(given.model_copy(update={"suspicious": ()})):
        rows = "".join(f"<li>{safe(detail)}</li>" for detail in details)
        lines.append(f'<details class="ra-coverage"><summary>{safe(sentence)}</summary><ul>{rows}</ul></details>')
    first = suspicious.html(given.suspicious, linked=linked) + unreadable(given.unreadable, linked=linked)
    if len(lines) < 2:
        return first + "".join(lines)
    return (
        f'{first}<details class="ra-coverage" data-fold="hinweise"><summary>{len(lines)} Hinweise zu den Unterlagen: fehlende '
        f"Anlagen, Scans und Ähnliches</summary>{''.join(lines)}</details>"
    )
