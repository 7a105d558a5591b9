"""Text -> the stretches of it that give orders to a program: to an AI, to whoever writes a summary.

What enters: the text of a page, a paper, a field. What leaves: Orders with their places, in order, without overlap.
What it does not know: PDFs, where the text comes from, what becomes of the find.

Rules of words (`words`), no language model. What is written in disguise (letters that look alike, spaced letters, Base64,
backwards) is found as well. An order that a paper quotes because it tells of such attacks is `quoted`: it is nothing to
report, and still nothing that a model should read.
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from ratsassistent.pack.suspicion import words
from ratsassistent.pack.suspicion.folding import decoded, folded, lowered, turned

WITHIN = 300  # letters after an address within which its order is looked for
BEHIND = 160  # letters after a name with a colon
MOST_FOLLOWING = 8  # sentences that go with an order
BEFORE, AFTER = 200, 400  # letters of a sentence around its telling words, at most
TELLING = 350  # letters around a quoted order in which a paper tells what it is
LONGEST = 2_000_000  # letters of a text that are looked through

_END = re.compile(
    r"(?<![\s.(][a-zäöü\d])(?<!\bca)(?<!\bnr)(?<!\bbzw)[.!?]+[\"“”»«')]*(?=\s|$)|(?:<\|[^|>\s]*\|>|\[/inst\]|</\w+>)(?=\s|$)"
)
_SPACE = re.compile(r"\s{2,}|[^\S ]")
_QUOTES = re.compile(r"[„»“«\"”]")


class Order(NamedTuple):
    """Characters [start, end) of a text; `how`: the disguise in German, None where there is none."""

    start: int
    end: int
    how: str | None = None
    quoted: bool = False


@lru_cache(maxsize=256)
def find_orders(text: str) -> tuple[Order, ...]:
    """The stretches of a text that are orders to a program, each from the beginning of a sentence to the end of one."""
    text = text[:LONGEST]
    found = [*_plain(text), *_disguised(text)]
    found.sort()
    merged: list[Order] = []
    for one in found:
        if merged and one.start <= merged[-1].end + 1:
            last = merged.pop()
            merged.append(Order(last.start, max(last.end, one.end), last.how or one.how, last.quoted and one.quoted))
        else:
            merged.append(one)
    return tuple(merged)


def reported(text: str) -> tuple[Order, ...]:
    """As `find_orders`, without those that a paper only quotes."""
    return tuple(order for order in find_orders(text) if not order.quoted)


def without_orders(text: str) -> str:
    """The text with white space in place of every order; all places stay."""
    found = find_orders(text)
    if not found:
        return text
    pieces, at = [], 0
    for order in found:
        pieces += [text[at : order.start], re.sub(r"[^\n]", " ", text[order.start : order.end])]
        at = order.end
    return "".join([*pieces, text[at:]])


class _Flat(NamedTuple):
    """A text with single spaces. `shifts`: from which of its letters on, what is added to a place for that of the original."""

    text: str
    shifts: list[tuple[int, int]]

    def place(self, at: int) -> int:
        """Where a letter stands in the original."""
        known = bisect.bisect_right(self.shifts, (at, 1 << 60)) - 1
        return at + (self.shifts[known][1] if known >= 0 else 0)


def _flattened(low: str) -> _Flat:
    """Runs of white space as one space; an empty line, and a bullet at the beginning of a line, end a sentence."""
    out: list[str] = []
    shifts: list[tuple[int, int]] = []
    at = length = 0
    for run in _SPACE.finditer(low):
        ends = run[0].count("\n") > 1 or ("\n" in run[0] and low[run.end() : run.end() + 1] in "•▪–-☐☒#<[")
        space = " \n" if ends else " "
        out += [low[at : run.start()], space]
        length += run.start() - at + len(space)
        at = run.end()
        shifts.append((length, at - length))
    return _Flat("".join([*out, low[at:]]), shifts)


def _plain(text: str) -> Iterator[Order]:
    low = lowered(text)
    shape = folded(text)
    if not (_may_fire(low) or (shape != low and _may_fire(shape))):
        return
    flat = _flattened(shape)
    begin: int | None = None
    for mark in words.MARKUP.finditer(flat.text):  # what stands between two of them belongs to the same
        if begin is not None and mark.start() - begin < 2 * AFTER:
            yield _order(text, flat.place(begin), flat.place(mark.end() - 1) + 1)
        yield _order(text, *_whole(flat, mark.start(), mark.start() + 1))
        begin = mark.start()
    yield from _in(text, flat, foreign=True)
    if shape != low:  # what is written in another alphabet altogether
        other = _flattened(low)
        for found in _hits(other, words.FOREIGN):
            yield _order(text, *_whole(other, *found))


def _may_fire(low: str) -> bool:
    one_line = f" {low} ".replace("\n", " ")
    return any(stem in one_line for stem in words.STEMS)


def _in(text: str, flat: _Flat, *, foreign: bool) -> Iterator[Order]:
    for start, end in _hits(flat, (*words.ALONE, *(words.FOREIGN if foreign else ()))):
        yield _order(text, *_whole(flat, start, end))
    for address in words.ADDRESSED.finditer(flat.text):
        end = _end_of(flat.text, address.end())
        order = words.COMMAND.search(flat.text, end, end + WITHIN)
        if words.ORDERISH.search(flat.text, address.end(), end):
            yield _order(text, *_whole(flat, address.start(), address.end()))
        elif order:
            yield _order(text, *_whole(flat, address.start(), address.end(), up_to=order.start()))
    for names, orders in ((words.SPEAKER, words.COMMAND), (words.CALLED, words.ASKS)):
        for name in names.finditer(flat.text):
            order = orders.search(flat.text, name.end() - 1, name.end() + BEHIND)
            if order:
                yield _order(text, *_whole(flat, name.end() - 2, name.end(), up_to=order.start()))


def _hits(flat: _Flat, patterns: tuple[re.Pattern[str], ...]) -> Iterator[tuple[int, int]]:
    """Where a pattern fires; only sentences with a telling word are looked at closely."""
    done = 0
    for sign in words.QUICK.finditer(flat.text):
        if sign.start() < done:
            continue
        start = _start_of(flat.text, sign.start())
        end = _end_of(flat.text, sign.end())
        done = end
        sentence = flat.text[start:end]
        for pattern in patterns:
            found = pattern.search(sentence)
            if found:
                yield start + found.start(), start + max(found.end(), found.start() + 1)


def _start_of(flat: str, at: int) -> int:
    """Where the sentence around a place begins."""
    low = max(0, at - BEFORE)
    ends = [m.end() for m in _END.finditer(flat, max(0, low - 3), at)]
    breaks = flat.rfind("\n", low, at)
    start = max([low, *ends, breaks + 1])
    while start < at and flat[start].isspace():
        start += 1
    return start


def _end_of(flat: str, at: int) -> int:
    """Where the sentence around a place ends."""
    high = min(len(flat), at + AFTER)
    found = _END.search(flat, max(at - 1, 0), high)
    end = found.end() if found else high
    stop = flat.find("\n", at, end)
    return stop if stop > at else end


def _whole(flat: _Flat, start: int, end: int, up_to: int = 0) -> tuple[int, int]:
    """The sentence around a find and those after it that go on with the order, as places of the original.

    :param up_to: a place that belongs to the order whatever is said before it.
    """
    text = flat.text
    first, last = _start_of(text, start), _end_of(text, end)
    for _ in range(MOST_FOLLOWING):
        begin = last
        while begin < len(text) and text[begin].isspace():
            begin += 1
        if begin >= len(text):
            break
        stop = _end_of(text, begin + 1)
        if last > up_to and not words.FOLLOWS.search(text[begin:stop]):
            break
        last = stop
    return flat.place(first), flat.place(last - 1) + 1


def _order(text: str, start: int, end: int, how: str | None = None) -> Order:
    return Order(start, end, how, _is_quoted(text, start, end))


def _is_quoted(text: str, start: int, end: int) -> bool:
    """Whether it stands in quotation marks, or holds them around what fired, in a text that tells of such attacks."""
    around = lowered(text[max(0, start - TELLING) : end + TELLING])
    if not words.TELLS_OF.search(around):
        return False
    inside = text[start:end]
    if re.search(r"[„»\"“][^“”«\"]{8,}[“”«\"]", inside):
        bare = re.sub(r"[„»\"“][^“”«\"]{0,400}[“”«\"]?", " … ", inside)
        return not any(True for _ in _plain(bare))
    before = _QUOTES.findall(text[max(0, start - 200) : start])
    after = _QUOTES.findall(text[end - 1 : end + 200])
    return bool(before and after and before[-1] in '„»"“' and after[0] in '“”«"')


def _disguised(text: str) -> Iterator[Order]:
    for start, end, said, how in decoded(text):
        if words.SQUEEZED.search(said) if how.startswith("gesperrt") else any(True for _ in _plain(said)):
            yield Order(start, end, how)
    low = lowered(text)
    if not words.TURNED_QUICK.search(low):
        return
    at = 0
    for line in text.split("\n"):
        if words.TURNED_QUICK.search(low[at : at + len(line)]):
            for said, how in turned(line):
                if any(True for _ in _plain(said)):
                    yield Order(at, at + len(line), how)
        at += len(line) + 1
