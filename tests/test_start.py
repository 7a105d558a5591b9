"""start.py: what it decides; nothing is built or installed here (.ci/run does that)."""

import ast
import http.server
import importlib.util
import json
import re
import subprocess
import sys
import threading
import tomllib
from pathlib import Path

import pytest

from ratsassistent.portable import locks, pinned
from ratsassistent.portable.targets import TARGETS

REPOSITORY = Path(__file__).resolve().parent.parent
SOURCE = REPOSITORY / "start.py"
WHEEL = "llama_cpp_python-1.2.3-py3-none-any.whl"


@pytest.fixture
def start(tmp_path, monkeypatch):
    """The module, working in an empty folder, with an empty user cache."""
    spec = importlib.util.spec_from_file_location("start", SOURCE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    root = tmp_path / "ratsassistent"
    root.mkdir()
    (root / "pyproject.toml").write_text('dependencies = ["llama-cpp-python==1.2.3", "torch>=2,<3"]\n')
    monkeypatch.setattr(module, "ROOT", root)
    monkeypatch.setattr(module, "VENV", root / ".venv")
    monkeypatch.setattr(module.tempfile, "tempdir", str(tmp_path))
    for variable in ("XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.setenv(variable, str(tmp_path / "cache"))
    return module


class Steps:
    """Stands for pip and venv: notes each step, does what matters of it, fails where told to."""

    def __init__(self, start):
        self.start = start
        self.names = []
        self.commands = []
        self.asked = []  # the lines of the requirement file that each command names
        self.fail_at = None
        self.failure = start.SetupError("misslungen")
        self.works = [False, True]  # the engine: before and after its installation

    def run(self, what, command, *, explain=True):
        assert not (self.start.VENV / self.start.MARKER).exists(), "the marker is written last"
        self.names.append(what)
        self.commands.append(command)
        self.asked.append(
            Path(command[command.index("--requirement") + 1]).read_text() if "--requirement" in command else ""
        )
        if self.fail_at and self.fail_at in what:
            raise self.failure
        if "Umgebung für das Programm" in what:
            self.start.venv_python().parent.mkdir(parents=True, exist_ok=True)
            self.start.venv_python().write_text("")
        for option in ("--wheel-dir", "--dest"):
            if option in command:
                Path(command[command.index(option) + 1], WHEEL).write_bytes(b"")

    def engine_works(self, _requirement):
        return self.works.pop(0) if len(self.works) > 1 else self.works[0]

    def did(self, what):
        return sum(what in name for name in self.names)


@pytest.fixture
def steps(start, monkeypatch):
    steps = Steps(start)
    monkeypatch.setattr(start, "run", steps.run)
    monkeypatch.setattr(start, "engine_works", steps.engine_works)
    monkeypatch.setattr(start, "reachable", lambda _url: False)
    monkeypatch.setattr(start, "has_compiler", lambda: True)
    monkeypatch.setattr(start, "torch_there", lambda: True)
    monkeypatch.setattr(start, "link_program", lambda: steps.names.append("gefunden"))
    return steps


# The file itself


def test_it_needs_nothing_but_the_standard_library():
    tree = ast.parse(SOURCE.read_text(encoding="utf-8"))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in imported} <= sys.stdlib_module_names | {"ratsassistent"}
    ours = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and "ratsassistent" in node.module]
    assert [(node.module, [alias.name for alias in node.names]) for node in ours] == [
        ("ratsassistent.portable", ["pinned"])
    ]
    assert_needs_nothing = (
        "import sys; sys.modules['packaging'] = sys.modules['psutil'] = None; import ratsassistent.portable.pinned"
    )
    subprocess.run([sys.executable, "-S", "-c", assert_needs_nothing], check=True, cwd=REPOSITORY)


def test_an_old_python_can_read_it_and_is_told_in_one_sentence(start, monkeypatch, capsys):
    ast.parse(SOURCE.read_text(encoding="utf-8"), feature_version=(3, 7))
    monkeypatch.setattr(start.sys, "version_info", (3, 9, 2))
    monkeypatch.setattr(start.platform, "python_version", lambda: "3.9.2")
    assert start.guarded([]) == 1
    assert capsys.readouterr().out == "Ratsassistent braucht Python 3.11 oder neuer; hier läuft Python 3.9.2.\n"


def test_it_finds_the_version_that_pyproject_names(start, monkeypatch):
    monkeypatch.setattr(start, "ROOT", REPOSITORY)
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert start.llama_requirement() in project["dependencies"]


def test_the_cache_is_where_the_models_are(start):
    import platformdirs

    assert start.wheel_cache("llama-cpp-python==1.2.3").is_relative_to(
        platformdirs.user_cache_path("ratsassistent", appauthor=False)
    )


def test_another_processor_has_a_cache_of_its_own(start, monkeypatch):
    here = start.wheel_cache("llama-cpp-python==1.2.3")
    monkeypatch.setattr(start, "processor_features", lambda: "sse2")
    assert start.wheel_cache("llama-cpp-python==1.2.3") != here


# Whole or not there


def test_a_second_start_sets_nothing_up(start, steps):
    start.set_up(set())
    assert steps.did("Umgebung") == 1
    assert steps.did("Weitere Pakete") == 1
    steps.names.clear()
    start.set_up(set())
    assert not steps.names


def test_on_another_processor_the_engine_is_tried_and_replaced_only_where_it_does_not_run(
    start, steps, monkeypatch, capsys
):
    start.set_up(set())
    steps.names.clear()
    monkeypatch.setattr(start, "processor_features", lambda: "sse2")
    start.set_up(set())  # it runs there, too
    assert steps.names == []
    steps.works = [False]
    start.set_up(set())  # and that is known now
    assert steps.names == []
    monkeypatch.setattr(start, "processor_features", lambda: "mmx")
    steps.works = [False, False, True]
    start.set_up(set())
    assert "anderen Prozessor" in capsys.readouterr().out
    assert steps.did("llama-cpp-python wird installiert")
    assert not steps.did("Umgebung für das Programm")
    steps.names.clear()
    start.set_up(set())
    assert steps.names == []


def test_a_newer_project_is_brought_up_to_date_with_the_extras_it_had(start, steps):
    start.set_up({"test"})
    steps.names.clear()
    with (start.ROOT / "pyproject.toml").open("a") as file:
        file.write("# neu\n")
    start.set_up(set())
    assert steps.names == ["Weitere Pakete werden installiert"]
    assert steps.commands[-1][-1] == f"{start.ROOT}[test]"
    start.set_up({"test"})
    assert len(steps.names) == 1


def test_the_tests_need_the_test_extra(start, steps):
    start.set_up(set())
    steps.names.clear()
    start.set_up({"test"})
    assert steps.names == ["Weitere Pakete werden installiert"]


@pytest.mark.parametrize("change", ["moved", "other python", "python gone", "damaged marker"])
def test_an_environment_that_does_not_fit_is_made_anew(start, steps, change):
    start.set_up(set())
    steps.names.clear()
    steps.works = [False, True]
    marker = start.VENV / start.MARKER
    known = json.loads(marker.read_text())
    if change == "python gone":
        start.venv_python().unlink()
    elif change == "damaged marker":
        marker.write_text("{")
    else:
        known[{"moved": "folder", "other python": "python"}[change]] = "anders"
        marker.write_text(json.dumps(known))
    start.set_up(set())
    assert steps.did("Umgebung für das Programm") == 1


@pytest.mark.parametrize("where", ["Umgebung für das Programm", "llama-cpp-python wird gebaut", "Weitere Pakete"])
@pytest.mark.parametrize("kind", ["failure", "interruption"])
def test_a_broken_set_up_leaves_no_marker_and_the_next_start_repairs_it(start, steps, where, kind):
    steps.fail_at = where
    steps.failure = start.SetupError("misslungen") if kind == "failure" else KeyboardInterrupt()
    with pytest.raises(start.SetupError, match=r"misslungen|abgebrochen; der nächste Start"):
        start.set_up(set())
    assert not (start.VENV / start.MARKER).exists()
    steps.fail_at = None
    steps.names.clear()
    start.set_up(set())
    assert steps.did("Umgebung für das Programm") == 1
    assert (start.VENV / start.MARKER).exists()


def test_two_set_ups_at_once_are_held_apart(start):
    with start.only_one(), pytest.raises(start.SetupError, match="gerade schon"), start.only_one():
        pass
    with start.only_one():
        pass


def test_without_venv_module_an_existing_pip_steps_in(start, steps, monkeypatch):
    monkeypatch.setattr(start, "importable", lambda module: module == "pip")
    start.make_venv()
    assert "--without-pip" in steps.commands[0]
    assert steps.commands[1][-2:] == ["install", "pip"]


def test_without_venv_and_pip_the_package_is_named(start, steps, monkeypatch):
    monkeypatch.setattr(start, "importable", lambda _module: False)
    with pytest.raises(start.SetupError, match="apt install python3-venv"):
        start.make_venv()


# The engine


def test_the_engine_is_built_where_nothing_is_ready_and_kept(start, steps):
    start.install_llama("llama-cpp-python==1.2.3")
    assert steps.names == ["llama-cpp-python wird gebaut", "llama-cpp-python wird installiert (selbst gebaut)"]
    cached = start.wheel_cache("llama-cpp-python==1.2.3")
    assert [p.name for p in cached.iterdir()] == [WHEEL]
    assert [p.name for p in cached.parent.iterdir()] == [cached.name]


def test_a_package_built_earlier_is_taken(start, steps):
    start.install_llama("llama-cpp-python==1.2.3")
    steps.names.clear()
    steps.works = [False, True]
    start.install_llama("llama-cpp-python==1.2.3")
    assert steps.names == ["llama-cpp-python wird installiert (aus dem Zwischenspeicher)"]


def test_an_engine_that_works_is_left_alone(start, steps):
    steps.works = [True]
    start.install_llama("llama-cpp-python==1.2.3")
    assert not steps.names


def test_a_ready_made_package_of_the_exact_version_comes_before_building(start, steps, monkeypatch):
    monkeypatch.setattr(start, "reachable", lambda _url: True)
    start.install_llama("llama-cpp-python==1.2.3")
    assert not steps.did("gebaut")
    assert {"--only-binary", "--no-deps", start.READY_MADE, "llama-cpp-python==1.2.3"} <= set(steps.commands[0])


def test_a_version_that_is_not_ready_made_is_built(start, steps, monkeypatch, capsys):
    monkeypatch.setattr(start, "reachable", lambda _url: True)
    steps.fail_at = "wird gesucht"
    start.install_llama("llama-cpp-python==1.2.3")
    assert steps.did("wird gebaut")
    assert "kein fertiges Paket dieser Version" in capsys.readouterr().out


def test_a_package_that_this_processor_cannot_run_is_replaced(start, steps, monkeypatch, capsys):
    monkeypatch.setattr(start, "reachable", lambda _url: True)
    steps.works = [False, False, True]  # as it was, after the ready-made one, after building
    start.install_llama("llama-cpp-python==1.2.3")
    assert steps.did("wird gebaut")
    assert "läuft auf diesem Rechner nicht" in capsys.readouterr().out


def test_an_engine_that_never_runs_ends_the_set_up(start, steps):
    steps.works = [False]
    with pytest.raises(start.SetupError, match="README"):
        start.install_llama("llama-cpp-python==1.2.3")


@pytest.mark.parametrize(("system", "hint"), [("linux", "build-essential"), ("win32", "Visual Studio")])
def test_a_missing_compiler_is_named_before_ten_minutes_are_spent(start, steps, monkeypatch, system, hint):
    monkeypatch.setattr(start, "has_compiler", lambda: False)
    monkeypatch.setattr(start.sys, "platform", system)
    with pytest.raises(start.SetupError, match=hint):
        start.build("llama-cpp-python==1.2.3", start.ROOT)
    assert not steps.names


def test_an_environment_without_the_engine_is_seen(start, monkeypatch):
    monkeypatch.setattr(start, "venv_python", lambda: Path(sys.executable))
    assert not start.engine_works("llama-cpp-python==0.0.1")


# PyTorch


@pytest.fixture
def linux(start, steps, monkeypatch):
    """A Linux machine without PyTorch, whose package index brings along what `extra` names."""
    monkeypatch.setattr(start.sys, "platform", "linux")
    monkeypatch.setattr(start, "torch_there", lambda: False)
    monkeypatch.setattr(start, "NVIDIA_PAUSE", 0)
    extra = []
    monkeypatch.setattr(start, "nvidia_packages", lambda _requirement: extra)
    return extra


def test_pytorch_comes_for_the_processor_alone_where_its_index_answers(start, steps, linux, monkeypatch):
    monkeypatch.setattr(start, "reachable", lambda url: url.startswith(start.TORCH_CPU))
    start.install_torch("torch>=2,<3")
    assert steps.did("nur für den Prozessor") == len(steps.names) == 1
    assert steps.commands[0][-1] == "torch>=2,<3"
    assert steps.commands[0][steps.commands[0].index("--index-url") + 1] == start.TORCH_CPU


def test_packages_for_graphics_cards_are_announced_before_they_come(start, steps, linux, monkeypatch, capsys):
    linux += ["https://beispiel.invalid/nvidia_a.whl", "https://beispiel.invalid/nvidia_b.whl"]
    monkeypatch.setattr(start, "download_size", lambda _url: 1_250_000_000)
    steps.fail_at = "PyTorch wird installiert"  # so that only what was said before counts
    with pytest.raises(start.SetupError):
        start.install_torch("torch>=2,<3")
    said = capsys.readouterr().out
    assert "2 Paketen von NVIDIA für Grafikkarten (zusammen 2,5 GB)" in said
    monkeypatch.setattr(start, "download_size", lambda _url: 0)
    with pytest.raises(start.SetupError):
        start.install_torch("torch>=2,<3")
    assert "(mehrere Gigabyte)" in capsys.readouterr().out


def test_an_index_without_them_says_nothing_of_them(start, steps, linux, capsys):
    start.install_torch("torch>=2,<3")
    assert steps.names == ["PyTorch wird installiert"]
    assert "NVIDIA" not in capsys.readouterr().out


def test_where_its_index_breaks_off_the_users_own_is_asked(start, steps, linux, monkeypatch):
    monkeypatch.setattr(start, "reachable", lambda _url: True)
    steps.fail_at = "nur für den Prozessor"
    start.install_torch("torch>=2,<3")
    assert steps.names[1:] == ["PyTorch wird installiert"]


@pytest.mark.parametrize("system", ["win32", "darwin"])
def test_elsewhere_pip_fetches_it_with_all_the_others(start, steps, linux, monkeypatch, system):
    monkeypatch.setattr(start.sys, "platform", system)
    start.install_torch("torch>=2,<3")
    assert not steps.names


@pytest.mark.parametrize(
    ("report", "expected"),
    [
        ("", []),
        ("{}", []),
        (
            '{"install": [{"metadata": {"name": "torch"}, "download_info": {"url": "u/torch.whl"}},'
            '{"metadata": {"name": "nvidia-cudnn-cu13"}, "download_info": {"url": "u/cudnn.whl"}}]}',
            ["u/cudnn.whl"],
        ),
    ],
)
def test_what_pip_would_bring_is_read_from_its_report(start, monkeypatch, report, expected):
    done = subprocess.CompletedProcess([], 0, stdout=report)
    monkeypatch.setattr(start.subprocess, "run", lambda *_args, **_named: done)
    assert start.nvidia_packages("torch>=2,<3") == expected


def test_it_finds_what_pyproject_says_of_pytorch(start, monkeypatch):
    monkeypatch.setattr(start, "ROOT", REPOSITORY)
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert start.torch_requirement() in project["dependencies"]


# With the packages of a lock file

ONE, TWO, THREE = ("a" * 64, "b" * 64, "c" * 64)
LOCK = f"""# made by a machine
llama-cpp-python==1.2.3 \\
    --hash=sha256:{ONE}
torch==2.13.0+cpu \\
    --hash=sha256:{TWO}
a-package==1.0 \\
    --hash=sha256:{ONE} \\
    --hash=sha256:{THREE}
another==2
    --hash=sha256:{TWO}
""".replace("another==2\n", "another==2 \\\n")


@pytest.fixture
def lock(start, steps, monkeypatch, tmp_path):
    """A small lock file, said to be the one for this machine."""
    file = tmp_path / "lock-linux.txt"
    file.write_text(LOCK)
    monkeypatch.setattr(pinned, "lock_for", lambda *_: file)
    monkeypatch.setattr(start.sys, "platform", "linux")
    monkeypatch.setattr(start, "importable", lambda _module: True)
    return file


def test_only_what_is_locked_is_installed_each_with_its_checksums(start, steps, lock):
    start.set_up(set(), locked=True)
    assert steps.names == [
        "Eine Umgebung für das Programm wird angelegt", "PyTorch (nur für den Prozessor) wird installiert",
        "Die gesperrten Pakete werden installiert", "llama-cpp-python wird gebaut",
        "llama-cpp-python wird installiert (selbst gebaut)", "gefunden",
    ]  # fmt: skip
    torch, others, built = steps.asked[1:4]  # the engine last: it needs others of them to run
    assert built.startswith(f"llama-cpp-python==1.2.3 --hash=sha256:{ONE} --hash=sha256:")
    assert torch == f"torch==2.13.0+cpu --hash=sha256:{TWO}\n"
    assert others == f"a-package==1.0 --hash=sha256:{ONE} --hash=sha256:{THREE}\nanother==2 --hash=sha256:{TWO}\n"
    assert all("--require-hashes" in steps.commands[n] and "--no-deps" in steps.commands[n] for n in (1, 2, 3))
    assert all("--only-binary" in steps.commands[n] for n in (1, 2))  # a source package would run its own code first
    assert "--no-deps" in steps.commands[4]
    assert not any(str(start.ROOT) in command[-1] for command in steps.commands[1:]), (
        "nothing is fetched to build the program"
    )


def test_a_locked_environment_stays_one_and_is_made_anew_with_a_new_lock(start, steps, lock):
    start.set_up(set(), locked=True)
    steps.names.clear()
    start.set_up(set())
    start.set_up(set(), locked=True)
    assert steps.names == []
    lock.write_text(LOCK.replace("another==2", "another==3"))
    steps.works = [False, True]
    start.set_up(set())
    assert steps.names[0].startswith("Eine Umgebung")
    assert any("another==3" in asked for asked in steps.asked)


def test_an_unlocked_environment_is_made_anew_where_locked_packages_are_wanted(start, steps, lock):
    start.set_up(set())
    steps.names.clear()
    steps.works = [False, True]
    start.set_up(set(), locked=True)
    assert steps.did("Umgebung für das Programm") == 1
    assert not steps.did("Weitere Pakete")


def test_what_was_built_without_checksums_is_not_taken_for_locked(start, steps, lock):
    start.install_llama("llama-cpp-python==1.2.3")
    steps.works = [False, True]
    start.set_up(set(), locked=True)
    assert not steps.did("aus dem Zwischenspeicher")
    assert steps.did("wird gebaut") == 2


@pytest.mark.parametrize("where", ["PyTorch", "gesperrten Pakete"])
def test_a_package_that_is_not_the_one_that_was_locked_ends_the_set_up(start, steps, lock, where):
    steps.fail_at = where
    with pytest.raises(start.SetupError, match=r"mit der richtigen Prüfsumme.*ohne --gesperrt"):
        start.set_up(set(), locked=True)
    assert not (start.VENV / start.MARKER).exists()


def test_where_no_lock_is_it_says_so_and_sets_nothing_up(start, steps, monkeypatch, lock):
    with pytest.raises(start.SetupError, match="zweiten Ordner"):
        start.set_up({"test"}, locked=True)
    lock.write_text("a-package\n")
    with pytest.raises(start.SetupError, match="beschädigt"):
        start.set_up(set(), locked=True)
    monkeypatch.setattr(pinned, "lock_for", lambda *_: None)
    with pytest.raises(start.SetupError, match=r"Python 3\.11 .* ohne --gesperrt"):
        start.set_up(set(), locked=True)
    assert steps.names == []


@pytest.mark.parametrize(
    ("system", "machine", "version", "key"),
    [("linux", "x86_64", (3, 11), "linux"), ("win32", "AMD64", (3, 11), "windows"), ("linux", "aarch64", (3, 11), None),
     ("darwin", "x86_64", (3, 11), None), ("linux", "x86_64", (3, 12), None)],
)  # fmt: skip
def test_which_lock_is_for_which_machine(system, machine, version, key):
    found = pinned.lock_for(system, machine, version, "cpython")
    assert found == (TARGETS[key].lock if key else None)
    assert pinned.lock_for(system, machine, version, "pypy") is None


@pytest.mark.parametrize("of", TARGETS.values(), ids=TARGETS)
def test_the_portions_are_the_lock(of):
    made = pinned.portions(of.lock)
    held = {pin.name: pin for pin in locks.read(of.lock)}
    lines = [*made.engine.splitlines(), *made.torch.splitlines(), *made.others.splitlines()]
    assert len(lines) == len(held)
    for line in lines[1:]:
        name, _, rest = line.partition("==")
        assert tuple(rest.split(" --hash=sha256:")) == (held[name].version, *held[name].hashes)
    allowed = re.findall(r"sha256:(\w{64})", made.engine)
    assert set(allowed) == {*held["llama-cpp-python"].hashes, *(target.engine.sha256 for target in TARGETS.values())}


def test_the_environment_finds_the_program_in_this_folder(start, monkeypatch, tmp_path):
    done = subprocess.CompletedProcess([], 0, stdout=f"{tmp_path}\n")
    monkeypatch.setattr(start.subprocess, "run", lambda *_args, **_named: done)
    start.link_program()
    assert (tmp_path / "ratsassistent.pth").read_text() == f"{start.ROOT}\n"


# Steps and addresses


def test_a_step_that_fails_shows_the_end_of_what_it_said(start, capsys):
    code = "import sys; print('eine Meldung'); sys.exit(3)"
    with pytest.raises(start.SetupError, match=r"„Prüfstück“ ist misslungen"):
        start.run("Prüfstück", [sys.executable, "-c", code])
    assert "eine Meldung" in capsys.readouterr().err


def test_a_step_that_works_says_only_what_it_is(start, capsys):
    start.run("Prüfstück", [sys.executable, "-c", "print('eine Meldung')"])
    assert capsys.readouterr().out == "Prüfstück …\n"


def test_reachable_means_that_it_answers(start, monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with http.server.HTTPServer(("127.0.0.1", 0), http.server.SimpleHTTPRequestHandler) as server:
        address = f"http://127.0.0.1:{server.server_port}/"
        monkeypatch.setattr(http.server.SimpleHTTPRequestHandler, "log_message", lambda *_args: None)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        assert start.reachable(address)
        server.shutdown()
    assert not start.reachable(address)


def test_an_address_that_never_answers_is_given_up(start, monkeypatch):
    never = threading.Event()

    def wait(*_args, **_named):
        never.wait(5)
        raise OSError

    monkeypatch.setattr(start, "PATIENCE", 0.05)
    monkeypatch.setattr(start.urllib.request, "urlopen", wait)
    assert not start.reachable("http://127.0.0.1/")
    never.set()


# What is started


@pytest.fixture
def started(start, monkeypatch):
    """What main starts after a set-up that is taken as done."""
    commands = []
    monkeypatch.setattr(
        start, "set_up", lambda extras, locked: commands.append([*sorted(extras), *["gesperrt"] * locked])
    )
    monkeypatch.setattr(start.subprocess, "call", lambda command, **_named: commands.append(command[1:]) or 0)
    monkeypatch.setattr(start, "hand_over", lambda command: commands.append(command[1:]) or 0)
    monkeypatch.setattr(start.os, "chdir", lambda _folder: None)
    return commands


MODEL = ["-m", "ratsassistent", "modelle", "laden"]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], [[], MODEL, ["-m", "ratsassistent", "starten"]]),
        (["starten", "--port", "80"], [[], MODEL, ["-m", "ratsassistent", "starten", "--port", "80"]]),
        (["--test", "-k", "agenda"], [["test"], MODEL, ["-m", "pytest", "-k", "agenda"]]),
        (["--nur-einrichten"], [[], MODEL]),
        (["--gesperrt", "frage", "Was?"], [["gesperrt"], ["-m", "ratsassistent", "frage", "Was?"]]),
        (["frage", "Was kostet es?"], [[], ["-m", "ratsassistent", "frage", "Was kostet es?"]]),
    ],
)
def test_arguments_reach_the_program(start, started, arguments, expected):
    assert start.guarded(arguments) == 0
    assert started == expected


@pytest.mark.parametrize(("arguments", "goes_on"), [([], True), (["--test"], False), (["--nur-einrichten"], False)])
def test_without_a_model_the_page_still_opens(start, started, monkeypatch, arguments, goes_on):
    monkeypatch.setattr(start.subprocess, "call", lambda *_args, **_named: 1)
    assert start.guarded(arguments) == (0 if goes_on else 1)
    assert (["-m", "ratsassistent", "starten"] in started) is goes_on


def test_a_failure_is_one_sentence_and_an_exit_status(start, monkeypatch, capsys):
    def fail(_extras, **_named):
        raise start.SetupError("Es fehlt etwas.")

    monkeypatch.setattr(start, "set_up", fail)
    assert start.guarded([]) == 1
    assert capsys.readouterr().err == "Es fehlt etwas.\n"


def test_help_sets_nothing_up(start, started, capsys):
    assert start.guarded(["--hilfe"]) == 0
    assert "--nur-einrichten" in capsys.readouterr().out
    assert not started


def test_the_exit_status_of_the_program_is_passed_on(tmp_path):
    code = (
        f"import sys; sys.path.insert(0, {str(REPOSITORY)!r}); sys.dont_write_bytecode = True; import start; "
        "sys.exit(start.hand_over([sys.executable, '-c', 'raise SystemExit(7)']))"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=False).returncode == 7
