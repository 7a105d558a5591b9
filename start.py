"""Sets Ratsassistent up beside this file and starts it. Needs nothing but Python 3.11 or newer.

    python3 start.py                    set up (once), fetch the default models, open the page
    python3 start.py --test             set up with the test tools, run the tests (further arguments go to pytest)
    python3 start.py --nur-einrichten   only set up
    python3 start.py --postgresql       set up with what an archive in PostgreSQL needs, too
    python3 start.py --gesperrt         set up with exactly the packages of the lock file, checked by their checksums (SHA-256)
    python3 start.py ARGUMENTS          set up (once), then `ratsassistent ARGUMENTS`

What enters: the command line, pyproject.toml beside this file.
What leaves: `.venv` beside this file, whole or (without its marker file) to be made anew by the next start.
What it does not know: the program itself; it only calls `python -m ratsassistent`.
"""
# ruff: noqa: S310, S603 - starts pip and this program with arguments of its own and asks one address, written below

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import platform
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
MARKER = "eingerichtet.json"
READY_MADE = "https://abetlen.github.io/llama-cpp-python/whl/cpu"
TORCH_CPU = "https://download.pytorch.org/whl/cpu"
NVIDIA_PAUSE = 10.0  # seconds to read what comes, and to stop it
PATIENCE = 6.0  # seconds until the index of ready-made packages counts as unreachable
LOCKED = "--gesperrt"
SETUP = 1  # raise when an environment made by an older start.py is not good enough any more

NO_VENV = "Diesem Python fehlt das Modul venv: unter Debian und Ubuntu hilft sudo apt install python3-venv."
COMPILERS = {
    "linux": "Debian und Ubuntu: sudo apt install build-essential; Fedora: sudo dnf install gcc-c++",
    "darwin": "im Terminal: xcode-select --install",
    "win32": "„Build Tools für Visual Studio“ mit „Desktopentwicklung mit C++“",
}
# Loads the engine and compares what it was compiled for with what this processor can do: some packages on offer were
# compiled with AVX-512 and end in an "illegal instruction" on most office computers.
SELF_CHECK = """
import ctypes, pathlib, sys, llama_cpp
llama_cpp.llama_backend_init()
info = llama_cpp.llama_print_system_info().decode()
if "AVX512 = 1" in info:
    if sys.platform == "win32":
        able = bool(ctypes.windll.kernel32.IsProcessorFeaturePresent(41))
    else:
        cpu = pathlib.Path("/proc/cpuinfo")
        able = not cpu.exists() or "avx512f" in cpu.read_text()
    sys.exit(0 if able else 3)
"""


class SetupError(Exception):
    """The set-up cannot go on; the text is one German sentence."""


def main(arguments: list[str]) -> int:
    """Set up what is missing, then do what was asked. Returns the exit status."""
    if arguments[:1] in (["-h"], ["--hilfe"], ["--help"]):
        print(__doc__)
        return 0
    testing, only_setup = "--test" in arguments, "--nur-einrichten" in arguments
    rest = [a for a in arguments if a not in ("--test", "--nur-einrichten", "--postgresql", LOCKED)]
    extras = {name for name, wanted in (("test", testing), ("postgresql", "--postgresql" in arguments)) if wanted}
    with only_one():
        set_up(extras, locked=LOCKED in arguments)
    python = str(venv_python())
    if testing or only_setup or not rest or rest[0] == "starten":
        fetched = subprocess.call([python, "-m", "ratsassistent", "modelle", "laden"], cwd=str(ROOT))
        if fetched and (testing or only_setup):
            return fetched
        if fetched:
            say("Ohne Sprachmodell geht es mit den Auszügen weiter; das Modell lässt sich später laden.")
    if only_setup:
        return 0
    if testing:
        os.chdir(ROOT)
        return hand_over([python, "-m", "pytest", *(rest or ALL_TESTS)])
    return hand_over([python, "-m", "ratsassistent", *(rest or ["starten"])])


ALL_TESTS = ["-n", "2", "--dist", "loadfile"]  # two at once: half the time on two cores; each may take 3.5 GB


def set_up(extras: set[str], *, locked: bool = False) -> None:
    """Make `.venv` whole; does nothing where it is.

    The marker is written last. An environment without one was left half-made and is thrown away; one whose marker is
    out of date (a newer pyproject.toml, further extras) is brought up to date. One that holds the packages of a lock file
    stays of that kind, and is made anew where anything of it changes.
    """
    marker = VENV / MARKER
    known = read_marker(marker)
    if locked or known.get("locked"):
        set_up_locked(marker, known, extras)
        return
    if up_to_date(known, extras) and suits_processor(marker, known):
        return
    extras = extras | set(known.get("extras", []))
    llama = llama_requirement()
    say("Ratsassistent wird eingerichtet. Das geschieht nur einmal und braucht eine Internet-Verbindung.")
    fresh = not known or known.get("python") != sys.version or known.get("folder") != str(ROOT)
    marker.unlink(missing_ok=True)
    try:
        if fresh:
            make_venv()
        install_llama(llama)
        install_torch(torch_requirement())
        target = str(ROOT) + (f"[{','.join(sorted(extras))}]" if extras else "")
        run("Weitere Pakete werden installiert", [*pip(), "install", "--editable", target])
    except KeyboardInterrupt:
        raise SetupError("Die Einrichtung wurde abgebrochen; der nächste Start setzt sie neu auf.") from None
    found = {**fingerprint(), "processor": processor_key(), "extras": sorted(extras)}
    marker.write_text(json.dumps(found), encoding="utf-8")
    say("Die Einrichtung ist fertig.")


def set_up_locked(marker: Path, known: dict[str, Any], extras: set[str]) -> None:
    """The same with exactly the packages of the lock file, each checked by its checksum; nothing else is installed.

    Not locked are: the tools with which pip builds the engine, where there is no ready-made one.
    """
    from ratsassistent.portable import pinned

    lock = pinned.lock_for(sys.platform, platform.machine(), sys.version_info[:2], sys.implementation.name)
    if lock is None:
        raise SetupError(
            "Gesperrte Pakete gibt es nur für Python 3.11 unter Linux und Windows auf 64-Bit-Prozessoren von Intel und AMD; ohne "
            "--gesperrt wird nach Versionsbereichen eingerichtet."
        )
    if extras:
        raise SetupError(
            "Die Testwerkzeuge und das Paket für PostgreSQL stehen in keiner Sperrdatei; bitte in einem zweiten Ordner ohne "
            "--gesperrt einrichten."
        )
    wanted = pinned.digest(lock)
    if known.get("locked") == wanted and up_to_date(known, set()) and suits_processor(marker, known):
        return
    if not importable("ensurepip"):  # another pip would have to be fetched, and no lock holds it
        raise SetupError(NO_VENV)
    try:
        parts = pinned.portions(lock)
    except ValueError:
        raise SetupError(f"Die Sperrdatei {lock.name} ist beschädigt.") from None
    say(
        "Ratsassistent wird mit gesperrten Paketen eingerichtet. Das geschieht nur einmal und braucht eine Internet-Verbindung."
    )
    marker.unlink(missing_ok=True)
    make_venv()
    try:
        more = ["--extra-index-url", TORCH_CPU] if sys.platform == "linux" and reachable(TORCH_CPU + "/torch/") else []
        install_checked("PyTorch (nur für den Prozessor) wird installiert", parts.torch, more)
        install_checked("Die gesperrten Pakete werden installiert", parts.others, [])
        install_llama(llama_requirement(), parts.engine)  # last: it does not run without some of them
    except KeyboardInterrupt:
        raise SetupError("Die Einrichtung wurde abgebrochen; der nächste Start setzt sie neu auf.") from None
    link_program()
    found = {**fingerprint(), "processor": processor_key(), "extras": [], "locked": wanted}
    marker.write_text(json.dumps(found), encoding="utf-8")
    say("Die Einrichtung ist fertig: jedes Paket hat die Prüfsumme, die in der Sperrdatei steht.")


def install_checked(what: str, lines: str, more: list[str]) -> None:
    """Install packages as these lines say, checksums and all, and nothing beside them.

    :raises SetupError: one of them is not to be had, or is another file than the one that was locked.
    """
    command = [*pip(), "install", "--require-hashes", "--no-deps", "--only-binary", ":all:", *more]
    try:
        with written(lines) as file:
            run(what, [*command, "--requirement", file])
    except SetupError:
        raise SetupError(
            "Nicht jedes gesperrte Paket war mit der richtigen Prüfsumme zu bekommen (Meldung oben); ohne --gesperrt wird nach "
            "Versionsbereichen eingerichtet."
        ) from None


@contextlib.contextmanager
def written(lines: str) -> Iterator[str]:
    """Requirement lines as a file for pip."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "pakete.txt"
        file.write_text(lines, encoding="utf-8")
        yield str(file)


def link_program() -> None:
    """Let the environment find the program in this folder: what `pip install --editable` does with tools that no lock holds."""
    ask = [str(venv_python()), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    site = subprocess.run(ask, capture_output=True, text=True, check=True).stdout.strip()
    (Path(site) / "ratsassistent.pth").write_text(f"{ROOT}\n")  # in the encoding that Python reads it with


def read_marker(marker: Path) -> dict[str, Any]:
    """What the marker says; nothing where there is none, or none that can be read."""
    try:
        known = json.loads(marker.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) and venv_python().exists() else {}


def fingerprint() -> dict[str, Any]:
    """What an environment depends on: it is good only while all of this stays the same."""
    project = hashlib.sha256((ROOT / "pyproject.toml").read_bytes()).hexdigest()
    return {"project": project, "python": sys.version, "folder": str(ROOT), "setup": SETUP}


def up_to_date(known: dict[str, Any], extras: set[str]) -> bool:
    """Whether the environment that the marker describes serves as it is."""
    return all(known.get(k) == v for k, v in fingerprint().items()) and extras <= set(known.get("extras", []))


def suits_processor(marker: Path, known: dict[str, Any]) -> bool:
    """Whether the engine runs here: tried anew where this is another processor than at the last start (a disk that moved)."""
    if known.get("processor") == processor_key():
        return True
    if not engine_works(llama_requirement()):
        say("Dieser Rechner hat einen anderen Prozessor als der, für den Ratsassistent eingerichtet wurde.")
        return False
    with contextlib.suppress(OSError):
        marker.write_text(json.dumps({**known, "processor": processor_key()}), encoding="utf-8")
    return True


def make_venv() -> None:
    """An empty environment. Debian splits the venv module in two; then a pip that is there already steps in."""
    command = [sys.executable, "-m", "venv", "--clear"]
    if importable("ensurepip"):
        run("Eine Umgebung für das Programm wird angelegt", [*command, str(VENV)])
    elif importable("pip"):
        run("Eine Umgebung für das Programm wird angelegt", [*command, "--without-pip", str(VENV)])
        borrowed = [sys.executable, "-m", "pip", "--python", str(venv_python()), "install", "pip"]
        run("pip wird in die Umgebung gebracht", borrowed)
    else:
        raise SetupError(NO_VENV)


def install_llama(requirement: str, lines: str = "") -> None:
    """The engine: the package this machine built earlier, else a ready-made one, else one built from source.

    :param lines: the requirement with checksums; then only a package is taken that has one of them, or was built from one.
    """
    if engine_works(requirement):
        return
    cached = wheel_cache(requirement)
    if lines:
        cached = cached.with_name(f"{cached.name}-gesperrt")
    ways = [("aus dem Zwischenspeicher", from_cache), ("fertig von upstream", ready_made), ("selbst gebaut", build)]
    for name, way in ways:
        wheel = way(requirement, cached, lines)
        if wheel is None:
            continue
        alone = ["--no-deps"] if lines else []
        run(f"llama-cpp-python wird installiert ({name})", [*pip(), "install", "--force-reinstall", *alone, str(wheel)])
        if engine_works(requirement):
            return
        say(f"Das Paket „{wheel.name}“ läuft auf diesem Rechner nicht.")
        shutil.rmtree(cached, ignore_errors=True)
    raise SetupError("llama-cpp-python läuft auf diesem Rechner nicht; bitte die Hinweise in der README lesen.")


def install_torch(requirement: str) -> None:
    """PyTorch for the processor alone. The package index's own for Linux brings gigabytes for graphics cards along.

    Elsewhere the package index has what is wanted, and pip fetches it with all the others.
    """
    if not sys.platform.startswith("linux") or torch_there():
        return
    if reachable(TORCH_CPU + "/torch/"):
        command = [*pip(), "install", "--index-url", TORCH_CPU, "--timeout", "20", "--retries", "1", requirement]
        try:
            run("PyTorch (nur für den Prozessor) wird installiert", command, explain=False)
            return
        except SetupError:
            say("PyTorch war dort nicht zu bekommen.")
    else:
        say("Das Verzeichnis von PyTorch ist von hier nicht erreichbar; es wird der eingestellte Paketindex genommen.")
    extra = nvidia_packages(requirement)
    if extra:
        size = sum(map(download_size, extra)) / 1e9
        much = f"zusammen {size:.1f} GB".replace(".", ",") if size else "mehrere Gigabyte"
        say(
            f"Achtung: PyTorch kommt von diesem Paketindex mit {len(extra)} Paketen von NVIDIA für Grafikkarten "
            f"({much}), die Ratsassistent nicht braucht; mit Strg+C lässt sich das abbrechen."
        )
        time.sleep(NVIDIA_PAUSE)
    run("PyTorch wird installiert", [*pip(), "install", requirement])


def torch_there() -> bool:
    """Whether the environment holds PyTorch."""
    check = "import importlib.metadata as m; m.version('torch')"
    return subprocess.run([str(venv_python()), "-c", check], capture_output=True, check=False).returncode == 0


def nvidia_packages(requirement: str) -> list[str]:
    """The addresses of the nvidia-* packages that pip would install along; nothing where pip cannot say."""
    command = [*pip(), "install", "--dry-run", "--quiet", "--ignore-installed", "--report", "-", requirement]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        found = json.loads(done.stdout)["install"]
        return [
            package["download_info"]["url"] for package in found if package["metadata"]["name"].startswith("nvidia")
        ]
    except (ValueError, KeyError, TypeError):
        return []


def download_size(url: str) -> int:
    """How many bytes lie at this address; 0 where nobody says."""
    try:
        with urllib.request.urlopen(urllib.request.Request(url, method="HEAD"), timeout=PATIENCE) as answer:
            return int(answer.headers.get("Content-Length") or 0)
    except (OSError, ValueError):
        return 0


def torch_requirement() -> str:
    """What pyproject.toml says of PyTorch: "torch>=1.2,<3"."""
    found = re.search(r"\"(torch[=<>~][^\"\s]+)\"", (ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    if not found:
        raise SetupError("In pyproject.toml steht keine Version von torch.")
    return found.group(1)


def from_cache(_requirement: str, cached: Path, _lines: str = "") -> Path | None:
    """The package that an earlier set-up left on this machine."""
    return next(iter(sorted(cached.glob("llama_cpp_python-*.whl"))), None)


def ready_made(requirement: str, cached: Path, lines: str = "") -> Path | None:
    """A ready-made package of exactly this version from upstream's index, where it can be reached."""
    if not reachable(READY_MADE + "/llama-cpp-python/"):
        say("Fertige Pakete von llama-cpp-python sind von hier nicht erreichbar.")
        return None
    command = [*pip(), "download", "--no-deps", "--only-binary", ":all:", "--index-url", READY_MADE]
    command += ["--timeout", "20", "--retries", "1"]
    with asked_for(requirement, lines) as wanted:
        command += wanted
        return into_cache("Ein fertiges Paket von llama-cpp-python wird gesucht", command, "--dest", cached, must=False)


@contextlib.contextmanager
def asked_for(requirement: str, lines: str) -> Iterator[list[str]]:
    """What pip is asked for: a requirement, or lines with its checksums."""
    if not lines:
        yield [requirement]
        return
    with written(lines) as file:
        yield ["--require-hashes", "--requirement", file]


def build(requirement: str, cached: Path, lines: str = "") -> Path | None:
    """Built from the source package, for the very processor of this machine."""
    if not has_compiler():
        hint = COMPILERS.get(sys.platform, "einen C- und C++-Compiler")
        raise SetupError(
            f"Zum Bauen von llama-cpp-python fehlt ein C/C++-Compiler. So kommt er auf den Rechner: {hint}."
        )
    say("llama-cpp-python wird aus dem Quelltext gebaut. Das dauert etwa zehn Minuten, aber nur dieses eine Mal.")
    with asked_for(requirement, lines) as wanted:
        return into_cache(
            "llama-cpp-python wird gebaut", [*pip(), "wheel", "--no-deps", *wanted], "--wheel-dir", cached
        )


def into_cache(what: str, command: list[str], option: str, cached: Path, *, must: bool = True) -> Path | None:
    """Run pip with a folder of its own, then move the one wheel to the cache in one step."""
    cached.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=str(cached.parent)) as folder:
        try:
            run(what, [*command, option, folder], explain=must)
        except SetupError:
            if must:
                raise
            say("Für diesen Rechner gibt es dort kein fertiges Paket dieser Version.")
            return None
        wheel = next(iter(Path(folder).glob("llama_cpp_python-*.whl")))
        return Path(shutil.move(str(wheel), str(cached / wheel.name)))


def engine_works(requirement: str) -> bool:
    """Whether the environment holds this version of the engine, and this processor can run it."""
    version = requirement.partition("==")[2]
    check = f"import importlib.metadata as m; assert m.version('llama-cpp-python') == {version!r}" + SELF_CHECK
    done = subprocess.run([str(venv_python()), "-c", check], capture_output=True, check=False)
    return done.returncode == 0


def llama_requirement() -> str:
    """The exact version that pyproject.toml names: "llama-cpp-python==1.2.3"."""
    found = re.search(r"\"(llama-cpp-python==[^\"\s]+)\"", (ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    if not found:
        raise SetupError("In pyproject.toml steht keine feste Version von llama-cpp-python.")
    return found.group(1)


def wheel_cache(requirement: str) -> Path:
    """Where packages built on this machine are kept. Built for its processor, so the folder is named after it."""
    home = Path.home()
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local") / "ratsassistent" / "Cache"
    elif sys.platform == "darwin":
        base = home / "Library" / "Caches" / "ratsassistent"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache") / "ratsassistent"
    python = f"{sys.implementation.name}{sys.version_info[0]}{sys.version_info[1]}"
    processor = processor_key()
    system = f"{sys.platform}-{platform.machine().lower()}"
    return base / "pakete" / f"{requirement.replace('==', '-')}-{python}-{system}-{processor}"


def processor_key() -> str:
    """Names the kind of processor that a program built on this machine runs on."""
    return hashlib.sha256(processor_features().encode()).hexdigest()[:10]


def processor_features() -> str:
    """What a program built for this machine's processor depends on."""
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace")
        found = re.search(r"^(?:flags|Features)\s*:\s*(.*)$", text, re.MULTILINE)
        if found:
            return " ".join(sorted(found.group(1).split()))
    except OSError:
        pass
    return platform.processor() or platform.machine()


def has_compiler() -> bool:
    """Whether a C and a C++ compiler can be found."""
    if sys.platform == "win32":
        programs = os.environ.get("PROGRAMFILES(X86)", r"C:\Program Files (x86)")
        installer = Path(programs) / "Microsoft Visual Studio" / "Installer" / "vswhere.exe"
        return bool(shutil.which("cl") or installer.exists())
    return any(map(shutil.which, ("cc", "gcc", "clang"))) and any(map(shutil.which, ("c++", "g++", "clang++")))


def reachable(url: str) -> bool:
    """Whether the address answers within PATIENCE; a thread, because a blocked network costs a time-out per address."""
    answered = threading.Event()

    def ask() -> None:
        try:
            urllib.request.urlopen(urllib.request.Request(url, method="HEAD"), timeout=PATIENCE).close()
            answered.set()
        except (OSError, ValueError):
            pass

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(PATIENCE)
    return answered.is_set()


def importable(module: str) -> bool:
    """Whether this Python has the module."""
    return subprocess.run([sys.executable, "-c", f"import {module}"], capture_output=True, check=False).returncode == 0


def venv_python() -> Path:
    """The environment's own Python."""
    return VENV / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def pip() -> list[str]:
    """The environment's pip, quiet; index, mirror and proxy are those of the user's pip settings."""
    return [str(venv_python()), "-m", "pip", "--disable-pip-version-check", "--no-input"]


def hand_over(command: list[str]) -> int:
    """Become this command, so that Ctrl+C and the exit status are its own; Windows can only wait for it."""
    sys.stdout.flush()
    if os.name != "nt":
        os.execv(command[0], command)  # noqa: S606
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    return subprocess.call(command)


@contextlib.contextmanager
def only_one() -> Iterator[None]:
    """Hold off a second set-up of this folder (an impatient double click); the system lets go when a process ends."""
    name = hashlib.sha256(str(ROOT).encode()).hexdigest()[:12]
    with (Path(tempfile.gettempdir()) / f"ratsassistent-{name}.sperre").open("a+") as lock:
        try:
            if sys.platform == "win32":
                import msvcrt

                lock.seek(0)
                msvcrt.locking(lock.fileno(), msvcrt.LK_NBLCK, 1)
            else:
                import fcntl

                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise SetupError("Ratsassistent wird gerade schon eingerichtet; bitte dort abwarten.") from None
        yield


def run(what: str, command: list[str], *, explain: bool = True) -> None:
    """Run one step with the time going by on the screen; where it fails, show the end of what it said.

    :raises SetupError: it ended with an error.
    """
    started, shown = time.monotonic(), 0.0
    live = sys.stdout.isatty()
    say(f"{what} …")
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
        try:
            while process.poll() is None:
                time.sleep(0.2)
                passed = time.monotonic() - started
                if passed - shown > (1 if live else 30):
                    shown = passed
                    print(
                        f"\r  {clock(passed)}" if live else f"  {clock(passed)} …", end="" if live else "\n", flush=True
                    )
        except BaseException:
            process.kill()
            process.wait()
            raise
        if live and shown:
            print()
        if process.returncode:
            output.seek(0)
            tail = output.read().decode("utf-8", "replace").splitlines()[-15:]
            if explain:
                print("\n".join("    " + line for line in tail), file=sys.stderr)
            raise SetupError(f"„{what}“ ist misslungen (Meldung oben); der nächste Start versucht es von vorn.")
    if shown:
        say(f"  fertig nach {clock(time.monotonic() - started)}")


def clock(seconds: float) -> str:
    """Minutes and seconds: "7:05 Minuten"."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d} Minuten"


def say(message: str) -> None:
    """One line for the user, at once."""
    print(message, flush=True)


def guarded(arguments: list[str]) -> int:
    """`main`, but every failure is one German sentence, and a window opened by a double click stays open."""
    if sys.version_info < (3, 11):  # noqa: UP036 - who starts this file has whatever Python there is
        print(f"Ratsassistent braucht Python 3.11 oder neuer; hier läuft Python {platform.python_version()}.")
        status = 1
    else:
        try:
            status = main(arguments)
        except SetupError as error:
            print(error, file=sys.stderr)
            status = 1
        except OSError as error:
            print(f"Die Einrichtung ist misslungen: {error}.", file=sys.stderr)
            status = 1
        except KeyboardInterrupt:
            print("Beendet.", file=sys.stderr)
            status = 130
    if status and os.name == "nt" and not arguments and sys.stdin and sys.stdin.isatty() and "PROMPT" not in os.environ:
        input("Zum Schließen die Eingabetaste drücken … ")
    return status


if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # umlauts must not break an old console
            stream.reconfigure(errors="replace")
    sys.exit(guarded(sys.argv[1:]))
