"""One vector a paper, of its title and first words: made once, gone with the paper, and what it does to the order of hits."""

import pytest
from embedders import HashEmbedder
from sqlalchemy import func, select
from test_store import paper, save

from ratsassistent.archive import index, openings, saving, tables, vectors
from ratsassistent.archive.index import TRANSFORMER, Index, Meaning
from ratsassistent.archive.store import Store

SAME = {"badeanstalt": "freibad"}
COST = "Die Kosten liegen bei einer Million Euro im Jahr."
TEXTS = {
    "amt": f"Das Amt berichtet über seine Arbeit.\n{COST[:-1]} und zwei Monaten.",
    "see": f"Die Badeanstalt wird saniert.\n{COST[:-1]} und drei Monaten.",
    "weg": f"Der Radweg am Bach wird breiter.\n{COST[:-1]} und vier Monaten.",
}


@pytest.fixture
def store(tmp_path):
    with Store.open(tmp_path / "archiv", public=False) as opened:
        save(opened, loose=[paper(name, body) for name, body in TEXTS.items()])
        yield opened


def kept(store):
    with store.reading() as connection:
        model = select(tables.embedding_model.c.id).where(tables.embedding_model.c.role == openings.ROLE)
        query = select(func.count()).select_from(tables.vector).where(tables.vector.c.model.in_(model))
        return connection.execute(query).scalar_one()


def test_title_and_first_words_of_each_paper_are_read_once(store):
    embedder = HashEmbedder()
    told = []
    assert openings.lacking(store, embedder) == 3
    assert openings.fill(store, embedder, told.append) == 3
    assert sum(told) == 3
    assert "Vorlage see: Die Badeanstalt wird saniert." in embedder.read
    assert not any("Kosten" in text for text in embedder.read)
    assert openings.lacking(store, embedder) == openings.fill(store, embedder) == 0
    assert len(embedder.read) == kept(store) == 3


def test_what_was_interrupted_goes_on(store, monkeypatch):
    monkeypatch.setattr(openings, "BATCH", 1)
    embedder = HashEmbedder()

    def stop(_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        openings.fill(store, embedder, stop)
    assert openings.fill(store, embedder) == 2
    assert len(set(embedder.read)) == len(embedder.read) == 3


def test_the_vector_goes_with_the_paper(store):
    embedder = HashEmbedder()
    openings.fill(store, embedder)
    with store.writing() as connection:
        saving.delete_paper_rows(connection, "ra:vorlage-see")
    assert kept(store) == 2
    assert openings.lacking(store, embedder) == 0


def test_another_model_takes_the_place_of_the_first(store):
    openings.fill(store, HashEmbedder("alt"))
    assert openings.fill(store, HashEmbedder("neu")) == 3
    assert kept(store) == 3


def test_they_do_not_count_as_vectors_of_passages(store):
    embedder = HashEmbedder()
    openings.fill(store, embedder)
    assert vectors.lacking(store, embedder) == 6
    vectors.fill(store, embedder, TRANSFORMER)
    assert vectors.lacking(store, embedder) == openings.lacking(store, embedder) == 0


def test_a_passage_that_nobody_read_is_found_by_how_its_paper_begins(store):
    embedder = HashEmbedder(meanings=SAME)
    meaning = Meaning(transformer=embedder, ranked=0, unread=0.1)  # the transformer reads no passage at all

    def places():
        hits = Index(store, meaning).search("Freibad Kosten Euro Jahr Monaten")
        return [hit.paper.id.removeprefix("ra:vorlage-") for hit in hits if "Kosten" in hit.passage.text]

    before = places()
    openings.fill(store, embedder)
    assert before[0] != "see"
    assert places()[0] == "see"


def test_passages_of_near_papers_are_looked_at_though_others_fit_as_well(store, monkeypatch):
    embedder = HashEmbedder(meanings=SAME)
    openings.fill(store, embedder)
    monkeypatch.setattr(index, "CANDIDATES", 2)
    meaning = Meaning(transformer=embedder, ranked=0, unread=0.1)
    question = "Kosten für das Freibad, zwei oder vier Monaten"  # the others hold more of these words
    assert Index(store, meaning).search(question, limit=1)[0].paper.id == "ra:vorlage-see"
    vectors.drop(store, openings.ROLE)
    assert Index(store, meaning).search(question, limit=1)[0].paper.id != "ra:vorlage-see"


def test_filters_hold_for_them_too(store):
    embedder = HashEmbedder(meanings=SAME)
    openings.fill(store, embedder)
    hits = Index(store, Meaning(transformer=embedder, ranked=0, unread=0.1)).search(
        "Freibad Kosten", paper_ids=["ra:vorlage-weg", "ra:vorlage-amt"]
    )
    assert {hit.paper.id for hit in hits} <= {"ra:vorlage-weg", "ra:vorlage-amt"}
