from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratsassistent.writing.checks.roles import twisted

V = "Laut Vorlage"


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("Die Entwicklung des Angebots ist in Wallerfurt seit Jahren ein wichtiges Ziel.", "Laut Vorlage ist Wallerfurt ein wichtiges Ziel für die Entwicklung des Angebots."),
        ("Im Juli 2017 wurde mit dem Bericht „Bedarf“ die Versorgungslage dargestellt.", "Laut Vorlage ist der Bericht „Bedarf“ im Juli 2017 dargestellt."),
        ("Am 31. Mai 2022 hat der Gemeinderat über das Vorgehen entschieden.", "Laut Vorlage ist der Gemeinderat entschieden, dass über das Vorgehen beraten wird."),
        ("Der Kreis wurde von der Stadt um Geld gebeten.", "Laut Vorlage hat die Stadt den Kreis gebeten."),
    ],
)  # fmt: skip
def test_what_is_turned_round_is_seen(source: str, text: str) -> None:
    assert twisted(text, source, V)


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("Die Beschaffung der Geräte hat Auswirkungen auf das Klima.", "Laut Vorlage hat die Beschaffung der Geräte Auswirkungen auf das Klima."),
        ("Im nördlichen Landkreis ist das Defizit besonders groß.", "Laut Vorlage ist das Defizit im nördlichen Landkreis besonders groß."),
        ("Nach fünf Jahren endet nun die Genehmigung für das Konzept.", "Laut Vorlage endet die Genehmigung für das Konzept nach fünf Jahren."),
        ("Der Verein hat den Antrag gestellt.", "Laut Vorlage hat der Verein den Antrag gestellt."),
        ("Seit Oktober 2022 läuft für den ersten Abschnitt die Ausschreibung.", "Laut Vorlage läuft die Ausschreibung für den ersten Abschnitt seit Oktober 2022."),
        ("47,5 von 239 Sitzen sind derzeit frei.", "Laut Vorlage sind 47,5 von 239 Sitzen derzeit frei."),
        ("Über das Vorgehen hat der Rat entschieden.", "Laut Vorlage hat der Rat über das Vorgehen entschieden."),
        ("Mit dem Bau wird im März begonnen.", "Laut Vorlage wird mit dem Bau im März begonnen."),
    ],
)  # fmt: skip
def test_what_keeps_its_roles_passes(source: str, text: str) -> None:
    assert twisted(text, source, V) == ()


@given(st.text(max_size=200), st.text(max_size=200))
def test_any_text_gets_an_answer(text: str, source: str) -> None:
    assert isinstance(twisted(f"{V} {text}", source, V), tuple)


def test_one_subject_has_one_number() -> None:
    source = "Die Abweichungen der Summen sind der Lage am Markt geschuldet."
    assert twisted("Laut Vorlage ist die Abweichungen der Summen der Lage geschuldet.", source, "Laut Vorlage")
    assert not twisted("Laut Vorlage sind die Abweichungen der Summen der Lage geschuldet.", source, "Laut Vorlage")
