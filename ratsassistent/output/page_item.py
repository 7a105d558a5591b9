"""One agenda item, and one answer, as HTML: wording, extract and what the AI wrote, told apart by words and form.

What enters: AgendaItem, ItemBriefing, Answer. What leaves: escaped HTML with citation buttons.
What it does not know: Gradio, the archive, how a briefing is made.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Literal

from ratsassistent.briefings import Answer, ItemBriefing, Statement
from ratsassistent.oparl import AgendaItem, Citation, Paper
from ratsassistent.output import (
    page_about,
    page_edit,
    page_facts,
    page_jumps,
    page_more,
    phrases,
    phrases_server,
    suspicious,
)
from ratsassistent.output.page_text import (
    EXTRACT,
    action,
    citations,
    closed_mark,
    figures,
    is_table,
    notice,
    paragraphs,
    places,
    row_head,
    safe,
    several_files,
    short_name,
    table,
    wording,
)
from ratsassistent.writing.extracts.figures import COSTS, DEADLINES
from ratsassistent.writing.remarks import behind, is_note

NON_PUBLIC = "Nichtöffentlich – nur für Mitglieder des Gremiums. Bitte nicht weitergeben."
NO_PAPERS = "Zu diesem Punkt liegen keine Unterlagen bei."
ABOUT = "Worum es geht"  # what the model says of an item
PLAIN = "In einfacher Sprache"


_EXTRACT = "Aus den Unterlagen"
_ORIGIN = {
    "verbatim": ("ra-verbatim", "Wortlaut"),
    "extract": ("ra-extract", EXTRACT),
    "model": ("ra-ai", "KI"),
    "person": ("ra-person", "von einer Person berichtigt"),
}

Summary = Literal["none", "possible", "later", "ordered"]
_After = Callable[[Statement], str]


def _nothing(_: Statement) -> str:
    return ""


def item(
    agenda: AgendaItem,
    brief: ItemBriefing | None,
    *,
    ordered: bool = False,
    summary: Summary = "none",
    marking: str = "",
    steps: str = "",
    mending: tuple[Mapping[str, str], str] = ({}, ""),
    outdated: str = "",
    readers: page_edit.Readers = (),
) -> str:
    """The middle of the page: an item with its proposed resolution, statements, amounts, dates and papers.

    :param ordered: its version in plain language is being written.
    :param summary: whether the model's summary can be ordered, is written later, or has been ordered for this item.
    :param marking: HTML of what the reader can mark. :param steps: HTML of the way to the other items.
    :param mending: HTML that corrects where a paper belongs, by paper, and whether the whole item is public.
    :param outdated: HTML of a summary that no longer holds. :param readers: for whom a note may be, where persons sign in.
    """
    number = f'<span class="ra-number">TOP {safe(agenda.number)}</span> ' if agenda.number else ""
    body = [f'<h2 class="ra-title" tabindex="-1">{number}{safe(agenda.name)}</h2>']
    closed = agenda.public is not True or (brief is not None and brief.public is not True)
    if closed:
        unknown = agenda.public is None
        banner = f"{NON_PUBLIC} {phrases.UNKNOWN_PUBLIC}" if unknown else NON_PUBLIC
        body.insert(0, f'<p class="ra-nonpublic-banner" role="note">{banner}</p>')
    body.append(marking)
    head, body = body, []
    body.append(page_facts.moved(agenda))
    body.append(suspicious.html(brief.suspicious) if brief is not None else "")
    if not agenda.has_files:
        body.append(notice(NO_PAPERS))
    cited = [c for s in brief.statements for c in s.citation] if brief else []
    if brief and brief.resolution:
        cited += brief.resolution.citation
    named = several_files(cited)
    decided = page_facts.decisions(agenda.decisions, several_files(c for d in agenda.decisions for c in d.citation))
    if brief is not None:
        body += [_resolution(brief, named), _summary(brief, named, ordered, readers), outdated]
        body.append(_wanted(agenda, summary, again=bool(outdated)))
    body.append(decided)
    if brief is not None:
        body.append(page_more.earlier(brief.earlier))
    if brief is not None:
        body += _rest(brief, agenda.name, named, readers)
    body.append(page_facts.changes(agenda.papers, several_files(s for p in agenda.papers for s in _cited(p))))
    body.append(page_facts.missing(agenda))
    body.append(papers(agenda.papers, mending[0]) + mending[1])
    if brief is not None:
        body += [page_edit.note_field(agenda.id, readers), page_edit.said(brief.remarks)]
        body += [page_more.withheld(brief.withheld, named), page_about.of_item(brief)]
    body.append(steps)
    kind = " ra-nonpublic" if closed else ""
    jumps, text = page_jumps.with_jumps(body)
    return (
        f'<article class="ra-item{kind}" data-about="{safe(agenda.id)}" aria-label="Tagesordnungspunkt">'
        f"{''.join(head)}{jumps}{text}</article>"
    )


def _cited(paper: Paper) -> list[Citation]:
    return [c for change in paper.changes for c in (*change.citation_before, *change.citation_after)]


def _resolution(brief: ItemBriefing, named: bool) -> str:
    if not brief.resolution:
        return ""
    title = phrases.WORDINGS[brief.resolution.kind]
    return (
        f'<section class="ra-wording"><h3>{title} <span class="ra-kind">Wortlaut</span></h3>'
        f"<blockquote>{wording(brief.resolution.text)}</blockquote>"
        f"<p>{citations(brief.resolution.citation, with_file=named, said=brief.resolution.text)}</p></section>"
    )


def _is_summary(statement: Statement) -> bool:
    """True for what the model wrote of an item, and for what a person made of it."""
    return statement.origin == "model" or (statement.origin == "person" and statement.label == ABOUT)


def _summary(brief: ItemBriefing, named: bool, ordered: bool, readers: page_edit.Readers) -> str:
    """What the item is about, as the model says it, and once more in plain language."""
    told = _Told(brief, named, readers)
    model = phrases_server.named(brief.model) if brief.model else None
    took = phrases.took(brief.seconds, brief.energy_wh, phrases.known_how(brief.energy_how)) if model else ""
    parts = told.boxes([s for s in brief.statements if _is_summary(s)], ABOUT, model, took)
    if brief.plain_language:
        parts += told.boxes(brief.plain_language, PLAIN, model)
    elif ordered:
        parts.append(notice("Die Fassung in einfacher Sprache wird geschrieben …"))
    elif brief.plain_language is not None:
        parts.append(notice("Für die einfache Sprache fand die KI keinen Satz, der die Prüfung bestanden hat."))
    elif any(s.origin == "model" and s.check == "ok" for s in brief.statements):
        button = action("plain", "In einfacher Sprache schreiben lassen", item=brief.id)
        parts.append(f'<p class="ra-buttons">{button}</p>')
    return "".join(parts)


def _wanted(agenda: AgendaItem, summary: Summary, *, again: bool) -> str:
    """The button that has this item written before others, where it has no summary yet, or none that holds."""
    if summary == "none":
        return ""
    if summary == "ordered":
        return notice("Die Zusammenfassung dieses Punktes wird geschrieben …")
    later = summary == "later"
    label = "Diesen Punkt zuerst zusammenfassen lassen" if later else "Diesen Punkt zusammenfassen lassen"
    if again:
        label = "Zuerst neu schreiben lassen" if later else "Neu schreiben lassen"
    return f'<p class="ra-buttons">{action("first", label, item=agenda.id)}</p>'


def _rest(brief: ItemBriefing, title: str, named: bool, readers: page_edit.Readers) -> list[str]:
    told = _Told(brief, named, readers)
    statements = [s for s in brief.statements if not _is_summary(s)]
    # what stands in a sentence or table above is not told a second time
    costs = _tight(s.text for s in statements if s.label == COSTS)
    due = _tight(s.text for s in statements if s.label == DEADLINES)
    amounts = [(a.text, a.context, a.citation) for a in brief.amounts if not _stands(a.text, costs)]
    dates = [(d.text, d.context, d.citation) for d in brief.dates if not _stands(d.text, due)]
    return [
        *told.groups(statements),
        page_more.contradictions(brief.contradictions, named),
        _table("Weitere Beträge" if re.search(r"\d", costs) else "Beträge", "Betrag", "Beträge", amounts, named),
        _table("Weitere Termine" if due else "Termine und Fristen", "Datum", "Termine", dates, named),
        page_more.consultations(brief.consultations),
        page_facts.form(brief.form, named),
        page_more.annexes(brief.annexes, named, brief.id, readers),
        page_facts.drawings(brief.drawings),
        page_more.questions(brief.open_questions, named),
        page_more.terms(brief, title),
        told.notes(),
    ]


def _tight(texts: Iterable[str]) -> str:
    return "\n".join("".join(text.split()) for text in texts)


def _stands(text: str, shown: str) -> bool:
    """Whether an amount or a day stands in what is shown (`_tight`), and not as the end of a larger one."""
    return re.search(rf"(?<!\d)(?<!\d[.,]){re.escape(''.join(text.split()))}", shown) is not None


class _Told:
    """The statements of one item: each followed by what persons noted to it, with the menu that changes it."""

    def __init__(self, brief: ItemBriefing, named: bool, readers: page_edit.Readers) -> None:
        self._brief, self._named, self._readers = brief, named, readers
        self._beside: dict[str, list[Statement]] = {}
        self._loose: list[Statement] = []
        shown = [*brief.statements, *(brief.plain_language or ())]
        wordings = {s.text for s in shown if not is_note(s)}
        for note in (s for s in shown if is_note(s)):
            if note.about in wordings:
                self._beside.setdefault(note.about or "", []).append(note)
            else:
                self._loose.append(note)

    def boxes(self, given: Sequence[Statement], heading: str, model: str | None, took: str = "") -> list[str]:
        """What the model wrote in its box, and beneath it what a person put in place of that."""
        written = [s for s in given if s.origin == "model"]
        mended = [s for s in given if s.origin == "person" and not is_note(s)]
        parts = [ai_box(written, model, self._named, heading, self._after, took)] if written else []
        return parts + _groups([s.model_copy(update={"label": heading}) for s in mended], self._named, self._after)

    def groups(self, given: Sequence[Statement]) -> list[str]:
        """Statements under their labels."""
        return _groups([s for s in given if not is_note(s)], self._named, self._after)

    def notes(self) -> str:
        """The notes to the whole item, and those whose sentence has gone."""
        if not self._loose:
            return ""
        notes = "".join(page_edit.note(s, behind(self._brief, s), beside=False) for s in self._loose)
        return f'<section class="ra-notes"><h3>Notizen</h3>{notes}</section>'

    def _after(self, statement: Statement) -> str:
        notes = "".join(
            page_edit.note(note, behind(self._brief, note), beside=True)
            for note in self._beside.get(statement.text, ())
        )
        return f"{page_edit.menu(statement, self._brief.id, self._readers)}{notes}"


def ai_box(
    written: Sequence[Statement],
    model: str | None,
    named: bool,
    heading: str | None = None,
    after: _After = _nothing,
    took: str = "",
) -> str:
    """What the model wrote, in a box of its own that says so first.

    :param after: what stands below each sentence: how it can be changed.
    :param took: how long it took to write, and how much energy.
    """
    who = f" ({safe(model)})" if model else ""
    rows = "".join(
        f"<li><p>{safe(s.text)} {citations(s.citation, with_file=named, said=s.text)}</p>{_check(s)}{page_edit.marks(s)}{after(s)}</li>"
        for s in written
    )
    title = f"<h3>{safe(heading)}</h3>" if heading else ""
    foot = f'<p class="ra-small">{safe(took)}</p>' if took else ""
    return (
        f'<section class="ra-ai-box" aria-label="Von der KI geschrieben"><p class="ra-ai-head">'
        f'<span class="ra-ai-mark" aria-hidden="true">KI</span> Von der KI geschrieben{who} – bitte an der Quelle prüfen</p>'
        f"{title}<ul>{rows}</ul>{foot}</section>"
    )


def _check(statement: Statement) -> str:
    if statement.check == "ok":
        return f'<p class="ra-check ra-check-ok">✓ Zahlen und Namen stehen auf {safe(places(statement.citation))}</p>'
    if statement.check == "unsupported":
        missing = "; ".join(statement.failures) or "diese Aussage"
        return f'<p class="ra-check ra-check-bad"><strong>⚠ nicht belegt:</strong> {safe(missing)}</p>'
    return '<p class="ra-check">Nicht nachgesehen – bitte an der Quelle lesen</p>'


def _groups(statements: Sequence[Statement], named: bool, after: _After = _nothing) -> list[str]:
    """Statements under their labels, in the order in which the labels first come."""
    grouped: dict[tuple[str, str], list[Statement]] = {}
    for statement in statements:
        grouped.setdefault((statement.label or _EXTRACT, statement.origin), []).append(statement)
    sections = []
    for (label, origin), members in grouped.items():
        css, kind = _ORIGIN[origin]
        rows = "".join(_statement(s, named, after(s)) for s in members)
        sections.append(
            f'<section class="{css}"><h3>{safe(label)} <span class="ra-kind">{kind}</span></h3><ul>{rows}</ul></section>'
        )
    return sections


def _statement(statement: Statement, named: bool, after: str) -> str:
    cites = citations(statement.citation, with_file=named, said=statement.text)
    after = page_edit.marks(statement) + after
    under = f'<p class="ra-small">Unter „{safe(statement.heading)}“:</p>' if statement.heading else ""
    if statement.origin == "verbatim":
        return f"<li>{under}{paragraphs(statement.text)}{cites}{after}</li>"
    warning = _check(statement) if statement.check == "unsupported" else ""
    if is_table(statement.text):
        return f"<li>{under}{table(statement.text)}<p>{cites}</p>{warning}{after}</li>"
    return f"<li>{under}<p>{safe(' '.join(statement.text.split()))} {cites}</p>{warning}{after}</li>"


def _table(
    title: str, head: str, more: str, rows: list[tuple[str, str | None, tuple[Citation, ...]]], named: bool
) -> str:
    lines = [
        f"<tr>{row_head(text)}<td>{safe(' '.join((context or '').split()))}</td>"
        f"<td>{citations(cited, with_file=named, said=context or text)}</td></tr>"
        for text, context, cited in rows
    ]
    return figures(title, EXTRACT, (head, "Zusammenhang", "Seite"), lines, more)


def papers(found: Sequence[Paper], menus: Mapping[str, str]) -> str:
    """The papers of an item, each with buttons that open its files at their first page, and its menu."""
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
        shut = f" {closed_mark(False)}" if paper.public is False else ""
        menu = menus.get(paper.id, "")
        rows.append(f'<li>{label}{safe(paper.name)}{shut} <span class="ra-cites">{spans}</span>{menu}</li>')
    title = "Unterlage zu diesem Punkt" if len(rows) == 1 else "Unterlagen zu diesem Punkt"
    return f'<section class="ra-papers"><h3>{title}</h3><ul>{"".join(rows)}</ul></section>'


def answer(found: Answer) -> str:
    """An answer with its sources, or the honest no, with how many pages were read and which places come nearest."""
    read = phrases.pages_read(found)
    understood = f'<p class="ra-small">{phrases.UNDERSTOOD}: {safe(found.asked)}</p>' if found.asked else ""
    named = several_files(c for s in found.statements for c in s.citation)
    written = [s for s in found.statements if s.origin == "model"]
    quoted = _groups([s for s in found.statements if s.origin != "model"], named)
    if not found.answered:
        near = "".join(
            f"<li>{safe(h.snippet)} {citations([h.shown_at] if h.shown_at else [])}</li>" for h in found.nearest
        )
        if found.doubted and quoted:
            near = f'<p class="ra-small">{phrases.DOUBTED}:</p>{"".join(quoted)}'
        elif near:
            near = f'<p class="ra-small">{phrases.NEAREST}:</p><ul class="ra-list">{near}</ul>'
        else:
            near = "".join(quoted)
        return f'<div class="ra-answer">{understood}{notice(f"{phrases.NOT_FOUND} ({read}).")}{near}</div>'
    body = f"<p>{safe(found.verdict)}</p>" if found.verdict else ""
    if written:
        body += ai_box(written, phrases_server.named(found.model) if found.model else None, named)
    elif not quoted:
        body += f"<p>{safe(found.answer)}</p>"
    judged = f" {safe(phrases.judged(found))}" if found.judge else ""
    return f'<div class="ra-answer">{understood}{body}{"".join(quoted)}<p class="ra-small">{read}.{judged}</p></div>'
