"""Where the language model runs if not in this program: a server of the municipality, set by an administrator.

What enters: the data folder (`server.json`), environment variables. What leaves: a Server, or None: this computer's own model.
What it does not know: how a server is spoken to (`writing.remote`). Of a key it holds only where it lies; which addresses a
name has is looked up, and judged, only when it is connected to.

Read anew at every use: what an administrator turns off is off at once, in a page and a worker that run already, too.
"""

from __future__ import annotations

import json
import os
import urllib.parse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from ratsassistent import private_files
from ratsassistent.errors import InputError, StorageError

FILE = "server.json"
VARIABLE = "RATSASSISTENT_SERVER"
KEY_VARIABLE = f"{VARIABLE}_SCHLUESSEL"
OFF = "aus"
AT_ONCE, MOST_AT_ONCE = 8, 64
PATIENCE_S = 120.0
_LONGEST = 200  # letters of a model's name
_LONGEST_KEY = 4096

Fallback = Literal["lokal", "keiner"]


@dataclass(frozen=True, slots=True)
class Server:
    """A server that writes. `address`: up to and with `/v1`; `model`: as the server calls it.

    `allowed`: names of hosts that may lie outside private networks. `fallback`: what writes where the server is away.
    `public_only`: whatever is not public, and questions, stay with the model of this computer.
    `at_once`: requests under way at most. `patience_s`: how long one reply may take.
    """

    address: str
    model: str
    key_file: Path | None = None
    allowed: tuple[str, ...] = ()
    fallback: Fallback = "keiner"
    at_once: int = AT_ONCE
    patience_s: float = PATIENCE_S
    public_only: bool = False

    @property
    def host(self) -> str:
        """The name or number of the machine, in lower case."""
        return urllib.parse.urlsplit(self.address).hostname or ""

    @property
    def port(self) -> int:
        """Where it listens."""
        parts = urllib.parse.urlsplit(self.address)
        return parts.port or (443 if parts.scheme == "https" else 80)

    @property
    def encrypted(self) -> bool:
        """Whether what goes there cannot be read on the way."""
        return self.address.startswith("https://")

    @property
    def place(self) -> str:
        """Machine and port, as it is named in texts."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def is_allowed(self) -> bool:
        """Whether an administrator allows this machine to lie outside private networks."""
        return self.host in self.allowed

    def key(self) -> str | None:
        """The key that the server wants, if one was given; read now, kept nowhere.

        :raises InputError: its file cannot be read, is open to others, or holds no key.
        """
        given = os.environ.get(KEY_VARIABLE, "").strip()
        if not given and self.key_file is not None:
            given = private_files.secret(self.key_file, "der Schlüssel für den Server")
        if not given:
            return None
        if len(given) > _LONGEST_KEY or not given.isascii() or not given.isprintable() or " " in given:
            raise InputError(
                "Der Schlüssel für den Server ist nicht lesbar: Er muss in einer Zeile stehen, ohne Leerzeichen."
            )
        return given


def has_key_variable() -> bool:
    """Whether the key comes from the environment."""
    return bool(os.environ.get(KEY_VARIABLE, "").strip())


def of(data_folder: Path) -> Server | None:
    """The server that is set; None: the language model runs on this computer.

    Environment: RATSASSISTENT_SERVER (an address, or „aus“), RATSASSISTENT_SERVER_MODELL, _SCHLUESSEL (the key itself),
    _SCHLUESSEL_DATEI, _ERLAUBEN (names, with commas), _RUECKFALL, _ZUGLEICH, _FRIST, _NUR_OEFFENTLICH (1). File: `server.json`,
    keys `adresse`, `modell`, `schluessel_datei`, `erlauben`, `rueckfall`, `zugleich`, `frist`, `nur_oeffentlich`. The environment goes before the file.

    :raises InputError: a value is not of its kind.
    """
    told = _environment()
    given = (
        told if "adresse" in told else {**_stored(data_folder), **told}
    )  # a key of the file is for its address alone
    address = str(given.get("adresse") or "").strip()
    if not address or address.casefold() == OFF:
        return None
    allowed = given.get("erlauben") or []
    return made(
        address,
        str(given.get("modell") or ""),
        key_file=given.get("schluessel_datei") or None,
        allowed=allowed.split(",") if isinstance(allowed, str) else [str(name) for name in allowed],
        fallback=str(given.get("rueckfall") or "keiner"),
        at_once=given.get("zugleich") or AT_ONCE,
        patience_s=given.get("frist") or PATIENCE_S,
        public_only=str(given.get("nur_oeffentlich") or "").strip().casefold() not in {"", "0", "nein", "false"},
    )


def made(
    address: str,
    model: str,
    *,
    key_file: str | Path | None = None,
    allowed: Sequence[str] = (),
    fallback: str = "keiner",
    at_once: object = AT_ONCE,
    patience_s: object = PATIENCE_S,
    public_only: bool = False,
) -> Server:
    """A Server from what somebody wrote.

    :raises InputError: a value is not of its kind; one German sentence says which.
    """
    name = " ".join(model.split())
    if not name or len(name) > _LONGEST or not name.isprintable():
        raise InputError("Zum Server fehlt der Name des Modells (--modell NAME), so wie der Server es nennt.")
    if fallback not in get_args(Fallback):
        raise InputError(f"Der Rückfall muss „lokal“ oder „keiner“ sein, nicht „{fallback}“.")
    many, seconds = _number(at_once, "zugleich"), _number(patience_s, "frist")
    if not 1 <= many <= MOST_AT_ONCE:
        raise InputError(f"Zugleich gehen 1 bis {MOST_AT_ONCE} Anfragen an den Server, nicht {many:g}.")
    if not 1 <= seconds <= 3600:
        raise InputError(f"Die Frist für eine Antwort des Servers muss 1 bis 3600 Sekunden sein, nicht {seconds:g}.")
    names = tuple(dict.fromkeys(host for host in (one.strip().casefold() for one in allowed) if host))
    file = Path(key_file).expanduser().absolute() if key_file else None
    return Server(_address(address), name, file, names, fallback, int(many), seconds, public_only)  # type: ignore[arg-type]


def _number(given: object, key: str) -> float:
    try:
        return float(str(given))
    except ValueError as error:
        raise InputError(f"Die Einstellung „{key}“ des Servers muss eine Zahl sein, nicht „{given}“.") from error


def _address(given: str) -> str:
    """The address as it is used: without a slash at the end, with `/v1` where no path was given."""
    try:
        parts = urllib.parse.urlsplit(given.strip())
        host, port = (parts.hostname or "").encode("idna").decode("ascii") if parts.hostname else "", parts.port
    except (ValueError, UnicodeError) as error:
        raise InputError(f"„{given}“ ist keine Adresse eines Servers wie http://ki.rathaus.local:8000/v1.") from error
    if parts.username or parts.password:
        raise InputError("In der Adresse des Servers darf kein Kennwort stehen; dafür gibt es --schluessel-datei.")
    if parts.scheme not in {"http", "https"} or not host or parts.query or parts.fragment or not parts.path.isascii():
        raise InputError(f"„{given}“ ist keine Adresse eines Servers wie http://ki.rathaus.local:8000/v1.")
    if any(c.isspace() or not c.isprintable() for c in host + parts.path):
        raise InputError(f"„{given}“ ist keine Adresse eines Servers wie http://ki.rathaus.local:8000/v1.")
    shown = f"[{host}]" if ":" in host else host.casefold().rstrip(".")
    path = parts.path.rstrip("/") or "/v1"
    return f"{parts.scheme}://{shown}{f':{port}' if port else ''}{path}"


def _environment() -> dict[str, Any]:
    names = {
        VARIABLE: "adresse",
        f"{VARIABLE}_MODELL": "modell",
        f"{VARIABLE}_SCHLUESSEL_DATEI": "schluessel_datei",
        f"{VARIABLE}_ERLAUBEN": "erlauben",
        f"{VARIABLE}_RUECKFALL": "rueckfall",
        f"{VARIABLE}_ZUGLEICH": "zugleich",
        f"{VARIABLE}_FRIST": "frist",
        f"{VARIABLE}_NUR_OEFFENTLICH": "nur_oeffentlich",
    }
    return {key: value for name, key in names.items() if (value := os.environ.get(name))}


def _stored(data_folder: Path) -> dict[str, Any]:
    file = data_folder / FILE
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise InputError(_UNREADABLE.format(file=file)) from error
    if not isinstance(found, dict):
        raise InputError(_UNREADABLE.format(file=file))
    return found


_UNREADABLE = (
    "Die Einstellung {file} für den Server ist nicht lesbar; „ratsassistent modelle server --aus“ entfernt sie."
)


def store(data_folder: Path, server: Server | None) -> None:
    """Keep what is set, readable for this user only; None takes it away.

    :raises StorageError: the data folder cannot be written.
    """
    file = data_folder / FILE
    try:
        if server is None:
            file.unlink(missing_ok=True)
            (data_folder / ABILITIES).unlink(missing_ok=True)
            return
        content = {
            "adresse": server.address,
            "modell": server.model,
            "schluessel_datei": str(server.key_file) if server.key_file else None,
            "erlauben": list(server.allowed),
            "rueckfall": server.fallback,
            "zugleich": server.at_once,
            "frist": server.patience_s,
            "nur_oeffentlich": server.public_only,
        }
        private_files.write(file, json.dumps(content, ensure_ascii=False, indent=1))
    except OSError as error:
        raise StorageError(f"Die Einstellung für den Server lässt sich nicht schreiben ({error.strerror}).") from error


ABILITIES = "server_faehig.json"  # what the server was found to be able to (`writing.remote.abilities`)
