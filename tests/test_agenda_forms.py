"""Agendas of invented towns as running text or table rows: what has to come out of each, whole."""

from __future__ import annotations

from pathlib import Path

import pytest
from fpdf import FPDF
from hypothesis import given, settings
from hypothesis import strategies as st

from ratsassistent.oparl import File, Page
from ratsassistent.pack.agendas.agenda import Agenda, find_agenda, find_agendas
from ratsassistent.pack.agendas.agenda_numbers import number_path, read_number, same_number
from ratsassistent.pack.agendas.agenda_public import item_mark, section, title_mark
from ratsassistent.pack.files.pages import ReadFile, read_file


def read(*pages: list[str]) -> ReadFile:
    return ReadFile(
        file=File(id="ra:datei-1", name="x.pdf", sha256="0"),
        pages=tuple(Page(number=n, text="\n".join(p), source="text") for n, p in enumerate(pages, 1)),
        path=Path("x.pdf"),
    )


def agenda_of(*pages: list[str]) -> Agenda:
    agenda = find_agenda(read(*pages))
    assert agenda
    return agenda


def told(*pages: list[str]) -> list[tuple[str | None, str, bool | None, tuple[str, ...]]]:
    return [(e.number, e.title, e.public, e.references) for e in agenda_of(*pages).entries]


HEAD = [
    "Stadt Grünau",
    "Einladung zur 5. Sitzung des Stadtrates",
    "am Donnerstag, 11.03.2027, 18:00 Uhr",
    "Tagesordnung",
]


@pytest.mark.parametrize(
    ("line", "printed", "path"),
    [
        ("Ö 5 Haushalt", "Ö 5", (5,)),
        ("Ö5 Haushalt", "Ö5", (5,)),
        ("NÖ 3 Vergabe", "NÖ 3", (3,)),
        ("N 3.1 Vergabe", "N 3.1", (3, 1)),
        ("TOP 5a Haushalt", "TOP 5a", (5, 0, 1)),
        ("TOP Ö 5: Haushalt", "TOP Ö 5", (5,)),
        ("Top 12: Haushalt", "TOP 12", (12,)),
        ("5.1.2 Haushalt", "5.1.2", (5, 1, 2)),
        ("5.1. Haushalt", "5.1", (5, 1)),
        ("I.2 Haushalt", "I.2", (1, 2)),
        ("II/3 Haushalt", "II/3", (2, 3)),
        ("IV. Haushalt", "IV", (4,)),
        ("A 3 Haushalt", "A 3", (3,)),
        ("1.) Haushalt", "1", (1,)),
        ("(4) Haushalt", "4", (4,)),
        ("§ 4 Haushalt", "§ 4", (4,)),
        ("Punkt 3: Haushalt", "3", (3,)),
        ("Zu Punkt 2.) Haushalt", "2", (2,)),
        ("Zu 2.: Haushalt", "2", (2,)),
        ("3 - Haushalt", "3", (3,)),
        ("3.a) Haushalt", "3.a", (3, 0, 1)),
        ("Traktandum 7: Voranschlag", "7", (7,)),
        ("Tagesordnungspunkt 10 Haushalt", "10", (10,)),
        ("7", "7", (7,)),
    ],
)
def test_a_number_is_read_as_printed(line, printed, path):
    number = read_number(line)
    assert number
    assert (number.printed, number.path) == (printed, path)
    assert number_path(printed) == path


@pytest.mark.parametrize(
    "line",
    ["18.00 Uhr Beginn", "12. März 2027", "3 Stimmen dagegen", "Ö", "Öffentlich", "25 % der Kosten", "(4 Haushalt", ""],
)
def test_what_is_no_number(line):
    assert read_number(line) is None


def test_two_ways_to_print_one_number():
    assert all(same_number(one, two) for one, two in [("Ö 5", "TOP 5"), ("5", "5."), ("Ö 5.1", "5.1")])
    assert not any(same_number(one, two) for one, two in [("5", "5a"), (None, None), ("5", "6")])


@pytest.mark.parametrize(
    ("line", "public"),
    [
        ("Öffentlicher Teil", True),
        ("I. Öffentliche Sitzung:", True),
        ("A) Öffentlicher Teil (18:00 Uhr)", True),
        ("Öffentliche Sitzung - Beginn: 18.00 Uhr", True),
        ("ÖFFENTLICHE TAGESORDNUNGSPUNKTE", True),
        ("Tagesordnung der öffentlichen Sitzung", True),
        ("II. Nichtöffentlicher Teil", False),
        ("Nicht öffentlicher Teil", False),
        ("nicht-öffentliche Sitzung", False),
        ("Teil B: Nichtöffentliche Beratung", False),
        ("Teil B", False),
        ("Vertraulicher Teil", False),
        ("Geheime Sitzung", False),
        ("Unter Ausschluss der Öffentlichkeit", False),
        ("C. Unter Ausschluß der Öffentlichkeit:", False),
        ("N i c h t ö f f e n t l i c h e r   T e i l", False),
        ("18:30 Uhr Nichtöffentlicher Teil", False),
        ("ab 17.00 Uhr: Öffentliche Sitzung", True),
        ("Teil A", None),
        ("vertraulich", None),
        ("Öffentlicher Nahverkehr im Kreis", None),
        ("Bekanntgabe der in nichtöffentlicher Sitzung gefassten Beschlüsse", None),
        ("Öffentliche Auslegung des Bebauungsplans", None),
    ],
)
def test_heads_of_parts(line, public):
    assert section(line) is public


@pytest.mark.parametrize(
    ("line", "public"),
    [
        ("(nichtöffentlich)", False),
        ("– vertraulich –", False),
        ("Status: nichtöffentlich", False),
        ("Status: öffentlich", True),
        ("Der Punkt wird in nichtöffentlicher Sitzung beraten.", False),
        ("Die Beratung erfolgt unter Ausschluss der Öffentlichkeit.", False),
        ("Bekanntgabe der in nichtöffentlicher Sitzung gefassten Beschlüsse", None),
        ("Neubau der Sporthalle", None),
    ],
)
def test_marks_of_one_item(line, public):
    assert item_mark(line) is public


def test_marks_at_the_end_of_a_title():
    assert title_mark("Grundstückssache (nichtöffentlich)") is False
    assert title_mark("Personalangelegenheit - vertraulich -") is False
    assert title_mark("Haushalt (öffentlich)") is True
    assert title_mark("Genehmigung der Niederschrift - nichtöffentlicher Teil im Umlauf") is None


def test_sessionnet_table_rows():
    assert told(
        [
            "Stadt Grünau | 01.03.2027",
            "Der Vorsitzende",
            "Sitzung des Rates der Stadt Grünau",
            "Sitzungstermin: | Donnerstag, 11.03.2027, 18:00 Uhr",
            "Tagesordnung",
            "Öffentlicher Teil:",
            "TOP | Betreff | Vorlage",
            "Ö 1 | Eröffnung der Sitzung | ",
            "Ö 2 | Neubau einer Sporthalle an der Mühlenstraße mit Außenanlagen und Stellplätzen | BV/0045/2027",
            "Ö 2.1 | Änderungsantrag der Fraktion Bürgerliste | AN/0046/2027",
            "Ö 3 | Anfragen | ",
            "Nichtöffentlicher Teil:",
            "TOP | Betreff | Vorlage",
            "N 1 | Vergabe der Rohbauarbeiten | BV/0047/2027-N",
        ]
    ) == [
        ("Ö 1", "Eröffnung der Sitzung", True, ()),
        (
            "Ö 2",
            "Neubau einer Sporthalle an der Mühlenstraße mit Außenanlagen und Stellplätzen",
            True,
            ("BV/0045/2027",),
        ),
        ("Ö 2.1", "Änderungsantrag der Fraktion Bürgerliste", True, ("AN/0046/2027",)),
        ("Ö 3", "Anfragen", True, ()),
        ("N 1", "Vergabe der Rohbauarbeiten", False, ("BV/0047/2027-N",)),
    ]


def test_a_table_with_status_kind_and_who_reports():
    assert told(
        [
            *HEAD,
            "Nr. | Bezeichnung | Drucksache | Beschlussart | Status | Berichterstatter",
            "1 | Begrüßung | – | – | öffentlich | Bgm. Lang",
            "2 | Jahresabschluss 2026 | 77/2027 | Entscheidung | öffentlich | Kämmerin Roth",
            " | und Entlastung | | | | ",
            "3 | Ankauf einer Fläche | 78/2027 | Vorberatung | nichtöffentlich | Bgm. Lang",
            "4 | Verschiedenes | – | Kenntnisnahme | öffentlich | ",
        ]
    ) == [
        ("1", "Begrüßung", True, ()),
        ("2", "Jahresabschluss 2026 und Entlastung", True, ("77/2027",)),
        ("3", "Ankauf einer Fläche", False, ("78/2027",)),
        ("4", "Verschiedenes", True, ()),
    ]


def test_rows_without_a_head():
    assert told(
        [
            *HEAD,
            "Öffentlicher Teil | ",
            "TOP 1 | Begrüßung",
            "TOP 2 | Feuerwehrbedarfsplan | VO/26/123-01 | Beschluss",
            "TOP 3 | Stand der Bauarbeiten am Hallenbad | mündlich",
            "Nichtöffentlicher Teil | ",
            "TOP 4 | Personalsache | VO/26/124",
        ]
    ) == [
        ("TOP 1", "Begrüßung", True, ()),
        ("TOP 2", "Feuerwehrbedarfsplan", True, ("VO/26/123-01",)),
        ("TOP 3", "Stand der Bauarbeiten am Hallenbad", True, ()),
        ("TOP 4", "Personalsache", False, ("VO/26/124",)),
    ]


def test_allris_with_numbers_on_their_own_lines():
    assert told(
        [
            "Bezirksversammlung Nordhafen",
            "Einladung",
            "Gremium: | Hauptausschuss",
            "Sitzungstermin: Dienstag, 16.03.2027, 17:30 Uhr",
            "Tagesordnung",
            "Ö 1",
            "Öffentliche Fragestunde",
            "Ö 2",
            "Umgestaltung des Hafenplatzes und der angrenzenden",
            "Straßen",
            "Drucksache 21-0456",
            "Ö 2.1",
            "hierzu: Änderungsantrag der Fraktion Hafenliste",
            "21-0456.1",
            "N 1",
            "Vertragsangelegenheit",
        ]
    ) == [
        ("Ö 1", "Öffentliche Fragestunde", True, ()),
        ("Ö 2", "Umgestaltung des Hafenplatzes und der angrenzenden Straßen", True, ("21-0456",)),
        ("Ö 2.1", "hierzu: Änderungsantrag der Fraktion Hafenliste", True, ("21-0456.1",)),
        ("N 1", "Vertragsangelegenheit", False, ()),
    ]


def test_an_agenda_over_three_pages_with_running_heads():
    foot = "Stadt Grünau · Stadtrat am 11.03.2027"
    first = [
        *HEAD,
        "Öffentlicher Teil",
        "1. Eröffnung",
        "2. Bebauungsplan Nr. 17 „Am Anger“ mit örtlichen",
        foot,
        "Seite 1 von 3",
    ]
    second = [
        "Bauvorschriften – Satzungsbeschluss",
        "Vorlage: BV/0017/2027",
        "3. Straßennamen",
        "in den Baugebieten",
        "Am Anger und Obere Au",
        foot,
        "Seite 2 von 3",
    ]
    third = ["4. Anfragen", "Nichtöffentlicher Teil", "5. Vergabe", "Mit freundlichen Grüßen", foot, "Seite 3 von 3"]
    agenda = agenda_of(first, second, third)
    assert agenda.pages == (1, 2, 3)
    assert [(e.number, e.title, e.public, e.references) for e in agenda.entries] == [
        ("1", "Eröffnung", True, ()),
        (
            "2",
            "Bebauungsplan Nr. 17 „Am Anger“ mit örtlichen Bauvorschriften – Satzungsbeschluss",
            True,
            ("BV/0017/2027",),
        ),
        ("3", "Straßennamen in den Baugebieten Am Anger und Obere Au", True, ()),
        ("4", "Anfragen", True, ()),
        ("5", "Vergabe", False, ()),
    ]


def test_austrian_invitation():
    agenda = agenda_of(
        [
            "Stadtgemeinde Tannwald",
            "Tannwald, am 02.02.2027",
            "EINLADUNG",
            "Sie werden zur 2. Sitzung des Gemeinderates",
            "am Montag, 15. Feber 2027, um 19.00 Uhr, im Sitzungssaal eingeladen.",
            "Tagesordnung:",
            "Berichterstatter Bürgermeister Mag. Huber",
            "1.) Angelobung eines Ersatzmitgliedes",
            "2.) Rechnungsabschluss 2026; Beschlussfassung",
            "Zl. 902-1/2027",
            "Berichterstatterin Stadträtin Pichler",
            "3.) Dringlichkeitsantrag der Fraktion Grünes Tannwald betreffend Sanierung der",
            "Volksschule",
            "4.) Allfälliges",
            "Vertrauliche Sitzung:",
            "5.) Personalangelegenheiten",
            "Der Bürgermeister:",
        ]
    )
    assert (agenda.organization, agenda.start) == ("Gemeinderat", "2027-02-15T19:00")
    assert [(e.number, e.title, e.public) for e in agenda.entries] == [
        ("1", "Angelobung eines Ersatzmitgliedes", None),
        ("2", "Rechnungsabschluss 2026; Beschlussfassung", None),
        ("3", "Dringlichkeitsantrag der Fraktion Grünes Tannwald betreffend Sanierung der Volksschule", None),
        ("4", "Allfälliges", None),
        ("5", "Personalangelegenheiten", False),
    ]


def test_swiss_traktanden():
    agenda = agenda_of(
        [
            "Stadt Rotwil",
            "Einwohnerrat",
            "Einladung zur Sitzung des Einwohnerrates",
            "Donnerstag, 12. März 2027, 19.30 Uhr, Grosser Saal",
            "Traktandenliste",
            "Traktandum | Geschäft | Geschäftsnummer",
            "1 | Mitteilungen des Präsidiums | ",
            "2 | Schulhaus Müliacker; Verpflichtungskredit von 3,2 Mio. Franken | 2027/014",
            "3 | Vorstoss der Fraktion Mitte betreffend Strassenlärm; Überweisung | 2026/212",
            "Freundliche Grüsse",
        ]
    )
    assert (agenda.organization, agenda.start) == ("Einwohnerrat", "2027-03-12T19:30")
    assert [(e.number, e.title, e.references) for e in agenda.entries] == [
        ("1", "Mitteilungen des Präsidiums", ()),
        ("2", "Schulhaus Müliacker; Verpflichtungskredit von 3,2 Mio. Franken", ("2027/014",)),
        ("3", "Vorstoss der Fraktion Mitte betreffend Strassenlärm; Überweisung", ("2026/212",)),
    ]


def test_a_word_letter_with_the_agenda_in_it():
    agenda = agenda_of(
        [
            "Gemeinde Hohenbrück",
            "Hohenbrück, den 01.03.2027",
            "Sehr geehrte Damen und Herren,",
            "zu der am Mittwoch, dem 10.03.2027, um 19.00 Uhr im Dorfgemeinschaftshaus stattfindenden",
            "öffentlichen Sitzung des Ortsrates Hohenbrück lade ich Sie mit folgender Tagesordnung ein:",
            "1. Begrüßung",
            "2. Zustand der Wirtschaftswege",
            "(Ortsbesichtigung um 18.00 Uhr)",
            "3. Verschiedenes",
            "Mit freundlichem Gruß",
            "Ortsvorsteher",
        ]
    )
    assert agenda.start == "2027-03-10T19:00"
    assert [(e.number, e.public) for e in agenda.entries] == [("1", True), ("2", True), ("3", True)]
    assert agenda.entries[1].title.startswith("Zustand der Wirtschaftswege")


def test_a_meeting_on_two_days():
    assert [
        number
        for number, *_ in told(
            [
                *HEAD,
                "Mittwoch, 10.03.2027",
                "1. Eröffnung",
                "2. Haushalt",
                "Donnerstag, 11.03.2027",
                "3. Anfragen",
                "4. Wahlen",
            ]
        )
        if number
    ] == ["1", "2", "3", "4"]


def test_roman_groups_whose_numbers_begin_again():
    assert [
        (number, title)
        for number, title, *_ in told(
            [
                *HEAD,
                "I. Allgemeines",
                "1. Eröffnung",
                "2. Niederschrift",
                "II. Bauwesen",
                "1. Bauantrag Weg 3",
                "2. Bauantrag Weg 5",
            ]
        )
    ] == [
        (None, "I. Allgemeines"),
        ("1", "Eröffnung"),
        ("2", "Niederschrift"),
        (None, "II. Bauwesen"),
        ("1", "Bauantrag Weg 3"),
        ("2", "Bauantrag Weg 5"),
    ]


def test_paragraph_signs_and_roads_begin_lines_of_titles():
    assert [
        title
        for _, title, *_ in told(
            [
                *HEAD,
                "1. Satzung nach",
                "§ 4 Gemeindeordnung",
                "2. Ausbau der Bundesstraße",
                "B 27 im Ort",
                "3. Anfragen",
            ]
        )
    ] == ["Satzung nach § 4 Gemeindeordnung", "Ausbau der Bundesstraße B 27 im Ort", "Anfragen"]
    assert [number for number, *_ in told([*HEAD, "§ 1 Eröffnung", "§ 2 Haushalt", "§ 3 Anfragen"])] == [
        "§ 1",
        "§ 2",
        "§ 3",
    ]


def test_an_item_says_itself_that_it_is_not_public():
    found = told(
        [
            *HEAD[:-1],
            "Öffentliche Sitzung",
            "1. Eröffnung",
            "2. Grundstück am Wehr",
            "(nichtöffentlich)",
            "3. Wege",
            "4. Klage (vertraulich)",
            "5. Ende",
        ]
    )
    assert [(number, public) for number, _, public, _ in found] == [
        ("1", True),
        ("2", False),
        ("3", True),
        ("4", False),
        ("5", True),
    ]


def test_where_a_bare_line_may_mean_either_the_rest_is_not_known():
    found = told([*HEAD, "Öffentlicher Teil", "1. Eröffnung", "2. Grundstück am Wehr", "nichtöffentlich", "3. Wege"])
    assert [(number, public) for number, _, public, _ in found] == [("1", True), ("2", False), ("3", None)]


def test_a_mark_below_every_item():
    found = told([*HEAD, "1. Eröffnung", "öffentlich", "2. Grundstück", "nichtöffentlich", "3. Wege", "öffentlich"])
    assert [(number, title, public) for number, title, public, _ in found] == [
        ("1", "Eröffnung", True),
        ("2", "Grundstück", False),
        ("3", "Wege", True),
    ]


def test_the_agenda_of_a_non_public_meeting():
    found = told(
        [
            "Magistrat der Stadt Grünau",
            "Nichtöffentliche Sitzung am 03.02.2027",
            "Tagesordnung",
            "1. Personal",
            "2. Klage",
        ]
    )
    assert [public for _, _, public, _ in found] == [False, False]


def test_two_invitations_in_one_file():
    def invitation(body, day, *items):
        return [f"Einladung zur öffentlichen Sitzung des {body}", f"am {day}, 18:00 Uhr", "Tagesordnung", *items]

    first = invitation("Bauausschusses", "Montag, 01.03.2027", "1. Wege", "2. Brücken")
    paper = ["Beschlussvorlage", "Vorlage: BV/0001/2027", "Betreff: Wege", "Beratungsfolge:", "Bauausschuss 01.03.2027"]
    second = invitation("Sozialausschusses", "Dienstag, 02.03.2027", "1. Kita", "2. Jugend", "3. Alter")
    both = find_agendas(read(first, second, paper))
    assert [(a.organization, a.start, a.pages, a.scope) for a in both] == [
        ("Bauausschuss", "2027-03-01T18:00", (1,), (1, 3)),
        ("Sozialausschuss", "2027-03-02T18:00", (2,), (1, 3)),
    ]
    assert [len(a.entries) for a in both] == [2, 3]
    apart = find_agendas(read(first, paper, second))
    assert [(a.pages, a.scope) for a in apart] == [((1,), (1, 2)), ((3,), (3, 3))]
    assert len(find_agendas(read(first, paper))) == 1
    assert find_agendas(read(paper)) == []


def test_a_paper_that_speaks_of_an_agenda_is_none():
    pack = read(
        [*HEAD, "1. Wege", "2. Brücken"],
        [
            "Beschlussvorlage",
            "Vorlage: BV/0001/2027",
            "Betreff: Wege",
            "Einladung am 04.03.2027",
            "Tagesordnung",
            "1. Eins",
            "2. Zwei",
        ],
        [
            "Anlage 1",
            "Sitzung der Verbandsversammlung am 05.05.2027",
            "Einladung",
            "Tagesordnung",
            "1. Eins",
            "2. Zwei",
        ],
        [
            "Niederschrift über die Sitzung des Bauausschusses am 01.02.2027",
            "Anwesend: alle",
            "Tagesordnung",
            "1. Eins",
        ],
    )
    assert len(find_agendas(pack)) == 1


LETTERS = {
    "a letter and groups": (
        """Einladung
        zur 23. Sitzung des Stadtentwicklungsausschusses
        Sitzungstermin: Mittwoch, 17.03.2027
        Sitzungsbeginn: 17:30 Uhr
        Tagesordnung
        A. Öffentlicher Teil
        1 Eröffnung und Begrüßung
        2 Bebauungsplan Nr. 12 "Alte Ziegelei"
        a) Abwägung der Stellungnahmen
        b) Satzungsbeschluss
        Vorlage: 2027/0045
        2.1 Bebauungsplan Nr. 12 "Alte Ziegelei" - Ergänzung
        Vorlage: 2027/0045-01
        B. Nichtöffentlicher Teil
        3 Grundstücksangelegenheiten
        3.1 Verkauf Flurstück 12/3
        Vorlage: 2027/0060
        gez. Müller""",
        [
            ("1", "Eröffnung und Begrüßung", True, ()),
            (
                "2",
                'Bebauungsplan Nr. 12 "Alte Ziegelei" a) Abwägung der Stellungnahmen b) Satzungsbeschluss',
                True,
                ("2027/0045",),
            ),
            ("2.1", 'Bebauungsplan Nr. 12 "Alte Ziegelei" - Ergänzung', True, ("2027/0045-01",)),
            ("3", "Grundstücksangelegenheiten", False, ()),
            ("3.1", "Verkauf Flurstück 12/3", False, ("2027/0060",)),
        ],
    ),
    "a line of a title that begins with a number": (
        """Bekanntmachung
        Sitzung des Marktgemeinderates am 09.03.2027
        TAGESORDNUNG - ÖFFENTLICHER TEIL
        1. Genehmigung der Niederschrift über die Sitzung vom
        09.02.2027
        2. Bauanträge
        2.1. Bauantrag über den Neubau eines Hauses auf dem
        Grundstück Fl.Nr. 123/4 der Gemarkung Oberwinkel
        3. Vollzug der Baugesetze;
        5. Änderung des Flächennutzungsplanes
        4. Informationen
        5. Wünsche und Anfragen
        Huber
        Erster Bürgermeister""",
        [
            ("1", "Genehmigung der Niederschrift über die Sitzung vom 09.02.2027", True, ()),
            ("2", "Bauanträge", True, ()),
            (
                "2.1",
                "Bauantrag über den Neubau eines Hauses auf dem Grundstück Fl.Nr. 123/4 der Gemarkung Oberwinkel",
                True,
                (),
            ),
            ("3", "Vollzug der Baugesetze; 5. Änderung des Flächennutzungsplanes", True, ()),
            ("4", "Informationen", True, ()),
        ],
    ),
    "numbers of papers at the ends of lines": (
        """Einladung
        Sitzung des Regionalausschusses West
        Donnerstag, 18.03.2027 18:00 Uhr
        Tagesordnung
        Ö 1 Bürgerfragestunde
        Ö 2 Sichere Querung am Kanal
        Antrag der Fraktion Hafenliste 22-1234
        Ö 3 Mehr Licht im Park 22-1235
        NÖ 4 Bauvorbescheid Uferweg 12 22-1250""",
        [
            ("Ö 1", "Bürgerfragestunde", True, ()),
            ("Ö 2", "Sichere Querung am Kanal Antrag der Fraktion Hafenliste", True, ("22-1234",)),
            ("Ö 3", "Mehr Licht im Park", True, ("22-1235",)),
            ("NÖ 4", "Bauvorbescheid Uferweg 12", False, ("22-1250",)),
        ],
    ),
    "a Swiss assembly": (
        """Gemeinde Hinterwil
        Einladung zur Einwohnergemeindeversammlung
        Montag, 14. Juni 2027, 20.00 Uhr, Mehrzweckhalle
        Traktanden
        1. Protokoll der Versammlung vom 30. November 2026
        2. Rechnung 2026
        Antrag: Die Rechnung sei zu genehmigen.
        3. Kreditantrag Fr. 450'000.– für die Schulstrasse
        Aktenauflage: Die Akten liegen ab 31. Mai 2027 auf der Kanzlei auf.
        Der Gemeinderat""",
        [
            ("1", "Protokoll der Versammlung vom 30. November 2026", None, ()),
            ("2", "Rechnung 2026", None, ()),
            ("3", "Kreditantrag Fr. 450'000.– für die Schulstrasse", None, ()),
        ],
    ),
    "an Austrian letter": (
        """Verhandlungsschrift-Nr. 2/2027
        E I N L A D U N G
        zu der am Donnerstag, dem 11. März 2027 um 19:30 Uhr stattfindenden öffentlichen
        Sitzung des Gemeinderates mit folgender
        T a g e s o r d n u n g :
        Pkt. 1: Eröffnung und Begrüßung
        Pkt. 2: Rechnungsabschluss 2026
        Referent: Vbgm. Steiner
        Nicht öffentlicher Teil:
        Pkt. 3: Personalangelegenheiten
        Der Bürgermeister:
        Mag. Franz Auer e.h.""",
        [
            ("1", "Eröffnung und Begrüßung", True, ()),
            ("2", "Rechnungsabschluss 2026", True, ()),
            ("3", "Personalangelegenheiten", False, ()),
        ],
    ),
    "one word heads a part": (
        """Gemeinderat
        Sitzung am 18.03.2027, 18:00 Uhr
        Tagesordnung
        öffentlich
        § 1 Bekanntgabe von Beschlüssen aus nichtöffentlicher Sitzung
        § 2 Neubau Rathaus
        - Baubeschluss -
        DS 45/2027
        nichtöffentlich
        § 3 Personal""",
        [
            ("§ 1", "Bekanntgabe von Beschlüssen aus nichtöffentlicher Sitzung", True, ()),
            ("§ 2", "Neubau Rathaus - Baubeschluss -", True, ("DS 45/2027",)),
            ("§ 3", "Personal", False, ()),
        ],
    ),
    "sub-items with letters in a table": (
        """Sitzung | Rat der Stadt Nordkirch
        Termin | Donnerstag, 25.03.2027, 18:00 Uhr
        Tagesordnung
        Öffentlich
        Nr. | Tagesordnungspunkt | Vorlagen-Nr. | Referent
        1. | Wahl eines Beigeordneten | V/2027/088 | OB Klein
        2. | Anträge der Fraktionen | |
        2.a) | Antrag der Grünen Liste | A/2027/009 |
        2.b) | Antrag der Bürgerunion | A/2027/010 |
        Nichtöffentlich
        3. | Vertragsangelegenheit | V/2027/089 | OB Klein""",
        [
            ("1", "Wahl eines Beigeordneten", True, ("V/2027/088",)),
            ("2", "Anträge der Fraktionen", True, ()),
            ("2.a", "Antrag der Grünen Liste", True, ("A/2027/009",)),
            ("2.b", "Antrag der Bürgerunion", True, ("A/2027/010",)),
            ("3", "Vertragsangelegenheit", False, ("V/2027/089",)),
        ],
    ),
}


@pytest.mark.parametrize("name", LETTERS)
def test_letters(name):
    text, expected = LETTERS[name]
    found = told([line.strip() for line in text.split("\n")])
    assert found[: len(expected)] == expected
    assert len(found) == len(expected) + (name.startswith("a line of"))


@pytest.mark.parametrize("borders", ["ALL", "NONE", "HORIZONTAL_LINES"])
def test_tables_drawn_in_a_pdf(tmp_path, borders):
    rows = [
        ("TOP", "Beratungsgegenstand", "Vorlage", "Status"),
        ("Ö 1", "Eröffnung, Feststellung der ordnungsgemäßen Ladung und der Beschlussfähigkeit", "", "Kenntnisnahme"),
        (
            "Ö 2",
            "Haushaltssatzung der Stadt Ahornau mit Haushaltsplan und Anlagen für 2027; Beratung der Anträge",
            "VO/27/0101",
            "Vorberatung",
        ),
        ("Ö 2.1", "Änderungsantrag der Fraktion Neue Mitte vom 01.04.2027", "AN/27/0022", "Vorberatung"),
        ("N 1", "Stundung von Gewerbesteuer", "VO/27/0103", "Entscheidung"),
    ]
    pdf = FPDF()
    pdf.core_fonts_encoding = "windows-1252"
    pdf.add_page()
    pdf.set_font("helvetica", size=10)
    for line in [*HEAD, "Öffentlicher Teil"]:
        pdf.cell(0, 6, line, new_x="LMARGIN", new_y="NEXT")
    with pdf.table(
        col_widths=(12, 90, 30, 30), borders_layout=borders, first_row_as_headings=False, text_align="LEFT"
    ) as table:
        for row in rows:
            line = table.row()
            for cell in row:
                line.cell(cell)
    path = tmp_path / "einladung.pdf"
    path.write_bytes(bytes(pdf.output()))
    agenda = find_agenda(read_file(path))
    assert agenda
    assert [(e.number, e.title, e.public, e.references) for e in agenda.entries] == [
        (number, title, number.startswith("Ö"), (paper,) if paper else ()) for number, title, paper, _ in rows[1:]
    ]


WORDS = [
    "Neubau",
    "Sanierung",
    "Satzung",
    "Wahl",
    "Bad",
    "Brücke",
    "Schule",
    "Haushalt",
    "Klima",
    "Radweg",
    "Halle",
    "Wald",
]
TITLES = st.lists(st.sampled_from(WORDS), min_size=1, max_size=14).map(" ".join)
STYLES = ["{n}.", "{n})", "{n}.)", "TOP {n}", "TOP {n}:", "{p} {n}", "{p}{n}", "Punkt {n}:", "I.{n}", "5.{n}", "({n})"]


@settings(deadline=None, max_examples=80)
@given(
    st.lists(st.tuples(TITLES, st.booleans()), min_size=2, max_size=14),
    st.lists(TITLES, max_size=4),
    st.sampled_from(STYLES),
    st.sampled_from([" ", "   ", " | ", "\n"]),
    st.integers(30, 90),
    st.integers(14, 40),
)
def test_an_agenda_is_read_back_whole(items, secret, style, gap, width, length):
    lines = ["Öffentlicher Teil"]
    expected = []
    for part, rows in (("Ö", items), ("N", [(title, False) for title in secret])):
        if part == "N" and rows:
            lines.append("Nichtöffentlicher Teil")
        for n, (words, numbered) in enumerate(rows, 1):
            # No two items share a line: what is repeated at the edges of pages is a running head
            title = " ".join(f"{word}{'abcdefghijklmnopqrst'[n]}{'s' if part == 'N' else ''}" for word in words.split())
            number = style.format(n=n, p=part)
            reference = f"BV/{n:04}/2027" if numbered else None
            if gap == " | ":
                lines.append(f"{number} | {title}{f' | {reference}' if reference else ''}")
            else:
                first, *rest = _wrapped(title, width)
                lines.extend(f"{number}{gap}{first}".split("\n"))
                lines.extend(rest)
                lines.extend([f"Vorlage: {reference}"] if reference else [])
            expected.append((title, part == "Ö", (reference,) if reference else ()))
    text = [*HEAD, *lines, "Mit freundlichen Grüßen", "Die Bürgermeisterin"]
    pages = [text[n : n + length] for n in range(0, len(text), length)]
    if len(pages) > 1 and not any("1" in line for line in pages[0][4:]):
        return  # an agenda whose title stands alone on its page is another test's matter
    agenda = agenda_of(*pages)
    assert [(e.title, e.public, e.references) for e in agenda.entries] == expected


def _wrapped(text: str, width: int) -> list[str]:
    lines = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + len(word) >= width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


@settings(deadline=None, max_examples=60)
@given(st.lists(st.text(alphabet=st.sampled_from("ÖN1. |-–ATOPaeu:()§"), max_size=30), max_size=20))
def test_lines_of_signs_and_numbers_are_survived(lines):
    agenda = find_agenda(read([*HEAD, "1. Anfang", *lines]))
    assert agenda
    assert [entry.order for entry in agenda.entries] == list(range(1, len(agenda.entries) + 1))
