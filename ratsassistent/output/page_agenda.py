"""The agenda beside an item, as HTML: number, title, public or not, what there is of each item, how the reader marked it.

What enters: a Meeting, its Briefing, Marks. What leaves: escaped HTML with buttons; which lines are seen, and whether the list
is folded on a narrow screen, is up to `page_agenda.js`.
What it does not know: Gradio, the archive, what a click does.
"""

from __future__ import annotations

from collections.abc import Mapping

from ratsassistent.briefings import Briefing, ItemBriefing, Mark
from ratsassistent.oparl import AgendaItem, Meeting
from ratsassistent.output import page_marks
from ratsassistent.output.page_breaks import breakable
from ratsassistent.output.page_text import closed_mark, cut, item_title, safe

GLANCE = "Auf einen Blick"
_FILTERS = (("alle", "Alle"), ("wichtig", "Nur wichtige"), ("ungelesen", "Noch nicht gelesene"))
_SHORT = 50  # letters of the open item on the button that unfolds the list


def agenda(
    meeting: Meeting,
    brief: Briefing,
    chosen: str | None,
    writing: bool = False,
    marks: Mapping[str, Mark] | None = None,
) -> str:
    """The agenda; `chosen` is the item that is open."""
    written = {i.id: i for i in brief.agendaItem}
    marked = marks or {}
    rows = "".join(_entry(i, written.get(i.id), i.id == chosen, writing, marked.get(i.id)) for i in meeting.agendaItem)
    opened = next((item_title(i.number, i.name) for i in meeting.agendaItem if i.id == chosen), GLANCE)
    if brief.overview is not None:
        at_it = _current(chosen not in written)
        first = f'<button type="button" class="ra-row" data-do="item" data-item="ueberblick"{at_it}>'
        rows = f"<li>{first}<strong>{GLANCE}</strong></button></li>{rows}"
    filters = "".join(
        f'<button type="button" class="ra-chip-add" data-local="filter" data-show="{key}" aria-pressed="{str(key == "alle").lower()}">'
        f"{label}</button>"
        for key, label in _FILTERS
    )
    return (
        '<nav class="ra-agenda" aria-label="Tagesordnung"><h2>Tagesordnung</h2>'
        '<button type="button" class="ra-button ra-unfold" data-local="agenda" aria-expanded="false">'
        f'<strong>Tagesordnung ({len(meeting.agendaItem)})</strong><span class="ra-small">{safe(cut(opened, _SHORT))}</span></button>'
        f'<div class="ra-agenda-list"><div class="ra-filter" role="group" aria-label="Welche Punkte zeigen?">{filters}</div>'
        f'<p class="ra-small" role="status" data-filtered></p><ol>{rows}</ol></div></nav>'
    )


def _entry(item: AgendaItem, brief: ItemBriefing | None, chosen: bool, writing: bool, marked: Mark | None) -> str:
    mark = '<span class="ra-mark">öffentlich</span>' if item.public is True else closed_mark(item.public)
    if item.withdrawn:
        state = "von der Tagesordnung genommen"
    elif not item.has_files:
        state = "keine Unterlagen"
    elif brief is not None and brief.level == "voll":
        state = "✓ Zusammenfassung fertig"
    else:
        state = "Auszug, Zusammenfassung folgt" if writing else "Auszug"
    number = f'<span class="ra-number">{safe(item.number)}</span>' if item.number else ""
    known = marked or Mark(item_id=item.id)
    is_marked = (" data-important" if known.important else "") + (" data-read" if known.read else "")
    return (
        f'<li data-entry{is_marked}><button type="button" class="ra-row" data-do="item" data-item="{safe(item.id)}"{_current(chosen)}>'
        f'{number}<strong>{breakable(item.name)}</strong><span class="ra-marks">{mark} <span class="ra-state">{state}</span>'
        f" {page_marks.badges(marked)}</span></button></li>"
    )


def _current(is_it: bool) -> str:
    return ' aria-current="true"' if is_it else ""
