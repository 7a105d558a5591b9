"""German council text -> sentences that know where they stand.

What enters: text as a PDF gives it, with its line breaks. What leaves: sentences, headings, list items and other lines,
each with its character offsets, and `clean` wording for display.
What it does not know: papers, parts, pages, what a sentence is worth.

Why no library: on running text `sentencex` 1.0 splits German as well as this does, but in a PDF half of the borders are
borders of lines (a heading without a full stop, a list item, a row of a table, a page number in the middle of a
sentence); sentencex ran "…in Durlach ⏎ Bisheriges Konzept ⏎ Seit dem 1. Bauabschnitt gilt dies." together, and syntok cut
"am 26. | September" and "rd. | 48 Mio. €". What such a library would save is the list of abbreviations below.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from ratsassistent.writing.text.terms import word_set

Kind = Literal["sentence", "heading", "item", "row", "furniture"]

_NAMES_COLUMN = re.compile(r"[^\W\d]{2}|%|€|\b(?:19|20)\d\d\b")
_AMOUNT = re.compile(r"\d\s*(?:€|Euro\b|EUR\b)")
# Abbreviations after which a sentence goes on. Without the final full stop, lower case.
_ABBREVIATIONS = word_set(
    """abb abs abschn abt allg anl anm art aufl az bauabschn begr betr bez bgbl bspw bw bzgl bzw ca co cm dez dgl dipl dr
    ebd eing eingeschl einschl entspr etc evtl exkl fa ff fr gem gemgb ges gez ggf ggfs ggü grds hj hr hrsg inc ing inkl
    insb insbes insg jew jhd kap kfm kl km lfd lit lt ltd max mag med min mind mio mrd mtl mwst nat no nr nrn o.a o.ä o.g
    od ord örtl öffentl pag pfd phil pkt pol pos prof prot rd rdnr reg rer resp rn s s.a s.o s.u sog spp st std stdt stellv
    stk str svw tab tel teilw tlw tsd tts u ü ufg u.a u.ä u.u uvm urspr usf usw v v.a v.h verf vgl vol vors wg z z.b z.t z.z
    z.zt zb zgl zit zt zul zus zw zzgl zzt d.h d.j d.m i.d.r i.h.v i.s.d i.v.m i.w i.r.d i.e i.a i.d.f m.w.n n.n o.b.d.a
    gvbl gvobl lgbl rgbl abl gr bgm vbgm vzbgm obgm str stw nabg labg abg ddr mmag dkfm kr lr lh hofr obb bgms sr nr br bezr iur
    rer jur hc h.c zl gz blg beil ord.nr ktn ez gst
    bauges kinderg grundst gebr geb ltg stv jan feb mrz apr jun jul aug sept okt nov dez mo di mi do fr sa so"""
)
# After these a sentence may well end, if the next word looks like the start of one.
_MAY_END = word_set(
    "etc usw ff uvm usf s.o s.u o.ä u.ä u.a str stk d.j d.m st art km cm mio mrd tsd max min co so do mi di mag prot pos nat"
)
_STARTERS = word_set(
    """der die das dem den des ein eine einen einem einer es er sie wir ich dies diese dieser dieses diesem diesen dabei
    dafür dagegen daher damit danach daneben dann darüber darin darauf daraus davon dazu denn derzeit deshalb ebenso
    entsprechend ferner für gemäß hier hierbei hierfür hierzu hinzu im in insgesamt ist jedoch mit nach neben nun nur ob
    obwohl seit sofern sollte somit sowohl trotz über um und unter vom von vor während weil weiter weitere weiterhin wenn
    wie wird zu zudem zum zur zusätzlich zwar aber alle allerdings als am an auch auf aufgrund aus außerdem bei beim bis
    durch gegen kein keine laut mehr"""
)
_MONTHS = r"(?:Jan|Feb|Mär|Mae|Apr|Mai|Jun|Jul|Aug|Sep|Okt|Nov|Dez)"
_NO_LAST_WORD = word_set(
    """der die das des dem den ein eine einen einem einer eines und oder sowie bzw. beziehungsweise in im an am auf aus bei
    beim bis durch für gegen mit nach ohne seit über um unter vom von vor wegen zu zum zur dass wie als ist sind wird werden
    sich nicht auch noch je pro ab auch diese dieser dieses diesem diesen ihre ihrer ihren sein seine seiner"""
)

_BULLET = re.compile(
    r"\s*(?:[•▪■●○◦‣·\uf0a7\uf0b7\uf02d\uf0d8➢➔►*](?!\w*\*)|[-–—](?=\s+\S)|\(?\d{1,2}\)|\d{1,2}(?:\.\d{1,2})*\.(?=\s)|\d{1,2}(?:\.\d{1,2})+(?=\s+[A-ZÄÖÜ])"
    r"|\(?[a-z]\)|[IVX]{1,4}\.(?=\s))\s*"
)
_FURNITURE = re.compile(
    r"\s*(?:[-–—|]\s*)?(?:(?:Seite|S\.|Blatt)\s*)?\d{1,3}(?:\s*(?:von|/|\|)\s*\d{1,3})?(?:\s*[-–—|])?\s*"
    r"|\s*(?:Seite|Blatt|-\s*Seite)\s*\d{1,3}\s*(?:von|/)\s*\d{1,3}\b.{0,60}"
    r"|\s*[-–]+\s*\d{1,3}\s+of\s+\d{1,3}\s*[-–]+\s*"
    r"|.{0,60}\b(?:Seite|Blatt)\s+\d{1,3}\s*(?:von|/)\s*\d{1,3}(?:\s+Seiten?)?\s*",
    re.IGNORECASE,
)
_UNIT = re.compile(r"[€%]|(?:Euro|EUR|Prozent|Mio|Mrd)\b")  # what a line goes on with behind a number
_ORDINAL = re.compile(r"\b(?:am|vom|zum|bis|der|die|das|dem|den|im|des|ab|seit|jede[rsmn]?)\s+\d+$")
_END = re.compile(r"[.!?…](?:[\"“”»«')\]]|\s?\[\d+\])*(?=\s|$)")
_TERMINAL = re.compile(r"[.!?:;…][\"“”»«')\]]*\s*$")
_HYPHEN = re.compile(r"(?<=\w)[-\u00ad\u2010][ \t]*\n\s*(?=\w)")
_KEEP_HYPHEN = re.compile(r"(?:und|oder|bzw|beziehungsweise|sowie|als|bis|noch|u)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A stretch of text: characters [start, end). `kind` "item" is a list item or one sentence of it.

    `opens`: it begins a paragraph, list item or line of its own; `quoted`: it begins inside a quotation that an earlier
    sentence opened.
    """

    start: int
    end: int
    kind: Kind
    text: str  # cleaned, fit for display
    opens: bool = True
    quoted: bool = False


def clean(text: str) -> str:
    """The wording for display: words cut at a line's end made whole, page numbers left out, white space folded.

    Nothing else changes. A hyphen before a capital or before "und" belongs to the word and stays.
    """
    lines = text.split("\n")
    if len(lines) > 1:
        lines = [line for line in lines if not is_furniture(line) or line.strip().isdigit()]
    joined = "\n".join(line.rstrip() for line in lines)

    def join(match: re.Match[str]) -> str:
        rest = joined[match.end() :]
        if _KEEP_HYPHEN.match(rest):
            return "- "
        return "" if rest[:1].islower() else "-"

    joined = _HYPHEN.sub(join, joined).replace("\u00ad", "")
    return re.sub(r"\s+", " ", joined).strip()


def clean_lines(text: str) -> str:
    """As `clean`, but paragraphs and list items keep lines of their own: for a wording shown whole."""
    lines: list[str] = []
    for block in _blocks(text, 0, len(text)):
        if block.kind != "furniture":
            lines.append(clean(text[block.start : block.end]))
    return "\n".join(line for line in lines if line)


def is_furniture(line: str) -> bool:
    """True for a line that belongs to the page and not to the text: "– 2 –", "Seite 3 von 8 aus Vorlage …"."""
    return _FURNITURE.fullmatch(line) is not None


def sentences(text: str, start: int = 0, end: int | None = None) -> list[Sentence]:
    """Split characters [start, end) of a text into sentences, headings, list items and rows, in order.

    Page numbers and running heads are left out; a sentence that goes on over a page border stays one sentence.
    """
    found: list[Sentence] = []
    for block in _blocks(text, start, len(text) if end is None else end):
        if block.kind == "furniture":
            continue
        pieces = (
            [(block.start, block.end)] if block.kind in ("heading", "row") else _split(text, block.start, block.end)
        )
        inside = False
        for n, (first, last) in enumerate(pieces):
            wording = clean(text[first:last])
            if wording:
                kind = "sentence" if n and block.kind == "item" else block.kind
                found.append(Sentence(first, last, kind, wording, opens=n == 0, quoted=inside))
            inside = _inside_quotation(text[first:last], inside)
    return found


def _inside_quotation(text: str, before: bool) -> bool:
    """Is a quotation still open at the end of this stretch? Only German marks tell the beginning from the end."""
    for mark in re.findall(r"[„“”»«]", text):
        before = mark in "„»" if mark != "”" else False
    return before


@dataclass(slots=True)
class _Block:
    start: int
    end: int
    kind: Kind


def _lines(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    position = start
    while position < end:
        stop = text.find("\n", position, end)
        stop = end if stop < 0 else stop
        yield position, stop
        position = stop + 1


def _blocks(text: str, start: int, end: int) -> list[_Block]:
    """Lines put together to paragraphs, list items, headings and rows."""
    lines = list(_lines(text, start, end))
    widths = sorted(len(text[a:b].rstrip()) for a, b in lines if b - a > 30)
    width = widths[len(widths) * 3 // 4] if widths else 80
    blocks: list[_Block] = []
    current: _Block | None = None
    for n, (a, b) in enumerate(lines):
        line = text[a:b].rstrip()
        stripped = line.strip()
        if not stripped:
            # A blank line ends a block where its text may end: some layouts put blank lines between all lines.
            if current is not None:
                above = text[current.start : current.end]
                below = next((text[c:d].strip() for c, d in lines[n + 1 : n + 6] if text[c:d].strip()), "")
                short = len(above.rsplit("\n", 1)[-1].strip()) < width * 0.6
                if _ended(above) or (short and not below[:1].islower() and not above.rstrip().endswith(("-", ","))):
                    current = None
            continue
        open_before = current is not None and not _ended(text[current.start : current.end])
        if is_furniture(line) and not (open_before and stripped.isdigit()):
            blocks.append(_Block(a, b, "furniture"))
            continue
        following = next((text[c:d].strip() for c, d in lines[n + 1 : n + 4] if text[c:d].strip()), "")
        previous = text[current.start : current.end].rstrip().rsplit("\n", 1)[-1] if current is not None else ""
        bullet = _BULLET.match(line)
        runs_on = open_before and len(previous.strip()) > width * 0.6
        if bullet and not runs_on and _is_numbered_heading(stripped, following, width):
            current = None
            blocks.append(_Block(a, b, "heading"))
        elif (
            bullet
            and bullet.end()
            and not (open_before and current is not None and _goes_on(line, previous, width, current.kind))
        ):
            current = _Block(a, b, "item")
            blocks.append(current)
        elif _is_row(stripped):
            current = None
            blocks.append(_Block(a, b, "row"))
        elif not (open_before and _belongs(stripped, previous, width)) and _is_heading(stripped, following, width):
            current = None
            blocks.append(_Block(a, b, "heading"))
        elif current is None or (
            not open_before
            and not stripped[:1].islower()
            and not _UNIT.match(stripped)
            and len(previous.strip()) < width * 0.7
        ):
            current = _Block(a, b, "sentence")
            blocks.append(current)
        else:
            current.end = b
    return blocks


def _ended(text: str) -> bool:
    """Has the text come to the end of a sentence? "vom 29." and "rd. 48 Mio." have not."""
    stripped = text.rstrip()
    if re.search(r"\b(?:am|vom|zum|bis|der|dem|den|im|des|ab|seit|und)\s+\d{1,2}\.$", stripped):
        return False
    if stripped.endswith(":") and stripped.count("(") > stripped.count(")"):
        return False
    return _TERMINAL.search(stripped) is not None and not _abbreviation_before(stripped, len(stripped) - 1)


def _goes_on(line: str, previous: str, width: int, kind: Kind) -> bool:
    """A line that looks like a list item but only continues: "– unter Beachtung …", "31. Dezember 2024"."""
    stripped = line.strip()
    if re.match(rf"\d{{1,2}}\.\s+{_MONTHS}", stripped):
        return True
    if re.match(r"[-–—]\s?\d", stripped) and re.search(r"\d\.?$", previous.rstrip()):
        return True  # "3.500 – 4.000 Euro"
    full = len(previous.strip()) > width * 0.8
    if re.match(r"[-–—]\s+[a-zäöü]", stripped):
        return kind == "sentence" or full or previous.rstrip().endswith(",")
    return bool(re.match(r"\d{1,2}\.\s+[a-zäöü]", stripped)) and full


def _belongs(stripped: str, previous: str, width: int) -> bool:
    """Does this line continue the open sentence above it?"""
    if stripped[:1].islower() or len(previous.strip()) > width * 0.6:
        return True
    last = previous.rstrip().rsplit(None, 1)[-1:] or [""]
    return last[0].lower() in _NO_LAST_WORD or previous.rstrip().endswith((",", "-", "–", "\u00ad"))


def _is_heading(stripped: str, following: str, width: int) -> bool:
    if stripped.endswith(":") and len(stripped) < 60:
        return len(stripped.split()) <= 6 or len(stripped) < width * 0.5
    if (
        _TERMINAL.search(stripped)
        or len(stripped) > min(90, max(width * 0.75, 40))
        or stripped.endswith((",", "-", "\u00ad"))
    ):
        return False
    if not (stripped[:1].isupper() or stripped[:1].isdigit() or stripped[:1] in '„"§'):
        return False
    last = stripped.rsplit(maxsplit=1)[-1]
    if last.lower().strip(".,") in _NO_LAST_WORD or (last.islower() and following[:1].isdigit()):
        return False
    return bool(following) and not following[:1].islower()


def _is_numbered_heading(stripped: str, following: str, width: int) -> bool:
    """ "3. Wirtschaftlichkeitsprüfung" above a paragraph; a list item has another item below it or runs on."""
    if not re.match(r"\(?(?:\d{1,2}(?:\.\d{1,2})*|[IVX]{1,4})[.)]?\s+[A-ZÄÖÜ„]", stripped) or len(stripped.split()) > 9:
        return False
    return _is_heading(stripped, following, width) and not _BULLET.match(following) and len(following) > width * 0.6


def cells_of(line: str) -> list[str]:
    """The cells of a table's row ("Zuschuss | 120.000 Euro"); the whole line where it is none."""
    return [" ".join(cell.split()) for cell in line.split("|")]


def heading_row(text: str, row: int, cells: int) -> tuple[int, str] | None:
    """The first row of the table that the row at offset `row` is in, as (offset, line), if it names the columns.

    :param cells: how many it must have; names are words, not figures.
    """
    top: tuple[int, str] | None = None
    end = row - 1
    while end > 0:
        start = text.rfind("\n", 0, end) + 1
        line = text[start:end]
        if " | " not in line:
            break
        top = (start, line)
        end = start - 1
    if top is None:
        return None
    names = cells_of(top[1])
    named = len(names) == cells and all(_NAMES_COLUMN.search(name) and not _AMOUNT.search(name) for name in names[1:])
    return (top[0], " | ".join(names)) if named else None


def labelled_row(text: str, start: int, end: int) -> str:
    """The row at [start, end) with the name of its column before each value: "Krippe – Kinder: 22 – Mehrertrag: 6.400 €"."""
    line_start = text.rfind("\n", 0, start) + 1
    line_end = text.find("\n", end - 1)
    cells = cells_of(text[line_start : line_end if line_end >= 0 else len(text)])
    head = heading_row(text, line_start, len(cells)) if len(cells) > 1 else None
    if head is None:
        return " – ".join(cell for cell in cells if cell)
    names = cells_of(head[1])
    values = [f"{name}: {value}" for name, value in zip(names[1:], cells[1:], strict=True) if value]
    return " – ".join([cells[0], *values])


def _is_row(stripped: str) -> bool:
    """A row of a table, a form line or the leaders of a table of contents: numbers and words without a sentence."""
    if " | " in stripped or re.search(r"[.…_]{5,}|[☐☒☑□■\uf06f\uf0a8\uf0fe]", stripped):
        return True
    words = stripped.split()
    numbers = sum(bool(re.fullmatch(r"[-–+]?[\d.,:/%€]+|€|Euro|EUR|%|-", word)) for word in words)
    return len(words) >= 3 and numbers >= 3 and numbers * 2 >= len(words)


def _abbreviation_before(text: str, dot: int) -> bool:
    """True if the full stop at `dot` belongs to an abbreviation, an ordinal or a date and more must follow."""
    if text[dot : dot + 1] != ".":
        return False
    head = re.search(r"([\w.äöüÄÖÜß]*)$", text[max(0, dot - 20) : dot])
    word = head[1] if head else ""
    lower = word.lower().strip(".")
    return lower in _ABBREVIATIONS and lower not in _MAY_END


def _split(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Sentence borders inside one paragraph or list item."""
    pieces: list[tuple[int, int]] = []
    begin = start
    bullet = _BULLET.match(text, start, end)
    floor = bullet.end() if bullet else start
    for match in _END.finditer(text, floor, end):
        dot = match.start()
        rest = text[match.end() : end].lstrip()
        if rest and not _is_end(text, begin, dot, rest):
            continue
        pieces.append((begin, match.end()))
        begin = match.end()
        while begin < end and text[begin].isspace():
            begin += 1
    if begin < end:
        pieces.append((begin, end))
    return pieces


def _is_end(text: str, begin: int, dot: int, rest: str) -> bool:
    first = rest[:1]
    if first.islower() or first in ",;)€%" or text[dot] != ".":
        return not (first.islower() or first in ",;)€%")
    head = re.search(r"([^\s(\[„\"“]*)$", text[max(begin, dot - 24) : dot])
    word = head[1] if head else ""
    follower = re.match(r"[\"„“»(]*([\w]+)", rest)
    starter = bool(follower) and follower is not None and follower[1].lower() in _STARTERS
    lower = re.split(r"[-/]", word.lower().strip("."))[-1]  # "Dipl.-Ing."
    if re.fullmatch(r"\d{1,2}(?:\.\d{1,2})?", word) and re.match(r"[-–—]\s?\d", rest):
        return False  # "25.06. – 09.07.2026"
    if re.fullmatch(r"\d{1,2}", word):  # an ordinal: "am 28. Juni", "im 1. Bauabschnitt"
        return starter and not _ORDINAL.search(text[begin:dot])
    if re.fullmatch(r"[A-Za-zÄÖÜü]", word):  # an initial, or "i. V. m."; but also "Variante B."
        return starter and word.isupper() and re.search(r"\w{3,}\s\w$", text[begin:dot]) is not None
    if lower in _ABBREVIATIONS and lower not in _MAY_END:
        return False
    may_end = lower in _MAY_END or re.fullmatch(r"(?:\w\.)+\w|[ivx]{1,4}", lower) is not None
    return starter or not may_end
