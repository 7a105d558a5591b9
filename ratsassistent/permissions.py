"""What a person may do, by role: one table; and what it may see, as it was worked out from its memberships.

What enters: a role. What leaves: `Rights` to ask, or one German sentence that refuses.
What it does not know: how memberships become what is seen (`rights`), the page, SQL.

Where nobody has to sign in there are no rights (None), and whoever sits at the machine may do everything.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from ratsassistent.archive.seen import Seen
from ratsassistent.errors import NotAllowed
from ratsassistent.people import Role

Act = Literal[
    "read",  # open, look at pages, look up what was decided
    "ask",  # questions and searches of one's own
    "export",  # what one sees, as a file
    "mark",  # read, important: of one's own
    "note",  # remarks on items and statements
    "order",  # have a summary written
    "register",  # enter what became of a resolution
    "queue",  # steer the work of all
    "take_in",
    "correct",
    "release",  # declare a paper public
    "delete",
    "deadline",  # when something is to be deleted
    "seal",  # open and lock what is encrypted
    "models",  # load language models
    "accounts",  # persons and their rights, the log of openings
]
ACTS: tuple[Act, ...] = get_args(Act)
_READER = frozenset[Act]({"read", "ask", "export", "mark"})
_MEMBER = _READER | frozenset[Act]({"note", "order"})
PERMISSIONS: dict[Role, frozenset[Act]] = {
    "sitzungsdienst": frozenset(ACTS),
    "mitglied": _MEMBER,
    "leserecht": _READER,
}
# Tables that these acts write, beside what reading leaves behind; whoever may correct writes everything.
_WRITES: dict[Act, tuple[str, ...]] = {
    "read": ("briefing",),  # an excerpt that was not made yet: of the public archive only
    "ask": ("job", "kept_search", "deleted"),
    "mark": ("mark",),
    "note": ("remark",),
    "order": ("job",),
}
_ONLY = "Das darf nur der Sitzungsdienst. Bitte wenden Sie sich dorthin."
_READ_ONLY = "Sie haben ein Leserecht: Sie können lesen, suchen und fragen, aber nichts eintragen."
NOBODY = "Dafür müssen Sie angemeldet sein."


@dataclass(frozen=True, slots=True)
class Rights:
    """What somebody may see and do. `seen`: None: everything; `role`: None: nobody who may come in (any more)."""

    person: str | None
    role: Role | None
    seen: Seen | None
    excluded: frozenset[str] = frozenset()  # items, also public ones, that this person is entered for as befangen

    def may(self, act: Act) -> bool:
        """Whether this person may do that."""
        return may(self.role, act)

    def need(self, act: Act) -> None:
        """:raises NotAllowed: this person may not do that."""
        if not self.may(act):
            raise NotAllowed(self.refusal(act))

    def refusal(self, act: Act | None = None) -> str:
        """Why this person may not do that, in one sentence."""
        if self.role is None:
            return NOBODY
        return _READ_ONLY if self.role == "leserecht" and act in (None, *_MEMBER) else _ONLY

    @property
    def writes(self) -> frozenset[str]:
        """The tables that this person may change."""
        acts = PERMISSIONS[self.role] if self.role else frozenset[Act]()
        return frozenset(name for act in acts for name in _WRITES.get(act, ()))


def may(role: Role | None, act: Act) -> bool:
    """Whether somebody with this role may do that."""
    return role is not None and act in PERMISSIONS[role]


def need(rights: Rights | None, act: Act) -> None:
    """As `Rights.need`; where nobody has to sign in everything may be done.

    :raises NotAllowed: this person may not do that.
    """
    if rights is not None:
        rights.need(act)
