"""The question before a meeting is deleted, as HTML: which one, and all that goes with it.

What enters: a Meeting, its Briefing. What leaves: escaped HTML. What it does not know: Gradio, the archive, what a click does.
"""

from __future__ import annotations

from ratsassistent.briefings import Briefing
from ratsassistent.oparl import Meeting
from ratsassistent.output.page_text import count, long_day, safe


def asked(meeting: Meeting, brief: Briefing, corrections: int) -> str:
    """The question, with the meeting's name and day, and how much would be gone.

    :param corrections: how many a person made in this meeting.
    """
    papers = {paper.id for item in meeting.agendaItem for paper in item.papers if paper.files}
    written = sum(item.model is not None for item in brief.agendaItem)
    remarks = {remark.id for item in brief.agendaItem for remark in item.remarks}
    parts = [
        count(len(meeting.agendaItem), "Tagesordnungspunkt", "Tagesordnungspunkte"),
        f"{count(len(papers), 'Vorlage', 'Vorlagen')} mit {count(brief.coverage.pages, 'Seite', 'Seiten')}",
    ]
    if written:
        parts.append(count(written, "Zusammenfassung der KI", "Zusammenfassungen der KI"))
    if remarks:
        parts.append(count(len(remarks), "Notiz oder Berichtigung", "Notizen und Berichtigungen"))
    if corrections:
        parts.append(count(corrections, "Zuordnung von Hand", "Zuordnungen von Hand"))
    day = long_day(meeting.start)
    rows = "".join(f"<li>{safe(part)}</li>" for part in parts)
    return (
        f'<div role="group" aria-label="Sitzung löschen" tabindex="-1" data-asks><p><strong>Diese Sitzung wirklich löschen?</strong></p>'
        f"<p><strong>{safe(meeting.name)}</strong>{f'<br>{safe(day)}' if day else ''}</p><p>Gelöscht werden:</p><ul>{rows}"
        "<li>was Sie als gelesen oder wichtig gekennzeichnet haben, Fragen zu dieser Sitzung mit ihren Antworten und die Einträge "
        "im Beschlussregister</li></ul><p>Das lässt sich nicht rückgängig machen. Die Dateien, die Sie eingelesen haben, bleiben an "
        "ihrem alten Ort liegen.</p></div>"
    )
