"""A certified OpenID provider (npm's oidc-provider) on a free port of this machine, and a person who signs in there."""

from __future__ import annotations

import json
import re
import shutil
import socket
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import httpx

FOLDER = Path(__file__).parent / "oidc"
CLIENT, SECRET = "ratsassistent", "ein-geheimnis:mit%zeichen+und/mehr"
BACK = "https://rat.example/anmelden/zurueck"
LEAVES = "https://rat.example/anmelden"


def missing() -> str | None:
    """Why the provider cannot be started; None: it can."""
    if shutil.which("node") is None:
        return "node fehlt"
    if not (FOLDER / "node_modules" / "oidc-provider").is_dir():
        return f"oidc-provider fehlt (npm ci in {FOLDER})"
    return None


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class RealProvider:
    """A running provider; `jwks`: its private keys; `people`: what it says of whom, by sub."""

    def __init__(self, jwks: Mapping[str, Any], people: Mapping[str, Mapping[str, Any]]) -> None:
        self.port, self._people = free_port(), people
        self.issuer = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[str] | None = None
        self.start(jwks)

    def start(self, jwks: Mapping[str, Any]) -> None:
        client = {
            "client_id": CLIENT, "client_secret": SECRET, "redirect_uris": [BACK], "post_logout_redirect_uris": [LEAVES],
        }  # fmt: skip
        told = {"port": self.port, "clients": [client], "jwks": jwks, "people": self._people}
        self._process = subprocess.Popen(
            ["node", "provider.mjs"],
            cwd=FOLDER, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(told) + "\n")
        self._process.stdin.flush()
        while (line := self._process.stdout.readline()) and "ready" not in line:
            pass
        assert line, "the provider has not started"

    def stop(self) -> None:
        if self._process is not None:
            assert self._process.stdin
            self._process.stdin.close()
            self._process.wait(20)
            assert self._process.stdout
            self._process.stdout.close()


class Browser:
    """Somebody at the provider's own pages, where any password will do."""

    def __init__(self) -> None:
        self._client = httpx.Client(trust_env=False, timeout=20)

    def sign_in(self, address: str, who: str = "", *, refuse: bool = False) -> str:
        """From the address that we send to, to the one that the provider sends back to."""
        answer = self._client.get(address)
        while True:
            if answer.has_redirect_location:
                there = urljoin(str(answer.url), answer.headers["location"])
                if there.startswith(("https://rat.example/", "https://boese.example/")):
                    return there
                answer = self._client.get(there)
                continue
            assert answer.status_code == 200, answer.text
            form = re.search(r'<form[^>]* action="([^"]+)"', answer.text)
            prompt = re.search(r'name="prompt" value="(\w+)"', answer.text)
            assert form, answer.text
            assert prompt, answer.text
            if refuse:
                answer = self._client.get(urljoin(str(answer.url), form[1] + "/abort"))
                continue
            told = {"prompt": prompt[1]} | ({"login": who, "password": "x"} if prompt[1] == "login" else {})
            answer = self._client.post(urljoin(str(answer.url), form[1]), data=told)

    def sign_out(self, address: str) -> str:
        """Sign out there, too; where the provider sends the browser then."""
        answer = self._client.get(address)
        form, word = (re.search(rule, answer.text) for rule in (r' action="([^"]+)"', r'name="xsrf" value="(\w+)"'))
        assert form, answer.text
        assert word, answer.text
        answer = self._client.post(urljoin(str(answer.url), form[1]), data={"xsrf": word[1], "logout": "yes"})
        return str(answer.headers["location"])

    def close(self) -> None:
        self._client.close()
