"""The box of the view „Fragen und suchen“ as HTML: what is typed, and what it is narrowed to, seen as chips.

What enters: what there is to choose from, what was asked for. What leaves: `Search`, escaped HTML with buttons and fields;
a button of a form sends the fields that have a name.
What it does not know: Gradio, the archive, how anything is found or answered, hits (`page_hits`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ratsassistent.errors import InputError
from ratsassistent.output.page_text import action, cut, safe, short_day
from ratsassistent.searching import Choices

STEP = 10  # hits that are shown at first, and that come with each „weitere anzeigen“
FOLD = "suchen eingrenzen"  # the fold of the fields
FILTERS = ("since", "until", "organization", "paper_type", "meeting", "item", "public")
_PUBLIC = {"": "alles", "ja": "nur Öffentliches", "nein": "nur Nichtöffentliches"}
_IS_PUBLIC = {"ja": True, "nein": False}
_HINT = "Eine Frage beantwortet das Programm mit Zitaten und ihrer Seite; zu ein paar Wörtern zeigt es die Stellen."


@dataclass(frozen=True, slots=True)
class Search:
    """What somebody asks or looks for; `public`: "" for all, "ja", "nein"; `shown`: how many hits."""

    text: str = ""
    since: str = ""
    until: str = ""
    organization: str = ""
    paper_type: str = ""
    meeting: str = ""
    item: str = ""  # of that meeting
    public: str = ""
    shown: int = STEP

    @classmethod
    def of(cls, wanted: Mapping[str, Any], *, needs_text: bool = True) -> Search:
        """What the fields of the form say.

        :raises InputError: there is nothing to look for, or a day is none.
        """
        text = " ".join(str(wanted.get("text", "")).split())
        if not text and needs_text:
            raise InputError("Bitte eine Frage oder ein paar Wörter eingeben.")
        since, until = period(wanted)
        public = str(wanted.get("public", ""))
        organization, paper_type, meeting, item = (
            str(wanted.get(name, "")).strip() for name in ("organization", "paper_type", "meeting", "item")
        )
        return cls(
            text, since, until, organization, paper_type, meeting, item if meeting else "",
            public if public in _PUBLIC else "",
        )  # fmt: skip

    @property
    def narrowed(self) -> dict[str, str]:
        """The filters that are set."""
        return {name: value for name in FILTERS if (value := getattr(self, name))}

    @property
    def filters(self) -> dict[str, Any]:
        """Those of them that are neither the meeting nor its item, as `searching.find` wants them."""
        given: dict[str, Any] = {key: self.narrowed[key] for key in FILTERS[:4] if key in self.narrowed}
        return {**given, "public": _IS_PUBLIC[self.public]} if self.public else given

    def without(self, names: Iterable[str]) -> Search:
        """The same, not narrowed by these."""
        gone: dict[str, Any] = dict.fromkeys((name for name in names if name in FILTERS), "")
        if "meeting" in gone:
            gone["item"] = ""
        return replace(self, **gone)


def asked_of(payload: Mapping[str, Any]) -> Search:
    """What a question's job was asked within (`question_jobs`)."""
    given = payload.get("narrowed") or {}
    public = {True: "ja", False: "nein"}.get(given["public"], "") if "public" in given else ""
    rest: dict[str, Any] = {key: str(given.get(key, "")) for key in FILTERS[:4]}
    meeting, item = str(payload.get("meeting") or ""), str(payload.get("top") or "")
    return Search(str(payload.get("question", "")), **rest, meeting=meeting, item=item, public=public)


def period(wanted: Mapping[str, Any]) -> tuple[str, str]:
    """The two days of a form, as ISO days or "".

    :raises InputError: one is no day, or the period ends before it begins.
    """
    since, until = (_day(str(wanted.get(name, "")).strip()) for name in ("since", "until"))
    if since and until and since > until:
        raise InputError("Der Zeitraum endet, bevor er anfängt. Bitte „von“ und „bis“ prüfen.")
    return since, until


def _day(text: str) -> str:
    try:
        return dt.date.fromisoformat(text).isoformat() if text else ""
    except ValueError:
        raise InputError(f"„{cut(text, 40)}“ ist kein Datum.") from None


# --- what it is narrowed to


@dataclass(frozen=True, slots=True)
class Opened:
    """The meeting and the item that are open in „Sitzungen“, or that a search is narrowed to: ids and names."""

    meeting: str = ""
    meeting_name: str = ""
    item: str = ""
    item_name: str = ""


CLOSED = Opened()


def chips(asked: Search, within: Opened) -> list[tuple[str, str]]:
    """What it is narrowed to: words, and the names of the filters that say so, separated by spaces.

    :param within: names the meeting and the item.
    """
    found = [
        *((words, "since until") for words in in_period(asked.since, asked.until)),
        *([(f"Gremium: {asked.organization}", "organization")] if asked.organization else []),
        *([(f"Art: {asked.paper_type}", "paper_type")] if asked.paper_type else []),
        *([(f"Sitzung: {cut(within.meeting_name or asked.meeting, 60)}", "meeting")] if asked.meeting else []),
        *([(f"Tagesordnungspunkt: {cut(within.item_name or asked.item, 60)}", "item")] if asked.item else []),
        *([(_PUBLIC[asked.public], "public")] if asked.public else []),
    ]
    return [(words[:1].upper() + words[1:], names) for words, names in found]


def narrowed(asked: Search, within: Opened) -> str:
    """The same in one line; a reader must not wonder why something is missing."""
    found = [words for words, _ in chips(asked, within)]
    return f'<p class="ra-narrowed"><strong>Eingegrenzt auf:</strong> {safe(" · ".join(found))}</p>' if found else ""


def in_period(since: str, until: str) -> list[str]:
    """A period in words, as a list of none or one."""
    if since and until:
        return [f"{short_day(since)} bis {short_day(until)}"]
    return [f"ab {short_day(since)}"] if since else [f"bis {short_day(until)}"] if until else []


# --- the form


def form(choices: Choices, asked: Search | None, within: Opened = CLOSED, opened: Opened = CLOSED) -> str:
    """The box, the chips, and folded what can be chosen.

    :param within: names what it is narrowed to. :param opened: what is open in „Sitzungen“.
    """
    now = asked or Search()
    box = (
        '<label class="ra-field ra-wide">Ihre Frage oder ein paar Suchwörter<input type="search" name="text" maxlength="500" '
        f'data-draft="suchen wort" value="{safe(now.text)}" placeholder="Zum Beispiel: Was kostet die neue Turnhalle?" '
        'aria-describedby="ra-search-hint"></label>'
    )
    return (
        f'<form class="ra-form" role="search" aria-label="Fragen und suchen">{box}'
        f"{action('search', 'Suchen', css='ra-button ra-primary', submits=True)}"
        f'<p class="ra-small ra-hint" id="ra-search-hint">{_HINT}</p>'
        f'<input type="hidden" name="item" value="{safe(now.item)}">'
        f'<div class="ra-chips">{_chosen(now, within)}{_offered(now, opened)}{_fields(choices, now, within)}</div></form>'
    )


def _chosen(now: Search, within: Opened) -> str:
    found = chips(now, within)
    every = f"<li>{_drop_all()}</li>" if len(found) > 1 else ""
    return chip_list(found, "narrow", every)


def chip_list(found: Sequence[tuple[str, str]], do: str, every: str = "", **data: Any) -> str:
    """Chips with a button each that takes one away: words, and the names of its fields.

    :param do: what the button asks for, with `data`. :param every: HTML of a last entry.
    """
    if not found:
        return ""
    rows = "".join(
        f'<li class="ra-chip"><span>{safe(words)}</span>'
        f"{action(do, '✕', css='ra-chip-off', name=f'{words}: nicht mehr eingrenzen', drop=names, **data)}</li>"
        for words, names in found
    )
    return f'<span class="ra-chips-head">Eingegrenzt auf:</span><ul class="ra-chip-list">{rows}{every}</ul>'


def _drop_all() -> str:
    return action("narrow", "Eingrenzung aufheben", css="ra-link", drop=" ".join(FILTERS))


def _offered(now: Search, opened: Opened) -> str:
    """One click narrows to what is open in „Sitzungen“."""
    buttons = []
    if opened.meeting and now.meeting != opened.meeting:
        name = f"Nur in der Sitzung suchen, die geöffnet ist: {cut(opened.meeting_name, 80)}"
        buttons.append(action("narrow", "+ Nur diese Sitzung", css="ra-chip-add", name=name, only=opened.meeting))
    if opened.item and now.item != opened.item:
        name = f"Nur im Tagesordnungspunkt suchen, der geöffnet ist: {cut(opened.item_name, 80)}"
        buttons.append(
            action("narrow", "+ Nur dieser Tagesordnungspunkt", css="ra-chip-add", name=name, only=opened.meeting,
                   top=opened.item)
        )  # fmt: skip
    return "".join(buttons)


def _fields(choices: Choices, now: Search, within: Opened) -> str:
    known = list(choices.meetings)
    if now.meeting and now.meeting not in {key for key, _, _ in known}:  # an older one than there is room for
        known.append((now.meeting, within.meeting_name or now.meeting, None))
    meetings = [(key, " · ".join(part for part in (short_day(start), cut(name, 60)) if part))
                for key, name, start in known]  # fmt: skip
    filters = "".join(
        (
            day_field("Von (Tag der Sitzung)", "since", "suchen von", now.since),
            day_field("Bis (Tag der Sitzung)", "until", "suchen bis", now.until),
            select_field("Gremium", "organization", "suchen gremium", named("alle Gremien", choices.organizations),
                         now.organization),
            select_field("Art der Unterlage", "paper_type", "suchen art", named("alle Arten", choices.paper_types),
                         now.paper_type),
            select_field("Sitzung", "meeting", "suchen sitzung", [("", "alle Sitzungen"), *meetings], now.meeting),
            select_field("Öffentlich?", "public", "suchen öffentlich", list(_PUBLIC.items()), now.public),
        )
    )  # fmt: skip
    return (
        f'<details class="ra-narrow" data-fold="{FOLD}"><summary>+ Eingrenzen</summary>'
        f'<div class="ra-filters">{filters}</div><p class="ra-buttons">'
        f"{action('narrow', 'Übernehmen', folds=FOLD)}{_drop_all()}</p></details>"
    )


def named(everything: str, names: Iterable[str]) -> list[tuple[str, str]]:
    """Choices that are their own names, after the one that chooses all."""
    return [("", everything), *((name, name) for name in names)]


def text_field(label: str, name: str, draft: str, value: str = "", example: str = "") -> str:
    """A line to write into, with its label."""
    hint = f' placeholder="{safe(example)}"' if example else ""
    return (
        f'<label class="ra-field ra-wide">{safe(label)}<input type="text" name="{name}" maxlength="500" '
        f'data-draft="{safe(draft)}" value="{safe(value)}"{hint}></label>'
    )


def day_field(label: str, name: str, draft: str, value: str = "") -> str:
    """A field for a day; empty for none."""
    return (
        f'<label class="ra-field">{safe(label)}<input type="date" name="{name}" data-draft="{safe(draft)}" '
        f'value="{safe(value)}"></label>'
    )


def select_field(label: str, name: str, draft: str, options: Sequence[tuple[str, str]], value: str = "") -> str:
    """A list to choose one of: (value, words)."""
    rows = "".join(
        f'<option value="{safe(key)}"{" selected" if key == value else ""}>{safe(words)}</option>'
        for key, words in options
    )
    return (
        f'<label class="ra-field">{safe(label)}<select name="{name}" data-draft="{safe(draft)}">{rows}</select></label>'
    )
