"""A provider that says what the test tells it: what a good one never does."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from joserfc import jws
from joserfc.jwk import KeySet, RSAKey
from joserfc.jws import JWSRegistry
from oidc_server import CLIENT

KEY = RSAKey.generate_key(2048, {"kid": "eins", "use": "sig", "alg": "RS256"})
FOREIGN = RSAKey.generate_key(2048, {"kid": "eins", "use": "sig", "alg": "RS256"})
ANY = JWSRegistry(algorithms=["none", "HS256", "RS256", "ES256"])


class EvilProvider:
    """Listens on a free port. Change `about`, `keys`, `claims`, `header`, `key`, `more` to make it evil.

    `pages`: answers by path, in place of its own: (status, headers, body). `asked`: what the token endpoint was asked.
    """

    def __init__(self) -> None:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_: object) -> None:
                pass

            def do_GET(self) -> None:
                outer.answer(self, "")

            def do_POST(self) -> None:
                outer.answer(self, self.rfile.read(int(self.headers["content-length"])).decode())

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self._http.handle_error = lambda *_: None  # type: ignore[method-assign]
        self.issuer = f"http://127.0.0.1:{self._http.server_address[1]}"
        self.about: dict[str, Any] = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/auth",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks",
        }
        self.keys: dict[str, Any] = dict(KeySet([KEY]).as_dict(private=False))
        self.header: dict[str, Any] = {"alg": "RS256", "kid": "eins"}
        self.key: Any = KEY
        self.claims: dict[str, Any] = {}
        self.more: dict[str, Any] = {}  # of the token response
        self.forge: Callable[[str], str] = lambda token: token
        self.pages: dict[str, tuple[int, dict[str, str], bytes]] = {}
        self.asked: list[dict[str, list[str]]] = []
        self.heads: list[dict[str, str]] = []
        self.nonce = ""
        self.trickle = threading.Event()
        threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def close(self) -> None:
        self.trickle.set()
        self._http.shutdown()
        self._http.server_close()

    def token(self) -> str:
        now = int(time.time())
        usual = {"iss": self.issuer, "sub": "anna-1", "aud": CLIENT, "exp": now + 300, "iat": now, "nonce": self.nonce}
        given = {name: value for name, value in {**usual, **self.claims}.items() if value is not None}
        return self.forge(jws.serialize_compact(self.header, json.dumps(given).encode(), self.key, registry=ANY))

    def answer(self, to: BaseHTTPRequestHandler, body: str) -> None:
        path = urlsplit(to.path).path
        if path == "/token":
            self.asked.append(parse_qs(body))
            self.heads.append(dict(to.headers))
        if path in self.pages:
            status, heads, made = self.pages[path]
        else:
            status, heads = 200, {"content-type": "application/json"}
            if path == "/.well-known/openid-configuration":
                found: dict[str, Any] = self.about
            elif path == "/jwks":
                found = self.keys
            else:
                found = {"access_token": "zugang", "token_type": "Bearer", "id_token": self.token(), **self.more}
            made = json.dumps(found).encode()
        to.send_response(status)
        for name, value in heads.items():
            to.send_header(name, value)
        to.end_headers()
        if made == b"tropfen":
            while not self.trickle.wait(0.02):
                to.wfile.write(b" ")
        else:
            to.wfile.write(made)
