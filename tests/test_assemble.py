from pathlib import Path

import pdfs

from ratsassistent.oparl import Paper
from ratsassistent.pack.files.pages import ReadFile, read_file
from ratsassistent.pack.matching.assemble import Pack, assemble
from ratsassistent.pack.matching.attach import attach
from ratsassistent.pack.papers.passages import cut_passages

PUBLIC_ONLY = [line for line in pdfs.AGENDA[:12] if not line.startswith("Ö 3") and "AN/0045" not in line]


def taken_in(folder: Path, files: dict[str, list[list[str]]]) -> Pack:
    return assemble([read_file(pdfs.write(folder / name, pages)) for name, pages in files.items()])


def publicity(pack: Pack, name: str) -> list[bool | None]:
    (read,) = [read for read in pack.files if read.file.name == name]
    return [page.public for page in read.pages]


def test_one_pdf_with_everything(tmp_path):
    pack = taken_in(tmp_path, {"pack.pdf": pdfs.PACK})
    (meeting,) = pack.meetings
    assert meeting.name == "7. Sitzung Rat der Stadt Musterfeld, 14.03.2024"
    assert [(item.number, item.public, item.pages) for item in meeting.agendaItem] == [
        ("Ö 1", True, None),
        ("Ö 2", True, (2, 4)),
        ("Ö 3", True, (5, 6)),
        ("N 1", False, (7, 7)),
    ]
    # The agenda's page names the non-public sale, so it is not public itself.
    assert publicity(pack, "pack.pdf") == [False, True, True, True, True, True, False]
    assert pack.loose_papers == ()
    assert meeting.unassigned_pages == ()


def test_taking_in_again_gives_the_same_ids(tmp_path):
    one = taken_in(tmp_path / "a", {"pack.pdf": pdfs.PACK})
    two = taken_in(tmp_path / "b", {"anders.pdf": pdfs.PACK})
    ids = [[item.id for item in pack.meetings[0].agendaItem] for pack in (one, two)]
    assert ids[0] == ids[1]
    assert len(set(ids[0])) == 4
    assert one.meetings[0].id == two.meetings[0].id
    papers = [[paper.id for item in pack.meetings[0].agendaItem for paper in item.papers] for pack in (one, two)]
    assert papers[0] == papers[1]


def test_the_same_number_in_both_parts_is_two_items(tmp_path):
    agenda = ["Gemeinderat", "Tagesordnung", "Öffentlicher Teil", "1. Bericht", "Nichtöffentlicher Teil", "1. Bericht"]
    (meeting,) = taken_in(tmp_path, {"to.pdf": [agenda]}).meetings
    assert len({item.id for item in meeting.agendaItem}) == 2


def test_a_folder_with_an_agenda_and_its_papers(tmp_path):
    pack = taken_in(
        tmp_path,
        {
            "AN-0045-2024 Antrag.pdf": [pdfs.MOTION],
            "AN-0045-2024 Stellungnahme.pdf": [pdfs.ANSWER],
            "Einladung.pdf": [pdfs.AGENDA],
            "TOP N 1 Verkauf.pdf": [["Verkaufsunterlagen ohne Nummer", "Preis 1 Euro"]],
            "Urlaubsgruss.pdf": [["Viele Grüße", "aus dem Süden"]],
            "BV-0012-2024 Anlage 1.pdf": [pdfs.FIRE_ANNEX],
            "BV-0012-2024.pdf": [pdfs.FIRE_1, pdfs.FIRE_2],
        },
    )
    (meeting,) = pack.meetings
    items = {item.number: item for item in meeting.agendaItem}
    held = {
        number: [[(span.name, span.first, span.last) for span in paper.files] for paper in item.papers if paper.files]
        for number, item in items.items()
    }
    assert held["Ö 2"] == [[("BV-0012-2024.pdf", 1, 2), ("BV-0012-2024 Anlage 1.pdf", 1, 1)]]
    assert held["Ö 3"] == [[("AN-0045-2024 Antrag.pdf", 1, 1), ("AN-0045-2024 Stellungnahme.pdf", 1, 1)]]
    assert held["N 1"] == [[("TOP N 1 Verkauf.pdf", 1, 1)]]
    assert items["Ö 2"].pages is None
    assert [paper.name for paper in pack.loose_papers] == ["Urlaubsgruss"]
    assert publicity(pack, "BV-0012-2024.pdf") == [True, True]
    assert publicity(pack, "TOP N 1 Verkauf.pdf") == [False]
    assert publicity(pack, "Urlaubsgruss.pdf") == [None]


def test_an_annex_without_a_sign_does_not_slip_into_a_public_item(tmp_path):
    pack = taken_in(
        tmp_path,
        {
            "Einladung.pdf": [pdfs.AGENDA],
            "BV-0012-2024.pdf": [pdfs.FIRE_1],
            "Anlage.pdf": [["Anlage 7", "Kaufvertrag"]],
        },
    )
    assert publicity(pack, "Anlage.pdf") == [None]
    assert len(pack.loose_papers) == 1


def test_several_agendas_are_several_meetings(tmp_path):
    other = [line.replace("14. März 2024", "11. April 2024") for line in pdfs.AGENDA]
    pack = taken_in(tmp_path, {"a.pdf": pdfs.PACK, "b.pdf": [other]})
    assert [meeting.start for meeting in pack.meetings] == ["2024-03-14T17:30", "2024-04-11T17:30"]


def test_an_agenda_and_its_supplement_are_one_meeting(tmp_path):
    more = [*pdfs.AGENDA[:6], "Ö 4   Neue Bänke im Park", "      Vorlage: BV/0100/2024"]
    pack = taken_in(tmp_path, {"a.pdf": pdfs.PACK, "nachtrag.pdf": [more]})
    (meeting,) = pack.meetings
    assert [item.number for item in meeting.agendaItem] == ["Ö 1", "Ö 2", "Ö 3", "Ö 4", "N 1"]
    assert [item.order for item in meeting.agendaItem] == [1, 2, 3, 4, 5]


def test_a_loose_paper_is_non_public_until_someone_says_otherwise(tmp_path):
    path = pdfs.write(tmp_path / "vorlage.pdf", [pdfs.FIRE_1, pdfs.FIRE_2])
    (paper,) = assemble([read_file(path)]).loose_papers
    assert (paper.reference, paper.public, paper.paperType) == ("BV/0012/2024", None, "Beschlussvorlage")
    assert paper.name == "Neubau der Feuerwache Nord und Erweiterung des Gerätehauses"
    said = assemble([read_file(path)], public=True)
    assert said.loose_papers[0].public is True
    assert publicity(said, "vorlage.pdf") == [True, True]


def test_a_published_agenda_makes_its_pages_public(tmp_path):
    pack = taken_in(tmp_path, {"pack.pdf": [PUBLIC_ONLY, pdfs.FIRE_1, pdfs.FIRE_2]})
    assert publicity(pack, "pack.pdf") == [True, True, True]


def test_pages_of_no_item_are_named_and_not_public(tmp_path):
    pack = taken_in(tmp_path, {"pack.pdf": [pdfs.AGENDA, ["Hinweise zum Parken"], *pdfs.PACK[1:]]})
    (meeting,) = pack.meetings
    assert [(page.file, page.page) for page in meeting.unassigned_pages] == [("pack.pdf", 2)]
    assert publicity(pack, "pack.pdf")[1] is None


def test_a_missing_annex_is_named_with_its_place(tmp_path):
    (meeting,) = taken_in(tmp_path, {"pack.pdf": pdfs.PACK}).meetings
    (missing,) = meeting.agendaItem[1].missing_attachments
    assert missing.name == "Anlage 2"
    assert [(c.file, c.page, c.quote) for c in missing.citation] == [("pack.pdf", 2, "Anlage 2")]
    law = [line.replace("Näheres zeigt Anlage 2.", "Näheres regelt Anlage 2 der Verordnung.") for line in pdfs.FIRE_1]
    (other,) = taken_in(tmp_path / "b", {"pack.pdf": [pdfs.AGENDA, law, *pdfs.PACK[2:]]}).meetings
    assert other.agendaItem[1].missing_attachments == ()


def test_nothing_in_gives_nothing_out():
    assert assemble([]) == Pack(meetings=(), loose_papers=(), files=())


def test_a_stamp_on_every_page_of_the_pack_says_nothing_about_papers(tmp_path):
    pages = [[*page, f"Seite {n} von {len(pdfs.PACK)}"] for n, page in enumerate(pdfs.PACK, 1)]
    pack = taken_in(tmp_path, {"pack.pdf": pages})
    plain = taken_in(tmp_path / "plain", {"pack.pdf": pdfs.PACK})
    items = [[(item.number, item.pages) for item in p.meetings[0].agendaItem] for p in (pack, plain)]
    assert items[0] == items[1]
    assert "Seite 2 von 7" in pack.files[0].pages[1].text  # what is on the page stays on the page


def test_loose_files_of_one_paper_are_one_paper(tmp_path):
    pack = taken_in(
        tmp_path,
        {
            "BV-0012-2024 Anlage 1.pdf": [pdfs.FIRE_ANNEX],
            "BV-0012-2024.pdf": [pdfs.FIRE_1, pdfs.FIRE_2],
            "Plan.pdf": [["Ein Plan"]],
        },
    )
    assert [(paper.reference, [span.name for span in paper.files]) for paper in pack.loose_papers] == [
        ("BV/0012/2024", ["BV-0012-2024.pdf", "BV-0012-2024 Anlage 1.pdf"]),
        (None, ["Plan.pdf"]),
    ]
    assert [part.kind for part in pack.loose_papers[0].parts][-1] == "annex"


def test_a_motion_that_says_so_in_the_name_of_its_file_only(tmp_path):
    page = ["Fraktion Mitte", "Mehr Bänke am Fluss", "Wir beantragen zehn Bänke.", "Begründung:", "Es gibt keine."]
    (paper,) = taken_in(tmp_path, {"2027-02-01_Ratsantrag_Bänke.pdf": [page]}).loose_papers
    assert paper.paperType == "Ratsantrag"
    assert ("motion", "Wir beantragen zehn Bänke.") in [(part.kind, paper.part_text(part)) for part in paper.parts]
    (annex,) = taken_in(tmp_path / "b", {"Anlage zum Antrag.pdf": [["Foto der Bänke"]]}).loose_papers
    assert annex.paperType is None


def test_an_annex_that_names_its_paper_is_found_whatever_its_file_is_called(tmp_path):
    pack = taken_in(
        tmp_path,
        {
            "a.pdf": [pdfs.AGENDA],
            "b.pdf": [pdfs.MOTION],
            "c.pdf": [["Anlage 1 zu BV/0012/2024", "Raumprogramm"]],
            "d.pdf": [pdfs.FIRE_1, pdfs.FIRE_2],
            "e.pdf": [["Gutachten", "Text", "Büro Y · Anlage 2 zu BV/0012/2024 Seite 1 von 1"]],
        },
    )
    (fire,) = pack.meetings[0].agendaItem[1].papers
    assert [span.name for span in fire.files] == ["d.pdf", "c.pdf", "e.pdf"]
    assert pack.meetings[0].agendaItem[1].missing_attachments == ()


NACHTRAG = [
    "Stadt Musterfeld",
    "Rat der Stadt Musterfeld",
    "1. Nachtrag zur Einladung",
    "Termin: Donnerstag, 14. März 2024, 17:30 Uhr",
    "Tagesordnung",
    "Öffentlicher Teil",
    "Ö 3   Neue Bänke im Park",
    "      Vorlage: BV/0100/2024",
]


def test_a_supplement_that_renumbers_keeps_the_items_and_their_papers(tmp_path):
    pack = taken_in(tmp_path, {"a.pdf": pdfs.PACK, "nachtrag.pdf": [NACHTRAG]})
    plain = taken_in(tmp_path / "plain", {"a.pdf": pdfs.PACK})
    (meeting,), (before,) = pack.meetings, plain.meetings
    assert meeting.id == before.id
    moved = next(item for item in meeting.agendaItem if "Trinkbrunnen" in item.name)
    was = next(item for item in before.agendaItem if "Trinkbrunnen" in item.name)
    assert (moved.number, moved.formerly, moved.id) == ("Ö 4", "Ö 3", was.id)
    assert [span.first for paper in moved.papers for span in paper.files] == [5, 6]
    assert [item.number for item in meeting.agendaItem if "Bänke" in item.name] == ["Ö 3"]


def test_two_meetings_and_their_papers_in_one_take_in(tmp_path):
    other = [line.replace("14. März 2024", "11. April 2024") for line in pdfs.AGENDA]
    other = [line.replace("BV/0012/2024", "BV/0200/2024").replace("AN/0045/2024", "AN/0201/2024") for line in other]
    paper = [line.replace("BV/0012/2024", "BV/0200/2024") for line in pdfs.FIRE_1]
    pack = taken_in(
        tmp_path,
        {
            "a.pdf": [pdfs.AGENDA],
            "b.pdf": [other],
            "c.pdf": [paper],
            "d.pdf": [pdfs.MOTION],
            "2024-04-11 Folien.pdf": [["X"]],
        },
    )
    held = [
        [span.name for item in meeting.agendaItem for paper in item.papers for span in paper.files]
        for meeting in pack.meetings
    ]
    assert held == [["d.pdf"], ["c.pdf"]]
    assert [[page.file for page in meeting.unassigned_pages] for meeting in pack.meetings] == [
        [],
        ["2024-04-11 Folien.pdf"],
    ]


def test_a_paper_that_says_it_is_confidential_is_not_public_under_a_public_item(tmp_path):
    motion = ["Nichtöffentlicher Antrag", *pdfs.MOTION[1:]]
    pack = taken_in(tmp_path, {"pack.pdf": [*pdfs.PACK[:4], ["Vertraulich", "Anlage 2", "Angebot"], motion]})
    (meeting,) = pack.meetings
    fire, park = meeting.agendaItem[1:3]
    assert [(paper.public, [span.first for span in paper.files]) for paper in fire.papers] == [
        (True, [2, 4]),
        (False, [5]),
    ]
    assert (
        fire.papers[1].name == "Anlage 2 (nichtöffentlich): Neubau der Feuerwache Nord und Erweiterung des Gerätehauses"
    )
    assert [paper.public for paper in park.papers] == [False]
    assert publicity(pack, "pack.pdf") == [False, True, True, True, False, False]


def test_a_public_mark_does_not_open_a_non_public_item(tmp_path):
    secret = ["Öffentliche Beschlussvorlage", *pdfs.SECRET[1:]]
    pack = taken_in(tmp_path, {"pack.pdf": [pdfs.AGENDA, secret]})
    assert publicity(pack, "pack.pdf") == [False, False]


def drawn(path: Path, number: int, name: str) -> ReadFile:
    """A file whose page `number` is a plan."""
    read = read_file(path)
    pages = [
        page.model_copy(update={"kind": "drawing", "reason": name}) if page.number == number else page
        for page in read.pages
    ]
    return read.model_copy(update={"pages": tuple(pages)})


def test_a_drawing_is_named_and_nothing_else_is_made_of_it(tmp_path):
    pages = [*pdfs.PACK[:3], ["Anlage 1", "Flurstück 12/3", "M 1:500"], *pdfs.PACK[4:]]
    pack = assemble([drawn(pdfs.write(tmp_path / "pack.pdf", pages), 4, "Plan oder Zeichnung (A0)")])
    (paper,) = pack.meetings[0].agendaItem[1].papers
    (plan,) = [part for part in paper.parts if part.kind == "drawing"]
    assert plan.heading == "Plan oder Zeichnung (A0)"
    assert "Flurstück" in paper.part_text(plan)
    assert not any("Flurstück" in paper.part_text(part) for part in paper.parts if part is not plan)
    assert not any("Flurstück" in passage.text for passage in cut_passages(paper, None, None))
    assert (paper.files[-1].first, paper.files[-1].last) == (4, 4)


def test_a_word_cut_at_the_edge_of_a_page_is_whole_and_cited_where_it_begins(tmp_path):
    first = [*pdfs.FIRE_1, "Die Planung umfasst auch die Außenanla-"]
    pack = taken_in(
        tmp_path, {"pack.pdf": [pdfs.AGENDA, first, ["gen, und das gilt für alle Gebäude.", "Ende der Rede."]]}
    )
    (paper,) = pack.meetings[0].agendaItem[1].papers
    at = paper.text.text.index("Außenanlagen,")
    assert [place.page for place in paper.text.between(at, at + 12)] == [2]
    assert paper.text.at(paper.text.text.index("und das gilt")).page == 3


LATE = [
    "Beschlussvorlage",
    "Vorlage: BV/0100/2024",
    "Amt: Grünflächen",
    "Betreff: Neue Bänke im Park",
    "Begründung:",
    "Text.",
]


def one_loose(folder: Path, name: str, page: list[str]) -> Paper:
    (paper,) = taken_in(folder, {name: [page]}).loose_papers
    return paper


def test_a_paper_handed_in_later_finds_its_meeting(tmp_path):
    (meeting,) = taken_in(
        tmp_path, {"to.pdf": [[*pdfs.AGENDA, "N 2   Neue Bänke im Park", "      Vorlage: BV/0100/2024"]]}
    ).meetings
    other = meeting.model_copy(update={"id": "ra:sitzung-x", "agendaItem": meeting.agendaItem[:2]})
    filled = attach(one_loose(tmp_path / "b", "neu.pdf", LATE), [other, meeting])
    assert filled is not None
    assert filled.id == meeting.id
    item = filled.agendaItem[-1]
    assert [(p.reference, p.public, [s.name for s in p.files]) for p in item.papers] == [
        ("BV/0100/2024", False, ["neu.pdf"])
    ]
    assert meeting.agendaItem[-1].papers[0].files == ()


def test_a_paper_without_a_number_needs_the_day_and_the_title(tmp_path):
    (meeting,) = taken_in(tmp_path, {"to.pdf": [pdfs.AGENDA]}).meetings
    page = ["Anfrage", "Fraktion Mitte", "Betreff: Trinkbrunnen am Markt", "Wir fragen."]
    agenda = [item.model_copy(update={"name": "Trinkbrunnen am Markt"}) for item in meeting.agendaItem[2:3]]
    meeting = meeting.model_copy(update={"agendaItem": (*meeting.agendaItem[:2], *agenda)})
    assert attach(one_loose(tmp_path / "b", "anfrage.pdf", page), [meeting]) is None
    filled = attach(one_loose(tmp_path / "c", "2024-03-14 anfrage.pdf", page), [meeting])
    assert filled is not None
    assert filled.agendaItem[2].papers[-1].paperType == "Anfrage"


def test_a_paper_that_fits_two_meetings_is_left_alone(tmp_path):
    (meeting,) = taken_in(tmp_path, {"to.pdf": [pdfs.AGENDA]}).meetings
    later = meeting.model_copy(update={"id": "ra:sitzung-y", "start": "2024-05-02"})
    paper = one_loose(
        tmp_path / "b", "v.pdf", [line for line in pdfs.FIRE_1 if "2024" not in line or "Vorlage" in line]
    )
    assert attach(paper, [meeting, later]) is None
    assert attach(one_loose(tmp_path / "c", "w.pdf", pdfs.FIRE_1), [meeting, later]) is not None  # its way says which
    assert attach(paper, []) is None


def test_an_annex_handed_in_later_stands_beside_its_paper(tmp_path):
    (meeting,) = taken_in(tmp_path, {"pack.pdf": pdfs.PACK}).meetings
    assert [a.name for a in meeting.agendaItem[1].missing_attachments] == ["Anlage 2"]
    filled = attach(one_loose(tmp_path / "b", "BV-0012-2024 Anlage 2.pdf", ["Anlage 2", "Kostenberechnung"]), [meeting])
    assert filled is not None
    assert [len(paper.files) for paper in filled.agendaItem[1].papers] == [2, 1]


def test_minutes_in_a_pack_go_to_the_item_that_approves_them(tmp_path):
    minutes = [
        "Niederschrift",
        "über die 6. Sitzung des Rates der Stadt Musterfeld am 01.02.2024",
        "Anwesend: 20 Ratsmitglieder",
        "TOP 1 Begrüßung",
        "Der Vorsitzende begrüßt die Anwesenden.",
    ]
    pack = taken_in(tmp_path, {"pack.pdf": [pdfs.AGENDA, minutes, *pdfs.PACK[1:]]})
    (meeting,) = pack.meetings
    assert [item.pages for item in meeting.agendaItem] == [(2, 2), (3, 5), (6, 7), (8, 8)]


def test_slides_behind_the_agenda_are_told_apart_by_their_size_and_go_by_what_they_say(tmp_path):
    agenda = [
        "Ortsbeirat Quellental",
        "Einladung zur 2. Sitzung am 10.05.2027, 19:00 Uhr",
        "Öffentliche Tagesordnung",
        "1. Sozialentwicklung im Ortsteil",
        "2. Anfragen",
    ]
    read = read_file(
        pdfs.write(
            tmp_path / "pack.pdf", [agenda, ["Soziale Entwicklung", "im Ortsteil Quellental"], ["Ausblick", "Fragen?"]]
        )
    )
    pages = [p if p.number == 1 else p.model_copy(update={"width": 960.0, "height": 540.0}) for p in read.pages]
    (meeting,) = assemble([read.model_copy(update={"pages": tuple(pages)})]).meetings
    assert [item.pages for item in meeting.agendaItem] == [(2, 3), None]


def test_minutes_behind_the_agenda_of_their_meeting_bring_its_decisions(tmp_path):
    agenda = [
        "Gemeinde Quellental",
        "Gemeinderat",
        "Einladung zur 4. Sitzung",
        "Montag, 10. Mai 2027, 19:00 Uhr",
        "Tagesordnung",
        "Öffentlicher Teil",
        "1. Sanierung der Mühlbrücke",
        "2. Neue Gebühren für den Wochenmarkt",
    ]
    minutes = [
        "Niederschrift",
        "über die 4. Sitzung des Gemeinderats am 10.05.2027",
        "Beginn: 19:00 Uhr, Ende: 20:00 Uhr",
        "Anwesend: 12 Mitglieder des Gemeinderats",
        "Öffentlicher Teil",
        "TOP 1 Sanierung der Mühlbrücke",
        "Beschluss: Die Brücke wird saniert.",
        "Abstimmungsergebnis: einstimmig",
        "TOP 2 Neue Gebühren für den Wochenmarkt",
        "Beschluss: Die Satzung wird beschlossen.",
        "Abstimmungsergebnis: 9 Ja, 3 Nein",
    ]
    slides = ["Unser Ort im Jahr 2027", "Fotos", "Vielen Dank"]
    (meeting,) = taken_in(tmp_path, {"pack.pdf": [agenda, slides, minutes]}).meetings
    assert [len(item.decisions) for item in meeting.agendaItem] == [1, 1]
    assert [paper.paperType for item in meeting.agendaItem for paper in item.papers] == ["Niederschrift"] * 2
    assert [page.page for page in meeting.unassigned_pages] == [2]


INVITATION = [
    "Gemeinde Quellental",
    "Gemeinderat",
    "Einladung zur 4. Sitzung",
    "Montag, 10. Mai 2027, 19:00 Uhr",
    "Tagesordnung",
    "Öffentlicher Teil",
    "1. Zu wenige Spielplätze",
    "2. Hecke am Weiher",
]
SLIDES = [*INVITATION[:6], "1. Zu wenige Spielplätze A Hecke am Weiher", "2. Wünsche 4us dem 0rt"]
CHANGED = ["1. Nachtrag zur Tagesordnung", *INVITATION[:2], "Sitzung am Montag, 10. Mai 2027", "Tagesordnung"]


def pictured(read: ReadFile, *numbers: int) -> ReadFile:
    """The file as OCR would have read those of its pages."""
    pages = [p.model_copy(update={"source": "ocr"}) if p.number in numbers else p for p in read.pages]
    return read.model_copy(update={"pages": tuple(pages)})


def test_an_agenda_read_from_a_picture_changes_none_of_real_text(tmp_path):
    one = read_file(pdfs.write(tmp_path / "Einladung.pdf", [INVITATION]))
    two = pictured(read_file(pdfs.write(tmp_path / "Folien.pdf", [SLIDES, ["Danke"]])), 1)
    for files in ([one, two], [two, one]):
        pack = assemble(files)
        (meeting,) = pack.meetings
        assert [item.name for item in meeting.agendaItem] == ["Zu wenige Spielplätze", "Hecke am Weiher"]
        assert meeting.file_ids == (one.file.id,)
        held = [paper for item in meeting.agendaItem for paper in item.papers] + [*pack.loose_papers]
        spans = [span for paper in held for span in paper.files if span.file_id == two.file.id]
        assert sorted(page for span in spans for page in range(span.first, span.last + 1)) == [1, 2]


def test_an_agenda_that_only_ocr_could_read_is_one(tmp_path):
    scan = pictured(read_file(pdfs.write(tmp_path / "Scan.pdf", [INVITATION])), 1)
    later = read_file(pdfs.write(tmp_path / "Nachtrag.pdf", [[*CHANGED, "3. Neue Bänke"]]))
    (alone,) = assemble([scan]).meetings
    assert [item.number for item in alone.agendaItem] == ["1", "2"]
    (meeting,) = assemble([scan, later]).meetings
    assert [item.name for item in meeting.agendaItem] == ["Zu wenige Spielplätze", "Hecke am Weiher", "Neue Bänke"]
    assert set(meeting.file_ids) == {scan.file.id, later.file.id}


def test_pages_behind_a_dropped_agenda_stay_in_the_meeting_of_their_file(tmp_path):
    paper = ["Beschlussvorlage", "Vorlage: BV/0012/2027", "Betreff:", "Hecke am Weiher", "Sachverhalt:", "Sie wächst."]
    agenda = [*INVITATION, "Vorlage: BV/0012/2027"]
    annex = ["Anlage 1 zu BV/0012/2027", "Plan der Hecke"]
    read = pictured(read_file(pdfs.write(tmp_path / "pack.pdf", [agenda, paper, SLIDES, annex])), 3)
    (meeting,) = assemble([read]).meetings
    assert [item.name for item in meeting.agendaItem] == ["Zu wenige Spielplätze", "Hecke am Weiher"]
    spans = [(span.first, span.last) for paper in meeting.agendaItem[1].papers for span in paper.files]
    assert [first for first, _ in spans] == [2, 4]
    held = {page for item in meeting.agendaItem for p in item.papers for s in p.files for page in (s.first, s.last)}
    assert held | {ref.page for ref in meeting.unassigned_pages} == {2, 3, 4}
