"""What a reader marks, and how he goes from item to item, as HTML: read, important, the item before and after, the keys for it.

What enters: Marks, AgendaItems. What leaves: escaped HTML with buttons.
What it does not know: Gradio, the archive, what a click does.
"""

from __future__ import annotations

from ratsassistent.briefings import Mark
from ratsassistent.oparl import AgendaItem
from ratsassistent.output.page_breaks import softened
from ratsassistent.output.page_text import action, cut, item_title, safe

_LONGEST = 60  # letters of a neighbour's name
_KEYS = (
    ("n", "nächster Tagesordnungspunkt"),
    ("v", "voriger Tagesordnungspunkt"),
    ("s", "nächste Seitenangabe im Text (mit Umschalt: die vorige)"),
    ("Eingabe", "die Seite zeigen, deren Seitenangabe ausgewählt ist"),
    ("g", "als gelesen kennzeichnen"),
    ("w", "als wichtig kennzeichnen"),
)


def switches(item_id: str, mark: Mark | None) -> str:
    """The two buttons that mark an item, with whether they are on; and the one that prints it."""
    known = mark or Mark(item_id=item_id)
    return (
        f'<p class="ra-buttons ra-marking">{_switch(item_id, "read", "Gelesen", known.read)}'
        f"{_switch(item_id, 'important', 'Wichtig', known.important)}"
        '<button type="button" class="ra-button" data-local="print" title="Diesen Tagesordnungspunkt drucken">Drucken</button></p>'
    )


def _switch(item_id: str, kind: str, label: str, on: bool) -> str:
    return (
        f'<button type="button" class="ra-button ra-switch" aria-pressed="{str(on).lower()}" data-do="mark" data-kind="{kind}" '
        f'data-item="{safe(item_id)}" data-to="{0 if on else 1}">{"☑" if on else "☐"} {label}</button>'
    )


def badges(mark: Mark | None) -> str:
    """How an item is marked, for a line of the agenda."""
    if mark is None:
        return ""
    important = '<span class="ra-badge">★ wichtig</span>' if mark.important else ""
    read = '<span class="ra-badge ra-badge-read">✓ gelesen</span>' if mark.read else ""
    return f"{important} {read}".strip()


def steps(before: AgendaItem | None, after: AgendaItem | None, *, first: bool = False) -> str:
    """The way to the item before and to the one after.

    :param first: the item is the first of the agenda, so that before it comes the meeting at a glance.
    """
    back = _step("zurück", "←", before)
    if before is None and first:
        back = action("item", "← Auf einen Blick", css="ra-button ra-onward", item="ueberblick", step="zurück")
    onward = _step("weiter", "→", after)
    if not back and not onward:
        return ""
    return f'<nav class="ra-way" aria-label="Von Punkt zu Punkt">{back}{onward}</nav>'


def _step(way: str, arrow: str, item: AgendaItem | None) -> str:
    if item is None:
        return ""
    name = cut(item_title(item.number, item.name), _LONGEST)
    shown = softened(name)
    label = f"{arrow} {shown}" if arrow == "←" else f"{shown} {arrow}"
    spoken = "Voriger" if way == "zurück" else "Nächster"
    return action(
        "item", label, css="ra-button ra-onward", name=f"{spoken} Tagesordnungspunkt: {name}", item=item.id, step=way
    )


def keys() -> str:
    """Which keys do what, folded, with the switch that turns them off (WCAG 2.1, 2.1.4)."""
    rows = "".join(f"<dt><kbd>{safe(key)}</kbd></dt><dd>{safe(what)}</dd>" for key, what in _KEYS)
    return (
        f'<details class="ra-keys" data-fold="tasten"><summary>Mit der Tastatur lesen</summary><dl>{rows}</dl>'
        '<p class="ra-buttons"><button type="button" class="ra-button ra-switch" data-local="keys" aria-pressed="true">'
        "☑ Diese Tasten benutzen</button></p></details>"
    )
