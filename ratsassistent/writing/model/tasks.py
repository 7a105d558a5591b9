"""The small tasks that a language model gets for an agenda item: one sentence of the papers each, one question each.

What enters: the Topics of an item. What leaves: Tasks, best first: which prompt, the words the answer begins with, and the
sentence it is made from. What it does not know: models, prompts' wording, the check.

The words that an answer begins with come from code and say who speaks ("Die Wählergemeinschaft möchte, dass", "Laut
Verwaltung"): a small model gets the actor wrong more often than anything else. One sentence at a time, because it mixes
up what stands in two.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from ratsassistent.oparl import AgendaItem
from ratsassistent.writing.checks.bindings import points_back
from ratsassistent.writing.checks.vocabulary import plain
from ratsassistent.writing.extracts.reading import Chunk, Topics
from ratsassistent.writing.text.readable import finite, leans

Kind = Literal["beschluss", "antrag", "stellungnahme", "sachverhalt"]  # which prompt
Group = Literal["antrag", "stellungnahme", "worum", "beschluss", "grund"]  # which question the sentence answers

SHORTEST, EASY, LONGEST = 7, 24, 40  # words of a sentence that can be said more briefly; up to 24 it mostly succeeds
_BODY = re.compile(
    r"^(?P<body>(?:Der|Die|Das)\s+(?:[A-ZÄÖÜ][\w-]*(?:,|\s+und|\s+für)?\s+){0,4}?[A-ZÄÖÜ]?[\w-]*"
    r"(?:[Rr]at|[Tt]ag|[Aa]usschuss|[Vv]ersammlung|[Vv]ertretung|[Ss]enat|[Vv]orstand|[Bb]ezirksvertretung|[Bb]eirat))\b"
    r"(?!\s+(?:wird|werden|nimmt Kenntnis))"
)
_FEMININE = re.compile(r"(?:fraktion|gruppe|liste|partei|gemeinschaft|vereinigung|union|initiative|allianz|vertretung)\b", re.IGNORECASE)  # fmt: skip
_MASCULINE = re.compile(r"(?:beirat|ortsrat|ortschaftsrat|verein|verband|ausschuss|bund|bezirksrat|vorstand)\b", re.IGNORECASE)  # fmt: skip
_PERSON = re.compile(
    r"\b(?:Stadtr[aä]t\w*|Gemeinder[aä]t\w*|Herr|Frau|Ratsmitglied|Ratsherr|Ratsfrau|Bürgermeister\w*|Dr\.)"
)
_ASKS = re.compile(r"\?\W*$|^\W*(?:ob|wie|wann|welche\w*|warum|wer|was|wo)\b", re.IGNORECASE)
# What cannot be said alone: it speaks of something that the sentence before it names, or only goes on.
_PRONOUN = re.compile(r"^(?:\S+ ){0,3}(?:sie|er|ihm|ihnen|dies|dieser|dieses|diesem|diesen|diese|solche\w*|jene\w*|letztere\w*)\b", re.IGNORECASE)  # fmt: skip
_LINKED = re.compile(r"^(?:Gleichzeitig|Hierbei|Dabei|Zudem|Ferner|Außerdem|Darüber hinaus|Weiterhin|Aber|Jedoch|Allerdings|Auch|Daneben|Zugleich|Des Weiteren|Und|Insofern|Folglich)\b")  # fmt: skip
# Points back to the sentence before, which is not there: the sentence says the same without it.
_THEREFORE = re.compile(
    r"(?<=[a-zäöüß] )(?:daher|deshalb|deswegen|demnach|somit|mithin|folglich)\s+(?:nun\s+)?(?=[\wäöü])"
)
# What a motion only tells is not what it asks for: "Die Stadt hat eine lange Geschichte …".
_TELLS = re.compile(
    r"^(?:\S+ ){1,5}?(?:hat|haben|hatte|ist|sind|war|waren|besteht|bestehen|gehört|unternimmt|zeigt|zeigen|wir)\b"
)
_DEMANDS = re.compile(
    r"\bzu [a-zäöüß]+n\b|\wzu[a-zäöüß]{3,}n\b|\bsoll|\bmöge|\bmuss\b|\bmüssen\b|beauftrag|beschlie|beantrag|\?$|\bbitte",
    re.IGNORECASE,
)
_ADMINISTRATION = re.compile(r"Die (?:Stadt|Gemeinde|Kreis|Amts)?[Vv]erwaltung\b")
_ORDERED = re.compile(
    r"Die (?:Stadt|Gemeinde|Kreis|Amts)?[Vv]erwaltung wird (?:beauftragt|ermächtigt|gebeten|aufgefordert)\b"
)
_SEVERAL = re.compile(r"\s(?:und|sowie)\s|[,/;]|&")


@dataclass(frozen=True, slots=True)
class Task:
    """One sentence to be written: `source` is what the model reads, `lead` the words it has to begin with.

    `group` tells which question it answers; several tasks of a group are tried until one succeeds.
    """

    prompt: Kind
    lead: str
    source: str
    chunk: Chunk
    group: Group


def tasks(item: AgendaItem, found: Topics) -> list[Task]:
    """What is worth asking about an item, in the order in which the answers are read."""
    asked = found.applicant is not None or any(c.kind == "motion" for c in found.proposal)
    chunks: list[tuple[Kind, Group, str, Chunk]]
    order: list[Group] = ["antrag", "stellungnahme", "worum", "beschluss", "grund"]
    if asked:
        chunks = [
            *(("antrag", "antrag", _motion(found, c), c) for c in found.proposal),
            *(("stellungnahme", "stellungnahme", _answerer(c), c) for c in found.answer),
            *(("sachverhalt", "grund", _teller(c, asked=True), c) for c in (*found.why, *found.effect, *found.about)),
        ]
    else:
        chunks = [
            *(("sachverhalt", "worum", _teller(c), c) for c in found.about),
            *(("beschluss", "beschluss", _decider(c), c) for c in found.proposal),
            *(("sachverhalt", "grund", _teller(c), c) for c in (*found.why, *found.effect)),
        ]
    # what is asked for first is what is asked for; of all else the short sentences are said best
    chunks.sort(key=lambda c: (order.index(c[1]), c[1] != "antrag" and not len(plain(c[3].text).split()) <= EASY))
    made: list[Task] = []
    seen: set[str] = set()
    for prompt, group, lead, chunk in chunks:
        for source in _sentences(chunk):
            if source not in seen and not (prompt == "antrag" and _TELLS.match(source) and not _DEMANDS.search(source)):
                seen.add(source)
                # how the administration speaks is shown by the examples of that prompt
                made.append(Task("stellungnahme" if lead == "Die Verwaltung" else prompt, lead, source, chunk, group))
    return made


def _sentences(chunk: Chunk) -> Iterator[str]:
    """What of a chunk a model can say more briefly; nothing where it is too short or too long."""
    source = _THEREFORE.sub("", plain(chunk.text))
    if leans(source) or _PRONOUN.match(source) or _LINKED.match(source) or points_back(source):
        return
    if SHORTEST <= len(source.split()) <= LONGEST and not source.endswith(":") and finite(source):
        yield source


def _decider(chunk: Chunk) -> str:
    if _ORDERED.match(plain(chunk.text)):
        return "Die Verwaltung soll"
    match = _BODY.match(plain(chunk.text))
    return f"{match['body']} soll" if match else "Es soll beschlossen werden,"


def _motion(found: Topics, chunk: Chunk) -> str:
    asks = _ASKS.search(plain(chunk.text)) is not None
    who = _named(found.applicant)
    if who is None:
        return "Gefragt wird," if asks else "Beantragt wird, dass"
    plural = _SEVERAL.search(who) is not None
    return f"{who} {'fragen' if plural else 'fragt'}," if asks else f"{who} {'möchten' if plural else 'möchte'}, dass"


def _named(applicant: str | None) -> str | None:
    """Who asks, with an article where German wants one; None where that cannot be told."""
    if not applicant or len(applicant.split()) > 8:
        return None
    name = re.sub(r"^(?:Antragsteller\w*|Von|der|die)\s*:?\s*", "", applicant.strip(), flags=re.IGNORECASE).strip(
        " ,:;"
    )
    if _SEVERAL.search(name):
        return name if _PERSON.match(name) else f"Die {name}" if _FEMININE.search(name) else None
    if _PERSON.match(name):
        return name
    if _FEMININE.search(name):
        return f"Die {name}"
    return f"Der {name}" if _MASCULINE.search(name) else None


def _answerer(chunk: Chunk) -> str:
    by_administration = chunk.label.startswith("Stellungnahme der Verwaltung")
    if not by_administration:
        return "Laut Stellungnahme"
    return (
        "Die Verwaltung" if re.search(r"\b(?:Stadt|Gemeinde|Kreis)?[Vv]erwaltung\b", chunk.text) else "Laut Verwaltung"
    )


def _teller(chunk: Chunk, *, asked: bool = False) -> str:
    if _ADMINISTRATION.match(plain(chunk.text)):
        return "Die Verwaltung"
    if chunk.kind == "motion":
        return "Laut Antrag"
    if chunk.kind == "annex":
        return "Laut Anlage"
    if chunk.kind == "statement":
        return "Laut Verwaltung" if chunk.label.startswith("Stellungnahme der Verwaltung") else "Laut Stellungnahme"
    return "Laut Verwaltung" if asked and chunk.kind == "summary" else "Laut Vorlage"
