"""What a person can say of an item or a statement, as HTML: a folded menu with buttons and a field for words.

What enters: Statements, Remarks. What leaves: escaped HTML; a button says what it wants in `data-` attributes, the words
of its field are added by the page's script.
What it does not know: Gradio, the archive, what a click does.
"""

from __future__ import annotations

from collections.abc import Sequence

from ratsassistent.briefings import Remark, Statement
from ratsassistent.output.page_text import action, safe

_KINDS = {"confirm": "bestätigt", "correct": "berichtigt", "remove": "entfernt", "note": "Notiz"}


def menu(statement: Statement, item_id: str) -> str:
    """The menu of one statement: confirm, correct, remove, add a note."""
    short = statement.text if len(statement.text) < 60 else statement.text[:57] + "…"

    def button(label: str, how: str, spoken: str, *, words: bool = False) -> str:
        return action(
            "remark",
            label,
            name=f"{spoken}: {short}",
            kind=how,
            item=item_id,
            target=statement.key,
            words=words or None,
        )

    field = f'<label class="ra-field">Ihre Worte<textarea rows="3" maxlength="4000">{safe(statement.text)}</textarea></label>'
    buttons = [
        button("Stimmt", "confirm", "Als richtig bestätigen") if not statement.confirmed else "",
        button("So berichtigen", "correct", "Mit Ihren Worten berichtigen", words=True),
        button("Als Notiz anfügen", "note", "Ihre Worte als Notiz anfügen", words=True),
        button("Entfernen", "remove", "Nicht mehr zeigen"),
    ]
    return (
        f'<details class="ra-edit"><summary aria-label="Satz bearbeiten: {safe(short)}">bearbeiten</summary>{field}'
        f'<p class="ra-buttons">{"".join(buttons)}</p></details>'
    )


def note_field(item_id: str) -> str:
    """A field for a note to the whole item."""
    button = action("remark", "Notiz speichern", kind="note", item=item_id, words=True)
    return (
        '<details class="ra-edit ra-note"><summary>Notiz zu diesem Punkt schreiben</summary><label class="ra-field">Ihre Notiz'
        f'<textarea rows="3" maxlength="4000"></textarea></label><p class="ra-buttons">{button}</p></details>'
    )


def marks(statement: Statement) -> str:
    """That a person confirmed or wrote a statement, and what stood there before."""
    parts = []
    if statement.confirmed:
        parts.append('<p class="ra-check ra-check-ok">✓ von einer Person an der Quelle bestätigt</p>')
    if statement.origin == "person":
        who = statement.author or "einer Person"
        what = "Berichtigt" if statement.replaces else "Geschrieben"
        parts.append(f'<p class="ra-check">{what} von {safe(who)}</p>')
    if statement.replaces:
        parts.append(f'<p class="ra-check">Vorher stand hier: <del>{safe(statement.replaces)}</del></p>')
    return "".join(parts)


def said(remarks: Sequence[Remark]) -> str:
    """All that persons said of an item, each with a button that takes it back."""
    if not remarks:
        return ""
    rows = "".join(
        f"<li><p><strong>{_KINDS[r.kind]}</strong> ({safe(r.author or 'Person')}, {r.written:%d.%m.%Y}): "
        f"{safe(r.text or r.target_text or '')}</p>{action('withdraw', 'Zurücknehmen', remark=r.id)}</li>"
        for r in remarks
    )
    title = "1 Anmerkung zu diesem Punkt" if len(remarks) == 1 else f"{len(remarks)} Anmerkungen zu diesem Punkt"
    return f'<details class="ra-said"><summary>{title}</summary><ul>{rows}</ul></details>'
