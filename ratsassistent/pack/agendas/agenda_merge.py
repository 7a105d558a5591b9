"""The lines of two agendas of one meeting become those of one.

What enters: the lines of the earlier and of the later agenda. What leaves: the lines as they stand then, each with its
places in the lists it came from. What it does not know: whether a line is an entry of an agenda or an item of a meeting.

Lines are matched by what they are about (title, Vorlage number), never by their number alone, because a Nachtrag gives
an old number to a new item. Only lines that name nothing but a number ("TOP 7 wird abgesetzt") are looked up by it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from ratsassistent.oparl import Public
from ratsassistent.pack.agendas.agenda_changes import is_placeholder
from ratsassistent.pack.agendas.agenda_numbers import number_path, same_number
from ratsassistent.pack.papers.heads import squeezed
from ratsassistent.pack.papers.references import find_key, reference_key

ALIKE = 0.82  # of the characters of two titles: the same item, worded a little differently
WHOLE = 0.5  # of the items of a part: a Nachtrag that has as many prints that part anew
_NUMBER_IN_TITLE = re.compile(r"\d+")


@dataclass(slots=True)
class Line:
    """An item of either agenda, and its places in the lists it came from."""

    number: str | None
    title: str
    public: Public
    references: tuple[str, ...]
    formerly: str | None
    withdrawn: bool
    old: int | None = None
    new: int | None = None
    key: str = field(default="")

    def __post_init__(self) -> None:
        self.key = squeezed(self.title)


def merge(earlier: list[Line], later: list[Line], supplement: bool) -> list[Line]:
    """The lines as they stand after the later agenda."""
    pairs = _matched(earlier, later)
    anew = _printed_anew(earlier, later, pairs) if supplement else set()
    lines = list(earlier)
    for index, line in enumerate(later):  # what an item is called and numbered now
        if index in pairs:
            _update(earlier[pairs[index]], line, supplement)
    for index, known in enumerate(earlier):
        if known.public in anew and index not in pairs.values() and known.number and not known.withdrawn:
            known.withdrawn = True  # the part was printed again without it
    left = [line for index, line in enumerate(later) if index not in pairs]
    if anew:
        lines = _reordered(earlier, later, pairs, anew)
    rest = [line for line in left if not any(line is known for known in lines)]
    if supplement:
        rest = [line for line in rest if line.number]  # a heading of the letter, not of the agenda
    counts_itself = any(number_path(line.number) == (1,) and _clashes(lines, line) for line in rest)
    for line in rest:
        _place(lines, line, shift=supplement and not counts_itself)
    return lines


def _update(known: Line, line: Line, supplement: bool) -> None:
    """Take over what the later agenda says of an item.

    An agenda that gives an item the number which it had before a Nachtrag is the old one, handed in again.
    """
    known.new = line.new
    old = not supplement and line.formerly is None and known.formerly and same_number(known.formerly, line.number)
    if old:
        pass
    elif line.number and not is_placeholder(line.title, line.number):
        _renumber(known, line.number, line.formerly)
        if len(line.key) >= 0.6 * len(known.key):  # a Nachtrag often says it shorter
            known.title = line.title if len(line.key) > len(known.key) else known.title
    elif line.formerly and line.number:
        _renumber(known, line.number, line.formerly)
    known.withdrawn = line.withdrawn or (
        known.withdrawn and (not supplement or is_placeholder(line.title, line.number))
    )
    if known.public is None or line.public is False:
        known.public = line.public if line.public is not None else known.public
    keys = [reference_key(reference) for reference in known.references]
    known.references += tuple(r for r in line.references if find_key(reference_key(r), keys) is None)


def _renumber(known: Line, number: str, formerly: str | None) -> None:
    if known.number is None:
        known.number = number
    elif not same_number(known.number, number):
        known.formerly = formerly if formerly and same_number(formerly, known.number) else known.number
        known.number = number


def _printed_anew(earlier: list[Line], later: list[Line], pairs: dict[int, int]) -> set[Public]:
    """The parts (public, non-public) that a Nachtrag prints again as a whole."""
    parts: set[Public] = set()
    for public in (True, False, None):
        old = [n for n, line in enumerate(earlier) if line.public is public and line.number]
        hit = [
            old_index
            for new_index, old_index in pairs.items()
            if old_index in old and not is_placeholder(later[new_index].title, later[new_index].number)
        ]
        if len(old) >= 2 and len(hit) >= max(2, WHOLE * len(old)):
            parts.add(public)
    return parts


def _reordered(earlier: list[Line], later: list[Line], pairs: dict[int, int], anew: set[Public]) -> list[Line]:
    """The parts that were printed anew in their new order; what is missing there stays behind what stood before it."""
    order: list[Line] = []
    for index, line in enumerate(later):
        if index in pairs:
            order.append(earlier[pairs[index]])
        elif line.public in anew and not is_placeholder(line.title, line.number):
            order.append(line)
    known = {id(line) for line in order}
    for index, line in enumerate(earlier):
        if id(line) in known:
            continue
        at = next((n for n, other in enumerate(order) if index and other is earlier[index - 1]), None)
        order.insert(0 if index == 0 else len(order) if at is None else at + 1, line)
        known.add(id(line))
    return order


def _clashes(lines: list[Line], line: Line) -> bool:
    """True where another item of the part has the number of this one."""
    return any(
        same_number(known.number, line.number) and known.public is line.public and not known.withdrawn
        for known in lines
    )


def _place(lines: list[Line], line: Line, shift: bool) -> None:
    """Put a new item in its place: by its number among those of its part, at the part's end where that does not tell.

    :param shift: an item that has the number already gives it up, and counts up with those behind it. Without that (a
        Nachtrag that counts its own items from 1) the new one stands at the end.
    """
    path = number_path(line.number)
    mine = [n for n, known in enumerate(lines) if known.public is line.public]
    if not mine and line.public is True:
        lines.insert(next((n for n, known in enumerate(lines) if known.public is False), len(lines)), line)
        return
    at = mine[-1] + 1 if mine else len(lines)
    clash = bool(path) and _clashes(lines, line)
    if path and (shift or not clash):
        higher = [n for n in mine if number_path(lines[n].number) >= path and lines[n].number]
        if higher:
            at = higher[0]
        if clash and not line.withdrawn:
            _shift(lines, mine, path)
    lines.insert(at, line)


def _shift(lines: list[Line], mine: Sequence[int], path: tuple[int, ...]) -> None:
    """Count up the items from the number that a new one takes, until there is a gap."""
    step = path
    while True:
        found = [n for n in mine if number_path(lines[n].number)[: len(step)] == step and not lines[n].withdrawn]
        if not found:
            break
        step = (*step[:-1], step[-1] + 1)
    last = step[-1]
    for n in mine:
        there = number_path(lines[n].number)
        number = lines[n].number
        if (
            number
            and there[: len(path) - 1] == path[:-1]
            and len(there) >= len(path)
            and path[-1] <= there[len(path) - 1] < last
            and not lines[n].withdrawn
        ):
            _renumber(lines[n], _counted_up(number, len(path) - 1), None)


def _counted_up(number: str, level: int) -> str:
    """A printed number with the figure at this level one higher; as it is where that level is no figure."""
    figures = list(re.finditer(r"\d+|(?<![A-Za-z])[IVX]+(?=[./])", number))
    if level >= len(figures) or not figures[level][0].isdecimal():
        return number
    found = figures[level]
    return f"{number[: found.start()]}{int(found[0]) + 1}{number[found.end() :]}"


def _matched(earlier: list[Line], later: list[Line]) -> dict[int, int]:
    """Which line of the later agenda is which of the earlier one: later index -> earlier index, one to one."""
    scores: list[tuple[float, int, int, int]] = []
    for new, line in enumerate(later):
        for old, known in enumerate(earlier):
            score = _alike(known, line)
            if score > 0 and not (line.public is None and _names_two(earlier, line)):
                scores.append((score, -abs(new - old), new, old))
    pairs: dict[int, int] = {}
    used: set[int] = set()
    for _, _, new, old in sorted(scores, key=lambda s: (-s[0], -s[1], s[2], s[3])):
        if new not in pairs and old not in used:
            pairs[new] = old
            used.add(old)
    return pairs


def _names_two(earlier: list[Line], line: Line) -> bool:
    """True for a number and nothing else, without its part, that items of two parts have: it is not guessed which."""
    if not is_placeholder(line.title, line.number):
        return False
    wanted = line.formerly or line.number
    return len({known.public for known in earlier if same_number(known.number, wanted)}) > 1


def _alike(known: Line, line: Line) -> float:
    """How sure it is that two lines are one item; 0 where they are not."""
    if (known.number is None) != (line.number is None) and not line.formerly:
        return 0.0
    other_part = known.public is not line.public and None not in (known.public, line.public)
    if is_placeholder(line.title, line.number):
        # The line names a number and nothing else
        wanted = line.formerly or line.number
        done = bool(line.formerly) and same_number(known.formerly, line.formerly)
        done = done and same_number(known.number, line.number)
        if other_part or not (done or same_number(known.number, wanted)):
            return 0.0
        return 3.0 + (2.0 if done or (line.withdrawn and known.withdrawn) else 0.0)
    points_at = line.formerly or (line.number if line.withdrawn else None)
    shared = _share_reference(known, line)
    if other_part and not shared:
        return 0.0
    pointed = points_at is not None and same_number(known.number, points_at)
    likeness = _titles_alike(known.key, line.key, shared or pointed)
    if not likeness:
        return 0.0
    score = likeness + (0.5 if shared else 0.0) + (0.2 if same_number(known.number, line.number) else 0.0)
    score += 0.3 if pointed else 0.0
    return score + (0.1 if known.public is line.public else 0.0)


def _share_reference(known: Line, line: Line) -> bool:
    keys = [reference_key(reference) for reference in known.references]
    return any(find_key(reference_key(reference), keys) for reference in line.references)


def _titles_alike(one: str, two: str, shared: bool) -> float:
    """0 to 1. With a Vorlage number in common, titles may differ more, and figures in them too."""
    if one == two:
        return 1.0
    if not one or not two:
        return 0.0
    short, long = sorted((one, two), key=len)
    if not shared and _NUMBER_IN_TITLE.findall(one) != _NUMBER_IN_TITLE.findall(two):
        return 0.0  # "Bebauungsplan Nr. 17" is not "Bebauungsplan Nr. 18"
    if long.startswith(short) and len(short) >= 15:
        return 0.95
    ratio = SequenceMatcher(None, one, two, autojunk=False).ratio()
    return ratio if ratio >= (0.45 if shared else ALIKE) else 0.0
