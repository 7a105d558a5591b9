"""What is not believed of a provider, and who cannot be made to sign in: the same rules against one that says anything."""

from __future__ import annotations

import base64
import hmac
import io
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import exported
import pytest
from commands import Result, Run
from cryptography.hazmat.primitives.asymmetric import rsa
from evil_provider import FOREIGN, KEY, EvilProvider
from joserfc.jwk import ECKey, KeySet, OctKey
from oidc_house import House
from oidc_server import BACK, CLIENT, SECRET

from ratsassistent import people as rules
from ratsassistent.oidc import provider as settings
from ratsassistent.oidc.flow import Account, Begun, Doubtful, Flow
from ratsassistent.oidc.talk import MOST_BYTES, NotNow, Talk
from ratsassistent.output import data_sheet, export
from ratsassistent.proof import sheet
from ratsassistent.settings import Settings


@pytest.fixture
def evil() -> Iterator[EvilProvider]:
    made = EvilProvider()
    yield made
    made.close()


@pytest.fixture
def flow(evil: EvilProvider, tmp_path: Path) -> Flow:
    made = settings.store(tmp_path, settings.made(evil.issuer, CLIENT), SECRET)
    assert made
    return Flow(made)


def begun(flow: Flow, evil: EvilProvider) -> Begun:
    made = flow.begin(BACK)
    evil.nonce = made.nonce
    return made


def finished(flow: Flow, evil: EvilProvider, **brought: str) -> Account:
    made = begun(flow, evil)
    return flow.finish(made, {"state": made.state, "code": "c0de", **brought})


def test_the_way_there_and_back_is_as_it_should_be(flow: Flow, evil: EvilProvider) -> None:
    made = begun(flow, evil)
    told = parse_qs(urlsplit(made.address).query)
    assert told["redirect_uri"] == [BACK]
    assert told["code_challenge_method"] == ["S256"]
    assert {"state", "nonce", "code_challenge"} <= told.keys()
    assert SECRET not in made.address
    assert made.verifier not in made.address
    account = flow.finish(made, {"state": made.state, "code": "c0de"})
    assert (account.issuer, account.subject) == (evil.issuer, "anna-1")
    assert evil.asked[0]["code_verifier"] == [made.verifier]
    assert evil.heads[0]["Authorization"].startswith("Basic ")
    again = flow.begin(BACK)
    assert not {made.state, made.nonce, made.verifier} & {again.state, again.nonce, again.verifier}


OTHER_EC = ECKey.generate_key("P-256", {"kid": "eins"})
NOW = int(time.time())


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://boese.example"},
        {"aud": "ein-anderes-programm"},
        {"aud": "ein-anderes-programm", "azp": CLIENT},
        {"aud": [CLIENT, "ein-anderes-programm"]},
        {"azp": "ein-anderes-programm"},
        {"nonce": "eine andere"},
        {"nonce": None},
        {"exp": NOW - 3600},
        {"exp": None},
        {"exp": float("nan")},
        {"exp": "morgen"},
        {"iat": NOW + 3600},
        {"nbf": NOW + 3600},
        {"sub": ""},
        {"sub": None},
        {"sub": ["anna-1"]},
        {"sub": "x" * 300},
        {"at_hash": "falsch"},
    ],
    ids=" ".join,  # no times: each process of the tests collects them for itself
)  # fmt: skip
def test_a_token_that_is_not_for_this_sign_in_is_not_believed(
    flow: Flow, evil: EvilProvider, claims: dict[str, object]
) -> None:
    evil.claims = claims
    with pytest.raises(Doubtful, match="hat nicht geklappt"):
        finished(flow, evil)


def _as_none(token: str) -> str:
    head = base64.urlsafe_b64encode(b'{"alg":"none"}').rstrip(b"=").decode()
    return f"{head}.{token.split('.')[1]}."


def _with_public_key(token: str) -> str:
    """Signed with what everybody knows, taken for a shared secret."""
    head = base64.urlsafe_b64encode(b'{"alg":"HS256","kid":"eins"}').rstrip(b"=").decode()
    signed = f"{head}.{token.split('.')[1]}"
    mac = hmac.digest(KEY.as_pem(private=False), signed.encode(), "sha256")
    return f"{signed}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"


@pytest.mark.parametrize(
    "how", ["foreign", "unsigned", "none", "public key as secret", "other kind", "changed", "no token", "jwe"]
)
def test_a_token_that_the_provider_has_not_signed_is_not_believed(flow: Flow, evil: EvilProvider, how: str) -> None:
    if how == "foreign":
        evil.key = FOREIGN
    elif how == "unsigned":
        evil.forge = lambda token: token.rpartition(".")[0] + "."
    elif how == "none":
        evil.forge = _as_none
    elif how == "public key as secret":
        evil.forge = _with_public_key
    elif how == "other kind":
        evil.header, evil.key = {"alg": "ES256", "kid": "eins"}, OTHER_EC
    elif how == "changed":
        body = base64.urlsafe_b64encode(b'{"sub":"admin"}').rstrip(b"=").decode()
        evil.forge = lambda token: ".".join([token.split(".")[0], body, token.split(".")[2]])
    elif how == "no token":
        evil.more = {"id_token": None}
    else:
        evil.more = {"id_token": "a.b.c.d.e"}
    with pytest.raises(Doubtful):
        finished(flow, evil)


def test_keys_that_are_no_public_keys_to_sign_with_are_left_out(flow: Flow, evil: EvilProvider) -> None:
    number = rsa.generate_private_key(65537, 1024).public_key().public_numbers().n
    weak = {**KEY.as_dict(private=False), "n": base64.urlsafe_b64encode(number.to_bytes(128)).rstrip(b"=").decode()}
    shared = OctKey.generate_key(256, {"kid": "geteilt"})
    evil.keys = {
        "keys": [shared.as_dict(private=True), weak, {**KEY.as_dict(private=False), "use": "enc"}, 7, {"kty": "RSA"}]
    }
    with pytest.raises(NotNow):
        flow.keys()
    evil.keys = {"keys": [*evil.keys["keys"], KEY.as_dict(private=True)]}
    found = flow.keys()
    assert [key.is_private for key in found] == [False]


def test_a_token_that_names_no_key_is_tried_with_each(flow: Flow, evil: EvilProvider) -> None:
    evil.keys = dict(KeySet([FOREIGN, KEY]).as_dict(private=False))
    evil.header = {"alg": "RS256"}
    assert finished(flow, evil).subject == "anna-1"


def test_keys_are_not_asked_for_again_and_again(flow: Flow, evil: EvilProvider) -> None:
    finished(flow, evil)
    held = flow.keys()
    evil.key = FOREIGN
    evil.keys = dict(KeySet([FOREIGN]).as_dict(private=False))
    with pytest.raises(Doubtful):
        finished(flow, evil)  # changed within ten seconds: that is not how keys change
    assert flow.keys() is held


@pytest.mark.parametrize("brought", [{"state": "x"}, {"state": ""}, {"iss": "https://boese.example"}, {"code": ""}])
def test_what_the_browser_brings_must_be_an_answer_to_what_was_asked(
    flow: Flow, evil: EvilProvider, brought: dict[str, str]
) -> None:
    with pytest.raises(Doubtful):
        finished(flow, evil, **brought)
    assert evil.asked == []


def test_where_a_provider_says_that_it_names_itself_it_must(flow: Flow, evil: EvilProvider) -> None:
    evil.about["authorization_response_iss_parameter_supported"] = True
    with pytest.raises(Doubtful):
        finished(flow, evil)
    assert finished(flow, evil, iss=evil.issuer).subject == "anna-1"


@pytest.mark.parametrize(
    "about",
    [
        {"issuer": "https://boese.example"},
        {"token_endpoint": "http://boese.example/token"},
        {"token_endpoint": "http://127.0.0.1:1/token"},
        {"jwks_uri": "https://127.0.0.1/jwks"},
        {"jwks_uri": None},
        {"authorization_endpoint": "http://127.0.0.1@boese.example/"},
        {"authorization_endpoint": "javascript:alert(1)"},
    ],
)
def test_a_provider_that_points_elsewhere_is_not_followed(
    flow: Flow, evil: EvilProvider, about: dict[str, str]
) -> None:
    evil.about |= about
    with pytest.raises(NotNow, match="antwortet nicht so, wie er soll"):
        flow.begin(BACK)


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/jwks", "/token"])
@pytest.mark.parametrize("kind", ["redirect", "huge", "html", "list", "deep", "error"])
def test_answers_that_are_none_are_refused(flow: Flow, evil: EvilProvider, path: str, kind: str) -> None:
    elsewhere = {"location": "http://127.0.0.1:1/"}
    evil.pages[path] = {
        "redirect": (302, elsewhere, b"{}"),
        "huge": (200, {}, b"[" * (MOST_BYTES + 1)),
        "html": (200, {}, b"<html>"),
        "list": (200, {}, b"[]"),
        "deep": (200, {}, b"[" * 100_000),
        "error": (500, {}, b"{}"),
    }[kind]
    with pytest.raises((NotNow, Doubtful)) as told:
        finished(flow, evil)
    assert SECRET not in f"{told.value} {told.value.why}"


def test_a_provider_that_trickles_is_left_after_a_while(flow: Flow, evil: EvilProvider) -> None:
    evil.pages["/token"] = (200, {}, b"tropfen")
    hasty = Flow(flow.provider, talk=Talk(flow.provider, deadline_s=0.3))
    with pytest.raises(NotNow):
        finished(hasty, evil)


def test_only_machines_of_the_own_network_are_asked_unless_allowed_by_name(evil: EvilProvider) -> None:
    asked: list[str] = []

    def outside(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["93.184.216.34"]

    made = settings.made("https://anmeldung.example", CLIENT)
    with pytest.raises(NotNow) as told:
        Flow(made, lookup=outside).begin(BACK)
    assert "--erlauben anmeldung.example" in told.value.why
    assert asked == ["anmeldung.example"]


# --- at the page


@pytest.fixture
def house(tmp_path: Path, evil: EvilProvider) -> House:
    made = House(tmp_path, evil.issuer)
    made.persons.invite("Anna", evil.issuer, "sub", "anna-1")
    return made


def way(house: House, evil: EvilProvider) -> str:
    """Where a good provider would send the browser back to."""
    told = parse_qs(urlsplit(house.there()).query)
    evil.nonce = told["nonce"][0]
    return f"{BACK}?code=c0de&state={told['state'][0]}"


def test_nobody_is_signed_in_with_the_account_of_another(house: House, evil: EvilProvider, tmp_path: Path) -> None:
    """Login CSRF: somebody begins, signs in there, and lets another's browser come back with it."""
    theirs = way(house, evil)
    mine, house.cookies = house.cookies, {}
    assert house.back(theirs).status == 400
    assert house.who() is None
    house.there()  # also not where that browser has begun a sign-in of its own
    assert house.back(theirs).status == 400
    assert house.who() is None
    house.cookies = mine
    assert house.back(theirs).status == 200
    assert house.who() == "Anna"
    house.cookies = {name: value for name, value in mine.items() if "weg" in name}
    assert house.back(theirs).status == 400  # a second time
    assert len(evil.asked) == 1


def test_two_windows_of_one_browser_may_be_under_way(house: House, evil: EvilProvider) -> None:
    first = way(house, evil)
    nonce = evil.nonce
    second = way(house, evil)
    assert house.back(second).status == 200
    evil.nonce = nonce
    assert house.back(first).status == 200


def test_a_sign_in_ends_when_nobody_comes_back_or_the_setting_changes(house: House, evil: EvilProvider) -> None:
    late = way(house, evil)
    house.now += 601
    assert house.back(late).status == 400
    changed = way(house, evil)
    settings.store(house.folder, settings.made(evil.issuer, "anders"), SECRET)
    assert house.back(changed).status == 400
    settings.store(house.folder, None)
    assert "Mit dem" not in house.ask("/anmelden").text
    assert house.ask("/anmelden/konto").head("location") == "/anmelden"
    assert evil.asked == []


def test_another_page_can_neither_begin_nor_decide_where_to(house: House, evil: EvilProvider) -> None:
    foreign = {"sec_fetch_site": "cross-site", "sec_fetch_mode": "navigate", "sec_fetch_dest": "document"}
    assert house.ask("/anmelden/konto", **foreign).status == 403
    assert house.ask("/anmelden/zurueck", "POST", origin="https://boese.example").status == 403
    assert house.ask("/anmelden/zurueck?next=https://boese.example", **foreign).status == 400
    for wanted in ("?next=https://boese.example", "?redirect_uri=https://boese.example"):
        told = parse_qs(urlsplit(house.ask(f"/anmelden/konto{wanted}").head("location")).query)
        assert told["redirect_uri"] == [BACK]
    there = way(house, evil)
    twice = house.back(f"{there}&next=https://boese.example&redirect_uri=https://boese.example")
    assert twice.status == 200
    assert "boese" not in twice.text + str(twice.heads)


def test_wrong_tries_slow_down_here_too(house: House, evil: EvilProvider, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(rules.FREE, "adresse", 3)
    evil.claims = {"aud": "anders"}
    for _ in range(3):
        assert house.back(way(house, evil)).status == 401
    evil.claims = {}
    right = way(house, evil)
    assert house.back(right).status == 429
    house.clock += 16
    assert house.back(way(house, evil)).status == 200


def test_the_sessions_are_like_all_others(house: House, evil: EvilProvider) -> None:
    assert house.back(way(house, evil)).status == 200
    house.people.block("Anna")
    assert house.who() is None
    blocked = house.back(way(house, evil))
    assert blocked.status == 403
    assert "gesperrt" in blocked.text
    house.people.block("Anna", blocked=False)
    assert house.back(way(house, evil)).status == 200
    house.clock += 2 * 3600 + 61
    assert house.who() is None
    assert house.ask("/anmelden", "POST", body=b"name=Anna&kennwort=!").status == 401  # has no password here


def test_an_invitation_does_not_last_and_a_tie_can_be_undone(house: House, evil: EvilProvider) -> None:
    house.clock += 31 * 86400
    assert house.back(way(house, evil)).status == 403
    house.persons.invite("Anna", evil.issuer, "sub", "anna-1")
    assert house.back(way(house, evil)).status == 200
    house.persons.release("Anna")
    assert house.who() is None
    assert house.back(way(house, evil)).status == 403


def test_requests_to_a_slow_provider_do_not_pile_up(house: House, evil: EvilProvider) -> None:
    house.elsewhere._asked = 40
    assert house.ask("/anmelden/konto").status == 503
    house.elsewhere._asked = 0
    for _ in range(30):
        house.cookies.clear()
        house.there()
    assert house.ask("/anmelden/konto").status == 503


def test_neither_secret_nor_tokens_lie_open(house: House, evil: EvilProvider) -> None:
    assert house.back(way(house, evil)).status == 200
    token = evil.token()
    held = {file: file.read_bytes() for file in house.folder.rglob("*") if file.is_file()}
    with_secret = [file.name for file, body in held.items() if SECRET.encode() in body]
    assert with_secret == [settings.SECRET_FILE]
    assert not any(token.split(".")[1].encode() in body or b"c0de" in body for body in held.values())
    assert (house.folder / "zugang" / settings.SECRET_FILE).stat().st_mode & 0o077 == 0
    provider = settings.of(house.folder)
    assert SECRET not in repr(provider) + repr(house.elsewhere._flow)
    (house.folder / "zugang" / settings.SECRET_FILE).chmod(0o644)
    house.cookies.clear()
    refused = house.back(way(house, evil))
    assert refused.status == 503
    assert SECRET not in refused.text


# --- the command, and where the address is listed


def test_an_administrator_sets_up_tries_invites_and_turns_off(
    run: Run, evil: EvilProvider, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def oidc(*words: object, typed: str = "") -> Result:
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        return run("zugang", "oidc", *words)

    assert oidc().out == "Es ist kein Anmeldedienst eingerichtet; angemeldet wird nur mit Name und Kennwort.\n"
    assert oidc("einladen", "Anna", "--email", "a@b.example").status == 2
    assert oidc("einrichten", evil.issuer, "--kennung", CLIENT).status == 1  # without a secret
    made = oidc("einrichten", evil.issuer, "--kennung", CLIENT, typed=f"{SECRET}\n")
    assert made.status == 0, made.err
    assert "https://IHRE-ADRESSE/anmelden/zurueck" in made.out
    assert oidc("pruefen").status == 0
    evil.about["issuer"] = "https://boese.example"
    away = oidc("pruefen")
    assert away.status == 1
    assert "nennt sich selbst anders" in away.err
    assert oidc("einladen", "Anna", "Beck", "--email", "Anna@rat.example").status == 0
    assert oidc("einladen", "Eve", "--email", "anna@rat.example").status == 1
    assert oidc("einladen", "Eve").status == 2
    shown = oidc("--json")
    assert [(one["name"], one["value"]) for one in shown.json["invitations"]] == [("Anna Beck", "anna@rat.example")]
    assert oidc("loesen", "Anna Beck").status == 0
    said = "".join(one.out + one.err for one in (made, shown, away))
    assert SECRET not in said
    assert oidc("aus").status == 0
    assert not list(tmp_path.rglob(settings.SECRET_FILE))


@pytest.mark.parametrize(
    "words",
    [
        ["http://anmeldung.rathaus.local", "--kennung", CLIENT],
        ["https://127.0.0.1/?x=1", "--kennung", CLIENT],
        ["https://anna:kennwort@127.0.0.1/", "--kennung", CLIENT],
        ["https://127.0.0.1"],
        ["https://127.0.0.1", "--kennung", CLIENT, "--erlauben", "anderswo.example"],
        ["https://127.0.0.1", "--kennung", CLIENT, "--angaben", "email"],
        ["https://93.184.216.34", "--kennung", CLIENT],
    ],
)
def test_settings_that_do_not_do_are_refused(run: Run, words: list[str]) -> None:
    done = run("zugang", "oidc", "einrichten", *words, "--ohne-geheimnis")
    assert done.status in {1, 2}
    assert "Traceback" not in done.err
    assert run("zugang", "oidc", "--json").json == {"provider": None}


def test_self_test_and_data_sheet_name_the_provider(tmp_path: Path) -> None:
    given = Settings(data_folder=tmp_path, model_folders=(tmp_path,))
    before = list(sheet.addresses(given))
    settings.store(tmp_path, settings.made("https://anmeldung.rathaus.local/realms/rat", CLIENT, public=True))
    (added,) = set(sheet.addresses(given)) - set(before)
    assert added.address == "https://anmeldung.rathaus.local/realms/rat"
    facts = data_sheet.facts(given)
    assert "anmeldung.rathaus.local:443" in facts.recipients
    made = export.render_document(
        data_sheet.document("datenblatt", facts), data_sheet.imprint("datenblatt", facts), "pdf"
    )
    assert "anmeldung.rathaus.local:443" in exported.tight(exported.text_of("pdf", made)).replace("-\n", "")
    assert len(exported.pdf(made).pages) == 1
