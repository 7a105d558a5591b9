"""What the server says is deleted is deleted here, with all that was made of it.

What enters: an opened Workspace, ids and kinds of what went. What leaves: how much went here, and what has to be fetched again.
What it does not know: HTTP, how anything is deleted (`deleting`).

A paper or a meeting goes whole, also where a person annotated it, or where it came as PDF as well. Of an agenda item the meeting
goes, of a file or a consultation the paper; they are fetched again at once, so that nothing stays that is not there any more.
"""

from __future__ import annotations

from ratsassistent import deleting
from ratsassistent.archive import oparl_ids
from ratsassistent.archive.remarks_table import Remarks
from ratsassistent.fetching.progress import Kept
from ratsassistent.oparl import Model
from ratsassistent.workspace import Workspace


class Gone(Model):
    """`again`: ids of OParl that are to be fetched by themselves; `ids`: of ours, what went."""

    meetings: int = 0
    papers: int = 0
    remarks: int = 0
    again: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()


def withdraw(ws: Workspace, kept: Kept, deleted: dict[str, str]) -> Gone:
    """Delete what the archive has of these.

    :param deleted: kinds by id, as the server says.
    :raises Locked: the non-public archive is locked.
    """
    if not deleted:
        return Gone()
    stores = ws.stores
    own = oparl_ids.own_ids(stores, deleted)
    in_papers = oparl_ids.papers_of_files(stores, [key for key, kind in deleted.items() if kind == "File"])
    meetings, papers, partly, torn, items = set(), set(), set(), set(), set()
    for key, kind in deleted.items():
        for known, mine in own.get(key, ()):
            if known == "Meeting":
                meetings.add(mine)
            elif known == "AgendaItem":
                items.add(mine)
            elif known == "Paper":  # a file that is a paper by itself is known as one: minutes
                papers.add(mine)
            elif known == "Consultation":
                torn.add(mine)
        if kind == "File":
            torn |= in_papers.get(key, set())
            owner = seen.owner if (seen := kept.seen.files.get(key)) else None
            torn |= (
                {mine for known, mine in oparl_ids.own_ids(stores, [owner]).get(owner, ()) if known == "Paper"}
                if owner
                else set()
            )
    partly = oparl_ids.meetings_of_items(stores, items) - meetings
    torn -= papers
    again = oparl_ids.oparl_ids(stores, partly, "Meeting")
    left = oparl_ids.papers_of_meetings(stores, meetings | partly) | torn
    again |= oparl_ids.oparl_ids(stores, left - papers, "Paper")
    going = [*sorted(meetings | partly), *sorted(papers | torn)]
    if going:
        remarks = {key for store in stores for one in going for key in Remarks(store).count([one], one)}
        remarks |= {key for store in stores for key in Remarks(store).count(items)}
        deleting.delete_these(ws, going)
    else:
        remarks = set()
    again -= deleted.keys()
    withdrawn = tuple(dict.fromkeys([*kept.state.withdrawn, *going]))
    kept.state = kept.state.model_copy(update={"withdrawn": withdrawn})
    objects = {k: v for k, v in kept.seen.objects.items() if k not in again and k not in deleted}
    files = {
        k: v for k, v in kept.seen.files.items() if k not in deleted and v.owner not in again and v.owner not in deleted
    }
    kept.seen = kept.seen.model_copy(update={"objects": objects, "files": files})
    return Gone(
        meetings=len(meetings), papers=len(papers), remarks=len(remarks), again=tuple(sorted(again)), ids=tuple(going)
    )
