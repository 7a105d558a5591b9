"""What is written about meetings: statements, briefings, answers, and what persons say of them.

What enters: nothing but the objects of `oparl`. What leaves: frozen pydantic models; a sentence always says where it
stands, who wrote it and what the check found.
What it does not know: PDFs, SQL, language models, the page.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from typing import Literal

from pydantic import Field

from ratsassistent.oparl import (
    AgendaItem,
    Change,
    Citation,
    Consultation,
    Decision,
    FileSpan,
    FormValue,
    Meeting,
    MissingAttachment,
    Model,
    PageRef,
    Paper,
    Passage,
    Public,
    Skipped,
    Suspicion,
    ra_id,
)
from ratsassistent.resolutions import EarlierResolution

Origin = Literal["verbatim", "extract", "model", "person"]
Check = Literal["ok", "unsupported", "none"]
Level = Literal["auszug", "voll"]
RemarkKind = Literal["confirm", "correct", "remove", "note"]
Audience = Literal["self", "fraction", "all"]  # who sees a note: who wrote it; its Fraktion; who sees the item
Purpose = Literal["decide", "note", "discuss"]

# All but letters and figures, and what makes another value: "10,5", "1.5 Mio.", "-3", "5 %" for "5 €"
_ASIDE = re.compile(r"(?!(?<=\d),\d|(?<=\d)\.\d{1,2}(?!\d)|(?<!\w)[-−–]\d|[%‰€§$])[\W_]")


class Statement(Model):
    """One sentence or passage of a briefing or answer, with where it stands and who wrote it.

    `label` groups statements for display ("Worum es geht", "Kosten", "Fristen", "Kurzfassung der Vorlage" …).
    `heading` is the heading of the paper that the sentence stands under, where it would mislead without ("Standort B").
    `check` "ok" says no more than that the numbers, dates, §§ and names of `text` stand on the pages cited.
    """

    text: str
    origin: Origin
    citation: tuple[Citation, ...]
    check: Check = "none"
    label: str | None = None
    heading: str | None = None
    failures: tuple[str, ...] = ()  # what the check did not find, e.g. "1,4 Mio. Euro"
    author: str | None = None  # who wrote it, of origin "person"
    confirmed: bool = False  # a person has compared it with its page
    replaces: str | None = None  # the wording that a person corrected
    about: str | None = None  # the wording that a person's note is about, where it is not about the whole item
    audience: Audience | None = None  # who sees a note of somebody who has signed in
    fraction: str | None = None  # the name of the Fraktion that sees it
    written: dt.datetime | None = None  # when it was

    @property
    def key(self) -> str:
        """A lasting id: the same wording has the same key, white space and punctuation aside, but not those of numbers."""
        return ra_id("satz", _ASIDE.sub("", self.replaces or self.text))


class Remark(Model):
    """What a person said of an item or of one of its statements; no run of the program ever changes it.

    `target` is the key of the Statement it is about and `target_text` its wording at that time; both None for a note to
    the item. "correct" and "note" have a `text`.

    Where persons sign in, a note may be for few; what changes a statement is always for all.
    """

    id: str
    item_id: str
    kind: RemarkKind
    target: str | None = None
    target_text: str | None = None
    label: str | None = None  # of the statement it is about: a correction whose statement is gone keeps its place
    text: str | None = None
    author: str | None = None
    written: dt.datetime
    citation: tuple[Citation, ...] = ()
    person: str | None = None  # id of who has signed in and wrote it; None: nobody who could be asked (any more)
    audience: Audience = "all"  # who sees it; only a note is ever for few
    organization: str | None = None  # id of the Fraktion that sees it
    fraction: str | None = None  # the name of that
    takes_back: bool = Field(default=True, exclude=True)  # whether who reads it may take it back; not kept


class Mark(Model):
    """What a reader has marked an agenda item as."""

    item_id: str
    read: bool = False
    important: bool = False


class Wording(Model):
    """The proposed resolution of an agenda item, whole and word for word.

    `kind` "motion": what a motion asks to be decided, where nobody else proposes a wording.
    """

    text: str
    citation: tuple[Citation, ...]
    kind: Literal["proposal", "motion"] = "proposal"


class Amount(Model):
    """An amount of money as printed (`text`), in euros (`value`)."""

    text: str
    value: float
    citation: tuple[Citation, ...]
    context: str | None = None  # the sentence or table row it stands in


class DateMention(Model):
    """A day, month or year that matters, as printed (`text`); `date` is ISO, as exact as the text (2023-04)."""

    text: str
    date: str
    citation: tuple[Citation, ...]
    context: str | None = None


class ModelRecord(Model):
    """Which model wrote: shown with everything it wrote.

    `server`: machine and port where it ran, if not on this computer; then it has no checksum, and `name`, `licence` and `publisher`
    are what the server says of itself. `outside`: that machine lies outside private networks, by an administrator's leave.
    """

    name: str
    sha256: str
    licence: str
    server: str | None = None
    outside: bool = False
    publisher: str | None = None

    @property
    def identity(self) -> str:
        """What tells one model from another."""
        return self.sha256 or self.name


class PaperChanges(Model):
    """What a later edition of a paper changed against the one held before."""

    paper: str  # kind, number and name, as shown
    changes: tuple[Change, ...]


class Side(Model):
    """One of the values that contradict each other, as printed, with the sentence or row it stands in."""

    text: str
    context: str
    citation: tuple[Citation, ...]


class Contradiction(Model):
    """Different amounts or dates for the same thing in the papers of one item."""

    kind: Literal["amount", "date"]
    subject: str  # what they are given for: "Gesamtkosten"
    sides: tuple[Side, ...]


class OpenQuestion(Model):
    """A question that the papers leave open: a suggestion, never a recommendation. `reason` says why it is asked."""

    text: str
    reason: str
    origin: Literal["rule", "model"] = "rule"
    citation: tuple[Citation, ...] = ()


class AnnexLine(Model):
    """An annex of an item in one line: what it is, how long, and a sentence of it that says what is in it."""

    name: str
    pages: int
    statement: Statement | None = None
    citation: tuple[Citation, ...] = ()


class PromptRecord(Model):
    """A prompt that took part in a text: its name and the sha256 of its file."""

    name: str
    sha256: str


class ItemRef(Model):
    """An agenda item by its name."""

    id: str
    number: str | None
    name: str
    public: Public = None


class ToDecide(Model):
    """What is to be done with an item today. `what` is one line: the proposed wording's beginning, word for word."""

    item: ItemRef
    purpose: Purpose
    what: str | None = None
    citation: tuple[Citation, ...] = ()


class ItemAmount(Model):
    """An amount with the item it belongs to."""

    item: ItemRef
    amount: Amount


class ItemDate(Model):
    """A date with the item it belongs to."""

    item: ItemRef
    date: DateMention


class Overview(Model):
    """A meeting on one page: what is decided today, the largest amounts, the deadlines, what the pack lacks."""

    decide: tuple[ToDecide, ...] = ()
    amounts: tuple[ItemAmount, ...] = ()
    dates: tuple[ItemDate, ...] = ()
    lacks: tuple[str, ...] = ()  # German sentences


class Tokens(Model):
    """What a language model read anew, had still in memory, and wrote for a text; in tokens."""

    read: int = 0
    reused: int = 0
    written: int = 0


class KeptReply(Model):
    """What a model answered to a request (`key`: a hash of all that it was asked), so that it need not be asked again.

    `finished`, `doubt`, `most_doubt`, `taken_back`: as in the model's reply.
    """

    key: str
    text: str
    finished: bool
    doubt: float
    most_doubt: float
    taken_back: int


class ItemBriefing(Model):
    """The briefing of one agenda item. `basis` is a hash of all that it was made from: same basis, same briefing."""

    id: str  # of the agenda item (or of the paper, for a paper without a meeting)
    number: str | None
    name: str
    public: Public
    level: Level
    statements: tuple[Statement, ...] = ()
    resolution: Wording | None = None
    amounts: tuple[Amount, ...] = ()
    dates: tuple[DateMention, ...] = ()
    contradictions: tuple[Contradiction, ...] = ()
    open_questions: tuple[OpenQuestion, ...] = ()
    withheld: tuple[Statement, ...] = ()  # what the model wrote and the check refused: never shown as true
    consultations: tuple[Consultation, ...] = ()  # the Beratungsfolge
    annexes: tuple[AnnexLine, ...] = ()
    remarks: tuple[Remark, ...] = ()  # of persons, as stored; `statements` has them applied
    plain_language: tuple[Statement, ...] | None = None
    form: tuple[FormValue, ...] = ()
    decisions: tuple[Decision, ...] = ()
    changes: tuple[PaperChanges, ...] = ()
    missing_attachments: tuple[MissingAttachment, ...] = ()
    drawings: tuple[PageRef, ...] = ()  # plans that belong to the item: named, not summarised
    earlier: tuple[EarlierResolution, ...] = ()  # on the same matter; looked up whenever it is handed out, never stored
    suspicious: tuple[Suspicion, ...] = ()  # in its papers; as `earlier`
    basis: str = ""
    model: ModelRecord | None = None
    prompts: tuple[PromptRecord, ...] = ()
    written: dt.datetime | None = None
    seconds: float = 0.0  # where several items were written at once, this one's share
    tokens: Tokens | None = None
    energy_wh: float | None = None
    energy_how: str | None = None  # German: measured, or estimated from what
    replies: tuple[KeptReply, ...] = ()  # of the model, used again where the same sentence stands on another page


class Coverage(Model):
    """How much of the pack was read: every page is either read or in `unreadable`, with the reason."""

    pages: int
    read: int
    unreadable: tuple[PageRef, ...] = ()
    ocr: tuple[PageRef, ...] = ()  # read from a picture by text recognition: letters may be wrong
    drawings: tuple[PageRef, ...] = ()  # plans and drawings, with text or without
    unassigned: tuple[PageRef, ...] = ()  # belong to no agenda item
    without_papers: tuple[str, ...] = ()  # "TOP 7: Verschiedenes"
    missing: tuple[MissingAttachment, ...] = ()  # mentioned, not in the pack
    suspicious: tuple[Suspicion, ...] = ()  # addresses a reading program, or is seen by nobody

    def with_gaps(self, meetings: Iterable[Meeting]) -> Coverage:
        """The same with what the agendas of these meetings lack: papers, annexes, and pages that no item took."""
        held = list(meetings)
        items = [i for m in held for i in m.agendaItem if not i.withdrawn]
        return self.model_copy(
            update={
                "unassigned": tuple(ref for m in held for ref in m.unassigned_pages),
                "without_papers": tuple(i.title for i in items if not i.has_files),
                "missing": tuple(a for i in items for a in i.missing_attachments),
            }
        )


class PaperPages(Model):
    """A paper by its name, and the pages that it has in its files."""

    reference: str | None
    paperType: str | None  # noqa: N815 - OParl's name
    name: str
    files: tuple[FileSpan, ...]


class ItemSource(Model):
    """What an agenda item was read from, and what a Nachtrag did to it: shown beside its briefing."""

    item_id: str
    papers: tuple[PaperPages, ...] = ()
    formerly: str | None = None
    withdrawn: bool = False

    @classmethod
    def of(cls, item: AgendaItem) -> ItemSource:
        """The papers of an agenda item by name and page, without their texts."""
        papers = tuple(
            PaperPages(reference=p.reference, paperType=p.paperType, name=p.name, files=p.files) for p in item.papers
        )
        return cls(item_id=item.id, papers=papers, formerly=item.formerly, withdrawn=item.withdrawn)


class Briefing(Model):
    """A meeting's briefing, item by item. `complete` is False while items of the level asked for are still missing."""

    meeting: str | None
    name: str
    level: Level
    agendaItem: tuple[ItemBriefing, ...]  # noqa: N815 - OParl's name
    coverage: Coverage
    overview: Overview | None = None
    model: ModelRecord | None = None
    seconds: float = 0.0
    energy_wh: float | None = None
    energy_how: str | None = None  # German: measured, or estimated from what
    complete: bool = True
    organization: str | None = None
    start: str | None = None  # of the meeting, as `Meeting.start`
    sources: tuple[ItemSource, ...] = ()
    part: Literal["whole", "public"] = "whole"  # "public": made from what is public alone

    def with_sources(self, items: Iterable[AgendaItem], meeting: Meeting | None = None) -> Briefing:
        """The same with the papers of these items, and the body and day of the meeting: what a reader is told of both."""
        known = {"organization": meeting.organization, "start": meeting.start} if meeting else {}
        return self.model_copy(update={"sources": tuple(ItemSource.of(i) for i in items), **known})


FoundHow = Literal["exact", "inflected", "compound", "part", "head"]


class FoundWord(Model):
    """A word of a query, and the word of a text that stands for it.

    `how`: in the same form, in another form, within a longer word, as a part of the compound that was looked for, or in
    what the passage stands under.
    """

    word: str
    found: str
    how: FoundHow


class Why(Model):
    """Why a passage was found: its words, and how much of its score is owed to its meaning (0 to 1)."""

    words: tuple[FoundWord, ...] = ()
    meaning: float = 0.0


class Duplicate(Model):
    """Where the words of a hit stand, too, or nearly these words."""

    file: str
    file_id: str | None = None
    page: int | None = None
    meeting: str | None = None


class Hit(Model):
    """A passage found for a query; a higher score is better. `snippet` is plain text, `place` the page it stands on.

    Where no `place` is given, the first page of the passage is meant (`shown_at`).
    """

    passage: Passage
    paper: Paper | None = None
    meeting: str | None = None
    organization: str | None = None
    date: str | None = None
    public: Public = None
    score: float
    snippet: str
    place: Citation | None = None
    why: Why | None = None
    duplicates: tuple[Duplicate, ...] = ()

    @property
    def shown_at(self) -> Citation | None:
        """Where it leads to."""
        return self.place or next(iter(self.passage.citation), None)


class Answer(Model):
    """The answer to a question, or an honest no (`answered` False).

    `kind` is what kind of thing was asked for ("amount", "who", "yesno" …); `nearest` are the passages that may have to do
    with a question that was not answered: nothing is claimed of them. `asked` is a follow-up question with its subject.
    """

    question: str
    answered: bool
    answer: str
    statements: tuple[Statement, ...]
    pages_read: int
    pages_total: int
    seconds: float
    model: ModelRecord | None = None
    kind: str | None = None
    verdict: str | None = None  # "Ja." or "Nein.", where the first quote leaves no doubt
    dated: bool = False  # the statements are a list in the order of time, their labels years ("2021", "Sitzung 2020")
    asked: str | None = None
    nearest: tuple[Hit, ...] = ()
    sure: float | None = None  # how sure it is that the papers answer the question, from 0 to 1
    doubted: bool = False  # quotes were found (`statements`), but a language model read no answer in them
    judge: ModelRecord | None = None  # that model, or the one that agreed


class Intake(Model):
    """What one `einlesen` did."""

    meetings: tuple[Meeting, ...]
    loose_papers: tuple[Paper, ...] = ()  # papers without an agenda
    papers: int = 0
    files: int = 0
    pages_total: int = 0
    pages_text: int = 0
    pages_ocr: int = 0
    coverage: Coverage = Coverage(pages=0, read=0)
    skipped: tuple[Skipped, ...] = ()
    seconds: float = 0.0
