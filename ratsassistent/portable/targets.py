"""The systems that a portable folder is made for, and which own Python and which engine it gets there.

What enters: "linux" or "windows". What leaves: a Target. What it does not know: how anything is fetched or laid out.

The checksums are those that others publish for these very files: of Python the package pbs-installer 2026.10.25 (PyPI), of the
engine's wheels public pins of other projects. They could not be compared with the files themselves where this was written
(neither address was reachable there): a wrong one would stop the build, not slip through.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ratsassistent.errors import UsageError

PYTHON = "3.11"
_PYTHON_URL = (
    "https://github.com/astral-sh/python-build-standalone/releases/download/20260929/"
    "cpython-3.11.16%2B20260929-{}-install_only_stripped.tar.gz"
)
_ENGINE_URL = (
    "https://github.com/abetlen/llama-cpp-python/releases/download/v0.3.36/llama_cpp_python-0.3.36-py3-none-{}"
)


@dataclass(frozen=True, slots=True)
class Archive:
    """A file on the network. `sha256` None: nobody could vouch for its bytes, so it is not fetched."""

    url: str
    sha256: str | None

    @property
    def name(self) -> str:
        """The file's name, as on disk."""
        return self.url.rsplit("/", 1)[1].replace("%2B", "+")


@dataclass(frozen=True, slots=True)
class Target:
    """A system. Paths are relative to the folder of its own Python; `platforms`: what pip calls it, best first."""

    key: str
    name: str
    platforms: tuple[str, ...]
    python: Archive
    engine: Archive
    executable: str
    site: str
    marker: dict[str, str]

    @property
    def lock(self) -> Path:
        """The lock file: every package with version and checksums."""
        return Path(__file__).parent / f"lock-{self.key}.txt"

    @property
    def windows(self) -> bool:
        """Whether it is Windows."""
        return self.key == "windows"


LINUX = Target(
    key="linux",
    name="Linux (64 Bit, x86)",
    platforms=(
        "manylinux_2_28_x86_64",
        "manylinux_2_27_x86_64",
        "manylinux_2_24_x86_64",
        "manylinux_2_17_x86_64",
        "manylinux2014_x86_64",
        "manylinux_2_12_x86_64",
        "manylinux2010_x86_64",
        "manylinux_2_5_x86_64",
        "manylinux1_x86_64",
    ),
    python=Archive(
        _PYTHON_URL.format("x86_64-unknown-linux-gnu"),
        "f05084f3fbd7a0c7ed762ea6fd2455976a463952bb5c3253fc6cdc777f84728d",
    ),
    engine=Archive(
        _ENGINE_URL.format("manylinux2014_x86_64.manylinux_2_17_x86_64.whl"),
        "c8a3e98093e950d7a770f794842e36f2db82b2933e8762ed7b5ffd435011e8e4",
    ),
    # A FAT stick under Linux shows only files named .exe, .com and .bat as programs (mount option `showexec`, the default
    # of udisks), so Linux's Python is called that, too.
    executable=f"bin/python{PYTHON}.exe",
    site=f"lib/python{PYTHON}/site-packages",
    marker={"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix", "platform_machine": "x86_64"},
)
WINDOWS = Target(
    key="windows",
    name="Windows 10 und 11 (64 Bit)",
    platforms=("win_amd64",),
    python=Archive(
        _PYTHON_URL.format("x86_64-pc-windows-msvc"),
        "7b0e380ea5690cef71edbaa282e585ec08ffbece7ea8155546939adeb3377e44",
    ),
    engine=Archive(
        _ENGINE_URL.format("win_amd64.whl"), "ae5e88a2cf464e5a2dde7c8898c2d5c71cc24d03cac6396bf7509456bde0b9fb"
    ),
    executable="python.exe",
    site="Lib/site-packages",
    marker={"sys_platform": "win32", "platform_system": "Windows", "os_name": "nt", "platform_machine": "AMD64"},
)
TARGETS = {target.key: target for target in (LINUX, WINDOWS)}


def target(key: str) -> Target:
    """The system with this key.

    :raises UsageError: there is none.
    """
    if key not in TARGETS:
        raise UsageError(f"Für „{key}“ gibt es keinen tragbaren Ordner; möglich sind: {', '.join(TARGETS)}.")
    return TARGETS[key]


def environment(of: Target) -> dict[str, str]:
    """What conditions of requirements ("; sys_platform == 'win32'") are decided with for this system."""
    return {
        **of.marker,
        "python_version": PYTHON,
        "python_full_version": f"{PYTHON}.0",
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
        "extra": "",
    }
