"""Taking in over several days: a Nachtrag, papers handed in before or after their agenda, what is confidential, scans."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pdfs
import pytest
from conftest import settings_for

from ratsassistent import held, workflow
from ratsassistent.briefings import ItemBriefing, Statement
from ratsassistent.output import markdown
from ratsassistent.workflow import Workspace

SUPPLEMENT = [
    "Stadt Musterfeld",
    "Rat der Stadt Musterfeld",
    "1. Nachtrag zur Tagesordnung der 7. Sitzung",
    "Termin: Donnerstag, 14. März 2024, 17:30 Uhr",
    "Tagesordnung",
    "Öffentlicher Teil",
    "Ö 1   Genehmigung der Niederschrift",
    "Ö 2   Sirenen im Stadtgebiet",
    "      Vorlage: BV/0021/2024",
    "Ö 3   Neubau der Feuerwache Nord und Erweiterung",
    "      des Gerätehauses",
    "      Vorlage: BV/0012/2024",
    "Ö 4   Antrag der Fraktion Mitte: Trinkbrunnen am Markt",
    "      Vorlage: AN/0045/2024",
    "Nichtöffentlicher Teil",
    "N 1   Grundstücksverkauf Gewerbegebiet Ost",
    "      Vorlage: BV/0099/2024",
]
SIRENS = [
    "Beschlussvorlage",
    "Vorlage: BV/0021/2024",
    "Amt: Ordnungsamt",
    "Betreff:",
    "Sirenen im Stadtgebiet",
    "Beratungsfolge:",
    "Rat der Stadt Musterfeld 14.03.2024 Ö 2 Entscheidung",
    "Beschlussvorschlag:",
    "Der Rat beschließt die Beschaffung von neun Sirenen für 117.000 Euro.",
    "Begründung:",
    "Drei Ortsteile hören heute keine Sirene.",
]


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Workspace]:
    with workflow.workspace(settings_for(tmp_path / "daten")) as opened:
        yield opened


def numbers(ws: Workspace) -> dict[str, str | None]:
    (meeting,) = workflow.meetings(ws)
    return {item.name: item.number for item in meeting.agendaItem}


def item(ws: Workspace, words: str):
    (meeting,) = workflow.meetings(ws)
    return next(i for i in meeting.agendaItem if words in i.name)


def test_a_supplement_of_another_day_renumbers_and_what_was_noted_moves_along(empty: Workspace, tmp_path: Path) -> None:
    workflow.take_in(empty, [pdfs.write(tmp_path / "pack.pdf", pdfs.PACK)])
    before = item(empty, "Feuerwache")
    note = Statement(text="Im Bauausschuss nachfragen.", origin="person", citation=())
    empty.public.save_briefing(
        workflow.meetings(empty)[0].id,
        ItemBriefing(
            id=before.id, number=before.number, name=before.name, public=True, level="voll", statements=(note,)
        ),
    )
    made = workflow.take_in(empty, [pdfs.write(tmp_path / "nachtrag.pdf", [SUPPLEMENT, SIRENS])])
    after = item(empty, "Feuerwache")
    assert (before.number, after.number, after.formerly) == ("Ö 2", "Ö 3", "Ö 2")
    assert after.id == before.id
    kept = empty.public.briefing(after.id, "voll")
    assert kept is not None
    assert kept.statements == (note,)
    assert [p.reference for p in after.papers] == ["BV/0012/2024"]
    assert after.papers[0].files
    assert item(empty, "Sirenen").number == "Ö 2"
    assert item(empty, "Sirenen").papers[0].files
    assert [m.id for m in made.meetings] == [workflow.meetings(empty)[0].id]


def test_taking_in_the_old_agenda_again_does_not_undo_the_supplement(empty: Workspace, tmp_path: Path) -> None:
    pack = pdfs.write(tmp_path / "pack.pdf", pdfs.PACK)
    workflow.take_in(empty, [pack])
    workflow.take_in(empty, [pdfs.write(tmp_path / "nachtrag.pdf", [SUPPLEMENT, SIRENS])])
    after = numbers(empty)
    workflow.take_in(empty, [pack])
    assert numbers(empty) == after


def test_a_paper_handed_in_later_finds_its_item(empty: Workspace, tmp_path: Path) -> None:
    workflow.take_in(empty, [pdfs.write(tmp_path / "tagesordnung.pdf", [pdfs.AGENDA])])
    assert not any(p.files for p in item(empty, "Feuerwache").papers)
    made = workflow.take_in(empty, [pdfs.write(tmp_path / "vorlage.pdf", [pdfs.FIRE_1, pdfs.FIRE_2])])
    assert made.loose_papers == ()
    assert workflow.loose_papers(empty) == []
    (paper,) = item(empty, "Feuerwache").papers
    assert [(s.name, s.first, s.last) for s in paper.files] == [("vorlage.pdf", 1, 2)]
    assert workflow.brief(empty, "Musterfeld").agendaItem[1].resolution is not None


def test_a_paper_that_came_first_waits_for_its_agenda(empty: Workspace, tmp_path: Path) -> None:
    for name, page in (("feuer.pdf", pdfs.FIRE_1), ("geheim.pdf", pdfs.SECRET)):
        workflow.take_in(empty, [pdfs.write(tmp_path / name, [page])])
    assert len(workflow.loose_papers(empty)) == 2
    assert empty.public.files() == []
    workflow.take_in(empty, [pdfs.write(tmp_path / "tagesordnung.pdf", [pdfs.AGENDA])])
    assert workflow.loose_papers(empty) == []
    assert item(empty, "Feuerwache").papers[0].files
    assert item(empty, "Grundstück").papers[0].files
    assert {f.name for f in empty.public.files()} == {"feuer.pdf"}  # the agenda's page lists the non-public item
    assert "Kaufgeheimnis" not in repr([p.text for f in empty.public.files() for p in empty.public.pages(f.id)])
    assert {f.name for f in empty.nonpublic.files()} >= {"geheim.pdf"}
    assert "feuer.pdf" not in {f.name for f in empty.nonpublic.files()}


def test_a_confidential_paper_of_a_public_item_stays_in_the_non_public_store(empty: Workspace, tmp_path: Path) -> None:
    secret = [
        "Nichtöffentliche Anlage",
        "Vorlage: BV/0012/2024",
        "Angebote der Firmen",
        "Firma Geheimbau: 3.999.999 Euro",
    ]
    folder = tmp_path / "stapel"
    pdfs.write(folder / "Tagesordnung.pdf", [pdfs.AGENDA])
    pdfs.write(folder / "TOP 2" / "Vorlage BV-0012-2024.pdf", [pdfs.FIRE_1, pdfs.FIRE_2])
    pdfs.write(folder / "TOP 2" / "Anlage vertraulich BV-0012-2024.pdf", [secret])
    workflow.take_in(empty, [folder])
    found = [p.text for f in empty.public.files() for p in empty.public.pages(f.id)]
    assert "Geheimbau" not in repr(found)
    assert "Geheimbau" not in repr(empty.public.passages())
    assert any("Geheimbau" in p.text for f in empty.nonpublic.files() for p in empty.nonpublic.pages(f.id))
    fire = item(empty, "Feuerwache")
    if held.is_confidential(fire):  # it hangs on the item: what is written about that is confidential, too
        workflow.brief(empty, "Musterfeld")
        assert empty.public.briefing(fire.id, "auszug") is None
        assert empty.nonpublic.briefing(fire.id, "auszug") is not None


def test_oparl_data_and_a_pdf_come_in_together(empty: Workspace, tmp_path: Path) -> None:
    folder = tmp_path / "alles"
    pdfs.write(folder / "pack.pdf", pdfs.PACK)
    (folder / "vorlagen.jsonl").write_text(
        '{"type": "https://schema.oparl.org/1.1/Paper", "id": "https://oparl.example/p/1", "name": "Radweg", '
        '"reference": "BV/0500/2023", "mainFile": {"id": "https://oparl.example/f/1", "name": "Radweg", '
        '"type": "https://schema.oparl.org/1.1/File", "text": "Beschlussvorschlag: Der Rat beschließt den Radweg."}}\n'
        "{kaputt\n",
        encoding="utf-8",
    )
    made = workflow.take_in(empty, [folder])
    assert len(made.meetings) == 1
    assert [p.name for p in made.loose_papers] == ["Radweg"]
    assert len(made.skipped) == 1
    assert made.skipped[0].reason.endswith(".")
    assert workflow.find(empty, "Radweg")


def test_deleting_one_of_two_meetings_of_a_take_in_takes_its_agenda_along(empty: Workspace, tmp_path: Path) -> None:
    other = ["Stadt Musterfeld", "Bauausschuss der Stadt Musterfeld", "Einladung zur 3. Sitzung",
             "Termin: Dienstag, 5. März 2024, 18:00 Uhr", "Tagesordnung", "Öffentlicher Teil",
             "Ö 1   Zwiebelturmsanierung an der Marktkirche", "Ö 2   Verschiedenes"]  # fmt: skip
    pdfs.write(tmp_path / "stapel" / "rat.pdf", [pdfs.AGENDA])
    pdfs.write(tmp_path / "stapel" / "bau.pdf", [other])
    workflow.take_in(empty, [tmp_path / "stapel"])
    meetings = {m.start[:10]: m for m in workflow.meetings(empty) if m.start}
    assert set(meetings) == {"2024-03-14", "2024-03-05"}
    assert {d: workflow.coverage(empty, m.id).pages for d, m in meetings.items()} == {"2024-03-14": 1, "2024-03-05": 1}
    workflow.delete(empty, meetings["2024-03-05"].id)
    left = b"".join(f.read_bytes() for f in (tmp_path / "daten").rglob("*") if f.is_file())
    assert b"Zwiebelturm" not in left
    assert {f.name for s in empty.stores for f in s.files()} == {"rat.pdf"}


def test_a_later_edition_of_a_paper_says_what_it_changed(empty: Workspace, tmp_path: Path) -> None:
    workflow.take_in(empty, [pdfs.write(tmp_path / "tagesordnung.pdf", [pdfs.AGENDA])])
    workflow.take_in(empty, [pdfs.write(tmp_path / "vorlage.pdf", [pdfs.FIRE_1, pdfs.FIRE_2])])
    dearer = [line.replace("4.250.000", "4.900.000") for line in pdfs.FIRE_1]
    workflow.take_in(empty, [pdfs.write(tmp_path / "vorlage-neu.pdf", [dearer, pdfs.FIRE_2])])
    (paper,) = item(empty, "Feuerwache").papers
    assert [s.name for s in paper.files] == ["vorlage-neu.pdf"]
    (change,) = paper.changes
    assert change.part == "resolution"
    assert "4.250.000" in (change.before or "")
    assert "4.900.000" in (change.after or "")
    assert [c.file for c in change.citation_before + change.citation_after] == ["vorlage.pdf", "vorlage-neu.pdf"]
    text = markdown.render(workflow.brief(empty, "Musterfeld"))
    assert "Geändert gegenüber der früheren Fassung" in text
    workflow.take_in(empty, [tmp_path / "vorlage.pdf"])  # the old one again is no newer one
    assert [s.name for s in item(empty, "Feuerwache").papers[0].files] == ["vorlage-neu.pdf"]
