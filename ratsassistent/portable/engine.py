"""The engine for language models in a portable folder: one that runs on other processors than the one it was made on.

What enters: a Target, a wheel that is given, or none. What leaves: a wheel of llama-cpp-python for that system.
What it does not know: what is done with it. llama-cpp-python lies on the package index as source only; its developers'
ready-made wheels lie elsewhere (`targets`).

What is built here consists of the same library with several backends for processors: llama.cpp asks each whether this
processor can run it, and loads the best (GGML_BACKEND_DL). It looks for them beside the program file of Python, so `settle`
moves them there. Built for Windows with MinGW-w64, on Linux.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

from ratsassistent.errors import InputError
from ratsassistent.portable import own_python
from ratsassistent.portable.targets import Target

PACKAGE = "llama-cpp-python"
# What a backend may use, and what it is called. The first needs AVX2 (Intel since 2013, AMD since 2015; no Pentium and
# Celeron before 2021), the second runs on every 64-bit processor of the last fifteen years.
VARIANTS = {
    "haswell": ("SSE42", "AVX", "F16C", "FMA", "AVX2", "BMI2"),
    "sse42": ("SSE42",),
}
_FEATURES = ("SSE42", "AVX", "AVX2", "BMI2", "AVX_VNNI", "FMA", "F16C", "AVX512", "AVX512_VBMI", "AVX512_VNNI",
             "AVX512_BF16", "AMX_TILE", "AMX_INT8", "AMX_BF16")  # fmt: skip
_MINGW = "x86_64-w64-mingw32"
# Beside what is built: libraries of the compiler that a computer need not have.
_RUNTIME = {
    "linux": ("libgomp.so.1",),
    "windows": ("libgomp-1.dll", "libgcc_s_seh-1.dll", "libstdc++-6.dll", "libwinpthread-1.dll"),
}
# Debian 12's MinGW does not know what keeps Windows 11 from parking cores; as Microsoft documents it.
_POWER = """#define WIN32_LEAN_AND_MEAN
#define NOMINMAX
#include <windows.h>
#ifndef THREAD_POWER_THROTTLING_CURRENT_VERSION
#define THREAD_POWER_THROTTLING_CURRENT_VERSION 1
#define THREAD_POWER_THROTTLING_EXECUTION_SPEED 0x1
typedef struct { ULONG Version, ControlMask, StateMask; } THREAD_POWER_THROTTLING_STATE;
#endif
"""
_BACKENDS = ("libggml-cpu-*.so", "ggml-cpu-*.dll")

Say = Callable[[str], None]


def build(version: str, of: Target, work: Path, say: Say, *, cores: int | None = None) -> Path:
    """Build the wheel from source; takes ten minutes and more on two cores.

    :param work: a folder for source and build; what was finished there is not done again.
    :returns: the wheel, in that folder.
    :raises InputError: a tool is missing, or a step failed.
    """
    _ensure_tools(of)
    source = _source(version, work, say)
    libraries = work / f"bibliotheken-{of.key}"
    libraries.mkdir(parents=True, exist_ok=True)
    for variant in VARIANTS:
        whole = variant == next(iter(VARIANTS))
        say(f"Das Rechenwerk wird für {of.name} gebaut: {variant} …")
        folder = work / f"bau-{of.key}-{variant}"
        folder.with_suffix(".h").write_text(_POWER, encoding="ascii")
        _run(configure(source / "vendor" / "llama.cpp", folder, of, variant))
        target = "llama" if whole else "ggml-cpu"
        _run(["cmake", "--build", str(folder), "--target", target, "--parallel", str(cores or os.cpu_count() or 1)])
        for library in sorted((folder / "bin").iterdir()):
            if library.suffix not in {".so", ".dll"} or library.is_symlink():
                continue
            backend = library.stem.endswith("ggml-cpu")
            if backend or whole:
                name = f"{library.stem}-{variant}{library.suffix}" if backend else library.name
                shutil.copy2(library, libraries / name)
    for name in _RUNTIME[of.key]:
        shutil.copy2(_of_compiler(name, of), libraries / name)
    return pack(source, libraries, version, of, work)


def configure(source: Path, folder: Path, of: Target, variant: str) -> list[str]:
    """The command that prepares the build of one variant."""
    on = VARIANTS[variant]
    options = {
        "CMAKE_BUILD_TYPE": "Release",
        "BUILD_SHARED_LIBS": "ON",
        "CMAKE_PLATFORM_NO_VERSIONED_SONAME": "ON",  # one file each: a FAT stick has no links
        "CMAKE_BUILD_WITH_INSTALL_RPATH": "ON",
        "CMAKE_INSTALL_RPATH": "$ORIGIN",
        "LLAMA_BUILD_COMMON": "OFF",
        "LLAMA_BUILD_TESTS": "OFF",
        "LLAMA_BUILD_TOOLS": "OFF",
        "LLAMA_BUILD_EXAMPLES": "OFF",
        "LLAMA_BUILD_SERVER": "OFF",
        "LLAMA_BUILD_APP": "OFF",
        "LLAMA_USE_PREBUILT_UI": "OFF",
        "LLAMA_OPENSSL": "OFF",
        "LLAMA_CURL": "OFF",
        "GGML_NATIVE": "OFF",
        "GGML_BACKEND_DL": "ON",
        **{f"GGML_{feature}": "ON" if feature in on else "OFF" for feature in _FEATURES},
    }
    if of.windows:
        options |= {
            "CMAKE_SYSTEM_NAME": "Windows",
            "CMAKE_SYSTEM_PROCESSOR": "x86_64",
            "CMAKE_C_COMPILER": f"{_MINGW}-gcc-posix",
            "CMAKE_CXX_COMPILER": f"{_MINGW}-g++-posix",
            "CMAKE_C_FLAGS": f'-include "{folder.with_suffix(".h")}"',
            "CMAKE_FIND_ROOT_PATH": f"/usr/{_MINGW}",
            "CMAKE_FIND_ROOT_PATH_MODE_PROGRAM": "NEVER",
            "CMAKE_FIND_ROOT_PATH_MODE_LIBRARY": "ONLY",
            "CMAKE_FIND_ROOT_PATH_MODE_INCLUDE": "ONLY",
        }
    command = ["cmake", "-S", str(source), "-B", str(folder)]
    command += ["-G", "Ninja"] if shutil.which("ninja") else []
    return command + [f"-D{name}={value}" for name, value in options.items()]


def settle(python: Path, of: Target) -> list[str]:
    """Move backends beside Python's program file, where llama.cpp looks for them; returns their names.

    A ready-made wheel has none: nothing is done then.
    """
    moved = []
    for pattern in _BACKENDS:
        for library in sorted((python / of.site / "llama_cpp" / "lib").glob(pattern)):
            os.replace(library, (python / of.executable).parent / library.name)
            moved.append(library.name)
    return moved


def pack(source: Path, libraries: Path, version: str, of: Target, into: Path) -> Path:
    """Make a wheel of the Python part and the libraries.

    :param source: the unpacked source package.
    """
    tag = "py3-none-win_amd64" if of.windows else "py3-none-linux_x86_64"
    about = f"llama_cpp_python-{version}.dist-info"
    files = {path.relative_to(source).as_posix(): path for path in sorted((source / "llama_cpp").rglob("*.py"))}
    files |= {f"llama_cpp/lib/{path.name}": path for path in sorted(libraries.iterdir())}
    files[f"{about}/METADATA"] = source / "PKG-INFO"
    for name in ("LICENSE.md", "vendor/llama.cpp/LICENSE"):
        files[f"{about}/licenses/{name}"] = source / name
    wheel = into / f"llama_cpp_python-{version}-{tag}.whl"
    record = []
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED) as archive:

        def add(name: str, content: bytes) -> None:
            archive.writestr(name, content)
            digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
            record.append((name, f"sha256={digest}", str(len(content))))

        for name, path in files.items():
            add(name, path.read_bytes())
        told = f"Wheel-Version: 1.0\nGenerator: ratsassistent\nRoot-Is-Purelib: false\nTag: {tag}\n"
        add(f"{about}/WHEEL", told.encode())
        lines = io.StringIO(newline="")
        csv.writer(lines, lineterminator="\n").writerows([*record, (f"{about}/RECORD", "", "")])
        archive.writestr(f"{about}/RECORD", lines.getvalue())
    return wheel


def _ensure_tools(of: Target) -> None:
    compilers = [f"{_MINGW}-gcc-posix", f"{_MINGW}-g++-posix"] if of.windows else ["cc", "c++"]
    missing = [tool for tool in ("cmake", *compilers) if not shutil.which(tool)]
    if of.key == "linux" and sys.platform != "linux":
        raise InputError("Das Rechenwerk für Linux lässt sich nur unter Linux bauen: bitte ein Paket angeben.")
    if missing:
        hint = "cmake ninja-build " + ("g++-mingw-w64-x86-64-posix" if of.windows else "build-essential")
        raise InputError(
            f"Zum Bauen des Rechenwerks fehlt: {', '.join(missing)} (unter Debian: sudo apt install {hint})."
        )


def _source(version: str, work: Path, say: Say) -> Path:
    """The unpacked source package, fetched with pip."""
    unpacked = work / f"llama_cpp_python-{version}"
    if (unpacked / "PKG-INFO").is_file():
        return unpacked
    say("Der Quelltext von llama-cpp-python wird geladen …")
    work.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "pip", "download", "--disable-pip-version-check", "--no-deps", "--no-binary"]
    _run([*command, PACKAGE, "--dest", str(work), f"{PACKAGE}=={version}"])
    archive = next(iter(sorted(work.glob(f"llama_cpp_python-{version}.tar.gz"))), None)
    if archive is None:
        raise InputError("Der Quelltext von llama-cpp-python war nicht zu bekommen.")
    own_python.unpack_tar(archive, work)
    return unpacked


def _of_compiler(name: str, of: Target) -> Path:
    compiler = f"{_MINGW}-g++-posix" if of.windows else "c++"
    told = subprocess.run([compiler, f"-print-file-name={name}"], capture_output=True, text=True, check=False)  # noqa: S603
    path = Path(told.stdout.strip())
    if not path.is_absolute():  # that is how it says that it does not know
        path = Path(f"/usr/{_MINGW}/lib") / name
    if not path.is_file():
        raise InputError(f"Zum Rechenwerk gehört {name}; der Compiler hat es nicht.")
    return path.resolve()


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)  # noqa: S603
    if done.returncode:
        last = "\n".join((done.stdout + done.stderr).splitlines()[-15:])
        raise InputError(f"„{' '.join(command[:2])}“ ist misslungen:\n{last}")
