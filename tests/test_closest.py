"""The closer look at what a search found: sentences, the page they stand on, vectors that are kept."""

import time

import pytest
from conftest import settings_for
from embedders import HashEmbedder
from sqlalchemy import func, select
from test_store import item, meeting, paper, save

from ratsassistent import asking, closest, searching, worker, workflow
from ratsassistent.archive import pieces, tables
from ratsassistent.archive.index import Meaning
from ratsassistent.oparl import Citation
from ratsassistent.output import contract
from ratsassistent.writing.answers.quotes import quotes

LONG = (
    "Der Bauhof berichtet über seine Arbeit. Im Frühjahr wurden Wege ausgebessert. Die Bänke am Anger sind gestrichen. "
    "Das Streusalz reicht bis zum Winterende. {} Im Herbst folgt die Pflege der Hecken. Die Maschinen sind gewartet."
)
ASKED = "Warum bleibt der Brunnen trocken?"
TEXTS = {
    "bauhof": LONG.format("Der Brunnen bleibt diesmal trocken."),
    "brunnen": "Am Brunnen feiert der Verein. Trocken sitzen die Gäste im großen Zelt. Das Fest am Brunnen bleibt drei Tage lang.",
}


@pytest.fixture
def ws(tmp_path, monkeypatch):
    monkeypatch.setattr(worker, "ensure_worker", lambda _settings: False)
    with workflow.workspace(settings_for(tmp_path)) as opened:
        opened.embedding = Meaning(static=HashEmbedder(), transformer=HashEmbedder("groß", dimensions=48))
        save(opened.public, meeting("rat", *[item(n, paper(n, text)) for n, text in TEXTS.items()]))
        yield opened


def kept(store):
    with store.reading() as connection:
        return connection.execute(select(func.count()).select_from(tables.piece_vector)).scalar_one()


def names(hits):
    return [h.paper.id.removeprefix("ra:vorlage-") for h in hits]


def test_a_passage_is_as_near_as_its_nearest_sentence(ws, monkeypatch):
    found = [h.model_copy(update={"score": 1.0}) for h in searching.find(ws, "Brunnen")]
    assert names(found) == ["brunnen", "bauhof"]
    assert names(closest.order(ws, ASKED, found)) == ["bauhof", "brunnen"]
    monkeypatch.setattr(closest, "WEIGHT_WIDE", 0.0)
    assert names(closest.order(ws, ASKED, found, wide=True)) == ["brunnen", "bauhof"]
    monkeypatch.setattr(closest, "WEIGHT", 0.0)
    assert names(closest.order(ws, ASKED, found)) == ["brunnen", "bauhof"]


def test_a_hit_shows_its_nearest_sentence_and_scores_fall(ws):
    hits = searching.find(ws, ASKED)
    assert "Der Brunnen bleibt diesmal trocken." in {h.snippet for h in hits}
    assert [h.score for h in hits] == sorted((h.score for h in hits), reverse=True)


def test_one_word_is_looked_for_as_it_stands(ws):
    before = ws.meaning.transformer.read.copy()
    hits = searching.find(ws, "Brunnen")
    assert names(hits)[0] == "brunnen"
    assert kept(ws.public) == 0
    assert not [text for text in ws.meaning.transformer.read[len(before) :] if text.endswith("diesmal trocken.")]


def test_sentences_are_read_once_and_go_with_their_passage(ws):
    searching.find(ws, ASKED)
    count, read = kept(ws.public), list(ws.meaning.transformer.read)
    assert count > 5
    searching.find(ws, ASKED)
    asking.ask(ws, ASKED)
    assert (kept(ws.public), ws.meaning.transformer.read) == (count, read)
    ws.public.delete_meeting("ra:sitzung-rat")
    assert kept(ws.public) == 0


def test_another_model_takes_the_place_of_the_old_one(ws):
    searching.find(ws, ASKED)
    ws.embedding = Meaning(transformer=HashEmbedder("anders", dimensions=32))
    searching.find(ws, ASKED)
    with ws.public.reading() as connection:
        models = set(connection.execute(select(tables.piece_vector.c.model)).scalars())
        there = set(connection.execute(select(tables.embedding_model.c.id)).scalars())
    assert len(models) == 1
    assert models <= there


def test_kept_vectors_are_those_that_were_made(ws):
    texts = {hit.passage.id: ["Die Pumpe fehlt.", "Der Brunnen."] for hit in searching.find(ws, ASKED)[:1]}
    made = pieces.made(ws.public, ws.meaning.transformer, texts)
    again = pieces.made(ws.public, ws.meaning.transformer, texts)
    assert made.keys() == again.keys()
    assert len(made) == 2
    for key, vector in made.items():
        assert float(vector @ again[key]) == pytest.approx(1.0, abs=0.01)


def test_what_there_is_no_time_for_is_not_read(ws):
    hits = searching.find(ws, "Brunnen Pumpe")
    found = quotes(hits, {})
    assert closest.cosines(ws, ASKED, hits, found, seconds=-1.0) == [None] * len(found)
    assert pieces.made(ws.public, ws.meaning.transformer, {}, time.monotonic()) == {}
    assert names(closest.order(ws, ASKED, hits, seconds=-1.0)) == names(hits)


def test_without_a_transformer_the_order_stays(ws):
    ws.embedding = Meaning(static=HashEmbedder())
    hits = searching.find(ws, ASKED)
    assert names(hits)[0] == "brunnen"
    assert closest.cosines(ws, ASKED, hits, quotes(hits, {})) == [None] * len(quotes(hits, {}))


def test_the_worker_reads_the_sentences_of_the_newest_passages(ws, monkeypatch):
    monkeypatch.setattr(searching, "NEWEST", 1)
    searching.make_vectors(ws, lambda done, total: None)
    with ws.public.reading() as connection:
        rows = set(connection.execute(select(tables.piece_vector.c.row)).scalars())
        last = connection.execute(select(func.max(tables.passage.c.rowid))).scalar_one()
    assert rows == {last}
    monkeypatch.setattr(searching, "NEWEST", 100)
    searching.make_vectors(ws, lambda done, total: None)
    count, read = kept(ws.public), list(ws.meaning.transformer.read)
    assert not list(pieces.unread(ws.public, ws.meaning.transformer, 100, 8))
    searching.find(ws, ASKED)
    assert (kept(ws.public), ws.meaning.transformer.read) == (count, read)


def test_a_hit_leads_to_the_page_of_what_was_found(ws):
    (hit, *_) = searching.find(ws, "Brunnen")
    places = tuple(Citation(file="a.pdf", file_id="f", page=n) for n in (3, 4))
    over_two = hit.model_copy(update={"passage": hit.passage.model_copy(update={"citation": places})})
    pages = {("f", 3): "Etwas ganz anderes steht hier.", ("f", 4): TEXTS["brunnen"]}
    placed = closest._placed(over_two, pages)
    assert placed.place == places[1]
    assert contract.hits([placed], 0.0)["hits"][0]["page"] == 4
    assert contract.hits([over_two], 0.0)["hits"][0]["page"] == 3


def test_a_quick_search_reads_nothing_anew(ws):
    searching.find(ws, "Hecken Maschinen Pflege", quick=True)
    assert (kept(ws.public), ws.meaning.transformer.read) == (0, [])
    searching.find(ws, ASKED)
    read = list(ws.meaning.transformer.read)
    assert names(searching.find(ws, ASKED, quick=True)) == names(searching.find(ws, ASKED))
    assert ws.meaning.transformer.read == read
