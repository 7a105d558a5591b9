"""Does a sentence say the contrary of the source: a "nicht" too many or too few, up for down, accepted for rejected?

What enters: a sentence with its Alignment. What leaves: the words that turn the meaning round.
What it does not know: whether numbers and names are right.

Only units that the sentence was most likely made from are asked; where none is close enough, nothing is said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ratsassistent.writing.checks.check_align import Alignment, clause, without_headings
from ratsassistent.writing.checks.check_source import Unit, content, folded_words
from ratsassistent.writing.checks.check_values import Value, borne_out, values_of

_EXPLICIT = re.compile(
    r"\b(?:nicht(?! nur\b| zuletzt\b| allein\b| öffentlich\w*)|kein\w*|niemals|nie|weder|ohne(?! weiteres\b)|niemand\w*|nichts|keinerlei|noch nicht)\b",
    re.IGNORECASE,
)
# Words that deny without a "nicht".
_IMPLIED = re.compile(
    r"\b(?:entf[aä]ll\w*|verzicht\w*|lehnt|lehnen|lehnte\w*|abgelehnt\w*|abzulehnen\w*|ablehn\w*|fehl(?:t|en|te|ten|end\w*)|unterbleib\w*|unterlassen|ausgeschlossen|mangels|mangelnd\w*|mangelt\w*"
    r"|un(?!ter|d\b|s|mittelbar|gefähr)\w{4,}(?:lich|bar|ig|t|isch|haft|sam)(?:e[nrsm]?)?|verneint\w*|abgesehen|absehen|sieht(?=[^.;]{0,120}\bab\b)|ausgesetzt|gestrichen|streich\w*"
    r"|zurückgezogen|abgesetzt|kaum|wegf\w*|entbehrlich|erübrigt|statt|anstatt|außer|noch offen|nein|verhinder\w*|vermeid\w*|vermieden|ausschließ\w*|ausschluss|weigert|nur|lediglich|anstelle|sondern|übrig\w*|ausgenommen\w*|restlich\w*|verbleib\w*|ausstehend\w*|verboten\w*|untersagt\w*|gescheitert|scheidet|scheiden|widersprech\w*|widerspricht|fraglich|zu wenig|schwerlich)\b",
    re.IGNORECASE,
)
_FEWEST = 2  # words of the sentence that the source must have before its sense is compared
# Pairs of contraries, as beginnings of words.
_CONTRARIES: tuple[tuple[str, str], ...] = (
    (r"(?:an)?(?:ge)?stieg\w*|steig\w*|ansteig\w*|erhöh\w*|zunahme\w*|zugenommen|zunehm\w*|nimmt zu|anstieg\w*|wächst|wuchs\w*|gewachsen|wachs\w*|gehoben|anheb\w*|anhebung|aufgestockt|aufstock\w*|mehrung|vergrößer\w*",
     r"(?:ab)?sink\w*|(?:ab)?sank\w*|gesunken\w*|verringer\w*|reduzier\w*|abnahme\w*|abgenommen|abnehm\w*|nimmt ab|rückgang\w*|zurückgegang\w*|gesenkt\w*|(?:ab)?senk\w*|vermindert\w*|verminder\w*|gekürzt\w*|kürz\w*|verkleiner\w*|minderung"),
    (r"zu(?:ge|zu)?stimm\w*|stimm(?:t|te|en|ten)\b(?=[^.;]{0,120}\bzu\b)|keine (?:Bedenken|Einwände|Einwendungen)|einverstanden|angenommen\w*|befürwort\w*|genehmigt\w*|unterstütz\w*|bewilligt\w*|anzunehmen",
     r"abgelehnt\w*|ab(?:zu)?lehn\w*|lehn(?:t|te|en|ten)\b(?=[^.;]{0,120}\bab\b)|zurückgewiesen\w*|verworfen|versagt\w*"),
    (r"höher\w*|mehr|über(?:schreit|steig|schritt)\w*|größer\w*", r"niedriger\w*|geringer\w*|weniger|unter(?:schreit|schritt)\w*|kleiner\w*"),
    (r"mehr(?:kosten|bedarf|aufw\w+|ausgab\w+|erträge?|einnahm\w+)", r"minder(?:kosten|bedarf|aufw\w+|ausgab\w+|erträge?|einnahm\w+)"),
    (r"\w*einnahmen|\w*erträge|einzahlung\w*", r"\w*ausgaben|\w*aufwendungen|\w*aufwand|auszahlung\w*|\w*kosten"),
    (r"\w*überschuss\w*|\w*überschüss\w*|gewinn\w*", r"fehlbetr\w*|defizit\w*|\w*verlust\w*"),
    (r"ver(?:längern|längerung|längert)\w*", r"ver(?:kürzen|kürzung|kürzt)\w*"),
    (r"innerhalb", r"außerhalb"),
    (r"vorteil\w*", r"nachteil\w*"),
    (r"einstimmig\w*", r"mehrheitlich\w*"),
    (r"eingeführt|einführ\w*|geschaffen|schaffung|eröffn\w*|geöffnet\w*|öffnung", r"abgeschafft|abschaff\w*|geschlossen\w*|schließung\w*|auf(?:ge|zu)?(?:hoben|heben)|aufhebung"),
    (r"zulässig\w*", r"unzulässig\w*"), (r"möglich\w*", r"unmöglich\w*"), (r"öffentlich\w*", r"nichtöffentlich\w*|nicht öffentlich\w*"),
    (r"positiv\w*", r"negativ\w*"), (r"früher\w*", r"später\w*"), (r"einmalig\w*", r"jährlich\w*|dauerhaft\w*|laufend\w*"),
    (r"befristet\w*", r"unbefristet\w*"), (r"verpflichtend\w*|pflicht\b", r"freiwillig\w*"),
)  # fmt: skip
# What stands before a number or day and bounds it; a pair is contrary.
# The last two only where something changes.
_BOUNDS: tuple[tuple[str, str], ...] = (
    (r"über|mehr als|mindestens|wenigstens|ab|größer als", r"unter|weniger als|höchstens|maximal|bis zu|bis maximal|kleiner als|knapp"),
    (r"ab|ab dem|seit|seit dem|nach|nach dem|frühestens|frühestens ab|vom", r"bis|bis zum|bis spätestens|spätestens|spätestens zum|vor|vor dem"),
    (r"um|um rund|um etwa|um ca\.", r"auf|auf rund|auf etwa|auf ca\."),
    (r"von", r"auf|bis"),
)  # fmt: skip
_COMPILED = [
    (re.compile(rf"\b(?:{a})\b", re.IGNORECASE), re.compile(rf"\b(?:{b})\b", re.IGNORECASE)) for a, b in _CONTRARIES
]
_BEFORE = [
    (re.compile(rf"\b(?:{a})\s*$", re.IGNORECASE), re.compile(rf"\b(?:{b})\s*$", re.IGNORECASE)) for a, b in _BOUNDS
]

_CHANGE = re.compile(rf"\b(?:{_CONTRARIES[0][0]}|{_CONTRARIES[0][1]})\b", re.IGNORECASE)


def contrary(text: str, alignment: Alignment) -> Iterator[str]:
    """Words of the sentence that stand for the contrary of what its units in the source say."""
    mirrors = alignment.mirrors()
    for one, other in [*_COMPILED, *((b, a) for a, b in _COMPILED)]:
        mine = one.search(text)
        if mine and mirrors:
            if all(_exchanged(one, other, text, unit) for unit in mirrors):
                yield mine[0]
        elif mine and not other.search(text):
            units = _made_from(text, alignment, mine.start(), mine.end())
            if units and all(_turned(one, other, text, unit) for unit in units):
                yield mine[0]
    yield from _bounds(text, alignment.best(least=0.55, near=0.8))


def _made_from(text: str, alignment: Alignment, start: int, end: int) -> list[Unit]:
    """The units that fit best when the words at [start, end) are left out; those with all numbers of the sentence."""
    scores = alignment.support(start, end)
    top = max(scores.values(), default=0.0)
    if top < 0.5:
        return []
    units = alignment.source.units
    values = values_of(text)
    telling = any(value.number > 12 or value.day for value in values)
    related = [n for n in scores if telling and all(borne_out(value, units[n].facts) for value in values)]
    if related and max(scores[n] for n in related) >= 0.3:
        return [units[n] for n in related if scores[n] >= 0.3]
    if len({word.key for word in alignment.words if not start <= word.start < end}) < _FEWEST:
        return []
    return without_headings([units[n] for n, score in scores.items() if score >= max(0.55, 0.8 * top)])


def added_negation(text: str, alignment: Alignment) -> Iterator[str]:
    """A "nicht" of the sentence where nothing that it was made from denies that."""
    negations = list(_EXPLICIT.finditer(text))
    if not negations:
        return
    mirrors = alignment.mirrors()
    if mirrors:
        if all(len(negations) > _denials(unit.text) for unit in mirrors):
            yield negations[-1][0]
        return
    scores = alignment.support()
    top = max(scores.values(), default=0.0)
    if top < 0.6 or len({word.key for word in alignment.words}) < _FEWEST:
        return
    units = alignment.source.units
    if any(_denials(units[n].text) for n, score in scores.items() if score >= 0.9 * top):
        return
    close = [units[n].text for n, score in scores.items() if score >= 0.55 * top]
    for match in negations:
        scope = _scope(text, match)
        if scope and not any(_denied(scope, unit) for unit in close):
            yield match[0]


def dropped_negation(text: str, alignment: Alignment) -> Iterator[str]:
    """A "nicht" of the source that the sentence leaves out, though it says the rest."""
    mirrors = alignment.mirrors()
    if mirrors:
        missing = [unit for unit in mirrors if len(list(_EXPLICIT.finditer(unit.text))) > _denials(text, unit.text)]
        if len(missing) == len(mirrors) and _says_it_all(text, missing[0].text):
            yield next(m[0] for m in _EXPLICIT.finditer(missing[0].text) if _covered(text, missing[0].text, m))
        return
    units = alignment.best(least=0.6, near=0.9)
    if not units or _denials(text, units[0].text):
        return
    if any(not _EXPLICIT.search(unit.text) for unit in units):
        return
    for match in _EXPLICIT.finditer(units[0].text):
        if _covered(text, units[0].text, match):
            yield match[0]
            return


def _denials(text: str, other: str = "") -> int:
    """How often a text denies something; words that deny without "nicht" count where the other text does not have them."""
    implied = [m for m in _IMPLIED.finditer(text) if m[0].casefold() not in other.casefold()]
    return len(list(_EXPLICIT.finditer(text))) + len(implied)


def _says_it_all(text: str, unit: str) -> bool:
    return any(_covered(text, unit, match) for match in _EXPLICIT.finditer(unit))


def _covered(text: str, unit: str, negation: re.Match[str]) -> bool:
    """Does the sentence say what the unit denies?"""
    scope = _scope(unit, negation)
    mine = folded_words(text)
    return bool(scope) and sum(key in mine for key in scope) >= 0.75 * len(scope)


def _denied(scope: set[str], unit: str) -> bool:
    """Does the unit deny something of the same words, with a "nicht" or by a word that says as much?"""
    if any(scope & _scope(unit, other) for other in _EXPLICIT.finditer(unit)):
        return True
    return _IMPLIED.search(unit) is not None


def _scope(text: str, negation: re.Match[str]) -> set[str]:
    """The content words that a negation is about: the three behind "kein" and "ohne"; with "nicht" also two before it."""
    start, end = negation.span()
    first, last = clause(text, start, end)
    before = [key for a, b, key in content(text) if first <= a and b <= start][-2:]
    behind = [key for a, b, key in content(text) if a >= end and b <= last][:3]
    noun = re.match(r"kein|ohne", negation[0], re.IGNORECASE)
    return set(behind) if noun and behind else {*before, *behind}


def _turned(one: re.Pattern[str], other: re.Pattern[str], text: str, unit: Unit) -> bool:
    """Has the unit the contrary word where the sentence has this one?"""
    if not other.search(unit.text) or one.search(unit.text):
        return False
    denied = _EXPLICIT.search(_without_verdicts(unit.text)) is not None
    return denied == (_EXPLICIT.search(_without_verdicts(text)) is not None)


def _exchanged(one: re.Pattern[str], other: re.Pattern[str], text: str, unit: Unit) -> bool:
    """Of a unit followed word for word: has the sentence more words of the one kind, and fewer of the other?"""
    more = len(one.findall(text)) > len(one.findall(unit.text))
    return more and len(other.findall(text)) < len(other.findall(unit.text))


def _without_verdicts(text: str) -> str:
    return re.sub(r"keine (?:Bedenken|Einwände|Einwendungen)", "", text)


def _bounds(text: str, units: Sequence[Unit]) -> Iterator[str]:
    """ "bis zum 1. Mai" where the source says "ab dem 1. Mai"; "um 5 %" for "auf 5 %"."""
    for value in values_of(text):
        holders = [unit for unit in units if borne_out(value, unit.facts)]
        if not holders:
            continue
        changing = all(_CHANGE.search(words) for words in (text, *(unit.text for unit in holders)))
        pairs = _BEFORE if changing else _BEFORE[:2]
        for one, other in [*pairs, *((b, a) for a, b in pairs)]:
            mine = one.search(text[: value.start])
            if not mine or other.search(text[: value.start]):
                continue
            if all(_stands_after(other, one, value, unit) for unit in holders):
                yield f"{mine[0].strip()} {value.text}"
                break


def _stands_after(wanted: re.Pattern[str], not_wanted: re.Pattern[str], value: Value, unit: Unit) -> bool:
    """Every time the value stands in the unit, what comes before it is of the one kind and not of the other."""
    same = [v for v in values_of(unit.text) if v.kind == value.kind and v.number == value.number]
    same = [v for v in same if value.day is None or (v.day is not None and v.day.date == value.day.date)]
    return bool(same) and all(
        wanted.search(unit.text[: v.start]) and not not_wanted.search(unit.text[: v.start]) for v in same
    )
