import pytest
from conftest import settings_for
from embedders import HashEmbedder
from test_store import item, meeting, paper, save

from ratsassistent import searching, worker, workflow
from ratsassistent.archive import openings, vectors
from ratsassistent.archive.index import Meaning
from ratsassistent.errors import NotFound


@pytest.fixture
def held(tmp_path, monkeypatch):
    started = []
    monkeypatch.setattr(worker, "ensure_worker", started.append)
    with workflow.workspace(settings_for(tmp_path)) as ws:
        ws.embedding = Meaning(static=HashEmbedder(), transformer=HashEmbedder("groß", dimensions=48))
        open_items = [item(n, paper(n, f"Der Radweg am {n} wird gebaut.")) for n in ("Bach", "Berg")]
        save(ws.public, meeting("rat", *open_items))
        closed = paper("Grundstück", "Der Radweg braucht ein Grundstück.", public=None)
        save(ws.nonpublic, meeting("rat", item("zu", closed, public=False)))
        yield ws, started


def names(hits):
    return {h.paper.id.removeprefix("ra:vorlage-") for h in hits}


def test_a_search_can_be_kept_to_what_is_public(held):
    ws, _ = held
    assert names(searching.find(ws, "Radweg")) == {"Bach", "Berg", "Grundstück"}
    assert names(searching.find(ws, "Radweg", public=True)) == {"Bach", "Berg"}
    (hit,) = searching.find(ws, "Radweg", public=False)
    assert (names([hit]), hit.public) == ({"Grundstück"}, False)


def test_a_meeting_that_is_not_there_is_an_error(held):
    ws, _ = held
    assert names(searching.find(ws, "Grundstück Radweg", wanted="ra:sitzung-rat", limit=1)) == {"Grundstück"}
    with pytest.raises(NotFound):
        searching.find(ws, "Radweg", wanted="ra:sitzung-gibtesnicht")


def test_within_the_best_papers_more_words_are_looked_for(held):
    ws, _ = held
    body = "Der Steg am Weiher wird erneuert.\n" + "\n".join(f"Bohle {n} ist aus Eiche." for n in range(60))
    save(ws.public, loose=[paper("Steg", body + "\nMehrheitlich angenommen bei drei Enthaltungen.")])

    def told(**more):
        hits = searching.find(ws, "Wer war gegen den Steg am Weiher?", limit=16, within=12, **more)
        return any("Enthaltungen" in hit.passage.text for hit in hits)

    assert told(within_for="Abstimmung Enthaltungen")
    assert not told()


def test_what_the_search_lacks_is_made_before_it(held):
    ws, _ = held
    assert vectors.lacking(ws.public, ws.meaning.static) == 2
    searching.find(ws, "Radweg")
    assert vectors.lacking(ws.public, ws.meaning.static) == 0


def test_a_large_archive_without_vectors_is_left_to_the_worker(held, monkeypatch):
    ws, started = held
    monkeypatch.setattr(searching, "AT_ONCE", 1)
    assert searching.find(ws, "Radweg")
    assert vectors.lacking(ws.public, ws.meaning.static) == 2
    assert started
    assert [job.kind for job in ws.jobs.all()] == ["vektoren"]


def test_what_was_taken_in_is_read_by_the_worker_behind_all_else(held):
    ws, started = held
    searching.read_meaning(ws)
    assert vectors.lacking(ws.public, ws.meaning.static) == 0
    assert started
    (job,) = ws.jobs.all()
    assert (job.kind, job.state, job.priority < 0) == ("vektoren", "wartet", True)
    workflow.work(ws, idle_exit_s=0)
    assert [(j.state, j.result) for j in ws.jobs.all()] == [("fertig", {"passages": 3})]
    assert not any(vectors.lacking(store, ws.meaning.transformer) for store in ws.stores)
    assert not any(openings.lacking(store, ws.meaning.transformer) for store in ws.stores)
    searching.read_meaning(ws)
    assert len(ws.jobs.all()) == 1


def test_vectors_that_were_made_are_kept_when_the_work_is_interrupted(held, monkeypatch):
    ws, _ = held
    monkeypatch.setattr(searching, "STEP", 1)
    monkeypatch.setattr(openings, "BATCH", 1)
    seen = []

    def stop(done, total):
        seen.append((done, total))
        if done == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        searching.make_vectors(ws, stop)
    assert seen[-1] == (4, 9)  # the static ones, and the beginning of one paper
    assert searching.make_vectors(ws, lambda done, total: None) == 3


def test_without_any_model_the_words_are_searched(held):
    ws, started = held
    ws.embedding = Meaning()
    searching.read_meaning(ws)
    assert not started
    assert names(searching.find(ws, "Radweg")) == {"Bach", "Berg", "Grundstück"}
