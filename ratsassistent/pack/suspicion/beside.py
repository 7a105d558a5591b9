"""What a PDF carries beside its pages: properties, attachments, bookmarks, notes, form fields; and its name. Does any of it give
orders to a program?

What enters: a file open in pypdf, or a page open in pdfium (the caller holds the lock). What leaves: Suspicions without the
file's name. What it does not know: the words on the pages, archives.

None of this is ever given to a model. It is reported because somebody put it there. Nothing is unpacked that may be large.
"""

from __future__ import annotations

import contextlib
import ctypes
import re
import zlib
from collections.abc import Iterator, Sequence
from pathlib import PurePath
from typing import Any, Literal

from ratsassistent.oparl import Citation, Suspicion
from ratsassistent.pack.suspicion.orders import reported

MOST_BYTES = 200_000  # of an attachment or of the properties that are looked at
MOST_ATTACHMENTS = 50
MOST_NOTES = 500
LONGEST = 20_000  # letters of a field
QUOTED = 700
_PROPERTIES = {
    "/Title": "Titel",
    "/Subject": "Betreff",
    "/Author": "Verfasser",
    "/Keywords": "Stichwörter",
    "/Creator": "Anwendung",
    "/Producer": "Erzeuger",
}
_NOTE_KEYS = (b"Contents", b"Subj", b"T", b"RC")
_FIELD_KEYS = (b"V", b"DV", b"TU", b"T")
_PLACE = Literal["page", "note", "form", "properties", "attachment", "bookmark", "file_name"]


def suspicions_in(text: str, place: _PLACE, page: int | None = None, how: str | None = None) -> Iterator[Suspicion]:
    """The orders in a text that stands somewhere in a file."""
    text = text[:LONGEST]
    for order in reported(text):
        quote = " ".join(text[order.start : order.end].split())
        quote = quote if len(quote) <= QUOTED else f"{quote[:QUOTED]} …"
        about = "; ".join(filter(None, (how, order.how))) or None
        yield Suspicion(kind="order", place=place, how=about, citation=Citation(file="", page=page, quote=quote))


def in_name(name: str) -> list[Suspicion]:
    """Orders in the name of a file or of its folders."""
    bare = " ".join(re.sub(r"[_\-+.]+", " ", part) for part in PurePath(name).parts)
    return [*suspicions_in(bare, "file_name")]


def in_outline(outline: Sequence[tuple[str, int]]) -> list[Suspicion]:
    """Orders in bookmarks."""
    return [found for title, page in outline for found in suspicions_in(title, "bookmark", page)]


def in_reader(reader: Any) -> list[Suspicion]:
    """Orders in the properties and the attachments of a file; what cannot be read holds none."""
    found: list[Suspicion] = []
    for part in (_properties, _attachments):
        with contextlib.suppress(Exception):  # pypdf meets broken files with any exception there is
            found += part(reader)
    return found


def _properties(reader: Any) -> Iterator[Suspicion]:
    said: set[str] = set()
    for key, value in list((reader.metadata or {}).items())[:60]:
        text = str(value)
        for one in suspicions_in(text, "properties", how=_PROPERTIES.get(str(key), str(key).lstrip("/")[:40])):
            said.add(_tight(one.citation.quote or ""))
            yield one
    data = _bounded(reader.root_object.get("/Metadata"))
    text = re.sub(r"<[^>]*>", "\n\n", data.decode("utf-8", "replace"))
    for one in suspicions_in(text, "properties", how="XMP"):
        if _tight(one.citation.quote or "") not in said:
            yield one


def _attachments(reader: Any) -> Iterator[Suspicion]:
    names = (reader.root_object.get("/Names") or {}).get("/EmbeddedFiles")
    for spec in list(_specs(names, 0))[:MOST_ATTACHMENTS]:
        name = str(spec.get("/UF") or spec.get("/F") or "")[:200]
        yield from suspicions_in(re.sub(r"[_\-+.]+", " ", name), "attachment", how=name)
        yield from suspicions_in(str(spec.get("/Desc") or ""), "attachment", how=name)
        held = spec.get("/EF") or {}
        data = _bounded(held.get("/UF") or held.get("/F"))
        text = data.decode("utf-8", "replace")
        if "\ufffd" not in text[:200]:
            yield from suspicions_in(text, "attachment", how=name)


def _specs(node: Any, depth: int) -> Iterator[Any]:
    """The file specifications of a tree of names."""
    node = node.get_object() if node is not None else None
    if node is None or depth > 4:
        return
    entries = list(node.get("/Names") or [])[: 2 * MOST_ATTACHMENTS]
    for entry in entries[1::2]:
        yield entry.get_object()
    for kid in list(node.get("/Kids") or [])[:MOST_ATTACHMENTS]:
        yield from _specs(kid, depth + 1)


def _bounded(stream: Any) -> bytes:
    """The beginning of a stream that is stored plain or deflated; nothing of any other."""
    stream = stream.get_object() if stream is not None else None
    data = getattr(stream, "_data", None)
    if stream is None or not isinstance(data, bytes):
        return b""
    kinds = stream.get("/Filter")
    kinds = [] if kinds is None else list(kinds) if isinstance(kinds, list) else [kinds]
    if not kinds:
        return data[:MOST_BYTES]
    if [str(kind) for kind in kinds] == ["/FlateDecode"] and len(data) < 10 * MOST_BYTES:
        return zlib.decompressobj().decompress(data, MOST_BYTES)
    return b""


def on_page(page: Any, number: int) -> tuple[Suspicion, ...]:
    """Orders in the notes and form fields of a page; before they are drawn onto it."""
    from pypdfium2 import raw

    found: dict[str, Suspicion] = {}
    form = page.formenv.raw if page.formenv else None
    for index in range(min(raw.FPDFPage_GetAnnotCount(page.raw), MOST_NOTES)):
        note = raw.FPDFPage_GetAnnot(page.raw, index)
        try:
            field = raw.FPDFAnnot_GetSubtype(note) == raw.FPDF_ANNOT_WIDGET
            texts = [_string(raw.FPDFAnnot_GetStringValue, note, key) for key in (_FIELD_KEYS if field else _NOTE_KEYS)]
            if field and form is not None:
                texts += [
                    _string(raw.FPDFAnnot_GetFormFieldValue, form, note),
                    _string(raw.FPDFAnnot_GetFormFieldAlternateName, form, note),
                ]
        finally:
            raw.FPDFPage_CloseAnnot(note)
        for text in texts:
            for one in suspicions_in(text, "form" if field else "note", number) if len(text) > 8 else ():
                found.setdefault(_tight(one.citation.quote or ""), one)
    return tuple(found.values())


def _string(ask: Any, first: Any, second: Any) -> str:
    """What a function of pdfium says that fills a buffer with UTF-16."""
    from pypdfium2 import raw

    size = ask(first, second, None, 0)
    if not 2 < size <= 2 * LONGEST:
        return ""
    buffer = ctypes.create_string_buffer(size)
    ask(first, second, ctypes.cast(buffer, ctypes.POINTER(raw.FPDF_WCHAR)), size)
    return buffer.raw[: size - 2].decode("utf-16-le", "replace")


def _tight(text: str) -> str:
    return re.sub(r"\W", "", text.casefold())
