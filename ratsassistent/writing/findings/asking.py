"""What the rules for open questions share: a question with its weight, and how a place and a quote are written in one.

What enters: ItemWords. What leaves: Asked, and pieces of German text. What it does not know: the rules.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ratsassistent.briefings import OpenQuestion
from ratsassistent.oparl import Citation, FormValue
from ratsassistent.writing.findings.item_words import ItemWords, Said
from ratsassistent.writing.text.amounts import Finding, money

MOST_QUOTED = 40  # words
_MOST_TITLE = 12  # words of an item's name in a question
_NO_SUBJECT = re.compile(
    r"(?i)antrag|anfrage|fraktion|beschluss|vorlage|gruppe\b|drucksache|weitere\w* (?:vorgehen|verfahren)|sachstand"
)
_MONEY = re.compile(r"(?i)€|eur|\d{1,3}[.'’]\d{3}|\d,\d{2}\b")
_ANY_AMOUNT = re.compile(
    r"(?i)\d\s*(?:,-+|,–)?\s*(?:€|eur|t€|teur|mio|mrd|tsd|tausend|million)|(?:€|eur)\s*\d|\b(?:tausend|hundert|million)\w* euro"
)
_NO_NAME = re.compile(r"[/_'\"]|\d{4}|(?i:\btop\b|\bpdf\b)|^[^A-ZÄÖÜ]")
EXAMINES = re.compile(
    r"(?i)\b(?:prüft|prüfen|geprüft|überprüf\w*|berichtet|berichten|leg(?:t|en)\b.*\bdar|stell(?:t|en)\b.*\b(?:dar|vor)|dargestellt|darstell\w+|dargelegt|informiert|informieren"
    r"|untersucht|untersuchen|erarbeitet|vorgestellt|vorgelegt|übersicht|erörter\w*|sachstand\w*|auskunft|kontakt)\b"
)
APPEALS = re.compile(r"(?i)\b(?:spricht sich|appelliert|bekennt sich|bekräftigt|fordert\b.*\b(?:bund|land)\w*)\b")


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with what it asks for (`topic`) and how much it matters, 0 to 1.

    `may_repeat`: two of one topic are two questions, as where the papers call two things open.
    """

    question: OpenQuestion
    weight: float
    topic: str
    may_repeat: bool = False


def ask(weight: float, topic: str, text: str, reason: str, citation: Sequence[Citation] = ()) -> Asked:
    """A question of a rule."""
    return Asked(OpenQuestion(text=text, reason=reason, citation=tuple(citation)), weight, topic)


def amounts_in(text: str) -> list[Finding]:
    """The amounts of money in a text; most sentences have none, and that is quickly seen."""
    return money(text) if _MONEY.search(text) else []


def may_name_amount(text: str) -> bool:
    """True where a text may name an amount, however it is printed ("21.500 EURO", "Ca.60.000 €")."""
    return _ANY_AMOUNT.search(text) is not None


def page_of(citation: Sequence[Citation]) -> str:
    """ "S. 12", as the reader sees pages; empty where the source has none."""
    return next((f"S. {c.page}" for c in citation if c.page is not None), "")


def at(citation: Sequence[Citation]) -> str:
    """ " (S. 12)", or nothing."""
    page = page_of(citation)
    return f" ({page})" if page else ""


def quoted(words: ItemWords, said: Said) -> tuple[str, tuple[Citation, ...]] | None:
    """A sentence in quotation marks with its page; None where it is too long or cannot be cited."""
    citation = words.cite(said)
    if len(said.text.split()) > MOST_QUOTED or not citation:
        return None
    text = re.sub(r"^(?:\(?\d{1,2}[.)]|[a-z]\)|Fazit:|Hinweis:|Anmerkung:)\s+", "", said.text).rstrip(".")
    return f"„{inner(text)}“{at(citation)}", citation


def official(words: ItemWords) -> Iterator[Said]:
    """The sentences that are not a motion's."""
    return (said for said in words.said if said.speaker == "paper")


def form_values(words: ItemWords, label: re.Pattern[str]) -> Iterator[FormValue]:
    """What forms say under labels like this."""
    return (value for value in words.forms if label.search(value.name))


def subject(words: ItemWords) -> str | None:
    """What an item is about, as its name says it, without who asks for it; None where that makes no question."""
    name = " ".join(re.sub(r"\([^)]*\)", " ", words.item.name).split())
    pieces = [p.strip(" -–:,.") for p in re.split(r"\s+[–-]\s+|;\s+|:\s+", name) if p.strip()]
    told = [p for p in pieces if not _NO_SUBJECT.search(p)]
    whole = name if len(told) == len(pieces) else told[0] if told else ""
    short = whole if len(whole.split()) <= _MOST_TITLE else told[0] if told else ""
    return short if short and len(short.split()) <= _MOST_TITLE and not _NO_NAME.search(short) else None


def about(words: ItemWords, before: str) -> str:
    """ " für „Neubau der Feuerwache Nord“", or nothing where the name is too long to be said in a question."""
    told = subject(words)
    return "".join(f" {word}" for word in (before, f"„{inner(told)}“") if word) if told else ""


def inner(text: str) -> str:
    """A text inside quotation marks, with its own as single ones."""
    return re.sub(r"[„“](?=\w)", "‚", text).replace("“", "‘").replace("”", "‘")
