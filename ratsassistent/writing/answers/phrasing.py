"""A sentence of the language model on top of the quotes, where it makes an answer easier to read.

What enters: a Question, the quotes chosen for its answer, a language model. What leaves: one Statement that passed the
checks of a briefing's sentence, or none: then the quotes stand alone.
What it does not know: how the quotes were found.

The model is given the quotes and nothing else, may only use their words and those of the question, and its sentence is
dropped if a value in it does not stand on the page, if it lacks the kind of value that was asked for, or if it is unsure.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from ratsassistent.briefings import ModelRecord, Statement
from ratsassistent.writing.answers.question import Question
from ratsassistent.writing.answers.values import values
from ratsassistent.writing.checks import language
from ratsassistent.writing.checks.vocabulary import Vocabulary
from ratsassistent.writing.extracts.reading import Chunk
from ratsassistent.writing.model.keyed import model_statements, tight
from ratsassistent.writing.model.language_model import LanguageModel
from ratsassistent.writing.model.prompts import REFUSAL, load_prompt
from ratsassistent.writing.model.writer import one_sentence, tidy
from ratsassistent.writing.text.cited import PageTexts
from ratsassistent.writing.text.readable import leaning

LABEL = "Antwort"
WRITE_TOKENS = 70
LONG = 34  # words of a quote that a sentence of the model may replace as the first line
MOST_DOUBT = 3.0
DOUBT = 0.35
_VALUED = ("amount", "number", "date", "duration", "who", "where")


def helps(question: Question, quotes: Sequence[Statement]) -> bool:
    """Would a sentence of the model add something: is the best quote long, leaning, or only half of what is asked?"""
    if not quotes or question.kind == "list" or question.over_time:
        return False
    first = quotes[0].text
    halves = question.also is not None and not values(first, question, question.also) and len(quotes) > 1
    return halves or len(first.split()) > LONG or leaning(first) == 2 or " – " in first


def phrase(
    question: Question,
    quotes: Sequence[Statement],
    pages: PageTexts,
    model: LanguageModel,
    own_prompts: Path | None = None,
    should_stop: Callable[[], bool] | None = None,
    on_text: Callable[[str], None] | None = None,
) -> tuple[Statement | None, ModelRecord]:
    """The model's sentence, if it is sound.

    :raises Interrupted: `should_stop` said so. :raises ModelError: the model cannot be run.
    """
    chunks = [Chunk(f"S{n}", _told(q), q.citation, q.label or "", "text") for n, q in enumerate(quotes, 1)]
    words = Vocabulary([question.text, *(c.text for c in chunks)])
    texts = "\n".join(f"[{c.key}] {c.text}" for c in chunks)
    reply = model.write(
        load_prompt("frage", own_prompts).render(frage=question.text, texte=texts),
        max_tokens=WRITE_TOKENS,
        enough=one_sentence,
        allows=lambda text: words.knows(text.rsplit(maxsplit=1)[-1]) or "S" in text.rsplit(maxsplit=1)[-1],
        should_stop=should_stop,
        on_text=on_text,
    )
    text = tidy(reply.text)
    if REFUSAL.casefold() in text.casefold() or reply.doubt > DOUBT or reply.most_doubt > MOST_DOUBT:
        return None, model.record
    made = next(iter(model_statements(text, chunks, pages, LABEL)), None)
    if made is None or made.check != "ok" or language.faults(made.text):
        return None, model.record
    if question.kind in _VALUED and not any(v.sure >= 0.5 for v in values(made.text, question)):
        return None, model.record
    if any(tight(made.text) in tight(q.text) and len(made.text) > 0.8 * len(q.text) for q in quotes):
        return None, model.record  # it quoted what is quoted anyway
    return made, model.record


def _told(quote: Statement) -> str:
    return f"{quote.heading}: {quote.text}" if quote.heading else quote.text
