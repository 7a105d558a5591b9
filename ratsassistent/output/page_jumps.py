"""The way to the parts of a long item, as HTML: a small list of buttons at its top, one for each heading.

What enters: the HTML of the item's parts, ours. What leaves: the same with numbered headings, and the list.
What it does not know: what stands in a part. Words of papers and models are escaped in it, so no heading is theirs.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

LEAST = 5  # headings of an item that has the list
_HEAD = re.compile(r"<h3>(.*?)</h3>", re.DOTALL)
_KIND = re.compile(r'<span class="ra-kind">.*?</span>', re.DOTALL)
_TAG = re.compile(r"<[^>]*>")


def with_jumps(parts: Sequence[str]) -> tuple[str, str]:
    """The list (empty for an item that is short), and the parts with headings that it leads to.

    What is folded has no place in the list.
    """
    names: list[str] = []

    def numbered(match: re.Match[str]) -> str:
        names.append(" ".join(_TAG.sub("", _KIND.sub("", match[1])).split()))
        return f'<h3 tabindex="-1" data-part="{len(names)}">{match[1]}</h3>'

    body = "".join(part if part.startswith("<details") else _HEAD.sub(numbered, part) for part in parts)
    if len(names) < LEAST:
        return "", "".join(parts)
    rows = "".join(
        f'<li><button type="button" class="ra-link" data-local="jump" data-to="{number}">{name}</button></li>'
        for number, name in enumerate(names, 1)
    )
    listed = (
        f'<nav class="ra-jumps" aria-label="Inhalt dieses Punktes"><details data-fold="inhalt"><summary>Inhalt dieses Punktes '
        f"({len(names)} Abschnitte)</summary><ul>{rows}</ul></details></nav>"
    )
    return listed, body
