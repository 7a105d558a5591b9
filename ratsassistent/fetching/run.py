"""One run: what a server has that is new or changed comes into the archive, and what it deleted goes from it.

What enters: an opened Workspace, a Source that somebody opted into. What leaves: a Report.
What it does not know: commands, the page, when a run is due (`keeping`).

Lists are walked first and laid down on disk, then what is missing to understand them is fetched, then what was deleted goes,
then all is taken in: meetings first, papers some dozens at a time with their files. A run that was killed goes on where it stopped.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from ratsassistent import briefing_jobs, deletions, event_log, given_papers, held, temporary, workflow
from ratsassistent.archive import database, oparl_ids, seal
from ratsassistent.backup import known
from ratsassistent.errors import InputError
from ratsassistent.fetching import lists, singles
from ratsassistent.fetching.client import Client, Manners
from ratsassistent.fetching.gone import Gone, withdraw
from ratsassistent.fetching.laid import Laid, kind_of, references
from ratsassistent.fetching.opted import Source
from ratsassistent.fetching.progress import Kept, Report, folder_of, last
from ratsassistent.fetching.texts import Found, Texts, is_paper
from ratsassistent.given_papers import GivenPaper
from ratsassistent.oparl import ra_id
from ratsassistent.pack.files.isolated import Children
from ratsassistent.pack.oparl_data.oparl_objects import day, flag, text
from ratsassistent.workspace import Progress, Workspace, quiet

PAPERS_A_STEP = 40
MOST_TRIES = 3  # for a file that cannot be had
MOST_NOTES = 30
_WITHOUT_TEXT = re.compile(r"(\d+) Datei(?:en)? ha(?:t|ben) in den OParl-Daten keinen Text")
REST = "Der Server hat um eine Pause gebeten:"
RUNS = "Dieser Server wird gerade schon abgerufen."

Object = dict[str, Any]


@dataclass
class _Tally:
    meetings: set[str] = field(default_factory=set)  # ids of ours
    changed: int = 0
    papers: int = 0
    kept_away: int = 0
    without_text: int = 0
    skipped: list[str] = field(default_factory=list)


def fetch(
    ws: Workspace,
    source: Source,
    *,
    manners: Manners | None = None,
    wait: Callable[[float], None] = time.sleep,
    progress: Progress = quiet,
    clock: lists.Clock = lists.now,
) -> Report:
    """Fetch now. What goes wrong on the way is said in the report.

    :raises InputError: another process fetches from this server now, or the server asked for a pause that is not over.
    :raises Locked: the non-public archive is locked. :raises StorageError: the archive cannot be written.
    """
    ws.need_open()
    before = last(ws.settings, source)
    if before and before.not_before and clock() < before.not_before:
        raise InputError(f"{REST} bis {before.not_before.astimezone():%d.%m.%Y, %H:%M} Uhr.")
    folder = folder_of(ws.settings, source)
    with database.storage_errors(folder):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = FileLock(folder / "sperre")
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise InputError(RUNS) from error
    try:
        with event_log.timed("fetch") as told:
            made = _Run(ws, source, manners or Manners(), wait, progress, clock).report()
            told |= {"requests": made.requests, "bytes": made.bytes, "objects": made.objects, "meetings": made.meetings}
            told |= {"papers": made.papers, "files": made.files, "deleted": made.deleted_meetings + made.deleted_papers}
            told |= {
                "ordered": made.ordered,
                "outcome": "failed" if made.failed else "partly" if made.unfinished else "done",
            }
        return made
    finally:
        lock.release()


class _Run:
    def __init__(
        self,
        ws: Workspace,
        source: Source,
        manners: Manners,
        wait: Callable[[float], None],
        progress: Progress,
        clock: lists.Clock,
    ) -> None:
        self.ws, self.source, self.progress, self.clock = ws, source, progress, clock
        self.client = Client(source, manners, wait)
        self.durable = may_lie_there(ws)
        self.kept = Kept(ws.settings, source, durable=self.durable)
        self.tries = dict(self.kept.state.again)  # how often each was tried before
        self.tally = _Tally()
        self.notes: list[str] = []

    def report(self) -> Report:
        began = self.clock()
        report = Report(address=self.source.address, began=began, unfinished=True)
        gone, fetched, objects, whole = Gone(), 0, 0, False
        try:
            with ExitStack() as stack:
                folder = Path(stack.enter_context(temporary.folder()))
                stack.enter_context(self.client)
                laid = Laid(self.kept.folder if self.durable else folder / "geholt")
                stack.callback(laid.close)
                self.client.look_at_rules()
                whole = self._get(laid)
                gone, objects = self._withdrawn(laid), laid.count
                children = stack.enter_context(Children())
                reader = Texts(self.ws, self.client, self.kept, laid, children)
                self._take_in(laid, reader, folder)
                fetched = reader.fetched
                self.notes += [*dict.fromkeys(reader.notes), *([reader.stopped] if reader.stopped else [])]
                whole = whole and not reader.stopped
                lists.taken_in(self.kept)
                self.kept.save_seen()
                self.kept.finished()
                laid.clear()
        except InputError as error:
            self.notes.append(str(error))
        self.notes += self._counts()
        made = report.model_copy(
            update={
                "ended": self.clock(),
                "requests": self.client.requests,
                "bytes": self.client.size,
                "objects": objects,
                "meetings": self.tally.changed,
                "papers": self.tally.papers,
                "files": fetched,
                "deleted_meetings": gone.meetings,
                "deleted_papers": gone.papers,
                "deleted_remarks": gone.remarks,
                "ordered": order_for_night(self.ws, self.tally.meetings, self.clock()) if self.source.nightly else 0,
                "unfinished": not whole,
                "not_before": self.clock() + dt.timedelta(seconds=pause)
                if (pause := self.client.pause_asked_s)
                else None,
                "notes": _bounded([*self.notes, *dict.fromkeys(self.tally.skipped)]),
            }
        )
        kept_report = made.model_copy(update={"notes": tuple(note for note in made.notes if "„" not in note)})
        self.kept.state = self.kept.state.model_copy(update={"last": kept_report})  # without names of papers
        self.kept.save()
        return made

    def _counts(self) -> list[str]:
        """What is said once of the whole run."""
        out = []
        if count := self.tally.kept_away:
            what = "1 Sitzung oder Vorlage" if count == 1 else f"{count} Sitzungen oder Vorlagen"
            verb = "wurde" if count == 1 else "wurden"
            out.append(f"{what}, hier von Hand oder nach Frist gelöscht, {verb} nicht wieder aufgenommen.")
        if count := self.tally.without_text:
            out.append(
                f"{'1 Datei kam' if count == 1 else f'{count} Dateien kamen'} ohne Text; davon ist nur der Name bekannt."
            )
        return out

    def _get(self, laid: Laid) -> bool:
        """Walk the lists, and fetch what they lack; says whether that is all there is."""
        walked = lists.walk(
            self.client, self.kept, laid, durable=self.durable, progress=self.progress, clock=self.clock
        )
        self.notes += walked.notes
        again = self.kept.state.again
        done = singles.complete(self.client, laid, again, progress=self.progress)
        self._again({key: again.get(key, 0) for key in done.again})
        if done.failed:
            self.notes.append(
                "1 einzelne Angabe war nicht abrufbar."
                if done.failed == 1
                else f"{done.failed} einzelne Angaben waren nicht abrufbar."
            )
        self.notes += [done.note] if done.note else []
        return walked.whole and done.note is None

    def _again(self, later: dict[str, int]) -> None:
        self.kept.state = self.kept.state.model_copy(update={"again": later})

    def _withdrawn(self, laid: Laid) -> Gone:
        """Delete what the server deleted, and fetch again what went with it."""
        gone = withdraw(self.ws, self.kept, singles.tombstones(laid))
        if gone.ids and (told := known.after_deletion(self.ws.settings, gone.ids)):
            self.notes.append(told)
        if gone.again:  # noted first: a crash must not lose what goes on being there
            self._again({**self.kept.state.again, **dict.fromkeys(gone.again, 0)})
        self.kept.save_seen()
        self.kept.save()
        if gone.again:
            done = singles.complete(self.client, laid, gone.again, progress=self.progress)
            left = {k: n for k, n in self.kept.state.again.items() if k not in gone.again or k in done.again}
            self._again(left)
        return gone

    # --- taking in

    def _take_in(self, laid: Laid, reader: Texts, folder: Path) -> None:
        away = {one.id for one in deletions.known(self.ws) if one.kind in {"Meeting", "Paper"}} - set(
            self.kept.state.withdrawn
        )
        self._take_in_meetings(laid, reader, folder, away)
        step: list[tuple[Object, str]] = []
        for value in laid.all():
            if not is_paper(value) or flag(value.get("deleted")):
                continue
            digest = _digest([value])
            if self.kept.seen.objects.get(text(value.get("id")) or "") == digest:
                continue
            if _is_away(value, away):
                self.tally.kept_away += 1
                continue
            step.append((value, digest))
            if len(step) >= PAPERS_A_STEP:
                self._take_in_papers(step, laid, reader, folder, away)
                step = []
        if step:
            self._take_in_papers(step, laid, reader, folder, away)

    def _take_in_meetings(self, laid: Laid, reader: Texts, folder: Path, away: set[str]) -> None:
        """Everything but the papers."""
        here = folder / "sitzungen"
        here.mkdir()
        pdfs: list[Path] = []
        attached: dict[str, Found] = {}  # to agenda items
        digests: dict[str, str] = {}

        def chosen() -> Iterator[Object]:
            for given in laid.all():
                value, kind = given, kind_of(given)
                if kind == "Paper":
                    continue
                if kind == "Meeting" and not flag(value.get("deleted")):
                    key, digest = text(value.get("id")) or "", _digest([value])
                    if ra_id("sitzung", key) in away:
                        self.tally.kept_away += 1
                        continue
                    if self.kept.seen.objects.get(key) == digest:
                        continue
                    value, found, more = reader.of_meeting(given, here)
                    attached.update(found)
                    pdfs.extend(more)
                    digests[key] = digest
                yield value

        file = here / "OParl-Abruf.jsonl"
        if _write(file, chosen()):
            self._hand_over([file, *pdfs])
            own = {key: {("Paper", ra_id("vorlage", key))} for key in attached}
            self._pages(own, attached, reader)
        shutil.rmtree(here, ignore_errors=True)
        self.tally.changed += len(digests)
        self._seen(digests, reader)

    def _take_in_papers(
        self, step: list[tuple[Object, str]], laid: Laid, reader: Texts, folder: Path, away: set[str]
    ) -> None:
        here = Path(folder) / f"vorlagen-{time.monotonic_ns()}"
        here.mkdir()
        made: list[Object] = []
        found: dict[str, Found] = {}
        for number, (value, _) in enumerate(step):
            self.progress(f"Dateien werden abgerufen: {reader.fetched}", number / len(step))
            one = reader.of_paper(value, here)
            around = (a for a in _around(value, laid) if ra_id("sitzung", text(a.get("id")) or "") not in away)
            made += [*around, one.value]
            found[text(value.get("id")) or ""] = one
        file = here / "OParl-Abruf.jsonl"
        _write(file, made)
        self._hand_over([file])
        self._pages(oparl_ids.own_ids(self.ws.stores, found), found, reader)
        shutil.rmtree(here, ignore_errors=True)
        self.tally.papers += len(step)
        self._seen({text(value.get("id")) or "": digest for value, digest in step}, reader)

    def _pages(self, own: Mapping[str, set[tuple[str, str]]], found: Mapping[str, Found], reader: Texts) -> None:
        """Let the papers that came of these objects have the pages of their files."""
        given = [
            GivenPaper(mine, found[key].files, text(found[key].value.get("name")))
            for key, known in own.items()
            for kind, mine in known
            if kind == "Paper" and found[key].files
        ]
        if given:
            given_papers.take_in(self.ws, given, reader.children, progress=self.progress)

    def _hand_over(self, paths: list[Path]) -> None:
        done = workflow.take_in(self.ws, paths, progress=self.progress)
        self.tally.meetings |= {meeting.id for meeting in done.meetings}
        for skipped in done.skipped:
            if bare := _WITHOUT_TEXT.match(skipped.reason):  # said of each step; one sentence is enough
                self.tally.without_text += int(bare[1])
            else:
                self.tally.skipped.append(skipped.reason)

    def _seen(self, digests: dict[str, str], reader: Texts) -> None:
        """These are taken in; those that lack a file are tried again some times."""
        later = dict(self.kept.state.again)
        taken = dict(self.kept.seen.objects)
        for key, digest in digests.items():
            later.pop(key, None)
            tries = self.tries.get(key, 0) + 1
            if key in reader.failed and (tries < MOST_TRIES or reader.stopped):
                later[key] = tries
                taken.pop(key, None)
            else:
                taken[key] = digest
        files = {**self.kept.seen.files, **reader.files}
        reader.files.clear()
        self.kept.seen = self.kept.seen.model_copy(update={"objects": taken, "files": files})
        self._again(later)
        self.kept.save_seen()
        self.kept.save()


def may_lie_there(ws: Workspace) -> bool:
    """Whether what was fetched may lie in the data folder until it is taken in: not where all else there is encrypted."""
    return not seal.is_sealed(ws.settings.nonpublic_folder)


def order_for_night(ws: Workspace, meeting_ids: Iterable[str], now: dt.datetime) -> int:
    """Order the briefing of those meetings that are still to come and not written yet; returns how many there are."""
    count = 0
    for key in sorted(meeting_ids):
        chosen = held.meeting(ws, key)
        start = day(chosen.start) if chosen and chosen.start else None
        if chosen and start and start >= now.astimezone().date() and workflow.unwritten(ws, chosen):
            briefing_jobs.order(ws, chosen.id, not_before=briefing_jobs.tonight())
            count += 1
    return count


def _around(paper: Object, laid: Laid) -> list[Object]:
    """What says when and where a paper is consulted."""
    out: dict[str, Object] = {}
    for kind, key in references(paper):
        if kind in {"Consultation", "Meeting"} and (found := laid.holding(key)) is not None and not is_paper(found):
            out[key] = found
            for inner_kind, inner in references(found) if kind == "Consultation" else ():
                if inner_kind == "Meeting" and (meeting := laid.holding(inner)) is not None:
                    out[inner] = meeting
    return list(out.values())


def _is_away(paper: Object, away: set[str]) -> bool:
    """Whether a paper was deleted here, or all the meetings that it goes to were."""
    keys = (text(paper.get("reference")), text(paper.get("id")))
    if away & {ra_id("vorlage", key) for key in keys if key}:
        return True
    meetings = {ra_id("sitzung", key) for kind, key in references(paper) if kind == "Meeting"}
    return bool(meetings) and meetings <= away


def _digest(values: list[Object]) -> str:
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()[:24]


def _write(file: Path, values: Iterable[Object]) -> int:
    count = 0
    with file.open("wb") as stream:
        for value in values:
            stream.write(json.dumps(value).encode() + b"\n")
            count += 1
    return count


def _bounded(notes: list[str]) -> tuple[str, ...]:
    if len(notes) <= MOST_NOTES:
        return tuple(notes)
    return (*notes[:MOST_NOTES], f"Weitere {len(notes) - MOST_NOTES} Hinweise sind nicht einzeln genannt.")
