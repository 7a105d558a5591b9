"""An opened data folder: two stores that share nothing, the jobs, and the language model once it is loaded.

What enters: settings. What leaves: a Workspace.
What it does not know: what is done with it (`workflow`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from ratsassistent import meaning, own_jobs, swapping
from ratsassistent.archive import seal
from ratsassistent.archive.index import Meaning
from ratsassistent.archive.searches_table import Searches
from ratsassistent.archive.store import Store
from ratsassistent.errors import Locked
from ratsassistent.jobs import Job, Jobs
from ratsassistent.oparl import Public
from ratsassistent.permissions import Act, Rights, need
from ratsassistent.settings import Settings
from ratsassistent.writing.model.language_model import LanguageModel

Progress = Callable[[str, float | None], None]  # a German line, and how much is done from 0 to 1 (None: not known)


def quiet(message: str, done: float | None) -> None:
    """The progress that nobody watches."""


@dataclass
class Workspace:
    """An opened data folder: two stores, the jobs, and the language model once it is loaded."""

    settings: Settings
    public: Store
    nonpublic: Store
    model: LanguageModel | None = field(default=None, repr=False)
    embedding: Meaning | None = field(default=None, repr=False)
    rights: Rights | None = None  # of who has signed in; None: nobody has to

    @property
    def stores(self) -> tuple[Store, Store]:
        """Both stores, the public one first."""
        return self.public, self.nonpublic

    @property
    def jobs(self) -> Jobs:
        """Long work; kept in the non-public store, since a question may be confidential."""
        return Jobs(self.nonpublic, person=self.settings.person, shown=self._shown, may_change=self._may_change)

    @property
    def searches(self) -> Searches:
        """What was searched for; each person's own."""
        return Searches(self.nonpublic, person=self.settings.person if self.rights is not None else None)

    def _shown(self, jobs: Sequence[Job]) -> list[Job]:
        return list(jobs) if self.rights is None else own_jobs.shown(self.public, self.nonpublic, self.rights, jobs)

    def _may_change(self, job: Job) -> None:
        """:raises NotAllowed: it is somebody else's, and this person does not steer the work of all."""
        if self.rights is not None and not own_jobs.is_own(job, self.rights):
            self.rights.need("queue")

    def may(self, act: Act) -> bool:
        """Whether whoever works with it may do that."""
        return self.rights is None or self.rights.may(act)

    def need(self, act: Act) -> None:
        """:raises NotAllowed: whoever works with it may not do that."""
        need(self.rights, act)

    @property
    def meaning(self) -> Meaning:
        """The embedding models that are at hand, looked for once."""
        if self.embedding is None:
            self.embedding = Meaning(static=meaning.find_static(), transformer=meaning.find(self.settings))
        return self.embedding

    @property
    def own_prompts(self) -> Path:
        """Where a municipality may keep its own wording of the prompts."""
        return self.settings.data_folder / "prompts"

    @property
    def is_locked(self) -> bool:
        """Whether the non-public archive is locked, and so not there."""
        return self.nonpublic.is_locked

    def need_open(self) -> None:
        """For what concerns both archives.

        :raises Locked: the non-public one is locked.
        """
        if self.is_locked:
            raise Locked(seal.LOCKED)

    def close(self) -> None:
        """Close both databases."""
        for store in self.stores:
            store.close()


@contextmanager
def workspace(settings: Settings) -> Iterator[Workspace]:
    """Open the data folder, and close it at the end.

    Where the non-public archive is locked, there is the public one alone, and nothing can be written that belongs in the other.

    :raises StorageError: the folder cannot be used; a German sentence says why.
    """
    swapping.finish(settings)  # a restored state that a crash kept from being put in place
    public = Store.open(settings.public_folder, public=True)
    try:
        opened = Workspace(settings, public, _nonpublic(settings))
    except BaseException:
        public.close()
        raise
    try:
        yield opened
    finally:
        opened.close()


def _nonpublic(settings: Settings) -> Store:
    try:
        return Store.open(settings.nonpublic_folder, public=False)
    except Locked:
        return Store.locked()


def store_of(ws: Workspace, public: Public) -> Store:
    """The store for what is public (True) or not, or not known to be."""
    return ws.public if public is True else ws.nonpublic
