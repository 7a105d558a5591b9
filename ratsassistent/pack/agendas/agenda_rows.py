"""A row of an agenda that is a table: cells parted by " | ".

What enters: such a line, and what the table's head promised. What leaves: the row's number, title, Vorlage numbers and
marks. What it does not know: which numbers may follow which, other rows.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from ratsassistent.oparl import Public
from ratsassistent.pack.agendas.agenda_numbers import read_number
from ratsassistent.pack.agendas.agenda_public import bare
from ratsassistent.pack.papers.references import cued_references, references, shaped_references

Kind = Literal["number", "title", "paper", "public", "other"]
_HEADS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("public", re.compile(r"(?i)^(?:öffentlich(?:keit)?|status|ö\s*/\s*n(?:ö)?|ö)\b")),
    (
        "number",
        re.compile(r"(?i)^(?:TOP|Punkt|(?:lfd\.?\s*)?Nr\.?|Pos\.?|Ziffer|Traktandum|Tagesordnungspunkt(?:\s*Nr\.?)?)$"),
    ),
    (
        "paper",
        re.compile(
            r"(?i)(?:vorlage|drucksache|\bds\b|\bdrs\b|geschäftsnummer|geschäfts?-?nr|aktenzeichen|zahl\b|vorl\.)"
        ),
    ),
    (
        "title",
        re.compile(
            r"(?i)(?:betreff|gegenstand|bezeichnung|thema|titel|inhalt|tagesordnung|traktand|geschäft|beratungspunkt|angelegenheit)"
        ),
    ),
)
_EMPTY = re.compile(r"^[\s–—./-]*$|^(?:ohne|keine)(?:\s+Vorlage)?$|^entfällt$")
_ACT = re.compile(
    r"(?i)^(?:zur\s+)?(?:(?:vor)?beratung|entscheidung|beschluss(?:fassung)?|kenntnisnahme|kenntnis|information|anhörung|empfehlung|wahl|"
    r"bericht|mündlich(?:er bericht)?|anfrage|antrag|diskussion|genehmigung|E|V|K|B|I)$"
)
_WHO = re.compile(
    r"^(?:(?:Frau|Herrn?|Hr\.|Fr\.|Dr\.|Prof\.|Mag\.|Ing\.|DI|Bgm\.?|BM|OB|StR|GR|Vbgm\.?|Amt|Dez\.?|Dezernat|FB|Fachbereich|Abt\.|Stadtr[aä]t(?:in)?|"
    r"Gemeinder[aä]t(?:in)?|(?:Vize)?[Bb]ürgermeister(?:in)?|(?:Ober)?bürgermeister(?:in)?|Kämmer(?:er|in)|Landr[aä]t(?:in)?|Beigeordnete[rn]?|Referat)\b.{0,50}"
    r"|\d{1,3}(?:[./-]\d{1,3})?|[A-ZÄÖÜ]{1,4}\s?\d{0,3}|[A-Z]\.\s[A-ZÄÖÜ][\wäöüß-]+|\d{1,2}[:.]\d\d(?:\s*Uhr)?)$"
)
_LONE = re.compile(r"^(?:[A-ZÄÖÜ]{1,4}[/-])?\d{1,6}(?:[/.-][A-Z]{0,3}\d{0,6}){1,4}(?<=[\dA-Z])$")
_FILE_CUE = re.compile(
    r"^(?:Zl|Zahl|GZ|Gz|Az|AZ|Aktenzeichen|Geschäftszahl|Geschäfts-?[Nn]r|Gesch\.-?\s?Nr)\b\.?\s*:?\s*"
)
_NO_LONE = re.compile(
    r"^(?:\d{1,2}\.\d{1,2}\.(?:\d{2}|\d{4})|(?:19|20)\d\d\s?[/-]\s?(?:19|20)?\d\d|[\d.]+|\d{1,2}[./-]\d{1,2}(?:[./-]\d{2,4})?|0\d{2,5}[/-]\d{4,})$"
)
_CUE = re.compile(
    r"(?:^|(?<=\s)|(?<=\())(?:Beschluss|Sitzungs|Informations|Mitteilungs)?(?:[Vv]orlagen?|[Dd]rucksachen?|Drs\.?|DS)(?:[- ]?(?:Nr|Nummer)\b\.?)?\s*:"
)
_BELOW_TITLE = re.compile(
    r"(?:^|(?<=\s))(?:(?:Der|Dieser)\s+(?:Tagesordnungsp|P)unkt\s+(?:wird|ist|wurde)\b|Die\s+(?:entsprechenden\s+)?(?:Beratungs|Sitzungs)?unterlagen\b"
    r"|(?:Berichterstatt(?:er(?:in)?|ung)|Referent(?:in)?|Einbringer(?:in)?|Antragsteller(?:in)?|Status|Öffentlichkeitsstatus|Zuständig(?:keit)?|Federführ\w+)\s*:)"
)


@dataclass(slots=True)
class Row:
    """A row taken apart. `line` is number and title as an agenda without a table has them; `number` whether it has one."""

    line: str
    number: bool
    references: list[str] = field(default_factory=list)
    public: Public = None
    remarks: list[str] = field(default_factory=list)  # sentences of the title's cell that are no title


def cells_of(line: str) -> list[str]:
    """The cells of a line, or nothing where it has no more than one."""
    if "|" not in line:
        return []
    return [cell.strip() for cell in line.split("|")]


def gap_cells(line: str) -> list[str]:
    """The cells of a line whose columns are parted by wide gaps: only where one behind the first is no running text."""
    cells = [cell.strip() for cell in re.split(r"\s{3,}", line.strip())]
    beside = [cell for cell in cells[1:] if _is_paper(cell) or _ACT.match(cell) or bare(cell) is not None]
    return cells if beside and (len(cells) > 2 or len(cells[0]) > 6 or _is_paper(cells[0])) else []


def is_act(line: str) -> bool:
    """True for a line that only says what a committee does with an item ("Vorberatung", "zur Kenntnis")."""
    return len(line.strip()) > 2 and bool(_ACT.match(line.strip()))


def head_kinds(cells: Sequence[str]) -> list[Kind] | None:
    """What each column holds, where these cells are the head of the table; None where they are a row."""
    kinds: list[Kind] = []
    for cell in cells:
        if len(cell) > 40 or (re.search(r"\d", cell) and not cell.endswith("Nr.")):
            return None
        kinds.append(next((kind for kind, pattern in _HEADS if pattern.search(cell)), "other"))
    known = {kind for kind in kinds if kind != "other"}
    return kinds if len(known) >= 2 and "title" in known and kinds.count("title") == 1 else None


def read_row(cells: Sequence[str], kinds: Sequence[Kind] | None) -> Row:
    """Take a row apart: by the table's head where that has as many columns, else by what the cells look like."""
    cells = list(cells)
    if kinds is None or len(kinds) != len(cells):
        kinds = None
        while len(cells) > 1 and not cells[0] and not cells[1]:
            cells = cells[1:]
    number = _number_cell(cells)
    title: list[str] = []
    row = Row("", bool(number))
    for index, cell in enumerate(cells):
        if not cell or index in number:
            continue
        kind = kinds[index] if kinds else _kind_of(cell, bool(title or row.references))
        if kind in {"title", "number"}:  # in the column of numbers: a heading over the whole row
            title.append(cell)
        elif kind == "paper":
            row.references.extend(_papers_in(cell))
        elif kind == "public":
            row.public = bare(cell)
    if title:
        title[-1], more, row.remarks = split_cell(title[-1])
        row.references.extend(reference for reference in more if reference not in row.references)
        title = [part for part in title if part]
    printed = " ".join(cells[n] for n in sorted(number))
    row.line = "   ".join([printed, *title]) if printed else " ".join(title)
    return row


def _kind_of(cell: str, begun: bool) -> Kind:
    """What a cell is by its looks; `begun`: title or Vorlage number were seen before it."""
    if bare(cell) is not None:
        return "public"
    if _EMPTY.match(cell):
        return "other"
    if _is_paper(cell):
        return "paper"
    return "other" if begun and (_ACT.match(cell) or _WHO.match(cell)) else "title"


def _papers_in(cell: str) -> list[str]:
    """The Vorlage numbers of a cell that holds such; as it is where it has no shape that is known."""
    if _EMPTY.match(cell):
        return []
    found = shaped_references(cell) or references(cell) or references(f"Vorlage {cell}")
    lone = lone_reference(cell)
    return found or ([lone] if lone else [])


def split_cell(text: str) -> tuple[str, list[str], list[str]]:
    """A cell of several lines, read as one: the title, its Vorlage numbers, and the sentences below it."""
    found: list[str] = []
    remark = ""
    cue = _CUE.search(text)
    if cue and cue.start() > 0:
        below = text[cue.start() :]
        found = cued_references(below)
        if found:
            end = below.rfind(found[-1]) + len(found[-1])
            text, remark = text[: cue.start()], below[end:]
    below_title = _BELOW_TITLE.search(text)
    if below_title and below_title.start() > 0:
        text, remark = text[: below_title.start()], f"{text[below_title.start() :]} {remark}"
    sentences = [part.strip() for part in re.split(r"(?<=[a-zäöüß)])[.!]\s+", remark) if part.strip(" .)")]
    return text.rstrip(" (") if found or sentences else text, found, sentences


def _number_cell(cells: Sequence[str]) -> set[int]:
    """Which of the first cells hold the number: one ("Ö 1"), or two ("Ö" and "1", "TOP" and "3")."""
    filled = [n for n, cell in enumerate(cells) if cell][:2]
    if not filled or filled[0] > 1:
        return set()
    first = cells[filled[0]]
    alone = read_number(first)
    if alone:
        return {filled[0]}
    if len(filled) == 2 and re.fullmatch(r"(?:TOP|Punkt|Ö|N|NÖ|ö|nö)\.?:?", first):
        both = read_number(f"{first} {cells[filled[1]]}")
        if both and not both.title:
            return set(filled)
    return set()


def lone_reference(text: str) -> str | None:
    """A line or cell that is one word of figures and joints ("21-0456.1", "2027/014"): a Vorlage number, or None.

    Only where nothing else can stand: in a cell of its own, or on a line of its own below a title.
    """
    text = _FILE_CUE.sub("", text.strip(" ()[]")).strip()
    fits = _LONE.match(text) and sum(char.isdigit() for char in text) >= 4 and not _NO_LONE.match(text)
    return text if fits else None


def _is_paper(cell: str) -> bool:
    """True for a cell that holds Vorlage numbers and hardly anything else."""
    if lone_reference(cell):
        return True
    found = shaped_references(cell) or (
        references(cell) if re.match(r"(?i)\W*(?:vorlage|drucksache|drs|ds)\b", cell) else []
    )
    rest = cell
    for reference in found:
        rest = rest.replace(reference, " ")
    return bool(found) and not re.search(
        r"[^\W\d_]{4,}", re.sub(r"(?i)\b(?:vorlagen?|drucksachen?|drs|nummer|neu|ergänzung|nachtrag|1\.)\b", " ", rest)
    )
