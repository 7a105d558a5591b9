"""A meeting on one page: what is to be decided, the largest amounts, what falls due, what the pack lacks.

What enters: a Meeting with the papers of its items, their ItemBriefings, the Coverage. What leaves: an Overview, every line
of it with the item and the page it comes from.
What it does not know: who may see it. Items that are not known to be public are marked by `ItemRef.public`; the sentences
of `lacking` name them by their number only.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache

from ratsassistent.briefings import (
    Amount,
    Coverage,
    DateMention,
    ItemAmount,
    ItemBriefing,
    ItemDate,
    ItemRef,
    Overview,
    Purpose,
    ToDecide,
)
from ratsassistent.oparl import AgendaItem, Citation, Meeting, Paper, PartKind
from ratsassistent.writing.extracts.figures import cite
from ratsassistent.writing.findings.lacking import is_heading, lacks
from ratsassistent.writing.text.amounts import money
from ratsassistent.writing.text.sentences import sentences

AMOUNTS, DATES = 5, 8  # at most
_LEAD_IN = 16  # words, at most, of "Der Gemeinderat beschließt:", which says nothing without the point after it
_LONG = 45  # words of a longer one with that point; one sentence that is longer is shown whole
_GROSS = (1.19, 1.16, 1.07, 1.2, 1.1, 1.13, 1.081, 1.077)  # of net: Germany, Austria, Switzerland

_NOTED = re.compile(
    r"\bnimm\w*\b.{0,400}\bKenntnis\b|\bKenntnis(?:nahme|\s+genommen|\s+zu\s+nehmen|\s+nehmen)\b",
    re.IGNORECASE | re.DOTALL,
)
_OPERATIVE = re.compile(
    r"\b(?:beschlie(?:ß|ss)\w*|stimm(?:t|en)\b.{0,300}\bzu\b|zuzustimmen|zugestimmt|Zustimmung|genehmig\w+|beauftrag\w+|ermächtig\w+|bewillig\w+|erteil\w+|vergeben"
    r"|beruft|berufen|wähl\w*|bestell\w+|empf(?:iehlt|ehlen) (?:dem|der|den)\b|stell(?:t|en)\b.{0,200}\bfest\b|entlaste\w*|erlässt|aufgestellt|gewährt|erwirbt|veräußert|annehmen|nimmt\b.{0,120}\ban\b"
    r"|ablehn\w+|lehnt|abgelehnt|befürwortet|erklärt|setzt\b.{0,80}\bein\b)\b",
    re.IGNORECASE | re.DOTALL,
)
_FOR_NOTICE = re.compile(r"anfrage|mitteilung|information|bekanntgabe|\bbericht|kenntnis|auskunft", re.IGNORECASE)
_ASKS = re.compile(r"antrag|beschluss", re.IGNORECASE)
_TOTAL = re.compile(
    r"gesamt(?:kosten|preis|summe|betrag|volumen|aufwand|investition|wert|auszahlung|einzahlung|ausgaben|kredit)|baukosten|kaufpreis|auftrags(?:summe|wert)|angebots(?:summe|preis)|vergabesumme"
    r"|herstellungskosten|investitions(?:kosten|summe|volumen)|kostenberechnung|kostenschätzung|spende|zuwendung|zuschuss|darlehen|bürgschaft|kredit|verpflichtungsermächtigung|budgetbedarf|folgekosten"
    r"|mehrkosten|\bsumme\b|insgesamt|zusammen\b|kapitalerhöhung|eigenmittel|kosten|aufwendung|auszahlung|erträge|ertrag|mittel\b|einnahmen|entgelt|erlös",
    re.IGNORECASE,
)
_WHOLE = re.compile(
    r"(?:gesamt|bau|grob|investitions|herstellungs|projekt)kosten|gesamt(?:preis|summe|betrag|investition|volumen)|kaufpreis|kosten(?:berechnung|schätzung)|auftragssumme|angebotssumme",
    re.IGNORECASE,
)
# Sums of a company or of the whole municipality, limits, and prices of a unit: not what is decided on.
_PASSING = re.compile(
    r"bilanzsumme|stammkapital|eigenkapital|grundkapital|umsatz|haushaltsvolumen|gesamthaushalt|jahresüberschuss|jahresfehlbetrag|schuldenstand|steueraufkommen|gewerbesteuer"
    r"|bundesweit|landesweit|wertgrenze|schwellenwert|freigrenze|streitwert|nennbetrag|kreisumlage|vermögen",
    re.IGNORECASE,
)
_AT_HAND = re.compile(
    r"zur verfügung|veranschlagt|eingeplant|eingestellt|vorhanden|ansatz|bereitgestellt", re.IGNORECASE
)
_PER_UNIT = re.compile(
    r"^\W*(?:/|je\b|pro\b|€/|\(?(?:brutto|netto)?\)?\s*(?:je|pro)\b)|^\s*(?:im Monat|monatlich)\b", re.IGNORECASE
)
_OF_COURSE = re.compile(
    r"\b(?:sitzung|beraten|vorberat\w*|vorgestellt|ausschuss(?:es)?|gemeinderat(?:es)?|ortschaftsrat|verwiesen|beschlossen|kreistag|stadtrat)\s+(?:\w+\s+){0,3}(?:am|vom|den)?\s*$"
    r"|\bstand:?\s+(?:\w+\s+)?$",
    re.IGNORECASE,
)
_PART_OF_YEAR = re.compile(
    r"\b(?:Anfang|Mitte|Ende|Früh\w+|Sommer|Herbst|Winter|Halbjahr|Schuljahr\w*|Jahresende|spätestens|maximal|längstens|1\.|2\.)",
    re.IGNORECASE,
)
_DUE = re.compile(
    r"\b(?:bis|spätestens|\w*frist\w*|ab|zum|von|vom|voraussichtlich|\w*beginn\w*|\w*start\w*|inbetriebnahme|\w*fertig\w*|tritt|treten|kraft|gilt|gelten|laufzeit|läuft|endet|ende|begrenzt|befristet"
    r"|geplant|vorgesehen|soll(?:en)?|wird|werden|frühestens|eröffn\w*|schließ\w*|schluss|umzug|einzug|übergabe|ablauf|stichtag|abruf|erwartet|abschluss|kündig\w*|verläng\w*)\b",
    re.IGNORECASE,
)


def overview(meeting: Meeting, items: Sequence[ItemBriefing], coverage: Coverage) -> Overview:
    """Put a meeting on one page.

    :param items: the briefings of the meeting's items; an item without one is left out of amounts and dates.
    """
    briefs = {brief.id: brief for brief in items}
    meeting = _with_confidence(meeting, briefs)
    lines = [
        _to_decide(item, briefs.get(item.id), meeting) for item in meeting.agendaItem if not _silent(item, meeting)
    ]
    purposes = {line.item.id: line.purpose for line in lines}
    return Overview(
        decide=tuple(lines),
        amounts=_amounts(meeting, briefs, purposes),
        dates=_dates(meeting, briefs, purposes),
        lacks=lacks(meeting, briefs, purposes, coverage),
    )


def _with_confidence(meeting: Meeting, briefs: Mapping[str, ItemBriefing]) -> Meeting:
    """A public item whose briefing tells of a confidential paper is no public one here."""
    items = [
        item
        if item.id not in briefs or briefs[item.id].public is True
        else item.model_copy(update={"public": briefs[item.id].public})
        for item in meeting.agendaItem
    ]
    return meeting.model_copy(update={"agendaItem": tuple(items)})


def ref_of(item: AgendaItem) -> ItemRef:
    """An agenda item by its name."""
    return ItemRef(id=item.id, number=item.number, name=item.name, public=item.public)


def _silent(item: AgendaItem, meeting: Meeting) -> bool:
    """True where there is nothing to do: withdrawn, or only a heading of the items below it."""
    return item.withdrawn or is_heading(item, meeting)


# --- what is decided -----------------------------------------------------------------------------------------------


def _to_decide(item: AgendaItem, brief: ItemBriefing | None, meeting: Meeting) -> ToDecide:
    wording = brief.resolution if brief else None
    purpose = purpose_of(item, wording.text if wording else None, (meeting.start or "")[:10])
    if wording is None:
        return ToDecide(item=ref_of(item), purpose=purpose)
    line = first_line(wording.text)
    return ToDecide(
        item=ref_of(item), purpose=purpose, what=line, citation=_cited(item.papers, line) or wording.citation[:1]
    )


def purpose_of(item: AgendaItem, wording: str | None, today: str) -> Purpose:
    """What is done with an item: by its wording, else by its kind; what a Beratungsfolge says of this day goes first.

    :param today: the day of the meeting (ISO), empty where it is not known.
    """
    roles = [c.role for p in item.papers for c in p.consultations if c.role and c.date and c.date.isoformat() == today]
    if roles and all(re.search(r"kenntnis|information", role, re.IGNORECASE) for role in roles):
        return "note"
    if wording:
        bare = _NOTED.sub(" ", wording)
        return "note" if bare != wording and not _OPERATIVE.search(bare) else "decide"
    kinds = [p.paperType or "" for p in item.papers]
    if kinds and all(_FOR_NOTICE.search(kind) and not _ASKS.search(_FOR_NOTICE.sub("", kind)) for kind in kinds):
        return "note"
    return "note" if not kinds and _FOR_NOTICE.search(item.name) else "discuss"


def first_line(wording: str) -> str:
    """The first whole sentence of a wording, with the point that follows where it only leads in, word for word."""
    points = [point for point in map(str.strip, wording.split("\n")) if point]
    while points and not re.search(r"\w{2}", points[0]):
        del points[0]
    if not points:
        return ""
    line = _first_sentence(points[0])
    for point in points[1:]:
        following = _first_sentence(point)
        count = len(line.split())
        goes_on = following[:1].islower()
        if line.endswith((".", "!", "?")) or not (
            goes_on or count <= _LEAD_IN or count + len(following.split()) <= _LONG
        ):
            break
        line = f"{line} {following}"
    return line


def _first_sentence(point: str) -> str:
    found = [s for s in sentences(point) if re.search(r"\w{2}", s.text)]
    last = 0
    while last + 1 < len(found) and found[last].text.endswith(":"):
        last += 1
    return " ".join(point[: found[last].end].split()) if found else " ".join(point.split())


def _cited(papers: Sequence[Paper], line: str) -> tuple[Citation, ...]:
    """The pages that a line of the wording stands on, white space and hyphens aside."""
    letters = [re.escape(c) for c in line if c.isalnum()]
    if not letters:
        return ()
    pattern = re.compile(r"[\W_]*".join(letters[:200]))
    for paper in papers:
        for part in sorted(
            (p for p in paper.parts if p.kind in ("resolution", "motion")), key=lambda p: not p.complete
        ):
            match = pattern.search(paper.text.text, part.start, part.end)
            if match:
                return cite(paper.text, match.start(), match.end())
    return ()


# --- amounts -------------------------------------------------------------------------------------------------------


def _amounts(meeting: Meeting, briefs: dict[str, ItemBriefing], purposes: dict[str, Purpose]) -> tuple[ItemAmount, ...]:
    """The largest amounts of the items that are decided on, one of each item; more of one only where there is room."""
    sums = cache(_sums)  # each text is read for each of its amounts
    first: list[ItemAmount] = []
    more: list[ItemAmount] = []
    for item in meeting.agendaItem:
        brief = briefs.get(item.id)
        if brief is None or purposes.get(item.id, "note") == "note":
            continue
        ranked = sorted(
            ((weight, amount) for amount in brief.amounts if (weight := _weight(amount, brief, item, sums)) > 0),
            key=lambda found: (-found[0], -found[1].value),
        )
        for n, (weight, amount) in enumerate(ranked):
            if n == 0:
                first.append(ItemAmount(item=ref_of(item), amount=_labelled(amount, item)))
            elif weight == ranked[0][0] == 3:
                more.append(ItemAmount(item=ref_of(item), amount=amount))
    taken: list[ItemAmount] = []
    for group in (first, more):
        for found in sorted(group, key=lambda a: -a.amount.value):
            if len(taken) < AMOUNTS and not any(_same_sum(found, t) for t in taken):
                taken.append(found)
    return tuple(sorted(taken, key=lambda a: -a.amount.value))


def _sums(text: str) -> frozenset[int]:
    """The amounts in a text, in whole euros."""
    return frozenset(round(found.value) for found in money(text))


def _weight(amount: Amount, brief: ItemBriefing, item: AgendaItem, sums: Callable[[str], frozenset[int]]) -> float:
    """3: of the resolution, 2: of a form, 1: of a sentence or row about costs, 0: not what is decided on."""
    context = amount.context or ""
    after = context.partition(amount.text)[2]
    if _PASSING.search(context) or _PER_UNIT.search(after):
        return 0
    if brief.resolution and round(amount.value) in sums(brief.resolution.text):
        return 3
    forms = [value for paper in item.papers for value in paper.form]
    if any(round(amount.value) in sums(f"{value.name}: {value.value}") for value in forms):
        return 2
    if not _TOTAL.search(context) or not any(_in_costs(paper, amount, context, sums) for paper in item.papers):
        return 0
    return 0.5 if _AT_HAND.search(context) else 1


def _labelled(amount: Amount, item: AgendaItem) -> Amount:
    """The amount with what the form calls it, where its own line says nothing: "Jährlicher Ertrag: 59.000 Euro"."""
    if re.search(r"[A-Za-zÄÖÜäöüß]{5}", (amount.context or "").replace(amount.text, "")):
        return amount
    for value in (value for paper in item.papers for value in paper.form):
        if any(round(f.value) == round(amount.value) for f in money(value.value)):
            return amount.model_copy(update={"context": f"{value.name}: {value.value}", "citation": value.citation})
    return amount


def _in_costs(paper: Paper, amount: Amount, context: str, sums: Callable[[str], frozenset[int]]) -> bool:
    """Does it stand where a paper speaks of money, or is it called a total elsewhere, but not in an annex or a motion?"""
    asked = any(part.kind == "motion" for part in paper.parts)
    told = ("costs", "form", "summary", "statement", *(("reason",) if _WHOLE.search(context) and not asked else ()))
    return any(round(amount.value) in sums(paper.part_text(part)) for part in paper.parts if part.kind in told)


def _same_sum(one: ItemAmount, other: ItemAmount) -> bool:
    """The same amount; in one item also rounded, or gross and net."""
    high, low = max(one.amount.value, other.amount.value), min(one.amount.value, other.amount.value)
    ratio = high / low if low else 0.0
    if one.item.id != other.item.id:
        return high - low < 1
    return ratio < 1.005 or any(abs(ratio - rate) < 0.0005 for rate in _GROSS)


# --- dates ---------------------------------------------------------------------------------------------------------


def _dates(meeting: Meeting, briefs: dict[str, ItemBriefing], purposes: dict[str, Purpose]) -> tuple[ItemDate, ...]:
    """What is still to come after the meeting: the most telling ones, soonest first."""
    today = (meeting.start or "")[:10]
    if not today:
        return ()
    found: list[tuple[float, ItemDate]] = []
    seen: set[tuple[str, str]] = set()
    exact_days = {(key, d.date[:4]) for key, brief in briefs.items() for d in brief.dates if len(d.date) > 4}
    for item in meeting.agendaItem:
        brief = briefs.get(item.id)
        if brief is None or item.id not in purposes:
            continue
        for rank, mention in enumerate(brief.dates):
            if (item.id, mention.date) in seen | exact_days or not _to_come(mention, today) or _argued(item, mention):
                continue
            seen.add((item.id, mention.date))
            exact = {4: 0.0, 7: 1.0, 10: 1.5}.get(len(mention.date), 0.5)
            decided = 1.0 if purposes[item.id] == "decide" else 0.0
            resolved = 1.0 if brief.resolution and mention.text in " ".join(brief.resolution.text.split()) else 0.0
            found.append((exact + decided + resolved - 0.25 * rank, ItemDate(item=ref_of(item), date=mention)))
    ranked = [date for _, date in sorted(found, key=lambda f: -f[0])]
    first = {(date.item.id, date.date.context): date for date in reversed(ranked)}  # one of each sentence goes first
    taken = sorted(ranked, key=lambda date: first[date.item.id, date.date.context] is not date)[:DATES]
    return tuple(sorted(taken, key=lambda date: _last_day(date.date.date)))


def _to_come(mention: DateMention, today: str) -> bool:
    """Is it after the meeting, and something that begins, ends or must be done?"""
    if mention.date <= today[: len(mention.date)]:
        return False
    before, _, after = (mention.context or "").partition(mention.text)
    if len(mention.date) == 4 and not _PART_OF_YEAR.search(f"{before[-12:]} {mention.text}"):
        return False
    return not _OF_COURSE.search(before) and bool(
        _DUE.search(before[-80:]) or _DUE.search(mention.text) or _DUE.search(after[:60])
    )


def _argued(item: AgendaItem, mention: DateMention) -> bool:
    """Does it stand among the reasons of a motion, and not in what is asked for or answered?"""
    start = re.sub(r"[\W_]", "", (mention.context or "")[:80])
    pattern = re.compile(r"[\W_]*".join(map(re.escape, start))) if start else None
    for paper in item.papers:
        found = pattern.search(paper.text.text) if pattern else None
        if found is None:
            continue
        before: list[PartKind] = [
            part.kind for part in sorted(paper.parts, key=lambda p: p.start) if part.start <= found.start()
        ]
        own = len(before)
        while before and before[-1] in ("reason", "text", "costs"):
            before.pop()
        if before[-1:] == ["motion"] and len(before) < own:
            return True
    return False


def _last_day(date: str) -> str:
    """A date to sort by: a year or month counts by its end."""
    match = re.fullmatch(r"(\d{4})-Q([1-4])", date)
    if match:
        return f"{match[1]}-{int(match[2]) * 3:02d}-99"
    return (date + "-99-99")[:10]
