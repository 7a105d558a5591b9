"""The view „Beschlüsse“ as HTML: filters, the register as a table, and what can be entered about a resolution.

What enters: Resolutions and what was entered about them, what was asked for. What leaves: escaped HTML with buttons and
fields; a button of a form sends the fields that have a name.
What it does not know: Gradio, the archive, which resolutions are open.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from ratsassistent.oparl import Outcome
from ratsassistent.output import page_views, phrases
from ratsassistent.output.page_search import chip_list, day_field, in_period, named, period, select_field, text_field
from ratsassistent.output.page_text import (
    action,
    citations,
    closed_mark,
    count,
    cut,
    notice,
    paragraphs,
    safe,
    several_files,
    short_day,
)
from ratsassistent.output.register_table import is_overdue
from ratsassistent.resolutions import RegisterEntry, Resolution, ResolutionSource, Status
from ratsassistent.searching import Choices

STEP = 25  # resolutions that are shown at first, and that come with each „weitere anzeigen“
FOLD = "beschluss eingrenzen"  # the fold of the fields
_HEADS = ("Datum", "Gremium", "TOP", "Beschluss", "Ergebnis", "Stimmen", "Status", "Frist", "Amt")
_SOURCES = {"minutes": "Niederschrift", "oparl": "Ratsinformationssystem (OParl)"}
_SHORT_RESULT, _LONGEST_RESULT = 40, 120  # letters of a printed phrase: shown alone; shown at most
_NO_TEXT = "Den beschlossenen Wortlaut geben die Quellen nicht wieder."
_PROPOSAL = "So stand es in der Vorlage. Beschlossen werden kann auch etwas anderes."
_SAME = "Beschlossen wie in der Vorlage vorgeschlagen, Wort für Wort."
_OPEN = "Angenommen und noch nicht als erledigt oder entfallen eingetragen. Was überfällig ist, steht oben, dann nach Frist."


@dataclass(frozen=True, slots=True)
class RegisterSearch:
    """Which resolutions somebody wants to see; `to_do`: only what is open; `shown`: how many."""

    text: str = ""
    since: str = ""
    until: str = ""
    organization: str = ""
    outcome: str = ""
    status: str = ""
    to_do: bool = False
    shown: int = STEP

    @classmethod
    def of(cls, wanted: Mapping[str, Any]) -> RegisterSearch:
        """What the fields of the form say.

        :raises InputError: a day is none, or the period ends before it begins.
        """
        since, until = period(wanted)
        outcome, status = str(wanted.get("outcome", "")), str(wanted.get("status", ""))
        return cls(
            text=" ".join(str(wanted.get("text", "")).split()),
            since=since,
            until=until,
            organization=str(wanted.get("organization", "")).strip(),
            outcome=outcome if outcome in phrases.OUTCOMES else "",
            status=status if status in phrases.STATUSES else "",
            to_do=wanted.get("preset") == "open",
        )

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """The outcome as the register wants it."""
        return (cast(Outcome, self.outcome),) if self.outcome else ()

    @property
    def statuses(self) -> tuple[Status, ...]:
        """The status as the register wants it."""
        return (cast(Status, self.status),) if self.status else ()


# --- the form


def form(choices: Choices, asked: RegisterSearch) -> str:
    """The box, the two presets, and folded what the list can be narrowed to."""
    filters = "".join(
        (
            day_field("Von (Tag der Sitzung)", "since", "beschluss von", asked.since),
            day_field("Bis (Tag der Sitzung)", "until", "beschluss bis", asked.until),
            select_field("Gremium", "organization", "beschluss gremium", named("alle Gremien", choices.organizations),
                         asked.organization),
            select_field("Ergebnis", "outcome", "beschluss ergebnis",
                         [("", "jedes Ergebnis"), *phrases.OUTCOMES.items()], asked.outcome),
            select_field("Status", "status", "beschluss status",
                         [("", "mit und ohne Eintrag"), *phrases.STATUSES.items()], asked.status),
        )
    )  # fmt: skip
    preset = "open" if asked.to_do else "all"
    presets = "".join(
        f'<button type="button" class="ra-button ra-preset" data-do="register" data-preset="{name}" '
        f'aria-pressed="{"true" if on == asked.to_do else "false"}">{"✓ " if on == asked.to_do else ""}{label}</button>'
        for label, name, on in (("Alle Beschlüsse", "all", False), ("Offene Beschlüsse", "open", True))
    )
    return (
        '<form class="ra-form" role="search" aria-label="Beschlüsse suchen">'
        f"{text_field('Worum ging es?', 'text', 'beschluss wort', asked.text, 'Zum Beispiel: Turnhalle, oder die Nummer der Vorlage')}"
        f"{action('register', 'Suchen', css='ra-button ra-primary', submits=True, preset=preset)}"
        f'<div class="ra-presets" role="group" aria-label="Welche Beschlüsse?">{presets}</div><div class="ra-chips">'
        f"{chip_list(_chips(asked), 'register', preset=preset)}"
        f'<details class="ra-narrow" data-fold="{FOLD}"><summary>+ Eingrenzen</summary>'
        f'<div class="ra-filters">{filters}</div><p class="ra-buttons">'
        f"{action('register', 'Übernehmen', preset=preset, folds=FOLD)}"
        '<button type="button" class="ra-link" data-local="clear">Eingrenzung aufheben</button></p></details></div></form>'
    )


# --- the list


def table(
    found: Sequence[Resolution],
    asked: RegisterSearch,
    today: dt.date,
    *,
    more: bool,
    total: int | None = None,
    history: Mapping[str, Sequence[RegisterEntry]] | None = None,
    name: str | None = None,
) -> str:
    """The resolutions as a table in which each can be unfolded; on a narrow screen each is a card.

    :param more: there are more than these. :param total: how many in all, where that is known.
    :param history: what was entered about them. :param name: of the person who enters something, if it is set.
    """
    narrowed = _narrowed(asked)
    if not found:
        return _nothing(asked, narrowed)
    number = count(len(found) if total is None else total, "Beschluss", "Beschlüsse")
    what = f"{number.replace('Beschl', 'offene Beschl') if asked.to_do else number}"
    if asked.to_do and total == 1:
        what = "1 offener Beschluss"
    if more:
        what += f", davon hier {len(found)}" if total is not None else ", und es gibt weitere"
    order = f'<p class="ra-small">{_OPEN}</p>' if asked.to_do else (
        '<p class="ra-small">Was am besten passt, steht oben.</p>' if asked.text
        else '<p class="ra-small">Die neuesten stehen oben.</p>'
    )  # fmt: skip
    if len(found) == 1 and not asked.to_do:
        order = ""
    heads = "".join(f'<th scope="col" role="columnheader">{head}</th>' for head in _HEADS)
    told = history or {}
    bodies = "".join(
        _rows(one, today, told.get(one.id, ()), name, is_new=place == asked.shown - STEP and place > 0)
        for place, one in enumerate(found)
    )
    button = action("more", "Weitere Beschlüsse anzeigen") if more else ""
    export = action("export", "Diese Liste als Tabelle speichern (Excel, CSV)")
    button = f'<p class="ra-buttons">{button}</p>' if button else ""
    return (
        f'<section aria-label="Beschlüsse"><div role="status"><h2>{safe(what)}</h2>{narrowed}</div><p class="ra-buttons">{export}</p>{order}'
        f'<div class="ra-register"><table role="table"><caption class="ra-hidden">Beschlüsse mit Ergebnis und Stand</caption>'
        f'<thead role="rowgroup"><tr role="row">{heads}</tr></thead>{bodies}</table></div>'
        f"{button}</section>"
    )


def _chips(asked: RegisterSearch) -> list[tuple[str, str]]:
    """What the list is narrowed to: words, and the names of the fields that say so."""
    return [
        *((f"{words[:1].upper()}{words[1:]}", "since until") for words in in_period(asked.since, asked.until)),
        *([(f"Gremium: {asked.organization}", "organization")] if asked.organization else []),
        *([(f"Ergebnis: {phrases.OUTCOMES[o]}", "outcome") for o in asked.outcomes]),
        *([(f"Status: {phrases.STATUSES[s]}", "status") for s in asked.statuses]),
    ]


def _narrowed(asked: RegisterSearch) -> str:
    parts = [*([f"„{cut(asked.text, 80)}“"] if asked.text else []), *(words for words, _ in _chips(asked))]
    return f'<p class="ra-narrowed"><strong>Eingegrenzt auf:</strong> {safe(" · ".join(parts))}</p>' if parts else ""


def _nothing(asked: RegisterSearch, narrowed: str) -> str:
    if narrowed:
        tip = "Nehmen Sie weniger oder andere Wörter, oder heben Sie die Eingrenzung auf."
    elif asked.to_do:
        return notice("Es ist kein Beschluss offen.", "good")
    else:
        tip = (
            "Beschlüsse stehen in Niederschriften, in Beschlussauszügen und in den Daten des Ratsinformationssystems. "
            "Unterlagen, die vor der Sitzung verschickt werden, enthalten nur Vorschläge. Lesen Sie unter „Einlesen“ eine "
            "Niederschrift ein; ihre Beschlüsse erscheinen dann hier."
        )
    return f'<div class="ra-notice" role="status"><h2>Keine Beschlüsse gefunden</h2>{narrowed}<p>{safe(tip)}</p></div>'


def _rows(one: Resolution, today: dt.date, history: Sequence[RegisterEntry], name: str | None, *, is_new: bool) -> str:
    mark = "" if one.public is True else f" {closed_mark(one.public)}"
    subject = f'<p class="ra-small">Abgestimmt über: „{safe(cut(one.subject, 200))}“</p>' if one.subject else ""
    references = f'<p class="ra-small">{safe(", ".join(one.references))}</p>' if one.references else ""
    cells = (
        safe(short_day(one.date)),
        safe(one.organization or ""),
        safe(one.number or ""),
        f"<strong>{safe(one.name)}</strong>{mark}{references}{subject}",
        _outcome(one),
        safe(_votes(one)),
        safe(phrases.STATUSES[one.status]) if one.status else "",
        _deadline(one, today),
        safe(one.office or ""),
    )
    row = "".join(
        f'<td role="cell" data-label="{head}"{"" if cell else " data-empty=" + chr(34) + "1" + chr(34)}>{cell or "–"}</td>'
        for head, cell in zip(_HEADS, cells, strict=True)
    )
    new = ' data-new="1" tabindex="-1"' if is_new else ""
    return (
        f'<tbody role="rowgroup" class="ra-resolution"{new}><tr role="row">{row}</tr><tr role="row" class="ra-more">'
        f'<td role="cell" colspan="{len(_HEADS)}"><details data-fold="beschluss {safe(one.id)}">'
        f'<summary aria-label="Wortlaut, Quellen und Eintrag: {safe(cut(one.name, 80))}">Wortlaut, Quellen, Stand eintragen</summary>'
        f"{_details(one, history, name)}</details></td></tr></tbody>"
    )


def _outcome(one: Resolution) -> str:
    """What came of it in one word, and the phrase as printed where that says more."""
    word = phrases.OUTCOMES[one.outcome] if one.outcome else ""
    printed = cut(one.result, _LONGEST_RESULT)
    if not word or (word.casefold() in printed.casefold() and len(printed) <= _SHORT_RESULT):
        return f"<strong>{safe(printed)}</strong>" if printed else ""
    return f'<strong>{safe(word)}</strong> <p class="ra-small">„{safe(printed)}“</p>'


def _votes(one: Resolution) -> str:
    counts = phrases.vote(one.vote) if one.vote else ""
    return ", ".join(part for part in ("einstimmig" if one.unanimous else "", counts) if part)


def _deadline(one: Resolution, today: dt.date) -> str:
    if one.deadline is None:
        return ""
    mark = ' <strong class="ra-late">überfällig</strong>' if is_overdue(one, today) else ""
    return f"{one.deadline:%d.%m.%Y}{mark}"


# --- one resolution unfolded


def _details(one: Resolution, history: Sequence[RegisterEntry], name: str | None) -> str:
    named = several_files([*one.citation, *one.proposal_citation])
    warnings = "".join(notice(text, "warning") for text in one.contradictions)
    meeting = action("open", "Zum Tagesordnungspunkt", name=f"Zum Tagesordnungspunkt: {cut(one.name, 60)}",
                     meeting=one.meeting_id, item=one.item_id)  # fmt: skip
    return (
        f'<div class="ra-unfolded">{warnings}{_wordings(one, named)}{_sources(one)}'
        f'<p class="ra-buttons">{meeting}</p>{_entry_form(one, history, name)}</div>'
    )


def _wordings(one: Resolution, named: bool) -> str:
    """What was adopted and what was only proposed, never mixed up."""
    adopted = f"<p>{_NO_TEXT}</p>"
    if one.text:
        adopted = (
            f'<section class="ra-wording"><h3>Beschluss <span class="ra-kind">Wortlaut, wie beschlossen</span></h3>'
            f"<blockquote>{paragraphs(one.text)}</blockquote>{citations(one.citation, with_file=named)}</section>"
        )
    if not one.proposal:
        return adopted
    if one.text and one.text.split() == one.proposal.split():
        return f"{adopted}<p>{_SAME} {citations(one.proposal_citation, with_file=named)}</p>"
    return (
        f'{adopted}<section class="ra-proposal"><h3>Vorschlag der Vorlage <span class="ra-kind">nicht der Beschluss</span></h3>'
        f'<p class="ra-small">{_PROPOSAL}</p><blockquote>{paragraphs(one.proposal)}</blockquote>'
        f"{citations(one.proposal_citation, with_file=named)}</section>"
    )


def _sources(one: Resolution) -> str:
    rows = "".join(f"<li>{_source(each)}</li>" for each in one.sources)
    return f'<section><h3>Woher das stammt</h3><p class="ra-small">{safe(one.meeting)}</p><ul>{rows}</ul></section>'


def _source(each: ResolutionSource) -> str:
    told = each.decision
    lines = "".join(f"<li><strong>{safe(how)}:</strong> {safe(names)}</li>" for how, names in phrases.named_votes(told))
    votes = f"<details><summary>Wer wie abgestimmt hat</summary><ul>{lines}</ul></details>" if lines else ""
    return (
        f"<p><strong>{_SOURCES[each.kind]}:</strong> {safe(phrases.decision(told))} "
        f"{citations(told.citation, with_file=True)}</p>{votes}"
    )


def _entry_form(one: Resolution, history: Sequence[RegisterEntry], name: str | None) -> str:
    """Fields for what a person knows of it; what was entered before stands below."""
    states = [("", "Status entfernen" if one.status else "noch kein Eintrag"), *phrases.STATUSES.items()]
    fields = "".join(
        (
            select_field("Status", "status", f"status {one.id}", states, one.status or ""),
            day_field("Frist", "deadline", f"frist {one.id}", one.deadline.isoformat() if one.deadline else ""),
            text_field("Zuständiges Amt", "office", f"amt {one.id}", one.office or ""),
            text_field("Notiz", "note", f"notiz {one.id}"),
            text_field("Ihr Name", "author", "beschluss name", name or ""),
        )
    )
    button = action("enter", "Eintrag speichern", css="ra-button ra-primary", submits=True, resolution=one.id)
    return (
        f'<form class="ra-entry" aria-label="Stand eintragen"><h3>Was daraus wurde <span class="ra-kind">von Ihnen eingetragen'
        f'</span></h3><div class="ra-filters">{fields}</div><p class="ra-buttons">{button}</p>{_entered(history)}</form>'
    )


def _entered(history: Sequence[RegisterEntry]) -> str:
    if not history:
        return ""
    rows = "".join(f"<li>{_entry(each)}</li>" for each in reversed(history))
    return f"<p>Bisher eingetragen:</p><ul>{rows}</ul>"


def _entry(each: RegisterEntry) -> str:
    who = f" von {each.author}" if each.author else ""
    gone = {"status": "Status entfernt", "deadline": "Frist entfernt", "office": "Amt entfernt"}
    said = [
        *([f"Status: {phrases.STATUSES[each.status]}"] if each.status else []),
        *([f"Frist: {each.deadline:%d.%m.%Y}"] if each.deadline else []),
        *([f"Amt: {each.office}"] if each.office else []),
        *(gone[name] for name in each.cleared),
        *([f"Notiz: {each.note}"] if each.note else []),
    ]
    return f"{each.written.astimezone():%d.%m.%Y}{safe(who)}: {safe('; '.join(said))}"


def downloads(made: Sequence[tuple[str, str, str, bytes]], number: int, *, closed: bool, left_out: int = 0) -> str:
    """Links that hold the list as files: (label, file name, media type, bytes).

    :param closed: something in them is not public.
    :param left_out: how many are not in them, because they are not public and nobody asked for those.
    """
    banner = f'<p class="ra-nonpublic-banner" role="note">{phrases.CONFIDENTIAL_SHORT}</p>' if closed else ""
    what = count(number, "Beschluss", "Beschlüsse")
    public = " nur mit Öffentlichem" if left_out else ""
    files = f"<p>Die Liste{public} ({what}) als Datei:</p>{banner}" if made else ""
    links = f'<p class="ra-buttons">{page_views.download_links(made)}</p>' if made else ""
    rest = count(left_out, "Beschluss ist", "Beschlüsse sind")
    also = (
        f"<p>{rest} nichtöffentlich oder nicht als öffentlich bekannt und nicht dabei. "
        f"{action('export', 'Mit Nichtöffentlichem ausgeben', also='1')}</p>"
        if left_out
        else ""
    )
    return f'<div class="ra-notice" role="status">{files}{links}{also}</div>'
