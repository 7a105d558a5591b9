"""`ratsassistent loeschen`: a meeting, its non-public part, or a paper by itself is deleted with everything that was made of it.

What enters: the command's words. What leaves: text or one JSON object on standard output: what went, and which backups
still hold it.
What it does not know: how anything is deleted, when something is due (`deadline_command`).
"""

from __future__ import annotations

import argparse
import json

from ratsassistent.errors import Ambiguous, NotFound
from ratsassistent.output import deadline_command
from ratsassistent.settings import Settings


def add(sub: argparse.ArgumentParser) -> None:
    """Give the command its arguments."""
    what = sub.add_mutually_exclusive_group(required=True)
    what.add_argument(
        "meeting",
        metavar="SITZUNG",
        nargs="?",
        help="Kennung, oder Wörter aus Name und Datum; oder eine einzelne Vorlage",
    )
    what.add_argument("--faellig", action="store_true", help="fragt nach jeder Sitzung, deren Löschdatum erreicht ist")
    sub.add_argument("--ja", action="store_true", help="mit --faellig: nicht nachfragen, alles Fällige löschen")
    deadline_command.add_part(sub)


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Delete it; returns the exit status.

    :raises NotFound: there is no such meeting or single paper. :raises Ambiguous: there are several meetings.
    """
    from ratsassistent import workflow
    from ratsassistent.backup import known

    if args.faellig:
        return deadline_command.delete_due(args, settings)
    part = deadline_command.part_of(args)
    with workflow.workspace(settings) as ws:
        try:
            gone_id, name = (gone := workflow.delete(ws, args.meeting, part)).id, gone.name
        except Ambiguous:
            raise
        except NotFound as error:
            if part == "nonpublic":
                raise
            try:
                gone_id, name = (paper := workflow.delete_paper(ws, args.meeting)).id, paper.name
            except NotFound:
                raise error from None
    told = known.after_deletion(settings, [gone_id])
    if part == "nonpublic" and told:
        told = deadline_command.STILL_IN_BACKUPS
    if args.json:
        backups = [one.file for one in known.still_hold(settings, [gone_id])]
        print(json.dumps({"deleted": gone_id, "backups": backups}, ensure_ascii=False, indent=1))
    else:
        what = "der nichtöffentliche Teil von " if part == "nonpublic" else ""
        print(f"Gelöscht: {what}{name} und alles, was daraus entstanden ist.")
        if told:
            print(told)
    return 0
