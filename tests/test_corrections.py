"""What persons correct: where a paper belongs, what is public; everywhere at once, for good, and taken back without a trace."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pdfs
import pytest
from commands import Run, refused
from conftest import rows, settings_for
from test_intake import SIRENS, SUPPLEMENT
from wallerfurt import everything_in, only_meeting

from ratsassistent import correcting, corrections, intake, register, workflow
from ratsassistent.archive.corrections_table import Corrections
from ratsassistent.archive.replacing import save_briefing_of
from ratsassistent.briefings import ItemBriefing, Statement
from ratsassistent.corrections import Place, Standing
from ratsassistent.errors import Ambiguous, InputError, NotFound
from ratsassistent.oparl import AgendaItem, Citation, Paper
from ratsassistent.pack.files.pages import ReadFile, read_file
from ratsassistent.pack.files.public_copy import public_copy
from ratsassistent.workflow import Workspace

COUNSEL = [
    "- 3 -",
    "Das Gutachten der Kanzlei Quittenbaum rechnet mit einer Klage der Nachbarin Holunderstrauch.",
    "Die Vergleichssumme soll bei den Verhandlungen ungenannt bleiben.",
]
PACK = [pdfs.AGENDA, pdfs.FIRE_1, pdfs.FIRE_2, COUNSEL, pdfs.FIRE_ANNEX, pdfs.MOTION, pdfs.ANSWER, pdfs.SECRET]
SECRETS = ("Quittenbaum", "Holunderstrauch", "Vergleichssumme")
PAGE = 4  # where these stand


def without_children(patch: pytest.MonkeyPatch) -> None:
    """These PDFs are our own: they are read and copied in this process, which is quicker (`test_intake` has children)."""

    def read(path: Path, *, name: str, max_pages: int, **_: object) -> ReadFile:
        return read_file(path, name=name, max_pages=max_pages)

    def copied(path: Path, keep: set[int], target: Path, _: object = None) -> None:
        public_copy(path, keep, target)

    patch.setattr(intake, "read_safely", read)
    for module in (intake, correcting):
        patch.setattr(module, "public_copy_safely", copied)


@pytest.fixture(autouse=True)
def in_process(monkeypatch: pytest.MonkeyPatch) -> None:
    without_children(monkeypatch)


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Workspace]:
    with workflow.workspace(replace(settings_for(tmp_path / "daten"), name="Erika Muster")) as opened:
        yield opened


@pytest.fixture(scope="session")
def taken_pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the pack and a data folder that holds it; nobody writes into it."""
    folder = tmp_path_factory.mktemp("korrekturen")
    with pytest.MonkeyPatch.context() as patch:
        without_children(patch)
        with workflow.workspace(settings_for(folder / "daten")) as ws:
            workflow.take_in(ws, [pdfs.write(folder / "pack.pdf", PACK)])
    return folder


@pytest.fixture
def held(taken_pack: Path, tmp_path: Path) -> Iterator[Workspace]:
    shutil.copytree(taken_pack, tmp_path, dirs_exist_ok=True)
    with workflow.workspace(replace(settings_for(tmp_path / "daten"), name="Erika Muster")) as opened:
        yield opened


def item(ws: Workspace, words: str) -> AgendaItem:
    (meeting,) = workflow.meetings(ws)
    return next(i for i in meeting.agendaItem if words in i.name)


def correct(ws: Workspace, *, to: str | None = None, public: bool | None = None, **place: object) -> Standing:
    return corrections.correct(ws, only_meeting(ws), Place(**place), to=to, public=public)  # type: ignore[arg-type]


def pages(paper: Paper) -> list[tuple[int, int]]:
    return [(span.first, span.last) for span in paper.files]


def found_public(ws: Workspace, words: str) -> list[str]:
    return [hit.snippet for hit in workflow.find(ws, words, public=True) if words in hit.snippet]


def public_bytes(ws: Workspace) -> bytes:
    """All that the public folder holds, databases and logs as they lie on the disk, PDFs unpacked."""
    ws.public.empty_log()
    out = [file.read_bytes() for file in ws.public.folder.rglob("*") if file.is_file()]
    return b"\n".join([*out, *(everything_in(file.read_bytes()) for file in ws.public.folder.rglob("*.pdf"))])


def traces(ws: Workspace, *words: str) -> list[str]:
    held_bytes = public_bytes(ws).decode("utf-8", errors="ignore").casefold()
    return [w for w in words if w.casefold() in held_bytes or w.casefold()[::-1] in held_bytes]


# --- pages that are not public


def test_a_hidden_page_leaves_everything_that_is_public_and_lies_beside_what_is_not(held: Workspace) -> None:
    before = item(held, "Feuerwache")
    workflow.brief(held, only_meeting(held))
    assert traces(held, *SECRETS) == list(SECRETS)
    assert found_public(held, "Vergleichssumme")
    made = correct(held, paper="BV/0012/2024", pages=(PAGE, PAGE), public=False)
    assert (made.correction.author, made.correction.scope, made.pages) == (
        "Erika Muster", "pages", (("pack.pdf", PAGE, PAGE),),
    )  # fmt: skip
    assert traces(held, *SECRETS) == []
    assert not found_public(held, "Vergleichssumme")
    assert [
        h.public for h in workflow.find(held, "Vergleichssumme Verhandlungen") if "Vergleichssumme" in h.snippet
    ] == [False]
    whole, hidden = item(held, "Feuerwache").papers
    assert (whole.id, whole.name, pages(whole), whole.public) == (
        before.papers[0].id,
        before.papers[0].name,
        [(2, 3), (5, 5)],
        True,
    )
    assert (pages(hidden), hidden.public) == ([(PAGE, PAGE)], False)
    assert "Quittenbaum" in hidden.text.text
    file = held.public.files()[0].id
    assert [p.number for p in held.public.pages(file)] == [2, 3, 5, 6, 7]
    assert {p.number for p in held.nonpublic.pages(file)} == {1, PAGE, 8}
    assert workflow.page_picture(held, file, PAGE).startswith(b"\x89PNG")
    briefed = workflow.brief(held, only_meeting(held)).agendaItem
    assert [b.public for b in briefed if b.id == before.id] == [False]  # it tells of the hidden page
    assert traces(held, *SECRETS) == []


def test_taking_it_back_restores_all_that_was_there(held: Workspace) -> None:
    first = workflow.brief(held, only_meeting(held))
    workflow.remark(held, only_meeting(held), "Ö 2", "note", text="Im Bauausschuss nachfragen.")
    before, words = workflow.meetings(held), rows(held.settings.data_folder)
    files = [file.read_bytes() for file in sorted(held.public.folder.rglob("*.pdf"))]
    made = correct(held, file="pack.pdf", pages=(PAGE, PAGE), public=False)
    assert workflow.meetings(held) != before
    assert [r.text for r in workflow.remarks(held, only_meeting(held))] == ["Im Bauausschuss nachfragen."]
    assert rows(held.settings.data_folder)["oeffentlich.remark"] == []
    gone = corrections.withdraw(held, made.correction.id)
    assert gone.correction == made.correction
    assert workflow.meetings(held) == before
    now = rows(held.settings.data_folder)
    for name, table in words.items():
        if name.rpartition(".")[2] in {"page", "remark", "agenda_item", "item_paper", "file", "meeting", "paper_file"}:
            assert now[name] == table, name
        if name.endswith(".passage"):
            assert {row[1] for row in now[name]} == {row[1] for row in table}
    assert [file.read_bytes() for file in sorted(held.public.folder.rglob("*.pdf"))] == files
    assert found_public(held, "Vergleichssumme")
    assert Corrections(held.nonpublic).corrected() == []
    assert corrections.corrections(held, only_meeting(held)) == ()
    assert held.public.briefing(first.agendaItem[1].id, "auszug") == held.public.briefing(
        first.agendaItem[1].id, "auszug"
    )
    stored = held.public.briefing(first.agendaItem[1].id, "auszug")
    assert stored is not None
    assert stored.basis == first.agendaItem[1].basis


def test_a_whole_item_can_be_hidden_with_the_pages_that_tell_of_it(empty: Workspace, tmp_path: Path) -> None:
    agenda = [line for line in pdfs.AGENDA if not line.startswith(("N", "      Vorlage: BV/0099"))]
    workflow.take_in(empty, [pdfs.write(tmp_path / "pack.pdf", [agenda, pdfs.FIRE_1, pdfs.FIRE_2, pdfs.MOTION])])
    assert traces(empty, "Trinkbrunnen") == ["Trinkbrunnen"]  # the agenda is public, too
    correct(empty, top="Ö 3", public=False)
    assert traces(empty, "Trinkbrunnen") == []
    assert [(i.number, i.public) for i in workflow.meetings(empty)[0].agendaItem] == [
        ("Ö 1", True), ("Ö 2", True), ("Ö 3", False),
    ]  # fmt: skip
    assert item(empty, "Trinkbrunnen").papers[0].files
    assert [m.name for m in empty.public.meetings()] == [workflow.meetings(empty)[0].name]


def test_an_entry_of_the_register_goes_with_its_item(held: Workspace, tmp_path: Path) -> None:
    minutes = [
        "Stadt Musterfeld", "Rat der Stadt Musterfeld", "Niederschrift über die 7. Sitzung",
        "Termin: Donnerstag, 14. März 2024, 17:30 Uhr", "Öffentlicher Teil",
        "Ö 2   Neubau der Feuerwache Nord und Erweiterung des Gerätehauses",
        "Der Rat beschließt den Neubau der Feuerwache Nord.", "Abstimmungsergebnis: einstimmig angenommen",
    ]  # fmt: skip
    workflow.take_in(held, [pdfs.write(tmp_path / "niederschrift.pdf", [minutes])])
    (one,) = register.resolutions(held)
    register.enter(held, one.id, status="done", note="Steht seit Kirchweih.")
    assert traces(held, "Kirchweih") == ["Kirchweih"]
    made = correct(held, top="Ö 2", public=False)
    (hidden,) = register.resolutions(held)
    assert (hidden.id, hidden.public, hidden.note) == (one.id, False, "Steht seit Kirchweih.")
    assert traces(held, "Kirchweih", "Gerätehauses") == []
    corrections.withdraw(held, made.correction.id)
    (back,) = register.resolutions(held)
    assert (back.public, back.note) == (True, "Steht seit Kirchweih.")


def test_what_a_model_is_still_writing_of_hidden_words_is_not_kept_for_all(held: Workspace) -> None:
    fire = item(held, "Feuerwache")
    cited = (Citation(file="pack.pdf", file_id=fire.papers[0].files[0].file_id, page=PAGE),)
    made = ItemBriefing(
        id=fire.id, number=fire.number, name=fire.name, public=True, level="voll",
        statements=(Statement(text="Die Kanzlei Quittenbaum rechnet mit einer Klage.", origin="model", citation=cited),),
    )  # fmt: skip
    assert save_briefing_of(held.public, only_meeting(held), made, fire)
    correct(held, paper="BV/0012/2024", pages=(PAGE, PAGE), public=False)
    assert not save_briefing_of(held.public, only_meeting(held), made, fire)
    assert traces(held, "Quittenbaum") == []


# --- where something belongs


def test_a_paper_moves_to_another_item_and_back(held: Workspace) -> None:
    before = workflow.meetings(held)
    made = correct(held, paper="an/0045/2024", to="Ö 1")
    assert (made.target, made.paper) == (
        "TOP Ö 1: Genehmigung der Niederschrift",
        "Antrag AN/0045/2024 Antrag der Fraktion Mitte: Trinkbrunnen am Markt",
    )
    assert [p.reference for p in item(held, "Niederschrift").papers] == ["AN/0045/2024"]
    assert item(held, "Trinkbrunnen").papers == ()
    brief = {b.name: b for b in workflow.brief(held, only_meeting(held)).agendaItem}
    assert any("18.000" in a.text for a in brief["Genehmigung der Niederschrift"].amounts)
    assert [h.passage.item_id for h in workflow.find(held, "Brunnen 18.000 Euro")][:1] == [
        item(held, "Niederschrift").id
    ]
    with pytest.raises(InputError, match=r"gehört schon zu TOP Ö 1"):
        correct(held, paper="AN/0045/2024", to="Ö 1")
    corrections.withdraw(held, made.correction.id)
    assert workflow.meetings(held) == before


def test_pages_that_were_cut_wrongly_become_a_paper_of_their_own(held: Workspace) -> None:
    correct(held, file="pack.pdf", pages=(6, 6), to="Ö 2")
    (left,) = item(held, "Trinkbrunnen").papers
    assert pages(left) == [(7, 7)]
    assert [(p.reference, pages(p)) for p in item(held, "Feuerwache").papers] == [
        ("BV/0012/2024", [(2, 4), (5, 5)]), ("AN/0045/2024", [(6, 6)]),
    ]  # fmt: skip


def test_nothing_becomes_public_by_being_moved(held: Workspace) -> None:
    correct(held, paper="BV/0099/2024", to="Ö 1")
    (moved,) = item(held, "Niederschrift").papers
    assert moved.public is False
    assert traces(held, "Kaufgeheimnis") == []
    correct(held, paper="BV/0099/2024", public=True)  # that has to be said
    assert item(held, "Niederschrift").papers[0].public is True
    assert traces(held, "Kaufgeheimnis") == ["Kaufgeheimnis"]


def test_what_moves_to_an_item_that_is_not_public_is_not(held: Workspace) -> None:
    correct(held, paper="AN/0045/2024", to="N 1")
    assert {p.public for p in item(held, "Grundstück").papers} == {False}
    assert traces(held, "Marktplatz", "18.000") == []


def test_pages_taken_out_belong_to_no_item_and_can_be_put_back(held: Workspace) -> None:
    correct(held, file="pack.pdf", pages=(5, 5), to="keinem")
    (meeting,) = workflow.meetings(held)
    assert [(r.page, r.reason) for r in meeting.unassigned_pages] == [
        (5, "von Hand keinem Tagesordnungspunkt zugeordnet")
    ]
    assert pages(item(held, "Feuerwache").papers[0]) == [(2, 4)]
    correct(held, file="pack.pdf", pages=(5, 5), to="Ö 3")
    (meeting,) = workflow.meetings(held)
    assert meeting.unassigned_pages == ()
    assert "Raumprogramm" in item(held, "Trinkbrunnen").papers[1].text.text


def test_a_file_that_found_no_item_is_put_to_one(empty: Workspace, tmp_path: Path) -> None:
    stray = ["Lageplan der Baustelle", "Am Mühlgraben stehen drei Kastanien, die bleiben sollen."]
    workflow.take_in(
        empty, [pdfs.write(tmp_path / "pack.pdf", PACK), pdfs.write(tmp_path / "ohne.pdf", [stray])]
    )  # fmt: skip
    (meeting,) = workflow.meetings(empty)
    assert [(r.file, r.page) for r in meeting.unassigned_pages] == [("ohne.pdf", 1)]
    assert [p.files[0].name for p in workflow.loose_papers(empty)] == ["ohne.pdf"]
    made = correct(empty, file="ohne.pdf", to="Ö 2")
    assert workflow.loose_papers(empty) == []
    assert [p.public for p in item(empty, "Feuerwache").papers] == [True, False]  # nobody has said that it is public
    correct(empty, top="Ö 2", file="ohne", public=True)
    assert [p.public for p in item(empty, "Feuerwache").papers] == [True, True]
    assert found_public(empty, "Kastanien")
    for one in reversed(corrections.corrections(empty, only_meeting(empty))):
        corrections.withdraw(empty, one.correction.id)
    assert made.target == "TOP Ö 2: " + item(empty, "Feuerwache").name
    assert [p.files[0].name for p in workflow.loose_papers(empty)] == ["ohne.pdf"]
    assert not found_public(empty, "Kastanien")


# --- the pack comes again


def test_the_same_pack_again_undoes_nothing(held: Workspace, tmp_path: Path) -> None:
    correct(held, paper="AN/0045/2024", to="Ö 1")
    correct(held, file="pack.pdf", pages=(PAGE, PAGE), public=False)
    before = workflow.meetings(held)
    workflow.take_in(held, [tmp_path / "pack.pdf"])
    assert workflow.meetings(held) == before
    assert traces(held, *SECRETS) == []


def test_a_changed_pack_keeps_corrections_on_other_pages(held: Workspace, tmp_path: Path) -> None:
    correct(held, paper="AN/0045/2024", to="Ö 1")
    correct(held, file="pack.pdf", pages=(PAGE, PAGE), public=False)
    fresh = [
        *COUNSEL[:2],
        "Die Vergleichssumme soll bei den Gesprächen ungenannt bleiben.",
    ]  # other words, another page
    more = [pdfs.AGENDA, SIRENS[:1], pdfs.FIRE_1, pdfs.FIRE_2, fresh, *PACK[4:]]
    workflow.take_in(held, [pdfs.write(tmp_path / "neu.pdf", more)])
    assert traces(held, *SECRETS) == []
    assert [p.reference for p in item(held, "Niederschrift").papers] == ["AN/0045/2024"]
    assert {p.files[0].name for p in item(held, "Niederschrift").papers} == {"neu.pdf"}
    assert [one.effect for one in corrections.corrections(held, only_meeting(held))] == ["applied", "applied"]
    for one in corrections.corrections(held, only_meeting(held)):
        corrections.withdraw(held, one.correction.id)
    assert found_public(held, "Vergleichssumme")
    assert [p.reference for p in item(held, "Trinkbrunnen").papers] == ["AN/0045/2024"]


def test_a_hidden_page_that_is_not_found_again_hides_its_whole_paper(held: Workspace, tmp_path: Path) -> None:
    correct(held, file="pack.pdf", pages=(PAGE, PAGE), public=False)
    other = ["- 3 -", "Holunderstrauch klagt."]
    workflow.take_in(held, [pdfs.write(tmp_path / "neu.pdf", [*PACK[:3], other, *PACK[4:]])])
    assert traces(held, "Holunderstrauch") == []
    assert {p.public for p in item(held, "Feuerwache").papers} == {False}
    assert not found_public(held, "4.250.000")
    (one,) = corrections.corrections(held, only_meeting(held))
    assert one.effect == "widened"


def test_a_supplement_keeps_corrections(held: Workspace, tmp_path: Path) -> None:
    correct(held, file="pack.pdf", pages=(PAGE, PAGE), public=False)
    workflow.take_in(held, [pdfs.write(tmp_path / "nachtrag.pdf", [SUPPLEMENT, SIRENS])])
    assert item(held, "Feuerwache").number == "Ö 3"
    assert item(held, "Sirenen").papers[0].public is True
    assert traces(held, *SECRETS) == []
    assert found_public(held, "Sirenen")


# --- crashes and deletions


def test_a_crash_in_between_is_made_good(held: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []

    def dies(store: object, share: object) -> None:
        calls.append(store)
        raise KeyboardInterrupt

    monkeypatch.setattr(correcting.replacing, "replace", dies)
    with pytest.raises(KeyboardInterrupt):
        correct(held, file="pack.pdf", pages=(PAGE, PAGE), public=False)
    monkeypatch.undo()
    assert calls
    corrections.put_in_order(held)
    assert traces(held, *SECRETS) == []
    assert Corrections(held.nonpublic).unfinished() == []


def test_a_deleted_meeting_takes_its_corrections_along(held: Workspace) -> None:
    correct(held, file="pack.pdf", pages=(PAGE, PAGE), public=False)
    correct(held, paper="AN/0045/2024", to="Ö 1")
    workflow.delete(held, only_meeting(held))
    left = rows(held.settings.data_folder)
    assert {
        name: table
        for name, table in left.items()
        if name.endswith((".correction", ".found", ".page", ".paper")) and table
    } == {}
    held.nonpublic.empty_log()
    everything = b"".join(f.read_bytes() for f in held.settings.data_folder.rglob("*") if f.is_file())
    assert not [word for word in SECRETS if word.encode() in everything]


def test_corrections_lie_with_what_is_not_public(held: Workspace) -> None:
    correct(held, paper="AN/0045/2024", to="Ö 1")
    with closing(sqlite3.connect(held.public.folder / "archiv.sqlite")) as connection:
        assert connection.execute("SELECT count(*) FROM correction").fetchone() == (0,)
        assert connection.execute("SELECT count(*) FROM found").fetchone() == (0,)
    with pytest.raises(ValueError, match="non-public"):
        Corrections(held.public)


# --- refusals and commands


REFUSED: list[tuple[dict[str, object], dict[str, object], str]] = [
    ({"paper": "XY/1"}, {"to": "1"}, "Eine Vorlage „XY/1“ gibt es in dieser Sitzung nicht."),
    ({"paper": "AN/0045/2024"}, {"to": "99"}, "Einen Tagesordnungspunkt „99“ gibt es in dieser Sitzung nicht."),
    ({"file": "pack.pdf", "pages": (7, 12)}, {"public": False}, "„pack.pdf“ hat nur 8 Seiten; S. 7–12 gibt es darin nicht."),
    ({"file": "pack.pdf", "pages": (5, 4)}, {"public": False}, "„5–4“ ist kein Bereich von Seiten"),
    ({"file": "fehlt.pdf"}, {"public": False}, "Eine Datei „fehlt.pdf“ gibt es hier nicht."),
    ({"paper": "AN/0045/2024", "pages": (2, 3)}, {"public": False}, "Zu dieser Vorlage gehören nur die"),
    ({"paper": "BV/0099/2024"}, {"public": False}, "Das ist schon nichtöffentlich."),
    ({"paper": "BV/0099/2024"}, {"public": True}, "Bitte zuerst den ganzen Punkt als öffentlich angeben."),
    ({"paper": "AN/0045/2024"}, {"public": True}, "Das ist schon öffentlich."),
    ({"top": "Ö 3"}, {"public": True}, "TOP Ö 3: Antrag der Fraktion Mitte: Trinkbrunnen am Markt ist schon öffentlich."),
    ({"top": "Ö 3"}, {"to": "Ö 1"}, "Bitte mit der Vorlage oder mit Datei und Seiten angeben"),
    ({}, {"public": False}, "Bitte angeben, worum es geht"),
]  # fmt: skip


def test_what_cannot_be_meant_is_refused_in_a_sentence(held: Workspace) -> None:
    before = rows(held.settings.data_folder)
    for place, what, says in REFUSED:
        with pytest.raises(InputError) as refusal:
            correct(held, **place, **what)  # type: ignore[arg-type]
        assert says in str(refusal.value)
        assert re.fullmatch(r"[„A-ZÄÖÜ5][^\n]*\.", str(refusal.value))
    assert rows(held.settings.data_folder) == before


def test_a_paper_of_two_items_has_to_be_named_with_its_item(held: Workspace) -> None:
    correct(held, file="pack.pdf", pages=(6, 6), to="Ö 2")
    with pytest.raises(Ambiguous) as refusal:
        correct(held, paper="AN/0045/2024", public=False)
    assert len(refusal.value.choices) == 2
    correct(held, top="Ö 2", paper="AN/0045/2024", public=False)
    assert [p.public for p in item(held, "Feuerwache").papers] == [True, False]
    assert item(held, "Trinkbrunnen").papers[0].public is True


def test_commands(run: Run, tmp_path: Path) -> None:
    run("einlesen", pdfs.write(tmp_path / "pack.pdf", PACK))
    made = run("korrigieren", "Musterfeld", "--vorlage", "AN/0045/2024", "--zu-top", "Ö1")
    assert made.status == 0
    assert "gehört zu TOP Ö 1" in made.out
    told = run(
        "korrigieren", "Musterfeld", "--datei", "pack.pdf", "--seiten", "4-4", "--nichtoeffentlich", "--json"
    ).json
    assert (told["kind"], told["scope"]) == ("close", "pages")
    assert told["pages"] == [{"file": "pack.pdf", "first": 4, "last": 4}]
    listed = run("korrekturen", "Musterfeld", "--json").json["corrections"]
    assert [one["kind"] for one in listed] == ["move", "close"]
    assert listed[1] == told
    assert "S. 4 von „pack.pdf“: nichtöffentlich (eine Person" in run("korrekturen", "Musterfeld").out
    assert refused(run("korrigieren", "Musterfeld", "--vorlage", "XY", "--nichtoeffentlich"))
    assert refused(run("korrigieren", "Musterfeld", "--vorlage", "AN/0045/2024", "--zu-top", "77"))
    wrong = run("korrigieren", "Musterfeld", "--datei", "pack.pdf", "--seiten", "vier", "--oeffentlich")
    assert (wrong.status, "kein Bereich von Seiten wie 12-15" in wrong.err) == (2, True)
    assert run("korrigieren", "Musterfeld", "--vorlage", "AN/0045/2024").status == 2
    assert run("korrekturen").status == 2
    for one in listed:
        gone = run("korrekturen", "--zuruecknehmen", one["id"])
        assert gone.out.startswith("Zurückgenommen: ")
    assert run("korrekturen", "Musterfeld").out.strip() == "An dieser Sitzung wurde nichts von Hand geändert."
    assert refused(run("korrekturen", "--zuruecknehmen", listed[0]["id"]))


def test_an_unknown_correction_cannot_be_taken_back(held: Workspace) -> None:
    with pytest.raises(NotFound, match="ist nicht vorhanden"):
        corrections.withdraw(held, "ra:korrektur-0")


def test_data_of_oparl_bring_news_and_undo_nothing(held: Workspace, tmp_path: Path) -> None:
    correct(held, paper="AN/0045/2024", to="Ö 1")
    correct(held, file="pack.pdf", pages=(PAGE, PAGE), public=False)
    url = "https://rat.musterfeld.example/oparl"
    decided = {
        "id": f"{url}/agendaItem/2", "type": "https://schema.oparl.org/1.1/AgendaItem", "number": "Ö 2", "public": True,
        "name": item(held, "Feuerwache").name, "result": "einstimmig angenommen",
    }  # fmt: skip
    data = {
        "id": f"{url}/meeting/7", "type": "https://schema.oparl.org/1.1/Meeting", "name": "Rat der Stadt Musterfeld",
        "start": "2024-03-14T17:30:00+01:00", "agendaItem": [decided],
    }  # fmt: skip
    (tmp_path / "daten.json").write_text(json.dumps(data), encoding="utf-8")
    workflow.take_in(held, [tmp_path / "daten.json"])
    (meeting,) = workflow.meetings(held)
    assert [d.result for d in item(held, "Feuerwache").decisions] == ["einstimmig angenommen"]
    assert [p.reference for p in item(held, "Niederschrift").papers] == ["AN/0045/2024"]
    assert traces(held, *SECRETS) == []
    for one in corrections.corrections(held, meeting.id):
        corrections.withdraw(held, one.correction.id)
    assert [d.result for d in item(held, "Feuerwache").decisions] == ["einstimmig angenommen"]
    assert [len(i.papers) for i in workflow.meetings(held)[0].agendaItem] == [0, 1, 1, 1]
    assert found_public(held, "Vergleichssumme")
