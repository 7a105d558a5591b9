"""`ratsassistent briefing`: a meeting or a paper, on the screen or into a file, with how long it is going to take.

What enters: the command's words. What leaves: the briefing on standard output or in a file; the estimate and the progress on
standard error.
What it does not know: how a briefing is written, how long that takes (`machine.estimate`).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable

from ratsassistent import briefing_jobs, language_models, public_part, workflow
from ratsassistent.briefings import Briefing, Level
from ratsassistent.errors import UsageError
from ratsassistent.machine.estimate import time_left
from ratsassistent.output import export
from ratsassistent.settings import Settings
from ratsassistent.workflow import Progress, Workspace


def run(args: argparse.Namespace, settings: Settings, progress: Callable[[], Progress]) -> int:
    """Write a briefing and show it, or put it into a file; returns the exit status.

    :param progress: gives what shows how far it is.

    :raises UsageError: the words do not go together.
    """
    if bool(args.meeting) == bool(args.papier):
        raise UsageError("Bitte entweder eine Sitzung oder mit --papier eine Vorlage angeben.")
    if args.papier and args.gruendlich:
        raise UsageError("--gruendlich geht nur für eine Sitzung, nicht mit --papier.")
    form = args.format or export.format_of(args.ausgabe)
    if args.ausgabe:
        export.check(args.ausgabe, settings.data_folder)
    elif form in export.BINARY:
        raise UsageError(f"Bitte mit -o eine Datei angeben, in die das {form.upper()} geschrieben werden soll.")
    level: Level = "voll" if args.einfach or args.gruendlich else args.stufe
    with workflow.workspace(settings) as ws:
        made = (_public if args.nur_oeffentlich else _made)(ws, args, level, progress)
    if sys.stderr.isatty():
        sys.stderr.write("\r\033[K")
    if args.ausgabe:
        export.write(made, "json" if args.json and form not in export.BINARY else form, args.ausgabe)
    if args.json or not args.ausgabe:
        print(export.render(made, "json" if args.json else form).decode("utf-8"), end="")
    return 0


def _public(ws: Workspace, args: argparse.Namespace, level: Level, progress: Callable[[], Progress]) -> Briefing:
    """The same, made from what is public alone."""
    if args.papier:
        public_part.check_paper(ws, args.papier)
    else:
        args.meeting = public_part.meeting_of(ws, args.meeting)
    with public_part.alone(ws) as part:
        return public_part.marked(_made(part, args, level, progress))


def _made(ws: Workspace, args: argparse.Namespace, level: Level, progress: Callable[[], Progress]) -> Briefing:
    if args.papier:
        return workflow.brief_paper(ws, args.papier, level, plain=args.einfach)
    if level == "voll":
        return _timed(ws, args, progress())
    return workflow.brief(ws, args.meeting, level, top=args.top, progress=progress())


def _timed(ws: Workspace, args: argparse.Namespace, show: Progress) -> Briefing:
    """The full briefing of a meeting: says before how long it takes, meanwhile what is left, and learns from it."""
    thorough = args.gruendlich
    chosen = workflow.meeting(ws, args.meeting)
    missing = workflow.unwritten(ws, chosen, thorough=thorough)
    if args.top:
        only = workflow.item_of(chosen, args.top).id
        missing = [item for item in missing if item.id == only]
    left = briefing_jobs.TimeLeft(ws, missing, thorough=thorough)
    if missing and _has_model(ws.settings):
        print(left.estimate.sentence(), file=sys.stderr, flush=True)
    done: set[str] = set()

    def progress(message: str, part: float | None) -> None:
        seconds = left.seconds(done)
        show(f"{time_left(seconds)}, {message}" if seconds else message, part)

    made = workflow.brief(
        ws,
        chosen.id,
        "voll",
        top=args.top,
        plain=args.einfach,
        thorough=thorough,
        progress=progress,
        on_item=lambda item: done.add(item.id),
    )
    if not args.einfach:  # what that takes on top was not estimated
        left.learn(ws)
    return made


def _has_model(settings: Settings) -> bool:
    return not language_models.is_missing(settings)
