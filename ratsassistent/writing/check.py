"""Does what a sentence says stand on the pages it cites?

What enters: a sentence and the pages it cites. What leaves: a CheckResult with what was not found, in the sentence's words.
What it does not know: who wrote the sentence, whether it is true, or whether it says the whole of it.

`ok` means no more than this: every number, date, amount, share, § and name of the sentence stands on those pages, numbers
with the unit they have there, and no sentence of the pages with the same numbers says the opposite. White space,
hyphenation, case and inflection do not matter. Numbers are strict; a rounded number passes only with a word that says
so ("rund") and only where it is the rounding of a number on the page.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from ratsassistent.oparl import Page
from ratsassistent.writing.amounts import Day, Finding, days, laws, money, numbers, percentages, word_value
from ratsassistent.writing.sentences import clean, sentences

_ROUNDING = re.compile(
    r"\b(?:rund|ca|circa|etwa|knapp|fast|ungefähr|gut|über|mehr als|annähernd|nahezu|beinahe|zirka|rd|mindestens|unter|bis zu)\.?\s*$", re.IGNORECASE
)
_UNIT = re.compile(
    r"\s*-?\s*(?P<unit>Prozentpunkt\w*|Prozent|%|Euro\b|EUR\b|€|Jahr\w*|Monat\w*|Woche\w*|Tag\w*|Stunde\w*|Minute\w*|Meter\w*|m²|qm|m\b|km\b|Hektar\w*|ha\b"
    r"|Stellen\b|Plätze\w*|Wohnung\w*|Einwohner\w*|Personen|Kinder\w*|Schüler\w*|Stück|dB|Grad|Tonnen|Fälle\w*|Bäume\w*)",
    re.IGNORECASE,
)
_STRICT_UNITS = ("prozent", "euro", "jahr", "monat", "woche", "tag", "stunde", "minute")
_REFERENCE = re.compile(r"\b[A-ZÄÖÜ]{0,6}[/-]?\d{1,4}\s?/\s?\d{2,5}(?:\s?/\s?\d{1,4})*(?:-[A-Z0-9]+)?\b")
_TOKEN = re.compile(r"[A-Za-zÄÖÜäöüßéèáàôçñ][\wÄÖÜäöüßéèáàôçñ]*(?:[-/’'.*:][A-Za-zÄÖÜäöüß0-9][\wÄÖÜäöüß]*)*")
_QUOTED = re.compile(r"[„\"»“]([^„“”\"«»]{3,120})[“”\"«]")
_OPPOSITES = (
    ("steig", "stieg", "erhöh", "zunahme", "zugenommen", "zunehm", "anstieg", "wächst", "wuchs", "mehr"),
    ("sink", "sank", "gesunken", "verringer", "reduzier", "abnahme", "abgenommen", "rückgang", "gesenkt", "senk", "vermindert", "weniger"),
)  # fmt: skip
_VERDICTS = (
    ("zugestimmt", "zustimm", "angenommen", "befürwort", "genehmigt", "unterstützt", "bewilligt"),
    ("abgelehnt", "ablehn", "lehnt", "zurückgewiesen", "verworfen", "versagt"),
)  # fmt: skip
_NEGATION = re.compile(r"\b(?:nicht|kein\w*|niemals|nie|weder|ohne|entfällt|verzichtet)\b", re.IGNORECASE)
# Nouns a summary needs and any council paper implies: their absence from one page tells nothing.
_COMMON = frozenset(
    """verwaltung stadtverwaltung gemeindeverwaltung stadt gemeinde rat gemeinderat stadtrat ausschuss gremium sitzung antrag anfrage
    vorlage beschluss beschlussvorlage beschlussvorschlag kosten mittel betrag summe höhe jahr jahre monat tag maßnahme projekt
    stellungnahme begründung grund ziel folge ergebnis vorschlag empfehlung umsetzung planung finanzierung haushalt ausgaben
    einnahmen erhöhung senkung verringerung anstieg rückgang zahl anzahl anteil euro prozent million millionen milliarde cent uhr seite
    fraktion bürger bürgerin einwohner mensch person leute thema frage antwort zukunft zeit ende beginn anfang mitte teil rahmen
    zustimmung ablehnung entscheidung bedarf zweck bereich fall form weise seiten papier dokument unterlage text bericht entwurf
    stück plan angebot aufgabe auftrag vergabe neubau bau januar februar märz april mai juni juli august september oktober
    november dezember quartal halbjahr""".split()
)
_ENDINGS = ("innen", "erinnen", "ungen", "en", "er", "es", "em", "in", "n", "s", "e")


@dataclass(frozen=True, slots=True)
class CheckResult:
    """`ok` if nothing was missed; `failures` names what was, in the words of the sentence."""

    ok: bool
    failures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Source:
    """What the cited pages hold, folded once."""

    text: str  # cleaned
    tight: str  # without white space, hyphens and case
    values: frozenset[float]
    money: frozenset[float]
    shares: frozenset[float]
    days: tuple[Day, ...]
    laws: frozenset[str]
    stems: frozenset[str]
    sentences: tuple[tuple[str, frozenset[float]], ...]


def check_statement(text: str, pages: Sequence[Page] | Sequence[str]) -> CheckResult:
    """Look up everything checkable in a sentence on the pages it cites.

    :param pages: the cited pages (or their texts); none at all fails every sentence.
    """
    texts = tuple(page if isinstance(page, str) else page.text for page in pages)
    if not any(t.strip() for t in texts):
        return CheckResult(False, ("keine lesbare Seite",))
    source = _source(texts)
    wording = clean(text)
    failures = [*_numbers(wording, source), *_laws(wording, source), *_names(wording, source), *_opposite(wording, source)]
    unique = tuple(dict.fromkeys(failures))
    return CheckResult(not unique, unique)


@lru_cache(maxsize=32)
def _source(texts: tuple[str, ...]) -> _Source:
    raw = "\n".join(texts)
    text = clean(raw)
    both = f"{raw}\n{text}"
    found = sentences(raw)
    return _Source(
        text=text,
        tight=_tight(text),
        values=frozenset(_values(both)),
        money=frozenset(round(f.value, 2) for f in money(both)),
        shares=frozenset(round(f.value, 4) for f in percentages(both)),
        days=tuple(days(text)),
        laws=frozenset(_law_key(f.text) for f in laws(text)),
        stems=frozenset(_stems(text)),
        sentences=tuple((s.text, frozenset(_values(s.text))) for s in found if s.kind != "heading"),
    )


def _tight(text: str) -> str:
    return re.sub(r"[\s\-‐–—\u00ad]", "", text).casefold()


def _values(text: str) -> set[float]:
    """The values of all numbers of a text, with and without their scale ("1,2 Mio." is 1,200,000 and 1.2)."""
    found: set[float] = set()
    for finding in numbers(text):
        found.add(round(finding.value, 4))
    for match in re.finditer(r"(?<![\w.,])\d{1,3}(?:[.'’ ]\d{3})+(?:,\d+)?|\d+(?:,\d+)?", text):
        whole, _, decimals = match[0].partition(",")
        found.add(round(float(re.sub(r"\D", "", whole) + "." + (decimals or "0")), 4))
    for finding in money(text):
        found.add(round(finding.value, 4))
    return found


def _numbers(text: str, source: _Source) -> Iterable[str]:
    """Dates, amounts, shares, references, then every number left."""
    taken: list[tuple[int, int]] = []
    for match in _REFERENCE.finditer(text):
        if _tight(match[0]) in source.tight:
            taken.append(match.span())
        elif not re.fullmatch(r"(?:19|20)\d\d\s?/\s?(?:\d\d|(?:19|20)\d\d)", match[0]):
            taken.append(match.span())
            yield match[0]
    for day in days(text, years=False):
        if _overlaps(taken, day.start, day.end):
            continue
        taken.append((day.start, day.end))
        if not _day_found(day, source):
            yield day.text
    for law in laws(text):
        taken.append((law.start, law.end))
    for amount in money(text):
        if _overlaps(taken, amount.start, amount.end):
            continue
        taken.append((amount.start, amount.end))
        if round(amount.value, 2) not in source.money and not _rounded(text, amount, source.money):
            yield amount.text
    for share in percentages(text):
        if _overlaps(taken, share.start, share.end):
            continue
        taken.append((share.start, share.end))
        if round(share.value, 4) not in source.shares and not _rounded(text, share, source.shares):
            yield share.text
    for number in numbers(text):
        if _overlaps(taken, number.start, number.end):
            continue
        if round(number.value, 4) not in source.values and not _rounded(text, number, source.values):
            if number.text[:1].isdigit() or number.value > 1:
                yield number.text
        else:
            yield from _unit(text, number, source)


def _overlaps(spans: Sequence[tuple[int, int]], start: int, end: int) -> bool:
    return any(a < end and start < b for a, b in spans)


def _day_found(day: Day, source: _Source) -> bool:
    """The same day on the page; a month or year is borne out by a day in it, a day without a year by one with it."""
    for other in source.days:
        if other.date == day.date:
            return True
        if day.date.startswith("--") and other.date[-6:] == day.date[1:]:
            return True
        if "Q" not in day.date and not day.date.startswith("--") and other.date.startswith(day.date + "-"):
            if len(day.date) == 7 or re.fullmatch(r"(?:\w+\s+)*\d{4}", day.text):
                return _tight(day.text) in source.tight or len(day.date) == 7
    return _tight(day.text) in source.tight


def _rounded(text: str, number: Finding, values: frozenset[float]) -> bool:
    """ "rund 2,8 Mio. Euro" for 2.770.027,62 Euro: said to be rounded, right to the places shown, same leading figure."""
    if not _ROUNDING.search(text[: number.start]):
        return False
    figure = re.search(r"\d[\d.]*(?:,(\d+))?", number.text)
    if not figure or number.value <= 0:
        return False
    digits = re.sub(r"\D", "", figure[0])
    shown = float(re.sub(r"\.", "", figure[0]).replace(",", "."))
    scale = number.value / shown if shown else 1.0
    zeros = len(digits) - len(digits.rstrip("0")) if not figure[1] else -len(figure[1])
    step = scale * 10.0**zeros
    for value in values:
        if abs(value - number.value) <= step and value != 0:
            lead = f"{value:.0f}"[: max(1, len(digits.rstrip("0")) - 1)]
            return digits.startswith(lead[:1])
    return False


def _unit(text: str, number: Finding, source: _Source) -> Iterable[str]:
    """A number with a unit has to have that unit on the page, too."""
    match = _UNIT.match(text, number.end)
    if not match:
        return
    unit = match["unit"].lower()
    kind = next((u for u in _STRICT_UNITS if unit.startswith(u)), None)
    if kind in (None, "prozent", "euro"):
        return
    for other in numbers(source.text):
        if round(other.value, 4) == round(number.value, 4):
            after = source.text[other.end : other.end + 60].lower()
            before = source.text[max(0, other.start - 20) : other.start].lower()
            if kind in after or kind in before:
                return
    yield " ".join(text[number.start : match.end()].split())


def _law_key(text: str) -> str:
    folded = text.casefold().replace("absatz", "abs.").replace("artikel", "art.").replace("satz", "s.").replace("nummer", "nr.")
    return re.sub(r"[\s.§]|paragra(?:f|ph)(?:en)?", "", folded)


def _laws(text: str, source: _Source) -> Iterable[str]:
    for law in laws(text):
        key = _law_key(law.text)
        if not any(other == key or re.match(re.escape(key) + r"(?!\d)", other) for other in source.laws):
            if _law_key(source.text).find(key) < 0 or not source.laws:
                yield law.text


@lru_cache(maxsize=1)
def _stemmer() -> Any:
    import snowballstemmer  # pure Python, no types

    return snowballstemmer.stemmer("german")


@lru_cache(maxsize=50_000)
def _stem(word: str) -> str:
    return str(_stemmer().stemWord(word.casefold().replace("*", "").replace(":", "")))


def _stems(text: str) -> set[str]:
    found: set[str] = set()
    for match in _TOKEN.finditer(text):
        found.add(_stem(match[0]))
        found.update(_stem(piece) for piece in re.split(r"[-/.:*’']", match[0]) if len(piece) > 1)
    return found


def _names(text: str, source: _Source) -> Iterable[str]:
    """Quoted terms and capitalised words. A compound is known by its parts, an everyday noun of councils is let pass."""
    for match in _QUOTED.finditer(text):
        if _tight(match[1]) not in source.tight and not all(_known(t[0], source) for t in _TOKEN.finditer(match[1])):
            yield match[1]
    for match in _TOKEN.finditer(text):
        word = match[0]
        if not word[0].isupper() or len(word) < 2 or word_value(word) is not None:
            continue
        if not _known(word, source) and not (_opens(text, match.start()) and _plain(word)):
            yield word


def _opens(text: str, start: int) -> bool:
    """True at the beginning of the sentence, of a quotation or after a colon, where any word has a capital."""
    before = text[:start].rstrip("„\"»“( ")
    return not before or before[-1] in ".:!?–"


def _plain(word: str) -> bool:
    """A word that needs no capital of its own: function words and the like, by their shape."""
    return word.casefold() in _OPENERS or (len(word) > 3 and word.casefold().endswith(("lich", "ig", "isch", "weise", "end", "ens", "her", "her")))


_OPENERS = frozenset(
    """der die das dem den des ein eine einen einem einer eines er sie es wir ihr ihre dies diese dieser dieses diesem diesen im in am an
    auf aus bei beim bis durch für gegen mit nach ohne seit über um unter vom von vor wegen zu zum zur als wie wenn weil da dass ob
    und oder aber auch sowie dabei damit dafür daher deshalb davon dazu danach außerdem zudem ferner hierfür hierzu hierbei jedoch
    insgesamt künftig derzeit bisher zusätzlich laut gemäß aufgrund trotz während zwischen neben nur noch nicht kein keine alle jede
    jeder jedes mehrere viele einige beide weitere andere es man so dort hier zuvor zuletzt jährlich etwa rund knapp ab je pro
    geplant vorgesehen vorgeschlagen empfohlen beantragt beschlossen statt anstatt sollte soll kann wird würde ist sind war""".split()
)


def _known(word: str, source: _Source) -> bool:
    """Does the word stand on the pages: as it is, inflected, as part of a compound, or made of parts that do?"""
    folded = word.casefold()
    stem = _stem(word)
    if stem in source.stems or _tight(word) in source.tight:
        return True
    if folded in _COMMON or stem in _common_stems():
        return True
    if len(stem) >= 5 and stem in source.tight:
        return True
    pieces = [p for p in re.split(r"[-/.:*’']", word) if len(p) > 1]
    if len(pieces) > 1:
        return all(_known(p, source) or p.islower() for p in pieces)
    return _compound_of(folded, source)


@lru_cache(maxsize=1)
def _common_stems() -> frozenset[str]:
    return frozenset(_stem(word) for word in _COMMON)


def _compound_of(word: str, source: _Source) -> bool:
    """ "Kapitalzuführung" is known where "Kapital" and "Zuführung" are, or "die Zuführung des Kapitals"."""
    for cut in range(4, len(word) - 3):
        head, tail = word[:cut], word[cut:]
        for join in ("", "s", "es", "n", "en", "er", "e"):
            if join and not head.endswith(join):
                continue
            bare = head[: len(head) - len(join)] if join else head
            if len(bare) >= 4 and _part_known(bare, source) and _part_known(tail, source):
                return True
    return False


def _part_known(part: str, source: _Source) -> bool:
    stem = _stem(part)
    return stem in source.stems or part in _COMMON or stem in _common_stems()


def _opposite(text: str, source: _Source) -> Iterable[str]:
    """Fails only where the page's own sentence with the same numbers says the contrary."""
    values = {v for v in _values(text) if v > 12}
    if not values:
        return
    related = [s for s, found in source.sentences if values <= found or len(values & found) >= 2]
    if not related:
        return
    for one, other in (_OPPOSITES, _OPPOSITES[::-1], _VERDICTS, _VERDICTS[::-1]):
        mine = _says(text, one)
        if mine and not _says(text, other):
            if all(_says(s, other) and not _says(s, one) and _negated(s) == _negated(text) for s in related):
                yield mine
    if all(_negated(s) for s in related) and not _negated(text) and all(_same_words(text, s) for s in related):
        yield "nicht"
    if not any(_negated(s) for s in related) and _negated(text) and all(_same_words(text, s) for s in related):
        match = _NEGATION.search(text)
        if match and not _NEGATION.search(source.text):
            yield match[0]


def _says(text: str, words: Sequence[str]) -> str | None:
    match = re.search(r"\b(?:un)?(?:ab|an|auf|ver|ge)?(?:" + "|".join(words) + r")\w*", text, re.IGNORECASE)
    return match[0] if match else None


def _negated(text: str) -> bool:
    return _NEGATION.search(text) is not None


def _same_words(text: str, other: str) -> bool:
    """Most content words shared: then a "nicht" that only one has turns the meaning round."""
    mine = {s for s in _stems(text) if len(s) > 4}
    theirs = {s for s in _stems(other) if len(s) > 4}
    return bool(mine) and len(mine & theirs) >= 0.75 * len(mine)
