"""The page's styles for those who ask their system for more contrast, and for contrast themes, in a real browser without a server."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from browsing import NEEDS, browser

import ratsassistent.output

if TYPE_CHECKING:
    from playwright.sync_api import Browser

__all__ = ["browser"]  # a fixture
pytestmark = NEEDS
STYLES = [
    Path(ratsassistent.output.__file__).with_name(f"{name}.css") for name in ("page", "page_help", "page_contrast")
]
BODY = """<div class="gradio-container"><div id="ra-tabs"><button role="tab" aria-selected="false">Einlesen</button>
<button role="tab" aria-selected="true">Sitzungen</button></div><button class="ra-row">a</button><button class="ra-row"
aria-current="true"><strong>b</strong></button><div class="ra-parts"><button class="ra-button">Kurs</button><button
class="ra-button" aria-current="page">Glossar</button></div><button class="ra-chip-add" aria-pressed="false">Alle</button><button
class="ra-chip-add" aria-pressed="true">Nur wichtige</button></div>"""
# How an element looks apart from its words.
LOOK = """(one) => {
  const style = getComputedStyle(one);
  const sides = ["Top", "Right", "Bottom", "Left"].flatMap((side) =>
    ["Width", "Style", "Color"].map((what) => style[`border${side}${what}`]));
  return JSON.stringify([style.backgroundColor, style.color, style.textDecorationLine, style.fontWeight, ...sides]);
}"""


@pytest.mark.parametrize("kind", ["[role=tab]", ".ra-row", ".ra-parts .ra-button", ".ra-chip-add"])
def test_in_contrast_themes_what_is_chosen_can_be_told(browser: Browser, kind: str) -> None:
    """There, colours, backgrounds and shadows of the page are gone."""
    page = browser.new_page(forced_colors="active")
    page.set_content(f"<style>{''.join(style.read_text('utf-8') for style in STYLES)}</style>{BODY}")
    one, chosen = page.locator(kind).all()
    assert one.evaluate(LOOK) != chosen.evaluate(LOOK)
    one.focus()
    page.keyboard.press("Tab")
    assert "solid 3px" in page.evaluate("getComputedStyle(document.activeElement).outline")
    page.close()


def light(colour: str) -> float:
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """As WCAG reckons it."""
    dark, bright = sorted((light(one), light(other)))
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", [":root", ".dark"])
def test_who_asks_for_more_contrast_gets_seven_to_one(scheme: str) -> None:
    def colours(style: Path) -> dict[str, str]:
        block = re.search(rf"{re.escape(scheme)} \{{(.*?)\}}", style.read_text("utf-8"), re.DOTALL)
        assert block
        return dict(re.findall(r"--ra-([\w-]+): (#[0-9a-f]{6})", block[1]))

    usual, more = colours(STYLES[0]), colours(STYLES[2])
    under = {name for name in usual if name in {"ground", "card"} or name.endswith("tint")}
    grounds = [usual[name] for name in under]
    words = {name: colour for name, colour in {**usual, **more}.items() if name not in {*under, "line", "main-ink"}}
    assert len(words) == 8
    assert {n: c for n, c in words.items() if min(contrast(c, ground) for ground in grounds) < 7} == {}
    assert contrast(more["main"], usual["main-ink"]) >= 7
