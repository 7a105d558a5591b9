"""Marks of a reader, the way from item to item, what is on next, and the cited place on the page's picture."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pdfs
import pytest

from ratsassistent import workflow
from ratsassistent.briefings import Briefing, Coverage, ItemRef, Mark, Overview, ToDecide
from ratsassistent.errors import InputError, NotFound
from ratsassistent.oparl import AgendaItem, FileSpan, Meeting, PagedText, PageStart, Paper
from ratsassistent.output import page_marks, page_today
from ratsassistent.output.page_actions import Actions, Chosen
from ratsassistent.output.page_events import Events
from ratsassistent.settings import Settings

TODAY = dt.date(2027, 1, 26)


class Parts:
    """Stands for the components of the page: each is its name."""

    def __getattr__(self, name: str) -> str:
        return name


@pytest.fixture
def actions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Actions:
    monkeypatch.setattr(workflow.background, "ensure_worker", lambda _: False)
    return Actions(Settings(data_folder=tmp_path / "daten", model_folders=(tmp_path / "modelle",)))


@pytest.fixture
def opened(actions: Actions, tmp_path: Path) -> Chosen:
    pack = pdfs.write(tmp_path / "sitzung.pdf", [pdfs.AGENDA, pdfs.FIRE_1, pdfs.FIRE_2])
    with workflow.workspace(actions.settings) as ws:
        meeting = workflow.take_in(ws, [pack]).meetings[0]
    return Chosen(meeting=meeting.id, item=next(i.id for i in meeting.agendaItem if i.papers))


def press(actions: Actions, chosen: Chosen, **wanted: str) -> list[dict[Any, Any]]:
    return list(Events(Parts(), actions).act_reading(chosen, SimpleNamespace(_data=wanted)))  # type: ignore[arg-type]


def test_a_mark_is_set_shown_and_taken_away(actions: Actions, opened: Chosen) -> None:
    item = opened.item or ""
    (shown,) = press(actions, opened, do="mark", item=item, kind="important", to="1")
    assert "★ wichtig" in shown["agenda"]
    assert "✓ gelesen" not in shown["agenda"]
    assert 'aria-pressed="true" data-do="mark" data-kind="important"' in shown["item"]
    (shown,) = press(actions, opened, do="mark", item=item, kind="read", to="1")
    assert "★ wichtig" in shown["agenda"]
    assert "✓ gelesen" in shown["agenda"]
    (shown,) = press(actions, opened, do="mark", item=item, kind="important", to="0")
    assert "★ wichtig" not in shown["agenda"]
    with pytest.raises(InputError):
        actions.mark(opened, item, "geheim", True)
    with pytest.raises(NotFound):
        actions.mark(opened, "ra:top-gibtesnicht", "read", True)


def test_what_is_important_is_written_first_and_a_deleted_meeting_leaves_no_mark(
    actions: Actions, opened: Chosen
) -> None:
    with workflow.workspace(actions.settings) as ws:
        meeting = workflow.meeting(ws, opened.meeting or "")
        last = workflow._first_things_first(ws, meeting, meeting.agendaItem)[-1]
        workflow.put_mark(ws, meeting.id, last.id, important=True)
        assert workflow._first_things_first(ws, meeting, meeting.agendaItem)[0].id == last.id
        assert workflow.marks(ws, meeting.agendaItem) == {last.id: Mark(item_id=last.id, important=True)}
        workflow.delete(ws, meeting.id)
        assert workflow.marks(ws, meeting.agendaItem) == {}


def test_a_cited_place_is_marked_on_its_page(actions: Actions, opened: Chosen) -> None:
    file, page = actions.first_page(opened) or ("", 0)
    quote = next(line for line in pdfs.FIRE_1 if len(line) > 30)
    (changed,) = press(actions, opened, do="cite", file=file, page=str(page), quote=quote)
    assert changed["picture"].count("<rect") >= 1
    assert "Die Stelle ist auf der Seite markiert." in changed["picture"]
    (changed,) = press(
        actions, opened, do="cite", file=file, page=str(page), quote="Davon steht hier kein einziges Wort."
    )
    assert "<rect" not in changed["picture"]
    assert "bitte selbst nachsehen" in changed["picture"]


def agenda_item(number: str, name: str, *, papers: bool = True, public: bool = True) -> AgendaItem:
    spans = (FileSpan(file_id="ra:datei", name="pack.pdf", first=2, last=3),)
    text = PagedText(text=name, starts=(PageStart(offset=0, file_id="ra:datei", file="pack.pdf", page=2),))
    paper = Paper(id=f"ra:v{number}", reference=None, name=name, paperType=None, files=spans, text=text, public=public)
    held = (paper,) if papers else ()
    return AgendaItem(id=f"ra:top-{number}", order=int(number), number=number, name=name, public=public, papers=held)


def meeting(day: dt.date, *items: AgendaItem, name: str = "Stadtrat") -> Meeting:
    return Meeting(id=f"ra:{name}-{day}", name=name, organization=name, start=f"{day}T18:00:00", agendaItem=items)


def brief(of: Meeting, *decided: AgendaItem) -> Briefing:
    lines = tuple(ToDecide(item=ItemRef(id=i.id, number=i.number, name=i.name), purpose="decide") for i in decided)
    return Briefing(
        meeting=of.id, name=of.name, level="auszug", agendaItem=(), coverage=Coverage(pages=3, read=3),
        overview=Overview(decide=lines),
    )  # fmt: skip


def test_the_next_meeting_says_what_is_to_be_decided_and_where_to_read_on() -> None:
    items = (
        agenda_item("1", "Eröffnung", papers=False),
        agenda_item("2", "Schulhof"),
        agenda_item("3", "Radweg", public=False),
    )
    held = meeting(TODAY, *items)
    fresh = page_today.card(held, brief(held, items[1]), {}, TODAY, [])
    assert "Was steht heute an?" in fresh
    assert "3 Tagesordnungspunkte, 1 davon zu beschließen, 0 von 2 mit Unterlagen gelesen." in fresh
    assert "Mit dem Lesen anfangen: TOP 2: Schulhof" in fresh
    marks = {
        items[1].id: Mark(item_id=items[1].id, read=True),
        items[2].id: Mark(item_id=items[2].id, important=True),
    }
    later = page_today.card(held, brief(held), marks, TODAY - dt.timedelta(days=3), [meeting(TODAY, name="Ortsrat")])
    assert "In 3 Tagen" in later
    assert "Wichtig für Sie" in later
    assert "nichtöffentlich" in later
    assert "Weiterlesen: TOP 3: Radweg" in later
    assert "Ortsrat" in later
    done = {i.id: Mark(item_id=i.id, read=True) for i in items}
    assert "Alles gelesen" in page_today.card(held, brief(held), done, TODAY, [])


def test_only_meetings_that_are_near_are_on_next() -> None:
    days = [TODAY + dt.timedelta(days=d) for d in (-1, 30, 9, 0)]
    held = [meeting(day) for day in days]
    undated = held[0].model_copy(update={"start": None})
    assert [m.start for m in page_today.next_meetings([*held, undated], TODAY)] == [held[3].start, held[2].start]


def test_the_way_leads_to_the_neighbours_only() -> None:
    before, after = agenda_item("4", "Haushalt"), agenda_item("6", "Friedhof")
    both = page_marks.steps(before, after)
    assert both.index("← TOP 4: Haushalt") < both.index("TOP 6: Friedhof →")
    long = page_marks.steps(None, agenda_item("7", "Quartiersentwicklung"))
    assert ">TOP 7: Quartiers\u00adentwicklung →<" in long  # shown with a place to break, spoken without
    assert 'aria-label="Nächster Tagesordnungspunkt: TOP 7: Quartiersentwicklung"' in long
    assert page_marks.steps(None, None) == ""
    assert "Auf einen Blick" in page_marks.steps(None, after, first=True)
    assert "Auf einen Blick" not in page_marks.steps(None, after)
