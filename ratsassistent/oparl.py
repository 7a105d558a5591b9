"""The objects that flow through the program.

What enters: nothing; this module imports no other of the project.
What leaves: frozen pydantic models, named as in OParl 1.1 where OParl has the thing (Organization, Meeting, AgendaItem,
Paper, File), and ours beside them (Page, Part, Passage, Citation …). What is written about them is in `briefings`.
What it does not know: PDFs, SQL, language models, the page.

Two conventions hold everywhere:

* A page number is the *physical* page of a File, counted from 1. It is never guessed, never renumbered.
* ``public`` is ``True``, ``False`` or ``None``; ``None`` means "not known" and is handled as non-public.
"""

from __future__ import annotations

import bisect
import datetime as dt
import hashlib
import unicodedata
from collections.abc import Iterable
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Public = bool | None
Outcome = Literal["accepted", "rejected", "postponed", "referred", "noted", "settled", "other"]
PartKind = Literal[
    "title",        # the head of a paper: kind, number, office, subject
    "consultation", # Beratungsfolge
    "resolution",   # Beschlussvorschlag, Beschlussantrag, the operative wording
    "summary",      # the paper's own Kurzfassung
    "reason",       # Sachverhalt, Begründung, Erläuterungen
    "costs",        # Kosten, Finanzierung, finanzielle Auswirkungen as running text
    "form",         # check boxes and the empty rest of a form: never shown, searched or given to a model
    "motion",       # what a Fraktion or member asks for
    "statement",    # the administration's answer to a motion or question
    "annex",        # an Anlage
    "drawing",      # a plan or drawing: named, never summarised
    "text",         # anything else
]  # fmt: skip


class Model(BaseModel):
    """Base of all objects: immutable, unknown fields refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def ra_id(kind: str, *parts: object) -> str:
    """A lasting id of our own, ``ra:<kind>-<16 hex digits>``, the same whenever the same parts come again.

    Case, white space and Unicode form of the parts do not matter.

    :param kind: one short word: ``sitzung``, ``top``, ``vorlage``, ``datei``, ``stelle``.
    :param parts: what makes the thing that thing, for example organization and day of a meeting.
    """
    folded = ["".join(unicodedata.normalize("NFKC", str(part)).casefold().split()) for part in parts]
    digest = hashlib.sha256("\x1f".join(folded).encode()).hexdigest()
    return f"ra:{kind}-{digest[:16]}"


class Citation(Model):
    """Where something stands: file and physical page."""

    file: str
    file_id: str | None = None
    page: int | None = None
    quote: str | None = None


class Suspicion(Model):
    """Words that address a program which reads the papers ("order"), or that no reader of the page sees ("hidden").

    They are reported with their place, never followed, and no model reads them. `how` says in German what hides or disguises
    them; None where they stand in plain sight. `citation` quotes them; its page is None for what belongs to the whole file.
    """

    kind: Literal["order", "hidden"]
    place: Literal["page", "note", "form", "properties", "attachment", "bookmark", "file_name"] = "page"
    how: str | None = None
    citation: Citation


class Page(Model):
    """One physical page of a File. A page that could not be read stays in its place with empty text and a reason.

    `text` is clean running text in reading order. A row of a table is one line whose cells are parted by `" | "`; a
    check box is ☒ or ☐ directly before its label. `kind` "drawing": a plan or CAD sheet, named but not summarised.
    """

    number: int
    text: str
    source: Literal["text", "ocr", "none"]
    reason: str | None = None  # German; why it could not be read
    public: Public = None
    kind: Literal["page", "drawing"] = "page"
    width: float | None = None  # points (1/72 inch) as shown, rotation applied
    height: float | None = None
    # found while it was read, kept with the File
    suspicions: tuple[Suspicion, ...] = Field(default=(), exclude=True)


class File(Model):
    """A file as it was handed in (OParl File). `sha256` is that of its bytes; `id` follows from it."""

    id: str
    name: str
    sha256: str
    oparl_id: str | None = None
    suspicions: tuple[Suspicion, ...] = ()

    def of_pages(self, pages: Iterable[int], count: int) -> File:
        """The same file knowing only what is suspicious on these of its `count` pages; all of them: beside them as well."""
        mine = set(pages)
        kept = tuple(
            s for s in self.suspicions if s.citation.page in mine or (s.citation.page is None and len(mine) >= count)
        )
        return self if len(kept) == len(self.suspicions) else self.model_copy(update={"suspicions": kept})


class FileSpan(Model):
    """The pages of a File that belong to a Paper: a combined pack is one File with many spans."""

    file_id: str
    name: str  # the File's name
    first: int
    last: int


class PageStart(Model):
    """From this character of a PagedText on, the text stands on this page of this file."""

    offset: int
    file_id: str
    file: str
    page: int | None  # None: the source has no pages (the text of an OParl file)


class PagedText(Model):
    """The running text of several pages, joined by newlines, that still knows where each character stands."""

    text: str
    starts: tuple[PageStart, ...]

    def at(self, offset: int) -> PageStart:
        """The page that holds the character at `offset` (0 <= offset; past the end gives the last page)."""
        if not self.starts:
            raise ValueError("a text without pages has no place to cite")
        index = bisect.bisect_right([s.offset for s in self.starts], offset) - 1
        return self.starts[max(index, 0)]

    def between(self, start: int, end: int) -> tuple[PageStart, ...]:
        """The pages that the characters [start, end) stand on, in order."""
        first, last = self.at(start), self.at(max(start, end - 1))
        return self.starts[self.starts.index(first) : self.starts.index(last) + 1]

    def cite(self, start: int, end: int, quote: str | None = None) -> tuple[Citation, ...]:
        """One Citation for each page that the characters [start, end) stand on."""
        return tuple(
            Citation(file=s.file, file_id=s.file_id, page=s.page, quote=quote) for s in self.between(start, end)
        )


class Part(Model):
    """A stretch of a Paper's PagedText: characters [start, end), heading left out of the stretch.

    `complete` is False for a resolution that is only a Kurzfassung of the operative wording elsewhere.
    """

    kind: PartKind
    heading: str | None
    start: int
    end: int
    complete: bool = True


class Consultation(Model):
    """One line of a Beratungsfolge (OParl Consultation)."""

    organization: str
    date: dt.date | None = None
    number: str | None = None
    public: Public = None
    role: str | None = None  # Vorberatung, Entscheidung, Kenntnisnahme … as the paper says it
    result: str | None = None  # as printed, where the form prints it


class FormValue(Model):
    """What a form says in one place: its label and what is ticked or filled in ("Finanzielle Auswirkungen", "nein").

    Labels that nobody answered give no FormValue. `citation` quotes the line as it stands on the page.
    """

    name: str
    value: str
    citation: tuple[Citation, ...]


class Change(Model):
    """A difference between two editions of a Paper: `before` None means new, `after` None means left out."""

    part: PartKind
    before: str | None
    after: str | None
    citation_before: tuple[Citation, ...] = ()
    citation_after: tuple[Citation, ...] = ()


class Vote(Model):
    """How many voted for, against, and abstained; None where the minutes do not say."""

    yes: int | None = None
    no: int | None = None
    abstain: int | None = None


class NamedVote(Model):
    """One line of a recorded vote (namentliche Abstimmung)."""

    name: str
    group: str | None = None
    vote: Literal["yes", "no", "abstain", "absent"]


class Decision(Model):
    """What a body decided, as its minutes or the OParl data say. `text` is the adopted wording, only where it is given.

    `result` is the phrase as printed ("mehrheitlich abgelehnt"), `outcome` what it means.
    """

    result: str
    outcome: Outcome | None = None
    vote: Vote | None = None
    unanimous: bool = False
    named: tuple[NamedVote, ...] = ()
    subject: str | None = None  # what was voted on, in the words before the vote, where an item has several
    text: str | None = None
    citation: tuple[Citation, ...] = ()
    also: tuple[Decision, ...] = ()  # where several sources tell of it: what each of them says, this one included


class Paper(Model):
    """A Vorlage, Antrag, Anfrage, Mitteilung … (OParl Paper) with its files and parts."""

    id: str
    reference: str | None  # Vorlagennummer as printed
    name: str
    paperType: str | None  # noqa: N815 - OParl's name
    files: tuple[FileSpan, ...]
    text: PagedText
    parts: tuple[Part, ...] = ()
    consultations: tuple[Consultation, ...] = ()
    form: tuple[FormValue, ...] = ()
    changes: tuple[Change, ...] = ()  # against the edition that was held before this one
    date: dt.date | None = None
    public: Public = None
    oparl_id: str | None = None

    def part_text(self, part: Part) -> str:
        """The words of one part, as they stand in the paper."""
        return self.text.text[part.start : part.end]


class MissingAttachment(Model):
    """An annex that a paper mentions and the pack does not hold."""

    name: str
    citation: tuple[Citation, ...]


class AgendaItem(Model):
    """A Tagesordnungspunkt (OParl AgendaItem). `number` is as printed ("Ö 5", "2.1"); a heading may have none.

    `pages`: first and last physical page where all its papers lie in one combined file, else None.
    """

    id: str
    order: int
    number: str | None
    name: str
    public: Public
    pages: tuple[int, int] | None = None
    papers: tuple[Paper, ...] = ()
    missing_attachments: tuple[MissingAttachment, ...] = ()
    decisions: tuple[Decision, ...] = ()
    formerly: str | None = None  # its number before a Nachtrag moved it
    withdrawn: bool = False  # "abgesetzt", "zurückgezogen"
    oparl_id: str | None = None

    @property
    def has_files(self) -> bool:
        """True where a paper is at hand, and not only its number."""
        return any(paper.files for paper in self.papers)

    @property
    def title(self) -> str:
        """ "TOP 5: Haushalt", or the name alone where it has no number."""
        return f"TOP {self.number}: {self.name}" if self.number else self.name


class PageRef(Model):
    """A page named by file and number, with a reason where there is one."""

    file: str
    file_id: str | None = None
    page: int
    reason: str | None = None


class Meeting(Model):
    """A Sitzung (OParl Meeting). `start` is an ISO date or date-time, as far as the agenda tells."""

    id: str
    name: str
    organization: str | None
    start: str | None
    agendaItem: tuple[AgendaItem, ...]  # noqa: N815 - OParl's name
    unassigned_pages: tuple[PageRef, ...] = ()
    file_ids: tuple[str, ...] = ()  # of the files that its agenda or minutes stand in
    oparl_id: str | None = None


class Passage(Model):
    """A piece of a Paper of about 130 words, cut at a sentence or paragraph border: characters [start, end).

    The text is what is searched and what a model reads; `citation` names each page that it stands on.
    """

    id: str
    paper_id: str
    item_id: str | None
    meeting_id: str | None
    kind: PartKind
    start: int
    end: int
    text: str
    citation: tuple[Citation, ...]


class Skipped(Model):
    """What could not be taken in, with one German sentence saying why."""

    path: str
    reason: str
