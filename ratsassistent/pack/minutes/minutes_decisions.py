"""The text of one item of minutes becomes the decisions that were taken on it.

What enters: running text that knows its pages, and the stretch of it that is one item. What leaves: Decisions, each with
the result as printed, the numbers, the adopted wording where it is given, and its page. What it does not know: agendas.

A formal block ("Beschluss:", "Abstimmungsergebnis:") is what was decided; the debate and the chair's words around it only say
it again. Without such a block the sentences count.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from ratsassistent.oparl import Decision, Outcome, PagedText
from ratsassistent.pack.minutes.minutes_phrases import MANNER, RESULT_LINE, outcome_of
from ratsassistent.pack.minutes.minutes_subject import subject_of
from ratsassistent.pack.minutes.votes import FoundVote, find_votes

MAX_WORDING = 20_000
_OPENING = 220  # letters of a sentence that opens a wording
_WORDING = re.compile(
    # a label of its own: "Beschluss:", "Beschluss Nr. 12/2027", "Beschlussvorschlag:", "Antrag:"
    r"^[ \t]*\W{0,3}(?:\d{1,2}\.\s*)?(?P<label>(?P<kind>Beschlu(?:ss|ß)(?:vorschlag|antrag|empfehlung|text|wortlaut|entwurf)?|Antrag|Empfehlung|Entscheid|Der (?:Gemeinde|Stadt)rat beschlie(?:ß|ss)t)"
    r"(?:\s*(?:Nr\.?|Nummer)?\s*[A-Z]{0,4}[-/ ]?\d[\w/.-]*)?(?:\s+(?:de[rs]|im|in der)\s+[\w ]{3,40})?(?:\s*\([^)\n]{1,60}\))?\s*)(?::[ \t]*(?=(?P<inline>\S)?)|$)"
    # the end of a sentence: "… fasst einstimmig folgenden Beschluss:", "… stellt folgenden Antrag:", "… beschließt:"
    r"|(?P<led>\bfolgende[nrs]?\s+(?:\w+\s+)?(?:Beschlu(?:ss|ß)|Antrag|Resolution|Stellungnahme|Empfehlung|Beschlüsse)\w*(?:\s+gefasst|\s+an\s[^:\n]{3,60})?\s*:|"
    r"\b(?:beschlie(?:ß|ss)(?:t|en)|empfiehlt|beschlossen|genehmigt)\b(?:\s+(?:\w+\s+){0,6}?(?:folgendes|wie folgt|Folgendes|einstimmig|mehrheitlich))?(?:\s+(?:mit|bei)\s[^:\n]{3,80})?\s*:)[ \t]*$"
    # Austrian: "Der Antrag (Anlage 3) lautet nach Vorberatung im …ausschuss, der Gemeinderat möge …"
    r"|(?P<reads>\bAntrag\b(?:\s*\([^)]{1,40}\))?\s+lautet\b[^:]{0,220}?(?::|,(?=\s+(?:der|die|das)\s+[A-ZÄÖÜ])))",
    re.MULTILINE,
)
_STOP = re.compile(
    r"^[ \t]*(?:\W{0,3}(?:Abstimmungsergebnis(?:se)?|Abstimmung(?:sverhältnis)?|Abst\.|Beschlussergebnis|Beratungsergebnis|Ergebnis|Begründung|Sachverhalt|Diskussion|Aussprache|Wortmeldung(?:en)?|"
    r"Protokollnotiz|Anmerkung|Finanzielle Auswirkungen|Namentliche Abstimmung|Anwesend|Ja-?\s?[Ss]timmen|Stimmberechtigt|Dafür|Rechtsmittel(?:belehrung)?|Mitteilung an|Beilagen?|Anlagen?)\b[^\n]{0,60}?(?::|$|\d)"
    r"|(?:(?:Der|Die)\s+(?:Vorsitzende|Oberbürgermeister(?:in)?|Bürgermeister(?:in)?)|(?:GR|StR|Bgm|Vzbgm|Stadtr[aä]t(?:in)?|Gemeinder[aä]t(?:in)?|Bürgermeister(?:in)?|Herr|Frau|Zwischenruf)\b[^:\n]{1,60}:)"
    r"|[☐☒]|gez\.|Zur Beurkundung|\(?Anm\.?:)",
    re.MULTILINE,
)
_ITEM_NAME = r"(?:Zu\s+)?(?:TOP|Punkt|Tagesordnungspunkt|Traktandum)\s*(?P<item>\d[\d.]*\d|\d)"
_OF_ITEM = re.compile(rf"^[ \t]*{_ITEM_NAME}\s*:\s*", re.MULTILINE)
_ITEM_BEFORE = re.compile(rf"{_ITEM_NAME}\s*:\s*(?:(?:Bei|Mit|Gegen)\s*)?$", re.IGNORECASE)
_FORMAL = re.compile(r"(?m)^\W{0,3}(?:Abstimmungsergebnis|Beschlussergebnis|Beratungsergebnis)\b\s*:?")
_CHAIR = re.compile(r"(?m)^\W{0,2}(?:Der|Die)\s+(?:Vorsitzende|(?:Ober)?[Bb]ürgermeister(?:in)?)\b")
_REJECTS = re.compile(
    r"(?i)\b(?:abgelehnt|lehnt\b[^.]{0,160}\bab|nicht (?:zugestimmt|angenommen|gefolgt|genehmigt)|Ablehnung)\b"
)


@dataclass(frozen=True, slots=True)
class _Wording:
    """A stretch that is what was voted on. `formal`: it stands below "Beschluss:", so it is what was adopted."""

    label: int
    start: int
    end: int
    formal: bool
    led: bool  # the vote stands in the sentence above it
    item: str = ""  # "16.1", where a block holds the wordings of several items one below the other


def is_formal(text: str) -> bool:
    """True for minutes that print each result in a block of its own: what the chair says only repeats it."""
    return _FORMAL.search(text) is not None


def decisions(text: PagedText, start: int, end: int, formal: bool = False) -> tuple[Decision, ...]:
    """The decisions in the characters [start, end) of minutes, in order.

    :param formal: the minutes print results in blocks, so that what the chair says is passed over.
    """
    body = text.text[start:end]
    found = find_votes(body)
    votes = [vote for vote in found if not (formal and vote.spoken)]
    wordings = _wordings(body, votes)
    votes = _without_echoes(body, votes, wordings)
    out: list[Decision] = []
    used: set[int] = set()
    for vote in votes:
        at = _wording_of(body, vote, votes, wordings, used)
        outcome, adopted = _with_wording(body, vote, wordings[at] if at is not None else None)
        if at is not None and adopted:
            used.add(at)
        subject = None
        if len(votes) > 1 or not adopted:
            floor = max((other.end for other in found if other.end <= vote.start), default=0)
            voted = body[wordings[at].start : wordings[at].end] if at is not None else None
            subject = subject_of(body, vote, floor, adopted, voted)
        out.append(
            Decision(
                result=vote.result,
                outcome=outcome,
                vote=vote.vote,
                unanimous=vote.unanimous,
                named=vote.named,
                subject=subject,
                text=adopted,
                citation=text.cite(start + vote.start, start + vote.end, vote.result),
            )
        )
    out.extend(_unvoted(text, start, body, votes, wordings))
    return tuple(out)


def _wordings(body: str, votes: list[FoundVote]) -> list[_Wording]:
    """The stretches that hold a wording, none of them a mere result."""
    found = []
    marks = _without_openings(body, list(_WORDING.finditer(body)))
    for index, match in enumerate(marks):
        begin = match.end()
        limit = marks[index + 1].start() if index + 1 < len(marks) else len(body)
        led = bool(match["led"])
        stop = _STOP.search(body, begin + (1 if match["kind"] else 0), limit)
        until = min(limit, stop.start() if stop else limit, begin + MAX_WORDING)
        formally = stop is not None and _FORMAL.match(body, stop.start())
        if led or not (formally or any(vote.labelled and vote.start >= begin for vote in votes)):
            until = min(until, _paragraph_end(body, begin, until))
        for vote in votes:
            # The sentence that tells the result ends the wording; one that says what the body does is the wording.
            if begin < vote.start < until and vote.sentence > begin and not _is_inside(vote):
                until = min(until, vote.sentence)
        begin += len(body[begin:until]) - len(body[begin:until].lstrip())
        until = begin + len(body[begin:until].rstrip())
        named = match["kind"] == "Antrag" and _is_named(match["label"], body[begin:until], bool(match["inline"]))
        voted = any(begin <= vote.start <= begin + 3 and (vote.vote or vote.labelled) for vote in votes)
        if until - begin >= 12 and not named and not voted:
            formal = (
                bool(
                    match["kind"] and re.match(r"(?i)beschlu(?:ss|ß)(?:text|wortlaut)?$|entscheid|der ", match["kind"])
                )
                or led
            )
            found.extend(_parted(body, _Wording(match.start(), begin, until, formal, led)))
    return found


def _parted(body: str, wording: _Wording) -> list[_Wording]:
    """A block that says "TOP 16.1: …" and "TOP 16.2: …" as one wording for each; any other as it is."""
    marks = list(_OF_ITEM.finditer(body, wording.start, wording.end))
    if len(marks) < 2 or marks[0].start() > wording.start + 3:
        return [wording]
    ends = [*(mark.start() for mark in marks[1:]), wording.end]
    return [
        replace(wording, start=mark.end(), end=mark.end() + len(body[mark.end() : end].rstrip()), item=mark["item"])
        for mark, end in zip(marks, ends, strict=True)
    ]


def _without_openings(body: str, marks: list[re.Match[str]]) -> list[re.Match[str]]:
    """The marks without "Der Rat beschließt:" right below "Beschluss:", which opens the wording and belongs to it."""
    out: list[re.Match[str]] = []
    for mark in marks:
        above = out[-1] if out else None
        between = body[above.end() : mark.end()].strip() if above else ""
        opens = (
            (mark["led"] or (mark["kind"] or "").startswith("Der "))
            and above
            and above["kind"]
            and len(between) <= _OPENING
            and "\n\n" not in between
        )
        if not opens or (above and not re.match(r"(?i)beschlu(?:ss|ß)(?:text|wortlaut)?$", above["kind"])):
            out.append(mark)
    return out


def _is_named(label: str, words: str, inline: bool) -> bool:
    """True where "Antrag:" only says whose motion or which one it is ("Antrag: Fraktion Mitte", "Antrag 12: …")."""
    return (inline and len(words) < 120) or bool(re.search(r"\d", label) or re.search(r"(?m)^\W*Vorlage\s*:", words))


def _is_inside(vote: FoundVote) -> bool:
    """True for a plain "nimmt … zur Kenntnis" or "beschlossen" in the middle of a wording."""
    return vote.vote is None and not vote.unanimous and not vote.labelled and not MANNER.search(vote.result)


def _paragraph_end(body: str, begin: int, until: int) -> int:
    """Where the paragraph ends; one that leads on (a colon, a list) takes the next with it."""
    at = begin
    while True:
        gap = re.compile(r"\n[ \t]*\n\s*").search(body, at + len(body[at:until]) - len(body[at:until].lstrip()), until)
        if gap is None:
            return until
        before, after = body[begin : gap.start()].rstrip(), body[gap.end() : gap.end() + 40]
        goes_on = before.endswith((":", ",", ";")) or re.match(r"(?:[•–-]|\d{1,2}[.)]|[a-z][.)]|[a-zäöü])", after)
        if before and not goes_on:
            return gap.start()
        at = gap.end()


def _without_echoes(body: str, votes: list[FoundVote], wordings: list[_Wording]) -> list[FoundVote]:
    """Votes without what is only said again, and without the sentences of a wording."""
    debate = _debate(body)
    formal = [vote for vote in votes if vote.labelled and vote.start < debate]
    kept: list[FoundVote] = []
    for index, vote in enumerate(votes):
        inside = next((w for w in wordings if w.start <= vote.start < w.end), None)
        if inside and not vote.vote and not vote.unanimous:
            later = any(other.start >= inside.end and other.labelled for other in votes[index + 1 :])
            voted = any(other.start >= inside.end or other.end <= inside.start for other in votes if other is not vote)
            if later or voted or len(body[inside.start : inside.end].split()) > 40:
                continue
        if vote.spoken and any(not other.spoken for other in votes):
            continue
        if formal and not (vote.labelled and vote.start < debate) and _repeats(vote, formal):
            continue
        if vote.labelled and _is_bare(vote) and index + 1 < len(votes):
            after = votes[index + 1]
            parted = any(vote.end <= w.start < after.start for w in wordings)
            headed = after.labelled or _FORMAL.search(body, vote.end, after.start)
            other = vote.outcome == "noted" and sum(not v.spoken and not _is_bare(v) for v in votes[index + 1 :]) > 1
            if headed and not _is_bare(after) and not parted and not other:
                continue  # "Beschluss: Ablehnung" above "Abstimmungsergebnis: 3 Ja, 44 Nein"; not a report and motions to it
        if (
            kept
            and _same(kept[-1], vote)
            and not any(kept[-1].end <= w.label < vote.start for w in wordings if not w.led)
        ):
            kept[-1] = _better(kept[-1], vote)
            continue
        kept.append(vote)
    return kept


def _debate(body: str) -> int:
    """Where the debate begins that is printed below the results, else the end of the text."""
    label = _FORMAL.search(body)
    chair = _CHAIR.search(body, label.end()) if label else None
    return chair.start() if chair and not _FORMAL.search(body, chair.end()) else len(body)


def _is_bare(vote: FoundVote) -> bool:
    """True for a result without numbers and manner."""
    return vote.vote is None and not vote.unanimous and not MANNER.search(vote.result)


def _repeats(vote: FoundVote, formal: list[FoundVote]) -> bool:
    """True where a sentence says what a formal result says, or less."""
    for other in formal:
        if vote.vote and other.vote and vote.vote != other.vote:
            continue
        if vote.vote and not other.vote and not (other.unanimous and vote.unanimous):
            continue
        if vote.outcome == other.outcome or vote.outcome is None:
            return True
    return False


def _same(one: FoundVote, two: FoundVote) -> bool:
    """True where two results next to each other are one: a sentence that leads, and the numbers below."""
    if two.start - one.end > 1200 or one.labelled == two.labelled:
        return False
    if one.vote and two.vote and one.vote != two.vote:
        return False
    return one.outcome == two.outcome or one.outcome is None or two.outcome is None


def _better(one: FoundVote, two: FoundVote) -> FoundVote:
    """Of two that are one the one that says more."""
    more, less = (two, one) if two.vote and not one.vote else (one, two)
    if not more.vote and not more.unanimous and less.unanimous:
        more, less = less, more
    return replace(more, unanimous=more.unanimous or less.unanimous, named=more.named or less.named)


def _wording_of(
    body: str, vote: FoundVote, votes: list[FoundVote], wordings: list[_Wording], used: set[int]
) -> int | None:
    """The wording that a vote is about: the last one above it that no other vote has, or the one that its sentence leads to."""
    for at, wording in enumerate(wordings):
        if (
            wording.led
            and at not in used
            and vote.sentence <= wording.label + 1
            and vote.start <= wording.start <= vote.end + 400
        ):
            return at
    above = [at for at, wording in enumerate(wordings) if wording.start <= vote.start and at not in used]
    named = _ITEM_BEFORE.search(body[max(0, vote.start - 40) : vote.start])
    for at in above:
        if named and wordings[at].item == named["item"]:
            return at
    above = [at for at in above if not (named and wordings[at].item)]
    if not above:
        return None
    at = above[-1]
    between = [other for other in votes if wordings[at].end <= other.start < vote.start and other is not vote]
    return at if not between or all(other.outcome != "accepted" for other in between) else None


def _with_wording(body: str, vote: FoundVote, wording: _Wording | None) -> tuple[Outcome | None, str | None]:
    """The outcome, and the adopted wording where there is one."""
    if wording is None:
        return vote.outcome, None
    words = body[wording.start : wording.end]
    if RESULT_LINE.fullmatch(" ".join(words.split()).rstrip(".")) or vote.start < wording.end <= vote.end:
        plain = len(words) < 200 and _REJECTS.search(words) and _only_manner(vote)
        return ("rejected" if plain else vote.outcome), None
    if wording.formal and len(words) < 400 and _REJECTS.search(words) and _only_manner(vote):
        return "rejected", words
    if vote.outcome in {"rejected", "postponed", "referred", "settled"}:
        return vote.outcome, None
    changed = re.search(r"(?i)\b(?:geändert|abgeändert|mit Änderung|mit Ergänzung|in geänderter)", vote.result)
    return vote.outcome, None if changed and not wording.formal else words


def _only_manner(vote: FoundVote) -> bool:
    """True where the result says how was voted, not what came of it."""
    said = re.search(
        r"(?i)angenommen|zugestimmt|zustimmung|annahme|abgelehnt|ablehnung|beschlossen|genehmigt", vote.result
    )
    return vote.outcome == "accepted" and not said


def _unvoted(
    text: PagedText, start: int, body: str, votes: list[FoundVote], wordings: list[_Wording]
) -> list[Decision]:
    """A "Beschluss:" with a wording but no word on the vote is a decision all the same, if the item has no other."""
    if votes or re.search(r"(?i)\bkeine Abstimmung\b", body):
        return []
    out = []
    for wording in wordings:
        words = body[wording.start : wording.end]
        if not wording.formal or re.match(r"(?i)(?:kein|entfällt|ohne|[-–]{1,3}$)", words):
            continue
        first = re.split(r"(?<=[a-zäöü])\.(?:\s|$)", " ".join(words.split()))[0]
        outcome = outcome_of(first) if len(first) < 300 else None
        if outcome is None and re.search(
            r"(?i)\bbeschlie(?:ß|ss)|\bgenehmig|\bbewillig|\bstimm(?:t|en)\b|\bwähl|\bbeauftrag|\bwird\b|\bwerden\b",
            words,
        ):
            outcome = "accepted"
        label = " ".join(body[wording.label : wording.start].split()).strip(" :")[-80:]
        citation = text.cite(start + wording.start, start + wording.end, first[:300])
        out.append(Decision(result=label, outcome=outcome, text=words, citation=citation))
    return out
