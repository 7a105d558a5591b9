"""Which page belongs to which agenda item.

What enters: sheets in order and the agenda's entries. What leaves: for each sheet the entry it belongs to, or none.
What it does not know: how papers look inside.

Packs follow their agenda. So the whole row of pages is laid along the whole row of items at once (dynamic programming),
and one misread number cannot shift what comes after it: the best way overall wins, not the best guess at each page.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import takewhile

from ratsassistent.pack.agenda import AgendaEntry
from ratsassistent.pack.agenda_head import dates
from ratsassistent.pack.heads import is_minutes, squeezed
from ratsassistent.pack.references import find_key, reference_key, references
from ratsassistent.pack.sheets import Sheet

_NEVER = -1e9
_SAME_NUMBER, _OTHER_NUMBER, _STRANGE_NUMBER, _FOREIGN_FILE = 12.0, -12.0, -2.0, -8.0
_TITLE, _NAME_TITLE, _TOP, _NAME_TOP, _OTHER_TOP = 8.0, 8.0, 4.0, 6.0, -2.0
_CONTINUES, _STATEMENT_OPENS, _BOOKMARK_OPENS, _NOTHING_OPENS = -15.0, -6.0, -3.0, -8.0
_MAIN_STAYS, _FILE_STAYS, _FILE_OPENS, _FOLLOWS = -3.0, -4.0, -6.0, 0.5
_LEAST = 4.0  # weaker signs on a file of its own are chance
_SKIPS_PAPER, _SKIPS_ITEM, _WITHOUT_PAPER = -0.7, -0.05, -4.0
_BACK, _FILE_BACK = -6.0, -1.0
_ROW_NUMBER = re.compile(r"^\W*(?:TOP\s*)?((?:[ÖN]\s?)?\d{1,3}(?:\.\d{1,3})*[a-z]?)(?![\d.:]*\s*Uhr|\d)")
_TOP_IN_NAME = re.compile(r"(?i)\bTOP[\s_-]*((?:[ÖN][\s_-]?)?\d{1,3}(?:[._]\d{1,3})*[a-z]?)(?!\d)")


@dataclass(frozen=True, slots=True)
class _Target:
    """An entry that papers can belong to, made ready for comparing."""

    index: int
    keys: frozenset[str]
    safe: bool  # a file without a sign of its own may follow here: nothing non-public can slip into the open
    title: str
    words: tuple[str, ...]
    number: str


def align(sheets: Sequence[Sheet], entries: Sequence[AgendaEntry], day: str | None) -> list[int | None]:
    """The index of the entry that each sheet belongs to.

    :param day: ISO day of the meeting, to find its line in a Beratungsfolge.
    """
    all_public = all(entry.public is True for entry in entries)
    targets = [
        _target(index, entry, all_public or entry.public is not True)
        for index, entry in enumerate(entries)
        if entry.number
    ]
    ordered = _in_order(sheets)
    if not targets or not sheets:
        return [None] * len(sheets)
    known = frozenset(key for target in targets for key in target.keys)
    size = len(targets)
    skip = [_SKIPS_PAPER if target.keys else _SKIPS_ITEM for target in targets]
    passed = [0.0]  # cost of skipping the first n targets
    for cost in skip:
        passed.append(passed[-1] + cost)
    prior = [_WITHOUT_PAPER if known and not target.keys else 0.0 for target in targets]

    best = [_NEVER] * size + [0.0]  # the last state: belongs to none
    back: list[list[int]] = []
    for position, sheet in enumerate(sheets):
        signs = _signs(sheet, targets, known, day)
        opening, staying, returning = _costs(sheet)
        opens_paper = sheet.head.strong and sheet.head.role == "main"
        follows = (
            sheet.opens_file
            and not opens_paper
            and (ordered or (position > 0 and _is_kin(sheets[position - 1], sheet)))
        )
        now, came = [_NEVER] * (size + 1), [size] * (size + 1)
        ahead, ahead_from = best[size], size
        behind = _suffix_best(best, size)
        for j in range(size):
            opens = 0.0 if sheet.opens_file and signs[j] > 0 else opening
            options = [
                (best[j] + (_FOLLOWS if follows and targets[j].safe else staying), j),
                (ahead + passed[j] + opens + prior[j], ahead_from),
                (behind[j + 1][0] + opens + returning + prior[j], behind[j + 1][1]),
            ]
            now[j], came[j] = max(options)
            now[j] += signs[j]
            if best[j] - passed[j + 1] > ahead:
                ahead, ahead_from = best[j] - passed[j + 1], j
        now[size], came[size] = best[size], size
        if sheet.opens_file and behind[0][0] > now[size]:
            now[size], came[size] = behind[0]
        best = now
        back.append(came)
    state = max(range(size + 1), key=lambda j: best[j])
    way = []
    for came in reversed(back):
        way.append(state)
        state = came[state]
    return [targets[j].index if j < size else None for j in reversed(way)]


def _suffix_best(best: Sequence[float], size: int) -> list[tuple[float, int]]:
    """For each j the best state from j on, with where it is."""
    out = [(_NEVER, size)] * (size + 1)
    for j in range(size - 1, -1, -1):
        out[j] = max(out[j + 1], (best[j], j))
    return out


def _in_order(sheets: Sequence[Sheet]) -> bool:
    """True where the files are numbered through, so that one without a sign belongs to what stands before it."""
    names = [sheet.read.file.name for sheet in sheets if sheet.opens_file]
    return len(names) > 1 and all(name.rpartition("/")[2][:1].isdigit() for name in names)


def _target(index: int, entry: AgendaEntry, safe: bool) -> _Target:
    words = tuple(dict.fromkeys(squeezed(word) for word in re.findall(r"[\w-]{4,}", entry.title)))
    return _Target(
        index,
        frozenset(reference_key(reference) for reference in entry.references),
        safe,
        squeezed(entry.title),
        words,
        number_key(entry.number or ""),
    )


def number_key(number: str) -> str:
    """An agenda number without what towns print around it: "TOP Ö 5." and "5" are the same here."""
    return re.sub(
        r"^(?:top)?(?:nö|[önab](?=\d))?", "", re.sub(r"[\s_)]", "", number.casefold()).replace("_", ".")
    ).strip(".")


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


def _is_kin(before: Sheet, sheet: Sheet) -> bool:
    """True where an annex or Stellungnahme follows a file that it goes with by its folder or by how its name begins."""
    by_name = re.match(r"(?i)\W*(?:\d+\W+)*(?:anlage|anhang|stellungnahme)", sheet.read.path.stem)
    if sheet.head.role not in {"statement", "annex"} and not by_name:
        return False
    folder, name = sheet.read.path.parent, sheet.read.path.stem
    pairs = zip(before.read.path.stem.casefold(), name.casefold(), strict=False)
    shared = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
    return before.read.path.parent == folder and (shared >= 6 or bool(_TOP_IN_NAME.search(folder.name)))


def _signs(sheet: Sheet, targets: Sequence[_Target], known: frozenset[str], day: str | None) -> list[float]:
    """How much speaks for each target on this sheet."""
    head = sheet.head
    if sheet.opens_file and is_minutes(sheet.page.text):
        return [_OTHER_NUMBER] * len(targets)  # minutes name the items of their own meeting
    opens = head.strong or sheet.opens_file or bool(sheet.bookmark)
    keys = {reference_key(r) for r in head.references} if opens or head.sure else set()
    keys = {find_key(key, known) or key for key in keys}
    name = ""
    tops: set[str] = set()
    in_name: set[str] = set()
    if sheet.opens_file:
        name = f"{sheet.read.path.parent.name} {sheet.read.path.stem} {sheet.read.file.name}"
        keys |= keys_in_name(name, known)
        in_name = {number_key(top) for top in _TOP_IN_NAME.findall(name)}
    row = _row_number(sheet.page.text, day) if opens else None
    if opens and not row and day and any(d.isoformat() == day for d, _ in dates(sheet.page.text)):
        tops |= {number_key(top) for top in head.tops}
    inside = head.key
    out = []
    for target in targets:
        score = 0.0
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
        if in_name:
            score += _NAME_TOP if target.number in in_name else _OTHER_TOP
        if row:
            score += _TOP if row == target.number else _OTHER_TOP
        elif target.number in tops:
            score += _TOP
        out.append(0.0 if sheet.opens_file and 0 < score < _LEAST else score)
    return out


def _overlap(target: _Target, text: str) -> float:
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
