"""Which click of the page needs which right: one table of all buttons, one of all handlers without one; looked at before any runs.

What enters: a handler and what was clicked, settings. What leaves: nothing, or NotAllowed; style rules that take away buttons.
What it does not know: what a handler does, who may do what (`permissions`).

A button or handler that stands in neither table is refused wherever people sign in, so a new one without a right does not work
there; a test sees that all are entered. Below this, whoever may not write is refused by the archive itself (`archive.seen_store`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ratsassistent import rights
from ratsassistent.errors import NotAllowed
from ratsassistent.output.page_person import Acting
from ratsassistent.people import Role
from ratsassistent.permissions import PERMISSIONS, Act
from ratsassistent.settings import Settings

BUTTONS: dict[str, Act] = {
    # reading
    "open": "read", "paper": "read", "item": "read", "cite": "read", "close": "read", "more": "read", "thumbs": "read",
    "register": "read", "help": "read", "later": "read", "welcome": "read", "own": "read",
    # questions and searches
    "search": "ask", "answer": "ask", "narrow": "ask", "again": "ask", "stop": "ask", "forget": "ask", "forget-all": "ask",
    # files; those of the help hold nothing of any meeting
    "files": "export", "export": "export", "export-ask": "export", "export-close": "export",
    # what one says
    "mark": "mark", "remark": "note", "withdraw": "note", "enter": "register",
    # the work of the language model; which of the jobs one may steer, `jobs` looks at
    "plain": "order", "first": "order", "write": "order", "steer": "order", "all": "queue", "night": "queue", "gentle": "queue",
    "load-model": "models", "prove": "models",
    # the Sitzungsdienst
    "correct": "correct", "uncorrect": "correct", "release": "release", "demo": "take_in",
    "due-rule": "deadline", "due-delete": "deadline", "due-ask": "deadline", "due-no": "deadline", "due-later": "deadline",
    "due-keep": "deadline", "due-set": "deadline",
    "rights": "accounts", "exclude": "accounts", "readmit": "accounts",
    "seal": "seal", "reseal": "seal", "unseal": "seal", "unlock": "seal", "lock": "seal",
}  # fmt: skip
HANDLERS: dict[str, Act] = {
    "Events.load": "read", "Events.tick": "read", "Events.back": "read", "Events.open_register": "read",
    "Events.take_in": "take_in", "Events.take_in_demo": "take_in", "Events.delete": "delete",
    "Finding.open": "ask", "Finding.narrow_to_meeting": "ask", "Exporting.ask": "export", "HelpEvents.look": "read",
}  # fmt: skip
# Whatever button is said to have been pressed in these parts of the page.
PARTS: dict[str, Act] = {"Events.act_lock": "seal", "Dating.act": "deadline"}
_UNKNOWN = "Das gibt es hier nicht."


class Allowed(Acting):
    """What has settings of its own and asks what whoever is at the other end may do."""

    def may(self, act: Act) -> bool:
        """Whether that person may."""
        return rights.role(self.settings).may(act)


def check(settings: Settings, handler: Callable[..., Any], args: Sequence[Any], *, with_event: bool) -> None:
    """See that whoever clicked may do what a handler is about to do.

    :param settings: of whoever clicked. :param with_event: the last of `args` says which button it was.
    :raises NotAllowed: it may not.
    """
    if not settings.accounts:
        return
    if with_event:
        data = getattr(args[-1], "_data", None)
        act = BUTTONS.get(str(data.get("do"))) if isinstance(data, dict) else None
    else:
        act = HANDLERS.get(getattr(handler, "__qualname__", ""))
    if act is None:
        raise NotAllowed(_UNKNOWN)
    mine = rights.role(settings)
    mine.need(act)
    if (part := PARTS.get(getattr(handler, "__qualname__", ""))) is not None:
        mine.need(part)


def hidden_buttons(role: Role | None) -> str:
    """Style rules that take away the buttons that this role may not use, and what is only there for them."""
    may = PERMISSIONS[role] if role else frozenset[Act]()
    gone = [f'button[data-do="{do}"]' for do, act in BUTTONS.items() if act not in may]
    if not gone:
        return ""
    if "correct" not in may:
        gone.append("details:has(button[data-do=correct])")
    if "note" not in may:
        gone.append("details:has(button[data-do=remark])")
    if "take_in" not in may:
        gone.append('#ra-tabs [data-tab-id="einlesen"]')
    if "delete" not in may:
        gone.append("#ra-delete")
    return f"<style>{', '.join(gone)} {{ display: none !important; }}</style>"
