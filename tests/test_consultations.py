"""Beratungsfolgen of invented towns, as running lines and as table rows."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ratsassistent.pack.papers.consultations import all_consultations, find_consultations


def told(*lines: str):
    text = "\n".join(
        [
            "Beschlussvorlage",
            "Vorlage: BV/0012/2027",
            *lines,
            "Beschlussvorschlag:",
            "Der Rat beschließt am 01.02.2030.",
        ]
    )
    return [
        (c.organization, c.date.isoformat(), c.number, c.public, c.role, c.result) for c in find_consultations(text)
    ]


A, B = "2027-03-02", "2027-03-11"


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (
            ["Beratungsfolge:", "Bauausschuss 02.03.2027 4 Vorberatung", "Stadtrat 11.03.2027 Ö 2 Entscheidung"],
            [("Bauausschuss", A, "4", None, "Vorberatung", None), ("Stadtrat", B, "Ö 2", None, "Entscheidung", None)],
        ),
        (
            [
                "Beratungsfolge",
                "Gremium | Termin | TOP | ö | nö | Ergebnis",
                "Bauausschuss | 02.03.2027 | 4 |  | x | vorberaten",
                "Stadtrat | 11.03.2027 | 2.1 | X |  | einstimmig beschlossen",
            ],
            [
                ("Bauausschuss", A, "4", False, None, "vorberaten"),
                ("Stadtrat", B, "2.1", True, None, "einstimmig beschlossen"),
            ],
        ),
        (
            [
                "Beratungsfolge dieser Vorlage",
                "Gremium Termin TOP ö nö Ergebnis",
                "Bauausschuss 02.03.2027 4  x",
                "Stadtrat 11.03.2027 2 x verwiesen",
            ],
            [("Bauausschuss", A, "4", False, None, None), ("Stadtrat", B, "2", True, None, "verwiesen")],
        ),
        (
            [
                "Beratungsfolge:",
                "Status | Datum | Gremium | Zuständigkeit",
                "N | 02.03.2027 | Verwaltungsausschuss | Vorberatung",
                "Ö | 11.03.2027 | Rat der Gemeinde Au | Entscheidung",
            ],
            [
                ("Verwaltungsausschuss", A, None, False, "Vorberatung", None),
                ("Rat der Gemeinde Au", B, None, True, "Entscheidung", None),
            ],
        ),
        (
            [
                "Gremium (Zuständigkeit) | Sitzungstermin | Status",
                "Ausschuss für Umwelt und Verkehr (Vorberatung) | 02.03.2027 | öffentlich",
                "Kreistag (Entscheidung) | 11.03.2027 | nichtöffentlich",
            ],
            [
                ("Ausschuss für Umwelt und Verkehr", A, None, True, "Vorberatung", None),
                ("Kreistag", B, None, False, "Entscheidung", None),
            ],
        ),
        (
            ["Datum | Gremium", "2. März 2027 | Bauausschuss", "11. März 2027 | Stadtrat"],
            [("Bauausschuss", A, None, None, None, None), ("Stadtrat", B, None, None, None, None)],
        ),
        (
            [
                "Gremienweg:",
                "11.03.2027 Stadtrat   einstimmig   mehrheitl.   ohne BE",
                "abgelehnt   Kenntnis   abgesetzt",
                "verwiesen   vertagt   geändert",
                "TOP   öffentlich   Enthaltungen   Gegenstimmen",
                "02.03.2027 Bauausschuss   einstimmig   mehrheitl.   ohne BE",
                "abgelehnt   Kenntnis   abgesetzt",
            ],
            [("Stadtrat", B, None, None, None, None), ("Bauausschuss", A, None, None, None, None)],
        ),
        (
            [
                "Gremienweg:",
                "11.03.2027 Stadtrat ☒ einstimmig ☐ mehrheitl. ☐ ohne BE",
                "☐ abgelehnt ☐ Kenntnis ☐ abgesetzt",
                "TOP 3 ☒ öffentlich ☐ Enthaltungen",
            ],
            [("Stadtrat", B, None, True, None, "einstimmig")],
        ),
        (
            [
                "Beratungsfolge:",
                "Gemeinderat am Dienstag, 02.03.2027, 19:00 Uhr öffentlich Beschlussfassung mehrheitlich abgelehnt",
            ],
            [("Gemeinderat", A, None, True, "Beschlussfassung", "mehrheitlich abgelehnt")],
        ),
        (
            [
                "Beratungsfolge:",
                "1. Ausschuss für Schule, Sport",
                "und Kultur",
                "02.03.2027 nichtöffentlich Vorberatung",
                "2. Stadtrat 11.03.2027 öffentlich Entscheidung",
            ],
            [
                ("Ausschuss für Schule, Sport und Kultur", A, None, False, "Vorberatung", None),
                ("Stadtrat", B, None, True, "Entscheidung", None),
            ],
        ),
        (
            [
                "Beratungsfolge:",
                "Gremium | Datum | Beratungsart | Abstimmungsergebnis",
                "Einwohnerrat | 11. März 2027 | Beschluss | zur Kenntnis genommen",
                "Stadtsenat | 02.03.2027 | Vorberatung | ",
            ],
            [
                ("Einwohnerrat", B, None, None, "Beschluss", "zur Kenntnis genommen"),
                ("Stadtsenat", A, None, None, "Vorberatung", None),
            ],
        ),
    ],
)
def test_layouts(lines, expected):
    assert told(*lines) == expected


def test_what_stands_behind_the_heading_of_the_next_part_is_none():
    assert told("Beratungsfolge:", "Stadtrat 11.03.2027") == [("Stadtrat", B, None, None, None, None)]
    assert find_consultations("Antrag\nDer Rat tagt am 11.03.2027.") == ()


@settings(deadline=None, max_examples=60)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(
                ["Stadtrat", "Bauausschuss", "Ausschuss für Soziales und Bildung", "Ortsbeirat Süd", "Kreistag"]
            ),
            st.dates(dt.date(2001, 1, 1), dt.date(2039, 12, 31)),
            st.sampled_from([None, True, False]),
            st.sampled_from([None, "Vorberatung", "Entscheidung", "Anhörung"]),
        ),
        min_size=1,
        max_size=8,
    ),
    st.booleans(),
)
def test_what_is_printed_is_read(rows, table):
    mark = {None: "", True: "öffentlich", False: "nichtöffentlich"}
    lines = ["Gremium | Datum | Status | Zuständigkeit"] if table else ["Beratungsfolge:"]
    for body, day, public, role in rows:
        cells = [body, day.strftime("%d.%m.%Y"), mark[public], role or ""]
        lines.append(" | ".join(cells) if table else " ".join(cell for cell in cells if cell))
    assert told(*lines) == [(body, day.isoformat(), None, public, role, None) for body, day, public, role in rows]


def test_an_answer_adds_meetings_and_numbers_that_the_motion_did_not_know() -> None:
    motion = "Antrag\nGremium Termin TOP ö nö\nGemeinderat 28.09.2027 32 x\nSozialausschuss 16.11.2027  x\n\nDie Stadt baut.\n"
    answer = "Stellungnahme zum Antrag\nGremium Termin TOP ö nö\nSozialausschuss 16.11.2027 2 x\nHauptausschuss 01.10.2027 5 x\n\nDas geht.\n"
    found = all_consultations([motion, answer])
    assert [(c.organization, c.number) for c in found] == [
        ("Gemeinderat", "32"),
        ("Hauptausschuss", "5"),
        ("Sozialausschuss", "2"),
    ]


def test_a_mistyped_day_loses_no_meeting() -> None:
    (first, second) = find_consultations(
        "Gremium Termin TOP ö nö\nBauausschuss 30.11.203 2.2 x\nGemeinderat 19.12.2027 25 x\n\nText\n"
    )
    assert (first.organization, first.date, first.number) == ("Bauausschuss", None, "2.2")
    assert second.date is not None


def test_what_stands_in_the_column_of_results_is_one() -> None:
    (with_result,) = find_consultations(
        "Gremium Termin TOP ö nö Ergebnis\nHauptausschuss 06.12.2027 1 x Kenntnisnahme\n"
    )
    (with_role,) = find_consultations(
        "Gremium Termin TOP Ö / N Zuständigkeit\nHauptausschuss 06.12.2027 1 Ö Kenntnisnahme\n"
    )
    assert (with_result.role, with_result.result) == (None, "Kenntnisnahme")
    assert with_role.role == "Kenntnisnahme"


def test_a_column_of_purposes_beside_one_of_results_keeps_them_apart() -> None:
    first, second = find_consultations(
        "Gremium Termin Status Zweck Ergebnis\n"
        "Verwaltungsausschuss 13.01.2027 öffentlich Vorberatung 9 Ja, 3 Nein, 1 Enthaltung\n"
        "Gemeinderat 26.01.2027 öffentlich Entscheidung\n"
    )
    assert (first.role, first.result) == ("Vorberatung", "9 Ja, 3 Nein, 1 Enthaltung")
    assert (second.role, second.result) == ("Entscheidung", None)


def test_a_sentence_of_the_answer_below_is_no_meeting() -> None:
    found = find_consultations(
        "Gremium Termin Zweck\nGemeinderat 26.01.2027 Kenntnisnahme\n\nAntwort der Verwaltung\n"
        "Der Ortschaftsrat hat beraten. Am Stichtag 30.11.2026 standen 14\nWohnungen leer.\n"
    )
    assert [one.organization for one in found] == ["Gemeinderat"]
