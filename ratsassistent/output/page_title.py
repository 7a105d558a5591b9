"""The head of the page as HTML: the program's name, and where papers go, for as long as the page is open.

What enters: settings. What leaves: HTML (escaped).
What it does not know: Gradio, how a server is spoken to.
"""

from __future__ import annotations

import contextlib

from ratsassistent import language_models
from ratsassistent.errors import InputError
from ratsassistent.output import phrases_database, phrases_server
from ratsassistent.output.page_text import safe
from ratsassistent.settings import Settings

_TITLE = """<div class="ra-top"><span class="ra-logo" aria-hidden="true">§</span><div><p class="ra-name">Ratsassistent</p>
<p class="%s" id="ra-slogan">%s</p></div></div>"""


def title(settings: Settings) -> str:
    """The head of the page, as it is true now."""
    told = slogan(settings)
    always = told != phrases_server.slogan(
        None
    )  # the usual line makes room while somebody reads; that something leaves does not
    return _TITLE % ("ra-where" if always else "ra-small", safe(told))


def slogan(settings: Settings) -> str:
    """The line below the name; that a server's setting cannot be understood is said by whoever wants to use it."""
    server = None
    with contextlib.suppress(InputError):
        server = language_models.server(settings)
    return phrases_database.too_in(phrases_server.slogan(server), phrases_database.places(settings))
