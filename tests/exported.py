"""What a reader sees of an exported file, read without the program's own code."""

from __future__ import annotations

import io
import json
import re
import unicodedata
import zipfile
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree as ET

import docx
from markdown_it import MarkdownIt
from pypdf import PdfReader

FORMATS = ("md", "docx", "pdf")
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def tight(text: str) -> str:
    """Without white space and soft hyphens, ligatures taken apart: line breaks and columns do not matter."""
    return re.sub(r"[\s\u00ad]", "", unicodedata.normalize("NFKC", text))


def front_matter(made: bytes) -> dict[str, str]:
    """The names and values at the top of a Markdown file."""
    _, head, _ = made.decode().split("---\n", 2)
    return {name: json.loads(value) for name, _, value in (line.partition(": ") for line in head.splitlines())}


def tokens(made: bytes) -> Iterator[Any]:
    """The tokens of a Markdown file, tables included, without its front matter."""
    for token in (
        MarkdownIt("commonmark", {"html": True})
        .enable(["table", "strikethrough"])
        .parse(made.decode().split("---\n", 2)[2])
    ):
        yield token
        yield from token.children or []


def document_xml(made: bytes, name: str = "word/document.xml") -> ET.Element:
    """A part of a DOCX file."""
    return ET.fromstring(zipfile.ZipFile(io.BytesIO(made)).read(name))


def pdf(made: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(made))


def text_of(form: str, made: bytes) -> str:
    """All words that a reader sees, in order."""
    if form == "md":
        return "\n".join(t.content for t in tokens(made) if t.type in ("text", "text_special"))
    if form == "docx":
        assert docx.Document(io.BytesIO(made))
        return "\n".join("".join(t.text or "" for t in p.iter(f"{W}t")) for p in document_xml(made).iter(f"{W}p"))
    return "\n".join(page.extract_text() for page in pdf(made).pages)


def elements(reader: PdfReader) -> list[str]:
    """The kinds of all elements of a PDF's structure tree, in reading order."""
    found: list[str] = []

    def walk(node: Any) -> None:
        node = node.get_object()
        if isinstance(node, list):
            for child in node:
                walk(child)
        elif isinstance(node, dict):
            if "/S" in node and node.get("/Type") != "/MCR":
                found.append(str(node["/S"]))
            if "/K" in node:
                walk(node["/K"])

    walk(reader.trailer["/Root"]["/StructTreeRoot"]["/K"])
    return found
