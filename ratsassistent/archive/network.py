"""Whether a database server may be reached, and how: checked before each connection, whatever the environment says.

What enters: a Place. What leaves: what libpq is told beside its address, or a German sentence that says why nothing goes there.
What it does not know: SQL.

A name is looked up once for each connection, all its numbers are judged, and the connection is opened to one of these very
numbers. Without an administrator's leave only this computer and private networks will do. To another machine everything goes
encrypted, and its certificate must be good for its name (`sslmode=verify-full`): papers that are not public go there.
"""

from __future__ import annotations

import ipaddress
import ssl
from pathlib import Path

from ratsassistent import own_network
from ratsassistent.archive.whereabouts import Place, is_socket
from ratsassistent.errors import StorageError


def checked(place: Place) -> dict[str, str]:
    """What libpq is told beside the address; it leaves nothing of it to the environment (PGHOSTADDR, PGSSLMODE).

    :raises StorageError: nothing may go there, or the name is not known.
    """
    host = place.host
    if is_socket(host):
        return {"host": host, "hostaddr": "", "sslmode": "disable"}
    try:
        numbers = own_network.look_up(host, place.port)
    except (OSError, UnicodeError) as error:
        raise StorageError(
            f"Der Rechner {host} mit der Datenbank ist in diesem Netz nicht bekannt; bitte die Adresse prüfen oder später noch einmal versuchen."
        ) from error
    outside = [number for number in numbers if not own_network.is_private(number)]
    if outside and host not in place.allowed:
        raise StorageError(
            f"Der Server {host} ({outside[0]}) liegt nicht in einem privaten Netz; dorthin geht nichts, solange es nicht mit "
            f"„--erlauben {host}“ ausdrücklich erlaubt ist."
        )
    names = {"host": ",".join([host] * len(numbers)), "hostaddr": ",".join(numbers)}
    if all(_is_here(number) for number in numbers):
        return {**names, "sslmode": place.option("sslmode") or "prefer"}
    if place.option("sslmode") not in ("", "verify-full"):
        raise StorageError(
            f"Zu {host} geht etwas nur verschlüsselt und mit geprüftem Zertifikat; bitte in der Adresse „sslmode=verify-full“ schreiben."
        )
    root = place.option("sslrootcert") or next((file for file in _roots() if Path(file).is_file()), None)
    if root is None:
        raise StorageError(
            f"Womit das Zertifikat von {host} geprüft werden soll, ist nicht bekannt; bitte in der Adresse „sslrootcert=DATEI“ angeben."
        )
    return {**names, "sslmode": "verify-full", "sslrootcert": root}


def _roots() -> list[str]:
    """Where systems keep the certificates that they trust: the driver brings none of its own."""
    found = ssl.get_default_verify_paths().cafile
    return [*([found] if found else []), "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt"]


def _is_here(number: str) -> bool:
    address = ipaddress.ip_address(number.split("%", maxsplit=1)[0])
    return (getattr(address, "ipv4_mapped", None) or address).is_loopback
