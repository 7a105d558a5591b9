"""Taking in for the page: what was dropped is read in a thread of this process, whatever becomes of the tab.

What enters: settings, paths of files. What leaves: how far each run is, as HTML and as what was done.
What it does not know: Gradio, how anything is read.

What was uploaded is moved into a folder of its own first, and stays there until it has been read: a closed tab loses
nothing, and what a killed program left behind is read when it is started again. The same files dropped twice are read once.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from pydantic import ValidationError

from ratsassistent import workflow
from ratsassistent.briefings import Intake
from ratsassistent.errors import RatsassistentError
from ratsassistent.oparl import Meeting, Model
from ratsassistent.output import page_intake
from ratsassistent.settings import Settings

FOLDER = "eingang"
_NOTE = "stand.json"
_MOST_TRIES = 2
_MOST_EXTRACTS = 3  # meetings of one take-in whose extracts are written at once
_LOOK_S = 0.3  # between two looks of a tab that waits
_BLOCK = 1 << 20


class _Note(Model):
    """What lies beside uploads until they have been read: their names, how often that was begun, and by which process."""

    files: tuple[str, ...]
    tries: int
    pid: int
    started: float


@dataclass
class Run:
    """One take-in: what is being done, what was recognised so far, and what came of it."""

    key: str
    names: tuple[str, ...]
    paths: tuple[Path, ...]
    folder: Path | None = None  # of our own, to be removed at the end
    line: tuple[str, float | None] = ("Die Unterlagen werden geöffnet …", None)
    agenda: tuple[Meeting, ...] = ()
    done: Intake | None = None
    error: str = ""
    ended: threading.Event = field(default_factory=threading.Event)

    def html(self) -> str:
        """The run as the page shows it now."""
        if self.error:
            return page_intake.failed(self.error, self.names)
        if self.done is not None:
            return page_intake.summary(self.done)
        return page_intake.running(self.line[0], self.line[1], self.agenda)


class Taking:
    """The take-ins of one program, one after the other; every tab sees the same."""

    def __init__(self, settings: Settings, sentence: Callable[[BaseException], str]) -> None:
        """:param sentence: what a user is told about an error."""
        self._settings, self._sentence = settings, sentence
        self._lock = threading.Lock()
        self._waiting: list[Run] = []
        self._thread: threading.Thread | None = None
        self._shown: Run | None = None

    @property
    def running(self) -> bool:
        """Whether anything is being read, or waits for it."""
        return any(not run.ended.is_set() for run in self._waiting)

    def html(self) -> str:
        """What is being read, or what was read last; empty where nothing was."""
        shown = self._shown
        if shown is None:
            return ""
        behind = sum(not run.ended.is_set() for run in self._waiting if run is not shown)
        return shown.html() + (page_intake.behind(behind) if behind and not shown.ended.is_set() else "")

    def begin(self, paths: Sequence[Path], *, own: bool = False) -> Run:
        """Have files read; the same files that wait or are being read already are not read twice.

        :param own: they are uploads: they are moved away, and removed when they have been read.
        """
        key = _key(paths)
        with self._lock:
            known = next((r for r in self._waiting if r.key == key and not r.ended.is_set()), None)
            if known is not None:
                if own:
                    _remove(paths)
                return known
            run = self._kept(key, paths) if own else Run(key, _names(paths), tuple(paths))
            self._put(run)
        return run

    def follow(self, run: Run) -> Iterator[Run]:
        """The run, whenever it may look different, until it has ended."""
        yield run
        while not run.ended.wait(_LOOK_S):
            yield run
        yield run

    def resume(self) -> None:
        """Read what a program left behind that was killed; what has been tried twice is given up."""
        root = self._settings.nonpublic_folder / FOLDER
        for folder in sorted(root.iterdir()) if root.is_dir() else ():
            note = _note(folder)
            if note is None or _is_alive(note):
                continue
            paths = [path for n in note.files if (path := folder / n).is_file()]
            run = Run(folder.name, tuple(Path(n).name for n in note.files), tuple(paths), folder)
            with self._lock:
                if not paths or note.tries >= _MOST_TRIES:
                    run.error = page_intake.GIVEN_UP
                    run.ended.set()
                    self._shown = run
                    shutil.rmtree(folder, ignore_errors=True)
                elif all(other.key != run.key for other in self._waiting):
                    _write_note(folder, note.files, note.tries + 1)
                    self._put(run)

    def join(self, timeout_s: float) -> None:
        """Wait until nothing is being read any more, but not longer than that."""
        thread = self._thread
        if thread is not None:
            thread.join(timeout_s)

    def _put(self, run: Run) -> None:
        self._waiting = [other for other in self._waiting if not other.ended.is_set()] + [run]
        if self._shown is None or self._shown.ended.is_set():
            self._shown = run
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._work, daemon=True, name="einlesen")
            self._thread.start()

    def _kept(self, key: str, paths: Sequence[Path]) -> Run:
        """Uploads in a folder of their own; where that cannot be made, they are read from where they lie."""
        folder = self._settings.nonpublic_folder / FOLDER / key[:32]
        files: list[str] = []
        try:
            shutil.rmtree(folder, ignore_errors=True)
            for number, path in enumerate(paths):
                target = folder / f"{number:04}" / path.name
                target.parent.mkdir(parents=True)
                shutil.move(path, target)
                files.append(target.relative_to(folder).as_posix())
            _write_note(folder, files, 1)
        except OSError:
            moved = [folder / name for name in files]
            return Run(key, _names(paths), (*moved, *paths[len(moved) :]), folder)
        finally:
            _remove(paths)
        return Run(key, _names(paths), tuple(folder / name for name in files), folder)

    def _work(self) -> None:
        while True:
            with self._lock:
                run = next((one for one in self._waiting if not one.ended.is_set()), None)
                if run is None:
                    self._thread = None
                    return
                self._shown = run
            self._read(run)

    def _read(self, run: Run) -> None:
        def progress(text: str, done: float | None) -> None:
            run.line = text, done

        def on_agenda(meetings: tuple[Meeting, ...]) -> None:
            run.agenda = meetings

        try:
            with workflow.workspace(self._settings) as ws:
                taken = workflow.take_in(ws, run.paths, progress=progress, on_agenda=on_agenda)
                self._prepare(ws, taken, progress)
                run.done = taken
        except BaseException as error:
            run.error = self._sentence(error)
        finally:
            if run.folder is not None:
                shutil.rmtree(run.folder, ignore_errors=True)
            run.ended.set()

    def _prepare(self, ws: workflow.Workspace, taken: Intake, progress: workflow.Progress) -> None:
        """Write the extracts now: whoever opens the meeting, and all others who do at that moment, need not wait for it.

        An archive with hundreds of meetings is not a pack: what is opened of it is written then.
        """
        if len(taken.meetings) > _MOST_EXTRACTS:
            return
        for meeting in taken.meetings:
            progress(f"Der Auszug wird geschrieben: {meeting.name}", None)
            with suppress(RatsassistentError):  # what was read is kept; opening it says what is wrong
                workflow.stored_briefing(ws, meeting.id)


def _key(paths: Sequence[Path]) -> str:
    """The same for the same files, whatever they are called and in whatever order they come."""
    digests = []
    for path in paths:
        digest = hashlib.sha256()
        if path.is_file():
            with path.open("rb") as stream:
                while block := stream.read(_BLOCK):
                    digest.update(block)
        else:
            digest.update(str(path).encode("utf-8", "replace"))
        digests.append(digest.hexdigest())
    return hashlib.sha256("".join(sorted(digests)).encode()).hexdigest()


def _names(paths: Sequence[Path]) -> tuple[str, ...]:
    return tuple(path.name for path in paths)


def _remove(paths: Sequence[Path]) -> None:
    """Remove uploads: Gradio gives each one a folder of its own."""
    for path in paths:
        shutil.rmtree(path.parent, ignore_errors=True)


def _write_note(folder: Path, files: Sequence[str], tries: int) -> None:
    me = psutil.Process()
    note = _Note(files=tuple(files), tries=tries, pid=me.pid, started=me.create_time())
    part = folder / f"{_NOTE}.teil"
    part.write_text(note.model_dump_json(), encoding="utf-8")
    os.replace(part, folder / _NOTE)


def _note(folder: Path) -> _Note | None:
    """What is written beside uploads; None where that is not whole: then nothing was promised to anybody."""
    try:
        return _Note.model_validate_json((folder / _NOTE).read_bytes())
    except (OSError, ValidationError):
        shutil.rmtree(folder, ignore_errors=True)
        return None


def _is_alive(note: _Note) -> bool:
    """Whether the program that took the files still runs (this one, or another on the same data)."""
    try:
        return bool(abs(psutil.Process(note.pid).create_time() - note.started) < 1)
    except (psutil.Error, ValueError, OverflowError):
        return False
