"""What the sentences of an agenda item's papers are worth.

What enters: the papers of an item with their parts, and the wording that is proposed. What leaves: scored sentences
(`Candidate`), each with the sums its score is made of and the heading that it cannot be quoted without.
What it does not know: how many are shown, briefings, labels shown to a user, language models.

A sentence's worth is a sum of things that can be named: how central its words are to the papers (the leading vector of
the sentence graph, as in LexRank, without a threshold, so that it needs no table of all pairs), what it counts (money,
shares, days), cue words of decisions, the part and heading it stands under, its place there, and what speaks against it
(it leans on the sentence before, it is said of an alternative that is not proposed, it recounts an earlier resolution).
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence

from ratsassistent.oparl import Paper, Part, PartKind
from ratsassistent.writing.extracts.sections import RECOMMENDS, Section, naming, sections
from ratsassistent.writing.extracts.select import Candidate, spans, speakers_of
from ratsassistent.writing.text.amounts import days, laws, money, numbers, percentages
from ratsassistent.writing.text.readable import Leaning, leaning, readable
from ratsassistent.writing.text.sentences import sentences
from ratsassistent.writing.text.terms import overlap, terms

_DECISION = re.compile(
    r"\b(?:empfiehlt|empfohlen|schlägt .{0,40}\bvor\b|vorgeschlagen|vorschlag\w*|beantrag\w+|befürwort\w+|lehnt .{0,60}\bab\b|abgelehnt|abzulehnen"
    r"|beschl[oi]\w+|zugestimmt|zustimm\w+|verzichtet|verzichten|soll(?:en)?|beabsichtig\w+|geplant\w*|vorgesehen\w*|erforderlich|notwendig"
    r"|nicht möglich|nicht zulässig|nicht erforderlich|nicht notwendig|kein\w* (?:spielraum|budget|mittel|möglichkeit\w*|bedarf)"
    r"|kann (?:daher |deshalb |somit )?nicht|können nicht|erledigt|zur kenntnis|vergeben|vergabe|erteilt|zuschlag|auftrag|beauftrag\w+|künftig"
    r"|ablehn\w+|weiterverfolg\w+|umgesetzt|umsetzung|eingestellt|aufgehoben|beitritt|erhöh\w+|gesenkt|entfällt|entfallen)\b",
    re.IGNORECASE,
)
_RESULT = re.compile(
    r"\b(?:ausschlaggebend|maßgeblich|insgesamt|gesamt\w+|ergebnis|ergibt|daher|deshalb|somit|folglich|zusammenfassend|fazit|entscheidend|wesentlich\w*|vor allem|wichtig\w*|derzeit|aktuell"
    r"|beträgt|betragen|beläuft|belaufen|stieg\w*|steig\w+|gestiegen|sank|sinkt|sinken|gesunken|rückgang|anstieg|zunahme|fehl\w+|quote|anteil)\b",
    re.IGNORECASE,
)
_CONCLUDES = re.compile(
    r"(?:Im Ergebnis|Insgesamt|Zusammenfassend|Zusammengefasst|Als Fazit|Fazit|Aus Sicht der (?:Stadt)?[Vv]erwaltung|Nach (?:Auffassung|Einschätzung|Ansicht) der"
    r"|Die (?:Stadt|Gemeinde|Kreis)?[Vv]erwaltung (?:empfiehlt|schlägt|sieht|hält|lehnt|befürwortet|unterstützt)|Es wird (?:\w+ )?(?:vorgeschlagen|empfohlen)"
    r"|Vor diesem Hintergrund|Aus (?:diesen|den genannten) Gründen)\b"
)
_DEADLINE = re.compile(
    r"\b(?:frist\w*|spätestens|voraussichtlich|beginn\w*|baubeginn|start\w*|inbetriebnahme|fertigstellung|fertiggestellt|laufzeit|läuft|gilt|kraft"
    r"|befristet|verlänger\w+|bis (?:zum|ende|mitte|spätestens|maximal|längstens|einschließlich)|(?<!\d )bis 20\d\d|höchstens bis|geduldet|ab dem|ab \w* ?20\d\d|frühestens|abschluss|abgeschlossen)\b",
    re.IGNORECASE,
)
_MONEY_WORD = re.compile(
    r"\b\w*(?:kosten|mittel|budget|haushalt|zuschuss|zuschüsse|förderung|finanzier\w*|aufwand|erträge|einnahmen|ausgaben|defizit|investition\w*|spende|entgelt\w*)\b",
    re.IGNORECASE,
)
_ABOUT_MONEY = re.compile(  # what makes a sentence without an amount one about money
    r"\b(?:\w*(?:kosten|haushaltsmittel|haushaltsplan|budget|zuschuss|zuschüsse|fördermittel|finanzierung|folgekosten|eigenanteil|entgelte?|gebühren|spenden?)|finanziert|finanzieren|veranschlagt|deckung)\b",
    re.IGNORECASE,
)
_KEY_HEADING = re.compile(
    r"zusammenfass|fazit|ergebnis|empfehlung|vorschlag|weiteres vorgehen|kosten|finanz|zeitplan|termin|umsetzung|ausblick|bewertung|überblick|kernaussag",
    re.IGNORECASE,
)
# What a part is worth as a source of the item's message.
_PART_WORTH: dict[PartKind, float] = {
    "statement": 1.0, "summary": 1.0, "costs": 0.9, "reason": 0.7, "text": 0.4, "motion": 0.15, "annex": 0.0,
}  # fmt: skip

_RECOUNTS = re.compile(
    r"\b(?:hat|hatte|haben|hatten|wurden?|fasste\w*|beschloss\w*)\b.{0,160}\b(?:beschlossen|gefasst|beauftragt|zugestimmt|beschluss|beschlüsse)\b"
    r"|\b(?:beschloss|fasste)\w*\b|\b(?:damalige|seinerzeitige|frühere|bisherige)\w*\s+\w*(?:beschluss|beschlüsse|antrag)\w*",
    re.IGNORECASE,
)
# What would be if: often said of what is not proposed, and unclear without the condition.
_SUPPOSED = re.compile(r"\b(?:würden?|wären?|müssten?|kämen?|hätten?|entstünden?|bliebe)\b")
# A decision of the past: where the matter comes from, not what is to be decided.
_EARLIER = re.compile(
    r"\b(?:hat|haben|hatten?|wurden?)\b.{0,200}\b(?:beschlossen|zugestimmt|beauftragt|gefasst|abgelehnt|vertagt|zur Kenntnis genommen)\b"
    r"|\b(?:beschloss|beschlossen|fasste|stimmte|beauftragte)\b.{0,120}\b(?:rat|ausschuss|kreistag|versammlung)\b|\b(?:[Rr]at|[Aa]usschuss|Kreistag|versammlung)\w*\b.{0,80}\b(?:beschloss|fasste|stimmte|beauftragte)\b"
)
# Minutes among the annexes: what was said in a debate is no statement of the papers.
_SPOKEN = re.compile(
    r"\b(?:Der|Die) Vorsitzende (?:ruft|eröffnet|stellt)\b|\bWortprotokoll\b|\bStadtr[aä]t(?:in)? [\w-]+ \([^)]{2,20}\)\s?:"
)
_DEMAND = 45  # letters that a sentence shares with a motion from its beginning
NOTED = re.compile(
    r"(?:Der|Die) [\w-]*(?:rat|ausschuss|versammlung|vertretung)\b.{0,40}\bnimmt\b.{0,120}\bzur Kenntnis\W*$"
)
_RECOMMENDED = 1.0  # what it is worth to say which of several alternatives is recommended
_TAKES_UP = 0.3  # share of a question's words that an answer has to have to be clear without it
_REPORT_WORTH = 0.6
_LEANING: dict[Leaning, float] = {0: 0.0, 1: -0.15, 2: -0.9}  # what it costs to lean on a sentence that is not shown


def candidates(papers: Sequence[Paper], name: str, kinds: Iterable[PartKind], proposed: str = "") -> list[Candidate]:
    """All readable sentences of the parts of these kinds, scored.

    :param name: the agenda item's name; its words count as the subject.
    :param proposed: the wording proposed; it tells which of several alternatives is the chosen one.
    """
    kinds = list(kinds)
    found: list[Candidate] = []
    titles = " ".join([name, *(p.name for p in papers)])
    for number, paper in enumerate(papers):
        speakers = speakers_of(paper)
        for part in spans(paper, kinds):
            kind = speakers.get(part.start, part.kind)
            found += _of_part(paper, number, part, kind, len(found), f"{titles}. {proposed}")
    found = _without_repeated_demands(found)
    _weigh_again(found)
    _mark_parallels(found)
    _centrality(found, terms(titles))
    for candidate in found:
        candidate.score = sum(candidate.reasons.values())
    return found


def _of_part(paper: Paper, number: int, part: Part, kind: PartKind, order: int, proposed: str) -> list[Candidate]:
    """The readable sentences of one part, each with what speaks for it and against it."""
    found: list[Candidate] = []
    spoken = (
        kind == "annex" and _SPOKEN.search(paper.text.text, part.start, min(part.end, part.start + 6000)) is not None
    )
    stretch = sentences(paper.text.text, part.start, part.end)
    placed = sections(stretch, proposed)
    chosen = set().union(*(s.words for s in placed if s and s.state == "chosen"))
    heading, place, recounted, in_item = part.heading or "", 0, False, False
    above: Candidate | None = None
    for sentence, section in zip(stretch, placed, strict=True):
        if sentence.opens:
            in_item = sentence.kind == "item"
            recounted = recounts(sentence.text) or (recounted and in_item)
        if sentence.kind == "heading":
            heading, place, above = sentence.text, 0, None
            continue
        if not readable(sentence):
            above = None
            continue
        candidate = Candidate(number, sentence, part, kind, order + len(found), terms(sentence.text), section)
        candidate.heading = needed_heading(sentence.text, section)
        candidate.words = len(candidate.text.split()) + len((candidate.heading or "").split())
        candidate.leans = leaning(candidate.text) or (1 if in_item and not sentence.opens else 0)
        candidate.before = above.order if above and above.section == section else None
        _features(candidate, heading, place)
        if kind != "annex" and chosen & naming(sentence.text) and RECOMMENDS.search(sentence.text):
            candidate.reasons["recommends"] = _RECOMMENDED
        noted = kind == "statement" or (kind == "summary" and "Stellungnahme" in sentence.text)
        candidate.reasons["noted"] = -1.5 if noted and NOTED.match(sentence.text) else 0.0
        candidate.reasons["spoken"] = -2.0 if spoken else 0.0
        candidate.reasons["recounted"] = -2.0 if recounted and sentence.kind == "item" else 0.0
        found.append(candidate)
        place, above = place + 1, candidate
    return found


def needed_heading(text: str, section: Section | None) -> str | None:
    """The heading that a sentence cannot be quoted without, if any.

    Of parallel sections it is needed unless the sentence itself says all that tells its section from the others; of a
    question, unless the answer takes up its words.
    """
    if section is None or section.generic or not section.parallel:
        return None
    if section.question:
        return None if overlap(terms(section.heading), terms(text)) >= _TAKES_UP else section.heading
    return None if section.words and section.words <= naming(text) else section.heading


def recounts(text: str) -> bool:
    """True for the line above what an earlier resolution said ("Der Rat hat am 3. Mai 2019 beschlossen:")."""
    return text.endswith(":") and bool(_RECOUNTS.search(text))


def _without_repeated_demands(found: list[Candidate]) -> list[Candidate]:
    """An answer often prints each point of the motion above its reply: that is the motion speaking, not the answer."""
    asked = [c for c in found if c.kind == "motion"]
    demands = [c.terms for c in asked if len(c.terms) >= 3]
    letters = re.sub(r"\W", "", " ".join(c.text for c in asked).casefold())

    def repeats(candidate: Candidate) -> bool:
        beginning = re.sub(r"^\d+|\W", "", candidate.text.casefold())[:_DEMAND]
        if len(beginning) == _DEMAND and beginning in letters:
            return True  # the reply may run on behind it without a full stop
        return any(overlap(candidate.terms, d) > 0.85 and overlap(d, candidate.terms) > 0.6 for d in demands)

    return [c for c in found if c.kind not in ("statement", "summary", "reason", "text") or not repeats(c)]


def _weigh_again(found: Sequence[Candidate]) -> None:
    """What only hands over or only asks: a report's sentences count nearly like a paper's own, an unanswered motion's too."""
    if all(c.kind in ("motion", "annex") for c in found):
        for candidate in found:
            candidate.reasons["part"] = 0.9 * (_REPORT_WORTH if candidate.kind == "motion" else 0.0)
        return
    own = sum(c.kind not in ("annex", "motion") for c in found)
    annexed = [c for c in found if c.kind == "annex"]
    if own < 25 and len(annexed) > 2 * own:
        for candidate in annexed:
            candidate.reasons["part"] = 0.9 * _REPORT_WORTH
    elif own >= 8:  # a paper that says it itself: of its annexes only what is told nowhere else
        for candidate in annexed:
            candidate.reasons["part"] = -_REPORT_WORTH


def _mark_parallels(found: Sequence[Candidate]) -> None:
    """A sentence said of several things in turn (of each site, each bidder) cannot be read alone: it costs."""
    by_part: dict[tuple[int, int], list[Candidate]] = {}
    for candidate in found:
        by_part.setdefault((candidate.paper, candidate.part.start), []).append(candidate)
    for group in by_part.values():
        if len(group) > 250:  # all pairs of a long report would take seconds
            continue
        for n, one in enumerate(group):
            for other in group[n + 1 :]:
                if overlap(one.terms, other.terms) > 0.7 and overlap(other.terms, one.terms) > 0.7:
                    for each in (one, other):
                        # where its heading is shown, or it is of the chosen one, it is clear of which thing it is said
                        clear = each.heading is not None or (
                            each.section is not None and each.section.state == "chosen"
                        )
                        each.reasons["parallel"] = -0.2 if clear else -1.0


def _features(candidate: Candidate, heading: str, place: int) -> None:
    text = candidate.text
    reasons = candidate.reasons
    amounts = money(text)
    shares = percentages(text)
    dated = [d for d in days(text) if d.date[:2] in ("19", "20", "--")]
    covered = [(f.start, f.end) for f in [*amounts, *shares, *laws(text)]] + [(d.start, d.end) for d in dated]
    counts = [n for n in numbers(text) if n.value > 1 and not any(a <= n.start < b for a, b in covered)]
    candidate.has_money = bool(amounts) or bool(_ABOUT_MONEY.search(text) and _DECISION.search(text))
    candidate.has_deadline = bool(dated and _DEADLINE.search(text) and not re.search(r"\b(?:[Ss]eit|bisher)\b", text))
    reasons["part"] = 0.9 * _PART_WORTH.get(candidate.kind, 0.3)
    reasons["money"] = min(len(amounts), 3) * 0.35
    reasons["shares"] = min(len(shares), 2) * 0.25
    reasons["counts"] = min(len(counts), 3) * 0.2
    reasons["dates"] = min(len(dated), 2) * 0.12 + (0.35 if candidate.has_deadline else 0.0)
    reasons["decision"] = min(len(_DECISION.findall(text)), 2) * 0.35
    reasons["result"] = min(len(_RESULT.findall(text)), 2) * 0.15
    reasons["concludes"] = 0.4 if _CONCLUDES.match(text) else 0.0
    reasons["cost word"] = 0.15 if _MONEY_WORD.search(text) else 0.0
    reasons["heading"] = 0.25 if _KEY_HEADING.search(heading) else 0.0
    reasons["place"] = 0.35 / (1 + place)
    reasons["section"] = _of_section(candidate)
    reasons["supposed"] = -0.3 if _SUPPOSED.search(text) and not amounts else 0.0
    reasons["earlier"] = -0.3 if _EARLIER.search(text) else 0.0
    reasons["quoted"] = -2.0 if candidate.sentence.quoted else 0.0
    reasons["leans"] = _LEANING[candidate.leans]
    reasons["question"] = -1.8 if text.rstrip('“”"').endswith("?") else 0.0
    reasons["length"] = -0.018 * max(candidate.words - 22, 0) - 0.04 * max(9 - candidate.words, 0)


def _of_section(candidate: Candidate) -> float:
    """What the chosen one of several alternatives is worth, and what is said of the others is not."""
    section = candidate.section
    if section is None or not section.parallel:
        return 0.0
    if section.state:
        return 0.35 if section.state == "chosen" else -1.5
    return -0.2 if candidate.heading else 0.0


def _centrality(found: Sequence[Candidate], subject: Counter[str]) -> None:
    """The leading vector of the sentence graph (cosine of TF-IDF vectors), by power iteration over the sparse vectors."""
    if not found:
        return
    frequency: Counter[str] = Counter()
    for candidate in found:
        frequency.update(set(candidate.terms))
    total = len(found)
    vectors: list[dict[str, float]] = []
    for candidate in found:
        weights = {t: (1 + math.log(n)) * math.log(1 + total / frequency[t]) for t, n in candidate.terms.items()}
        norm = math.sqrt(sum(w * w for w in weights.values())) or 1.0
        vectors.append({t: w / norm for t, w in weights.items()})
    ranks = [1.0 / total] * total
    for _ in range(6):
        hub: dict[str, float] = {}
        for rank, vector in zip(ranks, vectors, strict=True):
            for term, weight in vector.items():
                hub[term] = hub.get(term, 0.0) + rank * weight
        raw = [sum(hub[t] * w for t, w in vector.items()) for vector in vectors]
        scale = sum(raw) or 1.0
        ranks = [0.15 / total + 0.85 * r / scale for r in raw]
    best = max(ranks)
    weight_of_subject = {t: math.log(1 + total / frequency[t]) for t in subject if t in frequency}
    whole = sum(weight_of_subject.values()) or 1.0
    for candidate, rank in zip(found, ranks, strict=True):
        # what is said of each alternative in turn is central only because it comes so often
        repeated = 0.5 if candidate.section and candidate.section.parallel and "parallel" in candidate.reasons else 1.0
        candidate.reasons["central"] = 0.9 * repeated * rank / best
        candidate.reasons["subject"] = (
            0.5 * sum(w for t, w in weight_of_subject.items() if t in candidate.terms) / whole
        )
