"""Who sees a note, in German: the same words on the page, in files and in commands.

What enters: Remarks, Statements. What leaves: words, not escaped. What it does not know: HTML, who is asking.
"""

from __future__ import annotations

from ratsassistent.briefings import Remark, Statement


def seen_by(given: Remark | Statement) -> str:
    """Who sees it besides its author."""
    if given.audience == "self":
        return "nur für Sie zu sehen"
    if given.audience == "fraction":
        return f"nur für die Fraktion {given.fraction} zu sehen"
    return "für alle zu sehen, die diesen Punkt sehen dürfen"


def in_a_file(given: Remark | Statement) -> str:
    """The same in a file, which may be handed on."""
    if given.audience == "self":
        return "persönlich, nicht weitergeben"
    return f"nur für die Fraktion {given.fraction}" if given.audience == "fraction" else ""
