"""Notes and marks where persons sign in: whose they are, who sees them, and what becomes of them."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest
import rights_archive
from commands import Run
from rights_archive import COUNCIL, Town
from test_page_marks import Parts
from wallerfurt import raw

from ratsassistent import deleting, pool, public_part, workflow
from ratsassistent.archive import database, migrations
from ratsassistent.archive.marks_table import Marks
from ratsassistent.archive.remarks_table import Reader, Remarks
from ratsassistent.archive.store import Store
from ratsassistent.briefings import Audience, Mark, Remark
from ratsassistent.errors import InputError, NotAllowed, NotFound
from ratsassistent.oparl import AgendaItem, Meeting
from ratsassistent.output import contract, markdown
from ratsassistent.output.page_actions import Actions, Chosen
from ratsassistent.output.page_events import Events
from ratsassistent.people import Person

OWN, OURS, ALL = "Mirabellenkompott", "Quittengelee", "Birnenmus"


@pytest.fixture(scope="module")
def packs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return rights_archive.take_in(tmp_path_factory.mktemp("notizen"))


@pytest.fixture
def town(packs: Path, tmp_path: Path) -> Town:
    shutil.copytree(packs, tmp_path / "daten")
    made = rights_archive.town(tmp_path / "daten")
    for person in (made.council, made.builder):
        made.bodies.add_membership(person.id, made.bodies.add_organization(COUNCIL))
    red = made.bodies.add_organization("Rote Liste", "Fraktion")
    made.bodies.add_membership(made.council.id, red)
    made.bodies.add_membership(made.clerk.id, made.bodies.add_organization("Blaue Liste", "Fraktion"))
    return made


def meeting_of(ws: workflow.Workspace) -> Meeting:
    return next(m for m in workflow.meetings(ws) if "Rat der" in (m.organization or m.name))


def item(meeting: Meeting, words: str = "Trinkbrunnen") -> AgendaItem:
    return next(one for one in meeting.agendaItem if words in one.name)


def say(
    town: Town, who: Person, text: str, audience: Audience | None = None, words: str = "Trinkbrunnen", **more: str
) -> Remark:
    with town.workspace(who) as ws:
        held = meeting_of(ws)
        return workflow.remark(
            ws, held.id, item(held, words).id, "note", text=text, audience=audience, **more
        )  # fmt: skip


def read(town: Town, who: Person | None, *, machine: bool = False) -> set[str]:
    """The words of all notes that somebody finds, by each way there is."""
    with workflow.workspace(town.settings) if machine else town.workspace(who) as ws:
        held = meeting_of(ws)
        listed = {one.text or "" for one in workflow.remarks(ws, held.id)}
        briefing = workflow.stored_briefing(ws, held.id)
        shown = {one.text or "" for each in briefing.agendaItem for one in each.remarks}
        stated = {s.text for each in briefing.agendaItem for s in each.statements if s.label == "Notiz"}
        written = markdown.render(briefing)
        made = workflow.brief(ws, held.id, top=item(held).id)
        assert {one.text or "" for one in made.agendaItem[0].remarks} <= listed
        assert listed == shown == stated == {word for word in (OWN, OURS, ALL) if word in written}
        assert json.dumps(contract.briefing(briefing)).count(OWN) == (2 if OWN in listed else 0)
        return listed


@pytest.mark.parametrize("words", ["Trinkbrunnen", "Zaunkönigweg"])
def test_a_note_is_seen_by_whom_it_is_for(town: Town, words: str) -> None:
    fellow = town.people.add("Rosa Rot", rights_archive.GOOD)
    town.bodies.add_membership(fellow.id, town.bodies.organization("Rote Liste"))
    town.bodies.add_membership(fellow.id, town.bodies.organization(COUNCIL))
    assert say(town, town.council, OWN, words=words).audience == "self"
    assert say(town, town.council, OURS, "fraction", words).fraction == "Rote Liste"
    say(town, town.council, ALL, "all", words)
    assert read(town, town.council) == {OWN, OURS, ALL}
    assert read(town, fellow) == {OURS, ALL}
    assert read(town, town.builder) == read(town, town.clerk) == {ALL}
    assert read(town, town.reader) == ({ALL} if words == "Trinkbrunnen" else set())
    assert read(town, None, machine=True) == {ALL}
    public = raw(town.settings.public_folder)
    assert OWN.encode() not in public  # also of what is public
    assert OURS.encode() not in public


def test_who_leaves_a_fraction_reads_its_notes_no_more(town: Town) -> None:
    say(town, town.council, OWN)
    mine = say(town, town.council, OURS, "fraction")
    fellow = town.people.add("Rosa Rot", rights_archive.GOOD)
    member = town.bodies.add_membership(fellow.id, town.bodies.organization("Rote Liste"))
    say(town, fellow, ALL, "fraction")
    assert read(town, fellow) == {OURS, ALL}
    town.bodies.end_membership(member.id, dt.date(2024, 1, 1))
    assert read(town, fellow) == {ALL}  # the own one
    with pytest.raises(InputError, match="angehören"):
        say(town, fellow, "noch eine", "fraction")
    with pytest.raises(InputError, match="angehören"):
        say(town, town.council, "fremd", "fraction", fraction=town.bodies.organization("Blaue Liste").id)
    town.bodies.remove_organization("Rote Liste")
    assert read(town, town.council) == {OWN, OURS}
    assert mine.organization is not None


def test_only_who_wrote_a_note_takes_it_back(town: Town) -> None:
    own, ours, for_all = (say(town, town.council, text, to) for text, to in ((OWN, "self"), (OURS, "fraction"), (ALL, "all")))  # fmt: skip
    fellow = town.people.add("Rosa Rot", rights_archive.GOOD)
    town.bodies.add_membership(fellow.id, town.bodies.organization("Rote Liste"))
    for who, note, error in (
        (town.clerk, own, NotFound), (town.clerk, ours, NotFound), (town.clerk, for_all, NotAllowed),
        (fellow, own, NotFound), (fellow, ours, NotAllowed), (town.builder, for_all, NotAllowed),
        (town.reader, for_all, NotAllowed),
    ):  # fmt: skip
        with town.workspace(who) as ws, pytest.raises(error):
            workflow.withdraw(ws, note.id)
    with town.workspace(fellow) as ws:
        held = workflow.stored_briefing(ws, meeting_of(ws).id)
        assert [r.takes_back for i in held.agendaItem for r in i.remarks] == [False, False]
    for note in (own, ours, for_all):
        with town.workspace(town.council) as ws:
            assert workflow.withdraw(ws, note.id).id == note.id
    assert read(town, town.council) == set()


def test_what_changes_a_statement_is_for_all(town: Town) -> None:
    with town.workspace(town.council) as ws:
        held = meeting_of(ws)
        key = workflow.brief(ws, held.id, top=item(held).id).agendaItem[0].statements[0].key
        with pytest.raises(InputError, match="für alle"):
            workflow.remark(ws, held.id, item(held).id, "correct", target=key, text="x", audience="self")
        made = workflow.remark(ws, held.id, item(held).id, "correct", target=key, text="Zwei Brunnen.")
    assert (made.audience, made.person) == ("all", town.council.id)
    with town.workspace(town.builder) as ws, pytest.raises(NotAllowed):
        workflow.withdraw(ws, made.id)
    with town.workspace(town.clerk) as ws:
        workflow.withdraw(ws, made.id)


def test_where_nobody_signs_in_all_is_as_it_was(town: Town) -> None:
    with workflow.workspace(town.settings) as ws:
        held = meeting_of(ws)
        made = workflow.remark(ws, held.id, item(held).id, "note", text=ALL)
        assert (made.audience, made.person) == ("all", None)
        with pytest.raises(InputError):
            workflow.remark(ws, held.id, item(held).id, "note", text=OWN, audience="self")
        workflow.put_mark(ws, held.id, item(held).id, important=True)
        note = workflow.stored_briefing(ws, held.id).agendaItem[1].statements[-1]
        assert (note.audience, note.written) == (None, None)
    assert read(town, town.reader) == {ALL}  # notes of before are for all
    with town.workspace(town.council) as ws:
        with pytest.raises(NotAllowed):
            workflow.withdraw(ws, made.id)
        assert workflow.marks(ws, meeting_of(ws).agendaItem) == {}
    with town.workspace(town.clerk) as ws:
        workflow.withdraw(ws, made.id)


def test_marks_are_each_persons_own(town: Town) -> None:
    for who, kind in ((town.council, "important"), (town.builder, "read")):
        with town.workspace(who) as ws:
            held = meeting_of(ws)
            workflow.put_mark(ws, held.id, item(held).id, **{kind: True})
    marks = {}
    for who in (town.council, town.builder, town.clerk):
        with town.workspace(who) as ws:
            marks[who.name] = {(m.read, m.important) for m in workflow.marks(ws, meeting_of(ws).agendaItem).values()}
    assert list(marks.values()) == [{(False, True)}, {(True, False)}, set()]
    with workflow.workspace(town.settings) as ws:  # what writes for all begins with what is important to anybody
        held = meeting_of(ws)
        assert workflow.important(ws, held.agendaItem) == {item(held).id}


def test_who_goes_takes_along_what_was_nobody_elses(town: Town, run: Run) -> None:
    say(town, town.council, OWN)
    say(town, town.council, f"{OWN} geheim", words="Zaunkönigweg")
    ours, for_all = say(town, town.council, OURS, "fraction"), say(town, town.council, ALL, "all")
    with town.workspace(town.council) as ws:
        held = meeting_of(ws)
        workflow.put_mark(ws, held.id, item(held).id, important=True)
    done = run("--datenordner", town.settings.data_folder, "zugang", "entfernen", "Rita Rat")
    assert done.status == 0, done.err
    assert OWN.encode() not in raw(town.settings.data_folder)
    fellow = town.people.add("Rosa Rot", rights_archive.GOOD)
    town.bodies.add_membership(fellow.id, town.bodies.organization("Rote Liste"))
    assert read(town, fellow) == {OURS, ALL}
    with workflow.workspace(town.settings) as ws:
        assert workflow.important(ws, meeting_of(ws).agendaItem) == set()
    with town.workspace(fellow) as ws:
        workflow.withdraw(ws, ours.id)  # nobody's now, so the Fraktion's
        with pytest.raises(NotAllowed):
            workflow.withdraw(ws, for_all.id)
    with town.workspace(town.clerk) as ws:
        workflow.withdraw(ws, for_all.id)


@pytest.mark.parametrize("whole", [True, False])
def test_with_a_meeting_go_all_notes_and_marks_of_all(town: Town, *, whole: bool) -> None:
    for to in ("self", "fraction", "all"):
        say(town, town.council, f"{OWN} {to}", to, "Zaunkönigweg")
        say(town, town.council, f"{OURS} {to}", to)
    for who in (town.council, town.clerk):
        with town.workspace(who) as ws:
            held = meeting_of(ws)
            workflow.put_mark(ws, held.id, item(held).id, read=True)
    with workflow.workspace(town.settings) as ws:
        key = meeting_of(ws).id
        if whole:
            workflow.delete(ws, key)
        else:
            deleting.delete_nonpublic(ws, [key])
        left = [one for store in ws.stores for one in Remarks(store, Reader(town.council.id)).of([], key)]
    assert OWN.encode() not in raw(town.settings.data_folder)
    assert (OURS.encode() in raw(town.settings.data_folder)) is not whole
    assert {one.audience for one in left} == (set() if whole else {"self", "fraction", "all"})


def test_at_the_page_it_is_chosen_and_stands_on_the_note(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workflow.background, "ensure_worker", lambda _: False)
    with town.workspace(town.council) as ws:
        held = meeting_of(ws)
    chosen = Chosen(meeting=held.id, item=item(held).id)
    ours = f"fraction {town.bodies.organization('Rote Liste').id}"

    pages = {who.id: Events(Parts(), Actions(town.as_person(who))) for who in (town.council, town.builder)}  # type: ignore[arg-type]

    def press(who: Person, **wanted: str) -> str:
        shown = list(pages[who.id].act_reading(chosen, SimpleNamespace(_data=wanted)))
        return next(each["item"] for each in shown if "item" in each)

    shown = press(town.council, do="item", item=item(held).id)
    for words in ("nur ich", "meine Fraktion (Rote Liste)", "alle, die diesen Punkt sehen dürfen"):
        assert words in shown
    assert '<option value="self" selected>' in shown
    note = {"do": "remark", "item": item(held).id, "kind": "note"}
    press(town.council, **note, text=OWN, audience="self")
    shown = press(town.council, **note, text=OURS, audience=ours)
    today = f"{dt.date.today():%d.%m.%Y}"
    assert f"Rita Rat, {today} · nur für Sie zu sehen" in shown
    assert f"Rita Rat, {today} · nur für die Fraktion Rote Liste zu sehen" in shown
    assert 'data-do="withdraw"' in shown
    shown = press(town.builder, **note, text=ALL, audience="all")
    assert OWN not in shown
    assert OURS not in shown
    assert "meine Fraktion" not in shown
    others = press(town.council, do="item", item=item(held).id).split(ALL)[1].split("</div>")[0]
    assert "withdraw" not in others


def test_an_archive_of_before_keeps_notes_for_all_and_marks_of_the_one_reader(tmp_path: Path) -> None:
    from alembic import command
    from alembic.config import Config
    from sqlalchemy import create_engine

    folder = tmp_path / "archiv"
    folder.mkdir()
    engine = create_engine(f"sqlite:///{folder / database.DATABASE}")
    note = Remark(id="ra:anmerkung-1", item_id="ra:top-1", kind="note", text=ALL, written=dt.datetime.now(dt.UTC))
    body = note.model_dump_json(exclude={"person", "audience", "organization", "fraction"})
    with engine.begin() as connection:
        config = Config()
        config.set_main_option("script_location", str(migrations.FOLDER))
        config.attributes["connection"] = connection
        command.upgrade(config, "0013")
        for statement, values in (
            ("INSERT INTO about VALUES ('kind', 'non-public')", ()),
            ("INSERT INTO remark VALUES (?, ?, ?, ?)", (note.id, note.item_id, "ra:sitzung-1", body)),
            ("INSERT INTO mark VALUES (?, ?, ?, ?)", ("ra:top-1", "ra:sitzung-1", True, False)),
        ):
            connection.exec_driver_sql(statement, values)
    engine.dispose()
    with Store.open(folder, public=False) as store:
        assert Remarks(store).of(["ra:top-1"]) == Remarks(store, Reader("ra:person-1")).of(["ra:top-1"]) == [note]
        assert Marks(store).of(["ra:top-1"]) == {"ra:top-1": Mark(item_id="ra:top-1", read=True)}
        assert Marks(store, "ra:person-1").of(["ra:top-1"]) == {}
        Marks(store, "ra:person-1").put(Mark(item_id="ra:top-1", important=True), "ra:sitzung-1")
        assert Marks(store).of(["ra:top-1"]) == {"ra:top-1": Mark(item_id="ra:top-1", read=True)}
        assert Marks(store).forget(["ra:sitzung-1"]) == 2


def test_what_is_remembered_for_one_is_not_told_to_another(town: Town) -> None:
    """The page keeps briefings in memory, for all with the same rights; who belongs to which Fraktion is none."""
    settings = town.as_person(None)
    pool.begin(settings)
    try:
        same = town.people.add("Rosa Rot", rights_archive.GOOD)
        town.bodies.add_membership(same.id, town.bodies.organization(COUNCIL))
        say(town, town.council, OWN)
        say(town, town.council, OURS, "fraction")
        told = {}
        for who in (town.council, same, town.council):
            with town.workspace(who) as ws:
                briefing = workflow.stored_briefing(ws, meeting_of(ws).id)
                told[who.name] = {one.text for each in briefing.agendaItem for one in each.remarks}
                assert public_part.stored(ws, meeting_of(ws).id).model_dump_json().count(OWN) == 0
                assert not workflow.find(ws, OWN)
        assert told == {"Rita Rat": {OWN, OURS}, "Rosa Rot": set()}
    finally:
        pool.end(settings)
