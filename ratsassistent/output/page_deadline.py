"""Deletion dates as HTML: what is due and the question about it, the dates of a meeting, the rule for new meetings.

What enters: Dates with how much they are about, rules, today. What leaves: escaped HTML with buttons and forms.
What it does not know: Gradio, the archive, what a click does, how anything is deleted.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from ratsassistent.deadlines import Date, Extent, Part
from ratsassistent.output.page_search import day_field, select_field
from ratsassistent.output.page_text import action, count, long_day, safe

NEVER_BY_ITSELF = "Das Programm löscht nur, wenn Sie es bestätigen."
WORDS: dict[Part, str] = {"all": "die ganze Sitzung", "nonpublic": "nur der nichtöffentliche Teil"}
_RULED: dict[Part, str] = {"all": "Die ganze Sitzung", "nonpublic": "Nur der nichtöffentliche Teil"}
_MOST = 5  # that are asked about at a time
_FOLD = "loeschdatum"


def due(
    asked: Sequence[tuple[Date, Extent]], today: dt.date, sure: tuple[str, Part] | None = None, told: str = ""
) -> str:
    """What is due, each with what would be deleted and what can be done; empty where nothing is.

    :param sure: the meeting and part of which somebody has said to delete it, and is asked once more.
    :param told: HTML: what has just been done.
    """
    now = f'<div class="ra-notice ra-good" role="status" tabindex="-1" data-now>{told}</div>' if told else ""
    if not asked:
        return now
    rows = "".join(f"<li>{_row(date, extent, today, sure)}</li>" for date, extent in asked[:_MOST])
    more = len(asked) - _MOST
    rest = (
        f"<p>und {count(more, 'weitere Sitzung', 'weitere Sitzungen')}, wenn Sie über diese entschieden haben.</p>"
        if more > 0
        else ""
    )
    head = (
        "Diese Sitzung hat ihr Löschdatum erreicht"
        if len(asked) == 1
        else f"{len(asked)} Sitzungen haben ihr Löschdatum erreicht"
    )
    return (
        f'{now}<section class="ra-notice ra-due" aria-label="Löschdatum erreicht"><h2>{head}</h2><p>{NEVER_BY_ITSELF}</p>'
        f'<ul class="ra-list">{rows}</ul>{rest}</section>'
    )


def _row(date: Date, extent: Extent, today: dt.date, sure: tuple[str, Part] | None) -> str:
    day = long_day(date.meeting.start)
    when = "fällig heute" if date.day == today else f"fällig seit {long_day(date.day.isoformat())}"
    head = (
        f"<p><strong>{safe(date.meeting.name)}</strong>{f'<br>{safe(day)}' if day else ''}</p>"
        f"<p>Zu löschen: <strong>{WORDS[date.part]}</strong> ({safe(amount(extent))}), {safe(when)}.</p>"
    )
    body = question(date.meeting.id, date.part) if sure == (date.meeting.id, date.part) else _choices(date)
    return f'<div class="ra-card">{head}{body}</div>'


def _choices(date: Date) -> str:
    about: dict[str, Any] = {"meeting": date.meeting.id, "part": date.part}
    name = date.meeting.name
    buttons = (
        action("due-ask", "Jetzt löschen …", name=f"Jetzt löschen: {name}", **about)
        + action("due-later", "In einer Woche erinnern", name=f"In einer Woche erinnern: {name}", **about)
        + action("due-keep", "Behalten", name=f"Behalten, ohne Löschdatum: {name}", **about)
    )
    key = f"{date.meeting.id} {date.part}"
    form = (
        f'<details class="ra-narrow" data-fold="datum {safe(key)}"><summary>Datum ändern</summary><form class="ra-form">'
        f"{day_field('Neues Löschdatum', 'day', f'datum {key}')}"
        f"{action('due-set', 'Datum speichern', submits=True, **about)}</form></details>"
    )
    return f'<p class="ra-buttons">{buttons}</p>{form}'


def question(meeting_id: str, part: Part) -> str:
    """The last question before it is deleted."""
    about: dict[str, Any] = {"meeting": meeting_id, "part": part}
    if part == "nonpublic":
        what = "Den nichtöffentlichen Teil wirklich löschen?"
        also = (
            "Gelöscht werden die nichtöffentlichen Punkte und Unterlagen mit allem, was daraus entstanden ist, dazu alle Fragen zu dieser "
            "Sitzung mit ihren Antworten. Der öffentliche Teil bleibt; was Sie von Hand zugeordnet haben, gilt weiter."
        )
    else:
        what = "Diese Sitzung wirklich löschen?"
        also = "Gelöscht werden alle Punkte und Unterlagen mit allem, was daraus entstanden ist, auch Notizen und Fragen mit ihren Antworten."
    buttons = action("due-delete", "Ja, endgültig löschen", **about) + action("due-no", "Nein, noch nicht", **about)
    return (
        f'<div class="ra-notice ra-warning" role="group" aria-label="{what}" tabindex="-1" data-asks><p><strong>{what}</strong></p><p>{also} Das lässt '
        "sich nicht rückgängig machen. Die Dateien, die Sie eingelesen haben, bleiben an ihrem alten Ort liegen.</p>"
        f'<p class="ra-buttons">{buttons}</p></div>'
    )


def of_meeting(
    meeting_id: str, dates: Sequence[Date], asked: str, *, mixed: bool, sure: Part | None = None, told: str = ""
) -> str:
    """The dates of the open meeting, folded, and before them the question where one has come.

    :param asked: HTML of what is due. :param mixed: it has a public part and another one.
    :param sure: the part of which somebody has said to delete it now, though it may not be due.
    """
    now = f'<div class="ra-notice ra-good" role="status" tabindex="-1" data-now>{told}</div>' if told else ""
    summary = "; ".join(f"{date.day:%d.%m.%Y} ({WORDS[date.part]})" for date in dates) or "keines"
    rows = "".join(f"<li>{_set_row(date)}</li>" for date in dates)
    listed = f"<ul>{rows}</ul>" if rows else "<p>Für diese Sitzung ist kein Löschdatum gesetzt.</p>"
    options = [(part, _RULED[part]) for part in WORDS if part == "all" or mixed]
    which = (
        select_field("Was gelöscht werden soll", "part", f"teil {meeting_id}", options)
        if mixed
        else '<input type="hidden" name="part" value="all">'
    )
    form = (
        f'<form class="ra-form">{which}{day_field("Löschen am", "day", f"am {meeting_id}")}'
        f"{action('due-set', 'Datum speichern', submits=True, meeting=meeting_id)}</form>"
    )
    only = ""
    if mixed:
        button = action("due-ask", "Den nichtöffentlichen Teil jetzt löschen …", meeting=meeting_id, part="nonpublic")
        only = (
            "<p>Auch ohne Datum können Sie den nichtöffentlichen Teil allein löschen, etwa wenn die Unterlagen zurückzugeben sind:</p>"
            f'<p class="ra-buttons">{button}</p>'
        )
    open_question = "" if sure is None else question(meeting_id, sure)
    return (
        f'{now}{asked}{open_question}<details class="ra-narrow" data-fold="{_FOLD}"><summary>Löschdatum: {safe(summary)}</summary>'
        f'<div class="ra-card">{listed}<p>An diesem Tag fragt das Programm, ob gelöscht werden soll. {NEVER_BY_ITSELF}</p>{form}{only}</div></details>'
    )


def _set_row(date: Date) -> str:
    by = " nach der Vorgabe für neue Sitzungen" if date.by_rule else ""
    button = action(
        "due-keep", "Datum entfernen", css="ra-link", name=f"Löschdatum entfernen: {WORDS[date.part]}", part=date.part, meeting=date.meeting.id
    )  # fmt: skip
    return f"{safe(long_day(date.day.isoformat()))}: {WORDS[date.part]}{by} {button}"


def rule(rules: Mapping[Part, int], told: str = "") -> str:
    """What holds for new meetings, folded."""
    now = f'<div class="ra-notice ra-good" role="status" tabindex="-1" data-now>{told}</div>' if told else ""
    fields = "".join(
        f'<label class="ra-field">{_RULED[part]}: Monate nach der Sitzung<input type="number" inputmode="numeric" min="1" max="1200" '
        f'name="{part}" data-draft="vorgabe {part}" value="{rules.get(part, "")}"></label>'
        for part in _RULED
    )
    button = action("due-rule", "Vorgabe speichern", submits=True)
    return (
        f'<section aria-label="Löschdatum für neue Sitzungen">{now}<details class="ra-narrow" data-fold="vorgabe"><summary>Löschdatum für neue Sitzungen: '
        f'{safe(rules_told(rules))}</summary><div class="ra-card"><p>Neu eingelesene Sitzungen bekommen dann von selbst ein Löschdatum. {NEVER_BY_ITSELF} '
        'Ein leeres Feld heißt: keine Vorgabe. An einer einzelnen Sitzung können Sie das Datum ändern oder entfernen.</p><form class="ra-mend">'
        f'{fields}<label class="ra-tick"><input type="checkbox" name="held" value="1"> auch für die schon eingelesenen Sitzungen</label>'
        f'<p class="ra-buttons">{button}</p></form></div></details></section>'
    )


def rules_told(rules: Mapping[Part, int]) -> str:
    """The rule in a line."""
    told = [
        f"{WORDS[part]} {count(rules[part], 'Monat', 'Monate')} nach der Sitzung" for part in WORDS if part in rules
    ]
    return "; ".join(told) or "keine Vorgabe"


def amount(given: Extent) -> str:
    """How much would go; what goes only in part is told by its pages."""
    parts = [count(given.items, "Tagesordnungspunkt", "Tagesordnungspunkte")] if given.items else []
    parts += [count(given.papers, "Vorlage", "Vorlagen")] if given.papers else []
    return ", ".join([*parts, count(given.pages, "Seite", "Seiten")])
