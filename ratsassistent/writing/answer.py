"""Question + passages -> Answer: what the papers say, with pages, or an honest no.

What enters: a question, hits of the index, a language model.
What leaves: an Answer. Its first sentences were written by the model and checked against their pages; after them comes
the sentence of the papers that carries it, word for word.
What it does not know: how passages were found; how many pages there are (the caller fills that in).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from ratsassistent.briefings import Answer, Hit, Statement
from ratsassistent.writing.extracts.reading import Chunk
from ratsassistent.writing.model.keyed import model_statements, overlap, tight, whole
from ratsassistent.writing.model.llama import LanguageModel
from ratsassistent.writing.model.prompts import REFUSAL, load_prompt
from ratsassistent.writing.text.cited import PageTexts
from ratsassistent.writing.text.sentences import clean, sentences

PASSAGES = 6  # that the model reads: about 1,300 tokens, twenty seconds on an office PC
WRITE_TOKENS = 120
LABEL = "Antwort"
QUOTE_LABEL = "Im Wortlaut"


def answer(
    question: str,
    hits: Sequence[Hit],
    pages: PageTexts,
    model: Callable[[], LanguageModel],
    own_prompts: Path | None = None,
    should_stop: Callable[[], bool] | None = None,
    on_text: Callable[[str], None] | None = None,
) -> Answer:
    """Answer from the passages found; without any, the model is not even asked.

    :param pages: the text of every page that a passage stands on.
    :param model: gives the language model; called only if there are passages.
    :raises Interrupted: `should_stop` said so. :raises ModelError: the model cannot be run.
    """
    nothing = Answer(
        question=question, answered=False, answer="", statements=(), pages_read=0, pages_total=0, seconds=0.0
    )
    if not hits:
        return nothing
    chunks = [Chunk(f"S{n}", clean(h.passage.text), h.passage.citation, h.passage.kind) for n, h in enumerate(hits, 1)]
    prompt = load_prompt("frage", own_prompts)
    writer = model()
    messages = prompt.render(frage=question.strip(), texte="\n".join(f"[{c.key}] {c.text}" for c in chunks))
    reply = writer.write(messages, max_tokens=WRITE_TOKENS, should_stop=should_stop, on_text=on_text)
    record = writer.record
    if REFUSAL.casefold() in reply.text.casefold():
        return nothing.model_copy(update={"model": record})
    written = model_statements(whole(reply), chunks, pages, LABEL)
    sound = [s for s in written if s.check == "ok"]
    if not sound:  # nothing of it stands where it should: that is no answer
        return nothing.model_copy(update={"statements": written, "model": record})
    quote = _quote(question, sound[0], hits, pages)
    if quote and tight(sound[0].text) in tight(quote.text) and len(sound[0].text) > 0.8 * len(quote.text):
        quote = None  # the model itself quoted that sentence; it need not stand there twice
    statements = (*sound, *([quote] if quote else []))
    return nothing.model_copy(
        update={
            "answered": True,
            "answer": " ".join(s.text for s in sound),
            "statements": statements,
            "model": record,
        }
    )


def _quote(question: str, said: Statement, hits: Sequence[Hit], pages: PageTexts) -> Statement | None:
    """The sentence of the cited pages that shares most with what was said and asked."""
    places = {(c.file_id, c.page) for c in said.citation}
    best: tuple[float, Statement] | None = None
    for hit in hits:
        for sentence in sentences(hit.passage.text):
            text = clean(sentence.text)
            # a passage may stand on several pages; the sentence is quoted from the one that holds it
            citation = tuple(
                c
                for c in hit.passage.citation
                if (c.file_id, c.page) in places and tight(text) in tight(pages.get((c.file_id, c.page), ""))
            )
            score = overlap(said.text, text) + 0.5 * overlap(question, text)
            if citation and 4 <= len(text.split()) <= 60 and (best is None or score > best[0]):
                best = (score, Statement(text=text, origin="verbatim", citation=citation, label=QUOTE_LABEL))
    return best[1] if best and best[0] >= 0.5 else None
