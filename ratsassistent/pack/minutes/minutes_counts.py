"""The numbers of a vote: "31 Ja-Stimmen", "mit 24 zu 12 Stimmen", "drei Gegenstimmen", "Enth. 1".

What enters: running text. What leaves: Counts, each with its place, its role and its number as printed.
What it does not know: whether it is a vote, and what came of it.

Nothing is reckoned: a number that is not printed is None, and numbers that contradict each other stay as they are.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Role = Literal["yes", "no", "abstain", "present"]

_UNITS = ("ein", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun")
_TENS = ("zwanzig", "dreißig", "vierzig", "fünfzig", "sechzig", "siebzig", "achtzig", "neunzig")
WORDS: dict[str, int] = {
    **{word: value for value, word in enumerate(_UNITS, 1)},
    **dict.fromkeys(("eine", "einer", "einem", "einen", "eins"), 1),
    "zwo": 2,
    "zehn": 10,
    "elf": 11,
    "zwölf": 12,
    "sechzehn": 16,
    "siebzehn": 17,
    **{f"{_UNITS[i]}zehn": 11 + i for i in (2, 3, 4, 7, 8)},
    **{tens: 10 * value for value, tens in enumerate(_TENS, 2)},
    **{
        f"{unit}und{tens}": 10 * tenth + value
        for tenth, tens in enumerate(_TENS, 2)
        for value, unit in enumerate(_UNITS, 1)
    },
    **dict.fromkeys(("keine", "keiner", "keinen", "kein", "null", "ohne", "ohne eine"), 0),
}
WORDS.update({word.replace("ß", "ss"): value for word, value in list(WORDS.items()) if "ß" in word})

_WORD = "|".join(sorted(map(re.escape, WORDS), key=len, reverse=True))
_VOICES = r"St(?:\.|imm(?:en?)?\b)"  # "Stimmen", "Stimme", "St."
# A number behind which no unit stands: "dafür 300 Euro" counts nobody.
_DIGITS = r"\d{1,4}(?![\d%°]|[.,:/]\d|\s*(?:€|EUR\b|Euro\b|%|Prozent|Uhr\b|m²|Mio|Tausend|TEUR|Jahre?n?\b|Tage?n?\b))"
_NUM = rf"(?:{_DIGITS}|(?:{_WORD})\b)"
_SCORE = rf"(?:\d{{1,3}}(?!\d)|(?:{_WORD})\b)"
_ROLES: dict[Role, str] = {
    "yes": rf"(?:Ja|Pro|Für|Zustimmungs?|Zustimmende)\s?-?\s?{_VOICES}|Ja-(?=\s)|Ja\b|{_VOICES}\s+(?:dafür|mit Ja)|dafür\b|Zustimmungen\b|Zustimmung(?=\s*[:=|])"
    rf"|{_VOICES}\s+für\s+(?:den|die|das)\b",
    "no": rf"(?:Nein|Gegen|Kontra|Contra|Ablehnende?)\s?-?\s?{_VOICES}|Nein-(?=\s)|Nein\b|{_VOICES}\s+(?:dagegen|mit Nein)|dagegen\b"
    rf"|Ablehnungen\b|{_VOICES}\s+gegen\s+(?:den|die|das)\s+(?=Antrag|Vorlage|Beschluss|Vorschlag)",
    "abstain": r"(?:Stimm)?-?Enthaltung(?:en)?\b|Enthaltene?\b|Enth\.?(?![a-zäöü])|Stimmenthaltungs?-?Stimmen",
    "present": r"(?:Anwesende?|anwesende|Stimmberechtigte|stimmberechtigte|Abgegebene Stimmen|Abgegeben)(?:\s+(?:Mitglieder|Stimmberechtigte))?\b",
}
_ROLE = "|".join(f"(?P<{name}{{n}}>{pattern})" for name, pattern in _ROLES.items())
_BEFORE = re.compile(
    # "31 Ja-Stimmen", "12 Ja", "drei Gegenstimmen", "keine Enthaltungen", "12 der anwesenden" is no count
    rf"(?<![\w.,:/§-])(?P<num>{_NUM})\s*(?:[x×]\s*)?(?:\(\w+\)\s*)?(?:{_ROLE.format(n='1')})(?!\s*[:=]\s*\d)",
    re.IGNORECASE,
)
_AFTER = re.compile(
    # "Ja-Stimmen: 12", "Ja 12", "dafür: 12", "Enth. 1", "Nein-Stimmen: keine"
    rf"(?<![\w-])(?:Anzahl\s+(?:der\s+)?)?(?:{_ROLE.format(n='1')})"
    rf"(?:\s*[:=|]\s*(?:[–—-]\s+)?(?P<num>{_NUM})|\s*(?:[–—-]\s+)?(?P<num2>{_DIGITS}|(?:keine|null)\b))",
    re.IGNORECASE,
)
_PAIR = re.compile(
    # "mit 31 gegen 4 Stimmen", "24 zu 12 Stimmen", "9:0 Stimmen", "mit 31 Stimmen gegen 4"
    rf"(?<![\w.,:/-])(?P<a>{_SCORE})\s*(?P<v>{_VOICES}\s*)?(?:gegen|zu|:|/)\s*"
    rf"(?P<b>{_SCORE})(?P<c>\s*[:/]\s*\d{{1,3}}(?!\d))?(?!\.\d|,\d)\s*(?P<w>{_VOICES})?",
    re.IGNORECASE,
)
_SCORE_LABEL = re.compile(
    r"(?:Abstimmung(?:sergebnis|sverhältnis)?|Abst\.\s?-?\s?Erg(?:ebnis|\.)?|Stimmen(?:verhältnis|zahl)?|Ergebnis|Beschlussergebnis|Votum|Verhältnis|"
    r"einstimmig|mehrheitlich|angenommen|abgelehnt|beschlossen|genehmigt|Mehrheit)\W{0,4}(?:mit\s+)?$",
    re.IGNORECASE,
)
_SINGLE = re.compile(
    # "mit 12 Stimmen angenommen"; "gegen eine Stimme beschlossen"; "3 Ratsmitglieder enthalten sich"
    rf"(?P<how>\b(?:mit|gegen|bei)\s+)(?:den\s+)?(?P<num>{_NUM})\s*(?:abgegebenen\s+)?{_VOICES}",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Count:
    """A number of votes: characters [start, end), `role`, `value`.

    `plain` is True where the role follows only from the order ("31 gegen 4 Stimmen"), `weak` where the words alone
    do not show that it is a vote ("dafür 3"): it counts beside another, or a word that does.
    """

    start: int
    end: int
    role: Role
    value: int
    plain: bool = False
    weak: bool = False


def number(text: str) -> int:
    """The value of digits or of a number word up to 99 ("keine" and "ohne" are 0).

    :raises KeyError: neither.
    """
    folded = " ".join(text.casefold().split())
    return int(folded) if folded.isdecimal() else WORDS[folded]


def find_counts(text: str) -> list[Count]:
    """The counts in a text, in order, none over another."""
    candidates = [
        (match.start(), -match.end(), counts)
        for pattern in (_PAIR, _BEFORE, _AFTER, _SINGLE)
        for match in pattern.finditer(text)
        if (counts := _counts(pattern, match, text))
    ]
    found: list[Count] = []
    for start, _, counts in sorted(candidates, key=lambda candidate: candidate[:2]):
        if not found or start >= found[-1].end:
            found.extend(counts)
    return found


def _counts(pattern: re.Pattern[str], match: re.Match[str], text: str) -> list[Count]:
    if pattern is _PAIR:
        return _pair(match, text)
    if pattern is _SINGLE:
        role: Role = "no" if match["how"].casefold().startswith("gegen") else "yes"
        return [Count(match.start("num"), match.end(), role, number(match["num"]), plain=role == "yes")]
    role = next(name for name in _ROLES if match[f"{name}1"])
    printed = match[f"{role}1"].casefold()
    weak = printed in {"ja", "nein", "dafür", "dagegen", "ablehnungen"} or printed.startswith("zustimm")
    printed_number = match["num"] or match.groupdict()["num2"]
    return [Count(match.start(), match.end(), role, number(printed_number), weak=weak)]


def _pair(match: re.Match[str], text: str) -> list[Count]:
    """The two or three numbers of "31 gegen 4 Stimmen" or "9 : 4 : 1" behind the word for a vote."""
    voiced = bool(match["v"] or match["w"])
    if match["w"] and re.match(r"\s*-?\s*(?:dagegen|mit Nein)", text[match.end() :]):
        return []
    labelled = bool(_SCORE_LABEL.search(text[max(0, match.start() - 40) : match.start()]))
    if not voiced and not labelled:
        return []
    if not voiced and re.match(r"\s*(?:Uhr|h\b)|:\d", text[match.end() :]):
        return []
    out = [
        Count(match.start(), match.end("a"), "yes", number(match["a"]), plain=True),
        Count(match.start("b"), match.end(), "no", number(match["b"]), plain=True),
    ]
    if match["c"]:
        third = int(match["c"].strip(" :/"))
        out[1:] = [
            Count(match.start("b"), match.end("b"), "no", number(match["b"]), plain=True),
            Count(match.start("c"), match.end(), "abstain", third, plain=True),
        ]
    return out
