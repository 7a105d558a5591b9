"""What was found, as HTML: the hits with a small picture of the page and why each was found, or what to try instead.

What enters: Hits, what was asked for, names of what it was narrowed to. What leaves: escaped HTML with buttons; a picture
is only a place for one (`page_thumbs` fills it when it is seen).
What it does not know: Gradio, the archive, how anything is found.
"""

from __future__ import annotations

from collections.abc import Sequence

from ratsassistent.briefings import Duplicate, Hit
from ratsassistent.output import phrases
from ratsassistent.output.page_search import CLOSED, STEP, Opened, Search, narrowed
from ratsassistent.output.page_text import action, closed_mark, count, cut, notice, safe, short_day, short_name
from ratsassistent.output.page_thumbs import place_for
from ratsassistent.searching import marked

MOST = 100  # hits of one search
_QUOTE = 160  # letters of the snippet that stand above the page's picture
_FEW = 3  # places of the same words that are seen at once
_MANY = "Sehr viele Stellen haben mehr oder weniger damit zu tun; gezeigt werden die besten."
_ONLY_WORDS = "Gesucht wird nur nach den Wörtern selbst: Das Modell für die Suche nach der Bedeutung ist nicht auf diesem Rechner."
_ANSWERED = "Sie haben eine Frage gestellt: Die Antwort erscheint oben, hier stehen die Stellen dazu."
_SEARCHED = "Sie haben nach Wörtern gesucht: Hier stehen die Stellen."


def results(
    asked: Search,
    found: Sequence[Hit],
    *,
    by_meaning: bool,
    holds_anything: bool,
    within: Opened = CLOSED,
    answered: bool = False,
) -> str:
    """The hits as far as they are shown, or what to try.

    :param found: at most one more than `MOST`, which then says that there are more.
    :param by_meaning: an embedding model was at hand. :param within: names what it was narrowed to.
    :param answered: it was put as a question, too.
    """
    if not holds_anything:
        return notice("Es sind noch keine Unterlagen da. Unter „Einlesen“ geht es los.")
    words_only = "" if by_meaning else f'<p class="ra-small">{_ONLY_WORDS}</p>'
    limits = narrowed(asked, within)
    if not found:
        return _nothing(asked, limits) + words_only
    known = found[:MOST]
    number = "Die besten Treffer" if len(found) > MOST else count(len(known), "Treffer", "Treffer")
    rows = "".join(
        _hit(hit, number, is_new=number == asked.shown - STEP + 1 and number > 1)
        for number, hit in enumerate(known[: asked.shown], 1)
    )
    order = " ".join(
        (*([_MANY] if len(found) > MOST else []), *(["Was am besten passt, steht oben."] if len(known) > 1 else []))
    )
    order = f'<p class="ra-small">{order}</p>' if order else ""
    rest = len(known) - asked.shown
    more = ""
    if rest > 0:
        more = action("more", f"Weitere {min(rest, STEP)} Treffer anzeigen")
    elif len(found) > MOST:
        more = notice("Mehr Treffer zeigt das Programm nicht. Bitte genauere Wörter nehmen oder die Suche eingrenzen.")
    return (
        f'<section aria-label="Treffer"><div role="status"><h2>{number} für „{safe(cut(asked.text, 80))}“</h2>{limits}</div>'
        f'{understood(answered)}{order}{words_only}<ol class="ra-hits">{rows}</ol>{more}</section>'
    )


def understood(answered: bool) -> str:
    """How what was typed was understood, and the button for the other way."""
    if answered:
        return f'<p class="ra-small ra-understood">{_ANSWERED}</p>'
    return f'<p class="ra-small ra-understood">{_SEARCHED} {action("answer", "Antwort suchen", css="ra-link")}</p>'


def _nothing(asked: Search, limits: str) -> str:
    tips = [
        "Prüfen Sie die Schreibweise.",
        "Nehmen Sie weniger Wörter, oder ein anderes Wort für dieselbe Sache (statt „Kita“ etwa „Kindertagesstätte“).",
        "Suchen Sie nach der Nummer der Vorlage, wenn Sie sie kennen.",
    ]
    if limits:
        tips.insert(0, "Heben Sie die Eingrenzung auf; vielleicht steht es in einer anderen Sitzung.")
    rows = "".join(f"<li>{safe(tip)}</li>" for tip in tips)
    return (
        f'<section aria-label="Treffer"><div class="ra-notice" role="status"><h2>Nichts gefunden für „{safe(cut(asked.text, 80))}“'
        f"</h2>{limits}<p>Das können Sie versuchen:</p><ul>{rows}</ul></div></section>"
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
    picture = ""
    if place and place.file_id and place.page:
        spoken = f"Seite {place.page} von {file} zeigen"
        head = action("cite", title, css="ra-link", file=place.file_id, page=place.page, quote=quote)
        where = action("cite", f"S. {place.page}", css="ra-cite", name=spoken, file=place.file_id, page=place.page,
                       quote=quote)  # fmt: skip
        picture = place_for(place.file_id, place.page, quote)
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
        f'<li class="ra-card ra-hit"{new}>{picture}<div class="ra-hit-text"><h3><span class="ra-number">{number}.</span> {head}</h3>'
        f'<p class="ra-small">{safe(facts)}{mark}</p><p class="ra-snippet">{snippet}</p>{why}'
        f'<p class="ra-buttons">{where}{name}{open_meeting}</p>{_also(hit.duplicates)}</div></li>'
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
