"""The part of `ratsassistent zugang` that says what persons may see and do: roles, bodies, memberships, exclusions, the log.

What enters: the command's words. What leaves: lines, one JSON object, or a CSV file.
What it does not know: what a right allows (`rights`, `permissions`), how any of it is kept.
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import io
import json
import sys
from collections.abc import Callable
from pathlib import Path

from ratsassistent import workflow
from ratsassistent.access_log import AccessLog, Opening, day_of
from ratsassistent.archive import choices
from ratsassistent.archive.german import fold_name
from ratsassistent.bodies import Bodies, Membership, Organization
from ratsassistent.errors import InputError, NotFound, UsageError
from ratsassistent.output import phrases_rights as words
from ratsassistent.people import ROLES, People, Person
from ratsassistent.settings import Settings
from ratsassistent.workflow import Workspace

WHAT = ("rolle", "gremien", "gremium", "gremium-entfernen", "aufnehmen", "ausscheiden", "befangen", "protokoll")


def add(sub: argparse.ArgumentParser) -> None:
    """Give the command its arguments."""
    given = sub.add_argument_group("Was jemand sehen und tun darf")
    given.add_argument(
        "--rolle", metavar="|".join(ROLES), choices=ROLES, help="bei „anlegen“ und „rolle“; sonst mitglied"
    )
    given.add_argument("--fraktion", action="store_true", help="bei „gremium“: Es ist eine Fraktion")
    given.add_argument("--gremium", metavar="GREMIUM", help="Gremium oder Fraktion, bei „aufnehmen“ und „ausscheiden“")
    given.add_argument("--ab", metavar="TAG", type=_day, help="erster Tag der Mitgliedschaft (JJJJ-MM-TT)")
    given.add_argument(
        "--bis", metavar="TAG", type=_day, help="letzter Tag der Mitgliedschaft; bei „ausscheiden“ sonst heute"
    )
    given.add_argument("--als", metavar="TEXT", help="Vorsitz, Stellvertretung, Geschäftsstelle …; nur zur Anzeige")
    given.add_argument("--sitzung", metavar="SITZUNG", help="bei „befangen“ und „protokoll“")
    given.add_argument("--top", metavar="TOP", help="der Tagesordnungspunkt, bei „befangen“")
    given.add_argument("--aufheben", action="store_true", help="bei „befangen“: Die Person darf wieder mitlesen")
    given.add_argument("--csv", metavar="DATEI", type=Path, help="bei „protokoll“: als Tabelle in eine Datei")
    given.add_argument("--tage", metavar="TAGE", type=int, help="bei „protokoll“: so lange aufbewahren")


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Show or change what persons may see and do; returns the exit status.

    :raises UsageError: something is missing. :raises InputError: it cannot be so, or there is no such person, body or item.
    """
    does: dict[str, Callable[[argparse.Namespace, Settings, str], int]] = {
        "rolle": _role, "gremien": _bodies, "gremium": _add_body, "gremium-entfernen": _remove_body, "aufnehmen": _join,
        "ausscheiden": _leave, "befangen": _exclude, "protokoll": _log,
    }  # fmt: skip
    return does[args.what](args, settings, " ".join(args.name))


def standing(person: Person, memberships: list[Membership], today: dt.date) -> str:
    """The role of a person and the bodies it belongs to, in words."""
    mine = [words.membership(one, today) for one in memberships if one.person_id == person.id]
    return "; ".join([words.ROLES[person.role], *mine])


def shown(person: Person, memberships: list[Membership]) -> dict[str, object]:
    """The same for other programs, with OParl's names."""
    mine = [one for one in memberships if one.person_id == person.id]
    return {"role": person.role, "membership": [one.model_dump(mode="json", exclude={"person_id"}) for one in mine]}


def _role(args: argparse.Namespace, settings: Settings, name: str) -> int:
    if not name or not args.rolle:
        raise UsageError("Bitte angeben: zugang rolle NAME --rolle sitzungsdienst|mitglied|leserecht.")
    person = People(settings.data_folder).set_role(name, args.rolle)
    return _told(
        args, f"„{person.name}“: {words.ROLES[person.role]}. {words.ROLES_ABOUT[person.role]}", person.model_dump()
    )


def _bodies(args: argparse.Namespace, settings: Settings, _: str) -> int:
    bodies = Bodies(settings.data_folder)
    entered, members = bodies.organizations(), bodies.memberships()
    with workflow.workspace(settings) as ws:
        others = unknown_bodies(ws, entered)
    if args.json:
        held = [{**one.model_dump(), "members": sum(m.organization == one for m in members)} for one in entered]
        print(json.dumps({"organizations": held, "not_entered": others}, ensure_ascii=False, indent=1))
        return 0
    for one in entered:
        count = len({m.person_id for m in members if m.organization == one and m.holds(dt.date.today())})
        print(f"{one.name}  ({one.classification}, {count} {'Person' if count == 1 else 'Personen'})")
    for name in others:
        print(f"{name}  (in den Unterlagen; noch nicht eingetragen: Nichtöffentliches sieht nur der Sitzungsdienst)")
    if not entered and not others:
        print("Es ist noch kein Gremium eingetragen. Eintragen: ratsassistent zugang gremium NAME", file=sys.stderr)
    return 0


def unknown_bodies(ws: Workspace, entered: list[Organization]) -> list[str]:
    """The bodies whose meetings are held and that nobody has entered."""
    known = {fold_name(one.name) for one in entered}
    names = {fold_name(name): name for store in ws.stores for name in choices.organizations(store)}
    return sorted(name for key, name in names.items() if key not in known)


def _add_body(args: argparse.Namespace, settings: Settings, name: str) -> int:
    if not name:
        raise UsageError("Bitte den Namen angeben: zugang gremium NAME, so wie er in den Unterlagen steht.")
    made = Bodies(settings.data_folder).add_organization(name, "Fraktion" if args.fraktion else "Gremium")
    told = f"„{made.name}“ ist als {made.classification} eingetragen."
    with workflow.workspace(settings) as ws:
        if made.classification == "Gremium" and not _is_held(ws, made):
            told += " In den Unterlagen kommt dieser Name bisher nicht vor; er muss genau so heißen wie dort („zugang gremien“)."
    return _told(args, told, made.model_dump())


def _is_held(ws: Workspace, body: Organization) -> bool:
    return any(fold_name(name) == fold_name(body.name) for store in ws.stores for name in choices.organizations(store))


def _remove_body(args: argparse.Namespace, settings: Settings, name: str) -> int:
    if not name:
        raise UsageError("Bitte den Namen angeben: zugang gremium-entfernen NAME.")
    gone = Bodies(settings.data_folder).remove_organization(name)
    return _told(args, f"„{gone.name}“ ist mit allen Mitgliedschaften entfernt.", gone.model_dump())


def _join(args: argparse.Namespace, settings: Settings, name: str) -> int:
    if not name or not args.gremium:
        raise UsageError("Bitte angeben: zugang aufnehmen NAME --gremium GREMIUM [--ab TAG] [--bis TAG].")
    bodies, person = Bodies(settings.data_folder), People(settings.data_folder).named(name)
    try:
        body = bodies.organization(args.gremium)
    except NotFound:
        with workflow.workspace(settings) as ws:
            known = next((n for n in unknown_bodies(ws, []) if fold_name(n) == fold_name(args.gremium)), None)
        if known is None:
            raise
        body = bodies.add_organization(known)
    made = bodies.add_membership(person.id, body, start=args.ab, end=args.bis, role=args.als)
    told = f"„{person.name}“: {words.membership(made, dt.date.today())}."
    if person.role == "sitzungsdienst":
        told += " Für den Sitzungsdienst ändert das nichts: Er sieht alles."
    return _told(args, told, made.model_dump(mode="json"))


def _leave(args: argparse.Namespace, settings: Settings, name: str) -> int:
    if not name or not args.gremium:
        raise UsageError("Bitte angeben: zugang ausscheiden NAME --gremium GREMIUM [--bis TAG].")
    bodies, person = Bodies(settings.data_folder), People(settings.data_folder).named(name)
    body, last = bodies.organization(args.gremium), args.bis or dt.date.today()
    mine = [
        one for one in bodies.memberships(person.id) if one.organization == body and (one.endDate or dt.date.max) > last
    ]
    mine = [one for one in mine if one.startDate is None or one.startDate <= last]
    if not mine:
        raise NotFound(f"„{person.name}“ gehört „{body.name}“ an diesem Tag nicht an.")
    for one in mine:
        bodies.end_membership(one.id, last)
    return _told(
        args,
        f"„{person.name}“ gehört „{body.name}“ bis einschließlich {last:%d.%m.%Y} an. "
        "Danach ist auch Nichtöffentliches von früher nicht mehr zu sehen.",
        {"person": person.id, "organization": body.id, "endDate": last.isoformat()},
    )


def _exclude(args: argparse.Namespace, settings: Settings, name: str) -> int:
    bodies, people = Bodies(settings.data_folder), People(settings.data_folder)
    if not name:
        return _excluded(args, settings, bodies, people)
    if not args.sitzung or not args.top:
        raise UsageError("Bitte angeben: zugang befangen NAME --sitzung SITZUNG --top TOP [--aufheben].")
    person = people.named(name)
    with workflow.workspace(settings) as ws:
        ws.need_open()
        meeting = workflow.meeting(ws, args.sitzung)
        item = workflow.item_of(meeting, args.top)
    if args.aufheben:
        bodies.readmit(person.id, item.id)
        told = f"„{person.name}“ ist zu TOP {item.number or '–'} nicht mehr als befangen eingetragen."
    else:
        bodies.exclude(person.id, meeting.id, item.id)
        told = f"„{person.name}“ ist zu TOP {item.number or '–'} ({meeting.name}) als befangen eingetragen. {words.EXCLUDED_ABOUT}"
    return _told(
        args, told, {"person": person.id, "meeting": meeting.id, "item": item.id, "excluded": not args.aufheben}
    )


def _excluded(args: argparse.Namespace, settings: Settings, bodies: Bodies, people: People) -> int:
    names = {person.id: person.name for person in people.all()}
    found = bodies.exclusions()
    if args.json:
        print(json.dumps({"exclusions": [one.model_dump() for one in found]}, ensure_ascii=False, indent=1))
        return 0
    with workflow.workspace(settings) as ws:
        for one in found:
            print(f"{names.get(one.person_id, one.person_id)}  {place(ws, one.meeting_id, one.item_id)}")
    if not found:
        print("Niemand ist als befangen eingetragen.", file=sys.stderr)
    return 0


def place(ws: Workspace, meeting_id: str | None, item_id: str | None) -> str:
    """A meeting by name and an item by number, where they are still there; never the title of an item."""
    held = next((m for m in workflow.meetings(ws, with_papers=False) if m.id == meeting_id), None)
    number = next((i.number or "ohne Nummer" for i in held.agendaItem if i.id == item_id), None) if held else None
    parts = [held.name if held else meeting_id, f"TOP {number}" if number else item_id]
    return ", ".join(part for part in parts if part)


def _log(args: argparse.Namespace, settings: Settings, name: str) -> int:
    log = AccessLog(settings.data_folder)
    if args.tage is not None:
        log.keep_for(args.tage)
        return _told(
            args, f"Das Protokoll wird {args.tage} Tage aufbewahrt; Älteres ist gelöscht.", {"days": args.tage}
        )
    person = People(settings.data_folder).named(name).id if name else None
    with workflow.workspace(settings) as ws:
        meeting = workflow.meeting(ws, args.sitzung).id if args.sitzung else None
        found = log.openings(person_id=person, meeting_id=meeting)
        if args.csv is not None:
            _write(args.csv, as_csv(found))
            return _told(
                args, f"{len(found)} Einträge stehen in {args.csv}.", {"openings": len(found), "file": str(args.csv)}
            )
        if args.json:
            print(
                json.dumps(
                    {"days": log.days, "openings": [one.model_dump() for one in found]}, ensure_ascii=False, indent=1
                )
            )
            return 0
        for one in found:
            print(f"{day_of(one):%d.%m.%Y %H:%M}  {one.name or one.person_id}  {opening(ws, one)}")
    if not found:
        print(f"Es ist nichts protokolliert. Einträge werden {log.days} Tage aufbewahrt.", file=sys.stderr)
    return 0


def opening(ws: Workspace, one: Opening) -> str:
    """What was opened, in words."""
    where = place(ws, one.meeting_id, one.item_id)
    if one.file_id:
        where = f"{one.file_id}, S. {one.page}" if one.page else one.file_id
    return f"{words.OPENED[one.act]}: {where}" if where else words.OPENED[one.act]


def as_csv(found: list[Opening]) -> bytes:
    """The log as a table: ids, no titles."""
    out = io.StringIO()
    table = csv.writer(out, delimiter=";")
    table.writerow(("Zeit", "Person", "Kennung der Person", "Was", "Sitzung", "Tagesordnungspunkt", "Datei", "Seite"))
    for one in found:
        table.writerow(
            (day_of(one).isoformat(timespec="seconds"), _cell(one.name), one.person_id, words.OPENED[one.act],
             one.meeting_id, one.item_id, one.file_id, one.page)
        )  # fmt: skip
    return out.getvalue().encode("utf-8-sig")


def _cell(name: str | None) -> str:
    """A name that no spreadsheet takes for a formula."""
    return f"'{name}" if name and name[0] in "=+-@\t\r" else name or "(Zugang gelöscht)"


def _write(file: Path, content: bytes) -> None:
    try:
        file.write_bytes(content)
    except OSError as error:
        raise InputError(f"{file} lässt sich nicht schreiben: {error.strerror or error}.") from error


def _told(args: argparse.Namespace, told: str, given: dict[str, object]) -> int:
    print(json.dumps(given, ensure_ascii=False, indent=1) if args.json else told)
    return 0


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text.strip())
    except ValueError:
        raise argparse.ArgumentTypeError(f"„{text}“ ist kein Tag wie 2026-12-31") from None
