from pathlib import Path

import pdfs

from ratsassistent.pack.assemble import Pack, assemble
from ratsassistent.pack.pages import read_file

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
    assert [item.number for item in meeting.agendaItem] == ["Ö 1", "Ö 2", "Ö 3", "N 1", "Ö 4"]
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
