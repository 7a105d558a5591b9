"""What a motion asks for, cut from the reasons before and behind it where no heading parts them.

What enters: the parts of one document as its headings cut them, and its text. What leaves: the same parts, each motion
from where it asks to where its reasons begin. What it does not know: forms, headings of other kinds.

Three things hide that border: a heading that a text frame made come last on its page, a paper without headings, and a
letter that tells before it asks. A word of the motion must not get lost, so without a good sign of reasons nothing is cut.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ratsassistent.oparl import PagedText, Part
from ratsassistent.pack.papers.headings import read_heading
from ratsassistent.pack.papers.lines import Line, lines_of, trimmed_part

_ITEM = re.compile(r"^\s*(?:\(?\d{1,2}[.)]|\(?[a-z][.)]|[IVX]{1,4}[.)]|[-•–▪*o])(?:\s+\S|\s*$)")
_NUMBERED = re.compile(r"^\s*\(?(?P<number>\d{1,2})[.)](?:\s|$)")
_SENTENCE_END = re.compile(r"[.!?][\"“”»)]*$")
_NEXT_SENTENCE = re.compile(r"[.!?][\"“”»)]*\s+(?=[A-ZÄÖÜ])")
_SALUTATION = re.compile(r"^\W*(?:Sehr (?:ge|ver)ehrte|Liebe[rs]?\s+\w)", re.MULTILINE)
_LEAD = re.compile(
    r"\b(?:beantrag(?:en|t|e)|stell(?:en|t|e)\b.{0,80}\bAntr[aä]ge?|bitten?|fordern?|möge(?:n)?|wollen?|beschlie(?:ß|ss)(?:en|t)|ersuch(?:en|t)|beauftragt|"
    r"aufgefordert|gebeten)\b[^.!?]{0,160}:$"
)
_ENDS_ASKING = re.compile(r"\bbeantrag(?:en|t|e)(?:\s+(?:wir|ich|daher|deshalb|hiermit|folgendes))*[,:]?$")
_BEGINS_ASKING = re.compile(
    r"^(?:(?:Daher|Deshalb|Hiermit|Somit|Aus diesem Grund|Insofern)\s+)?(?:beantrag(?:en|e)\s+(?:wir|ich)\b|(?:[Ww]ir|[Ii]ch|[Dd]ie\s[\w/.ÄÖÜ´’‘-]+(?:\s[\w/.-]+)?)\s(?:\w+\s){0,3}?beantrag(?:en|t|e)\b)"
)
_ORDERS = re.compile(
    r"\b(?:wird|werden)\b[^.]*\b(?:beauftragt|gebeten|aufgefordert|ersucht|ermächtigt|angewiesen)\b|\bmöge(?:n)?\b|\bbeantrag(?:en|t)\b|"
    r"\bfordert\b[^.]*\bauf\b|^(?:Dabei|Dazu|Hierbei|Hierzu|Hierfür|Ebenso|Zudem|Außerdem|Ferner|Weiters?|Weiterhin|Darüber hinaus)\b[^.]*\b(?:soll(?:en)?|ist|sind)\b"
)
_REASONS = re.compile(
    r"\b(?:[Ww]ir|[Uu]ns|[Uu]nser\w*|[Ii]ch|war(?:en)?|wurden?|hat(?:te|ten)?|haben|konnten?|gab(?:en)?|weil|deshalb|daher|deswegen|denn|somit|aufgrund|"
    r"angesichts|dadurch|infolge|trotz|obwohl|zumal|leider|allerdings|jedoch|hingegen|beispielsweise|seit|bereits|derzeit|aktuell|bisher|bislang|"
    r"mittlerweile|zuletzt|heute|schon|immer|könnten?|wichtig\w*|notwendig\w*|sinnvoll\w*|große[rns]?|größten?|viele[rn]?|häufig|oft|knapp)\b"
)
_CLOSING = re.compile(
    r"^(?:(?:Eine |Die )?(?:weitere )?(?:Begründung|Erläuterung)\w*\b.{0,30}\b(?:er)?folgt\b|Vielen Dank|Herzlichen Dank|Wir (?:freuen|bedanken|danken|hoffen|bitten (?:um|Sie))|Für (?:Rück)?[Ff]ragen|Über (?:eine|Ihre)\b.{0,60}\bfreuen wir)"
)
_BACK = re.compile(r"^(?:Dies\w*|Das|Dabei|Dazu|Hier\w*|Damit|Ebenso|Sie|Er|Es)\b")
_KIND_ALONE = re.compile(
    r"^\W*(?:Interfraktionelle[rs]?\s+)?(?:(?:Änderungs|Ergänzungs|Dringlichkeits)?-?/?\s*)?(?:Antrag|Anfrage|Beschlussvorlage|Vorlage|Stellungnahme)\W*$"
)
_NO_WORDS = re.compile(r"^(?:[\W_]*|\W*(?:Seite|S\.)\s*\d{1,3}\W*|.{0,60}\s{3,}(?:Seite|Blatt)\s+\d{1,3}\W*)$")
_DAY_ALONE = re.compile(
    r"^\W*[A-ZÄÖÜ][\wäöüßÄÖÜ .()/-]{2,40},\s*(?:den\s+|am\s+)?\d{1,2}\.\s?(?:\d{1,2}\.|[A-ZÄÖÜ][a-zä]+)\s?\d{4}\W*$"
)
_PAGE_TURNS = re.compile(
    r"^(?:\W*[–—-]\s*\d{1,3}\s*[–—-]\W*|.{0,160}\s(?:Seite|Blatt)\s+\d{1,3}(?:\s*(?:von|/)\s*\d{1,3})?\W*)$"
)
MIN_REASONS = 30  # words of what would be cut away, at least, where no heading says that there are reasons
LONG = 25  # words of a paragraph behind the numbered points of a motion that is none of them


@dataclass(slots=True)
class _Block:
    """A paragraph, or one item of a list: characters [start, end)."""

    start: int
    end: int
    text: str
    item: bool
    parted: bool  # a blank line stands before it


def only_asked(paged: PagedText, parts: Sequence[Part], end: int) -> list[Part]:
    """The parts of a document, its motion cut to what it asks for.

    :param end: where the document ends; a heading that came last on a page may stand behind all parts.
    """
    out = [without_edges(paged.text, part) if part.kind == "motion" else part for part in parts]
    at = next((i for i, part in enumerate(out) if part.kind == "motion"), None)
    if at is None:
        return out
    motion = out[at]
    begin = _asks_from(paged.text, motion, paged.text[out[0].start : motion.end])
    if begin:
        out[at : at + 1] = [
            trimmed_part(paged.text, "reason", None, motion.start, begin),
            trimmed_part(paged.text, "motion", motion.heading, begin, motion.end),
        ]
        at += 1
        motion = out[at]
    after = out[at + 1] if at + 1 < len(out) else None
    late = _late_heading(paged, motion.start, end)
    if late is None and after and after.kind == "reason":
        return out
    stop = _reasons_from(_blocks(lines_of(paged.text, motion.start, motion.end)), late)
    if stop is None:
        return out
    name = late.text.strip() if late else None
    asked = trimmed_part(paged.text, "motion", motion.heading, motion.start, stop)
    if late and stop < late.start < motion.end:  # the same heading twice: it will be put where the reasons begin
        rest = [
            trimmed_part(paged.text, "reason", name, stop, late.start),
            trimmed_part(paged.text, "reason", name, late.end, motion.end),
        ]
    else:
        rest = [trimmed_part(paged.text, "reason", name, stop, motion.end)]
    out[at : at + 1] = [asked, *(part for part in rest if part.start < part.end)]
    return out


def _asks_from(text: str, motion: Part, before: str) -> int | None:
    """Where a motion comes to its request: at its "Wir beantragen daher:", else a letter's numbered points."""
    blocks = _blocks(lines_of(text, motion.start, motion.end))
    told: list[_Block] = []
    for block in blocks:
        leads = (
            _LEAD.search(block.text)
            or (len(block.text.split()) <= 12 and _ENDS_ASKING.search(block.text))
            or (block.parted and _BEGINS_ASKING.match(block.text))
        )
        if not block.item and told and leads and not any(_number(b) or _ORDERS.search(b.text) for b in told):
            starts = [match.end() for match in _NEXT_SENTENCE.finditer(text, block.start, block.end)]
            return starts[-1] if starts else block.start
        told.append(block)
    if not _SALUTATION.search(before):
        return None
    first = next((n for n, b in enumerate(blocks) if _number(b) == 1), None)
    if not first or not any(_number(block) == 2 for block in blocks[first:]):
        return None
    prose = [block for block in blocks[:first] if not block.item]
    if any(_REASONS.search(b.text) for b in prose) and not any(_ORDERS.search(b.text) for b in prose):
        return blocks[first].start
    return None


def _late_heading(paged: PagedText, start: int, end: int) -> Line | None:
    """A "Begründung" that stands last on its page, where none stands in its place: the reasons are above it."""
    lines = [line for line in lines_of(paged.text, start, end) if line.text.strip()]
    for line, below in zip(lines, [*lines[1:], None], strict=True):
        heading = read_heading(line.text)
        if heading and heading.kind == "reason" and not heading.kept:
            last = (
                below is None
                or paged.at(below.start) != paged.at(line.start)
                or (paged.at(line.start).page is None and bool(_PAGE_TURNS.match(below.text)))
            )
            return line if last else None
    return None


def _reasons_from(blocks: Sequence[_Block], late: Line | None) -> int | None:
    """Where the reasons begin in a motion; None where it holds none for all that can be seen.

    :param late: the heading of the reasons, where one is out of its place: then there are reasons.
    """
    listed = 0
    spaced = any(block.parted for block in blocks[1:])
    for n, block in enumerate(blocks):
        if late and block.start >= late.start:
            return None
        numbered = _number(block) is not None
        before = blocks[n - 1] if n else None
        if before is None or numbered or before.text.endswith(":") or (block.item and before.item):
            listed += numbered
            continue
        if _CLOSING.match(block.text):
            return block.start
        marks = len(_REASONS.findall(block.text))
        words = len(block.text.split())
        if late:
            points = listed > 1
            told = marks >= 2 or (marks and words <= 30) or (points and words >= LONG)
            ordered = not points and _ORDERS.search(block.text)
        else:
            rest = sum(len(b.text.split()) for b in blocks[n:])
            points = listed > 1 and words >= LONG
            told = marks >= (2 if points else 3) and rest >= MIN_REASONS and not _BACK.match(block.text)
            told = told and (block.parted or not spaced)
            ordered = _ORDERS.search(block.text)
        if told and not ordered and not block.item:
            return block.start if any(map(_asks, blocks[:n])) else None
    return None


def _asks(block: _Block) -> bool:
    """True for what can be a request: a point of a list, a lead, an order, a sentence that gives no reasons."""
    sentence = bool(_SENTENCE_END.search(block.text)) and len(_REASONS.findall(block.text)) < 2
    return block.item or sentence or bool(_LEAD.search(block.text) or _ORDERS.search(block.text))


def without_edges(text: str, motion: Part) -> Part:
    """A part without lines at its edges that hold no words of it: rules, page numbers, the form's "Antrag"."""
    lines = [line for line in lines_of(text, motion.start, motion.end) if line.text.strip()]
    tails = (_NO_WORDS, _KIND_ALONE, _DAY_ALONE)
    while len(lines) > 1 and any(tail.match(lines[-1].text) for tail in tails):
        lines.pop()
    while len(lines) > 1 and (_NO_WORDS.match(lines[0].text) or _PAGE_TURNS.match(lines[0].text)):
        del lines[0]
    if not lines:
        return motion
    return trimmed_part(text, motion.kind, motion.heading, lines[0].start, lines[-1].end, motion.complete)


def _number(block: _Block) -> int | None:
    match = _NUMBERED.match(block.text)
    return int(match["number"]) if match and block.item else None


def _blocks(lines: Sequence[Line]) -> list[_Block]:
    """Lines put together: a blank line, a list mark, or a line that ends early with its sentence ends a block."""
    longest = max((len(line.text) for line in lines), default=0)
    out: list[_Block] = []
    open_block = False
    for line in lines:
        text = line.text.strip()
        if not text:
            open_block = bool(out) and open_block and not re.search(r"[.!?:;]$", out[-1].text)
            continue
        item = bool(_ITEM.match(line.text))
        parted = bool(out) and line.start - out[-1].end > 1
        goes_on = open_block and not item and bool(out) and (not parted or text[:1].islower())
        if goes_on:
            out[-1].end, out[-1].text = line.end, f"{out[-1].text} {text}"
        else:
            out.append(_Block(line.start, line.end, text, item, parted))
        asks = len(text.split()) <= 12 and _ENDS_ASKING.search(text)
        open_block = not (asks or text.endswith(":") or (_SENTENCE_END.search(text) and len(text) < 0.75 * longest))
    return out
