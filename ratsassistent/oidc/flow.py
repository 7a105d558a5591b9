"""The way of a sign-in through the OpenID provider: there with a fresh secret, back with a code, and what is believed of the answer.

What enters: a Provider, the address to come back to, what the browser brings back. What leaves: an address to send the browser to;
an Account that the provider vouches for; NotNow or Doubtful. What it does not know: cookies, pages, who is let in (`persons`).

OpenID Connect Core 1.0, authorization code flow with PKCE (RFC 7636), state, nonce and `iss` (RFC 9207). The ID token is believed
only with a signature by a key of the provider's own list and one of the algorithms named here: a public key is never taken for a
shared secret, and „none“ is not among them. Authlib makes the messages and checks the claims, joserfc the signature.
"""

from __future__ import annotations

import hmac
import math
import secrets
import threading
import time
from base64 import urlsafe_b64decode
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote_plus, urlencode

from authlib.common.errors import AuthlibBaseError
from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri, prepare_token_request
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import ECKey, Key, KeySet, RSAKey
from joserfc.jws import JWSRegistry

from ratsassistent.errors import InputError, RatsassistentError
from ratsassistent.oidc.provider import Provider
from ratsassistent.oidc.talk import NotNow, Talk
from ratsassistent.own_network import Lookup, look_up

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
LEAST_RSA = 2048  # bits
LEEWAY_S = 60  # by which the two clocks may differ
FRESH_S = 3600.0  # after which the provider is asked anew what it is, and for its keys
AGAIN_S = 10.0  # the keys are asked for no more often than this
MOST_SUBJECT = 255  # letters (OpenID Connect Core, 2)
_OUR_WAYS = ("client_secret_basic", "client_secret_post")


class Doubtful(RatsassistentError):
    """What came back is not to be believed, or not an answer to what was asked; the text is a German sentence.

    :param why: in English, for tests and for who looks for a fault; never with a word of what came.
    """

    def __init__(self, sentence: str, why: str) -> None:
        super().__init__(sentence)
        self.why = why


@dataclass(frozen=True, slots=True)
class Begun:
    """A sign-in under way; all but `address` stays with us."""

    address: str  # to send the browser to
    redirect: str
    state: str = field(repr=False)
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody whom the provider vouches for; `issuer` and `subject` together never mean anybody else."""

    issuer: str
    subject: str
    claims: Mapping[str, Any] = field(repr=False)
    id_token: str = field(repr=False, default="")
    access_token: str = field(repr=False, default="")

    def text(self, claim: str) -> str:
        """A claim that is a text, in one line; empty if it is none."""
        given = self.claims.get(claim)
        return " ".join(given.split())[:MOST_SUBJECT] if isinstance(given, str) else ""

    @property
    def email(self) -> str:
        """The e-mail address, if the provider has made sure that it is this person's."""
        return self.text("email") if self.claims.get("email_verified") is True else ""


class Flow:
    """Signs in with one provider; keeps what that said of itself for a while. Safe for several threads."""

    def __init__(
        self,
        provider: Provider,
        clock: Callable[[], float] = time.time,
        talk: Talk | None = None,
        lookup: Lookup = look_up,
    ) -> None:
        self.provider, self._clock = provider, clock
        self._talk = talk or Talk(provider, lookup)
        self._lock = threading.Lock()
        self._known: tuple[float, dict[str, Any]] | None = None
        self._keys: tuple[float, KeySet] | None = None

    # --- what the provider is

    def discovered(self) -> dict[str, Any]:
        """What the provider says of itself. :raises NotNow: it says nothing, or what cannot be used."""
        with self._lock:
            now = self._clock()
            if self._known is not None and 0 <= now - self._known[0] < FRESH_S:
                return self._known[1]
        status, found = self._talk.get(self.provider.issuer.rstrip("/") + "/.well-known/openid-configuration")
        if status != 200:
            raise self._talk.strange(f"unter seiner Adresse gibt es keine Beschreibung (Antwort {status})")
        if found.get("issuer") != self.provider.issuer:
            raise self._talk.strange("er nennt sich selbst anders, als hier eingestellt ist")
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            if not isinstance(found.get(name), str) or not self.provider.is_own(found[name]):
                raise self._talk.strange(f"seine Adresse „{name}“ fehlt oder liegt auf einem anderen Rechner")
        with self._lock:
            self._known = now, found
        return found

    def keys(self, *, anew: bool = False) -> KeySet:
        """The provider's public keys that may sign. :raises NotNow: there are none."""
        with self._lock:
            now, held = self._clock(), self._keys
            if held is not None and 0 <= now - held[0] < (AGAIN_S if anew else FRESH_S):
                return held[1]
        status, found = self._talk.get(self.discovered()["jwks_uri"])
        given = found.get("keys")
        usable: list[Key] = list(_usable(given)) if status == 200 and isinstance(given, list) else []
        if not usable:
            raise self._talk.strange("er nennt keinen Schlüssel, der sich verwenden lässt")
        with self._lock:
            self._keys = now, KeySet(usable)
            return self._keys[1]

    # --- there

    def begin(self, redirect: str) -> Begun:
        """Begin a sign-in that comes back to `redirect`. :raises NotNow: the provider is away."""
        about = self.discovered()
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        address = prepare_grant_uri(
            about["authorization_endpoint"],
            self.provider.client_id,
            "code",
            redirect_uri=redirect,
            scope=self.provider.scope,
            state=state,
            nonce=nonce,
            code_challenge=create_s256_code_challenge(verifier),
            code_challenge_method="S256",
        )
        return Begun(str(address), redirect, state, nonce, verifier)

    def leaving(self, id_token: str, redirect: str) -> str | None:
        """Where the browser signs out at the provider, too; None: that is not offered, or cannot be found out now."""
        try:
            address = self.discovered().get("end_session_endpoint")
        except NotNow:
            return None
        if not isinstance(address, str) or not self.provider.is_own(address):
            return None
        told = {"client_id": self.provider.client_id, "post_logout_redirect_uri": redirect}
        if 0 < len(id_token) < 4000:
            told["id_token_hint"] = id_token
        return f"{address}{'&' if '?' in address else '?'}{urlencode(told)}"

    # --- and back

    def finish(self, begun: Begun, brought: Mapping[str, str]) -> Account:
        """Who has signed in.

        :param brought: what the browser brings back.
        :raises NotNow: the provider is away, or does not want us. :raises Doubtful: it is not to be believed.
        """
        if not hmac.compare_digest(brought.get("state", "").encode(), begun.state.encode()):
            raise self._doubt("state")
        about = self.discovered()
        named = brought.get("iss")
        if named != self.provider.issuer and (
            named is not None or about.get("authorization_response_iss_parameter_supported") is True
        ):
            raise self._doubt("iss of the answer")
        if "error" in brought:
            raise Doubtful(
                f"Die Anmeldung mit dem {self.provider.name} wurde abgebrochen oder abgelehnt. Sie können es noch einmal versuchen.",
                "error",
            )
        code = brought.get("code", "")
        if not code:
            raise self._doubt("no code")
        given = self._exchanged(about, begun, code)
        token, access = given.get("id_token"), given.get("access_token")
        if not isinstance(token, str) or not token.isascii():
            raise self._doubt("no ID token")
        access_token = access if isinstance(access, str) else ""
        claims = self._believed(token, begun.nonce, access_token)
        return Account(self.provider.issuer, claims["sub"], dict(claims), token, access_token)

    def more_of(self, account: Account) -> Account:
        """The same account with what the provider tells of it when asked (UserInfo); as it was where it tells nothing."""
        address = self.discovered().get("userinfo_endpoint")
        if not account.access_token or not isinstance(address, str) or not self.provider.is_own(address):
            return account
        try:
            status, found = self._talk.get(address, {"Authorization": f"Bearer {account.access_token}"})
        except (NotNow, UnicodeEncodeError):
            return account
        if status != 200 or found.get("sub") != account.subject:  # else it may tell of somebody else (Core, 5.3.2)
            return account
        kept = {**found, **account.claims}
        return Account(account.issuer, account.subject, kept, account.id_token, account.access_token)

    def _exchanged(self, about: Mapping[str, Any], begun: Begun, code: str) -> dict[str, Any]:
        """The answer to a code."""
        try:
            secret = self.provider.secret()
        except InputError as error:
            raise NotNow(str(self._talk.strange("")), why=str(error)) from error
        form = prepare_token_request(
            "authorization_code", redirect_uri=begun.redirect, code=code, code_verifier=begun.verifier
        )
        way = "none"
        if secret is not None:
            offered = about.get("token_endpoint_auth_methods_supported")
            known = [w for w in _OUR_WAYS if w in offered] if isinstance(offered, list) else []
            way = known[0] if known else _OUR_WAYS[0]
        basic = way == "client_secret_basic"  # there both are written as in a form (RFC 6749, 2.3.1)
        name, word = (quote_plus(one) if basic else one for one in (self.provider.client_id, secret or ""))
        _, headers, body = ClientAuth(name, word, way).prepare("POST", about["token_endpoint"], {}, form)
        status, found = self._talk.post(about["token_endpoint"], headers, body)
        if status == 200:
            return found
        if found.get("error") == "invalid_client":
            raise NotNow(str(self._talk.strange("")), why="er nimmt Kennung oder Geheimnis nicht an")
        raise self._doubt("code was not taken")

    def _believed(self, token: str, nonce: str, access_token: str) -> CodeIDToken:
        """What an ID token says, if it is genuine and meant for this sign-in."""
        try:
            read = self._read(token)
            for moment in ("exp", "iat", "nbf"):
                if moment in read.claims and not _is_moment(read.claims[moment]):
                    raise self._doubt(moment)
            claims = CodeIDToken(
                read.claims,
                read.header,
                options={
                    "iss": {"essential": True, "value": self.provider.issuer},
                    "aud": {"essential": True, "value": self.provider.client_id},
                },
                params={"nonce": nonce, "client_id": self.provider.client_id, "access_token": access_token},
            )
            claims.validate(now=int(self._clock()), leeway=LEEWAY_S)
        except (JoseError, AuthlibBaseError, ValueError, TypeError, KeyError, AttributeError) as error:
            raise self._doubt(f"{type(error).__name__}: {getattr(error, 'error', '')}") from error
        subject = claims["sub"]
        if not isinstance(subject, str) or not 0 < len(subject) <= MOST_SUBJECT or not subject.isprintable():
            raise self._doubt("sub")
        return claims

    def _read(self, token: str) -> jwt.Token:
        """A token whose signature is the provider's; its keys are asked for again where none of the known ones fits."""
        try:
            return _signed(token, self.keys())
        except JoseError:
            return _signed(token, self.keys(anew=True))

    def _doubt(self, why: str) -> Doubtful:
        return Doubtful(
            f"Die Anmeldung mit dem {self.provider.name} hat nicht geklappt. Bitte versuchen Sie es noch einmal von vorn.",
            why,
        )


def _signed(token: str, keys: KeySet) -> jwt.Token:
    registry = JWSRegistry(algorithms=list(ALGORITHMS), strict_check_header=False)
    registry.max_header_length = 8192  # some put a certificate there, which nobody looks at
    try:
        return jwt.decode(token, keys, registry=registry)
    except InvalidKeyIdError:
        if _names_key(token):
            raise
    failed: JoseError = InvalidKeyIdError()
    for key in keys:  # it says of no key that it is its own: then it must be one of them (Core, 10.1)
        try:
            return jwt.decode(token, key, registry=registry)
        except JoseError as error:
            failed = error
    raise failed


def _names_key(token: str) -> bool:
    from joserfc.jws import extract_compact

    return bool(extract_compact(token.encode()).headers().get("kid"))


def _usable(given: list[Any]) -> Iterator[Key]:
    """The keys of a list that may sign here: of two kinds, of enough bits, and not meant for something else."""
    for each in given[:100]:
        if not isinstance(each, dict) or each.get("use", "sig") != "sig":
            continue
        if each.get("kty") not in {"RSA", "EC"}:
            continue
        public = {
            name: value for name, value in each.items() if name in {"kty", "kid", "alg", "n", "e", "crv", "x", "y"}
        }
        if each["kty"] == "RSA" and _bits(each.get("n")) < LEAST_RSA:
            continue
        try:
            yield RSAKey.import_key(public) if each["kty"] == "RSA" else ECKey.import_key(public)
        except (JoseError, ValueError, TypeError, KeyError):
            continue


def _bits(number: object) -> int:
    """How many bits a number has that is written as in a JSON Web Key."""
    try:
        return int.from_bytes(urlsafe_b64decode(f"{number}==")).bit_length()
    except ValueError:
        return 0


def _is_moment(given: object) -> bool:
    return isinstance(given, int | float) and not isinstance(given, bool) and math.isfinite(given)
