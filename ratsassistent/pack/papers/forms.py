"""What a form says becomes values: "Finanzielle Auswirkungen: nein", "Gesamtkosten: 120.000 Euro".

What enters: a paper's text and its parts (those of kind "form", and the costs cut out of them). What leaves: FormValues,
each quoting the lines it was read from. What it does not know: agendas, votes, what a value means for the paper.

The grammar is general: a question, and options with boxes before or behind them, on one line or several, in one column
or in cells. Known questions only help to choose among the lines above the boxes. Where it cannot be told which box
belongs to which option, or an answer contradicts itself, there is no value: a missing one does less harm than a wrong one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ratsassistent.oparl import FormValue, PagedText, Part
from ratsassistent.pack.papers.form_lines import (
    EMPTY,
    ENDS_IN_YES_NO,
    STARTS_YES_NO,
    YES_NO_ONLY,
    goes_on,
    has_box,
    is_choice,
    is_hint,
    is_vote,
)
from ratsassistent.pack.papers.form_rows import QUESTION, Row, rows_of_boxes
from ratsassistent.pack.papers.headings import read_heading
from ratsassistent.pack.papers.lines import Line, lines_of

_FILLED = re.compile(r"^(?P<label>[A-ZÄÖÜ][^:☐☒]{2,70}?)\s*(?::\s*\|?|\s\|)\s*(?P<value>\S.*)$")
_EMPTY_FIELD = re.compile(r"^(?P<label>[A-ZÄÖÜ][^:☐☒]{2,70}?)\s*:\W*$")
_CARRIED_OUT = re.compile(
    r"^(?:(?:durchgeführt|erfolgt|abgestimmt|beteiligt|angehört|beraten|vorgesehen|veranschlagt|geplant)\s+(?:am|mit|durch|in|im|bei|für|bis|von|unter)\s+)\S",
    re.IGNORECASE,
)
_NO_FIELD = re.compile(
    r"^\W*(?:hinweis|erläuterung|begründung|bemerkung|anmerkung|legende|seite|vorlage|drucksache|betreff|datum|az\b|aktenzeichen|tel|e-?mail|verfasser|"
    r"verantwortlich|dienststelle|amt\b|dezernat|bearbeit|gremium|termin|top\b|anlagen?\b|bei\s|wenn\s|falls\s|https?$|\d{1,2}$)",
    re.IGNORECASE,
)
_AMOUNT = re.compile(
    r"\d[\d.']*(?:,\d{1,2})?(?:,-)?\s*(?:€|Euro\b|EUR\b|T€|TEUR|Mio\b|Mrd\b|CHF\b|Fr\.)|(?:€|EUR|CHF|Fr\.)\s*\d"
)
_YEAR_ROW = re.compile(r"^(?:ab|bis|in|im|Jahr|Haushaltsjahr)?\s*(?:19|20)\d\d(?:\s*(?:ff\.?|[-–/]\s*\d{2,4}))?\s*:")
_BLANKS = re.compile(r"_{2,}|\.{4,}|…{2,}")
_PUBLIC_OPTION = re.compile(r"^\W*(?:nicht[\s-]?)?öffentlich\W*$", re.IGNORECASE)
_MOST_WORDS = 25  # of an option or a filled-in value
_HEAD_ROW = re.compile(r"(?<=Auswirkungen)\s+(?:Gesamtkosten|Einzahlungen)\b.*$")  # the next cells of a table's head
_FIELD_WORDS, _LABEL_WORDS = 12, 8
_NEAR = 10  # lines from a field to a row of boxes
_LABEL_LENGTH = 150
_OPTION_PAIR = re.compile(r"\bja\W{1,6}nein\b|\bnein\W{1,6}ja\b", re.IGNORECASE)


@dataclass(slots=True)
class _Group:
    """A question with all that was answered to it."""

    name: str | None
    answers: list[tuple[str, bool]] = field(default_factory=list)
    details: list[str] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    spoilt: bool = False


def form_values(text: PagedText, parts: Sequence[Part]) -> tuple[FormValue, ...]:
    """The values of a paper's forms, in reading order.

    :param parts: all parts of the paper, as `find_parts` gives them.
    """
    out: list[FormValue] = []
    for start, end, heading in _regions(text.text, parts):
        for name, value, lines in _read_region(text.text, start, end, heading):
            quote = " ".join(" ".join(text.text[line.start : line.end].split()) for line in lines)
            citation = text.cite(lines[0].start, max(line.end for line in lines), quote)
            found = FormValue(name=name, value=value, citation=citation)
            if len(citation) <= 3 and not any((o.name, o.value) == (name, value) for o in out):
                out.append(found)
    return tuple(out)


def _regions(text: str, parts: Sequence[Part]) -> Iterator[tuple[int, int, str | None]]:
    """Stretches of form with the costs that were cut out of them, and the heading over each."""
    now: tuple[int, int, str | None] | None = None
    form = False
    for part in sorted(parts, key=lambda p: p.start):
        mine = part.kind in {"form", "costs"}
        if now and mine and not text[now[1] : part.start].strip():
            now, form = (now[0], part.end, now[2]), form or part.kind == "form"
            continue
        # a heading between two parts belongs to the second: it is a question of the form like any other
        if now and mine and part.heading is not None and len(text[now[1] : part.start].strip()) <= 200:
            now, form = (now[0], part.end, now[2]), form or part.kind == "form"
            continue
        if now and form:
            yield now
        now, form = ((part.start, part.end, part.heading), part.kind == "form") if mine else (None, False)
    if now and form:
        yield now


def _read_region(text: str, start: int, end: int, heading: str | None) -> Iterator[tuple[str, str, list[Line]]]:
    """Name, value and lines of each value of one form."""
    lines = [line for line in lines_of(text, start, end) if line.text.strip()]
    rows = rows_of_boxes(lines) if is_choice(text[start:end]) else {}
    above = [Line(start, start, heading)] if heading else []  # labels since the last answer
    group: _Group | None = None
    index = 0
    while index < len(lines):
        line, row = lines[index], rows.get(index)
        words = " ".join(line.text.split())
        if row is None:
            taken, field_value = _field(lines, rows, index)
            if _CARRIED_OUT.match(words) and group is not None and not above:
                group.details.append(_BLANKS.sub("", words))
                group.lines.append(line)
            elif field_value is not None:
                if group:
                    yield from _finished(group)
                group, above = None, []
                yield (*field_value, lines[index : taken + 1])
                index = taken + 1
                continue
            elif not is_hint(words):
                above.append(line)
        else:
            if row.question or above or group is None or _asks_again(group, row):
                if group:
                    yield from _finished(group)
                group = _Group(_name(above, row.question))
            above = []
            if any(ticked for _, ticked in row.options):
                group.lines.append(line)
            group.spoilt |= not row.sure
            options, index = _whole_options(lines, rows, index, row)
            group.answers += options
        index += 1
    if group:
        yield from _finished(group)


def _whole_options(
    lines: Sequence[Line], rows: dict[int, Row], index: int, row: Row
) -> tuple[list[tuple[str, bool]], int]:
    """The options of a row, the last one with what of it stands in the lines below, and the last line used."""
    options = list(row.options)
    while index + 1 < len(lines) and index + 1 not in rows and row.side == "before" and options:
        above, below = lines[index], lines[index + 1]
        if not (goes_on(above, below) if has_box(above.text) else below.text.strip()[:1].islower()):
            break
        label, ticked = options[-1]
        options[-1] = (_joined(label, below.text.strip()), ticked)
        index += 1
    return options, index


def _joined(one: str, two: str) -> str:
    """Two lines as one; a word cut at the end of the first is made whole."""
    if re.search(r"\w-$", one) and two[:1].islower() and not re.match(r"(?:und|oder|bzw)\b", two):
        return one[:-1] + two
    return f"{one} {two}"


def _finished(group: _Group) -> Iterator[tuple[str, str, list[Line]]]:
    """The value of a group: its ticked options and what was filled in beside them."""
    chosen = [label for label, ticked in group.answers if ticked]
    said = {label.casefold() for label in chosen if YES_NO_ONLY.match(label)}
    contradicts = len({word.strip(" .:") for word in said}) > 1
    named = [label for label, _ in group.answers]
    if group.spoilt or contradicts or any(is_vote(f"{label} abgelehnt") for label in named):
        return
    if any(not label or len(label.split()) > _MOST_WORDS for label in chosen):
        return
    name = group.name
    if name and (STARTS_YES_NO.match(name) or ENDS_IN_YES_NO.match(name)):
        return  # a box is missing there
    if named and all(_PUBLIC_OPTION.match(label) for label in named):  # whatever stands in the line above
        name = "Öffentlichkeit"
        if len(chosen) > 1:
            return
    value = ", ".join([*(label.lower() if YES_NO_ONLY.match(label) else label for label in chosen), *group.details])
    if name and value:
        yield name, value, group.lines


def _asks_again(group: _Group, row: Row) -> bool:
    """True where a row answers what the group has answered already: it belongs to another question."""
    had = {label.casefold() for label, _ in group.answers}
    return any(label.casefold() in had for label, _ in row.options)


# Questions and fields


def _name(above: Sequence[Line], question: str) -> str | None:
    """What a group of boxes is about: the question on their line, or a label above them."""
    if question:
        return _tidy(question)
    texts = [" ".join(line.text.split()) for line in above]
    for last in range(len(texts) - 1, -1, -1):
        if texts[last].startswith("("):
            continue
        for first in range(max(last - 2, 0), last + 1):
            label = _chemical(" ".join(texts[first : last + 1]))
            if (
                QUESTION.match(label)
                and len(label) <= _LABEL_LENGTH
                and (first == last or _one_label(texts[first : last + 1]))
            ):
                return _tidy(label)
        if last == len(texts) - 1 and len(texts) >= 2 and texts[last][:1].islower() and texts[last - 1][:1].isupper():
            return _tidy(f"{texts[last - 1]} {texts[last]}")
    label = next((text for text in reversed(texts) if not (text.startswith("(") and text.endswith(")"))), "")
    good = label[:1].isupper() and len(label) <= _LABEL_LENGTH and not re.search(r"[.,;)-]$", label)
    return _tidy(label) if good else None


def _one_label(texts: Sequence[str]) -> bool:
    """True where lines are one label that was wrapped, or cut by a lowered figure."""
    wrapped = all(re.match(r"[a-zäöü]|\d?$|[2₂-]|Auswirkung(?:en)?\b", text) for text in texts[1:])
    return wrapped and all(len(text) <= 60 and not re.search(r"[.:;?)]$", text) for text in texts[:-1])


def _chemical(label: str) -> str:
    """ "CO 2 -Relevanz" in one piece: a lowered figure comes as a line of its own."""
    return re.sub(r"^CO\s*[2₂]\s*-\s*", "CO2-", label)


def _tidy(label: str) -> str:
    """A label without numbering, hint in brackets and colon."""
    cells = [cell for cell in label.split("|") if cell.strip()]
    text = _chemical(" ".join((cells[0] if cells and QUESTION.match(cells[0].strip()) else " ".join(cells)).split()))
    text = _HEAD_ROW.sub("", text)
    text = re.sub(r"^(?:\d{1,2}(?:\.\d{1,2})*[.)]?|[a-z]\)|[•–-])\s+", "", text)
    text = re.sub(r"\s*\((?:bitte|zutreffend|nur|mehrfach)[^)]*\)", "", text, flags=re.IGNORECASE)
    named = re.match(r"([^:]{4,60}):\s", text)
    if named and QUESTION.match(named[1]):
        text = named[1]  # what follows the colon explains the question
    return re.sub(r"\s*\(§[^)]*\)?$", "", text).strip(" :|–-_,")


def _field(lines: Sequence[Line], rows: dict[int, Row], index: int) -> tuple[int, tuple[str, str] | None]:
    """A field with what was filled in, on its line or the ones below, and the index of its last line."""
    words = " ".join(lines[index].text.split())
    asks = index + 1 in rows and not rows[index + 1].question and bool(rows[index + 1].options)
    hinted = index + 1 < len(lines) and is_hint(lines[index + 1].text)
    if (
        len(words) > 4 * _LABEL_LENGTH
        or asks
        or hinted
        or _NO_FIELD.match(words)
        or is_vote(words)
        or _OPTION_PAIR.search(words)
    ):
        return index, None  # the question over a row of boxes, a line of the letterhead
    filled, empty = _FILLED.match(words), _EMPTY_FIELD.match(words)
    if filled and not _AMOUNT.search(filled["value"]) and not any(abs(row - index) <= _NEAR for row in rows):
        return index, None  # far from any box it is running text
    if filled and not _BLANKS.search(words) and filled["value"][0] not in f"{EMPTY}|":
        return _filled(lines, rows, index, filled["label"], filled["value"])
    return _filled_below(lines, rows, index, empty["label"]) if empty else (index, None)


def _filled(
    lines: Sequence[Line], rows: dict[int, Row], index: int, label: str, value: str
) -> tuple[int, tuple[str, str] | None]:
    """A field whose value stands beside its label, and perhaps goes on below."""
    amount = bool(_AMOUNT.search(value))
    if re.search(r"\d$|\.\s", label) or len(label.split()) > _LABEL_WORDS:
        return index, None  # "um 10:30 Uhr", two sentences
    no_field = STARTS_YES_NO.match(label) or "|" in value or ":" not in lines[index].text
    heading = read_heading(label + ":")
    explains = QUESTION.match(label) or (
        heading is not None and heading.kind != "form"
    )  # "CO2-Relevanz: Auswirkung auf …"
    answers = STARTS_YES_NO.match(value) and not no_field
    if (no_field or (explains and not answers)) and not (amount and not STARTS_YES_NO.match(label)):
        return index, None
    last = index
    while last + 1 < len(lines) and last + 1 not in rows:
        below = " ".join(lines[last + 1].text.split())
        if not below[:1].islower() or ":" in below or _CARRIED_OUT.match(below):
            break
        value, last = _joined(value, below), last + 1
    good = len(value.split()) <= _FIELD_WORDS and not value.endswith(":") and value.count("(") == value.count(")")
    return (last, (_tidy(label), value)) if good else (index, None)


def _filled_below(
    lines: Sequence[Line], rows: dict[int, Row], index: int, label: str
) -> tuple[int, tuple[str, str] | None]:
    """A field whose amounts stand in the lines below its label."""
    values: list[str] = []
    for later in range(index + 1, min(index + 5, len(lines))):
        text = " ".join(lines[later].text.split())
        labelled = ":" in text and not _YEAR_ROW.match(text)
        if later in rows or labelled or not _AMOUNT.search(text) or len(text.split()) > _FIELD_WORDS:
            break
        values.append(text)
    return (index + len(values), (_tidy(label), "; ".join(values))) if values else (index, None)
