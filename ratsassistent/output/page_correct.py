"""How a reader corrects where a paper belongs and what is public, as HTML: a folded menu, and the list of what was changed.

What enters: Meetings, AgendaItems, Papers, corrections in words. What leaves: escaped HTML; the fields of a form travel
with the button that is pressed in it.
What it does not know: Gradio, the archive, what a click does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from ratsassistent.corrections import NOWHERE, Standing
from ratsassistent.oparl import AgendaItem, FileSpan, Meeting, Paper
from ratsassistent.output import phrases_corrections as words
from ratsassistent.output.page_text import action, cut, safe, short_name

_LONGEST = 90  # letters of an item in the list to choose from


def menus(item: AgendaItem, meeting: Meeting) -> dict[str, str]:
    """For each paper of an item the menu that corrects it, by its id."""
    return {paper.id: _menu_of(paper, item, meeting) for paper in item.papers if _spans(paper)}


def of_item(item: AgendaItem) -> str:
    """The menu that says of a whole item whether it is public."""
    open_all = item.public is True and all(paper.public is not False for paper in item.papers)
    shut = action("correct", "Der ganze Punkt ist nichtöffentlich", how="close", item=item.id, whole="item")
    free = _release("Der ganze Punkt ist öffentlich", item=item.id, whole="item")
    parts = [] if item.public is False else [f'<p class="ra-buttons">{shut}</p>']
    parts += [] if open_all else [free]
    return (
        f'<details class="ra-edit ra-mend" data-fold="mend {safe(item.id)}"><summary>Ist der Punkt öffentlich oder nicht?'
        f'</summary><div class="ra-edit-box">{"".join(parts)}</div></details>'
    )


def unplaced(meeting: Meeting) -> str:
    """The pages that belong to no item, each run of them with the menu that says where they belong."""
    refs = sorted(
        {(r.file_id, r.file, r.page) for r in meeting.unassigned_pages if r.file_id}, key=lambda r: (r[1], r[2])
    )
    rows = []
    for (file_id, name, _), run in groupby(enumerate(refs), key=lambda pair: (*pair[1][:2], pair[1][2] - pair[0])):
        pages = [ref[2] for _, ref in run]
        span = FileSpan(file_id=file_id, name=name, first=pages[0], last=pages[-1])
        rows.append(
            f"<li><strong>{safe(short_name(name, 60))}</strong> {_pages_button(span)}"
            f"{_menu(f'{file_id} {span.first}', [span], meeting, None, is_open=None)}</li>"
        )
    if not rows:
        return ""
    return (
        '<section class="ra-papers ra-unplaced"><h3>Ohne Zuordnung</h3><p class="ra-small">Zu diesen Seiten ließ sich kein '
        "Tagesordnungspunkt finden. Sie werden durchsucht, stehen aber in keiner Auswertung. Sie können selbst sagen, wohin "
        f"sie gehören.</p><ul>{''.join(rows)}</ul></section>"
    )


def changed(found: Sequence[Standing]) -> str:
    """What was changed by hand, each with the button that takes it back."""
    if not found:
        return ""
    rows = []
    for one in found:
        who = f"{one.correction.author or words.NOBODY}, {one.correction.written.astimezone():%d.%m.%Y, %H:%M} Uhr"
        note = words.effect(one).removeprefix(" – ")
        warning = f'<p class="ra-check ra-check-bad"><strong>Bitte nachsehen:</strong> {safe(note)}</p>' if note else ""
        rows.append(
            f'<li><p>{safe(words.what(one))} <span class="ra-small">({safe(who)})</span></p>{warning}'
            f'<p class="ra-buttons">{_back(one)}</p></li>'
        )
    return (
        f'<section class="ra-changed"><h3>Von Hand geändert <span class="ra-kind">von einer Person</span></h3>'
        f"<ul>{''.join(rows)}</ul></section>"
    )


def at_place(found: Sequence[Standing], just: str | None = None, undone: str = "", here: str | None = None) -> str:
    """What was changed by hand, said where that was done: first what was done just now, with the button that takes it back.

    :param just: the correction that was made just now. :param undone: in words, the one that was taken back just now.
    :param here: the item that is shown.
    """
    new = next((one for one in found if one.correction.id == just), None)
    told = ""
    if new is not None:
        target = new.correction.target
        there = action("item", f"Zu {cut(new.target, 60)}", item=target) if new.target and target != here else ""
        means = " ".join(words.consequences(new))
        told = (
            f'<p><strong>✓ Geändert:</strong> {safe(words.what(new))}.</p><p class="ra-small">{safe(means)}</p>'
            f'<p class="ra-buttons">{_back(new)}{there}</p>'
        )
    elif undone:
        told = (
            "<p><strong>✓ Rückgängig gemacht:</strong> Es ist wieder wie vorher.</p>"
            f'<p class="ra-small">Nicht mehr gilt: {safe(undone)}.</p>'
        )
    css = ' class="ra-notice ra-good"' if told else ""
    return f'<div{css} role="status" tabindex="-1" data-now>{told}</div>{changed([one for one in found if one is not new])}'


def _back(one: Standing) -> str:
    return action(
        "uncorrect", "Rückgängig machen", name=f"Rückgängig machen: {cut(words.what(one), 80)}", correction=one.correction.id
    )  # fmt: skip


def shown(meeting: Meeting, found: Sequence[Standing], just: str | None = None, undone: str = "") -> str:
    """What the view of a whole meeting shows of all this; `just`, `undone`: as in `at_place`."""
    body = unplaced(meeting) + at_place(found, just, undone)
    return f'<article class="ra-item ra-mending" aria-label="Zuordnung">{body}</article>'


def _menu_of(paper: Paper, item: AgendaItem, meeting: Meeting) -> str:
    is_open = item.public is True and paper.public is not False
    return _menu(f"{item.id} {paper.id}", _spans(paper), meeting, item, is_open=is_open, paper=paper)


def _menu(
    key: str,
    spans: Sequence[FileSpan],
    meeting: Meeting,
    item: AgendaItem | None,
    *,
    is_open: bool | None,
    paper: Paper | None = None,
) -> str:
    """The menu of a paper, or of pages that belong to none.

    :param is_open: whether all may see it; None: not known here.
    """
    about: dict[str, Any] = {"item": item.id if item else None, "paper": paper.id if paper else None}
    what = paper.name if paper else spans[0].name
    asks = "Stimmt etwas nicht?" if item else "Wohin gehört das?"
    where = "Gehört zu einem anderen Punkt" if item else "Gehört zu diesem Punkt"
    only = len(spans) == 1 and spans[0].first == spans[0].last
    these = "Diese Seite ist" if only else "Diese Seiten sind"
    told = "Diese Seite verschwindet" if only else "Diese Seiten verschwinden"
    choices = "".join(
        f'<option value="{safe(one.id)}">{safe(cut(one.title, _LONGEST))}</option>'
        for one in meeting.agendaItem
        if item is None or one.id != item.id
    )
    nowhere = "" if item is None else f'<option value="{NOWHERE[0]}">zu keinem Punkt</option>'
    move = action("correct", "Zuordnen", name=f"Zuordnen: {cut(what, 60)}", how="move", **about)
    parts = [
        _range(key, spans),
        f'<fieldset><legend>{where}</legend><label class="ra-field">Tagesordnungspunkt'
        f'<select name="to" data-draft="to {safe(key)}"><option value="">Bitte wählen …</option>{choices}{nowhere}</select>'
        f'</label><p class="ra-buttons">{move}</p></fieldset>',
    ]
    if is_open is not False:
        shut = action("correct", "Als nichtöffentlich kennzeichnen", how="close", **about)
        parts.append(
            f'<fieldset><legend>{these} nichtöffentlich</legend><p class="ra-small">{told} aus allem, was '
            f'öffentlich ist: aus Auszug, Suche, Register und Seitenbild.</p><p class="ra-buttons">{shut}</p></fieldset>'
        )
    if is_open is False and item is not None and item.public is True:
        parts.append(f"<fieldset><legend>{these} öffentlich</legend>{_release('Freigeben', **about)}</fieldset>")
    return (
        f'<details class="ra-edit ra-mend" data-fold="mend {safe(key)}"><summary aria-label="{safe(f"{asks} {cut(what, 60)}")}">'
        f'{asks}</summary><form class="ra-edit-box">{"".join(parts)}</form></details>'
    )


def _release(label: str, **about: Any) -> str:
    """Making something public is said twice: what it means, and by a tick."""
    tick = '<label class="ra-tick"><input type="checkbox" name="sure" value="1"> Das weiß ich, und ich darf es freigeben.</label>'
    button = action("correct", label, how="open", **about)
    body = f'<p class="ra-small">{safe(words.RELEASE)}</p>{tick}<p class="ra-buttons">{button}</p>'
    return f"<form>{body}</form>" if about.get("whole") else body


def _range(key: str, spans: Sequence[FileSpan]) -> str:
    """Which pages are meant: all of them, unless the reader says otherwise."""
    first, last = spans[0].first, spans[0].last
    files = ""
    if len(spans) > 1:
        rows = "".join(
            f'<option value="{safe(s.file_id)} {s.first} {s.last}">{safe(short_name(s.name, 50))}, '
            f"{words.pages(s.first, s.last)}</option>"
            for s in spans
        )
        files = (
            f'<label class="ra-field">Welcher Teil<select name="span" data-draft="span {safe(key)}">'
            f'<option value="">die ganze Vorlage</option>{rows}</select></label>'
        )
        return f"<fieldset><legend>Um was geht es?</legend>{files}{_fields(key, None, None)}</fieldset>"
    span = f'<input type="hidden" name="only" value="{safe(spans[0].file_id)} {first} {last}">'
    if first == last:
        return span
    return f"<fieldset><legend>Um welche Seiten geht es?</legend>{span}{_fields(key, first, last)}</fieldset>"


def _fields(key: str, first: int | None, last: int | None) -> str:
    def field(name: str, label: str, value: int | None) -> str:
        limits = f' min="{first}" max="{last}" value="{value}"' if value is not None else ' min="1"'
        return (
            f'<label class="ra-field">{label}<input type="number" inputmode="numeric" name="{name}"{limits} '
            f'data-draft="{name} {safe(key)}"></label>'
        )

    hint = "" if first is not None else '<p class="ra-small">Ohne Seitenzahlen ist alles gemeint.</p>'
    return f'<div class="ra-from-to">{field("first", "von Seite", first)}{field("last", "bis Seite", last)}</div>{hint}'


def _spans(paper: Paper) -> list[FileSpan]:
    """The pages of a paper; what lies one behind the other in a file is one stretch, however many parts it has."""
    out: list[FileSpan] = []
    for span in sorted(paper.files, key=lambda span: (span.file_id, span.first)):
        if span.last < span.first:
            continue
        if out and out[-1].file_id == span.file_id and span.first <= out[-1].last + 1:
            out[-1] = out[-1].model_copy(update={"last": max(out[-1].last, span.last)})
        else:
            out.append(span)
    return out


def _pages_button(span: FileSpan) -> str:
    return action(
        "cite",
        words.pages(span.first, span.last),
        css="ra-cite",
        name=f"{span.name} ab Seite {span.first} zeigen",
        file=span.file_id,
        page=span.first,
    )


def place_of(wanted: Mapping[str, object]) -> tuple[str | None, tuple[int, int] | None]:
    """The file and pages that a form says: None for all of the paper.

    :raises ValueError: a page is no number.
    """
    chosen = str(wanted.get("span") or wanted.get("only") or "")
    first, last = str(wanted.get("first") or "").strip(), str(wanted.get("last") or "").strip()
    if not chosen:
        return None, (int(first), int(last or first)) if first else None
    file_id, low, high = chosen.rsplit(" ", 2)
    pages = int(first or low), int(last or (first if first and wanted.get("span") else high))
    return file_id, pages
