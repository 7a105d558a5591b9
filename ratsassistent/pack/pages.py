"""A PDF becomes pages of clean text.

What enters: the path of a file somebody handed in. What leaves: a ReadFile, every physical page in its place (one that
cannot be read has empty text and a German reason), a picture of a page, a copy that holds only the public pages.
What it does not know: agendas, papers, the archive, OCR.

pypdf joins and splits words now and then; nothing here mends that, because a quote has to match the page it cites.
"""

from __future__ import annotations

import hashlib
import io
import logging
import re
import threading
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from pypdf import PageObject, PdfReader
from pypdf.errors import DependencyError, FileNotDecryptedError

from ratsassistent.errors import NotFound, UnreadableFile
from ratsassistent.oparl import File, Model, Page, ra_id
from ratsassistent.pack.inputs import find_inputs
from ratsassistent.pack.public_copy import public_copy

__all__ = ["ReadFile", "clean_text", "find_inputs", "public_copy", "read_file", "render_page"]

SCAN = "kein Text, vermutlich ein Scan"
DRAWING = "kein Text, vermutlich eine Zeichnung"
BROKEN = "die Seite ist beschädigt"
GLYPHS = "die Schrift dieser Seite lässt sich nicht in Buchstaben übersetzen"
MAX_CONTENT = 60_000_000  # bytes of one page's drawing commands; more is a plan that would take minutes
MAX_PIXELS = 30_000_000
MAX_BOOKMARKS = 5000

# Symbol fonts (Wingdings, Symbol) put their glyphs into the private use area; these have a known meaning.
_TICKED = "\uf052\uf053\uf054\uf078\uf0fd\uf0fe"
_EMPTY = "\uf06f\uf070\uf071\uf072\uf0a8\uf0a3\uf02a"
_BULLETS = "\uf06c\uf06e\uf075\uf076\uf077\uf09f\uf0a7\uf0b7\uf0d8\uf0f0\uf0a0\uf0b8"
_KNOWN_GLYPHS = str.maketrans(
    {
        **dict.fromkeys(_TICKED, "☒"),
        **dict.fromkeys(_EMPTY, "☐"),
        **dict.fromkeys(_BULLETS, "•"),
        "\uf0e0": "→",
        "\uf0e8": "→",
        "\uf0fc": "✓",
        "\uf0fb": "✗",
        "\uf02d": "–",
        "\uf0ae": "→",
        "ﬀ": "ff",
        "ﬁ": "fi",
        "ﬂ": "fl",
        "ﬃ": "ffi",
        "ﬄ": "ffl",
        "ﬅ": "st",
        "ﬆ": "st",
    }
)
_SOFT_HYPHEN_AT_END = re.compile("\u00ad[ \t]*\n[ \t]*(\\S+)[ \t]*")
_PRIVATE_AT_START = re.compile(r"^([ \t]*)[\ue000-\uf8ff](?=\s)", re.MULTILINE)
_PAINTING = re.compile(rb"(?<![\w/])(?:S|s|f|F|f\*|B|B\*|b|b\*|sh|Do|EI)(?![\w*])")
_PDFIUM = threading.Lock()  # pdfium is not thread-safe


class ReadFile(Model):
    """A file that was read: all its pages in order, and its bookmarks as (title, physical page)."""

    file: File
    pages: tuple[Page, ...]
    outline: tuple[tuple[str, int], ...] = ()
    path: Path


def read_file(
    path: Path,
    *,
    name: str | None = None,
    max_pages: int = 5000,
    progress: Callable[[float], None] | None = None,
) -> ReadFile:
    """Read all pages of a PDF.

    :param name: what to call the file; default is its own name.
    :param max_pages: a file with more pages is refused.
    :param progress: called with the share done, 0 to 1, after each page.
    :raises UnreadableFile: not a PDF, empty, encrypted with a password, damaged, too many pages, not there.
    """
    name = name or path.name
    # pypdf reports every oddity of a file through logging; the user can do nothing about them.
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    data = _bytes(path, name)
    reader = _open(data, name)
    try:
        total = len(reader.pages)
    except Exception as error:
        raise UnreadableFile(f"Die Datei „{name}“ ist beschädigt und lässt sich nicht lesen.") from error
    if total == 0:
        raise UnreadableFile(f"Die Datei „{name}“ enthält keine Seiten.")
    if total > max_pages:
        raise UnreadableFile(f"Die Datei „{name}“ hat {total} Seiten; höchstens {max_pages} sind möglich.")
    pages = []
    for number in range(1, total + 1):
        pages.append(_page(reader, number))
        if progress:
            progress(number / total)
    if all(page.reason == BROKEN for page in pages):
        raise UnreadableFile(f"Die Datei „{name}“ ist beschädigt und lässt sich nicht lesen.")
    digest = hashlib.sha256(data).hexdigest()
    file = File(id=ra_id("datei", digest), name=name, sha256=digest)
    return ReadFile(file=file, pages=tuple(pages), outline=tuple(_outline(reader)), path=path)


def clean_text(text: str) -> str:
    """The text of a page with soft hyphens, control characters and private-use glyphs dealt with, in NFC."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    text = _SOFT_HYPHEN_AT_END.sub(r"\1\n", text).replace("\u00ad", "")
    text = _PRIVATE_AT_START.sub(r"\1•", text.translate(_KNOWN_GLYPHS))
    kept = []
    for char in text:
        category = unicodedata.category(char)
        if char == "\n" or category[0] not in "CZ":
            kept.append(char)
        elif category == "Zs" or char in "\t\v\f":
            kept.append(" ")
        # what is left: control, format (zero width), surrogate, private use, unassigned: nothing to read
    lines = "".join(kept).split("\n")
    return unicodedata.normalize("NFC", "\n".join(line.rstrip() for line in lines)).strip("\n")


def render_page(path: Path, number: int, width: int = 1000) -> bytes:
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
            document = pypdfium2.PdfDocument(path)
        except (pypdfium2.PdfiumError, OSError) as error:
            raise UnreadableFile(f"Die Datei „{path.name}“ lässt sich nicht darstellen.") from error
        try:
            if not 1 <= number <= len(document):
                raise NotFound(f"Die Datei „{path.name}“ hat keine Seite {number}.")
            try:
                page = document[number - 1]
                across, down = page.get_size()
                scale = width / max(across, 1.0)
                pixels = max(across, 1.0) * max(down, 1.0) * scale * scale
                if pixels > MAX_PIXELS:
                    scale *= (MAX_PIXELS / pixels) ** 0.5
                picture = page.render(scale=scale).to_pil()
            except pypdfium2.PdfiumError as error:
                raise UnreadableFile(f"Seite {number} von „{path.name}“ lässt sich nicht darstellen.") from error
            out = io.BytesIO()
            picture.convert("RGB").save(out, format="PNG")
            return out.getvalue()
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


def _page(reader: PdfReader, number: int) -> Page:
    try:
        page = reader.pages[number - 1]
        contents = page.get_contents()
        commands = contents.get_data() if contents is not None else b""
        raw = (page.extract_text() or "") if len(commands) <= MAX_CONTENT else None
    except Exception:  # one bad page must not cost the others
        return Page(number=number, text="", source="none", reason=BROKEN)
    if raw is None:
        return Page(number=number, text="", source="none", reason=DRAWING)
    text = clean_text(raw)
    letters = sum(char.isalpha() for char in text)
    reason = None
    if _is_gibberish(raw):
        reason = GLYPHS
    elif letters < 8 and _has_image(page):
        reason = SCAN
    elif not text.strip() and _PAINTING.search(commands):
        reason = DRAWING
    if reason:
        return Page(number=number, text="", source="none", reason=reason)
    return Page(number=number, text=text, source="text")  # a blank page holds nothing and has been read


def _is_gibberish(raw: str) -> bool:
    """True where a font without a code table left no letters: mostly replacement or private-use characters."""
    visible = [char for char in raw if not char.isspace()]
    bad = sum(char == "\ufffd" or unicodedata.category(char) in {"Co", "Cc", "Cs", "Cn"} for char in visible)
    return len(visible) > 40 and bad > 0.5 * len(visible)


def _has_image(page: PageObject) -> bool:
    """True where the page, or a form on it, shows a picture."""
    try:
        contents = page.get_contents()
        if contents is not None and re.search(rb"\bBI\s.{0,300}?\bID\s", contents.get_data(), re.DOTALL):
            return True
        return any(_images(page.get("/Resources"), 4))
    except Exception:
        return True  # a page that hides its parts is not blank


def _images(resources: Any, depth: int) -> Iterator[bool]:
    objects = resources.get_object().get("/XObject") if resources is not None else None
    for entry in (objects.get_object().values() if objects is not None else ()) if depth else ():
        thing = entry.get_object()
        if thing.get("/Subtype") == "/Image":
            yield True
        elif thing.get("/Subtype") == "/Form":
            yield from _images(thing.get("/Resources"), depth - 1)


def _outline(reader: PdfReader) -> Iterator[tuple[str, int]]:
    """The bookmarks in reading order; broken ones are left out."""
    try:
        waiting: list[Any] = list(reversed(reader.outline))
    except Exception:
        return
    count = 0
    while waiting and count < MAX_BOOKMARKS:
        entry = waiting.pop()
        if isinstance(entry, list):
            waiting.extend(reversed(entry))
            continue
        count += 1
        try:
            number = reader.get_destination_page_number(entry)
            title = " ".join(clean_text(str(entry.title)).split())
        except Exception:  # noqa: S112 - a bookmark is a hint, no more
            continue
        if number is not None and number >= 0 and title:
            yield title, number + 1
