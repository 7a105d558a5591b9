"""`ratsassistent zugang`: who may come in when the page is offered to others.

What enters: the command's words; passwords from the terminal (not shown) or as one line on standard input, never as an argument.
What leaves: lines or one JSON object. What it does not know: how passwords are kept (`people`).
"""

from __future__ import annotations

import argparse
import datetime as dt
import getpass
import json
import sys
from typing import TYPE_CHECKING

from ratsassistent.errors import InputError, UsageError
from ratsassistent.output import oidc_command, rights_command
from ratsassistent.output import phrases_rights as words
from ratsassistent.settings import Settings

if TYPE_CHECKING:
    from ratsassistent.people import Person

WHAT = ("anlegen", "liste", "sperren", "entsperren", "kennwort", "entfernen", *rights_command.WHAT, oidc_command.WORD)
_ELSEWHERE = {**dict.fromkeys(rights_command.WHAT, rights_command.run), oidc_command.WORD: oidc_command.run}
_DONE = {
    "anlegen": "„{}“ kann sich jetzt anmelden.",
    "sperren": "„{}“ kommt nicht mehr herein und ist überall abgemeldet.",
    "entsperren": "„{}“ kommt wieder herein.",
    "kennwort": "„{}“ hat ein neues Kennwort und ist überall abgemeldet.",
    "entfernen": "Der Zugang von „{}“ ist gelöscht.",
}


def add(sub: argparse.ArgumentParser) -> None:
    """Give the command its arguments."""
    sub.add_argument("what", metavar="|".join(WHAT), choices=WHAT, nargs="?", default="liste")
    sub.add_argument("name", metavar="NAME", nargs="*", help="der Name, mit dem sich die Person anmeldet")
    rights_command.add(sub)
    oidc_command.add(sub)


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Show or change who may come in; returns the exit status.

    :raises UsageError: the name is missing. :raises InputError: name or password do not do, or there is no such person.
    """
    from ratsassistent import leaving, workflow
    from ratsassistent.bodies import Bodies
    from ratsassistent.people import People

    if args.what in _ELSEWHERE:
        return _ELSEWHERE[args.what](args, settings)
    people, name = People(settings.data_folder), " ".join(args.name)
    if args.what != "liste" and not name:
        raise UsageError(f"Bitte den Namen angeben: zugang {args.what} NAME.")
    if args.what == "liste":
        found, members = people.all(), Bodies(settings.data_folder).memberships()
        if args.json:
            print(
                json.dumps(
                    {"people": [_shown(person) | rights_command.shown(person, members) for person in found]},
                    ensure_ascii=False,
                    indent=1,
                )
            )
            return 0
        for one in found:
            state = "gesperrt" if one.blocked is not None else f"zuletzt da: {_day(one.seen)}"
            print(
                f"{one.name}  (angelegt {_day(one.created)}, {state})  {rights_command.standing(one, members, dt.date.today())}"
            )
        if not found:
            print("Es hat noch niemand einen Zugang. Anlegen: ratsassistent zugang anlegen NAME", file=sys.stderr)
        return 0
    changed: Person
    if args.what in {"anlegen", "kennwort"}:
        changed = (
            people.add(name, _asked(name), args.rolle or "mitglied")
            if args.what == "anlegen"
            else people.set_password(name, _asked(name))
        )
    elif args.what == "entfernen":
        with workflow.workspace(settings) as ws:
            changed = leaving.remove(ws, people, name)
    else:
        changed = people.block(name, blocked=args.what == "sperren")
    if args.json:
        print(json.dumps({"person": _shown(changed)}, ensure_ascii=False, indent=1))
    else:
        print(_DONE[args.what].format(changed.name))
        if args.what == "anlegen":
            print(f"Rolle: {words.ROLES[changed.role]}. {words.ROLES_ABOUT[changed.role]}")
    return 0


def _asked(name: str) -> str:
    """The new password: typed twice on a terminal, or the first line of standard input.

    :raises InputError: the two differ, or there is none.
    """
    if not sys.stdin.isatty():
        password = sys.stdin.readline().rstrip("\r\n")
    else:
        password = getpass.getpass(f"Neues Kennwort für „{name}“ (wird nicht angezeigt): ")
        if getpass.getpass("Noch einmal: ") != password:
            raise InputError("Die beiden Eingaben sind nicht gleich; es hat sich nichts geändert.")
    if not password:
        raise InputError("Es wurde kein Kennwort eingegeben; es hat sich nichts geändert.")
    return password


def _shown(person: Person) -> dict[str, object]:
    return {
        "id": person.id,
        "name": person.name,
        "blocked": person.blocked is not None,
        "created": _iso(person.created),
        "seen": _iso(person.seen),
    }


def _iso(moment: float | None) -> str | None:
    return None if moment is None else dt.datetime.fromtimestamp(moment, dt.UTC).isoformat(timespec="seconds")


def _day(moment: float | None) -> str:
    return "noch nie" if moment is None else f"{dt.datetime.fromtimestamp(moment):%d.%m.%Y}"
