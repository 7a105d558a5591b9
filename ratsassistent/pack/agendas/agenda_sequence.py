"""Which line may be the next item of an agenda, and that item.

What enters: a number at the head of a line, and what was read so far. What leaves: an Item, and yes or no. What it does
not know: lines without a number, pages.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from ratsassistent.oparl import Public
from ratsassistent.pack.agendas.agenda_changes import is_former_line, says_withdrawn
from ratsassistent.pack.agendas.agenda_lines import Columns, Item, add
from ratsassistent.pack.agendas.agenda_numbers import Number, read_number
from ratsassistent.pack.agendas.agenda_public import item_mark
from ratsassistent.pack.agendas.agenda_rows import split_cell


@dataclass(slots=True)
class Walk:
    """What the lines read so far say about the ones to come."""

    public: Public  # of the part
    supplement: bool  # items of a Nachtrag leave out those it does not touch
    items: list[Item] = field(default_factory=list)
    fresh: bool = False  # a part began, so that numbers may start again
    withdrawing: bool = False  # under "Folgende Punkte werden abgesetzt"
    marks: bool = False  # "öffentlich" or "nichtöffentlich" stands below each item
    done: bool = False
    more: bool = False  # another page may follow
    bare_heads: bool = False  # "öffentlich" alone heads a part

    def copy(self) -> Walk:
        """A copy whose items are its own."""
        items = [item.copy() for item in self.items]
        return replace(self, items=items)


def make_item(number: Number, walk: Walk, page: int, lines: Sequence[str], index: int, columns: Columns) -> Item | None:
    """The item that a numbered line begins, or None where the number is a date, an amount, a time."""
    title = number.title
    at_foot = not title and not any(later.strip() for later in lines[index + 1 : index + 4])
    if at_foot and (not walk.more or lines[index].strip() == str(page)):
        return None  # no title to come: a page number
    if re.match(r"[.,]?\d{2,4}\b(?!\w)", title) and not any(title.startswith(n) for n in columns.numbers(title)):
        return None
    own = number.public if number.public is not None else walk.public
    item = Item(number.printed, number.path, own, page, number.wide, number.named, style=number.style)
    short, found, remarks = split_cell(title)
    if remarks and short:  # a cell of several lines that was read as one
        add(item, short, columns)
        item.refer(found)
        item.closed = True
        heed(item, remarks)
    elif title:
        add(item, title, columns)
    return item


def heed(item: Item, remarks: Sequence[str]) -> None:
    """Take note of sentences that stand in an item's cell behind its title."""
    for remark in remarks:
        item.withdrawn = item.withdrawn or says_withdrawn(remark)
        mark = item_mark(remark)
        item.public = mark if mark is not None else item.public
        item.formerly = is_former_line(remark) or item.formerly


def follows(walk: Walk, item: Item) -> bool:
    """True where the number may come next: a little higher than the last, or from the start in a new part."""
    numbered = [known for known in walk.items if known.number]
    if item.style and numbered and any(known.style != item.style for known in numbered):
        return False  # "§ 4" and "Nr. 3" begin lines of titles, unless all items are numbered so
    if not numbered:
        return item.path[0] <= 60 or item.named
    last = numbered[-1]
    if item.named and walk.supplement:
        return item.path != last.path or item.public is not last.public
    if _lettered(item) and not any(_lettered(known) for known in numbered):
        return False  # "B 27" in a title is a road
    # Where only the last item was marked by itself, its part goes on
    by_itself = item.public is walk.public and last.public is not walk.public
    if walk.fresh or (item.public is not last.public and not by_itself):
        return item.path[0] <= 3 or item.path[-1] == 1 or item.path > last.path or walk.supplement
    return _goes_up(last, item, walk.supplement)


def _lettered(item: Item) -> str | None:
    match = re.match(r"([A-H])\b", item.number or "")
    return match[1] if match else None


_ORDINAL = re.compile(
    r"^(?:(?:vereinfachte\s+)?Änderung|Bauabschnitt|BA\b|Quartal|Nachtrag|Halbjahr|Fortschreibung|Stufe|Lesung|Sitzung|Ergänzung|Klasse|Ober|OG\b|Novelle|"
    r"Änderungssatzung|Teil\b|Rate|Phase|Jahrgang|Auflage|Nachtragssatzung|Nachtragshaushalt|Preis|Platz|Los\b|(?:Stell)?vertret)"
)


def is_stray(walk: Walk, item: Item, below: Sequence[str]) -> bool:
    """True where a numbered line goes on with the title above it ("… der Baugesetze;" and "5. Änderung des …").

    The number that would have to come first stands further down, or this number does so once more.
    """
    numbered = [known for known in walk.items if known.number]
    if not numbered or item.named or item.public is not numbered[-1].public or walk.fresh or walk.supplement:
        return False
    last = numbered[-1].path
    depth = min(len(last), len(item.path)) - 1
    if item.path[:depth] != last[:depth] or len(item.path) > len(last):
        return False
    step = item.path[depth] - last[depth]
    wanted = (*last[:depth], last[depth] + 1)
    for line in below:
        number = read_number(line)
        if number is None or not number.title:
            continue
        if step > 1 and number.path == wanted:
            return True
        if step == 1 and number.path == item.path:
            return bool(_ORDINAL.match(" ".join(item.lines)))
        if number.path[:1] > item.path[:1]:
            return False
    return False


def _goes_up(last: Item, item: Item, supplement: bool) -> bool:
    """True where a number is a little higher than the last, or the first of the next letter."""
    if item.path <= last.path:
        letters = _lettered(last), _lettered(item)
        return bool(letters[0] and letters[1] and letters[0] < letters[1] and item.path[0] == 1)
    deeper = item.path[len(last.path) :]
    for mine, theirs in zip(item.path, last.path, strict=False):
        if mine != theirs:
            return (mine - theirs <= 8 or supplement) and (item.named or all(step <= 3 for step in deeper))
    return item.named or (len(deeper) == 1 and deeper[0] <= 9) or (len(deeper) == 2 and deeper[0] == 0)


def breaks_off(current: Item) -> bool:
    """True where the title goes on after a blank line: it breaks off at a hyphen, or has not begun."""
    return not current.lines or current.lines[-1].endswith(("-", "–", " und", " der", " des", ","))
