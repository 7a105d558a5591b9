"""What a reader does and what goes wrong, in a real browser on one running page: first start, folders, faults, keys, two tabs.

The tests are run in their order on one data folder, empty at first; each brings what it needs and can be run alone.
"""

from __future__ import annotations

import io
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pdfs
import pytest
from browsing import NEEDS, WAIT_MS, Served, browser, demo, served_settings, serving, window
from commands import ROOT, is_one_sentence

from ratsassistent import briefing_items, embedding_files, models, sealing, workflow
from ratsassistent import demo as demo_files
from ratsassistent.output.page_actions import FAILED, GONE
from ratsassistent.writing import briefing as writing

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

__all__ = ["browser", "demo"]  # fixtures
pytestmark = NEEDS

ZOOMED = {"viewport": {"width": 640, "height": 450}, "device_scale_factor": 2}  # 1280 by 900 at 200 %
# What has the focus: its words, and whether one sees that it has it.
FOCUS = """() => {
  const at = document.activeElement;
  if (!at || at === document.body) return null;
  const style = getComputedStyle(at), box = at.getBoundingClientRect();
  const x = box.left + Math.min(box.width / 2, 40), y = (Math.max(box.top, 0) + Math.min(box.bottom, innerHeight)) / 2;
  const top = document.elementFromPoint(x, y);
  window.raStops ??= new Map();
  if (!window.raStops.has(at)) window.raStops.set(at, window.raStops.size);
  return {
    number: window.raStops.get(at), tag: at.tagName,
    words: (at.getAttribute("aria-label") || at.labels?.[0]?.innerText || at.innerText || at.getAttribute("name") || at.className || "").trim().slice(0, 60),
    framed: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
    inside: box.width > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
    covered: !(top && (at.contains(top) || top.contains(at))),
  };
}"""


@pytest.fixture(scope="module")
def model_here() -> threading.Event:
    """Whether the language model is on this machine."""
    return threading.Event()


@pytest.fixture(scope="module")
def may_load() -> threading.Event:
    """Whether it may come."""
    return threading.Event()


@pytest.fixture(scope="module")
def served(
    tmp_path_factory: pytest.TempPathFactory, model_here: threading.Event, may_load: threading.Event
) -> Iterator[Served]:
    def fetch(*_: Any, **more: Any) -> None:
        more["progress"]("Lade", 300_000_000, 1_000_000_000)
        assert may_load.wait(60)
        model_here.set()

    with pytest.MonkeyPatch.context() as patch, serving(tmp_path_factory.mktemp("alles"), patch) as running:
        patch.setattr(models, "find", lambda *_: Path("modell.gguf") if model_here.is_set() else None)
        patch.setattr(models, "fetch", fetch)
        patch.setattr(embedding_files, "fetch", lambda *_, **__: None)
        yield running


@pytest.fixture
def page(browser: Browser, served: Served) -> Iterator[Page]:
    with window(browser, served) as opened:
        yield opened


def pack(day: str, number: int, town: str = "Musterfeld") -> list[list[str]]:
    """The small pack, of another day."""
    lines = [
        [line.replace("14. März 2024", day).replace("7. Sitzung", f"{number}. Sitzung") for line in p]
        for p in pdfs.PACK
    ]
    return [[line.replace("Musterfeld", town) for line in p] for p in lines]


@pytest.fixture
def musterfeld(served: Served, model_here: threading.Event, tmp_path: Path) -> str:
    """A meeting of a town is held; its name."""
    model_here.set()
    served.may_write.clear()
    with workflow.workspace(served.settings) as ws:
        return workflow.take_in(ws, [pdfs.write(tmp_path / "p.pdf", pack("14. März 2024", 7))]).meetings[0].name


def held(served: Served) -> list[str]:
    with workflow.workspace(served.settings) as ws:
        return [meeting.name for meeting in workflow.meetings(ws)]


def open_meeting(page: Page, words: str = "14.03.2024") -> None:
    page.get_by_role("tab", name="Sitzungen").click()
    # one that was being read is opened again by itself, and then hides the list: a click of the mouse would wait for ever
    row = page.locator("#ra-meetings button", has_text=words).first
    if not row.count():  # it was taken in after the page had been opened
        page.reload()
        page.get_by_role("tab", name="Sitzungen").click()
    row.dispatch_event("click")
    page.get_by_role("heading", name="Auf einen Blick").or_(page.locator("#ra-item .ra-overview")).first.wait_for()


def open_item(page: Page, words: str) -> None:
    page.get_by_role("navigation", name="Tagesordnung").get_by_role("button", name=words).click()
    page.locator("#ra-item h2", has_text=words).wait_for()


def upload(page: Page, *files: Path) -> None:
    page.get_by_role("tab", name="Einlesen").click()
    page.locator("input[type=file]").first.set_input_files(files)


def result(page: Page) -> Locator:
    return page.locator("#ra-result")


def uploaded() -> set[Path]:
    """What lies where Gradio puts what is handed in."""
    uploads = Path(os.environ["GRADIO_TEMP_DIR"])
    return {f for f in uploads.rglob("*") if f.is_file() and f.stat().st_size}


def wait_until(true: Callable[[], bool]) -> None:
    until = time.monotonic() + WAIT_MS / 1000
    while not true():
        assert time.monotonic() < until
        time.sleep(0.05)


# --- first start


def test_the_first_start_leads_through_three_steps(
    page: Page,
    served: Served,
    model_here: threading.Event,
    may_load: threading.Event,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    if held(served):
        pytest.skip("nur in einem leeren Datenordner")
    # `test_page_browser` reads the real one
    monkeypatch.setattr(demo_files, "demo_pack", lambda: pdfs.write(tmp_path / "d.pdf", pack("5. Januar 2024", 6)))
    steps = page.get_by_role("region", name="Erste Schritte")
    steps.get_by_role("heading", level=2).nth(2).wait_for()
    titles = steps.get_by_role("heading", level=2).all_inner_texts()
    assert [title.split("\n")[-1] for title in titles] == ["Sprachmodell", "Wo Ihre Unterlagen liegen", "Ausprobieren"]
    assert str(served.settings.data_folder) in steps.inner_text()
    steps.get_by_role("button", name="Später").click()
    steps.get_by_role("button", name="Doch jetzt laden").click()
    steps.get_by_text("Das Sprachmodell wird geladen: 300 MB von 1,0 GB").wait_for()
    steps.get_by_role("button", name="Den Kurs „KI im Ehrenamt“ lesen").click()
    page.get_by_role("heading", name="Hilfe").wait_for()
    page.get_by_role("tab", name="Einlesen").click()
    may_load.set()
    steps.get_by_text("Hier ist nichts zu tun.").wait_for()
    assert page.get_by_text("Sprachmodell laden (").count() == 0
    steps.get_by_role("button", name="Beispiel laden").dblclick()
    page.get_by_text("7 von 7 Seiten gelesen.").wait_for()
    assert len(held(served)) == 1


# --- folders


def drop(page: Page, path: Path) -> None:
    """Drop a file or folder of this machine on the page, as a file manager does."""
    field = page.locator("#ra-files")
    field.scroll_into_view_if_needed()
    box = field.bounding_box()
    assert box is not None
    session = page.context.new_cdp_session(page)
    at = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
    data = {"items": [], "files": [str(path)], "dragOperationsMask": 1}
    for kind in ("dragEnter", "dragOver", "drop"):
        session.send("Input.dispatchDragEvent", {"type": kind, **at, "data": data})


def test_a_folder_is_dropped_or_chosen_and_its_folders_say_what_belongs_where(
    musterfeld: str, page: Page, served: Served, tmp_path: Path
) -> None:
    folder = tmp_path / "Ratssitzung im April"
    pages = pack("18. April 2024", 8)
    pdfs.write(folder / "Tagesordnung.pdf", [[line for line in pages[0] if "Vorlage:" not in line]])
    pdfs.write(folder / "TOP Ö 3" / "Brunnen.pdf", [["Trinkbrunnen am Markt", "Im Sommer fehlt Trinkwasser."]])
    (folder / ".verborgen").write_text("x", encoding="utf-8")
    page.locator("#ra-meetings button:visible, #ra-files:visible").first.wait_for()  # which, depends on what is held
    page.get_by_role("tab", name="Einlesen").click()
    page.locator("#ra-files").wait_for()
    drop(page, folder)
    result(page).get_by_text("2 von 2 Seiten gelesen.").wait_for()
    assert "Trinkbrunnen am Markt 1 Vorlage, 1 Seite" in " ".join(result(page).inner_text().split())
    page.get_by_role("button", name="Diese Sitzung lesen").click()
    open_item(page, "Trinkbrunnen")
    assert "Trinkbrunnen am Markt" in page.locator("#ra-item .ra-papers").first.inner_text()
    page.get_by_role("tab", name="Einlesen").click()
    with page.expect_file_chooser() as choosing:
        page.get_by_role("button", name="Ganzen Ordner auswählen").click()
    with page.expect_response(lambda answer: "/upload" in answer.url):
        choosing.value.set_files(folder)
    wait_until(lambda: not uploaded())  # taken from there: what is told on the page is the same as before
    result(page).get_by_text("2 von 2 Seiten gelesen.").wait_for()
    assert len(held(served)) == len(set(held(served)))


# --- correcting


def test_a_paper_is_moved_to_another_item_and_back(page: Page, musterfeld: str) -> None:
    open_meeting(page)
    open_item(page, "Trinkbrunnen")
    menu = page.locator("#ra-item .ra-papers details", has_text="Stimmt etwas nicht?").first
    menu.locator("summary").first.click()
    menu.get_by_role("button", name="Zuordnen").click()
    page.get_by_text("Bitte den Tagesordnungspunkt wählen, zu dem es gehört.").first.wait_for()
    menu.get_by_label("Tagesordnungspunkt").select_option(label="TOP Ö 1: Genehmigung der Niederschrift")
    menu.get_by_role("button", name="Zuordnen").click()
    page.get_by_text("✓ Geändert:").wait_for()
    page.get_by_role("button", name="Zu TOP Ö 1").click()
    page.locator("#ra-item h2", has_text="Genehmigung der Niederschrift").wait_for()
    assert "AN/0045/2024" in page.locator("#ra-item .ra-papers").first.inner_text()
    page.get_by_role("navigation", name="Tagesordnung").get_by_role("button", name="Auf einen Blick").click()
    page.locator("#ra-item .ra-overview").wait_for()
    page.get_by_role("button", name="Rückgängig machen").click()
    page.get_by_text("✓ Rückgängig gemacht:").wait_for()
    open_item(page, "Trinkbrunnen")
    assert "AN/0045/2024" in page.locator("#ra-item .ra-papers").first.inner_text()


# --- help


def test_the_course_is_read_with_its_pages_and_goes_on_after_a_reload(page: Page) -> None:
    page.get_by_role("tab", name="Hilfe").click()
    page.get_by_role("button", name="Kurs: KI im Ehrenamt").click()
    page.get_by_role("button", name="Mit dem ersten Teil beginnen").click()
    page.get_by_role("heading", name="Was ein Sprachmodell ist").wait_for()
    page.get_by_role("button", name="Seite 3 der Beispielunterlagen zeigen").first.click()
    page.get_by_role("img", name="Seite 3 von").wait_for()
    question = page.locator("#ra-help details").first
    question.locator("summary").click()
    assert question.get_by_text("Es weiß es nicht.").is_visible()
    page.get_by_role("button", name="Weiter: Warum es sich irrt").click()
    page.get_by_role("heading", name="Warum es sich irrt").wait_for()
    page.reload()
    page.get_by_role("heading", name="Warum es sich irrt").wait_for()
    page.get_by_role("button", name="Glossar").click()
    page.get_by_label("Begriff suchen").fill("abwagung")
    page.get_by_text("1 Begriff gefunden").or_(page.get_by_text("Begriffe gefunden")).wait_for()
    assert page.locator("#ra-help dt", has_text="Abwägung").first.is_visible()


# --- work in the background


def jobs(served: Served) -> list[str]:
    """The states of all briefings that were ordered."""
    with workflow.workspace(served.settings) as ws:
        return [job.state for job in ws.jobs.all() if job.kind == "briefing"]


def saved(page: Page) -> str:
    """The whole meeting as a file."""
    page.get_by_role("button", name="Word oder PDF").click()
    page.get_by_role("button", name="Alles, auch Nichtöffentliches").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Text (Markdown) speichern").click()
    return Path(download.value.path()).read_text("utf-8")


def test_two_tabs_order_one_summary_and_a_file_can_be_saved_while_it_is_written(
    browser: Browser, page: Page, served: Served, musterfeld: str
) -> None:
    open_meeting(page)
    with window(browser, served, page.url) as second:
        for one in (page, second):
            one.get_by_role("button", name="Zusammenfassung schreiben lassen").first.wait_for()
        for one in (page, second):  # the second may have heard of it already
            one.evaluate("document.querySelector('#ra-controls [data-do=write]')?.click()")
        for one in (page, second):
            one.get_by_text("In Arbeit:").first.wait_for()
        assert len(jobs(served)) == 1
        early = saved(page)
        assert "Neubau der Feuerwache Nord" in early
        assert jobs(served) == ["läuft"]
        served.may_write.set()
        for one in (page, second):
            one.get_by_text("Die Zusammenfassung ist fertig.").first.wait_for()
    late = saved(page)
    assert "4.250.000 Euro Gesamtkosten" in late
    assert "4.250.000 Euro Gesamtkosten" not in early
    assert jobs(served) == ["fertig"]


def test_what_another_tab_has_deleted_is_told_in_a_sentence(
    browser: Browser, page: Page, served: Served, tmp_path: Path, musterfeld: str
) -> None:
    with workflow.workspace(served.settings) as ws:
        workflow.take_in(ws, [pdfs.write(tmp_path / "weg.pdf", pack("2. Mai 2024", 9, "Wegdorf"))])
    page.reload()
    open_meeting(page, "Wegdorf")
    others = [name for name in held(served) if "Wegdorf" not in name]
    with window(browser, served) as second:
        open_meeting(second, "Wegdorf")
        second.get_by_role("button", name="Sitzung löschen").click()
        second.get_by_role("button", name="Nein, behalten").click()
        assert any("Wegdorf" in name for name in held(served))
        second.get_by_role("button", name="Sitzung löschen").click()
        second.get_by_role("button", name="Ja, löschen").click()
        second.get_by_text("wurde gelöscht").wait_for()
    page.get_by_role("navigation", name="Tagesordnung").get_by_role("button", name="Trinkbrunnen").click()
    page.get_by_text(GONE).first.wait_for()
    assert page.get_by_text("Traceback").count() == 0
    page.reload()
    page.get_by_role("tab", name="Sitzungen").click()
    page.get_by_role("navigation", name="Sitzungen").get_by_role("button", name="14.03.2024").first.wait_for()
    assert page.get_by_text("Wegdorf").count() == 0
    assert held(served) == others


# --- faults


def zipped(name: str, data: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return made.getvalue()


FAULTS = {
    "kaputt.pdf": (b"%PDF-1.4 nichts", "unvollständig"),
    "geheim.pdf": (pdfs.pdf_bytes(pdfs.PACK[:2], password="geheim"), "mit einem Passwort geschützt"),
    "gelogen.pdf": (b"Das ist nur Text.", "PDF"),
    "brief.docx": (zipped("word/document.xml", b"<w/>"), "bitte als PDF speichern"),
    "programm.exe": (b"MZ\x90\x00" + bytes(100), "PDF"),
    "bombe.zip": (zipped("viel.pdf", bytes(3_000_000)), "verdächtig stark gepackt"),
    "halb.zip": (zipped("a.pdf", pdfs.pdf_bytes([["x"]]))[:-40], "beschädigt"),
}


def test_each_fault_of_a_file_is_one_sentence_and_nothing_is_lost(
    page: Page, served: Served, musterfeld: str, tmp_path: Path
) -> None:
    before, lying = held(served), uploaded()
    files = [tmp_path / name for name in FAULTS]
    for file in files:
        file.write_bytes(FAULTS[file.name][0])
    good = pdfs.write(tmp_path / "gut.pdf", pack("6. Juni 2024", 10))
    upload(page, *files, good)
    result(page).get_by_text(f"{len(FAULTS)} Dateien wurden nicht gelesen").wait_for()
    rows = [row.partition(": ") for row in result(page).get_by_role("alert").get_by_role("listitem").all_inner_texts()]
    for name, (_, told) in FAULTS.items():
        (why,) = [why for file, _, why in rows if file.startswith(name.partition(".")[0])]
        assert is_one_sentence(why), why
        assert told in why
    assert page.get_by_text("Diese Sitzung lesen").is_visible()  # the good one
    assert len(held(served)) == len(before) + 1
    upload(page, tmp_path / "bombe.zip")
    result(page).get_by_text("Es konnte nichts gelesen werden").wait_for()
    assert page.get_by_text(re.compile("Traceback|Error|Exception")).count() == 0
    assert len(held(served)) == len(before) + 1
    wait_until(lambda: uploaded() <= lying)


def test_a_fault_of_the_program_is_a_sentence_too(
    page: Page, served: Served, musterfeld: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_meeting(page)

    def breaks(*_: object, **__: object) -> None:
        raise RuntimeError("verraten: /srv/daten")

    with monkeypatch.context() as patch:
        patch.setattr(workflow, "meeting", breaks)
        page.get_by_role("navigation", name="Tagesordnung").get_by_role("button", name="Trinkbrunnen").click()
        page.get_by_text(FAILED).first.wait_for()
    assert page.get_by_text("verraten").count() == 0
    open_item(page, "Trinkbrunnen")


# --- the passphrase of what is not public


def test_a_passphrase_shuts_what_is_not_public_in_every_tab(
    browser: Browser, page: Page, served: Served, musterfeld: str, quick_keys: None
) -> None:
    words = "Kirchturm Regen Fahrrad"

    def show_closed(tab: Page) -> None:
        open_meeting(tab)
        tab.get_by_role("navigation", name="Tagesordnung").get_by_role("button", name="Grundstücks").first.click()
        tab.locator("#ra-item .ra-nonpublic-banner").first.wait_for()

    def passphrase(tab: Page) -> Locator:
        return tab.get_by_role("form", name="Kennwort für Nichtöffentliches").get_by_label("Kennwort", exact=True)

    def unlock(tab: Page, said: str) -> None:
        passphrase(tab).fill(said)
        passphrase(tab).press("Enter")

    page.get_by_role("tab", name="Hilfe").click()
    page.get_by_role("button", name="Kennwort für Nichtöffentliches").click()
    for field, said in (("Kennwort", words), ("Noch einmal dasselbe Kennwort", "etwas ganz anderes")):
        page.locator("#ra-help").get_by_label(field, exact=True).fill(said)
    page.get_by_role("button", name="Mit diesem Kennwort verschlüsseln").click()
    page.get_by_text("Die beiden Kennwörter sind nicht gleich.").wait_for()
    for field in ("Kennwort", "Noch einmal dasselbe Kennwort"):
        page.locator("#ra-help").get_by_label(field, exact=True).fill(words)
    page.get_by_role("button", name="Mit diesem Kennwort verschlüsseln").click()
    page.get_by_text("Der nichtöffentliche Teil ist aufgeschlossen.").wait_for()
    assert sealing.is_sealed(served.settings)
    with window(browser, served) as second:
        for tab in (page, second):
            show_closed(tab)
        page.get_by_role("button", name="Jetzt verschließen").click()
        for tab in (page, second):  # the other one looks by itself
            passphrase(tab).wait_for()
            tab.locator("#ra-item .ra-nonpublic-banner").first.wait_for(state="detached")
            assert tab.get_by_text("Grundstücks").count() == 0
        unlock(second, "das falsche Kennwort")
        second.get_by_text("Dieses Kennwort passt nicht").wait_for()
        unlock(second, words)
        for tab in (page, second):
            tab.get_by_text("Der nichtöffentliche Teil ist aufgeschlossen.").wait_for()
    page.reload()
    show_closed(page)
    page.get_by_role("tab", name="Hilfe").click()
    page.get_by_role("button", name="Kennwort für Nichtöffentliches").click()
    part = page.locator("#ra-help form").filter(has_text="Verschlüsselung aufheben")
    part.get_by_label("Kennwort", exact=True).fill(words)
    part.get_by_role("button", name="Verschlüsselung aufheben").click()
    page.get_by_role("button", name="Jetzt verschließen").wait_for(state="detached")
    assert not sealing.is_sealed(served.settings)


# --- keys


MOST = 400  # stops on the longest view


def stop(page: Page, key: str = "Tab") -> dict[str, Any] | None:
    """What the focus comes to with one key more; None: to nothing on the page, as at its end."""
    page.keyboard.press(key)
    found: dict[str, Any] | None = page.evaluate(FOCUS)
    return found


def stops(page: Page, key: str = "Tab") -> list[dict[str, Any]]:
    """What the focus comes to, key by key, until it comes round."""
    seen: dict[int, dict[str, Any]] = {}
    for _ in range(MOST):
        at = stop(page, key)
        if at is not None and at["number"] in seen:
            return list(seen.values())
        if at is not None:
            seen[at["number"]] = at
    raise AssertionError(f"the focus does not come round: {[one['words'] for one in seen.values()][-20:]}")


def tab_to(page: Page, words: str) -> None:
    """Go by Tab to what is called so."""
    passed = []
    for _ in range(MOST):
        at = stop(page)
        if at is not None and words in at["words"]:
            return
        passed.append(at and at["words"])
    raise AssertionError(f"{words!r} is not among {passed}")


def names(found: Sequence[dict[str, Any]]) -> set[tuple[str, str]]:
    return {(one["tag"], one["words"]) for one in found}


def faults(found: Sequence[dict[str, Any]]) -> list[str]:
    """Where one does not see what has the focus."""
    return [
        f"{one['tag']} {one['words']}: " + ", ".join(what for what, bad in (
            ("no frame", not one["framed"]), ("out of sight", not one["inside"]), ("covered", one["covered"])) if bad)
        for one in found
        if not one["framed"] or not one["inside"] or one["covered"]
    ]  # fmt: skip


def test_at_200_percent_everything_is_done_with_keys_alone(browser: Browser, served: Served, musterfeld: str) -> None:
    with window(browser, served, **ZOOMED) as page:
        tab_to(page, "Einlesen")
        page.keyboard.press("Enter")
        with page.expect_file_chooser():
            tab_to(page, "Dateien auswählen")
            page.keyboard.press("Enter")
        tab_to(page, "Sitzungen")
        page.keyboard.press("Enter")
        tab_to(page, "14.03.2024")
        page.keyboard.press("Enter")
        page.locator("#ra-item .ra-overview").wait_for()
        tab_to(page, "Tagesordnung (4)")
        page.keyboard.press("Enter")
        tab_to(page, "Trinkbrunnen")
        page.keyboard.press("Enter")
        page.locator("#ra-item h2", has_text="Trinkbrunnen").wait_for()
        page.keyboard.press("s")
        cited = page.evaluate(FOCUS)
        assert cited["framed"]
        page.keyboard.press("Enter")
        page.get_by_role("img", name="Seite 5 von").or_(page.get_by_role("img", name="Seite 6 von")).wait_for()
        tab_to(page, "Zurück zum Text")
        page.keyboard.press("Enter")
        assert page.evaluate(FOCUS)["words"] == cited["words"]
        tab_to(page, "Wichtig")
        page.keyboard.press("Space")
        page.get_by_role("button", name="Wichtig", pressed=True).wait_for()
        tab_to(page, "Stimmt etwas nicht?")
        page.keyboard.press("Enter")
        page.locator("#ra-item .ra-mend[open]").first.wait_for()
        round_trip = stops(page)
        assert faults(round_trip) == []
        assert len(round_trip) > 30
        back = stops(page, "Shift+Tab")
        assert faults(back) == []
        assert names(back) == names(round_trip)
        tab_to(page, "Frage stellen")
        page.keyboard.press("Enter")
        page.get_by_label("Ihre Frage").wait_for()
        tab_to(page, "Ihre Frage")
        page.keyboard.type("Trinkwasser")
        page.keyboard.press("Enter")
        page.locator("#ra-hits mark").first.wait_for()
        assert faults(stops(page)) == []


# --- the program is killed

PROGRAM = """
import sys
from pathlib import Path
from test_page_robust import until_killed

until_killed(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3] == "haengt")
"""
HANG = 3  # the call of the model at which it hangs
ITEMS = 8  # of the demonstration pack that have papers
ONCE = writing.Effort(tries=1, again=False)


def until_killed(folder: Path, port: int, hangs: bool) -> None:
    """Serve the page; what takes in files hangs, and so does the model at one of its calls."""
    writing.USUAL, briefing_items._EFFORTS = ONCE, (writing.THOROUGH, ONCE)
    log = folder / "gefragt.txt"
    real = workflow.take_in

    def take_in(*args: Any, **more: Any) -> Any:
        (folder / "liest").touch()
        if hangs:
            threading.Event().wait()
        return real(*args, **more)

    def reply(content: str) -> str:
        with log.open("a", encoding="utf-8") as file:
            file.write(content.replace("\n", " ") + "\n")
        if hangs and len(asked(folder)) == HANG:
            threading.Event().wait()
        return ""

    workflow.take_in = take_in
    with pytest.MonkeyPatch.context() as patch, serving(folder, patch, port=port, reply=reply):
        print("da", flush=True)
        sys.stdin.read()


def asked(folder: Path) -> list[str]:
    log = folder / "gefragt.txt"
    return log.read_text("utf-8").splitlines() if log.exists() else []


def begin(folder: Path, port: int, how: str) -> subprocess.Popen[str]:
    paths = os.pathsep.join([str(Path(__file__).parent), str(ROOT)])
    command = [sys.executable, "-c", PROGRAM, str(folder), str(port), how]
    program = subprocess.Popen(
        command, env={**os.environ, "PYTHONPATH": paths}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert program.stdout is not None
    assert program.stdout.readline() == "da\n"
    return program


@pytest.mark.skipif(sys.platform == "win32", reason="kills with SIGKILL")
@pytest.mark.usefixtures("demo")
def test_a_closed_browser_and_a_killed_program_lose_nothing_and_do_nothing_twice(
    browser: Browser, tmp_path: Path
) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    there = Served(served_settings(tmp_path), f"http://127.0.0.1:{port}/")
    program = begin(tmp_path, port, "haengt")
    with window(browser, there) as page:
        page.get_by_role("navigation", name="Sitzungen").get_by_role("button").first.click()
        page.get_by_role("button", name="Zusammenfassung schreiben lassen").first.click()
        page.get_by_text("In Arbeit:").first.wait_for()
        upload(page, pdfs.write(tmp_path / "spaet.pdf", pack("4. Juli 2024", 11)))
        page.get_by_text("Sie können diese Seite schließen").wait_for()
    end = time.monotonic() + 2 * WAIT_MS / 1000
    while len(asked(tmp_path)) < HANG or not (tmp_path / "liest").exists():
        assert time.monotonic() < end
        time.sleep(0.02)
    program.send_signal(signal.SIGKILL)
    program.communicate()
    first = asked(tmp_path)
    program = begin(tmp_path, port, "geht")
    try:
        with window(browser, there) as page:
            page.get_by_role("tab", name="Einlesen").click()
            page.get_by_text("7 von 7 Seiten gelesen.").wait_for()
            page.get_by_role("tab", name="Sitzungen").click()
            page.get_by_role("navigation", name="Sitzungen").get_by_role("button", name="2027").click()
            page.get_by_text("Die Zusammenfassung ist fertig.").wait_for()
    finally:
        program.communicate("")
    counted = Counter(asked(tmp_path))
    assert len(first) == HANG
    assert len(counted) == ITEMS
    assert sorted(counted.values()) == [1] * (ITEMS - 1) + [2]  # what was being written when it was killed
    with workflow.workspace(there.settings) as ws:
        assert len(workflow.meetings(ws)) == 2
        assert [job.state for job in ws.jobs.all()] == ["fertig"]
    assert [f.name for f in tmp_path.rglob("spaet.pdf")] == ["spaet.pdf"]  # our own; the upload is gone
