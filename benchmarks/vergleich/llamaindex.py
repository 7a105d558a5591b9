"""What LlamaIndex's `tree_summarize` makes of a pack's items with the same model file: texts, seconds, tokens.

How to set up and call it: gemeinsam.py. What leaves: JSON for `score.py briefing`.

Each item becomes a Document in a SummaryIndex, asked through `as_query_engine(response_mode="tree_summarize")`, everything
else as it comes: text is cut into nodes of 1024 tokens, these are packed into the model's context as full as it holds, each
packed prompt is answered, the answers are packed and answered again until one is left. Tokens are counted by the model's own
tokenizer, so nothing has to be fetched.
"""

from __future__ import annotations

import os
from typing import Any

os.environ.setdefault("TIKTOKEN_CACHE_DIR", "/nonexistent")  # it would be fetched; it is not used
from gemeinsam import Item, Model, arguments, run
from llama_index.core import Document, Settings, SummaryIndex, set_global_tokenizer
from llama_index.core.llms import CompletionResponse, CompletionResponseGen, CustomLLM, LLMMetadata
from llama_index.core.llms.callbacks import llm_completion_callback


class Local(CustomLLM):
    """The model as LlamaIndex wants it."""

    model: Any
    most: int
    context: int

    @property
    def metadata(self) -> LLMMetadata:
        """What the prompt helper needs."""
        return LLMMetadata(context_window=self.context, num_output=self.most, model_name="local")

    @llm_completion_callback()
    def complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponse:
        """One answer."""
        return CompletionResponse(text=self.model.answer(prompt, self.most))

    @llm_completion_callback()
    def stream_complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponseGen:
        """Not asked for here."""
        raise NotImplementedError


def main() -> None:
    """Summarise each item."""
    given = arguments(__doc__)
    model = Model(given)
    set_global_tokenizer(model.count)
    # the chat template takes some of the room
    Settings.llm = Local(model=model, most=given.antwort, context=given.kontext - 64)

    def summarise(item: Item) -> str:
        index = SummaryIndex.from_documents([Document(text=item.text)])
        return str(index.as_query_engine(response_mode="tree_summarize").query(item.task)).strip()

    run("LlamaIndex tree_summarize", given, model, summarise)


if __name__ == "__main__":
    main()
