"""Who asks, recommends or decides in a sentence, and does the source say it of the same one?

What enters: a sentence with its Alignment, and the source. What leaves: actors to whom the source gives no such part, but
gives it to another; and what is told as decided or done though the source only proposes or plans it.
What it does not know: grammar beyond articles, prepositions and a few verbs. Where it does not recognise who acts, it says
nothing.

Three kinds of actors are told apart: the administration, the council with its committees, and those who file motions
(Fraktionen, parties, single members).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from ratsassistent.archive.german import fold
from ratsassistent.writing.checks.check_align import Alignment
from ratsassistent.writing.checks.check_source import Source
from ratsassistent.writing.text.terms import word_set

WRONG_ACTOR = "handelt auf der Seite nicht so, sondern jemand anderes"
PROPOSED = "ist auf der Seite nur vorgeschlagen"
PLANNED = "ist auf der Seite nur vorgesehen"


Group = Literal["administration", "council", "party"]
Act = Literal["demand", "advise", "decide"]

_PARTIES = r"CDU|CSU|SPD|FDP|AfD|GRÜNEN?|Grünen?|Bündnis\s?90\s?/\s?Die\sGRÜNEN|DIE LINKE|Die Linke|Linken?|Freien?\sWähler|FW|ÖDP|ödp|NEOS|FPÖ|ÖVP|SPÖ|BSW|Volt|PARTEI|Piraten|SVP|GLP|EVP|FWG|UWG|BfB"
_PATTERNS: dict[Group, str] = {
    "party": rf"(?:[\w./&-]+(?:\s?[/|&]\s?[\w.-]+)*[-\s])?(?:Rats|Gemeinderats|Stadtrats|Kreistags)?-?[Ff]raktion(?:en)?(?:\s(?:der\s)?(?:{_PARTIES}))?\b|(?:{_PARTIES})(?![\w-])|Antragsteller\w*|Wähler(?:gemeinschaft|vereinigung|gruppe)\w*"
    rf"|(?:Stadt|Gemeinde|Kreis)rät(?:in|e|innen)\b|(?:Stadt|Gemeinde)rat(?=\s[A-ZÄÖÜ]\w+\s(?:[A-ZÄÖÜ]|be|for|bit|fragt|stellt|schl|möcht))|Ratsmitglied\w*|(?:Rats|Zähl)?[Gg]ruppe(?=\s(?:{_PARTIES}))",
    "administration": r"\w*[Vv]erwaltung(?:en)?\b|(?:Ober)?[Bb]ürgermeister(?:in)?\b|Magistrat\b|Landrat\b|Landrätin\b|Dezernat\w*|(?:\w+)?(?:planungs|bau|jugend|sozial|ordnungs|garten|umwelt|schul|sport|tiefbau|hochbau|liegenschafts|kultur)amt\b|Fachamt\b|Kämmerei\b|Stadtkämmerei\b",
    "council": r"(?:Gemeinde|Stadt|Markt|Ortschafts|Ortsbei|Bezirksbei|Stadtteilbei|Stadtbezirks|Verwaltungs|Aufsichts|Land|Bei)?[Rr]at(?:es|s)?\b|\w+[Aa]usschuss(?:es)?\b|\w+[Aa]usschüsse\b|Ausschuss(?:es)?\b|Kreistag\w*|Stadtverordnetenversammlung|Gemeindevertretung|Plenum|Stadtsenat|Gremium",
}  # fmt: skip
_ACTOR = re.compile("|".join(f"(?P<{group}>{pattern})" for group, pattern in _PATTERNS.items()))
_FEMININE = re.compile(r"(?:ung|fraktion|in|schaft|gruppe|vertretung|kämmerei|partei)$", re.IGNORECASE)
_ACTS: dict[Act, str] = {
    "demand": r"beantrag(?:t|te|ten|en)|(?:ge)?forder(?:t|te|ten|n)|bitte(?:t|n)|bat|baten|gebeten|angeregt|anfragt|fragt|erkundigt|verlangt|möchte(?:n)?\swissen|stell(?:t|te|ten|en)\s(?:den|einen|folgenden)\sAntrag",
    "advise": r"empf(?:iehlt|ahl|ohlen|ehlen)|vorgeschlagen|schlägt|schlagen|schlug|rät|befürwortet",
    "decide": r"beschl(?:ießt|oss|ossen|ießen|össe)|zugestimmt|stimmt(?:e)?(?=\s[^,;]*\bzu\b)|genehmigt(?:e)?|bewilligt(?:e)?|verabschiedet(?:e)?",
}
_ACT = re.compile("|".join(rf"(?P<{act}>\b(?:{pattern})\b)" for act, pattern in _ACTS.items()), re.IGNORECASE)
_BREAK = re.compile(r"[,;:()–]\s|(?<!\d)\.\s+(?=[A-ZÄÖÜ])")
_PASSIVE = re.compile(r"\b(?:wird|werden|wurde|wurden|worden|ist|sind)\b")
_DETERMINERS = word_set(
    """der die das den dem des ein eine einen einem einer eines vom beim im am zum zur von durch seitens an in bei mit für gegen laut nach
    über auf aus gegenüber ihr ihre ihren ihrem ihrer sein seine seinen seinem seiner"""
)
_PREPOSITIONS = word_set(
    "durch für gegen an auf in über um von mit bei nach aus gegenüber seitens zwischen unter laut als wie"
)
_SUBORDINATE = re.compile(r"\s*(?:dass|ob|wenn|damit|sodass|um|falls|bevor|nachdem|welche[rnsm]?)\b")
_AGENT = re.compile(
    r"\b(?:vom|durch(?:\s(?:den|die|das))?|von(?:\s(?:der|den|dem))?|seitens(?:\s(?:der|des))?)\s+(?:[\w./-]+\s+){0,2}$",
    re.IGNORECASE,
)
# "Antrag der SPD-Fraktion", "auf Vorschlag der Verwaltung": a noun that names the act with the one who did it.
_NOUNS: dict[Act, str] = {
    "demand": r"(?:Änderungs|Ergänzungs|Haushalts|Dringlichkeits|Prüf)?[Aa]ntr(?:ag|ags|äge|ages)|Anfragen?|Forderung(?:en)?|Initiative",
    "advise": r"Vorschl(?:ag|ags|äge)|Empfehlung(?:en)?|Stellungnahmen?|Einschätzung|Sicht|Auffassung|Ansicht|(?:Beschluss|Informations|Verwaltungs)?[Vv]orlage|Antwort",
    "decide": r"(?:Grundsatz|Bau|Haushalts)?[Bb]eschl(?:uss|usses|üsse)|Entscheidung|Zustimmung",
}
_NOUN_OF = re.compile(
    "|".join(rf"(?P<{act}>\b(?:{pattern})\b)" for act, pattern in _NOUNS.items()).join(("(?:", ")"))
    + r"(?:\s+(?:der|des|von|vom|durch(?:\sden|\sdie)?|seitens(?:\sder|\sdes)?)\s+|\s*:\s*)(?=\S)"
)
_WE = re.compile(r"\b(?:wir|ich)\b", re.IGNORECASE)
# Told as decided. In minutes the present tense is one, too, and the votes stand there.
_DECIDED = re.compile(
    r"\b(?:hat|haben|hatte|wurde|wurden|ist|sind|worden)\b(?:[^.;]|(?<=\d)\.){0,160}\b(?:beschlossen|zugestimmt|genehmigt|bewilligt|verabschiedet|angenommen|abgelehnt)\b(?!\swerden)"
    r"|\b(?:beschlossen|zugestimmt|genehmigt|bewilligt|verabschiedet|angenommen|abgelehnt)\s(?:hat|haben|hatte|wurden?|worden)\b|\bbeschloss(?:en)?\b(?=\s(?!werden)(?:[^.;]|(?<=\d)\.){0,160})"
    r"|\bstimmten?\b(?:[^.;]|(?<=\d)\.){0,160}\bzu\b|\blehnten?\b(?:[^.;]|(?<=\d)\.){0,160}\bab\b|\bgenehmigten?\s(?:der|die|das|den)\b|\bbewilligte\b|\bverabschiedete\b"
)
_VOTED = re.compile(
    r"einstimmig|mehrheitlich|Ja-?Stimmen|Gegenstimmen?|Abstimmung|Stimmenthaltung|Niederschrift|Protokoll|\d\s?(?:ja|nein|dafür|dagegen)\b",
    re.IGNORECASE,
)
_ALREADY = re.compile(
    rf"{_DECIDED.pattern}|\bBeschluss vom\b|zugestimmt|angenommen|abgelehnt|bereits beschlossen|beschlossene[rnsm]?\b"
)
_ONLY_MEANT = re.compile(
    r"\b(?:soll|sollen|sollte[nt]?|würde[n]?|möge|könnte[n]?|empfiehlt|vorgeschlagen|beantragt)\b(?:[^.;]|(?<=\d)\.){0,160}$"
)
_WORDS = r"(?:[^.;:]|(?<=\d)\.){0,200}?"
_COUNCIL_DID = re.compile(
    rf"(?:Der|Die|Das)\s(?:{_PATTERNS['council']})\s(?:hat|haben)\s{_WORDS}\w+(?:t|en)(?=[.;,]|$)"
)
# Told as done; and as meant to be done.
_DONE = re.compile(
    r"\b(?:wurde|wurden)\b(?!(?:[^.;]|(?<=\d)\.){0,160}\b(?:geplant|vorgesehen|vorgeschlagen|beantragt|beauftragt|empfohlen|gebeten|angekündigt|diskutiert|erwartet|gefordert|angefragt|veranschlagt|ermittelt|geschätzt|eingeplant)\b)"
    r"|\b(?:ist|sind)\s(?:\S+\s){0,6}?(?:abgeschlossen|fertiggestellt|umgesetzt|erfolgt|gebaut|errichtet|worden)\b"
)
_MEANT = re.compile(
    r"\b(?:soll|sollen|geplant|vorgesehen|beabsichtigt|beabsichtigen|plant|planen|möge|vorgeschlagen|empfiehlt|künftig|voraussichtlich|beschließt|zu\s\w+en|wird\s(?:\S+\s){0,12}?\w+(?:t|en)\swerden)\b",
    re.IGNORECASE,
)
_PAST = re.compile(
    r"\b(?:wurden?|worden|war|waren|hat|haben|hatten?|bereits|ist\s(?:\S+\s){0,6}?(?:erfolgt|abgeschlossen))\b"
)


@dataclass(frozen=True, slots=True)
class Deed:
    """Somebody does something: `who` as printed, folded names of parties where it has any, the verb."""

    group: Group
    act: Act
    who: str
    parties: frozenset[str]
    verb: str
    place: tuple[int, int]  # of the actor
    subordinate: bool = False  # "dass die Verwaltung … beantragt": asked for, not done


def wrong_actors(text: str, source: Source, pages: Source, alignment: Alignment) -> Iterator[tuple[str, str]]:
    """What the sentence says somebody did, though the source says it of others, or only proposes or plans it.

    :param source: what the sentence was written from, where that is known; :param pages: all of the cited pages.
    """
    held = (*_deeds_of(source), *(_deeds_of(pages) if pages is not source else ()))
    for deed in _deeds(text):
        if deed.subordinate:
            continue
        near = [other for other in _near(deed, alignment) if not other.subordinate]
        same = [other for other in near if other.act == deed.act]
        if same or deed.act == "advise":  # a Vorlage as a whole is advice of the administration
            if not any(other.group == deed.group for other in near):
                same += [other for other in near if deed.act == "advise" and other.act == "demand"]
        else:
            same = [other for other in held if other.act == deed.act]
        if any(_fits(deed, other) for other in same):
            continue
        if same or _stranger(deed, text, alignment):
            yield f"{deed.who} … {deed.verb}", WRONG_ACTOR
    yield from _too_far(text, source, pages, alignment)


def _near(deed: Deed, alignment: Alignment) -> list[Deed]:
    """What is done in the units that the sentence, its actor aside, was most likely made from."""
    scores = alignment.support(*deed.place)
    top = max(scores.values(), default=0.0)
    units = [alignment.source.units[n] for n, score in scores.items() if score >= max(0.5, 0.8 * top)]
    return [other for unit in units for other in _deeds(unit.text)]


def _fits(deed: Deed, other: Deed) -> bool:
    if deed.group != other.group:
        return False
    return not deed.parties or not other.parties or bool(deed.parties & other.parties)


def _stranger(deed: Deed, text: str, alignment: Alignment) -> bool:
    """The source has nobody do such a thing; in the sentence that this one was made from, one of another kind acts."""
    units = alignment.best(least=0.65, near=0.9)
    if not units or deed.act == "decide":
        return False
    mine = {match.lastgroup for match in _ACTOR.finditer(text)}
    groups = {match.lastgroup for unit in units for match in _ACTOR.finditer(unit.text)}
    return bool(groups) and deed.group not in groups and not groups & (mine - {deed.group})


@lru_cache(maxsize=256)
def _deeds_of(source: Source) -> tuple[Deed, ...]:
    found: list[Deed] = []
    for unit in source.units:
        found += _deeds(unit.text)
        found += _named_deeds(unit.text)
        match = _ACT.search(unit.text)
        if match and match.lastgroup == "demand" and _WE.search(unit.text):
            found.append(Deed("party", "demand", "wir", frozenset(), match[0], match.span()))
    return tuple(found)


def _deeds(text: str) -> list[Deed]:
    found: list[Deed] = []
    for verb in _ACT.finditer(text):
        first, last = _clause(text, verb.start(), verb.end())
        passive = _PASSIVE.search(text, first, last) is not None and re.search(r"(?:t|en)$", verb[0]) is not None
        passive = passive and not re.search(r"\b(?:hat|haben|hatte)\b", text[first:last])
        actors = [m for m in _ACTOR.finditer(text, first, last) if m.end() <= verb.start() or m.start() >= verb.end()]
        doing = [m for m in actors if (_is_agent(text, m, first) if passive else _is_subject(text, m, first))]
        if doing:
            actor = min(doing, key=lambda m: min(abs(m.start() - verb.end()), abs(verb.start() - m.end())))
            act: Act = verb.lastgroup  # type: ignore[assignment]
            found.append(
                _deed(
                    actor,
                    act,
                    verb[0],
                    [m[0] for m in doing if m.lastgroup == actor.lastgroup],
                    _SUBORDINATE.match(text, first) is not None,
                )
            )
    return found


def _named_deeds(text: str) -> Iterator[Deed]:
    for noun in _NOUN_OF.finditer(text):
        actor = _ACTOR.search(text, noun.end(), min(len(text), noun.end() + 80))
        if actor and len(text[noun.end() : actor.start()].split()) <= 3:
            act: Act = noun.lastgroup  # type: ignore[assignment]
            yield _deed(actor, act, noun[0], [text[actor.start() : actor.end() + 30]])


def _deed(actor: re.Match[str], act: Act, verb: str, names: Sequence[str], subordinate: bool = False) -> Deed:
    group: Group = actor.lastgroup  # type: ignore[assignment]
    parties = (
        frozenset(fold(party)[:4] for name in names for party in re.findall(_PARTIES, name))
        if group == "party"
        else frozenset()
    )
    return Deed(group, act, " ".join(actor[0].split()), parties, verb.strip(), actor.span(), subordinate)


def _clause(text: str, start: int, end: int) -> tuple[int, int]:
    """The stretch between commas and the like around a verb; one without an actor also takes in what comes before."""
    first, last = 0, len(text)
    for match in _BREAK.finditer(text):
        if match.end() <= start:
            first = match.end()
        elif match.start() >= end:
            last = match.start()
            break
    return first, last


def _is_subject(text: str, actor: re.Match[str], first: int) -> bool:
    """By its article: "die Verwaltung", "der Gemeinderat", "SPD"; not "der Verwaltung", "dem Gemeinderat", "im Rat"."""
    before = [word.casefold() for word in text[first : actor.start()].split()[-3:]]
    word = next((word for word in reversed(before) if word in _DETERMINERS), None)
    if word is None:
        return True
    article = len(before) - 1 - before[::-1].index(word)
    if article > 0 and before[article - 1] in _PREPOSITIONS:
        return False
    last = actor[0].split()[-1]
    feminine = _FEMININE.search(last) is not None or last.endswith("en") or actor.lastgroup == "party"
    return word in (("die", "eine", "ihre", "seine") if feminine else ("der", "ein", "die", "das", "ihr", "sein"))


def _is_agent(text: str, actor: re.Match[str], first: int) -> bool:
    return _AGENT.search(text[first : actor.start()]) is not None


def _too_far(text: str, source: Source, pages: Source, alignment: Alignment) -> Iterator[tuple[str, str]]:
    decided = _DECIDED.search(text) or _council_did(text)
    if decided and not _ONLY_MEANT.search(text[: decided.start()]):
        scores = alignment.support()
        top = max(scores.values(), default=0.0)
        close = [alignment.source.units[n].text for n, score in scores.items() if score >= 0.6 * top]
        told = any(_VOTED.search(unit.text) for unit in pages.units) or any(_ALREADY.search(words) for words in close)
        told = told or any(_PAST.search(unit.text) for unit in alignment.best(least=0.5, near=0.85))
        if not told and (any(d.act == "decide" for d in _deeds_of(pages)) or _MEANT.search(source.text)):
            yield decided[0], PROPOSED
        return
    done = _DONE.search(text)
    if not done or _MEANT.search(text):
        return
    units = alignment.best(least=0.65, near=0.85)
    if units and all(_MEANT.search(unit.text) and not _PAST.search(unit.text) for unit in units):
        yield done[0], PLANNED


def _council_did(text: str) -> re.Match[str] | None:
    """ "Der Bauausschuss hat die Firma beauftragt": the council as subject, in the perfect."""
    match = _COUNCIL_DID.match(text)
    return (
        match
        if match and not re.search(r"(?:beraten|empfohlen|gebeten|beantragt|gefordert|gefragt)$", match[0])
        else None
    )
