"""Text folded so that disguised words look like plain ones, letter for letter: every place stays where it is.

What enters: text. What leaves: text of the same length in small Latin letters; and what a disguise of its own (spaced
letters, Base64, ROT13, written backwards) turns out to say.
What it does not know: which words matter.
"""

from __future__ import annotations

import base64
import binascii
import codecs
import re
import unicodedata
from collections.abc import Callable, Iterator

# Letters of other alphabets that look like Latin ones.
_LOOKALIKES = {
    "а": "a", "в": "b", "с": "c", "е": "e", "ё": "e", "н": "h", "і": "i", "ї": "i", "ј": "j", "к": "k", "м": "m", "о": "o",
    "р": "p", "ѕ": "s", "т": "t", "у": "y", "х": "x", "ԁ": "d", "ԛ": "q", "ԝ": "w", "һ": "h", "ӏ": "l", "г": "r", "п": "n",
    "α": "a", "β": "b", "ε": "e", "η": "n", "ι": "i", "κ": "k", "μ": "u", "ν": "v", "ο": "o", "ρ": "p", "τ": "t", "υ": "u",
    "χ": "x", "ω": "w", "ϲ": "c", "ɑ": "a", "ɡ": "g", "ı": "i", "ɩ": "i", "ѵ": "v",
}  # fmt: skip
_LOOKS_ALIKE = re.compile(f"[{''.join(_LOOKALIKES)}]")
_WORD = re.compile(r"[^\W_]+")
_LEET = str.maketrans("013457@$", "oieast" + "as")
_LEET_SIGN = re.compile(r"[a-zäöüß][013457@$]{1,3}[a-zäöüß]|\b[013457@$]{1,2}[a-zäöüß]{2}")
_LEET_WORD = re.compile(r"(?=\w*[^\W\d_]\w*[^\W\d_])(?=\w*[013457@$])[\w@$]+")
_SPACED = re.compile(r"(?<!\w)(?:[^\W\d_][ \u00a0.\-_*]{1,3}){7,}[^\W\d_](?!\w)")
_BASE64 = re.compile(r"(?<![A-Za-z0-9+/=])[A-Za-z0-9+/]{16,}(?:\n[A-Za-z0-9+/]{2,}(?=[\n=]|$))*={0,2}")
_MIXED = re.compile(r"[a-z][A-Z0-9]")  # no word is written so
_HEX = re.compile(r"(?<![0-9A-Fa-f])(?:[0-9A-Fa-f]{2}[ ]?){16,}(?![0-9A-Fa-f])")
_LONGEST = 4000  # letters of one encoded stretch that are looked at


class _Folded(dict[int, str]):
    """What a character is folded to, worked out once for each: always one character."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        plain = unicodedata.normalize("NFKC", char).lower()
        folded = plain if len(plain) == 1 else char.lower() if len(char.lower()) == 1 else char
        folded = {"\u00a0": " ", "\u2019": "'", "\u2011": "-", "\u2010": "-"}.get(folded, folded)
        self[code] = folded
        return folded


_FOLDED = _Folded()


def lowered(text: str) -> str:
    """Small letters without the forms that Unicode has for print (bold, wide, circled), as many as before."""
    return text.translate(_FOLDED)


def folded(text: str) -> str:
    """As `lowered`, with letters of other alphabets within Latin words, and figures for letters, taken for what they look like."""
    low = lowered(text)
    if _LOOKS_ALIKE.search(low):
        low = _WORD.sub(lambda m: _latin(m[0]), low)
    return _LEET_WORD.sub(lambda m: m[0].translate(_LEET), low) if _LEET_SIGN.search(low) else low


def _latin(word: str) -> str:
    """A word that mixes alphabets in Latin letters; one wholly in another alphabet stays."""
    strange = sum(char in _LOOKALIKES for char in word)
    if not strange:
        return word
    latin = sum("a" <= char <= "z" or char in "äöüß" for char in word)
    if not latin and any(char not in _LOOKALIKES for char in word):
        return word
    return "".join(_LOOKALIKES.get(char, char) for char in word)


def decoded(text: str) -> Iterator[tuple[int, int, str, str]]:
    """Stretches that are written in disguise: (start, end, what they say, the disguise in German)."""
    for found in _SPACED.finditer(text):
        yield found.start(), found.end(), re.sub(r"[^\w]|_", "", lowered(found[0])), "gesperrt geschrieben"
    for found in _BASE64.finditer(text):
        for raw in (found[0], found[0].split("\n")[0]) if _MIXED.search(found[0]) else ():
            said = _bytes(re.sub(r"\s", "", raw)[:_LONGEST].rstrip("="), _of_base64)
            if said:
                yield found.start(), found.end(), said, "verschlüsselt (Base64)"
                break
    for found in _HEX.finditer(text):
        said = _bytes(found[0].replace(" ", "")[:_LONGEST], bytes.fromhex)
        if said:
            yield found.start(), found.end(), said, "verschlüsselt (Zahlencode)"


def turned(line: str) -> Iterator[tuple[str, str]]:
    """What a line says with its letters shifted by thirteen, and read backwards, with the disguise in German."""
    yield codecs.decode(line, "rot13"), "verschlüsselt (ROT13)"
    yield line[::-1], "rückwärts geschrieben"


def _of_base64(raw: str) -> bytes:
    whole = raw[: len(raw) - 1] if len(raw) % 4 == 1 else raw
    return base64.b64decode(whole + "=" * (-len(whole) % 4), validate=True)


def _bytes(raw: str, decode: Callable[[str], bytes]) -> str:
    """The text that encoded bytes hold, or nothing where they hold none."""
    try:
        data = decode(raw)
    except (ValueError, binascii.Error):
        return ""
    said = data.decode("utf-8", "ignore")
    words = re.findall(r"[^\W\d_]{2,}", said)
    plain = said.isprintable() and len(said.encode()) >= len(data) - 3
    return said if len(words) >= 3 and plain else ""
