"""What the tests in a real browser (Debian's Chromium) share: a running page with a scripted language model, and ways through it.

Each window that a test opens is watched: a request to any address but the page's own fails the test.
"""

from __future__ import annotations

import os
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pdfs
import pytest
from scripted import RECORD, ScriptedModel

from ratsassistent import models, worker, workflow
from ratsassistent.settings import Settings

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
ARGUMENTS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
WAIT_MS = int(os.environ.get("WAIT_MS", "40000"))  # how long a test waits in vain; more on a machine that is busy
DESKTOP = {"width": 1280, "height": 900}

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

playwright = pytest.importorskip("playwright.sync_api", reason="Playwright fehlt")
NEEDS = [
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="chromium ist nicht installiert"),
    pytest.mark.filterwarnings("ignore::Warning:gradio"),
]


@dataclass
class Served:
    """A running page, and a model that writes only when the test lets it."""

    settings: Settings
    address: str
    may_write: threading.Event = field(default_factory=threading.Event)
    asked: list[str] = field(default_factory=list)


# Each worker of pytest-xdist looks for a free port among its own: two that look at once would find the same.
PORT = 17860 + 200 * int(re.sub(r"\D", "", os.environ.get("PYTEST_XDIST_WORKER", "")) or 0)


def served_settings(folder: Path, port: int = PORT) -> Settings:
    return Settings(data_folder=folder / "daten", model_folders=(folder / "modelle",), port=port)


@contextmanager
def serving(
    folder: Path, patch: pytest.MonkeyPatch, *, port: int = PORT, reply: Callable[[str], str] | None = None
) -> Iterator[Served]:
    """The page on a data folder; the worker is a thread with a scripted model.

    :param reply: what the model says, in place of what it says otherwise.
    """
    from ratsassistent.output.page import start

    settings = served_settings(folder, port)
    served = Served(settings, "")
    workers: list[threading.Thread] = []

    def usual(prompt: str) -> str:
        served.asked.append(prompt)
        assert served.may_write.wait(WAIT_MS / 1000)
        if "Feuerwache Nord" in prompt and "Anfang:" in prompt:
            return "Der Rat soll den Neubau der Feuerwache Nord für 4.250.000 Euro Gesamtkosten beschließen."
        if "Feuerwache Nord" in prompt:  # in plain language
            return "Die Feuerwache Nord kostet 4.250.000 Euro."
        return "Die Turnhalle der Lindenschule wird saniert. [S1]"

    def work() -> None:
        with workflow.workspace(settings) as ws:
            ws.model = ScriptedModel(reply or usual)
            workflow.work(ws, idle_exit_s=0.0)

    def ensure_worker(_: Settings) -> bool:
        workers.append(threading.Thread(target=work, daemon=True))
        workers[-1].start()
        return True

    def begin(waker: worker.Waker) -> None:
        wakers.append(waker)
        begin_looking(waker)

    wakers: list[worker.Waker] = []
    begin_looking = worker.Waker.begin
    patch.setattr(worker.Waker, "begin", begin)
    patch.setattr(worker, "ensure_worker", ensure_worker)
    patch.setattr(models, "find", lambda *_: Path("modell.gguf"))
    patch.setattr(workflow, "model_record", lambda _: RECORD)
    blocks, served.address = start(settings)
    yield served
    served.may_write.set()
    for waker in wakers:
        waker.stop()
    blocks.close(verbose=False)
    for thread in workers:
        thread.join(20)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with playwright.sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    with serving(tmp_path, monkeypatch) as running:
        yield running


@contextmanager
def window(browser: Browser, served: Served, at: str | None = None, **options: Any) -> Iterator[Page]:
    """A fresh window on the page; any request to another address fails the test.

    :param at: where on it, if not at its beginning.
    """
    context = browser.new_context(**{"viewport": DESKTOP, "locale": "en-US", **options})
    context.set_default_timeout(WAIT_MS)
    foreign: list[str] = []
    own = re.compile(rf"({re.escape(served.address.rstrip('/'))}|data:|blob:)")
    context.on("request", lambda request: None if own.match(request.url) else foreign.append(request.url))
    page = context.new_page()
    page.on("websocket", lambda socket: foreign.append(socket.url))  # the page needs none
    page.goto(at or served.address)
    page.get_by_role("tab", name="Einlesen").wait_for()
    yield page
    context.close()
    assert foreign == []


@pytest.fixture
def page(browser: Browser, served: Served) -> Iterator[Page]:
    with window(browser, served) as opened:
        yield opened


# --- what the data folder holds before the page is opened


@pytest.fixture(scope="session")
def taken_small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the small pack; nobody writes into it."""
    folder = tmp_path_factory.mktemp("klein")
    settings = Settings(data_folder=folder / "daten", model_folders=(folder / "modelle",))
    with workflow.workspace(settings) as ws:
        workflow.take_in(ws, [small_pack(folder)])
    return settings.data_folder


@pytest.fixture
def small(taken_small: Path, tmp_path: Path) -> None:
    """The small pack is held."""
    shutil.copytree(taken_small, tmp_path / "daten")


@pytest.fixture
def demo(taken_in: Path, tmp_path: Path) -> None:
    """The demonstration pack is held."""
    shutil.copytree(taken_in, tmp_path / "daten")


def small_pack(folder: Path) -> Path:
    return pdfs.write(folder / "sitzung.pdf", [pdfs.AGENDA, pdfs.FIRE_1])


# --- ways


def open_overview(page: Page) -> None:
    page.get_by_role("tab", name="Sitzungen").click()
    page.locator("#ra-meetings button").first.click()
    page.locator("#ra-item .ra-overview").wait_for()


def open_first(page: Page) -> None:
    """Open the first item that has a wording."""
    open_overview(page)
    page.locator("#ra-item li:has(.ra-cite) .ra-link").first.click()
    page.locator("#ra-picture-read img").wait_for()
    page.locator("#ra-item .ra-wording").wait_for()
