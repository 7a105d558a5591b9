"""The view „Suchen“ as HTML: the form, the hits with why each was found, and what to try where nothing was.

What enters: Hits, what there is to choose from, what was asked for. What leaves: escaped HTML with buttons and fields;
a button of a form sends the fields that have a name.
What it does not know: Gradio, the archive, how anything is found.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ratsassistent.briefings import Duplicate, Hit
from ratsassistent.errors import InputError
from ratsassistent.output import phrases
from ratsassistent.output.page_text import action, closed_mark, count, cut, notice, safe, short_day, short_name
from ratsassistent.searching import Choices, marked

STEP = 25  # hits that are shown at first, and that come with each „weitere anzeigen“
MOST = 100  # hits of one search
_QUOTE = 160  # letters of the snippet that stand above the page's picture
_FEW = 3  # places of the same words that are seen at once
_PUBLIC = {"": "alles", "ja": "nur Öffentliches", "nein": "nur Nichtöffentliches"}
_MANY = "Sehr viele Stellen haben mehr oder weniger damit zu tun; gezeigt werden die besten."
_ASK = "Eine Antwort auf die Frage gibt es unter „Fragen“."
_ONLY_WORDS = "Gesucht wird nur nach den Wörtern selbst: Das Modell für die Suche nach der Bedeutung ist nicht auf diesem Rechner."


@dataclass(frozen=True, slots=True)
class Search:
    """What somebody looks for in the papers; `public`: "" for all, "ja", "nein"; `shown`: how many hits."""

    text: str = ""
    since: str = ""
    until: str = ""
    organization: str = ""
    paper_type: str = ""
    meeting: str = ""
    public: str = ""
    shown: int = STEP

    @classmethod
    def of(cls, wanted: Mapping[str, Any]) -> Search:
        """What the fields of the form say.

        :raises InputError: there is nothing to look for, or a day is none.
        """
        text = " ".join(str(wanted.get("text", "")).split())
        if not text:
            raise InputError("Bitte eingeben, wonach gesucht werden soll.")
        since, until = period(wanted)
        public = str(wanted.get("public", ""))
        organization, paper_type, meeting = (
            str(wanted.get(name, "")).strip() for name in ("organization", "paper_type", "meeting")
        )
        return cls(text, since, until, organization, paper_type, meeting, public=public if public in _PUBLIC else "")


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


# --- the form


def form(choices: Choices, asked: Search | None) -> str:
    """The box, and folded what the search can be narrowed to."""
    now = asked or Search()
    meetings = [(key, " · ".join(part for part in (short_day(start), cut(name, 60)) if part))
                for key, name, start in choices.meetings]  # fmt: skip
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
        '<form class="ra-form" role="search" aria-label="In den Unterlagen suchen">'
        f"{text_field('Wonach suchen Sie?', 'text', 'suchen wort', now.text, 'Zum Beispiel: Gebühren der Schwimmbäder')}"
        f"{action('search', 'Suchen', css='ra-button ra-primary', submits=True)}"
        '<details class="ra-narrow" data-fold="suchen eingrenzen"><summary>Suche eingrenzen (Zeitraum, Gremium, Art …)'
        f'</summary><div class="ra-filters">{filters}</div>'
        '<button type="button" class="ra-button" data-local="clear">Eingrenzung aufheben</button></details></form>'
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


# --- what was found


def results(asked: Search, found: Sequence[Hit], choices: Choices, *, by_meaning: bool, holds_anything: bool) -> str:
    """The hits as far as they are shown, or what to try.

    :param found: at most one more than `MOST`, which then says that there are more.
    :param by_meaning: an embedding model was at hand.
    """
    if not holds_anything:
        return notice("Es sind noch keine Unterlagen da. Unter „Einlesen“ geht es los.")
    words_only = "" if by_meaning else f'<p class="ra-small">{_ONLY_WORDS}</p>'
    narrowed = _narrowed(asked, choices)
    if not found:
        return _nothing(asked, narrowed) + words_only
    known = found[:MOST]
    number = "Die besten Treffer" if len(found) > MOST else count(len(known), "Treffer", "Treffer")
    rows = "".join(
        _hit(hit, number, is_new=number == asked.shown - STEP + 1 and number > 1)
        for number, hit in enumerate(known[: asked.shown], 1)
    )
    order = " ".join(
        (
            *([_MANY] if len(found) > MOST else []),
            *(["Was am besten passt, steht oben."] if len(known) > 1 else []),
            *([_ASK] if asked.text.endswith("?") else []),
        )
    )
    order = f'<p class="ra-small">{order}</p>' if order else ""
    rest = len(known) - asked.shown
    more = ""
    if rest > 0:
        more = action("more", f"Weitere {min(rest, STEP)} Treffer anzeigen")
    elif len(found) > MOST:
        more = notice("Mehr Treffer zeigt das Programm nicht. Bitte genauere Wörter nehmen oder die Suche eingrenzen.")
    return (
        f'<section aria-label="Treffer"><div role="status"><h2>{number} für „{safe(cut(asked.text, 80))}“</h2>{narrowed}</div>{order}'
        f'{words_only}<ol class="ra-hits">{rows}</ol>{more}</section>'
    )


def _narrowed(asked: Search, choices: Choices) -> str:
    """What the search was narrowed to, in words; a reader must not wonder why something is missing."""
    meeting = next((name for key, name, _ in choices.meetings if key == asked.meeting), asked.meeting)
    parts = [
        *in_period(asked.since, asked.until),
        *([f"Gremium: {asked.organization}"] if asked.organization else []),
        *([f"Art: {asked.paper_type}"] if asked.paper_type else []),
        *([f"Sitzung: {cut(meeting, 60)}"] if meeting else []),
        *([_PUBLIC[asked.public]] if asked.public else []),
    ]
    return f'<p class="ra-narrowed"><strong>Eingegrenzt auf:</strong> {safe(" · ".join(parts))}</p>' if parts else ""


def in_period(since: str, until: str) -> list[str]:
    """A period in words, as a list of none or one."""
    if since and until:
        return [f"{short_day(since)} bis {short_day(until)}"]
    return [f"ab {short_day(since)}"] if since else [f"bis {short_day(until)}"] if until else []


def _nothing(asked: Search, narrowed: str) -> str:
    tips = [
        "Prüfen Sie die Schreibweise.",
        "Nehmen Sie weniger Wörter, oder ein anderes Wort für dieselbe Sache (statt „Kita“ etwa „Kindertagesstätte“).",
        "Suchen Sie nach der Nummer der Vorlage, wenn Sie sie kennen.",
    ]
    if narrowed:
        tips.insert(0, "Heben Sie die Eingrenzung auf; vielleicht steht es in einer anderen Sitzung.")
    rows = "".join(f"<li>{safe(tip)}</li>" for tip in tips)
    return (
        f'<section aria-label="Treffer"><div class="ra-notice" role="status"><h2>Nichts gefunden für „{safe(cut(asked.text, 80))}“'
        f"</h2>{narrowed}<p>Das können Sie versuchen:</p><ul>{rows}</ul></div></section>"
    )


def _hit(hit: Hit, number: int, *, is_new: bool) -> str:
    place = hit.shown_at
    file = place.file if place else ""
    title = (hit.paper.name if hit.paper else "") or short_name(file, 80)
    kind = " ".join(part for part in (hit.paper.paperType, hit.paper.reference) if part) if hit.paper else ""
    facts = " · ".join(part for part in (kind, hit.organization, short_day(hit.date)) if part)
    mark = "" if hit.public is True else f" {closed_mark(hit.public)}"
    snippet = "".join(f"<mark>{safe(text)}</mark>" if is_found else safe(text) for text, is_found in marked(hit))
    quote = cut(hit.snippet.strip("… "), _QUOTE)
    if place and place.file_id and place.page:
        spoken = f"Seite {place.page} von {file} zeigen"
        head = action("cite", title, css="ra-link", file=place.file_id, page=place.page, quote=quote)
        where = action("cite", f"S. {place.page}", css="ra-cite", name=spoken, file=place.file_id, page=place.page,
                       quote=quote)  # fmt: skip
    else:
        head, where = f'<span class="ra-name-only">{safe(title)}</span>', ""
    source = short_name(file, 60) if where else f"Quelle: {short_name(file, 60)}"
    name = f' <span class="ra-source">{safe(source)}</span>' if file else ""
    open_meeting = (
        action("open", "Zum Tagesordnungspunkt", css="ra-link", name=f"Zum Tagesordnungspunkt: {cut(title, 60)}",
               meeting=hit.meeting, item=hit.passage.item_id)
        if hit.meeting
        else ""
    )  # fmt: skip
    why = f'<p class="ra-why">{safe(phrases.why(hit.why))}</p>' if hit.why else ""
    new = ' data-new="1" tabindex="-1"' if is_new else ""
    return (
        f'<li class="ra-card ra-hit"{new}><h3><span class="ra-number">{number}.</span> {head}</h3>'
        f'<p class="ra-small">{safe(facts)}{mark}</p><p class="ra-snippet">{snippet}</p>{why}'
        f'<p class="ra-buttons">{where}{name}{open_meeting}</p>{_also(hit.duplicates)}</li>'
    )


def _also(places: Sequence[Duplicate]) -> str:
    """Where the same words stand, too."""
    if not places:
        return ""
    rows = [f"<li>{_place(place)}</li>" for place in places]
    title = f"Auch in {count(len(rows), 'weiteren Unterlage', 'weiteren Unterlagen')}"
    return f'<details class="ra-also"><summary>{title}</summary><ul>{"".join(rows)}</ul></details>' if len(rows) > _FEW else (
        f'<div class="ra-also"><p class="ra-small">Auch in:</p><ul>{"".join(rows)}</ul></div>'
    )  # fmt: skip


def _place(place: Duplicate) -> str:
    name = safe(short_name(place.file, 60))
    if not place.file_id or not place.page:
        return name
    spoken = f"Seite {place.page} von {place.file} zeigen"
    button = action("cite", f"S. {place.page}", css="ra-cite", name=spoken, file=place.file_id, page=place.page)
    return f"{button} {name}"
