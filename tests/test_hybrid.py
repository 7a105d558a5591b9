import pytest
from embedders import HashEmbedder
from test_store import item, meeting, paper, passages, save

from ratsassistent.archive import vectors
from ratsassistent.archive.folding import Folder
from ratsassistent.archive.index import STATIC, Index, Meaning
from ratsassistent.archive.store import Store
from ratsassistent.output import phrases

SAME = {"badeanstalt": "freibad", "schwimmb": "freibad"}
TEXTS = {
    "bad": "Die Gebühren für die Schwimmbäder steigen zum Sommer.",
    "weg": "Der Radweg am Bach wird breiter, sagt das Straßenbauamt.",
    "amt": "Das Amt berichtet über seine Arbeit im letzten Jahr.",
    "see": "Die Badeanstalt bleibt im Winter geschlossen.",
}


@pytest.fixture
def store(tmp_path):
    with Store.open(tmp_path / "archiv", public=False) as opened:
        save(opened, loose=[paper(name, body) for name, body in TEXTS.items()])
        yield opened


def names(hits):
    return [hit.paper.id.removeprefix("ra:vorlage-") for hit in hits]


def test_a_compound_finds_its_parts_and_says_so(store):
    (hit,) = Index(store).search("Schwimmbadgebühren")
    assert names([hit]) == ["bad"]
    assert {(w.word, w.how) for w in hit.why.words} == {("Schwimmbadgebühren", "part")}
    assert phrases.why(hit.why) == "Gefunden wegen: „Schwimmbadgebühren“ durch „Gebühren“."


def test_a_compound_of_three_parts_is_taken_apart(tmp_path):
    with Store.open(tmp_path / "drei", public=False) as store:
        body = "Der Eintritt ins Hallenbad und die Preise stehen im Aushang."
        save(store, loose=[paper("x", body), paper("y", "Nichts davon.")])
        assert names(Index(store).search("Hallenbadeintrittspreise")) == ["x"]


@pytest.mark.parametrize(
    ("query", "how", "sentence"),
    [
        ("Radweg", "exact", "„Radweg“ wörtlich"),
        ("Radwege", "inflected", "„Radwege“ als „Radweg“"),
        ("Straße", "compound", "„Straße“ in „Straßenbauamt“"),
        ("Vorlage weg", "head", "„Vorlage“ im Titel oder in der Überschrift"),
    ],
)
def test_each_word_says_how_it_was_found(store, query, how, sentence):
    hit = next(h for h in Index(store).search(query) if names([h]) == ["weg"])
    assert how in {w.how for w in hit.why.words}
    assert sentence in phrases.why(hit.why)
    assert "Bedeutung" not in phrases.why(hit.why)


def test_meaning_finds_what_no_word_does(store):
    static = HashEmbedder(meanings=SAME)
    vectors.fill(store, static, STATIC)
    assert Index(store).search("Freibad") == []
    (hit, *_) = Index(store, Meaning(static=static)).search("Freibad")
    assert names([hit]) == ["see"]
    assert hit.why.meaning == 1.0
    assert phrases.why(hit.why).startswith("Gefunden wegen ähnlicher Bedeutung")


def test_meaning_alone_needs_to_be_near(store):
    static = HashEmbedder(meanings=SAME)
    vectors.fill(store, static, STATIC)
    assert Index(store, Meaning(static=static)).search("Xylophonquark") == []


def test_words_still_count_beside_meaning(store):
    static = HashEmbedder(meanings=SAME)
    vectors.fill(store, static, STATIC)
    assert names(Index(store, Meaning(static=static)).search("Radweg"))[0] == "weg"


def test_the_transformer_reads_only_the_best_and_keeps_what_it_read(store):
    transformer = HashEmbedder("groß", meanings=SAME)
    index = Index(store, Meaning(transformer=transformer, ranked=1))
    index.search("Radweg Amt Badeanstalt")
    assert len(transformer.read) == 1
    assert vectors.lacking(store, transformer) == 3
    index.search("Radweg Amt Badeanstalt")
    assert len(transformer.read) <= 2


def test_the_transformer_stops_when_time_is_up(store):
    transformer = HashEmbedder("groß")
    hits = Index(store, Meaning(transformer=transformer, seconds=-1)).search("Radweg")
    assert transformer.read == []
    assert names(hits) == ["weg"]


def test_vectors_of_the_transformer_find_what_no_word_does(store):
    transformer = HashEmbedder("groß", meanings=SAME)
    vectors.fill(store, transformer, "transformer")
    assert names(Index(store, Meaning(transformer=transformer, least_transformer=0.15)).search("Freibad"))[:1] == [
        "see"
    ]


def test_filters_hold_for_meaning_too(tmp_path):
    static = HashEmbedder(meanings=SAME)
    with Store.open(tmp_path / "filter", public=False) as store:
        green = meeting("umwelt", item("a", paper("a", TEXTS["see"])), organization="Umweltausschuss")
        save(store, green, meeting("rat", item("b", paper("b", TEXTS["weg"])), organization="Rat", start="2032-01-01"))
        vectors.fill(store, static, STATIC)
        index = Index(store, Meaning(static=static))
        assert names(index.search("Freibad")) == ["a"]
        assert index.search("Freibad", organization="Rat") == []
        assert index.search("Freibad", since="2031-12-01") == []
        assert names(index.search("Freibad", meeting_id=green.id)) == ["a"]


def test_the_same_paper_in_two_meetings_is_one_hit(tmp_path):
    with Store.open(tmp_path / "doppelt", public=False) as store:
        text = "Der Radweg am Bach wird auf drei Meter verbreitert, die Bauzeit beträgt acht Wochen, der Zuschuss ist beantragt."
        other = text.replace("ist beantragt", "ist inzwischen beantragt")
        save(
            store,
            meeting("ausschuss", item("x", paper("eins", text, page=3))),
            meeting("rat", item("y", paper("zwei", other, page=7))),
        )
        (hit,) = Index(store).search("Radweg Bach")
        assert [(d.page, d.meeting) for d in hit.duplicates] == [(7, "ra:sitzung-rat")]


def test_of_equal_words_those_with_a_page_are_shown(tmp_path):
    with Store.open(tmp_path / "seite", public=False) as store:
        one = paper("eins", "Der Radweg am Bach wird verbreitert.")
        two = paper("zwei", "Der Radweg am Bach wird verbreitert.", page=7)
        pageless = [
            p.model_copy(update={"citation": tuple(c.model_copy(update={"page": None}) for c in p.citation)})
            for p in passages(one)
        ]
        store.save_pack(loose_papers=[one, two], passages=[*pageless, *passages(two)])
        (hit,) = Index(store).search("Radweg")
        assert hit.passage.citation[0].page == 7
        assert [d.page for d in hit.duplicates] == [None]


def test_another_amount_is_another_passage():
    folder = Folder()
    text = "die halle im norden der stadt kostet nach der neuen schätzung {} euro und wird im herbst gebaut"
    assert folder.place("a", text.format("100000")) is None
    assert folder.place("b", text.format("120000")) is None
    assert folder.place("c", "auch " + text.format("120000")) == 1
    assert folder.place("a", "gleich") == 0


def test_a_file_without_pages_is_one_hit_where_that_is_asked_for(tmp_path):
    with Store.open(tmp_path / "datei", public=False) as store:
        long = paper("lang", "Der Radweg ist schmal.\nDer Radweg wird breiter und heller.")
        short = paper("kurz", "Ein Radweg fehlt am Berg.", file_name="andere")
        whole = [
            p.model_copy(update={"citation": tuple(c.model_copy(update={"page": None}) for c in p.citation)})
            for p in (*passages(long), *passages(short))
        ]
        store.save_pack(loose_papers=[long, short], passages=whole)
        assert len(Index(store).search("Radweg")) == 3
        assert len(Index(store).search("Radweg", one_a_file=True)) == 2
