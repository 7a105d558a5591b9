"""Ranked quotes -> the statements of an answer: the direct one first, then at most two more, or the items of a list.

What enters: Ranked quotes, a Question, the pages. What leaves: Statements, word for word from the papers, each with its
page.
What it does not know: whether this is an answer (`verdict`), the language model.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from ratsassistent.briefings import Hit, Statement
from ratsassistent.oparl import Citation
from ratsassistent.writing.answers.question import Question
from ratsassistent.writing.answers.quotes import Quote
from ratsassistent.writing.answers.ranking import Ranked
from ratsassistent.writing.answers.tables import extreme_row
from ratsassistent.writing.answers.values import values
from ratsassistent.writing.model.keyed import tight
from ratsassistent.writing.text.cited import PageTexts
from ratsassistent.writing.text.readable import leaning
from ratsassistent.writing.text.terms import overlap, terms

LABEL = "Im Wortlaut"
WORDS = 115  # of all quotes together
MOST = 3  # quotes, but for lists
PAGES = 3
ITEMS = 14  # of a list
_FOREMOST = 14  # quotes among which further ones are looked for
_BEHIND = 0.55  # how far a further quote may be behind the best
_SAME = 0.75  # share of words from which two quotes say the same
_WITH_BEFORE = 62  # words of a sentence with the one that it leans on


def statements(
    ranked: Sequence[Ranked], question: Question, pages: PageTexts, hits: Sequence[Hit] = ()
) -> tuple[Statement, ...]:
    """The statements of an answer, the direct one first; empty only if there are no quotes."""
    if not ranked:
        return ()
    best = ranked[0]
    if question.kind == "list" or (question.several and best.quote.lead):
        items = _list_items(best.quote)
        if len(items) > 1:
            return tuple(_statement(q, q.text) for q in _within(items))
    chosen: list[tuple[Quote, str]] = []
    if question.extreme:
        row = next((r for r in ranked[:6] if r.quote.kind == "row"), None)
        found = extreme_row(row.quote, question, pages) if row else None
        if found is not None:
            chosen.append((found, _shown(found)))
    for text, quote in _good(ranked, question):
        words = sum(len(t.split()) for _, t in chosen)
        if chosen and (words + len(text.split()) > WORDS or not _new(text, [t for _, t in chosen])):
            continue
        if len(_places([*(c for q, _ in chosen for c in q.citation), *quote.citation])) > PAGES:
            continue
        chosen.append((quote, text))
        if len(chosen) == MOST:
            break
    return tuple(_statement(quote, text) for quote, text in chosen)


def _good(ranked: Sequence[Ranked], question: Question) -> Iterator[tuple[str, Quote]]:
    """The best quote, and further ones that are nearly as good; what a second thing asked wants comes early."""
    best = ranked[0]
    yield _whole(best.quote, question)
    rest = list(ranked[1:_FOREMOST])
    if question.also and best.features.also < 0.6:
        rest.sort(key=lambda r: -(r.score + (0.6 if r.features.also >= 0.6 and r.quote.hit == best.quote.hit else 0.0)))
    for entry in rest:
        if entry.score < best.score - _BEHIND * max(abs(best.score), 1.0) * 0.6:
            continue
        yield _whole(entry.quote, question)


def _whole(quote: Quote, question: Question) -> tuple[str, Quote]:
    """A quote as it is shown: with the sentence it leans on, with the items it announces."""
    text, citation = _shown(quote), quote.citation
    before = quote.before
    if (
        leaning(quote.text) == 2
        and before is not None
        and before.kind in ("sentence", "item")
        and before.words + quote.words <= _WITH_BEFORE
        and before.text[-1:] in ".!?:"
    ):
        text, citation = f"{before.text} {text}", _places([*before.citation, *citation])
    if quote.text.endswith(":"):
        following = _announced(quote)
        used = len(text.split())
        for item in following:
            if used + item.words > 60:
                break
            used += item.words
            text = f"{text} {item.text}"
            citation = _places([*citation, *item.citation])
    elif (
        quote.after is not None
        and quote.after.kind == "sentence"
        and not values(quote.text, question)
        and values(quote.after.text, question)
        and leaning(quote.after.text) == 2
        and quote.words + quote.after.words <= _WITH_BEFORE
    ):
        text, citation = f"{text} {quote.after.text}", _places([*citation, *quote.after.citation])
    return text, replace(quote, citation=citation[:PAGES])


def _shown(quote: Quote) -> str:
    """A row or item says little without what it stands under."""
    if quote.kind == "item" and quote.lead and len(quote.lead.split()) <= 18:
        return f"{quote.lead} {quote.text}"
    return quote.text


def _announced(quote: Quote) -> list[Quote]:
    """The items or rows behind a sentence that ends with a colon."""
    found: list[Quote] = []
    following = quote.after
    while following is not None and following.kind in ("item", "row") and len(found) < ITEMS:
        found.append(following)
        following = following.after
    return found


def _list_items(quote: Quote) -> list[Quote]:
    """All items of the list that a quote announces or belongs to; the announcing sentence first."""
    if quote.text.endswith(":"):
        return [quote, *_announced(quote)]
    if quote.kind != "item":
        return []
    first = quote
    while first.before is not None and first.before.kind == "item" and first.before.lead == quote.lead:
        first = first.before
    items = [first]
    while items[-1].after is not None and items[-1].after.kind == "item" and items[-1].after.lead == quote.lead:
        items.append(items[-1].after)
    announcing = first.before
    if announcing is not None and announcing.text.endswith(":") and announcing.text == quote.lead:
        items.insert(0, announcing)
    return items[: ITEMS + 1]


def _within(items: Sequence[Quote]) -> Iterator[Quote]:
    """The items that fit on three pages."""
    seen: list[Citation] = []
    for item in items:
        seen = list(_places([*seen, *item.citation]))
        if len(seen) > PAGES:
            return
        yield item


def _new(text: str, shown: Sequence[str]) -> bool:
    """Does a text say something that those shown don't?"""
    own = terms(text)
    if any(tight(text) in tight(other) for other in shown):
        return False
    numbers = set(re.findall(r"\d+(?:[.,]\d+)*", text))
    for other in shown:
        same = overlap(own, terms(other)) > _SAME
        if same and numbers <= set(re.findall(r"\d+(?:[.,]\d+)*", other)):
            return False
    return True


def _statement(quote: Quote, text: str) -> Statement:
    return Statement(
        text=text, origin="extract", citation=quote.citation, check="ok", label=LABEL, heading=quote.heading or None
    )


def _places(citations: Sequence[Citation]) -> tuple[Citation, ...]:
    """Each page once."""
    found: dict[tuple[str | None, int | None], Citation] = {}
    for cited in citations:
        found.setdefault((cited.file_id, cited.page), cited)
    return tuple(found.values())
