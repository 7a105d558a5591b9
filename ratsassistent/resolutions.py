"""The objects of the register of resolutions.

What enters: nothing but the objects of `oparl`. What leaves: frozen pydantic models: what was decided, as each source
says it; what a clerk entered about it; how an earlier resolution is linked with an agenda item.
What it does not know: SQL, how sources are put together, the page.
"""

from __future__ import annotations

import datetime as dt
from typing import Literal, get_args

from ratsassistent.oparl import Citation, Decision, Model, Outcome, Public, Vote

Status = Literal["open", "in_progress", "done", "dropped"]
STATUSES: tuple[Status, ...] = get_args(Status)
SourceKind = Literal["oparl", "minutes"]


class ResolutionSource(Model):
    """What one source says of a resolution. `ref`: of OParl data the id of the agenda item."""

    kind: SourceKind
    decision: Decision
    ref: str | None = None


class RegisterEntry(Model):
    """What a clerk entered about a resolution at one time; never changed, a later entry goes before it field by field.

    A field that is None says nothing. `cleared` names fields that were emptied.
    """

    id: str
    resolution_id: str
    item_id: str
    status: Status | None = None
    deadline: dt.date | None = None
    office: str | None = None
    note: str | None = None
    cleared: tuple[Literal["status", "deadline", "office"], ...] = ()
    author: str | None = None
    written: dt.datetime


class Resolution(Model):
    """What a body decided on an agenda item, of all sources together.

    `result` is the phrase of the source, `text` the adopted wording, which only OParl data, minutes or extracts give;
    `proposal` is what the paper proposed. `status`, `deadline` and `office` were entered by a person, all else was read.
    """

    id: str
    item_id: str
    meeting_id: str
    meeting: str  # its name
    organization: str | None
    date: str | None  # ISO day
    number: str | None
    name: str
    public: Public
    references: tuple[str, ...] = ()
    paper_types: tuple[str, ...] = ()
    role: str | None = None  # of the body in the Beratungsfolge: Vorberatung, Entscheidung …
    result: str
    outcome: Outcome | None = None
    vote: Vote | None = None
    unanimous: bool = False
    subject: str | None = None  # what was voted on, where the item has several votes
    text: str | None = None
    proposal: str | None = None
    proposal_citation: tuple[Citation, ...] = ()
    citation: tuple[Citation, ...] = ()
    sources: tuple[ResolutionSource, ...] = ()
    contradictions: tuple[str, ...] = ()  # German sentences
    status: Status | None = None
    deadline: dt.date | None = None
    office: str | None = None
    note: str | None = None
    item_oparl_id: str | None = None
    meeting_oparl_id: str | None = None
    entered: dt.datetime | None = None  # when a person last entered something
    author: str | None = None

    def with_entries(self, entries: tuple[RegisterEntry, ...]) -> Resolution:
        """The same with what was entered, the newest word on each field.

        :param entries: the oldest first.
        """
        if not entries:
            return self
        known: dict[str, object] = {}
        for entry in entries:
            for name in ("status", "deadline", "office", "note"):
                if (value := getattr(entry, name)) is not None:
                    known[name] = value
            known |= dict.fromkeys(entry.cleared)
        return self.model_copy(update={**known, "entered": entries[-1].written, "author": entries[-1].author})


class EarlierResolution(Model):
    """An earlier resolution on the same matter, and why it is linked: German reasons, the strongest first."""

    resolution: Resolution
    reasons: tuple[str, ...]
    score: float
