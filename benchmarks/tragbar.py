"""Portable folders for real: make the lock files, resolve every wheel, try a folder without network and without Python.

    python benchmarks/tragbar.py sperren [--uv UV] [--pakete ORDNER]   make ratsassistent/portable/lock-*.txt anew (needs uv)
    python benchmarks/tragbar.py aufloesen linux|windows --vorrat DIR  fetch every wheel of a lock; sizes as JSON
    python benchmarks/tragbar.py mitnehmen PYTHON ZIEL                 copy a Python with the libraries it needs (needs
                                                                       patchelf): where python-build-standalone is out of reach
    python benchmarks/tragbar.py probe ORDNER [--wurzel ROOT] [--voll] try the folder that `ratsassistent tragbar` made

`probe` moves nothing and installs nothing. It binds ORDNER to a path with a space, umlauts and a quote below ROOT (a bare
system, as debootstrap makes one; by default this system with its home and working folders hidden), in name spaces of its
own without any network but 127.0.0.1, with an empty HOME and no Python on the PATH. There it starts the page, takes in the
demonstration pack, writes extracts and (`--voll`) one summary, makes a PDF and a search, and looks which files were written outside the data
folder. What leaves: one JSON object. It needs Linux and the right to make name spaces.
What it does not know: how a folder is made.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(REPOSITORY))

from ratsassistent.portable import building, engine, locks, texts, wheels  # noqa: E402
from ratsassistent.portable.targets import LINUX, PYTHON, TARGETS, target  # noqa: E402

PLACE = "mnt/Stick für Rätin Müller's Akten"
UV_PLATFORM = {"linux": "x86_64-manylinux_2_28", "windows": "x86_64-pc-windows-msvc"}
PORT = 7973
COMMAND = "python benchmarks/tragbar.py sperren"
# Reading a folder that many files lie in: what a process may touch there anyway.
IGNORED = ("/proc/", "/sys/", "/dev/", "/run/")


def lock(uv: str, packages: Path | None) -> None:
    """Make the lock files with uv; the CPU build of PyTorch for Linux from its own index, or from a folder."""
    for of in TARGETS.values():
        with tempfile.TemporaryDirectory() as folder:
            more = Path(folder) / "more.in"
            more.write_text(f"{building.RUNTIME}\n" if of.windows else "torch==2.13.0+cpu\n", encoding="utf-8")
            command = [
                uv,
                "pip",
                "compile",
                "--quiet",
                "--no-progress",
                "--upgrade",
                "--generate-hashes",
                "--no-annotate",
            ]
            command += ["--python-version", PYTHON, "--python-platform", UV_PLATFORM[of.key]]
            command += ["--custom-compile-command", COMMAND, "-o", str(of.lock), str(REPOSITORY / "pyproject.toml")]
            if not of.windows:
                found = ["--find-links", str(packages)] if packages else ["--extra-index-url", wheels.TORCH_CPU]
                command += [
                    *found,
                    "--index-strategy",
                    "unsafe-best-match",
                    "--no-emit-find-links",
                    "--no-emit-index-url",
                ]
            subprocess.run([*command, str(more)], check=True)
        print(f"{of.lock.name}: {len(locks.read(of.lock))} Pakete")


def resolve(key: str, store: Path) -> None:
    """Fetch every wheel of a lock but the engine's; say what there is."""
    of = target(key)
    pinned = locks.read(of.lock)
    found = wheels.download(of.lock, pinned, of, store, leave=[engine.PACKAGE])
    rows = [{"wheel": wheel.name, "bytes": wheel.stat().st_size} for wheel in found]
    own = [row["wheel"] for row in rows if not str(row["wheel"]).endswith("-any.whl")]
    total = sum(int(row["bytes"]) for row in rows)
    print(json.dumps({"target": key, "wheels": len(rows), "bytes": total, "for_this_system": own}, indent=1))


def take_along(python: Path, into: Path) -> None:
    """Copy a Python that was built from source, and put the libraries that its modules need beside it."""
    shutil.copytree(
        python,
        into,
        symlinks=False,
        ignore=shutil.ignore_patterns("__pycache__", "test", "site-packages", "_tkinter*", "*.a"),
    )
    for package in ("pip", *(path.name for path in (python / LINUX.site).glob("pip-*"))):
        shutil.copytree(python / LINUX.site / package, into / LINUX.site / package)
    libraries, done = into / "lib" / "mitgenommen", set()
    libraries.mkdir()
    todo = [into / "bin" / f"python{PYTHON}", *(into / "lib").rglob("*.so")]
    while todo:
        file = todo.pop()
        told = subprocess.run(["ldd", str(file)], capture_output=True, text=True, check=False).stdout
        for line in told.splitlines():
            name, _, rest = line.strip().partition(" => ")
            path = Path(rest.split(" (")[0])
            glibc = name.startswith(
                ("libc.", "libm.", "libdl.", "libpthread.", "librt.", "libutil.", "ld-linux", "libresolv.")
            )
            if rest and path.is_file() and not glibc and name not in done:
                done.add(name)
                shutil.copy2(path.resolve(), libraries / name)
                todo.append(libraries / name)
        up = os.path.relpath(libraries, file.parent)
        subprocess.run(["patchelf", "--set-rpath", f"$ORIGIN/{up}", str(file)], check=True)
    print(json.dumps({"python": str(into), "libraries": sorted(done)}, indent=1))


def probe(folder: Path, root: Path | None, full: bool) -> int:
    """Go into name spaces of our own without a network, and try the folder there."""
    inner = [
        sys.executable,
        __file__,
        "_innen",
        str(folder.resolve()),
        str(root.resolve()) if root else "",
        str(int(full)),
    ]
    shell = 'ip link set lo up && exec "$@"'
    return subprocess.run(["unshare", "-rnm", "sh", "-c", shell, "sh", *inner], check=False).returncode


def inside(folder: Path, root: Path | None, full: bool) -> int:
    """Within the name spaces: lay out a system, run the commands, print what happened."""
    report: dict[str, Any] = {"network": _network(), "size_mb": round(_size(folder) / 1e6)}
    root = root or _this_system_hidden()
    place = root / PLACE / building.NAME
    place.mkdir(parents=True, exist_ok=True)
    (root / "tmp").mkdir(exist_ok=True)
    home = root / "home" / "niemand"
    home.mkdir(parents=True, exist_ok=True)
    for what, there in ((str(folder), place), ("/dev", root / "dev"), ("/proc", root / "proc")):
        there.mkdir(exist_ok=True)
        subprocess.run(["mount", "--rbind", what, str(there)], check=True)
    report["python_there"] = subprocess.run(
        ["chroot", str(root), "/bin/sh", "-c", "command -v python3 python python3.11"],
        capture_output=True,
        text=True,
        check=False,
    ).stdout.split()
    report["libc"] = _said(root, ["ldd", "--version"]).splitlines()[:1]
    start = f"/{PLACE}/{building.NAME}/{texts.LINUX_START}"
    before = _written(root)

    def run(*words: str, limit: float = 900) -> dict[str, Any]:
        began = time.monotonic()
        done = subprocess.run(_command(root, start, words), capture_output=True, text=True, check=False, timeout=limit)
        taken = {"seconds": round(time.monotonic() - began, 1), "status": done.returncode}
        taken["out"], taken["err"] = done.stdout, done.stderr
        return taken

    report["version"] = _short(run("--version"))
    report["models"] = _models(run("modelle", "liste", "--json"))
    report["page"] = _page(root, start)
    report["page_again"] = _page(root, start)
    report["take_in"] = _short(taken := run("einlesen", "--beispiel", "--json"))
    if taken["status"] == 0:
        meeting = json.loads(taken["out"])["meetings"][0]
        report["pages_by_text_recognition"] = json.loads(taken["out"])["pages"]["ocr"]
        report["extract"] = _items(run("briefing", meeting["id"], "--stufe", "auszug", "--json"))
        report["search"] = _hits(run("suche", "Turnhalle Sanierung Kosten", "--json"))
        report["pdf"] = _short(run("briefing", meeting["id"], "-o", "/tmp/probe.pdf"))
        report["pdf_bytes"] = (
            (root / "tmp" / "probe.pdf").stat().st_size if (root / "tmp" / "probe.pdf").is_file() else 0
        )
        if full:
            report["full"] = _items(run("briefing", meeting["id"], "--top", "5", "--stufe", "voll", "--json"))
    report["check"] = _short(run("--pruefen"))
    after = _written(root)
    report["written_outside"] = sorted(
        name
        for name in after
        if after[name] != before.get(name) and not name.startswith(IGNORED) and name != "/tmp/probe.pdf"
    )
    print(json.dumps(report, ensure_ascii=False, indent=1))
    return 0


def _command(root: Path, start: str, words: Sequence[str]) -> list[str]:
    clean = ["env", "-i", "HOME=/home/niemand", "PATH=/usr/bin:/bin", "LANG=C.UTF-8", "TERM=dumb", "BROWSER=/bin/true"]
    return ["chroot", str(root), *clean, "/bin/sh", start, *words]


def _page(root: Path, start: str) -> dict[str, Any]:
    """Start the page, fetch it, end it."""
    began = time.monotonic()
    server = subprocess.Popen(
        _command(root, start, ["starten", "--kein-browser", "--port", str(PORT)]),
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
    )  # fmt: skip
    told: dict[str, Any] = {}
    try:
        while time.monotonic() - began < 240 and server.poll() is None:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{PORT}/", timeout=5) as answer:
                    page = answer.read().decode("utf-8", "replace")
                told = {"status": answer.status, "seconds": round(time.monotonic() - began, 1), "bytes": len(page)}
                told["names_the_program"] = "Ratsassistent" in page
                time.sleep(5)
                break
            except OSError:
                time.sleep(0.3)
        else:
            told = {"status": "kam nicht", "ended_with": server.poll()}
    finally:
        os.killpg(server.pid, 2)
        try:
            out, _ = server.communicate(timeout=20)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, 9)
            out, _ = server.communicate()
    return {**told, "said": out.strip().splitlines()[-3:]}


def _this_system_hidden() -> Path:
    """This system, its programs only: a new root with /usr, /lib … bound into it, and nothing of anybody's."""
    root = Path(tempfile.mkdtemp(prefix="wurzel-"))
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", str(root)], check=True)
    for name in ("usr", "etc"):
        (root / name).mkdir()
        subprocess.run(["mount", "--rbind", f"/{name}", str(root / name)], check=True)
    for name in ("bin", "lib", "lib64", "sbin"):
        (root / name).symlink_to(f"usr/{name}")
    for name in ("usr/local", "usr/lib/python3", "usr/lib/python3.11"):
        if (root / name).is_dir():
            subprocess.run(["mount", "-t", "tmpfs", "tmpfs", str(root / name)], check=True)
    return root


def _network() -> str:
    """What a connection to somewhere else ends with."""
    try:
        urllib.request.urlopen("http://9.9.9.9/", timeout=5)
    except OSError as error:
        return f"keines ({error})"
    return "ES GIBT EINES"


def _said(root: Path, command: Sequence[str]) -> str:
    return subprocess.run(["chroot", str(root), *command], capture_output=True, text=True, check=False).stdout


def _written(root: Path) -> dict[str, tuple[int, int]]:
    """Every file of the system with time stamp and size, without what is mounted from elsewhere and the data folder."""
    found: dict[str, tuple[int, int]] = {}
    own = f"/{PLACE}/{building.NAME}"
    for folder, below, files in os.walk(root):
        here = "/" + os.path.relpath(folder, root).removeprefix(".")
        if here in ("/proc", "/dev", "/sys", "/usr", "/etc/ssl", f"{own}/daten"):
            below.clear()
            continue
        for name in files:
            is_at = os.lstat(os.path.join(folder, name))
            found[f"{here.rstrip('/')}/{name}"] = (is_at.st_mtime_ns, is_at.st_size)
    return found


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _short(taken: dict[str, Any]) -> dict[str, Any]:
    said = (taken["out"] + taken["err"]).strip().splitlines()
    return {"seconds": taken["seconds"], "status": taken["status"], **({"said": said[-3:]} if taken["status"] else {})}


def _models(taken: dict[str, Any]) -> Any:
    try:
        listed = json.loads(taken["out"])
    except ValueError:
        return _short(taken)
    rows = (
        listed
        if isinstance(listed, list)
        else [row for part in listed.values() if isinstance(part, list) for row in part]
    )
    return {row["key"]: row["state"] for row in rows if row.get("state") != "fehlt"}


def _items(taken: dict[str, Any]) -> dict[str, Any]:
    short = _short(taken)
    if taken["status"] == 0:
        data = json.loads(taken["out"])
        written = json.dumps(data).count('"origin": "model"')
        short |= {"items": len(data["agendaItem"]), "sentences_by_model": written, "bytes": len(taken["out"])}
        short["engine"] = [line for line in taken["err"].splitlines() if line.strip()][-2:]
    return short


def _hits(taken: dict[str, Any]) -> dict[str, Any]:
    short = _short(taken)
    if taken["status"] == 0:
        short["hits"] = len(json.loads(taken["out"]).get("hits", []))
    return short


def main() -> int:
    if sys.argv[1:2] == ["_innen"]:
        return inside(Path(sys.argv[2]), Path(sys.argv[3]) if sys.argv[3] else None, sys.argv[4] == "1")
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    acts = parser.add_subparsers(dest="act", required=True)
    act = acts.add_parser("sperren")
    act.add_argument("--uv", default="uv")
    act.add_argument("--pakete", type=Path, help="a folder with the CPU build of PyTorch for Linux")
    act = acts.add_parser("aufloesen")
    act.add_argument("key", choices=list(TARGETS))
    act.add_argument("--vorrat", type=Path, required=True)
    act = acts.add_parser("mitnehmen")
    act.add_argument("python", type=Path)
    act.add_argument("into", type=Path)
    act = acts.add_parser("probe")
    act.add_argument("folder", type=Path)
    act.add_argument("--wurzel", type=Path)
    act.add_argument("--voll", action="store_true")
    args = parser.parse_args()
    if args.act == "sperren":
        lock(args.uv, args.pakete)
    elif args.act == "aufloesen":
        resolve(args.key, args.vorrat)
    elif args.act == "mitnehmen":
        take_along(args.python, args.into)
    else:
        return probe(args.folder, args.wurzel, args.voll)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
