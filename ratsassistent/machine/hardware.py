"""What kind of computer this is: processor, cores, memory, engine; and a key that tells it from others.

What enters: nothing but what the system says. What leaves: a Processor, a Memory, the version of the engine, a key.
What it does not know: language models, settings, how fast any of it is.

Nothing here may fail: what a system does not tell counts as not known.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.metadata
import importlib.util
import os
import platform
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import psutil

GB = 1_000_000_000
CPUINFO = Path("/proc/cpuinfo")
ENGINE = "llama-cpp-python"


@dataclass(frozen=True, slots=True)
class Processor:
    """A processor by name; `cores` are physical ones, `threads` what the system runs on them side by side.

    `features`: a hash of the instructions that it says it has, where the system tells: a virtual machine that moves to
    another host keeps its processor's name and may lose some of them.
    """

    name: str
    cores: int
    threads: int
    features: str = ""


@dataclass(frozen=True, slots=True)
class Memory:
    """Main memory in bytes: all of it, and what programs can have without any other being put out to disk."""

    total: int
    available: int


def processor() -> Processor:
    """The processor of this computer; as many threads as this process may use."""
    threads = _usable() or os.cpu_count() or 1
    cores = psutil.cpu_count(logical=False) or threads
    try:
        text = CPUINFO.read_text(encoding="ascii", errors="replace")
    except OSError:
        text = ""
    name = _line(text, "model name") or _line(text, "Model") or _told_by_system() or platform.machine()
    features = _line(text, "flags") or _line(text, "Features")
    digest = hashlib.sha256(" ".join(sorted(features.split())).encode()).hexdigest()[:12] if features else ""
    return Processor(" ".join(name.split()) or "unbekannt", max(1, min(cores, threads)), max(1, threads), digest)


def memory() -> Memory:
    """The main memory of this computer, now."""
    now = psutil.virtual_memory()
    return Memory(int(now.total), int(now.available))


def engine_version() -> str:
    """The version of the engine that runs language models; empty where there is none."""
    try:
        return importlib.metadata.version(ENGINE)
    except importlib.metadata.PackageNotFoundError:
        return ""


def engine_library() -> str:
    """Size and time stamp of the engine's libraries: another build of the same version has others."""
    found = importlib.util.find_spec("llama_cpp")
    folders = [Path(place) / "lib" for place in (found.submodule_search_locations or ())] if found else []
    if elsewhere := os.environ.get("LLAMA_CPP_LIB_PATH"):  # llama-cpp-python looks there instead
        folders = [Path(elsewhere)]
    stamps: list[str] = []
    for folder in folders:
        with contextlib.suppress(OSError):
            for file in sorted(folder.iterdir()):
                if "cpu" in file.name or "llama" in file.name:
                    is_at = file.stat()
                    stamps.append(f"{file.name}:{is_at.st_size}:{is_at.st_mtime_ns}")
    return hashlib.sha256("|".join(stamps).encode()).hexdigest()[:12] if stamps else ""


def key(of: Processor, total: int, *more: str) -> str:
    """Names this computer (and what else is given): another processor, core or memory module gives another key.

    :param total: bytes of main memory. The system keeps a few MB for itself, not always the same: half gigabytes count.
    """
    parts = (of.name, str(of.cores), str(of.threads), of.features, str(round(total / GB * 2)), *more)
    return hashlib.sha256("|".join(parts).encode()).hexdigest()[:24]


def _line(text: str, name: str) -> str:
    found = re.search(rf"^{re.escape(name)}[ \t]*:[ \t]*(.*)$", text, re.MULTILINE)
    return found[1].strip() if found else ""


def _usable() -> int | None:
    """The processors that this process may run on: fewer than there are in a container or under `taskset`."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return None


def _told_by_system() -> str:
    if sys.platform == "win32":
        import winreg

        with (
            contextlib.suppress(OSError),
            winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, r"HARDWARE\DESCRIPTION\System\CentralProcessor\0") as place,
        ):
            return str(winreg.QueryValueEx(place, "ProcessorNameString")[0])
    if sys.platform == "darwin":
        with contextlib.suppress(OSError, subprocess.SubprocessError):
            command = ["/usr/sbin/sysctl", "-n", "machdep.cpu.brand_string"]
            return subprocess.run(command, capture_output=True, text=True, timeout=5, check=True).stdout.strip()  # noqa: S603
    return platform.processor()
