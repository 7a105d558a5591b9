"""The course as HTML: the list of lessons, one lesson at a time, questions with folded answers.

What enters: the lessons of `course` (Markdown). What leaves: escaped HTML; "S. 3" is a button that shows that page of the
demonstration pack. What it does not know: Gradio, how a page is drawn.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from markdown_it import MarkdownIt
from markdown_it.token import Token

from ratsassistent.course import MINUTES, TITLE, Lesson, Question
from ratsassistent.output.page_text import action, count, safe

DEMO = "beispiel"  # stands for the demonstration pack where a button wants a file
DEMO_NAME = "Beispielunterlagen der erfundenen Stadt Wallerfurt"
_PAGE = re.compile(r"\bS\. (\d+)\b")
# No HTML, no links, no pictures: nothing of a lesson leads out of the page.
_READER = MarkdownIt("commonmark", {"html": False}).disable(["link", "image", "autolink", "html_inline", "html_block"])


def course(lessons: tuple[Lesson, ...], number: int | None) -> str:
    """The lesson with this number, or where there is none such the beginning of the course."""
    lesson = next((one for one in lessons if one.number == number), None)
    body = _beginning(lessons) if lesson is None else _lesson(lessons, lesson)
    return f'<article class="ra-course" aria-label="Kurs">{body}</article>'


def _beginning(lessons: tuple[Lesson, ...]) -> str:
    rows = "".join(
        f'<li><button type="button" class="ra-row" data-do="help" data-part="kurs" data-lesson="{one.number}">'
        f'<span class="ra-number">{one.number}</span> <strong>{safe(one.title)}</strong></button></li>'
        for one in lessons
    )
    start = action("help", "Mit dem ersten Teil beginnen", css="ra-button ra-primary", part="kurs", lesson=1)
    return (
        f'<h2 class="ra-title" tabindex="-1">Kurs: {safe(TITLE)}</h2>'
        f"<p>{count(len(lessons), 'Teil', 'kurze Teile')}, zusammen etwa {MINUTES} Minuten. Alle Beispiele stammen aus den "
        "mitgelieferten Unterlagen einer erfundenen Stadt. Am Ende jedes Teils steht eine Frage zum Nachdenken; ein Klick darauf "
        f'zeigt die Antwort.</p><p class="ra-buttons">{start}</p><ol class="ra-list">{rows}</ol>'
        '<p class="ra-small">Der Kurs ist keine Rechtsberatung.</p>'
    )


def _lesson(lessons: tuple[Lesson, ...], given: Lesson) -> str:
    turns = [action("help", "Alle Teile", part="kurs")]
    names = {one.number: one.title for one in lessons}
    if given.number - 1 in names:
        turns.insert(0, action("help", "← Zurück", part="kurs", lesson=given.number - 1))
    if given.number + 1 in names:
        label = f"Weiter: {names[given.number + 1]} →"
        turns.append(action("help", label, css="ra-button ra-primary", part="kurs", lesson=given.number + 1))
    else:
        turns.append(action("help", "Fertig. Weiter zum Glossar →", css="ra-button ra-primary", part="glossar"))
    asked = "".join(_question(each) for each in given.questions)
    title = "Frage zum Nachdenken" if len(given.questions) == 1 else "Fragen zum Nachdenken"
    return (
        f'<p class="ra-small">Kurs: {safe(TITLE)} · Teil {given.number} von {len(lessons)}</p>'
        f'<h2 class="ra-title" tabindex="-1">{safe(given.title)}</h2>{markdown(given.text)}'
        f'<section class="ra-quiz"><h3>{title}</h3>{asked}</section><p class="ra-buttons">{"".join(turns)}</p>'
    )


def _question(given: Question) -> str:
    return (
        f'<details><summary>{safe(given.text)}</summary><div class="ra-solution"><p class="ra-small">Antwort</p>'
        f"{markdown(given.answer)}</div></details>"
    )


def markdown(text: str) -> str:
    """Markdown of the program's own files as HTML; whatever is HTML in it is shown, not done."""
    tokens = _READER.parse(text)
    for token in tokens:
        token.children = list(_with_pages(token.children)) if token.children else token.children
    html: str = _READER.renderer.render(tokens, _READER.options, {})
    return html


def _with_pages(tokens: list[Token]) -> Iterator[Token]:
    """The same inline tokens, with a button in place of each page number."""
    for token in tokens:
        if token.type != "text":
            yield token
            continue
        for n, piece in enumerate(_PAGE.split(token.content)):
            if n % 2 == 0:
                yield Token("text", "", 0, content=piece)
            else:
                yield Token("html_inline", "", 0, content=page_button(int(piece)))


def page_button(number: int) -> str:
    """A button that shows a page of the demonstration pack."""
    name = f"Seite {number} der Beispielunterlagen zeigen"
    return action("cite", f"S. {number}", css="ra-cite", name=name, file=DEMO, page=number)
