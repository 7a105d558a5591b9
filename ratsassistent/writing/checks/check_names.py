"""The names and nouns of a sentence: do they stand in the source, and where it speaks of the same thing?

What enters: a sentence and a Source. What leaves: the words that are not there; and of the names of persons, places and
organisations those that stand elsewhere. What it does not know: numbers, and what the sentence says of the names.

There is no list of names: a capitalised word is known by its stem, as part of a compound, or by the parts it is made of.
It is taken for a name where the source or the sentence uses it like one: after "Herr", "Firma", "Fraktion", in capitals
only, as a street, or after a preposition and never with an article.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from ratsassistent.archive.german import fold
from ratsassistent.writing.checks.check_align import Alignment, highest
from ratsassistent.writing.checks.check_nouns import noun
from ratsassistent.writing.checks.check_source import TOKEN, Source, Unit, stem, tight
from ratsassistent.writing.text.amounts import days, laws, money, word_value
from ratsassistent.writing.text.terms import word_set

_QUOTED = re.compile(r"[„\"»“]([^„“”\"«»]{3,120})[“”\"«]")
# Adverbs, adjectives and participles by their shape: "Voraussichtlich", "Besondere", "Beschafft", "Vorgestellt".
_SHAPED = re.compile(
    r"\w{2,}(?:lich|isch|weise|end)|\w{3,}(?:lich|isch|end|iv|sam|bar|los|haft|nder|ell)e[nrsm]?"
    r"|(?:vor|aus|ab|an|auf|ein|um|zu|nach|fest|bereit)ge\w{3,}(?:t|en)"
)
# Everyday nouns that a summary needs and any council paper implies: their absence from one page tells nothing.
_COMMON = word_set(
    """verwaltung stadtverwaltung gemeindeverwaltung stadt gemeinde rat gemeinderat stadtrat ausschuss gremium sitzung antrag anfrage
    vorlage beschluss beschlussvorlage beschlussvorschlag kosten mittel betrag summe höhe jahr jahre monat tag maßnahme projekt
    stellungnahme begründung grund ziel folge ergebnis vorschlag empfehlung umsetzung planung finanzierung haushalt ausgaben
    einnahmen erhöhung senkung verringerung anstieg rückgang zahl anzahl anteil euro prozent million millionen milliarde cent uhr seite
    fraktion bürger bürgerin einwohner mensch person leute thema frage antwort zukunft zeit ende beginn anfang mitte teil rahmen
    zustimmung ablehnung entscheidung bedarf zweck bereich fall form weise seiten papier dokument unterlage text bericht entwurf
    geld haushaltslage verfahren vorhaben stück plan angebot aufgabe auftrag vergabe neubau bau januar februar märz april mai juni juli august september oktober
    november dezember quartal halbjahr"""
)
_OPENERS = word_set(
    """der die das dem den des ein eine einen einem einer eines er sie es wir ihr ihre dies diese dieser dieses diesem diesen im in am an
    auf aus bei beim bis durch für gegen mit nach ohne seit über um unter vom von vor wegen zu zum zur als wie wenn weil da dass ob
    und oder aber auch sowie dabei damit dafür daher deshalb davon dazu danach außerdem zudem ferner hierfür hierzu hierbei jedoch
    insgesamt künftig derzeit bisher zusätzlich laut gemäß aufgrund trotz während zwischen neben nur noch nicht kein keine alle jede
    jeder jedes mehrere viele einige beide weitere andere es man so dort hier zuvor zuletzt jährlich etwa rund knapp ab je pro
    geplant gefordert geprüft gefördert gebaut beschafft bewilligt vergeben verhandelt besondere weitere höhere neue neuen vorgesehen vorgeschlagen empfohlen beantragt beschlossen statt anstatt sollte soll kann wird würde ist sind war"""
)
_TITLES = re.compile(
    r"(?:\b(?:Herrn?|Frau|Dr\.|Prof\.|Dipl\.-\w+|Firma|Fa\.|Fraktion|Partei|Gruppe|Liste|Ortsteil|Stadtteil|Stadtbezirk|Gemarkung|Landkreis|Ortschaft|Gemeinde|Büro|Architekt\w*"
    r"|Bürgermeister(?:in)?|Oberbürgermeister(?:in)?|Stadtr[aä]t(?:in)?|Gemeinderat|Gemeinderätin|Dezernent(?:in)?|Mag\.|Abg\.|GR|StR|StRin|Vzbgm\.|Bgm\.)\s+(?:[A-ZÄÖÜ]\w*\.?\s+)?)$"
)
_FORMS_OF_COMPANIES = re.compile(r"\s+(?:\w+\s+)?(?:GmbH|AG|KG|SE|eG|e\.\s?V\.|mbH|KGaA|gGmbH|& Co|UG|OHG|Fraktion)\b")
_STREET = re.compile(
    r"\w{3,}(?:straße|strasse|allee|gasse|weg|platz|ring|ufer|damm|steig|chaussee|markt|brücke)n?s?", re.IGNORECASE
)
# Ways and squares of every town, not named after anything.
_COMMON_WAY = re.compile(
    r"(?:\w*(?:rad|geh|fuß|schul|park|spiel|stell|sport|arbeits|lager|rettungs|feld|wirtschafts|wander|um|halte|bau|fest|markt|vor|sitz"
    r"|kita|ausbildungs|studien|kinder|betreuungs|fahr|bolz|wende|haupt|neben|land|bundes|landes|kreis|gemeinde|stadt|einbahn|anlieger"
    r"|erschließungs|plan|rechts|ver|hin|aus|heim|lehr|pflege|zufahrts|durchgangs|verbindungs|wohn|sammel|privat|orts|liege|abstell"
    r"|camping|grill|rast|super|wochen|immobilien|energie|tennis|fußball|flug|start|schlaf|frei|ersatz|dorf|vereins|garagen|kirchen"
    r"|dauer|trainings|einzel|kfz|pkw|jahr|weihnachts|floh|bauern|strom|finanz|kapital|gas)"
    r"(?:straße|strasse|allee|gasse|weg|platz|ring|ufer|damm|steig|markt|brücke)n?s?)",
    re.IGNORECASE,
)
_SURE_TITLE = re.compile(
    r"\b(?:Herrn?|Frau|Firma|Fa\.|Ortsteil|Stadtteil|Stadtbezirk|Landkreis|Ortschaft|Gemarkung)\s$"
)
_DETERMINERS = word_set(
    """der die das dem den des ein eine einen einem einer eines kein keine keinen keinem keiner dieser diese dieses diesem diesen
    jeder jede jedes jedem jeden alle aller allen ihr ihre ihren ihrem ihrer sein seine seinen seinem seiner unser unsere unseren unserer
    im am zum zur vom beim ins ans welche welcher welches solche viele vieler mehrere mehr weniger beide einige je pro mögliche"""
)
_PREPOSITIONS = word_set("in aus nach von bei für mit durch gegen")
_DETERMINED = re.compile(
    rf"\b(?:{'|'.join(sorted(_DETERMINERS))})\s+(?:(?:[a-zäöüß-]+e[nrsm]?|[\d.,]+|und)\s+){{0,3}}[„\"]?$", re.IGNORECASE
)
_INFLECTED = re.compile(
    r"\w{3,}(?:t|en|er|te|ten|ter|e|es|ig|iv|lich|isch|al|ell|weise|mals|haft|sam|bar)"
)  # may be a verb or adjective: "Betroffen", "Kleinere"
# So many nouns of a sentence may be missing from its source before they count.
_MANY, _FEW, _LARGE_SHARE = 5, 3, 0.4
_LEAST_FIT, _RIVAL = 0.6, 0.8  # as for values, see there
_HEAD = 3  # units that say whose paper it is and what about
_EVERYWHERE = 5  # units that hold a name which belongs to the whole page
_NOT_A_NAME = word_set(
    "ö tob top bv az nr gmbh ag kg ev eur euro teur mio mrd usw bzw vgl ca abs kfz lkw pkw id it edv öpnv cm qm kwh mwh co2 dna pdf"
)


def missing_names(text: str, source: Source) -> Iterator[str]:
    """Quoted terms and names that are not in the source; and other nouns, once too many of the sentence are not."""
    for match in _QUOTED.finditer(text):
        if tight(match[1]) not in source.facts.tight and not all(known(t[0], source) for t in TOKEN.finditer(match[1])):
            yield match[1]
    strange: list[str] = []
    count = 0
    for start, word in _capitalised(text):
        opens = _opens(text, start)
        if opens and _plain(word):
            continue
        count += 1
        named = _looks_like_name(word, start, text)
        if name_known(word, source) if named else known(word, source):
            continue
        if named or _may_be_name(word, start, text, opens):
            yield word
        else:
            strange.append(word)
    if len(strange) >= _MANY or (len(strange) >= _FEW and len(strange) > _LARGE_SHARE * count):
        yield from strange


def _may_be_name(word: str, start: int, text: str, opens: bool) -> bool:
    """Of a word that the source does not have: could it be somebody's or a place's name?"""
    kind = noun(word)
    if kind == "unclear":  # "in Birkenfeld", but "ein Handlungsfeld"
        return _DETERMINED.search(text[:start]) is None
    return kind == "no" and not (opens and _INFLECTED.fullmatch(word))


def misplaced_names(text: str, alignment: Alignment, given: Source | None, pages: Source) -> Iterator[str]:
    """Names that stand in the source, but not where it speaks of the same thing.

    The unit that supports the sentence best has another name of that sort in its place. A name of a heading, or one that
    stands all over the source, fits everywhere.

    :param given: the passage that the sentence was written from, where it is known: names have to stand in it, but for
        those in the head of the pages and all over them.
    """
    source = alignment.source
    for start, word in _capitalised(text):
        if not is_name(word, start, text, source):
            continue
        if given is not None and not name_known(word, given):
            places = [n for n, unit in enumerate(pages.units) if _holds(unit, word)]
            if len(places) < _EVERYWHERE and min(places, default=_HEAD) >= _HEAD:
                yield word
            continue
        holders = [n for n, unit in enumerate(source.units) if _holds(unit, word)]
        scores = alignment.support(start, start + len(word))
        top = max(scores.values(), default=0.0)
        if not holders or top < _LEAST_FIT or len(holders) >= _EVERYWHERE:
            continue
        if any(source.units[n].kind == "heading" for n in holders):
            continue
        own = highest(scores, holders)
        best = source.units[max(scores, key=lambda n: scores[n])]
        if own < _RIVAL * top and _another(word, start, text, best, source):
            yield word


def _holds(unit: Unit, word: str) -> bool:
    return all(f" {fold(stem(piece))[:7]}" in unit.folded for piece in re.split(r"[-/.:*’']", word) if len(piece) > 1)


def _another(word: str, start: int, text: str, unit: Unit, source: Source) -> bool:
    """Has the unit a name of the same sort as this one, which the sentence does not have?"""
    sort = _sort(word, start, text)
    return any(
        is_name(other, at, unit.text, source) and _sort(other, at, unit.text) == sort and other not in text
        for at, other in _capitalised(unit.text)
    )


def _sort(word: str, start: int, text: str) -> str:
    if _FORMS_OF_COMPANIES.match(text, start + len(word)):
        return "company"
    if _STREET.fullmatch(word):
        return "street"
    if _TITLES.search(text[:start]):
        return "person"
    return "initials" if word.isupper() else "name"


def is_name(word: str, start: int, text: str, source: Source) -> bool:
    """Is this word used as the name of a person, place or organisation, in the sentence or in the source?"""
    folded = word.casefold()
    if folded in _COMMON or folded in _NOT_A_NAME or folded in _OPENERS or _SHAPED.fullmatch(folded):
        return False
    if _looks_like_name(word, start, text):
        return True
    kind = noun(word)
    if kind == "no":
        return not _opens(text, start)
    return kind == "unclear" and _used_as_name(word, source)


def _looks_like_name(word: str, start: int, text: str) -> bool:
    """In capitals only, behind a title, before the form of a company, or a street."""
    first = word.split("-", maxsplit=1)[0]
    if sum(c.isupper() for c in first) >= 2 and len(word) <= 14:
        return True
    if _STREET.fullmatch(word) and not _COMMON_WAY.fullmatch(word):
        return True
    titled = _TITLES.search(text[:start]) is not None and noun(word) != "noun"
    titled = titled or _SURE_TITLE.search(text[:start]) is not None
    return titled or _FORMS_OF_COMPANIES.match(text, start + len(word)) is not None


@lru_cache(maxsize=4096)
def _used_as_name(word: str, source: Source) -> bool:
    """After a preposition without an article, and never with one: "in Lindenau", but not "in Höhe", "nach der Höhe"."""
    after_preposition = 0
    for match in re.finditer(rf"(?:([^\W\d]+)(\s+))?(?<!\w){re.escape(word)}(?!\w)", source.text):
        before = (match[1] or "").casefold()
        if not before:
            continue
        if before in _DETERMINERS or (
            match[1][0].islower() and before not in _PREPOSITIONS and re.search(r"e[nrsm]?$", before)
        ):
            return False
        after_preposition += before in ("in", "aus", "nach", "bei")
        if _TITLES.search(source.text[: match.start()] + match[0][: -len(word)]):
            return True
    return after_preposition > 0


def _capitalised(text: str) -> Iterator[tuple[int, str]]:
    """The capitalised words of a sentence that are no part of a date, an amount or a §, with their places."""
    taken = [(f.start, f.end) for f in laws(text) + money(text)]  # "Absatz", "Mio."
    taken += [(d.start, d.end) for d in days(text)]  # "Juni"
    for match in TOKEN.finditer(text):
        word = match[0]
        if not word[0].isupper() or len(word) < 2 or word_value(word) is not None:
            continue
        if not any(a < match.end() and match.start() < b for a, b in taken):
            yield match.start(), word


def _opens(text: str, start: int) -> bool:
    """True at the beginning of the sentence, of a quotation or after a colon, where any word has a capital."""
    before = text[:start].rstrip('„"»“( ')
    return not before or before[-1] in ".:!?–"


def _plain(word: str) -> bool:
    """A word that needs no capital of its own: function words and the like, by their shape."""
    return word.casefold() in _OPENERS or _SHAPED.fullmatch(word.casefold()) is not None


def name_known(word: str, source: Source) -> bool:
    """Does the name stand in the source as a word or as part of one: "SPD" in "SPD-Fraktion", "Lindenau" in "Lindenauer"?

    No name is made of parts that stand there apart: "Stein" and "Straße" are no "Steinstraße".
    """
    if fold(stem(word)) in source.stems:
        return True
    pieces = [fold(stem(piece)) for piece in re.split(r"[-/.:*’']", word) if len(piece) > 1]
    return all(
        piece in source.stems
        or (len(piece) > 4 and re.search(rf" {re.escape(re.sub('er$', '', piece))}", source.folded))
        for piece in pieces
    )


def known(word: str, source: Source) -> bool:
    """Does the word stand in the source: as it is, inflected, as part of a compound, or made of parts that do?"""
    folded = word.casefold()
    root = fold(stem(word))
    if root in source.stems or tight(word) in source.facts.tight:
        return True
    if folded in _COMMON or root in _common_stems():
        return True
    if len(root) >= 5 and root in source.folded:
        return True
    pieces = [p for p in re.split(r"[-/.:*’']", word) if len(p) > 1]
    if len(pieces) > 1:
        return all(known(p, source) or p.islower() for p in pieces)
    return _compound_of(folded, source)


@lru_cache(maxsize=1)
def _common_stems() -> frozenset[str]:
    return frozenset(fold(stem(word)) for word in _COMMON)


def _compound_of(word: str, source: Source) -> bool:
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


def _part_known(part: str, source: Source) -> bool:
    root = fold(stem(part))
    return root in source.stems or part in _COMMON or root in _common_stems()
