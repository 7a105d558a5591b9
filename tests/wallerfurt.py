"""What the tests know of the demonstration pack without the program: its pages' words, and which of them are secret."""

from __future__ import annotations

import io
import re
import unicodedata
from functools import cache
from pathlib import Path

from pypdf import PdfReader
from pypdf.generic import StreamObject

from ratsassistent import workflow
from ratsassistent.demo import demo_pack
from ratsassistent.oparl import Citation
from ratsassistent.workflow import Workspace

SECRET = range(38, 41)  # the pages of the non-public papers; page 2 holds the non-public part of the agenda
CHUNK = re.compile(r"^\[(S\d+)\] (?:\([^)]*\):? )?(.*)$", re.MULTILINE)  # key, perhaps a label, text


@cache
def page_text(number: int) -> str:
    """The words of a page of the pack, read without the program."""
    return PdfReader(demo_pack()).pages[number - 1].extract_text()


def tight(text: str) -> str:
    return re.sub(r"\W", "", unicodedata.normalize("NFKC", text)).casefold()


def plain(text: str) -> str:
    """Without case and dots above letters, as an index may keep words."""
    folded = unicodedata.normalize("NFD", text.casefold().replace("ß", "ss"))
    return "".join(c for c in folded if not unicodedata.combining(c))


def holds(text: str, must: list[str]) -> bool:
    """Whether each entry (alternatives parted by |) stands in a text; a number only as a whole one."""
    flat = " ".join(unicodedata.normalize("NFKC", text).split())

    def stands(option: str) -> bool:
        after = r"(?![\d%])(?![.,]\d)" if option[-1].isdigit() else ""
        before = r"(?<![\d.,])" if option[0].isdigit() else ""
        return re.search(before + re.escape(option) + after, flat, re.IGNORECASE) is not None

    return all(any(stands(option) for option in entry.split("|")) for entry in must)


def only_meeting(ws: Workspace) -> str:
    (held,) = workflow.meetings(ws)
    return held.id


def pages_of(given: tuple[Citation, ...]) -> set[int]:
    return {c.page for c in given if c.page}


@cache
def secret_words() -> frozenset[str]:
    """Words of non-public pages, and their beginnings, that stand on no public page, neither forwards nor backwards.

    Shorter ones would be found by chance: the full text keeps stems one behind the other, without a space.
    """
    public = plain(" ".join(page_text(n) for n in range(1, 38) if n != 2))
    words = {w for n in (2, *SECRET) for w in re.findall(r"[^\W\d_]{8,}", plain(page_text(n)))}
    forms = words | {w[:-2] for w in words if len(w) > 9}
    return frozenset(w for w in forms if w not in public and w[::-1] not in public)


def raw(folder: Path) -> bytes:
    """The bytes of all files below a folder."""
    return b"\n".join(file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file())


def words_in(raw: bytes) -> set[str]:
    bare = re.sub(rb"\0{2,}", b"\0", raw)  # what was overwritten is long and holds nothing
    text = plain(bare.decode("utf-8", errors="ignore"))
    return {w for w in secret_words() if w in text or w[::-1] in text}


def everything_in(pdf: bytes) -> bytes:
    """All that a PDF holds, unpacked: streams, strings, and what no page refers to."""
    reader = PdfReader(io.BytesIO(pdf))
    found = [pdf, *(page.extract_text().encode() for page in reader.pages)]
    for number in range(1, len(reader.xref_objStm) + sum(len(part) for part in reader.xref.values()) + 1):
        thing = reader.get_object(number)
        found.append(str(thing).encode())
        if isinstance(thing, StreamObject):
            found.append(thing.get_data())
    return b"\n".join(found)


class Copyist:
    """Says what it was given with a made-up amount; `given` are the sentences of the papers that it got."""

    def __init__(self) -> None:
        self.given: list[str] = []

    def __call__(self, content: str) -> str:
        text = content.removeprefix("Text: ").partition("\nAnfang: ")[0]
        if content.startswith("Text: "):
            self.given.append(text)
        return f"kostet {text[:40]} insgesamt 987.654.321 Euro und wird noch geprüft."
