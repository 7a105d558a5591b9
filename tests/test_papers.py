from pathlib import Path

import pdfs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ratsassistent.oparl import File, Page, PagedText, PageStart, Paper
from ratsassistent.pack.agendas.agenda import find_agenda
from ratsassistent.pack.files.pages import ReadFile
from ratsassistent.pack.papers.papers import cut_papers, loose_papers
from ratsassistent.pack.papers.parts import find_parts
from ratsassistent.pack.papers.sheets import sheets_of


def read(pages: list[list[str]], outline: tuple[tuple[str, int], ...] = ()) -> ReadFile:
    return ReadFile(
        file=File(id="ra:datei-1", name="pack.pdf", sha256="0"),
        pages=tuple(Page(number=n, text="\n".join(p), source="text") for n, p in enumerate(pages, 1)),
        outline=outline,
        path=Path("pack.pdf"),
    )


def cut(pages: list[list[str]]) -> dict[str, tuple[Paper, ...]]:
    pack = read(pages)
    agenda = find_agenda(pack)
    assert agenda
    result = cut_papers(pack, agenda)
    assert len(result.papers) == len(agenda.entries)
    return {entry.number or entry.title: papers for entry, papers in zip(agenda.entries, result.papers, strict=True)}


def text(*pages: list[str]) -> PagedText:
    starts, whole = [], ""
    for number, lines in enumerate(pages, 1):
        starts.append(PageStart(offset=len(whole), file_id="f", file="f.pdf", page=number))
        whole += "\n".join(lines) + "\n"
    return PagedText(text=whole, starts=tuple(starts))


def parts(*pages: list[str]) -> list[tuple[str, str]]:
    paged = text(*pages)
    return [(part.kind, paged.text[part.start : part.end]) for part in find_parts(paged)]


def wording(*pages: list[str]) -> str:
    """The one complete resolution."""
    paged = text(*pages)
    found = [part for part in find_parts(paged) if part.kind == "resolution" and part.complete]
    assert len(found) == 1, found
    return paged.text[found[0].start : found[0].end]


def spans(paper: Paper) -> list[tuple[int, int]]:
    return [(span.first, span.last) for span in paper.files]


def test_a_combined_pack_is_cut_into_papers_and_documents():
    items = cut(pdfs.PACK)
    assert items["Ö 1"] == ()
    (fire,) = items["Ö 2"]
    assert (fire.reference, fire.paperType, spans(fire)) == ("BV/0012/2024", "Beschlussvorlage", [(2, 3), (4, 4)])
    (motion,) = items["Ö 3"]
    assert (motion.reference, motion.paperType, spans(motion)) == ("AN/0045/2024", "Antrag", [(5, 5), (6, 6)])
    (secret,) = items["N 1"]
    assert spans(secret) == [(7, 7)]
    assert secret.public is False
    assert fire.public is True
    assert fire.name == "Neubau der Feuerwache Nord und Erweiterung des Gerätehauses"


def test_one_misread_number_does_not_shift_the_rest():
    broken = [line.replace("BV/0012/2024", "BV/9") for line in pdfs.FIRE_1]
    items = cut([pdfs.AGENDA, broken, *pdfs.PACK[2:]])
    assert [spans(paper) for paper in items["Ö 2"]] == [[(2, 3), (4, 4)]]
    assert items["Ö 2"][0].reference == "BV/0012/2024"  # as the agenda has it
    assert [spans(paper) for paper in items["N 1"]] == [[(7, 7)]]


def test_papers_in_another_order_than_the_agenda():
    items = cut([pdfs.AGENDA, pdfs.MOTION, pdfs.ANSWER, pdfs.FIRE_1, pdfs.FIRE_2, pdfs.SECRET])
    assert spans(items["Ö 3"][0]) == [(2, 2), (3, 3)]
    assert spans(items["Ö 2"][0]) == [(4, 5)]
    assert spans(items["N 1"][0]) == [(6, 6)]


def test_an_agenda_without_numbers_is_matched_by_titles():
    agenda = ["Gemeinderat", "Tagesordnung", "1. Neubau der Feuerwache Nord", "2. Trinkbrunnen am Markt aufstellen"]
    one = ["Sitzungsvorlage", "Amt: Bauamt", "Neubau der Feuerwache Nord", "Beschlussvorschlag:", "Der Rat baut."]
    two = [
        "Sitzungsvorlage",
        "Amt: Tiefbau",
        "Trinkbrunnen am Markt aufstellen",
        "Beschlussvorschlag:",
        "Der Rat stellt auf.",
    ]
    items = cut([agenda, one, ["- 2 -", "mehr Text"], two])
    assert spans(items["1"][0]) == [(2, 3)]
    assert spans(items["2"][0]) == [(4, 4)]


def test_a_number_on_the_agenda_without_pages_is_a_paper_without_pages():
    (fire,) = cut([pdfs.AGENDA, *pdfs.PACK[4:]])["Ö 2"]
    assert fire.reference == "BV/0012/2024"
    assert fire.files == ()
    assert fire.text.text == ""


def test_a_number_that_counts_up_goes_on_though_a_page_between_has_none():
    pages = [pdfs.AGENDA, pdfs.FIRE_1, pdfs.FIRE_2, ["Diagramm ohne Seitenzahl"], ["- 3 -", "Schluss"], *pdfs.PACK[4:]]
    assert [spans(paper) for paper in cut(pages)["Ö 2"]] == [[(2, 5)]]


def test_consultations():
    (fire,) = cut(pdfs.PACK)["Ö 2"]
    assert [(c.organization, str(c.date), c.number, c.role) for c in fire.consultations] == [
        ("Bauausschuss", "2024-03-05", "4", "Vorberatung"),
        ("Rat der Stadt Musterfeld", "2024-03-14", "Ö 2", "Entscheidung"),
    ]


def test_the_wording_comes_whole_and_alone():
    assert wording(pdfs.FIRE_1) == (
        "Der Rat beschließt den Neubau der Feuerwache Nord mit Gesamtkosten von 4.250.000 Euro.\n"
        "Die Verwaltung wird beauftragt, die Planung bis zum 30.09.2024 vorzulegen."
    )


@pytest.mark.parametrize(
    "heading",
    [
        "Beschlussvorschlag:",
        "Beschlussvorschlag der Verwaltung:",
        "Beschlussantrag",
        "Beschlussentwurf:",
        "Beschluss:",
        "1. Beschlussvorschlag",
        "Antrag an den Gemeinderat",
        "Beschlussempfehlung:",
    ],
)
@pytest.mark.parametrize(
    "after", ["Begründung:", "Sachverhalt", "gez. Muster", "Anlagen:", "Finanzielle Auswirkungen:"]
)
def test_many_names_of_the_wording(heading, after):
    page = [
        "Sitzungsvorlage",
        "Vorlage: 12/2024",
        "Betreff:",
        "Brücke",
        heading,
        "Der Rat baut die Brücke.",
        after,
        "Rest.",
    ]
    assert wording(page) == "Der Rat baut die Brücke."


def test_a_short_version_is_marked_and_a_pointer_is_none():
    short = ["Beschlussvorlage", "Vorlage: 1/2024", "Beschlussantrag (Kurzfassung)", "Der Rat stimmt der Vergabe zu."]
    full = ["Beschluss:", "Antrag an den Rat", "Der Rat stimmt der Vergabe an die Bau AG für 5.000 Euro zu."]
    paged = text(short, full)
    found = [part for part in find_parts(paged) if part.kind == "resolution"]
    assert [part.complete for part in found] == [False, True]
    assert paged.text[found[1].start : found[1].end].startswith("Der Rat stimmt der Vergabe an die Bau AG")
    pointer = [*short[:3], "Siehe Beschlussformulierung auf S. 2."]
    assert wording(pointer, full).endswith("5.000 Euro zu.")


def test_a_wording_runs_on_over_the_page_without_the_page_number():
    pages = [
        ["Beschlussvorlage", "Vorlage: 1/2024", "Beschlussvorschlag:", "Der Rat beschließt"],
        ["- 2 -", "den Haushalt.", "Begründung:", "Er ist nötig."],
    ]
    (paper,) = loose_papers(sheets_of(read(pages)), None)
    (part,) = [part for part in paper.parts if part.kind == "resolution"]
    assert paper.part_text(part) == "Der Rat beschließt\nden Haushalt."
    assert [start.page for start in paper.text.between(part.start, part.end)] == [1, 2]


def test_a_motion_and_its_answer():
    (paper,) = cut(pdfs.PACK)["Ö 3"]
    kinds = {part.kind: paper.part_text(part) for part in paper.parts}
    assert kinds["motion"] == "Die Verwaltung stellt auf dem Marktplatz zwei Trinkbrunnen auf."
    assert kinds["summary"] == "Die Verwaltung schlägt einen Brunnen für 18.000 Euro vor."
    assert kinds["statement"] == "Ein zweiter Brunnen lässt sich nicht anschließen."
    assert kinds["reason"] == "Im Sommer fehlt Trinkwasser."
    assert "resolution" not in kinds


def test_a_motion_that_begins_with_the_council():
    page = [
        "Antrag der Fraktion Mitte",
        "Vorlage: 3/2024",
        "Brunnen",
        "Der Rat möge beschließen:",
        "Es werden Brunnen gebaut.",
        "Begründung:",
        "Durst.",
    ]
    assert ("motion", "Der Rat möge beschließen:\nEs werden Brunnen gebaut.") in parts(page)


def test_a_form_is_kept_apart_but_its_amounts_are_costs():
    page = [
        "Beschlussvorlage",
        "Vorlage: 1/2024",
        "Beschlussvorschlag:",
        "Der Rat kauft ein Fahrzeug.",
        "Finanzielle Auswirkungen",
        "Ja ☒ Nein ☐",
        "Gesamtkosten: 35.000 €",
        "☐ nicht gedeckt",
        "Klimarelevanz",
        "Ja ☐ Nein ☒",
        "Begründung:",
        "Das alte Fahrzeug ist defekt.",
    ]
    found = parts(page)
    assert ("costs", "Gesamtkosten: 35.000 €") in found
    assert ("reason", "Das alte Fahrzeug ist defekt.") in found
    assert all("☐" not in words for kind, words in found if kind != "form")


def test_costs_as_running_text_and_a_word_that_only_looks_like_a_heading():
    page = [
        "Beschlussvorlage",
        "Vorlage: 1/2024",
        "Begründung:",
        "Der Umbau des Rathauses dauert nach Auskunft der Fachleute zwei Jahre und der",
        "Sachverhalt",
        "ist seit langem bekannt.",
        "Kosten und Finanzierung:",
        "Die Kosten betragen 10.000 Euro.",
    ]
    assert [kind for kind, _ in parts(page)] == ["title", "reason", "costs"]


def test_annexes_are_annexes_whatever_they_contain():
    found = parts(pdfs.FIRE_1, ["Anlage 1", "Beschlussvorschlag:", "Ein Muster."])
    assert found[-1][0] == "annex"
    assert "Ein Muster." in found[-1][1]


def test_bookmarks_tell_where_documents_begin():
    pack = read(
        [pdfs.AGENDA, pdfs.FIRE_1, ["Lageplan"], ["Schnitt"], *pdfs.PACK[4:]],
        (
            ("Tagesordnung", 1),
            ("Vorlage Feuerwache", 2),
            ("Anlage Pläne", 3),
            ("Antrag", 5),
            ("Stellungnahme", 6),
            ("Vorlage", 7),
        ),
    )
    agenda = find_agenda(pack)
    assert agenda
    assert spans(cut_papers(pack, agenda).papers[1][0]) == [(2, 2), (3, 4)]


HEADINGS = [
    "Beschlussvorschlag:",
    "Begründung:",
    "Beratungsfolge",
    "Finanzielle Auswirkungen",
    "Antrag",
    "Anlage 1",
    "Kurzfassung",
    "gez. X",
]


@settings(deadline=None, max_examples=80)
@given(
    st.lists(
        st.lists(st.sampled_from([*HEADINGS, "Ein Satz.", "Rat 01.02.2024", "☐ ja ☒ nein", "", "- 2 -"]), max_size=12),
        min_size=1,
        max_size=4,
    )
)
def test_parts_never_overlap_and_hold_words(pages):
    paged = text(*pages)
    at = 0
    for part in find_parts(paged):
        assert at <= part.start < part.end <= len(paged.text)
        assert paged.text[part.start : part.end].strip()
        at = part.end


def test_the_same_number_with_and_without_its_letters_is_one_paper():
    agenda = ["Gemeinderat", "Tagesordnung der öffentlichen Sitzung", "1. Brücke am Markt 2027/011", "2. Ende"]
    paper = [
        "Beschlussvorlage",
        "Vorlage: BV 2027/011",
        "Amt: Bauamt",
        "Brücke",
        "Beschlussvorschlag:",
        "Der Rat baut.",
    ]
    (one,) = cut([agenda, paper])["1"]
    assert (one.reference, spans(one)) == ("BV 2027/011", [(2, 2)])
    agenda[2] = "1. Brücke am Markt BV 2027/011"
    (two,) = cut([agenda, [line.replace("BV ", "") for line in paper]])["1"]
    assert (two.reference, two.id) == ("BV 2027/011", one.id)
    agenda[2] = "1. Brücke am Markt AN 2027/011"
    held = cut([agenda, paper])["1"]  # other letters, another paper
    assert "AN 2027/011" in {paper.reference for paper in held}


COUNTED = [
    ["Gemeinderat", "Tagesordnung der öffentlichen Sitzung", "1. Brücke am Markt BV 2027/011", "2. Ende"],
    [
        "Stadt Lauterhain · Bauamt",
        "Beschlussvorlage",
        "Vorlage: BV 2027/011",
        "Betreff: Brücke am Markt",
        "Beschlussvorschlag:",
        "Der Rat beschließt den Neubau der Brücke",
        "Beschlussvorlage BV 2027/011 Seite 1 von 2",
    ],
    [
        "Stadt Lauterhain · Bauamt",
        "am Markt und stellt die Mittel bereit.",
        "Begründung:",
        "Sie ist alt. Näheres steht in Anlage 1 und Anlage 2.",
        "gez. Muster",
        "Ende",
        "Beschlussvorlage BV 2027/011 Seite 2 von 2",
    ],
    ["Gutachten", "Die Pfeiler sind unterspült.", "Ingenieurbüro · Anlage 1 zu BV 2027/011 Seite 1 von 2"],
    ["Messwerte", "Pegel 3,10 Meter", "Ingenieurbüro · Anlage 1 zu BV 2027/011 Seite 2 von 2"],
    [],
]


def test_feet_that_count_pages_tell_where_documents_begin_and_stay_out_of_the_text():
    (paper,) = cut(COUNTED)["1"]
    assert spans(paper) == [(2, 3), (4, 5), (6, 6)]
    (part,) = [part for part in paper.parts if part.kind == "resolution"]
    assert paper.part_text(part) == ("Der Rat beschließt den Neubau der Brücke\nam Markt und stellt die Mittel bereit.")
    assert "Seite 1 von" not in paper.text.text
    assert paper.text.text.count("Stadt Lauterhain · Bauamt") == 1  # the letterhead
    assert [part.heading for part in paper.parts if part.kind == "annex"] == ["Anlage 1 – Gutachten"]


def test_a_part_that_goes_on_over_the_page_is_one_part():
    first = ["Beschlussvorlage", "Vorlage: 1/2024", "Sachverhalt:", "Der Bach ist im Sommer trocken."]
    found = parts(first, ["Sachverhalt (Fortsetzung)", "Im Winter tritt er über die Ufer.", "Kosten:", "Keine."])
    assert [kind for kind, _ in found] == ["title", "reason", "costs"]


def test_a_heading_that_a_form_repeats_on_every_page_cuts_nothing():
    pages = [
        ["Antrag", "Vorlage: 1/2024", "Bäume", "Begründung/Sachverhalt", "Im Sommer fehlt den Leuten am Markt der"],
        ["Begründung/Sachverhalt", "Schatten von Bäumen.", "gez. Muster"],
    ]
    (paper,) = loose_papers(sheets_of(read(pages)), None)
    (reason,) = [part for part in paper.parts if part.kind == "reason"]
    assert paper.part_text(reason) == "Im Sommer fehlt den Leuten am Markt der\nSchatten von Bäumen."


def test_a_heading_that_a_text_frame_made_come_last_on_its_page():
    pages = [
        [
            "Antrag",
            "Vorlage: 1/2024",
            "Beratungsfolge",
            "Rat 01.03.2024",
            "1. Die Stadt pflanzt auf dem Markt zwanzig Bäume, und zwar noch in diesem Jahr.",
            "2. Sie gießt die Bäume.",
            *["Im Sommer ist es auf dem Markt heiß, und das schon seit einigen Jahren."] * 4,
            "Im Winter dagegen ist es am Markt oft kalt und auch sehr",
            "Begründung",
        ],
        ["zugig.", "gez. Muster"],
    ]
    (paper,) = loose_papers(sheets_of(read(pages)), None)
    (reason,) = [part for part in paper.parts if part.kind == "reason"]
    assert paper.part_text(reason).startswith("Im Sommer")
    assert paper.part_text(reason).endswith("am Markt oft kalt und auch sehr\nzugig.")
    (motion,) = [part for part in paper.parts if part.kind == "motion"]
    assert paper.part_text(motion).endswith("Sie gießt die Bäume.")


def test_rows_of_boxes_are_a_form_and_hide_no_heading():
    page = [
        "Beschlussvorlage",
        "Vorlage: 1/2024",
        "Finanzielle Auswirkungen ☒ ja ☐ nein",
        "Mittel im Haushalt veranschlagt ☒ ja ☐ teilweise ☐ nein, siehe Erläuterung unten",
        "Kurzfassung",
        "Die Halle wird saniert.",
    ]
    found = parts(page)
    assert [kind for kind, _ in found] == ["title", "form", "summary"]


def test_the_subject_and_salutation_of_a_motion_are_not_what_it_asks_for():
    page = [
        "Fraktion Mitte",
        "Antrag Nr. AN 2027/004",
        "Antrag: Mehr Bänke am Fluss",
        "Sehr geehrter Herr Bürgermeister,",
        "die Fraktion Mitte beantragt, der Rat möge beschließen:",
        "Es werden zehn Bänke aufgestellt.",
        "Begründung:",
        "Es gibt keine.",
    ]
    (motion,) = [words for kind, words in parts(page) if kind == "motion"]
    assert motion.endswith("Es werden zehn Bänke aufgestellt.")
    assert "Sehr geehrter" not in motion
    assert "Mehr Bänke" not in motion
