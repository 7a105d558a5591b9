"""A question in everyday German -> what kind of thing it asks for, about what, when.

What enters: the text of a question. What leaves: a Question.
What it does not know: papers, passages, the conversation it is part of (`conversation`), language models.

Rules only. Where none fits, the kind is "what": any sentence on the subject may be the answer.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from ratsassistent.archive import german
from ratsassistent.writing.text.amounts import MONTHS, word_value

Kind = Literal["amount", "number", "date", "duration", "who", "where", "yesno", "list", "why", "vote", "what"]
Unit = Literal["euro", "percent", "length", "area", "weight", "time", "energy", "people"]

_YEAR = re.compile(r"(?<![\d./-])((?:19|20)\d\d)(?:/(\d\d(?:\d\d)?))?(?![\d.]\d)")
_REFERENCE = re.compile(r"(?<![\w.])(?:[A-ZÄÖÜ]{1,4}[/-])*\d{2,4}/\d{1,5}(?:/\d{1,4})*(?:-\d+)?\b")
_SCHOOL_YEAR = re.compile(r"(?:19|20)\d\d/(?:\d\d|(?:19|20)\d\d)")

_MONEY_NOUN = (
    r"(?:\w*kosten|\w*gebühr(?:en)?|\w*entgelte?|\w*beitr(?:ag|äge)|\w*preise?|\w*zuschu(?:ss|ß)|\w*zuschüsse|\w*summe|\w*betrag|"
    r"\w*förderung|\w*budget|\w*etat|\w*miete|\w*pacht|\w*ausgaben|\w*einnahmen|\w*erlöse?|\w*schulden|\w*defizit|\w*überschuss|"
    r"\w*bürgschaft|\w*darlehen|\w*kredit|\w*bu(?:ß|ss)geld|\w*spenden?|\w*auftrags(?:wert|summe)|\w*investition(?:en)?|\w*mittel|"
    r"\w*geld|\w*honorar|\w*gehalt|\w*vergütung|\w*umlage|\w*steuer|\w*ertrag|\w*erträge|\w*aufwand|\w*umsatz)"
)
_FIRM = r"(?:firma|firmen|betriebe?|unternehmen|anbieter|bieter|hersteller|büro|planungsbüro|auftragnehmer\w*|dienstleister|verlag|bank)"
_BODY = (
    r"(?:partei|fraktion(?:en)?|\w*amt|ämter|dezernat|verein|verband|träger|behörde|ministerium|stelle|organisation(?:en)?|"
    r"institution(?:en)?|gesellschaft|ausschuss|gremium|stadtr[aä]t\w*|bürgermeister\w*|person(?:en)?|leute|fachleute|expert\w+|"
    r"sachverständige\w*|künstler\w*|architekt\w*|dezernent\w*|politiker\w*|antragsteller\w*)"
)
_PLACE = (
    r"(?:ort|orten?|orte|stadtteil(?:en)?|ortsteil(?:en)?|stadtbezirk|bezirk|straßen?|pl[aä]tz(?:en?)?|stellen|standort(?:en)?|standorte|"
    r"schulen?|gebäude|gemeinden?|kommunen?|städten?|stadt|nachbarstadt|gelände|grundstück(?:en?)?|viertel|quartier|haltestellen?|"
    r"räumen|raum|räumlichkeiten|adresse|park|halle)"
)
_ADJ: dict[str, Unit] = {
    "lang": "length", "breit": "length", "tief": "length", "weit": "length", "dick": "length", "schwer": "weight",
}  # fmt: skip
_UNIT_WORDS: tuple[tuple[Unit, str], ...] = (
    ("percent", r"\w*anteil(?:e|s)?|prozent\w*|\w*quote|\w*satz|hebesatz|auslastung|versorgungsgrad"),
    ("area", r"quadratmeter|hektar|m²|qm|\w*fläche|wohnfläche"),
    ("length", r"meter|kilometer|km|abst[aä]nd\w*|entfernung|länge|breite|höhe"),
    ("energy", r"kilowatt\w*|megawatt\w*|kwh|mwh|kwp|\w*leistung|stromverbrauch|energieverbrauch"),
    ("weight", r"tonnen|kilogramm|kg|gewicht"),
    ("time", r"stunden|minuten|tage?n?|wochen|monate?n?|jahre?n?"),
    ("euro", r"euro|eur|€|geld"),
)  # fmt: skip
_DURATION = re.compile(r"\bwie lange\b|\bwie lang (?:dauer\w*|läuft|gilt|soll|hält|muss|braucht|bleib\w*)\b")
_DATE = re.compile(
    r"\b(?:(?:bis|ab|seit|von|für) )?wann\b|\b(?:in|zu|an|ab|seit|bis|für|mit) (?:welche[mnrs]?) (?:\w+ )?(?:\w*jahr(?:en)?|datum|tag|\w*termin|zeitpunkt|monat|zeitraum|frist|quartal|"
    r"\w*woche)\b|\bwelche[sr]? (?:datum|termin|frist|zeitraum)\b|\bwie lange (?:läuft|gilt|gelten|dauert es noch|hat .* zeit)\b|\bzu wann\b"
)
_WHY = re.compile(
    r"\b(?:warum|weshalb|wieso|weswegen|wozu)\b|\b(?:aus|mit) welche[mnr] (?:gr[uü]nde?n?|begründung|anlass|ziel|zweck)\b|\bwelche[rs]? (?:\w+ )?(?:gr[uü]nde?|begründung|ursachen?|anlass|zweck)\b"
    r"|\bwas (?:ist|war|sind|waren) (?:der|die) (?:\w+ )?(?:gr[uü]nde?|ursachen?|anlass|zweck)\b|\bwie (?:wird|wurde|begründet|begründete)\b.*\bbegründet\b|\bwie begründet\b|\bworan (?:liegt|lag|scheitert\w*)\b"
)
_VOTE = re.compile(
    r"\babstimmung\w*|\babgestimmt|\bgegenstimm\w*|\benthaltung\w*|\beinstimmig|\bstimmen\b|\bwie hat (?:der|die|das) .*(?:rat|ausschuss|tag|versammlung)\w* .*(?:entschieden|gestimmt|beschlossen)"
    r"|\bwie (?:wurde|ist) .*(?:entschieden|beschieden)\b|\bwas (?:hat|haben) (?:der|die) \w*(?:rat|ausschuss|tag)\w* .*(?:beschlossen|entschieden|gemacht|getan)\b|\bwurde .* (?:angenommen|abgelehnt|beschlossen)\b|\bwie ging\b.*\baus\b|\bwie hat sich (?:der|die|das) \w*(?:rat|ausschuss|tag|versammlung)\w* .*entschieden"
)
_WHO = re.compile(
    rf"\b(?:wer|wen|wem|wessen)\b|\bvon wem\b|\bwelche[rsmn]? (?:\w+ ){{0,2}}?(?:{_FIRM}|{_BODY})\b|\bwie heißt (?:der|die|das) (?:\w+ )?(?:{_FIRM}|{_BODY}|\w*leiter\w*|\w*vorsitzende\w*)"
)
_WHERE = re.compile(
    rf"\b(?:wo|wohin|woher)\b|\bwelche[rsmn]? (?:(?:zwei|drei|beiden|\w+en|\w+e) ){{0,2}}?\w*{_PLACE}\b"
)
_OF_MONEY = re.compile(
    rf"\b(?:was|wie ?viel)\b(?:(?!\?).)*?\b(?:koste\w*|zahl(?:t|en|te|ten)|bezahl\w*|kostete\w*)\b|\bwie teuer\b|\bwie ?viel (?:geld|euro|miete)\b|\bwelche[nrsm]? (?:\w+ )?{_MONEY_NOUN}\b(?=.*\b(?:beträgt|betragen|entsteh|fallen|fällt|zahl|kost|für)\w*)"
    rf"|\bwie hoch (?:\w+ ){{0,4}}?{_MONEY_NOUN}\b|\b(?:wie ?viel|was) (?:\w+ ){{0,6}}?(?:gibt|geben|gab|gaben|steckt\w*|investier\w*|ausgegeben|ausgeben|dazu|gesteckt|einnehm\w*|nimmt|nehmen)\b|\b(?:zu welchem preis|in welcher höhe|bis zu welcher (?:summe|höhe)|um welche summe|zu welchen kosten|mit wie ?viel geld|mit welchem betrag|mit welcher summe)\b"
)
_COUNT = re.compile(
    r"\bwie ?viele?[nrms]?\b|\bwie (?:oft|häufig)\b|\bwelche[r]? (?:anzahl|zahl|menge|größe|länge|breite|höhe)\b|\bin welchen? (?:\w+ )?(?:abst[aä]nd\w*|größe|umfang|menge|anzahl|takt)\b|\bum wie ?viel\b|\bwie hoch\b|\bwie (?:lang|breit|tief|groß|schwer|weit|alt|stark|schnell|dick)\b|\bwas ist der anteil\b|\bwie (?:ist|sind|war) d(?:er|ie) (?:\w+ )?(?:anteil|quote|zahl|anzahl)\b"
)
_IN_PLACE = re.compile(
    r"\b(?:in|aus|nach) ([A-ZÄÖÜ][a-zäöüß]{3,})\b(?![ -][A-ZÄÖÜ])(?!\w*(?:ung|heit|keit|schaft|en)\b)"
)
_UNTIL = re.compile(r"\bbis (?:wann|zu welche[mrn])\b|\bwie lange (?:läuft|gilt|gelten)\b|\bbis wie viel uhr\b")
_AHEAD = re.compile(
    r"\bwann (?:wird|werden|soll(?:en)?|kann|können|ist mit|beginnt|kommt|kommen|startet|öffnet|macht|bekommt|tritt)\b(?!.*\bworden\b)|\bin welchem (?:jahr|monat) (?:wird|soll)"
)
_FROM = re.compile(r"\b(?:ab|seit) (?:wann|welche[mrn])\b")
_LIST = re.compile(
    r"\bwelche (?:\w+ )?(?:zwei|drei|vier|fünf|sechs|beiden|weiteren|anderen|verschiedenen)\b|\b(?:nenne|nennen sie|liste|aufzählen|zähle)\b|\bwas (?:gehört|zählt|umfasst|beinhaltet|alles)\b|\bwer (?:alles|saß|sitzt|sitzen|gehört|nimmt teil)\b"
    r"|\bwelche (?:[a-zäöüß]+ )?[a-zäöüß]+(?:en|er|e|n|s)\b (?:\w+ ){0,3}?(?:sind|werden|wurden|gibt|haben|hat|sollen|waren|stehen|gehören|können|kommen|wollte\w*|müssen|will|wollen|nennt|nennen|plant|umfasst)\b"
)  # fmt: skip
_OPENERS = re.compile(
    r"^(?:und |aber |oder |ja |also |denn )*(?:ist|sind|war|waren|wäre|wird|werden|wurden?|würde|hat|haben|hatten?|hätte|kann|können|konnten?|könnte|soll|sollen|sollten?|muss|müssen|musste|darf|dürfen|durften?|will|wollen|wollten?|gibt|gab|bleibt|blieb|bekommt|bekommen|"
    r"geht|gehen|kommt|kommen|steht|stehen|liegt|liegen|trifft|stimmt|gilt|gelten|reicht|reichen|braucht|brauchen|rechnet|rechnen|plant|planen|zahlt|kostet|fällt|fallen|lohnt|entsteht|entstehen|gehört|gehören|bietet|steigt|steigen|sinkt|sinken|erhält|erhalten|übernimmt|"
    r"beteiligt|unterstützt|befürwortet|empfiehlt|lässt|findet|finden|läuft|laufen|dauert|wächst|fehlt|fehlen|nimmt|hält|sieht|macht|trägt|enthält|umfasst|wurde)\b"
)  # fmt: skip
_QUESTION_WORD = re.compile(
    r"\b(?:w(?:er|en|em|essen|as|ann|o|ohin|oher|arum|eshalb|ieso|eswegen|ie|ieviel|omit|ofür|odurch|ogegen|oran|orum|orüber|ozu|obei|ovon|orauf|oraus)|welche[rsmn]?)\b"
)
_ASKS = re.compile(
    r"^(?:und |aber |oder |ja |also |denn |bitte )*(?:(?:in|an|auf|bis|seit|ab|von|für|mit|zu|zum|um|aus|nach|bei|über|durch|gegen|unter|vor|wegen) )?"
    rf"(?:{_QUESTION_WORD.pattern}|wie ?viele?\w*|nenne|nennen sie|erkläre|erklären sie|sag|sagen sie|ich (?:möchte|will) wissen|mich interessiert)\b"
)
_OVER_TIME = re.compile(
    r"\bentwickelt\w*|\bentwicklung\b|\bverändert\w*|\bim laufe der\b|\bverlauf der (?:jahre|letzten)|\bin den (?:letzten|vergangenen) \w* ?(?:jahren)\b|\bvon jahr zu jahr\b|\bjahr für jahr\b|\bim vergleich zu(?:m|r)? (?:vorjahr|früher|\d{4})|\bgestiegen seit\b|\bnach jahren\b|\bjeweils seit\b"
)
_MOST = re.compile(
    r"\b(?:höchst|größt|meist|best|längst|teuerst|häufigst|wertvollst|stärkst|schnellst|ältest|neuest|breitest|oberst)(?:e[nrsm]?|ens)?\b|\bam (?!er|letz|näch|wenig|gering|niedr|klein|schlecht|kürz)\w+sten\b"
)
_LEAST = re.compile(
    r"\b(?:niedrigst|kleinst|wenigst|geringst|schlechtest|kürzest|billigst|günstigst|schwächst|seltenst|jüngst)(?:e[nrsm]?|ens)?\b"
)
_AMONG_LEAST = re.compile(r"\b(?:höchstens|mindestens|zumindest|wenigstens|am ende|am besten)\b")
_SPLIT = re.compile(
    r",? und (?=(?:wie|wer|was|wo|wann|warum|welche\w*|zu welche\w|in welche\w|wie ?viel|bis wann|ab wann|mit welche\w)\b)",
    re.IGNORECASE,
)
_LEANS = re.compile(
    r"^(?:und|aber|also|dann)\b|\b(?:das|dies|diese[rsmn]?|dafür|davon|dazu|damit|dort|dabei|daran|darüber|dagegen|hierfür|hierzu|er|sie|es|ihn|ihm|deren|dessen|denen|dieselbe\w*|derselbe\w*|dann|ihre?[nrms]?|sein[ers]?)\b(?! \w+\w*(?:st|en)e?\b \w+ )",
    re.IGNORECASE,
)  # fmt: skip
_GENERIC = frozenset(
    german.fold(w) for w in ["stadt", "verwaltung", "gemeinde", "gemeinderat", "stadtrat", "rat", "kommune", "papier", "papiere", "unterlagen", "vorlage", "sitzung", "geben", "gibt", "gab", "bekommen", "bekommt", "bekam", "machen", "macht", "gemacht", "gehen", "geht", "kommen", "kommt", "liegen", "liegt", "stehen", "steht", "finden", "findet", "heissen", "heisst", "betragen", "betragt", "wurde", "worden", "derzeit", "aktuell", "zurzeit", "jahr", "jahre", "jahren", "jahrlich", "monat", "pro", "uberhaupt", "denn", "eigentlich", "hochstens", "mindestens", "maximal", "insgesamt", "gesamt", "bisher", "kunftig", "neu", "neue", "neuen", "neuer", "neues", "alt", "alte", "alten", "ungefahr", "etwa", "circa", "rund", "euro", "prozent", "meter", "viel", "geld", "summe", "preis", "anzahl", "zahl", "hohe", "lange", "breite", "wert", "grund", "grunde", "teuer", "kosten", "kostet", "kostete", "zahlen", "zahlt", "bezahlen", "entwickelt", "entwicklung", "verandert", "seit", "moglich", "gebe", "haben", "hatte", "lassen", "soll", "sollen", "wollen", "will", "mochte", "werden", "letzten", "vergangenen", "ware", "ging", "durfte", "leute", "bekam", "uberhaupt", "inzwischen", "hoch", "tief", "gross", "klein", "firma", "betrieb", "ort", "stelle", "genau", "bitte", "sagen", "wissen", "januar", "februar", "marz", "april", "mai", "juni", "juli", "august", "september", "oktober", "november", "dezember"]
)  # fmt: skip
_ACTS = re.compile(r"\b(?:zustimm|ablehn|beschl|abgestimm|gestimm|entschied)")


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked. `words` are its content words as typed; `kind` of its (first) part, `also` of a second part.

    `counted`: what "wie viele …" counts. `leans`: it cannot be understood without what was asked before.
    `numbers` are those of the question itself: repeating them is no answer. `party`: what kind of name "who" asks for.
    `bound`: it asks for the end ("bis wann") or the beginning ("ab wann") of something. `places` are named without an article ("in Althausen"). `ahead`: it asks when something will be.
    """

    text: str
    kind: Kind
    also: Kind | None
    unit: Unit | None
    words: tuple[str, ...]
    counted: str | None = None
    numbers: frozenset[str] = frozenset()
    years: tuple[int, ...] = ()
    references: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    extreme: Literal["most", "least"] | None = None
    several: bool = False
    over_time: bool = False
    leans: bool = False
    negated: bool = False
    party: Literal["firm", "person"] | None = None
    ahead: bool = False
    bound: Literal["until", "from"] | None = None

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """The kinds of its parts."""
        return (self.kind, self.also) if self.also else (self.kind,)


def understand(text: str) -> Question:
    """What kind of thing a question asks for, and about what; never fails, whatever the text."""
    plain = " ".join(text.split())
    lower = plain.lower()
    first, *rest = _SPLIT.split(lower, maxsplit=1)
    kind, unit = _kind(first)
    also, also_unit = _kind(rest[0]) if rest else (None, None)
    if also is None and kind in ("who", "where", "what") and (side := _aside(first)):
        also, also_unit = side
    if also == kind:
        also = None
    references = tuple(r for r in _REFERENCE.findall(plain) if not _SCHOOL_YEAR.fullmatch(r))
    years = tuple(dict.fromkeys(int(m[1]) for m in _YEAR.finditer(plain) if not any(m[0] in r for r in references)))
    words = _words(plain)
    over_time = bool(_OVER_TIME.search(lower)) and (kind in ("amount", "number", "what", "list") or bool(years))
    if over_time and kind in ("what", "list"):
        kind, unit = ("amount", "euro") if re.search(rf"\b{_MONEY_NOUN}\b", lower) else ("number", unit or _unit(lower))
    return Question(
        text=plain,
        kind=kind,
        also=also,
        unit=unit or also_unit,
        words=words,
        counted=_counted(plain),
        numbers=frozenset(re.findall(r"\d+(?:[.,]\d+)*", plain)),
        years=years,
        references=references,
        places=tuple(
            p for p in _IN_PLACE.findall(plain) if german.fold(p) not in MONTHS and german.fold(p) not in _GENERIC
        ),
        extreme=_extreme(plain),
        several=kind == "list" or bool(re.search(r"\bwelche\w* (?:beiden|zwei|drei|vier|fünf)\b", lower)),
        over_time=over_time,
        leans=_leans(plain, words),
        party=_party(lower),
        ahead=bool(_AHEAD.search(lower)),
        bound="until" if _UNTIL.search(lower) else "from" if _FROM.search(lower) else None,
        negated=bool(re.search(r"\b(?:nicht|keine?[nrms]?|ohne|nie)\b", lower)),
    )


def is_question(text: str) -> bool:
    """Whether somebody asks for an answer, or only gives a few words to look for ("Gebühren Schwimmbad")."""
    plain = " ".join(text.split()).lower()
    asks = _ASKS.match(plain) or (_OPENERS.match(plain) and len(plain.split()) > 2)
    return plain.endswith("?") or (bool(asks) and len(plain.split()) > 1)


def _kind(lower: str) -> tuple[Kind, Unit | None]:
    """The kind of one part of a question; the first rule that fits decides."""
    starts = _OPENERS.search(lower) is not None and not re.search(r"^\w+ (?:es )?(?:wie|was|wer|wo)\b", lower)
    rules: tuple[tuple[bool, Kind, Unit | None], ...] = (
        (bool(_WHY.search(lower)), "why", None),
        (bool(_DATE.search(lower)), "date", None),
        (bool(_DURATION.search(lower)), "duration", "time"),
        (bool(_VOTE.search(lower)) and (not starts or not _QUESTION_WORD.search(lower)), "vote", None),
        (starts and not re.search(r"\b(?:wie ?viel\w*|welche\w*)\b", lower), "yesno", None),
        (bool(_OF_MONEY.search(lower)), "amount", "euro"),
        (bool(_LIST.search(lower)) and not _COUNT.search(lower), "list", None),
    )
    return next(((kind, unit) for fits, kind, unit in rules if fits), None) or _by_word(lower)


def _by_word(lower: str) -> tuple[Kind, Unit | None]:
    """The kind by the question word that stands first."""
    unit = _unit(lower)
    words: tuple[tuple[re.Pattern[str], Kind], ...] = ((_COUNT, "number"), (_WHO, "who"), (_WHERE, "where"))
    found = [(m.start(), kind) for pattern, kind in words if (m := pattern.search(lower))]
    if found:
        kind = min(found, key=lambda f: f[0])[1]
        return kind, unit if kind == "number" else None
    money = unit == "euro" and re.search(r"\bwelche\w*\b|\bwas\b", lower)
    return ("amount", "euro") if money else ("what", None)


def _aside(lower: str) -> tuple[Kind, Unit | None] | None:
    """A second thing asked without a clause of its own: "… und wie viel?", "und zu welchem Preis?"."""
    tail = re.search(
        r"\bund (?:(?:zu|in|mit|bis) )?(wie ?viel\w*|welche[mnr] (?:preis|höhe|betrag|summe)|wann|wo|wem)\b.*$", lower
    )
    if not tail:
        return None
    if "wann" in tail[0]:
        return "date", None
    return (
        ("where", None)
        if re.search(r"\bwo\b", tail[0])
        else ("amount", "euro")
        if "wie" not in tail[1]
        else ("number", None)
    )


def _unit(lower: str) -> Unit | None:
    """The unit that an answer in numbers must have, as far as the question tells."""
    adjective = re.search(r"\bwie (hoch|lang|breit|tief|weit|dick|groß|schwer|alt)\b", lower)
    for unit, words in _UNIT_WORDS:
        if re.search(rf"\b(?:{words})\b", lower):
            counted = re.search(rf"\bwie ?viele? (?:\w+ ){{0,2}}?(?:{words})\b", lower)
            if (
                unit in ("time", "energy", "length", "weight")
                and not counted
                and not (unit == "length" and "abst" in lower)
            ):
                continue  # "pro Jahr", "seit drei Tagen" ask for something else
            return unit
    if adjective and adjective[1] == "hoch":
        after = lower[adjective.end() : adjective.end() + 60]
        return (
            "length"
            if re.search(
                r"\b(?:b[aä]um\w*|geb[aä]ude\w*|haus|turm|mauer|zaun|mast\w*|halle|brücke|antenne\w*|wand)\b", after
            )
            else None
        )
    if adjective and re.search(r"\b(?:grundstück|gelände|fläche|wiese|platz)\w*", lower):
        return "area"
    return _ADJ.get(adjective[1]) if adjective else None


def _counted(text: str) -> str | None:
    """What is counted: the noun behind "wie viele" ("wie viele tragbare Computer" -> "Computer")."""
    found = re.search(
        r"\b[Ww]ie ?viele?[nrms]?\s+(?:[a-zäöüß]+\s+){0,3}(?:[A-ZÄÖÜ]\w+er\s+(?=[A-ZÄÖÜ]))?([A-ZÄÖÜ][\wäöüß-]+)", text
    )
    return found[1] if found else None


def _party(lower: str) -> Literal["firm", "person"] | None:
    if re.search(rf"\bwelche[rsmn]? (?:\w+ )?{_FIRM}\b", lower):
        return "firm"
    if re.search(
        r"\b(?:wer|wie) (?:leitet|heißt|ist (?:der|die) (?!\w*(?:träger|eigentümer|betreiber)))|\bvorsitz\w*\b|\bwelche[rsmn]? (?:person|fachleute|bürgermeister)",
        lower,
    ):
        return "person"
    return None


def _extreme(text: str) -> Literal["most", "least"] | None:
    bare = _AMONG_LEAST.sub(" ", re.sub(r"\b[A-ZÄÖÜ]\w*", " ", text))  # "die Kleinsten" are children
    if _LEAST.search(bare):
        return "least"
    return "most" if _MOST.search(bare) else None


def _words(text: str) -> tuple[str, ...]:
    """The words that say what a question is about, each once."""
    found: dict[str, str] = {}
    for token in re.findall(r"[^\W\d_][\w]*(?:-\w+)*|\d+(?:[./]\d+)*", text):
        folded = german.fold(token)
        if folded in german.STOP_WORDS or folded in _GENERIC or len(folded) < 2:
            continue
        if token.isdigit() and len(token) == 4:
            continue  # a year: looked at separately
        if word_value(token) is not None and not token.isdigit():
            continue
        if not token[:1].isupper() and (_MOST.search(token) or _LEAST.search(token)):
            continue  # "höchsten": looked at separately
        if folded in MONTHS or re.fullmatch(r"wieviele?\w?|welch\w*", folded):
            continue
        found.setdefault(german.stem(token), token)
    return tuple(found.values())


def _leans(text: str, words: tuple[str, ...]) -> bool:
    """Does it point back to something said before? "Und was kostet das?", "Bis wann?", "Und wer hat dagegen gestimmt?"."""
    bare = text.strip(" ?!.")
    if re.match(r"(?:und|aber|also)\b", bare, re.IGNORECASE) and len(bare.split()) <= 12:
        return True
    nouns = [w for w in words if w[:1].isupper()]
    if not nouns and len(bare.split()) <= 8 and not any(c.isdigit() for c in bare):
        return True
    return not nouns and _LEANS.search(bare) is not None
