"""Coming in and going out where the page is offered to others: the sign-in page, the cookie, and who is let through.

What enters: requests that may be asked (`page_door`), the persons of the data folder (`people`). What leaves: the sign-in page
(plain HTML, no script), redirects, refusals; whoever has signed in is passed on, with id and name in the scope.
What it does not know: what is behind it.

The cookie is sent to nobody but this server, is out of reach of scripts, and ends with the browser. It is not Gradio's own
sign-in (`auth=`): that keeps plain passwords in memory, knows no brake, no end of a session and no German.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from urllib.parse import parse_qs

from ratsassistent.output.page_allowed import hidden_buttons
from ratsassistent.output.page_door import BACK, STARTED, Door, Refused
from ratsassistent.output.page_elsewhere import START, Elsewhere
from ratsassistent.output.page_guard import (
    ACTS,
    PERSON,
    Application,
    Message,
    Receive,
    Send,
    read_body,
    refuse,
)
from ratsassistent.output.page_plain import Head, bounce, cookie_of, go, page, set_cookie
from ratsassistent.output.page_text import count, safe
from ratsassistent.people import AT_ONCE, People, SignedIn, Wait

SIGN_IN, SIGN_OUT = "/anmelden", "/abmelden"
_MOST_FORM = 8_000  # bytes
_MOST_WAITING = 20  # sign-ins that are being looked at
_WRONG = "Name oder Kennwort stimmt nicht."
_OUT = "Sie sind abgemeldet."
_BUSY = "Gerade melden sich sehr viele an. Bitte versuchen Sie es gleich noch einmal."
_LOST = "Sie sind nicht angemeldet."
_SCRIPT = (Path(__file__).parent / "page_signed_in.js").read_text(encoding="utf-8")
_FORM = """<h1>Anmelden</h1>{told}{elsewhere}<form method="post" action="/anmelden">
<label for="name">Name</label><input id="name" name="name" type="text" value="{name}" required maxlength="200" autocomplete="username"
 autocapitalize="none" spellcheck="false">
<label for="kennwort">Kennwort</label><input id="kennwort" name="kennwort" type="password" required maxlength="300"
 autocomplete="current-password"{about}>
<button>Anmelden</button></form>
<p class="small">Kennwort vergessen? Wer Ratsassistent bei Ihnen betreut, kann ein neues vergeben.</p>"""
_BAR = """<style>
#ra-session, #ra-signed-out {{ font: 1rem/1.4 "Segoe UI", "Noto Sans", "Helvetica Neue", Arial, sans-serif; padding: .35rem 1rem; }}
#ra-session form {{ display: flex; flex-wrap: wrap; gap: .25rem 1rem; align-items: center; justify-content: flex-end; margin: 0; }}
#ra-session {{ color: var(--ra-soft, #4a575b); }}
#ra-session button {{ font: inherit; font-weight: 600; min-height: 2.75rem; padding: .25rem 1rem; color: var(--ra-main, #0b5560); cursor: pointer;
 background: var(--ra-card, #fff); border: 2px solid var(--ra-main, #0b5560); border-radius: .5rem; }}
#ra-session button:focus-visible, #ra-signed-out a:focus-visible {{ outline: 3px solid var(--ra-main, #0b5560); outline-offset: 2px; }}
#ra-signed-out {{ position: sticky; top: 0; z-index: 100; color: #6b1d0b; background: #fdeee8; border-bottom: 3px solid #9c2a10; font-weight: 600; }}
#ra-signed-out a {{ color: #6b1d0b; }}
@media print {{ #ra-session, #ra-signed-out {{ display: none; }} }}
</style><nav id="ra-session" aria-label="Anmeldung"><form method="post" action="/abmelden"><span>Angemeldet: {name}</span>
<button>Abmelden</button></form></nav><script>{script}</script>"""  # of the start page: above the page itself


class SignIn:
    """ASGI application around what only those may see who have signed in."""

    def __init__(self, app: Application, people: People, door: Door, elsewhere: Elsewhere | None = None) -> None:
        """:param door: how the page is offered: whether cookies go over TLS only, and where a request comes from.

        :param elsewhere: signs in with accounts that are kept elsewhere.
        """
        self._app, self._people, self._door, self._elsewhere = app, people, door, elsewhere
        _ = people.nobody  # so that the first wrong name takes no longer than others
        self.cookie = "__Host-ratsassistent" if door.secure else "ratsassistent"
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="anmelden")
        self._waiting = 0

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request."""
        path, method = scope["path"], scope["method"]
        token = cookie_of(scope, self.cookie)
        who = await asyncio.to_thread(self._people.session, token, acts=path == "/") if token else None
        if path == SIGN_IN and method == "POST":
            await self._try(scope, receive, send)
        elif path == SIGN_IN and method in {"GET", "HEAD"}:
            await (
                go("/", send)
                if who
                else self._form(send, told=_OUT if scope.get("query_string") == b"abgemeldet" else "")
            )
        elif path == SIGN_OUT and method == "POST":
            await self._leave(token, send)
        elif self._elsewhere and path == START and method == "GET":
            await (go("/", send) if who else self._elsewhere.begin(scope, send, self._form))
        elif self._elsewhere and path == BACK and method == "GET":
            await self._elsewhere.back(scope, send, self._form, self._set_cookie)
        elif (
            path == STARTED and method == "GET"
        ):  # the server itself, once; it tells nothing and does nothing a second time
            await self._app(scope, receive, send)
        elif who is not None and token is not None:
            acts = partial(asyncio.to_thread, self._people.session, token)
            role = await asyncio.to_thread(self._people.role_of, who[0]) if path == "/" else None
            bar = (_BAR.format(name=safe(who[1]), script=_SCRIPT) + hidden_buttons(role)).encode()
            await self._app({**scope, PERSON: who, ACTS: acts, "ratsassistent.bar": bar}, receive, send)
        elif path == "/" and method in {"GET", "HEAD"}:
            await (bounce(send) if _comes_from_elsewhere(scope) else go(SIGN_IN, send))
        else:
            await refuse(Refused(401, _LOST), send, (b"x-ratsassistent", b"anmelden"))

    async def _leave(self, token: str | None, send: Send) -> None:
        left = await self._elsewhere.left(token) if self._elsewhere and token else None
        if token:
            await asyncio.to_thread(self._people.sign_out, token)
        if left:
            await page(send, "Abgemeldet", left, self._set_cookie(""))
        else:
            await go(f"{SIGN_IN}?abgemeldet", send, self._set_cookie(""))

    async def _try(self, scope: Message, receive: Receive, send: Send) -> None:
        body = await read_body(receive, _MOST_FORM)
        if body is None:
            await refuse(Refused(413, _WRONG), send)
            return
        try:
            given = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=10)
        except ValueError:
            given = {}
        name, password = (given.get(field, [""])[-1] for field in ("name", "kennwort"))
        if self._waiting >= _MOST_WAITING:
            await self._form(send, status=503, told=_BUSY, wrong=True, name=name)
            return
        self._waiting += 1
        try:
            loop, address = asyncio.get_running_loop(), self._door.address_of(scope)
            made = await loop.run_in_executor(self._pool, self._people.sign_in, name, password, address)
        finally:
            self._waiting -= 1
        if isinstance(made, SignedIn):
            await go("/", send, self._set_cookie(made.token))
        elif isinstance(made, Wait):
            after = (b"retry-after", str(made.seconds).encode())
            await self._form(send, after, status=429, told=_wait(made.seconds), wrong=True, name=name)
        else:
            await self._form(send, status=401, told=_WRONG, wrong=True, name=name)

    async def _form(
        self,
        send: Send,
        *more: Head,
        status: int = 200,
        told: str = "",
        wrong: bool = False,
        name: str = "",
    ) -> None:
        role = 'id="hinweis" role="alert" class="wrong"' if wrong else 'role="status"'
        said = f"<p {role}>{safe(told)}</p>" if told else ""
        about = ' aria-describedby="hinweis"' if wrong else ""
        there = self._elsewhere.button() if self._elsewhere else ""
        body = _FORM.format(told=said, elsewhere=there, name=safe(name[:200]), about=about)
        await page(send, "Anmelden", body, *more, status=status)

    def _set_cookie(self, token: str) -> Head:
        """The cookie with a session's token; without one it goes."""
        return set_cookie(self.cookie, token, secure=self._door.secure)


def _comes_from_elsewhere(scope: Message) -> bool:
    """Whether somebody follows a link in a mail or on another page: then the browser holds a cookie of this kind back."""
    if scope.get("query_string") == b"weiter":  # it has been sent on already
        return False
    return any(n.lower() == b"sec-fetch-site" and v == b"cross-site" for n, v in scope["headers"])


def _wait(seconds: int) -> str:
    time = count(seconds, "Sekunde", "Sekunden") if seconds < 90 else f"{-(-seconds // 60)} Minuten"
    return f"Zu viele falsche Versuche. Bitte warten Sie {time} und versuchen Sie es dann noch einmal."
