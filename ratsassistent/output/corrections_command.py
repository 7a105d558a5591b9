"""`ratsassistent korrigieren` and `korrekturen`: where a paper belongs and what is public, listed and taken back.

What enters: the command's words. What leaves: German lines or one JSON object on standard output.
What it does not know: how corrections are kept and what they change (`ratsassistent.corrections`).
"""

from __future__ import annotations

import argparse
import json
from typing import Any

from ratsassistent import corrections, workflow
from ratsassistent.corrections import Place, Standing
from ratsassistent.errors import UsageError
from ratsassistent.output import phrases_corrections as words
from ratsassistent.settings import Settings


def change(args: argparse.Namespace, settings: Settings) -> int:
    """Keep one correction; returns the exit status.

    :raises InputError: as `corrections.correct`.
    """
    place = Place(top=args.top, paper=args.vorlage, file=args.datei, pages=args.seiten)
    public = True if args.oeffentlich else False if args.nichtoeffentlich else None
    with workflow.workspace(settings) as ws:
        made = corrections.correct(ws, args.meeting, place, to=args.zu_top, public=public)
    if args.json:
        _print(as_json(made))
    else:
        print("\n".join([words.line(made), *words.consequences(made), f"  Kennung: {made.correction.id}"]))
    return 0


def told(args: argparse.Namespace, settings: Settings) -> int:
    """List what was corrected of a meeting, or take one correction back; returns the exit status.

    :raises UsageError: nothing is named. :raises NotFound: it is not there.
    """
    if not args.meeting and not args.zuruecknehmen:
        raise UsageError("Bitte eine Sitzung angeben, oder mit --zuruecknehmen die Kennung einer Korrektur.")
    with workflow.workspace(settings) as ws:
        if args.zuruecknehmen:
            gone = corrections.withdraw(ws, args.zuruecknehmen)
            if args.json:
                _print({"withdrawn": gone.correction.id})
            else:
                print(f"Zurückgenommen: {words.line(gone)}")
            return 0
        found = corrections.corrections(ws, args.meeting)
    if args.json:
        _print({"corrections": [as_json(one) for one in found]})
    else:
        lines = [f"{one.correction.id}  {words.line(one)}{words.effect(one)}" for one in found]
        print("\n".join(lines) or "An dieser Sitzung wurde nichts von Hand geändert.")
    return 0


def as_json(given: Standing) -> dict[str, Any]:
    """A correction as a JSON object."""
    one = given.correction
    return {
        "id": one.id,
        "meeting": one.meeting_id,
        "kind": one.kind,
        "scope": one.scope,
        "agendaItem": one.item_id,
        "paper": one.paper_id,
        "target": one.target,
        "pages": [{"file": name, "first": first, "last": last} for name, first, last in given.pages],
        "author": one.author,
        "written": one.written.isoformat(),
        "effect": given.effect,
        "alsoPublic": list(given.also_public),
        "text": words.what(given),
    }


def _print(data: Any) -> None:
    print(json.dumps(data, ensure_ascii=False, indent=1))
