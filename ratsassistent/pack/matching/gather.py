"""Files that say nothing of their own find their place beside others, or stay without one.

What enters: files as piles of sheets, the way each was laid along the agenda, the entries. What leaves: ways with the files
filled in that go with their folder, with what they follow by their name, with a building plan, a title, or the papers that
they are most like. What it does not know: Vorlage numbers, how pages are laid along the agenda.

A file without a sign never goes to a public entry of an agenda that also has others: nothing may slip into the open.
"""

from __future__ import annotations

import re
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, takewhile

from ratsassistent.pack.agendas.agenda import AgendaEntry
from ratsassistent.pack.matching.folders import Place, number_key, one_item_folders
from ratsassistent.pack.matching.likeness import like_title, most_alike, plan_keys
from ratsassistent.pack.papers.heads import is_minutes, squeezed
from ratsassistent.pack.papers.references import reference_key
from ratsassistent.pack.papers.sheets import Sheet

Pile = Sequence[Sheet]  # the pages of one file
Way = list[int | None]  # for each of them the target, by its place in the list of targets

ROUNDS = 3
HEAD, LONG = 500, 60_000  # characters of a file that are its head; of a long one that are looked at
_RUNNING_NAME = re.compile(r"^\W*(\d{1,3})(?=[\s._)-])")


@dataclass(frozen=True, slots=True)
class Target:
    """An entry that papers can belong to, made ready for comparing."""

    index: int
    keys: frozenset[str]
    safe: bool  # a file without a sign of its own may follow here: nothing non-public can slip into the open
    title: str
    words: tuple[str, ...]
    number: str
    wording: str  # the title as printed
    plans: frozenset[str]  # building plans that the title names


def target_of(index: int, entry: AgendaEntry, safe: bool) -> Target:
    """The entry at `index` as a target."""
    words = tuple(dict.fromkeys(squeezed(word) for word in re.findall(r"[\w-]{4,}", entry.title)))
    return Target(
        index,
        frozenset(reference_key(reference) for reference in entry.references),
        safe,
        squeezed(entry.title),
        words,
        number_key(entry.number or ""),
        entry.title,
        plan_keys(entry.title),
    )


def gather(
    piles: Sequence[Pile],
    ways: list[Way],
    targets: Sequence[Target],
    told: Mapping[str, Place],
    common: str,
    vague: Container[str] = (),
) -> None:
    """Fill in the ways of files without a sign of their own.

    :param told: what folders and names tell, by file id.
    :param common: words that say nothing about an entry, such as the name of the body.
    :param vague: ids of files that may be of another meeting: what they are like says too little.
    """
    _follow(piles, ways, targets)
    _by_folder(piles, ways, told, targets)
    loose = [n for n, pile in enumerate(piles) if _is_loose(pile, ways[n]) and pile[0].read.file.id not in vague]
    _by_plan(piles, ways, targets, loose)
    _by_content(piles, ways, targets, loose)
    _by_title(piles, ways, targets, loose, common)
    _by_content(piles, ways, targets, loose)


def _follow(piles: Sequence[Pile], ways: list[Way], targets: Sequence[Target]) -> None:
    """Let a file without a sign of its own follow the one before it, where their names put them in a row."""
    ordered = _in_order([pile[0] for pile in piles if pile[0].opens_file])
    for n in range(1, len(piles)):
        first, at = piles[n][0], ways[n - 1][-1]
        if not first.opens_file or at is None or any(j is not None for j in ways[n]) or not targets[at].safe:
            continue
        opens_paper = first.head.strong and first.head.role == "main"
        if not opens_paper and not is_minutes(first.page.text) and (ordered or _is_kin(piles[n - 1][-1], first)):
            ways[n] = [at] * len(piles[n])


def _by_folder(
    piles: Sequence[Pile],
    ways: list[Way],
    told: Mapping[str, Place],
    targets: Sequence[Target],
) -> None:
    """Let a file without a sign of its own go with the others of its folder, where folders are sorted by items."""
    at = {target.index: n for n, target in enumerate(targets)}
    known = {}
    for pile, way in zip(piles, ways, strict=True):
        if pile[0].opens_file and (j := way[0]) is not None:
            known[pile[0].read.file.id] = targets[j].index
    single = one_item_folders(told, known)
    for n, pile in enumerate(piles):
        place = told.get(pile[0].read.file.id)
        if not pile[0].opens_file or place is None or any(j is not None for j in ways[n]):
            continue
        entry = single.get(place.folder or "")
        strange = pile[0].head.strong and pile[0].head.role == "main" and pile[0].head.references
        if entry is not None and not strange and not is_minutes(pile[0].page.text):
            ways[n] = [at[entry]] * len(pile)


def _by_plan(piles: Sequence[Pile], ways: list[Way], targets: Sequence[Target], candidates: Sequence[int]) -> None:
    """Let a file that names a building plan go with the item that is about it: drawing, statutes, reasons, site plan."""
    about: dict[str, set[int]] = {}
    for j, target in enumerate(targets):
        for key in target.plans:
            about.setdefault(key, set()).add(j)
    for pile, way in zip(piles, ways, strict=True):
        first = next((n for n, j in enumerate(way) if j is not None), None)
        at = way[first] if first is not None else None
        if first is not None and at is not None and (pile[first].opens_file or pile[first].head.strong):
            for key in plan_keys(pile[first].page.text[:HEAD]):
                about.setdefault(key, set()).add(at)
    for n in candidates:
        pile = piles[n]
        if about and _is_loose(pile, ways[n]):
            named = plan_keys(_name(pile[0])) or plan_keys(pile[0].page.text[:LONG])
            found = {j for key in named for j in about.get(key, ())}
            if (
                len(found) == 1
            ):  # the number is a sign of its own; an entry of the other part with it would be a second one
                ways[n] = [next(iter(found))] * len(pile)


def _by_title(
    piles: Sequence[Pile], ways: list[Way], targets: Sequence[Target], candidates: Sequence[int], common: str
) -> None:
    """Let a file go with the item whose title its head says in other words.

    Where the agenda names no papers at all, slides and motions are all there is: then their whole text is looked at.
    """
    titles = {j: target.wording for j, target in enumerate(targets)}
    loose = [n for n in candidates if _is_loose(piles[n], ways[n])]
    if not loose:
        return
    heads = {n: f"{_name(piles[n][0])}\n{_text(piles[n])[:HEAD]}" for n in loose}
    found = like_title(heads, titles, common)
    if not any(target.keys for target in targets):
        texts = {n: f"{_name(piles[n][0])}\n{_text(piles[n])[:LONG]}" for n in loose if n not in found}
        found |= like_title(texts, titles, common, covered=0.6, ahead=1.6)
    for n, j in found.items():
        if targets[j].safe:
            ways[n] = [j] * len(piles[n])


def _by_content(piles: Sequence[Pile], ways: list[Way], targets: Sequence[Target], candidates: Sequence[int]) -> None:
    """Let a file without any sign go with the papers that it is most like, where that is beyond doubt.

    What has found its place makes the next one clearer, so this is done until nothing more is found. Where most items have
    no papers to be compared with, being most like one of the others says little.
    """
    loose = {n: _text(piles[n]) for n in candidates if _is_loose(piles[n], ways[n])}
    for _ in range(ROUNDS):
        held: dict[int, list[str]] = {}
        for pile, way in zip(piles, ways, strict=True):
            for sheet, j in zip(pile, way, strict=True):
                if j is not None:
                    held.setdefault(j, []).append(sheet.page.text)
        expected = sum(bool(target.keys) for target in targets) or len(targets)
        if not loose or len(held) < max(3, expected / 2):
            return
        titles = {j: target.wording for j, target in enumerate(targets)}
        found = most_alike(loose, {j: "\n".join(texts) for j, texts in held.items()}, titles)
        found = {n: j for n, j in found.items() if targets[j].safe}
        for n, j in found.items():
            ways[n] = [j] * len(piles[n])
            del loose[n]
        if not found:
            return


def _is_loose(pile: Pile, way: Sequence[int | None]) -> bool:
    """True for a file, or pages of one, that have no place and is neither a paper with a number nor minutes."""
    first = pile[0]
    if any(j is not None for j in way) or is_minutes(first.page.text):
        return False
    return not (first.head.strong and first.head.role == "main" and first.head.references)


def _name(sheet: Sheet) -> str:
    """The name of a sheet's file as words."""
    return re.sub(r"[_\s]+", " ", sheet.read.file.name.rpartition("/")[2].rpartition(".")[0])


def _text(pile: Pile) -> str:
    return "\n".join(sheet.page.text for sheet in pile)


def _in_order(firsts: Sequence[Sheet]) -> bool:
    """True where the files are numbered through, so that one without a sign belongs to what stands before it."""
    names = [sheet.read.file.name.rpartition("/")[2] for sheet in firsts]
    numbers = [int(match[1]) for name in names if (match := _RUNNING_NAME.match(name))]
    if len(names) < 2 or len(numbers) != len(names):
        return False
    return all(one < two for one, two in pairwise(numbers)) and numbers[-1] <= 3 * len(numbers) + 5


def _is_kin(before: Sheet, sheet: Sheet) -> bool:
    """True where an annex or Stellungnahme follows a file that it goes with by its folder or by how its name begins."""
    by_name = re.match(r"(?i)\W*(?:\d+\W+)*(?:anlage|anhang|stellungnahme)", sheet.read.path.stem)
    if sheet.head.role not in {"statement", "annex"} and not by_name:
        return False
    folder, name = sheet.read.path.parent, sheet.read.path.stem
    pairs = zip(before.read.path.stem.casefold(), name.casefold(), strict=False)
    shared = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
    return before.read.path.parent == folder and shared >= 6
