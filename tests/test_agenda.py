from pathlib import Path

import pdfs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ratsassistent.oparl import File, Page
from ratsassistent.pack.agendas.agenda import find_agenda
from ratsassistent.pack.files.pages import ReadFile
from ratsassistent.pack.papers.references import (
    cued_references,
    find_key,
    fuller,
    reference_key,
    references,
    shaped_references,
)
from ratsassistent.pack.papers.running import running_lines


def read(*pages: list[str]) -> ReadFile:
    return ReadFile(
        file=File(id="ra:datei-1", name="x.pdf", sha256="0"),
        pages=tuple(Page(number=n, text="\n".join(p), source="text") for n, p in enumerate(pages, 1)),
        path=Path("x.pdf"),
    )


def entries(*pages: list[str]):
    agenda = find_agenda(read(*pages))
    assert agenda
    return [(entry.number, entry.title, entry.public, entry.references) for entry in agenda.entries]


def test_public_and_non_public_parts_of_one_agenda():
    agenda = find_agenda(read(*pdfs.PACK))
    assert agenda
    assert agenda.organization == "Rat der Stadt Musterfeld"
    assert agenda.start == "2024-03-14T17:30"
    assert agenda.pages == (1,)
    assert [(e.number, e.title, e.public, e.references) for e in agenda.entries] == [
        ("Ö 1", "Genehmigung der Niederschrift", True, ()),
        ("Ö 2", "Neubau der Feuerwache Nord und Erweiterung des Gerätehauses", True, ("BV/0012/2024",)),
        ("Ö 3", "Antrag der Fraktion Mitte: Trinkbrunnen am Markt", True, ("AN/0045/2024",)),
        ("N 1", "Grundstücksverkauf Gewerbegebiet Ost", False, ("BV/0099/2024",)),
    ]


def test_numbers_that_restart_in_the_non_public_part():
    found = entries(
        ["Kreistag", "Tagesordnung", "I. Öffentliche Sitzung", "1. Haushalt", "2. Satzung (Vorlage 012/2024)"],
        ["II. Nichtöffentliche Sitzung", "1. Personalsache", "2. Vergabe"],
    )
    assert [(number, public) for number, _, public, _ in found] == [
        ("1", True),
        ("2", True),
        ("1", False),
        ("2", False),
    ]
    assert found[1][1:] == ("Satzung", True, ("012/2024",))


@pytest.mark.parametrize(
    ("lines", "numbers"),
    [
        (["TOP 1 Begrüßung", "TOP 2 Haushalt", "TOP 2a Nachtrag", "TOP 3 Ende"], ["TOP 1", "TOP 2", "TOP 2a", "TOP 3"]),
        (["1   Bauen", "1.1   Wohnen", "1.2   Gewerbe", "2   Verkehr"], ["1", "1.1", "1.2", "2"]),
        (["I.1 Haushalt", "I.2 Stellenplan", "II.1 Bauen"], ["I.1", "I.2", "II.1"]),
        (["Punkt", "2.1.7:", "Pendelbus", "Punkt", "2.2.1:", "Konzept"], ["2.1.7", "2.2.1"]),
    ],
)
def test_many_numberings(lines, numbers):
    assert [number for number, *_ in entries(["Gemeinderat", "Tagesordnung", *lines])] == numbers


def test_titles_over_several_lines_and_headings_without_number():
    found = entries(
        [
            "Gemeinderat",
            "Tagesordnung der öffentlichen Sitzung",
            "1     Lieferung von Möbeln für Schulen und",
            "Kindergärten im Schuljahr 2023/2024",
            "      Vorlage: 2023/1034",
            "ANFRAGEN",
            "2     Beschaffung von",
            "40 Containern",
            "3     Bericht",
            "4     Verschiedenes",
        ]
    )
    assert found == [
        ("1", "Lieferung von Möbeln für Schulen und Kindergärten im Schuljahr 2023/2024", True, ("2023/1034",)),
        (None, "ANFRAGEN", True, ()),
        ("2", "Beschaffung von 40 Containern", True, ()),
        ("3", "Bericht", True, ()),
        ("4", "Verschiedenes", True, ()),
    ]


def test_not_stated_is_not_public_and_the_letter_date_is_not_the_meeting():
    agenda = find_agenda(
        read(
            [
                "Seedorf, 01.02.2024",
                "Sitzung des Ausschusses für Umwelt und Bauen am",
                "Dienstag, den 20.02.2024, 18:00 Uhr,",
                "Tagesordnung",
                "1. Radweg",
                "2. Spielplatz",
                "Mit freundlichen Grüßen",
                "3. Etage",
            ]
        )
    )
    assert agenda
    assert agenda.start == "2024-02-20T18:00"
    assert agenda.organization == "Ausschuss für Umwelt und Bauen"
    assert [(entry.number, entry.public) for entry in agenda.entries] == [("1", None), ("2", None)]


def test_papers_and_minutes_are_no_agenda():
    assert find_agenda(read(pdfs.FIRE_1, pdfs.FIRE_2)) is None
    minutes = ["Niederschrift", "Anwesend: alle", "Tagesordnung", "1. Begrüßung", "2. Haushalt"]
    assert find_agenda(read(minutes)) is None
    assert find_agenda(read(["nur Text", "ohne Tagesordnung"])) is None


@pytest.mark.parametrize(
    "number",
    [
        "2022/2024",
        "BV/0197/2026",
        "0123/2024-2029",
        "V/12/345",
        "FB1/0815/2023",
        "61/123/2024",
        "2022/1068/1",
        "BV-0012-24",
    ],
)
def test_vorlage_numbers_behind_a_word(number):
    for text in (f"Vorlage: {number}", f"(Vorlage Nr. {number})", f"Drucksache {number}", f"Vorlagen-Nr.:   {number}"):
        assert cued_references(text) == [number], text


def test_numbers_by_shape_and_what_is_none():
    assert shaped_references("Umbau BV/0197/2026") == ["BV/0197/2026"]
    assert shaped_references("im Schuljahr 2022/23, Haushalt 2024/2025, am 12.03.2024, 3/4") == []
    assert references("Drs. 20-26 / V 01234") == ["20-26 / V 01234"]
    assert reference_key("20-26 / V 01234") == reference_key("20-26/V01234")


@settings(deadline=None, max_examples=60)
@given(st.lists(st.text(alphabet=st.characters(blacklist_categories=["Cs"]), max_size=60), max_size=25))
def test_any_text_behind_the_title_is_survived(lines):
    agenda = find_agenda(read(["Gemeinderat", "Tagesordnung", "1. Anfang", *lines]))
    assert agenda
    assert agenda.entries[0].number == "1"
    assert [entry.order for entry in agenda.entries] == list(range(1, len(agenda.entries) + 1))


@settings(deadline=None, max_examples=40)
@given(st.integers(2, 30), st.sampled_from(["{}. Thema {}", "TOP {} Thema {}", "Ö {}   Thema {}", "{}   Thema {}"]))
def test_every_item_is_found_in_order(count, form):
    lines = [form.format(n, "ABCDEFGHIJ"[n % 10]) for n in range(1, count + 1)]
    agenda = find_agenda(read(["Stadtrat", "Tagesordnung", *lines]))
    assert agenda
    assert len(agenda.entries) == count


def test_numbers_that_restart_under_a_lettered_heading():
    found = entries(
        ["Bezirksausschuss 9", "Tagesordnung", "A Allgemeines", "1 Eröffnung", "2 Ziele", "B Anträge", "1 Bäume"]
    )
    assert [number for number, *_ in found] == [None, "1", "2", None, "1"]
    assert [title for _, title, *_ in found] == ["A Allgemeines", "Eröffnung", "Ziele", "B Anträge", "Bäume"]


def test_a_vorlage_number_on_a_line_of_its_own():
    found = entries(
        ["Rat", "Tagesordnung", "Ö 3 Bebauungsplan Am Anger", "- Satzungsbeschluss -", "VO/2024/0123", "Ö 4 Schule"]
    )
    assert found[0] == ("Ö 3", "Bebauungsplan Am Anger - Satzungsbeschluss -", True, ("VO/2024/0123",))
    assert [number for number, *_ in found] == ["Ö 3", "Ö 4"]


@pytest.mark.parametrize(
    "number", ["BV 2027/003", "VO 12/2027", "DS 0123/27", "AN 2026/041", "BV 2027/009-N", "FB 2027/17"]
)
def test_letters_before_a_number_belong_to_it(number):
    assert shaped_references(f"Sanierung der Halle {number}") == [number]
    assert references(f"Vorlage: {number}") == [number]
    bare = number.split(" ")[1]
    assert find_key(reference_key(bare), [reference_key(number)]) == reference_key(number)
    assert find_key(reference_key(f"ZZ {bare}"), [reference_key(number)]) is None
    assert fuller(bare, number) == fuller(number, bare) == number


def test_a_number_without_letters_that_fits_two_fits_none():
    assert find_key("2027/003", ["BV/2027/003", "AN/2027/003"]) is None
    assert shaped_references("DIN 2027/12, RL 2014/24, KW 12/2027") == []


def test_running_lines():
    body = ["Erste Zeile.", "Zweite Zeile.", "Dritte Zeile.", "Vierte Zeile."]
    pages = ["\n".join(["Stadt X · Hauptamt", *body, f"Bericht · Seite {n}"]) for n in range(1, 5)]
    pages[2] = pages[2].replace("Erste Zeile.", "Ganz anders.")
    found = running_lines(pages)
    assert [0 in drop for drop in found] == [False, True, True, True]  # the first page keeps its letterhead
    assert all(5 in drop for drop in found)
    assert running_lines(["Ein Text.\nJa", "Anderes.\nJa"]) == [set(), set()]
