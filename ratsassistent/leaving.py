"""Somebody has no access any more: what was nobody else's goes with the person.

What enters: an opened Workspace, the persons of its data folder, a name. What leaves: the Person that was.
What it does not know: who may say so, how words are taken off the disk.

Notes for that person alone, marks, questions and searches are deleted. Notes for the Fraktion and for all stay, with the name,
since others have read them; they are nobody's then, and the Fraktion, or the Sitzungsdienst, may take them back.
"""

from __future__ import annotations

from contextlib import suppress

from ratsassistent import marks, remarks
from ratsassistent.archive.searches_table import Searches
from ratsassistent.errors import InputError, Locked
from ratsassistent.jobs import Jobs
from ratsassistent.people import People, Person
from ratsassistent.workspace import Workspace

_LOCKED = (
    "Der nichtöffentliche Teil ist verschlossen; darin können Notizen dieser Person liegen, die mit dem Zugang gelöscht werden. "
    "Bitte zuerst aufschließen."
)


def remove(ws: Workspace, people: People, name: str) -> Person:
    """Delete a person, and first all that was nobody else's: what a crash leaves is found when it is done again.

    :raises NotFound: there is no such person. :raises Locked: the non-public archive is locked; then nothing is deleted.
    """
    person = people.named(name)
    if ws.is_locked:
        raise Locked(_LOCKED)
    people.end_sessions(person.id)
    remarks.forget_person(ws, person.id)
    marks.forget_marks_of(ws, person.id)
    Searches(ws.nonpublic, person=person.id).remove_all()
    jobs = Jobs(ws.nonpublic)
    for job in jobs.all():
        if job.kind == "frage" and job.person == person.id:
            with suppress(InputError):
                jobs.remove(job.id)
    return people.remove(person.name)
