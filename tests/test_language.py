from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ratsassistent.writing.checks.language import faults

SOUND = [
    (
        "Der Stadtrat soll die Dachdeckerarbeiten für 418.230,55 Euro an die Firma Huber GmbH vergeben.",
        "Der Stadtrat soll",
    ),
    ("Der Rat soll den Bericht zur Kenntnis nehmen und auf die Schnellbuslinie verzichten.", "Der Rat soll"),
    (
        "Die Bürgerliste möchte, dass die Stadt darstellt, was die Nutzung der Bücherei kosten würde.",
        "Die Bürgerliste möchte, dass",
    ),
    ("Beantragt wird, dass auf dem Dach der Halle eine Photovoltaikanlage errichtet wird.", "Beantragt wird, dass"),
    ("Die Wählergemeinschaft fragt, wie viele Unfälle es von 2020 bis 2024 gab.", "Die Wählergemeinschaft fragt,"),
    ("Laut Vorlage laufen die Verträge für die drei Wertstoffhöfe Ende 2026 aus.", "Laut Vorlage"),
    ("Laut Vorlage hat die Brücke Schäden und ist seit 2023 gesperrt.", "Laut Vorlage"),
    ("Die Verwaltung lehnt den Antrag ab, weil die Mittel fehlen.", "Die Verwaltung"),
    ("Laut Verwaltung wird eine Prüfung der Grenzwerte nicht für nötig gehalten.", "Laut Verwaltung"),
    ("Laut Vorlage fallen im April 2022 Kosten an.", "Laut Vorlage"),
]
FAULTY = [
    ("Kosten: ☐ ja ☒ nein, Deckung im Haushalt vorhanden.", "", "Formulartext"),
    ("The council is to decide on the new roof of the school.", "", "nicht deutsch"),
    ("Die Halle wird saniert und die Halle wird saniert und gestrichen.", "", "Wiederholung"),
    ("Die Halle wird für rund 1,2 Mio. Euro saniert und", "", "kein ganzer Satz"),
    ("Sie sollten diesem Vorschlag am Dienstag zustimmen.", "", "spricht jemanden an"),
    ("Wir wollen die Halle im kommenden Jahr sanieren.", "", "spricht jemanden an"),
    ("Im Text steht, dass die Halle saniert wird.", "", "redet über den Auftrag"),
    ("Die Verwaltung hat den erste Bericht zur Halle vorgestellt.", "", "Grammatik"),
    ("Die Gesamtkosten beträgt laut Vorlage 12.500 Euro.", "", "Grammatik"),
    ("Laut Vorlage fallen in April 2022 Kosten an.", "Laut Vorlage", "Grammatik"),
    ("Die Verwaltung schlägt vor, die Ergebnisse der Erneuerung zu abwarten.", "Die Verwaltung", "Grammatik"),
    ("Laut Antrag bleiben die Kosten hoch, da die Kassen Erstattungen lehnen.", "Laut Antrag", "Grammatik"),
    ("Laut Vorlage gibt es ein Konzept, das der Gesellschaft 30 Mio. Euro zugeführt.", "Laut Vorlage", "Grammatik"),
    ("Der Rat soll den Bericht zur Kenntnis nehmen und widmet die Fläche.", "Der Rat soll", "Wortstellung"),
    (
        "Die Gruppe möchte, dass die Stadt die Kosten prüft und Verhandlungen vorgenommen.",
        "Die Gruppe möchte, dass",
        "Wortstellung",
    ),
    (
        "Die Gruppe möchte, dass die Stadtverwaltung fortsetzt die Begleitung an Schulen.",
        "Die Gruppe möchte, dass",
        "Wortstellung",
    ),
    ("Laut Vorlage werden mit positiven Auswirkungen rechnet, da es Ersatz ist.", "Laut Vorlage", "Wortstellung"),
    (
        "Laut Verwaltung haben die Dienststellen eine Vorgabe von 5 Millionen Euro einhalten.",
        "Laut Verwaltung",
        "Wortstellung",
    ),
    ("Sanierung der Turnhalle am Ried mit Dach und Fenster.", "", "kein Verb"),
    ("Die Kosten 本 betragen laut Vorlage 12 Euro.", "", "fremde Zeichen"),
    ("Die Kosten (netto betragen laut Vorlage 12 Euro.", "", "offene Klammer"),
    ("Das ist kurz.", "", "zu kurz"),
    ("Der Gemeinderat sollte dem Antrag der Fraktion zustimmen.", "", "empfiehlt eine Stimme"),
]


@pytest.mark.parametrize(("text", "lead"), SOUND)
def test_good_german_passes(text: str, lead: str) -> None:
    assert faults(text, lead=lead) == ()


@pytest.mark.parametrize(("text", "lead", "fault"), FAULTY)
def test_a_fault_is_named(text: str, lead: str, fault: str) -> None:
    assert fault in faults(text, lead=lead)


@example(text="", lead="fragt,")
@given(st.text(max_size=300), st.text(max_size=30))
def test_any_text_gets_an_answer(text: str, lead: str) -> None:
    assert all(isinstance(fault, str) for fault in faults(text, lead=lead))


@pytest.mark.parametrize(
    ("lead", "rest"),
    [
        ("Laut Verwaltung", "wird künftig von einem steigenden Bedarf auszugehen, da der Anteil steigt."),
        (
            "Der Ortschaftsrat möchte, dass",
            "die Stadt Anstrengungen um die Bedingungen für den Radverkehr zu verbessern.",
        ),
        ("Gefragt wird,", "aus welchen Gründen die Tafeln nicht oder zeigen nur falsche Angaben an."),
        ("Der Ortschaftsrat soll", "dem Zentrum den Namen „Alter Bauhof“ zu geben."),
        ("Der Ausschuss soll", "das vorgestellte Konzept umzusetzen beschließen."),
        ("Der Gemeinderat soll", "die Verwaltung beauftragt, sich auf den Aufruf zu bewerben."),
        ("Beantragt wird, dass", "der Eigenbetrieb Stadtentwässerung zum 1. Januar 2027 gegründet werden."),
    ],
)
def test_verbs_that_do_not_go_with_the_beginning(lead: str, rest: str) -> None:
    assert "Wortstellung" in faults(f"{lead} {rest}", lead=lead)


@pytest.mark.parametrize(
    ("lead", "rest"),
    [
        ("Laut Verwaltung", "ist künftig von einem steigenden Bedarf auszugehen, da der Anteil steigt."),
        ("Der Ortschaftsrat möchte, dass", "die Stadt sich bemüht, die Bedingungen für den Radverkehr zu verbessern."),
        ("Gefragt wird,", "aus welchen Gründen die Tafeln falsche Angaben anzeigen."),
        ("Beantragt wird, dass", "der Eigenbetrieb zum 1. Januar 2027 gegründet werden soll."),
        ("Der Gemeinderat soll", "die Verwaltung beauftragen, sich auf den Aufruf zu bewerben."),
        ("Der Gemeinderat soll", "den Bericht zur Kenntnis nehmen und der Satzung zustimmen."),
        ("Der Ausschuss soll", "beschließen, der Verwaltung einen Auftrag zu geben."),
        ("Die Fraktion fragt,", "wann die Stadt in der Lage ist, die Kosten zu beziffern."),
    ],
)
def test_verbs_that_go_with_the_beginning(lead: str, rest: str) -> None:
    assert "Wortstellung" not in faults(f"{lead} {rest}", lead=lead)
