"""Sentences that give an amount or a day for something: "Die Gesamtkosten belaufen sich auf rund 1,2 Mio. Euro."

What enters: a stretch of a paper that is a sentence. What leaves: Claims, those included whose words do not say clearly
what the value is given for (UNNAMED). What it does not know: what a sentence means; it reads nouns, and the words that
stand between them and the value.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ratsassistent.archive.german import stem
from ratsassistent.writing.findings import claim_words as words
from ratsassistent.writing.findings.claim import (
    INCLUDED,
    PARENS,
    UNNAMED,
    Claim,
    Value,
    Where,
    bounds,
    day_span,
    make,
    nouns_of,
    tells,
)  # fmt: skip
from ratsassistent.writing.text.amounts import days, money

_LONGEST = 700  # letters of a sentence; what is longer is no sentence
_BOUNDARY = re.compile(
    r"[;!?]\s|:\s(?=\D{12})|,\s(?=(?:wo|die|der|das|so|während|und|welche|was|für|dass)\b)|\s[–-]\s|\bsowie\b|\)\s"
)
_TAIL_END = re.compile(r"[,;.(](?:\s|$)|\(|\s[–-]\s|\bund\b")
_RANGE = re.compile(r"\s*(?:€|Euro|EUR)?\s*(?:und|bis|oder|-|–|/)\s*(?:zu\s+)?")
_DIRECT = re.compile(
    r"[\s:=–-]*(?:\((?:in |ca\.? )?(?:brutto|netto|inkl|einschl|Euro|EUR|€)[^)]*\)|brutto|netto)?[\s:=]*"
)
_JOINED = re.compile(r"\s+(?:von|in Höhe von|i\. ?H\. ?v\.)\s+(?:rund |ca\. |insgesamt )?")
_BRIDGE = re.compile(
    r"\b(?:von|auf|mit|bei|i\. ?H\. ?v\.|beträgt|betragen|beziffer\w+|sind|ist|wird|werden|liegt|liegen|kostet|kosten)\b"
)
_SPENDS = re.compile(
    r"\b(?:kostet|kosten|rechnet|rechnen|werden|wird|sind|benötigt|veranschlagt\w*|bereitgestellt\w*|stehen|fallen|entstehen|schätz\w+|angesetzt"
    r"|eingeplant|vorgesehen|beläuft|belaufen|beträgt|betragen)\b"
)
_FOR = re.compile(
    r"\b[Ff]ür\s+((?:(?:d(?:ie|en|as|er)|eine?n?)\s+)?(?:[a-zäöüß]+\s+){0,2}[A-ZÄÖÜ][\w-]+"
    r"(?:\s+(?:de[rsnm]|von|im|in der|am|an der)\s+(?:[a-zäöüß]+\s+)?[A-ZÄÖÜ][\w-]+){0,2})"
)
_DATED = re.compile(r"([A-ZÄÖÜ][\w-]+)(?: \([^()]{1,40}\))? vom\s+$")
_BY = re.compile(r"\b(?:bis|spätestens|vor|frühestens|ab|nach|seit)\s+(?:\w+\s+){0,2}$", re.IGNORECASE)


def sentence_claims(where: Where) -> Iterator[Claim]:
    """The amounts and days of a sentence."""
    raw = re.sub(r"(?<=\w)[-\u00ad]\n(?=[a-zäöüß])", "", where.text)
    flat = re.sub(r"\s+", " ", raw).strip()
    if len(flat) > _LONGEST:
        return
    told = tells(flat)
    found, dated = money(flat), days(flat)
    masked = _masked(flat, [(f.start, f.end) for f in found] + [(d.start, d.end) for d in dated])
    for n, one in enumerate(found):
        before = found[n - 1].end if n else 0
        after = found[n + 1].start if n + 1 < len(found) else len(flat)
        if (n and _RANGE.fullmatch(flat[before : one.start])) or _RANGE.fullmatch(flat[one.end : after]):
            continue
        if re.search(r"[€\w]$", flat[: one.start]):  # cells of a lost table, one at the other
            continue
        segment, tail = _around(flat, before, one.start, one.end, after)
        # "170.000 € Sachkosten 175.128 € Personalkosten": the label belongs to the amount before it
        after_amount = n and segment == flat[before : one.start] and re.match(r"\s*[A-ZÄÖÜ]", segment)
        vague = told or after_amount or words.LIMIT.search(segment) or words.PARTIAL.search(f"{segment} {tail}")
        label, head, nouns = (None if vague else _named(segment, tail)) or ("", UNNAMED, [m[0] for m in nouns_of(flat)])
        low, high = bounds(one.value, words.ROUND.search(segment) is not None)
        value = Value("amount", one.value, low, high, one.text, flat, (masked, n))
        yield make(where, label, head, nouns, f"{segment} {tail}", value)
    for n, day in enumerate(dated):
        span = day_span(day.date)
        if span is None:
            continue
        segment, _ = _around(flat, 0, day.start, day.end, len(flat))
        event = None if told or any(len(d.date) > 4 for d in days(segment)) else event_of(segment, flat)
        label, head, nouns = event or ("", UNNAMED, [m[0] for m in nouns_of(flat)])
        by = _BY.search(segment) is not None and not head.endswith("frist")
        lead = " ".join(flat[: day.start].casefold().split()[-2:])
        value = Value("date", span[0], *span, day.text, flat, (masked, n), lead, by)
        yield make(where, label, head, nouns, segment, value)


def _masked(flat: str, values: Sequence[tuple[int, int]]) -> str:
    """The words of a sentence with a # for each of its values; what is left tells whether two sentences are the same."""
    pieces, at = [], 0
    for start, end in sorted(values):
        if start >= at:
            pieces += [flat[at:start], "#"]
            at = end
    return re.sub(r"[^\w#]+", " ", "".join([*pieces, flat[at:]]).casefold()).strip()


def _around(flat: str, before: int, start: int, end: int, after: int) -> tuple[str, str]:
    """The stretches of a sentence before and after a value, up to where another thing is spoken of."""
    first = max([before, *(m.end() for m in _BOUNDARY.finditer(flat, before, start))])
    close = _TAIL_END.search(flat, end, after)
    return flat[first:start], flat[end : close.start() if close else after]


def _named(segment: str, tail: str) -> tuple[str, str, list[str]] | None:
    """What an amount is given for: label, head, further nouns; None where the words do not say it clearly."""
    bare = INCLUDED.sub("", PARENS.sub(" ", segment))
    nouns = nouns_of(bare)
    if any(stem(m[0]) in words.VAGUE for m in nouns):
        return None
    if any(words.HEADS.fullmatch(m[0]) for m in nouns):
        return _by_noun(bare, nouns, tail)
    estimate = next((m for m in nouns if words.ESTIMATE.fullmatch(m[0])), None)
    if estimate and _BRIDGE.search(bare[estimate.end() :]) and len(bare[estimate.end() :].split()) <= 8:
        return "Gesamtkosten", "gesamtkost", [m[0] for m in nouns if m is not estimate]
    return _by_aim(bare, nouns, tail)


def _by_noun(bare: str, nouns: Sequence[re.Match[str]], tail: str) -> tuple[str, str, list[str]] | None:
    """A noun of money, not far before the amount: "Die Gesamtkosten belaufen sich auf"."""
    heads = [m for m in nouns if words.HEADS.fullmatch(m[0])]
    kinds = {stem(m[0]) for m in heads} - words.GENERAL
    head = heads[-1]
    bridge = bare[head.end() :]
    # "Der Zuschuss beträgt 30 Prozent der Kosten, das sind": of neither, unless the amount is joined to the last
    if (len(kinds) > 1 or (kinds and stem(head[0]) not in kinds)) and not _JOINED.fullmatch(bridge):
        return None
    if not (_DIRECT.fullmatch(bridge) or (_BRIDGE.search(bridge) and len(bridge.split()) <= 14)):
        return None
    aim = _FOR.search(tail)
    others = [m[0] for m in nouns_of(aim[1])] if aim else []
    adjective = re.search(r"(\w+)\s+$", bare[: head.start()])
    if adjective and adjective[1].islower() and not words.NEUTRAL_ADJECTIVES.fullmatch(adjective[1]):
        others.append(adjective[1])
    return head[0], stem(head[0]), [*(m[0] for m in nouns if m is not head), *others]


def _by_aim(bare: str, nouns: Sequence[re.Match[str]], tail: str) -> tuple[str, str, list[str]] | None:
    """What something is spent for: "Für die Schadstoffsanierung rechnet das Gutachten mit"."""
    before, after = _FOR.search(bare), _FOR.search(tail)
    aim = before or after
    if aim is None or (before and after) or not _SPENDS.search(f"{bare} {tail}"):
        return None
    named = [m[0] for m in nouns_of(aim[1])]
    return (named[0], "kost", [*(m[0] for m in nouns), *named]) if named else None


def event_of(segment: str, sentence: str) -> tuple[str, str, list[str]] | None:
    """What a day is given for."""
    nouns = nouns_of(PARENS.sub(" ", segment))
    closed = [m for m in nouns if words.EVENTS.fullmatch(m[0])]  # "Ende der Antragsfrist" is the Antragsfrist
    named = closed or [m for m in nouns if words.OPEN_EVENTS.fullmatch(m[0])]
    in_force = words.IN_FORCE.search(sentence) and re.search(r"\b(?:am|zum|ab|ab dem|Wirkung vom)\s+$", segment)
    if not named and (in_force or words.HOLDS.search(segment)):
        return "Inkrafttreten", "inkrafttret", [m[0] for m in nouns if not words.STATUTE.search(m[0])]
    if not named and words.APPLIES.search(segment):
        return "Antragsfrist", "antragsfrist", [m[0] for m in nouns if not words.GRANTED.fullmatch(m[0])]
    document = _DATED.search(segment)
    if document and not named and stem(document[1]) in words.DATED:
        return document[1], f"vom {stem(document[1])}", []
    if len({stem(m[0]) for m in named}) != 1:
        return None
    event = named[-1]
    if len(segment[event.end() :].split()) > 9:
        return None
    others = [m[0] for m in nouns if m is not event and not (closed and words.OPEN_EVENTS.fullmatch(m[0]))]
    return event[0], stem(event[0]), others
