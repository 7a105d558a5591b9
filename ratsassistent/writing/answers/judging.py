"""Does what was found answer the question? A language model reads it and is asked for a yes or no.

What enters: a question, the quotes chosen for its answer, a language model. What leaves: log-odds of a yes, and who said it.
What it does not know: how the quotes were found, what is made of its opinion (`verdict`).

Nothing is written: the probabilities of both words are read off the model's first token, behind a dozen examples that stay
in its memory from one question to the next. A small model is a poor judge by itself; together with what speaks for the
quotes its opinion tells answers from near misses better than either (`benchmarks/fragen.md`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from ratsassistent.briefings import Statement
from ratsassistent.writing.model.language_model import LanguageModel
from ratsassistent.writing.model.prompts import load_prompt

YES, NO = "Ja", "Nein"
PROMPT = "antwortpruefung"


def odds(
    question: str,
    quotes: Sequence[Statement],
    model: LanguageModel,
    own_prompts: Path | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> float:
    """The log-odds that these quotes answer the question, in the model's opinion; 0: it cannot tell.

    :raises Interrupted: `should_stop` said so. :raises ModelError: the model cannot be run.
    :raises InputError: the municipality's own version of the prompt is not usable.
    """
    texts = " ".join(f"{quote.heading}: {quote.text}" if quote.heading else quote.text for quote in quotes)
    messages = load_prompt(PROMPT, own_prompts).render(frage=question, texte=" ".join(texts.split()))
    yes, no = model.choose(messages, (YES, NO), should_stop=should_stop)
    return yes - no
