"""What persons say of briefings: kept beside them, and laid over them whenever they are handed out.

What enters: an opened Workspace, what a person says of an item. What leaves: Remarks, and ItemBriefings with them.
What it does not know: how briefings are written, how a remark changes one (`writing.remarks`).

Where persons sign in, a note is for whoever wrote it, for the Fraktion, or for all who see the item; only its author takes it
back. Notes for few lie in the non-public store, whatever their item is. What changes a statement is for all. Nobody who has not
signed in sees a note for few, also not the Sitzungsdienst, nor a command at the machine.

A run of the program never changes a remark, and a remark never changes what is stored of a run. What was said of
something non-public stays in the non-public store, also where that has become public since; a briefing that tells of it
is handed out as non-public.
"""

from __future__ import annotations

import datetime as dt
import unicodedata
import uuid
from collections.abc import Iterable, Sequence
from typing import get_args

from ratsassistent import held, rights, suspicions
from ratsassistent.archive.remarks_table import NOBODY, Reader, Remarks
from ratsassistent.archive.store import Store
from ratsassistent.bodies import Organization
from ratsassistent.briefings import Audience, ItemBriefing, Level, Remark, RemarkKind, Statement
from ratsassistent.errors import InputError, NotAllowed, NotFound
from ratsassistent.oparl import AgendaItem, Citation, Meeting, ra_id
from ratsassistent.workspace import Workspace
from ratsassistent.writing.remarks import applied, in_order, is_note, statements_of
from ratsassistent.writing.text.cited import PageTexts, page_texts

Told = Sequence[tuple[Remark, ...]]  # what persons said of each of several items
LEVELS: tuple[Level, ...] = get_args(Level)
AUDIENCES: tuple[Audience, ...] = get_args(Audience)
LONGEST = 4000  # letters of a correction or note

_OFFICIAL = {"beschluss", "beschlussvorschlag", "beschlussantrag", "wortlaut", "resolution"}


def handed_out(
    ws: Workspace, item: AgendaItem, written: ItemBriefing, said: tuple[Remark, ...] | None = None
) -> ItemBriefing:
    """The briefing of an item with all that persons said of the item and its papers, and what is suspicious in these.

    :param written: as it is stored. :param said: that, where it is at hand (`said_of_all`); else it is read.
    """
    written = written.model_copy(update={"suspicious": suspicions.of_item(ws, item)})
    said = _said_of(ws, item) if said is None else said
    if not said:
        return written
    made = applied(written, said, _pages(ws, item, written, said))
    if made.public is True and any(r.text and r.audience == "all" for r in _remarks(ws, ws.nonpublic).of(_ids(item))):
        made = made.model_copy(update={"public": False})
    return made


def remark(
    ws: Workspace,
    wanted: str | None,
    top: str,
    kind: RemarkKind,
    *,
    target: str | None = None,
    text: str | None = None,
    audience: Audience | None = None,
    fraction: str | None = None,
) -> Remark:
    """Keep what a person says of an agenda item or of one of its statements; it shows in every briefing from then on.

    It is kept in the store that the item belongs to; a note for few in the non-public one.

    :param wanted: the meeting; None where `top` names a paper.
    :param target: the key of a statement that was shown; None for a note to the item.
    :param text: of a correction or note. :param audience: who sees a note; None: who has signed in alone, and where nobody has
        to, all. :param fraction: id of the Fraktion, where the person belongs to several.
    :raises NotFound: there is no such meeting, item or statement. :raises Ambiguous: there are several.
    :raises InputError: something is missing, too much, too long, or would change official wording.
    """
    ws.need("note")
    words = _words(kind, text)
    readers = _for_whom(ws, kind, audience, fraction)
    if wanted is None:
        item = held.wanted_paper(ws, top)
        meeting_id = next((m.id for m in held.meetings(ws, with_text=False) if _has_paper(m, item.id)), None)
    else:
        meeting = held.wanted_meeting(ws, wanted)
        item, meeting_id = held.wanted_item(meeting, top), meeting.id
    known = _said_of(ws, item)
    now = dt.datetime.now(dt.UTC)
    if known:  # clocks go back, and may stand still for longer than it takes to say two things
        now = max(now, known[-1].written + dt.timedelta(microseconds=1))
    said = Remark(
        id=ra_id("anmerkung", item.id, now.isoformat(), uuid.uuid4().hex),
        item_id=item.id,
        kind=kind,
        text=words,
        author=ws.settings.name,
        written=now,
        person=ws.settings.person,
    )
    said = said.model_copy(update=_about(ws, item, said, target, known) | readers)
    store, public = held.store_for(ws, item), not held.is_confidential(item)
    if said.audience != "all":
        ws.need_open()
        store = ws.nonpublic
        if public and wanted is None:
            meeting_id = None  # it goes with the paper alone, which the non-public archive does not have
    Remarks(store).add(said, meeting_id, public=public)
    return said


def withdraw(ws: Workspace, remark_id: str) -> Remark:
    """Take back a remark: it is deleted.

    :raises NotFound: there is none of this id that this person sees. :raises NotAllowed: somebody else wrote it.
    """
    ws.need("note")
    for store in ws.stores:
        known = _remarks(ws, store).one(remark_id)
        if known is not None:
            if not _takes_back(ws, known):
                raise NotAllowed("Das kann nur zurücknehmen, wer es geschrieben hat.")
            Remarks(store).withdraw(remark_id)
            return known
    raise NotFound(f"Eine Anmerkung „{remark_id}“ ist nicht vorhanden.")


def remarks(ws: Workspace, wanted: str) -> tuple[Remark, ...]:
    """All that persons said of a meeting's items and their papers, the oldest first.

    :raises NotFound: there is no such meeting. :raises Ambiguous: there are several.
    """
    meeting = held.wanted_meeting(ws, wanted)
    ids = {key for item in meeting.agendaItem for key in _ids(item)}
    return _handed_out(ws, (remark for store in ws.stores for remark in _remarks(ws, store).of(ids, meeting.id)))


def remarks_of_paper(ws: Workspace, reference: str) -> tuple[Remark, ...]:
    """All that persons said of a paper by itself, the oldest first.

    :raises NotFound: no such paper is held.
    """
    return _said_of(ws, held.wanted_paper(ws, reference))


def forget(ws: Workspace, gone: Iterable[str]) -> None:
    """Delete what was said of things that were deleted; `gone` is what `Store.delete_meeting` returned."""
    ids = list(gone)
    for store in ws.stores:
        Remarks(store).forget(ids)


def said_of_all(ws: Workspace, items: Sequence[AgendaItem]) -> Told:
    """What persons said of each of these items and its papers, the oldest first; read at once."""
    ids = {key for item in items for key in _ids(item)}
    said = [remark for store in ws.stores for remark in _remarks(ws, store).of(ids)]
    return (
        [_handed_out(ws, (remark for remark in said if remark.item_id in _ids(item))) for item in items]
        if said
        else [()] * len(items)
    )


def which(told: Told) -> tuple[tuple[str, bool], ...]:
    """What tells whether two persons are told the same."""
    return tuple((one.id, one.takes_back) for said in told for one in said)


def _said_of(ws: Workspace, item: AgendaItem) -> tuple[Remark, ...]:
    return _handed_out(ws, (remark for store in ws.stores for remark in _remarks(ws, store).of(_ids(item))))


def reader(ws: Workspace) -> Reader:
    """Who reads: a person with the Fraktionen of today, or nobody who has signed in."""
    person = ws.settings.person
    return Reader(person, frozenset(one.id for one in fractions(ws))) if person is not None else NOBODY


def fractions(ws: Workspace) -> list[Organization]:
    """The Fraktionen that whoever has signed in belongs to today."""
    person = ws.settings.person
    return [] if person is None else rights.fractions(ws.settings.data_folder, person)


def forget_person(ws: Workspace, person: str) -> None:
    """Somebody has no access any more: the notes for that person alone are deleted, the others stay, with the name, as nobody's.

    :raises Locked: the non-public archive is locked.
    """
    ws.need_open()
    for store in ws.stores:
        Remarks(store).leave(person)


def _remarks(ws: Workspace, store: Store) -> Remarks:
    return Remarks(store, reader(ws))


def _handed_out(ws: Workspace, found: Iterable[Remark]) -> tuple[Remark, ...]:
    return in_order(
        one if (mine := _takes_back(ws, one)) == one.takes_back else one.model_copy(update={"takes_back": mine})
        for one in found
    )


def _takes_back(ws: Workspace, said: Remark) -> bool:
    """Whether who sees a remark may take it back: its author; of nobody's the Fraktion or the Sitzungsdienst; of what changes a
    statement for all the Sitzungsdienst, too."""
    me = ws.settings.person
    if me is None:
        return ws.rights is None
    if not ws.may("note"):
        return False
    if said.person == me or (said.person is None and said.audience == "fraction"):
        return True
    return (said.person is None or said.kind != "note") and ws.may("correct")


def _for_whom(ws: Workspace, kind: RemarkKind, audience: Audience | None, fraction: str | None) -> dict[str, object]:
    """Who sees what is said; the Fraktion is one that the person belongs to."""
    signed_in = ws.settings.person is not None
    wanted = audience or ("self" if signed_in and kind == "note" else "all")
    if wanted not in AUDIENCES or (wanted != "all" and (kind != "note" or not signed_in)):
        raise InputError(
            "Das ist immer für alle zu sehen; nur eine Notiz kann für wenige sein, und nur nach einer Anmeldung."
        )
    if wanted != "fraction":
        return {"audience": wanted}
    mine = fractions(ws)
    chosen = next((one for one in mine if fraction in (None, one.id)), None)
    if chosen is None or (fraction is None and len(mine) > 1):
        raise InputError("Bitte sagen, für welche Fraktion die Notiz ist; Sie müssen ihr angehören.")
    return {"audience": wanted, "organization": chosen.id, "fraction": chosen.name}


def _ids(item: AgendaItem) -> list[str]:
    """What remarks of an item are kept under: its own id, and those of its papers, which may have come before it."""
    return [item.id, *(paper.id for paper in item.papers)]


def _words(kind: RemarkKind, text: str | None) -> str | None:
    """What a person wrote, without signs that cannot be shown or stored."""
    plain = unicodedata.normalize("NFC", (text or "").replace("\r\n", "\n").replace("\r", "\n"))
    plain = "".join(c for c in plain if c in "\n\t" or unicodedata.category(c) not in {"Cc", "Cs"}).strip()
    if kind in {"confirm", "remove"}:
        if plain:
            raise InputError("Zum Bestätigen und Entfernen gehört kein Text; bitte dafür eine Notiz schreiben.")
        return None
    if not plain:
        what = "Die Berichtigung" if kind == "correct" else "Die Notiz"
        raise InputError(f"{what} ist leer; bitte einen Text angeben.")
    if len(plain) > LONGEST:
        raise InputError(f"Der Text ist mit {len(plain)} Zeichen zu lang; es sind höchstens {LONGEST} möglich.")
    return plain


def _about(
    ws: Workspace, item: AgendaItem, said: Remark, target: str | None, known: Iterable[Remark]
) -> dict[str, object]:
    """What a remark is about: a statement that was shown at either level, also one that was removed or is gone."""
    held_here = [store.briefing(item.id, level) for store in ws.stores for level in LEVELS]
    shown = [applied(made, known) for made in held_here if made is not None]
    if target is not None and _is_official(target, item, shown):
        if said.kind != "note":
            raise InputError(
                "Der Beschlussvorschlag ist amtlicher Wortlaut und bleibt, wie er ist; "
                "dazu ist nur eine Notiz zum Tagesordnungspunkt möglich."
            )
        return {}
    if target is None:
        if said.kind != "note":
            raise InputError(
                "Bitte die Kennung der Aussage angeben, um die es geht; der Beschlussvorschlag bleibt im Wortlaut, "
                "dazu ist nur eine Notiz möglich."
            )
        return {}
    for statement in sorted((s for made in shown for s in statements_of(made)), key=is_note):
        if statement.key == target:
            wording = statement.replaces or statement.text
            return {
                "target": target, "target_text": wording, "label": statement.label, "citation": statement.citation
            }  # fmt: skip
    for earlier in known:
        if earlier.target == target:
            return {name: getattr(earlier, name) for name in ("target", "target_text", "label", "citation")}
    raise NotFound(
        f"Eine Aussage „{target}“ gibt es bei diesem Tagesordnungspunkt nicht; die Kennungen zeigt „briefing --json“."
    )


def _is_official(target: str, item: AgendaItem, shown: Iterable[ItemBriefing]) -> bool:
    """True where a target names wording that a body proposes or has adopted."""
    wordings = [(b.resolution.text, b.resolution.citation) for b in shown if b.resolution]
    wordings += [(d.text, d.citation) for d in item.decisions if d.text]
    keys = {Statement(text=text, origin="verbatim", citation=citation).key for text, citation in wordings}
    return target in keys or target.casefold() in _OFFICIAL


def _has_paper(meeting: Meeting, paper_id: str) -> bool:
    return any(paper.id == paper_id for item in meeting.agendaItem for paper in item.papers)


def _pages(ws: Workspace, item: AgendaItem, written: ItemBriefing, said: Iterable[Remark]) -> PageTexts:
    """The texts of the pages that corrected statements cite; those of an edition that has gone, too."""
    corrections = {remark.target: remark for remark in said if remark.kind == "correct"}
    cited: list[Citation] = [c for remark in corrections.values() for c in remark.citation]
    cited += [c for s in statements_of(written) if s.key in corrections for c in s.citation]
    if not cited:
        return {}
    texts = page_texts(item.papers)
    stores = ws.stores if held.is_confidential(item) else (ws.public,)
    for file_id, number in {(c.file_id, c.page) for c in cited} - texts.keys():
        if file_id is not None and number is not None:
            pages = (store.page(file_id, number) for store in stores)
            texts[file_id, number] = next((page.text for page in pages if page is not None), "")
    return texts
