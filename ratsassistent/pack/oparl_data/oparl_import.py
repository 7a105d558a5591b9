"""Objects of OParl become our Meetings, AgendaItems, Papers and Files.

What enters: RawObjects, and a Lookup that knows the other objects, wherever they came from. What leaves: the same
objects as from PDFs, with their OParl ids; a file's text has no pages, so citations name the file only.
What it does not know: files on disk (`oparl_read`), the archive, whether a meeting is held already.

What belongs together may be said on either side: a Paper lists its Consultations, or a Consultation names its Paper.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from ratsassistent.oparl import (
    AgendaItem,
    Citation,
    Consultation,
    Decision,
    File,
    FileSpan,
    Meeting,
    Model,
    PagedText,
    PageStart,
    Paper,
    Vote,
    ra_id,
)
from ratsassistent.pack.minutes.votes import find_votes, outcome_of
from ratsassistent.pack.oparl_data.oparl_objects import (
    NO_ID,
    Fields,
    Kind,
    RawObject,
    body,
    day,
    flag,
    moment,
    text,
    texts,
    whole,
)
from ratsassistent.pack.page.text import clean_text
from ratsassistent.pack.papers.consultations import find_consultations
from ratsassistent.pack.papers.forms import form_values
from ratsassistent.pack.papers.heads import PageHead, Role, read_page_head
from ratsassistent.pack.papers.parts import DocumentStart, find_parts

VERSION = 3  # counts up when the same OParl objects would give other objects of ours
NO_PAGES = (1, 0)  # first and last page of a FileSpan that has none: an empty range
MAX_NAME = 500
HEAD = 6000  # characters of a file that tell what it is

_MINUTES = re.compile(
    r"(?i)protokoll|niederschrift|abstimmungs?ergebnis|beschlussauszug|^\W*auszug\b|beschlussausfertigung"
)
_STATEMENT = re.compile(r"(?i)stellungnahme|\bst\.?n\b|\bantwort|beantwortung")
_ANNEX = re.compile(
    r"(?i)^\W*(?:top\s*\d+\W*)?(?:anlagen?|anhang|beilage|plan|karte|pr[äa]sentation|foto)\b|\banlage\b|_anlage"
)
_BODY_NAME = re.compile(
    r"(?i)rat(?:s|es)?\b|ausschu(?:ss|ß)|versammlung|vertretung|beirat|kreistag|kommission|senat|bürgerschaft|magistrat|landtag"
)
_UNKNOWN_ROLE = {"unbekannt", "unknown", "-", "keine"}


class Lookup(Protocol):
    """Finds objects of OParl by id, and by what they belong to."""

    def get(self, object_id: str) -> RawObject | None:
        """The object, or None if nobody has it."""

    def children(self, parent_id: str, kind: Kind) -> list[str]:
        """The ids of the objects of a kind that say they belong to this one, in the order they came in."""

    def name_of(self, object_id: str) -> str | None:
        """The name of an Organization, also of one that came in earlier."""


class TakenPaper(Model):
    """A Paper with the Files it is made of. `without_text` are those that came with their names only."""

    paper: Paper
    files: tuple[File, ...]
    without_text: int = 0


@dataclass(frozen=True, slots=True)
class PaperFiles:
    """What a paper is made from. `main`: ids of the files that are the paper itself; else texts and names tell."""

    paper_id: str
    name: str
    files: tuple[RawObject, ...]
    main: frozenset[str] = frozenset()
    paper_type: str | None = None

    @property
    def letters(self) -> int:
        """About how long the texts are."""
        texts_given = (raw.fields.get("text") for raw in self.files)
        return sum(len(given) for given in texts_given if isinstance(given, str))


def meeting_of(raw: RawObject, lookup: Lookup) -> Meeting:
    """The meeting with its agenda, decisions included; papers are not put to the items here."""
    fields = raw.fields
    start = moment(fields.get("start")) or moment(fields.get("date"))
    names = [name for key in texts(fields.get("organization")) if (name := _organization(key, lookup))]
    name = _short(fields.get("name")) or " ".join(filter(None, ("Sitzung", names[0] if names else None)))
    organization = ", ".join(dict.fromkeys(names)) or body_name(name)
    if flag(fields.get("cancelled")):
        name += " (abgesagt)"
    items = [_item(item, place, lookup) for place, item in enumerate(item_objects(raw, lookup), 1)]
    if len({item.order for item in items}) < len(items):  # the list says it better
        items = [item.model_copy(update={"order": place}) for place, item in enumerate(items, 1)]
    return Meeting(
        id=ra_id("sitzung", raw.id),
        name=name,
        organization=organization,
        start=start,
        agendaItem=tuple(sorted(items, key=lambda item: item.order)),
        oparl_id=_oparl(raw.id),
    )


def item_objects(meeting: RawObject, lookup: Lookup) -> list[RawObject]:
    """The agenda items that a meeting lists, and those that say they belong to it."""
    ids = dict.fromkeys([*texts(meeting.fields.get("agendaItem")), *lookup.children(meeting.id, "AgendaItem")])
    return _all(ids, "AgendaItem", lookup)


def consultation_objects(owner: RawObject, lookup: Lookup) -> list[RawObject]:
    """The consultations of a paper or agenda item, whichever side names the other."""
    ids = dict.fromkeys([*texts(owner.fields.get("consultation")), *lookup.children(owner.id, "Consultation")])
    return _all(ids, "Consultation", lookup)


def file_objects(owner: RawObject, fields: Iterable[str], lookup: Lookup) -> list[RawObject]:
    """The files that an object lists in these fields, and those that say they belong to it."""
    ids = [key for field in fields for key in texts(owner.fields.get(field))]
    return _all(dict.fromkeys([*ids, *lookup.children(owner.id, "File")]), "File", lookup)


def files_of(raw: RawObject, lookup: Lookup) -> PaperFiles:
    """What the text of a paper is made from."""
    files = file_objects(raw, ("mainFile", "auxiliaryFile"), lookup)
    reference = _short(raw.fields.get("reference"))
    name = _short(raw.fields.get("name")) or reference or next((_file_name(f.fields) for f in files), "Ohne Titel")
    return PaperFiles(
        paper_id=ra_id("vorlage", reference) if reference else ra_id("vorlage", raw.id),
        name=name,
        files=tuple(files),
        main=frozenset(texts(raw.fields.get("mainFile"))),
        paper_type=_short(raw.fields.get("paperType")),
    )


def paper_of(raw: RawObject, lookup: Lookup, taken: TakenPaper | None = None) -> TakenPaper:
    """The paper with the text of all its files, its parts and its Beratungsfolge; `public` is not told here.

    :param taken: what `paper_from_files` made of `files_of` this paper, if it was done already.
    """
    taken = taken or paper_from_files(files_of(raw, lookup))
    fields = raw.fields
    consultations = tuple(c for found in consultation_objects(raw, lookup) if (c := _consultation(found, lookup)))
    paper = taken.paper.model_copy(
        update={
            "reference": _short(fields.get("reference")),
            "date": day(fields.get("date")),
            "consultations": consultations or find_consultations(taken.paper.text.text[:HEAD]),
            "oparl_id": _oparl(raw.id),
        }
    )
    return taken.model_copy(update={"paper": paper})


def paper_from_files(given: PaperFiles) -> TakenPaper:
    """A paper of files that have a text; also the minutes of a meeting, or what is attached to an agenda item."""
    whole_text = ""
    starts: list[PageStart] = []
    spans: list[FileSpan] = []
    out: list[File] = []
    heads: list[tuple[int, RawObject, PageHead]] = []
    empty = 0
    for raw in given.files:
        words = clean_text(body(raw.fields.get("text"))).strip()
        file = file_of(raw, words)
        out.append(file)
        spans.append(FileSpan(file_id=file.id, name=file.name, first=NO_PAGES[0], last=NO_PAGES[1]))
        if not words:
            empty += 1
            continue
        heads.append((len(whole_text), raw, read_page_head(words[:HEAD])))
        starts.append(PageStart(offset=len(whole_text), file_id=file.id, file=file.name, page=None))
        whole_text += words + "\n"
    paged = PagedText(text=whole_text, starts=tuple(starts))
    documents = [
        DocumentStart(
            offset,
            role,
            head.kind or (given.paper_type if role == "main" else None),
            head.label if role == "annex" else None,
        )
        for (offset, _, head), role in zip(heads, _roles([(r, h) for _, r, h in heads], given.main), strict=True)
    ]
    parts = find_parts(paged, documents) if documents else ()
    paper = Paper(
        id=given.paper_id,
        reference=None,
        name=given.name,
        paperType=given.paper_type,
        files=tuple(spans),
        text=paged,
        parts=parts,
        form=form_values(paged, parts) if parts else (),
    )
    return TakenPaper(paper=paper, files=tuple(out), without_text=empty)


def file_of(raw: RawObject, words: str) -> File:
    """The file, known by its OParl id; its checksum is that of its text, because its bytes are not here."""
    key = raw.id if _oparl(raw.id) else ra_id("datei", raw.id)
    return File(
        id=key, name=_file_name(raw.fields), sha256=hashlib.sha256(words.encode()).hexdigest(), oparl_id=_oparl(raw.id)
    )


def body_name(name: str | None) -> str | None:
    """The body that the name of a meeting speaks of ("41. Sitzung des Bauausschusses (öffentlich)"), or None."""
    bare = re.sub(r"\([^()]*\)", " ", name or "")
    bare = re.sub(
        r"(?i)^\W*(?:\d+\.\s*)?(?:(?:nicht)?öffentliche\s+)?(?:\w*sitzung|tagung)\s+(?:de[rs]|von)\s+",
        "",
        " ".join(bare.split()),
    )
    bare = re.sub(r"(?i)\s*(?:,|\bam\b|-|–)\s*\d{1,2}\.\s?\d{1,2}\..*$", "", bare).strip(" ,-–")
    return bare if _BODY_NAME.search(bare) and len(bare) <= 150 else None


def _item(raw: RawObject, place: int, lookup: Lookup) -> AgendaItem:
    fields = raw.fields
    order = whole(fields.get("order"))
    number = _short(fields.get("number"))
    decision = _decision(raw, lookup)
    return AgendaItem(
        id=ra_id("top", raw.id),
        order=order if order is not None else place,
        number=number,
        name=_short(fields.get("name")) or (f"TOP {number}" if number else "Ohne Titel"),
        public=flag(fields.get("public")),
        decisions=(decision,) if decision else (),
        withdrawn=bool(
            re.fullmatch(
                r"(?i)\W*(?:von der tagesordnung )?(?:abgesetzt|zurückgezogen)\W*", _short(fields.get("result")) or ""
            )
        ),
        oparl_id=_oparl(raw.id),
    )


def _decision(raw: RawObject, lookup: Lookup) -> Decision | None:
    """What was decided under an item: its result as the data say it, and the adopted wording where that is given."""
    fields = raw.fields
    result = _short(fields.get("result")) or ""
    wording = clean_text(body(fields.get("resolutionText"))).strip()
    citation: tuple[Citation, ...] = ()
    if not wording:
        for file in _all(texts(fields.get("resolutionFile")), "File", lookup):
            wording = clean_text(body(file.fields.get("text"))).strip()
            if wording:
                held = file_of(file, wording)
                citation = (Citation(file=held.name, file_id=held.id),)
                break
    if not result and not wording:
        return None
    votes = find_votes(f"Abstimmungsergebnis: {result}") if result else []
    votes += find_votes(wording[-3000:]) if wording and not any(v.vote for v in votes) else []
    counted = next((v for v in votes if v.vote), votes[0] if votes else None)
    return Decision(
        result=result or (counted.result if counted else ""),
        outcome=(outcome_of(result) if result else None)
        or (counted.outcome if counted else None)
        or ("other" if result else None),
        vote=_vote(fields.get("votes")) or _vote(fields.get("vote")) or (counted.vote if counted else None),
        unanimous="einstimmig" in result.casefold() or bool(counted and counted.unanimous),
        named=counted.named if counted else (),
        text=wording or None,
        citation=citation,
    )


def _vote(value: object) -> Vote | None:
    """The numbers of a vote, in the ways that vendors add them: {"yes": 12, "nein": "3", …}."""
    if not isinstance(value, dict):
        return None
    found: dict[str, int] = {}
    for key, count in value.items():
        number = whole(count)
        for name, words in {
            "yes": ("yes", "ja", "pro", "dafür"),
            "no": ("no", "nein", "contra", "dagegen"),
            "abstain": ("abst", "enth"),
        }.items():
            if number is not None and number >= 0 and str(key).casefold().startswith(words):
                found.setdefault(name, number)
    return Vote(**found) if found else None


def _consultation(raw: RawObject, lookup: Lookup) -> Consultation | None:
    """One line of the Beratungsfolge; None where neither body nor day is known."""
    fields = raw.fields
    item = next(iter(_all(texts(fields.get("agendaItem")), "AgendaItem", lookup)), None)
    keys = texts(fields.get("meeting")) or (texts(item.fields.get("meeting")) or list(item.parents) if item else [])
    meeting = next(iter(_all(keys, "Meeting", lookup)), None)
    names = [name for key in texts(fields.get("organization")) if (name := _organization(key, lookup))]
    if meeting and not names:
        names = [name for key in texts(meeting.fields.get("organization")) if (name := _organization(key, lookup))]
        names = names or list(filter(None, [body_name(_short(meeting.fields.get("name")))]))
    when = day(meeting.fields.get("start")) if meeting else day(fields.get("date"))
    if not names:
        return None
    role = _short(fields.get("role"))
    return Consultation(
        organization=", ".join(dict.fromkeys(names))[:MAX_NAME],
        date=when,
        number=_short(item.fields.get("number")) if item else None,
        public=flag(item.fields.get("public")) if item else None,
        role=None if role and role.casefold() in _UNKNOWN_ROLE else role,
        result=_short(item.fields.get("result")) if item else None,
    )


def _roles(files: list[tuple[RawObject, PageHead]], main: frozenset[str]) -> list[Role]:
    """What each file is of its paper, by what the data say, its name, and its first lines."""
    roles: list[Role] = []
    for raw, head in files:
        name = _file_name(raw.fields)
        role: Role = "annex"
        if raw.id in main:
            role = "main"
        elif _MINUTES.search(name):
            role = "annex"
        elif _STATEMENT.search(name) or (head.role == "statement" and head.strong):
            role = "statement"
        elif not _ANNEX.search(name) and (head.strong or (head.kind is not None and head.role == "main")):
            role = "main"
        roles.append(role)
    if "main" not in roles:
        likely = [
            i for i, (raw, _) in enumerate(files) if roles[i] == "annex" and not _MINUTES.search(_file_name(raw.fields))
        ]
        plain = [i for i in likely if not _ANNEX.search(_file_name(files[i][0].fields))]
        if plain or likely:
            roles[(plain or likely)[0]] = "main"
    return roles


def _organization(key: str, lookup: Lookup) -> str | None:
    """The name of an organization given by its id, or by its name outright."""
    found = lookup.name_of(key)
    if found:
        return found[:MAX_NAME]
    return (
        None
        if "/" in key or ":" in key or key.startswith(NO_ID) or not re.search(r"[^\W\d_]{3}", key)
        else key[:MAX_NAME]
    )


def _all(ids: Iterable[str], kind: Kind, lookup: Lookup) -> list[RawObject]:
    return [found for key in ids if (found := lookup.get(key)) is not None and found.kind == kind]


def _file_name(fields: Fields) -> str:
    return _short(fields.get("name")) or _short(fields.get("fileName")) or "Datei ohne Namen"


def _short(value: object) -> str | None:
    found = text(value)
    return found[:MAX_NAME] if found else None


def _oparl(key: str) -> str | None:
    return None if key.startswith(NO_ID) else key
