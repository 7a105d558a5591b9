"""The lessons of the course, read from the Markdown files that come with the program.

What enters: nothing but those files. What leaves: frozen `Lesson` objects in the order of the files' names.
What it does not know: how Markdown is shown, whether what a lesson quotes stands where it says (a test sees to that).

A file begins with ``# title``; its text follows; each question is ``## Frage: …`` with the answer below it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ratsassistent.errors import RatsassistentError

TITLE = "KI im Ehrenamt"
MINUTES = 10  # about 1,500 words, read slowly
_FOLDER = Path(__file__).resolve().parent
_TITLE = re.compile(r"# +(\S.*)\n")
_QUESTION = re.compile(r"^## +Frage: *(\S.*)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Question:
    """What a reader asks himself at the end of a lesson, in plain text, and the answer in Markdown."""

    text: str
    answer: str


@dataclass(frozen=True, slots=True)
class Lesson:
    """One lesson: `number` counts from 1, `text` is Markdown."""

    number: int
    title: str
    text: str
    questions: tuple[Question, ...]


@lru_cache(maxsize=1)
def lessons() -> tuple[Lesson, ...]:
    """All lessons, in their order."""
    return load(_FOLDER)


def load(folder: Path) -> tuple[Lesson, ...]:
    """The lessons of the files in a folder.

    :raises RatsassistentError: there are none, or one is damaged, so the installation is.
    """
    try:
        read = [file.read_text(encoding="utf-8") for file in sorted(folder.glob("*.md"))]
        found = tuple(_lesson(number, text) for number, text in enumerate(read, 1))
    except (OSError, ValueError) as error:
        raise _damaged() from error
    if not found:
        raise _damaged()
    return found


def _lesson(number: int, text: str) -> Lesson:
    head = _TITLE.match(text)
    body, *rest = _QUESTION.split(text[head.end() :] if head else text)
    questions = tuple(Question(q.strip(), a.strip()) for q, a in zip(rest[::2], rest[1::2], strict=True))
    if head is None or not body.strip() or not questions or not all(q.answer for q in questions):
        raise ValueError(f"lesson {number} is not whole")
    return Lesson(number, head[1].strip(), body.strip(), questions)


def _damaged() -> RatsassistentError:
    return RatsassistentError("Der Kurs fehlt oder ist beschädigt: bitte Ratsassistent neu installieren.")
