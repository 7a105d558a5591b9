"""Ranked quotes -> the statements of an answer: the most direct passage first, then a few more, or the items of a list.

What enters: Ranked quotes, a Question, the pages. What leaves: Statements, word for word from the papers, each with its
page.
What it does not know: whether this is an answer (`verdict`), the language model.

A sentence is shown with those around it, as far as there is room: often it names the matter and the next one tells what was
asked ("… wird ebenfalls saniert. Hier erfolgt eine Sperrung von Juli bis September."), and nobody trusts a sentence torn
out of its paragraph. Compared on the questions of `benchmarks/fragen.py`: with single sentences, at most three of them, 0.53
and 0.67 of the answers held what was asked, with stretches of 45 words as many as fit 0.62 and 0.78.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from ratsassistent.briefings import Hit, Statement
from ratsassistent.oparl import Citation
from ratsassistent.writing.answers.question import Question
from ratsassistent.writing.answers.quotes import Quote
from ratsassistent.writing.answers.ranking import Ranked
from ratsassistent.writing.answers.tables import extreme_row
from ratsassistent.writing.model.keyed import tight
from ratsassistent.writing.text.cited import PageTexts
from ratsassistent.writing.text.readable import leaning
from ratsassistent.writing.text.terms import overlap, terms

PROPOSED = "Beschlussvorschlag"
LABEL = "Im Wortlaut"
WORDS = 115  # of all quotes together
MOST = 5  # quotes, but for lists
STRETCH = 45  # words of a sentence with those around it
PAGES = 3
ITEMS = 14  # of a list
_FOREMOST = 14  # quotes among which further ones are looked for
_BEHIND = 1.6  # how far a further quote may be behind the best
_SAME = 0.75  # share of words from which two quotes say the same


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
    used: set[int] = set()  # places of quotes
    for entry in _further_ones(ranked, question):
        if entry.quote.place in used or _said(entry.quote, chosen):
            continue
        words = sum(len(t.split()) for _, t in chosen)
        text, quote, places = _stretch(entry.quote, used, max(STRETCH, entry.quote.words), chosen)
        if chosen and words + len(text.split()) > WORDS:
            text, quote, places = _stretch(entry.quote, used, WORDS - words, chosen)
        if chosen and (words + len(text.split()) > WORDS or not _new(text, [t for _, t in chosen])):
            continue
        if len(_places([*(c for q, _ in chosen for c in q.citation), *quote.citation])) > PAGES:
            continue
        chosen.append((quote, text))
        used |= places
        if len(chosen) == MOST:
            break
    return tuple(_statement(quote, text) for quote, text in chosen)


def _further_ones(ranked: Sequence[Ranked], question: Question) -> Iterator[Ranked]:
    """The best quote, and further ones that are not far behind; what a second thing asked wants comes early."""
    best = ranked[0]
    yield best
    rest = list(ranked[1:_FOREMOST])
    if question.also and best.features.also < 0.6:
        rest.sort(key=lambda r: -(r.score + (0.6 if r.features.also >= 0.6 and r.quote.hit == best.quote.hit else 0.0)))
    yield from (entry for entry in rest if entry.score >= best.score - _BEHIND)


def _said(quote: Quote, chosen: Sequence[tuple[Quote, str]]) -> bool:
    """Do the very words of a quote stand in what was chosen already?"""
    return any(tight(quote.text) in tight(text) for _, text in chosen)


def _stretch(
    quote: Quote, used: Collection[int], most: int, chosen: Sequence[tuple[Quote, str]] = ()
) -> tuple[str, Quote, set[int]]:
    """A quote with what stands around it, up to `most` words; with its pages, and the places of what was taken.

    What it announces goes first ("Folgende Standorte entfallen:"), then the sentence that it leans on, then what follows
    and what goes before in turn.
    """
    taken = [quote]
    words = quote.words

    def take(one: Quote | None, *, behind: bool) -> bool:
        nonlocal words
        if one is None or one.place in used or not _reads_on(quote, one) or words + one.words > most:
            return False
        if _said(one, chosen):
            return False
        words += one.words
        if behind:
            taken.append(one)
        else:
            taken.insert(0, one)
        return True

    if leaning(quote.text) == 2:
        take(quote.before, behind=False)
    ahead = back = True
    while ahead or back:
        ahead = ahead and take(taken[-1].after, behind=True)
        back = back and not quote.text.endswith(":") and take(taken[0].before, behind=False)
    text = " ".join(_shown(one) if one is taken[0] else one.text for one in taken)
    citation = _places([c for one in taken for c in one.citation])[:PAGES]
    return text, replace(quote, citation=citation), {one.place for one in taken}


def _reads_on(quote: Quote, other: Quote) -> bool:
    """Is another quote part of the same running text, on the same page? A row of a table stands for itself, unless it is announced."""
    if quote.kind == "row" or other.kind == "row":
        return quote.kind != "row" and quote.text.endswith(":")
    here = {(cited.file_id, cited.page) for cited in quote.citation}
    same_page = all((cited.file_id, cited.page) in here for cited in other.citation)
    return other.kind in ("sentence", "item") and (same_page or leaning(quote.text) == 2 or quote.text.endswith(":"))


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
    # a proposal reads like a resolution ("Der Rat stimmt zu"), and the nearest heading on the page is often another part's
    heading = PROPOSED if quote.proposed else quote.heading or None
    return Statement(text=text, origin="extract", citation=quote.citation, check="ok", label=LABEL, heading=heading)


def _places(citations: Sequence[Citation]) -> tuple[Citation, ...]:
    """Each page once."""
    found: dict[tuple[str | None, int | None], Citation] = {}
    for cited in citations:
        found.setdefault((cited.file_id, cited.page), cited)
    return tuple(found.values())
