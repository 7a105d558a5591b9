"""Remarks in the data folder: which store, what runs, Nachträge and deletions do to them, and the commands."""

from __future__ import annotations

import datetime as dt
import re
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pdfs
import pytest
import shapes
from commands import Run, is_one_sentence, refused
from conftest import settings_for
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scripted import ScriptedModel
from test_intake import SIRENS, SUPPLEMENT
from wallerfurt import Copyist, only_meeting, raw

import ratsassistent.remarks
from ratsassistent import workflow
from ratsassistent.archive import database, migrations
from ratsassistent.archive.remarks_table import Remarks
from ratsassistent.archive.store import Store
from ratsassistent.briefings import ItemBriefing, Remark, RemarkKind, Statement
from ratsassistent.errors import Ambiguous, InputError, NotFound
from ratsassistent.oparl import AgendaItem, File, FileSpan, Meeting, Page, PagedText, PageStart, Paper, Part
from ratsassistent.output import contract, markdown
from ratsassistent.pack.papers.passages import cut_passages
from ratsassistent.settings import read_settings
from ratsassistent.workflow import Workspace

PUBLIC_WORD, SECRET_WORD = "Mirabellenkompott", "Quittengelee"
REMARKS = {
    "remarks": [
        {
            "id": str,
            "kind": str,
            "target": shapes.TEXT,
            "target_text": shapes.TEXT,
            "text": shapes.TEXT,
            "author": shapes.TEXT,
            "written": str,
            "citation": [shapes.CITATION],
            "agendaItem": ({"id": str, "number": shapes.TEXT, "name": str}, None),
        }
    ]
}


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Workspace]:
    chosen = replace(settings_for(tmp_path / "daten"), name="Erika Muster")
    with workflow.workspace(chosen) as opened:
        yield opened


@pytest.fixture
def held(empty: Workspace, tmp_path: Path) -> Workspace:
    workflow.take_in(empty, [pdfs.write(tmp_path / "pack.pdf", pdfs.PACK)])
    return empty


def item(ws: Workspace, words: str) -> AgendaItem:
    (meeting,) = workflow.meetings(ws)
    return next(i for i in meeting.agendaItem if words in i.name)


def briefed(ws: Workspace, words: str) -> ItemBriefing:
    return workflow.brief(ws, only_meeting(ws), top=item(ws, words).id).agendaItem[0]


def says(ws: Workspace, words: str, kind: RemarkKind, **more: Any) -> Remark:
    return workflow.remark(ws, only_meeting(ws), item(ws, words).id, kind, **more)


def texts(made: ItemBriefing) -> list[str]:
    return [s.text for s in made.statements]


# --- laid over what is stored


def test_a_correction_shows_wherever_the_briefing_is_handed_out_and_what_is_stored_stays(held: Workspace) -> None:
    before = briefed(held, "Feuerwache")
    wrong = before.statements[0]
    remark = says(held, "Feuerwache", "correct", target=wrong.key, text="Es kostet 4.250.000 Euro.")
    assert (remark.author, remark.target_text, remark.written.tzinfo) == ("Erika Muster", wrong.text, dt.UTC)
    handed = [
        briefed(held, "Feuerwache"),
        next(i for i in workflow.stored_briefing(held, only_meeting(held)).agendaItem if i.id == before.id),
    ]
    for made in handed:
        first = made.statements[0]
        assert (first.text, first.origin, first.author) == ("Es kostet 4.250.000 Euro.", "person", "Erika Muster")
        assert (first.replaces, first.citation, first.check) == (wrong.text, wrong.citation, "ok")
        assert made.statements[1:] == before.statements[1:]
        assert (made.resolution, made.remarks) == (before.resolution, (remark,))
    assert held.public.briefing(before.id, "auszug") == before


def test_another_run_keeps_what_was_said_of_an_earlier_one(held: Workspace) -> None:
    stored = briefed(held, "Feuerwache")
    wrong, removed = (
        Statement(text=text, origin="model", citation=stored.statements[0].citation, label="Worum es geht")
        for text in ("Die Feuerwache kostet 9.999.999 Euro.", "Die Feuerwache ist blau.")
    )

    def run(*written: Statement) -> list[Statement]:
        held.public.save_briefing(only_meeting(held), stored.model_copy(update={"statements": written}))
        return list(briefed(held, "Feuerwache").statements)

    run(wrong, removed, *stored.statements)
    says(held, "Feuerwache", "correct", target=wrong.key, text="Geplant sind 4.250.000 Euro.")
    says(held, "Feuerwache", "note", target=wrong.key, text="Im Ausschuss nachfragen.")
    says(held, "Feuerwache", "remove", target=removed.key)
    expected = ["Geplant sind 4.250.000 Euro.", "Im Ausschuss nachfragen."]
    assert [s.text for s in run(wrong, removed)] == expected
    assert [(s.text, s.replaces, s.label) for s in run(*stored.statements) if s.origin == "person"] == [
        (expected[0], wrong.text, "Worum es geht"), (expected[1], None, "Notiz"),
    ]  # fmt: skip
    assert [s.text for s in run(removed, wrong)] == expected


def test_another_model_keeps_what_was_said(ws: Workspace) -> None:
    def run(model: str) -> ItemBriefing:
        ws.settings = replace(ws.settings, model=model, name="Erika Muster")
        ws.model = ScriptedModel(Copyist())
        return workflow.brief(ws, only_meeting(ws), "voll", top="Ö 5").agendaItem[0]

    first = run("qwen2.5-coder-1.5b")
    workflow.remark(ws, only_meeting(ws), "Ö 5", "correct", target=first.statements[0].key, text="So ist es.")
    workflow.remark(ws, only_meeting(ws), "Ö 5", "remove", target=first.statements[1].key)
    second = run("ministral-3-3b")
    assert second.basis != first.basis
    (mine,) = (s for s in second.statements if s.text == "So ist es.")
    assert (mine.author, mine.replaces) == ("Erika Muster", first.statements[0].text)
    assert first.statements[1].key not in [s.key for s in second.statements]


def test_an_export_says_who_wrote_what(held: Workspace) -> None:
    first, second = briefed(held, "Feuerwache").statements[:2]
    says(held, "Feuerwache", "correct", target=first.key, text="Es kostet 1.111.111 Euro.")
    says(held, "Feuerwache", "note", target=first.key, text="Im Ausschuss nachfragen.")
    says(held, "Feuerwache", "confirm", target=second.key)
    held.settings = replace(held.settings, name=None)
    says(held, "Feuerwache", "note", text="Ortstermin?")
    flat = " ".join(re.sub(r"[\\*_]", "", markdown.render(workflow.brief(held, only_meeting(held)))).split())
    for wanted in (
        "Berichtigt von Erika Muster", "Es kostet 1.111.111 Euro.", "nicht belegt: 1.111.111 Euro",
        f"Zuvor: „{' '.join(first.text.split())}“", "Anmerkung von Erika Muster", "Im Ausschuss nachfragen.",
        "Zu: „Es kostet 1.111.111 Euro.“", "Mit der Seite verglichen von Erika Muster", "Ortstermin?",
    ):  # fmt: skip
        assert wanted in flat, wanted
    made = contract.item_briefing(briefed(held, "Feuerwache"))
    assert [(s["origin"], s["author"], s["confirmed"]) for s in made["statements"][:3]] == [
        ("person", "Erika Muster", False), ("person", "Erika Muster", False), (second.origin, None, True),
    ]  # fmt: skip
    assert [(r["kind"], r["author"]) for r in made["remarks"]] == [
        ("correct", "Erika Muster"), ("note", "Erika Muster"), ("confirm", "Erika Muster"), ("note", None),
    ]  # fmt: skip


def test_official_wording_takes_a_note_and_nothing_else(held: Workspace) -> None:
    resolution = briefed(held, "Feuerwache").resolution
    assert resolution is not None
    key = Statement(text=resolution.text, origin="verbatim", citation=resolution.citation).key
    for target in (key, "beschlussvorschlag", "Beschluss"):
        for kind, text in (("correct", "Der Rat lehnt ab."), ("remove", None), ("confirm", None)):
            with pytest.raises(InputError, match="amtlicher Wortlaut") as caught:
                says(held, "Feuerwache", kind, target=target, text=text)
            assert is_one_sentence(str(caught.value))
    with pytest.raises(InputError, match="Kennung der Aussage"):
        says(held, "Feuerwache", "correct", text="Der Rat lehnt ab.")
    note = says(held, "Feuerwache", "note", target=key, text="Vertagen?")
    assert note.target is None
    made = briefed(held, "Feuerwache")
    assert made.resolution == resolution
    assert made.statements[-1].text == "Vertagen?"


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("correct", {"text": " \n\t"}),
        ("correct", {"text": None}),
        ("correct", {"text": "\x00\x1b"}),
        ("note", {"text": ""}),
        ("note", {"text": "x" * 4001}),
        ("confirm", {"text": "Ja."}),
        ("remove", {"text": "Nein."}),
        ("confirm", {"target": "ra:satz-0000000000000000"}),
        ("note", {"target": "", "text": "x"}),
    ],
)
def test_what_cannot_be_said_is_refused_in_one_sentence(
    held: Workspace, kind: RemarkKind, more: dict[str, Any]
) -> None:
    given = {"target": briefed(held, "Feuerwache").statements[0].key, **more}
    with pytest.raises(InputError) as caught:
        says(held, "Feuerwache", kind, **given)
    assert is_one_sentence(str(caught.value))
    assert workflow.remarks(held, only_meeting(held)) == ()


def test_unknown_places_are_not_found(held: Workspace) -> None:
    for meeting, top in (("Bad Nirgendwo", "1"), (only_meeting(held), "99"), (None, "BV 9/9999")):
        with pytest.raises(NotFound):
            workflow.remark(held, meeting, top, "note", text="x")
    with pytest.raises(Ambiguous):
        workflow.remark(held, only_meeting(held), "1", "note", text="x")
    with pytest.raises(NotFound):
        workflow.withdraw(held, "ra:anmerkung-0")


def test_words_are_kept_without_signs_that_cannot_be_shown(held: Workspace) -> None:
    remark = says(held, "Feuerwache", "note", text="  Zeile eins\r\nZeile\x1b[2J zwei\udcff \u0075\u0308 \n")
    assert remark.text == "Zeile eins\nZeile[2J zwei ü"
    assert workflow.remarks(held, only_meeting(held)) == (remark,)


def test_a_statement_that_is_gone_or_removed_can_still_be_spoken_of(held: Workspace) -> None:
    key = briefed(held, "Feuerwache").statements[0].key
    says(held, "Feuerwache", "remove", target=key)
    assert key not in [s.key for s in briefed(held, "Feuerwache").statements]
    says(held, "Feuerwache", "confirm", target=key)
    first = briefed(held, "Feuerwache").statements[0]
    assert (first.key, first.confirmed) == (key, True)


def test_what_is_withdrawn_is_gone_from_briefing_and_disk(held: Workspace, tmp_path: Path) -> None:
    before = briefed(held, "Feuerwache")
    remark = says(held, "Feuerwache", "note", text=f"{PUBLIC_WORD} kochen.")
    assert PUBLIC_WORD.encode() in raw(tmp_path / "daten")
    assert workflow.withdraw(held, remark.id) == remark
    assert briefed(held, "Feuerwache") == before
    assert PUBLIC_WORD.encode() not in raw(tmp_path / "daten")


def test_a_clock_that_stands_still_or_goes_back_does_not_change_the_order(
    held: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    hours = iter([12, 12, 12, 9, 9])
    day = dt.datetime(2027, 3, 1, tzinfo=dt.UTC)
    clock = SimpleNamespace(now=lambda _: day.replace(hour=next(hours)))
    fake = SimpleNamespace(datetime=clock, UTC=dt.UTC, timedelta=dt.timedelta)
    key = briefed(held, "Feuerwache").statements[0].key
    monkeypatch.setattr(ratsassistent.remarks, "dt", fake)
    for number in range(5):
        says(held, "Feuerwache", "correct", target=key, text=f"Fassung {number}.")
    assert [r.text for r in workflow.remarks(held, only_meeting(held))] == [f"Fassung {n}." for n in range(5)]
    assert briefed(held, "Feuerwache").statements[0].text == "Fassung 4."


# --- two stores


def test_what_is_said_of_non_public_items_lies_in_the_non_public_store_only(held: Workspace, tmp_path: Path) -> None:
    says(held, "Feuerwache", "note", text=f"{PUBLIC_WORD} kochen.")
    secret = says(held, "Grundstück", "note", text=f"{SECRET_WORD} kochen.")
    key = briefed(held, "Grundstück").statements[0].key
    says(held, "Grundstück", "correct", target=key, text=f"Es gibt {SECRET_WORD}.")
    assert len(workflow.remarks(held, only_meeting(held))) == 3
    assert [r.text for r in Remarks(held.public).of([], only_meeting(held))] == [f"{PUBLIC_WORD} kochen."]
    with pytest.raises(ValueError, match="not public"):
        Remarks(held.public).add(secret, None, public=False)
    held.close()
    public, secret_bytes = (raw(tmp_path / "daten" / name) for name in ("oeffentlich", "nichtoeffentlich"))
    assert SECRET_WORD.encode() not in public
    assert PUBLIC_WORD.encode() not in secret_bytes
    assert SECRET_WORD.encode() in secret_bytes


def test_what_was_said_while_a_paper_was_not_public_stays_non_public(empty: Workspace, tmp_path: Path) -> None:
    """It waits for its agenda in the non-public store; then it is public, and what was said of it shows at its item."""
    workflow.take_in(empty, [pdfs.write(tmp_path / "vorlage.pdf", [pdfs.FIRE_1, pdfs.FIRE_2])])
    (paper,) = workflow.loose_papers(empty)
    made = workflow.brief_paper(empty, paper.id).agendaItem[0]
    assert made.public is not True
    workflow.remark(empty, None, "BV/0012/2024", "correct", target=made.statements[0].key, text=f"{SECRET_WORD}.")
    assert workflow.brief_paper(empty, paper.id).agendaItem[0].statements[0].text == f"{SECRET_WORD}."
    workflow.take_in(empty, [pdfs.write(tmp_path / "tagesordnung.pdf", [pdfs.AGENDA])])
    assert empty.public.paper(paper.id) is not None
    shown = briefed(empty, "Feuerwache")
    assert f"{SECRET_WORD}." in texts(shown)
    assert shown.public is False
    assert [r.text for r in workflow.remarks(empty, only_meeting(empty))] == [f"{SECRET_WORD}."]
    assert SECRET_WORD.encode() not in raw(tmp_path / "daten" / "oeffentlich")
    workflow.delete(empty, only_meeting(empty))
    assert SECRET_WORD.encode() not in raw(tmp_path / "daten")


def test_a_released_paper_keeps_what_was_said_of_it(empty: Workspace, tmp_path: Path) -> None:
    workflow.take_in(empty, [pdfs.write(tmp_path / "vorlage.pdf", [pdfs.FIRE_1])])
    (paper,) = workflow.loose_papers(empty)
    first = workflow.brief_paper(empty, paper.id).agendaItem[0].statements[0]
    workflow.remark(empty, None, paper.id, "confirm", target=first.key)
    workflow.release(empty, paper.id)
    made = workflow.brief_paper(empty, paper.id).agendaItem[0]
    assert made.statements[0].confirmed
    assert made.public is True  # a confirmation tells nothing
    note = workflow.remark(empty, None, paper.id, "note", text="Öffentlich gesagt.")
    assert workflow.remarks_of_paper(empty, paper.id)[-1] == note
    assert Remarks(empty.public).of([paper.id]) == [note]


# --- Nachtrag, editions, deletion


def test_a_supplement_renumbers_and_what_was_said_moves_along(held: Workspace, tmp_path: Path) -> None:
    before = item(held, "Feuerwache")
    key = briefed(held, "Feuerwache").statements[0].key
    said = [
        says(held, "Feuerwache", "correct", target=key, text="Es kostet 4.250.000 Euro."),
        says(held, "Feuerwache", "note", text="Zum Punkt."),
    ]
    workflow.take_in(held, [pdfs.write(tmp_path / "nachtrag.pdf", [SUPPLEMENT, SIRENS])])
    after = item(held, "Feuerwache")
    assert (before.number, after.number) == ("Ö 2", "Ö 3")
    made = briefed(held, "Feuerwache")
    assert (texts(made)[0], texts(made)[-1]) == ("Es kostet 4.250.000 Euro.", "Zum Punkt.")
    assert workflow.remarks(held, only_meeting(held)) == tuple(said)
    assert briefed(held, "Sirenen").remarks == ()


def test_taking_in_the_same_pack_again_changes_nothing_that_was_said(held: Workspace, tmp_path: Path) -> None:
    says(held, "Grundstück", "note", text="Eins.")
    says(held, "Feuerwache", "note", text="Zwei.")
    before = workflow.remarks(held, only_meeting(held))
    workflow.take_in(held, [tmp_path / "pack.pdf"])
    assert workflow.remarks(held, only_meeting(held)) == before
    assert texts(briefed(held, "Grundstück"))[-1] == "Eins."


def test_deleting_a_meeting_deletes_what_was_said_of_it(held: Workspace, tmp_path: Path) -> None:
    other = Remark(
        id="ra:anmerkung-1", item_id="ra:vorlage-anderswo", kind="note", text="bleibt", written=dt.datetime.now(dt.UTC)
    )
    Remarks(held.nonpublic).add(other, None, public=False)
    for words in ("Feuerwache", "Grundstück"):
        says(held, words, "note", text=f"{SECRET_WORD} kochen.")
        key = briefed(held, words).statements[0].key
        says(held, words, "correct", target=key, text=f"{PUBLIC_WORD} kochen.")
    workflow.remark(held, None, "BV/0012/2024", "note", text=f"{SECRET_WORD} kochen.")
    gone = [i.id for i in workflow.meeting(held, only_meeting(held)).agendaItem]
    workflow.delete(held, only_meeting(held))
    for store in held.stores:
        assert Remarks(store).of(gone) == []
    assert Remarks(held.nonpublic).of([other.item_id]) == [other]
    found = raw(tmp_path / "daten")
    assert SECRET_WORD.encode() not in found
    assert PUBLIC_WORD.encode() not in found


def test_each_archive_deletes_what_was_said_of_its_own(held: Workspace) -> None:
    """Also without the other one, and without what a deletion there tells of."""
    for words in ("Feuerwache", "Grundstück"):
        says(held, words, "note", text="Nachfragen.")
    on_paper = workflow.remark(held, None, "BV/0012/2024", "note", text="Zur Vorlage.")
    meeting = only_meeting(held)
    vanished = on_paper.model_copy(update={"id": "ra:anmerkung-2", "item_id": "ra:vorlage-vergangen"})
    Remarks(held.public).add(vanished, meeting, public=True)
    assert len(workflow.remarks(held, meeting)) == 4
    for store, count in ((held.public, 3), (held.nonpublic, 1)):
        assert len(Remarks(store).of([], meeting)) == count
        store.delete_meeting(meeting)
        assert Remarks(store).of([on_paper.item_id, vanished.item_id], meeting) == []


# --- any sequence of what is said, and of editions of the paper

SENTENCES = [
    "Die Kosten der Halle betragen 120.000 Euro.",
    "Die Halle in der Gartenstraße wurde 1962 gebaut.",
    "Das Dach der Halle ist seit 2019 undicht.",
    "Der Bau der Halle beginnt am 01.05.2031.",
    "Der Landkreis gibt einen Zuschuss von 40.000 Euro.",
]
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("edition"), st.sets(st.sampled_from(SENTENCES), min_size=1)),
        st.tuples(st.sampled_from(["confirm", "correct", "remove", "note", "withdraw"]), st.integers(0, 9)),
    ),
    min_size=1,
    max_size=10,
)


def edition(number: int, sentences: set[str]) -> tuple[Paper, File]:
    wording = "Der Rat beschließt den Bau der Halle."
    text = "\n".join([wording, *(s for s in SENTENCES if s in sentences)])
    file = File(id=f"ra:datei-{number}", name=f"{number}.pdf", sha256=f"sha-{number}")
    return Paper(
        id="ra:vorlage-halle", reference="12/2031", name="Bau der Halle", paperType="Beschlussvorlage", public=True,
        files=(FileSpan(file_id=file.id, name=file.name, first=1, last=1),),
        text=PagedText(text=text, starts=(PageStart(offset=0, file_id=file.id, file=file.name, page=1),)),
        parts=(
            Part(kind="resolution", heading="Beschlussvorschlag", start=0, end=len(wording)),
            Part(kind="reason", heading="Begründung", start=len(wording) + 1, end=len(text)),
        ),
    ), file  # fmt: skip


def save(ws: Workspace, number: int, sentences: set[str]) -> None:
    paper, file = edition(number, sentences)
    agenda = AgendaItem(id="ra:top-halle", order=1, number="3", name="Halle", public=True, papers=(paper,))
    meeting = Meeting(id="ra:sitzung-mai", name="Sitzung", organization="Rat", start="2031-05-06", agendaItem=(agenda,))
    ws.public.save_pack(
        meetings=[meeting],
        files=[(file, [Page(number=1, text=paper.text.text, source="text", public=True)])],
        passages=cut_passages(paper, agenda.id, meeting.id),
    )


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_no_run_and_no_edition_loses_or_changes_a_persons_words(
    tmp_path_factory: pytest.TempPathFactory, steps: list[Any]
) -> None:
    with workflow.workspace(settings_for(tmp_path_factory.mktemp("lauf"))) as ws:
        save(ws, 0, set(SENTENCES))
        said: list[Remark] = []
        for number, (what, how) in enumerate(steps, 1):
            made = workflow.brief(ws, "ra:sitzung-mai").agendaItem[0]
            if what == "edition":
                save(ws, number, how)
            elif what == "withdraw":
                if said:
                    workflow.withdraw(ws, said.pop(how % len(said)).id)
            elif made.statements:
                target = made.statements[how % len(made.statements)].key
                text = f"Gesagt wurde Nummer {number}." if what in {"correct", "note"} else None
                said.append(workflow.remark(ws, "ra:sitzung-mai", "3", what, target=target, text=text))
        made = workflow.brief(ws, "ra:sitzung-mai").agendaItem[0]
        assert made.remarks == workflow.remarks(ws, "ra:sitzung-mai") == tuple(said)
        stored = ws.public.briefing("ra:top-halle", "auszug")
        assert stored is not None
        assert not stored.remarks
        assert all(s.origin != "person" and not s.confirmed for s in stored.statements)
        assert made.resolution == stored.resolution
        shown = [s.text for s in made.statements if s.origin == "person"]
        overruled = {
            r.id for n, r in enumerate(said) for later in said[n + 1 :]
            if r.text and later.kind in {"correct", "remove"} and (
                later.target == r.target if r.kind == "correct" and later.label == r.label
                else later.target_text == r.text and later.label == "Notiz"
            )
        }  # fmt: skip
        for remark in said:
            assert not remark.text or (remark.text in shown) == (remark.id not in overruled)


# --- migration


def test_an_archive_of_the_second_version_keeps_everything(tmp_path: Path) -> None:
    from alembic import command
    from alembic.config import Config
    from sqlalchemy import create_engine

    folder = tmp_path / "archiv"
    folder.mkdir()
    engine = create_engine(f"sqlite:///{folder / database.DATABASE}")
    written = ItemBriefing(id="ra:top-1", number="1", name="Halle", public=True, level="auszug")
    agenda = AgendaItem(id="ra:top-1", order=1, number="1", name="Halle", public=True)
    meeting = Meeting(id="ra:sitzung-1", name="Sitzung", organization="Rat", start="2031-05-06", agendaItem=())
    with engine.begin() as connection:
        config = Config()
        config.set_main_option("script_location", str(migrations.FOLDER))
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")
        for statement, values in (
            ("INSERT INTO about VALUES ('kind', 'public')", ()),
            ("INSERT INTO meeting VALUES (?, ?, ?, ?)", (meeting.id, meeting.start, "rat", meeting.model_dump_json())),
            ("INSERT INTO agenda_item VALUES (?, ?, ?, ?)", (agenda.id, meeting.id, 1, agenda.model_dump_json())),
            ("INSERT INTO briefing VALUES (?, ?, ?, ?)", (agenda.id, "auszug", meeting.id, written.model_dump_json(
                exclude={"remarks", "withheld", "consultations", "annexes"}))),
        ):  # fmt: skip
            connection.exec_driver_sql(statement, values)
    engine.dispose()
    before = dump(folder)
    with Store.open(folder, public=True) as store:
        assert store.meeting(meeting.id) == meeting.model_copy(update={"agendaItem": (agenda,)})
        assert store.briefing(agenda.id, "auszug") == written
        assert Remarks(store).of([agenda.id], meeting.id) == []
        assert {line for line in before if "alembic" not in line} <= set(dump(folder))
        note = Remark(id="ra:anmerkung-1", item_id=agenda.id, kind="note", text="x", written=dt.datetime.now(dt.UTC))
        Remarks(store).add(note, meeting.id, public=True)
        assert Remarks(store).of([agenda.id]) == Remarks(store).of([], meeting.id) == [note]


def dump(folder: Path) -> list[str]:
    with sqlite3.connect(folder / database.DATABASE) as connection:
        return [line for line in connection.iterdump() if line.startswith("INSERT")]


# --- who


def test_the_name_is_a_setting(tmp_path: Path, nobody_elses_folders: None, monkeypatch: pytest.MonkeyPatch) -> None:
    assert read_settings(tmp_path).name is None
    (tmp_path / "einstellungen.toml").write_text('name = " Erika\\n  Muster "\n', encoding="utf-8")
    assert read_settings(tmp_path).name == "Erika Muster"
    monkeypatch.setenv("RATSASSISTENT_NAME", "Kim " * 100)
    assert read_settings(tmp_path).name == ("Kim " * 20).strip()


# --- commands

MEETING, TOP = "2027-01-26", "Ö 5"


def shown(run: Run, **more: str) -> dict[str, Any]:
    made = run("briefing", MEETING, "--top", TOP, "--json")
    assert shapes.misfits(made.json, shapes.BRIEFING) == []
    return made.json["agendaItem"][0]


def test_the_commands_say_list_and_take_back(run: Run, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second, third = shown(run)["statements"][:3]
    nobody = run("anmerken", MEETING, "--top", TOP, "--notiz", "Bitte klären.")
    assert nobody.status == 0
    assert "Person" in nobody.out
    monkeypatch.setenv("RATSASSISTENT_NAME", "Erika Muster")
    for statement, option in (
        (first, ["--berichtigen", "So ist es."]),
        (second, ["--bestaetigen"]),
        (third, ["--entfernen"]),
    ):
        made = run("anmerken", MEETING, "--top", TOP, "--aussage", statement["id"], *option)
        assert (made.status, made.err) == (0, "")
        assert "Erika Muster" in made.out
    said = shown(run)
    one, two = said["statements"][:2]
    assert (one["text"], one["origin"], one["author"], one["replaces"]) == (
        "So ist es.", "person", "Erika Muster", first["text"]
    )  # fmt: skip
    assert (one["id"], two["id"], two["confirmed"], two["origin"]) == (
        first["id"],
        second["id"],
        True,
        second["origin"],
    )
    assert third["id"] not in [s["id"] for s in said["statements"]]
    assert (said["statements"][-1]["text"], said["statements"][-1]["author"]) == ("Bitte klären.", None)
    assert [r["kind"] for r in said["remarks"]] == ["note", "correct", "confirm", "remove"]

    listed = run("anmerkungen", MEETING, "--json").json
    assert shapes.misfits(listed, REMARKS) == []
    assert [r["id"] for r in listed["remarks"]] == [r["id"] for r in said["remarks"]]
    assert {r["agendaItem"]["number"] for r in listed["remarks"]} == {TOP}
    lines = run("anmerkungen", MEETING).out.splitlines()
    assert ["Erika Muster" in line for line in lines] == [False, True, True, True]
    assert all(r["id"] in line for r, line in zip(listed["remarks"], lines, strict=True))

    for remark in listed["remarks"]:
        assert run("anmerkungen", "--zuruecknehmen", remark["id"], "--json").json == {"withdrawn": remark["id"]}
    assert shown(run)["statements"][:3] == [first, second, third]
    assert run("anmerkungen", MEETING, "--json").json == {"remarks": []}
    assert "keine Anmerkungen" in run("anmerkungen", MEETING).out


def test_the_commands_take_a_paper_too(run: Run, data: Path) -> None:
    made = run("anmerken", "--papier", "BV 2027/003", "--notiz", "Zur Vorlage.", "--json")
    assert made.json["text"] == "Zur Vorlage."
    assert [r["id"] for r in run("anmerkungen", "--papier", "BV 2027/003", "--json").json["remarks"]] == [
        made.json["id"]
    ]
    (item_,) = run("briefing", "--papier", "BV 2027/003", "--json").json["agendaItem"]
    assert item_["statements"][-1]["text"] == "Zur Vorlage."
    listed = run("anmerkungen", MEETING, "--json").json["remarks"]
    assert [(r["id"], r["agendaItem"]["number"]) for r in listed] == [(made.json["id"], "Ö 2")]


@pytest.mark.parametrize(
    ("arguments", "begins"),
    [
        (
            ["anmerken", MEETING, "--top", TOP],
            "Der Befehl ist so nicht verständlich: es fehlt eine der Angaben --bestae",
        ),
        (["anmerken", MEETING, "--top", TOP, "--notiz", "x", "--entfernen"], "Der Befehl ist so nicht verständlich"),
        (["anmerken", "--notiz", "x"], "Bitte "),
        (["anmerken", MEETING, "--notiz", "x"], "Bitte "),
        (["anmerken", MEETING, "--papier", "1", "--top", "1", "--notiz", "x"], "Bitte "),
        (["anmerken", MEETING, "--top", TOP, "--entfernen"], "Bitte "),
        (["anmerkungen"], "Bitte "),
        (["anmerkungen", MEETING, "--papier", "1"], "Bitte "),
    ],
)
def test_what_lacks_something_is_usage(run: Run, data: Path, arguments: list[str], begins: str) -> None:
    result = run(*arguments)
    assert (result.status, result.out) == (2, "")
    assert result.err.startswith(begins)
    assert "required" not in result.err + run("anmerken", "x").err


@pytest.mark.parametrize(
    "arguments",
    [
        ["anmerken", MEETING, "--top", TOP, "--aussage", "ra:satz-0", "--bestaetigen"],
        ["anmerken", MEETING, "--top", TOP, "--aussage", "beschlussvorschlag", "--berichtigen", "x"],
        ["anmerken", MEETING, "--top", TOP, "--notiz", " "],
        ["anmerken", MEETING, "--top", "99", "--notiz", "x"],
        ["anmerken", "Bad Nirgendwo", "--top", TOP, "--notiz", "x"],
        ["anmerkungen", "Bad Nirgendwo"],
        ["anmerkungen", "--zuruecknehmen", "ra:anmerkung-0"],
    ],
)
def test_what_is_not_there_is_refused_in_one_sentence(run: Run, data: Path, arguments: list[str]) -> None:
    assert refused(run(*arguments))
