"""Which meeting of a take-in a file may belong to.

What enters: files without an agenda, and the agendas found, grouped by meeting. What leaves: for each file the meetings that
it is offered to. What it does not know: items, pages.

One meeting takes all. Of several the one that something speaks for: a Vorlage number of its agenda, its day in the file's
name or on the first page, the folder that its agenda lies in. Where nothing does, the file is offered to each in turn.
"""

from __future__ import annotations

from collections.abc import Sequence

from ratsassistent.pack.agendas.agenda import Agenda
from ratsassistent.pack.agendas.agenda_head import dates
from ratsassistent.pack.files.pages import ReadFile
from ratsassistent.pack.matching.align import keys_in_name
from ratsassistent.pack.matching.folders import day_in_name
from ratsassistent.pack.papers.heads import read_page_head
from ratsassistent.pack.papers.references import find_key, reference_key

_NUMBER, _NAMED_DAY, _DAY, _FOLDER = 8, 6, 3, 5


def offers(others: Sequence[ReadFile], groups: Sequence[Sequence[tuple[ReadFile, Agenda]]]) -> dict[str, set[int]]:
    """File id to the meetings (by index) that the file may belong to."""
    everywhere = set(range(len(groups)))
    if len(groups) < 2:
        return {read.file.id: set(everywhere) for read in others}
    keys = [
        frozenset(reference_key(r) for _, agenda in group for entry in agenda.entries for r in entry.references)
        for group in groups
    ]
    days = [next((agenda.start[:10] for _, agenda in group if agenda.start), None) for group in groups]
    folders = [{read.path.parent for read, _ in group} for group in groups]
    out: dict[str, set[int]] = {}
    for read in others:
        first = next((page.text for page in read.pages if page.text.strip()), "")
        named = day_in_name(read.file.name)
        printed = {day.isoformat() for day, _ in dates(first[:4000])}
        references = {reference_key(r) for r in read_page_head(first).references}
        scores = []
        for mine, day, homes in zip(keys, days, folders, strict=True):
            score = 0
            if any(find_key(key, mine) for key in references) or keys_in_name(read.file.name, mine) & mine:
                score += _NUMBER
            score += _NAMED_DAY * (day is not None and day == named) + _DAY * (day is not None and day in printed)
            score += _FOLDER * any(home in (read.path.parent, *read.path.parents) for home in homes)
            scores.append(score)
        best = max(scores)
        out[read.file.id] = {n for n, score in enumerate(scores) if score == best} if best else set(everywhere)
    return out
