"""„Personen und Rechte“ as HTML: who has which role and belongs to which body, who is excluded, what the log says.

What enters: persons, bodies, memberships, exclusions, openings; what was just done, in words. What leaves: escaped HTML with
buttons and forms.
What it does not know: what a click does (`page_persons`), how any of it is kept, Gradio.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from ratsassistent.access_log import LEAST_DAYS, MOST_DAYS
from ratsassistent.bodies import Membership, Organization
from ratsassistent.oparl import AgendaItem
from ratsassistent.output import page_views
from ratsassistent.output import phrases_rights as words
from ratsassistent.output.page_search import day_field, select_field
from ratsassistent.output.page_text import action, count, notice, safe
from ratsassistent.people import ROLES, Person

TITLE = "Personen und Rechte"
MOST = 200  # openings that are listed on the page; the file has all
_ABOUT = (
    "Hier steht, wer sich anmelden darf und was jede Person sieht. Nichtöffentliches sieht, wer dem Gremium heute angehört, und zwar von den "
    "Sitzungen, die in die eigene Zeit dort fallen. Wer ausscheidet, sieht davon nichts mehr. Neue Zugänge und Kennwörter richtet die Verwaltung "
    "mit dem Befehl „ratsassistent zugang“ ein."
)
_LOG_ABOUT = (
    "Festgehalten wird, wer wann welche nichtöffentliche Sitzung, Seite oder Datei geöffnet hat: nur Kennungen, kein Wort aus den Unterlagen und "
    "keine Suchwörter. Was gelöscht wird, verschwindet auch hier."
)
_NO_BODY = "Zu dieser Sitzung ist kein eingetragenes Gremium bekannt. Ihren nichtöffentlichen Teil sieht darum nur der Sitzungsdienst."


def view(
    persons: Sequence[Person],
    bodies: Sequence[Organization],
    memberships: Sequence[Membership],
    excluded: Mapping[str, Sequence[tuple[str, str]]],
    others: Sequence[str],
    today: dt.date,
    *,
    told: str = "",
    wrong: bool = False,
) -> str:
    """The part of the help.

    :param excluded: by person: ids of items, and where they stand, in words. :param others: bodies in the papers that nobody entered.
    :param told: what was just done, or why not (`wrong`).
    """
    now = notice(told, "error" if wrong else "good") if told else ""
    rows = "".join(_person(one, bodies, memberships, excluded.get(one.id, ()), others, today) for one in persons)
    missing = ""
    if others:
        names = ", ".join(f"„{name}“" for name in others)
        missing = notice(
            f"Noch nicht eingetragen: {names}. Was dort nichtöffentlich ist, sieht bis dahin nur der Sitzungsdienst.",
            "warning",
        )
    return (
        f'<h2 class="ra-title" tabindex="-1">{TITLE}</h2>{now}<p>{_ABOUT}</p>{missing}{rows or "<p>Es hat noch niemand einen Zugang.</p>"}'
        f"{_add_body(bodies)}<h3>Protokoll</h3><p>{_LOG_ABOUT}</p>"
        f'<p class="ra-buttons">{action("rights", "Protokoll zeigen", how="log")}</p>'
    )


def _person(
    one: Person,
    bodies: Sequence[Organization],
    memberships: Sequence[Membership],
    excluded: Sequence[tuple[str, str]],
    others: Sequence[str],
    today: dt.date,
) -> str:
    mine = [held for held in memberships if held.person_id == one.id]
    told = "; ".join([words.ROLES[one.role], *(words.membership(held, today) for held in mine)])
    blocked = " (gesperrt)" if one.blocked is not None else ""
    roles = select_field("Rolle", "role", f"rolle {one.id}", [(role, words.ROLES[role]) for role in ROLES], one.role)
    about = "".join(f"<li>{words.ROLES[role]}: {safe(words.ROLES_ABOUT[role])}</li>" for role in ROLES)
    rows = "".join(_membership(held, today) for held in mine)
    listed = f'<ul class="ra-list">{rows}</ul>' if rows else "<p>In noch kein Gremium aufgenommen.</p>"
    options = [(body.id, f"{body.name} ({body.classification})") for body in bodies]
    options += [(name, name) for name in others]
    join = ""
    if options:
        join = (
            f'<form class="ra-form">{select_field("Aufnehmen in", "body", f"in {one.id}", options)}'
            f"{day_field('erster Tag (leer: schon immer)', 'first', f'ab {one.id}')}"
            f"{action('rights', 'Aufnehmen', submits=True, how='join', person=one.id, name=f'{one.name} aufnehmen')}</form>"
        )
    closed = "".join(
        f"<li>{safe(where)} {action('rights', 'Aufheben', css='ra-link', how='readmit', person=one.id, item=item)}</li>"
        for item, where in excluded
    )
    closed = f"<h4>{words.EXCLUDED}</h4><ul>{closed}</ul>" if closed else ""
    return (
        f'<details class="ra-narrow" data-fold="person {safe(one.id)}"><summary>{safe(one.name)}{blocked}: {safe(told)}</summary>'
        f'<div class="ra-card"><form class="ra-form">{roles}{action("rights", "Rolle ändern", submits=True, how="role", person=one.id)}</form>'
        f'<ul class="ra-small">{about}</ul><h4>Gremien und Fraktion</h4>{listed}{join}{closed}</div></details>'
    )


def _membership(held: Membership, today: dt.date) -> str:
    ends = ""
    if held.holds(today):
        ends = (
            f'<form class="ra-form">{day_field("letzter Tag", "last", f"bis {held.id}", today.isoformat())}'
            f"{action('rights', 'Mitgliedschaft beenden', submits=True, how='leave', membership=held.id)}</form>"
        )
    drop = action(
        "rights", "Eintrag löschen, er war falsch", css="ra-link", how="drop", membership=held.id,
        name=f"Eintrag löschen: {held.organization.name}",
    )  # fmt: skip
    return f"<li><strong>{safe(words.membership(held, today))}</strong> {ends}{drop}</li>"


def _add_body(bodies: Sequence[Organization]) -> str:
    rows = "".join(f"<li>{safe(body.name)} ({body.classification})</li>" for body in bodies)
    kinds = select_field("Art", "kind", "art", [("Gremium", "Gremium"), ("Fraktion", "Fraktion")])
    return (
        f'<details class="ra-narrow" data-fold="gremien"><summary>Gremien und Fraktionen: {len(bodies)}</summary><div class="ra-card"><ul>{rows}</ul>'
        "<p>Ein Gremium muss so heißen wie in den Unterlagen; daran wird erkannt, welche Sitzungen ihm gehören.</p>"
        f'<form class="ra-form"><label class="ra-field ra-wide">Name<input type="text" name="body" data-draft="neues gremium" maxlength="200" required></label>{kinds}'
        f"{action('rights', 'Eintragen', submits=True, how='body')}</form></div></details>"
    )


def log(rows: Sequence[tuple[str, str, str]], total: int, days: int, csv: bytes, told: str = "") -> str:
    """The log, the newest first: (when, who, what).

    :param total: how many there are. :param csv: all of them as a file.
    """
    now = notice(told, "good") if told else ""
    body = "".join(
        f"<tr><td>{safe(when)}</td><td>{safe(who)}</td><td>{safe(what)}</td></tr>" for when, who, what in rows
    )
    table = (
        f'<table class="ra-table"><caption>{count(total, "Eintrag", "Einträge")}{f", gezeigt die neuesten {len(rows)}" if total > len(rows) else ""}</caption>'
        f'<thead><tr><th scope="col">Wann</th><th scope="col">Wer</th><th scope="col">Was</th></tr></thead><tbody>{body}</tbody></table>'
        if rows
        else "<p>Es ist nichts festgehalten.</p>"
    )
    links = (
        page_views.download_links([("Protokoll als Tabelle (CSV)", "protokoll.csv", "text/csv", csv)]) if rows else ""
    )
    keep = (
        f'<form class="ra-form"><label class="ra-field">Aufbewahren (Tage)<input type="number" name="days" min="{LEAST_DAYS}" max="{MOST_DAYS}" '
        f'data-draft="protokoll tage" value="{days}"></label>{action("rights", "Speichern", submits=True, how="days")}</form>'
    )
    return (
        f'<h2 class="ra-title" tabindex="-1">Protokoll</h2>{now}<p>{_LOG_ABOUT}</p><p class="ra-buttons">{links}'
        f"{action('help', f'Zurück zu „{TITLE}“', part='rechte')}</p>{keep}{table}"
    )


def at_item(meeting_id: str, item: AgendaItem, persons: Sequence[Person], excluded: frozenset[str]) -> str:
    """Where the Sitzungsdienst says who is excluded from an item.

    :param excluded: ids of persons.
    """
    rows = []
    for one in persons:
        if one.role == "sitzungsdienst":
            continue
        about: dict[str, Any] = {"meeting": meeting_id, "item": item.id, "person": one.id}
        if one.id in excluded:
            rows.append(
                f"<li><strong>{safe(one.name)}</strong>: {words.EXCLUDED} {action('readmit', 'Aufheben', css='ra-link', **about)}</li>"
            )
        else:
            rows.append(
                f"<li>{safe(one.name)} {action('exclude', 'Als befangen eintragen', css='ra-link', name=f'{one.name} als befangen eintragen', **about)}</li>"
            )
    if not rows:
        return ""
    number = sum(one.id in excluded for one in persons)
    told = f": {count(number, 'Person', 'Personen')}" if number else ""
    return (
        f'<details class="ra-narrow" data-fold="befangen {safe(item.id)}"><summary>Befangenheit{told}</summary><div class="ra-card">'
        f"<p>Für eingetragene Personen ist alles Nichtöffentliche zu diesem Punkt nicht da: Unterlagen, Auszug, Treffer, Antworten, Dateien. "
        "Von der Sitzung sehen sie außerdem die nichtöffentlichen Seiten der Tagesordnung und der Niederschrift nicht, weil der Punkt auch dort "
        f"steht.</p><ul>{''.join(rows)}</ul></div></details>"
    )


def excluded_from(numbers: Sequence[str]) -> str:
    """What somebody who is excluded from items of the open meeting is told."""
    if not numbers:
        return ""
    named = ", ".join(f"TOP {number}" for number in numbers)
    return notice(f"{words.EXCLUDED}: {named}. Nichtöffentliches dazu wird Ihnen nicht gezeigt.", "warning")


def at_excluded_item() -> str:
    """What stands at a public item from which the reader is excluded."""
    return notice(f"{words.EXCLUDED}. Was zu diesem Punkt öffentlich ist, können Sie lesen.", "warning")


def without_body() -> str:
    """What the Sitzungsdienst is told of a meeting whose non-public part nobody else sees."""
    return notice(_NO_BODY, "warning")
