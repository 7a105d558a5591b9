"""A closer look at what a search found: which sentence of which passage comes nearest to the question.

What enters: an opened Workspace with a transformer, a question, Hits. What leaves: the Hits in a better order, each with
the page and wording of its nearest sentence; how near each quote of a passage is.
What it does not know: how hits are found (`archive.index`), what an answer is (`writing.answers`).

A passage of 130 words has one vector, in which the one sentence that answers is watered down by the others. Each of its
sentences, read together with the title and heading it stands under, says more sharply what it is about; a passage is
as near as its nearest sentence (the "MaxP" of Dai and Callan, SIGIR 2019, with sentences for passages). Measured on the
45 questions on three packs, gold page first / among the first 8: 0.49 / 0.91 without, 0.62 / 0.96 with it; on 49 questions
on papers of four other towns 0.71 / 0.82 and 0.76 / 0.84 (`benchmarks/fragen.md`).
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence

from ratsassistent.archive import german, pieces
from ratsassistent.archive.query import SNIPPET_WORDS
from ratsassistent.archive.store import Store
from ratsassistent.briefings import Hit
from ratsassistent.cited import cited_texts
from ratsassistent.oparl import Citation, Paper, Passage
from ratsassistent.workspace import Workspace, store_of
from ratsassistent.writing.answers.quotes import Quote, quotes
from ratsassistent.writing.model.keyed import tight
from ratsassistent.writing.text.cited import PageTexts

LOOKED_AT = 16  # of the best hits
WEIGHT = 12.0  # of the cosine of the nearest sentence, beside the score of the passage
# The same where everything held is searched for a wording: among thousands of papers on like matters its names and numbers
# tell more (186 key points, MRR@10: 0.899 with 0, 0.916 with 4, 0.903 with 12; these are the ones it was chosen on).
WEIGHT_WIDE = 4.0
SECONDS = 1.2  # that may be spent on sentences that were never read before; a step is begun until then
LEAST_WORDS = 3  # that say something, in what is looked for: a word or a number by itself is looked for as it stands


def order(
    ws: Workspace,
    text: str,
    hits: Sequence[Hit],
    *,
    most: int = LOOKED_AT,
    wide: bool = False,
    seconds: float = SECONDS,
) -> list[Hit]:
    """The hits with the page that the words found stand on, the best of them by their nearest sentences.

    :param most: how many are looked at closely. :param wide: everything held was searched.
    :param seconds: that may be spent on what was never read before.
    """
    foremost, rest = list(hits[:most]), list(hits[most:])
    telling = {token.stem for token in german.tokens(text) if not german.is_stop_word(token)}
    if ws.meaning.transformer is None or len(telling) < LEAST_WORDS:
        pages = cited_texts(ws, [hit for hit in foremost if len(hit.passage.citation) > 1])
        return [_placed(hit, pages) for hit in foremost] + rest
    pages = cited_texts(ws, foremost)
    found = quotes(foremost, pages)
    near = cosines(ws, text, foremost, found, seconds=seconds)
    best: dict[int, tuple[float, Quote]] = {}
    for quote, cosine in zip(found, near, strict=True):
        if cosine is not None and (quote.hit not in best or cosine > best[quote.hit][0]):
            best[quote.hit] = cosine, quote
    if not best:
        return [_placed(hit, pages) for hit in foremost] + rest
    weight = WEIGHT_WIDE if wide else WEIGHT
    usual = statistics.median(cosine for cosine, _ in best.values())
    made = []
    for number, hit in enumerate(foremost):
        nearest = best.get(number)
        cosine = usual if nearest is None else nearest[0]
        shown = _placed(hit, pages) if nearest is None else _shown(hit, nearest[1])
        made.append(shown.model_copy(update={"score": round(hit.score + weight * (cosine - usual), 4)}))
    made.sort(key=lambda hit: (-hit.score, hit.public is not True))  # equal ones stay as they were
    last = made[-1].score
    return made + [hit.model_copy(update={"score": min(hit.score, last)}) for hit in rest]


def cosines(
    ws: Workspace, text: str, hits: Sequence[Hit], found: Sequence[Quote], *, seconds: float = SECONDS
) -> list[float | None]:
    """How near each quote of these hits is to a question; None where there was no time to read it, or no model."""
    embedder = ws.meaning.transformer
    if embedder is None or not found:
        return [None] * len(found)
    question = ws.meaning.question(embedder, text)
    deadline = time.monotonic() + seconds
    vectors: pieces.Found = {}
    for store in ws.stores:
        wanted: dict[str, list[str]] = {}
        for quote in sorted(found, key=lambda q: (q.hit, q.place)):
            hit = hits[quote.hit]
            if store_of(ws, hit.public) is store:
                wanted.setdefault(hit.passage.id, []).append(quote.piece)
        if wanted:
            vectors |= pieces.made(store, embedder, wanted, deadline)
    made = (vectors.get((hits[quote.hit].passage.id, quote.piece)) for quote in found)
    return [None if vector is None else float(vector @ question) for vector in made]


def read(ws: Workspace, store: Store, passages: Sequence[tuple[Passage, Paper]]) -> None:
    """Read the sentences of passages of a store, so that a search need not do it."""
    embedder = ws.meaning.transformer
    if embedder is None:
        return
    public = store is ws.public
    hits = [Hit(passage=p, paper=paper, public=public, score=0.0, snippet="") for p, paper in passages]
    pages = cited_texts(ws, hits)
    # Cut one by one: what stands twice is left out among the quotes of one question only.
    wanted = {hit.passage.id: [quote.piece for quote in quotes([hit], pages)] for hit in hits}
    pieces.made(store, embedder, wanted)


def _shown(hit: Hit, quote: Quote) -> Hit:
    """A hit with its nearest sentence, where that can be read by itself."""
    snippet = hit.snippet
    if quote.kind != "row" and 4 < quote.words <= 2 * SNIPPET_WORDS:
        snippet = quote.text
    return hit.model_copy(update={"place": next(iter(quote.citation), None), "snippet": snippet})


def _placed(hit: Hit, pages: PageTexts) -> Hit:
    """A hit with the page that its snippet stands on, where the passage goes over several."""
    cited = hit.passage.citation
    if len(cited) < 2:
        return hit
    grams = _grams(hit.snippet.strip("… "))

    def share(one: Citation) -> int:
        page = tight(pages.get((one.file_id, one.page), ""))
        return sum(gram in page for gram in grams)

    return hit.model_copy(update={"place": max(cited, key=share)})


def _grams(text: str) -> list[str]:
    packed = tight(text)
    return [packed[n : n + 12] for n in range(0, max(len(packed) - 11, 1), 3)]
