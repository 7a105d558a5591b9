"""How the page is offered: to one person on this machine, or to others, and then only encrypted and with a password each.

What enters: settings, the words of `starten`. What leaves: a `Serving`; or one German sentence that says what is missing.
What it does not know: Gradio, what is on the page.
"""

from __future__ import annotations

import ipaddress
import re
import socket
import ssl
from dataclasses import dataclass, replace
from pathlib import Path

from ratsassistent.errors import InputError, UsageError
from ratsassistent.oidc import provider as signing_in
from ratsassistent.output.page_door import LOCAL, Door
from ratsassistent.output.page_neighbours import Neighbours
from ratsassistent.people import People
from ratsassistent.settings import Settings

_UNENCRYPTED = (
    "Für andere gibt es die Seite nur verschlüsselt: bitte --zertifikat und --schluessel angeben, oder --hinter-proxy ADRESSE, "
    "wenn davor ein Zwischenserver steht, der verschlüsselt."
)
_NOBODY = "Es hat noch niemand einen Zugang; bitte zuerst einen anlegen: ratsassistent zugang anlegen NAME (mit demselben Datenordner)."


@dataclass(frozen=True, slots=True)
class Serving:
    """How the page is offered.

    :param address: as others type it; None: only here. :param people: who may come in; None: whoever sits at this machine.
    """

    settings: Settings
    door: Door
    address: str | None = None
    people: People | None = None
    certificate: Path | None = None
    key: Path | None = None


def for_one(settings: Settings) -> Serving:
    """Only for who sits at this machine; other users of the same machine are turned away."""
    guard = None if settings.shared_machine else Neighbours(settings.port).is_one
    return Serving(settings, Door(is_neighbour=guard))


def for_others(
    settings: Settings,
    address: str,
    *,
    certificate: Path | None = None,
    key: Path | None = None,
    proxy: str | None = None,
    listen: str | None = None,
) -> Serving:
    """For others, who call the page by `address` (a name or an IP address, with a port where it is not the usual one).

    :param proxy: the address of the server that encrypts before us; nobody else may ask then.
    :param listen: the address of this machine to listen on; otherwise the one that `address` leads to, or with a proxy on this
        machine 127.0.0.1.
    :raises UsageError: it would not be encrypted, or what was said does not go together.
    :raises InputError: an address or a file cannot be used, or nobody has been given access yet.
    """
    name, port = _name_and_port(address)
    if proxy is None and (certificate is None or key is None):
        raise UsageError(_UNENCRYPTED)
    if proxy is not None and (certificate or key):
        raise UsageError("Bitte entweder --zertifikat und --schluessel angeben, oder --hinter-proxy.")
    if proxy is not None:
        own = listen or ("127.0.0.1" if _ip(proxy, "--hinter-proxy").is_loopback else None)
        if own is None:
            raise UsageError(
                "Der Zwischenserver ist ein anderer Rechner: bitte mit --lauschen sagen, auf welcher Adresse."
            )
        bound = str(_ip(own, "--lauschen"))
    else:
        bound = str(_ip(listen, "--lauschen")) if listen else _address_of(name)
        check_certificate(certificate, key)
    _check_bindable(bound)
    people = People(settings.data_folder)
    if not any(person.blocked is None for person in people.all()) and not comes_unasked(settings):
        raise InputError(_NOBODY)
    door = Door(names=frozenset({name, bound}), secure=True, proxy=proxy, bound=bound)
    own_port = settings.port if proxy or port is None else port
    shown = f"https://{name}" + (f":{own_port}" if proxy is None and own_port != 443 else f":{port}" if port else "")
    return Serving(replace(settings, host=bound, port=own_port), door, shown + "/", people, certificate, key)


def comes_unasked(settings: Settings) -> bool:
    """Whether somebody may come in with an account of the municipality whom nobody has named."""
    provider = signing_in.of(settings.data_folder)
    return provider is not None and provider.newcomers


def check_certificate(certificate: Path | None, key: Path | None) -> None:
    """:raises InputError: the two cannot be used together."""

    def locked() -> str:
        raise InputError("Der Schlüssel zum Zertifikat ist mit einem Kennwort geschützt; bitte einen ohne angeben.")

    if certificate is None or key is None:
        raise UsageError(_UNENCRYPTED)
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key, password=locked)
    except (OSError, ValueError) as error:
        raise InputError(
            f"Zertifikat {certificate} und Schlüssel {key} lassen sich nicht verwenden: beide müssen lesbar sein, im Format PEM "
            "vorliegen und zusammengehören."
        ) from error


def _name_and_port(address: str) -> tuple[str, int | None]:
    match = re.fullmatch(
        r"(?:https://)?([A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?)(?::(\d{1,5}))?/?", address.strip()
    )
    if not match or (match[3] and not 0 < int(match[3]) < 65536):
        raise UsageError(
            f"„{address}“ ist keine Adresse: bitte den Namen angeben, unter dem andere die Seite aufrufen, etwa rat.rathaus.example."
        )
    name = match[1].lower()
    if name in LOCAL or name.startswith("127."):
        raise UsageError(
            "Unter dieser Adresse erreicht jeder nur den eigenen Rechner; bitte den Namen dieses Rechners angeben."
        )
    if name == "0.0.0.0":  # noqa: S104
        raise UsageError("Bitte die Adresse angeben, unter der andere diesen Rechner aufrufen, nicht 0.0.0.0.")
    return name, int(match[3]) if match[3] else None


def _ip(text: str, option: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    try:
        return ipaddress.ip_address(text.strip())
    except ValueError as error:
        raise UsageError(f"{option}: „{text}“ ist keine IP-Adresse wie 10.1.2.3.") from error


def _address_of(name: str) -> str:
    try:
        found = [str(entry[4][0]) for entry in socket.getaddrinfo(name, None, socket.AF_INET, socket.SOCK_STREAM)]
    except (OSError, UnicodeError) as error:
        raise InputError(f"Der Name „{name}“ führt zu keiner Adresse; bitte den Namen prüfen.") from error
    outside = next((one for one in found if not ipaddress.ip_address(one).is_loopback), None)
    if outside is None:
        raise InputError(
            f"„{name}“ führt auf diesem Rechner nur zu ihm selbst; bitte mit --lauschen seine Adresse im Hausnetz angeben."
        )
    return outside


def _check_bindable(address: str) -> None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as probe:
        try:
            probe.bind((address, 0))
        except OSError as error:
            raise InputError(
                f"{address} ist keine Adresse dieses Rechners; bitte mit --lauschen eine eigene angeben."
            ) from error
