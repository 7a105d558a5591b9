"""A document -> PDF: A4, tagged for screen readers (PDF/UA-1), with what it says of itself in its metadata.

What enters: a Briefing, or any Document. What leaves: the bytes of a PDF file. Typst sets it from the template
`document.typ`. What it does not know: the archive, what stands in a document.

Words of papers and of the model reach Typst only as data (JSON), never as its markup. It loads nothing: no package, no
file; the fonts come with it. Only for a character that they lack, the fonts of this machine are asked.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import re
from dataclasses import asdict
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import typst
from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, NameObject, StreamObject

from ratsassistent.briefings import Briefing
from ratsassistent.output.blocks import Bullets, Document, Heading, Imprint, Notice, Paragraph, Quote, Table, plain
from ratsassistent.output.document import compose
from ratsassistent.output.document_about import marking

_TEMPLATE = Path(__file__).with_name("document.typ")
_BLOCKS = {Heading: "heading", Notice: "notice", Paragraph: "paragraph", Bullets: "bullets", Quote: "quote",
           Table: "table"}  # fmt: skip
_UNKNOWN = "\N{WHITE SQUARE}"
_LACKS = re.compile(r"the text `\"((?:\\.|[^\"\\])*)\"` could not be displayed")
_IPTC = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
_OURS = "urn:ratsassistent:auswertung#"
# Our names that the IPTC has a name of its own for
_AS_IPTC = {
    "DigitalSourceType": "DigitalSourceType",
    "AIModel": "AISystemUsed",
    "AIModelSHA256": "AISystemVersionUsed",
    "AIPrompts": "AIPromptInformation",
}


def render(given: Briefing) -> bytes:
    """The whole briefing."""
    marked = marking(given)
    return typeset(compose(given, marked), marked.imprint())


def typeset(given: Document, imprint: Imprint) -> bytes:
    """Any document."""
    made = _set(_data(given, imprint), imprint.written or dt.datetime.now(dt.UTC))
    return _marked(made, imprint)


def _data(given: Document, imprint: Imprint) -> dict[str, Any]:
    """The document as the template wants it: nothing but strings, numbers and lists."""
    return {
        "title": given.title,
        "subtitle": list(given.subtitle),
        "running": given.running,
        "warning": given.warning,
        "label": imprint.label,
        "description": imprint.description,
        "keywords": list(imprint.keywords),
        "compact": given.compact,
        "blocks": [_block(block) for block in given.blocks],
    }


def _block(given: Any) -> dict[str, Any]:
    found = {**asdict(given), "block": _BLOCKS[type(given)]}
    if isinstance(given, Table):  # flattened by the template, so a cell must not be a list
        found["rows"] = [[{"line": cell} for cell in row] for row in found["rows"]]
    return found


def _set(data: dict[str, Any], moment: dt.datetime) -> bytes:
    """Have it set; characters that no font has are shown as an empty square."""
    text = json.dumps(data, ensure_ascii=False)
    for own_fonts_only in (True, False):
        try:
            return _compile(text, moment, own_fonts_only)
        except typst.TypstError as error:
            lacking = _lacking(error)
            if not lacking:
                raise
    while lacking:
        text = re.sub(f"[{re.escape(''.join(sorted(lacking)))}]", _UNKNOWN, text)
        try:
            return _compile(text, moment, own_fonts_only=False)
        except typst.TypstError as error:
            lacking = _lacking(error) - {_UNKNOWN}
            if not lacking:
                raise
    raise AssertionError("not reached")


def _lacking(error: typst.TypstError) -> set[str]:
    """The characters that an error says no font has."""
    found: set[str] = set()
    for quoted in _LACKS.findall(error.diagnostic or error.message):
        found |= set(re.sub(r"\\u\{([0-9a-fA-F]+)\}", lambda m: chr(int(m[1], 16)), quoted))
    return {c for c in found if ord(c) > 0x7E}


def _compile(text: str, moment: dt.datetime, own_fonts_only: bool) -> bytes:
    made = typst.compile(
        _TEMPLATE,
        root=_TEMPLATE.parent,
        sys_inputs={"document": text},
        ignore_system_fonts=own_fonts_only,
        pdf_standards="ua-1",
        timestamp=moment.replace(microsecond=0),
    )
    if not isinstance(made, bytes):
        raise TypeError("Typst gave no PDF")
    return made


def _marked(made: bytes, imprint: Imprint) -> bytes:
    """The same file with what it says of itself in its XMP metadata and its document information."""
    writer = PdfWriter(io.BytesIO(made), incremental=True)
    old: StreamObject = writer.root_object["/Metadata"].get_object()  # type: ignore[assignment]
    xmp = old.get_data().decode("utf-8").replace("</rdf:RDF>", f"{_description(imprint)}</rdf:RDF>")
    new = DecodedStreamObject()  # not compressed: a search for metadata reads it without knowing PDF
    new[NameObject("/Type")], new[NameObject("/Subtype")] = NameObject("/Metadata"), NameObject("/XML")
    new.set_data(xmp.encode("utf-8"))
    writer.root_object[NameObject("/Metadata")] = writer._add_object(new)
    writer.add_metadata({f"/{name}": plain(value) for name, value in imprint.properties.items()})
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _description(imprint: Imprint) -> str:
    lines = []
    for name, value in imprint.properties.items():
        iptc = _AS_IPTC.get(name)
        tag = f"Iptc4xmpExt:{iptc}" if iptc else f"ratsassistent:{name}"
        lines.append(f"<{tag}>{escape(plain(value))}</{tag}>")
    spaces = f'xmlns:Iptc4xmpExt="{_IPTC}" xmlns:ratsassistent="{_OURS}"'
    return f'<rdf:Description rdf:about="" {spaces}>{"".join(lines)}</rdf:Description>'
