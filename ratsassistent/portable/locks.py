"""Lock files: which package, in which version, with which bytes.

What enters: a lock file as `uv pip compile --generate-hashes` writes it, the program's own requirements.
What leaves: Pinned objects; what the lock lacks. What it does not know: how packages are fetched.

The lock files beside this module are made anew with `benchmarks/tragbar.py sperren` (uv, from PyPI).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from ratsassistent.errors import InputError

_LINE = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)==([^\s;\\]+)\s*(?:;[^\\]*)?((?:\s*--hash=sha256:[0-9a-f]{64})+)$")


@dataclass(frozen=True, slots=True)
class Pinned:
    """One package of a lock; the name in its canonical form. `hashes`: of the files that are good, sha256."""

    name: str
    version: str
    hashes: tuple[str, ...]


def read(file: Path) -> tuple[Pinned, ...]:
    """The packages of a lock file, in its order.

    :raises InputError: it cannot be read, or a line is not "name==version" with checksums.
    """
    try:
        text = file.read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(f"Die Sperrdatei {file} ist nicht lesbar.") from error
    found: dict[str, Pinned] = {}
    for line in text.replace("\\\n", " ").splitlines():
        bare = re.sub(r"(^|\s)#.*$", "", line).strip()
        if not bare:
            continue
        match = _LINE.match(bare)
        if not match:
            raise InputError(f"In {file.name} steht „{bare[:60]}“ ohne feste Version oder ohne Prüfsumme.")
        name = str(canonicalize_name(match[1]))
        if name in found:
            raise InputError(f"In {file.name} steht {name} zweimal.")
        found[name] = Pinned(name, match[2], tuple(re.findall(r"sha256:([0-9a-f]{64})", match[3])))
    if not found:
        raise InputError(f"In {file.name} steht kein Paket.")
    return tuple(found.values())


def lacking(requirements: Iterable[str], pinned: Iterable[Pinned], environment: Mapping[str, str]) -> list[str]:
    """What the requirements ask for on a system and the lock does not give: one German line each; empty: all is there."""
    held = {pin.name: pin for pin in pinned}
    lines = []
    for text in requirements:
        wanted = Requirement(text)
        if wanted.marker and not wanted.marker.evaluate(dict(environment)):
            continue
        pin = held.get(str(canonicalize_name(wanted.name)))
        if pin is None:
            lines.append(f"{wanted.name} fehlt")
        elif not wanted.specifier.contains(Version(pin.version), prereleases=True):
            lines.append(f"{wanted.name} {pin.version} passt nicht zu {wanted.specifier}")
    return lines


def pinned_as(name: str, pinned: Iterable[Pinned]) -> Pinned | None:
    """The entry of a package, whatever way its name is spelt."""
    wanted = str(canonicalize_name(name))
    return next((pin for pin in pinned if pin.name == wanted), None)
