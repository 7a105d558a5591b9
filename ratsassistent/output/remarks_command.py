"""`ratsassistent anmerken` and `anmerkungen`: what a person says of a briefing, listed and taken back.

What enters: the command's words. What leaves: German lines or one JSON object on standard output.
What it does not know: how remarks are kept or change a briefing (`ratsassistent.remarks`).
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Mapping
from typing import Any

from ratsassistent import workflow
from ratsassistent.briefings import Remark, RemarkKind
from ratsassistent.errors import UsageError
from ratsassistent.output import contract
from ratsassistent.settings import Settings

DONE: dict[RemarkKind, str] = {
    "confirm": "Bestätigt",
    "correct": "Berichtigt",
    "remove": "Entfernt",
    "note": "Notiz",
}
NOBODY = "Person"  # who has given no name


def say(args: argparse.Namespace, settings: Settings) -> int:
    """Keep one remark; returns the exit status.

    :raises UsageError: it does not say what is meant. :raises InputError: as `workflow.remark`.
    """
    if bool(args.meeting) == bool(args.papier):
        raise UsageError("Bitte entweder eine Sitzung oder mit --papier eine Vorlage angeben.")
    if bool(args.meeting) != bool(args.top):
        raise UsageError("Bitte mit --top den Tagesordnungspunkt der Sitzung angeben.")
    kind: RemarkKind = "note"
    if args.bestaetigen or args.entfernen:
        kind = "confirm" if args.bestaetigen else "remove"
    elif args.berichtigen is not None:
        kind = "correct"
    if kind != "note" and not args.aussage:
        raise UsageError(
            "Bitte mit --aussage die Kennung der Aussage angeben; der Beschlussvorschlag bleibt im Wortlaut, "
            "dazu ist nur eine Notiz möglich."
        )
    text = args.berichtigen if kind == "correct" else args.notiz
    with workflow.workspace(settings) as ws:
        made = workflow.remark(ws, args.meeting, args.top or args.papier, kind, target=args.aussage, text=text)
    if args.json:
        _print(contract.remark(made))
    else:
        print(f"{line(made)}\n  Kennung: {made.id}")
    return 0


def told(args: argparse.Namespace, settings: Settings) -> int:
    """List what persons said of a meeting or a paper, or take one remark back; returns the exit status.

    :raises UsageError: neither is named. :raises NotFound: it is not there.
    """
    if not args.zuruecknehmen and bool(args.meeting) == bool(args.papier):
        raise UsageError("Bitte entweder eine Sitzung oder mit --papier eine Vorlage angeben.")
    with workflow.workspace(settings) as ws:
        if args.zuruecknehmen:
            gone = workflow.withdraw(ws, args.zuruecknehmen)
            if args.json:
                _print({"withdrawn": gone.id})
            else:
                print(f"Zurückgenommen: {line(gone)}")
            return 0
        if args.papier:
            found, items = workflow.remarks_of_paper(ws, args.papier), {}
        else:
            held = workflow.meeting(ws, args.meeting)
            found = workflow.remarks(ws, held.id)
            items = {i.id: i for i in held.agendaItem} | {p.id: i for i in held.agendaItem for p in i.papers}
    if args.json:
        _print({"remarks": [_listed(r, items) for r in found]})
    else:
        print("\n".join(_lines(found, items)) or "Es gibt keine Anmerkungen.")
    return 0


def line(given: Remark) -> str:
    """A remark in one line: what was done, by whom and when, to which words."""
    when = f"{given.written.astimezone():%d.%m.%Y %H:%M}"
    parts = [f"{DONE[given.kind]} ({given.author or NOBODY}, {when})"]
    if given.text:
        parts.append(" ".join(given.text.split()))
    if given.target_text:
        about = f"„{' '.join(given.target_text.split())}“"
        parts.append(f"zu {about}" if given.kind == "note" else f"statt {about}" if given.text else about)
    return f"{parts[0]}: {' – '.join(parts[1:])}"


def _listed(given: Remark, items: Mapping[str, Any]) -> dict[str, Any]:
    item = items.get(given.item_id)
    place = {"id": item.oparl_id or item.id, "number": item.number, "name": item.name} if item else None
    return {**contract.remark(given), "agendaItem": place}


def _lines(found: Iterable[Remark], items: Mapping[str, Any]) -> list[str]:
    lines = []
    for given in found:
        item = items.get(given.item_id)
        lines.append(f"{given.id}  {item.title + '  ' if item else ''}{line(given)}")
    return lines


def _print(data: Any) -> None:
    print(json.dumps(data, ensure_ascii=False, indent=1))
