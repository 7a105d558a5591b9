"""How each paper begins, as one vector a paper: what a whole archive can be known by within minutes.

What enters: a Store, the transformer. What leaves: the passages that open papers, as near as their papers' titles and
first words are to a question. What it does not know: other vectors, ranking.

To read every passage of a large archive takes a transformer hours; a paper's title with its first words says what it is about, and
there are forty times fewer papers than passages. On 30 questions on an archive of 204,751 passages the right paper was among the
ten nearest in 0.77 of them, by these vectors alone (title alone: 0.63; `benchmarks/fragen.md`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import func, select

from ratsassistent.archive import saving, tables, vectors
from ratsassistent.archive.store import Store
from ratsassistent.meaning.embedder import Embedder, Vectors
from ratsassistent.oparl import Paper, Passage

ROLE = "anfang"
WORDS = 80  # of the first passage that are read, behind the title
BATCH = 32  # papers to one transaction


class Opening:
    """The transformer under another name, so that vectors of openings and of passages never meet."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self.key = f"{embedder.key} {ROLE}"
        self.dimensions = embedder.dimensions

    def passages(self, texts: Sequence[str]) -> Vectors:
        """Vectors of openings."""
        return self._embedder.passages(texts)

    def questions(self, texts: Sequence[str]) -> Vectors:
        """Vectors of questions."""
        return self._embedder.questions(texts)

    def release(self) -> None:
        """Give back the memory of the weights."""
        self._embedder.release()


def fill(store: Store, embedder: Embedder, on_batch: Callable[[int], None] | None = None) -> int:
    """Make the vectors of all papers that have none, those taken in last first; returns how many.

    :param on_batch: told how many papers got theirs; what it raises ends the work.
    """
    opening = Opening(embedder)
    model = vectors.model_number(store, opening, ROLE)
    rows = _lacking(store, model)
    for start in range(0, len(rows), BATCH):
        texts = _texts(store, rows[start : start + BATCH])
        vectors.keep(store, model, texts, opening.passages([text.text for text in texts]))
        if on_batch:
            on_batch(len(texts))
    return len(rows)


def lacking(store: Store, embedder: Embedder) -> int:
    """How many papers have no such vector yet."""
    return len(_lacking(store, vectors.model_number(store, Opening(embedder), ROLE)))


def _lacking(store: Store, model: int) -> list[int]:
    """The first passage of each paper without such a vector, from the newest to the oldest."""
    passage, vector = tables.passage, tables.vector
    first = select(func.min(passage.c.rowid).label("row")).group_by(passage.c.paper_id).subquery()
    query = select(first.c.row).outerjoin(vector, (vector.c.row == first.c.row) & (vector.c.model == model))
    with store.reading() as connection:
        return sorted(connection.execute(query.where(vector.c.row.is_(None))).scalars(), reverse=True)


def _texts(store: Store, rows: Sequence[int]) -> list[vectors.Text]:
    passage, paper = tables.passage, tables.paper
    query = select(
        passage.c.rowid, passage.c.text_key, passage.c.body, saving.without_text(paper.c.body).label("paper")
    )
    query = query.join(paper, paper.c.id == passage.c.paper_id).where(passage.c.rowid.in_(rows))
    with store.reading() as connection:
        found = connection.execute(query).all()
    made = []
    for row in found:
        words = Passage.model_validate_json(row.body).text.split()[:WORDS]
        title = Paper.model_validate_json(row.paper).name or ""
        made.append(vectors.Text(row.rowid, row.text_key, f"{title}: {' '.join(words)}"))
    return made
