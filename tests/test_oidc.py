"""Signing in with an account of the municipality: against a certified provider, as far as one can be started here."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path

import oidc_server
import pytest
from asked import form
from joserfc.jwk import KeySet
from oidc_house import GOOD, House
from oidc_server import Browser, RealProvider

pytestmark = pytest.mark.skipif(oidc_server.missing() is not None, reason=str(oidc_server.missing()))
KEYS = [
    KeySet.generate_key_set("RSA", 2048, {"alg": "RS256", "use": "sig"}, count=1).as_dict(private=True) for _ in "12"
]
PEOPLE = {
    "anna-1": {"name": "Anna Beck", "email": "Anna.Beck@rat.example", "email_verified": True},
    "eve-2": {"name": "Eve <b>", "email": "anna.beck@rat.example", "email_verified": False},
    "udo-3": {"name": "Udo Ohm", "email": "udo@rat.example", "email_verified": True},
}


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
    there = re.search(r'class="button" href="([^"]+)">Auch dort abmelden', out.text)
    assert there
    assert house.who() is None
    assert house.back(browser.sign_in(house.there())).status == 200  # still signed in there: nothing was asked
    assert house.who() == "Anna B."
    assert browser.sign_out(html.unescape(there[1])) == oidc_server.LEAVES


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


def test_newcomers_read_only_and_are_not_mistaken_for_others(
    tmp_path: Path, real: RealProvider, browser: Browser
) -> None:
    house = House(tmp_path, real.issuer, newcomers=True)
    house.people.add("Anna Beck", GOOD, "sitzungsdienst")
    assert house.back(browser.sign_in(house.there(), "anna-1")).status == 200
    assert house.who() == "Anna Beck (2)"
    assert house.people.named("Anna Beck (2)").role == "leserecht"
    house.people.block("Anna Beck (2)")
    assert house.who() is None
    assert house.back(browser.sign_in(house.there())).status == 403
    assert house.who() is None


def test_while_the_provider_is_away_others_sign_in_and_then_its_keys_may_be_others(
    house: House, real: RealProvider, browser: Browser
) -> None:
    house.persons.invite("Udo", house.issuer, "sub", "udo-3")
    assert house.back(browser.sign_in(house.there(), "udo-3")).status == 200
    real.stop()
    house.cookies.clear()
    way = house.there()  # what it is, is remembered for a while
    assert way.startswith(house.issuer)
    house.elsewhere._flow = None
    reply = house.ask("/anmelden/konto")
    assert reply.status == 503
    assert "Der Anmeldedienst ist nicht zu erreichen" in reply.text
    signed = house.ask("/anmelden", "POST", body=form(name="Carla", kennwort=GOOD))
    assert signed.status == 303
    assert house.who() == "Carla"

    real.start(KEYS[1])
    house.cookies.clear()
    way = house.there()
    flow = house.elsewhere._flow
    assert flow is not None
    flow._keys = (flow._clock() - 60, KeySet.import_key_set(KEYS[0]))  # those of a minute ago
    assert house.back(Browser().sign_in(way, "udo-3")).status == 200
    assert house.who() == "Udo"


def test_who_changes_his_mind_there_is_not_signed_in(house: House, browser: Browser) -> None:
    refused = house.back(browser.sign_in(house.there(), refuse=True))
    assert refused.status == 401
    assert "abgebrochen" in refused.text
