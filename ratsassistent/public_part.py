"""The public part of a meeting alone: what somebody would see who holds the public archive and nothing else.

What enters: an opened Workspace, a meeting or paper as a person names it. What leaves: a Briefing of its public part; how much
of a meeting is public.
What it does not know: formats, the page.

Nothing is left out afterwards. The other archive is not looked at when the part is made, so no sentence, title, page, figure,
contradiction, remark or count of what is not public, or not known to be, can get into it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ratsassistent import held, temporary, workflow
from ratsassistent.archive.store import Store
from ratsassistent.briefings import Briefing
from ratsassistent.errors import InputError
from ratsassistent.oparl import Meeting
from ratsassistent.workspace import Workspace

NOTHING_PUBLIC = "Von dieser Sitzung ist nichts als öffentlich bekannt; einen öffentlichen Teil gibt es nicht."
NOT_PUBLIC = "Diese Vorlage ist nicht als öffentlich bekannt."


@dataclass(frozen=True, slots=True)
class Shares:
    """How many items of a meeting are public and how many are not; `partly`: public ones with a paper that is not."""

    public: int
    nonpublic: int
    partly: int = 0

    @property
    def mixed(self) -> bool:
        """Whether leaving out what is not public makes any difference."""
        return bool(self.nonpublic or self.partly)


def shares(meeting: Meeting) -> Shares:
    """Count the items of a meeting, put together from both archives, by whether they are public."""
    known = [item for item in meeting.agendaItem if item.public is True]
    partly = sum(held.is_confidential(item) for item in known)
    return Shares(len(known), len(meeting.agendaItem) - len(known), partly)


@contextmanager
def alone(ws: Workspace) -> Iterator[Workspace]:
    """The same data folder with an empty store in place of the non-public one."""
    with temporary.folder() as folder:
        nothing = Store.open(Path(folder), public=False)
        try:
            yield Workspace(ws.settings, ws.public, nothing, model=ws.model, embedding=ws.embedding)
        finally:
            nothing.close()


def meeting_of(ws: Workspace, wanted: str) -> str:
    """The id of a meeting that has a public part.

    :raises NotFound: there is no such meeting. :raises Ambiguous: there are several. :raises InputError: nothing of it is public.
    """
    chosen = held.wanted_meeting(ws, wanted)
    if ws.public.meeting(chosen.id) is None:
        raise InputError(NOTHING_PUBLIC)
    return chosen.id


def check_paper(ws: Workspace, reference: str) -> None:
    """See that a paper is public.

    :raises NotFound: there is no such paper. :raises InputError: it is not public.
    """
    if held.wanted_paper(ws, reference).public is not True:
        raise InputError(NOT_PUBLIC)


def stored(ws: Workspace, wanted: str) -> Briefing:
    """The best there is of the public part without running a model, with earlier resolutions.

    :raises NotFound: there is no such meeting. :raises Ambiguous: there are several. :raises InputError: nothing of it is public.
    """
    meeting_id = meeting_of(ws, wanted)
    with alone(ws) as part:
        return marked(workflow.stored_briefing(part, meeting_id, linked=True))


def marked(made: Briefing) -> Briefing:
    """The same with the mark that it holds the public part only."""
    return made.model_copy(update={"part": "public"})
