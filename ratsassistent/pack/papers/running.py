"""Lines that stand on every page of a document: its name, the office, "Seite 3 von 8".

What enters: the texts of pages that belong together. What leaves: which lines of each page are running heads or feet.
What it does not know: what the pages are about.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

EDGE = 3  # filled lines on top and at the foot of a page that can be running lines
MAX_LENGTH = 130
# "Beschlussvorlage BV 2027/003 Seite 2 von 4", "Stadt X · Hauptamt · Seite 3", "Seite 3 von 8 | Stadt X"
COUNTED = re.compile(
    r"^(?:(?P<lead>\S.{0,100}?)[\s|·•–-]*\s)?(?:Seite|Blatt)\s*(?P<number>\d{1,3})\s*(?:von|/)\s*(?P<total>\d{1,3})$"
)
_PAGE_NUMBER = re.compile(
    r"(?:\b(?:Seite|S\.|Blatt)\s*)\d{1,3}(?:\s*(?:von|/)\s*\d{1,3})?|(?<=[|·•–—])\s*\d{1,3}$|^\d{1,3}(?=\s*[|·•–—])"
)
# what a letterhead at the foot says of the sender: two of these in a few lines, and they are no words of the paper
_CONTACT = re.compile(
    r"(?:\bIBAN\b|\bBIC\b|\bBLZ\b|\b(?:Tele(?:fon|fax)|Tel\.?|Fax)\b\W{0,3}[\d+(]|\bE-?Mail\b|\bHomepage\b|\bInternet\s*:|\bwww\.|\S@\S+\.\w|"
    r"\bUID\b|\bBankverbindung\b|\bÖffnungszeiten\b|\bSprechzeiten\b)"
)
MAX_CONTACT = 8  # lines of a letterhead at the foot


def running_lines(texts: Sequence[str]) -> list[set[int]]:
    """For each page the indexes of its lines that are repeated on most pages, at the same edge, or count the pages.

    The first page on which a head stands keeps it: there it is the letterhead. What two pages share has to be longer to
    count than what three or more share: "Ja" at the foot of two pages is chance.
    """
    edges = [_edges(text) for text in texts]
    counts: Counter[tuple[str, str]] = Counter()
    for top, foot in edges:
        counts.update({("top", key) for _, key in top} | {("foot", key) for _, key in foot})
    filled = sum(bool(top) for top, _ in edges)
    often = {
        (edge, key)
        for (edge, key), count in counts.items()
        if (count >= max(3, 0.5 * filled) and _telling(key, 6)) or (count == filled == 2 and _telling(key, 12))
    }
    seen: set[str] = set()
    out: list[set[int]] = []
    for text, (top, foot) in zip(texts, edges, strict=True):
        lines = text.split("\n")
        drop = {index for index, key in top if ("top", key) in often and key in seen}
        drop |= {index for index, key in foot if ("foot", key) in often}
        drop |= {index for index, _ in (*top[:1], *foot[-1:]) if COUNTED.match(lines[index].strip())}
        if len(texts) > 1:
            drop |= _letterhead(lines)
        seen |= {key for _, key in top}
        out.append(drop)
    return out


def _letterhead(lines: Sequence[str]) -> set[int]:
    """The lines at the foot of a page, parted from its text by a blank one, that say where the sender is reached."""
    last = next((i for i in range(len(lines) - 1, -1, -1) if lines[i].strip()), -1)
    first = last
    while first > 0 and lines[first - 1].strip() and last - first < MAX_CONTACT:
        first -= 1
    block = lines[first : last + 1]
    if first <= 0 or len(block) >= MAX_CONTACT or sum(len(_CONTACT.findall(line)) for line in block) < 3:
        return set()
    if any(re.search(r"[.!?]\s*$", line) and len(line.split()) > 8 for line in block):
        return set()  # a sentence that tells where to turn to
    return set(range(first, last + 1))


def _edges(text: str) -> tuple[list[tuple[int, str]], list[tuple[int, str]]]:
    """The filled lines on top and at the foot, each with what stays the same from page to page."""
    lines = text.split("\n")
    filled = [i for i, line in enumerate(lines) if line.strip()]
    if len(filled) < 2 * EDGE:  # hardly any text: what is repeated may be all there is
        filled_top, filled_foot = filled[:1], filled[-1:]
    else:
        filled_top, filled_foot = filled[:EDGE], filled[-EDGE:]
    return [(i, _key(lines[i])) for i in filled_top if _can(lines[i])], [
        (i, _key(lines[i])) for i in filled_foot if _can(lines[i])
    ]


def _telling(key: str, letters: int) -> bool:
    """True where a line says enough, or counts pages."""
    return "#" in key or sum(char.isalpha() for char in key) >= letters


def _can(line: str) -> bool:
    return len(line.strip()) <= MAX_LENGTH and not re.search("[☐☒✓✗]", line)


def _key(line: str) -> str:
    return _PAGE_NUMBER.sub("#", " ".join(line.split()))
