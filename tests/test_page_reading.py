"""What helps to find one's way: the agenda's filters, the parts of an item, the summary that no longer holds, the question before deleting."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from harmless import EVIL, words_of

from ratsassistent.briefings import Amount, Briefing, Coverage, DateMention, ItemBriefing, Mark, Statement
from ratsassistent.corrections import Standing
from ratsassistent.jobs import Job
from ratsassistent.oparl import AgendaItem, Citation, Meeting
from ratsassistent.output import (
    page_agenda,
    page_delete,
    page_edit,
    page_howto,
    page_item,
    page_jumps,
    page_outdated,
    page_queue,
)
from ratsassistent.output.page_breaks import breakable
from ratsassistent.output.page_queue import Working
from ratsassistent.pack.matching.corrected import Correction
from ratsassistent.writing.checks.check_nouns import seams

THEN, NOW = (dt.datetime(2027, 1, day, 12, 0, tzinfo=dt.UTC) for day in (20, 21))
ITEMS = tuple(AgendaItem(id=f"ra:top-{n}", order=n, number=f"Ö {n}", name=f"Punkt {n}", public=True) for n in (1, 2, 3))
MEETING = Meeting(id="ra:sitzung-1", name="Gemeinderat", organization="Rat", start="2027-01-26T18:00", agendaItem=ITEMS)


def brief(**more: object) -> ItemBriefing:
    given: dict[str, object] = {"id": "ra:top-1", "number": "Ö 1", "name": "Punkt 1", "public": True, "level": "voll"}
    return ItemBriefing.model_validate(given | more)


def briefing(*items: ItemBriefing) -> Briefing:
    return Briefing(
        meeting=MEETING.id, name="Rat", level="voll", agendaItem=items, coverage=Coverage(pages=40, read=40)
    )


def test_the_agenda_names_the_open_item_where_it_is_folded_and_carries_what_its_filters_need() -> None:
    marks = {"ra:top-2": Mark(item_id="ra:top-2", read=True, important=True)}
    html = page_agenda.agenda(MEETING, briefing(), "ra:top-3", marks=marks)
    button = re.search(r'<button[^>]*data-local="agenda"[^>]*aria-expanded="false">(.*?)</button>', html)
    assert button
    assert words_of(button[1]) == "Tagesordnung (3) TOP Ö 3: Punkt 3"
    assert re.findall(r'data-show="(\w+)" aria-pressed="(\w+)"', html) == [
        ("alle", "true"), ("wichtig", "false"), ("ungelesen", "false"),
    ]  # fmt: skip
    assert re.findall(r"<li data-entry([^>]*)>", html) == ["", " data-important data-read", ""]


def test_long_words_break_at_the_seams_of_their_parts_and_stay_what_they_are() -> None:
    assert "Grundstücks\u00adverkauf" in breakable("Grundstücksverkauf im Osten")
    assert breakable("Haushaltskonsolidierung").endswith("s\u00adkonsolidierung")
    assert breakable("Grundstücksverkauf").replace("\u00ad", "") == "Grundstücksverkauf"
    assert breakable("Schule <b>") == "Schule &lt;b&gt;"
    assert all(4 <= cut <= len(word) - 4 for word in ("Straßenbeleuchtung", "Großraumbüros") for cut in seams(word))
    assert seams("Straßenbeleuchtung")[0] == len("Straßen")
    assert seams("Qwrtzpflmmmkktr") == ()


def test_a_long_item_has_a_list_of_its_parts_and_a_short_one_none() -> None:
    parts = [f'<section><h3>Teil {n} <span class="ra-kind">Auszug</span></h3></section>' for n in range(6)]
    folded = "<details><summary>Mehr</summary><h3>Verborgen</h3></details>"
    jumps, text = page_jumps.with_jumps([*parts, folded])
    assert words_of(jumps) == "Inhalt dieses Punktes (6 Abschnitte) Teil 0 Teil 1 Teil 2 Teil 3 Teil 4 Teil 5"
    assert re.findall(r'data-to="(\d)"', jumps) == re.findall(r'data-part="(\d)"', text)
    assert "<h3>Verborgen" in text
    assert page_jumps.with_jumps(parts[:3]) == ("", "".join(parts[:3]))


def test_amounts_and_days_that_stand_above_are_not_told_again() -> None:
    said = (
        Statement(text="Lärmgutachten: 8.600 €", origin="extract", citation=(), label="Kosten"),
        Statement(text="bis 30.04.2027: Bescheid", origin="extract", citation=(), label="Fristen"),
    )
    amounts = tuple(Amount(text=text, value=1, citation=()) for text in ("8.600 €", "600 €", "6.000 €"))
    dates = tuple(DateMention(text=text, date="2027", citation=()) for text in ("30.04.2027", "1. Mai 2027"))
    words = words_of(page_item.item(ITEMS[0], brief(statements=said, amounts=amounts, dates=dates)))
    assert "Weitere Beträge Auszug aus den Unterlagen Betrag Zusammenhang Seite 600 € 6.000 €" in words
    assert "Weitere Termine Auszug aus den Unterlagen Datum Zusammenhang Seite 1. Mai 2027" in words
    unpriced = (Statement(text="Finanzierung: bereits budgetiert", origin="extract", citation=(), label="Kosten"),)
    words = words_of(page_item.item(ITEMS[0], brief(statements=unpriced, amounts=amounts)))
    assert "Weitere" not in words  # nothing was told that these could follow
    alone = words_of(page_item.item(ITEMS[0], brief(amounts=amounts)))
    assert "Beträge Auszug aus den Unterlagen Betrag Zusammenhang Seite 8.600 €" in alone
    assert "Weitere" not in alone


def corrected(kind: str = "move", written: dt.datetime = NOW) -> Standing:
    one = Correction(id="k", meeting_id="m", kind=kind, scope="paper", item_id="ra:top-1", written=written)  # type: ignore[arg-type]
    return Standing(correction=one, meeting="Rat")


def test_a_summary_from_before_a_correction_says_so_and_is_folded() -> None:
    sentence = Statement(
        text=f"Die Halle wird saniert. {EVIL}", origin="model", citation=(Citation(file="a.pdf", page=3),)
    )
    old = brief(statements=(sentence,), written=THEN)
    html = page_outdated.outdated(old, [corrected()])
    assert "Vor Ihrer Zuordnung geschrieben" in html
    assert "Die Halle" not in html.split("<details")[0]
    assert "<script" not in html
    assert "Vor einer Änderung geschrieben" in page_outdated.outdated(
        old, [corrected(written=THEN - dt.timedelta(days=1))]
    )
    assert "Die Halle" not in page_outdated.outdated(old, [corrected("close")])  # it may tell what is hidden now
    assert page_outdated.outdated(old.model_copy(update={"statements": ()}), [corrected()]) == ""
    assert page_outdated.outdated(None, [corrected()]) == ""


def test_the_question_before_deleting_names_the_meeting_and_what_goes_with_it() -> None:
    words = words_of(page_delete.asked(MEETING, briefing(brief()), 2))
    for part in (
        "Gemeinderat",
        "Dienstag, 26. Januar 2027",
        "3 Tagesordnungspunkte",
        "0 Vorlagen mit 40 Seiten",
        "2 Zuordnungen von Hand",
    ):
        assert part in words
    assert "Zusammenfassung der KI" not in words
    assert "<script" not in page_delete.asked(MEETING.model_copy(update={"name": EVIL}), briefing(), 0)


def test_a_job_that_waits_says_for_what_and_behind_what() -> None:
    def job(number: int, **more: object) -> Job:
        given = {
            "id": f"j{number}",
            "kind": "briefing",
            "title": f"TOP {number}",
            "payload": {"meeting": "m", "item": "x"},
        }
        return Job.model_validate({**given, "state": "wartet", "created": NOW, "updated": NOW, **more})

    words = words_of(page_queue.queue([job(5, state="läuft"), job(7), job(8)], Working(), NOW, 0, {"m": "Gemeinderat"}))
    assert "TOP 7 Gemeinderat Wartet. Vorher dran: „TOP 5“ (Gemeinderat)." in words
    assert "Vorher dran: „TOP 5“ (Gemeinderat) und 1 weiterer Auftrag." in words
    assert words_of(page_queue.progress(job(7), Working(), NOW, titled=True)) == "TOP 7. Gleich geht es weiter …"
    assert page_queue.called(job(1, kind="frage", title="Was kostet das Grundstück?"), {}) == "eine Frage"


@pytest.mark.parametrize("word", ["Einlesen", "Lesen", "Fragen", "Berichtigen", "Weitergeben", "Löschen"])
def test_half_a_page_says_how_everything_is_done(word: str) -> None:
    assert word in words_of(page_howto.howto())


def test_the_menu_of_a_sentence_keeps_its_name_where_only_a_pencil_is_seen() -> None:
    html = page_edit.menu(Statement(text="Eins ist so.", origin="extract", citation=()), "ra:top-1")
    assert 'aria-label="Satz bearbeiten: Eins ist so."' in html
    assert "<span>bearbeiten</span></summary>" in html
