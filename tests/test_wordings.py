"""The proposed wording is shown whole, alone and word for word, in the layouts of many councils, with the pages it is on."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ratsassistent.briefings import Wording
from ratsassistent.oparl import PagedText, PageStart, Paper
from ratsassistent.output.page_text import wording as page_wording
from ratsassistent.pack.papers.heads import read_page_head
from ratsassistent.pack.papers.parts import DocumentStart, find_parts
from ratsassistent.writing.extracts.wording import printed, resolution_of


def paper(*pages: str, kind: str | None = None, number: int = 7) -> Paper:
    text, starts = "", []
    for n, page in enumerate(pages):
        starts.append(PageStart(offset=len(text), file_id="f", file="stapel.pdf", page=number + n))
        text += page + "\n"
    paged = PagedText(text=text, starts=tuple(starts))
    kind = kind or read_page_head(pages[0]).kind
    parts = find_parts(paged, [DocumentStart(0, "main", kind)])
    return Paper(id="p", reference=None, name="Vorlage", paperType=kind, files=(), text=paged, parts=parts)


def wording(*pages: str, kind: str | None = None) -> Wording:
    found = resolution_of([paper(*pages, kind=kind)])
    assert found
    return found


def shown(*pages: str, kind: str | None = None) -> str:
    return wording(*pages, kind=kind).text


def same(one: str, two: str) -> bool:
    """White space aside."""
    return "".join(one.split()) == "".join(two.split())


HEAD = "Beschlussvorlage\nVorlage: 12/2027\nAmt: Bauamt\nBetreff: Umbau der Bücherei am Anger\n\n"
WHY = (
    "Begründung:\nDie Bücherei ist seit vierzig Jahren nicht erneuert worden, und ihre Fenster sind undicht. Die Kosten\n"
    "wurden im Frühjahr neu berechnet.\n"
)
POINTS = (
    "1. Die Bücherei wird nach dem Plan vom 3. Mai 2027 umgebaut.\n"
    "2. Die Verwaltung wird beauftragt, die Arbeiten auszuschreiben und dem Bauausschuss bis zum Herbst zu\n"
    "berichten.\n"
    "3. Die Mittel in Höhe von 400.000 Euro werden im Haushalt 2028 bereitgestellt.\n"
)


@pytest.mark.parametrize(
    "page",
    [
        # SessionNet
        HEAD
        + "Gremienweg:\n16.03.2027 | Stadtrat | einstimmig | mehrheitl. | ohne BE\nTOP | öffentlich | Enthaltungen\n\n"
        "Beschlussentwurf:\n\n{}\n" + WHY + "\nAnlage/n:\nPlan\n",
        # ALLRIS
        HEAD + "Beratungsfolge:\nDatum | Gremium | Zuständigkeit\n20.04.2027 | Bauausschuss | Vorberatung\n\n"
        "Beschlussvorschlag:\n\n{}\nSachverhalt:\n" + WHY + "\nFinanzielle Auswirkungen:\n☒ Ja ☐ Nein\n",
        # SD.NET
        HEAD
        + WHY
        + "\nBeschlussvorschlag\n{}\nAbstimmungsergebnis:\nJa: __ Nein: __ Enthaltung: __\n\ngez. Muster\nBürgermeisterin\n",
        # more!rubin
        HEAD + "Beschlussvorschlag der Verwaltung:\n{}\nSachdarstellung:\n" + WHY,
        HEAD + "II. Beschlussvorschlag\n{}\nIII. Begründung\n" + WHY,
        # Bavaria
        HEAD
        + "I. Vortrag des Referenten\n"
        + WHY
        + "\nII. Antrag des Referenten\n{}\nIII. Beschluss nach Antrag.\nDer Stadtrat\n"
        "IV. Abdruck von I. mit III.\nüber die Stadtratsprotokolle an das Baureferat\n",
        # Austria
        "Amtsvortrag\nZahl: 12-2027\nBetrifft: Umbau der Bücherei\n\nSachverhalt:\n"
        + WHY
        + "\nAntrag:\n{}\n\nDer Abteilungsleiter:\nDI Muster\n",
        # Switzerland
        "Bericht und Antrag\nGeschäft Nr. 12/2027\nUmbau der Bibliothek\n\nAusgangslage\n"
        + WHY
        + "\nAntrag des Gemeinderates\n{}\nBeilagen:\nPlan\n",
    ],
)
def test_the_points_come_whole_and_alone(page: str) -> None:
    assert same(shown(page.format(POINTS)), POINTS)


@pytest.mark.parametrize(
    "lead",
    [
        "Der Gemeinderat möge beschließen:",
        "Der Ausschuss empfiehlt dem Rat, folgenden Beschluss zu fassen:",
        "Die Verwaltung schlägt vor, folgenden Beschluss zu fassen:",
        "Der Gemeinderat beantragt der Gemeindeversammlung, zu beschliessen:",
        "Der Kreistag beschließt:",
        "Die Stadtverordnetenversammlung wolle beschließen:",
    ],
)
def test_a_lead_without_a_heading_opens_the_wording(lead: str) -> None:
    assert same(shown(f"{HEAD}{lead}\n{POINTS}\n{WHY}"), lead + POINTS)


@pytest.mark.parametrize(
    "heading",
    [
        "Beschluss-Vorschlag:",
        "Beschlussvorschlag Nr. 1:",
        "Beschlussvorschlag (öffentlich):",
        "Antrag zur Beschlussfassung:",
        "Vorschlag der Verwaltung zur Beschlussfassung:",
        "Es ergeht folgender Beschlussvorschlag:",
        "BeschIussvorschlag:",
        "Beschluss vorschlag:",
        "BESCHLUSSVORSCHLAG",
        "Beschlussvorschlag an den Rat der Stadt:",
    ],
)
def test_other_names_and_what_recognition_makes_of_them(heading: str) -> None:
    assert same(shown(f"{HEAD}{heading}\n{POINTS}\n{WHY}"), POINTS)


def test_a_wording_that_goes_over_a_page_is_whole_and_cites_both_pages() -> None:
    first, second = POINTS[:150], POINTS[150:]
    found = wording(f"{HEAD}Beschlussvorschlag:\n{first}", f"{second}\n{WHY}")
    assert same(found.text, POINTS)
    assert [c.page for c in found.citation] == [7, 8]


def test_only_the_pages_that_it_stands_on_are_cited() -> None:
    found = wording(f"{HEAD}{WHY}", "Beschluss:\n\nAntrag an den Gemeinderat\n", f"{POINTS}", "Anlagen\nPlan")
    assert same(found.text, POINTS)
    assert [c.page for c in found.citation] == [9]


def test_points_keep_lines_of_their_own() -> None:
    found = shown(f"{HEAD}Beschlussvorschlag:\n{POINTS}\n{WHY}")
    assert [line[:2] for line in found.split("\n")] == ["1.", "2.", "3."]
    assert "zu berichten." in found


@pytest.mark.parametrize(
    "variants",
    [
        "Variante A:\nDie Bücherei wird umgebaut.\nVariante B:\nDie Bücherei wird an die Burgstraße verlegt.\n",
        "Alternative 1\nDie Bücherei wird umgebaut.\n\nAlternative 2\nDie Bücherei wird an die Burgstraße verlegt.\n",
        "1. Die Bücherei wird umgebaut.\nalternativ:\n1. Die Bücherei wird an die Burgstraße verlegt.\n",
    ],
)
def test_all_variants_are_shown(variants: str) -> None:
    assert same(shown(f"{HEAD}Beschlussvorschlag:\n{variants}\n{WHY}"), variants)


def test_variants_under_headings_of_their_own_are_all_shown() -> None:
    page = (
        f"{HEAD}Beschlussvorschlag Variante 1:\nDie Bücherei wird am Anger umgebaut und um einen Lesesaal erweitert.\n"
        f"Beschlussvorschlag Variante 2:\nDie Bücherei wird an der Burgstraße umgebaut und um einen Lesesaal erweitert.\n{WHY}"
    )
    found = shown(page)
    assert "am Anger" in found
    assert "an der Burgstraße" in found


def test_the_wordings_of_two_bodies_are_both_shown() -> None:
    page = (
        f"{HEAD}Beschlussvorschlag für den Bauausschuss:\nDer Bauausschuss empfiehlt dem Rat, den Umbau der Bücherei nach dem Plan vom Mai\n"
        f"zu beschließen.\nBeschlussvorschlag für den Rat:\nDer Rat beschließt den Umbau der Bücherei nach dem Plan vom Mai.\n{WHY}"
    )
    found = shown(page)
    assert "Der Bauausschuss empfiehlt dem Rat" in found
    assert "Der Rat beschließt den Umbau" in found


def test_the_operative_wording_goes_before_its_short_version() -> None:
    page = f"{HEAD}Beschlussantrag (Kurzfassung)\nDer Rat beschließt den Umbau.\n\n{WHY}\nBeschluss:\nAntrag an den Rat\n{POINTS}"
    assert same(shown(page), POINTS)


@pytest.mark.parametrize(
    "pointer", ["Siehe Seite 4.", "s. Beschlussformulierung auf S. 4", "(siehe unten)", "vgl. Anlage 1"]
)
def test_a_pointer_is_no_wording(pointer: str) -> None:
    page = f"{HEAD}Beschlussantrag (Kurzfassung)\n{pointer}\n\n{WHY}\nBeschluss:\n{POINTS}"
    assert same(shown(page), POINTS)


def test_rows_of_a_table_stay_rows() -> None:
    table = "Jahr | Betrag\n2028 | 250.000 Euro\n2029 | 150.000 Euro\n"
    found = shown(
        f"{HEAD}Beschlussvorschlag:\nDer Rat stellt für den Umbau bereit:\n{table}Die Deckung erfolgt aus der Rücklage.\n{WHY}"
    )
    assert "2028 | 250.000 Euro\n2029 | 150.000 Euro" in found
    assert found.endswith("Die Deckung erfolgt aus der Rücklage.")


def test_a_point_named_like_a_heading_ends_nothing() -> None:
    points = (
        "1. Der Rat beschließt den Umbau der Bücherei.\n2. Finanzierung:\nDie Mittel werden im Haushalt 2028 bereitgestellt.\n"
        "3. Die Verwaltung wird beauftragt, die Arbeiten auszuschreiben.\n"
    )
    assert same(shown(f"{HEAD}Beschlussvorschlag:\n{points}\n{WHY}"), points)


def test_the_numbers_of_the_paper_are_not_those_of_its_points() -> None:
    page = f"{HEAD}1. Beschlussvorschlag\nDer Rat beschließt den Umbau der Bücherei.\n2. Finanzierung\nAus der Rücklage der Gemeinde.\n"
    assert shown(page) == "Der Rat beschließt den Umbau der Bücherei."


def test_a_quoted_text_with_headings_stays_in_the_wording() -> None:
    statute = (
        "Die Gebührensatzung wird wie folgt geändert:\n§ 3 erhält folgende Fassung:\n„§ 3\nKosten\nDie Leihe kostet je Band 50 Cent.\n"
        "Begründung\nist jedem Bescheid beizufügen.“\n"
    )
    assert same(shown(f"{HEAD}Beschlussvorschlag:\n{statute}\n{WHY}"), statute)


def test_a_quote_that_nobody_closed_swallows_nothing() -> None:
    page = f"{HEAD}Beschlussvorschlag:\nDer Rat benennt den Platz „Am Anger.\n{WHY}Der Name „Anger“ ist alt.\n"
    assert shown(page) == "Der Rat benennt den Platz „Am Anger."


@pytest.mark.parametrize(
    "tail",
    [
        "\n\ngez. Dr. Muster",
        "\n\nMia Muster\nBürgermeisterin",
        "\n\nAngerstadt, den 3. Mai 2027\n\nMuster",
        "\n\nAngerstadt, 03.05.2027\nIn Vertretung\nMuster",
        "\nAnlagen:\nPlan vom Mai",
        "\nBeratungsergebnis:\nEinstimmig ☐ Mehrheit ☐",
        "\nAbstimmungsergebnis: einstimmig  mehrheitlich  Enthaltungen",
        "\nFinanzielle Auswirkungen:\n☐ Ja ☒ Nein",
        "\nII. z. d. A.",
    ],
)
def test_what_stands_below_is_no_part_of_it(tail: str) -> None:
    found = shown(f"{HEAD}{WHY}Beschlussvorschlag:\n{POINTS}{tail}\n")
    assert same(found, POINTS) or same(found, POINTS + "Muster")  # a name alone below the day may be anything


MOTION = "Antrag\nFraktion Mitte\nEingang: 3. Mai 2027\nBänke am Fluss\n\n"
ASKED = "Die Stadt stellt am Fluss zehn Bänke auf. Die Ergebnisse werden dem Rat vorgestellt.\n"
REASONS = (
    "Am Fluss gibt es bisher keine einzige Bank, und viele ältere Menschen haben uns deshalb angesprochen. Wir haben\n"
    "bereits im letzten Jahr darauf hingewiesen, dass gerade der Weg zur Mühle ohne eine Rast zu lang ist.\n"
)


@pytest.mark.parametrize(
    "page",
    [
        MOTION + ASKED + "\nBegründung:\n" + REASONS + "\nUnterzeichnet von:\nMia Muster\n",
        MOTION + ASKED + "\n" + REASONS + "\nMit freundlichen Grüßen\nMia Muster\n",
        MOTION + ASKED + "\n" + REASONS + "Begründung/Sachverhalt\n",
        MOTION + ASKED + "\nDie Begründung erfolgt mündlich.\n\nMia Muster\nFraktionsvorsitzende\n",
    ],
)
def test_a_motion_ends_where_its_reasons_begin(page: str) -> None:
    found = wording(page)
    assert same(found.text, ASKED)
    assert found.kind == "motion"


def test_reasons_without_a_heading_go_on_to_the_next_page() -> None:
    first = f"{MOTION}1. Die Stadt stellt Bänke auf.\n2. Sie berichtet im Herbst.\n\n{REASONS}Die Bänke wären auch für\nBegründung/Sachverhalt"
    found = wording(
        first,
        "Familien gut, die im Sommer an den Fluss kommen und bisher auf der Wiese sitzen müssen.\n\nUnterzeichnet:\nMia Muster",
    )
    assert same(found.text, "1. Die Stadt stellt Bänke auf. 2. Sie berichtet im Herbst.")
    assert [c.page for c in found.citation] == [7]


def test_a_heading_that_stands_last_above_its_text_cuts_no_paragraph_of_the_motion() -> None:
    second = "Die Verwaltung sucht dafür mit dem Seniorenrat geeignete Plätze.\n"
    found = shown(f"{MOTION}{ASKED}\n{second}\nBegründung:", f"{REASONS}\nUnterzeichnet:\nMia Muster")
    assert same(found, ASKED + second)


def test_a_letter_begins_where_it_asks() -> None:
    letter = (
        "Antrag\nFraktion Mitte\n\nSehr geehrter Herr Bürgermeister,\n\nschon im letzten Jahr haben wir auf die fehlenden Bänke hingewiesen. Leider\n"
        f"ist seither nichts geschehen.\n\nWir beantragen daher:\n\n{POINTS}\nVielen Dank für Ihre Unterstützung, wir freuen uns auf die Beratung.\n\n"
        "Mit freundlichen Grüßen\nMia Muster\n"
    )
    assert same(shown(letter), "Wir beantragen daher:" + POINTS)


def test_a_motion_without_reasons_is_shown_whole() -> None:
    words = (
        "Der Rat möge beschließen:\n\nDie Stadt stellt am Fluss zehn Bänke auf.\n\nDie Bänke haben Lehnen, damit ältere Menschen sie nutzen können.\n\n"
        "Ein Plan wird dem Bauausschuss vorgelegt.\n"
    )
    assert same(shown(f"{MOTION}{words}"), words)


def test_a_question_proposes_nothing() -> None:
    page = "Anfrage\nFraktion Mitte\nEingang: 3. Mai 2027\nBänke am Fluss\n\n1. Wie viele Bänke stehen am Fluss?\n2. Was kostet eine Bank?\n"
    assert resolution_of([paper(page)]) is None


def test_a_proposal_goes_before_what_a_motion_asks() -> None:
    motion = paper(f"{MOTION}{ASKED}\nBegründung:\n{REASONS}")
    proposal = paper(f"{HEAD}Beschlussvorschlag:\n{POINTS}\n{WHY}")
    found = resolution_of([motion, proposal])
    assert found
    assert found.kind == "proposal"
    assert same(found.text, POINTS)


@pytest.mark.parametrize("group", ["Mitte", "Links", "Rechts", "Oben"])
def test_motions_are_shown_alike_whoever_makes_them(group: str) -> None:
    page = f"{MOTION}{ASKED}\nBegründung:\n{REASONS}".replace("Fraktion Mitte", f"Fraktion {group}")
    assert same(shown(page), ASKED)


def test_two_motions_are_both_shown() -> None:
    one = paper(f"{MOTION}{ASKED}\nBegründung:\n{REASONS}")
    two = paper(
        f"Änderungsantrag\nFraktion Oben\nEingang: 4. Mai 2027\nBänke am Fluss\n\nDie Stadt stellt zwölf Bänke auf.\n\nBegründung:\n{REASONS}"
    )
    found = resolution_of([one, two])
    assert found
    assert same(found.text, ASKED + "Die Stadt stellt zwölf Bänke auf.")


def test_minutes_propose_nothing() -> None:
    page = "Niederschrift\nüber die 3. Sitzung des Gemeinderates\nam 3. Mai 2027\n\nBeschluss:\nDer Rat stimmt dem Umbau zu.\nAbstimmungsergebnis:\neinstimmig\n"
    assert resolution_of([paper(page)]) is None


sentences = st.lists(
    st.sampled_from(
        [
            "Der Rat beschließt den Umbau der Bücherei.",
            "Die Verwaltung wird beauftragt, die Arbeiten auszuschreiben und zu berichten.",
            "Die Mittel werden im Haushalt 2028 bereitgestellt.",
            "Der Vertrag mit der Bücherei GmbH wird gekündigt.",
            "§ 3 der Satzung wird gestrichen.",
            "Die Satzung tritt am 1. Januar 2028 in Kraft.",
        ]
    ),
    min_size=1,
    max_size=6,
    unique=True,
)


@settings(deadline=None)
@given(
    points=sentences,
    cut=st.integers(min_value=0, max_value=5),
    below=st.sampled_from(["Begründung:", "Sachverhalt", "Kosten:", "Anlagen:"]),
)
def test_any_points_come_back_word_for_word(points: list[str], cut: int, below: str) -> None:
    lines = [f"{n}. {point}" for n, point in enumerate(points, 1)]
    first, second = lines[: cut + 1], lines[cut + 1 :]
    pages = [f"{HEAD}Beschlussvorschlag:\n" + "\n".join(first)]
    if second:
        pages.append("\n".join(second))
    pages[-1] += f"\n{below}\nDie Bücherei ist alt, und ihre Fenster sind seit Jahren undicht."
    found = wording(*pages)
    assert same(found.text, "".join(lines))
    assert [c.page for c in found.citation] == [7, 8][: len(pages)]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("1. Der Platz wird umge-\nbaut.\n2. Die Bänke bleiben.", ["1. Der Platz wird umgebaut.", "2. Die Bänke bleiben."]),
        ("Neues Bauen\n•   Verbot von Schottergärten\n\nGutes Klima\n•   Bäume", ["Neues Bauen", "• Verbot von Schottergärten", "Gutes Klima", "• Bäume"]),
        ("Jahr | Betrag\n2028 | 5 Euro\nDie Deckung folgt.", ["Jahr | Betrag", "2028 | 5 Euro", "Die Deckung folgt."]),
        ("Die Satzung tritt am\n3. Mai 2027 in Kraft.", ["Die Satzung tritt am 3. Mai 2027 in Kraft."]),
        ("1.\nwie viele Stellen es gibt,\n2.\nwas sie kosten.", ["1. wie viele Stellen es gibt,", "2. was sie kosten."]),
        ("Der Rat beschließt:\na. den Umbau der Bücherei,\nb. den Verkauf.", ["Der Rat beschließt:", "a. den Umbau der Bücherei,", "b. den Verkauf."]),
        ("Der Rat stimmt – nach Vorberatung\n– dem Umbau zu.", ["Der Rat stimmt – nach Vorberatung – dem Umbau zu."]),
        ("Der Rat\n\nbeschließt\n\nden Umbau\n\nder alten\n\nBücherei\n\nam Anger.", ["Der Rat beschließt den Umbau der alten Bücherei am Anger."]),
        ("Die Spende beträgt\n– 2 –\n175.000\nEuro.", ["Die Spende beträgt 175.000 Euro."]),
    ],
)  # fmt: skip
def test_a_wording_is_printed_with_its_points_apart(text: str, lines: list[str]) -> None:
    assert printed(text).split("\n") == lines


@settings(deadline=None)
@given(st.lists(st.text(alphabet="aBcö 12.,;:|(§–„“", min_size=1, max_size=40), max_size=12))
def test_printing_loses_no_letter(lines: list[str]) -> None:
    text = "\n".join(f"x{line}y" for line in lines)
    assert "".join(printed(text).split()) == "".join(text.split())


def test_the_page_keeps_points_and_rows_apart() -> None:
    html = page_wording("Der Rat stellt bereit:\nJahr | Betrag\n2028 | 5 Euro\n\n1.1 <b>Bücherei</b>\n1.2 Platz")
    assert html.count("<p>") == 3
    assert "<td>5 Euro</td>" in html
    assert "<b>" not in html


def test_a_form_that_goes_on_behind_its_boxes_is_no_wording() -> None:
    form = (
        "Finanzielle Auswirkungen Ja ☒ Nein ☐\n☐ Investition\n☒ Konsumtive Maßnahme\nGesamtkosten: 5.000 Euro\nFolgekosten:\n"
        "Finanzierung\n☒ budgetiert ☐ nicht budgetiert\n"
    )
    assert same(shown(f"{HEAD}Beschlussvorschlag:\n{POINTS}\n{form}\n{WHY}"), POINTS)
    plain = form.replace("Finanzielle Auswirkungen", "Belastung der Gemeinde")
    assert same(shown(f"{HEAD}Beschlussvorschlag:\n{POINTS}\n{plain}\n{WHY}"), POINTS)


def test_a_first_page_that_sends_to_the_whole_wording_is_not_it() -> None:
    page = (
        f"{HEAD}Beschlussantrag\nSatzungsbeschluss zum Bebauungsplan (vollständiger Wortlaut siehe Seite 6).\n\n{WHY}\nBeschluss:\n"
        f"Antrag an Hauptausschuss – nach Vorberatung im Bauausschuss –\n{POINTS}"
    )
    assert same(shown(page), POINTS)


def test_the_wording_at_the_end_goes_before_the_one_on_the_first_page() -> None:
    reasons = WHY + "Der Plan wurde im Frühjahr mit allen Vereinen besprochen, und alle stimmten zu.\n" * 5
    page = f"{HEAD}Beschlussantrag\nDem Vorhaben wird zugestimmt.\n\n{reasons}\nBeschluss:\nAntrag an den Gemeinderat\n{POINTS}"
    assert same(shown(page), POINTS)
    old = f"{HEAD}Beschlussvorschlag:\n{POINTS}\n{WHY}\nBeschluss des Rates:\nDer Rat hat im Jahr 2020 den Umbau abgelehnt.\n{reasons}"
    assert "Der Rat hat im Jahr 2020" in shown(old) or same(shown(old), POINTS)
    assert "1. Die Bücherei" in shown(old)
