"""What can be counted in a German text: money, days, percentages, paragraphs of laws, numbers in figures and in words.

What enters: text. What leaves: findings with their value, unit and character offsets, in reading order.
What it does not know: pages, papers, which of them matter (`extract` chooses), whether they are true (`check` looks).

Why no library: `dateparser` guesses (a "Mai" or "3. Nr." becomes a day of this year) and gives no precision;
`quantulum3` and the price parsers do not know German words or "TEUR"; `text2num` reads "zweitausend" but neither
"anderthalb" nor offsets in running text, and turns "ein" and "eine" into 1. A table of patterns is shorter than the
corrections would be, and every finding can be explained.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ratsassistent.writing.text.terms import word_set

MONTHS = {
    "januar": 1, "jan": 1, "jänner": 1, "februar": 2, "feb": 2, "märz": 3, "mrz": 3, "maerz": 3, "april": 4, "apr": 4, "mai": 5,
    "juni": 6, "jun": 6, "juli": 7, "jul": 7, "august": 8, "aug": 8, "september": 9, "sept": 9, "sep": 9,
    "oktober": 10, "okt": 10, "november": 11, "nov": 11, "dezember": 12, "dez": 12,
}  # fmt: skip
_SCALES = {
    "mio": 1e6, "million": 1e6, "millionen": 1e6, "mrd": 1e9, "milliarde": 1e9, "milliarden": 1e9,
    "tsd": 1e3, "tausend": 1e3, "t": 1e3,
}  # fmt: skip

_UNITS = {
    "null": 0, "ein": 1, "eine": 1, "einen": 1, "einem": 1, "einer": 1, "eines": 1, "eins": 1, "zwei": 2, "zwo": 2, "drei": 3,
    "vier": 4, "fünf": 5, "sechs": 6, "sieben": 7, "acht": 8, "neun": 9, "zehn": 10, "elf": 11, "zwölf": 12,
    "dreizehn": 13, "vierzehn": 14, "fünfzehn": 15, "sechzehn": 16, "siebzehn": 17, "achtzehn": 18, "neunzehn": 19,
}  # fmt: skip
_TENS = {
    "zwanzig": 20, "dreißig": 30, "dreissig": 30, "vierzig": 40, "fünfzig": 50, "sechzig": 60, "siebzig": 70, "achtzig": 80,
    "neunzig": 90,
}  # fmt: skip
_HALVES = {"anderthalb": 1.5, "eineinhalb": 1.5, "zweieinhalb": 2.5, "dreieinhalb": 3.5, "viereinhalb": 4.5}
_ARTICLES = word_set("ein eine einen einem einer eines")

FIGURE = r"(?:\d{1,3}(?:[.'’\u00a0\u202f ]\d{3})+(?![\d])|\d+)(?:,(?:\d+|-{1,2}|–))?"
_SCALE = r"(?:Mio\.?|Millionen|Million|Mrd\.?|Milliarden|Milliarde|Tsd\.?|Tausend)"
_EURO = r"(?:Euro\b|EURO\b|EUR\b|€)"
_NOT_BEFORE = r"(?<![\w,/§])(?<![\d§/,]\.)"  # "Ca.60.000 €" is an amount, the end of "1.2.60" is none

_MONEY = re.compile(
    rf"{_NOT_BEFORE}(?:"
    rf"(?P<t1>T€|TEUR|TEuro|Tsd\.?\s*€|Tsd\.?\s*Euro)\s*(?P<n1>{FIGURE})"  # T€ 350
    rf"|(?P<n2>{FIGURE})\s*(?P<t2>T€|TEUR\b|TEuro\b|TE\b)"  # 350 TEUR
    rf"|(?<!\d )(?:EUR|€)[ \t]*(?P<n3>{FIGURE})(?:\s*(?P<s3>{_SCALE}))?"  # EUR 12.500,00
    rf"|(?P<n4>{FIGURE})\s*(?P<s4>{_SCALE})?\s*-?{_EURO}"  # 1,2 Mio. Euro
    rf"|(?P<w5>[A-Za-zäöüÄÖÜß]+)\s+(?P<s5>Millionen|Million|Milliarden|Milliarde|Tausend)\s+{_EURO}"  # fünf Millionen Euro
    rf"|(?P<w6>[a-zäöüß]*(?:tausend|hundert)[a-zäöüß]*)\s+{_EURO}"
    rf")",
)
# The first figure of "zwischen 50.000 und 100.000 Euro" has its unit further on.
_RANGE = re.compile(rf"{_NOT_BEFORE}(?P<n>{FIGURE})(?:\s*(?P<s>{_SCALE}))?\s*(?:und|bis|oder|-|–|/)\s*(?:zu\s+)?(?=\d)")
# A form row or table row that names money and prints a figure without a unit.
_ROW = re.compile(
    r"^(?=.*\b(?:\w*(?:kosten|ausgaben|einnahmen|aufwand|aufwendungen|ertrag|erträge|auszahlung(?:en)?|einzahlung(?:en)?|zuschuss|zuschüsse"
    r"|betrag|volumen|budget\w*|summe|investition(?:en)?|einsparung(?:en)?|mittel))\b)"
    rf"[^\n]*?:\s*(?P<n>\d{{1,3}}(?:[.'’]\d{{3}})+(?:,\d{{1,2}})?|\d+,\d{{2}})(?![\d.,]|\s*{_EURO}|\s*(?:%|Prozent|m²|qm|Stück|Stellen|VZ)"
    # what is counted, as in "Summe: 11.461 Plätze", unless it is the next label of a form: "Kosten: 12.500 Finanzierung: ja"
    r"|\s+(?-i:[A-ZÄÖÜ][a-zäöüß]{3,})\b(?![^\n]{0,30}:))",
    re.IGNORECASE | re.MULTILINE,
)

_YEAR = r"(?:19|20)\d{2}"
_MONTH = "(?P<month>" + "|".join(sorted(MONTHS, key=len, reverse=True)) + r")\b\.?"
_DATES = re.compile(
    rf"(?<![\d.,/])(?P<d1>\d{{1,2}})\.\s?(?P<m1>\d{{1,2}})\.\s?(?P<y1>{_YEAR}|\d{{2}}(?!\d))(?![\d/])"
    rf"|(?<![\d/-])(?P<y2>{_YEAR})-(?P<m2>\d{{2}})-(?P<d2>\d{{2}})(?!\d)"
    rf"|(?<![\d.,])(?P<d3>\d{{1,2}})\.\s*{_MONTH.replace('month', 'm3')}(?:\s+(?P<y3>{_YEAR}))?"
    rf"|\b{_MONTH.replace('month', 'm4')}\s+(?P<y4>{_YEAR})\b"
    rf"|(?<![\d.,])(?P<q5>[1-4])\.\s*(?:Quartal|Q\.?)\s*(?:/\s*)?(?P<y5>{_YEAR})|\bQ(?P<q6>[1-4])[\s/]*(?P<y6>{_YEAR})"
    rf"|\b(?P<h7>1|2|erste[sn]?|zweite[sn]?)\.?\s*(?:Halbjahr|Hj\.?)\s*(?P<y7>{_YEAR})"
    rf"|\b(?P<word8>Schuljahr\w*|Kindergartenjahr\w*|Kita-?[Jj]ahr\w*|Haushaltsjahr\w*|Doppelhaushalt\w*|Wirtschaftsjahr\w*|Spielzeit|Wintersemester|Winter)\s+"
    rf"(?P<y8>{_YEAR})\s*[/–-]\s*(?:{_YEAR}|\d{{2}})(?!\d)"
    rf"|\b(?P<w9>Anfang|Mitte|Ende|Jahresende|Jahresanfang|Frühjahr|Frühling|Sommer|Herbst|Winter|Jahreswechsel)\s+(?:des\s+Jahres\s+)?(?P<y9>{_YEAR})\b",
    re.IGNORECASE,
)
_BARE_YEAR = re.compile(
    rf"\b(?:(?:im|ab|bis|seit|für|in|zum|vor|nach|spätestens|maximal|längstens|voraussichtlich|etwa|circa|Jahr|Jahre|Jahren|Jahres|Haushalt|frühestens|Haushaltsjahr)\s+)+(?P<y>{_YEAR})\b(?![/.\d]\d|\s*(?:€|Euro|Stück))",
    re.IGNORECASE,
)
_PERCENT = re.compile(
    rf"{_NOT_BEFORE}(?P<n>{FIGURE})\s?-?(?:%|Prozent(?:punkte?n?|ige?[rnsm]?)?|v\.\s?H\.)|\b(?P<w>[a-zäöüß]+)\s+Prozent",
    re.IGNORECASE,
)
# The first figure of "von 71 auf 62 Prozent", "10 bis 15 %".
_SHARE_BEFORE = re.compile(
    rf"{_NOT_BEFORE}(?P<n>{FIGURE})\s*(?:auf|bis|und|oder|-|–)\s+(?:rund\s+|etwa\s+|ca\.\s+|zu\s+)?$"
)
_LAW_PART = r"(?:Abs(?:atz|\.)?|S(?:atz|\.)|Nr\.|Nummer|Ziff(?:er|\.)|Buchst\.|Halbs\.|Alt\.)\s*\d+[a-z]?\b"
_LAW = re.compile(
    rf"(?:§§?|\bArt(?:ikel|\.)|\bParagra(?:f|ph)(?:en)?)\s*\d+\s?[a-z]?\b(?:(?:\s*(?:,|und|bis|f{{1,2}}\.))?\s*{_LAW_PART}|\s*(?:,|und|bis)\s*\d+\s?[a-z]?\b)*"
)
_FIGURE_ANY = re.compile(rf"(?<![\w.,]){FIGURE}(?:\s*(?P<s>{_SCALE}))?(?![\d])")
_WORD = re.compile(r"[A-Za-zÄÖÜäöüß]+")


@dataclass(frozen=True, slots=True)
class Finding:
    """Something countable: characters [start, end) of the text, as printed.

    `unit` is "euro", "percent" or None; `value` in that unit (euros, not thousands).
    """

    start: int
    end: int
    text: str
    value: float
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Day:
    """A date as exact as the text: `date` is "2022-06-28", "2022-06", "2022-Q3" or "2022"; without a year "--06-28"."""

    start: int
    end: int
    text: str
    date: str


def figure_value(figure: str) -> float:
    """The value of a figure in German notation: "1.200.000", "1'200'000", "12.500,00", "12.500,--", "1,2"."""
    whole, _, decimals = figure.partition(",")
    digits = re.sub(r"\D", "", whole)
    return float(f"{digits}.{re.sub(r'[^0-9]', '', decimals) or '0'}")


def word_value(word: str) -> float | None:
    """The value of a number written as one word ("zwölf", "zweitausendfünfhundert", "anderthalb"), else None.

    "ein" and its forms are read as articles, not as numbers.
    """
    lower = word.lower()
    if lower in _ARTICLES:
        return None
    return _HALVES.get(lower, _compound(lower))


def _compound(word: str) -> float | None:
    if not word:
        return None
    if word in _UNITS:
        return float(_UNITS[word])
    for scale, size in (("tausend", 1000.0), ("hundert", 100.0)):
        head, found, tail = word.partition(scale)
        if found:
            first = 1.0 if not head else _compound(head)
            rest = 0.0 if not tail else _compound(tail.removeprefix("und"))
            return None if first is None or rest is None or first >= 1000 else first * size + rest
    if word in _TENS:
        return float(_TENS[word])
    unit, found, ten = word.partition("und")
    if found and ten in _TENS and unit in _UNITS and 0 < _UNITS[unit] < 10:
        return float(_TENS[ten] + _UNITS[unit])
    return None


_OF_MILLIONS = re.compile(r"\b(?:Million(?:en)?|Milliarden?)\s+(?:und\s+)?\Z")


def _scale(name: str | None) -> float:
    return _SCALES.get((name or "").lower().rstrip("."), 1.0)


def names_money(text: str) -> bool:
    """Whether `money` finds anything; stops at the first."""
    return next(_printed(text), None) is not None or _ROW.search(text) is not None


def _printed(text: str) -> Iterator[tuple[re.Match[str], float]]:
    for match in _MONEY.finditer(text):
        group = match.groupdict()
        if group["n1"] or group["n2"]:
            value = figure_value(group["n1"] or group["n2"]) * 1000
        elif group["n3"] or group["n4"]:
            value = figure_value(group["n3"] or group["n4"]) * _scale(group["s3"] or group["s4"])
        else:
            word = group["w5"] or group["w6"]
            if group["w6"] and _OF_MILLIONS.search(text, 0, match.start()):  # the rest of "eine Million …tausend Euro"
                continue
            number = 1.0 if word.lower() in _ARTICLES else word_value(word)
            if number is None:
                continue
            value = number * _scale(group["s5"])
        yield match, value


def money(text: str) -> list[Finding]:
    """Amounts of money in euros, also ranges, tables rows with a money word, "T€ 350" and "fünf Millionen Euro"."""
    found: list[Finding] = []

    def add(start: int, end: int, value: float, printed: int | None = None) -> None:
        if not any(f.start < end and start < f.end for f in found):
            found.append(Finding(start, end, " ".join(text[start : printed or end].split()), round(value, 2), "euro"))

    for match, value in _printed(text):
        group = match.groupdict()
        add(match.start(), match.end(), value)
        _add_range_start(text, match, group["s4"], bool(group["n2"]), add)
    for match in _ROW.finditer(text):
        add(match.start("n"), match.end("n"), figure_value(match["n"]))
    return sorted(found, key=lambda f: f.start)


def _add_range_start(
    text: str, match: re.Match[str], scale: str | None, thousands: bool, add: Callable[[int, int, float, int], None]
) -> None:
    """The earlier figure of a range ending in `match` is an amount too, in the same unit where it names none."""
    if not (match["n4"] or match["n2"]):
        return
    before = next(
        (m for m in _RANGE.finditer(text, max(0, match.start() - 40), match.end()) if m.end() == match.start()), None
    )
    if before is None:
        return
    value = figure_value(before["n"])
    if thousands:
        value *= 1000
    elif before["s"] or scale:
        value *= _scale(before["s"] or scale)
    elif re.fullmatch(_YEAR, before["n"]):
        return
    end = before.end("s") if before["s"] else before.end("n")
    add(before.start("n"), end, value, match.end())  # printed with the unit: "50.000 bis 100.000 Euro"


def percentages(text: str) -> list[Finding]:
    """Shares: "7,5 %", "30%", "zwanzig Prozent"; of "von 71 auf 62 Prozent" both."""
    found = []
    for match in _PERCENT.finditer(text):
        value = figure_value(match["n"]) if match["n"] else word_value(match["w"])
        if value is None:
            continue
        before = _SHARE_BEFORE.search(text, max(0, match.start() - 24), match.start()) if match["n"] else None
        if before and not re.fullmatch(_YEAR, before["n"]):
            printed = " ".join(text[before.start("n") : match.end()].split())
            found.append(Finding(before.start("n"), before.end("n"), printed, figure_value(before["n"]), "percent"))
        found.append(Finding(match.start(), match.end(), " ".join(match[0].split()), value, "percent"))
    return found


def numbers(text: str) -> list[Finding]:
    """Every number, in figures and in words, without asking what it counts. A figure inside a word is one, too."""
    found = []
    for match in _FIGURE_ANY.finditer(text):
        figure = re.match(FIGURE, match[0])
        value = figure_value(figure[0] if figure else match[0]) * _scale(match["s"])
        found.append(Finding(match.start(), match.end(), match[0], round(value, 4)))
    for match in _WORD.finditer(text):
        value_of_word = word_value(match[0])
        if value_of_word is not None:
            scale = re.match(r"\s+(Millionen|Milliarden|Tausend)\b", text[match.end() :])
            found.append(
                Finding(match.start(), match.end(), match[0], value_of_word * (_scale(scale[1]) if scale else 1.0))
            )
    return sorted(found, key=lambda f: f.start)


def laws(text: str) -> list[Finding]:
    """Paragraphs and articles of laws with their Absatz, Satz, Nummer; `value` is the first number."""
    found = []
    for match in _LAW.finditer(text):
        number = re.search(r"\d+", match[0])
        if number:
            found.append(Finding(match.start(), match.end(), " ".join(match[0].split()).rstrip(" ,"), float(number[0])))
    return found


def days(text: str, years: bool = True) -> list[Day]:
    """Days, months, quarters and years of a text, each as exact as it is printed; with `years`, bare years as well."""
    found: list[Day] = []
    for match in _DATES.finditer(text):
        date = _iso(match)
        if date is not None:
            found.append(Day(match.start(), match.end(), " ".join(match[0].split()), date))
    if years:
        taken = [(d.start, d.end) for d in found]
        for match in _BARE_YEAR.finditer(text):
            if not any(a < match.end() and match.start() < b for a, b in taken):
                found.append(Day(match.start(), match.end(), " ".join(match[0].split()), match["y"]))
    return sorted(found, key=lambda d: d.start)


def _iso(match: re.Match[str]) -> str | None:
    group = match.groupdict()
    for n in "123":
        if group[f"d{n}"]:
            month = group[f"m{n}"]
            number = MONTHS[month.lower()] if not month.isdigit() else int(month)
            return _day(group[f"y{n}"], number, int(group[f"d{n}"]))
    if group["m4"]:
        return f"{group['y4']}-{MONTHS[group['m4'].lower()]:02d}"
    if group["q5"] or group["q6"]:
        return f"{group['y5'] or group['y6']}-Q{group['q5'] or group['q6']}"
    return str(group["y7"] or group["y8"] or group["y9"])


def _day(year: str | None, month: int, day: int) -> str | None:
    if not 1 <= month <= 12 or day < 1:
        return None
    if year is None:
        return f"--{month:02d}-{day:02d}" if day <= 31 else None
    full = int(year) if len(year) == 4 else 2000 + int(year) if int(year) < 70 else 1900 + int(year)
    return f"{full}-{month:02d}-{day:02d}" if day <= calendar.monthrange(full, month)[1] else None
