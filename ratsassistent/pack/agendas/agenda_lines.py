"""One line of an agenda: which columns it has, and how it goes on with the title above it.

What enters: lines of an agenda, the item that is being read. What leaves: the item's title and Vorlage numbers, and yes or
no for lines that are no part of a title. What it does not know: numbers of items, pages, meetings.

A PDF gives a table's cells as words with a blank between, so a column is known by what stands in it: a Vorlage number, a
dash for "no paper", the name of who reports.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from ratsassistent.oparl import Public
from ratsassistent.pack.agendas.agenda_rows import Kind, cells_of, head_kinds, lone_reference
from ratsassistent.pack.papers.references import (
    cued_references,
    find_key,
    fuller,
    reference_key,
    references,
    shaped_references,
)

_REFERENCE_LINE = re.compile(
    r"^\W*(?:[A-ZÄÖÜ]\w{1,12}\s*:\s*)?(?:\(?(?:Beschluss|Sitzungs|Informations|Mitteilungs)?(?:vorlagen?|drucksachen?|drs|ds)\b|Vorlagen?-?Nr|(?:[A-Z]{2}-)?(?:Antrags?|Anfrage)[- ]?Nr)",
    re.IGNORECASE,
)
_CUE_AT_END = re.compile(r"\s*[(\[–-]?\s*\b(?:(?:Beschluss|Sitzungs)?Vorlagen?|Drucksachen?|Drs|DS)\b[^,;]{0,60}$")
_CUE_ONLY = re.compile(
    r"^\W*(?:(?:Beschluss|Sitzungs)?vorlagen?|drucksachen?|drs|ds)(?:[- ]?(?:Nr|Nummer))?\W*$", re.IGNORECASE
)
_COLUMN = (
    r"(?:TOP|Punkt|(?:lfd\.?\s*)?Nr\.?|Pos\.?|(?:Beratungs|Verhandlungs)?gegenstand|Betreff|Bezeichnung|Thema|Titel|Inhalt|Tagesordnungspunkt|"
    r"(?:Sitzungs|Beschluss)?vorlagen?|vorlagen?[- ]?(?:nr\.?|nummer)|drucksachen?|drucksachen?[- ]?(?:nr\.?|nummer)|(?:ds|drs)\.?[- ]?nr\.?|"
    r"berichterstatt(?:er(?:in|/in|\*in|:in)?|ung)|referent(?:in|/in)?|einbringer(?:in)?|dezernat|zuständig(?:keit)?|federführung|anlagen?|bemerkung(?:en)?|"
    r"traktand(?:um|en)|geschäft|beschlussart|status)"
)
_COLUMNS = re.compile(rf"^\W*{_COLUMN}(?:[\s/|:.–-]+{_COLUMN}){{1,6}}\W*$", re.IGNORECASE)
_ONE_COLUMN = re.compile(
    r"^(?:TOP|Nr\.?|(?:Beratungs|Verhandlungs)?gegenstand|Betreff|Vorlagen?|Vorlagen?[- ]?Nr\.?|Drucksachen?(?:[- ]?Nr\.?)?|"
    r"Berichterstatt(?:er(?:in|/in)?|ung))$",
    re.IGNORECASE,
)
_OLD_COLUMNS = re.compile(
    r"^\W*(?:TOP|Nr\.?|Punkt)?\s*(?:Beratungsgegenstand|Betreff|Bezeichnung|Gegenstand)\b.{0,40}$", re.I
)
_REPORTS = re.compile(r"(?i)berichterstatt|referent|einbringer|dezernat|zuständig|federführ")
_ACTS = re.compile(r"(?i)beschlussart|beratungsart|status|behandlung|zuständigkeit|\bart\b|aktion")
_PAPERS = re.compile(r"(?i)vorlage|drucksache|\b(?:ds|drs)\b")
_PLAIN = re.compile(r"(?<![\w/.,-])\d{1,5}/(?:(?:19|20)\d\d|\d\d)(?![\w/])")
_YEARS = re.compile(r"(?:19|20)\d\d/")
_NO_PAPER = re.compile(
    r"\s+(?:[–—-]{1,3}|\./\.|-/-|(?:ohne|keine)\s+(?:Vorlage|Drucksache)|mündlich|mdl\.?|o\.\s?V\.)$"
)
# What a column beside the Vorlage number holds: a person with an office; an office or its number.
_PERSON = re.compile(
    r"(?:(?:Ober|Erster? )?[Bb]ürgermeister(?:in)?|OB(?:in)?|Bgm\.?|BM|EBM|Beigeordneter?|Beig\.|St[RK]|GR|Stadtr[aä]t(?:in)?|Gemeinder[aä]t(?:in)?|"
    r"Gemeindevorst[aä]nd(?:in)?|(?:Stadt)?[Kk]ämmerer|(?:Stadt)?[Kk]ämmerin|Dezernent(?:in)?|Amtsleiter(?:in)?|Frau|Herrn?|Hr\.|Fr\.|Dr\.|Prof\.|Mag\.|"
    r"Dipl\S+|Landr[aä]t(?:in)?|Vorsitzender?)(?=[\s,/]|$)"
)
_OFFICE = re.compile(
    r"(?:(?:Amt|Dez\.?|Dezernat|FB|Fachbereich|Abt\.|Referat|Stabsstelle)\s\S+|[IVX]{1,4}|\d{1,3})(?:\s|/|$)"
)
# Below a title: who reports, where it was dealt with before, a remark on the papers.
_REMARK = re.compile(
    r"^\W*(?:(?:Berichterstatt(?:er(?:in)?|ung)|Referent(?:in)?|Einbringer(?:in)?|Sachbearbeit(?:er(?:in)?|ung)|Verfasser(?:in)?|Zuständig\w*|"
    r"Federführ\w*|Antragsteller(?:in)?)\b|(?:Vorberat(?:ung|en)|Beratungsfolge|Antrag des (?:Gemeinde|Stadt)rat(?:e?s)?|Antrag|Referenten|Dezernat|Amt|Fachbereich|Status|Beschlussart|Anlagen?|Beilagen?)\s*:|"
    r"(?:Der|Dieser) (?:Tagesordnungsp|P)unkt\b|Die (?:entsprechenden )?(?:Beratungs|Sitzungs)?unterlagen\b|(?:wird|werden) nachgereicht|"
    r"(?:Die )?(?:Vorlage|Unterlagen?) (?:wird|werden|liegt|liegen|folgt|folgen)\b)",
    re.IGNORECASE,
)
_OPENER = re.compile(
    r"^(?:Ich|Wir|Sie|Bitte|Eine?|Der|Die|Das|Im|In|Am|Zu|Zur|Zum|Nach|Vor|Für|Es|Alle|Falls|Sollten?|Soweit|Um|Gäste|Zuhörer\w*|Interessierte|"
    r"Anschließend|Diese|Gemäß|Mit|Auf|Bei|Rückfragen|Weitere|Änderungen|Etwaige|Einwohner\w*|Bürger\w*|Anträge)\b"
)
_VERB = re.compile(
    r"\b(?:ist|sind|war|wird|werden|wurde|wurden|findet|finden|liegt|liegen|bitte[nt]?|weise|lade[nt]?|kann|können|hat|haben|steht|stehen|erhalten|"
    r"erhält|darf|dürfen|gibt|folgt|folgen|schließt|reicht|stellt|beginnt|endet|mitzubringen|eingeladen|möge|möchte|möchten|gilt|gelten|müssen|soll)\b"
)
_OPEN = re.compile(
    r"(?:[-–,:/(&]|\b(?:und|oder|sowie|bzw\.|der|die|das|des|dem|den|ein|eine[rsnm]?|für|zu[rm]?|von|vom|mit|in|im|am|an|auf|aus|bei|beim|"
    r"nach|über|unter|vor|durch|gegen|ohne|um|als|gemäß|Nr\.|Abs\.|St\.|§))$"
)
_HEADING_WORDS = re.compile(
    r"^(?:(?:[A-ZÄÖÜ][a-zäöüß]+|\W)\s*){0,3}"
    r"(?:Anträge|Anfragen|Mitteilungen|Vorlagen|Beschlüsse|Berichte|Verschiedenes|Bekanntgaben)\b.{0,60}$"
)
# In an agenda of several committees, above the items of one of them: "Für die Sitzung des Bauausschusses ab 16.00 Uhr"
_SITTING = re.compile(
    r"^\W*(?:Für|In|Zur?|Im Anschluss|Anschließend|Ab|Um|Beginn)\b.{0,60}\b(?i:sitzung)\b.{0,160}\b\d{1,2}(?:[.:]\d\d)?\s*Uhr\W*$"
)
_FULL = 35  # characters of a title beside a column; a shorter one is seldom broken


def _with_ending(line: str, reference: str) -> str:
    """A number with the count of its edition, which its shape alone does not have ("2027/0045-01")."""
    match = re.search(re.escape(reference) + r"-\d{1,2}(?![\d/])", line)
    return match[0] if match else reference


@dataclass(slots=True)
class Columns:
    """What the head of the agenda's table promises: a column of Vorlage numbers, one of who reports."""

    papers: bool = False
    reporters: bool = False
    acts: bool = False  # one of what is done with an item, or its status
    kinds: list[Kind] | None = None  # what each column of a table holds whose cells are parted by " | "

    def read(self, line: str) -> None:
        """Take note of a head of the table, or of one cell of it."""
        self.kinds = head_kinds(cells_of(line)) or self.kinds
        self.acts = self.acts or bool(_ACTS.search(line))
        self.papers = self.papers or bool(_PAPERS.search(line))
        self.reporters = self.reporters or bool(_REPORTS.search(line))

    def numbers(self, line: str) -> list[str]:
        """The Vorlage numbers in a line, without a word before them; "12/2027" only where a column promises numbers."""
        found = [_with_ending(line, reference) for reference in shaped_references(line)]
        if found or not self.papers:
            return found
        return [match for match in _PLAIN.findall(line) if not _YEARS.match(match)]


@dataclass(slots=True)
class Item:
    """An item while its lines are being collected."""

    number: str | None
    path: tuple[int, ...]
    public: Public
    page: int
    wide: bool = False  # a wide gap between number and title
    named: bool = False  # "TOP" or "Punkt" stands before the number
    lines: list[str] = field(default_factory=list)
    references: list[str] = field(default_factory=list)
    closed: bool = False  # the title is complete
    beside: bool = False  # a Vorlage number stands in a column beside the title, which may go on below
    formerly: str | None = None  # the number that it had before a Nachtrag
    withdrawn: bool = False
    style: str = ""  # the sign before the number, where items of one agenda all have it ("§")

    def copy(self) -> Item:
        """A copy whose lists are its own."""
        return replace(self, lines=[*self.lines], references=[*self.references])

    def refer(self, found: Sequence[str]) -> None:
        """Add Vorlage numbers, each once, with its letters where one of two spellings has them."""
        for reference in found:
            keys = [reference_key(known) for known in self.references]
            same = find_key(reference_key(reference), keys)
            if same is None:
                self.references.append(reference)
            else:
                at = keys.index(same)
                self.references[at] = fuller(self.references[at], reference)

    @property
    def title(self) -> str:
        """The whole title, without the dash that stands for "no paper"."""
        text = joined(self.lines)
        if len(re.findall(r"(?:^|(?<=\s))[–—-]{1,3}(?=\s|$)", text)) % 2 or not re.search(r"[–—-]$", text):
            text = _NO_PAPER.sub("", text) or text
        return text


_NO_PAPER_WORD = re.compile(
    r"(?i)(?:\b(?:Nr|Fl|Flst|Flurst|Parz|Kat|Tel|Hs|km|St|Az|Plan|Str)\w*\.?|Flurstück\w*|Gemarkung \w+|Parzelle\w*|\bund|\bbis|[,–-])\s*$"
)


def part_references(items: Sequence[Item]) -> None:
    """Take Vorlage numbers off the ends of lines where several items have such ("Mehr Licht 22-1235").

    One alone may be a plot or a house number; two or more that begin alike are numbers of papers.
    """
    ends: list[tuple[Item, int, str]] = []
    for item in items:
        for index, line in enumerate(item.lines):
            before, _, word = line.rpartition(" ")
            if item.number and before and lone_reference(word) == word and not _NO_PAPER_WORD.search(before):
                ends.append((item, index, word))
    heads = [re.split(r"[/.-]", word)[0] for _, _, word in ends]
    for (item, index, word), head in zip(ends, heads, strict=True):
        if heads.count(head) >= 2:
            item.lines[index] = item.lines[index].rpartition(" ")[0]
            item.refer([word])


def is_columns(line: str) -> bool:
    """True for the head of the agenda's table, whole or one cell of it."""
    text = line.strip()
    if head_kinds(cells_of(text)):
        return True
    return bool(_COLUMNS.match(text) or _ONE_COLUMN.match(text) or _OLD_COLUMNS.match(text))


def with_number_below(line: str, below: str) -> str | None:
    """“Vorlage:” and its number on two lines as one line, or None."""
    if _CUE_ONLY.match(line) and len(below.strip()) <= 40 and cued_references(f"{line.strip()} {below.strip()}"):
        return f"{line.strip()} {below.strip()}"
    return None


def add(item: Item, line: str, columns: Columns) -> None:
    """Add a line to an item's title; what stands in other columns is taken out of it."""
    line = line.strip()
    alone = columns.numbers(line)
    only = lone_reference(line) or (line if alone == [line] else None)
    if only and not item.lines:  # the column left of the title, the title below
        item.refer([only])
        return
    if alone and len(line) - sum(map(len, alone)) <= 30 and item.lines and _is_number_cell(line, alone, columns, True):
        broken = re.fullmatch(r"(.*\S)\s+([A-ZÄÖÜ]{1,4})", item.lines[-1])
        if broken and re.match(r"\d", alone[0]) and shaped_references(f"{broken[2]} {alone[0]}"):
            item.lines[-1], alone[0] = broken[1], f"{broken[2]} {alone[0]}"  # "BV" and its number on two lines
        item.refer(alone)
        item.closed = True
        return
    if _REFERENCE_LINE.match(line) and item.lines and (found := references(line)):
        item.refer(found)
        item.closed = True
        return
    cue = _CUE_AT_END.search(line)
    found = references(line[cue.start() :]) if cue and cued_references(line[cue.start() :]) else []
    if found and cue:
        item.refer(found)
        item.beside = not re.search(r"[(\[]\s*$|^\s*[(\[]", line[cue.start() : cue.start() + 3])
        line = line[: cue.start()]
        item.closed = not item.beside
    else:
        line = _without_number_cells(item, line, columns)
        empty = re.search(r"\s[–—-]\s+(\S.*)$", line) if columns.reporters else None
        if empty and _PERSON.match(empty[1]):  # no paper, and who reports
            line, item.beside = line[: empty.start()], True
    if line.strip():
        item.lines.append(line.strip())


def _is_number_cell(line: str, found: Sequence[str], columns: Columns, below: bool = False) -> bool:
    """True where a line holds numbers and nothing else; `below` a title, one word may stand behind them."""
    if below and line.startswith(found[0]) and re.fullmatch(r"\W*[\w.-]{0,16}\W*", line.rpartition(found[-1])[2]):
        return True
    behind = line.rpartition(found[-1])[2].strip()
    if line.startswith(found[0]) and _is_reporter(behind, columns):
        return True
    rest = line
    for reference in found:
        rest = rest.replace(reference, " ")
    return not re.search(
        r"[^\W\d_]{3,}", re.sub(r"(?i)\b(?:vorlagen?|drucksachen?|drs|nr|und|neu|zu|ergänzung|nachtrag)\b", " ", rest)
    )


def _is_reporter(text: str, columns: Columns) -> bool:
    """True for what the column of who reports holds."""
    return 0 < len(text) <= 60 and bool(columns.reporters or _PERSON.match(text) or _OFFICE.match(text))


def _without_number_cells(item: Item, line: str, columns: Columns) -> str:
    """A line without the Vorlage numbers left or right of the title and what stands right of them."""
    found = columns.numbers(line)
    if not found:
        return line
    if line.startswith(found[0]) and not item.lines and len(line) > len(found[0]) + 3:  # a column left of the title
        item.refer(found[:1])
        rest = line[len(found[0]) :].strip(" :–-|")
        return _without_number_cells(item, rest, columns) if rest else line
    first, last = line.find(found[0]), line.rfind(found[-1])
    before, behind = line[:first].rstrip(), line[last + len(found[-1]) :].strip(" )]|")
    between = re.sub("|".join(map(re.escape, found)), " ", line[first:last])
    if re.search(r"[^\W\d_]{4,}", between) or not before:
        return line
    if behind and not _is_reporter(behind, columns):
        return line
    item.refer(found)
    enclosed = before.endswith(("(", "["))
    item.beside, item.closed = not enclosed, enclosed
    return re.sub(r"[\s(\[|]+$", "", before)


def goes_on(item: Item, line: str, lines: Sequence[str], index: int, next_item: bool) -> bool:
    """True where a line without a number belongs to the title above it.

    :param next_item: the next filled line is an item, the head of a section, or there is none.
    """
    if item.closed or is_remark(line, lines, index, item):
        return False
    if not item.beside or not item.lines:
        return True
    if line[:1].islower() or _OPEN.search(item.lines[-1]) or item.lines[-1].count("„") > item.lines[-1].count("“"):
        return True
    return len(item.lines[-1]) >= _FULL and next_item and not _HEADING_WORDS.match(line) and not line.isupper()


def is_remark(line: str, lines: Sequence[str], index: int, item: Item) -> bool:
    """True for a line below a title that is none of it: who reports, where it was before, a sentence to the reader."""
    text = line.strip()
    if _REMARK.match(text):
        return True
    if not item.lines or _OPEN.search(item.lines[-1]) or not _OPENER.match(text):
        return False
    block = text
    for later in lines[index + 1 : index + 6]:
        if not later.strip() or block.endswith((".", "!", "?")):
            break
        block += " " + later.strip()
    sentence = re.match(r".{25,}?(?<!\d)(?<!Abs)(?<!Nr)(?<!\bSt)(?<!\bDr)[.!?](?:\s|$)", block)
    return bool(sentence and _VERB.search(sentence[0]))


def says_sitting(item: Item, lines: Sequence[str], index: int) -> int:
    """How many lines, up to three and mostly none, only say whose Sitzung begins when.

    They part the items of a joint meeting's committees, and are no item and no heading of subjects.
    """
    if item.lines and not item.closed and is_open(item.lines[-1]):
        return 0
    text = ""
    for count, line in enumerate(lines[index : index + 3], 1):
        if not line.strip():
            break
        text = f"{text} {line.strip()}".strip()
        if _SITTING.match(text):
            return count
    return 0


def reference_line(line: str, columns: Columns) -> list[str]:
    """The Vorlage numbers of a line that holds nothing else, or nothing."""
    text = line.strip()
    found = columns.numbers(text)
    if found and _is_number_cell(text, found, columns):
        return references(text) if _REFERENCE_LINE.match(text) else found
    if _REFERENCE_LINE.match(text):
        return references(text)
    lone = lone_reference(text)
    return [lone] if lone else []


def is_heading(line: str, above: str, next_item: bool, columns: Columns) -> bool:
    """True for the heading of a group of items: short, no sentence, and an item or the page's end comes next.

    :param above: the line above it.
    :param next_item: the next filled line is an item, the head of a section, or there is none.
    """
    if (
        len(line) > 90
        or not any(char.isalpha() for char in line)
        or line.endswith((".", ",", "-", "–"))
        or line[:1].islower()
        or line[:1] in "-–•"
        or not next_item
    ):
        return False
    if _REMARK.match(line) or reference_line(line, columns) or _PERSON.match(line):
        return False
    if columns.reporters and _OFFICE.match(line):
        return False
    open_title = bool(above.strip()) and not _REFERENCE_LINE.match(above.strip())
    return line.isupper() or line.endswith(":") or bool(_HEADING_WORDS.match(line)) or not open_title


def is_open(line: str) -> bool:
    """True for a line that cannot be a title's last: it ends with a hyphen, a comma, "und", "für" …"""
    return bool(_OPEN.search(line))


def joined(lines: Sequence[str]) -> str:
    """Lines as one title; a word cut at a line's end is made whole."""
    text = ""
    for line in lines:
        if re.search(r"\w-$", text) and re.match(r"[a-zäöüß]", line) and not re.match(r"(?:und|oder|bzw)\b", line):
            text = text[:-1] + line
        else:
            text = f"{text} {line}"
    return " ".join(text.split()).strip()
