"""What somebody says at the page of an item or statement, and for whom that may be.

What enters: settings of who clicked, the words of a click. What leaves: a kept remark, and the readers there are to choose from.
What it does not know: Gradio, how that looks (`page_edit`).
"""

from __future__ import annotations

from typing import cast, get_args

from ratsassistent import remarks, workflow
from ratsassistent.briefings import Audience, RemarkKind
from ratsassistent.errors import InputError
from ratsassistent.output import page_edit
from ratsassistent.settings import Settings
from ratsassistent.workflow import Workspace


def readers(ws: Workspace) -> page_edit.Readers:
    """For whom whoever has signed in may write a note; nothing to choose where nobody has to."""
    return page_edit.readers(remarks.fractions(ws)) if ws.settings.person is not None else ()


def say(
    settings: Settings,
    meeting: str | None,
    item: str,
    kind: str,
    *,
    target: str | None,
    text: str | None,
    readers: str | None,
) -> None:
    """Keep what a person says of an item or of one of its statements.

    :param readers: for whom a note is, as `page_edit.readers` has it.
    :raises InputError: words are missing or too long. :raises NotFound: it is not there any more.
    """
    if kind not in get_args(RemarkKind):
        raise InputError("Diese Anmerkung ist nicht möglich.")
    audience, _, fraction = (readers or "").partition(" ") if kind == "note" else ("", "", "")
    with workflow.workspace(settings) as ws:
        workflow.remark(
            ws,
            meeting,
            item,
            cast(RemarkKind, kind),
            target=target,
            text=text,
            audience=cast(Audience, audience) if audience else None,
            fraction=fraction or None,
        )
