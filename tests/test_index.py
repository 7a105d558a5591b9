import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_store import item, meeting, paper, save

from ratsassistent.archive import german
from ratsassistent.archive.index import Index
from ratsassistent.archive.store import Store

TEXTS = {
    "baum": "Auf dem Anger werden sieben Bäume gefällt, weil sie krank sind. Die Baumpflanzung folgt im Herbst.",
    "kita": "Die Krippe am Bach hat zwölf neue Plätze. Der Träger erhält einen Zuschuss für die Kindertagesstätte.",
    "strasse": "Die Gebühren für die Straßenreinigung steigen auf 3,15 Euro. Straßenbäume sind nicht betroffen.",
    "geld": "Für den Neubau sind 1.200.000 Euro vorgesehen, siehe Vorlage 2022/2024 und § 35 Baugesetzbuch vom 28.06.2022.",
    "zahl": "Es gab 2022 und 2024 je eine Prüfung. Absatz 35 entfällt. Die Stadt hat 200 Euro und 1 Schild. Euro, Euro.",
    "stadt": "Die Stadt prüft. Die Stadt berät. Die Verwaltung der Stadt berichtet dem Rat der Stadt über die Stadt.",
}


@pytest.fixture(scope="module")
def index(tmp_path_factory, either):
    store = Store.open(tmp_path_factory.mktemp("archiv"), public=False)
    green = meeting(
        "umwelt", *(item(n, paper(n, TEXTS[n])) for n in ("baum", "strasse")), organization="Umweltausschuss"
    )
    rest = [item(n, paper(n, TEXTS[n], kind="Antrag")) for n in ("kita", "geld", "zahl", "stadt")]
    council = meeting("rat", *rest, start="2032-05-06T18:00", organization="Rat der Stadt Musterau")
    save(store, green, council)
    yield Index(store)
    store.close()


def found(index, query, **filters):
    return [hit.paper.id.removeprefix("ra:vorlage-") for hit in index.search(query, **filters)]


@pytest.mark.parametrize(
    ("query", "best"),
    [
        ("Wie viele Bäume werden gefällt?", "baum"),
        ("baeume", "baum"),
        ("BAUM", "baum"),
        ("Gebuehr", "strasse"),
        ("gebühr", "strasse"),
        ("Strassenreinigung", "strasse"),
        ("Krippenplätze", "kita"),
        ("Pflanzung", "baum"),
        ("Tagesstätte", "kita"),
        ("Kinder", "kita"),
        ("1.200.000", "geld"),
        ("1200000 Euro", "geld"),
        ("1.200.000,00 €", "geld"),
        ("Vorlage 2022/2024", "geld"),
        ("§35", "geld"),
        ("§ 35 BauGB", "geld"),
        ("am 28.6.2022", "geld"),
        ("3,15", "strasse"),
    ],
)
def test_the_best_passage_comes_first(index, query, best):
    assert found(index, query)[0] == best


def test_a_rare_word_weighs_more_than_a_common_one_said_often(tmp_path):
    common = [paper(f"x{n}", f"Die Stadt und der Rat der Stadt, Fassung {n}.") for n in range(12)]
    with Store.open(tmp_path, public=False) as store:
        save(store, loose=[*common, paper("platane", "Eine Platane steht dort in der Stadt.")])
        assert found(Index(store), "Was sagt die Stadt zur Platane in der Stadt?")[0] == "platane"


def test_parts_of_a_compound_are_found_too(index):
    assert set(found(index, "Baum")) == {"baum", "strasse"}
    assert found(index, "Baum")[0] == "baum"


def test_a_number_is_found_whole_only(index):
    assert found(index, "2022/2024") == ["geld"]
    assert found(index, "1.200.000") == ["geld"]
    assert found(index, "200") == ["zahl"]
    assert found(index, "§ 2024") == []


def test_nothing_is_found_where_no_word_fits(index):
    assert index.search("Quastenflosser") == []
    assert index.search("") == []
    assert index.search("?! „“ \x00 🦔") == []


def test_titles_and_items_are_searched_beside_the_text(index):
    assert found(index, "Thema kita")[0] == "kita"


def test_filters(index):
    assert found(index, "Stadt Baum Euro", meeting_id="ra:sitzung-umwelt") == ["baum", "strasse"]
    assert found(index, "Stadt Baum Euro", item_id="ra:top-strasse") == ["strasse"]
    assert set(found(index, "Baum Platz Stadt", organization="umwelt AUSSCHUSS")) == {"baum", "strasse"}
    assert found(index, "Baum Platz", organization="100%") == []
    assert found(index, "Baum Platz", since="2032-05-06") == ["kita"]
    assert found(index, "Baum Platz", since=dt.date(2032, 5, 7)) == []
    assert found(index, "Platz", until="2032-05-06") == ["kita"]
    assert found(index, "Platz", until="2032-05-05") == []
    assert found(index, "Baum Platz", paper_type="antrag") == ["kita"]
    assert len(found(index, "Stadt Baum Euro Platz", limit=2)) == 2
    assert found(index, "Stadt", limit=0) == []


def test_a_hit_says_where_it_comes_from(index):
    (hit,) = index.search("Tagesstätte", limit=1)
    assert (hit.meeting, hit.organization, hit.date) == ("ra:sitzung-rat", "Rat der Stadt Musterau", "2032-05-06")
    assert hit.public is True
    assert hit.score > 0
    assert hit.passage.citation[0].page == 1


def test_the_snippet_shows_the_place(tmp_path):
    body = " ".join(["Vorwort"] * 80) + " Der Biber baut einen Damm. " + " ".join(["Nachwort"] * 80)
    with Store.open(tmp_path, public=True) as store:
        save(store, loose=[paper("biber", body)])
        (hit,) = Index(store).search("Biberdämme und Biber")
    assert "Biber baut einen Damm" in hit.snippet
    assert hit.snippet.startswith("… ")
    assert hit.snippet.endswith(" …")
    assert len(hit.snippet) < 400


def test_the_same_words_are_one_hit(tmp_path):
    with Store.open(tmp_path, public=False) as store:
        twins = [
            paper(n, body) for n, body in (("a", "Der Biber  baut."), ("b", "der Biber baut"), ("c", "Biber, ja!"))
        ]
        save(store, meeting("m", item("x", twins[1])), loose=[twins[0], twins[2]])
        hits = Index(store).search("Biber")
    assert sorted(h.paper.id for h in hits) == ["ra:vorlage-b", "ra:vorlage-c"]


def test_a_question_for_a_number_prefers_numbers(tmp_path):
    with Store.open(tmp_path, public=False) as store:
        save(
            store,
            loose=[paper("a", "Das Freibad ist schön gelegen."), paper("b", "Das Freibad kostet 17,5 Millionen.")],
        )
        assert found(Index(store), "Was kostet das Freibad?")[0] == "b"
        assert found(Index(store), "Wie viel zahlt man fürs Freibad?")[0] == "b"


@settings(max_examples=60, deadline=None)
@given(
    query=st.text(max_size=60)
    | st.lists(st.sampled_from([*'"*:^()+-§.,/', "NEAR", "AND", "stem", "\x00", "Baum"])).map(" ".join)
)
def test_any_input_is_only_text(index, query):
    for hit in index.search(query, limit=3):
        assert hit.score > 0


def test_a_very_long_question_is_no_trouble(index):
    assert found(index, "Baum " + " ".join(f"Wort{n}lich" for n in range(3000)))[0] == "baum"


@given(st.text(max_size=200))
def test_tokens_are_plain_words(text):
    for token in german.pieces(text):
        assert token.plain
        assert not any(c.isspace() or c in '"*' for c in token.plain + token.stem)


def test_tokens_of_numbers_and_names():
    def plain(text):
        return [token.plain for token in german.pieces(text)]

    assert plain("1.200.000,00 EUR") == plain("1200000 eur")
    assert plain("§§ 12a") == ["par_12a", "12a"]
    assert plain("2022/2024") == ["2022_2024", "2022", "2024"]
    assert plain("01.09.2022") == plain("1.9.2022") == ["1_9_2022", "2022"]
    assert plain("12,50") == ["12_5", "12"]
    assert plain("Kita-Zuschuss") == ["kitazuschuss", "kita", "zuschuss"]
    assert plain("Gemein-\nde") == plain("Gemein\u00adde") == ["gemeinde"]
    assert german.fold("Straße Größe quelle neue") == "strasse grosse quelle neue"
    assert german.stem("Häuser") == german.stem("haus")
