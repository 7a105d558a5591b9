"""What is said of a server that writes: on the page, in files, in the data sheet; the same words everywhere.

What enters: a ModelRecord, or the Server that is set. What leaves: German sentences, not escaped.
What it does not know: HTML, how a server is spoken to.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

from ratsassistent.briefings import ModelRecord
from ratsassistent.model_server import Server

HERE = "auf diesem Rechner"
TOLD = "Angabe des Servers"


def _net(host: str, *, outside: bool) -> str:
    """Where a machine stands, as far as its address tells."""
    if outside:
        return "außerhalb des eigenen Netzes, von Ihrer Verwaltung ausdrücklich erlaubt"
    return "über einen Anschluss dieses Rechners" if _is_loopback(host) else "im Netz Ihrer Verwaltung"


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _host(place: str) -> str:
    return place.rsplit(":", 1)[0].strip("[]")


def where(model: ModelRecord) -> str:
    """Where a model wrote: "auf diesem Rechner", "auf dem Server ki.rathaus.local:8000 im Netz Ihrer Verwaltung"."""
    if model.server is None:
        return HERE
    net = _net(_host(model.server), outside=model.outside)
    return f"auf dem Server {model.server} {net}" if net.startswith("im ") else f"auf dem Server {model.server} ({net})"


def named(model: ModelRecord) -> str:
    """The name of a model, with its server where it has one."""
    return f"{model.name}, Server {model.server}" if model.server else model.name


def all_named(models: Iterable[ModelRecord]) -> str:
    """Several models with where they wrote."""
    return " und ".join(f"{model.name}, {where(model)}" for model in models)


def publisher(model: ModelRecord) -> str | None:
    """Who made the model of a server, as that says."""
    if model.server is None:
        return None
    return (
        f"{model.publisher} ({TOLD})"
        if model.publisher and model.publisher != "unbekannt"
        else "unbekannt (der Server nennt keinen)"
    )


def licence(model: ModelRecord) -> str:
    """The licence; that of a server's model as that says."""
    if model.server is None:
        return model.licence
    return f"{model.licence} ({TOLD})" if model.licence != "unbekannt" else "unbekannt (der Server nennt keine)"


def maker(model: ModelRecord) -> str:
    """Publisher and licence of a server's model in one."""
    if (model.publisher or "unbekannt", model.licence) == ("unbekannt", "unbekannt"):
        return "Hersteller und Lizenz nennt der Server nicht"
    return f"Hersteller: {publisher(model)}; Lizenz: {licence(model)}"


def target(server: Server) -> str:
    """The server with where it stands: "ki.rathaus.local:8000 im Netz Ihrer Verwaltung"."""
    net = _net(server.host, outside=server.is_allowed)
    return f"{server.place} {net}" if net.startswith("im ") else f"{server.place} ({net})"


def leaves(server: Server) -> str:
    """What leaves this computer for that server; shown before anything does, and as long as it is set."""
    plain = "" if server.encrypted or _is_loopback(server.host) else " Der Weg dorthin ist nicht verschlüsselt."
    if server.public_only:
        return (
            f"Zum Schreiben gehen Stellen aus öffentlichen Unterlagen an den Server {target(server)}; Nichtöffentliches und Ihre Fragen "
            f"bleiben auf diesem Rechner.{plain}"
        )
    return (
        f"Zum Schreiben gehen Stellen aus Ihren Unterlagen, auch aus nichtöffentlichen, und Ihre Fragen an den Server {target(server)}."
        f"{plain}"
    )


def leaves_briefly(server: Server) -> str:
    """As `leaves`, for where there is little room."""
    plain = "" if server.encrypted or _is_loopback(server.host) else " (unverschlüsselt)"
    if server.public_only:
        return f"Stellen aus öffentlichen Unterlagen gehen zum Schreiben an den Server {target(server)}{plain}; Nichtöffentliches und Fragen nicht."
    return f"Stellen aus Unterlagen (auch nichtöffentlichen) und Fragen gehen zum Schreiben an den Server {target(server)}{plain}."


def by_server(server: Server) -> str:
    """The same in a few words, where something is about to be ordered."""
    if server.public_only:
        return f"Öffentliches wird auf dem Server {target(server)} geschrieben, Nichtöffentliches auf diesem Rechner."
    return f"Geschrieben wird auf dem Server {target(server)}; dorthin gehen Stellen aus diesen Unterlagen."


def slogan(server: Server | None) -> str:
    """The line below the program's name."""
    if server is None:
        return "Liest Sitzungsunterlagen auf diesem Rechner. Nichts davon geht ins Internet."
    return f"Liest Sitzungsunterlagen auf diesem Rechner. {leaves(server)}"
