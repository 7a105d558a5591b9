"""The course: five short lessons whose examples stand in the demonstration pack, shown without a way out of the page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from wallerfurt import page_text, tight

from ratsassistent.course import lessons
from ratsassistent.course.loading import load
from ratsassistent.errors import RatsassistentError
from ratsassistent.output import page_course

PAGE = re.compile(r"\bS\. (\d+)\b")
QUOTE = re.compile(r"„([^“]*)“")
NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


def blocks() -> Iterator[str]:
    """Each paragraph, quotation and list entry of the course that names a page."""
    for lesson in lessons():
        answers = "\n\n".join(f"{q.text}\n\n{q.answer}" for q in lesson.questions)
        for block in re.split(r"\n\s*\n|\n(?=- |\d+\. )", f"{lesson.text}\n\n{answers}"):
            if PAGE.search(block):
                yield block


def untrue(block: str) -> list[str]:
    """The quotations and figures of a block that stand on none of the pages it names."""
    pages = "|".join(tight(page_text(int(number))) for number in PAGE.findall(block))
    said = QUOTE.findall(block)
    rest = QUOTE.sub("", PAGE.sub("", block))
    numbers = [n for n in NUMBER.findall(rest) if tight(n) not in re.findall(r"\d+", pages) and tight(n) not in pages]
    return [quote for quote in said if tight(quote) not in pages] + numbers


def test_the_course_takes_ten_minutes_and_asks_after_each_lesson() -> None:
    words = sum(
        len(f"{one.text} {' '.join(q.text + ' ' + q.answer for q in one.questions)}".split()) for one in lessons()
    )
    assert [one.number for one in lessons()] == [1, 2, 3, 4, 5]
    assert 1200 <= words <= 1800  # 120 to 180 words a minute
    assert all(1 <= len(one.questions) <= 2 for one in lessons())


def test_what_the_course_quotes_stands_in_the_demonstration_pack() -> None:
    found = list(blocks())
    assert sum(len(PAGE.findall(block)) for block in found) >= 12
    assert sum(len(QUOTE.findall(block)) for block in found) >= 6
    assert {block: wrong for block in found if (wrong := untrue(block))} == {}


@pytest.mark.parametrize(
    ("block", "wrong"),
    [
        ("Die Halle kostet 2.402.400 € (S. 3).", []),
        ("Die Halle kostet 2.402.401 € (S. 3).", ["2.402.401"]),
        (
            "„Die Kostenberechnung schließt mit einem Gewinn.“ (S. 3)",
            ["Die Kostenberechnung schließt mit einem Gewinn."],
        ),
        ("Die Verwaltung schätzt 96.000 € (S. 30).", ["96.000"]),
    ],
)
def test_an_untrue_example_would_be_noticed(block: str, wrong: list[str]) -> None:
    assert untrue(block) == wrong


def test_the_pages_named_as_secret_or_scanned_are(truth: dict[str, Any]) -> None:
    closed = {item["number"]: item["first_page"] for item in truth["agenda"] if not item["public"]}
    cloud = lessons()[3].text
    assert f"(S. {closed['N 1']})" in cloud
    assert f"(S. {closed['N 2']})" in cloud
    assert "(S. 32)" in cloud
    assert truth["scanned_pages"] == [32]


def test_the_law_is_named_with_care() -> None:
    law = lessons()[4].text
    for needed in ("keine Rechtsberatung", "Artikel 4", "Artikel 50", "2. Februar 2025", "2. August 2026", "DSGVO", "Österreich",
                   "Schweiz", "redaktionelle Verantwortung"):  # fmt: skip
        assert needed in law


def test_every_page_number_is_a_button_and_nothing_leads_away() -> None:
    for lesson in lessons():
        html = page_course.course(lessons(), lesson.number)
        answers = "".join(q.answer for q in lesson.questions)
        assert html.count('data-do="cite"') == len(PAGE.findall(lesson.text + answers))
        assert not re.search(r"<a\b|<img|href|src=|http", html)
        assert f"Teil {lesson.number} von 5" in html
        assert html.count("<details>") == len(lesson.questions)


def test_the_way_through_the_lessons() -> None:
    first, last = page_course.course(lessons(), 1), page_course.course(lessons(), 5)
    assert 'data-lesson="2"' in first
    assert "Zurück" not in first
    assert 'data-part="glossar"' in last
    for beyond in (None, 0, 6):
        assert page_course.course(lessons(), beyond).count("data-lesson") == 6  # five lessons, and where to begin


def test_markup_in_a_lesson_is_shown_and_not_done() -> None:
    html = page_course.markdown(
        '<script>alert(1)</script> <b onclick="x">a</b> [klick](http://boese.example/) ![x](y.png) S. 3'
    )
    assert not re.search(r"<script|<b |<a |<img", html)
    assert "&lt;script&gt;" in html
    assert 'data-page="3"' in html


@pytest.mark.parametrize(
    "text",
    ["", "Kein Titel\n\n## Frage: Was?\n\nDas.", "# Titel\n\nText ohne Frage.", "# T\n\nText\n\n## Frage: Was?\n"],
)
def test_a_damaged_lesson_is_one_sentence(tmp_path: Path, text: str) -> None:
    (tmp_path / "1.md").write_text(text, encoding="utf-8")
    with pytest.raises(RatsassistentError, match="Kurs fehlt oder ist beschädigt"):
        load(tmp_path)
    with pytest.raises(RatsassistentError, match="Kurs fehlt oder ist beschädigt"):
        load(tmp_path / "nirgends")
