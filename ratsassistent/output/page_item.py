"""One agenda item, and one answer, as HTML: wording, extract and what the AI wrote, told apart by words and form.

What enters: AgendaItem, ItemBriefing, Answer. What leaves: escaped HTML with citation buttons.
What it does not know: Gradio, the archive, how a briefing is made.
"""

from __future__ import annotations

from collections.abc import Sequence

from ratsassistent.briefings import Amount, Answer, DateMention, ItemBriefing, Statement
from ratsassistent.oparl import AgendaItem, Citation, Paper
from ratsassistent.output import page_edit, page_facts, page_more, phrases
from ratsassistent.output.page_text import (
    action,
    citations,
    count,
    is_table,
    notice,
    paragraphs,
    places,
    safe,
    several_files,
    short_name,
    table,
)

NON_PUBLIC = "Nichtöffentlich – nur für Mitglieder des Gremiums. Bitte nicht weitergeben."
NO_PAPERS = "Zu diesem Punkt liegen keine Unterlagen bei."
_EXTRACT = "Aus den Unterlagen"
_ORIGIN = {
    "verbatim": ("ra-verbatim", "Wortlaut"),
    "extract": ("ra-extract", "Auszug aus den Unterlagen"),
    "model": ("ra-ai", "KI"),
    "person": ("ra-person", "Notiz"),
}


def item(agenda: AgendaItem, brief: ItemBriefing | None) -> str:
    """The middle of the page: an item with its proposed resolution, statements, amounts, dates and papers."""
    number = f'<span class="ra-number">TOP {safe(agenda.number)}</span> ' if agenda.number else ""
    body = [f'<h2 class="ra-title">{number}{safe(agenda.name)}</h2>']
    if agenda.public is not True:
        banner = NON_PUBLIC if agenda.public is False else f"{NON_PUBLIC} {phrases.UNKNOWN_PUBLIC}"
        body.insert(0, f'<p class="ra-nonpublic-banner" role="note">{banner}</p>')
    body.append(page_facts.moved(agenda))
    if not agenda.has_files:
        body.append(notice(NO_PAPERS))
    body.append(page_facts.decisions(agenda.decisions, several_files(c for d in agenda.decisions for c in d.citation)))
    if brief is not None:
        body += _briefing(brief, agenda.name)
    body.append(page_facts.changes(agenda.papers, several_files(s for p in agenda.papers for s in _cited(p))))
    body.append(page_facts.missing(agenda))
    body.append(papers(agenda.papers))
    if brief is not None:
        body += [page_edit.note_field(agenda.id), page_edit.said(brief.remarks), page_more.withheld(brief.withheld)]
    kind = "" if agenda.public is True else " ra-nonpublic"
    return f'<article class="ra-item{kind}" aria-label="Tagesordnungspunkt">{"".join(body)}</article>'


def _cited(paper: Paper) -> list[Citation]:
    return [c for change in paper.changes for c in (*change.citation_before, *change.citation_after)]


def _briefing(brief: ItemBriefing, title: str) -> list[str]:
    cited = [c for s in brief.statements for c in s.citation]
    if brief.resolution:
        cited += brief.resolution.citation
    named = several_files(cited)
    written = [s for s in brief.statements if s.origin == "model"]
    model = brief.model.name if brief.model else None
    parts = []
    if brief.resolution:
        parts.append(
            '<section class="ra-wording"><h3>Beschlussvorschlag <span class="ra-kind">Wortlaut</span></h3>'
            f"<blockquote>{paragraphs(brief.resolution.text)}</blockquote>"
            f"<p>{citations(brief.resolution.citation, with_file=named)}</p></section>"
        )
    if written:
        parts.append(ai_box(written, model, named, heading="Worum es geht", item_id=brief.id))
    if brief.plain_language:
        parts.append(ai_box(brief.plain_language, model, named, heading="In einfacher Sprache"))
    elif written and brief.plain_language is None:
        parts.append(
            f'<p class="ra-buttons">{action("plain", "In einfacher Sprache schreiben lassen", item=brief.id)}</p>'
        )
    parts += _groups([s for s in brief.statements if s.origin != "model"], named, brief.id)
    parts += [
        page_more.contradictions(brief.contradictions, named),
        _amounts(brief.amounts, named),
        _dates(brief.dates, named),
        page_more.consultations(brief.consultations),
        page_facts.form(brief.form, named),
        page_more.annexes(brief.annexes, named),
        page_facts.drawings(brief.drawings),
        page_more.questions(brief.open_questions, named),
        page_more.terms(brief, title),
    ]
    return parts


def ai_box(
    written: Sequence[Statement], model: str | None, named: bool, heading: str | None = None, item_id: str | None = None
) -> str:
    """What the model wrote, in a box of its own that says so first.

    :param item_id: of the agenda item; then each sentence can be confirmed, corrected, removed and annotated.
    """
    who = f" ({safe(model)})" if model else ""
    rows = "".join(
        f"<li><p>{safe(s.text)} {citations(s.citation, with_file=named)}</p>{_check(s)}{page_edit.marks(s)}"
        f"{page_edit.menu(s, item_id) if item_id else ''}</li>"
        for s in written
    )
    title = f"<h3>{safe(heading)}</h3>" if heading else ""
    return (
        f'<section class="ra-ai-box" aria-label="Von der KI geschrieben"><p class="ra-ai-head">'
        f'<span class="ra-ai-mark" aria-hidden="true">KI</span> Von der KI geschrieben{who} – bitte an der Quelle prüfen</p>'
        f"{title}<ul>{rows}</ul></section>"
    )


def _check(statement: Statement) -> str:
    if statement.check == "ok":
        return f'<p class="ra-check ra-check-ok">✓ Zahlen und Namen stehen auf {safe(places(statement.citation))}</p>'
    if statement.check == "unsupported":
        missing = ", ".join(statement.failures) or "diese Aussage"
        return f'<p class="ra-check ra-check-bad"><strong>⚠ nicht belegt:</strong> {safe(missing)}</p>'
    return '<p class="ra-check">Nicht nachgesehen – bitte an der Quelle lesen</p>'


def _groups(statements: Sequence[Statement], named: bool, item_id: str | None = None) -> list[str]:
    """Statements under their labels, in the order in which the labels first come."""
    grouped: dict[tuple[str, str], list[Statement]] = {}
    for statement in statements:
        grouped.setdefault((statement.label or _EXTRACT, statement.origin), []).append(statement)
    sections = []
    for (label, origin), members in grouped.items():
        css, kind = _ORIGIN[origin]
        rows = "".join(_statement(s, named, item_id) for s in members)
        sections.append(
            f'<section class="{css}"><h3>{safe(label)} <span class="ra-kind">{kind}</span></h3><ul>{rows}</ul></section>'
        )
    return sections


def _statement(statement: Statement, named: bool, item_id: str | None) -> str:
    cites = citations(statement.citation, with_file=named)
    after = page_edit.marks(statement) + (page_edit.menu(statement, item_id) if item_id else "")
    under = f'<p class="ra-small">Unter „{safe(statement.heading)}“:</p>' if statement.heading else ""
    if statement.origin == "verbatim":
        return f"<li>{under}{paragraphs(statement.text)}{cites}{after}</li>"
    warning = _check(statement) if statement.check == "unsupported" else ""
    if is_table(statement.text):
        return f"<li>{under}{table(statement.text)}<p>{cites}</p>{warning}{after}</li>"
    return f"<li>{under}<p>{safe(' '.join(statement.text.split()))} {cites}</p>{warning}{after}</li>"


def _amounts(amounts: Sequence[Amount], named: bool) -> str:
    return _table("Beträge", "Betrag", [(a.text, a.context, a.citation) for a in amounts], named)


def _dates(dates: Sequence[DateMention], named: bool) -> str:
    return _table("Termine und Fristen", "Datum", [(d.text, d.context, d.citation) for d in dates], named)


def _table(title: str, head: str, rows: list[tuple[str, str | None, tuple[Citation, ...]]], named: bool) -> str:
    if not rows:
        return ""
    lines = "".join(
        f'<tr><th scope="row">{safe(text)}</th><td>{safe(" ".join((context or "").split()))}</td>'
        f"<td>{citations(cited, with_file=named)}</td></tr>"
        for text, context, cited in rows
    )
    return (
        f'<section class="ra-figures"><h3>{title} <span class="ra-kind">Auszug aus den Unterlagen</span></h3>'
        f'<table><thead><tr><th scope="col">{head}</th><th scope="col">Zusammenhang</th><th scope="col">Seite</th></tr>'
        f"</thead><tbody>{lines}</tbody></table></section>"
    )


def papers(found: Sequence[Paper]) -> str:
    """The papers of an item, each with buttons that open its files at their first page."""
    if not found:
        return ""
    rows = []
    for paper in found:
        head = " ".join(part for part in (paper.paperType, paper.reference) if part)
        label = f"<strong>{safe(head)}</strong> " if head else ""
        spans = "".join(
            action(
                "cite",
                f"S. {s.first}" if s.first == s.last else f"S. {s.first}–{s.last}",
                css="ra-cite",
                name=f"{s.name} ab Seite {s.first} zeigen",
                file=s.file_id,
                page=s.first,
            )
            if s.last >= s.first
            else f'<span class="ra-source">{safe(short_name(s.name))} (ohne Seiten)</span>'
            for s in paper.files
        )
        rows.append(f'<li>{label}{safe(paper.name)} <span class="ra-cites">{spans}</span></li>')
    title = "Unterlage zu diesem Punkt" if len(rows) == 1 else "Unterlagen zu diesem Punkt"
    return f'<section class="ra-papers"><h3>{title}</h3><ul>{"".join(rows)}</ul></section>'


def answer(found: Answer) -> str:
    """An answer with its sources, or the honest no, with how many pages were read."""
    read = f"{found.pages_read} von {count(found.pages_total, 'Seite', 'Seiten')} gelesen"
    named = several_files(c for s in found.statements for c in s.citation)
    written = [s for s in found.statements if s.origin == "model"]
    quoted = _groups([s for s in found.statements if s.origin != "model"], named)
    if not found.answered:
        hint = "".join(quoted)
        near = f'<p class="ra-small">Diese Stellen kommen der Frage am nächsten:</p>{hint}' if hint else ""
        return f'<div class="ra-answer">{notice(f"In den gelesenen Unterlagen nicht gefunden ({read}).")}{near}</div>'
    body = ""
    if written:
        body = ai_box(written, found.model.name if found.model else None, named)
    elif not quoted:
        body = f"<p>{safe(found.answer)}</p>"
    return f'<div class="ra-answer">{body}{"".join(quoted)}<p class="ra-small">{read}.</p></div>'
