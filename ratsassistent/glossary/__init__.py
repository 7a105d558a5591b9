"""The glossary: council terms in plain German, and where they occur in a text.

What enters: the entries (`*.toml` beside this file, one a field of council work) and texts. What leaves: `Entry`
objects, and where in a text their terms stand.
What it does not know: papers, pages, statements, the surface. An entry explains a word in general; it says nothing about
the paper that the word stands in.
"""

from ratsassistent.glossary.finding import find, terms_in
from ratsassistent.glossary.loading import Entry, entries, sort_key, topics
from ratsassistent.glossary.looking_up import look_up, similar

__all__ = ["Entry", "entries", "find", "look_up", "similar", "sort_key", "terms_in", "topics"]
