"""Minutes cut into their agenda items.

What enters: the running text of minutes. What leaves: MinutesItems in order: number, title, publicity, where the text of each
begins and ends. What it does not know: what was decided, pages.

Towns head items in many ways ("TOP 3: …", "3.)" alone above its title, "Punkt 3 der Tagesordnung", "§ 12", "Ö 5"), but each
set of minutes in one way. So all ways are tried, and the one that counts up best is taken. A list of all items at the front
(the agenda, repeated) is told from the items themselves by having nothing between its lines.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ratsassistent.oparl import Public
from ratsassistent.pack.agendas.agenda_lines import joined
from ratsassistent.pack.agendas.agenda_numbers import figure
from ratsassistent.pack.agendas.agenda_public import section
from ratsassistent.pack.papers.heads import squeezed
from ratsassistent.pack.papers.lines import Line, lines_of
from ratsassistent.pack.papers.references import cued_references

_DIGITS = r"(?P<digits>(?:[IVX]{1,5}\.)?\d{1,3}(?:\.\d{1,2}){0,3}\.?\s?[a-z]?(?![\w])|[IVX]{1,5}(?=[.):\s]))"
# A dash parts a range only where the heading's number ends behind it: "TOP 3 - 10 Jahre Partnerschaft" is no range.
_DASH = r"[-–](?=\s*(?:TOP\s*)?\d{1,3}(?:\.\d{1,2})*\s*(?:[:)]|$))"
_AND = rf"(?P<also>(?:\s*(?:und|bis|,|/|\+|{_DASH})\s*(?:TOP\s*)?\d{{1,3}}(?:\.\d{{1,2}})*)*)"
_END = r"(?:\s*(?:de[rs]\s+(?:Tagesordnung|TO|T\.O\.|Traktandenliste)|TO))?[.):]*(?P<gap>\s*[:–-]?\s*)"
_STYLES: dict[str, re.Pattern[str]] = {
    "word": re.compile(
        rf"^\W{{0,3}}(?:(?:[Zz]u|[Aa]d)\s+)?(?:TOP|T\.?O\.?P?\.|T\s?O\s?P|Tagesordnungspunkte?|Traktand(?:um|en)|Punkte?|Pkt\.?)\s*(?:Nr\.?\s*)?(?P<part>[ÖN]\s?)?{_DIGITS}{_AND}{_END}(?P<title>.*)$"
    ),
    "letter": re.compile(rf"^\s{{0,6}}(?P<part>(?:NÖ|N|Ö|ö|n)\.?)\s{{0,2}}{_DIGITS}[.):]*(?P<gap>\s+|$)(?P<title>.*)$"),
    "section": re.compile(
        rf"^\s{{0,6}}(?P<part>§)\s*{_DIGITS}[.):]*(?P<gap>\s+|$)(?P<title>(?!Abs|Satz|der\b|des\b|[a-z]).*)$"
    ),
    "alone": re.compile(r"^\s{0,6}(?P<part>)(?P<digits>\d{1,3}(?:\.\d{1,2}){0,3})(?P<gap>\.\)|\.|\))\s*(?P<title>)$"),
    "plain": re.compile(
        r"^\s{0,6}(?P<part>)(?P<digits>\d{1,3}(?:\.\d{1,2}){0,3}[a-z]?)(?P<gap>[.):]{1,2}\s+|\s{1,12})(?P<title>[A-ZÄÖÜ„\"»§].{2,})$"
    ),
    "paren": re.compile(r"^\s{0,6}(?P<part>)(?P<digits>\d{1,2})(?P<gap>\)\s+)(?P<title>[A-ZÄÖÜ„].{2,})$"),
}
_LABEL = re.compile(
    r"^\W*(?:(?:Vorlagen?|Drucksachen?|Drs|Antrag(?:steller(?:in)?)?|Anfrage|(?:Änderungs|Ergänzungs|Interfraktioneller\s)-?[Aa]ntrag|Beschlu(?:ss|ß)\w*|Abstimmung\w*|Sachverhalt|Begründung|Ergebnis|Anlagen?|Beilagen?|"
    r"Bericht(?:erstatt\w+)?|Referent(?:in)?|Wortmeldung(?:en)?|Diskussion|Aussprache|Protokoll(?:notiz)?|Akten(?:zeichen)?|Az|dazu|Vorberatung|Beratung(?:sfolge)?|Einleitung|Ausgangslage|Erwägungen|Gegenstand)"
    r"\b[^:]{0,50}(?::|Nr\.)|(?:Beschlu(?:ss|ß)|Abstimmungsergebnis|Sachverhalt|Beratung|Diskussion|Aussprache|Erwägungen|Ausgangslage)\s*$)"
)
_REFERENCE = re.compile(
    r"^\W*(?:Zl|Zahl|Az|AZ|GZ|Geschäftszahl|Aktenzeichen)\b\.?:?\s.{0,40}\d.{0,30}$|^\W*(?:[A-ZÄÖÜ][\wäöü]{0,8}[-/ ])+[\w/-]*\d[\w/.-]*\W*$|^\W*\(?[A-Z]{1,6}[-/ ]?\d[\w/-]*\)?\W*$"
)
_SENTENCE = re.compile(
    r"\b(?:wird|werden|wurde|wurden|ist|sind|hat|haben|erläutert|berichtet|eröffnet|begrüßt|stellt|teilt|führt|fragt|gibt|bittet|erklärt|ruft|verweist)\b"
)
_RESULT = re.compile(
    r"(?i)\d+\s*(?:Ja|Nein|Gegen)-?\s?Stimm|Stimmenthaltung|\b(?:einstimmig|(?:gro(?:ss|ß))?mehrheitlich)(?:e[rsnm]?)?\b|(?:Ablehnung|Zustimmung|Kenntnisnahme|abgelehnt|zugestimmt|angenommen|vertagt|abgesetzt)\W*$"
)
_RESOLVES = re.compile(
    r"^\W*(?:Der|Die|Das)\s(?:[\w-]+\s){0,4}?[\w-]*(?:rat|ausschuss|tag|versammlung|vertretung|senat|kommission|magistrat|gremium)\s"
    r"(?:beschlie|nimmt|stimmt|genehmigt|wählt|ermächtigt|lehnt|empfiehlt|beauftragt)",
    re.IGNORECASE,
)
_PROSE = re.compile(
    r"(?:Herr|Frau|Hr\.|Fr\.|Der Vorsitzende|Die Vorsitzende|(?:Bgm|Vzbgm|GR|StR)\.?\s|(?:Stadt|Gemeinde)r[aä]t(?:in)?\s)"
)
_FREE = re.compile(
    r"^\s*(?:Dringlichkeitsantr[aä]ge?|Dringliche?r? (?:Antrag|Anfrage)|Anfrage\b|Mitteilungen\b|Resolution\b|Initiativantrag)"
)
_SPACED = re.compile(r"^\W*(?P<word>[A-ZÄÖÜ](?:\s[a-zäöüß]){4,})(?=\s{2,}|\s*$|\s[A-ZÄÖÜ])")
_BULLET = re.compile(r"^\s*[•▪◦‣∙●○■□➢✓*·–-]\s+\S")
MAX_LINE = 600  # characters of a line that may head an item
MOST_TOGETHER = 12  # items that one heading may name
_MOST_TITLE = 320  # characters
_LITTLE = 60  # characters under a heading that is only a line of a list


@dataclass(frozen=True, slots=True)
class MinutesItem:
    """An item of the minutes: characters [start, end) with its heading, its own text from `body` on.

    `also`: the numbers of other items that the same heading names ("TOP 2 und 3").
    """

    number: str | None
    path: tuple[int, ...]
    title: str
    public: Public
    references: tuple[str, ...]
    start: int
    body: int
    end: int
    also: tuple[str, ...] = ()


def find_items(text: str, public: Public) -> list[MinutesItem]:
    """The items of minutes, in the order of the minutes. Empty where no heading counts up."""
    lines = lines_of(text)
    marks = _publicity(lines, public)
    best: list[MinutesItem] = []
    way = ""
    for name, pattern in _STYLES.items():
        if name == "paren" and way not in {"", "plain"}:
            break  # "1)" is as often a list inside an item
        found = _chain(_without_list(_candidates(lines, pattern, name, marks), lines, text, name), name)
        least = 1 if name in {"word", "letter", "section"} and not best else 2
        if len(found) >= least and len(found) > 1.4 * len(best):
            best, way = found, name
    if not best:
        return []
    items = sorted([*best, *_free(lines, best, marks)], key=lambda item: item.start)
    ends = [item.start for item in items[1:]] + [len(text)]
    return [replace(item, end=end) for item, end in zip(items, ends, strict=True)]


def _publicity(lines: Sequence[Line], public: Public) -> list[Public]:
    """For each line whether what begins there is public."""
    out = []
    for line in lines:
        mark = section(line.text)
        public = public if mark is None else mark
        out.append(public)
    return out


def _candidates(
    lines: Sequence[Line], pattern: re.Pattern[str], name: str, marks: Sequence[Public]
) -> list[MinutesItem]:
    out: list[MinutesItem] = []
    for index, line in enumerate(lines):
        match = pattern.match(line.text) if len(line.text) <= MAX_LINE else None
        if not match:
            continue
        first = match["title"].strip()
        if (
            first
            and name != "letter"
            and re.match(r"[a-zäöüß]", first)
            and not re.match(r"(?:und|bis|der Tagesordnung)\b", first)
        ):
            continue
        if re.match(
            r"(?:Januar|Jänner|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember|Uhr|Euro|€|%)\b",
            first,
        ):
            continue
        if _RESOLVES.match(first) or (not first and index + 1 < len(lines) and _RESOLVES.match(lines[index + 1].text)):
            continue
        if _RESULT.search(first) and not re.match(r"(?:Zustimmung|Ablehnung)\s+\w", first):
            continue
        title, body, head = _title(lines, index, first, pattern)
        whole = " ".join((first or title).split())
        if (
            not title
            or (whole.endswith((".", ";")) and _SENTENCE.search(whole))
            or (name in {"plain", "paren"} and _is_prose(whole))
        ):
            continue
        letter = (match["part"] or "").strip(" .").casefold()
        number = " ".join(match["digits"].split()).rstrip(".")
        printed = f"{match['part'].strip(' .')} {number}" if letter else number
        known: Public = {"ö": True, "n": False, "nö": False}.get(letter, marks[index])
        end = lines[body].start if body < len(lines) else lines[-1].start + len(lines[-1].text)
        also = _also(number, match["also"]) if name == "word" else ()
        references = tuple(cued_references(head))
        out.append(MinutesItem(printed, _path(number), title, known, references, line.start, end, end, also))
    return out


def _also(number: str, more: str) -> tuple[str, ...]:
    """The further numbers of a heading: "und 3", ", 3 und 4", "bis 5" (all between). Smaller ones are no items."""
    if not number.isdigit():
        return ()
    out: list[str] = []
    last = int(number)
    for link, digits in re.findall(r"(und|bis|,|-|–|/|\+)\s*(?:TOP\s*)?(\d{1,3})(?![\d.]*\d)", more):
        value = int(digits)
        if not last < value <= last + MOST_TOGETHER:
            break
        out.extend(str(n) for n in (range(last + 1, value + 1) if link in {"bis", "-", "–"} else [value]))
        last = value
    return tuple(out)


def _spaced(lines: Sequence[Line]) -> bool:
    """True for a text whose paragraphs are parted by empty lines."""
    return sum(not line.text.strip() for line in lines) > 0.04 * len(lines)


def _width(lines: Sequence[Line]) -> int:
    """How long a full line is, in characters."""
    lengths = sorted(len(line.text) for line in lines if line.text.strip())
    return lengths[int(0.8 * len(lengths))] if lengths else 0


def _stands_free(lines: Sequence[Line], index: int, spaced: bool, width: int) -> bool:
    """True where a paragraph may begin: below an empty line, a section, the top of the text.

    In a text without empty lines that is below the end of a sentence or a short line, but not below what leads to a list.
    """
    above = lines[index - 1].text.strip() if index else ""
    if not above or section(above) is not None:
        return True
    return (
        not spaced
        and not above.endswith((":", ",", "-"))
        and (above.endswith((".", "!", "?")) or len(above) < 0.6 * width)
    )


def _is_prose(title: str) -> bool:
    return bool(
        title.endswith((",", ";", ":")) or (title.endswith(".") and _SENTENCE.search(title)) or len(title) > 200
    )


def _title(lines: Sequence[Line], index: int, first: str, style: re.Pattern[str] | None = None) -> tuple[str, int, str]:
    """The title of an item, the line behind it, and all lines of its head (for Vorlage numbers)."""
    at = index + 1
    if not first:
        while at < len(lines) and not lines[at].text.strip() and at < index + 5:
            at += 1
        if at >= len(lines) or not lines[at].text.strip() or _LABEL.match(lines[at].text):
            return "", index + 1, ""
        first = lines[at].text.strip()
        at += 1
    block = [first]
    end = at
    while end < len(lines) and lines[end].text.strip() and len(block) < 8:
        if style and style.match(lines[end].text):
            break
        if _ends_title(lines[end].text) and not (
            re.search(r"[/&]\s*$", block[-1]) and _REFERENCE.match(lines[end].text)
        ):
            break
        if _BULLET.match(lines[end].text):
            break
        block.append(lines[end].text.strip())
        end += 1
        if block[-1].endswith(":"):
            break
    whole = joined(block)
    # With empty lines between paragraphs the block is the title; without them it may run into the text below.
    parted = end < len(lines) and not lines[end].text.strip()
    listed = end < len(lines) and _BULLET.match(lines[end].text) is not None
    runs_on = any(line.endswith((".", "!", "?")) or _RESULT.search(line) for line in block[1:])
    if (
        len(block) > 5
        or len(whole) > _MOST_TITLE
        or (len(block) > 1 and (whole.endswith((".", ":")) or not parted or listed or runs_on))
    ):
        kept = [block[0]]
        while len(kept) < min(len(block), 5) and _is_open(kept[-1], block[len(kept)]):
            kept.append(block[len(kept)])
        end = at + len(kept) - 1
        whole = joined(kept)
    head = end
    while (
        head < len(lines)
        and head < end + 8
        and (not lines[head].text.strip() or _LABEL.match(lines[head].text) or _REFERENCE.match(lines[head].text))
    ):
        if re.match(r"^\W*(?:Beschlu|Abstimm|Sachverhalt|Begründung|Ergebnis)", lines[head].text):
            break
        head += 1
    return whole.strip(" :–-")[:600], end, "\n".join(line.text for line in lines[index:head])


def _ends_title(line: str) -> bool:
    return len(line) <= MAX_LINE and bool(
        _LABEL.match(line)
        or _REFERENCE.match(line)
        or section(line) is not None
        or any(_STYLES[n].match(line) for n in ("word", "letter", "alone"))
    )


def _is_open(line: str, below: str) -> bool:
    """True where a title surely goes on below: it breaks off, or the next line goes on in the middle of a sentence."""
    if re.search(
        r"(?:[-–,;/&(]|\b(?:und|oder|der|die|das|des|für|zur?|zum|von|vom|mit|in|im|am|an|auf|über|durch|gemäß|sowie|betreffend|bezüglich|an|den|dem|eine[rnms]?|nach|bei|aus|unter|ob|bzw\.))$",
        line,
    ):
        return True
    if _PROSE.match(below):
        return False
    return line.count("„") > line.count("“") or bool(re.match(r"[a-zäöüß(]", below) and len(line) > 20)


def _path(number: str) -> tuple[int, ...]:
    return tuple(ord(g) - 96 if g.islower() else figure(g) for g in re.findall(r"[IVX]+|\d+|[a-z]$", number))


def _without_list(candidates: Sequence[MinutesItem], lines: Sequence[Line], text: str, name: str) -> list[MinutesItem]:
    """The candidates without a list of all items at the front; plain numbers only where they stand free."""
    listed: set[int] = set()
    group: list[int] = []
    keys = [(item.path, squeezed(item.title)[:16]) for item in candidates]
    last: dict[object, int] = {key: index for index, key in enumerate(keys)}
    for index, item in enumerate(candidates):
        again = group and item.path <= candidates[index - 1].path
        if again or (group and len(text[candidates[index - 1].body : item.start].strip()) > _LITTLE):
            listed.update(group if _comes_again(keys, last, group) else ())
            group = []
        group.append(index)
    rest = [item for index, item in enumerate(candidates) if index not in listed]
    if name != "plain":
        return rest
    titles = {squeezed(candidates[index].title)[:24] for index in listed}
    confirmed = [item for item in rest if squeezed(item.title)[:24] in titles]
    if len(confirmed) >= 2 and len(confirmed) >= 0.5 * len(titles):
        return confirmed
    spaced, width = _spaced(lines), _width(lines)
    free = {line.start for index, line in enumerate(lines) if _stands_free(lines, index, spaced, width)}
    return [item for item in rest if item.start in free and (spaced or not item.title.endswith("."))]


def _comes_again(keys: Sequence[object], last: Mapping[object, int], group: Sequence[int]) -> bool:
    """True where most of a group of lines come again further down: the group is the agenda, printed before the items.

    :param keys: of each candidate what is compared, number and title.
    :param last: the last candidate of each key.
    """
    again = sum(last[keys[index]] > group[-1] for index in group)
    return len(group) >= 2 and again >= 0.5 * len(group)


def _chain(candidates: Sequence[MinutesItem], name: str) -> list[MinutesItem]:
    """The candidates that count up; a second run where it has its own publicity, or is no short list inside an item."""
    out: list[MinutesItem] = []
    for run in _runs(candidates, name):
        if not out or run[0].public is not out[-1].public or (name != "plain" and len(run) >= 2):
            out.extend(run)
    return out


def _runs(candidates: Sequence[MinutesItem], name: str) -> list[list[MinutesItem]]:
    """Candidates parted where the counting begins anew; a number that does not come next is passed over."""
    runs: list[list[MinutesItem]] = []
    for item in candidates:
        last = runs[-1][-1] if runs else None
        if last is None:
            runs.append([item])
        elif item.path > last.path and (
            name in {"word", "letter"} or item.path[0] - last.path[0] <= (4 if name != "plain" else 2)
        ):
            runs[-1].append(item)
        elif item.path[0] <= 1 or item.public is not last.public or (name == "word" and item.path != last.path):
            runs.append([item])
        elif name == "word" and item.title != last.title and item.path == last.path:
            runs[-1].append(item)
    return [
        run
        for run in runs
        if run[0].path[0] <= 3 or len(run) == 1 or name in {"word", "letter", "section"} or len(run) >= 4
    ]


def _free(lines: Sequence[Line], items: Sequence[MinutesItem], marks: Sequence[Public]) -> list[MinutesItem]:
    """Headings without a number: urgent motions and questions, set in spaced letters or as a line of their own."""
    out: list[MinutesItem] = []
    apart, width = _spaced(lines), _width(lines)
    titled = [(item.start, item.body) for item in items]
    for index, line in enumerate(lines):
        spaced = _SPACED.match(line.text)
        plain = spaced[0].replace(" ", "") + line.text[spaced.end() :] if spaced else line.text
        if (
            not _FREE.match(plain)
            or not _stands_free(lines, index, apart, width)
            or any(a <= line.start < b for a, b in titled)
        ):
            continue
        title, body, head = _title(lines, index, " ".join(plain.split()))
        if (not spaced and (title.endswith(".") or _SENTENCE.search(title))) or len(title) < 8:
            continue
        end = lines[body].start if body < len(lines) else line.start + len(line.text)
        if not out or line.start >= out[-1].body:
            out.append(MinutesItem(None, (), title, marks[index], tuple(cued_references(head)), line.start, end, end))
    return out
