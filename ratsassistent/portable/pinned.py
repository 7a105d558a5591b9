"""What `start.py --gesperrt` installs: the packages of a lock file and no others, each with its checksums.

What enters: the system and Python at hand, a lock file. What leaves: requirement lines for pip, in three portions that come
from different places: the engine, PyTorch, everything else. What it does not know: how anything is fetched.

It needs nothing but Python's own library: `start.py` asks it before anything is installed (so it does not read the lock with
`locks`, and finds the engine's ready-made packages in the text of `targets`).
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
ENGINE, TORCH = "llama-cpp-python", "torch"
PYTHON = (3, 11)  # that the locks are made for
SYSTEMS = {("linux", "x86_64"): "linux", ("win32", "AMD64"): "windows"}  # sys.platform, platform.machine()
_LINE = re.compile(r"^([a-z0-9][a-z0-9.-]*)==\S+(\s+--hash=sha256:[0-9a-f]{64})+$")
_READY_MADE = re.compile(r"_ENGINE_URL\.format\(\s*\"([^\"]+)\"\s*\),\s*\"([0-9a-f]{64})\"")


@dataclass(frozen=True)
class Portions:
    """Requirement lines with checksums. `engine` allows the source package and what its developers have built of it."""

    engine: str
    torch: str
    others: str


def lock_for(system: str, machine: str, version: tuple[int, int], implementation: str) -> Path | None:
    """The lock file for a system and a Python; None: there is none."""
    key = SYSTEMS.get((system, machine))
    if key is None or version != PYTHON or implementation != "cpython":
        return None
    return HERE / f"lock-{key}.txt"


def portions(lock: Path) -> Portions:
    """The packages of a lock file.

    :raises ValueError: it does not name every package with version and checksums.
    """
    lines: dict[str, str] = {}
    for line in lock.read_text(encoding="utf-8").replace("\\\n", " ").splitlines():
        bare = " ".join(line.split())
        if not bare or bare.startswith("#"):
            continue
        found = _LINE.match(bare)
        if not found:
            raise ValueError(bare[:60])
        lines[found[1]] = bare
    try:
        engine = " ".join([lines.pop(ENGINE), *(f"--hash=sha256:{digest}" for digest in ready_made().values())])
        return Portions(engine + "\n", lines.pop(TORCH) + "\n", "\n".join(lines.values()) + "\n")
    except KeyError as error:
        raise ValueError(str(error)) from error


def ready_made() -> dict[str, str]:
    """The engine's packages that its developers have built: the end of the file's name, sha256."""
    return dict(_READY_MADE.findall((HERE / "targets.py").read_text(encoding="utf-8")))


def digest(lock: Path) -> str:
    """Tells an environment made by one lock from one made by another."""
    return hashlib.sha256(lock.read_bytes()).hexdigest()
