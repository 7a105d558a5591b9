"""Parallel sections: sites, lots, variants, questions. Nothing of them is quoted without its heading."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from papers import item, paper

from ratsassistent.briefings import Statement
from ratsassistent.writing.extracts.extract import extract_item
from ratsassistent.writing.extracts.reading import topics
from ratsassistent.writing.extracts.sections import Section, sections, shortened
from ratsassistent.writing.text.sentences import sentences

SITES = """Ursprünglich sollte die Feuerwache am alten Platz erneuert werden. Geprüft wurden drei Standorte.

1. Standort Ziegelwiese

-   Das Grundstück gehört nicht der Gemeinde und müsste erst erworben werden.

-   Eine Belastung des Bodens mit Altlasten ist bekannt und kann die Kosten erheblich erhöhen.

-   Die Ausrückezeit in den Süden beträgt sieben Minuten.

2. Standort Bahnhofsfeld

-   Das Grundstück gehört der Gemeinde und steht für die Bebauung zur Verfügung.

-   Eine Belastung des Bodens mit Altlasten ist nicht bekannt.

-   Die Ausrückezeit in den Süden beträgt vier Minuten.

3. Standort Krähenhorst

-   Das Grundstück gehört der Gemeinde, ist aber vollständig bewaldet.

-   Eine Belastung des Bodens mit Altlasten ist nicht untersucht.

-   Die Ausrückezeit in den Süden beträgt neun Minuten.

Im Ergebnis der Prüfung wird das Bahnhofsfeld als Standort der Feuerwache empfohlen. Die übrigen Standorte
scheiden wegen der Altlasten und des Waldes aus.
"""

RESOLUTION = "Der Gemeinderat beschließt, die neue Feuerwache auf dem Bahnhofsfeld zu errichten."


def shown(*pages: list[tuple[str, str]], name: str) -> tuple[Statement, ...]:
    return extract_item(item(paper(*pages, name=name), name=name)).statements  # type: ignore[arg-type]


def placed(text: str, proposed: str = "") -> dict[str, Section | None]:
    found = sentences(text)
    return {s.text: section for s, section in zip(found, sections(found, proposed), strict=True)}


def headed(text: str, proposed: str = "") -> dict[str, str | None]:
    """By sentence the heading of the parallel section that it stands in."""
    return {
        text: section.heading if section and section.parallel else None
        for text, section in placed(text, proposed).items()
    }


def test_of_three_sites_only_the_chosen_one_is_quoted_and_always_under_its_heading() -> None:
    statements = shown([("resolution", RESOLUTION), ("reason", SITES)], name="Neubau der Feuerwache")
    assert any(s.heading == "Standort Bahnhofsfeld" for s in statements)
    for statement in statements:
        assert statement.heading in (None, "Standort Bahnhofsfeld")
        if re.search(r"Grundstück|Belastung|Ausrückezeit", statement.text):
            assert statement.heading == "Standort Bahnhofsfeld"
    assert not any("bewaldet" in s.text or "erworben" in s.text for s in statements)


def test_the_conclusion_below_the_last_site_is_not_said_of_that_site() -> None:
    statements = shown([("resolution", RESOLUTION), ("reason", SITES)], name="Neubau der Feuerwache")
    conclusion = next(s for s in statements if s.text.startswith("Im Ergebnis"))
    assert conclusion.heading is None
    assert headed(SITES)["Die übrigen Standorte scheiden wegen der Altlasten und des Waldes aus."] is None


def test_where_the_resolution_names_no_site_the_recommendation_does() -> None:
    found = placed(SITES, "Der Gemeinderat beschließt den Neubau der Feuerwache.")
    states = {s.heading: s.state for s in found.values() if s and s.parallel}
    assert states == {
        "Standort Ziegelwiese": "other",
        "Standort Bahnhofsfeld": "chosen",
        "Standort Krähenhorst": "other",
    }


def test_without_any_hint_every_site_keeps_its_heading() -> None:
    undecided = SITES.split("Im Ergebnis", maxsplit=1)[0]
    statements = shown([("reason", undecided)], name="Neubau der Feuerwache")
    below = [s for s in statements if re.search(r"Grundstück|Belastung|Ausrückezeit", s.text)]
    assert below
    assert all(s.heading and s.heading.startswith("Standort ") for s in below)


LOTS = """Die Leistungen wurden öffentlich ausgeschrieben.

Los 1: Dachdecker

Es gingen vier Angebote ein. Das wirtschaftlichste Angebot kostet 84.300 Euro.

Los 2: Gerüstbau

Es gingen zwei Angebote ein. Das wirtschaftlichste Angebot kostet 21.750 Euro.
"""


def test_lots_that_are_all_awarded_keep_their_headings() -> None:
    resolution = "Los 1 wird an die Firma Firstmeister, Los 2 an die Firma Standfest vergeben."
    statements = shown([("resolution", resolution), ("reason", LOTS)], name="Vergabe Dach der Grundschule")
    by_text = {s.text: s.heading for s in statements}
    assert by_text["Das wirtschaftlichste Angebot kostet 84.300 Euro."] == "Los 1: Dachdecker"
    assert by_text["Das wirtschaftlichste Angebot kostet 21.750 Euro."] == "Los 2: Gerüstbau"


@pytest.mark.parametrize(
    ("proposed", "chosen"),
    [
        ("Der Ausschuss stimmt der Variante B zu.", {"B"}),
        ("Die Varianten A und C werden weiterverfolgt.", {"A", "C"}),
        ("Der Ausschuss stimmt der Planung zu.", set()),
    ],
)
def test_the_variant_that_is_proposed_is_the_chosen_one(proposed: str, chosen: set[str]) -> None:
    text = "\n\n".join(
        f"Variante {name}\n\nDer Weg wird auf einer Länge von {length} Metern erneuert. Die Bauzeit beträgt {length // 10} Tage."
        for name, length in (("A", 120), ("B", 240), ("C", 360))
    )
    states = {s.heading: s.state for s in placed(text, proposed).values() if s}
    assert {h.removeprefix("Variante ") for h, state in states.items() if state == "chosen"} == chosen
    assert all(state == "other" for h, state in states.items() if chosen and h[-1] not in chosen)


def test_chapters_of_a_paper_are_not_parallel() -> None:
    text = (
        "1. Ausgangslage\n\nDie Brücke stammt aus dem Jahr 1962 und ist für Lastwagen gesperrt.\n\n"
        "2. Geplante Maßnahmen\n\nDer Überbau wird erneuert, die Widerlager werden gesichert.\n\n"
        "3. Kosten und Finanzierung\n\nDie Arbeiten kosten nach der Berechnung 410.000 Euro.\n"
    )
    assert set(headed(text).values()) == {None}


def test_a_list_is_no_row_of_headings() -> None:
    text = (
        "Vorgesehen sind:\n\n1. Erneuerung der Fenster im Erdgeschoss\n2. Anstrich der Flure\n3. Austausch der Heizung\n\n"
        "Die Arbeiten beginnen in den Sommerferien."
    )
    assert set(headed(text).values()) == {None}


def test_an_answer_that_does_not_take_up_its_question_is_shown_with_it() -> None:
    text = (
        "1. Wie viele Bäume wurden im Jahr 2025 in den Ortsteilen gefällt?\n\n"
        "Es waren 41, davon 12 nach dem Sturm im Februar.\n\n"
        "2. Werden die Bäume ersetzt?\n\n"
        "Die gefällten Bäume werden bis zum Herbst 2026 an gleicher Stelle ersetzt.\n"
    )
    statements = shown(
        [("title", "Antwort der Verwaltung"), ("statement", text)], name="Baumfällungen in den Ortsteilen"
    )
    by_text = {s.text: s.heading for s in statements}
    assert (
        by_text["Es waren 41, davon 12 nach dem Sturm im Februar."]
        == "Wie viele Bäume wurden im Jahr 2025 in den Ortsteilen gefällt?"
    )
    assert by_text["Die gefällten Bäume werden bis zum Herbst 2026 an gleicher Stelle ersetzt."] is None


def test_answers_to_points_of_a_motion_carry_the_point() -> None:
    text = (
        "Zu Ziffer 1: Tempo 30\n\nDie Anordnung ist nur auf den ersten 200 Metern zulässig.\n\n"
        "Zu Ziffer 2: Zebrastreifen\n\nDie Kosten betragen rund 18.000 Euro.\n"
    )
    assert headed(text)["Die Anordnung ist nur auf den ersten 200 Metern zulässig."] == "Zu Ziffer 1: Tempo 30"
    assert headed(text)["Die Kosten betragen rund 18.000 Euro."] == "Zu Ziffer 2: Zebrastreifen"


def test_a_point_named_in_the_line_itself_counts_for_the_sentences_behind_it() -> None:
    text = "Zu Punkt 1: Die Anordnung ist zulässig. Sie gilt ab dem Frühjahr.\n\nZu Punkt 2: Dafür fehlt das Geld.\n"
    assert headed(text)["Sie gilt ab dem Frühjahr."] == "Zu Punkt 1"


def test_headings_are_in_the_papers_words_and_short() -> None:
    long = "Warum wurden für die neue Allee nur kleine Bäume gewählt, die lediglich zehn Meter hoch werden, und keine größeren?"
    assert shortened("2.) Standort Am Anger:") == "Standort Am Anger"
    assert shortened(long) == "Warum wurden für die neue Allee nur kleine Bäume gewählt …"
    assert len(shortened("Ein " + "sehr " * 30 + "langer Titel").split()) <= 12


@given(st.text(alphabet="ABCabc123.:?()–- \n„“äß", max_size=300))
def test_every_sentence_of_any_text_has_a_place_and_no_heading_is_invented(text: str) -> None:
    found = sentences(text)
    squeezed = re.sub(r"[\W\d]", "", text)  # the mark of a footnote behind a word is left out: of "AAA1 2" stays "AAA2"
    for section in sections(found, text):
        if section is not None:
            assert len(section.heading.split()) <= 13
            assert re.sub(r"[\W\d]", "", section.heading) in squeezed
            assert all(digit in text for digit in re.findall(r"\d", section.heading))


def test_what_a_model_reads_of_a_parallel_section_begins_with_its_heading() -> None:
    found = topics(
        item(
            paper([("resolution", RESOLUTION), ("reason", SITES)], name="Neubau der Feuerwache"),
            name="Neubau der Feuerwache",
        )
    )
    for group in (found.about, found.why, found.effect):
        for chunk in group:
            assert chunk.heading in (None, "Standort Bahnhofsfeld")
            assert chunk.text.startswith(f"{chunk.heading}: " if chunk.heading else chunk.text[:5])
            assert "Ausrückezeit" not in chunk.text or chunk.heading
