"""Which page belongs to which agenda item.

What enters: sheets in order and the agenda's entries. What leaves: for each sheet the entry it belongs to, or none.
What it does not know: how papers look inside.

Packs follow their agenda. So the whole row of pages is laid along the whole row of items at once (dynamic programming),
and one misread number cannot shift what comes after it: the best way overall wins, not the best guess at each page.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from ratsassistent.pack.agendas.agenda import AgendaEntry
from ratsassistent.pack.agendas.agenda_head import dates
from ratsassistent.pack.files.pages import ReadFile
from ratsassistent.pack.matching.folders import Place, number_key, places
from ratsassistent.pack.matching.gather import Target, gather, target_of
from ratsassistent.pack.papers.heads import is_minutes, squeezed
from ratsassistent.pack.papers.references import find_key, reference_key, references
from ratsassistent.pack.papers.sheets import Sheet

_NEVER = -1e9
_SAME_NUMBER, _OTHER_NUMBER, _STRANGE_NUMBER, _FOREIGN_FILE = 12.0, -12.0, -2.0, -8.0
_TITLE, _NAME_TITLE, _TOP, _OTHER_TOP = 8.0, 8.0, 4.0, -2.0
_MINUTES = 12.0  # minutes of an earlier meeting, at the item that approves them
_PLACE, _SHARED_PLACE, _OTHER_PLACE = 9.0, 3.0, -8.0
_CONTINUES, _STATEMENT_OPENS, _BOOKMARK_OPENS, _NOTHING_OPENS = -15.0, -6.0, -3.0, -8.0
_MAIN_STAYS, _FILE_STAYS, _FILE_OPENS = -3.0, -4.0, -6.0
_LEAST = 4.0  # weaker signs on a file of its own are chance
_SKIPS_PAPER, _SKIPS_ITEM, _WITHOUT_PAPER = -0.7, -0.05, -4.0
_BACK, _FILE_BACK = -6.0, -1.0
_APPROVES = re.compile(r"(?i)\b(?:Niederschrift|Sitzungsniederschrift|Protokoll|Sitzungsprotokoll|Verhandlungsschrift)")
_ROW_NUMBER = re.compile(r"^\W*(?:TOP\s*)?((?:[ÖN]\s?)?\d{1,3}(?:\.\d{1,3})*[a-z]?)(?![\d.:]*\s*Uhr|\d)")


@dataclass(frozen=True, slots=True)
class _Field:
    """What all files of a take-in are compared with."""

    targets: Sequence[Target]
    known: frozenset[str]  # the keys of all targets
    day: str | None
    told: Mapping[str, Place]


def align(
    sheets: Sequence[Sheet],
    entries: Sequence[AgendaEntry],
    day: str | None,
    root: Sequence[ReadFile] = (),
    common: str = "",
    vague: Container[str] = (),
) -> list[int | None]:
    """The index of the entry that each sheet belongs to.

    Pages behind the agenda in its own file follow the agenda's order. Files of their own lie in any order, so each is laid
    along the agenda for itself; one that says nothing goes with its folder, with what it follows by its name, or with the
    papers that it is most like, if that is safe; else it belongs to none.

    :param day: ISO day of the meeting, to find its line in a Beratungsfolge.
    :param root: files of the take-in that are not among the sheets, such as that of the agenda; they show which folder is
        common to all.
    :param common: words that say nothing about an item, such as the name of the body.
    :param vague: ids of files that only a sign of their own may put to an entry: they may be of another meeting.
    """
    all_public = all(entry.public is True for entry in entries)
    targets = [
        target_of(index, entry, all_public or entry.public is not True)
        for index, entry in enumerate(entries)
        if entry.number
    ]
    if not targets or not sheets:
        return [None] * len(sheets)
    piles = [list(pile) for _, pile in groupby(sheets, key=lambda sheet: sheet.read.file.id)]
    known = frozenset(key for target in targets for key in target.keys)
    sure = _sure(piles, targets, known)
    files = [pile[0].read for pile in piles if pile[0].opens_file]
    told = places(files, entries, sure, root)
    field = _Field(targets, known, day, told)
    ways = [_lay(pile, field) for pile in piles]
    piles, ways = _with_loose_pages_apart(piles, ways)
    gather(piles, ways, targets, told, common, vague)
    return [None if j is None else targets[j].index for way in ways for j in way]


def _with_loose_pages_apart(
    piles: Sequence[list[Sheet]], ways: Sequence[list[int | None]]
) -> tuple[list[list[Sheet]], list[list[int | None]]]:
    """Piles and ways with the pages behind an agenda that got no place as piles of their own, one for each document."""
    out: list[list[Sheet]] = []
    out_ways: list[list[int | None]] = []
    for pile, way in zip(piles, ways, strict=True):
        counted = _counted_starts([sheet for sheet, j in zip(pile, way, strict=True) if j is None])
        for n, (sheet, j) in enumerate(zip(pile, way, strict=True)):
            apart = not pile[0].opens_file and (
                (way[n - 1] is None) != (j is None)
                or (j is None and (sheet.page.number in counted or _begins(pile[n - 1], sheet)))
            )
            if n == 0 or apart:
                out.append([])
                out_ways.append([])
            out[-1].append(sheet)
            out_ways[-1].append(j)
    return out, out_ways


def _counted_starts(sheets: Sequence[Sheet]) -> set[int]:
    """Where documents begin by the bare numbers on their pages: slides often have nothing else to tell them apart."""
    starts = Counter(s.page.number - s.head.running + 1 for s in sheets if s.head.running)
    return {start for start, count in starts.items() if count >= 3}


def _begins(before: Sheet, sheet: Sheet) -> bool:
    """True where a page without a place seems to be the first of another document: slides behind a letter, minutes."""
    if sheet.continues:
        return False
    if sheet.head.strong or sheet.bookmark or (sheet.head.sure and sheet.head.running == 1):
        return True
    shape = [(page.width or 0.0, page.height or 0.0) for page in (before.page, sheet.page)]
    other_size = any(abs(one - two) > 0.05 * max(one, two, 1.0) for one, two in zip(*shape, strict=True))
    return other_size or sheet.page.number != before.page.number + 1 or is_minutes(sheet.page.text)


def _sure(piles: Sequence[Sequence[Sheet]], targets: Sequence[Target], known: frozenset[str]) -> dict[str, int]:
    """The entries of files that are known by a Vorlage number in their name or on their first page."""
    out = {}
    for pile in piles:
        first = pile[0]
        if first.opens_file:
            keys = {find_key(reference_key(r), known) for r in first.head.references}
            keys |= keys_in_name(first.read.file.name.rpartition("/")[2], known) & known
            found = [target.index for target in targets if keys & target.keys]
            if len(found) == 1:
                out[first.read.file.id] = found[0]
    return out


def _lay(sheets: Sequence[Sheet], field: _Field) -> list[int | None]:
    """Lay the pages of one file along the agenda. The last state of the row is: belongs to none."""
    targets = field.targets
    size = len(targets)
    alone = sheets[0].opens_file  # a file of its own may begin anywhere in the agenda
    skip = [_SKIPS_PAPER if target.keys else _SKIPS_ITEM for target in targets]
    passed = [0.0]  # cost of skipping the first n targets
    for cost in skip:
        passed.append(passed[-1] + cost)
    prior = [_WITHOUT_PAPER if field.known and not target.keys else 0.0 for target in targets]
    best = [_NEVER] * size + [0.0]
    back: list[list[int]] = []
    for sheet in sheets:
        signs = _signs(sheet, field)
        opening, staying, returning = _costs(sheet)
        now, came = [_NEVER] * (size + 1), [size] * (size + 1)
        ahead, ahead_from = (_NEVER if alone else best[size]), size
        behind = _suffix_best(best, size)
        for j in range(size):
            opens = 0.0 if sheet.opens_file and signs[j] > 0 else opening
            options = [
                (best[j] + staying, j),
                (ahead + passed[j] + opens + prior[j], ahead_from),
                (behind[j + 1][0] + opens + returning + prior[j], behind[j + 1][1]),
            ]
            if alone:
                options.append((best[size] + opens + prior[j], size))
            now[j], came[j] = max(options)
            now[j] += signs[j]
            if best[j] - passed[j + 1] > ahead:
                ahead, ahead_from = best[j] - passed[j + 1], j
        now[size], came[size] = best[size], size
        best = now
        back.append(came)
    state = max(range(size + 1), key=lambda j: best[j])
    way: list[int | None] = []
    for came in reversed(back):
        way.append(state if state < size else None)
        state = came[state]
    return way[::-1]


def _suffix_best(best: Sequence[float], size: int) -> list[tuple[float, int]]:
    """For each j the best state from j on, with where it is."""
    out = [(_NEVER, size)] * (size + 1)
    for j in range(size - 1, -1, -1):
        out[j] = max(out[j + 1], (best[j], j))
    return out


def _costs(sheet: Sheet) -> tuple[float, float, float]:
    """What it costs to begin an item with this sheet, to stay in the item, and to go back in the agenda."""
    if sheet.continues:
        return _CONTINUES, 0.0, _BACK
    if sheet.opens_file:  # a file of its own has to earn its place, else it belongs to no item
        return _FILE_OPENS, _FILE_STAYS, _FILE_BACK
    if sheet.head.strong:
        if sheet.head.role == "statement":
            return _STATEMENT_OPENS, 0.0, _BACK
        return 0.0, _MAIN_STAYS, _BACK
    return (_BOOKMARK_OPENS if sheet.bookmark and sheet.head.role != "annex" else _NOTHING_OPENS), 0.0, _BACK


def _signs(sheet: Sheet, field: _Field) -> list[float]:
    """How much speaks for each target on this sheet."""
    head, targets, known, day = sheet.head, field.targets, field.known, field.day
    if sheet.opens_file and is_minutes(sheet.page.text):
        return [_OTHER_NUMBER] * len(targets)  # minutes name the items of their own meeting
    opens = head.strong or sheet.opens_file or bool(sheet.bookmark)
    keys = {reference_key(r) for r in head.references} if opens or head.sure else set()
    keys = {find_key(key, known) or key for key in keys}
    name = ""
    tops: set[str] = set()
    told: frozenset[int] = frozenset()
    if sheet.opens_file:
        name = f"{sheet.read.path.parent.name} {sheet.read.path.stem} {sheet.read.file.name}"
        keys |= keys_in_name(name, known)
        place = field.told.get(sheet.read.file.id)
        told = place.entries if place else told
    row = _row_number(sheet.page.text, day) if opens else None
    if opens and not row and day and any(d.isoformat() == day for d, _ in dates(sheet.page.text)):
        tops |= {number_key(top) for top in head.tops}
    inside = head.key
    minutes = not sheet.continues and is_minutes(sheet.page.text)
    out = []
    for target in targets:
        score = _MINUTES if minutes and _APPROVES.search(target.wording) else 0.0
        if keys & target.keys:
            score += _SAME_NUMBER
        elif keys & known:
            score += _OTHER_NUMBER
        elif keys and target.keys and head.strong and head.role == "main":
            score += _FOREIGN_FILE if sheet.opens_file else _STRANGE_NUMBER
        if opens:
            score += _TITLE * _overlap(target, inside)
            if name:
                score += _NAME_TITLE * _overlap(target, squeezed(name))
        if told:
            # Where both parts of the agenda have this number, something else has to say which is meant.
            score += (_PLACE if len(told) == 1 else _SHARED_PLACE) if target.index in told else _OTHER_PLACE
        if row:
            score += _TOP if row == target.number else _OTHER_TOP
        elif target.number in tops:
            score += _TOP
        out.append(0.0 if sheet.opens_file and 0 < score < _LEAST else score)
    return out


def _overlap(target: Target, text: str) -> float:
    """0 to 1: how much of a title stands in a text. Short titles must stand there whole."""
    if len(target.title) >= 8 and target.title in text:
        return 1.0 if len(target.title) >= 18 else 0.5
    if len(target.words) < 3:
        return 0.0
    share = sum(word in text for word in target.words) / len(target.words)
    return max(0.0, (share - 0.6) * 2.25)


def keys_in_name(name: str, known: Iterable[str]) -> set[str]:
    """Vorlage numbers in a file name, where "/" cannot stand: “BV-0197-2026 Anlage 1.pdf”, “2022_0560.pdf”."""
    plain = reference_key(re.sub(r"[\s_\-.]+", "/", name))
    found = {key for key in known if re.search(rf"(?<![0-9A-ZÄÖÜ]){re.escape(key)}(?![0-9A-ZÄÖÜ])", plain)}
    # "2022/1068" also stands in "2022/1068/1"
    longest = {key for key in found if not any(key != other and other.startswith(key + "/") for other in found)}
    return longest | ({reference_key(r) for r in references(name)} if not longest else set())


def _row_number(text: str, day: str | None) -> str | None:
    """The TOP number that a Beratungsfolge gives for the day of the meeting."""
    if day is None:
        return None
    numbers = []
    for found, match in dates(text[:4000]):
        if found.isoformat() == day:
            row = _ROW_NUMBER.match(text[match.end() : match.end() + 24].split("\n", maxsplit=1)[0])
            if row:
                numbers.append(number_key(row[1]))
    return numbers[0] if len(set(numbers)) == 1 else None
