"""`ratsassistent sichern` and `wiederherstellen`: make a backup, list and delete backups, put one back, rescue what can be read.

What enters: the command's words; a passphrase from the terminal, the environment or standard input, never from the
command line, which other programs can see. What leaves: text or one JSON object on standard output.
What it does not know: how a backup is made or read (`backup`, loaded when it is needed).
"""

from __future__ import annotations

import argparse
import datetime as dt
import getpass
import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from ratsassistent import __version__, event_log
from ratsassistent.errors import InputError, UsageError
from ratsassistent.settings import Settings

PASSPHRASE = "RATSASSISTENT_KENNWORT"  # noqa: S105 - the name of a variable
KEEP_DAYS = 90

Watch = Callable[[], Callable[[str, float | None], None]]


def register(command: Callable[..., argparse.ArgumentParser], watch: Watch) -> None:
    """Add the two commands.

    :param command: makes a command of a name, a German line, and what runs it.
    """
    add(
        command(
            "sichern", "macht eine verschlüsselte Sicherung von allem", lambda args, given: make(args, given, watch)
        ),
        command("wiederherstellen", "spielt eine Sicherung zurück", lambda args, given: restore(args, given, watch)),
    )


def add(make: argparse.ArgumentParser, restore: argparse.ArgumentParser) -> None:
    """Give the two commands their arguments."""
    make.add_argument("-o", "--ausgabe", metavar="DATEI", type=Path, help="Datei oder Ordner; sonst in den Datenordner")
    make.add_argument("--ohne-kennwort", action="store_true", help="nicht verschlüsseln")
    make.add_argument(
        "--aufbewahren", metavar="TAGE", type=_days, default=KEEP_DAYS, help=f"so lange (sonst {KEEP_DAYS} Tage)"
    )
    make.add_argument("--liste", action="store_true", help="zeigen, welche Sicherungen es gibt")
    make.add_argument(
        "--vergessen",
        metavar="DATEI",
        nargs="*",
        help="diese Sicherungen löschen; ohne Angabe: die noch Gelöschtes enthalten",
    )
    make.add_argument("--ja", action="store_true", help="nicht nachfragen")
    restore.add_argument("file", metavar="DATEI", nargs="?", type=Path)
    restore.add_argument("--retten", action="store_true", help="aus beschädigten Daten retten, was noch lesbar ist")
    restore.add_argument("--ja", action="store_true", help="nicht nachfragen")


def make(args: argparse.Namespace, settings: Settings, watch: Watch) -> int:
    """Make a backup, or list or delete them; returns the exit status."""
    if args.liste:
        return _list(args, settings)
    if args.vergessen is not None:
        return _forget(args, settings)
    from ratsassistent import workflow
    from ratsassistent.backup import known, making

    passphrase = None if args.ohne_kennwort else _new_passphrase()
    making.check_passphrase(passphrase)
    with workflow.workspace(settings) as ws:
        with event_log.timed("backup") as told:
            made = making.make(ws, passphrase, args.ausgabe, days=args.aufbewahren, progress=watch())
            told["bytes"] = made.size
        _clear_line()
        old = making.expired(ws)
    if old:
        _say("Abgelaufen, wird gelöscht: " + ", ".join(one.path.name for one in old))
        known.remove(settings, old)
    if args.json:
        _print({**_shape(made), "deleted": [one.file for one in old]})
        return 0
    print(f"Sicherung geschrieben und geprüft: {made.file}")
    print(f"{_count(len(made.meetings))}, {_size(made.size)}, aufbewahrt bis {_day(made.expires)}.")
    if made.encrypted:
        print("Ohne das Kennwort lässt sie sich nicht öffnen; bitte gut aufheben, getrennt von der Sicherung.")
    else:
        print("Sie ist NICHT verschlüsselt: Wer die Datei hat, kann alles lesen, auch Nichtöffentliches.")
    if made.path.is_relative_to(settings.data_folder):
        print("Sie liegt auf demselben Datenträger wie die Daten; bitte auch eine anderswo aufheben (-o DATEI).")
    return 0


def restore(args: argparse.Namespace, settings: Settings, watch: Watch) -> int:
    """Put a backup back, or rescue; returns the exit status."""
    if args.retten == (args.file is not None):
        raise UsageError("Bitte entweder die Datei einer Sicherung angeben oder --retten.")
    if args.retten:
        return _rescue(args, settings, watch)
    from ratsassistent.backup import container, restoring
    from ratsassistent.output import seal_command

    head = container.read_head(args.file)
    if restoring.holds_anything(settings):
        made = head.created.astimezone().strftime("%d.%m.%Y, %H:%M Uhr")
        _ask(
            args,
            f"Alles in {settings.data_folder} wird durch den Stand vom {made} ersetzt. Was jetzt da ist, wird vorher gesichert.",
        )
    passphrase = _passphrase("Kennwort der Sicherung: ") if head.encrypted else None
    done = restoring.restore(settings, args.file, passphrase, unlock=seal_command.ask_former, progress=watch())
    _clear_line()
    if args.json:
        _print({
            "created": done.created.isoformat(), "meetings": done.meetings, "deleted_again": len(done.deleted_again), "closed_again": done.closed_again,
            "former": done.former.file if done.former else None, "damaged": done.damaged,
        })  # fmt: skip
        return 0
    print(
        f"Wiederhergestellt: der Stand vom {done.created.astimezone().strftime('%d.%m.%Y, %H:%M Uhr')} ({_count(done.meetings)})."
    )
    if done.deleted_again:
        print(f"Nach der Sicherung gelöscht und darum wieder entfernt: {len(done.deleted_again)}.")
    if done.closed_again:
        print(f"Nach der Sicherung für nichtöffentlich erklärt und darum wieder nichtöffentlich: {done.closed_again}.")
    if done.former:
        print(f"Was vorher da war: {done.former.file}" + ("" if not done.former.encrypted else " (dasselbe Kennwort)"))
    if done.damaged:
        print(f"Was nicht zu lesen war, liegt noch in {done.damaged}; das nächste Löschen einer Sitzung entfernt es.")
    return 0


def told_of_backups(settings: Settings, ids: Sequence[str]) -> str:
    """What a person who deleted these is to know of backups that still hold them; "" where none does."""
    from ratsassistent.backup import known

    return known.after_deletion(settings, ids)


def _list(args: argparse.Namespace, settings: Settings) -> int:
    from ratsassistent import deletions
    from ratsassistent.backup import known

    found = known.backups(settings)
    hold = {one.id for one in known.hold_deleted(settings, deletions.read(settings.data_folder))}
    if args.json:
        _print(
            {"backups": [{**_shape(one), "reachable": one.is_there, "holds_deleted": one.id in hold} for one in found]}
        )
        return 0
    for one in found:
        print(f"{_day(one.created)}  {_age(one.created)}  {one.file}")
        said = [_count(len(one.meetings)), _size(one.size), f"bis {_day(one.expires)}"]
        said.append("verschlüsselt" if one.encrypted else "NICHT verschlüsselt")
        said += [] if one.is_there else ["nicht erreichbar"]
        said += ["enthält noch Gelöschtes"] if one.id in hold else []
        print(f"            {', '.join(said)}")
    if not found:
        _say("Es gibt noch keine Sicherung. Eine machen: ratsassistent sichern")
    return 0


def _forget(args: argparse.Namespace, settings: Settings) -> int:
    from ratsassistent import deletions
    from ratsassistent.backup import known

    found = known.backups(settings)
    if args.vergessen:
        wanted = {str(Path(name).absolute()) for name in args.vergessen} | set(args.vergessen)
        chosen = [one for one in found if one.file in wanted or one.path.name in wanted or one.id in wanted]
        if not chosen:
            raise InputError(
                f"Eine Sicherung „{args.vergessen[0]}“ ist nicht bekannt; die Liste zeigt „sichern --liste“."
            )
    else:
        chosen = known.hold_deleted(settings, deletions.read(settings.data_folder))
    if not chosen:
        _say("Keine Sicherung enthält noch Gelöschtes.")
    else:
        left = [one for one in found if one not in chosen and one.is_there]
        warning = "" if left else " Danach gibt es keine Sicherung mehr; bitte gleich eine neue machen."
        _ask(args, f"{len(chosen)} Sicherung{'en' if len(chosen) > 1 else ''} werden gelöscht.{warning}")
    kept = known.remove(settings, chosen)
    gone = [one for one in chosen if one not in kept]
    if args.json:
        _print({"deleted": [one.file for one in gone], "unreachable": [one.file for one in kept]})
    else:
        for one in gone:
            print(f"Gelöscht: {one.file}")
    for one in kept:
        _say(f"Nicht erreichbar, bitte selbst löschen: {one.file}")
    return 1 if kept and not gone else 0


def _rescue(args: argparse.Namespace, settings: Settings, watch: Watch) -> int:
    from ratsassistent.backup import rescuing

    _ask(args, f"Die beschädigten Daten in {settings.data_folder} werden beiseitegelegt und neu aufgebaut.")
    done = rescuing.rescue(settings, progress=watch())
    _clear_line()
    if args.json:
        _print(done.model_dump(mode="json"))
        return 0
    print(
        f"Gerettet: {_count(done.meetings)}, {done.rows} Einträge. Aus den PDF-Dateien neu gelesen: {done.read_again}."
    )
    if done.lost:
        print(
            f"Nicht zu retten waren mindestens {done.lost} Einträge, zum Beispiel Anmerkungen oder Zusammenfassungen."
        )
    if done.damaged:
        print(f"Die beschädigten Daten liegen noch in {done.damaged}; das nächste Löschen einer Sitzung entfernt sie.")
    return 0


def _shape(one: Any) -> dict[str, Any]:
    return {
        "id": one.id, "file": one.file, "created": one.created.isoformat(), "expires": one.expires.isoformat(),
        "bytes": one.size, "encrypted": one.encrypted, "meetings": len(one.meetings), "program": __version__,
    }  # fmt: skip


def _new_passphrase() -> str:
    given = os.environ.get(PASSPHRASE)
    if given or not sys.stdin.isatty():
        return given or _passphrase("")
    first = _passphrase("Kennwort für diese Sicherung (mindestens 10 Zeichen): ")
    if _passphrase("Noch einmal dasselbe Kennwort: ") != first:
        raise InputError("Die beiden Kennwörter sind nicht gleich; es wurde nichts gesichert.")
    return first


def _passphrase(prompt: str) -> str:
    """From the environment, the terminal, or the first line of standard input."""
    given = os.environ.get(PASSPHRASE)
    if not given:
        given = getpass.getpass(prompt) if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")
    if not given:
        raise UsageError(
            f"Es fehlt ein Kennwort: auf der Standardeingabe, in {PASSPHRASE}, oder mit --ohne-kennwort unverschlüsselt sichern."
        )
    return given


def _ask(args: argparse.Namespace, text: str) -> None:
    if args.ja:
        return
    if not sys.stdin.isatty():
        raise UsageError(f"{text} Wenn das so sein soll, bitte --ja angeben.")
    _say(text)
    if input("Fortfahren? (ja/nein) ").strip().casefold() not in {"ja", "j"}:
        raise InputError("Es wurde nichts geändert.")


def _days(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 36500:
        raise argparse.ArgumentTypeError(f"„{text}“ ist keine Anzahl von Tagen")
    return int(text)


def _day(time: dt.datetime) -> str:
    return str(time.astimezone().strftime("%d.%m.%Y"))


def _age(time: dt.datetime) -> str:
    days = (dt.datetime.now(dt.UTC).astimezone().date() - time.astimezone().date()).days
    return "heute" if days <= 0 else "gestern" if days == 1 else f"vor {days} Tagen"


def _count(meetings: int) -> str:
    return "1 Sitzung" if meetings == 1 else f"{meetings} Sitzungen"


def _size(size: int) -> str:
    return f"{size / 1e6:.1f} MB".replace(".", ",")


def _clear_line() -> None:
    if sys.stderr.isatty():
        sys.stderr.write("\r\033[K")


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _print(data: Any) -> None:
    print(json.dumps(data, ensure_ascii=False, indent=1))
