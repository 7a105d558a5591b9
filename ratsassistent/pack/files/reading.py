"""Foreign PDFs are read, drawn and copied in child processes, so that a hostile file costs no more than itself.

What enters: the path of a file somebody handed in. What leaves: the same as from `pages`, where a page that was too slow,
too big or brought its child down stands in its place, empty, with a German reason. What it does not know: how a page is
read (`pages`), how children are kept in bounds (`isolated`).

Time is bounded by what a file gives: each failure costs, each page that was read earns. A file that only fails is given
up after about twenty seconds, a plan of 5,000 pages with some bad sheets is read to its end.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from pathlib import Path

from ratsassistent.errors import RatsassistentError, UnreadableFile
from ratsassistent.oparl import Page
from ratsassistent.pack.files import pages
from ratsassistent.pack.files.isolated import ChildFailed, Children, NotStarted, TooBig, TooSlow
from ratsassistent.pack.files.pages import BROKEN, Opened, ReadFile, Source, name_of
from ratsassistent.pack.files.public_copy import public_copy

SLOW = "die Seite braucht zu viel Rechenzeit"
BIG = "die Seite braucht zu viel Arbeitsspeicher"
CRASHED = "die Seite ist beschädigt und bringt das Lesen zum Absturz"
GIVEN_UP = "die Datei ist beschädigt und wurde von hier an nicht mehr gelesen"

OPEN_SECONDS = 10.0
PAGE_SECONDS = 10.0
DRAW_SECONDS = 20.0
COPY_SECONDS = 120.0  # a copy of the public pages is made in one go
LOST_SECONDS = 17.0  # what opening and failures may cost
LEAST_SECONDS = 2.0  # what the page at hand gets, however little of that is left
EARNED_SECONDS = 0.5  # what each page that was read adds to that
MEGABYTES = 1200  # of all children that read one file
PARALLEL_FROM = 24  # pages; below, a second child would cost more than it brings
AHEAD = 8  # pages a child may read before they are asked for

_pictures = Children(idle_seconds=120)  # somebody who leafs through a paper should not wait for a child at each page


def read_safely(
    path: Path,
    *,
    name: str | None = None,
    max_pages: int = 5000,
    progress: Callable[[float], None] | None = None,
    children: Children | None = None,
    first: tuple[int, Callable[[ReadFile], None]] | None = None,
) -> ReadFile:
    """Read all pages of a PDF in child processes, two of them for a file of many pages.

    :param name: what to call the file; default is its own name.
    :param max_pages: a file with more pages is refused.
    :param progress: called in this thread with the share done, 0 to 1, after each page; what it raises ends the reading.
    :param children: where many files are read, the children that serve them all.
    :param first: so many pages, and who is given the file with these alone as soon as they are read.
    :raises UnreadableFile: whatever `pages.read_file` refuses, and a file that cannot be opened within the limits.
    :raises NotStarted: this machine starts no child process; that says nothing about the file.
    """
    name = name or path.name
    with contextlib.ExitStack() as stack:
        group = children or stack.enter_context(Children())
        opened, spent = _open(group, path, name, max_pages)
        found: dict[int, Page] = {}
        reading = _Reading(group, path, spent)
        for page in stack.enter_context(contextlib.closing(reading.all(range(1, opened.page_count + 1)))):
            found[page.number] = page
            if progress:
                progress(len(found) / opened.page_count)
            if first and opened.page_count > first[0] and all(n in found for n in range(1, first[0] + 1)):
                some = tuple(found[n] for n in range(1, first[0] + 1))
                first[1](ReadFile(file=opened.file, pages=some, outline=opened.outline, path=path))
                first = None
    if all(page.reason in {BROKEN, CRASHED, GIVEN_UP} for page in found.values()):
        raise UnreadableFile(f"Die Datei „{name}“ ist beschädigt und lässt sich nicht lesen.")
    return ReadFile(
        file=opened.file,
        pages=tuple(found[number] for number in sorted(found)),
        outline=opened.outline,
        carried=opened.carried,
        path=path,
    )


def render_safely(source: Source, number: int, width: int = 1000) -> bytes:
    """`pages.render_page` in a child process that waits two minutes for the next picture.

    :raises NotFound: the file has no such page.
    :raises UnreadableFile: the file cannot be opened, or the page cannot be drawn within the limits.
    """
    try:
        (picture,) = _pictures.run(_rendered, source, number, width, seconds=DRAW_SECONDS, megabytes=MEGABYTES)
    except ChildFailed as error:
        raise UnreadableFile(f"Seite {number} von {name_of(source)} lässt sich nicht darstellen.") from error
    return picture


def public_copy_safely(path: Path, keep: set[int], target: Path, children: Children | None = None) -> None:
    """`public_copy` in a child process. Where it fails, there is no `target`.

    :raises UnreadableFile: the file cannot be read, or not within the limits.
    """
    with contextlib.ExitStack() as stack:
        group = children or stack.enter_context(Children())
        try:
            list(group.run(_copied, path, keep, target, seconds=COPY_SECONDS, megabytes=MEGABYTES))
        except BaseException as error:
            with contextlib.suppress(OSError):
                target.unlink(missing_ok=True)
            if isinstance(error, ChildFailed) and not isinstance(error, NotStarted):
                raise UnreadableFile(f"Die Datei „{path.name}“ ist beschädigt und lässt sich nicht lesen.") from error
            raise


def _open(group: Children, path: Path, name: str, max_pages: int) -> tuple[Opened, float]:
    """The file, opened in a child, and the seconds that took."""
    started = time.monotonic()
    try:
        (opened,) = group.run(_opened, path, name, max_pages, seconds=OPEN_SECONDS, megabytes=MEGABYTES)
    except TooSlow as error:
        raise UnreadableFile(f"Die Datei „{name}“ lässt sich nicht in vertretbarer Zeit öffnen.") from error
    except TooBig as error:
        raise UnreadableFile(f"Die Datei „{name}“ braucht zu viel Arbeitsspeicher und wird nicht gelesen.") from error
    except RatsassistentError as error:
        if isinstance(error, ChildFailed) and not isinstance(error, NotStarted):
            raise UnreadableFile(f"Die Datei „{name}“ ist beschädigt und lässt sich nicht lesen.") from error
        raise
    except Exception as error:  # whatever a library meets in a broken file, too deep a recursion among it
        raise UnreadableFile(f"Die Datei „{name}“ ist beschädigt und lässt sich nicht lesen.") from error
    return opened, time.monotonic() - started


class _Reading:
    """The pages of one file on their way through children, and what may still be spent on failures."""

    def __init__(self, group: Children, path: Path, spent: float) -> None:
        self._group = group
        self._path = path
        self._budget = max(LOST_SECONDS - spent, LEAST_SECONDS)

    def all(self, numbers: Sequence[int]) -> Generator[Page, None, None]:
        """Each of these pages once, in no certain order."""
        ways = min(2, os.cpu_count() or 1) if len(numbers) >= PARALLEL_FROM else 1
        again: list[int] = []
        # Every other page each: plans, which take long, mostly come in a row.
        yield from self._in_turn([numbers[way::ways] for way in range(ways)], again if ways > 1 else None)
        yield from self._in_turn([sorted(again)], None)  # too big for half of the memory; now they have it all

    def _in_turn(self, shares: Sequence[Sequence[int]], again: list[int] | None) -> Generator[Page, None, None]:
        """Pages of several shares by turns, each share in a child of its own."""
        with contextlib.ExitStack() as stack:
            running = deque(
                stack.enter_context(contextlib.closing(self._share(share, MEGABYTES // len(shares), again)))
                for share in shares
            )
            while running:
                share = running.popleft()
                for page in share:
                    yield page
                    running.append(share)
                    break

    def _share(self, numbers: Sequence[int], megabytes: int, again: list[int] | None) -> Generator[Page, None, None]:
        """One share of the pages; after a failure a new child goes on behind the page that failed.

        :param again: takes the pages that were too big, if somebody tries them once more.
        """
        left = deque(numbers)
        while left and self._budget > 0:
            seconds = max(LEAST_SECONDS, min(PAGE_SECONDS, self._budget))
            run = self._group.run(_read, self._path, tuple(left), seconds=seconds, megabytes=megabytes, ahead=AHEAD)
            with contextlib.closing(run):
                started = time.monotonic()
                try:
                    for page in run:
                        left.remove(page.number)
                        self._budget += EARNED_SECONDS
                        yield page
                        started = time.monotonic()
                    reason = BROKEN  # it gave up some page without a word
                except NotStarted:
                    raise
                except TooSlow:
                    reason = SLOW
                except TooBig:
                    reason = BIG
                except ChildFailed:
                    reason = CRASHED
                except Exception:
                    reason = BROKEN
            if left:
                failed = left.popleft()
                self._budget -= time.monotonic() - started + EARNED_SECONDS
                if reason == BIG and again is not None:
                    again.append(failed)
                else:
                    yield Page(number=failed, text="", source="none", reason=reason)
        for number in left:
            yield Page(number=number, text="", source="none", reason=GIVEN_UP)


# ---- what runs in the child


def _opened(path: Path, name: str, max_pages: int) -> Iterator[Opened]:
    yield pages.open_file(path, name=name, max_pages=max_pages)


def _read(path: Path, numbers: Sequence[int]) -> Iterator[Page]:
    yield from pages.read_pages(path, numbers)


def _rendered(source: Source, number: int, width: int) -> Iterator[bytes]:
    yield pages.render_page(source, number, width)


def _copied(path: Path, keep: set[int], target: Path) -> Iterator[None]:
    public_copy(path, keep, target)
    yield None
