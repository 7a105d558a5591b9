"""Money, days, shares, laws and numbers, in the notations of German papers."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratsassistent.writing.text.amounts import days, figure_value, laws, money, numbers, percentages, word_value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1.200.000 €", 1_200_000),
        ("1,2 Mio. Euro", 1_200_000),
        ("T€ 350", 350_000),
        ("350 TEUR", 350_000),
        ("EUR 12.500,00", 12_500),
        ("2.770.027,62 €", 2_770_027.62),
        ("1'200'000 Euro", 1_200_000),
        ("12.500,-- Euro", 12_500),
        ("fünf Millionen Euro", 5_000_000),
        ("eine Milliarde Euro", 1_000_000_000),
        ("zweitausend Euro", 2_000),
        ("48 Mio.\n€", 48_000_000),
        ("21.500 EURO", 21_500),
    ],
)
def test_money(text: str, value: float) -> None:
    found = money(f"Die Kosten betragen {text} im Jahr.")
    assert [f.value for f in found] == [value]
    assert found[0].text == " ".join(text.split())


def test_an_amount_may_stick_to_an_abbreviation() -> None:
    assert [f.value for f in money("Ca.60.000 € und rd.5 Mio. Euro")] == [60_000, 5_000_000]


def test_both_ends_of_a_range_are_amounts_in_the_same_unit() -> None:
    assert [f.value for f in money("zwischen 50.000 und 100.000 Euro")] == [50_000, 100_000]
    found = money("jährlich 75 bis 92 Mio. €")
    assert [(f.value, f.text) for f in found] == [(75e6, "75 bis 92 Mio. €"), (92e6, "92 Mio. €")]


def test_a_form_row_with_a_money_word_needs_no_unit() -> None:
    assert [f.value for f in money("Gesamtkosten der Maßnahme: 27.100,50\n")] == [27_100.5]


@pytest.mark.parametrize(
    "text",
    [
        "Vorlage 2022/0560",
        "Telefon 0721 133-1234",
        "76133 Musterstadt",
        "Az. 65/12.3",
        "Fläche: 24.620 m²",
        "Anteil: 12,50 %",
        "im Jahr 2024",
        "Abschnitt 1.2.60 €",
    ],
)
def test_what_is_no_money(text: str) -> None:
    assert money(text) == []


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("28. Juni 2022", "2022-06-28"),
        ("28.06.2022", "2022-06-28"),
        ("1.3.23", "2023-03-01"),
        ("2022-06-28", "2022-06-28"),
        ("Juni 2022", "2022-06"),
        ("Ende 2023", "2023"),
        ("3. Quartal 2024", "2024-Q3"),
        ("1. Halbjahr 2024", "2024"),
        ("Schuljahr 2022/23", "2022"),
        ("Kindergartenjahr 2023/2024", "2023"),
        ("29.\nJuli\n2024", "2024-07-29"),
        ("3. Mai", "--05-03"),
    ],
)
def test_days_are_as_exact_as_the_text(text: str, date: str) -> None:
    assert [d.date for d in days(f"Beginn ist {text}.")] == [date]


def test_bare_years_only_where_a_word_says_so() -> None:
    assert [d.date for d in days("Der Betrieb wird bis maximal 2028 geduldet, Vorlage 2027/2026 bleibt.")] == ["2028"]
    assert days("bis 2026", years=False) == []


@pytest.mark.parametrize("text", ["31.2.2022", "Vorlage 2022/0560", "Ziffer 4.12", "0.12.2020"])
def test_what_is_no_day(text: str) -> None:
    assert days(text) == []


@given(st.dates(dt.date(1970, 1, 1), dt.date(2069, 12, 31)))
def test_every_written_day_is_read_back(day: dt.date) -> None:
    text = f"Frist: {day.day}.{day.month}.{day.year}, spätestens {day:%d.%m.%y}"
    assert {d.date for d in days(text)} == {day.isoformat()}


@given(st.integers(0, 999_999_999), st.integers(0, 99))
def test_every_german_figure_is_read_back(euros: int, cents: int) -> None:
    printed = f"{euros:,}".replace(",", ".") + f",{cents:02d}"
    assert figure_value(printed) == pytest.approx(euros + cents / 100)
    assert money(f"{printed} €")[0].value == pytest.approx(euros + cents / 100)


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("zwölf", 12), ("dreiundzwanzig", 23), ("zweitausend", 2000), ("zweitausendfünfhundert", 2500), ("hundertzehn", 110),
        ("anderthalb", 1.5), ("neunzehnhundert", 1900), ("eine", None), ("Achtung", None), ("Dreieck", None), ("undzwanzig", None),
    ],
)  # fmt: skip
def test_number_words(word: str, value: float | None) -> None:
    assert word_value(word) == value


def test_numbers_are_found_with_their_place() -> None:
    text = "Von zwölf Bäumen und 2.400 Sträuchern gehen 7,5 ein."
    assert [(text[f.start : f.end], f.value) for f in numbers(text)] == [("zwölf", 12), ("2.400", 2400), ("7,5", 7.5)]


def test_percentages() -> None:
    assert [f.value for f in percentages("30%, 7,5 Prozent, zwanzig Prozent und 5 v. H.")] == [30, 7.5, 20, 5]


def test_laws() -> None:
    text = "nach § 34 Abs. 2 BauGB, §§ 3, 4 und 5a GemO, § 13a BauGB und Art. 28 GG"
    assert [f.text for f in laws(text)] == ["§ 34 Abs. 2", "§§ 3, 4 und 5a", "§ 13a", "Art. 28"]


@given(st.text(max_size=200))
def test_no_text_breaks_the_patterns(text: str) -> None:
    for finding in [*money(text), *percentages(text), *numbers(text), *laws(text)]:
        assert 0 <= finding.start < finding.end <= len(text)
    for day in days(text):
        assert 0 <= day.start < day.end <= len(text)


def test_the_first_share_of_a_range_has_its_unit_further_on() -> None:
    assert [f.value for f in percentages("von 71 auf 62 Prozent, später 10 bis 12,5 %")] == [71, 62, 10, 12.5]
    assert [f.value for f in percentages("bis 2030 auf 62 Prozent")] == [62]


def test_the_thousands_of_a_million_in_words_are_no_amount_of_their_own() -> None:
    text = "1.164.960 Euro (in Worten: eine Million einhundertvierundsechzigtausendneunhundertsechzig Euro)"
    assert [found.value for found in money(text)] == [1164960.0]
    assert [found.value for found in money("einhundertvierundsechzigtausend Euro")] == [164000.0]


@pytest.mark.parametrize(
    ("text", "amounts"),
    [
        ("zur Verfügung (Summe: 11.461 Plätze in Kindergärten)", []),
        ("Summe: 11.461", [11461.0]),
        ("Gesamtkosten: 12.500 Finanzierung: im Haushalt", [12500.0]),
        ("Investitionskosten: 12.500 | Folgekosten: 300,00", [12500.0]),
    ],
)
def test_what_is_counted_in_a_row_is_no_money(text: str, amounts: list[float]) -> None:
    assert [found.value for found in money(text)][:1] == amounts
