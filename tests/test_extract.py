"""The Auszug of an agenda item: papers of invented towns in, statements with their pages out."""

import re

import pytest
from papers import item, paper

from ratsassistent.oparl import Citation, FormValue, Paper
from ratsassistent.writing.checks.check import check_statement
from ratsassistent.writing.extracts.extract import (
    BUDGET,
    LABELS,
    basis_of,
    extract_item,
    is_noise,
    reading_for,
    resolution_of,
)

FILLER = (
    "Die Halle liegt am Rand des alten Ortskerns. Sie wird von Schulen und Vereinen viel genutzt. "
    "Die Umkleiden stammen noch aus der Bauzeit. "
)


def page_text(source: Paper, numbers: set[int]) -> str:
    ends = [*(s.offset for s in source.text.starts[1:]), len(source.text.text)]
    return "\n".join(
        source.text.text[s.offset : e] for s, e in zip(source.text.starts, ends, strict=True) if s.page in numbers
    )


VORLAGE = paper(
    [
        ("title", "Gemeinde Erlenbach\nVorlage V/7"),
        ("summary", "Die Sporthalle wird in zwei Abschnitten saniert. Der Schulsport weicht solange aus."),
        (
            "resolution",
            "Der Gemeinderat beschließt:\n1. Die Sporthalle wird saniert.\n2. Die Verwaltung wird mit der Ausschrei-\nbung beauftragt.",
        ),
        (
            "form",
            "Finanzielle Auswirkungen\nJa ☒ Nein ☐\nGesamtkosten:\n2.450.000 Euro\nJährliche Folgekosten: 38.500 Euro\n☐ budgetiert",
        ),
    ],
    [
        (
            "reason",
            FILLER
            + "Die Baugenehmigung liegt seit dem 4. März 2024 vor. Baubeginn ist voraussichtlich im Juli 2025. "
            + "Das Land fördert die Sanierung mit 40 Prozent der Kosten. Die Verwaltung empfiehlt, beide Abschnitte zusammen zu\n",
        )
    ],
    [
        (
            "reason",
            "– 3 –\nvergeben. Dies ist günstiger. Telefon 0711 223344, E-Mail rathaus@erlenbach.example\nBreite 12 14 18 22\ngez. Linde",
        )
    ],
)


def test_the_resolution_is_whole_and_word_for_word() -> None:
    briefing = extract_item(item(VORLAGE))
    assert briefing.resolution is not None
    assert briefing.resolution.text == (
        "Der Gemeinderat beschließt:\n1. Die Sporthalle wird saniert.\n2. Die Verwaltung wird mit der Ausschreibung beauftragt."
    )
    assert [c.page for c in briefing.resolution.citation] == [3]


def test_the_complete_resolution_goes_before_its_kurzfassung() -> None:
    short = paper([("resolution", "Siehe Beschlussformulierung auf Seite 3.")], incomplete=True)
    assert resolution_of([short]) is None
    both = short.model_copy(update={"parts": short.parts + VORLAGE.parts, "text": VORLAGE.text})
    found = resolution_of([both])
    assert found is not None
    assert found.text.startswith("Der Gemeinderat beschließt:")


def test_the_papers_own_kurzfassung_comes_first_and_as_it_stands() -> None:
    first = extract_item(item(VORLAGE)).statements[0]
    assert (first.label, first.origin) == ("Kurzfassung der Vorlage", "verbatim")
    assert first.text == "Die Sporthalle wird in zwei Abschnitten saniert. Der Schulsport weicht solange aus."


def test_a_kurzfassung_that_repeats_the_resolution_is_left_out() -> None:
    wording = "Die Sporthalle am Erlenweg wird in zwei Abschnitten saniert und erweitert."
    twice = paper([("summary", wording), ("resolution", wording), ("reason", FILLER)])
    assert all(s.label != "Kurzfassung der Vorlage" for s in extract_item(item(twice)).statements)


def test_telling_sentences_and_filled_form_rows_are_chosen_with_their_pages() -> None:
    pages = {s.text: [c.page for c in s.citation] for s in extract_item(item(VORLAGE)).statements}
    assert pages["Gesamtkosten: 2.450.000 Euro"] == [3]
    assert pages["Jährliche Folgekosten: 38.500 Euro"] == [3]
    assert pages["Baubeginn ist voraussichtlich im Juli 2025."] == [4]
    assert pages["Die Verwaltung empfiehlt, beide Abschnitte zusammen zu vergeben."] == [4, 5]


def test_form_lines_signatures_and_debris_are_never_shown() -> None:
    shown = " ".join(s.text for s in extract_item(item(VORLAGE)).statements)
    for debris in ("☒", "☐", "gez.", "Telefon", "@", "12 14 18", "– 3 –"):
        assert debris not in shown


def test_every_statement_stands_on_the_pages_it_cites_and_passes_the_check() -> None:
    for statement in extract_item(item(VORLAGE)).statements:
        numbers = {c.page for c in statement.citation if c.page}
        assert 1 <= len(numbers) <= 3
        source = page_text(VORLAGE, numbers)
        squeezed = re.sub(r"\W|– 3 –", "", source.replace("– 3 –", ""))
        assert re.sub(r"\W", "", statement.text) in squeezed
        assert check_statement(statement.text, [source]).ok


def test_labels_come_in_a_fixed_order_and_the_words_are_few() -> None:
    long = paper(
        [("reason", " ".join(f"Im Jahr {2000 + n} kostet der Abschnitt {n} genau {n}.500 Euro." for n in range(2, 90)))]
    )
    for briefing in (extract_item(item(VORLAGE)), extract_item(item(long))):
        order = [LABELS.index(s.label or "") for s in briefing.statements]
        assert order == sorted(order)
        assert sum(len(s.text.split()) for s in briefing.statements) <= BUDGET


def test_a_motion_is_shown_with_who_asks_and_what_the_administration_answers() -> None:
    motion = paper(
        [
            ("title", "Antrag\nBürgerliste-Fraktion\nEingang 2. Mai 2024"),
            ("motion", "Die Verwaltung richtet am Markt zwanzig Fahrradständer ein."),
            ("reason", "Wir finden, dass viele Menschen gern mit dem Rad zum Markt fahren wollen."),
        ],
        [
            ("title", "Stellungnahme zum Antrag"),
            ("statement", "Die Verwaltung lehnt den Antrag ab, weil am Markt der Platz für Rettungswege fehlt."),
        ],
        name="Fahrradständer am Markt",
    )
    made = extract_item(item(motion))
    shown = [(s.label, s.text) for s in made.statements]
    assert shown[0] == ("Antrag", "Bürgerliste-Fraktion")
    assert made.resolution is not None  # what is asked for stands there, whole, and is not said twice
    assert made.resolution.text == "Die Verwaltung richtet am Markt zwanzig Fahrradständer ein."
    assert not any("zwanzig Fahrradständer" in text for _, text in shown)
    assert (
        "Stellungnahme der Verwaltung",
        "Die Verwaltung lehnt den Antrag ab, weil am Markt der Platz für Rettungswege fehlt.",
    ) in shown


def test_what_is_said_of_several_things_in_turn_yields_to_the_conclusion() -> None:
    sites = " ".join(
        f"Standort {name} wurde geprüft. Das Grundstück gehört der Gemeinde und ist grundsätzlich für den geplanten Neubau verfügbar."
        for name in (
            "Anger",
            "Bachtal",
            "Chaussee",
            "Dorfplatz",
            "Eichholz",
            "Fichtengrund",
            "Galgenberg",
            "Heide",
            "Insel",
            "Jagen",
        )
    )
    report = paper(
        [("reason", sites + " Im Ergebnis der Prüfung wird der Standort Bachtal zur weiteren Planung empfohlen.")]
    )
    texts = [s.text for s in extract_item(item(report)).statements]
    assert any("Im Ergebnis der Prüfung" in t for t in texts)
    assert sum("Das Grundstück gehört" in t for t in texts) <= 1


def test_amounts_and_dates_carry_value_page_and_context() -> None:
    briefing = extract_item(item(VORLAGE))
    assert {a.value for a in briefing.amounts} == {2_450_000, 38_500}
    assert briefing.amounts[0].value == 2_450_000
    assert all(a.citation[0].page == 3 for a in briefing.amounts)
    assert briefing.dates[0].date == "2025-07"  # what is to come before what was
    assert briefing.dates[0].context == "Baubeginn ist voraussichtlich im Juli 2025."
    assert len(briefing.amounts) <= 8


def test_an_item_without_papers_has_nothing_to_show() -> None:
    briefing = extract_item(item())
    assert (briefing.statements, briefing.resolution, briefing.amounts) == ((), None, ())


def test_a_paper_whose_pages_hold_no_text_does_not_break() -> None:
    assert extract_item(item(paper([("text", "")]))).statements == ()


def test_the_basis_changes_with_the_words_of_the_papers_only() -> None:
    assert basis_of(item(VORLAGE)) == basis_of(item(VORLAGE))
    assert basis_of(item(VORLAGE)) != basis_of(item(paper([("reason", FILLER)])))


def test_the_model_reads_passages_in_order_with_pages_kept_aside_and_not_the_resolution() -> None:
    chunks = reading_for(item(VORLAGE), 60)
    assert [c.key for c in chunks] == [f"S{n}" for n in range(1, len(chunks) + 1)]
    assert all(c.label != "Beschlussvorschlag" for c in chunks)  # it is shown whole beside the summary
    assert sum(len(c.text.split()) for c in chunks) <= 60
    pages = [c.citation[0].page or 0 for c in chunks]
    assert pages == sorted(pages)
    assert all(c.text for c in chunks)
    everything = " ".join(c.text for c in reading_for(item(VORLAGE), 1000))
    assert "Baubeginn ist voraussichtlich im Juli 2025." in everything


FORM = paper(
    [
        ("resolution", "Der Gemeinderat beschließt die Sanierung der Sporthalle."),
        (
            "form",
            "Finanzierung ☒ im Haushalt veranschlagt ☐ durch Umschichtung\nKlimarelevanz\nJa ☐ Nein ☒\n☐ Kredit über 90.000 Euro",
        ),
        ("reason", FILLER),
    ]
)


def form_value(name: str, value: str) -> FormValue:
    return FormValue(name=name, value=value, citation=(Citation(file="Paket.pdf", file_id="ra:datei-1", page=3),))


def test_a_form_speaks_only_through_its_values_and_only_where_the_words_stand_together() -> None:
    values = (form_value("Finanzierung", "im Haushalt veranschlagt"), form_value("Haushalt der Klimarelevanz", "nein"))
    briefing = extract_item(item(FORM.model_copy(update={"form": values})))
    shown = [(s.label, s.text) for s in briefing.statements]
    assert ("Kosten", "Finanzierung: im Haushalt veranschlagt") in shown
    everything = " ".join(text for _, text in shown) + " ".join(a.context or "" for a in briefing.amounts)
    for unsaid in ("Umschichtung", "Kredit", "90.000", "Klimarelevanz"):
        assert unsaid not in everything
    assert not any("Finanzierung" in s.text for s in extract_item(item(FORM)).statements)


def test_the_rows_of_a_table_keep_label_and_amount_together() -> None:
    table = paper(
        [
            (
                "costs",
                "Gewerk | Betrag\nDach | 120.000 Euro\nFenster | 80.000 Euro\nGesamtkosten | 200.000 Euro\nSeite | 3\n☐ Rücklage | 50.000 Euro",
            ),
            ("drawing", "Turm | 999.000 Euro"),
        ]
    )
    rows = [s.text for s in extract_item(item(table)).statements if s.label == "Kosten"]
    assert rows == ["Dach: 120.000 Euro", "Fenster: 80.000 Euro", "Gesamtkosten: 200.000 Euro"]
    context = {a.value: a.context for a in extract_item(item(table)).amounts}
    assert context[200_000] == "Gesamtkosten – Betrag: 200.000 Euro"
    assert 50_000 not in context
    assert 999_000 not in context


@pytest.mark.parametrize(
    ("text", "noise"),
    [
        ("Bürgersaal, Lindenstraße 4, 12345 Erlenbach", True),
        ("Attraktive Wege für alle Menschen im ganzen Stadtgebiet", True),
        ("Bauamt | Frau Linde | Zimmer vier im Erdgeschoss", True),
        ("Neubau der Halle mit 450 Plätzen und einer Bühne", False),
        ("Die Umkleiden stammen noch aus der Bauzeit.", False),
        ("die Halle wird an drei Tagen der Woche genutzt", False),
    ],
)
def test_fragments_do_not_fill_a_thin_briefing(text: str, noise: bool) -> None:
    assert is_noise(text) is noise


def test_a_sentence_below_a_table_does_not_run_into_its_rows() -> None:
    below = "Der übrige Bedarf von 65.000 Euro soll über weitere Spenden gedeckt werden."
    table = paper([("reason", FILLER + "\nZuschuss | 40.000 Euro\nKredit | 25.000 Euro\n" + below)])
    texts = [s.text for s in extract_item(item(table)).statements]
    assert below in texts
    assert not any(" | " in text for text in texts)


def test_values_of_several_columns_keep_the_names_of_their_columns() -> None:
    table = paper(
        [
            (
                "costs",
                "Die Kosten verteilen sich so.\n\nAufwand | Ansatz 2026 | 2027\nPersonal | 120.000 Euro | 125.000 Euro\n"
                "Miete | 30.000 Euro | 31.500 Euro\n\nStrom | 7.000 Euro | 8.000 Euro",
            )
        ]
    )
    made = extract_item(item(table))
    rows = [s.text for s in made.statements if " | " in s.text]
    assert rows == [
        "Aufwand | Ansatz 2026 | 2027\nPersonal | 120.000 Euro | 125.000 Euro\nMiete | 30.000 Euro | 31.500 Euro",
        "Strom: 7.000 Euro | 8.000 Euro",  # below an empty line: nobody can tell what its columns are called
    ]
    context = {a.value: a.context for a in made.amounts}
    assert context[125_000] == "Personal – Ansatz 2026: 120.000 Euro – 2027: 125.000 Euro"
    assert context[8_000] == "Strom – 7.000 Euro – 8.000 Euro"


def test_a_row_with_a_description_is_shown_below_the_names_of_its_columns() -> None:
    table = paper(
        [
            (
                "reason",
                "Maßnahme | Beschreibung | Grobkosten\n1. Neubau Halle | Holzbau, Nutzungsdauer 50 Jahre | 21.500.000 €\n"
                "2. Rückbau | Abbruch des alten Gebäudes | 750.000 €",
            )
        ]
    )
    rows = [s.text for s in extract_item(item(table)).statements if s.label == "Kosten"]
    assert rows == [
        "Maßnahme | Beschreibung | Grobkosten\n1. Neubau Halle | Holzbau, Nutzungsdauer 50 Jahre | 21.500.000 €\n"
        "2. Rückbau | Abbruch des alten Gebäudes | 750.000 €"
    ]
