"""What a confined run means: which files by kind, which connections, and what of it is a fault.

What enters: a Run, the steps' own result, where program and data lie. What leaves: Findings, and the same as JSON.
What it does not know: how anything was seen, how a report looks.
"""

from __future__ import annotations

import os
import sys
import sysconfig
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ratsassistent.proof.confining import Means, Run
from ratsassistent.proof.steps import DATA, NOWHERE
from ratsassistent.proof.watching import Contact

_FONTS = ("/usr/share/fonts", "/usr/local/share/fonts", "/etc/fonts", "/usr/share/fontconfig", "/usr/share/poppler")
_LANGUAGES = (
    "/usr/share/zoneinfo",
    "/usr/share/locale",
    "/usr/lib/locale",
    "/usr/share/i18n",
    "/etc/localtime",
    "/usr/share/mime",
)
_SYSTEM = ("/usr", "/lib", "/lib64", "/bin", "/sbin", "/opt", "/System", "/Library", "C:\\Windows", "C:\\Program Files")
_SERVICES_OF_NAMES = ("resolve", "dns")  # local services that would ask the network for a name

_NOTES = (".geprueft.json",)  # what `models` notes of a checksum, beside the model

# kinds of files that were read, in the order of the report: key -> German
KINDS = {
    "program": "Programm und Python-Bibliotheken",
    "models": "Modelle",
    "data": "eigener Datenordner des Tests",
    "temporary": "eigener Ordner für Vorübergehendes",
    "system": "Bibliotheken und Programme des Systems",
    "languages": "Sprachen und Zeitzonen des Systems",
    "fonts": "Schriften des Systems",
    "settings": "Einstellungen des Systems (/etc)",
    "machine": "Angaben des Systems über diesen Rechner (/proc, /sys, /dev)",
    "home": "im Ordner des Benutzers",
    "elsewhere": "anderswo",
}
_NAMED = ("settings", "home", "elsewhere", "models")  # kinds whose files the report names one by one


@dataclass
class Findings:
    """What was found out. `faults` are German sentences; there are none where nothing left the machine."""

    steps: list[dict[str, Any]]
    means: tuple[Means, ...]
    faults: list[str] = field(default_factory=list)
    control: dict[str, bool] = field(default_factory=dict)  # who tried on purpose -> was refused and noticed
    attempts: list[Contact] = field(default_factory=list)  # what would have left the machine
    bound: list[str] = field(default_factory=list)
    connected: list[str] = field(default_factory=list)
    services: list[Contact] = field(default_factory=list)
    read: dict[str, list[str]] = field(default_factory=dict)  # kind -> files
    written: dict[str, list[str]] = field(
        default_factory=dict
    )  # "data", "temporary", "bytecode", "checked", "elsewhere"
    programs: list[str] = field(default_factory=list)
    libraries: list[str] = field(default_factory=list)
    models: list[dict[str, Any]] = field(default_factory=list)
    switches: list[tuple[str, str, bool | None]] = field(default_factory=list)
    interfaces: list[str] = field(default_factory=list)
    processes: int = 0
    calls: int = 0

    @property
    def passed(self) -> bool:
        """Nothing left the machine, nothing was written elsewhere, every step went well."""
        return not self.faults

    def data(self) -> dict[str, Any]:
        """The same for machines."""

        def contact(c: Contact) -> dict[str, Any]:
            return {"kind": c.kind, "address": c.address, "refused": c.refused, "seen_by": c.by}

        return {
            "passed": self.passed,
            "faults": self.faults,
            "means": [{"name": m.name, "active": m.active, "reason": m.reason} for m in self.means],
            "steps": self.steps,
            "control": self.control,
            "network": {
                "attempts": [contact(c) for c in self.attempts],
                "bound": self.bound,
                "connected": self.connected,
                "local_services": [contact(c) for c in self.services],
                "interfaces": self.interfaces,
            },
            "files": {
                "read": {k: {"count": len(v), **({"paths": v} if k in _NAMED else {})} for k, v in self.read.items()},
                "written": self.written,
            },
            "programs": self.programs,
            "loaded": {"libraries": self.libraries, "models": self.models},
            "telemetry": [{"library": a, "asked": b, "reports": c} for a, b, c in self.switches],
            "processes": self.processes,
            "calls_seen_by_kernel": self.calls,
        }


def judge(run: Run, result: dict[str, Any] | None, folder: Path, model_folders: Sequence[Path]) -> Findings:
    """Sort what was seen and say what of it is a fault.

    :param result: what the steps wrote down; None: they did not come to their end.
    """
    result = result or {}
    found = Findings(
        steps=result.get("steps", []),
        means=run.means,
        models=result.get("models", []),
        switches=[(str(a), str(b), c) for a, b, c in result.get("switches", [])],
        interfaces=result.get("interfaces", []),
        programs=sorted(run.seen.programs),
        processes=run.processes,
        calls=run.seen.calls,
    )
    where = _Places(folder, model_folders)
    _contacts(found, run, result.get("control", {}))
    for path in sorted(run.seen.reads - run.seen.writes):
        if os.path.isfile(path) or where.is_own(path):  # the rest was looked for and is not there
            found.read.setdefault(where.kind(path), []).append(path)
    found.written = _written(where, run)
    libraries = {p for p in run.seen.libraries | set(result.get("libraries", [])) if os.path.isfile(p)}
    libraries |= {p for paths in found.read.values() for p in paths if ".so" in os.path.basename(p)}
    found.libraries = sorted(libraries)
    _faults(found, run, bool(result))
    return found


def _contacts(found: Findings, run: Run, control: dict[str, str]) -> None:
    """Sort connections; what was tried on purpose stands by itself."""
    purpose = {c for c in run.seen.contacts if c.address.startswith(f"{NOWHERE}:")}
    filtered = any(m.name == "filter" and m.active for m in run.means)
    for who, how in control.items():
        # Python's own try is stopped by its hook before the kernel hears of it; one from C only the filter can notice,
        # a namespace alone lets it end with "network unreachable"
        noticed = any(c.refused and c.by == ("Python" if who == "Python" else "System") for c in purpose)
        found.control[who] = how != "verbunden" and (noticed or (who == "C" and not filtered))
    bound: set[str] = set()
    connected: set[str] = set()
    for contact in sorted(run.seen.contacts - purpose):
        if contact.kind == "service":
            found.services.append(contact)
            if any(word in contact.address for word in _SERVICES_OF_NAMES):
                found.attempts.append(contact)
        elif contact.refused:
            found.attempts.append(contact)
        else:
            (bound if contact.kind == "bind" else connected).add(contact.address)
    found.bound, found.connected = sorted(bound), sorted(connected)


def _written(where: _Places, run: Run) -> dict[str, list[str]]:
    kinds: dict[str, list[str]] = defaultdict(list)
    for path in sorted(run.seen.writes | run.seen.folders):
        kind = where.kind(path)
        if kind == "machine":  # nothing of a device stays on a disk
            continue
        if kind in {"data", "temporary"}:
            kinds[kind].append(path)
        elif kind == "program" and ("__pycache__" in path):
            kinds["bytecode"].append(path)
        elif kind == "models" and path.endswith(_NOTES):
            kinds["checked"].append(path)
        elif path in run.seen.writes or not os.path.isdir(
            path
        ):  # to make a folder that is there already changes nothing
            kinds["elsewhere"].append(path)
    return dict(kinds)


def _faults(found: Findings, run: Run, complete: bool) -> None:
    if found.attempts:
        asked = ", ".join(dict.fromkeys(c.address for c in found.attempts))
        found.faults.append(
            f"Das Programm wollte Adressen außerhalb dieses Rechners erreichen, und das ist verhindert worden: {asked}."
        )
    if found.written.get("elsewhere"):
        paths = ", ".join(found.written["elsewhere"][:5])
        found.faults.append(f"Außerhalb des Datenordners ist geschrieben worden: {paths}.")
    found.faults += [
        f"Der Schritt „{row['name']}“ ist nicht gelungen: {row['result']}" for row in found.steps if not row["ok"]
    ]
    if not complete:
        found.faults.append("Der Testlauf kam nicht zu seinem Ende.")
    elif not found.control or not all(found.control.values()):
        found.faults.append(
            "Die Gegenprobe misslang: Ein absichtlicher Versuch wurde nicht verhindert oder nicht bemerkt."
        )
    if any(m.name == "namespace" and m.active for m in run.means) and set(found.interfaces) - {"lo"}:
        found.faults.append(f"Das eigene Netz des Tests hat einen Ausgang: {', '.join(found.interfaces)}.")
    reporting = [library for library, _, reports in found.switches if reports]
    if reporting:
        found.faults.append(f"Diese Bibliotheken würden ihre Benutzung melden: {', '.join(reporting)}.")


class _Places:
    """Where what lies: of a path, which kind it is."""

    def __init__(self, folder: Path, model_folders: Sequence[Path]) -> None:
        package = Path(__file__).resolve().parent.parent
        own_python = [sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")]
        prefixes = {sys.prefix, sys.base_prefix} - {"/usr", "/usr/local", "/"}  # there others have their programs, too
        program: list[Path | str] = [
            package,
            package.parent / "models",
            package.parent / "prompts",
            *prefixes,
            *own_python,
            sys.executable,
        ]
        self._own = _both([folder])
        self._kinds: tuple[tuple[str, tuple[str, ...]], ...] = (
            ("data", _both([folder / DATA])),
            ("temporary", self._own),
            ("models", _both(model_folders)),
            ("program", _both(program)),
            ("temporary", ("/dev/shm",)),  # noqa: S108 - main memory
            ("machine", ("/proc", "/sys", "/dev")),
            ("languages", _LANGUAGES),
            ("fonts", _FONTS),
            ("settings", ("/etc",)),
            ("home", _both([Path.home()])),
            ("system", _SYSTEM),
        )

    def is_own(self, path: str) -> bool:
        """Whether it lay in the run's own folder (where much is gone at the end)."""
        return _below(path, self._own)

    def kind(self, path: str) -> str:
        """One of KINDS."""
        return next((kind for kind, places in self._kinds if _below(path, places)), "elsewhere")


def _both(places: Iterable[Path | str]) -> tuple[str, ...]:
    """Each place as it is called, and as it is called without links."""
    named = [str(place).rstrip("/\\") for place in places]
    return tuple(dict.fromkeys(each for name in named if name for each in (name, os.path.realpath(name))))


def _below(path: str, places: Iterable[str]) -> bool:
    return any(path == place or path.startswith((place + "/", place + os.sep)) for place in places)
