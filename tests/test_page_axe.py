"""axe-core on every view of the page, light and wide, dark and narrow: no serious or critical violation (WCAG 2.1 A and AA)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from browsing import NEEDS, Served, browser, demo, served

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

__all__ = ["browser", "demo", "served"]  # fixtures
axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python fehlt")
pytestmark = NEEDS
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}}


def violations(page: Page, view: str) -> list[str]:
    """What axe-core finds, serious and critical, each with the first element that has it."""
    found: list[dict[str, Any]] = axe.Axe().run(page, options=RULES).response["violations"]
    return [
        f"{view}: {one['id']} ({one['impact']}): {one['nodes'][0]['html'][:160]}"
        for one in found
        if one["impact"] in {"serious", "critical"}
    ]


def test_axe_sees_what_is_wrong(browser: Browser) -> None:
    page = browser.new_page()
    page.set_content("<html lang=de><title>x</title><main><button></button></main></html>")
    assert any("button-name" in one for one in violations(page, "x"))
    page.close()


BOTH = pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 400)])


@BOTH
def test_the_first_start_has_no_serious_violation(browser: Browser, served: Served, scheme: Any, width: int) -> None:
    first = browser.new_page(color_scheme=scheme, viewport={"width": width, "height": 900})
    first.goto(served.address)
    first.get_by_role("tab").first.wait_for()
    first.wait_for_timeout(1500)
    found = violations(first, "first start")
    first.close()
    assert not found


@BOTH
@pytest.mark.usefixtures("demo")
def test_no_view_has_a_serious_violation(browser: Browser, served: Served, scheme: Any, width: int) -> None:
    found = []
    page = browser.new_page(color_scheme=scheme, viewport={"width": width, "height": 900})
    page.goto(served.address)
    page.get_by_role("tab").first.wait_for()
    for tab in page.get_by_role("tab").all():
        name = tab.inner_text()
        tab.click()
        page.wait_for_timeout(1500)
        found += violations(page, name)
    page.get_by_role("tab", name="Sitzungen").click()
    page.locator("#ra-meetings button").first.click()
    page.locator("#ra-item .ra-overview").wait_for()
    found += violations(page, "overview")
    page.locator("#ra-item li:has(.ra-cite) .ra-link").first.click()
    page.locator("#ra-item .ra-wording .ra-cite").first.click()
    page.locator("#ra-picture-read .ra-found").first.wait_for(state="attached")
    found += violations(page, "item with a marked page")
    page.close()
    assert not found
