"""A question put to everything held, to a meeting or to one item of it; also as part of a conversation.

What enters: an opened Workspace, a question, what was answered before it. What leaves: an Answer.
What it does not know: how passages are found (`searching`), how an answer is made of them (`writing.answer`), jobs, the
page.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ratsassistent import closest, held
from ratsassistent.briefings import Answer, Hit
from ratsassistent.cited import cited_texts, page_text
from ratsassistent.errors import InputError
from ratsassistent.oparl import AgendaItem
from ratsassistent.searching import find
from ratsassistent.workspace import Workspace
from ratsassistent.writing import answer as answering
from ratsassistent.writing.answers.question import Question
from ratsassistent.writing.answers.quotes import Quote
from ratsassistent.writing.model.language_model import LanguageModel
from ratsassistent.writing.text.cited import PageTexts

MOST_YEARS = 12  # that a development is followed over
A_YEAR = 6  # passages of each
# How minutes tell what nobody asks for in these words ("Was wurde daraus?", "Gab es Gegenstimmen?").
VOTE = "Abstimmung Abstimmungsergebnis einstimmig mehrheitlich Zustimmung Ablehnung Gegenstimmen Enthaltungen Stimmen"


def ask(
    ws: Workspace,
    question: str,
    *,
    model: Callable[[], LanguageModel] | None = None,
    wanted: str | None = None,
    top: str | None = None,
    narrowed: Mapping[str, Any] | None = None,
    before: Sequence[Answer] = (),
    should_stop: Callable[[], bool] | None = None,
    on_text: Callable[[str], None] | None = None,
) -> Answer:
    """Answer a question from passages, with citations, or say honestly that it was not found.

    :param model: gives the language model, which judges quotes and may put a sentence before them; None: quotes only.
    :param wanted: a meeting; without one, everything held is asked. :param top: only this item of it.
    :param narrowed: filters of `searching.find` (`since`, `until`, `organization`, `paper_type`, `public`).
    :param before: the answers of the same conversation, the last one last.
    :raises InputError: the question is empty, or an item was named without its meeting.
    :raises NotFound: there is no such meeting or item. :raises Ambiguous: there are several.
    :raises Interrupted: `should_stop` said so.
    """
    if not question.strip():
        raise InputError("Bitte eine Frage eingeben.")
    if top and not wanted:
        raise InputError("Bitte zum Tagesordnungspunkt auch die Sitzung nennen.")
    started = time.monotonic()
    chosen = held.wanted_meeting(ws, wanted) if wanted else None
    item = held.wanted_item(chosen, top) if chosen and top else None
    asked = _completed(question, before)
    filters = {**(narrowed or {}), **({"item_id": item.id} if item else {})}
    hits = _hits(ws, asked, chosen.id if chosen else None, filters)

    def nearness(given: Sequence[Hit], found: Sequence[Quote]) -> list[float | None]:
        return closest.cosines(ws, asked.search, given, found)

    made = answering.answer(asked, hits, cited_texts(ws, hits), model, ws.own_prompts, should_stop, on_text, nearness)
    read, total = _item_counts(ws, item) if item else page_counts(ws, chosen.id if chosen else None)
    return made.model_copy(
        update={
            "asked": asked.search if asked.search != asked.question.text else None,
            "pages_read": read,
            "pages_total": total,
            "seconds": round(time.monotonic() - started, 2),
        }
    )


def wants_model(given: Answer) -> bool:
    """Is there something for a language model to do on an answer of quotes?"""
    return answering.wants_model(given)


def with_model(
    ws: Workspace,
    given: Answer,
    model: Callable[[], LanguageModel],
    *,
    before: Sequence[Answer] = (),
    should_stop: Callable[[], bool] | None = None,
    on_text: Callable[[str], None] | None = None,
) -> Answer:
    """What the language model makes of an answer of quotes (`answering.with_model`); nothing is looked for anew.

    :param before: as for `ask`, which made it.
    :raises Interrupted: `should_stop` said so.
    """
    started = time.monotonic()
    pages: PageTexts = {}
    for said in given.statements:
        for cited in said.citation:
            key = (cited.file_id, cited.page)
            if cited.page is not None:
                pages[key] = page_text(ws, cited.file_id, cited.page)
            else:  # of a file without pages the words quoted are enough
                pages[key] = "\n".join(filter(None, (pages.get(key), said.heading, said.text)))
    asked = _completed(given.question, before)
    made = answering.with_model(asked, given, pages, model, ws.own_prompts, should_stop, on_text)
    return made.model_copy(update={"seconds": round(given.seconds + time.monotonic() - started, 2)})


def _completed(question: str, before: Sequence[Answer]) -> answering.Asked:
    return answering.complete(question, [turn_of(a) for a in before])


def turn_of(given: Answer) -> answering.Turn:
    """What a follow-up question needs to know of an answer: its question, and the pages it was found on."""
    places = tuple((c.file_id, c.page) for s in given.statements for c in s.citation)
    return answering.Turn(given.asked or given.question, places)


def page_counts(ws: Workspace, meeting_id: str | None) -> tuple[int, int]:
    """How many pages of a meeting (or of everything) were read, and how many there are."""
    counts = [store.page_counts(meeting_id) for store in ws.stores]
    return sum(read for read, _ in counts), sum(total for _, total in counts)


def _hits(ws: Workspace, asked: answering.Asked, meeting_id: str | None, filters: dict[str, Any]) -> list[Hit]:
    limit = 2 * answering.PASSAGES if asked.near else answering.PASSAGES
    more: dict[str, Any] = {"within": answering.WITHIN, "within_for": VOTE if asked.question.kind == "vote" else ""}
    hits = find(ws, asked.search, limit=limit, wanted=meeting_id, **more, **filters)
    if asked.question.over_time and not meeting_id and not filters.keys() & {"since", "until"}:
        known = {h.passage.id for h in hits}
        for year in _years(asked.question):
            period: dict[str, Any] = {"since": f"{year}-01-01", "until": f"{year}-12-31"}
            of_year = find(ws, asked.search, limit=A_YEAR, quick=True, **filters, **period)
            hits += [h for h in of_year if h.passage.id not in known]
            known |= {h.passage.id for h in of_year}
    return hits


def _years(question: Question) -> Sequence[int]:
    """The years that a development is asked for: those named, else the last ones."""
    now = dt.date.today().year
    first = min(question.years, default=now - MOST_YEARS + 1)
    last = max(question.years) if len(question.years) > 1 else now
    return range(max(first, last - MOST_YEARS + 1), last + 1)


def _item_counts(ws: Workspace, item: AgendaItem) -> tuple[int, int]:
    places = {(s.file_id, n) for p in item.papers for s in p.files for n in range(s.first, s.last + 1)}
    return sum(bool(page_text(ws, file, page).strip()) for file, page in places), len(places)
