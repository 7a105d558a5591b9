"""The view „Beschlüsse“: what was adopted, what was only proposed and what a person entered are told apart, and kept."""

from __future__ import annotations

import base64
import csv
import datetime as dt
import io
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import oparl_data
import pytest
from conftest import settings_for
from harmless import EVIL, Shape, is_harmless, words_of
from hypothesis import given
from hypothesis import strategies as st

from ratsassistent import register, workflow
from ratsassistent.errors import InputError, NotFound
from ratsassistent.oparl import Citation, Decision, NamedVote, Vote
from ratsassistent.output import page_register
from ratsassistent.output.page_actions import Actions, Chosen
from ratsassistent.output.page_events import Events
from ratsassistent.output.page_lookup import LookUp
from ratsassistent.output.page_register import STEP, RegisterSearch
from ratsassistent.resolutions import RegisterEntry, Resolution, ResolutionSource
from ratsassistent.searching import Choices

TODAY = dt.date(2031, 6, 1)
NOW = dt.datetime(2031, 5, 1, 12, tzinfo=dt.UTC)
PAGE = (Citation(file="niederschrift.pdf", file_id="n", page=4),)
PAPER = (Citation(file="vorlage.pdf", file_id="v", page=2),)
CHOICES = Choices(("Gemeinderat",), ("Antrag",), ())


def resolution(**more: Any) -> Resolution:
    made = {"id": "ra:beschluss-1", "item_id": "i", "meeting_id": "m", "meeting": "12. Sitzung", "organization": "Gemeinderat",
            "date": "2031-03-04", "number": "4", "name": "Brücke", "public": True, "result": "angenommen", "outcome": "accepted"}  # fmt: skip
    return Resolution.model_validate({**made, **more})


def shown(*found: Resolution, asked: RegisterSearch | None = None, more: bool = False, **options: Any) -> str:
    return page_register.table(found, asked or RegisterSearch(), TODAY, more=more, **options)


def everything_with(text: str) -> list[str]:
    place = (Citation(file=text, file_id=text, page=3),)
    told = Decision(result=text, text=text, subject=text, vote=Vote(yes=3), citation=place,
                    named=(NamedVote(name=text, group=text, vote="yes"),))  # fmt: skip
    one = resolution(
        id=text, item_id=text, meeting_id=text, meeting=text, organization=text, number=text, name=text, public=None,
        references=(text,), result=text, outcome=None, subject=text, text=text, proposal=text + "!", proposal_citation=place,
        citation=place, contradictions=(text,), office=text, note=text, date=None,
        sources=(ResolutionSource(kind="minutes", decision=told), ResolutionSource(kind="oparl", decision=told, ref=text)),
    )  # fmt: skip
    said = RegisterEntry(id=text, resolution_id=text, item_id=text, office=text, note=text, author=text, written=NOW)
    asked = RegisterSearch(text=text, organization=text)
    return [
        page_register.form(Choices((text,)), asked),
        shown(one, one.model_copy(update={"outcome": "accepted"}), asked=asked, history={text: [said]}, name=text),
        shown(asked=asked),
    ]


def test_hostile_words_stay_words() -> None:
    for html in everything_with(EVIL):
        assert is_harmless(html), html
        assert "<script>alert(1)</script>" in words_of(html)


@given(st.text(max_size=60))
def test_any_words_stay_words(text: str) -> None:
    assert all(is_harmless(html) for html in everything_with(text))


# --- the table


def test_a_row_has_a_cell_for_each_heading() -> None:
    one = resolution(vote=Vote(yes=21, no=4), references=("2031/017",), status="in_progress", office="Tiefbauamt",
                     deadline="2031-09-30")  # fmt: skip
    html = shown(one)
    cells = re.findall(r'<td role="cell" data-label="(\w+)"[^>]*>(.*?)</td>', html)
    assert {head: words_of(cell) for head, cell in cells} == {
        "Datum": "04.03.2031", "Gremium": "Gemeinderat", "TOP": "4", "Beschluss": "Brücke 2031/017",
        "Ergebnis": "angenommen", "Stimmen": "21 Ja, 4 Nein", "Status": "in Arbeit", "Frist": "30.09.2031",
        "Amt": "Tiefbauamt",
    }  # fmt: skip
    assert Shape(html).values("scope") == ["col"] * len(cells)
    assert words_of(html).startswith(
        "1 Beschluss Diese Liste als Tabelle speichern (Excel, CSV) Beschlüsse mit Ergebnis und Stand Datum Gremium TOP"
    )
    assert "(Excel, CSV) Die neuesten stehen oben." in words_of(shown(one, one))


def test_the_printed_phrase_stands_beside_what_it_means() -> None:
    long = "mit 31 Ja-Stimmen (A, B, C) gegen 5 Nein-Stimmen angenommen"
    assert f"angenommen „{long}“" in words_of(shown(resolution(result=long)))
    assert "abgelehnt „findet keine Mehrheit“" in words_of(
        shown(resolution(result="findet keine Mehrheit", outcome="rejected"))
    )
    assert "einstimmig angenommen" in words_of(shown(resolution(result="einstimmig angenommen")))


def test_the_adopted_wording_and_the_proposal_are_never_mixed_up() -> None:
    both = words_of(
        shown(resolution(text="Die Brücke wird neu gebaut.", citation=PAGE, proposal="Sie wird saniert.", proposal_citation=PAPER))
    )  # fmt: skip
    assert "Beschluss Wortlaut, wie beschlossen Die Brücke wird neu gebaut. niederschrift, S. 4" in both
    assert "Vorschlag der Vorlage nicht der Beschluss So stand es in der Vorlage." in both
    assert both.index("Die Brücke wird neu gebaut.") < both.index("Vorschlag der Vorlage")
    only_proposed = words_of(shown(resolution(proposal="Sie wird saniert.", proposal_citation=PAPER)))
    assert "Den beschlossenen Wortlaut geben die Quellen nicht wieder." in only_proposed
    assert "wie beschlossen" not in only_proposed
    same = words_of(shown(resolution(text="Sie wird\nsaniert.", proposal="Sie wird saniert.")))
    assert "Wort für Wort" in same
    assert "nicht der Beschluss" not in same


def test_each_source_is_named_with_its_page_and_contradictions_are_told() -> None:
    told = Decision(result="mehrheitlich zugestimmt", vote=Vote(yes=21, no=4), citation=PAGE,
                    named=(NamedVote(name="A. Lindner", group=None, vote="no"),))  # fmt: skip
    sources = (
        ResolutionSource(kind="minutes", decision=told),
        ResolutionSource(kind="oparl", decision=Decision(result="ja")),
    )
    words = words_of(shown(resolution(sources=sources, contradictions=("Die Quellen nennen zwei Ergebnisse.",))))
    assert "Niederschrift: mehrheitlich zugestimmt (21 Ja, 4 Nein) niederschrift, S. 4" in words
    assert "Ratsinformationssystem (OParl): ja" in words
    assert "Nein: A. Lindner" in words
    assert "Hinweis: Die Quellen nennen zwei Ergebnisse." in words


@pytest.mark.parametrize(
    ("deadline", "status", "late"),
    [("2031-05-31", None, True), ("2031-06-01", None, False), ("2031-05-31", "done", False)],
)
def test_overdue_is_said_in_words(deadline: str, status: str | None, late: bool) -> None:
    assert ("überfällig" in words_of(shown(resolution(deadline=deadline, status=status)))) is late


def test_more_can_be_had_where_there_is_more() -> None:
    found = [resolution(id=f"ra:beschluss-{n}", name=f"Sache {n}") for n in range(1, 2 * STEP + 1)]
    first = shown(*found[:STEP], more=True)
    assert f"{STEP} Beschlüsse, und es gibt weitere" in words_of(first)
    assert 'data-do="more"' in first
    second = shown(*found, asked=RegisterSearch(shown=2 * STEP))
    assert 'data-do="more"' not in second
    assert f"Sache {STEP + 1}" in words_of(second.partition('data-new="1"')[2].partition("</tr>")[0])


def test_an_empty_list_says_why_and_what_to_do() -> None:
    assert "Lesen Sie unter „Einlesen“ eine Niederschrift ein" in words_of(shown())
    narrowed = words_of(shown(asked=RegisterSearch(text="Brücke", outcome="rejected", status="open")))
    assert "Eingegrenzt auf: „Brücke“ · Ergebnis: abgelehnt · Status: offen" in narrowed
    assert "heben Sie die Eingrenzung auf" in narrowed
    assert words_of(shown(asked=RegisterSearch(to_do=True))) == "Es ist kein Beschluss offen."


def test_what_the_list_is_narrowed_to_is_seen_as_chips_that_keep_the_preset() -> None:
    asked = RegisterSearch(since="2031-01-01", outcome="rejected", status="open", to_do=True)
    html = page_register.form(CHOICES, asked)
    assert re.findall(r'data-do="register" data-drop="([^"]+)" data-preset="(\w+)"', html) == [
        ("since until", "open"), ("outcome", "open"), ("status", "open"),
    ]  # fmt: skip
    assert "Ergebnis: abgelehnt: nicht mehr eingrenzen" in Shape(html).values("aria-label")


def test_the_preset_is_marked_and_goes_with_the_next_search() -> None:
    html = page_register.form(CHOICES, RegisterSearch.of({"preset": "open", "text": "Brücke"}))
    assert re.findall(r'data-preset="(\w+)" aria-pressed="(\w+)"', html) == [("all", "false"), ("open", "true")]
    assert "✓ Offene Beschlüsse" in words_of(html)
    assert 'type="submit" class="ra-button ra-primary" data-do="register" data-preset="open"' in html
    assert RegisterSearch.of({"outcome": "erfunden", "status": "x"}) == RegisterSearch()


# --- on a real archive


class Parts:
    """Stands for the components of the page: each is its name."""

    def __getattr__(self, name: str) -> str:
        return name


@pytest.fixture
def lookup(tmp_path: Path) -> LookUp:
    """One resolution, of OParl data."""
    settings = settings_for(tmp_path / "daten")
    file = oparl_data.write(
        tmp_path / "daten.jsonl", oparl_data.organization(), oparl_data.meeting(), oparl_data.paper()
    )
    with workflow.workspace(settings) as ws:
        workflow.take_in(ws, [file])
    return LookUp(settings)


def only(lookup: LookUp) -> Resolution:
    with workflow.workspace(lookup.settings) as ws:
        (found,) = register.resolutions(ws)
        return found


def press(lookup: LookUp, asked: RegisterSearch, **wanted: str) -> dict[Any, Any]:
    """What a button of the view changes."""
    events = Events(Parts(), Actions(lookup.settings))  # type: ignore[arg-type]
    changed: dict[Any, Any] = {}
    for step in events.act_register(Chosen(), asked, SimpleNamespace(_data=wanted)):
        changed |= step
    return changed


def test_what_is_entered_is_kept_with_who_and_when_and_only_what_differs(lookup: LookUp) -> None:
    key = only(lookup).id
    fields = {
        "status": "in_progress",
        "deadline": "2031-09-30",
        "office": "Tiefbauamt",
        "note": "",
        "author": "A. Braun",
    }
    changed = press(lookup, RegisterSearch(), do="enter", resolution=key, **fields)
    assert is_harmless(changed["register"])
    words = words_of(changed["register"])
    assert "von A. Braun: Status: in Arbeit; Frist: 30.09.2031; Amt: Tiefbauamt" in words
    assert changed["register_files"] == ""
    with pytest.raises(InputError, match="nichts geändert"):
        lookup.enter({"resolution": key, **fields})
    lookup.enter({"resolution": key, **fields, "deadline": "", "note": "Warten auf das Land."})
    known = only(lookup)
    assert (known.status, known.deadline, known.office, known.note) == (
        "in_progress",
        None,
        "Tiefbauamt",
        "Warten auf das Land.",
    )
    with workflow.workspace(lookup.settings) as ws:
        second = register.history(ws, key)[1]
    assert (second.status, second.office, second.cleared) == (None, None, ("deadline",))
    assert "Frist entfernt; Notiz: Warten auf das Land." in words_of(lookup.register(RegisterSearch()))


def test_a_status_can_be_taken_away_again(lookup: LookUp) -> None:
    key = only(lookup).id
    assert '<option value="">Status entfernen' not in lookup.register(RegisterSearch())
    press(lookup, RegisterSearch(), do="enter", resolution=key, status="done", office="Tiefbauamt")
    assert '<option value="">Status entfernen</option>' in lookup.register(RegisterSearch())
    changed = press(
        lookup, RegisterSearch(), do="enter", resolution=key, status="", office="Tiefbauamt", author="A. Braun"
    )
    assert "von A. Braun: Status entfernt" in words_of(changed["register"])
    assert (only(lookup).status, only(lookup).office) == (None, "Tiefbauamt")
    assert words_of(lookup.register(RegisterSearch(status="done"))).startswith("Keine Beschlüsse gefunden")
    with pytest.raises(InputError, match="nichts geändert"):
        lookup.enter({"resolution": key, "status": "", "office": "Tiefbauamt"})


def test_what_a_form_never_says_is_refused(lookup: LookUp) -> None:
    key = only(lookup).id
    with pytest.raises(InputError, match="Status"):
        lookup.enter({"resolution": key, "status": "verloren"})
    with pytest.raises(InputError, match="kein Datum"):
        lookup.enter({"resolution": key, "deadline": "bald"})
    with pytest.raises(NotFound):
        lookup.enter({"resolution": "ra:beschluss-gibtesnicht", "status": "done"})


def test_open_resolutions_are_a_preset_and_leave_it_when_they_are_done(lookup: LookUp) -> None:
    (opened, listed) = Events(Parts(), Actions(lookup.settings)).open_register(RegisterSearch())  # type: ignore[arg-type]
    assert "zusammengestellt" in words_of(opened["register"])
    assert "1 Beschluss" in words_of(listed["register"])
    changed = press(lookup, RegisterSearch(), do="register", preset="open", text="", since="", until="")
    assert words_of(changed["register"]).startswith("1 offener Beschluss")
    assert changed["listed"] == RegisterSearch(to_do=True)
    done = press(
        lookup, changed["listed"], do="enter", resolution=only(lookup).id, status="done", deadline="", office=""
    )
    assert words_of(done["register"]) == "Es ist kein Beschluss offen."


def test_filters_narrow_the_register(lookup: LookUp) -> None:
    def number(**wanted: str) -> int:
        return str(press(lookup, RegisterSearch(), do="register", **wanted)["register"]).count("ra-resolution")

    assert number(text="Brücke", outcome="accepted", since="2031-03-04", until="2031-03-04") == 1
    assert (
        number(outcome="rejected")
        == number(text="Hallenbad")
        == number(until="2031-03-03")
        == number(status="done")
        == 0
    )


def test_the_list_can_be_saved_as_a_table(lookup: LookUp) -> None:
    html = press(lookup, RegisterSearch(), do="export")["register_files"]
    assert is_harmless(html)
    shape = Shape(html)
    assert [Path(name).suffix for name in shape.values("download")] == [".xlsx", ".csv"]
    workbook, table = (base64.b64decode(link.partition(";base64,")[2]) for link in shape.values("href"))
    assert workbook.startswith(b"PK")
    rows = list(csv.reader(io.StringIO(table.decode("utf-8-sig")), delimiter=";"))
    assert len(rows) == 2
    assert "Neubau der Brücke am Mühlbach" in rows[1]
    assert "nicht weitergeben" not in shape.words


def test_a_list_with_something_confidential_says_so() -> None:
    made = [("CSV", "l.csv", "text/csv", b"x")]
    assert "nicht weitergeben" in words_of(page_register.downloads(made, 2, closed=True))


def test_what_is_not_public_is_saved_only_when_asked_for(tmp_path: Path) -> None:
    settings = settings_for(tmp_path / "daten")
    closed = oparl_data.meeting(oparl_data.item(public=False))
    data = oparl_data.write(tmp_path / "daten.jsonl", oparl_data.organization(), closed, oparl_data.paper())
    with workflow.workspace(settings) as ws:
        workflow.take_in(ws, [data])
    look = LookUp(settings, Actions(settings).ready)
    offered = look.export(RegisterSearch())
    assert Shape(offered).values("download") == []
    assert "1 Beschluss ist nichtöffentlich" in words_of(offered)
    asked = look.export(RegisterSearch(), also_closed=True)
    assert len(Shape(asked).values("download")) == 2
    assert "nicht weitergeben" in words_of(asked)


def test_a_resolution_leads_to_its_agenda_item(lookup: LookUp) -> None:
    one = only(lookup)
    opened = press(lookup, RegisterSearch(), do="open", meeting=one.meeting_id, item=one.item_id)
    assert opened["chosen"].item == one.item_id
