"""OParl data go into the archive: object by object, in steps that survive being killed.

What enters: files of OParl data, and both stores. What leaves: an OparlIntake that says what was recognised and what not.
What it does not know: where the files came from, what a user is shown.

All objects are laid down on disk first (`spool`), because they may come in any order. Meetings are saved next, then the
papers, some dozens to a transaction. Each object's hash is kept: one that came before and is the same is passed over,
so that an import that was killed goes on where it stopped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ratsassistent.archive.converting import Converter
from ratsassistent.archive.oparl_saving import Place, Target, TwoStores
from ratsassistent.archive.spool import Spool
from ratsassistent.archive.store import Store
from ratsassistent.errors import Interrupted
from ratsassistent.oparl import Meeting, Model, PagedText, Paper, Skipped, ra_id
from ratsassistent.pack.oparl_data import oparl_import
from ratsassistent.pack.oparl_data.oparl_objects import RawObject, take_apart, text, texts
from ratsassistent.pack.oparl_data.oparl_read import Found, read_objects

Progress = Callable[[str, float | None], None]

MEETINGS_A_STEP = 40
PAPERS_A_STEP = 30
AHEAD = 80  # papers whose text is read by other processes meanwhile
LETTERS_A_STEP = 1_500_000  # of the texts of papers; a step is held in memory


class OparlIntake(Model):
    """What an import did. Meetings and papers are named without their text; the archive has it.

    `unchanged`: how many objects were the same as before. `publishable`: loose papers that the non-public archive holds
    as pages and that OParl publishes in the same words.
    """

    meetings: tuple[Meeting, ...] = ()
    loose_papers: tuple[Paper, ...] = ()
    papers: int = 0
    files: int = 0
    files_without_text: int = 0
    unchanged: int = 0
    skipped: tuple[Skipped, ...] = ()
    publishable: tuple[str, ...] = ()


@dataclass
class _Tally:
    meetings: dict[str, Meeting] = field(default_factory=dict)
    papers: dict[str, list[tuple[str, Paper]]] = field(default_factory=dict)  # by item
    loose: list[Paper] = field(default_factory=list)
    count: int = 0
    files: int = 0
    without_text: int = 0
    unchanged: int = 0
    publishable: list[str] = field(default_factory=list)


def take_in_oparl(
    inputs: Sequence[tuple[Path, str]],
    public: Store,
    nonpublic: Store,
    *,
    progress: Progress = lambda _line, _done: None,
    should_stop: Callable[[], bool] | None = None,
) -> OparlIntake:
    """Take in files of OParl data; the same again changes nothing.

    :param inputs: files and what they are called in reports.
    :raises Interrupted: `should_stop` said so; all that was saved until then is kept.
    :raises StorageError: an archive cannot be written.
    """
    stores = TwoStores(public, nonpublic)
    tally = _Tally()
    with Spool(stores.name_of) as spool:
        skipped = list(_lay_down(inputs, spool, progress, should_stop))
        _save_meetings(spool, stores, tally, progress, should_stop)
        _save_papers(spool, stores, tally, progress, should_stop)
        stores.save_names(spool)
    if tally.without_text:
        count = tally.without_text
        who = "1 Datei hat" if count == 1 else f"{count} Dateien haben"
        reason = f"{who} in den OParl-Daten keinen Text; davon ist nur der Name bekannt."
        skipped.append(Skipped(path=", ".join(name for _, name in inputs), reason=reason))
    return OparlIntake(
        meetings=tuple(_with_papers(meeting, tally) for meeting in tally.meetings.values()),
        loose_papers=tuple(tally.loose),
        papers=tally.count,
        files=tally.files,
        files_without_text=tally.without_text,
        unchanged=tally.unchanged,
        skipped=tuple(skipped),
        publishable=tuple(tally.publishable),
    )


def _lay_down(
    inputs: Sequence[tuple[Path, str]], spool: Spool, progress: Progress, should_stop: Callable[[], bool] | None
) -> Iterator[Skipped]:
    """Read all files into the spool; what cannot be read comes out."""
    for number, (path, name) in enumerate(inputs):
        strange = known = 0
        for count, found in enumerate(read_objects(path, name)):
            if count % 200 == 0:
                _stop_if(should_stop)
                done = found.done if isinstance(found, Found) else 0.0
                progress(f"{name} wird gelesen", 0.1 * (number + done) / len(inputs))
            if isinstance(found, Skipped):
                yield found
                continue
            try:
                for raw in take_apart(found.value):
                    if raw is None:
                        strange += 1
                    else:
                        known += 1
                        spool.put(raw)
            except (RecursionError, ValueError, TypeError):
                yield Skipped(path=found.place, reason="Dieses Objekt ist nicht zu verstehen.")
        if strange:
            what = "1 Objekt ist" if strange == 1 else f"{strange} Objekte sind"
            yield Skipped(path=name, reason=f"{what} keine Sitzung, keine Vorlage und nichts anderes aus OParl.")


def _save_meetings(
    spool: Spool, stores: TwoStores, tally: _Tally, progress: Progress, should_stop: Callable[[], bool] | None
) -> None:
    ids = spool.ids("Meeting")
    for start in range(0, len(ids), MEETINGS_A_STEP):
        _stop_if(should_stop)
        progress(f"Sitzung {start + 1} von {len(ids)}", 0.1 + 0.1 * start / max(len(ids), 1))
        with stores.step() as target:
            for key in ids[start : start + MEETINGS_A_STEP]:
                raw = spool.get(key)
                if raw is not None:
                    _save_meeting(raw, spool, target, tally)


def _save_meeting(raw: RawObject, spool: Spool, target: Target, tally: _Tally) -> None:
    meeting, unchanged = target.put_meeting(oparl_import.meeting_of(raw, spool))
    tally.meetings[meeting.id] = meeting
    tally.unchanged += unchanged
    for item_raw in oparl_import.item_objects(raw, spool):
        consultations = texts(item_raw.fields.get("consultation"))
        target.link_held(item_raw.id, [key for key in consultations if spool.get(key) is None])
        files = oparl_import.file_objects(item_raw, ("resolutionFile", "auxiliaryFile"), spool)
        if any(text(f.fields.get("text")) for f in files):
            place = target.place_of(item_raw.id)
            name = text(item_raw.fields.get("name")) or "Unterlagen"
            paper_id = ra_id("vorlage", item_raw.id)
            given = oparl_import.PaperFiles(paper_id, name, tuple(files), paper_type="Anlagen")
            taken = oparl_import.paper_from_files(given)
            _count(taken, target.put_paper(taken, [place] if place else [], raw=[item_raw, *files]), tally)
    for name in ("invitation", "resultsProtocol", "verbatimProtocol", "auxiliaryFile"):
        kind = {"invitation": "Einladung", "auxiliaryFile": "Anlage"}.get(name, "Niederschrift")
        for key in texts(raw.fields.get(name)):
            file = spool.get(key)
            if file is not None and file.kind == "File" and text(file.fields.get("text")):
                title = f"{oparl_import.file_of(file, '').name} – {meeting.name}"
                paper_id = ra_id("vorlage", file.id)
                given = oparl_import.PaperFiles(paper_id, title, (file,), frozenset({file.id}), kind)
                taken = oparl_import.paper_from_files(given)
                whole = Place(meeting.id, None, "", all(item.public is True for item in meeting.agendaItem))
                _count(taken, target.put_paper(taken, [whole], raw=[file]), tally)


def _save_papers(
    spool: Spool, stores: TwoStores, tally: _Tally, progress: Progress, should_stop: Callable[[], bool] | None
) -> None:
    ids = spool.ids("Paper")
    known = stores.known_papers()
    done = announced = 0
    with Converter(sum(key not in known for key in ids)) as converter:
        while done < len(ids):
            _stop_if(should_stop)
            progress(f"Vorlage {done + 1} von {len(ids)}", 0.2 + 0.8 * done / len(ids))
            letters = 0
            with stores.step() as target:
                for key in ids[done : done + PAPERS_A_STEP]:
                    while converter.works_ahead and announced < min(done + AHEAD, len(ids)):
                        later = spool.get(ids[announced])
                        if later is not None and later.id not in known:
                            converter.announce(later.id, oparl_import.files_of(later, spool))
                        announced += 1
                    raw = spool.get(key)
                    done += 1
                    if raw is not None:
                        letters += _save_paper(raw, spool, target, tally, converter)
                    if letters > LETTERS_A_STEP:
                        break


def _save_paper(raw: RawObject, spool: Spool, target: Target, tally: _Tally, converter: Converter) -> int:
    """Returns how long the text of the paper was, if it had to be saved."""
    consultations = oparl_import.consultation_objects(raw, spool)
    item_ids = [*spool.children(raw.id, "AgendaItem")]
    for consultation in consultations:
        item_ids += [*texts(consultation.fields.get("agendaItem")), *spool.children(consultation.id, "AgendaItem")]
    places = [place for key in dict.fromkeys(item_ids) if (place := target.place_of(key))]
    files = oparl_import.file_objects(raw, ("mainFile", "auxiliaryFile"), spool)
    around = [o for c in consultations for o in (c, *_around(c, spool))]
    seen = [raw, *files, *around]
    known = target.unchanged_paper(raw.id, places, seen)
    if known is not None:
        taken = oparl_import.TakenPaper(paper=known, files=())
        tally.files += len(files)
        tally.without_text += sum(not text(f.fields.get("text")) for f in files)
        _count(taken, (known, places, True), tally)
        return 0
    taken = oparl_import.paper_of(raw, spool, converter.convert(raw.id, oparl_import.files_of(raw, spool)))
    closed = raw.fields.get("public") is False  # no field of OParl, but a vendor may say so
    done = target.put_paper(taken, places, raw=seen, consultations=[c.id for c in consultations], closed=closed)
    _count(taken, done, tally)
    if not done[1] and target.is_publishable(done[0]):
        tally.publishable.append(done[0].id)
    return len(taken.paper.text.text)


def _around(consultation: RawObject, spool: Spool) -> Iterator[RawObject]:
    """What the Beratungsfolge of a paper says about this consultation."""
    for name in ("agendaItem", "meeting"):
        for key in texts(consultation.fields.get(name)):
            if (found := spool.get(key)) is not None:
                yield found


def _count(taken: oparl_import.TakenPaper, done: tuple[Paper, Sequence[Place], bool], tally: _Tally) -> None:
    paper, places, unchanged = done
    tally.count += 1
    tally.files += len(taken.files)
    tally.without_text += taken.without_text
    tally.unchanged += unchanged
    light = paper.model_copy(update={"text": PagedText(text="", starts=()), "parts": (), "form": (), "changes": ()})
    for place in places:
        if place.item_id:
            tally.papers.setdefault(place.item_id, []).append((paper.id, light))
    if not any(place.item_id for place in places):
        tally.loose.append(light)


def _with_papers(meeting: Meeting, tally: _Tally) -> Meeting:
    items = tuple(
        item.model_copy(update={"papers": tuple(dict(tally.papers[item.id]).values())})
        if item.id in tally.papers
        else item
        for item in meeting.agendaItem
    )
    return meeting.model_copy(update={"agendaItem": items})


def _stop_if(should_stop: Callable[[], bool] | None) -> None:
    if should_stop and should_stop():
        raise Interrupted("Das Einlesen wurde angehalten; was fertig ist, bleibt erhalten.")
