"""Values and names that stand on the page, but where it speaks of something else; what the passage narrows down."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratsassistent.writing.checks.check import ELSEWHERE, NOT_THERE, check_statement
from ratsassistent.writing.checks.check_nouns import noun

PAGE = """Straßenbau in Wallerfurt
Die Erneuerung der Quittenallee kostet 780.000 Euro. Das Land fördert die Erneuerung mit 60 Prozent, weil die Allee zum
Schulweg gehört. Mit den Arbeiten wird am 3. Mai 2031 begonnen.
Der Umbau der Kreuzung am Zirbelweg ist erst für das Jahr 2033 vorgesehen.
Die Ampel an der Kreuzung bleibt bis dahin in Betrieb.
Der Stadtteil Lindenau erhält bis zum 30. September 2032 neue Haltestellen für Busse.
Für die Haltestellen sind 145.000 Euro veranschlagt. Die Firma Kesselring liefert die Wartehäuschen, die Firma Hammermann
das Pflaster.
Im Winterdienst fehlen 14 Fahrer. Der Bauhof hat dafür 25 Bewerbungen aus der ganzen Region erhalten.
"""
FITTING = [
    "Die Quittenallee wird für 780.000 Euro erneuert.",
    "Zur Erneuerung der Quittenallee gibt das Land 60 Prozent dazu.",
    "Die Arbeiten an der Quittenallee beginnen am 03.05.2031.",
    "Der Umbau der Kreuzung am Zirbelweg ist 2033 dran.",
    "Lindenau bekommt bis zum 30. September 2032 neue Haltestellen.",
    "Die neuen Haltestellen sollen 145.000 Euro kosten.",
    "In Wallerfurt wird die Quittenallee erneuert.",
    "Auf die 14 offenen Stellen im Winterdienst kamen 25 Bewerbungen.",
    "Die Sanierung der Allee soll 780.000 Euro kosten.",
]
MISPLACED = [
    ("Die Erneuerung der Quittenallee kostet 145.000 Euro.", "145.000 Euro"),
    ("Die neuen Haltestellen für Busse kosten 780.000 Euro.", "780.000 Euro"),
    ("Der Stadtteil Lindenau erhält bis zum 3. Mai 2031 neue Haltestellen für Busse.", "3. Mai 2031"),
    ("Die Erneuerung des Zirbelwegs kostet 780.000 Euro.", "Zirbelwegs"),
    ("Im Winterdienst fehlen 25 Fahrer.", "25"),
]  # fmt: skip


@pytest.mark.parametrize("sentence", FITTING)
def test_what_fits_passes_without_a_passage(sentence: str) -> None:
    assert check_statement(sentence, [PAGE]).explained == ()


@pytest.mark.parametrize(("sentence", "wrong"), MISPLACED)
def test_what_stands_elsewhere_fails_without_a_passage(sentence: str, wrong: str) -> None:
    result = check_statement(sentence, [PAGE])
    assert dict(zip(result.failures, result.kinds, strict=True)).get(wrong) == ELSEWHERE


def test_a_name_from_outside_the_passage_fails_unless_it_is_all_over_the_page() -> None:
    passage = "Die Firma Kesselring liefert die Wartehäuschen, die Firma Hammermann das Pflaster."
    assert check_statement("Kesselring liefert die Wartehäuschen in Wallerfurt.", [PAGE], passage).ok
    result = check_statement("Kesselring liefert die Wartehäuschen für Lindenau.", [PAGE], passage)
    assert result.failures == ("Lindenau",)
    assert result.kinds == (ELSEWHERE,)


def test_a_value_of_another_clause_of_the_same_sentence_fails() -> None:
    page = "Die Lieferung von Los 3 (Pflaster) kostet 20.000 Euro, die Montage von Los 4 (Leuchten) kostet 50.000 Euro."
    assert check_statement("Die Montage der Leuchten kostet 50.000 Euro.", [page]).ok
    assert not check_statement("Die Montage der Leuchten kostet 20.000 Euro.", [page]).ok


@pytest.mark.parametrize(
    ("sentence", "fits"),
    [
        ("Es kostet über 4,8 Mio. Euro.", True),
        ("Es kostet knapp 4,9 Mio. Euro.", True),
        ("Es kostet rund 4,9 Mio. Euro.", True),
        ("Es kostet über 4,9 Mio. Euro.", False),
        ("Es kostet knapp 4,8 Mio. Euro.", False),
        ("Die Quote liegt bei über 26 Prozent.", False),
        ("Die Quote liegt bei über 25 Prozent.", True),
        ("Die Quote stieg von 20 auf 25 Prozent.", True),
        ("Die Quote stieg von 22 auf 25 Prozent.", False),
        ("Das gilt ab dem Schuljahr 2030/31.", True),
        ("Das gilt ab dem Schuljahr 2030/33.", False),
        ("Die Sitzung beginnt um 16:30 Uhr.", True),
        ("Die Sitzung beginnt um 18:30 Uhr.", False),
        ("Beide Angebote liegen vor, das erste und das zweite.", True),
    ],
)  # fmt: skip
def test_rounding_shares_school_years_and_times(sentence: str, fits: bool) -> None:
    page = (
        "Es kostet 4.850.000 Euro. Die Quote stieg von 20 auf 25 Prozent; genau sind es 25,4 Prozent.\n"
        "Das gilt ab dem Schuljahr 2030/2031. Die Sitzung beginnt um 16:30 Uhr. Zwei Angebote liegen vor."
    )
    assert check_statement(sentence, [page]).ok is fits


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("Verkehrswertgutachten", "noun"),
        ("Ämtern", "noun"),
        ("Radfahrende", "noun"),
        ("Risiken", "noun"),
        ("Kostenfortschreibung", "noun"),
        ("Birkenfeld", "unclear"),
        ("Hammermann", "unclear"),
        ("Quendler", "no"),
        ("Durlach", "no"),
        ("KVVH", "no"),
    ],
)
def test_everyday_nouns_are_told_from_names(word: str, kind: str) -> None:
    assert noun(word) == kind


def test_other_words_for_the_same_pass_but_another_name_or_another_subject_does_not() -> None:
    page = "Die Gemeinde Wallerfurt saniert die Turnhalle. Der Zugang wird barrierefrei."
    assert check_statement("Das Gebäude in Wallerfurt wird saniert.", [page]).ok
    assert check_statement("Das Gebäude in Birkenfeld wird saniert.", [page]).kinds == (NOT_THERE,)
    strange = "Der Bebauungsplan sieht ein Schwimmbad, ein Parkhaus, eine Tankstelle und ein Hotel vor."
    assert not check_statement(strange, [page]).ok


def test_parts_of_a_street_apart_are_not_the_street_and_initials_inside_a_word_are_no_party() -> None:
    page = "Der Stein liegt auf der Straße. Im Lokal wird getagt. Die SPD-Fraktion fragt, der Koblenzer Hof antwortet."
    assert "Steinstraße" in check_statement("Die Steinstraße wird gesperrt.", [page]).failures
    assert "KAL" in check_statement("Die KAL tagt.", [page]).failures
    assert check_statement("In Koblenz fragt die SPD.", [page]).ok


LETTERS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), max_size=300)


@given(LETTERS, LETTERS, st.none() | LETTERS)
def test_any_text_gets_a_result_that_hangs_together(sentence: str, page: str, passage: str | None) -> None:
    result = check_statement(sentence, [page], passage)
    assert result.ok == (not result.failures)
    assert len(result.failures) == len(result.kinds) == len(result.explained)


SUBJECTS = st.sampled_from(["Der Neubau der Turnhalle", "Die Sanierung der Quittenallee", "Das Gutachten zur Statik"])


@given(SUBJECTS, st.integers(1000, 10**9), st.integers(1, 28), st.integers(2024, 2040), st.booleans())
def test_a_sentence_of_the_page_passes_and_with_a_digit_more_it_does_not(
    subject: str, euros: int, day: int, year: int, denied: bool
) -> None:
    amount = f"{euros:,}".replace(",", ".")
    wording = f"{subject} kostet {amount} Euro und wird {'nicht ' if denied else ''}am {day}. Mai {year} begonnen."
    page = f"Bauten in Wallerfurt\n{wording}\nDie Wege werden später gepflastert."
    assert check_statement(wording, [page]).explained == ()
    assert not check_statement(wording.replace(f"{amount} Euro", f"{amount}1 Euro"), [page]).ok
    turned = wording.replace("wird nicht", "wird") if denied else wording.replace("wird am", "wird nicht am")
    assert not check_statement(turned, [page]).ok
