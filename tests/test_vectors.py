import numpy as np
import pytest
from embedders import HashEmbedder
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from test_store import item, meeting, paper, save

from ratsassistent.archive import vectors
from ratsassistent.archive.store import Store


@pytest.fixture
def store(tmp_path):
    with Store.open(tmp_path / "archiv", public=False) as opened:
        yield opened


def put(store, **bodies):
    save(store, loose=[paper(name, body) for name, body in bodies.items()])


def near(store, embedder, question, **more):
    rows = dict(zip(numbers(store), store.passages(), strict=True))
    found = vectors.nearest(store, embedder, embedder.questions([question])[0], 10, **more)
    return [rows[row].paper_id.removeprefix("ra:vorlage-") for row, _ in found]


def numbers(store):
    with store.reading() as connection:
        found = connection.exec_driver_sql("SELECT rowid, id FROM passage").all()
    order = {p.id: n for n, p in enumerate(store.passages())}
    return [row for row, _ in sorted(found, key=lambda entry: order[entry[1]])]


def held(store):
    with store.reading() as connection:
        return connection.exec_driver_sql('SELECT "row", model, body FROM vector ORDER BY "row"').all()


UNIT = arrays.arrays(np.float32, (12, 32), elements=st.floats(-1, 1, width=32)).filter(
    lambda a: bool((np.linalg.norm(a, axis=1) > 0.1).all())
)


@settings(max_examples=60, deadline=None)
@given(UNIT, arrays.arrays(np.float32, (32,), elements=st.floats(-1, 1, width=32)))
def test_what_is_kept_keeps_the_order_of_clear_distances(given_vectors, question):
    given_vectors = given_vectors / np.linalg.norm(given_vectors, axis=1, keepdims=True)
    question = question / max(np.linalg.norm(question), 1e-6)
    scales, values = vectors.unpack(vectors.pack(given_vectors), 32)
    kept = (values.astype(np.float32) @ question) * scales
    exact = given_vectors @ question
    assert np.abs(kept - exact).max() < 0.03
    for one in range(12):
        for other in range(12):
            if exact[one] > exact[other] + 0.06:
                assert kept[one] > kept[other]


def test_a_vector_of_nothing_is_kept_as_nothing():
    scales, values = vectors.unpack(vectors.pack(np.zeros((2, 8), dtype=np.float32)), 8)
    assert np.isfinite(scales).all()
    assert not values.any()


def test_passages_get_their_vectors_the_newest_first_and_once(store):
    embedder = HashEmbedder()
    put(store, alt="Das Freibad öffnet.", neu="Die Brücke ist marode.")
    assert vectors.lacking(store, embedder) == 2
    assert vectors.fill(store, embedder, "static", batch=1) == 2
    assert ["Brücke" in text for text in embedder.read] == [True, False]
    assert vectors.lacking(store, embedder) == 0
    assert vectors.fill(store, embedder, "static") == 0
    put(store, dritte="Ein Radweg wird gebaut.")
    assert vectors.fill(store, embedder, "static") == 1
    assert near(store, embedder, "Radweg")[0] == "dritte"
    assert len(embedder.read) == 3


def test_only_the_words_of_a_passage_are_read(store):
    embedder = HashEmbedder()
    put(store, freibad="Es öffnet im Mai.")
    vectors.fill(store, embedder, "static")
    assert embedder.read == ["Es öffnet im Mai."]


def test_vectors_of_another_way_of_reading_are_made_anew(store, monkeypatch):
    embedder = HashEmbedder()
    put(store, freibad="Es öffnet im Mai.")
    vectors.fill(store, embedder, "static")
    monkeypatch.setattr(vectors, "READ", "anders")
    assert vectors.lacking(store, embedder) == 1
    assert vectors.fill(store, embedder, "static") == 1
    assert len(held(store)) == 1


def test_equal_texts_are_read_once(store):
    embedder = HashEmbedder()
    twin = paper("zwilling", "Die Brücke ist marode.")
    save(store, meeting("a", item("gleich", twin)), meeting("b", item("gleich2", twin)))
    assert vectors.fill(store, embedder, "static") == len(held(store)) == 2
    assert embedder.read == ["Die Brücke ist marode."]


def test_a_search_can_be_kept_to_some_rows(store):
    embedder = HashEmbedder()
    put(store, eins="Brücke am Bach", zwei="Brücke am Berg")
    vectors.fill(store, embedder, "static")
    one = numbers(store)[1]
    assert near(store, embedder, "Brücke", among=np.array([one, 99999])) == ["zwei"]
    assert near(store, embedder, "Brücke", among=np.array([], dtype=np.int64)) == []


def test_vectors_of_different_models_never_meet(store):
    first, second = HashEmbedder("eins"), HashEmbedder("zwei", dimensions=32)
    put(store, freibad="Das Freibad öffnet.")
    vectors.fill(store, first, "static")
    assert vectors.nearest(store, second, second.questions(["Freibad"])[0], 5) == []
    vectors.fill(store, second, "transformer")
    assert len(held(store)) == 2
    assert len(vectors.nearest(store, first, first.questions(["Freibad"])[0], 5)) == 1
    third = HashEmbedder("drei")
    vectors.fill(store, third, "static")  # takes the place of the first
    assert len(held(store)) == 2
    assert vectors.nearest(store, first, first.questions(["Freibad"])[0], 5) == []


def test_vectors_that_get_the_numbers_of_some_that_went_are_found(store):
    first, second = HashEmbedder("eins"), HashEmbedder("zwei", dimensions=32)
    put(store, freibad="Das Freibad öffnet.")
    vectors.fill(store, first, "static")
    vectors.fill(store, second, "transformer")
    assert near(store, first, "Freibad") == ["freibad"]  # has read of so far
    vectors.drop(store, "transformer")
    put(store, bruecke="Die Brücke ist gesperrt.")
    vectors.fill(store, first, "static")  # its number was that of a vector of the other model
    assert set(near(store, first, "Brücke")) == {"freibad", "bruecke"}


def test_work_that_is_interrupted_goes_on(store):
    embedder = HashEmbedder()
    put(store, a="Eins.", b="Zwei.", c="Drei.")

    def stop(_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        vectors.fill(store, embedder, "static", batch=2, on_batch=stop)
    assert len(held(store)) == 2
    assert vectors.fill(store, embedder, "static", batch=2, most=1) == 1


def test_the_vectors_of_what_is_deleted_go_from_disk_and_memory(store):
    embedder = HashEmbedder()
    save(store, meeting("weg", item("geheim", paper("geheim", "Der Kaufpreis ist vertraulich."))))
    put(store, bleibt="Das Freibad öffnet.")
    vectors.fill(store, embedder, "static")
    assert len(near(store, embedder, "Kaufpreis vertraulich")) == 2
    store.delete_meeting("ra:sitzung-weg")
    assert store not in vectors._held
    assert len(held(store)) == 1
    assert near(store, embedder, "Kaufpreis vertraulich") == ["bleibt"]


def test_another_process_sees_that_vectors_went(store, tmp_path):
    embedder = HashEmbedder()
    put(store, weg="Der Kaufpreis ist vertraulich.", bleibt="Das Freibad öffnet.")
    vectors.fill(store, embedder, "static")
    assert len(near(store, embedder, "Kaufpreis")) == 2
    with Store.open(tmp_path / "archiv", public=False) as other:
        other.delete_paper("ra:vorlage-weg")
    assert len(near(store, embedder, "Kaufpreis")) == 1


def test_words_that_change_lose_their_vector(store):
    embedder = HashEmbedder()
    put(store, plan="Die Halle kostet 100.000 Euro.")
    vectors.fill(store, embedder, "static")
    put(store, plan="Die Halle kostet 120.000 Euro.")
    assert held(store) == []
    assert vectors.fill(store, embedder, "static") == 1


def test_a_workspace_that_garbage_collection_closes_stops_nobody(tmp_path):
    """The collector closes an abandoned workspace in whichever thread it runs, and be it one that compares vectors."""
    with Store.open(tmp_path / "a", public=False) as store, vectors._lock:
        assert vectors._lock.acquire(blocking=False)  # else the next line would wait for ever
        vectors._lock.release()
        vectors.forget(store)
