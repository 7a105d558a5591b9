"""A PDF that keeps only some of its pages, with the others left as blank sheets.

What enters: a PDF and the physical pages to keep. What leaves: a PDF with as many pages, so that page numbers still hold,
in which nothing of the other pages is left. What it does not know: why a page is public.

Built from nothing instead of deleting: a new file gets the drawing commands of the kept pages and the fonts and pictures
that these name, and that is all. Links, form fields, notes, bookmarks, attachments and metadata are not carried over,
because each of them can point to a page that must not come along.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    DecodedStreamObject,
    DictionaryObject,
    EncodedStreamObject,
    NameObject,
    NumberObject,
    RectangleObject,
    StreamObject,
)

from ratsassistent.errors import UnreadableFile

_NAMES = re.compile(rb"/([^\s/<>\[\](){}%]+)")
_SHOWN = re.compile(rb"/([^\s/<>\[\](){}%]+)\s+Do\b")
_BY_NAME = ("/Font", "/ExtGState", "/Pattern", "/Shading", "/ColorSpace")
_LEFT_OUT = {"/Metadata", "/PieceInfo", "/StructParent", "/StructParents", "/OPI", "/OC", "/Alternates", "/Parent"}
_LEFT_OUT |= {"/LastModified", "/Group/Metadata", "/AF", "/Ref", "/P", "/Dest", "/A", "/AA", "/Annots"}
_DEPTH = 8  # forms inside forms


def public_copy(path: Path, keep: set[int], target: Path) -> None:
    """Write to `target` a copy of the PDF at `path` whose pages outside `keep` are blank and leave no trace.

    :param keep: physical pages, from 1, that stay as they are (without links, notes and form fields).
    :raises UnreadableFile: the file cannot be read.
    """
    try:
        reader = PdfReader(path, strict=False)
        if reader.is_encrypted and not reader.decrypt(""):
            raise UnreadableFile(f"Die Datei „{path.name}“ ist mit einem Passwort geschützt.")
        writer = PdfWriter()
        for number, page in enumerate(reader.pages, 1):
            box = RectangleObject([float(value) for value in page.mediabox])
            new = writer.add_blank_page(width=float(box.width), height=float(box.height))
            new[NameObject("/MediaBox")] = box
            new[NameObject("/CropBox")] = RectangleObject([float(value) for value in page.cropbox])
            if page.rotation:
                new[NameObject("/Rotate")] = NumberObject(page.rotation)
            contents = page.get_contents() if number in keep else None
            if contents is None:
                continue
            commands = contents.get_data()
            stream = DecodedStreamObject()
            stream.set_data(commands)
            new[NameObject("/Contents")] = writer._add_object(stream.flate_encode())
            resources = _needed(page.get("/Resources"), commands, _DEPTH)
            new[NameObject("/Resources")] = resources.clone(writer)
        writer.metadata = None
        with target.open("wb") as out:
            writer.write(out)
    except UnreadableFile:
        raise
    except OSError:
        raise
    except Exception as error:  # pypdf meets broken files with any exception there is
        raise UnreadableFile(f"Die Datei „{path.name}“ ist beschädigt und lässt sich nicht lesen.") from error


def _needed(resources: Any, commands: bytes, depth: int) -> DictionaryObject:
    """Of a resource dictionary, which a whole document may share, what these drawing commands name."""
    out = DictionaryObject()
    if resources is None:
        return out
    source = resources.get_object()
    named = {"/" + name.decode("latin-1") for name in _NAMES.findall(commands)}
    shown = {"/" + name.decode("latin-1") for name in _SHOWN.findall(commands)}
    for key in _BY_NAME:
        entries = source.get(key)
        if entries is not None:
            kept = DictionaryObject()
            for name, value in entries.get_object().items():
                if _unescaped(name) in named or name in named:
                    kept[NameObject(name)] = _without_strangers(value, source, depth)
            out[NameObject(key)] = kept
    objects = source.get("/XObject")
    if objects is not None and depth:
        kept = DictionaryObject()
        for name, value in objects.get_object().items():
            if name in shown or _unescaped(name) in shown:
                kept[NameObject(name)] = _bare(value.get_object(), source, depth)
        out[NameObject("/XObject")] = kept
    return out


def _without_strangers(value: Any, inherited: DictionaryObject, depth: int) -> Any:
    """A font, pattern or state as it is, unless it has resources of its own: a document may share those, too."""
    thing = value.get_object()
    if not depth or not isinstance(thing, DictionaryObject):
        return value
    if isinstance(thing, StreamObject):
        return _bare(thing, inherited, depth) if "/Resources" in thing else value
    mask = thing.get("/SMask")
    mask = mask.get_object() if mask is not None else None
    if isinstance(mask, DictionaryObject) and "/G" in mask:  # a state whose transparency is a drawing
        new = DictionaryObject({key: item for key, item in mask.items() if key != "/G"})
        new[NameObject("/G")] = _bare(mask["/G"].get_object(), inherited, depth - 1)
        thing = DictionaryObject(thing)
        thing[NameObject("/SMask")] = new
        return thing
    glyphs = thing.get("/CharProcs")
    if glyphs is not None and "/Resources" in thing:  # a font whose letters are drawings
        drawn = b"\n".join(glyph.get_object().get_data() for glyph in glyphs.get_object().values())
        thing = DictionaryObject(thing)
        thing[NameObject("/Resources")] = _needed(thing["/Resources"], drawn, depth - 1)
        return thing
    return value


def _bare(thing: Any, inherited: DictionaryObject, depth: int) -> Any:
    """A picture or form without what it may point to: metadata, structure, the layers of the whole document."""
    if not isinstance(thing, StreamObject):
        return DictionaryObject()
    copy: StreamObject = EncodedStreamObject() if isinstance(thing, EncodedStreamObject) else DecodedStreamObject()
    copy._data = thing._data
    for key, value in thing.items():
        if key not in _LEFT_OUT and key not in {"/Length", "/Resources"}:
            copy[NameObject(key)] = value
    if thing.get("/Subtype") == "/Form" or "/Resources" in thing:
        own = thing.get("/Resources", inherited)
        copy[NameObject("/Resources")] = _needed(own, thing.get_data(), depth - 1)
    elif "/SMask" in thing:
        mask = thing["/SMask"].get_object()
        if isinstance(mask, StreamObject):
            copy[NameObject("/SMask")] = _bare(mask, inherited, depth - 1)
    return copy


def _unescaped(name: str) -> str:
    """A name as the drawing commands write it: `#20` stands for a character there."""
    return "/" + "".join(c if 33 <= ord(c) <= 126 and c not in "#/()<>[]{}%" else f"#{ord(c):02X}" for c in name[1:])
