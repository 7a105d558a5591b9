from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_briefing import make_item

from ratsassistent.oparl import Citation, PartKind
from ratsassistent.writing.extracts.reading import Chunk, Topics
from ratsassistent.writing.model.tasks import tasks

CITED = (Citation(file="Sitzung.pdf", file_id="ra:datei-1", page=11),)


def chunk(text: str, kind: PartKind = "text", label: str = "Vorlage") -> Chunk:
    return Chunk("S1", text, CITED, label, kind)


def leads(found: Topics) -> list[tuple[str, str]]:
    return [(t.group, t.lead) for t in tasks(make_item(), found)]


@pytest.mark.parametrize(
    ("applicant", "lead"),
    [
        ("SPD-Gemeinderatsfraktion", "Die SPD-Gemeinderatsfraktion möchte, dass"),
        ("Fraktion Bündnis für Wallerfurt", "Die Fraktion Bündnis für Wallerfurt möchte, dass"),
        ("Wählergemeinschaft Land", "Die Wählergemeinschaft Land möchte, dass"),
        ("Seniorenbeirat", "Der Seniorenbeirat möchte, dass"),
        ("Stadträtin Erna Muster", "Stadträtin Erna Muster möchte, dass"),
        ("CDU-Fraktion und FDP-Fraktion", "Die CDU-Fraktion und FDP-Fraktion möchten, dass"),
        ("Irgendwer", "Beantragt wird, dass"),
        (None, "Beantragt wird, dass"),
    ],
)
def test_who_asks_stands_at_the_beginning(applicant: str | None, lead: str) -> None:
    motion = chunk("Die Bushaltestellen an der Ringstraße werden mit Sitzbänken ausgestattet.", "motion", "Antrag")
    assert leads(Topics(proposal=(motion,), applicant=applicant)) == [("antrag", lead)]


def test_a_question_is_asked_and_not_wished_for() -> None:
    asked = chunk("Wie viele Unfälle gab es in den Jahren 2020 bis 2024 an der Ringstraße?", "motion", "Antrag")
    assert leads(Topics(proposal=(asked,), applicant="FDP-Fraktion")) == [("antrag", "Die FDP-Fraktion fragt,")]


@pytest.mark.parametrize(
    ("text", "lead"),
    [
        ("Der Gemeinderat stimmt der Neufassung der Satzung über die Hundesteuer zu.", "Der Gemeinderat soll"),
        ("1. Der Haupt- und Finanzausschuss beschließt die neue Satzung über die Hundesteuer.", "Der Haupt- und Finanzausschuss soll"),
        ("Die Gemeindevertretung beschließt die neue Satzung über die Hundesteuer.", "Die Gemeindevertretung soll"),
        ("Die Stadtverordnetenversammlung nimmt den Bericht über die Steuer zur Kenntnis.", "Die Stadtverordnetenversammlung soll"),
        ("Die Satzung über die Hundesteuer wird in der Fassung der Anlage beschlossen.", "Es soll beschlossen werden,"),
    ],
)  # fmt: skip
def test_who_decides_stands_at_the_beginning(text: str, lead: str) -> None:
    assert leads(Topics(proposal=(chunk(text, "resolution", "Beschlussvorschlag"),))) == [("beschluss", lead)]


def test_who_speaks_is_told_by_the_part() -> None:
    found = Topics(
        proposal=(chunk("Die Halle wird im kommenden Jahr mit neuen Fenstern ausgestattet.", "motion", "Antrag"),),
        answer=(
            chunk("Nach Auffassung der Verwaltung sind neue Fenster nicht zu bezahlen.", "statement", "Stellungnahme der Verwaltung"),
            chunk("Neue Fenster würden nach einer Schätzung 80.000 Euro kosten.", "statement", "Stellungnahme der Verwaltung"),
            chunk("Der Beirat begrüßt neue Fenster in der Halle ausdrücklich sehr.", "statement", "Stellungnahme"),
        ),
        why=(chunk("Die Fenster sind undicht, weil sie aus dem Jahr 1968 stammen.", "motion", "Antrag"),),
        applicant="FDP-Fraktion",
    )  # fmt: skip
    assert [lead for _, lead in leads(found)] == [
        "Die FDP-Fraktion möchte, dass", "Die Verwaltung", "Laut Verwaltung", "Laut Stellungnahme", "Laut Antrag",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "Zu kurz.",
        "Dies führt nach Auffassung der Verwaltung zu Kosten von 80.000 Euro.",
        "Gleichzeitig wird geprüft, ob die Halle neue Fenster bekommen kann.",
        "Im Ergebnis sieht sie keine Möglichkeit für den Einbau neuer Fenster.",
        "Neue Fenster für die Halle am Ried, Los 3, Firma Huber GmbH, Kempten",
        "Die Kosten für die Fenster der Halle setzen sich wie folgt zusammen:",
    ],
)
def test_what_cannot_be_said_alone_is_no_task(text: str) -> None:
    assert leads(Topics(about=(chunk(text),))) == []


def test_a_sentence_is_never_asked_for_twice() -> None:
    one = chunk("Die Halle am Ried wurde im Jahr 1968 von der Gemeinde gebaut.")
    assert len(leads(Topics(about=(one,), why=(one,), effect=(one,)))) == 1


@given(st.text(max_size=200), st.text(max_size=60))
def test_any_words_of_papers_can_come(text: str, applicant: str) -> None:
    found = Topics(proposal=(chunk(text, "motion"),), about=(chunk(text),), applicant=applicant)
    assert all(t.lead and t.source for t in tasks(make_item(), found))


def test_what_a_motion_only_tells_is_not_what_it_asks_for() -> None:
    tells = chunk(
        "Die Stadt hat eine lange Geschichte des Klimaschutzes und ist seit 1990 ein Vorbild.", "motion", "Antrag"
    )
    asks = chunk("Die Stadt hat bis zum Sommer einen Bericht über die Halle vorzulegen.", "motion", "Antrag")
    made = tasks(make_item(), Topics(proposal=(tells, asks), applicant="Seniorenbeirat"))
    assert [task.source for task in made] == [asks.text]
