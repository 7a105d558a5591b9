"""Vorlage numbers, as German towns print them.

What enters: text. What leaves: the numbers in it, as printed, and a key to compare two of them.
What it does not know: which number belongs to which paper.

Towns number their papers in any way they like ("2022/2024", "BV/0197/2026", "0123/2024-2029", "Drs. 20-26 / V 01234"),
so a number is known by the word before it, or by a shape that nothing else has.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

# One number: groups of letters and digits joined by / - . or _, with blanks around the joint where a town prints them.
_GROUP = r"[A-Za-zÄÖÜäöü]{0,8}\d{1,6}[A-Za-z]{0,4}|[A-ZÄÖÜ][A-Za-zÄÖÜäöü]{0,7}"
_NUMBER = rf"(?:[A-ZÄÖÜ]{{1,6}}\s)?(?:{_GROUP})(?:\s?[/_-]\s?(?:[A-Z]{{1,4}}\s)?(?:{_GROUP}))*"
_CUE = re.compile(
    r"\b(?:(?:Beschluss|Sitzungs|Informations|Mitteilungs)?vorlagen?(?:[- ]?(?:Nr|Nummer)\b\.?|nummer)?|"
    r"(?:Beratungs|Rats)?drucksachen?(?:[- ]?(?:Nr|Nummer)\b\.?|nummer)?|Drs\.?(?:[- ]?Nr\b\.?)?|"
    r"DS(?:[- ]?Nr\b\.?)?|allris[- ]?Nr\b\.?|Antrags?[- ]?Nr\b\.?|Antragsnummer|Anfrage[- ]?Nr\b\.?)"
    r"\s*(?:Nr\.?|Nummer)?[ \t]*[:#]?\s{0,12}(?:zu[rm]?\s)?",
    re.IGNORECASE,
)
_AT = re.compile(_NUMBER)
# Capital letters that stand before other numbers of this shape: laws, norms, weeks, money.
_NO_PREFIX = r"(?!(?:DIN|ISO|EN|EU|EG|EWG|RL|KW|EUR|AZ|BGBL|ABL|TOP|SJ|WS|SS|HJ|NR|ART|Q|ABS)\b)"
# Without a word before it: letters first and at least two joints ("BV/0197/2026"), a group with leading zeros
# ("0123/2024-2029"), or letters and a year ("V/0123/24").
_SHAPES = re.compile(
    r"(?<![\w/.,-])("
    r"[A-ZÄÖÜ][A-Za-zÄÖÜ]{0,5}\d{0,3}(?:[/-][A-Za-z]{1,5}\d{0,2})?[/-]\d{1,6}[/-]\d{2,4}(?:[/-]\d{1,4})*(?:[/-]?[A-Z]{1,2})?"
    r"|0\d{1,4}/(?:19|20)\d\d(?:-(?:20)?\d\d)?(?:[/-]\d{1,3})?(?:[/-][A-Z]{1,4})?"
    r"|(?:19|20)\d\d/0\d{2,4}(?:/\d{1,3})?"
    r"|(?:19|20)\d\d/[A-Z]{1,5}/\d{2,5}(?:-\d{1,3})?"
    r"|\d{1,3}/\d{2,4}/(?:19|20)\d\d(?:/\d{1,3})?"
    r"|\d{1,3}/[A-Z]{2,5}/\d{2,6}"
    r"|[A-Za-zÄÖÜ]{2,6}(?:-[A-Za-z]{2,5})?(?:-[\w.]{1,8}){1,3}-(?:19|20)\d\d(?:/\d{1,4})?"
    # letters, a blank, then number and year in either order ("BV 2027/003", "VO 12/2027", "DS 0123/27")
    rf"|{_NO_PREFIX}[A-ZÄÖÜ]{{1,4}}(?:[-/][A-ZÄÖÜ]{{1,4}})?[ ]"
    r"(?:(?:19|20)\d\d[/-]\d{1,5}|\d{1,5}[/-](?:19|20)\d\d|\d{2,5}/\d\d)(?:[/-]\d{1,3})?(?:[/-][A-ZÄÖÜ]{1,2})?"
    r")(?![\w/])"
)
_PREFIX = re.compile(r"^([A-ZÄÖÜ]{1,8})(?=\d)")
_BARE = re.compile(r"^(?:[A-ZÄÖÜ]{1,8}/)+(?=\d)")
_DATE = re.compile(r"^\d{1,2}\.\d{1,2}\.\d{2,4}$")
_YEARS = re.compile(r"^(?:19|20)\d\d\s?[/-]\s?(?:(?:19|20)?\d\d)$")


def reference_key(reference: str) -> str:
    """What two spellings of one number have in common: no blanks, one kind of joint, capital letters."""
    text = unicodedata.normalize("NFKC", reference).upper()
    key = re.sub(r"[^0-9A-ZÄÖÜ]+", "/", re.sub(r"\s+", "", text)).strip("/")
    return _PREFIX.sub(r"\1/", key)


def find_key(key: str, known: Iterable[str]) -> str | None:
    """The one of several keys that is the same number: letters before it may be left out on one side, not differ."""
    keys = list(known)
    if key in keys:
        return key
    bare = _BARE.sub("", key)
    alike = [other for other in keys if _BARE.sub("", other) == bare and bare in {key, other}]
    return alike[0] if len(alike) == 1 else None


def fuller(one: str, two: str) -> str:
    """Of two ways to print one number the one that has its letters; the first where both have them."""
    return two if len(reference_key(two)) > len(reference_key(one)) else one


def cued_references(text: str) -> list[str]:
    """The numbers that stand behind „Vorlage“, „Drucksache“ and the like, in order, once each."""
    found: dict[str, str] = {}
    for cue in _CUE.finditer(text):
        match = _AT.match(text, cue.end())
        while match:
            number = _trimmed(match[0])
            if number:
                same = find_key(reference_key(number), found)
                found[same or reference_key(number)] = fuller(found[same], number) if same else number
            # "Vorlagen: 12/2024, 13/2024 und 14/2024"
            more = re.compile(r"\s*(?:,|;|und|sowie)\s*").match(text, match.end())
            match = _AT.match(text, more.end()) if number and more else None
    return list(found.values())


def shaped_references(text: str) -> list[str]:
    """The numbers that are known by their shape alone, in order, once each."""
    found: dict[str, str] = {}
    for match in _SHAPES.finditer(text):
        if not _YEARS.match(match[1]):
            found.setdefault(reference_key(match[1]), match[1])
    return list(found.values())


def references(text: str) -> list[str]:
    """All numbers in a text, those behind a word first."""
    found = {reference_key(r): r for r in cued_references(text)}
    for reference in shaped_references(text):
        key = reference_key(reference)
        same = find_key(key, found)
        if same and len(same) < len(key):  # the shape has the letters that the word before it took
            found = {key if known == same else known: reference if known == same else r for known, r in found.items()}
        elif not any(key in known for known in found):
            found[key] = reference
    return list(found.values())


def _trimmed(number: str) -> str | None:
    """A candidate behind a cue word without what the pattern took too much of; None where it is no number."""
    number = " ".join(number.split())
    number = re.sub(r"(?<=\d)[ ]?-[ ]?[A-Z][a-zäöü].*$", "", number).strip(" -/_")
    digits = sum(c.isdigit() for c in number)
    if digits < 2 or _DATE.match(number) or not re.search(r"\d", number.split(" ")[-1]):
        return None
    if re.search(r"[a-zäöü]{3}", number) and "/" not in number and "-" not in number:
        return None
    if "/" not in number and "-" not in number and digits < 3:
        return None
    return number
