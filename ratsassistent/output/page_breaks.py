"""Long German words as HTML that a narrow column can break at the seams of their parts: "Grundstücks-verkauf".

What enters: plain text (untrusted). What leaves: escaped HTML with soft hyphens.
What it does not know: where it stands.

Not every browser brings German rules of hyphenation along, and none may fetch them here.
"""

from __future__ import annotations

import re

from ratsassistent.output.page_text import safe
from ratsassistent.writing.checks.check_nouns import seams

_LONG = re.compile(r"[A-Za-zÄÖÜäöüß]{13,}")
_SOFT = "\u00ad"


def breakable(text: str) -> str:
    """The same words; those of 13 letters and more with soft hyphens."""
    return safe(softened(text))


def softened(text: str) -> str:
    """The same for what is escaped elsewhere (`page_text.action`)."""
    return _LONG.sub(_parted, text)


def _parted(match: re.Match[str]) -> str:
    word, parts, start = match[0], [], 0
    for cut in seams(word):
        parts.append(word[start:cut])
        start = cut
    return _SOFT.join([*parts, word[start:]])
