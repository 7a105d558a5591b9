"""A meeting, its non-public part, or a paper by itself is deleted with all that was made of it, in the archives and beside them.

What enters: an opened Workspace, how a person names the meeting. What leaves: what was deleted.
What it does not know: SQL, commands, the page, backups (they hold it until they expire: `backup.known`).

That it is to be deleted is noted first, and the note goes last: a crash, or a take-in that still holds the meeting in
memory, does not bring half of it back. `finish` is called whenever a data folder is opened.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress

from ratsassistent import (
    access_log,
    correcting,
    corrections,
    deletions,
    event_log,
    held,
    leftovers,
    marks,
    register,
    remarks,
    swapping,
)
from ratsassistent.archive import deadlines_table, deletion
from ratsassistent.archive.deadlines_table import Deadlines, Part
from ratsassistent.archive.ocr_cache import OcrCache
from ratsassistent.archive.register import Register
from ratsassistent.archive.remarks_table import Remarks
from ratsassistent.archive.searches_table import Searches
from ratsassistent.errors import InputError, NotFound, StorageError
from ratsassistent.oparl import Meeting, Paper
from ratsassistent.workspace import Workspace


def delete(ws: Workspace, wanted: str, part: Part = "all") -> Meeting:
    """Remove a meeting, or its non-public part, and all that was derived from it, in both archives; its jobs too.

    :raises NotFound: there is no such meeting. :raises Ambiguous: there are several. :raises InputError: it has no such part.
    :raises Locked: the non-public archive is locked.
    """
    ws.need_open()
    chosen = held.wanted_meeting(ws, wanted)
    if part == "nonpublic":
        if chosen.id not in deadlines_table.meeting_ids(ws.nonpublic):
            raise InputError("Von dieser Sitzung ist nichts Nichtöffentliches vorhanden.")
        delete_nonpublic(ws, [chosen.id])
    else:
        delete_these(ws, [chosen.id])
    return chosen


def delete_paper(ws: Workspace, wanted: str) -> Paper:
    """Remove a paper that belongs to no meeting.

    :raises NotFound: there is no such single paper.
    """
    key = " ".join(wanted.casefold().split())
    found = [
        p for p in held.loose_papers(ws, with_text=False) if wanted == p.id or key == (p.reference or "").casefold()
    ]
    if not found:
        raise NotFound(f"Eine einzelne Vorlage „{wanted}“ ist nicht vorhanden.")
    delete_these(ws, [found[0].id])
    return found[0]


def delete_these(ws: Workspace, ids: Iterable[str]) -> None:
    """Remove the meetings and papers with these ids; one that is not there is no error.

    :raises Locked: the non-public archive is locked: half of it would stay.
    """
    ws.need_open()
    count = 0
    with event_log.timed("delete") as told:
        for key in ids:
            deletion.begin(ws.nonpublic, key)
            count += 1
        _finish_now(ws)
        told["deleted"] = count


def delete_nonpublic(ws: Workspace, ids: Iterable[str]) -> None:
    """Remove what is not public, or not known to be, of the meetings with these ids; one without any of it is no error.

    A meeting of which nothing is public goes whole.
    """
    public = deadlines_table.meeting_ids(ws.public)
    for key in ids:
        deletion.begin(ws.nonpublic, key, "nonpublic" if key in public else "all")
    _finish_now(ws)


def _finish_now(ws: Workspace) -> None:
    try:
        finish(ws)
    except StorageError as error:
        raise StorageError(f"{error} Das Löschen ist vorgemerkt und wird dann von selbst beendet.") from error


def finish(ws: Workspace) -> None:
    """Do what was begun and not ended; of an archive that is locked, when it is opened."""
    if ws.is_locked:
        return
    keys, parts = deletion.begun(ws.nonpublic), deletion.begun(ws.nonpublic, "nonpublic")
    left = any(deletion.to_forget(store) for store in ws.stores) or deletion.to_forget(ws.nonpublic, "nonpublic")
    if not keys and not parts and not left:
        return
    _remove(ws, keys)
    _remove_nonpublic(ws, parts)
    with correcting.if_alone(ws) as alone:
        if alone:  # else whoever takes in may still hold it in memory: the note stays until then
            _remove(ws, keys)
            _remove_nonpublic(ws, parts)
            correcting.drop_strays(ws)
            deletion.end(ws.nonpublic, keys, ())
            deletion.end(ws.nonpublic, parts, (), "nonpublic")
    with suppress(StorageError):  # the archives say it, too
        deletions.known(ws)


def tidy(ws: Workspace) -> None:
    """Remove what killed programs left behind; for the start of a program that stays."""
    leftovers.sweep(ws.settings)
    swapping.is_announced(ws.settings)
    with correcting.if_alone(ws) as alone:
        if alone:
            correcting.drop_strays(ws)


def _remove(ws: Workspace, keys: Sequence[str]) -> None:
    for key in keys:
        for store in ws.stores:
            store.delete_meeting(key, clean=False)  # writing the database anew takes long: once, at the end
            store.delete_paper(key, clean=False)
    gone = {store: deletion.to_forget(store) for store in ws.stores}
    ids = list(dict.fromkeys(key for keys in gone.values() for key in keys))
    if not ids:
        for store in ws.stores if keys else ():
            store.clean()  # does nothing where nothing is left to do
        return
    remarks.forget(ws, ids)
    marks.forget_marks(ws, ids)
    corrections.forget(ws, ids)
    register.forget(ws, ids)
    ws.jobs.forget(tuple(ids))
    OcrCache(ws.nonpublic).forget(ids)
    Searches(ws.nonpublic).forget(ids)
    Deadlines(ws.nonpublic).forget(ids)
    access_log.forget(ws, ids)
    leftovers.remove(ws.settings, set(ids))
    for store in ws.stores:
        deletion.end(store, (), gone[store])
        store.clean()


def _remove_nonpublic(ws: Workspace, keys: Sequence[str]) -> None:
    """What the non-public archive has goes; questions and searches within the meeting go too, since nobody can tell what is in them."""
    store = ws.nonpublic
    for key in keys:
        deletion.delete_nonpublic(store, key)
    gone = deletion.to_forget(store, "nonpublic")
    if not gone:
        if keys:
            store.clean()
        return
    public = deletion.still_there(ws.public, gone)
    said = Remarks(store)
    said.forget(gone, deletion.still_there(ws.public, said.of_public(gone)))
    Register(store).forget(gone)
    marks.forget_marks(ws, [key for key in gone if key not in public])
    ws.jobs.forget(tuple(gone))
    OcrCache(store).forget(gone)
    Searches(store).forget(gone)
    Deadlines(store).forget(gone, "nonpublic")
    access_log.forget(ws, gone)
    leftovers.remove(ws.settings, set(gone))
    deletion.end(store, (), gone, "nonpublic")
    store.clean()
