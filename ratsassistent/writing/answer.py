"""Question + passages -> Answer: what the papers say, in their own words, with pages, or an honest no.

What enters: a question, what was asked before it, hits of the index; an embedding model and a language model where they
are at hand. What leaves: an Answer: quotes of the papers, the most direct one first; where that makes it easier to read,
a sentence of the language model before them, checked against its pages.
What it does not know: how passages were found; how many pages there are (the caller fills that in).

Rules say what kind of thing is asked for (`answers.question`), which sentence or row tells it (`answers.ranking`) and
whether any does (`answers.verdict`). Neither model is needed for that. A language model is asked afterwards whether the
quotes answer the question (`answers.judging`), and may put a sentence before them (`answers.phrasing`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from ratsassistent.archive import german
from ratsassistent.briefings import Answer, Hit, Statement
from ratsassistent.errors import ModelError
from ratsassistent.writing.answers import compose, judging, phrasing, verdict
from ratsassistent.writing.answers.conversation import Asked, Turn, complete
from ratsassistent.writing.answers.quotes import Quote, quotes
from ratsassistent.writing.answers.ranking import Ranked, rank
from ratsassistent.writing.answers.timeline import timeline
from ratsassistent.writing.model.language_model import LanguageModel
from ratsassistent.writing.text.cited import PageTexts

__all__ = ["PASSAGES", "WITHIN", "Asked", "Nearness", "Turn", "answer", "complete", "town"]

Nearness = Callable[[Sequence[Hit], Sequence[Quote]], Sequence[float | None]]  # cosines of quotes with the question

PASSAGES, WITHIN = 16, 12  # whose sentences are looked at: the best of all, and more of the papers of the very best
NEAREST = 3  # places named where there is no answer
_TOWN = re.compile(
    r"\b(?:Stadt|Gemeinde|Marktgemeinde|Stadtgemeinde|Landeshauptstadt|Kreisstadt|Landkreis|Markt)\s+([A-ZÄÖÜ][a-zäöüß-]{3,})"
)
_VERDICTS = {"ja": "Ja.", "nein": "Nein."}


def answer(
    asked: str | Asked,
    hits: Sequence[Hit],
    pages: PageTexts,
    model: Callable[[], LanguageModel] | None = None,
    own_prompts: Path | None = None,
    should_stop: Callable[[], bool] | None = None,
    on_text: Callable[[str], None] | None = None,
    nearness: Nearness | None = None,
) -> Answer:
    """Answer from the passages found.

    :param asked: the question, or what `complete` made of it within a conversation.
    :param pages: the text of every page that a passage stands on.
    :param model: gives the language model; called only where quotes were found. None: quotes only.
    :param on_text: told the quotes at once, then the model's sentence as it grows.
    :param nearness: how near quotes of these hits are to the question in meaning; without it, words must do.
    :raises Interrupted: `should_stop` said so.
    """
    asked = complete(asked) if isinstance(asked, str) else asked
    question = asked.question
    nothing = Answer(
        question=question.text, answered=False, answer="", statements=(), pages_read=0, pages_total=0, seconds=0.0,
        kind=question.kind, nearest=tuple(hits[:NEAREST]),
    )  # fmt: skip
    hits = _near_first(hits, asked)[: PASSAGES + WITHIN if not question.over_time else None]
    names = town(pages)
    found = quotes(hits, pages)
    ranked = rank(found, question, nearness(hits, found) if nearness else None, names)
    if question.over_time:
        lines = timeline(ranked, hits, question)
        if lines:
            text = "\n".join(f"{line.label}: {line.text}" for line in lines)
            return nothing.model_copy(
                update={"answered": True, "answer": text, "statements": lines, "nearest": (), "dated": True}
            )
    sure = verdict.sureness(ranked, question, pages, names)
    if not ranked or sure < verdict.least(ranked):
        return nothing.model_copy(update={"sure": round(sure, 2)})
    said = compose.statements(ranked, question, pages, hits)
    made = _made(nothing, said, _verdict(asked, ranked[0], hits)).model_copy(update={"sure": round(sure, 2)})
    if on_text:
        on_text(made.answer)
    if model is None or not wants_model(made):
        return made
    return with_model(asked, made, pages, model, own_prompts, should_stop, on_text)


def wants_model(made: Answer) -> bool:
    """Is there something for the language model to do: to judge quotes, and to make them easier to read?"""
    return made.answered and made.model is None and not made.dated


def with_model(
    asked: Asked,
    made: Answer,
    pages: PageTexts,
    model: Callable[[], LanguageModel],
    own_prompts: Path | None = None,
    should_stop: Callable[[], bool] | None = None,
    on_text: Callable[[str], None] | None = None,
) -> Answer:
    """What the language model makes of an answer of quotes: it may doubt it, or put a sentence before it.

    An answer that is doubted is none any more (`answered` False, `doubted`), but what was quoted stays with it. Where the
    model doubts nothing and has no sound sentence, the answer stays as it is.

    :raises Interrupted: `should_stop` said so.
    """
    said = made.statements
    try:
        running = model()
        odds = judging.odds(asked.search, said, running, own_prompts, should_stop)
        sure = verdict.judged(0.5 if made.sure is None else made.sure, odds)
        made = made.model_copy(update={"sure": round(sure, 2), "judge": running.record})
        if sure < verdict.LEAST_JUDGED:
            return made.model_copy(update={"answered": False, "doubted": True, "answer": "", "verdict": None})
        if not phrasing.helps(asked.question, said):
            return made
        sentence, record = phrasing.phrase(asked.question, said, pages, running, own_prompts, should_stop, on_text)
    except ModelError:  # there is none, or it cannot be run: the quotes are the answer
        return made
    if sentence is None:
        return made
    return _made(made, (sentence, *said), made.verdict).model_copy(update={"model": record})


def _made(nothing: Answer, said: Sequence[Statement], told: str | None) -> Answer:
    text = " ".join([*([told] if told else []), *(_told(s) for s in said)])
    return nothing.model_copy(
        update={"answered": True, "answer": text, "statements": tuple(said), "nearest": (), "verdict": told}
    )


def _told(said: Statement) -> str:
    """A row needs what it stands under to be understood; a sentence does not."""
    row = said.origin == "extract" and said.text[-1:] not in '.!?:;“”"'
    return f"{said.heading}: {said.text}" if row and said.heading else said.text


def _verdict(asked: Asked, best: Ranked, hits: Sequence[Hit]) -> str | None:
    told = verdict.yes_or_no(asked.question, best, asks=hits[best.quote.hit].passage.kind == "motion")
    return _VERDICTS[told] if told else None


def _near_first(hits: Sequence[Hit], asked: Asked) -> list[Hit]:
    """Passages of the papers that the conversation is about go first."""
    papers = {h.passage.paper_id for h in hits if any((c.file_id, c.page) in asked.near for c in h.passage.citation)}
    return sorted(hits, key=lambda h: h.passage.paper_id not in papers) if papers else list(hits)


def town(pages: PageTexts) -> frozenset[str]:
    """Stems of the town's name: within its own papers it tells nothing."""
    named = Counter(name for text in pages.values() for name in _TOWN.findall(text))
    if not named:
        return frozenset()
    name, count = named.most_common(1)[0]
    stem = german.stem(name)
    return frozenset({stem, german.stem(f"{name}er")}) if count >= 3 else frozenset()
