"""The lines below an agenda's title become its items.

What enters: pages of a ReadFile, where the agenda's title stands, what its head said. What leaves: Items with number,
title, publicity, Vorlage numbers. What it does not know: whose meeting it is, the papers.

Towns print agendas in many ways, so items are found by what they share: numbers that go up, one after the other, and
start again where the non-public part begins.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from ratsassistent.oparl import Page, Public
from ratsassistent.pack.agendas.agenda_changes import (
    Change,
    changes,
    is_former_line,
    plain_title,
    says_withdrawn,
    withdrawn_section,
    without_new,
)
from ratsassistent.pack.agendas.agenda_head import closing
from ratsassistent.pack.agendas.agenda_lines import (
    Columns,
    Item,
    add,
    goes_on,
    is_columns,
    is_heading,
    is_open,
    is_remark,
    joined,
    part_references,
    reference_line,
    says_sitting,
    with_number_below,
)
from ratsassistent.pack.agendas.agenda_numbers import PREFIX_ONLY, number_path, read_number
from ratsassistent.pack.agendas.agenda_public import bare, item_mark, section, title_mark
from ratsassistent.pack.agendas.agenda_rows import cells_of, gap_cells, is_act, lone_reference, read_row
from ratsassistent.pack.agendas.agenda_sequence import Walk, breaks_off, follows, heed, is_stray, make_item
from ratsassistent.pack.papers.heads import is_running_line
from ratsassistent.pack.papers.references import find_key, reference_key

TITLE = re.compile(
    r"^\W*(?:(?:\d+\.\s*)?(?:Nachtrag|Ergänzung|Änderung|Erweiterung)s?\W*(?:zur\s+|der\s+)?)?"
    r"(?:(?:(?:nicht\s*)?öffentliche|vorläufige|gemeinsame|die|neue|geänderte|aktualisierte|erweiterte|ergänzte|endgültige)\s+)*"
    r"(?:T\s*a\s*g\s*e\s*s\s*o\s*r\s*d\s*n\s*u\s*n\s*g|Tagesordnungs-?\s?[Pp]unkte?(?=\W*$)|(?:Nachtrags|Ergänzungs)tagesordnung|"
    r"(?:Beratungs|Verhandlungs)gegenst[aä]nde?|(?:Nach|Zusatz)?[Tt]raktanden(?:liste)?|T\s+r\s+a\s+k\s+t\s+a\s+n\s+d\s+e\s+n|Geschäftsliste|Geschäftsverzeichnis)\b|^TOPs?\s*:\s*$",
    re.IGNORECASE,
)
_LETTERED = re.compile(r"^(?:(?:Teil|Abschnitt)\s+)?(?:[A-H]|[IVX]{1,4})[.):]?\s+[A-ZÄÖÜ][\w ,/-]{2,60}$")
# Points of an agenda that some towns print above the first number
_UNNUMBERED = re.compile(
    r"^(?:Mitteilungen|Berichte?|Eröffnung|Begrüßung|Angelobung|Aktuelle Stunde|Fragestunde|(?:Einwohner|Bürger)fragestunde|Anfragen|Anträge|ANTRÄGE|ANFRAGEN)"
    r"\b[^:.]{0,60}$"
)
# A meeting of two days has the day above its items
_DAY = re.compile(
    r"^(?:(?:Mon|Diens|Donners|Frei|Sams|Sonn)tag|Mittwoch|Sonnabend),?\s+(?:den\s+|dem\s+)?\d{1,2}\.\s*(?:\d{1,2}\.|[A-Z][a-zä]+)\s*\d{4}.{0,20}$"
)
_TIME = re.compile(r"^\W*(?:(?:ca\.|ab|um|Beginn:?)\s*)*\d{1,2}[:.]\d\d\s*(?:Uhr|h)?\W*$")


def collect(pages: Sequence[Page], furniture: Sequence[set[int]], skip: int, walk: Walk) -> list[Item]:
    """Walk over the agenda's lines, page by page, until a page holds nothing of it.

    :param pages: the page that has the agenda's title, and those behind it.
    :param furniture: for each page the indexes of its running heads and feet.
    :param skip: lines of the first page, up to and with the title, that are above the items.
    """
    columns = Columns()
    walk.marks = _marks_items([line for page in pages for line in page.text.split("\n")])
    counts = _page_counts(pages)
    for count, (page, running) in enumerate(zip(pages, furniture, strict=True)):
        lines = logical_lines(
            page.text.split("\n")[skip if count == 0 else 0 :],
            running if count else _less(running, skip),
            {page.number + ahead for ahead in counts},
            at_top=count > 0,
        )
        trial = walk.copy()
        trial.more = count + 1 < len(pages)
        _read_lines(lines, page.number, trial, columns)
        grown = sum(bool(item.number) for item in trial.items) > sum(bool(item.number) for item in walk.items)
        if count and not grown and not _ends_title(walk, trial, page.text):
            break
        walk = trial
        if walk.done:
            break
    items = [item for item in walk.items if item.lines or item.references]
    part_references(items)
    while items and items[-1].number is None:
        items.pop()  # a heading over nothing is a line of the letter around the agenda
    return [_finished(item) for item in _without_strays(items)]


def _ends_title(walk: Walk, trial: Walk, text: str) -> bool:
    """True where a page without a new item holds the rest of the last title, and then the end of the letter."""
    if not walk.items or len(trial.items) != len(walk.items):
        return False
    more = len(trial.items[-1].lines) - len(walk.items[-1].lines)
    short = sum(bool(line.strip()) for line in text.split("\n")) <= 25
    more += len(trial.items[-1].references) - len(walk.items[-1].references)
    return not walk.items[-1].lines or (0 < more <= 4 and short and (trial.done or is_open(walk.items[-1].lines[-1])))


def _less(indexes: set[int], by: int) -> set[int]:
    return {index - by for index in indexes if index >= by}


def _marks_items(lines: Sequence[str]) -> bool:
    """True where "öffentlich" and "nichtöffentlich" stand alone below the items, not above the parts."""
    first = next((n for n, line in enumerate(lines) if read_number(line)), len(lines))
    own = [n for n, line in enumerate(lines) if bare(line) is not None]
    return len(own) >= 3 and own[0] > first


def _page_counts(pages: Sequence[Page]) -> set[int]:
    """By how much numbers that stand alone at the tops or feet of pages are ahead of the physical page.

    A number that counts with the physical pages needs no second witness; any other has to do so on two pages.
    """
    ahead: Counter[tuple[int, int]] = Counter()
    for page in pages:
        lines = page.text.strip().split("\n")
        for edge in (0, -1):
            line = lines[edge].strip()
            if re.fullmatch(r"\d{1,3}", line):
                ahead[edge, int(line) - page.number] += 1
    return {0, *(by for (_, by), times in ahead.items() if times >= 2)}


def logical_lines(lines: Sequence[str], furniture: set[int], numbers: set[int], *, at_top: bool) -> list[str]:
    """A page's lines without running heads and feet; what belongs together on two lines ("Punkt", "3.1") made one.

    :param numbers: what may be the page's printed number, where it stands alone at its top or foot.
    :param at_top: the first of the lines is the page's top, not what follows the agenda's title.
    """
    filled = [i for i, line in enumerate(lines) if line.strip()]
    edges = {*(filled[:1] if at_top else ()), *filled[-1:]}
    printed = {str(number) for number in numbers}
    kept = [
        line
        for i, line in enumerate(lines)
        if not (
            (i in furniture and not read_number(line) and not section(line))
            or is_running_line(line)
            or (i in edges and line.strip() in printed)
        )
        or TITLE.match(line.strip())
    ]
    out: list[str] = []
    for raw in kept:
        line = without_new(raw)
        above = out[-1] if out else ""
        whole = with_number_below(above, line)
        if not whole and PREFIX_ONLY.match(above) and read_number(line):
            whole = f"{above.strip()} {line.strip()}"
        if (
            not whole
            and re.fullmatch(r"\s*(?:NÖ|N|Ö)\s*", above)
            and re.match(r"\s*\d{1,3}(?:\.\d+)*\.?(?:\s|$)", line)
        ):
            whole = f"{above.strip()} {line.strip()}"
        if whole:
            out[-1] = whole
        else:
            out.append(line)
    return out


def _read_lines(lines: Sequence[str], page: int, walk: Walk, columns: Columns) -> None:
    """Add the items of one page."""
    skip = 0
    for index, line in enumerate(lines):
        if skip:
            skip -= 1
            continue
        skip = _told(lines, index, page, walk)
        if skip:
            skip -= 1
        elif _is_part(line, lines, index, walk):
            walk.public, walk.fresh, walk.withdrawing = section(line), True, False
        elif is_columns(line):
            columns.read(line)
        elif cells := cells_of(line) or gap_cells(line):
            _read_row(cells, lines, index, page, walk, columns, whole="|" in line)
        elif not _is_furniture(line, columns) or _ends_sentence(line, walk):
            _read_line(lines, index, page, walk, columns)
        if walk.done:
            return


def _told(lines: Sequence[str], index: int, page: int, walk: Walk) -> int:
    """Take note of a line that is no item's: blank, a mark below an item, what a Nachtrag says. How many lines that is."""
    line = lines[index]
    current = walk.items[-1] if walk.items else None
    if not line.strip():
        if current and current.lines and not breaks_off(current):
            current.closed = True
        return 1
    own = bare(line) if walk.marks else None
    if own is not None and current and current.number:
        current.public, current.closed = own, True
        return 1
    told = says_sitting(current, lines, index) if current and section(line) is None else 0
    if current and told:
        current.closed = True
        return told
    gone = withdrawn_section(line)
    if gone is not None:
        walk.withdrawing, walk.fresh = gone, True
        return 1
    found, used = _statement(lines, index)
    walk.items.extend(_from_change(change, walk.public, page) for change in found)
    return used


def _ends_sentence(line: str, walk: Walk) -> bool:
    """True for a day below a title that breaks off before it ("Niederschrift vom" and "22.02.2027")."""
    current = walk.items[-1] if walk.items else None
    open_title = current and not current.closed and current.lines and is_open(current.lines[-1])
    return bool(open_title and re.match(r"\s*\d{1,2}\.\s?\d{1,2}\.\s?(?:\d{4}|\d\d)\b", line))


def _read_line(lines: Sequence[str], index: int, page: int, walk: Walk, columns: Columns) -> None:
    """A line of text: a heading, an item, what goes on with one, or the end of the letter."""
    stripped = lines[index].strip()
    current = walk.items[-1] if walk.items else None
    if _LETTERED.match(stripped) and starts_again(lines, index):
        walk.items.append(Item(None, (), walk.public, page, lines=[stripped], closed=True))
        walk.fresh = True
    elif item := _next_item(lines[index], lines, index, page, walk, columns):
        _begin(item, walk)
    elif current and closing(stripped):
        walk.done = not any(section(later) is not None for later in lines[index + 1 :])
        current.closed = True
    elif (current and _DAY.match(stripped) and not (current.lines and is_open(current.lines[-1]))) or (
        _UNNUMBERED.match(stripped) and not any(known.number for known in walk.items)
    ):
        walk.items.append(Item(None, (), walk.public, page, lines=[stripped], closed=True))
    elif current:
        _continue(current, stripped, lines, index, page, walk, columns)


def _is_part(line: str, lines: Sequence[str], index: int, walk: Walk) -> bool:
    """True where a line heads the public or non-public part, and is no mark of the item above it."""
    said = section(line)
    if said is None:
        return False
    alone = bare(line)
    current = walk.items[-1] if walk.items else None
    if current and current.number and current.lines and item_mark(line) is not None and alone is not None:
        return False  # "(nichtöffentlich)" below a title
    if alone is not None and not any(known.number for known in walk.items):
        walk.bare_heads = True  # parts are headed by this word alone, so it is no mark of one item
    if (
        alone is None
        or walk.bare_heads
        or not current
        or not current.number
        or not current.lines
        or not line.strip()[:1].islower()
    ):
        return True
    if starts_again(lines, index):
        return True
    # "nichtöffentlich" in small letters below an item: that item is; of those behind it nobody has said anything
    current.public, current.closed = said, True
    walk.public = None if said is False else walk.public
    return False


def _statement(lines: Sequence[str], index: int) -> tuple[list[Change], int]:
    """The items that a sentence withdraws or moves, and how many lines it takes: it may go on below."""
    text = ""
    for count, line in enumerate(lines[index : index + 4], 1):
        if not line.strip() or (count > 1 and (read_number(line) or section(line) is not None or says_withdrawn(line))):
            break
        text = f"{text} {line.strip()}".strip()
        found = changes(text)
        if found:
            return found, count
        if text.endswith((".", ":")) and not re.search(r"(?:Nr|Abs|\d)\.$", text):
            break
    return [], 0


def _from_change(change: Change, public: Public, page: int) -> Item:
    letter = re.match(r"(?i)(nö|n|ö)", change.number)
    own: Public = letter[1].casefold() == "ö" if letter else public
    return Item(
        change.number,
        number_path(change.number),
        own,
        page,
        named=True,
        lines=[change.title],
        closed=True,
        formerly=change.formerly,
        withdrawn=change.withdrawn,
    )


def _begin(item: Item, walk: Walk) -> None:
    if re.match(r"(?i)[ÖN]|TOP [ÖN]", item.number or "") and item.public is not None:
        walk.public = item.public
    item.withdrawn = item.withdrawn or walk.withdrawing
    walk.items.append(item)
    walk.fresh = False


def _read_row(
    cells: Sequence[str], lines: Sequence[str], index: int, page: int, walk: Walk, columns: Columns, *, whole: bool
) -> None:
    """Add a row of a table: an item, or what goes on with the one above."""
    row = read_row(cells, columns.kinds)
    current = walk.items[-1] if walk.items else None
    if not row.number and row.line and section(row.line) is not None:
        walk.public, walk.fresh = section(row.line), True
        return
    number = read_number(row.line) if row.number else None
    item = make_item(number, walk, page, lines, index, columns) if number else None
    if item and follows(walk, item):
        item.refer(row.references)
        # A cell of a table is whole; in columns parted by gaps a title goes on below
        item.closed = bool(item.lines) and whole and not breaks_off(item)
        item.beside = not whole
        if row.public is not None:
            item.public = row.public
        heed(item, row.remarks)
        _begin(item, walk)
    elif current and current.number:
        if row.references:
            current.refer(row.references)
        text = row.line.strip()
        if item_mark(text) is not None:
            current.public = item_mark(text)
        elif text and says_withdrawn(text):
            current.withdrawn = True
        elif text and not is_remark(text, lines, index, current) and not _is_furniture(text, columns):
            later = lines[index + 1] if index + 1 < len(lines) else ""
            if (
                len([cell for cell in cells if cell]) > 1
                or not cells[0]
                or not is_heading(text, "", bool(cells_of(later)), columns)
            ):
                add(current, text, columns)
            else:
                walk.items.append(Item(None, (), walk.public, page, lines=[text], closed=True))
    elif row.line.strip():
        walk.items.append(Item(None, (), walk.public, page, lines=[row.line.strip()], closed=True))


def _next_item(line: str, lines: Sequence[str], index: int, page: int, walk: Walk, columns: Columns) -> Item | None:
    """The item that a line begins, where its number may come next."""
    number = read_number(line)
    item = make_item(number, walk, page, lines, index, columns) if number else None
    if item is None or not follows(walk, item) or is_stray(walk, item, lines[index + 1 :]):
        return None
    return item


def _continue(
    current: Item, line: str, lines: Sequence[str], index: int, page: int, walk: Walk, columns: Columns
) -> None:
    """A line without a number: Vorlage number, rest of a title, heading of a group, or a remark to pass over."""
    later = next((text for text in lines[index + 1 :] if text.strip()), None)
    next_item = later is None or bool(read_number(later) or section(later) is not None or PREFIX_ONLY.match(later))
    if TITLE.match(line) and len(line) <= 40:
        current.closed = True  # the agenda's title, printed again on its next page
        return
    if current.number and current.lines:
        mark = item_mark(line)
        if mark is not None or says_withdrawn(line) or is_former_line(line) or _TIME.match(line):
            current.public = mark if mark is not None else current.public
            current.withdrawn = current.withdrawn or says_withdrawn(line)
            current.formerly = is_former_line(line) or current.formerly
            current.closed = True
            return
    if columns.acts and current.number and current.lines and is_act(line):
        return
    heading = is_heading(line, _above(walk, current, lines, index), next_item, columns)
    found = reference_line(line, columns) if current.number else []
    if found:
        if lone_reference(line) is None:
            add(current, line, columns)
        current.refer(found)
        current.closed = True
    elif current.number and not (current.lines and heading) and goes_on(current, line, lines, index, next_item):
        add(current, line, columns)
    elif heading:
        walk.items.append(Item(None, (), walk.public, page, lines=[line], closed=True))
    elif is_remark(line, lines, index, current):
        current.closed = True


def _above(walk: Walk, current: Item, lines: Sequence[str], index: int) -> str:
    """The line above; at a page's top the last one of the title that the page before broke off."""
    if any(line.strip() for line in lines[:index]):
        return lines[index - 1]
    widest = max((len(line) for item in walk.items for line in item.lines), default=0)
    open_title = current.number and current.lines and not current.closed and len(current.lines[-1]) >= 0.6 * widest
    return current.lines[-1] if open_title else ""


def starts_again(lines: Sequence[str], index: int) -> bool:
    """True where the next item is number 1: the line above it heads a part of the agenda with its own numbers."""
    later = next((line for line in lines[index + 1 :] if line.strip() and not is_columns(line)), "")
    number = read_number(" ".join(cells_of(later)) if cells_of(later) else later)
    return number is not None and number.path in {(1,), (1, 1)} and not number.printed.startswith("I")


def _is_furniture(line: str, columns: Columns) -> bool:
    """True for lines of signs and digits that are no number of an item or Vorlage."""
    text = line.strip()
    signs = bool(re.fullmatch(r"[\W\d]*(?:Seite\s*\d+.*)?", text))
    return signs and not reference_line(text, columns) and not (read_number(line) and re.search(r"\d", text))


def _without_strays(items: list[Item]) -> list[Item]:
    """Drop numbered lines that are set unlike the others: a wrapped title that happens to begin with a number."""
    numbered = [item for item in items if item.number]
    wide = sum(item.wide for item in numbered)
    if len(numbered) < 4 or wide < 0.8 * len(numbered) or wide == len(numbered):
        return items
    kept: list[Item] = []
    for item in items:
        if item.number and not item.wide and kept and not re.search(r"[A-ZÖa-z]", item.number) and not item.named:
            kept[-1].lines.append(f"{item.number} {joined(item.lines)}")
            kept[-1].references.extend(item.references)
        else:
            kept.append(item)
    return kept


def _finished(item: Item) -> Item:
    """An item whose title has been read: what its end says about publicity and a Nachtrag is taken out of it."""
    title, formerly, withdrawn = plain_title(item.title)
    mark = title_mark(title)
    if item.number and mark is not None and mark is not item.public:
        # A mark that says less than the part it stands in is not believed
        item.public = False if mark is False else True if item.public is None else None
    item.lines = [title]
    item.formerly = item.formerly or formerly
    item.withdrawn = item.withdrawn or withdrawn
    keys: list[str] = []
    kept = []
    for reference in item.references:
        if find_key(reference_key(reference), keys) is None:
            keys.append(reference_key(reference))
            kept.append(reference)
    item.references = kept
    return item
