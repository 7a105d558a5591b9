"""Every view for everybody: axe-core light and dark, zoomed, very wide, with more contrast, with the system's own colours.

One page on one data folder is walked through in several windows; nothing is changed on it.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from browsing import NEEDS, Served, browser, serving, window

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

__all__ = ["browser"]  # a fixture
axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python fehlt")
pytestmark = NEEDS
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}}
STRONG = {"runOnly": {"type": "rule", "values": ["color-contrast-enhanced"]}}  # 7 to 1 (WCAG 1.4.6, AAA)

# What sticks out of the window, or is cut off; what lies in a part that can be scrolled may.
STICKS_OUT = """() => {
  const scrolls = (one) => {
    for (let up = one.parentElement; up; up = up.parentElement)
      if (/auto|scroll/.test(getComputedStyle(up).overflowX) && up.scrollWidth > up.clientWidth) return true;
    return false;
  };
  const found = [];
  if (document.documentElement.scrollWidth > innerWidth) found.push(`page: ${document.documentElement.scrollWidth}`);
  for (const one of document.querySelectorAll("button, a, input, select, textarea, summary, h1, h2, h3, p, td, th, li, label, img")) {
    const box = one.getBoundingClientRect();
    if (!one.checkVisibility({ visibilityProperty: true }) || !box.width || !box.height) continue;
    const words = `${one.tagName} ${(one.innerText || one.getAttribute("aria-label") || "").slice(0, 50)}`;
    if ((box.right > innerWidth + 1 || box.left < -1) && !scrolls(one)) found.push(`sticks out: ${words}`);
    if (one.matches("button, summary") && one.scrollWidth > one.clientWidth + 2 && getComputedStyle(one).overflowX !== "visible")
      found.push(`cut off: ${words}`);
  }
  return found.slice(0, 5);
}"""
# How an element looks apart from its words.
LOOK = """(one) => {
  const style = getComputedStyle(one);
  const sides = ["Top", "Right", "Bottom", "Left"].flatMap((side) =>
    ["Width", "Style", "Color"].map((what) => style[`border${side}${what}`]));
  const seen = [style.backgroundColor, style.color, style.textDecorationLine, style.fontWeight, ...sides];
  return JSON.stringify(seen);
}"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, taken_in: Path) -> Path:
    """A data folder with the demonstration pack."""
    made = tmp_path_factory.mktemp("ansichten")
    shutil.copytree(taken_in, made / "daten")
    return made


@pytest.fixture(scope="module")
def served(folder: Path) -> Iterator[Served]:
    with pytest.MonkeyPatch.context() as patch, serving(folder, patch) as running:
        yield running


def quiet(page: Page) -> None:
    """Wait until what was faded in or moved stands still."""
    page.wait_for_function(
        "document.getAnimations().every((one) => one.playState !== 'running' || !isFinite(one.effect.getComputedTiming().endTime))"
    )


def views(page: Page) -> Iterator[str]:
    """Every view with something in it, one after the other."""
    for name, step in _WAY:
        step(page)
        quiet(page)
        yield name


def tab(name: str) -> Any:
    return lambda page: page.get_by_role("tab", name=name).click()


def first_steps(page: Page) -> None:
    page.get_by_role("tab", name="Einlesen").click()
    page.get_by_role("button", name="Erste Schritte zeigen").click()
    page.get_by_role("heading", name="Willkommen").wait_for()


def taking_in(page: Page) -> None:
    page.get_by_role("button", name="Eigene Unterlagen einlesen").click()
    page.get_by_text("hier klicken und auswählen").wait_for()


def meetings(page: Page) -> None:
    page.get_by_role("tab", name="Sitzungen").click()
    page.get_by_role("navigation", name="Sitzungen").get_by_role("button").first.wait_for()


def hits(page: Page) -> None:
    page.get_by_role("tab", name="Fragen").click()
    box = page.get_by_label("Ihre Frage")
    box.fill("Turnhalle")
    box.press("Enter")
    page.locator("#ra-hits mark").first.wait_for()
    page.locator('#ra-hits img[src^="data:image/png"]').first.wait_for()


def register(page: Page) -> None:
    page.get_by_role("tab", name="Beschlüsse").click()
    page.get_by_text("Das Beschlussregister wird zusammengestellt").wait_for(state="hidden")


def lesson(page: Page) -> None:
    page.get_by_role("tab", name="Hilfe").click()
    page.get_by_role("button", name="Kurs: KI im Ehrenamt").click()
    page.get_by_role("button", name="Mit dem ersten Teil beginnen").click()
    page.get_by_role("heading", name="Frage zum Nachdenken").or_(
        page.get_by_role("heading", name="Fragen zum")
    ).wait_for()


def part_of_help(name: str) -> Any:
    def step(page: Page) -> None:
        page.get_by_role("navigation", name="Teile der Hilfe").get_by_role("button", name=name).click()
        page.locator("#ra-help").get_by_role("heading", name=name, exact=True).wait_for()

    return step


def overview(page: Page) -> None:
    meetings(page)
    page.get_by_role("navigation", name="Sitzungen").get_by_role("button").first.click()
    page.get_by_role("heading", name="Die größten Beträge").wait_for()


def item(page: Page) -> None:
    page.locator("#ra-item li:has(.ra-cite) .ra-link").first.click()
    page.locator("#ra-item .ra-wording .ra-cite").first.click()
    page.locator("#ra-picture-read .ra-found").first.wait_for(state="attached")
    page.locator("#ra-item details").evaluate_all("all => all.forEach((one) => { one.open = true; })")


_WAY = [
    ("first steps", first_steps),
    ("taking in", taking_in),
    ("meetings", meetings),
    ("hits", hits),
    ("register", register),
    ("help", tab("Hilfe")),
    ("course", lesson),
    ("glossary", part_of_help("Glossar")),
    ("data protection", part_of_help("Datenschutz")),
    ("overview", overview),
    ("item with a marked page", item),
]


def violations(page: Page, view: str, rules: dict[str, Any]) -> list[str]:
    """What axe-core finds, serious and critical, each with the first element that has it."""
    options = {**rules, "resultTypes": ["violations"]}  # not every place where all is well
    found: list[dict[str, Any]] = axe.Axe().run(page, options=options).response["violations"]
    return [
        f"{view}: {one['id']} ({one['impact']}): {one['nodes'][0]['html'][:160]}"
        for one in found
        if one["impact"] in {"serious", "critical"}
    ]


def test_axe_sees_what_is_wrong(browser: Browser) -> None:
    page = browser.new_page()
    page.set_content("<html lang=de><title>x</title><main><button></button></main></html>")
    assert any("button-name" in one for one in violations(page, "x", RULES))
    page.close()


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 400)])
def test_no_view_has_a_serious_violation(browser: Browser, served: Served, scheme: Any, width: int) -> None:
    with window(browser, served, color_scheme=scheme, viewport={"width": width, "height": 900}) as page:
        found = [one for view in views(page) for one in violations(page, view, RULES)]
    assert not found


def test_who_asks_for_more_contrast_gets_it(browser: Browser, served: Served) -> None:
    with window(browser, served, contrast="more") as page:
        found = [one for view in views(page) for one in violations(page, view, STRONG)]
    assert not found


def test_what_sticks_out_is_seen(browser: Browser) -> None:
    page = browser.new_page(viewport={"width": 400, "height": 300})
    page.set_content(
        '<p style="width: 500px">zu breit</p><div style="overflow-x: auto"><p style="width: 500px">x</p></div>'
    )
    assert page.evaluate(STICKS_OUT)[1:] == ["sticks out: P zu breit"]
    page.close()


def test_nothing_sticks_out_at_any_width_or_zoom(browser: Browser, served: Served) -> None:
    """1280 pixels at 200 % are 640; there, a window is only 450 high."""
    with window(browser, served) as page:
        found = []
        for view in views(page):
            for width, height in ((400, 900), (640, 450), (768, 900), (1280, 900), (2560, 1440)):
                page.set_viewport_size({"width": width, "height": height})
                page.wait_for_function(f"window.innerWidth === {width}")
                found += [f"{view}, {width}: {one}" for one in page.evaluate(STICKS_OUT)]
            page.set_viewport_size({"width": 1280, "height": 900})
    assert not found


def test_in_the_systems_own_colours_what_is_chosen_can_be_seen(browser: Browser, served: Served) -> None:
    """In Windows' contrast themes colours, backgrounds and shadows of the page are gone."""

    def look(one: Locator) -> str:
        return str(one.evaluate(LOOK))

    with window(browser, served, forced_colors="active") as page:
        overview(page)
        item(page)
        tabs = page.get_by_role("tab")
        assert look(tabs.and_(page.locator('[aria-selected="true"]'))) != look(tabs.first)
        rows = page.get_by_role("navigation", name="Tagesordnung").get_by_role("button")
        assert look(rows.and_(page.locator('[aria-current="true"]'))) != look(rows.last)
        page.get_by_role("button", name="☐ Gelesen").focus()
        page.keyboard.press("Tab")
        outline = page.evaluate("getComputedStyle(document.activeElement).outline")
        assert "solid" in outline
        assert "3px" in outline
        page.get_by_role("tab", name="Hilfe").click()
        lesson(page)
        parts = page.get_by_role("navigation", name="Teile der Hilfe").get_by_role("button")
        assert look(parts.and_(page.locator("[aria-current]"))) != look(parts.last)
