"""The files of papers: fetched, read as every foreign PDF is, and their text given to the objects that they belong to.

What enters: an opened Workspace, a Client, objects as the server gave them. What leaves: the same objects with the text of
their files; PDFs to be taken in with their pages.
What it does not know: how papers are put together of both (`pack.oparl_data.oparl_merge`).

Every file gives its text. The main file of a paper that bears the paper's number is taken in as a PDF, too: then its pages can be
shown. A file that is as it was is not fetched again; its text is in the archive.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ratsassistent.archive.ocr_cache import OcrCache
from ratsassistent.errors import UnreadableFile
from ratsassistent.fetching import addresses
from ratsassistent.fetching.addresses import NotAllowed
from ratsassistent.fetching.client import Client, Exhausted, Failed
from ratsassistent.fetching.laid import Laid, embedded, kind_of
from ratsassistent.fetching.progress import File, Kept
from ratsassistent.pack.files.isolated import Children
from ratsassistent.pack.files.reading import read_safely
from ratsassistent.pack.oparl_data.oparl_objects import body, flag, text
from ratsassistent.pack.page.text import clean_text
from ratsassistent.pack.papers.heads import read_page_head
from ratsassistent.pack.scans.ocr import recognise
from ratsassistent.workspace import Workspace

Object = dict[str, Any]
OF_PAPERS = ("mainFile", "auxiliaryFile")
_HEAD_PAGES = 2  # on which the number of a paper stands
_HEAD = 6000  # letters
_NOT_MAIN = re.compile(r"(?i)protokoll|niederschrift|auszug|ergebnis|stellungnahme|anlage|anhang")


class Texts:
    """Of one run. `notes`: German sentences; `stopped`: the bound is reached, and nothing more is fetched."""

    def __init__(self, ws: Workspace, client: Client, kept: Kept, laid: Laid, children: Children) -> None:
        self._ws, self._client, self._kept, self._laid, self._children = ws, client, kept, laid, children
        self.files: dict[str, File] = {}  # what is known of files now, to be kept when their papers are taken in
        self.notes: list[str] = []
        self.failed: set[str] = set()  # ids of papers and meetings that lack a file
        self.fetched = 0
        self.stopped = ""

    def of_paper(self, value: Object, folder: Path) -> tuple[Object, list[Path]]:
        """A paper with the text of its files, and the PDFs whose pages are to be taken in."""
        owner = text(value.get("id")) or ""
        reference = text(value.get("reference"))
        out = dict(value)
        pdfs: list[Path] = []
        for field in OF_PAPERS:
            given = value.get(field)
            files = []
            for file in self._objects(given):
                words = body(file.get("text"))
                wanted = not pdfs and (field == "mainFile" or not words or _is_main(file, words, reference, field))
                read = self._with_text(file, owner, folder, needs_pages=wanted and bool(reference))
                files.append(read[0])
                if (
                    read[1] is not None
                    and not pdfs
                    and _is_main(file, "\n".join(read[2][:_HEAD_PAGES]), reference, field)
                ):
                    pdfs.append(self._named(read[1], reference or ""))
            if files:
                out[field] = files if isinstance(given, list) else files[0]
        return out, pdfs

    def of_meeting(self, value: Object, folder: Path) -> tuple[Object, list[Path]]:
        """A meeting with the text of what belongs to its items, and its minutes as PDFs."""
        owner = text(value.get("id")) or ""
        out = dict(value)
        pdfs: list[Path] = []
        for file in self._objects(value.get("resultsProtocol")):
            known, modified = self._kept.seen.files.get(text(file.get("id")) or ""), text(file.get("modified"))
            if known and modified and known.modified == modified:
                continue
            _, path, _ = self._with_text(file, owner, folder, needs_pages=True)
            if path is not None:
                pdfs.append(self._named(path, f"Niederschrift {text(value.get('name')) or ''}"))
        items = value.get("agendaItem")
        if isinstance(items, list):
            out["agendaItem"] = [self._of_item(one, owner, folder) if isinstance(one, dict) else one for one in items]
        return out, pdfs

    def _of_item(self, value: Object, owner: str, folder: Path) -> Object:
        out = dict(value)
        for field in ("resolutionFile", "auxiliaryFile"):
            given = value.get(field)
            files = [self._with_text(file, owner, folder)[0] for file in self._objects(given)]
            if files:
                out[field] = files if isinstance(given, list) else files[0]
        return out

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

    def _with_text(
        self, file: Object, owner: str, folder: Path, *, needs_pages: bool = False
    ) -> tuple[Object, Path | None, list[str]]:
        """A file with its text, where it lies, and the text of its pages."""
        nothing: tuple[Object, Path | None, list[str]] = file, None, []
        key = text(file.get("id")) or ""
        address = text(file.get("downloadUrl")) or text(file.get("accessUrl"))
        if (file.get("text") and not needs_pages) or not key or not address or not _may_be_pdf(file):
            return nothing
        if self.stopped:
            self.failed.add(owner)
            return nothing
        known = self._kept.seen.files.get(key)
        held = self._held(owner, key) if known else None
        modified = text(file.get("modified"))
        if known and held and modified and known.modified == modified:
            self.files[key] = known
            return {**file, "text": held}, None, []
        target = folder / f"{hashlib.sha256(key.encode()).hexdigest()[:24]}.pdf"
        name = text(file.get("name")) or text(file.get("fileName")) or "Datei"
        before = known if known and held else File()
        pages: list[str] = []
        try:
            got = self._client.file(address, target, etag=before.etag, modified=before.last_modified)
            if got.changed:
                self.fetched += 1
                _check(target, file, got.kind)
                pages = self._pages(target, name)
        except Exhausted as error:
            self.stopped = str(error)
            self.failed.add(owner)
            return nothing
        except (Failed, NotAllowed, UnreadableFile) as error:
            self.notes.append(f"„{addresses.shown(name)}“: {error}")
            self.failed.add(owner)
            return nothing
        self.files[key] = File(etag=got.etag, last_modified=got.modified, modified=modified, owner=owner)
        words = clean_text("\n".join(pages)).strip() if got.changed else held
        return ({**file, "text": words} if words else file), target if got.changed else None, pages

    def _pages(self, path: Path, name: str) -> list[str]:
        read = read_safely(path, name=name, max_pages=self._ws.settings.max_pages, children=self._children)
        return [page.text for page in recognise(read, OcrCache(self._ws.nonpublic), lambda _line, _done: None).pages]

    def _held(self, owner: str, file_id: str) -> str | None:
        """The text of a file as the archive has it, from an earlier run."""
        for store in self._ws.stores:
            paper = store.paper_by_oparl_id(owner)
            starts = paper.text.starts if paper else ()
            for number, start in enumerate(starts):
                if paper and start.file_id == file_id:
                    end = starts[number + 1].offset if number + 1 < len(starts) else len(paper.text.text)
                    return paper.text.text[start.offset : end].strip() or None
        return None

    @staticmethod
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


def _is_main(file: Object, words: str, reference: str | None, field: str) -> bool:
    """Whether a file is the paper itself: it bears its number, and says at its beginning what it is.

    Many servers name all files of a paper as further ones (`auxiliaryFile`), the paper itself among them.
    """

    def folded(text: str) -> str:
        return re.sub(r"[\s\u00ad]+", "", text).casefold()

    if not reference or folded(reference) not in folded(words[:_HEAD]):
        return False
    head = read_page_head(words[:_HEAD])
    named_so = _NOT_MAIN.search(text(file.get("name")) or "") is None
    return field == "mainFile" or (head.kind is not None and head.role == "main" and named_so)


def is_paper(value: Object) -> bool:
    """Whether an object is a paper."""
    return kind_of(value) == "Paper"
