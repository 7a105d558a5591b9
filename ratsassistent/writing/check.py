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
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from ratsassistent.oparl import Page
from ratsassistent.writing.amounts import Day, Finding, days, laws, money, numbers, percentages, word_value
from ratsassistent.writing.sentences import clean, sentences


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ROUNDING = re.compile(
    r"\b(?:rund|ca|circa|etwa|knapp|fast|ungefähr|gut|über|mehr als|annähernd|nahezu|beinahe|zirka|rd|mindestens|unter|bis zu)\.?\s*$",
    re.IGNORECASE,
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
# Adverbs, adjectives and participles by their shape: "Voraussichtlich", "Besondere", "Beschafft", "Vorgestellt".
_SHAPED = re.compile(
    r"\w{2,}(?:lich|isch|weise|end)|\w{3,}(?:lich|isch|end|iv|sam|bar|los|haft|nder|ell)e[nrsm]?"
    r"|(?:vor|aus|ab|an|auf|ein|um|zu|nach|fest|bereit)ge\w{3,}(?:t|en)"
)
# Everyday nouns that a summary needs and any council paper implies: their absence from one page tells nothing.
_COMMON = _words(
    """verwaltung stadtverwaltung gemeindeverwaltung stadt gemeinde rat gemeinderat stadtrat ausschuss gremium sitzung antrag anfrage
    vorlage beschluss beschlussvorlage beschlussvorschlag kosten mittel betrag summe höhe jahr jahre monat tag maßnahme projekt
    stellungnahme begründung grund ziel folge ergebnis vorschlag empfehlung umsetzung planung finanzierung haushalt ausgaben
    einnahmen erhöhung senkung verringerung anstieg rückgang zahl anzahl anteil euro prozent million millionen milliarde cent uhr seite
    fraktion bürger bürgerin einwohner mensch person leute thema frage antwort zukunft zeit ende beginn anfang mitte teil rahmen
    zustimmung ablehnung entscheidung bedarf zweck bereich fall form weise seiten papier dokument unterlage text bericht entwurf
    geld haushaltslage verfahren vorhaben stück plan angebot aufgabe auftrag vergabe neubau bau januar februar märz april mai juni juli august september oktober
    november dezember quartal halbjahr"""
)
_ENDINGS = ("innen", "erinnen", "ungen", "en", "er", "es", "em", "in", "n", "s", "e")


NOT_THERE = "steht nicht auf der Seite"
ELSEWHERE = "steht auf der Seite, aber in anderem Zusammenhang"
CONTRARY = "die Seite sagt das Gegenteil"
NO_PAGE = "keine lesbare Seite"


@dataclass(frozen=True, slots=True)
class CheckResult:
    """`ok` if nothing was missed; `failures` names what was, in the words of the sentence.

    `kinds` says for each failure, in German, what is wrong with it; `explained` puts both together.
    """

    ok: bool
    failures: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()

    @property
    def explained(self) -> tuple[str, ...]:
        """Each failure with its reason: "„1,4 Mio. Euro“ steht nicht auf der Seite"."""
        return tuple(
            kind if text == kind else f"„{text}“ {kind}" for text, kind in zip(self.failures, self.kinds, strict=True)
        )


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


def check_statement(text: str, pages: Sequence[Page] | Sequence[str], passage: str | None = None) -> CheckResult:
    """Look up everything checkable in a sentence on the pages it cites.

    :param pages: the cited pages (or their texts); none at all fails every sentence.
    :param passage: the stretch of the pages that the sentence was written from, with the title it was given: what stands
        elsewhere on the pages, but not in it, fails as `ELSEWHERE`.
    """
    texts = tuple(page if isinstance(page, str) else page.text for page in pages)
    if not any(t.strip() for t in texts):
        return CheckResult(False, (NO_PAGE,), (NO_PAGE,))
    source = _source(texts)
    wording = clean(text)
    failures = dict.fromkeys((*_numbers(wording, source), *_laws(wording, source), *_names(wording, source)), NOT_THERE)
    if passage and passage.strip():
        given = _source((passage,))
        for word in (*_numbers(wording, given), *_laws(wording, given)):
            failures.setdefault(word, ELSEWHERE)
    for word in _opposite(wording, source):
        failures.setdefault(word, CONTRARY)
    return CheckResult(not failures, tuple(failures), tuple(failures.values()))


@lru_cache(maxsize=64)
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


def _numbers(text: str, source: _Source) -> Iterator[str]:
    """Every number of the sentence that the pages do not bear out; each is looked up as what it is."""
    taken: list[tuple[int, int]] = []
    yield from _references_and_days(text, source, taken)
    taken += [(law.start, law.end) for law in laws(text)]
    for findings, known in ((money(text), source.money), (percentages(text), source.shares)):
        for finding in findings:
            if _overlaps(taken, finding.start, finding.end):
                continue
            taken.append((finding.start, finding.end))
            there = round(finding.value, 4) in known or (finding.unit == "euro" and _bare_amount(finding, source))
            if not there and not _rounded(text, finding, known):
                yield finding.text
    for number in numbers(text):
        if _overlaps(taken, number.start, number.end):
            continue
        if round(number.value, 4) in source.values or _rounded(text, number, source.values):
            yield from _unit(text, number, source)
        elif number.text[:1].isdigit() or number.value > 1:
            yield number.text


def _references_and_days(text: str, source: _Source, taken: list[tuple[int, int]]) -> Iterator[str]:
    """Vorlage numbers and dates; where they stand in the sentence is added to `taken`."""
    for match in _REFERENCE.finditer(text):
        found = _tight(match[0]) in source.tight
        if found or not re.fullmatch(r"(?:19|20)\d\d\s?/\s?(?:\d\d|(?:19|20)\d\d)", match[0]):
            taken.append(match.span())
        if not found and taken[-1:] == [match.span()]:
            yield match[0]
    for day in days(text, years=False):
        if _overlaps(taken, day.start, day.end):
            continue
        taken.append((day.start, day.end))
        if not _day_found(day, source):
            yield day.text


def _bare_amount(amount: Finding, source: _Source) -> bool:
    """The same figure in a table whose head names the currency: exact, long enough to be no other number by chance."""
    return (
        amount.value >= 1000 and round(amount.value, 4) in source.values and round(amount.value, 4) not in source.shares
    )


def _overlaps(spans: Sequence[tuple[int, int]], start: int, end: int) -> bool:
    return any(a < end and start < b for a, b in spans)


def _day_found(day: Day, source: _Source) -> bool:
    """The same day on the page; a month or year is borne out by a day in it, a day without a year by one with it."""
    for other in source.days:
        same_day = day.date.startswith("--") and other.date[-6:] == day.date[1:]
        in_month = len(day.date) == 7 and "Q" not in day.date and other.date.startswith(day.date + "-")
        if other.date == day.date or same_day or in_month:
            return True
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


def _unit(text: str, number: Finding, source: _Source) -> Iterator[str]:
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
    folded = (
        text.casefold()
        .replace("absatz", "abs.")
        .replace("artikel", "art.")
        .replace("satz", "s.")
        .replace("nummer", "nr.")
    )
    return re.sub(r"[\s.§]|paragra(?:f|ph)(?:en)?", "", folded)


def _laws(text: str, source: _Source) -> Iterator[str]:
    for law in laws(text):
        key = _law_key(law.text)
        # "§ 34" is borne out by "§ 34 Abs. 2"; "§ 3" is not by "§ 34".
        if not any(re.match(re.escape(key) + r"(?!\d|[a-z]\b)", other) for other in source.laws):
            yield law.text


@lru_cache(maxsize=1)
def _stemmer() -> Any:
    import snowballstemmer  # type: ignore[import-untyped,unused-ignore]  # pure Python, no types

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


def _names(text: str, source: _Source) -> Iterator[str]:
    """Quoted terms and capitalised words. A compound is known by its parts, an everyday noun of councils is let pass."""
    for match in _QUOTED.finditer(text):
        if _tight(match[1]) not in source.tight and not all(_known(t[0], source) for t in _TOKEN.finditer(match[1])):
            yield match[1]
    looked_up = [(f.start, f.end) for f in laws(text) + money(text)]  # "Absatz", "Mio."
    looked_up += [(d.start, d.end) for d in days(text)]  # "Juni"
    for match in _TOKEN.finditer(text):
        word = match[0]
        if not word[0].isupper() or len(word) < 2 or word_value(word) is not None:
            continue
        if _overlaps(looked_up, match.start(), match.end()):
            continue
        if not _known(word, source) and not (_opens(text, match.start()) and _plain(word)):
            yield word


def _opens(text: str, start: int) -> bool:
    """True at the beginning of the sentence, of a quotation or after a colon, where any word has a capital."""
    before = text[:start].rstrip('„"»“( ')
    return not before or before[-1] in ".:!?–"


def _plain(word: str) -> bool:
    """A word that needs no capital of its own: function words and the like, by their shape."""
    return word.casefold() in _OPENERS or _SHAPED.fullmatch(word.casefold()) is not None


_OPENERS = _words(
    """der die das dem den des ein eine einen einem einer eines er sie es wir ihr ihre dies diese dieser dieses diesem diesen im in am an
    auf aus bei beim bis durch für gegen mit nach ohne seit über um unter vom von vor wegen zu zum zur als wie wenn weil da dass ob
    und oder aber auch sowie dabei damit dafür daher deshalb davon dazu danach außerdem zudem ferner hierfür hierzu hierbei jedoch
    insgesamt künftig derzeit bisher zusätzlich laut gemäß aufgrund trotz während zwischen neben nur noch nicht kein keine alle jede
    jeder jedes mehrere viele einige beide weitere andere es man so dort hier zuvor zuletzt jährlich etwa rund knapp ab je pro
    geplant gefordert geprüft gefördert gebaut beschafft bewilligt vergeben verhandelt besondere weitere höhere neue neuen vorgesehen vorgeschlagen empfohlen beantragt beschlossen statt anstatt sollte soll kann wird würde ist sind war"""
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


def _opposite(text: str, source: _Source) -> Iterator[str]:
    """Fails only where the page's own sentence with the same numbers says the contrary."""
    values = {v for v in _values(text) if v > 12}
    if not values:
        return
    related = [s for s, found in source.sentences if values <= found or len(values & found) >= 2]
    if not related:
        return
    for one, other in (_OPPOSITES, _OPPOSITES[::-1], _VERDICTS, _VERDICTS[::-1]):
        mine = _says(text, one)
        turned = [_says(s, other) and not _says(s, one) and _negated(s) == _negated(text) for s in related]
        if mine and not _says(text, other) and all(turned):
            yield mine
    denied = [_negated(s) for s in related]
    if all(_same_words(text, s) for s in related):
        if all(denied) and not _negated(text):
            yield "nicht"
        negation = _NEGATION.search(text)
        if negation and not any(denied) and not _NEGATION.search(source.text):
            yield negation[0]


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
