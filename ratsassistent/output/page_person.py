"""Who is at the other end of a click, where the page is offered to others.

What enters: settings, and what Gradio knows of the request that is being worked on. What leaves: the settings of that person.
What it does not know: how somebody signs in (`page_signin`), what a person may see and do (`rights`).
"""

from __future__ import annotations

import sys
from dataclasses import replace

from ratsassistent.output.page_guard import PERSON
from ratsassistent.settings import Settings


class Acting:
    """What has settings of its own gets those of whoever is at the other end, each time it asks for them.

    In a thread that no click runs in nobody is at the other end: where people sign in, nothing is seen there that is not public.
    """

    def __init__(self, settings: Settings) -> None:
        self.given = settings

    @property
    def settings(self) -> Settings:
        """The settings of who is at the other end of the click that is being worked on."""
        return acting(self.given)


def acting(settings: Settings) -> Settings:
    """The settings with the name of who has signed in; the same where nobody has to.

    To be called while the click is worked on, not in a thread begun by it.
    """
    if "gradio" not in sys.modules:
        return settings
    from gradio.context import LocalContext

    request = LocalContext.request.get(None)
    inner = getattr(request, "request", None)
    who = getattr(inner, "scope", {}).get(PERSON)
    return replace(settings, person=who[0], name=who[1]) if who else settings
