"""Nothing leaves the machine: in a network of its own that leads nowhere, and under the eyes of the kernel."""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pdfs
import psutil
import pytest
from commands import Run, is_one_sentence
from pypdf import PdfReader

from ratsassistent import telemetry
from ratsassistent.proof import command, hook, kernel_filter, namespace
from ratsassistent.proof.findings import Findings
from ratsassistent.settings import Settings

HERE = Path(__file__).parent
NO_NAMESPACE = namespace.why_not(ctypes.CDLL(None, use_errno=True)) if sys.platform == "linux" else "kein Linux"
NO_FILTER = kernel_filter.why_not()
needs_namespace = pytest.mark.skipif(NO_NAMESPACE is not None, reason=f"kein Netz-Namensraum: {NO_NAMESPACE}")
needs_filter = pytest.mark.skipif(NO_FILTER is not None, reason=f"kein Systemaufruf-Filter: {NO_FILTER}")
FEW_PAGES = (1, 2, 3, 4, 5, 6, 7, 32, 38, 39)

# What a run begins with that is to be caught. `tried` ends up in `switches`, where a result has no place of its own.
BEGIN = """
import ctypes, json, os, socket, struct, sys
import ratsassistent
folder, tried = sys.argv[1], {}
def note(name, work):
    try:
        tried[name] = str(work())
    except OSError as error:
        tried[name] = f"{type(error).__name__} {error.errno}"
note("control", lambda: socket.create_connection(("192.0.2.1", 443), 2))
def connect_in_c(host, port, family=2, kind=1):
    c = ctypes.CDLL(None, use_errno=True)
    if family == 1:
        address = struct.pack("=H", 1) + host.encode() + bytes(1)
    else:
        address = struct.pack("=H", 2) + struct.pack("!H", port) + socket.inet_aton(host) + bytes(8)
    fd = c.socket(family, kind, 0)
    if kind == 2:
        failed = c.sendto(fd, b"x", 1, 0, address, len(address)) < 0
    else:
        failed = c.connect(fd, address, len(address))
    if failed:
        raise OSError(ctypes.get_errno(), "in C")
    return "verbunden"
"""
END = """
result = {"steps": [], "control": {"Python": "Refused"}, "switches": [[k, v, False] for k, v in tried.items()],
          "interfaces": tried.get("interfaces", "lo").split()}
open(os.path.join(folder, "ergebnis.json"), "w").write(json.dumps(result))
"""
PYTHON = """
note("python", lambda: socket.create_connection(("192.0.2.7", 80), 2))
note("name", lambda: socket.getaddrinfo("ratsassistent.invalid", 443))
note("udp", lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("192.0.2.6", 53)))
note("everywhere", lambda: socket.socket().bind(("", 0)))
note("own", lambda: socket.socket().bind(("127.0.0.1", 0)))
"""
C = """
note("c", lambda: connect_in_c("192.0.2.8", 81))
note("c udp", lambda: connect_in_c("192.0.2.9", 53, kind=2))
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_folder=tmp_path / "daten", model_folders=(tmp_path / "modelle",), threads=2)


def caught(settings: Settings, code: str, **more: Any) -> tuple[Findings, dict[str, str]]:
    """Run a few lines confined; what they were told, by name."""
    found = command.prove(settings, with_models=False, words=["-c", BEGIN + code + END], **more)
    return found, {name: told for name, told, _ in found.switches}


def addresses(found: Findings, by: str) -> set[str]:
    return {c.address for c in found.attempts if c.by == by and c.refused}


# --- the block itself


def test_python_cannot_leave_the_machine_even_where_the_kernel_does_not_help(settings: Settings) -> None:
    found, told = caught(settings, PYTHON, without=["namespace", "filter"])
    assert {told[name].split()[0] for name in ("python", "name", "udp", "everywhere")} == {"Refused"}
    assert told["own"] == "None"
    assert addresses(found, "Python") == {"192.0.2.7:80", "ratsassistent.invalid", "192.0.2.6:53", "0.0.0.0:0"}
    assert found.bound == ["127.0.0.1:0"]
    assert [m.active for m in found.means] == [False, False, True]
    assert "192.0.2.7:80" in found.faults[0]


@needs_filter
def test_the_filter_stops_and_names_what_c_code_does(settings: Settings, tmp_path: Path) -> None:
    outside = tmp_path / "anderswo.txt"
    code = (
        C
        + f"""
note("service", lambda: connect_in_c("/run/systemd/resolve/io.systemd.Resolve", 0, family=1))
note("vsock", lambda: ctypes.CDLL(None).socket(40, 1, 0))
libc = ctypes.CDLL(None)
libc.close(libc.creat({str(outside)!r}.encode(), 0o600))
"""
    )
    found, told = caught(settings, code, without=["namespace"])
    assert told["c"] == told["c udp"] == "OSError 101"  # network unreachable
    assert told["service"] == "ConnectionRefusedError 111"
    assert told["vsock"] == "-1"
    service = "/run/systemd/resolve/io.systemd.Resolve"
    assert addresses(found, "System") == {"192.0.2.8:81", "192.0.2.9:53", "Anschluss der Art 40", service}
    assert found.written["elsewhere"] == [str(outside)]
    assert not found.passed


@needs_namespace
def test_the_namespace_stops_c_code_without_any_filter(settings: Settings) -> None:
    code = C + "\nfrom ratsassistent.proof import namespace\ntried['interfaces'] = ' '.join(namespace.interfaces())\n"
    found, told = caught(settings, code, without=["filter"])
    assert told["c"] == told["c udp"] == "OSError 101"
    assert told["interfaces"] == "lo"
    assert [m.active for m in found.means] == [True, False, True]


@needs_filter
def test_children_are_watched_as_well(settings: Settings) -> None:
    child = "import socket; socket.socket().connect(('192.0.2.5', 25))"
    code = f"import subprocess\nsubprocess.run([sys.executable, '-c', {child!r}], stderr=subprocess.DEVNULL)\n"
    found, _ = caught(settings, code)
    assert addresses(found, "System") == {"192.0.2.5:25"}  # it does not import the program: only the kernel sees it
    child = f"import ratsassistent; {child}"
    found, _ = caught(settings, f"import subprocess\nsubprocess.run([sys.executable, '-c', {child!r}], stderr=-3)\n")
    assert addresses(found, "Python") == {"192.0.2.5:25"}
    assert found.processes == 2


@pytest.mark.parametrize(
    ("host", "is_own"),
    [("127.0.0.1", True), ("127.8.9.1", True), ("::1", True), ("localhost", True), ("::ffff:127.0.0.1", True), ("10.0.0.1", False),
     ("0.0.0.0", False), ("::ffff:192.0.2.1", False), ("localhost.example.org", False), ("2001:db8::1", False), ("fe80::1%lo", False)],
)  # fmt: skip
def test_what_counts_as_this_machine(host: str, is_own: bool) -> None:
    assert hook.is_loopback(host) is is_own


# --- the command


@pytest.fixture
def watched() -> Iterator[set[tuple[str, str]]]:
    """All network connections that this process and its children have while a test runs, looked at again and again."""
    seen: set[tuple[str, str]] = set()
    stop = threading.Event()

    def look() -> None:
        own = psutil.Process()
        while not stop.wait(0.01):
            for process in own.children(recursive=True):
                try:
                    for c in process.net_connections("inet"):
                        seen.add((c.laddr.ip if c.laddr else "", c.raddr.ip if c.raddr else ""))
                except psutil.Error:
                    continue

    thread = threading.Thread(target=look)
    thread.start()
    yield seen
    stop.set()
    thread.join()


@needs_filter
def test_a_normal_run_reaches_nobody(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, watched: set[tuple[str, str]]
) -> None:
    """In the machine's own network: nothing but the program itself keeps it from going out, and the kernel watches."""
    monkeypatch.setattr(
        command.prove, "__kwdefaults__", {**command.prove.__kwdefaults__, "pages": FEW_PAGES, "without": ["namespace"]}
    )
    monkeypatch.setenv("LANGSMITH_TRACING", "true")  # the user's own, for some other program
    monkeypatch.setenv("GRADIO_ANALYTICS_ENABLED", "True")
    sheet = tmp_path / "nachweis.pdf"
    before = set(Path(command.tempfile.gettempdir()).glob(f"{command.PREFIX}*"))
    done = run("selbsttest", "--ohne-modell", "--json", "-o", sheet)
    assert done.status == 0, done.err
    told = done.json
    assert told["passed"]
    assert [s["name"] for s in told["steps"]] == [
        "Gegenprobe", "Einlesen", "Auszug", "Suche", "Frage ohne Sprachmodell", "Sprachmodell", "Ausfuhr", "Oberfläche", "Löschen",
    ]  # fmt: skip
    assert told["control"] == {"Python": True, "C": True}
    assert told["network"]["attempts"] == []
    assert {address.rsplit(":", 1)[0] for address in told["network"]["bound"] + told["network"]["connected"]} == {
        "127.0.0.1",
        "[::1]",  # urllib3 tries whether there is IPv6
    }
    assert {ip for pair in watched for ip in pair} <= {"127.0.0.1", "::1", ""}
    assert any(local == "127.0.0.1" for local, _ in watched)  # it looked while the page was there
    assert set(told["files"]["written"]) <= {"data", "temporary", "bytecode"}
    assert not told["files"]["read"].get("elsewhere")
    assert {t["library"].split()[0]: t["reports"] for t in told["telemetry"]} == {
        "gradio": False, "huggingface_hub": False, "transformers": None, "langsmith": None,
    }  # fmt: skip  # None: not even loaded
    assert any("tesserocr" in path for path in told["loaded"]["libraries"])
    assert {a["address"].split("/")[2] for a in told["addresses"] if a["kind"] == "Modelle"} == {
        "huggingface.co",
        "pypi.org",
    }
    assert set(Path(command.tempfile.gettempdir()).glob(f"{command.PREFIX}*")) == before
    assert not (tmp_path / "daten").exists()  # the user's own data folder was not touched
    pages = PdfReader(sheet).pages
    text = " ".join(pages[0].extract_text().split())
    assert len(pages) == 1
    for needed in ("Bestanden", "seccomp", "Sieht nicht", "Gegenprobe", "huggingface.co", "127.0.0.1", "gradio: aus"):
        assert needed in text


def test_what_tries_to_leave_is_one_sentence_and_status_1(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    code = BEGIN + 'note("python", lambda: socket.create_connection(("192.0.2.7", 80), 2))' + END
    monkeypatch.setattr(command.prove, "__kwdefaults__", {**command.prove.__kwdefaults__, "words": ["-c", code]})
    done = run("selbsttest", "--ohne-modell", "-o", tmp_path / "nachweis.md")
    assert done.status == 1
    assert is_one_sentence(done.err)
    assert "192.0.2.7:80" in done.err
    assert "Nicht bestanden" in (tmp_path / "nachweis.md").read_text("utf-8")


def test_a_run_that_breaks_off_is_no_proof(settings: Settings) -> None:
    found = command.prove(settings, with_models=False, words=["-c", "import ratsassistent, os; os._exit(3)"])
    assert found.faults == ["Der Testlauf kam nicht zu seinem Ende."]


def test_switches_of_the_user_are_overruled_and_what_reports_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in telemetry.SWITCHES:
        monkeypatch.setenv(name, "")  # so that each is put back
        monkeypatch.delenv(name)
    monkeypatch.setenv("LANGSMITH_TRACING", "true")
    import langsmith.utils as tracing

    tracing.get_env_var.cache_clear()
    assert next(s for s in telemetry.in_effect() if s.library.startswith("langsmith")).reports
    telemetry.off()
    tracing.get_env_var.cache_clear()
    assert not next(s for s in telemetry.in_effect() if s.library.startswith("langsmith")).reports


# --- the whole program, in a browser, without a network


@needs_namespace
@pytest.mark.skipif(not shutil.which("chromium"), reason="chromium ist nicht installiert")
def test_the_main_job_in_a_browser_where_there_is_only_loopback(tmp_path: Path) -> None:
    pytest.importorskip("playwright.sync_api", reason="Playwright fehlt")
    from browsing import ARGUMENTS, CHROMIUM

    pack = pdfs.write(tmp_path / "sitzung.pdf", [pdfs.AGENDA, pdfs.FIRE_1])
    words = [sys.executable, str(HERE / "offline_browser.py"), str(tmp_path / "daten"), str(pack), CHROMIUM, *ARGUMENTS]
    environment = {**os.environ, "RATSASSISTENT_MODELLORDNER": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    shell = ["unshare", "-rn", "sh", "-c", 'ip link set lo up && exec "$@"', "sh", *words]
    done = subprocess.run(shell, capture_output=True, text=True, env=environment, check=False, timeout=280)
    assert done.returncode == 0, done.stderr[-2000:]
    told = json.loads(done.stdout)
    assert told["interfaces"] == ["lo"]
    assert told["elsewhere"] == "Network is unreachable"
    assert "Feuerwache" in told["wording"]
    assert told["hits"]
    assert "4.250.000" in told["answer"]
    assert told["pdf"]
    assert told["foreign"] == []
