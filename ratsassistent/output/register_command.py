"""`ratsassistent beschluesse`, `beschlusskontrolle` and `beschluss`: the register of resolutions, and what is open of it.

What enters: parsed arguments, settings. What leaves: German lines, one JSON object, or a file for a spreadsheet.
What it does not know: how resolutions are read, found and kept (`ratsassistent.register`).
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sys
import time
from collections.abc import Sequence
from typing import Any

from ratsassistent import register, workflow
from ratsassistent.errors import UsageError
from ratsassistent.output import export, oparl_json, phrases, register_json, register_table
from ratsassistent.output.register_options import OUTCOMES, PUBLIC, STATUSES
from ratsassistent.resolutions import Resolution
from ratsassistent.settings import Settings

SHOWN = 50  # on the screen, where nobody says how many


def listed(args: argparse.Namespace, settings: Settings) -> int:
    """Print or write the register; returns the exit status."""
    return _run(args, settings, open_only=False)


def control(args: argparse.Namespace, settings: Settings) -> int:
    """Print or write what is open of the resolutions, the overdue first; returns the exit status."""
    return _run(args, settings, open_only=True)


def one(args: argparse.Namespace, settings: Settings) -> int:
    """Enter status, deadline or office of a resolution, or show it with all that was entered; returns the exit status.

    :raises NotFound: there is no such resolution. :raises InputError: what is entered is too long.
    """
    given = (args.status, args.frist, args.amt, args.notiz)
    with workflow.workspace(settings) as ws:
        if all(value is None for value in given):
            if args.von_person:
                raise UsageError("Bitte angeben, was eingetragen werden soll: --status, --frist, --amt oder --notiz.")
            found = register.resolution(ws, args.resolution)
        else:
            found = register.enter(
                ws, args.resolution, status=STATUSES.get(args.status, "") if args.status else None,
                deadline=args.frist, office=args.amt, note=args.notiz, author=args.von_person,
            )  # fmt: skip
        told = register.history(ws, found.id)
    if args.json:
        entries = [register_json.entry(entry) for entry in told]
        _print({**register_json.resolution(found), "history": entries})
        return 0
    print("\n".join(lines(found, dt.date.today(), whole=True)))
    for entry in told:
        print(f"  {entry.written.astimezone():%d.%m.%Y %H:%M}, {entry.author or 'Person'}: {_entered(entry)}")
    return 0


def _run(args: argparse.Namespace, settings: Settings, *, open_only: bool) -> int:
    form = args.format or {".csv": "csv", ".xlsx": "xlsx", ".json": "json"}.get(
        args.ausgabe.suffix.lower() if args.ausgabe else ""
    )
    if args.ausgabe and form is None:
        raise UsageError("Bitte mit --format sagen, ob es eine CSV-, XLSX- oder JSON-Datei werden soll.")
    if form == "xlsx" and not args.ausgabe:
        raise UsageError("Bitte mit -o eine Datei angeben, in die das XLSX geschrieben werden soll.")
    started = time.monotonic()
    today = dt.date.today()
    every = _found(args, settings, today, open_only=open_only)
    # What is given to others is public, unless somebody asks for more; what is looked at is everything.
    leaves = args.oeffentlichkeit is None and (args.ausgabe or form in {"csv", "oparl"})
    found = [one for one in every if one.public is True] if leaves else every
    if len(found) < len(every):
        told = "1 Beschluss ist" if len(every) - len(found) == 1 else f"{len(every) - len(found)} Beschlüsse sind"
        print(f"{told} nicht als öffentlich bekannt und nicht dabei; mit: --oeffentlichkeit alle", file=sys.stderr)
    seconds = round(time.monotonic() - started, 3)
    shown = found[: args.anzahl] if args.anzahl else found
    if args.ausgabe:
        export.check(args.ausgabe, settings.data_folder)
        export.save(_oparl(settings, shown) if form == "oparl" else _made(form, shown, today, seconds), args.ausgabe)
        print(f"{_counted(len(shown))} in {args.ausgabe} geschrieben.", file=sys.stderr)
    if any(one.public is not True for one in shown) and (args.ausgabe or form):
        print(phrases.CONFIDENTIAL_SHORT, file=sys.stderr)
    if args.json or (form == "json" and not args.ausgabe):
        _print(register_json.listed(shown, seconds))
    elif form == "oparl" and not args.ausgabe:
        print(_oparl(settings, shown).decode("utf-8"))
    elif form == "csv" and not args.ausgabe:
        sys.stdout.write(_made("csv", shown, today, seconds).decode("utf-8"))
    elif not args.ausgabe:
        part = shown[: args.anzahl or SHOWN]
        for each in part:
            print("\n".join(lines(each, today)))
        rest = len(found) - len(part)
        more = f" Gezeigt: {len(part)}; mehr mit --anzahl, alle mit -o DATEI.xlsx." if rest > 0 else ""
        what = "offen" if open_only else "gefunden"
        print(f"{_counted(len(found))} {what}.{more}" if found else f"Keine Beschlüsse {what}.")
    return 0


def _found(args: argparse.Namespace, settings: Settings, today: dt.date, *, open_only: bool) -> list[Resolution]:
    public = PUBLIC[args.oeffentlichkeit or "alle"]
    with workflow.workspace(settings) as ws:
        found = register.resolutions(
            ws, " ".join(args.query), since=args.von, until=args.bis, organization=args.gremium, paper_type=args.art,
            wanted=args.sitzung, outcomes=[OUTCOMES[name] for name in getattr(args, "ergebnis", None) or ()],
            statuses=[STATUSES[name] for name in args.status or ()], progress=_progress,
        )  # fmt: skip
        if open_only:
            found = register.to_do(found, today)
    if public is None:
        return found
    return [one for one in found if (one.public is True) == public]


def lines(given: Resolution, today: dt.date, *, whole: bool = False) -> list[str]:
    """A resolution in some lines for the screen."""
    day = f"{dt.date.fromisoformat(given.date):%d.%m.%Y}" if given.date else "ohne Datum"
    top = f", TOP {given.number}" if given.number else ""
    out = [f"{day}  {given.organization or given.meeting}{top}: {given.name}"]
    counts = phrases.vote(given.vote) if given.vote else ""
    result = " ".join(given.result.split())
    out.append(f"  Ergebnis: {result}{f' ({counts})' if counts and counts not in result else ''}")
    if given.subject:
        out.append(f"  Abgestimmt über: {given.subject}")
    if given.references:
        out.append(f"  Vorlage: {', '.join(given.references)}")
    if given.public is not True:
        out.append(f"  {phrases.NON_PUBLIC}")
    if given.status or given.deadline or given.office:
        out.append(f"  {_state(given, today)}")
    out += [f"  Achtung: {sentence}" for sentence in given.contradictions]
    if whole and given.text:
        out += ["  Wortlaut:", *(f"    {line}" for line in given.text.splitlines())]
    if whole and given.proposal:
        out += ["  Vorgeschlagen war:", *(f"    {line}" for line in given.proposal.splitlines())]
    if whole and (where := register_table.source(given.citation)):
        out.append(f"  Quelle: {where}")
    return [*out, f"  Kennung: {given.id}"]


def _state(given: Resolution, today: dt.date) -> str:
    parts = [f"Stand: {phrases.STATUSES[given.status]}" if given.status else "Stand: nicht eingetragen"]
    if given.deadline:
        late = ", überfällig" if register_table.is_overdue(given, today) else ""
        parts.append(f"Frist: {given.deadline:%d.%m.%Y}{late}")
    if given.office:
        parts.append(f"zuständig: {given.office}")
    return " · ".join(parts)


def _entered(entry: Any) -> str:
    parts = [f"Stand {phrases.STATUSES[entry.status]}"] if entry.status else []
    parts += [f"Frist {entry.deadline:%d.%m.%Y}"] if entry.deadline else []
    parts += [f"Amt {entry.office}"] if entry.office else []
    parts += [entry.note] if entry.note else []
    names = {"status": "Stand", "deadline": "Frist", "office": "Amt"}
    parts += [f"{names[name]} weggenommen" for name in entry.cleared]
    return ", ".join(parts)


def _made(form: str | None, shown: Sequence[Resolution], today: dt.date, seconds: float) -> bytes:
    if form == "xlsx":
        return register_table.as_xlsx(shown, today)
    if form == "csv":
        return register_table.as_csv(shown, today)
    return json.dumps(register_json.listed(shown, seconds), ensure_ascii=False, indent=1).encode()


def _oparl(settings: Settings, shown: Sequence[Resolution]) -> bytes:
    """A list page of OParl 1.1. Of a public item the papers that are not confidential come along."""
    with workflow.workspace(settings) as ws:
        meetings = {meeting.id: meeting for meeting in workflow.meetings(ws, with_text=False)}
    public = {one.item_id for one in shown if one.public is True}
    papers = {
        item.id: [paper for paper in item.papers if item.id not in public or paper.public is not False]
        for meeting in meetings.values()
        for item in meeting.agendaItem
    }
    made = oparl_json.objects(shown, meetings, papers, dt.datetime.now(dt.UTC))
    return json.dumps(oparl_json.listed(made), ensure_ascii=False, indent=1).encode()


def _counted(count: int) -> str:
    return "1 Beschluss" if count == 1 else f"{count} Beschlüsse"


def _progress(message: str, done: float | None) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\033[K{f'{done:4.0%} ' if done is not None else ''}{message}")
        sys.stderr.flush()


def _print(data: Any) -> None:
    print(json.dumps(data, ensure_ascii=False, indent=1))
