"""Which values a wording holds that a question could ask for: amounts, numbers with a unit, days, names, places, reasons.

What enters: a wording, and a Question. What leaves: the values found, with their offsets.
What it does not know: which of them is the answer (`ranking`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from ratsassistent.writing.answers.question import Kind, Question, Unit
from ratsassistent.writing.text.amounts import days, laws, money, numbers, percentages

_UNITS: dict[Unit, str] = {
    "length": r"\d\s?(?:m|km|cm|mm|Metern?|Kilometern?|Zentimetern?|Millimetern?)\b(?![²³])|meter\b",
    "area": r"\d\s?(?:m²|qm|m ?2|km²|ha|Hektar|Ar|Quadratmetern?|Quadratkilometern?)(?!\w)|[Qq]uadratmeter|Hektar",
    "weight": r"\d\s?(?:t|kg|g|Tonnen|Kilogramm|Kilo|Gramm)\b",
    "time": r"(?:\d|\b[a-zäöüß]+)[- ]?(?:Jahre?n?s?|Monate?n?s?|Wochen?|Tage?n?s?|Stunden?|Minuten?|Sekunden?|[Jj]ährige?\w*|[Mm]onatige?\w*)\b",
    "energy": r"\d\s?(?:kWh|MWh|GWh|kW|MW|kWp|MWp|W|Watt|Kilowatt\w*|Megawatt\w*|Gigawatt\w*)\b",
    "people": r"\d\s?(?:Personen|Menschen|Einwohner\w*|Kinder\w*)\b",
}
_COMPANY = re.compile(
    r"\b[A-ZÄÖÜ][\w&.+-]*(?:\s+(?:[A-ZÄÖÜ&][\w&.+-]*|und|für|der))*?\s+(?:GmbH|gGmbH|AG|KG|OHG|mbH|eG|SE|e\.\s?V\.|e\.\s?U\.|Ges\.?\s?m\.?\s?b\.?\s?H\.?|Co\.)"
)
_TITLED = re.compile(
    r"\b(?:Herrn?|Frau|Dr\.|Prof\.|Professor\w*|(?:Ober|Erste[rn]?\s)?[Bb]ürgermeister(?:in)?|Oberbürgermeister(?:in)?|Stadtr[aä]t\w*|Gemeinder[aä]t\w*|Landr[aä]t\w*|Dezernent(?:in)?|"
    r"Amtsleiter(?:in)?|Leiter(?:in)?|Vorsitzende[rn]?|Direktor(?:in)?|Geschäftsführer(?:in)?|Vizebürgermeister(?:in)?|Stadtamtsdirektor|Referent(?:in)?|Ortsvorsteher(?:in)?|Beigeordnete[rn]?)\s+"
    r"(?:(?:Dr|Prof|Mag|Ing|Dipl\.-Ing|DI)\.\s?)*[A-ZÄÖÜ][\wäöüß-]+"
)
_NAME = re.compile(r"\b[A-ZÄÖÜ][a-zäöüß]+(?:-[A-ZÄÖÜ][a-zäöüß]+)?\s+[A-ZÄÖÜ][a-zäöüß]+(?:-[A-ZÄÖÜ][a-zäöüß]+)?\b")
_BODY = re.compile(
    r"\b(?:[A-ZÄÖÜ][\w-]*(?:amt|amts|ämter|verband|verein|verbund|fraktion(?:en)?|gesellschaft|betriebe?|werke|rat|rates|ausschuss\w*|ministerium\w*|präsidium\w*|dezernat|gemeinde|institut|hochschule|"
    r"polizei|feuerwehr|verwaltung|kammer|kasse|stiftung|träger\w*|beirat\w*|behörde|direktion|rettung|union|partei|bank|büro|agentur|zentrum|bürger\w*|meister\w*|eltern|vereine|werk|garten)"
    r"|[A-ZÄÖÜ]{2,}[A-Za-z]*|Stadt|Land|Bund|Kreis|Grünen|Linken?|Kirche)\b"
)
_STREET = re.compile(
    r"\b[A-ZÄÖÜ][\wäöüß.-]*(?:stra(?:ß|ss)e|str\.|platz|plätze\w*|weg|allee|ring|gasse|ufer|damm|viertel|tor|halle|schule|park|see|bad|brücke|berg|tal|heim|stadt|dorf|hof|bahn|haus|feld|wald|anlage|bau|"
    r"gelände|zentrum|kirche|museum|bach|burg|au|hausen|ingen|weiler|reut|bühl|garten)\b(?:\s+\d+\s?[a-z]?\b)?|\b(?:Straße|Platz|Allee|Tor|Schule)\b"
)
_IN_PLACE = re.compile(
    r"\b(?:in|im|am|an der|an dem|auf dem|auf der|bei|beim|bei der|bei dem|nach|aus|vor dem|vor der|zur|zum|entlang der|zwischen)\s+(?:[a-zäöü]+(?:en|er)\s+)?[A-ZÄÖÜ][\wäöüß-]+"
)
_REASON = re.compile(
    r"\b(?:weil|da|denn|daher|deshalb|deswegen|somit|wegen|aufgrund|auf Grund|infolge|angesichts|mangels|dadurch|damit|um|nachdem|sodass|so dass|zugunsten|ursächlich|bedingt|begründet\w*|"
    r"[Gg]r[uü]nd(?:e|en|es)?|Ursachen?|Anlass|Zweck|Ziel|Hintergrund|durch|dient|dienen|führt|führen|verursacht|liegt daran|erforderlich|notwendig)\b",
    re.IGNORECASE,
)  # fmt: skip
_STRONG_REASON = re.compile(
    r"\b(?:weil|da (?!\w+ (?:ist|sind)\b)|denn|wegen|aufgrund|auf Grund|infolge|mangels|Gr[uü]nde?n?|Ursachen?|begründet\w*|Anlass)\b",
    re.IGNORECASE,
)
_VOTE = re.compile(
    r"\b(?:einstimmig\w*|mehrheitlich\w*|abgelehnt|angenommen|zugestimmt|beschlossen|beschließt|verwiesen|vertagt|zurückgestellt|abgesetzt|zurückgezogen|erledigt|kenntnis genommen|"
    r"gegenstimmen?|enthaltung(?:en)?|ja-?stimmen?|nein-?stimmen?|ablehnung(?:en)?|zustimmung(?:en)?|stimmen|dafür|dagegen|abstimmung\w*|verweisung|lehnt\w*|stimmt)\b",
    re.IGNORECASE,
)  # fmt: skip
_VOTE_COUNT = re.compile(
    r"\b(?:\d+|eine?r?|zwei|drei|vier|fünf|sechs)\s*(?:Ja|Nein|Stimmen|Gegenstimmen?|Enthaltung\w*|Ablehnung\w*|dafür|dagegen|:\s*\d+)\b|\bJa\W{0,3}\d|einstimmig",
    re.IGNORECASE,
)
_DURATION = re.compile(
    r"(?:\d|\b(?:ein\w*|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|elf|zwölf|mehrere\w?|wenige\w?))[- –]*(?:bis \w+ )?(?:Jahre?n?s?|Monate?n?s?|Wochen?|Tage?n?s?|Stunden?|Minuten?|[Jj]ährig\w*|[Mm]onatig\w*)\b|\bunbefristet|\bdauerhaft"
)
_YEAR = re.compile(r"(?<![\d./])(?:19|20)\d\d\b(?!/\d{3})(?![.]\d)")
_SURE_OF_NAMES = {None: (1.0, 1.0, 0.7, 0.5), "firm": (1.0, 0.2, 0.25, 0.2), "person": (0.2, 1.0, 0.25, 0.7)}
_BOUNDS = {
    "until": re.compile(
        r"\b(?:bis|spätestens|längstens|maximal|endet|Ende|läuft|befristet|Frist)\b[^.]{0,28}$", re.IGNORECASE
    ),
    "from": re.compile(r"\b(?:ab|seit|zum|von|Beginn|beginnend|rückwirkend|tritt|am)\b[^.]{0,24}$", re.IGNORECASE),
}
_SAYS_NOTHING = frozenset(
    ["und", "der", "die", "das", "für", "frau", "herr", "gmbh", "ggmbh", "mbh", "ohg"]
)  # within a name
_LIST_NUMBER = re.compile(r"^\s*(?:\(?\d{1,2}[.)]|TOP\s*\d+|\d+(?:\.\d+)+)\s")


@dataclass(frozen=True, slots=True)
class Value:
    """A value in a wording: characters [start, end); `sure` from 0 to 1: how well it is of the kind asked."""

    start: int
    end: int
    text: str
    sure: float = 1.0
    value: float | None = None


def values(wording: str, question: Question, kind: Kind | None = None) -> list[Value]:
    """The values in a wording that are of the kind that a question asks for; those of the question itself are none."""
    kind = kind or question.kind
    match kind:
        case "amount":
            found = [Value(f.start, f.end, f.text, 1.0, f.value) for f in money(wording)]
            found += [
                Value(v.start, v.end, v.text, 0.25, v.value)
                for v in _bare_numbers(wording)
                if not _inside(v, found) and (v.value or 0) >= 10
            ]
        case "number":
            found = _numbers(wording, question)
        case "date":
            found = [Value(d.start, d.end, d.text, 1.0) for d in days(wording)]
            taken = [(v.start, v.end) for v in found]
            found += [
                Value(m.start(), m.end(), m[0], 0.7)
                for m in _YEAR.finditer(wording)
                if not any(a < m.end() and m.start() < b for a, b in taken)
            ]
        case "duration":
            found = [Value(m.start(), m.end(), m[0]) for m in _DURATION.finditer(wording)]
            found += [Value(d.start, d.end, d.text, 0.6) for d in days(wording)]
        case "who":
            found = _names(wording, question)
        case "where":
            found = [Value(m.start(), m.end(), m[0], 1.0) for m in _STREET.finditer(wording)]
            found += [
                Value(m.start(), m.end(), m[0], 0.6) for m in _IN_PLACE.finditer(wording) if not _inside(m, found)
            ]
        case "why":
            found = [Value(m.start(), m.end(), m[0], 1.0) for m in _STRONG_REASON.finditer(wording)]
            found += [Value(m.start(), m.end(), m[0], 0.5) for m in _REASON.finditer(wording) if not _inside(m, found)]
        case "vote":
            found = [Value(m.start(), m.end(), m[0], 1.0) for m in _VOTE_COUNT.finditer(wording)]
            found += [Value(m.start(), m.end(), m[0], 0.8) for m in _VOTE.finditer(wording) if not _inside(m, found)]
        case _:
            return []
    if question.bound and kind == "date":
        bound = _BOUNDS[question.bound]
        found = [v if bound.search(wording[: v.start]) else replace(v, sure=0.7 * v.sure) for v in found]
    asked = question.text.casefold()
    return [v for v in found if kind in ("why", "vote") or not _repeats(v, asked, question)]


def _repeats(value: Value, asked: str, question: Question) -> bool:
    """Does a value stand in the question itself? Repeating it is no answer."""
    digits = re.findall(r"\d+(?:[.,]\d+)*", value.text)
    if digits:
        return set(digits) <= question.numbers
    words = re.findall(r"[^\W\d_]{3,}", value.text.casefold())
    return bool(words) and all(w[:6] in asked for w in words if w not in _SAYS_NOTHING)


def _inside(value: Value | re.Match[str], others: list[Value]) -> bool:
    start, end = (value.start, value.end) if isinstance(value, Value) else value.span()
    return any(o.start < end and start < o.end for o in others)


def _bare_numbers(wording: str) -> list[Value]:
    """Numbers that count something: no days, years, paragraphs, list numbers, numbers of papers."""
    taken = [(d.start, d.end) for d in days(wording)] + [(f.start, f.end) for f in laws(wording)]
    head = _LIST_NUMBER.match(wording)
    if head:
        taken.append(head.span())
    found = []
    for n in numbers(wording):
        around = wording[max(0, n.start - 1) : n.end + 1]
        if any(a < n.end and n.start < b for a, b in taken) or re.search(r"[/]", around):
            continue
        if re.fullmatch(r"(?:19|20)\d\d", n.text) and not re.match(
            r"\s*(?:€|Euro|[A-ZÄÖÜ][a-zäöü]+(?:en|er|e|s)\b)", wording[n.end :]
        ):
            continue
        found.append(Value(n.start, n.end, n.text, 1.0, n.value))
    return found


def _numbers(wording: str, question: Question) -> list[Value]:
    match question.unit:
        case "percent":
            found = [Value(f.start, f.end, f.text, 1.0, f.value) for f in percentages(wording)]
            return found + [
                Value(v.start, v.end, v.text, 0.3, v.value) for v in _bare_numbers(wording) if not _inside(v, found)
            ]
        case "euro":
            return [Value(f.start, f.end, f.text, 1.0, f.value) for f in money(wording)]
        case None:
            of_money = [Value(f.start, f.end, f.text) for f in money(wording)]
            shares = [Value(f.start, f.end, f.text, 0.8, f.value) for f in percentages(wording)]
            rest = [v for v in _bare_numbers(wording) if not _inside(v, of_money) and not _inside(v, shares)]
            if question.counted is None:
                return [*shares, *rest, *(Value(v.start, v.end, v.text, 0.5) for v in of_money)]
            return [*rest, *(Value(v.start, v.end, v.text, 0.3) for v in shares)]
        case unit:
            pattern = re.compile(_UNITS[unit])
            found = []
            for v in _bare_numbers(wording):
                near = wording[max(0, v.end - 1) : v.end + 24]
                found.append(Value(v.start, v.end, v.text, 1.0 if pattern.search(near) else 0.25, v.value))
            return found


def _names(wording: str, question: Question) -> list[Value]:
    found: list[Value] = []
    company, titled, body, name = _SURE_OF_NAMES[question.party]
    for pattern, sure in ((_COMPANY, company), (_TITLED, titled), (_BODY, body), (_NAME, name)):
        found += [Value(m.start(), m.end(), m[0], sure) for m in pattern.finditer(wording) if not _inside(m, found)]
    return found
