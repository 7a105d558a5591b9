"""Deletion dates: set, changed, taken away, by a rule; what is due is asked, on the command line and on the page, and never done by itself."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from commands import Run
from conftest import settings_for
from hypothesis import given
from hypothesis import strategies as st

from ratsassistent import deadlines, deletions, workflow
from ratsassistent.archive.deadlines_table import Deadlines
from ratsassistent.archive.store import Store
from ratsassistent.deadlines import Part
from ratsassistent.errors import InputError, Locked
from ratsassistent.oparl import AgendaItem, Meeting
from ratsassistent.output import page_deadline
from ratsassistent.output.page_actions import Chosen
from ratsassistent.output.page_dating import Dating, of_meeting, overview, rule
from ratsassistent.workflow import Workspace

TODAY = dt.date.today()
PAST, AHEAD = TODAY - dt.timedelta(days=3), TODAY + dt.timedelta(days=30)
COUNCIL, BOARD, OPEN = "ra:sitzung-rat", "ra:sitzung-ausschuss", "ra:sitzung-offen"


def meeting(key: str, name: str, start: str | None, *items: tuple[str, bool]) -> Meeting:
    return Meeting(id=key, name=name, organization="Rat", start=start, agendaItem=tuple(
        AgendaItem(id=f"{key}-{n}", order=n, number=str(n), name=title, public=public) for n, (title, public) in enumerate(items, 1)
    ))  # fmt: skip


HELD = [
    meeting(COUNCIL, "Rat <b>Molchgrube</b>", "2024-01-31T18:00", ("Feuerwache", True), ("Kaufgeheimnis", False)),
    meeting(BOARD, "Bauausschuss", "2024-05-10", ("Turnhalle", True), ("Grundstück", False)),
    meeting(OPEN, "Ortsrat", None, ("Brunnen", True)),
]


def fill(ws: Workspace, *held: Meeting) -> None:
    for one in held:
        for store in ws.stores:
            items = tuple(item for item in one.agendaItem if item.public is store.public)
            if items:
                store.save_pack(meetings=[one.model_copy(update={"agendaItem": items})])


@pytest.fixture
def ws(tmp_path: Path) -> Iterator[Workspace]:
    with workflow.workspace(settings_for(tmp_path / "daten")) as opened:
        fill(opened, *HELD)
        yield opened


def said(found: list[deadlines.Date]) -> list[tuple[str, Part, dt.date]]:
    return [(one.meeting.id, one.part, one.day) for one in found]


def test_a_date_is_set_changed_and_taken_away_for_all_of_a_meeting_or_its_non_public_part(ws: Workspace) -> None:
    assert deadlines.dates(ws) == []
    deadlines.put(ws, COUNCIL, "all", AHEAD)
    deadlines.put(ws, COUNCIL, "nonpublic", PAST)
    deadlines.put(ws, "Bauausschuss", "all", AHEAD)
    deadlines.put(ws, BOARD, "all", AHEAD + dt.timedelta(days=1))
    assert said(deadlines.dates(ws)) == [
        (COUNCIL, "nonpublic", PAST), (COUNCIL, "all", AHEAD), (BOARD, "all", AHEAD + dt.timedelta(days=1))
    ]  # fmt: skip
    assert said(deadlines.due(ws, TODAY)) == [(COUNCIL, "nonpublic", PAST)]
    assert said(deadlines.due(ws, AHEAD)) == [(COUNCIL, "all", AHEAD)]  # the rest goes with it
    deadlines.keep(ws, COUNCIL)
    assert said(deadlines.dates(ws)) == [(BOARD, "all", AHEAD + dt.timedelta(days=1))]
    with pytest.raises(InputError, match="nichts Nichtöffentliches"):
        deadlines.put(ws, OPEN, "nonpublic", AHEAD)
    with pytest.raises(InputError, match="Jahr 9999"):
        deadlines.put(ws, OPEN, "all", dt.date(9999, 1, 1))


def test_who_is_asked_later_is_asked_again_after_a_week(ws: Workspace) -> None:
    deadlines.put(ws, COUNCIL, "all", PAST)
    again = deadlines.later(ws, COUNCIL, "all", TODAY)
    assert again == TODAY + dt.timedelta(days=7)
    assert deadlines.due(ws, again - dt.timedelta(days=1)) == []
    assert said(deadlines.due(ws, again)) == [(COUNCIL, "all", PAST)]
    deadlines.put(ws, COUNCIL, "all", TODAY)  # another date asks when it comes
    assert said(deadlines.due(ws, TODAY)) == [(COUNCIL, "all", TODAY)]
    with pytest.raises(InputError, match="kein Löschdatum"):
        deadlines.later(ws, BOARD, "all")


def test_a_rule_holds_for_new_meetings_and_for_those_held_only_if_asked_for(ws: Workspace) -> None:
    deadlines.keep(ws, BOARD, ("nonpublic",))
    deadlines.put_rule(ws, "nonpublic", 1)
    assert deadlines.dates(ws) == []
    new = meeting("ra:sitzung-neu", "Neuer Rat", "2024-08-31", ("Straße", True), ("Pacht", False))
    fill(ws, new)
    assert said(deadlines.dates(ws)) == [("ra:sitzung-neu", "nonpublic", dt.date(2024, 9, 30))]
    deadlines.put_rule(ws, "nonpublic", 2)  # for later ones
    assert said(deadlines.dates(ws)) == [("ra:sitzung-neu", "nonpublic", dt.date(2024, 9, 30))]
    deadlines.put_rule(ws, "nonpublic", 2, also_held=True)  # but not where somebody said otherwise, as for the board
    assert said(deadlines.dates(ws)) == [
        (COUNCIL, "nonpublic", dt.date(2024, 3, 31)), ("ra:sitzung-neu", "nonpublic", dt.date(2024, 10, 31))
    ]  # fmt: skip
    deadlines.put_rule(ws, "all", 12, also_held=True)
    assert {one[0] for one in said(deadlines.dates(ws)) if one[1] == "all"} == {
        COUNCIL,
        BOARD,
        "ra:sitzung-neu",
    }  # one has no day
    deadlines.put_rule(ws, "all", None, also_held=True)
    assert deadlines.rules(ws) == {"nonpublic": 2}
    deadlines.put_rule(ws, "nonpublic", None)
    assert len(deadlines.dates(ws)) == 2  # what was given stays
    for months in (0, -1, 1201):
        with pytest.raises(InputError, match="Zahl von 1 bis"):
            deadlines.put_rule(ws, "all", months)


@given(st.dates(dt.date(1950, 1, 1), dt.date(2099, 12, 31)), st.integers(1, 1200))
def test_months_later_is_the_same_day_or_the_last_one(day: dt.date, months: int) -> None:
    later = deadlines.after_months(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day == day.day or (later.day < day.day and (later + dt.timedelta(days=1)).day == 1)


def test_a_date_stays_when_a_meeting_comes_again_and_goes_with_it(ws: Workspace) -> None:
    for part in deadlines.PARTS:
        deadlines.put(ws, COUNCIL, part, PAST)
    fill(
        ws,
        meeting(
            COUNCIL, "Rat, Nachtrag", "2024-02-01", ("Feuerwache", True), ("Kaufgeheimnis", False), ("Pacht", False)
        ),
    )
    assert len(deadlines.dates(ws)) == 2
    workflow.delete(ws, COUNCIL, "nonpublic")
    assert said(deadlines.dates(ws)) == [(COUNCIL, "all", PAST)]
    assert [item.name for item in workflow.meeting(ws, COUNCIL).agendaItem] == ["Feuerwache"]
    workflow.delete(ws, COUNCIL)
    assert Deadlines(ws.nonpublic).all() == []
    assert {one.meeting_id for one in deletions.known(ws)} == {COUNCIL}
    fill(ws, HELD[0])
    assert deadlines.dates(ws) == []


def test_a_meeting_of_which_nothing_is_public_goes_whole(ws: Workspace) -> None:
    fill(ws, meeting("ra:sitzung-geheim", "Personalausschuss", "2024-05-10", ("Personal", False)))
    workflow.delete(ws, "ra:sitzung-geheim", "nonpublic")
    assert not deadlines.is_held(ws, "ra:sitzung-geheim")
    assert [one.kind for one in deletions.known(ws)] == ["Meeting"]


def test_dates_that_were_set_after_a_backup_come_back_after_its_restore(ws: Workspace, tmp_path: Path) -> None:
    deadlines.put(ws, COUNCIL, "all", PAST)
    deadlines.put(ws, BOARD, "all", PAST)
    old = deadlines.everything(ws)
    deadlines.put(ws, COUNCIL, "all", AHEAD)
    deadlines.keep(ws, BOARD)
    deadlines.put(ws, OPEN, "all", AHEAD)
    deadlines.put_rule(ws, "nonpublic", 3)
    new = deadlines.everything(ws)
    with workflow.workspace(settings_for(tmp_path / "alt")) as restored:
        fill(restored, *HELD[:2])
        deadlines.bring_back(restored, old)
        assert deadlines.bring_back(restored, new) > 0
        assert said([one for one in deadlines.dates(restored) if one.part == "all"]) == [(COUNCIL, "all", AHEAD)]
        assert deadlines.rules(restored) == {"nonpublic": 3}
        assert {one.meeting_id for one in Deadlines(restored.nonpublic).all()} == {COUNCIL, BOARD}
        assert deadlines.bring_back(restored, old) == 0  # the older does not undo the newer


# --- the commands


class Terminal(io.StringIO):
    """Somebody who types."""

    def isatty(self) -> bool:
        return True


def test_loeschfrist_sets_and_lists(run: Run, ws: Workspace) -> None:
    set_ = run("loeschfrist", COUNCIL, "--am", PAST.isoformat(), "--teil", "nichtoeffentlich", "--json").json
    assert set_["dates"] == [{
        "meeting": COUNCIL, "name": HELD[0].name, "start": "2024-01-31T18:00", "date": PAST.isoformat(), "part": "nonpublic", "due": True,
        "remind": None, "by_rule": False,
    }]  # fmt: skip
    assert run("loeschfrist", "Bauausschuss", "--in-monaten", "2").status == 0
    told = run("loeschfrist").out
    assert re.search(r"Fällig:\n .*Molchgrube.*\nSpäter:\n .*Bauausschuss", told)
    assert "loeschen --faellig" in told
    assert run("loeschfrist", "--vorgabe-monate", "6", "--teil", "nichtoeffentlich", "--json").json["rule"] == {
        "all": None,
        "nonpublic": 6,
    }
    assert run("loeschfrist", "--vorgabe-keine", "--json").json["rule"] == {"all": None, "nonpublic": None}
    assert [one["meeting"] for one in run("loeschfrist", "--json").json["dates"]] == [COUNCIL, BOARD]
    assert run("loeschfrist", BOARD, "--keine", "--json").json["dates"] == []
    for wrong in (
        ["--am", "gestern"],
        ["--in-monaten", "0"],
        ["--keine"],
        ["--auch-vorhandene"],
        [BOARD, "--vorgabe-monate", "3"],
    ):
        assert run("loeschfrist", *wrong).status == 2


def test_what_is_due_is_deleted_only_after_a_yes(run: Run, ws: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run("loeschen", "--faellig").out == "Es ist nichts fällig.\n"
    deadlines.put(ws, COUNCIL, "nonpublic", PAST)
    deadlines.put(ws, BOARD, "all", PAST)
    deadlines.put(ws, OPEN, "all", AHEAD)
    refused = run("loeschen", "--faellig")
    assert (refused.status, refused.out) == (2, "")
    assert "--ja" in refused.err
    for answer in ("", "\n\n", "nein\nnein\n", "vielleicht\nx\n"):
        monkeypatch.setattr("sys.stdin", Terminal(answer))
        assert run("loeschen", "--faellig", "--json").json["deleted"] == []
    monkeypatch.setattr("sys.stdin", Terminal("ja\nspäter\n"))  # the board, then the council: by day, then by id
    done = run("loeschen", "--faellig", "--json")
    assert done.json == {
        "deleted": [{"meeting": BOARD, "part": "all"}], "kept": [{"meeting": COUNCIL, "part": "nonpublic"}], "backups": []
    }  # fmt: skip
    assert {one.id for one in workflow.meetings(ws)} == {COUNCIL, OPEN}
    assert run("loeschen", "--faellig", "--ja").out == "Es ist nichts fällig.\n"  # it was put off
    deadlines.put(ws, COUNCIL, "nonpublic", PAST)
    assert run("loeschen", "--faellig", "--ja").out == "1 von 1 gelöscht.\n"
    assert [item.name for item in workflow.meeting(ws, COUNCIL).agendaItem] == ["Feuerwache"]
    monkeypatch.setattr("sys.stdin", Terminal("b\n"))
    deadlines.put(ws, COUNCIL, "all", PAST)
    run("loeschen", "--faellig")
    assert said(deadlines.dates(ws)) == [(OPEN, "all", AHEAD)]


def test_loeschen_can_take_the_non_public_part_alone(run: Run, ws: Workspace) -> None:
    assert "nichtöffentliche Teil von" in run("loeschen", COUNCIL, "--teil", "nichtoeffentlich").out
    assert not deadlines.is_mixed(ws, COUNCIL)
    assert deadlines.is_held(ws, COUNCIL)


# --- the page, without a browser


def words_of(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_the_list_of_meetings_asks_about_what_is_due(ws: Workspace) -> None:
    assert overview(ws) == ""
    deadlines.put(ws, COUNCIL, "nonpublic", PAST)
    html = overview(ws)
    assert "<b>Molchgrube" not in html
    assert "&lt;b&gt;Molchgrube" in html
    words = words_of(html)
    assert "hat ihr Löschdatum erreicht" in words
    assert "Das Programm löscht nur, wenn Sie es bestätigen." in words
    assert "nur der nichtöffentliche Teil ( 1 Tagesordnungspunkt" in words.replace("(", "( ")
    for do in ("due-ask", "due-later", "due-keep", "due-set"):
        assert f'data-do="{do}"' in html
    assert "due-delete" not in html  # first it is asked whether that is meant
    assert 'data-do="due-delete"' in overview(ws, sure=(COUNCIL, "nonpublic"))
    many = [deadlines.Date(HELD[0], "all", PAST)] * 7
    assert "und 2 weitere Sitzungen" in page_deadline.due([(one, deadlines.Extent(1, 1, 1)) for one in many], TODAY)


def test_the_open_meeting_tells_its_date_and_offers_what_it_has(ws: Workspace) -> None:
    assert "Löschdatum: keines" in of_meeting(ws, HELD[1])
    assert 'name="part"' in of_meeting(ws, HELD[1])
    assert "nichtöffentlich" not in of_meeting(ws, HELD[2])
    deadlines.put(ws, BOARD, "all", AHEAD)
    html = of_meeting(ws, HELD[1])
    assert f"Löschdatum: {AHEAD:%d.%m.%Y} (die ganze Sitzung)" in html
    assert "due-later" not in html  # nothing is due
    assert of_meeting(ws, HELD[1], "nonpublic").count('data-do="due-delete"') == 1
    assert "keine Vorgabe" in rule(ws)


def test_while_the_non_public_part_is_locked_nobody_is_told_that_there_is_no_date(ws: Workspace) -> None:
    deadlines.put(ws, BOARD, "all", PAST)
    locked = replace(ws, nonpublic=Store.locked())
    assert (overview(locked), of_meeting(locked, HELD[1]), rule(locked)) == ("", "", "")
    for part in deadlines.PARTS:
        with pytest.raises(Locked):
            workflow.delete(locked, BOARD, part)
    locked.nonpublic.close()


def press(ws: Workspace, do: str, chosen: Chosen | None = None, **wanted: str) -> dict[str, Any]:
    """What a click changes in the end, by the part of the page."""
    page = SimpleNamespace(dates="dates", due="due", rule="rule", chosen="chosen")
    dating = Dating(
        page,  # type: ignore[arg-type]
        ws.settings,
        lambda chosen: chosen,  # type: ignore[arg-type, return-value]
        lambda reading: {"chosen": reading, "all": "meeting"},
        lambda chosen: {"chosen": chosen, "all": "overview"},
        lambda _: {"answer": ""},
    )
    made: dict[str, Any] = {}
    for changes in dating.act(chosen or Chosen(), SimpleNamespace(_data={"do": do, **wanted})):
        made |= changes
    return made


def test_on_the_page_nothing_is_deleted_before_the_second_yes(ws: Workspace) -> None:
    deadlines.put(ws, COUNCIL, "nonpublic", PAST)
    about = {"meeting": COUNCIL, "part": "nonpublic"}
    at = Chosen(meeting=COUNCIL)
    assert 'data-do="due-delete"' in press(ws, "due-ask", **about)["due"]
    assert "nichts gelöscht" in press(ws, "due-no", at, **about)["dates"]
    assert deadlines.is_mixed(ws, COUNCIL)
    assert "wieder" in press(ws, "due-later", **about)["due"]
    assert deadlines.due(ws, TODAY) == []
    press(ws, "due-set", at, meeting=COUNCIL, part="nonpublic", day=PAST.isoformat())
    done = press(ws, "due-delete", at, **about)
    assert "wurde gelöscht" in done["dates"]
    assert (done["all"], done["answer"]) == ("meeting", "")  # the rest stays open
    assert not deadlines.is_mixed(ws, COUNCIL)
    press(ws, "due-set", at, meeting=COUNCIL, part="all", day=PAST.isoformat())
    press(ws, "due-keep", at, meeting=COUNCIL, part="all")
    assert deadlines.dates(ws) == []
    gone = press(ws, "due-delete", at, meeting=COUNCIL, part="all")
    assert (gone["all"], gone["chosen"].meeting) == ("overview", None)
    assert "wurde gelöscht" in gone["due"]
    for wrong in ({"day": ""}, {"day": "morgen"}, {"day": AHEAD.isoformat(), "part": "alles"}):
        with pytest.raises(InputError):
            press(ws, "due-set", meeting=BOARD, **wrong)


def test_on_the_page_the_rule_is_set(ws: Workspace) -> None:
    assert "Sitzung 6 Monate" in words_of(press(ws, "due-rule", all="6", nonpublic="", held="1")["rule"])
    assert deadlines.rules(ws) == {"all": 6}
    assert len(deadlines.dates(ws)) == 2
    press(ws, "due-rule", all="", nonpublic="3")
    assert deadlines.rules(ws) == {"nonpublic": 3}
    with pytest.raises(InputError, match="ganze Zahl"):
        press(ws, "due-rule", all="viele")
