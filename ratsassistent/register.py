"""The register of resolutions of both archives: read, looked up, and what a clerk enters.

What enters: an opened Workspace; filters and words; status, deadline and office of a resolution. What leaves:
Resolutions, the best fitting or the newest first. What it does not know: how they are shown and exported.

What came in since the register was last asked is read first: it is brought up to date by whoever looks, and after each
take-in. What a person enters lies in the archive that the resolution belongs to, and reading never touches it.
"""

from __future__ import annotations

import datetime as dt
import unicodedata
import uuid
from collections.abc import Sequence
from typing import Literal

from ratsassistent import held
from ratsassistent.archive.decided import resolutions_of
from ratsassistent.archive.register import Proposed, Register, Wanted, newest_first
from ratsassistent.archive.store import Store
from ratsassistent.errors import InputError, NotFound
from ratsassistent.oparl import AgendaItem, Outcome, ra_id
from ratsassistent.resolutions import RegisterEntry, Resolution, Status
from ratsassistent.workspace import Progress, Workspace, quiet
from ratsassistent.writing.extracts.wording import main_first, resolution_of, without_boxes

LONGEST = 500  # letters of an office or a note
A_STEP = 50  # items that are read before they are written
_NOTHING_TO_DO: tuple[Status, ...] = ("done", "dropped")
_ADVISED = ("vorberat", "anhörung", "beratung", "empfehlung")  # roles of a body that does not decide itself


def bring_up_to_date(ws: Workspace, progress: Progress = quiet) -> int:
    """Read what came in since the register was last asked; returns how many agenda items. May be broken off at any time."""
    return sum(_read(store.whole, progress) for store in ws.stores if not store.is_locked)


def _read(store: Store, progress: Progress) -> int:
    register = Register(store)
    waiting = register.unread()
    for start in range(0, len(waiting), A_STEP):
        if len(waiting) > A_STEP:
            progress("Das Beschlussregister wird gelesen", start / len(waiting))
        made: list[tuple[str, Sequence[Resolution], Proposed | None]] = []
        for item_id in waiting[start : start + A_STEP]:
            found = register.source(item_id)
            if found is not None:
                meeting, item = found
                made.append((item_id, resolutions_of(meeting, item), _proposed(item)))
        register.put(made)
    return len(waiting)


def _proposed(item: AgendaItem) -> Proposed | None:
    """What the papers of an item propose; what minutes say of it is no proposal."""
    papers = [without_boxes(paper) for paper in main_first(item.papers) if paper.paperType != "Niederschrift"]
    wording = resolution_of(papers)
    return Proposed(text=wording.text, citation=wording.citation) if wording else None


def resolutions(
    ws: Workspace,
    text: str = "",
    *,
    since: str | None = None,
    until: str | None = None,
    organization: str | None = None,
    paper_type: str | None = None,
    wanted: str | None = None,
    outcomes: Sequence[Outcome] = (),
    statuses: Sequence[Status] = (),
    limit: int | None = None,
    progress: Progress = quiet,
) -> list[Resolution]:
    """The resolutions that pass the filters and hold the words, of both archives.

    :param since: ISO day; `until` too. :param wanted: a meeting.
    :param statuses: what a clerk entered.
    :raises NotFound: there is no such meeting. :raises Ambiguous: there are several.
    """
    bring_up_to_date(ws, progress)
    asked = Wanted(
        text=text, since=since, until=until, organization=organization, paper_type=paper_type,
        meeting_id=held.wanted_meeting(ws, wanted).id if wanted else None, outcomes=tuple(outcomes),
    )  # fmt: skip
    return find(ws, asked, statuses=statuses, limit=limit)


def find(
    ws: Workspace, asked: Wanted, *, statuses: Sequence[Status] = (), limit: int | None = None
) -> list[Resolution]:
    """The same for filters that were put together already; the register is taken as it is."""
    found: list[tuple[float, Resolution]] = []
    for store in ws.stores:
        register, mine = Register(store), asked
        if statuses:
            ids = tuple(key for key, status in register.entered().items() if status in statuses)
            if not ids:
                continue
            mine = Wanted(**{**{name: getattr(asked, name) for name in Wanted.__slots__}, "ids": ids})
        found += register.find(mine, limit)
    united = _united(newest_first(found))
    return united if limit is None else united[:limit]


def _united(found: Sequence[Resolution]) -> list[Resolution]:
    """Each resolution once: an item whose papers are partly non-public stands in both archives.

    The non-public part is shown where it tells more; what was entered in either is kept.
    """
    known: dict[str, Resolution] = {}
    for one in found:
        other = known.get(one.id)
        if other is None:
            known[one.id] = one
            continue
        richer, poorer = (one, other) if len(one.sources) > len(other.sources) else (other, one)
        if poorer.entered and (not richer.entered or richer.entered < poorer.entered):
            entered = ("status", "deadline", "office", "note", "entered", "author")
            richer = richer.model_copy(update={name: getattr(poorer, name) for name in entered})
        known[one.id] = richer
    return list(known.values())


def resolution(ws: Workspace, wanted: str) -> Resolution:
    """The resolution with this id.

    :raises NotFound: there is none.
    """
    bring_up_to_date(ws)
    found = find(ws, Wanted(ids=(wanted,)))
    if not found:
        raise NotFound(f"Einen Beschluss „{wanted}“ gibt es nicht; die Kennungen zeigt „ratsassistent beschluesse“.")
    return found[0]


def history(ws: Workspace, wanted: str) -> list[RegisterEntry]:
    """All that was entered about a resolution, the oldest first."""
    entries = [entry for store in ws.stores for entry in Register(store).entries(wanted)]
    return sorted(entries, key=lambda entry: (entry.written, entry.id))


def enter(
    ws: Workspace,
    wanted: str,
    *,
    status: Status | Literal[""] | None = None,
    deadline: str | None = None,
    office: str | None = None,
    note: str | None = None,
    author: str | None = None,
) -> Resolution:
    """Keep status, deadline (ISO day) or office of a resolution; an empty text takes away what was entered before.

    :raises NotFound: there is no such resolution. :raises InputError: nothing is said, or too much.
    """
    if status is None and deadline is None and office is None and not note:
        raise InputError("Bitte angeben, was eingetragen werden soll: --status, --frist, --amt oder --notiz.")
    ws.need("register")
    known = resolution(ws, wanted)
    store = next(store for store in reversed(ws.stores) if Register(store).holds(known.id))
    told = history(ws, known.id)
    now = dt.datetime.now(dt.UTC)
    if told:  # clocks go back, and may stand still
        now = max(now, told[-1].written + dt.timedelta(microseconds=1))
    given = {"status": status, "deadline": deadline, "office": office}
    empty = [name for name, value in given.items() if value is not None and not value.strip()]
    entry = RegisterEntry.model_validate(
        {
            "id": ra_id("eintrag", known.id, now.isoformat(), uuid.uuid4().hex),
            "resolution_id": known.id,
            "item_id": known.item_id,
            "status": status or None,
            "deadline": _day(deadline) if deadline and deadline.strip() else None,
            "office": _plain(office, "Das Amt") or None,
            "note": _plain(note, "Die Notiz") or None,
            "cleared": empty,
            "author": _plain(author, "Der Name") or ws.settings.name,
            "written": now,
        }
    )
    Register(store).enter(entry, known.meeting_id)
    return known.with_entries((*told, entry))


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text.strip())
    except ValueError:
        raise InputError(f"„{text}“ ist kein Datum wie 2026-12-31.") from None


def _plain(text: str | None, what: str) -> str:
    """What a person wrote, on one line and without signs that cannot be shown or stored."""
    plain = unicodedata.normalize("NFC", " ".join((text or "").split()))
    plain = "".join(c for c in plain if unicodedata.category(c) not in {"Cc", "Cs"}).strip()
    if len(plain) > LONGEST:
        raise InputError(f"{what} ist mit {len(plain)} Zeichen zu lang; es sind höchstens {LONGEST} möglich.")
    return plain


def to_do(found: Sequence[Resolution], today: dt.date) -> list[Resolution]:
    """What is open of these resolutions: accepted and not done, or marked as open; the overdue first, then by deadline.

    What a body only advised on is left out, unless a clerk entered something about it.
    """
    open_ones = [one for one in found if _is_open(one)]
    return sorted(
        open_ones,
        key=lambda one: (
            one.deadline is None,
            one.deadline or dt.date.max,
            -dt.date.fromisoformat(one.date).toordinal() if one.date else 0,
        ),
    )


def _is_open(one: Resolution) -> bool:
    if one.status in _NOTHING_TO_DO:
        return False
    if one.entered and (one.status or one.deadline or one.office):
        return True
    advised = (one.role or "").casefold()
    return one.outcome == "accepted" and not advised.startswith(_ADVISED)


def forget(ws: Workspace, gone: Sequence[str]) -> None:
    """Delete what was entered about items that were deleted; `gone` is what `Store.delete_meeting` returned."""
    for store in ws.stores:
        Register(store).forget(gone)
