"""`ratsassistent loeschfrist`: when meetings are to be deleted, and what is due; `loeschen --faellig`: asks, then deletes.

What enters: the command's words, answers from the terminal. What leaves: text or one JSON object on standard output.
What it does not know: how anything is deleted. It deletes nothing without a yes.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from ratsassistent.errors import NotFound, UsageError
from ratsassistent.settings import Settings

if TYPE_CHECKING:  # the command line is read before anything is loaded
    from ratsassistent.deadlines import Date, Extent, Part
    from ratsassistent.workspace import Workspace

_PARTS: dict[str, Part] = {"alles": "all", "nichtoeffentlich": "nonpublic"}
WORDS: dict[Part, str] = {"all": "die ganze Sitzung", "nonpublic": "nur der nichtöffentliche Teil"}
_LATER = {"s", "später", "spaeter"}
_KEEP = {"b", "behalten"}
YES = {"j", "ja"}


def add_part(sub: argparse.ArgumentParser) -> None:
    """Let a command say which part of a meeting is meant."""
    sub.add_argument("--teil", choices=list(_PARTS), help="die ganze Sitzung, oder nur was nichtöffentlich ist")


def part_of(args: argparse.Namespace) -> Part:
    """The part that is meant; without any word all of it."""
    return _PARTS[args.teil or "alles"]


def add(sub: argparse.ArgumentParser) -> None:
    """Give the command its arguments."""
    sub.add_argument("meeting", metavar="SITZUNG", nargs="?", help="Kennung, oder Wörter aus Name und Datum")
    when = sub.add_mutually_exclusive_group()
    when.add_argument("--am", metavar="JJJJ-MM-TT", type=_day, help="an diesem Tag")
    when.add_argument("--in-monaten", metavar="N", type=_months, help="in so vielen Monaten, von heute an")
    when.add_argument("--keine", action="store_true", help="ohne Löschdatum, auch wenn es eine Vorgabe gibt")
    when.add_argument(
        "--vorgabe-monate", metavar="N", type=_months, help="für neue Sitzungen: so viele Monate nach der Sitzung"
    )
    when.add_argument("--vorgabe-keine", action="store_true", help="für neue Sitzungen keine Vorgabe")
    sub.add_argument(
        "--auch-vorhandene", action="store_true", help="die Vorgabe gilt auch für die schon eingelesenen Sitzungen"
    )
    add_part(sub)


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Set dates or list them; returns the exit status.

    :raises NotFound: there is no such meeting. :raises Ambiguous: there are several. :raises Locked: the non-public part is locked.
    """
    from ratsassistent import deadlines, workflow

    rule = args.vorgabe_monate is not None or args.vorgabe_keine
    sets = args.am is not None or args.in_monaten is not None or args.keine
    if sets and not args.meeting:
        raise UsageError("Bitte angeben, für welche Sitzung das Löschdatum gilt.")
    if rule and args.meeting:
        raise UsageError("Bitte die Vorgabe ohne Sitzung angeben: Sie gilt für alle neuen.")
    if args.auch_vorhandene and not rule:
        raise UsageError("Bitte „--auch-vorhandene“ nur zusammen mit einer Vorgabe angeben.")
    with workflow.workspace(settings) as ws:
        ws.need_open()  # that is where dates are kept
        if rule:
            parts = tuple(_PARTS.values()) if args.vorgabe_keine and not args.teil else (part_of(args),)
            for part in parts:
                deadlines.put_rule(ws, part, args.vorgabe_monate, also_held=args.auch_vorhandene)
        elif args.keine:
            deadlines.keep(ws, args.meeting, deadlines.PARTS if not args.teil else (part_of(args),))
        elif sets:
            day = args.am or deadlines.after_months(dt.date.today(), args.in_monaten)
            deadlines.put(ws, args.meeting, part_of(args), day)
        found = deadlines.of_meeting(ws, workflow.meeting(ws, args.meeting)) if args.meeting else deadlines.dates(ws)
        rules = deadlines.rules(ws)
    today = dt.date.today()
    if args.json:
        _print({"dates": [shape(one, today) for one in found], "rule": {part: rules.get(part) for part in WORDS}})
    else:
        _tell(found, rules, today, one=bool(args.meeting))
    return 0


def shape(one: Date, today: dt.date) -> dict[str, Any]:
    """A date as JSON."""
    return {
        "meeting": one.meeting.id,
        "name": one.meeting.name,
        "start": one.meeting.start,
        "date": one.day.isoformat(),
        "part": one.part,
        "due": one.is_due(today),
        "remind": one.remind.isoformat() if one.remind and one.is_due(today) else None,
        "by_rule": one.by_rule,
    }


def delete_due(args: argparse.Namespace, settings: Settings) -> int:
    """Ask about each meeting whose date has come, and delete what a person says yes to; returns the exit status."""
    from ratsassistent import deadlines, workflow
    from ratsassistent.backup import known

    if args.teil:
        raise UsageError("Bitte „--teil“ weglassen: Was fällig ist, steht bei jeder Sitzung fest.")
    today = dt.date.today()
    gone: list[Date] = []
    with workflow.workspace(settings) as ws:
        ws.need_open()
        found = deadlines.due(ws, today)
        if found and not args.ja and not sys.stdin.isatty():
            raise UsageError(f"{_count(len(found))} Wenn das gelöscht werden soll, bitte --ja angeben.")
        for one in found:
            if args.ja or _asked(ws, one, today):
                with suppress(NotFound):  # deleted by somebody else meanwhile
                    workflow.delete(ws, one.meeting.id, one.part)
                    gone.append(one)
                    _say(f"Gelöscht: {WORDS[one.part]}, {one.meeting.name}.")
    ids = list(dict.fromkeys(one.meeting.id for one in gone))
    told = backups_told(settings, gone)
    if args.json:
        _print({
            "deleted": [{"meeting": one.meeting.id, "part": one.part} for one in gone],
            "kept": [{"meeting": one.meeting.id, "part": one.part} for one in found if one not in gone],
            "backups": [one.file for one in known.still_hold(settings, ids)],
        })  # fmt: skip
    elif not found:
        print("Es ist nichts fällig.")
    else:
        print(f"{len(gone)} von {len(found)} gelöscht.{' ' + told if told else ''}")
    return 0


def backups_told(settings: Settings, gone: Sequence[Date]) -> str:
    """What a person who deleted these is to know of backups; "" where none holds them."""
    from ratsassistent.backup import known

    if not gone:
        return ""
    told = known.after_deletion(settings, [one.meeting.id for one in gone])
    whole = [one for one in gone if one.part == "all"]
    if len(gone) == 1 and whole:
        return told
    return STILL_IN_BACKUPS if told else ""


STILL_IN_BACKUPS = (
    "Was gelöscht wurde, steht noch in Sicherungen, bis diese ablaufen; welche das sind, zeigt „ratsassistent sichern --liste“. "
    "Wird eine davon zurückgespielt, löscht das Programm es daraus wieder."
)


def amount(given: Extent) -> str:
    """How much would go, in words; only pages where nothing else goes whole."""
    parts = []
    if given.items:
        parts.append(_of(given.items, "Tagesordnungspunkt", "Tagesordnungspunkte"))
    if given.papers:
        parts.append(_of(given.papers, "Vorlage", "Vorlagen"))
    parts.append(_of(given.pages, "Seite", "Seiten"))
    return ", ".join(parts)


def _asked(ws: Workspace, one: Date, today: dt.date) -> bool:
    from ratsassistent import deadlines

    _say(f"\n{_line(one, today)}\n  Gelöscht wird {WORDS[one.part]}: {amount(deadlines.extent(ws, one))}, "
         "mit allem, was daraus entstanden ist.")  # fmt: skip
    sys.stderr.write("Löschen? [j]a, [s]päter erinnern, [b]ehalten; alles andere: nichts tun: ")
    sys.stderr.flush()
    said = sys.stdin.readline().strip().casefold()
    if said in _LATER:
        again = deadlines.later(ws, one.meeting.id, one.part, today)
        _say(f"Das Programm fragt am {again:%d.%m.%Y} wieder.")
    elif said in _KEEP:
        deadlines.keep(ws, one.meeting.id, (one.part,))
        _say("Wird behalten; das Löschdatum ist entfernt.")
    return said in YES


def _tell(found: Sequence[Date], rules: dict[Part, int], today: dt.date, *, one: bool) -> None:
    due = [date for date in found if date.is_due(today)]
    later = [date for date in found if not date.is_due(today)]
    for head, dates in (("Fällig:", due), ("Später:", later)):
        if dates:
            print(head)
            for date in dates:
                print(f"  {_line(date, today)}")
    if due:
        print("Gelöscht wird erst nach einem Ja: ratsassistent loeschen --faellig")
    if not found:
        print("Diese Sitzung hat kein Löschdatum." if one else "Keine Sitzung hat ein Löschdatum.")
    if not one:
        print(_rules_told(rules))


def _rules_told(rules: dict[Part, int]) -> str:
    if not rules:
        return "Vorgabe für neue Sitzungen: keine"
    told = [f"{WORDS[part]} {_of(rules[part], 'Monat', 'Monate')} nach der Sitzung" for part in WORDS if part in rules]
    return f"Vorgabe für neue Sitzungen: {'; '.join(told)}"


def _line(one: Date, today: dt.date) -> str:
    more = ", nach der Vorgabe" if one.by_rule else ""
    if one.remind and one.is_due(today) and one.remind > today:
        more += f", fragt wieder am {one.remind:%d.%m.%Y}"
    return f"{one.day:%d.%m.%Y}  {one.meeting.name} ({WORDS[one.part]}{more})  {one.meeting.id}"


def _count(number: int) -> str:
    return "Bei 1 Sitzung ist das Löschdatum erreicht." if number == 1 else f"Bei {number} Sitzungen ist es erreicht."


def _of(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def _day(text: str) -> dt.date:
    for form in ("%Y-%m-%d", "%d.%m.%Y"):
        with suppress(ValueError):
            return dt.datetime.strptime(text.strip(), form).date()
    raise argparse.ArgumentTypeError(f"„{text}“ ist kein Datum wie 2026-12-31")


def _months(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 1200:
        raise argparse.ArgumentTypeError(f"„{text}“ ist keine Anzahl von Monaten")
    return int(text)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _print(data: Any) -> None:
    print(json.dumps(data, ensure_ascii=False, indent=1))
