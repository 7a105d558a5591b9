"""Rows of tables, time tables and forms that give an amount or a day for something: "Außenanlagen | 46.000 €".

What enters: a stretch of a paper that is rows; the values of a form. What leaves: Claims: a cell with the label of its row
and the name of its column. What it does not know: sentences.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ratsassistent.archive.german import stem
from ratsassistent.oparl import Paper
from ratsassistent.writing.findings import claim_words as words
from ratsassistent.writing.findings.claim import (
    INCLUDED,
    PARENS,
    Claim,
    Value,
    Where,
    bounds,
    day_span,
    file_at,
    make,
    nouns_of,
)
from ratsassistent.writing.findings.claim_sentences import event_of
from ratsassistent.writing.text.amounts import days, figure_value, money
from ratsassistent.writing.text.sentences import cells_of, heading_row, labelled_row

_SHARE = re.compile(r",? \d+(?:,\d+)? (?:Prozent|%|v\. ?H\.).*")
_BARE_FIGURE = re.compile(r"[-–]?\s?\d{1,3}(?:[.'’]\d{3})+(?:,\d{1,2})?|[-–]?\d+(?:,\d{1,2})?")
_UNITS = (
    (1e6, re.compile(r"\bMio\b|Millionen", re.IGNORECASE)),
    (1e3, re.compile(r"T€|TEUR|\bTsd|1\.000 ?(?:€|Euro|EUR)|Tausend", re.IGNORECASE)),
    (1.0, re.compile(r"€|\bEUR\b|\bEuro\b", re.IGNORECASE)),
)
_SUM_ROW = re.compile(
    r"(?:(?:zwischen|gesamt|end)?summen?|zusammen|insgesamt|gesamt|total|saldo|übertrag|ergebnis|netto|brutto|mwst|zzgl|anteil)\b",
    re.IGNORECASE,
)
_LINE_ROW = re.compile(
    r"((?:\d{3}\s+|KG \d{3}\s+|[-–•]\s*)?[A-ZÄÖÜ][^\d|.;!?]{3,70}?(?:[A-ZÄÖÜ][\w-]+|\)|:|brutto|netto))\s+"
    r"((?:€ ?)?\d{1,3}(?:\.\d{3})*(?:,\d{2})?\s*(?:€|Euro|EUR|T€|TEUR)?)"
)
_WORDED = re.compile(  # a name; "15 Jahre" is none
    r"^(?!\d[\d.,]*\s*(?:×|x\b|Jahr|Monat|Woche|Tag|Stunde|Stück|Plätze|Kinder|Personen|m²|m2\b|qm\b|[kM]Wh?\b|%|ha\b|km\b|t\b)).*[A-Za-zÄÖÜäöü]{3}"
)


def is_rows(text: str) -> bool:
    """Rows of a table; also lines that each end in an amount, as a table without lines comes out of a PDF."""
    return " | " in text or all(_LINE_ROW.fullmatch(line.strip()) for line in text.strip().split("\n"))


def row_claims(where: Where) -> Iterator[Claim]:
    """The amounts and days of the rows of a table."""
    position = where.start
    for line in where.text.split("\n"):
        plain = _LINE_ROW.fullmatch(line.strip()) if " | " not in line else None
        cells = [plain[1], plain[2]] if plain else cells_of(line)
        yield from _row(where, position, line, cells)
        position += len(line) + 1


def form_claims(paper: Paper, number: int, neutral: frozenset[str]) -> Iterator[Claim]:
    """What is filled in on a form: "Gesamtkosten" 1.427.063,16 Euro."""
    for entry in paper.form:
        place = next((c for c in entry.citation if c.page is not None), None)
        start = next(
            (s for s in paper.text.starts if place and (s.file_id, s.page) == (place.file_id, place.page)), None
        )
        if start is not None:
            at = start.offset
            where = Where(paper, number, "form", (number, file_at(paper, at), -1), "house", "", -1, at, at + 1, neutral)
            yield from _row(where, at, f"{entry.name}: {entry.value}", [entry.name, entry.value])


def _row(where: Where, position: int, line: str, cells: Sequence[str]) -> Iterator[Claim]:
    text, at = where.paper.text.text, (position, position + len(line))
    context = labelled_row(text, *at) if " | " in line else " ".join(line.split())
    yield from _row_days(where, at, cells, context)
    head = heading_row(text, position, len(cells)) if " | " in line else None
    names = cells_of(head[1]) if head else [""] * len(cells)
    values = [
        (n, *found) for n, cell in enumerate(cells) if (found := _cell_value(cell, f"{names[n]} {where.heading}"))
    ]
    worded = [n for n, cell in enumerate(cells) if _WORDED.search(cell) and n not in [v[0] for v in values]]
    if not worded or not values or (len(values) > 1 and head is None) or words.CHANGES.search(line):
        return
    label = cells[worded[0]].rstrip(" :")
    bare = _SHARE.sub("", INCLUDED.sub("", PARENS.sub(" ", label)))
    if len(worded) > 2 or len(label) > 120 or _SUM_ROW.match(bare.strip()) or words.PARTIAL.search(bare):
        return
    for n, value, low, high in values:
        named = _row_named(bare, names[n])
        if named is None or words.PARTIAL.search(names[n]):
            continue
        title, kind, nouns = named
        nouns += [m[0] for m in nouns_of(" ".join(cells[m] for m in worded[1:]))]
        given = Value("amount", value, low, high, cells[n], context, None)
        ordered = re.match(r"([A-H]|\d{1,2})\b(?=[:.)]|\s*$)", label) if title else None
        one_of = f"{names[0]} {ordered[1]}" if ordered and names[0] else ""
        of_several = words.ID.fullmatch(one_of) is not None  # "A: Umbau" in a column "Variante"
        row = label if title and not of_several else None
        around = f"{one_of} {label} {names[n]}"
        yield make(where, title or label, kind, [] if of_several else nouns, around, given, at, row)


def _row_days(where: Where, at: tuple[int, int], cells: Sequence[str], context: str) -> Iterator[Claim]:
    """A row of a time table: an event in one cell and a day in another."""
    dated = [
        (cell, found[0]) for cell in cells if len(found := days(cell)) == 1 and len(cell) - len(found[0].text) <= 12
    ]
    worded = [cell for cell in cells if _WORDED.search(cell) and cell not in [d[0] for d in dated]]
    if len(dated) != 1 or len(worded) != 1 or words.CHANGES.search(context):
        return
    cell, day = dated[0]
    span = day_span(day.date)
    event = event_of(worded[0].rstrip(" :"), "")
    if span is not None and event is not None:
        label, head, nouns = event
        by = re.match(r"bis|spätestens|vor|ab|nach", cell) is not None and not head.endswith("frist")
        given = Value("date", span[0], *span, day.text, context, None, by=by)
        yield make(where, label, head, nouns, worded[0], given, at)


def _cell_value(cell: str, above: str) -> tuple[float, float, float] | None:
    """The amount that is all of a cell, with its bounds; a bare figure takes its unit from the column or heading."""
    found = money(cell)
    if len(found) == 1 and len(cell) - len(found[0].text) <= 6 and not re.search(r"[A-Za-z]{5}", cell):
        return (found[0].value, *bounds(found[0].value, "ca" in cell or "rd" in cell))
    if not _BARE_FIGURE.fullmatch(cell.strip()):
        return None
    for size, unit in _UNITS:
        if unit.search(above):
            value = figure_value(cell.strip("-– ")) * size
            return (value, *bounds(value, False)) if value else None
    return None


def _row_named(label: str, column: str) -> tuple[str | None, str, list[str]] | None:
    """What a cell's amount is given for: (label if it is the column's, head, further nouns)."""
    nouns = nouns_of(label)
    heads = [m for m in nouns if words.HEADS.fullmatch(m[0])]
    if any(stem(m[0]) in words.VAGUE for m in heads) or len({stem(m[0]) for m in heads} - words.GENERAL) > 1:
        return None
    special = [m for m in heads if stem(m[0]) not in words.GENERAL]
    of_column = [m for m in nouns_of(column) if words.HEADS.fullmatch(m[0]) and stem(m[0]) not in words.GENERAL]
    others = [m[0] for m in nouns_of(column) if m not in of_column]
    if special:
        return None, stem(special[-1][0]), [*(m[0] for m in nouns if m is not special[-1]), *others]
    if of_column:
        return of_column[-1][0], stem(of_column[-1][0]), [*(m[0] for m in nouns), *others]
    return (None, "kost", [*(m[0] for m in nouns), *others]) if nouns else None
