"""`ratsassistent zugang oidc`: signing in with accounts that the municipality keeps elsewhere (OpenID Connect).

What enters: the command's words; a secret from the terminal (not shown), as one line on standard input, from a file or the
environment, never as an argument. What leaves: German lines or one JSON object; never a secret.
What it does not know: how a provider is spoken to (`oidc.flow`), who is let in (`oidc.persons`).
"""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import getpass
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ratsassistent import own_network
from ratsassistent.errors import InputError, ServerError, UsageError
from ratsassistent.oidc import provider as setting
from ratsassistent.oidc.provider import VARIABLE, Provider
from ratsassistent.output.page_door import BACK
from ratsassistent.settings import Settings

if TYPE_CHECKING:
    from ratsassistent.oidc.persons import Persons

WORD = "oidc"
_Told = tuple[dict[str, Any], list[str]]  # for machines, for people
_DO = ("zeigen", "einrichten", "pruefen", "aus", "einladen", "loesen")
_NONE = "Es ist kein Anmeldedienst eingerichtet; angemeldet wird nur mit Name und Kennwort."
_HOW = "zugang oidc zeigen|einrichten ADRESSE|pruefen|aus|einladen NAME|loesen NAME"


def add(sub: argparse.ArgumentParser) -> None:
    """Give the command `zugang` the options of this part of it."""
    group = sub.add_argument_group(f"Anmeldung mit einem Konto der Verwaltung (OpenID Connect): {_HOW}")
    group.add_argument(
        "--kennung", metavar="TEXT", help="wie Ratsassistent beim Anmeldedienst eingetragen ist (Client-ID)"
    )
    group.add_argument(
        "--geheimnis-datei", metavar="DATEI", type=Path,
        help=f"wo das Geheimnis dazu steht (sonst {VARIABLE}, oder eine Zeile auf der Standardeingabe)",
    )  # fmt: skip
    group.add_argument(
        "--ohne-geheimnis", action="store_true", help="der Anmeldedienst verlangt keines (öffentlicher Client)"
    )
    group.add_argument(
        "--bezeichnung", metavar="TEXT", help=f"steht auf dem Knopf: „Mit dem … anmelden“ (sonst {setting.NAME})"
    )
    group.add_argument(
        "--erlauben", metavar="RECHNER", action="append", default=[],
        help="dieser Rechner darf außerhalb des eigenen Netzes liegen",
    )  # fmt: skip
    group.add_argument(
        "--neue-personen",
        choices=["niemand", "leserecht"],
        help="was bekommt, wer nicht eingeladen ist (sonst: niemand)",
    )
    group.add_argument("--angaben", metavar="WÖRTER", help=f"was abgefragt wird (scope; sonst „{setting.SCOPE}“)")
    group.add_argument(
        "--zertifikate", metavar="DATEI", type=Path, help="Zertifikate der eigenen Zertifizierungsstelle (PEM)"
    )
    group.add_argument("--email", metavar="ADRESSE", help="eingeladen ist, wer diese bestätigte E-Mail-Adresse hat")
    group.add_argument("--merkmal", metavar="NAME=WERT", help="eingeladen ist, von wem der Dienst das sagt, etwa sub=…")


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Do what the words say; returns the exit status.

    :raises UsageError: they do not go together. :raises InputError: a value is not of its kind.
    :raises ServerError: the provider lies outside private networks. :raises NotNow: with `pruefen`, it does not answer.
    """
    what, *rest = args.name or ["zeigen"]
    name = " ".join(rest)
    if what not in _DO:
        raise UsageError(f"Das gibt es nicht: zugang oidc {what}. Möglich ist: {_HOW}.")
    if what in {"einrichten", "einladen", "loesen"} and not name:
        raise UsageError(
            f"Es fehlt {'die Adresse des Anmeldedienstes' if what == 'einrichten' else 'der Name der Person'}."
        )
    provider = setting.of(settings.data_folder) if what in {"zeigen", "pruefen", "einladen"} else None
    if what == "aus":
        setting.store(settings.data_folder, None)
        told: _Told = (
            {"provider": None},
            [f"Der Anmeldedienst ist ausgeschaltet, sein Geheimnis hier gelöscht. {_NONE}"],
        )
    elif what == "einrichten":
        told = _set(args, settings, name)
    elif what == "loesen":
        gone = _persons(settings).release(name).name
        told = (
            {"released": gone},
            [f"Das Konto von „{gone}“ ist gelöst, die Einladung zurückgenommen; „{gone}“ ist überall abgemeldet."],
        )
    elif provider is None:
        if what != "zeigen":
            raise UsageError(f"{_NONE} Einrichten: zugang oidc einrichten ADRESSE --kennung TEXT")
        told = {"provider": None}, [_NONE]
    elif what == "einladen":
        told = _invited(args, settings, provider, name)
    else:
        told = _tried(provider) if what == "pruefen" else _shown(settings, provider)
    print(json.dumps(told[0], ensure_ascii=False, indent=1) if args.json else "\n".join(told[1]))
    return 0


def _set(args: argparse.Namespace, settings: Settings, issuer: str) -> _Told:
    if args.ohne_geheimnis and args.geheimnis_datei:
        raise UsageError("Bitte entweder --geheimnis-datei oder --ohne-geheimnis angeben.")
    made = setting.made(
        issuer,
        args.kennung or "",
        name=args.bezeichnung,
        secret_file=args.geheimnis_datei,
        public=args.ohne_geheimnis,
        allowed=args.erlauben,
        newcomers=args.neue_personen == "leserecht",
        scope=args.angaben,
        authorities=args.zertifikate,
    )
    if made.allowed and not made.is_allowed:
        raise UsageError(f"Mit --erlauben lässt sich nur der Rechner der Adresse selbst erlauben: {made.host}.")
    with contextlib.suppress(OSError, UnicodeError):  # it may be away now; it is judged again at each connection
        own_network.judged(made, own_network.look_up(made.host, made.port))
    secret = None
    if args.geheimnis_datei:
        made.secret()
    elif not made.public and not os.environ.get(VARIABLE, "").strip():
        secret = _asked()
    kept = setting.store(settings.data_folder, made, secret)
    return _shown(settings, kept or made)


def _asked() -> str:
    """The secret: typed on a terminal, or the first line of standard input."""
    if sys.stdin.isatty():
        given = getpass.getpass("Geheimnis (Client Secret, wird nicht angezeigt): ")
    else:
        given = sys.stdin.readline()
    if not given.strip():
        raise InputError(
            f"Es wurde kein Geheimnis eingegeben (oder --geheimnis-datei, --ohne-geheimnis, {VARIABLE}); nichts ist geändert."
        )
    return setting.checked_secret(given.strip())


def _persons(settings: Settings) -> Persons:
    from ratsassistent.oidc.persons import Persons
    from ratsassistent.people import People

    return Persons(People(settings.data_folder))


def _invited(args: argparse.Namespace, settings: Settings, provider: Provider, name: str) -> _Told:
    if bool(args.email) == bool(args.merkmal) or (args.merkmal and "=" not in args.merkmal):
        raise UsageError(
            "Bitte sagen, woran die Person zu erkennen ist: --email ADRESSE oder --merkmal NAME=WERT (etwa sub=…)."
        )
    claim, _, value = ("email", "", args.email) if args.email else args.merkmal.partition("=")
    made = _persons(settings).invite(name, provider.issuer, claim, value, args.rolle)
    return {"invitation": made.model_dump(exclude={"person_id", "created"})}, [
        f"„{made.name}“ ist eingeladen: Wer sich als Erstes mit {made.claim} = {made.value} anmeldet, bekommt diesen Zugang.",
        "Die Einladung gilt 30 Tage. Was die Person sehen darf, ist so festgelegt wie bei allen anderen.",
    ]


def _tried(provider: Provider) -> _Told:
    from ratsassistent.oidc.flow import Flow
    from ratsassistent.oidc.talk import NotNow

    flow = Flow(provider)
    try:
        about, keys = flow.discovered(), list(flow.keys())
        provider.secret()
    except NotNow as error:
        raise ServerError(f"Der Anmeldedienst {provider.place} lässt sich nicht verwenden: {error.why}.") from error
    leaves = isinstance(about.get("end_session_endpoint"), str)
    return {"provider": provider.issuer, "keys": len(keys), "sign_out": leaves}, [
        f"Der Anmeldedienst {provider.place} antwortet, nennt sich wie eingestellt und hat {len(keys)} brauchbare Schlüssel.",
        f"Dort abmelden: {'wird angeboten' if leaves else 'bietet er nicht an'}. Ob Kennung und Geheimnis stimmen, zeigt erst eine Anmeldung.",
    ]


def _shown(settings: Settings, provider: Provider) -> _Told:
    persons = _persons(settings)
    waiting = persons.invitations()
    secret = "keines" if provider.public else str(provider.secret_file) if provider.secret_file else f"in {VARIABLE}"
    data = {
        "provider": {
            "issuer": provider.issuer,
            "client_id": provider.client_id,
            "name": provider.name,
            "secret": secret,
            "allowed": list(provider.allowed),
            "newcomers": provider.newcomers,
            "scope": provider.scope,
        },
        "invitations": [
            {**one.model_dump(exclude={"person_id", "created"}), "over": persons.is_over(one)} for one in waiting
        ],
    }
    newcomers = "bekommt Leserecht" if provider.newcomers else "kommt nicht herein und erfährt, was zu tun ist"
    lines = [
        f"Anmeldedienst: {provider.issuer}, Knopf: „Mit dem {provider.name} anmelden“.",
        f"Kennung: {provider.client_id}. Geheimnis: {secret}. Wer nicht eingeladen ist, {newcomers}.",
        f"Dort einzutragen: Rücksprung https://IHRE-ADRESSE{BACK}, nach dem Abmelden https://IHRE-ADRESSE/anmelden.",
    ]
    for one in waiting:
        until = dt.datetime.fromtimestamp(one.created + 30 * 86400)
        state = "abgelaufen" if persons.is_over(one) else f"gilt bis {until:%d.%m.%Y}"
        lines.append(f"Eingeladen: {one.name} ({one.claim} = {one.value}, {state})")
    return data, lines
