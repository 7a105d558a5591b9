"""`ratsassistent selbsttest`: shows that the program works without a network, and writes a page about it.

What enters: the command's words. What leaves: German lines or one JSON object on standard output, a PDF, Word or Markdown file
where one is wanted; exit status 1 and one sentence where something left the machine, or tried to.
What it does not know: how a run is confined and watched, how a report looks.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from ratsassistent import model_server
from ratsassistent.errors import StorageError, UsageError
from ratsassistent.proof.confining import MeansName, run
from ratsassistent.proof.findings import Findings, judge
from ratsassistent.proof.steps import DATA, MARK, ORDER, RESULT, TEMPORARY
from ratsassistent.settings import Settings

PREFIX = "ratsassistent-selbsttest-"
# Of the demonstration pack: the agenda, a paper with its figures, a motion with a scanned letter, what is not public
PAGES = (1, 2, 3, 4, 5, 6, 7, 28, 29, 30, 31, 32, 38, 39, 40)
STEPS = ("-m", "ratsassistent.proof.steps")


def add(sub: argparse.ArgumentParser) -> None:
    """Give the command its arguments."""
    sub.add_argument(
        "--ohne-modell", action="store_true", help="ohne Sprachmodell und Einbettungsmodell, dann geht es schneller"
    )
    sub.add_argument(
        "-o",
        "--ausgabe",
        metavar="DATEI",
        type=Path,
        help="ein Blatt zum Abheften, mit der Endung .pdf, .docx oder .md",
    )
    sub.add_argument("--fortschritt", action="store_true", help=argparse.SUPPRESS)  # for the page: tell each step


def execute(args: argparse.Namespace, settings: Settings) -> int:
    """Do the self-test; returns the exit status.

    :raises UsageError: the file's ending names no format that there is.
    :raises InputError: the file cannot be written.
    """
    from ratsassistent.output import export
    from ratsassistent.proof import sheet

    if args.ausgabe:
        if (
            export.format_of(args.ausgabe) == "json"
            or args.ausgabe.suffix.lower() != f".{export.format_of(args.ausgabe)}"
        ):
            raise UsageError("Bitte eine Datei mit der Endung .pdf, .docx oder .md angeben.")
        export.check(args.ausgabe)
    began, told = dt.datetime.now().astimezone(), args.fortschritt or sys.stderr.isatty()
    found = prove(settings, with_models=not args.ohne_modell, say=_say if told else lambda _: None)
    facts = sheet.facts(found, settings, began)
    if args.ausgabe:
        form = export.format_of(args.ausgabe)
        export.save(export.render_document(sheet.document(facts), sheet.imprint(facts), form), args.ausgabe)
    if args.json:
        file = str(args.ausgabe) if args.ausgabe else None
        print(json.dumps({**found.data(), **facts.data(), "file": file}, ensure_ascii=False, indent=1))
    elif args.ausgabe:
        print(f"{sheet.verdict(found)} Der Nachweis steht in {args.ausgabe}.")
    else:
        print(export.render_document(sheet.document(facts), sheet.imprint(facts), "md").decode("utf-8"), end="")
    if found.passed:
        return 0
    more = len(found.faults) - 1
    print(
        found.faults[0] if not more else f"Der Selbsttest hat {more + 1} Beanstandungen, die erste: {found.faults[0]}",
        file=sys.stderr,
    )
    return 1


def _say(text: str) -> None:
    print(f"{text} …", file=sys.stderr, flush=True)


def prove(
    settings: Settings,
    *,
    with_models: bool,
    pages: Sequence[int] = PAGES,
    say: Callable[[str], None] = lambda _: None,
    without: Sequence[MeansName] = (),
    words: Sequence[str] = STEPS,
) -> Findings:
    """Run the steps confined, in a folder that is gone afterwards, and judge what was seen.

    :param without: means that are not to be used. :param words: what to run instead of the steps.
    :raises StorageError: there is no place for temporary files, or the folder cannot be removed.
    """
    try:
        folder = Path(tempfile.mkdtemp(prefix=PREFIX)).resolve()
    except OSError as error:
        raise StorageError("Für den Selbsttest ließ sich kein vorübergehender Ordner anlegen.") from error
    try:
        (folder / TEMPORARY).mkdir()
        order = {
            "pages": list(pages),
            "with_models": with_models,
            "model": settings.model,
            "model_folders": [str(each) for each in settings.model_folders],
            "threads": settings.threads,
        }
        (folder / ORDER).write_text(json.dumps(order), encoding="utf-8")
        temporary = {name: str(folder / TEMPORARY) for name in ("TMPDIR", "TEMP", "TMP")}
        environment = {
            **temporary,
            "RATSASSISTENT_DATENORDNER": str(folder / DATA),
            model_server.VARIABLE: model_server.OFF,
        }
        done = run(
            [*words, str(folder)],
            folder,
            environment=environment,
            on_line=lambda line: say(line.removeprefix(MARK)) if line.startswith(MARK) else None,
            without=without,
        )
        return judge(done, _result(folder), folder, settings.model_folders)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        if folder.exists():
            raise StorageError(
                f"Der Ordner {folder} des Selbsttests ließ sich nicht entfernen; bitte von Hand löschen."
            )


def _result(folder: Path) -> dict[str, Any] | None:
    try:
        found = json.loads((folder / RESULT).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None
