"""Raw text of a page becomes clean text.

What enters: what a text layer (or OCR) gave. What leaves: the same words without soft hyphens, control characters and
private-use glyphs, cut words put together, lost ligatures restored, in NFC; and whether it is language at all.
What it does not know: PDF, places on the page.

A word cut at the end of a line is put together on the upper line: "Verwal-" / "tung prüft" becomes "Verwaltung" /
"prüft". Quotes are compared without white space, so they still match the page.
"""

from __future__ import annotations

import re
import unicodedata

# Symbol fonts (Wingdings, Symbol) put their glyphs into the private use area; these have a known meaning.
_TICKED = "\uf052\uf053\uf054\uf078\uf0fd\uf0fe"
_EMPTY = "\uf06f\uf070\uf071\uf072\uf0a8\uf0a3\uf02a"
_BULLETS = "\uf06c\uf06e\uf075\uf076\uf077\uf09f\uf0a7\uf0b7\uf0d8\uf0f0\uf0a0\uf0b8"
_KNOWN_GLYPHS = str.maketrans(
    {
        **dict.fromkeys(_TICKED, "☒"),
        **dict.fromkeys(_EMPTY, "☐"),
        **dict.fromkeys(_BULLETS, "•"),
        "\uf0e0": "→",
        "\uf0e8": "→",
        "\uf0fc": "✓",
        "\uf0fb": "✗",
        "\uf02d": "–",
        "\uf0ae": "→",
        "ﬀ": "ff",
        "ﬁ": "fi",
        "ﬂ": "fl",
        "ﬃ": "ffi",
        "ﬄ": "ffl",
        "ﬅ": "st",
        "ﬆ": "st",
    }
)
_PRIVATE_AT_START = re.compile(r"^([ \t]*)[\ue000-\uf8ff](?=\s)", re.MULTILINE)
# Some programs write a ligature's glyph number where its letters belong (in plane 16, or cut to 16 bits). In the common
# office fonts these numbers are known; any other lost sign is read by the word that it would make.
_NUMBERED = {"Ư": "ff", "Ɵ": "ti", "Ʃ": "tt", "Ō": "ft", "ƫ": "tti"}
_WORDS = {
    "ff": "öffentl|treff|schaff|offen|begriff|stoff|schiff|ziffer|eröff|hoff|griff|angriff|haff|koff|effekt|diff|neff",
    "fi": "finanz|befind|empfind|profil|spezifi|identifi|fisch|qualifi|klassifi|zertifi|grafik|defini|film|firma|firme",
    "fl": "fläche|pflege|pflicht|fluss|flücht|pflanz|flur|flug|flexib|einfluss|konflikt|flut|empfl|reflex|pflaster",
    "ti": "tion|aktiv|ativ|itiv|investi|statis|prakti|politi|partiz|beteili|kontin|tätig|richtig|wichtig|stimm",
    "tt": "mittel|bitte|sitt|stätt|stadtt|wett|hütt|blatt|ritt|kett|nett|schritt|mitte|statt|dritt|tritt|gebiett|gottes",
    "ft": "schaft|kraft|luft|haft|häft|träft|lauft|gift|schrift|heft|vorschrift|auftrag|oft|bedürft|kräft|künft",
    "tz": "platz|schutz|satz|netz|nutz|gesetz|sitz|setz|grundstücksatz|schätz",
    "ffi": "effizi|offizi|koeffizi|traffi",
    "ffl": "stoffl|treffl|schiffl",
    "tti": "mittig|sittig",
    "tf": "plattf|ortf|stadtf",
}
_STEMS = {letters: re.compile(stems) for letters, stems in _WORDS.items()}
_LOST = "\ufffd\u0180-\u024f\u014c\U00100000-\U0010fffd"
_LOST_LIGATURE = re.compile(rf"[^\W\d_{_LOST}]*[{_LOST}][\w{_LOST}]*")
_SIGN = re.compile(f"[{_LOST}]")
_PASSES = 8
_CUT_WORD = re.compile(r"[^\W_]-$")
_REST_OF_WORD = re.compile(r"\s*([a-zäöüß]\S*)[ \t]*")
_REST_OF_NAME = re.compile(r"\s*([A-ZÄÖÜ]\S*)[ \t]*")
_JOINING = {
    "und",
    "oder",
    "bzw",
    "sowie",
    "als",
    "wie",
    "noch",
    "bis",
    "u",
    "o",
    "statt",
    "and",
    "et",
    "in",
    "auf",
    "mit",
}
_FORMULA = re.compile(r"\bCO ?\n ?2\b(?:\n(?=-))?")
_VOWELS = set("aeiouyäöüAEIOUYÄÖÜ")


def clean_text(text: str) -> str:
    """The text of a page with soft hyphens, control characters and private-use glyphs dealt with, in NFC.

    Cleaning clean text changes nothing.
    """
    for _ in range(_PASSES):  # what one pass takes out may bring the parts of a word together
        before, text = text, _cleaned(text)
        if text == before:
            break
    return text


class _Fates(dict[int, str | None]):
    """What becomes of a character, worked out once for each: kept, a space, or nothing."""

    def __missing__(self, code: int) -> str | None:
        char = chr(code)
        category = unicodedata.category(char)
        fate: str | None = None  # control, format (zero width), surrogate, private use, unassigned: nothing to read
        if char in "\n\u00ad" or category[0] not in "CZ":
            fate = char
        elif category == "Zs" or char in "\t\v\f":
            fate = " "
        self[code] = fate
        return fate


_FATES = _Fates()


def _cleaned(text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    text = _LOST_LIGATURE.sub(lambda match: _SIGN.sub(lambda sign: _letters(match, sign), match[0]), text)
    text = _PRIVATE_AT_START.sub(r"\1•", text.translate(_KNOWN_GLYPHS))
    text = unicodedata.normalize("NFC", text.translate(_FATES))
    text = _FORMULA.sub("CO2", text)
    return "\n".join(_rejoined([line.rstrip() for line in text.split("\n")])).strip("\n")


def _letters(word: re.Match[str], sign: re.Match[str]) -> str:
    """The letters that a lost sign within a word stands for; the sign itself where nothing speaks for any."""
    before, after = word[0][: sign.start()], word[0][sign.end() :]
    if not (before[-1:].isalpha() or after[:1].islower()):
        return sign[0]
    known = _NUMBERED.get(chr(ord(sign[0]) & 0xFFFF)) if ord(sign[0]) >= 0x100000 else _NUMBERED.get(sign[0])
    if known:
        capitals = not after[:1].islower() and not before[-1:].islower()
        # "Ō" and "Ư" begin names in other languages; a German word begins with neither "ft" nor "ff".
        return sign[0] if capitals or (not before and known in ("ff", "ft")) else known
    fitting: list[tuple[int, str]] = []
    for letters, stems in _STEMS.items():
        for found in stems.finditer(f"{before}{letters}{after}".casefold()):
            if found.start() <= len(before) and found.end() >= len(before) + len(letters):
                fitting.append((len(found[0]), letters))
    if fitting and (before or sign[0] > "\u024f"):  # a name may well begin with such a letter
        return max(fitting)[1]
    return sign[0]


def _rejoined(lines: list[str]) -> list[str]:
    """Words cut at the end of a line put together on that line; a line that held only the rest of a word goes."""
    out: list[str] = []
    for line in lines:
        left = _continued(out, line) if out else line
        if left is not None:
            soft = "\u00ad" if left.endswith("\u00ad") else ""
            out.append(left.replace("\u00ad", "") + soft)
    return [line.rstrip("\u00ad").rstrip() for line in out]


def _continued(out: list[str], line: str) -> str | None:
    """What is left of `line` once the rest of the word that the last line of `out` began has moved up; None: nothing."""
    upper = out[-1]
    if upper.endswith("\u00ad"):
        rest = re.match(r"\s*(\S+)[ \t]*", line)
        if not rest:
            return line
        out[-1] = upper.rstrip("\u00ad") + rest[1].replace("\u00ad", "")
        if rest[1].endswith("\u00ad"):
            out[-1] += "\u00ad"
    elif _CUT_WORD.search(upper):
        rest = _REST_OF_WORD.match(line)
        stem = upper.rsplit(" ", 1)[-1]
        if rest and rest[1].rstrip(".,").casefold() not in _JOINING:
            keep = len(stem) <= 2 or not stem[-2].islower()  # "E-" / "mail", "PV-" / "anlage"
            out[-1] = (upper if keep else upper[:-1]) + rest[1]
        elif (rest := _REST_OF_NAME.match(line)) and len(stem) > 2:
            out[-1] = upper + rest[1]  # "CDU-" / "Fraktion"
        else:
            return line
    else:
        return line
    left = line[rest.end() :]
    return left or None


def is_gibberish(text: str) -> bool:
    """True where a font without a usable code table left no language: replacement characters, or hardly any vowels."""
    visible = [char for char in text if not char.isspace()]
    bad = sum(char == "\ufffd" or unicodedata.category(char) in {"Co", "Cc", "Cs", "Cn"} for char in visible)
    if len(visible) > 40 and bad > 0.5 * len(visible):
        return True
    letters = [char for char in visible if char.isalpha()]
    if len(letters) < 150:
        return False
    share = sum(char in _VOWELS for char in letters) / len(letters)
    return not 0.16 <= share <= 0.75
