"""What was asked and searched before, as a list: each can be opened again and deleted, and all can be.

What enters: questions (jobs), searches that were kept, names of what they were narrowed to. What leaves: escaped HTML with
buttons. What it does not know: Gradio, the archive, how anything is found or answered.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

from ratsassistent.archive.searches_table import MOST, KeptSearch
from ratsassistent.jobs import Job
from ratsassistent.output.page_queue import BUSY
from ratsassistent.output.page_search import Search, asked_of
from ratsassistent.output.page_text import action, count, cut, notice, safe

FOLD = "frueher"
SEEN = 8  # that are seen at once; older ones are folded
Words = Callable[[Search], str]  # what a search is narrowed to, in words


def search_of(kept: KeptSearch) -> Search:
    """A search that was kept, to be made again."""
    narrowed: dict[str, Any] = kept.narrowed
    return Search(kept.text, **narrowed)


def recent(
    questions: Sequence[Job],
    searches: Sequence[KeptSearch],
    words: Words,
    *,
    shown: str | None = None,
    days: int = 0,
    folded: bool = False,
    now: dt.datetime | None = None,
) -> str:
    """Questions and searches, the newest first.

    :param shown: the question that is to be seen now: it is left out. :param days: how long they are kept (0: without limit).
    :param folded: something else is to be seen.
    """
    now = now or dt.datetime.now().astimezone()
    rows = [(j.created, _question(j, words, now)) for j in questions if j.id != shown]
    rows += [(s.created, _search(s, words, now)) for s in searches]
    if not rows:
        return ""
    entries = [html for _, html in sorted(rows, key=lambda row: row[0], reverse=True)]
    older = entries[SEEN:]
    rest = (
        f'<details class="ra-rest" data-fold="{FOLD} aelter"><summary>{count(len(older), "ältere", "ältere")}</summary>'
        f'<ul class="ra-list">{"".join(older)}</ul></details>'
        if older
        else ""
    )
    listed = (
        f'<ul class="ra-list">{"".join(entries[:SEEN])}</ul>{rest}{_forget_all(len(questions) + len(searches), days)}'
    )
    title = "Frühere Fragen und Suchen"
    if folded:
        return (
            f'<nav aria-label="{title}" class="ra-recent"><details class="ra-narrow" data-fold="{FOLD}"><summary>{title} '
            f"({len(entries)})</summary>{listed}</details></nav>"
        )
    return f'<nav aria-label="{title}" class="ra-recent"><h2 class="ra-title" tabindex="-1">{title}</h2>{listed}</nav>'


def _forget_all(number: int, days: int) -> str:
    """Asks once more: it cannot be undone."""
    limit = f", höchstens {count(days, 'Tag', 'Tage')}" if days else ""
    return (
        f'<details class="ra-rest" data-fold="{FOLD} loeschen"><summary>Alle löschen …</summary>'
        f"<p>{count(number, 'Eintrag', 'Einträge')} mit allen Antworten von diesem Rechner löschen? Die Unterlagen selbst "
        f"bleiben.</p>{action('forget-all', 'Ja, alle Fragen und Suchen löschen')}</details>"
        f'<p class="ra-small">Fragen und Suchen bleiben auf diesem Rechner, bis Sie sie löschen{limit}; von den Suchen die letzten {MOST}.</p>'
    )


def _question(job: Job, words: Words, now: dt.datetime) -> str:
    state = "wird beantwortet" if job.state in BUSY else "ohne Antwort" if job.result is None else ""
    return _row("Frage", job.title, job.created, [words(asked_of(job.payload)), state], now, job=job.id)


def _search(kept: KeptSearch, words: Words, now: dt.datetime) -> str:
    return _row("Suche", kept.text, kept.created, [words(search_of(kept))], now, search=kept.id)


def _row(kind: str, text: str, at: dt.datetime, more: Sequence[str], now: dt.datetime, **which: Any) -> str:
    facts = " · ".join(part for part in (kind, when(at, now), *more) if part)
    data = "".join(f' data-{key}="{safe(value)}"' for key, value in which.items())
    return (
        f'<li class="ra-recent-row"><button type="button" class="ra-row" data-do="again"{data}><strong>{safe(cut(text, 200))}'
        f'</strong><span class="ra-small">{safe(facts)}</span></button>'
        f"{action('forget', '✕', css='ra-chip-off', name=f'{kind} löschen: {cut(text, 80)}', **which)}</li>"
    )


def when(at: dt.datetime, now: dt.datetime) -> str:
    """A moment as people say it: "heute, 14:05 Uhr", "gestern", "03.03.2031"."""
    there, here = at.astimezone(now.tzinfo), now
    days = (here.date() - there.date()).days
    if days == 0:
        return f"heute, {there:%H:%M} Uhr"
    return "gestern" if days == 1 else f"{there:%d.%m.%Y}"


def all_gone() -> str:
    """That nothing is kept any more."""
    return notice("Alle Fragen und Suchen sind gelöscht.", "good")
