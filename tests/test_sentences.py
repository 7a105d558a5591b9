"""Sentence borders in text as PDFs of several layouts give it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratsassistent.writing.text.sentences import clean, clean_lines, is_furniture, sentences


def texts(text: str) -> list[str]:
    return [s.text for s in sentences(text)]


@pytest.mark.parametrize(
    "sentence",
    [
        "Der Rat tagt am 28. Juni 2022 im Saal.",
        "Die Kosten betragen ca. 1,2 Mio. Euro bzw. 3 v. H. der Summe.",
        "Gemäß § 10 Abs. 2 Nr. 3 des Vertrags i. V. m. Art. 3 ist z. B. ein Beirat zu bilden.",
        "Im 1. Bauabschnitt wird die Str. am Anger (vgl. Anlage 2) erneuert.",
        "Der Verein Lichtblick e.V. und Dr. A. Sommer haben zugesagt.",
        "Die Fläche ist lt. Gutachten Nr. 127 frei von Altlasten!",
    ],
)
def test_an_abbreviation_ordinal_or_date_does_not_end_a_sentence(sentence: str) -> None:
    assert texts(f"{sentence} Danach wird beraten.") == [sentence, "Danach wird beraten."]


def test_abbreviations_at_the_end_of_a_sentence_end_it() -> None:
    assert texts("Gefördert werden Chöre, Orchester usw. Die Mittel stehen bereit.") == [
        "Gefördert werden Chöre, Orchester usw.",
        "Die Mittel stehen bereit.",
    ]


def test_lines_are_joined_and_headings_kept_apart() -> None:
    text = (
        "Bisheriges Konzept\n"
        "Seit dem Geschäftsjahr 2017 führt die Gesellschaft jährlich einen Teil des Über-\n"
        "schusses der Rücklage zu, die Bau- und\nPlanungskosten sind darin enthalten.\n"
        "Weiteres Vorgehen:\n"
        "Die Regelung endet nach fünf Jahren.\n"
    )
    found = sentences(text)
    assert [(s.kind, s.text) for s in found] == [
        ("heading", "Bisheriges Konzept"),
        (
            "sentence",
            "Seit dem Geschäftsjahr 2017 führt die Gesellschaft jährlich einen Teil des Überschusses der Rücklage zu, "
            "die Bau- und Planungskosten sind darin enthalten.",
        ),
        ("heading", "Weiteres Vorgehen:"),
        ("sentence", "Die Regelung endet nach fünf Jahren."),
    ]


def test_a_sentence_goes_on_over_a_page_border_without_the_page_number() -> None:
    text = "Die Fortführung ergibt eine Quote von rund 22 Prozent, wenn auf weitere\n– 3 –\nErhöhungen verzichtet wird."
    assert texts(text) == [
        "Die Fortführung ergibt eine Quote von rund 22 Prozent, wenn auf weitere Erhöhungen verzichtet wird."
    ]


def test_list_items_stand_apart_and_a_numbered_heading_is_no_sentence() -> None:
    text = (
        "Der Rat beschließt:\n"
        "1. Die Halle wird saniert.\n"
        "2. Die Verwaltung berichtet jährlich.\n"
        "a) zum Stand der Arbeiten\n"
        "• zu den Kosten\n"
        "3. Zeitplan\n"
        "Die Arbeiten beginnen nach der Genehmigung durch den Kreis und dauern voraussichtlich zwei Jahre.\n"
    )
    found = sentences(text)
    assert [s.text for s in found if s.kind == "item"] == [
        "1. Die Halle wird saniert.",
        "2. Die Verwaltung berichtet jährlich.",
        "a) zum Stand der Arbeiten",
        "• zu den Kosten",
    ]
    assert ("heading", "3. Zeitplan") in [(s.kind, s.text) for s in found]


def test_an_amount_or_date_broken_over_lines_stays_whole() -> None:
    text = "Es sind Kredite von rd. 48 Mio.\n€ vorgesehen, und zwar ab dem 29.\nJuli\n2024 in zwei Teilen."
    assert texts(text) == [
        "Es sind Kredite von rd. 48 Mio. € vorgesehen, und zwar ab dem 29. Juli 2024 in zwei Teilen."
    ]


def test_rows_of_tables_and_forms_are_no_sentences() -> None:
    kinds = {s.text: s.kind for s in sentences("Ort 12 45 78 99\n☐ Ja ☒ Nein\nEinleitung ........ 4\n")}
    assert set(kinds.values()) == {"row"}


def test_clean_keeps_the_hyphen_that_belongs_to_the_word() -> None:
    assert clean("Haus-\nhalt") == "Haushalt"
    assert clean("IT-\nSysteme") == "IT-Systeme"
    assert clean("Bau-\nund Planungsrecht") == "Bau- und Planungsrecht"


def test_clean_lines_keeps_items_on_lines_of_their_own() -> None:
    assert clean_lines("Der Rat beschließt:\n1. den Bau der\nHalle.\n2. den Verkauf.\n– 2 –\n") == (
        "Der Rat beschließt:\n1. den Bau der Halle.\n2. den Verkauf."
    )


@pytest.mark.parametrize("line", ["– 2 –", "- 12 -", "Seite 3 von 8", "Seite 1 von 2 aus Vorlage: BV/7/2024", "7"])
def test_furniture(line: str) -> None:
    assert is_furniture(line)


@pytest.mark.parametrize("line", ["2. den Verkauf", "Seitenstraße 3", "12 Plätze", "§ 3"])
def test_not_furniture(line: str) -> None:
    assert not is_furniture(line)


@given(st.text(alphabet=st.sampled_from("aB.!? \n-–1(\u00ad§€„“:•"), max_size=120))
def test_offsets_are_in_order_and_hold_the_wording(text: str) -> None:
    end = 0
    for sentence in sentences(text):
        assert end <= sentence.start < sentence.end <= len(text)
        assert clean(text[sentence.start : sentence.end]) == sentence.text
        end = sentence.end
