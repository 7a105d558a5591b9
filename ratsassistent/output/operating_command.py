"""`ratsassistent betrieb`: is it well; what the system needs to start and watch it; the key for a monitoring program.

What enters: the command's words. What leaves: German lines or one JSON object; files where a folder is named.
What it does not know: what is looked at (`operating`, loaded when it is needed).
"""

from __future__ import annotations

import argparse
import json
import os
import ssl
import sys
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from ratsassistent.errors import InputError, UsageError
from ratsassistent.settings import Settings

WHAT = ("zustand", "gesund", "schluessel", "systemd", "windows", "macos", "container")


def register(command: Callable[..., argparse.ArgumentParser]) -> None:
    """Add the command."""
    sub = command(
        "betrieb",
        "zeigt, ob alles in Ordnung ist, und schreibt, was ein Server zum Starten und Überwachen braucht",
        run,
    )
    sub.add_argument(
        "what",
        metavar="|".join(WHAT),
        choices=WHAT,
        nargs="?",
        default="zustand",
        help="zustand: ob die Daten lesbar sind; gesund: ob die laufende Oberfläche antwortet; schluessel: für die Überwachung; sonst: Dateien",
    )
    sub.add_argument(
        "-o", "--ausgabe", metavar="ORDNER", type=Path, help="Dateien dorthin schreiben statt auf den Bildschirm"
    )
    sub.add_argument("--aus", action="store_true", help="mit schluessel: es gibt keinen mehr")
    sub.add_argument("--adresse", metavar="URL", help="mit gesund: wo die Oberfläche läuft (sonst auf diesem Rechner)")
    sub.add_argument("--fuer-andere", metavar="ADRESSE", help="mit systemd: die Angaben von „starten“")
    sub.add_argument("--hinter-proxy", metavar="IP")
    sub.add_argument("--zertifikat", metavar="DATEI")
    sub.add_argument("--schluessel", metavar="DATEI", dest="private_key")


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Do what was asked for; returns the exit status. :raises UsageError: the words do not go together."""
    if args.what == "zustand":
        return _state(args, settings)
    if args.what == "gesund":
        return _answers(args, settings)
    if args.what == "schluessel":
        return _key(args, settings)
    return _files(args, settings)


def _state(args: argparse.Namespace, settings: Settings) -> int:
    from ratsassistent.operating import health

    found = health.look(settings)
    if args.json:
        print(json.dumps({"ready": found.ready, **found.model_dump(), "disk_free": health.free(settings)}, indent=1))
        return 0 if found.ready else 1
    archive = (
        "lesbar" if found.archive == "ok" else f"nicht lesbar ({found.archive}); siehe „wiederherstellen --retten“"
    )
    print(f"Daten: {archive}. Nichtöffentlicher Teil: {'verschlossen' if found.locked else 'offen'}.")
    room = f"{health.free(settings) / 1e9:.1f} GB frei".replace(".", ",")
    print(f"Datenträger: {room}{'' if found.disk == 'ok' else ' – das ist zu wenig'}.")
    if found.restoring:
        print("Gerade wird eine Sicherung zurückgespielt.")
    return 0 if found.ready else 1


def _answers(args: argparse.Namespace, settings: Settings) -> int:
    """Ask `/healthz` of the program that runs here; in a container it listens on the container's own address."""
    from ratsassistent.output.page_operating import ALIVE

    for address in [args.adresse] if args.adresse else _own_addresses(settings):
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = (
            False,
            ssl.CERT_NONE,
        )  # our own computer; nothing is told or believed
        asked = urllib.request.Request(address.rstrip("/") + ALIVE)  # noqa: S310
        opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context)
        )
        try:
            if not asked.full_url.startswith(("http://", "https://")):
                raise UsageError("Die Adresse muss mit http:// oder https:// beginnen.")
            with opener.open(asked, timeout=5) as answer:
                if answer.status == 200:
                    print("Die Oberfläche antwortet.")
                    return 0
        except (urllib.error.URLError, OSError, ValueError):
            continue
    print("Die Oberfläche antwortet nicht.", file=sys.stderr)
    return 1


def _own_addresses(settings: Settings) -> list[str]:
    import socket

    hosts = ["127.0.0.1"]
    with suppress(OSError):
        hosts += [str(entry[4][0]) for entry in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)]
    return [f"{scheme}://{host}:{settings.port}" for host in dict.fromkeys(hosts) for scheme in ("http", "https")]


def _key(args: argparse.Namespace, settings: Settings) -> int:
    from ratsassistent.operating import access

    if args.aus:
        told = "Den Schlüssel gibt es nicht mehr." if access.forget(settings) else "Es gab keinen Schlüssel."
        print(json.dumps({"key": None}) if args.json else told)
        return 0
    key = access.make(settings)
    if args.json:
        print(json.dumps({"key": key}))
        return 0
    print(f"Schlüssel für die Überwachung: {key}")
    print(
        "Er wird nur dieses eine Mal gezeigt; ein früherer gilt nicht mehr. Zum Abfragen von /metrics und /readyz gehört er in die Kopfzeile:"
    )
    print("  Authorization: Bearer SCHLÜSSEL")
    return 0


def _files(args: argparse.Namespace, settings: Settings) -> int:
    from ratsassistent.operating import writing

    if args.what == "systemd":
        made = writing.systemd(settings, _serve_words(args))
    else:
        made = {"windows": writing.windows, "macos": writing.macos, "container": writing.container}[args.what](settings)
    if args.ausgabe is None:
        if args.json:
            print(json.dumps(made, ensure_ascii=False, indent=1))
        else:
            print("\n".join(f"===== {name} =====\n{text}" for name, text in made.items()))
        return 0
    try:
        args.ausgabe.mkdir(parents=True, exist_ok=True)
        for name, text in made.items():
            target = args.ausgabe / name
            with target.open("w", encoding="utf-16" if name.endswith(".xml") else "utf-8", newline="") as stream:
                stream.write(text.replace("\n", "\r\n") if name.endswith(".xml") else text)
            if name.endswith(".sh"):
                os.chmod(target, 0o755)  # noqa: S103 - a program
    except OSError as error:
        raise InputError(f"In den Ordner {args.ausgabe} lässt sich nicht schreiben.") from error
    print(
        json.dumps({"files": sorted(made)})
        if args.json
        else f"Geschrieben nach {args.ausgabe}: {', '.join(sorted(made))}"
    )
    return 0


def _serve_words(args: argparse.Namespace) -> list[str]:
    named = {"--hinter-proxy": args.hinter_proxy, "--zertifikat": args.zertifikat, "--schluessel": args.private_key}
    given = [word for option, value in named.items() if value for word in (option, value)]
    if not args.fuer_andere:
        if given:
            raise UsageError("Diese Angaben gelten nur zusammen mit --fuer-andere ADRESSE.")
        return []
    if not args.hinter_proxy and not (args.zertifikat and args.private_key):
        raise UsageError("Bitte --hinter-proxy angeben, oder --zertifikat und --schluessel.")
    return ["--fuer-andere", args.fuer_andere, *given]
