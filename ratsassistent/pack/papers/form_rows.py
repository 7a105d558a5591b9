"""The rows of boxes of a form: which options a line offers, and which of them are ticked.

What enters: the lines of one form. What leaves: Rows by line. What it does not know: what the options are about.

A box may stand before its option or behind it, in a cell of its own, or on a line of its own. A row says itself on which
side its boxes stand, or the other rows of the form do; where neither tells, the row is not `sure`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ratsassistent.pack.papers.form_lines import BOX, ENDS_IN_YES_NO, STARTS_YES_NO, TICKED, YES_NO_ONLY, marked_lines
from ratsassistent.pack.papers.lines import Line

_LONGEST = 600  # characters; a longer line is a page without line breaks
Side = Literal["before", "behind"]  # where a box stands, seen from its option

QUESTION = re.compile(
    r"^(?:[\d.)•–-]+\s+)?(?:finanzielle\s+auswirkung|auswirkung|haushaltsmittel|mittel\b|deckung|finanzierung|gegenfinanzierung|CO\s?[2₂]?\s?-?\s?relevanz|klima|nachhaltig|"
    r"demogra|familie|inklusion|gleichstellung|gender|barriere|kinder|jugend|beteiligung|bürgerbeteiligung|anhörung|abstimmung\s+mit|beteiligte|IQ-relevan|umwelt|"
    r"digital|öffentlichkeit|pflichtaufgabe|freiwillige|dringlich|vergabe|prüfung|folgekosten|personal|stellen|steuer|relevanz|haushalt|kosten\b)",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Row:
    """A line with boxes: its options and whether each is ticked. `sure` is False where the sides cannot be told."""

    question: str
    options: list[tuple[str, bool]]
    sure: bool
    side: Side | None = None


def rows_of_boxes(lines: Sequence[Line]) -> dict[int, Row]:
    """By index: the lines with boxes, read alone first, then with what the surer ones and their neighbours tell."""
    marked = [text.strip() for text in marked_lines(lines)]
    rows: dict[int, Row] = {}
    header: list[str] = []
    for index, text in enumerate(marked):
        if _alone(text) and (BOX.search(lines[index].text) or _beside_yes_no(marked, index)):
            continue
        if BOX.search(text) and not _alone(text):
            rows[index] = _in_columns(text, header) or _read_row(text)
        cells = [cell.strip() for cell in text.split("|")]
        if len(cells) > 1 and not BOX.search(text):
            header = cells if any(YES_NO_ONLY.match(cell) for cell in cells) else []
    sides: set[Side] = {row.side for row in rows.values() if row.sure and row.side}
    for index, row in rows.items():
        if not row.sure and row.side is None and len(sides) == 1:
            rows[index] = _read_row(marked[index], next(iter(sides)))
    for index, row in _boxes_alone(marked).items():
        rows[index] = row
    return rows


def _alone(text: str) -> bool:
    """True for a line of boxes without a word."""
    return bool(BOX.search(text)) and not re.sub(r"[☐☒\W_]", "", text)


def _beside_yes_no(marked: Sequence[str], index: int) -> bool:
    return any(
        YES_NO_ONLY.match(near) or BOX.search(near)
        for near in (*marked[max(index - 1, 0) : index], *marked[index + 1 : index + 2])
    )


def _in_columns(text: str, header: Sequence[str]) -> Row | None:
    """A row of a table whose boxes stand under "ja" and "nein" of the row above."""
    cells = [cell.strip() for cell in text.split("|")]
    if not header or len(cells) != len(header) or BOX.search(cells[0]):
        return None
    options = []
    for cell, over in zip(cells[1:], header[1:], strict=True):
        if BOX.fullmatch(cell):
            options.append((over, cell == TICKED))
        elif BOX.search(cell):
            return None
    if not options or any(not label for label, _ in options):
        return None
    return Row(cells[0], options, True)


def _read_row(text: str, usual: Side | None = None) -> Row:
    """The options of one line.

    :param usual: on which side of their options all other boxes of the form stand.
    """
    by_cell = _one_box_a_cell(text)
    if by_cell:
        return by_cell
    flat = " ".join(text.replace("|", " ").split())
    boxes = [box == TICKED for box in BOX.findall(flat)]
    words = [piece.strip(" :;,") for piece in BOX.split(flat)]
    first, last = words[0], words[-1]
    before = list(zip(words[1:], boxes, strict=True))
    behind = list(zip(words[:-1], boxes, strict=True))
    if len(flat) > _LONGEST:
        return Row("", [], False)
    if not first or not all(words[1:-1]):
        sure_so = bool(last) and all(words[1:-1])
        return Row("", before if sure_so else [], sure_so, "before" if sure_so else None)
    tail = ENDS_IN_YES_NO.match(first)
    answers = [(tail["option"], boxes[0]), *behind[1:]] if tail else behind
    question = tail["before"] if tail else ""
    if YES_NO_ONLY.match(question):  # "Ja:   Nein: X"
        question, answers = "", [(question.strip(" :"), False), *answers]
    if not last:
        return Row(question, answers, True, "behind")
    if tail is None:
        # A question and its options, or (seldom) options with a remark behind them, as the other rows have it.
        sure: Side | None = None if usual == "behind" and not STARTS_YES_NO.match(words[1]) else "before"
    else:
        remark = not any(STARTS_YES_NO.match(label) for label, _ in before)  # the last words are one on the last option
        sure = "behind" if remark else usual
    if sure == "behind":
        return Row(question, answers, True, "behind")
    return Row(first, before, True, "before") if sure else Row("", [], False)


def _one_box_a_cell(text: str) -> Row | None:
    """A table row in which every box shares its cell with one option."""
    cells = [cell.strip() for cell in text.split("|") if cell.strip()]
    if len(cells) < 2:
        return None
    question = "" if BOX.search(cells[0]) else cells.pop(0)
    options = []
    sides: set[Side] = set()
    for cell in cells:
        pieces = [piece.strip(" :;,") for piece in BOX.split(cell)]
        if len(pieces) != 2 or bool(pieces[0]) == bool(pieces[1]):
            return None
        sides.add("behind" if pieces[0] else "before")
        options.append((pieces[0] or pieces[1], TICKED in cell))
    return Row(question, options, True, sides.pop()) if len(sides) == 1 else None


def _boxes_alone(marked: Sequence[str]) -> dict[int, Row]:
    """Rows whose boxes and options stand on different lines."""
    out: dict[int, Row] = {}
    index = 0
    while index < len(marked):
        if not _alone(marked[index]) or not (BOX.search(marked[index])):
            index += 1
            continue
        boxes = [box == TICKED for box in BOX.findall(marked[index])]
        if len(boxes) > 1:
            near = [_words_of_choice(marked, at, len(boxes)) for at in (index - 1, index + 1)]
            options = [words for words in near if words]
            sure = len(options) == 1
            out[index - 1 if sure and near[0] else index + 1 if sure else index] = Row("", [], sure)  # taken
            out[index] = Row("", list(zip(options[0], boxes, strict=True)) if sure else [], sure)
            index += 1
            continue
        last = index  # a run: box, option, box, option …
        while last + 2 < len(marked) and _alone(marked[last + 2]) and not BOX.search(marked[last + 1]):
            last += 2
        out |= _run(marked, index, last)
        index = last + 1
    return out


def _words_of_choice(marked: Sequence[str], index: int, count: int) -> list[str]:
    """The words of a line that is nothing but "ja nein", as many as there are boxes."""
    words = re.findall(r"[^\s|/:]+", marked[index]) if 0 <= index < len(marked) else []
    return words if len(words) == count and all(YES_NO_ONLY.match(word) for word in words) else []


def _run(marked: Sequence[str], first: int, last: int) -> dict[int, Row]:
    """Boxes alone on every second line, with options between them: before their options, or behind them?"""
    at = range(first, last + 1, 2)
    ticks = [TICKED in marked[index] for index in at]
    over = [marked[index - 1] if index else "" for index in at]
    under = [marked[index + 1] if index + 1 < len(marked) else "" for index in at]
    behind = all(YES_NO_ONLY.match(text) for text in over)
    before = all(YES_NO_ONLY.match(text) for text in under)
    if not behind and not before and len(ticks) > 1:
        # Open options count only below a question that says it is one.
        before = (
            bool(re.search(r"[:?]$", over[0]) or QUESTION.match(over[0])) and all(under) and not BOX.search(under[-1])
        )
    if behind == before:
        return {index: Row("", [], False) for index in at}
    options = over if behind else under
    rows = {index: Row("", [], True) for index in at}
    rows[first] = Row("", [(text.strip(" :"), tick) for text, tick in zip(options, ticks, strict=True)], True)
    for index in at:
        label = index - 1 if behind else index + 1
        rows[label] = Row("", [], True)  # taken: it is no question
    return rows
