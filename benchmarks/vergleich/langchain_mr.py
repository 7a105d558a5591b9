"""What a plain map-reduce with LangChain makes of a pack's items with the same model file: texts, seconds, tokens.

How to set up and call it: gemeinsam.py. What leaves: JSON for `score.py briefing`.

As in LangChain's guide to summarising: the text is cut into pieces of 1000 tokens, each is summarised (map), summaries that
together are longer than 1000 tokens are first put together in groups (collapse), and one last call makes one text of what
is left (reduce). Where the guide's wording is English, it is German here, so that the answer is. An item of one piece goes
to the last call as it is: that spares the peer a call.
"""

from __future__ import annotations

from typing import Any

from gemeinsam import WORDS, Item, Model, arguments, run
from langchain_core.language_models.llms import LLM
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import PromptTemplate
from langchain_text_splitters import RecursiveCharacterTextSplitter

PIECE = 1000  # tokens of a piece, and of all summaries that one call puts together
MAP = "Schreibe eine knappe Zusammenfassung des folgenden Textes:\n\n{context}"
REDUCE = (
    "Das Folgende ist eine Reihe von Zusammenfassungen:\n\n{context}\n\nFasse sie zu einer einzigen, knappen Zusammenfassung "
    f"der wichtigsten Punkte zusammen. Höchstens {WORDS} Wörter."
)
LAST = "{context}\n\n{task}"


class Local(LLM):
    """The model as LangChain wants it."""

    model: Any
    most: int

    @property
    def _llm_type(self) -> str:
        return "local"

    def _call(self, prompt: str, stop: list[str] | None = None, run_manager: Any = None, **kwargs: Any) -> str:
        return str(self.model.answer(prompt, self.most))


def main() -> None:
    """Summarise each item."""
    given = arguments(__doc__)
    model = Model(given)
    llm = Local(model=model, most=given.antwort)
    splitter = RecursiveCharacterTextSplitter(
        chunk_size=PIECE, chunk_overlap=0, length_function=lambda text: len(model.count(text))
    )
    one, several, last = (PromptTemplate.from_template(t) | llm | StrOutputParser() for t in (MAP, REDUCE, LAST))

    def groups(texts: list[str]) -> list[list[str]]:
        made: list[list[str]] = [[]]
        for text in texts:
            if made[-1] and len(model.count("\n\n".join([*made[-1], text]))) > PIECE:
                made.append([])
            made[-1].append(text)
        return made

    def summarise(item: Item) -> str:
        texts = splitter.split_text(item.text)
        if len(texts) > 1:
            texts = [one.invoke({"context": text}) for text in texts]
        while len(parts := groups(texts)) > 1 and len(parts) < len(texts):
            texts = [several.invoke({"context": "\n\n".join(part)}) for part in parts]
        return last.invoke({"context": "\n\n".join(texts), "task": item.task})

    run("LangChain map-reduce", given, model, summarise)


if __name__ == "__main__":
    main()
