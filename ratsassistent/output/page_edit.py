"""What a person can say of an item or a statement, as HTML: a folded menu with buttons and fields for words.

What enters: Statements, Remarks. What leaves: escaped HTML; a button says what it wants in `data-` attributes, the words
of its field are added by the page's script, which keeps what is typed under the field's `data-draft`.
What it does not know: Gradio, the archive, what a click does.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ratsassistent.bodies import Organization
from ratsassistent.briefings import Remark, Statement
from ratsassistent.output import phrases_notes
from ratsassistent.output.page_text import action, cut, safe

_KINDS = {"confirm": "bestätigt", "correct": "berichtigt", "remove": "entfernt", "note": "Notiz"}
LONGEST = 4000  # letters


Readers = Sequence[
    tuple[str, str]
]  # for whom a note may be: what a click says, and the words for it; empty: nobody signs in


def readers(fractions: Iterable[Organization]) -> Readers:
    """For whom somebody who has signed in may write a note; the first is taken unless the person says otherwise."""
    ours = [(f"fraction {one.id}", f"meine Fraktion ({one.name})") for one in fractions]
    return [("self", "nur ich"), *ours, ("all", "alle, die diesen Punkt sehen dürfen")]


def menu(statement: Statement, item_id: str, given: Readers = ()) -> str:
    """The menu of one statement: confirm, remove, correct, add a note.

    :param given: for whom the note may be.
    """
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
        f'</div><div class="ra-words">{noted}{_for_whom(f"note {place}", given)}{button("Notiz speichern", "note", "Notiz speichern", words=True)}</div>'
        "</div></details>"
    )


def note_field(item_id: str, given: Readers = ()) -> str:
    """A field for a note to the whole item.

    :param given: for whom it may be.
    """
    button = action("remark", "Notiz speichern", kind="note", item=item_id, words=True)
    return (
        f'<details class="ra-edit ra-note" data-fold="{safe(item_id)}"><summary>Notiz zu diesem Punkt schreiben</summary>'
        f'<div class="ra-words">{_field("Ihre Notiz", f"note {item_id}")}{_for_whom(f"note {item_id}", given)}{button}</div></details>'
    )


def _field(label: str, draft: str, text: str = "") -> str:
    return (
        f'<label class="ra-field">{safe(label)}<textarea rows="3" maxlength="{LONGEST}" data-draft="{safe(draft)}">'
        f"\n{safe(text)}</textarea></label>"  # HTML drops the first line break, so one of the text stays
    )


def _for_whom(draft: str, given: Readers) -> str:
    if not given:
        return ""
    options = "".join(
        f'<option value="{safe(value)}"{" selected" if n == 0 else ""}>{safe(words)}</option>'
        for n, (value, words) in enumerate(given)
    )
    return (
        '<label class="ra-field">Wer darf die Notiz lesen?'
        f'<select data-draft="for {safe(draft)}">{options}</select></label>'
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
    if statement.audience and statement.written:
        who += f", {statement.written.astimezone():%d.%m.%Y} · {safe(phrases_notes.seen_by(statement))}"
    about = "" if beside or not statement.about else f'<p class="ra-small">Zu: „{safe(cut(statement.about, 200))}“</p>'
    buttons = "".join(_withdraw(remark) for remark in remarks)
    text = "".join(f"<p>{safe(line)}</p>" for line in statement.text.splitlines() if line.strip())
    return (
        f'<div class="ra-person"><p class="ra-person-head"><strong>Notiz</strong>{who}</p>{about}{text}'
        f'<p class="ra-buttons">{buttons}</p></div>'
    )


def _withdraw(remark: Remark) -> str:
    if not remark.takes_back:
        return ""
    short = cut(remark.text or remark.target_text or "", 60)
    return action("withdraw", "Zurücknehmen", name=f"Zurücknehmen: {_KINDS[remark.kind]}: {short}", remark=remark.id)


def said(remarks: Sequence[Remark]) -> str:
    """All that persons said of an item, each with a button that takes it back."""
    if not remarks:
        return ""
    rows = "".join(
        f"<li><p><strong>{_KINDS[r.kind]}</strong> ({safe(r.author or 'eine Person')}, "
        f"{r.written.astimezone():%d.%m.%Y}{_seen_by(r)}): {safe(r.text or r.target_text or '')}</p>{_withdraw(r)}</li>"
        for r in remarks
    )
    title = "1 Anmerkung zu diesem Punkt" if len(remarks) == 1 else f"{len(remarks)} Anmerkungen zu diesem Punkt"
    return f'<details class="ra-said"><summary>{title}</summary><ul>{rows}</ul></details>'


def _seen_by(remark: Remark) -> str:
    signed = remark.kind == "note" and (remark.person is not None or remark.audience != "all")
    return f", {safe(phrases_notes.seen_by(remark))}" if signed else ""
