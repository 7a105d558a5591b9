"""`ratsassistent abrufen`: opt into a council's OParl server or a watched folder, fetch now, see what came, opt out.

What enters: the command's words. What leaves: German lines or one JSON object on standard output.
What it does not know: how anything is fetched (`fetching`, loaded when it is needed).
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ratsassistent.errors import InputError, UsageError
from ratsassistent.settings import Settings

if TYPE_CHECKING:
    from ratsassistent.fetching.folder import Looked
    from ratsassistent.fetching.opted import Opted, Source
    from ratsassistent.fetching.progress import Report
    from ratsassistent.workspace import Progress, Workspace

Watch = Callable[[], "Progress"]


def register(command: Callable[..., argparse.ArgumentParser], watch: Watch) -> None:
    """Add the command.

    :param command: makes a command of a name, a German line, and what runs it.
    """
    sub = command(
        "abrufen",
        "holt Unterlagen vom OParl-Server der Kommune oder aus einem beobachteten Ordner (nur wenn eingerichtet)",
        lambda args, given: run(args, given, watch),
    )
    sub.add_argument(
        "what",
        metavar="einrichten|ordner",
        nargs="?",
        choices=["einrichten", "ordner"],
        help="einrichten ADRESSE: einen OParl-Server; ordner PFAD: einen Ordner beobachten; ohne: jetzt abrufen",
    )
    sub.add_argument(
        "target", metavar="ADRESSE|PFAD", nargs="?", help="des Servers (System oder Körperschaft), oder der Ordner"
    )
    sub.add_argument(
        "--dateien-von",
        metavar="RECHNER",
        action="append",
        default=[],
        help="Dateien dürfen auch auf diesem Rechner liegen",
    )
    sub.add_argument(
        "--nachts",
        action="store_true",
        help="solange das Programm läuft, jede Nacht abrufen, und neue kommende Sitzungen nachts zusammenfassen",
    )
    sub.add_argument("--ja", action="store_true", help="mit einrichten: nicht nachfragen")
    sub.add_argument("--einmal", action="store_true", help="nur in die beobachteten Ordner sehen, ohne das Netz")
    sub.add_argument("--liste", action="store_true", help="zeigt, was eingerichtet ist und was zuletzt kam")
    sub.add_argument(
        "--aus", metavar="ADRESSE|PFAD", nargs="?", const="", help="nicht mehr abrufen; ohne Angabe: gar nichts mehr"
    )


def run(args: argparse.Namespace, settings: Settings, watch: Watch) -> int:
    """Do what was asked for; returns the exit status.

    :raises UsageError: the words do not go together. :raises InputError: an address or folder cannot be used.
    """
    if args.aus is not None:
        return _off(args, settings)
    if args.liste:
        return _list(args, settings)
    if args.what is not None:
        if not args.target:
            raise UsageError("Bitte angeben, was: abrufen einrichten ADRESSE, oder abrufen ordner PFAD.")
        return _set_up(args, settings) if args.what == "einrichten" else _watch_folder(args, settings)
    return _now(args, settings, watch)


def contacted(source: Source) -> str:
    """What is asked when a source is set up, in plain words."""
    hosts = ", ".join(source.hosts)
    when = (
        "Gefragt wird mit „abrufen“ und, solange das Programm läuft, einmal jede Nacht."
        if source.nightly
        else "Gefragt wird nur, wenn jemand „abrufen“ eingibt."
    )
    return (
        f"Abgerufen wird von: {hosts} (Adresse: {source.address}). {when} Der Server erfährt die Adresse dieses Rechners, dass es "
        "Ratsassistent ist, und was abgerufen wird. Fragen, Anmerkungen und eingelesene Unterlagen erfährt er nicht."
    )


def _set_up(args: argparse.Namespace, settings: Settings) -> int:
    from ratsassistent.fetching import opted

    wanted = opted.source(args.target, file_hosts=args.dateien_von, nightly=args.nachts)
    print(contacted(wanted), file=sys.stderr if args.json else sys.stdout)
    if not args.ja:
        if not sys.stdin.isatty():
            raise UsageError("Wenn das so sein soll, bitte mit --ja bestätigen.")
        if input("Einrichten? (ja/nein) ").strip().casefold() not in {"ja", "j"}:
            print("Es wurde nichts eingerichtet.")
            return 1
    made = opted.add_source(settings, args.target, file_hosts=args.dateien_von, nightly=args.nachts)
    if args.json:
        print(json.dumps(_source(made, None), ensure_ascii=False, indent=1))
    else:
        print("Eingerichtet. Jetzt abrufen: ratsassistent abrufen. Wieder ausschalten: ratsassistent abrufen --aus")
    return 0


def _watch_folder(args: argparse.Namespace, settings: Settings) -> int:
    from ratsassistent.fetching import opted

    made = opted.add_folder(settings, Path(args.target), nightly=args.nachts)
    if args.json:
        print(json.dumps({"folder": str(made.path), "nightly": made.nightly}, ensure_ascii=False, indent=1))
    else:
        print(f"Beobachtet wird {made.path}: PDF- und ZIP-Dateien darin werden einmal eingelesen, solange das Programm läuft. Die Dateien "
              "bleiben, wie sie sind.")  # fmt: skip
    return 0


def _off(args: argparse.Namespace, settings: Settings) -> int:
    from ratsassistent.fetching import opted, progress

    before = opted.read(settings)
    gone = opted.remove(settings, args.aus or None)
    keys = {**{one.address: one.key for one in before.sources}, **{str(one.path): one.key for one in before.folders}}
    for name in gone:
        progress.forget(settings, keys[name])
    if args.json:
        print(json.dumps({"removed": gone}, ensure_ascii=False, indent=1))
    else:
        kept = "Was schon eingelesen ist, bleibt."
        print(f"Nicht mehr abgerufen: {', '.join(gone)}. {kept}" if gone else "Es war nichts eingerichtet.")
    return 0


def _list(args: argparse.Namespace, settings: Settings) -> int:
    from ratsassistent.fetching import folder, opted, progress

    found = opted.read(settings)
    if args.json:
        print(json.dumps(_told(settings, found), ensure_ascii=False, indent=1))
        return 0
    for source in found.sources:
        print(contacted(source))
        last = progress.last(settings, source)
        print(f"  {sentence(last)}" if last else "  Noch nie abgerufen.")
        for text in (last.notes[1:] if last.unfinished else last.notes) if last else ():
            print(f"  - {text}")
    for one in found.folders:
        print(
            f"Beobachteter Ordner: {one.path}. {_counted(folder.state_of(settings, one).files, 'Datei', 'Dateien')} eingelesen."
        )
    if not found.sources and not found.folders:
        print("Es ist nichts eingerichtet; dieses Programm ruft nichts ab.")
    return 0


def _now(args: argparse.Namespace, settings: Settings, watch: Watch) -> int:
    from ratsassistent.fetching import folder, opted
    from ratsassistent.workspace import workspace

    found = opted.read(settings)
    if not found.sources and not found.folders:
        raise UsageError(
            "Es ist nichts eingerichtet. Zum Einrichten: ratsassistent abrufen einrichten ADRESSE, oder: abrufen ordner PFAD"
        )
    reports: list[Report] = []
    looked: list[tuple[str, Looked]] = []
    with workspace(settings) as ws:
        for one in found.folders:
            looked.append((str(one.path), folder.look(ws, one, tell=watch())))
        for source in () if args.einmal else found.sources:
            reports.append(_fetched(ws, source, watch))
    if sys.stderr.isatty():
        sys.stderr.write("\r\033[K")
    if args.json:
        folders = [{"folder": name, **one.model_dump(mode="json")} for name, one in looked]
        print(
            json.dumps(
                {"sources": [one.model_dump(mode="json") for one in reports], "folders": folders},
                ensure_ascii=False,
                indent=1,
            )
        )
    else:
        _say(reports, looked)
    return 1 if any(one.failed for one in reports) else 0


def _fetched(ws: Workspace, source: Source, watch: Watch) -> Report:
    """One server; that another program is at it, or that it wants a pause, does not keep the others from their turn."""
    from ratsassistent.fetching import progress
    from ratsassistent.fetching import run as running

    try:
        return running.fetch(ws, source, progress=watch())
    except InputError as error:
        return progress.Report(
            address=source.address, began=dt.datetime.now(dt.UTC), unfinished=True, notes=(str(error),)
        )


def _say(reports: list[Report], looked: list[tuple[str, Looked]]) -> None:
    for report in reports:
        print(f"{report.address}: {sentence(report)}")
        for text in report.notes[1:] if report.unfinished else report.notes:  # the first one is in the sentence
            print(f"  - {text}")
    for name, one in looked:
        waits = f"; {_counted(one.waiting, 'Datei ändert', 'Dateien ändern')} sich noch" if one.waiting else ""
        print(f"{name}: {_counted(one.files, 'neue Datei', 'neue Dateien')} eingelesen{waits}.")
        for text in (*one.notes, *(f"{skipped.path}: {skipped.reason}" for skipped in one.skipped)):
            print(f"  - {text}")


def sentence(report: Report) -> str:
    """What a run did, in one or two sentences; what failed, with the reason."""
    if report.failed:
        why = report.notes[0] if report.notes else "Der Grund ist nicht bekannt."
        then = (
            f" Er hat um eine Pause bis {report.not_before.astimezone():%d.%m.%Y, %H:%M} Uhr gebeten."
            if report.not_before
            else ""
        )
        return f"Der Abruf am {report.began.astimezone():%d.%m.%Y, %H:%M} Uhr ist nicht gelungen. {why}{then}"
    when = f"{(report.ended or report.began).astimezone():%d.%m.%Y, %H:%M} Uhr"
    came = [_counted(report.meetings, "Sitzung", "Sitzungen"), _counted(report.papers, "Vorlage", "Vorlagen")]
    nothing = not (report.meetings or report.papers)
    out = f"Zuletzt abgerufen am {when}: " + (
        "nichts Neues." if nothing else f"neu oder geändert {' und '.join(came)}."
    )
    went = [_counted(report.deleted_meetings, "Sitzung", "Sitzungen")] if report.deleted_meetings else []
    went += [_counted(report.deleted_papers, "Vorlage", "Vorlagen")] if report.deleted_papers else []
    if went:
        out += f" Gelöscht, weil der Server gelöscht hat: {' und '.join(went)}."
    if report.deleted_remarks:
        out += f" Mit gelöscht: {_counted(report.deleted_remarks, 'Anmerkung oder Notiz', 'Anmerkungen und Notizen')} dazu."
    if report.ordered:
        out += f" Für die Nacht vorgemerkt: {_counted(report.ordered, 'Sitzung', 'Sitzungen')}."
    if not report.unfinished:
        return out
    why = f" ({report.notes[0].rstrip('.')})" if report.notes else ""
    return f"{out} Es fehlt noch etwas{why}; beim nächsten Mal geht es dort weiter."


def _told(settings: Settings, found: Opted) -> dict[str, Any]:
    from ratsassistent.fetching import folder, progress

    return {
        "sources": [_source(source, progress.last(settings, source)) for source in found.sources],
        "folders": [
            {"folder": str(one.path), "nightly": one.nightly, "files": folder.state_of(settings, one).files}
            for one in found.folders
        ],
    }


def _source(source: Source, last: Report | None) -> dict[str, Any]:
    return {
        "address": source.address,
        "hosts": list(source.hosts),
        "nightly": source.nightly,
        "since": source.since.isoformat(),
        "last": last.model_dump(mode="json") if last else None,
    }


def _counted(count: int, one: str, many: str) -> str:
    return f"1 {one}" if count == 1 else f"{count} {many}"
