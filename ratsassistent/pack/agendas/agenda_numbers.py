"""The numbers of agenda items, as towns print them, and which may come after which.

What enters: a line of an agenda, or a number as printed. What leaves: the number taken apart, and yes or no for two of
them. What it does not know: titles, meetings.

"Ö 5", "N 3", "NÖ 3", "TOP 5a", "5.1.2", "I.2", "I/2", "A 3", "1.)", "(4)", "§ 4", "Punkt 3", "Zu 2.:" are all numbers; what
they share is that they go up, one after the other.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ratsassistent.oparl import Public
from ratsassistent.pack.agendas.agenda_head import MONTHS

_WORD = (
    r"(?P<word>(?i:(?:zu\s+)?(?:TOP|T\.O\.P\.?|Tagesordnungspunkt|Traktand(?:um|en)|Trakt\.)(?:[- ]?Nr\.?)?)"
    r"|(?i:zu\s+)?(?:Punkt|PUNKT|Pkt\.?|Ziffer)|[Zz]u(?=\s+(?:[ÖN]\s*)?\d{1,3}(?:\.\d{1,3})*[a-z]?\s?[.):])"
    r"|(?:lfd\.?\s?)?Nr\.|Geschäft(?:\s?Nr\.)?(?=\s*\d)|§)"
)
_LETTER = (
    r"(?P<part>(?:NÖT?|ÖT|nöT?|öT|N|Ö|ö|[A-H])(?=[ \t.)/-]{0,2}(?:TOP[ \t]{0,2})?\d)[ \t.)/-]{0,2}(?:TOP[ \t]{0,2})?)"
)
NUMBER = re.compile(
    rf"^[ \t]*(?P<printed>(?:{_WORD}[ \t]*:?[ \t]*)?(?P<open>\()?{_LETTER}?"
    r"(?P<digits>(?:[IVX]{1,5}[./][ \t]?)?\d{1,3}(?:\.\d{1,3}){0,4}(?:[a-z]|[ .][a-z](?=\)))?|[IVX]{1,5}(?=\.[ \t]|\)))"
    r")(?P<end>[.):]{0,2})(?P<gap>[ \t]+|$|(?<=[.):]))(?P<title>.*)$"
)
PREFIX_ONLY = re.compile(r"^[ \t]*(?:TOP|Punkt|Tagesordnungspunkt|Traktandum|Pkt\.?)[ \t]*:?[ \t]*$", re.IGNORECASE)
_PUBLIC_LETTER: dict[str, Public] = {"ö": True, "öt": True, "n": False, "nö": False, "nöt": False}
_MONTH = re.compile(rf"(?:{'|'.join(month.capitalize() for month in MONTHS)})\b")
_UNIT = re.compile(r"(?:Uhr|€|Euro|EUR|CHF|Fr\.|Prozent|%|°|m²|qm\b|km\b|ha\b|Mio\b|Mitglieder\b|Stimmen\b|Enthaltung)")
_ADDRESS = re.compile(r"[A-ZÄÖÜ][\w.-]+(?:\s+[\w.-]+){0,3},\s*(?:Tel|Fax|\d{4,5}\s)")


@dataclass(frozen=True, slots=True)
class Number:
    """A number taken apart. `printed` is how it is shown; `path` is what is compared; `title` the rest of the line."""

    printed: str
    path: tuple[int, ...]
    public: Public  # what the letter says ("Ö", "N"); None without one
    style: str  # the word or sign before it, where only items of one kind have that ("§", "nr", "zu")
    named: bool  # a word stands before it ("TOP", "Punkt")
    wide: bool  # a wide gap, or nothing, stands between it and the title
    title: str


def read_number(line: str) -> Number | None:
    """The number that a line begins with, or None where that is none: a date, an amount, a time, an address."""
    match = NUMBER.match(line)
    if match is None:
        return None
    title, digits = re.sub(r"^[–—-]\s+(?!.*[–—-]$)", "", match["title"].strip()), match["digits"]
    if match["open"] and not match["end"].startswith(")"):
        return None
    if _UNIT.match(title) or _MONTH.match(title):
        return None
    if re.fullmatch(r"\d{1,2}\.\d{1,2}", digits) and re.match(r"(?:\d{4}\b|Uhr)", title):
        return None
    word = " ".join((match["word"] or "").split()).casefold().rstrip(".:")
    letter = (match["part"] or "").casefold()
    letter = re.sub(r"top|[^a-zö]", "", letter)
    printed = " ".join(match["printed"].split()).strip(" .:(")
    if match["word"]:
        shown = re.sub(
            r"^(?:zu\s+)?(?:Tagesordnungspunkt|Traktand(?:um|en)|Trakt\.|Punkt|Pkt\.?|Ziffer|T\.O\.P\.?|Geschäft|"
            r"(?:lfd\.?\s?)?Nr\.|zu\b)(?:[- ]?Nr\.?)?[\s:]*",
            "",
            printed,
            flags=re.IGNORECASE,
        )
        printed = re.sub(r"^(?i:zu\s+)?(TOP)\s*:?\s*", r"\1 ", shown, flags=re.IGNORECASE) if shown else printed
        printed = re.sub(r"^top(?=\s)", "TOP", printed, flags=re.IGNORECASE)
    style = word.removeprefix("zu ").split(" ")[0] if word in {"§", "zu"} or word.endswith(("nr", "geschäft")) else ""
    return Number(
        printed=printed,
        path=_path(digits),
        public=_PUBLIC_LETTER.get(letter),
        style=style,
        named=bool(match["word"]) and not style,
        wide=len(match["gap"]) > 1 or not title,
        title=title,
    )


def number_path(printed: str | None) -> tuple[int, ...]:
    """The comparable form of a printed number: "Ö 5.1" and "TOP 5.1" are (5, 1), "5a" is (5, 0, 1); () for none."""
    found = read_number(f"{printed}) X") if printed else None
    return found.path if found else ()


def same_number(one: str | None, two: str | None) -> bool:
    """True where two printed numbers mean the same item of one part: "Ö 5", "TOP 5" and "5."."""
    return bool(number_path(one)) and number_path(one) == number_path(two)


def figure(group: str) -> int:
    """The value of one group of a number: digits, or a Roman numeral of I, V and X."""
    if group.isdecimal():
        return int(group)
    numerals = {"I": 1, "V": 5, "X": 10}
    values = [numerals[c] for c in group]
    return sum(-v if i + 1 < len(values) and v < values[i + 1] else v for i, v in enumerate(values))


def _path(digits: str) -> tuple[int, ...]:
    path = tuple(figure(group) for group in re.findall(r"[IVX]+|\d+", digits))
    letter = digits[-1]
    # 5a comes behind 5 and before 5.1 only where a town has both, which none has: (5, 0, 1) keeps it apart from 5.1
    return (*path, 0, ord(letter) - 96) if letter.isalpha() and letter.islower() else path
