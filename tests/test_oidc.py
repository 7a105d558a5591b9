"""Signing in with an account of the municipality: against a certified provider, as far as one can be started here."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import oidc_server
import pytest
from argon2 import PasswordHasher
from asked import Echo, Reply, ask, form
from joserfc.jwk import KeySet
from oidc_server import CLIENT, SECRET, Browser, RealProvider

from ratsassistent.oidc import provider as settings
from ratsassistent.oidc.persons import Persons
from ratsassistent.output.page_door import Door
from ratsassistent.output.page_elsewhere import Elsewhere
from ratsassistent.output.page_guard import PERSON, Guard
from ratsassistent.output.page_signin import SignIn
from ratsassistent.people import People

pytestmark = pytest.mark.skipif(oidc_server.missing() is not None, reason=str(oidc_server.missing()))
GOOD = "vier Wörter sind genug"
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
KEYS = [KeySet.generate_key_set("RSA", 2048, {"alg": "RS256", "use": "sig"}, count=1).as_dict(private=True) for _ in "12"]
PEOPLE = {
    "anna-1": {"name": "Anna Beck", "email": "Anna.Beck@rat.example", "email_verified": True},
    "eve-2": {"name": "Eve <b>", "email": "anna.beck@rat.example", "email_verified": False},
    "udo-3": {"name": "Udo Ohm", "email": "udo@rat.example", "email_verified": True},
}


class House:
    """A page for several people, one of whom has a password; and the browser of one of them."""

    def __init__(self, folder: Path, issuer: str, **more: object) -> None:
        self.people = People(folder, hasher=CHEAP)
        self.people.add("Carla", GOOD)
        made = settings.made(issuer, CLIENT, **more)  # type: ignore[arg-type]
        settings.store(folder, made, SECRET)
        self.folder, self.issuer, self.persons = folder, issuer, Persons(self.people)
        self.door = Door(names=frozenset({"rat.example"}), secure=True)
        self.reached = Echo()
        self.elsewhere = Elsewhere(self.people, folder, self.door, "https://rat.example/")
        self.guard = Guard(self.reached, self.door, around=lambda app: SignIn(app, self.people, self.door, self.elsewhere))
        self.cookies: dict[str, str] = {}

    def ask(self, path: str = "/", method: str = "GET", **more: str | bytes) -> Reply:
        heads = {"host": "rat.example", "cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        reply = ask(self.guard, path, method, client=("10.0.0.7", 1), **{**heads, **more})  # type: ignore[arg-type]
        for name, value in reply.heads:
            if name == b"set-cookie":
                key, _, rest = value.decode().partition("=")
                self.cookies[key] = rest.partition(";")[0]
                if "Max-Age=0" in rest:
                    del self.cookies[key]
        return reply

    def there(self) -> str:
        reply = self.ask("/anmelden/konto")
        assert reply.status == 303, reply.text
        return reply.head("location")

    def back(self, address: str) -> Reply:
        """As a browser does that the provider has sent back."""
        path = address.removeprefix("https://rat.example")
        foreign = {"sec_fetch_site": "cross-site", "sec_fetch_mode": "navigate", "sec_fetch_dest": "document"}
        return self.ask(path, **foreign)

    def who(self) -> str | None:
        self.reached.scopes.clear()
        self.ask("/")
        return self.reached.scopes[0][PERSON][1] if self.reached.scopes else None


@pytest.fixture(scope="module")
def real() -> Iterator[RealProvider]:
    running = RealProvider(KEYS[0], PEOPLE)
    yield running
    running.stop()


@pytest.fixture
def house(tmp_path: Path, real: RealProvider) -> House:
    return House(tmp_path, real.issuer)


@pytest.fixture
def browser() -> Iterator[Browser]:
    made = Browser()
    yield made
    made.close()


def test_an_invited_person_comes_in_and_out_again(house: House, browser: Browser) -> None:
    house.persons.invite("Anna B.", house.issuer, "email", "anna.beck@rat.example")
    reply = house.back(browser.sign_in(house.there(), "anna-1"))
    assert reply.status == 200, reply.text
    assert 'content="0; url=/?weiter"' in reply.text
    session = next(v.decode() for n, v in reply.heads if n == b"set-cookie" and b"-weg" not in v)
    assert set(session.split("; ")[1:]) == {"Path=/", "HttpOnly", "SameSite=Strict", "Secure"}
    assert house.who() == "Anna B."
    assert house.persons.invitations() == []

    out = house.ask("/abmelden", "POST", origin="https://rat.example", sec_fetch_site="same-origin")
    assert "Auch dort abmelden" in out.text
    assert house.who() is None
    again = house.back(browser.sign_in(house.there()))  # still signed in there
    assert again.status == 200
    assert house.who() == "Anna B."


def test_who_was_not_invited_is_told_what_to_say(house: House, browser: Browser) -> None:
    house.persons.invite("Anna B.", house.issuer, "email", "anna.beck@rat.example")
    reply = house.back(browser.sign_in(house.there(), "eve-2"))  # the address of another, not verified
    assert reply.status == 403
    assert "Kennung eve-2" in reply.text
    assert house.who() is None
    house.persons.invite("Eve", house.issuer, "sub", "eve-2")
    assert house.back(browser.sign_in(house.there())).status == 200
    assert house.who() == "Eve"
    assert [one.name for one in house.persons.invitations()] == ["Anna B."]


def test_newcomers_read_only_and_are_not_mistaken_for_others(tmp_path: Path, real: RealProvider, browser: Browser) -> None:
    house = House(tmp_path, real.issuer, newcomers=True)
    house.people.add("Anna Beck", GOOD, "sitzungsdienst")
    assert house.back(browser.sign_in(house.there(), "anna-1")).status == 200
    assert house.who() == "Anna Beck (2)"
    assert house.people.named("Anna Beck (2)").role == "leserecht"
    house.people.block("Anna Beck (2)")
    assert house.who() is None
    assert house.back(browser.sign_in(house.there())).status == 403
    assert house.who() is None


def test_keys_of_the_provider_may_change(house: House, real: RealProvider, browser: Browser) -> None:
    house.persons.invite("Udo", house.issuer, "sub", "udo-3")
    assert house.back(browser.sign_in(house.there(), "udo-3")).status == 200
    real.stop()
    real.start(KEYS[1])
    try:
        house.elsewhere._flow._keys = (0.0, house.elsewhere._flow._keys[1])  # type: ignore[union-attr,index]
        house.cookies.clear()
        assert house.back(Browser().sign_in(house.there(), "udo-3")).status == 200
        assert house.who() == "Udo"
    finally:
        real.stop()
        real.start(KEYS[0])


def test_signing_out_there_too_and_refusing_there(house: House, browser: Browser) -> None:
    refused = house.back(browser.sign_in(house.there(), refuse=True))
    assert refused.status == 401
    assert "abgebrochen" in refused.text


def test_a_provider_that_is_away_leaves_the_others_alone(house: House, real: RealProvider) -> None:
    real.stop()
    try:
        reply = house.ask("/anmelden/konto")
        assert reply.status == 503
        assert "nicht zu erreichen" in reply.text
        signed = house.ask("/anmelden", "POST", body=form(name="Carla", kennwort=GOOD))
        assert signed.status == 303
        assert house.who() == "Carla"
    finally:
        real.start(KEYS[0])
