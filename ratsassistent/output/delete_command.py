"""`ratsassistent loeschen`: a meeting, or a paper by itself, is deleted with everything that was made of it.

What enters: the command's words. What leaves: text or one JSON object on standard output: what went, and which backups
still hold it.
What it does not know: how anything is deleted.
"""

from __future__ import annotations

import argparse
import json

from ratsassistent.errors import Ambiguous, NotFound
from ratsassistent.settings import Settings


def add(sub: argparse.ArgumentParser) -> None:
    """Give the command its arguments."""
    sub.add_argument(
        "meeting", metavar="SITZUNG", help="Kennung, oder Wörter aus Name und Datum; oder eine einzelne Vorlage"
    )


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Delete it; returns the exit status.

    :raises NotFound: there is no such meeting or single paper. :raises Ambiguous: there are several meetings.
    """
    from ratsassistent import workflow
    from ratsassistent.backup import known

    with workflow.workspace(settings) as ws:
        try:
            gone_id, name = (gone := workflow.delete(ws, args.meeting)).id, gone.name
        except Ambiguous:
            raise
        except NotFound as error:
            try:
                gone_id, name = (paper := workflow.delete_paper(ws, args.meeting)).id, paper.name
            except NotFound:
                raise error from None
    told = known.after_deletion(settings, [gone_id])
    if args.json:
        backups = [one.file for one in known.still_hold(settings, [gone_id])]
        print(json.dumps({"deleted": gone_id, "backups": backups}, ensure_ascii=False, indent=1))
    else:
        print(f"Gelöscht: {name} und alles, was daraus entstanden ist.")
        if told:
            print(told)
    return 0
