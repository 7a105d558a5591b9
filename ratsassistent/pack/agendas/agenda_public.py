"""Which part of an agenda is public, and which item.

What enters: lines of an agenda. What leaves: True, False, or None where a line says nothing about it. What it does not
know: numbers, titles, pages.

Two kinds of lines are told apart: one that heads a part ("II. Nichtöffentlicher Teil"), and one that belongs to a single
item ("(vertraulich)", "Status: nichtöffentlich").
"""

from __future__ import annotations

import re

from ratsassistent.oparl import Public

_CLOSED = r"nicht\s*-?\s*öffentlich|vertraulich|geheim|geschlossen"
_SECTION = re.compile(
    r"^\W*(?:(?:(?:ab|um|ca\.)\s+)?\d{1,2}[:.]\d\d\s*Uhr\W*)?(?:(?:Teil\s+)?[A-D1-4IV]{1,3}\s*[.):–-]+\s*|Teil\s+(?:[A-D]|[1-4]|I{1,3})\b\W*)?"
    r"(?:(?:vorläufige\s+)?Tagesordnung\W+)?(?:(?:Tagesordnungs)?punkte\s+)?(?:(?:für\s+|zu[rm]?\s+|in\s+)?(?:de[rnms]|die|zu[rm]|in|im|einer|eine)\s+)?"
    rf"(?P<word>(?:{_CLOSED}|öffentlich)(?:e[rsnm]?)?)(?!\w)\s*:?\W*"
    r"(?:Teil|Sitzung|Sitzungsteil|Tagesordnung(?:spunkte)?|Beratung(?:spunkte|sgegenstände|steil)?|Punkte|Angelegenheiten|TOPs?|Verhandlung|Geschäfte|Traktanden|Gegenstände|Vorlagen)?\b"
    r"(?:\s+(?:der|des|zur)\s+(?:Sitzung|Tagesordnung))?"
    r"(?:\W*(?:(?:um|ab|ca\.|Beginn:?)\s*)*\d{1,2}(?:[:.]\d\d)?\s*Uhr\W*)?\W*$",
    re.IGNORECASE,
)
_EXCLUDED = re.compile(
    r"^\W*(?:(?:Teil\s+)?[A-D1-4IV]{1,3}\s*[.):–-]+\s*)?(?:Sitzung\s+|Beratung\s+|Teil\s+)?(?:unter\s+Ausschlu(?:ss|ß)\s+der\s+Öffentlichkeit|in\s+geheimer\s+Sitzung)\W*$",
    re.IGNORECASE,
)
_PART = re.compile(r"^\W*Teil\s+(?P<letter>[AB])\W*$")
_SPACED = re.compile(r"^(?:\w\s){6,}\w\W*(?:\s+(?:\w\s){2,}\w)?\W*$")
_BARE = re.compile(r"^\W*(?P<word>(?:nicht\s*-?\s*)?öffentlich|vertraulich|n\.?\s?ö\.?|nö|NÖ|ö|Ö)\W*$", re.IGNORECASE)
_STATUS = re.compile(
    r"^\W*(?:(?:Öffentlichkeits)?status|Öffentlichkeit|Beratung|Behandlung|Sitzungsart)\s*:\s*(?P<word>(?:nicht\s*-?\s*)?öffentlich|vertraulich|ja|nein)\b.{0,30}$",
    re.IGNORECASE,
)
_IN_TITLE = re.compile(
    r"(?:[(\[]|\s[–—-]\s?|\s/\s)\s*(?:(?:wird\s+)?in\s+)?(?P<word>nicht\s*-?\s*öffentlich(?:er\s+(?:Sitzung|Teil))?|vertraulich|nö|NÖ|öffentlich|"
    r"unter\s+Ausschlu(?:ss|ß)\s+der\s+Öffentlichkeit|geheimer\s+Sitzung)\s*[)\]–—-]*\s*$"
)
_HIDDEN = re.compile(
    r"(?:nicht\s*-?\s*öffentlich|vertraulich|geheim)\w*\b.{0,40}\b(?:beraten|behandelt|verhandelt|beschlossen|beraten)\b|Ausschlu(?:ss|ß)\s+der\s+Öffentlichkeit|"
    r"^\W*(?:Die\s+)?(?:Vorlage|Unterlagen?|Angelegenheit)\s+(?:ist|sind)\s+(?:streng\s+)?(?:nicht\s*-?\s*öffentlich|vertraulich)",
    re.IGNORECASE,
)
_TELLS_OF_IT = re.compile(
    r"(?i)bekannt(?:gabe|machung)|gefasste|beschlüsse|protokoll|niederschrift|herstellung|antrag auf|über den ausschlu"
)


def section(line: str) -> Public:
    """True or False where a line begins the public or the non-public part, None where it begins none."""
    stripped = line.strip()
    if len(stripped) > 90:
        return None
    if _SPACED.match(stripped):  # "N i c h t ö f f e n t l i c h"
        stripped = re.sub(r"(?<=\w)\s(?=\w)", "", re.sub(r"\s{2,}", "  ", stripped))
    part = _PART.match(stripped)
    if _EXCLUDED.match(stripped) or (part and part["letter"] == "B"):
        return False  # part A is not called public here: only the paper may say so
    match = _SECTION.match(stripped) if re.search("(?i)öffentlich|vertraulich|geheim|geschlossen", stripped) else None
    if not match:
        return None
    word = match["word"].casefold()
    if "öffentlich" not in word and word == stripped.casefold().strip(" :.-–()"):
        return None  # "vertraulich" alone is a mark of one item
    return word.startswith("öffentlich")


def bare(line: str) -> Public:
    """True or False for a line that is nothing but "öffentlich" or "nichtöffentlich"; None for any other."""
    match = _BARE.match(line.strip())
    return _said(match["word"]) if match else None


def item_mark(line: str) -> Public:
    """What a line below an item's title says of that item alone: in brackets, behind "Status:", or as a sentence."""
    text = line.strip()
    status = _STATUS.match(text)
    if status:
        word = status["word"].casefold()
        return word == "ja" if word in {"ja", "nein"} else _said(word)
    match = _BARE.match(text)
    if match and (text[:1] in "([–—-*" or match["word"].casefold().startswith(("v", "n.", "nö"))):
        return _said(match["word"])
    if len(text) <= 160 and _HIDDEN.search(text) and not _TELLS_OF_IT.search(text):
        return False
    return None


def title_mark(title: str) -> Public:
    """What the end of a title says: "Grundstückssache (nichtöffentlich)"."""
    match = _IN_TITLE.search(title)
    return _said(match["word"]) if match else None


def _said(word: str) -> bool:
    return word.casefold().startswith("ö")
