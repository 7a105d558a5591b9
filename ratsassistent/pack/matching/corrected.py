"""What a person corrected, and what the program had found: the objects.

What enters: nothing. What leaves: frozen models. What it does not know: what a correction does (`corrections`).
"""

from __future__ import annotations

import datetime as dt
from typing import Literal

from ratsassistent.briefings import ItemBriefing
from ratsassistent.oparl import Meeting, Model, Paper, Public

Kind = Literal["move", "close", "open"]
Scope = Literal["item", "paper", "pages"]
Effect = Literal["applied", "widened", "lost"]


class PageMark(Model):
    """A page that a correction is about, and the paper that it was part of then."""

    file_id: str
    page: int
    paper_id: str | None = None


class Correction(Model):
    """What a person said of where something belongs ("move") or of whether it is public ("close", "open").

    It names things by their ids only. `item_id` is the item that it is about, or where the paper was, `paper_id` the
    paper (scope "paper"), `target` the item where it belongs (None: to none). `pages` are those it was about when it was made,
    `files` those that the meeting had then: in others that came later the pages are looked for by their words.
    """

    id: str
    meeting_id: str
    kind: Kind
    scope: Scope
    item_id: str | None = None
    paper_id: str | None = None
    target: str | None = None
    pages: tuple[PageMark, ...] = ()
    files: tuple[str, ...] = ()
    author: str | None = None
    written: dt.datetime


class FoundPage(Model):
    """A page as the program marked it."""

    file_id: str
    page: int
    public: Public


class Edition(Model):
    """An edition of a paper that an item had before the one it shows, in the archive that held it."""

    item_id: str
    paper: Paper
    public: bool


class Found(Model):
    """A corrected meeting as the program found it, whole, with what has to come back when corrections are taken back.

    `loose`: papers without an item that stand on pages of this meeting. `briefings`: what was written of its items for
    all to see, before something of them was hidden. `remarks`, `entries`: ids of what persons said that was moved away
    with them.
    """

    meeting: Meeting
    pages: tuple[FoundPage, ...]
    earlier: tuple[Edition, ...] = ()
    loose: tuple[Paper, ...] = ()
    briefings: tuple[ItemBriefing, ...] = ()
    remarks: tuple[str, ...] = ()
    entries: tuple[str, ...] = ()
