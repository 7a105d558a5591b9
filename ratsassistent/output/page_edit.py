"""What a person can say of an item or a statement, as HTML: a folded menu with buttons and fields for words.

What enters: Statements, Remarks. What leaves: escaped HTML; a button says what it wants in `data-` attributes, the words
of its field are added by the page's script, which keeps what is typed under the field's `data-draft`.
What it does not know: Gradio, the archive, what a click does.
"""

from __future__ import annotations

from collections.abc import Sequence

from ratsassistent.briefings import Remark, Statement
from ratsassistent.output.page_text import action, cut, safe

_KINDS = {"confirm": "bestätigt", "correct": "berichtigt", "remove": "entfernt", "note": "Notiz"}
LONGEST = 4000  # letters


def menu(statement: Statement, item_id: str) -> str:
    """The menu of one statement: confirm, remove, correct, add a note."""
    short = cut(statement.text, 60)

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

    confirm = button("✓ Stimmt", "confirm", "Als richtig bestätigen") if not statement.confirmed else ""
    remove = button("Entfernen", "remove", "Nicht mehr zeigen")
    place = f"{item_id} {statement.key}"
    corrected = _field("Satz berichtigen", f"correct {place}", statement.text)
    noted = _field("Notiz zu diesem Satz", f"note {place}")
    return (
        f'<details class="ra-edit ra-quiet" data-fold="{safe(place)}"><summary aria-label="Satz bearbeiten: {safe(short)}" '
        'title="Diesen Satz bestätigen, berichtigen, entfernen oder eine Notiz dazu schreiben"><span>bearbeiten</span>'
        f'</summary><div class="ra-edit-box"><p class="ra-buttons">{confirm}{remove}</p>'
        f'<div class="ra-words">{corrected}{button("Berichtigung speichern", "correct", "Berichtigung speichern", words=True)}'
        f'</div><div class="ra-words">{noted}{button("Notiz speichern", "note", "Notiz speichern", words=True)}</div>'
        "</div></details>"
    )


def note_field(item_id: str) -> str:
    """A field for a note to the whole item."""
    button = action("remark", "Notiz speichern", kind="note", item=item_id, words=True)
    return (
        f'<details class="ra-edit ra-note" data-fold="{safe(item_id)}"><summary>Notiz zu diesem Punkt schreiben</summary>'
        f'<div class="ra-words">{_field("Ihre Notiz", f"note {item_id}")}{button}</div></details>'
    )


def _field(label: str, draft: str, text: str = "") -> str:
    return (
        f'<label class="ra-field">{safe(label)}<textarea rows="3" maxlength="{LONGEST}" data-draft="{safe(draft)}">'
        f"\n{safe(text)}</textarea></label>"  # HTML drops the first line break, so one of the text stays
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


def note(statement: Statement, remarks: Sequence[Remark], *, beside: bool) -> str:
    """A person's note, with the button that takes it back.

    :param beside: it stands beside what it is about; else that is named.
    """
    who = f" von {safe(statement.author)}" if statement.author else ""
    about = "" if beside or not statement.about else f'<p class="ra-small">Zu: „{safe(cut(statement.about, 200))}“</p>'
    buttons = "".join(_withdraw(remark) for remark in remarks)
    text = "".join(f"<p>{safe(line)}</p>" for line in statement.text.splitlines() if line.strip())
    return (
        f'<div class="ra-person"><p class="ra-person-head"><strong>Notiz</strong>{who}</p>{about}{text}'
        f'<p class="ra-buttons">{buttons}</p></div>'
    )


def _withdraw(remark: Remark) -> str:
    short = cut(remark.text or remark.target_text or "", 60)
    return action("withdraw", "Zurücknehmen", name=f"Zurücknehmen: {_KINDS[remark.kind]}: {short}", remark=remark.id)


def said(remarks: Sequence[Remark]) -> str:
    """All that persons said of an item, each with a button that takes it back."""
    if not remarks:
        return ""
    rows = "".join(
        f"<li><p><strong>{_KINDS[r.kind]}</strong> ({safe(r.author or 'eine Person')}, "
        f"{r.written.astimezone():%d.%m.%Y}): {safe(r.text or r.target_text or '')}</p>{_withdraw(r)}</li>"
        for r in remarks
    )
    title = "1 Anmerkung zu diesem Punkt" if len(remarks) == 1 else f"{len(remarks)} Anmerkungen zu diesem Punkt"
    return f'<details class="ra-said"><summary>{title}</summary><ul>{rows}</ul></details>'
