"""The page in a real browser (Debian's chromium), over the real archive, with a scripted language model."""

from __future__ import annotations

import os
import re
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING

import oparl_data
import pytest
from browsing import NEEDS, WAIT_MS, Served, browser, demo, open_first, open_overview, page, served, small, taken_small

from ratsassistent import asking, workflow

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

__all__ = ["browser", "demo", "page", "served", "small", "taken_small"]  # fixtures
pytestmark = NEEDS


def unbroken(name: str) -> str:
    """A name without the places where a narrow column may break it."""
    return name.replace("\u00ad", "")


def unfold(page: Page, text: str) -> Locator:
    """The open menu of the first sentence that holds a text."""
    row = page.locator("#ra-item li", has_text=text).first
    box = row.locator(".ra-edit-box").first
    for _ in range(40):  # it may be open already, and the item may be drawn anew between look and click
        if box.is_visible():
            break
        row.locator(".ra-edit > summary").first.click()
        page.wait_for_timeout(250)
    return box


def test_from_an_empty_page_to_the_source_of_a_statement(page: Page) -> None:
    assert page.locator("html").get_attribute("lang") == "de"
    page.get_by_role("heading", name="Willkommen").wait_for()
    page.get_by_role("button", name="Eigene Unterlagen einlesen").click()
    page.get_by_text("hier klicken und auswählen").wait_for()
    page.get_by_role("button", name="Erste Schritte zeigen").click()
    page.get_by_text("hier klicken und auswählen").wait_for(state="hidden")
    page.get_by_role("button", name="Beispiel laden").click()
    page.get_by_text("Seiten gelesen.").wait_for(timeout=2 * WAIT_MS)
    page.get_by_role("button", name="Diese Sitzung lesen").click()
    page.get_by_role("heading", name="Die größten Beträge").wait_for()
    assert page.get_by_text("Enthält Nichtöffentliches").first.is_visible()
    line = page.locator("#ra-item .ra-link").nth(2)
    title = line.inner_text()
    line.focus()
    page.keyboard.press("Enter")
    page.locator("#ra-item .ra-wording").wait_for()
    assert title.endswith(page.locator("#ra-item .ra-title").inner_text().removeprefix("TOP ").split(maxsplit=2)[2])
    assert page.evaluate("document.activeElement.className") == "ra-title"
    picture = page.locator("#ra-picture-read img")
    picture.wait_for()
    assert page.get_by_role("heading", name="Beschlussvorschlag").is_visible()
    before = picture.get_attribute("src")
    citation = page.locator("#ra-item .ra-papers .ra-cite").last
    said = citation.get_attribute("data-page")
    citation.focus()
    page.keyboard.press("Enter")  # by keyboard, as everything
    page.get_by_role("img", name=f"Seite {said} von").wait_for()
    assert picture.get_attribute("src") != before
    page.locator("#ra-picture-read").get_by_role("button", name="Nächste Seite").click()
    page.get_by_role("img", name=f"Seite {int(said or 0) + 1} von").wait_for()


@pytest.mark.usefixtures("small")
def test_reading_by_keys_marking_and_the_marked_place(page: Page) -> None:
    open_overview(page)
    titles = [unbroken(name) for name in page.locator("#ra-agenda .ra-row strong").all_inner_texts()[1:]]
    for title in titles[:2]:
        page.keyboard.press("n")
        page.locator("#ra-item .ra-title", has_text=title).wait_for()
    page.keyboard.press("v")
    page.locator("#ra-item .ra-title", has_text=titles[0]).wait_for()
    page.keyboard.press("n")
    page.locator("#ra-item .ra-wording").wait_for()
    page.keyboard.press("w")
    page.locator("#ra-agenda", has_text="★ wichtig").wait_for()
    page.keyboard.press("s")
    assert "ra-cite" in page.evaluate("document.activeElement.className")
    page.keyboard.press("Enter")
    page.locator("#ra-picture-read .ra-found").first.wait_for(state="attached")
    frame, picture = (page.locator(f"#ra-picture-read {one}").first.bounding_box() for one in (".ra-found", "img"))
    page.wait_for_function("!document.querySelector('#ra-picture-read').dataset.waiting")
    assert frame is not None
    assert picture is not None
    assert picture["y"] < frame["y"] < picture["y"] + picture["height"]
    page.locator("#ra-item summary", has_text="Mit der Tastatur lesen").click()
    page.get_by_role("button", name="Diese Tasten benutzen").click()
    page.keyboard.press("n")
    page.wait_for_timeout(800)
    assert page.locator("#ra-item .ra-title", has_text=titles[1]).is_visible()


@pytest.mark.usefixtures("small")
def test_the_address_leads_back_to_the_same_item(page: Page) -> None:
    open_first(page)
    last = page.locator("#ra-agenda .ra-row").last
    title = unbroken(last.locator("strong").inner_text())
    last.click()
    page.locator("#ra-item h2", has_text=title).wait_for()
    wanted = urllib.parse.quote(str(last.get_attribute("data-item")), safe="")
    page.wait_for_url(re.compile(re.escape(wanted)))
    page.reload()
    page.locator("#ra-item h2", has_text=title).wait_for()
    assert page.get_by_text("Nichtöffentlich – nur für Mitglieder").first.is_visible()


@pytest.mark.usefixtures("small")
def test_the_summary_is_written_paused_and_shown_in_a_second_tab(page: Page, served: Served) -> None:
    open_first(page)
    told = page.locator("#ra-controls")
    assert told.get_by_text("auf diesem Rechner").or_(told.get_by_text("noch nicht vermessen")).first.is_visible()
    page.get_by_role("button", name="Zusammenfassung schreiben lassen").click()
    page.locator("#ra-line", has_text="In Arbeit: TOP").wait_for()
    page.get_by_role("button", name="Anhalten").click()
    page.get_by_text("Angehalten").wait_for()
    served.may_write.set()
    page.get_by_role("button", name="Fortsetzen").click()
    page.get_by_text("Die Zusammenfassung ist fertig.").wait_for()
    page.get_by_text("Zusammenfassung fertig", exact=False).first.wait_for()
    page.get_by_text("Von der KI geschrieben (Prüfmodell)").first.wait_for()
    assert page.get_by_text("Von der KI geschrieben (Prüfmodell)").first.is_visible()
    second = page.context.new_page()
    second.goto(page.url)
    second.get_by_text("Von der KI geschrieben (Prüfmodell)").first.wait_for()
    assert not second.get_by_role("button", name="Zusammenfassung schreiben lassen").is_visible()


@pytest.mark.usefixtures("small")
def test_the_queue_of_all_packs(page: Page, served: Served) -> None:
    open_overview(page)
    page.locator("#ra-controls summary", has_text="Gründlicher").click()
    page.get_by_label("gründlicher").check()
    page.get_by_role("button", name="Zusammenfassung schreiben lassen").click()
    page.locator("#ra-line", has_text="In Arbeit: TOP").wait_for()
    page.get_by_role("button", name="Alle Sitzungen").click()
    queue = page.locator("#ra-queue")
    queue.get_by_text("Gründliche Zusammenfassung").wait_for()
    assert "In Arbeit: TOP" in queue.inner_text()
    queue.get_by_role("switch", name="Leise arbeiten").click()
    queue.get_by_role("switch", name="Leise arbeiten", checked=True).wait_for()
    queue.get_by_role("button", name="Alles anhalten").click()
    queue.get_by_text("Angehalten").wait_for()
    served.may_write.set()
    queue.get_by_role("button", name="Alles fortsetzen").click()
    queue.get_by_text("Das Programm arbeitet").wait_for(state="detached")
    page.locator("#ra-meetings button").first.click()
    page.get_by_text("Die Zusammenfassung ist fertig.").wait_for()


@pytest.mark.usefixtures("small")
def test_what_a_person_says_of_a_sentence_by_keyboard(page: Page) -> None:
    open_first(page)
    sentence = page.locator("#ra-item li:has(.ra-edit) > p").first.inner_text().split("S.")[0].strip()
    assert page.locator("#ra-item .ra-edit-box").first.is_hidden()
    page.locator("#ra-item .ra-edit > summary").first.focus()
    page.keyboard.press("Enter")
    for _ in range(3):  # over „Stimmt“ and „Entfernen“ into the field
        page.keyboard.press("Tab")
    page.keyboard.press("Control+A")
    page.keyboard.type("Die Wache <b>reicht</b> nicht mehr aus.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_text("Vorher stand hier:").wait_for()
    assert sentence in page.locator("#ra-item .ra-check del").first.inner_text()
    assert page.get_by_text("Die Wache <b>reicht</b> nicht mehr aus.").first.is_visible()
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"  # and on no button that does something
    page.get_by_text("1 Anmerkung zu diesem Punkt").click()
    page.get_by_role("button", name="Zurücknehmen").first.click()
    page.get_by_text("Vorher stand hier:").wait_for(state="detached")
    assert page.locator("#ra-item li > p", has_text=sentence).first.is_visible()
    unfold(page, sentence).get_by_role("button", name="Nicht mehr zeigen").click()
    page.get_by_text("1 Anmerkung zu diesem Punkt").wait_for()
    assert page.locator("#ra-item li:not(.ra-said li) > p", has_text=sentence).count() == 0


@pytest.mark.usefixtures("small")
def test_what_is_being_typed_stays_while_the_model_writes(page: Page, served: Served) -> None:
    open_first(page)
    page.get_by_role("button", name="Zusammenfassung schreiben lassen").click()
    page.get_by_role("button", name="Anhalten").wait_for()
    page.get_by_text("Notiz zu diesem Punkt schreiben").click()
    note = page.get_by_label("Ihre Notiz")
    note.fill("Wer zahlt")
    note.press("End")
    before = note.bounding_box()
    served.may_write.set()
    page.get_by_text("Von der KI geschrieben (Prüfmodell)").first.wait_for()  # the item was drawn anew
    page.wait_for_timeout(300)
    after = note.bounding_box()
    assert before is not None
    assert after is not None
    assert abs(after["y"] - before["y"]) < 100  # though a box of three times that height was put above it
    page.keyboard.type(" die Folgekosten?")
    assert note.input_value() == "Wer zahlt die Folgekosten?"
    page.get_by_text("Die Zusammenfassung ist fertig.").wait_for()
    assert note.input_value() == "Wer zahlt die Folgekosten?"
    page.locator("#ra-agenda .ra-row").nth(3).click()  # another item's field is another field
    page.locator("#ra-item .ra-wording").wait_for(state="detached")
    page.get_by_text("Notiz zu diesem Punkt schreiben").click()
    assert note.input_value() == ""
    page.locator("#ra-agenda .ra-row").nth(2).click()
    page.locator("#ra-item .ra-wording").wait_for()
    assert note.input_value() == "Wer zahlt die Folgekosten?"
    page.get_by_role("button", name="Notiz speichern").last.click()
    page.locator(".ra-notes", has_text="Wer zahlt die Folgekosten?").wait_for()
    assert note.input_value() == ""


@pytest.mark.usefixtures("small")
def test_plain_language_is_written_for_the_open_item(page: Page, served: Served) -> None:
    served.may_write.set()
    open_first(page)
    page.get_by_role("button", name="Zusammenfassung schreiben lassen").click()
    page.get_by_text("Die Zusammenfassung ist fertig.").wait_for()
    page.get_by_role("button", name="In einfacher Sprache schreiben lassen").click()
    page.get_by_role("heading", name="In einfacher Sprache").wait_for()
    assert page.locator("#ra-item li > p", has_text="Die Feuerwache Nord kostet 4.250.000 Euro.").is_visible()
    assert not page.get_by_role("button", name="In einfacher Sprache schreiben lassen").is_visible()


@pytest.mark.usefixtures("small")
def test_the_files_to_hand_round_can_be_saved(page: Page) -> None:
    open_overview(page)
    page.get_by_role("button", name="Word oder PDF").click()
    page.get_by_role("button", name="Alles, auch Nichtöffentliches").click()
    for label, start in (
        ("Word (DOCX) speichern", b"PK"),
        ("PDF speichern", b"%PDF-"),
        ("Text (Markdown) speichern", b"---"),
    ):
        with page.expect_download() as download:
            page.get_by_role("link", name=label).click()
        assert Path(download.value.path()).read_bytes().startswith(start)
    assert page.locator("#ra-files-made .ra-nonpublic-banner").is_visible()  # the pack has a non-public item


@pytest.mark.usefixtures("demo")
def test_a_second_click_counts_while_the_first_is_worked_on(page: Page) -> None:
    open_overview(page)
    for place in (2, 3, 4):
        page.locator("#ra-agenda .ra-row").nth(place).click()
    title = unbroken(page.locator("#ra-agenda .ra-row").nth(4).locator("strong").inner_text())
    page.locator("#ra-item h2", has_text=title).wait_for()
    page.locator("#ra-picture-read img").wait_for()
    assert page.locator("#ra-item h2", has_text=title).is_visible()


@pytest.mark.usefixtures("demo")
def test_a_question_is_answered_at_once_and_the_models_sentence_follows(
    page: Page, served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "wants_model", lambda *_: True)
    page.get_by_role("tab", name="Fragen").click()
    box = page.get_by_label("Ihre Frage")
    box.fill("Wie viel müssen Familien mit zwei Kindern künftig für die Ganztagsgruppe zahlen?")
    box.press("Enter")
    answer = page.locator("#ra-answer")
    answer.locator(".ra-answer").wait_for()
    answer.get_by_text("Die KI sieht sich die Fundstellen noch an").wait_for()
    page.reload()
    answer.get_by_text("Die KI sieht sich die Fundstellen noch an").wait_for()
    citation = answer.locator(".ra-cite").first
    citation.click()
    page.locator("#ra-picture-find img").wait_for()
    assert f"Seite {citation.get_attribute('data-page')} von" in str(
        page.locator("#ra-picture-find img").get_attribute("alt")
    )
    served.may_write.set()
    answer.get_by_role("button", name="Diese Frage löschen").wait_for()
    assert "230 €" in answer.inner_text()
    assert "von 40 Seiten gelesen" in answer.inner_text()
    assert "Die KI sieht" not in answer.inner_text()


@pytest.mark.usefixtures("small")
def test_deleting_asks_first(page: Page, served: Served) -> None:
    open_first(page)
    page.get_by_role("button", name="Sitzung löschen").click()
    page.get_by_role("button", name="Nein, behalten").click()
    page.get_by_role("button", name="Ja, löschen").wait_for(state="hidden")
    page.get_by_role("button", name="Sitzung löschen").click()
    page.get_by_role("button", name="Ja, löschen").click()
    page.get_by_text("wurde gelöscht").wait_for()
    with workflow.workspace(served.settings) as ws:
        assert workflow.meetings(ws) == []


def test_what_cannot_be_read_is_told_and_uploads_are_removed(page: Page, tmp_path: Path) -> None:
    fake = tmp_path / "<img src=x> gelogen.pdf"
    fake.write_text("Das ist nur Text.", encoding="utf-8")
    page.locator("#ra-welcome, .ra-steps").first.wait_for()  # the page has begun
    page.set_input_files("input[type=file]", fake)
    page.get_by_text("Es konnte nichts gelesen werden").wait_for()
    assert "gelogen" in page.locator("#ra-result").inner_text()
    assert page.locator("#ra-result img").count() == 0
    page.get_by_text("hier klicken und auswählen").wait_for()
    uploads = Path(os.environ["GRADIO_TEMP_DIR"])
    assert [f for f in uploads.rglob("*") if f.is_file() and f.stat().st_size] == []
    assert page.get_by_text("Traceback").count() == 0


def test_an_empty_question_gets_a_sentence(page: Page) -> None:
    page.get_by_role("tab", name="Fragen und suchen").click()
    page.get_by_role("button", name="Suchen", exact=True).click()
    page.get_by_text("Bitte eine Frage oder ein paar Wörter eingeben.").wait_for()
    assert page.get_by_text("Hinweis").is_visible()  # not "Warning"


@pytest.mark.usefixtures("small")
def test_searching_and_what_became_of_a_resolution(page: Page, served: Served, tmp_path: Path) -> None:
    decided = (oparl_data.organization(), oparl_data.meeting(), oparl_data.paper())
    with workflow.workspace(served.settings) as ws:
        workflow.take_in(ws, [oparl_data.write(tmp_path / "daten.jsonl", *decided)])
    page.reload()
    page.get_by_role("tab", name="Fragen und suchen").click()
    box = page.get_by_label("Ihre Frage")
    box.fill("Feuerwache")
    box.press("Enter")
    page.locator("#ra-hits mark", has_text="Feuerwache").first.wait_for()
    citation = page.locator("#ra-hits .ra-cite").first
    citation.click()
    page.get_by_role("img", name=f"Seite {citation.get_attribute('data-page')} von").wait_for()
    page.locator('#ra-hits img[src^="data:image/png"]').first.wait_for()
    page.get_by_text("+ Eingrenzen").click()
    page.get_by_label("Öffentlich?").select_option("nein")
    page.get_by_role("button", name="Übernehmen").click()
    page.locator("#ra-hits", has_text="Eingegrenzt auf: Nur Nichtöffentliches").wait_for()
    assert page.get_by_label("Öffentlich?").is_hidden()
    page.get_by_role("button", name="Nur Nichtöffentliches: nicht mehr eingrenzen").click()
    page.locator("#ra-hits .ra-narrowed").wait_for(state="detached")
    page.locator("#ra-hits mark", has_text="Feuerwache").first.wait_for()
    page.get_by_text("Frühere Fragen und Suchen").click()
    page.get_by_role("button", name="Suche löschen: Feuerwache").last.click()
    page.locator("#ra-earlier", has_text="(1)").wait_for()
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"  # and on no button that deletes
    page.set_viewport_size({"width": 400, "height": 900})
    page.wait_for_function("document.documentElement.scrollWidth <= 400")
    page.set_viewport_size({"width": 1280, "height": 900})
    page.get_by_role("tab", name="Beschlüsse").click()
    row = page.locator("#ra-register")
    row.locator("summary").first.click()
    row.get_by_label("Status").select_option("in_progress")
    row.get_by_label("Zuständiges Amt").fill("<b>Tiefbauamt</b>")
    row.get_by_label("Zuständiges Amt").press("Enter")
    row.locator('td[data-label="Amt"]', has_text="<b>Tiefbauamt</b>").wait_for()
    assert "in Arbeit" in row.locator('td[data-label="Status"]').inner_text()
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"  # still where it was
    row.get_by_role("button", name="Diese Liste als Tabelle speichern").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV speichern").click()
    assert "Tiefbauamt" in Path(download.value.path()).read_text("utf-8-sig")
    for width in (1280, 400):
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_function(f"window.innerWidth === {width}")
        row.locator("table").wait_for()
        page.wait_for_function("(width) => document.documentElement.scrollWidth <= width", arg=width)


@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize("where", ["overview", "item"])
def test_nothing_sticks_out_at_any_width(page: Page, where: str) -> None:
    if where == "overview":
        open_overview(page)
    else:
        open_first(page)
        page.locator("#ra-item details").evaluate_all("all => all.forEach((one) => { one.open = true; })")
    for width in (400, 768, 1280, 2560):
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_function(f"window.innerWidth === {width}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.get_by_role("tab", name="Fragen").is_visible()


@pytest.mark.usefixtures("small")
def test_no_file_of_the_data_folder_has_an_address(served: Served) -> None:
    files = [f for f in served.settings.data_folder.rglob("*") if f.is_file()]
    assert any(f.suffix == ".pdf" for f in files)
    for file in [*files, Path(__file__), Path("/etc/passwd")]:
        request = f"{served.address}gradio_api/file={file}"
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(request)
        assert refused.value.code in {403, 404}
