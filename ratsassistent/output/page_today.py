"""„Was steht an?“ as HTML: the next meeting, how far the reader is with it, and where to go on.

What enters: meetings with the day they are on, a Briefing, Marks, today. What leaves: escaped HTML with buttons.
What it does not know: Gradio, the archive, how a briefing is made.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from ratsassistent.briefings import Briefing, Mark
from ratsassistent.oparl import AgendaItem, Meeting
from ratsassistent.output.page_text import action, closed_mark, count, cut, item_title, long_day, safe
from ratsassistent.writing.findings.importance import is_formal

FAR = 14  # days ahead that are looked at
_MOST = 4  # items that are named
_LONGEST = 70  # letters of an item's name


def next_meetings(held: Sequence[Meeting], today: dt.date) -> list[Meeting]:
    """The meetings from today on, as far as `FAR` days ahead, the nearest first."""
    days = [(day, m) for m in held if (day := _day(m)) is not None and 0 <= (day - today).days <= FAR]
    return [m for _, m in sorted(days, key=lambda one: (one[1].start or "", one[1].id))]


def _day(meeting: Meeting) -> dt.date | None:
    try:
        return dt.datetime.fromisoformat(meeting.start or "").date()
    except ValueError:
        return None


def card(
    meeting: Meeting, brief: Briefing, marks: Mapping[str, Mark], today: dt.date, others: Sequence[Meeting]
) -> str:
    """The next meeting: when, how much there is to decide, what has been read, what is important, where to go on.

    :param others: meetings that come after it.
    """
    with_papers = [i for i in meeting.agendaItem if i.has_files and not i.withdrawn]
    unread = [i for i in with_papers if not _is(marks, i, "read")]
    facts = [count(len(meeting.agendaItem), "Tagesordnungspunkt", "Tagesordnungspunkte")]
    if brief.overview is not None:
        decided = sum(line.purpose == "decide" for line in brief.overview.decide)
        facts.append(f"{decided} davon zu beschließen" if decided else "nichts davon zu beschließen")
    if with_papers:
        facts.append(f"{len(with_papers) - len(unread)} von {len(with_papers)} mit Unterlagen gelesen")
    chosen = [i for i in meeting.agendaItem if _is(marks, i, "important")]
    rows = "".join(_row(meeting, i, marks) for i in chosen[:_MOST])
    more = f'<p class="ra-small">und {len(chosen) - _MOST} weitere</p>' if len(chosen) > _MOST else ""
    important = f"<h3>★ Wichtig für Sie</h3><ul>{rows}</ul>{more}" if rows else ""
    onward = [i for i in unread if _is(marks, i, "important")] or [i for i in unread if not is_formal(i)] or unread
    buttons = action("open", "Auf einen Blick", css="ra-button ra-primary", meeting=meeting.id)
    if onward:
        label = "Weiterlesen" if len(unread) < len(with_papers) else "Mit dem Lesen anfangen"
        name = cut(item_title(onward[0].number, onward[0].name), _LONGEST)
        buttons += action("open", f"{label}: {name}", meeting=meeting.id, item=onward[0].id)
    elif with_papers:
        important += '<p class="ra-small">✓ Alles gelesen, was Unterlagen hat.</p>'
    after = "".join(f"<li>{safe(m.name)}, {safe(long_day(m.start))}</li>" for m in others)
    rest = f'<p class="ra-small">Danach:</p><ul class="ra-small">{after}</ul>' if after else ""
    return (
        f'<section class="ra-card ra-today" aria-label="Was steht an?"><h2>{_when(meeting, today)}</h2>'
        f"<p><strong>{safe(meeting.name)}</strong></p><p>{safe(', '.join(facts))}.</p>{important}"
        f'<p class="ra-buttons">{buttons}</p>{rest}</section>'
    )


def _is(marks: Mapping[str, Mark], item: AgendaItem, kind: str) -> bool:
    return bool(getattr(marks.get(item.id), kind, False))


def _row(meeting: Meeting, item: AgendaItem, marks: Mapping[str, Mark]) -> str:
    link = action(
        "open", cut(item_title(item.number, item.name), _LONGEST), css="ra-link", meeting=meeting.id, item=item.id
    )
    closed = "" if item.public is True else f" {closed_mark(item.public)}"
    read = " (gelesen)" if _is(marks, item, "read") else ""
    return f"<li>{link}{closed}{read}</li>"


def _when(meeting: Meeting, today: dt.date) -> str:
    day = _day(meeting) or today
    ahead = (day - today).days
    when = safe(long_day(meeting.start))
    if ahead == 0:
        return f"Was steht heute an? <span class='ra-small'>{when}</span>"
    if ahead == 1:
        return f"Was steht morgen an? <span class='ra-small'>{when}</span>"
    return f"Was steht an? <span class='ra-small'>In {ahead} Tagen: {when}</span>"
