"""Is what a model wrote a usable German sentence?

What enters: a sentence. What leaves: the faults found, each a German word or two; none is no proof of good style.
What it does not know: whether the sentence is true (`check`), what it was made from.

Cheap on purpose: word lists and patterns. A grammar checker for German (LanguageTool) needs Java and 200 MB.
"""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise

from ratsassistent.writing.checks.bindings import doubled_particle
from ratsassistent.writing.checks.neutral import recommends_vote
from ratsassistent.writing.text.readable import finite
from ratsassistent.writing.text.terms import word_set

SHORTEST, LONGEST = 5, 38  # words
# A paper is nobody who recommends: behind these words a recommendation is as unsigned as without them.
_SAID = re.compile(r"^Laut (?:Vorlage|Anlage|Stellungnahme|Unterlagen?|Text)\b\s*")
_ADDRESS = re.compile(
    r"https?:|\bwww\.|[\w.+-]+@[\w-]+\.\w|\b[\w-]+\.(?:de|com|org|net|info|eu|at|ch|io|app|online|site|xyz)\b(?!\.)",
    re.IGNORECASE,
)
_ENGLISH = word_set(
    "the and of is are was were to with this that for from by which will be has have not it its should would please"
)
_LAST = word_set(
    """der die das den dem des ein eine einen einem einer eines und oder aber sowie dass weil wenn ob als wie im am zum zur vom beim
    in von für über gegen ohne sehr rund etwa ca sich seine ihre deren
    dessen welche welcher welches insgesamt jeweils bzw"""
)  # fmt: skip
_FORM = re.compile(r"[☐☒☑□■|_]{1,}|\.{4,}|\bja\s*/\s*nein\b|\bzutreffendes\b", re.IGNORECASE)
_READER = re.compile(
    r"(?<![„\"»])\b(?:Sie sollten|Sie müssen|Sie können|Ihnen|Ihr Rat|Du |Dir |Bitte beachten|Beachten Sie)\b"
)
_FIRST = re.compile(r"\b(?:ich|wir|uns|unser\w*|mein\w*)\b", re.IGNORECASE)
_MODEL = re.compile(r"\b(?:es fehlt:|nicht im Text|Zusammenfassung|als KI|Sprachmodell|im Text (?:steht|heißt)|der Text|Satz:|Antwort:|Anfang „)", re.IGNORECASE)  # fmt: skip
# "den erste Bericht", "dem neue Haus": after these an adjective ends in -n (or -m, -r), never in -e
_ENDING = re.compile(r"\b(?:den|dem|des|einem|einen|eines|zum|im|am|vom|beim)\s+(?!alle|beide|eine|ihre|seine|keine)[a-zäöüß]{3,}e\s+[A-ZÄÖÜ]\w+")  # fmt: skip
_PLURAL = re.compile(
    r"\b[Dd]ie\s+(?:[a-zäöü]+en\s+)?(?:\w*[Kk]osten|\w*[Mm]ittel|\w*[Ee]innahmen|\w*[Aa]usgaben|\w*[Mm]aßnahmen|\w*[Ff]lächen)"
    r"\s+(?:beträgt|ist|wird|soll|hat|kann|wurde|liegt|steht|erfolgt)\b"
)
_FINITE_INSIDE = re.compile(
    r"\bund [a-zäöü]{3,}t (?:zu|die|den|das|dem|der|ein\w*|dies\w*) [^,]*\b(?:auf|ab|an|aus|ein|vor|dar|her|zu)\.$"
)
_ONE_ACTS = re.compile(
    r"dass (?:der|die|das) (?:\w*[Rr]at|\w*[Vv]erwaltung|Stadt|Gemeinde|\w*[Aa]usschuss|\w*tag)\b(?! und| sowie|,)[^,]*[a-zäöü]en\.$"
)
_ONE_IN_PLURAL = re.compile(
    r"^dass (?:der|das) [A-ZÄÖÜ][\w-]+(?! und| sowie)[^,]*\b(?:werden|sind|haben|können|sollen|müssen)\.$"
)
_IN_MONTH = re.compile(
    r"\b[Ii]n (?:Januar|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember)\b"
)
_DEPENDENT = re.compile(
    r"^(?:d(?:er|ie|as|en|em|eren|essen)|welche[rsmn]?|weil|da|dass|wenn|ob|sodass|damit|während|obwohl)\b"
)
_HELPERS = re.compile(r"\b(?:ist|sind|war|waren|wird|werden|wurden?|würden?|hat|haben|hatten?|sei|seien|soll\w*|kann|können|muss|müssen|worden|sein)\b")  # fmt: skip
_SPLIT_VERB = re.compile(
    r"\bzu (?:ab|an|auf|aus|ein|vor|zurück|zusammen|mit|nach|weg|weiter|fort|los|her|hin)(?!ander)[a-zäöü]{3,}en(?=[.,;!?]|$)"
    r"|,\s(?:das|der|die) es\b|\bdass es [A-ZÄÖÜ]\w+|^Laut \w+ (?:sieht|schlägt|empfiehlt|hält|plant|lehnt|begrüßt) (?:keine?n?|vor|für|den|dem|sich|ab|zu)\b|\bes sich um [^,.]*\b(?:ist|sind|geht|gehen)\b|\b(?:ist|sind) (?:nicht )?entsprochen\b|\b(?:kann|wird|soll) d(?:er|ie|as) [^,.]* entsprochen werden|\blehn(?:t|en|te|ten)\b(?!.*\bab\b)"
)
_VERB_SECOND = re.compile(
    r"\bdass (?:die|der|das) [A-ZÄÖÜ][\wäöüß-]+ [a-zäöü]{3,}t (?:die|der|den|das|ein|eine|einen)\b"
)
_BARE_PARTICIPLE = re.compile(r"[a-zäöü]*ge[a-zäöü]{3,}(?:t|en)")
_LIKE_PARTICIPLE = re.compile(r"\w*(?:gen|gelten|gehen|geben|gehören|genügen|gewähren|geschehen|gestalten|gelingen|gilt|gehört|genügt|gewährt|gestaltet|gelangt|gelangen)")  # fmt: skip
_CLAUSE = re.compile(r"\bdass\s+([^,;:.]+(?:,[^,;:.]+)*)[.!?]?$")
_ONLY_TO = re.compile(r"(?:\bzu [a-zäöüß]{3,}n|[a-zäöüß]zu[a-zäöüß]{3,}n)[.!?]?$")
# Words that end a clause begun with "dass": a finite verb comes last in German
_VERB_LAST = re.compile(
    r"(?:\w{2,}(?:t|te|ten|en|rn|ln)|ist|sei|war|wäre|wird|soll|muss|kann|will|hat|hätte|sind|würde|könnte|sollte|wurde|gab|tut|tun)$"
)


_INFINITIVE = re.compile(r"(?:en|ln|rn|tun|sein)$")
# What cannot end the clause of "soll": "einzuführen", "das Konzept umzusetzen beschließen", "die Verwaltung beauftragt"
_ENDS_WRONG = re.compile(
    r"\b(?:bereit|ein|auf|aus|ab|an|vor|fest|um|nach|mit|weiter|durch|zurück)zu[a-zäöü]+en$"
    r"|[a-zäöüß](?:zu|zu )[a-zäöüß]{3,}n [a-zäöüß]+n$|\b(?:be|ver|er|ent|ge)[a-zäöüß]{3,}t$"
)
_AUXILIARY = re.compile(
    r"^(?:\w+ \w+ |Es |Die \w+ |Der \w+ |Das \w+ )?(?P<aux>wird|werden|wurden?|würden?|kann|können|könnten?|soll|sollen|sollten?|muss|müssen|darf|dürfen|will|wollen|ist|sind|hat|haben)\b"
)
_PARTICIPLE = re.compile(r"\w*(?:ge\w+t|(?:ver|be|ent|er|zer|emp|miss|über|unter|wider|durch|um)\w{2,}t|\w+iert|\w+en|\w+ln|\w+rn|getan|sein|tun)$")  # fmt: skip
# After "haben" a participle or an infinitive with "zu" is due: "eingehalten", "einzuhalten", never "einhalten".
_BARE_INFINITIVE = re.compile(r"(?:ein|auf|aus|ab|an|vor|bereit|fest|nach|mit|zurück)(?!ge|zu)[a-zäöüß]{3,}en")
_WITH_ZU = re.compile(
    r"(?:ein|auf|aus|ab|an|bei|dar|durch|fest|her|hin|mit|nach|um|vor|weg|zurück|zusammen)zu[a-zäöüß]{3,}n"
)
_SOUND_END = re.compile(r"(?:bar|lich|ig|isch|los|sam|haft|voll|frei|reif|wert|weit|nötig|zuständig|fertig|möglich|fest|klar|offen|neu|gut|hoch|groß)$")  # fmt: skip


def faults(text: str, *, lead: str = "") -> tuple[str, ...]:
    """What is wrong with a sentence as German, in a few German words each; empty where nothing was found.

    :param lead: the words that it had to begin with; they decide where its verbs have to stand.
    """
    bare = text.strip()
    folded = [w.casefold() for w in re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)*", bare)]
    count = len(bare.split())
    last = (bare.rstrip('.!?“”"»').casefold().split() or [""])[-1]
    english = sum(w in _ENGLISH for w in folded)
    tests = {
        "zu kurz": count < SHORTEST,
        "zu lang": count > LONGEST,
        "kein ganzer Satz": re.search(r"\s[a-z]\.$", bare)
        or not bare.rstrip('“”"»').endswith((".", "!", "?"))
        or last in _LAST,
        "offene Klammer": any(bare.count(a) != bare.count(b) for a, b in ("()", "„“", "[]")),
        "Großschreibung": re.search(
            r"(?<=[a-zäöü] )(?:Schon|Gleichzeitig|Auch|Zudem|Hierbei|Dabei|Nach|Seit|Durch|Mit|Für|Bei|Im|Die|Der|Das)\b",
            bare,
        ),
        "nicht deutsch": english >= 2 and english > 0.15 * len(folded),
        "fremde Zeichen": re.search(r"[^\x00-\u024f\u2010-\u2044\u20ac²³½¼¾§]", bare),
        "Wiederholung": _repeats(folded) or doubled_particle(bare),
        "Formulartext": _FORM.search(bare),
        "spricht jemanden an": _READER.search(bare) or _FIRST.search(_without_quotes(bare)),
        "redet über den Auftrag": _MODEL.search(bare),
        "Grammatik": _ENDING.search(bare)
        or _PLURAL.search(bare)
        or _IN_MONTH.search(bare)
        or _SPLIT_VERB.search(bare)
        or _hangs(bare),
        "kein Verb": not finite(bare),
        "Wortstellung": not _verbs_fit(bare, lead),
        "empfiehlt eine Stimme": recommends_vote(bare) or recommends_vote(_SAID.sub("", bare)),
        "enthält eine Adresse": _ADDRESS.search(bare),
    }
    return tuple(fault for fault, there in tests.items() if there)


def _hangs(text: str) -> bool:
    """A dependent clause that ends in a participle without its auxiliary: "…, das rund 30 Mio. € zugeführt."."""
    for clause in re.split(r",\s+", text.rstrip(".!? "))[1:]:
        last = clause.split()[-1:] or [""]
        if _DEPENDENT.match(clause) and _is_participle(last[0]) and not _HELPERS.search(clause):
            return True
    return False


def _is_participle(word: str) -> bool:
    return _BARE_PARTICIPLE.fullmatch(word) is not None and _LIKE_PARTICIPLE.fullmatch(word) is None


def _repeats(words: list[str]) -> bool:
    """Three words in a row twice, a word twice in a row, or a long word three times."""
    runs = Counter(tuple(words[n : n + 3]) for n in range(len(words) - 2))
    if any(n > 1 for n in runs.values()):
        return True
    if any(a == b and a not in {"der", "die", "das", "sie"} for a, b in pairwise(words)):
        return True
    return any(n > 2 for word, n in Counter(words).items() if len(word) > 6)


def _without_quotes(text: str) -> str:
    return re.sub(r"„[^“]*“", "", text)


def _verbs_fit(text: str, lead: str) -> bool:
    """Do the verbs of the first clause stand in forms and places that its beginning asks for?

    After "dass", and after "fragt," with its question, the finite verb comes last; after "soll" and other auxiliaries an
    infinitive or participle does.
    """
    clause = re.split(r"[,;:.!?](?=\s|$)", text.removeprefix(lead).strip())[0] if lead else text
    if lead.endswith(("dass", "fragt,", "fragen,", "Gefragt wird,")):  # the lead has a verb of its own
        opener = "dass " if lead.endswith("dass") else ""
        return _ends_with_verb(opener + text.removeprefix(lead).strip())
    if lead.endswith("beschlossen werden,"):
        return re.search(r"\bzu [a-zäöü]+n\b|\b[a-zäöü]+zu[a-zäöü]{3,}n\b", text) is not None or (
            ", dass " in text and _ends_with_verb(text)
        )
    if lead.endswith("soll"):
        return _infinitive_due(re.split(r"[,;:.!?](?=\s|$)", text.removeprefix(lead).strip()), text)
    return bool(clause) and _bracket_closed(text.removeprefix(lead).strip() if lead else text)


def _infinitive_due(pieces: list[str], text: str) -> bool:
    """After "soll": does the first clause end in a plain infinitive, or a later one where the first breaks off?

    :param pieces: what stands behind "soll", cut at commas and full stops. :param text: the whole sentence.
    """
    first = pieces[0].strip()
    if _ENDS_WRONG.search(first):
        return False
    if _ONLY_TO.search(first) and not any(re.search(r"(?:en|ln|rn)$", p.strip()) for p in pieces[1:]):
        return False  # "soll dem Zentrum einen Namen zu geben"
    return any(_INFINITIVE.search(piece.strip()) for piece in pieces) and not re.search(
        r"\bund\s+(?:[a-zäöü]{3,}t)\s+(?:die|den|das|der|dem|diese\w*|ein\w*)\b", text
    )


def _bracket_closed(after: str) -> bool:
    """After an auxiliary: does its clause end in an infinitive or participle that goes with it?"""
    auxiliary = _AUXILIARY.match(after)
    if auxiliary is None or auxiliary["aux"] in {"ist", "sind"}:
        return True
    last = (re.split(r"[,;:.!?](?=\s|$)", after)[0].split() or [""])[-1]
    if auxiliary["aux"] in {"hat", "haben"} and _BARE_INFINITIVE.fullmatch(last):
        return False
    if auxiliary["aux"] not in {"hat", "haben"} and _WITH_ZU.fullmatch(last):
        return False  # "wird … auszugehen"
    return not re.fullmatch(r"[a-zäöüß]+t", last) or bool(_PARTICIPLE.fullmatch(last) or _SOUND_END.search(last))


def _ends_with_verb(text: str) -> bool:
    """Does the "dass" clause, or its first part up to a comma, end with a verb that can stand there?"""
    if any(wrong.search(text) for wrong in (_VERB_SECOND, _FINITE_INSIDE, _ONE_ACTS, _ONE_IN_PLURAL)):
        return False
    clause = _CLAUSE.search(text)
    if clause and _ONLY_TO.search(clause[1]) and "," not in clause[1]:
        return False  # "dass die Stadt Anstrengungen um … zu verbessern"
    pieces = re.split(r",\s+", (clause[1] if clause else text).rstrip(".!? "))
    ends = [piece.split()[-1] for piece in (pieces[0], pieces[-1]) if piece.split()]
    if not ends:  # nothing stands behind what it has to begin with
        return False
    return not _is_participle(ends[-1]) and any(e[:1].islower() and _VERB_LAST.search(e) is not None for e in ends)
