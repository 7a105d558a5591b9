"""The main job through a real browser, where there is no network: run by test_offline.py within name spaces of its own.

    unshare -rn sh -c 'ip link set lo up; exec python tests/offline_browser.py DATA PDF CHROMIUM'

Prints one JSON object: the interfaces that there are, what a connection elsewhere ends with, and what the browser saw.
"""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from ratsassistent.proof import namespace

WAIT_MS = 100_000
BEGAN = time.monotonic()


def elsewhere() -> str:
    try:
        with socket.create_connection(("192.0.2.1", 443), timeout=3):
            return "verbunden"
    except OSError as error:
        return type(error).__name__ if error.errno is None else os.strerror(error.errno)


def main(data: Path, pdf: Path, chromium: str, arguments: list[str]) -> int:
    report: dict[str, object] = {"interfaces": namespace.interfaces(), "elsewhere": elsewhere()}
    command = [sys.executable, "-m", "ratsassistent", "--datenordner", str(data), "starten", "--kein-browser"]
    server = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, start_new_session=True
    )
    try:
        assert server.stdout is not None
        said = server.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:\d+/?", said)
        assert found, said
        with sync_playwright() as driver:
            browser = driver.chromium.launch(executable_path=chromium, args=arguments)
            report |= use(browser.new_page(locale="de-DE"), found[0], pdf)
            browser.close()
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(20)
    print(json.dumps(report, ensure_ascii=False))
    return 0


def told(step: str) -> None:
    """Says on standard error how far it is, for whoever looks at a failure."""
    print(f"{time.monotonic() - BEGAN:.1f} {step}", file=sys.stderr, flush=True)


def open_overview(page: Page) -> None:
    page.reload()
    page.get_by_role("tab", name="Sitzungen").click()
    # the meeting that was being read is opened again, else it is chosen
    page.locator("#ra-meetings button:visible, #ra-item .ra-overview:visible").first.wait_for()
    if not page.locator("#ra-item .ra-overview").is_visible():
        # which may be at this moment, and then hides the list: a click of the mouse would wait for ever
        page.locator("#ra-meetings button").first.dispatch_event("click")
    page.locator("#ra-item .ra-overview").wait_for()


def use(page: Page, address: str, pdf: Path) -> dict[str, object]:
    """Take in, read, search, ask, save, delete."""
    page.set_default_timeout(WAIT_MS)
    foreign: list[str] = []
    own = re.compile(rf"({re.escape(address.rstrip('/'))}|data:|blob:)")
    page.on("request", lambda request: None if own.match(request.url) else foreign.append(request.url))
    told("browser")
    page.goto(address)
    page.locator("#ra-welcome, .ra-steps").first.wait_for()
    page.set_input_files("input[type=file]", pdf)
    page.locator("#ra-result", has_text="Feuerwache Nord").first.wait_for()
    told("taken in")
    open_overview(page)
    page.locator("#ra-item li:has(.ra-cite) .ra-link").first.click()
    page.locator("#ra-item .ra-wording").wait_for()
    page.locator("#ra-picture-read img").wait_for()
    told("read")
    wording = page.locator("#ra-item .ra-wording").first.inner_text()
    page.get_by_role("tab", name="Fragen und suchen").click()
    page.get_by_label("Ihre Frage").fill("Feuerwache")
    page.get_by_label("Ihre Frage").press("Enter")
    page.locator("#ra-hits mark", has_text="Feuerwache").first.wait_for()
    hits = page.locator("#ra-hits .ra-cite").count()
    told("found")
    page.get_by_label("Ihre Frage").fill("Was kostet die Feuerwache Nord?")
    page.get_by_label("Ihre Frage").press("Enter")
    page.locator("#ra-answer .ra-answer").first.wait_for()
    told("answered")
    answer = page.locator("#ra-answer").inner_text()
    open_overview(page)
    page.get_by_role("button", name="Word oder PDF").click()
    page.get_by_role("button", name="Alles, auch Nichtöffentliches").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="PDF speichern").click()
    told("saved")
    saved = Path(download.value.path()).read_bytes()
    page.get_by_role("button", name="Sitzung löschen").click()
    page.get_by_role("button", name="Ja, löschen").click()
    page.get_by_text("wurde gelöscht").wait_for()
    return {"wording": wording, "hits": hits, "answer": answer, "pdf": saved.startswith(b"%PDF-"), "foreign": foreign}


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], sys.argv[4:]))
