"""What the papers of an item themselves call open, as questions: word for word, so that none is invented.

What enters: a sentence of the administration and the one before it. What leaves: the question it leaves open, or None.
What it does not know: items, where a sentence stands; whether another paper has the answer.

Where the sentence has a clause that can be asked ("Ob ein Zuschuss möglich ist, wird derzeit geprüft."), the clause is
kept as it stands and only what is around it changes: "Wann liegt das Ergebnis der Prüfung vor, ob ein Zuschuss möglich
ist?" Everything else is quoted whole, with a short question behind it. Nothing is put into other words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from ratsassistent.writing.text.amounts import days, money, percentages

_MOST_WORDS = 42  # of a sentence that is quoted
_MOST_WITH_BEFORE = 52  # where it can only be understood with the one before it
_BARE = 7  # words: a sentence as short says little without the one before it,
_MOST_BEFORE_BARE = 22  # where that is no long one
_MOST_CLAUSE = 34  # of a clause that is asked

_WH = (
    r"(?:ob|wie|wann|wer|wem|wo|woher|wodurch|wovon|inwieweit|inwiefern|"
    r"(?:in|zu|mit|unter|auf|bei|von|für|aus)\s+welche[rsmn]?|welche[rsmn]?|wieviele?)"
)
_STILL = (
    r"(?:noch|weiterhin|derzeit|momentan|zurzeit|aktuell|bislang|bisher|aber|jedoch|allerdings|auch|heute|ebenfalls)"
)
_OPEN_WORD = r"(?:offen|ungeklärt|unklar|ungewiss|fraglich|strittig)"
_NOT_SETTLED = (
    r"nicht\s+(?:(?:abschließend|vollständig|endgültig|hinreichend|ausreichend|final|sicher|genau|im\s+Detail)\s+)?"
    r"(?:geklärt|absehbar|entschieden|festgelegt|vorhersehbar|gesichert)"
)
_OPEN = rf"(?:{_STILL}\s+)*(?:{_OPEN_WORD}|{_NOT_SETTLED})"
_VERB = r"(?:ist|sind|bleibt|bleiben|wird|werden|muss|müssen|soll|kann|lässt|gilt|steht|hängt)"
_CLAUSE_FIRST = re.compile(
    rf"(?i)^(?:Noch |Derzeit |Weiterhin )?(?P<clause>{_WH}\b[^.;:]*?),?\s+(?P<rest>{_VERB}\b[^,]*?)\.?$"
)
_CLAUSE_LAST = re.compile(
    rf"(?i)\b(?P<rest>(?:ist|sind|bleibt|bleiben|wird|werden|muss|prüft|prüfen|klärt|untersucht)\b[^,;]*?"
    rf"|(?:Fraglich|Offen|Unklar|Ungeklärt)\s(?:ist|bleibt)[^,;]*?),\s*(?P<clause>{_WH}\b[^.;:]*)\.$"
)
_LOST_COMMA = re.compile(r"^(?:ist|sind|kann|werden|wird)(?=\s(?:wird|werden|ist|muss)\b)")
_IS_OPEN = re.compile(
    rf"(?i)\b(?:ist|sind|bleibt|bleiben)\b[^;,]*?\b(?:{_OPEN}|nicht\s+bekannt)\b|^(?:Fraglich|Offen|Unklar|Ungeklärt)\s(?:ist|bleibt)"
)
_ENDS_OPEN = re.compile(rf"(?i)\b(?:ist|sind|bleibt|bleiben)\b[^;,]*?\b{_OPEN}\W*$")
# "offen" of a door or a mind
_OPEN_TO_ALL = re.compile(
    r"(?i)\bsteh\w*\b.{0,80}\boffen|\b(?:für|allen|jedermann|gegenüber|wir|möglich und|zeitlich|ergebnis)\b.{0,80}\boffen\b"
)
_OF_THE_WORLD = re.compile(
    r"(?i)pandemie|perspektive|corona|krieg|\bsituation\b|\blage\b|marktreife|weltmarkt|konjunktur"
)
_RESERVES = re.compile(r"(?i)\brückstellung|\brisik")  # what nobody can know is not asked for
_LONG_AGO = re.compile(r"(?i)\b(?:hat|haben|hatten?|wurden?|war|waren|worden sind|worden ist)\W*$")
_NO_MATTER = re.compile(r"(?i)\bnicht (?:zwingend |unbedingt )?(?:erforderlich|notwendig|nötig)\b")
_CANNOT_SAY = re.compile(
    r"(?i)\b(?:kann|können|lässt sich|lassen sich)\b[^;]*\bnicht\b[^;]*\b(?:beurteil\w*|gesagt|sagen|beantwort\w*|bewert\w*|abschätzen|beziffer\w*|abgeschätzt"
    r"|benannt|vorhergesagt|festgestellt|feststellen)\b"
)
_NOW = r"(?:noch|derzeit|aktuell|momentan|zurzeit|zur Zeit|gegenwärtig|gerade|von der (?:stadt)?verwaltung)"
_WHO = r"(?:verwaltung|\w*amt|stadt|gemeinde|landkreis|\w*betrieb\w*|dezernat|stadtwerke|\w*gesellschaft|volkswohnung|land|ministerium|wir)"
# somebody checks it now; not what is checked as a rule
_BEING_CHECKED = re.compile(
    rf"(?i)\b(?:wird|werden)\b[^;,]*\b{_NOW}\b[^;,]*\b(?:geprüft|untersucht|geklärt|ermittelt)\b|^[^,;]*\b{_NOW}\b[^,;]*\b(?:wird|werden)\b[^,;]*\b(?:geprüft|untersucht|geklärt)\b"
    rf"|\b{_WHO}\b[^;,]*\b(?:prüft|prüfen|klärt|klären|untersucht|untersuchen)\b|\b(?:prüft|klärt|untersucht)\s+(?:\w+\s+){{0,3}}?{_WHO}\b"
    rf"|\b(?:ist|sind|bleibt)\b[^;,]*\bnoch\b[^;,]*\bzu\s+(?:prüfen|klären|ermitteln|untersuchen)\b|\bmuss\b[^;,]*\bgeklärt werden\b"
)
_ONLY_IF = re.compile(
    r"(?i)^\W*(?:sollte|sollten|falls|wenn|sofern|für den fall|bei|darin|hierbei|in der regel|im rahmen|vor|nach|generell|sobald|wird)\b"
)
_MAYBE = re.compile(
    r"(?i)\b(?:kann|könnten?|sollten?|wären?|würden?|müssten?|möglicherweise|wurden?|hat|hatten?)\b[^;,]*\b(?:prüf|klär|untersuch|ermittel|vor(?:ge)?(?:stell|leg))"
)
_PAST = re.compile(r"(?i)\b(?:war|waren|wurde|wurden|hatte|hatten|worden)\b")
_AS_A_RULE = re.compile(
    r"(?i)\b(?:stets|immer|jeweils|regelmäßig|grundsätzlich|im einzelfall|in jedem|bei jede[rm]|laufend|fortlaufend|jedes|im zuge der|im rahmen der|sofern|falls|wenn|nur"
    r"|jährlich\w*|halbjährlich|bei bedarf)\b"
)
_WHEN = re.compile(
    r"(?i)\bbis (?:zu[mr]?|ende|anfang|mitte|spätestens|\d)|\bzur (?:nächsten|offenlage|sitzung)|\bin (?:der|seiner|ihrer) (?:nächsten |kommenden )?\w*sitzung|\bim (?:frühjahr|sommer|herbst|winter)\b"
    r"|\bin den (?:nächsten|kommenden) (?:tagen|wochen|monaten)|\b(?:nächste[ns]?|kommende[ns]?) (?:woche|monat|jahr|quartal)|\bquartal\b|\bnach der sommerpause\b|\bmündlich"
)
_COSTS_OPEN = re.compile(
    r"(?i)(?:kosten|\baufw[aä]nd\w*|aufwendung\w*|finanzielle\w*\s+\w+|finanzbedarf|mittelbedarf|personalbedarf|preise?|beträge)\b[^;]*\b(?:nicht|nur schwer|keine)\b[^;]*\b"
    r"(?:beziffer\w*|bezifferbar\w*|abschätz\w*|abgeschätzt|abzuschätzen|kalkulier\w*|ermittel\w*|quantifizier\w*|beurteilt|benannt|genannt|kostenschätzung|kostenberechnung)\b"
)
_OTHERS = re.compile(
    r"(?i)\b(?:der verein|die vereine|der veranstalter|der betreiber|der investor|der vorhabenträger|die antragsteller\w*)\b"
)
_FUNDING_OPEN = re.compile(
    r"(?i)\b(?:finanzierung|gegenfinanzierung|kostendeckung|fördermittel\w*|förderzusage\w*|kostenträger\w*|zuschuss\w*)\b[^;]*\b(?:ist|sind|bleibt|bleiben|konnten?|steht)\b[^;]*"
    r"\b(?:noch (?:zu klären|offen|nicht)|ungeklärt|nicht (?:gesichert|geklärt)|zu klären|offen)\b"
    r"|\b(?:ist|sind|bleibt|konnten?)\b[^;]*\b(?:finanzierung|fördermittel\w*|förderzusage\w*)\b[^;]*\b(?:noch (?:zu klären|offen|nicht)|ungeklärt|nicht (?:gesichert|geklärt)|zu klären)\b"
)
_STILL_OUT = re.compile(
    r"(?i)\b(?:steht|stehen)\b[^;,]*\bnoch aus\b|\b(?:liegt|liegen)\b[^;,]*\b(?:noch|bislang|bisher|derzeit|aktuell|gegenwärtigen)\b[^;,]*\bnicht\b[^;,]*\bvor\b"
    r"|\b(?:wird|werden) nachgereicht\b|\bkonnten?\b[^;]*\bnoch nicht (?:erfolgen|abgeschlossen|vorgelegt|durchgeführt|erstellt|eingeholt)\b"
    r"|\b(?:zeitplan|terminplan|zeitpunkt|termin)\b[^;,]*\b(?:nicht vor|noch nicht fest|noch offen)\b|\b(?:steht|stehen)\b[^;,]*\bnoch nicht (?:endgültig )?fest\b"
)
_ANNOUNCED = re.compile(
    r"(?i)\b(?:ergebnis\w*|bericht\w*|gutachten|vorschl[aä]g\w*)\b[^;,]*\b(?:wird|werden)\b[^;,]*\b(?:vorgestellt|vorgelegt|berichtet|präsentiert)\b"
    r"|\b(?:wird|werden)\b[^;,]*\b(?:über (?:das|die) )?ergebnis\w*\b[^;,]*\b(?:informieren|berichten|unterrichten)\b"
    r"|\b(?:konzept|planung|gutachten|studie|entwurf|untersuchung)\b[^;,]*\b(?:in (?:arbeit|bearbeitung|vorbereitung|erstellung)|(?:derzeit|aktuell) erarbeitet)\b"
)
_NEEDS_BEFORE = re.compile(
    r"(?i)\b(?:dies\w*|jene\w*|hier(?:durch|für|zu|von|mit|bei|aus|über)|da(?:durch|für|zu|von|mit|bei|raus|rüber|ran|rin)|deren|dessen|solche\w*|dennoch|trotzdem)\b"
)
_SUCH = re.compile(r"(?i)\bsolche\w*\b(?!\s+(?:der|die|das|dem|den|mit|ohne|von|wie|,))")
_LEANS_ON = re.compile(r"(?i)^(?:\w+\s){0,4}?(?:ihre?[rnms]?|ihnen|er|sie|dort|hier)\b")
_ADDS = re.compile(r"(?:Zudem|Außerdem|Ferner|Auch|Darüber hinaus|Ebenso|Daneben|Weiterhin|Zusätzlich)\b")
_AND_REPORT = re.compile(
    r"\s+und\s[^,]*\b(?:berichten|informieren|vorlegen|vorstellen|unterrichten|mitteilen|darstellen)\W*$"
    r"|\s+und\s+(?:geht|nimmt|berichtet|informiert|legt|stellt|führt|bittet|kommt|schlägt|teilt|wendet)\b.*$"
)
_CUT = re.compile(r",\s+(?:weshalb|weswegen|sodass|so dass|da|weil|daher|wobei|was|zumal|und (?:wird|ist|soll))\b.*$")
_HINT = re.compile(
    r"(?i)offen|klär|klar|ungewiss|fraglich|strittig|absehbar|entschieden|festgelegt|gesichert|bekannt|prüf|untersuch|ermittel|beziffer|schätz|kalkulier|quantifizier|beurteil|genannt|benannt"
    r"|noch|nachgereicht|vorgestellt|vorgelegt|bericht|präsentiert|informier|arbeit|nicht\b.*\bvor\b|feststell|bewert|beantwort|gesagt"
)
_DEBRIS = re.compile(r"\||[☐☒]|\.{4,}|https?:|@")


@dataclass(frozen=True, slots=True)
class OpenPoint:
    """A question and why it is asked; `weight` says how much it matters, `topic` what it asks for."""

    text: str
    reason: str
    weight: float
    topic: str


def may_be_open(text: str) -> bool:
    """False where a sentence surely leaves nothing open: a quick look at its words."""
    return _HINT.search(text) is not None


def open_point(sentence: str, where: str, before: str = "") -> OpenPoint | None:
    """The question that a sentence of the administration leaves open, or None.

    :param where: the page as shown, "S. 12"; empty where the source has none.
    :param before: the sentence before it, for one that cannot be understood without.
    """
    text = " ".join(sentence.split())
    if (
        len(text.split()) < 4
        or not text.endswith(".")
        or text[-2:-1].isdigit()
        or not text[0].isupper()
        or _DEBRIS.search(text)
    ):
        return None
    quote = _quotable(text, before)
    for find in (_costs, _asked, _funding, _outstanding, _announced):
        found = find(text, where, quote)
        if found:  # what only comes in addition ("Zudem …") carries less
            return replace(found, weight=found.weight - 0.4) if _ADDS.match(text) else found
    return None


def _in(where: str) -> str:
    return f" ({where})" if where else ""


def _points_back(text: str, within: int) -> bool:
    """True where one of the first words points back to the sentence before."""
    return bool(_NEEDS_BEFORE.search(" ".join(text.split()[:within])) or _SUCH.search(text))


def _quotable(text: str, before: str) -> str | None:
    """What is quoted: the sentence, with the one before where it points back to that; None if that is too long."""
    short = _CUT.sub(" …", text.rstrip("."))
    before = " ".join(before.split())
    usable = before.endswith((".", "?")) and len(before.split()) >= 5 and not _DEBRIS.search(before)
    bare = len(text.split()) <= _BARE and len(before.split()) <= _MOST_BEFORE_BARE
    if usable and (_points_back(text, 6) or bare) and len(f"{before} {short}".split()) <= _MOST_WITH_BEFORE:
        return f"{before} {short}"
    return short if len(short.split()) <= _MOST_WORDS else None


def _costs(text: str, where: str, quote: str | None) -> OpenPoint | None:
    """Costs that are said to be unknown, and no figure beside it."""
    if not _COSTS_OPEN.search(text) or money(text) or percentages(text) or _PAST.search(text) or _OTHERS.search(text):
        return None
    if _RESERVES.search(text):
        return None
    asked = _CLAUSE_FIRST.match(_CUT.sub(".", text))
    clause = _clause(asked["clause"]) if asked else None
    if clause and _CANNOT_SAY.search(text):
        reason = f"Die Unterlagen lassen das ausdrücklich offen{_in(where)}."
        return OpenPoint(f"Lässt sich inzwischen sagen, {clause}?", reason, 0.92, "costs")
    if quote is None:
        return None
    question = f"„{quote}“{_in(where)} – mit welchem Betrag ist ungefähr zu rechnen?"
    weight = 0.84 if _points_back(text, 6) else 0.92
    return OpenPoint(question, "Die Unterlagen nennen dazu keinen Betrag.", weight, "costs")


@dataclass(frozen=True, slots=True)
class _Halves:
    """A sentence as the clause that can be asked and what is said of it; `head` is what stands before the clause's end."""

    clause: str
    rest: str
    head: str
    clause_first: bool


def _halves(text: str) -> _Halves | None:
    first = _CLAUSE_FIRST.match(text)
    match = first or _CLAUSE_LAST.search(text)
    if not match or _PAST.search(match["rest"]):
        return None
    rest, clause = match["rest"], match["clause"]
    lost = _LOST_COMMA.match(rest) if first else None
    if lost:
        clause, rest = f"{clause} {lost[0]}", rest[lost.end() :].strip()
    return _Halves(clause, rest, rest if first else text[: match.end("rest")], first is not None)


def _asked(text: str, where: str, quote: str | None) -> OpenPoint | None:
    """A clause that can be asked as it stands."""
    halves = _halves(text)
    if halves is None:
        return None
    if _IS_OPEN.search(halves.rest) or _CANNOT_SAY.search(halves.rest):
        return _asked_open(halves, where, quote)
    return _asked_checked(text, halves, where, quote)


def _asked_open(halves: _Halves, where: str, quote: str | None) -> OpenPoint | None:
    if _LONG_AGO.search(halves.clause):
        return None  # who did what is no open point of the matter
    if _OF_THE_WORLD.search(halves.clause):
        return None
    doubted = "fraglich" in halves.rest.casefold() and re.search(r"(?i)\b(?:würden?|wären?)\b", halves.clause)
    weight = 0.9 if _IS_OPEN.search(halves.rest) and not doubted else 0.45
    clause = _clause(halves.clause)
    if clause:
        reason = f"Die Unterlagen nennen das selbst noch offen{_in(where)}."
        return OpenPoint(f"Ist inzwischen geklärt, {clause}?", reason, weight, "open")
    question = f"„{quote}“{_in(where)} – was ist dazu inzwischen geklärt?" if quote else None
    return OpenPoint(question, "Die Unterlagen nennen das selbst noch offen.", weight, "open") if question else None


def _asked_checked(text: str, halves: _Halves, where: str, quote: str | None) -> OpenPoint | None:
    not_own = not halves.clause_first and _subordinate(text, len(halves.head))
    if not _BEING_CHECKED.search(halves.head) or not_own or _ONLY_IF.match(text):
        return None
    if _MAYBE.search(halves.rest) or _PAST.search(text) or _when(text) or _AS_A_RULE.search(halves.head):
        return None
    clause = _clause(halves.clause)
    if not clause:
        question = f"„{quote}“{_in(where)} – wann ist mit dem Ergebnis zu rechnen?" if quote else None
        return OpenPoint(question, "Ein Zeitpunkt ist dafür nicht genannt.", 0.8, "check") if question else None
    weight = 0.45 if re.search(r"(?i)\bmuss\b", halves.rest) else 0.85
    reason = f"Die Prüfung ist angekündigt{_in(where)}; wann ihr Ergebnis vorliegt, ist nicht genannt."
    return OpenPoint(f"Wann liegt das Ergebnis der Prüfung vor, {clause}?", reason, weight, "check")


def _subordinate(text: str, end: int) -> bool:
    """True where the clause that ends here is not the sentence's own: "…, ob die Verwaltung prüft, …"."""
    return bool(
        re.match(
            r"\s*(?:ob|dass|wenn|falls|sofern|bevor|nachdem|sobald|weil|da|indem|zu)\b", text[:end].rsplit(",", 1)[-1]
        )
    )


def _clause(clause: str) -> str | None:
    """A clause to be asked: it begins small, is not too long and does not point back to the sentence before."""
    cut = _CUT.sub("", _AND_REPORT.sub("", " ".join(clause.split()))).rstrip(" ,.")
    if not 4 <= len(cut.split()) <= _MOST_CLAUSE or _points_back(cut, 4) or _LEANS_ON.match(cut.split(" ", 1)[-1]):
        return None
    return cut[0].lower() + cut[1:]


def _when(text: str) -> bool:
    return bool(_WHEN.search(text) or days(text))


def _funding(text: str, where: str, quote: str | None) -> OpenPoint | None:
    """Money whose source is said to be open."""
    if quote is None or not _FUNDING_OPEN.search(text) or _PAST.search(text):
        return None
    question = f"„{quote}“{_in(where)} – was ist dazu inzwischen geklärt?"
    return OpenPoint(question, "Die Finanzierung ist in diesem Punkt offen.", 0.88, "funding")


def _outstanding(text: str, where: str, quote: str | None) -> OpenPoint | None:
    """Something that is said to be open, outstanding, not there yet."""
    if quote is None or _PAST.search(text):
        return None
    settled = re.search(rf"(?i)\b{_STILL}\b|\bbleib|geklärt|entschieden|absehbar|festgelegt", text)
    if settled and _ENDS_OPEN.search(text) and not (_OPEN_TO_ALL.search(text) or _OF_THE_WORLD.search(text)):
        question = f"„{quote}“{_in(where)} – was ist dazu inzwischen geklärt?"
        return OpenPoint(question, "Die Unterlagen nennen das selbst noch offen.", 0.86, "open")
    if _STILL_OUT.search(text) and not (_when(text) or _NO_MATTER.search(text)):
        question = f"„{quote}“{_in(where)} – wann ist damit zu rechnen?"
        return OpenPoint(question, "Ein Zeitpunkt ist dafür nicht genannt.", 0.8, "outstanding")
    return None


def _announced(text: str, where: str, quote: str | None) -> OpenPoint | None:
    """A check or a result that is announced without a day."""
    checked = _BEING_CHECKED.search(text) and re.search(r"(?i)\b(?:geprüft|untersucht|prüfen)\W*$", text)
    if quote is None or not (_ANNOUNCED.search(text) or checked) or _when(text) or _PAST.search(text):
        return None
    if _MAYBE.search(text) or _AS_A_RULE.search(text) or _ONLY_IF.match(text):
        return None
    question = f"„{quote}“{_in(where)} – wann ist mit dem Ergebnis zu rechnen?"
    return OpenPoint(question, "Ein Zeitpunkt ist dafür nicht genannt.", 0.7, "check")
