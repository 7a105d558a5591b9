"""Who speaks: motions, questions and their answers; an advisory board's letter is no word of the administration."""

from __future__ import annotations

import datetime as dt

import pytest
from papers import item, paper

from ratsassistent.briefings import ItemBriefing
from ratsassistent.oparl import Consultation
from ratsassistent.writing.extracts.extract import extract_item
from ratsassistent.writing.extracts.reading import topics
from ratsassistent.writing.extracts.speakers import applicants, documents, rank, speaker_label, verdict

MOTION_HEAD = "Antrag\nFraktion Grüne Aue\nEingang: 4. Februar 2027\nVorlage Nr.: AN/12\nTrinkbrunnen am Markt"
ASKED = "Die Verwaltung errichtet am Markt und am Bahnhof je einen öffentlichen Trinkbrunnen."
WHY_ASKED = (
    "Im Sommer 2026 gab es an 24 Tagen mehr als 30 Grad, und viele ältere Menschen haben am Markt keinen Schatten."
)
ANSWER_HEAD = "Stellungnahme zum Antrag\nVerantwortlich: Dezernat 3\nDienststelle: Tiefbauamt"
ANSWER = (
    "Am Markt liegt eine Wasserleitung mit ausreichendem Druck. Die Herstellung eines Brunnens kostet etwa 19.500 Euro. "
    "Am Bahnhof gehört die Fläche der Bahn. Die Verwaltung empfiehlt, den Antrag für den Markt anzunehmen und für den "
    "Bahnhof abzulehnen."
)


def answered(head: str = ANSWER_HEAD, body: str = ANSWER, asked: str = ASKED) -> ItemBriefing:
    made = paper(
        [("title", MOTION_HEAD), ("motion", asked), ("reason", WHY_ASKED)],
        [("title", head), ("statement", body)],
        name="Trinkbrunnen am Markt",
        kind="Antrag",
    )
    return extract_item(item(made, name="Trinkbrunnen am Markt"))


def test_a_motion_says_who_asks_and_the_answer_begins_with_its_verdict() -> None:
    briefing = answered()
    labels = [s.label for s in briefing.statements]
    assert (briefing.statements[0].label, briefing.statements[0].text) == ("Antrag", "Fraktion Grüne Aue")
    assert briefing.resolution is not None
    assert briefing.resolution.text == ASKED
    first = briefing.statements[labels.index("Stellungnahme der Verwaltung")]
    assert first.text.startswith("Die Verwaltung empfiehlt, den Antrag für den Markt anzunehmen")
    assert labels == sorted(labels, key=rank)


@pytest.mark.parametrize(
    ("head", "body", "label"),
    [
        (ANSWER_HEAD, ANSWER, "Stellungnahme der Verwaltung"),
        (
            "Stadtteilbeirat Westend   Auental, den 3.3.2027\nVorsitz: Frau Lindner\nStellungnahme zum Antrag\nSehr geehrter Herr Bürgermeister,",
            "Der Beirat hat den Antrag beraten und unterstützt ihn. Die Wege zum Markt sind im Sommer heiß.",
            "Stellungnahme (Stadtteilbeirat Westend)",
        ),
        (
            "Seniorenrat\nStellungnahme zur Beschlussvorlage\nAn die Bürgermeisterin und das Amt für Bauwesen",
            "Wir bitten darum, den Brunnen im Schatten aufzustellen, damit ihn ältere Menschen gern benutzen.",
            "Stellungnahme",
        ),
        (
            "Wasserwerke Auental GmbH\nStellungnahme",
            "Die Leitung am Markt hat einen Druck von 4,2 bar und reicht für einen Brunnen aus.",
            "Stellungnahme (Wasserwerke Auental GmbH)",
        ),
        (
            "Stellungnahme zum Antrag",
            "Die Verwaltung lehnt den Antrag ab, weil am Markt die Leitung zu schwach ist.",
            "Stellungnahme der Verwaltung",
        ),
        ("Stellungnahme", "Ein Brunnen am Markt ist aus hygienischer Sicht unbedenklich.", "Stellungnahme"),
    ],
)
def test_an_answers_label_follows_who_wrote_it(head: str, body: str, label: str) -> None:
    shown = [s for s in answered(head, body).statements if s.label != "Antrag"]
    assert shown
    assert {s.label for s in shown} == {label}


def test_a_question_is_no_motion_and_its_questions_are_shown_without_the_letter_around_them() -> None:
    asked = (
        "sehr geehrte Frau Bürgermeisterin, in den letzten Monaten waren mehrere Spielplätze gesperrt. Wir bitten um die "
        "Beantwortung folgender Fragen:\n\n1. Wie viele Spielplätze sind derzeit gesperrt?\n2. Wann werden sie wieder geöffnet?\n"
    )
    made = paper(
        [("title", "Anfrage\nFreie Liste Auental\nFraktion im Gemeinderat"), ("motion", asked)],
        [
            ("title", "Antwort auf die Anfrage\nAmt: Grünflächenamt"),
            ("statement", "Derzeit sind drei Spielplätze gesperrt. Zwei davon öffnen bis zum 30. April 2027 wieder."),
        ],
        kind="Anfrage",
        name="Gesperrte Spielplätze",
    )
    shown = [(s.label, s.text) for s in extract_item(item(made, name="Gesperrte Spielplätze")).statements]
    assert shown[:2] == [
        ("Anfrage", "Freie Liste Auental"),
        ("Anfrage", "1. Wie viele Spielplätze sind derzeit gesperrt? 2. Wann werden sie wieder geöffnet?"),
    ]
    assert {label for label, _ in shown[2:]} == {"Stellungnahme der Verwaltung"}


@pytest.mark.parametrize(
    ("head", "who"),
    [
        ("Antrag\nFraktion A\nFraktion B\nEingang: 1.2.2027", "Fraktion A, Fraktion B"),
        ("Antrag\nStadtrat Jonas Lindner\nEingang: 1.2.2027", "Stadtrat Jonas Lindner"),
        ("Ortsbeirat Hochfeld   Auental, den 1.2.2027\nAntrag", "Ortsbeirat Hochfeld"),
        ("Antrag der Wählergruppe Aue\nBetreff: Spielplatz", "Antrag der Wählergruppe Aue"),
        ("Antrag\nBetreff: Spielplatz\nE-Mail: fraktion@aue.example", None),
    ],
)
def test_who_asks_is_read_from_the_head(head: str, who: str | None) -> None:
    found = list(applicants([paper([("title", head), ("motion", ASKED)])]))
    assert [a.text for a in found] == ([who] if who else [])


def test_motions_of_all_groups_are_treated_alike() -> None:
    made = []
    for group in ("Fraktion Grüne Aue", "Fraktion Blaue Aue", "Fraktion Die Anderen"):
        one = paper(
            [("title", MOTION_HEAD.replace("Fraktion Grüne Aue", group)), ("motion", ASKED), ("reason", WHY_ASKED)],
            [("title", ANSWER_HEAD), ("statement", ANSWER)],
            kind="Antrag",
        )
        made.append([(s.label, s.text.replace(group, "…"), s.heading) for s in extract_item(item(one)).statements])
    assert made[0] == made[1] == made[2]


@pytest.mark.parametrize(
    ("text", "plainly"),
    [
        ("Die Verwaltung empfiehlt, den Antrag abzulehnen.", 2),
        ("Die Stadtverwaltung schlägt vor, dem Antrag zuzustimmen.", 2),
        ("Der Antrag ist damit erledigt.", 2),
        ("Dem Antrag kann aus rechtlichen Gründen nicht entsprochen werden.", 2),
        ("Ein Zebrastreifen ist an dieser Stelle nicht zulässig.", 1),
        ("Das Ordnungsamt sagt eine Prüfung bis zum Sommer zu.", 1),
        ("Die Straße ist sechs Meter breit.", 0),
    ],
)
def test_a_verdict_is_known(text: str, plainly: int) -> None:
    assert verdict(text) == plainly


def test_documents_of_a_paper_are_told_apart() -> None:
    made = paper(
        [("title", MOTION_HEAD), ("motion", ASKED), ("reason", WHY_ASKED)],
        [
            ("title", ANSWER_HEAD),
            ("consultation", "Rat 1.3.2027"),
            ("title", "Betreff: Brunnen"),
            ("statement", ANSWER),
        ],
        [("annex", "Lageplan der Leitungen am Markt")],
    )
    assert [d.asks for d in documents(made)] == [True, False, False]
    assert speaker_label(made, made.parts[-2]) == "Stellungnahme der Verwaltung"


def test_what_a_model_reads_of_a_motion_says_who_speaks() -> None:
    made = paper(
        [("title", MOTION_HEAD), ("motion", ASKED), ("reason", WHY_ASKED)],
        [("title", ANSWER_HEAD), ("statement", ANSWER)],
        kind="Antrag",
    )
    found = topics(item(made, name="Trinkbrunnen am Markt"))
    groups = (found.about, found.proposal, found.answer, found.why, found.effect)
    assert found.applicant == "Fraktion Grüne Aue"
    assert [c.text for c in found.proposal] == [ASKED]
    assert found.answer[0].text.startswith("Die Verwaltung empfiehlt, den Antrag")
    assert {c.label for c in found.answer} == {"Stellungnahme der Verwaltung"}
    assert {c.label for c in found.about} == {"Antrag"}
    assert any("19.500 Euro" in c.text for c in (*found.effect, *found.answer))
    assert [c.key for group in groups for c in group] == [f"S{n}" for n in range(1, sum(map(len, groups)) + 1)]
    texts = [c.text for group in groups for c in group]
    assert len(texts) == len(set(texts))


def test_the_beratungsfolge_of_all_papers_is_told_once_and_by_date() -> None:
    council = Consultation(organization="Gemeinderat", date=dt.date(2027, 3, 9), role="Entscheidung")
    committee = Consultation(organization="Bauausschuss", date=dt.date(2027, 2, 23))
    bare = Consultation(organization="Gemeinde-Rat", date=dt.date(2027, 3, 9))
    first = paper([("reason", ANSWER)], consultations=(council, committee))
    second = paper([("reason", ANSWER)], consultations=(bare,), number=2)
    assert extract_item(item(second, first)).consultations == (committee, council)
