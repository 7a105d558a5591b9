"""The pictures in the README: the real page with the demonstration pack and the default model, taken anew by this script.

    python benchmarks/bilder.py [--ohne-modell]

What enters: nothing; it works in a folder of its own. What leaves: benchmarks/bilder/*.png.
What it does not know: whether what is seen is good; look at the pictures before you commit them.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright

from ratsassistent import workflow
from ratsassistent.demo import demo_pack
from ratsassistent.output.page import start
from ratsassistent.settings import read_settings

if TYPE_CHECKING:
    from playwright.sync_api import Page

OUT = Path(__file__).parent / "bilder"
TOP = "Turnhalle"
QUESTION = "Was kostet die Sanierung der Turnhalle?"


def main() -> None:
    """Take in, write one item, serve, take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ohne-modell", action="store_true", help="no summary by the language model")
    given = parser.parse_args()
    OUT.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bilder-") as folder:
        settings = read_settings(data_folder=Path(folder) / "daten")
        with workflow.workspace(settings) as ws:
            meeting = workflow.take_in(ws, [demo_pack()]).meetings[0]
            item = next(i for i in meeting.agendaItem if TOP in i.name)
            if not given.ohne_modell:
                workflow.brief(ws, meeting.id, "voll", top=item.id)
            workflow.put_mark(ws, meeting.id, item.id, important=True)
        blocks, address = start(settings)
        chromium = shutil.which("chromium") or "/usr/bin/chromium"
        with sync_playwright() as driver:
            browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
            take(browser.new_page(viewport={"width": 1440, "height": 900}, locale="de-DE"), address, item.id)
            browser.close()
        blocks.close(verbose=False)


def take(page: Page, address: str, item: str) -> None:
    """The pictures, one after the other."""
    page.set_default_timeout(120_000)
    page.goto(address)
    page.get_by_role("tab", name="Sitzungen").click()
    page.locator("#ra-meetings button.ra-row").first.click()
    page.locator("#ra-item .ra-overview").wait_for()
    save(page, "ueberblick")
    page.locator(f'#ra-agenda [data-item="{item}"]').click()
    page.locator("#ra-item .ra-wording .ra-cite").first.click()
    page.locator("#ra-picture-read .ra-found").first.wait_for(state="attached")
    save(page, "punkt")
    page.get_by_role("tab", name="Fragen und suchen").click()
    box = page.get_by_label("Ihre Frage oder ein paar Suchwörter")
    box.fill(QUESTION)
    box.press("Enter")
    page.locator("#ra-answer .ra-cite").first.wait_for()
    page.locator("#ra-answer .ra-cite").first.click()
    save(page, "frage")
    page.set_viewport_size({"width": 400, "height": 800})
    page.get_by_role("tab", name="Sitzungen").click()
    page.locator("#ra-item").scroll_into_view_if_needed()
    save(page, "schmal")


def save(page: Page, name: str) -> None:
    """One picture, when nothing moves any more."""
    page.wait_for_timeout(2500)
    page.screenshot(path=OUT / f"{name}.png")


if __name__ == "__main__":
    main()
