"""Agendas of invented towns as PDFs, in the layouts that council systems and offices print."""

from __future__ import annotations

from pathlib import Path

import pdfs
import pytest

from ratsassistent.oparl import File, Page
from ratsassistent.pack.agendas.agenda import Agenda, find_agenda
from ratsassistent.pack.files.pages import ReadFile, read_file

GUESTS = "Ein Imbiss wird im Foyer gereicht."


def agenda_of(folder, pages, by_line=False) -> Agenda:
    path = folder / "einladung.pdf"
    path.write_bytes(pdfs.layout_bytes(pages, by_line))
    agenda = find_agenda(read_file(path))
    assert agenda
    return agenda


def told(agenda: Agenda) -> list[tuple[str | None, str, bool | None, tuple[str, ...]]]:
    return [(entry.number, entry.title, entry.public, entry.references) for entry in agenda.entries]


def table(*rows: tuple[str, ...], edges: tuple[tuple[int, int], ...]) -> list[object]:
    return [tuple((*edge, cell) for edge, cell in zip(edges, row, strict=True) if cell) for row in rows]


FOUR = ((10, 12), (22, 95), (120, 32), (155, 45))


@pytest.mark.parametrize("by_line", [False, True])
def test_a_table_with_four_columns(tmp_path, by_line):
    page = [
        "Gemeinde Lauterhain",
        "Hauptamt, Geschäftsstelle Gemeinderat",
        "Einladung zur Sitzung des Verwaltungsausschusses",
        "am Montag, 8. März 2027, 19:00 Uhr, im Rathaus",
        "Tagesordnung",
        "Öffentlicher Teil",
        *table(
            ("TOP", "Gegenstand", "Vorlage", "Berichterstatter"),
            ("1", "Begrüßung und Feststellung der Beschlussfähigkeit", "–", "Bgm. Seidel"),
            (
                "2",
                "Erneuerung der Wasserleitung in der Mühlgasse mit Anschluss der Höfe am Wehr und der Obermühle",
                "VO 12/2027",
                "Frau Kern",
            ),
            ("3", "Haushaltssatzung 2027", "VO 13/2027", "Kämmerer Brandt"),
            ("4", "Verschiedenes", "–", ""),
            edges=FOUR,
        ),
        GUESTS,
        "Mit freundlichen Grüßen",
        "Seidel",
    ]
    agenda = agenda_of(tmp_path, [page], by_line)
    assert (agenda.organization, agenda.start) == ("Verwaltungsausschuss", "2027-03-08T19:00")
    assert agenda.name == "Verwaltungsausschuss, 08.03.2027"
    found = told(agenda)
    assert [(number, refs) for number, _, _, refs in found] == [
        ("1", ()),
        ("2", ("VO 12/2027",)),
        ("3", ("VO 13/2027",)),
        ("4", ()),
    ]
    assert found[1][1] == (
        "Erneuerung der Wasserleitung in der Mühlgasse mit Anschluss der Höfe am Wehr und der Obermühle"
    )
    assert found[2][1] == "Haushaltssatzung 2027"
    assert found[3][1] == "Verschiedenes"
    assert found[0][1] == "Begrüßung und Feststellung der Beschlussfähigkeit"


@pytest.mark.parametrize("by_line", [False, True])
def test_numbers_with_letters_in_a_column_on_the_right(tmp_path, by_line):
    edges = ((10, 14), (26, 110), (145, 45))
    first = [
        "Stadt Brückenried",
        "Ratsbüro",
        "10. Sitzung des Rates der Stadt Brückenried",
        "Sitzungstermin: Donnerstag, 15.04.2027, 17:00 Uhr",
        "Tagesordnung",
        "Öffentlicher Teil:",
        *table(
            ("Ö 1", "Genehmigung der Niederschrift", ""),
            ("Ö 2", "Bebauungsplan Nr. 17 „Am Anger“ - Satzungsbeschluss -", "BV/0031/2027"),
            ("Ö 3", "Antrag der Fraktion Bürgerforum auf Einrichtung eines Nachtbusses zwischen", ""),
            ("", "Bahnhof und Oberstadt", "AN/0007/2027"),
            ("Ö 4", "Anfragen", ""),
            edges=edges,
        ),
    ]
    second = [
        "Nichtöffentlicher Teil:",
        *table(
            ("N 1", "Vergabe der Rohbauarbeiten", "BV/0033/2027-N"),
            ("N 2", "Verschiedenes", ""),
            edges=edges,
        ),
    ]
    pages = [
        pdfs.footed(page, f"Stadt Brückenried · Ratsbüro · Seite {n} von 2")
        for n, page in enumerate((first, second), 1)
    ]
    agenda = agenda_of(tmp_path, pages, by_line)
    assert agenda.organization == "Rat der Stadt Brückenried"
    assert agenda.name == "10. Sitzung Rat der Stadt Brückenried, 15.04.2027"
    assert told(agenda) == [
        ("Ö 1", "Genehmigung der Niederschrift", True, ()),
        ("Ö 2", "Bebauungsplan Nr. 17 „Am Anger“ - Satzungsbeschluss -", True, ("BV/0031/2027",)),
        (
            "Ö 3",
            "Antrag der Fraktion Bürgerforum auf Einrichtung eines Nachtbusses zwischen Bahnhof und Oberstadt",
            True,
            ("AN/0007/2027",),
        ),
        ("Ö 4", "Anfragen", True, ()),
        ("N 1", "Vergabe der Rohbauarbeiten", False, ("BV/0033/2027-N",)),
        ("N 2", "Verschiedenes", False, ()),
    ]
    assert agenda.pages == (1, 2)


def test_the_number_stands_below_behind_a_word(tmp_path):
    page = [
        "Landkreis Hohenwalde",
        "Sitzung des Ausschusses für Umwelt,",
        "Klimaschutz und Landwirtschaft",
        "Datum: Dienstag, 04.05.2027, 15:30 Uhr",
        "Öffentliche Tagesordnung",
        "Top 1: Eröffnung der Sitzung",
        "Top 2: Moorschutz im Tiefen Bruch:",
        "Sachstand und weiteres Vorgehen",
        "Vorlage: 2027/DS/0119",
        "Berichterstatterin: Frau Dr. Ahrens",
        "Top 3: Förderung von Photovoltaik",
        "Vorlage:",
        "2027/DS/0120-1",
        "Einbringer: Fraktion Kreisbündnis",
        "Top 4: Mitteilungen",
        "Top 5: Anfragen",
        "Die Sitzungsunterlagen liegen im Kreishaus aus.",
    ]
    agenda = agenda_of(tmp_path, [page])
    assert agenda.organization == "Ausschuss für Umwelt, Klimaschutz und Landwirtschaft"
    assert [(title, refs) for _, title, _, refs in told(agenda)] == [
        ("Eröffnung der Sitzung", ()),
        ("Moorschutz im Tiefen Bruch: Sachstand und weiteres Vorgehen", ("2027/DS/0119",)),
        ("Förderung von Photovoltaik", ("2027/DS/0120-1",)),
        ("Mitteilungen", ()),
        ("Anfragen", ()),
    ]
    assert all(entry.public for entry in agenda.entries)


def test_roman_parts_and_numbers_in_brackets(tmp_path):
    page = [
        "Verbandsgemeinde Seeburg",
        "Einladung zur öffentlichen und nichtöffentlichen Sitzung des Verbandsgemeinderates",
        "am Mittwoch, dem 16. Juni 2027, um 18.00 Uhr",
        "T a g e s o r d n u n g",
        "I. Öffentliche Sitzung",
        "1. Einwohnerfragestunde",
        "2. Kindertagesstätte Am Hang: Auftragsvergabe (Drucksache 45/2027)",
        "3. Bericht der Wehrleitung (Drs. 20-26 / V 01234)",
        "II. Nichtöffentliche Sitzung",
        "1. Personalangelegenheit (Drucksache 46/2027)",
        "Sie werden gebeten, bei Verhinderung Ihre Vertretung zu verständigen.",
        "Der Verbandsbürgermeister",
    ]
    agenda = agenda_of(tmp_path, [page])
    assert agenda.organization == "Verbandsgemeinderat"
    assert told(agenda) == [
        ("1", "Einwohnerfragestunde", True, ()),
        ("2", "Kindertagesstätte Am Hang: Auftragsvergabe", True, ("45/2027",)),
        ("3", "Bericht der Wehrleitung", True, ("20-26 / V 01234",)),
        ("1", "Personalangelegenheit", False, ("46/2027",)),
    ]


def test_a_letter_with_letterhead_and_bank_details(tmp_path):
    page = [
        "Stadt Talmünster · Postfach 12 · 98765 Talmünster",
        "An die Mitglieder des Bau- und Verkehrsausschusses",
        "Dezernat II, Büro der Stadtverordnetenversammlung",
        "Auskunft erteilt: Herr Lindner, Telefon 01234 5678",
        "Talmünster, 01.09.2027",
        "Einladung",
        "Sehr geehrte Damen und Herren,",
        "zur 8. Sitzung des Bau- und Verkehrsausschusses am Dienstag, den 14.09.2027, 18:15 Uhr, lade ich ein.",
        "Im Anschluss findet eine nichtöffentliche Sitzung statt.",
        "Tagesordnung",
        "A. Öffentlicher Teil",
        "1. Bekanntgaben -",
        "2. Sanierung der Brücke über die Talach DS 2027/118",
        "zwischen Markt und Bleiche",
        "3. Radweg an der Landstraße MV 2027/119 FB 3",
        "4. Verschiedenes",
        "Im Anschluss beginnt der nichtöffentliche Teil.",
        "B. Nichtöffentlicher Teil",
        "1. Grundstückssache DS 2027/120",
        "2. Verschiedenes",
        "Der Sitzungssaal ist barrierefrei über den Hof zu erreichen. Bitte bringen Sie",
        "Ihre Unterlagen mit.",
        "Mit freundlichen Grüßen",
        "3. Stellvertreterin des Bürgermeisters",
        "Bankverbindung: Sparkasse Talmünster, IBAN DE00 1234 5678",
    ]
    agenda = agenda_of(tmp_path, [page])
    assert agenda.organization == "Bau- und Verkehrsausschuss"
    assert agenda.start == "2027-09-14T18:15"
    assert told(agenda) == [
        ("1", "Bekanntgaben", True, ()),
        ("2", "Sanierung der Brücke über die Talach zwischen Markt und Bleiche", True, ("DS 2027/118",)),
        ("3", "Radweg an der Landstraße", True, ("MV 2027/119",)),
        ("4", "Verschiedenes", True, ()),
        ("1", "Grundstückssache", False, ("DS 2027/120",)),
        ("2", "Verschiedenes", False, ()),
    ]


def test_a_column_on_the_left_and_plain_numbers(tmp_path):
    page = [
        "Samtgemeinde Osterbruch",
        "Gremium: Rat der Samtgemeinde Osterbruch",
        "Sitzungsdatum: 21.10.2027",
        "Tagesordnung",
        *table(
            ("Nr.", "Drucksache", "Betreff"),
            ("1", "", "Eröffnung"),
            ("2", "77/2027", "Jahresabschluss 2024"),
            ("3", "0078/2027", "Schulbezirke"),
            edges=((10, 12), (24, 30), (60, 120)),
        ),
    ]
    agenda = agenda_of(tmp_path, [page])
    assert agenda.organization == "Rat der Samtgemeinde Osterbruch"
    assert [(title, refs) for _, title, _, refs in told(agenda)] == [
        ("Eröffnung", ()),
        ("Jahresabschluss 2024", ("77/2027",)),
        ("Schulbezirke", ("0078/2027",)),
    ]


def test_swiss_and_austrian_words(tmp_path):
    swiss = [
        "Einwohnergemeinde Oberwilen",
        "Sitzung des Grossen Gemeinderates",
        "Donnerstag, 11. November 2027, 17.00 Uhr, Aula",
        "Traktanden",
        "1. Protokoll der Sitzung vom 9. September 2027",
        "2. Strassensanierung Bachweg; Verpflichtungskredit",
        "Geschäft: Drucksache 2027/41",
        "3. Fragestunde",
        "Freundliche Grüsse",
        "Die Gemeinderatsschreiberin",
    ]
    agenda = agenda_of(tmp_path, [swiss])
    assert agenda.organization == "Grosser Gemeinderat"
    assert [(number, title) for number, title, _, _ in told(agenda)] == [
        ("1", "Protokoll der Sitzung vom 9. September 2027"),
        ("2", "Strassensanierung Bachweg; Verpflichtungskredit"),
        ("3", "Fragestunde"),
    ]
    assert told(agenda)[1][3] == ("2027/41",)
    austrian = [
        "Marktgemeinde Kirchau",
        "Kundmachung",
        "der 3. Sitzung des Gemeinderates am Dienstag, 18. Jänner 2028, 19:00 Uhr",
        "Verhandlungsgegenstände:",
        "Berichterstatter Vizebürgermeister Pichler",
        "1.) Voranschlag 2028",
        "FIN-9-2027",
        "2.) Löschwasserversorgung im Ortsteil Graben;",
        "Auftragsvergabe",
        "Berichterstatterin GR Huber",
        "3.) Allfälliges",
        "Der Bürgermeister:",
    ]
    agenda = agenda_of(tmp_path, [austrian])
    assert (agenda.organization, agenda.start) == ("Gemeinderat", "2028-01-18T19:00")
    assert [(number, title) for number, title, _, _ in told(agenda)] == [
        ("1", "Voranschlag 2028"),
        ("2", "Löschwasserversorgung im Ortsteil Graben; Auftragsvergabe"),
        ("3", "Allfälliges"),
    ]


@pytest.mark.parametrize(
    ("lines", "organization"),
    [
        (["Geschäftsstelle Stadtrat", "Einladung zur Sitzung des Stadtrats"], "Stadtrat"),
        (
            ["Ratsbüro", "zur Sitzung des Ausschusses für Schule und Sport am 02.02.2027"],
            "Ausschuss für Schule und Sport",
        ),
        (["An die Mitglieder des Kreistags", "KREISTAG", "02.02.2027"], "Kreistag"),
        (["Sitzung der Bezirksvertretung Nord", "am Freitag"], "Bezirksvertretung Nord"),
        (["Sitzung des Technischen Ausschusses", "Sehr geehrte Damen"], "Technischer Ausschuss"),
        (["Sitzung: Stadtentwicklungsausschuss", "Ort: Rathaus"], "Stadtentwicklungsausschuss"),
        (["Hauptamt", "ohne Gremium"], None),
    ],
)
def test_whose_meeting_it_is(tmp_path, lines, organization):
    page = ["Stadt Lauterhain", *lines, "Tagesordnung", "1. Anfang", "2. Schluss"]
    assert agenda_of(tmp_path, [page]).organization == organization


def test_an_invitation_that_does_not_say_agenda(tmp_path):
    page = [
        "Markt Oberkirchberg",
        "Einladung zur Sitzung des Marktgemeinderates am Montag, 6. Dezember 2027, 19:30 Uhr",
        "Öffentlicher Teil",
        "1. Genehmigung des letzten Protokolls",
        "2. Bauanträge",
        "Nichtöffentlicher Teil",
        "3. Vergaben",
    ]
    agenda = agenda_of(tmp_path, [page])
    assert agenda.organization == "Marktgemeinderat"
    assert [(number, public) for number, _, public, _ in told(agenda)] == [("1", True), ("2", True), ("3", False)]


def test_a_text_with_numbers_is_no_agenda(tmp_path):
    page = ["Öffentlicher Teil des Parks", "1. Bänke", "2. Wege", "Öffentlich", "1. Bäume", "2. Sträucher"]
    path = tmp_path / "konzept.pdf"
    path.write_bytes(pdfs.layout_bytes([page]))
    assert find_agenda(read_file(path)) is None


def agenda_of_texts(*texts: str) -> Agenda:
    pages = tuple(Page(number=n, text=text, source="text") for n, text in enumerate(texts, 1))
    found = find_agenda(ReadFile(file=File(id="ra:datei-1", name="x.pdf", sha256="0"), pages=pages, path=Path("x.pdf")))
    assert found
    return found


COUNCIL = "Gemeinde Quellental\n\nEinladung zur Sitzung des Gemeinderates am Montag, 10. Mai 2027, 19:00 Uhr"


@pytest.mark.parametrize("cover", [0, 1, 2])
@pytest.mark.parametrize("top", [False, True])
def test_page_numbers_alone_on_a_line_are_no_items(cover, top):
    """They count the physical pages, or are behind them by those of a cover; they stand at the top or at the foot."""
    parts = [
        "Tagesordnung\n\n1. Wahl der Schriftführung\n\nDie Wahl ist geheim.\n\n2. Sanierung der Mühlbrücke",
        "Berichte der Vizebürgermeisterin\n\n3. Gebühren des Wochenmarktes\n\nDie Gebühren sollen steigen.",
        "4. Neue Bänke am Weiher",
    ]
    pages = [f"{n}\n\n{text}" if top else f"{text}\n\n{n}" for n, text in enumerate(parts, 2)]
    covers = [COUNCIL, "Hinweise zur Anreise\n\nDer Saal liegt im ersten Stock."][:cover]
    agenda = agenda_of_texts(*covers, *pages) if covers else agenda_of_texts(f"{COUNCIL}\n\n{pages[0]}", *pages[1:])
    assert [(entry.number, entry.title) for entry in agenda.entries] == [
        ("1", "Wahl der Schriftführung"),
        ("2", "Sanierung der Mühlbrücke"),
        (None, "Berichte der Vizebürgermeisterin"),
        ("3", "Gebühren des Wochenmarktes"),
        ("4", "Neue Bänke am Weiher"),
    ]


def test_a_number_alone_above_its_title_is_an_item():
    agenda = agenda_of_texts(
        f"{COUNCIL}\n\nTagesordnung\n\n1\nWahl der Schriftführung\n\n2\nSanierung der Mühlbrücke",
        "3\nGebühren des Wochenmarktes\n\n4\nNeue Bänke am Weiher",
    )
    assert [(entry.number, entry.title) for entry in agenda.entries] == [
        ("1", "Wahl der Schriftführung"),
        ("2", "Sanierung der Mühlbrücke"),
        ("3", "Gebühren des Wochenmarktes"),
        ("4", "Neue Bänke am Weiher"),
    ]


@pytest.mark.parametrize(
    "said",
    [
        "Für die Sitzung des Bauausschusses ab 17.30 Uhr",
        "Für die öffentliche Sitzung des Ausschusses für Bauen, Umwelt und des\nSchulausschusses ab 17:30 Uhr:",
        "Im Anschluss Sitzung des Bauausschusses, ca. 18 Uhr",
    ],
)
@pytest.mark.parametrize("gap", ["\n", "\n\n"])
def test_whose_sitting_begins_when_is_no_item(said, gap):
    agenda = agenda_of_texts(
        f"{COUNCIL}\n\nTagesordnung\n\n1. Neubau der Grundschule\nVorlage: BV/0012/2027{gap}{said}{gap}"
        "2. Bericht über die Sitzung vom Mai, 18 Uhr\n\nAnträge der Fraktionen\n\n3. Bänke am Weiher"
    )
    assert [(entry.number, entry.title) for entry in agenda.entries] == [
        ("1", "Neubau der Grundschule"),
        ("2", "Bericht über die Sitzung vom Mai, 18 Uhr"),
        (None, "Anträge der Fraktionen"),
        ("3", "Bänke am Weiher"),
    ]
