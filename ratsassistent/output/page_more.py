"""What an item holds beside its wording and its sentences, as HTML: consultations, annexes, contradictions, questions, terms.

What enters: an ItemBriefing. What leaves: escaped HTML with citation buttons.
What it does not know: Gradio, the archive, how any of it was found.
"""

from __future__ import annotations

from collections.abc import Sequence

from ratsassistent.briefings import AnnexLine, Contradiction, ItemBriefing, OpenQuestion, Statement
from ratsassistent.glossary import terms_in
from ratsassistent.oparl import Consultation
from ratsassistent.output import page_edit, phrases
from ratsassistent.output.page_text import EXTRACT, citations, count, figures, safe
from ratsassistent.resolutions import EarlierResolution

MOST_TERMS = 8


def consultations(given: Sequence[Consultation]) -> str:
    """The Beratungsfolge: who deals with it when, in what role, and with what result where that is printed."""
    rows = []
    for each in given:
        day = f"{each.date:%d.%m.%Y}" if each.date else ""
        about = ", ".join(part for part in (each.role, each.result) if part)
        rows.append(f'<tr><th scope="row">{safe(each.organization)}</th><td>{day}</td><td>{safe(about)}</td></tr>')
    return figures("Beratungsfolge", EXTRACT, ("Gremium", "Tag", "Zweck oder Ergebnis"), rows, "Beratungen", shown=5)


def annexes(given: Sequence[AnnexLine], named: bool, item_id: str, readers: page_edit.Readers = ()) -> str:
    """Each annex in a line of its own: how long it is, and its own sentence that says what is in it.

    :param readers: for whom a note to it may be.
    """
    if not given:
        return ""
    rows = []
    for each in given:
        cites = citations(each.citation, with_file=named)
        said = ""
        if each.statement:
            text = safe(" ".join(each.statement.text.split()))
            said = (
                f"<p>{text} {citations(each.statement.citation, with_file=named, said=each.statement.text)}</p>"
                f"{page_edit.marks(each.statement)}{page_edit.menu(each.statement, item_id, readers)}"
            )
        rows.append(
            f"<li><p><strong>{safe(each.name)}</strong> ({count(each.pages, 'Seite', 'Seiten')}) {cites}</p>{said}</li>"
        )
    return f'<section class="ra-extract"><h3>Anlagen <span class="ra-kind">{EXTRACT}</span></h3><ul>{"".join(rows)}</ul></section>'


def contradictions(given: Sequence[Contradiction], named: bool) -> str:
    """Different amounts or dates for the same thing, both with what they stand in and their pages."""
    if not given:
        return ""
    rows = "".join(
        f"<li><strong>{safe(each.subject)}</strong><ul>"
        + "".join(
            f"<li><strong>{safe(side.text)}</strong> {citations(side.citation, with_file=named, said=side.context)}"
            f'<p class="ra-small">{safe(" ".join(side.context.split()))}</p></li>'
            for side in each.sides
        )
        + "</ul></li>"
        for each in given
    )
    return (
        '<section class="ra-changes"><h3>Widersprüche in den Unterlagen</h3><p class="ra-small">Für dieselbe Sache stehen '
        f"verschiedene Angaben da. Welche gilt, sagt nur, wer die Vorlage geschrieben hat.</p><ul>{rows}</ul></section>"
    )


def questions(given: Sequence[OpenQuestion], named: bool) -> str:
    """What the papers leave open, as suggestions."""
    if not given:
        return ""
    rows = "".join(
        f'<li><p>{safe(q.text)} {citations(q.citation, with_file=named)}</p><p class="ra-small">{safe(q.reason)}</p></li>'
        for q in given
    )
    return (
        '<section class="ra-questions"><h3>Mögliche Fragen <span class="ra-kind">Vorschläge des Programms</span></h3>'
        f"<ul>{rows}</ul></section>"
    )


def withheld(given: Sequence[Statement], named: bool) -> str:
    """What the model wrote and the check refused, folded, each with what was found."""
    if not given:
        return ""
    rows = "".join(
        f'<li><p><del>{safe(s.text)}</del> {citations(s.citation, with_file=named, said=s.text)}</p><p class="ra-check ra-check-bad"><strong>⚠ Nicht gezeigt, weil:</strong> '
        f"{safe(phrases.refused(s.failures))}</p></li>"
        for s in given
    )
    title = count(len(given), "Satz der KI wird nicht gezeigt", "Sätze der KI werden nicht gezeigt")
    return (
        f'<details class="ra-withheld"><summary>{title}</summary><p class="ra-small">Das Programm '
        "vergleicht jeden Satz der KI mit den Unterlagen und lässt weg, was nicht besteht, auch wenn nur ein Wort anders ist. Ihnen "
        f"fehlt dadurch nichts: der Auszug stammt aus den Unterlagen selbst. Weggelassen wurden:</p><ul>{rows}</ul></details>"
    )


def earlier(given: Sequence[EarlierResolution]) -> str:
    """Earlier resolutions on the same matter, folded, each with why it is linked."""
    if not given:
        return ""
    rows = "".join(
        f"<li><p><strong>{safe(one.resolution.name)}</strong></p>"
        f'<p class="ra-small">{safe("; ".join(one.reasons))} – Ergebnis: „{safe(one.resolution.result)}“ '
        f"{citations(one.resolution.citation, with_file=True)}</p></li>"
        for one in given
    )
    title = count(len(given), "früherer Beschluss dazu", "frühere Beschlüsse dazu")
    return f'<details class="ra-before" data-fold="früher"><summary>{title}</summary><ul>{rows}</ul></details>'


def terms(brief: ItemBriefing, title: str) -> str:
    """Council terms that occur in what is shown, explained, folded."""
    texts = [title, brief.resolution.text if brief.resolution else "", *(s.text for s in brief.statements)]
    found = terms_in(texts, MOST_TERMS, common=False)
    if not found:
        return ""
    rows = "".join(f"<dt>{safe(e.term)}</dt><dd>{safe(e.text)}</dd>" for e in found)
    title = count(len(found), "Begriff erklärt", "Begriffe erklärt")
    return f'<details class="ra-terms"><summary>{title}</summary><dl>{rows}</dl></details>'
