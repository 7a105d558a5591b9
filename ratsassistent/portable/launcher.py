"""What the start file of a portable folder runs: everything stays in the folder, then the program begins.

What enters: the command line, the folder around this Python. What leaves: an environment in which the program, its child
processes and its libraries read and write below the data folder only; then `python -m ratsassistent` in this process.
What it does not know: the program. The start file calls Python with -I: nothing of the computer's own Python counts.
"""

from __future__ import annotations

import contextlib
import os
import runpy
import shutil
import sys
import tempfile
import time
import webbrowser
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from ratsassistent.errors import InputError, StorageError
from ratsassistent.portable import contents

DATA, MODELS, TEMPORARY = "daten", "programm/modelle", "voruebergehend"
CHECK = "--pruefen"
STALE = 2 * 86_400.0  # seconds after which left-over temporary files go
_OPTION, _FOLDER = "--datenordner", "RATSASSISTENT_DATENORDNER"
GREETING = """
  Ratsassistent wird gestartet. Vom Stick dauert das bis zu einer Minute.
  Danach öffnet sich die Seite in Ihrem Browser.
  Dieses Fenster bitte offen lassen; zum Beenden schließen Sie es.
  Ihre Daten liegen hier: {}
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Begin the program, or check the folder; returns the exit status."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError, ValueError):
            stream.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    home = root()
    if given == [CHECK]:
        return check(home)
    try:
        data = prepare(data_folder(home, given))
    except StorageError as error:
        print(error, file=sys.stderr)
        return 1
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update(environment(before, home, data))
    tempfile.tempdir = None
    open_outside(before)
    if not given or "starten" in given:
        print(GREETING.format(data), flush=True)
    sys.argv = ["ratsassistent", *given]
    try:
        runpy.run_module("ratsassistent", run_name="__main__", alter_sys=True)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(bool(end.code))
    return 0


def root(prefix: str | None = None) -> Path:
    """The portable folder: two above its Python (`programm/python`)."""
    return Path(prefix or sys.prefix).absolute().parent.parent


def data_folder(home: Path, arguments: Sequence[str]) -> Path:
    """Where the data lie: what the command line says, else beside the program. What the computer has set does not count."""
    for index, word in enumerate(arguments):
        if word.startswith(f"{_OPTION}="):
            return Path(word.partition("=")[2]).expanduser().absolute()
        if word == _OPTION and index + 1 < len(arguments):
            return Path(arguments[index + 1]).expanduser().absolute()
    return home / DATA


def prepare(data: Path) -> Path:
    """Make the data folder and the one for temporary files; what a crash left there goes.

    :raises StorageError: it cannot be written.
    """
    temporary = data / TEMPORARY
    try:
        temporary.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=temporary):
            pass
    except OSError as error:
        raise StorageError(
            f"In {data} kann nicht geschrieben werden. Ist der Stick schreibgeschützt oder voll? Mit {_OPTION} ORDNER hinter "
            "dem Namen der Startdatei können die Daten woanders liegen."
        ) from error
    for left in temporary.iterdir():
        with contextlib.suppress(OSError):
            if time.time() - left.stat().st_mtime > STALE:
                shutil.rmtree(left) if left.is_dir() else left.unlink()
    return data


def environment(before: Mapping[str, str], home: Path, data: Path) -> dict[str, str]:
    """The environment for the program and its children: folders inside, nothing of another Python, no network."""
    kept = {k: v for k, v in before.items() if not k.startswith(("PYTHON", "RATSASSISTENT_", "LLAMA_CPP_", "GGML_"))}
    for name in ("LD_PRELOAD", "LD_LIBRARY_PATH", "VIRTUAL_ENV"):
        kept.pop(name, None)
    temporary = str(data / TEMPORARY)
    return {
        **kept,
        _FOLDER: str(data),
        "RATSASSISTENT_MODELLORDNER": str(home / MODELS),
        "RATSASSISTENT_TRAGBAR": "1",
        "TMPDIR": temporary,
        "TEMP": temporary,
        "TMP": temporary,
        "HF_HOME": str(data / TEMPORARY / "hf"),
        "HF_HUB_OFFLINE": "1",
        "TORCH_HOME": str(data / TEMPORARY / "torch"),
        "PYTHONNOUSERSITE": "1",
        "PYTHONSAFEPATH": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUTF8": "1",
        "PIP_NO_CACHE_DIR": "1",
    }


def open_outside(before: Mapping[str, str]) -> None:
    """Let the browser start with the computer's own environment, not with this folder's: it may outlive the program."""

    class _Outside(webbrowser.BaseBrowser):
        def open(self, url: str, new: int = 0, autoraise: bool = True) -> bool:
            with _as_before(before):
                return found.open(url, new, autoraise)

    try:
        found = webbrowser.get()
    except webbrowser.Error:
        return  # none: the address stands in the window
    webbrowser.register("tragbar", None, _Outside(), preferred=True)


@contextlib.contextmanager
def _as_before(before: Mapping[str, str]) -> Iterator[None]:
    inside = dict(os.environ)
    os.environ.clear()
    os.environ.update(before)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(inside)


def check(home: Path) -> int:
    """Compare the folder with its list, and say in German what differs; returns the exit status."""
    print("Die Dateien werden geprüft; das dauert einige Minuten …", flush=True)
    try:
        found = contents.check(home)
    except InputError as error:
        print(error, file=sys.stderr)
        return 1
    for what, names in (("fehlt", found.missing), ("ist verändert", found.changed), ("kam dazu", found.added)):
        for name in names[:20]:
            print(f"  {what}: {name}")
        if len(names) > 20:
            print(f"  … und {len(names) - 20} weitere")
    print("Es ist nicht alles, wie es war: bitte den Ordner neu holen." if found else "Alle Dateien sind unverändert.")
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
