"""What the model wrote of an item before its papers changed, as HTML: said to be that, folded, never as if it still held.

What enters: the briefing that was written then, what persons corrected of the item since. What leaves: escaped HTML.
What it does not know: Gradio, the archive, whether it is being written again.
"""

from __future__ import annotations

from collections.abc import Sequence

from ratsassistent.briefings import ItemBriefing, Statement
from ratsassistent.corrections import Standing
from ratsassistent.output.page_text import citations, count, safe, several_files

_YOURS = "Vor Ihrer Zuordnung geschrieben"
_OTHER = "Vor einer Änderung geschrieben"


def outdated(old: ItemBriefing | None, corrected: Sequence[Standing]) -> str:
    """That there was a summary, why it no longer holds, and its sentences folded; empty where there was none.

    :param old: what is kept of it. :param corrected: corrections of this item.
    """
    written = [s for s in (*old.statements, *(old.plain_language or ())) if s.origin == "model"] if old else []
    if old is None or not written:
        return ""
    since = [one.correction for one in corrected if old.written is None or one.correction.written > old.written]
    if since:
        title = _YOURS
        why = "Seitdem gehören andere Unterlagen zu diesem Punkt, oder andere sind öffentlich."
    else:
        title = _OTHER
        why = "Seitdem haben sich die Unterlagen oder das Sprachmodell geändert."
    folded = "" if any(one.kind == "close" for one in since) else _folded(old, written)
    return (
        f'<section class="ra-outdated"><h3>Zusammenfassung der KI <span class="ra-kind">{title}</span></h3>'
        f"<p>{why} Die Sätze der KI gelten darum nicht mehr; unten steht der Auszug aus den Unterlagen.</p>{folded}</section>"
    )


def _folded(old: ItemBriefing, written: Sequence[Statement]) -> str:
    named = several_files(c for s in written for c in s.citation)
    rows = "".join(f"<li>{safe(s.text)} {citations(s.citation, with_file=named, said=s.text)}</li>" for s in written)
    title = count(len(written), "früheren Satz", "frühere Sätze")
    return (
        f'<details class="ra-rest" data-fold="veraltet {safe(old.id)}"><summary>{title} der KI '
        f"zeigen (gelten nicht mehr)</summary><ul>{rows}</ul></details>"
    )
