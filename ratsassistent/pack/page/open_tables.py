"""Tables that are only partly ruled: lines between the rows, or one line beside the labels, and white gutters.

What enters: ruling lines and words with their places. What leaves: Grids as `tables` cuts them into rows.
What it does not know: PDF, reading order. What has no ruling line at all is no table for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from ratsassistent.pack.page.glyphs import Rule
from ratsassistent.pack.page.tables import Grid, Placed, merged

MIN_WIDTH = 150.0  # points; a shorter rule is an underline
GUTTER = 4.0  # points of white between two columns
SEAM = 5.0  # points of white between two pieces of one line
HEAD_GAP = 0.9  # em between the top of a line and the base of the one above it, within the head of a table
_SAME = 8.0  # points within which rules begin and end together
_MAX_STEP = 160.0  # points between two rules of one table


def open_grids(rules: Sequence[Rule], words: Sequence[Placed], taken: Sequence[Grid]) -> list[Grid]:
    """Grids for partly ruled tables of at least three columns and three rows.

    :param words: all upright words of the page.
    :param taken: grids that were found already.
    """
    out: list[Grid] = []
    bands = [(band, ()) for band in _bands(rules)] + [(band, (head,)) for band, head in _headed(rules, words)]
    for band, heads in bands:
        left, top, right, bottom = band
        if any(grid.rows[0] < bottom and top < grid.rows[-1] for grid in (*taken, *out)):
            continue
        inside = [word for word in words if left - 3 <= word.middle[0] <= right + 3 and top <= word.middle[1] <= bottom]
        grid = _grid(band, inside, rules, heads)
        if grid:
            out.append(grid)
    return out


def _bands(rules: Sequence[Rule]) -> list[tuple[float, float, float, float]]:
    """Where a partly ruled table may lie: left, top, right, bottom."""
    whole = merged([rule for rule in rules if rule.top == rule.bottom], True)
    flat = sorted((rule for rule in whole if rule.right - rule.left >= MIN_WIDTH), key=lambda rule: rule.top)
    upright = merged([rule for rule in rules if rule.top != rule.bottom], False)
    upright = [rule for rule in upright if rule.bottom - rule.top > 40]
    groups: list[list[Rule]] = []
    for rule in flat:
        for group in groups:
            last = group[-1]
            together = abs(last.left - rule.left) <= _SAME and abs(last.right - rule.right) <= _SAME
            crossed = any(
                last.left < line.left < last.right and line.top <= last.top and rule.top <= line.bottom
                for line in upright
            )
            if together and (rule.top - last.top <= _MAX_STEP or crossed):
                group.append(rule)
                break
        else:
            groups.append([rule])
    bands = []
    for group in groups:
        left, right = min(rule.left for rule in group), max(rule.right for rule in group)
        top, bottom = group[0].top, group[-1].top
        beside = [
            line
            for line in upright
            if left + 20 < line.left < right - 20 and line.top <= bottom + 3 and top - 3 <= line.bottom
        ]
        if len(group) >= 3 or (len(group) == 2 and beside):
            ends = [top, bottom, *(line.top for line in beside), *(line.bottom for line in beside)]
            bands.append((left, min(ends) - 1, right, max(ends) + 1))
    return bands


def _headed(rules: Sequence[Rule], words: Sequence[Placed]) -> list[tuple[tuple[float, float, float, float], float]]:
    """Tables with one line below their head and one beside their labels: where each may lie, and where the head ends."""
    flat: list[Rule] = []
    for rule in sorted(merged([r for r in rules if r.top == r.bottom], True), key=lambda r: (round(r.top), r.left)):
        last = flat[-1] if flat else None
        if last and abs(last.top - rule.top) < 1 and rule.left - last.right < SEAM:
            flat[-1] = Rule(last.left, last.top, max(last.right, rule.right), last.top)
        else:
            flat.append(rule)
    upright = merged([rule for rule in rules if rule.top != rule.bottom], False)
    out = []
    for rule in flat:
        if rule.right - rule.left < MIN_WIDTH:
            continue
        below = [
            line
            for line in upright
            if abs(line.top - rule.top) <= 4
            and line.bottom - line.top > 40
            and rule.left + 20 < line.left < rule.right - 20
        ]
        if len(below) != 1:
            continue
        head = rule.top
        for word in sorted(words, key=lambda word: -word.base):  # upwards, as long as the lines stand close together
            across = rule.left - 3 <= word.middle[0] <= rule.right + 3
            if across and word.base < rule.top and head - word.base < (HEAD_GAP if head < rule.top else 2.0) * word.em:
                head = min(head, word.base - 0.9 * word.em)
        if head < rule.top:
            out.append(((rule.left, head - 1, rule.right, below[0].bottom + 1), rule.top))
    return out


def _grid(
    band: tuple[float, float, float, float], words: Sequence[Placed], rules: Sequence[Rule], heads: Sequence[float] = ()
) -> Grid | None:
    """The grid of a band: columns by white gutters, rows by the rules between them or by lines that fill all columns.

    :param heads: borders of rows that are known.
    """
    left, top, right, bottom = band
    if len(words) < 6:
        return None
    inside = [rule for rule in rules if left - 3 <= rule.left and rule.right <= right + 3]
    inside = [rule for rule in inside if top - 3 <= rule.top and rule.bottom <= bottom + 3]
    borders = _seams(inside, words, True) or _gutters(words)
    if len(borders) < 2:
        return None
    columns = [left - 4, *borders, right + 4]
    whole = merged([rule for rule in inside if rule.top == rule.bottom], True)
    drawn = sorted(rule.top for rule in whole if rule.right - rule.left > 0.8 * (right - left))
    rows = _seams(inside, words, False) or _rows_by_rules(drawn[1:-1], words) or _rows_by_lines(columns, words)
    if not rows:
        return None
    rows = sorted({*rows, *heads})
    places = [top, *rows, bottom]
    across = [Rule(columns[0], place, columns[-1], place) for place in places]
    down = [Rule(place, top, place, bottom) for place in columns]
    return Grid(columns, places, across, down)


def _seams(rules: Sequence[Rule], words: Sequence[Placed], flat: bool) -> list[float]:
    """Where a line is put together from pieces: a program that draws a table draws each cell's part of it.

    :param flat: lines from left to right, whose seams part columns; else lines from top to bottom, which part rows.
    """
    lines: dict[int, list[tuple[float, float]]] = {}
    for rule in rules:
        if (rule.top == rule.bottom) == flat:
            key = round((rule.top if flat else rule.left) / 2)
            lines.setdefault(key, []).append((rule.left, rule.right) if flat else (rule.top, rule.bottom))
    best: list[float] = []
    for pieces in lines.values():
        pieces.sort()
        seams = [(a[1] + b[0]) / 2 for a, b in pairwise(pieces) if abs(b[0] - a[1]) < SEAM]
        seams = [seam for seam in seams if not _cut(seam, words, flat)]
        if len(seams) > max(len(best), 1):
            best = seams
    return best


def _cut(seam: float, words: Sequence[Placed], flat: bool) -> bool:
    """True where a border would run through words."""
    if flat:
        through = sum(word.left + 1 < seam < word.right - 1 for word in words)
    else:
        through = sum(word.base - 0.6 * word.em < seam < word.base for word in words)
    return through > 0.05 * len(words)


def _gutters(words: Sequence[Placed]) -> list[float]:
    """The middles of the white stripes that run through all words from top to bottom."""
    borders = []
    end = min(word.left for word in words)
    for word in sorted(words, key=lambda word: word.left):
        if word.left - end >= GUTTER:
            borders.append((word.left + end) / 2)
        end = max(end, word.right)
    return borders


def _rows_by_rules(drawn: Sequence[float], words: Sequence[Placed]) -> list[float] | None:
    """The rules between rows, where each row has one below it."""
    heights = [b - a for a, b in pairwise(drawn)]
    em = max(word.em for word in words)
    # At least two rules within the table, and no row so high that several may stand in it.
    if len(drawn) >= 2 and max(heights) < 5 * em:
        return list(drawn)
    return None


def _rows_by_lines(columns: Sequence[float], words: Sequence[Placed]) -> list[float] | None:
    """Borders above each line that fills the first column and most others."""
    lines: list[list[Placed]] = []
    for word in sorted(words, key=lambda word: word.base):
        if lines and word.base - lines[-1][0].base < 0.35 * word.em:
            lines[-1].append(word)
        else:
            lines.append([word])
    starts = []
    for line in lines:
        filled = {sum(border <= word.middle[0] for border in columns[1:-1]) for word in line}
        if 0 in filled and len(filled) >= 0.7 * (len(columns) - 1):
            starts.append(line[0].base - 0.85 * line[0].em)
    first = min(word.base for word in words)
    if len(starts) < 3 or starts[0] > first:
        return None
    return starts[1:]
