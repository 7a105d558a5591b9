"""The lists and lines around the text: what was taken in, meetings, agenda, progress, the page picture, the model.

What enters: objects of `oparl`, jobs, plain values. What leaves: escaped HTML with buttons.
What it does not know: Gradio, the archive, what a click does.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass

from ratsassistent.briefings import Answer, Briefing, Coverage
from ratsassistent.jobs import Job
from ratsassistent.models import ModelEntry
from ratsassistent.oparl import Meeting, Paper
from ratsassistent.output import page_facts, page_item, page_welcome, phrases
from ratsassistent.output.page_queue import BUSY
from ratsassistent.output.page_text import (
    action,
    count,
    cut,
    long_day,
    notice,
    progress_bar,
    safe,
    size,
)
from ratsassistent.pack.page.places import Box

SEARCHED = "Die Unterlagen werden durchsucht …"
_MODEL_AT_WORK = "Die KI sieht sich die Fundstellen noch an …"
STOP_MODEL = "Die KI anhalten, die Zitate genügen mir"
_QUOTE = 200  # letters of the quotation above the picture
_KEYS = re.compile(r"\s*\[S\d+\]?")  # what a model names its sources with; pages come when it has finished


@dataclass(frozen=True, slots=True)
class PagePicture:
    """A page to be shown: its PNG, where it stands (`pages`: of the file), the words that were cited, and where they stand.

    `marks`: their boxes; None: they are still being looked for.
    """

    file_id: str
    name: str
    page: int
    pages: int
    png: bytes
    public: bool
    quote: str | None = None
    closable: bool = False
    marks: tuple[Box, ...] | None = ()


def meetings(held: Sequence[Meeting], chosen: str | None) -> str:
    """The meetings held, newest first."""
    if not held:
        return notice("Es sind noch keine Sitzungen da. Unter „Einlesen“ geht es los.")
    rows = "".join(
        f'<li><button type="button" class="ra-row" data-do="open" data-meeting="{safe(m.id)}"'
        f"{_current(m.id == chosen)}><strong>{safe(m.name)}</strong><span>{safe(long_day(m.start))}</span>"
        f"<span>{count(len(m.agendaItem), 'Tagesordnungspunkt', 'Tagesordnungspunkte')}</span></button></li>"
        for m in held
    )
    return f'<nav aria-label="Sitzungen"><ul class="ra-list">{rows}</ul></nav>'


def _current(is_it: bool) -> str:
    return ' aria-current="true"' if is_it else ""


def loose_papers(found: Sequence[Paper]) -> str:
    """Papers that came without an agenda, each with the mark public or not."""
    if not found:
        return ""
    rows = []
    for paper in found:
        name = " ".join(part for part in (paper.paperType, paper.reference) if part)
        mark = '<span class="ra-mark">öffentlich</span>'
        button = ""
        if paper.public is not True:
            mark = '<span class="ra-mark ra-mark-closed">nichtöffentlich</span>'
            button = action("release", "Diese Vorlage ist öffentlich", paper=paper.id)
        show = action("paper", "Lesen", name=f"{paper.name} lesen", paper=paper.id)
        head = f"<strong>{safe(name)}</strong> " if name else ""
        rows.append(
            f'<li class="ra-card">{head}{safe(paper.name)} {mark}<p class="ra-buttons">{show} {button}</p></li>'
        )
    return (
        '<section aria-label="Einzelne Vorlagen"><h2>Einzelne Vorlagen</h2><p class="ra-small">Sie kamen ohne Tagesordnung. '
        "Solange niemand sagt, dass sie öffentlich sind, werden sie wie nichtöffentliche behandelt.</p>"
        f'<ul class="ra-list">{"".join(rows)}</ul></section>'
    )


def meeting_head(meeting: Meeting, coverage: Coverage) -> str:
    """Name and day of a meeting, and how many of its pages were read."""
    facts = [long_day(meeting.start), f"{coverage.read} von {count(coverage.pages, 'Seite', 'Seiten')} gelesen"]
    return (
        f'<header class="ra-meeting"><h1>{safe(meeting.name)}</h1><p class="ra-small">'
        f"{safe(' · '.join(fact for fact in facts if fact))}</p>{page_facts.coverage(coverage)}</header>"
    )


def finished(brief: Briefing) -> str:
    """That the summary of the open meeting is complete, how long the model wrote and what energy that took."""
    written = [i for i in brief.agendaItem if i.model is not None]
    if not written:
        return notice("Die Zusammenfassung ist fertig.", "good")
    took = phrases.took(sum(i.seconds for i in written), brief.energy_wh, phrases.known_how(brief.energy_how))
    return notice(f"Die Zusammenfassung ist fertig. {took}".strip(), "good")


def question(job: Job | None, narrowed: str = "") -> str:
    """A question with what there is of its answer: it is looked for, quotes are there, all of it is, it failed.

    :param narrowed: HTML: what it was narrowed to.
    """
    if job is None:
        return ""
    head = f'<h2 class="ra-question">{safe(job.title)}</h2>{narrowed}'
    answer = page_item.answer(Answer.model_validate(job.result)) if job.result is not None else ""
    if job.state == "fertig":
        body = answer
    elif job.state in BUSY:
        text = _KEYS.sub("", job.message).strip()
        body = progress_bar(None, _MODEL_AT_WORK if answer else SEARCHED)
        if text:
            body += f'<p class="ra-growing" aria-live="off">{safe(text)}</p>'
        body += answer
    elif job.state == "fehler":
        body = answer + notice(job.error or "Die Frage konnte nicht beantwortet werden.", "error")
    else:
        body = answer or notice("Die Frage wurde angehalten.")
    stop = (STOP_MODEL if answer else "Frage abbrechen") if job.state in BUSY else "Diese Frage löschen"
    button = action("stop" if job.state in BUSY else "forget", stop, job=job.id)
    return f'<section class="ra-qa" aria-label="Antwort">{head}{body}<p class="ra-buttons">{button}</p></section>'


def download_links(made: Sequence[tuple[str, str, str, bytes]]) -> str:
    """A link for each file, which holds it: (label, file name, media type, bytes)."""
    return "".join(
        f'<a class="ra-button ra-download" download="{safe(name)}" href="data:{kind};base64,'
        f'{base64.b64encode(content).decode("ascii")}">{safe(label)} speichern</a>'
        for label, name, kind, content in made
    )


def picture(shown: PagePicture | None) -> str:
    """A PDF page as a picture, with buttons for the next and previous one."""
    if shown is None:
        return (
            '<aside class="ra-paper ra-empty" aria-label="Seite aus den Unterlagen"><p>Hier erscheint die Seite aus den '
            'Unterlagen, sobald Sie auf eine Seitenzahl wie <span class="ra-cite">S. 12</span> klicken.</p></aside>'
        )
    turns = [
        _turn(shown, shown.page - 1, "← vorige", "Vorige Seite", shown.page > 1),
        _turn(shown, shown.page + 1, "nächste →", "Nächste Seite", shown.page < shown.pages),
    ]
    png = base64.b64encode(shown.png).decode("ascii")
    closed = "" if shown.public else f'<p class="ra-nonpublic-banner">{page_item.NON_PUBLIC}</p>'
    quote = _quoted(shown) if shown.quote else ""
    close = action("close", "Seite schließen") if shown.closable else ""
    return (
        f'<aside class="ra-paper" aria-label="Seite aus den Unterlagen">{closed}'
        f'<p class="ra-where" role="status"><strong>Seite {shown.page}</strong> von {shown.pages} '
        f'<span class="ra-small">{safe(shown.name)}</span></p>'
        f'<p class="ra-buttons">{turns[0]}{turns[1]}'
        '<button type="button" class="ra-button" data-local="zoom">Seite größer / kleiner</button>'
        f'<button type="button" class="ra-button ra-narrow-only" data-local="back">↑ Zurück zum Text</button>{close}</p>'
        f'{quote}<div class="ra-sheet" tabindex="0" role="group" aria-label="Seitenbild"><div class="ra-print"><img '
        f'alt="Seite {shown.page} von {safe(shown.name)} als Bild" src="data:image/png;base64,{png}">'
        f"{_marks(shown.marks or ())}</div></div></aside>"
    )


def _quoted(shown: PagePicture) -> str:
    """The cited words, and whether they are marked on the picture."""
    if shown.marks is None:
        told = "Die Stelle wird auf der gescannten Seite gesucht …"
    elif shown.marks:
        told = "Die Stelle ist auf der Seite markiert."
    else:
        told = "Die Stelle ließ sich auf dem Bild nicht markieren; bitte selbst nachsehen."
    looking = " data-looking" if shown.marks is None else ""
    return f'<p class="ra-quote"{looking}><strong>Gesuchte Stelle:</strong> „{safe(cut(shown.quote or "", _QUOTE))}“ <span class="ra-small">{told}</span></p>'


def _marks(boxes: Sequence[Box]) -> str:
    """Frames laid over the picture; thousandths of its width and height."""
    if not boxes:
        return ""
    frames = "".join(
        f'<rect class="ra-found" x="{1000 * b.left - 2:.1f}" y="{1000 * b.top - 2:.1f}" width="{1000 * (b.right - b.left) + 4:.1f}" '
        f'height="{1000 * (b.bottom - b.top) + 4:.1f}"></rect>'
        for b in boxes
    )
    return f'<svg class="ra-over" viewBox="0 0 1000 1000" preserveAspectRatio="none" aria-hidden="true">{frames}</svg>'


def _turn(shown: PagePicture, page: int, label: str, name: str, possible: bool) -> str:
    if not possible:
        return f'<button type="button" class="ra-button" disabled>{label}</button>'
    return action("cite", label, name=name, file=shown.file_id, page=page)


def missing_model(entry: ModelEntry, state: str, loading: bool) -> str:
    """That the language model is not here yet, how large it is, and the button that loads it.

    :param state: HTML: how far loading is, or why it failed.
    """
    if loading:
        return (
            f'<div class="ra-notice ra-model"><div>{state}<details data-fold="solange"><summary>Was Sie solange tun können'
            f"</summary>{page_welcome.meanwhile()}</details></div></div>"
        )
    label = f"Sprachmodell laden ({size(entry.size_bytes)})"
    return (
        f'{state}<div class="ra-notice ra-model"><p>Für Zusammenfassungen fehlt noch das Sprachmodell. Es wird '
        "einmal geholt und arbeitet dann ohne Internet. Alles andere geht auch ohne.</p>"
        f"{action('load-model', label)}</div>"
    )
