"""What passes the check and what does not: true sentences over invented pages, and the same sentences altered."""

import pytest

from ratsassistent.oparl import Page
from ratsassistent.writing.checks.check import ELSEWHERE, NOT_THERE, check_statement

PAGE = """Beschlussvorlage BV/0123/2024
Neubau der Feuerwache Nord
Für den Neubau der Feuerwache in Lindenau fallen nach dem Stand vom 12. April 2024 Kosten in Höhe von 4.850.000 Euro
an. Das Land fördert das Vorhaben mit 1,2 Mio. €, das sind 24,7 Prozent der Gesamtkosten. Die Bauzeit beträgt zwölf
Monate; die Inbetriebnahme ist für September 2026 geplant. Grundlage ist § 34 Abs. 2 BauGB. Der Zuschlag soll an die
Firma Kessel-
ring GmbH gehen. Die Verwaltung empfiehlt, den Antrag der Fraktion Bürgerliste nicht weiter zu verfolgen.
Die Zahl der Einsätze stieg von 318 auf 402 Fälle. Bürgermeisterin Wiebke Tannhausen übernimmt den Vorsitz.
"""

TRUE = [
    "Der Neubau der Feuerwache in Lindenau kostet 4.850.000 Euro.",
    "Der Neubau kostet 4,85 Mio. Euro (Stand 12.04.2024).",
    "Das Land gibt 1.200.000 Euro, also 24,7 % der Kosten.",
    "Die Bauzeit beträgt 12 Monate.",
    "Im September 2026 soll die Wache in Betrieb gehen.",
    "Die Vorlage BV/0123/2024 stützt sich auf § 34 Absatz 2 BauGB.",
    "Den Zuschlag erhält die Kesselring GmbH.",
    "Die Einsatzzahlen stiegen von 318 auf 402 Fälle.",
    "Der Antrag der Bürgerliste soll nicht weiterverfolgt werden.",
    "Den Vorsitz hat Wiebke Tannhausen.",
    "Der Neubau kostet rund 4,9 Mio. Euro.",
]
ALTERED = [
    ("Der Neubau der Feuerwache in Lindenau kostet 4.580.000 Euro.", "4.580.000 Euro"),
    ("Der Neubau kostet 4,85 Mio. Euro (Stand 21.04.2024).", "21.04.2024"),
    ("Das Land gibt 1.300.000 Euro, also 24,7 % der Kosten.", "1.300.000 Euro"),
    ("Das Land gibt 1.200.000 Euro, also 27,4 % der Kosten.", "27,4 %"),
    ("Das Land gibt 1.200.000 Euro, also zwölf Prozent der Kosten.", "zwölf Prozent"),
    ("Die Bauzeit beträgt 15 Monate.", "15"),
    ("Die Bauzeit beträgt 12 Jahre.", "12 Jahre"),
    ("Im Oktober 2026 soll die Wache in Betrieb gehen.", "Oktober 2026"),
    ("Die Vorlage BV/0132/2024 stützt sich auf § 34 Absatz 2 BauGB.", "BV/0132/2024"),
    ("Die Vorlage BV/0123/2024 stützt sich auf § 35 Absatz 2 BauGB.", "§ 35 Absatz 2"),
    ("Die Vorlage BV/0123/2024 stützt sich auf § 3 BauGB.", "§ 3"),
    ("Den Zuschlag erhält die Hammermann GmbH.", "Hammermann"),
    ("Die Einsatzzahlen sanken von 318 auf 402 Fälle.", "sanken"),
    ("Den Vorsitz hat Roland Tannhausen.", "Roland"),
    ("Die Feuerwache in Birkenfeld wird neu gebaut.", "Birkenfeld"),
    ("Der Neubau kostet 4,9 Mio. Euro.", "4,9 Mio. Euro"),
    ("Der Neubau kostet rund 5,9 Mio. Euro.", "5,9 Mio. Euro"),
    ("Die Verwaltung empfiehlt, den Antrag der Partei „Freie Mitte“ zu verfolgen.", "Freie Mitte"),
]  # fmt: skip


@pytest.mark.parametrize("sentence", TRUE)
def test_a_true_sentence_passes(sentence: str) -> None:
    assert check_statement(sentence, [PAGE]).failures == ()


@pytest.mark.parametrize(("sentence", "wrong"), ALTERED)
def test_an_altered_sentence_fails_and_names_what_is_wrong(sentence: str, wrong: str) -> None:
    result = check_statement(sentence, [PAGE])
    assert not result.ok
    assert wrong in result.failures


def test_a_missing_negation_fails_where_the_page_denies_with_the_same_numbers() -> None:
    page = "Die 250 Stellplätze am Bahnhof werden nicht gebaut."
    assert check_statement("Die 250 Stellplätze am Bahnhof werden nicht gebaut.", [page]).ok
    assert not check_statement("Die 250 Stellplätze am Bahnhof werden gebaut.", [page]).ok


def test_pages_are_read_together_and_objects_of_ours_work_too() -> None:
    pages = [
        Page(number=1, text="Die Halle kostet 7.000 Euro.", source="text"),
        Page(number=2, text="Sie wird 2031 fertig.", source="text"),
    ]
    assert check_statement("Die Halle kostet 7.000 Euro und wird 2031 fertig.", pages).ok
    assert not check_statement("Die Halle kostet 7.000 Euro und wird 2031 fertig.", pages[:1]).ok


def test_without_a_readable_page_nothing_is_supported() -> None:
    assert not check_statement("Die Halle wird gebaut.", []).ok
    assert not check_statement("Die Halle wird gebaut.", [Page(number=1, text="", source="none")]).ok


def test_a_table_figure_without_unit_bears_out_an_amount() -> None:
    page = "Angebote in Euro\n1 Adler Maschinen GmbH 196.094,15\n"
    assert check_statement("Die Adler Maschinen GmbH bietet 196.094,15 Euro.", [page]).ok
    assert not check_statement("Die Adler Maschinen GmbH bietet 196.094,51 Euro.", [page]).ok


def test_a_value_from_elsewhere_on_the_page_fails_where_the_passage_is_known() -> None:
    passage = "Das Land fördert das Vorhaben mit 1,2 Mio. €, das sind 24,7 Prozent der Gesamtkosten."
    assert check_statement("Das Land gibt 1.200.000 Euro.", [PAGE], passage).ok
    result = check_statement("Das Land gibt 4.850.000 Euro.", [PAGE], passage)
    assert result.failures == ("4.850.000 Euro",)
    assert result.kinds == (ELSEWHERE,)
    assert "anderem Zusammenhang" in result.explained[0]
    missing = check_statement("Das Land gibt 4.580.000 Euro.", [PAGE], passage)
    assert missing.kinds == (NOT_THERE,)
