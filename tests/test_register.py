"""The register of resolutions: of OParl data and minutes, found, entered, kept; and what was decided on a matter before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import oparl_data
import pytest
from conftest import rows, settings_for
from hypothesis import given
from hypothesis import strategies as st

from ratsassistent import earlier, held, register, workflow
from ratsassistent.archive.decided import resolutions_of
from ratsassistent.archive.register import Register, Wanted
from ratsassistent.archive.saving import merged_decisions
from ratsassistent.errors import InputError, NotFound
from ratsassistent.oparl import AgendaItem, Citation, Decision, Meeting, Vote
from ratsassistent.resolutions import RegisterEntry, Resolution
from ratsassistent.workflow import Workspace

EXTRACT = """Niederschrift

12. Sitzung des Gemeinderates
4. März 2031, 18:00 Uhr
öffentlich
Vorsitzende: Bürgermeisterin Ada Lindner
Schriftführer: Emil Anger

Punkt 4 der Tagesordnung: Neubau der Brücke am Mühlbach
Vorlage: 2031/017

Beschluss:
Der Gemeinderat beschließt den Neubau der Brücke am Mühlbach zum Preis von höchstens 470.000 Euro.

Abstimmungsergebnis:
Bei 21 Ja-Stimmen und 4 Nein-Stimmen mehrheitlich zugestimmt

Die Vorsitzende ruft den Punkt auf.

Zur Beurkundung:
Der Schriftführer
"""
DAY = "2031-03-04"
PAGE = Citation(file="niederschrift.pdf", file_id="f", page=3)


def take_in(ws: Workspace, folder: Path, *objects: Any) -> None:
    folder.mkdir(exist_ok=True)
    workflow.take_in(ws, [oparl_data.write(folder / "daten.jsonl", *objects)])


def with_extract(text: str = EXTRACT) -> dict[str, Any]:
    return oparl_data.paper(
        auxiliaryFile=[
            oparl_data.file(171, "Stellungnahme", oparl_data.STATEMENT),
            oparl_data.file(172, "Protokoll TOP 4", text),
        ]
    )


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Workspace]:
    with workflow.workspace(settings_for(tmp_path / "daten")) as ws:
        yield ws


@pytest.fixture
def bridge(opened: Workspace, tmp_path: Path) -> Workspace:
    """One resolution: OParl tells its result, an extract its wording and votes."""
    take_in(opened, tmp_path / "a", oparl_data.organization(), oparl_data.meeting(), with_extract())
    return opened


def only(ws: Workspace, **more: Any) -> Resolution:
    (found,) = register.resolutions(ws, **more)
    return found


# --- what is read


def test_oparl_and_an_extract_are_one_resolution_with_both_sources(bridge: Workspace) -> None:
    found = only(bridge)
    assert (found.result, found.outcome, found.vote) == ("mehrheitlich zugestimmt", "accepted", Vote(yes=21, no=4))
    assert (
        found.text
        == "Der Gemeinderat beschließt den Neubau der Brücke am Mühlbach zum Preis von höchstens 470.000 Euro."
    )
    assert found.proposal == oparl_data.PROPOSAL
    assert [source.kind for source in found.sources] == ["oparl", "minutes"]
    assert [citation.file for citation in found.citation] == ["Protokoll TOP 4"]
    assert found.citation[0].page is None
    assert (found.organization, found.date, found.number) == ("Gemeinderat", DAY, "Ö 4")
    assert found.references == ("2031/017",)
    assert (found.role, found.public, found.contradictions) == ("Entscheidung", True, ())


def test_without_minutes_the_proposal_is_no_wording(opened: Workspace, tmp_path: Path) -> None:
    take_in(opened, tmp_path / "a", oparl_data.organization(), oparl_data.meeting(), oparl_data.paper())
    found = only(opened)
    assert found.text is None
    assert found.proposal == oparl_data.PROPOSAL


def test_resolution_text_of_oparl_is_the_wording(opened: Workspace, tmp_path: Path) -> None:
    item = oparl_data.item(resolutionText="Der Gemeinderat beschließt den Neubau.")
    take_in(opened, tmp_path / "a", oparl_data.organization(), oparl_data.meeting(item), oparl_data.paper())
    assert only(opened).text == "Der Gemeinderat beschließt den Neubau."


def test_a_contradiction_between_the_sources_is_told(opened: Workspace, tmp_path: Path) -> None:
    refused = (
        EXTRACT.replace("mehrheitlich zugestimmt", "mehrheitlich abgelehnt")
        .replace("21 Ja", "4 Ja")
        .replace("4 Nein", "21 Nein")
    )
    take_in(opened, tmp_path / "a", oparl_data.organization(), oparl_data.meeting(), with_extract(refused))
    found = only(opened)
    assert (found.result, found.outcome) == ("mehrheitlich zugestimmt", "accepted")
    assert len(found.contradictions) == 1
    assert "mehrheitlich zugestimmt" in found.contradictions[0]
    assert "abgelehnt" in found.contradictions[0]


def test_an_extract_of_another_day_says_nothing_of_this_one(opened: Workspace, tmp_path: Path) -> None:
    other = EXTRACT.replace("4. März 2031", "1. April 2031")
    take_in(opened, tmp_path / "a", oparl_data.organization(), oparl_data.meeting(), with_extract(other))
    found = only(opened)
    assert found.text is None
    assert found.vote is None


def test_the_day_of_another_body_in_the_text_is_not_the_day_of_the_minutes(opened: Workspace, tmp_path: Path) -> None:
    text = EXTRACT.replace(
        "Die Vorsitzende ruft den Punkt auf.", "Vorberaten wurde er in der Sitzung\nam 1. Februar 2031 im Bauausschuss."
    )
    take_in(opened, tmp_path / "a", oparl_data.organization(), oparl_data.meeting(), with_extract(text))
    assert only(opened).vote == Vote(yes=21, no=4)


def test_a_motion_that_failed_is_not_the_resolution_on_the_item(opened: Workspace, tmp_path: Path) -> None:
    text = EXTRACT.replace(
        "Bei 21 Ja-Stimmen und 4 Nein-Stimmen mehrheitlich zugestimmt",
        "Änderungsantrag Mitte: Bei 4 Ja-Stimmen und 21 Nein-Stimmen mehrheitlich abgelehnt",
    )
    take_in(opened, tmp_path / "a", oparl_data.organization(), oparl_data.meeting(), with_extract(text))
    found = {one.outcome: one for one in register.resolutions(opened)}
    assert (found["accepted"].vote, found["accepted"].contradictions) == (None, ())
    assert (found["rejected"].vote, found["rejected"].subject) == (Vote(yes=4, no=21), "Änderungsantrag Mitte")


def test_ids_stay_when_it_is_taken_in_again_and_when_minutes_come_later(opened: Workspace, tmp_path: Path) -> None:
    take_in(opened, tmp_path / "a", oparl_data.organization(), oparl_data.meeting(), oparl_data.paper())
    before = only(opened).id
    take_in(opened, tmp_path / "b", oparl_data.organization(), oparl_data.meeting(), with_extract())
    after = only(opened)
    assert (after.id, after.text is not None) == (before, True)
    assert before.startswith("ra:beschluss-")
    take_in(opened, tmp_path / "b", oparl_data.organization(), oparl_data.meeting(), with_extract())
    assert only(opened) == after


def test_the_register_is_filled_for_what_was_held_before_it_was_there(bridge: Workspace) -> None:
    kept = only(bridge)
    for store in bridge.stores:
        with store.writing() as connection:
            for table in ("resolution", "proposal", "about"):
                where = " WHERE key = 'register'" if table == "about" else ""
                connection.exec_driver_sql(f"DELETE FROM {table}{where}")
    assert only(bridge) == kept


def test_non_public_resolutions_stay_in_their_store(opened: Workspace, tmp_path: Path) -> None:
    closed = oparl_data.item(public=False)
    take_in(opened, tmp_path / "a", oparl_data.organization(), oparl_data.meeting(closed), oparl_data.paper())
    assert only(opened).public is False
    assert Register(opened.public).count() == 0
    assert Register(opened.nonpublic).count() == 1


def place(number: str = "4", *decisions: Decision) -> tuple[Meeting, AgendaItem]:
    item = AgendaItem(id="ra:top-1", order=1, number=number, name="Brücke", public=True, decisions=decisions)
    return Meeting(id="m", name="Sitzung", organization="Gemeinderat", start=DAY, agendaItem=()), item


def test_what_oparl_tells_of_is_the_resolution_on_the_item_among_several_votes() -> None:
    change = Decision(
        result="mit 4 gegen 21 abgelehnt",
        outcome="rejected",
        vote=Vote(yes=4, no=21),
        subject="Antrag Mitte",
        citation=(PAGE,),
    )
    main = Decision(
        result="mit 21 gegen 4 angenommen",
        outcome="accepted",
        vote=Vote(yes=21, no=4),
        text="Wortlaut.",
        citation=(PAGE,),
    )
    first, second = resolutions_of(*place("4", change, main))
    assert (first.outcome, first.text, second.subject) == ("accepted", "Wortlaut.", "Antrag Mitte")
    assert first.id == resolutions_of(*place("4", Decision(result="zugestimmt", outcome="accepted")))[0].id
    assert second.id == resolutions_of(*place("4", main, change))[1].id


def test_each_source_keeps_its_words_and_comes_again_in_its_place() -> None:
    told = Decision(result="zugestimmt", outcome="accepted")
    printed = Decision(result="21 Ja, 4 Nein", outcome="accepted", vote=Vote(yes=21, no=4), citation=(PAGE,))
    merged = merged_decisions((told,), (printed,))
    assert merged[0].also == (told, printed)
    assert merged_decisions(merged, (printed,)) == merged
    assert merged_decisions((told,), (told,)) == (told,)
    contradicting = merged_decisions((told,), (printed.model_copy(update={"outcome": "rejected"}),))
    assert [raw.outcome for raw in contradicting[0].also] == ["accepted", "rejected"]


# --- what is found


def several(*more: tuple[int, str, str, str]) -> list[dict[str, Any]]:
    """Meetings with one item and paper each: key, day, name, result."""
    made = []
    for key, day, name, result in more:
        item = oparl_data.item(key, name=name, result=result, meeting=f"{oparl_data.URL}/meeting/{key}", number="1")
        made.append(oparl_data.meeting(item, id=f"{oparl_data.URL}/meeting/{key}", start=f"{day}T18:00:00+01:00"))
        paper = oparl_data.paper(key, name=name)
        paper["consultation"][0]["meeting"] = f"{oparl_data.URL}/meeting/{key}"
        paper["mainFile"] = oparl_data.file(
            key * 10, "Vorlage", f"Antrag\n\n{name}\n\nDie Fraktion bittet um Beratung.\n"
        )
        paper["auxiliaryFile"] = []
        made.append(paper)
    return made


def names(found: list[Resolution]) -> list[str]:
    return [one.name for one in found]


@pytest.fixture
def years(opened: Workspace, tmp_path: Path) -> Workspace:
    held_there = several(
        (31, "2029-02-01", "Gebühren für die Schwimmbäder", "einstimmig beschlossen"),
        (32, "2030-02-01", "Bäume an der Angerstraße", "vertagt"),
        (33, "2031-02-01", "Sanierung der Turnhalle", "mehrheitlich abgelehnt"),
    )
    take_in(opened, tmp_path / "a", oparl_data.organization(), *held_there)
    return opened


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("schwimmbad gebühr", "Gebühren für die Schwimmbäder"),
        ("Baum", "Bäume an der Angerstraße"),
        ("2031/033", "Sanierung der Turnhalle"),
        ("TURNHALLE", "Sanierung der Turnhalle"),
    ],
)
def test_words_find_their_forms(years: Workspace, query: str, expected: str) -> None:
    assert names(register.resolutions(years, query))[:1] == [expected]


def test_filters_and_order(years: Workspace) -> None:
    assert names(register.resolutions(years))[0] == "Sanierung der Turnhalle"
    assert names(register.resolutions(years, since="2030-01-01", until="2030-12-31")) == ["Bäume an der Angerstraße"]
    assert names(register.resolutions(years, outcomes=("postponed", "rejected"))) == [
        "Sanierung der Turnhalle",
        "Bäume an der Angerstraße",
    ]
    assert register.resolutions(years, organization="Bauausschuss") == []
    assert len(register.resolutions(years, organization="gemeinderat")) == 3
    assert len(register.resolutions(years, limit=2)) == 2
    assert len(register.resolutions(years, paper_type="vorlage")) == 3
    with pytest.raises(NotFound):
        register.resolutions(years, wanted="Kreistag")


@given(st.text(max_size=60))
def test_no_query_is_a_command(bridge_once: Workspace, text: str) -> None:
    for one in register.resolutions(bridge_once, text):
        assert one.name == "Neubau der Brücke am Mühlbach"


@pytest.fixture(scope="module")
def bridge_once(tmp_path_factory: pytest.TempPathFactory, either: str) -> Iterator[Workspace]:
    folder = tmp_path_factory.mktemp("register")
    with workflow.workspace(settings_for(folder / "daten")) as ws:
        take_in(ws, folder / "a", oparl_data.organization(), oparl_data.meeting(), with_extract())
        yield ws


# --- what is entered


def test_what_is_entered_stays_when_it_is_read_again_and_its_history_is_kept(bridge: Workspace, tmp_path: Path) -> None:
    key = only(bridge).id
    register.enter(bridge, key, status="open", deadline="2031-06-30", office="Tiefbauamt", author="E. Anger")
    register.enter(bridge, key, status="done", deadline="", author="A. Lindner")
    take_in(
        bridge,
        tmp_path / "b",
        oparl_data.organization(),
        oparl_data.meeting(oparl_data.item(result="vertagt")),
        with_extract(),
    )
    found = only(bridge)
    assert (found.id, found.result) == (key, "vertagt")
    assert (found.status, found.deadline, found.office, found.author) == ("done", None, "Tiefbauamt", "A. Lindner")
    assert [(entry.author, entry.status) for entry in register.history(bridge, key)] == [
        ("E. Anger", "open"),
        ("A. Lindner", "done"),
    ]
    assert names(register.resolutions(bridge, statuses=("done",))) == ["Neubau der Brücke am Mühlbach"]
    assert register.resolutions(bridge, statuses=("open",)) == []


def test_entries_are_refused_that_say_nothing_or_too_much(bridge: Workspace) -> None:
    key = only(bridge).id
    for wrong in ({}, {"deadline": "31.13.2031"}, {"office": "x" * 501}):
        with pytest.raises(InputError):
            register.enter(bridge, key, **wrong)
    with pytest.raises(NotFound):
        register.enter(bridge, "ra:beschluss-0000000000000000", status="open")
    assert register.history(bridge, key) == []


def test_deleting_the_meeting_takes_the_resolution_and_its_entries(bridge: Workspace, tmp_path: Path) -> None:
    register.enter(bridge, only(bridge).id, status="open", office="Sonderbauamt")
    workflow.delete(bridge, bridge.public.meetings()[0].id)
    assert register.resolutions(bridge) == []
    left = rows(tmp_path / "daten")
    assert not [
        name for name, found in left.items() if name.endswith(("resolution", "proposal", "register_entry")) and found
    ]
    assert b"Sonderbauamt" not in b"".join(file.read_bytes() for file in tmp_path.rglob("archiv.sqlite*"))


def resolution(key: str, **more: Any) -> Resolution:
    made = {"id": key, "item_id": key, "meeting_id": "m", "meeting": "Sitzung", "organization": None, "date": DAY, "number": None,
            "name": key, "public": True, "result": "angenommen", "outcome": "accepted"}  # fmt: skip
    return Resolution.model_validate({**made, **more})


def test_open_is_what_was_accepted_and_is_not_done_the_overdue_first() -> None:
    given = [
        resolution("ohne Frist"),
        resolution("später", deadline="2031-09-01", entered=dt.datetime.now(dt.UTC)),
        resolution("überfällig", deadline="2031-05-01", entered=dt.datetime.now(dt.UTC)),
        resolution("erledigt", status="done", entered=dt.datetime.now(dt.UTC)),
        resolution("abgelehnt", outcome="rejected"),
        resolution("beraten", role="Vorberatung"),
        resolution("vertagt, aber eingetragen", outcome="postponed", status="open", entered=dt.datetime.now(dt.UTC)),
    ]
    told = [one.id for one in register.to_do(given, dt.date(2031, 6, 1))]
    assert told == ["überfällig", "später", "ohne Frist", "vertagt, aber eingetragen"]


@given(
    st.lists(
        st.tuples(st.sampled_from([None, "open", "done"]), st.sampled_from([None, "Amt 1", "Amt 2"]), st.booleans()),
        max_size=6,
    )
)
def test_the_newest_word_on_each_field_holds(said: list[tuple[Any, str | None, bool]]) -> None:
    entries = tuple(
        RegisterEntry(id=str(n), resolution_id="r", item_id="i", status=status, office=None if cleared else office,
                      cleared=("office",) if cleared else (), written=dt.datetime(2031, 1, 1, tzinfo=dt.UTC) + dt.timedelta(days=n))
        for n, (status, office, cleared) in enumerate(said)
    )  # fmt: skip
    found = resolution("r").with_entries(entries)
    assert found.status == next((status for status, _, _ in reversed(said) if status), None)
    assert found.office == next(
        (None if cleared else office for _, office, cleared in reversed(said) if office or cleared), None
    )


# --- decided before


def links(ws: Workspace, name: str) -> list[tuple[str, str]]:
    meeting = next(m for m in held.meetings(ws) if any(item.name == name for item in m.agendaItem))
    item = next(item for item in meeting.agendaItem if item.name == name)
    return [(one.resolution.name, one.reasons[0]) for one in earlier.of_item(ws, item, meeting)]


def test_the_same_paper_in_an_earlier_meeting_is_linked(opened: Workspace, tmp_path: Path) -> None:
    first = several((41, "2031-01-10", "Radweg am Anger", "vertagt"))
    second = oparl_data.item(
        42, name="Radweg am Anger, zweite Beratung", result="", meeting=f"{oparl_data.URL}/meeting/42"
    )
    first[1]["consultation"].append(
        {
            **first[1]["consultation"][0],
            "id": f"{oparl_data.URL}/consultation/42",
            "agendaItem": second["id"],
            "meeting": f"{oparl_data.URL}/meeting/42",
        }
    )
    later = oparl_data.meeting(second, id=f"{oparl_data.URL}/meeting/42", start="2031-02-10T18:00:00+01:00")
    take_in(opened, tmp_path / "a", oparl_data.organization(), later, *first)
    assert links(opened, "Radweg am Anger, zweite Beratung") == [
        ("Radweg am Anger", "dieselbe Vorlage 2031/041, am 10.01.2031 im Gemeinderat vertagt")
    ]
    assert links(opened, "Radweg am Anger") == []  # nothing that came later


def test_a_paper_that_is_named_is_linked_and_one_that_only_shares_words_of_forms_is_not(
    opened: Workspace, tmp_path: Path
) -> None:
    given_before = several(
        (51, "2030-01-10", "Kunstrasen für den Sportplatz Au", "einstimmig zugestimmt"),
        (52, "2030-01-11", "Antrag zur Änderung der Satzung über Märkte", "abgelehnt"),
        (53, "2031-05-01", "Antrag zur Änderung der Satzung über Hunde", ""),
    )
    given_before[5]["mainFile"]["text"] += "\nDas knüpft an die Vorlage 2031/051 an.\n"
    take_in(opened, tmp_path / "a", oparl_data.organization(), *given_before)
    assert links(opened, "Antrag zur Änderung der Satzung über Hunde") == [
        (
            "Kunstrasen für den Sportplatz Au",
            "in der Vorlage genannt: 2031/051, am 10.01.2030 im Gemeinderat angenommen",
        )
    ]


def test_rare_words_of_a_title_link_and_standing_items_do_not(opened: Workspace, tmp_path: Path) -> None:
    standing = [(60 + n, f"2030-0{n}-01", "Mitteilungen aus dem Rathaus", "zur Kenntnis genommen") for n in range(1, 6)]
    before = several(
        (71, "2029-01-10", "Neugestaltung der Freitreppe am Kornhausmarkt", "mehrheitlich zugestimmt"),
        *(
            (80 + n, f"2029-0{n}-02", f"Sanierung Schule {name}", "zugestimmt")
            for n, name in enumerate(("Nord", "Süd", "West"), 1)
        ),
        *standing,
        (72, "2031-05-01", "Freitreppe am Kornhausmarkt: Neugestaltung, zweiter Abschnitt", ""),
    )
    take_in(opened, tmp_path / "a", oparl_data.organization(), *before)
    assert links(opened, "Freitreppe am Kornhausmarkt: Neugestaltung, zweiter Abschnitt") == [
        (
            "Neugestaltung der Freitreppe am Kornhausmarkt",
            "gleicher Gegenstand laut Titel, am 10.01.2029 im Gemeinderat angenommen",
        )
    ]
    assert links(opened, "Mitteilungen aus dem Rathaus") == []


def test_a_public_item_is_not_linked_with_what_is_not_public(opened: Workspace, tmp_path: Path) -> None:
    before = several(
        (91, "2030-01-10", "Ankauf Gärtnerei Mühlbachtal", "zugestimmt"),
        (92, "2031-01-10", "Gärtnerei Mühlbachtal", ""),
    )
    before[0]["agendaItem"][0]["public"] = False
    take_in(opened, tmp_path / "a", oparl_data.organization(), *before)
    assert links(opened, "Gärtnerei Mühlbachtal") == []


def test_wanted_ids_find_nothing_else(years: Workspace) -> None:
    (wanted, *_), others = register.resolutions(years), register.find(years, Wanted(ids=("nichts",)))
    assert register.find(years, Wanted(ids=(wanted.id,))) == [wanted]
    assert others == []
