"""The course "KI im Ehrenamt": ten minutes, five lessons, with examples from the demonstration pack.

What enters: the lessons (`*.md` beside this file). What leaves: frozen `Lesson` objects, their texts as Markdown.
What it does not know: HTML, the page, the archive. "S. 3" in a lesson is a page of the demonstration pack.
"""

from ratsassistent.course.loading import MINUTES, TITLE, Lesson, Question, lessons

__all__ = ["MINUTES", "TITLE", "Lesson", "Question", "lessons"]
