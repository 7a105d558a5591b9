"""Taking in, as HTML: the agenda as it is recognised, how far the reading is, and at the end what was recognised and what not.

What enters: Meetings, an Intake. What leaves: escaped HTML.
What it does not know: Gradio, how anything is read.
"""

from __future__ import annotations

from collections.abc import Sequence

from ratsassistent.briefings import Intake
from ratsassistent.oparl import AgendaItem, Meeting, Skipped
from ratsassistent.output import page_facts
from ratsassistent.output.page_text import action, closed_mark, count, long_day, notice, progress_bar, safe, short_name

GIVEN_UP = (
    "Das Einlesen dieser Unterlagen wurde zweimal unterbrochen und wird nicht noch einmal versucht. "
    "Bitte legen Sie die Dateien noch einmal ab, am besten einzeln."
)
FOLDER = (
    '<p class="ra-buttons"><button type="button" class="ra-button" data-local="folder">Ganzen Ordner auswählen</button></p>'
    '<p class="ra-small" role="status"></p>'
)
_SHORT = 15  # items of an agenda that is shown at the end without a click
_SAFE = "Sie können diese Seite schließen; das Lesen geht weiter, solange das Programm läuft."


def running(line: str, done: float | None, agenda: Sequence[Meeting]) -> str:
    """What is being done now, and what was recognised so far."""
    seen = "".join(_recognised(meeting) for meeting in agenda)
    body = f'<div aria-live="off">{seen}</div>' if seen else ""
    return (
        f'<section class="ra-intake" aria-label="Einlesen">{progress_bar(done, line)}'
        f'<p class="ra-small">{_SAFE}</p>{body}</section>'
    )


def behind(number: int) -> str:
    """How many packs wait for their turn."""
    what = "Eine weitere Lieferung wartet" if number == 1 else f"{number} weitere Lieferungen warten"
    return f'<p class="ra-small">{what}; sie wird danach gelesen.</p>' if number == 1 else (
        f'<p class="ra-small">{what}; sie werden danach gelesen.</p>'
    )  # fmt: skip


def failed(reason: str, names: Sequence[str]) -> str:
    """That nothing could be taken in, and why."""
    which = f'<p class="ra-small">{safe(", ".join(short_name(name, 60) for name in names))}</p>' if names else ""
    return f"{notice(reason, 'error')}{which}"


def summary(done: Intake) -> str:
    """What was taken in: the agenda with papers and pages, what could not be read, what was left out, what to do next."""
    parts = [_meeting(meeting) for meeting in done.meetings]
    if done.loose_papers:
        parts.append(
            f"<p>{count(len(done.loose_papers), 'einzelne Vorlage', 'einzelne Vorlagen')} ohne Tagesordnung: siehe "
            "„Einzelne Vorlagen“ unter „Sitzungen“.</p>"
        )
    if done.pages_total:
        read = done.pages_text + done.pages_ocr
        parts.append(f"<p><strong>{read} von {count(done.pages_total, 'Seite', 'Seiten')} gelesen.</strong></p>")
    parts.append(page_facts.coverage(done.coverage, linked=False))
    if done.coverage.unassigned and done.meetings:
        parts.append(
            '<p class="ra-small">Wohin die Seiten ohne Zuordnung gehören, können Sie selbst sagen: in der Sitzung unter '
            "„Auf einen Blick“.</p>"
        )
    parts.append(_left_out(done.skipped))
    taken = bool(done.meetings or done.loose_papers)
    head = "Fertig gelesen" if taken else "Es konnte nichts gelesen werden"
    return f'<section class="ra-intake" aria-live="polite"><h2>{head}</h2>{"".join(parts)}</section>'


def _meeting(meeting: Meeting) -> str:
    items = meeting.agendaItem
    papers = {paper.id for item in items for paper in item.papers if paper.files}
    facts = [count(len(items), "Tagesordnungspunkt", "Tagesordnungspunkte")]
    facts += [count(len(papers), "Vorlage", "Vorlagen")] if papers else []
    start = action("open", "Diese Sitzung lesen", css="ra-button ra-primary", meeting=meeting.id)
    return (
        f'<div class="ra-card"><h3>{safe(meeting.name)}</h3><p>{safe(long_day(meeting.start))}</p>'
        f'<p>{" · ".join(facts)}</p><p class="ra-buttons">{start}</p>'
        f"{_items(meeting) if len(items) <= _SHORT else _folded(meeting)}</div>"
    )


def _folded(meeting: Meeting) -> str:
    return f'<details class="ra-coverage"><summary>Was erkannt wurde</summary>{_items(meeting)}</details>'


def _recognised(meeting: Meeting) -> str:
    when = f'<p class="ra-small">{safe(long_day(meeting.start))}</p>' if meeting.start else ""
    return f'<div class="ra-card"><h3>{safe(meeting.name)}</h3>{when}{_items(meeting)}</div>'


def _items(meeting: Meeting) -> str:
    """The agenda: number, title, and what there is of each item as far as that is known."""
    known = any(item.papers for item in meeting.agendaItem)
    rows = "".join(f"<li>{_item(item, known)}</li>" for item in meeting.agendaItem)
    return f'<ol class="ra-recognised">{rows}</ol>'


def _item(item: AgendaItem, known: bool) -> str:
    number = f'<span class="ra-number">{safe(item.number)}</span> ' if item.number else ""
    mark = "" if item.public is True else f" {closed_mark(item.public)}"
    papers = [paper for paper in item.papers if paper.files]
    pages = sum(span.last - span.first + 1 for paper in papers for span in paper.files)
    told = ""
    if papers:
        told = f"{count(len(papers), 'Vorlage', 'Vorlagen')}, {count(pages, 'Seite', 'Seiten')}"
    elif known:
        told = "keine Unterlagen"
    more = f' <span class="ra-small">{told}</span>' if told else ""
    return f"{number}{safe(item.name)}{mark}{more}"


def _left_out(skipped: Sequence[Skipped]) -> str:
    """What was not read, each with the reason, and what to do about it."""
    if not skipped:
        return ""
    rows = "".join(f"<li><strong>{safe(short_name(s.path, 60))}</strong>: {safe(s.reason)}</li>" for s in skipped)
    title = "1 Datei wurde nicht gelesen" if len(skipped) == 1 else f"{len(skipped)} Dateien wurden nicht gelesen"
    return (
        f'<div class="ra-notice ra-warning" role="alert"><p><strong>{title}:</strong></p><ul>{rows}</ul>'
        '<p class="ra-small">Alles andere ist da. Eine Datei, die fehlt, können Sie jederzeit nachreichen.</p></div>'
    )
