"""The archive: one Store for each folder, one folder for what is public and one for what is not.

What enters: Meetings, Papers, Files with Pages, Passages, ItemBriefings. What leaves: the same objects, by id or place.
What it does not know: what is public (the caller decides, a public Store refuses what is not), ranking (`index`), jobs.

On disk: ``archiv.sqlite`` and ``dateien/<sha256>.pdf`` below the folder, or, where it is sealed (`seal`), an encrypted database and
encrypted PDFs under other names. All methods raise StorageError, with a German
sentence, when the disk or the database fails.
"""

from __future__ import annotations

import atexit
import filecmp
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any

from sqlalchemy import Connection, Engine, Select, func, insert, select

from ratsassistent import temporary
from ratsassistent.archive import database, deletion, identity, saving, seal, tables, vectors
from ratsassistent.archive.german import fold_name
from ratsassistent.briefings import ItemBriefing, Level
from ratsassistent.errors import InputError, Locked, NotFound, StorageError
from ratsassistent.oparl import File, Meeting, Page, PageRef, Paper, Passage

FILES = database.FILES
_HALF = ".teil"  # of a copy that is being made


class Store:
    """A handle on the archive in one folder; several processes may hold one at the same time."""

    def __init__(self, folder: Path, public: bool, engine: Engine, *, refuses: str = "") -> None:
        self.folder = folder
        self.public = public
        self._engine = engine
        self._refuses = refuses
        self._seal = seal.of(folder)

    @classmethod
    def open(cls, folder: Path, public: bool) -> Store:
        """Open the archive in `folder`; it is made or brought up to date where needed.

        :param public: whether it holds only what is public; this stays with the folder.
        :raises StorageError: the folder cannot be written, the data are damaged or newer than this program.
        :raises ValueError: the folder was opened with the other `public` before.
        """
        store = cls(folder, public, database.open_engine(folder))
        try:
            store._check_kind()
            with database.storage_errors(folder):
                (folder / FILES).mkdir(exist_ok=True)
                database.drop_copies(folder, database.COPY_DAYS * 24 * 3600.0)
            with suppress(StorageError):  # what a crash may have left undone; a full disk keeps nobody from reading
                store.clean()
        except BaseException:
            store.close()
            raise
        return store

    @classmethod
    def locked(cls) -> Store:
        """What stands in for a non-public archive that this process may not open: it holds nothing, and takes nothing.

        Whatever is written into it raises Locked, so that nothing is lost unnoticed.
        """
        folder = _nothing()
        return cls(folder, False, database.open_engine(folder), refuses=seal.LOCKED)

    @property
    def whole(self) -> Store:
        """The archive as it is; another one than this where somebody sees a part of it only (`seen_store`)."""
        return self

    @property
    def shared(self) -> Store:
        """The store whose rows are found through this one: what is in memory of them is the same for both."""
        return self

    @property
    def is_locked(self) -> bool:
        """Whether it only stands in for the one that is locked."""
        return bool(self._refuses)

    def close(self) -> None:
        """Let go of the database."""
        vectors.forget(self)
        self._engine.dispose()

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that reads one state of the archive; for the modules of this package."""
        with database.storage_errors(self.folder), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A connection with a transaction that may write; for the modules of this package.

        :raises Locked: the archive is locked, and this only stands in for it.
        """
        if self._refuses:
            raise Locked(self._refuses)
        with database.storage_errors(self.folder), database.writing(self._engine) as connection:
            yield connection

    def empty_log(self) -> bool:
        """Empty the database's log of changes, which still holds overwritten words; False if readers are in the way."""
        with database.storage_errors(self.folder):
            return deletion.empty_log(self._engine)

    def clean(self) -> None:
        """Take the words that were deleted off the disk."""
        with database.storage_errors(self.folder):
            deletion.clean(self._engine, self.folder / FILES, self.file_name)

    # --- taking in and deleting

    def save_pack(
        self,
        *,
        meetings: Sequence[Meeting] = (),
        loose_papers: Sequence[Paper] = (),
        files: Sequence[tuple[File, Sequence[Page]]] = (),
        passages: Sequence[Passage] = (),
    ) -> None:
        """Write one pack, all of it or nothing. The same pack again changes nothing.

        A meeting that is there already gets these items beside those it has (Nachtrag). A paper that comes again for
        the same item replaces the edition and the passages that this item had.

        :param loose_papers: papers without an agenda.
        :param passages: all passages of the papers given.
        :raises ValueError: this archive is public and something given is not; nothing is written.
        """
        if self.public:
            saving.check_public(meetings, loose_papers, files)
        with self.writing() as connection:
            saving.save_pack(connection, meetings, loose_papers, files, passages)

    def put_file(self, source: Path, sha256: str) -> Path:
        """Copy a PDF into the archive, whole or not at all; returns where it is.

        :param sha256: that of its File. A public archive may hold a copy without the non-public pages under it; other
            bytes replace those that are there.
        """
        target = self._path(sha256)
        with database.storage_errors(self.folder):
            if target.is_file() and self._holds(target, source):
                return target
            handle, name = tempfile.mkstemp(dir=target.parent, suffix=_HALF)
            try:
                with os.fdopen(handle, "wb") as copy:
                    if self._seal is None:
                        with source.open("rb") as original:
                            shutil.copyfileobj(original, copy, 1 << 20)
                    else:
                        self._seal.encrypt(source, Path(name))
                    copy.flush()
                    os.fsync(copy.fileno())
                Path(name).replace(target)
            except BaseException:
                Path(name).unlink(missing_ok=True)
                raise
        return target

    def drop_strays(self) -> int:
        """Remove PDFs that no row names, and halves of copies: a killed program left them. Only while nobody takes in.

        :returns: how many files went.
        """
        count = 0
        with self.reading() as connection:
            known = {self.file_name(sha256) for sha256 in connection.execute(select(tables.file.c.sha256)).scalars()}
        with database.storage_errors(self.folder):
            for path in (self.folder / FILES).iterdir():
                if path.suffix == _HALF or (database.is_paper(path) and path.name not in known):
                    path.unlink(missing_ok=True)
                    count += 1
        return count

    def delete_meeting(self, meeting_id: str, *, clean: bool = True) -> tuple[str, ...]:
        """Remove a meeting and all derived from it, so that its words are gone from the folder.

        :param clean: False: the caller deletes more, and calls `clean` behind the last one; a crash in between is made good.
        :returns: the ids of the meeting, items, papers and files that went (for `Jobs.forget`); nothing if it is not
            in this archive.
        """
        with self.writing() as connection:
            gone = deletion.delete_meeting(connection, meeting_id)
        return self._cleaned(gone, clean)

    def delete_paper(self, paper_id: str, *, keep_remarks: bool = False, clean: bool = True) -> tuple[str, ...]:
        """Remove a paper from all meetings, with all derived from it; as `delete_meeting`.

        :param keep_remarks: what persons said of it stays, because the paper only moves to the other archive.
        """
        with self.writing() as connection:
            gone = deletion.delete_paper(connection, paper_id, keep_remarks=keep_remarks)
        return self._cleaned(gone, clean)

    # --- meetings and papers

    def meetings(self, *, with_papers: bool = True, with_text: bool = True) -> list[Meeting]:
        """All meetings, the newest first; without their items' papers if `with_papers` is False (much faster).

        :param with_text: False gives the papers without text and parts, which is enough to name them.
        """
        table = tables.meeting
        query = select(table.c.id).order_by(table.c.start.desc().nulls_last(), table.c.id)
        with self.reading() as connection:
            keys = list(connection.execute(query).scalars())
            found = (saving.load_meeting(connection, key, with_papers=with_papers, with_text=with_text) for key in keys)
            return [meeting for meeting in found if meeting is not None]

    def meeting(self, meeting_id: str) -> Meeting | None:
        """The meeting with its items and their papers, or None."""
        with self.reading() as connection:
            return saving.load_meeting(connection, meeting_id, with_text=True)

    def meeting_id(self, wanted: str) -> str | None:
        """The id of the meeting with this id, or with this id of OParl; None if there is none."""
        meeting, known = tables.meeting, tables.oparl_object
        named = select(known.c.own_id).where(known.c.id == wanted, known.c.kind == "Meeting")
        query = select(meeting.c.id).where((meeting.c.id == wanted) | meeting.c.id.in_(named))
        with self.reading() as connection:
            return connection.execute(query).scalar()

    def same_meeting(self, meeting: Meeting) -> Meeting | None:
        """The meeting of this archive that is the same Sitzung (see `identity`), with its papers, or None."""
        if not meeting.start:
            return None
        table = tables.meeting
        query = select(table.c.id).where(table.c.start.startswith(meeting.start[:10], autoescape=True))
        with self.reading() as connection:
            keys = list(connection.execute(query).scalars())
            held = [saving.load_meeting(connection, key, with_papers=False) for key in keys]
        found = identity.same_meeting([one for one in held if one is not None], meeting)
        return self.meeting(found.id) if found else None

    def loose_papers(self, *, with_text: bool = True) -> list[Paper]:
        """The papers that were taken in without an agenda and that no meeting refers to.

        :param with_text: False leaves text and parts out (much faster where there are thousands).
        """
        paper, link = tables.paper, tables.item_paper
        used = select(link.c.paper_id).where(link.c.paper_id == paper.c.id).exists()
        body = paper.c.body if with_text else saving.without_text(paper.c.body)
        return self._papers(select(body).where(~used).order_by(paper.c.reference_key, paper.c.id))

    def paper(self, paper_id: str) -> Paper | None:
        """The paper with this id in its newest edition, or None."""
        found = self._papers(select(tables.paper.c.body).where(tables.paper.c.id == paper_id))
        return found[0] if found else None

    def paper_by_oparl_id(self, oparl_id: str) -> Paper | None:
        """The paper that OParl calls so, in its newest edition, or None."""
        known = tables.oparl_object
        with self.reading() as connection:
            query = select(known.c.own_id).where(known.c.id == oparl_id, known.c.kind == "Paper")
            own = connection.execute(query).scalar()
        return self.paper(own) if own else None

    def papers_by_reference(self, reference: str) -> list[Paper]:
        """The papers with this Vorlagennummer, in their newest editions; white space and case do not matter."""
        key = fold_name(reference)
        table = tables.paper
        return (
            self._papers(select(table.c.body).where(table.c.reference_key == key).order_by(table.c.id)) if key else []
        )

    def passages(
        self, *, item_id: str | None = None, paper_id: str | None = None, meeting_id: str | None = None
    ) -> list[Passage]:
        """The passages of an item, paper or meeting (or all), in reading order."""
        table, item, link = tables.passage, tables.agenda_item, tables.item_paper
        query = select(table.c.body)
        query = query.outerjoin(item, item.c.id == table.c.item_id)
        query = query.outerjoin(
            link, (link.c.agenda_item_id == table.c.item_id) & (link.c.paper_id == table.c.paper_id)
        )
        for column, value in (
            (table.c.item_id, item_id),
            (table.c.paper_id, paper_id),
            (table.c.meeting_id, meeting_id),
        ):
            if value is not None:
                query = query.where(column == value)
        query = query.order_by(table.c.meeting_id, item.c.position, item.c.id, link.c.position, table.c.paper_id)
        query = query.order_by(table.c.start, table.c.rowid)
        with self.reading() as connection:
            return [Passage.model_validate_json(body) for body in connection.execute(query).scalars()]

    # --- files and pages

    def files(self) -> list[File]:
        """All files, by name."""
        with self.reading() as connection:
            bodies = connection.execute(select(tables.file.c.body)).scalars()
            return sorted((File.model_validate_json(body) for body in bodies), key=lambda file: (file.name, file.id))

    def file(self, file_id: str) -> File | None:
        """The file with this id, or None."""
        with self.reading() as connection:
            body = connection.execute(select(tables.file.c.body).where(tables.file.c.id == file_id)).scalar()
        return None if body is None else File.model_validate_json(body)

    def file_path(self, file_id: str) -> Path:
        """Where the PDF lies, encrypted if the archive is: to tell it from others; `content` is what can be read.

        :raises NotFound: the archive has no such file, or its PDF is missing.
        """
        with self.reading() as connection:
            query = select(tables.file.c.sha256).where(tables.file.c.id == file_id)
            sha256 = connection.execute(query).scalar()
        if sha256 is None or not (path := self._path(sha256)).is_file():
            raise NotFound(f"Die Datei „{file_id}“ ist nicht im Archiv.")
        return path

    def content(self, file_id: str) -> Path | bytes:
        """What a PDF is read from: its path, or, in a sealed archive, its bytes, so that they are not laid down anywhere.

        :raises NotFound: the archive has no such file, or its PDF is missing. :raises InputError: it is damaged.
        """
        path = self.file_path(file_id)
        return path if self._seal is None else self._seal.decrypt(path)

    def readable(self, file_id: str, folder: Path) -> Path:
        """The PDF as a file: where it lies, or, of a sealed archive, decrypted in a folder that goes soon.

        For what needs a file: pages of it become public, or it is taken in together with others.

        :raises NotFound: the archive has no such file, or its PDF is missing. :raises InputError: it is damaged.
        """
        found = self.content(file_id)
        if isinstance(found, Path):
            return found
        handle, name = tempfile.mkstemp(dir=folder, suffix=".pdf")
        with os.fdopen(handle, "wb") as copy:
            copy.write(found)
        return Path(name)

    def file_name(self, sha256: str) -> str:
        """The name under which a PDF lies in `FILES`."""
        return seal.file_name(self._seal, sha256)

    def pages(self, file_id: str) -> list[Page]:
        """The pages of a file in order; empty if there is no such file."""
        return self._pages(select(tables.page).where(tables.page.c.file_id == file_id))

    def page(self, file_id: str, number: int) -> Page | None:
        """One page, or None."""
        table = tables.page
        found = self._pages(select(table).where(table.c.file_id == file_id, table.c.number == number))
        return found[0] if found else None

    def page_count(self, file_id: str) -> int:
        """How many pages of a file this archive holds; 0 for a file without pages, or none of it."""
        query = select(func.count()).select_from(tables.page).where(tables.page.c.file_id == file_id)
        with self.reading() as connection:
            return int(connection.execute(query).scalar_one())

    def page_counts(self, meeting_id: str | None) -> tuple[int, int]:
        """How many pages were read, and how many there are, in a meeting's files or (None) in all.

        A public archive counts the public pages only.
        """
        with self.reading() as connection:
            sources = list(connection.execute(self._counted(select(tables.page.c.source), meeting_id)).scalars())
        return sum(source != "none" for source in sources), len(sources)

    def unreadable(self, meeting_id: str | None) -> list[PageRef]:
        """The pages that could not be read, in a meeting's files or (None) in all."""
        return self.page_refs(meeting_id, source="none")

    def page_refs(self, meeting_id: str | None, **like: str) -> list[PageRef]:
        """The pages with this `source` or `kind` in a meeting's files or (None) in all, each with its reason."""
        page, file = tables.page, tables.file
        query = select(file.c.body, page.c.file_id, page.c.number, page.c.reason).join(
            file, file.c.id == page.c.file_id
        )
        query = self._counted(query, meeting_id).where(*(page.c[name] == value for name, value in like.items()))
        with self.reading() as connection:
            rows = connection.execute(query.order_by(page.c.file_id, page.c.number)).all()
        return [
            PageRef(file=File.model_validate_json(row[0]).name, file_id=row[1], page=row[2], reason=row[3])
            for row in rows
        ]

    # --- briefings

    def save_briefing(self, meeting_id: str | None, briefing: ItemBriefing) -> None:
        """Keep the briefing of one item (or of a paper, `meeting_id` None); it replaces that of the same level.

        :raises ValueError: this archive is public and the briefing is not.
        """
        if self.public and briefing.public is not True:
            raise ValueError(f"the briefing of {briefing.id} is not public")
        key = {"item_id": briefing.id, "level": briefing.level}
        with self.writing() as connection:
            values = {"meeting_id": meeting_id, "body": briefing.model_dump_json()}
            saving.put(connection, tables.briefing, key, values)

    def briefing(self, item_id: str, level: Level) -> ItemBriefing | None:
        """The briefing of an item or paper at this level, or None."""
        table = tables.briefing
        with self.reading() as connection:
            query = select(table.c.body).where(table.c.item_id == item_id, table.c.level == level)
            body = connection.execute(query).scalar()
        return None if body is None else ItemBriefing.model_validate_json(body)

    def briefings(self, meeting_id: str | None, level: Level) -> list[ItemBriefing]:
        """The briefings of a meeting at this level, in the order of its items (None: those of loose papers)."""
        table, item = tables.briefing, tables.agenda_item
        query = select(table.c.body).outerjoin(item, item.c.id == table.c.item_id)
        query = query.where(table.c.meeting_id == meeting_id, table.c.level == level)
        with self.reading() as connection:
            bodies = connection.execute(query.order_by(item.c.position, table.c.item_id)).scalars()
            return [ItemBriefing.model_validate_json(body) for body in bodies]

    # --- private

    def _check_kind(self) -> None:
        kind = "public" if self.public else "non-public"
        query = select(tables.about.c.value).where(tables.about.c.key == "kind")
        with self.reading() as connection:
            known = connection.execute(query).scalar()
        if known is None:
            with self.writing() as connection:
                known = connection.execute(query).scalar()
                if known is None:
                    connection.execute(insert(tables.about).values(key="kind", value=kind))
                    known = kind
        if known != kind:
            raise ValueError(f"{self.folder} holds a {known} archive")

    def _holds(self, target: Path, source: Path) -> bool:
        if self._seal is None:
            return filecmp.cmp(source, target, shallow=False)
        try:
            return self._seal.decrypt(target) == source.read_bytes()
        except InputError:  # damaged: it is written anew
            return False

    def _cleaned(self, gone: list[str], clean: bool) -> tuple[str, ...]:
        vectors.forget(self)
        if clean:
            self.clean()
        return tuple(gone)

    def _path(self, sha256: str) -> Path:
        return self.folder / FILES / self.file_name(sha256)

    def _papers(self, query: Select[Any]) -> list[Paper]:
        with self.reading() as connection:
            return [Paper.model_validate_json(body) for body in connection.execute(query).scalars()]

    def _pages(self, query: Select[Any]) -> list[Page]:
        with self.reading() as connection:
            rows = connection.execute(query.order_by(tables.page.c.number)).mappings()
            return [Page(**{name: row[name] for name in Page.model_fields if name in row}) for row in rows]

    def _counted(self, query: Select[Any], meeting_id: str | None) -> Select[Any]:
        table, link = tables.page, tables.meeting_file
        if self.public:
            query = query.where(table.c.public.is_(True))
        if meeting_id is not None:
            query = query.where(table.c.file_id.in_(select(link.c.file_id).where(link.c.meeting_id == meeting_id)))
        return query


@cache
def _nothing() -> Path:
    """The folder of an archive that holds nothing, made once for this process."""
    made = temporary.folder()
    atexit.register(made.cleanup)
    with Store.open(Path(made.name), public=False):
        pass
    return Path(made.name)
