"""Requests to the OpenID provider and what comes back, as JSON.

What enters: a Provider, addresses on its machine, forms. What leaves: a status and a JSON object; or NotNow.
What it does not know: what the answers mean (`flow`). No word of a request or an answer stands in any message or log.

Every request has a connection of its own, to a number that was judged (`own_network`), and ends after a fixed time, however
slowly bytes trickle in. Redirects are not followed, proxies of the environment not asked.
"""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Mapping
from typing import Any

import httpcore

from ratsassistent.errors import RatsassistentError, ServerError
from ratsassistent.oidc.provider import Provider
from ratsassistent.own_network import Guard, Lookup, look_up

DEADLINE_S = 12.0  # of a whole request
MOST_BYTES = 400_000


class NotNow(RatsassistentError):
    """The provider cannot be asked, or does not answer as one does; the text is a German sentence for who signs in."""

    def __init__(self, sentence: str, *, why: str = "") -> None:
        """:param why: for who administers it; a German half sentence."""
        super().__init__(sentence)
        self.why = why


class Talk:
    """Speaks to one provider. Safe for several threads."""

    def __init__(self, provider: Provider, lookup: Lookup = look_up, deadline_s: float = DEADLINE_S) -> None:
        self._provider, self._lookup, self._deadline_s = provider, lookup, deadline_s

    def get(self, address: str, headers: Mapping[str, str] | None = None) -> tuple[int, dict[str, Any]]:
        """What lies at an address of the provider. :raises NotNow: it cannot be had."""
        return self._ask("GET", address, headers or {}, None)

    def post(self, address: str, headers: Mapping[str, str], form: str) -> tuple[int, dict[str, Any]]:
        """What a form is answered with. :raises NotNow: nothing useful."""
        return self._ask(
            "POST", address, {**headers, "Content-Type": "application/x-www-form-urlencoded"}, form.encode()
        )

    def _ask(
        self, method: str, address: str, headers: Mapping[str, str], body: bytes | None
    ) -> tuple[int, dict[str, Any]]:
        if not self._provider.is_own(address):
            raise self.strange("er verweist auf eine Adresse auf einem anderen Rechner")
        guard = Guard(self._provider, self._lookup)
        late = threading.Timer(self._deadline_s, guard.cut_all)
        late.daemon = True
        late.start()
        given = [(b"Accept", b"application/json"), (b"User-Agent", b"Ratsassistent")]
        given += [(name.encode("ascii"), value.encode("latin-1")) for name, value in headers.items()]
        waits = dict.fromkeys(("connect", "read", "write", "pool"), self._deadline_s)
        try:
            with (
                httpcore.ConnectionPool(ssl_context=self._trust(), retries=0, network_backend=guard) as pool,
                pool.stream(method, address, headers=given, content=body, extensions={"timeout": waits}) as answer,
            ):
                return answer.status, self._object(answer)
        except ServerError as error:
            raise NotNow(self._away(), why=str(error)) from error
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException, OSError) as error:
            raise NotNow(self._away(), why=_why(error)) from error
        finally:
            late.cancel()

    def _trust(self) -> ssl.SSLContext | None:
        if not self._provider.encrypted:
            return None
        context = ssl.create_default_context()
        if self._provider.authorities is not None:
            try:
                context.load_verify_locations(self._provider.authorities)
            except (OSError, ValueError) as error:
                raise NotNow(
                    self._away(), why=f"die Datei {self._provider.authorities} enthält keine lesbaren Zertifikate"
                ) from error
        return context

    def _object(self, answer: httpcore.Response) -> dict[str, Any]:
        whole = b""
        for piece in answer.iter_stream():
            whole += piece
            if len(whole) > MOST_BYTES:
                raise self.strange("seine Antwort ist viel zu lang")
        if 300 <= answer.status < 400:
            raise self.strange("er verweist an eine andere Adresse; dem folgt das Programm nicht")
        try:
            found = json.loads(whole)
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            raise self.strange(f"seine Antwort ({answer.status}) ist kein JSON")
        return found

    def _away(self) -> str:
        return (
            f"Die Anmeldung mit dem {self._provider.name} geht gerade nicht: Der Anmeldedienst ist nicht zu erreichen. "
            "Bitte versuchen Sie es später noch einmal, oder melden Sie sich mit Name und Kennwort an."
        )

    def strange(self, why: str) -> NotNow:
        """The provider answers as none should."""
        return NotNow(
            f"Die Anmeldung mit dem {self._provider.name} geht gerade nicht: Der Anmeldedienst antwortet nicht so, wie er soll. "
            "Bitte wenden Sie sich an die Person, die Ratsassistent bei Ihnen betreut.",
            why=why,
        )


def _why(error: BaseException) -> str:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return "seinem Zertifikat ist nicht zu trauen, oder er spricht kein https"
        cause = cause.__cause__ or cause.__context__
    return "er antwortet nicht, oder nicht rechtzeitig"
