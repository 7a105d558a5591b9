"""Which jobs a person sees, and how much of them: questions are each person's own, and an answer is no way to what is closed.

What enters: both archives as a person has them, its Rights, jobs. What leaves: the jobs that it may know of.
What it does not know: what a job does, how jobs are kept (`jobs`).

An answer quotes papers. Whoever may not see one of its pages any more (a membership ended, an exclusion was entered) does not
see the answer any more either. A summary that is being written tells titles of items; whoever does not see all of them sees
that the meeting is worked on, and no more.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pydantic import JsonValue

from ratsassistent.archive import seen
from ratsassistent.archive.store import Store
from ratsassistent.jobs import Job
from ratsassistent.permissions import Rights

GONE = "Diese Antwort stützt sich auf Unterlagen, die Sie nicht mehr sehen. Sie können die Frage noch einmal stellen."
Place = tuple[str, int | None]  # file and page; None: of a file without pages


def is_own(job: Job, rights: Rights) -> bool:
    """Whether a job is this person's; what was asked before there were accounts is the Sitzungsdienst's."""
    return job.person == rights.person if job.person is not None else rights.seen is None


def shown(public: Store, nonpublic: Store, rights: Rights, jobs: Sequence[Job]) -> list[Job]:
    """The jobs that a person may know of, as it may know them."""
    mine = [job for job in jobs if job.kind != "frage" or is_own(job, rights)]
    if rights.seen is None:
        return mine
    quoted = {job.id: set(cited(job.result)) for job in mine if job.kind == "frage" and job.result is not None}
    gone = seen.closed(public, nonpublic, set().union(*quoted.values())) if quoted else set()
    meetings = {str(job.payload["meeting"]) for job in mine if job.payload.get("meeting")}
    items = {str(one) for job in mine for name in ("item", "plain") if (one := job.payload.get(name))}
    known = seen.known(public, meetings, items) | seen.known(nonpublic, meetings, items)
    parted = (seen.known(nonpublic.whole, meetings, ()) - rights.seen.meetings) | rights.seen.partly
    out = []
    for job in mine:
        if job.kind == "frage":
            closed = bool(quoted.get(job.id, set()) & gone)
            out.append(job.model_copy(update={"result": None, "state": "fehler", "error": GONE}) if closed else job)
            continue
        about = {str(job.payload[name]) for name in ("meeting", "item", "plain") if job.payload.get(name)}
        if about <= known:
            blank = job.payload.get("meeting") in parted
            out.append(job.model_copy(update={"message": "", "result": None}) if blank else job)
    return out


def cited(value: JsonValue) -> Iterator[Place]:
    """All places that are named anywhere in an answer."""
    if isinstance(value, dict):
        file_id, page = value.get("file_id"), value.get("page")
        if isinstance(file_id, str):
            yield file_id, page if isinstance(page, int) else None
        for inner in value.values():
            yield from cited(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from cited(inner)


def is_closed(public: Store, nonpublic: Store, result: JsonValue) -> bool:
    """Whether an answer quotes what is not seen here."""
    return bool(seen.closed(public, nonpublic, set(cited(result))))
