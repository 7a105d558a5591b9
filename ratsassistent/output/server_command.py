"""`ratsassistent modelle server`: sets, shows, tries and takes away the server on which the language model runs.

What enters: the command's words. What leaves: German lines or one JSON object on standard output; never a key.
What it does not know: how a server is spoken to (`writing.remote`), what is written there.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import asdict
from typing import Any

from ratsassistent import language_models, model_server, own_network
from ratsassistent.errors import UsageError
from ratsassistent.model_server import KEY_VARIABLE, Server
from ratsassistent.output import phrases_server, server_words
from ratsassistent.settings import Settings
from ratsassistent.writing.model.language_model import Message

_FORMS = {
    "grammar": "ja (grammar)",
    "structured_outputs": "ja (structured_outputs)",
    "guided_grammar": "ja (guided_grammar)",
    "json_schema": "ja (JSON-Schema)",
    "none": "nein: Antworten, die nicht passen, werden verworfen",
}
_LATER = "Es gilt sofort, auch für eine Oberfläche und einen Arbeitsprozess, die schon laufen (Seite neu laden)."


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Do what the words say; returns the exit status.

    :raises UsageError: they do not go together. :raises InputError: a value is not of its kind.
    :raises ServerError: the server lies outside private networks, or with `--pruefen`: it is away, refuses, …
    """
    if args.aus:
        if args.name or server_words.settings_given(args) or args.pruefen:
            raise UsageError("Mit --aus geht keine andere Angabe zusammen, bitte nur eines von beidem.")
        model_server.store(settings.data_folder, None)
        still = model_server.of(settings.data_folder)
        told = "Kein Server ist mehr eingestellt; es schreibt das Modell dieses Rechners."
        if still is not None:
            told = f"Die Einstellung ist entfernt, aber die Umgebungsvariable {model_server.VARIABLE} nennt noch {still.place}."
        return _print(args, _data(still), told)
    if args.name:
        _set(args, settings)
    elif server_words.settings_given(args):
        raise UsageError("Bitte die Adresse des Servers dazu angeben, zum Beispiel http://ki.rathaus.local:8000/v1.")
    server = model_server.of(settings.data_folder)
    if server is None:
        if args.pruefen:
            raise UsageError("Es ist kein Server eingestellt, der zu prüfen wäre.")
        return _print(args, _data(None), "Kein Server ist eingestellt; es schreibt das Modell dieses Rechners.")
    lines, data = _shown(server), _data(server)
    if args.name:
        lines.append(_LATER)
    if args.pruefen:
        found, more = _tried(settings, server)
        data, lines = {**data, "check": found}, [*lines, *more]
    return _print(args, data, "\n".join(lines))


def _set(args: argparse.Namespace, settings: Settings) -> None:
    server = model_server.made(
        args.name,
        args.server_model or "",
        key_file=args.schluessel_datei,
        allowed=args.erlauben,
        fallback=args.rueckfall or "keiner",
        at_once=args.zugleich if args.zugleich is not None else model_server.AT_ONCE,
        patience_s=args.frist if args.frist is not None else model_server.PATIENCE_S,
        public_only=args.nur_oeffentlich,
    )
    if server.allowed and not server.is_allowed:
        raise UsageError(f"Mit --erlauben lässt sich nur der Rechner der Adresse selbst erlauben: {server.host}.")
    server.key()
    try:
        numbers = own_network.look_up(server.host, server.port)
    except OSError:
        numbers = []  # it may be away now; it is judged again at each connection
    own_network.judged(server, numbers)
    model_server.store(settings.data_folder, server)


def _data(server: Server | None) -> dict[str, Any]:
    if server is None:
        return {"server": None}
    return {
        "server": {
            "address": server.address,
            "model": server.model,
            "key": bool(server.key_file) or model_server.has_key_variable(),
            "key_file": str(server.key_file) if server.key_file else None,
            "allowed": list(server.allowed),
            "fallback": server.fallback,
            "at_once": server.at_once,
            "patience_s": server.patience_s,
            "public_only": server.public_only,
            "encrypted": server.encrypted,
        }
    }


def _shown(server: Server) -> list[str]:
    key = (
        f"in {server.key_file}"
        if server.key_file
        else f"in {KEY_VARIABLE}"
        if model_server.has_key_variable()
        else "keiner"
    )
    fallback = (
        "das Modell dieses Rechners"
        if server.fallback == "lokal"
        else "nichts; der Auftrag endet dann mit einem Hinweis und lässt sich wiederholen"
    )
    return [
        f"Das Sprachmodell „{server.model}“ läuft auf dem Server {phrases_server.target(server)}.",
        phrases_server.leaves(server),
        f"Adresse: {server.address}. Schlüssel: {key}. Zugleich: {server.at_once}. Frist: {server.patience_s:g} s.",
        f"Wenn er nicht antwortet: {fallback}.",
    ]


def _tried(settings: Settings, server: Server) -> tuple[dict[str, Any], list[str]]:
    """Ask the server what it can, and for a sentence."""
    model = language_models.remote_of(settings, server)
    try:
        able = model.able(anew=True)
        began = time.monotonic()
        reply = model.write([Message("user", "Sage in einem kurzen Satz guten Morgen.")], max_tokens=30)
        seconds = time.monotonic() - began
    finally:
        model.close()
    found = {**asdict(able), "seconds": round(seconds, 2), "tokens_written": reply.tokens_written}
    record = language_models.server_record(settings, server)
    lines = [
        f"Der Server antwortet ({seconds:.1f} s für {reply.tokens_written} Wortstücke) und nennt das Modell „{able.model}“.".replace(".", ",", 1),
        f"Hersteller: {phrases_server.publisher(record)}. Lizenz: {phrases_server.licence(record)}.",
        f"Gibt vor, wie eine Antwort beginnt: {_FORMS[able.form]}.",
        f"Nennt Wahrscheinlichkeiten: {'ja' if able.odds else 'nein: die Prüfung, ob das Modell unsicher war, entfällt'}.",
    ]  # fmt: skip
    if reply.text.startswith("<think"):
        lines.append(
            "Achtung: Das Modell denkt erst laut nach, bevor es antwortet; dafür ist das Programm nicht gemacht."
        )
    return found, lines


def _print(args: argparse.Namespace, data: dict[str, Any], text: str) -> int:
    print(json.dumps(data, ensure_ascii=False, indent=1) if args.json else text)
    return 0
