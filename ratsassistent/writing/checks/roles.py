"""Does a sentence keep who does what: the subject of its source as subject, the active voice as active?

What enters: a sentence that begins with words of ours ("Laut Vorlage"), its source. What leaves: what is turned round, in
German words; nothing found is no proof.
What it does not know: pages, values, negations (`check` looks at those).

A small model that has to begin anew takes the nearest noun for the subject: of "Die Entwicklung des Angebots ist in der
Stadt ein Ziel" it makes "ist die Stadt ein Ziel für die Entwicklung". Patterns, no grammar: it sees the first noun after
the verb, and the auxiliaries.
"""

from __future__ import annotations

import re

_NOUN = r"[A-ZÄÖÜ][\wäöüß-]+"
_ARTICLE = r"(?:der|die|das|ein|eine)"
# "Laut Vorlage ist die Stadt …": the first noun behind the verb, if no preposition stands before it
_FIRST = re.compile(rf"^[a-zäöüß]+\s+(?:{_ARTICLE}\s+)?(?:[a-zäöüß]+e[rsn]?\s+)?(?P<noun>{_NOUN})")
# Verbs that make a subject of what the source puts otherwise: "für die Halle werden … benötigt": "die Halle kostet …"
_CARRIES = re.compile(r"(?:kostet|kosten|beträgt|betragen|dauert|dauern|stammt|stammen)\b")
_SUBJECT = re.compile(rf"^(?:[Dd]er|[Dd]ie|[Dd]as|[Ee]in|[Ee]ine)\s+(?:[a-zäöüß]+e[rsn]?\s+)?(?P<noun>{_NOUN})")
_BEHIND_PREPOSITION = (
    r"\b(?:[Mm]it|[Vv]on|[Bb]ei|[Ii]n|[Aa]n|[Aa]uf|[Aa]us|[Nn]ach|[Zz]u|[Dd]urch|[Ff]ür|[Üü]ber|[Uu]nter|[Vv]or|[Ii]m|[Aa]m|[Zz]um|[Zz]ur|[Vv]om|[Bb]eim)"
    r"\s+(?:de[mnrs]|die|das|eine[mnrs]?|eine)?\s*(?:[a-zäöüß]+e[nrms]?\s+)?"
)
_DONE = re.compile(r"\b(?P<aux>hat|haben|hatten?|ist|sind|war|waren)\b(?:[^.;]|\d\.)*?\b(?P<done>[a-zäöüß]*ge[a-zäöüß]{2,}(?:t|en)|(?:ver|be|ent|er|zer)[a-zäöüß]{3,}(?:t|en)|[a-zäöüß]{3,}iert)\b(?=[\s,.;]|$)")  # fmt: skip

_NUMBERS = (
    ("ist", "sind"), ("war", "waren"), ("wird", "werden"), ("wurde", "wurden"), ("hat", "haben"), ("hatte", "hatten"),
    ("kann", "können"), ("soll", "sollen"), ("muss", "müssen"),
)  # fmt: skip
_AUXILIARY = re.compile(r"(?:" + "|".join(word for pair in _NUMBERS for word in pair) + r")\b")


def twisted(text: str, source: str, lead: str) -> tuple[str, ...]:
    """What a sentence turns round.

    :param lead: the words of ours that it begins with.
    """
    said = text.removeprefix(lead).strip()
    return (*_other_subject(said, source, lead), *_other_voice(text, source), *_other_number(said, source, lead))


def _other_subject(said: str, source: str, lead: str) -> tuple[str, ...]:
    first = _FIRST.match(said) if lead.startswith("Laut ") else None
    if first is None or _CARRIES.match(said):
        return ()
    noun = first["noun"]
    subject = _SUBJECT.match(source)
    if subject and not _same(noun, subject["noun"]):
        return (f"anderes Subjekt: {noun}",)
    places = [m.start() for m in re.finditer(rf"\b{re.escape(noun)}", source)]
    behind = [re.search(_BEHIND_PREPOSITION + "$", source[:place]) is not None for place in places]
    return (f"anderes Subjekt: {noun}",) if places and all(behind) and subject is None else ()


def _same(one: str, other: str) -> bool:
    a, b = one.casefold(), other.casefold()
    return a[:5] == b[:5] or a in b or b in a


def _other_voice(text: str, source: str) -> tuple[str, ...]:
    """ "ist entschieden" where the source says "hat entschieden"."""
    there = {m["done"]: m["aux"][:1] for m in _DONE.finditer(source)}
    return tuple(
        f"{m['aux']} … {m['done']}"
        for m in _DONE.finditer(text)
        if m["done"] in there and (m["aux"][:1] == "h") != (there[m["done"]] == "h")
    )


def _other_number(said: str, source: str, lead: str) -> tuple[str, ...]:
    """ "ist die Abweichungen" where the source says "Die Abweichungen sind": one subject, two numbers."""
    verb = _AUXILIARY.match(said)
    first = _FIRST.match(said) if lead.startswith("Laut ") and verb else None
    if first is None or verb is None:
        return ()
    one, many = next(pair for pair in _NUMBERS if verb[0] in pair)
    other = many if verb[0] == one else one
    turned = re.search(rf"\b{re.escape(first['noun'])}\b(?:(?![.;,]).)*?\b(?:{one}|{many})\b", source)
    return (f"Zahl: {verb[0]} {first['noun']}",) if turned and turned[0].endswith(f" {other}") else ()
