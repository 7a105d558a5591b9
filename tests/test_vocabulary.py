from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratsassistent.writing.checks.vocabulary import Vocabulary, copied_share, plain, wrong_articles

SOURCE = (
    "Der Gemeinderat stimmt der Aufhebung der Satzung über das Sanierungsgebiet zu. Die Einzäunung der "
    "Hundeauslauffläche kostet rd. 30.500,50 € und wird vom Tiefbauamt bis 31.12.2027 geprüft. "
    "Die Verwaltung lehnt den Antrag ab. Dem Kapital werden 24,0 Mio. Euro zugeführt."
)


@pytest.mark.parametrize(
    "word",
    [
        "aufgehoben", "aufzuheben", "Aufhebungssatzung", "Satzungen", "eingezäunt", "einzuzäunen", "Flächen", "Hunde", "zustimmen",
        "zustimmt", "prüft", "Prüfung", "abgelehnt", "ablehnen", "Ablehnung", "Kapitalzuführung", "30.500,50", "24,0", "31.12.2027",
        "Gemeinderats", "Sanierungsgebiets", "soll", "weil", "€", "–", "(rd.",
    ],
)  # fmt: skip
def test_forms_of_the_words_of_a_text_and_neutral_words_may_come(word: str) -> None:
    assert Vocabulary([SOURCE]).knows(word)


@pytest.mark.parametrize(
    "word",
    [
        "aufgebaut", "betreibt", "Kreistag", "Fraktion", "sicherstellen", "Kosteneinsparung", "25,0", "31.12.2026",
        "30.500", "zwölf", "nicht", "keine", "Schulhof", "begeistert",
    ],
)  # fmt: skip
def test_what_the_text_does_not_say_may_not_come(word: str) -> None:
    assert not Vocabulary([SOURCE]).knows(word)


def test_a_negation_may_come_only_where_the_text_negates() -> None:
    assert Vocabulary(["Die Mittel sind nicht veranschlagt."]).knows("keine")
    assert not Vocabulary(["Die Mittel sind veranschlagt."]).knows("keine")


@given(st.lists(st.sampled_from(SOURCE.split()), min_size=1, max_size=12))
def test_words_of_the_text_are_never_strange(words: list[str]) -> None:
    assert Vocabulary([SOURCE]).strange(" ".join(words)) == ()


@given(st.text(max_size=200), st.text(max_size=200))
def test_any_text_can_be_asked_of_any_other(text: str, source: str) -> None:
    strange = Vocabulary([source]).strange(text)
    assert all(word in text for word in strange)
    assert 0.0 <= copied_share(text, [source]) <= 1.0
    assert plain(plain(source)) == plain(plain(plain(source)))


def test_plain_leaves_out_what_only_makes_a_sentence_long() -> None:
    text = "1. Der Rat ermächtigt – nach Vorberatung im Bauausschuss – den Vertreter (siehe Anlage 2) zur Zuführung (2.000 €)."
    assert plain(text) == "Der Rat ermächtigt den Vertreter zur Zuführung (2.000 €)."


def test_how_much_of_a_sentence_is_copied() -> None:
    source = "Die Bauzeit für die neue Brücke am Wehr beträgt voraussichtlich elf Monate."
    assert copied_share(source, [source]) == 1.0
    assert copied_share("Laut Vorlage dauert der Bau der Brücke am Wehr voraussichtlich elf Monate.", [source]) == 0.0


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("Laut Vorlage engagiert sich das Förderverein.", ("das Förderverein",)),
        ("Laut Vorlage hilft der Förderverein.", ()),
        ("Das wesentliche Hintergrund ist bekannt.", ("Das Hintergrund",)),
        ("Der Bericht des Vereins liegt vor.", ()),
    ],
)
def test_an_article_of_another_gender_than_in_the_source(text: str, wrong: tuple[str, ...]) -> None:
    source = "Der Förderverein nennt den wesentlichen Hintergrund und den Bericht des Vereins."
    assert wrong_articles(text, source) == wrong


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("stellt die Vergleich dar.", "Anlage 1 stellt den Vergleich dar."),
        ("ist verstorben, bei der Alter von 83 Jahren.", "Sie ist im Alter von 83 Jahren verstorben."),
        ("fehlt Geld, da der Haushaltslage angespannt ist.", "Wegen der angespannten Haushaltslage fehlt Geld."),
    ],
)
def test_an_article_of_another_gender(text: str, source: str) -> None:
    assert wrong_articles(text, source)


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("hilft den Kindern, und die Kinder danken.", "Die Kinder danken, den Kindern wird geholfen."),
        ("die Lage der angespannten Kasse", "Die Kasse ist in einer schlechten Lage."),
        ("da der Rat zustimmt", "Der Rat stimmt zu."),
        ("in der neuen Halle", "Die neue Halle steht."),
    ],
)
def test_an_article_of_the_same_gender(text: str, source: str) -> None:
    assert wrong_articles(text, source) == ()
