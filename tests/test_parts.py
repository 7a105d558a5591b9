"""The parts of a paper under their many names: German, Austrian and Swiss usage, numbered, bold or inline."""

from itertools import pairwise

import pytest

from ratsassistent.oparl import PagedText, PageStart, Part
from ratsassistent.pack.papers.headings import read_heading
from ratsassistent.pack.papers.parts import find_parts


def paged(lines: str) -> PagedText:
    return PagedText(text=lines, starts=(PageStart(offset=0, file_id="f", file="f.pdf", page=1),))


def parts(lines: str) -> list[tuple[str, str]]:
    text = paged(lines)
    return [(part.kind, text.text[part.start : part.end]) for part in find_parts(text)]


def only(lines: str, kind: str) -> str:
    (found,) = [words for name, words in parts(lines) if name == kind]
    return found


HEAD = "Beschlussvorlage\nVorlage: 12/2027\nAmt: Bauamt\nUmbau der Bücherei am Anger\n"
WORDING = "Die Bücherei wird nach dem Plan vom Mai umgebaut und um einen Lesesaal erweitert."
REASON = "Die Bücherei ist seit vierzig Jahren nicht erneuert worden, und ihre Fenster sind undicht."


@pytest.mark.parametrize(
    "heading",
    [
        "Beschlussvorschlag:",
        "Beschlussvorschlag",
        "BESCHLUSSVORSCHLAG:",
        "1. Beschlussvorschlag",
        "I. Beschlussantrag",
        "A) Beschlussempfehlung:",
        "Beschlußvorschlag:",
        "Beschlussentwurf:",
        "Beschluss:",
        "Beschlusstenor",
        "Vorschlag zur Beschlussfassung:",
        "Entscheidungsvorschlag",
        "Verfügungsvorschlag:",
        "Tenor:",
        "Dispositiv",
        "Anträge des Gemeinderates:",
        "Antrag des Stadtrates",
        "Empfehlung des Ausschusses:",
        "Empfehlung der Verwaltung",
        "III. Antrag der Verwaltung",
        "Antrag:",
        "3. Antrag",
        "Antragstext:",
        "Es wird beantragt:",
    ],
)
def test_the_wording_is_found_under_its_names(heading: str) -> None:
    page = f"{HEAD}{heading}\n{WORDING}\nSachverhalt:\n{REASON}"
    assert only(page, "resolution") == WORDING
    assert only(page, "reason") == REASON


@pytest.mark.parametrize(
    "phrase",
    [
        "Der Rat möge beschließen:",
        "Der Gemeinderat wolle beschließen:",
        "Der Gemeinderat beschliesst:",
        "Die Stadtverordnetenversammlung der Stadt Erlau beschließt folgende Punkte:",
        "Der Gemeinderat beantragt der Gemeindeversammlung:",
        "Der Stadtrat wird gebeten, wie folgt zu beschliessen:",
        "Die Bezirksvertretung wird ersucht:",
    ],
)
def test_a_phrase_that_opens_the_wording_belongs_to_it(phrase: str) -> None:
    page = f"{HEAD}{phrase}\n1. {WORDING}\nBegründung:\n{REASON}"
    assert only(page, "resolution") == f"{phrase}\n1. {WORDING}"


@pytest.mark.parametrize(
    ("heading", "kind"),
    [
        ("Sachdarstellung:", "reason"),
        ("2. Sach- und Rechtslage", "reason"),
        ("AUSGANGSLAGE", "reason"),
        ("1 Ausgangslage", "reason"),
        ("Ausgangssituation", "reason"),
        ("Problembeschreibung/Begründung:", "reason"),
        ("Vorbemerkung:", "reason"),
        ("II. Erwägungen", "reason"),
        ("Amtsbericht", "reason"),
        ("B. Erläuterungen", "reason"),
        ("Rechtliche Grundlagen", "reason"),
        ("Anlass", "reason"),
        ("Kurzfassung:", "summary"),
        ("Das Wichtigste in Kürze", "summary"),
        ("Management Summary", "summary"),
        ("Zusammenfassung", "summary"),
        ("Kosten:", "costs"),
        ("Finanzierung", "costs"),
        ("Finanzielle Auswirkungen:", "costs"),
        ("4. Kostenfolgen", "costs"),
        ("Bedeckung:", "costs"),
        ("Kosten und Bedeckung", "costs"),
        ("Deckungsvorschlag:", "costs"),
        ("Haushaltsrechtliche Auswirkungen", "costs"),
        ("Finanzbedarf", "costs"),
        ("Ressourcen", "costs"),
        ("Personelle und finanzielle Auswirkungen:", "costs"),
        ("FINANZIELLE AUSWIRKUNGEN", "costs"),
        ("Beilagen:", "text"),
        ("Anlagen", "text"),
    ],
)
def test_the_other_parts_are_found_under_their_names(heading: str, kind: str) -> None:
    body = "Der Umbau soll im Frühjahr beginnen und wird etwa ein Jahr dauern, sagt das Bauamt."
    page = f"{HEAD}Beschlussvorschlag:\n{WORDING}\n{heading}\n{body}"
    assert only(page, "resolution") == WORDING
    assert (kind, body) in parts(page)


def test_parts_with_their_text_behind_a_colon() -> None:
    page = f"{HEAD}Beschlussvorschlag: {WORDING}\nSachdarstellung: {REASON}\nBedeckung: aus der Rücklage der Gemeinde"
    assert parts(page)[1:] == [
        ("resolution", WORDING),
        ("reason", REASON),
        ("costs", "aus der Rücklage der Gemeinde"),
    ]


@pytest.mark.parametrize(
    "line",
    [
        "Der Gemeinderat beschliesst jedes Jahr über den Haushalt.",
        "Die Kosten der Maßnahme trägt das Land.",
        "Antrag auf Förderung wurde gestellt.",
        "Bericht und Antrag liegen der Gemeinde seit März vor.",
        "Ressourcen sind knapp, daher wird priorisiert.",
        "Einleitung von Abwasser in den Bach ist verboten.",
        "Anlass zur Sorge besteht nicht.",
        "3 Anträge wurden gestellt",
        "Beilage zum Amtsblatt",
        "Ich stelle den Antrag",
    ],
)
def test_running_text_is_no_heading(line: str) -> None:
    assert read_heading(line) is None


def test_a_heading_word_in_the_middle_of_a_sentence_cuts_nothing() -> None:
    long = "Über die Einzelheiten der Förderung, über den Zeitplan und über die\nKosten\nwird im Herbst berichtet."
    page = f"{HEAD}Begründung:\n{REASON}\n{long}"
    assert only(page, "reason") == f"{REASON}\n{long}"


def test_the_answer_in_the_same_document_as_the_motion_is_the_administrations() -> None:
    page = (
        "Antrag\nVorlage: 7/2027\nFraktion Mitte\nBänke am Fluss\nAntrag:\nDie Stadt stellt am Fluss zehn Bänke auf.\n"
        f"Begründung:\nEs gibt dort keine einzige Bank.\nStellungnahme der Verwaltung:\n{REASON}"
    )
    assert only(page, "motion") == "Die Stadt stellt am Fluss zehn Bänke auf."
    assert only(page, "statement") == REASON


def test_boxes_are_cut_out_of_every_part_and_amounts_keep_their_label() -> None:
    page = (
        f"{HEAD}Beschlussvorschlag:\n{WORDING}\nBegründung:\n{REASON}\n"
        "Wurde die Jugend gehört?\n☐ ja ☒ nein\nDie Pläne lagen im März aus.\n"
        "Finanzielle Auswirkungen ☒ ja ☐ nein\nGesamtkosten: 400.000 Euro\n☐ Kredit in Höhe von 90.000 Euro\n"
        "Zuschuss | 120.000 Euro"
    )
    found = parts(page)
    assert ("reason", REASON) in found
    kept = " ".join(words for kind, words in found if kind != "form")
    assert "Die Pläne lagen im März aus." in kept
    assert "Kredit" not in kept
    assert "Wurde die Jugend" not in kept
    costs = [words for kind, words in found if kind == "costs"]
    assert costs == ["Gesamtkosten: 400.000 Euro", "Zuschuss | 120.000 Euro"]


def test_what_is_ticked_in_a_wording_stays_in_it() -> None:
    page = f"{HEAD}Beschlussvorschlag:\nDer Rat stimmt zu für\n☒ Variante Nord\n☒ Variante Süd\nBegründung:\n{REASON}\n☐ anderes"
    assert only(page, "resolution") == "Der Rat stimmt zu für\n☒ Variante Nord\n☒ Variante Süd"


def test_parts_never_overlap_and_come_in_order() -> None:
    page = (
        f"{HEAD}Kosten\n☐ ja\n☒ nein\nSumme: 5 Euro\nBegründung:\n{REASON}\n☐ x ☒ y\n{REASON}\neinstimmig  mehrheitlich"
    )
    found: tuple[Part, ...] = find_parts(paged(page))
    assert all(one.end <= two.start for one, two in pairwise(found))


def motion_parts(lines: str) -> list[tuple[str, str]]:
    text = paged(lines)
    return [
        (part.heading or "", text.text[part.start : part.end]) for part in find_parts(text) if part.kind == "motion"
    ]


def test_a_motion_that_gives_its_reasons_first_asks_under_its_own_heading() -> None:
    found = motion_parts(
        "Antrag\nVorlage Nr.: 12/2027\nSicherer Radweg am Anger\nFraktion Mitte\n"
        "Gremium Termin TOP Zuständigkeit\nGemeinderat 17.06.2027 5 Behandlung\n"
        "Am Anger ragen die Autos so weit in den Radweg, dass er kaum benutzt werden kann.\n"
        "Antrag\nDer Radweg am Anger wird baulich von den Parkplätzen getrennt.\nunterzeichnet von:\nAnna Ahorn\n"
    )
    assert found[-1] == ("Antrag", "Der Radweg am Anger wird baulich von den Parkplätzen getrennt.")


def test_who_asks_is_no_wording() -> None:
    lines = (
        "Stellungnahme zum Antrag\nVorlage Nr.: 12/2027\nHilfe für Ältere\nAntrag: Fraktion Mitte\n"
        "Gremium Termin TOP Zuständigkeit\nGemeinderat 17.06.2027 5 Behandlung\nKurzfassung\n"
        "Die Verwaltung empfiehlt, den Antrag als erledigt zu betrachten.\n"
    )
    assert all("Fraktion Mitte" not in words for words in (w for _, w in motion_parts(lines)))
