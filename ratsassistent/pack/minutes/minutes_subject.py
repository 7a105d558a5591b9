"""What a vote was about, in the words right before it: "Der Abänderungsantrag der Fraktion X" [wird … abgelehnt].

What enters: the text of one item, and a vote in it. What leaves: those words as printed, white space folded, or None where
they name nothing. What it does not know: other items, agendas, the adopted wording.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ratsassistent.pack.minutes.minutes_phrases import BODY
from ratsassistent.pack.minutes.votes import FoundVote

MAX_WORDS = 40  # a longer sentence is cut there
_REACH = 900  # characters before a vote that are looked at
_LABEL_WORD = (
    r"(?:(?:Abstimmungs|Beschluss|Beschluß|Beratungs|Sitzungs|Wahl)-?\s?[Ee]rgebnis(?:se)?|Abstimmung(?:sverhältnis)?(?!\s+über)|"
    r"Abst\.?\s?-?\s?Erg(?:ebnis|\.)?|Ergebnis|Beschlu(?:ss|ß)(?:fassung)?|Entscheid(?:ung)?|Votum|Stimmenverhältnis|Stimmabgabe)"
)
_LABEL = re.compile(
    rf"(?:(?:^|\n)[^\w\n]{{0,4}}{_LABEL_WORD}(?:[ \t]+[\wäöüß./-]{{1,30}}){{0,3}}[ \t]*[:=|]?|"
    r"(?:^|\n)[^\w\n]{0,4}Anwesend\w*[^\n]{0,30}\d)\s*$"
)
_BRACKET = re.compile(rf"\s\(\s*(?:{_LABEL_WORD}\s*:?\s*)?(?:(?:mit|bei)\s+)?$")
_SMALL = re.compile(
    r"(?:[\s:|=,]|\s[–-]|(?<=\s)(?:wird|wurde|werden|wurden|ist|sind|gilt|mit|bei|gegen|nur|die|somit|damit|daher|sodann|und|"
    r"daraufhin|danach|anschließend|anschliessend|hierauf|es)(?=\s|$))+$"
)
_BORDER = re.compile(r"[.!?][“”\")]?\s+(?=[„\"(]?[A-ZÄÖÜ])|:\s+(?=[A-ZÄÖÜ„])|\n[ \t]*\n\s*(?![a-zäöüß])|[•☒☐|]\s*")
_ABBREVIATED = re.compile(
    r"\b(?:Nr|Abs|Art|St|Dr|Mag|Ing|Dipl|Prof|Hr|Fr|[A-Za-z]{0,4}(?:GR|StR|R)|[A-Z]?[a-z]{0,4}[Bb]gm|LAbg|bzw|ca|lt|gem|Pkt|Zl|Az|"
    r"Bgm|\d{1,3}|[A-Z])\.$"
)
_MOTION = re.compile(
    r"[Aa]ntr[aä]g|\bVorlage|[a-z]vorlage|\b(?:Beschluss|Beschluß|Änderungs|Verwaltungs|Wahl)?-?[Vv]orschl[aä]g|\w*[Ee]mpfehlung\b|[Dd]ringlichkeit|\bResolution|\bMotion\b|\bPostulat\b|"
    r"\bAbstimmung über\b|\b(?:Ziffern?|Ziff\.|Punkte?|Nr\.|TOP|Absatz|Abs\.|Variante|Teil|Buchstabe|Abschnitt|Frage)\s*[\dA-Za-z]"
)
_THING = re.compile(r"(?:Der|Die|Das|Dem|Den|Diese[rmns]?|Über|Beide[nr]?|Alle[nr]?)\s")
_SPEAKER = re.compile(
    r"^\W*(?:(?:Der|Die)\s+)?(?:Herr|Frau|Hr\.|Fr\.|\w*[Vv]orsitzende|\w*[Bb]ürgermeister(?:in)?|\w*[Bb]gm\b|\w*GR\b|StR\b|\w+r[aä]t(?:in)?\s)"
)
_END = re.compile(r"(?<!\bNr)(?<!\bAbs)(?<!\d)[.!?](?=\s|$)|\n[ \t]*\n|$")


@dataclass(frozen=True, slots=True)
class _Lead:
    """The words before a vote. `whole`: a sentence of its own, or one in which the body acts; not a mere thing voted on."""

    words: str
    whole: bool


def subject_of(body: str, vote: FoundVote, floor: int, adopted: str | None, wording: str | None) -> str | None:
    """The words before a vote that name what was voted on, at most 40 of them, or None.

    :param body: the text of the item.
    :param floor: where the vote before it ends.
    :param adopted: the adopted wording that is shown with the decision; what it says is not said twice.
    :param wording: the wording that was voted on and did not become the decision's text; taken where it is short.
    """
    lead = _lead(body, vote, floor)
    if lead is not None and adopted and (lead.whole or _bare(lead.words) in _bare(adopted)):
        return None
    if lead is None:
        said = (wording or "").split()
        # Below "Antrag:" there may be only who moved it and its number
        short = (
            not adopted and 6 <= len(said) <= MAX_WORDS and not re.search(r"Vorlage\s*:|Drucksache\s*:", wording or "")
        )
        return " ".join(said) if short else None
    words = lead.words.split()
    if _bare(lead.words) == _bare(vote.result):
        return None
    return " ".join(words) if len(words) <= MAX_WORDS else " ".join(words[:MAX_WORDS]) + " …"


def _lead(body: str, vote: FoundVote, floor: int) -> _Lead | None:
    """What stands before a vote and names a motion: the label of its line, its own sentence, the sentence before it."""
    before = body[max(floor, vote.start - _REACH) : vote.start]
    line = before[before.rfind("\n") + 1 :].strip(" \t•*–-(")
    labelled = re.fullmatch(r"([^:|]{3,160})[:|]\s*(?:(?:mit|bei|gegen|wird|nur)\s+)*", line)
    if labelled and _MOTION.search(labelled[1]) and not _SPEAKER.match(labelled[1]):
        return _Lead(labelled[1].strip(), False)
    bracket = _BRACKET.search(before)
    if bracket:
        before = before[: bracket.start()]
    headed = False
    if bracket is None:
        for _ in range(3):
            tail = before[-200:]
            label = _LABEL.search(tail)
            if not label:
                break
            headed = True
            before = before[: len(before) - len(tail) + label.start()]
    closed = bracket is not None or before.rstrip().endswith((".", "!", "?"))
    before = before.rstrip()
    if headed and not closed:
        return None  # above "Abstimmungsergebnis:" stands the head of the item
    if not closed:
        tail = before[-80:]
        small = _SMALL.search(tail)
        before = before[: len(before) - len(tail) + small.start()] if small else before
    words = before[_sentence_start(before) :].strip(" \n\t.,;:)–-•|")
    if len(words) < 4 or _SPEAKER.match(words):
        return None
    if closed:
        told = _MOTION.search(words) if bracket else vote.outcome != "noted" and re.search(r"(?i)antr[aä]g", words)
        return _Lead(words, True) if told else None
    if re.match(rf"(?:\d[\d.]*\)?\s+)?{BODY}", words):
        end = _END.search(body, vote.end, min(len(body), vote.end + 400))
        at = body.find(words, max(floor, vote.start - _REACH))
        return _Lead(" ".join(body[at : end.start() if end else vote.end].split()), True)
    return _Lead(words, False) if _MOTION.search(words) or _THING.match(words) else None


def _sentence_start(before: str) -> int:
    """Where the last sentence of a text begins."""
    first = 0
    for match in _BORDER.finditer(before):
        mark = before[: match.start() + 1]
        if not (mark.endswith(".") and _ABBREVIATED.search(mark[-24:])):
            first = match.end()
    return first


def _bare(words: str) -> str:
    return re.sub(r"\W+", "", words).casefold()
