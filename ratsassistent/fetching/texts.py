"""The files of papers: fetched, and read as every foreign PDF is.

What enters: an opened Workspace, a Client, objects as the server gave them. What leaves: the same objects with the text of
their files, and the files that were read, with their pages.
What it does not know: how pages come to papers (`given_papers`).

Every PDF of a paper, and of what is attached to an agenda item, is taken in with its pages; minutes are found to be minutes as
those handed in by a person are. Invitations and what is attached to a whole meeting come with their text only. A file that is as it was is not
fetched again: its pages are in the archive.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ratsassistent.archive.ocr_cache import OcrCache
from ratsassistent.errors import NotFound, StorageError, UnreadableFile
from ratsassistent.fetching import addresses
from ratsassistent.fetching.addresses import NotAllowed
from ratsassistent.fetching.client import Client, Exhausted, Failed
from ratsassistent.fetching.laid import Laid, embedded, kind_of
from ratsassistent.fetching.progress import File, Kept
from ratsassistent.pack.files.isolated import Children
from ratsassistent.pack.files.pages import ReadFile
from ratsassistent.pack.files.reading import read_safely
from ratsassistent.pack.oparl_data.oparl_objects import flag, text
from ratsassistent.pack.page.text import clean_text
from ratsassistent.pack.papers.heads import is_confidential, read_page_head
from ratsassistent.pack.scans.ocr import recognise
from ratsassistent.pack.suspicion.noted import noted
from ratsassistent.workspace import Workspace

Object = dict[str, Any]
OF_PAPERS = ("mainFile", "auxiliaryFile")
OF_ITEMS = ("resolutionFile", "auxiliaryFile")
OF_MEETINGS = ("invitation", "verbatimProtocol", "auxiliaryFile")
_HEAD_PAGES = 2  # on which the number of a paper stands
_HEAD = 6000  # letters
_NOT_MAIN = re.compile(r"(?i)protokoll|niederschrift|auszug|ergebnis|stellungnahme|anlage|anhang")


@dataclass(frozen=True, slots=True)
class Found:
    """An object with the text of its files; its PDFs, with True for the paper itself."""

    value: Object
    files: tuple[tuple[ReadFile, bool], ...] = ()


class Texts:
    """Of one run. `notes`: German sentences; `stopped`: the bound is reached, and nothing more is fetched."""

    def __init__(self, ws: Workspace, client: Client, kept: Kept, laid: Laid, children: Children) -> None:
        self._ws, self._client, self._kept, self._laid, self.children = ws, client, kept, laid, children
        self.files: dict[str, File] = {}  # what is known of files now, to be kept when their papers are taken in
        self.notes: list[str] = []
        self.failed: set[str] = set()  # ids of papers and meetings that lack a file
        self.fetched = 0
        self.stopped = ""
        self._fresh: set[str] = set()  # ids of files that came anew

    def of_paper(self, value: Object, folder: Path) -> Found:
        """A paper with its files; `public` is False where one of them says of itself that it is confidential."""
        owner, reference = text(value.get("id")) or "", text(value.get("reference"))
        out, read = self._of_fields(value, OF_PAPERS, owner, folder)
        files = [(one, field == "mainFile") for field, _, one in read]
        if not any(is_main for _, is_main in files):  # many servers name the paper itself among the further files
            main = next((one for _, given, one in read if _is_main(given, one, reference)), None)
            files = [(one, one is main) for one, _ in files]
        if any(one.pages and is_confidential(one.pages[0].text) for one, _ in files):
            out["public"] = False
        return Found(out, tuple(files))

    def of_item(self, value: Object, owner: str, folder: Path) -> Found:
        """An agenda item with what is attached to it. :param owner: id of its meeting."""
        out, read = self._of_fields(value, OF_ITEMS, owner, folder)
        return Found(out, tuple((one, False) for _, _, one in read))

    def of_meeting(self, value: Object, folder: Path) -> tuple[Object, dict[str, Found], list[Path]]:
        """A meeting with the text of what belongs to it, its items that have files by their ids, and its minutes as PDFs."""
        owner = text(value.get("id")) or ""
        out, _ = self._of_fields(value, OF_MEETINGS, owner, folder)
        minutes: list[Path] = []
        for file in self._objects(value.get("resultsProtocol")):
            read = self._read(file, owner, folder)
            if read is not None and text(file.get("id")) in self._fresh:  # else they are in the archive, and stay there
                minutes.append(_named(read.path, f"Niederschrift {text(value.get('name')) or ''}"))
        found: dict[str, Found] = {}
        items = value.get("agendaItem")
        if isinstance(items, list):
            out["agendaItem"] = []
            for one in items:
                made = self.of_item(one, owner, folder) if isinstance(one, dict) else Found(one)
                out["agendaItem"].append(made.value)
                if made.files and (key := text(one.get("id"))):
                    found[key] = made
        return out, found, minutes

    # --- private

    def _objects(self, given: object) -> Iterator[Object]:
        """The files of a field, embedded or by id; deleted ones are left out."""
        for one in given if isinstance(given, list) else [given]:
            found = one
            if isinstance(one, str):
                outer = self._laid.holding(one)
                found = next((f for _, f in embedded(outer) if text(f.get("id")) == one), None) if outer else None
            if isinstance(found, dict) and not flag(found.get("deleted")):
                yield found

    def _of_fields(
        self, value: Object, fields: Sequence[str], owner: str, folder: Path
    ) -> tuple[Object, list[tuple[str, Object, ReadFile]]]:
        """The object with the text of the files in these fields, and what was read: field, file, pages."""
        out = dict(value)
        found: list[tuple[str, Object, ReadFile]] = []
        for field in fields:
            given = value.get(field)
            files = []
            for file in self._objects(given):
                read = self._read(file, owner, folder)
                words = clean_text("\n".join(page.text for page in read.pages)).strip() if read else ""
                files.append({**file, "text": words} if words else file)
                if read is not None:
                    found.append((field, file, read))
            if files:
                out[field] = files if isinstance(given, list) else files[0]
        return out, found

    def _read(self, file: Object, owner: str, folder: Path) -> ReadFile | None:
        """A PDF with its pages: fetched, or, where it is as it was or cannot be had now, as the archive has it."""
        key = text(file.get("id")) or ""
        address = text(file.get("downloadUrl")) or text(file.get("accessUrl"))
        if not key or not address or not _may_be_pdf(file):
            return None
        name = text(file.get("name")) or text(file.get("fileName")) or "Datei"
        known, modified = self._kept.seen.files.get(key), text(file.get("modified"))
        held = self._held(known, folder) if known else None
        if known and held and modified and known.modified == modified:
            self.files[key] = known
            return held
        if self.stopped:
            self.failed.add(owner)
            return held
        target = folder / f"{hashlib.sha256(key.encode()).hexdigest()[:24]}.pdf"
        before = known if known and held else File()
        read = held
        try:
            got = self._client.file(address, target, etag=before.etag, modified=before.last_modified)
            if got.changed:
                self.fetched += 1
                _check(target, file, got.kind)
                read = self._pages(target, name)
                self._fresh.add(key)
        except Exhausted as error:
            self.stopped = str(error)
            self.failed.add(owner)
            return held
        except (Failed, NotAllowed, UnreadableFile) as error:
            self.notes.append(f"„{addresses.shown(name)}“: {error}")
            self.failed.add(owner)
            return held
        self.files[key] = File(
            etag=got.etag,
            last_modified=got.modified,
            modified=modified,
            owner=owner,
            held=read.file.id if read else None,
        )
        return read

    def _pages(self, path: Path, name: str) -> ReadFile:
        read = read_safely(path, name=name, max_pages=self._ws.settings.max_pages, children=self.children)
        return noted(recognise(read, OcrCache(self._ws.nonpublic), lambda _line, _done: None))

    def _held(self, known: File, folder: Path) -> ReadFile | None:
        """A file as the archive has it, from an earlier run; None where not all of it is there."""
        if not known.held:
            return None
        for store in reversed(self._ws.stores):  # the non-public one has a file whole
            file = store.file(known.held)
            pages = tuple(store.pages(known.held)) if file else ()
            if file and pages and [page.number for page in pages] == list(range(1, len(pages) + 1)):
                with suppress(NotFound, StorageError, OSError):
                    return ReadFile(file=file, pages=pages, path=store.readable(known.held, folder))
        return None


def _named(path: Path, name: str) -> Path:
    """The file under a name that tells what it is, in a folder of its own."""
    bare = re.sub(r"[^\w.-]+", "-", name).strip("-.")[:80] or "Vorlage"
    target = path.with_suffix("") / f"{bare}.pdf"
    target.parent.mkdir(exist_ok=True)
    return path.rename(target)


def _may_be_pdf(file: Object) -> bool:
    kind = (text(file.get("mimeType")) or "").lower()
    name = (text(file.get("fileName")) or "").lower()
    return "pdf" in kind or name.endswith(".pdf") or (kind in {"", "application/octet-stream"} and "." not in name)


def _check(path: Path, file: Object, kind: str) -> None:
    """:raises Failed: what lies there is no PDF, or not what the server says it is."""
    with path.open("rb") as stream:
        head = stream.read(1024)
    if b"%PDF-" not in head:
        raise Failed(
            f"Der Server gab keine PDF-Datei ({addresses.shown(kind) or 'ohne Angabe'}); nur der Name ist bekannt."
        )
    for field, name in (("sha512Checksum", "sha512"), ("sha1Checksum", "sha1")):
        said = (text(file.get(field)) or "").lower()
        if re.fullmatch(r"[0-9a-f]{40}|[0-9a-f]{128}", said):
            with path.open("rb") as stream:
                if hashlib.file_digest(stream, name).hexdigest() != said:
                    raise Failed(
                        "Die Prüfsumme stimmt nicht mit der Angabe des Servers überein; nur der Name ist bekannt."
                    )
            return


def _is_main(file: Object, read: ReadFile, reference: str | None) -> bool:
    """Whether a file is the paper itself: it bears its number, and says at its beginning what it is."""

    def folded(text: str) -> str:
        return re.sub(r"[\s\u00ad]+", "", text).casefold()

    words = "\n".join(page.text for page in read.pages[:_HEAD_PAGES])[:_HEAD]
    if not reference or folded(reference) not in folded(words):
        return False
    head = read_page_head(words)
    named_so = _NOT_MAIN.search(text(file.get("name")) or "") is None
    return head.kind is not None and head.role == "main" and named_so


def is_paper(value: Object) -> bool:
    """Whether an object is a paper."""
    return kind_of(value) == "Paper"
