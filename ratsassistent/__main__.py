"""The commands: parse, call `workflow`, print.

What enters: the command line. What leaves: text on standard output (with ``--json`` exactly one JSON object; with
``--stapel`` one a line), messages on standard error, an exit status: 0 done, 1 nothing of it could be done, 2 usage.
What it does not know: how anything is done.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import io
import json
import logging
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

from ratsassistent import __version__, event_log, telemetry
from ratsassistent.errors import Ambiguous, InputError, Interrupted, RatsassistentError, UsageError
from ratsassistent.output import archive_command, seal_command
from ratsassistent.settings import Settings, read_settings

# argparse says what is wrong in English; these are all the words it has for what can go wrong here
_USAGE = {
    "argument ": "",
    "invalid choice:": "nicht bekannt ist",
    "(choose from": "(möglich sind",
    "the following arguments are required:": "es fehlt",
    "unrecognized arguments:": "nicht bekannt ist",
    "expected one argument": "hier fehlt eine Angabe",
    "invalid int value:": "keine ganze Zahl ist",
    "invalid float value:": "keine Zahl ist",
    "ambiguous option:": "nicht eindeutig ist",
    "could match": "gemeint sein kann",
    "one of the arguments": "es fehlt eine der Angaben",
    " is required": "",
    "not allowed with": "geht nicht zusammen mit",
}


class _GermanParser(argparse.ArgumentParser):
    """argparse with German headings; usage errors stay exit status 2."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(add_help=False, **kwargs)
        self.add_argument("-h", "--help", "--hilfe", action="help", help="diese Hilfe zeigen")
        self._positionals.title = "Angaben"
        self._optionals.title = "Optionen"

    def format_help(self) -> str:
        return super().format_help().replace("usage:", "Aufruf:", 1)

    def error(self, message: str) -> NoReturn:
        for english, german in _USAGE.items():
            message = message.replace(english, german)
        sys.stderr.write(f"Der Befehl ist so nicht verständlich: {message}\nHilfe: {self.prog} --hilfe\n")
        raise SystemExit(2)


def _day(text: str) -> str:
    """A day as ISO date, from 2026-12-31 or 31.12.2026."""
    for form in ("%Y-%m-%d", "%d.%m.%Y"):
        with contextlib.suppress(ValueError):
            return dt.datetime.strptime(text.strip(), form).date().isoformat()
    raise argparse.ArgumentTypeError(f"„{text}“ ist kein Datum wie 31.12.2026")


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"„{text}“ ist keine Anzahl")
    return int(text)


def _parser() -> argparse.ArgumentParser:
    parser = _GermanParser(
        prog="ratsassistent", description="Liest Sitzungsunterlagen auf diesem Rechner, ohne Internet."
    )
    parser.add_argument("--datenordner", metavar="ORDNER", help="Ordner für alle Daten (sonst der des Benutzers)")
    parser.add_argument("--modell", metavar="NAME", help="Sprachmodell aus dem Katalog")
    parser.add_argument("--version", action="version", version=f"ratsassistent {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="BEFEHL", parser_class=_GermanParser)

    def command(name: str, text: str, run: Callable[..., int], **kwargs: Any) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=text, description=text, **kwargs)
        sub.add_argument("--json", action="store_true", help="ein JSON-Objekt ausgeben")
        sub.set_defaults(run=run)
        return sub

    _serve_options(command("starten", "öffnet die Oberfläche im Browser", _serve))
    _access_options(
        command("zugang", "sagt, wer sich anmelden darf, wenn die Oberfläche für andere offen ist", _access)
    )

    take = command("einlesen", "liest PDF-Dateien, Ordner, ZIP-Dateien oder OParl-Daten ein", _take_in)
    take.add_argument("paths", metavar="PFAD", nargs="*", type=Path)
    take.add_argument("--beispiel", action="store_true", help="die mitgelieferten Beispielunterlagen einlesen")
    take.add_argument("--oeffentlich", action="store_true", help="einzelne Vorlagen ohne Tagesordnung sind öffentlich")

    command("sitzungen", "zeigt die eingelesenen Sitzungen", _meetings)

    _briefing_options(command("briefing", "wertet eine Sitzung oder eine Vorlage aus", _brief))
    ask = command("frage", "beantwortet eine Frage aus den Unterlagen", _ask)
    ask.add_argument("question", metavar="FRAGE", nargs="?")
    ask.add_argument("--top", metavar="NUMMER|ID", help="nur dieser Punkt der Sitzung")
    ask.add_argument("--ohne-modell", action="store_true", help="nur Zitate, ohne Sprachmodell")
    find = command("suche", "sucht in allen Unterlagen", _find)
    find.add_argument("query", metavar="WÖRTER", nargs="?")
    find.add_argument("--von", metavar="DATUM", type=_day)
    find.add_argument("--bis", metavar="DATUM", type=_day)
    find.add_argument("--gremium", metavar="NAME")
    find.add_argument("--art", metavar="ART")
    find.add_argument("--oeffentlichkeit", choices=["alle", "oeffentlich", "nichtoeffentlich"], default="alle")
    find.add_argument("--anzahl", metavar="N", type=_count, default=10)
    for sub in (ask, find):
        sub.add_argument("--sitzung", metavar="SITZUNG")
        sub.add_argument("--stapel", metavar="DATEI", type=Path, help="viele auf einmal, eine JSON-Zeile je Eintrag")

    _register_options(
        command("beschluesse", "zeigt das Register der Beschlüsse", _register("listed")),
        command("beschlusskontrolle", "zeigt, welche Beschlüsse noch offen sind", _register("control")),
        command("beschluss", "trägt Stand, Frist und Amt zu einem Beschluss ein, oder zeigt ihn", _register("one")),
    )

    release = command("freigeben", "erklärt eine einzelne Vorlage für öffentlich", _release)
    release.add_argument("paper", metavar="VORLAGE")
    _keeping(command)

    _correction_options(
        command("korrigieren", "sagt, wohin eine Vorlage gehört und was öffentlich ist", _correction("change")),
        command("korrekturen", "zeigt, was von Hand geändert wurde, oder nimmt etwas zurück", _correction("told")),
    )
    _remark_options(
        command("anmerken", "bestätigt, berichtigt oder entfernt eine Aussage, oder schreibt eine Notiz", _remark),
        command("anmerkungen", "zeigt Berichtigungen und Notizen, oder nimmt eine zurück", _remarks),
    )

    _model_options(command)

    command("glossar", "erklärt einen Begriff aus der Ratsarbeit, oder nennt alle", _glossary).add_argument(
        "word", metavar="WORT", nargs="*"
    )
    _data_sheet_options(command("datenblatt", "schreibt das Datenblatt zum Datenschutz und Entwürfe dazu", _data_sheet))

    _jobs_options(
        command("auftraege", "zeigt lange Arbeiten: was wartet, läuft, fertig ist; hält an, zieht vor", _jobs)
    )
    worker = command("arbeiten", "erledigt die Aufträge (startet die Oberfläche selbst)", _work)
    worker.add_argument(
        "--ende-nach", metavar="SEKUNDEN", type=float, default=120.0, help="Ende, wenn so lange nichts kam"
    )
    _portable_options(
        command("tragbar", "macht einen tragbaren Ordner für einen USB-Stick, oder prüft einen", _portable)
    )
    _selftest_options(
        command("selbsttest", "zeigt, dass nichts diesen Rechner verlässt, und schreibt ein Blatt dazu", _selftest)
    )
    return parser


def _briefing_options(brief: argparse.ArgumentParser) -> None:
    brief.add_argument("meeting", metavar="SITZUNG", nargs="?", help="Kennung, oder Wörter aus Name und Datum")
    brief.add_argument("--papier", metavar="NUMMER", help="nur diese Vorlage")
    brief.add_argument("--stufe", choices=["auszug", "voll"], default="auszug", help="voll: mit Sprachmodell")
    brief.add_argument("--einfach", action="store_true", help="auch in einfacher Sprache (mit Sprachmodell)")
    brief.add_argument(
        "--gruendlich", action="store_true", help="mit Stufe voll: länger versuchen, es dauert mehr Zeit"
    )
    brief.add_argument("--top", metavar="NUMMER|KENNUNG", help="nur dieser Tagesordnungspunkt")
    brief.add_argument("--nur-oeffentlich", action="store_true", help="nur der öffentliche Teil, zum Weitergeben")
    brief.add_argument("--format", choices=["md", "docx", "pdf", "json"], help="sonst nach der Endung der Datei")
    brief.add_argument("-o", "--ausgabe", metavar="DATEI", type=Path, help="dorthin schreiben statt auf den Bildschirm")


def _remark_options(say: argparse.ArgumentParser, told: argparse.ArgumentParser) -> None:
    for sub in (say, told):
        sub.add_argument("meeting", metavar="SITZUNG", nargs="?", help="Kennung, oder Wörter aus Name und Datum")
        sub.add_argument("--papier", metavar="NUMMER", help="eine Vorlage statt einer Sitzung")
    say.add_argument("--top", metavar="NUMMER|KENNUNG", help="der Tagesordnungspunkt")
    say.add_argument("--aussage", metavar="KENNUNG", help="die Aussage („id“ in „briefing --json“)")
    what = say.add_mutually_exclusive_group(required=True)
    what.add_argument("--bestaetigen", action="store_true", help="die Aussage stimmt mit ihrer Seite überein")
    what.add_argument("--berichtigen", metavar="TEXT", help="so soll die Aussage heißen")
    what.add_argument("--entfernen", action="store_true", help="die Aussage nicht mehr zeigen")
    what.add_argument("--notiz", metavar="TEXT", help="etwas zur Aussage oder zum Tagesordnungspunkt schreiben")
    told.add_argument("--zuruecknehmen", metavar="KENNUNG", help="diese Anmerkung löschen")


def main(arguments: list[str] | None = None) -> int:
    """Run one command.

    :returns: the exit status.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8")  # Windows consoles default to a code page
    # pypdf reports every oddity of a PDF; what matters comes to us as exceptions and empty pages
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    telemetry.off()
    given = sys.argv[1:] if arguments is None else arguments
    args = _parser().parse_args(given)
    if args.command is None:
        args = _parser().parse_args([*given, "starten"])
    try:
        event_log.begin(args.command)  # only where the environment says so
        settings = read_settings(args.datenordner, args.modell)
        seal_command.open_for(args.command, settings)
        return int(args.run(args, settings))
    except Ambiguous as error:
        _say(f"{error} Bitte eine Kennung angeben:\n" + "\n".join(error.choices))
    except UsageError as error:
        _say(str(error))
        return 2
    except RatsassistentError as error:
        _say(str(error))
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the reader went away: nothing more to say
    except KeyboardInterrupt:
        _say("\nAbgebrochen. Was fertig war, ist gespeichert.")
    return 1


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _print(data: Any) -> None:
    print(json.dumps(data, ensure_ascii=False, indent=1))


def _progress() -> Callable[[str, float | None], None]:
    """A progress bar on a terminal; nothing where standard error is a file."""
    if not sys.stderr.isatty():
        return lambda message, done: None

    def show(message: str, done: float | None) -> None:
        part = f"{done:4.0%} " if done is not None else ""
        sys.stderr.write(f"\r\033[K{part}{message[:90]}")
        sys.stderr.flush()

    return show


def _serve_options(start: argparse.ArgumentParser) -> None:
    from ratsassistent.output import serve_command

    serve_command.add(start)


def _serve(args: argparse.Namespace, settings: Settings) -> int:
    from ratsassistent.output import serve_command

    return serve_command.run(args, settings)


def _access_options(sub: argparse.ArgumentParser) -> None:
    from ratsassistent.output import access_command

    access_command.add(sub)


def _access(args: argparse.Namespace, settings: Settings) -> int:
    from ratsassistent.output import access_command

    return access_command.run(args, settings)


def _take_in(args: argparse.Namespace, settings: Settings) -> int:
    from ratsassistent import workflow
    from ratsassistent.output import contract, phrases

    paths = list(args.paths)
    if args.beispiel:
        from ratsassistent.demo import demo_pack

        paths.append(demo_pack())
    if not paths:
        raise UsageError("Bitte angeben, was eingelesen werden soll: Dateien, einen Ordner oder --beispiel.")
    with workflow.workspace(settings) as ws:
        made = workflow.take_in(ws, paths, public=True if args.oeffentlich else None, progress=_progress())
    if sys.stderr.isatty():
        sys.stderr.write("\r\033[K")
    if args.json:
        _print(contract.intake(made))
    else:
        for meeting in made.meetings:
            print(f"{meeting.name}\n  Kennung: {meeting.id}\n  {len(meeting.agendaItem)} Tagesordnungspunkte")
        for paper in made.loose_papers:
            state = "öffentlich" if paper.public else "nicht freigegeben, wird als nichtöffentlich behandelt"
            print(f"Einzelne Vorlage: {paper.reference or ''} {paper.name} ({state})")
        covered = made.coverage
        if covered.pages:
            print(f"{covered.read} von {covered.pages} Seiten gelesen ({made.seconds:.1f} s).")
        for ref in covered.unreadable:
            print(f"  Nicht lesbar: {ref.file}, S. {ref.page}: {ref.reason}")
        for sentence, details in phrases.coverage(covered):
            print("\n  - ".join([sentence, *details]))
    for entry in made.skipped:
        _say(f"{entry.path}: {entry.reason}")
    return 0 if made.files or made.meetings or made.loose_papers else 1


def _meetings(args: argparse.Namespace, settings: Settings) -> int:
    from ratsassistent import workflow
    from ratsassistent.output import contract

    with workflow.workspace(settings) as ws:
        held, loose = workflow.meetings(ws), workflow.loose_papers(ws)
    if args.json:
        _print({"meetings": [contract.meeting(m) for m in held], "loose_papers": [contract.paper(p) for p in loose]})
    else:
        for meeting in held:
            print(f"{meeting.id}  {meeting.start or '–'}  {meeting.name}  ({len(meeting.agendaItem)} TOP)")
        for paper in loose:
            print(f"{paper.id}  einzelne Vorlage  {paper.reference or ''}  {paper.name}")
        if not held and not loose:
            _say("Es ist noch nichts eingelesen. Zum Ausprobieren: ratsassistent einlesen --beispiel")
    return 0


def _brief(args: argparse.Namespace, settings: Settings) -> int:
    from ratsassistent.output import briefing_command

    return briefing_command.run(args, settings, _progress)


def _batch(file: Path) -> Iterator[dict[str, Any]]:
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"Die Datei {file} ist nicht lesbar.") from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            entry = json.loads(line)
        except ValueError as error:
            raise InputError(f"In {file} ist Zeile {number} kein JSON.") from error
        if not isinstance(entry, dict):
            raise InputError(f"In {file} ist Zeile {number} kein JSON-Objekt.")
        yield entry


def _ask(args: argparse.Namespace, settings: Settings) -> int:
    from ratsassistent.output import question_command

    return question_command.run(args, settings, _batch)


def _find(args: argparse.Namespace, settings: Settings) -> int:
    from ratsassistent.output import search_command

    return search_command.run(args, settings, _batch)


def _register_options(*subs: argparse.ArgumentParser) -> None:
    from ratsassistent.output import register_options

    register_options.add(*subs, day=_day, count=_count)


def _register(what: str) -> Callable[[argparse.Namespace, Settings], int]:
    def run(args: argparse.Namespace, settings: Settings) -> int:
        from ratsassistent.output import register_command

        return {
            "listed": register_command.listed,
            "control": register_command.control,
            "one": register_command.one,
        }[what](args, settings)

    return run


def _release(args: argparse.Namespace, settings: Settings) -> int:
    from ratsassistent import workflow
    from ratsassistent.output import contract

    with workflow.workspace(settings) as ws:
        paper = workflow.release(ws, args.paper)
    if args.json:
        _print(contract.paper(paper))
    else:
        print(f"„{paper.name}“ gilt jetzt als öffentlich.")
    return 0


def _keeping(command: Callable[..., argparse.ArgumentParser]) -> None:
    from ratsassistent.output import backup_command, deadline_command, delete_command, fetch_command, operating_command

    deadline_command.add(command("loeschfrist", "sagt, wann eine Sitzung gelöscht werden soll", deadline_command.run))
    delete_command.add(command("loeschen", "löscht eine Sitzung und alles, was daraus entstand", delete_command.run))
    backup_command.register(command, _progress)
    seal_command.register(command, _progress)
    fetch_command.register(command, _progress)
    archive_command.register(command, _progress)
    operating_command.register(command)


def _remark(args: argparse.Namespace, settings: Settings) -> int:
    from ratsassistent.output import remarks_command

    return remarks_command.say(args, settings)


def _remarks(args: argparse.Namespace, settings: Settings) -> int:
    from ratsassistent.output import remarks_command

    return remarks_command.told(args, settings)


def _correction_options(change: argparse.ArgumentParser, told: argparse.ArgumentParser) -> None:
    from ratsassistent.output import corrections_options

    corrections_options.add(change, told)


def _correction(what: str) -> Callable[[argparse.Namespace, Settings], int]:
    def run(args: argparse.Namespace, settings: Settings) -> int:
        from ratsassistent.output import corrections_command

        return int(getattr(corrections_command, what)(args, settings))

    return run


def _jobs_options(queue: argparse.ArgumentParser) -> None:
    from ratsassistent.output import jobs_options

    jobs_options.add(queue)


def _jobs(args: argparse.Namespace, settings: Settings) -> int:
    from ratsassistent.output import jobs_command

    return jobs_command.run(args, settings)


def _work(args: argparse.Namespace, settings: Settings) -> int:
    from ratsassistent import workflow

    with workflow.workspace(settings) as ws, contextlib.suppress(Interrupted):
        workflow.work(ws, idle_exit_s=args.ende_nach)
    return 0


def _portable_options(portable: argparse.ArgumentParser) -> None:
    from ratsassistent.output import portable_command

    portable_command.options(portable)


def _portable(args: argparse.Namespace, settings: Settings) -> int:
    from ratsassistent.output import portable_command

    return portable_command.run(args, settings)


def _selftest_options(sub: argparse.ArgumentParser) -> None:
    from ratsassistent.proof import command

    command.add(sub)


def _selftest(args: argparse.Namespace, settings: Settings) -> int:
    from ratsassistent.proof import command

    return command.execute(args, settings)


def _model_options(command: Callable[..., argparse.ArgumentParser]) -> None:
    from ratsassistent.output import models_options

    models_options.register(command)


def _glossary(args: argparse.Namespace, settings: Settings) -> int:
    from ratsassistent.output.glossary_command import run

    return run(" ".join(args.word), as_json=args.json)


def _data_sheet_options(sub: argparse.ArgumentParser) -> None:
    from ratsassistent.output import data_sheet_command

    data_sheet_command.add(sub)


def _data_sheet(args: argparse.Namespace, settings: Settings) -> int:
    from ratsassistent.output import data_sheet_command

    return data_sheet_command.run(args, settings)


if __name__ == "__main__":
    raise SystemExit(main())
