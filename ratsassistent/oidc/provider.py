"""Which OpenID provider persons may sign in with, set by an administrator.

What enters: the data folder (`zugang/oidc.json`), an environment variable. What leaves: a Provider, or None: nobody may.
What it does not know: how a provider is spoken to (`talk`, `flow`), who is let in (`persons`).

Read anew at every use: what an administrator turns off is off at once. The file holds no secret. The secret is in the environment,
in a file of the administrator's, or in `zugang/oidc_geheimnis`; like all of `zugang/` it goes into no backup.
"""

from __future__ import annotations

import json
import os
import urllib.parse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ratsassistent import private_files
from ratsassistent.archive.people import FOLDER
from ratsassistent.errors import InputError, StorageError

FILE, SECRET_FILE = "oidc.json", "oidc_geheimnis"
VARIABLE = "RATSASSISTENT_OIDC_GEHEIMNIS"
NAME = "Konto der Verwaltung"
MOST_NAME, MOST_CLIENT, MOST_SECRET, MOST_SCOPE = 60, 200, 4096, 200
SCOPE = "openid profile email"
WHAT_IT_IS = "das Geheimnis für die Anmeldung"
_LOOPBACK = {"127.0.0.1", "::1", "localhost"}


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider. `issuer`: as it names itself; `client_id`: as it names this program.

    `name`: stands after „Mit dem …“ on the sign-in page. `allowed`: names of hosts that may lie outside private networks.
    `newcomers`: somebody who was not invited comes in, too. `authorities`: certificates to trust besides the system's (PEM).
    """

    issuer: str
    client_id: str
    name: str = NAME
    secret_file: Path | None = None
    public: bool = False
    allowed: tuple[str, ...] = ()
    newcomers: bool = False
    scope: str = SCOPE
    authorities: Path | None = None

    @property
    def host(self) -> str:
        """The name or number of the machine, in lower case."""
        return urllib.parse.urlsplit(self.issuer).hostname or ""

    @property
    def port(self) -> int:
        """Where it listens."""
        parts = urllib.parse.urlsplit(self.issuer)
        return parts.port or (443 if parts.scheme == "https" else 80)

    @property
    def encrypted(self) -> bool:
        """Whether what goes there cannot be read on the way."""
        return self.issuer.startswith("https://")

    @property
    def is_allowed(self) -> bool:
        """Whether an administrator allows this machine to lie outside private networks."""
        return self.host in self.allowed

    @property
    def place(self) -> str:
        """Machine and port, as it is named in texts."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    def is_own(self, address: str) -> bool:
        """Whether an address that the provider names lies on the provider's own machine and port, encrypted as the issuer is."""
        try:
            parts = urllib.parse.urlsplit(address)
            port = parts.port
        except ValueError:
            return False
        if not address.isascii() or not address.isprintable() or " " in address or parts.username or parts.password:
            return False
        at = (parts.scheme, (parts.hostname or "").casefold(), port or (443 if parts.scheme == "https" else 80))
        return at == ("https" if self.encrypted else "http", self.host, self.port) and not parts.fragment

    def secret(self) -> str | None:
        """What this program proves itself with; None: it has no secret. Read now, kept nowhere.

        :raises InputError: it cannot be read, or its file is open to others.
        """
        if self.public:
            return None
        given = os.environ.get(VARIABLE, "").strip()
        if not given and self.secret_file is not None:
            given = private_files.secret(self.secret_file, WHAT_IT_IS)
        if not given:
            raise InputError(f"Es fehlt {WHAT_IT_IS} beim {self.name}.")
        return checked_secret(given)


def checked_secret(given: str) -> str:
    """:raises InputError: it cannot be a secret."""
    if len(given) > MOST_SECRET or not given.isascii() or not given.isprintable() or " " in given:
        raise InputError("Das Geheimnis muss in einer Zeile stehen, ohne Leerzeichen.")
    return given


def made(
    issuer: str,
    client_id: str,
    *,
    name: str | None = None,
    secret_file: str | Path | None = None,
    public: bool = False,
    allowed: Sequence[str] = (),
    newcomers: bool = False,
    scope: str | None = None,
    authorities: str | Path | None = None,
) -> Provider:
    """A Provider from what somebody wrote.

    :raises InputError: a value is not of its kind; one German sentence says which.
    """
    client = client_id.strip()
    if not client or len(client) > MOST_CLIENT or not client.isascii() or not client.isprintable():
        raise InputError(
            "Es fehlt die Kennung, unter der Ratsassistent dort eingetragen ist (--kennung, meist „Client-ID“ genannt)."
        )
    shown = " ".join((name or NAME).split())
    if len(shown) > MOST_NAME or not shown.isprintable():
        raise InputError(f"Die Bezeichnung darf höchstens {MOST_NAME} Zeichen haben.")
    wanted = (scope or SCOPE).split()
    if "openid" not in wanted or len(" ".join(wanted)) > MOST_SCOPE or not all(w.isascii() for w in wanted):
        raise InputError("Zu den abgefragten Angaben (--angaben) muss „openid“ gehören.")
    names = tuple(dict.fromkeys(host for host in (one.strip().casefold() for one in allowed) if host))
    return Provider(
        _issuer(issuer),
        client,
        shown,
        _file(secret_file),
        public,
        names,
        newcomers,
        " ".join(wanted),
        _file(authorities),
    )


def _file(given: str | Path | None) -> Path | None:
    return Path(given).expanduser().absolute() if given else None


def _issuer(given: str) -> str:
    """An issuer as it was written: it is compared letter by letter with what the provider says of itself."""
    wrong = InputError(
        f"„{given[:100]}“ ist keine Adresse eines Anmeldedienstes wie https://anmeldung.rathaus.local/realms/rat."
    )
    address = given.strip().removesuffix("/.well-known/openid-configuration")
    try:
        parts = urllib.parse.urlsplit(address)
        _ = parts.port
    except ValueError as error:
        raise wrong from error
    host = parts.hostname or ""
    if parts.username or parts.password:
        raise InputError("In der Adresse des Anmeldedienstes darf kein Kennwort stehen.")
    if parts.scheme not in {"http", "https"} or not host or parts.query or parts.fragment or len(address) > 500:
        raise wrong
    if not address.isascii() or not address.isprintable() or " " in address:
        raise wrong
    if parts.scheme == "http" and host not in _LOOPBACK:
        raise InputError("Mit dem Anmeldedienst wird nur verschlüsselt gesprochen; bitte mit https:// angeben.")
    return address


def of(data_folder: Path) -> Provider | None:
    """The provider that is set; None: persons sign in only with accounts of this program.

    :raises InputError: the setting cannot be read.
    """
    file = data_folder / FOLDER / FILE
    unreadable = InputError(
        f"Die Einstellung {file} für die Anmeldung ist nicht lesbar; „ratsassistent zugang oidc aus“ entfernt sie."
    )
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, RecursionError) as error:
        raise unreadable from error
    if not isinstance(found, dict) or not isinstance(found.get("erlauben", []), list):
        raise unreadable
    return made(
        str(found.get("adresse") or ""),
        str(found.get("kennung") or ""),
        name=str(found.get("bezeichnung") or "") or None,
        secret_file=found.get("geheimnis_datei") or None,
        public=found.get("ohne_geheimnis") is True,
        allowed=[str(one) for one in found.get("erlauben", [])],
        newcomers=found.get("neue") == "leserecht",
        scope=str(found.get("angaben") or "") or None,
        authorities=found.get("zertifikate") or None,
    )


def store(data_folder: Path, provider: Provider | None, secret: str | None = None) -> Provider | None:
    """Keep what is set, readable for this user only; None takes it away, with the secret.

    :param secret: to be kept here; None: it lies elsewhere, or there is none. Returns the provider with where its secret lies.
    :raises StorageError: the data folder cannot be written.
    """
    folder = data_folder / FOLDER
    file, own = folder / FILE, folder / SECRET_FILE
    try:
        if provider is None:
            file.unlink(missing_ok=True)
            own.unlink(missing_ok=True)
            return None
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        kept = provider.secret_file
        if secret is not None:
            private_files.write(own, checked_secret(secret))
            kept = own.absolute()
        elif kept != own.absolute():
            own.unlink(missing_ok=True)
        content = {
            "adresse": provider.issuer,
            "kennung": provider.client_id,
            "bezeichnung": provider.name,
            "geheimnis_datei": str(kept) if kept else None,
            "ohne_geheimnis": provider.public,
            "erlauben": list(provider.allowed),
            "neue": "leserecht" if provider.newcomers else "niemand",
            "angaben": provider.scope,
            "zertifikate": str(provider.authorities) if provider.authorities else None,
        }
        private_files.write(file, json.dumps(content, ensure_ascii=False, indent=1))
    except OSError as error:
        raise StorageError(
            f"Die Einstellung für die Anmeldung lässt sich nicht schreiben ({error.strerror})."
        ) from error
    return of(data_folder)
