"""A PDF becomes pages of clean text.

What enters: the path of a file somebody handed in. What leaves: a ReadFile, every physical page in its place (one that
cannot be read has a German reason and no usable text), and a picture of a page. What it does not know: agendas, papers,
the archive, OCR.

Two engines read. pypdf says whether a file can be read at all; pdfium, which knows where each letter stands, gives the
text and the bookmarks. A page that one cannot read is read by the other.
"""

from __future__ import annotations

import hashlib
import io
import logging
import re
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Literal

from pypdf import PdfReader
from pypdf.errors import DependencyError, FileNotDecryptedError

from ratsassistent.errors import NotFound, UnreadableFile
from ratsassistent.oparl import File, Model, Page, Suspicion, ra_id
from ratsassistent.pack.page.boxes import find_boxes
from ratsassistent.pack.page.drawings import is_drawing
from ratsassistent.pack.page.glyphs import Frame, Sheet, add_boxes, read_sheet
from ratsassistent.pack.page.layout import lines_of, paragraphed
from ratsassistent.pack.page.places import Place, of_sheet
from ratsassistent.pack.page.text import clean_text, is_gibberish
from ratsassistent.pack.suspicion.beside import in_reader, on_page
from ratsassistent.pack.suspicion.hidden import take_out

SCAN = "kein Text, vermutlich ein Scan"
DRAWING = "kein Text, vermutlich eine Zeichnung"
BROKEN = "die Seite ist beschädigt"
GLYPHS = "die Schrift dieser Seite lässt sich nicht in Buchstaben übersetzen"
OUTLINES = "kein Text, die Buchstaben sind gezeichnet"
PICTURED = "ein Teil der Zeilen besteht aus Bildern"
MAX_CONTENT = 60_000_000  # bytes of one page's drawing commands; more is a plan that would take minutes
MAX_PIXELS = 30_000_000
# (share of the page that pictures cover, words): fewer words beside such pictures are a stamp, a title, a page number
SCAN_SIGNS = ((0.5, 12), (0.3, 5))
PICTURED_LINES = 3  # pictures of the size of a line of print, without a letter on them: some programs set lines so
MAX_BOOKMARKS = 5000
MAX_NOTES = 2000  # annotations of a page that are looked at
Source = Path | bytes  # of a PDF: where it lies, or what it holds
_PDFIUM = threading.Lock()  # pdfium is not thread-safe


class ReadFile(Model):
    """A file that was read: all its pages in order, and its bookmarks as (title, physical page).

    `carried`: what is suspicious beside its pages; `noted` puts it on the File.
    """

    file: File
    pages: tuple[Page, ...]
    outline: tuple[tuple[str, int], ...] = ()
    carried: tuple[Suspicion, ...] = ()
    path: Path


class Opened(Model):
    """A file that can be read: who it is, how many pages it has, its bookmarks as (title, physical page)."""

    file: File
    page_count: int
    outline: tuple[tuple[str, int], ...] = ()
    carried: tuple[Suspicion, ...] = ()


def open_file(path: Path, *, name: str | None = None, max_pages: int = 5000) -> Opened:
    """All that decides whether a file is read at all, before any page is.

    :param name: what to call the file; default is its own name.
    :param max_pages: a file with more pages is refused.
    :raises UnreadableFile: not a PDF, empty, encrypted with a password, damaged, too many pages, not there.
    """
    name = name or path.name
    data = _bytes(path, name)
    total, outline = _pdfium_look(path, max_pages)
    carried: list[Suspicion] = []
    if total <= max_pages:  # pypdf goes through all of a page tree, which takes its time on a hostile one
        try:
            reader = _open(data, name)
            total = len(reader.pages) or total
            carried = in_reader(reader)
        except Exception as error:  # pypdf meets broken files with any exception there is
            if isinstance(error, UnreadableFile) and "beschädigt" not in str(error):
                raise
            if not total:
                raise UnreadableFile(f"Die Datei „{name}“ ist beschädigt und lässt sich nicht lesen.") from error
    if total == 0:
        raise UnreadableFile(f"Die Datei „{name}“ enthält keine Seiten.")
    if total > max_pages:
        raise UnreadableFile(f"Die Datei „{name}“ hat {total} Seiten; höchstens {max_pages} sind möglich.")
    digest = hashlib.sha256(data).hexdigest()
    file = File(id=ra_id("datei", digest), name=name, sha256=digest)
    return Opened(file=file, page_count=total, outline=outline, carried=tuple(carried))


def read_file(
    path: Path,
    *,
    name: str | None = None,
    max_pages: int = 5000,
    progress: Callable[[float], None] | None = None,
) -> ReadFile:
    """Read all pages of a PDF, in this process.

    :param name: what to call the file; default is its own name.
    :param max_pages: a file with more pages is refused.
    :param progress: called with the share done, 0 to 1, after each page.
    :raises UnreadableFile: as `open_file`; and where no page of it can be read.
    """
    opened = open_file(path, name=name, max_pages=max_pages)
    pages = []
    for page in read_pages(path, range(1, opened.page_count + 1)):
        pages.append(page)
        if progress:
            progress(page.number / opened.page_count)
    if all(page.reason == BROKEN for page in pages):
        raise UnreadableFile(f"Die Datei „{opened.file.name}“ ist beschädigt und lässt sich nicht lesen.")
    return ReadFile(file=opened.file, pages=tuple(pages), outline=opened.outline, carried=opened.carried, path=path)


def read_pages(path: Path, numbers: Sequence[int]) -> Generator[Page]:
    """Read these pages (physical, from 1), one after the other; one that cannot be read has a reason instead of text.

    No page raises, and none is left out.
    """
    reader = _Reader(path)
    try:
        for number in numbers:
            yield reader.page(number)
    finally:
        reader.close()


class _Reader:
    """One file open in pdfium, and in pypdf once a page needs it."""

    def __init__(self, path: Path) -> None:
        import pypdfium2

        self.path = path
        self._second: PdfReader | None = None
        self._broken = False
        with _PDFIUM:
            try:
                self._document = pypdfium2.PdfDocument(path)
                self._document.init_forms()
            except (pypdfium2.PdfiumError, OSError):
                self._document = None

    def close(self) -> None:
        with _PDFIUM:
            if self._document is not None:
                self._document.close()

    def page(self, number: int) -> Page:
        """One page by pdfium, or by pypdf where pdfium gives nothing that is language."""
        with _PDFIUM:
            found = self._by_pdfium(number)
        if found is None:
            text = self._by_pypdf(number)
            if text is None:
                return Page(number=number, text="", source="none", reason=BROKEN)
            if is_gibberish(text):
                return Page(number=number, text="", source="none", reason=GLYPHS)
            return Page(number=number, text=clean_text(text), source="text")
        if found.reason == GLYPHS:
            text = self._by_pypdf(number)
            if text is not None and sum(char.isalpha() for char in text) > 40 and not is_gibberish(text):
                return found.model_copy(update={"text": clean_text(text), "source": "text", "reason": None})
        return found

    def _by_pdfium(self, number: int) -> Page | None:
        """The page, or None where pdfium cannot read it."""
        if self._document is None:
            return None
        try:
            page = self._document[number - 1]
        except Exception:  # one bad page must not cost the others
            return None
        try:
            boxes = find_boxes(page)
            suspicions = on_page(page, number)
            page, fixed = _with_notes(self._document, page, number)
            sheet = read_sheet(page, fixed)
            suspicions += take_out(page, sheet, number)
            add_boxes(sheet, [(box.left, box.bottom, box.right, box.top, box.ticked) for box in boxes], Frame(page))
            raw = paragraphed(lines_of(sheet))
            plan = is_drawing(page, len(raw.split()))
        except Exception:
            return None
        finally:
            page.close()
        width, height = round(sheet.width, 1), round(sheet.height, 1)
        text, reason = clean_text(raw), _reason(sheet, raw)
        if plan:
            if reason or sum(char.isalpha() for char in text) < 8:
                reason = f"{plan}, wird nicht gelesen"
            kept = "" if reason else text
            source: Literal["text", "none"] = "none" if reason else "text"
            return Page(
                number=number, text=kept, source=source, reason=reason, kind="drawing", width=width, height=height,
                suspicions=suspicions,
            )  # fmt: skip
        if reason:
            kept = text if reason in {SCAN, PICTURED} else ""  # the words beside a picture are true, if not all
            return Page(
                number=number, text=kept, source="none", reason=reason, width=width, height=height,
                suspicions=suspicions,
            )  # fmt: skip
        return Page(number=number, text=text, source="text", width=width, height=height, suspicions=suspicions)

    def _by_pypdf(self, number: int) -> str | None:
        """The text that pypdf finds, or None where it cannot read the page either."""
        if self._broken:
            return None
        try:
            if self._second is None:
                self._second = _open(self.path.read_bytes(), self.path.name)
        except Exception:
            self._broken = True
            return None
        try:
            page = self._second.pages[number - 1]
            contents = page.get_contents()
            if contents is not None and len(contents.get_data()) > MAX_CONTENT:
                return None
            return page.extract_text() or ""
        except Exception:
            return None


def _with_notes(document: Any, page: Any, number: int) -> tuple[Any, int | None]:
    """The page with what was filled into a form or written as a note drawn onto it, and how many letters it had before.

    The second is None where nothing was added.
    """
    from pypdfium2 import raw

    for index in range(min(raw.FPDFPage_GetAnnotCount(page.raw), MAX_NOTES)):
        note = raw.FPDFPage_GetAnnot(page.raw, index)
        kind = raw.FPDFAnnot_GetSubtype(note)
        raw.FPDFPage_CloseAnnot(note)
        if kind in (raw.FPDF_ANNOT_WIDGET, raw.FPDF_ANNOT_FREETEXT, raw.FPDF_ANNOT_STAMP):
            break
    else:
        return page, None
    textpage = page.get_textpage()
    before = textpage.count_chars()
    textpage.close()
    if raw.FPDFPage_Flatten(page.raw, raw.FLAT_NORMALDISPLAY) != raw.FLATTEN_SUCCESS:
        return page, None
    page.close()
    return document[number - 1], before


def _reason(sheet: Sheet, raw: str) -> str | None:
    """Why a page has no usable text, or None."""
    letters = sum(char.isalpha() for char in raw)
    if is_gibberish(raw) or (len(sheet.glyphs) > 40 and sheet.bad_codes > 0.5 * len(sheet.glyphs)):
        return GLYPHS
    if sheet.pictures and (
        letters < 8 or any(sheet.cover >= cover and len(raw.split()) < words for cover, words in SCAN_SIGNS)
    ):
        return SCAN
    if _pictured_lines(sheet) >= PICTURED_LINES:
        return PICTURED
    if not raw.strip() and sheet.paths:
        return OUTLINES if sheet.paths >= 200 else DRAWING
    return None  # a blank page holds nothing and has been read


def _pictured_lines(sheet: Sheet) -> int:
    """How many pictures look like a line of print: as high as one, longer than that, and no letters stand on them."""
    if len(sheet.pictures) < PICTURED_LINES:
        return 0
    lines = [p for p in sheet.pictures if 6 <= p[3] - p[1] <= 24 and p[2] - p[0] >= 2.5 * (p[3] - p[1])]
    middles = [((g.left + g.right) / 2, g.base - 0.3 * g.em) for g in sheet.glyphs if g.turn == 0] if lines else []
    return sum(not any(p[0] <= x <= p[2] and p[1] <= y <= p[3] for x, y in middles) for p in lines)


def _pdfium_look(path: Path, max_pages: int) -> tuple[int, tuple[tuple[str, int], ...]]:
    """How many pages pdfium finds (0 where it cannot open the file), and the bookmarks in reading order."""
    import pypdfium2

    with _PDFIUM:
        try:
            document = pypdfium2.PdfDocument(path)
        except (pypdfium2.PdfiumError, OSError):
            return 0, ()
        try:
            total = len(document)
            return total, tuple(_outline(document)) if total <= max_pages else ()
        finally:
            document.close()


def _outline(document: Any) -> Iterator[tuple[str, int]]:
    """The bookmarks in reading order; broken ones are left out. They are hints, no more."""
    try:
        for entry in islice(document.get_toc(max_depth=15), MAX_BOOKMARKS):
            target = entry.get_dest()
            number = target.get_index() if target is not None else None
            title = " ".join(clean_text(entry.get_title()).split())
            if number is not None and number >= 0 and title:
                yield title, number + 1
    except Exception:
        return


def name_of(source: Source) -> str:
    """What a sentence calls a file; bytes have no name."""
    return f"„{source.name}“" if isinstance(source, Path) else "aus dem verschlossenen Teil"


def render_page(source: Source, number: int, width: int = 1000) -> bytes:
    """A page as a PNG picture.

    :param number: physical page, from 1.
    :param width: pixels; very long pages get fewer, so that no picture has more than 30 million pixels.
    :raises NotFound: the file has no such page.
    :raises UnreadableFile: the file cannot be opened.
    """
    import pypdfium2

    width = max(50, min(width, 4000))
    with _PDFIUM:
        try:
            document = pypdfium2.PdfDocument(source)
        except (pypdfium2.PdfiumError, OSError) as error:
            raise UnreadableFile(f"Die Datei {name_of(source)} lässt sich nicht darstellen.") from error
        try:
            if not 1 <= number <= len(document):
                raise NotFound(f"Die Datei {name_of(source)} hat keine Seite {number}.")
            try:
                page = document[number - 1]
                across, down = page.get_size()
                scale = width / max(across, 1.0)
                pixels = max(across, 1.0) * max(down, 1.0) * scale * scale
                if pixels > MAX_PIXELS:
                    scale *= (MAX_PIXELS / pixels) ** 0.5
                picture = page.render(scale=scale).to_pil()
            except pypdfium2.PdfiumError as error:
                raise UnreadableFile(f"Seite {number} von {name_of(source)} lässt sich nicht darstellen.") from error
            out = io.BytesIO()
            picture.convert("RGB").save(out, format="PNG")
            return out.getvalue()
        finally:
            document.close()


def page_places(source: Source, number: int) -> list[Place]:
    """The letters of a page with their places.

    :param number: physical page, from 1.
    :raises NotFound: the file has no such page. :raises UnreadableFile: the file cannot be opened, or the page not read.
    """
    import pypdfium2

    with _PDFIUM:
        try:
            document = pypdfium2.PdfDocument(source)
        except (pypdfium2.PdfiumError, OSError) as error:
            raise UnreadableFile(f"Die Datei {name_of(source)} lässt sich nicht lesen.") from error
        try:
            if not 1 <= number <= len(document):
                raise NotFound(f"Die Datei {name_of(source)} hat keine Seite {number}.")
            return of_sheet(read_sheet(document[number - 1]))
        except pypdfium2.PdfiumError as error:
            raise UnreadableFile(f"Seite {number} von {name_of(source)} lässt sich nicht lesen.") from error
        finally:
            document.close()


def _bytes(path: Path, name: str) -> bytes:
    """The bytes of a file that looks like a whole PDF."""
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise UnreadableFile(f"Die Datei „{name}“ gibt es nicht.") from error
    except OSError as error:
        raise UnreadableFile(f"Die Datei „{name}“ lässt sich nicht öffnen.") from error
    if not data.strip():
        raise UnreadableFile(f"Die Datei „{name}“ ist leer.")
    if b"%PDF-" not in data[:1024]:
        raise UnreadableFile(f"Die Datei „{name}“ ist keine PDF-Datei.")
    if _is_cut_off(data):
        raise UnreadableFile(f"Die Datei „{name}“ ist unvollständig; vermutlich brach das Herunterladen ab.")
    return data


def _is_cut_off(data: bytes) -> bool:
    """True where the end of the file is missing: pypdf would silently read what is left of it."""
    promised = re.search(rb"/Linearized[^>]{0,200}?/L\s+(\d{1,12})", data[:2048])
    if promised and int(promised[1]) > len(data) + 1024:
        return True
    end = data.rfind(b"%%EOF")
    if end < 0:
        return not re.search(rb"startxref\s+\d+\s*$", data[-1024:])
    return b" obj" in data[end:]


def _open(data: bytes, name: str) -> PdfReader:
    # pypdf reports every oddity of a file through logging; the user can do nothing about them.
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        reader = PdfReader(io.BytesIO(data), strict=False)
        locked = reader.is_encrypted and not reader.decrypt("")
    except (DependencyError, FileNotDecryptedError, NotImplementedError) as error:
        raise UnreadableFile(f"Die Datei „{name}“ ist verschlüsselt und lässt sich nicht lesen.") from error
    except Exception as error:  # pypdf meets broken files with any exception there is
        raise UnreadableFile(f"Die Datei „{name}“ ist beschädigt und lässt sich nicht lesen.") from error
    if locked:
        raise UnreadableFile(f"Die Datei „{name}“ ist mit einem Passwort geschützt.")
    return reader
