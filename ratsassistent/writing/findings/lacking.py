"""What a pack lacks, in German sentences.

What enters: a Meeting, the briefings of its items, its Coverage. What leaves: sentences, the gravest first.
What it does not know: who may read them. Of an item that is not known to be public they name no more than its number.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from ratsassistent.briefings import Coverage, ItemBriefing, Purpose
from ratsassistent.oparl import AgendaItem, Citation, Meeting, MissingAttachment, PageRef
from ratsassistent.writing.text.amounts import names_money

# Items that never have papers.
_ROUTINE = re.compile(
    r"verschieden|sonstig|mitteilung|bekanntgab|bekanntmachung|anfragen|fragestunde|einwohnerfrage|bürgerfrage|fragen|wünsche|anregung|begrüßung|eröffnung|schließung|beschlussfähigkeit|tagesordnung"
    r"|niederschrift|protokoll|bericht(?:e)? (?:des|der|aus)|informationen|genehmigung der|feststellung der|allfällig|einladung|ordnungsgemäß|dringlichkeit|schriftführ|urkundsperson|aktuelle stunde"
    r"|ehrung|verabschiedung|verpflichtung",
    re.IGNORECASE,
)
_SPENDS = re.compile(
    r"\b(?:vergibt|vergeben|Vergabe|Auftrag|Zuschlag|beschafft|Beschaffung|erwirbt|Erwerb|kauft|Ankauf|gewährt|bezuschusst|fördert|bewilligt|finanziert|Mittel (?:werden|in)|Zuschuss|Baubeschluss"
    r"|eingestellt werden|bereitgestellt|außerplanmäßig\w*|überplanmäßig\w*)\b"
)
_INNER = re.compile(r"[„\"»](.*?)(?:[“\"«”]|$)")
_MONEY_ANSWER = re.compile(r"finanzielle auswirkung|haushaltsrelevan|kosten", re.IGNORECASE)


def is_heading(item: AgendaItem, meeting: Meeting) -> bool:
    """True for a line of the agenda that only heads others: it has no papers, and no number or items below it."""
    if item.has_files:
        return False
    number = (item.number or "").strip().rstrip(".")
    return not number or any((i.number or "").startswith(f"{number}.") for i in meeting.agendaItem if i is not item)


def lacks(
    meeting: Meeting, briefs: Mapping[str, ItemBriefing], purposes: Mapping[str, Purpose], coverage: Coverage
) -> tuple[str, ...]:
    """What the pack lacks: annexes a resolution rests on, papers, pages, amounts."""
    items = [item for item in meeting.agendaItem if item.id in purposes]
    return (
        *_annexes(items, briefs),
        *_papers(items),
        *_no_amount(items, briefs, purposes),
        *_pages(coverage),
        *(_withdrawn(item) for item in meeting.agendaItem if item.withdrawn),
    )


def _called(item: AgendaItem) -> str:
    """TOP 4 „Bebauungsplan Obere Bleiche“; by number only where it is not public."""
    number = f"TOP {item.number}" if item.number else ""
    if item.public is not True:
        return number or "Ein nichtöffentlicher Punkt"
    name = _INNER.sub(lambda m: f"‚{m[1]}‘", _short(item.name))
    return f"{number} „{name}“".strip()


def _withdrawn(item: AgendaItem) -> str:
    bare = re.sub(r"\W|abgesetzt|zurückgezogen|entfällt", "", item.name.casefold())
    return f"{_called(item) if bare else f'TOP {item.number}'} ist abgesetzt."


def _short(name: str, most: int = 60) -> str:
    words = name.split()
    kept = ""
    for word in words:
        if len(kept) + len(word) > most:
            return f"{kept.rstrip(' ,–-:')} …"
        kept += f"{word} "
    return kept.strip()


def _annexes(items: Sequence[AgendaItem], briefs: Mapping[str, ItemBriefing]) -> Iterator[str]:
    """Annexes that are named and not there; those that the proposed wording rests on in a sentence of their own."""
    for item in items:
        if not item.missing_attachments:
            continue
        brief = briefs.get(item.id)
        wording = " ".join(brief.resolution.text.split()) if brief and brief.resolution else ""
        named = [m for m in item.missing_attachments if re.search(rf"{re.escape(m.name)}(?!\w)", wording)]
        others = [m for m in item.missing_attachments if m not in named]
        if item.public is not True:
            count = len(item.missing_attachments)
            yield f"Zu {_called(item)} {'fehlt eine genannte Anlage' if count == 1 else f'fehlen {count} genannte Anlagen'}."
            continue
        if named:
            verb = "fehlt" if len(named) == 1 else "fehlen"
            yield f"Der Beschlussvorschlag zu {_called(item)} nennt {_names(named)}; im Paket {verb} sie."
        if others:
            verb = "fehlt" if len(others) == 1 else "fehlen"
            yield f"Zu {_called(item)} {verb} {_names(others)}{_where(c for m in others for c in m.citation)}."


def _names(missing: Sequence[MissingAttachment]) -> str:
    return _listed([m.name if re.match(r"(?:Anlage|Anhang|Beilage)\b", m.name) else f"„{m.name}“" for m in missing])


def _where(citations: Iterable[Citation]) -> str:
    pages = sorted({c.page for c in citations if c.page is not None})
    return f" (genannt auf S. {_listed([str(p) for p in pages])})" if pages else ""


def _papers(items: Sequence[AgendaItem]) -> Iterator[str]:
    bare = [item for item in items if not item.has_files and not _ROUTINE.search(item.name)]
    if len(bare) > 3:
        yield f"Ohne Unterlagen sind {_listed([f'TOP {item.number}' for item in bare])}."
    for item in bare if len(bare) <= 3 else ():
        yield f"Zu {_called(item)} liegen keine Unterlagen vor."


def _no_amount(
    items: Sequence[AgendaItem], briefs: Mapping[str, ItemBriefing], purposes: Mapping[str, Purpose]
) -> Iterator[str]:
    """Items that are to cost something and print no amount."""
    ticked: list[AgendaItem] = []
    spending: list[AgendaItem] = []
    for item in items:
        brief = briefs.get(item.id)
        if brief is None or purposes[item.id] != "decide" or any(names_money(paper.text.text) for paper in item.papers):
            continue
        answers = [value for paper in item.papers for value in paper.form if _MONEY_ANSWER.search(value.name)]
        if any(value.value.casefold().startswith("ja") for value in answers):
            ticked.append(item)
        elif not answers and brief.resolution and _SPENDS.search(brief.resolution.text):
            spending.append(item)
    if ticked:
        yield f"{_to(ticked)} sind finanzielle Auswirkungen angekreuzt; ein Betrag steht nicht in den Unterlagen."
    if spending:
        yield f"{_to(spending)} geht es um Ausgaben oder einen Auftrag; ein Betrag steht nicht in den Unterlagen."


def _to(items: Sequence[AgendaItem]) -> str:
    if len(items) == 1:
        return f"Bei {_called(items[0])}"
    return f"Bei {_listed([f'TOP {item.number}' if item.number else _called(item) for item in items])}"


def _pages(coverage: Coverage) -> Iterator[str]:
    if coverage.unreadable:
        yield f"{_counted(coverage.unreadable, 'war nicht zu lesen', 'waren nicht zu lesen')}."
    if coverage.unassigned:
        yield f"{_counted(coverage.unassigned, 'gehört zu keinem Tagesordnungspunkt', 'gehören zu keinem Tagesordnungspunkt')}."


def _counted(pages: Sequence[PageRef], one: str, many: str) -> str:
    """ "3 Seiten gehören zu keinem Tagesordnungspunkt: S. 4–6 (Paket.pdf)"."""
    by_file: dict[str, list[int]] = {}
    for ref in pages:
        by_file.setdefault(ref.file, []).append(ref.page)
    where = "; ".join(f"S. {_runs(sorted(set(numbers)))} ({file})" for file, numbers in by_file.items())
    return f"{len(pages)} Seite{'' if len(pages) == 1 else 'n'} {one if len(pages) == 1 else many}: {where}"


def _runs(numbers: Sequence[int]) -> str:
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ", ".join(str(a) if a == b else f"{a}–{b}" for a, b in runs)


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} und {names[-1]}"
