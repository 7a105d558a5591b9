"""The Python that lies in a portable folder: fetched or given, unpacked, made smaller, without links.

What enters: a Target, an archive or a folder with a Python that runs from anywhere. What leaves: that Python in its place.
What it does not know: packages, models, the program.

What serves: python-build-standalone (both systems; fetched where nothing is given), for Windows also python.org's embeddable
zip and the NuGet package "python". A folder serves if Python finds its library beside its program file, as one built from
source does; whether that needs libraries of the machine it came from, nobody checks here (`benchmarks/tragbar.py` tells).
"""

from __future__ import annotations

import os
import shutil
import tarfile
import urllib.error
import urllib.request
import zipfile
from pathlib import Path

from ratsassistent.errors import InputError, StorageError
from ratsassistent.loading import sha256_of
from ratsassistent.portable.targets import PYTHON, Archive, Target
from ratsassistent.sources import Progress, writing

_PATIENCE = 20.0  # seconds without a byte
# Not needed at run time, or (terminfo) not fit for a stick: names that differ in nothing but upper and lower case.
_DROPPED = (
    "include", "libs", "share", "tcl", "Tools", "Doc", "Scripts", "NEWS.txt",
    *(f"{lib}/{name}" for lib in (f"lib/python{PYTHON}", "Lib")
      for name in ("test", "idlelib", "tkinter", "turtledemo", "lib2to3", "ensurepip", "turtle.py", "pydoc_data")),
)  # fmt: skip
_KEPT_PACKAGES = ("pip",)  # fetches further models from the package index


def fetch(archive: Archive, folder: Path, progress: Progress) -> Path:
    """An archive from the network, its bytes checked; what is in the folder already is not fetched again.

    :raises InputError: it cannot be had, or holds other bytes than were promised.
    :raises StorageError: the folder cannot be written.
    """
    path = folder / archive.name
    if archive.sha256 is None:
        raise InputError(f"Für {archive.name} ist keine Prüfsumme bekannt: bitte die Datei selbst angeben.")
    if not path.is_file():
        with writing(path):
            folder.mkdir(parents=True, exist_ok=True)
        part = path.with_name(path.name + ".teil")
        try:
            with urllib.request.urlopen(archive.url, timeout=_PATIENCE) as answer, part.open("wb") as file:  # noqa: S310
                size, done = int(answer.headers.get("Content-Length") or 0), 0
                while chunk := answer.read(1 << 20):
                    file.write(chunk)
                    done += len(chunk)
                    progress(f"Lade {archive.name}", done, size or None)
            os.replace(part, path)
        except (urllib.error.URLError, TimeoutError, ConnectionError) as error:
            part.unlink(missing_ok=True)
            raise InputError(
                f"{archive.url} ist von hier nicht zu bekommen: bitte auf einem anderen Rechner laden und als "
                f"{archive.name} in den Ordner {folder} legen."
            ) from error
        except OSError as error:
            raise StorageError(f"In {folder} kann nicht geschrieben werden ({error.strerror}).") from error
    digest = sha256_of(path, progress)
    if digest != archive.sha256:
        raise InputError(f"{path} hat die Prüfsumme {digest[:12]}… statt {archive.sha256[:12]}…: bitte löschen.")
    return path


def lay_out(source: Path, of: Target, into: Path) -> None:
    """Unpack or copy a Python into a folder that does not exist yet, and take out what nobody needs.

    :raises InputError: it is no Python of this version for this system.
    """
    raw = into.with_name(into.name + ".neu")
    shutil.rmtree(raw, ignore_errors=True)
    with writing(into):
        if source.is_dir():
            shutil.copytree(
                source,
                raw,
                ignore_dangling_symlinks=True,
                ignore=shutil.ignore_patterns("__pycache__", "site-packages"),
            )
            _bring_packages(source, raw, of)
        else:
            _unpack(source, raw)
        root = _root(raw, of)
        if root is None:
            shutil.rmtree(raw, ignore_errors=True)
            raise InputError(f"In {source} liegt kein Python {PYTHON} für {of.name}.")
        _without_links(root)
        _make_smaller(root, of)
        os.replace(root, into)
    shutil.rmtree(raw, ignore_errors=True)


def _program(root: Path, of: Target) -> Path:
    """Where the program file lies before it is renamed."""
    return root / ("python.exe" if of.windows else f"bin/python{PYTHON}")


def _root(raw: Path, of: Target) -> Path | None:
    """The folder with Python in it: archives have it one or two levels down ("python/", NuGet "tools/")."""
    for folder in (raw, raw / "python", raw / "tools", raw / "python" / "install"):
        if _program(folder, of).exists() and any(
            (folder / name).exists() for name in (f"lib/python{PYTHON}/os.py", "Lib/os.py", "python311.zip")
        ):
            return folder
    return None


def _unpack(source: Path, raw: Path) -> None:
    try:
        if zipfile.is_zipfile(source):
            with zipfile.ZipFile(source) as archive:
                archive.extractall(raw)  # noqa: S202 - zipfile keeps every name inside
        else:
            unpack_tar(source, raw)
    except (OSError, tarfile.TarError, zipfile.BadZipFile) as error:
        raise InputError(f"{source} ist kein lesbares Archiv.") from error


def unpack_tar(source: Path, into: Path) -> None:
    """Unpack an archive; nothing of it may land outside.

    :raises InputError: something would.
    """
    with tarfile.open(source) as packed:
        if hasattr(tarfile, "data_filter"):
            packed.extractall(into, filter="data")
        elif all((into / member.name).resolve().is_relative_to(into.resolve()) for member in packed.getmembers()):
            packed.extractall(into)  # noqa: S202 - looked at above; Python before 3.11.4
        else:
            raise InputError(f"{source} enthält eine Datei außerhalb seines Ordners.")


def _bring_packages(source: Path, raw: Path, of: Target) -> None:
    """Of the packages in a given folder only those that are wanted."""
    site = source / of.site
    for name in _KEPT_PACKAGES:
        for folder in (site / name, *site.glob(f"{name}-*.dist-info")):
            if folder.is_dir():
                ignored = shutil.ignore_patterns("__pycache__")
                shutil.copytree(folder, raw / of.site / folder.name, ignore=ignored)


def _without_links(root: Path) -> None:
    """A FAT stick has no links: each becomes the file that it names, or goes where that is missing."""
    for path in sorted(root.rglob("*")):
        if path.is_symlink():
            named = path.resolve()
            path.unlink()
            if named.is_file() and named.is_relative_to(root.resolve()):
                shutil.copy2(named, path)


def _make_smaller(root: Path, of: Target) -> None:
    program = _program(root, of)
    wanted = root / of.executable
    if program != wanted:
        os.replace(program, wanted)
    if not of.windows:
        for other in wanted.parent.iterdir():
            if other != wanted:
                other.unlink()
        wanted.chmod(0o755)
    for name in _DROPPED:
        path = root / name
        if path.is_dir():
            shutil.rmtree(path)
        elif path.exists():
            path.unlink()
    for path in [*root.glob(f"lib/python{PYTHON}/config-*"), *root.glob("lib/*.a"), *root.rglob("__pycache__")]:
        shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)
    (root / of.site).mkdir(parents=True, exist_ok=True)
    for pth in root.glob("python3*._pth"):  # the embeddable Python looks nowhere else
        pth.write_text(f"{pth.stem}.zip\n.\n{of.site.replace('/', chr(92))}\nimport site\n", encoding="ascii")
