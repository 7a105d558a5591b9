"""Signing in with the municipality's own account (OpenID Connect): the button, the way there, the one address to come back to.

What enters: requests that may be asked (`page_door`), the provider that is set (`oidc`). What leaves: redirects there, and a session's
cookie; or the sign-in page with a sentence. What it does not know: what is believed of an answer (`oidc.flow`), who is let in (`oidc.persons`).

A sign-in under way is known by its state, and belongs to the browser that began it: that holds a cookie of its own, which comes
along when the provider sends the browser back (hence „Lax“). Nothing that a request says decides where a browser is sent.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import secrets
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import parse_qs

from ratsassistent.errors import InputError
from ratsassistent.oidc import provider as settings
from ratsassistent.oidc.provider import Provider
from ratsassistent.output.page_door import BACK, Door
from ratsassistent.output.page_guard import Message, Send
from ratsassistent.output.page_plain import Head, bounce, cookie_of, go, set_cookie
from ratsassistent.output.page_text import safe
from ratsassistent.people import People, Wait

if TYPE_CHECKING:
    from ratsassistent.oidc.flow import Account, Begun, Flow
    from ratsassistent.oidc.persons import Persons

START = "/anmelden/konto"
PATIENCE_S = 600.0  # between going there and coming back
MOST_BEGUN, MOST_OF_ONE = 2000, 30  # sign-ins under way: in all, from one address
MOST_ASKED = 40  # requests to the provider that wait for their turn
MOST_TOKENS = 1000  # remembered for signing out there
_AT_ONCE = 4
_LATE = (
    "Die Anmeldung hat zu lange gedauert oder wurde in einem anderen Browser begonnen. Bitte beginnen Sie noch einmal."
)
_BUSY = "Gerade melden sich sehr viele an. Bitte versuchen Sie es gleich noch einmal."
_BUTTON = """<p><a class="button" href="/anmelden/konto">Mit dem {name} anmelden</a></p>
<p class="or"><span>oder mit Name und Kennwort</span></p>"""
_LEFT = """<h1>Sie sind abgemeldet</h1><p>Bei Ratsassistent sind Sie abgemeldet. Mit dem {name} sind Sie in diesem Browser noch angemeldet.</p>
<p><a class="button" href="{there}">Auch dort abmelden</a></p><p><a href="/anmelden">Wieder bei Ratsassistent anmelden</a></p>"""
Told = Callable[..., Awaitable[None]]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Way:
    """A sign-in under way."""

    begun: Begun
    provider: Provider
    browser: str  # a hash of its cookie
    address: str
    since: float


class Elsewhere:
    """Signs in with the provider that is set at the moment; without one there is nothing here.

    :param address: under which others call the page, with a slash at its end. :param flow_of: makes the way of a provider, for tests.
    """

    def __init__(
        self,
        people: People,
        data_folder: Path,
        door: Door,
        address: str,
        *,
        clock: Callable[[], float] = time.monotonic,
        flow_of: Callable[[Provider], Flow] | None = None,
    ) -> None:
        self._people, self._folder, self._door, self._address = people, data_folder, door, address
        self._clock, self._flow_of = clock, flow_of
        self._flow: Flow | None = None
        self._ways: OrderedDict[str, _Way] = OrderedDict()  # by state
        self._tokens: OrderedDict[str, str] = OrderedDict()  # ID tokens by hash of a session's, for signing out there
        self._pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="anmeldedienst")
        self._asked = 0
        self.cookie = "__Host-ratsassistent-weg" if door.secure else "ratsassistent-weg"

    @property
    def provider(self) -> Provider | None:
        """The provider that is set; one that cannot be read is none."""
        try:
            return settings.of(self._folder)
        except InputError:
            return None

    def button(self) -> str:
        """The way there on the sign-in page (HTML)."""
        provider = self.provider
        return _BUTTON.format(name=safe(provider.name)) if provider else ""

    # --- there

    async def begin(self, scope: Message, send: Send, told: Told) -> None:
        """Send the browser to the provider.

        :param told: shows the sign-in page with a sentence.
        """
        from ratsassistent.oidc.talk import NotNow

        provider, address = self.provider, self._door.address_of(scope)
        if provider is None:
            await go("/anmelden", send)
            return
        self._forget_old()
        if sum(way.address == address for way in self._ways.values()) >= MOST_OF_ONE or self._asked >= MOST_ASKED:
            await told(send, status=503, told=_BUSY, wrong=True)
            return
        try:
            begun = await self._ask(self._way(provider).begin, self._address + BACK.removeprefix("/"))
        except NotNow as error:
            await told(send, status=503, told=str(error), wrong=True)
            return
        held = cookie_of(scope, self.cookie)  # two windows of one browser may be under way
        browser = held if held and any(way.browser == _hashed(held) for way in self._ways.values()) else None
        browser = browser or secrets.token_urlsafe(32)
        self._ways[begun.state] = _Way(begun, provider, _hashed(browser), address, self._clock())
        while len(self._ways) > MOST_BEGUN:
            self._ways.popitem(last=False)
        await go(begun.address, send, self._held(browser))

    # --- and back

    async def back(self, scope: Message, send: Send, told: Told, cookie: Callable[[str], Head]) -> None:
        """Let in whom the provider vouches for.

        :param cookie: the one of a session with this token.
        """
        from ratsassistent.oidc.flow import Doubtful
        from ratsassistent.oidc.persons import NotKnown, Shut
        from ratsassistent.oidc.talk import NotNow

        brought, address = _brought(scope), self._door.address_of(scope)
        self._forget_old()
        way, held = self._ways.get(brought.get("state", "")), cookie_of(scope, self.cookie)
        if (
            way is None
            or not held
            or not hmac.compare_digest(way.browser, _hashed(held))
            or way.provider != self.provider
        ):
            await told(send, status=400, told=_LATE, wrong=True)
            return
        del self._ways[way.begun.state]  # once only
        gone = () if any(other.browser == way.browser for other in self._ways.values()) else (self._held(""),)
        wait = await asyncio.to_thread(self._people.waits, address)
        if isinstance(wait, Wait) or self._asked >= MOST_ASKED:
            await told(send, *gone, status=429, told=_BUSY, wrong=True)
            return
        try:
            account = await self._ask(self._account, way, brought)
            made = await self._ask(self._persons.let_in, account, way.provider)
        except Doubtful as error:
            await told(send, *gone, status=401, told=str(error), wrong=True)
            return
        except (NotNow, NotKnown, Shut) as error:
            await asyncio.to_thread(self._people.was_right, address)
            await told(send, *gone, status=503 if isinstance(error, NotNow) else 403, told=str(error), wrong=True)
            return
        await asyncio.to_thread(self._people.was_right, address)
        self._tokens[_hashed(made.token)] = account.id_token
        while len(self._tokens) > MOST_TOKENS:
            self._tokens.popitem(last=False)
        await bounce(send, cookie(made.token), *gone)

    def _account(self, way: _Way, brought: dict[str, str]) -> Account:
        flow = self._way(way.provider)
        account = flow.finish(way.begun, brought)
        return account if self._persons.knows(account) else flow.more_of(account)

    # --- and out

    async def left(self, token: str) -> str | None:
        """What to show to somebody who signs out here and may do so there, too (HTML); None: nothing of this kind."""
        provider = self.provider
        id_token = self._tokens.pop(_hashed(token), "")
        if provider is None or await asyncio.to_thread(self._persons.origin, token) != provider.issuer:
            return None
        there = await self._ask(self._way(provider).leaving, id_token, f"{self._address}anmelden")
        return _LEFT.format(name=safe(provider.name), there=safe(there)) if there else None

    # ---

    @property
    def _persons(self) -> Persons:
        from ratsassistent.oidc.persons import Persons

        return Persons(self._people)

    def _way(self, provider: Provider) -> Flow:
        """The way of a provider, which remembers what that is as long as the settings stay."""
        from ratsassistent.oidc.flow import Flow

        if self._flow is None or self._flow.provider != provider:
            self._flow = (self._flow_of or Flow)(provider)
        return self._flow

    async def _ask(self, do: Callable[..., T], *given: object) -> T:
        self._asked += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, do, *given)
        finally:
            self._asked -= 1

    def _held(self, browser: str) -> Head:
        return set_cookie(self.cookie, browser, secure=self._door.secure, same_site="Lax", seconds=int(PATIENCE_S))

    def _forget_old(self) -> None:
        before = self._clock() - PATIENCE_S
        while self._ways and next(iter(self._ways.values())).since < before:
            self._ways.popitem(last=False)


def _brought(scope: Message) -> dict[str, str]:
    """What the browser brings back; what it brings twice is left out."""
    try:
        given = parse_qs(str(scope.get("query_string", b""), "latin-1")[:20_000], max_num_fields=30)
    except ValueError:
        return {}
    return {name: values[0] for name, values in given.items() if len(values) == 1}


def _hashed(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
