"""What an Auszug takes and what it leaves: thin papers, slides, earlier resolutions, annexes, tables, dates."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from papers import item, paper

from ratsassistent.oparl import Consultation, Paper
from ratsassistent.writing.extracts.extract import BUDGET, extract_item
from ratsassistent.writing.extracts.reading import topics
from ratsassistent.writing.text.readable import finite, is_noise, leaning

TODAY = (Consultation(organization="Rat", date=dt.date(2027, 3, 9)),)


def texts(*papers: Paper, name: str = "Freibad") -> list[str]:
    return [s.text for s in extract_item(item(*papers, name=name)).statements]


def words(*papers: Paper) -> int:
    return sum(len(f"{s.heading or ''} {s.text}".split()) for s in extract_item(item(*papers)).statements)


THIN = (
    "Das Freibad öffnet in diesem Jahr am 15. Mai 2027. Der Eintritt kostet für Erwachsene 5,50 Euro. Die Becken wurden "
    "im Winter neu abgedichtet. Der Kiosk hat einen neuen Pächter. Zum Beginn der Saison gibt es ein kleines Fest mit "
    "Musik. Die Fahrräder können wie bisher vor dem Eingang abgestellt werden. Der Rasen ist frisch gemäht. Die Bänke "
    "stehen wieder unter den Bäumen. Auf der Liegewiese sind Hunde nicht erlaubt. Die Duschen sind morgens warm. "
    "Im Becken für die Kleinen gibt es eine neue Rutsche. Die Kasse ist mit zwei Personen besetzt. Bei Gewitter wird das "
    "Bad geschlossen. Die Bademeister tragen rote Hemden. Am Abend schwimmen die Vereine."
)


def test_of_a_thin_paper_not_everything_is_quoted_and_what_counts_is() -> None:
    shown = texts(paper([("reason", THIN)], name="Freibad"))
    assert "Der Eintritt kostet für Erwachsene 5,50 Euro." in shown
    assert "Das Freibad öffnet in diesem Jahr am 15. Mai 2027." in shown
    assert len(" ".join(shown).split()) <= 0.7 * len(THIN.split())


def test_a_paper_of_four_sentences_gives_at_least_two() -> None:
    short = "Die Bibliothek ist montags geschlossen. Sie zieht um. Der Umzug dauert zwei Wochen. Danach ist sie größer als bisher."
    assert len(" ".join(texts(paper([("reason", short)], name="Bibliothek"), name="Bibliothek")).split()) >= 9


SLIDES = """Unser Leitbild
• Stärkung der Aufenthaltsqualität im gesamten Ortskern
• Attraktive Wege für alle Menschen im ganzen Gemeindegebiet
• Einbindung der Bürgerinnen und Bürger in allen Phasen
• Neue Buslinie mit 12 Haltestellen zwischen Bahnhof und Gewerbegebiet
• Der Umbau des Marktplatzes beginnt im Frühjahr 2028
"""


def test_of_slides_only_what_says_something_is_shown() -> None:
    shown = texts(paper([("text", SLIDES)], name="Ortskern"), name="Ortskern")
    assert any(t.startswith("Der Umbau des Marktplatzes beginnt") for t in shown)
    assert not any(t.startswith(("Stärkung", "Attraktive", "Einbindung")) for t in shown)


@pytest.mark.parametrize(
    ("text", "noise"),
    [
        ("Gesetz zur Ordnung des Wasserhaushalts vom 31. Juli 2009 (BGBl. I S. 2585), in der geltenden Fassung.", True),
        ("Die Schallpegel sind in der Anlage 2 dargestellt.", True),
        ("Optional: Lautsprecher, Halterung (nur zur Information, fließt nicht in den Preis ein)", True),
        ("34,8 Prozent, Stand Ende 2025) und 410 Plätze werden benötigt.", True),
        ("Der Weg wird verbreitert, a) im Norden und b) im Süden.", False),
        ("Die Becken umfassen zusammen 1.200 Quadratmeter.", False),
        ("Vorgesehen sind 28 Wohnungen in vier Häusern.", False),
    ],
)
def test_what_is_no_statement(text: str, noise: bool) -> None:
    assert is_noise(text) is noise


def test_an_adjective_is_no_verb() -> None:
    assert finite("Die Flächen umfassen vier Hektar.")
    assert not finite("Schutz vor schädlichen Einwirkungen in geltenden Grenzen")


def test_what_an_earlier_resolution_said_is_not_taken_for_what_is_proposed() -> None:
    reason = (
        "Der Gemeinderat hat am 4. Mai 2021 Folgendes beschlossen:\n\n"
        "1. Das Freibad wird für 900.000 Euro saniert.\n2. Die Verwaltung wird beauftragt, ein Naturbad zu prüfen.\n\n"
        "Inzwischen liegt ein neues Gutachten vor. Danach kostet die Sanierung 1.450.000 Euro. "
        "Die Verwaltung empfiehlt deshalb, das Naturbad weiterzuverfolgen.\n"
    )
    made = paper([("resolution", "Die Planung eines Naturbads wird beauftragt."), ("reason", reason)], name="Freibad")
    shown = " ".join(texts(made))
    assert "1.450.000 Euro" in shown
    assert "900.000" not in shown


def test_a_sentence_that_leans_is_shown_with_the_one_before_it_or_not_at_all() -> None:
    reason = (
        "Das Land hat die Förderung der Schwimmkurse zum 1. Januar 2027 auf 12.000 Euro erhöht. Diese Erhöhung gilt für drei "
        "Jahre und umfasst 40 Kurse. Im Bad arbeiten sechs Personen. Der Parkplatz hat 80 Stellplätze. "
        "Die Liegewiese ist von alten Bäumen umgeben. Der Sprungturm ist fünf Meter hoch. Die Umkleiden sind beheizt."
    )
    shown = texts(paper([("reason", reason)], name="Freibad"))
    leaning_ones = [t for t in shown if "Diese Erhöhung" in t]
    assert all(t.startswith("Das Land hat die Förderung") for t in leaning_ones)
    assert leaning("Dies ist günstiger.") == 2
    assert leaning("In dieser Zeit ist das Bad geschlossen.") == 2
    assert leaning("Zudem wird das Bad geschlossen.") == 1
    assert leaning("Das Bad wird geschlossen.") == 0


def test_words_that_somebody_else_is_quoted_with_are_not_the_papers_own() -> None:
    reason = (
        "Der Schwimmverein hat mitgeteilt: „Das Becken ist an allen Tagen belegt. Vor allem zwischen 17 und 20 Uhr sind alle "
        "sechs Bahnen voll. Wir brauchen mehr Zeiten.“ Die Verwaltung schlägt vor, das Bad eine Stunde länger zu öffnen. "
        "Die längere Öffnung kostet 8.400 Euro im Jahr. Sie soll ab dem 1. Juni 2027 gelten."
    )
    shown = texts(paper([("reason", reason)], name="Freibad"))
    assert not any(t.startswith("Vor allem zwischen 17 und 20 Uhr") for t in shown)
    assert "Die längere Öffnung kostet 8.400 Euro im Jahr." in " ".join(shown)


def test_what_an_annex_says_is_labelled_and_yields_to_the_paper() -> None:
    own = (
        "Das Nichtschwimmerbecken wird für 310.000 Euro saniert. Die Filter werden im Winter 2027 erneuert. Das Land fördert die "
        "Arbeiten mit 30 Prozent. Der Eigenanteil der Gemeinde beträgt 217.000 Euro. Die Saison endet 2027 bereits am 22. August. "
        "Der Förderverein beteiligt sich mit 15.000 Euro. Die Verwaltung empfiehlt die Vergabe an die Firma Blauwasser. "
        "Im Haushalt sind 320.000 Euro veranschlagt. Die Umkleiden bleiben bis zur Saison 2028 geschlossen."
    )
    annex = "Anlage 1 – Gutachten\nDie Messungen wurden an drei Tagen mit geeichten Geräten durchgeführt. Der pH-Wert lag bei 7,2."
    both = extract_item(item(paper([("reason", own)], [("annex", annex)], name="Freibad"))).statements
    assert all(s.label != "Aus den Anlagen" for s in both)
    alone = extract_item(item(paper([("annex", annex)], name="Freibad"))).statements
    assert {s.label for s in alone} == {"Aus den Anlagen"}


def test_a_time_table_gives_deadlines() -> None:
    plan = (
        "Zeitplan\nSchritt | Zeitpunkt\nVergabe der Arbeiten | 20.04.2027\nSommer 2027 | Schließung des Bades\n"
        "Herbst 2026 | Vorplanung\nEröffnung | Mai 2028\nStelle | Telefon\n"
    )
    shown = extract_item(
        item(paper([("reason", plan)], name="Freibad", consultations=TODAY), name="Freibad")
    ).statements
    assert [(s.label, s.text) for s in shown] == [
        ("Fristen", "Vergabe der Arbeiten: 20.04.2027"),
        ("Fristen", "Sommer 2027: Schließung des Bades"),
        ("Fristen", "Eröffnung: Mai 2028"),
    ]


def test_dates_are_those_to_come_and_not_those_of_laws_letters_and_figures() -> None:
    reason = (
        "Nach der Badeordnung vom 3. April 2019 und dem Schreiben vom 12. Januar 2027 ist ein Konzept nötig. Stand: 1. Februar 2027. "
        "Der Stadtrat hat es in der Sitzung am 5. Mai 2026 beraten. Das Konzept wird bis zum 30. September 2027 vorgelegt. "
        "Die Bauarbeiten beginnen voraussichtlich im April 2028. Das Bad wurde 1974 gebaut."
    )
    made = paper(
        [("resolution", "Das Bad bleibt bis zum 1. Juni 2028 geschlossen."), ("reason", reason)], consultations=TODAY
    )
    assert {d.date for d in extract_item(item(made)).dates} == {"2027-09-30", "2028-04", "2028-06-01"}


def test_what_is_resolved_with_effect_from_the_past_is_a_date_too() -> None:
    made = paper([("resolution", "Die Satzung tritt rückwirkend zum 1. Januar 2027 in Kraft.")], consultations=TODAY)
    assert [d.date for d in extract_item(item(made)).dates] == ["2027-01-01"]


def test_a_kurzfassung_far_behind_sums_up_a_chapter_only() -> None:
    long = "Das Bad hat eine lange Geschichte, die hier erzählt wird. " * 120
    made = paper(
        [("reason", long)], [("summary", "Zum Artenschutz ist festzuhalten, dass keine Tiere betroffen sind.")]
    )
    assert all(s.label != "Kurzfassung der Vorlage" for s in extract_item(item(made)).statements)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(
                ["title", "motion", "reason", "statement", "summary", "costs", "annex", "resolution", "text"]
            ),
            st.text(alphabet="abcdeABCDE 0123456789.:?!|()„“€\n-•", max_size=160),
        ),
        max_size=8,
    )
)
def test_whatever_a_paper_holds_its_statements_are_its_words_and_few(pieces: list[tuple[str, str]]) -> None:
    made = paper(pieces, name="Freibad")  # type: ignore[arg-type]
    squeezed = re.sub(r"\W", "", made.text.text)
    briefing = extract_item(item(made))
    for statement in briefing.statements:
        assert statement.citation
        for line in statement.text.split("\n"):
            assert all(re.sub(r"\W", "", cell) in squeezed for cell in re.split(r" \| |: |, |; ", line))
    assert words(made) <= BUDGET
    found = topics(item(made))
    for chunk in (*found.about, *found.proposal, *found.answer, *found.why, *found.effect):
        assert chunk.citation
        assert re.sub(r"\W", "", chunk.text.split(": ")[-1]) in squeezed
